/* outcomes.h - how the runs of a launch end: each is announced and counted, and at the end they are summed up. */
#ifndef OUTCOMES_H
#define OUTCOMES_H

#include "gem5art.h"

#include "text.h"

typedef enum outcome {
    FINISHED, FAILED,
    STOPPED,       /* by a signal */
    RECORDED,      /* as Finished */
    CHANGED,       /* recorded, but a file that gem5 read has changed since */
    FAILED_BEFORE,
    ELSEWHERE,     /* another process executes it */
    CANCELLED,     /* by a signal or --stop-after, before it was launched */
    TROUBLE,       /* another error: it was not launched, or not recorded */
    OUTCOMES
} outcome;

extern int outcomes_total, outcomes_tally[OUTCOMES];
extern bool outcomes_interrupted; /* a signal ends the runs */
extern bool outcomes_quiet;       /* without a display, only failures and the sum are said */

/* Announces and counts what an event of the pool of `db` means. */
void outcomes_add(gem5art_db *db, const gem5art_event *event);

/* Says the sum, the failures and the warnings. `show`: the command that shows a run, before its id; `resume`: a line
   on how runs that were stopped are resumed. True: all runs are recorded as Finished. */
bool outcomes_sum_up(const gem5art_event *end, const char *show, const char *resume);

#endif
