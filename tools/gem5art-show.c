/* gem5art-show - everything about a run or an artifact: for a person, as JSON, or as a script that reproduces it. */

#define TOOL_NAME "gem5art-show"

#include "evidence.h"
#include "find.h"
#include "reproduce.h"

enum { SHOW_USERS = 3 }; /* runs of an artifact that are named */

/* ---- entries */

/* Nothing where there is nothing. */
static void show_text(sheet *s, const char *label, const char *text) {
    if (!gem5art__empty(text)) sheet_entry(s, label, "%s", text);
}

static void show_time(sheet *s, const char *label, double time) {
    gem5art__buf text = {NULL, 0, 0, false};
    tool_put_time(&text, time);
    if (text.length) sheet_entry(s, label, "%s", text.data);
    gem5art__buf_free(&text);
}

static void show_size(sheet *s, const char *label, double bytes, const char *behind) {
    gem5art__buf text = {NULL, 0, 0, false};
    put_bytes(&text, bytes);
    sheet_entry(s, label, "%s%s", text.data ? text.data : "", behind);
    gem5art__buf_free(&text);
}

static void show_pairs(sheet *s, const char *label, const char *const *pairs) {
    for (; *pairs && pairs[1]; pairs += 2, label = "") sheet_entry(s, label, "%s=%s", pairs[0], pairs[1]);
}

static void sheet_command(sheet *s, const char *label, const char *const *argv) {
    gem5art__buf word = {NULL, 0, 0, false};
    sheet_label(s, label);
    s->glue = " \\";
    for (; *argv; argv++) {
        word.length = 0;
        tool_put_shell_word(&word, *argv);
        if (word.failed) tool_exit(TOOL_FAILED, "out of memory");
        sheet_word(s, word.data);
    }
    sheet_end_line(s);
    gem5art__buf_free(&word);
}

/* ---- artifacts */

/* "gem5 (commit 53a3b2dde320 of https://...), vmlinux (SHA-256 ...)" */
static void put_inputs(gem5art__buf *out, gem5art_db *db, const gem5art_artifact *artifact) {
    const char *const *id;
    for (id = artifact->inputs; *id; id++) {
        const gem5art_artifact *input = find_used(db, *id);
        gem5art__puts(out, id == artifact->inputs ? "" : ", ");
        if (!input) gem5art__putf(out, "%s (not in the store any more)", *id);
        else
            gem5art__putf(out, "%s (%s %.12s%s%s)", input->name, hash_kind(input), input->hash,
                          *input->git_origin ? " of " : "", input->git_origin);
    }
}

static void show_inputs(sheet *s, const char *label, const char *before, gem5art_db *db,
                        const gem5art_artifact *artifact) {
    gem5art__buf text = {NULL, 0, 0, false};
    put_inputs(&text, db, artifact);
    if (text.length) sheet_entry(s, label, "%s%s", before, text.data);
    gem5art__buf_free(&text);
}

/* A SHA-256 fills a line of 80 columns: it goes without its name. */
static void show_hash(sheet *s, const gem5art_artifact *artifact) {
    bool sha256 = strlen(artifact->hash) == 64 && !is_repo(artifact);
    sheet_entry(s, "", sha256 ? "%s%s" : "%s %s", sha256 ? "" : hash_kind(artifact), artifact->hash);
}

/* An artifact of a run, in a few lines; `above`: where it was told already. */
static void show_used(sheet *s, const char *label, gem5art_db *db, const char *id, const char *above) {
    const gem5art_artifact *artifact;
    if (!*id) return;
    if (above) {
        sheet_entry(s, label, "the %s", above);
        return;
    }
    artifact = find_used(db, id);
    if (!artifact) {
        sheet_entry(s, label, "%s, which is not in the store any more", id);
        return;
    }
    sheet_entry(s, label, "%s (%s %.8s)", artifact->name, artifact->type, artifact->id);
    sheet_entry(s, "", "%s", artifact->path);
    show_hash(s, artifact);
    if (*artifact->git_origin) sheet_entry(s, "", "of %s", artifact->git_origin);
    show_inputs(s, "", "made from ", db, artifact);
}

