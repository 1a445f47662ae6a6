/* store.c - fuzzes the store: an input is a db.json. It is listed and looked up in, a run is appended, one removed.
   Whatever it holds: every row that can be read before a change can be read after it, and what counts as whole is
   valid JSON before and after. */
#include "fuzz.h"
#include "files.h"

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#define STORE "/w/db.json"
#define NEW_ID "0f0f0f0f-0000-4000-8000-000000000001"

/* Every row of a store, a line of JSON each, runs before artifacts. */
typedef struct listing {
    gem5art__buf text;
    size_t rows;
    int warnings;
    gem5art_error error; /* what it ended with */
} listing;

static void count_warning(const char *message, void *user_data) {
    (void)message;
    ++*(int *)user_data;
}

static gem5art_db *open_store(bool read_only, int *warnings, gem5art_error *error) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.read_only = read_only;
    desc.log = count_warning;
    desc.user_data = warnings;
    return gem5art_open(STORE, &desc, error);
}

static void check_error(const gem5art_error *error) {
    REQUIRE(error->code > GEM5ART_OK && error->code <= GEM5ART_CANCELLED, "code %d", (int)error->code);
    REQUIRE(error->code != GEM5ART_NOMEM && error->code != GEM5ART_IO, "nothing has failed: %s", error->message);
    REQUIRE(strlen(error->message) > 15 && strchr(error->message, ' '), "no sentence: \"%s\"", error->message);
}

/* As the line that a rewrite makes of it. */
static void add_row(listing *rows, const gem5art_json *record) {
    REQUIRE(gem5art__put_record_line(&rows->text, record, NULL), "a record cannot be written");
    gem5art__puts(&rows->text, "\n");
    rows->rows++;
}

static void list_rows(listing *rows, gem5art_db *db) {
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &rows->error);
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    while (iter && (run = gem5art_next_run(iter, &rows->error)) != NULL) add_row(rows, run->record);
    gem5art_iter_close(iter);
    iter = gem5art_get_artifacts(db, NULL, &error);
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL) add_row(rows, artifact->record);
    gem5art_iter_close(iter);
    if (rows->error.code == GEM5ART_OK) rows->error = error;
}

/* By a reader of its own, who changes nothing. The text is to be freed. */
static listing list_store(void) {
    listing rows;
    gem5art_db *db;
    memset(&rows, 0, sizeof rows);
    db = open_store(true, &rows.warnings, &rows.error);
    if (db) list_rows(&rows, db);
    gem5art_close(db, NULL);
    if (rows.error.code != GEM5ART_OK) check_error(&rows.error);
    gem5art__puts(&rows.text, "");
    return rows;
}

static bool is_whole(const listing *rows) { return rows->error.code == GEM5ART_OK && !rows->warnings; }

/* Rows of one listing do not depend on how the file was cut into windows. */
static void check_windows(const listing *rows) {
    listing again;
    files_window = 16;
    again = list_store();
    files_window = 4096;
    REQUIRE(strcmp(rows->text.data, again.text.data) == 0 && rows->error.code == again.error.code,
            "in windows of 16 bytes:\n%s\"%s\"\nat once:\n%s\"%s\"", again.text.data, again.error.message,
            rows->text.data, rows->error.message);
    gem5art__buf_free(&again.text);
}

/* A text of a row that can be asked for; "": there is none, or it has a NUL, with which C's texts end. */
static const char *key_of(const gem5art_json *row, const char *name) {
    const char *text = gem5art__record_text(row, name);
    return *text && strlen(text) != gem5art_json_get(row, name)->length ? "" : text;
}

/* Every row is found by its id and by its hash, where the store is whole. */
static void look_up(gem5art_db *db, const listing *rows) {
    const char *line, *end;
    gem5art_error error;
    for (line = rows->text.data; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const gem5art_json *row = gem5art_json_parse(line, (size_t)(end - line), NULL, &error);
        const char *id = key_of(row, "_id"), *hash = key_of(row, "hash");
        bool is_run = gem5art__is_run(gem5art__record_text(row, "type"));
        int i;
        REQUIRE(row, "a row is not JSON: %s", error.message);
        for (i = 0; i < 2; i++) {
            const char *key = i ? hash : id;
            const gem5art_run *run = is_run ? gem5art_find_run(db, key, &error) : NULL;
            const gem5art_artifact *artifact = is_run ? NULL : gem5art_find_artifact(db, key, &error);
            if (!run && !artifact) {
                check_error(&error);
                REQUIRE(!is_whole(rows) || !*key, "\"%s\" is not found: %s", key, error.message);
                continue;
            }
            REQUIRE(strcmp(run ? run->id : artifact->id, key) == 0 || strcmp(run ? run->hash : artifact->hash, key) == 0,
                    "for \"%s\" another is found", key);
            gem5art_release_run(db, run);
        }
        gem5art_json_free(row);
    }
    REQUIRE(!gem5art_find_run(db, "no such id", &error), "what is not there is found");
    check_error(&error);
}

/* The elements of the file's array; it must be one. */
static size_t count_elements(void) {
    const memory_file *file = files_find(STORE);
    gem5art_json_desc desc;
    gem5art_error error;
    const gem5art_json *array;
    size_t count;
    memset(&desc, 0, sizeof desc);
    desc.max_depth = 100000;
    array = gem5art_json_parse(file->data, file->size, &desc, &error);
    REQUIRE(array, "the store is not JSON: %s\n%.*s", error.message, (int)file->size, file->data);
    count = array->count;
    gem5art_json_free(array);
    return count;
}

