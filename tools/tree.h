/* tree.h - artifacts and what they were made from, as an indented tree. */
#ifndef TREE_H
#define TREE_H

#include "tool.h"

enum { TREE_DEPTH = 32 }; /* what is deeper is left out: no chain of inputs is that long in earnest */

typedef struct tree_node {
    const char *id;
    const char *const *inputs; /* ids, NULL-terminated */
    const void *data;          /* the caller's */
    bool root;                 /* to be shown: below what was made from it where that is shown, else by itself */
    bool below, shown;         /* private: it is an input of another root; it was shown */
} tree_node;

typedef struct tree {
    tree_node *nodes; /* the roots are shown in this order */
    size_t count;
    tree_node **by_id; /* private */
    gem5art__buf trunk;
    /* Told of each line. `node`: NULL for an input that is not among the nodes. `trunk` and `branch` stand before it.
       `again`: its inputs were shown above, and are not once more. */
    void (*show)(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again);
} tree;

static int tree_compare(const void *a, const void *b) {
    return strcmp((*(tree_node *const *)a)->id, (*(tree_node *const *)b)->id);
}

static tree_node *tree_find(const tree *t, const char *id) {
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, t->by_id[middle]->id);
        if (order == 0) return t->by_id[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

static void tree_show_node(tree *t, tree_node *node, const char *id, const char *branch, int depth) {
    const char *tee = tool_utf8() ? "\xe2\x94\x9c\xe2\x94\x80 " : "|- ";
    const char *last = tool_utf8() ? "\xe2\x94\x94\xe2\x94\x80 " : "`- ";
    const char *further = tool_utf8() ? "\xe2\x94\x82  " : "|  ";
    bool inputs = node && *node->inputs, again = inputs && (node->shown || depth == TREE_DEPTH);
    size_t trunk = t->trunk.length, i;
    t->show(node, id, trunk ? t->trunk.data : "", branch, again);
    if (node) node->shown = true;
    if (!inputs || again) return;
    if (*branch) gem5art__puts(&t->trunk, strcmp(branch, last) == 0 ? "   " : further);
    if (t->trunk.failed) tool_exit(TOOL_FAILED, "out of memory");
    for (i = 0; node->inputs[i]; i++)
        tree_show_node(t, tree_find(t, node->inputs[i]), node->inputs[i], node->inputs[i + 1] ? tee : last, depth + 1);
    t->trunk.length = trunk;
    if (trunk) t->trunk.data[trunk] = 0;
}

/* Each root once, with all that it was made from. */
__attribute__((unused)) static void tree_show(tree *t) {
    size_t i, j;
    t->by_id = (tree_node **)calloc(t->count + 1, sizeof *t->by_id);
    if (!t->by_id) tool_exit(TOOL_FAILED, "out of memory");
    for (i = 0; i < t->count; i++) t->by_id[i] = &t->nodes[i];
    qsort(t->by_id, t->count, sizeof *t->by_id, tree_compare);
    for (i = 0; i < t->count; i++)
        for (j = 0; t->nodes[i].root && t->nodes[i].inputs[j]; j++) {
            tree_node *input = tree_find(t, t->nodes[i].inputs[j]);
            if (input && input != &t->nodes[i]) input->below = true;
        }
    for (i = 0; i < t->count; i++)
        if (t->nodes[i].root && !t->nodes[i].below && !t->nodes[i].shown)
            tree_show_node(t, &t->nodes[i], t->nodes[i].id, "", 0);
    for (i = 0; i < t->count; i++) /* inputs of each other, in a store that was written by hand */
        if (t->nodes[i].root && !t->nodes[i].shown) tree_show_node(t, &t->nodes[i], t->nodes[i].id, "", 0);
    free(t->by_id);
    gem5art__buf_free(&t->trunk);
}

#endif
