/* single.h - one run that the command line describes, as an experiment. */
#ifndef SINGLE_H
#define SINGLE_H

#include "experiment.h"
#include "page.h"

typedef struct single {
    const char *name, *gem5, *script, *outdir, *kernel, *disk, *gem5_repo, *script_repo; /* NULL: not given */
} single;

/* Rows for a page; `s` is the address of a single. */
#define SINGLE_OPTIONS(s)                                                                                              \
    {"--name", NULL, "NAME", " Set the name of a single run", .value = &(s)->name},                                    \
    {"--gem5", NULL, "FILE", " Set its gem5 binary", .value = &(s)->gem5, .words = "FILE"},                            \
    {"--script", NULL, "FILE", " Set its run script", .value = &(s)->script, .words = "FILE"},                         \
    {"--outdir", NULL, "DIR", " Set the folder that it writes", .value = &(s)->outdir, .words = "FOLDER"},             \
    {"--kernel", NULL, "FILE", " Set its kernel, which makes it a full-system run", .value = &(s)->kernel,             \
     .words = "FILE"},                                                                                                 \
    {"--disk", NULL, "FILE", " Set its disk image", .value = &(s)->disk, .words = "FILE"},                             \
    {"--gem5-repo", NULL, "DIR", " Name its gem5's git repo; default: where it is", .value = &(s)->gem5_repo,          \
     .words = "FOLDER"},                                                                                               \
    {"--script-repo", NULL, "DIR", " Name its script's; default: where it is", .value = &(s)->script_repo,             \
     .words = "FOLDER"}

bool single_given(const single *s); /* any of its options */

/* The experiment, whose paths start from `folder`. A missing file or option ends the tool. */
experiment *single_experiment(const single *s, const char *folder, char **params);

#endif