static bool append(gem5art_db *db, gem5art_error *error) {
    gem5art_run run;
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    run.id = NEW_ID;
    run.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    run.type = gem5art__type_se;
    run.name = "appended";
    run.status = "Finished";
    return gem5art__record_run(db, &run, NULL, error);
}

/* Are `more`'s lines those of `less`, in order, and others besides? */
static bool lines_within(const char *less, const char *more) {
    while (*less) {
        size_t length = strcspn(less, "\n") + 1;
        while (*more && strncmp(less, more, length) != 0) more += strcspn(more, "\n") + 1;
        if (!*more) return false;
        less += length;
        more += length;
    }
    return true;
}

static void check_append(gem5art_db *db, const listing *before) {
    gem5art_error error;
    listing after;
    bool ok = append(db, &error);
    if (!ok) check_error(&error);
    REQUIRE(ok || !is_whole(before), "a whole store refuses: %s", error.message);
    after = list_store();
    REQUIRE(lines_within(before->text.data, after.text.data), "rows are lost:\n%sof\n%s", after.text.data,
            before->text.data);
    if (ok && before->error.code == GEM5ART_OK) {
        REQUIRE(is_whole(&after), "after an append: %s", after.error.message);
        REQUIRE(after.rows == before->rows + 1 && strstr(after.text.data, NEW_ID), "there is no new row");
        REQUIRE(count_elements() == after.rows, "the file has %zu elements, but %zu rows", count_elements(), after.rows);
    }
    gem5art__buf_free(&after.text);
}

/* How many rows have one of two ids; "" is none. */
static size_t count_ids(const char *rows, const char *id, const char *other) {
    size_t count = 0;
    for (; *rows; rows += strcspn(rows, "\n") + 1) {
        const gem5art_json *row = gem5art_json_parse(rows, strcspn(rows, "\n"), NULL, NULL);
        const char *its = gem5art__record_text(row, "_id");
        count += strcmp(its, id) == 0 || (*other && strcmp(its, other) == 0);
        gem5art_json_free(row);
    }
    return count;
}

/* Removes what the first row is. Its id is gone then, and at most its archive with it. */
static void check_remove(gem5art_db *db) {
    listing before = list_store(), after;
    gem5art_error error;
    const gem5art_json *row = gem5art_json_parse(before.text.data, strcspn(before.text.data, "\n"), NULL, NULL);
    const char *id = gem5art__record_text(row, "_id"), *results = gem5art__record_text(row, "results");
    bool is_run = gem5art__is_run(gem5art__record_text(row, "type"));
    bool ok = row && (is_run ? gem5art_remove_run(db, id, &error) : gem5art_remove_artifact(db, id, &error));
    if (row && !ok) check_error(&error);
    after = list_store();
    REQUIRE(files_like(".tmp-") == 0, "a temporary file stays");
    if (ok) REQUIRE(count_ids(after.text.data, id, "") == 0, "it is still there");
    else REQUIRE(strcmp(before.text.data, after.text.data) == 0, "other rows:\n%sbefore:\n%s", after.text.data,
                 before.text.data);
    if (ok && before.error.code == GEM5ART_OK) { /* else what it ended with may be what was removed */
        size_t least = count_ids(before.text.data, id, ""), most = count_ids(before.text.data, id, results);
        REQUIRE(lines_within(after.text.data, before.text.data), "other rows:\n%sbefore:\n%s", after.text.data,
                before.text.data);
        REQUIRE(after.rows + least <= before.rows && after.rows + most >= before.rows, "%zu rows, before %zu", after.rows,
                before.rows);
    }
    if (ok && is_whole(&before)) {
        REQUIRE(is_whole(&after), "after a removal: %s", after.error.message);
        REQUIRE(count_elements() == after.rows, "the file has %zu elements, but %zu rows", count_elements(), after.rows);
    }
    gem5art_json_free(row);
    gem5art__buf_free(&before.text);
    gem5art__buf_free(&after.text);
}

static void fuzz(const char *data, size_t size) {
    gem5art_error error;
    gem5art_db *db;
    int warnings = 0;
    listing rows;
    files_put(STORE, data, size);
    rows = list_store();
    check_windows(&rows);
    db = open_store(false, &warnings, &error);
    if (db) {
        look_up(db, &rows);
        check_append(db, &rows);
        check_remove(db);
        gem5art_close(db, NULL);
    } else check_error(&error);
    gem5art__buf_free(&rows.text);
    files_clear();
}

#ifdef FUZZING

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Gives lines that end in a checksum the right one, half of the time, for no mutation would ever find it: only where they
   are good records, as no writer seals others. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
    char *line = (char *)data, *end, *newline;
    size = LLVMFuzzerMutate(data, size, max);
    end = line + size;
    for (; seed % 2 && line < end; line = newline + 1) {
        const gem5art_json *record;
        size_t length;
        char hex[9];
        if ((newline = (char *)memchr(line, '\n', (size_t)(end - line))) == NULL) newline = end;
        if ((length = gem5art__sealed_line(line, (size_t)(newline - line))) == 0) continue;
        record = gem5art_json_parse(line, length, NULL, NULL);
        snprintf(hex, sizeof hex, "%08x", (unsigned)gem5art_crc32(0, line, length - GEM5ART__SEAL));
        if (gem5art__has_id(record)) memcpy(line + length - 10, hex, 8);
        gem5art_json_free(record);
    }
    return size;
}

#endif

FUZZ_MAIN
