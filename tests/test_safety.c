/* test_safety.c - what would be recorded or ended wrongly if it were let happen: another program under a run's identity,
   one id twice, an archive that a second run names, a claim that a look takes, a pipe that holds the warden up. */

#define GEM5ART__STUCK_SECONDS 2.0

#include "runner.h"

#ifdef __linux__
#include <sys/ptrace.h>
#endif

/* ---- the script that is executed is the one that the run was created with */

TEST(a_relative_script_that_leads_elsewhere_is_not_executed) {
    gem5art_pool_desc desc;
    gem5art_run_desc run_desc;
    gem5art_run *run;
    char repo[PATH_MAX + 8];
    begin();
    snprintf(repo, sizeof repo, "%s/repo", fixture_folder);
    the_repo = register_path("repo", "git repo", repo);
    run_desc = describe("children/exit_with", "out", "0");
    REQUIRE((run = create(&run_desc, false)) != NULL);
    make_repo("other/repo");
    write_text("other/repo/run.py", "# a wrong script\n");
    memset(&desc, 0, sizeof desc);
    desc.cwd = "other";
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
    CHECK_CONTAINS(error.message, "other/repo/run.py: its repo \"repo\" does not track that one");
    CHECK_CONTAINS(error.message, "give the script's absolute path");
    CHECK_INT(recorded(NULL), 0);
    desc.cwd = ".";
    CHECK(gem5art_execute(db, run, &desc, &error));
    end();
}

/* In the same repo, at another place. */
TEST(a_relative_script_that_leads_to_another_one_of_its_repo) {
    gem5art_pool_desc desc;
    gem5art_run_desc run_desc;
    gem5art_run *run;
    char repo[PATH_MAX + 8];
    begin();
    CHECK_INT(sh("cd repo && mkdir -p sub/repo && cp run.py sub/repo && git add -A && git commit -qm second"), 0);
    snprintf(repo, sizeof repo, "%s/repo", fixture_folder);
    the_repo = register_path("repo", "git repo", repo);
    run_desc = describe("children/exit_with", "out", "0");
    REQUIRE((run = create(&run_desc, false)) != NULL);
    memset(&desc, 0, sizeof desc);
    desc.cwd = "repo/sub";
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
    CHECK_CONTAINS(error.message, "its repo \"repo\" has that one as sub/repo/run.py");
    CHECK_INT(recorded(NULL), 0);
    end();
}

TEST(an_absolute_script_may_be_executed_anywhere) {
    gem5art_pool_desc desc;
    gem5art_run_desc run_desc;
    gem5art_run *run;
    begin();
    run_desc = describe_anywhere("children/exit_with", "out", "0");
    REQUIRE((run = create(&run_desc, false)) != NULL);
    sh("mkdir elsewhere");
    memset(&desc, 0, sizeof desc);
    desc.cwd = "elsewhere";
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_STR(run->status, "Finished");
    end();
}

/* ---- one id, one attempt */

