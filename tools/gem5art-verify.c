/* gem5art-verify - checks whether the artifacts of runs, or of a whole store, can still be reproduced; and compares the
   outcomes of runs with those that they would be given today. */

#include "gem5art.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chosen.h"
#include "lib/columns.h"
#include "lib/describe.h"
#include "lib/find.h"
#include "lib/message.h"
#include "lib/numbers.h"
#include "lib/options.h"
#include "lib/program.h"
#include "lib/rerun.h"
#include "lib/review.h"
#include "lib/select.h"
#include "lib/sheet.h"
#include "lib/store.h"
#include "lib/terminal.h"
#include "lib/when.h"

const char *tool_name = "gem5art-verify";

static const char *cwd, *db_uri, *color, *rerun_text;
static bool as_json, quiet, archives, outcomes;
static selection selected;

static const option options[] = {
    {"--archives", NULL, NULL, "Verify results archives too, if no IDs are given", .flag = &archives},
    {"--outcomes", NULL, NULL, "List runs whose outcome would be different today", .flag = &outcomes},
    {"--rerun", NULL, "N", "Launch N good runs again, and compare their statistics", .value = &rerun_text},
    SELECT_OPTIONS(&selected),
    {"--cwd", NULL, "DIR", "Start relative paths from DIR; default: the store's",
     .value = &cwd, .words = "FOLDER"},
    {"--quiet", "-q", NULL, "Show only what can no longer be reproduced", .flag = &quiet},
    {"--json", NULL, NULL, "Print an array of objects", .flag = &as_json},
    OPTION_COLOR(&color),
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"ID", "Artifacts and runs; default: all artifacts", "ID"},
    {NULL, NULL, NULL}};

static const page verify_page = {
    .summary = "check whether runs can still be reproduced",
    .usage = "[ID ...]",
    .description = "Compare artifacts, and their stored copies, with what was registered. A "
                   "repo can move on, and a file can change if its copy has not: both are listed.",
    .operands = operands,
    .options = options,
    .status = "0 all can be reproduced, 1 something cannot, or it failed, 2 misuse"};

static gem5art_json_writer writer; /* of the array that --json prints */
static text sum;                  /* the last line otherwise */
static bool colored;

/* ---- verdicts */

typedef struct verdict {
    const char *id, *type, *name, *path, *hash; /* of an artifact, or of a file that a run has read */
    const char *status;                         /* "ok", "changed", "moved on", "dirty", "missing", "unknown" */
    bool lost;                                  /* it can no longer be reproduced */
    text why;                                   /* empty if ok */
    text since;                                 /* of a changed file or repo */
    const char *copy;                           /* "ok", "changed", "" if there is none */
    char *copy_path;
} verdict;

static size_t artifact_count, file_count, changed_count, lost_count, damaged_count;

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

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
    const char *const fields[][2] = {{"_id", v->id},         {"type", v->type},     {"name", v->name},
                                      {"path", v->path},      {"hash", v->hash},     {"status", v->status},
                                      {"since", text_string(&v->since)}, {"error", text_string(&v->why)},
                                      {"copy", v->copy}};
    size_t i;
    gem5art_json_begin_object(&writer);
    for (i = 0; i < sizeof fields / sizeof *fields; i++) {
        gem5art_json_key(&writer, fields[i][0]);
        gem5art_json_string(&writer, fields[i][1]);
    }
    gem5art_json_key(&writer, "reproducible");
    gem5art_json_boolean(&writer, !v->lost);
    gem5art_json_end_object(&writer);
}

static void begin_sheet(sheet *s, sheet_color status_color, const char *status) {
    sheet_init(s, colored);
    if (!isatty(STDOUT_FILENO)) s->columns = SIZE_MAX;
    sheet_put(s, status_color, status);
}

