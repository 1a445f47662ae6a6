/* test_model.c - random operations on a store beside a model of it, a plain array: whatever is done through any db, and
   whenever a process dies at it, the store shows what the array has, or what it had before the death.

   Each seed is a store of its own. SEED=n in the environment replays seed n alone and prints what it does; SEEDS=n tries so
   many, from one that the clock gives and the test prints. */
#include "memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MODEL_SEEDS
#define MODEL_SEEDS 80
#endif

/* ---- a process that dies at its N-th call; of a write it has done some bytes. Nothing is synced: no machine dies here. */

enum { DIED = 77 };
static int calls, dies_at, dies_by; /* dies_at 0: it lives; dies_by: a signal, or 0 to exit */

static bool last_call(void) { return dies_at && ++calls == dies_at; }

static void die(void) {
    if (dies_by) raise(dies_by);
    _exit(DIED);
}

static void call(void) {
    if (last_call()) die();
}

static ssize_t write_or_die(int fd, const void *data, size_t size, off_t offset) {
    if (last_call()) {
        size_t part = size * (size_t)(dies_at % 8) / 8;
        if (part && (offset < 0 ? write(fd, data, part) : pwrite(fd, data, part, offset)) < 0) _exit(1);
        die();
    }
    return offset < 0 ? write(fd, data, size) : pwrite(fd, data, size, offset);
}

#define GEM5ART_SYS_OPEN(path, flags, mode) (call(), open(path, flags, mode))
#define GEM5ART_SYS_CLOSE(fd) (call(), close(fd))
#define GEM5ART_SYS_WRITE(fd, data, size) write_or_die(fd, data, size, -1)
#define GEM5ART_SYS_PREAD(fd, data, size, offset) (call(), pread(fd, data, size, offset))
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) write_or_die(fd, data, size, offset)
#define GEM5ART_SYS_FTRUNCATE(fd, size) (call(), ftruncate(fd, size))
#define GEM5ART_SYS_FDATASYNC(fd) (call(), (void)(fd), 0)
#define GEM5ART_SYS_FSYNC(fd) (call(), (void)(fd), 0)
#define GEM5ART_SYS_FSTAT(fd, result) (call(), fstat(fd, result))
#define GEM5ART_SYS_STAT(path, result) (call(), stat(path, result))
#define GEM5ART_SYS_FCHMOD(fd, mode) (call(), fchmod(fd, mode))
#define GEM5ART_SYS_RENAME(from, to) (call(), rename(from, to))
#define GEM5ART_SYS_LINK(from, to) (call(), link(from, to))
#define GEM5ART_SYS_UNLINK(path) (call(), unlink(path))
#define GEM5ART_SYS_FCNTL_LOCK(fd, command, lock) (call(), fcntl(fd, command, lock))

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"
#include "../tools/fsck/audit.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

/* ---- the seed, its random numbers and its story */

static unsigned seed;
static int step; /* each draws numbers of its own: what one does changes little in those behind it */
static uint64_t random_state;
static bool telling;
static char doing[256]; /* the operation, for reports */
static struct { int seeds; long operations, refusals, deaths, undone; } sum;

/* Below `limit`. */
static int draw(int limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int)((random_state >> 33) % (uint64_t)limit);
}

static void begin_step(int number) {
    int i;
    step = number;
    random_state = ((uint64_t)seed << 20) + (uint64_t)number;
    for (i = 0; i < 4; i++) draw(2);
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(doing, sizeof doing, format, arguments);
    va_end(arguments);
    if (telling) printf("%3d: %s\n", step, doing), fflush(stdout);
}

#define DIFFERS(...) differs(__LINE__, __VA_ARGS__)
__attribute__((format(printf, 2, 3))) static void differs(int line, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    test_fail(__FILE__, line, "seed %u, step %d, %s: %s", seed, step, doing, text);
}

/* ---- the model */

enum { RUN_TYPES = 2, MOST = 400, HASHES = 12, LONGEST = 400000 };
static const char *const types[] = {"gem5 run", "gem5 run fs", "kernel", "disk image", "directory", "gem5 run script"};
static const char *const statuses[] = {"Finished", "Failed", "Failed artifact check for /a/kernel", "Failed artifact check"};
static const char *const names[] = {"boot_tests_v1", "boot", "hello o3", "", "\"quoted\" \\ back", "a\ttab\nand a line",
                                    "\xc3\xbc" "berall", "bytes \xff\x80", "{\"_id\":\"x\"}]", "no\xe2\x82\xac" "boot"};
