/* test_corner_faults.c - single functions while each system call or allocation under them fails, in states that the sweep of
   test_faults.c does not come to. Each does its work, or fails with a sentence; and does it when nothing fails any more. */
#include "faults.h"

#define GEM5ART__ARENA_MOST 16 /* each allocation from an arena is one that can fail */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

static gem5art__arena arena;

/* Fails the 1st, 2nd, ... call or allocation under `function`, each in a round of its own, until it has no more of them. */
static void fail_each_of(const char *name, void (*before)(void), bool (*function)(void), void (*after)(void)) {
    int kind, n;
    for (kind = 0; kind < 2; kind++) {
        bool ok = false, reached = true;
        for (n = 1; reached && n < 20000; n++) {
            int descriptors = open_descriptors();
            if (before) before();
            gem5art__clear(&error);
            if (kind) fail_memory(n, false);
            else set_fault(FAIL, n, EIO);
            ok = function();
            reached = kind ? memory_count >= n : fault_count >= n;
            fail_memory(0, false);
            set_fault(FAIL, 0, 0);
            CHECK_THAT(ok || *error.message, "%s, %s %d: it fails without a reason", name, kind ? "allocation" : "call", n);
            gem5art__arena_free(&arena);
            if (!after) continue;
            after();
            CHECK_THAT(open_descriptors() == descriptors, "%s, %s %d: a descriptor is left open", name, kind ? "allocation" : "call", n);
        }
        CHECK_THAT(ok, "%s: %s", name, error.message);
    }
}
#define FAIL_EACH(before, function, after) fail_each_of(#function, before, function, after)

/* ---- json */

static char *large_object;

static bool parses_a_large_object(void) {
    return gem5art__json_parse_in(&arena, large_object, strlen(large_object), NULL, &error) != NULL;
}

TEST(an_object_of_many_keys) {
    int k;
    large_object = (char *)malloc(4096);
    strcpy(large_object, "{");
    for (k = 0; k < 100; k++) sprintf(large_object + strlen(large_object), "%s\"k%d\":0", k ? "," : "", k);
    strcat(large_object, "}");
    FAIL_EACH(NULL, parses_a_large_object, NULL);
    free(large_object);
}

/* ---- flat stores */

static int read_fd;
static size_t read_step;
static off_t read_size;

/* Steps over all records, by small reads. */
static bool reads_by_steps(void) {
    gem5art__cursor cursor;
    gem5art__step step = GEM5ART__RECORD;
    int i;
    gem5art__cursor_init(&cursor, read_fd, "store", 0, read_size);
    cursor.step = read_step;
    for (i = 0; i < 100 && (step == GEM5ART__RECORD || step == GEM5ART__DAMAGED); i++)
        step = gem5art__cursor_step(&cursor, &error);
    gem5art__cursor_free(&cursor);
    return step != GEM5ART__FAILED;
}

FLAT_TEST(reads_that_fail_within_records) {
    static const size_t steps[] = {8, 16, 100};
    char *line = line_of(1), text[8192], *damaged = line_of(2);
    const char *texts[5];
    size_t i, k;
    fixture_begin();
    memcpy(strstr(damaged, "run 2"), "RUN", 3);
    snprintf(text, sizeof text, "[\n%s,\n%s,\n{\"_id\":\"a\"},\n{\"_id\":\"b\"},\n {\"x\":[1,{}]},\n%s]\n", line, damaged, line);
    texts[0] = text, texts[1] = "[\n{\"_id\":\"a\", \"b\": ", texts[2] = "what is this?\nand this?\n", texts[3] = line, texts[4] = damaged;
    for (i = 0; i < 5; i++) {
        write_text("store", texts[i]);
        read_size = (off_t)strlen(texts[i]);
        REQUIRE((read_fd = open("store", O_RDONLY)) >= 0);
        for (k = 0; k < 3; k++) {
            read_step = steps[k];
            FAIL_EACH(NULL, reads_by_steps, NULL);
            set_fault(STICK, 2, EIO);
            reads_by_steps(); /* it ends */
            set_fault(FAIL, 0, 0);
        }
        close(read_fd);
    }
    free(line), free(damaged);
    fixture_end();
}

