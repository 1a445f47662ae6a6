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

/* The slot of an experiment, or the free one for it. */
static struct attempts_slot *find_slot(const attempts *a, uint64_t experiment) {
    size_t at = (size_t)experiment & (a->size - 1);
    for (; a->slots[at].place; at = (at + 1) & (a->size - 1))
        if (a->slots[at].bits == experiment >> 32 && a->list[a->slots[at].place - 1].experiment == experiment) break;
    return &a->slots[at];
}

size_t attempts_add(attempts *a, uint64_t experiment, double time) {
    a->list = (struct attempt *)text_room(a->list, a->count, sizeof *a->list);
    a->list[a->count] = (struct attempt){experiment, time, false};
    return a->count++;
}

uint64_t attempts_experiment(const attempts *a, size_t number) { return a->list[number].experiment; }

/* Gives the attempts that were added since the last look-up their slots: all at once it takes a third of the time. */
static void give_slots(attempts *a) {
    struct attempts_slot *slot;
    if (2 * a->count > a->size) {
        a->size = a->size ? a->size : 1024;
        while (a->size < 2 * a->count) a->size *= 2;
        free(a->slots);
        a->slots = (struct attempts_slot *)text_alloc(a->size * sizeof *a->slots);
        a->placed = 0;
    }
    for (; a->placed < a->count; a->placed++) {
        struct attempt *added = &a->list[a->placed], *before;
        if (!added->experiment) continue;
        slot = find_slot(a, added->experiment);
        before = slot->place ? &a->list[slot->place - 1] : NULL;
        if (before && before->time > added->time) {
            added->superseded = true;
            continue;
        }
        if (before) before->superseded = true;
        *slot = (struct attempts_slot){(uint32_t)(added->experiment >> 32), (uint32_t)a->placed + 1};
    }
}

/* NULL: there is none. */
static const struct attempt *find_newest(attempts *a, uint64_t experiment) {
    const struct attempts_slot *slot;
    give_slots(a);
    slot = experiment && a->size ? find_slot(a, experiment) : NULL;
    return slot && slot->place ? &a->list[slot->place - 1] : NULL;
}

bool attempts_has(attempts *a, uint64_t experiment) { return find_newest(a, experiment) != NULL; }

bool attempts_superseded(attempts *a, size_t number) {
    give_slots(a);
    return a->list[number].superseded;
}

double attempts_time(attempts *a, uint64_t experiment) {
    const struct attempt *newest = find_newest(a, experiment);
    return newest ? newest->time : 0;
}

void attempts_clear(attempts *a) {
    free(a->list);
    free(a->slots);
    memset(a, 0, sizeof *a);
}
