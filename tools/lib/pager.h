/* pager.h - shows long output on a terminal by the program that $PAGER names. */
#ifndef PAGER_H
#define PAGER_H

#include "text.h"

/* If stdout is a terminal that has fewer rows than `out` has lines, and $PAGER is set to more than "cat", what the tool
   prints from now on goes through that program, and the tool ends when it has. */
void pager_begin(const text *out);

#endif
