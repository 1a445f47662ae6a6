/* test_moments.c - what happens to a run between two steps of its pool: between its spawn and the report of it, between a look
   at the disk and its answer. Each test makes that moment last. */
#define GEM5ART__ARENA_MOST 16 /* each allocation from an arena is one that can fail */
#include "runner.h"

#include <poll.h>

static gem5art_pool *pool;
static gem5art__job *job;

static bool cancels_at_spawn; /* the event of a spawn cancels the run */
static double grace = -1;

static void cancel_at_spawn(const gem5art_event *event, void *user_data) {
    (void)user_data;
    if (event->type == GEM5ART_EVENT_SPAWNED && cancels_at_spawn) CHECK(gem5art_pool_cancel(pool, event->run->id, &error));
}

/* A pool of one run, in a folder of its own. */
static bool begin_pool(const char *program, const char *params, int64_t min_disk) {
    gem5art_pool_desc desc;
    gem5art_run *run;
    begin();
    write_text("program", "#!/bin/sh\n");
    CHECK(chmod("program", 0755) == 0);
    memset(&desc, 0, sizeof desc);
    desc.jobs = 1, desc.grace = grace, desc.min_disk = min_disk, desc.handle_signals = true, desc.event = cancel_at_spawn;
    if ((pool = gem5art_pool_create(db, &desc, &error)) == NULL || (run = se_run(program, "out", params)) == NULL) return false;
    if (!gem5art_pool_add(pool, run, &error)) return false;
    job = pool->first;
    return true;
}

static void end_pool(void) {
    gem5art_pool_destroy(pool);
    end();
}

static bool step_to(gem5art__job_state state) {
    double until = gem5art__monotonic() + 30;
    while (job->state != state && gem5art__monotonic() < until) gem5art_pool_step(pool, 20, &error);
    return job->state == state;
}

/* Waits, without a step, until the pool has something to read. */
static bool await_report(void) {
    struct pollfd fd;
    fd.fd = gem5art_pool_fd(pool), fd.events = POLLIN;
    return poll(&fd, 1, 30000) == 1;
}

static const char *recorded_as(const char *key) { return json_member("out/info.json", key); }

TEST(a_run_that_is_cancelled_before_its_spawn_is_reported) {
    int twice;
    for (twice = 0; twice < 2; twice++) {
        cancels_at_spawn = twice;
        REQUIRE(begin_pool("children/slow", "60", 0));
        REQUIRE(step_to(GEM5ART__SPAWNING) && await_report());
        CHECK(gem5art_pool_cancel(pool, job->run->public_.id, &error));
        CHECK(gem5art_pool_wait(pool, &error));
        CHECK_STR(recorded_as("status"), "Failed");
        CHECK_STR(recorded_as("kill_reason"), "sigterm");
        CHECK_INT(recorded("Failed"), 1);
        end_pool();
    }
    cancels_at_spawn = false;
}

/* The simulator runs, and the pool has yet to read that it does: it is asked to end like any other. */
TEST(a_run_that_is_cancelled_before_its_spawn_is_reported_may_write_its_statistics) {
    grace = 600;
    REQUIRE(begin_pool("gem5-stand-in", "--stand-in=fork|--stand-in=seconds=600", 0));
    grace = -1;
    REQUIRE(step_to(GEM5ART__SPAWNING) && await_report());
    WAIT_FOR(exists("out/grandchild.pid"));
    CHECK(gem5art_pool_cancel(pool, job->run->public_.id, &error));
    CHECK(gem5art_pool_wait(pool, &error));
    CHECK_STR(recorded_as("kill_reason"), "sigterm");
    CHECK_STR(recorded_as("return_code"), "0");
    CHECK(file_contains("out/stats.txt", "End Simulation Statistics"));
    end_pool();
}

/* As one does whose file system hangs: here it is the warden that is held. */
TEST(a_spawn_that_takes_too_long_is_killed) {
    grace = 0.2;
    REQUIRE(begin_pool("children/slow", "600", 0));
    grace = -1;
    kill(pool->warden.pid, SIGSTOP);
    REQUIRE(step_to(GEM5ART__SPAWNING));
    CHECK(gem5art_pool_cancel(pool, job->run->public_.id, &error));
    CHECK(job->killed <= 0);
    while (job->killed <= 0 && gem5art_pool_step(pool, 20, &error) > 0) {}
    kill(pool->warden.pid, SIGCONT);
    CHECK(gem5art_pool_wait(pool, &error));
    CHECK_STR(recorded_as("kill_reason"), "sigterm");
    CHECK_INT(recorded("Failed"), 1);
    end_pool();
}

