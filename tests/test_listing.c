/* test_listing.c - what a long list is made of, beside slower ways to the same: members of records that resemble each
   other, times, digits of ids. */
#define _GNU_SOURCE
#include "../tools/lib/digits.h"
#include "../tools/lib/members.h"
#include "../tools/lib/when.h"

#include "test.h"

#include <time.h>

const char *tool_name = "test_listing";

static unsigned seed = 1;

static unsigned random_below(unsigned most) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % most;
}

/* ---- members */

static const char *const keys[] = {"a", "status", "list", "sta", "long", "n", "missing"};
enum { KEYS = sizeof keys / sizeof *keys };

static void want_keys(members *m) {
    size_t i;
    for (i = 0; i < KEYS; i++) CHECK_INT(members_want(m, keys[i]), i);
}

/* Compares what a reader of many records finds with what one finds that has seen no other. */
static void check_record(members *m, const char *record, size_t length) {
    static members fresh;
    size_t i;
    memset(&fresh, 0, sizeof fresh);
    want_keys(&fresh);
    members_read(&fresh, record, length);
    members_read(m, record, length);
    for (i = 0; i < KEYS; i++)
        CHECK_THAT(m->values[i].text == fresh.values[i].text && m->values[i].length == fresh.values[i].length,
                   "%s is \"%.*s\", not \"%.*s\", of %s", keys[i], (int)m->values[i].length,
                   m->values[i].text ? m->values[i].text : "", (int)fresh.values[i].length,
                   fresh.values[i].text ? fresh.values[i].text : "", record);
}

static void put_member(text *out, bool first) {
    static const char *const values[] = {"1", "12", "-1.5e3", "null", "true", "\"\"", "\"x\"", "\"x,\\\"status\\\":1\"",
                                         "\"\\\\\"", "\"\\\\\\\"\"", "[]", "{}", "[\"a\",[1,{\"status\":2}],\"]\"]",
                                         "{\"status\":\"in\",\"n\":[{}]}", "\"\\u00e9\xc3\xa9\"", " 7 ", "\t[ 1 , 2 ]\n"};
    static const char *const spaces[] = {"", "", "", "", " ", "\n  "};
    text_puts(out, first ? "" : ",");
    text_puts(out, spaces[random_below(6)]);
    text_putf(out, "\"%s%s\"%s:", random_below(4) ? "" : "x", keys[random_below(KEYS - 1)], spaces[random_below(6)]);
    if (random_below(40) == 0) {
        text_puts(out, "\"");
        for (unsigned n = random_below(5000); n > 0; n--) text_put(out, &"abcdefgh"[random_below(8)], 1);
        text_puts(out, "\"");
    } else text_puts(out, values[random_below(sizeof values / sizeof *values)]);
}

/* A record as before, or with members that are new, missing or changed. */
static void next_record(text_list *members_texts, text *out) {
    text one = {NULL, 0, 0};
    size_t i, at = random_below((unsigned)members_texts->count + 1);
    put_member(&one, true);
    if (at == members_texts->count) text_list_add(members_texts, text_copy(one.data));
    else {
        free((void *)(uintptr_t)members_texts->items[at]);
        members_texts->items[at] = text_copy(one.data);
        if (random_below(6) == 0) {
            free((void *)(uintptr_t)members_texts->items[at]);
            members_texts->items[at] = members_texts->items[--members_texts->count];
        }
    }
    text_clear(out);
    text_puts(out, "{");
    for (i = 0; i < members_texts->count; i++) text_putf(out, "%s%s", i ? "," : "", members_texts->items[i]);
    text_puts(out, "}");
    text_free(&one);
}

TEST(members_of_a_record_do_not_depend_on_earlier_ones) {
    static members m;
    text record = {NULL, 0, 0};
    int i, k;
    want_keys(&m);
    for (i = 0; i < 200; i++) {
        text_list texts = {NULL, 0};
        text_list_add(&texts, text_copy("\"a\":0"));
        for (k = 0; k < 60; k++) {
            next_record(&texts, &record);
            check_record(&m, record.data, record.length);
            if (random_below(10) == 0) /* cut short, which is no JSON: the same nonsense */
                members_read(&m, record.data, random_below((unsigned)record.length + 1));
        }
        while (texts.count) free((void *)(uintptr_t)texts.items[--texts.count]);
        text_list_free(&texts);
    }
    text_free(&record);
}

TEST(a_key_that_is_wanted_later_is_found) {
    static members m;
    static const char record[] = "{\"a\":1,\"b\":2,\"c\":3}";
    members_want(&m, "a");
    members_read(&m, record, sizeof record - 1);
    CHECK_INT(members_want(&m, "b"), 1);
    members_read(&m, record, sizeof record - 1);
    CHECK(m.values[1].length == 1 && *m.values[1].text == '2');
}

