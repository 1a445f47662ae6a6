/* pgf.c - see pgf.h */

#include "pgf.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "latex.h"
#include "layout.h"
#include "letters.h"
#include "numbers.h"
#include "terminal.h"

enum { PGF_MARKS = 6, PGF_DASHES = 5, PGF_MOST_MARKS = 60, PGF_IN_LINE = 4 /* points */ };

typedef struct pgf {
    text *out;
    const figure *f;
    layout l;
} pgf;

/* ---- text and numbers */

/* A character beyond ASCII that LaTeX knows without further packages. */
static const char *pgf_special(uint32_t code) {
    switch (code) {
    case 0xb0: return "$^\\circ$";
    case 0xb5: return "$\\mu$";
    case 0xb7: return "$\\cdot$";
    case 0xb1: return "$\\pm$";
    case 0xd7: return "$\\times$";
    case 0x2013: return "--";
    case 0x2014: return "---";
    case 0x2026: return "\\dots{}";
    default: return NULL;
    }
}

/* Latin letters with marks; those that the usual fonts do not have are left out. */
static bool pgf_is_letter(uint32_t code) {
    static const uint32_t missing[] = {0xd0, 0xde, 0xf0, 0xf7, 0xfe, 0};
    size_t i;
    for (i = 0; missing[i]; i++)
        if (code == missing[i]) return false;
    return code >= 0xc0 && code <= 0xff;
}

/* Appends as much of a text as fits; characters that LaTeX does not know as U+XXXX. */
static void pgf_put(text *out, const char *string, double size, double most) {
    text plain = {NULL, 0, 0}, fit = {NULL, 0, 0};
    size_t bytes;
    uint32_t code;
    for (; *string; string += bytes) {
        if (!terminal_decode(string, &bytes, &code) || code < 0xa0 || pgf_special(code) || pgf_is_letter(code))
            text_put(&plain, string, bytes);
        else text_putf(&plain, "U+%04X", (unsigned)code);
    }
    letters_put(&fit, text_string(&plain), size, most);
    for (string = text_string(&fit); *string; string += bytes) {
        char character[8] = {0};
        const bool known = terminal_decode(string, &bytes, &code);
        memcpy(character, string, bytes);
        if (known && pgf_special(code)) text_puts(out, pgf_special(code));
        else latex_put(out, character);
    }
    text_free(&plain);
    text_free(&fit);
}

static void pgf_size(text *out, double size) {
    text_putf(out, "\\fontsize{%g}{%g}\\selectfont", size, size * LAYOUT_LINE);
}

static void pgf_number(pgf *p, double value) {
    if (isnan(value)) text_puts(p->out, "nan");
    else numbers_put_exact(p->out, value, "inf");
}

/* A point of a plot, with its error bar cut to the axis. */
static void pgf_point(pgf *p, size_t number, double x, double y, double half) {
    text_puts(p->out, number % PGF_IN_LINE ? " " : number ? "\n    " : "    ");
    text_puts(p->out, "(");
    pgf_number(p, x);
    text_puts(p->out, ",");
    pgf_number(p, y);
    text_puts(p->out, ")");
    if (isnan(half) || half <= 0) return;
    text_puts(p->out, " += (0,");
    pgf_number(p, half);
    text_puts(p->out, ") -= (0,");
    pgf_number(p, fmin(half, y - p->l.y.low));
    text_puts(p->out, ")");
}

/* ---- looks */

static void pgf_colors(pgf *p) {
    size_t i;
    for (i = 0; i < p->f->series_count && i < FIGURE_COLORS; i++)
        text_putf(p->out, "\\definecolor{series%zu}{HTML}{%s}\n", i + 1, figure_color(p->f, i));
}

static void pgf_put_color(pgf *p, size_t series) { text_putf(p->out, "series%zu", series % FIGURE_COLORS + 1); }