static void forget_index(void) { gem5art__flat_forget(&db->flat); }
static bool refreshes(void) { return gem5art__flat_refresh(db, &error); }
static bool finds_an_id(void) {
    bool recorded;
    return gem5art__is_recorded(db, id_of(3), &recorded, &error);
}
static bool lists_all(void) {
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    if (!iter) return false;
    while (gem5art_next_run(iter, &error)) {}
    gem5art_iter_close(iter);
    return error.code == GEM5ART_OK;
}

/* A record without a hash, so that the table of the index is full after an id, too. */
FLAT_TEST(an_index_that_cannot_grow) {
    gem5art__buf text = {NULL, 0, 0, false};
    int i;
    fixture_begin();
    gem5art__puts(&text, "[\n{\"_id\":\"first\",\"type\":\"x\"}");
    for (i = 1; i < 140; i++) gem5art__putf(&text, ",\n{\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"gem5 run\"}", id_of(i), hash_of(i));
    gem5art__puts(&text, "]\n");
    write_text(STORE_PATH, text.data);
    REQUIRE(open_db(NULL));
    FAIL_EACH(forget_index, refreshes, NULL);
    FAIL_EACH(NULL, finds_an_id, NULL);
    FAIL_EACH(NULL, lists_all, NULL);
    close_db();
    text.length -= 2; /* torn */
    write_bytes(STORE_PATH, text.data, text.length);
    REQUIRE(open_db(NULL));
    FAIL_EACH(NULL, lists_all, NULL);
    gem5art__buf_free(&text);
    fixture_end();
}

/* ---- rewriting more than one write holds */

static gem5art__buf large_store, large_lines;
static char *large_text; /* of a record */

static void lay_large_store(void) {
    write_bytes(STORE_PATH, large_store.data, large_store.length);
    CHECK(link(STORE_PATH, STORE_PATH ".tmp-1") == 0); /* of a rewrite that was killed */
    if (!open_db(NULL)) exit(1);
}
static void drop_large_store(void) {
    close_db();
    sh("rm -f db.json*");
    fixture_warnings[0] = 0;
}
static bool removes_a_record(void) {
    static const char *const ids[] = {"b", NULL};
    size_t removals;
    bool ok = gem5art__store_lock(db, &error) && gem5art__flat_remove(db, ids, &removals, &error);
    gem5art__store_unlock(db);
    return ok;
}
static bool appends_many(void) { return gem5art__record_lines(db, &large_lines, &error); }

FLAT_TEST(large_stores_are_rewritten) {
    int i;
    fixture_begin();
    large_text = (char *)malloc(100001);
    memset(large_text, 'x', 100000), large_text[100000] = 0;
    for (i = 0; i < 4; i++)
        gem5art__putf(&large_store, "%s{\"_id\":\"%c\",\"type\":\"x\",\"text\":\"%s\"}", i ? ",\n" : "[\n", 'a' + i, large_text);
    gem5art__puts(&large_store, "]\n");
    large_text[8000] = 0;
    for (i = 0; i <= GEM5ART__APPENDED; i++)
        gem5art__putf(&large_lines, "%s{\"_id\":\"%d\",\"type\":\"x\",\"text\":\"%s\"}", i ? ",\n" : "", i, large_text);
    fault_lenient = true;
    FAIL_EACH(lay_large_store, removes_a_record, drop_large_store);
    FAIL_EACH(lay_large_store, appends_many, drop_large_store);
    fault_lenient = false;
    gem5art__buf_free(&large_store);
    gem5art__buf_free(&large_lines);
    free(large_text);
    fixture_end();
}

/* A record is appended, or the store has the bytes that it had; if its end is torn, at least the records. */
static const char *small_store;
static bool appended;

