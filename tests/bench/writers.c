/* writers.c - what a durable append costs where many processes write at once: to one store, and to shards of it.

     cc -O2 -o bench-writers tests/bench/writers.c -lpthread && ./bench-writers [WRITERS]

   64 processes (or WRITERS) append 100 records of about 1.5 KB each, all at once, under $TMPDIR (else /tmp), which
   should be on the disk that is to be measured. After that one process reads all of them. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "record.h"

enum { EACH = 100, MOST = 1000 };
static char folder[512];
static gem5art_error why;

static bool fail(void) {
    fprintf(stderr, "%s\n", why.message);
    return false;
}

static bool append(gem5art_db *db, int n) {
    gem5art_run run;
    make_run(n, &run);
    return gem5art__record_run(db, &run, NULL, &why) || fail();
}

/* A writer, which begins when `start` is closed and reports on `done` its seconds and the longest append. */
static int write_records(const char *path, int writer, int shards, int start, int done) {
    gem5art_open_desc desc;
    gem5art_db *db;
    char name[16], byte;
    double begun, longest = 0, now, times[2];
    int i;
    memset(&desc, 0, sizeof desc);
    snprintf(name, sizeof name, "n%d", shards ? writer % shards : 0);
    desc.shard = shards ? name : NULL;
    if ((db = gem5art_open(path, &desc, &why)) == NULL) return fail(), 1;
    (void)!read(start, &byte, 1);
    begun = now = gem5art__monotonic();
    for (i = 0; i < EACH; i++) {
        double before = now;
        if (!append(db, writer * EACH + i)) return 1;
        now = gem5art__monotonic();
        if (now - before > longest) longest = now - before;
    }
    times[0] = now - begun;
    times[1] = longest;
    return write(done, times, sizeof times) != sizeof times || !gem5art_close(db, NULL);
}

static int count_records(const char *path, double *seconds) {
    gem5art_db *db = gem5art_open(path, NULL, &why);
    gem5art_iter *iter = gem5art_get_records(db, NULL, &why);
    int count = 0;
    *seconds = gem5art__monotonic();
    while (gem5art_next_json(iter, NULL, &why)) count++;
    *seconds = gem5art__monotonic() - *seconds;
    gem5art_iter_close(iter);
    gem5art_close(db, NULL);
    return count;
}

/* Milliseconds of an append, of a writer on average; negative: it failed. */
static double measure(int writers, int shards) {
    char path[600];
    double sum = 0, longest = 0, all, reading, times[2];
    int start[2], done[2], i, status, failed = 0;
    snprintf(path, sizeof path, "%s/db-%d.json", folder, shards);
    gem5art_close(gem5art_open(path, NULL, &why), NULL);
    if (pipe(start) < 0 || pipe(done) < 0) return -1;
    for (i = 0; i < writers; i++)
        if (fork() == 0) {
            close(start[1]);
            _exit(write_records(path, i, shards, start[0], done[1]));
        }
    sleep(1); /* all of them have opened the store */
    all = gem5art__monotonic();
    close(start[1]);
    for (i = 0; i < writers; i++) failed += waitpid(-1, &status, 0) < 0 || status != 0;
    all = gem5art__monotonic() - all;
    for (i = failed; i < writers && read(done[0], times, sizeof times) == sizeof times; i++) {
        sum += times[0];
        if (times[1] > longest) longest = times[1];
    }
    close(start[0]), close(done[0]), close(done[1]);
    i = count_records(path, &reading);
    if (failed || i != writers * EACH) return fprintf(stderr, "%d writers failed, %d records\n", failed, i), -1;
    printf("%4d writers, %3d %-7s %8.2f ms an append, longest %8.1f ms; %6.0f appends a second in all; read in %.1f ms\n",
           writers, shards ? shards : 1, shards ? "shards:" : "store:", sum * 1e3 / writers / EACH, longest * 1e3,
           writers * EACH / all, reading * 1e3);
    fflush(stdout);
    return sum * 1e3 / writers / EACH;
}

int main(int argc, char **argv) {
    const char *base = getenv("TMPDIR");
    int writers = argc > 1 ? atoi(argv[1]) : 64, i;
    int shards[3];
    double ms[3];
    char command[600];
    bool ok = writers > 0 && writers <= MOST;
    if (!ok) return fprintf(stderr, "the number of writers is from 1 to %d\n", MOST), 2;
    snprintf(folder, sizeof folder, "%s/gem5art-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) return perror(folder), 1;
    shards[0] = 0, shards[1] = 4, shards[2] = writers;
    for (i = 0; ok && i < 3; i++) ok = (ms[i] = measure(writers, shards[i])) >= 0;
    if (ok) printf("one store / 4 shards: %.1f; one store / a shard each: %.1f\n", ms[0] / ms[1], ms[0] / ms[2]);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || !ok;
}
