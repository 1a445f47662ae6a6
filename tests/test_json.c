/* JSON: what is accepted and refused, what errors say, limits, numbers, strings, layout, memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory that is counted and can fail, and a C library whose host has set another decimal point. */
static void *test_malloc(size_t size);
static void *test_realloc(void *memory, size_t size);
static void test_free(void *memory);
static double test_strtod(const char *text, char **end);
static int test_snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define GEM5ART_MALLOC(size) test_malloc(size)
#define GEM5ART_REALLOC(memory, size) test_realloc(memory, size)
#define GEM5ART_FREE(memory) test_free(memory)
#undef snprintf
#define snprintf test_snprintf
#define strtod test_strtod
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"
#undef snprintf
#undef strtod

#include <locale.h>
#include <math.h>
#include "test.h"

/* ---- the made-up host */

static long memory_live, memory_calls, memory_fail_at = -1; /* the first call is 0; -1: none fails */
static const char *decimal_point = ".";

static bool memory_fails(void) { return memory_calls++ == memory_fail_at; }

static void *test_malloc(size_t size) {
    void *memory = memory_fails() ? NULL : malloc(size);
    if (memory) {
        memset(memory, 0xa5, size);
        memory_live++;
    }
    return memory;
}

static void *test_realloc(void *memory, size_t size) {
    void *moved = memory_fails() ? NULL : realloc(memory, size);
    if (moved && !memory) memory_live++;
    return moved;
}

static void test_free(void *memory) {
    if (memory) memory_live--;
    free(memory);
}

static double test_strtod(const char *text, char **end) {
    char *copy = strdup(text), *point;
    double value;
    CHECK(!end); /* more than this host can do */
    if (strcmp(decimal_point, ".") != 0) copy[strcspn(copy, ".")] = 0;
    if ((point = strstr(copy, decimal_point)) != NULL) {
        *point = '.';
        memmove(point + 1, point + strlen(decimal_point), strlen(point + strlen(decimal_point)) + 1);
    }
    value = strtod(copy, NULL);
    free(copy);
    return value;
}

static bool formats_a_double(const char *format) {
    while ((format = strchr(format, '%')) != NULL) {
        format += 1 + strspn(format + 1, "-+ #0123456789.*lhz");
        if (*format && strchr("aAeEfFgG", *format)) return true;
    }
    return false;
}

static int test_snprintf(char *text, size_t size, const char *format, ...) {
    va_list arguments;
    char *point;
    int length;
    va_start(arguments, format);
    length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    if (formats_a_double(format) && (point = strchr(text, '.')) != NULL) {
        size_t n = strlen(decimal_point);
        CHECK((size_t)length + n <= size);
        memmove(point + n, point + 1, strlen(point + 1) + 1);
        memcpy(point, decimal_point, n);
        length += (int)n - 1;
    }
    return length;
}

/* ---- helpers */

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static uint64_t random_bits(void) { /* xorshift64 */
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static size_t random_below(size_t n) { return (size_t)(random_bits() % n); }

static const gem5art_json *parse(const char *text, gem5art_error *error) {
    return gem5art_json_parse(text, strlen(text), NULL, error);
}

/* What a value is written as. To be freed with free. */
static char *written(const gem5art_json *value, int indent) {
    gem5art_json_writer writer;
    const char *text;
    char *copy;
    gem5art_json_writer_init(&writer, indent);
    gem5art_json_value(&writer, value);
    text = gem5art_json_take(&writer, NULL, NULL);
    copy = text ? strdup(text) : NULL;
    gem5art_json_writer_free(&writer);
    return copy;
}

static char *repeated(const char *part, size_t count, const char *middle, const char *end_part) {
    size_t a = strlen(part), b = strlen(end_part), i;
    char *text = (char *)malloc(count * (a + b) + strlen(middle) + 1), *out = text;
    for (i = 0; i < count; i++, out += a) memcpy(out, part, a);
    memcpy(out, middle, strlen(middle));
    out += strlen(middle);
    for (i = 0; i < count; i++, out += b) memcpy(out, end_part, b);
    *out = 0;
    return text;
}

/* A file beside this one, whole; NULL where it cannot be read. */
static char *data_file(const char *name, size_t *length) {
    char path[1024];
    const char *slash = strrchr(__FILE__, '/');
    char *text = NULL;
    FILE *file;
    long size;
    snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - __FILE__) : 0, __FILE__, name);
    file = fopen(path, "rb");
    if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
        rewind(file);
        text = (char *)malloc((size_t)size + 1);
        *length = fread(text, 1, (size_t)size, file);
        text[*length] = 0;
    }
    if (file) fclose(file);
    return text;
}

/* ---- accept and refuse */

static const char *const accepted[][2] = { /* a text, and what it is written as on one line; NULL: the same */
    {"null", NULL},
    {"true", NULL},
    {"false", NULL},
    {"0", NULL},
    {"-0", NULL},
    {"1", NULL},
    {"-1", NULL},
    {"10", NULL},
    {"1234567890", NULL},
    {"9223372036854775807", NULL},
    {"-9223372036854775808", NULL},
    {"9223372036854775808", NULL},
    {"123456789012345678901234567890", NULL},
    {"0.0", NULL},
    {"-0.0", NULL},
    {"0.5", NULL},
    {"1.0", NULL},
    {"1.50", NULL},
    {"-1.25", NULL},
    {"0e0", NULL},
    {"0E0", NULL},
    {"0e+1", NULL},
    {"0e-1", NULL},
    {"1e1", NULL},
    {"1E1", NULL},
    {"1e+01", NULL},
    {"1E-01", NULL},
    {"1.5e300", NULL},
    {"-1.5E-300", NULL},
    {"1e400", NULL},
    {"-1e400", NULL},
    {"1e-400", NULL},
    {"1e99999999999999999999999", NULL},
    {"1e-99999999999999999999999", NULL},
    {"0e99999999999999999999999", NULL},
    {"0.0000000000000000000000000000000000000000000000000000000001", NULL},
    {"3.14159265358979323846264338327950288419716939937510", NULL},
    {"\"\"", NULL},
    {"\"a\"", NULL},
    {"\" \"", NULL},
    {"\"abc def\"", NULL},
    {"\"\\\"\"", NULL},
    {"\"\\\\\"", NULL},
    {"\"\\/\"", NULL},
    {"\"/\"", NULL},
    {"\"\\b\\f\\n\\r\\t\"", NULL},
    {"\"\\u0000\"", NULL},
    {"\"\\u0041\"", NULL},
    {"\"\\u00e9\\u00E9\"", NULL},
    {"\"\\u20ac\"", NULL},
    {"\"\\ud83d\\ude00\"", NULL},
    {"\"\\uD83D\\uDE00\"", NULL},
    {"\"\\ud800\"", NULL},
    {"\"\\udfff\"", NULL},
    {"\"\\udc80\\udcff\"", NULL},
    {"\"\\ud800\\ud800\\udc00\"", NULL},
    {"\"\\ud800\\n\"", NULL},
    {"\"\\\\u12\"", NULL},
    {"\"\\uffff\\ufffe\"", NULL},
    {"\"\x7f\"", NULL},
    {"\"\xc2\x80\"", NULL},
    {"\"\xdf\xbf\"", NULL},
    {"\"\xe0\xa0\x80\"", NULL},
    {"\"\xed\x9f\xbf\"", NULL},
    {"\"\xee\x80\x80\"", NULL},
    {"\"\xef\xbf\xbf\"", NULL},
    {"\"\xf0\x90\x80\x80\"", NULL},
    {"\"\xf4\x8f\xbf\xbf\"", NULL},
    {"\"\xe2\x80\xa8\xe2\x80\xa9\"", NULL},
    {"\"\xef\xbb\xbf\"", NULL},
    {"\"a\xc3\xa9" "b\xe2\x82\xac" "c\xf0\x9f\x98\x80" "d\"", NULL},
    {"\"[1,2\"", NULL},
    {"\"// no comment\"", NULL},
    {"[]", NULL},
    {"{}", NULL},
    {"[[]]", NULL},
    {"[{}]", NULL},
    {"[[],[],{}]", NULL},
    {"[1]", NULL},
    {"[1,2,3]", NULL},
    {"[null,true,false,0,\"\",[],{}]", NULL},
    {"[1.5,\"1,5\"]", NULL},
    {"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", NULL},
    {"{\"\":0}", NULL},
    {"{\"a\":1}", NULL},
    {"{\"a\":1,\"b\":2}", NULL},
    {"{\"b\":1,\"a\":2}", NULL},
    {"{\"a\":{\"a\":{\"a\":{}}}}", NULL},
    {"{\"a\":[{\"a\":1},{\"a\":2}]}", NULL},
    {"{\"a\":1,\"A\":2,\"aa\":3}", NULL},
    {"{\"\\u0000\":1,\"\\u0000\\u0000\":2,\"\":3}", NULL},
    {"{\"\\ud800\":1,\"\\udc00\":2}", NULL},
    {"{\"a\\nb\":\"\\u00e9\"}", NULL},
    {" 1", "1"},
    {"1 ", "1"},
    {"\t\n\r 1 \t\n\r", "1"},
    {"\n\"a\"\n", "\"a\""},
    {" [ ] ", "[]"},
    {" { } ", "{}"},
    {"[ 1 , 2 ]", "[1,2]"},
    {"[\n1\n,\n2\n]\n", "[1,2]"},
    {"\r\n{\r\n\"a\" : 1 ,\r\n\"b\" : [ true ]\r\n}\r\n", "{\"a\":1,\"b\":[true]}"},
    {"{\"a\"\t:\t1\t}", "{\"a\":1}"},
    {"[ [ ] , { } ]", "[[],{}]"},
};

