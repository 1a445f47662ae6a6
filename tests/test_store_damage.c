/* test_store_damage.c - stores that are torn, damaged, cut, spoiled or changed by others: what is whole is read, what is
   not is told, and no byte is lost. All of it is about the bytes of a flat store: with TEST_LMDB there is nothing to test. */
#include "memory.h"

#define GEM5ART_SYS_FDATASYNC(fd) ((void)(fd), 0) /* no power is lost here */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

#include <sys/mount.h>

/* ---- what a kill leaves; A, B, C stand for lines of ours */

static char *lines[4]; /* of runs 1 to 3 */

/* Replaces A, B and C by those lines, and "~A" by the first half of one. To be freed. */
static char *expand(const char *text) {
    gem5art__buf out = {NULL, 0, 0, false};
    for (; *text; text++) {
        bool half = *text == '~';
        if (half) text++;
        if (*text >= 'A' && *text <= 'C') gem5art__put(&out, lines[*text - 'A'], strlen(lines[*text - 'A']) >> half);
        else gem5art__put(&out, text, 1);
    }
    gem5art__puts(&out, "");
    return text_of(&out);
}

static void make_lines(void) {
    int i;
    for (i = 0; i < 3; i++) lines[i] = line_of(i + 1);
}

static void free_lines(void) {
    int i;
    for (i = 0; i < 3; i++) free(lines[i]);
}

FLAT_TEST(torn_writes_are_moved_aside_and_nothing_else_is) {
    static const struct { const char *file, *shown, *aside, *mended; } table[] = {
        {"[\nA]\nB]\n", "run 1", "]\nB]\n", "[\nA,\nC]\n"},               /* killed between the two writes */
        {"[\nA]\nB,\nC]\n", "run 1", "]\nB,\nC]\n", "[\nA,\nC]\n"},       /* the same, of a run with its archive */
        {"[ ]\nA]\n", "", "]\nA]\n", "[  \nC]\n"},                        /* the same, of the first record */
        {"[]\nA,\nB]\n", "", "]\nA,\nB]\n", "[ \nC]\n"},
        {"[\nA,\nB]\n~A", "run 1, run 2", "]\n~A", "[\nA,\nB,\nC]\n"},      /* killed in the first write */
        {"[\nA,\n~B", "run 1", ",\n~B", "[\nA,\nC]\n"},                     /* power lost in it */
        {"[\nA,\n~B]\n", "run 1", ",\n~B]\n", "[\nA,\nC]\n"},
        {"[\nA,\n~B}]\n", "run 1", ",\n~B}]\n", "[\nA,\nC]\n"},
        {"[\nA,\n", "run 1", ",\n", "[\nA,\nC]\n"},
        {"[\nA,", "run 1", ",", "[\nA,\nC]\n"},
        {"[\nA", "run 1", NULL, "[\nA,\nC]\n"},                           /* nothing to move, only the bracket is missing */
        {"[\nA\n", "run 1", "\n", "[\nA,\nC]\n"},
        {"[\n~A", "", "\n~A", "[ \nC]\n"},
        {"[", "", NULL, "[ \nC]\n"},
        {"[\n", "", "\n", "[ \nC]\n"},
        {"[\nA,\nB,]\n", "run 1, run 2", ",]\n", "[\nA,\nB,\nC]\n"},
        {"[\nA],\nB]\n", "run 1", "],\nB]\n", "[\nA,\nC]\n"},           /* no write leaves these */
        {"[\n],A,\nB]\n", "", "],A,\nB]\n", "[\n \nC]\n"},
        {"[\nA]\n\"]\n", "run 1", "]\n\"]\n", "[\nA,\nC]\n"},
        {"[\nA]\n]\n", "run 1", "]\n]\n", "[\nA,\nC]\n"},
        {"[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\"},{\"_id\":\"y\"", "X", ",{\"_id\":\"y\"",
         "[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\"},\nC]\n"},
    };
    size_t i;
    make_lines();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *file = expand(table[i].file), *aside = table[i].aside ? expand(table[i].aside) : NULL, *mended = expand(table[i].mended), *now;
        int pass;
        for (pass = 0; pass < 2; pass++) { /* the second: with an index of the file as it was */
            fixture_begin();
            write_text("db.json", file);
            REQUIRE(open_db(NULL));
            CHECK_THAT(strcmp(store_names(db), table[i].shown) == 0, "%s shows %s, not %s", table[i].file, store_names(db), table[i].shown);
            if (pass) CHECK(!gem5art_find_run(db, "none", &error) && error.code == GEM5ART_NOT_FOUND);
            now = read_text("db.json");
            CHECK_STR(now, file); /* reading mends nothing */
            free(now);
            CHECK_THAT(store_run(db, 3), "%s: %s", table[i].file, error.message);
            now = read_text("db.json");
            CHECK_THAT(strcmp(now, mended) == 0, "%s became %s", table[i].file, now);
            free(now);
            CHECK(gem5art_find_run(db, id_of(3), &error) != NULL);
            CHECK_INT(files_like("torn"), aside ? 1 : 0);
            if (aside) {
                now = read_text("db.json.torn.1");
                CHECK_STR(now, aside);
                free(now);
                CHECK_CONTAINS(fixture_warnings, "db.json.torn.1");
            }
            CHECK_CONTAINS(fixture_warnings, "/db.json");
            fixture_end();
        }
        free(file), free(aside), free(mended);
    }
    free_lines();
}

/* Power loss may leave a file its new size and not the bytes; in an empty store they are not behind any record. */
FLAT_TEST(nuls_where_the_first_record_should_be_are_a_torn_write) {
    static const char *const before[] = {"[ \n", "[]\n", "[\n", "["};
    static const char nuls[100];
    size_t i;
    for (i = 0; i < sizeof before / sizeof *before; i++) {
        char aside[256];
        FILE *file;
        fixture_begin();
        REQUIRE((file = fopen("db.json", "wb")) != NULL);
        fputs(before[i], file);
        CHECK(fwrite(nuls, 1, sizeof nuls, file) == sizeof nuls && fputs("\"}]\n", file) >= 0 && fclose(file) == 0);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), "");
        CHECK_THAT(store_run(db, 1), "%s", error.message);
        CHECK_STR(store_names(db), "run 1");
        CHECK_INT(json_count("db.json"), 1);
        REQUIRE((file = fopen("db.json.torn.1", "rb")) != NULL);
        CHECK(fread(aside, 1, sizeof aside, file) > sizeof nuls);
        fclose(file);
        fixture_end();
    }
}

