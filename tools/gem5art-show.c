/* gem5art-show - shows all about a run or an artifact: for people, as JSON, or as a script that reproduces it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/describe.h"
#include "lib/evidence.h"
#include "lib/find.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/reproduce.h"
#include "lib/store.h"
#include "lib/tail.h"
#include "lib/terminal.h"
#include "lib/when.h"

const char *tool_name = "gem5art-show";

static const char *db_uri, *color, *lines;
static bool as_json, as_shell, as_path, as_log, follow;

static const option options[] = {
    {"--log", NULL, NULL, "Show the last lines of what it wrote; of simout, simerr, console or terminal alone, if one "
     "is named beside the id", .flag = &as_log},
    {"--lines", NULL, "N", "With --log: N lines of each file, or all; default: 10", .value = &lines,
     .words = "all"},
    {"--follow", "-f", NULL, "As --log, and follow the output while the run is active", .flag = &follow},
    {"--path", NULL, NULL, "Print the outdir, or the path of an artifact", .flag = &as_path},
    {"--json", NULL, NULL, "Print the record as it is stored", .flag = &as_json},
    {"--shell", NULL, NULL, "Print a script that reproduces it: clones, builds, run",
     .flag = &as_shell},
    OPTION_COLOR(&color),
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"id", "An id, at least 3 characters of it, or a whole hash", "ID"},
    {NULL, NULL, NULL}};

static const page the_page = {
    .summary = "show everything about a run or an artifact",
    .usage = "id [id ...]",
    .description = "Show everything about a run or an artifact: how it was run and why it ended, what it is made "
                   "of, the files that gem5 read, and what it cost.",
    .operands = operands,
    .options = options};

enum { SHOW_USERS = 3 }; /* runs of an artifact that are named */

/* ---- entries: none for an empty value */

static void show_text(sheet *s, const char *label, const char *string) {
    if (!text_empty(string)) sheet_entry(s, label, "%s", string);
}

/* `earlier`: a time shown above, whose day is not repeated; 0: none. */
static void show_time(sheet *s, const char *label, double time, double earlier) {
    text string = {0};
    when_put_second(&string, time, earlier);
    show_text(s, label, text_string(&string));
    text_free(&string);
}

static void show_size(sheet *s, const char *label, double bytes, const char *more) {
    text string = {0};
    describe_bytes(&string, bytes);
    sheet_entry(s, label, "%s%s", text_string(&string), more);
    text_free(&string);
}

static void show_list(sheet *s, const char *label, const char *quote, const char *const *strings) {
    for (; *strings; strings++, label = "") sheet_entry(s, label, "%s%s%s", quote, *strings, quote);
}

static void show_pairs(sheet *s, const char *label, const char *const *pairs) {
    for (; *pairs && pairs[1]; pairs += 2, label = "") sheet_entry(s, label, "%s=%s", pairs[0], pairs[1]);
}

/* A command line to paste, with a backslash where it is broken. */
static void show_command(sheet *s, const char *label, const char *const *argv) {
    text word = {0};
    if (!*argv) return;
    sheet_label(s, label);
    s->glue = " \\";
    for (; *argv; argv++) {
        text_clear(&word);
        terminal_put_word(&word, *argv);
        sheet_word(s, text_string(&word));
    }
    sheet_end_line(s);
    text_free(&word);
}

/* ---- artifacts */

/* "gem5 (commit 53a3b2dde320 of https://...), vmlinux (SHA-256 ...)" */
static void show_inputs(sheet *s, const char *label, const char *before, gem5art_db *db,
                        const gem5art_artifact *artifact) {
    const char *const *id;
    text string = {0};
    for (id = artifact->inputs; *id; id++) {
        const gem5art_artifact *input = store_artifact(db, *id);
        text_puts(&string, id == artifact->inputs ? before : ", ");
        if (!input) text_putf(&string, "%s (not in the store any more)", *id);
        else
            text_putf(&string, "%s (%s %.12s%s%s)", input->name, describe_hash_kind(input), input->hash,
                      *input->git_origin ? " of " : "", input->git_origin);
    }
    show_text(s, label, text_string(&string));
    text_free(&string);
}

