/* append.c - what a durable append costs in a small and in a large store, beside SQLite in the same run.

     cc -O2 -o bench-append tests/bench/append.c -lpthread -ldl && ./bench-append

   One record is a run of about 1.5 KB. Here: written behind the others and fdatasync. There: one transaction of a
   table with the id as primary key and the record as text, journal_mode=WAL and synchronous=FULL, the statement
   prepared once. Both take turns under $TMPDIR (else /tmp), which should be a disk. SQLite is loaded at run time, so
   that nothing needs its headers. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "record.h"
#include "sqlite.h"

enum { APPENDS = 1000, TURNS = 10, SIZES = 2 };
static const int sizes[SIZES] = {100, 100000};
static char folder[512];

/* ---- one record */

static bool make_record(int n, gem5art__buf *line) {
    gem5art_run run;
    make_run(n, &run);
    line->length = 0;
    return gem5art__put_object_line(line, gem5art__run_fields, &run, false, NULL, NULL);
}

/* ---- ours */

static gem5art_db *db;
static gem5art_error why;

static bool fail_ours(void) {
    fprintf(stderr, "%s\n", why.message);
    return false;
}

static bool fill_ours(const char *path, int records) {
    gem5art__buf line = {NULL, 0, 0, false};
    FILE *file = fopen(path, "w");
    int i;
    bool ok = file != NULL;
    for (i = 0; ok && i < records; i++)
        ok = make_record(i, &line) && fprintf(file, "%s%s", i ? ",\n" : "[\n", line.data) > 0;
    ok = ok && fputs("]\n", file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file) fclose(file);
    gem5art__buf_free(&line);
    return ok;
}

static bool open_ours(const char *path) {
    db = gem5art_open(path, NULL, &why);
    return db ? true : fail_ours();
}

static bool append_ours(const gem5art__buf *line, int n) {
    bool ok = gem5art__store_lock(db, &why) && (db->backend->append)(db, line->data, line->length, &why);
    (void)n;
    if (!ok) return fail_ours();
    gem5art__store_unlock(db);
    return true;
}

static void close_ours(void) {
    gem5art_close(db, NULL);
    db = NULL;
}

/* ---- SQLite */

static void *insert;

