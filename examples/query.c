/* query.c - lists the runs of a store whose names contain NAME_PART, one a line.

     query [STORE [NAME_PART]]

   STORE is as for gem5art_open: a path or a file:// URI; default $GEM5ART_DB, else db.json here. */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    gem5art_error error;
    gem5art_open_desc desc;
    gem5art_query query;
    gem5art_db *db;
    gem5art_iter *rows;
    const gem5art_run *run;
    bool failed;

    memset(&desc, 0, sizeof desc);
    desc.read_only = true;
    db = gem5art_open(argc > 1 ? argv[1] : NULL, &desc, &error);
    if (!db) {
        fprintf(stderr, "query: %s\n", error.message);
        return 1;
    }
    memset(&query, 0, sizeof query);
    query.name_contains = argc > 2 ? argv[2] : NULL;
    rows = gem5art_get_runs(db, &query, &error);
    while (rows && (run = gem5art_next_run(rows, &error)) != NULL)
        printf("%.8s  %-3s %-20s %-10s %5.1f s  %4lld  %s\n", run->id, *run->linux_name ? "FS" : "SE", run->name,
               run->status, run->end_time - run->start_time, (long long)run->return_code, run->kill_reason);
    failed = gem5art_iter_step(rows) == GEM5ART_FAILED;
    gem5art_iter_close(rows);
    gem5art_close(db, NULL);
    if (failed) fprintf(stderr, "query: %s\n", error.message);
    return failed;
}