static const char *const parts[] = {"boot", "o", "", "\"", "\\ b", "\xff", "\xbc", "nowhere", "\t", "]"};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* A record: numbers that `as_run` and `as_artifact` make one from. */
typedef struct entry {
    int id, hash, type, name, status, filler;
    int results, uses; /* ids of other records; 0: none */
    bool rerunnable;
} entry;

typedef struct model {
    int count;
    entry entries[MOST]; /* in the order of the store */
} model;

static model present;
static int next_id;
static char filler[LONGEST + 1]; /* a record has the end of it */

static bool is_run(const entry *e) { return e->type < RUN_TYPES; }

/* 64 digits, with a claim of their own for each number. */
static const char *hash_text(int n) {
    static char text[4][72];
    static int next;
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[0], "%015d%049d", n, 0);
    return text[next];
}

/* These live until the next call. */
static gem5art_run as_run(const entry *e) {
    static const char *params[4], *uses[2];
    static const char *const globs[] = {"cpt.*", "a/[b\"]", NULL};
    static char number[16];
    static gem5art_exit_event events[2];
    gem5art_run run = a_run(e->id);
    snprintf(number, sizeof number, "%d", e->id);
    params[0] = "--number", params[1] = number, params[2] = filler + LONGEST - e->filler;
    uses[0] = e->uses ? id_of(e->uses) : NULL;
    run.hash = hash_text(e->hash);
    run.type = types[e->type];
    run.name = names[e->name];
    run.status = statuses[e->status];
    run.params = params;
    run.rerunnable = e->rerunnable;
    run.results = e->results ? id_of(e->results) : NULL;
    run.results_size = e->results ? e->id : -1;
    run.no_archive = e->id % 3 == 1;
    if (e->id % 3 == 2) run.archive_except = globs;
    if (e->uses % 3 == 1) run.gem5_artifact = id_of(e->uses);
    else if (e->uses % 3 == 2) run.run_script_git_artifact = id_of(e->uses);
    else run.artifacts = uses;
    if (e->type == 1) run.disk_name = "disk";
    run.return_code = -e->id;
    run.end_time = 1700000000.1 + e->id;
    events[0].cause = "m5_exit instruction encountered", events[1].cause = "simulate() limit reached";
    events[0].tick = (uint64_t)e->id, events[1].tick = UINT64_MAX;
    run.exit_events = events;
    run.exit_event_count = (size_t)(e->id % 3);
    return run;
}

static gem5art_artifact as_artifact(const entry *e) {
    static const char *inputs[2];
    gem5art_artifact artifact = an_artifact(e->id, types[e->type]);
    inputs[0] = e->uses ? id_of(e->uses) : NULL;
    artifact.hash = hash_text(e->hash);
    artifact.name = names[e->name];
    artifact.documentation = filler + LONGEST - e->filler;
    artifact.inputs = inputs;
    artifact.size = e->id;
    artifact.time = 1700000000.1 + e->id;
    return artifact;
}

static bool same_texts(const char *const *a, const char *const *b) {
    while (*a && *b && strcmp(*a, *b) == 0) a++, b++;
    return !*a && !*b;
}

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static bool same_field(const gem5art__field *field, const void *a, const void *b);

static bool same_rows(const gem5art__field *columns, const void *x, const void *y) {
    gem5art__rows a, b;
    const gem5art__field *column;
    size_t i, size;
    memcpy(&a, x, sizeof a);
    memcpy(&b, y, sizeof b);
    for (column = columns; column->name; column++) {}
    size = column->offset;
    for (i = 0; i < a.count && i < b.count; i++)
        for (column = columns; column->name; column++)
            if (!same_field(column, (const char *)a.row + i * size, (const char *)b.row + i * size)) return false;
    return a.count == b.count;
}

