/* review.h - a recorded run and how it would be named today, from the files in its outdir; where that is gone, from its
   results archive, which unzip unpacks into a temporary folder. */
#ifndef REVIEW_H
#define REVIEW_H

#include <ftw.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tool.h"

typedef struct review {
    gem5art_db *db;
    const gem5art_run *run, *now; /* as recorded, and as it is named today */
    bool lacks_files;
    char folder[PATH_MAX];        /* temporary; "": none */
} review;

typedef struct review_counts {
    size_t reviewed, differ, without_files;
} review_counts;

static int review_remove(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)ftw;
    return type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path);
}

static void review_end(review *v) {
    gem5art_release_run(v->db, v->now);
    if (*v->folder) nftw(v->folder, review_remove, 16, FTW_DEPTH | FTW_PHYS);
    v->folder[0] = 0;
}

/* Unpacks what is evidence. False: it cannot be unpacked. */
static bool review_unzip(review *v, const char *archive) {
    const char *argv[] = {"unzip", "-qq", "-o", archive, "simout*", "simerr*", "console.txt", "*.terminal", "*.device",
                          "*.dmesg", "*stats*", ".gem5art/events.tsv", "-d", v->folder, NULL};
    const char *base = getenv("TMPDIR");
    posix_spawn_file_actions_t actions;
    int status = -1;
    pid_t pid;
    if (access(archive, R_OK) < 0) return false;
    snprintf(v->folder, sizeof v->folder, "%s/gem5art-verify-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(v->folder)) {
        v->folder[0] = 0;
        return false;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ) == 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
        status = WIFEXITED(status) ? WEXITSTATUS(status) : 127;
    }
    posix_spawn_file_actions_destroy(&actions);
    return status == 0 || status == 1 || status == 11; /* 11: some of the files are not in it */
}

/* Looks for the archive in the storage, and where it was made. */
static bool review_unpack(review *v, const char *cwd) {
    gem5art_error error;
    const gem5art_artifact *archive = v->run->results ? gem5art_find_artifact(v->db, v->run->results, &error) : NULL;
    const char *storage = getenv("GEM5ART_STORAGE");
    char path[PATH_MAX];
    if (!archive) return false;
    snprintf(path, sizeof path, "%s/%s", storage && *storage ? storage : "", archive->id);
    if (storage && *storage && review_unzip(v, path)) return true;
    snprintf(path, sizeof path, "%s%s%s", *archive->path == '/' || !cwd ? "" : cwd,
             *archive->path == '/' || !cwd ? "" : "/", archive->path);
    return review_unzip(v, path);
}

/* False: there is nothing to review. */
static bool review_begin(review *v, gem5art_db *db, const gem5art_run *run, const char *cwd) {
    gem5art_error error;
    memset(v, 0, sizeof *v);
    v->db = db;
    v->run = run;
    v->now = gem5art_review_run(db, run, NULL, &error);
    if (!v->now && error.code == GEM5ART_NOT_FOUND) {
        v->lacks_files = true;
        if (review_unpack(v, cwd)) v->now = gem5art_review_run(db, run, v->folder, &error);
    }
    if (v->now) return true;
    if (error.code != GEM5ART_NOT_FOUND && error.code != GEM5ART_INVALID) tool_exit(TOOL_FAILED, "%s", error.message);
    review_end(v);
    return false;
}

static bool review_is_same(const review *v) {
    return strcmp(v->run->status, v->now->status) == 0 && strcmp(v->run->kill_reason, v->now->kill_reason) == 0 &&
           v->run->rerunnable == v->now->rerunnable;
}

static void review_put_outcome(gem5art_json_writer *writer, const char *key, const gem5art_run *run) {
    const char *const members[][2] = {{"status", run->status}, {"kill_reason", run->kill_reason}, {"cause", run->cause}};
    size_t i;
    gem5art_json_key(writer, key);
    gem5art_json_begin_object(writer);
    for (i = 0; i < sizeof members / sizeof *members; i++) {
        gem5art_json_key(writer, members[i][0]);
        gem5art_json_string(writer, members[i][1]);
    }
    gem5art_json_key(writer, "rerunnable");
    gem5art_json_boolean(writer, run->rerunnable);
    gem5art_json_end_object(writer);
}

static void review_put(gem5art_json_writer *writer, const review *v) {
    gem5art_json_begin_object(writer);
    gem5art_json_key(writer, "_id");
    gem5art_json_string(writer, v->run->id);
    gem5art_json_key(writer, "name");
    gem5art_json_string(writer, v->run->name);
    gem5art_json_key(writer, "outdir");
    gem5art_json_string(writer, v->run->outdir);
    review_put_outcome(writer, "recorded", v->run);
    review_put_outcome(writer, "today", v->now);
    gem5art_json_end_object(writer);
}

#endif
