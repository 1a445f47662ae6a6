/* gem5art-getruns - dumps the recorded runs of a store into a JSON file: gem5art's tool of that name. */

#define TOOL_NAME "gem5art-getruns"

#include "tool.h"

static void dump(gem5art_iter *runs, int64_t limit, tool_output *output) {
    gem5art_json_writer writer;
    gem5art_error error;
    const char *text;
    size_t length, waiting = 0;
    memset(&error, 0, sizeof error);
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    while (limit-- != 0 && (text = tool_next_json(runs, &length, &error)) != NULL) {
        gem5art_json_text(&writer, text, length);
        if ((waiting += length) < TOOL_BUFFER) continue;
        if ((text = gem5art_json_take(&writer, &length, &error)) == NULL) break;
        tool_write(output, text, length);
        waiting = 0;
    }
    gem5art_json_end_array(&writer);
    if (error.code == GEM5ART_OK && (text = gem5art_json_take(&writer, &length, &error)) != NULL) {
        tool_write(output, text, length);
        tool_write(output, "\n", 1);
    }
    gem5art_json_writer_free(&writer);
    if (error.code == GEM5ART_OK) return;
    tool_abandon(output);
    tool_exit(TOOL_FAILED, "%s", error.message);
}

int main(int argc, char **argv) {
    const char *limit = NULL, *db_uri = NULL;
    gem5art_query query;
    gem5art_error error;
    gem5art_db *db;
    gem5art_iter *runs;
    tool_output output;
    int64_t count = -1;
    memset(&query, 0, sizeof query);
    const tool_option options[] = {
        {"--fs-only", NULL, NULL, "Only output FS runs", NULL, NULL, &query.fs_only, NULL},
        {"--limit", NULL, "LIMIT", "Limit of the number of runs to return. Default: all", &limit, NULL, NULL, NULL},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json",
         &db_uri, NULL, NULL, "FILE"},
        {"--search_name", "-s", "SEARCH_NAME", "Query for the name field", &query.name_contains, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    static const tool_operand operands[] = {{"filename", "Output file name", "FILE"}, {NULL, NULL, NULL}};
    const tool_page page = {"write the recorded runs as JSON", "filename",
        "Dump all runs from the database into a json file", operands, options, NULL};
    argc = tool_parse(argc, argv, &page);
    if (argc == 0) tool_exit(TOOL_MISUSE, "the output file is missing: name one, or - for stdout");
    if (argc > 1) tool_exit(TOOL_MISUSE, "one output file is enough: leave \"%s\" out", argv[1]);
    if (limit) count = tool_count("--limit", limit);
    db = tool_open(db_uri, true);
    runs = gem5art_get_runs(db, &query, &error);
    if (!runs) tool_exit(TOOL_FAILED, "%s", error.message);
    output = tool_create(argv[0], db);
    dump(runs, count, &output);
    tool_finish(&output);
    gem5art_iter_close(runs);
    gem5art_close(db, NULL);
    return tool_end(true);
}
