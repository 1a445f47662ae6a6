/* relate.c - see relate.h */

#include "relate.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "variables.h"

enum { RELATE_NOTES = 6 /* about columns; further ones are counted */ };

/* ---- groups of rows */

typedef struct relate_groups {
    size_t *of_row, count;
    size_t *rows, *first; /* the rows of group G are rows[first[G]] to rows[first[G + 1] - 1], in their order */
} relate_groups;

/* A text that rows of one group share, and others do not. */
static char *relate_key(const frame *f, const frame_row *row, const text_list *without, bool dumps) {
    text key = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < f->variables.count; i++)
        if (!text_list_has(without, f->variables.items[i]))
            text_putf(&key, "%zu:%s", strlen(row->variables[i]), row->variables[i]);
    text_putf(&key, "%zu", dumps ? row->dump : 0);
    return key.data;
}

static void relate_group(relate_groups *g, const frame *f, const text_list *without, bool dumps) {
    char **keys = (char **)text_alloc((f->row_count + 1) * sizeof *keys);
    size_t i, k;
    g->of_row = (size_t *)text_alloc((f->row_count + 1) * sizeof *g->of_row);
    g->rows = (size_t *)text_alloc((f->row_count + 1) * sizeof *g->rows);
    for (i = 0; i < f->row_count; i++) keys[i] = relate_key(f, &f->rows[i], without, dumps);
    g->count = keys_number((const char *const *)keys, f->row_count, g->of_row);
    for (i = 0; i < f->row_count; i++) free(keys[i]);
    free(keys);
    g->first = (size_t *)text_alloc((g->count + 2) * sizeof *g->first);
    for (i = 0; i < f->row_count; i++) g->first[g->of_row[i] + 2]++;
    for (k = 2; k < g->count + 2; k++) g->first[k] += g->first[k - 1];
    for (i = 0; i < f->row_count; i++) g->rows[g->first[g->of_row[i] + 1]++] = i;
}

static void relate_free_groups(relate_groups *g) {
    free(g->of_row);
    free(g->rows);
    free(g->first);
}

/* ---- merged rows */

/* Sets the cells of a row to the means of a column's values in rows of a group. */
static void relate_merge_column(const frame *f, frame_row *row, size_t column, const size_t *rows, size_t count) {
    double *values = (double *)text_alloc((count + 1) * sizeof *values);
    size_t i;
    for (i = 0; i < count; i++) values[i] = f->rows[rows[i]].values[column];
    row->spread[column] = means_deviation(values, count);
    row->half[column] = means_half_interval(row->spread[column], count);
    row->values[column] = means_of(MEANS_ARITHMETIC, values, count);
    free(values);
}

/* Takes variables out of a frame and of its rows. */
static void relate_drop(frame *f, const text_list *names) {
    size_t i, k, kept = 0;
    for (i = 0; i < f->variables.count; i++) {
        bool drop = text_list_has(names, f->variables.items[i]);
        if (drop) free((void *)(uintptr_t)f->variables.items[i]);
        else f->variables.items[kept] = f->variables.items[i];
        for (k = 0; k < f->row_count; k++)
            if (drop) free(f->rows[k].variables[i]);
            else f->rows[k].variables[kept] = f->rows[k].variables[i];
        if (!drop) kept++;
    }
    f->variables.count = kept;
    if (f->variables.items) f->variables.items[kept] = NULL;
}

void relate_merge(frame *f, const text_list *over) {
    relate_groups g;
    frame_row *rows = f->rows;
    size_t i, k, count = f->row_count, *of;
    double *merged;
    relate_group(&g, f, over, true);
    merged = (double *)text_alloc((3 * g.count * (f->column_count + 1) + 1) * sizeof *merged);
    for (i = 0; i < g.count; i++) {
        double *at = merged + 3 * i * (f->column_count + 1);
        frame_row row = {0};
        row.values = at;
        row.spread = at + (f->column_count + 1);
        row.half = row.spread + (f->column_count + 1);
        of = g.rows + g.first[i];
        for (k = 0; k < f->column_count; k++) relate_merge_column(f, &row, k, of, g.first[i + 1] - g.first[i]);
    }
    for (i = 0; i < g.count; i++) { /* into the first row of each group */
        frame_row *row = &rows[g.rows[g.first[i]]];
        row->n = g.first[i + 1] - g.first[i];
        memcpy(row->values, merged + 3 * i * (f->column_count + 1), 3 * (f->column_count + 1) * sizeof *merged);
    }
    for (i = 0, k = 0; i < count; i++)
        if (g.rows[g.first[g.of_row[i]]] == i) rows[k++] = rows[i];
        else frame_free_row(f, &rows[i]);
    f->row_count = k;
    free(merged);
    relate_free_groups(&g);
    relate_drop(f, over);
    f->merged = true;
}

