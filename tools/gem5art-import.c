/* gem5art-import - merges what others have recorded into a store.

   What is merged, and how:
   - Ids are never changed, and neither is a record that is here. A record whose id is here with the same content is
     skipped, so that an import can be repeated; one whose id is here with another content is a conflict: it is skipped
     and told, the one that is here stays, and the exit code is 1.
   - A run whose hash is here under another id is another attempt at that run, and is added, as the store keeps one
     record for each attempt.
   - An artifact whose hash is here under another id is added too, beside the one that is here. Leaving it out would
     need the records that name it to be rewritten, lose what was written about it, and break the hashes of gem5art's
     own runs, which are made of their artifacts' ids. A look-up by hash finds the one that was here first.
   - A source is read, checked and turned into lines of a store before the store is locked, and is added in one append:
     one that is cut, damaged or wrong at any place adds nothing.
   - Extended JSON, as mongoexport writes it, becomes plain JSON. UUIDs and object ids become texts, dates become
     seconds since 1970 as gem5art's times are, numbers stay as they are written. What JSON has no number for (NaN,
     Infinity) becomes null. UUIDs of subtype 3 are read in the order of their bytes, as Python's driver writes them,
     which gem5art uses; the orders of Java's and C#'s old drivers cannot be told from it and are not looked for. What
     gem5art never stores (other binaries, time stamps, regular expressions) is kept as it is written. */

#define TOOL_NAME "gem5art-import"

#include "tool.h"

/* ---- extended JSON */

static void put_text(gem5art_json_writer *writer, const char *text) {
    gem5art__json_put_value(writer, text, strlen(text));
}

static bool is_text(const gem5art_json *value) { return value && value->type == GEM5ART_JSON_STRING; }

static bool put_oid(gem5art_json_writer *writer, const gem5art_json *value) {
    size_t i;
    if (!is_text(value) || value->length != 24) return false;
    for (i = 0; i < 24; i++)
        if (gem5art__hex_digit(value->text[i]) < 0) return false;
    gem5art_json_value(writer, value);
    return true;
}

