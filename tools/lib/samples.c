/* samples.c - see samples.h */

#include "samples.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum { SAMPLES_AT_ONCE = 64 /* files whose names are not yet numbered */ };

/* ---- the numbers of names */

static uint64_t samples_hash(const char *name, size_t length) {
    uint64_t hash = 14695981039346656037u;
    size_t i;
    for (i = 0; i < length; i++) hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* The slot with the name, or the empty one for it. */
static size_t *samples_slot(const samples *s, const char *name, size_t length) {
    size_t at = (size_t)samples_hash(name, length) & (s->slot_count - 1);
    while (s->slots[at] && !text_is(name, length, s->names[s->slots[at] - 1].name)) at = (at + 1) & (s->slot_count - 1);
    return &s->slots[at];
}

size_t samples_find(const samples *s, const char *name, size_t length) {
    return s->slot_count ? *samples_slot(s, name, length) - 1 : SIZE_MAX;
}

static void samples_grow(samples *s) {
    size_t i;
    free(s->slots);
    s->slot_count = s->slot_count ? 2 * s->slot_count : 256;
    s->slots = (size_t *)text_alloc(s->slot_count * sizeof *s->slots);
    for (i = 0; i < s->count; i++) *samples_slot(s, s->names[i].name, strlen(s->names[i].name)) = i + 1;
}

static samples_name *samples_add(samples *s, const char *name, const char *unit, const char *description) {
    size_t *slot;
    if (2 * s->count >= s->slot_count) samples_grow(s);
    slot = samples_slot(s, name, strlen(name));
    if (!*slot) {
        s->names = (samples_name *)text_room(s->names, s->count, sizeof *s->names);
        s->names[s->count] = (samples_name){text_copy(name), text_copy(unit), text_copy(description), 0};
        *slot = ++s->count;
    }
    return &s->names[*slot - 1];
}

samples_choice samples_choose(const char *dump, size_t *one) {
    static const char *const words[] = {"last", "first", "all", "sum", NULL};
    *one = 0;
    if (!dump) return SAMPLES_LAST;
    if (*dump >= '0' && *dump <= '9') {
        *one = (size_t)options_count("--dump", dump);
        return SAMPLES_ONE;
    }
    return (samples_choice)options_word("--dump: unknown word", dump, words);
}

void samples_begin(samples *s, samples_choice choice, size_t one, const char *const *patterns, size_t pattern_count) {
    memset(s, 0, sizeof *s);
    s->choice = choice;
    s->one = one;
    s->filter = pattern_count ? stats_filter_new(patterns, pattern_count) : NULL;
}

void samples_end(samples *s) {
    size_t i;
    for (i = 0; i < s->count; i++) {
        free(s->names[i].name);
        free(s->names[i].unit);
        free(s->names[i].description);
    }
    free(s->names);
    free(s->slots);
    stats_filter_free(s->filter);
    memset(s, 0, sizeof *s);
}

/* ---- reading one file, on a thread: its names have numbers of their own */

typedef struct samples_local {
    size_t name, unit, description; /* where they begin in `texts` */
    size_t length;                  /* of the name */
} samples_local;

typedef struct samples_reader {
    const samples *s;
    samples_run *run;
    text texts;
    samples_local *names;
    size_t count;
    samples_value *values; /* of the dump that is being read */
    size_t value_count, value_room;
} samples_reader;

static size_t samples_put_text(text *texts, gem5art_text string) {
    size_t at = texts->length;
    text_put(texts, string.text, string.length);
    text_put(texts, "", 1);
    return at;
}

/* The file's number of a name. Dumps have their names in the same order, almost. */
static size_t samples_local_name(samples_reader *r, const stats_value *value) {
    size_t i, likely = r->value_count ? r->values[r->value_count - 1].name + 1 : 0;
    samples_local *new_one;
    for (i = likely; i < r->count && i < likely + 100; i++)
        if (r->names[i].length == value->name.length &&
            memcmp(r->texts.data + r->names[i].name, value->name.text, value->name.length) == 0)
            return i;
    r->names = (samples_local *)text_room(r->names, r->count, sizeof *r->names);
    new_one = &r->names[r->count];
    new_one->length = value->name.length;
    new_one->name = samples_put_text(&r->texts, value->name);
    new_one->unit = samples_put_text(&r->texts, value->unit);
    new_one->description = samples_put_text(&r->texts, value->description);
    return r->count++;
}

/* Keeps the dump that was read, if it is chosen; returns whether more are to be read. */
static bool samples_end_dump(samples_reader *r, const stats_dump *dump) {
    samples_run *run = r->run;
    samples_choice choice = r->s->choice;
    bool wanted = choice != SAMPLES_ONE || dump->index == r->s->one;
    r->run->incomplete = !dump->complete;
    r->run->unreadable += dump->unreadable;
    if (dump->complete) run->dump_count++;
    if (dump->complete && wanted) {
        if (choice == SAMPLES_LAST && run->count) free(run->dumps[--run->count].values);
        run->dumps = (samples_dump *)text_room(run->dumps, run->count, sizeof *run->dumps);
        run->dumps[run->count].index = dump->index;
        run->dumps[run->count].count = r->value_count;
        run->dumps[run->count++].values = r->values;
        r->values = NULL;
        r->value_room = 0;
    }
    r->value_count = 0;
    return !dump->complete || (choice != SAMPLES_FIRST && !(choice == SAMPLES_ONE && wanted));
}

static bool samples_visit(void *user, const stats_dump *dump, const stats_value *value) {
    samples_reader *r = (samples_reader *)user;
    samples_value v;
    if (!value) return samples_end_dump(r, dump);
    v.name = samples_local_name(r, value);
    v.value = value->value;
    if (r->value_count == r->value_room) {
        r->value_room = r->value_room ? 2 * r->value_room : 16;
        r->values = (samples_value *)text_realloc(r->values, r->value_room * sizeof *r->values);
    }
    r->values[r->value_count++] = v;
    return true;
}

/* ---- joining what was read */

static int samples_compare(const void *a, const void *b) {
    const samples_value *x = (const samples_value *)a, *y = (const samples_value *)b;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* Makes one dump of all: sums. */
static void samples_sum(samples_run *run) {
    samples_dump *sum = &run->dumps[0];
    size_t i, kept = 0;
    for (i = 1; i < run->count; i++) {
        samples_dump *d = &run->dumps[i];
        sum->values = (samples_value *)text_realloc(sum->values, (sum->count + d->count + 1) * sizeof *sum->values);
        if (d->count) memcpy(sum->values + sum->count, d->values, d->count * sizeof *d->values);
        sum->count += d->count;
        free(d->values);
    }
    if (sum->count) qsort(sum->values, sum->count, sizeof *sum->values, samples_compare);
    for (i = 0; i < sum->count; i++)
        if (kept && sum->values[kept - 1].name == sum->values[i].name)
            sum->values[kept - 1].value += sum->values[i].value;
        else sum->values[kept++] = sum->values[i];
    sum->count = kept;
    sum->index = 0;
    run->count = 1;
}

/* Gives the names of a file the numbers that they have everywhere. */
static void samples_join(samples *s, samples_reader *r) {
    size_t *numbers = (size_t *)text_alloc((r->count + 1) * sizeof *numbers), i, k;
    bool *seen = (bool *)text_alloc(r->count + 1);
    for (i = 0; i < r->run->count; i++)
        for (k = 0; k < r->run->dumps[i].count; k++) {
            samples_value *v = &r->run->dumps[i].values[k];
            if (!seen[v->name]) {
                const samples_local *l = &r->names[v->name];
                const char *texts = r->texts.data;
                samples_name *name = samples_add(s, texts + l->name, texts + l->unit, texts + l->description);
                name->runs++;
                numbers[v->name] = (size_t)(name - s->names);
                seen[v->name] = true;
            }
            v->name = numbers[v->name];
        }
    if (s->choice == SAMPLES_SUM && r->run->count) samples_sum(r->run);
    free(seen);
    free(numbers);
    free(r->names);
    free(r->values);
    text_free(&r->texts);
}

void samples_read(samples *s, samples_run *runs, size_t count) {
    stats_job jobs[SAMPLES_AT_ONCE];
    samples_reader readers[SAMPLES_AT_ONCE];
    size_t i, n;
    for (; count > 0; runs += n, count -= n) {
        n = count < SAMPLES_AT_ONCE ? count : SAMPLES_AT_ONCE;
        memset(jobs, 0, sizeof jobs);
        memset(readers, 0, sizeof readers);
        for (i = 0; i < n; i++) {
            readers[i].s = s;
            readers[i].run = &runs[i];
            jobs[i].place = runs[i].place;
            jobs[i].filter = s->filter;
            jobs[i].visit = samples_visit;
            jobs[i].user = &readers[i];
            jobs[i].why = runs[i].why;
        }
        stats_read_many(jobs, n, 0);
        for (i = 0; i < n; i++) {
            if (runs[i].place.path) runs[i].ok = jobs[i].ok;
            runs[i].why = jobs[i].why;
            if (!runs[i].ok) samples_free_runs(&runs[i], 1);
            samples_join(s, &readers[i]);
            stats_place_free(&runs[i].place);
        }
    }
}

void samples_free_runs(samples_run *runs, size_t count) {
    size_t i;
    for (i = 0; i < count; i++) {
        while (runs[i].count > 0) free(runs[i].dumps[--runs[i].count].values);
        free(runs[i].dumps);
        runs[i].dumps = NULL;
    }
}
