/* rows.h - the rows of a listing: what is kept of each record, and their order. */
#ifndef ROWS_H
#define ROWS_H

#include <stdint.h>

#include "columns.h"

/* It and its texts are memory of the list for which it was made. */
typedef struct row {
    double number;         /* to sort by, if the sort column has numbers */
    double time;           /* to sort by otherwise: `when`, or that of the record before it */
    double when, elapsed;  /* as in a record */
    double size;           /* bytes of its results; -1: unknown */
    size_t order;          /* in which it was read: its number, see attempts_add */
    bool shown;            /* it is selected; another artifact may still be an input of others */
    bool chosen;           /* an artifact: it is listed. For the view alone */
    bool archive;          /* an artifact: the results of a run */
    bool fs, live;
    const char *id, *status, *reason;
    const char *cause;     /* of a failed run, if it adds something to the reason; else "" */
    const char *const *inputs; /* ids, NULL-terminated */
    const unsigned *facts; /* see facts_read */
    size_t fact_count;
    const char *cells[];   /* of the columns, and the other texts */
} row;

typedef struct row_list {
    row **rows;
    size_t count;
    struct rows_memory *memory; /* of rows that were made for this list, until it is cleared */
    const row *last;            /* the one that was made last, */
    size_t last_count;          /* and its texts */
    bool disordered;            /* a row was made whose time is before that of the one before it */
} row_list;

/* Makes a row and adds it to a list: append each text to what rows_begin returns, and end it. All texts are cells, with a
   NULL after them. They may be those of the row before, with which rows often share a name or a status. */
text *rows_begin(row_list *list);
void rows_end_text(void);
row *rows_make(double time, size_t order, const unsigned *facts, size_t fact_count);

void rows_add(row_list *list, row *r); /* adds a row of another list */
void rows_clear(row_list *list);

/* Sorts the rows that were made for this list by time, and those of one time as they were read. */
void rows_sort_by_time(row_list *list);
/* Sorts by the column that has the cells at `place`. */
void rows_sort_by_column(row_list *list, const column *c, size_t place);
/* Sorts by the first `columns` cells, in which numbers are compared as such. */
void rows_sort_by_cells(row_list *list, size_t columns);
void rows_reverse(row_list *list);

#endif