/* The rest of a line; a line end in a name does not end it. */
__attribute__((format(printf, 2, 3))) static void put_line(sheet *s, const char *format, ...) {
    enum { INDENT = 10 };
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
    begin_sheet(&s, !good ? SHEET_RED : text_same(v->status, "ok") ? SHEET_GREEN : SHEET_YELLOW, v->status);
    put_line(&s, "%.8s  %s \"%s\" %s", v->id, describe_type(v->type), v->name, v->path);
    if (v->why.length)
        put_line(&s, "%s%s%s", v->why.data, v->since.length ? "; changed " : "", text_string(&v->since));
    if (*v->copy) put_line(&s, "its copy %s %s", v->copy_path, *v->copy == 'o' ? "is unchanged" : "has changed");
    sheet_print(&s);
}

/* Shows a verdict, counts it, and frees what it owns. */
static void end_verdict(verdict *v) {
    bool good = !v->lost && !text_same(v->copy, "changed");
    changed_count += !text_same(v->status, "ok");
    lost_count += v->lost;
    damaged_count += text_same(v->copy, "changed");
    if (quiet && good) {
    } else if (as_json) print_verdict_json(v);
    else print_verdict(v, good);
    text_free(&v->why);
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

/* How far the HEAD of a repo is from a commit. *ahead: it contains the commit. */
static void put_distance(text *out, const char *folder, const char *commit, bool *ahead) {
    char *both = text_printf("%s...HEAD", commit);
    const char *const count[] = {"rev-list", "--left-right", "--count", both, "--", NULL};
    text counts = {NULL, 0, 0};
    unsigned long left = 0, right = 0;
    *ahead = false;
    /* NOLINTNEXTLINE(cert-err34-c): git printed these two numbers */
    if (program_git(folder, count, &counts) && sscanf(text_string(&counts), "%lu %lu", &left, &right) == 2) {
        *ahead = !left;
        if (left) text_putf(out, "but HEAD lacks %lu commit%s of it and has %lu others", left, plural(left), right);
        else if (right) text_putf(out, "%lu commit%s since", right, plural(right));
    }
    text_free(&counts);
    free(both);
}

/* Looks for the registered commit in a repo, the subject of the sentence. False: it does not have it. */
static bool find_commit(verdict *v, const gem5art_artifact *a, const char *folder, const char *subject) {
    char *object = text_printf("%s^{commit}", a->git_hash);
    const char *const exists[] = {"cat-file", "-e", object, NULL};
    const char *const refs[] = {"for-each-ref", "--count=1", "--contains", a->git_hash, NULL};
    text out = {NULL, 0, 0}, distance = {NULL, 0, 0};
    bool has = program_is_commit(a->git_hash) && program_git(folder, exists, &out), ahead = false;
    if (has) put_distance(&distance, folder, a->git_hash, &ahead);
    if (has && text_same(v->status, "changed")) {
        v->status = "moved on";
        text_clear(&v->why);
    }
    if (has)
        text_putf(&v->why, "%s%s has the registered commit %.12s%s%s", v->why.length ? "; " : "", subject, a->git_hash,
                  distance.length ? ", " : "", text_string(&distance));
    if (has && !ahead && program_git(folder, refs, &out) && !out.length)
        text_puts(&v->why, "; no branch and no tag leads to it: tag it, or git may remove it");
    text_free(&distance);
    text_free(&out);
    free(object);
    return has;
}

/* Where its path leads now, and where it was. */
static bool find_commit_of(verdict *v, const gem5art_artifact *a) {
    char *path = text_join(cwd, a->path);
    bool has = find_commit(v, a, path, "it") ||
               (*a->git_name == '/' && find_commit(v, a, a->git_name, a->git_name));
    free(path);
    return has;
}

static void verify_artifact(gem5art_db *db, const gem5art_artifact *a) {
    verdict v = {.id = a->id, .type = a->type, .name = a->name, .path = a->path, .hash = a->hash, .copy = "",
                 .copy_path = store_copy_path(a)};
    gem5art_error error;
    artifact_count++;
    v.lost = !gem5art_check_artifact(db, a, cwd, &error);
    v.status = status_of(&error);
    text_puts(&v.why, error.message);
    if (error.code == GEM5ART_CHANGED) {
        char *path = text_join(cwd, a->path);
        put_since(&v.since, path);
        free(path);
    }
    if (v.lost && store_is_repo(a)) v.lost = !find_commit_of(&v, a);
    if (v.copy_path && access(v.copy_path, F_OK) == 0) {
        gem5art_artifact copy = *a;
        copy.path = v.copy_path;
        v.copy = gem5art_check_artifact(db, &copy, NULL, &error) ? "ok" : "changed";
        if (*v.copy == 'o') v.lost = false;
    }
    end_verdict(&v);
}

/* A file that gem5 read and no artifact covers. */
static void verify_file(const gem5art_run *run, const gem5art_file *file) {
    verdict v = {.id = run->id, .type = "file", .name = run->name, .path = file->path, .hash = file->hash, .copy = ""};
    gem5art_error error;
    char hash[65];
    bool changed;
    if (*file->artifact || !*file->hash) return;
    file_count++;
    changed = gem5art_sha256_file(file->path, hash, &error) && strcmp(hash, file->hash) != 0;
    v.status = changed ? "changed" : status_of(&error);
    v.lost = !text_same(v.status, "ok");
    if (!changed) text_puts(&v.why, error.message);
    else
        text_putf(&v.why, "%s is not what gem5 read in run %.8s: register it as an artifact, or rerun", v.path, v.id);
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
    lost_count++;
}

static void verify_run(gem5art_db *db, const gem5art_run *run) {
    const char *const *further;
    size_t i;
    for (i = 0; i < ROLES; i++) verify_id(db, store_role_id(run, i));
    for (further = run->artifacts; *further; further++) verify_id(db, *further);
    if (archives) verify_id(db, run->results);
    for (i = 0; i < run->file_count; i++) verify_file(run, &run->files[i]);
}

static void verify_all(gem5art_db *db) {
    gem5art_iter *iter = store_artifacts(db, NULL);
    const gem5art_artifact *artifact;
    while ((artifact = store_next_artifact(iter)) != NULL)
        if (archives || !store_is_results(artifact->type)) verify_artifact(db, artifact);
}

/* ---- which runs */

static int compare_ids(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void use_selected(gem5art_db *db, void (*use)(gem5art_db *db, const gem5art_run *run)) {
    static select_rows rows;
    text id = {NULL, 0, 0};
    text_list ids = {NULL, 0};
    gem5art_iter *iter;
    const gem5art_run *run;
    size_t length;
    select_begin(&rows, &selected, db, SELECT_RUNS);
    while (select_next(&rows, &length) != NULL)
        text_list_add(&ids, text_keep(text_copy(members_string(&id, rows.record.members.values[RECORD_ID]))));
    if (ids.count) qsort(ids.items, ids.count, sizeof *ids.items, compare_ids);
    iter = ids.count ? store_runs(db, NULL) : NULL;
    while (iter && (run = store_next_run(iter)) != NULL)
        if (bsearch(&run->id, ids.items, ids.count, sizeof *ids.items, compare_ids)) use(db, run);
    text_list_free(&ids);
    text_free(&id);
}

static bool verify(gem5art_db *db, int count, char **ids) {
    int i;
    if (count) archives = true; /* of what is named, all is verified */
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (f.run) verify_run(db, f.run);
        else verify_id(db, f.artifact->id);
        find_end(&f);
    }
    if (select_given(&selected)) use_selected(db, verify_run);
    else if (!count) verify_all(db);
    text_putf(&sum, "%zu artifact%s", artifact_count, plural(artifact_count));
    if (file_count) text_putf(&sum, " and %zu file%s", file_count, plural(file_count));
    text_putf(&sum, ", %zu not as %s", changed_count, file_count ? "recorded" : "registered");
    if (lost_count) text_putf(&sum, ", %zu no longer reproducible", lost_count);
    else if (changed_count) text_puts(&sum, ", all reproducible");
    if (damaged_count) text_putf(&sum, ", %zu with a changed copy", damaged_count);
    return lost_count + damaged_count == 0;
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
    int i;
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (!f.run || f.live) die(EXIT_MISUSE, "%s is not a recorded run: --outcomes takes ids of runs", ids[i]);
        review_run(db, f.run);
        find_end(&f);
    }
    if (!count) use_selected(db, review_run);
    text_putf(&sum, "%zu run%s, %zu with a different outcome today, %zu without files", reviewed, plural(reviewed),
              differ, without_files);
    return differ == 0;
}

