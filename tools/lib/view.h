/* view.h - rows of runs or artifacts as a table for people: which columns it has, and what stands above them. */
#ifndef VIEW_H
#define VIEW_H

#include "rows.h"

typedef struct view {
    const row_list *rows;  /* those that are shown */
    const row_list *known; /* of artifacts: rows that may be inputs of others; NULL: the rows are runs */
    const column *columns; /* of the rows' cells */
    size_t column_count;
    bool by_default;       /* nobody chose the columns: what rows share stands above them, and variables are columns */
    size_t limit;          /* the columns of the terminal; 0: there is none, and nothing is shortened */
    size_t digits;         /* of an id */
    size_t most;           /* lines at most, of the last rows and what stands above them */
} view;

/* Lays out the table. The rows must live as long as it is shown. */
void view_make(const view *v);

size_t view_first(void); /* lines to show: from this one */
size_t view_end(void);   /* up to this one */

/* Append what stands above the rows, with a line end after it; and a row, without one. */
void view_put_head(text *out, bool color);
void view_put_row(text *out, size_t at, bool color);

/* Appends words in lines of at most `limit` columns; 0: in one line. No line end after them. */
void view_put_words(text *out, const char *words, size_t limit);

#endif
