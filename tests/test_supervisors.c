/* test_supervisors.c - a supervisor is killed while it spawns 40 runs, with its warden or alone, and another one takes over at
   once: no simulator runs twice, and none is left. In full size under tests/torture/. */
#ifndef ROUNDS
#define ROUNDS 4
#endif

#include "runner.h"

#include <sys/mman.h>

#include "torture/torture.h"

#ifndef GEM5ART_NO_PROC /* which is needed to find processes that have left their run's group */

enum { RUNS = 40 };

/* Of the latest supervisor, in shared memory. */
static volatile struct state {
    pid_t warden;
    int spawned; /* runs */
} *latest;

static long pid_of(int n, int generation) {
    char path[64], *text, *at;
    long pid = 0;
    snprintf(path, sizeof path, "run.%d", n);
    text = at = read_text(path);
    for (; generation > 0 && *at; generation--) pid = strtol(at, &at, 10), at += *at == '\n';
    free(text);
    return generation ? 0 : pid;
}

static void note_spawns(const gem5art_event *event, void *user_data) {
    (void)user_data;
    if (event->type == GEM5ART_EVENT_SPAWNED) latest->spawned++;
}

static void supervise(void) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    char info[64];
    int i;
    memset(&desc, 0, sizeof desc);
    desc.jobs = RUNS;
    desc.event = note_spawns;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    latest->warden = pool->warden.pid;
    for (i = 0; i < RUNS; i++) {
        gem5art_run *run;
        snprintf(info, sizeof info, "out/%d/info.json", i);
        run = gem5art_load_run(db, info, &error);
        if (!run || !gem5art_pool_add(pool, run, &error)) test_fail(__FILE__, __LINE__, "%s: %s", info, error.message);
    }
    if (!gem5art_pool_wait(pool, &error)) printf("%s\n", error.message), fflush(stdout);
    for (;;) pause();
}

static pid_t start_supervisor(void) {
    latest->warden = 0;
    latest->spawned = 0;
    return start_harness(supervise);
}

/* Kills it: with its warden, before or after it, or alone. */
static void kill_supervisor(pid_t supervisor, unsigned how) {
    pid_t its_warden = latest->warden;
    if (how == 0 && its_warden) kill(its_warden, SIGKILL);
    kill(supervisor, SIGKILL);
    if (how == 1 && its_warden) kill(its_warden, SIGKILL);
    waitpid(supervisor, NULL, 0);
}

static int started(void) {
    int i, count = 0;
    for (i = 0; i < RUNS; i++) count += pid_of(i, 1) > 0;
    return count;
}

/* Does the latest process of each run live? */
static bool all_run(void) {
    int i, generation;
    for (i = 0; i < RUNS; i++) {
        for (generation = 1; pid_of(i, generation + 1); generation++) {}
        if (!alive(pid_of(i, generation))) return false;
    }
    return true;
}

static bool none_runs(void) {
    int i, generation;
    for (i = 0; i < RUNS; i++)
        for (generation = 1; pid_of(i, generation); generation++)
            if (alive(pid_of(i, generation))) return false;
    return true;
}

static void nap_for(unsigned microseconds) {
    struct timespec t = {0, 0};
    t.tv_nsec = (long)microseconds * 1000;
    nanosleep(&t, NULL);
}

static int early[3]; /* how many rounds of each kind were killed when not all had been started */

static void round_of(unsigned how) {
    pid_t supervisor;
    char *twice, outdir[32], number[16];
    int i, wanted;
    begin();
    for (i = 0; i < RUNS; i++) {
        snprintf(outdir, sizeof outdir, "out/%d", i);
        snprintf(number, sizeof number, "%d", i);
        REQUIRE(se_run("children/one_at_a_time", outdir, number) != NULL);
    }
    close_db();
    supervisor = start_supervisor();
    wanted = (int)torture_random(RUNS);
    for (i = 0; latest->spawned < wanted && i < 300000; i++) nap_for(100);
    nap_for(torture_random(3000));
    early[how] += started() < RUNS;
    kill_supervisor(supervisor, how);
    supervisor = start_supervisor();
    WAIT_FOR(latest->spawned == RUNS && all_run());
    twice = read_text("twice");
    CHECK_STR(twice, "");
    free(twice);
    kill_supervisor(supervisor, 2);
    WAIT_FOR(none_runs()); /* its warden ends them */
    sh("rm -rf db.json.live");
    end();
}

TEST(no_simulator_runs_twice_whenever_its_supervisor_was_killed) {
    int i, rounds = torture_scaled(ROUNDS, 3);
    latest = (struct state *)mmap(NULL, sizeof *latest, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (i = 0; i < rounds && test_failures_here == 0; i++) round_of((unsigned)i % 3);
    printf("%d rounds; killed while some were still to start: %d with the warden first, %d with the supervisor first, %d alone\n", i,
           early[0], early[1], early[2]);
}

#endif

int main(int argc, char **argv) {
    torture_begin(1, 0);
    return test_main(argc, argv);
}
