/* report_figures.c - see report_figures.h */

#include "report_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "html.h"
#include "numbers.h"
#include "svg.h"

enum { SERIES = 8, BARS = 96, BOXES = 24, ROWS = 1000 };

/* What the figures of a frame have in common. */
typedef struct plan {
    const frame *frame;
    size_t *counts;    /* of the values of each variable */
    size_t series;     /* the variable whose values are the series; SIZE_MAX: none */
    size_t widest;     /* the variable with the most values; SIZE_MAX: none differs */
    char **labels;     /* of the rows: their other variables, or else their names */
    text_list categories; /* the labels, each once, in order */
} plan;

static int compare_texts(const void *a, const void *b) {
    return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the value if it is new. */
static void add_new(text_list *list, const char *value) {
    if (!text_list_has(list, value)) text_list_add(list, value);
}

/* The values of a variable, in order. */
static text_list values_of(const frame *f, size_t variable) {
    text_list values = {NULL, 0};
    size_t i;
    for (i = 0; i < f->row_count; i++) add_new(&values, f->rows[i].variables[variable]);
    if (values.count > 1) qsort(values.items, values.count, sizeof *values.items, compare_texts);
    return values;
}

/* "o3 ruby" */
static char *label_of(const plan *p, const frame_row *row) {
    const frame *f = p->frame;
    text label = {NULL, 0, 0};
    char *copy;
    size_t i;
    for (i = 0; i < f->variables.count; i++)
        if (i != p->series && p->counts[i] > 1)
            text_putf(&label, "%s%s", label.length ? " " : "", *row->variables[i] ? row->variables[i] : "-");
    if (!label.length && p->widest == SIZE_MAX) text_puts(&label, row->name);
    copy = text_copy(text_string(&label));
    text_free(&label);
    return copy;
}

static void make_plan(plan *p, const frame *f) {
    size_t i;
    p->frame = f;
    p->series = p->widest = SIZE_MAX;
    p->counts = (size_t *)text_alloc((f->variables.count + 1) * sizeof *p->counts);
    for (i = 0; i < f->variables.count; i++) {
        text_list values = values_of(f, i);
        p->counts[i] = values.count;
        text_list_free(&values);
        if (p->counts[i] > 1 && (p->widest == SIZE_MAX || p->counts[i] > p->counts[p->widest])) p->widest = i;
    }
    for (i = 0; i < f->variables.count; i++)
        if (i != p->widest && p->counts[i] > 1 && p->counts[i] <= SERIES &&
            (p->series == SIZE_MAX || p->counts[i] < p->counts[p->series]))
            p->series = i;
    p->labels = (char **)text_alloc((f->row_count + 1) * sizeof *p->labels);
    for (i = 0; i < f->row_count; i++) {
        p->labels[i] = label_of(p, &f->rows[i]);
        if (p->categories.count <= BARS) add_new(&p->categories, p->labels[i]); /* else there are no bars */
    }
    if (p->categories.count > 1)
        qsort(p->categories.items, p->categories.count, sizeof *p->categories.items, compare_texts);
}

static void free_plan(plan *p) {
    size_t i;
    for (i = 0; i < p->frame->row_count; i++) free(p->labels[i]);
    free(p->labels);
    free(p->counts);
    text_list_free(&p->categories);
}

static size_t place_in(const text_list *list, const char *item) {
    size_t i;
    for (i = 0; i < list->count && strcmp(list->items[i], item) != 0; i++) {}
    return i;
}

/* ---- figures */

/* A bar for each row. False: two rows would have the same one, or there are too many. */
static bool make_bars(figure *g, const plan *p, size_t number) {
    const frame *f = p->frame;
    text_list names = {NULL, 0};
    size_t i;
    bool fits;
    if (p->series != SIZE_MAX) names = values_of(f, p->series);
    else text_list_add(&names, f->columns[number].name);
    fits = p->categories.count * names.count <= BARS;
    g->kind = FIGURE_BAR;
    for (i = 0; fits && i < p->categories.count; i++) figure_add_category(g, p->categories.items[i]);
    for (i = 0; fits && i < names.count; i++) figure_add_series(g, names.items[i], p->categories.count);
    for (i = 0; fits && i < f->row_count; i++) {
        const frame_row *row = &f->rows[i];
        size_t series = p->series == SIZE_MAX ? 0 : place_in(&names, row->variables[p->series]);
        size_t place = place_in(&p->categories, p->labels[i]);
        fits = isnan(g->series[series].y[place]);
        g->series[series].y[place] = row->values[number];
        if (f->merged) g->series[series].half[place] = row->half[number];
    }
    text_list_free(&names);
    return fits;
}

/* The values of all rows: a box for each value of the widest variable, or how they are distributed. */
static void make_distribution(figure *g, const plan *p, size_t number) {
    const frame *f = p->frame;
    bool boxes = p->widest != SIZE_MAX && p->counts[p->widest] <= BOXES;
    text_list values = {NULL, 0};
    figure_series *series = figure_add_series(g, f->columns[number].name, f->row_count);
    size_t i;
    g->kind = boxes ? FIGURE_BOX : FIGURE_CDF;
    if (boxes) values = values_of(f, p->widest);
    for (i = 0; i < values.count; i++) figure_add_category(g, values.items[i]);
    for (i = 0; i < f->row_count; i++) {
        double value = f->rows[i].values[number];
        series->y[i] = value;
        series->x[i] = boxes ? (double)place_in(&values, f->rows[i].variables[p->widest]) : value;
    }
    if (boxes) g->x_label = text_copy(f->variables.items[p->widest]);
    text_list_free(&values);
}

static void put_drawing(text *out, const plan *p, size_t number) {
    const frame_column *c = &p->frame->columns[number];
    text why = {NULL, 0, 0};
    char id[32];
    figure g = {0};
    if (!make_bars(&g, p, number)) {
        figure_free(&g);
        memset(&g, 0, sizeof g);
        make_distribution(&g, p, number);
    }
    snprintf(id, sizeof id, "figure-%zu", number + 1);
    g.id = id;
    g.width = FIGURE_PAGE;
    g.y_label = text_copy(c->name);
    g.y_unit = text_copy(c->unit);
    if (figure_check(&g, &why)) svg_figure(out, &g);
    else html_putf(out, "<p>It cannot be drawn: %s.</p>", text_string(&why));
    text_free(&why);
    figure_free(&g);
}

/* ---- the data of a figure */

static void put_raw(text *out, const char *string) {
    text clean = {NULL, 0, 0};
    html_clean(&clean, string, false);
    html_put_cut(out, text_string(&clean), 200);
    text_free(&clean);
}

static void put_head(text *out, const char *name) {
    text_puts(out, "<th scope=\"col\">");
    put_raw(out, name);
    text_puts(out, "</th>");
}

static void put_value(text *out, const frame *f, const frame_row *row, size_t number) {
    text_puts(out, "<td class=\"number\">");
    numbers_put(out, row->values[number], NUMBERS_DIGITS);
    if (f->merged && !isnan(row->half[number])) {
        text_puts(out, " ± ");
        numbers_put(out, row->half[number], 3);
    }
    text_puts(out, "</td>");
    if (f->merged) html_putf(out, "<td class=\"number\">%z</td>", row->n);
}

static void put_table(text *out, const plan *p, size_t number) {
    const frame *f = p->frame;
    size_t i, k;
    text_puts(out, "<details><summary>Data</summary><div class=\"wide\"><table class=\"data\"><thead><tr>");
    put_head(out, "run");
    for (k = 0; k < f->variables.count; k++)
        if (p->counts[k] > 1) put_head(out, f->variables.items[k]);
    put_head(out, f->columns[number].name);
    if (f->merged) put_head(out, "runs");
    text_puts(out, "</tr></thead><tbody>\n");
    for (i = 0; i < f->row_count && i < ROWS; i++) {
        text_puts(out, "<tr><th scope=\"row\">");
        put_raw(out, f->rows[i].name);
        text_puts(out, "</th>");
        for (k = 0; k < f->variables.count; k++)
            if (p->counts[k] > 1) {
                text_puts(out, "<td>");
                put_raw(out, f->rows[i].variables[k]);
                text_puts(out, "</td>");
            }
        put_value(out, f, &f->rows[i], number);
        text_puts(out, "</tr>\n");
    }
    text_puts(out, "</tbody></table></div>");
    if (f->row_count > ROWS)
        html_putf(out, "<p class=\"note\">The first %z of %z rows.</p>", (size_t)ROWS, f->row_count);
    text_puts(out, "</details>\n");
}

static void put_figure(text *out, const plan *p, size_t number) {
    const frame_column *c = &p->frame->columns[number];
    text_puts(out, "<figure class=\"stat\"><figcaption><h3>");
    put_raw(out, c->name);
    text_puts(out, "</h3>");
    if (!text_empty(c->description)) {
        text_puts(out, "<p class=\"note\">");
        put_raw(out, c->description);
        text_puts(out, "</p>");
    }
    text_puts(out, "</figcaption>\n<div class=\"wide\">");
    put_drawing(out, p, number);
    text_puts(out, "</div>\n");
    text_puts(out, "<p class=\"value\" aria-live=\"polite\" hidden>Point at a mark, or choose marks with the arrow "
                   "keys.</p>\n");
    put_table(out, p, number);
    text_puts(out, "</figure>\n");
}

static void put_sentences(text *out, const text_list *sentences) {
    size_t i;
    for (i = 0; i < sentences->count; i++) {
        text_puts(out, "<p class=\"note\">");
        put_raw(out, sentences->items[i]);
        text_puts(out, "</p>\n");
    }
}

/* ---- the request */

/* The variables that number repeats, "seed,repeat"; none: empty. */
static text repeats_of(const report *r) {
    text over = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < r->variable_count; i++)
        if (report_is_repeat(r, i))
            text_putf(&over, "%s%s", over.length ? "," : "", report_word(r, r->variables[i].name));
    return over;
}

static frame_request request_of(const report *r, const text_list *formulas) {
    frame_request request = {0};
    request.runs = r->selected;
    request.columns = formulas->items;
    request.column_count = formulas->count;
    return request;
}

void report_check_figures(const report *r, const text_list *formulas) {
    frame_request request = request_of(r, formulas);
    frame_check(&request);
}

bool report_put_figures(text *out, const report *r, const text_list *formulas) {
    frame_request request = request_of(r, formulas);
    text over = repeats_of(r);
    frame f = {0};
    size_t i;
    bool built;
    if (over.length) request.over = over.data;
    built = frame_build(&f, r->db, &request);
    text_puts(out, "<section aria-labelledby=\"figures-title\" id=\"figures\">\n"
                   "<h2 id=\"figures-title\">Statistics</h2>\n");
    if (built) {
        plan p = {0};
        make_plan(&p, &f);
        for (i = 0; i < f.column_count; i++) put_figure(out, &p, i);
        free_plan(&p);
    } else text_puts(out, "<p>The selected runs have no such statistics.</p>\n");
    put_sentences(out, &f.notes);
    put_sentences(out, &f.left_out);
    text_puts(out, "</section>\n");
    frame_free(&f);
    text_free(&over);
    return built;
}