/* ---- launching again */

static size_t rerun_counts[RERUN_STOPPED + 1];
static const char *const rerun_words[] = {"equal", "differs", "failed", "not run", "stopped"};

enum { DIFFERENCES = 3 /* listed of a run */ };

/* Appends "simTicks 100 -> 101, ...". */
static void put_differences(text *out, const rerun *r) {
    const compare *c = &r->differences;
    size_t i, count = c->count + c->only[0].count + c->only[1].count;
    int side;
    for (i = 0; i < count && i < DIFFERENCES; i++) {
        text_puts(out, i ? ", " : "");
        side = i >= c->count + c->only[0].count;
        if (i >= c->count) {
            text_putf(out, "%s (only %s)", c->only[side].items[i - c->count - (side ? c->only[0].count : 0)],
                      side ? "now" : "then");
            continue;
        }
        text_putf(out, "%s ", c->rows[i].name);
        numbers_put_exact(out, c->rows[i].sides[0].mean, "inf");
        text_puts(out, isnan(c->rows[i].sides[0].mean) ? "nan -> " : " -> ");
        numbers_put_exact(out, c->rows[i].sides[1].mean, "inf");
        if (isnan(c->rows[i].sides[1].mean)) text_puts(out, "nan");
    }
    if (i < count) text_puts(out, ", ...");
}

