/* gem5art-export - writes the records of a store for other programs, or as another store.

   Nothing is rounded, reordered or left out but the lines' checksums: numbers and strings are as they were written, and
   what gem5art-import reads back gives the same records. In CSV a cell is a field: text as it is (bytes that are not
   UTF-8, and NUL, as \xHH), arrays and objects as JSON, and both null and a field that is not there as nothing; the last column, "other", has the fields that the table
   has no column for, as a JSON object, or nothing. */

#define TOOL_NAME "gem5art-export"

#include "csv.h"

typedef struct job {
    const struct format *format;
    bool runs, artifacts, fs_only;
    const char *name;            /* to be contained in the record's; NULL: any */
    int64_t limit;               /* negative: none */
    tool_output output;
    gem5art_json_writer writer;
    gem5art__buf row;            /* of a table */
    csv_style style;
    tool_spool spool;            /* of a store */
} job;

/* ---- formats: each is told of the beginning, of every record, and of the end */

/* What the writer has, to the output. */
static void flush_writer(job *e) {
    size_t length;
    const char *text = gem5art_json_take(&e->writer, &length, NULL);
    if (text) {
        tool_write(&e->output, text, length);
        return;
    }
    tool_abandon(&e->output);
    tool_exit(TOOL_FAILED, "out of memory");
}

/* What Python's json.dump(records, file, indent=4) writes; no newline at its end. */
static void begin_gem5art(job *e) {
    gem5art_json_writer_init(&e->writer, 4);
    gem5art_json_begin_array(&e->writer);
}

static void add_gem5art(job *e, const gem5art__scan *scan, const gem5art_json *record) {
    (void)scan;
    gem5art__write_record(&e->writer, record);
    flush_writer(e);
}

static void end_gem5art(job *e) {
    gem5art_json_end_array(&e->writer);
    flush_writer(e);
}

static void begin_jsonl(job *e) { gem5art_json_writer_init(&e->writer, 0); }

static void add_jsonl(job *e, const gem5art__scan *scan, const gem5art_json *record) {
    add_gem5art(e, scan, record);
    tool_write(&e->output, "\n", 1);
}

static void end_lines(job *e) { (void)e; }

static void end_row(job *e) {
    gem5art__puts(&e->row, "\r\n");
    if (e->row.failed) {
        tool_abandon(&e->output);
        tool_exit(TOOL_FAILED, "out of memory");
    }
    tool_write(&e->output, e->row.data, e->row.length);
    e->row.length = 0;
}

static const gem5art__field *columns(const job *e) {
    return e->artifacts ? gem5art__artifact_fields : gem5art__run_fields;
}

static void begin_csv(job *e) {
    const gem5art__field *field;
    e->style.terminal = isatty(fileno(e->output.file));
    gem5art_json_writer_init(&e->writer, 0);
    for (field = columns(e); field->name; field++) {
        gem5art__puts(&e->row, field->name);
        gem5art__puts(&e->row, ",");
    }
    gem5art__puts(&e->row, "other");
    end_row(e);
}

/* What the writer has, as a cell. */
static void put_written(job *e) {
    size_t length;
    const char *text = gem5art_json_take(&e->writer, &length, NULL);
    if (text) csv_put_value(&e->row, e->style, text, length);
    else e->row.failed = true;
}

static void put_value(job *e, const gem5art_json *value) {
    if (!value || value->type == GEM5ART_JSON_NULL) return;
    if (value->type == GEM5ART_JSON_STRING) {
        csv_put_text(&e->row, e->style, value->text, value->length);
        return;
    }
    gem5art_json_value(&e->writer, value);
    put_written(e);
}

/* The fields that have no column, as an object; nothing where there are none. */
static void put_others(job *e, const gem5art_json *record) {
    const gem5art_json *member;
    bool any = false;
    for (member = record->first; member; member = member->next) {
        if (gem5art__find_field(columns(e), member->key) || strcmp(member->key, "crc32") == 0) continue;
        if (!any) gem5art_json_begin_object(&e->writer);
        any = true;
        gem5art__write_key(&e->writer, member);
        gem5art_json_value(&e->writer, member);
    }
    if (!any) return;
    gem5art_json_end_object(&e->writer);
    put_written(e);
}