static bool same_field(const gem5art__field *field, const void *a, const void *b) {
    const void *x = (const char *)a + field->offset, *y = (const char *)b + field->offset;
    switch (field->kind) {
    case GEM5ART__TEXT:
    case GEM5ART__TEXT_OR_NULL: return same_text(*(const char *const *)x, *(const char *const *)y);
    case GEM5ART__TEXTS:
    case GEM5ART__PAIRS:
    case GEM5ART__TEXTS_QUOTED:
    case GEM5ART__PAIRS_QUOTED: return same_texts(*(const char *const *const *)x, *(const char *const *const *)y);
    case GEM5ART__BOOLEAN: return *(const bool *)x == *(const bool *)y;
    case GEM5ART__INTEGER:
    case GEM5ART__SIZE: return *(const int64_t *)x == *(const int64_t *)y;
    case GEM5ART__SECONDS: return memcmp(x, y, sizeof(double)) == 0;
    case GEM5ART__GIT: return same_text(*(const char *const *)x, *(const char *const *)y);
    case GEM5ART__TICK: return *(const uint64_t *)x == *(const uint64_t *)y;
    case GEM5ART__ROWS: return same_rows(field->columns, x, y);
    case GEM5ART__ARCHIVE:
        return ((const gem5art_run *)a)->no_archive == ((const gem5art_run *)b)->no_archive &&
               same_texts(*(const char *const *const *)x, *(const char *const *const *)y);
    }
    return false;
}

/* What is different in a row that was read, a run or an artifact, from what it should be; NULL: nothing. */
static const char *row_difference(const entry *e, const void *row) {
    static char text[256];
    gem5art_run run = as_run(e);
    gem5art_artifact artifact = as_artifact(e);
    const void *expected = is_run(e) ? (const void *)&run : &artifact;
    const gem5art__field *field = is_run(e) ? gem5art__run_fields : gem5art__artifact_fields;
    const char *id = is_run(e) ? ((const gem5art_run *)row)->id : ((const gem5art_artifact *)row)->id;
    for (; field->name; field++)
        if (!same_field(field, expected, row)) {
            snprintf(text, sizeof text, "record %d was expected, and %s came, with another \"%s\"", e->id, id, field->name);
            return text;
        }
    return NULL;
}

/* ---- changes: what they do to a model, and to a store */

typedef enum change_kind { ADD_RUN, ADD_ARTIFACT, ADD_BOTH, REMOVE_RUN, REMOVE_RUNS, REMOVE_ARTIFACT } change_kind;
static const char *const change_names[] = {"add run", "add artifact", "add run and archive", "remove run", "remove runs", "remove artifact"};

typedef struct change {
    change_kind kind;
    entry run, artifact; /* added */
    int id, hash;        /* of what is removed; hash not 0: asked for by that, which is refused */
    int other;           /* REMOVE_RUNS: the second id */
} change;

static bool claimed[HASHES]; /* by one of the dbs */

static entry *find_id(model *m, int id) {
    int i;
    for (i = 0; i < m->count && m->entries[i].id != id; i++) {}
    return i < m->count ? &m->entries[i] : NULL;
}

static void drop(model *m, entry *e) {
    memmove(e, e + 1, (size_t)(&m->entries[--m->count] - e) * sizeof *e);
}

/* Does any record but itself and these two name this artifact? */
static bool in_use(const model *m, int id, int but, int other) {
    const entry *e;
    for (e = m->entries; e < m->entries + m->count; e++)
        if (e->id != id && e->id != but && e->id != other && (e->results == id || e->uses == id)) return true;
    return false;
}

/* Removes up to two runs; the code is that of the first that stays. */
static gem5art_code drop_runs(model *m, int first, int second) {
    const int ids[2] = {first, second};
    int gone[2] = {0, 0}, archives[2] = {0, 0}, k;
    gem5art_code code = GEM5ART_OK;
    for (k = 0; k < 2; k++) {
        entry *e = find_id(m, ids[k]);
        gem5art_code why = !e || !is_run(e) ? GEM5ART_NOT_FOUND : claimed[e->hash] ? GEM5ART_BUSY : GEM5ART_OK;
        if (why == GEM5ART_OK) gone[k] = e->id, archives[k] = e->results;
        if (code == GEM5ART_OK) code = why;
    }
    for (k = 0; k < 2; k++)
        if (archives[k] && in_use(m, archives[k], gone[0], gone[1])) archives[k] = 0;
    for (k = 0; k < 2; k++) {
        if (gone[k] && find_id(m, gone[k])) drop(m, find_id(m, gone[k]));
        if (archives[k] && find_id(m, archives[k])) drop(m, find_id(m, archives[k]));
    }
    return code;
}