TEST(accepted_texts) {
    size_t i;
    CHECK(sizeof accepted / sizeof *accepted >= 80);
    for (i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        gem5art_error error;
        const gem5art_json *root = parse(accepted[i][0], &error);
        const char *expected = accepted[i][1] ? accepted[i][1] : accepted[i][0];
        char *text;
        CHECK_THAT(root, "%s: %s", accepted[i][0], error.message);
        if (!root) continue;
        CHECK(error.code == GEM5ART_OK && !error.message[0]);
        text = written(root, 0);
        CHECK_STR(text, expected);
        free(text);
        gem5art_json_free(root);
    }
    CHECK_INT(memory_live, 0);
}

#define R(text) {text, sizeof text - 1}
static const struct { const char *text; size_t length; } refused[] = {
    R(""), R(" "), R("\n\t\r "), R("\0"), R("\f"), R("\v1"), R("\xc2\xa0" "1"), R("\xef\xbb\xbf"),
    R("\xef\xbb\xbf{}"), R("{}\xef\xbb\xbf"), R("\xff\xfe[\0]\0"),
    /* literals */
    R("n"), R("nul"), R("nulll"), R("Null"), R("NULL"), R("t"), R("tru"), R("truth"), R("True"), R("TRUE"),
    R("f"), R("fals"), R("falsy"), R("False"), R("true false"), R("truefalse"), R("undefined"), R("None"),
    R("null,"), R("nul\0"), R("NaN"), R("nan"), R("-NaN"), R("Infinity"), R("-Infinity"), R("inf"), R("-inf"),
    R("[NaN]"), R("*"), R("a"), R("'a'"),
    /* numbers */
    R("-"), R("+"), R("+1"), R("--1"), R("- 1"), R("-a"), R("01"), R("-01"), R("00"), R("-00"), R("00.5"),
    R("012"), R("0x1"), R("0xg"), R("0b1"), R("0o7"), R("1a"), R("1_000"), R("1,000"), R("1 000"), R("."),
    R(".5"), R("-.5"), R("1."), R("-1."), R("0."), R("1.e1"), R(".e1"), R("1..2"), R("1.2.3"), R("1.-2"),
    R("e1"), R("1e"), R("1E"), R("1e+"), R("1e-"), R("1.5e"), R("1.5e+"), R("1ee1"), R("1e1.5"), R("1e1e1"),
    R("1e+-1"), R("1e 1"), R("1 e1"), R("0e"), R("1f"), R("1.0f"), R("0x1p3"), R("\xef\xbc\x91"), R("1\0"),
    R("1\0" "1"), R("1+1"), R("[-]"), R("[1.]"), R("[01]"), R("[1e]"), R("0,5"),
    /* strings */
    R("\""), R("\"a"), R("\"a\\"), R("\"\\\""), R("\"a\\\""), R("\"a\"b"), R("\"a\"\"b\""), R("\"\\x41\""),
    R("\"\\a\""), R("\"\\v\""), R("\"\\'\""), R("\"\\0\""), R("\"\\ \""), R("\"\\\n\""), R("\"\\B\""),
    R("\"\\U0041\""), R("\"\\\xc3\xa9\""), R("\"\\u\""), R("\"\\u0\""), R("\"\\u00\""), R("\"\\u004\""),
    R("\"\\u00g1\""), R("\"\\u 041\""), R("\"\\u+041\""), R("\"\\u-041\""), R("\"\\u0x41\""), R("\"\\u004"),
    R("\"\\u00\\u0041\""), R("\"\\ud800\\u\""), R("\"\\ud800\\u1\""), R("\"\\ud800\\"), R("\"\\ud83d\\ude0\""),
    R("\"\\ud800\\x\""), R("\"\\u\0\0\0\0\""), R("\"\\\0\""), R("\"\0\""), R("\"a\0b\""), R("\"\x01\""),
    R("\"\t\""), R("\"\n\""), R("\"\r\""), R("\"\x1f\""), R("\"a\nb\""), R("\"\b\""), R("\"\x80\""),
    R("\"\xbf\""), R("\"\xc0\x80\""), R("\"\xc1\xbf\""), R("\"\xc2\""), R("\"\xc2\x41\""), R("\"\xc2\xc2\""),
    R("\"\xe0\x80\x80\""), R("\"\xe0\x9f\xbf\""), R("\"\xe1\x80\""), R("\"\xe1\x41\x80\""),
    R("\"\xe1\x80\x41\""), R("\"\xed\xa0\x80\""), R("\"\xed\xbf\xbf\""), R("\"\xed\xa0\x80\xed\xb0\x80\""),
    R("\"\xf0\x80\x80\x80\""), R("\"\xf0\x8f\xbf\xbf\""), R("\"\xf0\x90\x80\""), R("\"\xf0\x90\x41\x80\""),
    R("\"\xf0\x90\x80\x41\""), R("\"\xf4\x90\x80\x80\""), R("\"\xf5\x80\x80\x80\""),
    R("\"\xf8\x88\x80\x80\x80\""), R("\"\xfe\""), R("\"\xff\""), R("\"\xe2\x82"), R("\"\xf0\x9f\x98"),
    R("\"\xc3"), R("\"a\xe9t\xe9\""), R("\xc3\xa9"), R("[\"\xff\"]"), R("{\"\xff\":1}"),
    /* arrays */
    R("["), R("]"), R("[["), R("[]]"), R("[[]"), R("[1"), R("[1,"), R("[1,]"), R("[,]"), R("[,1]"), R("[1,,2]"),
    R("[1 2]"), R("[1;2]"), R("[1:2]"), R("[\"a\":1]"), R("[1}"), R("[}"), R("[1,2]3"), R("[][]"), R("[],"),
    R(",[]"), R("[1]x"), R("[\"a"), R("[\"a\",]"), R("[1,\n]"), R("[...]"), R("[1]\0"), R("[\0]"), R("[1,2,3"),
    R("(1)"), R("<1>"), R("[\"a\" \"b\"]"),
    /* objects */
    R("{"), R("}"), R("{{"), R("{}}"), R("{{}}"), R("{]"), R("{1}"), R("{\"a\"}"), R("{\"a\":}"), R("{\"a\":1"),
    R("{\"a\":1,"), R("{\"a\":1,}"), R("{,}"), R("{,\"a\":1}"), R("{\"a\":1,,\"b\":2}"), R("{\"a\" 1}"),
    R("{\"a\"::1}"), R("{\"a\":1:2}"), R("{\"a\",1}"), R("{\"a\"=1}"), R("{\"a\"=>1}"), R("{a:1}"),
    R("{'a':1}"), R("{1:1}"), R("{null:1}"), R("{true:1}"), R("{[]:1}"), R("{{}:1}"), R("{\"a\":1 \"b\":2}"),
    R("{\"a\":1;\"b\":2}"), R("{\"a\":1]"), R("{\"a\":1}x"), R("{\"a\":1}{}"), R("{\"a"), R("{\"a\""),
    R("{\"a\":"), R("{:1}"), R("{\"a\":1,\"b\"}"), R("{\"a\":1,2}"), R("{\"a\":\"b"), R("{\"a\":1}\0"),
    R("{\"a\":[}"), R("{\"a\":1,\"a\":1}"), R("{\"a\":1,\"\\u0061\":2}"), R("{\"\":1,\"\":2}"),
    R("[{\"a\":1,\"b\":2,\"a\":3}]"), R("{\"a\":{\"b\":1,\"b\":2}}"), R("{\"\xc3\xa9\":1,\"\\u00e9\":2}"),
    R("{\"\\/\":1,\"/\":2}"), R("{\"\\u0000\":1,\"\\u0000\":2}"),
    /* comments and other languages */
    R("// a\n1"), R("1 // a"), R("/* a */ 1"), R("1 /* a */"), R("[1 /* a */]"), R("# a\n1"), R("1 #"),
    R("--- 1"), R("{\"a\":0x1}"), R("<?xml?>"), R("\\u0031"), R("[\\n]"), R("\\n"), R("`a`"),
    R("\"a\" + \"b\""), R("function(){}"), R("@"), R("~"), R("\x7f"),
};

