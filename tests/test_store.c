/* test_store.c - the flat-file store: uris, exact bytes, other programs' files, removal and queries. What a damaged one
   does is in test_store_damage.c, what failed calls and ended processes do to it in test_store_faults.c. */
#include "memory.h"

static double lock_seconds = 60;
#define GEM5ART__LOCK_SECONDS lock_seconds
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

#include <sys/mount.h>

static char python_store[PATH_MAX]; /* tests/data/gem5art-filedb/db.json, which Python gem5art wrote */

/* ---- opening */

FLAT_TEST(uris_lead_to_files) {
    static const struct { const char *uri, *environment, *file; } table[] = {
        {"file://a.json", NULL, "a.json"},
        {"file://sub/b.json", "file://no.json", "sub/b.json"},
        {"file://%s/c.json", NULL, "c.json"}, /* absolute: three slashes */
        {"d.json", NULL, "d.json"},
        {"./sub/../e.json", NULL, "e.json"},
        {"%s/f.json", NULL, "f.json"},
        {"g h%%20i", NULL, "g h%20i"}, /* no escapes: a name is what it is */
        {NULL, "file://j.json", "j.json"},
        {"", "k.json", "k.json"},
        {NULL, "", "db.json"},
        {NULL, NULL, "db.json"},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char uri[PATH_MAX + 64];
        char *bytes;
        fixture_begin();
        if (mkdir("sub", 0777) < 0) test_fail(__FILE__, __LINE__, "cannot make a folder");
        if (table[i].environment) setenv("GEM5ART_DB", table[i].environment, 1);
        if (table[i].uri) {
            const char *percent = strstr(table[i].uri, "%s");
            if (percent) snprintf(uri, sizeof uri, "%.*s%s%s", (int)(percent - table[i].uri), table[i].uri, fixture_folder, percent + 2);
            else snprintf(uri, sizeof uri, "%s", strcmp(table[i].uri, "g h%%20i") ? table[i].uri : "g h%20i");
        }
        db = gem5art_open(table[i].uri ? uri : NULL, NULL, &error);
        CHECK_THAT(db != NULL, "%s: %s", table[i].file, error.message);
        bytes = read_text(table[i].file);
        CHECK_STR(bytes, "[]\n");
        free(bytes);
        fixture_end();
    }
}

FLAT_TEST(other_kinds_of_stores_are_refused_with_what_to_do) {
    static const struct { const char *uri; gem5art_code code; const char *words; } table[] = {
        {"mongodb://localhost:27017", GEM5ART_UNSUPPORTED, "file://db.json"},
        {"mongodb+srv://u:p@cluster/db", GEM5ART_UNSUPPORTED, "MongoDB is not supported"},
        {"sqlite://db.sqlite", GEM5ART_UNSUPPORTED, "\"sqlite\"; use file://db.json"},
        {"http://example.org/db.json", GEM5ART_UNSUPPORTED, "\"http\""},
        {"://x", GEM5ART_UNSUPPORTED, "use file://db.json"},
        {"file://", GEM5ART_INVALID, "names no file"},
        {"file://localhost/tmp/db.json", GEM5ART_INVALID, "write file:///tmp/db.json"},
        {"file://my%20db.json", GEM5ART_INVALID, "%20 is not decoded"},
        {"file:///tmp/%e2%82%ac.json", GEM5ART_INVALID, "%e2 is not decoded"},
        {"no/such/folder/db.json", GEM5ART_NOT_FOUND, "/no/such/folder/db.json: its folder does not exist; make it first"},
    };
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        CHECK(gem5art_open(table[i].uri, NULL, &error) == NULL);
        CHECK_INT(error.code, table[i].code);
        CHECK_CONTAINS(error.message, table[i].words);
        CHECK(gem5art_open(table[i].uri, NULL, NULL) == NULL);
    }
    setenv("GEM5ART_DB", "mongodb://from.environment", 1);
    CHECK(gem5art_open(NULL, NULL, &error) == NULL);
    CHECK_CONTAINS(error.message, "mongodb://from.environment");
    CHECK_INT(files_like(""), 0);
    fixture_end();
}

TEST(a_relative_path_is_resolved_once) {
    fixture_begin();
    REQUIRE(open_db(STORE_URI));
    CHECK(mkdir("elsewhere", 0777) == 0 && chdir("elsewhere") == 0);
    CHECK(store_run(db, 1));
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    CHECK_INT(files_like(""), 0);
    CHECK(chdir("..") == 0);
    CHECK_INT(json_count(STORE_PATH), 1);
    fixture_end();
}

TEST(a_new_store_is_one_small_file_with_the_mode_of_any_other) {
    struct stat st;
    mode_t mask = umask(027);
    fixture_begin();
    REQUIRE(open_db(NULL));
    CHECK_INT(files_like(""), STORE_FILES); /* and no temporary file */
    CHECK(stat(STORE_PATH, &st) == 0 && (st.st_mode & 0777) == 0640);
    CHECK_INT(st.st_nlink, 1);
    umask(mask);
    CHECK_STR(store_names(db), "");
    close_db();
    REQUIRE(open_db(NULL));
    fixture_end();
}

static int create_and_append(void *number) {
    gem5art_db *mine = gem5art_open(STORE_URI, NULL, &error);
    if (mine && store_run(mine, *(int *)number) && gem5art_close(mine, NULL)) return 0;
    test_fail(__FILE__, __LINE__, "%s", error.message);
    return 1;
}

TEST(many_may_create_one_store_at_once) {
    int round, i, status;
    for (round = 0; round < 20 / stride(10); round++) {
        fixture_begin();
        fflush(stdout);
        for (i = 0; i < 6; i++)
            if (fork() == 0) _exit(create_and_append(&i));
        for (i = 0; i < 6; i++) CHECK(wait(&status) > 0 && status == 0);
        CHECK_INT(json_count(STORE_PATH), 6);
        CHECK_INT(files_like(""), STORE_FILES); /* the writer lock is a byte of the store itself */
        fixture_end();
    }
}

FLAT_TEST(what_is_no_store_is_refused_and_left_alone) {
    static const struct { const char *bytes; size_t size; const char *words; } table[] = {
        {"", 0, "has 0 bytes: something truncated it; restore it from a copy, or remove it to start a new one"},
        {"{\"_id\":\"a\"}", 11, "a JSON array was expected, and byte 0 is not '['"},
        {"\n \t{}", 5, "byte 3 is not '['"},
        {"\xef\xbb\xbf[]\n", 6, "byte order mark"},
        {"\x7f""ELF\0\0\1[", 8, "is not a run store"},
        {"\0\0\0\0", 4, "is not a run store"},
        {"null", 4, "is not a run store"},
    };
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        FILE *file = fopen("db.json", "wb");
        struct stat st;
        REQUIRE(file && fwrite(table[i].bytes, 1, table[i].size, file) == table[i].size && fclose(file) == 0);
        CHECK(gem5art_open("db.json", NULL, &error) == NULL);
        CHECK_INT(error.code, GEM5ART_CORRUPT);
        CHECK_CONTAINS(error.message, table[i].words);
        CHECK_CONTAINS(error.message, "/db.json");
        CHECK(stat("db.json", &st) == 0 && st.st_size == (off_t)table[i].size);
    }
    CHECK(unlink("db.json") == 0 && mkdir("db.json", 0777) == 0);
    CHECK(gem5art_open("db.json", NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "is a folder: give the path of a store, such as");
    CHECK(rmdir("db.json") == 0 && mkfifo("db.json", 0666) == 0);
    CHECK(gem5art_open("db.json", NULL, &error) == NULL); /* and does not wait for a writer */
    CHECK_CONTAINS(error.message, "is not a file");
    CHECK(unlink("db.json") == 0 && symlink("nowhere.json", "db.json") == 0);
    CHECK(gem5art_open("db.json", NULL, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "is a dangling symlink");
    CHECK(unlink("db.json") == 0 && symlink("db.json", "db.json") == 0);
    CHECK(gem5art_open("db.json", NULL, &error) == NULL);
    CHECK_CONTAINS(error.message, "/db.json");
    CHECK_INT(files_like(""), 1);
    fixture_end();
}

/* By the number that LMDB begins with, behind 12 bytes on 32-bit systems or 16, in either byte order. */
FLAT_TEST(an_lmdb_file_is_told_by_its_first_page) {
    static const char *const numbers[] = {"\xde\xc0\xef\xbe", "\xbe\xef\xc0\xde"};
    size_t i;
    fixture_begin();
    for (i = 0; i < 8; i++) {
        char page[64] = {0};
        size_t at = i % 4 < 2 ? 12 : 16, size = i < 4 ? at + 4 : at + 3; /* whole, or cut */
        memcpy(page + at, numbers[i % 2], 4);
        write_bytes("db.json", page, size);
        CHECK(gem5art_open("db.json", NULL, &error) == NULL);
        CHECK_THAT((strstr(error.message, "is an LMDB file: open it as lmdb://") != NULL) == (i < 4), "%zu: %s", i,
                   error.message);
    }
    fixture_end();
}

/* A file that starts like a store and goes on otherwise: opened, as nothing is read yet, and refused by every call that reads. */
FLAT_TEST(garbage_behind_a_bracket_is_found_by_the_first_look) {
    static const char *const table[] = {"[1, 2]\n", "[\"x\"]", "[null]", "[[]]", "[garbage", "[]]\0x", "   \n \n", "[{]"};
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *bytes;
        fixture_begin();
        write_text("db.json", table[i]);
        REQUIRE(open_db(NULL));
        if (strcmp(table[i], "[]]") == 0) CHECK_STR(store_names(db), "");
        else {
            CHECK_STR(store_names(db), "! 10");
            CHECK(!store_run(db, 1));
            CHECK_INT(error.code, GEM5ART_CORRUPT);
            CHECK_CONTAINS(error.message, "/db.json");
            bytes = read_text("db.json");
            CHECK_STR(bytes, table[i]);
            free(bytes);
        }
        fixture_end();
    }
}

