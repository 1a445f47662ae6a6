/* gem5art-run - launches the runs of an experiment file, or one run from the command line, and watches over them. */

#include "gem5art.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/display.h"
#include "lib/experiment.h"
#include "lib/follow.h"
#include "lib/label.h"
#include "lib/message.h"
#include "lib/notes.h"
#include "lib/options.h"
#include "lib/outcomes.h"
#include "lib/outdir.h"
#include "lib/plan.h"
#include "lib/single.h"
#include "lib/queue.h"
#include "lib/store.h"
#include "lib/submit.h"
#include "lib/task.h"
#include "lib/terminal.h"
#include "lib/when.h"
#include "lib/wording.h"

const char *tool_name = "gem5art-run";

/* ---- the command line */

static single one; /* a run that options describe */
static submit slurm;
static task job; /* of Slurm, which this process is to execute */
static const char *cwd, *db_uri, *color, *jobs_text, *limit_text, *retries_text, *stop_after_text, *timeout_text;
static const char *nice_text, *memory_text, *disk_text;
static bool dry_run, commands;
static text_list where; /* VAR=VALUE[,VALUE...] */
static int64_t limit = -1;
static double timeout;
static int niceness; /* of --nice */
static gem5art_pool_desc pool_desc;
static char *folder; /* of --cwd, absolute */
static text command; /* this one, for a shell */

static const option options[] = {
    {"--dry-run", "-n", NULL, "Show what would become of each run, and change nothing", .flag = &dry_run},
    {"--commands", NULL, NULL, "Print the runs' command lines, and change nothing", .flag = &commands},
    {"--jobs", "-j", "N", "Execute N runs at once; default: the number of CPUs", &jobs_text, NULL, NULL, NULL},
    {"--where", NULL, "VAR=LIST", "Launch only some, as in cpu=o3,atomic; repeatable", .list = &where,
     .words = "WHERE"},
    {"--only", NULL, "VAR=LIST", " The same as --where", .list = &where, .words = "WHERE"},
    {"--limit", NULL, "N", "Take only the first N runs", &limit_text, NULL, NULL, NULL},
    {"--retry-failed", NULL, "N", "Launch Failed runs again, at most N times", &retries_text, NULL, NULL, NULL},
    {"--rerun", NULL, NULL, "Launch recorded runs too", NULL, NULL, &pool_desc.rerun, NULL},
    {"--take-lost", NULL, NULL, " Take over lost runs of other hosts, whose processes are gone",
     .flag = &pool_desc.take_lost},
    {"--stop-after", NULL, "N", "Launch no more after N runs have Failed", &stop_after_text, NULL, NULL, NULL},
    {"--timeout", NULL, "TIME", "End each run after TIME: 30m, 12h, 2d, none", &timeout_text, NULL, NULL, NULL},
    {"--cwd", NULL, "DIR", "Resolve relative paths from DIR", &cwd, NULL, NULL, "FOLDER"},
    OPTION_DB_URI(&db_uri),
    {"--color", NULL, "WHEN", " Use colors: always, auto (on terminals) or never", .value = &color,
     .words = "always auto never"},
    {"--nice", NULL, "N", " Lower the runs' priority, by 0 to 20", &nice_text, NULL, NULL, NULL},
    {"--free-memory", NULL, "SIZE", " Launch none while less is free (such as 8G)", &memory_text, NULL, NULL, NULL},
    {"--quiet", "-q", NULL, " Print only failures and the sum", .flag = &outcomes_quiet},
    {"--min-disk", NULL, "SIZE", " Launch none while less disk space is free", &disk_text, NULL, NULL, NULL},
    {"--pin", NULL, NULL, " Give each run a CPU of its own", NULL, NULL, &pool_desc.pin, NULL},
    SINGLE_OPTIONS(&one),
    SUBMIT_OPTIONS(&slurm),
    TASK_OPTIONS(&job),
    OPTION_END};

