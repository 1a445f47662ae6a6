/* figure.c - see figure.h */

#include "figure.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "terminal.h"

const char *const figure_words[] = {"bar", "stacked", "line", "scatter", "box", "heat", "cdf", NULL};

/* ---- making one */

void figure_add_category(figure *f, const char *name) { text_list_add(&f->categories, text_copy(name)); }

void figure_add_bar(figure *f, const char *name) { text_list_add(&f->bars, text_copy(name)); }

figure_series *figure_add_series(figure *f, const char *name, size_t count) {
    figure_series *s;
    size_t i;
    f->series = (figure_series *)text_room(f->series, f->series_count, sizeof *f->series);
    s = &f->series[f->series_count++];
    s->name = text_copy(name);
    s->count = count;
    s->x = (double *)text_alloc((3 * count + 1) * sizeof *s->x);
    s->y = s->x + count;
    s->half = s->y + count;
    for (i = 0; i < 3 * count; i++) s->x[i] = NAN;
    return s;
}

static void figure_free_list(text_list *list) {
    size_t i;
    for (i = 0; i < list->count; i++) free((void *)(uintptr_t)list->items[i]);
    text_list_free(list);
}

void figure_free(figure *f) {
    size_t i;
    for (i = 0; i < f->series_count; i++) {
        free(f->series[i].name);
        free(f->series[i].x);
    }
    free(f->series);
    figure_free_list(&f->categories);
    figure_free_list(&f->bars);
    free(f->title);
    free(f->x_label);
    free(f->y_label);
    free(f->x_unit);
    free(f->y_unit);
    memset(f, 0, sizeof *f);
}

/* ---- checking */

/* Names a value: "o3, size 2". */
static void figure_put_place(text *out, const figure *f, const figure_series *s, size_t i) {
    const size_t bars = f->kind == FIGURE_STACKED && f->bars.count ? f->bars.count : 1;
    const bool points = f->kind == FIGURE_LINE || f->kind == FIGURE_SCATTER || f->kind == FIGURE_BOX;
    const size_t category = !points ? i / bars : s->x[i] >= 0 && s->x[i] < 1e9 ? (size_t)s->x[i] : SIZE_MAX;
    text_puts(out, s->name);
    if (category < f->categories.count) text_putf(out, "%s%s", out->length ? ", " : "", f->categories.items[category]);
    if (bars > 1) text_putf(out, "%s%s", out->length ? ", " : "", f->bars.items[i % bars]);
}

/* Is there room for it in the calculation of an axis? */
static bool figure_is_drawn(double value) {
    return isnan(value) || value == 0 || (fabs(value) >= 1e-290 && fabs(value) <= 1e290);
}

static bool figure_check_value(const figure *f, const figure_series *s, size_t i, text *why) {
    const bool log_x = f->log_x && !f->categories.count, cdf = f->kind == FIGURE_CDF;
    const bool bad_y = !cdf && f->log_y && s->y[i] <= 0, bad_x = log_x && (cdf ? s->y[i] : s->x[i]) <= 0;
    const double value = bad_y || cdf || (!bad_x && !figure_is_drawn(s->y[i])) ? s->y[i] : s->x[i];
    text place = {NULL, 0, 0};
    if (!bad_y && !bad_x && figure_is_drawn(s->x[i]) && figure_is_drawn(s->y[i])) return true;
    figure_put_place(&place, f, s, i);
    if (isinf(value)) text_puts(why, "an infinite value cannot be drawn");
    else if (!figure_is_drawn(value)) text_puts(why, "numbers beyond 1e-290 and 1e+290 cannot be drawn");
    else text_putf(why, "a logarithmic %s axis has only values above 0", bad_y ? "y" : "x");
    text_putf(why, ", but one is %g%s%s", value, place.length ? ": " : "", text_string(&place));
    text_free(&place);
    return false;
}

static bool figure_check_axes(const figure *f, text *why) {
    if (f->log_y && f->kind == FIGURE_STACKED)
        text_puts(why, "parts of stacked bars cannot be compared on a logarithmic y axis");
    else if (f->log_y && f->kind == FIGURE_CDF) text_puts(why, "the y axis of a CDF goes from 0 to 1, and is linear");
    else if (f->log_x && f->categories.count)
        text_puts(why, "the x axis has categories, not numbers, and cannot be logarithmic");
    else return true;
    return false;
}

bool figure_check(const figure *f, text *why) {
    const bool needs_x = f->kind == FIGURE_LINE || f->kind == FIGURE_SCATTER || f->kind == FIGURE_BOX;
    size_t i, k, count = 0;
    if (!figure_check_axes(f, why)) return false;
    for (i = 0; i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++) {
            if (isnan(f->series[i].y[k]) || (needs_x && isnan(f->series[i].x[k]))) continue;
            if (!figure_check_value(f, &f->series[i], k, why)) return false;
            count++;
        }
    if (count) return true;
    text_puts(why, "there is nothing to draw: all values are missing, or not a number");
    return false;
}

/* ---- looks */

/* The colors of Okabe and Ito, which people with any color vision can tell apart, in an order in which neighbors differ
   in lightness as well. */
static const char *const figure_areas[FIGURE_COLORS] = {"0072b2", "e69f00", "009e73", "f0e442",
                                                        "d55e00", "56b4e9", "cc79a7", "000000"};
/* A thin line in yellow is hard to see. */
static const char *const figure_lines[FIGURE_COLORS] = {"0072b2", "e69f00", "009e73", "000000",
                                                        "d55e00", "56b4e9", "cc79a7", "f0e442"};

const char *figure_color(const figure *f, size_t series) {
    return (figure_has_area(f) ? figure_areas : figure_lines)[series % FIGURE_COLORS];
}