/* ---- reading only */

TEST(read_only_makes_and_changes_nothing) {
    gem5art_open_desc desc;
    gem5art_artifact_desc artifact;
    memset(&desc, 0, sizeof desc);
    memset(&artifact, 0, sizeof artifact);
    desc.read_only = true;
    fixture_begin();
    CHECK(gem5art_open(STORE_URI, &desc, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "there is no store at");
    CHECK_CONTAINS(error.message, "$GEM5ART_DB");
    CHECK_INT(files_like(""), 0);
    REQUIRE(open_db(NULL));
    CHECK(store_run(db, 1));
    close_db();
    REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL);
    CHECK_STR(store_names(db), "run 1");
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    CHECK(!gem5art_remove_run(db, id_of(1), &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "opened for reading only");
    CHECK(!gem5art_remove_artifact(db, id_of(1), &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    artifact.name = artifact.type = "x", artifact.path = STORE_PATH, artifact.documentation = "a file to register";
    CHECK(gem5art_register_artifact(db, &artifact, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_INT(files_like(""), STORE_FILES);
    fixture_end();
}

/* As a user to whom modes mean something. */
static int use_what_may_not_be_written(void *unused) {
    gem5art_db *mine;
    (void)unused;
    if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)) return 1;
    if ((mine = gem5art_open(STORE_URI, NULL, &error)) == NULL) return 2;
    if (strcmp(store_names(mine), "run 1") != 0) return 3;
    if (store_run(mine, 2) || error.code != GEM5ART_IO) return 4;
    if (!strstr(error.message, "/db.json") || !strstr(error.message, "ermission denied")) return 5;
    if (gem5art_remove_run(mine, id_of(1), &error) || !strstr(error.message, "ermission denied")) return 6;
    if (!gem5art_close(mine, &error)) return 7;
    if (access("secret.json", F_OK) < 0 || gem5art_open("secret.json", NULL, &error) || error.code != GEM5ART_IO) return 8;
    return strstr(error.message, "ermission denied") ? 0 : 9;
}

FLAT_TEST(a_store_that_may_not_be_written_can_be_read) {
    fixture_begin();
    REQUIRE(open_db(NULL));
    CHECK(store_run(db, 1));
    close_db();
    write_text("secret.json", "[]\n");
    CHECK(chmod("secret.json", 0) == 0 && chmod("db.json", 0444) == 0);
    CHECK(chmod(".", 0777) == 0);
    CHECK_INT(in_child(use_what_may_not_be_written, NULL), 0); /* a file that is read-only */
    CHECK(chmod(".", 0555) == 0);
    CHECK_INT(in_child(use_what_may_not_be_written, NULL), 0); /* a folder that is */
    CHECK(chmod(".", 0777) == 0);
    CHECK_INT(files_like(""), 2);
    fixture_end();
}

/* ---- the bytes */

FLAT_TEST(appends_leave_exactly_these_bytes) {
    char *lines[3], *bytes, expected[16384];
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 0; i < 3; i++) {
        lines[i] = line_of(i + 1);
        CHECK(store_run(db, i + 1));
    }
    bytes = read_text("db.json");
    snprintf(expected, sizeof expected, "[ \n%s,\n%s,\n%s]\n", lines[0], lines[1], lines[2]);
    CHECK_STR(bytes, expected);
    CHECK(strncmp(lines[0], "{\"_id\":\"00000000-0000-4000-8000-000000000001\",\"hash\":\"0000", 58) == 0);
    CHECK_CONTAINS(lines[0], "1\",\"type\":\"gem5 run\",\"name\":\"run 1\",\"gem5_binary_path\":\"\",");
    CHECK_INT(count_sealed("db.json"), 3);
    for (i = 0; i < 3; i++) free(lines[i]);
    free(bytes);
    fixture_end();
}

/* Of a number that can be negative, and of a size, which is not known then. */
TEST(negative_numbers_are_numbers_and_negative_sizes_null) {
    gem5art_run run = a_run(1);
    const gem5art_run *read;
    fixture_begin();
    run.return_code = -9;
    run.results_size = -1;
    REQUIRE(open_db(NULL) && gem5art__record_run(db, &run, NULL, &error));
    CHECK(store_contains("\"return_code\":-9,"));
    CHECK(store_contains("\"results_size\":null,"));
    read = gem5art_find_run(db, id_of(1), &error);
    CHECK(read && read->return_code == -9 && read->results_size == -1);
    run.id = id_of(2);
    run.results_size = 0;
    CHECK(gem5art__record_run(db, &run, NULL, &error));
    CHECK(store_contains("\"results_size\":0,"));
    fixture_end();
}

FLAT_TEST(an_artifact_is_stored_with_these_fields) {
    static const char *const versions[] = {"v23.1", "v24.0", NULL}, *const extra[] = {"kernel", "5.4", NULL}, *const inputs[] = {"in-1", NULL};
    gem5art_artifact a = an_artifact(7, "disk image");
    char *bytes, expected[2048];
    size_t length;
    fixture_begin();
    REQUIRE(open_db(NULL));
    a.documentation = "quoted \"text\"\n", a.command = "make", a.path = "disk.img", a.cwd = "images", a.inputs = inputs;
    a.architecture = "X86", a.size = 5, a.is_zipped = true, a.md5sum = "m", a.url = "http://x/", a.version = "1", a.time = 1.5;
    a.supported_gem5_versions = versions, a.extra = extra;
    CHECK(store_artifact(db, &a));
    bytes = read_text("db.json");
    snprintf(expected, sizeof expected,
             "{\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"disk image\",\"name\":\"artifact 7\","
             "\"documentation\":\"quoted \\\"text\\\"\\n\",\"command\":\"make\",\"path\":\"disk.img\",\"git\":{},\"cwd\":\"images\","
             "\"inputs\":[\"in-1\"],\"architecture\":\"X86\",\"size\":5,\"is_zipped\":true,\"md5sum\":\"m\",\"url\":\"http://x/\","
             "\"supported_gem5_versions\":\"[\\\"v23.1\\\",\\\"v24.0\\\"]\",\"version\":\"1\","
             "\"extra\":\"{\\\"kernel\\\":\\\"5.4\\\"}\",\"time\":1.5,", id_of(7), hash_of(7));
    length = strlen(expected);
    snprintf(expected + length, sizeof expected - length, "\"crc32\":\"%08x\"}]\n", crc_of(expected, length));
    CHECK(strncmp(bytes, "[ \n", 3) == 0);
    CHECK_STR(bytes + 3, expected);
    free(bytes);
    fixture_end();
}

/* ---- files of other programs */

static void copy_python_store(void) { CHECK_INT(sh("cp %s db.json", python_store), 0); }

FLAT_TEST(pythons_store_grows_unconverted) {
    char *before, *after, *line = line_of(1);
    size_t length;
    fixture_begin();
    copy_python_store();
    before = read_text("db.json");
    length = strlen(before);
    REQUIRE(length > 1000 && before[length - 1] == ']');
    REQUIRE(open_db(NULL));
    CHECK(store_run(db, 1));
    after = read_text("db.json");
    CHECK_INT(after[length - 1], ',');
    after[length - 1] = ']';
    CHECK(strncmp(before, after, length) == 0);
    CHECK_INT(after[length], '\n');
    CHECK(strncmp(after + length + 1, line, strlen(line)) == 0);
    CHECK_STR(after + length + 1 + strlen(line), "]\n");
    CHECK(store_run(db, 2));
    CHECK_INT(count_sealed("db.json"), 2);
    CHECK_STR(fixture_warnings, "");
    CHECK_INT(files_like("torn"), 0);
    free(before), free(after), free(line);
    fixture_end();
}

FLAT_TEST(python_and_jq_read_what_was_appended_to_pythons_store) {
    fixture_begin();
    copy_python_store();
    REQUIRE(open_db(NULL));
    CHECK(store_run(db, 1) && store_run(db, 2));
    if (sh("python3 -c '' 2>/dev/null") != 0 || sh("jq -n 1 >/dev/null 2>&1") != 0) {
        fixture_end();
        SKIP("python3 or jq is missing");
    }
    CHECK_INT(sh("python3 -c 'import json; old = json.load(open(\"%s\")); new = json.load(open(\"db.json\")); "
                 "assert new[:-2] == old and [r[\"name\"] for r in new[-2:]] == [\"run 1\", \"run 2\"]'", python_store), 0);
    CHECK_INT(sh("test \"$(jq -r '.[-1].name' db.json)\" = 'run 2'"), 0);
    CHECK_INT(sh("jq -e '.[:-2]' db.json >old && jq . %s | cmp - old", python_store), 0);
    fixture_end();
}

FLAT_TEST(any_layout_is_read_and_keeps_its_bytes) {
    static const struct { const char *text, *shown, *opening; } table[] = { /* `opening`: what stands before the new line */
        {"[]", "", "[ \n"},
        {"[]\n", "", "[ \n"},
        {"[ ]", "", "[  \n"},
        {"[\n]", "", "[\n \n"},
        {"[\n]\n", "", "[\n \n"},
        {" \n[]\n\n ", "", " \n[ \n\n \n"},
        {"[{\"_id\":\"a\",\"name\":\"A\",\"type\":\"gem5 run\"},{\"_id\":\"b\",\"name\":\"B\"}]", "A; B",
         "[{\"_id\":\"a\",\"name\":\"A\",\"type\":\"gem5 run\"},{\"_id\":\"b\",\"name\":\"B\"},\n"},
        {"[\r\n  {\r\n    \"name\": \"A\",\r\n    \"_id\": \"a\"\r\n  }\r\n]\r\n", "; A",
         "[\r\n  {\r\n    \"name\": \"A\",\r\n    \"_id\": \"a\"\r\n  }\r\n,\r\n"},
        {"\t[\t{\t\"_id\"\t:\"]},[{\\\"\\\\\",\"name\":\"A\"\t}\t]\t", "; A", "\t[\t{\t\"_id\"\t:\"]},[{\\\"\\\\\",\"name\":\"A\"\t}\t,\t\n"},
        {"[{\"_id\":\"a\",\"name\":\"A\",\"deep\":[[{\"x\":{}}]]}]\n", "; A", "[{\"_id\":\"a\",\"name\":\"A\",\"deep\":[[{\"x\":{}}]]},\n"},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *bytes, *line = line_of(1), expected[8192], shown[64];
        const char *behind = strchr(table[i].shown, ';');
        fixture_begin();
        write_text("db.json", table[i].text);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), table[i].shown);
        CHECK_THAT(store_run(db, 1), "%s: %s", table[i].text, error.message);
        bytes = read_text("db.json");
        snprintf(expected, sizeof expected, "%s%s]\n", table[i].opening, line);
        CHECK_STR(bytes, expected);
        snprintf(shown, sizeof shown, "%.*s%srun 1%s", (int)(behind ? behind - table[i].shown : 0), table[i].shown,
                 behind > table[i].shown ? ", " : "", behind ? behind : "");
        CHECK_STR(store_names(db), shown);
        CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
        CHECK_STR(fixture_warnings, "");
        free(bytes), free(line);
        fixture_end();
    }
}

