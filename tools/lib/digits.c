/* digits.c - see digits.h */

#include "digits.h"

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

size_t digits_of(const text_list *first, const text_list *second) {
    size_t count = first->count + second->count, digits = DIGITS, i, same;
    id_key *ids = (id_key *)text_alloc((count + 1) * sizeof *ids);
    for (i = 0; i < count; i++) {
        ids[i].whole = i < first->count ? first->items[i] : second->items[i - first->count];
        memcpy(ids[i].begin, ids[i].whole, strnlen(ids[i].whole, DIGITS));
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    for (i = 1; i < count; i++) {
        const char *a = ids[i - 1].whole, *b = ids[i].whole;
        if (memcmp(ids[i - 1].begin, ids[i].begin, DIGITS) != 0) continue;
        for (same = 0; b[same] && a[same] == b[same]; same++) {}
        if (b[same] && same + 1 > digits) digits = same + 1;
    }
    free(ids);
    return digits;
}
