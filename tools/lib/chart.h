/* chart.h - makes a figure of a table of statistics: which variable is where, in which order, under which name. */
#ifndef CHART_H
#define CHART_H

#include "figure.h"
#include "frame_table.h"
#include "means.h"

typedef enum chart_errors { CHART_INTERVAL, CHART_DEVIATION, CHART_NO_ERRORS } chart_errors;

/* Texts are as options have them; NULL: not given. */
typedef struct chart_request {
    figure_kind kind;
    const char *x, *series;           /* a variable, "dump" or "name"; x: a column, too */
    const char *order;                /* "a,b,c": values that come first */
    const text_list *labels;          /* "VALUE=TEXT": what is shown instead of a value or the name of a column */
    const char *title, *x_label, *y_label;
    const char *baseline;             /* of the table: "cpu=timing" */
    bool speedup;
    bool has_mean;                    /* adds a category with means over the others */
    means_kind mean;
    chart_errors errors;
} chart_request;

/* Makes it. False: `why` has a sentence without a full stop. The frame gets rows for the means. */
bool chart_make(figure *f, frame *table, const chart_request *request, text *why);

#endif
