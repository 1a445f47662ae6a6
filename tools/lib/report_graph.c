/* report_graph.c - see report_graph.h */

#include "report_graph.h"

#include <stdlib.h>

#include "html.h"

enum { NODES = 60, LAYERS = 12, BOX_WIDTH = 204, BOX_HEIGHT = 38, COLUMN = 270, ROW = 50, MARGIN = 4, TEXT_BYTES = 22 };

typedef struct node {
    const report_artifact *artifact;
    size_t runs, layer, row;
    size_t inputs[NODES], input_count; /* nodes */
    double height;                     /* the mean row of its inputs, to sort by */
} node;

typedef struct graph {
    const report *report;
    node nodes[NODES];
    size_t count, edges, layers, rows; /* rows: of the fullest layer */
    size_t filled[LAYERS];             /* nodes in each layer */
} graph;

static void add_inputs(graph *g, node *n) {
    char **input;
    size_t i;
    for (input = n->artifact->inputs; *input; input++) {
        const report_artifact *from = report_find(g->report, *input);
        for (i = 0; i < g->count && g->nodes[i].artifact != from; i++) {}
        if (!from || i == g->count || &g->nodes[i] == n || n->input_count == NODES) continue;
        n->inputs[n->input_count++] = i;
        g->edges++;
    }
}

/* Moves each node to a layer after those of its inputs; in a circle, until there are no more layers. */
static void find_layers(graph *g) {
    size_t round, i, k;
    for (round = 0; round < LAYERS; round++)
        for (i = 0; i < g->count; i++)
            for (k = 0; k < g->nodes[i].input_count; k++) {
                size_t after = g->nodes[g->nodes[i].inputs[k]].layer + 1;
                if (after > g->nodes[i].layer && after < LAYERS) g->nodes[i].layer = after;
            }
    for (i = 0; i < g->count; i++)
        if (g->nodes[i].layer + 1 > g->layers) g->layers = g->nodes[i].layer + 1;
}

/* Gives the nodes of a layer their rows: by the mean of their inputs' rows, or else in their order. */
static void place_layer(graph *g, size_t layer) {
    size_t order[NODES], count = 0, i, k;
    for (i = 0; i < g->count; i++) {
        node *n = &g->nodes[i];
        if (n->layer != layer) continue;
        for (n->height = 0, k = 0; k < n->input_count; k++)
            n->height += (double)g->nodes[n->inputs[k]].row / (double)n->input_count;
        for (k = count++; k > 0 && g->nodes[order[k - 1]].height > n->height; k--) order[k] = order[k - 1];
        order[k] = i;
    }
    for (i = 0; i < count; i++) g->nodes[order[i]].row = i;
    g->filled[layer] = count;
    if (count > g->rows) g->rows = count;
}

static double left_of(const node *n) { return MARGIN + (double)(n->layer * COLUMN); }

static double top_of(const graph *g, const node *n) {
    return MARGIN + (double)(n->row * ROW) + (double)((g->rows - g->filled[n->layer]) * ROW) / 2;
}

static void put_edges(text *out, const graph *g) {
    size_t i, k;
    for (i = 0; i < g->count; i++)
        for (k = 0; k < g->nodes[i].input_count; k++) {
            const node *to = &g->nodes[i], *from = &g->nodes[to->inputs[k]];
            double x1 = left_of(from) + BOX_WIDTH, y1 = top_of(g, from) + BOX_HEIGHT / 2.0, x2 = left_of(to),
                   y2 = top_of(g, to) + BOX_HEIGHT / 2.0;
            text_putf(out, "<path class=\"edge\" d=\"M%.0f %.1fC%.0f %.1f %.0f %.1f %.0f %.1f\"/>\n", x1, y1,
                      x1 + 40, y1, x2 - 40, y2, x2, y2);
        }
}

static void put_title(text *out, const graph *g, const node *n) {
    const report *r = g->report;
    size_t i;
    text_puts(out, "<title>");
    html_put_cut(out, report_word(r, n->artifact->name), 200);
    text_puts(out, ": ");
    html_put_cut(out, report_word(r, n->artifact->type), 100);
    text_puts(out, ", ");
    html_put_cut(out, report_word(r, n->artifact->version), 200);
    for (i = 0; i < n->input_count; i++) {
        text_puts(out, i ? ", " : "; made from ");
        html_put_cut(out, report_word(r, g->nodes[n->inputs[i]].artifact->name), 100);
    }
    text_puts(out, "</title>");
}

static void put_node(text *out, const graph *g, const node *n) {
    double x = left_of(n), y = top_of(g, n);
    text_puts(out, "<g class=\"node\">");
    put_title(out, g, n);
    text_putf(out, "<rect x=\"%.0f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"4\"/>", x, y, BOX_WIDTH, BOX_HEIGHT);
    text_putf(out, "<text x=\"%.0f\" y=\"%.1f\">", x + 8, y + 16);
    html_put_cut(out, report_word(g->report, n->artifact->name), TEXT_BYTES);
    text_putf(out, "</text><text class=\"small\" x=\"%.0f\" y=\"%.1f\">", x + 8, y + 31);
    html_put_cut(out, report_word(g->report, n->artifact->type), TEXT_BYTES);
    if (n->runs) html_putf(out, ", %z run%h", n->runs, n->runs > 1 ? "s" : "");
    text_puts(out, "</text></g>\n");
}

static void put_drawing(text *out, const graph *g) {
    size_t width = (g->layers - 1) * COLUMN + BOX_WIDTH + 2 * MARGIN;
    size_t height = (g->rows - 1) * ROW + BOX_HEIGHT + 2 * MARGIN, i;
    html_putf(out, "<figure class=\"graph\"><div class=\"wide\"><svg role=\"img\" width=\"%z\" height=\"%z\" "
              "viewBox=\"0 0 %z %z\" aria-label=\"Artifacts, each to the right of those that it was made from. The "
              "list below has the same.\">\n", width, height, width, height);
    put_edges(out, g);
    for (i = 0; i < g->count; i++) put_node(out, g, &g->nodes[i]);
    text_puts(out, "</svg></div>\n<p class=\"value\" aria-live=\"polite\" hidden>Point at an artifact, or choose "
                   "artifacts with the arrow keys.</p></figure>\n");
}

void report_put_graph(text *out, const report *r, const size_t *places, const size_t *runs, size_t count) {
    graph *g;
    size_t i;
    if (count > NODES) return;
    g = (graph *)text_alloc(sizeof *g);
    g->report = r;
    g->count = count;
    for (i = 0; i < count; i++) {
        g->nodes[i].artifact = &r->artifacts[places[i]];
        g->nodes[i].runs = runs[i];
    }
    for (i = 0; i < count; i++) add_inputs(g, &g->nodes[i]);
    find_layers(g);
    for (i = 0; i < g->layers; i++) place_layer(g, i);
    if (g->edges) put_drawing(out, g);
    free(g);
}