static bool open_sqlite(const char *path) {
    if (sqlite.open(path, &handle) != 0 ||
        sqlite.exec(handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, record TEXT)", NULL, NULL, NULL) != 0)
        return fail_sqlite();
    return sqlite.prepare_v2(handle, "INSERT INTO records VALUES (?, ?)", -1, &insert, NULL) == 0 ? true : fail_sqlite();
}

static bool append_sqlite(const gem5art__buf *line, int n) {
    (void)n;
    sqlite.bind_text(insert, 1, line->data + 8, 36, NULL); /* behind {"_id":" */
    sqlite.bind_text(insert, 2, line->data, (int)line->length, NULL);
    if (sqlite.step(insert) != SQLITE_DONE) return fail_sqlite();
    sqlite.reset(insert);
    return true;
}

static void close_sqlite(void) {
    sqlite.finalize(insert);
    sqlite.close(handle);
}

static bool fill_sqlite(const char *path, int records) {
    gem5art__buf line = {NULL, 0, 0, false};
    int i;
    bool ok = open_sqlite(path) && sqlite.exec(handle, "BEGIN", NULL, NULL, NULL) == 0;
    for (i = 0; ok && i < records; i++) ok = make_record(i, &line) && append_sqlite(&line, i);
    ok = ok && sqlite.exec(handle, "COMMIT", NULL, NULL, NULL) == 0;
    close_sqlite();
    gem5art__buf_free(&line);
    return ok;
}

/* ---- the table */

typedef struct contender {
    const char *name, *file;
    bool (*fill)(const char *path, int records);
    bool (*open)(const char *path);
    bool (*append)(const gem5art__buf *line, int n);
    void (*close)(void);
    double seconds[SIZES][APPENDS], median[SIZES], mean[SIZES], first[SIZES];
} contender;

static contender contenders[] = {
    {"gem5art.h", "db.json", fill_ours, open_ours, append_ours, close_ours, {{0}}, {0}, {0}, {0}},
    {"SQLite", "db.sqlite", fill_sqlite, open_sqlite, append_sqlite, close_sqlite, {{0}}, {0}, {0}, {0}},
};
static int contender_count = 2;

static void path_of(const contender *c, int size, char *path, size_t length) {
    snprintf(path, length, "%s/%d-%s", folder, sizes[size], c->file);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* One turn: from a closed store through its opening and first append, then the others. */
static bool take_turn(contender *c, int size, int turn) {
    enum { EACH = APPENDS / TURNS };
    gem5art__buf line = {NULL, 0, 0, false};
    char path[600];
    double began, first;
    bool ok = true;
    int i;
    path_of(c, size, path, sizeof path);
    for (i = 0; ok && i <= EACH; i++) {
        int n = sizes[size] + turn * (EACH + 1) + i;
        ok = make_record(n, &line);
        began = gem5art__monotonic();
        if (i == 0) ok = ok && c->open(path);
        ok = ok && c->append(&line, n);
        if (i > 0) c->seconds[size][turn * EACH + i - 1] = gem5art__monotonic() - began;
        else {
            first = gem5art__monotonic() - began;
            if (turn == 0 || first < c->first[size]) c->first[size] = first;
        }
    }
    c->close();
    gem5art__buf_free(&line);
    return ok;
}

static bool measure(void) {
    char path[600];
    int i, size, turn, n;
    for (size = 0; size < SIZES; size++)
        for (i = 0; i < contender_count; i++) {
            path_of(&contenders[i], size, path, sizeof path);
            if (!contenders[i].fill(path, sizes[size])) return false;
        }
    sync();
    for (turn = 0; turn < TURNS; turn++)
        for (size = 0; size < SIZES; size++)
            for (i = 0; i < contender_count; i++)
                if (!take_turn(&contenders[i], size, turn)) return false;
    for (size = 0; size < SIZES; size++)
        for (i = 0; i < contender_count; i++) {
            contender *c = &contenders[i];
            for (n = 0; n < APPENDS; n++) c->mean[size] += c->seconds[size][n] / APPENDS;
            qsort(c->seconds[size], APPENDS, sizeof(double), compare);
            c->median[size] = c->seconds[size][APPENDS / 2];
        }
    return true;
}

static void print_table(void) {
    int i, size;
    printf("%d durable appends of 1.5 KB, in turns; microseconds\n\n", APPENDS);
    printf("%-12s %10s %10s %10s %24s\n", "", "records", "median", "mean", "open and first append");
    for (i = 0; i < contender_count; i++)
        for (size = 0; size < SIZES; size++)
            printf("%-12s %10d %10.0f %10.0f %24.0f\n", size ? "" : contenders[i].name, sizes[size], contenders[i].median[size] * 1e6,
                   contenders[i].mean[size] * 1e6, contenders[i].first[size] * 1e6);
    printf("\n");
    for (i = 0; i < contender_count; i++)
        printf("%s: the median at %d records is %.2f times that at %d\n", contenders[i].name, sizes[1],
               contenders[i].median[1] / contenders[i].median[0], sizes[0]);
    if (contender_count == 2)
        for (size = 0; size < SIZES; size++)
            printf("SQLite's median is %.2f times ours at %d records\n", contenders[1].median[size] / contenders[0].median[size], sizes[size]);
    printf("%s %s\n", contender_count == 2 ? "SQLite" : "SQLite is left out: libsqlite3.so.0 cannot be loaded",
           contender_count == 2 ? sqlite.libversion() : "");
}

static void remove_files(void) {
    static const char *const tails[] = {"", ".lock", "-wal", "-shm"};
    char path[600], name[700];
    size_t i, k;
    int size;
    for (i = 0; i < 2; i++)
        for (size = 0; size < SIZES; size++)
            for (k = 0; k < 4; k++) {
                path_of(&contenders[i], size, path, sizeof path);
                snprintf(name, sizeof name, "%s%s", path, tails[k]);
                unlink(name);
            }
    rmdir(folder);
}

int main(void) {
    const char *base = getenv("TMPDIR");
    bool ok;
    snprintf(folder, sizeof folder, "%s/gem5art-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    if (!load_sqlite()) contender_count = 1;
    ok = measure();
    if (ok) print_table();
    remove_files();
    return ok ? 0 : 1;
}
