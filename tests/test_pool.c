/* test_pool.c - many runs at once: events, limits, a caller's own loop, signals, and what happens when the harness or
   the warden is killed. */
static double lock_seconds = 60; /* for how long a locked store is waited for */
#define GEM5ART__LOCK_SECONDS lock_seconds

#include "runner.h"

#include <poll.h>
#include <sys/time.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* ---- what the pool told: "queued a, spawned a, ended a", without the beats */

static int beats, most_running;
static double event_seconds; /* how long each takes, by the clock */
static gem5art_event last_event;
static gem5art_error last_error; /* of the last event that had one */

static void forget_events(void) {
    events[0] = 0;
    beats = most_running = 0;
    memset(&last_error, 0, sizeof last_error);
}

static void note_event(const gem5art_event *event, void *user_data) {
    static const char *const names[] = {"queued", "skipped", "spawned", "beat", "killed", "ended"};
    size_t length = strlen(events);
    (void)user_data;
    if (event_seconds > 0) clock_ahead += event_seconds;
    CHECK_INT(event->queued + event->running + event->ending + event->finished + event->failed + event->skipped, event->added);
    if (event->running > most_running) most_running = event->running;
    last_event = *event;
    last_event.error = NULL;
    if (event->error) last_error = *event->error;
    if (event->type == GEM5ART_EVENT_BEAT) {
        beats++;
        return;
    }
    snprintf(events + length, sizeof events - length, "%s%s %s", length ? ", " : "", names[event->type], event->run->name);
}

static gem5art_pool *new_pool(int jobs, double grace) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    memset(&desc, 0, sizeof desc);
    desc.jobs = jobs;
    desc.grace = grace;
    desc.event = note_event;
    forget_events();
    pool = gem5art_pool_create(db, &desc, &error);
    if (!pool) test_fail(__FILE__, __LINE__, "no pool: %s", error.message);
    else CHECK_INT(error.code, GEM5ART_OK);
    return pool;
}

static void add(gem5art_pool *pool, gem5art_run *run) {
    if (!gem5art_pool_add(pool, run, &error)) test_fail(__FILE__, __LINE__, "%s is refused: %s", run ? run->name : "NULL", error.message);
}

static void wait_well(gem5art_pool *pool) {
    if (!gem5art_pool_wait(pool, &error)) test_fail(__FILE__, __LINE__, "the pool fails: %s", error.message);
}

/* Steps until something is so. */
#define STEP_UNTIL(pool, condition)                                                                       \
    do {                                                                                                  \
        double until_ = gem5art__monotonic() + 30;                                                        \
        while (!(condition) && gem5art__monotonic() < until_) gem5art_pool_step(pool, 20, &error);        \
        if (gem5art__monotonic() >= until_) test_fail(__FILE__, __LINE__, "never so: %s", #condition);    \
    } while (0)

/* ---- events */

TEST(events_and_counts) {
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    add(pool, se_run("children/exit_with", "a", "0"));
    add(pool, se_run("children/exit_with", "b", "3"));
    CHECK_STR(events, "queued a, queued b");
    CHECK_INT(last_event.queued, 2);
    wait_well(pool);
    CHECK(came_in_order("queued a, queued b, spawned a, ended a")); /* a is archived while b runs: either may end first */
    CHECK(came_in_order("spawned a, spawned b, ended b"));
    CHECK_INT(strlen(events), strlen("queued a, queued b, spawned a, spawned b, ended a, ended b"));
    CHECK_INT(last_event.added, 2);
    CHECK_INT(last_event.finished, 1);
    CHECK_INT(last_event.failed, 1);
    CHECK_INT(last_event.running + last_event.ending + last_event.queued + last_event.skipped, 0);
    CHECK_INT(gem5art_pool_step(pool, -1, &error), 0); /* nothing left: no waiting either */
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded(NULL), 2);
    end();
}

