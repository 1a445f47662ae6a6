/* samples.h - the values of chosen statistics in the dumps of many runs, with a number for each name. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "stats.h"

typedef enum samples_choice { SAMPLES_LAST, SAMPLES_FIRST, SAMPLES_ALL, SAMPLES_SUM, SAMPLES_ONE } samples_choice;

typedef struct samples_value {
    size_t name; /* its number */
    double value;
} samples_value;

typedef struct samples_dump {
    size_t index; /* in the file; of SAMPLES_SUM 0 */
    samples_value *values;
    size_t count;
} samples_dump;

typedef struct samples_run {
    stats_place place;  /* where to read it; freed when it was read */
    samples_dump *dumps; /* the chosen complete ones */
    size_t count;
    size_t dump_count;  /* complete dumps of the file */
    size_t unreadable;  /* lines that are not statistics */
    bool incomplete;    /* the file ends in a dump that is not complete, and does not count */
    bool ok;
    text why;           /* it could not be read: a sentence without a full stop */
} samples_run;

typedef struct samples_name {
    char *name, *unit, *description;
    size_t runs; /* that have it in a chosen dump */
} samples_name;

typedef struct samples {
    samples_choice choice;
    size_t one;              /* of SAMPLES_ONE, the dump's index */
    stats_filter *filter;
    samples_name *names;     /* in the order in which they were met */
    size_t count;
    size_t *slots, slot_count;
} samples;

/* Reads the value of --dump; NULL: the last complete dump. Any other word ends the tool. */
samples_choice samples_choose(const char *dump, size_t *one);

/* Begins; without patterns all statistics are wanted. */
void samples_begin(samples *s, samples_choice choice, size_t one, const char *const *patterns, size_t pattern_count);
void samples_end(samples *s);

/* Reads the statistics of runs, several at a time. */
void samples_read(samples *s, samples_run *runs, size_t count);
void samples_free_runs(samples_run *runs, size_t count); /* their values, not the array */

/* The number of a name; SIZE_MAX: no run has it. */
size_t samples_find(const samples *s, const char *name, size_t length);

#endif
