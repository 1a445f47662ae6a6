/* describe.h - what both gem5art-show and gem5art-diff tell people of a run or an artifact. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "reason.h"
#include "sheet.h"

/* ---- artifacts and runs */

static bool is_repo(const gem5art_artifact *artifact) { return *artifact->git_hash != 0; }

/* What kind of hash an artifact has. */
static const char *hash_kind(const gem5art_artifact *artifact) {
    return is_repo(artifact) ? "commit" : strlen(artifact->hash) == 32 ? "MD5" : "SHA-256";
}

/* NULL: it is not in the store. */
static const gem5art_artifact *find_used(gem5art_db *db, const char *id) {
    gem5art_error error;
    const gem5art_artifact *artifact = gem5art_find_artifact(db, id, &error);
    if (!artifact && error.code != GEM5ART_NOT_FOUND) tool_exit(TOOL_FAILED, "%s", error.message);
    return artifact;
}

/* "Finished", "Failed: timeout", "Failed: exit 2". */
static void put_status(gem5art__buf *out, const gem5art_run *run) {
    gem5art__buf reason = {NULL, 0, 0, false};
    put_reason(&reason, run);
    gem5art__puts(out, run->status);
    if (reason.length) gem5art__putf(out, ": %s", reason.data);
    gem5art__buf_free(&reason);
}

/* "1.5 MiB" */
static void put_bytes(gem5art__buf *out, double bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1024;
    gem5art__putf(out, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

/* How long it took, or has taken by now; 0: it has not begun. */
static double run_seconds(const gem5art_run *run) {
    double end = run->end_time > 0 ? run->end_time : run->running ? gem5art__now() : 0;
    return run->start_time > 0 && end > run->start_time ? end - run->start_time : 0;
}

/* What is behind a folder in a path, without a slash; "." for the folder itself; NULL: the path leads elsewhere. */
static const char *path_below(const char *folder, const char *path) {
    size_t length = strlen(folder);
    if (length == 0 || strncmp(folder, path, length) != 0) return NULL;
    if (!path[length]) return ".";
    if (folder[length - 1] == '/') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

static bool path_is_there(const char *path) {
    struct stat st;
    return *path && stat(path, &st) == 0;
}

#endif