static void lay_small_store(void) {
    write_text(STORE_PATH, small_store);
    if (!open_db(NULL)) exit(1);
}
static bool appends_one(void) {
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art__puts(&line, "{\"_id\":\"new\",\"type\":\"x\"}");
    appended = gem5art__record_lines(db, &line, &error);
    gem5art__buf_free(&line);
    return appended;
}
static void check_small_store(void) {
    char *text;
    close_db();
    text = read_text(STORE_PATH);
    CHECK_THAT(strstr(text, "\"old\"") && !strstr(text, "\"new\"") == !appended, "appended: %d, in the store: %s", appended, text);
    if (!appended && strchr(small_store, ']')) CHECK_STR(text, small_store);
    if (appended) CHECK(gem5art__ends_with(text, "}]\n"));
    free(text);
    sh("rm -f db.json*");
    fixture_warnings[0] = 0;
}

FLAT_TEST(an_append_that_fails_takes_its_bytes_back) {
    static const char *const stores[] = {"[\n{\"_id\":\"old\",\"type\":\"x\"}]\n", "[\n{\"_id\":\"old\",\"type\":\"x\"},\n{\"_id\":\"hal"};
    size_t i;
    fixture_begin();
    for (i = 0; i < 2; i++) {
        small_store = stores[i];
        FAIL_EACH(lay_small_store, appends_one, check_small_store);
    }
    fixture_end();
}

static void replace_store(struct stat *st) {
    (void)st;
    after_fstat = NULL;
    CHECK(rename("new", STORE_PATH) == 0);
}

/* Between the opening of a store for its lock and the lock, another program replaces it. */
TEST(the_lock_is_on_the_file_that_is_there) {
    struct stat locked, there;
    fixture_begin();
    REQUIRE(open_db(NULL));
    sh("cp %s new", STORE_PATH);
    after_fstat = replace_store;
    CHECK_THAT(gem5art__store_lock(db, &error), "%s", error.message);
    CHECK(!after_fstat);
    CHECK(fstat(db->writer, &locked) == 0 && stat(STORE_PATH, &there) == 0);
    CHECK_INT(locked.st_ino, there.st_ino);
    gem5art__store_unlock(db);
    fixture_end();
}

/* ---- runs */

static const gem5art_artifact *used[2]; /* a gem5 binary, a repo */
static gem5art__run *run;
static gem5art_run attempt;

static bool begin_runs(const char *outdir, const char *script) {
    static const char *const params[] = {"1", NULL};
    gem5art_run_desc desc;
    if (!begin_with_scripts()) return false;
    memset(&desc, 0, sizeof desc);
    desc.name = desc.outdir = outdir;
    desc.gem5_artifact = used[0] = register_path("gem5", "gem5 binary", "gem5");
    desc.gem5_git_artifact = desc.run_script_git_artifact = used[1] = register_path("repo", "git repo", "repo");
    desc.run_script = script;
    desc.params = params;
    run = used[0] && used[1] ? (gem5art__run *)gem5art_create_se_run(db, &desc, &error) : NULL;
    return run != NULL;
}

static void reset_arena(void) { run->object.arena.failed = db->arena.failed = false; }

static bool identifies(void) { return gem5art__identify(run, run->public_.cwd, &error); }
static bool is_the_same_script(void) { return gem5art__same_script(db, run, run->public_.cwd, &error); }
static bool finds_differences(void) { return gem5art__differences(run, "out") != NULL; }

TEST(a_run_of_an_untracked_script) {
    REQUIRE(begin_runs("out", "repo/untracked.py"));
    FAIL_EACH(reset_arena, identifies, NULL);
    FAIL_EACH(reset_arena, is_the_same_script, NULL);
    sh("sed -i 's/\"gem5_artifact\": \"[^\"]*\"/\"gem5_artifact\": \"%s\"/' out/info.json", used[1]->id);
    FAIL_EACH(reset_arena, finds_differences, NULL);
    reset_arena();
    fixture_end();
}