TEST(a_pool_goes_on_behind_recorded_runs) {
    gem5art_run *run;
    gem5art_pool *pool;
    char outdir[32];
    int i;
    begin();
    for (i = 0; i < 3; i++) { /* recorded under other names */
        snprintf(outdir, sizeof outdir, "%d", i);
        REQUIRE((run = se_run("children/exit_with", i == 0 ? "x" : i == 1 ? "y" : "z", outdir)) != NULL);
        execute_well(run);
    }
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    add(pool, se_run("children/exit_with", "a", "0"));
    add(pool, se_run("children/exit_with", "b", "1"));
    add(pool, se_run("children/exit_with", "c", "2"));
    add(pool, se_run("children/exit_with", "d", "0x"));
    wait_well(pool);
    CHECK(came_in_order("queued a, queued b, queued c, queued d, spawned d, ended d")); /* checks end in any order */
    CHECK(came_in_order("skipped a") && came_in_order("skipped b") && came_in_order("skipped c"));
    CHECK_INT(last_error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(last_error.message, "is recorded already");
    CHECK_INT(last_event.skipped, 3);
    gem5art_pool_destroy(pool);
    end();
}

TEST(the_same_run_twice) {
    gem5art_run *run, *same;
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    REQUIRE((same = se_run("children/exit_with", "b", "0")) != NULL);
    add(pool, run);
    CHECK(!gem5art_pool_add(pool, run, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!gem5art_pool_add(pool, same, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "\"b\"");
    CHECK_CONTAINS(error.message, run->hash);
    wait_well(pool);
    CHECK(!gem5art_pool_add(pool, same, &error)); /* "has had" */
    CHECK_STR(events, "queued a, spawned a, ended a");
    gem5art_pool_destroy(pool);
    end();
}

TEST(calls_without_a_pool) {
    gem5art_run *run;
    gem5art_pool *pool;
    begin();
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    CHECK(!gem5art_pool_add(NULL, run, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_INT(gem5art_pool_step(NULL, 0, &error), -1);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!gem5art_pool_wait(NULL, NULL));
    CHECK(!gem5art_pool_cancel(NULL, "x", &error));
    CHECK_INT(gem5art_pool_fd(NULL), -1);
    CHECK_INT(gem5art_pool_timeout(NULL), -1);
    gem5art_pool_destroy(NULL);
    CHECK(gem5art_pool_create(NULL, NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    REQUIRE((pool = gem5art_pool_create(db, NULL, NULL)) != NULL); /* all by default */
    CHECK(pool->desc.jobs >= 1);
    CHECK(!gem5art_pool_add(pool, NULL, NULL));
    CHECK(!gem5art_pool_cancel(pool, NULL, &error));
    CHECK(gem5art_pool_add(pool, run, NULL));
    CHECK(gem5art_pool_wait(pool, NULL));
    gem5art_pool_destroy(pool);
    REQUIRE((pool = new_pool(-1, 0)) != NULL);
    CHECK_INT(pool->desc.jobs, GEM5ART_MAX_JOBS);
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded("Finished"), 1);
    end();
}

/* Of the runs recorded so many were under way at the same time, as their own times tell. */
static int most_at_once(void) {
    double begun[64], ended[64];
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    int count = 0, most = 0, i, k, now;
    while (iter && count < 64 && (run = gem5art_next_run(iter, &error)) != NULL)
        begun[count] = run->start_time, ended[count++] = run->end_time;
    gem5art_iter_close(iter);
    for (i = 0; i < count; i++) {
        for (k = now = 0; k < count; k++) now += begun[k] <= begun[i] && begun[i] < ended[k];
        if (now > most) most = now;
    }
    return most;
}

TEST(jobs_is_the_limit) {
    gem5art_pool *pool;
    char name[16];
    int i;
    begin();
    REQUIRE((pool = new_pool(3, 0)) != NULL);
    for (i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "0.1%d", i);
        add(pool, se_run("children/slow", name, name));
    }
    wait_well(pool);
    CHECK_INT(most_running, 3);
    CHECK_INT(most_at_once(), 3);
    CHECK_INT(last_event.finished, 10);
    gem5art_pool_destroy(pool);
    end();
}

/* ---- checks: in workers, side by side, each once for all who wait for it */

/* A run with a further artifact of its own. */
static gem5art_run *run_with(const char *program, const char *outdir, const char *params, const char *file) {
    const gem5art_artifact *more[2] = {NULL, NULL};
    gem5art_run_desc desc = describe(program, outdir, params);
    if (!exists(file)) write_text(file, file);
    more[0] = register_path(file, "workload", file);
    desc.artifacts = more, desc.artifact_count = 1;
    return create(&desc, false);
}

/* Distinct files are hashed at once, by no more threads than there may be, also where one thread has nothing to do; and
   nobody else waits for them: a run is timed out and recorded, another one refreshes its info.json meanwhile. */
TEST(files_are_hashed_side_by_side_and_nobody_waits) {
    gem5art_pool *pool;
    gem5art_run_desc desc;
    gem5art_run *timed_out;
    char name[16];
    int i;
    begin();
    REQUIRE((pool = new_pool(10, 0)) != NULL);
    pool->workers.queues[0].limit = 5; /* as if there were so many CPUs */
    add(pool, se_run("children/exit_with", "first", "0"));
    wait_well(pool);
    CHECK(pool->workers.queues[0].count <= 2); /* as many as there was work */
    desc = describe("children/slow", "timed out", "60");
    desc.timeout = 0.1;
    add(pool, timed_out = create(&desc, false));
    add(pool, se_run("children/slow", "slow", "30"));
    STEP_UNTIL(pool, last_event.launched == 3);
    for (i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "held-%d", i);
        add(pool, run_with("children/exit_with", name + 5, "0", name));
    }
    holds = true;
    STEP_UNTIL(pool, held == 4);
    CHECK(pool->workers.queues[0].count <= 5);
    beats = 0;
    STEP_UNTIL(pool, last_event.failed == 1 && beats > 2);
    CHECK_STR(timed_out->kill_reason, "timeout");
    CHECK_INT(recorded("Failed"), 1);
    CHECK_INT(held, 4);
    holds = false;
    STEP_UNTIL(pool, last_event.finished == 5);
    gem5art_pool_destroy(pool);
    end();
}

TEST(one_look_serves_all_who_wait_for_it) {
    gem5art_pool *pool;
    gem5art_run *a, *b;
    begin();
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    add(pool, a = run_with("children/exit_with", "a", "0", "held"));
    add(pool, b = run_with("children/exit_with", "b", "0|0", "held"));
    holds = true;
    STEP_UNTIL(pool, held == 1 && exists("a/console.txt") && exists("b/console.txt"));
    CHECK_INT(held, 1);
    write_text("held", "HELD"); /* what it was when it was opened does not count */
    holds = false;
    wait_well(pool);
    CHECK_INT(last_event.failed, 2);
    CHECK(gem5art__starts_with(a->status, "Failed artifact check for "));
    CHECK(gem5art__ends_with(b->status, "/held"));
    gem5art_pool_destroy(pool);
    end();
}

/* The files that a run has read are hashed when it has ended, which may take long. */
TEST(an_outdir_is_replaced_while_files_are_hashed) {
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    sh("echo input > held; touch -d '1 minute ago' held");
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    add(pool, run = se_run("children/exit_with", "moved", "held"));
    holds = true;
    STEP_UNTIL(pool, held == 1);
    sh("mv moved gone && mkdir moved");
    holds = false;
    wait_well(pool);
    CHECK_STR(run->status, "Failed");
    CHECK_CONTAINS(run->cause, "is not the folder that the run began in");
    CHECK(!run->results && !exists("moved/results.zip"));
    gem5art_pool_destroy(pool);
    end();
}

/* A work tree is asked for its state once for all that is launched in the next seconds, and not for more. */
TEST(a_look_at_a_work_tree_serves_for_a_while) {
    gem5art_pool *pool;
    gem5art_run *late;
    char name[16];
    int i, before;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "0-%d", i);
        add(pool, se_run("children/exit_with", name, name));
    }
    before = gits;
    wait_well(pool);
    CHECK(gits - before >= 1);
    CHECK(gits - before < 5); /* 1, but on a machine that needs seconds for these runs */
    write_text("repo/run.py", "changed\n");
    clock_ahead += GEM5ART_GIT_SECONDS;
    add(pool, late = se_run("children/exit_with", "late", "late"));
    wait_well(pool);
    CHECK(gem5art__starts_with(late->status, "Failed artifact check for "));
    CHECK_INT(last_error.code, GEM5ART_DIRTY);
    CHECK_INT(sh("cd repo && git checkout -q run.py"), 0);
    add(pool, late = se_run("children/exit_with", "later", "later")); /* what failed is asked again at once */
    wait_well(pool);
    CHECK_STR(late->status, "Finished");
    gem5art_pool_destroy(pool);
    end();
}

TEST(task_and_folder_of_a_pool) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    gem5art_run *run;
    char cwd[PATH_MAX + 16];
    begin();
    CHECK_INT(sh("mkdir elsewhere && cp -r repo elsewhere/"), 0);
    REQUIRE((run = se_run("children/report_environment", "a", "")) != NULL);
    memset(&desc, 0, sizeof desc);
    desc.cwd = "elsewhere/.";
    desc.task_id = "slurm 77";
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    add(pool, run);
    wait_well(pool);
    gem5art_pool_destroy(pool);
    snprintf(cwd, sizeof cwd, "cwd %s/elsewhere\n", fixture_folder);
    CHECK(file_contains("a/report.txt", cwd));
    CHECK_STR(json_member("a/info.json", "task_id"), "slurm 77");
    CHECK(gem5art__ends_with(json_member("a/info.json", "cwd"), "/elsewhere"));
    end();
}

