/* find.c - see find.h */

#include "find.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "message.h"
#include "store.h"
#include "terminal.h"

enum { FIND_SHORTEST = 3, FIND_NAMED = 6 }; /* characters of an id; candidates that an error names */

/* The records and live runs whose id begins with a key. */
typedef struct find_matches {
    const char *key;
    char *id;    /* the first; NULL: none */
    size_t count;
    text named;  /* the first few, for people */
} find_matches;

static void find_add(find_matches *m, const char *id, const char *type, const char *name) {
    if (m->id && strcmp(id, m->id) == 0) return; /* another program wrote this id twice */
    if (m->count++ == 0) m->id = text_copy(id);
    if (m->count > FIND_NAMED) return;
    text_putf(&m->named, "%s%.40s (%.40s \"%.40s\")", m->count > 1 ? ", " : "", id, describe_type(type), name);
}

/* The string of a member; "": there is none. */
static const char *find_string(const gem5art_json *record, const char *key) {
    const gem5art_json *member = gem5art_json_get(record, key);
    return member && member->type == GEM5ART_JSON_STRING ? member->text : "";
}

/* Counts the artifacts and runs that a query is for, and adds them to the matches, if there are any to add to. */
static void find_records(gem5art_db *db, const gem5art_query *query, find_matches *m, size_t counts[2]) {
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_records(db, query, &error);
    const char *json, *type;
    size_t length;
    while (iter && (json = gem5art_next_json(iter, &length, &error)) != NULL) {
        const gem5art_json *record = gem5art_json_parse(json, length, NULL, &error);
        if (!record) die_of(&error);
        type = find_string(record, "type");
        if (m) find_add(m, find_string(record, "_id"), type, find_string(record, "name"));
        counts[strcmp(type, "gem5 run") == 0 || strcmp(type, "gem5 run fs") == 0]++;
        gem5art_json_free(record);
    }
    if (gem5art_iter_step(iter) == GEM5ART_FAILED) die_of(&error);
    gem5art_iter_close(iter);
}

/* A run that has not ended, or not begun, by its id or hash. Adds those whose id begins with the key. */
static bool find_live(gem5art_db *db, const char *key, bool queued, find_matches *m, found *f) {
    gem5art_query query = {.live = !queued, .queued = queued};
    f->live = store_runs(db, &query);
    while ((f->run = store_next_run(f->live)) != NULL) {
        f->queued = queued;
        if (strcmp(f->run->id, key) == 0 || strcmp(f->run->hash, key) == 0) return true;
        if (m && text_starts(f->run->id, key)) find_add(m, f->run->id, f->run->type, f->run->name);
    }
    f->live = NULL;
    return false;
}

static bool find_exactly(gem5art_db *db, const char *key, find_matches *m, found *f) {
    gem5art_error error;
    f->run = gem5art_find_run(db, key, &error);
    if (!f->run && error.code == GEM5ART_NOT_FOUND) f->artifact = gem5art_find_artifact(db, key, &error);
    if (error.code != GEM5ART_OK && error.code != GEM5ART_NOT_FOUND) die_of(&error);
    return f->run || f->artifact || find_live(db, key, false, m, f) || find_live(db, key, true, m, f);
}

static void find_explain(gem5art_db *db, const find_matches *m, text *why) {
    size_t length = strlen(m->key), counts[2] = {0, 0}, names; /* of artifacts and runs with the key as their name */
    gem5art_query query = {0};
    query.name = m->key;
    if (length) find_records(db, &query, NULL, counts);
    names = counts[0] + counts[1];
    if (m->count > 1) {
        text_putf(why, "\"%s\" may mean several: %s", m->key, m->named.data);
        if (m->count > FIND_NAMED) text_putf(why, " and %zu more", m->count - FIND_NAMED);
        text_puts(why, "; write more of the id");
    } else if (names > 0) {
        text_putf(why, "\"%s\" is a name, of %zu record%s, not an id: gem5art-ls%s --name ", m->key, names,
                  names > 1 ? "s" : "", counts[1] ? "" : " --artifacts");
        terminal_put_word(why, m->key);
        text_puts(why, " shows the ids");
    } else if (length && length < FIND_SHORTEST)
        text_putf(why, "\"%s\" is too short for the beginning of an id: write at least %d of its characters", m->key,
                  FIND_SHORTEST);
    else text_putf(why, "no run and no artifact has the id or hash \"%s\": gem5art-ls lists what there is", m->key);
}

bool find_key(gem5art_db *db, const char *key, found *f, text *why) {
    size_t length = strlen(key), counts[2] = {0, 0};
    char *trimmed;
    find_matches m = {NULL, NULL, 0, {NULL, 0, 0}};
    gem5art_query query = {0};
    bool ok;
    while (length && strchr(" \t\r\n\f\v", key[length - 1])) length--;
    m.key = trimmed = text_copy_n(key, length);
    memset(f, 0, sizeof *f);
    query.id_prefix = m.key;
    ok = length && find_exactly(db, m.key, length < FIND_SHORTEST ? NULL : &m, f);
    if (!ok && length >= FIND_SHORTEST) find_records(db, &query, &m, counts);
    if (!ok && m.count == 1) ok = find_exactly(db, m.id, NULL, f);
    if (!ok) find_explain(db, &m, why);
    free(m.id);
    text_free(&m.named);
    free(trimmed);
    return ok;
}

found find_any(gem5art_db *db, const char *key) {
    text why = {NULL, 0, 0};
    found f;
    if (!find_key(db, key, &f, &why)) die(EXIT_FAILED, "%s", why.data);
    return f;
}

void find_end(found *f) {
    gem5art_iter_close(f->live);
    f->live = NULL;
}