/* ---- a baseline */

/* The name of the group of a row, to be freed. */
static char *relate_name(const frame *f, size_t row, size_t place) {
    text_list without = {NULL, 0};
    char *name;
    text_list_add(&without, f->variables.items[place]);
    name = frame_group(f, &f->rows[row], &without);
    text_list_free(&without);
    return name;
}

/* Finds the baseline's row among the rows of a group. */
static bool relate_find_base(const frame *f, const relate_groups *g, size_t group, size_t place, const char *value,
                             size_t *base, text *why) {
    size_t i, count = 0;
    char *name;
    for (i = g->first[group]; i < g->first[group + 1]; i++)
        if (strcmp(f->rows[g->rows[i]].variables[place], value) == 0) {
            *base = g->rows[i];
            count++;
        }
    if (count == 1) return true;
    name = relate_name(f, g->rows[g->first[group]], place);
    text_putf(why, count ? "%s%s has %zu runs with this value: select one of them, as by --name or --since"
                         : "%s%s has no run with this value: select other runs with --where, or run it",
              *name ? "the group " : "the table", name, count);
    free(name);
    return false;
}

/* Divides one value, with its spread. */
static void relate_divide(frame_row *row, size_t column, double base, bool speedup) {
    double value = row->values[column], factor = speedup ? base / (value * value) : 1 / base;
    row->values[column] = speedup ? (value == 0 ? NAN : base / value) : value / base;
    row->spread[column] = fabs(row->spread[column] * factor);
    row->half[column] = fabs(row->half[column] * factor);
}

static bool relate_compare_group(frame *f, const relate_groups *g, size_t group, size_t base, size_t place,
                                 bool speedup, text *why) {
    double *values = (double *)text_alloc((f->column_count + 1) * sizeof *values);
    size_t i, k;
    memcpy(values, f->rows[base].values, f->column_count * sizeof *values);
    for (k = 0; k < f->column_count; k++)
        if (isnan(values[k]) || values[k] == 0) {
            char *name = relate_name(f, base, place);
            text_putf(why, "%s%s has a baseline of %s that is %s (run %.8s)", *name ? "the group " : "the table", name,
                      f->columns[k].name, isnan(values[k]) ? "missing" : "0", f->rows[base].id);
            free(name);
            free(values);
            return false;
        }
    for (i = g->first[group]; i < g->first[group + 1]; i++)
        for (k = 0; k < f->column_count; k++) relate_divide(&f->rows[g->rows[i]], k, values[k], speedup);
    free(values);
    return true;
}

/* Notes the columns in which a value is 0, so that there is no speed-up. */
static void relate_note_zeros(frame *f) {
    size_t i, k, count, columns = 0;
    for (k = 0; k < f->column_count; k++) {
        for (i = 0, count = 0; i < f->row_count; i++) count += f->rows[i].values[k] == 0;
        if (count && columns++ < RELATE_NOTES)
            frame_say(&f->notes, "%s is 0 in %zu run%s: there is no speed-up", f->columns[k].name, count,
                      count == 1 ? "" : "s");
    }
    if (columns > RELATE_NOTES) frame_say(&f->notes, "so are %zu more columns", columns - RELATE_NOTES);
}

