/* test_store_faults.c - what the store is after failed calls, full disks, lack of memory and kills. Every system call of the library and every allocation goes through the hooks below. */
#include "faults.h"

#include <sys/mount.h>

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

/* ---- the operations that faults are thrown at, and the stores they start from */

static bool append_one(void) { return store_run(db, 7); }

static bool append_with_archive(void) {
    gem5art_run run = a_run(7);
    gem5art_artifact archive = an_artifact(8, "directory");
    run.results = archive.id;
    return gem5art__record_run(db, &run, &archive, &error);
}

static bool remove_one(void) { return gem5art_remove_run(db, id_of(2), &error); }

static bool remove_both(void) {
    const char *ids[2];
    ids[0] = id_of(2), ids[1] = id_of(1);
    return gem5art_remove_runs(db, ids, 2, NULL, &error);
}

static bool register_one(void) {
    gem5art_artifact_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.name = "artifact 8", desc.type = "kernel", desc.path = "kernel", desc.documentation = "ten letters and more";
    return gem5art_register_artifact(db, &desc, &error) != NULL;
}

#ifndef TEST_LMDB
static bool merge_all(void) {
    int64_t merged;
    return merge_shards(db, &merged);
}
#endif

static bool find_one(void) { return gem5art_find_run(db, id_of(1), &error) != NULL; }
static bool list_all(void) { return strchr(store_names(db), '!') == NULL; }

/* The files that operations start from; A to D are runs 1 to 4. */
static const char usual[] = "[\nA,\nB]\n", torn[] = "[\nA,\nB]\n{\"_id\":\"tor", cut[] = "[\nA,\nB,\n{\"_id\":\"tor";
static const char python[] = "[\n  {\"_id\": \"py\", \"type\": \"gem5 run\", \"name\": \"from Python\"},\n  A,\n  B\n]";

typedef struct operation {
    const char *name;
    bool (*run)(void);
    const char *store;
    const char *before, *after; /* what store_names shows */
    const char *shard;          /* that it appends to, and */
    const char *in_shard;       /* what the shard "n1" has; NULL: there is none */
} operation;

static const operation operations[] = {
    {"append", append_one, usual, "run 1, run 2", "run 1, run 2, run 7", NULL, NULL},
    {"append to Python's", append_one, python, "from Python, run 1, run 2", "from Python, run 1, run 2, run 7", NULL, NULL},
#ifndef TEST_LMDB
    {"append to a torn store", append_one, torn, "run 1, run 2", "run 1, run 2, run 7", NULL, NULL},
    {"append to a cut store", append_one, cut, "run 1, run 2", "run 1, run 2, run 7", NULL, NULL},
    {"append to an unfinished one", append_one, "[\nA,\nB]\nA,\nB]\n", "run 1, run 2", "run 1, run 2, run 7", NULL, NULL},
    {"remove from a torn store", remove_one, torn, "run 1, run 2", "run 1", NULL, NULL},
    {"register in a cut store", register_one, cut, "run 1, run 2", "run 1, run 2; artifact 8", NULL, NULL},
#endif
    {"append to an empty one", append_one, "[]\n", "", "run 7", NULL, NULL},
    {"append with an archive", append_with_archive, usual, "run 1, run 2", "run 1, run 2, run 7; artifact 8", NULL, NULL},
    {"remove", remove_one, usual, "run 1, run 2", "run 1", NULL, NULL},
    {"remove several", remove_both, usual, "run 1, run 2", "", NULL, NULL},
    {"register", register_one, usual, "run 1, run 2", "run 1, run 2; artifact 8", NULL, NULL},
#ifndef TEST_LMDB
    {"append to a new shard", append_one, usual, "run 1, run 2", "run 1, run 2, run 7", "n1", NULL},
    {"append to a shard", append_one, usual, "run 1, run 2, run 3", "run 1, run 2, run 3, run 7", "n1", "[\nC]\n"},
    {"append to a torn shard", append_one, usual, "run 1, run 2, run 3", "run 1, run 2, run 3, run 7", "n1", "[\nC,\n{\"_id\":\"tor"},
    {"register in a shard", register_one, usual, "run 1, run 2, run 3", "run 1, run 2, run 3; artifact 8", "n1", "[\nC]\n"},
    {"merge", merge_all, usual, "run 1, run 2, run 3, run 4", "run 1, run 2, run 3, run 4", NULL, "[\nC,\nD]\n"},
    {"merge a torn shard", merge_all, usual, "run 1, run 2, run 3", "run 1, run 2, run 3", NULL, "[\nC]\n{\"_id\":\"tor"},
    {"merge what is there", merge_all, "[\nC,\nA]\n", "run 3, run 1", "run 3, run 1", NULL, "[\nC]\n"},
    {"remove with a shard", remove_one, usual, "run 1, run 2, run 3", "run 1, run 3", NULL, "[\nC]\n"},
#endif
    {"find", find_one, usual, "run 1, run 2", "run 1, run 2", NULL, NULL},
    {"list", list_all, usual, "run 1, run 2", "run 1, run 2", NULL, NULL},
};
static bool removes(const operation *op) { return op->run == remove_one || op->run == remove_both; }
enum { OPERATIONS = sizeof operations / sizeof *operations, CHANGES = OPERATIONS - 2 };

