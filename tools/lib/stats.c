/* stats.c - see stats.h */

#include "stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats_source.h"

#ifndef STATS_BUFFER
#define STATS_BUFFER (256 << 10)  /* bytes that are read at once: what a processor keeps near */
#define STATS_LONGEST (16 << 20)  /* of a line; a longer one is unreadable */
#endif

static const char begin_line[] = "---------- Begin Simulation Statistics";
static const char end_line[] = "---------- End Simulation Statistics";

/* The last distribution; its first lines determine the names of its buckets. */
typedef struct distribution {
    text name;
    double bucket, low, high; /* gem5's bucket_size, min_bucket, max_bucket */
} distribution;

typedef struct reader {
    const stats_filter *filter;
    stats_visit *visit;
    void *user;
    stats_dump dump;
    size_t dumps;      /* that have begun */
    bool in_dump, stopped, other_text;
    distribution last;
    text part;         /* the name of a part of a vector in one line */
} reader;

/* ---- words of a line; the line end stops all loops */

static const char *skip_blanks(const char *at) {
    while (*at == ' ' || *at == '\t') at++;
    return at;
}

static bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '|'; }

/* Whether a value can begin here, or the values of a vector. */
static bool begins_values(const char *at) {
    if (*at == '-' || *at == '+') at++;
    if (*at == 'n' || *at == 'i')
        return (strncmp(at, "nan", 3) == 0 || strncmp(at, "inf", 3) == 0) && ends_word(at[3]);
    return (*at >= '0' && *at <= '9') || *at == '|';
}

/* Reads a number, and leaves *at after it. gem5 writes 12, 0.147765, -1, inf, -inf and nan. Up to 15 digits and powers
   of ten up to 22 are exact doubles, so one division rounds as strtod does, and is faster. */
static bool read_number(const char **at, double *value) {
    static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *start = *at, *p = start, *point = NULL;
    char *end;
    uint64_t digits = 0;
    size_t count, places;
    if (*p == '-' || *p == '+') p++;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') point = p;
        else digits = digits * 10 + (uint64_t)(*p - '0');
    }
    count = (size_t)(p - start);
    places = point ? (size_t)(p - point - 1) : 0;
    if (count && count <= 15 && ends_word(*p) && p[-1] >= '0' && p[-1] <= '9') {
        *value = (double)digits / powers[places];
        if (*start == '-') *value = -*value;
        *at = p;
        return true;
    }
    if (!count && !begins_values(start)) return false;
    if (*p == 'x' || *p == 'X') return false; /* hexadecimal to strtod */
    *value = strtod(start, &end);
    *at = end;
    return end != start && ends_word(*end);
}

/* The end of the name that begins a line: the first blank that a value follows. NULL: there is no such blank. */
static const char *name_end(const char *line) {
    const char *at = line, *next;
    for (;;) {
        while ((unsigned char)*at > ' ' && *at != 127) at++;
        if (*at != ' ' && *at != '\t') return NULL;
        next = skip_blanks(at);
        if (begins_values(next)) return at > line && *line != '#' ? at : NULL;
        if (*next == '#' || *next == '\n') return NULL;
        at = next;
    }
}

/* Skips shares of a total, "12.50%". */
static const char *skip_shares(const char *at) {
    for (;;) {
        const char *next = skip_blanks(at), *end = next;
        while (!ends_word(*end)) end++;
        if (end == next || end[-1] != '%') return next;
        at = end;
    }
}

/* ---- what follows the values: "# DESCRIPTION (UNIT)" */

/* The end of a unit as gem5 writes it: "Count", or "(Count/Second)", whose parts are units. NULL: it is none. */
static const char *unit_end(const char *at, const char *end, int depth) {
    static const char *const words[] = {"Count", "Cycle", "Tick", "Second", "Bit", "Byte", "Watt", "Joule", "Volt",
                                        "Celsius", "Ratio", "Unspecified"};
    size_t i;
    if (at < end && *at == '(' && depth < 8) {
        at = unit_end(at + 1, end, depth + 1);
        if (!at || at == end || *at != '/') return NULL;
        at = unit_end(at + 1, end, depth + 1);
        return at && at < end && *at == ')' ? at + 1 : NULL;
    }
    for (i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0) return at + length;
    }
    return NULL;
}

/* Moves the unit from the end of a description to `unit`. Other words in parentheses are not units. */
static void split_unit(const char *from, const char **end, gem5art_text *unit) {
    const char *open = *end, *close = *end - 1;
    int depth = 0;
    unit->text = *end;
    unit->length = 0;
    if (open == from || *close != ')') return;
    do {
        open--;
        depth += (*open == ')') - (*open == '(');
    } while (open > from && depth);
    if (depth || unit_end(open + 1, close, 0) != close) return;
    unit->text = open[1] == '(' ? open + 2 : open + 1; /* a rate without its own parentheses */
    unit->length = (size_t)((open[1] == '(' ? close - 1 : close) - unit->text);
    *end = open;
}

