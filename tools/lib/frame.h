/* frame.h - a table of chosen statistics of chosen runs: selected, read, calculated, merged and compared. */
#ifndef FRAME_H
#define FRAME_H

#include "gem5art.h"

#include "frame_table.h"
#include "select.h"

/* Texts are as options have them; NULL, 0 and false are defaults. */
typedef struct frame_request {
    selection *runs;                 /* after select_check; required */
    const char *const *columns;      /* formulas */
    size_t column_count;
    const char *dump;                /* "last", the default: the last complete one; "first", "all", "sum", a number */
    const char *baseline;            /* "cpu=timing": values are relative to the row that has this, and is otherwise
                                        the same */
    bool speedup;                    /* baseline / value instead of value / baseline */
    const char *over;                /* "seed,repeat": rows that differ only in these are merged */
    const char *mean;                /* "arithmetic", "geometric", "harmonic": adds a row */
    const char *group_by;            /* "cpu,memory": adds a mean for each of these instead */
    const char *weights;             /* a file of SimPoint weights; "{VAR}" in it stands for the run's value */
    const char *weights_by;          /* the variable with the number of the simpoint; default "simpoint" */
    bool all;                        /* also runs that are not known to be good */
} frame_request;

/* Ends the tool if the request is misuse: a formula or word with an error. frame_build does this, too. */
void frame_check(const frame_request *request);

/* Builds it; to be freed by frame_free, even if it fails: then it returns false, and has printed why. */
bool frame_build(frame *f, gem5art_db *db, const frame_request *request);

/* The statistics that chosen runs have, in the order of their files, without their values. */
typedef struct frame_stat {
    char *name, *unit, *description;
    size_t runs;                     /* that have it */
} frame_stat;
typedef struct frame_stats {
    frame_stat *items;
    size_t count, run_count;
    text_list left_out;
} frame_stats;

/* Lists those that a column of the request matches, or that contain it; without columns all. As frame_build. */
bool frame_list(frame_stats *s, gem5art_db *db, const frame_request *request);

#endif
