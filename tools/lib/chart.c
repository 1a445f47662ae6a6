/* chart.c - see chart.h */

#include "chart.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relate.h"
#include "terminal.h"
#include "variables.h"

/* What distinguishes values: a variable, the columns of the table, the numbers of dumps, the names of runs. */
typedef enum chart_source {
    CHART_NOTHING,
    CHART_VARIABLE,
    CHART_COLUMNS,
    CHART_DUMP,
    CHART_NAME,
    CHART_NUMBERS /* x is the values of a column */
} chart_source;

typedef struct chart_axis {
    chart_source source;
    size_t place;       /* of the variable, or with CHART_NUMBERS of the column whose values are x */
    text_list values;   /* the different ones, in order */
    bool numbers;       /* all are numbers */
} chart_axis;

typedef struct chart {
    figure *f;
    frame *table;
    const chart_request *q;
    text *why;
    chart_axis x, series, bars; /* bars: within categories of stacked bars */
    size_t first_column;        /* of the y values */
    text_list kept;             /* texts of this chart */
} chart;

static const char *const chart_means[] = {"mean", "geomean", "harmonic mean"};

static const char *chart_keep(chart *c, char *string) {
    text_list_add(&c->kept, string);
    return string;
}

/* ---- values of an axis */

/* A number, perhaps with k, M, G or T and a unit: "64", "32kB". */
static bool chart_number(const char *string, double *number) {
    static const char prefixes[] = "kKMGT";
    char *end;
    const char *prefix;
    if (!(*string >= '0' && *string <= '9') && *string != '-' && *string != '.') return false;
    *number = strtod(string, &end);
    if (end == string || !isfinite(*number)) return false;
    if (!*end) return true;
    prefix = strchr(prefixes, *end);
    if (!prefix || strlen(end) > 3) return false;
    *number *= pow(1024, prefix == prefixes ? 1 : (double)(prefix - prefixes));
    return true;
}

/* The value of a row on an axis; of CHART_COLUMNS, a column's name. */
static const char *chart_value(chart *c, const chart_axis *a, const frame_row *row, size_t column) {
    switch (a->source) {
    case CHART_VARIABLE:
        if (row->mean && a == &c->x) return chart_means[c->q->mean];
        return row->variables[a->place];
    case CHART_COLUMNS: return c->table->columns[column].name;
    case CHART_NAME: return row->mean ? chart_means[c->q->mean] : row->name;
    case CHART_DUMP: return chart_keep(c, text_printf("%zu", row->dump));
    case CHART_NOTHING:
    case CHART_NUMBERS: break;
    }
    return "";
}

static size_t chart_find(const text_list *list, const char *value) {
    size_t i;
    for (i = 0; i < list->count; i++)
        if (strcmp(list->items[i], value) == 0) return i;
    return SIZE_MAX;
}