static bool has_shards(const operation *op) { return op->shard || op->in_shard; }

static gem5art__buf store_text(const char *text) {
    gem5art__buf out = {NULL, 0, 0, false};
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'D') {
            char *line = line_of(*text - 'A' + 1);
            gem5art__puts(&out, line);
            free(line);
        } else gem5art__put(&out, text, 1);
    return out;
}

static void make_store(const operation *op) {
    gem5art__buf out = store_text(op->store);
    lay_store(out.data);
    gem5art__buf_free(&out);
    empty_shards("");
    if (op->in_shard) {
        out = store_text(op->in_shard);
        CHECK(mkdir(SHARDS_PATH, 0777) == 0);
        write_text(SHARDS_PATH "/n1.json", out.data);
        gem5art__buf_free(&out);
    }
    write_text("kernel", "vmlinux");
}

static gem5art_db *open_for(const operation *op) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.shard = op->shard;
    return gem5art_open(STORE_URI, &desc, &error);
}

static void remove_temporary_files(void) {
    DIR *dir = opendir(".");
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL)
        if (strstr(entry->d_name, ".tmp-")) unlink(entry->d_name);
    if (dir) closedir(dir);
    empty_shards(".tmp-");
}

/* After whatever happened: the store opens, shows what it did before or after, takes another record and is whole. */
static void check_store(const operation *op, const char *when, bool before_allowed, bool after_allowed) {
    char names[256];
    const char *shown;
    bool before, after;
    int count, commas;
    if (db) close_db();
    db = gem5art_open(STORE_URI, NULL, &error);
    CHECK_THAT(db != NULL, "%s, %s: %s", op->name, when, error.message);
    if (!db) return;
    shown = store_names(db);
    before = strcmp(shown, op->before) == 0;
    after = strcmp(shown, op->after) == 0;
    CHECK_THAT((before && before_allowed) || (after && after_allowed), "%s, %s: the store has \"%s\"", op->name, when, shown);
    snprintf(names, sizeof names, "%s", shown);
    CHECK_THAT(store_run(db, 9), "%s, %s: %s", op->name, when, error.message);
    CHECK_THAT(strstr(store_names(db), "run 9") != NULL, "%s, %s: run 9 is not in \"%s\"", op->name, when, store_names(db));
#ifndef TEST_LMDB
    CHECK_THAT(merge_all() && !exists(SHARDS_PATH "/n1.json"), "%s, %s: cannot be merged: %s", op->name, when, error.message);
#endif
    for (count = *names ? 2 : 1, commas = 0; names[commas]; commas++) count += names[commas] == ',' || (names[commas] == ';' && commas > 0);
    CHECK_THAT(json_count(STORE_PATH) == count, "%s, %s: %d records are %d", op->name, when, count, json_count(STORE_PATH));
    CHECK_INT(files_like("db.json.tmp"), 0);
    close_db();
}

/* The store that the operation starts from, alone in the current folder, and opened. */
static void begin(const operation *op) {
    empty_folder();
    fixture_warnings[0] = 0;
    make_store(op);
    db = open_for(op);
    CHECK_THAT(db != NULL, "%s", error.message);
}

/* ---- durability: nothing is acknowledged before it is on the disk, and in an order that a power cut may end anywhere */

FLAT_TEST(each_change_is_synced_in_this_order) {
    static const struct { const operation *op; const char *calls; } table[] = {
        {&operations[0], "sfW,s"},           /* what another handle may have left, and its name; the record, the comma, sync */
        {&operations[2], "sfsf]t\nsW,s"}, /* the same; torn bytes saved, their name; mended; as above */
        {&operations[1], "sf\nsW,s"},        /* first the newline that ends the line before */
        {&operations[7], "sfW s"},           /* a space in an empty array */
        {&operations[8], "sfWs,s"},          /* both records at once, on the disk before the comma */
        {&operations[9], "srf"},             /* the rewritten store, its name, the folder */
        {&operations[10], "srf"},            /* several at once: likewise */
        {&operations[11], "sfW,s"},
        {&operations[12], "fslfsfW s"},      /* the name of the folder; the new shard and its name; the append */
        {&operations[13], "sfW,s"},
        {&operations[16], "sfWs,sf"},        /* both records of the shard, before it is removed, for good */
        {&operations[20], ""},
        {&operations[21], ""},
    };
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        begin(table[i].op);
        trace[0] = 0;
        CHECK(table[i].op->run());
        CHECK_THAT(strcmp(trace, table[i].calls) == 0, "%s: \"%s\", not \"%s\"", table[i].op->name, trace, table[i].calls);
        close_db();
    }
    empty_folder();
    trace[0] = 0;
    REQUIRE(open_db(NULL));
    CHECK_STR(trace, "slf");
    fixture_end();
}

