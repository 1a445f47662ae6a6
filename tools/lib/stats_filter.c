/* stats_filter.c - see stats_filter.h */

#include "stats_filter.h"

#include <stdlib.h>
#include <string.h>

typedef struct filter_pattern {
    char *glob;
    size_t length;
    size_t start;  /* bytes that a line with a wanted name begins with */
    size_t tail;   /* bytes that each wanted name ends with */
    bool exact;    /* without a special character */
    bool rest;     /* "**" after the start, and nothing more: names that begin so are wanted */
} filter_pattern;

struct stats_filter {
    filter_pattern *patterns;
    size_t count;
    size_t common; /* bytes that all patterns begin with */
};

bool stats_filter_is_glob(const char *pattern) { return pattern[strcspn(pattern, "*?[")] != 0; }

/* The length of what every line with a matching name begins with: up to the first special character, and to "::", as
   the name of a whole vector begins the line that has all of its elements. */
static size_t start_length(const char *glob) { return strcspn(glob, "*?[:"); }

/* What each matching name ends with: what follows the last special character. */
static size_t tail_length(const char *glob) {
    size_t length = strlen(glob), tail = 0;
    while (tail < length && !strchr("*?[]", glob[length - tail - 1])) tail++;
    return tail;
}

stats_filter *stats_filter_new(const char *const *patterns, size_t count) {
    stats_filter *filter = (stats_filter *)text_alloc(sizeof *filter);
    size_t i, same;
    filter->patterns = (filter_pattern *)text_alloc(count * sizeof *filter->patterns);
    filter->count = count;
    for (i = 0; i < count; i++) {
        filter_pattern *p = &filter->patterns[i];
        p->glob = text_copy(patterns[i]);
        p->length = strlen(p->glob);
        p->start = start_length(p->glob);
        p->exact = !stats_filter_is_glob(p->glob);
        p->rest = text_same(p->glob + p->start, "**");
        p->tail = p->exact ? p->length : tail_length(p->glob);
        if (i == 0 || p->start < filter->common) filter->common = p->start;
        for (same = 0; same < filter->common && p->glob[same] == filter->patterns[0].glob[same]; same++) {}
        filter->common = same;
    }
    return filter;
}

void stats_filter_free(stats_filter *filter) {
    size_t i;
    for (i = 0; filter && i < filter->count; i++) free(filter->patterns[i].glob);
    if (filter) free(filter->patterns);
    free(filter);
}

bool stats_filter_may_want(const stats_filter *filter, const char *line, size_t length) {
    size_t i, common;
    if (!filter) return true;
    common = filter->common;
    if (!filter->count || length < common || memcmp(line, filter->patterns[0].glob, common) != 0) return false;
    for (i = 0; i < filter->count; i++) {
        const filter_pattern *p = &filter->patterns[i];
        if (length >= p->start && memcmp(line + common, p->glob + common, p->start - common) == 0) return true;
    }
    return false;
}

bool stats_filter_wants(const stats_filter *filter, gem5art_text name) {
    size_t i;
    for (i = 0; filter && i < filter->count; i++) {
        const filter_pattern *p = &filter->patterns[i];
        if (name.length < p->tail || (p->exact && name.length != p->length)) continue;
        if (memcmp(name.text + name.length - p->tail, p->glob + p->length - p->tail, p->tail) != 0) continue;
        if (p->rest && name.length >= p->start && memcmp(name.text, p->glob, p->start) == 0) return true;
        if (p->exact || stats_filter_matches(p->glob, name)) return true;
    }
    return !filter;
}

/* ---- globs */

/* Compares a byte with the set that begins after "[". Returns the glob after the set; NULL: it has no end. */
static const char *match_set(const char *glob, unsigned char byte, bool *found) {
    bool other = *glob == '!' || *glob == '^', first = true, in = false;
    if (other) glob++;
    for (; *glob && (first || *glob != ']'); glob++, first = false) {
        unsigned char from = (unsigned char)*glob, to = from;
        if (glob[1] == '-' && glob[2] && glob[2] != ']') {
            to = (unsigned char)glob[2];
            glob += 2;
        }
        if (byte >= from && byte <= to) in = true;
    }
    *found = in != other;
    return *glob ? glob + 1 : NULL;
}

/* Compares a byte with the first character of a glob that is not "*". Returns the glob after it; NULL: they differ. */
static const char *match_one(const char *glob, char byte, bool in_part) {
    const char *after;
    bool found;
    if (*glob == '?') return in_part || !strchr(".:", byte) ? glob + 1 : NULL;
    if (*glob == '[' && (after = match_set(glob + 1, (unsigned char)byte, &found)) != NULL) return found ? after : NULL;
    return *glob && *glob == byte ? glob + 1 : NULL;
}

/* Where the part of a vector begins, after "::"; the end, if there is none. */
static size_t part_of(gem5art_text name) {
    size_t i;
    for (i = 0; i + 1 < name.length; i++)
        if (name.text[i] == ':' && name.text[i + 1] == ':') return i + 2;
    return name.length;
}

/* When the rest does not match, the last "*" takes one more byte, if it may; else the last "**" does. */
bool stats_filter_matches(const char *pattern, gem5art_text name) {
    const char *glob = pattern, *star = NULL, *any = NULL, *next; /* star, any: the glob after the last "*", "**" */
    size_t at = 0, star_at = 0, any_at = 0, part = part_of(name);
    for (;;) {
        if (glob[0] == '*' && glob[1] == '*') {
            while (*glob == '*') glob++;
            any = glob;
            any_at = at;
            star = NULL;
        } else if (*glob == '*') {
            star = ++glob;
            star_at = at;
        } else if (at < name.length && (next = match_one(glob, name.text[at], at >= part)) != NULL) {
            glob = next;
            at++;
        } else if (at == name.length && !*glob) {
            return true;
        } else if (star && star_at < name.length && (star_at >= part || !strchr(".:", name.text[star_at]))) {
            glob = star;
            at = ++star_at;
        } else if (any && any_at < name.length) {
            glob = any;
            at = ++any_at;
            star = NULL;
        } else {
            return false;
        }
    }
}
