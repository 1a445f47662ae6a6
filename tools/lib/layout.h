/* layout.h - where the parts of a figure are, in points from its upper left corner. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "figure.h"
#include "scale.h"

#define LAYOUT_TITLE 9.0 /* sizes of letters */
#define LAYOUT_LABEL 8.0
#define LAYOUT_TICK 7.0
#define LAYOUT_MIDDLE (0.35 * LAYOUT_TICK) /* from the middle of a line to its letters' feet */
#define LAYOUT_LINE 1.25    /* height of a line of text, in its size */
#define LAYOUT_LEGEND 9.6    /* height of a line of the legend */
#define LAYOUT_SWATCH 14.0  /* of a legend's entry, with the gap after it */
#define LAYOUT_COLORS 17.0 /* from a heat map to the labels of its colors */

typedef struct layout {
    const figure *figure;
    double width, height;            /* of the whole */
    double left, top, right, bottom; /* of the plot */
    scale x, y;                      /* x: if there are no categories; y: of a heat map, of its colors */
    int turn;                        /* degrees of the categories' labels: 0, 45 or 90 */
    size_t step;                     /* each step-th one has a label */
    double room;                     /* to which they are cut */
    bool bars_turned;                /* the labels of bars in categories are turned by 90 degrees */
    double bar_room;                 /* height of these labels; 0: there are none */
    double x_label_y, y_label_x;     /* baselines of the axes' labels */
    size_t legend_columns, legend_rows;
    double legend_entry;             /* width of an entry */
    double legend_left, legend_top;
} layout;

void layout_make(layout *l, const figure *f);

/* Where a number or the middle of a category is. */
double layout_x(const layout *l, double value);
double layout_y(const layout *l, double value);

/* The place of a bar in a category. */
typedef struct layout_span {
    double from, width;
} layout_span;
double layout_outline(double width); /* of a bar of this width */
size_t layout_bars(const figure *f); /* bars in each category */
layout_span layout_bar(const layout *l, size_t category, size_t bar);

bool layout_has_legend(const figure *f);

/* The label of an axis: "simTicks (10⁹ Tick)". */
void layout_put_label(text *out, const char *label, const char *unit, const scale *s);

/* The middle of an axis's label and the size of its letters: smaller ones, down to 6 points, where it would be longer
   than the figure. What is wider than `most` is cut. */
typedef struct layout_place {
    double at, size, most;
} layout_place;
layout_place layout_x_label(const layout *l, const char *label);
layout_place layout_y_label(const layout *l, const char *label);

/* The number in a cell of a heat map, as its colors' labels have it. */
void layout_put_cell(text *out, const layout *l, double value);

/* The numbers of the points that are drawn, to be freed: all, or if there are very many, those that make a difference.
   Of a line these are in each point of its width the first, lowest, highest and last one. */
size_t *layout_points(const layout *l, const figure_series *s, size_t *count);

/* Where values begin: 0, or the end of the scale that is next to it. */
double layout_floor(const layout *l);

#endif