FLAT_TEST(bytes_moved_aside_are_as_private_as_the_store_and_keep_earlier_ones) {
    struct stat st;
    int i;
    fixture_begin();
    for (i = 1; i <= 3; i++) {
        char name[32];
        write_text("db.json", "[\n{\"_id\":\"half");
        CHECK(chmod("db.json", 0600) == 0);
        REQUIRE(open_db(NULL));
        CHECK(store_run(db, i));
        close_db();
        snprintf(name, sizeof name, "db.json.torn.%d", i);
        CHECK(file_contains(name, "\n{\"_id\":\"half"));
        CHECK(stat(name, &st) == 0 && (st.st_mode & 0777) == 0600);
    }
    CHECK_INT(files_like("torn"), 3);
    fixture_end();
}

/* Changes one byte of `text` where `part` begins, `plus` bytes further. */
static void spoil(char *text, const char *part, size_t plus) {
    char *at = strstr(text, part);
    if (at) at[plus] ^= 1;
    else test_fail(__FILE__, __LINE__, "there is no %s", part);
}

/* Without its torn end, a line of several records could be taken for one whose checksum is wrong. */
FLAT_TEST(a_torn_line_of_several_records_is_appended_to_only_if_it_stays_readable) {
    static const struct { const char *before, *end; bool refused; } cases[] = {
        {"[\n{\"_id\":\"a\",\"name\":\"A\"},", ",{\"_id\":\"c\",\"na", true},
        {"[\n{\"_id\":\"a\",\"name\":\"A\"},{\"_id\":\"b\",\"name\":\"B\"},", ",{\"_id\":\"c\"", true},
        {"[{\"_id\":\"a\",\"name\":\"A\"},", ",{\"_id\":\"c\",\"na", false},
        {"[\n{\"_id\":\"a\",\"name\":\"A\"},\n", ",{\"_id\":\"c\",\"na", false}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = line_of(1), text[8192], *now, *names, *names_now;
        bool ok;
        fixture_begin();
        snprintf(text, sizeof text, "%s%s%s", cases[i].before, line, cases[i].end);
        write_text("db.json", text);
        REQUIRE(open_db(NULL));
        names = strdup(store_names(db));
        ok = store_run(db, 2);
        if (cases[i].refused) {
            CHECK(!ok);
            CHECK_INT(error.code, GEM5ART_CORRUPT);
            CHECK_CONTAINS(error.message, "several records");
            CHECK_CONTAINS(error.message, "gem5art-fsck --salvage");
        }
        names_now = strdup(store_names(db));
        if (!ok) {
            CHECK(cases[i].refused);
            now = read_text("db.json");
            CHECK_STR(now, text);
            free(now);
            CHECK(!exists("db.json.torn.1"));
            CHECK_STR(names_now, names);
        } else CHECK_STR(names_now, "run 1, run 2; A");
        free(line), free(names), free(names_now);
        fixture_end();
    }
}

FLAT_TEST(a_bad_last_checksum_is_a_torn_write) {
    static const char *const files[] = {"[\nA,\nB]\n", "[\nA,\nB]t", "[\nA,\nB", "[\nA,\nB\n"};
    size_t i;
    make_lines();
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        char *text = expand(files[i]);
        fixture_begin();
        spoil(text, "run 2", 4); /* now "run 3", under the old checksum */
        write_text("db.json", text);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), "run 1");
        CHECK_CONTAINS(fixture_warnings, "/db.json");
        CHECK(gem5art_find_run(db, id_of(2), &error) == NULL); /* so it is not recorded */
        CHECK_INT(error.code, GEM5ART_NOT_FOUND);
        CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
        CHECK(store_run(db, 2));
        CHECK_STR(store_names(db), "run 1, run 2");
        CHECK_INT(files_like("torn"), 1);
        CHECK(file_contains("db.json.torn.1", "\"run 3\""));
        CHECK_INT(count_sealed("db.json"), 2);
        free(text);
        fixture_end();
    }
    free_lines();
}

