/* layout.c - see layout.h */

#include "layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "letters.h"

#define LAYOUT_LEAST 60.0   /* height of a plot; a figure grows for it */
#define LAYOUT_DIAGONAL 0.7072
#define LAYOUT_SMALLEST 6.0 /* letters */
#define LAYOUT_WIDEST 36.0  /* of a bar */
#define LAYOUT_FILLED 0.8   /* part of a category that its bars take */

enum { LAYOUT_FEW = 8, LAYOUT_MANY = 1000 };

bool layout_has_legend(const figure *f) {
    return f->kind != FIGURE_HEAT && f->series_count > 1;
}

size_t layout_bars(const figure *f) {
    if (f->kind == FIGURE_STACKED) return f->bars.count ? f->bars.count : 1;
    return f->kind == FIGURE_BAR || f->kind == FIGURE_BOX ? f->series_count : 1;
}

static double layout_widest(const text_list *list, double size, double most) {
    double widest = 0;
    size_t i;
    for (i = 0; i < list->count; i++) {
        text fit = {NULL, 0, 0};
        letters_put(&fit, list->items[i], size, most);
        widest = fmax(widest, letters_width(text_string(&fit), size));
        text_free(&fit);
    }
    return widest;
}

/* ---- scales */

static double layout_widest_tick(const scale *s) {
    double widest = 0;
    size_t i;
    for (i = 0; i < s->count; i++) {
        text label = {NULL, 0, 0};
        scale_put_label(&label, s, i, false);
        widest = fmax(widest, letters_width(text_string(&label), LAYOUT_TICK));
        text_free(&label);
    }
    return widest;
}

static size_t layout_most_ticks(double length, double each) {
    const double count = floor(length / each) + 1;
    return count < 2 ? 2 : count > 11 ? 11 : (size_t)count;
}

/* The x values of a line, if they are few: each gets a tick on a logarithmic axis. */
static bool layout_few(const figure *f, double *values, size_t *count) {
    size_t i, k, n;
    for (i = 0, *count = 0; i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++) {
            for (n = 0; n < *count && values[n] != f->series[i].x[k]; n++) {}
            if (n < *count || isnan(f->series[i].x[k]) || isnan(f->series[i].y[k])) continue;
            if (*count == LAYOUT_FEW) return false;
            values[(*count)++] = f->series[i].x[k];
        }
    return *count > 1;
}

/* Are all x whole numbers, such as those of dumps? */
static bool layout_whole(const figure *f) {
    size_t i, k;
    for (i = 0; i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++)
            if (f->series[i].x[k] != floor(f->series[i].x[k])) return false;
    return true;
}

static void layout_make_scales(layout *l) {
    const figure *f = l->figure;
    double values[LAYOUT_FEW];
    size_t count;
    const figure_range x = figure_range_x(f), y = figure_range_y(f);
    const bool points = f->kind == FIGURE_LINE || f->kind == FIGURE_SCATTER || f->kind == FIGURE_CDF;
    scale_make(&l->y, y.low, y.high, f->log_y && f->kind != FIGURE_CDF, layout_most_ticks(l->bottom - l->top, 20),
               f->kind == FIGURE_HEAT ? SCALE_TIGHT : 0);
    if (f->categories.count || !points) return;
    if (f->kind == FIGURE_LINE && f->log_x && layout_few(f, values, &count))
        scale_make_at(&l->x, x.low, x.high, values, count);
    else scale_make(&l->x, x.low, x.high, f->log_x, layout_most_ticks(l->right - l->left, 32),
                    f->kind == FIGURE_LINE && layout_whole(f) ? SCALE_WHOLE : 0);
}

/* ---- the legend: a grid, above the plot */

static void layout_make_legend(layout *l) {
    const figure *f = l->figure;
    const double most = l->width - 8 - LAYOUT_SWATCH;
    double widest = 0, columns;
    size_t i;
    l->legend_rows = 0;
    if (!layout_has_legend(f)) return;
    for (i = 0; i < f->series_count; i++) {
        text fit = {NULL, 0, 0};
        letters_put(&fit, f->series[i].name, LAYOUT_TICK, most);
        widest = fmax(widest, letters_width(text_string(&fit), LAYOUT_TICK));
        text_free(&fit);
    }
    l->legend_entry = widest + LAYOUT_SWATCH + 8;
    columns = floor((l->width - 8) / l->legend_entry);
    l->legend_columns = columns < 1 ? 1 : (size_t)columns;
    if (l->legend_columns > f->series_count) l->legend_columns = f->series_count;
    l->legend_rows = (f->series_count + l->legend_columns - 1) / l->legend_columns;
    l->legend_columns = (f->series_count + l->legend_rows - 1) / l->legend_rows;
}

/* ---- labels of the x axis */