/* jq -c, pandas and many others write all on one line, which then starts like a record of ours and ends like one. */
FLAT_TEST(a_store_that_another_program_laid_out_anew_is_unverified_not_damaged) {
    static const char *const writers[] = {
        "jq -c . db.json >new",
        "jq . db.json >new",
        "python3 -c 'import json; json.dump(json.load(open(\"db.json\")), open(\"new\", \"w\"))'",
        "python3 -c 'import json; json.dump(json.load(open(\"db.json\")), open(\"new\", \"w\"), indent=4)'",
        "python3 -c 'import json; json.dump(json.load(open(\"db.json\")), open(\"new\", \"w\"), separators=(\",\", \":\"))'",
        "tr -d '\\n' <db.json >new",
    };
    size_t i;
    for (i = 0; i < sizeof writers / sizeof *writers; i++) {
        int k;
        gem5art_run run = a_run(9);
        fixture_begin();
        REQUIRE(open_db(NULL));
        CHECK(store_run(db, 1) && store_run(db, 2));
        run.name = "caf\xc3\xa9", run.timeout = 0.1;
        CHECK(gem5art__record_run(db, &run, NULL, &error));
        close_db();
        if (sh("%s", writers[i]) == 0) {
            CHECK(rename("new", "db.json") == 0);
            REQUIRE(open_db(NULL));
            CHECK_STR(store_names(db), "run 1, run 2, caf\xc3\xa9");
            for (k = 1; k <= 2; k++) CHECK_THAT(gem5art_find_run(db, id_of(k), &error) != NULL, "%s: %s", writers[i], error.message);
            CHECK_THAT(gem5art_find_run(db, id_of(9), &error) != NULL, "%s: %s", writers[i], error.message);
            CHECK_THAT(store_run(db, 3), "%s: %s", writers[i], error.message);
            CHECK_STR(store_names(db), "run 1, run 2, caf\xc3\xa9, run 3");
            CHECK_STR(fixture_warnings, "");
            CHECK_INT(json_count("db.json"), 4);
            CHECK(gem5art_remove_run(db, id_of(2), &error));
            CHECK_INT(count_sealed("db.json"), 3); /* a rewrite gives each a checksum that holds */
            CHECK_STR(store_names(db), "run 1, caf\xc3\xa9, run 3");
        }
        fixture_end();
    }
}

/* ---- several at a time */

