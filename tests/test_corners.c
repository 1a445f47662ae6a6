/* test_corners.c - single functions at the corners of what they take, which whole runs do not reach. */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <math.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

#include "fixture.h"
#include "store.h"

static gem5art__arena arena;

/* A value out of its text, in the arena. */
static const gem5art_json *parsed(const char *text) {
    const gem5art_json *value = gem5art__json_parse_in(&arena, text, strlen(text), NULL, &error);
    CHECK_THAT(value != NULL, "%s: %s", text, error.message);
    return value;
}

/* ---- json */

TEST(json_of_nothing) {
    gem5art_json_writer writer;
    const char *text;
    CHECK(gem5art_json_get(NULL, "key") == NULL);
    CHECK(gem5art_json_get(parsed("{\"a\":1}"), NULL) == NULL);
    CHECK(gem5art_json_get(parsed("[1]"), "a") == NULL);
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_array(&writer);
    gem5art_json_integer(&writer, 1);
    gem5art_json_value(&writer, NULL);
    gem5art_json_text(&writer, NULL, 0);
    gem5art_json_end_array(&writer);
    text = gem5art_json_take(&writer, NULL, &error);
    CHECK(text == NULL || strstr(text, "1") != NULL);
    gem5art_json_writer_free(&writer);
    gem5art__arena_free(&arena);
}

TEST(tokens_that_end_early) {
    static const char *const texts[] = {"\"abc", "\"", "\"a\\\"", "\"a\\\\\"", "1", "true", "{"};
    static const size_t lengths[] = {4, 1, 4, 5, 1, 4, 1};
    size_t i;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_INT(gem5art__json_token(texts[i], texts[i] + strlen(texts[i])), lengths[i]);
}

/* Of a large object with two keys that are repeated, the error names the first in the text. */
TEST(the_first_of_several_repeated_keys) {
    char text[4096];
    const char *const ends[2] = {"\"k90\":1,\"k10\":1}", "\"k10\":1,\"k90\":1}"};
    size_t i;
    for (i = 0; i < 2; i++) {
        int k;
        strcpy(text, "{");
        for (k = 0; k < 100; k++) sprintf(text + strlen(text), "\"k%d\":0,", k);
        strcat(text, ends[i]);
        CHECK(gem5art__json_parse_in(&arena, text, strlen(text), NULL, &error) == NULL);
        CHECK_INT(error.code, GEM5ART_SYNTAX);
        CHECK_CONTAINS(error.message, i ? "k10" : "k90");
    }
    gem5art__arena_free(&arena);
}

/* ---- store */

/* Whatever a field of a record holds, it is read, or refused with an error that names it. */
static void read_fields(const gem5art__field *fields, void *object, size_t size) {
    static const char *const values[] = {
        "null", "true", "1", "-1.5", "1e300", "1e999", "12345678901234567890", "\"x\"", "\"[1]\"", "\"{}\"", "[]", "{}", "[1]", "[null]",
        "[\"a\"]", "{\"a\":1}", "{\"a\":null}", "{\"a\":\"b\"}", "[{}]", "[{\"tick\":\"x\"}]", "[{\"tick\":5,\"code\":1}]", "[{\"tick\":null}]",
        "[{\"kind\":3}]", "{\"origin\":1}", "{\"hash\":\"a\",\"name\":null}", "{\"except\":[\"a\"]}", "{\"except\":3}"};
    const gem5art__field *field;
    size_t i;
    for (field = fields; field->name; field++)
        for (i = 0; i < sizeof values / sizeof *values; i++) {
            char text[256];
            snprintf(text, sizeof text, "{\"%s\":%s}", field->name, values[i]);
            memset(object, 0, size);
            gem5art__set_defaults(fields, object);
            gem5art__clear(&error);
            if (!gem5art__read_object(&arena, fields, parsed(text), object, "x.json", &error)) {
                CHECK_CONTAINS(error.message, field->name);
                CHECK_THAT(i > 0, "%s", text);
            }
        }
    gem5art__arena_free(&arena);
}

TEST(fields_of_any_kind) {
    gem5art_run run;
    gem5art_artifact artifact;
    gem5art__live live;
    read_fields(gem5art__run_fields, &run, sizeof run);
    read_fields(gem5art__artifact_fields, &artifact, sizeof artifact);
    read_fields(gem5art__live_fields, &live, sizeof live);
}

/* Reads a value of a kind into the first field of a run (of an artifact for `git`), and writes it: the same text, or "". */
static const char *read_and_written(gem5art__kind kind, const char *value) {
    static char text[256];
    gem5art__field fields[] = {{"x", GEM5ART__TEXT, 0, false, gem5art__exit_event_fields}, {NULL, GEM5ART__TEXT, 0, false, NULL}};
    union { gem5art_run run; gem5art_artifact artifact; } object;
    gem5art_json_writer writer;
    const char *written;
    memset(&object, 0, sizeof object);
    fields[0].kind = kind;
    if (kind == GEM5ART__ARCHIVE) fields[0].offset = offsetof(gem5art_run, archive_except);
    gem5art__set_defaults(fields, &object);
    text[0] = 0;
    if (!gem5art__read_field(&arena, fields, parsed(value), &object)) return text;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_object(&writer);
    gem5art__write_field(&writer, fields, &object);
    gem5art_json_end_object(&writer);
    written = gem5art_json_take(&writer, NULL, &error);
    if (written) snprintf(text, sizeof text, "%.*s", (int)strlen(written) - 6, written + 5); /* {"x":...} */
    gem5art_json_writer_free(&writer);
    return text;
}

