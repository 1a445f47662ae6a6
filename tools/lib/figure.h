/* figure.h - a figure as plain data: what is drawn, and in which colors. svg and pgf write it. */
#ifndef FIGURE_H
#define FIGURE_H

#include "text.h"

typedef enum figure_kind {
    FIGURE_BAR,     /* the bars of the series stand side by side in each category */
    FIGURE_STACKED, /* the parts of the series stand on each other in each bar */
    FIGURE_LINE,
    FIGURE_SCATTER,
    FIGURE_BOX,     /* quartiles of the values that a series has in a category */
    FIGURE_HEAT,    /* a row for each series, a cell for each category */
    FIGURE_CDF      /* the part of a series' values up to x */
} figure_kind;
extern const char *const figure_words[]; /* by kind: "bar", "stacked", ..., NULL */

/* Values; NaN: there is none. Of bars and cells: one for each category in their order, of stacked bars for each bar of
   each category. Of all others: points in any number. */
typedef struct figure_series {
    char *name;
    double *x, *y; /* x: of points; with categories, the place of one */
    double *half;  /* half of the error bar; NaN: none */
    size_t count;
} figure_series;

/* Zero is the default of all. The strings belong to the figure, and can hold any bytes. */
typedef struct figure {
    figure_kind kind;
    char *title, *x_label, *y_label; /* NULL: none */
    char *x_unit, *y_unit;           /* after the label, in parentheses; NULL or "": none */
    text_list categories;            /* along the x axis; none: it has numbers */
    text_list bars;                  /* stacked: the bars in each category; none: one without a name */
    figure_series *series;
    size_t series_count;
    bool has_baseline;
    double baseline;                 /* a line across the plot at this value */
    size_t rule;                     /* a line stands before this category, whose values are means; 0: none */
    bool log_x, log_y;               /* log_y of a heat map: its colors */
    bool patterns;                   /* bars have patterns, too, for print in black and white */
    double width, height;            /* in points (1/72 inch); 0: FIGURE_COLUMN, and 0.62 of the width, at most 200 */
    const char *id;                  /* begins the ids in the SVG, if a page has several; NULL: "figure" */
} figure;

#define FIGURE_COLUMN 238.0 /* 8.4 cm, as papers in two columns have */
#define FIGURE_PAGE 505.0   /* 17.8 cm, both columns */

void figure_add_category(figure *f, const char *name);
void figure_add_bar(figure *f, const char *name);
figure_series *figure_add_series(figure *f, const char *name, size_t count); /* all values are NaN */
void figure_free(figure *f);

/* False: it cannot be drawn, and `why` has a sentence without a full stop. Only what passes may go to svg and pgf. */
bool figure_check(const figure *f, text *why);

/* How a series looks, by its number. */
enum { FIGURE_COLORS = 8, FIGURE_PATTERNS = 8 };
const char *figure_color(const figure *f, size_t series); /* "0072b2" */
bool figure_is_dark(const char *color);                  /* what is drawn on it should be white */
size_t figure_pattern(const figure *f, size_t series);   /* 0: plain */
bool figure_has_area(const figure *f);                   /* bars and boxes are filled, others are lines and marks */

/* A color of a heat map for 0 to 1, from light to dark. */
enum { FIGURE_SHADES = 5 };
extern const unsigned char figure_shades[FIGURE_SHADES][3];
void figure_shade(double part, unsigned char rgb[3]);

/* The five numbers of a box, and the values that lie outside of its whiskers (1.5 times the box's height). */
typedef struct figure_box {
    double low, first, median, third, high; /* low and high: the whiskers' ends */
    double *outside;
    size_t outside_count, count; /* count 0: there is no box */
} figure_box;
figure_box figure_box_of(const figure_series *s, size_t category); /* to be freed */
void figure_box_free(figure_box *box);

/* The steps of a CDF: x is a value, y the part of the values up to it. x is to be freed. */
figure_series figure_steps_of(const figure_series *s);

/* What the axes have to hold: of values with their error bars, whole stacks, the baseline. */
typedef struct figure_range {
    double low, high;
} figure_range;
figure_range figure_range_x(const figure *f);
figure_range figure_range_y(const figure *f);

#endif
