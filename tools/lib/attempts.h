/* attempts.h - finds the newest of the attempts at each experiment. */
#ifndef ATTEMPTS_H
#define ATTEMPTS_H

#include <stdint.h>

#include "members.h"

/* Attempts at experiments, numbered from 0 as they are added; of each experiment the newest is known. `attempts a = {0}`
   has none. */
typedef struct attempts {
    struct attempt {
        uint64_t experiment;
        double time;
        bool superseded;
    } *list;
    struct attempts_slot { /* of a newest attempt; the low bits of its experiment's number lead to it */
        uint32_t bits;     /* the high ones */
        uint32_t place;    /* in the list, from 1; 0: the slot is free */
    } *slots;
    size_t count, size, placed; /* attempts in the list, slots, and attempts that have been compared with others */
} attempts;

/* A number that stands for a run's hash, as it is written in its record. 0: it has none, and is never superseded. */
uint64_t attempts_key(gem5art_text hash);

size_t attempts_add(attempts *a, uint64_t experiment, double time); /* returns its number */
uint64_t attempts_experiment(const attempts *a, size_t number);
/* Returns whether a later attempt than this one was added. */
bool attempts_superseded(attempts *a, size_t number);
bool attempts_has(attempts *a, uint64_t experiment);
double attempts_time(attempts *a, uint64_t experiment); /* of the newest attempt; 0: there is none */
void attempts_clear(attempts *a);

#endif
