/* members.h - some members of a record, straight from its text: no parsing, no allocation, nothing is decoded.

   For what looks at very many records, of each at a few members. The text must be an object of valid JSON, as that of
   an intact line of a store is, and of a record that was parsed before. Other text does no harm, but means nothing.
   Say what is wanted with want_member, then read_members finds it in one record after the other. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include "tool.h"

enum { MEMBERS = 64 };

/* A value as it was written, quotes and escapes too; no NUL ends it. Without a text: the record has none. */
typedef struct json_slice {
    const char *text;
    size_t length;
} json_slice;

typedef struct members {
    const char *keys[MEMBERS];
    size_t key_lengths[MEMBERS], count;
    uint64_t lengths; /* bit N: a key of N bytes is wanted (modulo 64), so that most keys need no comparison */
    json_slice values[MEMBERS];
} members;

/* The place in `values` where the member will be. */
static size_t want_member(members *m, const char *key) {
    size_t i;
    for (i = 0; i < m->count; i++)
        if (strcmp(m->keys[i], key) == 0) return i;
    if (i == MEMBERS) tool_exit(TOOL_MISUSE, "at most %d members of a record can be looked at", MEMBERS);
    m->keys[i] = key;
    m->key_lengths[i] = strlen(key);
    m->lengths |= (uint64_t)1 << (m->key_lengths[i] & 63);
    m->count++;
    return i;
}

static const char *skip_json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    return at;
}

/* From the opening quote to behind the closing one: the first that an even number of backslashes stands before. */
static const char *skip_json_string(const char *at, const char *end) {
    for (at++; at < end && (at = (const char *)memchr(at, '"', (size_t)(end - at))) != NULL; at++) {
        const char *before = at;
        while (before[-1] == '\\') before--;
        if ((at - before) % 2 == 0) return at + 1;
    }
    return end;
}

static const char *skip_json_value(const char *at, const char *end) {
    size_t depth = 0;
    if (at < end && *at == '"') return skip_json_string(at, end);
    for (; at < end; at++) {
        if (*at == '"') at = skip_json_string(at, end) - 1;
        else if (*at == '[' || *at == '{') depth++;
        else if (*at == ']' || *at == '}') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        } else if (depth == 0 && (*at == ',' || *at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) return at;
    }
    return end;
}

/* The first element of an array, then the next ones: `rest`, the array to begin with, becomes what is behind it. What
   is no array has none. */
static bool next_json_element(json_slice *rest, json_slice *element) {
    const char *at = rest->text, *end;
    if (rest->length == 0 || (*at != '[' && *at != ',')) return false;
    end = at + rest->length;
    at = skip_json_space(at + 1, end);
    element->text = at;
    at = skip_json_value(at, end);
    element->length = (size_t)(at - element->text);
    rest->text = skip_json_space(at, end);
    rest->length = (size_t)(end - rest->text);
    return element->length > 0;
}

/* Is this the key of a wanted member? Then `value` is it. */
static bool take_member(members *m, const char *key, size_t length, json_slice value) {
    size_t i;
    if (!(m->lengths >> (length & 63) & 1)) return false;
    for (i = 0; i < m->count; i++)
        if (m->key_lengths[i] == length && memcmp(m->keys[i], key, length) == 0) {
            m->values[i] = value;
            return true;
        }
    return false;
}

/* Looks no further than to the last wanted member. */
static void read_members(members *m, const char *text, size_t size) {
    const char *at = text + 1, *end = text + size, *key;
    size_t left = m->count, length;
    json_slice value;
    memset(m->values, 0, m->count * sizeof *m->values);
    while (left > 0) {
        key = skip_json_space(at, end);
        if (key >= end || *key != '"' || (at = skip_json_string(key, end)) == end) return;
        length = (size_t)(at - key) - 2;
        at = skip_json_space(at, end);
        value.text = skip_json_space(at + (at < end), end); /* behind the colon */
        at = skip_json_value(value.text, end);
        value.length = (size_t)(at - value.text);
        left -= take_member(m, key + 1, length, value);
        at = skip_json_space(at, end);
        at += at < end; /* the comma */
    }
}

/* ---- what a value is */

static bool is_json_string(json_slice value) { return value.length >= 2 && value.text[0] == '"'; }

/* Appends a string, decoded; a NUL in it ends it. Of any other value: its text. */
static void put_json_text(gem5art__buf *buf, json_slice value) {
    gem5art__arena arena = {NULL, false};
    const gem5art_json *string;
    if (!is_json_string(value)) gem5art__put(buf, value.text, value.length);
    else if (!memchr(value.text, '\\', value.length)) gem5art__put(buf, value.text + 1, value.length - 2);
    else {
        string = gem5art__json_parse_in(&arena, value.text, value.length, NULL, NULL);
        if (string) gem5art__puts(buf, string->text);
        gem5art__arena_free(&arena);
    }
}

static double parsed_json_number(json_slice value, double otherwise) {
    gem5art__arena arena = {NULL, false};
    const gem5art_json *number = gem5art__json_parse_in(&arena, value.text, value.length, NULL, NULL);
    if (number && number->type == GEM5ART_JSON_NUMBER) otherwise = number->number;
    gem5art__arena_free(&arena);
    return otherwise;
}

/* A number; `otherwise` for what is none. Those with few digits and no exponent, nearly all, are not parsed. */
static double json_number(json_slice value, double otherwise) {
    uint64_t digits = 0, scale = 1;
    bool fraction = false;
    size_t i;
    for (i = 0; i < value.length && i < 18; i++) {
        if (value.text[i] == '.') fraction = true;
        else if (gem5art__json_is_digit(value.text[i])) {
            digits = digits * 10 + (uint64_t)(value.text[i] - '0');
            if (fraction) scale *= 10;
        } else break;
    }
    if (i > 0 && i == value.length) return (double)digits / (double)scale;
    return value.length ? parsed_json_number(value, otherwise) : otherwise;
}

#endif