/* Records that wait together share the syncs of one append. */
FLAT_TEST(many_records_are_appended_with_two_syncs) {
    gem5art__buf lines = {NULL, 0, 0, false};
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    for (i = 2; i <= 65; i++) {
        char *line = line_of(i);
        gem5art__putf(&lines, "%s%s", i > 2 ? ",\n" : "", line);
        free(line);
    }
    trace[0] = 0;
    CHECK_THAT(gem5art__record_lines(db, &lines, &error), "%s", error.message);
    CHECK_STR(trace, "Ws,s");
    CHECK_INT(json_count("db.json"), 65);
    gem5art__buf_free(&lines);
    fixture_end();
}

TEST(a_copy_is_on_the_disk_before_the_record_of_its_artifact) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.storage = "storage";
    fixture_begin();
    write_text("kernel", "vmlinux");
    REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL && store_run(db, 1));
    trace[0] = 0;
    CHECK_THAT(register_one(), "%s", error.message);
    CHECK_STR(trace, STORE_IS_FLAT ? "slffW,s" : "slff"); /* its bytes, its name, the folder's names, the folder's own */
    fixture_end();
}

static void die(void) { raise(SIGKILL); }

static int append_until_the_sync(void *unused) {
    (void)unused;
    if (!open_db(NULL) || !store_run(db, 4)) return 1;
    before_sync = die; /* at the last one of the next change */
    store_run(db, 5);
    return 2;
}

/* A record that a killed writer left is there for everybody, and not yet on the disk. Nor is the name that it renamed. */
FLAT_TEST(what_a_killed_writer_did_not_sync_the_next_one_does_first) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    CHECK_INT(in_child(append_until_the_sync, NULL), STOPPED);
    trace[0] = 0;
    CHECK(store_run(db, 2));
    CHECK_STR(trace, "sfW,s");
    CHECK_STR(store_names(db), "run 1, run 4, run 5, run 2");
    trace[0] = 0;
    CHECK(store_run(db, 3));
    CHECK_STR(trace, "W,s"); /* this handle made the last change */
    fixture_end();
}

/* ---- faults */

TEST(each_call_may_fail_once) {
    static const int numbers[] = {EIO, ENOSPC};
    int i, k, n;
    fixture_begin();
    fault_lenient = true;
    for (i = 0; i < OPERATIONS; i++)
        for (k = 0; k < 2; k++) {
            bool reached = true;
            for (n = 1; reached && n < 200; n += stride(7)) {
                bool ok;
                char when[64];
                int fds;
                begin(&operations[i]);
                fds = open_descriptors();
                snprintf(when, sizeof when, "call %d failing with %s", n, strerror(numbers[k]));
                set_fault(FAIL, n, numbers[k]);
                ok = operations[i].run();
                reached = fault_count >= n;
                set_fault(FAIL, 0, 0);
                CHECK_THAT(ok || reached, "%s: %s", operations[i].name, error.message);
                CHECK_THAT(ok || (error.code != GEM5ART_OK && *error.message), "%s, %s: no error", operations[i].name, when);
                CHECK_THAT(open_descriptors() <= fds + 2 * (removes(&operations[i]) + has_shards(&operations[i])), "%s, %s: a descriptor is left open", operations[i].name, when); /* the claims */
                if (operations[i].run == find_one && ok) CHECK_STR(gem5art_find_run(db, id_of(1), NULL)->name, "run 1");
                /* A failed append is undone. A removal that could not sync the folder is done, and says that it may not last. */
                check_store(&operations[i], when, !ok, ok || (removes(&operations[i]) && strstr(error.message, "sync")));
            }
            CHECK_THAT(!reached && n > 1 + STORE_IS_FLAT * 2, "%s: there are no calls, or no end of them (%d)", operations[i].name, n);
        }
    fault_lenient = false;
    fixture_end();
}

TEST(each_call_and_all_behind_it_may_fail) {
    int i, n;
    fixture_begin();
    fault_lenient = true;
    for (i = 0; i < OPERATIONS; i++) {
        bool reached = true;
        for (n = 1; reached && n < 200; n += stride(7)) {
            bool ok;
            char when[64];
            begin(&operations[i]);
            snprintf(when, sizeof when, "all calls failing from %d on", n);
            set_fault(STICK, n, EIO);
            ok = operations[i].run();
            reached = fault_count >= n;
            set_fault(FAIL, 0, 0);
            if (!ok) CHECK_THAT(error.code != GEM5ART_OK && *error.message, "%s, %s: no error", operations[i].name, when);
            remove_temporary_files(); /* which could not be removed either */
            check_store(&operations[i], when, !ok, true);
        }
        CHECK(!reached);
    }
    fault_lenient = false;
    fixture_end();
}

