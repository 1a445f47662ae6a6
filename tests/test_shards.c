/* test_shards.c - a store and its shards, read as one: appending, merging, and both while others read and write. */
#include "faults.h"

#if defined(__linux__) && !defined(GEM5ART_PORTABLE)
#include <sys/vfs.h>

/* A network file system: stat reports what it was, until the file is opened. */
static unsigned long file_system_type; /* 0: the truth */
static struct stat cached_stat;
static const char *cached_path;        /* NULL: none */
static int test_statfs(const char *path, struct statfs *fs) {
    int result = statfs(path, fs);
    if (file_system_type) fs->f_type = (__typeof__(fs->f_type))file_system_type;
    return result;
}
static int test_stat(const char *path, struct stat *st) {
    if (faulty("stat", false)) return -1;
    if (!cached_path || !strstr(path, cached_path)) return stat(path, st);
    *st = cached_stat;
    return 0;
}
#define GEM5ART_SYS_STATFS(path, result) test_statfs(path, result)
#undef GEM5ART_SYS_STAT
#define GEM5ART_SYS_STAT(path, result) test_stat(path, result)
#endif

static double lock_seconds = 60.0;
#define GEM5ART__LOCK_SECONDS lock_seconds
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

static const char n1[] = SHARDS_PATH "/n1.json", n2[] = SHARDS_PATH "/n2.json";

/* Stores run N by a handle of its own. */
static bool store_in(const char *shard, int n) {
    gem5art_db *kept = db;
    bool ok = open_shard(shard) && store_run(db, n);
    if (db && db != kept) gem5art_close(db, NULL); /* which keeps the error */
    db = kept;
    return ok;
}

/* As another process would, while `db` stays open. */
static bool merge_elsewhere(int64_t *merged) {
    gem5art_db *other = gem5art_open(STORE_URI, NULL, &error);
    bool ok = other && merge_shards(other, merged);
    gem5art_close(other, NULL);
    return ok;
}

/* ---- names */

TEST(a_shard_has_a_plain_name) {
    static const char *const good[] = {"a", "node-17.cluster_2", "a.b", "A123456789012345678901234567890123456789012345678901234567890abc"};
    static const char *const bad[] = {".", "..", ".hidden", "a/b", "../a", "a b", "a\n", "\xc3\xa4", "a\\b",
                                      "A123456789012345678901234567890123456789012345678901234567890abcd"};
    gem5art_open_desc desc;
    size_t i;
    memset(&desc, 0, sizeof desc);
    fixture_begin();
    for (i = 0; i < sizeof good / sizeof *good; i++) CHECK_THAT(store_in(good[i], (int)i + 1), "%s: %s", good[i], error.message);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        desc.shard = bad[i];
        CHECK_THAT(!gem5art_open(STORE_URI, &desc, &error), "\"%s\" is a shard", bad[i]);
        CHECK_INT(error.code, GEM5ART_INVALID);
        CHECK_CONTAINS(error.message, "cannot be the name of a shard");
    }
    REQUIRE(open_shard("")); /* none */
    CHECK(store_run(db, 9) && json_count(STORE_PATH) == 1);
    fixture_end();
}

/* ---- reading */

