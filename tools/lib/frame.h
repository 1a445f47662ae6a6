/* frame.h - a table of chosen statistics of chosen runs: selected, read, calculated, merged and compared. */
#ifndef FRAME_H
#define FRAME_H

#include "frame_request.h"

/* Ends the tool if the request is misuse: a formula or word with an error. frame_build does this, too. */
void frame_check(const frame_request *request);

/* Builds it; to be freed by frame_free, even if it fails: then it returns false, and has printed why. */
bool frame_build(frame *f, gem5art_db *db, const frame_request *request);

/* The statistics that chosen runs have, in the order of their files, without their values. */
typedef struct frame_stat {
    char *name, *unit, *description;
    size_t runs;                     /* that have it */
} frame_stat;
typedef struct frame_stats {
    frame_stat *items;
    size_t count, run_count;
    text_list left_out;
} frame_stats;

/* Lists those that have a column of the request in their names, as a text or a glob; without columns all. To be freed
   in any case, as that of frame_build. */
bool frame_list(frame_stats *s, gem5art_db *db, const frame_request *request);
void frame_stats_free(frame_stats *s);

#endif
