/* report.c - see report.h */

#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attempts.h"
#include "describe.h"
#include "html.h"
#include "message.h"
#include "store.h"
#include "when.h"

const char *report_word(const report *r, size_t number) { return r->words.count ? r->words.words[number] : ""; }

size_t report_number(report *r, const char *string, bool lines) {
    text clean = {NULL, 0, 0};
    size_t number;
    html_clean(&clean, string, lines);
    number = lexicon_number(&r->words, text_string(&clean));
    text_free(&clean);
    return number;
}

size_t report_value(const report_run *run, size_t variable) {
    return variable < run->value_count ? run->values[variable] : 0;
}

bool report_differs(const report *r, size_t variable) { return r->variables[variable].value_count > 1; }

bool report_is_repeat(const report *r, size_t variable) {
    static const char *const repeats[] = {"seed", "repeat", "repetition", "iteration", "trial", "rep"};
    const char *name = report_word(r, r->variables[variable].name);
    size_t i;
    for (i = 0; i < sizeof repeats / sizeof *repeats && strcasecmp(name, repeats[i]) != 0; i++) {}
    return i < sizeof repeats / sizeof *repeats || text_ends(name, "_seed");
}

const char *report_class(const report_run *run) {
    return run->good ? "ok" : run->failed ? "bad" : run->live ? "live" : "odd";
}

const char *report_outcome(const report *r, const report_run *run) {
    return report_word(r, run->reason ? run->reason : run->status);
}

/* ---- artifacts */

static int compare_artifacts(const void *a, const void *b) {
    return strcmp((*(report_artifact *const *)a)->key, (*(report_artifact *const *)b)->key);
}

report_artifact *report_find(const report *r, const char *id) {
    report_artifact wanted = {0}, *key = &wanted, **found;
    wanted.key = (char *)(uintptr_t)id;
    if (!r->artifact_count) return NULL;
    found = (report_artifact **)bsearch(&key, r->by_id, r->artifact_count, sizeof key, compare_artifacts);
    return found ? *found : NULL;
}

static report_artifact make_artifact(report *r, const gem5art_artifact *from) {
    report_artifact a = {0};
    text version = {NULL, 0, 0};
    size_t count = 0;
    text_putf(&version, "%s %.12s", describe_hash_kind(from), from->hash);
    if (*from->git_origin) text_putf(&version, " of %s", from->git_origin);
    a.key = text_copy(from->id);
    a.id = report_number(r, from->id, false);
    a.name = report_number(r, from->name, false);
    a.type = report_number(r, from->type, false);
    a.path = report_number(r, from->path, false);
    a.documentation = report_number(r, from->documentation, false);
    a.command = report_number(r, from->command, false);
    a.version = report_number(r, text_string(&version), false);
    while (from->inputs[count]) count++;
    a.inputs = (char **)text_alloc((count + 1) * sizeof *a.inputs);
    while (count-- > 0) a.inputs[count] = text_copy(from->inputs[count]);
    text_free(&version);
    return a;
}

static void read_artifacts(report *r) {
    gem5art_iter *iter = store_artifacts(r->db, NULL);
    const gem5art_artifact *from;
    size_t i;
    while ((from = store_next_artifact(iter)) != NULL) {
        if (store_is_results(from->type)) continue;
        r->artifacts = (report_artifact *)text_room(r->artifacts, r->artifact_count, sizeof *r->artifacts);
        r->artifacts[r->artifact_count++] = make_artifact(r, from);
    }
    r->by_id = (report_artifact **)text_alloc((r->artifact_count + 1) * sizeof *r->by_id);
    for (i = 0; i < r->artifact_count; i++) r->by_id[i] = &r->artifacts[i];
    if (r->artifact_count) qsort(r->by_id, r->artifact_count, sizeof *r->by_id, compare_artifacts);
}

/* ---- variables */

static size_t find_variable(report *r, size_t name) {
    size_t i;
    for (i = 0; i < r->variable_count; i++)
        if (r->variables[i].name == name) return i;
    r->variables = (report_variable *)text_room(r->variables, i, sizeof *r->variables);
    memset(&r->variables[i], 0, sizeof *r->variables);
    r->variables[i].name = name;
    r->variable_count++;
    return i;
}

