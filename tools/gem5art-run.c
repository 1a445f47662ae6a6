/* gem5art-run - launches the runs of an experiment file, or one run from the command line, and watches over them. */

#include "gem5art.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/describe.h"
#include "lib/display.h"
#include "lib/experiment.h"
#include "lib/message.h"
#include "lib/notes.h"
#include "lib/options.h"
#include "lib/store.h"
#include "lib/terminal.h"
#include "lib/variables.h"
#include "lib/when.h"

const char *tool_name = "gem5art-run";

/* ---- the command line */

static const char *name, *gem5, *script, *outdir, *kernel, *disk, *gem5_repo, *script_repo, *cwd, *db_uri, *color;
static const char *jobs_text, *limit_text, *retries_text, *stop_after_text, *timeout_text, *nice_text, *memory_text;
static bool dry_run;
static text_list only; /* VAR=VALUE */
static int64_t limit = -1;
static double timeout;
static int niceness; /* of --nice */
static gem5art_pool_desc pool_desc;
static char *folder; /* of --cwd, absolute */
static text command; /* this one, for a shell */

static const option options[] = {
    {"--dry-run", "-n", NULL, "print each command line, and change nothing", NULL, NULL, &dry_run, NULL},
    {"--jobs", "-j", "N", "execute N runs at once; default: the number of CPUs", &jobs_text, NULL, NULL, NULL},
    {"--only", NULL, "VAR=VALUE", "launch only these runs; can be repeated", NULL, &only, NULL, NULL},
    {"--limit", NULL, "LIMIT", "launch at most LIMIT runs", &limit_text, NULL, NULL, NULL},
    {"--retry-failed", NULL, "N", "launch Failed runs again, at most N times", &retries_text, NULL, NULL, NULL},
    {"--rerun", NULL, NULL, "launch recorded runs too", NULL, NULL, &pool_desc.rerun, NULL},
    {"--take-lost", NULL, NULL, " take over lost runs of other hosts, whose processes are gone",
     .flag = &pool_desc.take_lost},
    {"--stop-after", NULL, "N", "launch no more after N runs have Failed", &stop_after_text, NULL, NULL, NULL},
    {"--timeout", NULL, "TIME", "end each run after TIME: 30m, 12h, 2d, none", &timeout_text, NULL, NULL, NULL},
    {"--cwd", NULL, "DIR", "resolve relative paths from DIR", &cwd, NULL, NULL, "FOLDER"},
    OPTION_DB_URI(&db_uri),
    {"--color", NULL, "WHEN", "use colors: always, never, on terminals (auto)", &color, NULL, NULL, "always auto never"},
    {"--nice", NULL, "N", "lower the runs' priority, by 0 to 20", &nice_text, NULL, NULL, NULL},
    {"--free-memory", NULL, "SIZE", "launch none while less is free (such as 8G)", &memory_text, NULL, NULL, NULL},
    {"--pin", NULL, NULL, "give each run a CPU of its own", NULL, NULL, &pool_desc.pin, NULL},
    {"--name", NULL, "NAME", " set the name of a single run", &name, NULL, NULL, NULL},
    {"--gem5", NULL, "FILE", " set its gem5 binary", &gem5, NULL, NULL, "FILE"},
    {"--script", NULL, "FILE", " set its run script", &script, NULL, NULL, "FILE"},
    {"--outdir", NULL, "DIR", " set the folder that it writes", &outdir, NULL, NULL, "FOLDER"},
    {"--kernel", NULL, "FILE", " set its kernel, which makes it a full-system run", &kernel, NULL, NULL, "FILE"},
    {"--disk", NULL, "FILE", " set its disk image", &disk, NULL, NULL, "FILE"},
    {"--gem5-repo", NULL, "DIR", " name its gem5's git repo; default: where it is", &gem5_repo, NULL, NULL, "FOLDER"},
    {"--script-repo", NULL, "DIR", " name its script's; default: where it is", &script_repo, NULL, NULL, "FOLDER"},
    OPTION_END};

static const page run_page = {
    "launch gem5 experiments and watch over them",
    "EXPERIMENT.json | --name NAME --gem5 FILE --script FILE --outdir DIR [--kernel FILE --disk FILE] [-- PARAM...]",
    "Launch the runs that are not recorded yet, of a file or from the command line.", NULL, options,
    "The man page has --gem5-repo, --script-repo and --take-lost, too.",
    "0 all runs are recorded as Finished, 1 a run failed or was not launched, 2 misuse"};

