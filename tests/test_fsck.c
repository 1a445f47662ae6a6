/* test_fsck.c - the checker: whatever is wrong with a store is told with its place, nothing is told of a store that is well,
   and a store that is salvaged or compacted has each intact record, or is the old one. */
static int sys_left = -1; /* the process ends before this many more calls that change files; -1: never */

static int no_rename;      /* they fail */

static void sys_change(void);
#define GEM5ART_SYS_FDATASYNC(fd) (sys_change(), (void)(fd), 0) /* no power is lost here */
#define GEM5ART_SYS_FSYNC(fd) (sys_change(), (void)(fd), 0)
#define GEM5ART_SYS_WRITE(fd, data, size) (sys_change(), write(fd, data, size))
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) (sys_change(), pwrite(fd, data, size, offset))
#define GEM5ART_SYS_RENAME(from, to) (sys_change(), no_rename ? (errno = EIO, -1) : (unlink(to), rename(from, to))) /* what replaces is flushed */
#define GEM5ART_SYS_LINK(from, to) (sys_change(), link(from, to))
#define GEM5ART_SYS_UNLINK(path) (sys_change(), unlink(path))
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <sys/socket.h>

#include "../tools/fsck/audit.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

static void sys_change(void) {
    if (sys_left >= 0 && sys_left-- == 0) _exit(99);
}

static const char *const gravities[] = {"note", "warning", "unfinished", "wrong", "damage", "renewed"};
static char told[65536];     /* "damage 2/2: TEXT\n" for byte 2 in line 2 */
static int64_t told_at[4096]; /* where */
static int told_count;
static fsck_audit audit;

static void tell(const fsck_finding *finding) {
    size_t n = strlen(told);
    if (told_count < 4096) told_at[told_count++] = finding->at;
    snprintf(told + n, sizeof told - n, "%s %lld/%lld: %s\n", gravities[finding->gravity], (long long)finding->at,
             (long long)finding->line, finding->text);
}

typedef enum mode { FSCK, SALVAGE, COMPACT } mode;

/* Checks or mends the test's store; `kept` is how the old file is called then. */
static bool fsck_as(mode how, char kept[64]) {
    gem5art_open_desc desc;
    gem5art_db *checked;
    bool ok;
    memset(&desc, 0, sizeof desc);
    memset(&audit, 0, sizeof audit);
    desc.read_only = how == FSCK;
    told[0] = 0, told_count = 0;
    if ((checked = gem5art__open_db(STORE_URI, &desc, true, &error)) == NULL) return false;
    audit.db = checked;
    audit.report = tell;
    audit.compacting = how == COMPACT;
    ok = how == FSCK ? fsck_check_store(&audit, &error) : fsck_renew_store(&audit, &error);
    if (kept) snprintf(kept, 64, "%s", audit.kept.length ? gem5art__base_name(audit.kept.data) : "");
    gem5art__buf_free(&audit.kept);
    if (!gem5art_close(checked, NULL)) test_fail(__FILE__, __LINE__, "the store stays open");
    return ok;
}

static bool fsck(void) { return fsck_as(FSCK, NULL); }

static int64_t wrongs(void) {
    return audit.found[FSCK_UNFINISHED] + audit.found[FSCK_WRONG] + audit.found[FSCK_DAMAGE];
}

#ifndef TEST_LMDB

/* ---- files */

/* A short record, sealed; "" for what is not to be there. To be freed. */
static char *short_line(const char *id, const char *hash, const char *type, const char *name, const char *more) {
    gem5art__buf object = {NULL, 0, 0, false}, line = {NULL, 0, 0, false};
    gem5art__putf(&object, "{\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"%s\",\"name\":\"%s\"%s}", id, hash, type, name, more);
    gem5art__put_line(&line, object.data, object.length);
    gem5art__buf_free(&object);
    return line.data;
}

/* A, B, C: runs a, b, c; Z an artifact; "~A": A with a byte of its name changed. To be freed. */
static char *expand(const char *text) {
    static const char *const ids[] = {"a", "b", "c"};
    gem5art__buf out = {NULL, 0, 0, false};
    for (; *text; text++) {
        bool spoiled = *text == '~';
        char *line, *name;
        if (spoiled) text++;
        if (!strchr("ABCZ", *text)) {
            gem5art__put(&out, text, 1);
            continue;
        }
        line = *text == 'Z' ? short_line("z", "zz", "kernel", "vmlinux", "")
                            : short_line(ids[*text - 'A'], "h", "gem5 run", ids[*text - 'A'], ",\"status\":\"Finished\"");
        name = strstr(line, "\"type\":\"");
        if (spoiled && name) name[8] ^= 1;
        gem5art__puts(&out, line);
        free(line);
    }
    gem5art__puts(&out, "");
    return out.data;
}

/* All rows as they are stored, in order, but for checksums: runs, then artifacts; behind an error "!". To be freed. */
static char *rows(void) {
    gem5art_json_writer writer;
    gem5art_open_desc desc;
    gem5art_db *of;
    char *text;
    int pass;
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_array(&writer);
    of = gem5art_open(STORE_URI, &desc, &error);
    for (pass = 0; of && error.code == GEM5ART_OK && pass < 2; pass++) {
        gem5art_iter *iter = pass ? gem5art_get_artifacts(of, NULL, &error) : gem5art_get_runs(of, NULL, &error);
        const gem5art_json *record, *member;
        const gem5art_run *run;
        const gem5art_artifact *artifact;
        while (iter) {
            if (pass) record = (artifact = gem5art_next_artifact(iter, &error)) != NULL ? artifact->record : NULL;
            else record = (run = gem5art_next_run(iter, &error)) != NULL ? run->record : NULL;
            if (!record) break;
            gem5art_json_begin_object(&writer);
            for (member = record->first; member; member = member->next)
                if (strcmp(member->key, "crc32") != 0) gem5art_json_key(&writer, member->key), gem5art_json_value(&writer, member);
            gem5art_json_end_object(&writer);
        }
        gem5art_iter_close(iter);
    }
    if (!of || error.code != GEM5ART_OK) gem5art_json_string(&writer, "!");
    gem5art_json_end_array(&writer);
    text = strdup(gem5art_json_take(&writer, NULL, NULL));
    gem5art_json_writer_free(&writer);
    gem5art_close(of, NULL);
    return text;
}