static const page run_page = {
    "launch gem5 experiments and watch over them",
    "EXPERIMENT.json | --name NAME --gem5 FILE --script FILE --outdir DIR [--kernel FILE --disk FILE] [-- PARAM...]",
    "Launch the runs that are not recorded yet, of a file or from the command line.", NULL, options,
    "With - the experiment is read from standard input. The man page has more: --nice, --pin, --free-memory, --min-disk, "
    "the git repos of a single run, and the options for Slurm.",
    "0 all runs are recorded as Finished, 1 a run failed or was not launched, 2 misuse; --dry-run: 0, or 1 if a launch "
    "would be refused", NULL, false};

static int read_count(const char *option_name, const char *value, int most) {
    int64_t count = value ? options_count(option_name, value) : 0;
    if (count > most) die(EXIT_MISUSE, "%s: %s is too large: at most %d is allowed", option_name, value, most);
    return (int)count;
}

static int64_t read_size(const char *option_name, const char *value) {
    static const char units[] = "KMGT";
    char *end;
    double size = strtod(value, &end);
    const char *unit = *end ? strchr(units, *end) : units;
    if (*value < '0' || *value > '9' || size <= 0 || !unit || (*end && end[1]))
        die(EXIT_MISUSE, "%s: \"%s\" is not a size: give bytes, or 512M, 8G", option_name, value);
    if (*end) size *= (double)((int64_t)1 << 10 * (unit - units + 1));
    if (size >= 0x1p63) die(EXIT_MISUSE, "%s: %s is too large: give less", option_name, value);
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
    if (disk_text) pool_desc.min_disk = read_size("--min-disk", disk_text);
    if (single_given(&one) && (where.count || limit_text))
        die(EXIT_MISUSE, "--where and --limit select runs of an experiment file: remove them");
    if (timeout_text && !when_timeout(timeout_text, &timeout))
        die(EXIT_MISUSE, "--timeout: \"%s\" is not a time: give seconds, or 30m, 12h, 2d, or none", timeout_text);
}

/* ---- errors before anything is launched */

enum { LISTED = 20, PROBLEMS = 10 };
static notes problems;

static void complain(const char *message) { notes_add(&problems, wording(message), message); }

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

/* Of an experiment file in a different folder, names the option that its relative paths may need. */
static void hint_folder(const char *path) {
    char *of_file = text_copy_n(path, (size_t)(text_base(path) - path)), *hint;
    if (*of_file && !text_same(of_file, "./")) {
        hint = text_printf("relative paths start from %s: --cwd %s makes them start from the experiment's folder", folder,
                           of_file);
        complain(hint);
        free(hint);
    }
    free(of_file);
}

/* ---- registering, creating, launching */

static gem5art_db *db;
static gem5art_pool *pool;
static volatile sig_atomic_t phase; /* of: */
enum { CHECKING, REGISTERING, CREATING, LAUNCHING };
static volatile sig_atomic_t stopped; /* the number of a signal that came while the runs were created */

/* Shows a warning of the library without breaking the display; only the first LISTED while the runs are prepared. */
static void on_warning(const char *message, void *user_data) {
    static int count;
    (void)user_data;
    if (phase == REGISTERING && one.name) return; /* the stored description of an artifact is the better one */
    if (phase < LAUNCHING && ++count > LISTED) return;
    if (phase < LAUNCHING && count == LISTED) message = "there are more such warnings";
    if (display_live && isatty(STDERR_FILENO)) display_say(SHEET_YELLOW, "warning: %s", message);
    else warn("%s", message);
}

