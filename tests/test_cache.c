/* test_cache.c - the cache of hashes: an unchanged file is not rehashed, in this or another process, and nothing makes a changed
   file pass: no change of it, no damage to the cache's file, no failing call. Threads that ask for one path share the work. */
#define GEM5ART__HASH_CHUNK ((size_t)4093) /* no other read is of this size */
#define GEM5ART_SYS_CLOCK_GETTIME(clock, result) test_clock(clock, result)
#include "faults.h"

#include <time.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
static int test_clock(clockid_t clock, struct timespec *result);

#if defined(__linux__) && !defined(GEM5ART_PORTABLE)
#define NETWORK
static unsigned long file_system_type; /* that statfs reports; 0: the truth */
static const char *mountinfo;          /* the file that stands for /proc/self/mountinfo; NULL: itself */
static int test_statfs(const char *path, struct statfs *fs) {
    int result = statfs(path, fs);
    if (file_system_type) fs->f_type = (__typeof__(fs->f_type))file_system_type;
    return result;
}
#define GEM5ART_SYS_STATFS(path, result) test_statfs(path, result)
#undef GEM5ART_SYS_OPEN
#define GEM5ART_SYS_OPEN(path, flags, mode) \
    (faulty("open", true) ? -1 : open(mountinfo && strcmp(path, "/proc/self/mountinfo") == 0 ? mountinfo : path, flags, mode))
#endif

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

static int64_t clock_ahead; /* seconds by which the wall clock is, so that what was just written counts as old */
static int64_t monotonic_ahead;

static int test_clock(clockid_t clock, struct timespec *result) {
    int failed = clock_gettime(clock, result);
    result->tv_sec += (time_t)(clock == CLOCK_REALTIME ? clock_ahead : monotonic_ahead);
    return failed;
}

/* ---- a cache, and what it knows of files */

static gem5art__cache cache;
static char kept[64]; /* the file that keeps it */

static void open_cache(void) {
    memset(&cache, 0, sizeof cache);
    gem5art__cache_begin(&cache);
    cache.path = kept;
}

static void close_cache(void) { gem5art__cache_end(&cache); }

/* As another process would. */
static void reopen_cache(void) {
    close_cache();
    open_cache();
}

static void begin(void) {
    fixture_begin();
    set_fault(FAIL, 0, 0);
    clock_ahead = 3600;
    strcpy(kept, "kept");
    open_cache();
}

static void end(void) {
    close_cache();
    if (db) close_db();
    CHECK_INT(memory_alive, 0);
    fixture_end();
}

/* The hash must be right in any case. True: the file was not read for it. */
static bool knows_with(const char *path, bool md5_too) {
    char right[65], sha256[65] = "", md5[33] = "", right_md5[33];
    int64_t before, size = -1;
    gem5art_error why;
    struct stat st;
    bool ok;
    CHECK(gem5art__hash_file(path, right, right_md5, NULL, &why));
    before = hashed;
    ok = gem5art__cache_hash(&cache, path, sha256, md5_too ? md5 : NULL, &size, &why);
    CHECK_THAT(ok, "%s", why.message);
    CHECK_STR(sha256, right);
    if (md5_too) CHECK_STR(md5, right_md5);
    CHECK(stat(path, &st) == 0 && size == st.st_size);
    return hashed == before;
}

static bool knows(const char *path) { return knows_with(path, false); }

