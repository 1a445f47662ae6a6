/* gem5art-verify - compares the artifacts of runs, or of a whole store, with what was registered; and the outcomes of
   runs with those that they would be given today. */

#include "gem5art.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/find.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/program.h"
#include "lib/review.h"
#include "lib/sheet.h"
#include "lib/store.h"
#include "lib/terminal.h"
#include "lib/when.h"

const char *tool_name = "gem5art-verify";

static const char *cwd, *db_uri, *color;
static bool as_json, quiet, archives, outcomes;

static const option options[] = {
    {"--archives", NULL, NULL, "Verify results archives too, if no IDs are given", .flag = &archives},
    {"--outcomes", NULL, NULL, "List instead the runs whose outcome would be different today, by the files in their "
     "outdirs or archives", .flag = &outcomes},
    {"--cwd", NULL, "DIR", "Start relative paths from DIR; default: the folder that the store was found in",
     .value = &cwd, .words = "FOLDER"},
    {"--quiet", "-q", NULL, "Show only what has changed", .flag = &quiet},
    {"--json", NULL, NULL, "Print an array of objects", .flag = &as_json},
    {"--color", NULL, "WHEN", "Use colors: always, auto or never", .value = &color, .words = "always auto never"},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"ID", "Verify an artifact; or a run's artifacts, results and the other files that gem5 read. Default: all "
     "artifacts except results archives", "ID"},
    {NULL, NULL, NULL}};

static const page verify_page = {
    .summary = "check whether artifacts have changed",
    .usage = "[ID ...]",
    .description = "Compare each artifact's file, or the commit of its repo, with what was registered. Copies in "
                   "$GEM5ART_STORAGE are checked in the same way.",
    .operands = operands,
    .options = options,
    .status = "0 nothing has changed, 1 something has, or it failed, 2 misuse"};

static gem5art_json_writer writer; /* of the array that --json prints */
static text sum;                  /* the last line otherwise */
static bool colored;

/* ---- verdicts */

typedef struct verdict {
    const char *id, *type, *name, *path, *hash; /* of an artifact, or of a file that a run has read */
    const char *status;                         /* "ok", "changed", "dirty", "missing", "unknown" */
    char *why;                                  /* "" if ok */
    text since;                                 /* of a changed file or repo */
    const char *copy;                           /* "ok", "changed", "" if there is none */
    char *copy_path;
} verdict;

static size_t artifact_count, file_count, changed_count;

/* When the file was changed last, or when the commit was made that a repo is at. */
static void put_since(text *out, const char *path) {
    static const char *const log[] = {"log", "-1", "--format=%ct", NULL};
    text commit = {NULL, 0, 0};
    struct stat st;
    if (stat(path, &st) < 0) return;
    if (!S_ISDIR(st.st_mode)) when_put_time(out, (double)st.st_mtime);
    else if (program_git(path, log, &commit)) when_put_time(out, strtod(text_string(&commit), NULL));
    text_free(&commit);
}

static void print_verdict_json(const verdict *v) {
    const char *const members[][2] = {{"_id", v->id},         {"type", v->type},     {"name", v->name},
                                      {"path", v->path},      {"hash", v->hash},     {"status", v->status},
                                      {"since", text_string(&v->since)}, {"error", v->why}, {"copy", v->copy}};
    size_t i;
    gem5art_json_begin_object(&writer);
    for (i = 0; i < sizeof members / sizeof *members; i++) {
        gem5art_json_key(&writer, members[i][0]);
        gem5art_json_string(&writer, members[i][1]);
    }
    gem5art_json_end_object(&writer);
}

static void begin_sheet(sheet *s, sheet_color status_color, const char *status) {
    sheet_init(s, colored);
    if (!isatty(STDOUT_FILENO)) s->columns = SIZE_MAX;
    sheet_put(s, status_color, status);
}