/* Turns the categories' labels, or leaves some out, where they would be too wide. Returns their height. */
static double layout_turn_labels(layout *l) {
    const figure *f = l->figure;
    const double slot = (l->right - l->left) / (double)f->categories.count, most = 0.42 * fmax(l->height, 100);
    const double line = LAYOUT_TICK * LAYOUT_LINE, widest = layout_widest(&f->categories, LAYOUT_TICK, 1e9);
    l->turn = 0;
    l->step = 1;
    l->room = slot - 3;
    if (widest <= l->room) return line;
    l->turn = slot >= 1.3 * line ? 45 : 90;
    if (slot < line) l->step = (size_t)ceil(line / slot);
    l->room = fmin(widest, l->turn == 45 ? most / LAYOUT_DIAGONAL : most);
    return l->turn == 45 ? (l->room + LAYOUT_TICK) * LAYOUT_DIAGONAL : l->room + 2;
}

static double layout_bar_labels(layout *l) {
    const figure *f = l->figure;
    const double line = LAYOUT_TICK * LAYOUT_LINE;
    double slot, widest;
    l->bar_room = 0;
    if (f->kind != FIGURE_STACKED || !f->bars.count) return 0;
    slot = (l->right - l->left) / (double)f->categories.count * LAYOUT_FILLED / (double)f->bars.count;
    widest = layout_widest(&f->bars, LAYOUT_TICK, 0.25 * l->height);
    l->bars_turned = widest > fmin(slot, LAYOUT_WIDEST) - 1;
    return l->bar_room = (l->bars_turned ? widest : line) + 2;
}

/* The height of all that stands below the plot. */
static double layout_below(layout *l) {
    const figure *f = l->figure;
    double height = 4; /* ticks */
    height += layout_bar_labels(l);
    height += f->categories.count ? layout_turn_labels(l) : LAYOUT_TICK * LAYOUT_LINE;
    l->x_label_y = height + LAYOUT_LABEL * LAYOUT_LINE;
    return height + (f->x_label ? LAYOUT_LABEL * LAYOUT_LINE + 4 : 2);
}

/* The width of all that stands on the left of the plot. */
static double layout_before(const layout *l) {
    const figure *f = l->figure;
    double width = 4 + (f->y_label && f->kind != FIGURE_HEAT ? LAYOUT_LABEL * LAYOUT_LINE + 3 : 2), reach = 0;
    if (f->kind == FIGURE_HEAT) {
        size_t i;
        double widest = 0;
        for (i = 0; i < f->series_count; i++) widest = fmax(widest, letters_width(f->series[i].name, LAYOUT_TICK));
        width += fmin(widest, 0.3 * l->width);
    } else width += layout_widest_tick(&l->y);
    if (f->categories.count && l->turn == 45) /* the first label reaches beyond its category */
        reach = l->room * LAYOUT_DIAGONAL - (l->right - l->left) / (double)f->categories.count / 2 + 2;
    return fmax(width, fmin(reach, 0.25 * l->width));
}

void layout_make(layout *l, const figure *f) {
    double below;
    int pass;
    *l = (layout){.figure = f};
    l->width = f->width > 0 ? f->width : FIGURE_COLUMN;
    l->height = f->height > 0 ? f->height : fmin(0.62 * l->width, 200);
    layout_make_legend(l);
    l->top = 5 + (f->title ? LAYOUT_TITLE * LAYOUT_LINE + 2 : 0) + (l->legend_rows ? 3 : 0) +
             (double)l->legend_rows * LAYOUT_LEGEND;
    l->left = 40;
    l->right = l->width - 6;
    l->bottom = fmax(l->height - 30, l->top + LAYOUT_LEAST);
    for (pass = 0; pass < 3; pass++) { /* each part's room depends on that of the others */
        layout_make_scales(l);
        below = layout_below(l);
        l->bottom = fmax(l->height - below, l->top + LAYOUT_LEAST);
        l->left = fmin(layout_before(l), 0.6 * l->width);
        if (l->x.count) l->right = l->width - fmax(6, layout_widest_tick(&l->x) / 2 + 1);
        if (f->kind == FIGURE_HEAT)
            l->right = l->width - LAYOUT_COLORS - layout_widest_tick(&l->y) -
                       (f->y_label ? LAYOUT_LABEL * LAYOUT_LINE + 3 : 2);
    }
    l->height = l->bottom + below;
    l->x_label_y += l->bottom;
    l->y_label_x = fmax(l->left - layout_widest_tick(&l->y) - 8, LAYOUT_LABEL + 1);
    l->legend_top = 4 + (f->title ? LAYOUT_TITLE * LAYOUT_LINE + 2 : 0);
    l->legend_left = fmax(4, fmin(l->left, l->width - l->legend_entry * (double)l->legend_columns));
}

/* ---- places */

double layout_x(const layout *l, double value) {
    const size_t count = l->figure->categories.count;
    if (count) return l->left + (l->right - l->left) * (value + 0.5) / (double)count;
    return l->left + (l->right - l->left) * scale_place(&l->x, value);
}

double layout_y(const layout *l, double value) { return l->bottom - (l->bottom - l->top) * scale_place(&l->y, value); }