TEST(two_dbs_in_one_process_see_each_others_records) {
    gem5art_db *other;
    int i, fds;
    fixture_begin();
    fds = open_descriptors();
    REQUIRE(open_db(NULL));
    REQUIRE((other = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    CHECK(gem5art_find_run(other, id_of(1), &error) == NULL);
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    for (i = 1; i <= 10; i++) {
        CHECK(store_run(i % 2 ? db : other, i));
        CHECK(gem5art_find_run(i % 2 ? other : db, id_of(i), &error) != NULL);
        CHECK(gem5art_find_run(i % 2 ? db : other, hash_of(i), &error) != NULL);
    }
    CHECK_STR(store_names(db), "run 1, run 2, run 3, run 4, run 5, run 6, run 7, run 8, run 9, run 10");
    CHECK(gem5art_remove_run(other, id_of(5), &error));
    CHECK(gem5art_find_run(db, id_of(5), &error) == NULL);
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK(store_run(db, 11) && gem5art_find_run(other, id_of(11), &error) != NULL);
    CHECK(gem5art_close(other, &error));
    CHECK_STR(fixture_warnings, "");
    CHECK_INT(count_sealed(STORE_PATH), 10);
    fixture_end();
    CHECK_INT(open_descriptors(), fds);
}

TEST(readers_wait_for_no_lock) {
    gem5art_db *writer;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    REQUIRE((writer = gem5art_open(STORE_URI, NULL, &error)) != NULL && gem5art__store_lock(writer, &error));
    CHECK_STR(store_names(db), "run 1");
    CHECK(gem5art_find_run(db, id_of(1), &error) != NULL);
    gem5art__store_unlock(writer);
    CHECK(gem5art_close(writer, &error));
    fixture_end();
}

/* ---- the writer lock */

static char lock_words[1024];

static void note_words(const char *message, void *unused) {
    (void)unused;
    snprintf(lock_words, sizeof lock_words, "%s", message);
}

/* Holds the writer lock, or a shared lock of all bytes as one who may only read can. */
static pid_t hold_lock(bool shared) {
    int fds[2];
    char byte;
    pid_t pid;
    if (pipe(fds) < 0) return -1;
    fflush(stdout);
    if ((pid = fork()) == 0) {
        struct flock lock;
        gem5art_db *mine = shared ? NULL : gem5art_open(STORE_URI, NULL, &error);
        int fd = shared ? open(STORE_PATH, O_RDONLY) : -1;
        memset(&lock, 0, sizeof lock);
        lock.l_type = F_RDLCK;
        if (shared ? fcntl(fd, F_SETLK, &lock) < 0 : !gem5art__store_lock(mine, &error)) _exit(1);
        if (write(fds[1], "x", 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(fds[1]);
    if (read(fds[0], &byte, 1) != 1) pid = -1;
    close(fds[0]);
    return pid;
}

TEST(a_wait_for_the_lock_is_said_and_ends) {
    gem5art_open_desc desc;
    int shared;
    memset(&desc, 0, sizeof desc);
    desc.log = note_words;
    for (shared = 0; shared < 2; shared++) {
        pid_t holder;
        fixture_begin();
        REQUIRE(open_db(NULL) && store_run(db, 1));
        close_db();
        REQUIRE((holder = hold_lock(shared)) > 0);
        REQUIRE((db = gem5art_open(STORE_URI, &desc, &error)) != NULL);
        lock_seconds = 2.2;
        lock_words[0] = 0;
        CHECK(!store_run(db, 2));
        lock_seconds = 60;
        CHECK_INT(error.code, GEM5ART_BUSY);
        CHECK_CONTAINS(error.message, STORE_PATH);
        CHECK_CONTAINS(lock_words, "waiting for the writer lock of");
        CHECK_STR(store_names(db), "run 1"); /* readers wait for nobody */
        kill(holder, SIGKILL);
        waitpid(holder, NULL, 0);
        CHECK(store_run(db, 2));
        fixture_end();
    }
}

static int append_by_name(void *name) {
    gem5art_db *mine;
    int i;
    if ((mine = gem5art_open((const char *)name, NULL, &error)) == NULL) return 1;
    for (i = 0; i < 40; i++)
        if (!store_run(mine, strcmp((const char *)name, "db.json") ? 100 + i : 200 + i)) return 2;
    return gem5art_close(mine, &error) ? 0 : 3;
}

/* Two names of one file have one lock, and a lock file that is removed is none of a writer's. */
FLAT_TEST(writers_by_two_names_lose_nothing) {
    int status;
    pid_t writer;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(link("db.json", "other.json") == 0);
    fflush(stdout);
    if ((writer = fork()) == 0) _exit(append_by_name((void *)(uintptr_t) "other.json"));
    CHECK_INT(append_by_name((void *)(uintptr_t) "db.json"), 0);
    CHECK(waitpid(writer, &status, 0) == writer && status == 0);
    CHECK_INT(json_count("db.json"), 81);
    CHECK_INT(count_sealed("db.json"), 81);
    fixture_end();
}

FLAT_TEST(a_store_of_two_names_is_not_rewritten) {
    struct stat st, other;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
    CHECK(link("db.json", "other.json") == 0);
    CHECK(!gem5art_remove_run(db, id_of(1), &error));
    CHECK_INT(error.code, GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, "2 names (hard links)");
    CHECK(stat("db.json", &st) == 0 && stat("other.json", &other) == 0 && st.st_ino == other.st_ino);
    CHECK_INT(json_count("db.json"), 2);
    CHECK(rename("other.json", "db.json.old.7") == 0); /* what a compaction that was killed leaves */
    CHECK_INT(sh("ln db.json db.json.tmp-0123456789abcdef"), 0);
    CHECK_THAT(gem5art_remove_run(db, id_of(1), &error), "%s", error.message);
    CHECK_STR(store_names(db), "run 2");
    CHECK(!exists("db.json.old.7"));
    fixture_end();
}

/* As a file that is mounted by itself, of which the folder has another now. */
FLAT_TEST(a_mounted_file_is_appended_to_and_not_replaced) {
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    close_db();
    CHECK(mkdir("m", 0777) == 0);
    write_text("m/db.json", "[]\n");
    if (mount("db.json", "m/db.json", "", MS_BIND, NULL) < 0) {
        fixture_end();
        printf("a_mounted_file_is_appended_to_and_not_replaced: not tried, as mount(2) is not allowed\n");
        return;
    }
    REQUIRE((db = gem5art_open("m/db.json", NULL, &error)) != NULL);
    CHECK(store_run(db, 2));
    CHECK(!gem5art_remove_run(db, id_of(1), &error));
    CHECK_INT(error.code, GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, "it is a mount point");
    CHECK_INT(json_count("db.json"), 2);
    CHECK(rename("db.json", "old.json") == 0 && unlink("old.json") == 0); /* what the mount leads to is lost now */
    CHECK(!store_run(db, 3));
    CHECK_CONTAINS(error.message, "was removed or replaced where it is mounted from");
    close_db();
    CHECK(umount("m/db.json") == 0);
    fixture_end();
}

/* ---- many records of one hash */

FLAT_TEST(each_record_of_a_common_hash_is_found_once) {
    gem5art__lookup lookup = {0, 0, NULL};
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record;
    FILE *file;
    int i, found = 0;
    fixture_begin();
    REQUIRE((file = fopen("db.json", "w")) != NULL);
    for (i = 0; i < 3000; i++)
        fprintf(file, "%s{\"_id\": \"id%d\", \"hash\": \"h%d\", \"type\": \"t\", \"name\": \"%d\"}", i ? ", " : "[", i, i % 3, i);
    CHECK(fputs("]", file) >= 0 && fclose(file) == 0);
    REQUIRE(open_db(NULL) && (db->backend->refresh)(db, &error));
    while ((db->backend->lookup)(db, &lookup, "h1", &arena, &record, &error) == GEM5ART__RECORD) {
        CHECK_INT(atoi(gem5art__record_text(record, "name")), 1 + 3 * found);
        found++;
        gem5art__arena_free(&arena);
    }
    CHECK_INT(found, 1000);
    fixture_end();
}

/* ---- links */

TEST(a_symlinked_store_stays_one) {
    struct stat st;
    fixture_begin();
    CHECK(mkdir("real", 0777) == 0 && symlink("real/store.json", "link.json") == 0 && symlink("link.json", STORE_PATH) == 0);
    REQUIRE(gem5art_close(gem5art_open(STORE_SCHEME "real/store.json", NULL, &error), NULL) && exists("real/store.json"));
    REQUIRE(open_db(NULL) && store_run(db, 1) && store_run(db, 2));
    CHECK(gem5art_remove_run(db, id_of(1), &error));
    CHECK(lstat(STORE_PATH, &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(lstat("link.json", &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(lstat("real/store.json", &st) == 0 && S_ISREG(st.st_mode));
    REQUIRE(gem5art__claim_run(db, "00", &error)); /* with what lies beside it beside the file itself */
    CHECK(exists("real/store.json.lock") && !exists(STORE_PATH ".lock") && !exists("link.json.lock"));
    gem5art__unclaim_run(db, "00");
    CHECK_INT(json_count("real/store.json"), 1);
    CHECK_STR(store_names(db), "run 2");
    fixture_end();
}

/* ---- removal */

TEST(a_run_goes_with_its_archive_and_nothing_else) {
    static const char foreign[] = "[\n  {\"_id\": \"py\", \"name\": \"from Python\", \"type\": \"gem5 run\", \"new field\": [1.50, \"\\ud800\", null]},\n"
                                  "  {\"zz\": 1e400, \"name\": \"odd\", \"_id\": \"odd\", \"crc32\": \"not one\"}\n]";
    gem5art_artifact archive = an_artifact(11, "directory"), other = an_artifact(12, "kernel");
    gem5art_run run = a_run(1);
    struct stat before, after;
    char *bytes;
    fixture_begin();
    lay_store(foreign);
    CHECK(chmod(STORE_PATH, 0604) == 0);
    if (geteuid() == 0) CHECK(chown(STORE_PATH, 1234, 4321) == 0);
    CHECK(stat(STORE_PATH, &before) == 0);
    REQUIRE(open_db(NULL));
    run.results = archive.id;
    CHECK(store_artifact(db, &other));
    CHECK(gem5art__record_run(db, &run, &archive, &error));
    CHECK(store_run(db, 2));
    CHECK_STR(store_names(db), "from Python, run 1, run 2; odd; artifact 12; artifact 11");
    CHECK(gem5art_remove_run(db, run.id, &error));
    CHECK_STR(store_names(db), "from Python, run 2; odd; artifact 12");
    CHECK_INT(count_sealed(STORE_PATH), 4);
    bytes = read_store(STORE_PATH);
    CHECK(strncmp(bytes, "[\n{\"_id\":\"py\",\"type\":\"gem5 run\",\"name\":\"from Python\",\"new field\":[1.50,\"\\ud800\",null],\"crc32\":\"", 95) == 0);
    CHECK_CONTAINS(bytes, "\n{\"_id\":\"odd\",\"name\":\"odd\",\"zz\":1e400,\"crc32\":\"");
    free(bytes);
    CHECK(stat(STORE_PATH, &after) == 0 && after.st_mode == before.st_mode);
    CHECK(after.st_uid == before.st_uid && after.st_gid == before.st_gid);
    CHECK_INT(files_like("tmp"), 0);
    CHECK(!gem5art_remove_run(db, run.id, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, run.id);
    CHECK(!gem5art_remove_run(db, hash_of(2), &error) && error.code == GEM5ART_NOT_FOUND); /* an id, not a hash */
    CHECK(!gem5art_remove_run(db, other.id, &error) && error.code == GEM5ART_NOT_FOUND);
    CHECK(!gem5art_remove_run(db, NULL, &error) && error.code == GEM5ART_INVALID);
    CHECK(gem5art_remove_run(db, "py", &error) && gem5art_remove_run(db, id_of(2), &error));
    CHECK(gem5art_remove_artifact(db, "odd", &error) && gem5art_remove_artifact(db, other.id, &error));
    bytes = read_store(STORE_PATH);
    CHECK_STR(bytes, "[]\n");
    free(bytes);
    CHECK(store_run(db, 3));
    CHECK_STR(store_names(db), "run 3");
    fixture_end();
}

TEST(of_many_runs_those_that_are_named_are_removed) {
    const char *ids[10];
    char id[10][40];
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 0; i < 20; i++) CHECK(store_run(db, i));
    for (i = 0; i < 10; i++) ids[i] = strcpy(id[i], id_of(19 - 2 * i));
    CHECK(gem5art_remove_runs(db, ids, 10, NULL, &error));
    CHECK_STR(store_names(db), "run 0, run 2, run 4, run 6, run 8, run 10, run 12, run 14, run 16, run 18");
    fixture_end();
}

TEST(an_artifact_in_use_stays) {
    static const struct { const char *field, *type; } table[] = {
        {"\"gem5_artifact\":\"%s\"", "gem5 run"},         {"\"gem5_git_artifact\":\"%s\"", "gem5 run"},
        {"\"run_script_git_artifact\":\"%s\"", "gem5 run"}, {"\"linux_binary_artifact\":\"%s\"", "gem5 run fs"},
        {"\"disk_image_artifact\":\"%s\"", "gem5 run fs"}, {"\"artifacts\":[\"x\",\"%s\"]", "gem5 run"},
        {"\"results\":\"%s\"", "gem5 run"},                {"\"inputs\":[\"%s\"]", "disk image"},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char field[128], text[512];
        const char *percent = strstr(table[i].field, "%s");
        snprintf(field, sizeof field, "%.*s%s%s", (int)(percent - table[i].field), table[i].field, "used", percent + 2);
        snprintf(text, sizeof text, "[{\"_id\":\"used\",\"type\":\"kernel\",\"inputs\":[\"used\"]},{\"_id\":\"user\",\"name\":\"the user\",\"type\":\"%s\",%s}]",
                 table[i].type, field);
        fixture_begin();
        lay_store(text);
        REQUIRE(open_db(NULL));
        CHECK(!gem5art_remove_artifact(db, "used", &error));
        CHECK_INT(error.code, GEM5ART_BUSY);
        CHECK_CONTAINS(error.message, "\"the user\" (user)");
        CHECK_INT(json_count(STORE_PATH), 2);
        CHECK(!gem5art_remove_artifact(db, "nobody", &error) && error.code == GEM5ART_NOT_FOUND);
        if (table[i].type[5] == 'r') CHECK(!gem5art_remove_artifact(db, "user", &error) && error.code == GEM5ART_NOT_FOUND);
        CHECK(i == 7 ? gem5art_remove_artifact(db, "user", &error) : gem5art_remove_run(db, "user", &error));
        CHECK_INT(gem5art_remove_artifact(db, "used", &error), i != 6); /* as results it went with its run */
        CHECK_STR(store_names(db), "");
        fixture_end();
    }
}

TEST(an_archive_that_another_run_names_too_stays_with_it) {
    gem5art_artifact archive = an_artifact(11, "directory");
    gem5art_run run = a_run(1), second = a_run(2);
    fixture_begin();
    REQUIRE(open_db(NULL));
    run.results = second.results = archive.id;
    CHECK(gem5art__record_run(db, &run, &archive, &error) && gem5art__record_run(db, &second, NULL, &error));
    CHECK(gem5art_remove_run(db, run.id, &error));
    CHECK_STR(store_names(db), "run 2; artifact 11");
    CHECK(gem5art_remove_run(db, second.id, &error));
    CHECK_STR(store_names(db), "");
    fixture_end();
}

TEST(a_claimed_run_cannot_be_removed) {
    gem5art_db *other;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    REQUIRE((other = gem5art_open(STORE_URI, NULL, &error)) != NULL && gem5art__claim_run(other, hash_of(1), &error));
    CHECK(!gem5art_remove_run(db, id_of(1), &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "run \"run 1\"");
    CHECK(!gem5art_remove_run(db, id_of(1), NULL));
    CHECK(!gem5art_remove_run(other, id_of(1), &error) && error.code == GEM5ART_BUSY); /* by itself neither */
    gem5art__unclaim_run(other, hash_of(1));
    CHECK(gem5art_remove_run(db, id_of(1), &error));
    CHECK(gem5art__claim_run(other, hash_of(1), &error)); /* and leaves no claim behind */
    gem5art__unclaim_run(other, hash_of(1));
    CHECK(gem5art_close(other, &error));
    fixture_end();
}

static off_t size_of_store(void) {
    struct stat st;
    CHECK(stat(STORE_PATH, &st) == 0);
    return st.st_size;
}

/* A flat file is written anew; LMDB uses its free pages again. */
TEST(a_record_that_is_renewed_many_times_does_not_make_the_store_grow) {
    off_t size = 0;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 20; i++) CHECK(store_run(db, i));
    for (i = 0; i < 200 / stride(10); i++) {
        CHECK(gem5art_remove_run(db, id_of(7), &error) && store_run(db, 7));
        if (i == 9) size = size_of_store();
    }
    CHECK(size > 0);
    CHECK_INT(size_of_store(), size);
    CHECK_INT(json_count(STORE_PATH), 20);
    fixture_end();
}

TEST(an_iterator_goes_on_with_the_file_it_began) {
    gem5art_iter *iter;
    const gem5art_run *run;
    int i;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (i = 1; i <= 5; i++) CHECK(store_run(db, i));
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) != NULL);
    CHECK(gem5art_remove_run(db, id_of(3), &error));
    CHECK(store_run(db, 6));
    for (i = 2; i <= 5; i++) {
        run = gem5art_next_run(iter, &error);
        REQUIRE(run != NULL);
        CHECK_STR(run->id, id_of(i));
    }
    CHECK(gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK);
    gem5art_iter_close(iter);
    CHECK_STR(store_names(db), "run 1, run 2, run 4, run 5, run 6");
    fixture_end();
}

/* ---- what records may hold */

TEST(unknown_fields_are_kept_and_shown) {
    const gem5art_run *run;
    const gem5art_json *member;
    fixture_begin();
    lay_store("[{\"_id\":\"a\",\"type\":\"gem5 run\",\"mood\":{\"of\":[1,2.50]},\"name\":\"A\",\"crc32\":\"00000000\"}]");
    REQUIRE(open_db(NULL));
    REQUIRE((run = gem5art_find_run(db, "a", &error)) != NULL);
    member = gem5art_json_get(run->record, "mood");
    REQUIRE(member && member->first && member->first->first);
    CHECK(strncmp(member->first->first->next->raw, "2.50", 4) == 0);
    {
        gem5art_run again = *run; /* as a run that was loaded and is executed again */
        again.id = "b";
        CHECK(gem5art__record_run(db, &again, NULL, &error));
    }
    CHECK(store_contains("\"mood\":{\"of\":[1,2.50]},\"crc32\":"));
    CHECK_INT(count_sealed(STORE_PATH), STORE_FILES); /* in LMDB all are */
    fixture_end();
}

TEST(records_of_a_megabyte) {
    size_t size = 1 << 20;
    char *big = (char *)malloc(size + 1);
    const char *params[2];
    gem5art_run run = a_run(2);
    const gem5art_run *found;
    gem5art_db *other;
    fixture_begin();
    memset(big, '"', size); /* two megabytes as JSON */
    big[size] = 0;
    params[0] = big, params[1] = NULL;
    run.params = params;
    REQUIRE(open_db(NULL) && store_run(db, 1) && gem5art__record_run(db, &run, NULL, &error) && store_run(db, 3));
    run.id = id_of(4), run.name = big; /* as the last record, and before its bracket */
    CHECK(gem5art__record_run(db, &run, NULL, &error));
    REQUIRE((other = gem5art_open(STORE_URI, NULL, &error)) != NULL && store_run(other, 5)); /* which has not seen the end yet */
    REQUIRE((found = gem5art_find_run(other, id_of(2), &error)) != NULL);
    CHECK(strcmp(found->params[0], big) == 0);
    REQUIRE((found = gem5art_find_run(other, id_of(4), &error)) != NULL);
    CHECK(strcmp(found->name, big) == 0);
    CHECK(gem5art_remove_run(other, id_of(4), &error));
    CHECK(gem5art_find_run(db, id_of(2), &error) != NULL);
    CHECK_STR(store_names(db), "run 1, run 2, run 3, run 5");
    CHECK_INT(count_sealed(STORE_PATH), 4);
    CHECK(gem5art_close(other, &error));
    free(big);
    fixture_end();
}

TEST(bytes_that_are_not_utf8_come_back_as_they_were) {
    static const char odd[] = "caf\xe9 \xff\xc3\xa9 \xed\xa0\x80 \x01\x7f\"\\/";
    const gem5art_run *found;
    gem5art_run run = a_run(1);
    gem5art_query query;
    gem5art_iter *iter;
    fixture_begin();
    REQUIRE(open_db(NULL));
    run.name = run.outdir = odd;
    CHECK(gem5art__record_run(db, &run, NULL, &error) && store_run(db, 2));
    CHECK(store_contains("\"name\":\"caf\\udce9 \\udcff\xc3\xa9 "));
    REQUIRE((found = gem5art_find_run(db, run.id, &error)) != NULL);
    CHECK_STR(found->name, odd);
    CHECK_STR(found->outdir, odd);
    memset(&query, 0, sizeof query);
    query.name = odd, query.name_contains = "\xff";
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    CHECK(gem5art_next_run(iter, &error) != NULL && gem5art_next_run(iter, &error) == NULL);
    gem5art_iter_close(iter);
    CHECK(gem5art_remove_run(db, id_of(2), &error)); /* through a rewrite, too */
    REQUIRE((found = gem5art_find_run(db, run.id, &error)) != NULL);
    CHECK_STR(found->name, odd);
    CHECK_INT(count_sealed(STORE_PATH), 1);
    fixture_end();
}

/* ---- queries */

static void make_queried_store(void) {
    static const struct { const char *name, *status; bool fs, rerunnable; } runs[] = {
        {"boot", "Finished", true, false},         {"boot two", "Failed", true, false},
        {"hello", "Finished", false, false},       {"boot", "Failed", false, true},
        {"Boot", "Failed artifact check for x", false, true}, {"hello", "Failed artifact check for y", true, true},
    };
    static const char *const types[] = {"kernel", "disk image", "gem5 binary", "disk image"};
    size_t i;
    for (i = 0; i < sizeof runs / sizeof *runs; i++) {
        gem5art_run run = a_run((int)i + 1);
        run.name = runs[i].name, run.status = runs[i].status, run.rerunnable = runs[i].rerunnable;
        if (runs[i].fs) run.type = "gem5 run fs";
        if (i < 4) {
            gem5art_artifact artifact = an_artifact((int)i + 101, types[i]);
            CHECK(store_artifact(db, &artifact));
        }
        CHECK(gem5art__record_run(db, &run, NULL, &error));
    }
}

/* The last digits of the ids that a query finds: "1 4". */
static const char *found_ids(const gem5art_query *query, bool runs) {
    static char text[256];
    gem5art_iter *iter = runs ? gem5art_get_runs(db, query, &error) : gem5art_get_artifacts(db, query, &error);
    size_t n = 0;
    text[0] = 0;
    while (iter) {
        const gem5art_run *run = runs ? gem5art_next_run(iter, &error) : NULL;
        const gem5art_artifact *artifact = runs ? NULL : gem5art_next_artifact(iter, &error);
        if (!run && !artifact) break;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d", n ? " " : "", atoi((run ? run->id : artifact->id) + 24));
    }
    if (error.code != GEM5ART_OK) snprintf(text + n, sizeof text - n, "! %s", error.message);
    gem5art_iter_close(iter);
    return text;
}

TEST(queries_find_what_they_ask_for) {
    static const struct { gem5art_query query; const char *found; } runs[] = {
        {{.limit = 0}, "1 2 3 4 5 6"},
        {{.name = "boot"}, "1 4"},
        {{.name = "boo"}, ""},
        {{.name = ""}, ""},
        {{.name_contains = "oot"}, "1 2 4 5"},
        {{.name_contains = "boot"}, "1 2 4"},
        {{.name_contains = ""}, "1 2 3 4 5 6"},
        {{.name_contains = "boot two and more"}, ""},
        {{.name = "boot", .name_contains = "oo"}, "1 4"},
        {{.fs_only = true}, "1 2 6"},
        {{.status = "Finished"}, "1 3"},
        {{.status = "Failed"}, "2 4"},
        {{.status = "Failed artifact check"}, "5 6"},
        {{.status = "Failed artifact check for x"}, "5"},
        {{.status = "Running"}, ""},
        {{.rerunnable = true}, "4 5 6"},
        {{.name_contains = "ello", .fs_only = true, .rerunnable = true}, "6"},
        {{.limit = 4}, "1 2 3 4"},
        {{.fs_only = true, .limit = 2}, "1 2"},
        {{.limit = 100}, "1 2 3 4 5 6"},
        {{.limit = -1}, "1 2 3 4 5 6"},
        {{.id_prefix = "00000000"}, "1 2 3 4 5 6"},
        {{.id_prefix = "00000000-0000-4000-8000-000000000003"}, "3"},
        {{.id_prefix = "00000000-0000-4000-8000-0000000000031"}, ""},
        {{.id_prefix = "0001"}, ""},
        {{.hash = "0000000000000000000000000000000000000000000000000000000000000004"}, "4"},
        {{.hash = "000000000000000000000000000000000000000000000000000000000000000"}, ""},
    }, artifacts[] = {
        {{.limit = 0}, "101 102 103 104"},
        {{.type = "disk image"}, "102 104"},
        {{.type = "disk"}, ""},
        {{.type = "gem5 run"}, ""},
        {{.name = "artifact 103"}, "103"},
        {{.name_contains = "10", .type = "kernel"}, "101"},
        {{.type = "disk image", .limit = 1}, "102"},
        {{.fs_only = true, .rerunnable = true}, "101 102 103 104"}, /* of runs only */
    };
    int indented;
    size_t i;
    for (indented = 0; indented <= (STORE_FILES == 1); indented++) { /* and, in a flat store, of records not in our form */
        fixture_begin();
        REQUIRE(open_db(NULL));
        make_queried_store();
        if (indented && (sh("jq . db.json >new 2>/dev/null") != 0 || rename("new", "db.json") < 0)) {
            fixture_end();
            SKIP("jq is missing");
        }
        CHECK_STR(found_ids(NULL, true), "1 2 3 4 5 6");
        CHECK_STR(found_ids(NULL, false), "101 102 103 104");
        for (i = 0; i < sizeof runs / sizeof *runs; i++) CHECK_STR(found_ids(&runs[i].query, true), runs[i].found);
        for (i = 0; i < sizeof artifacts / sizeof *artifacts; i++) CHECK_STR(found_ids(&artifacts[i].query, false), artifacts[i].found);
        fixture_end();
    }
}

/* The rows of a query as text, joined by newlines; NULL stands for an error. To be freed. */
static char *texts_of(const gem5art_query *query, bool runs) {
    gem5art_iter *iter = runs ? gem5art_get_runs(db, query, &error) : gem5art_get_artifacts(db, query, &error);
    gem5art__buf all = {NULL, 0, 0, false};
    const char *text;
    size_t length;
    gem5art__puts(&all, "");
    while (iter && (text = gem5art_next_json(iter, &length, &error)) != NULL) {
        CHECK_INT(strlen(text), length);
        gem5art__puts(&all, text), gem5art__puts(&all, "\n");
    }
    gem5art_iter_close(iter);
    if (error.code == GEM5ART_OK) return text_of(&all);
    gem5art__buf_free(&all);
    return NULL;
}

TEST(rows_as_text_are_what_is_stored_without_checksums) {
    static const char odd[] = "{\"name\": \"A\", \"_id\": \"a\",  \"type\":\"gem5 run fs\", \"n\":[1.50, \"\\u0041\"], \"status\":\"Failed\"}";
    static const char shown[] = "{\"name\":\"A\",\"_id\":\"a\",\"type\":\"gem5 run fs\",\"n\":[1.50,\"\\u0041\"],\"status\":\"Failed\"}\n";
    static const char sorted[] = "{\"_id\":\"a\",\"type\":\"gem5 run fs\",\"name\":\"A\",\"n\":[1.50,\"\\u0041\"],\"status\":\"Failed\"}\n";
    const char *first = STORE_FILES == 1 ? shown : sorted; /* LMDB has lines of ours only */
    gem5art_query query;
    char *line = line_of(1), *text, all[4096];
    size_t length = strlen(line) - GEM5ART__SEAL - 1;
    fixture_begin();
    snprintf(all, sizeof all, "[%s]", odd);
    lay_store(all);
    REQUIRE(open_db(NULL) && store_run(db, 1));
    snprintf(all, sizeof all, "%s%.*s}\n", first, (int)length, line);
    CHECK_STR(text = texts_of(NULL, true), all);
    free(text);
    memset(&query, 0, sizeof query);
    query.status = "Failed";
    CHECK_STR(text = texts_of(&query, true), first);
    free(text);
    query.status = "Finished", query.limit = 1;
    snprintf(all, sizeof all, "%.*s}\n", (int)length, line);
    CHECK_STR(text = texts_of(&query, true), all);
    free(text);
    CHECK_STR(text = texts_of(NULL, false), "");
    free(text), free(line);
    CHECK(gem5art_next_json(NULL, NULL, &error) == NULL && error.code == GEM5ART_INVALID);
    fixture_end();
}

TEST(a_row_lives_until_the_next_step_and_a_query_is_copied) {
    char name[16] = "boot";
    gem5art_query query;
    gem5art_iter *iter, *second;
    const gem5art_run *one, *two;
    int i, fds;
    fixture_begin();
    REQUIRE(open_db(NULL));
    make_queried_store();
    fds = open_descriptors();
    memset(&query, 0, sizeof query);
    query.name = name;
    REQUIRE((iter = gem5art_get_runs(db, &query, &error)) != NULL);
    strcpy(name, "gone");
    REQUIRE((second = gem5art_get_runs(db, NULL, &error)) != NULL);
    REQUIRE((one = gem5art_next_run(iter, &error)) != NULL);
    for (i = 0; i < 6; i++) { /* steps of another iterator leave the row alone; under sanitizers this would show */
        REQUIRE((two = gem5art_next_run(second, &error)) != NULL);
        CHECK_STR(one->name, "boot");
        CHECK_STR(gem5art_json_get(one->record, "status")->text, "Finished");
    }
    CHECK(gem5art_next_artifact(iter, &error) == NULL && error.code == GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "use gem5art_next_run");
    CHECK(!gem5art_close(db, &error));
    CHECK_INT(error.code, GEM5ART_BUSY);
    CHECK_CONTAINS(error.message, "2 open iterators");
    gem5art_iter_close(second);
    CHECK(!gem5art_close(db, NULL));
    gem5art_iter_close(iter);
    gem5art_iter_close(NULL);
    CHECK_INT(open_descriptors(), fds);
    CHECK(gem5art_next_run(NULL, &error) == NULL && error.code == GEM5ART_INVALID);
    CHECK(gem5art_get_runs(NULL, NULL, &error) == NULL && error.code == GEM5ART_INVALID);
    CHECK(gem5art_get_artifacts(NULL, NULL, NULL) == NULL);
    CHECK(gem5art_close(NULL, &error) && error.code == GEM5ART_OK);
    fixture_end();
}

TEST(of_several_attempts_the_latest_is_found_and_of_artifacts_the_first) {
    gem5art_run run = a_run(1);
    gem5art_artifact artifact = an_artifact(50, "kernel");
    const gem5art_run *found;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 1));
    run.id = id_of(2), run.name = "second";
    CHECK(gem5art__record_run(db, &run, NULL, &error) && store_artifact(db, &artifact));
    artifact.id = id_of(51);
    CHECK(store_artifact(db, &artifact));
    REQUIRE((found = gem5art_find_run(db, hash_of(1), &error)) != NULL);
    CHECK_STR(found->name, "second");
    REQUIRE((found = gem5art_find_run(db, id_of(1), &error)) != NULL);
    CHECK_STR(found->name, "run 1");
    CHECK_STR(gem5art_find_artifact(db, hash_of(50), &error)->id, id_of(50));
    CHECK(gem5art_find_artifact(db, id_of(1), &error) == NULL && error.code == GEM5ART_NOT_FOUND); /* a run is none */
    CHECK(gem5art_find_run(db, id_of(50), &error) == NULL && error.code == GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, id_of(50));
    CHECK(gem5art_find_run(db, NULL, &error) == NULL && error.code == GEM5ART_INVALID);
    CHECK(gem5art_find_run(db, "", &error) == NULL && error.code == GEM5ART_NOT_FOUND);
    fixture_end();
}

/* The index grows through several sizes, and finds each of many. */
TEST(thousands_of_records_are_all_found) {
    gem5art__buf text = {NULL, 0, 0, false};
    int i, n = 3000;
    fixture_begin();
    gem5art__puts(&text, "[");
    for (i = 1; i <= n; i++) {
        char *line = line_of(i);
        gem5art__putf(&text, "%s\n%s", i > 1 ? "," : "", line);
        free(line);
    }
    gem5art__puts(&text, "]\n");
    lay_store(text.data);
    gem5art__buf_free(&text);
    REQUIRE(open_db(NULL));
    for (i = 1; i <= n; i += stride(97)) {
        const gem5art_run *run = gem5art_find_run(db, i % 2 ? id_of(i) : hash_of(i), &error);
        REQUIRE(run != NULL);
        CHECK_STR(run->id, id_of(i));
        gem5art_release_run(db, run);
    }
    CHECK(store_run(db, n + 1) && gem5art_find_run(db, id_of(n + 1), &error) != NULL);
    CHECK_STR(fixture_warnings, "");
    fixture_end();
}

/* ---- records as JSON text */

/* Every record as JSON, in the order stored. Returns how many; texts are to be freed. */
static size_t all_records(char *texts[], size_t most) {
    gem5art_iter *iter = gem5art_get_records(db, NULL, &error);
    const char *text;
    size_t count = 0;
    while (iter && count < most && (text = gem5art_next_json(iter, NULL, &error)) != NULL) texts[count++] = strdup(text);
    gem5art_iter_close(iter);
    return count;
}

TEST(records_move_from_store_to_store_as_text) {
    char *texts[10], *copies[10];
    gem5art_text records[10];
    gem5art_addition additions[10];
    size_t count, i, bad;
    gem5art_iter *iter;
    gem5art_query query;
    fixture_begin();
    REQUIRE(open_db(NULL));
    make_queried_store();
    REQUIRE((count = all_records(texts, 10)) == 10);
    for (i = 0; i < count; i++) records[i].text = texts[i], records[i].length = strlen(texts[i]);
    CHECK(gem5art_add_records(db, records, count, false, additions, &bad, &error)); /* all are there */
    for (i = 0; i < count; i++) CHECK_INT(additions[i].result, GEM5ART_PRESENT);
    CHECK(gem5art_add_records(NULL, records, count, true, additions, NULL, &error)); /* a dry run into nothing */
    for (i = 0; i < count; i++) CHECK(additions[i].result == GEM5ART_ADDED && !additions[i].hash_present);
    CHECK(!gem5art_add_records(NULL, records, count, false, additions, NULL, &error) && error.code == GEM5ART_INVALID);
    memset(&query, 0, sizeof query);
    query.type = "disk image";
    REQUIRE((iter = gem5art_get_records(db, &query, &error)) != NULL);
    CHECK(!gem5art_next_run(iter, &error) && gem5art_iter_step(iter) == GEM5ART_FAILED && error.code == GEM5ART_INVALID);
    CHECK(gem5art_next_json(iter, NULL, &error) && gem5art_next_json(iter, NULL, &error) && !gem5art_next_json(iter, NULL, &error));
    gem5art_iter_close(iter);
    CHECK(gem5art_close(db, &error));
    unlink(STORE_PATH), unlink(STORE_PATH "-lock");
    REQUIRE(open_db(NULL));
    CHECK(gem5art_add_records(db, records, count, true, additions, NULL, &error) && all_records(copies, 10) == 0);
    CHECK(gem5art_add_records(db, records, count, false, additions, NULL, &error));
    REQUIRE(all_records(copies, 10) == count);
    for (i = 0; i < count; i++) {
        CHECK_STR(copies[i], texts[i]);
        free(copies[i]), free(texts[i]);
    }
    fixture_end();
}

TEST(records_that_are_added_are_checked) {
    static const struct { const char *text, *why; gem5art_code code; } refused[] = {
        {"", "", GEM5ART_SYNTAX},
        {"{\"_id\":\"b\"", "", GEM5ART_SYNTAX},
        {"[]", "a JSON object", GEM5ART_SYNTAX},
        {"{\"_id\":\"b\",\"hash\":\"h\"}", "no text \"type\"", GEM5ART_INVALID},
        {"{\"_id\":\"b\",\"hash\":7,\"type\":\"kernel\"}", "no text \"hash\"", GEM5ART_INVALID},
        {"{\"_id\":\"b\",\"hash\":\"h\",\"type\":\"gem5 run\",\"timeout\":\"soon\"}", "timeout", GEM5ART_INVALID},
        {"{\"_id\":\"b\",\"hash\":\"h\",\"type\":\"kernel\",\"name\":\"k\",\"crc32\":\"00000000\"}", "checksum", GEM5ART_CORRUPT},
    };
    gem5art_text records[2] = {{"{\"_id\":\"a\",\"hash\":\"h\",\"type\":\"kernel\"}", 38}, {NULL, 0}};
    gem5art_addition additions[2];
    char *texts[4];
    size_t i, bad;
    fixture_begin();
    REQUIRE(open_db(NULL));
    records[0].length = strlen(records[0].text);
    for (i = 0; i < sizeof refused / sizeof *refused; i++) {
        records[1].text = refused[i].text, records[1].length = strlen(refused[i].text);
        bad = 7;
        CHECK(!gem5art_add_records(db, records, 2, i % 2 == 0, additions, &bad, &error));
        CHECK_INT(error.code, refused[i].code);
        CHECK_INT(bad, 1);
        CHECK_CONTAINS(error.message, refused[i].why);
        CHECK_INT(all_records(texts, 4), 0); /* the good one neither */
    }
    records[1].text = "{\"type\":\"kernel\",\"hash\":\"h\",\"size\":1.0,\"_id\":\"a\"}";
    records[1].length = strlen(records[1].text);
    CHECK(gem5art_add_records(db, records, 2, false, additions, &bad, &error)); /* the same id in one batch */
    CHECK_INT(additions[0].result, GEM5ART_ADDED);
    CHECK_INT(additions[1].result, GEM5ART_CONFLICT);
    CHECK_STR(additions[1].field, "size");
    records[1].text = "{\"type\":\"kernel\",\"hash\":\"h\",\"_id\":\"c\"}";
    records[1].length = strlen(records[1].text);
    CHECK(gem5art_add_records(db, records, 2, false, additions, &bad, &error));
    CHECK_INT(additions[0].result, GEM5ART_PRESENT);
    CHECK(additions[1].result == GEM5ART_ADDED && additions[1].hash_present);
    CHECK_INT(all_records(texts, 4), 2);
    free(texts[0]), free(texts[1]);
    fixture_end();
}

TEST(a_row_is_written_as_its_record) {
    char *texts[10];
    gem5art_json_writer writer;
    gem5art_iter *iter;
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    size_t count, i = 0, k;
    fixture_begin();
    REQUIRE(open_db(NULL));
    make_queried_store();
    REQUIRE((count = all_records(texts, 10)) == 10);
    gem5art_json_writer_init(&writer, 0);
    REQUIRE((iter = gem5art_get_runs(db, NULL, &error)) != NULL);
    for (i = 0; (run = gem5art_next_run(iter, &error)) != NULL; i++) {
        gem5art_json_run(&writer, run);
        for (k = 0; k < count && !strstr(texts[k], run->id);) k++;
        CHECK_STR(gem5art_json_take(&writer, NULL, &error), texts[k]);
    }
    gem5art_iter_close(iter);
    CHECK_INT(i, 6);
    REQUIRE((iter = gem5art_get_artifacts(db, NULL, &error)) != NULL);
    for (i = 0; (artifact = gem5art_next_artifact(iter, &error)) != NULL; i++) {
        gem5art_json_artifact(&writer, artifact);
        for (k = 0; k < count && !strstr(texts[k], artifact->id);) k++;
        CHECK_STR(gem5art_json_take(&writer, NULL, &error), texts[k]);
    }
    CHECK_INT(i, 4);
    gem5art_iter_close(iter);
    gem5art_json_writer_free(&writer);
    for (k = 0; k < count; k++) free(texts[k]);
    CHECK_STR(gem5art_field_name(true, 0), "_id");
    CHECK_STR(gem5art_field_name(false, 2), "type");
    for (k = 0; gem5art_field_name(true, k);) k++;
    CHECK(k > 50 && !gem5art_field_name(true, k + 5));
    fixture_end();
}

int main(int argc, char **argv) {
    if (!realpath("tests/data/gem5art-filedb/db.json", python_store)) {
        fprintf(stderr, "run this from the folder of the Makefile: tests/data/gem5art-filedb/db.json is not here\n");
        return 1;
    }
    return test_main(argc, argv);
}
