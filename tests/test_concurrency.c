/* test_concurrency.c - many processes on one store: all that they append is there, whole, as readers see all the while; of
   those that claim one run one gets it. In full size under tests/torture/. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#ifndef WRITERS
#define WRITERS 8
#define APPENDS 150    /* by each writer */
#define CLAIMS 2000
#define EXECUTIONS 10
#define OUTDIRS 20
#endif

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned dawdle; /* not 0: many a write is done in pieces, with pauses; a random number */

static unsigned draw(unsigned limit) { return (dawdle = dawdle * 1103515245 + 12345) / 65536 % limit; }

static ssize_t write_in_pieces(int fd, const void *data, size_t size, off_t offset) {
    if (dawdle && size > 1 && draw(4) == 0) {
        size = 1 + draw((unsigned)size - 1);
        sched_yield();
    }
    return pwrite(fd, data, size, offset);
}

#define GEM5ART_SYS_PWRITE(fd, data, size, offset) write_in_pieces(fd, data, size, offset)
#define GEM5ART_SYS_FDATASYNC(fd) ((void)(fd), 0) /* no power is lost here */

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

/* ---- processes that share some numbers */

enum { PROCESSES = WRITERS + 2, RUNS = WRITERS * APPENDS };

static struct {
    int acknowledged[WRITERS]; /* appends of each */
    int done, looks;           /* are all writers? how often was all read */
    int arrived;               /* at the last meeting */
    int won[2], both, neither; /* of those that race */
} *shared;

static int get(const int *number) { return __atomic_load_n(number, __ATOMIC_SEQ_CST); }

static void add(int *number, int n) { __atomic_add_fetch(number, n, __ATOMIC_SEQ_CST); }

/* Until as many have arrived since the beginning. */
static void meet(int goal) {
    add(&shared->arrived, 1);
    while (get(&shared->arrived) < goal) sched_yield();
}

/* Sometimes this one is first, sometimes the other. */
static void jitter(void) {
    volatile unsigned i;
    for (i = draw(2000); i; i--) {}
}

static pid_t start(int (*body)(int), int number) {
    pid_t pid;
    fflush(stdout);
    if ((pid = fork()) != 0) return pid;
    test_failures_here = 0;
    dawdle = (unsigned)number * 2 + 1;
    if (!open_db(NULL)) _exit(100);
    number = body(number);
    close_db();
    if (*fixture_warnings) test_fail(__FILE__, __LINE__, "it was warned of: %s", fixture_warnings);
    fflush(stdout);
    _exit(number ? number : test_failures_here != 0);
}

static void end(pid_t pid, const char *who) {
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_THAT(status == 0, "%s ended with status %x", who, (unsigned)status);
}

static bool begin(void) {
    void *memory = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fixture_begin();
    if (memory == MAP_FAILED || !open_db(NULL)) return false;
    close_db();
    shared = memory; /* all zero */
    return true;
}

static void finish(void) {
    munmap(shared, sizeof *shared);
    fixture_end();
}

/* ---- appends: run N has a parameter of 1 to 2 KB, and a few have one of up to 1 MB, which its number tells of; one run
   of ten has an archive */

static size_t payload_size(int n) { return n % 500 == 250 ? 100000 + (size_t)n * 7919 % 900000 : 1000 + (size_t)n * 37 % 1000; }

/* "N N N N": its number over and over. */
static char *payload(int n) {
    size_t size = payload_size(n), at = 0;
    char *text = (char *)malloc(size + 16);
    while (at < size) at += (size_t)sprintf(text + at, "%d ", n);
    text[size] = 0;
    return text;
}

static bool is_whole(const gem5art_run *run, int n) {
    char *expected = payload(n);
    bool whole = strcmp(run->id, id_of(n)) == 0 && strcmp(run->status, "Finished") == 0 && run->params[0] &&
                 strcmp(run->params[0], expected) == 0 && !run->params[1];
    free(expected);
    if (!whole) test_fail(__FILE__, __LINE__, "run %d (%s) is not what was appended", n, run->id);
    return whole;
}

