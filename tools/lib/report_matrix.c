/* report_matrix.c - see report_matrix.h */

#include "report_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "html.h"

enum { VALUES = 40, PANELS = 60, PANEL_VARIABLES = 8, CELL_BYTES = 24 };

/* A run in its place: the table by the ranks of the values of its variables, and the cell. */
typedef struct placed {
    size_t panel[PANEL_VARIABLES], row, column;
    const report_run *run;
} placed;

typedef struct matrix {
    const report *report;
    size_t rows, columns; /* variables; columns: variable_count for none */
    size_t others[PANEL_VARIABLES], other_count;
    placed *placed;
    size_t count, left_out;
} matrix;

/* ---- layout */

static bool is_axis(const report *r, size_t variable) {
    size_t values = r->variables[variable].value_count;
    return values > 1 && values <= VALUES && !report_is_repeat(r, variable);
}

size_t report_matrix_variables(const report *r, size_t *chosen) {
    size_t i, count = 0;
    for (i = 0; i < r->variable_count; i++)
        if (is_axis(r, i)) chosen[count++] = i;
    return count;
}

bool report_matrix_axes(const report *r, size_t *rows, size_t *columns) {
    size_t i, k, best[2] = {r->variable_count, r->variable_count};
    for (k = 0; k < 2; k++)
        for (i = 0; i < r->variable_count; i++) {
            if (!is_axis(r, i) || (k == 1 && i == best[0])) continue;
            if (best[k] == r->variable_count || r->variables[i].value_count > r->variables[best[k]].value_count)
                best[k] = i;
        }
    *rows = best[0];
    *columns = best[1];
    return best[0] < r->variable_count;
}

/* Chooses the variables that have a table for each of their values: all others, without those with the most values if
   there were too many tables. */
static void choose_others(matrix *m) {
    const report *r = m->report;
    size_t *axes = (size_t *)text_alloc((r->variable_count + 1) * sizeof *axes);
    size_t count = report_matrix_variables(r, axes), kept = 0, i;
    for (i = 0; i < count; i++)
        if (axes[i] != m->rows && axes[i] != m->columns) axes[kept++] = axes[i];
    for (;; kept--) {
        size_t tables = 1, most = 0;
        for (i = 0; i < kept; i++) {
            tables *= tables <= PANELS ? r->variables[axes[i]].value_count : 1;
            if (r->variables[axes[i]].value_count > r->variables[axes[most]].value_count) most = i;
        }
        if (tables <= PANELS && kept <= PANEL_VARIABLES) break;
        memmove(&axes[most], &axes[most + 1], (kept - most - 1) * sizeof *axes);
    }
    memcpy(m->others, axes, kept * sizeof *axes);
    m->other_count = kept;
    free(axes);
}

/* The place of a run's value among the variable's; value_count if it has none. */
static size_t rank_of(const report *r, const report_run *run, size_t variable) {
    const report_variable *v = &r->variables[variable];
    size_t i, value = report_value(run, variable);
    for (i = 0; i < v->value_count && v->values[i] != value; i++) {}
    return i;
}

static int compare_placed(const void *a, const void *b) {
    const placed *x = (const placed *)a, *y = (const placed *)b;
    size_t i;
    for (i = 0; i < PANEL_VARIABLES; i++)
        if (x->panel[i] != y->panel[i]) return x->panel[i] < y->panel[i] ? -1 : 1;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return x->run < y->run ? -1 : x->run > y->run;
}

static void place_run(matrix *m, const report_run *run) {
    const report *r = m->report;
    placed *p = &m->placed[m->count];
    size_t i;
    memset(p, 0, sizeof *p);
    p->run = run;
    p->row = rank_of(r, run, m->rows);
    p->column = m->columns < r->variable_count ? rank_of(r, run, m->columns) : 0;
    for (i = 0; i < m->other_count; i++) p->panel[i] = rank_of(r, run, m->others[i]);
    if (p->row == r->variables[m->rows].value_count ||
        (m->columns < r->variable_count && p->column == r->variables[m->columns].value_count))
        m->left_out++;
    else m->count++;
}

static void lay_out(matrix *m) {
    const report *r = m->report;
    size_t i;
    choose_others(m);
    m->placed = (placed *)text_alloc((r->count + 1) * sizeof *m->placed);
    for (i = 0; i < r->count; i++)
        if (r->runs[i].newest) place_run(m, &r->runs[i]);
    if (m->count) qsort(m->placed, m->count, sizeof *m->placed, compare_placed);
}

/* ---- cells */

/* The class of a cell: that of its runs, or by how many of them are good. */
static const char *class_of(const placed *runs, size_t count, size_t good) {
    static const char *const mixed[] = {"some", "half", "most"};
    const char *class = report_class(runs->run);
    size_t i;
    for (i = 1; i < count && strcmp(report_class(runs[i].run), class) == 0; i++) {}
    return i == count ? class : mixed[good * 3 / (count + (good == count))];
}