static void put_uuid_bytes(gem5art_json_writer *writer, const uint8_t b[16]) {
    char text[37];
    int i, n = 0;
    for (i = 0; i < 16; i++) n += snprintf(text + n, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
    gem5art_json_string(writer, text);
}

static bool put_uuid(gem5art_json_writer *writer, const gem5art_json *value) {
    uint8_t bytes[16];
    if (!is_text(value) || !gem5art__uuid_bytes(value->text, bytes)) return false;
    put_uuid_bytes(writer, bytes);
    return true;
}

/* The 16 bytes that base64 text holds; false: it is none, or holds more or less. */
static bool decode_16(const char *text, uint8_t bytes[16]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0;
    int i, n = 0;
    if (strlen(text) != 24 || strcmp(text + 22, "==") != 0) return false;
    for (i = 0; i < 22; i++) {
        const char *digit = strchr(digits, text[i]);
        if (!digit) return false;
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffff;
        if (i % 4) bytes[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    return true;
}

/* {"$binary":"...","$type":"03"} or {"$binary":{"base64":"...","subType":"03"}}; what is no UUID is kept as written. */
static bool put_binary(gem5art_json_writer *writer, const gem5art_json *object) {
    const gem5art_json *value = gem5art_json_get(object, "$binary"), *type = gem5art_json_get(object, "$type");
    uint8_t bytes[16];
    if (value->type == GEM5ART_JSON_OBJECT) {
        type = gem5art_json_get(value, "subType");
        value = gem5art_json_get(value, "base64");
    }
    if (!is_text(value) || !is_text(type)) return false;
    switch (strtol(type->text, NULL, 16)) {
    case 3:
    case 4:
        if (!decode_16(value->text, bytes)) return false;
        put_uuid_bytes(writer, bytes);
        return true;
    default: gem5art_json_value(writer, object); return true;
    }
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
    if (is_number) put_text(writer, value->text);
    gem5art_json_free(number);
    return is_number;
}

static bool put_undefined(gem5art_json_writer *writer, const gem5art_json *value) {
    (void)value;
    gem5art_json_null(writer);
    return true;
}

static void put_milliseconds(gem5art_json_writer *writer, int64_t ms) {
    uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    char text[32];
    int n = snprintf(text, sizeof text, "%s%llu.%03u", ms < 0 ? "-" : "", (unsigned long long)(size / 1000),
                     (unsigned)(size % 1000));
    while (text[n - 1] == '0') text[--n] = 0;
    if (text[n - 1] == '.') text[--n] = 0;
    put_text(writer, text);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March. */
static int64_t days_since_1970(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "2024-02-29T12:34:56.789Z", or with an offset: +01:00, +0100 or +01. */
static bool read_iso_date(const char *text, int64_t *ms) {
    int year, month, day, hour, minute, second, n = 0, hours = 0, minutes = 0, sign = 0, i;
    int64_t fraction = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &n) != 6) return false;
    if (n != 19 || year < 1 || month < 1 || month > 12 || day < 1 || day > tool_days(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    for (text += n, i = 0; *text == '.' || (i > 0 && gem5art__json_is_digit(*text)); text++, i++)
        if (i > 0 && i < 4) fraction = fraction * 10 + (*text - '0');
    for (; i > 0 && i < 4; i++) fraction *= 10;
    if (*text == '+' || *text == '-') {
        sign = *text == '+' ? 1 : -1;
        n = 0;
        if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &n) != 2 &&
            (n = 0, sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &n)) != 2 &&
            (n = minutes = 0, sscanf(text + 1, "%2d%n", &hours, &n)) != 1)
            return false;
        text += 1 + n;
    } else if (*text++ != 'Z') return false;
    *ms = ((days_since_1970(year, month, day) * 24 + hour - sign * hours) * 60 + minute - sign * minutes) * 60000 +
          second * 1000 + fraction;
    return !*text;
}

/* Milliseconds, {"$numberLong":"milliseconds"}, or text. */
static bool put_date(gem5art_json_writer *writer, const gem5art_json *value) {
    const gem5art_json *wrapped = gem5art_json_get(value, "$numberLong");
    int64_t ms;
    if (is_text(wrapped)) {
        char *end;
        errno = 0;
        ms = strtoll(wrapped->text, &end, 10);
        if (errno || end == wrapped->text || *end) return false;
    } else if (value->is_integer) ms = value->integer;
    else if (!is_text(value) || !read_iso_date(value->text, &ms)) return false;
    put_milliseconds(writer, ms);
    return true;
}

/* What an object with this first key, and no other but "$type", stands for. */
static const struct wrapper {
    const char *key;
    bool (*put)(gem5art_json_writer *writer, const gem5art_json *value); /* false: it is not what it should be */
    bool whole; /* it is given the object, not the key's value */
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

/* Writes a value as plain JSON. No deeper than the parser allows. */
static bool put_plain(gem5art_json_writer *writer, const gem5art_json *value, gem5art_error *error) {
    const struct wrapper *wrapper = find_wrapper(value);
    const gem5art_json *child;
    bool array = value->type == GEM5ART_JSON_ARRAY;
    if (wrapper) {
        if (wrapper->put(writer, wrapper->whole ? value : value->first)) return true;
        return gem5art__fail(error, GEM5ART_INVALID, "%s has a value that it cannot have: %.*s", wrapper->key,
                             value->first->raw_length > 60 ? 60 : (int)value->first->raw_length,
                             value->first->raw ? value->first->raw : "an object");
    }
    if (!array && value->type != GEM5ART_JSON_OBJECT) {
        gem5art_json_value(writer, value);
        return true;
    }
    gem5art__json_begin(writer, array ? "[" : "{");
    for (child = value->first; child; child = child->next) {
        if (!array) gem5art__write_key(writer, child);
        if (!put_plain(writer, child, error)) return false;
    }
    gem5art__json_end(writer, array ? "]" : "}");
    return true;
}

/* ---- a source's text, record by record */

typedef struct source {
    const char *name;
    FILE *file;
    int next;              /* the byte that comes next, or EOF */
    size_t line, column;   /* where it is; both count from 1, columns in bytes */
    bool array, done;
    gem5art__buf text;     /* the current record */
    size_t record;         /* its number, from 1 */
    size_t record_line, record_column;
    bool sealed;           /* it is a line of a store, with a checksum */
} source;

static bool source_fail(const source *s, gem5art_error *error, const char *format, ...) GEM5ART__PRINTF(3, 4);
static bool source_fail(const source *s, gem5art_error *error, const char *format, ...) {
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return gem5art__fail(error, GEM5ART_SYNTAX, "%s, line %zu, column %zu: %s", s->name, s->line, s->column, what);
}

static void source_warn(const source *s, const char *what) {
    tool_say("warning: ", "%s %s", s->name, what);
}

static void source_advance(source *s) {
    if (s->next == '\n') {
        s->line++;
        s->column = 0;
    }
    s->column++;
    s->next = getc_unlocked(s->file);
}

static void source_skip_space(source *s) {
    while (gem5art__is_space(s->next)) source_advance(s);
}

static bool source_expected(source *s, const char *what, gem5art_error *error) {
    if (ferror(s->file)) return gem5art__fail_errno(error, "read", s->name);
    if (s->next == EOF && s->record == 0 && !s->array)
        return gem5art__fail(error, GEM5ART_SYNTAX,
                             "%s is empty: there is nothing in it to import (mongoexport writes such a file where the "
                             "database or the collection is not the right one)", s->name);
    if (s->next == EOF) return source_fail(s, error, "the file ends where %s was expected: it was cut", what);
    if (s->next == 0 && s->record == 0)
        return gem5art__fail(error, GEM5ART_SYNTAX, "%s is not text: an LMDB store is given as lmdb://%s", s->name,
                             s->name);
    if (s->next > 0x20 && s->next < 0x7f) return source_fail(s, error, "%s was expected, not '%c'", what, s->next);
    return source_fail(s, error, "%s was expected, not the byte 0x%02x", what, (unsigned)s->next);
}

static bool source_open(source *s, const char *name, gem5art_error *error) {
    static const char mark[] = "\xef\xbb\xbf";
    const char *c;
    memset(s, 0, sizeof *s);
    s->name = name;
    s->file = stdin;
    if (strcmp(name, "-") == 0) s->name = "stdin";
    else if ((s->file = fopen(gem5art__starts_with(name, "file://") ? name + 7 : name, "r")) == NULL)
        return gem5art__fail_errno(error, "read", name);
    s->line = 1;
    source_advance(s);
    if (s->next == 0xff || s->next == 0xfe)
        return gem5art__fail(error, GEM5ART_SYNTAX, "%s is UTF-16: turn it into UTF-8 (iconv -f UTF-16 -t UTF-8)",
                             s->name);
    for (c = mark; *c && s->next == (unsigned char)*c; c++) source_advance(s);
    s->column = 1;
    if (!*c) source_warn(s, "starts with a byte order mark: it is passed over");
    else if (c > mark) return source_expected(s, "a byte order mark", error);
    return true;
}

static void source_close(source *s) {
    if (s->file && s->file != stdin) fclose(s->file);
    gem5art__buf_free(&s->text);
}

/* Reads the object that comes next, by its brackets. */
static bool source_take_object(source *s, gem5art_error *error) {
    size_t depth = 0;
    bool string = false, escape = false;
    s->text.length = 0;
    s->record++;
    s->record_line = s->line;
    s->record_column = s->column;
    do {
        char c = (char)s->next;
        if (s->next == EOF) {
            if (ferror(s->file)) return gem5art__fail_errno(error, "read", s->name);
            return source_fail(s, error,
                               "the file ends inside record %zu, which begins at line %zu, column %zu: it was cut",
                               s->record, s->record_line, s->record_column);
        }
        if (string) {
            if (!escape && c == '"') string = false;
            escape = !escape && c == '\\';
        } else if (c == '"') string = true;
        else if (c == '{' || c == '[') depth++;
        else if (c == '}' || c == ']') depth--;
        if (s->text.length == (size_t)1 << 30)
            return source_fail(s, error, "record %zu, which begins at line %zu, has more than 1 GiB", s->record,
                               s->record_line);
        gem5art__put(&s->text, &c, 1);
        if (s->text.failed) return gem5art__fail_nomem(error);
        source_advance(s);
    } while (depth > 0);
    s->sealed = s->array && s->record_column == 1 && s->line == s->record_line && (s->next == ',' || s->next == ']') &&
                gem5art__starts_with(s->text.data, "{\"_id\":\"") && gem5art__is_sealed(s->text.data, s->text.length);
    return true;
}

/* Behind the closing bracket there must be nothing, but for what a writer of a store was about to add. */
static bool source_end_array(source *s, gem5art_error *error) {
    source_advance(s);
    source_skip_space(s);
    s->done = true;
    if (s->next == EOF && ferror(s->file)) return gem5art__fail_errno(error, "read", s->name);
    if (s->next == EOF) return true;
    if (!s->sealed)
        return source_fail(s, error, "there is more behind the bracket that closes the array: is this two files in one?");
    source_warn(s, "has bytes behind its closing bracket, of a write that was never finished: they are left out");
    return true;
}

/* The next record's text. RECORD, END or FAILED. */
static gem5art__step source_next(source *s, gem5art_error *error) {
    if (s->done) return GEM5ART__END;
    source_skip_space(s);
    if (s->record == 0 && s->next == '[') {
        s->array = true;
        source_advance(s);
        source_skip_space(s);
        if (s->next == ']') return source_end_array(s, error) ? GEM5ART__END : GEM5ART__FAILED;
    } else if (s->array) {
        if (s->next == ']') return source_end_array(s, error) ? GEM5ART__END : GEM5ART__FAILED;
        if (s->next != ',') return source_expected(s, "',' or ']'", error), GEM5ART__FAILED;
        source_advance(s);
        source_skip_space(s);
    } else if (s->next == EOF && s->record > 0 && !ferror(s->file)) return GEM5ART__END;
    if (s->next != '{') return source_expected(s, "a record, which starts with '{',", error), GEM5ART__FAILED;
    return source_take_object(s, error) ? GEM5ART__RECORD : GEM5ART__FAILED;
}

/* An error in a record's text, told with its place in the file. */
static bool source_fail_parse(source *s, const gem5art_error *why, gem5art_error *error) {
    size_t line, column;
    int n = 0;
    if (sscanf(why->message, "line %zu, column %zu: %n", &line, &column, &n) == 2 && n > 0) {
        s->column = line == 1 ? s->record_column + column - 1 : column;
        s->line = s->record_line + line - 1;
        return source_fail(s, error, "%s", why->message + n);
    }
    return gem5art__fail(error, why->code, "%s, record %zu (line %zu): %s", s->name, s->record, s->record_line,
                         why->message);
}

/* ---- from a source's record to a line in the spool */

static bool is_run(const gem5art_json *record) { return gem5art__is_run(gem5art__record_text(record, "type")); }

/* Has the record what every record must have, and nothing of the wrong kind? `where` names it in errors. */
static bool check_record(const gem5art_json *record, const char *where, gem5art_error *error) {
    static const char *const needed[] = {"_id", "hash", "type"};
    gem5art__arena arena = {NULL, false};
    gem5art_artifact artifact;
    gem5art_run run;
    size_t i;
    bool ok;
    for (i = 0; i < 3; i++)
        if (!*gem5art__record_text(record, needed[i])) {
            bool grid = gem5art_json_get(record, "chunkSize") || gem5art_json_get(record, "files_id");
            return gem5art__fail(error, GEM5ART_INVALID, "%s has no \"%s\"%s", where, needed[i],
                                 grid ? ": it is of MongoDB's GridFS; export the collection \"artifacts\", and get the "
                                        "files with mongofiles"
                                      : " that is a text: each artifact and run needs one");
        }
    ok = is_run(record) ? gem5art__read_object(&arena, gem5art__run_fields, record, &run, where, error)
                        : gem5art__read_object(&arena, gem5art__artifact_fields, record, &artifact, where, error);
    gem5art__arena_free(&arena);
    return ok;
}

/* A record as parsed, checked, and as a line of a store. `own`: the text is such a line already, and stays. */
static bool spool_record(tool_spool *spool, const char *text, size_t size, bool own, const gem5art_json *record,
                         const char *where, gem5art_error *error) {
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art__head head;
    bool ok = check_record(record, where, error);
    if (ok && own && gem5art__read_head(text, size, &head)) tool_spool_add(spool, text, size);
    else if (ok && (ok = gem5art__put_record_line(&line, record, error)) == true)
        tool_spool_add(spool, line.data, line.length);
    gem5art__buf_free(&line);
    return ok;
}

/* Parses the current record, made plain where it is extended JSON. */
static const gem5art_json *source_parse(source *s, gem5art__arena *arena, gem5art_error *error) {
    gem5art_error why;
    gem5art_json_writer writer;
    const gem5art_json *record;
    const char *text;
    size_t length;
    gem5art__clear(&why);
    if (s->sealed && !gem5art__seal_holds(s->text.data, s->text.length))
        return gem5art__fail(error, GEM5ART_CORRUPT,
                             "%s, line %zu: the checksum does not fit record %zu: it is damaged, and gem5art-fsck "
                             "--salvage writes a store of what is whole", s->name, s->record_line, s->record),
               (const gem5art_json *)NULL;
    record = gem5art__json_parse_in(arena, s->text.data, s->text.length, NULL, &why);
    if (!record) return source_fail_parse(s, &why, error), (const gem5art_json *)NULL;
    if (s->sealed || !strstr(s->text.data, "\"$")) return record;
    gem5art_json_writer_init(&writer, 0);
    if (!put_plain(&writer, record, &why)) record = (source_fail_parse(s, &why, error), (const gem5art_json *)NULL);
    else if ((text = gem5art_json_take(&writer, &length, error)) == NULL) record = NULL;
    else if ((record = gem5art__json_parse_in(arena, text, length, NULL, &why)) == NULL)
        source_fail_parse(s, &why, error);
    gem5art_json_writer_free(&writer);
    return record;
}

static bool spool_text(tool_spool *spool, source *s, gem5art_error *error) {
    gem5art__step step;
    while ((step = source_next(s, error)) == GEM5ART__RECORD) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *record = source_parse(s, &arena, error);
        char where[512];
        snprintf(where, sizeof where, "%.400s, line %zu: record %zu", s->name, s->record_line, s->record);
        if (!record || !spool_record(spool, s->text.data, s->text.length, s->sealed, record, where, error))
            step = GEM5ART__FAILED;
        gem5art__arena_free(&arena);
        if (step == GEM5ART__FAILED) break;
    }
    return step == GEM5ART__END;
}

static bool spool_store(tool_spool *spool, gem5art_db *db, const char *name, gem5art_error *error) {
    gem5art__scan scan;
    gem5art__step step = GEM5ART__FAILED;
    size_t number = 0;
    if (!gem5art__scan_begin(db, NULL, &scan, error)) return false;
    while ((step = gem5art__scan_next(&scan, error)) == GEM5ART__RECORD) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *record;
        char where[512];
        snprintf(where, sizeof where, "%.400s: record %zu", name, ++number);
        step = gem5art__scan_parse(&scan, &arena, &record, error);
        if (step == GEM5ART__RECORD && !spool_record(spool, scan.data, scan.size, scan.sealed, record, where, error))
            step = GEM5ART__FAILED;
        gem5art__arena_free(&arena);
        if (step != GEM5ART__RECORD) break;
    }
    gem5art__scan_end(&scan);
    return step == GEM5ART__END;
}

/* Puts all of a source into the spool. */
static bool spool_source(tool_spool *spool, const char *name, gem5art_error *error) {
    bool ok;
    if (strstr(name, "://") && !gem5art__starts_with(name, "file://")) {
        gem5art_open_desc desc;
        gem5art_db *db;
        memset(&desc, 0, sizeof desc);
        desc.read_only = true;
        desc.log = tool_warn;
        if ((db = gem5art_open(name, &desc, error)) == NULL) return false;
        ok = spool_store(spool, db, name, error);
        gem5art_close(db, NULL);
    } else {
        source s;
        ok = source_open(&s, name, error) && spool_text(spool, &s, error);
        source_close(&s);
    }
    return ok;
}

/* ---- merging the spool into the store */

typedef struct tally {
    size_t artifacts, runs, attempts, shared; /* added; of them, those whose hash was here under another id */
    size_t here, conflicts;                   /* skipped */
} tally;

typedef struct merge {
    gem5art_db *db; /* NULL: there is no store, and it is not to be made */
    const char *source;
    bool dry_run, verbose;
    tool_spool spool;
    size_t kept;    /* bytes at its start: the lines to be added */
    gem5art__flat index; /* of their ids: only its slots are used */
    tally tally;
} merge;

/* The member of an object that has another's key, which may hold anything. */
static const gem5art_json *same_key(const gem5art_json *object, const gem5art_json *other) {
    const gem5art_json *member = object->first;
    while (member && (member->key_length != other->key_length || memcmp(member->key, other->key, other->key_length) != 0))
        member = member->next;
    return member;
}

static bool same_value(const gem5art_json *a, const gem5art_json *b) {
    const gem5art_json *x, *y;
    if (a->type != b->type || a->count != b->count) return false;
    switch (a->type) {
    case GEM5ART_JSON_BOOL: return a->boolean == b->boolean;
    case GEM5ART_JSON_STRING: return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    case GEM5ART_JSON_NUMBER:
        if (a->is_integer && b->is_integer) return a->integer == b->integer;
        if (a->number - b->number == 0) return true;
        return a->raw_length == b->raw_length && memcmp(a->raw, b->raw, a->raw_length) == 0; /* too large for a double */
    case GEM5ART_JSON_ARRAY:
        for (x = a->first, y = b->first; x; x = x->next, y = y->next)
            if (!same_value(x, y)) return false;
        return true;
    case GEM5ART_JSON_OBJECT:
        for (x = a->first; x; x = x->next)
            if ((y = same_key(b, x)) == NULL || !same_value(x, y)) return false;
        return true;
    case GEM5ART_JSON_NULL: break;
    }
    return true;
}

/* The first field in which two records differ, or NULL. Their order and the checksum do not count. */
static const char *differing_field(const gem5art_json *a, const gem5art_json *b) {
    const gem5art_json *member, *other;
    for (member = a->first; member; member = member->next) {
        if (strcmp(member->key, "crc32") == 0) continue;
        other = same_key(b, member);
        if (!other || !same_value(member, other)) return member->key;
    }
    for (member = b->first; member; member = member->next)
        if (strcmp(member->key, "crc32") != 0 && !same_key(a, member)) return member->key;
    return NULL;
}

static const gem5art_json *parse_line(gem5art__arena *arena, const char *line) {
    gem5art_error error;
    const char *end = strchr(line, '\n');
    const gem5art_json *record = gem5art__json_parse_in(arena, line, (size_t)(end - line) - 1, NULL, &error);
    if (!record) tool_exit(TOOL_FAILED, "%s", error.message);
    return record;
}

/* The record with this id that is here, or among the lines to be added; NULL: there is none. */
static const gem5art_json *find_id(merge *m, gem5art__arena *arena, const char *id) {
    const gem5art__slot *slot;
    uint64_t key = gem5art__key(id, strlen(id));
    gem5art__lookup lookup = {0};
    const gem5art_json *record;
    gem5art__step step = GEM5ART__END;
    gem5art_error error;
    size_t probe = 0;
    while (m->db && (step = gem5art__store_lookup(m->db, &lookup, id, arena, &record, &error)) == GEM5ART__RECORD)
        if (strcmp(gem5art__record_text(record, "_id"), id) == 0) return record;
    if (step == GEM5ART__FAILED) tool_exit(TOOL_FAILED, "%s", error.message);
    while ((slot = gem5art__index_find(&m->index, key, probe++)) != NULL) {
        record = parse_line(arena, m->spool.data + slot->at);
        if (strcmp(gem5art__record_text(record, "_id"), id) == 0) return record;
    }
    return NULL;
}

static bool hash_is_here(merge *m, gem5art__arena *arena, const char *hash, bool run) {
    gem5art__lookup lookup = {0};
    const gem5art_json *record;
    gem5art__step step = GEM5ART__END;
    gem5art_error error;
    while (m->db && (step = gem5art__store_lookup(m->db, &lookup, hash, arena, &record, &error)) == GEM5ART__RECORD)
        if (strcmp(gem5art__record_text(record, "hash"), hash) == 0 && is_run(record) == run) return true;
    if (step == GEM5ART__FAILED) tool_exit(TOOL_FAILED, "%s", error.message);
    return false;
}

/* "skipped run ID "NAME"", and why; a conflict on stderr. */
static void tell(const merge *m, bool conflict, const char *what, const gem5art_json *record, const char *format, ...)
    GEM5ART__PRINTF(5, 6);
static void tell(const merge *m, bool conflict, const char *what, const gem5art_json *record, const char *format, ...) {
    const char *kind = is_run(record) ? "run" : "artifact", *id = gem5art__record_text(record, "_id");
    const char *name = gem5art__record_text(record, "name");
    gem5art__buf why = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&why, format, arguments);
    va_end(arguments);
    if (why.failed) tool_exit(TOOL_FAILED, "out of memory");
    if (conflict) tool_say("", "%s: %s %s %s \"%s\"%s", m->source, what, kind, id, name, why.data);
    else tool_line("%s %s %s \"%s\"%s", what, kind, id, name, why.data);
    gem5art__buf_free(&why);
}

