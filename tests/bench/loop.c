/* loop.c - the longest time for which a pool's loop cannot attend to its runs while slow work is under way.

     make bench, or: BUILD=$PWD/build build/bench/loop

   One run is watched: its info.json is refreshed five times a second. In the first part a sparse file of 2 GB is hashed for
   a second run, an outdir of 300 MB is zipped, each git takes a second longer (a slow one stands first in the PATH), and
   100 runs that exit at once are launched and recorded, in $TMPDIR (else /tmp). In the second part the outdir of the watched
   run and that of a run that ends hold 100,000 files each, and STORE.live has 4,000 entries of a different host; 20 runs
   that exit at once are launched and recorded. Printed for both are the longest step without its wait, during which nothing
   that is due can be done, and the longest delay of the watched run's heartbeat. Target: steps under 50 ms; the time that
   the disk takes for the records decides. */
#define GEM5ART_BEAT_SECONDS 0.2
#define GEM5ART_WATCH_SECONDS 0.05
#define GEM5ART_SYS_POLL(fds, count, timeout) timed_poll(fds, count, timeout)
struct pollfd;
static int timed_poll(struct pollfd *fds, unsigned count, int timeout);

#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"

enum { INSTANT_RUNS = 100, LATER_RUNS = 20, MANY_FILES = 100000, FOREIGN_ENTRIES = 4000 };

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
    if (image) desc.artifacts = more, desc.artifact_count = 1;
    return gem5art_create_se_run(db, &desc, &error);
}

static void add(gem5art_pool *pool, gem5art_run *run) {
    if (!run || !gem5art_pool_add(pool, run, &error)) fprintf(stderr, "%s\n", error.message), exit(1);
}

/* Adds `count` runs that exit at once, named after the numbers from `first`. */
static void add_instant(gem5art_pool *pool, int first, int count) {
    char name[16];
    int i;
    for (i = 0; i < count; i++) {
        snprintf(name, sizeof name, "0%d", first + i);
        add(pool, new_run("children/report_environment", name, name, NULL));
    }
}

/* Steps until `runs` more runs have ended, and prints the longest delays. */
static void measure(gem5art_pool *pool, int runs, const char *what) {
    double start = gem5art__monotonic();
    longest_step = latest_beat = last_beat = 0;
    for (ended = 0; ended < runs;) step(pool);
    printf("%s: %.1f s\n", what, gem5art__monotonic() - start);
    printf("  %-58s %8.1f\n", "the longest step, without its wait, in ms", longest_step * 1e3);
    printf("  %-58s %8.1f\n", "the longest delay of a heartbeat, in ms", latest_beat * 1e3);
    fflush(stdout);
}

static void make_files(const char *folder) {
    char path[64];
    int i;
    mkdir(folder, 0777);
    for (i = 0; i < MANY_FILES; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        close(open(path, O_WRONLY | O_CREAT, 0666));
    }
}

/* Copies the live entry of the watched run as entries of different runs on a different host. */
static void make_foreign_entries(void) {
    sh("cd %s.live && entry=$(cat %s.%s) && for i in $(seq 100000 %d); do"
       " id=00000000-0000-4000-8000-000000$i;"
       " echo \"$entry\" | sed 's/\"host\": *\"[^\"]*\"/\"host\":\"elsewhere\"/; s/\"boot_id\": *\"[^\"]*\"/\"boot_id\":\"none\"/;"
       " s/%s/'$i'/; s/%s/'$id'/' >$i.$id; done",
       STORE_PATH, watched->hash, watched->id, 100000 + FOREIGN_ENTRIES - 1, watched->hash, watched->id);
}

int main(void) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    const gem5art_artifact *image;
    char path[3 * PATH_MAX], *old_path = strdup(getenv("PATH"));
    int status;
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
    snprintf(path, sizeof path, "%s/bin:%s", fixture_folder, old_path);
    setenv("PATH", path, 1);
    add(pool, new_run("children/exit_with", "hashed", "0", image));
    add(pool, new_run("children/exit_with", "zipped", "00", NULL));
    add_instant(pool, 1000, INSTANT_RUNS);
    measure(pool, INSTANT_RUNS + 2, "2 GB hashed, 300 MB zipped, a git that takes a second longer, and 100 runs");

    setenv("PATH", old_path, 1);
    make_files("watched");
    make_files("full");
    make_foreign_entries();
    add(pool, new_run("children/exit_with", "full", "000", NULL));
    add_instant(pool, 2000, LATER_RUNS);
    measure(pool, LATER_RUNS + 1, "100,000 files in two outdirs, 4,000 live entries of a different host, and 20 runs");

    if (failed) printf("  %d runs failed\n", failed);
    status = failed != 0 || sh("test $(ls %s.live | wc -l) -gt %d", STORE_PATH, FOREIGN_ENTRIES) != 0;
    gem5art_pool_destroy(pool); /* which ends the watched run */
    free(old_path);
    fixture_end();
    return status;
}
