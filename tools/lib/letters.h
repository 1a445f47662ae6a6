/* letters.h - text in a figure: how wide it is, made safe and cut to a width. */
#ifndef LETTERS_H
#define LETTERS_H

#include "text.h"

/* The width of a text in Helvetica, in points; other characters are taken as wide ones. */
double letters_width(const char *string, double size);

/* Appends a text in one line: control characters and bytes that are not UTF-8 as \n and \xHH, and if it is wider than
   `most` points, cut and with an ellipsis. */
void letters_put(text *out, const char *string, double size, double most);

#endif