TEST(a_run_that_was_loaded_twice_gets_two_ids) {
    gem5art_run *first, *second;
    gem5art_pool_desc desc;
    begin();
    REQUIRE((first = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE((second = gem5art_load_run(db, "out/info.json", &error)) != NULL);
    CHECK_STR(second->id, first->id);
    execute_well(first);
    sh("rm -r out");
    memset(&desc, 0, sizeof desc);
    desc.rerun = true;
    CHECK(gem5art_execute(db, second, &desc, &error));
    CHECK(strcmp(first->id, second->id) != 0);
    CHECK_INT(recorded("Finished"), 2);
    CHECK(gem5art_remove_run(db, first->id, &error));
    CHECK_INT(recorded("Finished"), 1);
    end();
}

/* ---- removal */

TEST(an_archive_that_another_run_names_stays) {
    begin();
    close_db();
    lay_store("[{\"_id\":\"a\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"a\",\"results\":\"z\"},"
              "{\"_id\":\"b\",\"hash\":\"i\",\"type\":\"gem5 run\",\"name\":\"b\",\"results\":\"z\"},"
              "{\"_id\":\"z\",\"hash\":\"j\",\"type\":\"directory\",\"name\":\"a\"}]");
    open_db(NULL);
    CHECK(gem5art_remove_run(db, "a", &error));
    CHECK(gem5art_find_artifact(db, "z", &error) != NULL);
    CHECK(gem5art_remove_run(db, "b", &error));
    CHECK(gem5art_find_artifact(db, "z", &error) == NULL);
    end();
}

/* ---- a look at live runs takes no claim */

static void look_at_live_runs_all_the_time(void) {
    gem5art_query query;
    memset(&query, 0, sizeof query);
    query.live = true;
    while (!exists("stop")) {
        gem5art_iter *iter = gem5art_get_runs(db, &query, &error);
        while (gem5art_next_run(iter, &error)) {}
        gem5art_iter_close(iter);
    }
}

TEST(live_queries_do_not_keep_runs_from_being_claimed) {
    gem5art_run *run;
    pid_t watcher;
    int i, refused = 0;
    begin();
    REQUIRE((run = se_run("children/slow", "out", "0")) != NULL);
    CHECK(gem5art__write_live(db, run, 0, NULL, &error));
    watcher = start_harness(look_at_live_runs_all_the_time);
    for (i = 0; i < 1000; i++) {
        if (gem5art__claim_run(db, run->hash, &error)) gem5art__unclaim_run(db, run->hash);
        else refused++;
    }
    write_text("stop", "");
    waitpid(watcher, NULL, 0);
    CHECK_INT(refused, 0);
    sh("rm db.json.live/*");
    end();
}

static const char *live_reason(bool read_only) {
    static char reason[64];
    gem5art_open_desc desc;
    gem5art_query query;
    gem5art_db *other;
    gem5art_iter *iter;
    const gem5art_run *run;
    memset(&desc, 0, sizeof desc);
    memset(&query, 0, sizeof query);
    desc.read_only = read_only;
    query.live = true;
    other = gem5art_open(STORE_URI, &desc, &error);
    iter = gem5art_get_runs(other, &query, &error);
    run = gem5art_next_run(iter, &error);
    snprintf(reason, sizeof reason, "%s", run ? run->kill_reason : "not there");
    gem5art_iter_close(iter);
    gem5art_close(other, &error);
    return reason;
}

TEST(a_lost_run_shows_as_lost_to_readers_and_writers) {
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/slow", "out", "60")) != NULL);
    pool = gem5art_pool_create(db, NULL, &error);
    CHECK(gem5art_pool_add(pool, run, &error));
    while (run->pid == 0) gem5art_pool_step(pool, 100, &error);
    CHECK_STR(live_reason(true), "");
    CHECK_STR(live_reason(false), "");
    gem5art__unclaim_run(pool->store, run->hash);
    CHECK_STR(live_reason(true), "lost");
    CHECK_STR(live_reason(false), "lost");
    CHECK(gem5art__claim_run(pool->store, run->hash, &error));
    gem5art_pool_destroy(pool);
    end();
}

/* ---- the warden is never held up */

TEST(a_pipe_for_a_console_holds_nobody_up) {
    gem5art_run *piped, *other;
    gem5art_pool *pool;
    gem5art_pool_desc desc;
    begin();
    REQUIRE((piped = se_run("children/exit_with", "piped", "0")) != NULL);
    REQUIRE((other = se_run("children/exit_with", "other", "0|x")) != NULL);
    CHECK_INT(sh("mkfifo piped/console.txt"), 0);
    memset(&desc, 0, sizeof desc);
    desc.jobs = 2;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    CHECK(gem5art_pool_add(pool, piped, &error) && gem5art_pool_add(pool, other, &error));
    CHECK(gem5art_pool_wait(pool, &error));
    CHECK_STR(piped->status, "Finished"); /* in an outdir of its own */
    CHECK(gem5art__ends_with(piped->outdir, "/piped.2"));
    CHECK_STR(other->status, "Finished");
    gem5art_pool_destroy(pool);
    end();
}

/* ---- a warden that is stopped, or in a debugger */

static gem5art_pool *pool_of(int jobs) {
    gem5art_pool_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.jobs = jobs;
    return gem5art_pool_create(db, &desc, &error);
}

/* A process that stops another one all the time. */
static pid_t start_stopper(pid_t pid) {
    pid_t stopper;
    fflush(stdout);
    if ((stopper = fork()) != 0) return stopper;
    for (;; nap()) kill(pid, SIGSTOP);
}

static void end_helper(pid_t pid) {
    kill(pid, SIGKILL);
    CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(a_warden_that_is_stopped_again_and_again_loses_no_run) {
    gem5art_run *run[2];
    gem5art_pool *pool;
    char outdir[8];
    pid_t stopper, warden;
    int i;
    begin();
    for (i = 0; i < 2; i++) {
        snprintf(outdir, sizeof outdir, "o%d", i);
        REQUIRE((run[i] = se_run("children/exit_with", outdir, i ? "0|x" : "0")) != NULL);
    }
    REQUIRE((pool = pool_of(2)) != NULL);
    warden = pool->warden.pid;
    stopper = start_stopper(warden);
    for (i = 0; i < 2; i++) CHECK(gem5art_pool_add(pool, run[i], &error));
    CHECK(gem5art_pool_wait(pool, &error));
    for (i = 0; i < 2; i++) CHECK_STR(run[i]->status, "Finished");
    CHECK_INT(pool->warden.pid, warden);
    gem5art_pool_destroy(pool);
    end_helper(stopper);
    end();
}

#ifdef __linux__

/* A process that holds another one as a debugger does; 0: it may not. Its end continues the other one. */
static pid_t start_debugger(pid_t pid) {
    int ready[2];
    char byte = 0;
    pid_t debugger;
    CHECK(pipe(ready) == 0);
    fflush(stdout);
    if ((debugger = fork()) == 0) {
        if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ||
            waitpid(pid, NULL, __WALL) != pid || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) {
        printf("%s: not tried, as ptrace(2) is not allowed\n", test_current);
        end_helper(debugger), debugger = 0;
    }
    close(ready[0]);
    return debugger;
}

TEST(a_warden_in_a_debugger_for_a_moment_loses_no_run) {
    gem5art_run *run;
    gem5art_pool *pool;
    pid_t debugger;
    double until;
    begin();
    REQUIRE((run = se_run("children/slow", "out", "0.2")) != NULL);
    REQUIRE((pool = pool_of(1)) != NULL);
    CHECK(gem5art_pool_add(pool, run, &error));
    while (run->pid <= 0) CHECK(gem5art_pool_step(pool, 100, &error) >= 0);
    if ((debugger = start_debugger(pool->warden.pid)) != 0) {
        until = gem5art__monotonic() + GEM5ART__STUCK_SECONDS / 2;
        while (gem5art__monotonic() < until) CHECK(gem5art_pool_step(pool, 100, &error) >= 0);
        end_helper(debugger);
    }
    CHECK(gem5art_pool_wait(pool, &error));
    CHECK_STR(run->status, "Finished");
    gem5art_pool_destroy(pool);
    end();
}

/* Its runs are lost after 20 s, by a clock that is moved; the next warden enforces time-outs again. */
TEST(a_warden_that_stays_in_a_debugger_is_replaced) {
    static const char *const parameters[] = {"600", "601", "602"}, *const reasons[] = {"lost", "timeout", "timeout"};
    gem5art_run *run[3];
    gem5art_pool *pool;
    pid_t debugger, warden;
    long child[2];
    int i, seconds = 0;
    begin();
    for (i = 0; i < 3; i++) {
        gem5art_run_desc desc = describe("children/slow", "o", parameters[i]);
        desc.outdir = parameters[i];
        desc.timeout = i ? 10 : 0;
        REQUIRE((run[i] = gem5art_create_se_run(db, &desc, &error)) != NULL);
    }
    REQUIRE((pool = pool_of(2)) != NULL);
    for (i = 0; i < 3; i++) CHECK(gem5art_pool_add(pool, run[i], &error));
    while (run[0]->pid <= 0 || run[1]->pid <= 0) CHECK(gem5art_pool_step(pool, 100, &error) >= 0);
    for (i = 0; i < 2; i++) child[i] = (long)run[i]->pid;
    warden = pool->warden.pid;
    if ((debugger = start_debugger(warden)) != 0) {
        for (; !pool->warden.dead && pool->warden.pid == warden && seconds < 100; seconds++) {
            monotonic_ahead++;
            CHECK(gem5art_pool_step(pool, 0, &error) >= 0);
        }
        CHECK_THAT(seconds >= 20 && seconds <= 23, "it is replaced after %d s", seconds);
        while (run[2]->pid <= 0) CHECK(gem5art_pool_step(pool, 100, &error) >= 0);
        CHECK(pool->warden.pid != warden);
        monotonic_ahead += 10;
        CHECK(gem5art_pool_wait(pool, &error));
        for (i = 0; i < 3; i++) CHECK_STR(run[i]->kill_reason, reasons[i]);
        CHECK_STR(run[0]->status, "Failed");
        CHECK(run[0]->rerunnable);
        CHECK(!alive(child[0]) && !alive(child[1]));
    }
    gem5art_pool_destroy(pool);
    if (debugger) end_helper(debugger);
    waitpid(warden, NULL, 0);
    end();
}

static void destroy_in_debugger(bool with_runs) {
    gem5art_run *run[2] = {NULL, NULL};
    gem5art_pool *pool;
    pid_t debugger, warden;
    double begun;
    begin();
    REQUIRE((run[0] = se_run("children/slow", "o0", "600")) && (run[1] = se_run("children/slow", "o1", "601")));
    REQUIRE((pool = pool_of(2)) != NULL);
    warden = pool->warden.pid;
    if (with_runs) {
        CHECK(gem5art_pool_add(pool, run[0], &error) && gem5art_pool_add(pool, run[1], &error));
        while (run[0]->pid <= 0 || run[1]->pid <= 0) CHECK(gem5art_pool_step(pool, 100, &error) >= 0);
    }
    debugger = start_debugger(warden);
    begun = gem5art__monotonic();
    gem5art_pool_destroy(pool);
    CHECK_THAT(gem5art__monotonic() - begun < 60, "it took %.0f s", gem5art__monotonic() - begun);
    if (with_runs) {
        CHECK_STR(run[0]->status, "Failed");
        CHECK_STR(run[0]->kill_reason, "sigterm");
        CHECK(run[1]->rerunnable);
        WAIT_FOR(!alive((long)run[0]->pid) && !alive((long)run[1]->pid));
    }
    if (debugger) end_helper(debugger);
    waitpid(warden, NULL, 0); /* where it was not waited for */
    end();
}

TEST(a_pool_ends_although_its_warden_is_in_a_debugger) { destroy_in_debugger(true); }
TEST(an_idle_pool_ends_although_its_warden_is_in_a_debugger) { destroy_in_debugger(false); }
#endif

/* ---- cancelling what has ended */

static char cancelled[1024];

static void cancel_when_ended(const gem5art_event *event, void *user_data) {
    if (event->type != GEM5ART_EVENT_ENDED) return;
    if (gem5art_pool_cancel(*(gem5art_pool **)user_data, event->run->id, &error)) snprintf(cancelled, sizeof cancelled, "yes");
    else snprintf(cancelled, sizeof cancelled, "%s", error.message);
}

TEST(a_run_that_has_ended_cannot_be_cancelled) {
    gem5art_pool *pool = NULL;
    gem5art_pool_desc desc;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    memset(&desc, 0, sizeof desc);
    desc.event = cancel_when_ended;
    desc.user_data = &pool;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    CHECK(gem5art_pool_add(pool, run, &error));
    CHECK(gem5art_pool_wait(pool, &error));
    CHECK_CONTAINS(cancelled, "the pool has no queued or running run with the id");
    CHECK_STR(run->kill_reason, "");
    gem5art_pool_destroy(pool);
    end();
}

/* ---- copies */

TEST(a_copy_that_went_missing_is_made_again) {
    const gem5art_artifact *artifact;
    char copy[PATH_MAX];
    begin();
    close_db();
    setenv("GEM5ART_STORAGE", "storage", 1);
    open_db(NULL);
    write_text("tool", "a tool\n");
    REQUIRE((artifact = register_path("tool", "binary", "tool")) != NULL);
    snprintf(copy, sizeof copy, "storage/%s", artifact->id);
    CHECK(unlink(copy) == 0);
    CHECK(register_path("tool", "binary", "tool") != NULL);
    CHECK(exists(copy));
    end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