static gem5art_code change_model(model *m, const change *c) {
    entry *e;
    if (c->kind == ADD_ARTIFACT || c->kind == ADD_BOTH) m->entries[m->count++] = c->artifact;
    if (c->kind == ADD_RUN || c->kind == ADD_BOTH) m->entries[m->count++] = c->run;
    if (c->kind <= ADD_BOTH) return GEM5ART_OK;
    if (c->kind == REMOVE_RUN || c->kind == REMOVE_RUNS)
        return drop_runs(m, c->hash ? 0 : c->id, c->kind == REMOVE_RUNS ? c->other : c->hash ? 0 : c->id);
    e = c->hash ? NULL : find_id(m, c->id);
    if (!e || is_run(e)) return GEM5ART_NOT_FOUND;
    if (in_use(m, e->id, 0, 0)) return GEM5ART_BUSY;
    drop(m, e);
    return GEM5ART_OK;
}

static gem5art_code change_store(gem5art_db *to, const change *c) {
    gem5art_run run = as_run(&c->run);
    gem5art_artifact artifact = as_artifact(&c->artifact);
    const char *key = c->hash ? hash_text(c->hash) : id_of(c->id), *ids[2];
    bool ok = false;
    switch (c->kind) {
    case ADD_RUN: ok = gem5art__record_run(to, &run, NULL, &error); break;
    case ADD_ARTIFACT: ok = store_artifact(to, &artifact); break;
    case ADD_BOTH: ok = gem5art__record_run(to, &run, &artifact, &error); break;
    case REMOVE_RUN: ok = gem5art_remove_run(to, key, &error); break;
    case REMOVE_RUNS:
        ids[0] = key, ids[1] = id_of(c->other);
        ok = gem5art_remove_runs(to, ids, 2, NULL, &error);
        break;
    case REMOVE_ARTIFACT: ok = gem5art_remove_artifact(to, key, &error); break;
    }
    return ok ? GEM5ART_OK : error.code;
}

/* ---- choices */

static int some_id(void) {
    return present.count && draw(8) ? present.entries[draw(present.count)].id : 1 + draw(next_id + 1);
}

static int some_artifact(void) {
    int tries;
    for (tries = 0; tries < 8 && present.count; tries++) {
        const entry *e = &present.entries[draw(present.count)];
        if (!is_run(e)) return e->id;
    }
    return 0;
}

static int some_filler(void) {
    static const int longest[] = {10, 10, 100, 300, 2000, 20000, 60000, LONGEST};
    return draw(longest[draw(draw(24) ? 5 : COUNT(longest))]);
}

static entry some_entry(bool run) {
    entry e;
    memset(&e, 0, sizeof e);
    e.id = ++next_id;
    e.hash = 1 + draw(HASHES - 1);
    e.type = run ? draw(RUN_TYPES) : RUN_TYPES + draw(COUNT(types) - RUN_TYPES);
    e.name = draw(COUNT(names));
    e.filler = some_filler();
    e.uses = draw(3) ? 0 : some_artifact();
    if (!run) return e;
    e.status = draw(COUNT(statuses));
    e.rerunnable = draw(2);
    e.results = draw(3) ? 0 : some_artifact();
    return e;
}

static change some_change(void) {
    static const change_kind kinds[] = {ADD_RUN, ADD_RUN, ADD_RUN, ADD_ARTIFACT, ADD_BOTH, ADD_BOTH,
                                        REMOVE_RUN, REMOVE_RUN, REMOVE_RUNS, REMOVE_ARTIFACT, REMOVE_ARTIFACT};
    change c;
    memset(&c, 0, sizeof c);
    c.kind = kinds[draw(present.count < MOST - 2 ? COUNT(kinds) : 5) + (present.count < MOST - 2 ? 0 : 6)];
    c.run = some_entry(true);
    c.artifact = some_entry(false);
    if (c.kind == ADD_BOTH) c.run.results = c.artifact.id;
    c.id = some_id(), c.other = some_id();
    c.hash = draw(16) ? 0 : 1 + draw(HASHES - 1);
    return c;
}

static const char *describe(const change *c) {
    static char text[128];
    if (c->kind >= REMOVE_RUN) snprintf(text, sizeof text, "%s %s %d", change_names[c->kind], c->hash ? "with hash" : "with id", c->hash ? c->hash : c->id);
    else
        snprintf(text, sizeof text, "%s %d (%d bytes)", change_names[c->kind], c->kind == ADD_ARTIFACT ? c->artifact.id : c->run.id,
                 c->kind == ADD_ARTIFACT ? c->artifact.filler : c->run.filler);
    return text;
}

/* ---- looks: an iterator and the rows that it has to show, which are those of its beginning */

