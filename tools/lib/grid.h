/* grid.h - cells of a table as people read them: as text, Markdown or LaTeX. */
#ifndef GRID_H
#define GRID_H

#include "text.h"

typedef enum grid_kind {
    GRID_TEXT,
    GRID_NAME, /* text that is cut at its beginning */
    GRID_NUMBER,
    GRID_INTERVAL /* belongs to the number before it */
} grid_kind;

typedef struct grid {
    struct grid_column {
        char *title;
        grid_kind kind;
        bool verbatim; /* a title that text does not have in capitals */
    } *columns;
    size_t column_count;
    char **cells; /* rows after rows; not made safe */
    size_t cell_count;
    size_t rule;  /* the row that a line stands above; 0: none */
} grid;

void grid_add_column(grid *g, const char *title, grid_kind kind, bool verbatim);

/* Adds the next cell of a row; each row has all its cells. */
void grid_add(grid *g, const char *cell);
void grid_add_number(grid *g, double value, int digits);
void grid_free(grid *g);

/* Append the table. Text is for a terminal of `limit` columns (0: there is none); columns that do not fit are left out,
   and listed in `hidden`: titles that live as long as the grid. */
void grid_put_text(text *out, grid *g, size_t limit, text_list *hidden);
void grid_put_markdown(text *out, const grid *g);
void grid_put_latex(text *out, const grid *g); /* a tabular for the package booktabs */

#endif
