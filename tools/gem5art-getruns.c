/* gem5art-getruns - dumps the recorded runs of a store into a JSON file: gem5art's tool of that name. */

#include "gem5art.h"

#include <string.h>

#include "lib/message.h"
#include "lib/options.h"
#include "lib/output.h"
#include "lib/store.h"

const char *tool_name = "gem5art-getruns";

static void dump(gem5art_iter *runs, output *out) {
    gem5art_json_writer writer;
    gem5art_error error;
    const char *json;
    size_t length, waiting = 0;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    while ((json = gem5art_next_json(runs, &length, &error)) != NULL) {
        gem5art_json_text(&writer, json, length);
        if ((waiting += length) < OUTPUT_BUFFER) continue;
        output_json(out, &writer);
        waiting = 0;
    }
    if (gem5art_iter_step(runs) == GEM5ART_FAILED) die_of(&error);
    gem5art_json_end_array(&writer);
    output_json(out, &writer);
    output_write(out, "\n", 1);
    gem5art_json_writer_free(&writer);
}

int main(int argc, char **argv) {
    const char *limit = NULL, *db_uri = NULL;
    gem5art_query query = {0};
    gem5art_db *db;
    gem5art_iter *runs;
    output out;
    const option options[] = {
        {"--fs-only", NULL, NULL, "Only output FS runs", .flag = &query.fs_only},
        {"--limit", NULL, "LIMIT", "Limit of the number of runs to return. Default: all", .value = &limit},
        OPTION_DB_URI_AS(&db_uri, "The database. Default $GEM5ART_DB, else file://db.json"),
        {"--search_name", "-s", "SEARCH_NAME", "Query for the name field", .value = &query.name_contains},
        OPTION_END};
    static const operand operands[] = {{"filename", "Output file name", "FILE"}, {NULL, NULL, NULL}};
    const page p = {.summary = "write the recorded runs as JSON", .usage = "filename",
        .description = "Dump all runs from the database into a json file", .operands = operands, .options = options,
        .argparse = true};
    argc = options_parse(argc, argv, &p);
    if (argc == 0) die(EXIT_MISUSE, "the output file is missing: name one, or - for stdout");
    if (argc > 1) die(EXIT_MISUSE, "one output file is enough: leave \"%s\" out", argv[1]);
    query.limit = limit ? options_count("--limit", limit) : -1;
    db = store_open(db_uri, true); /* as gem5art, without a look at the folders above */
    runs = store_runs(db, &query);
    out = output_create(argv[0], db);
    if (!limit || query.limit > 0) dump(runs, &out);
    else output_write(&out, "[]\n", 3);
    output_finish(&out);
    gem5art_iter_close(runs);
    gem5art_close(db, NULL);
    return finish(true);
}
