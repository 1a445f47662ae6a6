/* svg.c - see svg.h */

#include "svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "letters.h"
#include "numbers.h"

#define SVG_INK(width) " stroke=\"currentColor\" stroke-width=\"" width "\""

enum { SVG_MARKS = 6, SVG_DASHES = 5, SVG_MOST_MARKS = 60 };
static const char *const svg_dashes[SVG_DASHES] = {"", "4 2", "1.5 1.5", "6 2 1.5 2", "3 1.5 1 1.5 1 1.5"};

typedef struct svg {
    text *out;
    const figure *f;
    layout l;
    const char *id;
} svg;

/* ---- text */

static void svg_escape(text *out, const char *safe) {
    for (; *safe; safe++)
        switch (*safe) {
        case '&': text_puts(out, "&amp;"); break;
        case '<': text_puts(out, "&lt;"); break;
        case '>': text_puts(out, "&gt;"); break;
        case '"': text_puts(out, "&quot;"); break;
        case '\'': text_puts(out, "&#39;"); break;
        default: /* XML has no U+FFFE and U+FFFF */
            if (text_starts(safe, "\xef\xbf\xbe") || text_starts(safe, "\xef\xbf\xbf")) {
                text_puts(out, "\xef\xbf\xbd");
                safe += 2;
            } else text_put(out, safe, 1);
        }
}

/* As much of a text as fits. */
static void svg_put_fit(text *out, const char *string, double size, double most) {
    text fit = {NULL, 0, 0};
    letters_put(&fit, string, size, most);
    svg_escape(out, text_string(&fit));
    text_free(&fit);
}

void svg_put_text(text *out, const char *string) { svg_put_fit(out, string, 1, 1e9); }

typedef enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END } svg_anchor;

/* Text with its baseline at a point, around which it is turned. */
static void svg_text(svg *s, double x, double y, double size, svg_anchor anchor, int turn, const char *string,
                     double most) {
    static const char *const words[] = {"start", "middle", "end"};
    text_putf(s->out, "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%g\" text-anchor=\"%s\"", x, y, size, words[anchor]);
    if (turn) text_putf(s->out, " transform=\"rotate(%d %.2f %.2f)\"", turn, x, y);
    text_puts(s->out, ">");
    svg_put_fit(s->out, string, size, most);
    text_puts(s->out, "</text>\n");
}

static void svg_line(svg *s, double x1, double y1, double x2, double y2, const char *style) {
    text_putf(s->out, "<path d=\"M%.2f %.2fL%.2f %.2f\"%s/>\n", x1, y1, x2, y2, style);
}

/* What a viewer shows for a part: its names, and its value. */
static void svg_hint(svg *s, const char *series, const char *category, const char *bar, double value, double half) {
    const char *names[3];
    size_t i;
    names[0] = category, names[1] = bar, names[2] = series;
    text_puts(s->out, "<title>");
    for (i = 0; i < 3; i++)
        if (!text_empty(names[i])) {
            svg_put_fit(s->out, names[i], 1, 200);
            text_puts(s->out, i < 2 && !text_empty(names[2]) ? ", " : ": ");
        }
    numbers_put(s->out, value, NUMBERS_DIGITS);
    if (!isnan(half)) {
        text_puts(s->out, " ± ");
        numbers_put(s->out, half, NUMBERS_DIGITS);
    }
    if (!text_empty(s->f->y_unit)) {
        text_puts(s->out, " ");
        svg_put_fit(s->out, s->f->y_unit, 1, 100);
    }
    text_puts(s->out, "</title>");
}

static const char *svg_name(const svg *s, size_t series) {
    return s->f->series_count > 1 ? s->f->series[series].name : "";
}

/* ---- looks */

static void svg_put_fill(svg *s, size_t series) {
    if (figure_pattern(s->f, series)) text_putf(s->out, "url(#%s-p%zu)", s->id, series);
    else text_putf(s->out, "#%s", figure_color(s->f, series));
}

static void svg_put_stroke(svg *s, size_t series) {
    const char *color = figure_color(s->f, series);
    text_puts(s->out, strcmp(color, "000000") == 0 ? "currentColor" : "#");
    if (strcmp(color, "000000") != 0) text_puts(s->out, color);
}

