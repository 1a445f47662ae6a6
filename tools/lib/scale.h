/* scale.h - the scale of an axis: its ends, its ticks and their labels. */
#ifndef SCALE_H
#define SCALE_H

#include "text.h"

enum { SCALE_TICKS = 16 };

typedef struct scale {
    double low, high;          /* values at the ends */
    bool log;
    double ticks[SCALE_TICKS];
    size_t count;
    int decimals;              /* of labels */
    int exponent;              /* labels are multiples of this power of ten */
    int base;                  /* 2 or 10: labels are powers of it; 0: they are numbers */
} scale;

/* How a scale is made: it ends at the lowest and highest value; its values are whole numbers, and so are its ticks. */
enum { SCALE_TIGHT = 1, SCALE_WHOLE = 2 };

/* A scale with round ticks, about `most` at most, that holds all values from low to high. */
void scale_make(scale *s, double low, double high, bool log, size_t most, int how);

/* A logarithmic scale with ticks at these values, SCALE_TICKS at most, and a little room at its ends. */
void scale_make_at(scale *s, double low, double high, const double *ticks, size_t count);

/* Where a value is: 0 at the low end, 1 at the high end; values beyond are at the ends. */
double scale_place(const scale *s, double value);

/* A power: as characters ("10⁻³") or in LaTeX ("$10^{-3}$"). */
void scale_put_power(text *out, int base, int exponent, bool latex);

/* The label of a tick. */
void scale_put_label(text *out, const scale *s, size_t tick, bool latex);

#endif
