/* test_stats.c - tools/lib/stats reads what gem5 writes, and nothing else as such.

     test_stats             runs the tests
     test_stats FILE [PATTERN...]   prints what it reads: "DUMP NAME VALUE UNIT DESCRIPTION", tabs between;
                                     "MEMBER@ARCHIVE" is a file of an archive. tests/test_stats.sh compares it with a
                                     reading by Python
     test_stats STORE RUN           prints those of a run, and where they are */
#define _POSIX_C_SOURCE 200809L
#include "../tools/lib/stats.h"

#include "test.h"

#include <math.h>
#include <stdint.h>
#include <unistd.h>

const char *tool_name = "test_stats";

/* ---- what was read, as text */

typedef struct reading {
    text lines;
    size_t values, most; /* most: after so many it stops; 0: never */
    size_t dumps, complete, unreadable;
} reading;

static bool note(void *user, const stats_dump *dump, const stats_value *value) {
    reading *r = (reading *)user;
    if (!value) {
        r->dumps++;
        r->complete += dump->complete;
        r->unreadable += dump->unreadable;
        return true;
    }
    text_putf(&r->lines, "%zu\t%.*s\t%.17g\t%.*s\t%.*s\n", dump->index, (int)value->name.length, value->name.text,
              value->value, (int)value->unit.length, value->unit.text, (int)value->description.length,
              value->description.text);
    return ++r->values != r->most;
}

static int print_end(reading *r, text *why, bool ok) {
    fputs(text_string(&r->lines), stdout);
    if (!ok) printf("error: %s\n", text_string(why));
    else printf("%zu dumps, %zu complete, %zu lines unreadable\n", r->dumps, r->complete, r->unreadable);
    text_free(&r->lines);
    text_free(why);
    return ok ? 0 : 1;
}

static int print_run(const char *store, const char *id) {
    gem5art_open_desc desc = {0};
    gem5art_db *db;
    const gem5art_run *run;
    stats_place place;
    reading r = {0};
    text why = {0};
    bool ok;
    desc.read_only = true;
    db = gem5art_open(store, &desc, NULL);
    run = db ? gem5art_find_run(db, id, NULL) : NULL;
    if (!run) return 2;
    ok = stats_find(&place, db, run, &why);
    if (ok) printf("%s%s%s\n", place.path, place.member ? " has " : "", place.member ? place.member : "");
    stats_place_free(&place);
    ok = ok && stats_read_run(db, run, NULL, note, &r, &why);
    gem5art_close(db, NULL);
    return print_end(&r, &why, ok);
}

static int print_file(int argc, char **argv) {
    stats_filter *filter = argc > 2 ? stats_filter_new((const char *const *)argv + 2, (size_t)argc - 2) : NULL;
    stats_place place = {argv[1], strchr(argv[1], '@')};
    reading r = {0};
    text why = {0};
    bool ok;
    if (place.member) {
        *place.member = 0;
        place.path = place.member + 1;
        place.member = argv[1];
    }
    ok = stats_read(&place, filter, note, &r, &why);
    stats_filter_free(filter);
    return print_end(&r, &why, ok);
}

/* ---- the tests */

static char folder[] = "/tmp/test_stats-XXXXXX";
static char *path;

/* Reads a file with this content. */
static bool read_bytes(reading *r, text *why, const char *bytes, size_t length, const stats_filter *filter) {
    FILE *file = fopen(path, "w");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) abort();
    return stats_read_file(path, filter, note, r, why);
}

#define BEGIN "\n---------- Begin Simulation Statistics ----------\n"
#define END "\n---------- End Simulation Statistics   ----------\n"

/* The text of one reading of a dump with these lines; valid until the next. */
static const char *read_lines(const char *lines, const char *pattern) {
    static reading r;
    stats_filter *filter = pattern ? stats_filter_new(&pattern, 1) : NULL;
    text all = {0}, why = {0};
    text_free(&r.lines);
    memset(&r, 0, sizeof r);
    text_putf(&all, "%s%s%s", BEGIN, lines, END);
    CHECK(read_bytes(&r, &why, all.data, all.length, filter));
    CHECK_STR(text_string(&why), "");
    if (r.unreadable) text_putf(&r.lines, "%zu unreadable\n", r.unreadable);
    text_free(&all);
    stats_filter_free(filter);
    return text_string(&r.lines);
}

