/* grid.c - see grid.h */

#include "grid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "latex.h"
#include "numbers.h"
#include "table.h"
#include "terminal.h"

enum { GRID_LEAST = 8 /* columns of a text that is cut */ };

void grid_add_column(grid *g, const char *title, grid_kind kind, bool verbatim) {
    g->columns = (struct grid_column *)text_room(g->columns, g->column_count, sizeof *g->columns);
    g->columns[g->column_count++] = (struct grid_column){text_copy(title), kind, verbatim};
}

void grid_add(grid *g, const char *cell) {
    g->cells = (char **)text_room(g->cells, g->cell_count, sizeof *g->cells);
    g->cells[g->cell_count++] = text_copy(cell);
}

void grid_add_number(grid *g, double value, int digits) {
    text cell = {NULL, 0, 0};
    numbers_put(&cell, value, digits);
    grid_add(g, text_string(&cell));
    text_free(&cell);
}

void grid_free(grid *g) {
    while (g->column_count > 0) free(g->columns[--g->column_count].title);
    while (g->cell_count > 0) free(g->cells[--g->cell_count]);
    free(g->columns);
    free(g->cells);
    memset(g, 0, sizeof *g);
}

static size_t grid_rows(const grid *g) { return g->column_count ? g->cell_count / g->column_count : 0; }
static const char *grid_cell(const grid *g, size_t row, size_t column) {
    return g->cells[row * g->column_count + column];
}

/* ---- text */

static const grid *grid_shown;
static size_t grid_fractions[TABLE_COLUMNS]; /* the longest in a column, with its point */

static const char *grid_text_cell(size_t row, size_t column) {
    static text cell;
    const char *string = grid_cell(grid_shown, row, column);
    text_clear(&cell);
    if (grid_shown->columns[column].kind == GRID_INTERVAL && *string) text_puts(&cell, terminal_utf8() ? "±" : "+-");
    terminal_put(&cell, string, SIZE_MAX);
    if (grid_shown->columns[column].kind > GRID_NAME)
        text_putf(&cell, "%*s", (int)(grid_fractions[column] - numbers_fraction(string)), "");
    return text_string(&cell);
}

/* The longest fraction in a column. A cell with a power of ten has none that others could stand below. */
static void grid_measure(const grid *g, size_t column) {
    size_t row, length;
    grid_fractions[column] = 0;
    for (row = 0; row < grid_rows(g); row++) {
        length = numbers_fraction(grid_cell(g, row, column));
        if (g->columns[column].kind > GRID_NAME && length > grid_fractions[column]) grid_fractions[column] = length;
    }
}

static void grid_lay_out(table *t, const grid *g, size_t limit) {
    size_t i;
    memset(t, 0, sizeof *t);
    t->column_count = g->column_count < TABLE_COLUMNS ? g->column_count : TABLE_COLUMNS;
    t->row_count = grid_rows(g);
    t->keep_empty = true;
    t->cell = grid_text_cell;
    for (i = 0; i < t->column_count; i++) {
        bool text_column = g->columns[i].kind <= GRID_NAME;
        t->columns[i].title = g->columns[i].title;
        t->columns[i].verbatim = g->columns[i].verbatim;
        t->columns[i].ends = g->columns[i].kind == GRID_NAME;
        t->columns[i].right = !text_column;
        t->columns[i].cut_title = !text_column;
        t->columns[i].least = text_column ? GRID_LEAST : 0;
        t->columns[i].rank = text_column ? 0 : (int)i + 1;
        grid_measure(g, i);
    }
    table_lay_out(t, limit);
}

void grid_put_text(text *out, grid *g, size_t limit, text_list *hidden) {
    static table t;
    size_t i, row;
    grid_shown = g;
    grid_lay_out(&t, g, limit);
    for (i = 0; i < g->column_count; i++)
        if ((i >= t.column_count || !t.columns[i].width) && g->columns[i].kind != GRID_INTERVAL)
            text_list_add(hidden, g->columns[i].title);
    table_put_titles(out, &t, false);
    text_puts(out, "\n");
    for (row = 0; row < grid_rows(g); row++) {
        if (row && row == g->rule) text_puts(out, "\n");
        table_put_row(out, &t, row, SIZE_MAX, "");
        text_puts(out, "\n");
    }
}

