/* fold.c - see fold.h */

#include "fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "text.h"

enum { FOLD_NUMBERS = 31 /* in a name; further ones are not folded */ };
static const uint32_t fold_part = 1u << FOLD_NUMBERS; /* stands for the part of a vector, among the numbers */

/* The digits at `at` that end a word; 0: there are none. */
static size_t fold_number(const char *name, size_t at, size_t length) {
    size_t digits = strspn(name + at, "0123456789");
    bool begins = at > 0 && !strchr("0123456789", name[at - 1]);
    return digits && begins && (at + digits >= length || strchr("._", name[at + digits])) ? digits : 0;
}

static size_t fold_length(const char *name) {
    const char *part = strstr(name, "::");
    return part ? (size_t)(part - name) : strlen(name);
}

/* A name with * for those of its numbers, and its part, that have a bit in `which`. */
static char *fold_pattern(const char *name, uint32_t which) {
    text pattern = {NULL, 0, 0};
    size_t length = fold_length(name), i, digits, number = 0;
    for (i = 0; i < length; i += digits ? digits : 1) {
        digits = fold_number(name, i, length);
        if (digits && number < FOLD_NUMBERS && which >> number++ & 1) text_puts(&pattern, "*");
        else text_put(&pattern, name + i, digits ? digits : 1);
    }
    text_puts(&pattern, !name[length] ? "" : which & fold_part ? "::*" : name + length);
    return pattern.data ? pattern.data : text_copy("");
}

/* The numbers, and the part, in which two names of one pattern differ. */
static uint32_t fold_differences(const char *a, const char *b) {
    size_t i = 0, k = 0, a_length = fold_length(a), b_length = fold_length(b), number = 0;
    uint32_t differ = strcmp(a + a_length, b + b_length) != 0 ? fold_part : 0;
    while (i < a_length && k < b_length) {
        size_t a_digits = fold_number(a, i, a_length), b_digits = fold_number(b, k, b_length);
        if (a_digits && b_digits && number < FOLD_NUMBERS) {
            if (a_digits != b_digits || memcmp(a + i, b + k, a_digits) != 0) differ |= (uint32_t)1 << number;
            number++;
        }
        i += a_digits ? a_digits : 1;
        k += b_digits ? b_digits : 1;
    }
    return differ;
}

fold_group *fold_names(const char *const *names, const char *const *marks, size_t count, size_t *group_count) {
    char **keys = (char **)text_alloc((count + 1) * sizeof *keys);
    size_t *of = (size_t *)text_alloc((count + 1) * sizeof *of), i;
    fold_group *groups;
    uint32_t *differ;
    for (i = 0; i < count; i++) {
        char *pattern = fold_pattern(names[i], UINT32_MAX);
        keys[i] = text_printf("%s\n%s", pattern, marks[i]);
        free(pattern);
    }
    *group_count = keys_number((const char *const *)keys, count, of);
    groups = (fold_group *)text_alloc((*group_count + 1) * sizeof *groups);
    differ = (uint32_t *)text_alloc((*group_count + 1) * sizeof *differ);
    for (i = 0; i < count; i++) {
        fold_group *g = &groups[of[i]];
        if (g->count++ == 0) g->first = i;
        else differ[of[i]] |= fold_differences(names[g->first], names[i]);
    }
    for (i = 0; i < *group_count; i++) groups[i].name = fold_pattern(names[groups[i].first], differ[i]);
    free(differ);
    for (i = 0; i < count; i++) free(keys[i]);
    free(keys);
    free(of);
    return groups;
}

void fold_free(fold_group *groups, size_t group_count) {
    while (group_count > 0) free(groups[--group_count].name);
    free(groups);
}
