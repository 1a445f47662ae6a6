/* frame.c - see frame.h */

#include "frame.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frame_builder.h"
#include "message.h"
#include "options.h"
#include "relate.h"
#include "variables.h"

/* ---- the request */

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

static const char *frame_expression(const formula *f) {
    const char *at = f->named ? strchr(f->source, '=') + 1 : f->source;
    return at + strspn(at, " \t");
}

/* Columns need different names, which those of their rows' labels do not have. */
static void frame_check_columns(const frame_request *q) {
    text_list names = {NULL, 0};
    size_t i, at;
    for (i = 0; i < 5; i++) {
        static const char *const labels[] = {"id", "name", "status", "dump", "n"};
        text_list_add(&names, text_copy(labels[i]));
    }
    for (i = 0; i < q->column_count; i++) {
        text why = {NULL, 0, 0};
        formula f;
        formula_check(q->columns[i]);
        formula_parse(&f, q->columns[i], &why, &at);
        if (text_list_has(&names, f.name))
            die(EXIT_MISUSE, "a second column would have the name \"%s\": give it a different one, as in NAME=%s",
                f.name, frame_expression(&f));
        text_list_add(&names, text_copy(f.name));
        formula_free(&f);
        text_free(&why);
    }
    frame_free_texts(&names);
}

void frame_check(const frame_request *q) {
    text_list names = {NULL, 0};
    size_t one;
    samples_choice choice = samples_choose(q->dump, &one);
    frame_check_columns(q);
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

const char *frame_value(const chosen_run *run, const char *variable) {
    size_t i;
    for (i = 0; i + 1 < run->variables.count; i += 2)
        if (strcmp(run->variables.items[i], variable) == 0) return run->variables.items[i + 1];
    return "";
}

static void frame_list_variables(frame_builder *b) {
    const frame_request *q = b->request;
    const char *without = !q->weights ? NULL : q->weights_by ? q->weights_by : FRAME_SIMPOINT;
    size_t i, k;
    for (i = 0; i < b->chosen.count; i++)
        for (k = 0; k + 1 < b->chosen.runs[i].variables.count; k += 2) {
            const char *name = b->chosen.runs[i].variables.items[k];
            if (text_list_has(&b->f->variables, name) || (without && strcmp(name, without) == 0)) continue;
            text_list_add(&b->f->variables, text_copy(name));
        }
}

size_t frame_find(const frame *f, const char *option_name, const char *name) {
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
    size_t i;
    for (i = 0; i < b->cells.column_count; i++)
        if (b->cells.gaps[i]) chosen_count_one(&b->gaps[i][b->cells.gaps[i]], id);
}

void frame_put_row(frame_builder *b, const chosen_run *run, size_t n, size_t dump) {
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

/* ---- reading */

/* Reads the statistics of the chosen runs. */
static void frame_read(frame_builder *b) {
    const chosen *c = &b->chosen;
    size_t i;
    b->runs = (samples_run *)text_alloc((c->count + 1) * sizeof *b->runs);
    for (i = 0; i < c->count; i++) {
        b->runs[i].place = c->runs[i].place;
        c->runs[i].place = (stats_place){NULL, NULL};
        text_puts(&b->runs[i].why, text_string(&c->runs[i].why));
    }
    samples_read(&b->samples, b->runs, c->count);
}

/* ---- building */

static void frame_begin(frame_builder *b, gem5art_db *db) {
    text_list patterns = {NULL, 0};
    samples_choice choice;
    size_t one;
    cells_begin(&b->cells, b->request->columns, b->request->column_count);
    cells_list_patterns(&b->cells, &patterns);
    choice = samples_choose(b->request->dump, &one);
    chosen_make(&b->chosen, db, b->request->runs, b->request->all);
    b->f->left_out = b->chosen.left_out;
    b->chosen.left_out = (text_list){NULL, 0};
    samples_begin(&b->samples, choice, one, patterns.items, patterns.count);
    frame_read(b);
    frame_report(b);
    text_list_free(&patterns);
}

static void frame_end(frame_builder *b) {
    size_t i;
    samples_free_runs(b->runs, b->chosen.count);
    for (i = 0; i < b->chosen.count; i++) text_free(&b->runs[i].why);
    free(b->runs);
    for (i = 0; b->gaps && i < b->cells.column_count * FRAME_GAPS; i++)
        chosen_count_free(&b->gaps[i / FRAME_GAPS][i % FRAME_GAPS]);
    free(b->gaps);
    cells_end(&b->cells);
    samples_end(&b->samples);
    chosen_free(&b->chosen);
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
    b->gaps = (chosen_count(*)[FRAME_GAPS])text_alloc((b->cells.column_count + 1) * sizeof *b->gaps);
}

/* Reports a column that has the name of a variable: they could not be told apart. */
static bool frame_check_names(const frame *f) {
    size_t i;
    for (i = 0; i < f->column_count; i++)
        if (frame_variable(f, f->columns[i].name) != SIZE_MAX) {
            say("the column \"%s\" has the name of a variable: give it a different one, as in NAME=%s",
                f->columns[i].name, f->columns[i].name);
            return false;
        }
    return true;
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
    ok = frame_has_rows(&b) || frame_say_empty(request, &f->left_out);
    if (ok && (unknown = cells_resolve(&b.cells, &b.samples)) != NULL) {
        frame_say_unknown(&b, unknown, db);
        ok = false;
    }
    if (ok) {
        frame_put_columns(&b);
        ok = frame_check_names(f);
        if (ok && request->weights) ok = frame_put_weighted_rows(&b);
        else if (ok) frame_put_rows(&b);
        frame_put_notes(&b);
        frame_sort(f);
        frame_note_equals(f);
    }
    frame_end(&b);
    return ok && frame_relate(f, request);
}

/* Is a name listed? One of the words is in it, or a part of it matches. */
static bool frame_lists(const frame_request *q, const char *name) {
    size_t i;
    for (i = 0; i < q->column_count; i++) {
        char *pattern = text_printf("**%s**", q->columns[i]);
        bool matches = strstr(name, q->columns[i]) || stats_filter_matches(pattern, (gem5art_text){name, strlen(name)});
        free(pattern);
        if (matches) return true;
    }
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
    if (!frame_has_rows(&b)) frame_say_empty(&q, &s->left_out);
    s->items = (frame_stat *)text_alloc((b.samples.count + 1) * sizeof *s->items);
    for (i = 0; i < b.samples.count; i++) {
        const samples_name *n = &b.samples.names[i];
        if (!frame_lists(request, n->name)) continue;
        s->items[s->count++] = (frame_stat){text_copy(n->name), text_copy(n->unit), text_copy(n->description), n->runs};
    }
    for (i = 0; i < b.chosen.count; i++) s->run_count += b.runs[i].count > 0;
    if (s->run_count && !s->count) frame_say_unknown(&b, request->columns[0], db);
    f.left_out = (text_list){NULL, 0};
    frame_free(&f);
    frame_end(&b);
    return s->count > 0;
}

void frame_stats_free(frame_stats *s) {
    while (s->count > 0) {
        frame_stat *stat = &s->items[--s->count];
        free(stat->name);
        free(stat->unit);
        free(stat->description);
    }
    free(s->items);
    frame_free_texts(&s->left_out);
    memset(s, 0, sizeof *s);
}