static bool tries_an_outdir(void) {
    DIR *outdir = NULL;
    bool taken;
    attempt = run->public_;
    return gem5art__try_outdir(run, &attempt, &taken, &outdir, &error);
}
static bool begins_an_attempt(void) {
    DIR *outdir = NULL;
    bool ok;
    attempt = run->public_;
    ok = gem5art__begin_attempt(db, run, &attempt, &outdir, &error);
    gem5art__close_folder(outdir);
    return ok;
}
static void clear_outdirs(void) {
    reset_arena();
    sh("rm -rf out.*; rm -f out/console.txt");
}
static bool reads_a_ticket(void) { return gem5art__read_ticket(db, &arena, run->public_.hash, &error) != NULL; }

TEST(attempts_at_a_recorded_run) {
    gem5art_run recorded;
    REQUIRE(begin_runs("out", "repo/run.py"));
    recorded = run->public_;
    recorded.status = "Finished";
    REQUIRE(gem5art__record_run(db, &recorded, NULL, &error) && gem5art__refresh(db, &error));
    FAIL_EACH(clear_outdirs, begins_an_attempt, NULL);
    reset_arena();
    db->dry_run = true;
    FAIL_EACH(reset_arena, tries_an_outdir, NULL);
    db->dry_run = false;
    reset_arena();
    REQUIRE(gem5art__write_queued(db, run, "12", GEM5ART__REPLACE, &error));
    FAIL_EACH(NULL, reads_a_ticket, NULL);
    fixture_end();
}

static bool loads(void) {
    gem5art_run *loaded = gem5art_load_run(db, "out.2/info.json", &error);
    if (loaded) gem5art_release_run(db, loaded);
    return loaded != NULL;
}

TEST(a_run_of_a_numbered_outdir) {
    REQUIRE(begin_runs("out.2", "repo/run.py"));
    FAIL_EACH(reset_arena, loads, NULL);
    fixture_end();
}

/* ---- outcome */

static DIR *outdir;

static bool clears_events(void) { return gem5art__clear_events(dirfd(outdir)) || gem5art__fail_errno(&error, "read", "out"); }
static bool finds_forks(void) { return gem5art__forks_of("out", 0, &arena) || gem5art__fail_nomem(&error); }
static bool reads_outputs(void) {
    gem5art__findings found;
    gem5art__watch watch;
    gem5art_run r = a_run(1);
    memset(&watch, 0, sizeof watch);
    memset(&found, 0, sizeof found);
    return gem5art__read_outputs(&found, &r, &arena, &watch, dirfd(outdir)) || gem5art__fail_nomem(&error);
}

TEST(what_a_run_leaves) {
    fixture_begin();
    sh("mkdir -p out/.gem5art out.f0 out.f1; touch out/.gem5art/events.tsv; chmod 755 out/.gem5art");
    write_text("out/simout.txt", "Exiting @ tick 5 because of a test.\n");
    REQUIRE((outdir = opendir("out")) != NULL);
    FAIL_EACH(NULL, clears_events, NULL);
    FAIL_EACH(NULL, finds_forks, NULL);
    FAIL_EACH(NULL, reads_outputs, NULL);
    closedir(outdir);
    fixture_end();
}

/* ---- warden */

TEST(a_request_that_is_interrupted) {
    gem5art__buf requests = {NULL, 0, 0, false};
    int fds[2];
    char byte = 0;
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    gem5art__puts(&requests, "x");
    set_fault(INTERRUPT, 1, 0);
    CHECK(gem5art__send_unsent(fds[0], true, &requests, SIZE_MAX));
    CHECK_INT(fault_count, 2); /* it was sent again */
    set_fault(FAIL, 0, 0);
    CHECK_INT(requests.length, 0);
    CHECK(read(fds[1], &byte, 1) == 1 && byte == 'x');
    close(fds[0]), close(fds[1]);
    gem5art__buf_free(&requests);
}

