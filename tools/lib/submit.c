/* submit.c - see submit.h */

#include "submit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "label.h"
#include "message.h"
#include "mounts.h"
#include "options.h"
#include "outdir.h"
#include "queue.h"
#include "slurm.h"
#include "submission.h"
#include "terminal.h"
#include "when.h"
#include "wording.h"

/* Seconds before the time limit at which a task is asked to end: for the grace time and the archive. */
enum { SUBMIT_NOTICE = 180, SUBMIT_ARCHIVE = 300 };

/* ---- options */

typedef struct site_option {
    const char *name;
    size_t offset;        /* of its value in a submit */
    const char *variable; /* that sbatch takes it from, too; NULL: none */
} site_option;

#define SITE(name, field, variable) {name, offsetof(submit, field), variable}
static const site_option site_options[] = {
    SITE("--partition", partition, "SBATCH_PARTITION"), SITE("--account", account, "SBATCH_ACCOUNT"),
    SITE("--qos", qos, "SBATCH_QOS"), SITE("--time", time, "SBATCH_TIMELIMIT"),
    SITE("--mem", mem, "SBATCH_MEM_PER_NODE"), SITE("--cpus-per-task", cpus, NULL),
    SITE("--constraint", constraint, "SBATCH_CONSTRAINT"), SITE("--exclude", exclude, NULL)};
enum { SITES = sizeof site_options / sizeof *site_options };

static const char *site_value(const submit *s, int i) {
    return *(const char *const *)(const void *)((const char *)s + site_options[i].offset);
}

/* An option of sbatch, which must not be one that this tool sets. */
static void check_option(const char *option_text, const char *where) {
    static const char *const own[] = {"--array", "-a", "--wrap", "--comment", "--chdir", "-D", "--parsable", "--wait", "-W",
                                      "--clusters", "-M", "--output", "-o", "--error", "-e", "--open-mode", "--signal",
                                      "--dependency", "-d", NULL};
    const char *const *word;
    if (option_text[0] != '-' || strpbrk(option_text, "\n\r"))
        die(EXIT_MISUSE, "%s: \"%s\" is not an option of sbatch: write one as in --reservation=NAME", where,
            option_text);
    for (word = own; *word; word++)
        if (text_starts(option_text, *word) && (!word[0][2] || strchr("= ", option_text[strlen(*word)])))
            die(EXIT_MISUSE, "%s: %s is set by gem5art-run itself: remove it", where, *word);
}

void submit_check(submit *s, const experiment *e) {
    size_t i;
    int k;
    bool cluster = s->slurm || !e;
    for (k = 0; k < SITES && !cluster; k++)
        if (site_value(s, k)) die(EXIT_MISUSE, "%s is for a cluster: add --slurm, or remove it", site_options[k].name);
    if (!cluster && (s->wait || s->shards || s->per_task_text || s->sbatch.count))
        die(EXIT_MISUSE, "%s is for a cluster: add --slurm, or remove it",
            s->wait ? "--wait" : s->shards ? "--shards" : s->per_task_text ? "--per-task" : "--sbatch");
    s->per_task = 1;
    if (s->per_task_text) {
        int64_t n = options_count("--per-task", s->per_task_text);
        if (n < 1 || n > 1000000) die(EXIT_MISUSE, "--per-task: %s is not between 1 and 1000000", s->per_task_text);
        s->per_task = (int)n;
    }
    for (k = 0; k < SITES; k++)
        if (site_value(s, k) && (!*site_value(s, k) || strpbrk(site_value(s, k), "\n\r")))
            die(EXIT_MISUSE, "%s: \"%s\" is not a value for sbatch", site_options[k].name, site_value(s, k));
    for (i = 0; i < s->sbatch.count; i++) check_option(s->sbatch.items[i], "--sbatch");
    for (i = 0; e && s->slurm && i < e->sbatch.count; i++) check_option(e->sbatch.items[i], e->path);
}

/* ---- the batch script */

/* A value on an #SBATCH line, where Slurm takes quotes; `pattern`: it expands % there too. */
static void put_value(text *out, const char *value, bool pattern) {
    bool quoted = strpbrk(value, " \t#\"'\\;") != NULL;
    if (quoted) text_puts(out, "\"");
    for (; *value; value++) {
        if (strchr("\"\\", *value)) text_puts(out, "\\");
        if (pattern && *value == '%') text_puts(out, "%");
        text_put(out, value, 1);
    }
    if (quoted) text_puts(out, "\"");
}

static void put_line(text *out, const char *name, const char *value) {
    text_putf(out, "#SBATCH %s=", name);
    put_value(out, value, false);
    text_puts(out, "\n");
}

