/* gem5art-rm - removes runs and artifacts from a store: the way out of "recorded already". */

#include "gem5art.h"

#include <stdlib.h>
#include <string.h>

#include "lib/find.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/store.h"

const char *tool_name = "gem5art-rm";

static bool remove_run(gem5art_db *db, const char *id, bool dry_run) {
    gem5art_error error;
    const gem5art_run *run = gem5art_find_run(db, id, &error);
    bool archived = run && run->results && gem5art_find_artifact(db, run->results, NULL);
    if (!run || !(dry_run || gem5art_remove_run(db, id, &error))) {
        say("%s", error.message);
        return false;
    }
    print_line("%s run %s \"%s\" (%s)", dry_run ? "would remove" : "removed", run->id, run->name, run->status);
    if (archived) print_line("  with its archive %s; the files stay in %s", run->results, run->outdir);
    else print_line("  its files stay in %s", run->outdir);
    return true;
}

static bool remove_artifact(gem5art_db *db, const gem5art_artifact *artifact, bool dry_run) {
    gem5art_error error;
    if (!dry_run && !gem5art_remove_artifact(db, artifact->id, &error)) {
        say("%s", error.message);
        return false;
    }
    print_line("%s %s %s \"%s\"", dry_run ? "would remove" : "removed", artifact->type, artifact->id, artifact->name);
    print_line("  its file stays at %s", artifact->path);
    return true;
}

/* Removes what is not a run's hash: an id, the beginning of one, an artifact's hash. */
static bool remove_one(gem5art_db *db, const char *key, bool dry_run) {
    text why = {NULL, 0, 0};
    found f;
    bool ok = false;
    if (!find_key(db, key, &f, &why)) say("%s", why.data);
    else if (f.live) say("run %s has not ended, so it is not recorded", f.run->id);
    else ok = f.run ? remove_run(db, f.run->id, dry_run) : remove_artifact(db, f.artifact, dry_run);
    find_end(&f);
    text_free(&why);
    return ok;
}

/* Removes all attempts at the run with this hash, or else what the key names. */
static bool remove_key(gem5art_db *db, const char *key, bool dry_run) {
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    text_list ids = {NULL, 0};
    bool ok = true;
    size_t i;
    query.hash = key;
    iter = store_runs(db, &query);
    while ((run = store_next_run(iter)) != NULL) text_list_add(&ids, text_copy(run->id));
    if (!ids.count) ok = remove_one(db, key, dry_run);
    for (i = 0; i < ids.count; i++) {
        ok = remove_run(db, ids.items[i], dry_run) && ok;
        free((void *)(uintptr_t)ids.items[i]);
    }
    text_list_free(&ids);
    return ok;
}

int main(int argc, char **argv) {
    const char *db_uri = NULL;
    bool dry_run = false, ok = true;
    gem5art_db *db;
    int i;
    const option options[] = {
        {"--dry-run", NULL, NULL, "Show what would be removed, and remove nothing", .flag = &dry_run},
        OPTION_DB_URI(&db_uri),
        OPTION_END};
    static const operand operands[] = {
        {"id_or_hash", "Remove the run or artifact with this id (4 characters are enough), or every attempt at the run "
         "with this hash; results archives too", "ID"},
        {NULL, NULL, NULL}};
    const page p = {.summary = "forget runs and artifacts", .usage = "id_or_hash [id_or_hash ...]",
        .description = "Remove the records of runs and artifacts from the database. Files stay: results, outdirs and "
        "registered files.", .operands = operands, .options = options};
    argc = options_parse(argc, argv, &p);
    if (argc == 0) die(EXIT_MISUSE, "nothing to remove: give the id or hash of a run or an artifact");
    db_uri = store_find(db_uri);
    gem5art_close(store_open(db_uri, true), NULL); /* a missing store must not be made */
    db = store_open(db_uri, dry_run);
    for (i = 0; i < argc; i++) ok = remove_key(db, argv[i], dry_run) && ok;
    gem5art_close(db, NULL);
    return finish(ok);
}