/* Waits until a change of a file gives it another time of change than this one has. */
static void let_a_tick_pass(const char *path) {
    struct stat before, now;
    do {
        write_text("tick", "tick");
        REQUIRE(stat(path, &before) == 0 && stat("tick", &now) == 0);
    } while (now.st_ctim.tv_sec == before.st_ctim.tv_sec && now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static void set_mtime(const char *path, const struct stat *st) {
    struct timespec times[2];
    times[0] = st->st_atim, times[1] = st->st_mtim;
    CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

TEST(a_known_file_is_not_hashed_again) {
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    write_text("empty", "");
    CHECK(!knows("a"));
    CHECK(knows("a"));
    CHECK(!knows("b"));
    CHECK(knows("b") && knows("a"));
    knows("empty");
    reopen_cache();
    CHECK(knows("a") && knows("b") && knows("empty"));
    CHECK(rename("a", "c") == 0); /* its time of change is another now */
    let_a_tick_pass("b");
    knows("c");
    CHECK(knows("c"));
    end();
}

TEST(both_hashes_where_they_are_wanted) {
    begin();
    write_text("a", "some bytes");
    CHECK(!knows("a"));
    CHECK(!knows_with("a", true));
    CHECK(knows_with("a", true) && knows("a"));
    reopen_cache();
    CHECK(knows_with("a", true) && knows("a"));
    CHECK_INT(cache.entries.length, sizeof(gem5art__cached));
    end();
}

TEST(every_change_is_found) {
    struct stat st;
    begin();
    write_text("a", "some bytes");
    knows("a");
    CHECK(knows("a") && stat("a", &st) == 0);
    let_a_tick_pass("a");
    write_text("a", "same bytes");
    set_mtime("a", &st); /* only the time of change tells */
    CHECK(!knows("a"));
    CHECK(knows("a") && stat("a", &st) == 0);
    let_a_tick_pass("a");
    write_text("new", "sane bytes");
    set_mtime("new", &st);
    CHECK(rename("new", "a") == 0);
    CHECK(!knows("a"));
    reopen_cache();
    CHECK(knows("a"));
    let_a_tick_pass("a");
    CHECK(truncate("a", 4) == 0);
    CHECK(!knows("a"));
    CHECK(knows("a"));
    end();
}

/* Within one tick of the file system's clock a change shows in nothing but the content. */
TEST(a_file_that_has_not_settled_is_always_hashed) {
    char text[16];
    struct stat st;
    int i;
    begin();
    clock_ahead = 0;
    for (i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "%08d", i);
        write_text("a", text);
        CHECK(!knows("a"));
        CHECK(!knows("a"));
    }
    CHECK(!exists(kept));
    CHECK(stat("a", &st) == 0);
    clock_ahead = 3; /* at most 4 s old, of which the file system may not tell 1 */
    CHECK(!knows("a"));
    clock_ahead = 100;
    CHECK(!knows("a"));
    CHECK(knows("a"));
    st.st_mtim.tv_sec += 1000; /* made in the future */
    let_a_tick_pass("a");
    set_mtime("a", &st);
    CHECK(!knows("a"));
    CHECK(!knows("a"));
    end();
}

static void write_it(struct stat *st) {
    (void)st;
    after_fstat = NULL;
    let_a_tick_pass("a");
    write_text("a", "same bytes");
}

TEST(what_changes_while_it_is_hashed_is_not_known) {
    char hash[65];
    begin();
    write_text("a", "some bytes");
    after_fstat = write_it;
    CHECK(gem5art__cache_hash(&cache, "a", hash, NULL, NULL, NULL));
    CHECK(!after_fstat);
    CHECK_INT(cache.entries.length, 0);
    CHECK(!knows("a"));
    end();
}

/* ---- the file that keeps it */

/* A cache's file with one entry, by which "a" has the hash of "b"; its checksum is right. */
static void forge(void) {
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art__cached file;
    char title[GEM5ART__CACHE_TITLE + 1];
    struct stat st;
    memset(&file, 0, sizeof file);
    CHECK(gem5art__hash_file("b", file.sha256, file.md5, NULL, NULL) && stat("a", &st) == 0);
    file.stamp = gem5art__stamp_of(NULL, "a", &st);
    gem5art__cache_title(title, &file, sizeof file);
    gem5art__puts(&text, title);
    gem5art__put(&text, &file, sizeof file);
    unlink(kept);
    write_bytes(kept, text.data, text.length);
    CHECK(chmod(kept, 0644) == 0);
    gem5art__buf_free(&text);
}

static bool believes_the_forgery(void) {
    char hash[65], b[65];
    reopen_cache();
    CHECK(gem5art__cache_hash(&cache, "a", hash, NULL, NULL, NULL) && gem5art__hash_file("b", b, NULL, NULL, NULL));
    return strcmp(hash, b) == 0;
}

static void belongs_to_another(struct stat *st) { st->st_uid += 1; }

TEST(only_our_own_file_is_believed) {
    static const mode_t modes[] = {0664, 0646, 0666, 0620, 0602};
    struct stat st;
    size_t i;
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    forge();
    CHECK(believes_the_forgery()); /* so it is a good one */
    for (i = 0; i < sizeof modes / sizeof *modes; i++) {
        forge();
        CHECK(chmod(kept, modes[i]) == 0);
        CHECK(!believes_the_forgery());
        CHECK(stat(kept, &st) == 0 && (st.st_mode & 022) == 0); /* written anew, and ours */
        CHECK(!believes_the_forgery());
        CHECK(knows("a"));
    }
    forge();
    after_fstat = belongs_to_another;
    CHECK(!believes_the_forgery());
    after_fstat = NULL;
    forge();
    CHECK(rename(kept, "elsewhere") == 0 && symlink("elsewhere", kept) == 0);
    CHECK(!believes_the_forgery());
    CHECK(unlink(kept) == 0 && mkfifo(kept, 0600) == 0); /* nobody waits */
    CHECK(!believes_the_forgery());
    CHECK(unlink(kept) == 0 && mkdir(kept, 0700) == 0);
    CHECK(!believes_the_forgery());
    CHECK(knows("a")); /* by this process */
    CHECK(rmdir(kept) == 0);
    end();
}

/* Whatever mask the user has, others get no right to write it: it would not be believed. */
TEST(the_mask_of_the_user_does_not_matter) {
    mode_t mask;
    begin();
    write_text("a", "some bytes");
    mask = umask(0);
    knows("a");
    reopen_cache();
    CHECK(knows("a"));
    write_text(kept, "garbage");
    reopen_cache();
    CHECK(!knows("a"));
    reopen_cache();
    CHECK(knows("a"));
    umask(mask);
    end();
}

/* Opens the cache with a file of these bytes. */
static void reopen_with(const char *data, size_t size) {
    close_cache();
    write_bytes(kept, data, size);
    open_cache();
}

TEST(a_damaged_file_is_ignored_and_replaced) {
    static const char garbage[] = "\0\n\n\xff\xfe no line \n {}\n";
    const size_t most = GEM5ART__CACHE_TITLE + GEM5ART__MAX_CACHED * sizeof(gem5art__cached);
    char *text, *long_text;
    struct stat st;
    size_t length, i;
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    knows_with("a", true), knows("b");
    reopen_cache();
    CHECK(stat(kept, &st) == 0);
    length = (size_t)st.st_size;
    text = read_text(kept);
    for (i = 0; i < length; i++) { /* cut anywhere, and every byte another */
        reopen_with(text, i);
        CHECK(!knows("a") && !knows("b"));
        text[i] ^= 1;
        reopen_with(text, length);
        CHECK(!knows("a") && !knows("b"));
        text[i] ^= 1;
        reopen_cache();
        CHECK(knows("a") && knows("b"));
    }
    reopen_with(garbage, sizeof garbage - 1);
    CHECK(!knows("a"));
    reopen_cache();
    CHECK(knows("a"));
    CHECK(!file_contains(kept, "no line"));
    long_text = (char *)malloc(most + 1);
    memset(long_text, 'a', most + 1);
    for (i = 0; i < 2; i++) {
        reopen_with(long_text, most + i); /* as large as it may be, and larger */
        CHECK(!knows("a"));
        reopen_cache();
        CHECK(knows("a"));
    }
    CHECK(unlink(kept) == 0);
    CHECK(knows("a")); /* by this process */
    reopen_cache();
    CHECK(!knows("a"));
    free(long_text);
    free(text);
    end();
}

TEST(it_does_not_grow_without_end) {
    const size_t most = GEM5ART__MAX_CACHED * sizeof(gem5art__cached);
    gem5art__stamp stamp;
    char hash[65];
    struct stat st;
    int i;
    begin();
    memset(&stamp, 0, sizeof stamp);
    memset(hash, 'a', 64), hash[64] = 0;
    for (i = 0; i < 3 * GEM5ART__MAX_CACHED; i++) {
        stamp.inode = i % (2 * GEM5ART__MAX_CACHED);
        gem5art__remember(&cache, &stamp, hash, NULL);
    }
    CHECK(cache.entries.length <= most);
    CHECK(gem5art__recall(&cache, &stamp, hash, NULL)); /* the newest */
    reopen_cache();
    CHECK(gem5art__recall(&cache, &stamp, hash, NULL));
    CHECK(stat(kept, &st) == 0 && (size_t)st.st_size <= GEM5ART__CACHE_TITLE + most);
    end();
}

/* The entries of a full file do not push out what this process has hashed since. */
TEST(a_full_file_leaves_the_newest_hashes) {
    gem5art__stamp stamp;
    char hash[65];
    int i;
    begin();
    memset(&stamp, 0, sizeof stamp);
    memset(hash, 'a', 64), hash[64] = 0;
    for (i = 0; i < GEM5ART__MAX_CACHED; i++) {
        stamp.inode = i;
        gem5art__remember(&cache, &stamp, hash, NULL);
    }
    reopen_cache();
    for (i = 0; i < 3; i++) {
        stamp.inode = GEM5ART__MAX_CACHED + i;
        monotonic_ahead += 2; /* the file is written each time */
        gem5art__remember(&cache, &stamp, hash, NULL);
        CHECK(gem5art__recall(&cache, &stamp, hash, NULL));
    }
    reopen_cache();
    for (i = 0; i < 3; i++) {
        stamp.inode = GEM5ART__MAX_CACHED + i;
        CHECK(gem5art__recall(&cache, &stamp, hash, NULL));
    }
    monotonic_ahead = 0;
    end();
}

/* Where nothing can be written, a file is hashed once in a process. */
TEST(a_folder_that_takes_no_file) {
    begin();
    strcpy(kept, "nowhere/kept");
    write_text("a", "some bytes");
    CHECK(!knows("a"));
    CHECK(knows("a"));
    reopen_cache();
    CHECK(!knows("a"));
    end();
}

#ifdef NETWORK
static dev_t device; /* that files are on; 0: the true one */
static void set_device(struct stat *st) { st->st_dev = device; }

/* As on another machine of a cluster, where the same mount has another number. */
static void move_to(unsigned number, const char *line) {
    char text[9000];
    device = (dev_t)number;
    after_fstat = set_device;
    memset(text, 'x', sizeof text); /* a long line before it */
    snprintf(text + 8300, sizeof text - 8300, "\n22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 %s\n", line);
    write_text("mountinfo", text);
    mountinfo = "mountinfo";
    reopen_cache();
}

TEST(machines_know_the_hashes_of_each_other_on_a_network_file_system) {
    begin();
    file_system_type = 0x6969; /* NFS */
    write_text("a", "some bytes");
    move_to(0x2f, "0:47 / /home rw,relatime shared:1 - nfs4 server:/home rw,vers=4.2");
    CHECK(!knows("a"));
    CHECK(knows("a"));
    move_to(0x5000a5, "0:1445 / /nfs/home rw - nfs server:/home rw,vers=3");
    CHECK(knows("a"));
    move_to(0x30, "0:48 / /home rw - nfs4 other:/home rw"); /* another server */
    CHECK(!knows("a"));
    CHECK(!knows("a") || exists(kept));
    move_to(0x32, "0:50 / /home rw - beegfs beegfs_nodev rw"); /* which names no server */
    CHECK(!knows("a") && knows("a"));
    move_to(0x33, "0:51 / /home rw - beegfs beegfs_nodev rw");
    CHECK(!knows("a") && knows("a"));
    move_to(0x34, "0:1 / /home rw - nfs4 server:/home rw"); /* its mount is not listed */
    CHECK(!knows("a") && knows("a"));
    file_system_type = 0xef53; /* a local one has its number */
    move_to(0x35, "0:53 / /home rw - nfs4 server:/home rw");
    CHECK(!knows("a") && knows("a"));
    after_fstat = NULL, file_system_type = 0, mountinfo = NULL;
    end();
}
#endif

TEST(several_processes_at_once) {
    enum { PROCESSES = 4, FILES = 25 };
    char name[16];
    int p, i, status, known = 0;
    begin();
    for (p = 0; p < PROCESSES; p++)
        for (i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "%d-%d", p, i);
            write_text(name, name);
        }
    fflush(stdout);
    for (p = 0; p < PROCESSES; p++) {
        if (fork() != 0) continue;
        test_failures_here = 0;
        for (i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "%d-%d", p, i);
            CHECK(!knows(name));
        }
        close_cache();
        fflush(stdout);
        _exit(test_failures_here != 0);
    }
    for (p = 0; p < PROCESSES; p++) CHECK(wait(&status) > 0 && status == 0);
    for (p = 0; p < PROCESSES; p++)
        for (i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "%d-%d", p, i);
            known += knows(name); /* what two of them wrote at the same moment may be lost */
        }
    CHECK_THAT(known >= FILES, "only %d files are known", known);
    end();
}

