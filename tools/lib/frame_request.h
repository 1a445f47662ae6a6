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

/* Rows for a page: how values are chosen and compared; `r` is the address of a request. */
#define FRAME_OPTIONS(r)                                                                                               \
    {"--all", "-a", NULL, " Use runs, too, that are not known to be good", .flag = &(r)->all},                         \
    {"--dump", NULL, "DUMP", "Take the dump: last (default), first, N, all, sum", .value = &(r)->dump,                 \
     .words = "last first all sum"},                                                                                   \
    {"--weights", NULL, "FILE", " Merge simpoints by the weights in FILE; {VAR} in it stands for a value",             \
     .value = &(r)->weights, .words = "FILE"},                                                                         \
    {"--weights-by", NULL, "VAR", " Find the number of a simpoint in this variable; default: simpoint",                \
     .value = &(r)->weights_by},                                                                                       \
    {"--baseline", NULL, "VAR=VALUE", "Divide by the values of the runs that have this", .value = &(r)->baseline,      \
     .words = "WHERE"},                                                                                                \
    {"--speedup", NULL, NULL, " With --baseline: divide the baseline by the value", .flag = &(r)->speedup},            \
    {"--over", NULL, "LIST", "Merge runs that differ only in these: mean, interval", .value = &(r)->over}

#endif
