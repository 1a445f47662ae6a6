/* report_provenance.c - see report_provenance.h */

#include "report_provenance.h"

#include <stdlib.h>

#include "html.h"
#include "report_graph.h"

enum { DEPTH = 32 }; /* of lists in lists; what is deeper follows at the end */

typedef struct node {
    size_t runs; /* shown runs that name it */
    bool wanted, is_input, shown;
} node;

typedef struct provenance {
    const report *report;
    node *nodes; /* of the artifacts, at their places */
    text *out;
} provenance;

static size_t place_of(const report *r, const report_artifact *a) { return (size_t)(a - r->artifacts); }

/* Marks the artifact, and all that it was made from. */
static void want(provenance *p, size_t first) {
    const report *r = p->report;
    size_t *queue = (size_t *)text_alloc((r->artifact_count + 1) * sizeof *queue), count = 0, i;
    char **input;
    if (!p->nodes[first].wanted) queue[count++] = first;
    p->nodes[first].wanted = true;
    for (i = 0; i < count; i++)
        for (input = r->artifacts[queue[i]].inputs; *input; input++) {
            const report_artifact *a = report_find(r, *input);
            if (!a || p->nodes[place_of(r, a)].wanted) continue;
            p->nodes[place_of(r, a)].wanted = true;
            queue[count++] = place_of(r, a);
        }
    free(queue);
}

static void mark_inputs(provenance *p) {
    const report *r = p->report;
    char **input;
    size_t i;
    for (i = 0; i < r->artifact_count; i++)
        for (input = r->artifacts[i].inputs; p->nodes[i].wanted && *input; input++) {
            const report_artifact *a = report_find(r, *input);
            if (a && a != &r->artifacts[i]) p->nodes[place_of(r, a)].is_input = true;
        }
}

static void put_row(text *out, const char *label, const char *value) {
    if (*value) html_putf(out, "<div><dt>%s</dt><dd>%s</dd></div>", label, value);
}

static void put_line(const provenance *p, const report_artifact *a) {
    const report *r = p->report;
    const node *n = &p->nodes[place_of(r, a)];
    text_puts(p->out, "<details><summary><b>");
    html_put_cut(p->out, report_word(r, a->name), 200);
    text_puts(p->out, "</b> <span class=\"kind\">");
    html_put_cut(p->out, report_word(r, a->type), 100);
    html_putf(p->out, "</span> <code>%s</code>", report_word(r, a->version));
    if (n->runs) html_putf(p->out, " <span class=\"kind\">%z run%h</span>", n->runs, n->runs > 1 ? "s" : "");
    text_puts(p->out, "</summary><dl>");
    put_row(p->out, "about", report_word(r, a->documentation));
    put_row(p->out, "path", report_word(r, a->path));
    put_row(p->out, "made by", report_word(r, a->command));
    put_row(p->out, "id", report_word(r, a->id));
    text_puts(p->out, "</dl></details>");
}

static void put_missing(text *out, const char *id) {
    text clean = {NULL, 0, 0};
    html_clean(&clean, id, false);
    html_putf(out, "<li><code>%s</code>, which is not in the store</li>\n", text_string(&clean));
    text_free(&clean);
}

static void put_node(provenance *p, const report_artifact *a, size_t depth) {
    node *n = &p->nodes[place_of(p->report, a)];
    char **input;
    text_puts(p->out, "<li>");
    if (n->shown) {
        html_putf(p->out, "<b>%s</b> <span class=\"kind\">as above</span>", report_word(p->report, a->name));
    } else {
        n->shown = true;
        put_line(p, a);
        if (*a->inputs) text_puts(p->out, "<p class=\"from\">made from</p><ul>\n");
        for (input = a->inputs; *input; input++) {
            const report_artifact *from = report_find(p->report, *input);
            if (!from) put_missing(p->out, *input);
            else if (depth < DEPTH) put_node(p, from, depth + 1);
            else html_putf(p->out, "<li><b>%s</b> <span class=\"kind\">see below</span></li>\n",
                           report_word(p->report, from->name));
        }
        if (*a->inputs) text_puts(p->out, "</ul>");
    }
    text_puts(p->out, "</li>\n");
}

/* Shows the artifacts that are not an input of others, then, from a circle or too deep a list, those that are left. */
static void put_all(provenance *p) {
    const report *r = p->report;
    size_t i, left;
    for (left = 0; left < 2; left++)
        for (i = 0; i < r->artifact_count; i++)
            if (p->nodes[i].wanted && !p->nodes[i].shown && (left || !p->nodes[i].is_input))
                put_node(p, &r->artifacts[i], 0);
}

static void put_graph(const provenance *p) {
    const report *r = p->report;
    size_t *places = (size_t *)text_alloc((r->artifact_count + 1) * sizeof *places);
    size_t *runs = (size_t *)text_alloc((r->artifact_count + 1) * sizeof *runs), count = 0, i;
    for (i = 0; i < r->artifact_count; i++) {
        if (!p->nodes[i].wanted) continue;
        places[count] = i;
        runs[count++] = p->nodes[i].runs;
    }
    report_put_graph(p->out, r, places, runs, count);
    free(places);
    free(runs);
}

void report_put_provenance(text *out, const report *r) {
    provenance p = {0};
    size_t i, k;
    bool any = false;
    p.report = r;
    p.out = out;
    p.nodes = (node *)text_alloc((r->artifact_count + 1) * sizeof *p.nodes);
    for (i = 0; i < r->count; i++)
        for (k = 0; k < r->runs[i].artifact_count; k++) p.nodes[r->runs[i].artifacts[k]].runs++;
    for (i = 0; i < r->artifact_count; i++)
        if (p.nodes[i].runs) want(&p, i);
    for (i = 0; i < r->artifact_count; i++) any = any || p.nodes[i].wanted;
    mark_inputs(&p);
    put_graph(&p);
    if (any) text_puts(out, "<ul class=\"tree\">\n");
    else text_puts(out, "<p>The runs name no artifacts of this store.</p>\n");
    put_all(&p);
    if (any) text_puts(out, "</ul>\n");
    free(p.nodes);
}