static int read_count(const char *option_name, const char *value, int most) {
    int64_t count = value ? options_count(option_name, value) : 0;
    if (count > most) die(EXIT_MISUSE, "%s: %s is too large: at most %d is allowed", option_name, value, most);
    return (int)count;
}

static int64_t read_size(const char *option_name, const char *value) {
    static const char units[] = "KMGT";
    char *end;
    double size = *value >= '0' && *value <= '9' ? strtod(value, &end) : -1;
    const char *unit = size > 0 && *end ? strchr(units, *end) : units;
    if (size <= 0 || !unit || (*end && end[1]))
        die(EXIT_MISUSE, "%s: \"%s\" is not a size: give bytes, or 512M, 8G", option_name, value);
    if (*end) size *= (double)((int64_t)1 << 10 * (unit - units + 1));
    if (size >= 0x1p63) die(EXIT_MISUSE, "%s: %s is more than any memory: give less", option_name, value);
    return (int64_t)size;
}

/* Checks all values before anything is done. */
static void read_options(void) {
    pool_desc.jobs = read_count("--jobs", jobs_text, INT_MAX);
    pool_desc.retries = read_count("--retry-failed", retries_text, INT_MAX);
    pool_desc.max_failed = read_count("--stop-after", stop_after_text, INT_MAX);
    niceness = read_count("--nice", nice_text, 20);
    if (limit_text) limit = options_count("--limit", limit_text);
    options_color(color, stdout);
    if (memory_text) pool_desc.free_memory = read_size("--free-memory", memory_text);
    if (timeout_text && !when_timeout(timeout_text, &timeout))
        die(EXIT_MISUSE, "--timeout: \"%s\" is not a time: give seconds, or 30m, 12h, 2d, or none", timeout_text);
}

/* Returns a message of the library with options of this tool, or keys of an experiment, instead of C fields. */
static const char *own_words(const char *message) {
    enum { SINGLE = 12 }; /* words of options for a single run */
    static const char *const words[] = {
        ".run_script", "--script", ".gem5_binary", "--gem5", ".linux_binary", "--kernel", ".disk_image", "--disk",
        ".name", "--name", ".outdir", "--outdir", ".gem5_options", "gem5_options", ".accept", "accept", ".environment",
        "environment", ".stall", "stall", ".timeout", "--timeout", ".nice", "--nice", ".jobs", "--jobs", ".max_failed",
        "--stop-after", ".retries", "--retry-failed", ".rerun", "--rerun", ".take_lost", "--take-lost", ".free_memory",
        "--free-memory", ".pin", "--pin", NULL};
    static text out;
    const char *c = message;
    size_t length, i;
    for (text_clear(&out); *c; c += length) {
        length = 1;
        if (*c == '.' && (c == message || strchr(" (", c[-1]))) length += strspn(c + 1, "abcdefghijklmnopqrstuvwxyz_5");
        for (i = 0; words[i] && !text_is(c, length, words[i]); i += 2) {}
        if (!words[i]) text_put(&out, c, length);
        else text_puts(&out, i < SINGLE && !name ? words[i] + 1 : words[i + 1]);
    }
    return text_string(&out);
}

/* ---- a single run, as an experiment */

static size_t add_artifact(experiment *e, const char *type, const char *path) {
    experiment_artifact *a = (experiment_artifact *)text_keep(text_alloc(sizeof *a));
    a->desc.name = text_base(path);
    if (a->desc.name[strspn(a->desc.name, ".")] == 0) a->desc.name = path;
    a->desc.type = type;
    a->desc.path = path;
    a->desc.documentation =
        text_keep(text_printf("The %s at %s, given on the command line of gem5art-run", type, path));
    return experiment_add_artifact(e, a);
}

