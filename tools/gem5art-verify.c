/* gem5art-verify - are the artifacts of runs, or of a whole store, still what they were, and runs still named so? */

#define TOOL_NAME "gem5art-verify"

#include "tool.h"

#include "find.h"
#include "review.h"
#include "sheet.h"

static const char *cwd, *db_uri, *color;
static bool as_json, quiet, archives, outcomes;

static const tool_option options[] = {
    {"--archives", NULL, NULL, "results archives too, where no IDs are given", NULL, NULL, &archives, NULL},
    {"--outcomes", NULL, NULL, "list the runs whose outcome would be named otherwise today, by the files in their outdirs "
     "or archives, instead", NULL, NULL, &outcomes, NULL},
    {"--cwd", NULL, "DIR", "where relative paths lead; default: the current folder", &cwd, NULL, NULL, "FOLDER"},
    {"--quiet", "-q", NULL, "only what is not as it was", NULL, NULL, &quiet, NULL},
    {"--json", NULL, NULL, "an array of objects", NULL, NULL, &as_json, NULL},
    {"--color", NULL, "WHEN", "always, auto or never", &color, NULL, NULL, "always auto never"},
    {"--db-uri", NULL, "DB_URI", "default $GEM5ART_DB, else file://db.json", &db_uri, NULL, NULL, "FILE"},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

static const tool_operand operands[] = {
    {"ID", "A run: its artifacts, its results and the other files that gem5 read; or an artifact. Default: all artifacts "
           "but results archives", "ID"},
    {NULL, NULL, NULL}};

static const tool_page page = {
    "tell whether artifacts are still what they were", "[ID ...]",
    "Read each artifact's file, or ask git for its repo, and compare with what was registered; so with its copy in "
    "$GEM5ART_STORAGE. Exit status: 0 all is as it was, 1 something is not.",
    operands, options, NULL};

/* ---- which artifacts: each once */

typedef struct wanted {
    char **ids; /* NULL-terminated */
    size_t count;
    gem5art_artifact *files; /* that gem5 read and no artifact covers: as artifacts with the id and name of their run */
    size_t file_count;
    gem5art__arena arena;    /* of their texts */
} wanted;

static void want(wanted *w, const char *id) {
    size_t i;
    if (gem5art__empty(id)) return;
    for (i = 0; i < w->count; i++)
        if (strcmp(w->ids[i], id) == 0) return;
    w->ids = (char **)realloc(w->ids, (w->count + 2) * sizeof *w->ids);
    if (!w->ids || (w->ids[w->count++] = strdup(id)) == NULL) tool_exit(TOOL_FAILED, "out of memory");
    w->ids[w->count] = NULL;
}

static void want_file(wanted *w, const gem5art_run *run, const gem5art_file *file) {
    gem5art_artifact *a;
    if (*file->artifact || !*file->hash) return;
    w->files = (gem5art_artifact *)realloc(w->files, (w->file_count + 1) * sizeof *w->files);
    if (!w->files) tool_exit(TOOL_FAILED, "out of memory");
    a = &w->files[w->file_count++];
    gem5art__set_defaults(gem5art__artifact_fields, a);
    a->id = gem5art__arena_copy(&w->arena, run->id);
    a->name = gem5art__arena_copy(&w->arena, run->name);
    a->type = "file";
    a->path = gem5art__arena_copy(&w->arena, file->path);
    a->hash = gem5art__arena_copy(&w->arena, file->hash);
    if (w->arena.failed) tool_exit(TOOL_FAILED, "out of memory");
}

static void want_run(wanted *w, const gem5art_run *run) {
    const char *const *more;
    size_t i;
    for (i = 0; i < run->file_count; i++) want_file(w, run, &run->files[i]);
    want(w, run->gem5_artifact);
    want(w, run->gem5_git_artifact);
    want(w, run->run_script_git_artifact);
    want(w, run->linux_binary_artifact);
    want(w, run->disk_image_artifact);
    for (more = run->artifacts; *more; more++) want(w, *more);
    want(w, run->results);
}

static void want_all(wanted *w, gem5art_db *db) {
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_artifacts(db, NULL, &error);
    const gem5art_artifact *artifact;
    while (iter && (artifact = tool_next_artifact(iter, &error)) != NULL)
        if (archives || strcmp(artifact->type, "directory") != 0) want(w, artifact->id);
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
}

/* ---- what has become of one */

typedef struct verdict {
    const gem5art_artifact *artifact;
    const char *status; /* "ok", "changed", "dirty", "missing", "unknown" */
    char since[32], why[1024];
    const char *copy;   /* "ok", "changed", "" where there is none */
    char copy_path[PATH_MAX];
} verdict;

/* When the file was changed last, or when the commit was made that a repo is at. */
static void tell_since(verdict *v, const char *path) {
    static const char *const log[] = {"log", "-1", "--format=%ct", NULL};
    gem5art__buf text = {NULL, 0, 0, false};
    struct stat st;
    double seconds = 0;
    int status = 0;
    if (stat(path, &st) < 0) return;
    if (!S_ISDIR(st.st_mode)) seconds = (double)st.st_mtime;
    else if (gem5art__git_run(NULL, path, log, &text, &status, NULL) && status == 0 && text.data)
        seconds = strtod(text.data, NULL);
    text.length = 0;
    tool_put_time(&text, seconds);
    if (text.data) snprintf(v->since, sizeof v->since, "%s", text.data);
    gem5art__buf_free(&text);
}

static void verify_copy(verdict *v, const char *storage) {
    gem5art_artifact copy = *v->artifact;
    gem5art_error error;
    v->copy = "";
    if (gem5art__empty(storage)) return;
    snprintf(v->copy_path, sizeof v->copy_path, "%s/%s", storage, v->artifact->id);
    if (access(v->copy_path, F_OK) < 0) return;
    copy.path = v->copy_path;
    v->copy = gem5art__check(NULL, &copy, v->copy_path, &error) ? "ok" : "changed";
}

static verdict verify(gem5art_db *db, const gem5art_artifact *artifact) {
    verdict v;
    gem5art_error error;
    gem5art__arena arena = {NULL, false};
    char *path = gem5art__join_path(&arena, cwd, artifact->path);
    memset(&v, 0, sizeof v);
    v.artifact = artifact;
    if (!path) tool_exit(TOOL_FAILED, "out of memory");
    v.status = gem5art_check_artifact(db, artifact, cwd, &error) ? "ok"
               : error.code == GEM5ART_CHANGED                   ? "changed"
               : error.code == GEM5ART_DIRTY                     ? "dirty"
               : error.code == GEM5ART_NOT_FOUND                 ? "missing"
                                                                 : "unknown";
    snprintf(v.why, sizeof v.why, "%s", error.message);
    if (strcmp(v.status, "changed") == 0) tell_since(&v, path);
    if (strcmp(v.status, "changed") == 0 && strcmp(artifact->type, "file") == 0)
        snprintf(v.why, sizeof v.why, "%s is not what gem5 read in run %.8s; register it as an artifact, or rerun it", path,
                 artifact->id);
    verify_copy(&v, db->storage);
    gem5art__arena_free(&arena);
    return v;
}

static bool all_well(const verdict *v) { return strcmp(v->status, "ok") == 0 && strcmp(v->copy, "changed") != 0; }

/* ---- telling */

static void put_verdict(gem5art_json_writer *writer, const verdict *v) {
    const char *const members[][2] = {{"_id", v->artifact->id},     {"type", v->artifact->type},
                                      {"name", v->artifact->name},  {"path", v->artifact->path},
                                      {"hash", v->artifact->hash},  {"status", v->status},
                                      {"since", v->since},          {"error", v->why},
                                      {"copy", v->copy}};
    size_t i;
    gem5art_json_begin_object(writer);
    for (i = 0; i < sizeof members / sizeof *members; i++) {
        gem5art_json_key(writer, members[i][0]);
        gem5art_json_string(writer, members[i][1]);
    }
    gem5art_json_end_object(writer);
}

enum { INDENT = 8 };

/* Made safe first: a line end in a name is none of ours. */
GEM5ART__PRINTF(2, 3) static void put_words(sheet *s, const char *format, ...) {
    gem5art__buf text = {NULL, 0, 0, false}, safe = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&text, format, arguments);
    va_end(arguments);
    if (!text.failed) tool_put_text(&safe, text.data, SIZE_MAX);
    if (text.failed || safe.failed) tool_exit(TOOL_FAILED, "out of memory");
    sheet_skip_to(s, INDENT);
    sheet_words(s, safe.data);
    sheet_end_line(s);
    gem5art__buf_free(&text);
    gem5art__buf_free(&safe);
}

