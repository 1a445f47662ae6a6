/* store.c - see store.h */

#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

#define STORE_ROLE_ROW(role, key, label) {key, label},
const struct store_role_row store_roles[ROLES] = {STORE_ROLES(STORE_ROLE_ROW)};

gem5art_db *store_open(const char *uri, bool read_only) {
    gem5art_open_desc desc = {0};
    gem5art_error error;
    gem5art_db *db;
    desc.read_only = read_only;
    desc.log = message_warn;
    if (read_only) desc.damaged = message_damaged;
    db = gem5art_open(uri, &desc, &error);
    if (!db) die(error.code == GEM5ART_UNSUPPORTED ? EXIT_MISUSE : EXIT_FAILED, "%s", error.message);
    return db;
}

static gem5art_iter *store_begun(gem5art_iter *iter, const gem5art_error *error) {
    if (!iter) die_of(error);
    return iter;
}

gem5art_iter *store_runs(gem5art_db *db, const gem5art_query *query) {
    gem5art_error error;
    return store_begun(gem5art_get_runs(db, query, &error), &error);
}

gem5art_iter *store_artifacts(gem5art_db *db, const gem5art_query *query) {
    gem5art_error error;
    return store_begun(gem5art_get_artifacts(db, query, &error), &error);
}

gem5art_iter *store_records(gem5art_db *db, const gem5art_query *query) {
    gem5art_error error;
    return store_begun(gem5art_get_records(db, query, &error), &error);
}

static void store_ended(gem5art_iter *iter, const gem5art_error *error) {
    if (gem5art_iter_step(iter) == GEM5ART_FAILED) die_of(error);
    gem5art_iter_close(iter);
}

const gem5art_run *store_next_run(gem5art_iter *iter) {
    gem5art_error error;
    const gem5art_run *run = gem5art_next_run(iter, &error);
    if (!run) store_ended(iter, &error);
    return run;
}

const gem5art_artifact *store_next_artifact(gem5art_iter *iter) {
    gem5art_error error;
    const gem5art_artifact *artifact = gem5art_next_artifact(iter, &error);
    if (!artifact) store_ended(iter, &error);
    return artifact;
}

const char *store_next_json(gem5art_iter *iter, size_t *length) {
    gem5art_error error;
    const char *json = gem5art_next_json(iter, length, &error);
    if (!json) store_ended(iter, &error);
    return json;
}

const gem5art_artifact *store_artifact(gem5art_db *db, const char *id) {
    gem5art_error error;
    const gem5art_artifact *artifact = gem5art_find_artifact(db, id, &error);
    if (!artifact && error.code != GEM5ART_NOT_FOUND) die_of(&error);
    return artifact;
}

const char *store_role_id(const gem5art_run *run, size_t role) {
    const char *const ids[ROLES] = {run->gem5_artifact, run->gem5_git_artifact, run->run_script_git_artifact,
                                    run->linux_binary_artifact, run->disk_image_artifact};
    return ids[role];
}

char *store_copy_path(const gem5art_artifact *artifact) {
    const char *storage = getenv("GEM5ART_STORAGE");
    if (text_empty(storage) || !*artifact->id || strchr(artifact->id, '/')) return NULL;
    return text_join(storage, artifact->id);
}

bool store_is_repo(const gem5art_artifact *artifact) { return *artifact->git_hash != 0; }

bool store_is_results(const char *type) { return text_same(type, "directory"); }
