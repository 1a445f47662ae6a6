/* members.c - see members.h */

#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

size_t members_want(members *m, const char *key) {
    size_t i;
    for (i = 0; i < m->count; i++)
        if (strcmp(m->keys[i], key) == 0) return i;
    if (i == MEMBERS_MOST) die(EXIT_MISUSE, "at most %d fields of a record can be used", MEMBERS_MOST);
    m->keys[i] = key;
    m->key_lengths[i] = strlen(key);
    m->lengths |= (uint64_t)1 << (m->key_lengths[i] & 63);
    m->count++;
    return i;
}

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static const char *skip_space(const char *at, const char *end) {
    while (at < end && is_space(*at)) at++;
    return at;
}

/* From the opening quote past the closing one, the first with an even number of backslashes before it. */
static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end && (at = (const char *)memchr(at, '"', (size_t)(end - at))) != NULL; at++) {
        const char *before = at;
        while (before[-1] == '\\') before--;
        if ((at - before) % 2 == 0) return at + 1;
    }
    return NULL;
}

const char *members_skip(const char *at, const char *end) {
    size_t depth = 0;
    while (at && at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
            if (depth == 0) return at;
            continue;
        }
        if (depth == 0 && (*at == ',' || *at == ']' || *at == '}' || is_space(*at))) return at;
        if (*at == '[' || *at == '{') depth++;
        else if ((*at == ']' || *at == '}') && --depth == 0) return at + 1;
        at++;
    }
    return depth == 0 ? at : NULL;
}

/* Takes the value that follows the first byte of `rest`. */
static bool take_value(gem5art_text *rest, gem5art_text *value) {
    const char *at = rest->text, *end = at + rest->length;
    value->text = at = skip_space(at + 1, end);
    at = members_skip(at, end);
    if (!at || at == value->text) return false;
    value->length = (size_t)(at - value->text);
    rest->text = skip_space(at, end);
    rest->length = (size_t)(end - rest->text);
    return true;
}

bool members_element(gem5art_text *rest, gem5art_text *element) {
    return rest->length > 0 && (*rest->text == '[' || *rest->text == ',') && take_value(rest, element);
}

bool members_pair(gem5art_text *rest, gem5art_text *key, gem5art_text *value) {
    if (rest->length == 0 || (*rest->text != '{' && *rest->text != ',') || !take_value(rest, key)) return false;
    return *key->text == '"' && rest->length > 0 && *rest->text == ':' && take_value(rest, value);
}

static bool take(members *m, const char *key, size_t length, gem5art_text value) {
    size_t i;
    if (!(m->lengths >> (length & 63) & 1)) return false;
    for (i = 0; i < m->count; i++)
        if (m->key_lengths[i] == length && *m->keys[i] == *key && memcmp(m->keys[i], key, length) == 0) {
            m->values[i] = value;
            return true;
        }
    return false;
}

void members_read(members *m, const char *json, size_t length) {
    const char *at = json + 1, *end = json + length, *key;
    size_t left = m->count, key_length;
    gem5art_text value;
    memset(m->values, 0, m->count * sizeof *m->values);
    while (left > 0) {
        key = skip_space(at, end);
        if (key >= end || *key != '"' || (at = skip_string(key, end)) == NULL) return;
        key_length = (size_t)(at - key) - 2;
        at = skip_space(at, end);
        value.text = skip_space(at + (at < end), end); /* after the colon */
        if ((at = members_skip(value.text, end)) == NULL) return;
        value.length = (size_t)(at - value.text);
        left -= take(m, key + 1, key_length, value);
        at = skip_space(at, end);
        at += at < end; /* the comma */
    }
}

bool members_is_null(gem5art_text value) { return value.length == 0 || *value.text == 'n'; }

bool members_is_text(gem5art_text value) { return value.length >= 2 && *value.text == '"'; }

bool members_begins(gem5art_text value, const char *prefix) {
    size_t length = strlen(prefix);
    return members_is_text(value) && value.length - 2 >= length && memcmp(value.text + 1, prefix, length) == 0;
}

bool members_is(gem5art_text value, const char *word) {
    return members_begins(value, word) && value.length - 2 == strlen(word);
}

bool members_is_run(gem5art_text type) { return members_is(type, "gem5 run") || members_is(type, "gem5 run fs"); }

double members_number(gem5art_text value, double otherwise) {
    if (value.length == 0 || (*value.text != '-' && (*value.text < '0' || *value.text > '9'))) return otherwise;
    return strtod(value.text, NULL); /* it ends at what follows the value, at least the record's NUL */
}

const char *members_string(text *buffer, gem5art_text value) {
    const gem5art_json *string;
    text_clear(buffer);
    if (members_is_null(value)) return "";
    if (!members_is_text(value)) text_put(buffer, value.text, value.length);
    else if (!memchr(value.text, '\\', value.length)) text_put(buffer, value.text + 1, value.length - 2);
    else if ((string = gem5art_json_parse(value.text, value.length, NULL, NULL)) != NULL) {
        text_puts(buffer, string->text);
        gem5art_json_free(string);
    }
    return text_string(buffer);
}