/* The runs that name an artifact: how many, and the latest. */
static void show_users(sheet *s, gem5art_db *db, const char *id) {
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    gem5art__buf latest[SHOW_USERS] = {{NULL, 0, 0, false}};
    const gem5art_run *run;
    size_t count = 0, i;
    while (iter && (run = tool_next_run(iter, &error)) != NULL) {
        const char *const *further = run->artifacts;
        gem5art__buf *line;
        for (i = 0; i < ROLES && strcmp(role_id(run, i), id) != 0; i++) {}
        while (*further && strcmp(*further, id) != 0) further++;
        if (i == ROLES && !*further && (!run->results || strcmp(run->results, id) != 0)) continue;
        line = &latest[count++ % SHOW_USERS];
        line->length = 0;
        gem5art__putf(line, "%.8s %s (", run->id, run->name);
        put_status(line, run);
        gem5art__puts(line, ")");
    }
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_iter_close(iter);
    if (count == 0) sheet_entry(s, "used by", "no recorded run");
    else
        sheet_entry(s, "used by", "%zu run%s%s", count, count > 1 ? "s" : "",
                    count > SHOW_USERS ? ", the latest:" : ":");
    for (i = count > SHOW_USERS ? count - SHOW_USERS : 0; i < count; i++)
        sheet_entry(s, "", "%s", latest[i % SHOW_USERS].data);
    for (i = 0; i < SHOW_USERS; i++) gem5art__buf_free(&latest[i]);
}

static void show_artifact(sheet *s, gem5art_db *db, const gem5art_artifact *artifact) {
    const char *const *version;
    sheet_heading(s, artifact->name);
    sheet_entry(s, "what", "artifact, %s", artifact->type);
    sheet_entry(s, "id", "%s", artifact->id);
    sheet_entry(s, hash_kind(artifact), "%s", artifact->hash);
    sheet_entry(s, "path", "%s", artifact->path);
    if (artifact->size >= 0) show_size(s, "size", (double)artifact->size, artifact->is_zipped ? ", zipped" : "");
    show_text(s, "about", artifact->documentation);
    show_text(s, "made by", artifact->command);
    if (*artifact->command) show_text(s, "in", artifact->cwd);
    show_inputs(s, "made from", "", db, artifact);
    show_text(s, "origin", artifact->git_origin);
    show_text(s, "work tree", artifact->git_name);
    show_text(s, "architecture", artifact->architecture);
    show_text(s, "version", artifact->version);
    for (version = artifact->supported_gem5_versions; *version; version++)
        sheet_entry(s, version == artifact->supported_gem5_versions ? "for gem5" : "", "%s", *version);
    show_text(s, "url", artifact->url);
    show_text(s, "md5sum", artifact->md5sum);
    show_pairs(s, "extra", artifact->extra);
    show_time(s, "registered", artifact->time);
    show_users(s, db, artifact->id);
}

/* ---- runs */

static sheet_color status_color(const char *status) {
    return strcmp(status, "Finished") == 0 ? SHEET_GREEN
           : gem5art__starts_with(status, "Failed") ? SHEET_RED : SHEET_YELLOW;
}

/* The cause and the warnings; the error where the status does not show it. */
static void show_reasons(sheet *s, const gem5art_run *run) {
    gem5art__buf reason = {NULL, 0, 0, false};
    size_t i;
    put_reason(&reason, run);
    if (reason.failed) tool_exit(TOOL_FAILED, "out of memory");
    show_text(s, "cause", cause_beyond(run, reason.data ? reason.data : ""));
    if (!reason.data || strcmp(run->error, reason.data) != 0) show_text(s, "error", run->error);
    for (i = 0; i < run->warning_count; i++)
        sheet_entry(s, "warning", "%s: %s", run->warnings[i].kind, run->warnings[i].text);
    gem5art__buf_free(&reason);
}

static void show_status(sheet *s, const gem5art_run *run, bool live) {
    gem5art__buf text = {NULL, 0, 0, false};
    put_status(&text, run);
    sheet_label(s, "status");
    sheet_put(s, status_color(run->status), text.data ? text.data : "");
    sheet_end_line(s);
    gem5art__buf_free(&text);
    if (live && strcmp(run->kill_reason, "lost") == 0)
        sheet_entry(s, "", "nobody watches over it any more; whoever launches it again records it");
    if (!live && run->rerunnable) sheet_entry(s, "", "it can be launched again");
    if (*run->kill_reason && run->return_code) sheet_entry(s, "return code", "%lld", (long long)run->return_code);
    show_reasons(s, run);
}