TEST(interrupted_and_short_calls_are_made_again) {
    int i, n;
    fixture_begin();
    fault_lenient = true;
    for (i = 0; i < OPERATIONS; i++) {
        bool reached = true;
        for (n = 0; reached && n < 200; n += stride(7)) {
            begin(&operations[i]);
            set_fault(n ? INTERRUPT : SHORT, n ? n : 1, 0);
            CHECK_THAT(operations[i].run(), "%s, interrupted in call %d: %s", operations[i].name, n, error.message);
            reached = !n || fault_count >= n;
            set_fault(FAIL, 0, 0);
            check_store(&operations[i], "interrupted", false, true);
        }
        CHECK(!reached);
    }
    fault_lenient = false;
    fixture_end();
}

/* A file system without locks, or one whose lock service is down or says no. */
TEST(a_lock_that_is_refused_is_an_error) {
    static const struct { int number; gem5art_code code; } table[] = {
        {ENOLCK, GEM5ART_IO}, {EACCES, GEM5ART_IO}, {EIO, GEM5ART_IO}, {ENOSYS, GEM5ART_UNSUPPORTED},
        {EINVAL, GEM5ART_UNSUPPORTED}, {ENOTSUP, GEM5ART_UNSUPPORTED}};
    const char *hash = hash_of(7);
    size_t i;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        lock_refused = table[i].number;
        CHECK(!store_run(db, 2));
        CHECK_INT(error.code, table[i].code);
        CHECK_CONTAINS(error.message, "cannot lock ");
        CHECK_CONTAINS(error.message, "/db.json: ");
        CHECK_CONTAINS(error.message, strerror(table[i].number));
        CHECK_CONTAINS(error.message, "a file system with open file description locks");
        CHECK(!gem5art__claim_run(db, hash, &error));
        CHECK_INT(error.code, table[i].code);
        CHECK_CONTAINS(error.message, "/db.json.lock: ");
        locks_allowed = 1; /* that of the claim, and not its second one in the store itself */
        CHECK(!gem5art__claim_run(db, hash, &error));
        CHECK_INT(error.code, table[i].code);
        CHECK_CONTAINS(error.message, "/db.json: ");
        lock_refused = locks_allowed = 0;
        REQUIRE(gem5art__claim_run(db, hash, &error)); /* nothing is left of the refused ones */
        gem5art__unclaim_run(db, hash);
    }
    CHECK_STR(store_names(db), "run 1");
#ifndef TEST_LMDB
    close_db();
    lock_refused = ENOLCK;
    REQUIRE(open_shard("n1"));
    CHECK(!store_run(db, 2) && error.code == GEM5ART_IO);
    CHECK_CONTAINS(error.message, "cannot lock ");
    CHECK_CONTAINS(error.message, "/n1.json: ");
    lock_refused = 0;
#endif
    fixture_end();
}

static int stopped_at(void *argument) {
    const operation *op = (const operation *)argument;
    int at = fault_at;
    bool ok;
    fault_at = 0;
    db = open_for(op);
    if (!db) return 1;
    set_fault(STOP, at, 0);
    ok = op->run();
    fault_at = 0;
    close_db();
    return ok ? 0 : 2;
}

TEST(a_process_may_die_at_each_call) {
    int i, n, status;
    fixture_begin();
    fault_lenient = true;
    for (i = 0; i < CHANGES; i++) {
        int aside = 0;
        for (n = 1, status = STOPPED; status == STOPPED && n < 200; n += stride(7)) {
            operation op = operations[i];
            char when[64];
            empty_folder();
            make_store(&op);
            snprintf(when, sizeof when, "ended before call %d", n);
            set_fault(STOP, n, 0);
            status = in_child(stopped_at, &op);
            set_fault(FAIL, 0, 0);
            CHECK_THAT(status == STOPPED || status == 0, "%s, %s: status %d", op.name, when, status);
            remove_temporary_files(); /* what a killed removal leaves */
            check_store(&op, when, status == STOPPED, true);
            aside += files_like("torn") > 0;
            if (op.store == torn || op.store == cut) /* and what was torn before is still there */
                CHECK(file_contains("db.json.torn.1", "\"tor") || file_contains("db.json.torn.2", "\"tor"));
        }
        CHECK_THAT(status == 0 && n > 5, "%s: status %d after %d calls", operations[i].name, status, n);
        CHECK_THAT(aside > 0 || !STORE_IS_FLAT || stride(7) > 1 || removes(&operations[i]) || has_shards(&operations[i]),
                   "%s: nothing was ever moved aside", operations[i].name);
    }
    fault_lenient = false;
    fixture_end();
}

static int create_stopped(void *unused) {
    (void)unused;
    db = gem5art_open(STORE_URI, NULL, &error);
    return db && gem5art_close(db, NULL) ? 0 : 1;
}

