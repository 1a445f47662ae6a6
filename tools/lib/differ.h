/* differ.h - the part of gem5art-diff that compares statistics. */
#ifndef DIFFER_H
#define DIFFER_H

#include "find.h"
#include "select.h"
#include "sheet.h"

typedef struct differ {
    bool stats, json, csv;
    const char *dump, *limit;
    selection where;   /* the first group of runs */
    text_list against; /* of the second group, these instead; none: two runs are compared */
} differ;

/* Rows for a page; `d` is the address of a differ. */
#define DIFFER_OPTIONS(d)                                                                                              \
    {"--stats", NULL, NULL, "Compare statistics: largest relative difference first", .flag = &(d)->stats},             \
    SELECT_CONDITIONS(&(d)->where),                                                                                    \
    {"--against", NULL, "VAR=LIST", "Compare with those that have this, as in cpu=o3", .list = &(d)->against,          \
     .words = "WHERE"},                                                                                                \
    {"--dump", NULL, "DUMP", "Use the dump: last (default), first, N, or sum", .value = &(d)->dump,                    \
     .words = "last first sum"},                                                                                       \
    {"--limit", NULL, "N", "Show at most N statistics", .value = &(d)->limit},                                         \
    {"--csv", NULL, NULL, " Print the statistics that differ as CSV", .flag = &(d)->csv}

/* Ends the tool if these options do not fit together, or the number of ids does not fit them. */
void differ_check(const differ *d, int ids);

/* Compares the statistics of two runs, whose titles the sheet has, or of the groups, and prints how they differ;
   returns whether they do. An error ends the tool. */
bool differ_show(const differ *d, gem5art_db *db, const found sides[2], sheet *s);

#endif
