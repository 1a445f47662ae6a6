/* find.h - a run or an artifact by what people type: its id, the beginning of it, or a whole hash. */
#ifndef FIND_H
#define FIND_H

#include "tool.h"

/* One of both is set. */
typedef struct found {
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    gem5art_iter *live; /* owns a run that has not ended; NULL: it is recorded */
} found;

enum { FIND_DIGITS = 4, FIND_NAMED = 6 }; /* the shortest beginning of an id; candidates that an error names */

/* What the beginning of an id may mean. */
typedef struct find_matches {
    const char *key;
    gem5art__buf id, named; /* the first that matches; the first few, for people */
    size_t count, names;    /* records whose id begins so, and those that have this name, */
    bool artifacts;         /* all of them artifacts */
} find_matches;

static void find_consider(find_matches *m, const char *id, const char *type, const char *name) {
    if (strcmp(name, m->key) == 0) {
        m->artifacts = (m->artifacts || m->names == 0) && !gem5art__is_run(type);
        m->names++;
    }
    if (strlen(m->key) < FIND_DIGITS || !gem5art__starts_with(id, m->key)) return;
    if (m->count > 0 && strcmp(id, m->id.data) == 0) return; /* an id that another program has written twice */
    if (m->count++ == 0) gem5art__puts(&m->id, id);
    if (m->count > FIND_NAMED) return;
    gem5art__puts(&m->named, m->count > 1 ? ", " : "");
    tool_put_text(&m->named, id, 40);
    gem5art__puts(&m->named, " (");
    tool_put_text(&m->named, type, 40);
    gem5art__puts(&m->named, " \"");
    tool_put_text(&m->named, name, 40);
    gem5art__puts(&m->named, "\")");
}

/* Only what holds the key as the beginning of a string is parsed: of a large store next to nothing. */
static void find_in(find_matches *m, gem5art_iter *iter, gem5art_error *error) {
    gem5art__buf quoted = {NULL, 0, 0, false};
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record;
    const char *text;
    size_t length;
    bool plain = strspn(m->key, "-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(m->key);
    gem5art__putf(&quoted, "\"%s", plain ? m->key : "");
    if (!iter || quoted.failed) tool_exit(TOOL_FAILED, "%s", iter ? "out of memory" : error->message);
    while ((text = tool_next_json(iter, &length, error)) != NULL) {
        if (!memmem(text, length, quoted.data, quoted.length)) continue;
        record = gem5art__json_parse_in(&arena, text, length, NULL, error);
        if (!record) tool_exit(TOOL_FAILED, "%s", error->message);
        find_consider(m, gem5art__record_text(record, "_id"), gem5art__record_text(record, "type"),
                      gem5art__record_text(record, "name"));
        gem5art__arena_free(&arena);
    }
    if (error->code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error->message);
    gem5art_iter_close(iter);
    gem5art__buf_free(&quoted);
}

/* A run that has not ended, by its id or hash; `m`, where there is one, is told of all. */
static bool find_live(gem5art_db *db, const char *key, find_matches *m, found *f) {
    gem5art_query query;
    gem5art_error error;
    memset(&query, 0, sizeof query);
    query.live = true;
    f->live = gem5art_get_runs(db, &query, &error);
    while (f->live && (f->run = tool_next_run(f->live, &error)) != NULL) {
        if (strcmp(f->run->id, key) == 0 || strcmp(f->run->hash, key) == 0) return true;
        if (m) find_consider(m, f->run->id, f->run->type, f->run->name);
    }
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_iter_close(f->live);
    f->live = NULL;
    return false;
}

static bool find_recorded(gem5art_db *db, const char *key, found *f) {
    gem5art_error error;
    f->run = gem5art_find_run(db, key, &error);
    if (!f->run && error.code == GEM5ART_NOT_FOUND) f->artifact = gem5art_find_artifact(db, key, &error);
    if (error.code != GEM5ART_OK && error.code != GEM5ART_NOT_FOUND) tool_exit(TOOL_FAILED, "%s", error.message);
    return f->run || f->artifact;
}

/* Of a run's hash the latest recorded attempt is taken. What is found lives until find_end. False, and why: the key
   names nothing, or more than one thing. White space behind it is not its own: a line of CSV ends in CR LF. */
static bool find_key(gem5art_db *db, const char *typed, found *f, gem5art__buf *why) {
    char *key = strdup(typed), *end = key ? key + strlen(key) : NULL;
    find_matches m = {key, {NULL, 0, 0, false}, {NULL, 0, 0, false}, 0, 0, false};
    gem5art_error error;
    bool ok;
    if (!key) tool_exit(TOOL_FAILED, "out of memory");
    while (end > key && gem5art__is_space((unsigned char)end[-1])) *--end = 0;
    memset(f, 0, sizeof *f);
    if (*key && (find_recorded(db, key, f) || find_live(db, key, &m, f))) return free(key), true;
    find_in(&m, gem5art_get_artifacts(db, NULL, &error), &error);
    find_in(&m, gem5art_get_runs(db, NULL, &error), &error);
    if (m.id.failed || m.named.failed) tool_exit(TOOL_FAILED, "out of memory");
    ok = m.count == 1 && (find_recorded(db, m.id.data, f) || find_live(db, m.id.data, NULL, f));
    if (ok) {
    } else if (m.count > 1) {
        gem5art__putf(why, "\"%s\" may mean several: %s", key, m.named.data);
        if (m.count > FIND_NAMED) gem5art__putf(why, " and %zu more", m.count - FIND_NAMED);
        gem5art__puts(why, "; write more of the id");
    } else if (m.names > 0) {
        gem5art__putf(why, "\"%s\" is a name, of %zu record%s, not an id: gem5art-ls%s --name ", key, m.names,
                      m.names > 1 ? "s" : "", m.artifacts ? " --artifacts" : "");
        tool_put_shell_word(why, key);
        gem5art__puts(why, " shows the ids");
    } else if (*key && strlen(key) < FIND_DIGITS)
        gem5art__putf(why, "\"%s\" is too short for the beginning of an id: write at least %d of its characters", key,
                      FIND_DIGITS);
    else gem5art__putf(why, "no run and no artifact has the id or hash \"%s\": gem5art-ls lists what there is", key);
    if (why->failed) tool_exit(TOOL_FAILED, "out of memory");
    gem5art__buf_free(&m.id);
    gem5art__buf_free(&m.named);
    free(key);
    return ok;
}

/* Ends the tool where nothing, or more than one thing, is found. */
__attribute__((unused)) static found find_any(gem5art_db *db, const char *key) {
    gem5art__buf why = {NULL, 0, 0, false};
    found f;
    if (!find_key(db, key, &f, &why)) tool_exit(TOOL_FAILED, "%s", why.data);
    return f;
}

static void find_end(found *f) {
    gem5art_iter_close(f->live);
    f->live = NULL;
}

#endif
