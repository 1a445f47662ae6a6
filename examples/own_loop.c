/* own_loop.c - runs in a program that has an event loop of its own.

     own_loop INFO_JSON...

   Executes the runs that these info.json files describe (their artifacts must be in $GEM5ART_DB, else db.json here).
   Meanwhile a line on stdin is answered with how far they are, and "q" cancels them all. */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gem5art_error error;
static gem5art_event last; /* for its counters */

static void die(void) {
    fprintf(stderr, "own_loop: %s\n", error.message);
    exit(1);
}

static void on_event(const gem5art_event *event, void *user_data) {
    (void)user_data;
    last = *event;
    if (event->type == GEM5ART_EVENT_ENDED) printf("%s: %s\n", event->run->name, event->run->status);
    if (event->type == GEM5ART_EVENT_SKIPPED) printf("%s: %s\n", event->run->name, event->error->message);
    fflush(stdout);
}

int main(int argc, char **argv) {
    gem5art_run **runs = (gem5art_run **)calloc((size_t)argc, sizeof *runs);
    struct pollfd watched[2];
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    gem5art_db *db;
    int i, left, status;

    if (argc < 2 || !runs) {
        fprintf(stderr, "usage: own_loop INFO_JSON...\n");
        return 2;
    }
    memset(&desc, 0, sizeof desc);
    desc.event = on_event;
    db = gem5art_open(NULL, NULL, &error);
    if (!db) die();
    pool = gem5art_pool_create(db, &desc, &error);
    if (!pool) die();
    for (i = 1; i < argc; i++) {
        runs[i] = gem5art_load_run(db, argv[i], &error);
        if (!runs[i] || !gem5art_pool_add(pool, runs[i], &error)) die();
    }

    watched[0].fd = gem5art_pool_fd(pool);
    watched[1].fd = STDIN_FILENO;
    watched[0].events = watched[1].events = POLLIN;
    while ((left = gem5art_pool_step(pool, 0, &error)) != 0) {
        if (left < 0) fprintf(stderr, "own_loop: %s\n", error.message); /* one run's; the others continue */
        if (poll(watched, 2, gem5art_pool_timeout(pool)) > 0 && watched[1].revents) {
            char line[256];
            ssize_t length = read(STDIN_FILENO, line, sizeof line);
            if (length <= 0) watched[1].fd = -1; /* no more to read: poll skips it */
            else if (line[0] == 'q') for (i = 1; i < argc; i++) gem5art_pool_cancel(pool, runs[i]->id, NULL);
            else printf("%d queued, %d running, %d ended\n", last.queued, last.running + last.ending, last.finished + last.failed);
            fflush(stdout);
        }
    }
    status = last.finished != last.added;
    gem5art_pool_destroy(pool);
    if (!gem5art_close(db, &error)) die();
    free(runs);
    return status;
}
