/* wording.h - messages of the library in the words of gem5art-run: options, or keys of a file, instead of C fields. */
#ifndef WORDING_H
#define WORDING_H

#include <stdbool.h>

extern bool wording_of_options; /* the run is described by options, not in a file */

/* The message, until the next call. */
const char *wording(const char *message);

#endif