TEST(a_folder_that_goes_away) {
    gem5art_run_desc desc;
    gem5art_pool_desc pool_desc;
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    desc = describe_anywhere("children/exit_with", "a", "0");
    REQUIRE((run = create(&desc, false)) != NULL);
    mkdir("gone", 0777);
    memset(&pool_desc, 0, sizeof pool_desc);
    pool_desc.cwd = "gone";
    REQUIRE((pool = gem5art_pool_create(db, &pool_desc, &error)) != NULL);
    rmdir("gone");
    add(pool, run);
    wait_well(pool);
    CHECK_STR(run->status, "Failed");
    CHECK_CONTAINS(run->error, "/gone: No such file or directory");
    CHECK(run->rerunnable);
    gem5art_pool_destroy(pool);
    end();
}

TEST(a_store_that_refuses_a_record) {
    gem5art_run *run;
    gem5art_pool *pool;
    int left;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    add(pool, run);
    add(pool, se_run("children/slow", "b", "3"));
    datasync_fails = true;
    do left = gem5art_pool_step(pool, -1, &error); while (left > 0);
    datasync_fails = false;
    CHECK_INT(left, -1);
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_INT(last_error.code, GEM5ART_IO); /* the event has it too */
    CHECK(came_in_order("queued a, queued b, spawned a, ended a") && !strstr(events, "ended b"));
    CHECK(exists("a/info.json") && strcmp(json_member("a/info.json", "status"), "Failed") == 0); /* nor is it archived */
    wait_well(pool); /* and the pool can go on */
    CHECK(came_in_order("spawned b, ended b"));
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded(NULL), 1);
    CHECK_INT(sh("ls db.json.live | wc -l | grep -qx 1 && rm -r db.json.live"), 0);
    end();
}

/* Another process holds the store's writer lock until there is a file "release". */
static void hold_the_store(void) {
    if (!gem5art__store_lock(db, &error)) test_fail(__FILE__, __LINE__, "%s", error.message);
    write_text("holding", "");
    while (!exists("release")) nap();
    gem5art__store_unlock(db);
}

/* A pool whose run has ended, and which has tried to record it and will try again. */
static gem5art_pool *pool_that_cannot_record(pid_t *holder) {
    gem5art_run *run = se_run("children/exit_with", "a", "0");
    gem5art_pool *pool;
    *holder = start_harness(hold_the_store);
    WAIT_FOR(exists("holding"));
    lock_seconds = 0.05;
    if ((pool = new_pool(1, 0)) == NULL) return NULL;
    add(pool, run);
    STEP_UNTIL(pool, pool->first->state == GEM5ART__AFTER && pool->first->at[GEM5ART__TO_WORK] > 0);
    return pool;
}

static void release_the_store(pid_t holder) {
    write_text("release", "");
    CHECK_INT(end_of(holder), 0);
    lock_seconds = 60;
}

TEST(a_store_that_is_locked_for_long) {
    gem5art_pool *pool;
    pid_t holder;
    begin();
    REQUIRE((pool = pool_that_cannot_record(&holder)) != NULL);
    CHECK_INT(recorded(NULL), 0);
    CHECK_STR(json_member("a/info.json", "status"), "Finished");
    CHECK_INT(sh("ls db.json.live | wc -l | grep -qx 1"), 0);
    release_the_store(holder);
    wait_well(pool);
    CHECK_INT(recorded("Finished"), 1);
    gem5art_pool_destroy(pool);
    end();
}

/* A pool that is ended does not wait any longer; whoever asks for the run next records it. */
TEST(a_store_that_stays_locked) {
    gem5art_pool *pool;
    gem5art_run *run;
    pid_t holder;
    begin();
    REQUIRE((pool = pool_that_cannot_record(&holder)) != NULL);
    gem5art_pool_destroy(pool);
    CHECK_INT(last_error.code, GEM5ART_BUSY);
    release_the_store(holder);
    CHECK_INT(recorded(NULL), 0);
    REQUIRE((run = se_run("children/exit_with", "b", "0")) != NULL);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_INT(recorded("Finished"), 1);
    end();
}

/* A host with children of its own, and a timer that interrupts every call. */
static void on_alarm(int number) { (void)number; }

TEST(a_host_that_is_interrupted_all_the_time) {
    struct itimerval every, never;
    struct sigaction action;
    gem5art_pool *pool;
    char name[16];
    int i, status;
    pid_t own;
    begin();
    own = fork();
    if (own == 0) _exit(9);
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    for (i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "0.0%d", i);
        add(pool, se_run("children/slow", name, name));
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    memset(&never, 0, sizeof never);
    every.it_value.tv_sec = every.it_interval.tv_sec = 0;
    every.it_value.tv_usec = every.it_interval.tv_usec = under_valgrind() ? 20000 : 1000;
    setitimer(ITIMER_REAL, &every, NULL);
    wait_well(pool);
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_IGN); /* one may be on its way */
    CHECK_INT(last_event.finished, 4);
    gem5art_pool_destroy(pool);
    CHECK(waitpid(own, &status, 0) == own && WEXITSTATUS(status) == 9); /* left to the host */
    end();
}

/* ---- a loop of one's own */

TEST(an_own_loop) {
    gem5art_pool *pool;
    double begun;
    int left, turns = 0;
    begin();
    begun = gem5art__monotonic();
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    CHECK_INT(gem5art_pool_timeout(pool), -1);
    add(pool, se_run("children/slow", "a", "0.8")); /* 15 beats in all; a late machine may miss some */
    add(pool, se_run("children/slow", "b", "0.9"));
    add(pool, se_run("children/exit_with", "c", "0"));
    CHECK_INT(gem5art_pool_timeout(pool), 0);
    waits = 0;
    do {
        struct pollfd fd;
        fd.fd = gem5art_pool_fd(pool);
        fd.events = POLLIN;
        CHECK(poll(&fd, 1, gem5art_pool_timeout(pool)) >= 0);
        left = gem5art_pool_step(pool, 0, &error);
        turns++;
    } while (left > 0);
    CHECK_INT(left, 0);
    CHECK_INT(waits, 0); /* step never waited */
    CHECK_THAT(turns < 150, "%d turns: it does not wait either where it should", turns);
    CHECK_INT(last_event.finished, 3);
    CHECK(beats >= 4);
    CHECK(beats <= 2 * ((gem5art__monotonic() - begun) / GEM5ART_BEAT_SECONDS + 2)); /* no faster */
    gem5art_pool_destroy(pool);
    end();
}

/* Nothing runs: the next step is when a run may be launched, but in a minute at the latest. */
TEST(time_to_the_next_step) {
    gem5art_pool *pool;
    double now;
    int timeout;
    begin();
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    add(pool, se_run("children/exit_with", "a", "0"));
    CHECK_INT(gem5art_pool_timeout(pool), 0);
    pool->disk_after = (now = gem5art__monotonic()) + 5;
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout >= (pool->disk_after - gem5art__monotonic()) * 1000 && timeout <= 5001, "%d ms", timeout);
    pool->launch_after = now + 3;
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout >= (pool->launch_after - gem5art__monotonic()) * 1000 && timeout <= 3001, "%d ms", timeout);
    gem5art__puts(&pool->warden.unsent, "x"); /* a request that the warden has not taken */
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout <= 11, "%d ms", timeout);
    pool->warden.unsent.length = 0;
    pool->launch_after = pool->disk_after = now + 1000;
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout >= 59000 && timeout <= 60001, "%d ms", timeout);
    gem5art_pool_destroy(pool);
    end();
}

