/* submission.h - one submission to Slurm: a folder STORE.slurm/ID, and the tickets of its runs, "ID TASK".

   The folder has: `script`, the batch script; `experiment`, its name; `runs`, the runs' hashes in their order, a line
   each, so that a task finds its own without reading the others; `jobs`, a line "FIRST JOB" for each array that Slurm
   has accepted, whose task K is the submission's task FIRST + K, a file that the submitter locks while it is at work;
   JOB_K.out, what a task printed, if anything; NODE.started and NODE.failed, see task.h. */
#ifndef SUBMISSION_H
#define SUBMISSION_H

#include "gem5art.h"

#include <stdint.h>

#include "slurm.h"
#include "text.h"

enum { SUBMISSION_HASH = 64, SUBMISSION_LINE = SUBMISSION_HASH + 1 };

typedef struct submission {
    const char *id;     /* a UUID */
    char *folder;       /* absolute */
    int jobs_file;      /* open and locked while it is being submitted; -1 */
    bool submitting;    /* when it was read: its submitter is at work */
    struct submission_array {
        int64_t first, job;
    } *arrays;
    size_t count;       /* of the arrays */
} submission;

/* The name of the experiment that was submitted, to be freed; NULL: it is not known. */
char *submission_experiment(const gem5art_db *db, const char *id);

/* Makes the folder of a new submission. A failure ends the tool. */
void submission_begin(submission *s, gem5art_db *db);

/* Writes a file into it, executable or not; a failure ends the tool. */
void submission_write(const submission *s, const char *name, const text *content, bool executable);

/* Notes an array that Slurm has accepted; false, with the reason: it is not noted. */
bool submission_add_job(submission *s, int64_t first, int64_t job, text *why);

/* Ends the submitter's work on it. */
void submission_end(submission *s);

/* Removes the folder of a submission that did not reach Slurm. */
void submission_forget(submission *s);

/* Removes this user's submissions that are over: no queued run belongs to them (`used` has the ids of the others) and no
   job in Slurm's queue, they have not changed for an hour, and no task of theirs has printed anything. */
void submission_remove_ended(const gem5art_db *db, const text_list *used);

/* Reads what there is of the submission with this id, which may be nothing. */
void submission_read(submission *s, const gem5art_db *db, const char *id);

/* The array that a task belongs to; NULL: none that was noted. */
const struct submission_array *submission_find(const submission *s, int64_t task);

/* Adds an array that it did not note, unless it did. */
void submission_adopt(submission *s, int64_t first, int64_t job);

/* The comment that a job of it has in the queue; and the id in one, to be freed, with the array's first task; NULL: it
   is another program's. */
char *submission_comment(const char *id, int64_t first);
char *submission_of_comment(const char *comment, int64_t *first);
/* The same, of the job whose first task in the queue is number i; NULL also for its other tasks. */
char *submission_of_job(const slurm_queue *jobs, size_t i, int64_t *first);

char *submission_ticket(const char *id, int64_t task);
/* The parts of a ticket: the id, to be freed, and the task; NULL: it is not a ticket of a submission. */
char *submission_of_ticket(const char *ticket, int64_t *task);

void submission_free(submission *s);

#endif