/* Is this line to be added? Counts it, and says so. */
static bool judge(merge *m, gem5art__arena *arena, const gem5art_json *record) {
    bool run = is_run(record), known;
    const gem5art_json *other = find_id(m, arena, gem5art__record_text(record, "_id"));
    const char *field = other ? differing_field(other, record) : NULL;
    if (field) {
        m->tally.conflicts++;
        tell(m, true, "skipped", record, ": its id is here with another content (\"%s\" differs), which stays",
             field);
    } else if (other) {
        m->tally.here++;
        if (m->verbose) tell(m, false, "skipped", record, ": it is here already");
    } else {
        known = hash_is_here(m, arena, gem5art__record_text(record, "hash"), run);
        *(run ? &m->tally.runs : &m->tally.artifacts) += 1;
        if (known) *(run ? &m->tally.attempts : &m->tally.shared) += 1;
        if (m->verbose)
            tell(m, false, m->dry_run ? "would add" : "added", record, "%s",
                 !known ? ""
                 : run  ? ": another attempt at a run that is here"
                        : ": its hash is here under another id, too");
    }
    return !other;
}

/* Moves the lines that are to be added to the start of the spool. */
static void judge_all(merge *m) {
    char *line = m->spool.data, *end = line ? line + m->spool.length : NULL, *next;
    for (; line < end; line = next) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *record = parse_line(&arena, line);
        next = strchr(line, '\n') + 1;
        if (judge(m, &arena, record)) {
            const char *id = gem5art__record_text(record, "_id");
            memmove(m->spool.data + m->kept, line, (size_t)(next - line));
            if (!gem5art__index_add(&m->index, id, strlen(id), (off_t)m->kept)) tool_exit(TOOL_FAILED, "out of memory");
            m->kept += (size_t)(next - line);
        }
        gem5art__arena_free(&arena);
    }
}