/* ---- calls from the event callback */

static gem5art_pool *callback_pool;
static int to_add;

static void add_one_more(const gem5art_event *event, void *user_data) {
    char name[16];
    note_event(event, user_data);
    if (event->type != GEM5ART_EVENT_ENDED && event->type != GEM5ART_EVENT_SKIPPED) return;
    if (to_add-- <= 0) return;
    snprintf(name, sizeof name, "%d", to_add);
    add(callback_pool, se_run("children/exit_with", name, name));
}

static gem5art_pool *pool_with_callback(void (*callback)(const gem5art_event *, void *)) {
    gem5art_pool_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 1;
    desc.event = callback;
    forget_events();
    return callback_pool = gem5art_pool_create(db, &desc, &error);
}

TEST(adding_from_the_callback) {
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = pool_with_callback(add_one_more)) != NULL);
    to_add = 3;
    add(pool, se_run("children/exit_with", "a", "x"));
    wait_well(pool);
    CHECK_STR(events, "queued a, spawned a, ended a, queued 2, spawned 2, ended 2, queued 1, spawned 1, ended 1, queued 0, spawned 0, ended 0");
    gem5art_pool_destroy(pool);
    REQUIRE((pool = pool_with_callback(add_one_more)) != NULL);
    to_add = 2; /* what is added while the pool is ended is skipped too */
    add(pool, se_run("children/slow", "b", "60"));
    add(pool, se_run("children/slow", "c", "61"));
    STEP_UNTIL(pool, last_event.running == 1 && strstr(events, "spawned b"));
    forget_events();
    gem5art_pool_destroy(pool);
    CHECK_STR(events, "killed b, skipped c, queued 1, skipped 1, queued 0, skipped 0, ended b");
    CHECK_INT(last_event.queued + last_event.running + last_event.ending, 0);
    end();
}

static void step_from_callback(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type != GEM5ART_EVENT_SPAWNED) return;
    CHECK_INT(gem5art_pool_step(callback_pool, 0, &error), -1);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "callback");
    CHECK(!gem5art_pool_wait(callback_pool, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
}

TEST(stepping_from_the_callback) {
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = pool_with_callback(step_from_callback)) != NULL);
    add(pool, se_run("children/exit_with", "a", "0"));
    wait_well(pool);
    CHECK_INT(last_event.finished, 1);
    gem5art_pool_destroy(pool);
    end();
}

static void cancel_from_callback(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == GEM5ART_EVENT_SPAWNED) CHECK(gem5art_pool_cancel(callback_pool, event->run->id, &error));
}

TEST(cancelling_from_the_callback) {
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = pool_with_callback(cancel_from_callback)) != NULL);
    add(pool, se_run("children/slow", "a", "60"));
    wait_well(pool);
    CHECK_STR(events, "queued a, spawned a, killed a, ended a");
    gem5art_pool_destroy(pool);
    end();
}

TEST(releasing_runs_early) {
    gem5art_run *run;
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    add(pool, run);
    gem5art_release_run(db, run); /* the pool has it until it has ended */
    wait_well(pool);
    CHECK_STR(events, "queued a, spawned a, ended a");
    gem5art_pool_destroy(pool);
    gem5art_release_run(db, NULL);
    CHECK_INT(recorded("Finished"), 1);
    end();
}

/* ---- cancelling and ending */

TEST(a_lone_run_is_cancelled_while_git_hangs) {
    char path[4 * PATH_MAX], *before = strdup(getenv("PATH"));
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    sh("mkdir bin && printf '#!/bin/sh\\n: >>\"%s/began\"\\nexec sleep 600\\n' >bin/git && chmod +x bin/git", fixture_folder);
    snprintf(path, sizeof path, "%s/bin:%s", fixture_folder, before);
    setenv("PATH", path, 1);
    add(pool, run);
    STEP_UNTIL(pool, exists("began"));
    CHECK(gem5art_pool_cancel(pool, run->id, &error));
    STEP_UNTIL(pool, last_event.failed + last_event.skipped == 1);
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    setenv("PATH", before, 1);
    free(before);
    gem5art_pool_destroy(pool);
    end();
}

TEST(cancel) {
    gem5art_run *running, *queued, *last;
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(1, 0)) != NULL);
    REQUIRE((running = se_run("gem5-stand-in", "a", "--stand-in=seconds=60")) != NULL);
    REQUIRE((queued = se_run("children/slow", "b", "60")) != NULL);
    REQUIRE((last = se_run("children/exit_with", "c", "0")) != NULL);
    add(pool, running);
    add(pool, queued);
    add(pool, last);
    STEP_UNTIL(pool, running->pid > 0);
    CHECK(gem5art_pool_cancel(pool, queued->id, &error));
    CHECK(gem5art_pool_cancel(pool, running->id, &error));
    CHECK(!gem5art_pool_cancel(pool, "no such id", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    wait_well(pool);
    CHECK(came_in_order("queued a, queued b, queued c, spawned a, killed a, ended a"));
    CHECK(came_in_order("killed a, skipped b, spawned c, ended c")); /* while a is archived, so that c may end first */
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    CHECK_STR(running->status, "Failed");
    CHECK_STR(running->kill_reason, "sigterm");
    CHECK(running->rerunnable);
    CHECK(running->results != NULL);
    CHECK_STR(queued->status, "Created");
    CHECK(!gem5art_pool_cancel(pool, last->id, &error)); /* it has ended */
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    gem5art_pool_destroy(pool);
    execute_well(queued->id ? last = se_run("children/exit_with", "d", "00") : NULL);
    CHECK_INT(recorded(NULL), 3);
    end();
}

TEST(destroying_a_pool_that_runs) {
    gem5art_run *run[3];
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(2, 60)) != NULL);
    REQUIRE((run[0] = se_run("children/ignore_signals", "a", "")) != NULL);
    REQUIRE((run[1] = se_run("gem5-stand-in", "b", "--stand-in=seconds=60")) != NULL);
    REQUIRE((run[2] = se_run("children/exit_with", "c", "0")) != NULL);
    add(pool, run[0]);
    add(pool, run[1]);
    add(pool, run[2]);
    STEP_UNTIL(pool, run[0]->pid > 0 && run[1]->pid > 0);
    CHECK(!gem5art_close(db, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    forget_events();
    gem5art_pool_destroy(pool);
    CHECK_CONTAINS(events, "skipped c");
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    CHECK_STR(run[0]->kill_reason, "sigterm");
    CHECK_STR(run[1]->kill_reason, "sigterm");
    CHECK_INT(run[0]->return_code, -SIGKILL);
    CHECK_INT(run[1]->return_code, -SIGKILL); /* at once */
    CHECK(!alive((long)run[0]->pid) && !alive((long)run[1]->pid));
    CHECK_INT(recorded("Failed"), 2);
    CHECK(run[0]->rerunnable && run[1]->rerunnable);
    end();
}

/* ---- how children are ended */

static bool is_ready(const gem5art_run *run, void *user_data) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", run->outdir, (const char *)user_data);
    return exists(path);
}

