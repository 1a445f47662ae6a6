/* frame_request.h - which statistics of which runs a frame has. */
#ifndef FRAME_REQUEST_H
#define FRAME_REQUEST_H

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

#endif
