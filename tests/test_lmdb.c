/* test_lmdb.c - what only an LMDB store has: a map that can be full, an environment that a process shares, calls of LMDB's
   own that fail, readers that are killed, files that are not LMDB's, and places where it cannot work. What any store
   does is in test_store.c, which runs on both kinds. */

#include "memory.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/vfs.h>

/* A map so small that a test can fill it. */
#ifndef GEM5ART_LMDB
#define GEM5ART_LMDB
#endif
#define GEM5ART_LMDB_MAP ((size_t)1 << 24)

static unsigned long pretended_file_system; /* what statfs says; 0: the truth */
static int pretend_statfs(const char *path, struct statfs *fs) {
    int result = statfs(path, fs);
    if (pretended_file_system) fs->f_type = (__typeof__(fs->f_type))pretended_file_system;
    return result;
}
#define GEM5ART_SYS_STATFS(path, result) pretend_statfs(path, result)

/* LMDB's own calls, which the linker finds here. They can fail, the Nth from now on and perhaps all behind it. And the
   process can die behind the write of a first page, by which a transaction counts, before LMDB says so in its lock
   file. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool dies_at_commit;

/* A call fails; it does its work and fails; it does half of it. */
typedef enum lmdb_fault { EARLY, LATE, HALF } lmdb_fault;
static lmdb_fault lmdb_fault_kind;
static int lmdb_calls, lmdb_fails_at, lmdb_errno; /* lmdb_fails_at 0: none does */
static bool lmdb_fails_sticky;

/* Is this call to fail? */
static bool lmdb_faulty(void) {
    if (!lmdb_fails_at) return false;
    lmdb_calls++;
    return lmdb_calls == lmdb_fails_at || (lmdb_fails_sticky && lmdb_calls > lmdb_fails_at);
}

static long lmdb_failed(void) { return errno = lmdb_errno, -1; }

ssize_t lmdb_pwrite(int fd, const void *data, size_t size, off_t offset) __asm__("pwrite");
ssize_t lmdb_pwrite64(int fd, const void *data, size_t size, off_t offset) __asm__("pwrite64");
int lmdb_ftruncate(int fd, off_t size) __asm__("ftruncate");
int lmdb_ftruncate64(int fd, off_t size) __asm__("ftruncate64");

ssize_t lmdb_pwrite64(int fd, const void *data, size_t size, off_t offset) {
    bool fails = lmdb_faulty();
    ssize_t written;
    if (fails && lmdb_fault_kind == EARLY) return lmdb_failed();
    written = (ssize_t)syscall(SYS_pwrite64, fd, data, fails && lmdb_fault_kind == HALF ? size / 2 : size, offset);
    if (dies_at_commit && offset < 2 * sysconf(_SC_PAGESIZE)) raise(SIGKILL);
    return fails && lmdb_fault_kind == LATE ? lmdb_failed() : written;
}