TEST(a_warden_that_is_killed_before_it_spawns) {
    REQUIRE(begin_pool("children/slow", "60", 0));
    kill(pool->warden.pid, SIGSTOP);
    REQUIRE(step_to(GEM5ART__SPAWNING));
    kill(pool->warden.pid, SIGKILL);
    gem5art_pool_wait(pool, &error);
    CHECK_STR(recorded_as("status"), "Failed");
    CHECK_STR(recorded_as("kill_reason"), "lost");
    end_pool();
}

/* Without memory for its message, too. */
TEST(a_program_that_is_gone_when_it_is_executed) {
    int n;
    for (n = 0; n < 3; n++) {
        REQUIRE(begin_pool("./program", "0", 0));
        kill(pool->warden.pid, SIGSTOP);
        REQUIRE(step_to(GEM5ART__SPAWNING));
        CHECK(unlink("program") == 0);
        kill(pool->warden.pid, SIGCONT);
        REQUIRE(await_report());
        fail_memory(n, false);
        gem5art_pool_step(pool, 0, &error);
        fail_memory(0, false);
        gem5art_pool_wait(pool, &error);
        CHECK_STR(recorded_as("status"), "Failed");
        CHECK_CONTAINS(recorded_as("error"), n == 2 ? "cannot spawn the run" : "cannot execute program");
        end_pool();
    }
}

/* The run goes on, and the log says so. */
TEST(a_live_entry_that_cannot_be_written_again) {
    double until = gem5art__monotonic() + 30;
    REQUIRE(begin_pool("children/slow", "60", 0));
    REQUIRE(step_to(GEM5ART__SPAWNING));
    sh("rm -rf db.json.live; touch db.json.live");
    while (!strstr(fixture_warnings, "db.json.live") && gem5art__monotonic() < until) gem5art_pool_step(pool, 20, &error);
    CHECK_CONTAINS(fixture_warnings, "db.json.live");
    CHECK_INT(job->state, GEM5ART__RUNNING);
    CHECK(gem5art_pool_cancel(pool, job->run->public_.id, &error));
    gem5art_pool_wait(pool, &error);
    CHECK_INT(recorded("Failed"), 1);
    unlink("db.json.live");
    end_pool();
}

TEST(a_run_that_is_cancelled_while_it_looks_for_room) {
    REQUIRE(begin_pool("children/exit_with", "0", INT64_MAX));
    REQUIRE(step_to(GEM5ART__BEFORE) && await_report()); /* the answer is there, and was not read */
    CHECK(gem5art_pool_cancel(pool, job->run->public_.id, &error));
    gem5art_pool_wait(pool, &error);
    CHECK_INT(pool->counts.skipped, 1);
    CHECK_INT(pool->last_error.code, GEM5ART_CANCELLED);
    end_pool();
}

/* Of the signals that end runs, the last in the table; and a second and a third one, in a hurry. */
TEST(a_run_that_is_ended_in_a_hurry_twice) {
    int slot;
    REQUIRE(begin_pool("children/slow", "60", 0));
    REQUIRE(step_to(GEM5ART__RUNNING));
    slot = job->slot;
    job->slot = -1; /* as of one that has ended: it takes no memory */
    pool->desc.free_memory = 1;
    CHECK(!gem5art__memory_is_short(pool, job->begun));
    machine = fixture_folder; /* which shows nothing of its memory */
    CHECK(!gem5art__memory_is_short(pool, job->begun));
    machine = NULL;
    job->slot = slot, pool->desc.free_memory = 0;
    raise(SIGHUP);
    gem5art__handle_signals(pool);
    CHECK_STR(pool->stopping, "sighup");
    raise(SIGTERM);
    gem5art__handle_signals(pool);
    raise(SIGTERM);
    gem5art__handle_signals(pool);
    CHECK(job->hurry);
    gem5art_pool_wait(pool, &error);
    CHECK_STR(recorded_as("kill_reason"), "sighup");
    end_pool();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