static void add_csv(job *e, const gem5art__scan *scan, const gem5art_json *record) {
    const gem5art__field *field;
    (void)scan;
    for (field = columns(e); field->name; field++) {
        put_value(e, gem5art_json_get(record, field->name));
        gem5art__puts(&e->row, ",");
    }
    put_others(e, record);
    end_row(e);
}

static void begin_store(job *e) { e->spool = tool_spool_create(); }

static void add_store(job *e, const gem5art__scan *scan, const gem5art_json *record) {
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art_error error;
    if (scan->sealed) tool_spool_add(&e->spool, scan->data, scan->size);
    else if (gem5art__put_record_line(&line, record, &error)) tool_spool_add(&e->spool, line.data, line.length);
    else tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art__buf_free(&line);
}

static void end_store(job *e) { tool_spool_map(&e->spool); }

static const struct format {
    const char *name;
    void (*begin)(job *e);
    void (*add)(job *e, const gem5art__scan *scan, const gem5art_json *record);
    void (*end)(job *e);
    bool store, table;
} formats[] = {
    {"gem5art", begin_gem5art, add_gem5art, end_gem5art, false, false},
    {"jsonl", begin_jsonl, add_jsonl, end_lines, false, false},
    {"csv", begin_csv, add_csv, end_lines, false, true},
    {"store", begin_store, add_store, end_store, true, false},
};

/* ---- the records of the store, through one of them */

static bool wanted(const job *e, const gem5art_json *record) {
    const char *type = gem5art__record_text(record, "type");
    bool run = gem5art__is_run(type);
    if (run ? e->artifacts : e->runs || e->fs_only) return false;
    if (e->fs_only && !gem5art__is_fs(type)) return false;
    return !e->name || strstr(gem5art__record_text(record, "name"), e->name);
}

static void write_records(job *e, gem5art_db *db) {
    gem5art_error error;
    gem5art__scan scan;
    gem5art__step step = GEM5ART__FAILED;
    if (gem5art__scan_begin(db, NULL, &scan, &error)) {
        step = GEM5ART__END;
        e->format->begin(e);
        while (e->limit != 0 && (step = gem5art__scan_next(&scan, &error)) == GEM5ART__RECORD) {
            gem5art__arena arena = {NULL, false};
            const gem5art_json *record;
            step = gem5art__scan_parse(&scan, &arena, &record, &error);
            if (step == GEM5ART__RECORD && wanted(e, record)) {
                e->format->add(e, &scan, record);
                e->limit--;
            }
            gem5art__arena_free(&arena);
            if (step != GEM5ART__RECORD) break;
        }
        if (step != GEM5ART__FAILED) e->format->end(e);
        gem5art__scan_end(&scan);
    }
    gem5art_json_writer_free(&e->writer);
    gem5art__buf_free(&e->row);
    if (step != GEM5ART__FAILED) return;
    tool_abandon(&e->output);
    tool_exit(TOOL_FAILED, "%s", error.message);
}

/* ---- outputs */

static void write_file(job *e, gem5art_db *db, const char *name) {
    e->output = tool_create(name, db);
    write_records(e, db);
    tool_finish(&e->output);
}

/* Takes away the empty store that was made for records which could not be added. */
static void remove_store(gem5art_db *db) {
    static const char *const ends[] = {"", "-lock", ".lock"};
    gem5art__buf name = {NULL, 0, 0, false};
    size_t i;
    for (i = 0; i < 3; i++) {
        name.length = 0;
        gem5art__putf(&name, "%s%s", db->path, ends[i]);
        if (!name.failed) unlink(name.data);
    }
    gem5art__buf_free(&name);
}

