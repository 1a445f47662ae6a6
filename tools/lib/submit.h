/* submit.h - gem5art-run --slurm: hands the runs that are not recorded yet to Slurm, as arrays of tasks. */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "gem5art.h"

#include "experiment.h"
#include "page.h"

typedef struct submit {
    bool slurm, wait, shards;
    const char *per_task_text;
    const char *partition, *account, *qos, *time, *mem, *cpus, *constraint, *exclude; /* as sbatch takes them */
    text_list sbatch;                    /* further options of sbatch */
    int jobs, per_task;                  /* tasks at once, 0: any number; runs of a task */
    const gem5art_pool_desc *pool;       /* what the tasks' pools have: rerun, retries, free_memory, ... */
    const char *folder, *title, *db_uri; /* where relative paths begin; the experiment's name; the store */
} submit;

/* Rows for a page; `s` is the address of a submit. */
#define SUBMIT_OPTIONS(s)                                                                                              \
    {"--slurm", NULL, NULL, "Submit the runs to Slurm; see gem5art-slurm(7)", .flag = &(s)->slurm},    \
    {"--wait", NULL, NULL, " With --slurm, follow the runs until all have ended", .flag = &(s)->wait},                  \
    {"--shards", NULL, NULL, " With --slurm, append to one file per node beside the store",              \
     .flag = &(s)->shards},                                                                                            \
    {"--per-task", NULL, "N", " With --slurm, execute N runs in each task", .value = &(s)->per_task_text},             \
    {"--partition", NULL, "NAME", " Submit to this partition",                   \
     .value = &(s)->partition},                                                                                        \
    {"--account", NULL, "NAME", " Charge this account", .value = &(s)->account},                                       \
    {"--qos", NULL, "NAME", " Request this quality of service", .value = &(s)->qos},                                   \
    {"--time", NULL, "TIME", " Limit a task's time; default: from the runs' time-outs", .value = &(s)->time},          \
    {"--mem", NULL, "SIZE", " Request this memory for a task", .value = &(s)->mem},                                    \
    {"--cpus-per-task", NULL, "N", " Request N CPUs for a task, which executes N runs at once", .value = &(s)->cpus},  \
    {"--constraint", NULL, "LIST", " Request nodes with these features", .value = &(s)->constraint},                   \
    {"--exclude", NULL, "NODES", " Exclude these nodes", .value = &(s)->exclude},                                      \
    {"--sbatch", NULL, "OPTION", " Pass any option to sbatch; can be repeated", .list = &(s)->sbatch}

/* Checks the options' values; a misuse ends the tool. `e` has further options of sbatch; NULL: of a task. */
void submit_check(submit *s, const experiment *e);

/* Appends the batch script of a submission in a folder. */
void submit_put_script(text *out, const submit *s, const experiment *e, const char *folder);

/* Returns the most tasks of one array here. Ends the tool if this store cannot be used, or Slurm does not answer. */
int64_t submit_begin(const submit *s, gem5art_db *db);

/* Submits the runs that are not recorded, queued or executed. Returns whether all are submitted, queued or recorded as
   Finished. *queued: some are queued or executed now. */
bool submit_runs(const submit *s, gem5art_db *db, const experiment *e, gem5art_run *const *runs, int64_t limit,
                 bool *queued);

#endif