static void pgf_area(pgf *p, size_t series, double outline) {
    static const char *const patterns[FIGURE_PATTERNS] = {
        "", "north east lines", "north west lines", "horizontal lines", "vertical lines", "crosshatch", "dots", "grid"};
    const size_t pattern = figure_pattern(p->f, series);
    text_puts(p->out, "fill=");
    pgf_put_color(p, series);
    if (outline > 0) text_putf(p->out, ", draw=black, line width=%.2fbp", outline);
    else text_puts(p->out, ", draw=none");
    if (pattern)
        text_putf(p->out, ", postaction={pattern=%s, pattern color=%s}", patterns[pattern],
                  figure_is_dark(figure_color(p->f, series)) ? "white" : "black");
}

static void pgf_line(pgf *p, size_t series, bool marks) {
    static const char *const dashes[PGF_DASHES] = {
        "solid", "dash pattern=on 4bp off 2bp", "dash pattern=on 1.5bp off 1.5bp",
        "dash pattern=on 6bp off 2bp on 1.5bp off 2bp",
        "dash pattern=on 3bp off 1.5bp on 1bp off 1.5bp on 1bp off 1.5bp"};
    static const char *const names[PGF_MARKS] = {"*", "square*", "triangle*", "diamond*", "x", "+"};
    pgf_put_color(p, series);
    if (p->f->kind == FIGURE_SCATTER) text_puts(p->out, ", only marks");
    else text_putf(p->out, ", line width=1.1bp, line join=round, %s", dashes[series % PGF_DASHES]);
    if (marks) text_putf(p->out, ", mark=%s, mark size=1.8bp, mark options={solid}", names[series % PGF_MARKS]);
    else text_puts(p->out, ", mark=none");
}

static void pgf_errors(pgf *p, const figure_series *series, double width) {
    size_t i;
    for (i = 0; i < series->count; i++)
        if (series->half[i] > 0) break;
    if (i < series->count)
        text_putf(p->out, ", error bars/.cd, y dir=both, y explicit, error bar style={black, solid, line width=0.7bp}, "
                  "error mark options={rotate=90, mark size=%.2fbp, black, line width=0.7bp}", fmin(width / 4, 2.5));
}

static void pgf_entry(pgf *p, size_t series) {
    text_puts(p->out, "};\n");
    if (!layout_has_legend(p->f)) return;
    text_puts(p->out, "\\addlegendentry{");
    pgf_put(p->out, p->f->series[series].name, LAYOUT_TICK, p->l.legend_entry - LAYOUT_SWATCH - 7.9);
    text_puts(p->out, "}\n");
}

/* ---- plots */

/* The place of a bar on the x axis, where categories are at 0, 1, ... */
static double pgf_bar_x(const pgf *p, size_t category, size_t bar) {
    const layout_span span = layout_bar(&p->l, category, bar);
    const double slot = (p->l.right - p->l.left) / (double)p->f->categories.count;
    return floor(((span.from + span.width / 2 - p->l.left) / slot - 0.5) * 1e4 + 0.5) / 1e4;
}

static void pgf_bars(pgf *p) {
    const figure *f = p->f;
    const double width = layout_bar(&p->l, 0, 0).width;
    size_t i, k;
    for (i = 0; i < f->series_count; i++) {
        text_puts(p->out, "\\addplot[ybar, area legend, ");
        pgf_area(p, i, layout_outline(width));
        text_putf(p->out, ", bar width=%.3fbp, bar shift=0bp", width);
        pgf_errors(p, &f->series[i], width);
        text_puts(p->out, "] coordinates {\n");
        for (k = 0; k < f->series[i].count; k++)
            pgf_point(p, k, pgf_bar_x(p, k, i), f->series[i].y[k], f->series[i].half[k]);
        pgf_entry(p, i);
    }
}