TEST(creating_may_fail_or_die_at_each_call) {
    int n, status = STOPPED, mode;
    for (mode = 0; mode < 3; mode++) {
        bool reached = true;
        for (n = 1; reached && n < 100; n += stride(7)) {
            char *bytes;
            fixture_begin();
            set_fault(mode == 0 ? STOP : mode == 1 ? FAIL : STICK, n, ENOSPC);
            if (mode == 0) reached = (status = in_child(create_stopped, NULL)) == STOPPED;
            else {
                db = gem5art_open(STORE_URI, NULL, &error);
                reached = fault_count >= n;
                CHECK(db || (error.code != GEM5ART_OK && *error.message));
                if (mode == 1 && !db) CHECK_INT(files_like("tmp"), 0); /* else it may be its removal that failed */
                if (db && reached) close_db();
            }
            set_fault(FAIL, 0, 0);
            if (STORE_IS_FLAT && exists("db.json")) { /* an LMDB store may have a second name until it is opened */
                bytes = read_store(STORE_PATH);
                CHECK_STR(bytes, "[]\n");
                free(bytes);
            }
            if (!db) CHECK(open_db(NULL));
            bytes = read_store(STORE_PATH);
            CHECK_STR(bytes, "[]\n");
            free(bytes);
            CHECK(store_run(db, 1));
            fixture_end();
        }
        CHECK(!reached && n > 5);
        CHECK(mode || status == 0);
    }
}

static void another_creates_it(void) {
    before_lstat = before_link = NULL;
    lay_store("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"theirs\"}]\n");
}

TEST(a_store_that_another_creates_meanwhile_is_used) {
    int i;
    for (i = 0; i < 2; i++) {
        fixture_begin();
        *(i ? &before_link : &before_lstat) = another_creates_it;
        REQUIRE(open_db(NULL));
        CHECK(!before_link && !before_lstat);
        CHECK_STR(store_names(db), "theirs");
        CHECK_INT(files_like(""), STORE_FILES);
        fixture_end();
    }
}

/* ---- memory */

static bool open_another(void) {
    gem5art_db *another = gem5art_open(STORE_URI, NULL, &error);
    return another && gem5art_close(another, NULL);
}

TEST(each_allocation_may_fail) {
    operation all[OPERATIONS + 1];
    int i, sticks;
    memcpy(all, operations, sizeof operations);
    all[OPERATIONS] = operations[OPERATIONS - 1];
    all[OPERATIONS].name = "open", all[OPERATIONS].run = open_another;
    fixture_begin();
    fault_lenient = true;
    for (i = 0; i <= OPERATIONS; i++)
        for (sticks = 0; sticks < 2; sticks++) {
            bool reached = true;
            long n;
            for (n = 1; reached && n < 300; n += stride(7)) {
                char when[64];
                bool ok;
                memory_alive = 0;
                begin(&all[i]);
                snprintf(when, sizeof when, "allocation %ld failing", n);
                fail_memory(n, sticks);
                ok = all[i].run();
                reached = memory_count >= n;
                memory_fails_at = 0;
                CHECK_THAT(ok || (reached && error.code == GEM5ART_NOMEM), "%s, %s: %d, %s", all[i].name, when, error.code, error.message);
                check_store(&all[i], when, !ok, ok);
                CHECK_THAT(memory_alive == 0, "%s, %s: %ld blocks are not freed", all[i].name, when, memory_alive);
            }
            CHECK(!reached && n > 2);
        }
    fault_lenient = false;
    fixture_end();
}

/* To look for a good record behind a bad one takes memory; without it a damaged store must not pass for a torn one. */
FLAT_TEST(lack_of_memory_makes_no_torn_write_of_damage) {
    static const operation damaged = {"append to a damaged store", append_one, "[\n{\"_id\":\"half\n, A\n]", "", "", NULL, NULL};
    int sticks;
    fixture_begin();
    for (sticks = 0; sticks < 2; sticks++) {
        bool reached = true;
        long n;
        for (n = 1; reached && n < 100; n++) {
            char *before, *after;
            begin(&damaged);
            before = read_store(STORE_PATH);
            fail_memory(n, sticks);
            CHECK_THAT(!damaged.run(), "appended without allocation %ld", n);
            reached = memory_count >= n;
            memory_fails_at = 0;
            CHECK_THAT(error.code == GEM5ART_CORRUPT || error.code == GEM5ART_NOMEM, "%d, %s", error.code, error.message);
            after = read_store(STORE_PATH);
            CHECK_STR(after, before);
            CHECK_INT(files_like("torn"), 0);
            free(before), free(after);
            close_db();
        }
        CHECK(!reached && n > 2);
    }
    fixture_end();
}

/* ---- full disks */

static void check_full_disk(const char *expected) {
    char *before = read_store(STORE_PATH), *after;
    int i, stored = 2;
    for (i = 3; i < 1000 && store_run(db, i); i++) {
        free(before);
        before = read_store(STORE_PATH);
        stored = i;
    }
    CHECK(i < 1000);
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_CONTAINS(error.message, "/db.json");
    CHECK_CONTAINS(error.message, expected);
    after = read_store(STORE_PATH);
    CHECK_STR(after, before);
    CHECK_INT(json_count(STORE_PATH), stored);
    CHECK(gem5art_find_run(db, id_of(stored), &error) != NULL);
    CHECK_INT(files_like("tmp") + files_like("torn"), 0);
    free(before), free(after);
}