TEST(records_go_to_the_shard_and_are_read_with_the_store) {
    gem5art_artifact kernel = an_artifact(8, "kernel");
    gem5art_query query;
    gem5art_iter *iter;
    const char *text;
    char *before, *after;
    fixture_begin();
    memset(&query, 0, sizeof query);
    REQUIRE(store_in(NULL, 1) && store_in("n2", 2) && store_in("n1", 3));
    before = read_text(STORE_PATH);
    REQUIRE(open_shard("n1") && store_run(db, 4));
    CHECK_STR(store_names(db), "run 1, run 3, run 4, run 2"); /* the store, then the shards by name */
    CHECK_INT(json_count(STORE_PATH), 1);
    CHECK_INT(json_count(n1), 2);
    CHECK_INT(count_sealed(n2), 1);
    after = read_text(STORE_PATH);
    CHECK_STR(after, before);
    free(before), free(after);
    close_db();
    REQUIRE(open_db(NULL));
    CHECK_STR(gem5art_find_run(db, id_of(2), &error)->name, "run 2");
    CHECK_STR(gem5art_find_run(db, id_of(4), &error)->name, "run 4");
    CHECK(!gem5art_find_run(db, id_of(5), &error) && error.code == GEM5ART_NOT_FOUND);
    query.name = "run 2";
    iter = gem5art_get_runs(db, &query, &error);
    CHECK(gem5art_next_run(iter, &error) && !gem5art_next_run(iter, &error));
    gem5art_iter_close(iter);
    query.name = NULL, query.limit = 2;
    iter = gem5art_get_records(db, &query, &error);
    CHECK_CONTAINS(gem5art_next_json(iter, NULL, &error), "\"run 1\"");
    CHECK_CONTAINS((text = gem5art_next_json(iter, NULL, &error)), "\"run 3\"");
    CHECK(!gem5art_next_json(iter, NULL, &error));
    gem5art_iter_close(iter);
    CHECK(store_in("n3", 6)); /* a new shard is seen by an open handle */
    CHECK_STR(store_names(db), "run 1, run 3, run 4, run 2, run 6");
    CHECK_STR(gem5art_find_run(db, id_of(6), &error)->name, "run 6");
    CHECK(store_artifact(db, &kernel) && gem5art_find_artifact(db, kernel.hash, &error));
    fixture_end();
}

TEST(other_files_among_the_shards_are_not_read) {
    static const char *const names[] = {"n1.json.torn.1", "n1.json.tmp-0123456789abcdef", ".n1.json", "n1", "n 1.json", ".json"};
    char path[PATH_MAX];
    size_t i;
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2));
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", SHARDS_PATH, names[i]);
        write_text(path, "neither a store nor JSON");
    }
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "run 1, run 2");
    fixture_end();
}

TEST(a_store_without_shards_costs_one_failed_open) {
    int plain, calls;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    set_fault(FAIL, 1 << 30, EIO);
    CHECK((db->backend->refresh)(db, &error));
    plain = fault_count;
    set_fault(FAIL, 1 << 30, EIO);
    CHECK(gem5art__refresh(db, &error));
    calls = fault_count;
    set_fault(FAIL, 0, 0);
    CHECK_INT(calls, plain + 1);
    fixture_end();
}

TEST(a_handle_that_may_not_write_reads_shards) {
    gem5art_open_desc desc;
    gem5art_run run = a_run(7);
    memset(&desc, 0, sizeof desc);
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2));
    desc.shard = "n2";
    desc.read_only = true;
    REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL);
    CHECK_STR(store_names(db), "run 1, run 2");
    CHECK(!gem5art__record_run(db, &run, NULL, &error) && error.code == GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "was opened for reading only");
    close_db();
    desc.dry_run = true;
    REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL);
    CHECK_STR(store_names(db), "run 1, run 2");
    close_db();
    REQUIRE((db = gem5art_open("none.json", &desc, &error)) != NULL);
    CHECK_STR(store_names(db), "");
    close_db();
    CHECK(!exists(n2) && !exists("none.json.shards"));
    fixture_end();
}

#ifdef GEM5ART_SYS_STATFS
TEST(over_a_network_the_server_is_asked) {
    fixture_begin();
    file_system_type = 0x6969; /* NFS */
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2) && open_db(NULL));
    CHECK(gem5art_find_run(db, id_of(2), &error) && !gem5art_find_run(db, id_of(3), &error));
    cached_path = "n1.json";
    CHECK(stat(n1, &cached_stat) == 0);
    CHECK(store_in("n1", 3));
    CHECK(gem5art_find_run(db, id_of(3), &error) != NULL);
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    cached_path = NULL, file_system_type = 0;
    fixture_end();
}
#endif