/* What a process finds out is not lost by another that has read the file before. */
TEST(processes_add_to_one_file) {
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    knows("a");
    reopen_cache();
    CHECK(knows("a"));
    if (fork() == 0) {
        open_cache();
        knows("b");
        close_cache();
        _exit(0);
    }
    wait(NULL);
    write_text("c", "more");
    CHECK(!knows("c"));
    reopen_cache();
    CHECK(knows("a") && knows("b") && knows("c"));
    end();
}

/* ---- calls that fail, and no memory: then more is hashed, and that is all */

static void use_it(void) {
    gem5art__stamp stamp;
    struct stat st;
    char hash[65], right[65];
    if (stat("a", &st) < 0) return;
    stamp = gem5art__stamp_of(NULL, "a", &st);
    if (!gem5art__recall(&cache, &stamp, hash, NULL)) {
        int at = fault_at;
        long memory_at = memory_fails_at;
        fault_at = 0, memory_fails_at = 0;
        CHECK(gem5art__hash_file("a", hash, NULL, NULL, NULL));
        fault_at = at, memory_fails_at = memory_at;
    }
    gem5art__remember(&cache, &stamp, hash, NULL);
    fault_at = 0, memory_fails_at = 0;
    CHECK(gem5art__hash_file("a", right, NULL, NULL, NULL));
    CHECK_STR(hash, right);
}