static void svg_patterns(svg *s) {
    static const char *const paths[FIGURE_PATTERNS] = {
        "", "M-1 1L1 -1M0 4L4 0M3 5L5 3", "M-1 3L1 5M0 0L4 4M3 -1L5 1", "M0 2H4", "M2 0V4",
        "M-1 1L1 -1M0 4L4 0M3 5L5 3M-1 3L1 5M0 0L4 4M3 -1L5 1", "M1.5 2H2.5", "M0 2H4M2 0V4"};
    size_t i;
    for (i = 0; i < s->f->series_count && figure_has_area(s->f); i++) {
        const size_t pattern = figure_pattern(s->f, i);
        const char *color = figure_color(s->f, i);
        if (!pattern) continue;
        text_putf(s->out,
                  "<pattern id=\"%s-p%zu\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><path fill=\"#%s\" "
                  "d=\"M0 0H4V4H0z\"/><path stroke=\"#%s\" stroke-width=\"%s\" d=\"%s\"/></pattern>\n",
                  s->id, i, color, figure_is_dark(color) ? "fff" : "000", pattern == 6 ? "1" : "0.6", paths[pattern]);
    }
}

static void svg_mark(svg *s, size_t series, double x, double y) {
    static const char *const paths[SVG_MARKS] = {
        "m-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0z", "m-1.6 -1.6h3.2v3.2h-3.2z", "m0 -2.2l2 3.6h-4z",
        "m0 -2.4l2 2.4l-2 2.4l-2 -2.4z", "m-1.6 -1.6l3.2 3.2m0 -3.2l-3.2 3.2", "m-2 0h4m-2 -2v4"};
    text_putf(s->out, "<path d=\"M%.2f %.2f%s\" stroke=\"", x, y, paths[series % SVG_MARKS]);
    svg_put_stroke(s, series);
    text_puts(s->out, "\" stroke-width=\"0.8\" fill=\"");
    svg_put_stroke(s, series);
    text_puts(s->out, "\">");
}

/* ---- bars */

static void svg_error_bar(svg *s, double x, double value, double half, double width) {
    const double low = layout_y(&s->l, value - half), high = layout_y(&s->l, value + half), cap = fmin(width / 4, 2.5);
    if (isnan(half) || half <= 0) return;
    text_putf(s->out, "<path d=\"M%.2f %.2fH%.2fM%.2f %.2fV%.2fM%.2f %.2fH%.2f\"" SVG_INK("0.7") "/>\n", x - cap, low,
              x + cap, x, low, high, x - cap, high, x + cap);
}

static void svg_rect(svg *s, double x, double y, double width, double height) {
    text_putf(s->out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"", x, y, width, height);
}

static void svg_bar(svg *s, size_t series, layout_span span, double from, double to, const char *category,
                    const char *bar, double half) {
    const double y1 = layout_y(&s->l, from), y2 = layout_y(&s->l, to);
    const double value = s->f->kind == FIGURE_STACKED ? to - from : to;
    svg_rect(s, span.from, fmin(y1, y2), span.width, fabs(y1 - y2));
    text_puts(s->out, " fill=\"");
    svg_put_fill(s, series);
    text_putf(s->out, "\" stroke=\"currentColor\" stroke-width=\"%.2f\">", layout_outline(span.width));
    svg_hint(s, svg_name(s, series), category, bar, value, half);
    text_puts(s->out, "</rect>\n");
}

static void svg_bars(svg *s) {
    const figure *f = s->f;
    size_t i, k;
    for (i = 0; i < f->series_count; i++)
        for (k = 0; k < f->series[i].count; k++) {
            const layout_span span = layout_bar(&s->l, k, i);
            const double value = f->series[i].y[k], half = f->series[i].half[k];
            if (isnan(value)) continue;
            svg_bar(s, i, span, layout_floor(&s->l), value, f->categories.items[k], "", half);
            svg_error_bar(s, span.from + span.width / 2, value, half, span.width);
        }
}