static void check_read(const char *lines, const char *pattern, const char *expected) {
    CHECK_STR(read_lines(lines, pattern), expected);
}

TEST(scalars) {
    check_read("simTicks   81466000    # Number of ticks simulated (Tick)\n", NULL,
               "0\tsimTicks\t81466000\tTick\tNumber of ticks simulated\n");
    check_read("sim_seconds 0.5\nb 1 \r\nc\t2\t# x\r\n", NULL, "0\tsim_seconds\t0.5\t\t\n0\tb\t1\t\t\n0\tc\t2\t\tx\n");
    check_read("a nan\nb -nan\nc inf\nd -inf\ne -0\nf 1e22\n", "[a-f]",
               "0\ta\tnan\t\t\n0\tb\t-nan\t\t\n0\tc\tinf\t\t\n0\td\t-inf\t\t\n0\te\t-0\t\t\n0\tf\t1e+22\t\t\n");
}

TEST(numbers_are_rounded_as_strtod_does) {
    static const char *const numbers[] = {"0.1", "0.3", "123456789.012345", "99999999999999.9", "999999999999999",
                                          "9999999999999999", "0.000001", "18446744073709551615", "-0.000081",
                                          "12345678901234567890123.5", "00012.50", "+7", "9007199254740993"};
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *line = text_printf("a 0\nb.%zu %s\n", i, numbers[i]);
        char *expected = text_printf("0\tb.%zu\t%.17g\t\t\n", i, strtod(numbers[i], NULL));
        check_read(line, "b.*", expected);
        free(line);
        free(expected);
    }
}

TEST(units) {
    check_read("a 1 # rate (inst/s) ((Count/Second))\n", NULL, "0\ta\t1\tCount/Second\trate (inst/s)\n");
    check_read("a 1 # rate (inst/s)\n", NULL, "0\ta\t1\t\trate (inst/s)\n");
    check_read("a 1 # (Counts)\n", NULL, "0\ta\t1\t\t(Counts)\n");
    check_read("a 1 # x (Bit/Byte)\n", NULL, "0\ta\t1\t\tx (Bit/Byte)\n"); /* gem5 writes two pairs around a rate */
    check_read("a 1 # (((Bit/Byte)/Tick))\n", NULL, "0\ta\t1\t(Bit/Byte)/Tick\t\n");
    check_read("a 1 (Volt)\n", NULL, "0\ta\t1\tVolt\t\n");
    check_read("a 1 # )(Count) )\n", NULL, "0\ta\t1\t\t)(Count) )\n");
    check_read("a 1 # ((((((((((((((((((((Count)\n", NULL, "0\ta\t1\tCount\t(((((((((((((((((((\n");
}

TEST(vectors_in_one_line) {
    check_read("a | 1 25.00% 25.00% | 3 75.00% 100.00% # d (Count)\n", NULL,
               "0\ta::0\t1\tCount\td\n0\ta::1\t3\tCount\td\n");
    check_read("a |1|nan|-inf\n", NULL, "0\ta::0\t1\t\t\n0\ta::1\tnan\t\t\n0\ta::2\t-inf\t\t\n");
    check_read("h::bucket_size 4\nh::max_bucket 9\nh | 1 | 2 | 3\nh::total 6\n", "h::[0-9]*",
               "0\th::0-3\t1\t\t\n0\th::4-7\t2\t\t\n0\th::8-9\t3\t\t\n");
    check_read("h::bucket_size 4\nh::max_bucket 9\nh | 1 | 2 | 3\n", "h::4-7", "0\th::4-7\t2\t\t\n");
    check_read("h::bucket_size 4\nh::max_bucket 9\ng | 1 | 2\n", "g::*", "0\tg::0\t1\t\t\n0\tg::1\t2\t\t\n");
    check_read("h::bucket_size 0\nh::max_bucket nan\nh | 1 | 2\n", "h::[01]*", "0\th::0\t1\t\t\n0\th::1\t2\t\t\n");
    check_read("a | 1 | x\n", NULL, "1 unreadable\n");
    check_read("a |\n", NULL, "1 unreadable\n");
}

TEST(names_with_blanks) {
    check_read("system.a::some name   5 # x\n", NULL, "0\tsystem.a::some name\t5\t\tx\n");
    check_read("system.a::some name   5 # x\n", "*.a::*name", "0\tsystem.a::some name\t5\t\tx\n");
    check_read("a nanny 5\n", NULL, "0\ta nanny\t5\t\t\n");
}