TEST(no_failing_call_does_harm) {
    static const fault_mode modes[] = {FAIL, STICK, INTERRUPT, PIECES, ROOM};
    static const int numbers[] = {EIO, ENOSPC, EROFS, EACCES, EMFILE};
    size_t mode, number;
    int at, calls, state;
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    for (mode = 0; mode < sizeof modes / sizeof *modes; mode++)
        for (number = 0; number < (mode < 2 ? sizeof numbers / sizeof *numbers : 1); number++)
            for (state = 0; state < 3; state++) /* no file, one with "b", and garbage */
                for (at = 1, calls = 1; at <= calls; at++) {
                    unlink(kept);
                    reopen_cache();
                    if (state == 1) knows("b");
                    if (state == 2) write_text(kept, "garbage\n");
                    reopen_cache();
                    set_fault(modes[mode], at, numbers[number]);
                    use_it();
                    calls = mode < 3 ? fault_count : at < 300 ? at + 1 : 0;
                    set_fault(FAIL, 0, 0);
                    CHECK(knows("a"));
                    reopen_cache();
                    knows("a"), knows("b");
                    reopen_cache();
                    CHECK(knows("a") && knows("b"));
                }
    end();
}

TEST(no_lack_of_memory_does_harm) {
    int at;
    begin();
    write_text("a", "some bytes");
    for (at = 1; at < 12; at++) {
        unlink(kept);
        reopen_cache();
        fail_memory(at, true);
        use_it();
        fail_memory(0, false);
        knows("a");
        reopen_cache();
        knows("a");
        reopen_cache();
        CHECK(knows("a"));
    }
    end();
}