ssize_t lmdb_pwrite(int fd, const void *data, size_t size, off_t offset) {
    return lmdb_pwrite64(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    bool fails = lmdb_faulty();
    ssize_t written;
    if (fails && lmdb_fault_kind == EARLY) return lmdb_failed();
    if (fails && lmdb_fault_kind == HALF) return (ssize_t)syscall(SYS_write, fd, parts->iov_base, parts->iov_len / 2);
    written = (ssize_t)syscall(SYS_writev, fd, parts, count);
    return fails ? lmdb_failed() : written;
}

int fdatasync(int fd) { return (void)fd, lmdb_faulty() ? (int)lmdb_failed() : 0; } /* no power is lost here */

int lmdb_ftruncate64(int fd, off_t size) {
    return lmdb_faulty() ? (int)lmdb_failed() : (int)syscall(SYS_ftruncate, fd, size);
}

int lmdb_ftruncate(int fd, off_t size) { return lmdb_ftruncate64(fd, size); }

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#ifndef TEST_LMDB
#define TEST_LMDB
#endif
#include "fixture.h"
#include "store.h"

/* A run with `bytes` of parameters, each byte told by its number. */
static bool store_large(gem5art_db *to, int n, size_t bytes) {
    char *text = (char *)malloc(bytes + 1);
    const char *params[2];
    gem5art_run run = a_run(n);
    bool ok;
    memset(text, 'a' + n % 26, bytes);
    text[bytes] = 0;
    params[0] = text, params[1] = NULL;
    run.params = params;
    ok = gem5art__record_run(to, &run, NULL, &error);
    free(text);
    return ok;
}

static int count_runs(gem5art_db *of) {
    gem5art_iter *iter = gem5art_get_runs(of, NULL, &error);
    int count = 0;
    while (iter && gem5art_next_run(iter, &error)) count++;
    gem5art_iter_close(iter);
    return error.code == GEM5ART_OK ? count : -1;
}

/* Does each index have one entry for each record? */
static void check_indexes(gem5art_db *of, size_t records) {
    MDB_txn *txn;
    MDB_stat stat;
    int table;
    REQUIRE(mdb_txn_begin(of->env->env, NULL, MDB_RDONLY, &txn) == 0);
    for (table = 0; table < GEM5ART__TABLES; table++) {
        CHECK(mdb_stat(txn, of->env->tables[table], &stat) == 0);
        CHECK_THAT(stat.ms_entries == records, "%s has %zu entries, not %zu", gem5art__table_names[table],
                   (size_t)stat.ms_entries, records);
    }
    mdb_txn_abort(txn);
}

/* ---- the map */

TEST(a_full_map_is_an_error_and_the_store_as_it_was) {
    gem5art_iter *iter;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    for (i = 1; i <= 40 && store_large(db, i, 1000000); i++) {}
    CHECK(i > 8 && i < 20);
    CHECK_INT(error.code, GEM5ART_LIMIT);
    CHECK_CONTAINS(error.message, "its map is full; compile with a larger GEM5ART_LMDB_MAP");
    CHECK(gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK); /* as of its beginning */
    gem5art_iter_close(iter);
    CHECK_INT(count_runs(db), i - 1);
    CHECK(gem5art_remove_run(db, id_of(1), &error));
    CHECK(store_run(db, 100));
    check_indexes(db, (size_t)i - 1);
    fixture_end();
}

static int store_in_little_space(void *unused) {
    struct rlimit limit;
    gem5art_db *mine;
    char *statm = read_text("/proc/self/statm");
    (void)unused;
    limit.rlim_cur = limit.rlim_max = (rlim_t)(atol(statm) + 1500) * 4096;
    if (setrlimit(RLIMIT_AS, &limit) < 0) return 1;
    if ((mine = gem5art_open(STORE_URI, NULL, &error)) != NULL) return 2;
    return error.code == GEM5ART_LIMIT && strstr(error.message, "raise the limit") ? 0 : 3;
}

TEST(too_little_address_space_is_an_error_that_says_so) {
    int i;
    if (stride(2) == 2 || sizeof(void *) < 8 || access("/proc/self/statm", R_OK) < 0) return;
#ifdef SANITIZED
    return; /* which takes terabytes */
#endif
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 10; i++) CHECK(store_large(db, i, 1000000));
    close_db();
    CHECK_INT(in_child(store_in_little_space, NULL), 0);
    REQUIRE(open_db(NULL));
    CHECK_INT(count_runs(db), 10);
    fixture_end();
}

/* ---- one environment a process */

TEST(the_dbs_of_a_process_share_an_environment) {
    gem5art_db *second, *third;
    fixture_begin();
    REQUIRE(open_db(NULL));
    CHECK(symlink(STORE_PATH, "other-name") == 0);
    REQUIRE((second = gem5art_open("lmdb://other-name", NULL, &error)) != NULL);
    CHECK(second->env == db->env);
    REQUIRE((third = gem5art_open("lmdb://another", NULL, &error)) != NULL);
    CHECK(third->env != db->env);
    CHECK(store_run(db, 1) && gem5art_find_run(second, id_of(1), &error) && !gem5art_find_run(third, id_of(1), &error));
    close_db();
    CHECK(store_run(second, 2));
    CHECK_STR(store_names(second), "run 1, run 2");
    CHECK(gem5art_close(second, &error) && gem5art_close(third, &error));
    CHECK(gem5art__envs == NULL);
    CHECK(unlink("another") == 0);
    fixture_end();
}

static int use_after_fork(void *unused) {
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, &error);
    bool ok = mine && mine->env != db->env && store_run(mine, 2);
    (void)unused;
    leave_parents_db();
    return ok && gem5art_close(mine, &error) ? 0 : 1;
}

