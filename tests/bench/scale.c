/* scale.c - a store of very many runs, beside grep, jq and SQLite on the same records in the same run.

     bench/scale [RUNS]      default $SCALE_RUNS, else 100000

   The records are FS runs of about 1.3 KB, ten to a name. What is timed: the first append after opening; a search by
   name (gem5art-getruns -s) beside `grep -c` over the file; a dump of everything (gem5art-getruns) beside `jq .`, and
   beside sqlite3 printing a column of the same texts; a look-up by name in an LMDB store beside an indexed query of
   SQLite, both in this process. Programs write to a file; the best of three turns counts. $BUILD tells where the tools
   are. Everything is under $TMPDIR (else /tmp). */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "programs.h"
#include "sqlite.h"

enum { SAME_NAME = 10, QUERIES = 2000, BATCH = 1 << 20 };
static char folder[400];
static int runs = 100000;
static gem5art_error why;

static bool complain(const char *what) {
    fprintf(stderr, "bench/scale: %s\n", what);
    return false;
}

/* ---- the records */

static void name_of(int n, char name[64]) { snprintf(name, 64, "boot experiments %d", n / SAME_NAME); }

static bool put_record(gem5art__buf *line, int n) {
    static const char *const params[] = {"timing", "MESI_Two_Level", "4", "init", NULL};
    char id[40], hash[72], name[64], outdir[128];
    gem5art_run run;
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    snprintf(id, sizeof id, "%08x-0000-4000-8000-%012x", (unsigned)n * 2654435761u, (unsigned)n);
    snprintf(hash, sizeof hash, "%056x%08x", (unsigned)n, (unsigned)n * 2246822519u);
    snprintf(outdir, sizeof outdir, "/home/someone/results/run_exit/vmlinux-5.4.49/boot-exit/timing/MESI_Two_Level/%d", n);
    name_of(n, name);
    run.id = id, run.hash = hash, run.type = gem5art__type_fs, run.name = name, run.status = "Finished";
    run.gem5_artifact = run.gem5_git_artifact = run.run_script_git_artifact = run.results = id;
    run.linux_binary_artifact = run.disk_image_artifact = id;
    run.outdir = outdir, run.params = run.command = params;
    return gem5art__put_object_line(line, gem5art__run_fields, &run, true, NULL, &why);
}

static bool fill_flat(const char *path) {
    gem5art__buf line = {NULL, 0, 0, false};
    FILE *file = fopen(path, "w");
    bool ok = file && fputs("[", file) >= 0;
    int i;
    for (i = 0; ok && i < runs; i++) {
        line.length = 0;
        gem5art__puts(&line, i ? ",\n" : "\n");
        ok = put_record(&line, i) && fwrite(line.data, 1, line.length, file) == line.length;
    }
    ok = ok && fputs("]\n", file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file) fclose(file);
    gem5art__buf_free(&line);
    return ok ? true : complain("cannot write the flat store");
}

static bool fill_sqlite(const char *path) {
    gem5art__buf line = {NULL, 0, 0, false};
    char name[64];
    void *insert;
    int i;
    if (sqlite.open(path, &handle) != 0 ||
        sqlite.exec(handle, "CREATE TABLE records (id TEXT PRIMARY KEY, name TEXT, record TEXT);"
                            "CREATE INDEX names ON records (name); BEGIN", NULL, NULL, NULL) != 0 ||
        sqlite.prepare_v2(handle, "INSERT INTO records VALUES (?, ?, ?)", -1, &insert, NULL) != 0)
        return fail_sqlite();
    for (i = 0; i < runs; i++) {
        line.length = 0;
        name_of(i, name);
        if (!put_record(&line, i)) return false;
        sqlite.bind_text(insert, 1, line.data + 8, 36, NULL); /* behind {"_id":" */
        sqlite.bind_text(insert, 2, name, -1, NULL);
        sqlite.bind_text(insert, 3, line.data, (int)line.length, NULL);
        if (sqlite.step(insert) != SQLITE_DONE) return fail_sqlite();
        sqlite.reset(insert);
    }
    sqlite.finalize(insert);
    gem5art__buf_free(&line);
    return sqlite.exec(handle, "COMMIT", NULL, NULL, NULL) == 0 ? true : fail_sqlite();
}

#ifdef GEM5ART_LMDB
static bool fill_lmdb(gem5art_db *db) {
    gem5art__buf lines = {NULL, 0, 0, false};
    bool ok = true;
    int i;
    for (i = 0; ok && i < runs; i++) {
        if (lines.length) gem5art__puts(&lines, ",\n");
        ok = put_record(&lines, i);
        if (!ok || (lines.length < BATCH && i + 1 < runs)) continue;
        ok = gem5art__store_lock(db, &why) && (db->backend->append)(db, lines.data, lines.length, &why);
        gem5art__store_unlock(db);
        lines.length = 0;
    }
    gem5art__buf_free(&lines);
    return ok ? true : complain(why.message);
}
#endif