TEST(refused_texts) {
    size_t i;
    CHECK(sizeof refused / sizeof *refused >= 150);
    for (i = 0; i < sizeof refused / sizeof *refused; i++) {
        gem5art_error error;
        const gem5art_json *root = gem5art_json_parse(refused[i].text, refused[i].length, NULL, &error);
        CHECK_THAT(!root, "accepted: %s", refused[i].text);
        CHECK_THAT(error.code == GEM5ART_SYNTAX && strncmp(error.message, "line ", 5) == 0, "%s: code %d, %s", refused[i].text,
                   (int)error.code, error.message);
        CHECK(!gem5art_json_parse(refused[i].text, refused[i].length, NULL, NULL));
        gem5art_json_free(root);
    }
    CHECK_INT(memory_live, 0);
}

TEST(error_messages) {
    static const char *const cases[][2] = {
        {"", "line 1, column 1: expected a value, found the end of the text"},
        {"\n\n  ", "line 3, column 3: expected a value, found the end of the text"},
        {"@", "line 1, column 1: expected a value, found '@'"},
        {"[", "line 1, column 2: expected a value or ']', found the end of the text"},
        {"[1,]", "line 1, column 4: expected a value, found ']'"},
        {"[1", "line 1, column 3: expected ',' or ']' after an element, found the end of the text"},
        {"[1}", "line 1, column 3: expected ',' or ']' after an element, found '}'"},
        {"{\n  \"a\": 1,\n  \"b\": [2] [", "line 3, column 12: expected ',' or '}' after a member, found '['"},
        {"{", "line 1, column 2: expected a key in quotes or '}', found the end of the text"},
        {"{a", "line 1, column 2: expected a key in quotes or '}', found 'a'"},
        {"{\"a\":1,}", "line 1, column 8: expected a key in quotes after ',', found '}'"},
        {"{\"a\" 1", "line 1, column 6: expected ':' after a key, found '1'"},
        {"{\"a\":}", "line 1, column 6: expected a value, found '}'"},
        {"[]\r\n,", "line 2, column 1: expected the end of the text, found ','"},
        {"trux", "line 1, column 4: expected true, found 'x'"},
        {"fal", "line 1, column 4: expected false, found the end of the text"},
        {"nil", "line 1, column 2: expected null, found 'i'"},
        {"-x", "line 1, column 2: expected a digit after '-', found 'x'"},
        {"007", "line 1, column 2: expected no digit after a leading 0, found '0'"},
        {"-01", "line 1, column 3: expected no digit after a leading 0, found '1'"},
        {"1.", "line 1, column 3: expected a digit after '.', found the end of the text"},
        {"1e+ ", "line 1, column 4: expected a digit of an exponent, found the byte 0x20"},
        {"\"abc", "line 1, column 5: expected '\"' at the end of a string, found the end of the text"},
        {"\"abc\\", "line 1, column 6: expected one of \"\\/bfnrtu after a backslash, found the end of the text"},
        {"\"\\x\"", "line 1, column 3: expected one of \"\\/bfnrtu after a backslash, found 'x'"},
        {"\"\\u12g4\"", "line 1, column 6: expected four hexadecimal digits after \\u, found 'g'"},
        {"\"\\ud800\\u12\"", "line 1, column 12: expected four hexadecimal digits after \\u, found '\"'"},
        {"[\n\"a\nb\"]", "line 2, column 3: expected control characters as \\u escapes in a string, found the byte 0x0a"},
        {"[\"\xc3\xa9\xe9\"]", "line 1, column 5: expected UTF-8 in a string, found the byte 0xe9"},
        {"\xc3\xa9", "line 1, column 1: expected a value, found the byte 0xc3"},
        {"\xef\xbb\xbf{}",
         "line 1, column 1: the text begins with a byte order mark (ef bb bf), which JSON does not allow: remove it"},
        {"{\"a\":1,\n \"b\":2,\n \"a\":3}", "line 3, column 2: this object has the key \"a\" twice"},
        {"{\"a\":1,\"b\":1,\"b\":1,\"a\":1}", "line 1, column 14: this object has the key \"b\" twice"},
        {"{\"a\":1,\"\\u0061\":2}", "line 1, column 8: this object has the key \"\\u0061\" twice"},
    };
    gem5art_error error;
    size_t i;
    char *key, *text;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!parse(cases[i][0], &error));
        CHECK_STR(error.message, cases[i][1]);
    }
    CHECK(!gem5art_json_parse("[\0]", 3, NULL, &error));
    CHECK_STR(error.message, "line 1, column 2: expected a value or ']', found the byte 0x00");
    /* A key longer than a message. */
    key = repeated("k", 5000, "", "");
    text = (char *)malloc(2 * strlen(key) + 16);
    sprintf(text, "{\"%s\":1,\"%s\":2}", key, key);
    free(key);
    CHECK(!parse(text, &error));
    CHECK_INT(error.code, GEM5ART_SYNTAX);
    CHECK_CONTAINS(error.message, "line 1, column 5007: this object has the key \"kkkk");
    CHECK_CONTAINS(error.message, "kkk...");
    free(text);
}

/* ---- limits */

TEST(depth_limit) {
    static const size_t depths[] = {1, 2, 128, 10000, 300000};
    size_t i;
    for (i = 0; i < sizeof depths / sizeof *depths; i++) {
        gem5art_json_desc desc = {0, 0};
        gem5art_error error;
        char *arrays = repeated("[", depths[i], "", "]"), *more = repeated("[", depths[i], "{}", "]"), limit[64];
        char *objects = repeated("{\"a\":", depths[i] - 1, "{}", "}"), *again;
        const gem5art_json *root;
        if (depths[i] != 128) desc.max_depth = depths[i]; /* 128 is the default */
        root = gem5art_json_parse(arrays, strlen(arrays), &desc, &error);
        CHECK_THAT(root, "%zu deep: %s", depths[i], error.message);
        again = root ? written(root, 0) : NULL;
        CHECK_THAT(again && strcmp(again, arrays) == 0, "%zu deep: not written as it was", depths[i]);
        free(again);
        gem5art_json_free(root);
        root = gem5art_json_parse(objects, strlen(objects), &desc, &error);
        CHECK_THAT(root, "%zu deep: %s", depths[i], error.message);
        again = root ? written(root, 0) : NULL;
        CHECK_THAT(again && strcmp(again, objects) == 0, "%zu deep: not written as it was", depths[i]);
        free(again);
        gem5art_json_free(root);
        CHECK(!gem5art_json_parse(more, strlen(more), &desc, &error));
        CHECK_INT(error.code, GEM5ART_LIMIT);
        snprintf(limit, sizeof limit, "line 1, column %zu: ", depths[i] + 1);
        CHECK_CONTAINS(error.message, limit);
        snprintf(limit, sizeof limit, "more than %zu deep, the limit that max_depth sets", depths[i]);
        CHECK_CONTAINS(error.message, limit);
        free(arrays);
        free(objects);
        free(more);
    }
    CHECK_INT(memory_live, 0);
}