typedef struct look {
    gem5art_iter *iter; /* NULL: none */
    bool runs;
    int slot, count, next;
    entry rows[MOST];
} look;

static bool selected(const gem5art_query *query, bool runs, const entry *e) {
    const char *name = names[e->name], *status = statuses[e->status];
    if (is_run(e) != runs || (query->name && strcmp(query->name, name) != 0)) return false;
    if (query->name_contains && !strstr(name, query->name_contains)) return false;
    if (!runs) return !query->type || strcmp(query->type, types[e->type]) == 0;
    if ((query->fs_only && e->type != 1) || (query->rerunnable && !e->rerunnable)) return false;
    if (!query->status || strcmp(query->status, status) == 0) return true;
    return strcmp(query->status, "Failed artifact check") == 0 && strncmp(status, query->status, strlen(query->status)) == 0;
}

static void open_look(look *l, gem5art_db *through, const model *m, bool runs, const gem5art_query *query) {
    int i;
    l->runs = runs;
    l->count = l->next = 0;
    for (i = 0; i < m->count && !(query->limit > 0 && l->count == query->limit); i++)
        if (selected(query, runs, &m->entries[i])) l->rows[l->count++] = m->entries[i];
    l->iter = runs ? gem5art_get_runs(through, query, &error) : gem5art_get_artifacts(through, query, &error);
}

/* Takes the next row. False at the end, which may be that of a wrong row: then *difference says what is wrong. */
static bool step_look(look *l, const char **difference) {
    static char text[1400];
    const void *row = NULL;
    *difference = NULL;
    if (l->iter) row = l->runs ? (const void *)gem5art_next_run(l->iter, &error) : gem5art_next_artifact(l->iter, &error);
    if (row && l->next < l->count) *difference = row_difference(&l->rows[l->next++], row);
    else if (row) *difference = "there is a row too many";
    else if (error.code != GEM5ART_OK) snprintf(text, sizeof text, "%s", error.message), *difference = text;
    else if (l->next < l->count) {
        snprintf(text, sizeof text, "of %d rows it has %d; record %d is missing", l->count, l->next, l->rows[l->next].id);
        *difference = text;
    }
    return row && !*difference;
}

static void close_look(look *l) {
    gem5art_iter_close(l->iter);
    l->iter = NULL;
}

/* The whole store; NULL: it is as the model is. */
static const char *difference(gem5art_db *through, const model *m) {
    static look l;
    gem5art_query all;
    const char *result = NULL;
    int runs;
    memset(&all, 0, sizeof all);
    for (runs = 0; runs < 2 && !result; runs++) {
        open_look(&l, through, m, runs, &all);
        while (step_look(&l, &result)) {}
        close_look(&l);
    }
    return result;
}

/* ---- the dbs of one seed, all on one store, and the steps that use them */

enum { DBS = 3, LOOKS = 4 };
static struct { gem5art_db *db; bool read_only; } slots[DBS];
static look looks[LOOKS];
static int claimer[HASHES];

static gem5art_db *open_slot(int slot) {
    gem5art_open_desc desc;
    if (slots[slot].db) return slots[slot].db;
    memset(&desc, 0, sizeof desc);
    desc.read_only = slots[slot].read_only = exists(STORE_PATH) && draw(5) == 0;
    slots[slot].db = gem5art_open(STORE_URI, &desc, &error);
    if (!slots[slot].db) DIFFERS("db %d cannot be opened: %s", slot, error.message);
    return slots[slot].db;
}

static void close_slot(int slot) {
    int i;
    for (i = 0; i < LOOKS; i++)
        if (looks[i].iter && looks[i].slot == slot) {
            if (gem5art_close(slots[slot].db, &error) || error.code != GEM5ART_BUSY) DIFFERS("it closes with an iterator open");
            close_look(&looks[i]);
        }
    for (i = 0; i < HASHES; i++)
        if (claimed[i] && claimer[i] == slot) {
            gem5art__unclaim_run(slots[slot].db, hash_text(i));
            claimed[i] = false;
        }
    if (!gem5art_close(slots[slot].db, &error)) DIFFERS("%s", error.message);
    slots[slot].db = NULL;
}

