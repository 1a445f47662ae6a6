/* kill.c - 1, 2 and 8 writers that append, remove and rewrite, killed with -9 at random moments and started again, some of
   them at once, so that they are killed while they mend what the one before left. Each writer tells of every record that
   was acknowledged before it goes on. What was told must be there, whole, and what was removed must be gone: seen by a
   reader while the others write, and when all are dead by the library and by Python. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned dawdle_state; /* not 0: in a writer, whose writes are done in pieces, with pauses, to be killed in */
static int fuse;              /* the call in which a writer kills itself; 0: none */

/* How much of a write is done at once. */
static size_t piece_of(size_t size) {
    if (fuse && --fuse == 0) raise(SIGKILL);
    if (!dawdle_state || size < 2) return size;
    dawdle_state = dawdle_state * 1103515245 + 12345;
    sched_yield();
    return dawdle_state >> 30 ? size : 1 + (dawdle_state >> 8) % (size - 1);
}

#define GEM5ART_SYS_PWRITE(fd, data, size, offset) pwrite(fd, data, piece_of(size), offset)
#define GEM5ART_SYS_WRITE(fd, data, size) write(fd, data, piece_of(size))
#define GEM5ART_SYS_FTRUNCATE(fd, size) (piece_of(0), ftruncate(fd, size))
#define GEM5ART_SYS_FDATASYNC(fd) (piece_of(0), (void)(fd), 0) /* processes are killed here, not machines */
#define GEM5ART_SYS_FSYNC(fd) (piece_of(0), (void)(fd), 0)
#define GEM5ART_SYS_RENAME(from, to) (piece_of(0), rename(from, to))
#define GEM5ART_SYS_LINK(from, to) (piece_of(0), link(from, to))
#define GEM5ART_SYS_UNLINK(path) (piece_of(0), unlink(path))

#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"
#include "../store.h"
#include "torture.h"

/* A process stores the runs first, first + 1, ..., and the archive of run n as n + 500. */
enum { WRITERS = 8, KILLS = 30 /* of one store */, RANGE = 1000, PROCESSES = WRITERS * (KILLS + 1) + 1, NUMBERS = RANGE * PROCESSES };

typedef enum state { UNKNOWN, STORED, REMOVING, REMOVED } state;

static unsigned char states[NUMBERS];
static bool seen[NUMBERS];

typedef struct message {
    int n;
    state is;
} message;

static struct { long kills, stored, removed, compactions, present, whole, unknown, lists, stores, aside, rewrites; } counted;
static int told[2]; /* a pipe from the writers */

static void tell(int n, state is) {
    message m;
    m.n = n, m.is = is;
    if (write(told[1], &m, sizeof m) != (ssize_t)sizeof m) _exit(3);
}

static bool hear_one(void) {
    message m;
    if (read(told[0], &m, sizeof m) != (ssize_t)sizeof m) return false;
    if (m.n == 0) counted.compactions++;
    else states[m.n] = (unsigned char)m.is;
    counted.stored += m.n && m.is == STORED;
    counted.removed += m.is == REMOVED;
    return true;
}

/* Everything that the writers have told until now. */
static void hear(void) {
    while (hear_one()) {}
}

/* ---- a writer */

static void make_params(int n, char filler[2001], const char *params[2]) {
    int length = 200 + n % 1800;
    memset(filler, 'a' + n % 26, (size_t)length);
    filler[length] = 0;
    params[0] = filler, params[1] = NULL;
}

static bool append(int n) {
    char filler[2001];
    const char *params[2];
    gem5art_run run = a_run(n);
    gem5art_artifact archive = an_artifact(n + 500, "directory");
    make_params(n, filler, params);
    run.params = params;
    if (n % 3 == 0) run.results = archive.id;
    if (!gem5art__record_run(db, &run, n % 3 ? NULL : &archive, &error)) return false;
    tell(n, STORED);
    return true;
}

/* One of those that were stored by an earlier process in this writer's place. */
static bool remove_one(int writer, int writers, int first) {
    int n = (int)torture_random((unsigned)first);
    while (n < first && (n / RANGE % writers != writer || states[n] != STORED)) n++;
    if (n >= first) return true;
    tell(n, REMOVING);
    if (!gem5art_remove_run(db, id_of(n), &error)) return false;
    states[n] = REMOVED;
    tell(n, REMOVED);
    return true;
}