TEST(other_lines_are_unreadable) {
    static const char *const lines[] = {"hello\n", "a b # 5\n", "a 5x\n", "a 0x10\n", "a 5 6\n", "a 1.2.3\n",
                                        "a 1e\n", "a .5\n", "a -\n", "a +-1\n", "# a 5\n", "a\x01z 5\n", " 5\n",
                                        "a infinity\n", "a nan(3)\n", "a 5 # x\nb\n", "a 50%\n", "a 5|\n"};
    size_t i;
    for (i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_THAT(strstr(read_lines(lines[i], NULL), "1 unreadable\n") != NULL, "%s", lines[i]);
    check_read("hello\na 5\n", "a", "0\ta\t5\t\t\n"); /* what is not wanted is not looked at */
}

TEST(globs) {
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {{"*", "", true}, {"*", "a.b", false}, {"**", "a.b", true}, {"*::*", "a::b.c", true}, {"", "", true},
                {"", "a", false}, {"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true},
                {"a*c", "abcbc", true}, {"a*c", "abcb", false}, {"a?c", "abc", true}, {"a?c", "ac", false},
                {"cpu[0-3].ipc", "cpu2.ipc", true}, {"cpu[0-3].ipc", "cpu4.ipc", false}, {"cpu[!0-3]", "cpu4", true},
                {"cpu[^0]", "cpu0", false}, {"a[]]b", "a]b", true}, {"a[", "a[", true}, {"a[b", "a[b", true},
                {"a[b", "ab", false}, {"[a-]", "-", true}, {"a]b", "a]b", true}, {"a]b", "x]b", false},
                {"*.cpu*.ipc", "system.cpu3.core.ipc", false}, {"**.cpu**.ipc", "a.b.cpu3.core.ipc", true},
                {"**.cpu*.ipc", "a.cpu.b.cpu3.ipc", true}, {"*", "a::b", false}, {"a.?", "a..", false},
                {"a::?", "a::.", true}, {"*b*.c", "ab.b.c", false}, {"a*b*c", "aabbc", true}, {"a**b", "ab", true},
                {"a**", "a.b::c", true}, {"ab**", "a", false}, {"a.**", "ab.c", false}, {"a::**", "a::b", true},
                {"*a*a*a*a*b", "aaaaaaaaaaaaaaaa", false}};
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        gem5art_text name = {rows[i].name, strlen(rows[i].name)};
        stats_filter *filter = stats_filter_new(&rows[i].pattern, 1);
        CHECK_THAT(stats_filter_matches(rows[i].pattern, name) == rows[i].matches, "%s", rows[i].pattern);
        CHECK_THAT(stats_filter_wants(filter, name) == rows[i].matches, "%s wants %s", rows[i].pattern, name.text);
        if (rows[i].matches) CHECK(stats_filter_may_want(filter, name.text, name.length));
        stats_filter_free(filter);
    }
    CHECK(!stats_filter_is_glob("a.b::c-1"));
    CHECK(stats_filter_is_glob("a?"));
}

TEST(several_patterns) {
    const char *patterns[] = {"system.cpu.ipc", "system.cpu.cpi", "sim*", "system.cpu.ipc"};
    stats_filter *filter = stats_filter_new(patterns, 4), *none = stats_filter_new(patterns, 0);
    static const char bytes[] =
        BEGIN "simTicks 1\nsystem.cpu.ipc 2\nsystem.cpu.ip 3\nsystem.cpu.cpi 4\nsy 5\nx 6\n" END;
    reading r = {0};
    text why = {0};
    CHECK(read_bytes(&r, &why, bytes, sizeof bytes - 1, filter));
    CHECK_STR(text_string(&r.lines), "0\tsimTicks\t1\t\t\n0\tsystem.cpu.ipc\t2\t\t\n0\tsystem.cpu.cpi\t4\t\t\n");
    CHECK_INT(r.complete, 1);
    text_clear(&r.lines);
    CHECK(read_bytes(&r, &why, bytes, sizeof bytes - 1, none));
    CHECK_STR(text_string(&r.lines), "");
    stats_filter_free(filter);
    stats_filter_free(none);
    text_free(&r.lines);
}

/* Each file: how many dumps, how many of them complete, how many values and unreadable lines. -1: no statistics. */
TEST(dumps) {
    static const struct {
        const char *bytes;
        int dumps, complete, values, unreadable;
    } rows[] = {{"", 0, 0, 0, 0},
                {"\n\n \n", 0, 0, 0, 0},
                {"other text", -1, 0, 0, 0},
                {"other text\n", -1, 0, 0, 0},
                {"a 5 # x\n", -1, 0, 0, 0},
                {BEGIN, 1, 0, 0, 0},
                {BEGIN "a 5\nb 6\n", 1, 0, 2, 0},
                {BEGIN "a 5\nb 6", 1, 0, 1, 1}, /* of 0.147765 perhaps only 0.1 */
                {BEGIN "a 5\n" END, 1, 1, 1, 0},
                {BEGIN "a 5\n---------- End Simulation Statistics   ----------", 1, 1, 1, 0},
                {BEGIN "a 5\n---------- End Simulation Stat", 1, 0, 1, 1},
                {BEGIN "a 5\n" END BEGIN "a 6\n", 2, 1, 2, 0},
                {BEGIN "a 5\n" BEGIN "a 6\n" END, 2, 1, 2, 0},
                {BEGIN "a 5\n" END "b 6\n" END BEGIN END, 2, 2, 1, 0},
                {"a heading\n" BEGIN "a 5\n" END, 1, 1, 1, 0},
                {BEGIN "a 5\n" END "---------- Begin Simulation", 1, 1, 1, 0}};
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        reading r = {0};
        text why = {0};
        bool ok = read_bytes(&r, &why, rows[i].bytes, strlen(rows[i].bytes), NULL);
        CHECK_THAT(ok == (rows[i].dumps >= 0), "%s: %s", rows[i].bytes, text_string(&why));
        CHECK_THAT(ok || strstr(why.data, "no statistics of gem5"), "%s: %s", rows[i].bytes, text_string(&why));
        CHECK_THAT(!ok || ((int)r.dumps == rows[i].dumps && (int)r.complete == rows[i].complete), "%s", rows[i].bytes);
        CHECK_THAT((int)r.values == rows[i].values && (int)r.unreadable == rows[i].unreadable, "%s", rows[i].bytes);
        text_free(&r.lines);
        text_free(&why);
    }
}

