/* gem5art-import - merges the records of other stores and programs into a store.

   - Ids are never changed, and neither is a record that is in the store. A record whose id is in the store with the
     same content is skipped, so that an import can be repeated; one whose id is there with different content is a
     conflict: it is skipped and reported, and the exit status is 1.
   - A run whose hash is in the store under a different id is another attempt at that run, and is added, as a store has
     one record for each attempt.
   - An artifact whose hash is in the store under a different id is added too. Leaving it out would require the records
     that name it to be rewritten, lose its own fields, and break the hashes of Python gem5art's runs, which are made of
     their artifacts' ids. A look-up by hash finds the one that was stored first.
   - A source is read as a whole and added in one append: one that is cut, damaged or wrong anywhere adds nothing.
   - Extended JSON, as mongoexport writes it, becomes plain JSON. UUIDs and object ids become texts, dates become
     seconds since 1970 as gem5art's times are, numbers stay as they are written. NaN and Infinity become null. UUIDs of
     subtype 3 are read in the order of their bytes, as Python's driver writes them, which gem5art uses; the orders of
     old Java and C# drivers cannot be recognized. Values that gem5art never stores (other binaries, time stamps,
     regular expressions) are kept as they are written. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/members.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/store.h"

const char *tool_name = "gem5art-import";

/* ---- extended JSON */

static bool is_text(const gem5art_json *value) { return value && value->type == GEM5ART_JSON_STRING; }

static bool put_oid(gem5art_json_writer *writer, const gem5art_json *value) {
    if (!is_text(value) || value->length != 24 || strspn(value->text, "0123456789abcdefABCDEF") != 24) return false;
    gem5art_json_value(writer, value);
    return true;
}

static bool put_uuid(gem5art_json_writer *writer, const gem5art_json *value) {
    char uuid[37] = "";
    int i;
    if (!is_text(value) || value->length != 36) return false;
    for (i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? value->text[i] != '-' : !isxdigit((unsigned char)value->text[i])) return false;
        uuid[i] = (char)tolower((unsigned char)value->text[i]);
    }
    gem5art_json_string(writer, uuid);
    return true;
}