bool figure_is_dark(const char *color) { return strcmp(color, "0072b2") == 0 || strcmp(color, "000000") == 0; }

size_t figure_pattern(const figure *f, size_t series) {
    if (f->patterns) return series % FIGURE_PATTERNS;
    return series / FIGURE_COLORS % FIGURE_PATTERNS; /* a color's second use has a pattern */
}

bool figure_has_area(const figure *f) {
    return f->kind == FIGURE_BAR || f->kind == FIGURE_STACKED || f->kind == FIGURE_BOX;
}

const unsigned char figure_shades[FIGURE_SHADES][3] = {
    {247, 251, 255}, {198, 219, 239}, {107, 174, 214}, {33, 113, 181}, {8, 48, 107}};

void figure_shade(double part, unsigned char rgb[3]) {
    const double at = (part < 0 ? 0 : part > 1 ? 1 : part) * (FIGURE_SHADES - 1);
    const size_t i = at >= FIGURE_SHADES - 1 ? FIGURE_SHADES - 2 : (size_t)at;
    const double rest = at - (double)i;
    size_t k;
    for (k = 0; k < 3; k++) {
        const double from = figure_shades[i][k], to = figure_shades[i + 1][k];
        rgb[k] = (unsigned char)(from * (1 - rest) + to * rest + 0.5);
    }
}

/* ---- distributions */

static int figure_compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted values of a category; SIZE_MAX: of all. */
static double *figure_sorted_of(const figure_series *s, size_t category, size_t *count) {
    double *values = (double *)text_alloc((s->count + 1) * sizeof *values);
    size_t i;
    for (i = 0, *count = 0; i < s->count; i++)
        if (!isnan(s->y[i]) && (category == SIZE_MAX || s->x[i] == (double)category)) values[(*count)++] = s->y[i];
    qsort(values, *count, sizeof *values, figure_compare);
    return values;
}

figure_series figure_steps_of(const figure_series *s) {
    figure_series steps;
    double *values = figure_sorted_of(s, SIZE_MAX, &steps.count);
    size_t i;
    steps.name = s->name;
    steps.x = (double *)text_alloc((3 * steps.count + 1) * sizeof *steps.x);
    steps.y = steps.x + steps.count;
    steps.half = steps.y + steps.count;
    for (i = 0; i < steps.count; i++) {
        steps.x[i] = values[i];
        steps.y[i] = (double)(i + 1) / (double)steps.count;
        steps.half[i] = NAN;
    }
    free(values);
    return steps;
}

/* Between the two nearest values, as numpy and R do. */
static double figure_quantile(const double *values, size_t count, double part) {
    const double at = part * (double)(count - 1);
    const size_t i = (size_t)at;
    return i + 1 < count ? values[i] + (at - (double)i) * (values[i + 1] - values[i]) : values[i];
}

figure_box figure_box_of(const figure_series *s, size_t category) {
    figure_box box;
    double *values, reach;
    size_t i;
    memset(&box, 0, sizeof box);
    values = figure_sorted_of(s, category, &box.count);
    box.outside = values;
    if (!box.count) return box;
    box.first = figure_quantile(values, box.count, 0.25);
    box.median = figure_quantile(values, box.count, 0.5);
    box.third = figure_quantile(values, box.count, 0.75);
    reach = 1.5 * (box.third - box.first);
    box.low = box.first, box.high = box.third;
    for (i = 0; i < box.count; i++) {
        const double value = values[i];
        if (value < box.first - reach || value > box.third + reach) values[box.outside_count++] = value;
        else if (value < box.low) box.low = value;
        else if (value > box.high) box.high = value;
    }
    return box;
}

void figure_box_free(figure_box *box) { free(box->outside); }

/* ---- ranges */

static void figure_include(figure_range *r, double value) {
    if (isnan(value)) return;
    if (isnan(r->low) || value < r->low) r->low = value;
    if (isnan(r->high) || value > r->high) r->high = value;
}

figure_range figure_range_x(const figure *f) {
    figure_range r = {NAN, NAN};
    size_t i, k;
    for (i = 0; i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++) {
            const double x = f->series[i].x[k], y = f->series[i].y[k];
            figure_include(&r, f->kind == FIGURE_CDF || isnan(y) ? y : x);
        }
    return r;
}

/* Stacks grow upwards and downwards from 0. */
static void figure_include_stacks(figure_range *r, const figure *f) {
    const size_t count = f->series_count ? f->series[0].count : 0;
    size_t i, k;
    figure_include(r, 0);
    for (k = 0; k < count; k++) {
        double up = 0, down = 0;
        for (i = 0; i < f->series_count; i++) {
            const double value = f->series[i].y[k];
            if (value > 0) up += value;
            else if (value < 0) down += value;
        }
        figure_include(r, up);
        figure_include(r, down);
    }
}

figure_range figure_range_y(const figure *f) {
    figure_range r = {NAN, NAN};
    size_t i, k;
    if (f->kind == FIGURE_CDF) return (figure_range){0, 1};
    if (f->has_baseline) figure_include(&r, f->baseline);
    if (f->kind == FIGURE_BAR && !f->log_y) figure_include(&r, 0);
    if (f->kind == FIGURE_STACKED) figure_include_stacks(&r, f);
    for (i = 0; f->kind != FIGURE_STACKED && i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++) {
            const figure_series *s = &f->series[i];
            figure_include(&r, s->y[k]);
            if (isnan(s->half[k]) || f->kind == FIGURE_HEAT) continue;
            figure_include(&r, s->y[k] + s->half[k]);
            if (!f->log_y || s->y[k] > s->half[k]) figure_include(&r, s->y[k] - s->half[k]);
        }
    return r;
}
