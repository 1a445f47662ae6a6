/* label.h - how gem5art-run names a run, its outdir, its end, and what is recorded of it. */
#ifndef LABEL_H
#define LABEL_H

#include "gem5art.h"

#include "text.h"

enum { LABEL_ID = 8 }; /* characters of an id, as gem5art-ls shows it */

extern const char *label_folder; /* absolute: paths below it are shown without it */
extern bool label_same_names;    /* several runs have one name: their variables or outdirs tell them apart */

const char *label_path(const char *path);
const char *label_run(const gem5art_run *run); /* until the next call */

/* Appends "exit 1 after 4.2 s: src/sim/x.cc:1: fatal: ...". */
void label_put_end(text *out, const gem5art_run *run);

/* A recorded attempt at a run: the first that Finished, else the latest one. */
typedef struct label_attempt {
    bool found, finished;
    char id[LABEL_ID + 1];
    text status, end, name, outdir;
} label_attempt;

void label_find_attempt(label_attempt *a, gem5art_db *db, const gem5art_run *run);
void label_free_attempt(label_attempt *a);

#endif