/* A SHA-256 fills a line of 80 columns: it has no kind before it. */
static void show_hash(sheet *s, const gem5art_artifact *artifact) {
    bool sha256 = strlen(artifact->hash) == 64 && !store_is_repo(artifact);
    sheet_entry(s, "", sha256 ? "%s%s" : "%s %s", sha256 ? "" : describe_hash_kind(artifact), artifact->hash);
}

/* An artifact of a run, in a few lines; `above`: the role in which it was shown already. */
static void show_used(sheet *s, const char *label, gem5art_db *db, const char *id, const char *above) {
    const gem5art_artifact *artifact = *id ? store_artifact(db, id) : NULL;
    if (*id && above) sheet_entry(s, label, "the %s", above);
    else if (*id && !artifact) sheet_entry(s, label, "%s, which is not in the store any more", id);
    if (!artifact || above) return;
    sheet_entry(s, label, "%s (%s %.8s)", artifact->name, artifact->type, artifact->id);
    sheet_entry(s, "", "%s", artifact->path);
    show_hash(s, artifact);
    if (*artifact->git_origin) sheet_entry(s, "", "of %s", artifact->git_origin);
    show_inputs(s, "", "made from ", db, artifact);
}

static bool uses(const gem5art_run *run, const char *id) {
    const char *const *further;
    size_t role;
    for (role = 0; role < ROLES; role++)
        if (text_same(store_role_id(run, role), id)) return true;
    for (further = run->artifacts; *further; further++)
        if (text_same(*further, id)) return true;
    return run->results && text_same(run->results, id);
}

/* How many runs name an artifact, and the latest. */
static void show_users(sheet *s, gem5art_db *db, const char *id) {
    gem5art_iter *iter = store_runs(db, NULL);
    text latest[SHOW_USERS] = {{0}};
    const gem5art_run *run;
    size_t count = 0, i;
    while ((run = store_next_run(iter)) != NULL) {
        text *line = &latest[count % SHOW_USERS];
        if (!uses(run, id)) continue;
        count++;
        text_clear(line);
        text_putf(line, "%.8s %s (", run->id, run->name);
        describe_status(line, run);
        text_puts(line, ")");
    }
    if (count == 0) sheet_entry(s, "used by", "no recorded run");
    else
        sheet_entry(s, "used by", "%zu run%s%s", count, count > 1 ? "s" : "",
                    count > SHOW_USERS ? ", the latest:" : ":");
    for (i = count > SHOW_USERS ? count - SHOW_USERS : 0; i < count; i++)
        sheet_entry(s, "", "%s", text_string(&latest[i % SHOW_USERS]));
    for (i = 0; i < SHOW_USERS; i++) text_free(&latest[i]);
}

static void show_artifact(sheet *s, gem5art_db *db, const gem5art_artifact *artifact) {
    bool results = store_is_results(artifact->type);
    char *title = text_printf("%s%s", results ? "results of " : "", artifact->name);
    sheet_title(s, title);
    free(title);
    sheet_entry(s, "what", "artifact, %s", results ? "the archive of a run's outdir" : artifact->type);
    sheet_entry(s, "id", "%s", artifact->id);
    sheet_entry(s, describe_hash_kind(artifact), "%s", artifact->hash);
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
    show_list(s, "for gem5", "", artifact->supported_gem5_versions);
    show_text(s, "url", artifact->url);
    show_text(s, "md5sum", artifact->md5sum);
    show_pairs(s, "extra", artifact->extra);
    show_time(s, "registered", artifact->time, 0);
    show_users(s, db, artifact->id);
}

/* ---- runs */