static void pgf_stacks(pgf *p) {
    const figure *f = p->f;
    const size_t bars = layout_bars(f);
    size_t i, k;
    for (i = 0; i < f->series_count; i++) {
        text_puts(p->out, "\\addplot[area legend, ");
        pgf_area(p, i, layout_outline(layout_bar(&p->l, 0, 0).width));
        text_puts(p->out, "] coordinates {\n");
        for (k = 0; k < f->series[i].count; k++) {
            const double y = f->series[i].y[k];
            pgf_point(p, k, pgf_bar_x(p, k / bars, k % bars), isnan(y) ? 0 : y, NAN);
        }
        pgf_entry(p, i);
    }
}

static void pgf_lines(pgf *p) {
    size_t i, k, count;
    for (i = 0; i < p->f->series_count; i++) {
        const figure_series *series = &p->f->series[i];
        size_t *points = layout_points(&p->l, series, &count);
        text_puts(p->out, "\\addplot[");
        pgf_line(p, i, p->f->kind == FIGURE_SCATTER || count <= PGF_MOST_MARKS);
        pgf_errors(p, series, 10);
        text_puts(p->out, "] coordinates {\n");
        for (k = 0; k < count; k++)
            pgf_point(p, k, series->x[points[k]], series->y[points[k]], series->half[points[k]]);
        pgf_entry(p, i);
        free(points);
    }
}

static void pgf_cdf(pgf *p) {
    size_t i, k, count;
    for (i = 0; i < p->f->series_count; i++) {
        figure_series steps = figure_steps_of(&p->f->series[i]);
        size_t *points = layout_points(&p->l, &steps, &count);
        text_puts(p->out, "\\addplot[const plot, ");
        pgf_line(p, i, false);
        text_puts(p->out, "] coordinates {\n");
        if (count) pgf_point(p, 0, steps.x[0], 0, NAN);
        for (k = 0; k < count; k++) pgf_point(p, k + 1, steps.x[points[k]], steps.y[points[k]], NAN);
        if (count) pgf_point(p, count + 1, p->l.x.high, 1, NAN);
        pgf_entry(p, i);
        free(points);
        free(steps.x);
    }
}

/* A place in the plot's coordinates. */
static void pgf_at(pgf *p, double x, double y) {
    text_puts(p->out, "(axis cs:");
    pgf_number(p, floor(x * 1e4 + 0.5) / 1e4);
    text_puts(p->out, ",");
    pgf_number(p, y);
    text_puts(p->out, ")");
}

static void pgf_box(pgf *p, size_t series, size_t category) {
    const double slot = (p->l.right - p->l.left) / (double)p->f->categories.count, x = pgf_bar_x(p, category, series);
    const double half = 0.4 * layout_bar(&p->l, category, series).width / slot;
    const char *ink = figure_is_dark(figure_color(p->f, series)) ? "white" : "black";
    figure_box box = figure_box_of(&p->f->series[series], category);
    size_t i;
    if (box.count) {
        text_puts(p->out, "\\draw[line width=0.6bp] ");
        pgf_at(p, x, box.low), text_puts(p->out, " -- "), pgf_at(p, x, box.first);
        text_puts(p->out, " "), pgf_at(p, x, box.third), text_puts(p->out, " -- "), pgf_at(p, x, box.high);
        text_puts(p->out, ";\n\\path[");
        pgf_area(p, series, 0.6);
        text_puts(p->out, "] ");
        pgf_at(p, x - half, box.first), text_puts(p->out, " rectangle "), pgf_at(p, x + half, box.third);
        text_putf(p->out, ";\n\\draw[line width=1.2bp, %s] ", ink);
        pgf_at(p, x - half, box.median), text_puts(p->out, " -- "), pgf_at(p, x + half, box.median);
        text_puts(p->out, ";\n");
    }
    for (i = 0; i < box.outside_count; i++) {
        text_puts(p->out, "\\draw[line width=0.5bp] ");
        pgf_at(p, x, box.outside[i]);
        text_puts(p->out, " circle[radius=1.2bp];\n");
    }
    figure_box_free(&box);
}

