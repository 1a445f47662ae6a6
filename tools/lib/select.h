/* select.h - the options that choose among records: by name, mode, status, variables, parameters and time. */
#ifndef SELECT_H
#define SELECT_H

#include "gem5art.h"

#include "columns.h"
#include "page.h"

typedef struct selection {
    const char *name, *mode, *status, *since, *before, *limit; /* as given; NULL: not given */
    text_list where, params;
    size_t most;           /* of --limit; SIZE_MAX: all */
    double from, until;    /* of --since and --before, Unix times */
    text_list statuses;    /* texts that a status begins with, or "lost" */
    text_list conditions;  /* see variables_match */
    text_list names, values, held; /* of --where, while records are tested: variables; of the wanted ones, NAME=VALUE; the
                                      conditions that held */
    bool of_runs;          /* an option that only runs can meet */
} selection;

/* Rows for a page; `s` is the address of a selection. SELECT_CONDITIONS: without --limit. */
#define SELECT_CONDITIONS(s)                                                                                           \
    {"--name", NULL, "PART", "Select records with PART in the name", .value = &(s)->name},                             \
    {"--mode", NULL, "MODE", "Select only se or fs runs", .value = &(s)->mode, .words = "se fs"},                      \
    {"--status", NULL, "LIST", "Select runs by status, as in failed,lost", .value = &(s)->status,                      \
     .words = "Finished Failed Created Pending Spawning Running lost"},                                                        \
    {"--where", NULL, "VAR=LIST", "Select by matrix variable, as in cpu=o3,atomic", .list = &(s)->where,               \
     .words = "WHERE"},                                                                                                \
    {"--param", NULL, "VALUE", " Select runs with this parameter; can be repeated", .list = &(s)->params},             \
    {"--since", NULL, "WHEN", "Select since, or --before, 30m, 3h, 2d, 2026-11-01", .value = &(s)->since},             \
    {"--before", NULL, "WHEN", " Select before WHEN", .value = &(s)->before}
#define SELECT_OPTIONS(s)                                                                                              \
    SELECT_CONDITIONS(s),                                                                                              \
    {"--limit", NULL, "N", "Select at most N, the newest", .value = &(s)->limit}

/* Reads the options' values after options_parse; a misuse ends the tool. */
void select_check(selection *s);

/* Ends the tool if an option was given that only runs can meet: the tool lists artifacts. */
void select_check_artifacts(const selection *s);

/* Returns whether any option was given. */
bool select_given(const selection *s);

/* Tests a record against all options but --limit. An artifact is not selected by what only runs have. */
bool select_holds(selection *s, const record *r);

/* The selected records of a store, in stored order; with --limit the newest of them. */
typedef enum select_kind { SELECT_ALL, SELECT_RUNS, SELECT_ARTIFACTS } select_kind;
typedef struct select_rows {
    selection *selection;
    gem5art_iter *iter; /* NULL: all are read */
    record record;      /* of the last row; ask it for more members after select_begin */
    struct select_row *newest;
    size_t count, next;
} select_rows;

/* Begins to read. A failure ends the tool. */
void select_begin(select_rows *rows, selection *s, gem5art_db *db, select_kind kind);

/* Reads the next row: its JSON text, until the next call, or NULL at the end, after the warnings of select_warn. */
const char *select_next(select_rows *rows, size_t *length);

/* Warns of each value of --where that none of the tested records had. Call it after the last of them. */
void select_warn(const selection *s);

#endif