/* Does any row have the baseline's value? */
static bool relate_check_value(const frame *f, size_t place, const char *value, text *why) {
    text_list values = {NULL, 0};
    char *condition;
    size_t i;
    for (i = 0; i < f->row_count && strcmp(f->rows[i].variables[place], value) != 0; i++)
        if (!text_list_has(&values, f->rows[i].variables[place])) text_list_add(&values, f->rows[i].variables[place]);
    if (i == f->row_count) {
        condition = text_printf("%s=%s", f->variables.items[place], value);
        variables_put_unknown(why, condition, &f->variables, &values);
        free(condition);
    }
    text_list_free(&values);
    return i < f->row_count;
}

bool relate_compare(frame *f, size_t place, const char *value, bool speedup, text *why) {
    text_list without = {NULL, 0};
    relate_groups g;
    size_t i, base = 0;
    bool ok = true;
    if (!relate_check_value(f, place, value, why)) return false;
    text_list_add(&without, f->variables.items[place]);
    relate_group(&g, f, &without, true);
    if (speedup) relate_note_zeros(f);
    for (i = 0; ok && i < g.count; i++)
        ok = relate_find_base(f, &g, i, place, value, &base, why) &&
             relate_compare_group(f, &g, i, base, place, speedup, why);
    relate_free_groups(&g);
    text_list_free(&without);
    return ok;
}

/* ---- means */

/* The variable whose column has the word "mean" in a row of means: the first that is not grouped by, and differs. */
static size_t relate_label_place(const frame *f, const text_list *without) {
    size_t i, k;
    for (i = 0; i < f->variables.count; i++) {
        if (!text_list_has(without, f->variables.items[i])) continue;
        for (k = 1; k < f->row_count; k++)
            if (strcmp(f->rows[k].variables[i], f->rows[0].variables[i]) != 0) return i;
    }
    return SIZE_MAX;
}

static const char *const relate_labels[] = {"mean", "geomean", "harmonic mean"};

static void relate_add_mean(frame *f, means_kind kind, const size_t *rows, size_t count, const text_list *without,
                            size_t label_place) {
    double *values = (double *)text_alloc((count + 1) * sizeof *values);
    frame_row *row = frame_add_row(f);
    size_t i, k;
    for (k = 0; k < f->column_count; k++) {
        for (i = 0; i < count; i++) values[i] = f->rows[rows[i]].values[k];
        row->values[k] = means_of(kind, values, count);
    }
    for (i = 0; i < f->variables.count; i++)
        row->variables[i] = text_copy(i == label_place ? relate_labels[kind]
                                      : text_list_has(without, f->variables.items[i]) ? ""
                                                                                     : f->rows[rows[0]].variables[i]);
    row->id = text_copy("");
    row->status = text_copy("");
    row->name = text_copy(relate_labels[kind]);
    row->n = count;
    row->mean = true;
    free(values);
}

/* Notes the columns in which a mean is missing. */
static void relate_note_means(frame *f, means_kind kind) {
    size_t i, k, columns = 0;
    for (k = 0; k < f->column_count; k++) {
        for (i = 0; i < f->row_count && !(f->rows[i].mean && isnan(f->rows[i].values[k])); i++) {}
        if (i < f->row_count && columns++ < RELATE_NOTES)
            frame_say(&f->notes, "%s has no %s%s", f->columns[k].name, relate_labels[kind],
                      kind == MEANS_ARITHMETIC ? ": a value is missing" : ": a value is missing, or not above 0");
    }
    if (columns > RELATE_NOTES) frame_say(&f->notes, "neither have %zu more columns", columns - RELATE_NOTES);
}

void relate_mean(frame *f, means_kind kind, const size_t *by, size_t by_count) {
    text_list without = {NULL, 0};
    relate_groups g;
    size_t i, k, place;
    for (i = 0; i < f->variables.count; i++) {
        for (k = 0; k < by_count && by[k] != i; k++) {}
        if (k == by_count) text_list_add(&without, f->variables.items[i]);
    }
    place = relate_label_place(f, &without);
    relate_group(&g, f, &without, false);
    for (i = 0; i < g.count; i++)
        relate_add_mean(f, kind, g.rows + g.first[i], g.first[i + 1] - g.first[i], &without, place);
    relate_note_means(f, kind);
    relate_free_groups(&g);
    text_list_free(&without);
}