static void pgf_boxes(pgf *p) {
    size_t i, k;
    for (i = 0; i < p->f->series_count; i++) {
        for (k = 0; k < p->f->categories.count; k++) pgf_box(p, i, k);
        if (!layout_has_legend(p->f)) continue;
        text_puts(p->out, "\\addlegendimage{area legend, ");
        pgf_area(p, i, 0.6);
        text_puts(p->out, "}\n\\addlegendentry{");
        pgf_put(p->out, p->f->series[i].name, LAYOUT_TICK, p->l.legend_entry - LAYOUT_SWATCH - 7.9);
        text_puts(p->out, "}\n");
    }
}

static void pgf_cell(pgf *p, size_t row, size_t category) {
    const layout *l = &p->l;
    const double value = p->f->series[row].y[category], x = (double)category, y = (double)row;
    const double part = isnan(value) ? 0 : scale_place(&l->y, value);
    unsigned char rgb[3];
    text number = {NULL, 0, 0};
    if (isnan(value)) {
        text_puts(p->out, "\\draw[line width=0.3bp] ");
        pgf_at(p, x - 0.5, y + 0.5), text_puts(p->out, " -- "), pgf_at(p, x + 0.5, y - 0.5);
        text_puts(p->out, ";\n");
        return;
    }
    figure_shade(part, rgb);
    text_putf(p->out, "\\fill[color={rgb,255:red,%d; green,%d; blue,%d}] ", rgb[0], rgb[1], rgb[2]);
    pgf_at(p, x - 0.5, y - 0.5), text_puts(p->out, " rectangle "), pgf_at(p, x + 0.5, y + 0.5);
    layout_put_cell(&number, l, value);
    if (letters_width(number.data, LAYOUT_TICK) < (l->right - l->left) / (double)p->f->categories.count - 1 &&
        (l->bottom - l->top) / (double)p->f->series_count > LAYOUT_TICK) {
        text_putf(p->out, " node[midway, inner sep=0, %s] {", part > 0.55 ? "white" : "black");
        latex_put_number(p->out, number.data);
        text_puts(p->out, "}");
    }
    text_puts(p->out, ";\n");
    text_free(&number);
}

static void pgf_heat(pgf *p) {
    size_t i, k;
    for (i = 0; i < p->f->series_count; i++)
        for (k = 0; k < p->f->categories.count; k++) pgf_cell(p, i, k);
}

/* ---- axes */

/* "simTicks ($10^{9}$ Tick)"; see layout_put_label. */
static void pgf_put_label(pgf *p, const char *label, const char *unit, const scale *s, double most) {
    const bool has_unit = !text_empty(unit);
    pgf_put(p->out, label, LAYOUT_LABEL, most);
    if (!has_unit && !s->exponent) return;
    text_puts(p->out, " (");
    if (s->exponent) scale_put_power(p->out, 10, s->exponent, true);
    if (s->exponent && has_unit) text_puts(p->out, " ");
    if (has_unit) pgf_put(p->out, unit, LAYOUT_LABEL, most);
    text_puts(p->out, ")");
}

static void pgf_ticks(pgf *p, const char *axis, const scale *s, bool places) {
    size_t i;
    text_putf(p->out, "  %stick={", axis);
    for (i = 0; i < s->count; i++) {
        if (i) text_puts(p->out, ",");
        pgf_number(p, places ? scale_place(s, s->ticks[i]) : s->ticks[i]);
    }
    text_putf(p->out, "}, %sticklabels={", axis);
    for (i = 0; i < s->count; i++) {
        text_puts(p->out, i ? ",{" : "{");
        scale_put_label(p->out, s, i, true);
        text_puts(p->out, "}");
    }
    text_puts(p->out, "},\n");
}

