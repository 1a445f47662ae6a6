/* table.h - a table of cells for people, as wide as its cells, or cut where the terminal is too narrow. */
#ifndef TABLE_H
#define TABLE_H

#include "text.h"

enum { TABLE_COLUMNS = 48 };

typedef struct table_column {
    const char *title; /* shown in capitals */
    bool verbatim;     /* the title is shown as it is; the end of a cut one is shown */
    bool ends;         /* the end of a cut cell is shown */
    bool right;        /* aligned right, as numbers are */
    size_t least;      /* to which it can be cut; 0: not at all */
    bool cut_title;    /* a title that is wider than all cells can be cut */
    bool precious;     /* keeps twice the width of others when columns are cut */
    bool spare;        /* left out, the last one first, rather than that anything is cut */
    int rank;          /* left out, the highest rank first, if cuts are not enough; 0: never */
    size_t width;      /* set by table_lay_out; 0: the column is left out */
    size_t cells;      /* the width of the widest cell; set by table_lay_out */
} table_column;

typedef struct table {
    table_column columns[TABLE_COLUMNS];
    size_t column_count, first_row, row_count; /* rows from first_row to row_count are shown */
    bool keep_empty;                           /* empty columns are not left out */
    size_t gap, width;                         /* between columns; of a row; set by table_lay_out */
    /* A cell, made safe for terminals, until the next call. */
    const char *(*cell)(size_t row, size_t column);
} table;

/* Sets the widths. For a terminal of `limit` columns (0: there is none) empty columns are left out. If it is too narrow,
   gaps shrink, columns are left out, and the widest ones are cut. */
void table_lay_out(table *t, size_t limit);

void table_widen(table *t, size_t column, size_t more);

void table_put_titles(text *out, const table *t, bool bold);
/* Appends a row; the cell in the column `colored`, if there is one, has this color. */
void table_put_row(text *out, const table *t, size_t row, size_t colored, const char *color);

#endif
