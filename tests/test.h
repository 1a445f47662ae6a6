/* test.h - what every test program shares: checks that count, and the closing line.

     TEST(adds) { CHECK(1 + 1 == 2); CHECK_STR(name(), "gem5"); }
     int main(int argc, char **argv) { return test_main(argc, argv); }

   Tests register themselves. `prog NAME...` runs only the tests whose names contain NAME; `prog -NAME...` all others;
   `prog =NAME` the one test of that name. */
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
} test_case;

static test_case *test_first;
__attribute__((unused)) static test_case **test_last = &test_first;
static const char *test_current = "";
static int test_failures_here, test_passed, test_failed, test_skipped;

#define TEST(name)                                                                  \
    static void test_##name(void);                                                  \
    static test_case test_case_##name = {#name, test_##name, NULL};                 \
    __attribute__((constructor)) static void test_register_##name(void) {           \
        *test_last = &test_case_##name;                                             \
        test_last = &test_case_##name.next;                                         \
    }                                                                               \
    static void test_##name(void)

__attribute__((format(printf, 3, 4), unused)) static void test_fail(const char *file, int line, const char *format, ...) {
    va_list arguments;
    if (++test_failures_here > 20) return; /* enough to go by */
    printf("%s:%d: %s: ", file, line, test_current);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

#define CHECK(condition) \
    do { if (!(condition)) test_fail(__FILE__, __LINE__, "not so: %s", #condition); } while (0)
/* CHECK with words of one's own, as for printf. */
#define CHECK_THAT(condition, ...) \
    do { if (!(condition)) test_fail(__FILE__, __LINE__, __VA_ARGS__); } while (0)
#define CHECK_INT(actual, expected)                                                                  \
    do {                                                                                             \
        long long actual_ = (long long)(actual), expected_ = (long long)(expected);                  \
        if (actual_ != expected_)                                                                    \
            test_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #actual, actual_, expected_);      \
    } while (0)
#define CHECK_STR(actual, expected)                                                                  \
    do {                                                                                             \
        const char *actual_ = (actual), *expected_ = (expected);                                     \
        if (!actual_ || strcmp(actual_, expected_) != 0)                                             \
            test_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #actual, actual_ ? actual_ : "(NULL)", expected_); \
    } while (0)
#define CHECK_CONTAINS(actual, part)                                                                 \
    do {                                                                                             \
        const char *actual_ = (actual), *part_ = (part);                                             \
        if (!actual_ || !strstr(actual_, part_))                                                     \
            test_fail(__FILE__, __LINE__, "%s is \"%s\", without \"%s\"", #actual, actual_ ? actual_ : "(NULL)", part_); \
    } while (0)
/* Leaves the test: what follows would make no sense. */
#define REQUIRE(condition) \
    do { if (!(condition)) { test_fail(__FILE__, __LINE__, "not so, and the test ends here: %s", #condition); return; } } while (0)
/* Leaves the test and counts it as skipped; with CI in the environment it fails instead. */
#define SKIP(why)                                                                                    \
    do {                                                                                             \
        if (getenv("CI")) { test_fail(__FILE__, __LINE__, "skipped in CI: %s", why); return; }       \
        printf("skipped: %s: %s\n", test_current, why);                                              \
        test_failures_here = -1;                                                                     \
        return;                                                                                      \
    } while (0)

static int test_is_named(const char *name, const char *wanted) {
    return *wanted == '=' ? strcmp(name, wanted + 1) == 0 : strstr(name, wanted + (*wanted == '-')) != NULL;
}

static int test_is_chosen(const char *name, int argc, char **argv) {
    int i, chosen = argc < 2 || *argv[1] == '-';
    for (i = 1; i < argc; i++)
        if (test_is_named(name, argv[i])) chosen = *argv[i] != '-';
    return chosen;
}

__attribute__((unused)) static int test_main(int argc, char **argv) {
    test_case *t;
    for (t = test_first; t; t = t->next) {
        if (!test_is_chosen(t->name, argc, argv)) continue;
        test_current = t->name;
        test_failures_here = 0;
        if (getenv("TEST_VERBOSE")) printf("%s\n", t->name), fflush(stdout);
        t->run();
        if (test_failures_here < 0) test_skipped++;
        else if (test_failures_here) test_failed++;
        else test_passed++;
    }
    printf("%d passed, %d failed", test_passed, test_failed);
    if (test_skipped) printf(", %d skipped", test_skipped);
    printf("\n");
    return test_failed != 0;
}

#endif