static gem5art_run *run_that_fails_when(const char *program, const char *outdir, const char *param, const char *file) {
    gem5art_run_desc desc = describe(program, outdir, param);
    desc.check_failure = is_ready;
    desc.user_data = (void *)(uintptr_t)file;
    return create(&desc, false);
}

TEST(sigkill_follows_after_the_grace_time) {
    gem5art_run *run, *at_once;
    gem5art_pool *pool;
    begin();
    REQUIRE((pool = new_pool(1, 0.1)) != NULL);
    REQUIRE((run = run_that_fails_when("children/ignore_signals", "a", "", "ready")) != NULL);
    add(pool, run);
    wait_well(pool);
    gem5art_pool_destroy(pool);
    CHECK_INT(run->return_code, -SIGKILL);
    CHECK_STR(run->kill_reason, "User defined kill");
    CHECK_STR(events, "queued a, spawned a, killed a, ended a");
    REQUIRE((pool = new_pool(1, -1)) != NULL); /* no grace at all */
    REQUIRE((at_once = run_that_fails_when("gem5-stand-in", "b", "--stand-in=seconds=60", "stats.txt")) != NULL);
    add(pool, at_once);
    wait_well(pool);
    gem5art_pool_destroy(pool);
    CHECK_INT(at_once->return_code, -SIGKILL);
    end();
}

TEST(a_child_that_is_stopped) {
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    desc = describe("children/stop_self", "a", "");
    desc.timeout = 0.2;
    REQUIRE((run = create(&desc, false)) != NULL);
    execute_well(run);
    CHECK_STR(run->kill_reason, "timeout");
    CHECK_STR(run->status, "Failed");
    CHECK_INT(run->return_code, -SIGINT); /* it was continued, and asked before it was forced */
    CHECK(!alive((long)run->pid));
    end();
}

/* gem5 may be started by a script: the polite signal is for all of the group. */
TEST(a_wrapper_script) {
    gem5art_run *run;
    char script[PATH_MAX + 64];
    begin();
    snprintf(script, sizeof script, "#!/bin/sh\ntrap : INT\n%s \"$@\"\nexit 5\n", built("gem5-stand-in"));
    write_text("wrapper", script);
    chmod("wrapper", 0755);
    REQUIRE((run = run_that_fails_when("./wrapper", "a", "--stand-in=fork|--stand-in=seconds=60", "grandchild.pid")) != NULL);
    execute_well(run);
    CHECK_STR(run->kill_reason, "User defined kill");
    CHECK_INT(run->return_code, 5);
    CHECK(file_contains("a/stats.txt", "End Simulation Statistics"));
    end();
}

static long number_in(const char *path) {
    char *text = read_text(path);
    long number = atol(text);
    free(text);
    return number;
}

TEST(the_whole_group_is_ended) {
    gem5art_run *run;
    long left_behind;
    begin();
    REQUIRE((run = se_run("children/fork_daemon", "a", "")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    left_behind = number_in("a/daemon.pid");
    CHECK(left_behind > 1);
    WAIT_FOR(!alive(left_behind));
    REQUIRE((run = run_that_fails_when("gem5-stand-in", "b", "--stand-in=fork|--stand-in=seconds=60", "grandchild.pid")) != NULL);
    execute_well(run);
    left_behind = number_in("b/grandchild.pid");
    CHECK(left_behind > 1);
    WAIT_FOR(!alive(left_behind));
    REQUIRE((run = se_run("children/leave_zombie", "c", "")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    REQUIRE((run = se_run("children/close_all", "d", "")) != NULL);
    execute_well(run);
    CHECK_STR(run->status, "Finished");
    CHECK(run->end_time - run->start_time >= 0.3); /* its descriptors were closed, but it was not over */
    end();
}

/* ---- signals to a harness that asks for them */

static void own_handler(int number) { (void)number; }

static gem5art_pool *pool_with_signals(int jobs, double grace) {
    gem5art_pool_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.jobs = jobs;
    desc.grace = grace;
    desc.handle_signals = true;
    desc.event = note_event;
    forget_events();
    return gem5art_pool_create(db, &desc, &error);
}

static const char *expected_reason;

static void run_until_signalled(void) {
    struct sigaction now;
    gem5art_run *run[3];
    gem5art_pool *pool;
    int i;
    signal(SIGTERM, own_handler);
    REQUIRE((pool = pool_with_signals(2, 60)) != NULL);
    for (i = 0; i < 3; i++) {
        static const char *const names[] = {"a/info.json", "b/info.json", "c/info.json"};
        REQUIRE((run[i] = gem5art_load_run(db, names[i], &error)) != NULL);
        add(pool, run[i]);
    }
    wait_well(pool);
    for (i = 0; i < 2; i++) {
        CHECK_STR(run[i]->status, "Failed");
        CHECK_STR(run[i]->kill_reason, expected_reason);
        CHECK_INT(run[i]->return_code, 0); /* it was asked politely */
        CHECK(run[i]->rerunnable);
        CHECK(run[i]->results != NULL);
    }
    CHECK_CONTAINS(events, "skipped c");
    CHECK_INT(last_event.skipped, 1);
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    CHECK_CONTAINS(last_error.message, expected_reason);
    gem5art_pool_destroy(pool);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == own_handler);
    CHECK(sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    CHECK_INT(recorded("Failed"), 2);
}

TEST(a_signal_to_the_harness) {
    int i;
    for (i = 0; i < 2; i++) {
        pid_t harness;
        long grandchild;
        begin();
        expected_reason = i ? "sigint" : "sigterm";
        REQUIRE(se_run("gem5-stand-in", "a", "--stand-in=fork|--stand-in=seconds=60") != NULL);
        REQUIRE(se_run("gem5-stand-in", "b", "--stand-in=fork|--stand-in=seconds=61") != NULL);
        REQUIRE(se_run("gem5-stand-in", "c", "--stand-in=fork|--stand-in=seconds=62") != NULL);
        close_db();
        harness = start_harness(run_until_signalled);
        WAIT_FOR(exists("a/grandchild.pid") && exists("b/grandchild.pid"));
        kill(harness, i ? SIGINT : SIGTERM);
        CHECK_INT(end_of(harness), 0);
        CHECK(file_contains("a/stats.txt", "End Simulation Statistics"));
        WAIT_FOR((grandchild = number_in("a/grandchild.pid")) > 1 && !alive(grandchild));
        CHECK_STR(json_member("c/info.json", "status"), "Created");
        end();
    }
}

static void tell_when_killed(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == GEM5ART_EVENT_KILLED) write_text("told", "");
}

static void run_until_signalled_twice(void) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    gem5art_run *run = gem5art_load_run(db, "a/info.json", &error);
    memset(&desc, 0, sizeof desc);
    desc.grace = 600;
    desc.handle_signals = true;
    desc.event = tell_when_killed;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    add(pool, run);
    wait_well(pool);
    CHECK_INT(run->return_code, -SIGKILL);
    CHECK_STR(run->kill_reason, "sigterm");
    gem5art_pool_destroy(pool);
}

TEST(a_second_signal_kills_at_once) {
    pid_t harness;
    begin();
    REQUIRE(se_run("children/ignore_signals", "a", "") != NULL);
    close_db();
    harness = start_harness(run_until_signalled_twice);
    WAIT_FOR(exists("a/ready"));
    kill(harness, SIGTERM);
    WAIT_FOR(exists("told"));
    kill(harness, SIGINT);
    CHECK_INT(end_of(harness), 0);
    end();
}

static void execute_until_signalled(void) {
    gem5art_pool_desc desc;
    gem5art_run *run = gem5art_load_run(db, "a/info.json", &error);
    memset(&desc, 0, sizeof desc);
    desc.handle_signals = true;
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "sigint");
}

TEST(a_signal_to_gem5art_execute) {
    pid_t harness;
    begin();
    REQUIRE(se_run("gem5-stand-in", "a", "--stand-in=seconds=60") != NULL);
    close_db();
    harness = start_harness(execute_until_signalled);
    WAIT_FOR(strcmp(json_member("a/info.json", "status"), "Running") == 0);
    kill(harness, SIGINT);
    CHECK_INT(end_of(harness), 0);
    end();
}

TEST(a_signal_before_the_launch) {
    gem5art_pool *pool;
    gem5art_run *checked, *queued, *late;
    begin();
    REQUIRE((pool = pool_with_signals(1, 0)) != NULL);
    REQUIRE((checked = run_with("children/slow", "a", "60", "held")) != NULL);
    REQUIRE((queued = se_run("children/slow", "b", "61")) != NULL);
    REQUIRE((late = se_run("children/slow", "c", "62")) != NULL);
    add(pool, checked);
    add(pool, queued);
    holds = true;
    STEP_UNTIL(pool, held == 1); /* its artifacts are being checked now */
    raise(SIGTERM);
    gem5art_pool_step(pool, 0, &error);
    holds = false;
    wait_well(pool);
    CHECK_STR(events, "queued a, queued b, skipped b, ended a");
    CHECK_STR(checked->status, "Failed");
    CHECK_STR(checked->kill_reason, "sigterm");
    CHECK_INT(checked->pid, 0);
    CHECK(checked->rerunnable);
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    add(pool, late); /* no more is launched */
    wait_well(pool);
    CHECK_CONTAINS(events, "queued c, skipped c");
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded(NULL), 1);
    end();
}

