/* frame_builder.h - the parts of making a frame: only for frame*.c. */
#ifndef FRAME_BUILDER_H
#define FRAME_BUILDER_H

#include "cells.h"
#include "chosen.h"
#include "frame_request.h"
#include "samples.h"

#define FRAME_SIMPOINT "simpoint" /* the variable, unless --weights-by names one */

enum { FRAME_GAPS = FORMULA_ZERO + 1 };

typedef struct frame_builder {
    frame *f;
    const frame_request *request;
    chosen chosen;
    samples samples;
    samples_run *runs; /* as the chosen ones */
    cells cells;
    chosen_count (*gaps)[FRAME_GAPS]; /* of each column, by the reason */
} frame_builder;

/* The run's value of a variable; "": it has none. */
const char *frame_value(const chosen_run *run, const char *variable);

/* The place of a variable that an option names; SIZE_MAX, after a message: no run has it. */
size_t frame_find(const frame *f, const char *option_name, const char *name);

/* Adds a row with the values of the dumps that were added to the cells. */
void frame_put_row(frame_builder *b, const chosen_run *run, size_t n, size_t dump);

/* frame_weights.c: adds a row for the runs of all simpoints of a program. False, after a message: it cannot be. */
bool frame_put_weighted_rows(frame_builder *b);

/* frame_report.c: sentences about runs without, or not with all, statistics; about empty cells; about rows that have
   the same variables. */
void frame_report(const frame_builder *b);
void frame_put_notes(frame_builder *b);
void frame_note_equals(frame *f);

/* Print that there are no rows, and why (false); that no run has a statistic, with names that are similar. */
bool frame_say_empty(const frame_request *q, const text_list *left_out);
void frame_say_unknown(frame_builder *b, const char *pattern, gem5art_db *db);

#endif
