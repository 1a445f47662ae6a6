/* slurm.c - see slurm.h */

#include "slurm.h"

#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { SLURM_SECONDS = 60 }; /* for an answer: Slurm's programs themselves give up after 10 to 30 s */

static void put_failure(text *out, const char *name, int status, const char *said) {
    if (status < 0) text_putf(out, "%s cannot be run: is Slurm installed on this machine?", name);
    else if (status == 128) text_putf(out, "%s did not answer within %d s", name, SLURM_SECONDS);
    else text_putf(out, "%s failed: %s", name, *said ? said : "it printed no reason");
}

extern char **environ;

/* Removes variables that would change what Slurm's programs do: filters of squeue and scancel, whose answers would be
   taken for all there is, and options that would win over those of the batch script. */
static void clean_environment(void) {
    static const char *const misleading[] = {"SQUEUE_", "SCANCEL_", "SLURM_CLUSTERS", "SLURM_CPUS_PER_TASK",
                                             "SBATCH_ARRAY_INX", "SBATCH_SIGNAL", "SBATCH_OUTPUT", "SBATCH_ERROR",
                                             "SBATCH_OPEN_MODE", "SBATCH_WAIT", "SBATCH_CLUSTERS", "SBATCH_REQUEUE",
                                             "SBATCH_NO_REQUEUE", NULL};
    const char *const *prefix;
    char **variable;
    for (prefix = misleading; *prefix; prefix++)
        for (variable = environ; *variable;) {
            char *name = text_starts(*variable, *prefix) ? text_copy_n(*variable, strcspn(*variable, "=")) : NULL;
            if (name) unsetenv(name), variable = environ;
            else variable++;
            free(name);
        }
}

/* Runs a program of Slurm; returns as program_run. */
static int call(const char *const *words, text *out) {
    clean_environment();
    return program_run(words, SLURM_SECONDS, out);
}

/* The same; false: `out` has a sentence about its failure. */
static bool run(const char *const *words, text *out) {
    text said = {NULL, 0, 0};
    int status = call(words, &said);
    text_clear(out);
    if (status == 0) text_puts(out, text_string(&said));
    else put_failure(out, words[0], status, text_string(&said));
    text_free(&said);
    return status == 0;
}

/* ---- the queue */

/* JOB|INDEX|STATE|NODE|USER|REASON|COMMENT; -o stays the same from version to version, --json does not. */
static const char slurm_format[] = "%F|%K|%T|%N|%U|%r|%k";
enum { SLURM_FIELDS = 7 };

static bool read_task(slurm_task *task, char *line) {
    char *fields[SLURM_FIELDS];
    int i;
    for (i = 0; i < SLURM_FIELDS; i++) {
        fields[i] = line;
        if (i + 1 == SLURM_FIELDS) break;
        if ((line = strchr(line, '|')) == NULL) return false;
        *line++ = 0;
    }
    task->job = strtoll(fields[0], NULL, 10);
    task->index = strtoll(fields[1], NULL, 10); /* "N/A" without an array */
    task->pending = text_same(fields[2], "PENDING") || text_starts(fields[2], "REQUEUE") ||
                    text_same(fields[2], "SPECIAL_EXIT");
    task->node = fields[3], task->reason = fields[5], task->comment = fields[6];
    task->user = (uid_t)strtoul(fields[4], NULL, 10);
    return task->job > 0;
}