TEST(several_pools_with_signals) {
    gem5art_pool *pool[GEM5ART__SIGNAL_POOLS + 1];
    struct sigaction now;
    int i;
    begin();
    signal(SIGTERM, own_handler);
    for (i = 0; i < GEM5ART__SIGNAL_POOLS; i++) REQUIRE((pool[i] = pool_with_signals(1, 0)) != NULL);
    CHECK((pool[i] = pool_with_signals(1, 0)) == NULL);
    CHECK_INT(error.code, GEM5ART_LIMIT);
    add(pool[3], se_run("children/slow", "a", "60"));
    add(pool[5], se_run("children/slow", "b", "61"));
    STEP_UNTIL(pool[3], last_event.type == GEM5ART_EVENT_SPAWNED);
    raise(SIGTERM); /* for all of them */
    wait_well(pool[3]);
    wait_well(pool[5]);
    CHECK_STR(events, "queued a, queued b, spawned a, killed a, ended a, skipped b");
    for (i = 0; i < GEM5ART__SIGNAL_POOLS; i++) {
        CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler != own_handler);
        gem5art_pool_destroy(pool[i]);
    }
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == own_handler);
    signal(SIGTERM, SIG_DFL);
    end();
}

/* ---- a harness that dies */

static void run_two(void) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 2;
    desc.grace = 0.2;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    add(pool, gem5art_load_run(db, "a/info.json", &error));
    add(pool, gem5art_load_run(db, "b/info.json", &error));
    gem5art_pool_wait(pool, &error);
    test_fail(__FILE__, __LINE__, "it lives");
}

/* ... and reaped by whoever adopts orphans. */
static bool group_is_gone(long group) { return kill((pid_t)-group, 0) < 0 && errno == ESRCH; }

/* Starts a harness with two runs, one that ignores signals and one that has a grandchild, and kills it. */
static void kill_a_harness(int number, bool whole_group) {
    pid_t harness;
    long child_a = 0, child_b = 0, grandchild = 0;
    REQUIRE(se_run("children/ignore_signals", "a", "") != NULL);
    REQUIRE(se_run("gem5-stand-in", "b", "--stand-in=fork|--stand-in=seconds=60") != NULL);
    close_db();
    harness = start_harness(run_two);
    WAIT_FOR(exists("a/ready") && (grandchild = number_in("b/grandchild.pid")) > 1);
    WAIT_FOR((child_a = atol(json_member("a/info.json", "pid"))) > 1 && (child_b = atol(json_member("b/info.json", "pid"))) > 1);
    CHECK_INT(sh("ls db.json.live | wc -l | grep -qx 2"), 0);
    kill(whole_group ? -harness : harness, number);
    CHECK_INT(end_of(harness), 128 + number);
    WAIT_FOR(group_is_gone(child_a) && group_is_gone(child_b));
    CHECK(!alive(grandchild));
}

/* The next harness records what was lost, and launches it again. */
static void check_lost_runs(void) {
    gem5art_run *run;
    gem5art_pool *pool;
    const gem5art_run *lost;
    gem5art_iter *iter;
    char id[64];
    open_db(NULL);
    snprintf(id, sizeof id, "%s", json_member("b/info.json", "_id"));
    REQUIRE((run = gem5art_load_run(db, "b/info.json", &error)) != NULL);
    CHECK_STR(run->id, id);
    REQUIRE((pool = new_pool(1, -1)) != NULL);
    add(pool, run);
    STEP_UNTIL(pool, run->pid > 0 && strcmp(run->id, id) != 0);
    gem5art_pool_destroy(pool);
    CHECK_STR(run->kill_reason, "sigterm");
    CHECK(strcmp(run->id, id) != 0);
    CHECK(gem5art__ends_with(run->outdir, "/b.2"));
    CHECK_INT(recorded(NULL), 2);
    REQUIRE((lost = gem5art_find_run(db, id, &error)) != NULL);
    CHECK_STR(lost->status, "Failed");
    CHECK_STR(lost->kill_reason, "lost");
    CHECK(lost->rerunnable && !lost->running);
    CHECK(gem5art__ends_with(lost->outdir, "/b"));
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    CHECK((lost = gem5art_next_run(iter, &error)) != NULL && strcmp(lost->id, id) == 0); /* first */
    gem5art_iter_close(iter);
    CHECK_CONTAINS(fixture_warnings, "lost");
    CHECK(exists("b/info.json") && exists("b/stats.txt"));
    CHECK_INT(sh("ls db.json.live | wc -l | grep -qx 1 && rm -r db.json.live"), 0); /* a's is still there */
}