static void svg_stacks(svg *s) {
    const figure *f = s->f;
    const size_t bars = layout_bars(f);
    size_t i, k;
    for (k = 0; k < f->categories.count * bars; k++) {
        const layout_span span = layout_bar(&s->l, k / bars, k % bars);
        double up = 0, down = 0;
        for (i = 0; i < f->series_count; i++) {
            const double value = f->series[i].y[k];
            double *at = value < 0 ? &down : &up;
            if (isnan(value) || value == 0) continue;
            svg_bar(s, i, span, *at, *at + value, f->categories.items[k / bars],
                    f->bars.count ? f->bars.items[k % bars] : "", NAN);
            *at += value;
        }
    }
}

static void svg_box(svg *s, size_t series, size_t category) {
    const layout_span span = layout_bar(&s->l, category, series);
    const double x = span.from + span.width / 2, left = span.from + 0.1 * span.width, width = 0.8 * span.width;
    figure_box box = figure_box_of(&s->f->series[series], category);
    size_t i;
    if (box.count) {
        const double first = layout_y(&s->l, box.first), third = layout_y(&s->l, box.third);
        text_putf(s->out, "<g" SVG_INK("0.6") "><path d=\"M%.2f %.2fV%.2fM%.2f %.2fV%.2f\"/>", x,
                  layout_y(&s->l, box.low), first, x, third, layout_y(&s->l, box.high));
        svg_rect(s, left, third, width, first - third);
        text_puts(s->out, " fill=\"");
        svg_put_fill(s, series);
        text_puts(s->out, "\">");
        svg_hint(s, svg_name(s, series), s->f->categories.items[category], "", box.median, NAN);
        text_putf(s->out, "</rect><path stroke-width=\"1.2\" stroke=\"#%s\" d=\"M%.2f %.2fh%.2f\"/></g>\n",
                  figure_is_dark(figure_color(s->f, series)) ? "fff" : "000", left, layout_y(&s->l, box.median), width);
    }
    for (i = 0; i < box.outside_count; i++)
        text_putf(s->out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"1.2\" fill=\"none\"" SVG_INK("0.5") "/>\n", x,
                  layout_y(&s->l, box.outside[i]));
    figure_box_free(&box);
}

static void svg_boxes(svg *s) {
    size_t i, k;
    for (i = 0; i < s->f->series_count; i++)
        for (k = 0; k < s->f->categories.count; k++) svg_box(s, i, k);
}

/* ---- lines and points */

static void svg_path_begin(svg *s, size_t series) {
    const char *dashes = svg_dashes[series % SVG_DASHES];
    text_puts(s->out, "<path fill=\"none\" stroke-width=\"1.1\" stroke-linejoin=\"round\" stroke=\"");
    svg_put_stroke(s, series);
    text_puts(s->out, "\"");
    if (*dashes) text_putf(s->out, " stroke-dasharray=\"%s\"", dashes);
    text_puts(s->out, " d=\"");
}

static void svg_points(svg *s, size_t i, const size_t *points, size_t count) {
    const figure_series *series = &s->f->series[i];
    size_t k;
    for (k = 0; k < count; k++) {
        const double x = series->x[points[k]], y = series->y[points[k]], half = series->half[points[k]];
        if (isnan(x) || isnan(y)) continue;
        svg_error_bar(s, layout_x(&s->l, x), y, half, 10);
        svg_mark(s, i, layout_x(&s->l, x), layout_y(&s->l, y));
        svg_hint(s, svg_name(s, i), s->f->categories.count ? s->f->categories.items[(size_t)x] : "", "", y, half);
        text_puts(s->out, "</path>\n");
    }
}

static void svg_lines(svg *s) {
    size_t i, k, count;
    for (i = 0; i < s->f->series_count; i++) {
        const figure_series *series = &s->f->series[i];
        size_t *points = layout_points(&s->l, series, &count);
        bool joined = false;
        if (s->f->kind == FIGURE_LINE) {
            svg_path_begin(s, i);
            for (k = 0; k < count; k++) {
                const double x = series->x[points[k]], y = series->y[points[k]];
                const bool there = !isnan(x) && !isnan(y);
                if (there) text_putf(s->out, "%s%.2f %.2f", joined ? "L" : "M", layout_x(&s->l, x), layout_y(&s->l, y));
                joined = there;
            }
            text_puts(s->out, "\"/>\n");
        }
        if (s->f->kind == FIGURE_SCATTER || count <= SVG_MOST_MARKS) svg_points(s, i, points, count);
        free(points);
    }
}

