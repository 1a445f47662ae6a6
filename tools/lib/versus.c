/* versus.c - see versus.h */

#include "versus.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "message.h"
#include "variables.h"

static const char *versus_keep(char *string) { return (const char *)text_keep(string); }

static void versus_begin(versus *v, const char *dump) {
    size_t one;
    samples_choice choice = samples_choose(dump, &one);
    memset(v, 0, sizeof *v);
    if (choice == SAMPLES_ALL)
        die(EXIT_MISUSE, "--dump: one dump of each run is compared: give last, first, sum or a number");
    samples_begin(&v->samples, choice, one, NULL, 0);
}

/* Why a run that was read has nothing to compare; NULL: it has. */
static const char *versus_flaw(const versus *v, const samples_run *run) {
    if (!run->ok) return text_string(&run->why);
    if (run->count && run->dumps[0].count) return NULL;
    if (v->samples.choice != SAMPLES_ONE) return "it has no complete dump of statistics";
    return versus_keep(text_printf("it has no complete dump %zu", v->samples.one));
}

void versus_runs(versus *v, gem5art_db *db, const found sides[2], const char *dump) {
    int side;
    versus_begin(v, dump);
    for (side = 0; side < 2; side++) {
        const gem5art_run *run = sides[side].run;
        samples_run *r = (samples_run *)text_alloc(sizeof *r);
        const char *flaw;
        v->runs[side] = r;
        v->counts[side] = 1;
        if (stats_find(&r->place, db, run, &r->why)) samples_read(&v->samples, r, 1);
        if ((flaw = versus_flaw(v, r)) != NULL)
            die(EXIT_FAILED, "run %.8s has no statistics to compare: %s", run->id, flaw);
        if (r->incomplete)
            text_list_add(&v->notes, versus_keep(text_printf("The last dump of run %.8s is incomplete, and does not "
                                                             "count.", run->id)));
    }
}

/* ---- groups */

static bool versus_same_variable(const char *a, const char *b) {
    size_t length = strcspn(a, "=");
    return length == strcspn(b, "=") && memcmp(a, b, length) == 0;
}

static bool versus_is_compared(const text_list *against, const char *variable) {
    size_t i;
    for (i = 0; i < against->count; i++)
        if (versus_same_variable(against->items[i], variable)) return true;
    return false;
}

static void versus_select(selection *s, const selection *where, const text_list *against) {
    size_t i;
    *s = *where;
    s->where = (text_list){NULL, 0};
    for (i = 0; i < where->where.count; i++)
        if (!against || !versus_is_compared(against, where->where.items[i]))
            text_list_add(&s->where, where->where.items[i]);
    for (i = 0; against && i < against->count; i++) text_list_add(&s->where, against->items[i]);
    select_check(s);
}

static char *versus_title(const selection *s, size_t count) {
    text title = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < s->where.count; i++) text_putf(&title, "%s ", s->where.items[i]);
    text_putf(&title, "%s(%zu run%s)", s->where.count ? "" : "all ", count, count == 1 ? "" : "s");
    return title.data;
}

/* Reads a group, and takes out what cannot be compared. */
static void versus_read(versus *v, int side, chosen *c, const selection *s) {
    samples_run *runs = (samples_run *)text_alloc((c->count + 1) * sizeof *runs);
    size_t i, kept = 0;
    for (i = 0; i < c->count; i++) {
        runs[i].place = c->runs[i].place;
        c->runs[i].place = (stats_place){NULL, NULL};
        text_puts(&runs[i].why, text_string(&c->runs[i].why));
    }
    samples_read(&v->samples, runs, c->count);
    for (i = 0; i < c->left_out.count; i++)
        if (!text_list_has(&v->notes, c->left_out.items[i]))
            text_list_add(&v->notes, versus_keep(text_copy(c->left_out.items[i])));
    for (i = 0; i < c->count; i++) {
        const char *flaw = versus_flaw(v, &runs[i]);
        chosen_run run = c->runs[i];
        if (flaw) text_list_add(&v->notes, versus_keep(text_printf("run %.8s is left out: %s", run.id, flaw)));
        if (flaw) continue;
        c->runs[i] = c->runs[kept]; /* all are freed with the list */
        c->runs[kept] = run;
        runs[kept++] = runs[i];
    }
    v->runs[side] = runs;
    v->counts[side] = kept;
    v->titles[side] = versus_title(s, kept);
    if (kept) return;
    for (i = 0; i < v->notes.count; i++) say("%s", v->notes.items[i]);
    die(EXIT_FAILED, "no good run with statistics is in the %s group, %s: gem5art-ls shows which runs there are",
        side ? "second" : "first", v->titles[side]);
}