TEST(a_child_has_an_environment_of_its_own) {
    gem5art_iter *iter;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    CHECK_INT(in_child(use_after_fork, NULL), 0);
    CHECK(gem5art_next_run(iter, &error) != NULL && gem5art_next_run(iter, &error) == NULL);
    gem5art_iter_close(iter);
    CHECK(store_run(db, 3));
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    fixture_end();
}

static void *store_in_thread(void *first) {
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, NULL);
    int i, n = *(int *)first;
    bool ok = mine != NULL;
    for (i = 0; ok && i < 50; i++) {
        char id[40], hash[72];
        gem5art_run run;
        gem5art_iter *iter;
        memset(&run, 0, sizeof run);
        gem5art__set_defaults(gem5art__run_fields, &run);
        snprintf(id, sizeof id, "%d", n + i), snprintf(hash, sizeof hash, "h%d", n + i);
        run.id = id, run.hash = hash, run.type = "gem5 run", run.name = "of a thread";
        ok = gem5art__record_run(mine, &run, NULL, NULL) && gem5art_find_run(mine, hash, NULL) != NULL;
        iter = gem5art_get_runs(mine, NULL, NULL);
        ok = ok && iter && gem5art_next_run(iter, NULL);
        gem5art_iter_close(iter);
    }
    gem5art_close(mine, NULL);
    return ok ? first : NULL;
}

/* Without a listing open, or the map could not grow: here it is large enough from the start. */
TEST(threads_with_a_db_each_share_it) {
    pthread_t threads[4];
    int first[4], i;
    void *result;
    if (stride(2) == 2) return; /* valgrind blocks all threads in a lock */
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 20; i++) CHECK(store_large(db, i, 100000));
    for (i = 1; i <= 20; i++) CHECK(gem5art_remove_run(db, id_of(i), &error));
    close_db();
    for (i = 0; i < 4; i++) {
        first[i] = 1000 * (i + 1);
        REQUIRE(pthread_create(&threads[i], NULL, store_in_thread, &first[i]) == 0);
    }
    for (i = 0; i < 4; i++) CHECK(pthread_join(threads[i], &result) == 0 && result == &first[i]);
    REQUIRE(open_db(NULL));
    CHECK_INT(count_runs(db), 200);
    check_indexes(db, 200);
    fixture_end();
}

/* ---- keys */

/* What a process dies at, when it is stored, though no reader knows it yet. */
static int use_artifact_and_die(void *unused) {
    gem5art_run run = a_run(1);
    (void)unused;
    leave_parents_db();
    if (!open_db(NULL)) return 1;
    run.gem5_artifact = id_of(8);
    dies_at_commit = true;
    gem5art__record_run(db, &run, NULL, &error);
    return 2;
}

static int register_and_die(void *unused) {
    (void)unused;
    leave_parents_db();
    if (!open_db(NULL)) return 1;
    dies_at_commit = true;
    register_path("kernel", "kernel", "vmlinux");
    return 2;
}

TEST(a_change_is_decided_on_what_a_killed_one_has_left) {
    gem5art_artifact artifact = an_artifact(8, "kernel");
    gem5art_run run = a_run(1);
    gem5art__arena arena = {NULL, false};
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art__live live;
            int lost = 0;
    int round;
    for (round = 0; round < 3; round++) {
        fixture_begin();
        write_text("vmlinux", "not much of a kernel\n");
        REQUIRE(open_db(NULL) && store_artifact(db, &artifact));
        CHECK_INT(in_child(round == 1 ? register_and_die : use_artifact_and_die, NULL), 128 + SIGKILL);
        CHECK_STR(store_names(db), "; artifact 8"); /* else it died elsewhere, and this tests nothing */
        if (round == 0) CHECK(!gem5art_remove_artifact(db, id_of(8), &error) && error.code == GEM5ART_BUSY);
        if (round == 1) register_path("kernel", "kernel", "vmlinux");
        if (round == 2) { /* its run is lost, but has been recorded */
            CHECK(gem5art__put_object_line(&line, gem5art__run_fields, &run, false, NULL, &error));
            gem5art__puts(&line, "");
            write_text("info.json", line.data);
            gem5art__buf_free(&line);
            memset(&live, 0, sizeof live);
            live.id = run.id, live.hash = run.hash, live.outdir = fixture_folder;
            CHECK_THAT(gem5art__record_lost(db, &live, &arena, &lost, &error), "%s", error.message);
            CHECK_INT(lost, 0);
            gem5art__arena_free(&arena);
        }
        CHECK_STR(store_names(db), round == 1 ? "; artifact 8; kernel" : "run 1; artifact 8");
        fixture_end();
    }
}

