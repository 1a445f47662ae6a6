/* follow.h - gem5art-run --slurm --wait: shows submitted runs until they have ended. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include "gem5art.h"

/* Waits until none of the runs is queued any more, and sums them up. Returns whether all
   are recorded as Finished. The display must have begun. Ctrl-C ends only the tool. */
bool follow_runs(gem5art_db *db, gem5art_run *const *runs, size_t count, const char *resume);

#endif
