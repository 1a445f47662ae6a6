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
enum { MISSING_MOST = 1000 }; /* a store that lacks this many artifacts is not searched for more */
static size_t missing;

/* Finds the place of an id; true: it is there. */
static bool find_commit(const char *id, size_t *place) {
    size_t low = 0, high = count;
    int order = 1;
    while (low < high && order) {
        *place = low + (high - low) / 2;
        order = strcmp(commits[*place].id, id);
        if (order < 0) low = *place + 1;
        else high = *place;
    }
    if (order) *place = low;
    return order == 0;
}

/* Sets the hash at a place, which is a new one unless the id was found. A hash that is none is unknown: no other bytes
   reach a terminal. */
static const char *set_hash(bool found, size_t place, const char *id, const char *hash) {
    if (!found) {
        commits = (commit *)text_room(commits, count, sizeof *commits);
        memmove(&commits[place + 1], &commits[place], (count++ - place) * sizeof *commits);
        commits[place] = (commit){text_copy(id), NULL};
    }
    free(commits[place].hash);
    return commits[place].hash = text_copy(hash[strspn(hash, "0123456789abcdef")] ? "" : hash);
}

void commits_open(gem5art_db *db) { store = db; }

void commits_note(const char *json, size_t length) {
    static text decoded[2];
    static members artifact;
    size_t place;
    bool found;
    members_want(&artifact, "_id");
    members_want(&artifact, "hash");
    members_read(&artifact, json, length);
    members_string(&decoded[0], artifact.values[0]);
    members_string(&decoded[1], artifact.values[1]);
    found = find_commit(text_string(&decoded[0]), &place);
    set_hash(found, place, text_string(&decoded[0]), text_string(&decoded[1]));
}

const char *commits_of(gem5art_text id) {
    static text decoded;
    const gem5art_artifact *artifact;
    size_t place;
    if (!members_is_text(id) || id.length == 2) return "";
    members_string(&decoded, id);
    if (find_commit(text_string(&decoded), &place)) return commits[place].hash;
    if (!store || missing == MISSING_MOST) return "";
    artifact = gem5art_find_artifact(store, text_string(&decoded), NULL);
    missing += !artifact;
    return set_hash(false, place, text_string(&decoded), artifact ? artifact->hash : "");
}
