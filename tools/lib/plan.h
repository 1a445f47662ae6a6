/* plan.h - what gem5art-run is about to do: which runs get an outdir of their own because something changed, and in a
   dry run what would happen to each run. */
#ifndef PLAN_H
#define PLAN_H

#include "gem5art.h"

#include "text.h"

/* Notes a run that was created. */
void plan_add_change(const gem5art_run *run);

/* Appends lines such as "Changed: run script repo 64c5535 -> bb0414a; 12 runs go to OUTDIR.2". */
void plan_put_changes(text *out);

/* Adds a run to the table of a dry run. */
void plan_add(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *pool);

/* Prints the table, the changes, and the sum. False: the store could not answer for a run. */
bool plan_print(void);

#endif
