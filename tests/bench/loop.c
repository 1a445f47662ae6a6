/* loop.c - how long a pool's loop is away from its runs while much goes on that takes long.

     make bench, or: BUILD=$PWD/build build/bench/loop

   One run is watched: its info.json is to be refreshed five times a second. Meanwhile a sparse file of 2 GB is hashed for
   another run, an outdir of 300 MB is zipped, each git takes a second more (a slow one stands before it in the PATH), and
   100 runs that exit at once are launched and recorded, in $TMPDIR (else /tmp). Printed are the longest that one step took
   without its waiting, which is for how long nothing that came due could be done, and the longest that the watched
   run's heartbeat was late. Target: both under 100 ms; how long the disk takes for the records decides. */
#define GEM5ART_BEAT_SECONDS 0.2
#define GEM5ART_SYS_POLL(fds, count, timeout) timed_poll(fds, count, timeout)
struct pollfd;
static int timed_poll(struct pollfd *fds, unsigned count, int timeout);

#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"

enum { INSTANT_RUNS = 100 };

static double waited; /* in poll, in all */

static int timed_poll(struct pollfd *fds, unsigned count, int timeout) {
    double start = gem5art__monotonic();
    int result = poll(fds, count, timeout);
    waited += gem5art__monotonic() - start;
    return result;
}

static gem5art_run *watched;
static double last_beat, latest_beat;
static int ended, failed;
static bool spawned;

static void note(const gem5art_event *event, void *user_data) {
    double now = gem5art__monotonic();
    (void)user_data;
    if (event->type == GEM5ART_EVENT_ENDED) ended++, failed += event->error != NULL || strcmp(event->run->status, "Finished") != 0;
    if (event->run != watched) return;
    if (event->type == GEM5ART_EVENT_SPAWNED) spawned = true;
    if (event->type != GEM5ART_EVENT_BEAT) return;
    if (last_beat > 0 && now - last_beat - GEM5ART_BEAT_SECONDS > latest_beat) latest_beat = now - last_beat - GEM5ART_BEAT_SECONDS;
    last_beat = now;
}

static double longest_step;

static void step(gem5art_pool *pool) {
    double start = gem5art__monotonic(), before = waited, took;
    if (gem5art_pool_step(pool, -1, &error) < 0) fprintf(stderr, "%s\n", error.message);
    took = gem5art__monotonic() - start - (waited - before);
    if (took > longest_step) longest_step = took;
}

static const gem5art_artifact *repo;

static gem5art_run *new_run(const char *program, const char *name, const char *param, const gem5art_artifact *image) {
    const char *params[2] = {NULL, NULL};
    const gem5art_artifact *more[2] = {NULL, NULL};
    gem5art_run_desc desc;
    memset(&desc, 0, sizeof desc);
    params[0] = param;
    more[0] = image;
    desc.name = desc.outdir = name;
    desc.gem5_artifact = register_path("gem5", "gem5 binary", built(program));
    desc.gem5_git_artifact = desc.run_script_git_artifact = repo;
    desc.run_script = "repo/run.py";
    desc.params = params;
    desc.artifacts = more, desc.artifact_count = 1;
    return gem5art_create_se_run(db, &desc, &error);
}

static void add(gem5art_pool *pool, gem5art_run *run) {
    if (!run || !gem5art_pool_add(pool, run, &error)) fprintf(stderr, "%s\n", error.message), exit(1);
}

int main(void) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    const gem5art_artifact *image;
    char name[16], path[3 * PATH_MAX];
    double start;
    int i;
    fixture_begin();
    make_repo("repo");
    sh("truncate -s 2G image; mkdir -p zipped bin; head -c 300M /dev/urandom > zipped/data");
    sh("printf '#!/bin/sh\\nsleep 1\\nexec %%s \"$@\"\\n' $(command -v git) > bin/git; chmod +x bin/git");
    memset(&desc, 0, sizeof desc);
    desc.jobs = 8;
    desc.event = note;
    if (!open_db(NULL) || !(repo = register_path("repo", "git repo", "repo")) ||
        !(image = register_path("image", "disk image", "image")) || !(pool = gem5art_pool_create(db, &desc, &error)))
        return 1;
    add(pool, watched = new_run("children/slow", "watched", "600", NULL));
    while (!spawned) step(pool);
    snprintf(path, sizeof path, "%s/bin:%s", fixture_folder, getenv("PATH"));
    setenv("PATH", path, 1);
    add(pool, new_run("children/exit_with", "hashed", "0", image));
    add(pool, new_run("children/exit_with", "zipped", "00", NULL));
    for (i = 0; i < INSTANT_RUNS; i++) {
        snprintf(name, sizeof name, "0%d", i + 1000);
        add(pool, new_run("children/report_environment", name, name, NULL));
    }
    longest_step = 0;
    start = gem5art__monotonic();
    while (ended < INSTANT_RUNS + 2) step(pool);
    printf("2 GB hashed, 300 MB zipped, a git that takes a second more, and %d runs: %.1f s\n", INSTANT_RUNS,
           gem5art__monotonic() - start);
    printf("  %-58s %8.1f\n", "the longest step, without its waiting, in ms", longest_step * 1e3);
    printf("  %-58s %8.1f\n", "the latest heartbeat was late by, in ms", latest_beat * 1e3);
    if (failed) printf("  %d runs failed\n", failed);
    i = failed;
    gem5art_pool_destroy(pool); /* which ends the watched run */
    fixture_end();
    return i != 0;
}
