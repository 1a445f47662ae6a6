/* test_calls.c - how many system calls, files and syncs an instant run takes in a pool, without the warden's and without
   its creation. The bounds are generous: they are there so that the numbers do not grow unnoticed. */
#include "calls.h"

#include <time.h>

/* A clock that hardly moves: a run is never watched, and a repo is checked once, however slow the machine is. */
static int slow_clock(clockid_t clock, struct timespec *result) {
    static int calls;
    int ns = __sync_add_and_fetch(&calls, 1);
    clock_gettime(clock, result);
    if (clock == CLOCK_MONOTONIC) result->tv_sec = 1000, result->tv_nsec = ns;
    return 0;
}
#define GEM5ART_SYS_CLOCK_GETTIME(clock, result) slow_clock(clock, result)

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

static gem5art_run_desc run_desc;
static int run_count;

/* Executes this many runs in a pool, one at a time. */
static call_counts execute_runs(int runs) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    call_counts counts;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 1;
    pool = gem5art_pool_create(db, &desc, &error);
    for (; runs > 0; runs--) {
        char number[16];
        const char *params[3];
        gem5art_run *run;
        snprintf(number, sizeof number, "run-%d", ++run_count);
        params[0] = number, params[1] = "0" /* the exit status */, params[2] = NULL;
        run_desc.name = run_desc.outdir = number, run_desc.params = params;
        run = gem5art_create_se_run(db, &run_desc, &error);
        CHECK_THAT(run && gem5art_pool_add(pool, run, &error), "%s: %s", number, error.message);
    }
    counted = no_calls;
    CHECK_THAT(gem5art_pool_wait(pool, &error), "%s", error.message);
    counts = counted;
    gem5art_pool_destroy(pool);
    return counts;
}

TEST(an_instant_run_takes_few_calls) {
    enum { FEW = 5, MORE = 40 };
    call_counts few, many;
    fixture_begin();
    make_repo("gem5");
    make_repo("experiment");
    REQUIRE(open_db(NULL));
    run_desc.gem5_artifact = register_path("gem5", "gem5 binary", built("children/exit_with"));
    run_desc.gem5_git_artifact = register_path("gem5 source", "git repo", "gem5");
    run_desc.run_script_git_artifact = register_path("experiment", "git repo", "experiment");
    run_desc.run_script = "experiment/run.py";
    few = execute_runs(FEW);
    many = execute_runs(FEW + MORE);
    printf("a run: %.1f calls, %.1f files and folders, %.1f syncs\n", (double)(many.calls - few.calls) / MORE,
           (double)(many.files - few.files) / MORE, (double)(many.syncs - few.syncs) / MORE);
    CHECK_THAT(many.calls - few.calls < 160 * MORE, "%d calls", many.calls - few.calls);
    CHECK_THAT(many.files - few.files < 8 * MORE, "%d files and folders", many.files - few.files);
    CHECK_THAT(many.syncs - few.syncs < 5 * MORE, "%d syncs", many.syncs - few.syncs);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
