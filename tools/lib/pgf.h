/* pgf.h - a figure as a tikzpicture for LaTeX, made with the package pgfplots. */
#ifndef PGF_H
#define PGF_H

#include "figure.h"

/* Appends a picture for \input, which is exactly as wide as the figure; `whole`: a document of its own. */
void pgf_figure(text *out, const figure *f, bool whole);

#endif
