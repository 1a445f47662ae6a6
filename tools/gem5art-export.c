/* gem5art-export - writes the records of a store for other programs, or as another store.

   Nothing is rounded, reordered or left out but the lines' checksums: numbers and strings are as they were written, and
   what gem5art-import reads back gives the same records. In CSV a cell is a field: text as it is (bytes that are not
   UTF-8, and NUL, as \xHH), arrays and objects as JSON, null and a missing field as nothing; the last column, "other",
   has the fields without a column, as a JSON object, or nothing. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/csv.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/output.h"
#include "lib/select.h"
#include "lib/store.h"

const char *tool_name = "gem5art-export";

enum format { GEM5ART, JSONL, CSV, STORE };
static const char *const formats[] = {"gem5art", "jsonl", "csv", "store", NULL};

static const char *db_uri, *to;
static selection selected;
static select_rows rows;
static bool runs, artifacts;
static csv_style style;

static const option options[] = {
    {"--to", NULL, "FORMAT",
     "gem5art  a file database, as Python gem5art writes\n"
     "jsonl    JSON lines, a record each\n"
     "csv      a table (RFC 4180) of runs, or --artifacts\n"
     "store    a store: lmdb://PATH, file://PATH or a path",
     .value = &to, .words = "gem5art jsonl csv store"},
    {"--runs", NULL, NULL, "Write only runs", .flag = &runs},
    {"--artifacts", NULL, NULL, "Write only artifacts", .flag = &artifacts},
    SELECT_OPTIONS(&selected),
    {"--spreadsheet", NULL, NULL, " With --to csv: put a ' before text that a spreadsheet would take for a formula", .flag = &style.spreadsheet},
    OPTION_DB_URI(&db_uri),
    OPTION_END};
static const char *const old_options[] = {"--fs-only", "--mode fs", "-s", "--name", "--search_name", "--name", NULL};
static const operand operands[] = {{"output", "Output file name, - for stdout, or a new store's URI", "FILE"},
                                   {NULL, NULL, NULL}};
static const page the_page = {
    .summary = "write a store for other programs",
    .usage = "--to FORMAT output",
    .description = "Write the records of a store to a file or another store, whole or not at all.",
    .operands = operands,
    .options = options,
    .old = old_options};

/* ---- the records that were asked for */

static void begin(gem5art_db *db) {
    select_begin(&rows, &selected, db, artifacts ? SELECT_ARTIFACTS : runs ? SELECT_RUNS : SELECT_ALL);
}

/* ---- formats */

/* As Python's json.dump(records, file, indent=4) writes; no newline at the end. */
static void write_gem5art(output *out) {
    gem5art_json_writer writer;
    const char *json;
    size_t length;
    gem5art_json_writer_init(&writer, 4);
    gem5art_json_begin_array(&writer);
    while ((json = select_next(&rows, &length)) != NULL) {
        gem5art_json_text(&writer, json, length);
        output_json(out, &writer);
    }
    gem5art_json_end_array(&writer);
    output_json(out, &writer);
    gem5art_json_writer_free(&writer);
}

static void write_jsonl(output *out) {
    const char *json;
    size_t length;
    while ((json = select_next(&rows, &length)) != NULL) {
        output_write(out, json, length);
        output_write(out, "\n", 1);
    }
}

static bool has_column(const gem5art_json *member) {
    const char *name;
    size_t i;
    for (i = 0; (name = gem5art_field_name(!artifacts, i)) != NULL; i++)
        if (text_is(member->key, member->key_length, name)) return true;
    return false;
}

static void put_row(text *row, const gem5art_json *object) {
    static text json;
    const gem5art_json *value;
    const char *name;
    size_t i, found = 0;
    for (i = 0; (name = gem5art_field_name(!artifacts, i)) != NULL; i++) {
        value = gem5art_json_get(object, name);
        found += value != NULL;
        if (value) csv_put_json(row, style, value->raw, value->raw_length);
        text_puts(row, ",");
    }
    text_clear(&json);
    for (value = found < object->count ? object->first : NULL; value; value = value->next) {
        if (has_column(value)) continue;
        text_puts(&json, json.length ? "," : "{");
        text_put(&json, value->raw_key, value->raw_key_length);
        text_puts(&json, ":");
        text_put(&json, value->raw, value->raw_length);
    }
    if (json.length) text_puts(&json, "}");
    csv_put_json(row, style, text_string(&json), json.length);
    text_puts(row, "\r\n");
}