static void draw(const gem5art_event *progress, const char *note) {
    const int *tally = outcomes_tally;
    display_counts c = {.total = outcomes_total, .finished = tally[FINISHED], .note = note};
    c.failed = tally[FAILED] + tally[TROUBLE];
    c.recorded = tally[RECORDED] + tally[CHANGED] + tally[FAILED_BEFORE];
    c.running = progress ? progress->running + progress->ending : 0;
    c.eta = !progress || tally[CANCELLED] || outcomes_interrupted ? -1 : progress->eta;
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
        draw(NULL, "Preparing the runs");
        if (!experiment_use_artifacts(e, r)) continue; /* the error was reported */
        if (i > 0 && (text_same(r->desc.name, r[-1].desc.name) || text_same(r->desc.name, e->runs[0].desc.name)))
            label_same_names = true;
        r->desc.quiet_differs = true; /* see plan_put_changes */
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

/* Ends the tool before a launch. */
__attribute__((noreturn)) static void refuse(gem5art_run *const *runs, size_t count) {
    size_t i;
    for (i = 0; i < count && !dry_run; i++)
        if (runs[i]) outdir_forget(runs[i]->outdir, runs[i]->id, runs[i]->hash);
    display_end();
    if (stopped) stop(stopped);
    report_problems(say);
    die(EXIT_FAILED, dry_run ? "nothing would be launched" : "nothing was launched");
}

static void on_event(const gem5art_event *event, void *user_data) {
    (void)user_data;
    if (phase < LAUNCHING) return;
    outcomes_add(db, event);
    if (event->type == GEM5ART_EVENT_SKIPPED && event->error->code != GEM5ART_BUSY)
        outdir_forget(event->run->outdir, event->run->id, event->run->hash);
}

/* A line above the active runs; NULL: none is needed. */
static const char *note_of(const gem5art_event *progress) {
    static text waits;
    bool enough = pool_desc.max_failed && outcomes_tally[FAILED] >= pool_desc.max_failed;
    if (!outcomes_interrupted && !outcomes_tally[CANCELLED]) {
        if (!progress->waits_for) return NULL;
        text_clear(&waits);
        text_putf(&waits, "Waiting for %s", progress->waits_for);
        return waits.data;
    }
    if (!outcomes_interrupted && enough) return "Enough runs have failed: no more are launched; active runs continue";
    if (progress->running) return "Stopping: the runs are being ended; Ctrl-C again kills them";
    return "Stopping: results are being archived; Ctrl-C again leaves them";
}

/* Executes the runs to their ends; they stay until then. */
static void watch(gem5art_run *const *runs, size_t count, gem5art_event *progress) {
    text changes = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < count; i++) plan_add_change(runs[i]);
    plan_put_changes(&changes);
    if (changes.length) {
        text_cut(&changes, changes.length - 1);
        display_say(SHEET_PLAIN, "%s", changes.data);
    }
    text_free(&changes);
    for (i = 0; i < count; i++) gem5art_release_run(db, runs[i]);
    phase = LAUNCHING;
    do {
        gem5art_pool_step(pool, display_due(), NULL); /* an event has the error of a run that cannot be recorded */
        gem5art_pool_progress(pool, progress);
        draw(progress, note_of(progress));
    } while (progress->queued + progress->running + progress->ending > 0);
}

/* ---- the whole of it */

/* Registers the artifacts and creates the runs. An error ends the tool, here and below. */
static gem5art_run **prepare(experiment *e) {
    gem5art_run **runs;
    register_artifacts(e);
    runs = create_runs(e);
    if (problems.total || stopped) refuse(runs, e->run_count);
    return runs;
}

/* Adds the runs to a pool. What Slurm had and lost is launched here. */
static void fill_pool(gem5art_run *const *runs, size_t count) {
    gem5art_error error;
    queue q;
    size_t i;
    queue_read(&q, db);
    for (i = 0; i < count && q.count; i++) {
        const char *ticket = queue_void_ticket(&q, runs[i]->hash);
        if (ticket) gem5art_unqueue_run(db, runs[i]->hash, ticket, NULL);
    }
    queue_free(&q);
    pool_desc.handle_signals = true;
    pool_desc.event = on_event;
    pool = gem5art_pool_create(db, &pool_desc, &error);
    if (!pool) complain(error.message);
    for (i = 0; i < count && pool && !problems.total && !stopped; i++)
        if (!gem5art_pool_add(pool, runs[i], &error)) complain(error.message);
    if (problems.total || stopped) gem5art_pool_destroy(pool), refuse(runs, count);
}