FLAT_TEST(a_bad_record_before_a_good_one_is_damage) {
    static const struct { const char *file, *part; size_t plus; const char *behind; } table[] = {
        /* spoiled where `part` begins; the bad record is the one after `behind` */
        {"[\nA,\nB,\nC]\n", "run 2", 4, "A,\n"},                    /* its checksum is wrong */
        {"[\nA,\nB,\nC]\n", "run 1", 4, "[\n"},
        {"[\nA,\nB,\nC]\n", "\"run 2", 0, "A,\n"},                  /* a quote is */
        {"[\nA,\n~B,\nC]\n", NULL, 0, "A,\n"},                       /* half of it is there */
        {"[\nA,\nx,\nC]\n", NULL, 0, "A,\n"},
        {"[\nA,\n\"x\",\nC]\n", NULL, 0, "A,\n"},
        {"[\nA\nC]\n", NULL, 0, "A\n"},                             /* a comma is missing */
        {"[\nA,,\nC]\n", NULL, 0, "A,"},
        {"[\n{\"_id\":\"x\",\"a\":[,\nB]}]\n", NULL, 0, "[\n"},    /* its brackets lead behind the good one */
        /* and in files of other programs, where a good record is any object with an _id */
        {"[{\"_id\":\"x\" \"name\":\"X\"},{\"_id\":\"y\"}]", NULL, 0, "["},
        {"[{\"_id\":\"x, \"name\":\"X\"},{\"_id\":\"y\"}]", NULL, 0, "["},
        {"[\n    {\n        \"_id\": \"x\n    },\n    {\n        \"_id\": \"y\",\n        \"git\": {}\n    }\n]", NULL, 0, "[\n    "},
        {"[\n    {\n        \"name\": {,\n    },\n    {\n        \"name\": \"y\",\n        \"_id\": \"y\"\n    }\n]", NULL, 0, "[\n    "},
    };
    gem5art_artifact_desc desc;
    size_t i;
    memset(&desc, 0, sizeof desc);
    desc.name = desc.type = "x", desc.path = "db.json", desc.documentation = "a file to register";
    make_lines();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = expand(table[i].file), *behind = expand(table[i].behind), *now, offset[64];
        fixture_begin();
        snprintf(offset, sizeof offset, "at byte %d:", (int)(strstr(text, behind) - text) + (int)strlen(behind));
        if (table[i].part) spoil(text, table[i].part, table[i].plus);
        write_text("db.json", text);
        REQUIRE(open_db(NULL));
        CHECK_THAT(strstr(store_names(db), "! 10") != NULL, "%s shows %s", table[i].file, store_names(db));
        CHECK_THAT(!gem5art_register_artifact(db, &desc, &error), "appended to %s", table[i].file);
        CHECK_INT(error.code, GEM5ART_CORRUPT);
        CHECK_THAT(strstr(error.message, offset) != NULL, "\"%s\" is not %s", error.message, offset);
        CHECK_CONTAINS(error.message, "nothing was changed");
        CHECK(!gem5art_remove_run(db, id_of(3), &error) && error.code == GEM5ART_CORRUPT);
        now = read_text("db.json");
        CHECK_STR(now, text);
        CHECK_INT(files_like("torn") + files_like("tmp"), 0);
        free(text), free(behind), free(now);
        fixture_end();
    }
    free_lines();
}

/* So that the end of a long run can be recorded even then. What looks for a record looks at all of them. */
FLAT_TEST(an_append_looks_at_the_end_only_and_a_query_at_its_rows) {
    char *text;
    gem5art_iter *iter;
    gem5art_query query;
    fixture_begin();
    make_lines();
    text = expand("[\nA,\nB,\nC]\n");
    spoil(text, "\"status\":\"Finished\"", 12); /* of run 1, in a place that no query needs */
    write_text("db.json", text);
    REQUIRE(open_db(NULL));
    memset(&query, 0, sizeof query);
    query.name = "run 2";
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) != NULL);
    CHECK(gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK);
    gem5art_iter_close(iter);
    CHECK(store_run(db, 4));
    CHECK_STR(store_names(db), "! 10");
    CHECK(gem5art_find_run(db, id_of(3), &error) == NULL);
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "at byte 2: the checksum does not match this record");
    free(text);
    free_lines();
    fixture_end();
}

FLAT_TEST(records_that_cannot_be_used_are_errors_that_name_them) {
    static const struct { const char *file, *words; } table[] = {
        {"[{\"name\":\"x\"}]", "at byte 1: this record has no \"_id\""},
        {"[{}]", "has no \"_id\""},
        {"[{\"_id\":\"\"}]", "has no \"_id\""},
        {"[{\"_id\":7}]", "has no \"_id\""},
        {"[{\"_id\":\"x\",\"a\":1,\"a\":2}]", "at byte 1: line 1, column 18"},
        {"[{\"_id\":\"x\",\"a\":NaN}]", "at byte 1: line 1, column 16"},
        {"[{\"_id\": \"x\", \"deep\": %s}]", "128 deep"},
        {"[\n{\"_id\":\"x\",\"deep\":%s}]\n", "at byte 2: "}, /* in our own form, too: not torn, only too deep */
    };
    size_t i;
    char deep[512];
    memset(deep, '[', 200), memset(deep + 200, ']', 200), deep[400] = 0;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1024], *now;
        const char *percent = strstr(table[i].file, "%s");
        snprintf(text, sizeof text, "%s", table[i].file);
        if (percent) snprintf(text + (percent - table[i].file), 600, "%s%s", deep, percent + 2);
        fixture_begin();
        write_text("db.json", text);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), "! 10");
        CHECK(!store_run(db, 1));
        CHECK_INT(error.code, GEM5ART_CORRUPT);
        CHECK_THAT(strstr(error.message, table[i].words) != NULL, "\"%s\" is without \"%s\"", error.message, table[i].words);
        now = read_text("db.json");
        CHECK_STR(now, text);
        free(now);
        fixture_end();
    }
}

/* What was cut off may look like the beginning of a record at every other byte: the time is that of reading it. */
FLAT_TEST(a_long_torn_end_full_of_braces_takes_no_time) {
    static const char *const parts[] = {"{\"", "{ \"a\"", "{\"a\":[{ }, ", "{ \\\"\n"};
    size_t i, n;
    for (i = 0; i < sizeof parts / sizeof *parts; i++) {
        FILE *file;
        fixture_begin();
        file = fopen("db.json", "w");
        fputs("[\n{\"_id\":\"", file);
        for (n = 0; n < 200000; n++) fputs(parts[i], file);
        fclose(file);
        REQUIRE(open_db(NULL));
        CHECK_THAT(store_run(db, 1), "%s: %s", parts[i], error.message);
        CHECK_STR(store_names(db), "run 1");
        CHECK_INT(files_like("torn"), 1);
        fixture_end();
    }
}

FLAT_TEST(a_field_of_the_wrong_kind_is_an_error_of_its_row_only) {
    gem5art_iter *iter;
    fixture_begin();
    write_text("db.json", "[{\"_id\":\"a\",\"type\":\"gem5 run\",\"pid\":\"seven\"},{\"_id\":\"b\",\"type\":\"gem5 run\",\"pid\":7,\"outdir\":null}]");
    REQUIRE(open_db(NULL));
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "\"pid\" has a value of the wrong kind: \"seven\"");
    {
        const gem5art_run *run = gem5art_next_run(iter, &error);
        REQUIRE(run != NULL);
        CHECK_STR(run->id, "b");
        CHECK_INT(run->pid, 7);
        CHECK_STR(run->outdir, "");
    }
    CHECK(gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK);
    gem5art_iter_close(iter);
    fixture_end();
}

