/* test_known.c - what files hashed to is known later and in other processes, and nothing makes a file pass that has changed:
   no change of it, nothing that becomes of the file that keeps it, no failing call. */
#define GEM5ART__HASH_CHUNK ((size_t)4093) /* no other read is of this size */
#define GEM5ART_SYS_CLOCK_GETTIME(clock, result) test_clock(clock, result)
#include "faults.h"

#include <time.h>
static int test_clock(clockid_t clock, struct timespec *result);

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

static int64_t clock_ahead; /* seconds by which the wall clock is, so that what was just written counts as old */

static int test_clock(clockid_t clock, struct timespec *result) {
    int failed = clock_gettime(clock, result);
    if (clock == CLOCK_REALTIME) result->tv_sec += (time_t)clock_ahead;
    return failed;
}

/* ---- a memory, and what it says of files */

static gem5art__known known;
static char kept[64]; /* the file that keeps it */

static void open_known(void) {
    memset(&known, 0, sizeof known);
    gem5art__known_begin(&known);
    known.path = kept;
}

static void close_known(void) { gem5art__known_end(&known); }

/* As another process would. */
static void reopen_known(void) {
    close_known();
    open_known();
}

static void begin(void) {
    fixture_begin();
    set_fault(FAIL, 0, 0);
    clock_ahead = 3600;
    strcpy(kept, "kept");
    open_known();
}

static void end(void) {
    close_known();
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
    ok = gem5art__hash_known(&known, path, sha256, md5_too ? md5 : NULL, &size, &why);
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
    reopen_known();
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
    reopen_known();
    CHECK(knows_with("a", true) && knows("a"));
    CHECK_INT(known.count, 1);
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
    reopen_known();
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
    CHECK(gem5art__hash_known(&known, "a", hash, NULL, NULL, NULL));
    CHECK(!after_fstat);
    CHECK_INT(known.count, 0);
    CHECK(!knows("a"));
    end();
}

/* ---- the file that keeps it */

/* One line for "a", which says that it has the hash of "b"; its checksum is right. */
static void forge(void) {
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art__known_file file;
    struct stat st;
    memset(&file, 0, sizeof file);
    CHECK(gem5art__hash_file("b", file.sha256, file.md5, NULL, NULL) && stat("a", &st) == 0);
    file.stamp = gem5art__stamp_of(&st);
    gem5art__put_known(&line, &file);
    unlink(kept);
    write_text(kept, line.data);
    CHECK(chmod(kept, 0644) == 0);
    gem5art__buf_free(&line);
}

static bool believes_the_forgery(void) {
    char hash[65], b[65];
    reopen_known();
    CHECK(gem5art__hash_known(&known, "a", hash, NULL, NULL, NULL) && gem5art__hash_file("b", b, NULL, NULL, NULL));
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
    reopen_known();
    CHECK(knows("a"));
    write_text(kept, "garbage");
    reopen_known();
    CHECK(!knows("a"));
    reopen_known();
    CHECK(knows("a"));
    umask(mask);
    end();
}

static void write_bytes(const char *path, const char *data, size_t size) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

TEST(any_harm_to_the_file_is_mended) {
    static const char garbage[] = "\0\n\n\xff\xfe no line \n {}\n";
    char *text, *long_line;
    size_t length, i, first;
    begin();
    write_text("a", "some bytes");
    write_text("b", "others");
    knows_with("a", true), knows("b");
    text = read_text(kept);
    first = strcspn(text, "\n") + 1;
    length = strlen(text);
    for (i = 0; i < length; i++) { /* cut anywhere, and every byte another */
        write_bytes(kept, text, i);
        reopen_known();
        CHECK_INT(knows("a"), i >= first);
        knows("b");
        reopen_known();
        CHECK(knows("a") && knows("b"));
        text[i] ^= 1;
        write_bytes(kept, text, length);
        reopen_known();
        CHECK(knows("a") + knows("b") <= 1);
        reopen_known();
        CHECK(knows("a") && knows("b"));
        text[i] ^= 1;
    }
    write_bytes(kept, garbage, sizeof garbage - 1);
    reopen_known();
    CHECK(!knows("a"));
    reopen_known();
    CHECK(knows("a"));
    CHECK(!file_contains(kept, "no line"));
    long_line = (char *)malloc(GEM5ART__MAX_KNOWN_FILE + 1);
    memset(long_line, 'a', GEM5ART__MAX_KNOWN_FILE + 1);
    for (i = 0; i < 2; i++) {
        write_bytes(kept, long_line, GEM5ART__MAX_KNOWN_FILE + i); /* one line, as large as it may be, and larger */
        reopen_known();
        CHECK(!knows("a"));
        reopen_known();
        CHECK(knows("a"));
    }
    CHECK(unlink(kept) == 0);
    CHECK(knows("a")); /* by this process */
    reopen_known();
    CHECK(!knows("a"));
    free(long_line);
    free(text);
    end();
}

