/* gem5art-rm - removes runs and artifacts from a store: the way out of "recorded already". */

#define TOOL_NAME "gem5art-rm"

#include "find.h"

/* What a run's removal takes, for a person. */
static void tell_run(const gem5art_run *run, bool archived, bool dry_run) {
    tool_line("%s run %s \"%s\" (%s)", dry_run ? "would remove" : "removed", run->id, run->name, run->status);
    if (archived) tool_line("  with its archive %s; the files stay in %s", run->results, run->outdir);
    else tool_line("  its files stay in %s", run->outdir);
}

/* The ids of the attempts that a key names, each to be freed, in an array to be freed; NULL-terminated. */
static char **find_runs(gem5art_db *db, const char *key) {
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    char **ids = (char **)calloc(1, sizeof *ids);
    size_t count = 0;
    while (iter && ids && (run = tool_next_run(iter, &error)) != NULL)
        if (strcmp(run->id, key) == 0 || strcmp(run->hash, key) == 0) {
            ids = (char **)realloc(ids, (count + 2) * sizeof *ids);
            if (!ids || (ids[count++] = strdup(run->id)) == NULL) break;
            ids[count] = NULL;
        }
    gem5art_iter_close(iter);
    if (!ids) tool_exit(TOOL_FAILED, "out of memory");
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    return ids;
}

static bool remove_run(gem5art_db *db, const char *id, bool dry_run) {
    gem5art_error error;
    const gem5art_run *run = gem5art_find_run(db, id, &error);
    bool archived = run && run->results && gem5art_find_artifact(db, run->results, NULL);
    if (run && (dry_run || gem5art_remove_run(db, id, &error))) {
        tell_run(run, archived, dry_run);
        return true;
    }
    tool_say("", "%s", error.message);
    return false;
}

static bool remove_artifact(gem5art_db *db, const gem5art_artifact *artifact, bool dry_run) {
    gem5art_error error;
    if (dry_run || gem5art_remove_artifact(db, artifact->id, &error)) {
        tool_line("%s %s %s \"%s\"", dry_run ? "would remove" : "removed", artifact->type, artifact->id,
                  artifact->name);
        tool_line("  its file stays at %s", artifact->path);
        return true;
    }
    tool_say("", "%s", error.message);
    return false;
}

/* What no run has as its id or hash: an artifact, or the beginning of an id. */
static bool remove_other(gem5art_db *db, const char *key, bool dry_run) {
    gem5art__buf why = {NULL, 0, 0, false};
    found f;
    bool ok = find_key(db, key, &f, &why);
    if (!ok) tool_say("", "%s", why.data);
    else if (f.live) {
        tool_say("", "run %s has not ended, so it is not recorded", f.run->id);
        ok = false;
    } else ok = f.run ? remove_run(db, f.run->id, dry_run) : remove_artifact(db, f.artifact, dry_run);
    find_end(&f);
    gem5art__buf_free(&why);
    return ok;
}

static bool remove_key(gem5art_db *db, const char *key, bool dry_run) {
    char **ids = find_runs(db, key), **id;
    bool ok = true;
    if (!*ids) ok = remove_other(db, key, dry_run);
    for (id = ids; *id; id++) {
        ok = remove_run(db, *id, dry_run) && ok;
        free(*id);
    }
    free(ids);
    return ok;
}

int main(int argc, char **argv) {
    const char *db_uri = NULL;
    bool dry_run = false, ok = true;
    gem5art_db *db;
    int i;
    const tool_option options[] = {
        {"--dry-run", NULL, NULL, "Say what would be removed, and remove nothing", NULL, NULL, &dry_run, NULL},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json",
         &db_uri, NULL, NULL, "FILE"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {{"id_or_hash", "An id, or the beginning of one (at least 4 "
        "characters), removes that run or artifact; a run's hash removes every attempt at it, each with its results "
        "archive", "ID"}, {NULL, NULL, NULL}};
    const tool_page page = {"forget runs and artifacts", "id_or_hash [id_or_hash ...]",
        "Remove the records of runs and artifacts from the database. Files stay: results, outdirs and what was "
        "registered.", operands, options, NULL};
    argc = tool_parse(argc, argv, &page);
    if (argc == 0) tool_exit(TOOL_MISUSE, "nothing to remove: give the id or hash of a run or an artifact");
    gem5art_close(tool_open(db_uri, true), NULL); /* a missing store must not be made here */
    db = tool_open(db_uri, dry_run);
    for (i = 0; i < argc; i++) ok = remove_key(db, argv[i], dry_run) && ok;
    gem5art_close(db, NULL);
    return tool_end(ok);
}