static void show_status(sheet *s, const gem5art_run *run, bool live) {
    sheet_color shown = text_same(run->status, "Finished")      ? SHEET_GREEN
                        : text_starts(run->status, "Failed") ? SHEET_RED : SHEET_YELLOW;
    text status = {0}, reason = {0};
    size_t i;
    describe_status(&status, run);
    describe_reason(&reason, run);
    sheet_label(s, "status");
    sheet_put(s, shown, text_string(&status));
    sheet_end_line(s);
    if (live && text_same(run->kill_reason, "lost"))
        sheet_entry(s, "", "its launcher is gone; launching it again records this attempt");
    if (!live && run->rerunnable) sheet_entry(s, "", "it can be launched again");
    if (*run->kill_reason && run->return_code) sheet_entry(s, "return code", "%lld", (long long)run->return_code);
    show_text(s, "cause", describe_cause(run, text_string(&reason)));
    if (!text_same(run->error, text_string(&reason))) show_text(s, "error", run->error);
    for (i = 0; i < run->warning_count; i++)
        sheet_entry(s, "warning", "%s: %s", run->warnings[i].kind, run->warnings[i].text);
    text_free(&status);
    text_free(&reason);
}

static void show_identity(sheet *s, const gem5art_run *run, bool live) {
    text stall = {0};
    sheet_heading(s, run->name);
    sheet_entry(s, "what", "%s run%s", text_same(run->type, "gem5 run fs") ? "FS" : "SE",
                !live ? "" : text_same(run->status, "Created") ? ", which has not begun" : ", which has not ended");
    sheet_entry(s, "id", "%s", run->id);
    sheet_entry(s, "hash", "%s", run->hash);
    show_status(s, run, live);
    show_pairs(s, "variables", run->variables);
    show_command(s, "parameters", run->params);
    show_command(s, "gem5 options", run->gem5_options);
    show_list(s, "accepts", "\"", run->accept);
    show_list(s, "fails on", "\"", run->fail_on);
    if (run->stall > 0) {
        when_put_duration(&stall, run->stall);
        sheet_entry(s, "stall", "ended after %s without a growing file", text_string(&stall));
    }
    show_command(s, "command", run->command);
    show_text(s, "in", run->cwd);
    if (live && run->pid > 0) sheet_entry(s, "process", "%lld", (long long)run->pid);
    text_free(&stall);
}

static void show_artifacts(sheet *s, gem5art_db *db, const gem5art_run *run) {
    const char *const *further;
    size_t i, k;
    sheet_heading(s, "Artifacts");
    for (i = 0; i < ROLES; i++) {
        for (k = 0; k < i && !text_same(store_role_id(run, k), store_role_id(run, i)); k++) {}
        show_used(s, store_roles[i].label, db, store_role_id(run, i), k < i ? store_roles[k].label : NULL);
    }
    for (further = run->artifacts; *further; further++) show_used(s, "further", db, *further, NULL);
    show_text(s, "script", run->run_script);
}

/* The returns of simulate(), at which a phase ended and the next one began. */
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

/* How a file differs now from what gem5 read: it is hashed, unless the cache of hashes has it. */
static const char *file_now(gem5art_db *db, const gem5art_file *file) {
    char hash[65];
    if (!describe_exists(file->path)) return ", gone since";
    if (!*file->hash) return "";
    if (!gem5art_hash_path(db, file->path, hash, NULL)) return ", unreadable now";
    return text_same(hash, file->hash) ? "" : ", changed since";
}

static void show_files(sheet *s, gem5art_db *db, const gem5art_run *run) {
    size_t i;
    sheet_heading(s, "Files that gem5 read");
    for (i = 0; i < run->file_count; i++) {
        const gem5art_file *file = &run->files[i];
        const gem5art_artifact *artifact = *file->artifact ? store_artifact(db, file->artifact) : NULL;
        sheet_entry(s, *file->hash ? "" : "not hashed", "%s", file->path);
        sheet_entry(s, "", "%.12s, %s%s%s", file->hash, artifact && store_is_repo(artifact) ? "tracked in " : "",
                    artifact          ? artifact->name
                    : *file->artifact ? "an artifact that is not in the store any more" : "not an artifact",
                    file_now(db, file));
    }
}