/* The work tree that contains a file: the first of the folders above it that has a .git. */
static const char *repo_of(const char *file, const char *by) {
    char *joined = text_join(folder, file), *repo = text_keep(realpath(joined, NULL)), *slash, *git;
    bool found;
    if (!repo) die(EXIT_FAILED, "cannot find %s: %s; correct its path", file, strerror(errno));
    do {
        slash = strrchr(repo, '/');
        slash[slash == repo] = 0; /* "/" is the last one */
        git = text_join(repo, ".git");
        found = access(git, F_OK) == 0;
        free(git);
    } while (!found && slash > repo);
    if (!found) die(EXIT_FAILED, "%s is not in a git repo: name the one that it was made from by %s", file, by);
    free(joined);
    return repo;
}

static experiment *single_run(char **params) {
    static const char *const no_variables[] = {NULL};
    const char *missing = !name ? "--name" : !gem5 ? "--gem5" : !script ? "--script" : !outdir ? "--outdir" : NULL;
    static experiment e;
    experiment_run *run = experiment_add_run(&e);
    if (missing) die(EXIT_MISUSE, "%s is missing: a single run needs --name, --gem5, --script and --outdir", missing);
    if (!kernel != !disk) die(EXIT_MISUSE, "a full system needs --kernel and --disk: give both or neither");
    if (only.count || limit_text) die(EXIT_MISUSE, "--only and --limit select runs of an experiment file: remove them");
    e.path = name;
    run->fs = kernel != NULL;
    run->desc.name = name;
    run->desc.run_script = script;
    run->desc.outdir = outdir;
    run->desc.params = (const char *const *)(void *)params;
    run->desc.variables = no_variables;
    run->roles[ROLE_GEM5] = add_artifact(&e, "gem5 binary", gem5);
    run->roles[ROLE_GEM5_GIT] = add_artifact(&e, "git repo", gem5_repo ? gem5_repo : repo_of(gem5, "--gem5-repo"));
    if (!script_repo) script_repo = repo_of(script, "--script-repo");
    run->roles[ROLE_SCRIPT_GIT] = add_artifact(&e, "git repo", script_repo);
    if (run->fs) run->roles[ROLE_LINUX] = add_artifact(&e, "kernel", kernel);
    if (run->fs) run->roles[ROLE_DISK] = add_artifact(&e, "disk image", disk);
    return &e;
}

/* ---- errors before anything is launched */

enum { LISTED = 20, PROBLEMS = 10 };
static notes problems;

static void complain(const char *message) { notes_add(&problems, own_words(message), message); }

static void report_problems(void (*report)(const char *format, ...)) {
    int i, left = problems.total;
    for (i = 0; i < problems.kinds && i < PROBLEMS; i++) {
        int count = problems.items[i].count;
        if (count > 1) report("%s (%d times)", problems.items[i].kind, count);
        else report("%s", problems.items[i].kind);
        left -= count;
    }
    if (left) report("and %d more", left);
}

static void check_files(const experiment *e) {
    gem5art_error error;
    size_t i;
    for (i = 0; i < e->artifact_count; i++) {
        const gem5art_artifact_desc *d = &e->artifacts[i]->desc;
        char *path = text_join(folder, d->path), *problem;
        if (access(path, F_OK) < 0) {
            problem = text_printf("cannot find the %s \"%s\" at %s: %s; correct its path", d->type, d->name, d->path,
                                  strerror(errno));
            complain(problem);
            free(problem);
        }
        free(path);
    }
    for (i = 0; i < e->run_count; i++) {
        gem5art_run_desc d = e->runs[i].desc;
        d.cwd = folder;
        if (!gem5art_check_run(&d, e->runs[i].fs, &error)) complain(error.message);
    }
}

static int print_commands(const experiment *e) {
    text line = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < e->run_count; i++) {
        text_clear(&line);
        experiment_put_command(&line, e, &e->runs[i], folder);
        text_puts(&line, "\n");
        print(line.data, line.length);
    }
    text_free(&line);
    check_files(e);
    report_problems(warn);
    return finish(true);
}

/* ---- the outcomes of the runs */

typedef enum outcome {
    FINISHED, FAILED,
    STOPPED,       /* by a signal */
    RECORDED,      /* as Finished */
    CHANGED,       /* recorded, but a file that gem5 read has changed since */
    FAILED_BEFORE,
    ELSEWHERE,     /* another process executes it */
    CANCELLED,     /* by a signal or --stop-after, before it was launched */
    TROUBLE,       /* another error: it was not launched, or not recorded */
    OUTCOMES
} outcome;

