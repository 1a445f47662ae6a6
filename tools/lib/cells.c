/* cells.c - see cells.h */

#include "cells.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The meaning of a term of a formula: an earlier column, or statistics. */
typedef struct cells_term {
    size_t column;  /* SIZE_MAX: it is not one */
    size_t *names;  /* numbers */
    size_t count;
} cells_term;

typedef struct cells_look {
    const cells *cells;
    const formula *formula;
    const cells_term *terms;
    size_t match; /* of a glob that is the whole formula; SIZE_MAX: it is not one */
} cells_look;

void cells_begin(cells *c, const char *const *formulas, size_t count) {
    text why = {NULL, 0, 0};
    size_t i, at;
    memset(c, 0, sizeof *c);
    c->formulas = (formula *)text_alloc((count + 1) * sizeof *c->formulas);
    c->terms = (cells_term **)text_alloc((count + 1) * sizeof *c->terms);
    for (i = 0; i < count; i++) {
        formula_check(formulas[i]);
        formula_parse(&c->formulas[i], formulas[i], &why, &at);
        c->terms[i] = (cells_term *)text_alloc((c->formulas[i].term_count + 1) * sizeof **c->terms);
        c->formula_count++;
    }
    text_free(&why);
}

void cells_end(cells *c) {
    size_t i, k;
    for (i = 0; i < c->formula_count; i++) {
        for (k = 0; k < c->formulas[i].term_count; k++) free(c->terms[i][k].names);
        free(c->terms[i]);
        formula_free(&c->formulas[i]);
    }
    free(c->terms);
    free(c->formulas);
    free(c->columns);
    free(c->sums);
    free(c->given);
    free(c->values);
    free(c->gaps);
    memset(c, 0, sizeof *c);
}

/* The earlier formula that has a term's word as its name; SIZE_MAX: there is none. */
static size_t cells_earlier(const cells *c, size_t formula_index, const formula_term *t) {
    size_t i;
    if (t->glob || t->gather != FORMULA_ONE) return SIZE_MAX;
    for (i = 0; i < formula_index; i++)
        if (c->formulas[i].named && strcmp(c->formulas[i].name, t->pattern) == 0) return i;
    return SIZE_MAX;
}

/* A name as a pattern that only it matches. */
static char *cells_exact(const char *name) {
    text pattern = {NULL, 0, 0};
    for (; *name; name++) text_putf(&pattern, strchr("*?[", *name) ? "[%c]" : "%c", *name);
    return (char *)text_keep(pattern.data);
}

void cells_list_patterns(const cells *c, text_list *patterns) {
    size_t i, k;
    for (i = 0; i < c->formula_count; i++)
        for (k = 0; k < c->formulas[i].term_count; k++) {
            const formula_term *t = &c->formulas[i].terms[k];
            const char *pattern = t->glob ? t->pattern : cells_exact(t->pattern);
            if (cells_earlier(c, i, t) == SIZE_MAX && !text_list_has(patterns, pattern))
                text_list_add(patterns, pattern);
        }
}

/* Does a term gather a statistic? Totals of vectors are gathered only by their name. */
static bool cells_gathers(const formula_term *t, const char *name) {
    if (!t->glob) return strcmp(t->pattern, name) == 0;
    if (t->gather != FORMULA_ONE && text_ends(name, "::total") && !text_ends(t->pattern, "total")) return false;
    return stats_filter_matches(t->pattern, (gem5art_text){name, strlen(name)});
}

static void cells_resolve_term(cells *c, size_t formula_index, size_t term_index) {
    const formula_term *t = &c->formulas[formula_index].terms[term_index];
    cells_term *r = &c->terms[formula_index][term_index];
    size_t earlier = cells_earlier(c, formula_index, t), i, number;
    r->column = SIZE_MAX;
    for (i = 0; earlier != SIZE_MAX && i < c->column_count; i++)
        if (c->columns[i].formula == earlier) r->column = i;
    if (r->column != SIZE_MAX) return;
    if (!t->glob) {
        if ((number = samples_find(c->samples, t->pattern, strlen(t->pattern))) == SIZE_MAX) return;
        r->names = (size_t *)text_room(r->names, 0, sizeof *r->names);
        r->names[r->count++] = number;
        return;
    }
    for (i = 0; i < c->samples->count; i++)
        if (cells_gathers(t, c->samples->names[i].name)) {
            r->names = (size_t *)text_room(r->names, r->count, sizeof *r->names);
            r->names[r->count++] = i;
        }
}