static void svg_cdf(svg *s) {
    size_t i, k, count;
    for (i = 0; i < s->f->series_count; i++) {
        figure_series steps = figure_steps_of(&s->f->series[i]);
        size_t *points = layout_points(&s->l, &steps, &count);
        if (count) {
            svg_path_begin(s, i);
            text_putf(s->out, "M%.2f %.2f", layout_x(&s->l, steps.x[0]), layout_y(&s->l, 0));
            for (k = 0; k < count; k++)
                text_putf(s->out, "H%.2fV%.2f", layout_x(&s->l, steps.x[points[k]]),
                          layout_y(&s->l, steps.y[points[k]]));
            text_putf(s->out, "H%.2f\">", s->l.right);
            svg_hint(s, svg_name(s, i), "median", "", steps.x[(steps.count - 1) / 2], NAN);
            text_puts(s->out, "</path>\n");
        }
        free(points);
        free(steps.x);
    }
}

/* The label of the y axis, or of the colors. */
static void svg_side_label(svg *s, double x) {
    text label = {NULL, 0, 0};
    layout_place place;
    layout_put_label(&label, s->f->y_label ? s->f->y_label : "", s->f->y_unit, &s->l.y);
    place = layout_y_label(&s->l, text_string(&label));
    if (label.length) svg_text(s, x, place.at, place.size, SVG_MIDDLE, -90, label.data, place.most);
    text_free(&label);
}

/* ---- heat maps */

static void svg_cell(svg *s, size_t row, size_t category, double x, double y, double width, double height) {
    const figure_series *series = &s->f->series[row];
    const double value = series->y[category], part = scale_place(&s->l.y, value);
    unsigned char rgb[3] = {0, 0, 0};
    text number = {NULL, 0, 0};
    if (isnan(value)) {
        text_putf(s->out, "<path d=\"M%.2f %.2fl%.2f %.2f\"" SVG_INK("0.3") "/>\n", x, y + height, width, -height);
        return;
    }
    figure_shade(part, rgb);
    svg_rect(s, x, y, width, height);
    text_putf(s->out, " fill=\"#%02x%02x%02x\">", rgb[0], rgb[1], rgb[2]);
    svg_hint(s, series->name, s->f->categories.items[category], "", value, NAN);
    text_puts(s->out, "</rect>\n");
    layout_put_cell(&number, &s->l, value);
    if (letters_width(number.data, LAYOUT_TICK) < width - 1 && height > LAYOUT_TICK)
        text_putf(s->out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\" font-size=\"%g\" fill=\"#%s\" "
                  "pointer-events=\"none\">%s</text>\n", x + width / 2, y + height / 2 + LAYOUT_MIDDLE, LAYOUT_TICK,
                  part > 0.55 ? "fff" : "000", number.data);
    text_free(&number);
}