/* Seconds of a time as sbatch takes it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, ...; 0: none. */
static double read_time(const char *value) {
    static const double units[2][3] = {{60, 1, 0}, {3600, 60, 1}}; /* of one colon or none; of two, or after days */
    const char *dash = strchr(value, '-'), *c;
    double seconds = dash ? strtod(value, NULL) * 86400 : 0;
    int colons = 0, i;
    if (dash) value = dash + 1;
    for (c = value; *c; c++) colons += *c == ':';
    if (colons > 2 || value[strspn(value, "0123456789:")]) return 0;
    for (i = 0; i <= colons; i++) {
        seconds += strtod(value, NULL) * units[dash || colons == 2][i];
        value = strchr(value, ':') ? strchr(value, ':') + 1 : value;
    }
    return seconds;
}

/* The last value that options of sbatch have for a name or its letter, else `value`. */
static const char *last_value(const text_list *options, const char *name, const char *letter, const char *value) {
    size_t i;
    for (i = 0; i < options->count; i++) {
        const char *at = options->items[i], *of = text_starts(at, name) ? at + strlen(name) : NULL;
        if (!of && text_starts(at, letter)) of = at + strlen(letter);
        if (of) value = of + strspn(of, "= ");
    }
    return value;
}

/* What counts for a task: the command line's further options, its own, or the file's. */
static const char *effective(const submit *s, const experiment *e, const char *name, const char *letter,
                             const char *given) {
    const char *of_file = last_value(&e->sbatch, name, letter, NULL);
    return last_value(&s->sbatch, name, letter, given ? given : of_file);
}

/* The time of a task, from the time-outs of its runs; 0: one has none. */
static double needed_time(const submit *s, const experiment *e) {
    const char *cpus = effective(s, e, "--cpus-per-task", "-c", s->cpus);
    long at_once = cpus ? strtol(cpus, NULL, 10) : 1;
    double longest = 0, rounds = ceil((double)s->per_task / (double)(at_once > 1 ? at_once : 1));
    size_t i;
    for (i = 0; i < e->run_count; i++) {
        double t = e->runs[i].desc.timeout;
        if (t < 0 || t > 1e9) return 0;
        if (t <= 0) t = 900; /* the default */
        if (t > longest) longest = t;
    }
    return rounds * longest + SUBMIT_ARCHIVE;
}

static void put_times(text *out, const submit *s, const experiment *e) {
    const char *time = effective(s, e, "--time", "-t", s->time);
    double seconds = time ? read_time(time) : needed_time(s, e);
    int notice = seconds > 0 && seconds < 3 * SUBMIT_NOTICE ? (int)(seconds / 3) : SUBMIT_NOTICE;
    if (!time && seconds > 0) text_putf(out, "#SBATCH --time=%.0f\n", ceil(seconds / 60));
    text_putf(out, "#SBATCH --signal=B:TERM@%d\n", notice);
}

/* The command of a task, for a shell; "$1": the first task of its array. */
static void put_command(text *out, const submit *s, const char *folder) {
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    text_puts(out, "exec ");
    terminal_put_word(out, n > 0 ? self : tool_name);
    text_puts(out, " --exec ");
    terminal_put_word(out, folder);
    text_putf(out, " --first \"$1\" --per-task %d --db-uri ", s->per_task);
    terminal_put_word(out, s->db_uri);
    if (s->shards) text_puts(out, " --shards");
    if (s->pool->rerun) text_puts(out, " --rerun");
    if (s->pool->take_lost) text_puts(out, " --take-lost");
    if (s->pool->retries) text_putf(out, " --retry-failed %d", s->pool->retries);
    if (s->pool->free_memory) text_putf(out, " --free-memory %lld", (long long)s->pool->free_memory);
    if (s->pool->min_disk) text_putf(out, " --min-disk %lld", (long long)s->pool->min_disk);
    if (s->pool->pin) text_puts(out, " --pin");
    text_puts(out, "\n");
}

void submit_put_script(text *out, const submit *s, const experiment *e, const char *folder) {
    size_t i;
    int k;
    text_puts(out, "#!/bin/sh\n");
    put_line(out, "--job-name", s->title);
    text_puts(out, "#SBATCH --output=");
    put_value(out, folder, true);
    text_puts(out, "/%A_%a.out\n#SBATCH --open-mode=append\n#SBATCH --requeue\n");
    put_line(out, "--chdir", s->folder);
    put_times(out, s, e);
    for (i = 0; i < e->sbatch.count; i++) text_putf(out, "#SBATCH %s\n", e->sbatch.items[i]);
    for (k = 0; k < SITES; k++)
        if (site_value(s, k)) put_line(out, site_options[k].name, site_value(s, k));
    for (i = 0; i < s->sbatch.count; i++) text_putf(out, "#SBATCH %s\n", s->sbatch.items[i]);
    put_command(out, s, folder);
}

