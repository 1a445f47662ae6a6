/* latex.h - text and numbers in LaTeX documents. */
#ifndef LATEX_H
#define LATEX_H

#include "text.h"

/* Appends text in which LaTeX finds no commands: in one line, with control characters as \n and \xHH. */
void latex_put(text *out, const char *string);

/* Appends a number, as numbers_put writes it; what is after an e becomes a power of ten. */
void latex_put_number(text *out, const char *number);

#endif