static int append_all(int writer) {
    int i;
    for (i = 0; i < APPENDS; i++) {
        int n = writer * APPENDS + i + 1;
        char *text = payload(n);
        const char *params[2] = {text, NULL};
        gem5art_run run = a_run(n);
        gem5art_artifact archive = an_artifact(RUNS + n, "directory");
        bool ok;
        run.params = params;
        if (n % 10 == 0) run.results = archive.id;
        ok = gem5art__record_run(db, &run, n % 10 ? NULL : &archive, &error);
        free(text);
        if (!ok) {
            test_fail(__FILE__, __LINE__, "run %d: %s", n, error.message);
            return 1;
        }
        add(&shared->acknowledged[writer], 1);
    }
    return 0;
}

/* All runs: those of each writer in its order, none left out, and no fewer than `least`, which becomes what there is. */
static bool look(int least[WRITERS]) {
    int seen[WRITERS], i;
    const gem5art_run *run;
    bool ok = true;
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    memset(seen, 0, sizeof seen);
    while (ok && iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        int n = atoi(run->name + 4), writer = (n - 1) / APPENDS;
        ok = n > 0 && n <= RUNS && seen[writer]++ == (n - 1) % APPENDS && is_whole(run, n);
        if (!ok) test_fail(__FILE__, __LINE__, "%s is not the next one of writer %d", run->name, writer);
    }
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) test_fail(__FILE__, __LINE__, "%s", error.message);
    for (i = 0; i < WRITERS && ok; i++) {
        if (seen[i] < least[i]) test_fail(__FILE__, __LINE__, "%d runs of writer %d after %d", seen[i], i, least[i]);
        least[i] = seen[i];
    }
    return !test_failures_here;
}

static int read_all(int reader) {
    int least[WRITERS], done, i;
    memset(least, 0, sizeof least);
    do {
        done = get(&shared->done);
        for (i = 0; i < WRITERS; i++)
            if (get(&shared->acknowledged[i]) > least[i]) least[i] = get(&shared->acknowledged[i]);
        if (!look(least)) return 1;
        for (i = reader % 2; i < WRITERS; i += 2) { /* the last of each writer, by its id */
            int last = get(&shared->acknowledged[i]), n = i * APPENDS + last;
            const gem5art_run *run = last ? gem5art_find_run(db, id_of(n), &error) : NULL;
            if (last && !run) test_fail(__FILE__, __LINE__, "%s", error.message);
            if (run && !is_whole(run, n)) return 2;
            gem5art_release_run(db, run);
        }
        if (gem5art_find_run(db, id_of(RUNS + RUNS + 1), &error) || error.code != GEM5ART_NOT_FOUND) return 3;
        add(&shared->looks, 1);
    } while (!done);
    for (i = 0; i < WRITERS; i++) CHECK_INT(least[i], APPENDS);
    return 0;
}

#ifndef TEST_LMDB
/* The same by a reader that is not ours. */
static void check_by_python(void) {
    if (!getenv("CI") && sh("python3 -c '' 2>/dev/null") != 0) {
        printf("python3 is missing: it would read the store too\n");
        return;
    }
    write_text("check.py", "import json, sys\n"
                           "runs = [r for r in json.load(open('" STORE_PATH "')) if r['type'] == 'gem5 run']\n"
                           "def payload(n):\n"
                           "    size = 100000 + n * 7919 % 900000 if n % 500 == 250 else 1000 + n * 37 % 1000\n"
                           "    return (f'{n} ' * (size // len(f'{n} ') + 1))[:size]\n"
                           "assert sorted(int(r['name'][4:]) for r in runs) == list(range(1, int(sys.argv[1]) + 1))\n"
                           "assert all(r['params'] == [payload(int(r['name'][4:]))] for r in runs)\n");
    CHECK_INT(sh("python3 check.py %d", RUNS), 0);
}
#endif