static void open_store(const experiment *e) {
    gem5art_open_desc desc = {.log = on_warning, .dry_run = dry_run};
    outcomes_total = (int)e->run_count;
    check_files(e);
    if (problems.total && !cwd) hint_folder(e->path);
    if (problems.total) refuse(NULL, 0);
    db = store_open_as(store_find(db_uri), &desc);
    if (chdir(folder) < 0) die(EXIT_FAILED, "cannot enter %s: %s", folder, strerror(errno));
}

/* Prints command lines. Missing files are an error only if a commit must be known. */
static int print_commands(experiment *e) {
    text line = {NULL, 0, 0};
    size_t i;
    dry_run = true;
    if (experiment_has_commits(e)) {
        open_store(e);
        register_artifacts(e);
        if (problems.total) refuse(NULL, 0);
    } else check_files(e);
    for (i = 0; i < e->run_count; i++) {
        if (db) experiment_use_artifacts(e, &e->runs[i]);
        text_clear(&line);
        experiment_put_command(&line, e, &e->runs[i], folder);
        text_puts(&line, "\n");
        print(line.data, line.length);
    }
    text_free(&line);
    report_problems(warn);
    gem5art_close(db, NULL);
    return finish(true);
}

/* Is an experiment read from standard input, or as <(COMMAND) of a shell? */
static bool is_pipe(const char *path) {
    return text_same(path, "-") || text_starts(path, "/dev/fd/") || text_starts(path, "/proc/");
}

/* The experiment's name in the display: that of its file. */
static const char *title_of(const char *path) {
    const char *title = text_base(path), *dot = strrchr(title, '.');
    if (is_pipe(path)) return "experiment";
    if (one.name || !dot || dot == title) return title;
    return (const char *)text_keep(text_copy_n(title, (size_t)(dot - title)));
}

/* The open store, for a program on another machine. */
static const char *uri_of_store(void) {
    const char *uri = store_find(db_uri), *path = gem5art_store_path(db);
    return text_starts(uri, "lmdb:") ? (const char *)text_keep(text_printf("lmdb://%s", path)) : path;
}

/* Completes what a submission is made of, once the store is open. */
static void begin_submission(const experiment *e) {
    slurm.title = title_of(e->path);
    slurm.db_uri = uri_of_store();
}

static void show_script(const experiment *e) {
    text script = {NULL, 0, 0};
    char *place = text_printf("%s.slurm/ID", gem5art_store_path(db));
    begin_submission(e);
    print_line("%s", "");
    print_line("The batch script:");
    submit_put_script(&script, &slurm, e, place);
    print(script.data, script.length);
    text_free(&script);
    free(place);
}

static int show_plan(experiment *e) {
    gem5art_run **runs;
    gem5art_error error;
    queue q;
    size_t i;
    bool well;
    open_store(e);
    runs = prepare(e);
    queue_read(&q, db);
    if (slurm.slurm && q.trouble.length) warn("Slurm's queue is unavailable: %s", q.trouble.data);
    for (i = 0; i < e->run_count; i++) {
        gem5art_pool_desc desc = pool_desc;
        if (slurm.slurm) queue_let_replace(&q, db, runs[i]->hash, &desc);
        else desc.replaces = queue_void_ticket(&q, runs[i]->hash);
        plan_add(db, runs[i], &desc);
        gem5art_release_run(db, runs[i]);
    }
    queue_free(&q);
    free(runs);
    well = plan_print();
    if (slurm.slurm) show_script(e);
    if (!gem5art_close(db, &error)) die_of(&error);
    return finish(well);
}