TEST(long_names_and_ids_are_told_apart) {
    char a[2000], b[2000], id[2][1000];
    gem5art_run run = a_run(1);
    gem5art_query query;
    gem5art_iter *iter;
    const gem5art_run *found;
    int i;
    memset(a, 'n', sizeof a), memset(b, 'n', sizeof b);
    a[1999] = b[1999] = 0, b[1998] = 'm';
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 0; i < 2; i++) {
        memset(id[i], 'i', sizeof id[i]);
        snprintf(id[i] + 600, 10, "%d", i);
        run.id = id[i], run.hash = id[i], run.name = i ? b : a;
        CHECK(gem5art__record_run(db, &run, NULL, &error));
    }
    for (i = 0; i < 2; i++) {
        REQUIRE((found = gem5art_find_run(db, id[i], &error)) != NULL);
        CHECK_STR(found->name, i ? b : a);
    }
    memset(&query, 0, sizeof query);
    query.name = b;
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    CHECK((found = gem5art_next_run(iter, &error)) != NULL && strcmp(found->id, id[1]) == 0);
    CHECK(gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK);
    gem5art_iter_close(iter);
    query.name = NULL, query.name_contains = "nm";
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) != NULL && gem5art_next_run(iter, &error) == NULL);
    gem5art_iter_close(iter);
    CHECK(gem5art_remove_run(db, id[0], &error));
    CHECK(!gem5art_find_run(db, id[0], &error) && gem5art_find_run(db, id[1], &error));
    check_indexes(db, 1);
    fixture_end();
}

/* Records of other programs may lack what the indexes are of. */
TEST(records_without_a_hash_or_a_name_are_stored_and_removed) {
    fixture_begin();
    lay_store("[{\"_id\":\"a\"},{\"hash\":\"\",\"_id\":\"b\",\"type\":\"gem5 run\"},{\"_id\":\"c\\u0041\",\"name\":\"C\"}]");
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "; ; C");
    CHECK(gem5art_find_artifact(db, "cA", &error) != NULL);
    CHECK(gem5art_remove_artifact(db, "a", &error) && gem5art_remove_run(db, "b", &error));
    CHECK(gem5art_remove_artifact(db, "cA", &error));
    check_indexes(db, 0);
    fixture_end();
}

/* ---- what cannot be a store */