/* What a flat store needs room for beside it. */
static void check_full_disk_beside(void) {
    struct stat st;
    CHECK(!gem5art_remove_run(db, id_of(1), &error)); /* the rewritten store has no room beside it */
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_INT(files_like("tmp"), 0);
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    CHECK(truncate(STORE_PATH, 3000) == 0); /* nor have torn bytes, which stay where they are then */
    CHECK(sh("head -c 1000000 /dev/zero >filler 2>/dev/null") != 0);
    CHECK(!store_run(db, 1001) && error.code == GEM5ART_IO);
    CHECK(stat(STORE_PATH, &st) == 0 && st.st_size == 3000);
    CHECK_INT(files_like("torn"), 0);
    CHECK(unlink("filler") == 0 && store_run(db, 1001));
    CHECK_INT(files_like("torn"), 1);
}

TEST(a_full_disk_leaves_the_store_as_it_was) {
    fixture_begin();
    CHECK(mkdir("small", 0777) == 0);
    if (mount("none", "small", "tmpfs", 0, "size=256k") < 0) {
        fixture_end();
        printf("a_full_disk_leaves_the_store_as_it_was: no small disk, as mount(2) is not allowed: RLIMIT_FSIZE must do\n");
        return;
    }
    CHECK(chdir("small") == 0);
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
    check_full_disk(STORE_IS_FLAT ? "No space left" : "cannot write to the store"); /* LMDB's reason varies */
    if (STORE_IS_FLAT) check_full_disk_beside();
    close_db();
    CHECK(chdir("..") == 0 && umount("small") == 0);
    fixture_end();
}

static int fill_to_a_limit(void *unused) {
    struct rlimit limit = {100000, 100000};
    (void)unused;
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) < 0) return 1;
    if (!open_db(NULL) || !store_run(db, 1) || !store_run(db, 2)) return 2;
    check_full_disk(STORE_IS_FLAT ? "File too large" : "the disk is full");
    close_db();
    return test_failures_here ? 3 : 0;
}

TEST(a_file_that_may_not_grow_stays_as_it_was) {
    fixture_begin();
    CHECK_INT(in_child(fill_to_a_limit, NULL), 0);
    fixture_end();
}

/* ---- kills */

/* Appends runs from `first` on, each with 1.5 KB of parameters and every third with an archive, and tells of each that was stored. */
static void write_until_killed(int first, int pipe_fd) {
    char filler[1500];
    const char *params[2];
    int i;
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = 0;
    params[0] = filler, params[1] = NULL;
    dawdle = (unsigned)first | 1;
    db = gem5art_open(STORE_URI, NULL, &error);
    for (i = first; db && i < first + 1000; i++) {
        gem5art_run run = a_run(i);
        gem5art_artifact archive = an_artifact(i + 500, "directory");
        run.params = params;
        if (!gem5art__record_run(db, &run, i % 3 ? NULL : &archive, &error)) _exit(1);
        if (write(pipe_fd, &i, sizeof i) != (ssize_t)sizeof i) _exit(2);
    }
    while (db) pause(); /* the killer is slow */
    _exit(3);
}

/* TEST_LONG=1 kills oftener; `make torture` kills many writers by the thousand. */
TEST(kill_9_at_any_moment_loses_nothing_that_was_acknowledged) {
    int round, rounds = (getenv("TEST_LONG") ? 250 : 60) / stride(6), aside, last = 0, fresh = 0;
    unsigned seed = 1;
    fixture_begin();
    fault_lenient = true;
    REQUIRE(open_db(NULL));
    close_db();
    for (round = 0; round < rounds; round++) {
        int fds[2], status, acknowledged = 0, first = round * 2000 + 1, want, got;
        struct timespec moment = {0, 0};
        bool more;
        pid_t pid;
        REQUIRE(pipe(fds) == 0);
        fflush(stdout);
        if ((pid = fork()) == 0) write_until_killed(first, fds[1]);
        close(fds[1]);
        seed = seed * 1103515245 + 12345;
        want = (int)(seed >> 16) % 4;
        for (got = 0; got < want && read(fds[0], &acknowledged, sizeof acknowledged) > 0; got++) {}
        moment.tv_nsec = (long)(seed >> 12) % 2000000; /* up to 2 ms */
        nanosleep(&moment, NULL);
        kill(pid, SIGKILL);
        CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
        do more = read(fds[0], &got, sizeof got) > 0, acknowledged = more ? got : acknowledged; while (more);
        close(fds[0]);
        /* All acknowledged are there: each look is at the store as the kill left it. */
        REQUIRE(open_db(NULL));
        for (got = acknowledged; got >= first; got--) {
            const gem5art_run *run = gem5art_find_run(db, id_of(got), &error);
            CHECK_THAT(run != NULL, "round %d: run %d of %d was lost: %s", round, got, acknowledged, error.message);
            if (got % 3 == 0) CHECK_THAT(gem5art_find_artifact(db, id_of(got + 500), &error) != NULL, "round %d: %s", round, error.message);
        }
        /* No archive without its run. */
        got = (acknowledged > 0 ? acknowledged : first - 1) + 1;
        CHECK(!gem5art_find_artifact(db, id_of(got + 500), NULL) == (got % 3 != 0 || !gem5art_find_run(db, id_of(got), NULL)));
        last += acknowledged >= first ? acknowledged - first + 1 : 0;
        CHECK_THAT(store_run(db, first + 1999), "round %d: %s", round, error.message);
        fresh++;
        close_db();
        if (round % 50 == 49 || round == rounds - 1) {
            CHECK(json_count(STORE_PATH) >= last + fresh);
            CHECK(count_sealed(STORE_PATH) == json_count(STORE_PATH));
        }
        if (test_failures_here) break;
    }
    aside = files_like("torn");
    CHECK_THAT(rounds < 100 || aside > 0 || !STORE_IS_FLAT, "no kill came in an append: this tests nothing");
    fault_lenient = false;
    fixture_end();
}

