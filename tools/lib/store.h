/* store.h - finds and opens the store that a tool works on, or ends the tool. */
#ifndef STORE_H
#define STORE_H

#include "gem5art.h"

#include "text.h"

/* The store to open: `uri`, unless it is NULL or empty, else $GEM5ART_DB, else db.json in the current folder, else in
   the nearest folder above it that has one, up to $HOME or a file-system boundary; those of other users are passed over.
   If there is none it is db.json in the current folder. gem5art-getruns, whose interface is gem5art's, does not look. */
const char *store_find(const char *uri);

/* The folder above the current one in which the store was found, where relative paths of artifacts begin; NULL: it was
   named, or is in the current folder, where they begin then. */
const char *store_folder(void);

/* The path to register an artifact with: if the store was found in a folder above, `path`, which is relative to the
   current folder, made absolute. To be kept. */
const char *store_path_to_record(const char *path);

/* Reports on stderr which store is open, and which ones of other users were passed over. */
void store_say(const gem5art_db *db);

/* A read-only store shows what is intact and warns of damage. If a store in a folder above is opened for writing, or
   one there was passed over, lines on stderr name it. */
gem5art_db *store_open(const char *uri, bool read_only);
gem5art_db *store_open_as(const char *uri, const gem5art_open_desc *desc);

/* Returns whether the file of the store has changed since the last call. */
bool store_has_changed(const gem5art_db *db);

/* Rows that match a query (NULL: all), in stored order: the next one, or NULL at the end, which closes the iterator. A
   failure ends the tool. */
gem5art_iter *store_runs(gem5art_db *db, const gem5art_query *query);
gem5art_iter *store_artifacts(gem5art_db *db, const gem5art_query *query);
gem5art_iter *store_records(gem5art_db *db, const gem5art_query *query); /* of both kinds, as JSON */
const gem5art_run *store_next_run(gem5art_iter *iter);
const gem5art_artifact *store_next_artifact(gem5art_iter *iter);
const char *store_next_json(gem5art_iter *iter, size_t *length);

/* The artifact with this id or hash; NULL: the store does not have it. */
const gem5art_artifact *store_artifact(gem5art_db *db, const char *id);

/* The artifacts that a run names by their role: a row each, in the order of their importance; X(role, key, label). */
#define STORE_ROLES(X)                                                                                                 \
    X(ROLE_GEM5, "gem5_artifact", "gem5")                                                                              \
    X(ROLE_GEM5_GIT, "gem5_git_artifact", "gem5 repo")                                                                 \
    X(ROLE_SCRIPT_GIT, "run_script_git_artifact", "script repo")                                                       \
    X(ROLE_LINUX, "linux_binary_artifact", "kernel")                                                                   \
    X(ROLE_DISK, "disk_image_artifact", "disk image")
#define STORE_ROLE(role, key, label) role,
typedef enum store_role { STORE_ROLES(STORE_ROLE) ROLES } store_role;
extern const struct store_role_row {
    const char *key;   /* the field's name: "gem5_artifact" */
    const char *label; /* for people: "gem5" */
} store_roles[ROLES];  /* ROLE_LINUX and ROLE_DISK: of FS runs only */
const char *store_role_id(const gem5art_run *run, size_t role); /* "": the run has none */

/* The path of an artifact's copy in $GEM5ART_STORAGE, to be freed; NULL: there is no such folder. */
char *store_copy_path(const gem5art_artifact *artifact);

bool store_is_repo(const gem5art_artifact *artifact);
bool store_is_results(const char *type); /* of an artifact: the archive of a run's outdir */

#endif
