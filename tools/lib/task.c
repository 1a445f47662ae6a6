/* task.c - see task.h */

#include "task.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "label.h"
#include "message.h"
#include "options.h"
#include "slurm.h"
#include "submission.h"
#include "when.h"
#include "wording.h"

enum { TASK_FAILURES = 3, TASK_SECONDS = 5 }; /* of a node until it is excluded; between two looks at the queue */

/* Facts of the job that are recorded with each run. */
static const char *const task_environment[] = {"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID",
                                               "SLURM_RESTART_COUNT", "SLURMD_NODENAME", "SLURM_CLUSTER_NAME",
                                               "SLURM_JOB_PARTITION", NULL};

typedef struct task_run {
    gem5art_run *run;
    char *hash;
    bool ended;
} task_run;

typedef struct working {
    const task *options;
    gem5art_db *db;
    gem5art_pool *pool;
    const char *node;
    char *ticket; /* of all runs of this task */
    task_run *runs;
    size_t count;
    int bad, unstarted;   /* runs that are not Finished; and that could not be started on this node */
    bool started;
} working;

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

/* ---- a node that starts nothing */

/* Adds a byte to a node's file, and returns how many it has; 0: it cannot be written. */
static off_t note_node(const working *w, const char *ending) {
    char *path = text_printf("%s/%s.%s", w->options->folder, w->node, ending);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
    struct stat st;
    off_t size = 0;
    if (fd >= 0 && write(fd, "\n", 1) == 1 && fstat(fd, &st) == 0) size = st.st_size;
    if (fd >= 0) close(fd);
    free(path);
    return size;
}

/* When a node's file was last written; 0: never. */
static time_t noted_at(const working *w, const char *name) {
    char *path = text_join(w->options->folder, name);
    struct stat st;
    time_t at = lstat(path, &st) == 0 ? st.st_mtime : 0;
    free(path);
    return at;
}

/* Has a node started runs, and not failed to since? */
static bool is_healthy(const working *w, const char *started) {
    char *failed = text_printf("%.*s.failed", (int)(strrchr(started, '.') - started), started);
    bool healthy = noted_at(w, started) >= noted_at(w, failed);
    free(failed);
    return healthy;
}

/* Lists the nodes to exclude: this one, and those that were excluded before. False: no other node is known to be
   healthy, so that the fault may be everywhere. */