TEST(files_that_are_no_lmdb_store_are_refused_and_left_alone) {
    static const struct { const char *bytes; gem5art_code code; const char *words; } table[] = {
        {"", GEM5ART_CORRUPT, "has 0 bytes: something truncated it"},
        {"[]\n", GEM5ART_INVALID, "is a flat store, not an LMDB file: open it as file:///"},
        {"a text of no interest to anyone", GEM5ART_CORRUPT, "is not an LMDB file"},
    };
    size_t i;
    MDB_env *env;
    fixture_begin();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *bytes;
        write_text(STORE_PATH, table[i].bytes);
        CHECK(gem5art_open(STORE_URI, NULL, &error) == NULL);
        CHECK_INT(error.code, table[i].code);
        CHECK_CONTAINS(error.message, table[i].words);
        bytes = read_text(STORE_PATH);
        CHECK_STR(bytes, table[i].bytes);
        free(bytes);
        CHECK_INT(files_like(""), 1);
    }
    CHECK(unlink(STORE_PATH) == 0);
    REQUIRE(mdb_env_create(&env) == 0 && mdb_env_open(env, STORE_PATH, MDB_NOSUBDIR, 0666) == 0); /* another program's */
    mdb_env_close(env);
    CHECK(gem5art_open(STORE_URI, NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "is an LMDB file, but not a run store");
    CHECK(gem5art_open("file://" STORE_PATH, NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "is an LMDB file: open it as lmdb:///");
    CHECK(gem5art_open("lmdb://", NULL, &error) == NULL && error.code == GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "names no file");
    CHECK(gem5art_open("lmdb://nowhere/db", NULL, &error) == NULL && error.code == GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "its folder does not exist");
    fixture_end();
}

TEST(a_network_file_system_is_refused) {
    fixture_begin();
    pretended_file_system = 0x6969;
    CHECK(gem5art_open(STORE_URI, NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, "is on a network file system (NFS), where LMDB loses data: use a flat store");
    CHECK_INT(files_like(""), 0);
    pretended_file_system = 0;
    REQUIRE(open_db(NULL));
    close_db();
    pretended_file_system = 0xfe534d42;
    CHECK(gem5art_open(STORE_URI, NULL, &error) == NULL && strstr(error.message, "SMB2"));
    pretended_file_system = 0;
    fixture_end();
}

/* ---- pages that are damaged */

/* All that a program reads of a store. */
static int use_damaged_store(void *unused) {
    gem5art_iter *iter;
    gem5art_query query;
    (void)unused;
    alarm(60);
    memset(&query, 0, sizeof query);
    query.name_contains = "run";
    if ((db = gem5art_open(STORE_URI, NULL, &error)) == NULL) return 0;
    iter = gem5art_get_runs(db, NULL, &error);
    while (gem5art_next_json(iter, NULL, &error)) {}
    gem5art_iter_close(iter);
    iter = gem5art_get_runs(db, &query, &error);
    while (gem5art_next_run(iter, &error)) {}
    gem5art_iter_close(iter);
    gem5art_find_run(db, id_of(7), &error);
    gem5art_find_artifact(db, id_of(3), &error);
    gem5art_close(db, NULL);
    return 0;
}

TEST(damaged_pages_end_in_errors_and_no_signal) {
    unsigned state = 1;
    size_t length, i;
    char *whole, *bytes;
    struct stat st;
    int n, fd;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (n = 1; n <= 60; n++) CHECK(store_run(db, n));
    close_db();
    REQUIRE(stat(STORE_PATH, &st) == 0 && (whole = (char *)malloc((size_t)st.st_size)) && (bytes = (char *)malloc((size_t)st.st_size)));
    length = (size_t)st.st_size;
    REQUIRE((fd = open(STORE_PATH, O_RDONLY)) >= 0 && read(fd, whole, length) == (ssize_t)length);
    close(fd);
    for (n = 0; n < 150 / stride(10); n++) {
        memcpy(bytes, whole, length);
        state = state * 1103515245u + 12345u;
        for (i = 8192 + (state >> 8) % (length - 8192); n % 3 && i < length && i % 64; i++) bytes[i] = (char)(state >> i % 24);
        for (i = 8192 + (state >> 8) % (length / 4096 - 2) * 4096; !(n % 3) && i < length && i % 4096 < 16 + (size_t)n; i++)
            bytes[i] = (char)(state >> i % 24); /* the head of a page */
        REQUIRE((fd = open(STORE_PATH, O_WRONLY | O_TRUNC)) >= 0 && write(fd, bytes, length) == (ssize_t)length);
        close(fd);
        unlink(STORE_PATH "-lock");
        CHECK_THAT(in_child(use_damaged_store, NULL) == 0, "damage %d ends the process", n);
    }
    free(whole), free(bytes);
    fixture_end();
}

TEST(a_file_of_two_names_is_refused) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(link(STORE_PATH, "other") == 0);
    CHECK(gem5art_open(STORE_URI, NULL, &error) == NULL && error.code == GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, "2 names (hard links)");
    CHECK(unlink("other") == 0);
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "run 1");
    fixture_end();
}

/* The creator may have been killed before it removed the temporary name: a reader leaves that, a writer removes it. */
TEST(a_temporary_name_that_is_left_is_no_second_name) {
    gem5art_open_desc desc;
    gem5art_db *reader;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(link(STORE_PATH, STORE_PATH ".tmp-1") == 0);
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    REQUIRE((reader = gem5art_open(STORE_URI, &desc, &error)) != NULL);
    CHECK(gem5art_find_run(reader, id_of(1), &error) != NULL);
    gem5art_close(reader, NULL);
    CHECK(exists(STORE_PATH ".tmp-1"));
    REQUIRE(open_db(NULL));
    CHECK(!exists(STORE_PATH ".tmp-1"));
    fixture_end();
}