static void put_uuid_bytes(gem5art_json_writer *writer, const unsigned char b[16]) {
    char uuid[37];
    snprintf(uuid, sizeof uuid, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    gem5art_json_string(writer, uuid);
}

/* The 16 bytes that base64 text holds; false: it holds something else. */
static bool decode_16(const char *base64, unsigned char bytes[16]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0;
    int i, n = 0;
    if (strlen(base64) != 24 || strcmp(base64 + 22, "==") != 0) return false;
    for (i = 0; i < 22; i++) {
        const char *digit = strchr(digits, base64[i]);
        if (!digit) return false;
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffff;
        if (i % 4) bytes[n++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    return true;
}

/* {"$binary":"...","$type":"03"} or {"$binary":{"base64":"...","subType":"03"}}; other binaries are kept as written. */
static bool put_binary(gem5art_json_writer *writer, const gem5art_json *object) {
    const gem5art_json *value = gem5art_json_get(object, "$binary"), *type = gem5art_json_get(object, "$type");
    unsigned char bytes[16];
    long subtype;
    if (value->type == GEM5ART_JSON_OBJECT) {
        type = gem5art_json_get(value, "subType");
        value = gem5art_json_get(value, "base64");
    }
    if (!is_text(value) || !is_text(type)) return false;
    subtype = strtol(type->text, NULL, 16);
    if (subtype != 3 && subtype != 4) gem5art_json_value(writer, object);
    else if (!decode_16(value->text, bytes)) return false;
    else put_uuid_bytes(writer, bytes);
    return true;
}

/* A number, or text that holds one, as it is written. */
static bool put_number(gem5art_json_writer *writer, const gem5art_json *value) {
    const gem5art_json *number;
    bool is_number;
    if (value->type == GEM5ART_JSON_NUMBER) {
        gem5art_json_value(writer, value);
        return true;
    }
    if (!is_text(value)) return false;
    if (strcmp(value->text, "NaN") == 0 || strcmp(value->text + (*value->text == '-'), "Infinity") == 0) {
        gem5art_json_null(writer);
        return true;
    }
    number = gem5art_json_parse(value->text, value->length, NULL, NULL);
    is_number = number && number->type == GEM5ART_JSON_NUMBER && number->raw_length == value->length;
    if (is_number) gem5art_json_value(writer, number);
    gem5art_json_free(number);
    return is_number;
}

static bool put_undefined(gem5art_json_writer *writer, const gem5art_json *value) {
    (void)value;
    gem5art_json_null(writer);
    return true;
}

/* "2024-02-29T12:34:56.789Z", or with an offset: +01:00, +0100 or +01. Further decimals are cut off. */
static bool read_iso_date(const char *date, int64_t *ms) {
    struct tm tm = {0}, zone = {0};
    char decimals[4] = "000";
    size_t i, count;
    int day;
    const char *rest = strptime(date, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest || rest - date != 19) return false;
    if (*rest == '.') {
        count = strspn(++rest, "0123456789");
        for (i = 0; i < count && i < 3; i++) decimals[i] = rest[i];
        rest += count;
    }
    day = tm.tm_mday;
    *ms = timegm(&tm) * (int64_t)1000 + strtol(decimals, NULL, 10);
    if (tm.tm_mday != day) return false; /* timegm changes a day that its month does not have */
    if (!*rest || *rest == ' ' || (rest = strptime(rest, "%z", &zone)) == NULL) return false;
    *ms -= zone.tm_gmtoff * (int64_t)1000;
    return !*rest;
}

/* Milliseconds, {"$numberLong":"milliseconds"}, or text. */
static bool put_date(gem5art_json_writer *writer, const gem5art_json *value) {
    const gem5art_json *wrapped = gem5art_json_get(value, "$numberLong");
    char seconds[40], *end;
    uint64_t size;
    int64_t ms;
    int n;
    if (is_text(wrapped)) {
        errno = 0;
        ms = strtoll(wrapped->text, &end, 10);
        if (errno || end == wrapped->text || *end) return false;
    } else if (value->is_integer) ms = value->integer;
    else if (!is_text(value) || !read_iso_date(value->text, &ms)) return false;
    size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    n = snprintf(seconds, sizeof seconds, "%s%llu.%03u", ms < 0 ? "-" : "", (unsigned long long)(size / 1000),
                 (unsigned)(size % 1000));
    while (seconds[n - 1] == '0') n--;
    gem5art_json_text(writer, seconds, (size_t)(seconds[n - 1] == '.' ? n - 1 : n));
    return true;
}

/* What an object with this first key, and no other but "$type", stands for. */
static const struct wrapper {
    const char *key;
    bool (*put)(gem5art_json_writer *writer, const gem5art_json *value); /* false: the value is not of its kind */
    bool whole; /* `put` takes the object, not the key's value */
} wrappers[] = {
    {"$oid", put_oid, false},           {"$uuid", put_uuid, false},          {"$binary", put_binary, true},
    {"$date", put_date, false},         {"$numberLong", put_number, false},  {"$numberInt", put_number, false},
    {"$numberDouble", put_number, false}, {"$numberDecimal", put_number, false}, {"$undefined", put_undefined, false},
};

static const struct wrapper *find_wrapper(const gem5art_json *object) {
    size_t i;
    if (object->type != GEM5ART_JSON_OBJECT || !object->first) return NULL;
    for (i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (gem5art_json_get(object, wrappers[i].key) &&
            (object->count == 1 || (object->count == 2 && wrappers[i].whole && gem5art_json_get(object, "$type"))))
            return &wrappers[i];
    return NULL;
}

/* Writes a value as plain JSON; no deeper than the parser allows. Returns the wrapper whose value is not of its kind,
   or NULL. */
static const gem5art_json *put_plain(gem5art_json_writer *writer, const gem5art_json *value) {
    const struct wrapper *wrapper = find_wrapper(value);
    const gem5art_json *child, *wrong = NULL;
    bool array = value->type == GEM5ART_JSON_ARRAY;
    if (wrapper) return wrapper->put(writer, wrapper->whole ? value : value->first) ? NULL : value->first;
    if (!array && value->type != GEM5ART_JSON_OBJECT) {
        gem5art_json_value(writer, value);
        return NULL;
    }
    if (array) gem5art_json_begin_array(writer);
    else gem5art_json_begin_object(writer);
    for (child = value->first; child && !wrong; child = child->next) {
        if (!array) gem5art_json_key(writer, child->key);
        wrong = put_plain(writer, child);
    }
    if (array) gem5art_json_end_array(writer);
    else gem5art_json_end_object(writer);
    return wrong;
}

/* ---- a source: its records as pieces of its text */

typedef struct source {
    const char *name;
    text data;
    gem5art_text *records;
    size_t *places;       /* where each record begins in `data` */
    size_t count;
    bool failed;          /* and it was reported; nothing of it is imported */
} source;

static const size_t nowhere = SIZE_MAX;

/* Reports an error at a place of the text, with line and column, which count from 1, columns in bytes; or of the whole
   source. */
__attribute__((format(printf, 3, 4))) static void fail(source *s, size_t at, const char *format, ...) {
    const char *data = text_string(&s->data);
    size_t i, line = 1, begin = text_starts(data, "\xef\xbb\xbf") ? 3 : 0;
    text why = {0};
    va_list arguments;
    if (at != nowhere) text_puts(&why, s->name);
    if (at != nowhere && s->data.length) {
        for (i = begin; i < at; i++)
            if (data[i] == '\n') line++, begin = i + 1;
        text_putf(&why, ", line %zu, column %zu", line, at - begin + 1);
    }
    text_puts(&why, why.length ? ": " : "");
    va_start(arguments, format);
    text_vputf(&why, format, arguments);
    va_end(arguments);
    say("%s; nothing of it was imported", text_string(&why));
    text_free(&why);
    s->failed = true;
}

static void fail_expected(source *s, size_t at, const char *what) {
    unsigned char c = (unsigned char)text_string(&s->data)[at];
    if (at == s->data.length && s->count == 0 && !strchr(text_string(&s->data), '['))
        fail(s, nowhere, "%s is empty: there is nothing in it to import (mongoexport writes such a file where the "
             "database or the collection is not the right one)", s->name);
    else if (at == s->data.length) fail(s, at, "the file ends where %s was expected: it was cut", what);
    else if (c == 0 && s->count == 0)
        fail(s, nowhere, "%s is not text: an LMDB store is given as lmdb://%s", s->name, s->name);
    else if (c > 0x20 && c < 0x7f) fail(s, at, "%s was expected, not '%c'", what, c);
    else fail(s, at, "%s was expected, not the byte 0x%02x", what, (unsigned)c);
}

static void add(source *s, const char *record, size_t length, size_t place) {
    s->records = (gem5art_text *)text_room(s->records, s->count, sizeof *s->records);
    s->places = (size_t *)text_room(s->places, s->count, sizeof *s->places);
    s->records[s->count].text = record;
    s->records[s->count].length = length;
    s->places[s->count++] = place;
}

static size_t skip_space(const source *s, size_t at) { return at + strspn(s->data.data + at, " \t\r\n"); }

static bool has(const gem5art_text *record, const char *word) {
    return memmem(record->text, record->length, word, strlen(word)) != NULL;
}

/* Finds the records of the text: objects one after the other, or an array of them. */
static void split(source *s, size_t at) {
    const char *data = text_string(&s->data), *end = data + s->data.length, *next;
    bool array;
    at = s->data.length ? skip_space(s, at) : 0;
    array = data[at] == '[';
    if (array) at = skip_space(s, at + 1);
    while (array ? data[at] != ']' : at < s->data.length || s->count == 0) {
        if (array && s->count > 0) {
            if (data[at] != ',') {
                fail_expected(s, at, "',' or ']'");
                return;
            }
            at = skip_space(s, at + 1);
        }
        if (data[at] != '{') {
            fail_expected(s, at, "a record, which starts with '{',");
            return;
        }
        next = members_skip(data + at, end);
        if (!next) {
            fail(s, s->data.length, "the file ends inside record %zu: it was cut", s->count + 1);
            return;
        }
        add(s, data + at, (size_t)(next - (data + at)), at);
        at = skip_space(s, (size_t)(next - data));
    }
    if (!array || (at = skip_space(s, at + 1)) == s->data.length) return;
    if (s->count && has(&s->records[s->count - 1], "\"crc32\":"))
        warn("%s has bytes after its closing bracket, from an append that was never finished: they are left out",
             s->name);
    else fail(s, at, "there is more after the bracket that closes the array: is this two files in one?");
}

static void read_text(source *s, const char *path) {
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(text_starts(path, "file://") ? path + 7 : path, O_RDONLY);
    ssize_t n = -1;
    static char buffer[1 << 16];
    while (fd >= 0 && (n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno != EINTR) break;
        if (n > 0) text_put(&s->data, buffer, (size_t)n);
    }
    if (n < 0) fail(s, nowhere, "cannot read %s: %s", path, strerror(errno));
    else if (text_starts(text_string(&s->data), "\xff\xfe") || text_starts(text_string(&s->data), "\xfe\xff"))
        fail(s, nowhere, "%s is UTF-16: turn it into UTF-8 (iconv -f UTF-16 -t UTF-8)", s->name);
    else if (text_starts(text_string(&s->data), "\xef\xbb\xbf")) {
        warn("%s starts with a byte order mark, which is ignored", s->name);
        split(s, 3);
    } else split(s, 0);
    if (fd > STDIN_FILENO) close(fd);
}

/* Does the file have shards beside it? */
static bool has_shards(const char *path) {
    text folder = {0};
    bool has;
    text_putf(&folder, "%s.shards", text_starts(path, "file://") ? path + 7 : path);
    has = access(text_string(&folder), F_OK) == 0;
    text_free(&folder);
    return has;
}

static void read_store(source *s, const char *uri) {
    gem5art_open_desc desc = {0};
    gem5art_error error;
    gem5art_db *db;
    gem5art_iter *iter;
    const char *json;
    size_t length;
    desc.read_only = true;
    desc.log = message_warn;
    db = gem5art_open(uri, &desc, &error);
    iter = db ? gem5art_get_records(db, NULL, &error) : NULL;
    while (iter && (json = gem5art_next_json(iter, &length, &error)) != NULL)
        add(s, text_copy_n(json, length), length, 0);
    if (gem5art_iter_step(iter) == GEM5ART_FAILED) fail(s, nowhere, "%s", error.message);
    gem5art_iter_close(iter);
    gem5art_close(db, NULL);
}

/* Makes plain JSON of the records that have extended JSON in them. */
static void make_plain(source *s) {
    gem5art_json_writer writer;
    size_t i, length;
    for (i = 0; i < s->count && !s->failed; i++) {
        const gem5art_text *r = &s->records[i];
        const gem5art_json *record = has(r, "\"$") ? gem5art_json_parse(r->text, r->length, NULL, NULL) : NULL, *wrong;
        const char *json;
        if (!record) continue; /* if it is not JSON, gem5art_add_records reports that */
        gem5art_json_writer_init(&writer, 0);
        wrong = put_plain(&writer, record);
        json = gem5art_json_take(&writer, &length, NULL);
        if (wrong)
            fail(s, s->places[i], "record %zu: %s has an invalid value: %.*s", i + 1, wrong->key,
                    wrong->raw_length > 60 ? 60 : (int)wrong->raw_length, wrong->raw);
        else if (json) {
            s->records[i].text = text_copy_n(json, length);
            s->records[i].length = length;
        }
        gem5art_json_writer_free(&writer);
        gem5art_json_free(record);
    }
}

/* ---- merging a source into the store */

/* Reports why the store does not take a record. */
static void fail_record(source *s, size_t bad, const gem5art_error *why) {
    const gem5art_text *r = &s->records[bad];
    const char *hint = "";
    const char *message = why->message, *newline;
    size_t line, column, at = s->places[bad];
    int n = 0;
    if (why->code == GEM5ART_CORRUPT) hint = "; gem5art-fsck --salvage writes a store of the intact records";
    if (has(r, "\"chunkSize\"") || has(r, "\"files_id\""))
        hint = "; it is of MongoDB's GridFS: export the collection \"artifacts\", and get the files with mongofiles";
    /* NOLINTNEXTLINE(cert-err34-c): the library printed these two numbers */
    if (s->data.length && sscanf(message, "line %zu, column %zu: %n", &line, &column, &n) == 2 && n > 0) {
        for (; line > 1 && (newline = strchr(s->data.data + at, '\n')) != NULL; line--)
            at = (size_t)(newline + 1 - s->data.data);
        fail(s, at + column - 1, "%s", message + n);
    } else if (text_starts(message, "the record"))
        fail(s, at, "record %zu%s%s", bad + 1, message + strlen("the record"), hint);
    else fail(s, at, "record %zu: %s%s", bad + 1, message, hint);
}

typedef struct tally {
    size_t artifacts, runs, attempts, shared; /* added; of them, those whose hash was present under a different id */
    size_t present, conflicts;                /* skipped */
} tally;

/* Counts a record and reports it: "skipped run ID "NAME"", and why. */
static void count(const source *s, size_t i, const gem5art_addition *addition, bool dry_run, bool verbose, tally *t) {
    static members m;
    static text id, name;
    bool run;
    members_want(&m, "_id"), members_want(&m, "name"), members_want(&m, "type");
    members_read(&m, s->records[i].text, s->records[i].length);
    run = members_is_run(m.values[2]);
    members_string(&id, m.values[0]), members_string(&name, m.values[1]);
    if (addition->result == GEM5ART_CONFLICT) {
        t->conflicts++;
        say("%s: skipped %s %s \"%s\": its id is present with different content (\"%s\" differs), which stays", s->name,
            run ? "run" : "artifact", text_string(&id), text_string(&name), addition->field);
        return;
    }
    if (addition->result == GEM5ART_PRESENT) t->present++;
    else *(run ? &t->runs : &t->artifacts) += 1;
    if (addition->hash_present) *(run ? &t->attempts : &t->shared) += 1;
    if (!verbose) return;
    print_line("%s %s %s \"%s\"%s", addition->result == GEM5ART_PRESENT ? "skipped" : dry_run ? "would add" : "added",
               run ? "run" : "artifact", text_string(&id), text_string(&name),
               addition->result == GEM5ART_PRESENT ? ": it is present"
               : !addition->hash_present           ? ""
               : run                               ? ": another attempt at a run that is present"
                                                   : ": its hash is present under a different id, too");
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

static void print_tally(const source *s, const tally *t, bool dry_run) {
    char skipped[128] = "";
    if (t->present + t->conflicts)
        snprintf(skipped, sizeof skipped, " (%zu present, %zu in conflict)", t->present, t->conflicts);
    print_line("%s: %zu %s (%zu artifact%s, %zu run%s), %zu skipped%s", s->name, t->artifacts + t->runs,
               dry_run ? "would be added" : "added", t->artifacts, plural(t->artifacts), t->runs, plural(t->runs),
               t->present + t->conflicts, skipped);
    if (t->attempts) print_line("  %zu of the runs: attempts at runs that were present", t->attempts);
    if (t->shared)
        print_line("  %zu of the artifacts: with a hash that was present under a different id; both stay", t->shared);
}

/* The store; NULL: a dry run in which it is missing. A source that is wrong makes no store. */
static gem5art_db *open_target(source *s, const char *uri, bool dry_run, gem5art_addition *additions) {
    gem5art_open_desc desc = {0};
    gem5art_error error;
    gem5art_db *db;
    size_t bad;
    desc.read_only = true;
    db = gem5art_open(uri, &desc, &error);
    gem5art_close(db, NULL);
    if (db || error.code != GEM5ART_NOT_FOUND) return store_open(uri, dry_run);
    if (!gem5art_add_records(NULL, s->records, s->count, true, additions, &bad, &error)) fail_record(s, bad, &error);
    return dry_run || s->failed ? NULL : store_open(uri, false);
}

enum volume { QUIET, PLAIN, VERBOSE };

/* Returns whether everything that the source holds is now in the store. */
static bool import(const char *name, const char *db_uri, bool dry_run, enum volume volume) {
    source s = {0};
    tally t = {0};
    gem5art_addition *additions;
    gem5art_error error;
    gem5art_db *db = NULL;
    size_t i, bad;
    s.name = strcmp(name, "-") == 0 ? "stdin" : name;
    if ((strstr(name, "://") && !text_starts(name, "file://")) || has_shards(name)) read_store(&s, name);
    else read_text(&s, name);
    make_plain(&s);
    additions = (gem5art_addition *)text_alloc((s.count + 1) * sizeof *additions);
    if (!s.failed) db = open_target(&s, db_uri, dry_run, additions);
    if (db && !gem5art_add_records(db, s.records, s.count, dry_run, additions, &bad, &error)) {
        if (bad == s.count) fail(&s, nowhere, "%s", error.message);
        else fail_record(&s, bad, &error);
    }
    for (i = 0; i < s.count && !s.failed; i++) count(&s, i, &additions[i], dry_run, volume == VERBOSE, &t);
    if (!s.failed && volume != QUIET) print_tally(&s, &t, dry_run);
    gem5art_close(db, NULL);
    for (i = 0; i < s.count; i++)
        if (!s.data.length || s.records[i].text != s.data.data + s.places[i])
            free((void *)(uintptr_t)s.records[i].text);
    free(additions);
    free(s.records);
    free(s.places);
    text_free(&s.data);
    return !s.failed && !t.conflicts;
}

int main(int argc, char **argv) {
    static const char *db_uri;
    static bool dry_run, verbose, quiet;
    static const option options[] = {
        {"--dry-run", "-n", NULL, "Report what would be added, and add nothing", .flag = &dry_run},
        {"--verbose", "-v", NULL, "Name each record that is added or skipped", .flag = &verbose},
        {"--quiet", "-q", NULL, " Print only errors, and records that are in conflict", .flag = &quiet},
        OPTION_DB_URI(&db_uri),
        OPTION_END};
    static const operand operands[] = {
        {"source", "A file database of Python gem5art; a file that mongoexport wrote, or with a record on each line; "
         "another store (a path, file://PATH or lmdb://PATH); - is stdin", "FILE"},
        {NULL, NULL, NULL}};
    static const page the_page = {
        .summary = "merge other stores into this one",
        .usage = "source [source ...]",
        .description = "Add the records of other databases to this one, which is made if there is none. Ids are kept, "
                       "and no record of this store is changed: a record whose id is present is skipped, and if its "
                       "content differs it is reported, with exit status 1. A source that cannot be read as a whole "
                       "adds nothing.",
        .operands = operands,
        .options = options,
        .status = "0 every record is in the store, 1 a record is in conflict, or a source failed, 2 misuse",
        .more = "From MongoDB: mongoexport -d artifact_database -c artifacts -o artifacts.json\n"
                "Files in its GridFS stay there; mongofiles gets them."};
    bool ok = true;
    int i;
    argc = options_parse(argc, argv, &the_page);
    if (quiet && verbose) die(EXIT_MISUSE, "--quiet and --verbose exclude each other: leave one out");
    if (argc == 0) die(EXIT_MISUSE, "nothing to import: name a file or a store, or - for stdin");
    db_uri = store_find(db_uri);
    for (i = 0; i < argc; i++) ok = import(argv[i], db_uri, dry_run, quiet ? QUIET : verbose ? VERBOSE : PLAIN) && ok;
    return finish(ok);
}