static void read_values(report *r, report_run *run, const char *const *pairs) {
    for (; *pairs && pairs[1]; pairs += 2) {
        size_t place = find_variable(r, report_number(r, pairs[0], false));
        while (run->value_count <= place) {
            run->values = (size_t *)text_room(run->values, run->value_count, sizeof *run->values);
            run->values[run->value_count++] = 0;
        }
        run->values[place] = report_number(r, pairs[1], false);
    }
}

static const report *comparing;

/* In the order of versions: 2 before 16, 4.19 before 5.4. */
static int compare_values(const void *a, const void *b) {
    return strverscmp(report_word(comparing, *(const size_t *)a), report_word(comparing, *(const size_t *)b));
}

/* Gathers the values that the runs have. */
static void gather_values(report *r, size_t variable) {
    report_variable *v = &r->variables[variable];
    bool *seen = (bool *)text_alloc(r->words.count * sizeof *seen);
    size_t i;
    for (i = 0; i < r->count; i++) {
        size_t value = report_value(&r->runs[i], variable);
        if (!value || seen[value]) continue;
        seen[value] = true;
        v->values = (size_t *)text_room(v->values, v->value_count, sizeof *v->values);
        v->values[v->value_count++] = value;
    }
    comparing = r;
    if (v->value_count > 1) qsort(v->values, v->value_count, sizeof *v->values, compare_values);
    free(seen);
}

/* ---- runs */

typedef struct report_reading {
    report *report;
    record record;
    size_t hash; /* the member */
    attempts recorded, live;
} report_reading;

static size_t number_of_time(report *r, double time) {
    text shown = {NULL, 0, 0};
    size_t number;
    when_put_time(&shown, time);
    number = lexicon_number(&r->words, text_string(&shown));
    text_free(&shown);
    return number;
}

static size_t number_of_duration(report *r, double seconds) {
    text shown = {NULL, 0, 0};
    size_t number;
    if (seconds >= 0) when_put_duration(&shown, seconds);
    number = lexicon_number(&r->words, text_string(&shown));
    text_free(&shown);
    return number;
}

/* What stands in the place of a good run's reason: the kind of its first warning. */
static size_t number_of_warning(report *r, const gem5art_run *from) {
    text warning = {NULL, 0, 0};
    size_t number;
    if (from->warning_count) text_putf(&warning, "warning: %s", from->warnings[0].kind);
    number = report_number(r, text_string(&warning), false);
    text_free(&warning);
    return number;
}

static report_run make_run(report_reading *from_store, const gem5art_run *from, bool live) {
    const record *stored = &from_store->record;
    report *r = from_store->report;
    report_run run = {0};
    run.id = report_number(r, from->id, false);
    run.name = report_number(r, from->name, false);
    run.status = report_number(r, text_string(&stored->status), false);
    run.reason = report_number(r, text_string(&stored->reason), false);
    run.host = report_number(r, from->host, false);
    run.fs = stored->fs;
    run.live = live;
    run.failed = stored->lost || text_starts(text_string(&stored->status), "Failed");
    run.good = text_same(from->status, "Finished") && !stored->reason.length;
    if (run.good) run.reason = number_of_warning(r, from);
    run.start = from->start_time;
    run.when = stored->when;
    run.elapsed = stored->elapsed;
    run.end = stored->elapsed >= 0 ? from->start_time + stored->elapsed : 0;
    run.size = from->results_size >= 0 ? (double)from->results_size : -1;
    run.when_text = number_of_time(r, stored->when);
    run.elapsed_text = number_of_duration(r, stored->elapsed);
    run.outdir = text_copy(from->outdir);
    run.results = text_copy(from->results ? from->results : "");
    read_values(r, &run, from->variables);
    r->details(r, &run, from);
    return run;
}

/* Reads a run into the record, as its stored text. */
static void read_record(report_reading *from_store, const gem5art_run *from, bool live) {
    static gem5art_json_writer writer;
    gem5art_error error;
    const char *json;
    size_t length;
    gem5art_json_writer_free(&writer);
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_run(&writer, from);
    if ((json = gem5art_json_take(&writer, &length, &error)) == NULL) die_of(&error);
    record_read(&from_store->record, json, length, live ? from : NULL);
}