/* A line of this many bytes, and one after it. */
static void read_long(size_t length, char byte, size_t values, size_t unreadable) {
    text all = {0}, why = {0};
    reading r = {0};
    char *line = (char *)text_alloc(length);
    memset(line, byte, length);
    text_puts(&all, BEGIN);
    text_put(&all, line, length);
    text_puts(&all, " 5\nb 6\n" END);
    CHECK(read_bytes(&r, &why, all.data, all.length, NULL));
    CHECK_INT(r.values, values);
    CHECK_INT(r.unreadable, unreadable);
    CHECK_INT(r.complete, 1);
    free(line);
    text_free(&all);
    text_free(&r.lines);
}

TEST(long_lines) {
    size_t length;
    for (length = (256 << 10) - 60; length < (256 << 10) + 60; length += 7) read_long(length, 'a', 2, 0);
    read_long(10 << 20, 'a', 2, 0);
    read_long(16 << 20, 'a', 1, 1);
    read_long(33 << 20, 'a', 1, 1);
    read_long(33 << 20, ' ', 1, 1);
    read_long(9 << 20, 0, 1, 1);
}

TEST(a_long_vector) {
    text all = {0}, why = {0};
    reading r = {0};
    size_t i;
    text_puts(&all, BEGIN "a");
    for (i = 0; i < 300000; i++) text_putf(&all, " | %11zu %9d.00%% %9d.00%%", i, 0, 0);
    text_puts(&all, "\n" END);
    CHECK(read_bytes(&r, &why, all.data, all.length, NULL));
    CHECK_INT(r.values, 300000);
    CHECK_INT(r.unreadable, 0);
    text_free(&all);
    text_free(&r.lines);
}

TEST(a_visit_can_stop) {
    static const char bytes[] = BEGIN "a 1\nb 2\nc |3|4|5\nd 6\n" END;
    size_t most;
    for (most = 1; most <= 6; most++) {
        reading r = {0};
        text why = {0};
        r.most = most;
        CHECK(read_bytes(&r, &why, bytes, sizeof bytes - 1, NULL));
        CHECK_INT(r.values, most);
        CHECK_INT(r.dumps, 0);
        text_free(&r.lines);
    }
}