TEST(depth_is_not_count) {
    char *text = repeated("[],", 1000, "[]", ""), *all = (char *)malloc(strlen(text) + 3);
    const gem5art_json *root;
    sprintf(all, "[%s]", text);
    root = parse(all, NULL);
    CHECK(root && root->count == 1001);
    gem5art_json_free(root);
    free(text);
    free(all);
}

TEST(size_limit) {
    gem5art_json_desc desc = {0, 10};
    gem5art_error error;
    const gem5art_json *root = gem5art_json_parse("[1,2,3,45]", 10, &desc, &error);
    CHECK(root && root->count == 4);
    gem5art_json_free(root);
    CHECK(!gem5art_json_parse("[1,2,3,456]", 11, &desc, &error));
    CHECK_INT(error.code, GEM5ART_LIMIT);
    CHECK_STR(error.message, "the text has 11 bytes, more than 10, the limit that max_size sets");
    CHECK(!gem5art_json_parse("", ((size_t)1 << 30) + 1, NULL, &error)); /* 1 GiB by default; nothing is read */
    CHECK_INT(error.code, GEM5ART_LIMIT);
    desc.max_size = SIZE_MAX;
    CHECK(!gem5art_json_parse("", SIZE_MAX / 2, &desc, &error));
    CHECK_INT(error.code, GEM5ART_NOMEM);
}

/* ---- the tree */

TEST(tree_of_a_text) {
    const gem5art_json *root = parse("{\"a\" : [1, -2.5, \"x\\ny\"],"
                                     "\"\\u0062\\u0000\": {}, \"c\": null, \"d\": true, \"e\": false}", NULL);
    const gem5art_json *a, *b, *child;
    REQUIRE(root);
    CHECK_INT(root->type, GEM5ART_JSON_OBJECT);
    CHECK_INT(root->count, 5);
    CHECK(!root->key && !root->next);
    a = root->first;
    CHECK(a == gem5art_json_get(root, "a"));
    CHECK_STR(a->key, "a");
    CHECK_INT(a->type, GEM5ART_JSON_ARRAY);
    CHECK_INT(a->count, 3);
    CHECK(a->raw[0] == '[' && a->raw[a->raw_length - 1] == ']' && !a->text);
    child = a->first;
    CHECK(child->is_integer && child->integer == 1 && child->number == 1 && !child->key);
    child = child->next;
    CHECK(child->type == GEM5ART_JSON_NUMBER && !child->is_integer && child->number == -2.5);
    CHECK(child->raw_length == 4 && memcmp(child->raw, "-2.5", 4) == 0);
    child = child->next;
    CHECK_INT(child->type, GEM5ART_JSON_STRING);
    CHECK_STR(child->text, "x\ny");
    CHECK_INT(child->length, 3);
    CHECK(child->raw_length == 6 && memcmp(child->raw, "\"x\\ny\"", 6) == 0);
    CHECK(!child->next);
    b = a->next;
    CHECK(b->key_length == 2 && memcmp(b->key, "b\0", 3) == 0);
    CHECK(b->raw_key_length == 14 && memcmp(b->raw_key, "\"\\u0062\\u0000\"", 14) == 0);
    CHECK(b->type == GEM5ART_JSON_OBJECT && b->count == 0 && !b->first);
    CHECK(!gem5art_json_get(root, "b"));
    CHECK_INT(gem5art_json_get(root, "c")->type, GEM5ART_JSON_NULL);
    CHECK(gem5art_json_get(root, "d")->boolean && gem5art_json_get(root, "d")->type == GEM5ART_JSON_BOOL);
    CHECK(!gem5art_json_get(root, "e")->boolean && gem5art_json_get(root, "e")->type == GEM5ART_JSON_BOOL);
    CHECK(!gem5art_json_get(root, "f") && !gem5art_json_get(root, ""));
    CHECK(!gem5art_json_get(NULL, "a") && !gem5art_json_get(a, "a") && !gem5art_json_get(a->first, "a"));
    gem5art_json_free(root);
    gem5art_json_free(NULL);
    CHECK_INT(memory_live, 0);
}

TEST(text_is_copied) {
    char text[] = "{\"key\":[\"string\",12.5]}", *again;
    const gem5art_json *root = gem5art_json_parse(text, sizeof text - 1, NULL, NULL);
    REQUIRE(root);
    memset(text, 'x', sizeof text);
    again = written(root, 0);
    CHECK_STR(again, "{\"key\":[\"string\",12.5]}");
    CHECK_STR(root->first->key, "key");
    CHECK_STR(root->first->first->text, "string");
    free(again);
    gem5art_json_free(root);
}

TEST(parse_into_an_arena) {
    gem5art__arena arena = {NULL, false};
    gem5art_error error;
    const gem5art_json *first = gem5art__json_parse_in(&arena, "[1,\"a\"]", 7, NULL, &error), *second;
    CHECK(!gem5art__json_parse_in(&arena, "[1,\"a]", 6, NULL, &error));
    CHECK_INT(error.code, GEM5ART_SYNTAX);
    second = gem5art__json_parse_in(&arena, "{\"b\":2}", 7, NULL, &error);
    REQUIRE(first && second);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_STR(first->first->next->text, "a");
    CHECK_INT(gem5art_json_get(second, "b")->integer, 2);
    gem5art__arena_free(&arena);
    CHECK_INT(memory_live, 0);
}

TEST(duplicate_keys) {
    static const size_t counts[] = {2, 3, 7, 16, 17, 40, 1000};
    gem5art_error error;
    size_t i, round;
    for (i = 0; i < sizeof counts / sizeof *counts; i++)
        for (round = 0; round < 50; round++) { /* one of the keys, anywhere, repeats one before it */
            size_t n = counts[i], again = 1 + random_below(n - 1), first = random_below(again), k, column = 0;
            char *text = (char *)malloc(n * 32 + 2), *out = text, expected[128];
            for (k = 0; k < n; k++) {
                *out++ = k ? ',' : '{';
                if (k == again) column = (size_t)(out - text) + 1;
                out += sprintf(out, "\"k%zu\":%zu", (k == again ? first : k) * 7919 % 104729, k);
            }
            strcpy(out, "}");
            CHECK(!parse(text, &error));
            CHECK_INT(error.code, GEM5ART_SYNTAX);
            snprintf(expected, sizeof expected, "line 1, column %zu: this object has the key \"k%zu\" twice", column,
                     first * 7919 % 104729);
            CHECK_STR(error.message, expected);
            free(text);
        }
    CHECK_INT(memory_live, 0);
}

/* Quadratic work would show: 10,000,000,000 comparisons take minutes. */
TEST(objects_of_many_keys) {
    static const char *const formats[] = {"\"%zu\":0", "\"%08zu\":0", "\"the same beginning, over and over %zu\":0"};
    size_t f, k, n = 100000;
    for (f = 0; f < 3; f++) {
        char *text = (char *)malloc(n * 64), *out = text;
        gem5art_error error;
        const gem5art_json *root;
        for (k = 0; k < n; k++) {
            *out++ = k ? ',' : '{';
            out += sprintf(out, formats[f], k * 7919 % n);
        }
        strcpy(out, "}");
        root = parse(text, &error);
        CHECK_THAT(root && root->count == n, "%s: %s", formats[f], error.message);
        gem5art_json_free(root);
        *out++ = ',';
        out += sprintf(out, formats[f], (size_t)77);
        strcpy(out, "}");
        CHECK(!parse(text, &error));
        CHECK_INT(error.code, GEM5ART_SYNTAX);
        free(text);
    }
}

