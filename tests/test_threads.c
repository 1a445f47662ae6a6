/* test_threads.c - a host with threads: pools in several of them, pools in one loop, and readers of the store beside them.
   Nothing here is shared without the library's own care, so that ThreadSanitizer and helgrind have the last word (make
   tsan, and RUNNER="valgrind --tool=helgrind"). */
#define GEM5ART_WATCH_SECONDS 0.05
#define GEM5ART_BEAT_SECONDS 0.1
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

#include <poll.h>
#include <pthread.h>

enum { THREADS = 3, RUNS = 16, SHARED = 4 /* of them are the same in all threads */ };

static char program[PATH_MAX];

/* Of one thread: all that it uses. */
typedef struct host {
    const char *name;
    gem5art_db *db;
    gem5art_pool *pool;
    gem5art_run_desc desc;
    gem5art_error error;
    gem5art_event last;
    int beats, killed;
} host;

static const gem5art_artifact *add_artifact(host *h, const char *type, const char *path) {
    gem5art_artifact_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.name = desc.command = type;
    desc.type = type;
    desc.path = path;
    desc.documentation = "made by the tests for the tests";
    return gem5art_register_artifact(h->db, &desc, &h->error);
}

static void note(const gem5art_event *event, void *user_data) {
    host *h = (host *)user_data;
    h->beats += event->type == GEM5ART_EVENT_BEAT;
    h->killed += event->type == GEM5ART_EVENT_KILLED;
    h->last = *event;
}

/* Every fourth is one that is timed out, the others exit at once. */
static bool add_run(host *h, int n) {
    const char *params[3];
    char name[64];
    gem5art_run *run;
    snprintf(name, sizeof name, "%s-%d", n < SHARED ? "shared" : h->name, n);
    params[0] = name, params[1] = n % 4 == 3 ? "600" : "0.01", params[2] = NULL;
    h->desc.name = h->desc.outdir = name;
    h->desc.params = params;
    h->desc.timeout = n % 4 == 3 ? 0.1 : 0;
    run = gem5art_create_se_run(h->db, &h->desc, &h->error);
    return run && gem5art_pool_add(h->pool, run, &h->error);
}

static bool begin_host(host *h, const char *name) {
    gem5art_pool_desc desc;
    int n;
    memset(h, 0, sizeof *h);
    memset(&desc, 0, sizeof desc);
    desc.jobs = 3;
    desc.grace = -1;
    desc.event = note;
    desc.user_data = h;
    h->name = name;
    if ((h->db = gem5art_open(STORE_URI, NULL, &h->error)) == NULL) return false;
    h->desc.gem5_artifact = add_artifact(h, "gem5 binary", program);
    h->desc.gem5_git_artifact = h->desc.run_script_git_artifact = add_artifact(h, "git repo", "repo");
    h->desc.run_script = "repo/run.py";
    h->pool = gem5art_pool_create(h->db, &desc, &h->error);
    for (n = 0; h->pool && n < RUNS; n++)
        if (!add_run(h, n)) return false;
    return h->pool != NULL;
}

static bool end_host(host *h) {
    gem5art_pool_destroy(h->pool);
    return gem5art_close(h->db, &h->error);
}

static void begin(void) {
    fixture_begin();
    snprintf(program, sizeof program, "%s", built("children/slow"));
    make_repo("repo");
    if (open_db(NULL)) close_db();
}

/* What all of them together have recorded: each experiment once, whoever launched it. */
static void check_records(int hosts) {
    int runs = SHARED + hosts * (RUNS - SHARED), finished = 0, failed = 0;
    gem5art_iter *iter;
    const gem5art_run *run;
    REQUIRE(open_db(NULL));
    iter = gem5art_get_runs(db, NULL, &error);
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        finished += strcmp(run->status, "Finished") == 0;
        failed += strcmp(run->kill_reason, "timeout") == 0;
    }
    gem5art_iter_close(iter);
    CHECK_INT(finished, runs * 3 / 4);
    CHECK_INT(failed, runs / 4);
    CHECK(!exists(STORE_PATH ".live"));
}