/* ---- what is told */

TEST(nothing_is_told_of_a_store_that_is_well) {
    struct stat st;
    fixture_begin();
    REQUIRE(open_db(NULL));
    CHECK(fsck());
    CHECK_STR(told, "");
    CHECK_INT(audit.records, 0);
    {
        gem5art_artifact kernel = an_artifact(7, "kernel");
        CHECK(store_run(db, 1) && store_artifact(db, &kernel) && store_run(db, 2));
    }
    CHECK(fsck());
    CHECK_STR(told, "");
    CHECK_INT(audit.runs, 2);
    CHECK_INT(audit.artifacts, 1);
    CHECK_INT(audit.verified, 3);
    CHECK(stat(STORE_PATH, &st) == 0 && audit.bytes == st.st_size);
    fixture_end();
}

#define DEEP8 "[[[[[[[["
#define DEEP "\"x\":" DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8
#define SHALLOW8 "]]]]]]]]"
#define SHALLOW SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8 SHALLOW8

TEST(all_that_is_wrong_is_told_with_its_place_and_salvaging_keeps_the_rest) {
    static const struct {
        const char *file, *told; /* "" for `told`: only a row that is wrong, or nothing; all its lines must be there */
        const char *salvaged;    /* the file then; NULL: it is left alone; a trailing '*' stands for any text */
    } table[] = {
        {"[\n~A,\nB,\nC]\n", "damage 2/2: the checksum does not match this record\n", "[\nB,\nC]\n"},
        {"[\n~A,\n~B,\nC]\n", "damage 2/2: the checksum does not match this record\ndamage 94/3: the checksum does not match this record\n", "[\nC]\n"},
        {"[\nA,\n~B,\nC,\n~Z]\n", "damage 94/3: the checksum does not match this record\nunfinished 278/5: the checksum does not match this record, nor does", "[\nA,\nC]\n"},
        {"[\nx,\n~B,\nC]\n", "damage 2/2: a record, which starts with '{', was expected\ndamage 5/3: the checksum does not match this record\n", "[\nC]\n"},
        {"[\n{\"_id\":\"h\n~B,\nC]\n", "damage 2/2: this record is not whole\ndamage 12/3: the checksum does not match this record\n", "[\nC]\n"},
        {"[\nA\nB]\n", "damage 93/3: a comma is missing before this record\n", "[\nA,\nB]\n"},
        {"[\nA,,\nB]\n", "damage 93/2: a record, which starts with '{', was expected\n", "[\nA,\nB]\n"},
        {"\nA,\nB]\n", "damage 1/2: the opening bracket of a JSON array was expected\n", "[\nA,\nB]\n"},
        {"A\nB\n", "damage 0/1: the opening bracket of a JSON array was expected\ndamage 91/2: a comma is missing before this record\nunfinished 181/2: the store ends here, without a closing bracket", "[\nA,\nB]\n"},
        {"\xef\xbb\xbf[\nA]\n", "damage 0/1: a byte order mark, which JSON must not have\n", "[\nA]\n"},
        {"[\nA,\n{\"hash\":\"h\"},\nB]\n", "damage 94/3: this record has no \"_id\"\n", "[\nA,\n{\"_id\":\"*\",\"hash\":\"h\",\"crc32\":\"*\"},\nB]\n"},
        {"[\nA,\nB,\nA]\n", "damage 186/4: this record is a copy of that at byte 2\n", "[\nA,\nB]\n"},
        {"[\nA,\n{\"_id\":\"a\",\"hash\":\"i\"}]\n", "damage 94/3: this record has the \"_id\" of another one, at byte 2: a\n", "[\nA,\n{\"_id\":\"*\",\"hash\":\"i\",\"crc32\":\"*\"}]\n"},
        {"[\nA,\n{\"_id\":\"x\"}]\n", "wrong 94/3: this record has no \"hash\"\n", NULL},
        {"[\nA,\n{\"_id\":\"x\",\"hash\":\"h\",\"cwd\":7}]\n", "wrong 94/3: this record: \"cwd\" has a value of the wrong kind: 7\n", NULL},
        {"[\nA,\n{\"_id\":\"x\",\"hash\":\"h\",\"hash\":\"i\"},\nB]\n", "damage 94/3: line 1, column 23:", "[\nA,\nB]\n"},
        {"[\nA,\n{\"_id\":\"x\",\"a\":NaN}]\n", "unfinished 94/3: line 1, column 16:", "[\nA]\n"},
        {"[{\"_id\":\"x\",\"a\":NaN}, {\"_id\":\"y\",\"hash\":\"h\"}]\n", "damage 1/1: line 1, column 16:", "[\n{\"_id\":\"y\",\"hash\":\"h\",\"crc32\":\"*\"}]\n"},
        {"[{\"_id\":\"y\",\"hash\":\"h\"}, {\"_id\":\"x\",\"a\":NaN}]\n", "damage 25/1: line 1, column 16:", "[\n{\"_id\":\"y\",\"hash\":\"h\",\"crc32\":\"*\"}]\n"},
        {"[\nA,\n{\"_id\":\"x\"," DEEP SHALLOW "},\nB]\n", "damage 94/3: line 1, column 143:", "[\nA,\nB]\n"},
        {"[\nA,\n{\"_id\":\"x\"," DEEP SHALLOW "}]\n", "damage 94/3: line 1, column 143:", "[\nA]\n"},
        {"[\nA]\nB]\n", "unfinished 94/3: 92 bytes after the closing bracket", "[\nA,\nB]\n"},
        {"[\nA]\n{\"_id\":\n", "unfinished 94/3: 8 bytes after the closing bracket", "[\nA]\n"},
        {"[\nA]\nB,\nC,\nZ]\n", "unfinished 94/3: 261 bytes after the closing bracket", "[\nA,\nB,\nC,\nZ]\n"},
        {"[\nA,\nB", "unfinished 184/3: the store ends here, without a closing bracket", "[\nA,\nB]\n"},
        {"[\nA,\n{\"_id\":\"b", "unfinished 94/3: this record is not whole, nor does a whole one follow", "[\nA]\n"},
        {"[\r\nA,\r\nB]\r\n", "", NULL},
        {"[]", "", NULL},
        {" \n[ ] \n ", "", NULL},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char *file = expand(table[i].file), *salvaged = table[i].salvaged ? expand(table[i].salvaged) : strdup(file), *now, kept[64];
        const char *line = table[i].told, *s, *n;
        fixture_begin();
        write_text(STORE_PATH, file);
        CHECK_THAT(fsck(), "%s: %s", table[i].file, error.message);
        for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
            char part[256];
            snprintf(part, sizeof part, "%.*s", (int)strcspn(line, "\n"), line);
            CHECK_THAT(strstr(told, part) != NULL, "%s: %s is not told, but %s", table[i].file, part, told);
        }
        CHECK_THAT((table[i].told[0] != 0) == (wrongs() > 0), "%s: told %s", table[i].file, told);
        CHECK_THAT(fsck_as(SALVAGE, kept), "%s: %s", table[i].file, error.message);
        now = read_text(STORE_PATH);
        for (s = salvaged, n = now; *s && *n; s++) {
            if (*s == '*') n += strcspn(n, "\"");
            else if (*n++ != *s) break;
        }
        CHECK_THAT(!*s && !*n, "%s was salvaged to %s", table[i].file, now);
        CHECK_THAT((*kept != 0) == (table[i].salvaged != NULL), "%s: the old file is \"%s\"", table[i].file, kept);
        if (*kept) {
            free(now);
            now = read_text(kept);
            CHECK_STR(now, file);
            CHECK_STR(kept, STORE_PATH ".damaged.1");
            CHECK(fsck());
            CHECK_THAT(wrongs() == 0, "%s: told when salvaged: %s", table[i].file, told);
        }
        free(file), free(salvaged), free(now);
        fixture_end();
    }
}

