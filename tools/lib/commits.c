/* commits.c - see commits.h */

#include "commits.h"

#include <stdlib.h>
#include <string.h>

typedef struct commit {
    char *id, *hash;
} commit;

static commit *commits; /* sorted by id */
static size_t count;
static gem5art_db *store;

/* The one with this id: a new one without a hash if there is none yet. */
static commit *find_commit(const char *id) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(commits[middle].id, id);
        if (order == 0) return &commits[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    commits = (commit *)text_room(commits, count, sizeof *commits);
    memmove(&commits[low + 1], &commits[low], (count++ - low) * sizeof *commits);
    commits[low] = (commit){text_copy(id), NULL};
    return &commits[low];
}

/* A hash that is none is unknown: no other bytes reach a terminal. */
static void set_hash(commit *c, const char *hash) {
    free(c->hash);
    c->hash = text_copy(hash[strspn(hash, "0123456789abcdef")] ? "" : hash);
}

void commits_open(gem5art_db *db) { store = db; }

void commits_note(const char *json, size_t length) {
    static text decoded[2];
    static members artifact;
    members_want(&artifact, "_id");
    members_want(&artifact, "hash");
    members_read(&artifact, json, length);
    set_hash(find_commit(members_string(&decoded[0], artifact.values[0])),
             members_string(&decoded[1], artifact.values[1]));
}

const char *commits_of(gem5art_text id) {
    static text decoded;
    const gem5art_artifact *artifact;
    commit *c;
    if (!members_is_text(id) || id.length == 2) return "";
    c = find_commit(members_string(&decoded, id));
    if (!c->hash) {
        artifact = store ? gem5art_find_artifact(store, c->id, NULL) : NULL;
        set_hash(c, artifact ? artifact->hash : "");
    }
    return c->hash;
}