static bool bad_nodes(const working *w, text *nodes) {
    DIR *folder = opendir(w->options->folder);
    const struct dirent *entry;
    bool others = false;
    text_puts(nodes, w->node);
    while (folder && (entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        size_t length = dot ? (size_t)(dot - entry->d_name) : 0;
        if (!dot || text_is(entry->d_name, length, w->node)) continue;
        others = others || (text_same(dot, ".started") && is_healthy(w, entry->d_name));
        if (text_same(dot, ".excluded")) text_putf(nodes, ",%.*s", (int)length, entry->d_name);
    }
    if (folder) closedir(folder);
    return others;
}

static void exclude_node(const working *w, long long failures) {
    const char *job = variable("SLURM_ARRAY_JOB_ID");
    text nodes = {NULL, 0, 0}, why = {NULL, 0, 0};
    if (!bad_nodes(w, &nodes))
        say("node %s is not excluded, as no other node is known to be healthy", w->node);
    else if (slurm_exclude(strtoll(job, NULL, 10), nodes.data, &why)) {
        note_node(w, "excluded");
        say("node %s is excluded from the rest of job %s: %lld tasks could not start a run there", w->node, job,
            failures);
    } else say("node %s could not be excluded: %s", w->node, text_string(&why));
    text_free(&nodes);
    text_free(&why);
}

/* Puts this task back into the queue, up to three times. */
static void leave_node(const working *w) {
    char *failed = text_printf("%s.failed", w->node), *started = text_printf("%s.started", w->node);
    time_t last_failure = noted_at(w, failed);
    long long failures;
    const char *id = w->options->pool->task_id; /* the number in SLURM_JOB_ID can be the whole array's */
    text why = {NULL, 0, 0};
    if (noted_at(w, started) > last_failure) { /* it worked in between */
        char *path = text_join(w->options->folder, failed);
        unlink(path);
        free(path);
    }
    failures = (long long)note_node(w, "failed");
    free(failed), free(started);
    if (failures >= TASK_FAILURES) exclude_node(w, failures);
    if (strtol(variable("SLURM_RESTART_COUNT"), NULL, 10) >= TASK_FAILURES) return;
    say("back into the queue: %d run%s could not be started on node %s", w->unstarted, w->unstarted == 1 ? "" : "s",
        w->node);
    if (!slurm_requeue(id, &why)) say("%s", text_string(&why));
    text_free(&why);
}

/* ---- the runs */

/* Is it an error of this machine, more likely than of the run? */
static bool is_of_node(gem5art_code code) {
    return code == GEM5ART_IO || code == GEM5ART_NOMEM || code == GEM5ART_UNSUPPORTED;
}

/* Was an attempt never spawned, for a reason that a different node may not have? */
static bool is_unstarted(const gem5art_event *event) {
    static const gem5art_code anywhere[] = {GEM5ART_CHANGED, GEM5ART_DIRTY, GEM5ART_CANCELLED};
    size_t i;
    if (event->run->pid || !event->error) return false;
    for (i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (event->error->code == anywhere[i]) return false;
    return true;
}

/* A run is queued until it is recorded as one that is not launched again. */
static void unqueue(const working *w, const gem5art_run *run) {
    gem5art_error error;
    if (!gem5art_unqueue_run(w->db, run->hash, w->ticket, &error) && error.code != GEM5ART_NOT_FOUND)
        warn("%s", error.message);
}

static void on_end(working *w, const gem5art_event *event) {
    const gem5art_run *run = event->run;
    text end = {NULL, 0, 0};
    bool finished = text_same(run->status, "Finished");
    if (!finished) {
        w->bad++;
        w->unstarted += is_unstarted(event);
        label_put_end(&end, run);
        say("%s: %s: %s", label_run(run), run->status, text_string(&end));
    }
    if (event->error && !text_same(event->error->message, run->error))
        say("%s is not recorded: %s", label_run(run), wording(event->error->message));
    else if (!run->rerunnable) unqueue(w, run);
    text_free(&end);
}

static void on_event(const gem5art_event *event, void *user_data) {
    working *w = (working *)user_data;
    size_t i;
    if (event->type == GEM5ART_EVENT_SPAWNED && !w->started) {
        w->started = true;
        note_node(w, "started");
    }
    if (event->type != GEM5ART_EVENT_ENDED && event->type != GEM5ART_EVENT_SKIPPED) return;
    for (i = 0; i < w->count; i++)
        if (w->runs[i].run && text_same(w->runs[i].run->hash, event->run->hash)) w->runs[i].ended = true;
    if (event->type == GEM5ART_EVENT_ENDED) on_end(w, event);
    else if (event->error->code == GEM5ART_EXISTS) unqueue(w, event->run);
    else if (event->error->code != GEM5ART_CANCELLED) {
        w->bad++;
        w->unstarted += is_of_node(event->error->code);
        say("%s: %s", label_run(event->run), wording(event->error->message));
    } else w->bad++;
}

/* Ends the runs that were withdrawn since: that is how gem5art-cancel ends one of several in a task. */
static void end_withdrawn(const working *w) {
    size_t i;
    for (i = 0; i < w->count; i++) {
        const task_run *r = &w->runs[i];
        if (!r->ended && !gem5art_is_queued(w->db, r->hash, w->ticket)) gem5art_pool_cancel(w->pool, r->run->id, NULL);
    }
}

/* ---- the task */

/* Reads the hashes of this task, and loads its runs; those that are not queued any more are left out. */
static void load_runs(working *w, int64_t task_number) {
    char *path = text_join(w->options->folder, "runs"), hash[SUBMISSION_LINE];
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), i;
    struct stat st;
    gem5art_error error;
    if (fd < 0) die(EXIT_FAILED, "cannot read %s: %s", path, strerror(errno));
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || st.st_mode & 0022)
        die(EXIT_FAILED, "%s belongs to another user, or others may write it: submit the runs yourself", path);
    w->runs = (task_run *)text_alloc((size_t)w->options->per_task * sizeof *w->runs);
    for (i = 0; i < w->options->per_task; i++) {
        off_t at = (off_t)(task_number * w->options->per_task + i) * SUBMISSION_LINE;
        if (pread(fd, hash, sizeof hash, at) != sizeof hash || hash[SUBMISSION_HASH] != '\n') break;
        hash[SUBMISSION_HASH] = 0;
        w->runs[w->count].run = gem5art_load_queued(w->db, hash, w->ticket, &error);
        if (w->runs[w->count].run) w->runs[w->count++].hash = text_copy(hash);
        else if (error.code != GEM5ART_NOT_FOUND || access(gem5art_store_path(w->db), F_OK) < 0) {
            w->bad++;
            w->unstarted += is_of_node(error.code);
            say("%s", wording(error.message));
        }
    }
    close(fd);
    free(path);
}