TEST(a_mounted_file_is_refused) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    write_text("there.db", "");
    if (mount(STORE_PATH, "there.db", "", MS_BIND, NULL) < 0) {
        printf("a_mounted_file_is_refused: not tried, as mount(2) is not allowed\n");
    } else {
        if (gem5art__is_mount_point("there.db")) { /* this kernel reports it */
            CHECK(gem5art_open("lmdb://there.db", NULL, &error) == NULL && error.code == GEM5ART_UNSUPPORTED);
            CHECK_CONTAINS(error.message, "is a mount point");
        }
        CHECK(!gem5art__is_mount_point(STORE_PATH));
        CHECK(umount("there.db") == 0);
    }
    REQUIRE(open_db(NULL));
    fixture_end();
}

/* ---- files that change under it */

/* In a child, as a fault leaves memory of LMDB's behind. */
static int read_cut_store(void *unused) {
    gem5art_db *mine;
    (void)unused;
    leave_parents_db();
    if ((mine = gem5art_open(STORE_URI, NULL, &error)) == NULL || !gem5art_find_run(mine, id_of(1), &error)) return 1;
    if (truncate(STORE_PATH, 8192) != 0 || gem5art_find_run(mine, id_of(1), &error)) return 2;
    if (error.code != GEM5ART_CORRUPT || !strstr(error.message, "it is damaged")) return 3;
    return count_runs(mine) < 0 && error.code == GEM5ART_CORRUPT ? 0 : 4;
}

TEST(a_lock_file_that_was_removed_is_followed_and_a_cut_file_is_an_error) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_large(db, 1, 50000));
    CHECK(unlink(STORE_PATH "-lock") == 0); /* another process would make a lock file of its own */
    CHECK_THAT(store_run(db, 2), "%s", error.message); /* it is opened again with that one */
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    CHECK_INT(in_child(read_cut_store, NULL), 0);
    close_db();
    fixture_end();
}

/* Reads all; 1: refused, with a sentence. */
static int use_cut_store(void *unused) {
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, &error);
    (void)unused;
    if (mine && count_runs(mine) == 12) return 0;
    return error.code != GEM5ART_OK && strchr(error.message, ' ') ? 1 : 2;
}

TEST(reading_a_file_that_was_cut_anywhere_never_crashes) {
    char *whole;
    struct stat st;
    off_t size;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 12; i++) CHECK(store_large(db, i, 5000));
    close_db();
    CHECK(stat(STORE_PATH, &st) == 0 && sh("cp %s whole", STORE_PATH) == 0);
    whole = read_text("whole");
    for (size = 0; size < st.st_size; size += size % 4096 ? 4095 : 1) {
        int result;
        CHECK(sh("cp whole %s && rm -f %s-lock", STORE_PATH, STORE_PATH) == 0 && truncate(STORE_PATH, size) == 0);
        result = in_child(use_cut_store, NULL);
        CHECK_THAT(result == 1 || (result == 0 && size > st.st_size / 2), "cut to %ld of %ld bytes: %d", (long)size,
                   (long)st.st_size, result);
    }
    free(whole);
    fixture_end();
}

/* ---- LMDB's own calls fail */

static bool stores_a_run(void) { return store_run(db, 7); }
static bool stores_a_large_run(void) { return store_large(db, 7, 300000); } /* of many pages */
static bool removes_a_run(void) { return gem5art_remove_run(db, id_of(2), &error); }

static bool removes_several(void) {
    const char *ids[2];
    ids[0] = id_of(3), ids[1] = id_of(2);
    return gem5art_remove_runs(db, ids, 2, NULL, &error);
}

static bool makes_a_store(void) {
    gem5art_db *other = gem5art_open("lmdb://other", NULL, &error);
    bool ok = other && store_run(other, 1);
    if (other) CHECK(gem5art_close(other, NULL));
    return ok;
}

static const struct { const char *name; bool (*run)(void); const char *after; } changes[] = {
    {"append", stores_a_run, "run 1, run 2, run 3, run 7"},
    {"append much", stores_a_large_run, "run 1, run 2, run 3, run 7"},
    {"remove", removes_a_run, "run 1, run 3"},
    {"remove several", removes_several, "run 1"},
    {"make", makes_a_store, "run 1, run 2, run 3"},
};