TEST(all_that_processes_append_at_once_is_there_and_whole) {
    pid_t pids[PROCESSES];
    int i;
    REQUIRE(begin());
    for (i = 0; i < PROCESSES; i++) pids[i] = start(i < WRITERS ? append_all : read_all, i);
    for (i = 0; i < WRITERS; i++) end(pids[i], "a writer");
    shared->done = 1;
    for (; i < PROCESSES; i++) end(pids[i], "a reader");
#ifndef TEST_LMDB
    CHECK_INT(json_count(STORE_PATH), RUNS + RUNS / 10);
    CHECK_INT(count_sealed(STORE_PATH), RUNS + RUNS / 10);
    check_by_python();
#endif
    CHECK_INT(files_like("torn"), 0);
    printf("%d of %d runs appended by %d processes, while all were read %d times\n", RUNS, RUNS, WRITERS, shared->looks);
    finish();
}

/* ---- claims, by two harnesses that meet before each */

/* 62 bits of a hash decide: these differ in them. */
static const char *hash_to_claim(int n) {
    static char hash[72];
    snprintf(hash, sizeof hash, "%015d%049d", n, 0);
    return hash;
}

static bool try_to_claim(int n) {
    bool won = gem5art__claim_run(db, hash_to_claim(n), &error);
    if (!won && error.code != GEM5ART_BUSY) test_fail(__FILE__, __LINE__, "hash %d: %s", n, error.message);
    return won;
}

static int claim_and_hold(int harness) {
    int n;
    for (n = 1; n <= CLAIMS; n++) {
        int before = get(&shared->won[0]) + get(&shared->won[1]), after;
        bool won;
        meet(6 * n - 4);
        jitter();
        if ((won = try_to_claim(n)) == true) add(&shared->won[harness], 1);
        meet(6 * n - 2);
        after = get(&shared->won[0]) + get(&shared->won[1]);
        if (after - before > 1) add(&shared->both, 1);
        if (after == before) add(&shared->neither, 1);
        meet(6 * n);
        if (won) gem5art__unclaim_run(db, hash_to_claim(n));
    }
    return 0;
}

static void race(int (*body)(int)) {
    pid_t pids[2];
    int i;
    for (i = 0; i < 2; i++) pids[i] = start(body, i);
    for (i = 0; i < 2; i++) end(pids[i], "a harness");
}

TEST(of_two_that_claim_a_run_one_gets_it) {
    REQUIRE(begin());
    race(claim_and_hold);
    CHECK_INT(shared->both, 0);
    CHECK_INT(shared->neither, 0);
    CHECK_INT(shared->won[0] + shared->won[1], CLAIMS);
    printf("%d claims by two harnesses at once: %d and %d won\n", CLAIMS, shared->won[0], shared->won[1]);
    finish();
}

/* What a harness does, without gem5: claim, look, record, release. */
static int record_once(int harness) {
    int n;
    for (n = 1; n <= CLAIMS; n++) {
        gem5art_run run = a_run(2 * n + harness);
        meet(2 * n);
        jitter();
        run.hash = hash_to_claim(n);
        if (!try_to_claim(n)) continue;
        if (!gem5art_find_run(db, run.hash, &error)) {
            CHECK_INT(error.code, GEM5ART_NOT_FOUND);
            CHECK_THAT(gem5art__record_run(db, &run, NULL, &error), "%s", error.message);
            add(&shared->won[harness], 1);
        }
        gem5art__unclaim_run(db, run.hash);
    }
    return 0;
}