TEST(what_a_field_of_each_kind_holds) {
    static const struct { gem5art__kind kind; const char *values[8]; } same[] = {
        {GEM5ART__TEXT, {"\"\"", "\"x\""}}, {GEM5ART__TEXT_OR_NULL, {"null", "\"x\""}}, {GEM5ART__TEXTS, {"[]", "[\"a\",\"b\"]"}},
        {GEM5ART__TEXTS_QUOTED, {"\"[]\"", "\"[\\\"a\\\",\\\"b\\\"]\""}}, {GEM5ART__PAIRS, {"{}", "{\"a\":\"b\",\"c\":\"d\"}"}},
        {GEM5ART__PAIRS_QUOTED, {"\"{}\"", "\"{\\\"a\\\":\\\"b\\\"}\""}}, {GEM5ART__BOOLEAN, {"true", "false"}},
        {GEM5ART__INTEGER, {"0", "-7", "9223372036854775807"}}, {GEM5ART__SIZE, {"null", "0", "7"}},
        {GEM5ART__SECONDS, {"0", "-1.5", "86400", "1e+300"}}, {GEM5ART__TICK, {"0", "18446744073709551615"}},
        {GEM5ART__GIT, {"{}", "{\"origin\":\"o\",\"hash\":\"h\",\"name\":\"n\"}"}},
        {GEM5ART__ARCHIVE, {"\"all\"", "\"none\"", "{\"except\":[\"a\",\"b\"]}"}},
        {GEM5ART__ROWS, {"[]", "[{\"tick\":5,\"code\":-1,\"cause\":\"c\",\"seconds\":0.5}]"}}};
    static const struct { gem5art__kind kind; const char *value, *written; } other[] = {
        {GEM5ART__TEXT, "null", "\"\""}, {GEM5ART__TEXTS, "null", "[]"}, {GEM5ART__PAIRS, "null", "{}"}, {GEM5ART__BOOLEAN, "null", "false"},
        {GEM5ART__INTEGER, "null", "0"}, {GEM5ART__INTEGER, "-1.5", "-1"}, {GEM5ART__SIZE, "-3", "null"}, {GEM5ART__SECONDS, "null", "0"},
        {GEM5ART__SECONDS, "1e999", "0"}, {GEM5ART__TICK, "null", "0"}, {GEM5ART__GIT, "null", "{}"}, {GEM5ART__GIT, "{\"origin\":\"o\"}", "{}"},
        {GEM5ART__ARCHIVE, "null", "\"all\""}, {GEM5ART__ROWS, "null", "[]"}, {GEM5ART__TEXTS_QUOTED, "3", "\"[]\""},
        {GEM5ART__TEXTS_QUOTED, "\"{}\"", "\"[]\""}, {GEM5ART__TEXTS_QUOTED, "\"[\"", "\"[]\""}, {GEM5ART__TEXTS_QUOTED, "[\"a\"]", "\"[\\\"a\\\"]\""},
        {GEM5ART__PAIRS, "{\"a\":1.0,\"b\":null}", "{\"a\":\"1.0\",\"b\":\"\"}"},
        {GEM5ART__TEXT, "1", ""}, {GEM5ART__TEXT, "[]", ""}, {GEM5ART__TEXT_OR_NULL, "{}", ""}, {GEM5ART__TEXTS, "{}", ""}, {GEM5ART__TEXTS, "1", ""},
        {GEM5ART__TEXTS, "\"x\"", ""}, {GEM5ART__TEXTS, "[\"a\",1]", ""}, {GEM5ART__PAIRS, "[]", ""}, {GEM5ART__PAIRS, "\"{}\"", ""},
        {GEM5ART__BOOLEAN, "1", ""}, {GEM5ART__BOOLEAN, "\"true\"", ""}, {GEM5ART__INTEGER, "true", ""}, {GEM5ART__INTEGER, "\"1\"", ""},
        {GEM5ART__INTEGER, "9223372036854775808", ""}, {GEM5ART__INTEGER, "1e300", ""}, {GEM5ART__INTEGER, "-1e300", ""}, {GEM5ART__SECONDS, "\"1\"", ""},
        {GEM5ART__TICK, "\"1\"", ""}, {GEM5ART__GIT, "[]", ""}, {GEM5ART__GIT, "{\"name\":1}", ""}, {GEM5ART__ARCHIVE, "\"x\"", ""},
        {GEM5ART__ARCHIVE, "{\"except\":\"a\"}", ""}, {GEM5ART__ARCHIVE, "[]", ""}, {GEM5ART__ROWS, "{}", ""}, {GEM5ART__ROWS, "[1]", ""},
        {GEM5ART__ROWS, "[{\"code\":\"x\"}]", ""}};
    size_t i, k;
    for (i = 0; i < sizeof same / sizeof *same; i++)
        for (k = 0; same[i].values[k]; k++) CHECK_STR(read_and_written(same[i].kind, same[i].values[k]), same[i].values[k]);
    for (i = 0; i < sizeof other / sizeof *other; i++)
        CHECK_THAT(strcmp(read_and_written(other[i].kind, other[i].value), other[i].written) == 0, "%s of kind %d is written %s, not %s",
                   other[i].value, (int)other[i].kind, read_and_written(other[i].kind, other[i].value), other[i].written);
    gem5art__arena_free(&arena);
}

TEST(pairs_that_are_odd) {
    static const char *const odd[] = {"a", "b", "c", NULL, NULL};
    const char *const *texts;
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 0);
    gem5art__write_texts(&writer, odd, true);
    CHECK_STR(gem5art_json_take(&writer, NULL, &error), "{\"a\":\"b\"}");
    gem5art_json_writer_free(&writer);
    texts = gem5art__read_texts(&arena, parsed("{\"a\":1.50,\"b\":true,\"c\":\"d\"}"), true);
    REQUIRE(texts != NULL);
    CHECK_STR(texts[1], "1.50");
    CHECK_STR(texts[3], "");
    CHECK_STR(texts[5], "d");
    gem5art__arena_free(&arena);
}

TEST(heads_of_lines) {
    static const char whole[] = "{\"_id\":\"i\",\"hash\":\"h\",\"type\":\"t\",\"name\":\"n\"";
    gem5art__head head;
    size_t size;
    for (size = 0; size < sizeof whole; size++) CHECK_INT(gem5art__read_head(whole, size, &head), size == sizeof whole - 1);
    CHECK(!gem5art__read_head("{\"_id\":\"\\u0041\"", 15, &head));
}

/* By the first bytes of a page, in the byte order of this machine or of another. */
TEST(lmdb_files_are_known_by_their_first_bytes) {
    static const unsigned char here[4] = {0xde, 0xc0, 0xef, 0xbe}, swapped[4] = {0xbe, 0xef, 0xc0, 0xde};
    char start[32];
    size_t at;
    for (at = 12; at <= 16; at += 4) {
        memset(start, 0, sizeof start);
        CHECK(!gem5art__is_lmdb(start, sizeof start));
        memcpy(start + at, here, 4);
        CHECK(gem5art__is_lmdb(start, sizeof start));
        CHECK(!gem5art__is_lmdb(start, at + 3));
        memcpy(start + at, swapped, 4);
        CHECK(gem5art__is_lmdb(start, sizeof start));
    }
}

/* What a rewrite that was killed left is removed; files that only have such a name stay. */
FLAT_TEST(leftovers_are_the_same_file_by_another_name) {
    struct stat st;
    fixture_begin();
    sh("echo '[]' >db.json; ln db.json db.json.tmp-1; ln db.json db.json.old.1; ln db.json db.json.damaged.1; ln db.json db.json.x;"
       "ln db.json other; echo x >db.json.tmp-2; ln -s gone db.json.old.2");
    REQUIRE(stat("db.json", &st) == 0);
    CHECK_INT(gem5art__leftovers("./db.json", &st, false), 3);
    CHECK_INT(gem5art__leftovers("./db.json", &st, true), 3);
    CHECK_INT(gem5art__leftovers("./db.json", &st, true), 0);
    CHECK(!exists("db.json.tmp-1") && !exists("db.json.old.1") && !exists("db.json.damaged.1"));
    CHECK(exists("db.json.x") && exists("other") && exists("db.json.tmp-2") && exists("db.json.old.2"));
    gem5art__leftovers("gone/db.json", &st, true);
    fixture_end();
}

static void count_damage(const char *message, void *user_data) {
    (void)message;
    ++*(int *)user_data;
}

/* Opens the store in the current folder for a viewer, who counts what is damaged. */
static bool open_viewer(int *damaged) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    desc.damaged = count_damage;
    desc.user_data = damaged;
    db = gem5art_open(STORE_URI, &desc, &error);
    return db != NULL;
}

/* Brackets and commas where none may be. */
FLAT_TEST(arrays_that_begin_badly) {
    static const struct { const char *text; gem5art__step step; } cases[] = {
        {"]", GEM5ART__DAMAGED}, {",[]", GEM5ART__DAMAGED}, {"[,{\"_id\":\"a\"}]", GEM5ART__DAMAGED},
        {"[,]", GEM5ART__DAMAGED}, {"[]", GEM5ART__END}, {"[\n", GEM5ART__TORN}, {" [ {\"_id\":\"a\"} ]", GEM5ART__RECORD}};
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        gem5art__cursor cursor;
        int fd;
        write_text("store", cases[i].text);
        REQUIRE((fd = open("store", O_RDONLY)) >= 0);
        gem5art__cursor_init(&cursor, fd, "store", 0, (off_t)strlen(cases[i].text));
        CHECK_THAT(gem5art__cursor_step(&cursor, &error) == cases[i].step, "%s", cases[i].text);
        gem5art__cursor_free(&cursor);
        close(fd);
    }
    fixture_end();
}

/* The steps of a reader over a text: R for a record, D for damage, T for a torn end, E for the end. */
static const char *steps_over(const char *text) {
    static char letters[32];
    gem5art__cursor cursor;
    gem5art__step step;
    size_t n = 0;
    int fd;
    write_text("store", text);
    if ((fd = open("store", O_RDONLY)) < 0) return "";
    gem5art__cursor_init(&cursor, fd, "store", 0, (off_t)strlen(text));
    do {
        step = gem5art__cursor_step(&cursor, &error);
        letters[n++] = step == GEM5ART__RECORD ? 'R' : step == GEM5ART__DAMAGED ? 'D' : step == GEM5ART__TORN ? 'T' : 'E';
    } while (n + 1 < sizeof letters && (step == GEM5ART__RECORD || step == GEM5ART__DAMAGED));
    letters[n] = 0;
    gem5art__cursor_free(&cursor);
    close(fd);
    return letters;
}

