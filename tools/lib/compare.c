/* compare.c - see compare.h */

#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "means.h"

bool compare_is_host(const char *name) { return text_starts(name, "host") && !strchr(name, '.'); }

/* The values of one group by name and run. */
typedef struct compare_group {
    double *values;
    bool *has;
    size_t count; /* runs */
} compare_group;

static void compare_fill(compare_group *g, const samples *s, const samples_run *runs, size_t count) {
    size_t i, k;
    g->count = count;
    g->values = (double *)text_alloc((s->count * count + 1) * sizeof *g->values);
    g->has = (bool *)text_alloc(s->count * count + 1);
    for (i = 0; i < count; i++)
        for (k = 0; runs[i].count && k < runs[i].dumps[0].count; k++) {
            const samples_value *v = &runs[i].dumps[0].values[k];
            g->values[v->name * count + i] = v->value;
            g->has[v->name * count + i] = true;
        }
}

static int compare_numbers(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorted values have the same sum in whichever order the runs are. */
static compare_side compare_sum_up(const compare_group *g, size_t name, double *sorted) {
    compare_side side = {0, NAN, NAN, NAN};
    bool any_nan = false;
    size_t i;
    double sum = 0;
    for (i = name * g->count; i < (name + 1) * g->count; i++)
        if (g->has[i]) any_nan |= isnan(sorted[side.n++] = g->values[i]);
    if (!side.n || any_nan) return side;
    qsort(sorted, side.n, sizeof *sorted, compare_numbers);
    side.lowest = sorted[0];
    side.highest = sorted[side.n - 1];
    for (i = 0; i < side.n; i++) sum += sorted[i];
    side.mean = side.lowest == side.highest ? side.lowest : sum / (double)side.n;
    return side;
}

static bool compare_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* Compares pair by pair; *ratio is set if all pairs have one. */
static bool compare_pairs(const compare_group groups[2], size_t name, const size_t *pairs, double *ratios,
                          double *ratio) {
    size_t i, count = 0;
    bool same = true;
    for (i = 0; i < groups[0].count; i++) {
        size_t a = name * groups[0].count + i, b = name * groups[1].count + pairs[i];
        bool both = groups[0].has[a] && groups[1].has[b];
        if (groups[0].has[a] != groups[1].has[b] || (both && !compare_same(groups[0].values[a], groups[1].values[b])))
            same = false;
        if (both) ratios[count++] = groups[1].values[b] / groups[0].values[a];
    }
    *ratio = means_of(MEANS_GEOMETRIC, ratios, count);
    return same;
}

/* Fills in a row; false: the sides are equal, or one has no value. */
static bool compare_name(compare_row *r, const compare_group groups[2], size_t name, const size_t *pairs,
                         double *room) {
    const compare_side *a = &r->sides[0], *b = &r->sides[1];
    bool same;
    r->sides[0] = compare_sum_up(&groups[0], name, room);
    r->sides[1] = compare_sum_up(&groups[1], name, room);
    if (!a->n || !b->n) return false;
    r->ratio = NAN;
    r->overlap = a->lowest <= b->highest && b->lowest <= a->highest;
    r->difference = b->mean == a->mean ? 0 : b->mean - a->mean;
    r->relative = r->difference == 0 ? 0 : r->difference / fabs(a->mean);
    same = compare_same(a->mean, b->mean) && compare_same(a->lowest, b->lowest) && compare_same(a->highest, b->highest);
    return !(pairs ? compare_pairs(groups, name, pairs, room, &r->ratio) : same);
}

/* What cannot be computed is as large as can be. */
static double compare_size(double value) { return isnan(value) ? INFINITY : fabs(value); }

static int compare_rows(const void *a, const void *b) {
    const compare_row *x = (const compare_row *)a, *y = (const compare_row *)b;
    double p = compare_size(x->relative), q = compare_size(y->relative);
    if (p == q) {
        p = compare_size(x->difference);
        q = compare_size(y->difference);
    }
    return p > q ? -1 : p < q ? 1 : strcmp(x->name, y->name);
}

void compare_make(compare *c, const samples *s, const samples_run *const runs[2], const size_t counts[2],
                  const size_t *pairs) {
    compare_group groups[2];
    double *room = (double *)text_alloc((counts[0] + counts[1] + 1) * sizeof *room);
    size_t i;
    int side;
    memset(c, 0, sizeof *c);
    for (side = 0; side < 2; side++) compare_fill(&groups[side], s, runs[side], counts[side]);
    for (i = 0; i < s->count; i++) {
        compare_row row = {.name = s->names[i].name, .unit = s->names[i].unit};
        bool differs;
        if (compare_is_host(row.name)) continue;
        differs = compare_name(&row, groups, i, pairs, room);
        if (!row.sides[0].n && !row.sides[1].n) continue;
        if (!row.sides[0].n || !row.sides[1].n) text_list_add(&c->only[!row.sides[0].n], row.name);
        else if (!differs) c->equal++;
        else {
            c->rows = (compare_row *)text_room(c->rows, c->count, sizeof *c->rows);
            c->rows[c->count++] = row;
        }
    }
    if (c->count) qsort(c->rows, c->count, sizeof *c->rows, compare_rows);
    for (side = 0; side < 2; side++) {
        free(groups[side].values);
        free(groups[side].has);
    }
    free(room);
}

void compare_free(compare *c) {
    free(c->rows);
    text_list_free(&c->only[0]);
    text_list_free(&c->only[1]);
    memset(c, 0, sizeof *c);
}
