/* test_queue.c - runs that a scheduler will start: queued once, launched by the program that loads them alone, and
   withdrawn by their ticket. */

#define GEM5ART_SYS_FCNTL_LOCK(fd, command, lock) test_lock(fd, command, lock)
#define GEM5ART_SYS_UNLINK(path) test_unlink(path)
#define GEM5ART_SYS_RENAME(from, to) test_rename(from, to)
struct flock;
static int test_lock(int fd, int command, struct flock *lock);
static int test_unlink(const char *path);
static int test_rename(const char *from, const char *to);

#include "runner.h"

static gem5art_pool_desc no_pool;

/* What another program does right before a file's first byte is locked. */
static void (*before_lock)(void);
static int refused; /* the errno of such a lock */

static int test_lock(int fd, int command, struct flock *lock) {
    void (*act)(void) = command == F_OFD_SETLK && lock->l_type == F_WRLCK && lock->l_start == 0 ? before_lock : NULL;
    before_lock = act ? NULL : before_lock;
    if (act) act();
    if (refused && lock->l_start == 0) return errno = refused, -1;
    return fcntl(fd, command, lock);
}

/* The file of a queued run, which must be locked while it is removed or replaced. */
static const char *guarded;
static int guarded_times;

static void check_guarded(const char *path) {
    struct flock lock;
    int fd;
    if (!guarded || !strstr(path, guarded) || strstr(path, ".tmp-")) return;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK, lock.l_whence = SEEK_SET, lock.l_len = 1;
    fd = open(path, O_RDWR);
    CHECK(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) < 0);
    if (fd >= 0) close(fd);
    guarded_times++;
}

static int test_unlink(const char *path) { return check_guarded(path), unlink(path); }
static int test_rename(const char *from, const char *to) { return check_guarded(to), rename(from, to); }

static bool queue(gem5art_run *run, const char *ticket) {
    return run && gem5art_queue_run(db, run, ticket, NULL, NULL, &error);
}

static const char *entry_of(const gem5art_run *run) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "db.json.queued/%s", run->hash);
    return path;
}

static int queued(void) {
    gem5art_query query;
    memset(&query, 0, sizeof query);
    query.queued = true;
    return count_runs(&query);
}