/* Of 100 keys, short and long ones by turns, each one is found again. */
TEST(a_repeated_key_of_any_length) {
    int twice, k;
    for (twice = 0; twice < 100; twice++) {
        char text[8192] = "{", *out = text + 1;
        gem5art_error error;
        for (k = 0; k <= 100; k++) out += sprintf(out, "%s\"%0*d\":0", k ? "," : "", 1 + (k < 100 ? k : twice) * 37 % 50, k < 100 ? k : twice);
        strcpy(out, "}");
        CHECK_THAT(!parse(text, &error), "key %d", twice);
        CHECK_INT(error.code, GEM5ART_SYNTAX);
    }
}

/* ---- numbers */

TEST(integers) {
    static const struct { const char *text; bool is_integer; int64_t integer; double number; } cases[] = {
        {"0", true, 0, 0},
        {"-0", true, 0, 0},
        {"-1", true, -1, -1},
        {"86400", true, 86400, 86400},
        {"9007199254740993", true, 9007199254740993, 9007199254740992.0},
        {"9223372036854775807", true, INT64_MAX, 9223372036854775808.0},
        {"-9223372036854775808", true, INT64_MIN, -9223372036854775808.0},
        {"9223372036854775808", false, 0, 9223372036854775808.0},
        {"-9223372036854775809", false, 0, -9223372036854775808.0},
        {"18446744073709551615", false, 0, 18446744073709551616.0},
        {"18446744073709551616", false, 0, 18446744073709551616.0},
        {"99999999999999999999", false, 0, 1e20},
        {"9999999999999999999", false, 0, 1e19},
        {"1.0", false, 0, 1},
        {"1e3", false, 0, 1000},
        {"-0.0", false, 0, 0},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gem5art_json *root = parse(cases[i].text, NULL);
        REQUIRE(root);
        CHECK_THAT(root->type == GEM5ART_JSON_NUMBER && root->is_integer == cases[i].is_integer
                   && root->integer == cases[i].integer && root->number == cases[i].number,
                   "%s: %d %lld %.17g", cases[i].text, root->is_integer, (long long)root->integer, root->number);
        CHECK(!!signbit(root->number) == (cases[i].text[0] == '-'));
        gem5art_json_free(root);
    }
}

static double parsed_number(const char *text) {
    const gem5art_json *root = parse(text, NULL);
    double number = root && root->type == GEM5ART_JSON_NUMBER ? root->number : NAN;
    gem5art_json_free(root);
    return number;
}

TEST(doubles_are_exact) {
    static const char *const texts[] = {
        "0.1", "0.3", "1.5", "1e22", "1e23", "123456789.123456789", "1e308", "1.7976931348623157e308", "1.7976931348623158e308",
        "1.7976931348623159e308", "2.2250738585072014e-308", "2.2250738585072011e-308", "4.9406564584124654e-324", "2.5e-324",
        "2.4e-324", "5e-324", "1e-323", "1e400", "-1e400", "1e-400", "9007199254740993.0", "9007199254740992.5",
        "9007199254740993.00000000000000000000000000000000000000000000000000000000000001", "1795336537.7370598",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000001e90", "1E+2", "12.50e-1",
        "1e99999999999999999999999", "-1e99999999999999999999999", "1e-99999999999999999999999", "0e99999999999999999999999",
    };
    size_t i;
    char *text;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_THAT(parsed_number(texts[i]) == strtod(texts[i], NULL), "%s is %.17g", texts[i], parsed_number(texts[i]));
    CHECK(isinf(parsed_number("1e400")) && isinf(parsed_number("1e99999999999999999999999")));
    text = repeated("0", 20000, "1e20001", ""); /* 0.0...01e20001 is 1 */
    memcpy(text, "0.", 2);
    CHECK(parsed_number(text) == 100);
    free(text);
    text = repeated("9", 400, "", ""); /* an integer beyond all doubles */
    CHECK(isinf(parsed_number(text)));
    free(text);
    text = repeated("1", 20000, "e-19999", "");
    CHECK(parsed_number(text) == (double)1.1111111111111111);
    free(text);
}

static void write_number(gem5art_json_writer *writer, double value, const char *expected) {
    gem5art_json_number(writer, value);
    CHECK_STR(gem5art_json_take(writer, NULL, NULL), expected);
}

TEST(numbers_as_written) {
    static const struct { double value; const char *text; } cases[] = {
        {0, "0"}, {-0.0, "-0.0"}, {1, "1"}, {-1, "-1"}, {10, "10"}, {86400, "86400"}, {900, "900"}, {0.5, "0.5"}, {-0.5, "-0.5"},
        {0.1, "0.1"}, {0.30000000000000004, "0.30000000000000004"}, {1.0 / 3, "0.3333333333333333"}, {2.0 / 3, "0.6666666666666666"},
        {1795336537.7370598, "1795336537.7370598"}, {123456.789, "123456.789"}, {0.001, "0.001"}, {0.0001, "0.0001"},
        {0.00012345, "0.00012345"}, {0.00001, "1e-05"}, {1.5e-7, "1.5e-07"}, {-2.5e-10, "-2.5e-10"}, {1e15, "1000000000000000"},
        {9007199254740992.0, "9007199254740992"}, {1234567890123456.0, "1234567890123456"}, {1e16, "1e+16"}, {1e22, "1e+22"},
        {1.5e300, "1.5e+300"}, {1e-300, "1e-300"}, {5e-324, "5e-324"}, {1.5e-323, "1.5e-323"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"}, {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
    };
    gem5art_json_writer writer;
    size_t i;
    gem5art_json_writer_init(&writer, 0);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) write_number(&writer, cases[i].value, cases[i].text);
    write_number(&writer, NAN, "null");
    write_number(&writer, INFINITY, "null");
    write_number(&writer, -INFINITY, "null");
    gem5art_json_integer(&writer, INT64_MAX);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "9223372036854775807");
    gem5art_json_integer(&writer, INT64_MIN);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "-9223372036854775808");
    gem5art_json_integer(&writer, 0);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "0");
    gem5art_json_writer_free(&writer);
}

/* Significant digits of what was written. */
static int digits_in(const char *text) {
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (*text == '0' && count == 0)) continue;
        count++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return count - zeros;
}

static double random_double(size_t i) {
    double value;
    uint64_t bits = random_bits();
    if (i % 3 == 0) return (double)(int64_t)random_bits() / 1e6;              /* times */
    if (i % 3 == 1 && i % 2) bits &= 0x800fffffffffffffu;                     /* subnormals */
    if ((bits & 0x7ff0000000000000u) == 0x7ff0000000000000u) bits ^= 1ull << 62;
    memcpy(&value, &bits, sizeof value);
    return value;
}

TEST(written_doubles_read_back) {
    gem5art_json_writer writer;
    size_t i;
    gem5art_json_writer_init(&writer, 0);
    for (i = 0; i < 200000; i++) {
        double value = random_double(i), back;
        const char *text;
        char shorter[64];
        gem5art_json_number(&writer, value);
        text = gem5art_json_take(&writer, NULL, NULL);
        back = parsed_number(text);
        CHECK_THAT(memcmp(&back, &value, sizeof value) == 0, "%.17g is written %s and read back %.17g", value, text, back);
        if (digits_in(text) < 2) continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits_in(text) - 2, value);
        CHECK_THAT(strtod(shorter, NULL) != value, "%s is written, but %s would do", text, shorter);
    }
    gem5art_json_writer_free(&writer);
    CHECK_INT(memory_live, 0);
}

static void check_numbers_with_any_point(void) {
    gem5art_json_writer writer;
    const gem5art_json *root = parse("[1.5,2,-0.25e1,1234567.125,\"1.5\",1e-5]", NULL);
    REQUIRE(root);
    CHECK(root->first->number == 1.5);
    CHECK_INT(root->count, 6);
    CHECK(root->first->next->next->number == -2.5);
    CHECK(root->first->next->next->next->number == 1234567.125);
    CHECK(root->first->next->next->next->next->next->number == (double)1e-5);
    gem5art_json_free(root);
    gem5art_json_writer_init(&writer, 0);
    write_number(&writer, 1.5, "1.5");
    write_number(&writer, 1795336537.7370598, "1795336537.7370598");
    write_number(&writer, 0.30000000000000004, "0.30000000000000004");
    write_number(&writer, 2.5e-7, "2.5e-07");
    write_number(&writer, 86400, "86400");
    gem5art_json_writer_free(&writer);
}