/* ---- Markdown */

static void grid_put_escaped(text *out, const char *string) {
    text safe = {NULL, 0, 0};
    const char *c;
    terminal_put(&safe, string, SIZE_MAX);
    for (c = text_string(&safe); *c; c++)
        if (*c == '<') text_puts(out, "&lt;");
        else if (*c == '>') text_puts(out, "&gt;");
        else if (*c == '&') text_puts(out, "&amp;");
        else text_putf(out, strchr("\\`*_{}[]()#+!|~$", *c) ? "\\%c" : "%c", *c);
    text_free(&safe);
}

/* Appends a cell, which has the interval that stands in the next column. */
static void grid_put_markdown_cell(text *out, const grid *g, size_t row, size_t column) {
    const char *string = grid_cell(g, row, column);
    if (g->columns[column].kind <= GRID_NAME) grid_put_escaped(out, string);
    else text_puts(out, string);
    if (column + 1 < g->column_count && g->columns[column + 1].kind == GRID_INTERVAL && *grid_cell(g, row, column + 1))
        text_putf(out, " ± %s", grid_cell(g, row, column + 1));
}

void grid_put_markdown(text *out, const grid *g) {
    size_t i, row;
    for (i = 0; i < g->column_count; i++) {
        if (g->columns[i].kind == GRID_INTERVAL) continue;
        text_puts(out, "| ");
        grid_put_escaped(out, g->columns[i].title);
        text_puts(out, " ");
    }
    text_puts(out, "|\n");
    for (i = 0; i < g->column_count; i++)
        if (g->columns[i].kind != GRID_INTERVAL) text_puts(out, g->columns[i].kind <= GRID_NAME ? "| --- " : "| ---: ");
    text_puts(out, "|\n");
    for (row = 0; row < grid_rows(g); row++) {
        for (i = 0; i < g->column_count; i++) {
            if (g->columns[i].kind == GRID_INTERVAL) continue;
            text_puts(out, "| ");
            grid_put_markdown_cell(out, g, row, i);
            text_puts(out, " ");
        }
        text_puts(out, "|\n");
    }
}

/* ---- LaTeX */

static void grid_put_latex_cell(text *out, const grid *g, size_t row, size_t column) {
    const char *string = grid_cell(g, row, column);
    if (g->columns[column].kind <= GRID_NAME) latex_put(out, string);
    else latex_put_number(out, string);
    if (column + 1 < g->column_count && g->columns[column + 1].kind == GRID_INTERVAL &&
        *grid_cell(g, row, column + 1)) {
        text_puts(out, " $\\pm$ ");
        latex_put_number(out, grid_cell(g, row, column + 1));
    }
}

void grid_put_latex(text *out, const grid *g) {
    size_t i, row;
    text_puts(out, "% \\usepackage{booktabs}\n\\begin{tabular}{");
    for (i = 0; i < g->column_count; i++)
        if (g->columns[i].kind != GRID_INTERVAL) text_puts(out, g->columns[i].kind <= GRID_NAME ? "l" : "r");
    text_puts(out, "}\n\\toprule\n");
    for (i = 0; i < g->column_count; i++) {
        if (g->columns[i].kind == GRID_INTERVAL) continue;
        text_puts(out, i ? " & " : "");
        latex_put(out, g->columns[i].title);
    }
    text_puts(out, " \\\\\n\\midrule\n");
    for (row = 0; row < grid_rows(g); row++) {
        if (row && row == g->rule) text_puts(out, "\\midrule\n");
        for (i = 0; i < g->column_count; i++) {
            if (g->columns[i].kind == GRID_INTERVAL) continue;
            text_puts(out, i ? " & " : "");
            grid_put_latex_cell(out, g, row, i);
        }
        text_puts(out, " \\\\\n");
    }
    text_puts(out, "\\bottomrule\n\\end{tabular}\n");
}