static void show_cost(sheet *s, const gem5art_run *run) {
    text took = {0};
    sheet_heading(s, "Cost");
    show_time(s, "queued", run->enqueue_time, 0);
    show_time(s, "started", run->start_time, run->enqueue_time);
    show_time(s, "ended", run->end_time, run->start_time);
    if (describe_seconds(run) > 0) when_put_duration(&took, describe_seconds(run));
    if (took.length && run->end_time <= 0) text_puts(&took, " so far");
    if (run->timeout > 0) {
        text_puts(&took, took.length ? ", of " : "at most ");
        when_put_duration(&took, run->timeout);
    }
    show_text(s, "took", text_string(&took));
    text_free(&took);
    if (run->ru_maxrss <= 0) return; /* Python gem5art records no use of resources */
    sheet_entry(s, "CPU", "%.2f s user, %.2f s system", run->ru_utime, run->ru_stime);
    show_size(s, "memory", (double)run->ru_maxrss * 1024, " at its peak");
    sheet_entry(s, "I/O", "%lld blocks read, %lld written", (long long)run->ru_inblock, (long long)run->ru_oublock);
    sheet_entry(s, "switches", "%lld, and %lld preemption%s", (long long)run->ru_nvcsw,
                (long long)run->ru_nivcsw, run->ru_nivcsw == 1 ? "" : "s");
}

static void show_where(sheet *s, const gem5art_run *run) {
    sheet_heading(s, "Where");
    show_text(s, "host", run->host);
    show_text(s, "kernel", run->kernel);
    show_text(s, "CPU", run->cpu_model);
    show_text(s, "user", run->user);
    show_text(s, "task", run->task_id);
    show_pairs(s, "environment", run->environment);
}

static void show_results(sheet *s, const gem5art_run *run, const gem5art_artifact *archive, const char *const *places) {
    sheet_heading(s, "Results");
    sheet_entry(s, "outdir", "%s%s", run->outdir, describe_exists(run->outdir) ? "" : " (gone)");
    if (run->no_archive) sheet_entry(s, "archive", "none: archiving was turned off");
    show_list(s, "left out", "", run->archive_except);
    if (!archive && run->results) sheet_entry(s, "archive", "%s, which is not in the store any more", run->results);
    if (run->no_archive) sheet_entry(s, "archive", "none, as the run asks for none");
    if (!archive) return;
    for (; *places; places++) sheet_entry(s, "archive", "%s%s", *places, describe_exists(*places) ? "" : " (gone)");
    if (archive->size >= 0) show_size(s, "", (double)archive->size, "");
    show_hash(s, archive);
    show_list(s, "left out", "\"", run->archive_except);
}

/* Rows of `iter` that are other attempts at the run. */
static void show_attempts(sheet *s, gem5art_iter *iter, const gem5art_run *run) {
    const gem5art_run *other;
    text string = {0};
    while ((other = store_next_run(iter)) != NULL) {
        if (text_same(other->id, run->id)) continue;
        text_clear(&string);
        when_put_second(&string, other->start_time > 0 ? other->start_time : other->enqueue_time, 0);
        text_puts(&string, string.length ? "  " : "");
        describe_status(&string, other);
        sheet_entry(s, "", "%.8s  %s", other->id, text_string(&string));
    }
    text_free(&string);
}

/* The archive of a run, and the places where its file may be; NULL-terminated. */
static const gem5art_artifact *archive_of(gem5art_db *db, const gem5art_run *run, const char *places[3]) {
    const gem5art_artifact *archive = run->results ? store_artifact(db, run->results) : NULL;
    places[0] = archive ? archive->path : NULL;
    places[1] = archive ? (const char *)text_keep(store_copy_path(archive)) : NULL;
    places[2] = NULL;
    return archive;
}