FLAT_TEST(records_beside_damage) {
    char *first = line_of(1), *second = line_of(2), text[8192];
    fixture_begin();
    CHECK_STR(steps_over("[{\"_id\":\"a\"},{\"x\":1},{\"_id\":\"b\"}]"), "RDRE"); /* of another program, on one line */
    snprintf(text, sizeof text, "[\n%s%s]\n", first, second); /* which lost the line end between them */
    CHECK_STR(steps_over(text), "RDRE");
    snprintf(text, sizeof text, "[\n%s,\n%s]\n", first, second);
    CHECK_STR(steps_over(text), "RRE");
    memcpy(strstr(text, "run 1"), "RUN", 3);
    CHECK_STR(steps_over(text), "DRE");
    free(first), free(second);
    fixture_end();
}

/* Only a store with a hash of gem5art is asked for MD5s. */
FLAT_TEST(a_store_with_a_hash_of_gem5art) {
    int md5;
    fixture_begin();
    for (md5 = 0; md5 < 2; md5++) {
        char text[256];
        snprintf(text, sizeof text, "[{\"_id\":\"a\",\"hash\":\"%0*d\",\"type\":\"x\",\"name\":\"n\"}]", md5 ? 32 : 64, 0);
        write_text(STORE_PATH, text);
        REQUIRE(open_db(NULL) && gem5art__refresh(db, &error));
        CHECK_INT(db->flat.has_md5, md5);
        close_db();
    }
    fixture_end();
}

TEST(ids_are_found_in_a_sorted_list) {
    static const char *const ids[] = {"a", "b", "bc", "d", "e", "f", "g"};
    size_t count, i;
    for (count = 0; count <= 7; count++) {
        for (i = 0; i < 7; i++)
            CHECK_INT(gem5art__find_id(ids, count, ids[i], strlen(ids[i])), i < count ? i : SIZE_MAX);
        CHECK_INT(gem5art__find_id(ids, count, "c", 1), SIZE_MAX);
        CHECK_INT(gem5art__find_id(ids, count, "", 0), SIZE_MAX);
        CHECK_INT(gem5art__find_id(ids, count, "h", 1), SIZE_MAX);
    }
}

/* A reader stops where it was told to, whatever was appended meanwhile. */
FLAT_TEST(a_reader_stops_at_its_end) {
    static const char text[] = "[\n{\"_id\":\"a\",\"x\":\"1\"},\n{\"_id\":\"b\",\"x\":\"2\"}]\n";
    gem5art__cursor cursor;
    int fd;
    fixture_begin();
    write_text("store", text);
    REQUIRE((fd = open("store", O_RDONLY)) >= 0);
    gem5art__cursor_init(&cursor, fd, "store", 0, (off_t)(strchr(text, ',') - text) + 11); /* after the first record */
    cursor.step = 8;
    CHECK_INT(gem5art__cursor_step(&cursor, &error), GEM5ART__RECORD);
    CHECK_INT(gem5art__cursor_step(&cursor, &error), GEM5ART__TORN);
    gem5art__cursor_free(&cursor);
    close(fd);
    fixture_end();
}

/* Two damaged records on the last line, which lost the line end between them, are not a write that was cut off. */
FLAT_TEST(two_damaged_records_on_one_line) {
    char *first = line_of(1), *second = line_of(2), text[8192];
    const char *found;
    int damaged = 0;
    fixture_begin();
    memcpy(strstr(first, "run 1"), "RUN", 3);
    memcpy(strstr(second, "run 2"), "RUN", 3);
    snprintf(text, sizeof text, "[\n%s%s]\n", first, second);
    write_text(STORE_PATH, text);
    if (open_viewer(&damaged)) {
        found = store_names(db);
        CHECK_THAT(damaged > 0, "%s: %s", found, error.message);
    } else CHECK_INT(error.code, GEM5ART_CORRUPT);
    free(first), free(second);
    fixture_end();
}

/* A viewer sees the records of a file that has lost its first line; one without any record is not a store. */
FLAT_TEST(a_store_without_its_first_bracket) {
    char *line = line_of(1), text[4096];
    const gem5art_run *run;
    int damaged = 0;
    fixture_begin();
    snprintf(text, sizeof text, "%s]\n", line);
    write_text(STORE_PATH, text);
    REQUIRE(open_viewer(&damaged));
    run = gem5art_find_run(db, id_of(1), &error);
    CHECK_THAT(run != NULL, "%s", error.message);
    CHECK(damaged > 0);
    close_db();
    write_text(STORE_PATH, "what is this?\n");
    CHECK(!open_viewer(&damaged));
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    free(line);
    fixture_end();
}

/* What another program does to the file between a look at it and the next read of it. */
FLAT_TEST(a_store_that_is_cut_while_it_is_read) {
    struct stat st;
    off_t bracket;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
    CHECK(stat(STORE_PATH, &st) == 0);
    CHECK(gem5art__flat_quick_end(&db->flat, st.st_size, &bracket));
    CHECK(!gem5art__flat_quick_end(&db->flat, st.st_size + 100, &bracket));
    CHECK(gem5art__flat_save_aside(db, 2, st.st_size + 100, &error)); /* as much as there is */
    CHECK(stat(STORE_PATH ".torn.1", &st) == 0);
    db->flat.device++; /* its path leads to a file of another file system */
    CHECK(gem5art__flat_refresh(db, &error));
    CHECK(stat(STORE_PATH, &st) == 0 && db->flat.device == st.st_dev);
    db->flat.size = 0;
    CHECK(truncate(STORE_PATH, st.st_size / 2) == 0);
    CHECK(gem5art__flat_follow(db, &st, &error));
    CHECK(!db->flat.end_known);
    CHECK_CONTAINS(fixture_warnings, "was rewritten by another program");
    db->writer = db->flat.fd;
    db->flat.size = st.st_size + 100;
    CHECK(!gem5art__flat_append_few(db, "{}", 2, &error));
    db->writer = -1;
    fixture_end();
}

/* Of an array that is not closed, a bad record that others follow is damage; only the rest of the file is cut off. */
FLAT_TEST(a_bad_checksum_before_an_unfinished_write) {
    char *line = line_of(1), text[4096];
    gem5art__cursor cursor;
    int fd;
    fixture_begin();
    memcpy(strstr(line, "run 1"), "RUN", 3);
    snprintf(text, sizeof text, "[\n%s,\n{\"_id\":\"x", line);
    write_text("store", text);
    REQUIRE((fd = open("store", O_RDONLY)) >= 0);
    gem5art__cursor_init(&cursor, fd, "store", 0, (off_t)strlen(text));
    CHECK_INT(gem5art__cursor_step(&cursor, &error), GEM5ART__DAMAGED);
    gem5art__cursor_free(&cursor);
    close(fd);
    free(line);
    fixture_end();
}

/* A store that git or an editor has given other line ends: after damage, its next records are found. */
FLAT_TEST(damage_before_records_with_other_line_ends) {
    char *lines[3], text[8192];
    int damaged = 0, i;
    fixture_begin();
    for (i = 0; i < 3; i++) lines[i] = line_of(i);
    memcpy(strstr(lines[0], "run 0"), "RUN", 3);
    snprintf(text, sizeof text, "[\r\n%s,\r\n%s,\r\n%s]\r\n", lines[0], lines[1], lines[2]);
    write_text(STORE_PATH, text);
    REQUIRE(open_viewer(&damaged));
    CHECK(gem5art_find_run(db, id_of(1), &error) && gem5art_find_run(db, id_of(2), &error));
    CHECK(!gem5art_find_run(db, id_of(0), &error));
    CHECK(damaged > 0);
    for (i = 0; i < 3; i++) free(lines[i]);
    fixture_end();
}