static void read_description(const char *at, const char *end, stats_value *value) {
    at = skip_blanks(at);
    if (*at == '#') at = skip_blanks(at + 1);
    if (at > end) at = end;
    while (end > at && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\t')) end--;
    split_unit(at, &end, &value->unit);
    while (end > at && end[-1] == ' ') end--;
    value->description.text = at;
    value->description.length = (size_t)(end - at);
}

/* ---- lines */

static void give(reader *r, const stats_value *value) {
    if (!r->stopped && stats_filter_wants(r->filter, value->name)) r->stopped = !r->visit(r->user, &r->dump, value);
}

static bool is_of(const distribution *d, const char *name, size_t length) {
    return d->name.length == length && (!length || memcmp(d->name.data, name, length) == 0);
}

/* Remembers the values that determine the names of buckets. */
static void note_distribution(distribution *last, const stats_value *value) {
    static const struct part {
        const char *name;
        size_t length, field;
    } parts[] = {{"::bucket_size", 13, offsetof(distribution, bucket)},
                 {"::min_bucket", 12, offsetof(distribution, low)},
                 {"::max_bucket", 12, offsetof(distribution, high)}};
    size_t i, length;
    for (i = 0; i < 3; i++) {
        if (value->name.length < parts[i].length) continue;
        length = value->name.length - parts[i].length;
        if (memcmp(value->name.text + length, parts[i].name, parts[i].length) != 0) continue;
        if (!is_of(last, value->name.text, length)) {
            text_clear(&last->name);
            text_put(&last->name, value->name.text, length);
            last->bucket = last->low = last->high = 0; /* those that are zero may not be written */
        }
        memcpy((char *)last + parts[i].field, &value->value, sizeof value->value);
    }
}

/* Sets r->part to the name that gem5 gives an element in a separate line. */
static void put_part(reader *r, gem5art_text name, size_t index) {
    const distribution *d = &r->last;
    double low = (double)index * d->bucket + d->low, high = low + d->bucket - 1;
    text_clear(&r->part);
    text_put(&r->part, name.text, name.length);
    if (d->bucket == 0 || !is_of(d, name.text, name.length)) {
        text_putf(&r->part, "::%zu", index);
        return;
    }
    if (high > d->high) high = d->high;
    text_putf(&r->part, "::%g", low);
    if (low < high) text_putf(&r->part, "-%g", high);
}

/* A vector in one line: "| VALUE SHARE SHARE | VALUE ..." */
static bool read_vector(reader *r, gem5art_text name, const char *at, const char *end) {
    const char *rest = at;
    stats_value value;
    size_t index;
    while (*rest == '|') { /* what follows the values belongs to each of them */
        rest = skip_blanks(rest + 1);
        if (!read_number(&rest, &value.value)) return false;
        rest = skip_shares(rest);
    }
    read_description(rest, end, &value);
    for (index = 0; *at == '|' && !r->stopped; index++) {
        at = skip_blanks(at + 1);
        read_number(&at, &value.value);
        at = skip_shares(at);
        put_part(r, name, index);
        value.name.text = r->part.data;
        value.name.length = r->part.length;
        give(r, &value);
    }
    return true;
}

/* Reads a line of a dump that may be wanted. False: it is not a statistic. */
static bool read_statistic(reader *r, const char *line, const char *end) {
    const char *at = name_end(line);
    stats_value value;
    if (!at) return false;
    value.name.text = line;
    value.name.length = (size_t)(at - line);
    at = skip_blanks(at);
    if (*at == '|') return read_vector(r, value.name, at, end);
    if (!read_number(&at, &value.value)) return false;
    note_distribution(&r->last, &value);
    if (!stats_filter_wants(r->filter, value.name)) return true;
    at = skip_shares(at);
    if (at != end && *at != '#' && *at != '(' && *at != '\r') return false;
    read_description(at, end, &value);
    give(r, &value);
    return true;
}

static void end_dump(reader *r, bool complete) {
    if (!r->in_dump || r->stopped) return;
    r->dump.complete = complete;
    r->stopped = !r->visit(r->user, &r->dump, NULL);
    r->in_dump = false;
}

static void begin_dump(reader *r) {
    end_dump(r, false);
    memset(&r->dump, 0, sizeof r->dump);
    r->dump.index = r->dumps++;
    r->in_dump = true;
    text_clear(&r->last.name);
}

static bool is_blank(const char *line, const char *end) {
    while (line < end && (*line == ' ' || *line == '\r' || *line == '\t')) line++;
    return line == end;
}

/* Reads a line; its line end is at `end`. */
static void read_line(reader *r, const char *line, const char *end) {
    size_t length = (size_t)(end - line);
    if (*line == '-' && length >= sizeof end_line - 1) {
        if (length >= sizeof begin_line - 1 && memcmp(line, begin_line, sizeof begin_line - 1) == 0) {
            begin_dump(r);
            return;
        }
        if (memcmp(line, end_line, sizeof end_line - 1) == 0) {
            end_dump(r, true);
            return;
        }
    }
    if (!r->in_dump) r->other_text = r->other_text || (!r->dumps && !is_blank(line, end));
    else if (stats_filter_may_want(r->filter, line, length) && !is_blank(line, end) && !read_statistic(r, line, end))
        r->dump.unreadable++;
}

/* ---- a file */

typedef struct buffer {
    char *bytes; /* with one after `capacity`, for the last line's end */
    size_t capacity, length;
    size_t searched; /* bytes that have no line end */
    bool skips;      /* the rest of a line that is too long */
} buffer;

/* Reads the whole lines of the buffer; keeps what begins the next one. */
static void read_lines(reader *r, buffer *b) {
    const char *at = b->bytes, *from = at + b->searched, *limit = at + b->length, *end;
    while (!r->stopped && (end = (const char *)memchr(from, '\n', (size_t)(limit - from))) != NULL) {
        if (!b->skips) read_line(r, at, end);
        b->skips = false;
        at = from = end + 1;
    }
    b->length = b->searched = b->skips ? 0 : (size_t)(limit - at);
    memmove(b->bytes, at, b->length);
    if (b->length < b->capacity) return;
    if (b->capacity < STATS_LONGEST) {
        b->capacity *= 2;
        b->bytes = (char *)text_realloc(b->bytes, b->capacity + 1);
    } else {
        b->skips = true;
        b->length = b->searched = 0;
        r->dump.unreadable++;
        r->other_text = r->other_text || !r->dumps;
    }
}

/* Reads the last line, which has no line end: the program that wrote it was killed. Its number may lack digits; only
   the closing line of a dump is known to be whole. */
static void read_last(reader *r, buffer *b) {
    if (!b->length || r->stopped) return;
    b->bytes[b->length] = '\n';
    if (*b->bytes == '-') read_line(r, b->bytes, b->bytes + b->length);
    else if (r->in_dump) r->dump.unreadable++;
    else r->other_text = r->other_text || !r->dumps;
}

/* Reads all lines; false: `why` has a sentence. */
static bool read_source(reader *r, stats_source *source, text *why) {
    buffer b = {(char *)text_realloc(NULL, STATS_BUFFER + 1), STATS_BUFFER, 0, 0, false};
    ptrdiff_t got = 0;
    while (!r->stopped && (got = stats_source_read(source, b.bytes + b.length, b.capacity - b.length, why)) > 0) {
        b.length += (size_t)got;
        read_lines(r, &b);
    }
    if (got == 0) read_last(r, &b);
    if (got == 0) end_dump(r, false);
    free(b.bytes);
    if (got < 0) return false;
    if (!r->dumps && r->other_text)
        text_putf(why, "%s has no statistics of gem5: no line begins with \"%s\"", source->name, begin_line);
    return r->dumps || !r->other_text;
}

bool stats_read(const stats_place *place, const stats_filter *filter, stats_visit *visit, void *user, text *why) {
    reader r = {0};
    stats_source source;
    bool ok;
    r.filter = filter;
    r.visit = visit;
    r.user = user;
    if (!stats_source_open(&source, place->path, place->member, why)) return false;
    ok = read_source(&r, &source, why);
    stats_source_close(&source);
    text_free(&r.last.name);
    text_free(&r.part);
    return ok;
}

bool stats_read_file(const char *path, const stats_filter *filter, stats_visit *visit, void *user, text *why) {
    stats_place place = {NULL, NULL};
    bool ok;
    place.path = text_copy(path);
    ok = stats_read(&place, filter, visit, user, why);
    stats_place_free(&place);
    return ok;
}

bool stats_read_run(gem5art_db *db, const gem5art_run *run, const stats_filter *filter, stats_visit *visit, void *user,
                    text *why) {
    stats_place place;
    bool ok = stats_find(&place, db, run, why) && stats_read(&place, filter, visit, user, why);
    stats_place_free(&place);
    return ok;
}
