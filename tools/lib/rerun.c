/* rerun.c - see rerun.h */

#include "rerun.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "program.h"
#include "review.h"
#include "store.h"

/* ---- signals: while a pool exists, it handles them */

static volatile sig_atomic_t rerun_signal;
static void rerun_on_signal(int number) { rerun_signal = number; }
bool rerun_stopped(void) { return rerun_signal != 0; }

static void rerun_handle_signals(void (*handler)(int)) {
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP};
    size_t i;
    for (i = 0; i < sizeof handled / sizeof *handled; i++)
        if (signal(handled[i], handler) == SIG_IGN) signal(handled[i], SIG_IGN);
}

/* ---- the temporary folder */

static rerun *rerun_active; /* for the end of the tool */

static void rerun_remove_folder(void) {
    rerun *r = rerun_active;
    rerun_active = NULL;
    if (r && !r->kept) review_remove(r->folder);
}

/* Opens a store without a storage, to which registering would copy. Its warnings are dropped, as they were given when
   the runs were recorded. */
static gem5art_db *rerun_open(const char *uri) {
    static const gem5art_open_desc desc = {.log = NULL};
    const char *given = getenv("GEM5ART_STORAGE");
    char *storage = given ? text_copy(given) : NULL;
    gem5art_db *db;
    unsetenv("GEM5ART_STORAGE");
    db = store_open_as(uri, &desc);
    if (storage) setenv("GEM5ART_STORAGE", storage, 1);
    free(storage);
    return db;
}

void rerun_begin(rerun *r, gem5art_db *db, const char *cwd) {
    const char *given = getenv("TMPDIR"), *base = text_empty(given) ? "/tmp" : given;
    char *absolute = realpath(base, NULL), *uri;
    memset(r, 0, sizeof *r);
    r->db = db;
    r->cwd = cwd ? realpath(cwd, NULL) : NULL;
    if (cwd && !r->cwd) die(EXIT_FAILED, "cannot work in %s: %s", cwd, strerror(errno));
    r->folder = text_printf("%s/gem5art-verify-XXXXXX", absolute ? absolute : base);
    if (!mkdtemp(r->folder)) die(EXIT_FAILED, "cannot make a folder like %s: %s", r->folder, strerror(errno));
    rerun_active = r;
    atexit(rerun_remove_folder);
    uri = text_printf("%s/db.json", r->folder);
    r->store = rerun_open(uri);
    rerun_handle_signals(rerun_on_signal);
    free(uri);
    free(absolute);
}

static void rerun_clear(rerun *r) {
    compare_free(&r->differences);
    samples_free_runs(r->runs, 2);
    text_free(&r->runs[0].why);
    text_free(&r->runs[1].why);
    samples_end(&r->samples);
    free(r->outdir);
    r->outdir = NULL;
    memset(r->runs, 0, sizeof r->runs);
    text_clear(&r->why);
    r->dump_count = r->statistic_count = r->differing = 0;
}

void rerun_end(rerun *r) {
    rerun_clear(r);
    gem5art_close(r->store, NULL);
    rerun_handle_signals(SIG_DFL);
    rerun_remove_folder();
    free(r->folder);
    free(r->cwd);
    text_free(&r->why);
}

/* ---- launching */

static bool rerun_refuse(rerun *r, const char *why) {
    r->verdict = RERUN_NOT_RUN;
    text_puts(&r->why, why);
    return false;
}

/* Copies an artifact into the temporary store, and returns it; NULL with the reason: it is unavailable. */
static const gem5art_artifact *rerun_artifact(rerun *r, const char *id) {
    const gem5art_artifact *artifact = store_artifact(r->db, id), *copy = NULL;
    gem5art_json_writer writer;
    gem5art_addition addition;
    gem5art_error error;
    gem5art_text record;
    if (!artifact) {
        r->verdict = RERUN_NOT_RUN;
        text_putf(&r->why, "its artifact %s is not in the store", *id ? id : "(without an id)");
        return NULL;
    }
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_artifact(&writer, artifact);
    record.text = gem5art_json_take(&writer, &record.length, &error);
    if (record.text && gem5art_add_records(r->store, &record, 1, false, &addition, NULL, &error))
        copy = gem5art_find_artifact(r->store, artifact->id, &error);
    gem5art_json_writer_free(&writer);
    if (!copy) rerun_refuse(r, error.message);
    return copy;
}

/* The artifact at the path that the run has used: an artifact that was registered twice has the path of the first time.
   If something else is there, the check before the launch will report it. */
static const gem5art_artifact *rerun_move(rerun *r, const gem5art_artifact *artifact, const char *path) {
    gem5art_artifact_desc desc = {.name = artifact->name, .type = artifact->type, .path = path,
                                  .documentation = artifact->documentation};
    const gem5art_artifact *moved = gem5art_register_artifact(r->store, &desc, NULL);
    return moved && text_same(moved->id, artifact->id) ? moved : artifact;
}

