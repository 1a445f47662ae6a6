/* queue.c - see queue.h */

#include "queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slurm.h"
#include "store.h"
#include "submission.h"
#include "terminal.h"
#include "when.h"

/* Seconds between two questions to Slurm; without an update of info.json after which an attempt is lost. */
enum { QUEUE_SECONDS = 30, QUEUE_HEARTBEAT = 60 };

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
        queued_run *r;
        q->runs = (queued_run *)text_room(q->runs, q->count, sizeof *q->runs);
        r = (queued_run *)memset(&q->runs[q->count++], 0, sizeof *r);
        r->hash = text_copy(run->hash), r->id = text_copy(run->id), r->name = text_copy(run->name);
        r->outdir = text_copy(run->outdir);
        r->ticket = text_copy(ticket && ticket->type == GEM5ART_JSON_STRING ? ticket->text : "");
        r->time = run->enqueue_time;
        r->owner = (uid_t)run->queued_by;
        r->node = r->reason = "";
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

void queue_submissions(const queue *q, text_list *ids) {
    size_t i;
    for (i = 0; i < q->submission_count; i++) text_list_add(ids, q->submissions[i].id);
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
    if (q->slurm) slurm_free(q->slurm);
    else q->slurm = (slurm_queue *)text_alloc(sizeof *q->slurm);
    text_clear(&q->trouble);
    q->asked = when_monotonic();
    slurm_ask(q->slurm, users, count, &q->trouble);
    free(users);
}

/* A submitter that was killed may not have noted its last job: the job's comment names the submission. */
static void adopt_jobs(queue *q) {
    size_t i, k;
    int64_t first;
    for (i = 0; i < q->slurm->count; i++) {
        char *id = submission_of_job(q->slurm, i, &first);
        for (k = 0; id && k < q->submission_count; k++)
            if (text_same(q->submissions[k].id, id)) submission_adopt(&q->submissions[k], first, q->slurm->tasks[i].job);
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

/* Does Slurm list this user's tasks? Some sites hide those of others. */
static bool sees_user(const slurm_queue *q, uid_t user) {
    size_t i;
    for (i = 0; i < q->count && q->tasks[i].user != user; i++) {}
    return i < q->count || user == geteuid() || geteuid() == 0;
}

/* `earlier`: what was known when Slurm gave the answer that is used again; NULL: the answer is a new one. */
static void resolve(queue *q, const gem5art_db *db, queued_run *r, const queue *earlier) {
    const queued_run *then = earlier ? queue_find(earlier, r->hash) : NULL;
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
    else if (!s || q->trouble.length) r->state = QUEUE_UNKNOWN;
    else if (!earlier) r->state = sees_user(q->slurm, r->owner) ? QUEUE_GONE : QUEUE_UNKNOWN;
    else r->state = then && text_same(then->ticket, r->ticket) ? then->state : QUEUE_SUBMITTING;
}

void queue_read(queue *q, gem5art_db *db) {
    memset(q, 0, sizeof *q);
    queue_reread(q, db);
}

static void forget_entries(queue *q) {
    size_t i;
    for (i = 0; i < q->count; i++) {
        queued_run *r = &q->runs[i];
        free(r->hash), free(r->id), free(r->name), free(r->outdir), free(r->ticket);
    }
    for (i = 0; i < q->submission_count; i++) submission_free(&q->submissions[i]);
    free(q->runs), free(q->submissions);
    q->runs = NULL, q->submissions = NULL;
    q->count = q->submission_count = 0;
}

void queue_reread(queue *q, gem5art_db *db) {
    queue earlier = *q;
    bool again = q->slurm && when_monotonic() < q->asked + QUEUE_SECONDS;
    size_t i;
    q->runs = NULL, q->submissions = NULL;
    q->count = q->submission_count = 0;
    read_entries(q, db);
    read_submissions(q, db);
    if (q->count && !again) ask(q);
    if (q->count) adopt_jobs(q);
    for (i = 0; i < q->count; i++) resolve(q, db, &q->runs[i], again ? &earlier : NULL);
    forget_entries(&earlier);
}

const queued_run *queue_find(const queue *q, const char *hash) {
    queued_run key = {.hash = (char *)(uintptr_t)hash};
    return q->count ? (const queued_run *)bsearch(&key, q->runs, q->count, sizeof key, compare) : NULL;
}

bool queue_next(const queue *q, gem5art_iter *iter, queue_row *row, gem5art_error *error) {
    static members wanted;
    static text hash;
    if (!wanted.count) members_want(&wanted, "hash");
    while ((row->json = gem5art_next_json(iter, &row->length, error)) != NULL) {
        members_read(&wanted, row->json, row->length);
        row->hash = wanted.values[0];
        row->run = queue_find(q, members_string(&hash, row->hash));
        if (row->run) return true;
    }
    return false;
}

/* Appends why a run has not begun. */
static void put_reason(text *out, const queued_run *r) {
    if (r->state == QUEUE_PENDING && !text_same(r->reason, "None")) text_put(out, r->reason, strcspn(r->reason, ","));
    else if (r->state == QUEUE_RUNNING) text_puts(out, "later in its task");
    else if (r->state == QUEUE_SUBMITTING) text_puts(out, "being submitted");
    else if (r->state == QUEUE_UNKNOWN) text_puts(out, "unknown to Slurm");
}

void queue_show(record *shown, const queued_run *r, bool live) {
    text reason = {NULL, 0, 0};
    if (!live) {
        put_reason(&reason, r);
        record_set_pending(shown, text_string(&reason), r->state == QUEUE_GONE);
    } else if (!shown->lost && !shown->reason.length && *r->node) {
        text_putf(&reason, "on %s", r->node);
        terminal_put(&shown->reason, reason.data, SIZE_MAX);
    }
    text_free(&reason);
}

char *queue_task(const queued_run *r) {
    return r->job ? text_printf("%lld_%lld", (long long)r->job, (long long)r->task) : text_copy("");
}

const char *queue_void_ticket(const queue *q, const char *hash) {
    const queued_run *r = queue_find(q, hash);
    return r && r->state == QUEUE_GONE ? r->ticket : NULL;
}

/* Has the last heartbeat of each live attempt at a run been a while ago? */
static bool heartbeat_stopped(gem5art_db *db, const char *hash) {
    gem5art_query query = {.live = true, .hash = hash};
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_runs(db, &query, &error);
    const gem5art_run *run;
    bool stopped = iter != NULL;
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL)
        stopped = stopped && run->current_time < when_now() - QUEUE_HEARTBEAT;
    gem5art_iter_close(iter);
    return stopped;
}

void queue_let_replace(const queue *q, gem5art_db *db, const char *hash, gem5art_pool_desc *desc) {
    desc->replaces = queue_void_ticket(q, hash);
    if (desc->replaces && heartbeat_stopped(db, hash)) desc->take_lost = true;
}

void queue_free(queue *q) {
    forget_entries(q);
    if (q->slurm) slurm_free(q->slurm);
    free(q->slurm);
    text_free(&q->trouble);
    memset(q, 0, sizeof *q);
}