TEST(hosts_decimal_point) {
    static const char *const points[] = {".", ",", "\xd9\xab"};
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fa_IR.UTF-8", "ps_AF.UTF-8"};
    size_t i;
    for (i = 0; i < sizeof points / sizeof *points; i++) {
        decimal_point = points[i];
        CHECK(test_strtod("1.5", NULL) == (i == 0 ? 1.5 : 1)); /* the made-up host is as meant */
        check_numbers_with_any_point();
    }
    decimal_point = ".";
    for (i = 0; i < sizeof locales / sizeof *locales; i++) { /* and real ones, where there are any */
        if (!setlocale(LC_NUMERIC, locales[i])) continue;
        decimal_point = localeconv()->decimal_point;
        if (strcmp(decimal_point, ".") != 0) CHECK(strtod("1.5", NULL) == 1);
        decimal_point = "."; /* strtod and snprintf know it themselves */
        check_numbers_with_any_point();
    }
    setlocale(LC_NUMERIC, "C");
}

/* ---- strings */

TEST(strings_as_decoded) {
    static const struct { const char *written, *text; size_t length; } cases[] = {
        {"\"\"", "", 0},
        {"\"a b\"", "a b", 3},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
        {"\"\\u0000\"", "\0", 1},
        {"\"a\\u0000b\"", "a\0b", 3},
        {"\"\\u0041\\u007f\"", "A\x7f", 2},
        {"\"\\u0080\\u07ff\"", "\xc2\x80\xdf\xbf", 4},
        {"\"\\u0800\\uffff\"", "\xe0\xa0\x80\xef\xbf\xbf", 6},
        {"\"\\ud800\\udc00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8},
        {"\"\\uD83d\\uDe00\"", "\xf0\x9f\x98\x80", 4},
        {"\"\\udc80\\udcff\"", "\x80\xff", 2},
        {"\"\\udcc3\\udca9\"", "\xc3\xa9", 2},
        {"\"\\ud800\"", "\xed\xa0\x80", 3},
        {"\"\\ud800x\"", "\xed\xa0\x80x", 4},
        {"\"\\ud800\\n\"", "\xed\xa0\x80\n", 4},
        {"\"\\ud800\\u0041\"", "\xed\xa0\x80" "A", 4},
        {"\"\\ud800\\ud800\\udc00\"", "\xed\xa0\x80\xf0\x90\x80\x80", 7},
        {"\"\\ud800\\udc80\"", "\xf0\x90\x82\x80", 4},
        {"\"\\udc00\\udc7f\\udd00\\udfff\"", "\xed\xb0\x80\xed\xb1\xbf\xed\xb4\x80\xed\xbf\xbf", 12},
        {"\"\\ud800\\ue000\"", "\xed\xa0\x80\xee\x80\x80", 6},
        {"\"\\udbff\"", "\xed\xaf\xbf", 3},
        {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gem5art_json *root = parse(cases[i].written, NULL);
        REQUIRE(root);
        CHECK_THAT(root->length == cases[i].length && memcmp(root->text, cases[i].text, cases[i].length + 1) == 0,
                   "%s: not decoded as it should be", cases[i].written);
        gem5art_json_free(root);
    }
}

TEST(strings_as_written) {
    static const struct { const char *text; size_t length; const char *written; } cases[] = {
        {"", 0, "\"\""},
        {"a/b", 3, "\"a/b\""},
        {"\"\\\b\f\n\r\t", 7, "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\x80\xff", 2, "\"\\udc80\\udcff\""},
        {"caf\xe9", 4, "\"caf\\udce9\""},
        {"\xc3", 1, "\"\\udcc3\""},
        {"\xc3\xc3\xa9", 3, "\"\\udcc3\xc3\xa9\""},
        {"\xed\xa0\x80", 3, "\"\\udced\\udca0\\udc80\""},
        {"\xf4\x90\x80\x80", 4, "\"\\udcf4\\udc90\\udc80\\udc80\""},
        {"\xe2\x82", 2, "\"\\udce2\\udc82\""},
    };
    gem5art_json_writer writer;
    size_t i;
    gem5art_json_writer_init(&writer, 0);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        gem5art_json_string_n(&writer, cases[i].text, cases[i].length);
        CHECK_STR(gem5art_json_take(&writer, NULL, NULL), cases[i].written);
    }
    gem5art_json_string(&writer, NULL);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "null");
    gem5art_json_string_n(&writer, NULL, 0);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "\"\"");
    gem5art_json_writer_free(&writer);
}

/* Bytes of all kinds; those that sequences are made of oftener. */
static size_t random_text(char *text, size_t size) {
    static const unsigned char parts[] = {0x80, 0x82, 0x9f, 0xa0, 0xac, 0xbf, 0xc0, 0xc2, 0xc3, 0xdf, 0xe0, 0xe2, 0xed,
                                          0xef, 0xf0, 0xf4, 0xf5, 0xff, 0, '"', '\\', '\n', 'u', 'd', 'c', '8', '0', 'a'};
    size_t length = random_below(size), i;
    for (i = 0; i < length; i++) text[i] = (char)(random_bits() % 4 ? parts[random_below(sizeof parts)] : random_bits() & 0xff);
    return length;
}

/* A call that succeeds leaves no error of an earlier one. */
TEST(success_clears_the_error) {
    gem5art_error error;
    const gem5art_json *root;
    CHECK(!parse("[", &error));
    root = parse("[]", &error);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_STR(error.message, "");
    gem5art_json_free(root);
}

TEST(any_bytes_survive) {
    gem5art_json_writer writer;
    size_t i;
    gem5art_json_writer_init(&writer, 0);
    for (i = 0; i < 100000; i++) {
        char text[24];
        size_t length = random_text(text, sizeof text), json_length;
        const char *json;
        const gem5art_json *root;
        gem5art_json_string_n(&writer, text, length);
        json = gem5art_json_take(&writer, &json_length, NULL);
        root = gem5art_json_parse(json, json_length, NULL, NULL);
        CHECK_THAT(root && root->length == length && memcmp(root->text, text, length) == 0, "lost: %s", json);
        gem5art_json_free(root);
    }
    for (i = 0; i < 65536; i++) { /* all pairs */
        char text[2];
        size_t json_length;
        const char *json;
        const gem5art_json *root;
        text[0] = (char)(i >> 8);
        text[1] = (char)(i & 0xff);
        gem5art_json_string_n(&writer, text, 2);
        json = gem5art_json_take(&writer, &json_length, NULL);
        root = gem5art_json_parse(json, json_length, NULL, NULL);
        CHECK_THAT(root && root->length == 2 && memcmp(root->text, text, 2) == 0, "lost: %s", json);
        gem5art_json_free(root);
    }
    gem5art_json_writer_free(&writer);
    CHECK_INT(memory_live, 0);
}

/* ---- the writer */

static void write_sample(gem5art_json_writer *writer) {
    gem5art_json_begin_object(writer);
    gem5art_json_key(writer, "name");
    gem5art_json_string(writer, "boot\n\xc3\xa9");
    gem5art_json_key(writer, "empty");
    gem5art_json_begin_array(writer);
    gem5art_json_end_array(writer);
    gem5art_json_key(writer, "none");
    gem5art_json_begin_object(writer);
    gem5art_json_end_object(writer);
    gem5art_json_key(writer, "list");
    gem5art_json_begin_array(writer);
    gem5art_json_integer(writer, 1);
    gem5art_json_number(writer, 2.5);
    gem5art_json_begin_array(writer);
    gem5art_json_boolean(writer, true);
    gem5art_json_begin_object(writer);
    gem5art_json_key(writer, "deep");
    gem5art_json_null(writer);
    gem5art_json_end_object(writer);
    gem5art_json_end_array(writer);
    gem5art_json_begin_array(writer);
    gem5art_json_end_array(writer);
    gem5art_json_end_array(writer);
    gem5art_json_key(writer, "last");
    gem5art_json_boolean(writer, false);
    gem5art_json_end_object(writer);
}