TEST(a_run_that_two_would_launch_is_recorded_once) {
    gem5art_iter *iter;
    const gem5art_run *run;
    int n = 0;
    REQUIRE(begin());
    race(record_once);
    CHECK_INT(shared->won[0] + shared->won[1], CLAIMS);
    REQUIRE(open_db(NULL) && (iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    while ((run = gem5art_next_run(iter, &error)) != NULL) CHECK_STR(run->hash, hash_to_claim(++n));
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_INT(n, CLAIMS);
    gem5art_iter_close(iter);
    printf("%d runs recorded once: %d and %d by either harness\n", CLAIMS, shared->won[0], shared->won[1]);
    finish();
}

static int execute_once(int harness) {
    int n, again;
    for (n = 1; n <= EXECUTIONS; n++) {
        char outdir[32], number[16];
        const char *params[] = {number, NULL};
        gem5art_run_desc desc;
        gem5art_run *run;
        snprintf(number, sizeof number, "%d", n);
        snprintf(outdir, sizeof outdir, "harness%d/%d", harness, n);
        memset(&desc, 0, sizeof desc);
        desc.name = number, desc.outdir = outdir, desc.params = params, desc.run_script = "repo/run.py";
        desc.gem5_artifact = register_path("gem5", "gem5 binary", "gem5");
        desc.gem5_git_artifact = desc.run_script_git_artifact = register_path("repo", "git repo", "repo");
        if ((run = gem5art_create_se_run(db, &desc, &error)) == NULL) test_fail(__FILE__, __LINE__, "%s", error.message);
        for (again = 0; again < 2; again++) { /* at the second, it is recorded */
            meet(4 * n - 2 + 2 * again);
            jitter();
            if (gem5art_execute(db, run, NULL, &error)) add(&shared->won[harness], 1);
            else if (error.code != GEM5ART_BUSY && error.code != GEM5ART_EXISTS) test_fail(__FILE__, __LINE__, "run %d: %s", n, error.message);
        }
    }
    return 0;
}

TEST(a_run_that_two_execute_is_launched_once) {
    REQUIRE(begin());
    make_repo("repo");
    write_text("gem5", "#!/bin/sh\nfor last; do :; done\necho $last >>launched\n");
    CHECK(chmod("gem5", 0755) == 0);
    race(execute_once);
    CHECK_INT(shared->won[0] + shared->won[1], EXECUTIONS);
    CHECK_INT(sh("seq %d | cmp -s - launched", EXECUTIONS), 0);
    printf("%d runs executed by two harnesses at once: %d and %d launched\n", EXECUTIONS, shared->won[0], shared->won[1]);
    finish();
}

/* With a store of its own, but the same outdirs. */
static int execute_in_shared_outdirs(int harness) {
    int n;
    close_db();
    db = gem5art_open(harness ? "file://one.json" : "file://two.json", NULL, &error);
    if (!db) test_fail(__FILE__, __LINE__, "%s", error.message);
    for (n = 1; db && n <= OUTDIRS; n++) {
        char outdir[32], number[16];
        const char *params[] = {outdir, number, NULL};
        gem5art_run_desc desc;
        gem5art_run *run;
        snprintf(number, sizeof number, "%d", n % 2 ? harness : 0); /* two experiments, or the same one */
        snprintf(outdir, sizeof outdir, "shared/%d", n);
        memset(&desc, 0, sizeof desc);
        desc.name = number, desc.outdir = outdir, desc.params = params, desc.run_script = "repo/run.py";
        desc.gem5_artifact = register_path("gem5", "gem5 binary", "gem5");
        desc.gem5_git_artifact = desc.run_script_git_artifact = register_path("repo", "git repo", "repo");
        meet(2 * n);
        jitter();
        run = gem5art_create_se_run(db, &desc, &error);
        if (!run || !gem5art_execute(db, run, NULL, &error)) test_fail(__FILE__, __LINE__, "run %d: %s", n, error.message);
        else if (strcmp(run->status, "Finished") != 0) test_fail(__FILE__, __LINE__, "run %d: %s", n, run->cause);
        else add(&shared->won[harness], 1);
    }
    return 0;
}

TEST(two_stores_that_use_one_outdir_get_two) {
    REQUIRE(begin());
    make_repo("repo");
    write_text("gem5", "#!/bin/sh\necho ran\n");
    CHECK(chmod("gem5", 0755) == 0);
    race(execute_in_shared_outdirs);
    CHECK_INT(shared->won[0] + shared->won[1], 2 * OUTDIRS);
    CHECK_INT(sh("test $(ls shared | wc -l) = %d", 2 * OUTDIRS), 0);
    CHECK_INT(sh("test $(cat shared/*/console.txt | wc -l) = %d", 2 * OUTDIRS), 0);
    finish();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