static int read_with_few_descriptors(void *unused) {
    struct rlimit few = {24, 24};
    (void)unused;
    if (setrlimit(RLIMIT_NOFILE, &few) < 0 || !open_db(NULL)) return 1;
    if (gem5art_find_run(db, id_of(1), &error)) return 2;
    CHECK_CONTAINS(error.message, ".json: Too many open files; merge the shards (gem5art-fsck --merge-shards), or raise");
    return test_failures_here;
}

TEST(too_many_shards_are_an_error_with_the_way_out) {
    char name[16];
    int n;
    fixture_begin();
    for (n = 1; n <= 30; n++) {
        snprintf(name, sizeof name, "n%d", n);
        REQUIRE(store_in(name, n));
    }
    CHECK_INT(in_child(read_with_few_descriptors, NULL), 0);
    fixture_end();
}

/* ---- what is recorded in a shard counts */

TEST(an_artifact_of_a_shard_is_found_not_registered_again) {
    const gem5art_artifact *first;
    char id[37];
    fixture_begin();
    write_text("kernel", "vmlinux");
    REQUIRE(open_shard("n1"));
    first = register_path("kernel", "kernel", "kernel");
    REQUIRE(first);
    snprintf(id, sizeof id, "%s", first->id);
    close_db();
    REQUIRE(open_shard("n2"));
    CHECK_STR(register_path("kernel", "kernel", "kernel")->id, id);
    close_db();
    CHECK(json_count(STORE_PATH) == 0 && json_count(n1) == 1 && !exists(n2));
    fixture_end();
}

/* Opens the store for this shard, and creates a run. */
static gem5art_run *create_in(const char *shard) {
    gem5art_run_desc desc;
    gem5art_run *run;
    memset(&desc, 0, sizeof desc);
    if (!open_shard(shard)) return NULL;
    desc.name = "a run", desc.run_script = "repo/run.py", desc.outdir = "out";
    desc.gem5_artifact = register_path("gem5", "gem5 binary", "gem5");
    desc.gem5_git_artifact = desc.run_script_git_artifact = register_path("repo", "git repo", "repo");
    run = gem5art_create_se_run(db, &desc, &error);
    CHECK_THAT(run != NULL, "%s", error.message);
    return run;
}

TEST(a_run_of_a_shard_is_not_launched_again) {
    static const char *const handles[] = {NULL, "n1", "n2"};
    gem5art_run *run, record;
    size_t i;
    fixture_begin();
    make_repo("repo");
    CHECK(sh("printf '#!/bin/sh\\n' > gem5 && chmod +x gem5") == 0);
    REQUIRE((run = create_in("n1")) != NULL);
    CHECK_THAT(gem5art_would_launch(db, run, NULL, &error), "%s", error.message);
    record = *run;
    record.status = "Finished";
    CHECK_THAT(gem5art__record_run(db, &record, NULL, &error), "%s", error.message);
    close_db();
    CHECK(json_count(STORE_PATH) == 0 && json_count(n1) == 3);
    for (i = 0; i < 3; i++) {
        REQUIRE((run = create_in(handles[i])) != NULL);
        CHECK(!gem5art_would_launch(db, run, NULL, &error) && error.code == GEM5ART_EXISTS);
        close_db();
    }
    fixture_end();
}