/* json.dumps(value, indent=..., ensure_ascii=False) of Python 3.11 */
static const char *const sample_layouts[][2] = {
    {"\0",
     "{\"name\":\"boot\\n\xc3\xa9\",\"empty\":[],\"none\":{},\"list\":[1,2.5,[true,{\"deep\":null}],[]],\"last\":false}"},
    {"\1", "{\n \"name\": \"boot\\n\xc3\xa9\",\n \"empty\": [],\n \"none\": {},\n \"list\": [\n  1,\n"
           "  2.5,\n  [\n   true,\n   {\n    \"deep\": null\n   }\n  ],\n  []\n ],\n \"last\": false\n}"},
    {"\4", "{\n    \"name\": \"boot\\n\xc3\xa9\",\n    \"empty\": [],\n    \"none\": {},\n    \"list\": [\n"
           "        1,\n        2.5,\n        [\n            true,\n            {\n                \"deep\": null\n"
           "            }\n        ],\n        []\n    ],\n    \"last\": false\n}"},
};

TEST(layout) {
    size_t i;
    for (i = 0; i < sizeof sample_layouts / sizeof *sample_layouts; i++) {
        gem5art_json_writer writer;
        const char *text;
        char *again;
        const gem5art_json *root;
        gem5art_json_writer_init(&writer, sample_layouts[i][0][0]);
        write_sample(&writer);
        text = gem5art_json_take(&writer, NULL, NULL);
        CHECK_STR(text, sample_layouts[i][1]);
        root = text ? parse(text, NULL) : NULL;
        gem5art_json_writer_free(&writer);
        REQUIRE(root);
        again = written(root, sample_layouts[i][0][0]);
        CHECK_STR(again, sample_layouts[i][1]);
        free(again);
        again = written(root, 0);
        CHECK_STR(again, sample_layouts[0][1]);
        free(again);
        gem5art_json_free(root);
    }
}

TEST(deep_indent) {
    char *text = repeated("[", 20, "", "]"), *indented, line[512];
    const gem5art_json *root = parse(text, NULL);
    REQUIRE(root);
    indented = written(root, 7);
    snprintf(line, sizeof line, "\n%*s[]\n%*s]\n", 19 * 7, "", 18 * 7, "");
    CHECK_CONTAINS(indented, line);
    free(indented);
    indented = written(root, -3);
    CHECK_STR(indented, text);
    free(indented);
    gem5art_json_free(root);
    free(text);
}

TEST(gem5art_store_survives) {
    size_t length = 0;
    char *text = data_file("data/gem5art-filedb/db.json", &length), *again;
    gem5art_error error;
    const gem5art_json *root, *record;
    gem5art_json_writer writer;
    const char *part;
    char *all;
    REQUIRE(text);
    root = gem5art_json_parse(text, length, NULL, &error);
    CHECK_STR(error.message, "");
    REQUIRE(root);
    CHECK(root->type == GEM5ART_JSON_ARRAY && root->count > 10);
    again = written(root, 4);
    CHECK(again && strcmp(again, text) == 0);
    free(again);
    /* The same, taken record by record. */
    all = (char *)calloc(1, length + 1);
    gem5art_json_writer_init(&writer, 4);
    gem5art_json_begin_array(&writer);
    for (record = root->first; record; record = record->next) {
        CHECK_INT(record->type, GEM5ART_JSON_OBJECT);
        CHECK(gem5art_json_get(record, "_id"));
        gem5art_json_value(&writer, record);
        part = gem5art_json_take(&writer, NULL, NULL);
        if (strlen(all) + strlen(part) <= length) strcat(all, part);
    }
    gem5art_json_end_array(&writer);
    part = gem5art_json_take(&writer, NULL, NULL);
    if (strlen(all) + strlen(part) <= length) strcat(all, part);
    CHECK(strcmp(all, text) == 0);
    gem5art_json_writer_free(&writer);
    gem5art_json_free(root);
    free(all);
    free(text);
    CHECK_INT(memory_live, 0);
}

TEST(take) {
    gem5art_json_writer writer;
    gem5art_error error;
    const char *text;
    size_t length = 99;
    gem5art_json_writer_init(&writer, 0);
    text = gem5art_json_take(&writer, &length, &error);
    CHECK_STR(text, "");
    CHECK(length == 0 && error.code == GEM5ART_OK);
    gem5art_json_integer(&writer, 12);
    error.code = GEM5ART_IO; /* of an earlier call */
    CHECK_STR(gem5art_json_take(&writer, &length, &error), "12");
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_INT(length, 2);
    CHECK_STR(gem5art_json_take(&writer, &length, NULL), "");
    CHECK_INT(length, 0);
    gem5art_json_begin_object(&writer);
    gem5art_json_key(&writer, "a");
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "{\"a\":");
    gem5art_json_begin_array(&writer);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "[");
    gem5art_json_integer(&writer, 1);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "1");
    gem5art_json_integer(&writer, 2);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), ",2");
    gem5art_json_end_array(&writer);
    gem5art_json_key(&writer, "b");
    gem5art_json_string_n(&writer, "x\0y", 3);
    gem5art_json_end_object(&writer);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "],\"b\":\"x\\u0000y\"}");
    gem5art_json_writer_free(&writer);
    gem5art_json_writer_free(&writer); /* harmless */
    CHECK_INT(memory_live, 0);
}

TEST(value_in_a_value) {
    const gem5art_json *root = parse("{\"a\":{\"b\":[1.50,\"\\u00e9\",{}]},\"c\":-0}", NULL);
    gem5art_json_writer writer;
    REQUIRE(root);
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_object(&writer);
    gem5art_json_key(&writer, "x"); /* instead of its own key */
    gem5art_json_value(&writer, gem5art_json_get(root, "a"));
    gem5art_json_key(&writer, "y");
    gem5art_json_value(&writer, gem5art_json_get(root, "c"));
    gem5art_json_end_object(&writer);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL), "{\"x\":{\"b\":[1.50,\"\\u00e9\",{}]},\"y\":-0}");
    gem5art_json_begin_array(&writer);
    gem5art_json_value(&writer, root);
    gem5art_json_value(&writer, root->first->first);
    gem5art_json_end_array(&writer);
    CHECK_STR(gem5art_json_take(&writer, NULL, NULL),
              "[{\"a\":{\"b\":[1.50,\"\\u00e9\",{}]},\"c\":-0},[1.50,\"\\u00e9\",{}]]");
    gem5art_json_writer_free(&writer);
    gem5art_json_free(root);
}

TEST(misuse_does_not_crash) {
    gem5art_json_writer writer;
    size_t i;
    for (i = 0; i < 2000; i++) {
        size_t calls = random_below(40);
        gem5art_json_writer_init(&writer, (int)random_below(4));
        while (calls-- > 0) switch (random_below(6)) {
            case 0: gem5art_json_begin_object(&writer); break;
            case 1: gem5art_json_end_object(&writer); break;
            case 2: gem5art_json_begin_array(&writer); break;
            case 3: gem5art_json_end_array(&writer); break;
            case 4: gem5art_json_key(&writer, "k"); break;
            default: gem5art_json_null(&writer); break;
        }
        CHECK(gem5art_json_take(&writer, NULL, NULL));
        gem5art_json_writer_free(&writer);
    }
    CHECK_INT(memory_live, 0);
}

static void write_random(gem5art_json_writer *writer, int depth) {
    char text[16], key[32];
    size_t count = random_below(6), i;
    switch (random_below(depth > 5 ? 5 : 8)) {
    case 0: gem5art_json_null(writer); break;
    case 1: gem5art_json_boolean(writer, random_bits() & 1); break;
    case 2: gem5art_json_integer(writer, (int64_t)random_bits() >> random_below(64)); break;
    case 3: gem5art_json_number(writer, random_double(random_below(6))); break;
    case 4: gem5art_json_string_n(writer, text, random_text(text, sizeof text)); break;
    case 5:
        gem5art_json_begin_array(writer);
        for (i = 0; i < count; i++) write_random(writer, depth + 1);
        gem5art_json_end_array(writer);
        break;
    default:
        gem5art_json_begin_object(writer);
        for (i = 0; i < count; i++) {
            snprintf(key, sizeof key, "%zu \"\x7f\xff", i);
            gem5art_json_key(writer, key);
            write_random(writer, depth + 1);
        }
        gem5art_json_end_object(writer);
        break;
    }
}

