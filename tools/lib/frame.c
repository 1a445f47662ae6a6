/* frame.c - see frame.h */

#include "frame.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "chosen.h"
#include "keys.h"
#include "message.h"
#include "options.h"
#include "relate.h"
#include "variables.h"
#include "weights.h"

enum { FRAME_NOTES = 6 /* about columns; further ones are counted */ };
static const char frame_simpoint[] = "simpoint";

typedef struct frame_builder {
    frame *f;
    const frame_request *request;
    chosen chosen;
    samples samples;
    samples_run *runs; /* as the chosen ones */
    cells cells;
    chosen_counts gaps;  /* of cells, by a sentence about the column */
} frame_builder;

/* ---- the request */

static samples_choice frame_choice(const char *dump, size_t *one) {
    static const char *const words[] = {"last", "first", "all", "sum", NULL};
    *one = 0;
    if (!dump) return SAMPLES_LAST;
    if (*dump >= '0' && *dump <= '9') {
        *one = (size_t)options_count("--dump", dump);
        return SAMPLES_ONE;
    }
    return (samples_choice)options_word("--dump: unknown word", dump, words);
}

/* A list of variables, "cpu,memory"; they live until the tool ends. */
static void frame_split(const char *option_name, const char *list, text_list *names) {
    const char *whole = list;
    for (;; list++) {
        size_t length = strcspn(list, ",");
        if (!length)
            die(EXIT_MISUSE, "%s: a name is missing in \"%s\": give variables as in cpu,memory", option_name, whole);
        text_list_add(names, (const char *)text_keep(text_copy_n(list, length)));
        list += length;
        if (!*list) return;
    }
}

void frame_check(const frame_request *q) {
    text_list names = {NULL, 0};
    size_t i, one;
    samples_choice choice = frame_choice(q->dump, &one);
    for (i = 0; i < q->column_count; i++) formula_check(q->columns[i]);
    if (q->baseline && (*q->baseline == '=' || !strchr(q->baseline, '=')))
        die(EXIT_MISUSE, "--baseline: \"%s\" names no run: give VAR=VALUE, as in cpu=timing", q->baseline);
    if (q->speedup && !q->baseline) die(EXIT_MISUSE, "--speedup compares with a baseline: give --baseline, too");
    if (q->mean) options_word("--mean: unknown mean", q->mean, means_words);
    if (q->group_by && !q->mean) die(EXIT_MISUSE, "--group-by chooses what a mean is of: give --mean, too");
    if (q->weights_by && !q->weights) die(EXIT_MISUSE, "--weights-by names the variable of --weights: give that, too");
    if (q->weights && choice == SAMPLES_ALL)
        die(EXIT_MISUSE, "--weights needs one dump of each run: leave --dump all out");
    if (q->over) frame_split("--over", q->over, &names);
    if (q->group_by) frame_split("--group-by", q->group_by, &names);
    text_list_free(&names);
}

/* ---- variables */

static const char *frame_value(const chosen_run *run, const char *variable) {
    size_t i;
    for (i = 0; i + 1 < run->variables.count; i += 2)
        if (strcmp(run->variables.items[i], variable) == 0) return run->variables.items[i + 1];
    return "";
}

static void frame_list_variables(frame_builder *b) {
    const frame_request *q = b->request;
    const char *without = !q->weights ? NULL : q->weights_by ? q->weights_by : frame_simpoint;
    size_t i, k;
    for (i = 0; i < b->chosen.count; i++)
        for (k = 0; k + 1 < b->chosen.runs[i].variables.count; k += 2) {
            const char *name = b->chosen.runs[i].variables.items[k];
            if (text_list_has(&b->f->variables, name) || (without && strcmp(name, without) == 0)) continue;
            text_list_add(&b->f->variables, text_copy(name));
        }
}

/* The place of a variable that an option names; SIZE_MAX, after a message: no run has it. */
static size_t frame_find(const frame *f, const char *option_name, const char *name) {
    static const text_list none = {NULL, 0};
    text why = {NULL, 0, 0};
    size_t place = frame_variable(f, name);
    if (place != SIZE_MAX) return place;
    variables_put_unknown(&why, name, &f->variables, &none);
    say("%s: %s", option_name, text_string(&why));
    text_free(&why);
    return SIZE_MAX;
}

/* ---- rows */

