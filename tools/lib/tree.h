/* tree.h - artifacts and their inputs, as an indented tree. */
#ifndef TREE_H
#define TREE_H

#include "text.h"

typedef struct tree_node {
    const char *id;
    const char *const *inputs; /* ids, NULL-terminated */
    const void *data;          /* the caller's */
    bool root;                 /* to be shown: below a root that has it as an input, else by itself */
    bool below, shown;         /* private: it is an input of another root; it was shown */
} tree_node;

typedef struct tree {
    tree_node *nodes; /* the roots are shown in this order */
    size_t count;
    tree_node **by_id; /* private, as `trunk` */
    text trunk;
    /* Called for each line. `node`: NULL for an input that is not among the nodes. `trunk` and `branch` stand before
       it. `again`: its inputs are shown above, and not repeated. */
    void (*show)(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again);
} tree;

/* Shows each root once, with all its inputs. */
void tree_show(tree *t);

#endif