/* A column has the unit of its statistics, if it is not calculated. */
static void cells_add_column(cells *c, size_t formula_index, size_t match) {
    const formula *f = &c->formulas[formula_index];
    const cells_term *t = c->terms[formula_index];
    size_t number = match != SIZE_MAX ? match : f->term_count == 1 && t->count ? t->names[0] : SIZE_MAX;
    bool plain = f->step_count == 1 && number != SIZE_MAX && f->terms[0].gather != FORMULA_COUNT;
    cells_column *column;
    size_t i;
    for (i = 0; match != SIZE_MAX && i < c->column_count; i++)
        if (strcmp(c->columns[i].name, c->samples->names[match].name) == 0) return; /* globs may overlap */
    c->columns = (cells_column *)text_room(c->columns, c->column_count, sizeof *c->columns);
    column = &c->columns[c->column_count++];
    column->name = match != SIZE_MAX ? c->samples->names[match].name : f->name;
    column->unit = plain ? c->samples->names[number].unit : "";
    column->description = plain ? c->samples->names[number].description : "";
    column->formula = formula_index;
    column->match = match;
}

const char *cells_resolve(cells *c, const samples *s) {
    size_t i, k;
    c->samples = s;
    for (i = 0; i < c->formula_count; i++) {
        const formula *f = &c->formulas[i];
        for (k = 0; k < f->term_count; k++) {
            cells_resolve_term(c, i, k);
            if (!c->terms[i][k].count && c->terms[i][k].column == SIZE_MAX) return f->terms[k].pattern;
        }
        for (k = 0; formula_is_glob(f) && k < c->terms[i][0].count; k++)
            cells_add_column(c, i, c->terms[i][0].names[k]);
        if (!formula_is_glob(f)) cells_add_column(c, i, SIZE_MAX);
    }
    c->sums = (double *)text_alloc((s->count + 1) * sizeof *c->sums);
    c->given = (size_t *)text_alloc((s->count + 1) * sizeof *c->given);
    c->values = (double *)text_alloc((c->column_count + 1) * sizeof *c->values);
    c->gaps = (formula_gap *)text_alloc((c->column_count + 1) * sizeof *c->gaps);
    return NULL;
}

void cells_add_dump(cells *c, const samples_dump *dump, double weight) {
    size_t i;
    for (i = 0; i < dump->count; i++) {
        size_t name = dump->values[i].name;
        if (c->given[name] > c->dump_count) continue; /* it is in this dump twice */
        c->given[name]++;
        c->sums[name] += weight * dump->values[i].value;
    }
    c->dump_count++;
}

static double cells_gather(const cells *c, formula_gather gather, const cells_term *t, formula_gap *gap) {
    double sum = 0, least = INFINITY, most = -INFINITY;
    size_t i, count = 0;
    for (i = 0; i < t->count; i++) {
        double value = c->sums[t->names[i]];
        if (c->given[t->names[i]] < c->dump_count) continue;
        if (isnan(value)) *gap = FORMULA_NAN;
        sum += value;
        least = value < least ? value : least;
        most = value > most ? value : most;
        count++;
    }
    if (gather == FORMULA_COUNT) *gap = FORMULA_NO_GAP;
    else if (!count) *gap = FORMULA_MISSING;
    if (*gap) return NAN;
    return gather == FORMULA_COUNT  ? (double)count
           : gather == FORMULA_MEAN ? sum / (double)count
           : gather == FORMULA_MIN  ? least
           : gather == FORMULA_MAX  ? most
                                    : sum;
}

static double cells_look_up(void *user, size_t term, formula_gap *gap) {
    const cells_look *l = (const cells_look *)user;
    const cells *c = l->cells;
    cells_term t = l->terms[term];
    if (t.column != SIZE_MAX) {
        *gap = c->gaps[t.column];
        return c->values[t.column];
    }
    if (l->match != SIZE_MAX) {
        cells_look matched = *l;
        t.names = &matched.match;
        t.count = 1;
        return cells_gather(c, FORMULA_SUM, &t, gap);
    }
    return cells_gather(c, l->formula->terms[term].gather, &t, gap);
}

void cells_calculate(cells *c) {
    size_t i;
    for (i = 0; i < c->column_count; i++) {
        size_t f = c->columns[i].formula;
        cells_look look = {c, &c->formulas[f], c->terms[f], c->columns[i].match};
        c->values[i] = formula_evaluate(&c->formulas[f], cells_look_up, &look, &c->gaps[i]);
    }
    memset(c->sums, 0, c->samples->count * sizeof *c->sums);
    memset(c->given, 0, c->samples->count * sizeof *c->given);
    c->dump_count = 0;
}