static void do_change(int slot) {
    change c = some_change();
    gem5art_code expected = slots[slot].read_only ? GEM5ART_INVALID : GEM5ART_OK, code;
    tell("db %d: %s%s", slot, describe(&c), slots[slot].read_only ? ", which is for reading only" : "");
    if (expected == GEM5ART_OK) expected = change_model(&present, &c);
    code = change_store(slots[slot].db, &c);
    sum.refusals += expected != GEM5ART_OK;
    if (code != expected) DIFFERS("code %d, not %d: %s", (int)code, (int)expected, code == GEM5ART_OK ? "" : error.message);
}

/* Enough records for the indexes to grow. */
static void do_many(int slot) {
    int n = 20 + draw(60);
    tell("db %d: %d small runs", slot, n);
    while (n-- && present.count < MOST - 2 && !slots[slot].read_only) {
        change c;
        memset(&c, 0, sizeof c);
        c.run = some_entry(true);
        c.run.filler %= 100;
        change_model(&present, &c);
        if (change_store(slots[slot].db, &c) != GEM5ART_OK) DIFFERS("%s", error.message);
    }
}

static void do_find(int slot) {
    bool runs = draw(2), by_hash = draw(2);
    int id = some_id(), hash = 1 + draw(HASHES - 1), i;
    const char *key = by_hash ? hash_text(hash) : id_of(id), *wrong;
    const entry *expected = NULL, *e;
    const void *found;
    tell("db %d: find %s with %s %d", slot, runs ? "run" : "artifact", by_hash ? "hash" : "id", by_hash ? hash : id);
    for (i = 0; i < present.count; i++) {
        e = &present.entries[i];
        if (is_run(e) == runs && (by_hash ? e->hash == hash : e->id == id) && (runs || !expected)) expected = e;
    }
    found = runs ? (const void *)gem5art_find_run(slots[slot].db, key, &error) : gem5art_find_artifact(slots[slot].db, key, &error);
    if (!found && (expected || error.code != GEM5ART_NOT_FOUND)) DIFFERS("%s", error.message);
    if (found && !expected) DIFFERS("there is none");
    if (found && expected && (wrong = row_difference(expected, found)) != NULL) DIFFERS("%s", wrong);
    if (found && runs && draw(2)) gem5art_release_run(slots[slot].db, (const gem5art_run *)found);
}

/* Opens an iterator and takes some of its rows now, the others in do_step_look, if ever. */
static void do_look(int slot) {
    look *l = &looks[draw(LOOKS)];
    gem5art_query query;
    bool runs = draw(2);
    memset(&query, 0, sizeof query);
    if (draw(4) == 0) query.name = names[draw(COUNT(names))];
    if (draw(4) == 0) query.name_contains = parts[draw(COUNT(parts))];
    if (draw(4) == 0) query.type = types[draw(COUNT(types))];
    if (draw(4) == 0) query.status = statuses[draw(COUNT(statuses))];
    if (draw(4) == 0) query.limit = draw(8) - 1;
    query.fs_only = draw(4) == 0;
    query.rerunnable = draw(4) == 0;
    tell("db %d: get %s with name %s, name_contains %s, type %s, status %s, fs_only %d, rerunnable %d, limit %d", slot,
         runs ? "runs" : "artifacts", query.name ? query.name : "any", query.name_contains ? query.name_contains : "any",
         query.type ? query.type : "any", query.status ? query.status : "any", query.fs_only, query.rerunnable, (int)query.limit);
    close_look(l);
    l->slot = slot;
    open_look(l, slots[slot].db, &present, runs, &query);
    if (!l->iter) DIFFERS("%s", error.message);
}

static void do_step_look(int slot) {
    look *l = &looks[slot];
    int rows = draw(2) ? MOST + 1 : 1 + draw(3);
    const char *wrong = NULL;
    tell("iterator %d goes on", slot);
    while (l->iter && rows-- && step_look(l, &wrong)) {}
    if (wrong) DIFFERS("%s", wrong);
    if (rows >= 0) close_look(l);
}

static void do_claim(int slot) {
    int hash = 1 + draw(HASHES - 1);
    bool ok;
    tell("db %d: %s hash %d", slot, claimed[hash] ? "claim again or release" : "claim", hash);
    if (slots[slot].read_only) return;
    if (claimed[hash] && claimer[hash] == slot && draw(3)) {
        gem5art__unclaim_run(slots[slot].db, hash_text(hash));
        claimed[hash] = false;
        return;
    }
    ok = gem5art__claim_run(slots[slot].db, hash_text(hash), &error);
    if (ok == claimed[hash] || (!ok && error.code != GEM5ART_BUSY)) DIFFERS("%s", ok ? "it was claimed already" : error.message);
    if (ok) claimed[hash] = true, claimer[hash] = slot;
}

