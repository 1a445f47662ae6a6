/* fold.h - folds names of statistics that differ only in numbers, and the parts of vectors, to a pattern. */
#ifndef FOLD_H
#define FOLD_H

#include <stddef.h>

/* One folded name, or one that stands alone. */
typedef struct fold_group {
    char *name;   /* "system.cpu*.ipc", "system.cpu.numIssuedDist::*" */
    size_t first; /* the index of its first name */
    size_t count;
} fold_group;

/* Folds names; names whose marks differ stay apart. Groups are in the order of their first names. To be freed by
   fold_free. */
fold_group *fold_names(const char *const *names, const char *const *marks, size_t count, size_t *group_count);
void fold_free(fold_group *groups, size_t group_count);

#endif