/* ---- many processes; more of that in test_concurrency.c */

static int append_many(void *argument) {
    int worker = *(int *)argument, i;
    fault_lenient = true;
    dawdle = (unsigned)worker + 1;
    if (!open_db(NULL)) return 1;
    for (i = 0; i < 200 / stride(10); i++) {
        int n = 1 + worker * 1000 + i;
        bool ok;
        if (i % 10) ok = store_run(db, n);
        else {
            gem5art_artifact archive = an_artifact(n + 500, "directory");
            gem5art_run run = a_run(n);
            ok = gem5art__record_run(db, &run, &archive, &error);
        }
        if (!ok || (i % 20 == 0 && !gem5art_find_run(db, id_of(n), &error))) {
            test_fail(__FILE__, __LINE__, "%s", error.message);
            return 2;
        }
    }
    close_db();
    return *fixture_warnings ? 3 : 0;
}

/* Removals among appends: what is acknowledged by either holds. */
static int remove_many(void *unused) {
    int i;
    (void)unused;
    fault_lenient = true;
    if (!open_db(NULL)) return 1;
    for (i = 1; i <= 40; i++)
        if (!gem5art_remove_run(db, id_of(900000 + i), &error)) return 2;
    close_db();
    return *fixture_warnings ? 3 : 0;
}

TEST(removals_and_appends_at_once) {
    const struct timespec nap = {0, 2000000};
    int i, status, worker = 3;
    pid_t remover, writer, reader;
    fixture_begin();
    fault_lenient = true;
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 40; i++) CHECK(store_run(db, 900000 + i));
    close_db();
    fault_lenient = false;
    fflush(stdout);
    if ((writer = fork()) == 0) _exit(append_many(&worker));
    if ((remover = fork()) == 0) _exit(remove_many(NULL));
    if ((reader = fork()) == 0) {
        int broken = 0;
        while (open_db(NULL) && !exists("done")) {
            broken |= strchr(store_names(db), '!') != NULL;
            close_db();
            nanosleep(&nap, NULL); /* the others need the processor, too */
        }
        close_db();
        _exit(broken);
    }
    CHECK(waitpid(writer, &status, 0) == writer && status == 0);
    CHECK(waitpid(remover, &status, 0) == remover && status == 0);
    write_text("done", "");
    CHECK(waitpid(reader, &status, 0) == reader && status == 0);
    CHECK_INT(json_count(STORE_PATH), 220 / stride(10));
    fixture_end();
}

/* ---- locks */

/* 62 bits of a hash decide: these differ in them. */
static char *lock_hash(int n) {
    static char hash[4][72];
    snprintf(hash[n % 4], sizeof hash[0], "%015d0%048d", n, 0);
    return hash[n % 4];
}

/* Closes a db that has claims, which no caller can: a db with a pool is not closed. */
static void drop_locks(gem5art_db *claimant) {
    gem5art__claim *claim;
    while ((claim = claimant->claims) != NULL) {
        claimant->claims = claim->next;
        gem5art__free(claim);
    }
    CHECK(gem5art_close(claimant, &error));
}

/* Does somebody hold this claim? Asked by another process, which knows only what the kernel knows. */
static int lock_hash_claimed(void *argument) {
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, NULL);
    bool ok = mine && gem5art__claim_run(mine, (const char *)argument, &error);
    int answer = ok ? 0 : error.code == GEM5ART_BUSY ? 1 : 2;
    if (mine) drop_locks(mine);
    return answer;
}

TEST(claims_exclude_dbs_of_one_process_and_others) {
    gem5art_db *other;
    fixture_begin();
    REQUIRE(open_db(NULL) && (other = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    CHECK(gem5art__claim_run(db, lock_hash(1), &error));
    CHECK(!gem5art__claim_run(other, lock_hash(1), &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK(!gem5art__claim_run(db, lock_hash(1), &error)); /* a db remembers its own */
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(1)), 1);
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(2)), 0);
    CHECK(gem5art__claim_run(other, lock_hash(2), &error));
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(2)), 1);
    CHECK(store_run(db, 1) && store_run(other, 2)); /* the writer lock is another byte, and letting it go lets go nothing else */
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(1)), 1);
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(2)), 1);
    drop_locks(other); /* as a process that ends does: its own claims, not the other's */
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(1)), 1);
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(2)), 0);
    CHECK(gem5art__claim_run(db, lock_hash(2), &error));
    gem5art__unclaim_run(db, lock_hash(1));
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(1)), 0);
    CHECK_INT(in_child(lock_hash_claimed, lock_hash(2)), 1);
    gem5art__unclaim_run(db, lock_hash(2));
    fixture_end();
}

