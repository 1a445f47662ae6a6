/* means.h - means of numbers, and their confidence intervals. */
#ifndef MEANS_H
#define MEANS_H

#include <stddef.h>

typedef enum means_kind { MEANS_ARITHMETIC, MEANS_GEOMETRIC, MEANS_HARMONIC } means_kind;

extern const char *const means_words[]; /* by kind: "arithmetic", ..., NULL */

/* NaN: there are no values, or, except for the arithmetic mean, one is not above 0. */
double means_of(means_kind kind, const double *values, size_t count);

/* The sample's standard deviation (n - 1); NaN: fewer than two values. */
double means_deviation(const double *values, size_t count);

/* Half of the width of the 95% confidence interval of the arithmetic mean, by Student's t; NaN: fewer than two. */
double means_half_interval(double deviation, size_t count);

/* The t that |T| exceeds with the given probability (two sides), for this many degrees of freedom. */
double means_student(double freedom, double probability);

#endif