static void frame_count_gaps(frame_builder *b, const char *id) {
    static const char *const words[] = {"", "is missing in", "is not a number (nan) in", "divides by 0 in"};
    size_t i;
    for (i = 0; i < b->cells.column_count; i++) {
        char *kind;
        if (b->cells.gaps[i] == FORMULA_NO_GAP) continue;
        kind = text_printf("%s %s", b->f->columns[i].name, words[b->cells.gaps[i]]);
        chosen_add(&b->gaps, kind, id);
        free(kind);
    }
}

/* Adds a row with the values of the dumps that were added to the cells. */
static void frame_put_row(frame_builder *b, const chosen_run *run, size_t n, size_t dump) {
    frame_row *row = frame_add_row(b->f);
    size_t i;
    cells_calculate(&b->cells);
    row->id = text_copy(run->id);
    row->name = text_copy(run->name);
    row->status = text_copy(run->status);
    row->n = n;
    row->dump = dump;
    for (i = 0; i < b->f->variables.count; i++)
        row->variables[i] = text_copy(frame_value(run, b->f->variables.items[i]));
    if (b->f->column_count) memcpy(row->values, b->cells.values, b->f->column_count * sizeof *row->values);
    frame_count_gaps(b, run->id);
}

static void frame_put_rows(frame_builder *b) {
    bool all = b->samples.choice == SAMPLES_ALL;
    size_t i, k;
    for (i = 0; i < b->chosen.count; i++)
        for (k = 0; k < b->runs[i].count; k++) {
            cells_add_dump(&b->cells, &b->runs[i].dumps[k], 1);
            frame_put_row(b, &b->chosen.runs[i], 1, all ? b->runs[i].dumps[k].index : SIZE_MAX);
            if (all && b->runs[i].dumps[k].index >= b->f->dump_count) b->f->dump_count = b->runs[i].dumps[k].index + 1;
        }
}

/* ---- rows of simpoints */

/* The path of a group's file of weights: with the values of its variables. To be freed; NULL, after a message: a run
   has no such variable. */
static char *frame_weights_path(const frame_builder *b, const chosen_run *run) {
    text path = {NULL, 0, 0};
    const char *at = b->request->weights, *end;
    for (; *at; at++) {
        if (*at == '{' && (end = strchr(at, '}')) != NULL) {
            char *name = text_copy_n(at + 1, (size_t)(end - at - 1));
            bool known = frame_find(b->f, "--weights", name) != SIZE_MAX;
            text_puts(&path, frame_value(run, name));
            free(name);
            if (!known) return NULL;
            at = end;
        } else text_put(&path, at, 1);
    }
    text_puts(&path, "");
    return path.data;
}

/* What the runs of all simpoints of a program share. To be freed. */
static char *frame_program(const frame_builder *b, const chosen_run *run) {
    text key = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < b->f->variables.count; i++) {
        const char *value = frame_value(run, b->f->variables.items[i]);
        text_putf(&key, "%zu:%s", strlen(value), value);
    }
    text_puts(&key, "");
    return key.data ? key.data : text_copy("");
}

/* Says which simpoints of a group have no run, or several. False: there are such. */
static bool frame_check_simpoints(const frame_builder *b, const weights *w, const char *path, const size_t *runs,
                                  size_t run_count) {
    const char *by = b->request->weights_by ? b->request->weights_by : frame_simpoint;
    text missing = {NULL, 0, 0}, group = {NULL, 0, 0};
    size_t i, k;
    for (i = 0; i < b->f->variables.count; i++)
        text_putf(&group, " %s=%s", b->f->variables.items[i],
                  frame_value(&b->chosen.runs[runs[0]], b->f->variables.items[i]));
    for (i = 0; i < w->count; i++) {
        size_t count = 0;
        for (k = 0; k < run_count; k++)
            count += strcmp(frame_value(&b->chosen.runs[runs[k]], by), w->simpoints[i]) == 0;
        if (!count) text_putf(&missing, "%s%s", missing.length ? ", " : "", w->simpoints[i]);
        if (count > 1)
            say("--weights:%s has %zu runs of simpoint %s: select one of them", text_string(&group), count,
                w->simpoints[i]);
        if (count > 1) return text_free(&group), text_free(&missing), false;
    }
    if (missing.length)
        say("--weights:%s has no good run with %s=%s, which %s has a weight for", text_string(&group), by, missing.data,
            path);
    if (!missing.length && fabs(w->sum - 1) > 0.01)
        warn("the weights in %s sum to %g, not 1: values are divided by it", path, w->sum);
    text_free(&group);
    k = missing.length;
    text_free(&missing);
    return k == 0;
}