/* Two machines may register one artifact at the same moment. */
TEST(of_an_artifact_in_two_shards_the_first_is_found) {
    gem5art_artifact kernel = an_artifact(8, "kernel");
    gem5art__buf line = {NULL, 0, 0, false};
    int n;
    fixture_begin();
    for (n = 2; n >= 1; n--) { /* n2 first */
        kernel.id = id_of(100 + n);
        REQUIRE(open_shard(n == 1 ? "n1" : "n2"));
        line.length = 0;
        CHECK(gem5art__put_object_line(&line, gem5art__artifact_fields, &kernel, true, NULL, &error) &&
              gem5art__record_lines(db, &line, &error));
        close_db();
    }
    gem5art__buf_free(&line);
    REQUIRE(open_db(NULL));
    CHECK_STR(gem5art_find_artifact(db, kernel.hash, &error)->id, id_of(101));
    CHECK_STR(gem5art_find_artifact(db, id_of(102), &error)->id, id_of(102));
    CHECK_STR(store_names(db), "; artifact 8; artifact 8");
    fixture_end();
}

TEST(records_of_shards_are_present_for_an_import) {
    char *line = line_of(2), *new_line = line_of(3);
    gem5art_text texts[2];
    gem5art_addition additions[2];
    texts[0].text = line, texts[0].length = strlen(line);
    texts[1].text = new_line, texts[1].length = strlen(new_line);
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2) && open_shard("n2"));
    CHECK_THAT(gem5art_add_records(db, texts, 2, false, additions, NULL, &error), "%s", error.message);
    CHECK(additions[0].result == GEM5ART_PRESENT && additions[1].result == GEM5ART_ADDED);
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    CHECK_INT(json_count(n2), 1);
    free(line), free(new_line);
    fixture_end();
}

TEST(attempts_in_all_files_count) {
    gem5art_run run = a_run(1);
    gem5art_iter *iter;
    const gem5art_run *attempt;
    char ids[256] = "";
    int n;
    static const char *const shards[] = {NULL, "n1", "n2"};
    fixture_begin();
    for (n = 0; n < 3; n++) {
        REQUIRE(open_shard(shards[n]));
        run.id = id_of(n + 1);
        CHECK(gem5art__record_run(db, &run, NULL, &error));
        close_db();
    }
    REQUIRE(open_db(NULL));
    iter = gem5art_get_attempts(db, &run, &error);
    while (iter && (attempt = gem5art_next_run(iter, &error)) != NULL) {
        strcat(ids, attempt->id + 34);
        CHECK(store_in("n0", 50 + (int)strlen(ids))); /* a shard that is made meanwhile disturbs nothing */
        CHECK(gem5art_find_run(db, id_of(1), NULL) != NULL);
    }
    gem5art_iter_close(iter);
    CHECK_STR(ids, "010203");
    CHECK_STR(gem5art_find_run(db, run.hash, &error)->id, id_of(3)); /* the last one */
    fixture_end();
}

/* ---- who may write */

TEST(shards_have_the_mode_of_the_store) {
    static const struct { mode_t store, shard, folder; } table[] = {
        {0644, 0644, 0755}, {0600, 0600, 0700}, {0664, 0664, 01775}, {0660, 0660, 01770}, {0666, 0666, 01777}};
    struct stat st;
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        empty_shards("");
        empty_folder();
        REQUIRE(store_in(NULL, 1) && chmod(STORE_PATH, table[i].store) == 0 && store_in("n1", 2));
        CHECK(stat(n1, &st) == 0 && (st.st_mode & 07777) == table[i].shard);
        CHECK(stat(SHARDS_PATH, &st) == 0 && (st.st_mode & 07777) == table[i].folder);
    }
    fixture_end();
}

TEST(links_in_place_of_shards_are_refused) {
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && mkdir(SHARDS_PATH, 0777) == 0);
    write_text("victim.json", "[]\n");
    CHECK(symlink("../victim.json", n1) == 0);
    CHECK(!store_in("n1", 2) && error.code == GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "n1.json is not a file: remove it");
    CHECK_INT(json_count("victim.json"), 0);
    CHECK(unlink(n1) == 0 && rmdir(SHARDS_PATH) == 0 && mkdir("elsewhere", 0777) == 0 && symlink("elsewhere", SHARDS_PATH) == 0);
    CHECK(!store_in("n1", 2));
    CHECK_CONTAINS(error.message, "db.json.shards");
    fixture_end();
}