TEST(what_is_no_store_is_an_error_and_nothing_is_salvaged_from_it) {
    static const struct { const char *file, *words; } table[] = {
        {"", "has 0 bytes"}, {" \n", "is empty"}, {"{\"a\": 1}", "is not a run store"}, {"ELF", "is not a run store"}};
    size_t i;
    fixture_begin();
    CHECK(!fsck() && error.code == GEM5ART_NOT_FOUND);
    CHECK(!exists(STORE_PATH));
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        int how;
        for (how = FSCK; how <= COMPACT; how++) {
            char *now;
            write_text(STORE_PATH, table[i].file);
            CHECK(!fsck_as((mode)how, NULL) && error.code == GEM5ART_CORRUPT);
            CHECK_CONTAINS(error.message, table[i].words);
            now = read_text(STORE_PATH);
            CHECK_STR(now, table[i].file);
            free(now);
        }
    }
    write_text(STORE_PATH, "[\n{\"_id\":\"half");
    CHECK(fsck() && wrongs() == 1);
    CHECK(!fsck_as(SALVAGE, NULL));
    CHECK_CONTAINS(error.message, "holds no intact record");
    CHECK(file_contains(STORE_PATH, "half"));
    CHECK_INT(files_like("tmp") + files_like("damaged"), 0);
    fixture_end();
}

TEST(artifacts_that_are_not_there_are_warned_of_and_what_lies_about_is_noted) {
    fixture_begin();
    write_text(STORE_PATH, "[{\"_id\":\"1\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"n\",\"gem5_artifact\":\"late\",\"results\":\"gone\","
                           "\"artifacts\":[\"late\",\"lost\"]},\n{\"_id\":\"2\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"m\",\"results\":\"gone\"},\n"
                           "{\"_id\":\"late\",\"hash\":\"l\",\"type\":\"kernel\",\"inputs\":[]}]");
    write_text(STORE_PATH ".torn.3", "x");
    write_text(STORE_PATH ".tmp-0123456789abcdef", "x");
    write_text(STORE_PATH "x.torn.3", "x");
    CHECK(fsck());
    CHECK_CONTAINS(told, "warning 1/1: gem5 run \"n\" names an artifact that is not there, as its results: gone\n");
    CHECK_CONTAINS(told, "warning 1/1: gem5 run \"n\" names an artifact that is not there, as its artifacts: lost\n");
    CHECK_CONTAINS(told, "/" STORE_PATH ".torn.3 has bytes of a write that was never finished");
    CHECK_CONTAINS(told, "/" STORE_PATH ".tmp-0123456789abcdef has a new store");
    CHECK_INT(told_count, 4);
    CHECK_INT(wrongs(), 0);
    CHECK(fsck_as(COMPACT, NULL));
    CHECK(fsck() && audit.verified == 3 && audit.runs == 2 && audit.artifacts == 1);
    CHECK_CONTAINS(told, "warning 2/2: gem5 run \"n\" names an artifact that is not there, as its results: gone\n");
    CHECK_CONTAINS(told, "warning 2/2: gem5 run \"n\" names an artifact that is not there, as its artifacts: lost\n");
    CHECK_INT(audit.found[FSCK_WARNING], 2);
    fixture_end();
}

