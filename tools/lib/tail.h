/* tail.h - the last lines of what a run wrote, each file under a heading with its path, and while it runs what is
   added to them. On a terminal, lines are cut after 4,096 columns. */
#ifndef TAIL_H
#define TAIL_H

#include <stdint.h>
#include <sys/types.h>

#include "logs.h"

enum { TAIL_ALL = -1 };

typedef struct tail {
    const char *outdir;
    const char *const *archives; /* as for logs_find */
    unsigned kinds;              /* of the files to show: 1 << LOGS_SIMERR and so on; 0: all */
    int64_t lines;               /* of each file, or TAIL_ALL */
    bool color;

    /* Private. */
    logs logs;
    text out;
    char *shown;       /* the file whose lines stand last on stdout */
    size_t column;     /* after them */
    bool cut, returned, any; /* the line was cut; a CR is held back; something was shown */
    struct tail_place {
        char *name;
        dev_t device;
        ino_t inode;
        off_t offset, size; /* shown up to here; its size then */
    } places[LOGS_MOST];
    size_t place_count;
} tail;

/* Shows the last lines. False: there are no such files; the reason, as a sentence, is in *why. `follow`: tail_follow is
   called next. */
bool tail_show(tail *t, bool follow, text *why);

/* Shows what is added to the files in the outdir, and new ones, until `ended` returns true, which is
   asked once a second. */
void tail_follow(tail *t, bool (*ended)(void *user_data), void *user_data);

void tail_end(tail *t);

#endif
