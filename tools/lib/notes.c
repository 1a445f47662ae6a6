/* notes.c - see notes.h */

#include "notes.h"

void notes_add(notes *n, const char *kind, const char *message) {
    struct note *note = n->items;
    n->total++;
    while (note < n->items + n->kinds && !text_same(note->kind, kind)) note++;
    if (note == n->items + NOTES_KINDS) return;
    note->count++;
    if (note < n->items + n->kinds) return;
    note->kind = text_copy(kind);
    note->first = text_copy(message);
    n->kinds++;
}
