/* chosen.h - the runs whose statistics are wanted: those that are selected, and good. */
#ifndef CHOSEN_H
#define CHOSEN_H

#include "select.h"
#include "stats.h"

typedef struct chosen_run {
    char *id, *name, *status;
    text_list variables; /* name, value, ...; to be freed with their strings */
    stats_place place;   /* path NULL: the statistics were not found, and `why` has the reason */
    text why;
} chosen_run;

typedef struct chosen {
    chosen_run *runs;
    size_t count;
    text_list left_out; /* sentences, to be freed with the list */
} chosen;

/* Chooses the selected runs that are Finished, whose statistics have no warning, and of the attempts at one experiment
   the newest of these; `all`: all selected runs. */
void chosen_make(chosen *c, gem5art_db *db, selection *s, bool all);
void chosen_free(chosen *c);

/* Counts things by kind, with the first ids of each. */
enum { CHOSEN_IDS = 2 };
typedef struct chosen_count {
    char *kind;
    size_t count;
    char *ids[CHOSEN_IDS];
} chosen_count;
typedef struct chosen_counts {
    chosen_count *items;
    size_t count;
} chosen_counts;
void chosen_add(chosen_counts *counts, const char *kind, const char *id);
void chosen_count_one(chosen_count *count, const char *id);
void chosen_put_ids(text *out, const chosen_count *count); /* "2ba4f3c1, 88ab1204, ..." */
/* Adds a sentence for each kind, whose noun ends before a "|": of "run| of no use", "2 runs of no use are left out: ID,
   ID". */
void chosen_report(text_list *sentences, const chosen_counts *counts);
void chosen_counts_free(chosen_counts *counts);
void chosen_count_free(chosen_count *count);

#endif