/* ---- stores that change under an open db */

FLAT_TEST(a_store_that_was_renamed_over_is_followed) {
    char *text;
    fixture_begin();
    make_lines();
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
    CHECK(gem5art_find_run(db, id_of(2), &error) != NULL);
    text = expand("[\nC]\n");
    write_text("new", text);
    CHECK(rename("new", "db.json") == 0);
    CHECK_STR(store_names(db), "run 3");
    CHECK(gem5art_find_run(db, id_of(2), &error) == NULL);
    CHECK(gem5art_find_run(db, id_of(3), &error) != NULL);
    CHECK(store_run(db, 2));
    CHECK_INT(json_count("db.json"), 2);
    CHECK_STR(fixture_warnings, "");
    CHECK(unlink("db.json") == 0);
    CHECK(!store_run(db, 1)); /* never made anew behind the user's back */
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(gem5art_get_runs(db, NULL, &error) == NULL && error.code == GEM5ART_NOT_FOUND);
    CHECK(!exists("db.json"));
    free(text);
    free_lines();
    fixture_end();
}

FLAT_TEST(a_store_that_was_rewritten_in_place_is_read_afresh_with_a_warning) {
    static const char *const table[] = {"[\nC]\n", "[\nC,\nB,\nA]\n", "[]", "[\n    {\n        \"_id\": \"x\"\n    }\n]"};
    size_t i;
    make_lines();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = expand(table[i]);
        int before;
        fixture_begin();
        write_text("db.json", "[]");
        REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
        CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
        write_text("db.json", text);
        before = json_count("db.json");
        CHECK((gem5art_find_run(db, id_of(1), &error) != NULL) == (strchr(table[i], 'A') != NULL));
        CHECK((gem5art_find_run(db, id_of(3), &error) != NULL) == (strchr(table[i], 'C') != NULL));
        CHECK_CONTAINS(fixture_warnings, "/db.json was rewritten by another program while it was open: it is read again");
        CHECK(store_run(db, 4));
        CHECK_INT(json_count("db.json"), before + 1);
        free(text);
        fixture_end();
    }
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    CHECK(truncate("db.json", 0) == 0);
    CHECK(!store_run(db, 2) && error.code == GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "has 0 bytes");
    CHECK(gem5art_get_runs(db, NULL, &error) == NULL && error.code == GEM5ART_CORRUPT);
    free_lines();
    fixture_end();
}

/* So is one that was torn when it was last looked at: its end is no bracket to remember, but the index covers what is before. */
FLAT_TEST(a_torn_store_that_was_rewritten_in_place_is_read_afresh) {
    static const char *const table[] = {"[\nA,\nB]\n~C", "[\nA,\nB]\nC]\n", "[\nA,\nB,\n~C", "[\nA,\nB,\n", "[\nA,\nB", "[\n~A"};
    size_t i;
    make_lines();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = expand(table[i]), *anew = expand("[\n    {\n        \"_id\": \"x\"\n    },\n C, \nA,\nB, {\"_id\":\"y\"}\n]");
        fixture_begin();
        write_text("db.json", text);
        REQUIRE(open_db(NULL));
        CHECK((gem5art_find_run(db, id_of(2), &error) != NULL) == (i < 5));
        CHECK(gem5art_find_run(db, id_of(3), &error) == NULL && error.code == GEM5ART_NOT_FOUND);
        write_text("db.json", anew);
        CHECK_THAT(gem5art_find_run(db, id_of(3), &error) != NULL, "%zu: %s", i, error.message);
        CHECK_THAT(gem5art_find_run(db, id_of(1), &error) != NULL, "%zu: %s", i, error.message);
        CHECK((strstr(fixture_warnings, "it is read again") != NULL) == (i < 5)); /* else nothing was read before */
        CHECK(store_run(db, 4));
        CHECK_INT(json_count("db.json"), 6);
        free(text), free(anew);
        fixture_end();
    }
    free_lines();
}

/* What follows its end was never acknowledged, and is another record soon: an iterator of before does not show that. */
FLAT_TEST(an_iterator_over_a_torn_store_shows_what_was_there_at_its_call) {
    static const struct { const char *store, *names; } table[] = {
        {"[\nA,\nB]\nC", "run 1, run 2"}, {"[\nA,\nB]\nC]\n", "run 1, run 2"},      {"[\nA,\nB,\nC", "run 1, run 2, run 3"},
        {"[\nA,\nB,\n~C", "run 1, run 2"}, {"[\nA,\nB,\n~C\"crc32\":\"00000000\"}]\n", "run 1, run 2"}, {"[]\nC,C,C", ""},
        {"[\n    {\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"run x\"}\n]\nC,C,C", "run x"},
        {"[\n    {\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"run x\"}\n]", "run x"},
    };
    size_t i;
    int indexed;
    make_lines();
    for (i = 0; i < sizeof table / sizeof *table; i++)
        for (indexed = 0; indexed < 2; indexed++) {
            char *text = expand(table[i].store), names[64] = "";
            gem5art_iter *iter;
            const gem5art_run *run;
            fixture_begin();
            write_text("db.json", text);
            free(text);
            REQUIRE(open_db(NULL));
            if (indexed) CHECK(!gem5art_find_run(db, id_of(9), &error) && error.code == GEM5ART_NOT_FOUND);
            REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
            CHECK(store_run(db, 4) && store_run(db, 5));
            while ((run = gem5art_next_run(iter, &error)) != NULL) {
                if (*names) strcat(names, ", ");
                strncat(names, run->name, 8);
            }
            CHECK_INT(error.code, GEM5ART_OK);
            CHECK_THAT(strcmp(names, table[i].names) == 0, "%zu, %d: \"%s\"", i, indexed, names);
            gem5art_iter_close(iter);
            snprintf(names, sizeof names, "%s%srun 4, run 5", table[i].names, *table[i].names ? ", " : "");
            CHECK_STR(store_names(db), names);
            fixture_end();
        }
    free_lines();
}

/* ---- what other hands leave: odd, but not damaged */

