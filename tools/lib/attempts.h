/* attempts.h - finds the newest of the attempts at each experiment. */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stdint.h>

#include "members.h"

/* One attempt at each experiment: the newest so far. `attempts a = {0}` has none. */
typedef struct attempts {
    struct attempt {
        uint64_t experiment;
        double time;
        size_t order;
    } *slots;
    size_t count, size;
} attempts;

/* A number that stands for a run's hash, as it is written in its record. 0: it has none, and is never superseded. */
uint64_t attempts_key(gem5art_text hash);

void attempts_add(attempts *a, uint64_t experiment, double time, size_t order);
bool attempts_has(const attempts *a, uint64_t experiment);
/* Returns whether a later attempt than this one was added. */
bool attempts_superseded(const attempts *a, uint64_t experiment, size_t order);
double attempts_time(const attempts *a, uint64_t experiment); /* of the newest attempt; 0: there is none */
void attempts_clear(attempts *a);

#endif
