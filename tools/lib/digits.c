/* digits.c - see digits.h */

#include "digits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 8 }; /* at least */
typedef struct id_key {
    char begin[DIGITS]; /* most ids differ in it: a sort seldom looks at the others */
    const char *whole;
} id_key;

static int compare_ids(const void *a, const void *b) {
    const id_key *x = (const id_key *)a, *y = (const id_key *)b;
    int order = memcmp(x->begin, y->begin, DIGITS);
    return order ? order : strcmp(x->whole, y->whole);
}

/* An id whose first characters have a bit of their own in `seen` begins like no other one. */
typedef struct beginnings {
    uint64_t *seen, *again; /* bits of ids, and those that a second id has, too */
    int shift;
} beginnings;

static size_t bit_of(const beginnings *b, const char *id) {
    uint64_t begin = 0;
    memcpy(&begin, id, strnlen(id, DIGITS));
    return (size_t)(begin * 0x9e3779b97f4a7c15u >> b->shift);
}

static void note_ids(beginnings *b, const text *ids) {
    const char *id = text_string(ids), *const end = id + ids->length;
    for (; id < end; id += strlen(id) + 1) {
        const size_t bit = bit_of(b, id), word = bit / 64;
        const uint64_t mask = (uint64_t)1 << bit % 64;
        b->again[word] |= b->seen[word] & mask;
        b->seen[word] |= mask;
    }
}

/* Adds the ids that may begin like others. */
static size_t add_ids(const beginnings *b, const text *ids, id_key **keys, size_t count) {
    const char *id = text_string(ids), *const end = id + ids->length;
    for (; id < end; id += strlen(id) + 1) {
        const size_t bit = bit_of(b, id);
        if (!(b->again[bit / 64] >> bit % 64 & 1)) continue;
        *keys = (id_key *)text_room(*keys, count, sizeof **keys);
        (*keys)[count].whole = id;
        memset((*keys)[count].begin, 0, DIGITS);
        memcpy((*keys)[count++].begin, id, strnlen(id, DIGITS));
    }
    return count;
}

static size_t digits_of_keys(id_key *ids, size_t count) {
    size_t digits = DIGITS, i, same;
    if (count) qsort(ids, count, sizeof *ids, compare_ids);
    for (i = 1; i < count; i++) {
        const char *a = ids[i - 1].whole, *b = ids[i].whole;
        if (memcmp(ids[i - 1].begin, ids[i].begin, DIGITS) != 0) continue;
        for (same = 0; b[same] && a[same] == b[same]; same++) {}
        if (b[same] && same + 1 > digits) digits = same + 1;
    }
    return digits;
}

size_t digits_of(const text *ids, const text *more_ids) {
    enum { ID_BYTES = 37 }; /* as they are usually long; 16 bits for each */
    beginnings b = {NULL, NULL, 54};
    id_key *keys = NULL;
    size_t count, digits, words;
    while (b.shift > 32 && (uint64_t)1 << (64 - b.shift) < (ids->length + more_ids->length) / ID_BYTES * 16) b.shift--;
    words = (size_t)1 << (64 - b.shift - 6);
    b.seen = (uint64_t *)text_alloc(2 * words * sizeof *b.seen);
    b.again = b.seen + words;
    note_ids(&b, ids);
    note_ids(&b, more_ids);
    count = add_ids(&b, ids, &keys, 0);
    count = add_ids(&b, more_ids, &keys, count);
    digits = digits_of_keys(keys, count);
    free(keys);
    free(b.seen);
    return digits;
}
