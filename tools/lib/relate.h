/* relate.h - rows of a frame in relation: merged over repeats, compared with a baseline, and their means. */
#ifndef RELATE_H
#define RELATE_H

#include "frame_table.h"
#include "means.h"

/* Merges the rows that differ only in the variables of a list, which the frame has no more then: values become means,
   with their deviations and confidence intervals. A value that one of the rows lacks is missing. */
void relate_merge(frame *f, const text_list *over);

/* Divides values by those of the row of the same group that has variable `place` = `value`; `speedup`: these by the
   values. False, and why: a group has no such row, or several, or a value in it is 0 or missing. */
bool relate_compare(frame *f, size_t place, const char *value, bool speedup, text *why);

/* Adds a row with the means of all rows, or for each value of the variables `by` (places) one with the means of its
   rows. A mean of nothing is empty, and noted. */
void relate_mean(frame *f, means_kind kind, const size_t *by, size_t by_count);

#endif
