/* experiment.h - the artifacts and runs that an experiment file describes; "With a file" in README.md shows one.

   Keys are the fields of gem5art_artifact_desc and gem5art_run_desc. A sweep is the cross product of its matrix, the
   first variable slowest, without the rows of `exclude`, or with only those of `only`, followed by the rows of
   `include`. `overrides` apply to the rows that their `when` matches, the last one first. {variable} is replaced in
   every string, {script_commit} and {gem5_commit} in names and outdirs, {name} in outdirs; {{ and }} are braces.
   Comments (// and slash-star) and trailing commas are allowed. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include "store.h"
#include "text.h"

#ifndef EXPERIMENT_ROWS
#define EXPERIMENT_ROWS 1000000 /* the most rows of one matrix */
#endif

/* In names and outdirs: the first 12 digits of a repo's commit. */
#define EXPERIMENT_SCRIPT_COMMIT "{script_commit}"
#define EXPERIMENT_GEM5_COMMIT "{gem5_commit}"

typedef struct experiment_artifact {
    gem5art_artifact_desc desc;       /* experiment_register sets its inputs */
    size_t *inputs, input_count;      /* indexes of earlier artifacts */
    const gem5art_artifact *artifact; /* NULL until experiment_register */
    const gem5art_json *definition;   /* private, as the next two */
    const char *description;
    const struct experiment_artifact *outer;
} experiment_artifact;

typedef struct experiment_run {
    gem5art_run_desc desc;            /* experiment_use_artifacts sets its artifacts */
    bool fs;
    size_t roles[ROLES];              /* indexes of artifacts; the last two of FS runs only */
    size_t *more, more_count;         /* indexes of the further artifacts */
    const char *sweep, *outdir, *identity, *key; /* private */
} experiment_run;

typedef struct experiment {
    const char *path;
    experiment_artifact **artifacts;  /* each after its inputs */
    size_t artifact_count;
    experiment_run *runs;
    size_t run_count;
    text_list warnings;               /* doubts about its file, each with a place */
    text_list sbatch;                 /* options for Slurm */
} experiment;

/* Reads a file; "-" is standard input. `where`: conditions on the matrix variables as of --where, or NULL; `limit`: the
   most runs, negative for no limit. An error ends the tool, with PATH:LINE:COLUMN and a sentence. */
experiment *experiment_read(const char *path, const text_list *where, int64_t limit);

/* The same for text in memory, which it changes. It and `path` must outlive the experiment. */
experiment *experiment_parse(const char *path, text *content, const text_list *where, int64_t limit);

/* These add to an experiment, which is empty when it is zeroed. Its memory is that of text_keep. */
size_t experiment_add_artifact(experiment *e, experiment_artifact *artifact); /* returns its index */
experiment_run *experiment_add_run(experiment *e); /* zeroed; lives until the next one is added */

/* Registers one artifact, after its inputs. False with code OK in `error`: one of its inputs is not registered. */
bool experiment_register(experiment *e, gem5art_db *db, size_t index, gem5art_error *error);

/* Does a name or outdir have a placeholder for a commit? */
bool experiment_has_commits(const experiment *e);

/* Puts the registered artifacts into a run's desc, and their commits into its name and outdir. False: one of them is
   not registered. */
bool experiment_use_artifacts(experiment *e, experiment_run *run);

/* Appends the command line that would execute a run from `folder`, for a POSIX shell, with environment and niceness. */
void experiment_put_command(text *out, const experiment *e, const experiment_run *run, const char *folder);

#endif