TEST(it_does_not_grow_without_end) {
    gem5art__stamp stamp;
    char hash[65], *text;
    struct stat st;
    int i, lines = 0;
    begin();
    memset(&stamp, 0, sizeof stamp);
    memset(hash, 'a', 64), hash[64] = 0;
    for (i = 0; i < 3 * GEM5ART__MAX_KNOWN; i++) {
        stamp.inode = i % (2 * GEM5ART__MAX_KNOWN);
        gem5art__remember(&known, &stamp, hash, NULL);
    }
    CHECK(known.count <= GEM5ART__MAX_KNOWN);
    CHECK(gem5art__recall(&known, &stamp, hash, NULL)); /* the newest */
    reopen_known();
    CHECK(gem5art__recall(&known, &stamp, hash, NULL));
    CHECK(stat(kept, &st) == 0 && st.st_size < GEM5ART__MAX_KNOWN_FILE);
    text = read_text(kept);
    for (i = 0; text[i]; i++) lines += text[i] == '\n';
    CHECK(lines <= GEM5ART__MAX_KNOWN);
    free(text);
    end();
}

/* Where nothing can be written, a file is hashed once in a process. */
TEST(a_folder_that_takes_no_file) {
    begin();
    strcpy(kept, "nowhere/kept");
    write_text("a", "some bytes");
    CHECK(!knows("a"));
    CHECK(knows("a"));
    reopen_known();
    CHECK(!knows("a"));
    end();
}

TEST(several_processes_at_once) {
    enum { PROCESSES = 4, FILES = 25 };
    char name[16];
    int p, i, status;
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
        fflush(stdout);
        _exit(test_failures_here != 0);
    }
    for (p = 0; p < PROCESSES; p++) CHECK(wait(&status) > 0 && status == 0);
    for (p = 0; p < PROCESSES; p++)
        for (i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "%d-%d", p, i);
            CHECK_THAT(knows(name), "%s was forgotten", name);
        }
    end();
}

/* ---- calls that fail, and no memory: then more is hashed, and that is all */

static void use_it(void) {
    gem5art__stamp stamp;
    struct stat st;
    char hash[65], right[65];
    if (stat("a", &st) < 0) return;
    stamp = gem5art__stamp_of(&st);
    if (!gem5art__recall(&known, &stamp, hash, NULL)) {
        int at = fault_at;
        long memory_at = memory_fails_at;
        fault_at = 0, memory_fails_at = 0;
        CHECK(gem5art__hash_file("a", hash, NULL, NULL, NULL));
        fault_at = at, memory_fails_at = memory_at;
    }
    gem5art__remember(&known, &stamp, hash, NULL);
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
                    reopen_known();
                    if (state == 1) knows("b");
                    if (state == 2) write_text(kept, "garbage\n");
                    reopen_known();
                    set_fault(modes[mode], at, numbers[number]);
                    use_it();
                    calls = mode < 3 ? fault_count : at < 300 ? at + 1 : 0;
                    set_fault(FAIL, 0, 0);
                    CHECK(knows("a"));
                    reopen_known();
                    knows("a"), knows("b");
                    reopen_known();
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
        reopen_known();
        fail_memory(at, true);
        use_it();
        fail_memory(0, false);
        knows("a");
        reopen_known();
        knows("a");
        reopen_known();
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

int main(int argc, char **argv) { return test_main(argc, argv); }