/* All or none, under the writer lock; a dry run takes none. What the store has now is read before the lock is taken. */
static void merge_spool(merge *m) {
    gem5art_error error;
    bool ok;
    gem5art__clear(&error);
    ok = !m->db || gem5art__store_refresh(m->db, &error);
    if (ok && m->db && !m->dry_run)
        ok = gem5art__store_lock(m->db, &error) && gem5art__store_settle(m->db, &error);
    if (ok) judge_all(m);
    if (ok && m->kept && !m->dry_run) ok = gem5art__store_append(m->db, m->spool.data, m->kept - 2, &error);
    if (!ok) tool_exit(TOOL_FAILED, "%s; nothing of %s was imported", error.message, m->source);
    if (m->db && !m->dry_run) gem5art__store_unlock(m->db);
    gem5art__flat_forget(&m->index);
}

/* The store; for a dry run it may be missing. */
static gem5art_db *open_target(const char *uri, bool dry_run) {
    gem5art_open_desc desc;
    gem5art_error error;
    gem5art_db *db;
    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    if (!dry_run) return tool_open(uri, false);
    db = gem5art_open(uri, &desc, &error);
    if (db) gem5art_close(db, NULL);
    return error.code == GEM5ART_NOT_FOUND ? NULL : tool_open(uri, true);
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

static void tell_tally(const merge *m) {
    const tally *t = &m->tally;
    char skipped[128] = "";
    if (t->here + t->conflicts)
        snprintf(skipped, sizeof skipped, " (%zu here already, %zu in conflict)", t->here, t->conflicts);
    tool_line("%s: %zu %s (%zu artifact%s, %zu run%s), %zu skipped%s", m->source, t->artifacts + t->runs,
              m->dry_run ? "would be added" : "added", t->artifacts, plural(t->artifacts), t->runs, plural(t->runs),
              t->here + t->conflicts, skipped);
    if (t->attempts) tool_line("  %zu of the runs: attempts at runs that were here", t->attempts);
    if (t->shared) tool_line("  %zu of the artifacts: with a hash that was here under another id; both stay", t->shared);
}

/* Returns whether everything that the source holds is now here. */
static bool import(const char *name, const char *db_uri, bool dry_run, bool verbose) {
    merge m;
    gem5art_error error;
    bool ok;
    memset(&m, 0, sizeof m);
    m.source = strcmp(name, "-") == 0 ? "stdin" : name;
    m.dry_run = dry_run;
    m.verbose = verbose;
    m.spool = tool_spool_create();
    ok = spool_source(&m.spool, name, &error);
    if (ok) {
        tool_spool_map(&m.spool);
        m.db = open_target(db_uri, dry_run);
        merge_spool(&m);
        if (m.db) gem5art_close(m.db, NULL);
        tell_tally(&m);
    } else tool_say("", "%s; nothing of it was imported", error.message);
    tool_spool_free(&m.spool);
    return ok && !m.tally.conflicts;
}

int main(int argc, char **argv) {
    const char *db_uri = NULL;
    bool dry_run = false, verbose = false, ok = true;
    int i;
    const tool_option options[] = {
        {"--dry-run", NULL, NULL, "Say what would be added, and add nothing", NULL, NULL, &dry_run, NULL},
        {"--verbose", "-v", NULL, "Name each record that is added or skipped", NULL, NULL, &verbose, NULL},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json",
         &db_uri, NULL, NULL, "FILE"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {{"source", "A file database of gem5art's; what mongoexport wrote; a "
        "file with a record a line; another store (a path, file://PATH or lmdb://PATH); - is stdin", "FILE"},
        {NULL, NULL, NULL}};
    const tool_page page = {"merge other stores into this one", "source [source ...]",
        "Add the records of other databases to this one, which is made where there is none. They keep their ids, "
        "and nothing that is here is changed: a record whose id is here is skipped, and where its content "
        "differs, that is told, with exit code 1. A source that cannot be read as a whole adds nothing.",
        operands, options, "From MongoDB: mongoexport -d artifact_database -c artifacts -o "
        "artifacts.json\nFiles in its GridFS stay there; mongofiles gets them."};
    argc = tool_parse(argc, argv, &page);
    if (argc == 0) tool_exit(TOOL_MISUSE, "nothing to import: name a file or a store, or - for stdin");
    for (i = 0; i < argc; i++) ok = import(argv[i], db_uri, dry_run, verbose) && ok;
    return tool_end(ok);
}