static void print_verdict(const verdict *v, bool colored) {
    const gem5art_artifact *a = v->artifact;
    bool copy_is_well = strcmp(v->copy, "ok") == 0;
    sheet s;
    memset(&s, 0, sizeof s);
    s.columns = isatty(STDOUT_FILENO) ? (size_t)tool_columns(STDOUT_FILENO) : SIZE_MAX;
    s.color = colored;
    sheet_put(&s, all_well(v) ? SHEET_GREEN : SHEET_RED, v->status);
    put_words(&s, "%.8s  %s \"%s\" %s", a->id, a->type, a->name, a->path);
    if (strcmp(v->status, "ok") != 0)
        put_words(&s, "%s%s%s", v->why, *v->since ? "; as it is now since " : "", v->since);
    if (*v->copy) put_words(&s, "its copy %s is %s", v->copy_path, copy_is_well ? "as it was" : "not what was stored");
    sheet_print(&s);
}

/* Verifies one and shows it; is it as it was? */
static bool verify_one(gem5art_db *db, const gem5art_artifact *artifact, gem5art_json_writer *writer) {
    verdict v = verify(db, artifact);
    if (quiet && all_well(&v)) return true;
    if (as_json) put_verdict(writer, &v);
    else print_verdict(&v, tool_use_color(color, stdout));
    return all_well(&v);
}

