/* stats.h - reads the text that gem5 writes about a simulation, its statistics: value by value, in bounded memory.

   A file has any number of dumps, one after the other. Names are as gem5 writes them: "system.cpu.ipc", with the parts of
   a vector or distribution after "::": "system.cpu.numIssuedDist::mean", "system.l2.hits::total". The parts of one that
   gem5 wrote in one line ("name | 1 50% 50% | 2 ...") get the names that they have in lines of their own: the buckets of
   a distribution "name::0-9", the elements of a vector "name::0". */
#ifndef STATS_H
#define STATS_H

#include "stats_filter.h"

typedef struct stats_value {
    gem5art_text name;  /* no NUL after these; they are valid during the visit */
    double value;       /* NaN where gem5 wrote nan */
    gem5art_text unit;  /* "Count", "Cycle/Second"; empty: gem5 wrote none, as before version 21.1 and with desc=False */
    gem5art_text description; /* may be empty */
} stats_value;

typedef struct stats_dump {
    size_t index;      /* from 0 */
    bool complete;     /* known at its end only: gem5 wrote the closing line */
    size_t unreadable; /* lines so far that are no statistics; lines that the filter does not want are not looked at */
} stats_dump;

/* Is called for each wanted value of a dump, and after them with `value` NULL: there the dump ends. False: stop. */
typedef bool stats_visit(void *user, const stats_dump *dump, const stats_value *value);

/* Where statistics are; to be freed. */
typedef struct stats_place {
    char *path;   /* a file, perhaps compressed by gzip; or an archive */
    char *member; /* of the archive; NULL: path is the file itself */
} stats_place;

/* Finds the statistics of a run: in its outdir, or in its archive if they are gone there. False: `why` has a sentence
   without a full stop. */
bool stats_find(stats_place *place, gem5art_db *db, const gem5art_run *run, text *why);
void stats_place_free(stats_place *place);

/* Reads all dumps. False: `why` has a sentence without a full stop, and values that were visited must not be used. Not
   an error: no dump at all in a file that is empty apart from blanks is one, an incomplete dump is none. */
bool stats_read(const stats_place *place, const stats_filter *filter, stats_visit *visit, void *user, text *why);
bool stats_read_file(const char *path, const stats_filter *filter, stats_visit *visit, void *user, text *why);
bool stats_read_run(gem5art_db *db, const gem5art_run *run, const stats_filter *filter, stats_visit *visit, void *user,
                    text *why);

/* One of several files that are read at the same time. */
typedef struct stats_job {
    stats_place place;          /* path NULL: nothing is read, and ok and why are left as they are */
    const stats_filter *filter; /* jobs may share it */
    stats_visit *visit;         /* called on threads: of one job never at the same time */
    void *user;
    bool ok;                    /* the result of stats_read */
    text why;
} stats_job;

/* Reads them all, `threads` at a time; 0: as many as there are processors. */
void stats_read_many(stats_job *jobs, size_t count, size_t threads);

#endif