#define BYTES(text) text, sizeof text - 1

/* Each store opens, shows these rows, finds "x" (or says why not) and takes another record. */
FLAT_TEST(odd_records_are_read_as_they_are) {
    static const struct { const char *file; size_t size; const char *shown, *found; } table[] = {
        {BYTES("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"no hash\"}]"), "no hash", "no hash"},
        {BYTES("[{\"_id\":\"x\",\"hash\":null,\"type\":\"gem5 run\",\"name\":\"null\"}]"), "null", "null"},
        /* an id twice: both are rows, and the latest is found, as of several attempts */
        {BYTES("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"1st\"},{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"2nd\"}]"), "1st, 2nd", "2nd"},
        /* a NUL in a name ends it for C; an id with one is not the id before it */
        {BYTES("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\\u0000Y\"}]"), "X", "X"},
        {BYTES("[{\"_id\":\"x\\u0000y\",\"type\":\"gem5 run\",\"name\":\"other\"}]"), "other", "there is no run with the id or hash \"x\""},
        /* a surrogate alone is no character: its three bytes, as Python's surrogatepass */
        {BYTES("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\\ud800Y\"}]"), "X\xed\xa0\x80Y", "X\xed\xa0\x80Y"},
        /* the zeros that some file systems leave after a power cut */
        {BYTES("[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\"}]\n\0\0\0\0"), "X", "X"},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        const gem5art_run *run;
        char after[256];
        fixture_begin();
        write_bytes("db.json", table[i].file, table[i].size);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), table[i].shown);
        run = gem5art_find_run(db, "x", &error);
        CHECK_CONTAINS(run ? run->name : error.message, table[i].found);
        CHECK(!gem5art_find_run(db, "", &error) && error.code == GEM5ART_NOT_FOUND); /* not what has no hash */
        CHECK_THAT(store_run(db, 7), "%s: %s", table[i].shown, error.message);
        snprintf(after, sizeof after, "%s, run 7", table[i].shown);
        CHECK_STR(store_names(db), after);
        CHECK(json_count("db.json") > 1);
        fixture_end();
    }
}

FLAT_TEST(removing_an_id_removes_all_that_have_it_and_no_other) {
    fixture_begin();
    write_text("db.json", "[{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"1st\"},{\"_id\":\"x\\u0000y\",\"type\":\"gem5 run\",\"name\":\"other\"},"
                          "{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"2nd\"},{\"_id\":\"xx\",\"type\":\"gem5 run\",\"name\":\"longer\"}]");
    REQUIRE(open_db(NULL));
    CHECK(gem5art_remove_run(db, "x", &error));
    CHECK_STR(store_names(db), "other, longer");
    CHECK_INT(json_count("db.json"), 2);
    fixture_end();
}

/* An editor under Windows: our own records, with their checksums, and CRLF behind each. */
FLAT_TEST(line_ends_of_windows_do_no_harm) {
    char *text;
    fixture_begin();
    make_lines();
    text = expand("[\r\nA,\r\nB]\r\n");
    write_text("db.json", text);
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "run 1, run 2");
    CHECK(store_run(db, 3));
    CHECK_STR(store_names(db), "run 1, run 2, run 3");
    CHECK(gem5art_remove_run(db, id_of(1), &error));
    CHECK_STR(store_names(db), "run 2, run 3");
    CHECK_STR(fixture_warnings, "");
    CHECK_INT(json_count("db.json"), 2);
    strstr(text, "run 1")[4] = '9'; /* which the checksum does not cover the less */
    write_text("db.json", text);
    CHECK_CONTAINS(store_names(db), "! ");
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "damaged at byte 3: the checksum does not match");
    free(text);
    free_lines();
    fixture_end();
}

/* A line's first bytes may be the last of what is read at once. */
FLAT_TEST(a_damaged_line_that_begins_where_a_window_ends_is_found) {
    int left;
    fixture_begin();
    make_lines();
    strstr(lines[1], "run 2")[4] = '9';
    for (left = 0; left < 12; left++) {
        FILE *file = fopen("db.json", "wb");
        REQUIRE(file);
        fprintf(file, "[\n{\"_id\":\"x\",\"type\":\"gem5 run\",\"name\":\"X\",\"pad\":\"");
        while (ftell(file) < (long)GEM5ART__WINDOW - left - 4) putc('.', file);
        fprintf(file, "\"},\n%s,\n%s]\n", lines[1], lines[2]);
        fclose(file);
        REQUIRE(open_db(NULL));
        CHECK_CONTAINS(store_names(db), "X! ");
        CHECK_INT(error.code, GEM5ART_CORRUPT);
        close_db();
    }
    free_lines();
    fixture_end();
}

/* NULs where JSON has none, and nesting that would overflow a stack: refused, byte for byte as they were. */
FLAT_TEST(what_is_no_json_is_refused_with_its_offset) {
    enum { DEEP = 10000 };
    static char deep[2 * DEEP + 100];
    struct { const char *file; size_t size; const char *words; } table[] = {
        {BYTES("[{\"_id\":\"x\",\"name\":\"X\0Y\"},{\"_id\":\"y\"}]"), "is damaged at byte 1: line 1, column 21: expected control characters as \\u escapes"},
        {BYTES("[{\"_id\":\"y\"},\0{\"_id\":\"x\"}]"), "is damaged at byte 13: a record, which starts with '{', was expected"},
        {deep, 0, "is damaged at byte 1: line 1, column 146: arrays and objects are more than 128 deep"},
    };
    size_t i, n = (size_t)sprintf(deep, "[{\"_id\":\"x\",\"deep\":");
    memset(deep + n, '[', DEEP), memset(deep + n + DEEP, ']', DEEP), strcpy(deep + n + 2 * DEEP, "}]");
    table[2].size = strlen(deep);
    for (i = 0; i < 3; i++) {
        struct stat st;
        fixture_begin();
        write_bytes("db.json", table[i].file, table[i].size);
        REQUIRE(open_db(NULL));
        CHECK_CONTAINS(store_names(db), "! 10");
        CHECK_CONTAINS(error.message, table[i].words);
        CHECK(!store_run(db, 7) && error.code == GEM5ART_CORRUPT);
        CHECK_CONTAINS(error.message, "nothing was changed: gem5art-fsck --salvage writes every intact record to a new file");
        CHECK(stat("db.json", &st) == 0 && st.st_size == (off_t)table[i].size);
        fixture_end();
    }
}