static void compare_programs(const char *flat, const char *database, const char *build) {
    char getruns[500], name[64];
    program search[] = {{"gem5art-getruns -s NAME", {getruns, "--db-uri", flat, "-s", name, "-", NULL}, {0, 0}, false},
                        {"grep -c NAME", {"grep", "-c", name, flat, NULL}, {0, 0}, false}};
    program dump[] = {{"gem5art-getruns", {getruns, "--db-uri", flat, "-", NULL}, {0, 0}, false},
                      {"jq .", {"jq", ".", flat, NULL}, {0, 0}, false},
                      {"sqlite3: select record (no layout)", {"sqlite3", database, "select record from records", NULL}, {0, 0}, false}};
    snprintf(getruns, sizeof getruns, "%s/gem5art-getruns", build);
    name_of(runs / 2, name);
    printf("search by name, of which there are few\n");
    compare(folder, search, sizeof search / sizeof *search);
    printf("everything as indented JSON\n");
    compare(folder, dump, sizeof dump / sizeof *dump);
}

/* ---- the first append */

static bool time_append(const char *path) {
    gem5art__buf line = {NULL, 0, 0, false};
    double began, first;
    gem5art_db *db;
    bool ok = put_record(&line, runs);
    began = gem5art__monotonic();
    db = gem5art_open(path, NULL, &why);
    ok = ok && db && gem5art__store_lock(db, &why) && (db->backend->append)(db, line.data, line.length, &why);
    first = gem5art__monotonic() - began;
    if (db) gem5art__store_unlock(db);
    gem5art_close(db, NULL);
    gem5art__buf_free(&line);
    if (!ok) return complain(why.message);
    printf("opening and the first durable append: %.3f ms\n", first * 1e3);
    return true;
}

/* ---- look-ups by name in this process */

#ifdef GEM5ART_LMDB
static double query_lmdb(gem5art_db *db, size_t *bytes, bool parsed) {
    double began = gem5art__monotonic();
    int i;
    for (i = 0; i < QUERIES; i++) {
        char name[64];
        gem5art_query query;
        gem5art_iter *iter;
        size_t length = 0;
        memset(&query, 0, sizeof query);
        name_of((int)((unsigned)i * 2654435761u % (unsigned)runs), name);
        query.name = name;
        if ((iter = gem5art_get_runs(db, &query, &why)) == NULL) return -1;
        if (parsed)
            while (gem5art_next_run(iter, &why)) {}
        else
            while (gem5art_next_json(iter, &length, &why)) *bytes += length;
        gem5art_iter_close(iter);
    }
    return (gem5art__monotonic() - began) / QUERIES;
}

static double query_sqlite(void *select, size_t *bytes) {
    double began = gem5art__monotonic();
    int i;
    for (i = 0; i < QUERIES; i++) {
        char name[64];
        name_of((int)((unsigned)i * 2654435761u % (unsigned)runs), name);
        sqlite.bind_text(select, 1, name, -1, NULL);
        while (sqlite.step(select) == SQLITE_ROW) {
            if (!sqlite.column_text(select, 0)) return -1;
            *bytes += (size_t)sqlite.column_bytes(select, 0);
        }
        sqlite.reset(select);
    }
    return (gem5art__monotonic() - began) / QUERIES;
}

static bool compare_queries(const char *path) {
    gem5art_db *db = gem5art_open(path, NULL, &why);
    double ours = 0, parsed = 0, theirs = 0;
    size_t our_bytes = 0, their_bytes = 0;
    void *select = NULL;
    int turn;
    if (!db || !fill_lmdb(db)) return complain(why.message);
    if (handle && sqlite.prepare_v2(handle, "SELECT record FROM records WHERE name = ?", -1, &select, NULL) != 0)
        return fail_sqlite();
    for (turn = 0; turn < TURNS; turn++) {
        double t = query_lmdb(db, &our_bytes, false), p = query_lmdb(db, &our_bytes, true);
        double s = select ? query_sqlite(select, &their_bytes) : 0;
        if (turn == 0 || t < ours) ours = t;
        if (turn == 0 || p < parsed) parsed = p;
        if (turn == 0 || s < theirs) theirs = s;
    }
    printf("by an exact name, %d runs each; microseconds a query\n", SAME_NAME);
    printf("  %-44s %9.1f\n  %-44s %9.1f\n", "LMDB, gem5art_next_json", ours * 1e6, "LMDB, gem5art_next_run", parsed * 1e6);
    if (select)
        printf("  %-44s %9.1f %37.2f times the first\n", "SQLite, indexed, prepared, the texts", theirs * 1e6, theirs / ours);
    if (select) sqlite.finalize(select);
    gem5art_close(db, NULL);
    return true;
}
#endif

int main(int argc, char **argv) {
    const char *base = getenv("TMPDIR"), *build = getenv("BUILD"), *wanted = argc > 1 ? argv[1] : getenv("SCALE_RUNS");
    char flat[450], database[450], command[500];
    bool ok;
    if (wanted) runs = atoi(wanted);
    if (runs < SAME_NAME) return complain("the number of runs is too small");
    snprintf(folder, sizeof folder, "%s/gem5art-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    snprintf(flat, sizeof flat, "%s/db.json", folder);
    snprintf(database, sizeof database, "%s/db.sqlite", folder);
    printf("%d runs\n", runs);
    ok = fill_flat(flat) && (!load_sqlite() || fill_sqlite(database)) && time_append(flat);
    if (ok) compare_programs(flat, database, build ? build : "build");
#ifdef GEM5ART_LMDB
    snprintf(command, sizeof command, "lmdb://%s/db.lmdb", folder);
    ok = ok && compare_queries(command);
#endif
    if (handle) sqlite.close(handle);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && ok ? 0 : 1;
}