/* ---- queuing the runs */

typedef enum submit_outcome {
    SUBMITTED, SUBMIT_QUEUED, SUBMIT_RECORDED, SUBMIT_FAILED, SUBMIT_BUSY, SUBMIT_ERROR, SUBMIT_OUTCOMES
} submit_outcome;

static const char *const submit_words[SUBMIT_OUTCOMES] = {"submitted", "queued before", "recorded before",
                                                          "failed before", "executed elsewhere", "ended by an error"};

typedef struct submitting {
    const submit *options;
    gem5art_db *db;
    submission submission;
    queue queue;
    const gem5art_run **queued; /* in the order of their tasks */
    size_t count;
    int64_t job;                /* the first */
    bool unknown;               /* whether Slurm has taken the last one */
    int tally[SUBMIT_OUTCOMES];
} submitting;

/* Was the latest attempt that counts Finished? */
static bool is_finished(gem5art_db *db, const gem5art_run *run) {
    label_attempt a;
    bool finished;
    label_find_attempt(&a, db, run);
    finished = a.found && a.finished;
    label_free_attempt(&a);
    return finished;
}

/* Queues one run, unless it is in the queue: a ticket whose task Slurm does not list is void, and what its task had
   begun is lost once its heartbeat has stopped. */
static submit_outcome queue_run(submitting *w, gem5art_run *run) {
    gem5art_pool_desc desc = *w->options->pool;
    gem5art_error error;
    char *ticket;
    bool ok;
    queue_let_replace(&w->queue, w->db, run->hash, &desc);
    if (!desc.replaces && queue_find(&w->queue, run->hash)) return SUBMIT_QUEUED;
    ticket = submission_ticket(w->submission.id, (int64_t)w->count / w->options->per_task);
    ok = gem5art_queue_run(w->db, run, ticket, desc.replaces, &desc, &error);
    free(ticket);
    if (ok) return SUBMITTED;
    if (error.code == GEM5ART_EXISTS) return is_finished(w->db, run) ? SUBMIT_RECORDED : SUBMIT_FAILED;
    say("%s: %s", label_run(run), wording(error.message));
    return error.code == GEM5ART_BUSY ? SUBMIT_BUSY : SUBMIT_ERROR;
}

static void forget(const gem5art_run *run) { outdir_forget(run->outdir, run->id, run->hash); }

static void queue_runs(submitting *w, gem5art_run *const *runs, size_t count) {
    size_t i;
    w->queued = (const gem5art_run **)text_alloc(count * sizeof *w->queued);
    for (i = 0; i < count; i++) {
        submit_outcome o = queue_run(w, runs[i]);
        w->tally[o]++;
        if (o == SUBMITTED) w->queued[w->count++] = runs[i];
        else if (o == SUBMIT_RECORDED || o == SUBMIT_FAILED || o == SUBMIT_ERROR) forget(runs[i]);
    }
}

/* Takes runs back, from one on, that were queued and cannot be submitted. */
static void take_back(submitting *w, size_t from) {
    size_t i;
    if (from > w->count) from = w->count;
    for (i = from; i < w->count; i++) {
        char *ticket = submission_ticket(w->submission.id, (int64_t)i / w->options->per_task);
        gem5art_unqueue_run(w->db, w->queued[i]->hash, ticket, NULL);
        forget(w->queued[i]);
        free(ticket);
    }
    w->tally[SUBMITTED] -= (int)(w->count - from);
    w->tally[SUBMIT_ERROR] += (int)(w->count - from);
    w->count = from;
}

/* ---- handing them over */

static void write_files(submitting *w, const experiment *e) {
    text content = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < w->count; i++) text_putf(&content, "%s\n", w->queued[i]->hash);
    submission_write(&w->submission, "runs", &content, false);
    text_clear(&content);
    text_puts(&content, w->options->title);
    submission_write(&w->submission, "experiment", &content, false);
    text_clear(&content);
    submit_put_script(&content, w->options, e, w->submission.folder);
    submission_write(&w->submission, "script", &content, true);
    text_free(&content);
}

/* Removes the variables that would win over options of the script. */
static void clean_environment(const submit *s, const experiment *e) {
    int k;
    for (k = 0; k < SITES; k++)
        if (site_value(s, k) && site_options[k].variable) unsetenv(site_options[k].variable);
    if (effective(s, e, "--time", "-t", s->time) || needed_time(s, e) > 0) unsetenv("SBATCH_TIMELIMIT");
}