static void pgf_names(pgf *p, const char *axis, const char *const *names, size_t count, size_t step, double most) {
    size_t i;
    text_putf(p->out, "  %stick={", axis);
    for (i = 0; i < count; i += step) text_putf(p->out, "%s%zu", i ? "," : "", i);
    text_putf(p->out, "}, %sticklabels={", axis);
    for (i = 0; i < count; i += step) {
        text_puts(p->out, i ? ",{" : "{");
        pgf_put(p->out, names[i], LAYOUT_TICK, most);
        text_puts(p->out, "}");
    }
    text_puts(p->out, "},\n");
}

static void pgf_range(pgf *p, const char *axis, double low, double high) {
    text_putf(p->out, "  %smin=", axis);
    pgf_number(p, low);
    text_putf(p->out, ", %smax=", axis);
    pgf_number(p, high);
    text_puts(p->out, ",\n");
}

static void pgf_x_axis(pgf *p) {
    const layout *l = &p->l;
    const figure *f = p->f;
    static const char *const turns[] = {"anchor=north", "rotate=45, anchor=north east, inner sep=0",
                                        "rotate=90, anchor=east"};
    layout_place place;
    text label = {NULL, 0, 0};
    if (f->categories.count) {
        pgf_range(p, "x", -0.5, (double)f->categories.count - 0.5);
        pgf_names(p, "x", f->categories.items, f->categories.count, l->step, l->room);
        text_putf(p->out, "  xtick style={draw=none}, x tick label style={%s, yshift=%.2fbp},\n", turns[l->turn / 45],
                  (l->turn == 45 ? -4 : -1) - l->bar_room);
    } else {
        pgf_range(p, "x", l->x.low, l->x.high);
        pgf_ticks(p, "x", &l->x, false);
        if (l->x.log) text_puts(p->out, "  xmode=log, minor x tick num=0,\n");
    }
    if (!f->x_label) return;
    layout_put_label(&label, f->x_label, f->x_unit, &l->x);
    place = layout_x_label(l, text_string(&label));
    text_putf(p->out, "  every axis x label/.style={at={(axis description cs:0,0)}, xshift=%.2fbp, yshift=%.2fbp, "
              "anchor=base, font=", place.at - l->left, l->bottom - l->x_label_y);
    pgf_size(p->out, place.size);
    text_puts(p->out, "},\n  xlabel={");
    pgf_put_label(p, f->x_label, f->x_unit, &l->x, place.most);
    text_puts(p->out, "},\n");
    text_free(&label);
}

static void pgf_y_label(pgf *p, double shift) {
    const layout *l = &p->l;
    const char *string = p->f->y_label ? p->f->y_label : "";
    text label = {NULL, 0, 0};
    layout_place place;
    layout_put_label(&label, string, p->f->y_unit, &l->y);
    place = layout_y_label(l, text_string(&label));
    text_putf(p->out, "every axis y label/.style={at={(axis description cs:0,0)}, xshift=%.2fbp, yshift=%.2fbp, "
              "rotate=90, anchor=base, font=", shift, l->bottom - place.at);
    pgf_size(p->out, place.size);
    text_puts(p->out, "}, ylabel={");
    pgf_put_label(p, string, p->f->y_unit, &l->y, place.most);
    text_puts(p->out, "},\n");
    text_free(&label);
}