static const struct { const char *name; lmdb_fault kind; int number; } lmdb_faults[] = {
    {"fails with ENOSPC", EARLY, ENOSPC},
    {"fails behind its work", LATE, EIO},
    {"does half", HALF, EIO},
};

/* What another process finds in the store, which must be what this one does. */
static int finds_these(void *names) {
    gem5art_db *mine;
    leave_parents_db();
    if ((mine = gem5art_open(STORE_URI, NULL, &error)) == NULL) return 1;
    if (strcmp(store_names(mine), (const char *)names) != 0) return 2;
    return store_run(mine, 8) && gem5art_close(mine, NULL) ? 0 : 3;
}

/* One change under one fault. False: there was no such call any more. */
static bool change_under_fault(int change, int kind, int n, bool sticky) {
    char when[128], names[256];
    bool ok, reached;
    int i;
    snprintf(when, sizeof when, "%s, where call %d %s%s", changes[change].name, n, lmdb_faults[kind].name,
             sticky ? " and all behind it" : "");
    fixture_begin();
    if (!open_db(NULL)) return false;
    for (i = 1; i <= 3; i++) CHECK(store_run(db, i));
    lmdb_fault_kind = lmdb_faults[kind].kind, lmdb_errno = lmdb_faults[kind].number;
    lmdb_fails_sticky = sticky;
    lmdb_calls = 0, lmdb_fails_at = n;
    ok = changes[change].run();
    lmdb_fails_at = 0;
    reached = lmdb_calls >= n;
    CHECK_THAT(ok || (reached && error.code == GEM5ART_IO && strstr(error.message, fixture_folder) &&
                      strstr(error.message, ": ")),
               "%s: %s", when, error.message);
    CHECK_THAT(!ok || !reached || !sticky, "%s: it was not told", when);
    snprintf(names, sizeof names, "%s", store_names(db)); /* by the same handle, unless LMDB has given up */
    if (strstr(names, "!")) {
        CHECK_THAT(!ok && error.code == GEM5ART_IO && strstr(error.message, "close it everywhere in this process"),
                   "%s: %s", when, error.message);
        close_db();
        if (!open_db(NULL)) return false;
        snprintf(names, sizeof names, "%s", store_names(db));
    }
    CHECK_THAT((ok && strcmp(names, changes[change].after) == 0) ||
                   (!ok && strcmp(names, "run 1, run 2, run 3") == 0), "%s: %s: %s", when, names, error.message);
    i = in_child(finds_these, names);
    CHECK_THAT(i == 0, "%s: another process: %d", when, i);
    CHECK_THAT(store_run(db, 9), "%s: %s", when, error.message);
    strcat(names, ", run 8, run 9");
    CHECK_STR(store_names(db), names);
    CHECK_INT(files_like("tmp"), 0);
    close_db();
    if (open_db(NULL)) CHECK_STR(store_names(db), names);
    if (db) check_indexes(db, (size_t)count_runs(db));
    fixture_end();
    return reached;
}

TEST(each_call_of_lmdbs_may_fail) {
    int change, kind, sticky, n;
    for (change = 0; change < (int)(sizeof changes / sizeof *changes); change++)
        for (kind = 0; kind < (int)(sizeof lmdb_faults / sizeof *lmdb_faults); kind++)
            for (sticky = 0; sticky < 2; sticky++) {
                for (n = 1; n < 100 && change_under_fault(change, kind, n, sticky); n += stride(3)) {}
                CHECK_THAT(n > 3 && n < 100, "%s: %d calls", changes[change].name, n);
            }
}

/* ---- readers that are killed */

static int list_until_killed(void *ready) {
    gem5art_db *mine;
    leave_parents_db();
    if ((mine = gem5art_open(STORE_URI, NULL, &error)) == NULL) return 1;
    if (!gem5art_next_run(gem5art_get_runs(mine, NULL, &error), &error)) return 1;
    if (write(*(int *)ready, "", 1) != 1) return 2;
    for (;;) pause();
}

