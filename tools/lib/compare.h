/* compare.h - how the statistics of two runs, or of two groups of runs, differ. */
#ifndef COMPARE_H
#define COMPARE_H

#include "samples.h"

typedef struct compare_side {
    size_t n; /* values; the others are NaN if one of the values is, and if there is none */
    double mean, lowest, highest;
} compare_side;

typedef struct compare_row {
    const char *name, *unit;
    compare_side sides[2];
    double difference; /* of the means, the second less the first; NaN: one of them is not a number */
    double relative;   /* the difference divided by the absolute value of the first; infinite: that is 0 */
    double ratio;      /* the geometric mean of second / first of the pairs; NaN: there is none */
    bool overlap;      /* a value of one side is within the range of the other */
} compare_row;

typedef struct compare {
    compare_row *rows; /* that differ: the largest relative difference first */
    size_t count, equal;
    text_list only[2]; /* names that only this side has; those of `samples` */
} compare;

/* Is it about the host? Such statistics (hostSeconds, host_mem_usage) differ from run to run, and are not compared. */
bool compare_is_host(const char *name);

/* Compares the first dumps of two groups of runs. pairs[i] is the place in the second group of the run that is paired
   with run i of the first; NULL: they are not paired. NaN equals NaN. */
void compare_make(compare *c, const samples *s, const samples_run *const runs[2], const size_t counts[2],
                  const size_t *pairs);
void compare_free(compare *c);

#endif