static void show_texts(sheet *s, const char *label, const char *const *texts) {
    for (; *texts; texts++, label = "") sheet_entry(s, label, "\"%s\"", *texts);
}

/* What the experiment set for it besides its parameters. */
static void show_settings(sheet *s, const gem5art_run *run) {
    gem5art__buf stall = {NULL, 0, 0, false};
    show_pairs(s, "variables", run->variables);
    if (*run->gem5_options) sheet_command(s, "gem5 options", run->gem5_options);
    show_texts(s, "accepts", run->accept);
    show_texts(s, "fails on", run->fail_on);
    if (run->stall <= 0) return;
    tool_put_duration(&stall, run->stall);
    sheet_entry(s, "stall", "ended after %s without a growing file", stall.data ? stall.data : "");
    gem5art__buf_free(&stall);
}

static void show_identity(sheet *s, const gem5art_run *run, bool live) {
    sheet_heading(s, run->name);
    sheet_entry(s, "what", "%s run%s", gem5art__is_fs(run->type) ? "FS" : "SE", live ? ", which has not ended" : "");
    sheet_entry(s, "id", "%s", run->id);
    sheet_entry(s, "hash", "%s", run->hash);
    show_status(s, run, live);
    if (*run->params) sheet_command(s, "parameters", run->params);
    show_settings(s, run);
    if (*run->command) sheet_command(s, "command", run->command);
    show_text(s, "in", run->cwd);
    if (live && run->pid > 0) sheet_entry(s, "process", "%lld", (long long)run->pid);
}

static void show_artifacts(sheet *s, gem5art_db *db, const gem5art_run *run) {
    const char *const *further;
    size_t i, k;
    sheet_heading(s, "Artifacts");
    for (i = 0; i < ROLES; i++) {
        for (k = 0; k < i && strcmp(role_id(run, k), role_id(run, i)) != 0; k++) {}
        show_used(s, roles[i].label, db, role_id(run, i), k < i ? roles[k].label : NULL);
    }
    for (further = run->artifacts; *further; further++) show_used(s, "further", db, *further, NULL);
    show_text(s, "script", run->run_script);
}

/* The returns of simulate(), where a phase ended and the next one began. */
static void show_phases(sheet *s, const gem5art_run *run) {
    size_t i;
    sheet_heading(s, "Phases, by the seconds since gem5 started");
    for (i = 0; i < run->exit_event_count; i++) {
        const gem5art_exit_event *event = &run->exit_events[i];
        char label[32], code[32] = "";
        snprintf(label, sizeof label, "%.3f s", event->seconds);
        if (event->code) snprintf(code, sizeof code, ", code %lld", (long long)event->code);
        sheet_entry(s, label, "tick %llu: %s%s", (unsigned long long)event->tick, event->cause, code);
    }
}

/* Is a file what it was? It is hashed, unless the cache of hashes has it. */
static const char *file_now(gem5art_db *db, const gem5art_file *file) {
    char hash[65];
    if (!path_is_there(file->path)) return ", gone since";
    if (!*file->hash) return "";
    if (!gem5art__cache_hash(&db->cache, file->path, hash, NULL, NULL, NULL)) return ", unreadable now";
    return strcmp(hash, file->hash) == 0 ? "" : ", changed since";
}

static void show_files(sheet *s, gem5art_db *db, const gem5art_run *run) {
    size_t i;
    sheet_heading(s, "Files that gem5 read");
    for (i = 0; i < run->file_count; i++) {
        const gem5art_file *file = &run->files[i];
        const gem5art_artifact *artifact = *file->artifact ? find_used(db, file->artifact) : NULL;
        sheet_entry(s, *file->hash ? "" : "not hashed", "%s", file->path);
        if (artifact)
            sheet_entry(s, "", "%.12s, %s%s%s", file->hash, is_repo(artifact) ? "tracked in " : "", artifact->name,
                        file_now(db, file));
        else
            sheet_entry(s, "", "%.12s, %s%s", file->hash,
                        *file->artifact ? "an artifact that is not in the store any more" : "not an artifact",
                        file_now(db, file));
    }
}