static const char *const outcome_words[OUTCOMES] = {
    "finished",      "failed",             "stopped",      "recorded before", "recorded with files that changed since",
    "failed before", "executed elsewhere", "not launched", "ended by an error"};

static gem5art_db *db;
static gem5art_pool *pool;
static int total, tally[OUTCOMES];
static notes warnings;     /* of finished runs */
static text_list failures; /* two lines each, of the first LISTED ones */
static bool interrupted;   /* a signal ends the runs */
static bool same_names;    /* labels are then the matrix variables */
static volatile sig_atomic_t phase; /* of: */
enum { CHECKING, REGISTERING, CREATING, LAUNCHING };
static volatile sig_atomic_t stopped; /* the number of a signal that came while the runs were created */

static const char *short_path(const char *path) { return text_below(folder, path) ? text_below(folder, path) : path; }

static const char *label_of(const gem5art_run *run) {
    static text label;
    if (!same_names) return run->name;
    if (!*run->variables) return short_path(run->outdir);
    text_clear(&label);
    variables_put(&label, run->variables);
    return label.data;
}

/* "exit 1 after 4.2 s: src/sim/x.cc:1: fatal: ..." */
static void put_end(text *out, const gem5art_run *run) {
    const char *cause;
    describe_reason(out, run);
    cause = describe_cause(run, text_string(out));
    if (run->start_time > 0 && run->end_time >= run->start_time) {
        text_puts(out, " after ");
        when_put_duration(out, run->end_time - run->start_time);
    }
    if (cause) text_putf(out, ": %.*s", 200, cause);
}

/* For the summary. */
static void list_failure(const char *label, const char *reason, const char *where) {
    if (failures.count == 2 * LISTED) return;
    text_list_add(&failures, text_keep(text_printf("%s: %s", label, reason)));
    text_list_add(&failures, text_keep(text_printf("    %s", short_path(where))));
}

/* Has an attempt at this run Finished? If not, lists the failure of the latest one. */
static bool finished_before(const gem5art_run *run) {
    text reason = {NULL, 0, 0}, where = {NULL, 0, 0};
    gem5art_error error;
    gem5art_iter *attempts = gem5art_get_attempts(db, run, &error);
    const gem5art_run *attempt;
    bool finished = false;
    while (attempts && !finished && (attempt = gem5art_next_run(attempts, &error)) != NULL) {
        finished = text_same(attempt->status, "Finished");
        text_clear(&reason);
        text_clear(&where);
        put_end(&reason, attempt);
        text_puts(&where, attempt->outdir);
    }
    gem5art_iter_close(attempts);
    if (!finished) list_failure(label_of(run), reason.length ? reason.data : "recorded as Failed",
                                where.length ? where.data : run->outdir);
    text_free(&reason);
    text_free(&where);
    return finished;
}

/* Writes a line that stays. Without a display, it begins with the number of runs that ended. */
__attribute__((format(printf, 3, 4))) static void announce(sheet_color color_of, const gem5art_run *run,
                                                           const char *format, ...) {
    text line = {NULL, 0, 0};
    int done = 0, i;
    va_list arguments;
    for (i = 0; i < OUTCOMES; i++) done += tally[i];
    if (!display_live) text_putf(&line, "[%d/%d] ", done, total);
    text_putf(&line, "%s: ", label_of(run));
    va_start(arguments, format);
    text_vputf(&line, format, arguments);
    va_end(arguments);
    display_say(color_of, "%s", line.data);
    text_free(&line);
}

static void on_skipped(const gem5art_run *run, const gem5art_error *error) {
    /* Only the message has which record the library compared, and that a file of it changed. */
    outcome o = error->code == GEM5ART_BUSY                                                 ? ELSEWHERE
                : error->code == GEM5ART_CANCELLED                                          ? CANCELLED
                : error->code != GEM5ART_EXISTS                                             ? TROUBLE
                : strstr(error->message, "which gem5 read then, has changed since") != NULL ? CHANGED
                : finished_before(run)                                                      ? RECORDED
                                                                                            : FAILED_BEFORE;
    tally[o]++;
    if (o == ELSEWHERE || o == TROUBLE || (o == CHANGED && tally[CHANGED] <= LISTED))
        announce(o == TROUBLE ? SHEET_RED : SHEET_YELLOW, run, "%s", own_words(error->message));
    else if (!display_live && o != CHANGED && o != CANCELLED) announce(SHEET_PLAIN, run, "%s", outcome_words[o]);
}

