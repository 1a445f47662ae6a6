/* review.h - compares a recorded run with the outcome that the library would give it today, from the files of its
   outdir; if that is gone, from its results archive, which unzip unpacks into a temporary folder. */
#ifndef REVIEW_H
#define REVIEW_H

#include "gem5art.h"

typedef struct review {
    gem5art_db *db;
    const gem5art_run *run, *now; /* as recorded, and as of today */
    bool lacks_files;
    char *folder;                 /* temporary; NULL: none */
} review;

/* False: the run cannot be reviewed, for it did not end or (lacks_files) its files are gone. `cwd`: relative paths of
   archives lead from there. Either way, call review_end. */
bool review_begin(review *v, gem5art_db *db, const gem5art_run *run, const char *cwd);
void review_end(review *v);

void review_remove(const char *folder); /* with all that is in it */

bool review_is_same(const review *v);
void review_put(gem5art_json_writer *writer, const review *v); /* as a JSON object */

#endif
