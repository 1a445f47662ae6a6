/* gem5art-cancel - withdraws queued runs, and ends those that Slurm executes.

   A run is withdrawn in the store first: from then on no task launches it, and the task that executes it ends it within
   seconds. Slurm is asked to end a task if none of its runs is left. */

#include "gem5art.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/label.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/outdir.h"
#include "lib/queue.h"
#include "lib/select.h"
#include "lib/slurm.h"
#include "lib/store.h"
#include "lib/submission.h"

const char *tool_name = "gem5art-cancel";

static const char *db_uri, *experiment, *job;
static selection selected;
static bool all, dry_run, quiet;

static const option options[] = {
    SELECT_OPTIONS(&selected),
    {"--experiment", NULL, "NAME", "Select the runs of this experiment", .value = &experiment},
    {"--job", NULL, "JOB", "Select by Slurm's job, 123, or task, 123_4", .value = &job},
    {"--all", "-a", NULL, "Select all runs of this user", .flag = &all},
    {"--dry-run", "-n", NULL, "Show what would be cancelled, and change nothing", .flag = &dry_run},
    {"--quiet", "-q", NULL, "Print only errors", .flag = &quiet},
    OPTION_DB_URI(&db_uri),
    OPTION_END};
static const operand operands[] = {{"id", "Cancel this run, by the beginning of its id", "ID"},
                                   {NULL, NULL, NULL}};
static const page the_page = {
    .summary = "cancel runs that were submitted to Slurm",
    .usage = "[id ...]",
    .description = "Withdraw queued runs by ids or by options, and end those that are executed in tasks of Slurm.",
    .operands = operands,
    .options = options,
    .status = "0 all are cancelled, or no run was selected, 1 a run could not be cancelled, 2 misuse",
    .more = "gem5 writes its statistics before it ends. gem5art-run submits the runs again."};

/* ---- which runs are cancelled */

static gem5art_db *db;
static queue waiting;
static bool *chosen; /* of each queued run */

static size_t index_of(const queued_run *r) { return (size_t)(r - waiting.runs); }

/* Chooses the runs that an id, a hash, or the beginning of one names. */
static bool choose(const char *key) {
    const queued_run *found = NULL;
    size_t i, count = 0, length = strlen(key);
    for (i = 0; i < waiting.count && length >= 3; i++) {
        const queued_run *r = &waiting.runs[i];
        if (!text_starts(r->id, key) && !text_starts(r->hash, key)) continue;
        found = r;
        count++;
    }
    if (count == 1) chosen[index_of(found)] = true;
    else if (length < 3) say("\"%s\" is too short for the beginning of an id: write at least 3 of its characters", key);
    else if (count) say("\"%s\" may mean several queued runs: write more of the id", key);
    else say("no queued run has the id or hash \"%s\": gem5art-ls lists the queued runs", key);
    return count == 1;
}

static bool is_of_experiment(const queued_run *r) {
    int64_t task;
    char *id = submission_of_ticket(r->ticket, &task), *title = id ? submission_experiment(db, id) : NULL;
    bool is = title && text_same(title, experiment);
    free(id);
    free(title);
    return is;
}

/* Is it of --job, which is a task or its array? */
static bool is_of_job(const queued_run *r) {
    char *task = queue_task(r);
    size_t length = strlen(job);
    bool is = strncmp(task, job, length) == 0 && (!task[length] || task[length] == '_');
    free(task);
    return is;
}

/* Does a run meet the options that are this tool's own? */
static bool matches_options(const queued_run *r) {
    return (!experiment || is_of_experiment(r)) && (!job || is_of_job(r)) && (!all || r->owner == geteuid());
}

static int newest_first(const void *a, const void *b) {
    const queued_run *x = *(const queued_run *const *)a, *y = *(const queued_run *const *)b;
    return x->time > y->time ? -1 : x->time < y->time;
}

/* Keeps the newest ones of those that are chosen. */
static void keep_newest(size_t most) {
    const queued_run **runs = (const queued_run **)text_alloc((waiting.count + 1) * sizeof *runs);
    size_t i, count = 0;
    for (i = 0; i < waiting.count; i++)
        if (chosen[i]) runs[count++] = &waiting.runs[i];
    qsort(runs, count, sizeof *runs, newest_first);
    for (i = most; i < count; i++) chosen[index_of(runs[i])] = false;
    free(runs);
}

/* Chooses those that all options select. */
static void choose_selected(void) {
    gem5art_query query = {.queued = true};
    gem5art_iter *iter = store_runs(db, &query);
    gem5art_error error;
    queue_row row;
    record r;
    record_init(&r);
    while (queue_next(&waiting, iter, &row, &error)) {
        record_read(&r, row.json, row.length, NULL);
        queue_show(&r, row.run, false);
        if (select_holds(&selected, &r) && matches_options(row.run)) chosen[index_of(row.run)] = true;
    }
    if (gem5art_iter_step(iter) == GEM5ART_FAILED) die_of(&error);
    gem5art_iter_close(iter);
    select_warn(&selected);
    if (selected.most < SIZE_MAX) keep_newest(selected.most);
    text_free(&r.status);
    text_free(&r.reason);
}

