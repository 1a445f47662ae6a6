/* task.h - gem5art-run --exec: what a task of Slurm does, the supervisor of its runs.

   A node on which runs cannot be started would take one task of an array after another, and fail them all. Each task
   that starts one writes a line to NODE.started in the submission's folder, each that fails to start any a line to
   NODE.failed, and is put back into the queue. After three failures in a row the node is excluded, unless no other node
   is known to be healthy. */
#ifndef TASK_H
#define TASK_H

#include "gem5art.h"

#include "page.h"

typedef struct task {
    const char *folder, *first_text; /* of the submission; the first task of the array */
    int per_task;
    gem5art_pool_desc *pool;
} task;

#define TASK_OPTIONS(t)                                                                                                \
    {"--exec", NULL, "DIR", " Execute the runs of one task: batch scripts of --slurm use it", .value = &(t)->folder,   \
     .words = "FOLDER"},                                                                                               \
    {"--first", NULL, "N", " With --exec, the first task of the array", .value = &(t)->first_text}

/* Executes the runs of this task to their ends. Returns whether all are recorded as Finished. */
bool task_execute(const task *t, gem5art_db *db);

#endif