TEST(only_the_program_that_loads_a_queued_run_launches_it) {
    gem5art_run *run, *loaded;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    CHECK(!queue(run, "job 2"));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "job 1");
    CHECK_CONTAINS(error.message, "gem5art-cancel");
    CHECK(!gem5art_would_launch(db, run, NULL, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_INT(recorded(NULL), 0);
    REQUIRE((loaded = gem5art_load_queued(db, run->hash, NULL, &error)) != NULL);
    CHECK_STR(loaded->id, run->id);
    CHECK(gem5art_execute(db, loaded, &no_pool, &error));
    CHECK_STR(loaded->status, "Finished");
    CHECK_STR(loaded->id, run->id);
    CHECK_INT(queued(), 1);
    CHECK(!gem5art_execute(db, loaded, &no_pool, &error));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK(gem5art_unqueue_run(db, run->hash, "job 1", &error));
    CHECK(!queue(run, "job 2"));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK(!file_contains("db.json", "ticket"));
    end();
}

TEST(a_queued_run_has_what_an_info_json_lacks) {
    static const char *const variables[] = {"GEM5ART_TEST_A", "x y", NULL};
    gem5art_run_desc desc;
    gem5art_run *run, *loaded;
    begin();
    desc = describe("children/report_environment", "out", NULL);
    desc.environment = variables;
    desc.nice = 3;
    desc.priority = 7;
    desc.no_probe = true;
    REQUIRE((run = create(&desc, false)) != NULL);
    REQUIRE(queue(run, "t"));
    REQUIRE((loaded = gem5art_load_queued(db, run->hash, NULL, &error)) != NULL);
    CHECK_INT(((gem5art__run *)loaded)->nice, 3);
    CHECK_INT(((gem5art__run *)loaded)->priority, 7);
    CHECK(((gem5art__run *)loaded)->no_probe);
    CHECK(gem5art_execute(db, loaded, &no_pool, &error));
    CHECK(file_contains("out/report.txt", "variable GEM5ART_TEST_A=x y"));
    CHECK_STR(loaded->environment[0], "GEM5ART_TEST_A");
    CHECK(gem5art_unqueue_run(db, run->hash, NULL, &error));
    end();
}

TEST(a_run_that_was_withdrawn_is_not_launched) {
    gem5art_run *run, *loaded;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    REQUIRE((loaded = gem5art_load_queued(db, run->hash, NULL, &error)) != NULL);
    CHECK(!gem5art_unqueue_run(db, run->hash, "job 2", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_INT(queued(), 1);
    CHECK(gem5art_unqueue_run(db, run->hash, "job 1", &error));
    CHECK_INT(queued(), 0);
    CHECK(!gem5art_unqueue_run(db, run->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(!gem5art_load_queued(db, run->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(!gem5art_execute(db, loaded, &no_pool, &error));
    CHECK_INT(error.code, GEM5ART_CANCELLED);
    CHECK_INT(recorded(NULL), 0);
    CHECK(execute(run));
    end();
}

TEST(a_run_is_launched_by_its_ticket_alone) {
    gem5art_run *run, *loaded;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    CHECK(gem5art_is_queued(db, run->hash, "job 1") && gem5art_is_queued(db, run->hash, NULL));
    CHECK(!gem5art_is_queued(db, run->hash, "job 2"));
    CHECK(!gem5art_load_queued(db, run->hash, "job 2", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    REQUIRE((loaded = gem5art_load_queued(db, run->hash, "job 1", &error)) != NULL);
    CHECK(gem5art_queue_run(db, run, "job 2", "job 1", NULL, &error));
    CHECK(!gem5art_execute(db, loaded, &no_pool, &error));
    CHECK_INT(error.code, GEM5ART_CANCELLED);
    CHECK(gem5art_unqueue_run(db, run->hash, "job 2", &error));
    CHECK(!gem5art_is_queued(db, run->hash, NULL));
    end();
}

TEST(a_void_ticket_is_replaced) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    CHECK(!gem5art_queue_run(db, run, "job 3", "job 2", NULL, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK(gem5art_queue_run(db, run, "job 3", "job 1", NULL, &error));
    CHECK_INT(queued(), 1);
    CHECK(gem5art_unqueue_run(db, run->hash, "job 3", &error));
    CHECK(gem5art_queue_run(db, run, "job 4", "job 3", NULL, &error)); /* nothing is there to replace */
    CHECK(gem5art_unqueue_run(db, run->hash, "job 4", &error));
    end();
}

TEST(a_queued_file_is_locked_while_it_is_removed_or_replaced) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    guarded = entry_of(run);
    CHECK(gem5art_queue_run(db, run, "job 2", "job 1", NULL, &error));
    CHECK_INT(guarded_times, 1);
    CHECK(gem5art_unqueue_run(db, run->hash, "job 2", &error));
    CHECK_INT(guarded_times, 2);
    guarded = NULL;
    end();
}

static gem5art_run *raced;
static int other_lock = -1;

static void replace_it(void) { sh("sed 's/job 1/job 2/' %s >new; mv new %s", entry_of(raced), entry_of(raced)); }
static void remove_it(void) { unlink(entry_of(raced)); }
static void let_go(void) { close(other_lock); }
static void lock_it(void) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK, lock.l_whence = SEEK_SET, lock.l_len = 1;
    other_lock = open(entry_of(raced), O_RDWR);
    CHECK(other_lock >= 0 && fcntl(other_lock, F_OFD_SETLK, &lock) == 0);
    before_lock = let_go;
}

/* Another program may replace or remove the file between two steps of a withdrawal, which takes only its own ticket. */
TEST(a_withdrawal_meets_another_program) {
    begin();
    REQUIRE((raced = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(raced, "job 1"));
    before_lock = replace_it;
    CHECK(!gem5art_unqueue_run(db, raced->hash, "job 1", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(gem5art_is_queued(db, raced->hash, "job 2"));
    before_lock = remove_it;
    CHECK(!gem5art_unqueue_run(db, raced->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    REQUIRE(queue(raced, "job 1"));
    before_lock = lock_it;
    CHECK(gem5art_unqueue_run(db, raced->hash, "job 1", &error));
    CHECK(!before_lock && !gem5art_is_queued(db, raced->hash, NULL));
    end();
}

/* A lock that is refused, or that another program keeps, is an error, and changes nothing. */
TEST(a_queued_file_that_cannot_be_locked) {
    begin();
    REQUIRE((raced = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(raced, "job 1"));
    lock_it();
    before_lock = NULL;
    CHECK(!gem5art_unqueue_run(db, raced->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "holds a lock on");
    let_go();
    refused = ENOLCK;
    CHECK(!gem5art_unqueue_run(db, raced->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK(!gem5art_queue_run(db, raced, "job 2", "job 1", NULL, &error));
    CHECK_INT(error.code, GEM5ART_IO);
    refused = 0;
    CHECK(gem5art_unqueue_run(db, raced->hash, "job 1", &error));
    end();
}

TEST(the_folder_of_the_queue_goes_with_the_last_run) {
    gem5art_run *run;
    char hash[72];
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    snprintf(hash, sizeof hash, "%s", run->hash);
    close_db();
    CHECK(exists("db.json.queued"));
    REQUIRE(open_db(NULL));
    CHECK(gem5art_unqueue_run(db, hash, NULL, &error));
    close_db();
    CHECK(!exists("db.json.queued"));
    REQUIRE(open_db(NULL));
    end();
}

TEST(a_dry_run_knows_of_void_tickets) {
    gem5art_pool_desc desc = no_pool;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    desc.replaces = "job 2";
    CHECK(!gem5art_would_launch(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    desc.replaces = "job 1";
    CHECK(gem5art_would_launch(db, run, &desc, &error));
    CHECK(gem5art_unqueue_run(db, run->hash, NULL, &error));
    end();
}

TEST(a_queued_run_keeps_its_artifacts) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    CHECK(!gem5art_remove_artifact(db, run->gem5_artifact, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "queued");
    CHECK(gem5art_unqueue_run(db, run->hash, NULL, &error));
    CHECK(gem5art_remove_artifact(db, run->gem5_artifact, &error));
    end();
}

TEST(queued_runs_are_listed_with_their_tickets) {
    gem5art_query query;
    gem5art_iter *iter;
    const gem5art_run *row;
    const char *text;
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job \"1\""));
    write_text("db.json.queued/1234", "{}");
    write_text("db.json.queued/12", "not JSON");
    write_text("db.json.queued/not-a-hash", "{}");
    memset(&query, 0, sizeof query);
    query.queued = true;
    query.name_contains = "out";
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    REQUIRE((row = gem5art_next_run(iter, &error)) != NULL);
    CHECK_STR(row->id, run->id);
    CHECK_STR(row->status, "Created");
    CHECK_STR(gem5art_json_get(row->record, "ticket")->text, "job \"1\"");
    CHECK_INT(row->queued_by, geteuid());
    CHECK(!gem5art_next_run(iter, &error));
    gem5art_iter_close(iter);
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    REQUIRE((text = gem5art_next_json(iter, NULL, &error)) != NULL);
    CHECK_CONTAINS(text, "\"ticket\":\"job \\\"1\\\"\"");
    gem5art_iter_close(iter);
    query.name_contains = "other";
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    CHECK(!gem5art_next_run(iter, &error));
    gem5art_iter_close(iter);
    CHECK(gem5art_unqueue_run(db, run->hash, NULL, &error));
    sh("rm db.json.queued/12 db.json.queued/1234 db.json.queued/not-a-hash");
    end();
}

TEST(what_another_may_write_is_not_launched) {
    gem5art_run *run;
    char command[PATH_MAX + 32];
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(queue(run, "job 1"));
    snprintf(command, sizeof command, "chmod 666 %s", entry_of(run));
    sh("%s", command);
    CHECK(!gem5art_load_queued(db, run->hash, NULL, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_BUSY);
    snprintf(command, sizeof command, "rm %s && mkdir %s", entry_of(run), entry_of(run));
    sh("%s", command);
    CHECK(!gem5art_load_queued(db, run->hash, NULL, &error));
    CHECK(!execute(run));
    CHECK_INT(error.code, GEM5ART_BUSY);
    snprintf(command, sizeof command, "rmdir %s", entry_of(run));
    sh("%s", command);
    CHECK(execute(run));
    end();
}

TEST(a_queue_that_cannot_be_written_leaves_nothing) {
    gem5art_run *run;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    write_text("db.json.queued", "in the way");
    CHECK(!queue(run, "job 1"));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(!queue(run, ""));
    CHECK_INT(error.code, GEM5ART_INVALID);
    sh("rm db.json.queued");
    CHECK(queue(run, "job 1"));
    CHECK(!gem5art_load_queued(db, "../x", NULL, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(gem5art_unqueue_run(db, run->hash, NULL, &error));
    end();
}

TEST(out_of_memory_queues_a_run_or_leaves_nothing) {
    gem5art_run *run, *loaded;
    int n, done = 0;
    begin();
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    for (n = 1; n < 2000 && done < 3; n++) {
        fail_memory(n, false);
        done = queue(run, "job 1") ? 1 : 0;
        fail_memory(0, false);
        if (!done) CHECK_INT(error.code, GEM5ART_NOMEM);
        CHECK_INT(queued(), done);
        if (!done) continue;
        fail_memory(n, false);
        loaded = gem5art_load_queued(db, run->hash, NULL, &error);
        if (loaded) gem5art_release_run(db, loaded), done++;
        else CHECK_INT(error.code, GEM5ART_NOMEM);
        if (gem5art_unqueue_run(db, run->hash, "job 1", &error)) done++;
        else CHECK_INT(error.code, GEM5ART_NOMEM);
        fail_memory(0, false);
        gem5art_unqueue_run(db, run->hash, NULL, NULL);
    }
    CHECK_INT(done, 3);
    end();
}

/* ---- two that queue the same runs at once */

enum { RUNS = 20, SUBMITTERS = 4 };

static void submit(void) {
    char outdir[16], parameter[16], ticket[32];
    int i, won = 0;
    if (!open_db(NULL)) _exit(100);
    the_repo = register_path("repo", "git repo", "repo");
    for (i = 0; i < RUNS; i++) {
        gem5art_run *run;
        snprintf(outdir, sizeof outdir, "out%d", i);
        snprintf(parameter, sizeof parameter, "0|%d", i);
        snprintf(ticket, sizeof ticket, "%ld", (long)getpid());
        if ((run = se_run("children/exit_with", outdir, parameter)) == NULL) _exit(101);
        if (queue(run, ticket)) won++;
        else if (error.code != GEM5ART_BUSY) _exit(102);
    }
    close_db();
    _exit(won);
}

TEST(of_several_submitters_one_queues_each_run) {
    pid_t pids[SUBMITTERS];
    int i, status, won = 0;
    begin();
    for (i = 0; i < SUBMITTERS; i++) pids[i] = start_harness(submit);
    for (i = 0; i < SUBMITTERS; i++) {
        REQUIRE(waitpid(pids[i], &status, 0) == pids[i]);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) <= RUNS);
        won += WEXITSTATUS(status);
    }
    CHECK_INT(won, RUNS);
    CHECK_INT(queued(), RUNS);
    sh("rm -r db.json.queued");
    end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