/* ---- cancelling */

static int by_task(const void *a, const void *b) {
    const queued_run *x = *(const queued_run *const *)a, *y = *(const queued_run *const *)b;
    if (x->job != y->job) return x->job < y->job ? -1 : 1;
    return x->task < y->task ? -1 : x->task > y->task;
}

static const char *state_of(const queued_run *r) {
    static const char *const words[] = {"unknown to Slurm", "being submitted", "pending", "running", "lost"};
    return words[r->state];
}

/* Withdraws a run. */
static bool withdraw(const queued_run *r) {
    gem5art_error error;
    if (!dry_run && !gem5art_unqueue_run(db, r->hash, r->ticket, &error)) {
        if (error.code == GEM5ART_NOT_FOUND) return true; /* it has just ended */
        say("%s (%.8s) is not cancelled: %s", r->name, r->id, error.message);
        return false;
    }
    if (!dry_run && r->state != QUEUE_RUNNING) outdir_forget(r->outdir, r->id, r->hash);
    if (!quiet) print_line("%s %.8s %s (%s)", dry_run ? "would cancel" : "cancelled", r->id, r->name, state_of(r));
    return true;
}

/* The end of the runs that are of the same job, or of the same task; *gone: none of them stays. */
static size_t end_of(queued_run *const *runs, size_t first, bool task, bool *gone) {
    size_t i = first;
    *gone = true;
    for (; i < waiting.count && runs[i]->job == runs[first]->job && (!task || runs[i]->task == runs[first]->task); i++)
        *gone = *gone && chosen[index_of(runs[i])];
    return i;
}

/* Lists the arrays and tasks none of whose runs stay. `runs` are sorted by task. */
static void list_ends(queued_run *const *runs, slurm_ends *ends) {
    size_t i = 0, end;
    bool gone;
    while (i < waiting.count) {
        end = end_of(runs, i, false, &gone);
        if (gone && runs[i]->job)
            text_list_add(&ends->arrays, (char *)text_keep(text_printf("%lld", (long long)runs[i]->job)));
        for (; i < end && runs[i]->job && !gone;) {
            text_list *tasks = runs[i]->state == QUEUE_PENDING ? &ends->waiting : &ends->running;
            bool task_gone;
            size_t next = end_of(runs, i, true, &task_gone);
            if (task_gone) text_list_add(tasks, (char *)text_keep(queue_task(runs[i])));
            i = next;
        }
        i = end;
    }
}

/* Withdraws the chosen runs; then ends tasks that have no other. */
static bool cancel(void) {
    queued_run **runs = (queued_run **)text_alloc((waiting.count + 1) * sizeof *runs);
    slurm_ends ends = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    text why = {NULL, 0, 0};
    bool ok = true;
    size_t i;
    for (i = 0; i < waiting.count; i++) runs[i] = &waiting.runs[i];
    qsort(runs, waiting.count, sizeof *runs, by_task);
    for (i = 0; i < waiting.count; i++)
        if (chosen[index_of(runs[i])] && !withdraw(runs[i])) ok = chosen[index_of(runs[i])] = false;
    list_ends(runs, &ends);
    if (!dry_run && !slurm_end(&ends, &why)) {
        say("the runs are withdrawn, but %s", text_string(&why));
        ok = false;
    }
    text_list_free(&ends.arrays);
    text_list_free(&ends.waiting);
    text_list_free(&ends.running);
    text_free(&why);
    free(runs);
    return ok;
}

int main(int argc, char **argv) {
    static char folder[PATH_MAX];
    bool ok = true, given;
    size_t i, count = 0;
    label_folder = getcwd(folder, sizeof folder) ? folder : "";
    argc = options_parse(argc, argv, &the_page);
    select_check(&selected);
    given = select_given(&selected) || experiment || job || all;
    if (argc == 0 && !given)
        die(EXIT_MISUSE, "nothing to cancel: give ids, or select runs by --experiment, --job, --where, ... or --all");
    if (argc > 0 && given) die(EXIT_MISUSE, "ids and options that select runs exclude each other: leave one out");
    db_uri = store_find(db_uri);
    gem5art_close(store_open(db_uri, true), NULL); /* a missing store must not be made */
    db = store_open(db_uri, dry_run);
    queue_read(&waiting, db);
    if (waiting.trouble.length) warn("Slurm's queue is unavailable: %s", waiting.trouble.data);
    chosen = (bool *)text_alloc(waiting.count + 1);
    for (i = 0; i < (size_t)argc; i++) ok = choose(argv[i]) && ok;
    if (argc == 0) choose_selected();
    for (i = 0; i < waiting.count; i++) count += chosen[i];
    if (!count && !quiet && argc == 0) print_line("no queued run is selected: nothing to cancel");
    ok = cancel() && ok;
    if (count > 1 && !quiet) print_line("%s %zu runs", dry_run ? "would cancel" : "cancelled", count);
    queue_free(&waiting);
    free(chosen);
    gem5art_close(db, NULL);
    return finish(ok);
}
