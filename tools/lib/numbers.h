/* numbers.h - numbers as text: short for people, exact for programs. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "text.h"

enum { NUMBERS_DIGITS = 6 };

/* Appends a number with this many significant digits, whole numbers with all of them; NaN is "-". */
void numbers_put(text *out, double value, int digits);

/* Appends as few digits as give back the same number; of NaN nothing, of an infinite one `infinite` after its sign. */
void numbers_put_exact(text *out, double value, const char *infinite);

/* The bytes from the decimal point on: cells that end in as many stand with their points below each other. */
size_t numbers_fraction(const char *number);

#endif