/* Begins a listing in another process, and kills that. */
static void kill_a_reader(void) {
    int fds[2], status;
    char byte;
    pid_t pid;
    REQUIRE(pipe(fds) == 0);
    fflush(stdout);
    if ((pid = fork()) == 0) _exit(list_until_killed(&fds[1]));
    close(fds[1]);
    CHECK(read(fds[0], &byte, 1) == 1);
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    close(fds[0]);
}

static int count_lines(const char *text, void *lines) {
    (void)text;
    ++*(int *)lines;
    return 0;
}

/* What they looked at would be kept for them for ever. The map is large here: it never needs to grow. */
TEST(readers_that_are_killed_keep_nothing) {
    struct stat early, late;
    int i, readers = 0;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_large(db, 1, 3000000));
    CHECK(store_run(db, 2) && gem5art_remove_run(db, id_of(1), &error));
    close_db();
    REQUIRE(open_db(NULL));
    for (i = 0; i < 40; i++) {
        if (i % 20 == 0) kill_a_reader();
        CHECK(store_large(db, 100 + i, 50000) && gem5art_remove_run(db, id_of(100 + i), &error));
        if (i == 9) CHECK(stat(STORE_PATH, &early) == 0);
    }
    CHECK(stat(STORE_PATH, &late) == 0);
    CHECK_INT(late.st_size, early.st_size);
    CHECK(mdb_reader_list(db->env->env, count_lines, &readers) >= 0);
    CHECK_THAT(readers < 4, "%d readers", readers); /* a heading, and perhaps a slot of ours */
    CHECK_STR(store_names(db), "run 2");
    fixture_end();
}

/* ---- other users */

static int read_as_nobody(void *unused) {
    gem5art_db *mine;
    (void)unused;
    if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)) return 1;
    mine = gem5art_open(STORE_URI, NULL, &error);
    if (exists("open-lock")) { /* it may write LMDB's lock file, and so read */
        if (!mine || strcmp(store_names(mine), "run 1") != 0 || store_run(mine, 2) || error.code != GEM5ART_IO) return 2;
        return strstr(error.message, "cannot write to the store") ? 0 : 3;
    }
    return !mine && error.code == GEM5ART_IO && strstr(error.message, "-lock even to read") ? 0 : 4;
}

TEST(a_store_of_another_user_is_read_where_its_lock_may_be_written) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(chmod(".", 0777) == 0 && chmod(STORE_PATH, 0644) == 0 && chmod(STORE_PATH "-lock", 0644) == 0);
    if (geteuid() == 0) CHECK_INT(in_child(read_as_nobody, NULL), 0);
    CHECK(chmod(STORE_PATH, 0444) == 0 && chmod(STORE_PATH "-lock", 0666) == 0);
    write_text("open-lock", "");
    CHECK_INT(in_child(read_as_nobody, NULL), 0);
    fixture_end();
}

/* ---- memory */

/* Opens the store, stores, finds, lists, removes; as far as memory goes. */
static bool use_store(void) {
    bool ok = (db = gem5art_open(STORE_URI, NULL, &error)) != NULL && store_run(db, 2) &&
              gem5art_find_run(db, id_of(1), &error) && count_runs(db) == 2 && gem5art_remove_run(db, id_of(2), &error);
    gem5art_error why = error;
    close_db();
    error = why;
    return ok;
}

TEST(each_allocation_may_fail) {
    long n, before = memory_alive;
    int fds;
    bool done = false;
    fixture_begin();
    fds = open_descriptors();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    for (n = 1; !done && n < 1000; n++) {
        fail_memory(n, false);
        done = use_store();
        fail_memory(0, false);
        CHECK(done || error.code == GEM5ART_NOMEM);
        CHECK_INT(memory_alive, before);
        CHECK_INT(open_descriptors(), fds);
        CHECK_THAT(gem5art__envs == NULL, "%ld %s", n, error.message);
        REQUIRE(open_db(NULL));
        CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
        if (gem5art_find_run(db, id_of(2), NULL)) CHECK(gem5art_remove_run(db, id_of(2), &error));
        close_db();
    }
    CHECK(done && n > 20);
    fixture_end();
}

TEST(only_a_flat_store_has_shards) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.shard = "n1";
    fixture_begin();
    CHECK(!gem5art_open("lmdb://db.lmdb", &desc, &error) && error.code == GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, "db.lmdb cannot have the shard \"n1\": only a flat store (file://) has shards");
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