static void write_csv(output *out) {
    const gem5art_json *object;
    gem5art_error error;
    text row = {0};
    const char *json, *name;
    size_t length, i;
    style.terminal = isatty(fileno(out->file));
    for (i = 0; (name = gem5art_field_name(!artifacts, i)) != NULL; i++) text_putf(&row, "%s,", name);
    text_puts(&row, "other\r\n");
    output_write(out, row.data, row.length);
    while ((json = select_next(&rows, &length)) != NULL) {
        text_clear(&row);
        if ((object = gem5art_json_parse(json, length, NULL, &error)) == NULL) die_of(&error);
        put_row(&row, object);
        output_write(out, row.data, row.length);
        gem5art_json_free(object);
    }
    text_free(&row);
}

/* ---- a store */

/* Adds all records to a new store; removes it again if they cannot be added. */
static void write_store(gem5art_db *db, const char *uri) {
    static const char *const ends[] = {"", "-lock", ".lock"};
    const char *scheme_end = strstr(uri, "://"), *json;
    gem5art_text *records = NULL;
    gem5art_addition *additions;
    gem5art_error error;
    gem5art_db *made;
    struct stat st;
    size_t count = 0, length, i;
    if (strcmp(uri, "-") == 0) die(EXIT_MISUSE, "a store cannot be written to stdout: name its file");
    if (lstat(scheme_end ? scheme_end + 3 : uri, &st) == 0)
        die(EXIT_FAILED, "%s exists already: name another store, or add to this one with gem5art-import", uri);
    for (begin(db); (json = select_next(&rows, &length)) != NULL; count++) {
        records = (gem5art_text *)text_room(records, count, sizeof *records);
        records[count].text = text_copy_n(json, length);
        records[count].length = length;
    }
    additions = (gem5art_addition *)text_alloc((count + 1) * sizeof *additions);
    made = store_open(uri, false);
    if (!gem5art_add_records(made, records, count, false, additions, NULL, &error)) {
        for (i = 0; i < sizeof ends / sizeof *ends; i++) {
            char *name = text_printf("%s%s", gem5art_store_path(made), ends[i]);
            unlink(name);
            free(name);
        }
        die_of(&error);
    }
    gem5art_close(made, NULL);
    for (i = 0; i < count; i++) {
        if (additions[i].result == GEM5ART_CONFLICT)
            warn("record %zu is left out: an earlier one with the same id has different content", i + 1);
        free((void *)(uintptr_t)records[i].text);
    }
    free(additions);
    free(records);
}

int main(int argc, char **argv) {
    enum format format;
    gem5art_db *db;
    output out;
    argc = options_parse(argc, argv, &the_page);
    if (!to) die(EXIT_MISUSE, "--to is missing: gem5art, jsonl, csv or store");
    format = (enum format)options_word("--to: unknown format", to, formats);
    if (argc == 0) die(EXIT_MISUSE, "the output is missing: name a file or a store");
    if (argc > 1) die(EXIT_MISUSE, "one output is enough: leave \"%s\" out", argv[1]);
    if (artifacts && runs) die(EXIT_MISUSE, "--artifacts leaves out what --runs asks for: give one of them");
    select_check(&selected);
    if (artifacts) select_check_artifacts(&selected);
    if (style.spreadsheet && format != CSV)
        die(EXIT_MISUSE, "--spreadsheet changes only tables: give --to csv, or leave it out");
    if (format == CSV && !artifacts) runs = true;
    db = store_open(store_find(db_uri), true);
    if (format == STORE) write_store(db, argv[0]);
    else {
        out = output_create(argv[0], db);
        begin(db);
        if (format == GEM5ART) write_gem5art(&out);
        else if (format == JSONL) write_jsonl(&out);
        else write_csv(&out);
        output_finish(&out);
    }
    gem5art_close(db, NULL);
    return finish(true);
}