/* Writes the store anew with nothing left out. */
static bool compact(void) {
#ifndef TEST_LMDB
    static const char *const none[] = {NULL};
    size_t removals;
    bool ok = gem5art__store_lock(db, &error) && (db->backend->remove)(db, none, &removals, &error);
    gem5art__store_unlock(db);
    if (!ok) return false;
    tell(0, UNKNOWN);
#endif
    return true;
}

static void write_until_killed(int writer, int writers, int first) {
    int n = first ? first : 1;
    dawdle_state = torture_random(1u << 31) | 1;
    if (torture_random(3) == 0) fuse = 1 + (int)torture_random(40);
    db = gem5art_open(STORE_URI, NULL, &error);
    while (db && n < first + 499) {
        unsigned what = torture_random(100);
        bool ok = what < 85 ? append(n++) : what < 96 ? remove_one(writer, writers, first) : compact();
        if (!ok) break;
    }
    if (!db || n < first + 499) {
        printf("a writer: %s\n", error.message);
        fflush(stdout);
        tell(first + RANGE - 1, REMOVED); /* a number that no run has: see one_store */
    }
    for (;;) pause();
}

/* ---- what is there */

/* Lists all, with an eye on each. */
static void list(void) {
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    char filler[2001];
    const char *params[2];
    memset(seen, 0, sizeof seen);
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        int n = atoi(run->name + 4);
        REQUIRE(n > 0 && n < NUMBERS);
        make_params(n, filler, params);
        CHECK_THAT(!seen[n], "run %d is there twice", n);
        CHECK_THAT(run->params[0] && strcmp(run->params[0], filler) == 0 && strcmp(run->id, id_of(n)) == 0 && strcmp(run->status, "Finished") == 0,
                   "run %d is not whole", n);
        seen[n] = true;
    }
    CHECK_THAT(error.code == GEM5ART_OK, "listing: %s", error.message);
    gem5art_iter_close(iter);
    iter = gem5art_get_artifacts(db, NULL, &error);
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL) {
        int n = atoi(artifact->name + 9);
        REQUIRE(n > 0 && n < NUMBERS);
        CHECK_THAT(!seen[n] && strcmp(artifact->id, id_of(n)) == 0, "artifact %d is there twice, or not whole", n);
        seen[n] = true;
    }
    CHECK_THAT(error.code == GEM5ART_OK, "listing: %s", error.message);
    gem5art_iter_close(iter);
    counted.lists++;
}

/* A reader beside the writers: what was told before it began, and is not being removed by now, is there. */
static void check_while_they_write(void) {
    static unsigned char before[NUMBERS];
    int n;
    hear();
    memcpy(before, states, sizeof states);
    REQUIRE(open_db(NULL));
    list();
    close_db();
    hear();
    for (n = 1; n < NUMBERS; n++) {
        CHECK_THAT(before[n] != STORED || states[n] != STORED || seen[n], "run %d was acknowledged and is not there", n);
        CHECK_THAT(before[n] != REMOVED || !seen[n], "run %d was removed and is there", n);
    }
}

#ifndef TEST_LMDB
/* Python's own reading: every record that must be there is, none that must not be, none twice. */
static void check_with_python(void) {
    FILE *file = fopen("expected", "w");
    int n;
    for (n = 1; file && n < NUMBERS; n++)
        if (n % RANGE < 500 && (states[n] == STORED || states[n] == REMOVED)) {
            fprintf(file, "%c %s\n", states[n] == STORED ? '+' : '-', id_of(n));
            if (n % 3 == 0) fprintf(file, "%c %s\n", states[n] == STORED ? '+' : '-', id_of(n + 500));
        }
    if (file) fclose(file);
    if (sh("command -v python3 >/dev/null") != 0) return;
    CHECK(sh("python3 -c 'import json\n"
             "ids = [row[\"_id\"] for row in json.load(open(\"" STORE_PATH "\"))]\n"
             "want = [line.split() for line in open(\"expected\")]\n"
             "assert len(ids) == len(set(ids)), \"twice\"\n"
             "ids = set(ids)\n"
             "wrong = [word for word in want if (word[0] == \"+\") != (word[1] in ids)]\n"
             "assert not wrong, wrong[:9]'") == 0);
}
#endif