/* ---- a pool in each of several threads, and one that reads the store all the while */

static void *run_host(void *argument) {
    host *h = (host *)argument;
    bool ok = begin_host(h, h->name) && gem5art_pool_wait(h->pool, &h->error);
    return end_host(h) && ok ? argument : NULL;
}

static int reading_ends; /* atomic */

static void *read_store(void *argument) {
    gem5art_error why;
    gem5art_db *own = gem5art_open(STORE_URI, NULL, &why);
    bool ok = own != NULL;
    while (ok && !__atomic_load_n(&reading_ends, __ATOMIC_SEQ_CST)) {
        gem5art_iter *iter = gem5art_get_runs(own, NULL, &why);
        while (iter && gem5art_next_run(iter, &why)) {}
        gem5art_iter_close(iter);
        ok = why.code == GEM5ART_OK;
        poll(NULL, 0, 5);
    }
    ok = gem5art_close(own, NULL) && ok;
    return ok ? argument : NULL;
}

TEST(pools_in_threads) {
    static const char *const names[THREADS] = {"a", "b", "c"};
    static host hosts[THREADS];
    pthread_t threads[THREADS], reader;
    void *result;
    int i, recorded = 0;
    begin();
    __atomic_store_n(&reading_ends, 0, __ATOMIC_SEQ_CST);
    REQUIRE(pthread_create(&reader, NULL, read_store, hosts) == 0);
    for (i = 0; i < THREADS; i++) {
        hosts[i].name = names[i];
        REQUIRE(pthread_create(&threads[i], NULL, run_host, &hosts[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        CHECK_THAT(result != NULL, "%s: %s", names[i], hosts[i].error.message);
        CHECK_INT(hosts[i].last.finished + hosts[i].last.failed + hosts[i].last.skipped, RUNS);
        recorded += hosts[i].last.finished + hosts[i].last.failed;
    }
    __atomic_store_n(&reading_ends, 1, __ATOMIC_SEQ_CST);
    pthread_join(reader, &result);
    CHECK(result != NULL);
    CHECK_INT(recorded, SHARED + THREADS * (RUNS - SHARED));
    check_records(THREADS);
    fixture_end();
}

/* ---- two pools in one thread, in its own loop */

static int sooner(int a, int b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

TEST(two_pools_in_one_loop) {
    static host a, b;
    struct pollfd watched[2];
    int left = 1, beats;
    begin();
    REQUIRE(begin_host(&a, "a") && begin_host(&b, "b"));
    memset(watched, 0, sizeof watched);
    watched[0].fd = gem5art_pool_fd(a.pool), watched[1].fd = gem5art_pool_fd(b.pool);
    watched[0].events = watched[1].events = POLLIN;
    CHECK(watched[0].fd != watched[1].fd);
    while (left > 0) {
        int left_a = gem5art_pool_step(a.pool, 0, &a.error), left_b = gem5art_pool_step(b.pool, 0, &b.error);
        CHECK_THAT(left_a >= 0 && left_b >= 0, "%s%s", a.error.message, b.error.message);
        left = left_a + left_b;
        if (left > 0) poll(watched, 2, sooner(gem5art_pool_timeout(a.pool), gem5art_pool_timeout(b.pool)));
    }
    CHECK_INT(a.last.finished + a.last.failed + b.last.finished + b.last.failed, SHARED + 2 * (RUNS - SHARED));
    CHECK_INT(a.last.skipped + b.last.skipped, SHARED);
    CHECK_INT(a.killed + b.killed, (SHARED + 2 * (RUNS - SHARED)) / 4);
    beats = a.beats + b.beats;
    CHECK(beats > 0);
    CHECK(end_host(&a) && end_host(&b));
    check_records(2);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