static void do_compare(int slot) {
    const char *wrong;
    tell("db %d: compare all", slot);
    if ((wrong = difference(slots[slot].db, &present)) != NULL) DIFFERS("%s", wrong);
}

static void do_reopen(int slot) {
    tell("db %d: close and open", slot);
    close_slot(slot);
    if (open_slot(slot)) do_compare(slot);
}

#ifndef TEST_LMDB
/* Another program writes the whole file anew, in a layout of its own, as it may while nobody else does. */
static void do_rewrite(int slot) {
    char *text = read_text(STORE_PATH);
    const gem5art_json *root = gem5art_json_parse(text, strlen(text), NULL, NULL);
    gem5art_json_writer writer;
    int i;
    tell("another program writes the store anew");
    (void)slot;
    gem5art_json_writer_init(&writer, 1 + draw(4));
    gem5art_json_value(&writer, root);
    for (i = 0; i < LOOKS; i++) close_look(&looks[i]);
    if (root) write_text(STORE_PATH, gem5art_json_take(&writer, NULL, NULL)); /* else there is a torn write, that no other program reads */
    gem5art_json_writer_free(&writer);
    gem5art_json_free(root);
    free(text);
}
#endif

/* ---- deaths */

/* Opens the store and makes a change, telling when it begins and when it has the answer. */
static void change_and_die(const change *c, gem5art_code expected, int at, int by, int told) {
    struct pollfd killer = {told, 0, 0};
    gem5art_db *own;
    gem5art_code code;
    if (write(told, "b", 1) != 1) _exit(1);
    calls = 0, dies_at = at, dies_by = by;
    own = gem5art_open(STORE_URI, NULL, &error);
    code = own ? change_store(own, c) : error.code;
    dies_at = 0;
    if (code != expected) {
        DIFFERS("in a process of its own: code %d, not %d: %s", (int)code, (int)expected, code == GEM5ART_OK ? "" : error.message);
        _exit(1);
    }
    if (write(told, "d", 1) != 1) _exit(1);
    if (!at) poll(&killer, 1, -1); /* until it kills, or is gone itself */
    _exit(0);
}

/* True: the change was acknowledged. */
static bool wait_for_death(pid_t child, int told, bool kill_it) {
    struct timespec moment = {0, 0};
    char byte = 0;
    int status;
    if (kill_it && read(told, &byte, 1) == 1) {
        moment.tv_nsec = draw(draw(2) ? 100000 : 1000000);
        nanosleep(&moment, NULL);
        kill(child, SIGKILL);
    }
    while (read(told, &byte, 1) == 1) {}
    close(told);
    if (waitpid(child, &status, 0) != child) DIFFERS("%s", strerror(errno));
    else if (!WIFSIGNALED(status) && WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != DIED) DIFFERS("status %x", (unsigned)status);
    return byte == 'd';
}

#ifdef TEST_LMDB
/* What a process did that died in LMDB's commit may show only when the next change begins. */
static void settle(void) {
    gem5art_db *own = gem5art_open(STORE_URI, NULL, &error);
    if (!own || !gem5art__store_lock(own, &error) || !(own->backend->recover)(own, &error)) DIFFERS("%s", error.message);
    if (own) gem5art__store_unlock(own);
    gem5art_close(own, NULL);
}
#endif

static void do_death(int slot) {
    static model after;
    change c = some_change();
    gem5art_code expected;
    int at = draw(3) ? 1 + draw(50) : 0, by = draw(2) ? SIGKILL : 0, told[2];
    bool acknowledged;
    const char *wrong;
    pid_t child;
    if (at) tell("another process dies before call %d of: %s", at, describe(&c));
    else tell("another process is killed at: %s", describe(&c));
    after = present;
    expected = change_model(&after, &c);
    fflush(stdout);
    if (pipe(told) < 0 || (child = fork()) < 0) {
        DIFFERS("%s", strerror(errno));
        return;
    }
    if (child == 0) close(told[0]), change_and_die(&c, expected, at, by, told[1]);
    close(told[1]);
    acknowledged = wait_for_death(child, told[0], !at);
    sum.deaths++;
    if (!open_slot(slot)) return;
#ifdef TEST_LMDB
    settle();
#endif
    if (acknowledged) {
        present = after;
        do_compare(slot);
    } else if (!difference(slots[slot].db, &after)) present = after;
    else if ((wrong = difference(slots[slot].db, &present)) != NULL) DIFFERS("the store is neither as before nor as after: %s", wrong);
    else sum.undone++;
}