/* Rows from top to bottom, and the scale of colors, whose values go from 0 to 1. */
static void pgf_heat_axis(pgf *p) {
    const layout *l = &p->l;
    const size_t rows = p->f->series_count;
    const double height = (l->bottom - l->top) / (double)rows;
    const char **names = (const char **)text_alloc((rows + 1) * sizeof *names);
    size_t i;
    for (i = 0; i < rows; i++) names[i] = p->f->series[i].name;
    pgf_range(p, "y", -0.5, (double)rows - 0.5);
    pgf_names(p, "y", names, rows, height < LAYOUT_TICK ? (size_t)ceil(LAYOUT_TICK / height) : 1, l->left - 5);
    text_puts(p->out, "  y dir=reverse, axis line style={draw=none}, ytick style={draw=none},\n  colormap={shades}{");
    for (i = 0; i < FIGURE_SHADES; i++) {
        const unsigned char *rgb = figure_shades[i];
        text_putf(p->out, "%srgb255=(%d,%d,%d)", i ? " " : "", rgb[0], rgb[1], rgb[2]);
    }
    text_puts(p->out, "}, point meta min=0, point meta max=1, colorbar,\n  colorbar style={width=8bp, "
              "anchor=north west, tick align=outside, tick pos=right,\n  y dir=normal, "
              "axis line style={solid, line width=0.4bp},\n");
    text_putf(p->out, "  at={(%.4f,1)}, font=", 1 + 5 / (l->right - l->left));
    pgf_size(p->out, LAYOUT_TICK);
    text_puts(p->out, ",\n");
    pgf_ticks(p, "y", &l->y, true);
    text_puts(p->out, "  yticklabel style={anchor=west}, ");
    pgf_y_label(p, l->width - 4 - l->right - 5);
    text_puts(p->out, "  },\n");
    free(names);
}

static void pgf_title(pgf *p) {
    const layout *l = &p->l;
    if (p->f->title) {
        text_putf(p->out, "  every axis title/.style={at={(axis description cs:0,1)}, xshift=%.2fbp, yshift=%.2fbp, "
                  "anchor=base, font=", l->width / 2 - l->left, l->top - 4 - LAYOUT_TITLE * 0.9);
        pgf_size(p->out, LAYOUT_TITLE);
        text_puts(p->out, "},\n  title={");
        pgf_put(p->out, p->f->title, LAYOUT_TITLE, l->width - 8);
        text_puts(p->out, "},\n");
    }
    if (layout_has_legend(p->f))
        text_putf(p->out, "  legend columns=%zu, legend cell align=left, legend style={at={(axis description cs:0,1)}, "
                  "xshift=%.2fbp, yshift=%.2fbp,\n    anchor=north west, draw=none, fill=none, inner sep=0, row sep=2bp,\n"
                  "    nodes={inner ysep=0, text height=5.6bp, text depth=2bp}, "
                  "/tikz/every odd column/.append style={column sep=2bp},\n    "
                  "/tikz/every even column/.append style={column sep=5bp}},\n  legend image post style={xscale=0.6},\n",
                  l->legend_columns, l->legend_left - l->left, l->top - l->legend_top + 1);
}

static void pgf_axis(pgf *p) {
    const layout *l = &p->l;
    text_putf(p->out, "\\begin{axis}[\n  scale only axis, width=%.2fbp, height=%.2fbp, clip=false,\n  font=",
              l->right - l->left, l->bottom - l->top);
    pgf_size(p->out, LAYOUT_TICK);
    text_puts(p->out, ", tick align=outside, major tick length=2.5bp, scaled ticks=false,\n"
              "  axis x line*=bottom, axis y line*=left, axis line style={line width=0.6bp},\n"
              "  tick style={black, line width=0.5bp},\n");
    pgf_title(p);
    pgf_x_axis(p);
    if (p->f->kind == FIGURE_HEAT) pgf_heat_axis(p);
    else {
        pgf_range(p, "y", l->y.low, l->y.high);
        pgf_ticks(p, "y", &l->y, false);
        text_puts(p->out, "  ymajorgrids, major grid style={black!20, line width=0.4bp}, ytick style={draw=none},\n");
        if (l->y.log) text_puts(p->out, "  ymode=log, log origin=infty,\n");
        if (p->f->kind == FIGURE_STACKED)
            text_putf(p->out, "  ybar stacked, bar width=%.3fbp, stack negative=separate,\n",
                      layout_bar(l, 0, 0).width);
        text_puts(p->out, "  ");
        pgf_y_label(p, l->y_label_x - l->left);
    }
    text_puts(p->out, "  unbounded coords=jump]\n");
}

