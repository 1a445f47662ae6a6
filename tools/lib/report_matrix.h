/* report_matrix.h - the status matrix of a report page: tables of two variables, one for each choice of the others. */
#ifndef REPORT_MATRIX_H
#define REPORT_MATRIX_H

#include "report.h"

/* The variables with the most values: the rows and columns that are shown at first. False: no variable differs.
   *columns is variable_count if one variable alone does. */
bool report_matrix_axes(const report *r, size_t *rows, size_t *columns);

/* The variables that can be an axis at first, or a reason for a table of its own: with at most 40 values, and not those
   that only number repeated runs (seed, repeat, ...). Returns how many, in `chosen`, which has room for all. */
size_t report_matrix_variables(const report *r, size_t *chosen);

void report_put_matrix(text *out, const report *r);

#endif
