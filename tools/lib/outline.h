/* outline.h - what all rows of a table share, to be shown once above it, and the columns by which they differ. */
#ifndef OUTLINE_H
#define OUTLINE_H

#include "facts.h"
#include "rows.h"

/* A cell of every row, its name or params: whether the rows need it, and how much of it they share. */
typedef struct outline_cell {
    size_t place;  /* of the column */
    size_t prefix; /* bytes that all rows share, up to a separator; they are in `shared`, not in the rows */
    bool needed;   /* false: all rows have the same, but for the values of variables */
} outline_cell;

typedef struct outline {
    text_list shared;         /* "gem5 build/X86/gem5.opt", "cpu=o3", ... */
    outline_cell name, params;
    bool telling_params;      /* more rows differ from the one before them in their params than in their name */
    bool modes;               /* there are SE and FS runs */
    size_t differing[FACTS_MOST], differing_count; /* facts that at least half of the rows have, variables first */
    size_t begin[FACT_VARIABLES], end[FACT_VARIABLES]; /* bytes that all paths of such a fact share on both sides */
} outline;

/* Compares the rows. Set the places of `name` and `params` before. */
void outline_make(outline *o, const row_list *rows);

/* A fact of a row as the table shows it, until the next call. */
const char *outline_fact(const outline *o, const row *r, size_t fact);

/* Appends what is shared, in at most two lines of `limit` columns, with what fits; returns the number of lines. */
size_t outline_put(text *out, const outline *o, size_t limit);

#endif
