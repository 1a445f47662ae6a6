/* attempts.c - see attempts.h */

#include "attempts.h"

#include <stdlib.h>
#include <string.h>

uint64_t attempts_key(gem5art_text hash) {
    uint64_t key = hash.length, word;
    size_t i, part;
    if (!members_is_text(hash) || hash.length == 2) return 0;
    for (i = 0; i < hash.length; i += part) {
        part = hash.length - i < sizeof word ? hash.length - i : sizeof word;
        word = 0;
        memcpy(&word, hash.text + i, part);
        key = (key ^ word) * 0x9e3779b97f4a7c15u;
        key ^= key >> 32;
    }
    return key ? key : 1;
}

/* The experiment's slot, or the free one for it. */
static struct attempt *find_slot(const attempts *a, uint64_t experiment) {
    size_t at = (size_t)experiment & (a->size - 1);
    while (a->slots[at].experiment && a->slots[at].experiment != experiment) at = (at + 1) & (a->size - 1);
    return &a->slots[at];
}

static void grow(attempts *a) {
    attempts larger = {NULL, a->count, a->size ? 2 * a->size : 1024};
    size_t i;
    larger.slots = (struct attempt *)text_alloc(larger.size * sizeof *larger.slots);
    for (i = 0; i < a->size; i++)
        if (a->slots[i].experiment) *find_slot(&larger, a->slots[i].experiment) = a->slots[i];
    free(a->slots);
    *a = larger;
}

void attempts_add(attempts *a, uint64_t experiment, double time, size_t order) {
    struct attempt *slot;
    if (!experiment) return;
    if (2 * a->count >= a->size) grow(a);
    slot = find_slot(a, experiment);
    if (slot->experiment && slot->time > time) return;
    a->count += !slot->experiment;
    *slot = (struct attempt){experiment, time, order};
}

bool attempts_has(const attempts *a, uint64_t experiment) {
    return experiment && a->size && find_slot(a, experiment)->experiment;
}

bool attempts_superseded(const attempts *a, uint64_t experiment, size_t order) {
    return attempts_has(a, experiment) && find_slot(a, experiment)->order != order;
}

double attempts_time(const attempts *a, uint64_t experiment) {
    return attempts_has(a, experiment) ? find_slot(a, experiment)->time : 0;
}

void attempts_clear(attempts *a) {
    free(a->slots);
    memset(a, 0, sizeof *a);
}