TEST(random_values_survive) {
    size_t i;
    for (i = 0; i < 5000; i++) {
        gem5art_json_writer writer;
        gem5art_error error;
        const gem5art_json *root, *again;
        char *compact, *indented;
        gem5art_json_writer_init(&writer, 0);
        write_random(&writer, 0);
        root = parse(gem5art_json_take(&writer, NULL, NULL), &error);
        CHECK_THAT(root, "%s: %s", writer.data, error.message);
        if (root) {
            compact = written(root, 0);
            CHECK_STR(compact, writer.data);
            indented = written(root, 3);
            again = parse(indented, &error);
            CHECK_THAT(again, "%s: %s", indented, error.message);
            free(compact);
            compact = again ? written(again, 0) : NULL;
            CHECK_STR(compact, writer.data);
            gem5art_json_free(again);
            free(compact);
            free(indented);
        }
        gem5art_json_free(root);
        gem5art_json_writer_free(&writer);
    }
    CHECK_INT(memory_live, 0);
}

/* ---- damage */

static const char sample[] =
    " {\"_id\": \"735f4d72\", \"params\":[\"kvm\",\"\\u00e9\\ud83d\\ude00\",\"\xe2\x82\xac\"],\n"
    "\"timeout\": 86400, \"time\":-1.5e+3,"
    "\"git\":{\"origin\":\"https:\\/\\/x\",\"hash\":null,\"dirty\":false},\"ok\":true , "
    "\"extra\":[[],{},[[0]]],\"caf\\udce9\":0.25}\n";

TEST(truncated_texts) {
    size_t length = strlen(sample), n;
    for (n = 0; n <= length; n++) {
        gem5art_error error;
        char *part = (char *)malloc(n ? n : 1); /* no byte more: reads beyond it show */
        const gem5art_json *root;
        memcpy(part, sample, n);
        root = gem5art_json_parse(part, n, NULL, &error);
        if (n >= length - 1) CHECK(root);
        else CHECK_THAT(!root && error.code == GEM5ART_SYNTAX && (strstr(error.message, ", found the end of the text")
                                                                  || strstr(error.message, "expected UTF-8 in a string, found")),
                        "%zu bytes: %s", n, error.message);
        gem5art_json_free(root);
        free(part);
    }
}

TEST(damaged_texts) {
    size_t length = strlen(sample), i, round;
    for (i = 0; i < length; i++)
        for (round = 0; round < 60; round++) {
            char damaged[sizeof sample], *text, *again;
            gem5art_error error;
            const gem5art_json *root;
            memcpy(damaged, sample, sizeof sample);
            damaged[i] = (char)(random_bits() & 0xff);
            if (round % 4 == 3) damaged[random_below(length)] = "\"\\[]{},:0-u\n"[random_below(12)];
            root = gem5art_json_parse(damaged, length, NULL, &error);
            if (!root) {
                CHECK_THAT(error.code == GEM5ART_SYNTAX && strncmp(error.message, "line ", 5) == 0, "%s", error.message);
                continue;
            }
            text = written(root, 0);
            gem5art_json_free(root);
            root = parse(text, &error);
            CHECK_THAT(root, "%s: %s", text, error.message);
            again = root ? written(root, 0) : NULL;
            CHECK_STR(again, text);
            gem5art_json_free(root);
            free(text);
            free(again);
        }
    CHECK_INT(memory_live, 0);
}

/* ---- no memory */

/* Every allocation of a parse fails once; returns how many there were. */
static long parse_without_memory(const char *text) {
    gem5art_json_desc desc = {300, 0};
    const gem5art_json *root = NULL;
    gem5art_error error;
    long at;
    for (at = 0; !root && at < 1000; at++) {
        memory_calls = 0;
        memory_fail_at = at;
        root = gem5art_json_parse(text, strlen(text), &desc, &error);
        memory_fail_at = -1;
        if (root) break;
        CHECK_INT(error.code, GEM5ART_NOMEM);
        CHECK_STR(error.message, "out of memory");
        CHECK_INT(memory_live, 0);
    }
    CHECK(root);
    gem5art_json_free(root);
    CHECK_INT(memory_live, 0);
    return at;
}

TEST(parsing_without_memory) {
    char *many = repeated("[{\"a\":1,\"b\":\"x\"},", 200, "{}", "]"), *text = (char *)malloc(strlen(many) + strlen(sample) + 4);
    size_t n;
    sprintf(text, "[%s,%s]", sample, many);
    CHECK(parse_without_memory(text) > 3);
    for (n = 0; n < 40; n++) { /* so that each kind of allocation is once the first of a new block */
        char *part = repeated("{\"a\":1,\"b\":", n, "0", "}");
        CHECK(parse_without_memory(part) > 0);
        free(part);
    }
    free(many);
    free(text);
}

TEST(writing_without_memory) {
    const char *text = NULL;
    long at;
    for (at = 0; !text && at < 1000; at++) {
        gem5art_json_writer writer;
        gem5art_error error;
        size_t length;
        memory_calls = 0;
        memory_fail_at = at;
        gem5art_json_writer_init(&writer, 4);
        write_sample(&writer);
        text = gem5art_json_take(&writer, &length, &error);
        memory_fail_at = -1;
        if (text) {
            CHECK_STR(text, sample_layouts[2][1]);
        } else {
            CHECK_INT(error.code, GEM5ART_NOMEM);
            gem5art_json_null(&writer); /* it sticks, though there is memory now */
            CHECK(!gem5art_json_take(&writer, NULL, NULL));
            CHECK(!gem5art_json_take(&writer, NULL, &error));
            CHECK_INT(error.code, GEM5ART_NOMEM);
        }
        gem5art_json_writer_free(&writer);
        CHECK_INT(memory_live, 0);
    }
    CHECK_THAT(text && at > 2, "%ld allocations", at);
}

/* A text laid out anew is what the same value is that was parsed and written; of any layout to any other. */
TEST(text_is_laid_out_as_its_value_would_be) {
    static const char *const texts[] = {
        "1", "-0.50e+3", "null", "true", "\"\"", "\"a\\\\\"", "\"\\\"{[,:]}\\\\\\\"\"", "[]", "{}", " [ ] ", "{\n}\n", "[[],{},[[]]]",
        "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"d\":{},\"e\":[{}]}",
        "\t{ \"a\" : [ 1 ,\r\n true , false ] , \"\\u0022\" : \"x \\t y\" }",
        "[1.50, 1e400, -1, \"caf\303\251\", \"\\ud800\"]",
    };
    size_t i;
    int indent;
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        for (indent = 0; indent <= 4; indent += 2) {
            const gem5art_json *value = gem5art_json_parse(texts[i], strlen(texts[i]), NULL, NULL);
            gem5art_json_writer of_value, of_text;
            gem5art_json_writer_init(&of_value, indent);
            gem5art_json_writer_init(&of_text, indent);
            gem5art_json_begin_array(&of_value), gem5art_json_begin_array(&of_text);
            gem5art_json_integer(&of_value, 7), gem5art_json_integer(&of_text, 7);
            gem5art_json_value(&of_value, value), gem5art_json_text(&of_text, texts[i], strlen(texts[i]));
            gem5art_json_begin_object(&of_value), gem5art_json_begin_object(&of_text);
            gem5art_json_key(&of_value, "k"), gem5art_json_key(&of_text, "k");
            gem5art_json_value(&of_value, value), gem5art_json_text(&of_text, texts[i], strlen(texts[i]));
            gem5art_json_end_object(&of_value), gem5art_json_end_object(&of_text);
            gem5art_json_end_array(&of_value), gem5art_json_end_array(&of_text);
            CHECK(value != NULL);
            CHECK_STR(gem5art_json_take(&of_text, NULL, NULL), gem5art_json_take(&of_value, NULL, NULL));
            gem5art_json_writer_free(&of_value);
            gem5art_json_writer_free(&of_text);
            gem5art_json_free(value);
        }
}

int main(int argc, char **argv) { return test_main(argc, argv); }