/* Appends the cell of some runs. */
static void put_cell(text *out, const report *r, const placed *runs, size_t count) {
    size_t i, good = 0;
    if (!count) {
        text_puts(out, "<td><span class=\"quiet\">none</span></td>");
        return;
    }
    for (i = 0; i < count; i++) good += runs[i].run->good;
    html_putf(out, "<td class=\"%s\">", class_of(runs, count, good));
    if (count > 1) html_putf(out, "%z/%z ok", good, count);
    else if (good) text_puts(out, "ok");
    else html_put_cut(out, report_outcome(r, runs->run), CELL_BYTES);
    text_puts(out, "</td>");
}

static void put_value_head(text *out, const matrix *m, size_t variable, size_t rank, const char *scope) {
    html_putf(out, "<th scope=\"%s\">", scope);
    if (variable < m->report->variable_count)
        html_put_cut(out, report_word(m->report, m->report->variables[variable].values[rank]), 40);
    else text_puts(out, "runs");
    text_puts(out, "</th>");
}

static const char *name_of(const matrix *m, size_t variable) {
    return report_word(m->report, m->report->variables[variable].name);
}

/* "memory=ruby, kernel=5.4" */
static void put_caption(text *out, const matrix *m, const placed *p) {
    const report *r = m->report;
    size_t i;
    for (i = 0; i < m->other_count; i++) {
        const report_variable *v = &r->variables[m->others[i]];
        if (i) text_puts(out, ", ");
        html_put_cut(out, name_of(m, m->others[i]), 40);
        text_puts(out, " ");
        if (p->panel[i] == v->value_count) text_puts(out, "(none)");
        else html_put_cut(out, report_word(r, v->values[p->panel[i]]), 60);
    }
    if (m->other_count) return;
    html_put_cut(out, name_of(m, m->rows), 60);
    if (m->columns < r->variable_count) {
        text_puts(out, " by ");
        html_put_cut(out, name_of(m, m->columns), 60);
    }
}

static void put_row(text *out, const matrix *m, const placed *runs, size_t count, size_t row, size_t columns) {
    size_t at, from = 0, end;
    while (from < count && runs[from].row < row) from++;
    text_puts(out, "<tr>");
    put_value_head(out, m, m->rows, row, "row");
    for (at = 0; at < columns; at++, from = end) {
        for (end = from; end < count && runs[end].row == row && runs[end].column == at; end++) {}
        put_cell(out, m->report, runs + from, end - from);
    }
    text_puts(out, "</tr>\n");
}

static void put_panel(text *out, const matrix *m, const placed *runs, size_t count) {
    const report *r = m->report;
    bool pair = m->columns < r->variable_count;
    size_t columns = pair ? r->variables[m->columns].value_count : 1, i;
    text_puts(out, "<div class=\"wide\"><table class=\"matrix\"><caption>");
    put_caption(out, m, runs);
    text_puts(out, "</caption><thead><tr><td>");
    html_put_cut(out, name_of(m, m->rows), 40);
    if (pair) {
        text_puts(out, " \\ ");
        html_put_cut(out, name_of(m, m->columns), 40);
    }
    text_puts(out, "</td>");
    for (i = 0; i < columns; i++) put_value_head(out, m, m->columns, i, "col");
    text_puts(out, "</tr></thead><tbody>\n");
    for (i = 0; i < r->variables[m->rows].value_count; i++) put_row(out, m, runs, count, i, columns);
    text_puts(out, "</tbody></table></div>\n");
}

static const char legend[] =
    "<p class=\"legend\"><span class=\"status ok\">ok</span> good statistics\n"
    "<span class=\"status bad\">failed</span> the reason\n"
    "<span class=\"status half\">1/2 ok</span> several runs <span class=\"status live\">Running</span> not ended\n"
    "<span class=\"status odd\">no stats</span> finished without statistics</p>\n";

void report_put_matrix(text *out, const report *r) {
    matrix m = {0};
    size_t from, end;
    m.report = r;
    if (!report_matrix_axes(r, &m.rows, &m.columns)) {
        text_puts(out, "<p>No matrix variable differs between the runs.</p>\n");
        return;
    }
    lay_out(&m);
    text_puts(out, "<div id=\"panels\" class=\"panels\">\n");
    for (from = 0; from < m.count; from = end) {
        const size_t *panel = m.placed[from].panel;
        for (end = from; end < m.count && memcmp(m.placed[end].panel, panel, sizeof m.placed->panel) == 0;) end++;
        put_panel(out, &m, m.placed + from, end - from);
    }
    text_puts(out, "</div>\n");
    text_puts(out, legend);
    if (m.left_out == 1) text_puts(out, "<p class=\"note\">One run does not have these variables.</p>\n");
    else if (m.left_out) html_putf(out, "<p class=\"note\">%z runs do not have these variables.</p>\n", m.left_out);
    free(m.placed);
}
