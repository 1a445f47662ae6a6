/* weights.h - the weights of simpoints, as SimPoint writes them: lines of a weight and the number of its simpoint. */
#ifndef WEIGHTS_H
#define WEIGHTS_H

#include "text.h"

typedef struct weights {
    char **simpoints; /* their numbers, as written */
    double *values;
    size_t count;
    double sum;
} weights;

/* Reads a file. False: `why` has a sentence without a full stop. Free it in both cases. */
bool weights_read(weights *w, const char *path, text *why);
void weights_free(weights *w);

/* The place of a simpoint; SIZE_MAX: it has no weight. */
size_t weights_find(const weights *w, const char *simpoint);

#endif
