/* notes.h - counts messages by kind, to report each kind once. */
#ifndef NOTES_H
#define NOTES_H

#include "text.h"

enum { NOTES_KINDS = 20 }; /* kept; further ones only count */

typedef struct notes {
    struct note {
        char *kind, *first; /* the first message of the kind */
        int count;
    } items[NOTES_KINDS];
    int kinds, total;
} notes;

void notes_add(notes *n, const char *kind, const char *message);

#endif