/* ---- merging */

TEST(merging_moves_all_records_to_the_store) {
    int64_t merged;
    int n;
    fixture_begin();
    REQUIRE(store_in(NULL, 1));
    for (n = 2; n < 200; n += 2) REQUIRE(store_in("n1", n) && store_in("n2", n + 1));
    REQUIRE(open_db(NULL));
    CHECK_THAT(merge_shards(db, &merged), "%s", error.message);
    CHECK_INT(merged, 198);
    CHECK(!exists(SHARDS_PATH));
    CHECK(json_count(STORE_PATH) == 199 && count_sealed(STORE_PATH) == 199);
    for (n = 1; n < 200; n++) CHECK(gem5art_find_run(db, id_of(n), &error) != NULL);
    CHECK(merge_shards(db, &merged) && merged == 0); /* there are none */
    CHECK(store_in("n1", 200) && gem5art_find_run(db, id_of(200), &error));
    fixture_end();
}

TEST(a_record_of_another_programs_layout_gets_a_checksum) {
    int64_t merged;
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && mkdir(SHARDS_PATH, 0777) == 0);
    write_text(n1, "[ {\"name\": \"from \\u00e4\", \"_id\": \"\\u0061\", \"type\": \"gem5 run\", \"hash\": \"h\", \"more\": [1, 2]} ]");
    REQUIRE(open_db(NULL) && merge_shards(db, &merged) && merged == 1);
    CHECK_INT(count_sealed(STORE_PATH), 2);
    CHECK_STR(gem5art_find_run(db, "a", &error)->name, "from \xc3\xa4");
    fixture_end();
}

/* A merge at any moment, seen by handles and iterators that were open before it: no record is lost, and none is twice. */
TEST(a_merge_disturbs_no_reader) {
    gem5art_iter *iters[4];
    int64_t merged;
    size_t i;
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2) && store_in("n1", 3) && store_in("n2", 4));
    REQUIRE(open_shard("n1"));
    for (i = 0; i < 4; i++) {
        size_t k;
        iters[i] = gem5art_get_runs(db, NULL, &error);
        for (k = 0; k < i; k++) CHECK(gem5art_next_run(iters[i], &error) != NULL);
    }
    CHECK(gem5art_find_run(db, id_of(3), &error) != NULL); /* its index has it in the shard */
    CHECK_THAT(merge_elsewhere(&merged) && merged == 3, "%s", error.message);
    CHECK(store_run(db, 5)); /* makes the shard again */
    CHECK_INT(json_count(n1), 1);
    for (i = 0; i < 4; i++) {
        size_t seen = i;
        while (gem5art_next_run(iters[i], &error)) seen++;
        CHECK_INT(seen, 4);
        CHECK_INT(gem5art_iter_step(iters[i]), GEM5ART_END);
        gem5art_iter_close(iters[i]);
    }
    CHECK_STR(store_names(db), "run 1, run 2, run 3, run 4, run 5");
    CHECK(gem5art_find_run(db, id_of(2), &error) && gem5art_find_run(db, id_of(5), &error));
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

/* As a merge that was killed leaves it: records in the store and in the shard. */
TEST(a_record_in_both_is_shown_once) {
    gem5art_iter *iter;
    gem5art_run run = a_run(2);
    char *line = line_of(2);
    int64_t merged;
    fixture_begin();
    REQUIRE(store_in("n1", 2) && store_in("n1", 3) && store_in(NULL, 1) && store_in(NULL, 2));
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    iter = gem5art_get_attempts(db, &run, &error);
    CHECK(gem5art_next_run(iter, &error) && !gem5art_next_run(iter, &error) && gem5art_iter_step(iter) == GEM5ART_END);
    gem5art_iter_close(iter);
    CHECK(merge_shards(db, &merged) && merged == 1);
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    CHECK_INT(json_count(STORE_PATH), 3);
    free(line);
    fixture_end();
}