TEST(nothing_is_recorded_without_the_lock) {
    gem5art__buf lines = {NULL, 0, 0, false};
    gem5art_json_writer writer;
    fixture_begin();
    REQUIRE(open_db(NULL));
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_object(&writer);
    gem5art_json_end_object(&writer);
    gem5art__clear(&error);
    CHECK(gem5art__put_written(&lines, &writer, false, &error));
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_STR(lines.data, "{}");
    db->read_only = true;
    CHECK(!gem5art__record_lines(db, &lines, &error));
    CHECK_CONTAINS(error.message, "opened for reading only");
    gem5art__buf_free(&lines);
    fixture_end();
}

/* The lock is free for others even if another process has the descriptor still, as a child of the host between its fork
   and its exec. */
FLAT_TEST(a_lock_that_a_child_has_inherited) {
    gem5art_db *other;
    pid_t child;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1) && gem5art__store_lock(db, &error));
    fflush(stdout);
    if ((child = fork()) == 0) {
        pause();
        _exit(0);
    }
    gem5art__store_unlock(db);
    other = db, db = NULL;
    REQUIRE(open_db(NULL));
    CHECK_INT(gem5art__lock_seen(db->flat.fd, GEM5ART__WRITER_BYTE), F_UNLCK);
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    CHECK(gem5art_close(other, NULL));
    fixture_end();
}

/* Many records at once are written by replacing the file, few in place. */
FLAT_TEST(many_records_at_once) {
    enum { MANY = GEM5ART__APPENDED + 1 };
    gem5art__buf lines = {NULL, 0, 0, false};
    struct stat before, after;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 0));
    for (i = 1; i <= MANY; i++) {
        gem5art_run run = a_run(i);
        if (i > 1) gem5art__puts(&lines, ",\n");
        CHECK(gem5art__put_run_lines(&lines, &run, NULL, &error));
    }
    CHECK(stat(STORE_PATH, &before) == 0);
    CHECK_THAT(gem5art__record_lines(db, &lines, &error), "%s", error.message);
    CHECK(stat(STORE_PATH, &after) == 0 && after.st_ino != before.st_ino);
    CHECK_INT(json_count(STORE_PATH), MANY + 1);
    CHECK_INT(count_sealed(STORE_PATH), MANY + 1);
    CHECK(store_run(db, MANY + 1));
    CHECK(gem5art_find_run(db, id_of(MANY), &error) != NULL);
    CHECK(stat(STORE_PATH, &before) == 0 && after.st_ino == before.st_ino);
    gem5art__buf_free(&lines);
    fixture_end();
}

/* ---- run */