/* Copies of the record at the very end of their memory: no byte after it is read. */
TEST(nothing_after_a_record_is_read) {
    static const char record[] = "{\"a\":1,\"status\":\"abcdefghijkl\",\"list\":[1,2,3],\"n\":17}";
    static members m;
    size_t length;
    want_keys(&m);
    members_read(&m, record, sizeof record - 1);
    for (length = 1; length < sizeof record; length++) {
        char *copy = (char *)malloc(length);
        memcpy(copy, record, length);
        members_read(&m, copy, length);
        free(copy);
    }
}

TEST(numbers_are_those_of_strtod) {
    static const char *const numbers[] = {"0", "1", "1700000072.223", "999999999999999", "9999999999999999", "0.1",
                                          "0.000000000001", "1.", "12345678.9012345", "1e3", "1.5E-7", "-3", "-0.25",
                                          "123456789012345678901234567890", "0.30000000000000004", "1.2.3", "3x"};
    size_t i;
    int k;
    char number[32];
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(members_number((gem5art_text){numbers[i], strlen(numbers[i])}, -1) == strtod(numbers[i], NULL));
    for (k = 0; k < 20000; k++) {
        snprintf(number, sizeof number, "%u.%u", random_below(1u << 24), random_below(1u << 22));
        CHECK(members_number((gem5art_text){number, strlen(number)}, -1) == strtod(number, NULL));
    }
    CHECK(members_number((gem5art_text){"null", 4}, 7) == 7);
}

/* ---- times */

static void check_time(time_t seconds) {
    text out = {NULL, 0, 0};
    char expected[64];
    struct tm local;
    strftime(expected, sizeof expected, "%Y-%m-%d %H:%M", localtime_r(&seconds, &local));
    when_put_time(&out, (double)seconds);
    CHECK_STR(out.data, expected);
    text_free(&out);
}

/* Zones in which hours are skipped and repeated, also by half an hour, and one whose minutes are not those of UTC. */
TEST(times_are_those_of_strftime) {
    static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "LHST-10:30LHDT-11,M10.1.0,M4.1.0",
                                        "XXX0:19:32"};
    size_t i;
    time_t seconds;
    for (i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        for (seconds = 1774656000; seconds < 1774656000 + 3 * 86400; seconds += 97) check_time(seconds); /* March 2026 */
        for (seconds = 1775300000; seconds < 1775300000 + 86400; seconds += 61) check_time(seconds);     /* April */
        for (seconds = 1792800000; seconds > 1792800000 - 86400; seconds -= 59) check_time(seconds);     /* October */
        check_time(1);
        check_time(4102444799);
    }
    unsetenv("TZ");
    tzset();
}

TEST(durations) {
    static const struct {
        double seconds;
        const char *shown;
    } cases[] = {{0, "0.0 s"}, {59.94, "59.9 s"}, {60, "1:00"}, {61.9, "1:01"}, {3599, "59:59"}, {3600, "1:00:00"},
                 {36061, "10:01:01"}, {86399, "23:59:59"}, {86400, "1d 00:00"}, {360000, "4d 04:00"}, {-1, "0.0 s"}};
    text out = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_clear(&out);
        when_put_duration(&out, cases[i].seconds);
        CHECK_STR(out.data, cases[i].shown);
    }
    text_free(&out);
}

/* ---- digits of ids */

static size_t slow_digits(const text_list *ids) {
    size_t i, k, same, digits = 8;
    for (i = 0; i < ids->count; i++)
        for (k = 0; k < i; k++) {
            const char *a = ids->items[i], *b = ids->items[k];
            for (same = 0; a[same] && a[same] == b[same]; same++) {}
            if (a[same] != b[same] && same >= 8 && same + 1 > digits) digits = same + 1;
        }
    return digits;
}

TEST(digits_tell_all_ids_apart) {
    int turn, i, count;
    for (turn = 0; turn < 60; turn++) {
        text_list list = {NULL, 0};
        text ids[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
        count = turn < 3 ? turn : (int)random_below(400);
        for (i = 0; i < count; i++) {
            char id[64];
            int length = snprintf(id, sizeof id, "%08x-%04x-%04x", random_below(turn % 2 ? 40 : 1u << 24),
                                  random_below(30), random_below(4));
            if (random_below(20) == 0) id[length = (int)random_below(10)] = 0;
            text_list_add(&list, text_copy(id));
            text_put(&ids[random_below(2)], id, (size_t)length + 1);
        }
        CHECK_INT(digits_of(&ids[0], &ids[1]), slow_digits(&list));
        while (list.count) free((void *)(uintptr_t)list.items[--list.count]);
        text_list_free(&list);
        text_free(&ids[0]);
        text_free(&ids[1]);
    }
}

int main(int argc, char **argv) { return test_main(argc, argv); }