/* ---- who uses it */

TEST(registration_knows_a_file_and_a_check_does_not) {
    const gem5art_artifact *second;
    int64_t before;
    struct stat st;
    begin();
    write_text("a", "some bytes");
    REQUIRE(open_db(NULL));
    register_path("a", "kernel", "a");
    close_db();
    REQUIRE(open_db(NULL));
    before = hashed;
    REQUIRE((second = register_path("a", "kernel", "a")) != NULL);
    CHECK_INT(hashed - before, 0);
    CHECK_INT(second->size, 10);
    CHECK(gem5art_check_artifact(db, second, NULL, &error));
    CHECK_INT(hashed - before, 10);
    CHECK(stat("a", &st) == 0);
    let_a_tick_pass("a");
    write_text("a", "same bytes");
    set_mtime("a", &st);
    CHECK(!gem5art_check_artifact(db, second, NULL, &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
    end();
}

/* ---- work that threads share */

static volatile int hanging; /* threads that wait in the first fstat */
static volatile bool fstat_hangs;

static void wait_in_fstat(struct stat *st) {
    (void)st;
    after_fstat = NULL;
    __sync_add_and_fetch(&hanging, 1);
    while (fstat_hangs) usleep(1000);
}

typedef struct asker {
    pthread_t thread;
    gem5art__long_work work;
    const char *path;
    gem5art__content content;
    gem5art_error why;
    bool ok;
} asker;

static pthread_mutex_t asker_mutex = PTHREAD_MUTEX_INITIALIZER;

static void *ask(void *argument) {
    asker *a = (asker *)argument;
    gem5art__this_work = &a->work;
    a->ok = gem5art__hash_shared(&cache, a->path, 0, &a->content, &a->why);
    gem5art__this_work = NULL;
    return NULL;
}

static void start_asking(asker *a, const char *path) {
    memset(a, 0, sizeof *a);
    memset(&a->content, 0xff, sizeof a->content);
    a->work.mutex = &asker_mutex;
    a->path = path;
    REQUIRE(pthread_create(&a->thread, NULL, ask, a) == 0);
}

static void give_up(asker *a) {
    pthread_mutex_lock(&asker_mutex);
    a->work.given_up = true;
    pthread_mutex_unlock(&asker_mutex);
}

static int waiting(void) {
    const gem5art__shared *entry;
    int count = 0;
    pthread_mutex_lock(&cache.mutex);
    for (entry = cache.shared; entry; entry = entry->next) count += entry->waiting;
    pthread_mutex_unlock(&cache.mutex);
    return count;
}

/* One asker hashes "a" and hangs; `more` others wait for it. */
static void start_crowd(asker *askers, int more) {
    int i;
    hanging = 0;
    fstat_hangs = true;
    after_fstat = wait_in_fstat;
    start_asking(&askers[0], "a");
    while (!hanging) usleep(1000);
    for (i = 1; i <= more; i++) start_asking(&askers[i], "a");
    while (waiting() < more) usleep(1000);
}

static void end_crowd(asker *askers, int count) {
    int i;
    fstat_hangs = false;
    for (i = 0; i < count; i++) pthread_join(askers[i].thread, NULL);
}

TEST(threads_that_ask_for_one_file_share_the_work) {
    asker askers[4];
    char right[65];
    int64_t before;
    int i;
    begin();
    clock_ahead = 0; /* so that it has not settled, and is not cached */
    write_text("a", "some bytes");
    CHECK(gem5art__hash_file("a", right, NULL, NULL, NULL));
    before = hashed;
    start_crowd(askers, 3);
    end_crowd(askers, 4);
    CHECK_INT(hashed - before, 10);
    for (i = 0; i < 4; i++) {
        CHECK_THAT(askers[i].ok, "%s", askers[i].why.message);
        CHECK_STR(askers[i].content.hash, right);
    }
    end();
}

TEST(who_waits_takes_over_cancelled_work) {
    asker askers[3];
    char right[65];
    begin();
    write_text("a", "some bytes");
    CHECK(gem5art__hash_file("a", right, NULL, NULL, NULL));
    start_crowd(askers, 2);
    give_up(&askers[0]);
    end_crowd(askers, 3);
    CHECK(!askers[0].ok);
    CHECK_INT(askers[0].why.code, GEM5ART_CANCELLED);
    CHECK_STR(askers[1].content.hash, right);
    CHECK_STR(askers[2].content.hash, right);
    end();
}

TEST(who_waits_can_be_cancelled) {
    asker askers[3];
    begin();
    write_text("a", "some bytes");
    start_crowd(askers, 2);
    give_up(&askers[2]);
    pthread_join(askers[2].thread, NULL); /* while the first still hangs */
    CHECK_INT(askers[2].why.code, GEM5ART_CANCELLED);
    CHECK(!askers[2].content.found); /* although what it has was never written */
    end_crowd(askers, 2);
    CHECK(askers[0].ok && askers[1].ok);
    end();
}

TEST(a_missing_path_is_an_error) {
    gem5art__content content;
    begin();
    CHECK(!gem5art__hash_shared(&cache, "nowhere", 0, &content, &error));
    CHECK(!content.found);
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    end();
}

static bool ask_git(char hash[65]) {
    gem5art__content content;
    bool ok = gem5art__hash_shared(&cache, "repo", GEM5ART__WANT_COMMIT, &content, &error);
    strcpy(hash, content.hash);
    return ok;
}

/* A work tree is believed for GEM5ART_GIT_SECONDS by the monotonic clock. */
TEST(a_git_work_tree_is_fresh_for_a_while) {
    char hash[65], again[65];
    begin();
    make_repo("repo");
    CHECK(ask_git(hash));
    CHECK_INT(strlen(hash), 40);
    write_text("repo/run.py", "# changed\n");
    CHECK(ask_git(again));
    CHECK_STR(again, hash);
    monotonic_ahead = 3600;
    CHECK(!ask_git(again));
    CHECK_INT(error.code, GEM5ART_DIRTY);
    sh("git -C repo checkout -q run.py");
    CHECK(ask_git(again));
    write_text("repo/run.py", "# changed\n");
    gem5art__cache_forget(&cache); /* as each new pool does */
    CHECK(!ask_git(again));
    monotonic_ahead = 0;
    end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
