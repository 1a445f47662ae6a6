/* test_safety.c - what would be recorded or ended wrongly if it were let happen: another program under a run's identity,
   one id twice, an archive that a second run names, a claim that a look takes, a pipe that holds the warden up. */

#include "runner.h"

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
    CHECK_CONTAINS(cancelled, "the pool has no run with the id");
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