/* The rest of a line; a line end in a name does not end it. */
__attribute__((format(printf, 2, 3))) static void put_line(sheet *s, const char *format, ...) {
    enum { INDENT = 8 };
    text shown = {NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    terminal_vputf(&shown, format, arguments);
    va_end(arguments);
    sheet_skip_to(s, INDENT);
    sheet_words(s, text_string(&shown));
    sheet_end_line(s);
    text_free(&shown);
}

static void print_verdict(const verdict *v, bool good) {
    sheet s;
    begin_sheet(&s, good ? SHEET_GREEN : SHEET_RED, v->status);
    put_line(&s, "%.8s  %s \"%s\" %s", v->id, v->type, v->name, v->path);
    if (*v->why) put_line(&s, "%s%s%s", v->why, v->since.length ? "; changed " : "", text_string(&v->since));
    if (*v->copy) put_line(&s, "its copy %s %s", v->copy_path, *v->copy == 'o' ? "is unchanged" : "has changed");
    sheet_print(&s);
}

/* Shows a verdict, counts it, and frees what it owns. */
static void end_verdict(verdict *v) {
    bool good = strcmp(v->status, "ok") == 0 && strcmp(v->copy, "changed") != 0;
    changed_count += !good;
    if (quiet && good) {
    } else if (as_json) print_verdict_json(v);
    else print_verdict(v, good);
    free(v->why);
    free(v->copy_path);
    text_free(&v->since);
}

static const char *status_of(const gem5art_error *error) {
    return error->code == GEM5ART_OK          ? "ok"
           : error->code == GEM5ART_CHANGED   ? "changed"
           : error->code == GEM5ART_DIRTY     ? "dirty"
           : error->code == GEM5ART_NOT_FOUND ? "missing"
                                              : "unknown";
}

static void verify_artifact(gem5art_db *db, const gem5art_artifact *a) {
    verdict v = {a->id, a->type, a->name, a->path, a->hash, NULL, NULL, {NULL, 0, 0}, "", store_copy_path(a)};
    gem5art_error error;
    artifact_count++;
    gem5art_check_artifact(db, a, cwd, &error);
    v.status = status_of(&error);
    v.why = text_copy(error.message);
    if (error.code == GEM5ART_CHANGED) {
        char *path = text_join(cwd, a->path);
        put_since(&v.since, path);
        free(path);
    }
    if (v.copy_path && access(v.copy_path, F_OK) == 0) {
        gem5art_artifact copy = *a;
        copy.path = v.copy_path;
        v.copy = gem5art_check_artifact(db, &copy, NULL, &error) ? "ok" : "changed";
    }
    end_verdict(&v);
}

/* A file that gem5 read and no artifact covers. */
static void verify_file(const gem5art_run *run, const gem5art_file *file) {
    verdict v = {run->id, "file", run->name, file->path, file->hash, NULL, NULL, {NULL, 0, 0}, "", NULL};
    gem5art_error error;
    char hash[65];
    bool changed;
    if (*file->artifact || !*file->hash) return;
    file_count++;
    changed = gem5art_sha256_file(file->path, hash, &error) && strcmp(hash, file->hash) != 0;
    v.status = changed ? "changed" : status_of(&error);
    if (!changed) v.why = text_copy(error.message);
    else
        v.why = text_printf("%s is not what gem5 read in run %.8s: register it as an artifact, or rerun", v.path, v.id);
    if (changed) put_since(&v.since, v.path);
    end_verdict(&v);
}

/* ---- which artifacts: each once */

static text_list seen; /* ids */

static void verify_id(gem5art_db *db, const char *id) {
    gem5art_error error;
    const gem5art_artifact *artifact;
    if (text_empty(id) || text_list_has(&seen, id)) return;
    text_list_add(&seen, text_copy(id));
    artifact = gem5art_find_artifact(db, id, &error);
    if (artifact) {
        verify_artifact(db, artifact);
        return;
    }
    if (error.code != GEM5ART_NOT_FOUND) die_of(&error);
    warn("%s", error.message);
    artifact_count++;
    changed_count++;
}

static void verify_run(gem5art_db *db, const gem5art_run *run) {
    const char *const *further;
    size_t i;
    for (i = 0; i < ROLES; i++) verify_id(db, store_role_id(run, i));
    for (further = run->artifacts; *further; further++) verify_id(db, *further);
    verify_id(db, run->results);
    for (i = 0; i < run->file_count; i++) verify_file(run, &run->files[i]);
}

static void verify_all(gem5art_db *db) {
    gem5art_iter *iter = store_artifacts(db, NULL);
    const gem5art_artifact *artifact;
    while ((artifact = store_next_artifact(iter)) != NULL)
        if (archives || strcmp(artifact->type, "directory") != 0) verify_artifact(db, artifact);
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

static bool verify(gem5art_db *db, int count, char **ids) {
    int i;
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (f.run) verify_run(db, f.run);
        else verify_id(db, f.artifact->id);
        find_end(&f);
    }
    if (!count) verify_all(db);
    text_putf(&sum, "%zu artifact%s", artifact_count, plural(artifact_count));
    if (file_count) text_putf(&sum, " and %zu file%s", file_count, plural(file_count));
    text_putf(&sum, ", %zu not as %s", changed_count, file_count ? "recorded" : "registered");
    return changed_count == 0;
}

/* ---- outcomes */

static size_t reviewed, differ, without_files;

static void put_outcome(text *out, const gem5art_run *run) {
    text_putf(out, "%s%s%s%s", run->status, *run->kill_reason ? ", " : "", run->kill_reason,
              run->rerunnable ? ", rerunnable" : "");
}

static void print_review(const review *v) {
    text recorded = {NULL, 0, 0}, now = {NULL, 0, 0};
    sheet s;
    put_outcome(&recorded, v->run);
    put_outcome(&now, v->now);
    begin_sheet(&s, SHEET_RED, v->now->status);
    put_line(&s, "%.8s  \"%s\" %s", v->run->id, v->run->name, v->run->outdir);
    if (*v->now->cause) text_putf(&now, ": %s", v->now->cause);
    put_line(&s, "recorded as %s; today it is %s", recorded.data, now.data);
    sheet_print(&s);
    text_free(&recorded);
    text_free(&now);
}

static void review_run(gem5art_db *db, const gem5art_run *run) {
    review v;
    bool can_be = review_begin(&v, db, run, cwd), differs = can_be && !review_is_same(&v);
    reviewed += can_be;
    differ += differs;
    without_files += !can_be && v.lacks_files;
    if (differs && as_json) review_put(&writer, &v);
    else if (differs) print_review(&v);
    review_end(&v);
}

static bool review_runs(gem5art_db *db, int count, char **ids) {
    gem5art_iter *iter = count ? NULL : store_runs(db, NULL);
    const gem5art_run *run;
    int i;
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (!f.run || f.live) die(EXIT_MISUSE, "%s is not a recorded run: --outcomes takes ids of runs", ids[i]);
        review_run(db, f.run);
        find_end(&f);
    }
    while (iter && (run = store_next_run(iter)) != NULL) review_run(db, run);
    text_putf(&sum, "%zu run%s, %zu with a different outcome today, %zu without files", reviewed, plural(reviewed),
              differ, without_files);
    return differ == 0;
}

int main(int argc, char **argv) {
    int count = options_parse(argc, argv, &verify_page);
    gem5art_db *db;
    bool good;
    colored = options_color(color, stdout);
    db = store_open(store_find(db_uri), true);
    if (!cwd) cwd = store_folder();
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    good = outcomes ? review_runs(db, count, argv) : verify(db, count, argv);
    gem5art_json_end_array(&writer);
    if (as_json) print_json(&writer);
    else print_line("%s", sum.data);
    text_free(&sum);
    gem5art_json_writer_free(&writer);
    gem5art_close(db, NULL);
    return finish(good);
}
