/* report_timeline.c - see report_timeline.h */

#include "report_timeline.h"

#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "when.h"

enum { WIDTH = 2000, LANES = 128, HEIGHT = 400, TICKS = 4 };

typedef struct lane {
    double end;              /* of its last bar, in seconds */
    double from, to;         /* that bar, which is not written yet, as places */
    const report_run *first; /* its only run, or the first of `count` that are too narrow to be told apart */
    const char *class;
    size_t count;
} lane;

typedef struct timeline {
    const report *report;
    const report_run **runs; /* by host, then by start */
    size_t count;
    double first, last;
    lane lanes[LANES];
    size_t lane_count, crowded; /* crowded: runs for which there was no lane */
} timeline;

static const report *comparing;

static int compare_starts(const void *a, const void *b) {
    const report_run *x = *(const report_run *const *)a, *y = *(const report_run *const *)b;
    int hosts = strcmp(report_word(comparing, x->host), report_word(comparing, y->host));
    if (hosts) return hosts;
    if (x->start < y->start || x->start > y->start) return x->start < y->start ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void gather(timeline *t) {
    const report *r = t->report;
    size_t i;
    t->runs = (const report_run **)text_alloc((r->count + 1) * sizeof *t->runs);
    for (i = 0; i < r->count; i++) {
        const report_run *run = &r->runs[i];
        if (run->start <= 0 || run->end < run->start) continue;
        if (!t->count || run->start < t->first) t->first = run->start;
        if (run->end > t->last) t->last = run->end;
        t->runs[t->count++] = run;
    }
    if (t->last <= t->first) t->last = t->first + 1;
    comparing = r;
    if (t->count) qsort(t->runs, t->count, sizeof *t->runs, compare_starts);
}

/* ---- bars */

static double place_of(const timeline *t, double time) { return (time - t->first) / (t->last - t->first) * WIDTH; }

static void put_title(text *out, const timeline *t, const lane *l) {
    const report_run *run = l->first;
    if (l->count > 1) {
        html_putf(out, "%z runs from ", l->count);
        when_put_second(out, run->start, 0);
        return;
    }
    html_put_cut(out, report_word(t->report, run->name), 200);
    text_puts(out, ": ");
    html_put_cut(out, report_word(t->report, run->status), 100);
    if (run->reason) {
        text_puts(out, ", ");
        html_put_cut(out, report_word(t->report, run->reason), 200);
    }
    html_putf(out, "; %s from ", report_word(t->report, run->elapsed_text));
    when_put_second(out, run->start, 0);
}

/* Writes the bar that waits in a lane. */
static void put_bar(text *out, const timeline *t, lane *l, size_t number, double height) {
    double width = l->to - l->from;
    if (!l->count) return;
    html_putf(out, "<rect class=\"bar %s\"", l->class);
    text_putf(out, " x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", l->from, (double)number * height,
              width < 3 ? 3 : width > 8 ? width - 2 : width, height > 4 ? height - 2 : height * 0.75);
    put_title(out, t, l);
    text_puts(out, "</title></rect>\n");
    l->count = 0;
}

/* The first lane that is free when the run starts; LANES: there is none. */
static size_t lane_of(timeline *t, const report_run *run) {
    size_t i;
    for (i = 0; i < t->lane_count && t->lanes[i].end > run->start; i++) {}
    if (i == t->lane_count && i < LANES) {
        memset(&t->lanes[i], 0, sizeof t->lanes[i]);
        t->lane_count++;
    }
    return i;
}

/* Adds a run to its lane: to the bar that waits there, where both are narrow and alike, or else as the next one. */
static void add_run(text *out, timeline *t, const report_run *run, double height) {
    size_t number = lane_of(t, run);
    double from = place_of(t, run->start), to = place_of(t, run->end);
    lane *l = &t->lanes[number];
    if (number == LANES) {
        t->crowded++;
        return;
    }
    if (l->count && to - l->to < 2 && strcmp(l->class, report_class(run)) == 0) l->count++;
    else {
        put_bar(out, t, l, number, height);
        l->from = from;
        l->first = run;
        l->class = report_class(run);
        l->count = 1;
    }
    l->to = to;
    l->end = run->end;
}

/* Counts the lanes that runs of a host need. */
static size_t count_lanes(timeline *t, const report_run *const *runs, size_t count) {
    size_t i;
    t->lane_count = 0;
    for (i = 0; i < count; i++) {
        size_t number = lane_of(t, runs[i]);
        if (number < LANES) t->lanes[number].end = runs[i]->end;
    }
    return t->lane_count;
}

static void put_host(text *out, timeline *t, const report_run *const *runs, size_t count) {
    size_t lanes = count_lanes(t, runs, count), i;
    double height = (double)HEIGHT / (double)lanes;
    const char *host = report_word(t->report, runs[0]->host);
    if (height > 18) height = 18;
    text_puts(out, "<figure class=\"host\"><figcaption>");
    html_put_cut(out, *host ? host : "unknown host", 200);
    html_putf(out, ": %z run%h, at most %z at once</figcaption>\n", count, count > 1 ? "s" : "", lanes);
    text_putf(out, "<svg class=\"timeline\" role=\"img\" viewBox=\"0 0 %d %.0f\" height=\"%.0f\"", WIDTH,
              height * (double)lanes, height * (double)lanes);
    text_puts(out, " preserveAspectRatio=\"none\" aria-label=\"Runs by time on ");
    html_put_cut(out, *host ? host : "an unknown host", 200);
    text_puts(out, "\">\n");
    t->lane_count = 0;
    for (i = 0; i < count; i++) add_run(out, t, runs[i], height);
    for (i = 0; i < t->lane_count; i++) put_bar(out, t, &t->lanes[i], i, height);
    text_puts(out, "</svg></figure>\n");
}

static void put_axis(text *out, const timeline *t) {
    double earlier = 0;
    size_t i;
    text_puts(out, "<div class=\"axis\" aria-hidden=\"true\">");
    for (i = 0; i <= TICKS; i++) {
        double time = t->first + (t->last - t->first) * (double)i / TICKS;
        text_puts(out, "<span>");
        if (t->last - t->first > 2 * 86400) when_put_time(out, time);
        else when_put_second(out, time, earlier);
        text_puts(out, "</span>");
        earlier = time;
    }
    text_puts(out, "</div>\n");
}

void report_put_timeline(text *out, const report *r) {
    timeline t = {0};
    size_t from, end;
    t.report = r;
    gather(&t);
    if (!t.count) text_puts(out, "<p>No run has started.</p>\n");
    for (from = 0; from < t.count; from = end) {
        for (end = from; end < t.count && t.runs[end]->host == t.runs[from]->host; end++) {}
        put_host(out, &t, t.runs + from, end - from);
    }
    if (t.count) put_axis(out, &t);
    if (t.crowded) html_putf(out, "<p class=\"note\">%z more runs at the same time are not drawn.</p>\n", t.crowded);
    free(t.runs);
}