static void svg_color_scale(svg *s) {
    const layout *l = &s->l;
    size_t i;
    text label = {NULL, 0, 0};
    text_putf(s->out, "<linearGradient id=\"%s-colors\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">", s->id);
    for (i = 0; i < FIGURE_SHADES; i++)
        text_putf(s->out, "<stop offset=\"%g\" stop-color=\"#%02x%02x%02x\"/>", (double)i / (FIGURE_SHADES - 1),
                  figure_shades[i][0], figure_shades[i][1], figure_shades[i][2]);
    text_puts(s->out, "</linearGradient>\n");
    svg_rect(s, l->right + 5, l->top, 8, l->bottom - l->top);
    text_putf(s->out, " fill=\"url(#%s-colors)\"" SVG_INK("0.4") "/>\n", s->id);
    for (i = 0; i < l->y.count; i++) {
        const double y = layout_y(l, l->y.ticks[i]);
        text_clear(&label);
        scale_put_label(&label, &l->y, i, false);
        svg_line(s, l->right + 13, y, l->right + 15, y, SVG_INK("0.5"));
        svg_text(s, l->right + LAYOUT_COLORS, y + LAYOUT_MIDDLE, LAYOUT_TICK, SVG_START, 0, label.data, 1e9);
    }
    text_free(&label);
    svg_side_label(s, l->width - 4);
}

static void svg_heat(svg *s) {
    const layout *l = &s->l;
    const size_t rows = s->f->series_count, columns = s->f->categories.count;
    const double width = (l->right - l->left) / (double)columns, height = (l->bottom - l->top) / (double)rows;
    const size_t step = height < LAYOUT_TICK ? (size_t)ceil(LAYOUT_TICK / height) : 1;
    size_t i, k;
    for (i = 0; i < rows; i++) {
        const double y = l->top + height * (double)i;
        for (k = 0; k < columns; k++) svg_cell(s, i, k, l->left + width * (double)k, y, width, height);
        if (i % step == 0)
            svg_text(s, l->left - 3, y + height / 2 + LAYOUT_MIDDLE, LAYOUT_TICK, SVG_END, 0, s->f->series[i].name,
                     l->left - 5);
    }
    svg_color_scale(s);
}

/* ---- axes */

static void svg_y_axis(svg *s) {
    const layout *l = &s->l;
    text label = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < l->y.count; i++) {
        const double y = layout_y(l, l->y.ticks[i]);
        text_clear(&label);
        scale_put_label(&label, &l->y, i, false);
        svg_line(s, l->left, y, l->right, y, SVG_INK("0.4") " stroke-opacity=\"0.2\"");
        svg_text(s, l->left - 3, y + LAYOUT_MIDDLE, LAYOUT_TICK, SVG_END, 0, label.data, 1e9);
    }
    text_free(&label);
    svg_side_label(s, l->y_label_x);
}

static void svg_category_labels(svg *s) {
    const layout *l = &s->l;
    const double y = l->bottom + 4 + l->bar_room;
    size_t i;
    for (i = 0; i < s->f->categories.count; i += l->step) {
        const double x = layout_x(l, (double)i);
        const char *name = s->f->categories.items[i];
        if (l->turn == 0) svg_text(s, x, y + 0.8 * LAYOUT_TICK, LAYOUT_TICK, SVG_MIDDLE, 0, name, l->room);
        else if (l->turn == 45) svg_text(s, x + 2, y + 0.5 * LAYOUT_TICK, LAYOUT_TICK, SVG_END, -45, name, l->room);
        else svg_text(s, x + LAYOUT_MIDDLE, y, LAYOUT_TICK, SVG_END, -90, name, l->room);
    }
}

static void svg_bar_labels(svg *s) {
    const layout *l = &s->l;
    const size_t bars = layout_bars(s->f);
    size_t i;
    for (i = 0; l->bar_room > 0 && i < s->f->categories.count * bars; i++) {
        const layout_span span = layout_bar(l, i / bars, i % bars);
        const double x = span.from + span.width / 2;
        const char *name = s->f->bars.items[i % bars];
        if (l->bars_turned) svg_text(s, x + LAYOUT_MIDDLE, l->bottom + 3, LAYOUT_TICK, SVG_END, -90, name, l->bar_room);
        else svg_text(s, x, l->bottom + 3 + 0.8 * LAYOUT_TICK, LAYOUT_TICK, SVG_MIDDLE, 0, name, span.width);
    }
}

static void svg_x_axis(svg *s) {
    const layout *l = &s->l;
    layout_place place;
    text label = {NULL, 0, 0};
    size_t i;
    svg_category_labels(s);
    svg_bar_labels(s);
    for (i = 0; !s->f->categories.count && i < l->x.count; i++) {
        const double x = layout_x(l, l->x.ticks[i]);
        text_clear(&label);
        scale_put_label(&label, &l->x, i, false);
        svg_line(s, x, l->bottom, x, l->bottom + 2.5, SVG_INK("0.5"));
        svg_text(s, x, l->bottom + 4 + 0.8 * LAYOUT_TICK, LAYOUT_TICK, SVG_MIDDLE, 0, label.data, 1e9);
    }
    text_clear(&label);
    if (s->f->x_label) layout_put_label(&label, s->f->x_label, s->f->x_unit, &l->x);
    place = layout_x_label(l, text_string(&label));
    if (label.length) svg_text(s, place.at, l->x_label_y, place.size, SVG_MIDDLE, 0, label.data, place.most);
    text_free(&label);
}