static void show_run(sheet *s, gem5art_db *db, const gem5art_run *run, bool live) {
    const char *places[3];
    const gem5art_artifact *archive = archive_of(db, run, places);
    gem5art_query query = {0};
    gem5art_iter *attempts;
    gem5art_error error;
    show_identity(s, run, live);
    sheet_heading(s, live ? "What it says so far" : "Why it failed");
    if (live || text_starts(run->status, "Failed")) evidence_show(s, run->outdir, places);
    show_phases(s, run);
    show_artifacts(s, db, run);
    show_files(s, db, run);
    show_cost(s, run);
    show_where(s, run);
    show_results(s, run, archive, places);
    sheet_heading(s, "Other attempts");
    query.live = true;
    query.hash = run->hash;
    if (*run->hash) {
        attempts = gem5art_get_attempts(db, run, &error);
        if (!attempts) die_of(&error);
        show_attempts(s, attempts, run);
        show_attempts(s, store_runs(db, &query), run);
    }
    s->heading = NULL;
}

/* ---- its output */

typedef struct watched {
    gem5art_db *db;
    const char *id, *hash, *name;
} watched;

/* A run has ended when no live entry shows it any more, or when its launcher is gone. */
static bool has_ended(void *user_data) {
    const watched *w = (const watched *)user_data;
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    bool runs = false;
    query.live = true;
    query.hash = w->hash;
    iter = store_runs(w->db, &query);
    while ((run = store_next_run(iter)) != NULL)
        if (text_same(run->id, w->id) && !text_same(run->kill_reason, "lost")) runs = true;
    return !runs;
}

static void say_end(const watched *w) {
    gem5art_error error;
    const gem5art_run *run = gem5art_find_run(w->db, w->id, &error);
    text status = {0};
    if (!run && error.code != GEM5ART_NOT_FOUND) die_of(&error);
    if (run) describe_status(&status, run);
    if (run) say("run \"%s\" has ended: %s", w->name, text_string(&status));
    else say("the launcher of run \"%s\" is gone; launching it again records this attempt", w->name);
    text_free(&status);
}

static const char *keep(const char *string) { return (const char *)text_keep(text_copy(string)); }

/* Shows the last lines of what a run wrote. False: there is nothing, which was reported. */
static bool show_log(gem5art_db *db, found *f, tail *t) {
    watched w = {db, keep(f->run->id), keep(f->run->hash), keep(f->run->name)};
    bool live = f->live && follow, shown;
    const char *places[3];
    text why = {0};
    archive_of(db, f->run, places);
    t->outdir = keep(f->run->outdir);
    find_end(f); /* it would keep an LMDB store as it was */
    t->archives = places;
    shown = tail_show(t, live, &why);
    if (!shown && !live) say("run \"%s\": %s", w.name, text_string(&why));
    if (live) tail_follow(t, has_ended, &w);
    if (follow && (shown || live)) say_end(&w);
    tail_end(t);
    text_free(&why);
    return shown || live;
}

/* Takes the words that name files ("simerr", "simerr.txt") out of the operands: bits for `tail`. */
static unsigned take_kinds(int *argc, char **argv) {
    unsigned kinds = 0;
    int i, kept = 0, kind;
    for (i = 0; i < *argc; i++) {
        size_t length = strlen(argv[i]) - (text_ends(argv[i], ".txt") ? 4 : 0);
        const char *near;
        for (kind = 0; kind < LOGS_KINDS && !text_is(argv[i], length, logs_kinds[kind]); kind++) {}
        near = kind < LOGS_KINDS ? NULL : nearest_word(argv[i], logs_kinds);
        if (near) die(EXIT_MISUSE, "--log: unknown file \"%s\": did you mean %s?", argv[i], near);
        if (kind < LOGS_KINDS) kinds |= 1u << kind;
        else argv[kept++] = argv[i];
    }
    *argc = kept;
    return kinds;
}

/* ---- its path */

