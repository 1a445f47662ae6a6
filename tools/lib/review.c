/* review.c - see review.h */

#include "review.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "program.h"
#include "store.h"

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void review_remove(const char *folder) { nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

/* Unpacks from the archive in the storage, else where it was made, what gem5art_review_run reads. */
static bool unpack(review *v, const char *cwd) {
    const char *words[] = {"unzip", "-P", "none", "-qq", "-o", NULL, "simout*", "simerr*", "console.txt", "*.terminal",
                           "*.device", "*.dmesg", "*stats*", ".gem5art/events.tsv", "-d", NULL, NULL};
    const gem5art_artifact *archive = v->run->results ? gem5art_find_artifact(v->db, v->run->results, NULL) : NULL;
    char *copy = archive ? store_copy_path(archive) : NULL, *made = archive ? text_join(cwd, archive->path) : NULL;
    const char *path = copy && access(copy, R_OK) == 0 ? copy : made, *base = getenv("TMPDIR");
    program unzip;
    int status = -1;
    if (path && access(path, R_OK) == 0) {
        v->folder = text_printf("%s/gem5art-verify-XXXXXX", text_empty(base) ? "/tmp" : base);
        if (!mkdtemp(v->folder)) die(EXIT_FAILED, "cannot make a folder like %s: %s", v->folder, strerror(errno));
        words[5] = path;
        words[15] = v->folder;
        if (program_start(&unzip, words)) status = program_end(&unzip);
    }
    free(copy);
    free(made);
    return status == 0 || status == 1 || status == 11; /* 11: some of the files are not in it */
}

bool review_begin(review *v, gem5art_db *db, const gem5art_run *run, const char *cwd) {
    gem5art_error error;
    memset(v, 0, sizeof *v);
    v->db = db;
    v->run = run;
    v->now = gem5art_review_run(db, run, NULL, &error);
    if (!v->now && error.code == GEM5ART_NOT_FOUND) {
        v->lacks_files = true;
        if (unpack(v, cwd)) v->now = gem5art_review_run(db, run, v->folder, &error);
    }
    if (!v->now && error.code != GEM5ART_NOT_FOUND && error.code != GEM5ART_INVALID) die_of(&error);
    return v->now != NULL;
}

void review_end(review *v) {
    gem5art_release_run(v->db, v->now);
    if (v->folder) review_remove(v->folder);
    free(v->folder);
    v->folder = NULL;
}

bool review_is_same(const review *v) {
    return text_same(v->run->status, v->now->status) && text_same(v->run->kill_reason, v->now->kill_reason) &&
           v->run->rerunnable == v->now->rerunnable;
}

static void put_string(gem5art_json_writer *writer, const char *key, const char *value) {
    gem5art_json_key(writer, key);
    gem5art_json_string(writer, value);
}

static void put_outcome(gem5art_json_writer *writer, const char *key, const gem5art_run *run) {
    gem5art_json_key(writer, key);
    gem5art_json_begin_object(writer);
    put_string(writer, "status", run->status);
    put_string(writer, "kill_reason", run->kill_reason);
    put_string(writer, "cause", run->cause);
    gem5art_json_key(writer, "rerunnable");
    gem5art_json_boolean(writer, run->rerunnable);
    gem5art_json_end_object(writer);
}

void review_put(gem5art_json_writer *writer, const review *v) {
    gem5art_json_begin_object(writer);
    put_string(writer, "_id", v->run->id);
    put_string(writer, "name", v->run->name);
    put_string(writer, "outdir", v->run->outdir);
    put_outcome(writer, "recorded", v->run);
    put_outcome(writer, "today", v->now);
    gem5art_json_end_object(writer);
}