static bool verify_all(gem5art_db *db, const wanted *w) {
    gem5art_json_writer writer;
    gem5art_error error;
    size_t i, wrong = 0;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    for (i = 0; i < w->count; i++) {
        const gem5art_artifact *artifact = gem5art_find_artifact(db, w->ids[i], &error);
        if (!artifact && error.code != GEM5ART_NOT_FOUND) tool_exit(TOOL_FAILED, "%s", error.message);
        if (!artifact) tool_warn(error.message, NULL);
        wrong += !artifact || !verify_one(db, artifact, &writer);
    }
    for (i = 0; i < w->file_count; i++) wrong += !verify_one(db, &w->files[i], &writer);
    gem5art_json_end_array(&writer);
    if (as_json) tool_print_json(&writer);
    else if (!w->file_count) tool_line("%zu artifact%s, %zu not as registered", w->count, w->count == 1 ? "" : "s", wrong);
    else
        tool_line("%zu artifact%s and %zu file%s, %zu not as recorded", w->count, w->count == 1 ? "" : "s", w->file_count,
                  w->file_count == 1 ? "" : "s", wrong);
    gem5art_json_writer_free(&writer);
    return wrong == 0;
}

/* ---- outcomes */

static void print_review(const review *v, bool colored) {
    sheet s;
    memset(&s, 0, sizeof s);
    s.columns = isatty(STDOUT_FILENO) ? (size_t)tool_columns(STDOUT_FILENO) : SIZE_MAX;
    s.color = colored;
    sheet_put(&s, SHEET_RED, v->now->status);
    put_words(&s, "%.8s  \"%s\" %s", v->run->id, v->run->name, v->run->outdir);
    put_words(&s, "recorded as %s%s%s%s; today it is %s%s%s%s%s%s", v->run->status, *v->run->kill_reason ? ", " : "",
              v->run->kill_reason, v->run->rerunnable ? ", rerunnable" : "", v->now->status,
              *v->now->kill_reason ? ", " : "", v->now->kill_reason, v->now->rerunnable ? ", rerunnable" : "",
              *v->now->cause ? ": " : "", v->now->cause);
    sheet_print(&s);
}

/* Reviews one run. False: it is named otherwise today. */
static bool review_one(gem5art_db *db, const gem5art_run *run, review_counts *counts, gem5art_json_writer *writer) {
    review v;
    bool same;
    if (!review_begin(&v, db, run, cwd)) {
        counts->without_files += v.lacks_files;
        return true;
    }
    counts->reviewed++;
    same = review_is_same(&v);
    if (!same) {
        counts->differ++;
        if (as_json) review_put(writer, &v);
        else print_review(&v, tool_use_color(color, stdout));
    }
    review_end(&v);
    return same;
}

static bool review_all(gem5art_db *db, int count, char **ids) {
    review_counts counts = {0, 0, 0};
    gem5art_json_writer writer;
    gem5art_error error;
    const gem5art_run *run;
    gem5art_iter *iter;
    int i;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (!f.run || f.live) tool_exit(TOOL_MISUSE, "%s is not a recorded run: --outcomes takes ids of runs", ids[i]);
        review_one(db, f.run, &counts, &writer);
        find_end(&f);
    }
    iter = count ? NULL : gem5art_get_runs(db, NULL, &error);
    if (!count && !iter) tool_exit(TOOL_FAILED, "%s", error.message);
    while (iter && (run = tool_next_run(iter, &error)) != NULL) review_one(db, run, &counts, &writer);
    if (iter && error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_iter_close(iter);
    gem5art_json_end_array(&writer);
    if (as_json) tool_print_json(&writer);
    else tool_line("%zu run%s, %zu named otherwise today, %zu without files", counts.reviewed,
                   counts.reviewed == 1 ? "" : "s", counts.differ, counts.without_files);
    gem5art_json_writer_free(&writer);
    return counts.differ == 0;
}

int main(int argc, char **argv) {
    wanted w;
    gem5art_db *db;
    size_t n;
    bool well;
    int i, count = tool_parse(argc, argv, &page);
    memset(&w, 0, sizeof w);
    db = tool_open(db_uri, true);
    if (outcomes) {
        well = review_all(db, count, argv);
        gem5art_close(db, NULL);
        return tool_end(well);
    }
    for (i = 0; i < count; i++) {
        found f = find_any(db, argv[i]);
        if (f.run) want_run(&w, f.run);
        else want(&w, f.artifact->id);
        find_end(&f);
    }
    if (!count) want_all(&w, db);
    well = verify_all(db, &w);
    for (n = 0; n < w.count; n++) free(w.ids[n]);
    free(w.ids);
    free(w.files);
    gem5art__arena_free(&w.arena);
    gem5art_close(db, NULL);
    return tool_end(well);
}