TEST(a_shard_whose_lock_is_held_is_merged_later) {
    int64_t merged;
    int fd;
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2) && store_in("n2", 3) && open_db(NULL));
    REQUIRE((fd = open(n1, O_RDWR | O_CLOEXEC)) >= 0 && gem5art__lock(fd, GEM5ART__WRITER_BYTE));
    CHECK(!merge_shards(db, &merged) && error.code == GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "n1.json: another program has held its lock");
    CHECK(merged == 1 && exists(n1) && !exists(n2));
    CHECK_STR(store_names(db), "run 1, run 3, run 2");
    close(fd);
    CHECK(merge_shards(db, &merged) && merged == 1);
    CHECK_STR(store_names(db), "run 1, run 3, run 2");
    fixture_end();
}

static int in_shard_until_the_sync(void *unused) {
    (void)unused;
    if (!open_shard("n1") || !store_run(db, 2)) return 1;
    fault = STOP, fault_at = 1 << 30;
    return 0;
}

TEST(removing_merges_first) {
    gem5art_artifact kernel = an_artifact(8, "kernel");
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art_run run = a_run(3);
    fixture_begin();
    CHECK_INT(in_child(in_shard_until_the_sync, NULL), 0);
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_artifact(db, &kernel));
    CHECK_THAT(gem5art_remove_run(db, id_of(2), &error), "%s", error.message);
    CHECK_STR(store_names(db), "run 1; artifact 8");
    CHECK(!exists(SHARDS_PATH));
    run.gem5_artifact = kernel.id; /* recorded in a shard */
    CHECK(gem5art__put_run_lines(&line, &run, NULL, &error));
    close_db();
    REQUIRE(open_shard("n1") && gem5art__record_lines(db, &line, &error));
    CHECK(!gem5art_remove_artifact(db, kernel.id, &error) && error.code == GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "is used by gem5 run \"run 3\"");
    CHECK_THAT(gem5art_remove_run(db, run.id, &error) && gem5art_remove_artifact(db, kernel.id, &error), "%s", error.message);
    CHECK_STR(store_names(db), "run 1");
    gem5art__buf_free(&line);
    fixture_end();
}

/* ---- damage */

static int damages;
static char damage[1024];
static void note_damage(const char *message, void *unused) {
    (void)unused;
    damages++;
    snprintf(damage, sizeof damage, "%s", message);
}

TEST(damage_in_a_shard_is_that_of_the_store) {
    gem5art_open_desc desc;
    char *text;
    int64_t merged;
    memset(&desc, 0, sizeof desc);
    fixture_begin();
    REQUIRE(store_in(NULL, 1) && store_in("n1", 2) && store_in("n1", 3) && store_in("n2", 4));
    text = read_text(n1);
    REQUIRE(strstr(text, "run 2"));
    *strstr(text, "run 2") = 'R';
    write_text(n1, text);
    REQUIRE(open_db(NULL));
    CHECK(!gem5art_find_run(db, id_of(1), &error) && error.code == GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "db.json.shards/n1.json is damaged at byte 3");
    CHECK_CONTAINS(store_names(db), "run 1! ");
    CHECK(!merge_shards(db, &merged) && error.code == GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "db.json.shards/n1.json is damaged at byte 3");
    CHECK(exists(n1) && !exists(n2)); /* the other one is merged */
    CHECK(!gem5art_remove_run(db, id_of(1), &error) && error.code == GEM5ART_CORRUPT);
    close_db();
    desc.read_only = true;
    desc.damaged = note_damage;
    REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL);
    CHECK_STR(store_names(db), "run 1, run 4, run 3");
    CHECK(damages > 0);
    CHECK_CONTAINS(damage, "db.json.shards/n1.json is damaged at byte 3");
    free(text);
    fixture_end();
}