/* Adds the row of a program: its runs' statistics, weighted. */
static bool frame_put_weighted(frame_builder *b, const size_t *runs, size_t run_count) {
    const chosen_run *first = &b->chosen.runs[runs[0]];
    const char *by = b->request->weights_by ? b->request->weights_by : frame_simpoint;
    char *path = frame_weights_path(b, first);
    text why = {NULL, 0, 0};
    weights w;
    size_t i, place;
    bool ok = path != NULL;
    if (!ok) return false;
    ok = weights_read(&w, path, &why);
    if (!ok) say("%s", text_string(&why));
    ok = ok && frame_check_simpoints(b, &w, path, runs, run_count);
    for (i = 0; ok && i < run_count; i++) {
        place = weights_find(&w, frame_value(&b->chosen.runs[runs[i]], by));
        if (place == SIZE_MAX) {
            say("%s has no weight for %s=%s (run %.8s)", path, by, frame_value(&b->chosen.runs[runs[i]], by),
                b->chosen.runs[runs[i]].id);
            ok = false;
        } else cells_add_dump(&b->cells, b->runs[runs[i]].dumps, w.values[place] / w.sum);
    }
    if (ok) frame_put_row(b, first, run_count, SIZE_MAX);
    weights_free(&w);
    text_free(&why);
    free(path);
    return ok;
}

static bool frame_put_weighted_rows(frame_builder *b) {
    char **keys = (char **)text_alloc((b->chosen.count + 1) * sizeof *keys);
    size_t *groups = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *groups);
    size_t *runs = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *runs), *with = runs, i, k, count, group_count;
    bool ok = true;
    size_t *usable = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *usable), usable_count = 0;
    for (i = 0; i < b->chosen.count; i++)
        if (b->runs[i].count) usable[usable_count++] = i;
    for (i = 0; i < usable_count; i++) keys[i] = frame_program(b, &b->chosen.runs[usable[i]]);
    group_count = keys_number((const char *const *)keys, usable_count, groups);
    for (i = 0; ok && i < group_count; i++) {
        for (k = 0, count = 0; k < usable_count; k++)
            if (groups[k] == i) with[count++] = usable[k];
        ok = frame_put_weighted(b, with, count);
    }
    for (i = 0; i < usable_count; i++) free(keys[i]);
    free(keys);
    free(groups);
    free(runs);
    free(usable);
    return ok;
}

/* ---- reading */

/* Reads the statistics of the chosen runs, and reports those that have none. */
static void frame_read(chosen *c, samples *s, samples_run *runs, text_list *left_out, text_list *notes) {
    chosen_counts counts = {NULL, 0};
    text ids = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < c->count; i++) {
        runs[i].place = c->runs[i].place;
        c->runs[i].place = (stats_place){NULL, NULL};
        text_puts(&runs[i].why, text_string(&c->runs[i].why));
    }
    samples_read(s, runs, c->count);
    for (i = 0; i < c->count; i++) {
        const char *id = c->runs[i].id;
        if (!runs[i].ok) frame_say(left_out, "run %.8s is left out: %s", id, text_string(&runs[i].why));
        else if (!runs[i].dump_count) chosen_add(&counts, "without a complete dump of statistics", id);
        else if (!runs[i].count) chosen_add(&counts, "without the dump of --dump", id);
        if (runs[i].ok && runs[i].incomplete && runs[i].count) chosen_add(&counts, "", id);
    }
    for (i = 0; i < counts.count; i++) {
        const chosen_count *k = &counts.items[i];
        const char *plural = k->count == 1 ? "" : "s";
        text_clear(&ids);
        chosen_put_ids(&ids, k);
        if (*k->kind)
            frame_say(left_out, "%zu run%s %s %s left out: %s", k->count, plural, k->kind, *plural ? "are" : "is",
                      ids.data);
        else
            frame_say(notes, "the last dump of %zu run%s is incomplete, and does not count: %s", k->count, plural,
                      ids.data);
    }
    text_free(&ids);
    chosen_counts_free(&counts);
}