static void write_store(job *e, gem5art_db *db, const char *uri) {
    const char *scheme_end = strstr(uri, "://");
    struct stat st;
    gem5art_error error;
    gem5art_db *made;
    bool ok;
    if (strcmp(uri, "-") == 0) tool_exit(TOOL_MISUSE, "a store cannot be written to stdout: name its file");
    if (lstat(scheme_end ? scheme_end + 3 : uri, &st) == 0)
        tool_exit(TOOL_FAILED, "%s exists already: name another store, or add to this one with gem5art-import", uri);
    write_records(e, db);
    made = tool_open(uri, false);
    ok = gem5art__store_lock(made, &error);
    if (ok) {
        ok = gem5art__store_settle(made, &error) &&
             (!e->spool.length || gem5art__store_append(made, e->spool.data, e->spool.length - 2, &error));
        gem5art__store_unlock(made);
    }
    if (!ok) {
        remove_store(made);
        tool_exit(TOOL_FAILED, "%s", error.message);
    }
    gem5art_close(made, NULL);
    tool_spool_free(&e->spool);
}

static const struct format *find_format(const char *name) {
    const char *names[sizeof formats / sizeof *formats + 1], *near;
    size_t i;
    if (!name) tool_exit(TOOL_MISUSE, "--to is missing: gem5art, jsonl, csv or store");
    for (i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(names[i] = formats[i].name, name) == 0) return &formats[i];
    names[i] = NULL;
    if ((near = tool_nearest(name, names)) != NULL)
        tool_exit(TOOL_MISUSE, "--to: unknown format \"%s\": did you mean %s?", name, near);
    tool_exit(TOOL_MISUSE,
              "--to %s: there is no such format; there are gem5art, jsonl, csv and store (also lmdb://PATH)", name);
}

int main(int argc, char **argv) {
    const char *limit = NULL, *db_uri = NULL, *to = NULL;
    gem5art_db *db;
    job e;
    memset(&e, 0, sizeof e);
    const tool_option options[] = {
        {"--to", NULL, "FORMAT", "gem5art  a file database, as Python's gem5art writes\njsonl    JSON lines, a "
         "record each\ncsv      a table (RFC 4180) of runs, or --artifacts\nstore    a store: lmdb://PATH, "
         "file://PATH or a path", &to, NULL, NULL, "gem5art jsonl csv store"},
        {"--runs", NULL, NULL, "Only output runs", NULL, NULL, &e.runs, NULL},
        {"--artifacts", NULL, NULL, "Only output artifacts", NULL, NULL, &e.artifacts, NULL},
        {"--fs-only", NULL, NULL, "Only output FS runs", NULL, NULL, &e.fs_only, NULL},
        {"--spreadsheet", NULL, NULL, "csv: put a ' before what looks like a formula", NULL, NULL,
         &e.style.spreadsheet, NULL},
        {"--limit", NULL, "LIMIT", "Limit of the number of records to output. Default: all", &limit, NULL, NULL,
         NULL},
        {"--db-uri", NULL, "DB_URI", "Default $GEM5ART_DB, else file://db.json",
         &db_uri, NULL, NULL, "FILE"},
        {"--search_name", "-s", "SEARCH_NAME", "Query for the name field", &e.name, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {{"output", "Output file name, - for stdout, or a new store's URI",
        "FILE"}, {NULL, NULL, NULL}};
    const tool_page page = {"write a store for other programs", "--to FORMAT output",
        "Write the records of the database, in the order they were stored, to a file or another store. The output "
        "is written whole or not at all.", operands, options, NULL};
    argc = tool_parse(argc, argv, &page);
    e.format = find_format(to);
    if (argc == 0) tool_exit(TOOL_MISUSE, "the output is missing: name a file or a store");
    if (argc > 1) tool_exit(TOOL_MISUSE, "one output is enough: leave \"%s\" out", argv[1]);
    if (e.artifacts && (e.runs || e.fs_only))
        tool_exit(TOOL_MISUSE, "--artifacts leaves out what %s asks for: give one of them",
                  e.runs ? "--runs" : "--fs-only");
    if (e.style.spreadsheet && !e.format->table)
        tool_exit(TOOL_MISUSE, "--spreadsheet changes only tables: give --to csv, or leave it out");
    if (e.format->table && !e.artifacts) e.runs = true;
    e.limit = limit ? tool_count("--limit", limit) : -1;
    db = tool_open(db_uri, true);
    if (e.format->store) write_store(&e, db, argv[0]);
    else write_file(&e, db, argv[0]);
    gem5art_close(db, NULL);
    return tool_end(true);
}