static int versus_compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A run's variables, without those that are compared, in one text. */
static char *versus_key(const chosen_run *run, const text_list *against) {
    text_list pairs = {NULL, 0};
    text key = {NULL, 0, 0};
    size_t i;
    for (i = 0; i + 1 < run->variables.count; i += 2) {
        const char *name = run->variables.items[i], *value = run->variables.items[i + 1];
        if (!versus_is_compared(against, name))
            text_list_add(&pairs, text_printf("%s=%zu:%s", name, strlen(value), value));
    }
    if (pairs.count) qsort(pairs.items, pairs.count, sizeof *pairs.items, versus_compare_texts);
    for (i = 0; i < pairs.count; i++) {
        text_putf(&key, "%s\n", pairs.items[i]);
        free((void *)(uintptr_t)pairs.items[i]);
    }
    text_list_free(&pairs);
    return text_copy(text_string(&key));
}

static void versus_list_keys(text_list *keys, const chosen *c, size_t count, const text_list *against) {
    size_t i;
    for (i = 0; i < count; i++) text_list_add(keys, versus_keep(versus_key(&c->runs[i], against)));
}

/* The only place of a key; SIZE_MAX: it is not there, or twice. */
static size_t versus_place(const text_list *keys, const char *key) {
    size_t i, place = SIZE_MAX;
    for (i = 0; i < keys->count; i++) {
        if (strcmp(keys->items[i], key) != 0) continue;
        if (place != SIZE_MAX) return SIZE_MAX;
        place = i;
    }
    return place;
}

static void versus_pair(versus *v, const chosen groups[2], const text_list *against) {
    text_list keys[2] = {{NULL, 0}, {NULL, 0}};
    size_t i, *pairs = (size_t *)text_alloc((v->counts[0] + 1) * sizeof *pairs);
    bool all = v->counts[0] == v->counts[1];
    for (i = 0; i < 2; i++) versus_list_keys(&keys[i], &groups[i], v->counts[i], against);
    for (i = 0; all && i < v->counts[0]; i++) {
        pairs[i] = versus_place(&keys[1], keys[0].items[i]);
        all = pairs[i] != SIZE_MAX && versus_place(&keys[0], keys[0].items[i]) == i;
    }
    if (all) v->pairs = pairs;
    else free(pairs);
    if (!all) text_list_add(&v->notes, "The runs do not pair up by their other variables: there are no ratios.");
    text_list_free(&keys[0]);
    text_list_free(&keys[1]);
}

static void versus_note_shared(versus *v, const chosen groups[2]) {
    size_t i, k, count = 0;
    for (i = 0; i < v->counts[0]; i++)
        for (k = 0; k < v->counts[1]; k++) count += strcmp(groups[0].runs[i].id, groups[1].runs[k].id) == 0;
    if (count)
        text_list_add(&v->notes, versus_keep(text_printf("Both groups have %zu of the runs: choose the first by "
                                                         "--where, too.", count)));
}

void versus_groups(versus *v, gem5art_db *db, const selection *where, const text_list *against, const char *dump) {
    static selection selections[2];
    chosen groups[2];
    text_list conditions = {NULL, 0};
    size_t i;
    int side;
    for (i = 0; i < against->count; i++)
        if (!variables_add_conditions(&conditions, against->items[i]))
            die(EXIT_MISUSE, "--against: \"%s\" does not compare a variable: give VAR=VALUE, as in cpu=timing",
                against->items[i]);
    text_list_free(&conditions);
    versus_begin(v, dump);
    v->groups = true;
    for (side = 0; side < 2; side++) versus_select(&selections[side], where, side ? against : NULL);
    for (side = 0; side < 2; side++) {
        chosen_make(&groups[side], db, &selections[side], false);
        versus_read(v, side, &groups[side], &selections[side]);
    }
    versus_note_shared(v, groups);
    versus_pair(v, groups, against);
    for (side = 0; side < 2; side++) chosen_free(&groups[side]);
}
