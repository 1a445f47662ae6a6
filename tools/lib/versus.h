/* versus.h - the statistics of two runs, or of two groups of runs, that are compared. */
#ifndef VERSUS_H
#define VERSUS_H

#include "find.h"
#include "samples.h"
#include "select.h"

typedef struct versus {
    bool groups;
    char *titles[2];       /* of groups: "cpu=o3 size=1 (4 runs)" */
    samples samples;
    samples_run *runs[2];  /* each has a dump */
    size_t counts[2];
    size_t *pairs;         /* of each run of the first group, its place in the second; NULL: they are not paired */
    text_list notes;       /* sentences for people */
} versus;

/* Read the statistics; `dump` is the value of --dump. An error ends the tool. The second group is selected as the
   first, but the conditions of `against` stand in the place of those that `where` has for the same variables. Runs of
   groups are good ones, and are paired if their other variables pair them up exactly. */
void versus_runs(versus *v, gem5art_db *db, const found sides[2], const char *dump);
void versus_groups(versus *v, gem5art_db *db, const selection *where, const text_list *against, const char *dump);

#endif