FLAT_TEST(a_record_of_100_mb) {
    enum { SIZE = 100 << 20 };
    FILE *file;
    char *chunk;
    int i;
    if (!getenv("TEST_LONG")) return;
    fixture_begin();
    chunk = (char *)malloc(1 << 20);
    memset(chunk, 'x', 1 << 20);
    file = fopen("db.json", "wb");
    fputs("[{\"_id\":\"big\",\"type\":\"gem5 run\",\"name\":\"big\",\"more\":\"", file);
    for (i = 0; i < SIZE >> 20; i++) CHECK(fwrite(chunk, 1, 1 << 20, file) == 1 << 20);
    CHECK(fputs("\"}]", file) >= 0 && fclose(file) == 0);
    free(chunk);
    REQUIRE(open_db(NULL));
    CHECK_STR(store_names(db), "big");
    CHECK(store_run(db, 1));
    {
        const gem5art_run *big = gem5art_find_run(db, "big", &error);
        REQUIRE(big != NULL);
        CHECK_INT(gem5art_json_get(big->record, "more")->length, SIZE);
    }
    CHECK(gem5art_remove_run(db, id_of(1), &error)); /* which rewrites it, with a checksum */
    CHECK_STR(store_names(db), "big");
    CHECK_INT(count_sealed("db.json"), 1);
    fixture_end();
}

/* ---- stores of others, and where nothing can be written */

FLAT_TEST(a_store_on_a_read_only_mount_can_be_read) {
    gem5art_open_desc desc;
    fixture_begin();
    CHECK(mkdir("ro", 0777) == 0);
    if (mount("none", "ro", "tmpfs", 0, "size=64k") < 0) {
        fixture_end();
        printf("a_store_on_a_read_only_mount_can_be_read: not tried, as mount(2) is not allowed\n");
        return;
    }
    REQUIRE(open_db("ro/db.json") && store_run(db, 1));
    close_db();
    CHECK(mount("none", "ro", "", MS_REMOUNT | MS_RDONLY, NULL) == 0);
    memset(&desc, 0, sizeof desc);
    for (desc.read_only = false;; desc.read_only = true) {
        db = gem5art_open("ro/db.json", &desc, &error);
        CHECK_THAT(db != NULL, "%s", error.message);
        if (!db) break;
        CHECK_STR(store_names(db), "run 1");
        CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
        CHECK(!store_run(db, 2));
        CHECK_CONTAINS(error.message, desc.read_only ? "was opened for reading only" : "Read-only file system");
        CHECK(!gem5art_remove_run(db, id_of(1), &error));
        close_db();
        if (desc.read_only) break;
    }
    CHECK(gem5art_open("ro/new.json", NULL, &error) == NULL);
    CHECK_CONTAINS(error.message, "Read-only file system");
    CHECK(umount("ro") == 0);
    fixture_end();
}

/* As nobody, who may write the file and its folder, but is not its owner. */
static int use_anothers_store(void *unused) {
    char *before = read_text("db.json"), *after;
    (void)unused;
    if (setgid(65534) < 0 || setuid(65534) < 0) return 1;
    if (!open_db(NULL)) return 2;
    CHECK_STR(store_names(db), "run 1");
    CHECK_THAT(store_run(db, 2), "%s", error.message); /* the file stays root's */
    free(before);
    before = read_text("db.json");
    CHECK(!gem5art_remove_run(db, id_of(1), &error)); /* a new one would not be */
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_CONTAINS(error.message, "in a rewrite: Operation not permitted; let its owner do this");
    after = read_text("db.json");
    CHECK_STR(after, before);
    CHECK_INT(files_like("tmp"), 0);
    free(before), free(after);
    close_db();
    return test_failures_here ? 3 : 0;
}

FLAT_TEST(a_store_of_another_owner_can_be_appended_to_and_stays_his) {
    struct stat st;
    fixture_begin();
    if (geteuid() != 0) {
        fixture_end();
        printf("a_store_of_another_owner_can_be_appended_to_and_stays_his: not tried, as only root can be two users\n");
        return;
    }
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(chmod(".", 0777) == 0 && chmod("db.json", 0666) == 0);
    CHECK_INT(in_child(use_anothers_store, NULL), 0);
    CHECK(stat("db.json", &st) == 0 && st.st_uid == 0 && (st.st_mode & 0777) == 0666);
    CHECK_INT(json_count("db.json"), 2);
    /* and root gives a rewritten one its owner back */
    CHECK(chown("db.json", 65534, 65534) == 0);
    REQUIRE(open_db(NULL) && gem5art_remove_run(db, id_of(1), &error));
    CHECK(stat("db.json", &st) == 0 && st.st_uid == 65534 && st.st_gid == 65534);
    fixture_end();
}

FLAT_TEST(a_store_that_is_cut_while_it_is_listed) {
    gem5art_iter *iter;
    struct stat st;
    int i, seen = 0;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 2000; i++) CHECK(store_run(db, i)); /* more than is read at once */
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) != NULL);
    CHECK(stat("db.json", &st) == 0 && truncate("db.json", st.st_size / 2) == 0);
    fixture_warnings[0] = 0;
    for (seen = 1; gem5art_next_run(iter, &error); seen++) {}
    CHECK_THAT(error.code == GEM5ART_CORRUPT || *fixture_warnings, "%d rows and not a word", seen);
    CHECK(seen <= 1000);
    gem5art_iter_close(iter);
    CHECK(store_run(db, 3000)); /* the half that is left goes on; half a record is aside */
    CHECK_CONTAINS(fixture_warnings, "db.json.torn.1");
    fixture_end();
}

/* ---- spoiled files */