/* ---- seeds */

static const struct { void (*run)(int slot); int weight; } steps[] = {
    {do_change, 30}, {do_death, 8}, {do_find, 20}, {do_look, 14}, {do_step_look, 14}, {do_claim, 8}, {do_compare, 2}, {do_reopen, 4},
    {do_many, 1},
#ifndef TEST_LMDB
    {do_rewrite, 2},
#endif
};

static void some_step(void) {
    int slot = draw(DBS), all = 0, at, i;
    for (i = 0; i < COUNT(steps); i++) all += steps[i].weight;
    for (at = draw(all), i = 0; at >= steps[i].weight; i++) at -= steps[i].weight;
    tell("open db %d", slot);
    if (steps[i].run != do_death && !open_slot(slot)) return;
    steps[i].run(slot);
    sum.operations++;
}

static void compare_all(void) {
    int slot;
    for (slot = 0; slot < DBS; slot++)
        if (slots[slot].db) do_compare(slot);
}

static void tell_damage(const fsck_finding *finding) {
    if (finding->gravity == FSCK_UNFINISHED || finding->gravity == FSCK_DAMAGE)
        DIFFERS("at %lld: %s", (long long)finding->at, finding->text);
}

/* What was only killed is not damaged. */
static void check_store(void) {
    fsck_audit audit;
    memset(&audit, 0, sizeof audit);
    audit.db = db;
    audit.report = tell_damage;
    if (!fsck_check_store(&audit, &error)) DIFFERS("%s", error.message);
    else if (audit.records != present.count) DIFFERS("%d records were checked, not %d", (int)audit.records, present.count);
}

/* Each iterator ends as it began, whatever the store is now; one more record mends what a death has left; then the file
   is what any program reads, and nothing is left open. */
static void end_seed(int descriptors) {
    change c;
    int i;
    begin_step(step + 1);
    for (i = 0; i < LOOKS; i++) do_step_look(i), close_look(&looks[i]);
    for (i = 0; i < DBS; i++)
        if (slots[i].db) close_slot(i);
    memset(&c, 0, sizeof c);
    c.run = some_entry(true);
    tell("one more run");
    if (!open_db(NULL)) return;
    change_model(&present, &c);
    if (change_store(db, &c) != GEM5ART_OK) DIFFERS("%s", error.message);
    slots[0].db = db;
    do_compare(0);
    slots[0].db = NULL;
    check_store();
    close_db();
#ifndef TEST_LMDB
    if (json_count(STORE_PATH) != present.count) DIFFERS("the file has %d records, not %d", json_count(STORE_PATH), present.count);
    count_sealed(STORE_PATH);
#endif
    if (memory_alive) DIFFERS("%ld blocks of memory are left", memory_alive);
    if (open_descriptors() != descriptors) DIFFERS("descriptors are left open");
}

static void try_seed(unsigned which) {
    int descriptors = open_descriptors(), last;
    seed = which;
    present.count = next_id = 0;
    memory_alive = 0;
    empty_folder();
    begin_step(0);
    last = 20 + draw(100);
    while (step < last && !test_failures_here) {
        begin_step(step + 1);
        some_step();
        if (step % 16 == 0) compare_all();
    }
    end_seed(descriptors);
    sum.seeds++;
}

TEST(whatever_is_done_the_store_is_what_the_model_is) {
    const char *one = getenv("SEED"), *many = getenv("SEEDS");
    unsigned base = one ? (unsigned)strtoul(one, NULL, 10) : (unsigned)time(NULL), i;
    unsigned seeds = one ? 1 : many ? (unsigned)strtoul(many, NULL, 10) : MODEL_SEEDS;
    telling = one != NULL;
    for (i = 0; i < LONGEST; i++) filler[i] = (char)('!' + i * 7 % 93);
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 1);
    fixture_begin();
    for (i = 0; i < seeds && !test_failures_here; i++) try_seed(base + i);
    if (test_failures_here) printf("SEED=%u replays the seed that failed\n", seed);
    printf("%d seeds from %u: %ld operations, %ld of them refused as they should be; %ld processes died, %ld changes of theirs undone\n",
           sum.seeds, base, sum.operations, sum.refusals, sum.deaths, sum.undone);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