static void show_took(sheet *s, const gem5art_run *run) {
    gem5art__buf text = {NULL, 0, 0, false};
    if (run_seconds(run) > 0) tool_put_duration(&text, run_seconds(run));
    if (text.length && run->end_time <= 0) gem5art__puts(&text, " so far");
    if (run->timeout > 0) {
        gem5art__puts(&text, text.length ? ", of " : "at most ");
        tool_put_duration(&text, run->timeout);
    }
    if (text.length) sheet_entry(s, "took", "%s", text.data);
    gem5art__buf_free(&text);
}

/* Python gem5art records no use of resources. */
static void show_cost(sheet *s, const gem5art_run *run) {
    sheet_heading(s, "Cost");
    show_time(s, "queued", run->enqueue_time);
    show_time(s, "started", run->start_time);
    show_time(s, "ended", run->end_time);
    show_took(s, run);
    if (run->ru_maxrss <= 0) return;
    sheet_entry(s, "CPU", "%.2f s user, %.2f s system", run->ru_utime, run->ru_stime);
    show_size(s, "memory", (double)run->ru_maxrss * 1024, " at its peak");
    sheet_entry(s, "I/O", "%lld blocks read, %lld written", (long long)run->ru_inblock, (long long)run->ru_oublock);
    sheet_entry(s, "switches", "%lld, and %lld preemptions", (long long)run->ru_nvcsw, (long long)run->ru_nivcsw);
}

static void show_where(sheet *s, const gem5art_run *run) {
    if (gem5art__empty(run->host) && !*run->environment && !run->task_id) return;
    sheet_heading(s, "Where");
    show_text(s, "host", run->host);
    show_text(s, "kernel", run->kernel);
    show_text(s, "CPU", run->cpu_model);
    show_text(s, "user", run->user);
    show_text(s, "task", run->task_id);
    show_pairs(s, "environment", run->environment);
}

/* Where the archive may be: where it was made, and the copy in the storage. */
static void find_archives(gem5art_db *db, const gem5art_artifact *archive, gem5art__arena *arena,
                          const char *places[3]) {
    size_t count = 0;
    if (archive) places[count++] = archive->path;
    if (archive && db->storage) places[count++] = gem5art__join_path(arena, db->storage, archive->id);
    if (arena->failed) tool_exit(TOOL_FAILED, "out of memory");
    places[count] = NULL;
}

static void show_results(sheet *s, const gem5art_run *run, const gem5art_artifact *archive, const char *const *places) {
    sheet_heading(s, "Results");
    sheet_entry(s, "outdir", "%s%s", run->outdir, path_is_there(run->outdir) ? "" : " (gone)");
    if (!archive) {
        if (run->results) sheet_entry(s, "archive", "%s, which is not in the store any more", run->results);
        return;
    }
    for (; *places; places++) sheet_entry(s, "archive", "%s%s", *places, path_is_there(*places) ? "" : " (gone)");
    if (archive->size >= 0) show_size(s, "", (double)archive->size, "");
    show_hash(s, archive);
}

/* Another attempt at the same run. */
static void show_attempt(sheet *s, const gem5art_run *run, const gem5art_run *other) {
    gem5art__buf text = {NULL, 0, 0, false};
    if (strcmp(other->hash, run->hash) != 0 || strcmp(other->id, run->id) == 0) return;
    tool_put_time(&text, other->start_time > 0 ? other->start_time : other->enqueue_time);
    gem5art__puts(&text, text.length ? "  " : "");
    put_status(&text, other);
    sheet_entry(s, "", "%.8s  %s", other->id, text.data ? text.data : "");
    gem5art__buf_free(&text);
}

static void show_attempts(sheet *s, gem5art_db *db, const gem5art_run *run) {
    gem5art__arena arena = {NULL, false};
    gem5art__lookup lookup = {0};
    gem5art__step step = GEM5ART__END;
    gem5art_error error;
    const gem5art_json *record;
    gem5art_run other;
    sheet_heading(s, "Other attempts");
    while (*run->hash &&
           (step = gem5art__store_lookup(db, &lookup, run->hash, &arena, &record, &error)) == GEM5ART__RECORD) {
        memset(&other, 0, sizeof other);
        if (gem5art__is_run(gem5art__record_text(record, "type")) &&
            gem5art__read_object(&arena, gem5art__run_fields, record, &other, db->path, &error))
            show_attempt(s, run, &other);
        gem5art__arena_free(&arena);
    }
    gem5art__arena_free(&arena);
    if (step == GEM5ART__FAILED) tool_exit(TOOL_FAILED, "%s", error.message);
}

