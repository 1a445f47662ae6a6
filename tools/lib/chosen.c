/* chosen.c - see chosen.h */

#include "chosen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attempts.h"
#include "message.h"
#include "terminal.h"

enum { CHOSEN_ID = 8 /* characters of an id in a sentence */ };

/* ---- counts */

void chosen_count_one(chosen_count *count, const char *id) {
    if (count->count < CHOSEN_IDS) count->ids[count->count] = text_copy(id);
    count->count++;
}

void chosen_count_free(chosen_count *count) {
    size_t i;
    free(count->kind);
    for (i = 0; i < CHOSEN_IDS; i++) free(count->ids[i]);
}

void chosen_add(chosen_counts *counts, const char *kind, const char *id) {
    size_t i;
    for (i = 0; i < counts->count && strcmp(counts->items[i].kind, kind) != 0; i++) {}
    if (i == counts->count) {
        counts->items = (chosen_count *)text_room(counts->items, i, sizeof *counts->items);
        memset(&counts->items[i], 0, sizeof *counts->items);
        counts->items[counts->count++].kind = text_copy(kind);
    }
    chosen_count_one(&counts->items[i], id);
}

void chosen_put_ids(text *out, const chosen_count *count) {
    size_t i;
    for (i = 0; i < count->count && i < CHOSEN_IDS; i++)
        text_putf(out, "%s%.*s", i ? ", " : "", CHOSEN_ID, count->ids[i]);
    if (count->count > CHOSEN_IDS) text_puts(out, ", ...");
}

void chosen_report(text_list *sentences, const chosen_counts *counts) {
    size_t i;
    for (i = 0; i < counts->count; i++) {
        const chosen_count *c = &counts->items[i];
        const int noun = (int)strcspn(c->kind, "|");
        text sentence = {NULL, 0, 0};
        text_putf(&sentence, "%zu %.*s%s%s %s left out: ", c->count, noun, c->kind, c->count == 1 ? "" : "s",
                  c->kind + noun + (c->kind[noun] == '|'), c->count == 1 ? "is" : "are");
        chosen_put_ids(&sentence, c);
        text_list_add(sentences, sentence.data);
    }
}

void chosen_counts_free(chosen_counts *counts) {
    size_t i;
    for (i = 0; i < counts->count; i++) chosen_count_free(&counts->items[i]);
    free(counts->items);
    memset(counts, 0, sizeof *counts);
}

/* ---- which runs */

typedef struct chosen_candidates {
    attempts attempts;
    size_t hash_member;
    chosen_counts left_out;
} chosen_candidates;

/* Why a run is not good; NULL: it is. */
static const char *chosen_flaw(const record *r) {
    static text kind;
    const char *status = text_string(&r->status);
    if (strcmp(status, "Finished") != 0) {
        text_clear(&kind);
        text_putf(&kind, "%s run|", *status ? status : "unfinished");
        return text_string(&kind);
    }
    return record_lacks_stats(r) ? "Finished run| with a warning about statistics" : NULL;
}

static void chosen_keep(chosen *c, const record *r) {
    static text key, value;
    gem5art_text rest = r->members.values[RECORD_VARIABLES], name, json;
    chosen_run *run;
    c->runs = (chosen_run *)text_room(c->runs, c->count, sizeof *c->runs);
    run = &c->runs[c->count++];
    memset(run, 0, sizeof *run);
    run->id = text_copy(members_string(&key, r->members.values[RECORD_ID]));
    run->name = text_copy(members_string(&key, r->members.values[RECORD_NAME]));
    run->status = text_copy(text_string(&r->status));
    while (members_pair(&rest, &name, &json)) {
        text_list_add(&run->variables, text_copy(members_string(&key, name)));
        text_list_add(&run->variables, text_copy(members_string(&value, json)));
    }
}

static void chosen_free_run(chosen_run *run) {
    free(run->id);
    free(run->name);
    free(run->status);
    while (run->variables.count > 0) free((void *)(uintptr_t)run->variables.items[--run->variables.count]);
    text_list_free(&run->variables);
    stats_place_free(&run->place);
    text_free(&run->why);
}

/* Takes out the attempts that have a newer good one. */
static void chosen_supersede(chosen *c, chosen_candidates *all) {
    size_t i, kept = 0;
    for (i = 0; i < c->count; i++)
        if (attempts_superseded(&all->attempts, i)) {
            chosen_add(&all->left_out, "superseded attempt|", c->runs[i].id);
            chosen_free_run(&c->runs[i]);
        } else {
            c->runs[kept++] = c->runs[i];
        }
    c->count = kept;
}

static void chosen_find(chosen_run *run, gem5art_db *db) {
    gem5art_error error;
    const gem5art_run *found = gem5art_find_run(db, run->id, &error);
    if (!found) text_puts(&run->why, error.message);
    else if (!stats_find(&run->place, db, found, &run->why)) stats_place_free(&run->place);
    gem5art_release_run(db, found);
}

void chosen_make(chosen *c, gem5art_db *db, selection *s, bool all) {
    chosen_candidates candidates;
    select_rows rows;
    size_t length, i;
    const char *json;
    memset(c, 0, sizeof *c);
    memset(&candidates, 0, sizeof candidates);
    select_begin(&rows, s, db, SELECT_RUNS);
    candidates.hash_member = members_want(&rows.record.members, "hash");
    while ((json = select_next(&rows, &length)) != NULL) {
        const record *r = &rows.record;
        const char *flaw = all ? NULL : chosen_flaw(r);
        static text id;
        if (flaw) {
            chosen_add(&candidates.left_out, flaw, members_string(&id, r->members.values[RECORD_ID]));
            continue;
        }
        attempts_add(&candidates.attempts, all ? 0 : attempts_key(r->members.values[candidates.hash_member]), r->when);
        chosen_keep(c, r);
    }
    chosen_supersede(c, &candidates);
    for (i = 0; i < c->count; i++) chosen_find(&c->runs[i], db);
    chosen_report(&c->left_out, &candidates.left_out);
    chosen_counts_free(&candidates.left_out);
    attempts_clear(&candidates.attempts);
}

void chosen_free(chosen *c) {
    while (c->count > 0) chosen_free_run(&c->runs[--c->count]);
    free(c->runs);
    while (c->left_out.count > 0) free((void *)(uintptr_t)c->left_out.items[--c->left_out.count]);
    text_list_free(&c->left_out);
    memset(c, 0, sizeof *c);
}