layout_span layout_bar(const layout *l, size_t category, size_t bar) {
    const size_t bars = layout_bars(l->figure);
    const double slot = (l->right - l->left) / (double)l->figure->categories.count;
    const double width = fmin(slot * (bars == 1 ? 0.7 : LAYOUT_FILLED) / (double)bars, LAYOUT_WIDEST);
    const double from = l->left + slot * (double)category + (slot - width * (double)bars) / 2;
    return (layout_span){from + width * (double)bar, width};
}

double layout_outline(double width) { return width < 3 ? 0 : fmin(0.4, width / 12); }

double layout_floor(const layout *l) {
    if (l->y.log) return l->y.low;
    return l->y.low > 0 ? l->y.low : l->y.high < 0 ? l->y.high : 0;
}

void layout_put_label(text *out, const char *label, const char *unit, const scale *s) {
    const bool has_unit = !text_empty(unit);
    text_puts(out, label);
    if (!has_unit && !s->exponent) return;
    text_puts(out, " (");
    if (s->exponent) scale_put_power(out, 10, s->exponent, false);
    if (has_unit) text_putf(out, "%s%s", s->exponent ? " " : "", unit);
    text_puts(out, ")");
}

void layout_put_cell(text *out, const layout *l, double value) {
    const double shown = value / pow(10, l->y.exponent);
    text_putf(out, fabs(shown) >= 1000 && fabs(shown) < 1e6 ? "%.0f" : "%.3g", shown);
}

/* The label is beside the middle of its axis, unless it would not be between `from` and `to` there. */
static layout_place layout_label(const char *label, double middle, double from, double to) {
    layout_place place = {middle, LAYOUT_LABEL, to - from - 8};
    double width = letters_width(label, place.size);
    if (width > place.most) place.size = fmax(place.size * place.most / width, LAYOUT_SMALLEST);
    width = fmin(letters_width(label, place.size), place.most);
    place.at = fmin(fmax(middle, from + width / 2 + 4), to - width / 2 - 4);
    return place;
}

layout_place layout_x_label(const layout *l, const char *label) {
    return layout_label(label, (l->left + l->right) / 2, 0, l->width);
}

layout_place layout_y_label(const layout *l, const char *label) {
    const bool below = l->legend_rows && l->legend_left < 2 * LAYOUT_LABEL; /* the legend is above it */
    return layout_label(label, (l->top + l->bottom) / 2, below ? l->top - 6 : 0, l->height);
}

/* ---- points */

/* Adds numbers in ascending order, once each. */
static void layout_add_points(size_t *points, size_t *count, const size_t numbers[4]) {
    size_t start = *count, i, k;
    for (i = 0; i < 4; i++) {
        for (k = *count; k > start && points[k - 1] > numbers[i]; k--) {}
        if (k > start && points[k - 1] == numbers[i]) continue;
        memmove(&points[k + 1], &points[k], (*count - k) * sizeof *points);
        points[k] = numbers[i];
        ++*count;
    }
}

static bool layout_is_gap(const figure_series *s, size_t i) { return isnan(s->x[i]) || isnan(s->y[i]); }

static void layout_thin_line(const layout *l, const figure_series *s, size_t *points, size_t *count) {
    size_t first = 0, i;
    while (first < s->count) {
        size_t kept[4]; /* first, lowest, highest, last */
        kept[0] = kept[1] = kept[2] = kept[3] = first;
        for (i = first + 1; i < s->count && layout_is_gap(s, i) == layout_is_gap(s, first); i++) {
            if (!layout_is_gap(s, first) && floor(layout_x(l, s->x[i])) != floor(layout_x(l, s->x[first]))) break;
            if (s->y[i] < s->y[kept[1]]) kept[1] = i;
            if (s->y[i] > s->y[kept[2]]) kept[2] = i;
            kept[3] = i;
        }
        layout_add_points(points, count, kept);
        first = i;
    }
}

/* Of the marks that cover each other, one is enough. */
static void layout_thin_marks(const layout *l, const figure_series *s, size_t *points, size_t *count) {
    const size_t width = (size_t)l->width + 1, height = (size_t)l->height + 1;
    bool *taken = (bool *)text_alloc(width * height * sizeof *taken);
    size_t i;
    for (i = 0; i < s->count; i++) {
        size_t cell;
        if (layout_is_gap(s, i)) continue;
        cell = (size_t)layout_y(l, s->y[i]) * width + (size_t)layout_x(l, s->x[i]);
        if (!taken[cell]) points[(*count)++] = i;
        taken[cell] = true;
    }
    free(taken);
}

size_t *layout_points(const layout *l, const figure_series *s, size_t *count) {
    size_t *points = (size_t *)text_alloc((s->count + 4) * sizeof *points);
    *count = 0;
    if (s->count <= LAYOUT_MANY)
        while (*count < s->count) points[*count] = *count, ++*count;
    else if (l->figure->kind == FIGURE_SCATTER) layout_thin_marks(l, s, points, count);
    else layout_thin_line(l, s, points, count);
    return points;
}