static void print_rerun_json(const rerun *r, const gem5art_run *run) {
    text differences = {NULL, 0, 0};
    size_t i;
    put_differences(&differences, r);
    const char *const fields[][2] = {{"_id", run->id}, {"type", run->type}, {"name", run->name},
                                     {"status", rerun_words[r->verdict]}, {"error", text_string(&r->why)},
                                     {"differences", text_string(&differences)},
                                     {"outdir", r->outdir ? r->outdir : ""}};
    gem5art_json_begin_object(&writer);
    for (i = 0; i < sizeof fields / sizeof *fields; i++) {
        gem5art_json_key(&writer, fields[i][0]);
        gem5art_json_string(&writer, fields[i][1]);
    }
    gem5art_json_key(&writer, "statistics");
    gem5art_json_integer(&writer, (int64_t)r->statistic_count);
    gem5art_json_key(&writer, "differing");
    gem5art_json_integer(&writer, (int64_t)r->differing);
    gem5art_json_end_object(&writer);
    text_free(&differences);
}

static void print_rerun(const rerun *r, const gem5art_run *run) {
    text differences = {NULL, 0, 0};
    sheet s;
    put_differences(&differences, r);
    begin_sheet(&s, r->verdict == RERUN_EQUAL ? SHEET_GREEN : SHEET_RED, rerun_words[r->verdict]);
    if (r->verdict == RERUN_EQUAL)
        put_line(&s, "%.8s  \"%s\": %zu statistics of %zu dump%s", run->id, run->name, r->statistic_count, r->dump_count,
                 plural(r->dump_count));
    else put_line(&s, "%.8s  \"%s\": %s", run->id, run->name, text_string(&r->why));
    if (differences.length) put_line(&s, "%s", differences.data);
    if (r->outdir) put_line(&s, "the new outdir is %s", r->outdir);
    sheet_print(&s);
    print_flush();
    text_free(&differences);
}

