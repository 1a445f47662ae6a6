/* stats.h - reads the statistics that gem5 writes as text: value by value, in bounded memory.

   A file has any number of dumps, one after the other. Names are as gem5 writes them: "system.cpu.ipc". The parts of a
   vector or a distribution follow "::": "system.cpu.numIssuedDist::mean", "system.l2.hits::total". If gem5 wrote the
   parts in one line ("name | 1 50% 50% | 2 ..."), they have the names of separate lines: "name::0-9" for the buckets of
   a distribution, "name::0" for the elements of a vector. */
#ifndef STATS_H
#define STATS_H

#include "stats_filter.h"

typedef struct stats_value {
    gem5art_text name;  /* no NUL after these; they are valid during the visit */
    double value;       /* NaN where gem5 wrote nan */
    gem5art_text unit;  /* "Count", "Cycle/Second"; empty: none was written, as before v21.1 or with desc=False */
    gem5art_text description; /* may be empty */
} stats_value;

typedef struct stats_dump {
    size_t index;      /* from 0 */
    bool complete;     /* gem5 wrote its closing line; false before its end */
    size_t unreadable; /* lines so far that are not statistics; lines that the filter excludes are not examined */
} stats_dump;

/* Is called for each wanted value of a dump, and with `value` NULL at the end of the dump. False stops the reading. */
typedef bool stats_visit(void *user, const stats_dump *dump, const stats_value *value);

/* Where the statistics of a run are; to be freed with stats_place_free. */
typedef struct stats_place {
    char *path;   /* a file, perhaps compressed by gzip; or an archive */
    char *member; /* of the archive; NULL: path is the file itself */
} stats_place;

/* Finds the statistics of a run: in its outdir, else in its archive. False: `why` has a sentence without a full
   stop. */
bool stats_find(stats_place *place, gem5art_db *db, const gem5art_run *run, text *why);
void stats_place_free(stats_place *place);

/* Reads all dumps. False: `why` has a sentence without a full stop, and the visited values must not be used. An
   incomplete dump is not an error, nor is an empty file, which has no dumps: gem5 creates it when it starts. */
bool stats_read(const stats_place *place, const stats_filter *filter, stats_visit *visit, void *user, text *why);
bool stats_read_file(const char *path, const stats_filter *filter, stats_visit *visit, void *user, text *why);
bool stats_read_run(gem5art_db *db, const gem5art_run *run, const stats_filter *filter, stats_visit *visit, void *user,
                    text *why);

/* One of several files that are read at the same time. */
typedef struct stats_job {
    stats_place place;          /* path NULL: nothing is read, and ok and why are unchanged */
    const stats_filter *filter; /* jobs may share it */
    stats_visit *visit;         /* called on other threads, for one job on one thread only */
    void *user;
    bool ok;                    /* the result of stats_read */
    text why;
} stats_job;

/* Reads all of them, `threads` at a time; 0: one per processor. */
void stats_read_many(stats_job *jobs, size_t count, size_t threads);

#endif