/* The work tree that has the script, if that is not the path of its artifact; NULL: it is. To be freed. */
static char *rerun_script_repo(const gem5art_run_desc *desc) {
    static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
    char *script = text_join(desc->cwd, desc->run_script);
    char *path = text_join(desc->cwd, desc->run_script_git_artifact->path);
    text out = {NULL, 0, 0};
    char *folder = text_copy_n(script, (size_t)(text_base(script) - script));
    if (text_below(path, script) || !program_git(*folder ? folder : ".", top, &out)) text_clear(&out);
    free(folder);
    free(script);
    free(path);
    return out.length ? out.data : (text_free(&out), NULL);
}

static void rerun_use_paths(rerun *r, const gem5art_run *run, gem5art_run_desc *desc) {
    const gem5art_artifact **files[] = {&desc->gem5_artifact, &desc->linux_binary_artifact, &desc->disk_image_artifact};
    const char *paths[] = {run->gem5_binary_path, run->linux_binary_path, run->disk_image_path};
    char *repo = rerun_script_repo(desc);
    size_t i;
    for (i = 0; i < 3; i++) {
        char *path = *files[i] && *paths[i] ? text_join(desc->cwd, paths[i]) : NULL;
        if (path && !text_same(paths[i], (*files[i])->path)) *files[i] = rerun_move(r, *files[i], path);
        free(path);
    }
    if (repo) desc->run_script_git_artifact = rerun_move(r, desc->run_script_git_artifact, repo);
    free(repo);
}

/* The artifacts of a run, as desc has them. False: one is unavailable. */
static bool rerun_use_artifacts(rerun *r, const gem5art_run *run, gem5art_run_desc *desc) {
    const gem5art_artifact **roles[ROLES] = {&desc->gem5_artifact, &desc->gem5_git_artifact,
                                             &desc->run_script_git_artifact, &desc->linux_binary_artifact,
                                             &desc->disk_image_artifact};
    const gem5art_artifact **further;
    size_t i, count = strcmp(run->type, "gem5 run fs") == 0 ? ROLES : ROLE_LINUX;
    for (i = 0; i < count; i++)
        if ((*roles[i] = rerun_artifact(r, store_role_id(run, i))) == NULL) return false;
    for (count = 0; run->artifacts && run->artifacts[count]; count++) {}
    further = (const gem5art_artifact **)text_keep(text_alloc((count + 1) * sizeof *further));
    for (i = 0; i < count; i++)
        if ((further[i] = rerun_artifact(r, run->artifacts[i])) == NULL) return false;
    desc->artifacts = count ? further : NULL;
    desc->artifact_count = count;
    rerun_use_paths(r, run, desc);
    return true;
}

/* Files that gem5 read, and no artifact covers, must be as they were. */
static bool rerun_check_files(rerun *r, const gem5art_run *run) {
    size_t i;
    for (i = 0; i < run->file_count; i++) {
        const gem5art_file *file = &run->files[i];
        gem5art_error error;
        char hash[65];
        if (*file->artifact || !*file->hash) continue;
        if (!gem5art_sha256_file(file->path, hash, &error)) return rerun_refuse(r, error.message);
        if (strcmp(hash, file->hash) == 0) continue;
        text_putf(&r->why, "%s is not what gem5 read then", file->path);
        return rerun_refuse(r, "");
    }
    return true;
}

static gem5art_run *rerun_create(rerun *r, const gem5art_run *run) {
    bool fs = strcmp(run->type, "gem5 run fs") == 0;
    const char *cwd = r->cwd ? r->cwd : *run->cwd ? run->cwd : store_folder();
    char *outdir = text_printf("%s/%.8s", r->folder, run->id);
    gem5art_run_desc desc = {.name = run->name, .gem5_binary = run->gem5_binary_path, .run_script = run->run_script,
                             .outdir = outdir, .params = run->params, .timeout = run->timeout > 0 ? run->timeout : -1,
                             .gem5_options = run->gem5_options, .accept = run->accept, .fail_on = run->fail_on,
                             .stall = run->stall, .variables = run->variables, .cwd = cwd,
                             .environment = run->environment, .no_archive = true};
    gem5art_run *created = NULL;
    gem5art_error error = {0};
    if (fs) desc.linux_binary = run->linux_binary_path;
    if (fs) desc.disk_image = run->disk_image_path;
    if (rerun_use_artifacts(r, run, &desc)) {
        created = fs ? gem5art_create_fs_run(r->store, &desc, &error) : gem5art_create_se_run(r->store, &desc, &error);
        if (!created) rerun_refuse(r, error.message);
    }
    if (created && strlen(run->hash) == strlen(created->hash) && strcmp(run->hash, created->hash) != 0) {
        text_putf(&r->why, "its script, %s, is not what it was", run->run_script);
        rerun_refuse(r, "");
        gem5art_release_run(r->store, created);
        created = NULL;
    }
    free(outdir);
    return created;
}