/* ---- every bit, every length */

/* A store of two runs and an artifact; the lines begin at `starts`, the last of which is the end. To be freed. */
static char *small_store(size_t starts[4]) {
    char *text = expand("[\nA,\nB,\nZ]\n");
    const char *at = text + 2;
    int i;
    for (i = 0; i < 3; i++, at = strchr(at, '\n') + 1) starts[i] = (size_t)(at - text);
    starts[3] = strlen(text);
    return text;
}

static const char *const small_rows[3] = {"{\"_id\":\"a\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"a\",\"status\":\"Finished\"}",
                                          "{\"_id\":\"b\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"b\",\"status\":\"Finished\"}",
                                          "{\"_id\":\"z\",\"hash\":\"zz\",\"type\":\"kernel\",\"name\":\"vmlinux\"}"};

/* Salvages what became of a small store: the first `whole` rows and those behind the next are there, and no row that
   was not. Appends work, and all is well. */
static void check_salvage(const char *what, int whole) {
    size_t length = 1;
    char *now;
    int i;
    CHECK_THAT(fsck_as(SALVAGE, NULL), "%s: %s", what, error.message);
    now = rows();
    for (i = 0; i < 3; i++) {
        bool there = strstr(now, small_rows[i]) != NULL;
        CHECK_THAT(there || i == whole, "%s: after salvaging there is only %s", what, now);
        if (there) length += strlen(small_rows[i]) + 1;
    }
    CHECK_THAT(strlen(now) == length, "%s: after salvaging there is %s", what, now);
    free(now);
    REQUIRE(open_db(NULL));
    CHECK_THAT(store_run(db, 8) && gem5art_find_run(db, id_of(8), &error), "%s: %s", what, error.message);
    close_db();
    unlink(STORE_PATH ".damaged.1");
    CHECK_THAT(fsck() && !told[0], "%s: told after salvaging: %s", what, told);
}

TEST(a_flipped_bit_is_told_with_its_place_or_harmless) {
    size_t starts[4], i;
    char *text = small_store(starts), what[64];
    int bit, k, line = 0;
    bool near;
    fixture_begin();
    for (i = 0; i < starts[3]; i += (size_t)stride(41)) {
        if (line < 3 && i >= starts[line]) line++; /* the byte is in it, from 1; 0 is that of the bracket */
        for (bit = 0; bit < 8; bit++) {
            snprintf(what, sizeof what, "bit %d of byte %d", bit, (int)i);
            text[i] ^= (char)(1 << bit);
            write_bytes(STORE_PATH, text, starts[3]);
            CHECK_THAT(fsck(), "%s: %s", what, error.message);
            for (near = false, k = 0; k < told_count; k++) /* at its line, or at the next, which it joined to that */
                near = near || (told_at[k] >= (int64_t)(line ? starts[line - 1] : 0) && told_at[k] <= (int64_t)i + 2);
            CHECK_THAT(near && wrongs(), "%s: told %s", what, told);
            if ((i + (size_t)bit) % 2 == 0) check_salvage(what, line - 1);
            text[i] ^= (char)(1 << bit);
        }
    }
    free(text);
    fixture_end();
}

TEST(a_store_cut_anywhere_is_told_and_its_whole_records_are_salvaged) {
    size_t starts[4], n;
    char *text = small_store(starts), what[64];
    fixture_begin();
    for (n = 1; n < starts[3] - 1; n += (size_t)stride(37)) {
        int whole = 0;
        snprintf(what, sizeof what, "cut at %d", (int)n);
        while (whole < 3 && n >= starts[whole + 1] - 2) whole++;
        write_bytes(STORE_PATH, text, n);
        CHECK_THAT(fsck() && audit.found[FSCK_UNFINISHED] == 1 && wrongs() == 1, "%s: told %s", what, told);
        CHECK_THAT(told_at[0] <= (int64_t)n && told_at[0] + 2 >= (int64_t)(whole ? starts[whole] : 1), "%s: told %s", what, told);
        CHECK_INT(audit.records, whole);
        CHECK_THAT(whole == 0 || fsck_as(SALVAGE, NULL), "%s: %s", what, error.message);
        CHECK(whole == 0 || (fsck() && !wrongs() && audit.records == whole));
        unlink(STORE_PATH ".damaged.1");
    }
    write_bytes(STORE_PATH, text, starts[3] - 1); /* without the last newline */
    CHECK(fsck() && !told[0]);
    free(text);
    fixture_end();
}

/* A store of another program has no checksums: what can be seen is told, and nothing crashes or hangs. */
TEST(any_bit_of_another_programs_store_may_be_flipped) {
    const char *text = "[\n    {\n        \"_id\": \"a\",\n        \"hash\": \"h\",\n        \"git\": {},\n        \"l\": [1, \"\\u00fc\"]\n    },\n"
                       "    {\n        \"_id\": \"b\",\n        \"hash\": \"i\"\n    }\n]";
    char *copy = strdup(text);
    size_t i;
    int bit, silent = 0;
    fixture_begin();
    for (i = 0; copy[i]; i += (size_t)stride(7))
        for (bit = 0; bit < 8; bit++) {
            copy[i] ^= (char)(1 << bit);
            write_bytes(STORE_PATH, copy, strlen(text));
            CHECK_THAT(fsck(), "bit %d of byte %d: %s", bit, (int)i, error.message);
            silent += !wrongs();
            CHECK_THAT(fsck_as(SALVAGE, NULL), "bit %d of byte %d: %s", bit, (int)i, error.message);
            CHECK_THAT(fsck() && audit.records && !audit.found[FSCK_DAMAGE], "bit %d of byte %d: told after salvaging: %s", bit, (int)i, told);
            unlink(STORE_PATH ".damaged.1");
            copy[i] ^= (char)(1 << bit);
        }
    CHECK(silent < (int)strlen(text) * 4); /* in strings and white space */
    free(copy);
    fixture_end();
}