static int launch_all(experiment *e) {
    gem5art_error error;
    gem5art_event end;
    gem5art_run **runs;
    text show = {NULL, 0, 0};
    char *resume;
    bool well;
    signal(SIGPIPE, SIG_IGN); /* the runs continue, whatever becomes of the output */
    open_store(e);
    display_begin(title_of(e->path), color);
    handle_signals(on_early_signal);
    runs = prepare(e);
    fill_pool(runs, e->run_count);
    watch(runs, e->run_count, &end);
    free(runs);
    display_end();
    gem5art_pool_destroy(pool);
    handle_signals(SIG_DFL);
    text_puts(&show, " gem5art-show");
    if (db_uri) {
        text_puts(&show, " --db-uri ");
        terminal_put_word(&show, db_uri);
    }
    resume = text_printf("To %s:%s", pool_desc.rerun ? "launch all of them again" : "resume", command.data);
    well = outcomes_sum_up(&end, show.data, resume);
    free(resume);
    text_free(&show);
    if (!gem5art_close(db, &error)) die_of(&error);
    display_finish();
    return finish(well);
}

/* ---- on a cluster */

static int submit_all(experiment *e) {
    gem5art_run **runs;
    gem5art_error error;
    int64_t array_limit;
    bool well, queued;
    open_store(e);
    begin_submission(e);
    array_limit = submit_begin(&slurm, db);
    display_begin(slurm.title, color);
    handle_signals(on_early_signal);
    runs = prepare(e);
    handle_signals(SIG_DFL);
    display_end();
    display_finish();
    well = submit_runs(&slurm, db, e, runs, array_limit, &queued);
    if (slurm.wait && queued) {
        char *resume = text_printf("To submit the missing runs:%s", command.data);
        print_flush();
        display_begin(slurm.title, color);
        well = follow_runs(db, runs, e->run_count, resume);
        display_finish();
        free(resume);
    }
    free(runs);
    if (!gem5art_close(db, &error)) die_of(&error);
    return finish(well);
}

static int execute_task(void) {
    gem5art_open_desc desc = {.log = message_warn, .shard = slurm.shards ? getenv("SLURMD_NODENAME") : NULL};
    gem5art_error error;
    bool well;
    db = store_open_as(db_uri, &desc);
    job.per_task = slurm.per_task;
    job.pool = &pool_desc;
    well = task_execute(&job, db);
    if (!gem5art_close(db, &error)) die_of(&error);
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
    label_folder = folder;
    slurm.folder = folder, slurm.jobs = pool_desc.jobs, slurm.pool = &pool_desc;
    if (job.folder) {
        submit_check(&slurm, NULL);
        return execute_task();
    }
    wording_of_options = one.name != NULL;
    if (single_given(&one)) e = single_experiment(&one, folder, argv);
    else if (count == 1) e = experiment_read(argv[0], &where, limit);
    else if (count) die(EXIT_MISUSE, "only one experiment is launched: leave \"%s\" out", argv[1]);
    else die(EXIT_MISUSE, "the experiment is missing: name its file, or describe a run with --name and the others");
    if (!single_given(&one) && is_pipe(argv[0])) {
        text_clear(&command);
        text_puts(&command, " launch the same experiment again");
    }
    submit_check(&slurm, e);
    if (slurm.slurm && pool_desc.max_failed)
        die(EXIT_MISUSE, "--stop-after cannot reach tasks of Slurm: remove it, and end them with gem5art-cancel");
    for (i = 0; i < e->warnings.count; i++) warn("%s", e->warnings.items[i]);
    for (i = 0; i < e->run_count; i++) {
        if (timeout_text) e->runs[i].desc.timeout = timeout;
        if (nice_text) e->runs[i].desc.nice = niceness;
    }
    if (commands) return print_commands(e);
    if (dry_run) return show_plan(e);
    return slurm.slurm ? submit_all(e) : launch_all(e);
}