/* The path of an artifact: as it was registered, from the current folder or else the store's; or its repo's. */
static char *artifact_path(gem5art_db *db, const gem5art_artifact *artifact) {
    const char *store = gem5art_store_path(db);
    char here[4096], *paths[3], *path;
    size_t i;
    paths[0] = text_join(getcwd(here, sizeof here) ? here : NULL, artifact->path);
    paths[1] = text_copy_n(store, (size_t)(text_base(store) - store));
    paths[1] = text_join(text_keep(paths[1]), artifact->path);
    paths[2] = text_copy(artifact->git_name);
    for (i = 0; i < 2 && !describe_exists(paths[i]); i++) {}
    if (!describe_exists(paths[i])) i = 0;
    path = text_copy(paths[i]);
    for (i = 0; i < 3; i++) free(paths[i]);
    return path;
}

/* Prints a path: for other programs byte for byte. False: nothing is there, which was reported. */
static bool show_path(gem5art_db *db, const found *f) {
    char *path = f->run ? text_copy(f->run->outdir) : artifact_path(db, f->artifact);
    bool exists = describe_exists(path);
    if (isatty(STDOUT_FILENO)) print_line("%s", path);
    else {
        print(path, strlen(path));
        print("\n", 1);
    }
    if (!exists) warn("%s is gone", path);
    free(path);
    return exists;
}

/* ---- the forms */

static void show_json(const found *f) {
    const gem5art_json *record = f->run ? f->run->record : f->artifact->record, *member;
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_object(&writer);
    for (member = record->first; member; member = member->next) {
        if (text_same(member->key, "crc32")) continue;
        gem5art_json_key(&writer, member->key);
        gem5art_json_value(&writer, member);
    }
    gem5art_json_end_object(&writer);
    print_json(&writer);
    gem5art_json_writer_free(&writer);
}

static bool show_one(sheet *s, gem5art_db *db, found *f, tail *t) {
    bool ok = true;
    if (as_json) show_json(f);
    else if (as_shell) reproduce(db, f->run, f->artifact);
    else if (as_path) ok = show_path(db, f);
    else if (as_log) ok = show_log(db, f, t);
    else if (f->run) show_run(s, db, f->run, f->live != NULL);
    else show_artifact(s, db, f->artifact);
    find_end(f);
    return ok;
}

/* Checks what options.c cannot. */
static void check_options(int count, char **ids) {
    if (count == 0) die(EXIT_MISUSE, "nothing to show: give the id of a run or an artifact; gem5art-ls lists them");
    if (as_json + as_shell + as_path + as_log > 1)
        die(EXIT_MISUSE, "--json, --shell, --path and --log are different forms: give one of them");
    if (as_shell && count > 1) die(EXIT_MISUSE, "one script reproduces one thing: leave \"%s\" out", ids[1]);
    if (follow && count > 1) die(EXIT_MISUSE, "--follow takes one run: leave \"%s\" out", ids[1]);
    if (lines && !as_log) die(EXIT_MISUSE, "--lines is for --log: give both");
}

static int64_t count_lines(void) {
    int64_t count = !lines ? 10 : text_same(lines, "all") ? TAIL_ALL : options_count("--lines", lines);
    return count < INT64_MAX ? count : TAIL_ALL;
}

int main(int argc, char **argv) {
    tail t = {0};
    sheet s;
    found *all;
    gem5art_db *db;
    bool ok = true;
    int i;
    argc = options_parse(argc, argv, &the_page);
    as_log |= follow;
    if (as_log) t.kinds = take_kinds(&argc, argv);
    check_options(argc, argv);
    t.lines = count_lines();
    t.color = options_color(color, stdout);
    sheet_init(&s, t.color);
    all = (found *)text_alloc((size_t)argc * sizeof *all);
    db = store_open(store_find(db_uri), true);
    for (i = 0; i < argc; i++) all[i] = find_any(db, argv[i]);
    for (i = 0; i < argc && as_log; i++)
        if (!all[i].run) die(EXIT_MISUSE, "\"%s\" is an artifact: --log takes runs", argv[i]);
    for (i = 0; i < argc; i++) ok &= show_one(&s, db, &all[i], &t);
    sheet_print(&s);
    free(all);
    gem5art_close(db, NULL);
    return finish(ok);
}