static const char *three_runs(void) {
    static char text[16384];
    char *a = line_of(1), *b = line_of(2), *c = line_of(3);
    snprintf(text, sizeof text, "[\n%s,\n%s,\n%s]\n", a, b, c);
    free(a), free(b), free(c);
    return text;
}

FLAT_TEST(a_store_cut_anywhere_keeps_its_whole_records) {
    const char *python_like = "[\n    {\n        \"_id\": \"p\",\n        \"type\": \"gem5 run\",\n        \"name\": \"run 1\"\n    },\n"
                              "    {\n        \"name\": \"run 2\",\n        \"git\": {},\n        \"type\": \"gem5 run\",\n        \"_id\": \"q\"\n    }\n]";
    int which;
    fixture_begin();
    for (which = 0; which < 2; which++) {
        const char *text = which ? python_like : three_runs(), *ends[4];
        size_t size = strlen(text), n;
        int records = 0, whole;
        const char *at = text;
        while (which ? (at = strstr(at + 1, "\n    }")) != NULL : (at = strstr(at + 1, "\"}")) != NULL) ends[records++] = at + (which ? 6 : 2);
        CHECK_INT(records, which ? 2 : 3);
        for (n = 0; n <= size; n += (size_t)stride(37)) {
            char expected[64] = "", *aside;
            write_bytes("db.json", text, n);
            for (whole = 0; whole < records && ends[whole] <= text + n; whole++)
                snprintf(expected + strlen(expected), 24, "%srun %d", whole ? ", " : "", whole + 1);
            if (n == 0) {
                CHECK(gem5art_open("db.json", NULL, &error) == NULL && error.code == GEM5ART_CORRUPT);
                continue;
            }
            REQUIRE(open_db(NULL));
            CHECK_THAT(strcmp(store_names(db), expected) == 0, "cut at %d: %s, not %s", (int)n, store_names(db), expected);
            CHECK_THAT(store_run(db, 8), "cut at %d: %s", (int)n, error.message);
            CHECK_THAT(json_count("db.json") == whole + 1, "cut at %d: %d records, not %d", (int)n, json_count("db.json"), whole + 1);
            /* Every byte behind the last whole record is still somewhere. */
            if (exists("db.json.torn.1")) {
                const char *kept = whole ? ends[whole - 1] : text + 1;
                aside = read_text("db.json.torn.1");
                CHECK_THAT(strlen(aside) == (size_t)(text + n - kept) && strncmp(aside, kept, strlen(aside)) == 0, "cut at %d: \"%s\" is aside", (int)n, aside);
                free(aside);
                CHECK(unlink("db.json.torn.1") == 0);
            } else CHECK_THAT(n >= size - 1 || (whole ? ends[whole - 1] == text + n : n == 1) || (which && n >= size - 2), "cut at %d: nothing is aside", (int)n);
            close_db();
        }
    }
    fixture_end();
}

/* Whatever bit is wrong: rows are what they were, or the change is told by an error, a warning or a record that is gone as torn. */
FLAT_TEST(a_flipped_bit_is_found_or_harmless) {
    char text[16384];
    size_t size, i;
    int bit, told = 0, silent = 0;
    fixture_begin();
    snprintf(text, sizeof text, "%s", three_runs());
    size = strlen(text);
    REQUIRE(open_db(NULL));
    for (i = 0; i < size; i += (size_t)stride(41))
        for (bit = 0; bit < 8; bit += i % 64 ? 3 : 1) {
            gem5art_iter *iter;
            const gem5art_run *run;
            int seen = 0;
            bool found;
            text[i] ^= (char)(1 << bit);
            write_bytes("db.json", text, size); /* another file: not taken for one that was rewritten in place */
            fixture_warnings[0] = 0;
            found = false;
            iter = gem5art_get_runs(db, NULL, &error);
            while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
                const char *end = strchr(run->name, ' ');
                seen++;
                CHECK_THAT(end && strcmp(run->id, id_of(atoi(end + 1))) == 0 && strcmp(run->hash, hash_of(atoi(end + 1))) == 0 &&
                               strcmp(run->status, "Finished") == 0 && run->timeout == 0 && run->return_code == 0 && *run->outdir == 0,
                           "bit %d of byte %d changed %s", bit, (int)i, run->name);
            }
            gem5art_iter_close(iter);
            found = error.code != GEM5ART_OK || *fixture_warnings;
            if (!found && seen < 3) /* a run that is no run any more: an artifact with a bad checksum */
                found = strchr(store_names(db), '!') != NULL || *fixture_warnings;
            CHECK_THAT(found || seen == 3, "bit %d of byte %d: %d rows and not a word", bit, (int)i, seen);
            if (found) told++;
            else silent++;
            text[i] ^= (char)(1 << bit);
        }
    CHECK(told > silent * 20); /* harmless are only the likes of a newline that became a tab */
    fixture_end();
}

/* An append to a spoiled store loses none of its bytes. */
static int places; /* that were reported as damaged */

static void count_damage(const char *message, void *user_data) {
    (void)user_data;
    if (strstr(message, "damaged at byte") || strstr(message, "has no \"_id\"") || strstr(message, "wrong kind")) places++;
    else test_fail(__FILE__, __LINE__, "%s", message);
}

/* A bracket in the place of a comma, before more records than one append adds, is damage: a reader does not take it for the
   end, at which a writer would not append. */
FLAT_TEST(a_bracket_before_many_records_is_damage) {
    gem5art_open_desc desc;
    gem5art_db *viewer;
    gem5art_iter *iter;
    char *text;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= GEM5ART__APPENDED + 10; i++) REQUIRE(store_run(db, i));
    close_db();
    text = read_text("db.json");
    *strstr(text, ",\n") = ']';
    write_text("db.json", text);
    free(text);
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    desc.log = fixture_log;
    desc.damaged = count_damage;
    places = 0;
    REQUIRE((viewer = gem5art_open("db.json", &desc, &error)) != NULL);
    REQUIRE((iter = gem5art_get_runs(viewer, NULL, &error)) != NULL);
    for (i = 0; gem5art_next_run(iter, &error); i++) {}
    gem5art_iter_close(iter);
    CHECK_INT(i, GEM5ART__APPENDED + 10);
    CHECK(places > 0);
    CHECK(gem5art_find_run(viewer, id_of(GEM5ART__APPENDED + 10), &error) != NULL);
    gem5art_close(viewer, NULL);
    REQUIRE(open_db(NULL));
    CHECK(!gem5art_find_run(db, id_of(GEM5ART__APPENDED + 10), &error));
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "a closing bracket before further records");
    fixture_end();
}