/* Opening and closing the same store by other names must not drop locks either. */
TEST(claims_survive_dbs_that_come_and_go) {
    int i;
    fixture_begin();
    CHECK(symlink("db.json", "other.json") == 0);
    REQUIRE(open_db(NULL));
    CHECK(gem5art__claim_run(db, lock_hash(1), &error));
    for (i = 0; i < 3; i++) {
        gem5art_db *other = gem5art_open(i % 2 ? STORE_URI : STORE_SCHEME "other.json", NULL, &error);
        REQUIRE(other != NULL);
        CHECK(store_run(other, i + 1));
        CHECK(!gem5art__claim_run(other, lock_hash(1), &error) && error.code == GEM5ART_BUSY);
        CHECK(gem5art_close(other, &error));
        CHECK_INT(in_child(lock_hash_claimed, lock_hash(1)), 1);
    }
    gem5art__unclaim_run(db, lock_hash(1));
    fixture_end();
}

/* A child that opens the store has locks of its own, whatever its parent held when it forked. */
static int claim_after_parent(void *argument) {
    int fd = *(int *)argument;
    char byte;
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, NULL);
    if (!mine || gem5art__claim_run(mine, lock_hash(1), &error) || error.code != GEM5ART_BUSY) return 1;
    if (write(fd, "?", 1) != 1 || read(fd, &byte, 1) != 1) return 2;
    if (!gem5art__claim_run(mine, lock_hash(1), &error) || !store_run(mine, 5)) return 3;
    drop_locks(mine);
    return 0;
}

TEST(a_child_sees_its_parents_claims_come_and_go) {
    int fds[2], status;
    char byte;
    pid_t pid;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1) && gem5art__claim_run(db, lock_hash(1), &error));
    REQUIRE(gem5art__sockets(fds));
    fflush(stdout);
    if ((pid = fork()) == 0) _exit(claim_after_parent(&fds[1]));
    close(fds[1]);
    CHECK_INT(read(fds[0], &byte, 1), 1);
    gem5art__unclaim_run(db, lock_hash(1));
    CHECK_INT(write(fds[0], "!", 1), 1);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
    CHECK(gem5art_find_run(db, id_of(5), &error) != NULL);
    close(fds[0]);
    fixture_end();
}

static void *append_in_thread(void *argument) {
    int worker = *(int *)argument, i;
    gem5art_error why;
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, &why);
    for (i = 0; mine && i < 50; i++) {
        gem5art_run run;
        char id[40];
        memset(&run, 0, sizeof run);
        gem5art__set_defaults(gem5art__run_fields, &run);
        snprintf(id, sizeof id, "%d-%d", worker, i);
        run.id = id, run.type = "gem5 run", run.name = "in a thread";
        if (!gem5art__record_run(mine, &run, NULL, &why)) return NULL;
    }
    return mine && gem5art_close(mine, &why) ? argument : NULL;
}

TEST(threads_with_a_db_each_append_at_once) {
    pthread_t threads[4];
    int workers[4], count = 4 / stride(4), i; /* valgrind stops all threads while one waits for an OFD lock: one then */
    void *result;
    fixture_begin();
    REQUIRE(open_db(NULL));
    fault_lenient = true;
    for (i = 0; i < count; i++) {
        workers[i] = i;
        REQUIRE(pthread_create(&threads[i], NULL, append_in_thread, &workers[i]) == 0);
    }
    for (i = 0; i < count; i++) CHECK(pthread_join(threads[i], &result) == 0 && result != NULL);
    fault_lenient = false;
    CHECK_INT(json_count(STORE_PATH), count * 50);
    CHECK_INT(count_sealed(STORE_PATH), count * 50);
    fixture_end();
}

TEST(a_lock_that_the_file_system_refuses_is_an_error) {
    int n;
    bool refused = false;
    for (n = 1; n < 20 && !refused; n++) { /* one of the calls is the lock */
        fixture_begin();
        REQUIRE(open_db(NULL));
        set_fault(FAIL, n, ENOLCK);
        refused = !store_run(db, 1) && strstr(error.message, "needs a file system with open file description locks") != NULL;
        set_fault(FAIL, 0, 0);
        if (refused) CHECK_INT(error.code, GEM5ART_IO);
        if (refused) CHECK_CONTAINS(error.message, "/" STORE_PATH);
        CHECK_INT(json_count(STORE_PATH), refused ? 0 : json_count(STORE_PATH));
        fixture_end();
    }
    CHECK(refused);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