/* Appends the names that were probably meant: the nearest one, or some that contain the word. */
static void frame_put_near(text *out, const samples *s, const char *pattern) {
    enum { SHOWN = 3 };
    text_list names = {NULL, 0};
    const char *near;
    size_t i, count = 0;
    for (i = 0; i < s->count; i++) text_list_add(&names, s->names[i].name);
    near = names.count ? nearest_word(pattern, names.items) : NULL;
    if (near) {
        text_puts(out, ": did you mean ");
        formula_put_name(out, near);
        text_puts(out, "?");
    }
    for (i = 0; !near && i < names.count && count < SHOWN; i++)
        if (strstr(names.items[i], pattern)) {
            text_puts(out, count++ ? ", " : ": there is ");
            formula_put_name(out, names.items[i]);
        }
    if (!near && !count) text_puts(out, ": --list shows those that there are");
    text_list_free(&names);
}

/* Reports that no run has a statistic, with the names of some run that are like it. */
static void frame_say_unknown(frame_builder *b, const char *pattern, gem5art_db *db) {
    samples all;
    samples_run run = {0};
    text near = {NULL, 0, 0};
    gem5art_error error;
    const gem5art_run *found;
    size_t i;
    for (i = 0; i < b->chosen.count && !b->runs[i].count; i++) {}
    if (i == b->chosen.count) return;
    samples_begin(&all, SAMPLES_LAST, 0, NULL, 0);
    found = gem5art_find_run(db, b->chosen.runs[i].id, &error);
    if (found && stats_find(&run.place, db, found, &run.why)) samples_read(&all, &run, 1);
    frame_put_near(&near, &all, pattern);
    say("no run has a statistic \"%s\"%s", pattern, text_string(&near));
    samples_free_runs(&run, 1);
    text_free(&run.why);
    samples_end(&all);
    text_free(&near);
    if (found) gem5art_release_run(db, found);
}

/* ---- building */

static void frame_begin(frame_builder *b, gem5art_db *db) {
    text_list patterns = {NULL, 0};
    samples_choice choice;
    size_t one;
    cells_begin(&b->cells, b->request->columns, b->request->column_count);
    cells_list_patterns(&b->cells, &patterns);
    choice = frame_choice(b->request->dump, &one);
    chosen_make(&b->chosen, db, b->request->runs, b->request->all);
    b->f->left_out = b->chosen.left_out;
    b->chosen.left_out = (text_list){NULL, 0};
    samples_begin(&b->samples, choice, one, patterns.items, patterns.count);
    b->runs = (samples_run *)text_alloc((b->chosen.count + 1) * sizeof *b->runs);
    frame_read(&b->chosen, &b->samples, b->runs, &b->f->left_out, &b->f->notes);
    text_list_free(&patterns);
}

static void frame_end(frame_builder *b) {
    size_t i;
    samples_free_runs(b->runs, b->chosen.count);
    for (i = 0; i < b->chosen.count; i++) text_free(&b->runs[i].why);
    free(b->runs);
    cells_end(&b->cells);
    samples_end(&b->samples);
    chosen_free(&b->chosen);
    chosen_counts_free(&b->gaps);
}

/* Says that there are no rows, and why. */
static bool frame_say_empty(const text_list *left_out) {
    size_t i;
    say(left_out->count ? "there are no statistics to show: all selected runs are left out"
                        : "there are no statistics to show: no run is selected");
    for (i = 0; i < left_out->count; i++) say("%s", left_out->items[i]);
    return false;
}

static bool frame_has_rows(const frame_builder *b) {
    size_t i;
    for (i = 0; i < b->chosen.count && !b->runs[i].count; i++) {}
    return i < b->chosen.count;
}

static void frame_put_columns(frame_builder *b) {
    size_t i;
    b->f->columns = (frame_column *)text_alloc((b->cells.column_count + 1) * sizeof *b->f->columns);
    for (i = 0; i < b->cells.column_count; i++) {
        const cells_column *c = &b->cells.columns[i];
        b->f->columns[i] = (frame_column){text_copy(c->name), text_copy(c->unit), text_copy(c->description)};
    }
    b->f->column_count = b->cells.column_count;
}