/* Opens db.json, whose byte `at` is wrong, as a viewer: the rows and look-ups of runs 1 to 3 whose line is intact must be
   there, if they are `sealed`; else only no error may end the reading. `ends`: where their lines begin and end. */
static void view_spoiled(size_t at, int bit, const size_t ends[3][2], bool sealed) {
    gem5art_open_desc desc;
    gem5art_db *viewer;
    gem5art_iter *iter;
    const gem5art_run *run;
    bool seen[4] = {false, false, false, false};
    int i;
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    desc.log = fixture_log;
    desc.damaged = count_damage;
    fixture_warnings[0] = 0;
    places = 0;
    REQUIRE((viewer = gem5art_open("db.json", &desc, &error)) != NULL);
    REQUIRE((iter = gem5art_get_runs(viewer, NULL, &error)) != NULL);
    while ((run = gem5art_next_run(iter, &error)) != NULL)
        for (i = 1; i <= 3; i++) seen[i] |= strcmp(run->id, id_of(i)) == 0 && strcmp(run->hash, hash_of(i)) == 0;
    CHECK_THAT(error.code == GEM5ART_OK || (!sealed && at == 0), /* without its bracket it is not a store */
               "byte %d, bit %d: %s", (int)at, bit, error.message);
    gem5art_iter_close(iter);
    for (i = 1; i <= 3; i++) {
        bool intact = sealed && (at < ends[i - 1][0] || at >= ends[i - 1][1]);
        CHECK_THAT(!intact || seen[i], "byte %d, bit %d: no row of run %d", (int)at, bit, i);
        CHECK_THAT(!intact || gem5art_find_run(viewer, id_of(i), &error), "byte %d, bit %d: run %d: %s", (int)at, bit, i, error.message);
    }
    gem5art_close(viewer, NULL);
}

/* All bits of a store of three runs, whose texts `runs` are. */
static void view_flipped_bits(char *text, const char *const *runs, bool sealed) {
    size_t ends[3][2], size = strlen(text), i;
    int bit;
    for (i = 0; i < 3; i++) {
        REQUIRE(strstr(text, runs[i]) != NULL);
        ends[i][0] = (size_t)(strstr(text, runs[i]) - text) - 1; /* its line: with the newlines around it */
        ends[i][1] = ends[i][0] + 1 + strlen(runs[i]) + 2;
    }
    for (i = 0; i < size; i++)
        for (bit = 0; bit < 8; bit += i % 16 ? 3 : 1) {
            text[i] ^= (char)(1 << bit);
            write_bytes("db.json", text, size);
            view_spoiled(i, bit, (const size_t(*)[2])ends, sealed);
            text[i] ^= (char)(1 << bit);
        }
}

FLAT_TEST(a_viewer_passes_over_a_flipped_bit) {
    const char *const layouts[] = {"[%s,%s,%s]", "[\n    %s,\n    %s,\n    %s\n]\n"};
    gem5art__buf runs[3] = {{NULL, 0, 0, false}, {NULL, 0, 0, false}, {NULL, 0, 0, false}};
    const char *texts[3];
    char *text, other[2048];
    size_t i;
    fixture_begin();
    make_lines();
    for (i = 0; i < 3; i++) texts[i] = lines[i];
    text = expand("[\nA,\nB,\nC]\n");
    view_flipped_bits(text, texts, true);
    free(text);
    free_lines();
    for (i = 0; i < 3; i++) { /* of another program */
        gem5art__putf(&runs[i], "{\n        \"_id\": \"%s\",\n        \"hash\": \"%s\",\n        \"type\": \"gem5 run\",\n"
                      "        \"params\": [\"a\"],\n        \"name\": \"run %d\"\n    }", id_of((int)i + 1), hash_of((int)i + 1), (int)i + 1);
        texts[i] = runs[i].data;
    }
    for (i = 0; i < 2; i++) {
        snprintf(other, sizeof other, layouts[i], texts[0], texts[1], texts[2]);
        view_flipped_bits(other, texts, false); /* which rows are intact there, only gem5art-fsck finds out */
    }
    for (i = 0; i < 3; i++) gem5art__buf_free(&runs[i]);
    fixture_end();
}

FLAT_TEST(appending_to_a_store_with_a_flipped_bit_keeps_all_bytes) {
    char text[16384];
    size_t size, i;
    fixture_begin();
    snprintf(text, sizeof text, "%s", three_runs());
    size = strlen(text);
    for (i = 0; i < size; i += 5 * (size_t)stride(43)) {
        char *now, *aside;
        size_t bit = i % 8, kept;
        text[i] ^= (char)(1 << bit);
        write_bytes("db.json", text, size);
        if ((db = gem5art_open("db.json", NULL, &error)) != NULL) {
            bool ok = store_run(db, 8);
            now = read_text("db.json");
            aside = read_text("db.json.torn.1");
            for (kept = 0; kept < size && now[kept] == text[kept]; kept++) {}
            if (!ok) CHECK_INT(kept, size);
            else if (!*aside) CHECK_THAT(kept >= size - 2, "byte %d: only %d bytes are kept", (int)i, (int)kept);
            else CHECK_THAT(kept + strlen(aside) >= size && strcmp(aside, text + size - strlen(aside)) == 0, "byte %d: %d bytes and \"%s\"", (int)i, (int)kept, aside);
            free(now), free(aside);
            unlink("db.json.torn.1");
            close_db();
        } else CHECK_INT(error.code, GEM5ART_CORRUPT);
        text[i] ^= (char)(1 << bit);
    }
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