TEST(the_harness_is_killed) {
    begin();
    kill_a_harness(SIGKILL, false);
    check_lost_runs();
    end();
}

TEST(the_harness_and_its_whole_group_are_killed) {
    begin();
    kill_a_harness(SIGKILL, true);
    check_lost_runs();
    end();
}

TEST(the_harness_dies_by_a_signal_it_did_not_ask_for) {
    begin();
    kill_a_harness(SIGTERM, false);
    CHECK(file_contains("b/stats.txt", "End Simulation Statistics")); /* the warden asked politely first */
    check_lost_runs();
    end();
}

/* A run object from before the harness came and went must not give its id a second time. */
TEST(an_id_is_never_used_twice) {
    gem5art_run *run;
    gem5art_run_desc desc;
    pid_t harness;
    long child;
    char id[64];
    begin();
    REQUIRE(se_run("children/exit_with", "b", "7") != NULL);
    desc = describe("children/slow", "a", "60");
    REQUIRE((run = create(&desc, false)) != NULL);
    snprintf(id, sizeof id, "%s", run->id);
    harness = start_harness(run_two);
    WAIT_FOR(strcmp(json_member("a/info.json", "status"), "Running") == 0);
    WAIT_FOR(strcmp(json_member("b/info.json", "status"), "Failed") == 0);
    WAIT_FOR(recorded(NULL) == 1);
    WAIT_FOR(sh("test $(ls db.json.live | wc -l) = 1") == 0);
    child = atol(json_member("a/info.json", "pid"));
    kill(harness, SIGKILL);
    end_of(harness);
    WAIT_FOR(group_is_gone(child));
    CHECK_STR(run->status, "Created");
    CHECK_STR(run->id, id);
    {
        gem5art_pool *pool = new_pool(1, -1);
        add(pool, run);
        STEP_UNTIL(pool, run->pid > 0);
        gem5art_pool_destroy(pool);
    }
    CHECK(strcmp(run->id, id) != 0);
    CHECK(gem5art__ends_with(run->outdir, "/a.2"));
    CHECK_INT(recorded(NULL), 3);
    CHECK(gem5art_find_run(db, id, &error) != NULL);
    end();
}

/* ---- a warden that dies */

static void kill_the_warden(gem5art_pool *pool, gem5art_run **run) {
    long child[2];
    add(pool, run[0]);
    add(pool, run[1]);
    add(pool, run[2]);
    add(pool, run[3]);
    STEP_UNTIL(pool, run[0]->pid > 0 && run[1]->pid > 0);
    child[0] = (long)run[0]->pid;
    child[1] = (long)run[1]->pid;
    kill(pool->warden.pid, SIGKILL);
    wait_well(pool);
    CHECK_STR(run[0]->kill_reason, "lost");
    CHECK_STR(run[1]->kill_reason, "lost");
    CHECK_STR(run[0]->status, "Failed");
    CHECK(run[0]->rerunnable && run[1]->rerunnable);
    CHECK_STR(run[2]->status, "Finished");
    CHECK_STR(run[3]->status, "Finished");
    CHECK(!alive(child[0]) && !alive(child[1]));
    CHECK_CONTAINS(fixture_warnings, "warden");
    CHECK_INT(last_event.finished, 2);
    CHECK_INT(last_event.failed, 2);
    CHECK_INT(recorded(NULL), 4);
}

TEST(the_warden_is_killed) {
    gem5art_run *run[4];
    gem5art_pool *pool;
    begin();
    REQUIRE((run[0] = se_run("children/ignore_signals", "a", "")) != NULL);
    REQUIRE((run[1] = se_run("gem5-stand-in", "b", "--stand-in=seconds=60")) != NULL);
    REQUIRE((run[2] = se_run("children/exit_with", "c", "0")) != NULL);
    REQUIRE((run[3] = se_run("children/slow", "d", "0.2")) != NULL);
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    kill_the_warden(pool, run);
    kill(pool->warden.pid, SIGKILL); /* the second one, while nothing runs */
    REQUIRE((run[0] = se_run("children/exit_with", "e", "00")) != NULL);
    add(pool, run[0]);
    gem5art_pool_wait(pool, &error);
    if (strcmp(run[0]->status, "Finished") != 0) { /* it had noticed only after the checks: rerunnable */
        CHECK(run[0]->rerunnable);
        CHECK_STR(run[0]->kill_reason, "lost"); /* before it was spawned, or after */
        CHECK(*run[0]->cause || *run[0]->error);
    }
    gem5art_pool_destroy(pool);
    end();
}