static void show_live_attempts(sheet *s, gem5art_db *db, const gem5art_run *run) {
    gem5art_query query;
    gem5art_error error;
    gem5art_iter *iter;
    const gem5art_run *other;
    memset(&query, 0, sizeof query);
    query.live = true;
    iter = gem5art_get_runs(db, &query, &error);
    while (iter && (other = tool_next_run(iter, &error)) != NULL) show_attempt(s, run, other);
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_iter_close(iter);
}

static void show_run(sheet *s, gem5art_db *db, const gem5art_run *run, bool live) {
    const gem5art_artifact *archive = run->results ? find_used(db, run->results) : NULL;
    gem5art__arena arena = {NULL, false};
    const char *places[3];
    find_archives(db, archive, &arena, places);
    show_identity(s, run, live);
    sheet_heading(s, live ? "What it says so far" : "Why it failed");
    if (live || gem5art__starts_with(run->status, "Failed")) evidence_show(s, run->outdir, places);
    show_phases(s, run);
    show_artifacts(s, db, run);
    show_files(s, db, run);
    show_cost(s, run);
    show_where(s, run);
    show_results(s, run, archive, places);
    show_attempts(s, db, run);
    show_live_attempts(s, db, run);
    s->heading = NULL;
    gem5art__arena_free(&arena);
}

/* ---- the three forms */

static void show_json(const found *f) {
    const gem5art_json *record = f->run ? f->run->record : f->artifact->record;
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 2);
    gem5art__write_record(&writer, record);
    tool_print_json(&writer);
    gem5art_json_writer_free(&writer);
}

static void show(sheet *s, gem5art_db *db, const found *f) {
    if (f->run) show_run(s, db, f->run, f->live != NULL);
    else show_artifact(s, db, f->artifact);
}

int main(int argc, char **argv) {
    static const char *db_uri, *color;
    static bool json, shell;
    static const tool_option options[] = {
        {"--json", NULL, NULL, "The record as it is stored", NULL, NULL, &json, NULL},
        {"--shell", NULL, NULL, "A shell script that reproduces it: clones, checkouts, builds, the run's command", NULL,
         NULL, &shell, NULL},
        {"--color", NULL, "WHEN", "always, never, or auto (on terminals): the default", &color, NULL, NULL,
         "always auto never"},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json", &db_uri,
         NULL, NULL, "FILE"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {
        {"id", "The id of a run or an artifact, the beginning of one (at least 4 characters), or a whole hash", "ID"},
        {NULL, NULL, NULL}};
    static const tool_page page = {"show everything about a run or an artifact",
                                   "id [id ...]",
                                   "Show everything about a run or an artifact: how it was run and why it ended, what "
                                   "it is made of, the files that gem5 read, and what it cost.",
                                   operands,
                                   options,
                                   NULL};
    sheet s;
    found *all;
    gem5art_db *db;
    int i;
    argc = tool_parse(argc, argv, &page);
    memset(&s, 0, sizeof s);
    s.color = tool_use_color(color, stdout);
    s.columns = (size_t)tool_columns(STDOUT_FILENO);
    if (argc == 0)
        tool_exit(TOOL_MISUSE, "nothing to show: give the id of a run or an artifact; gem5art-ls lists them");
    if (json && shell) tool_exit(TOOL_MISUSE, "--json and --shell are two forms: give one of them");
    if (shell && argc > 1) tool_exit(TOOL_MISUSE, "one script reproduces one thing: leave \"%s\" out", argv[1]);
    all = (found *)calloc((size_t)argc, sizeof *all);
    if (!all) tool_exit(TOOL_FAILED, "out of memory");
    db = tool_open(db_uri, true);
    for (i = 0; i < argc; i++) all[i] = find_any(db, argv[i]);
    for (i = 0; i < argc; i++) {
        if (json) show_json(&all[i]);
        else if (shell) reproduce(db, all[i].run, all[i].artifact);
        else show(&s, db, &all[i]);
        find_end(&all[i]);
    }
    sheet_print(&s);
    free(all);
    gem5art_close(db, NULL);
    return tool_end(true);
}