/* Notes each kind of warning of a run once. */
static void note_warnings(const gem5art_run *run) {
    const gem5art_warning *all = run->warnings;
    size_t i, earlier;
    for (i = 0; i < run->warning_count; i++) {
        char *first = text_printf("%s: %s", label_of(run), all[i].text);
        for (earlier = 0; !text_same(all[earlier].kind, all[i].kind);) earlier++;
        if (earlier == i) notes_add(&warnings, all[i].kind, first);
        free(first);
    }
}

static bool is_stopped(const gem5art_run *run) {
    return text_starts(run->kill_reason, "sig") && !text_same(run->kill_reason, "sigkill");
}

static void on_end(const gem5art_run *run, const gem5art_error *error) {
    text reason = {NULL, 0, 0};
    bool unrecorded = error && !text_same(error->message, run->error);
    outcome o = text_same(run->status, "Finished") ? FINISHED : is_stopped(run) ? STOPPED : FAILED;
    tally[unrecorded ? TROUBLE : o]++;
    display_remove_run(run);
    put_end(&reason, run);
    if (o == FINISHED) note_warnings(run);
    if (o == FAILED && !unrecorded) list_failure(label_of(run), text_string(&reason), run->outdir);
    if (unrecorded) announce(SHEET_RED, run, "not recorded: %s", own_words(error->message));
    else if (o == FAILED) announce(SHEET_RED, run, "failed: %s", text_string(&reason));
    else if (o == STOPPED && !display_live) announce(SHEET_YELLOW, run, "stopped: %s", text_string(&reason));
    else if (o == FINISHED && !display_live) {
        text_clear(&reason);
        when_put_duration(&reason, run->end_time - run->start_time);
        announce(SHEET_GREEN, run, "finished after %s", reason.data);
    }
    text_free(&reason);
}

static void on_event(const gem5art_event *event, void *user_data) {
    const gem5art_run *run = event->run;
    text reason = {NULL, 0, 0};
    (void)user_data;
    if (phase < LAUNCHING) return;
    if (event->type == GEM5ART_EVENT_SKIPPED) on_skipped(run, event->error);
    if (event->type == GEM5ART_EVENT_ENDED) on_end(run, event->error);
    if (event->type == GEM5ART_EVENT_SPAWNED) {
        display_add_run(run, label_of(run));
        if (!display_live) announce(SHEET_PLAIN, run, "started, process %lld", (long long)run->pid);
    }
    if (event->type == GEM5ART_EVENT_KILLED) {
        interrupted = interrupted || is_stopped(run);
        if (!display_live) announce(SHEET_YELLOW, run, "ending it: %s", run->kill_reason);
    }
    if (event->type == GEM5ART_EVENT_RETRIED) {
        display_remove_run(run);
        put_end(&reason, run);
        announce(SHEET_YELLOW, run, "failed and tried again: %s", text_string(&reason));
    }
    text_free(&reason);
}

/* Shows a warning of the library without breaking the display; only the first LISTED while the runs are prepared. */
static void on_warning(const char *message, void *user_data) {
    static int count;
    (void)user_data;
    if (phase == REGISTERING && name) return; /* a stored description of an artifact is better than that of a single run */
    if (phase < LAUNCHING && ++count > LISTED) return;
    if (phase < LAUNCHING && count == LISTED) message = "there are more such warnings";
    if (display_live && isatty(STDERR_FILENO)) display_say(SHEET_YELLOW, "warning: %s", message);
    else warn("%s", message);
}

/* ---- registering, creating, launching */

static void draw(const gem5art_event *progress, const char *note) {
    display_counts c = {.total = total, .finished = tally[FINISHED], .note = note};
    c.failed = tally[FAILED] + tally[TROUBLE];
    c.recorded = tally[RECORDED] + tally[CHANGED] + tally[FAILED_BEFORE];
    c.running = progress ? progress->running + progress->ending : 0;
    c.eta = !progress || tally[CANCELLED] || interrupted ? -1 : progress->eta;
    display_draw(&c, phase == REGISTERING);
}