/* The ids of good runs among those that are named, or else selected. */
static void list_good_runs(gem5art_db *db, int count, char **ids, text_list *good) {
    chosen c;
    size_t k;
    int i;
    for (i = 0; i < count; i++) {
        found f = find_any(db, ids[i]);
        if (!f.run || f.live) die(EXIT_MISUSE, "%s is not a recorded run: --rerun takes ids of runs", ids[i]);
        if (!text_list_has(good, f.run->id)) text_list_add(good, (const char *)text_keep(text_copy(f.run->id)));
        find_end(&f);
    }
    if (count) return;
    chosen_make(&c, db, &selected, false);
    for (k = 0; k < c.count; k++) text_list_add(good, (const char *)text_keep(text_copy(c.runs[k].id)));
    for (k = 0; k < c.left_out.count && !quiet; k++) say("%s", c.left_out.items[k]);
    chosen_free(&c);
    if (!good->count) die(EXIT_FAILED, "no good run is selected: gem5art-ls shows which runs there are");
}

/* Launches some of the runs again: the newest, and others at equal distances. */
static bool rerun_runs(gem5art_db *db, int count, char **ids, const char *folder) {
    size_t wanted = (size_t)options_count("--rerun", rerun_text), i, total, done = 0;
    text_list good = {NULL, 0};
    rerun r;
    list_good_runs(db, count, ids, &good);
    total = wanted < good.count ? wanted : good.count;
    rerun_begin(&r, db, folder);
    for (i = 0; i < total && !rerun_stopped(); i++) {
        const gem5art_run *run = gem5art_find_run(db, good.items[good.count - 1 - i * good.count / total], NULL);
        if (!run) continue;
        rerun_do(&r, run);
        rerun_counts[r.verdict]++;
        done += r.verdict != RERUN_STOPPED;
        if (r.verdict == RERUN_STOPPED || (quiet && r.verdict == RERUN_EQUAL)) {
        } else if (as_json) print_rerun_json(&r, run);
        else print_rerun(&r, run);
        gem5art_release_run(db, run);
    }
    rerun_end(&r);
    if (done < total) say("stopped: %zu of %zu runs were not launched again to their ends", total - done, total);
    text_putf(&sum, "%zu of %zu run%s launched again: %zu equal", total, good.count, plural(good.count),
              rerun_counts[RERUN_EQUAL]);
    for (i = RERUN_DIFFERS; i < RERUN_STOPPED; i++)
        if (rerun_counts[i] || i == RERUN_DIFFERS)
            text_putf(&sum, ", %zu %s", rerun_counts[i], i == RERUN_DIFFERS ? "different" : rerun_words[i]);
    text_puts(&sum, ". Statistics of the host (host*) are not compared.");
    text_list_free(&good);
    return rerun_counts[RERUN_EQUAL] == total;
}

int main(int argc, char **argv) {
    int count = options_parse(argc, argv, &verify_page);
    gem5art_db *db;
    const char *given_cwd = cwd;
    bool good;
    select_check(&selected);
    if (rerun_text && options_count("--rerun", rerun_text) == 0) die(EXIT_MISUSE, "--rerun 0 launches nothing: give 1 or more");
    if (rerun_text && (outcomes || archives))
        die(EXIT_MISUSE, "--rerun and %s exclude each other: leave one out", outcomes ? "--outcomes" : "--archives");
    if (count && select_given(&selected))
        die(EXIT_MISUSE, "ids and options that select runs exclude each other: leave one out");
    colored = options_color(color, stdout);
    db = store_open(store_find(db_uri), true);
    if (!cwd) cwd = store_folder();
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    if (rerun_text) good = rerun_runs(db, count, argv, given_cwd);
    else good = outcomes ? review_runs(db, count, argv) : verify(db, count, argv);
    gem5art_json_end_array(&writer);
    if (as_json) print_json(&writer);
    else print_line("%s", sum.data);
    text_free(&sum);
    gem5art_json_writer_free(&writer);
    gem5art_close(db, NULL);
    return finish(good);
}
