/* store.c - see store.h */

#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

#define STORE_ROLE_ROW(role, key, label) {key, label},
const struct store_role_row store_roles[ROLES] = {STORE_ROLES(STORE_ROLE_ROW)};

/* ---- finding and opening it */

static const char *store_parent;    /* the folder above the current one whose db.json is used; NULL: none */
static bool store_searched;         /* no store was named */
static text_list store_passed_over; /* stores of other users in folders above */

/* Does a folder above the current one have a store that may be used? It, what it leads to and the folder must belong to
   this user: nobody else may choose what a tool reads and writes. */
static bool store_is_usable(const char *folder, uid_t owner) {
    char *path = text_join(folder, "db.json");
    struct stat file, link;
    bool is_file = lstat(path, &link) == 0 && stat(path, &file) == 0 && S_ISREG(file.st_mode);
    bool usable = is_file && owner == geteuid() && link.st_uid == owner && file.st_uid == owner;
    if (is_file && !usable) text_list_add(&store_passed_over, text_keep(path));
    else free(path);
    return usable;
}

/* Returns the nearest folder above the current one with a usable store; NULL: there is none up to the home folder, a
   file-system boundary or the root. As in git, the current folder is where it really is, whatever symlink led there. */
static char *store_look_up(void) {
    const char *home_path = getenv("HOME");
    char *folder = realpath(".", NULL), *slash;
    struct stat st, here, home;
    bool has_home = !text_empty(home_path) && stat(home_path, &home) == 0;
    if (!folder || stat(".", &here) < 0) return NULL;
    for (st = here; !has_home || st.st_ino != home.st_ino || st.st_dev != home.st_dev;) {
        slash = strrchr(folder, '/');
        if (!slash[1]) break; /* the root */
        slash[slash == folder] = '\0';
        if (stat(folder, &st) < 0 || st.st_dev != here.st_dev) break;
        if (store_is_usable(folder, st.st_uid)) return folder;
    }
    free(folder);
    return NULL;
}

const char *store_find(const char *uri) {
    struct stat st;
    if (text_empty(uri)) uri = getenv("GEM5ART_DB");
    if (!text_empty(uri)) return uri;
    store_searched = true;
    if (lstat("db.json", &st) < 0) store_parent = text_keep(store_look_up());
    return store_parent ? text_keep(text_join(store_parent, "db.json")) : "file://db.json";
}

const char *store_folder(void) { return store_parent; }

const char *store_path_to_record(const char *path) {
    char *folder = store_parent && *path != '/' ? realpath(".", NULL) : NULL, *slash, *joined;
    if (!folder) return path;
    for (; text_same(path, "..") || text_starts(path, "../"); path += 2 + strspn(path + 2, "/")) {
        slash = strrchr(folder, '/'); /* no part of `folder` is a symlink */
        slash[slash == folder] = '\0';
    }
    joined = text_join(folder, *path ? path : ".");
    free(folder);
    return (const char *)text_keep(joined);
}

void store_say(const gem5art_db *db) {
    size_t i;
    for (i = 0; i < store_passed_over.count; i++)
        say("%s is passed over: it or its folder belongs to another user", store_passed_over.items[i]);
    if (db) say("the store is %s", gem5art_store_path(db));
}

gem5art_db *store_open_as(const char *uri, const gem5art_open_desc *desc) {
    gem5art_error error;
    gem5art_db *db = gem5art_open(uri, desc, &error);
    if (db) {
        if ((store_parent || store_passed_over.count) && !desc->read_only) store_say(db);
        return db;
    }
    store_say(NULL);
    if (store_searched && error.code == GEM5ART_NOT_FOUND && desc->read_only)
        die(EXIT_FAILED, "there is no db.json here or in a parent folder: name a store with --db-uri or $GEM5ART_DB");
    die(error.code == GEM5ART_UNSUPPORTED || error.code == GEM5ART_INVALID ? EXIT_MISUSE : EXIT_FAILED, "%s",
        error.message);
}

gem5art_db *store_open(const char *uri, bool read_only) {
    gem5art_open_desc desc = {0};
    desc.read_only = read_only;
    desc.log = message_warn;
    if (read_only) desc.damaged = message_damaged;
    return store_open_as(uri, &desc);
}

/* ---- its records */

static gem5art_iter *store_begun(gem5art_iter *iter, const gem5art_error *error) {
    if (!iter) die_of(error);
    return iter;
}

bool store_has_changed(const gem5art_db *db) {
    static struct stat last;
    struct stat now = {0};
    bool same = stat(gem5art_store_path(db), &now) == 0 && now.st_ino == last.st_ino && now.st_size == last.st_size &&
                now.st_mtim.tv_sec == last.st_mtim.tv_sec && now.st_mtim.tv_nsec == last.st_mtim.tv_nsec;
    last = now;
    return !same;
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
