/* report.h - the runs and artifacts that a report page shows, each text as a number of a lexicon. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

#include "lexicon.h"
#include "select.h"

/* A run. Texts are clean (see html.h); 0: none. */
typedef struct report_run {
    size_t id, name, status, reason, host, when_text, elapsed_text;
    size_t *values; /* of the variables, by their places */
    size_t value_count;
    size_t *details; /* label, text, label, text, ...: what is known of it */
    size_t detail_count;
    size_t *artifacts; /* those that it names, by their places */
    size_t artifact_count;
    bool fs, live, failed, good; /* good: its statistics can be used */
    bool newest;               /* no later run has the same values of all variables */
    double start, end;         /* Unix times; 0: unknown. The end of a live run is the present */
    double when, elapsed;      /* as in a record; elapsed -1: unknown */
    double size;               /* bytes of its results; -1: unknown */
    size_t number;             /* of the recorded or of the live runs, as they were read: see attempts_add */
    char *outdir, *results;    /* as recorded */
} report_run;

typedef struct report_artifact {
    size_t id, name, type, path, documentation, command, version; /* version: "commit 53a3b2dde320 of URL" */
    char **inputs;    /* ids as recorded, NULL-terminated */
    char *key;        /* its id as recorded */
} report_artifact;

typedef struct report_variable {
    size_t name;
    size_t *values; /* those that the shown runs have, in order */
    size_t value_count;
} report_variable;

typedef struct report {
    gem5art_db *db;
    selection *selected;
    bool all;                  /* superseded attempts, too */
    void (*details)(struct report *r, report_run *run, const gem5art_run *from); /* gathers the details of a run */
    lexicon words;
    report_run *runs;          /* live ones, then recorded ones, the newest first */
    size_t count, superseded;
    report_variable *variables;
    size_t variable_count;
    report_artifact *artifacts; /* without the archives of runs */
    size_t artifact_count;
    report_artifact **by_id; /* the same, in the order of their ids */
} report;

/* Reads the store, without select_warn; a failure ends the tool. Set db, selected, all and details before. */
void report_read(report *r);
void report_free(report *r);

const char *report_word(const report *r, size_t number);
size_t report_number(report *r, const char *string, bool lines); /* of a text that is not clean yet */
size_t report_value(const report_run *run, size_t variable);     /* 0: it has none */
report_artifact *report_find(const report *r, const char *id);   /* NULL: there is none */
bool report_differs(const report *r, size_t variable);           /* the runs have several values of it */

/* The variable only numbers repeated runs: seed, repeat, ... */
bool report_is_repeat(const report *r, size_t variable);

/* "ok", "bad", "live" or "odd": a class of the page's style. */
const char *report_class(const report_run *run);
const char *report_outcome(const report *r, const report_run *run); /* its reason, or else its status */

#endif
