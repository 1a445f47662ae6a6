/* find.h - finds a run or an artifact by its id, the beginning of its id, or its hash. */
#ifndef FIND_H
#define FIND_H

#include "gem5art.h"

#include "text.h"

/* One of both is set. */
typedef struct found {
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    gem5art_iter *live; /* owns a run that has not ended; NULL: it is recorded */
    bool queued;        /* it has not begun, either */
} found;

/* Of a run's hash the latest recorded attempt is found. White space after the key is ignored, as a line of CSV ends in
   CR LF. False, and the reason in *why: the key names nothing, or several things. */
bool find_key(gem5art_db *db, const char *key, found *f, text *why);
found find_any(gem5art_db *db, const char *key); /* ends the tool instead */
void find_end(found *f);

#endif
