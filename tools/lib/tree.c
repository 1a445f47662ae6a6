/* tree.c - see tree.h */

#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"

enum { TREE_DEPTH = 32 }; /* deeper inputs are left out: no real chain of inputs is that long */

static int compare_nodes(const void *a, const void *b) {
    return strcmp((*(tree_node *const *)a)->id, (*(tree_node *const *)b)->id);
}

static tree_node *find(const tree *t, const char *id) {
    tree_node key = {0}, *pointer = &key, **found;
    key.id = id;
    found = (tree_node **)bsearch(&pointer, t->by_id, t->count, sizeof *t->by_id, compare_nodes);
    return found ? *found : NULL;
}

static void show_node(tree *t, tree_node *node, const char *id, const char *branch, int depth) {
    const char *tee = terminal_utf8() ? "\xe2\x94\x9c\xe2\x94\x80 " : "|- ";
    const char *last = terminal_utf8() ? "\xe2\x94\x94\xe2\x94\x80 " : "`- ";
    const char *further = terminal_utf8() ? "\xe2\x94\x82  " : "|  ";
    bool inputs = node && *node->inputs, again = inputs && (node->shown || depth == TREE_DEPTH);
    size_t trunk = t->trunk.length, i;
    t->show(node, id, text_string(&t->trunk), branch, again);
    if (node) node->shown = true;
    if (!inputs || again) return;
    if (*branch) text_puts(&t->trunk, strcmp(branch, last) == 0 ? "   " : further);
    for (i = 0; node->inputs[i]; i++)
        show_node(t, find(t, node->inputs[i]), node->inputs[i], node->inputs[i + 1] ? tee : last, depth + 1);
    text_cut(&t->trunk, trunk);
}

void tree_show(tree *t) {
    size_t i, j, pass;
    t->by_id = (tree_node **)text_alloc((t->count + 1) * sizeof *t->by_id);
    for (i = 0; i < t->count; i++) t->by_id[i] = &t->nodes[i];
    qsort(t->by_id, t->count, sizeof *t->by_id, compare_nodes);
    for (i = 0; i < t->count; i++)
        for (j = 0; t->nodes[i].root && t->nodes[i].inputs[j]; j++) {
            tree_node *input = find(t, t->nodes[i].inputs[j]);
            if (input && input != &t->nodes[i]) input->below = true;
        }
    for (pass = 0; pass < 2; pass++) /* second: inputs of each other, in a store that was written by hand */
        for (i = 0; i < t->count; i++)
            if (t->nodes[i].root && !t->nodes[i].shown && (pass || !t->nodes[i].below))
                show_node(t, &t->nodes[i], t->nodes[i].id, "", 0);
    free(t->by_id);
    text_free(&t->trunk);
}
