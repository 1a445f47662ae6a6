/* tally.h - the line below a table of runs: how many there are, by status and by the reason of their end. */
#ifndef TALLY_H
#define TALLY_H

#include "rows.h"

void tally_begin(void);
void tally_add(const row *r);
/* Appends ": 1 Finished, 8 Failed (5 timeout, 1 kernel panic)"; nothing for no runs. */
void tally_put(text *out);

#endif
