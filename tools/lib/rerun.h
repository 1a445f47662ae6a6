/* rerun.h - launches recorded runs again, in a store of their own, and compares their statistics. */
#ifndef RERUN_H
#define RERUN_H

#include "compare.h"

typedef enum rerun_verdict {
    RERUN_EQUAL,
    RERUN_DIFFERS,
    RERUN_FAILED,  /* it did not end as Finished */
    RERUN_NOT_RUN, /* it could not be launched, or its recorded statistics are gone */
    RERUN_STOPPED  /* by a signal to this process */
} rerun_verdict;

typedef struct rerun {
    gem5art_db *db;           /* of the recorded runs; only read */
    gem5art_db *store;        /* a temporary one */
    char *folder;             /* temporary, with that store and an outdir for each run */
    char *cwd;                /* where runs are launched; NULL: where they were */
    size_t kept;              /* outdirs */

    /* Of the last run, until the next one: */
    rerun_verdict verdict;
    text why;                 /* unless it is equal: a sentence without a full stop */
    char *outdir;             /* kept, as the numbers differ or the run failed; NULL: removed */
    samples samples;
    samples_run runs[2];      /* the recorded one, and this */
    size_t dump_count, statistic_count; /* that were compared; statistics of all dumps */
    compare differences;      /* of the first dump that differs */
    size_t differing;         /* statistics, of all dumps */
} rerun;

/* Begins: makes a folder in $TMPDIR, or /tmp. From then on a signal (SIGINT, SIGTERM, SIGHUP) ends the active run, and
   then rerun_stopped is true. An error ends the tool. */
void rerun_begin(rerun *r, gem5art_db *db, const char *cwd);
bool rerun_stopped(void);

/* Launches a run with the recorded artifacts, script, parameters, options and environment, waits for its end, and
   compares. Its artifacts must be unchanged. */
void rerun_do(rerun *r, const gem5art_run *run);

/* Removes the folder, unless it has outdirs that are kept. */
void rerun_end(rerun *r);

#endif