static void read_runs(report_reading *from_store, bool live) {
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *from;
    report *r = from_store->report;
    query.live = live;
    iter = store_runs(r->db, &query);
    while ((from = store_next_run(iter)) != NULL) {
        size_t number;
        read_record(from_store, from, live);
        number = attempts_add(live ? &from_store->live : &from_store->recorded,
                              attempts_key(from_store->record.members.values[from_store->hash]),
                              from_store->record.when);
        if (select_holds(r->selected, &from_store->record)) {
            r->runs = (report_run *)text_room(r->runs, r->count, sizeof *r->runs);
            r->runs[r->count] = make_run(from_store, from, live);
            r->runs[r->count++].number = number;
        }
    }
}

static void free_run(report_run *run) {
    free(run->values);
    free(run->details);
    free(run->artifacts);
    free(run->outdir);
    free(run->results);
}

/* Live runs first, then by time and in the order in which they are stored: the newest first. */
static int compare_runs(const void *a, const void *b) {
    const report_run *x = (const report_run *)a, *y = (const report_run *)b;
    if (x->live != y->live) return x->live ? -1 : 1;
    if (x->when < y->when || x->when > y->when) return x->when < y->when ? 1 : -1;
    return x->number < y->number ? 1 : x->number > y->number ? -1 : 0;
}

/* Leaves out superseded attempts, live runs that have ended since they were read, and all but --limit. */
static void choose_runs(report_reading *from_store) {
    report *r = from_store->report;
    bool *recorded = (bool *)text_alloc(r->words.count + 1);
    size_t i, kept = 0;
    for (i = 0; i < r->count; i++)
        if (!r->runs[i].live) recorded[r->runs[i].id] = true;
    for (i = 0; i < r->count; i++) {
        report_run *run = &r->runs[i];
        bool ended = run->live && recorded[run->id];
        bool old = !r->all && !run->live &&
                   (attempts_superseded(&from_store->recorded, run->number) ||
                    attempts_has(&from_store->live, attempts_experiment(&from_store->recorded, run->number)));
        r->superseded += old;
        if (ended || old) free_run(run);
        else r->runs[kept++] = *run;
    }
    r->count = kept;
    if (r->count) qsort(r->runs, r->count, sizeof *r->runs, compare_runs);
    while (r->count > r->selected->most) free_run(&r->runs[--r->count]);
    free(recorded);
}

/* Marks the newest runs: the first of those with the same values, as a lexicon of all values finds. */
static void mark_newest(report *r) {
    lexicon known = {0};
    text key = {NULL, 0, 0};
    size_t i, k;
    lexicon_number(&known, "");
    for (i = 0; i < r->count; i++) {
        size_t before = known.count;
        text_clear(&key);
        text_putf(&key, "%d", r->runs[i].fs);
        for (k = 0; k < r->variable_count; k++) text_putf(&key, ",%zu", report_value(&r->runs[i], k));
        lexicon_number(&known, text_string(&key));
        r->runs[i].newest = known.count > before;
    }
    text_free(&key);
    lexicon_free(&known);
}

void report_read(report *r) {
    report_reading reading = {0};
    size_t i;
    lexicon_number(&r->words, "");
    reading.report = r;
    record_init(&reading.record);
    reading.hash = members_want(&reading.record.members, "hash");
    read_artifacts(r);
    read_runs(&reading, true); /* first: a run that ends meanwhile is found twice, not missed */
    read_runs(&reading, false);
    choose_runs(&reading);
    for (i = 0; i < r->variable_count; i++) gather_values(r, i);
    mark_newest(r);
    attempts_clear(&reading.recorded);
    attempts_clear(&reading.live);
    text_free(&reading.record.status);
    text_free(&reading.record.reason);
}

void report_free(report *r) {
    size_t i, k;
    for (i = 0; i < r->count; i++) free_run(&r->runs[i]);
    for (i = 0; i < r->variable_count; i++) free(r->variables[i].values);
    for (i = 0; i < r->artifact_count; i++) {
        for (k = 0; r->artifacts[i].inputs[k]; k++) free(r->artifacts[i].inputs[k]);
        free(r->artifacts[i].inputs);
        free(r->artifacts[i].key);
    }
    free(r->runs);
    free(r->variables);
    free(r->artifacts);
    free(r->by_id);
    lexicon_free(&r->words);
    r->runs = NULL;
    r->variables = NULL;
    r->artifacts = NULL;
    r->count = r->superseded = r->variable_count = r->artifact_count = 0;
}
