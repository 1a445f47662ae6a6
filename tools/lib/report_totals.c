/* report_totals.c - see report_totals.h */

#include "report_totals.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "html.h"
#include "when.h"

/* Runs that ended in the same way. */
typedef struct outcome {
    const char *class;
    size_t status, reason, count;
} outcome;

typedef struct totals {
    outcome *outcomes;
    size_t outcome_count, fs, live;
    double elapsed, size, first, last;
    lexicon hosts;
} totals;

static void count_outcome(totals *t, const report_run *run) {
    size_t i;
    for (i = 0; i < t->outcome_count; i++)
        if (t->outcomes[i].status == run->status && t->outcomes[i].reason == run->reason) break;
    if (i == t->outcome_count) {
        t->outcomes = (outcome *)text_room(t->outcomes, i, sizeof *t->outcomes);
        t->outcomes[t->outcome_count++] = (outcome){report_class(run), run->status, run->reason, 0};
    }
    t->outcomes[i].count++;
}

static void count_run(totals *t, const report *r, const report_run *run) {
    count_outcome(t, run);
    t->fs += run->fs;
    t->live += run->live;
    if (run->elapsed > 0) t->elapsed += run->elapsed;
    if (run->size > 0) t->size += run->size;
    if (run->start > 0 && (t->first <= 0 || run->start < t->first)) t->first = run->start;
    if (run->end > t->last) t->last = run->end;
    lexicon_number(&t->hosts, report_word(r, run->host));
}

static int class_rank(const char *class) { return *class == 'o' ? class[1] == 'd' : *class == 'l' ? 3 : 2; }

/* The good ones first, then by number. */
static int compare_outcomes(const void *a, const void *b) {
    const outcome *x = (const outcome *)a, *y = (const outcome *)b;
    int rank = class_rank(x->class) - class_rank(y->class);
    if (rank) return rank;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return x->reason < y->reason ? -1 : x->reason > y->reason;
}

static void put_outcome_name(text *out, const report *r, const outcome *o) {
    html_put_cut(out, report_word(r, o->status), 100);
    if (!o->reason) return;
    text_puts(out, ": ");
    html_put_cut(out, report_word(r, o->reason), 100);
}

/* A bar whose parts are as long as their numbers of runs. */
static void put_bar(text *out, const report *r, const totals *t) {
    size_t i;
    double at = 0;
    text_puts(out, "<svg class=\"share\" viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\n");
    for (i = 0; i < t->outcome_count; i++) {
        double width = 1000.0 * (double)t->outcomes[i].count / (double)r->count;
        text_putf(out, "<rect class=\"bar %s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"24\"><title>",
                  t->outcomes[i].class, at, width);
        put_outcome_name(out, r, &t->outcomes[i]);
        html_putf(out, ": %z</title></rect>\n", t->outcomes[i].count);
        at += width;
    }
    text_puts(out, "</svg>\n");
}

enum { OUTCOMES_SHOWN = 12 };

static void put_outcomes(text *out, const report *r, const totals *t) {
    size_t i, more = 0;
    text_puts(out, "<ul class=\"outcomes\">\n");
    for (i = 0; i < t->outcome_count; i++) {
        if (i >= OUTCOMES_SHOWN) {
            more += t->outcomes[i].count;
            continue;
        }
        html_putf(out, "<li class=\"%s\"><b>%z</b> ", t->outcomes[i].class, t->outcomes[i].count);
        put_outcome_name(out, r, &t->outcomes[i]);
        text_puts(out, "</li>\n");
    }
    if (more) html_putf(out, "<li class=\"odd\"><b>%z</b> others</li>\n", more);
    text_puts(out, "</ul>\n");
}

static void put_fact(text *out, const char *label, text *value) {
    if (value->length) html_putf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", label, value->data);
    text_free(value);
}

static void put_facts(text *out, const report *r, const totals *t) {
    text runs = {NULL, 0, 0}, modes = {NULL, 0, 0}, elapsed = {NULL, 0, 0}, span = {NULL, 0, 0}, size = {NULL, 0, 0},
         hosts = {NULL, 0, 0};
    text_putf(&runs, "%zu", r->count);
    if (t->fs < r->count) text_putf(&modes, "%zu SE", r->count - t->fs);
    if (t->fs) text_putf(&modes, "%s%zu FS", modes.length ? ", " : "", t->fs);
    when_put_duration(&elapsed, t->elapsed);
    when_put_time(&span, t->first);
    if (span.length && t->last > 0) {
        text_puts(&span, " to ");
        when_put_time(&span, t->last);
    }
    if (t->size > 0) describe_bytes(&size, t->size);
    if (t->hosts.count > 1) text_putf(&hosts, "%zu", t->hosts.count - 1);
    text_puts(out, "<dl class=\"facts\">\n");
    put_fact(out, "Runs", &runs);
    put_fact(out, "Mode", &modes);
    put_fact(out, "Time of all runs", &elapsed);
    put_fact(out, "Span", &span);
    put_fact(out, "Size of archives", &size);
    put_fact(out, "Hosts", &hosts);
    text_puts(out, "</dl>\n");
}

void report_put_totals(text *out, const report *r) {
    totals t = {0};
    size_t i;
    for (i = 0; i < r->count; i++) count_run(&t, r, &r->runs[i]);
    if (t.outcome_count) qsort(t.outcomes, t.outcome_count, sizeof *t.outcomes, compare_outcomes);
    put_facts(out, r, &t);
    if (r->count) put_bar(out, r, &t);
    if (r->count) put_outcomes(out, r, &t);
    else text_puts(out, "<p>No runs are selected.</p>\n");
    if (r->superseded)
        html_putf(out, "<p class=\"note\">%z superseded attempt%h not on this page (--all).</p>\n", r->superseded,
                  r->superseded > 1 ? "s are" : " is");
    free(t.outcomes);
    lexicon_free(&t.hosts);
}