/* Submits an array of at most `limit` tasks for each part of the runs. What Slurm does not take is taken back. */
static void hand_over(submitting *w, int64_t limit) {
    const int64_t per_task = w->options->per_task, tasks = ((int64_t)w->count + per_task - 1) / per_task;
    int64_t first, n, job, last = 0;
    char *script = text_join(w->submission.folder, "script");
    text array = {NULL, 0, 0}, why = {NULL, 0, 0};
    for (first = 0; first < tasks; first += n) {
        char *comment = submission_comment(w->submission.id, first), *argument = text_printf("%lld", (long long)first);
        n = tasks - first < limit ? tasks - first : limit;
        text_clear(&array);
        text_putf(&array, "0-%lld", (long long)n - 1);
        if (w->options->jobs > 0) text_putf(&array, "%%%d", w->options->jobs);
        job = slurm_submit(script, w->options->jobs > 0 ? last : 0, array.data, comment, argument, &why);
        if (job > 0 && !submission_add_job(&w->submission, first, job, &why)) warn("%s", text_string(&why));
        if (job && !w->job) w->job = job;
        free(comment);
        free(argument);
        last = job;
        if (job > 0) continue;
        say("%s", text_string(&why));
        w->unknown = job < 0;
        if (job < 0) say("whether Slurm has the job is unknown: gem5art-ls shows it once Slurm answers");
        take_back(w, job < 0 ? (size_t)((first + n) * per_task) : (size_t)(first * per_task));
        break;
    }
    free(script);
    text_free(&array);
    text_free(&why);
}

static void sum_up(const submitting *w, size_t count) {
    text line = {NULL, 0, 0};
    int i, listed = 0;
    text_putf(&line, "%zu run%s", count, count == 1 ? "" : "s");
    for (i = 0; i < SUBMIT_OUTCOMES; i++)
        if (w->tally[i]) text_putf(&line, "%s %d %s", listed++ ? "," : ":", w->tally[i], submit_words[i]);
    print_line("%s", line.data);
    if (w->job > 0) {
        print_line("Slurm job %lld: gem5art-ls shows the runs, gem5art-cancel ends them.", (long long)w->job);
        print_line("Script and output: %s", label_path(w->submission.folder));
    }
    if (w->tally[SUBMIT_FAILED]) print_line("To submit runs that failed before: --retry-failed N or --rerun.");
    text_free(&line);
}

/* Ends the tool if a text would be taken for something else in a batch script. */
static void check_word(const char *what, const char *word, const char *bad) {
    const char *c;
    for (c = word; *c; c++)
        if ((unsigned char)*c < ' ' || strchr(bad, *c))
            die(EXIT_FAILED, "nothing was submitted: %s \"%s\" has a character that a batch script cannot have: rename it",
                what, word);
}

int64_t submit_begin(const submit *s, gem5art_db *db) {
    text why = {NULL, 0, 0};
    const char *local = mounts_local_locks(gem5art_store_path(db), NULL);
    int64_t limit;
    if (local)
        die(EXIT_FAILED, "nothing was submitted: the locks of %s do not reach other machines (%s): move the store to a "
            "file system with locks", gem5art_store_path(db), local);
    check_word("the experiment", s->title, "");
    check_word("the folder", s->folder, "");
    check_word("the store", gem5art_store_path(db), "\\");
    limit = slurm_array_limit(&why);
    if (!limit) die(EXIT_FAILED, "nothing was submitted: %s", text_string(&why));
    text_free(&why);
    return limit;
}

bool submit_runs(const submit *s, gem5art_db *db, const experiment *e, gem5art_run *const *runs, int64_t limit,
                 bool *queued) {
    submitting w;
    text_list used = {NULL, 0};
    memset(&w, 0, sizeof w);
    w.options = s;
    w.db = db;
    queue_read(&w.queue, db);
    if (w.queue.trouble.length) warn("Slurm's queue is unavailable: %s", text_string(&w.queue.trouble));
    queue_submissions(&w.queue, &used);
    submission_remove_ended(db, &used);
    text_list_free(&used);
    submission_begin(&w.submission, db);
    queue_runs(&w, runs, e->run_count);
    if (w.count) {
        write_files(&w, e);
        clean_environment(s, e);
        hand_over(&w, limit);
    }
    if (w.job) submission_end(&w.submission);
    else submission_forget(&w.submission);
    sum_up(&w, e->run_count);
    *queued = w.tally[SUBMITTED] + w.tally[SUBMIT_QUEUED] + w.tally[SUBMIT_BUSY] > 0;
    free(w.queued);
    queue_free(&w.queue);
    submission_free(&w.submission);
    return !w.unknown && !w.tally[SUBMIT_FAILED] && !w.tally[SUBMIT_BUSY] && !w.tally[SUBMIT_ERROR];
}