/* The line that values begin at, the baseline, and the line before means. */
static void svg_rules(svg *s) {
    const layout *l = &s->l;
    const double rule = layout_x(l, (double)s->f->rule - 0.5);
    double y;
    if (s->f->rule) svg_line(s, rule, l->top, rule, l->bottom, SVG_INK("0.5") " stroke-dasharray=\"1 1.5\"");
    if (s->f->kind == FIGURE_HEAT) return;
    svg_line(s, l->left, l->top, l->left, l->bottom, SVG_INK("0.6"));
    y = figure_has_area(s->f) && s->f->kind != FIGURE_BOX ? layout_y(l, layout_floor(l)) : l->bottom;
    svg_line(s, l->left, y, l->right, y, SVG_INK("0.6"));
    if (!s->f->has_baseline || s->f->kind == FIGURE_CDF) return;
    y = layout_y(l, s->f->baseline);
    svg_line(s, l->left, y, l->right, y, SVG_INK("0.8") " stroke-dasharray=\"4 2\"");
}

static void svg_legend(svg *s) {
    const layout *l = &s->l;
    size_t i;
    for (i = 0; layout_has_legend(s->f) && i < s->f->series_count; i++) {
        const double x = l->legend_left + l->legend_entry * (double)(i % l->legend_columns);
        /* NOLINTNEXTLINE(bugprone-integer-division): the entry's row, a whole number */
        const double y = l->legend_top + LAYOUT_LEGEND * (double)(i / l->legend_columns);
        if (figure_has_area(s->f)) {
            svg_rect(s, x, y + 0.5, 9, 6);
            text_puts(s->out, SVG_INK("0.4") " fill=\"");
            svg_put_fill(s, i);
            text_puts(s->out, "\"/>\n");
        }
        if (s->f->kind == FIGURE_LINE || s->f->kind == FIGURE_CDF) {
            svg_path_begin(s, i);
            text_putf(s->out, "M%.2f %.2fh11\"/>\n", x, y + 3.5);
        }
        if (s->f->kind == FIGURE_LINE || s->f->kind == FIGURE_SCATTER) {
            svg_mark(s, i, x + 5.5, y + 3.5);
            text_puts(s->out, "</path>\n");
        }
        svg_text(s, x + LAYOUT_SWATCH - 1, y + 0.86 * LAYOUT_TICK, LAYOUT_TICK, SVG_START, 0, s->f->series[i].name,
                 l->legend_entry - LAYOUT_SWATCH - 7.9);
    }
}

void svg_figure(text *out, const figure *f) {
    static void (*const draw[])(svg *) = {svg_bars, svg_stacks, svg_lines, svg_lines, svg_boxes, svg_heat, svg_cdf};
    svg s;
    s.out = out;
    s.f = f;
    s.id = f->id ? f->id : "figure";
    layout_make(&s.l, f);
    text_putf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.2fpt\" height=\"%.2fpt\" "
              "viewBox=\"0 0 %.2f %.2f\" role=\"img\" fill=\"currentColor\" "
              "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">\n<title>",
              s.l.width, s.l.height, s.l.width, s.l.height);
    svg_put_text(out, f->title ? f->title : f->y_label ? f->y_label : "figure");
    text_puts(out, "</title>\n");
    svg_patterns(&s);
    if (f->title)
        svg_text(&s, s.l.width / 2, 4 + LAYOUT_TITLE * 0.9, LAYOUT_TITLE, SVG_MIDDLE, 0, f->title, s.l.width - 8);
    svg_legend(&s);
    if (f->kind != FIGURE_HEAT) svg_y_axis(&s);
    draw[f->kind](&s);
    svg_x_axis(&s);
    svg_rules(&s);
    text_puts(out, "</svg>\n");
}