/* Every file that a real one can be when its writer was killed. */
TEST(cut_anywhere) {
    static const char bytes[] = BEGIN "a 1 # x (Count)\nb | 2 50.00% 50.00% | 3 50.00% 100.00%\n" END BEGIN "a 4\n" END;
    size_t length;
    for (length = 0; length < sizeof bytes - 1; length++) {
        reading r = {0};
        text why = {0};
        bool ok = read_bytes(&r, &why, bytes, length, NULL); /* a part of the first line could be anything */
        CHECK_THAT(ok || length < strlen("\n---------- Begin Simulation Statistics"), "%zu bytes", length);
        CHECK_THAT(r.values <= 4 && r.dumps <= 2 && r.complete <= r.dumps, "%zu bytes", length);
        text_free(&r.lines);
        text_free(&why);
    }
}

TEST(other_files) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *why;
    } rows[] = {{"\x89HDF\r\n\x1a\n\0\0", 10, "is HDF5, which is not read"},
                {"{\"type\":\"Group\"}", 16, "is JSON, which is not read"},
                {"PK\x03\x04rest", 8, "is a zip file"},
                {"\x1f\x8b\x08\0\0\0\0\0\0\3rest", 14, "is damaged, or cut: gzip cannot read all of it"},
                {"\0\xff\x7f" "ELF", 6, "has no statistics of gem5"}};
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        reading r = {0};
        text why = {0};
        CHECK(!read_bytes(&r, &why, rows[i].bytes, rows[i].length, NULL));
        CHECK_CONTAINS(text_string(&why), rows[i].why);
        CHECK_CONTAINS(text_string(&why), path);
        text_free(&why);
    }
}

TEST(no_file) {
    reading r = {0};
    text why = {0};
    CHECK(!stats_read_file("/nowhere/stats.txt", NULL, note, &r, &why));
    CHECK_STR(text_string(&why), "cannot read /nowhere/stats.txt: No such file or directory");
    text_clear(&why);
    CHECK(!stats_read_file(folder, NULL, note, &r, &why));
    CHECK_CONTAINS(text_string(&why), "it is not a regular file");
    text_clear(&why);
    CHECK(!stats_read_file("/dev/zero", NULL, note, &r, &why));
    CHECK_CONTAINS(text_string(&why), "it is not a regular file");
    text_free(&why);
}

TEST(many_files) {
    enum { FILES = 100 };
    stats_job jobs[FILES] = {0};
    reading readings[FILES] = {0};
    size_t i, threads;
    for (threads = 0; threads <= 8; threads += 4) {
        for (i = 0; i < FILES; i++) {
            FILE *file;
            memset(&jobs[i], 0, sizeof jobs[i]);
            memset(&readings[i], 0, sizeof readings[i]);
            jobs[i].visit = note;
            jobs[i].user = &readings[i];
            if (i % 10 == 9) continue;
            jobs[i].place.path = text_printf("%s/%zu", folder, i);
            if (i % 10 == 8) continue;
            file = fopen(jobs[i].place.path, "w");
            REQUIRE(file != NULL);
            fprintf(file, BEGIN "a %zu\n" END, i);
            fclose(file);
        }
        stats_read_many(jobs, FILES, threads);
        for (i = 0; i < FILES; i++) {
            char *expected = text_printf("0\ta\t%zu\t\t\n", i);
            CHECK(jobs[i].ok == (i % 10 < 8));
            CHECK(text_empty(text_string(&jobs[i].why)) == (i % 10 != 8));
            if (jobs[i].ok) CHECK_STR(text_string(&readings[i].lines), expected);
            if (jobs[i].place.path) unlink(jobs[i].place.path);
            free(expected);
            text_free(&readings[i].lines);
            text_free(&jobs[i].why);
            stats_place_free(&jobs[i].place);
        }
    }
    stats_read_many(NULL, 0, 0);
}

int main(int argc, char **argv) {
    int status;
    if (argc == 3 && strstr(argv[1], ".json")) return print_run(argv[1], argv[2]);
    if (argc > 1 && strchr(argv[1], '/')) return print_file(argc, argv);
    if (!mkdtemp(folder)) return 1;
    path = text_printf("%s/stats.txt", folder);
    status = test_main(argc, argv);
    unlink(path);
    rmdir(folder);
    free(path);
    return status;
}
