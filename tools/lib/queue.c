/* queue.c - see queue.h */

#include "queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slurm.h"
#include "store.h"
#include "submission.h"

/* ---- the entries */

static int compare(const void *a, const void *b) {
    return strcmp(((const queued_run *)a)->hash, ((const queued_run *)b)->hash);
}

static void read_entries(queue *q, gem5art_db *db) {
    gem5art_query query = {.queued = true};
    gem5art_iter *iter = store_runs(db, &query);
    const gem5art_run *run;
    while ((run = store_next_run(iter)) != NULL) {
        const gem5art_json *ticket = gem5art_json_get(run->record, "ticket");
        char *path = text_printf("%s.live/%s.queued", gem5art_store_path(db), run->hash);
        queued_run *r;
        struct stat st;
        q->runs = (queued_run *)text_room(q->runs, q->count, sizeof *q->runs);
        r = (queued_run *)memset(&q->runs[q->count++], 0, sizeof *r);
        r->hash = text_copy(run->hash), r->id = text_copy(run->id), r->name = text_copy(run->name);
        r->outdir = text_copy(run->outdir);
        r->ticket = text_copy(ticket && ticket->type == GEM5ART_JSON_STRING ? ticket->text : "");
        r->time = run->enqueue_time;
        r->owner = stat(path, &st) == 0 ? st.st_uid : geteuid();
        r->node = r->reason = "";
        free(path);
    }
    if (q->count) qsort(q->runs, q->count, sizeof *q->runs, compare);
}

/* ---- their submissions, each read once */

static submission *find_submission(queue *q, const gem5art_db *db, const char *id) {
    size_t i;
    for (i = q->submission_count; i > 0; i--)
        if (text_same(q->submissions[i - 1].id, id)) return &q->submissions[i - 1];
    q->submissions = (submission *)text_room(q->submissions, q->submission_count, sizeof *q->submissions);
    submission_read(&q->submissions[q->submission_count], db, id);
    return &q->submissions[q->submission_count++];
}

static void read_submissions(queue *q, const gem5art_db *db) {
    int64_t task;
    size_t i;
    for (i = 0; i < q->count; i++) {
        char *id = submission_of_ticket(q->runs[i].ticket, &task);
        if (id) find_submission(q, db, id);
        free(id);
    }
}

/* ---- Slurm's queue, which is asked after those were read: a job that they name was submitted before */

static void ask(queue *q) {
    uid_t *users = NULL;
    size_t count = 0, i, k;
    for (i = 0; i < q->count; i++) {
        for (k = 0; k < count && users[k] != q->runs[i].owner;) k++;
        if (k < count) continue;
        users = (uid_t *)text_room(users, count, sizeof *users);
        users[count++] = q->runs[i].owner;
    }
    q->slurm = (slurm_queue *)text_alloc(sizeof *q->slurm);
    slurm_ask(q->slurm, users, count, &q->trouble);
    free(users);
}

/* A submitter that was killed may not have noted its last job: the job's comment names the submission. */
static void adopt_jobs(queue *q) {
    size_t i, k;
    int64_t first;
    for (i = 0; i < q->slurm->count; i++) {
        const slurm_task *task = &q->slurm->tasks[i];
        char *id = i == 0 || task->job != task[-1].job ? submission_of_comment(task->comment, &first) : NULL;
        for (k = 0; id && k < q->submission_count; k++)
            if (text_same(q->submissions[k].id, id)) submission_adopt(&q->submissions[k], first, task->job);
        free(id);
    }
}

static const slurm_task *find_task(const queue *q, queued_run *r, const submission *s, int64_t task) {
    const struct submission_array *array = submission_find(s, task);
    if (!array) return NULL;
    r->job = array->job;
    r->task = task - array->first;
    return slurm_find(q->slurm, r->job, r->task);
}

static void resolve(queue *q, const gem5art_db *db, queued_run *r) {
    int64_t task;
    char *id = submission_of_ticket(r->ticket, &task);
    const submission *s = id ? find_submission(q, db, id) : NULL;
    const slurm_task *found = s ? find_task(q, r, s, task) : NULL;
    free(id);
    if (found) {
        r->state = found->pending ? QUEUE_PENDING : QUEUE_RUNNING;
        r->node = found->node;
        r->reason = found->reason;
    } else if (s && s->submitting) r->state = QUEUE_SUBMITTING;
    else r->state = s && !q->trouble.length ? QUEUE_GONE : QUEUE_UNKNOWN;
}

void queue_read(queue *q, gem5art_db *db) {
    size_t i;
    memset(q, 0, sizeof *q);
    read_entries(q, db);
    if (!q->count) return;
    read_submissions(q, db);
    ask(q);
    adopt_jobs(q);
    for (i = 0; i < q->count; i++) resolve(q, db, &q->runs[i]);
}

const queued_run *queue_find(const queue *q, const char *hash) {
    queued_run key = {.hash = (char *)(uintptr_t)hash};
    return q->count ? (const queued_run *)bsearch(&key, q->runs, q->count, sizeof key, compare) : NULL;
}

char *queue_task(const queued_run *r) {
    return r->job ? text_printf("%lld_%lld", (long long)r->job, (long long)r->task) : text_copy("");
}

size_t queue_release_void(const queue *q, gem5art_db *db) {
    size_t i, released = 0;
    for (i = 0; i < q->count; i++)
        if (q->runs[i].state == QUEUE_GONE)
            released += gem5art_unqueue_run(db, q->runs[i].hash, q->runs[i].ticket, NULL);
    return released;
}

void queue_free(queue *q) {
    size_t i;
    for (i = 0; i < q->count; i++) {
        queued_run *r = &q->runs[i];
        free(r->hash), free(r->id), free(r->name), free(r->outdir), free(r->ticket);
    }
    for (i = 0; i < q->submission_count; i++) submission_free(&q->submissions[i]);
    if (q->slurm) slurm_free(q->slurm);
    free(q->slurm), free(q->runs), free(q->submissions);
    text_free(&q->trouble);
    memset(q, 0, sizeof *q);
}