static int compare(const void *a, const void *b) {
    const slurm_task *x = (const slurm_task *)a, *y = (const slurm_task *)b;
    if (x->job != y->job) return x->job < y->job ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void read_tasks(slurm_queue *q) {
    char *line = q->text, *next;
    for (; line; line = next) {
        if ((next = strchr(line, '\n')) != NULL) *next++ = 0;
        q->tasks = (slurm_task *)text_room(q->tasks, q->count, sizeof *q->tasks);
        q->count += read_task(&q->tasks[q->count], line);
    }
    if (q->count) qsort(q->tasks, q->count, sizeof *q->tasks, compare);
}

bool slurm_ask(slurm_queue *q, const uid_t *users, size_t count, text *why) {
    const char *words[] = {"squeue", "--noheader", "--array", "--all", "-o", slurm_format, "-u", NULL, NULL};
    text list = {NULL, 0, 0};
    size_t i;
    bool ok;
    memset(q, 0, sizeof *q);
    for (i = 0; i < count; i++) text_putf(&list, "%s%ld", i ? "," : "", (long)users[i]);
    words[7] = text_string(&list);
    ok = run(words, why);
    text_free(&list);
    if (!ok) return false;
    q->text = text_copy(text_string(why));
    text_clear(why);
    read_tasks(q);
    return true;
}

const slurm_task *slurm_find(const slurm_queue *q, int64_t job, int64_t index) {
    slurm_task key = {.job = job, .index = index};
    return q->count ? (const slurm_task *)bsearch(&key, q->tasks, q->count, sizeof key, compare) : NULL;
}

void slurm_free(slurm_queue *q) {
    free(q->tasks);
    free(q->text);
    memset(q, 0, sizeof *q);
}

/* ---- jobs */

int64_t slurm_array_limit(text *why) {
    static const char *const words[] = {"scontrol", "show", "config", NULL};
    const char *at;
    int64_t limit;
    if (!run(words, why)) return 0;
    at = strstr(text_string(why), "MaxArraySize");
    at = at ? strchr(at, '=') : NULL;
    limit = at ? strtoll(at + 1, NULL, 10) : 0;
    text_clear(why);
    if (limit <= 0) text_puts(why, "scontrol does not show this cluster's MaxArraySize");
    return limit > 0 ? limit : 0;
}

/* The number on the last line that is 123 or 123;CLUSTER; other lines are warnings. 0: there is none. */
static int64_t read_job(const char *said) {
    const char *line = said, *next;
    int64_t job = 0;
    for (; line; line = next) {
        size_t digits = strspn(line, "0123456789");
        if ((next = strchr(line, '\n')) != NULL) next++;
        if (digits && strchr(";\n", line[digits])) job = strtoll(line, NULL, 10);
    }
    return job;
}

int64_t slurm_submit(const char *script, int64_t after, const char *array, const char *comment, const char *argument,
                     text *why) {
    char *after_option = after ? text_printf("--dependency=afterany:%lld", (long long)after) : NULL;
    char *array_option = text_printf("--array=%s", array), *comment_option = text_printf("--comment=%s", comment);
    text_list words = {NULL, 0};
    text said = {NULL, 0, 0};
    int64_t job = 0;
    int status;
    text_list_add(&words, "sbatch");
    text_list_add(&words, "--parsable");
    if (after) text_list_add(&words, after_option);
    text_list_add(&words, array_option);
    text_list_add(&words, comment_option);
    text_list_add(&words, script);
    text_list_add(&words, argument);
    status = call(words.items, &said);
    if (status != 0) put_failure(why, words.items[0], status, text_string(&said));
    else if ((job = read_job(text_string(&said))) == 0)
        text_putf(why, "sbatch printed no job number: %s", text_string(&said));
    if (!job && (status == 0 || status == 128 || strstr(text_string(&said), "imed out"))) job = -1;
    text_list_free(&words);
    text_free(&said);
    free(after_option), free(array_option), free(comment_option);
    return job;
}

/* Is all that scancel says about tasks that have ended? */
static bool is_about_ended(const char *said) {
    static const char *const ended[] = {"Invalid job id specified", "already completing or completed"};
    const char *line = said, *end;
    for (; *line; line = *end ? end + 1 : end) {
        char *whole;
        bool known;
        end = line + strcspn(line, "\n");
        whole = text_copy_n(line, (size_t)(end - line));
        known = strstr(whole, ended[0]) || strstr(whole, ended[1]);
        free(whole);
        if (!known) return false;
    }
    return true;
}

enum { SLURM_AT_ONCE = 500 }; /* tasks on a command line */

/* Runs scancel with these options for each of the jobs. */
static bool cancel(const char *const *options, const text_list *jobs, text *why) {
    text said = {NULL, 0, 0};
    size_t i = 0, k;
    while (i < jobs->count && !why->length) {
        text_list words = {NULL, 0};
        int status;
        for (k = 0; options[k]; k++) text_list_add(&words, options[k]);
        for (k = 0; k < SLURM_AT_ONCE && i < jobs->count; k++) text_list_add(&words, jobs->items[i++]);
        status = call(words.items, &said);
        if (status != 0 && (status < 0 || status == 128 || !is_about_ended(text_string(&said))))
            put_failure(why, words.items[0], status, text_string(&said));
        text_list_free(&words);
    }
    text_free(&said);
    return !why->length;
}

/* With --state=PENDING, scancel takes a task that waits for all tasks of its array that wait. */
bool slurm_end(const slurm_ends *ends, text *why) {
    static const char *const pending[] = {"scancel", "--state=PENDING", NULL};
    static const char *const waiting[] = {"scancel", NULL};
    static const char *const running[] = {"scancel", "--state=RUNNING", "--batch", "--signal=TERM", NULL};
    return cancel(pending, &ends->arrays, why) && cancel(waiting, &ends->waiting, why) &&
           cancel(running, &ends->arrays, why) && cancel(running, &ends->running, why);
}

/* The nodes that a job excludes so far, with a comma after them, to be freed. */
static char *excluded_nodes(int64_t job) {
    static const char key[] = " ExcNodeList=";
    char *number = text_printf("%lld", (long long)job), *nodes = NULL;
    const char *const words[] = {"scontrol", "-o", "show", "job", number, NULL}, *at;
    text out = {NULL, 0, 0};
    if (run(words, &out))
        for (at = strstr(out.data, key); at && !nodes; at = strstr(at, key)) {
            at += sizeof key - 1;
            if (!text_starts(at, "(null)")) nodes = text_printf("%.*s,", (int)strcspn(at, " \n"), at);
        }
    text_free(&out);
    free(number);
    return nodes ? nodes : text_copy("");
}

/* scontrol fails where some tasks of the array run already, though it has changed those that wait. */
bool slurm_exclude(int64_t job, const char *nodes, text *why) {
    char *before = excluded_nodes(job), *which = text_printf("JobId=%lld", (long long)job);
    char *list = text_printf("ExcNodeList=%s%s", before, nodes);
    const char *const words[] = {"scontrol", "update", which, list, NULL};
    bool ok = run(words, why);
    if (!ok && strstr(text_string(why), "no longer pending")) text_clear(why), ok = true;
    free(before), free(which), free(list);
    return ok;
}

bool slurm_requeue(const char *task, text *why) {
    const char *const words[] = {"scontrol", "requeue", task, NULL};
    return run(words, why);
}