TEST(a_folder_of_shards_that_cannot_be_read_is_an_error) {
    fixture_begin();
    REQUIRE(store_in(NULL, 1));
    write_text(SHARDS_PATH, "in the way");
    REQUIRE(open_db(NULL));
    CHECK(!gem5art_find_run(db, id_of(1), &error));
    CHECK_CONTAINS(error.message, "cannot read the folder");
    CHECK_CONTAINS(error.message, "db.json.shards: Not a directory");
    CHECK_CONTAINS(store_names(db), "!");
    fixture_end();
}

/* ---- many at once */

enum { WRITERS = 8, EACH = 40, MERGES = 12 };

/* Writer W of several: its records are W * 1000 + 1 and so on; every other shard has two writers. */
static int write_many(void *argument) {
    int w = *(const int *)argument, n;
    char shard[16];
    snprintf(shard, sizeof shard, "n%d", w / 2);
    leave_parents_db();
    if (!open_shard(w == 0 ? NULL : shard)) return 1;
    for (n = 1; n <= EACH; n++)
        if (!store_run(db, w * 1000 + n)) return printf("writer %d: %s\n", w, error.message), 2;
    close_db();
    return 0;
}

static int merge_many(void *argument) {
    int64_t merged;
    int n;
    (void)argument;
    leave_parents_db();
    if (!open_db(NULL)) return 1;
    for (n = 0; n < MERGES; n++) {
        if (!merge_shards(db, &merged)) return printf("merge: %s\n", error.message), 2;
        usleep(3000);
    }
    close_db();
    return 0;
}

/* What a reader sees: each record at most once, of each writer the first so many, and never fewer than before. */
static bool read_once(int seen[WRITERS]) {
    static char there[WRITERS][EACH + 1];
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    int w, n;
    memset(there, 0, sizeof there);
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        int number = atoi(run->name + 4);
        if (there[number / 1000][number % 1000]++) return test_fail(__FILE__, __LINE__, "%s is there twice", run->name), false;
    }
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) return test_fail(__FILE__, __LINE__, "%s", error.message), false;
    for (w = 0; w < WRITERS; w++) {
        for (n = 1; n <= EACH && there[w][n]; n++) {}
        if (n - 1 < seen[w]) return test_fail(__FILE__, __LINE__, "of writer %d run %d is lost", w, n), false;
        seen[w] = n - 1;
        if (n > 1 && !gem5art_find_run(db, id_of(w * 1000 + n - 1), &error))
            return test_fail(__FILE__, __LINE__, "of writer %d run %d is not found", w, n - 1), false;
        for (; n <= EACH; n++)
            if (there[w][n]) return test_fail(__FILE__, __LINE__, "of writer %d run %d is there too early", w, n), false;
    }
    return true;
}

TEST(nothing_is_lost_or_twice_while_shards_are_written_read_and_merged) {
    pid_t pids[WRITERS + 1];
    int numbers[WRITERS], seen[WRITERS] = {0}, w, status, running = WRITERS + 1;
    int64_t merged;
    fixture_begin();
    REQUIRE(open_db(NULL));
    fflush(stdout);
    for (w = 0; w <= WRITERS; w++) {
        if (w < WRITERS) numbers[w] = w;
        if ((pids[w] = fork()) == 0) _exit(w < WRITERS ? write_many(&numbers[w]) : merge_many(NULL));
    }
    while (running) {
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid > 0) running--;
        if (pid > 0) CHECK_THAT(status == 0, "a process ended with %d", status);
        if (!read_once(seen)) break;
    }
    while (running-- > 0) waitpid(-1, &status, 0);
    CHECK(read_once(seen));
    for (w = 0; w < WRITERS; w++) CHECK_INT(seen[w], EACH);
    CHECK_THAT(merge_shards(db, &merged), "%s", error.message);
    CHECK_INT(json_count(STORE_PATH), WRITERS * EACH);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
