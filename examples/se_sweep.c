/* se_sweep.c - an SE run for each CPU model and problem size, as many at once as there are CPUs.

     se_sweep GEM5 GEM5_REPO SCRIPT SCRIPT_REPO WORKLOAD OUTDIR

   gem5 gets SCRIPT with the arguments WORKLOAD, CPU model, size. The runs are recorded in $GEM5ART_DB, else in db.json
   here; those that are recorded already are not launched again. */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gem5art_error error;

static void die(void) {
    fprintf(stderr, "se_sweep: %s\n", error.message);
    exit(1);
}

static void on_warning(const char *message, void *user_data) {
    (void)user_data;
    fprintf(stderr, "se_sweep: warning: %s\n", message);
}

static void on_event(const gem5art_event *event, void *user_data) {
    int done = event->finished + event->failed + event->skipped;
    const gem5art_run *run = event->run;
    (void)user_data;
    if (event->type == GEM5ART_EVENT_SPAWNED)
        printf("        %s: process %lld\n", run->name, (long long)run->pid);
    if (event->type == GEM5ART_EVENT_ENDED)
        printf("[%2d/%d] %s: %s after %.1f s\n", done, event->added, run->name, run->status,
               run->end_time - run->start_time);
    if (event->type == GEM5ART_EVENT_SKIPPED)
        printf("[%2d/%d] %s: not launched, %s\n", done, event->added, run->name,
               event->error->code == GEM5ART_EXISTS ? "it is recorded" : event->error->message);
    if (event->type == GEM5ART_EVENT_ENDED && event->error && event->error->code != GEM5ART_OK)
        printf("        %s: %s\n", run->name, event->error->message);
    fflush(stdout);
}

static const gem5art_artifact *add(gem5art_db *db, const char *type, const char *name, const char *path,
                                   const char *documentation) {
    const gem5art_artifact *artifact;
    gem5art_artifact_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.type = type;
    desc.name = name;
    desc.path = path;
    desc.documentation = documentation;
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) die();
    return artifact;
}

int main(int argc, char **argv) {
    static const char *const cpus[] = {"atomic", "timing", "o3"}, *const sizes[] = {"1000", "2000"};
    gem5art_open_desc open_desc;
    gem5art_run_desc desc;
    gem5art_pool_desc pool_desc;
    gem5art_pool *pool;
    gem5art_db *db;
    const gem5art_artifact *workload[1];
    size_t i, j;
    bool good;

    if (argc != 7) {
        fprintf(stderr, "usage: se_sweep GEM5 GEM5_REPO SCRIPT SCRIPT_REPO WORKLOAD OUTDIR\n");
        return 2;
    }
    memset(&open_desc, 0, sizeof open_desc);
    open_desc.log = on_warning;
    db = gem5art_open(NULL, &open_desc, &error);
    if (!db) die();

    memset(&desc, 0, sizeof desc);
    desc.gem5_artifact = add(db, "gem5 binary", "gem5", argv[1], "The simulator that is swept");
    desc.gem5_git_artifact = add(db, "git repo", "gem5 source", argv[2], "What the simulator was built from");
    desc.run_script = argv[3];
    desc.run_script_git_artifact = add(db, "git repo", "experiments", argv[4], "The run scripts of the sweep");
    desc.artifacts = workload, desc.artifact_count = 1;
    workload[0] = add(db, "binary", "workload", argv[5], "The program that is simulated");

    memset(&pool_desc, 0, sizeof pool_desc);
    pool_desc.handle_signals = true; /* Ctrl-C ends the runs, and records them */
    pool_desc.event = on_event;
    pool = gem5art_pool_create(db, &pool_desc, &error);
    if (!pool) die();

    for (i = 0; i < sizeof cpus / sizeof *cpus; i++) {
        for (j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            const char *params[] = {argv[5], cpus[i], sizes[j], NULL};
            const char *variables[] = {"cpu", cpus[i], "size", sizes[j], NULL}; /* what the tools select and compare by */
            char name[64], outdir[4096];
            gem5art_run *run;
            snprintf(name, sizeof name, "sweep-%s-%s", cpus[i], sizes[j]);
            snprintf(outdir, sizeof outdir, "%s/%s", argv[6], name);
            desc.name = name;
            desc.outdir = outdir;
            desc.params = params;
            desc.variables = variables;
            run = gem5art_create_se_run(db, &desc, &error);
            if (!run || !gem5art_pool_add(pool, run, &error)) die();
        }
    }
    good = gem5art_pool_wait(pool, &error);
    gem5art_pool_destroy(pool);
    if (!good || !gem5art_close(db, &error)) die();
    return 0;
}
