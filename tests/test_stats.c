/* test_stats.c - tools/lib/stats reads what gem5 writes, and nothing else as such.

     test_stats             runs the tests
     test_stats FILE [PATTERN...]   prints what it reads: "DUMP NAME VALUE UNIT DESCRIPTION", tabs between; "MEMBER@ARCHIVE"
                                     is a file of an archive. tests/test_stats.sh compares it with a reading by Python */
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
    fputs(text_string(&r.lines), stdout);
    if (!ok) printf("error: %s\n", text_string(&why));
    else printf("%zu dumps, %zu complete, %zu lines unreadable\n", r.dumps, r.complete, r.unreadable);
    stats_filter_free(filter);
    text_free(&r.lines);
    text_free(&why);
    return ok ? 0 : 1;
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

TEST(scalars) {
    CHECK_STR(read_lines("simTicks   81466000    # Number of ticks simulated (Tick)\n", NULL),
              "0\tsimTicks\t81466000\tTick\tNumber of ticks simulated\n");
}

int main(int argc, char **argv) {
    int status;
    if (argc > 1 && strchr(argv[1], '/')) return print_file(argc, argv);
    if (!mkdtemp(folder)) return 1;
    path = text_printf("%s/stats.txt", folder);
    status = test_main(argc, argv);
    unlink(path);
    rmdir(folder);
    free(path);
    return status;
}