static void execute(working *w) {
    gem5art_error error;
    gem5art_event progress;
    double next = when_monotonic() + TASK_SECONDS;
    size_t i;
    for (i = 0; i < w->count; i++)
        if (!gem5art_pool_add(w->pool, w->runs[i].run, &error)) die_of(&error);
    do {
        gem5art_pool_step(w->pool, TASK_SECONDS * 1000, NULL); /* an event has the error of an unrecorded run */
        gem5art_pool_progress(w->pool, &progress);
        if (when_monotonic() < next) continue;
        end_withdrawn(w);
        next = when_monotonic() + TASK_SECONDS;
    } while (progress.queued + progress.running + progress.ending > 0);
}

/* Removes the output of a task that printed nothing. */
static void remove_output(const working *w) {
    char *name = text_printf("%s_%s.out", variable("SLURM_ARRAY_JOB_ID"), variable("SLURM_ARRAY_TASK_ID"));
    char *path = text_join(w->options->folder, name);
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0) unlink(path);
    free(name);
    free(path);
}

bool task_execute(const task *t, gem5art_db *db) {
    working w;
    gem5art_error error;
    char *id = text_printf("%s_%s", variable("SLURM_ARRAY_JOB_ID"), variable("SLURM_ARRAY_TASK_ID"));
    long cpus = strtol(variable("SLURM_CPUS_PER_TASK"), NULL, 10);
    int64_t first = t->first_text ? options_count("--first", t->first_text) : 0;
    memset(&w, 0, sizeof w);
    if (!*variable("SLURM_JOB_ID")) die(EXIT_MISUSE, "--exec is for batch scripts of Slurm: use --slurm to submit one");
    w.options = t, w.db = db;
    w.node = *variable("SLURMD_NODENAME") ? variable("SLURMD_NODENAME") : "node";
    t->pool->jobs = cpus > 0 && cpus <= INT_MAX ? (int)cpus : 1;
    t->pool->task_id = id;
    t->pool->environment = task_environment;
    t->pool->handle_signals = true;
    t->pool->event = on_event;
    t->pool->user_data = &w;
    w.pool = gem5art_pool_create(db, t->pool, &error);
    if (!w.pool) die_of(&error);
    first += strtoll(variable("SLURM_ARRAY_TASK_ID"), NULL, 10);
    w.ticket = submission_ticket(text_base(t->folder), first);
    load_runs(&w, first);
    execute(&w);
    gem5art_pool_destroy(w.pool);
    if (w.unstarted && !w.started) leave_node(&w);
    remove_output(&w);
    while (w.count) free(w.runs[--w.count].hash);
    free(w.runs), free(w.ticket), free(id);
    return w.bad == 0;
}