/* All writers are dead. The next one mends, and then everything is as it was told. */
static void check_at_rest(int probe) {
    int n;
    hear();
    REQUIRE(open_db(NULL));
    CHECK_THAT(append(probe), "%s", error.message);
    hear();
    list();
    close_db();
    for (n = 1; n < NUMBERS; n++) {
        if (n % RANGE >= 500) continue;
        CHECK_THAT(states[n] != STORED || seen[n], "run %d was acknowledged and is lost", n);
        CHECK_THAT(states[n] != REMOVED || !seen[n], "run %d was removed and has come back", n);
        CHECK_THAT(n % 3 || seen[n] == seen[n + 500], "run %d is%s there and its archive is%s", n, seen[n] ? "" : " not", seen[n + 500] ? "" : " not");
        counted.present += states[n] == STORED;
        counted.whole += states[n] == STORED && seen[n];
        counted.unknown += seen[n] && states[n] != STORED;
    }
#ifndef TEST_LMDB
    check_with_python();
    CHECK_INT(count_sealed(STORE_PATH), json_count(STORE_PATH));
    counted.aside += files_like(".torn.");
    counted.rewrites += files_like(".tmp-");
#endif
}

/* ---- the killer */

static pid_t start(int writer, int writers, int first) {
    pid_t pid;
    torture_random(2); /* not the child's numbers again */
    fflush(stdout);
    if ((pid = fork()) == 0) {
        torture_state ^= (uint64_t)first * 0x9e3779b97f4a7c15u;
        leave_parents_db();
        write_until_killed(writer, writers, first);
    }
    return pid;
}

static void end(pid_t pid) {
    int status;
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    counted.kills++;
}

/* Until up to nine more changes were told of, and up to 1 ms longer. None: a writer is killed while it mends. */
static void wait_a_moment(void) {
    struct timespec moment = {0, 0};
    struct pollfd messages = {told[0], POLLIN, 0};
    unsigned want = torture_random(10);
    while (want-- && poll(&messages, 1, 20) > 0) hear_one(); /* or all writers have killed themselves */
    moment.tv_nsec = (long)torture_random(1000000);
    nanosleep(&moment, NULL);
}

/* One store. A writer in place w has numbers whose thousands are w modulo `writers`. */
static void one_store(int writers) {
    pid_t pids[WRITERS];
    int next[WRITERS], w, k;
    empty_folder();
    memset(states, 0, sizeof states);
    for (w = 0; w < writers; w++) pids[w] = start(w, writers, RANGE * w), next[w] = w + writers;
    for (k = 0; k < KILLS && test_failures_here == 0; k++) {
        wait_a_moment();
        hear();
        w = (int)torture_random((unsigned)writers);
        end(pids[w]);
        hear();
        pids[w] = start(w, writers, RANGE * next[w]);
        next[w] += writers;
        if (k % 10 == 9) check_while_they_write();
    }
    for (w = 0; w < writers; w++) end(pids[w]);
    check_at_rest(NUMBERS - RANGE + 1);
    for (k = RANGE - 1; k < NUMBERS; k += RANGE) CHECK_THAT(states[k] == UNKNOWN, "a writer failed: see above");
    counted.stores++;
}

static void kill_writers(int writers) {
    int stores = torture_scaled(40, 2), i;
    memset(&counted, 0, sizeof counted);
    fixture_begin();
    REQUIRE(pipe(told) == 0 && fcntl(told[0], F_SETFL, O_NONBLOCK) == 0);
    for (i = 0; i < stores && test_failures_here == 0; i++) one_store(writers);
    printf("%d writers: %ld kills, %ld stores; %ld runs acknowledged, %ld removals, %ld rewrites without; %ld ends moved aside, %ld rewrites\n"
           "    cut short; of %ld that must be there %ld are, whole; %ld are there that were not acknowledged; %ld lists\n",
           writers, counted.kills, counted.stores, counted.stored, counted.removed, counted.compactions, counted.aside, counted.rewrites,
           counted.present, counted.whole, counted.unknown, counted.lists);
    fflush(stdout);
    CHECK(counted.stored > 0 && counted.whole > 0);
#ifndef TEST_LMDB
    CHECK(torture_scale < 0.5 || (counted.removed > 0 && counted.aside > 0 && counted.rewrites > 0)); /* else the kills came at no bad moment */
#endif
    close(told[0]), close(told[1]);
    fixture_end();
}

TEST(one_writer_is_killed) { kill_writers(1); }
TEST(two_writers_are_killed) { kill_writers(2); }
TEST(eight_writers_are_killed) { kill_writers(8); }

int main(int argc, char **argv) {
    torture_begin(1, 0);
    return test_main(argc, argv);
}
