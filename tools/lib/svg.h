/* svg.h - a figure as an SVG image, whose text stays text. */
#ifndef SVG_H
#define SVG_H

#include "figure.h"

/* Appends an <svg> element: a whole file, or a part of a page in HTML, whose text color it takes. */
void svg_figure(text *out, const figure *f);

/* Appends text in which XML and HTML find no markup: in one line, as letters_put. */
void svg_put_text(text *out, const char *string);

#endif
