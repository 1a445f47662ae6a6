/* select.h - which runs or artifacts a tool is about, by the options that tools share. */
#ifndef SELECT_H
#define SELECT_H

#include "columns.h"

typedef struct selection {
    const char *name, *status, *type, *since; /* what the options gave; NULL: no such condition */
    text_list params;
    bool artifacts;                           /* of artifacts instead of runs */
    double from;                              /* private, as `fs` */
    bool fs;
} selection;

/* Rows for a tool's options; `s` is a selection that exists as long as the program. */
#define SELECT_OPTIONS(s)                                                                                              \
    {"--name", NULL, "PART", "List only runs with PART in the name", .value = &(s).name},                              \
        {"--status", NULL, "STATUS", "List only Finished, Failed, Running, ... runs", .value = &(s).status,            \
         .words = "Finished Failed Created Spawning Running"},                                                         \
        {"--type", NULL, "TYPE", "List only se or fs runs, or artifacts of TYPE", .value = &(s).type,                  \
         .words = "se fs"},                                                                                            \
        {"--since", NULL, "WHEN", "List only since WHEN: 30m, 3h, 2d, 2026-11-01", .value = &(s).since},               \
        {"--param", NULL, "VALUE", "List only runs with this parameter; can be repeated", .list = &(s).params}

/* Ends the tool unless the options mean something. To be called once, before select_matches. */
void select_check(selection *s);

bool select_matches(const selection *s, const record *r);

#endif