/* ---- written anew */

TEST(a_whole_store_is_compacted_once_and_a_damaged_one_is_not) {
    char *text = expand("[{\"_id\":\"x\", \"hash\":\"h\",\n\"n\": [1.50, \"\\u00fc\"],\"crc32\":\"of old\"},\nA ,\nB]"), *now, kept[64];
    struct stat st;
    fixture_begin();
    write_text("real.json", text);
    CHECK(chmod("real.json", 0640) == 0 && symlink("real.json", STORE_PATH) == 0);
    CHECK(fsck() && !told[0] && audit.verified == 2);
    CHECK(fsck_as(COMPACT, kept));
    CHECK_STR(kept, "real.json.old.1");
    CHECK(lstat(STORE_PATH, &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(stat(STORE_PATH, &st) == 0 && (st.st_mode & 0777) == 0640 && st.st_nlink == 1);
    now = read_text(kept);
    CHECK_STR(now, text);
    free(text), free(now);
    text = expand("{\"_id\":\"x\",\"hash\":\"h\",\"n\":[1.50,\"\\u00fc\"],\"crc32\":\"64394e90\"},\nA,\nB]\n");
    now = read_text(STORE_PATH);
    CHECK_THAT(strcmp(strchr(now, '{'), text) == 0, "compacted to %s", now);
    CHECK(fsck() && audit.verified == 3);
    CHECK(fsck_as(COMPACT, kept) && !*kept);
    REQUIRE(open_db(NULL));
    CHECK(store_run(db, 1));
    close_db();
    CHECK(fsck_as(COMPACT, kept) && !*kept); /* as every store that only this library wrote */
    free(text), free(now);
    text = expand("[\nA,\nB]\n{\"_id\":\"ha");
    write_text("real.json", text); /* a torn end is the next writer's to move aside: here, ours */
    CHECK(fsck_as(COMPACT, kept));
    CHECK_STR(kept, "real.json.old.2");
    CHECK(file_contains("real.json.torn.1", "ha"));
    CHECK(fsck() && !wrongs() && audit.records == 2);
    free(text);
    text = expand("[\nA,\n~B,\nC]\n");
    write_text("real.json", text);
    CHECK(!fsck_as(COMPACT, kept) && error.code == GEM5ART_CORRUPT);
    CHECK_CONTAINS(error.message, "--salvage");
    now = read_text(STORE_PATH);
    CHECK_STR(now, text);
    free(text), free(now);
    fixture_end();
}

/* Each is whole and was acknowledged: neither may be moved aside as the end of a write that was cut off. */
TEST(two_records_in_the_last_line_are_damage_to_readers_and_writers_too) {
    static const char *const files[] = {"[\nC,\nA,xB]\n", "[\nA,xB]\n", "[\nA,xB]", "[\nC,\n~A,xB]\n"};
    size_t i;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        char *text = expand(files[i]), *now;
        fixture_begin();
        write_text(STORE_PATH, text);
        REQUIRE(open_db(NULL));
        CHECK_THAT(!store_run(db, 1) && error.code == GEM5ART_CORRUPT, "%s: %s", files[i], error.message);
        CHECK_CONTAINS(error.message, "is damaged at byte");
        CHECK(!gem5art_find_run(db, "b", &error) && error.code == GEM5ART_CORRUPT);
        CHECK(!gem5art_remove_run(db, "a", &error) && error.code == GEM5ART_CORRUPT);
        close_db();
        free(rows());
        CHECK_THAT(error.code == GEM5ART_CORRUPT, "%s is listed without a word", files[i]);
        now = read_text(STORE_PATH);
        CHECK_STR(now, text);
        CHECK_INT(files_like("torn"), 0);
        CHECK(fsck_as(SALVAGE, NULL) && fsck() && !wrongs());
        CHECK_INT(audit.records, strstr(files[i], "~") ? 2 : strstr(files[i], "C") ? 3 : 2);
        free(text), free(now);
        fixture_end();
    }
}

TEST(an_old_file_is_never_replaced_and_a_running_run_is_no_obstacle) {
    char *text = expand("[\nA,\n~B,\nC]\n"), kept[64];
    fixture_begin();
    write_text(STORE_PATH ".damaged.1", "another one");
    write_text(STORE_PATH, text);
    CHECK(link(STORE_PATH, STORE_PATH ".damaged.2") == 0); /* of a salvage that was killed */
    REQUIRE((db = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    CHECK(gem5art__claim_run(db, hash_of(1), &error));
    CHECK(fsck_as(SALVAGE, kept));
    CHECK_STR(kept, STORE_PATH ".damaged.2");
    CHECK(file_contains(STORE_PATH ".damaged.1", "another one"));
    CHECK(file_contains(kept, "\"gem5 run\""));
    CHECK(store_run(db, 2)); /* by who had it open */
    gem5art__unclaim_run(db, hash_of(1));
    CHECK(fsck() && !wrongs() && audit.records == 3);
    free(text);
    fixture_end();
}

/* Killed anywhere, the store is the old or the new one, and the old one is there. */
TEST(a_salvage_that_is_killed_leaves_the_old_store_or_the_new_one) {
    char *old = expand("[\nA,\n~B,\nC]\n"), *new_ = expand("[\nA,\nC]\n"), *now;
    int n, status = -1, olds = 0, news = 0;
    for (n = 0; status != 0 && n < 100; n++) {
        pid_t child;
        fixture_begin();
        write_text(STORE_PATH, old);
        if ((child = fork()) == 0) {
            leave_parents_db();
            sys_left = n;
            _exit(!fsck_as(SALVAGE, NULL));
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        now = read_text(STORE_PATH);
        if (strcmp(now, old) == 0) olds++;
        else {
            news++;
            CHECK_STR(now, new_);
            free(now);
            now = read_text(STORE_PATH ".damaged.1");
            CHECK_STR(now, old);
        }
        free(now);
        CHECK(fsck_as(SALVAGE, NULL)); /* and goes on from there */
        CHECK(fsck() && !wrongs() && audit.records == 2);
        CHECK(file_contains(STORE_PATH ".damaged.1", "\"gem5 run\"") && !exists(STORE_PATH ".damaged.2"));
        CHECK_INT(files_like("tmp"), 0);
        fixture_end();
    }
    CHECK_INT(status, 0);
    CHECK(olds >= 4 && news >= 2);
    free(old), free(new_);
}

/* ---- while others write */

TEST(an_append_that_goes_on_is_no_torn_write) {
    int i, looks = 0, status, pipe_fds[2];
    int64_t most = 0;
    pid_t child;
    fixture_begin();
    REQUIRE(open_db(NULL) && store_run(db, 0) && pipe(pipe_fds) == 0);
    close_db();
    if ((child = fork()) == 0) {
        leave_parents_db();
        close(pipe_fds[0]);
        if (!open_db(NULL)) _exit(1);
        for (i = 1; i <= 400; i++)
            if (!store_run(db, i)) _exit(1);
        _exit(0); /* which closes the pipe */
    }
    close(pipe_fds[1]);
    do {
        struct pollfd ended = {0, POLLIN, 0};
        ended.fd = pipe_fds[0];
        CHECK_THAT(fsck() && !told[0], "with %d records: %s%s", (int)audit.records, told, error.message);
        CHECK(audit.records >= most);
        most = audit.records;
        looks++;
        if (poll(&ended, 1, 0) != 0) break;
    } while (!test_failures_here);
    close(pipe_fds[0]);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(fsck() && !told[0]);
    CHECK_INT(audit.records, 401);
    CHECK(looks > 1);
    fixture_end();
}

#else

/* Does something to the tables of the store, in a transaction. */
static void change(int (*make)(MDB_txn *txn, MDB_dbi *tables)) {
    MDB_txn *txn;
    REQUIRE(open_db(NULL));
    CHECK_INT(mdb_txn_begin(db->env->env, NULL, 0, &txn), 0);
    CHECK_INT(make(txn, db->env->tables), 0);
    CHECK_INT(mdb_txn_commit(txn), 0);
    close_db();
}

static int spoil_record_2(MDB_txn *txn, MDB_dbi *tables) {
    uint8_t bytes[8];
    MDB_val key = gem5art__lmdb_number(bytes, 2), value;
    char line[4096];
    int code = mdb_get(txn, tables[GEM5ART__RECORDS], &key, &value);
    if (code) return code;
    memcpy(line, value.mv_data, value.mv_size);
    strstr(line, "\"name\"")[9] ^= 1;
    value.mv_data = line;
    return mdb_put(txn, tables[GEM5ART__RECORDS], &key, &value, 0);
}

static int forget_hash_of_2(MDB_txn *txn, MDB_dbi *tables) {
    uint8_t bytes[8];
    MDB_val number = gem5art__lmdb_number(bytes, 2), key = gem5art__lmdb_key(hash_of(2), 64);
    return mdb_del(txn, tables[GEM5ART__HASHES], &key, &number);
}

static int invent_id(MDB_txn *txn, MDB_dbi *tables) {
    uint8_t bytes[8];
    MDB_val number = gem5art__lmdb_number(bytes, 7), key = gem5art__lmdb_key(id_of(7), 36);
    return mdb_put(txn, tables[GEM5ART__IDS], &key, &number, 0);
}

static int mistake_name(MDB_txn *txn, MDB_dbi *tables) {
    uint8_t bytes[8];
    MDB_val number = gem5art__lmdb_number(bytes, 1), key = gem5art__lmdb_key("no\0run", 6);
    return mdb_put(txn, tables[GEM5ART__NAMES], &key, &number, 0);
}

static int forget_record_2(MDB_txn *txn, MDB_dbi *tables) {
    uint8_t bytes[8];
    MDB_val number = gem5art__lmdb_number(bytes, 2);
    return mdb_del(txn, tables[GEM5ART__RECORDS], &number, NULL);
}

static void make_store(int runs) {
    int n;
    fixture_begin();
    REQUIRE(open_db(NULL));
    for (n = 1; n <= runs; n++) CHECK(store_run(db, n));
    close_db();
}

TEST(damage_to_a_record_or_an_index_is_told_and_salvaging_mends_it) {
    static const struct { int (*make)(MDB_txn *txn, MDB_dbi *tables); const char *told, *names; } table[] = {
        {NULL, "", "run 1, run 2, run 3"},
        {spoil_record_2, "damage 2/-1: the checksum does not match this record\n", "run 1, run 3"},
        {forget_hash_of_2, "damage 2/-1: the index \"hashes\" does not lead to this record\n", "run 1, run 2, run 3"},
        {invent_id, "damage 7/-1: the index \"ids\" leads to this record, which is not there\n", "run 1, run 2, run 3"},
        {mistake_name, "damage 1/-1: the index \"names\" leads to this record under a key that it does not have\n", "run 1, run 2, run 3"},
        {forget_record_2, "damage 2/-1: the index \"hashes\" leads to this record, which is not there\n", "run 1, run 3"},
    };
    size_t i;
    for (i = 0; i < sizeof table / sizeof *table; i++) {
        char kept[64];
        make_store(3);
        if (table[i].make) change(table[i].make);
        CHECK_THAT(fsck(), "%s: %s", table[i].told, error.message);
        CHECK_CONTAINS(told, table[i].told);
        CHECK_THAT((wrongs() > 0) == (table[i].make != NULL), "told: %s", told);
        CHECK_THAT(fsck_as(SALVAGE, kept), "%s: %s", table[i].told, error.message);
        CHECK_STR(kept, table[i].make ? STORE_PATH ".damaged.1" : "");
        CHECK_THAT(fsck() && !wrongs(), "%s: told when salvaged: %s%s", table[i].told, told, error.message);
        REQUIRE(open_db(NULL));
        CHECK_STR(store_names(db), table[i].names);
        CHECK(store_run(db, 8) && gem5art_find_run(db, hash_of(8), &error));
        close_db();
        CHECK_INT(files_like("tmp"), 0);
        fixture_end();
    }
}

TEST(an_lmdb_store_is_compacted_to_its_live_size_once) {
    struct stat before, after;
    char kept[64];
    int n;
    make_store(200);
    REQUIRE(open_db(NULL));
    for (n = 1; n < 200; n++) CHECK(gem5art_remove_run(db, id_of(n), &error));
    close_db();
    CHECK(stat(STORE_PATH, &before) == 0);
    CHECK_THAT(fsck_as(COMPACT, kept), "%s", error.message);
    CHECK_STR(kept, STORE_PATH ".old.1");
    CHECK(stat(STORE_PATH, &after) == 0 && after.st_size < before.st_size / 4);
    CHECK(fsck() && !wrongs() && audit.records == 1);
    CHECK(fsck_as(COMPACT, kept) && !*kept);
    CHECK_INT(files_like("tmp"), 0);
    fixture_end();
}

/* A process that has the store open when this returns, and stores a run when its end of the socket is closed. */
static pid_t holder(int n, int *other_end) {
    int ends[2];
    char byte = 0;
    pid_t child;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    if ((child = fork()) == 0) {
        bool ok = (close(ends[1]), db = gem5art_open(STORE_URI, NULL, &error)) != NULL && gem5art_find_run(db, id_of(1), &error);
        ok = write(ends[0], &byte, 1) == 1 && read(ends[0], &byte, 1) == 0 && ok && store_run(db, n);
        _exit(!ok);
    }
    close(ends[0]);
    CHECK(read(ends[1], &byte, 1) == 1);
    *other_end = ends[1];
    return child;
}

/* LMDB's lock file has the number of the last transaction: one of another file would lead a writer to older records. */
TEST(a_compaction_that_is_killed_loses_nothing_whoever_has_the_store_open) {
    int n, status = -1, stored;
    for (n = 0; status != 0 && n < 100; n++) {
        int held, fresh, status_held = 1, status_fresh = 1;
        pid_t old, new_, child;
        make_store(41); /* an odd number of transactions in all, an even one in the new store */
        REQUIRE(open_db(NULL));
        for (stored = 3; stored <= 41; stored++) CHECK(gem5art_remove_run(db, id_of(stored), &error));
        close_db();
        old = holder(50, &held);
        if ((child = fork()) == 0) {
            sys_left = n;
            _exit(!fsck_as(COMPACT, NULL));
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        new_ = holder(51, &fresh);
        CHECK(close(fresh) == 0 && waitpid(new_, &status_fresh, 0) == new_);
        CHECK(close(held) == 0 && waitpid(old, &status_held, 0) == old);
        CHECK_INT(status_fresh, 0);
        CHECK_THAT(fsck() && !wrongs(), "killed at %d: %s%s", n, told, error.message);
        REQUIRE(open_db(NULL));
        CHECK(gem5art_find_run(db, id_of(1), &error));
        CHECK_THAT(gem5art_find_run(db, id_of(51), &error), "killed at %d: %s", n, error.message);
        CHECK_THAT(status_held || gem5art_find_run(db, id_of(50), &error), "killed at %d: %s", n, error.message);
        close_db();
        CHECK(fsck_as(COMPACT, NULL));
        CHECK_INT(files_like("tmp"), 0);
        fixture_end();
    }
    CHECK_INT(status, 0);
    CHECK(n > 4);
}

/* Who has a store open, and is listing it, goes on with the compacted one. */
TEST(a_compacted_store_is_followed) {
    gem5art_db *other;
    gem5art_iter *iter;
    int n;
    make_store(40);
    REQUIRE(open_db(NULL));
    for (n = 2; n <= 40; n++) CHECK(gem5art_remove_run(db, id_of(n), &error));
    REQUIRE((other = gem5art_open(STORE_URI, NULL, &error)) != NULL);
    REQUIRE((iter = gem5art_get_runs(other, NULL, &error)) != NULL);
    CHECK(fsck_as(COMPACT, NULL));
    CHECK_THAT(store_run(db, 50), "%s", error.message);
    CHECK(gem5art_next_run(iter, &error) != NULL && gem5art_next_run(iter, &error) == NULL && error.code == GEM5ART_OK);
    CHECK_THAT(gem5art_find_run(other, id_of(50), &error) != NULL, "%s", error.message);
    gem5art_iter_close(iter);
    CHECK(store_run(other, 51) && gem5art_close(other, &error));
    CHECK(gem5art_find_run(db, id_of(51), &error) != NULL);
    close_db();
    CHECK(fsck() && !wrongs() && audit.records == 3);
    fixture_end();
}

TEST(a_compaction_that_fails_leaves_the_old_store_and_nothing_beside_it) {
    int n;
    make_store(40);
    REQUIRE(open_db(NULL));
    for (n = 2; n <= 40; n++) CHECK(gem5art_remove_run(db, id_of(n), &error));
    close_db();
    no_rename = 1;
    CHECK(!fsck_as(COMPACT, NULL) && error.code == GEM5ART_IO);
    no_rename = 0;
    CHECK_CONTAINS(error.message, "rewrite");
    CHECK_INT(files_like("tmp"), 0);
    CHECK(fsck() && !wrongs() && audit.records == 1);
    fixture_end();
}

/* A store of 60 runs, and a copy of it in the file `whole`; how many pages it has. A crash of a tool is a crash. */
static int begin_damage(void) {
    struct stat st;
    setenv("ASAN_OPTIONS", "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_abort=0", 1);
    make_store(60);
    if (stat(STORE_PATH, &st) < 0 || sh("cp %s whole", STORE_PATH)) test_fail(__FILE__, __LINE__, "there is no store");
    return (int)(st.st_size / 4096);
}

/* The store as it was, but for these bytes. */
static void damage(off_t at, const void *bytes, size_t size) {
    int fd;
    sh("rm -f %s*; cp whole %s", STORE_PATH, STORE_PATH);
    fd = open(STORE_PATH, O_WRONLY);
    CHECK(pwrite(fd, bytes, size, at) == (ssize_t)size);
    close(fd);
}

/* A page of bytes that a seed stands for, without the one that begins an array. */
static void damage_page(int number, unsigned seed) {
    unsigned char page[4096];
    size_t i;
    for (i = 0; i < sizeof page; i++) {
        seed = seed * 1664525u + 1013904223u;
        page[i] = (unsigned char)(seed >> 24 == '[' ? 'x' : seed >> 24);
    }
    damage((off_t)number * 4096, page, sizeof page);
}

/* LMDB may crash on such a file; the tool does not. SEED in the environment gives the same pages again. */
TEST(a_page_of_garbage_is_survived_and_what_is_whole_is_salvaged) {
    const char *given = getenv("SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL) ^ (unsigned)getpid() << 16;
    const int pages = begin_damage();
    int n, page;
    for (page = 0; page < pages; page += 5 * stride(5)) {
        char *why;
        int status;
        damage_page(page, seed + (unsigned)page);
        status = sh("%s %s >out 2>err", built("gem5art-fsck"), STORE_URI);
        CHECK_THAT(status <= 1, "SEED=%u, page %d: status %d", seed, page, status);
        status = sh("%s --salvage %s >out 2>err", built("gem5art-fsck"), STORE_URI);
        why = read_text("err");
        CHECK_THAT(page == 0 || status == 0, "SEED=%u, page %d: status %d: %s", seed, page, status, why);
        free(why);
        if (status != 0) continue;
        REQUIRE(open_db(NULL));
        for (n = 1; n <= 60 && gem5art_find_run(db, id_of(n), &error); n++) {}
        CHECK_THAT(store_run(db, 100), "SEED=%u, page %d: %s", seed, page, error.message);
        close_db();
        CHECK_THAT(fsck() && !wrongs() && audit.records >= 50, "SEED=%u, page %d: %d records: %s%s", seed, page, (int)audit.records, told, error.message);
    }
    fixture_end();
}

/* LMDB's flags of a page, which follow the page's number and two more bytes. */
enum { LMDB_BRANCH = 1, LMDB_LEAF = 2, LMDB_OVERFLOW = 4, LMDB_META = 8, LMDB_LEAF2 = 32, LMDB_SUBP = 64 };

static off_t flags_of_page(int page) { return (off_t)page * 4096 + (off_t)sizeof(size_t) + 2; }

/* Lists the runs and looks each up; 1 if a list ends well without being whole. */
static int read_all(void *unused) {
    char seen[61] = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    int n, count = 0;
    (void)unused;
    if ((db = gem5art_open(STORE_URI, NULL, &error)) == NULL) return 0;
    if ((iter = gem5art_get_runs(db, NULL, &error)) == NULL) return 0;
    while ((run = gem5art_next_run(iter, &error)) != NULL) {
        for (n = 1; n < 60 && strcmp(run->id, id_of(n)) != 0; n++) {}
        count += !seen[n]++ ? 1 : 100;
    }
    if (error.code == GEM5ART_OK && count != 60) return 1;
    gem5art_iter_close(iter);
    for (n = 1; n <= 60; n++) gem5art_find_run(db, id_of(n), &error);
    return !gem5art_close(db, NULL);
}

/* LMDB leaves a value unset where a page is said to have keys only. */
TEST(a_page_of_another_kind_is_survived) {
    static const uint16_t kinds[] = {LMDB_LEAF | LMDB_LEAF2, LMDB_LEAF | LMDB_SUBP, LMDB_BRANCH, LMDB_OVERFLOW, LMDB_META, 0};
    const int pages = begin_damage();
    size_t kind;
    int page, leaves = 0;
    for (page = 2; page < pages; page++) {
        uint16_t flags;
        int fd = open("whole", O_RDONLY);
        CHECK(pread(fd, &flags, sizeof flags, flags_of_page(page)) == (ssize_t)sizeof flags);
        close(fd);
        if (flags != LMDB_LEAF) continue;
        leaves++;
        for (kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
            int status;
            damage(flags_of_page(page), &kinds[kind], sizeof kinds[kind]);
            CHECK_THAT((status = in_child(read_all, NULL)) == 0, "page %d as %d: reading ended with %d", page, kinds[kind], status);
            CHECK_THAT((status = sh("%s %s >out 2>err", built("gem5art-fsck"), STORE_URI)) <= 1, "page %d as %d: fsck ended with %d", page, kinds[kind], status);
            status = sh("%s --salvage %s >out 2>err", built("gem5art-fsck"), STORE_URI);
            CHECK_THAT(status == 0, "page %d as %d: salvage ended with %d", page, kinds[kind], status);
            CHECK_THAT(fsck() && !wrongs() && audit.records >= 45, "page %d as %d: %d records: %s%s", page, kinds[kind], (int)audit.records, told, error.message);
        }
    }
    CHECK(leaves > 3);
    fixture_end();
}

#endif

int main(int argc, char **argv) { return test_main(argc, argv); }
