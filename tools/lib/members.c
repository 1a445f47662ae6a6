/* members.c - see members.h */

#include "members.h"

#include <float.h>
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
    m->pattern.count = 0;
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

/* ---- records */

typedef struct member {
    const char *key, *key_end; /* between its quotes */
    gem5art_text value;
} member;

typedef struct reader {
    const char *at, *end; /* at the beginning of a member; NULL: there is none */
    size_t left;          /* wanted members that were not found so far */
    size_t place;         /* of the pattern's next member */
    size_t differing;     /* members that the pattern does not have, or with other values */
} reader;

/* Reads the value of `pair` from `at` on; returns where the next member begins, or NULL. */
static const char *read_value(const char *at, const char *end, member *pair) {
    pair->value.text = at = skip_space(at, end);
    if ((at = members_skip(at, end)) == NULL) return NULL;
    pair->value.length = (size_t)(at - pair->value.text);
    at = skip_space(at, end);
    return at + (at < end); /* the comma */
}

/* Reads the member at `at`; returns where the next one begins. NULL: there is none. */
static const char *read_member(const char *at, const char *end, member *pair) {
    const char *quote = skip_space(at, end);
    if (quote >= end || *quote != '"' || (at = skip_string(quote, end)) == NULL) return NULL;
    pair->key = quote + 1;
    pair->key_end = at - 1;
    at = skip_space(at, end);
    return read_value(at + (at < end), end, pair); /* after the colon */
}

static size_t find_wanted(const members *m, const member *pair) {
    const size_t length = (size_t)(pair->key_end - pair->key);
    size_t i;
    if (!(m->lengths >> (length & 63) & 1)) return MEMBERS_MOST;
    for (i = 0; i < m->count; i++)
        if (m->key_lengths[i] == length && *m->keys[i] == *pair->key && memcmp(m->keys[i], pair->key, length) == 0)
            return i;
    return MEMBERS_MOST;
}

/* The end of the text may have cut the last member short: it gets no place. */
static void learn_pattern(members *m, const char *json, size_t length) {
    members_pattern *p = &m->pattern;
    const char *at = json + 1, *end, *next;
    member pair;
    p->length = length < MEMBERS_PATTERN ? length : MEMBERS_PATTERN;
    memcpy(p->text, json, p->length);
    end = json + p->length;
    for (p->count = 0; p->count < MEMBERS_PLACES; at = next) {
        if ((next = read_member(at, end, &pair)) == NULL || next == end || next[-1] != ',') break;
        p->places[p->count++] = (struct members_place){
            (unsigned)(at - json), (unsigned)(pair.key - json), (unsigned)(pair.value.text - json),
            (unsigned)(pair.value.text + pair.value.length - json), (unsigned)find_wanted(m, &pair)};
    }
    p->places[p->count].begin = (unsigned)(at - json);
}

/* The number of the first byte in memory that is not 0. */
static size_t first_byte(uint64_t bits) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (size_t)__builtin_clzll(bits) / 8;
#else
    return (size_t)__builtin_ctzll(bits) / 8;
#endif
}

static size_t equal_bytes(const char *a, const char *b, size_t most) {
    uint64_t left, right;
    size_t n = 0;
    while (n + 64 <= most && memcmp(a + n, b + n, 64) == 0) n += 64; /* records are equal for hundreds of bytes */
    for (; n + sizeof left <= most; n += sizeof left) {
        memcpy(&left, a + n, sizeof left);
        memcpy(&right, b + n, sizeof right);
        if (left != right) return n + first_byte(left ^ right);
    }
    while (n < most && a[n] == b[n]) n++;
    return n;
}

static void take(members *m, reader *r, size_t wanted, gem5art_text value) {
    if (wanted == MEMBERS_MOST) return;
    m->values[wanted] = value;
    r->left--;
}

/* Takes the members that have the bytes of the pattern's next ones; returns how many more bytes are the same. */
static size_t take_equal(members *m, reader *r) {
    const members_pattern *p = &m->pattern;
    const struct members_place *known = &p->places[r->place], *const last = &p->places[p->count];
    const size_t begin = known->begin, known_length = last->begin - begin, length = (size_t)(r->end - r->at);
    const size_t same = equal_bytes(r->at, p->text + begin, known_length < length ? known_length : length);
    for (; known < last && known[1].begin <= begin + same && r->left > 0; known++)
        if (known->wanted != MEMBERS_MOST)
            take(m, r, known->wanted, (gem5art_text){r->at + (known->value - begin), known->end - known->value});
    r->at += known->begin - begin;
    r->place = (size_t)(known - p->places);
    return begin + same - known->begin;
}

/* The place of the pattern after the one that has this key; as before if there is none. */
static size_t place_after(const members_pattern *p, size_t place, const member *pair) {
    const size_t length = (size_t)(pair->key_end - pair->key) + 1; /* with the quote, so that a prefix is not enough */
    size_t i;
    for (i = place; i < p->count; i++) {
        const struct members_place *known = &p->places[i];
        if (known->value - known->key > length && memcmp(p->text + known->key, pair->key, length) == 0) return i + 1;
    }
    return place;
}

/* Reads a member of which so many bytes are those of the pattern's next one. */
static void take_differing(members *m, reader *r, size_t same) {
    const members_pattern *p = &m->pattern;
    const struct members_place *known = &p->places[r->place];
    const bool same_key = r->place < p->count && known->begin + same >= known->value;
    member pair;
    size_t wanted;
    r->at = same_key ? read_value(r->at + (known->value - known->begin), r->end, &pair)
                     : read_member(r->at, r->end, &pair);
    if (!r->at) return;
    wanted = same_key ? known->wanted : find_wanted(m, &pair);
    r->place = same_key ? r->place + 1 : place_after(p, r->place, &pair);
    r->differing++;
    take(m, r, wanted, pair.value);
}

void members_read(members *m, const char *json, size_t length) {
    reader r = {json + 1, json + length, m->count, 0, 0};
    memset(m->values, 0, m->count * sizeof *m->values);
    if (length > 0 && (m->pattern.count == 0 || m->pattern.poor)) learn_pattern(m, json, length);
    while (r.left > 0 && r.at) {
        const size_t same = take_equal(m, &r);
        if (r.left > 0) take_differing(m, &r, same);
    }
    m->pattern.poor = 2 * r.differing > m->pattern.count;
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

/* Reads "1700000072.223": up to 15 digits, which a double and one correct rounding hold exactly. */
static bool read_short_number(gem5art_text value, double *number) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t digits = 0;
    size_t i, point = value.length;
    if (FLT_EVAL_METHOD != 0 || value.length > 15) return false;
    for (i = 0; i < value.length; i++) {
        const char c = value.text[i];
        if (c == '.' && point == value.length) point = i;
        else if (c >= '0' && c <= '9') digits = 10 * digits + (c - '0');
        else return false;
    }
    *number = (double)digits / powers[point == value.length ? 0 : value.length - point - 1];
    return true;
}

double members_number(gem5art_text value, double otherwise) {
    double number;
    if (value.length == 0 || (*value.text != '-' && (*value.text < '0' || *value.text > '9'))) return otherwise;
    if (read_short_number(value, &number)) return number;
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