static void register_artifacts(experiment *e) {
    gem5art_error error;
    size_t i;
    phase = REGISTERING;
    for (i = 0; i < e->artifact_count; i++) {
        char *note = text_printf("Registering %s", e->artifacts[i]->desc.path);
        draw(NULL, note);
        free(note);
        e->artifacts[i]->desc.path = store_path_to_record(e->artifacts[i]->desc.path);
        if (!experiment_register(e, db, i, &error) && error.code != GEM5ART_OK) complain(error.message);
    }
}

/* Returns the runs; NULL stands for those that could not be created. */
static gem5art_run **create_runs(experiment *e) {
    gem5art_run **runs = (gem5art_run **)text_alloc(e->run_count * sizeof *runs);
    gem5art_error error;
    size_t i;
    phase = CREATING;
    for (i = 0; i < e->run_count && !stopped; i++) {
        experiment_run *r = &e->runs[i];
        same_names = same_names || (i > 0 && (text_same(r->desc.name, r[-1].desc.name) ||
                                              text_same(r->desc.name, e->runs[0].desc.name)));
        draw(NULL, "Preparing the runs");
        if (!experiment_use_artifacts(e, r)) continue; /* the error was reported */
        runs[i] = r->fs ? gem5art_create_fs_run(db, &r->desc, &error) : gem5art_create_se_run(db, &r->desc, &error);
        if (!runs[i]) complain(error.message);
    }
    return runs;
}

static void stop(int number) {
    static const char message[] = "gem5art-run: stopped before a run was launched: start it again to resume\n";
    display_leave();
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_FAILED);
    signal(number, SIG_DFL);
    raise(number);
}

/* A signal before there is a pool. Hashing a disk image takes minutes, so it ends the tool at once: the store, the only
   file that is written then, is safe from that. While the runs are created, refuse() ends it. */
static void on_early_signal(int number) {
    if (phase == CREATING) stopped = number;
    else stop(number);
}

static void handle_signals(void (*handler)(int)) {
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP};
    size_t i;
    for (i = 0; i < sizeof handled / sizeof *handled; i++)
        if (signal(handled[i], handler) == SIG_IGN) signal(handled[i], SIG_IGN);
}

/* Removes the info.json files of new runs, which would be in the way of a corrected experiment, and ends the tool. */
__attribute__((noreturn)) static void refuse(gem5art_run *const *runs, size_t count) {
    size_t i;
    for (i = 0; i < count; i++) {
        char *path = runs[i] ? text_join(runs[i]->outdir, "info.json") : NULL;
        gem5art_run *found = path ? gem5art_load_run(db, path, NULL) : NULL;
        if (found && text_same(found->id, runs[i]->id) && unlink(path) == 0) rmdir(runs[i]->outdir);
        free(path);
    }
    display_end();
    if (stopped) stop(stopped);
    report_problems(say);
    die(EXIT_FAILED, "nothing was launched");
}

/* Why no more runs are launched, and what becomes of the active ones; NULL: more are launched. */
static const char *stop_note(const gem5art_event *progress) {
    if (!interrupted && !tally[CANCELLED]) return NULL;
    if (!interrupted && pool_desc.max_failed && tally[FAILED] >= pool_desc.max_failed)
        return "Enough runs have failed: no more are launched; active runs continue";
    if (progress->running) return "Stopping: the runs are being ended; Ctrl-C again kills them";
    return "Stopping: results are being archived; Ctrl-C again leaves them";
}

static void watch(gem5art_event *progress) {
    phase = LAUNCHING;
    do {
        gem5art_pool_step(pool, display_due(), NULL); /* an event has the error of a run that cannot be recorded */
        gem5art_pool_progress(pool, progress);
        draw(progress, stop_note(progress));
    } while (progress->queued + progress->running + progress->ending > 0);
}

/* ---- the end */