static void rerun_on_event(const gem5art_event *event, void *user_data) {
    rerun *r = (rerun *)user_data;
    if (event->type == GEM5ART_EVENT_SKIPPED) rerun_refuse(r, event->error->message);
}

/* Executes the run; its verdict is RERUN_EQUAL if it has statistics to compare. */
static void rerun_execute(rerun *r, gem5art_run *run) {
    gem5art_pool_desc desc = {.jobs = 1, .cwd = run->cwd, .handle_signals = true, .event = rerun_on_event,
                              .user_data = r};
    gem5art_error error = {0};
    gem5art_pool *pool;
    r->verdict = RERUN_STOPPED;
    if (rerun_signal) return;
    pool = gem5art_pool_create(r->store, &desc, &error);
    r->verdict = RERUN_EQUAL;
    if (!pool || !gem5art_pool_add(pool, run, &error)) rerun_refuse(r, error.message);
    else if (!gem5art_pool_wait(pool, &error) && r->verdict == RERUN_EQUAL) rerun_refuse(r, error.message);
    gem5art_pool_destroy(pool);
    if (text_starts(run->kill_reason, "sig") && !text_same(run->kill_reason, "sigkill")) rerun_signal = SIGINT;
    if (rerun_signal) r->verdict = RERUN_STOPPED;
    else if (r->verdict == RERUN_EQUAL && text_starts(run->status, "Failed artifact check"))
        rerun_refuse(r, *run->error ? run->error : run->status);
    else if (r->verdict == RERUN_EQUAL && !text_same(run->status, "Finished")) {
        r->verdict = RERUN_FAILED;
        text_putf(&r->why, "it ended as %s%s%s%s%s", run->status, *run->kill_reason ? ": " : "", run->kill_reason,
                  *run->cause ? ": " : "", run->cause);
    }
}

/* ---- comparing */

static bool rerun_read(rerun *r, int which, gem5art_db *db, const gem5art_run *run) {
    samples_run *s = &r->runs[which];
    if (stats_find(&s->place, db, run, &s->why)) samples_read(&r->samples, s, 1);
    if (!s->ok) return rerun_refuse(r, text_string(&s->why));
    if (!s->count) return rerun_refuse(r, "it has no complete dump of statistics");
    return true;
}

static void rerun_compare(rerun *r) {
    static const size_t one[2] = {1, 1};
    size_t k;
    for (k = 0; k < r->runs[0].count && k < r->runs[1].count; k++) {
        samples_run a = {.dumps = &r->runs[0].dumps[k], .count = 1}, b = {.dumps = &r->runs[1].dumps[k], .count = 1};
        const samples_run *const both[2] = {&a, &b};
        compare c;
        size_t differing;
        compare_make(&c, &r->samples, both, one, NULL);
        differing = c.count + c.only[0].count + c.only[1].count;
        r->statistic_count += differing + c.equal;
        r->dump_count++;
        if (differing && !r->differing) r->differences = c;
        else compare_free(&c);
        r->differing += differing;
    }
    if (r->runs[0].count != r->runs[1].count)
        text_putf(&r->why, "%zu instead of %zu dumps of statistics", r->runs[1].count, r->runs[0].count);
    if (r->differing)
        text_putf(&r->why, "%s%zu of %zu statistics", r->why.length ? "; " : "", r->differing, r->statistic_count);
    if (r->why.length) r->verdict = RERUN_DIFFERS;
}

void rerun_do(rerun *r, const gem5art_run *run) {
    gem5art_run *again = NULL;
    rerun_clear(r);
    samples_begin(&r->samples, SAMPLES_ALL, 0, NULL, 0);
    r->outdir = text_printf("%s/%.8s", r->folder, run->id);
    if (!text_same(run->status, "Finished"))
        rerun_refuse(r, "it is not Finished: only good runs have numbers to compare");
    else if (rerun_read(r, 0, r->db, run) && rerun_check_files(r, run)) again = rerun_create(r, run);
    if (again) rerun_execute(r, again);
    if (again && r->verdict == RERUN_EQUAL) {
        if (rerun_read(r, 1, r->store, again)) rerun_compare(r);
        else r->verdict = RERUN_FAILED;
    }
    gem5art_release_run(r->store, again);
    if (r->verdict == RERUN_DIFFERS || r->verdict == RERUN_FAILED) {
        r->kept++;
        return;
    }
    review_remove(r->outdir);
    free(r->outdir);
    r->outdir = NULL;
}