static void frame_put_notes(frame_builder *b) {
    text ids = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < b->gaps.count && i < FRAME_NOTES; i++) {
        const chosen_count *c = &b->gaps.items[i];
        text_clear(&ids);
        chosen_put_ids(&ids, c);
        frame_say(&b->f->notes, "%s %zu run%s: %s", c->kind, c->count, c->count == 1 ? "" : "s", text_string(&ids));
    }
    if (i < b->gaps.count)
        frame_say(&b->f->notes, "further empty cells of %zu columns have reasons like these", b->gaps.count - i);
    text_free(&ids);
}

/* Compares, merges and adds means, in this order. */
static bool frame_relate(frame *f, const frame_request *q) {
    text_list names = {NULL, 0};
    text why = {NULL, 0, 0};
    size_t i, place, *by;
    bool ok = true;
    if (q->baseline) {
        char *name = text_copy_n(q->baseline, strcspn(q->baseline, "="));
        place = frame_find(f, "--baseline", name);
        free(name);
        if (place == SIZE_MAX) return false;
        ok = relate_compare(f, place, strchr(q->baseline, '=') + 1, q->speedup, &why);
        if (!ok) say("--baseline %s: %s", q->baseline, text_string(&why));
        text_free(&why);
    }
    if (ok && q->over) {
        frame_split("--over", q->over, &names);
        for (i = 0; ok && i < names.count; i++) ok = frame_find(f, "--over", names.items[i]) != SIZE_MAX;
        if (ok) relate_merge(f, &names);
        text_list_free(&names);
        names = (text_list){NULL, 0};
    }
    if (!ok || !q->mean) return ok;
    if (q->group_by) frame_split("--group-by", q->group_by, &names);
    by = (size_t *)text_alloc((names.count + 1) * sizeof *by);
    for (i = 0; ok && i < names.count; i++) ok = (by[i] = frame_find(f, "--group-by", names.items[i])) != SIZE_MAX;
    if (ok) relate_mean(f, (means_kind)options_word("--mean: unknown mean", q->mean, means_words), by, names.count);
    free(by);
    text_list_free(&names);
    return ok;
}

bool frame_build(frame *f, gem5art_db *db, const frame_request *request) {
    frame_builder b;
    const char *unknown;
    bool ok;
    memset(f, 0, sizeof *f);
    memset(&b, 0, sizeof b);
    b.f = f;
    b.request = request;
    frame_check(request);
    frame_begin(&b, db);
    frame_list_variables(&b);
    ok = frame_has_rows(&b) || frame_say_empty(&f->left_out);
    if (ok && (unknown = cells_resolve(&b.cells, &b.samples)) != NULL) {
        frame_say_unknown(&b, unknown, db);
        ok = false;
    }
    if (ok) {
        frame_put_columns(&b);
        if (request->weights) ok = frame_put_weighted_rows(&b);
        else frame_put_rows(&b);
        frame_put_notes(&b);
    }
    frame_end(&b);
    return ok && frame_relate(f, request);
}

/* Is a name listed? One of the words is in it, or matches it. */
static bool frame_lists(const frame_request *q, const char *name) {
    size_t i;
    for (i = 0; i < q->column_count; i++)
        if (strstr(name, q->columns[i]) || stats_filter_matches(q->columns[i], (gem5art_text){name, strlen(name)}))
            return true;
    return q->column_count == 0;
}

bool frame_list(frame_stats *s, gem5art_db *db, const frame_request *request) {
    frame f = {0};
    frame_builder b = {0};
    frame_request q = *request;
    size_t i;
    memset(s, 0, sizeof *s);
    q.columns = NULL, q.column_count = 0;
    b.f = &f;
    b.request = &q;
    frame_check(&q);
    frame_begin(&b, db);
    s->left_out = f.left_out;
    if (!frame_has_rows(&b)) frame_say_empty(&s->left_out);
    s->items = (frame_stat *)text_alloc((b.samples.count + 1) * sizeof *s->items);
    for (i = 0; i < b.samples.count; i++) {
        const samples_name *n = &b.samples.names[i];
        if (!frame_lists(request, n->name)) continue;
        s->items[s->count++] = (frame_stat){text_copy(n->name), text_copy(n->unit), text_copy(n->description), n->runs};
    }
    for (i = 0; i < b.chosen.count; i++) s->run_count += b.runs[i].count > 0;
    f.left_out = (text_list){NULL, 0};
    frame_free(&f);
    frame_end(&b);
    return s->run_count > 0;
}
