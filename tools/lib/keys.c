/* keys.c - see keys.h */

#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

typedef struct keys_item {
    const char *text;
    size_t at;
} keys_item;

static int keys_compare(const void *a, const void *b) {
    const keys_item *x = (const keys_item *)a, *y = (const keys_item *)b;
    int order = strcmp(x->text, y->text);
    return order ? order : x->at < y->at ? -1 : 1;
}

size_t keys_number(const char *const *texts, size_t count, size_t *groups) {
    keys_item *items = (keys_item *)text_alloc((count + 1) * sizeof *items);
    size_t *first = (size_t *)text_alloc((count + 1) * sizeof *first), i, next = 0;
    for (i = 0; i < count; i++) items[i].text = texts[i], items[i].at = i;
    if (count > 1) qsort(items, count, sizeof *items, keys_compare);
    for (i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(items[i].text, items[i - 1].text) == 0;
        first[items[i].at] = same ? first[items[i - 1].at] : items[i].at;
    }
    for (i = 0; i < count; i++) groups[i] = first[i] == i ? next++ : groups[first[i]];
    free(first);
    free(items);
    return next;
}
