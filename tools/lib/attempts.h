/* attempts.h - finds the newest of the attempts at each experiment. */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stdint.h>

#include "members.h"

/* Attempts at experiments; of each the newest is known. `attempts a = {0}` has none. */
typedef struct attempts {
    struct attempt {
        uint64_t experiment;
        double time;
        size_t order;
    } *list;
    struct attempts_slot { /* of a newest attempt; the low bits of its experiment's number lead to it */
        uint32_t bits;     /* the high ones */
        uint32_t place;    /* in the list, from 1; 0: the slot is free */
    } *slots;
    size_t count, size, placed; /* attempts in the list, slots, and attempts that were compared with others */
} attempts;

/* A number that stands for a run's hash, as it is written in its record. 0: it has none, and is never superseded. */
uint64_t attempts_key(gem5art_text hash);

void attempts_add(attempts *a, uint64_t experiment, double time, size_t order);
bool attempts_has(attempts *a, uint64_t experiment);
/* Returns whether a later attempt than this one was added. */
bool attempts_superseded(attempts *a, uint64_t experiment, size_t order);
double attempts_time(attempts *a, uint64_t experiment); /* of the newest attempt; 0: there is none */
void attempts_clear(attempts *a);

#endif