static void pgf_bar_labels(pgf *p) {
    const layout *l = &p->l;
    const size_t bars = layout_bars(p->f);
    size_t i;
    for (i = 0; l->bar_room > 0 && i < p->f->categories.count * bars; i++) {
        const layout_span span = layout_bar(l, i / bars, i % bars);
        text_putf(p->out, "\\node[inner sep=0, %s] at ([xshift=%.2fbp, yshift=-3bp]axis description cs:0,0) {",
                  l->bars_turned ? "rotate=90, anchor=east" : "anchor=north", span.from + span.width / 2 - l->left);
        pgf_put(p->out, p->f->bars.items[i % bars], LAYOUT_TICK, l->bars_turned ? l->bar_room : span.width);
        text_puts(p->out, "};\n");
    }
}

/* A line across the plot. */
static void pgf_rule(pgf *p, const char *style, double x1, double y1, double x2, double y2) {
    text_putf(p->out, "\\draw[%s] ", style);
    pgf_at(p, x1, y1), text_puts(p->out, " -- "), pgf_at(p, x2, y2);
    text_puts(p->out, ";\n");
}

static void pgf_rules(pgf *p) {
    const layout *l = &p->l;
    const figure *f = p->f;
    const size_t count = f->categories.count;
    const bool heat = f->kind == FIGURE_HEAT;
    const double left = count ? -0.5 : l->x.low, right = count ? (double)count - 0.5 : l->x.high;
    const double low = heat ? -0.5 : l->y.low, high = heat ? (double)f->series_count - 0.5 : l->y.high;
    const double rule = (double)f->rule - 0.5;
    if (f->rule) pgf_rule(p, "line width=0.5bp, dash pattern=on 1bp off 1.5bp", rule, low, rule, high);
    if (heat || f->kind == FIGURE_CDF) return;
    if (figure_has_area(f) && f->kind != FIGURE_BOX)
        pgf_rule(p, "line width=0.6bp", left, layout_floor(l), right, layout_floor(l));
    if (f->has_baseline)
        pgf_rule(p, "line width=0.8bp, dash pattern=on 4bp off 2bp", left, f->baseline, right, f->baseline);
}

/* A document of one page, which the picture fills. */
static void pgf_begin_document(pgf *p) {
    text_putf(p->out, "\\documentclass{article}\n"
              "\\usepackage[paperwidth=%.2fbp, paperheight=%.2fbp, margin=0bp]{geometry}\n"
              "\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n\\usetikzlibrary{patterns}\n"
              "\\pagestyle{empty}\n\\parindent=0pt\n\\topskip=0pt\n\\begin{document}\n",
              p->l.width, p->l.height + 0.02);
}

void pgf_figure(text *out, const figure *f, bool whole) {
    static void (*const draw[])(pgf *) = {pgf_bars, pgf_stacks, pgf_lines, pgf_lines, pgf_boxes, pgf_heat, pgf_cdf};
    pgf p;
    p.out = out;
    p.f = f;
    layout_make(&p.l, f);
    if (whole) pgf_begin_document(&p);
    else text_puts(out, "% The document needs \\usepackage{pgfplots}, \\pgfplotsset{compat=1.16}, "
                        "\\usetikzlibrary{patterns}.\n");
    text_puts(out, "\\begin{tikzpicture}\n");
    pgf_colors(&p);
    pgf_axis(&p);
    draw[f->kind](&p);
    pgf_bar_labels(&p);
    pgf_rules(&p);
    text_putf(out, "\\end{axis}\n\\pgfresetboundingbox\n\\path (%.2fbp,%.2fbp) rectangle (%.2fbp,%.2fbp);\n"
              "\\end{tikzpicture}%%\n", -p.l.left,
              p.l.bottom - p.l.height, p.l.width - p.l.left, p.l.bottom);
    if (whole) text_puts(out, "\\end{document}\n");
}
