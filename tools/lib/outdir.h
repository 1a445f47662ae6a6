/* outdir.h - removes the outdir of a run from the disk: that folder, and nothing above it, beside it or behind a link. */
#ifndef OUTDIR_H
#define OUTDIR_H

#include "text.h"

typedef enum outdir_state {
    OUTDIR_OWN,    /* the run's own; after outdir_remove: it is removed */
    OUTDIR_GONE,   /* there is no such folder */
    OUTDIR_OTHER,  /* not the run's, or something else needs what is in it: it is left as it is */
    OUTDIR_FAILED  /* it cannot be removed, or not all of it */
} outdir_state;

/* Adds a file or folder that must stay: no outdir that is it or contains it is removed. A path without one adds nothing.
   `owner` says what needs it, such as "run 1234"; it must stay valid. */
void outdir_keep(const char *path, const char *owner);

/* Looks at an outdir: its info.json must name this run. Appends the reason, unless the folder is the run's own. */
outdir_state outdir_check(const char *path, const char *id, const char *hash, text *why);

/* Removes the info.json of a run that was created and is not launched, which would be in the way of a corrected
   experiment, and its outdir if that is empty then. */
void outdir_forget(const char *path, const char *id, const char *hash);

/* Looks again, and removes it; info.json last, so that nothing else takes the folder for its own meanwhile. */
outdir_state outdir_remove(const char *path, const char *id, const char *hash, text *why);

#endif