TEST(a_wake_that_is_interrupted) {
    gem5art__message woken;
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    set_fault(INTERRUPT, 1, 0);
    gem5art__wake(fds[1]);
    CHECK_INT(fault_count, 2); /* it was written again */
    set_fault(FAIL, 0, 0);
    CHECK_INT(read(fds[0], &woken, sizeof woken), sizeof woken);
    CHECK_INT(woken.warden, 0);
    close(fds[0]), close(fds[1]);
}

/* ---- pools: their parts, of a job that nobody executes */

static gem5art_pool *pool;
static gem5art__job *job;

static bool begin_pool(void) {
    gem5art_pool_desc desc;
    if (!begin_runs("out", "repo/run.py")) return false;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 2;
    pool = gem5art_pool_create(db, &desc, &error);
    if (!pool || !gem5art_pool_add(pool, &run->public_, &error)) return false;
    job = pool->first;
    return true;
}

static void reset_job(void) {
    reset_arena();
    job->draft = run->public_;
    job->error.code = GEM5ART_OK;
    job->run->object.arena.failed = job->arena.failed = pool->arena.failed = false;
    gem5art__buf_free(&job->lines);
    gem5art__buf_free(&job->notes);
}

static bool avoids_an_id(void) { return gem5art__avoid_id(job, &error); }
static bool records(void) {
    gem5art__record(job, NULL);
    if (job->result != GEM5ART__RECORDED) error = job->error;
    return job->result == GEM5ART__RECORDED;
}
static bool is_not_archived(void) {
    gem5art_error why;
    gem5art__fail(&why, GEM5ART_IO, "a test");
    gem5art__not_archived(job, &why);
    return true;
}
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
static bool chooses_cpus(void) { return gem5art__choose_cpus(pool, &error); }
#endif
static bool looks_at_memory(void) {
    gem5art__memory_is_short(pool, gem5art__monotonic());
    return true;
}

TEST(the_record_of_a_run_whose_id_is_taken) {
    gem5art_run recorded;
    REQUIRE(begin_pool());
    recorded = run->public_;
    recorded.status = "Finished";
    REQUIRE(gem5art__record_run(db, &recorded, NULL, &error));
    FAIL_EACH(reset_job, avoids_an_id, NULL);
    FAIL_EACH(reset_job, records, NULL);
    FAIL_EACH(reset_job, is_not_archived, NULL);
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    FAIL_EACH(reset_job, chooses_cpus, NULL);
#endif
    pool->desc.free_memory = 1, pool->counts.running = 1;
    FAIL_EACH(NULL, looks_at_memory, NULL);
    pool->desc.free_memory = 0, pool->counts.running = 0;
    reset_job();
    gem5art_pool_destroy(pool);
    fixture_end();
}

/* A run that was launched before the shortage does not end it. */
TEST(room_that_an_earlier_run_found) {
    REQUIRE(begin_pool());
    pool->desc.min_disk = 1;
    pool->disk.code = GEM5ART_LIMIT;
    pool->disk_short = 5, job->begun = 4;
    job->disk.code = GEM5ART_OK;
    gem5art__note_room(job, 6);
    CHECK_INT(pool->disk.code, GEM5ART_LIMIT);
    job->begun = 6;
    gem5art__note_room(job, 7);
    CHECK_INT(pool->disk.code, GEM5ART_OK);
    pool->desc.min_disk = 0;
    gem5art_pool_destroy(pool);
    fixture_end();
}

/* Without a repo there is nothing to check ahead. */
TEST(a_run_without_a_repo) {
    size_t count;
    REQUIRE(begin_pool());
    count = run->used_count;
    run->used_count = 0;
    CHECK(!gem5art__check_ahead(job));
    gem5art__this_work = NULL;
    run->used_count = count;
    gem5art_pool_destroy(pool);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