#ifdef PR_SET_CHILD_SUBREAPER
/* In a container the harness may be the process that adopts orphans, and nobody else reaps them. */
static void adopt_orphans_and_kill_the_warden(void) {
    gem5art_run *run[4];
    gem5art_pool *pool;
    static const char *const names[] = {"a/info.json", "b/info.json", "c/info.json", "d/info.json"};
    int i;
    CHECK_INT(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    for (i = 0; i < 4; i++) REQUIRE((run[i] = gem5art_load_run(db, names[i], &error)) != NULL);
    REQUIRE((pool = new_pool(2, 0)) != NULL);
    kill_the_warden(pool, run);
    gem5art_pool_destroy(pool);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

TEST(the_warden_of_a_host_that_adopts_orphans_is_killed) {
    begin();
    REQUIRE(se_run("children/ignore_signals", "a", "") != NULL);
    REQUIRE(se_run("gem5-stand-in", "b", "--stand-in=seconds=60") != NULL);
    REQUIRE(se_run("children/exit_with", "c", "0") != NULL);
    REQUIRE(se_run("children/slow", "d", "0.2") != NULL);
    close_db();
    CHECK_INT(end_of(start_harness(adopt_orphans_and_kill_the_warden)), 0);
    end();
}
#endif

/* ---- several pools */

TEST(two_pools_on_one_db) {
    gem5art_pool *first, *second;
    gem5art_run *run, *same;
    begin();
    REQUIRE((first = new_pool(1, -1)) != NULL);
    REQUIRE((second = new_pool(1, -1)) != NULL);
    REQUIRE((run = se_run("children/slow", "a", "60")) != NULL);
    REQUIRE((same = se_run("children/slow", "b", "60")) != NULL);
    add(first, run);
    STEP_UNTIL(first, run->pid > 0);
    CHECK(!gem5art_pool_add(second, run, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    add(second, same);
    add(second, se_run("children/exit_with", "c", "0"));
    wait_well(second);
    CHECK_CONTAINS(events, "skipped b, spawned c, ended c");
    CHECK_INT(last_error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(last_error.message, "is being executed by process");
    gem5art_pool_destroy(second);
    CHECK(alive((long)run->pid));
    gem5art_pool_destroy(first);
    CHECK_INT(recorded(NULL), 2);
    end();
}

/* ---- the recorder: no disk holds the loop up */

/* Three runs end while the store is being written to for the first of them, and a fourth goes on. */
TEST(a_slow_disk_holds_no_loop_up) {
    static const char *const names[] = {"a", "b", "c"}, *const params[] = {"0", "0|0", "0|0|0"};
    gem5art_pool *pool;
    int i;
    if (!STORE_IS_FLAT) return; /* LMDB syncs by itself */
    begin();
    REQUIRE((pool = new_pool(4, 0)) != NULL);
    add(pool, se_run("children/slow", "slow", "600"));
    for (i = 0; i < 3; i++) add(pool, se_run("children/exit_with", names[i], params[i])); /* which registers the program */
    store_syncs_wait = true;
    store_syncs = 0;
    STEP_UNTIL(pool, held == 1 && pool->commits && pool->commits->next_commit); /* two wait for the first */
    CHECK_INT(pool->counts.ending, 3);
    CHECK_INT(pool->counts.running, 1);
    beats = 0;
    STEP_UNTIL(pool, beats >= 3);
    CHECK_INT(held, 1);
    CHECK_INT(store_syncs, 1);
    CHECK(!gem5art_pool_cancel(pool, pool->first->next->run->public_.id, &error));
    CHECK_CONTAINS(error.message, "is being recorded");
    store_syncs_wait = false;
    STEP_UNTIL(pool, last_event.finished == 3);
    CHECK_INT(store_syncs, 5); /* one for what another handle did, two for the first, two for the others together */
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded("Finished"), 3);
    CHECK_INT(recorded("Failed"), 1);
    end();
}

/* ---- many */

static gem5art_run_desc many_desc;
static int many_added, many_ended, many_total;
static long memory_peak[4]; /* while each third of them ended; as many are in the pool in the second as in the last */

static void add_to_many(gem5art_pool *pool) {
    char name[32];
    const char *params[2] = {name, NULL};
    gem5art_run *run;
    snprintf(name, sizeof name, "0-%d", many_added++);
    many_desc.name = many_desc.outdir = name;
    many_desc.params = params;
    run = create(&many_desc, false);
    add(pool, run);
    gem5art_release_run(db, run);
}

static void many_event(const gem5art_event *event, void *user_data) {
    long *peak;
    (void)user_data;
    if (event->running > most_running) most_running = event->running;
    if (event->type != GEM5ART_EVENT_ENDED) return;
    CHECK_STR(event->run->status, "Finished");
    many_ended++;
    peak = &memory_peak[3 * many_ended / many_total];
    if (memory_alive > *peak) *peak = memory_alive;
    if (many_added < many_total) add_to_many(callback_pool);
}

/* Runs that wait for the file "go": so many run at a time, and no more. */
static void fill_all_places(gem5art_pool *pool, int jobs) {
    char params[PATH_MAX + 32], outdir[32];
    int i;
    for (i = 0; i < jobs; i++, many_added++) {
        gem5art_run_desc desc;
        gem5art_run *run;
        snprintf(params, sizeof params, "%d|%s/go", i, fixture_folder);
        snprintf(outdir, sizeof outdir, "waiting/%d", i);
        desc = describe("children/wait_for", outdir, params);
        run = create(&desc, false);
        add(pool, run);
        gem5art_release_run(db, run);
    }
}

TEST(many_runs) {
    const int half = under_valgrind() ? 40 : 75;
    gem5art_pool_desc desc;
    long memory;
    int i;
    begin();
    many_total = half;
    many_added = many_ended = most_running = 0;
    many_desc = describe("children/exit_with", "", "");
    memset(&desc, 0, sizeof desc);
    desc.jobs = 16;
    desc.event = many_event;
    REQUIRE((callback_pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    fill_all_places(callback_pool, 16);
    for (i = 0; i < 16; i++) add_to_many(callback_pool);
    STEP_UNTIL(callback_pool, most_running == 16);
    CHECK_INT(sh("touch go"), 0);
    wait_well(callback_pool);
    CHECK_INT(many_ended, many_total);
    CHECK_INT(most_running, 16);
    CHECK_THAT(memory_peak[2] - memory_peak[1] < 100, "%ld pieces of memory at most, then %ld", memory_peak[1], memory_peak[2]);
    memory = memory_alive;
    many_total += half;
    for (i = 0; i < 32; i++) add_to_many(callback_pool);
    wait_well(callback_pool);
    CHECK_INT(many_ended, many_total);
    CHECK_THAT(memory_alive - memory < half / 2, "%ld more pieces of memory after %d more runs", memory_alive - memory, half);
    gem5art_pool_destroy(callback_pool);
    CHECK_INT(recorded("Finished"), many_total);
    end();
}

/* More reports than their pipe holds wait in the warden. */
static void linger(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == GEM5ART_EVENT_SPAWNED) nap(), nap();
}

TEST(reports_that_wait) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    char name[16];
    int i;
    begin();
    memset(&desc, 0, sizeof desc);
    desc.jobs = 60;
    desc.event = linger;
    forget_events();
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
#ifdef F_SETPIPE_SZ
    CHECK(fcntl(gem5art_pool_fd(pool), F_SETPIPE_SZ, 4096) > 0);
#endif
    for (i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "0-%d", i);
        add(pool, se_run("children/exit_with", name, name));
    }
    wait_well(pool);
    CHECK_INT(last_event.finished, 60);
    gem5art_pool_destroy(pool);
    end();
}

/* Many recorded runs in a row do not keep a step from ending. */
TEST(many_recorded_runs) {
    gem5art_pool *pool;
    gem5art_run *run;
    char name[16];
    int i, count = under_valgrind() ? 70 : 100;
    begin();
    REQUIRE((pool = new_pool(8, 0)) != NULL);
    for (i = 0; i < count; i++) {
        snprintf(name, sizeof name, "0-%d", i);
        REQUIRE((run = se_run("children/exit_with", name, name)) != NULL);
        add(pool, run);
    }
    wait_well(pool);
    gem5art_pool_destroy(pool);
    REQUIRE((pool = new_pool(8, 0)) != NULL);
    for (i = 0; i < count; i++) {
        snprintf(name, sizeof name, "0-%d", i);
        add(pool, se_run("children/exit_with", name, name));
    }
    event_seconds = 0.001;
    do i = gem5art_pool_step(pool, 100, &error); while (i == count);
    CHECK_THAT(i < count && i >= count - GEM5ART__SLICE_MS - 1, "%d runs are left of %d", i, count);
    event_seconds = 0;
    wait_well(pool);
    CHECK_INT(last_event.skipped, count);
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded(NULL), count);
    end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
