/* frame.h - a table of chosen statistics of chosen runs: selected, read, calculated, merged and compared. */
#ifndef FRAME_H
#define FRAME_H

#include "gem5art.h"

#include "select.h"

typedef struct frame_column {
    char *name, *unit, *description; /* "": unknown, or those of a calculation */
} frame_column;

typedef struct frame_row {
    const char *id, *name, *status;  /* of a merged row, its first run's; id and status of a mean are "" */
    char **variables;                /* as frame.variables; "" where it has none */
    double *values;                  /* by column; NaN: there is none */
    double *spread, *half;           /* by column: standard deviation, and half of the 95% confidence interval, where rows
                                        were merged by `over`; else 0; NaN of a single run */
    size_t n;                        /* runs in it */
    size_t dump;                     /* SIZE_MAX: not of one dump */
    bool mean;                       /* a row of `mean`, after all others */
} frame_row;

typedef struct frame {
    text_list variables;             /* all that a row has, in the order in which they were met; without those of `over` */
    frame_column *columns;
    size_t column_count;
    frame_row *rows;
    size_t row_count;
    text_list left_out;              /* a sentence about each kind of runs that are not in the table */
    text_list notes;                 /* a sentence about each column with empty cells, and each kind of reason */
    size_t dump_count;               /* with dump "all": rows are of dumps; else 0 */
    bool merged;                     /* rows have n, spread and half */
} frame;

/* Texts are as options have them; NULL, 0 and false are defaults. */
typedef struct frame_request {
    selection *runs;                 /* after select_check; required */
    const char *const *columns;      /* formulas */
    size_t column_count;
    const char *dump;                /* "last" (the default: the last complete one), "first", "all", "sum", or a number */
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

/* Builds it; to be freed, even if it fails: then it returns false, and has printed why. */
bool frame_build(frame *f, gem5art_db *db, const frame_request *request);
void frame_free(frame *f);

/* The statistics that chosen runs have, in the order of their files, without their values. */
typedef struct frame_stat {
    const char *name, *unit, *description;
    size_t runs;                     /* that have it */
} frame_stat;
typedef struct frame_stats {
    frame_stat *items;
    size_t count, run_count;
    text_list left_out;
} frame_stats;

/* Lists those that a pattern matches; NULL: all. As frame_build. */
bool frame_list(frame_stats *s, gem5art_db *db, const frame_request *request);

#endif