TEST(gem5s_options_by_letter_and_name) {
    static const struct { const char *option; char letter; const char *name; bool is; } cases[] = {
        {"d", 'd', "--outdir", false},     {"-d", 'd', "--outdir", true},        {"-rd", 'd', "--outdir", true},
        {"-pd", 'd', "--outdir", false},   {"-x", 'd', "--outdir", false},       {"-x", 0, "--stdout-file", false},
        {"--", 'd', "--outdir", false},    {"--out=x", 'd', "--outdir", true},   {"--outdirs", 'd', "--outdir", false},
        {"--debug", 'd', "--outdir", false}, {"--outdir", 0, "--outdir", true},
        {"--o", 0, "--outdir", true}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_THAT(gem5art__is_option(cases[i].option, cases[i].letter, cases[i].name) == cases[i].is, "%s", cases[i].option);
    CHECK(!gem5art__has_text(NULL, "x"));
}

TEST(processes_by_number_and_start) {
    const int64_t self = getpid(), start = gem5art__process_start(self, true);
    CHECK(!gem5art__process_lives(0, 0));
    CHECK(!gem5art__process_lives(-1, 0));
    CHECK(!gem5art__process_lives((int64_t)1 << 40, 0));
    CHECK(gem5art__process_lives(self, 0)); /* its start is not known */
    CHECK(gem5art__process_lives(self, start));
#ifndef GEM5ART_NO_PROC
    CHECK(start > 0);
    CHECK(!gem5art__process_lives(self, start + 1));
#endif
}

TEST(folders_by_device_and_inode) {
    struct stat a, b;
    memset(&a, 0, sizeof a);
    a.st_dev = 1, a.st_ino = 2;
    b = a;
    CHECK(gem5art__same_folder("x", &a, &b, &error));
    b.st_dev = 2;
    CHECK(!gem5art__same_folder("x", &a, &b, &error));
    b = a, b.st_ino = 3;
    CHECK(!gem5art__same_folder("x", &a, &b, &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
}

/* What a hostile info.json may have as its id and hash becomes no path. */
TEST(names_of_live_entries) {
    static const char hash[] = "0123456789abcdef", id[] = "00000000-0000-4000-8000-000000000001";
    char longest[140];
    char *path;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(longest, 'a', sizeof longest - 1), longest[sizeof longest - 1] = 0;
    path = gem5art__live_entry(db, &arena, hash, id, &error);
    CHECK(path && gem5art__ends_with(path, id));
    CHECK(!gem5art__live_entry(db, &arena, "", id, &error));
    CHECK(!gem5art__live_entry(db, &arena, "../x", id, &error));
    CHECK(!gem5art__live_entry(db, &arena, longest, id, &error));
    CHECK(!gem5art__live_entry(db, &arena, hash, "../x", &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK(gem5art__queued_path(db, &arena, hash, &error) != NULL);
    CHECK(!gem5art__queued_path(db, &arena, "", &error));
    CHECK(!gem5art__queued_path(db, &arena, "../x", &error));
    CHECK(!gem5art__queued_path(db, &arena, longest, &error));
    CHECK_STR(gem5art__read_ticket(db, &arena, hash, &error), "");
    CHECK(!gem5art__read_ticket(db, &arena, "../x", &error));
    write_text(db->queue_path, "in the way\n");
    CHECK_STR(gem5art__read_ticket(db, &arena, hash, &error), "");
    gem5art__arena_free(&arena);
    fixture_end();
}

/* ---- runs of a repo with two scripts, one of which git does not track */

static const gem5art_artifact *used[2]; /* a gem5 binary, a repo */

static bool begin_runs(void) {
    if (!begin_with_scripts()) return false;
    used[0] = register_path("gem5", "gem5 binary", "gem5");
    used[1] = register_path("repo", "git repo", "repo");
    return used[0] && used[1];
}

static gem5art_run_desc a_desc(const char *outdir) {
    static const char *const params[] = {"1", "2", NULL};
    gem5art_run_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.name = desc.outdir = outdir;
    desc.gem5_artifact = used[0];
    desc.gem5_git_artifact = desc.run_script_git_artifact = used[1];
    desc.run_script = "repo/run.py";
    desc.params = params;
    return desc;
}

static gem5art_run *new_run(const char *outdir) {
    gem5art_run_desc desc = a_desc(outdir);
    gem5art_run *run = gem5art_create_se_run(db, &desc, &error);
    CHECK_THAT(run != NULL, "%s", error.message);
    return run;
}

TEST(variables_of_a_run_are_pairs) {
    static const char *const odd[] = {"cpu", NULL}, *const unnamed[] = {"", "o3", NULL};
    gem5art_run_desc desc;
    REQUIRE(begin_runs());
    desc = a_desc("out");
    desc.variables = odd;
    CHECK(!gem5art_create_se_run(db, &desc, &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "variables");
    desc.variables = unnamed;
    CHECK(!gem5art_create_se_run(db, &desc, &error));
    fixture_end();
}

TEST(differences_from_the_run_of_an_outdir) {
    static const struct { const char *script, *found; } cases[] = {
        {"s/\"status\"/\"status\"/", "run script"}, /* nothing that info.json holds */
        {"s/\"type\": \"gem5 run\"/\"type\": \"gem5 run fs\"/", "another kind of run"},
        {"s/\"gem5_artifact\": \"[^\"]*\"/\"gem5_artifact\": \"00000000-0000-4000-8000-000000000009\"/", "gem5 binary"},
        {"s/\"params\": \\[/\"params\": [3, /", "parameters"},
        {"s/\"gem5_options\": \\[/\"gem5_options\": [\"-q\"/", "gem5 options"},
        {"s/\"artifacts\": \\[/\"artifacts\": [\"x\"/", "further artifacts"},
        {"s/\"run_script\": \"[^\"]*\"/\"run_script\": \"x.py\"/", "run script x.py -> repo/run.py"}};
    gem5art__run *run;
    size_t i;
    REQUIRE(begin_runs() && (run = (gem5art__run *)new_run("out")) != NULL);
    sh("cp out/info.json was.json");
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        sh("sed '%s' was.json >out/info.json", cases[i].script);
        CHECK_CONTAINS(gem5art__differences(run, "out"), cases[i].found);
    }
    CHECK_CONTAINS(gem5art__differences(run, "gone"), "its info.json cannot be read");
    fixture_end();
}

/* The same file by two ids, as in a store that two programs filled, is not a difference. */
TEST(an_artifact_with_two_ids_is_not_a_difference) {
    gem5art_artifact second;
    gem5art__run *run;
    REQUIRE(begin_runs() && (run = (gem5art__run *)new_run("out")) != NULL);
    second = an_artifact(9, "gem5 binary");
    second.hash = used[0]->hash;
    CHECK(store_artifact(db, &second) && gem5art__refresh(db, &error));
    sh("sed -i 's/\"gem5_artifact\": \"[^\"]*\"/\"gem5_artifact\": \"%s\"/' out/info.json", id_of(9));
    CHECK_STR(gem5art__differences(run, "out"), "run script");
    fixture_end();
}

/* An outdir of gem5art's own, which has the MD5 that it gave the experiment, is an attempt at it. */
TEST(an_outdir_with_the_hash_of_gem5art) {
    gem5art_run *run;
    char legacy[33];
    REQUIRE(begin_runs() && (run = new_run("out")) != NULL);
    gem5art__legacy_hash(run, legacy);
    sh("sed -i 's/%s/%s/; s/\"Created\"/\"Failed\"/' out/info.json", run->hash, legacy);
    CHECK_INT(gem5art__read_outdir((gem5art__run *)run, "out", &error), GEM5ART__OUTDIR_ATTEMPT);
    sh("sed -i 's/%s/%032d/' out/info.json", legacy, 0);
    CHECK_INT(gem5art__read_outdir((gem5art__run *)run, "out", &error), GEM5ART__OUTDIR_FOREIGN);
    fixture_end();
}

TEST(an_outdir_that_ends_in_a_dot) {
    gem5art_run *run, *loaded;
    REQUIRE(begin_runs() && (run = new_run("out.")) != NULL);
    REQUIRE((loaded = gem5art_load_run(db, "out./info.json", &error)) != NULL);
    CHECK(gem5art__ends_with(loaded->outdir, "/out."));
    CHECK_STR(((gem5art__run *)loaded)->base, loaded->outdir);
    fixture_end();
}

TEST(a_script_that_git_does_not_track) {
    gem5art_run_desc desc;
    gem5art_run *run;
    REQUIRE(begin_runs());
    desc = a_desc("out");
    desc.run_script = "repo/untracked.py";
    REQUIRE((run = gem5art_create_se_run(db, &desc, &error)) != NULL);
    CHECK(gem5art__check_script(&db->cache, (gem5art__run *)run, "repo/untracked.py", &error));
    write_text("repo/untracked.py", "# a different one\n");
    CHECK(!gem5art__check_script(&db->cache, (gem5art__run *)run, "repo/untracked.py", &error));
    CHECK_INT(error.code, GEM5ART_CHANGED);
    unlink("repo/untracked.py");
    CHECK(!gem5art__check_script(&db->cache, (gem5art__run *)run, "repo/untracked.py", &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(!gem5art__identify((gem5art__run *)run, ".", &error));
    fixture_end();
}

/* Records with the run's hash that are not attempts at it, or that do not keep it from being launched. */
TEST(records_that_are_found_by_a_hash) {
    static const char form[] = "[{\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"%s\",\"name\":\"a\"%s}]";
    static const struct { bool by_id; const char *type, *rest; bool keeps; int failed; } cases[] = {
        {true, "gem5 run", ",\"status\":\"Finished\"", false, 0},
        {false, "disk image", ",\"status\":\"Finished\"", false, 0},
        {false, "gem5 run", ",\"status\":\"Finished\"", true, 0},
        {false, "gem5 run", ",\"status\":\"Finished\",\"rerunnable\":\"x\"", true, 0},
        {false, "gem5 run", ",\"status\":\"Finished\",\"rerunnable\":true", false, 0},
        {false, "gem5 run", ",\"status\":\"Running\"", false, 0},
        {false, "gem5 run fs", ",\"status\":\"Failed\",\"rerunnable\":false", false, 1}};
    gem5art__run run;
    size_t i;
    memset(&run, 0, sizeof run);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        int failed = -1;
        fixture_begin();
        run.public_ = a_run(7);
        run.public_.hash = "00000000-0000-4000-8000-000000000001"; /* which may be an id too */
        snprintf(text, sizeof text, form, cases[i].by_id ? run.public_.hash : id_of(2),
                 cases[i].by_id ? hash_of(1) : run.public_.hash, cases[i].type, cases[i].rest);
        lay_store(text);
        REQUIRE(open_db(NULL));
        run.db = db;
        CHECK_THAT(gem5art__not_recorded(db, &run, 1, &failed, &error) != cases[i].keeps, "%s: %s", text, error.message);
        CHECK_THAT(failed == cases[i].failed, "%s: %d", text, failed);
        fixture_end();
    }
}

/* A run that gem5art identified is looked up by that hash alone. */
TEST(a_run_with_the_hash_of_gem5art) {
    gem5art__attempts attempts;
    gem5art_run run = a_run(1);
    fixture_begin();
    REQUIRE(open_db(NULL));
    run.hash = "0123456789abcdef0123456789abcdef";
    CHECK(gem5art__attempts_begin(&attempts, db, &run, &error));
    CHECK_STR(attempts.hashes[0], run.hash);
    CHECK_STR(attempts.hashes[1], "");
    fixture_end();
}

TEST(recorded_files_without_a_path_or_hash) {
    gem5art__run run;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&run, 0, sizeof run);
    run.public_ = a_run(1);
    run.db = db;
    CHECK(!gem5art__fail_recorded(&run, parsed("{\"_id\":\"x\",\"status\":\"Finished\",\"files\":[{},{\"path\":\"x\"},{\"hash\":\"x\"}]}"),
                                  &arena, &error));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_CONTAINS(error.message, "set .rerun");
    gem5art__arena_free(&arena);
    fixture_end();
}

/* The entry of a lost run leads to an info.json that is not that run's, or not this user's. */
TEST(an_info_json_that_is_not_the_lost_runs) {
    gem5art__live live;
    DIR *folder;
    memset(&live, 0, sizeof live);
    fixture_begin();
    REQUIRE(mkdir("out", 0777) == 0 && (folder = opendir("out")) != NULL);
    live.outdir = "out", live.id = "i", live.hash = "h";
    write_text("out/info.json", "{\"_id\":\"i\",\"hash\":\"h\"}");
    CHECK(gem5art__read_lost_info(&live, &arena, folder, &error) != NULL);
    if (geteuid() == 0) {
        CHECK(chown("out/info.json", 65534, 65534) == 0);
        CHECK(!gem5art__read_lost_info(&live, &arena, folder, &error));
        CHECK_CONTAINS(error.message, "belongs to another user");
    }
    unlink("out/info.json");
    write_text("out/info.json", "{\"_id\":\"i\",\"hash\":\"other\"}");
    CHECK(!gem5art__read_lost_info(&live, &arena, folder, &error));
    CHECK_CONTAINS(error.message, "belongs to a different run");
    write_text("out/info.json", "{\"_id\":\"other\",\"hash\":\"h\"}");
    CHECK(!gem5art__read_lost_info(&live, &arena, folder, &error));
    closedir(folder);
    gem5art__arena_free(&arena);
    fixture_end();
}

TEST(where_the_supervisor_of_an_entry_is) {
    gem5art__live live;
    const gem5art__host_facts *host;
    fixture_begin();
    REQUIRE(open_db(NULL) && (host = gem5art__host(db, &error)) != NULL);
    memset(&live, 0, sizeof live);
    live.hash = hash_of(1), live.boot_id = host->boot_id, live.host = host->host, live.pid_space = "another";
    live.job = "";
    CHECK(!gem5art__is_live(db, &live, GEM5ART__LIVE_NONE));
    live.lock = 7;
    CHECK_INT(gem5art__find_supervisor(db, &live), GEM5ART__RUN_LOST); /* no lock file is open */
    CHECK(gem5art__open_claims(db, &error));
    CHECK_INT(gem5art__find_supervisor(db, &live), db->claimed.inode == 7 ? GEM5ART__RUN_LOST : GEM5ART__RUN_ELSEWHERE);
    live.lock = (int64_t)db->claimed.inode;
    CHECK_INT(gem5art__find_supervisor(db, &live), GEM5ART__RUN_LOST);
    fixture_end();
}

/* A socket cannot be opened at all. */
TEST(a_socket_in_the_place_of_the_lock_file) {
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, STORE_PATH ".lock");
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(!gem5art__claim_run(db, hash_of(1), &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "is not a file: remove it");
    close(fd);
    fixture_end();
}

TEST(lock_files_that_are_none) {
    static const char *const commands[] = {"mkdir %s", "mkfifo %s", "ln -s db.json %s", "ln db.json %s"};
    size_t i;
    for (i = 0; i < sizeof commands / sizeof *commands; i++) {
        fixture_begin();
        REQUIRE(open_db(NULL));
        CHECK(!gem5art__claim_still_holds(db, hash_of(1), &error)); /* it was never claimed */
        REQUIRE(gem5art__claim_run(db, hash_of(1), &error));
        CHECK(gem5art__claim_still_holds(db, hash_of(1), &error));
        sh("rm -f %s", db->lock_path);
        sh(commands[i], db->lock_path);
        CHECK_INT(gem5art__claim_still_holds(db, hash_of(1), &error), i == 3); /* a file with two names */
        if (i < 3) CHECK_CONTAINS(error.message, "is not a file: remove it");
        gem5art__unclaim_run(db, hash_of(1));
        fixture_end();
    }
}

TEST(tickets_that_cannot_be_read) {
    gem5art__run *run;
    const char *path;
    REQUIRE(begin_runs() && (run = (gem5art__run *)new_run("out")) != NULL);
    run->environment = NULL; /* of a run that was never queued: what is recorded of it counts */
    CHECK(gem5art__write_queued(db, run, "12", GEM5ART__REPLACE, &error));
    CHECK_STR(gem5art__read_ticket(db, &arena, run->public_.hash, &error), "12");
    run->public_.type = "gem5 run fs";
    CHECK(gem5art__write_queued(db, run, "13", GEM5ART__REPLACE, &error));
    CHECK_STR(gem5art__read_ticket(db, &arena, run->public_.hash, &error), "13");
    REQUIRE((path = gem5art__queued_path(db, &arena, run->public_.hash, &error)) != NULL);
    unlink(path);
    sh("ln -s x %s", path);
    CHECK_STR(gem5art__read_ticket(db, &arena, run->public_.hash, &error), "unknown");
    unlink(path);
    gem5art__arena_free(&arena);
    fixture_end();
}

/* Only names that an entry can have are opened. */
TEST(other_files_among_the_live_entries) {
    gem5art__live_list list;
    fixture_begin();
    REQUIRE(open_db(NULL));
    sh("mkdir -p %s; cd %s; touch plain .hidden a.b .00000000-0000-4000-8000-000000000001 "
       "abc.00000000-0000-4000-8000-000000000001 .queued abc.queued", db->live_path, db->live_path);
    gem5art__live_begin(&list, db, NULL);
    CHECK(gem5art__live_next(&list)); /* it is empty */
    CHECK_INT(list.trust, GEM5ART__LIVE_NONE);
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    gem5art__live_begin(&list, db, "abd");
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    gem5art__live_begin(&list, db, "ab");
    CHECK(!gem5art__live_next(&list));
    CHECK(gem5art__live_end(&list, &error));
    fixture_end();
}

TEST(the_folder_of_entries_may_be_a_file) {
    static const char *const commands[] = {"touch %s", "ln -s . %s"};
    size_t i;
    for (i = 0; i < 2; i++) {
        int folder = -1;
        fixture_begin();
        REQUIRE(open_db(NULL));
        sh(commands[i], db->queue_path);
        CHECK(!gem5art__open_entries(db, db->queue_path, &folder, &error));
        CHECK_INT(error.code, GEM5ART_INVALID);
        CHECK_CONTAINS(error.message, "is not a folder: remove it");
        fixture_end();
    }
}

/* Locks a range of a file by another open file description, until it is closed. */
static int lock_range(const char *path, short type, int64_t from, int64_t length) {
    struct flock lock;
    int fd = open(path, O_RDWR);
    memset(&lock, 0, sizeof lock);
    lock.l_type = type, lock.l_whence = SEEK_SET, lock.l_start = (off_t)from, lock.l_len = (off_t)length;
    CHECK_THAT(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0, "%s is not locked", path);
    return fd;
}

/* A program that is no supervisor may have locked a claim's byte: alone and to read it, or with others. */
TEST(claims_that_others_have_locked) {
    static const struct { int64_t before, length; short type; bool claimed; } cases[] = {
        {0, 1, F_WRLCK, false}, {0, 2, F_WRLCK, true}, {1, 2, F_WRLCK, true}, {0, 1, F_RDLCK, true}};
    const char *hash = hash_of(7);
    int64_t byte = gem5art__claim_byte(hash);
    size_t i;
    int fd;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        fd = lock_range(db->path, cases[i].type, gem5art__store_claim_byte(byte) - cases[i].before, cases[i].length);
        CHECK_INT(gem5art__claim_run(db, hash, &error), cases[i].claimed);
        if (cases[i].claimed) gem5art__unclaim_run(db, hash);
        else CHECK_CONTAINS(error.message, "with a lock file other than");
        close(fd);
    }
    fd = lock_range(db->lock_path, F_RDLCK, byte, 1);
    CHECK(!gem5art__claim_run(db, hash, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "not a supervisor");
    close(fd);
    CHECK(gem5art__claim_run(db, hash, &error));
    CHECK(!gem5art__claim_run(db, hash, &error)); /* twice */
    CHECK_INT(error.code, GEM5ART_BUSY);
    sh("mkdir -p %s; touch %s/%s.%s", db->live_path, db->live_path, hash, id_of(1)); /* an entry that says nothing */
    CHECK(!gem5art__claim_run(db, hash, &error));
    CHECK_CONTAINS(error.message, "by another program");
    gem5art__unclaim_run(db, hash);
    fixture_end();
}

/* ---- outcome */

TEST(outputs_that_shrink_flood_or_have_no_lines) {
    static const char *const none[] = {NULL};
    gem5art__watch watch;
    gem5art__long_work work;
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art_run run = a_run(1);
    char *flood = (char *)malloc(GEM5ART__TAIL + 11);
    off_t size;
    DIR *folder;
    fixture_begin();
    memset(&watch, 0, sizeof watch);
    memset(&work, 0, sizeof work);
    memset(flood, 'x', GEM5ART__TAIL + 10), flood[GEM5ART__TAIL + 10] = 0;
    run.fail_on = none;
    REQUIRE(mkdir("out", 0777) == 0 && (folder = opendir("out")) != NULL);
    CHECK(gem5art__watch_begin(&watch, &run, folder, &error));
    write_text("out/simout.txt", flood);
    CHECK(!gem5art__watch_files(&watch, &run, folder, 1 << 20, true, NULL));
    CHECK(gem5art__read_tail(&watch, dirfd(folder), "simout.txt", &text, &size));
    CHECK_INT(size, GEM5ART__TAIL + 10);
    CHECK_INT(text.length, GEM5ART__TAIL);
    CHECK(truncate("out/simout.txt", 0) == 0);
    sh("printf 'panic: x\\n' >>out/simout.txt");
    CHECK(!gem5art__watch_files(&watch, &run, folder, 1 << 20, true, NULL));
    work.given_up = true;
    gem5art__this_work = &work;
    sh("echo more >>out/simout.txt");
    CHECK(!gem5art__watch_files(&watch, &run, folder, 1 << 20, true, NULL)); /* at once */
    gem5art__this_work = NULL;
    gem5art__watch_free(&watch);
    gem5art__buf_free(&text);
    closedir(folder);
    free(flood);
    fixture_end();
}

/* The guest's exit code may be in one file, and "Exiting @" in none. */
TEST(a_guests_exit_code_without_a_cause) {
    gem5art__findings found;
    gem5art__watch watch;
    gem5art_run run = a_run(1);
    DIR *folder;
    fixture_begin();
    memset(&watch, 0, sizeof watch);
    memset(&found, 0, sizeof found);
    REQUIRE(mkdir("out", 0777) == 0 && (folder = opendir("out")) != NULL);
    write_text("out/simout.txt", "Simulated exit code not 0! Exit code is 3\n");
    write_text("out/console.txt", "Simulated exit code not 0! Exit code is 4\n");
    CHECK(gem5art__read_outputs(&found, &run, &arena, &watch, dirfd(folder)));
    CHECK_STR(found.exit_code, "Simulated exit code not 0! Exit code is 3");
    CHECK(!found.cause);
    closedir(folder);
    gem5art__arena_free(&arena);
    fixture_end();
}

TEST(statistics_of_a_fork_are_a_file) {
    const char *const *forks;
    fixture_begin();
    sh("mkdir -p out.f0/stats.txt; touch -d '10 seconds ago' out.f0 out.f0/stats.txt");
    REQUIRE((forks = gem5art__forks_of("out", gem5art__now() - 5, &arena)) != NULL);
    CHECK(!forks[0]);
    REQUIRE((forks = gem5art__forks_of("out", gem5art__now() - 15, &arena)) != NULL);
    CHECK_STR(forks[0], "out.f0");
    sh("touch out.f0/stats.txt; touch -d '10 seconds ago' out.f0");
    REQUIRE((forks = gem5art__forks_of("out", gem5art__now() - 5, &arena)) != NULL);
    CHECK(!forks[0]);
    gem5art__arena_free(&arena);
    fixture_end();
}

/* ---- warden */

TEST(a_warden_that_is_none) {
    gem5art__warden warden;
    memset(&warden, 0, sizeof warden);
    CHECK(!gem5art__warden_check(&warden, 0));
    CHECK(!gem5art__warden_send(&warden));
    CHECK_INT(errno, EPIPE);
    warden.pid = getpid(), warden.dead = true;
    CHECK(!gem5art__warden_check(&warden, 0));
    CHECK(!gem5art__warden_send(&warden));
#ifndef GEM5ART_NO_PROC
    warden.start = gem5art__process_start(warden.pid, false) + 1; /* another process has its number */
    CHECK(!gem5art__warden_lives(&warden));
#endif
}

TEST(reports_that_have_no_room_are_left_out) {
    gem5art__warden_state self;
    gem5art__run_child child;
    gem5art__message room[2];
    memset(&self, 0, sizeof self);
    memset(&child, 0, sizeof child);
    self.children = &child;
    self.unsent.data = (char *)room;
    self.unsent.capacity = sizeof room;
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, sizeof *room);
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, sizeof *room);
    self.unsent.length = 0;
    self.closing = true;
    gem5art__in_warden_report(&self, GEM5ART__ENDED, &child, 0, NULL);
    CHECK_INT(self.unsent.length, 0);
    self.child_list = -1;
    CHECK_INT(gem5art__in_warden_count(&self, 0), -1);
}

/* A list of children in any number of reads. */
TEST(children_are_counted_to_the_last) {
    gem5art__warden_state self;
    char many[20000] = "";
    int i;
    fixture_begin();
    memset(&self, 0, sizeof self);
    for (i = 0; i < 2000; i++) sprintf(many + strlen(many), "%d ", 100000 + i * 7);
    write_text("none", "");
    write_text("three", "1 222  33:");
    write_text("many", many);
    REQUIRE((self.child_list = open("none", O_RDONLY)) >= 0);
    CHECK_INT(gem5art__in_warden_count(&self, 0), 0);
    close(self.child_list);
    REQUIRE((self.child_list = open("three", O_RDONLY)) >= 0);
    CHECK_INT(gem5art__in_warden_count(&self, 0), 3);
    close(self.child_list);
    REQUIRE((self.child_list = open("many", O_RDONLY)) >= 0);
    CHECK_INT(gem5art__in_warden_count(&self, 0), 2000);
    close(self.child_list);
    CHECK_INT(gem5art__in_warden_count(&self, 0), -1);
    fixture_end();
}

TEST(reports_of_a_dead_warden_do_not_count) {
    gem5art__warden warden;
    bool more = false;
    memset(&warden, 0, sizeof warden);
    warden.number = warden.inbox[0].warden = 7;
    warden.dead = true, warden.count = 1;
    CHECK(!gem5art__warden_read(&warden, &more));
    warden.first = 0, warden.count = 1, warden.dead = false;
    CHECK(gem5art__warden_read(&warden, &more) == &warden.inbox[0]);
}

/* What a pipe takes in several pieces comes out as it was. */
TEST(messages_in_units_and_in_parts) {
    enum { MUCH = 1 << 20 };
    gem5art__buf unsent = {NULL, 0, 0, false};
    char *whole = (char *)malloc(MUCH), *got = (char *)malloc(MUCH);
    size_t i, length = 0;
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    CHECK(gem5art__set_nonblocking(fds[0]) && gem5art__set_nonblocking(fds[1]));
    errno = 0;
    CHECK(gem5art__send_unsent(fds[1], false, &unsent, 7)); /* nothing waits */
    for (i = 0; i < MUCH; i++) whole[i] = (char)(i * 2654435761u >> 13);
    gem5art__put(&unsent, whole, MUCH);
    for (i = 0; i < 100000 && length < MUCH; i++) {
        ssize_t n;
        CHECK(gem5art__send_unsent(fds[1], false, &unsent, 4000));
        while (length < MUCH && (n = read(fds[0], got + length, MUCH - length)) > 0) length += (size_t)n;
    }
    CHECK_INT(length, MUCH);
    CHECK_INT(unsent.length, 0);
    CHECK(memcmp(whole, got, MUCH) == 0);
    CHECK(read(fds[0], got, 1) < 0); /* and no more */
    close(fds[0]), close(fds[1]);
    gem5art__buf_free(&unsent);
    free(whole), free(got);
}

/* It is alive, and its socket is broken. */
TEST(a_warden_that_takes_no_requests) {
    gem5art__warden warden;
    memset(&warden, 0, sizeof warden);
    if ((warden.pid = fork()) == 0) {
        pause();
        _exit(0);
    }
    warden.requests = -1, warden.check_at = gem5art__monotonic() + 60;
    CHECK(gem5art__warden_check(&warden, gem5art__monotonic())); /* nothing waits to be sent */
    gem5art__putf(&warden.unsent, "x");
    CHECK(gem5art__warden_check(&warden, gem5art__monotonic()));
    CHECK_INT(warden.silence, 1);
    warden.lost = true;
    CHECK(!gem5art__warden_check(&warden, gem5art__monotonic()));
    CHECK(waitpid(warden.pid, NULL, 0) == warden.pid);
    gem5art__buf_free(&warden.unsent);
}

enum { NOBODY = 1 << 30 }; /* no process has this number */

TEST(what_a_warden_does_for_a_child_that_has_ended) {
    gem5art__warden_state self;
    gem5art__run_child child;
    gem5art__message ping, room[2];
    int fds[2];
    memset(&self, 0, sizeof self);
    memset(&child, 0, sizeof child);
    memset(&ping, 0, sizeof ping);
    self.children = &child, self.slot_count = 1;
    child.pid = NOBODY, child.ended = true, child.kill_at = 9, self.now = 5;
    gem5art__in_warden_signal(&self, &child, SIGINT);
    CHECK(child.kill_at > 8);
    gem5art__in_warden_signal(&self, &child, SIGKILL);
    CHECK(child.kill_at < 6);
#ifndef GEM5ART_NO_PROC
    {
        gem5art__process process;
        char path[64];
        memset(&process, 0, sizeof process);
        process.pid = NOBODY + 1, process.folder = -1; /* it has ended since it was found */
        gem5art__in_warden_found(&self, &process);
        CHECK_INT(child.left, 1);
        CHECK_INT(child.killed, 0);
        if ((process.pid = fork()) == 0) {
            pause();
            _exit(0);
        }
        snprintf(path, sizeof path, "/proc/%ld", (long)process.pid);
        CHECK((process.folder = open(path, O_RDONLY | O_DIRECTORY)) >= 0);
        child.kill_at = 9, child.spread = SIGCONT; /* it may end by itself yet */
        gem5art__in_warden_found(&self, &process);
        CHECK_INT(child.left, 2);
        CHECK_INT(child.killed, 0);
        CHECK(kill(process.pid, SIGKILL) == 0 && waitpid(process.pid, NULL, 0) == process.pid);
        close(process.folder);
    }
#endif
    self.unsent.data = (char *)room;
    self.unsent.capacity = sizeof room + sizeof *room;
    self.unsent.length = sizeof *room; /* a report that waits is an answer too */
    ping.type = GEM5ART__PING;
    REQUIRE(pipe(fds) == 0 && write(fds[1], &ping, sizeof ping) == sizeof ping);
    self.requests = fds[0];
    gem5art__in_warden_read(&self);
    CHECK_INT(self.unsent.length, sizeof *room);
    CHECK(!self.closing);
    close(fds[0]), close(fds[1]);
}

TEST(only_a_regular_file_is_a_console) {
    int reader;
    fixture_begin();
    CHECK(!gem5art__open_console("gone"));
    CHECK_INT(errno, ENOENT);
    REQUIRE(mkfifo("console.txt", 0600) == 0 && (reader = open("console.txt", O_RDONLY | O_NONBLOCK)) >= 0);
    CHECK(!gem5art__open_console("console.txt"));
    CHECK_INT(errno, EEXIST);
    close(reader);
    fixture_end();
}

/* The step at which a child ends that cannot become its program; 127: it has ended by itself. */
static int step_of(gem5art__start *start, uid_t user) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (!start->warden) start->warden = getppid();
        if (geteuid() == 0 && setuid(user) < 0) _exit(126);
        _exit((int)gem5art__child_exec(start));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(steps_before_the_program) {
    static char *argv[] = {(char *)(uintptr_t)"gone", NULL}, *envp[] = {NULL};
    gem5art__start start;
    fixture_begin();
    CHECK(chmod(".", 0711) == 0);
    write_text("console.txt", "");
    CHECK(chmod("console.txt", 0666) == 0);
    memset(&start, 0, sizeof start);
    start.console = "console.txt", start.cwd = ".", start.argv = argv, start.envp = envp;
    start.request.cpu = -1;
    CHECK_INT(step_of(&start, 0), GEM5ART__EXECUTE);
    start.cwd = "gone";
    CHECK_INT(step_of(&start, 0), GEM5ART__ENTER_CWD);
    start.request.nice = 1;
    CHECK_INT(step_of(&start, 0), GEM5ART__ENTER_CWD);
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    start.request.cpu = CPU_SETSIZE - 1;
    CHECK_INT(step_of(&start, 0), GEM5ART__SET_CPU);
#endif
    start.request.nice = -5;
    CHECK_INT(step_of(&start, 65534), GEM5ART__SET_NICE);
    start.console = "gone";
    CHECK_INT(step_of(&start, 0), GEM5ART__OPEN_CONSOLE);
    start.warden = 1; /* another process than the parent: that has ended */
    CHECK_INT(step_of(&start, 0), 127);
    fixture_end();
}

/* The descriptors of the first warden come one after another; those of the next fill gaps. */
TEST(a_next_warden_with_lower_descriptors) {
    gem5art__warden warden;
    int low[4], i;
    memset(&warden, 0, sizeof warden);
    for (i = 0; i < 4; i++) CHECK((low[i] = open("/dev/null", O_RDONLY)) >= 0);
    REQUIRE(gem5art__warden_start(&warden, 1, 0, &error));
    CHECK(gem5art__warden_check(&warden, 0));
    for (i = 0; i < 4; i++) close(low[i]);
    REQUIRE(gem5art__warden_start(&warden, 1, 0, &error));
    CHECK(warden.requests < warden.wakes);
    CHECK(gem5art__warden_check(&warden, 0));
    CHECK_INT(warden.number, 2);
    gem5art__warden_stop(&warden);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* ---- pool */

TEST(more_jobs_than_there_may_be) {
    static const int given[] = {-1, GEM5ART_MAX_JOBS + 1, 2};
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&desc, 0, sizeof desc);
    for (i = 0; i < 3; i++) {
        desc.jobs = given[i];
        REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
        CHECK_INT(pool->desc.jobs, given[i] == 2 ? 2 : GEM5ART_MAX_JOBS);
        gem5art_pool_destroy(pool);
    }
    fixture_end();
}

/* As under nohup: a hang-up that the host ignores stays ignored. */
TEST(a_hangup_that_is_ignored) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    struct sigaction now;
    fixture_begin();
    REQUIRE(open_db(NULL));
    memset(&desc, 0, sizeof desc);
    desc.handle_signals = true;
    signal(SIGHUP, SIG_IGN);
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    CHECK(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler != SIG_DFL);
    gem5art_pool_destroy(pool);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    fixture_end();
}

/* ---- public */

TEST(values_that_are_the_same) {
    static const struct { const char *a, *b; bool same; } cases[] = {
        {"1", "1.0", true},       {"1", "2", false},         {"1", "\"1\"", false},    {"1.5", "1.5", true},
        {"1.5", "2.5", false},    {"1e999", "1e999", true},  {"1e999", "2e999", false}, {"1e999", "1e9999", false},
        {"9007199254740993", "9007199254740992", false},     {"true", "true", true},   {"true", "false", false},
        {"null", "null", true},   {"\"a\"", "\"a\"", true},  {"\"a\"", "\"b\"", false}, {"\"a\"", "\"ab\"", false},
        {"[1,2]", "[1,2]", true}, {"[1,2]", "[2,1]", false}, {"[1]", "[1,2]", false},  {"[]", "{}", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},    {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":2}", false},                   {"{\"a\":[{\"b\":null}]}", "{\"a\":[{\"b\":null}]}", true}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_THAT(gem5art__same_value(parsed(cases[i].a), parsed(cases[i].b)) == cases[i].same, "%s and %s", cases[i].a,
                   cases[i].b);
    gem5art__arena_free(&arena);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
