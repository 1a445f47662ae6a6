/* json.c - fuzzes the JSON reader and writer: limits are exact, and what was read is written and read again unchanged. */
#include "fuzz.h"

#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

/* Equal, but for how it is written. */
static bool same(const gem5art_json *a, const gem5art_json *b) {
    const gem5art_json *x, *y;
    if (a->type != b->type || a->count != b->count || !a->key != !b->key) return false;
    if (a->key && (a->key_length != b->key_length || memcmp(a->key, b->key, a->key_length) != 0)) return false;
    if (a->type == GEM5ART_JSON_BOOL) return a->boolean == b->boolean;
    if (a->type == GEM5ART_JSON_NUMBER)
        return a->number == b->number && (!a->is_integer || !b->is_integer || a->integer == b->integer);
    if (a->type == GEM5ART_JSON_STRING) return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    for (x = a->first, y = b->first; x && y; x = x->next, y = y->next)
        if (!same(x, y)) return false;
    return !x && !y;
}

/* Arrays and objects inside each other. */
static size_t depth_of(const gem5art_json *value) {
    size_t deepest = 0, depth;
    const gem5art_json *child;
    if (value->type != GEM5ART_JSON_ARRAY && value->type != GEM5ART_JSON_OBJECT) return 0;
    for (child = value->first; child; child = child->next)
        if ((depth = depth_of(child)) > deepest) deepest = depth;
    return deepest + 1;
}

/* A value through the calls that a program makes to write one. False where the calls cannot say it: infinities, and
   NULs in keys. */
static bool write_anew(gem5art_json_writer *writer, const gem5art_json *value) {
    const gem5art_json *child;
    bool ok = true;
    switch (value->type) {
    case GEM5ART_JSON_NULL: gem5art_json_null(writer); break;
    case GEM5ART_JSON_BOOL: gem5art_json_boolean(writer, value->boolean); break;
    case GEM5ART_JSON_NUMBER:
        if (value->is_integer) gem5art_json_integer(writer, value->integer);
        else gem5art_json_number(writer, value->number);
        return value->number - value->number == 0;
    case GEM5ART_JSON_STRING: gem5art_json_string_n(writer, value->text, value->length); break;
    case GEM5ART_JSON_ARRAY:
        gem5art_json_begin_array(writer);
        for (child = value->first; child; child = child->next) ok = write_anew(writer, child) && ok;
        gem5art_json_end_array(writer);
        break;
    case GEM5ART_JSON_OBJECT:
        gem5art_json_begin_object(writer);
        for (child = value->first; child; child = child->next) {
            gem5art_json_key(writer, child->key);
            ok = write_anew(writer, child) && ok && strlen(child->key) == child->key_length;
        }
        gem5art_json_end_object(writer);
        break;
    }
    return ok;
}

/* What a writer has written is read as `value`. */
static void check_written(gem5art_json_writer *writer, const gem5art_json *value, const char *how) {
    gem5art_error error;
    size_t length;
    const char *text = gem5art_json_take(writer, &length, &error);
    const gem5art_json *again = text ? gem5art_json_parse(text, length, NULL, &error) : NULL;
    REQUIRE(again, "%s: %s", how, error.message);
    REQUIRE(same(value, again), "%s: read as something else: %s", how, text);
    gem5art_json_free(again);
    gem5art_json_writer_free(writer);
}

static void check_writers(const gem5art_json *value) {
    static const int indents[] = {0, 1, 4};
    gem5art_json_writer writer;
    size_t i;
    for (i = 0; i < sizeof indents / sizeof *indents; i++) {
        gem5art_json_writer_init(&writer, indents[i]);
        gem5art_json_value(&writer, value);
        check_written(&writer, value, "as it was written");
        gem5art_json_writer_init(&writer, indents[i]);
        if (write_anew(&writer, value)) check_written(&writer, value, "anew");
        gem5art_json_writer_free(&writer);
    }
}

/* Exactly at a limit a text is read, one below it is not. */
static void check_limit(const char *data, size_t size, size_t depth, size_t max_size, bool reads) {
    gem5art_json_desc desc;
    gem5art_error error;
    const gem5art_json *value;
    memset(&desc, 0, sizeof desc);
    desc.max_depth = depth;
    desc.max_size = max_size;
    value = gem5art_json_parse(data, size, &desc, &error);
    REQUIRE(!value == !reads, "limits of %zu deep and %zu bytes: %s", depth, max_size, error.message);
    REQUIRE(reads || error.code == GEM5ART_LIMIT, "another error: %s", error.message);
    gem5art_json_free(value);
}

static void fuzz(const char *data, size_t size) {
    gem5art_error error;
    const gem5art_json *value = gem5art_json_parse(data, size, NULL, &error);
    size_t depth = value ? depth_of(value) : 0;
    REQUIRE(value ? error.code == GEM5ART_OK : error.code == GEM5ART_SYNTAX || error.code == GEM5ART_LIMIT, "code %d",
            (int)error.code);
    if (!value) {
        REQUIRE(strncmp(error.message, "line ", 5) == 0, "no place: %s", error.message);
        return;
    }
    if (depth > 0) check_limit(data, size, depth, 0, true);
    if (depth > 1) check_limit(data, size, depth - 1, 0, false);
    check_limit(data, size, 0, size, true);
    if (size > 1) check_limit(data, size, 0, size - 1, false);
    check_writers(value);
    gem5art_json_free(value);
}

FUZZ_MAIN