/* True: all runs are recorded as Finished. */
static bool sum_up(const gem5art_event *end) {
    int i, listed = 0, good = tally[FINISHED] + tally[RECORDED], failed = tally[FAILED] + tally[FAILED_BEFORE];
    text line = {NULL, 0, 0};
    const struct note *n;
    const char *const *at;
    text_putf(&line, "%d run%s in ", total, total == 1 ? "" : "s");
    when_put_duration(&line, display_elapsed());
    for (i = 0; i < OUTCOMES; i++)
        if (tally[i]) text_putf(&line, "%s %d %s", listed++ ? "," : ":", tally[i], outcome_words[i]);
    display_say(good == total ? SHEET_GREEN : SHEET_RED, "%s", line.data);
    if (end->lost) display_say(SHEET_PLAIN, "Recorded %d lost attempt%s", end->lost, end->lost == 1 ? "" : "s");
    if (end->retried)
        display_say(SHEET_PLAIN, "Retried %d failed attempt%s", end->retried, end->retried == 1 ? "" : "s");
    for (at = failures.items; at && *at; at++) display_say(SHEET_PLAIN, "  %s", *at);
    if (failed > LISTED) display_say(SHEET_PLAIN, "  and %d more: gem5art-ls --status Failed", failed - LISTED);
    if (tally[FAILED_BEFORE])
        display_say(SHEET_PLAIN, "To launch runs that failed before: --retry-failed N or --rerun.");
    for (n = warnings.items; n < warnings.items + warnings.kinds; n++)
        display_say(SHEET_YELLOW, "Warning of the kind \"%s\" in %d finished run%s: %s", n->kind, n->count,
                    n->count == 1 ? "" : "s, the first", n->first);
    if (tally[STOPPED] + tally[CANCELLED]) display_say(SHEET_PLAIN, "To resume:%s", command.data);
    text_free(&line);
    return good == total;
}

static int launch_all(experiment *e) {
    const char *title = text_base(e->path), *dot = strrchr(title, '.');
    gem5art_open_desc desc = {.log = on_warning};
    gem5art_error error;
    gem5art_event end;
    gem5art_run **runs;
    size_t i;
    bool well;
    total = (int)e->run_count;
    check_files(e);
    if (problems.total) refuse(NULL, 0);
    signal(SIGPIPE, SIG_IGN); /* the runs continue, whatever becomes of the output */
    db = store_open_as(store_find(db_uri), &desc);
    if (chdir(folder) < 0) die(EXIT_FAILED, "cannot enter %s: %s", folder, strerror(errno));
    display_begin(name || !dot || dot == title ? title : text_keep(text_copy_n(title, (size_t)(dot - title))), color);
    handle_signals(on_early_signal);
    register_artifacts(e);
    runs = create_runs(e);
    pool_desc.handle_signals = true;
    pool_desc.event = on_event;
    if (!problems.total) pool = gem5art_pool_create(db, &pool_desc, &error);
    if (!problems.total && !pool) complain(error.message);
    for (i = 0; i < e->run_count && !problems.total && !stopped; i++)
        if (!gem5art_pool_add(pool, runs[i], &error)) complain(error.message);
    if (problems.total || stopped) gem5art_pool_destroy(pool), refuse(runs, e->run_count);
    for (i = 0; i < e->run_count; i++) gem5art_release_run(db, runs[i]); /* it stays until it has ended */
    free(runs);
    watch(&end);
    display_end();
    gem5art_pool_destroy(pool);
    handle_signals(SIG_DFL);
    well = sum_up(&end);
    if (!gem5art_close(db, &error)) die_of(&error);
    display_finish();
    return finish(well);
}

int main(int argc, char **argv) {
    experiment *e;
    size_t i;
    int count;
    for (count = 0; count < argc; count++) {
        text_puts(&command, " ");
        terminal_put_word(&command, argv[count]);
    }
    count = options_parse(argc, argv, &run_page);
    argv[count] = NULL;
    read_options();
    folder = realpath(cwd ? cwd : ".", NULL);
    if (!folder) die(EXIT_FAILED, "cannot work in %s: %s", cwd ? cwd : ".", strerror(errno));
    if (name || gem5 || script || outdir || kernel || disk) e = single_run(argv);
    else if (count == 1) e = experiment_read(argv[0], only.items, limit);
    else if (count) die(EXIT_MISUSE, "only one experiment is launched: leave \"%s\" out", argv[1]);
    else die(EXIT_MISUSE, "the experiment is missing: name its file, or describe a run with --name and the others");
    for (i = 0; i < e->run_count; i++) {
        if (timeout_text) e->runs[i].desc.timeout = timeout;
        if (nice_text) e->runs[i].desc.nice = niceness;
    }
    return dry_run ? print_commands(e) : launch_all(e);
}
