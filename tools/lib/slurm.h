/* slurm.h - Slurm's own programs: reading the queue, submitting a script, ending jobs, excluding a node. */
#ifndef SLURM_H
#define SLURM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "text.h"

/* A task that the queue lists. */
typedef struct slurm_task {
    int64_t job, index;     /* of an array: squeue's JOB_INDEX */
    bool pending;           /* it waits, for `reason`; else it runs, on `node` */
    uid_t user;
    const char *comment, *reason, *node;
} slurm_task;

typedef struct slurm_queue {
    slurm_task *tasks;      /* sorted by job and index */
    size_t count;
    char *text;             /* private */
} slurm_queue;

/* Asks for all tasks of these users that have not ended, by one squeue. False, with the reason in `why`: there is no
   answer, which says nothing about any task. */
bool slurm_ask(slurm_queue *q, const uid_t *users, size_t count, text *why);
const slurm_task *slurm_find(const slurm_queue *q, int64_t job, int64_t index); /* NULL: the queue does not list it */
void slurm_free(slurm_queue *q);

/* The most tasks of one array here. 0, with the reason: Slurm does not answer. */
int64_t slurm_array_limit(text *why);

/* Submits a script, which has its options as #SBATCH lines, with its argument; it starts after the job `after` has ended
   (0: none). Returns the job's number; 0, with the reason: it was refused; -1: that is unknown, as Slurm may have taken
   it and not answered. */
int64_t slurm_submit(const char *script, int64_t after, const char *array, const char *comment, const char *argument,
                     text *why);

/* The jobs to end: arrays ("123"), and tasks ("123_4") that wait or run. */
typedef struct slurm_ends {
    text_list arrays, waiting, running;
} slurm_ends;

/* Cancels waiting tasks, and sends SIGTERM to the batch processes of running ones, which end their runs. Jobs that have
   ended are no error. Returns false with the message of scancel. */
bool slurm_end(const slurm_ends *ends, text *why);

/* Keeps the waiting tasks of an array from these nodes (a list with commas). */
bool slurm_exclude(int64_t job, const char *nodes, text *why);

/* Puts a task ("123_4") back into the queue, which ends it. */
bool slurm_requeue(const char *task, text *why);

#endif
