/* queue.h - the queued runs of a store, and their states in Slurm's queue. */
#ifndef QUEUE_H
#define QUEUE_H

#include "gem5art.h"

#include <stdint.h>
#include <sys/types.h>

#include "columns.h"

typedef enum queue_state {
    QUEUE_UNKNOWN,    /* Slurm did not answer, or the ticket is not one of a submission */
    QUEUE_SUBMITTING, /* its submitter is about to hand it over */
    QUEUE_PENDING,    /* Slurm lists its task as waiting */
    QUEUE_RUNNING,    /* and as running; the run may yet wait for others of its task */
    QUEUE_GONE        /* Slurm answered, and lists no such task: the ticket is void */
} queue_state;

typedef struct queued_run {
    char *hash, *id, *name, *outdir, *ticket;
    uid_t owner;
    double time;              /* when it was queued */
    queue_state state;
    int64_t job, task;        /* of the array, once it is known; else job is 0 */
    const char *node, *reason; /* of a running one; of a waiting one, in Slurm's words ("Priority"). Never NULL */
} queued_run;

typedef struct queue {
    queued_run *runs;         /* sorted by hash */
    size_t count;
    text trouble;             /* why Slurm did not answer; empty: it did, or nothing is queued */
    struct submission *submissions; /* private, as is the next */
    size_t submission_count;
    struct slurm_queue *slurm;
    double asked;             /* when, by the monotonic clock */
} queue;

/* Reads the queued runs, and asks Slurm once if there are any. */
void queue_read(queue *q, gem5art_db *db);
/* The same for a tool that reads again and again: Slurm is asked at most every 30 s. */
void queue_reread(queue *q, gem5art_db *db);
const queued_run *queue_find(const queue *q, const char *hash); /* NULL: it is not queued */
/* Adds the ids of the submissions that queued runs belong to, which live as long as the queue. */
void queue_submissions(const queue *q, text_list *ids);

/* A row of a query for queued runs, with what is known of its run. */
typedef struct queue_row {
    const char *json;
    size_t length;
    gem5art_text hash;        /* as it is written in the JSON */
    const queued_run *run;
} queue_row;
/* The next row whose run the queue has. False at the end, or with an error: see gem5art_iter_step. */
bool queue_next(const queue *q, gem5art_iter *iter, queue_row *row, gem5art_error *error);

/* Shows in a record, that of the queued run or of its live attempt, why it does not run yet, or where it runs. */
void queue_show(record *shown, const queued_run *r, bool live);
char *queue_task(const queued_run *r); /* "123_4", to be freed; "" while its job is unknown */
void queue_free(queue *q);

/* The ticket of a run whose task Slurm does not list, which is void; NULL: it is not queued, or its ticket counts. */
const char *queue_void_ticket(const queue *q, const char *hash);
/* Lets a submission replace a void ticket (.replaces), and record what its task had begun as lost (.take_lost) if its
   info.json has not been updated for a minute. */
void queue_let_replace(const queue *q, gem5art_db *db, const char *hash, gem5art_pool_desc *desc);

#endif