static int chart_compare(const void *a, const void *b) {
    double x = 0, y = 0;
    chart_number(*(const char *const *)a, &x);
    chart_number(*(const char *const *)b, &y);
    return x < y ? -1 : x > y ? 1 : strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Moves the values of --order to the front. */
static void chart_put_in_order(chart *c, text_list *list) {
    const char *at = c->q->order;
    size_t front = 0;
    while (at && *at) {
        const size_t length = strcspn(at, ",");
        size_t i;
        for (i = front; i < list->count && !text_is(at, length, list->items[i]); i++) {}
        if (i < list->count) {
            const char *value = list->items[i];
            memmove(&list->items[front + 1], &list->items[front], (i - front) * sizeof *list->items);
            list->items[front++] = value;
        }
        at += length + (at[length] == ',');
    }
}

/* Lists the values that rows have, without those of means. */
static void chart_list(chart *c, chart_axis *a) {
    const size_t end = a->source == CHART_COLUMNS ? c->table->column_count : c->first_column + 1;
    size_t i, k;
    double number;
    a->numbers = true;
    for (i = 0; a->source == CHART_DUMP && i < c->table->dump_count; i++)
        text_list_add(&a->values, chart_keep(c, text_printf("%zu", i)));
    for (i = 0; a->source != CHART_DUMP && i < c->table->row_count; i++)
        for (k = c->first_column; k < end; k++) {
            const char *value = chart_value(c, a, &c->table->rows[i], k);
            if (chart_find(&a->values, value) != SIZE_MAX) continue;
            text_list_add(&a->values, value);
            a->numbers &= chart_number(value, &number);
        }
    if (a->numbers && a->values.count) qsort(a->values.items, a->values.count, sizeof *a->values.items, chart_compare);
    chart_put_in_order(c, &a->values);
}

static bool chart_check_order(chart *c) {
    const char *at = c->q->order;
    while (at && *at) {
        const size_t length = strcspn(at, ",");
        char *word = text_copy_n(at, length);
        const bool known = text_list_has(&c->x.values, word) || text_list_has(&c->series.values, word) ||
                           text_list_has(&c->bars.values, word);
        if (!known) text_putf(c->why, "--order: no value in the figure is \"%s\"", word);
        free(word);
        if (!known) return false;
        at += length + (at[length] == ',');
    }
    return true;
}

/* The text for a value. */
static const char *chart_label(const chart *c, const char *value) {
    const size_t length = strlen(value);
    size_t i;
    for (i = 0; c->q->labels && i < c->q->labels->count; i++) {
        const char *label = c->q->labels->items[i];
        if (strncmp(label, value, length) == 0 && label[length] == '=') return label + length + 1;
    }
    return *value ? value : "none";
}

/* ---- which variable is where */

static bool chart_differs(const frame *table, size_t variable) {
    size_t i;
    for (i = 1; i < table->row_count; i++)
        if (strcmp(table->rows[i].variables[variable], table->rows[0].variables[variable]) != 0) return true;
    return false;
}

static bool chart_names_differ(const frame *table) {
    size_t i;
    for (i = 1; i < table->row_count; i++)
        if (strcmp(table->rows[i].name, table->rows[0].name) != 0) return true;
    return false;
}

static bool chart_takes(const chart_axis *a, chart_source source, size_t place) {
    return a->source == source && (source != CHART_VARIABLE || a->place == place);
}

static bool chart_taken(const chart *c, chart_source source, size_t place) {
    return chart_takes(&c->x, source, place) || chart_takes(&c->series, source, place) ||
           chart_takes(&c->bars, source, place);
}

/* The first variable that differs, and is not taken yet. */
static void chart_choose(chart *c, chart_axis *a) {
    size_t i;
    for (i = 0; i < c->table->variables.count; i++)
        if (chart_differs(c->table, i) && !chart_taken(c, CHART_VARIABLE, i)) {
            a->source = CHART_VARIABLE;
            a->place = i;
            return;
        }
}

/* What an option names. */
static bool chart_read(chart *c, chart_axis *a, const char *option_name, const char *word) {
    static const text_list none = {NULL, 0};
    const bool numbers = a == &c->x && (c->q->kind == FIGURE_LINE || c->q->kind == FIGURE_SCATTER);
    size_t i;
    if (!word) return true;
    a->place = frame_variable(c->table, word);
    if (a->place != SIZE_MAX) a->source = CHART_VARIABLE;
    else if (strcmp(word, "dump") == 0 && c->table->dump_count) a->source = CHART_DUMP;
    else if (strcmp(word, "name") == 0) a->source = CHART_NAME;
    for (i = 0; a->source == CHART_NOTHING && numbers && i < c->table->column_count; i++)
        if (strcmp(word, c->table->columns[i].name) == 0) {
            a->source = CHART_NUMBERS;
            a->place = i;
        }
    if (a->source != CHART_NOTHING) return true;
    text_putf(c->why, "%s: ", option_name);
    variables_put_unknown(c->why, word, &c->table->variables, &none);
    return false;
}

static bool chart_is_distribution(const chart *c) { return c->q->kind == FIGURE_BOX || c->q->kind == FIGURE_CDF; }

/* Places the columns: those of x, if it is one, come before those of y. */
static bool chart_place_columns(chart *c) {
    if (c->q->kind == FIGURE_SCATTER && c->x.source == CHART_NOTHING) {
        c->x.source = CHART_NUMBERS;
        c->x.place = 0;
    }
    if (c->x.source == CHART_NUMBERS) {
        if (c->x.place != 0) {
            text_putf(c->why, "--x: give %s as the first column", c->table->columns[c->x.place].name);
            return false;
        }
        c->first_column = 1;
    }
    if (c->first_column < c->table->column_count) return true;
    text_puts(c->why, "the y axis has no column: give one more, after that of the x axis");
    return false;
}

static bool chart_place(chart *c) {
    const figure_kind kind = c->q->kind;
    chart_axis *second = &c->series;
    if (!chart_read(c, &c->x, "--x", c->q->x) || !chart_place_columns(c)) return false;
    if (c->table->column_count - c->first_column > 1) {
        c->series.source = CHART_COLUMNS;
        if (kind == FIGURE_STACKED) second = &c->bars;
        else if (c->q->series) {
            text_puts(c->why, "--series: the columns are the series: give one column, or leave --series out");
            return false;
        }
    }
    if (!chart_read(c, second, "--series", c->q->series)) return false;
    if (c->x.source == CHART_NOTHING && kind != FIGURE_CDF) {
        if (c->table->dump_count && kind == FIGURE_LINE) c->x.source = CHART_DUMP;
        else chart_choose(c, &c->x);
    }
    if (second->source == CHART_NOTHING && !chart_is_distribution(c)) chart_choose(c, second);
    if (c->x.source != CHART_NOTHING || kind == FIGURE_CDF) return true;
    if (chart_names_differ(c->table)) c->x.source = CHART_NAME;
    else if (c->series.source == CHART_COLUMNS && kind != FIGURE_STACKED) {
        c->x.source = CHART_COLUMNS;
        c->series.source = CHART_NOTHING;
    }
    return true;
}

static void chart_put_values(text *out, const frame *table, size_t variable) {
    enum { SHOWN = 6, COLUMNS = 40 };
    text_list values = {NULL, 0};
    size_t i;
    for (i = 0; i < table->row_count; i++) {
        const char *value = table->rows[i].variables[variable];
        if (!text_list_has(&values, value)) text_list_add(&values, value);
    }
    for (i = 0; i < values.count && i < SHOWN; i++) {
        text_puts(out, i ? ", " : "");
        terminal_put(out, *values.items[i] ? values.items[i] : "none", COLUMNS);
    }
    text_puts(out, i < values.count ? ", ..." : "");
    text_list_free(&values);
}

/* Does each value have a place of its own? */
static bool chart_check_places(chart *c) {
    size_t i;
    if (chart_is_distribution(c) || c->q->kind == FIGURE_SCATTER) return true;
    for (i = 0; i < c->table->variables.count; i++) {
        const char *name = c->table->variables.items[i];
        if (!chart_differs(c->table, i) || chart_taken(c, CHART_VARIABLE, i)) continue;
        text_putf(c->why, "the figure has no place for the variable %s, which has several values (", name);
        chart_put_values(c->why, c->table, i);
        text_putf(c->why, "): choose one with --where %s=VALUE, merge them with --over %s, or give --x or --series",
                  name, name);
        return false;
    }
    if (c->table->dump_count > 1 && !chart_taken(c, CHART_DUMP, 0) && c->x.source != CHART_NUMBERS) {
        text_puts(c->why, "the figure has no place for the dumps: give --x dump, --series dump, or --dump N");
        return false;
    }
    return true;
}

/* ---- filling the figure */

static double chart_error(const chart *c, const frame_row *row, size_t column) {
    if (!c->table->merged || row->mean || c->q->errors == CHART_NO_ERRORS) return NAN;
    return c->q->errors == CHART_DEVIATION ? row->spread[column] : row->half[column];
}

static bool chart_say_twice(chart *c, const frame_row *a, const frame_row *b) {
    static const text_list none = {NULL, 0};
    char *group = frame_group(c->table, a, &none);
    text_putf(c->why, "the runs %.8s and %.8s have the same place%s%s: choose one with --limit, --since or --name",
              a->id, b->id, *group ? ", " : "", group);
    free(group);
    return false;
}

/* Puts each value into its cell, by series, category, and bar in it. */
static bool chart_fill_cells(chart *c) {
    const size_t bars = c->bars.source == CHART_NOTHING ? 1 : c->bars.values.count;
    const size_t cells = c->x.values.count * bars;
    const frame_row **taken = (const frame_row **)text_alloc((c->series.values.count * cells + 1) * sizeof *taken);
    bool ok = true;
    size_t i, k;
    for (i = 0; i < c->series.values.count; i++)
        figure_add_series(c->f, chart_label(c, c->series.values.items[i]), cells);
    for (i = 0; ok && i < c->table->row_count; i++)
        for (k = c->first_column; ok && k < c->table->column_count; k++) {
            const frame_row *row = &c->table->rows[i];
            const size_t series = chart_find(&c->series.values, chart_value(c, &c->series, row, k));
            const size_t category = chart_find(&c->x.values, chart_value(c, &c->x, row, k));
            const size_t bar = bars == 1 ? 0 : chart_find(&c->bars.values, chart_value(c, &c->bars, row, k));
            const size_t cell = category * bars + bar;
            if (series == SIZE_MAX || category == SIZE_MAX || bar == SIZE_MAX) continue;
            if (taken[series * cells + cell]) ok = chart_say_twice(c, taken[series * cells + cell], row);
            taken[series * cells + cell] = row;
            c->f->series[series].x[cell] = (double)cell;
            c->f->series[series].y[cell] = row->values[k];
            c->f->series[series].half[cell] = chart_error(c, row, k);
        }
    free(taken);
    return ok;
}

/* The x of a row: a number, or the place of its category. */
static double chart_x(chart *c, const frame_row *row, size_t column) {
    double number = NAN;
    if (c->x.source == CHART_NUMBERS) return row->values[c->x.place];
    if (c->q->kind == FIGURE_BOX || !c->x.numbers)
        return (double)chart_find(&c->x.values, chart_value(c, &c->x, row, column));
    if (c->x.source == CHART_DUMP) return (double)row->dump;
    chart_number(chart_value(c, &c->x, row, column), &number);
    return number;
}

typedef struct chart_point {
    double x, y, half;
    size_t number;
} chart_point;

static int chart_compare_points(const void *a, const void *b) {
    const chart_point *p = (const chart_point *)a, *q = (const chart_point *)b;
    return p->x < q->x ? -1 : p->x > q->x ? 1 : p->number < q->number ? -1 : p->number > q->number;
}

/* Adds the points of a series, in the order of their x. */
static bool chart_fill_series(chart *c, const char *name) {
    const frame *t = c->table;
    chart_point *points = (chart_point *)text_alloc((t->row_count * t->column_count + 1) * sizeof *points);
    figure_series *s;
    size_t i, k, count = 0;
    bool ok = true;
    for (i = 0; i < t->row_count; i++)
        for (k = c->first_column; k < t->column_count; k++) {
            const frame_row *row = &t->rows[i];
            if (strcmp(chart_value(c, &c->series, row, k), name) != 0) continue;
            points[count++] = (chart_point){chart_x(c, row, k), row->values[k], chart_error(c, row, k), i};
        }
    if (c->q->kind != FIGURE_CDF) qsort(points, count, sizeof *points, chart_compare_points);
    s = figure_add_series(c->f, chart_label(c, name), count);
    for (i = 0; i < count; i++) {
        s->x[i] = points[i].x;
        s->y[i] = points[i].y;
        s->half[i] = points[i].half;
        if (ok && i && c->q->kind == FIGURE_LINE && c->x.source != CHART_NUMBERS && points[i].x == points[i - 1].x)
            ok = chart_say_twice(c, &t->rows[points[i - 1].number], &t->rows[points[i].number]);
    }
    free(points);
    return ok;
}

static bool chart_fill(chart *c) {
    const figure_kind kind = c->q->kind;
    const bool cells = kind == FIGURE_BAR || kind == FIGURE_STACKED || kind == FIGURE_HEAT;
    const bool categories = c->x.source != CHART_NUMBERS && kind != FIGURE_CDF &&
                            (cells || kind == FIGURE_BOX || !c->x.numbers);
    bool ok = true;
    size_t i;
    for (i = 0; categories && i < c->x.values.count; i++)
        figure_add_category(c->f, chart_label(c, c->x.values.items[i]));
    for (i = 0; c->bars.source != CHART_NOTHING && i < c->bars.values.count; i++)
        figure_add_bar(c->f, chart_label(c, c->bars.values.items[i]));
    if (cells) return chart_fill_cells(c);
    for (i = 0; ok && i < c->series.values.count; i++) ok = chart_fill_series(c, c->series.values.items[i]);
    return ok;
}

/* ---- labels of axes */

static const char *chart_unit(const frame_column *column) {
    return !column->unit || strcmp(column->unit, "Unspecified") == 0 ? "" : column->unit;
}

static char *chart_value_label(chart *c) {
    const frame_column *first = &c->table->columns[c->first_column];
    const bool one = c->table->column_count - c->first_column == 1;
    const char *name = one ? chart_label(c, first->name) : "", *value;
    if (!c->q->baseline) return text_copy(name);
    value = chart_label(c, strchr(c->q->baseline, '=') + 1);
    if (c->q->speedup) return text_printf("speedup over %s%s%s%s", value, one ? " (" : "", name, one ? ")" : "");
    return text_printf("%s%srelative to %s", name, one ? " " : "", value);
}

static char *chart_value_unit(chart *c) {
    const char *unit = chart_unit(&c->table->columns[c->first_column]);
    size_t i;
    for (i = c->first_column; i < c->table->column_count; i++)
        if (strcmp(unit, chart_unit(&c->table->columns[i])) != 0) return text_copy("");
    return text_copy(c->q->baseline ? "" : unit);
}

static void chart_rename(char **label, const char *given) {
    free(*label);
    *label = *given ? text_copy(given) : NULL;
}

/* The values are along the x axis. */
static void chart_label_cdf(chart *c) {
    figure *f = c->f;
    free(f->x_label);
    free(f->x_unit);
    f->x_label = f->y_label;
    f->x_unit = f->y_unit;
    f->y_unit = NULL;
    f->y_label = text_copy(c->table->dump_count ? "fraction of dumps" : "fraction of runs");
    if (c->q->y_label) chart_rename(&f->y_label, c->q->y_label);
}

static void chart_label_axes(chart *c) {
    const chart_source source = c->x.source;
    figure *f = c->f;
    if (c->q->title) f->title = text_copy(c->q->title);
    f->y_label = chart_value_label(c);
    f->y_unit = chart_value_unit(c);
    if (source == CHART_VARIABLE) f->x_label = text_copy(chart_label(c, c->table->variables.items[c->x.place]));
    else if (source == CHART_DUMP) f->x_label = text_copy(chart_label(c, "dump"));
    else if (source == CHART_NUMBERS) {
        f->x_label = text_copy(chart_label(c, c->table->columns[c->x.place].name));
        f->x_unit = text_copy(chart_unit(&c->table->columns[c->x.place]));
    }
    if (c->q->kind == FIGURE_CDF) chart_label_cdf(c);
    else if (c->q->y_label) chart_rename(&f->y_label, c->q->y_label);
    if (c->q->x_label) chart_rename(&f->x_label, c->q->x_label);
}

/* ---- */

/* Adds rows with means over the categories, one for each series and bar. */
static bool chart_add_means(chart *c) {
    const figure_kind kind = c->q->kind;
    const bool cells = kind == FIGURE_BAR || kind == FIGURE_STACKED || kind == FIGURE_HEAT;
    size_t by[2], count = 0;
    if (!c->q->has_mean) return true;
    if (!cells || (c->x.source != CHART_VARIABLE && c->x.source != CHART_NAME) || c->table->dump_count) {
        text_puts(c->why, "--mean adds a category: it is for bars and heat maps over a variable");
        return false;
    }
    if (c->series.source == CHART_VARIABLE) by[count++] = c->series.place;
    if (c->bars.source == CHART_VARIABLE) by[count++] = c->bars.place;
    relate_mean(c->table, c->q->mean, by, count);
    text_list_add(&c->x.values, chart_means[c->q->mean]);
    c->f->rule = c->x.values.count - 1;
    return true;
}

static void chart_free(chart *c) {
    size_t i;
    for (i = 0; i < c->kept.count; i++) free((void *)(uintptr_t)c->kept.items[i]);
    text_list_free(&c->kept);
    text_list_free(&c->x.values);
    text_list_free(&c->series.values);
    text_list_free(&c->bars.values);
}

bool chart_make(figure *f, frame *table, const chart_request *request, text *why) {
    chart c;
    bool ok;
    memset(&c, 0, sizeof c);
    memset(f, 0, sizeof *f);
    c.f = f;
    c.table = table;
    c.q = request;
    c.why = why;
    f->kind = request->kind;
    ok = chart_place(&c) && chart_check_places(&c);
    if (ok) {
        chart_list(&c, &c.x);
        chart_list(&c, &c.series);
        chart_list(&c, &c.bars);
        ok = chart_check_order(&c) && chart_add_means(&c) && chart_fill(&c);
    }
    if (ok) {
        chart_label_axes(&c);
        f->has_baseline = request->baseline && request->kind != FIGURE_HEAT && request->kind != FIGURE_CDF;
        f->baseline = 1;
    }
    chart_free(&c);
    return ok;
}
