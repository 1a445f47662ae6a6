/* fold.c - see fold.h */

#include "fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "text.h"

/* The pattern of a name: * for the digits that end a word, and for the part of a vector. */
static char *fold_pattern(const char *name) {
    text pattern = {NULL, 0, 0};
    const char *part = strstr(name, "::");
    size_t length = part ? (size_t)(part - name) : strlen(name), i, digits;
    for (i = 0; i < length; i += digits ? digits : 1) {
        digits = strspn(name + i, "0123456789");
        if (digits && i > 0 && (i + digits >= length || strchr("._", name[i + digits]))) text_puts(&pattern, "*");
        else text_put(&pattern, name + i, digits ? digits : 1);
    }
    text_puts(&pattern, part ? "::*" : "");
    return pattern.data ? pattern.data : text_copy("");
}

fold_group *fold_names(const char *const *names, const char *const *marks, size_t count, size_t *group_count) {
    char **keys = (char **)text_alloc((count + 1) * sizeof *keys);
    size_t *of = (size_t *)text_alloc((count + 1) * sizeof *of), i;
    fold_group *groups;
    for (i = 0; i < count; i++) {
        char *pattern = fold_pattern(names[i]);
        keys[i] = text_printf("%s\n%s", pattern, marks[i]);
        free(pattern);
    }
    *group_count = keys_number((const char *const *)keys, count, of);
    groups = (fold_group *)text_alloc((*group_count + 1) * sizeof *groups);
    for (i = 0; i < count; i++) {
        fold_group *g = &groups[of[i]];
        if (g->count++ == 0) {
            g->first = i;
            g->name = text_copy(names[i]);
        } else if (g->count == 2) {
            free(g->name);
            g->name = fold_pattern(names[i]);
        }
    }
    for (i = 0; i < count; i++) free(keys[i]);
    free(keys);
    free(of);
    return groups;
}

void fold_free(fold_group *groups, size_t group_count) {
    while (group_count > 0) free(groups[--group_count].name);
    free(groups);
}
