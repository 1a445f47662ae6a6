/* experiment.h - reads an experiment file into the artifacts and runs that it describes.

   It is JSON in which comments (// and slash-star) and trailing commas are allowed:

       {
         "artifacts": {
           "gem5": {"type": "git repo", "path": "gem5/", "documentation": "gem5 v24.0, as cloned"},
           "gem5-{isa}": {"type": "gem5 binary", "path": "gem5/build/{isa}/gem5.opt", "inputs": ["gem5"],
                          "command": "scons build/{isa}/gem5.opt", "documentation": "gem5 for {isa}, built from v24.0"},
         },
         "timeout": "12h",                                   // a default for all sweeps
         "sweeps": [{
           "mode": "se", "name": "hello {cpu}", "run_script": "gem5/configs/hello.py",
           "gem5_artifact": "gem5-{isa}", "gem5_git_artifact": "gem5", "run_script_git_artifact": "gem5",
           "matrix": {"isa": ["X86", "ARM"], "cpu": ["o3", "timing"], "size": [1, 2]},
           "exclude": [{"isa": "ARM", "cpu": ["o3", "kvm"]}],
           "overrides": [{"when": {"cpu": "o3"}, "timeout": "2d"}],
           "params": ["--cpu", "{cpu}", "--size={size}"], "outdir": "results/{isa}/{cpu}/{size}",
         }],
       }

   Keys are the fields of gem5art_artifact_desc and gem5art_run_desc. A sweep is the cross product of its matrix, the first
   variable slowest, without the rows of `exclude`, or with only those of `only`, followed by the rows of `include`.
   {variable} is replaced in every string; {{ and }} are braces. A time-out is in seconds, or "30m", "12h", "2d" or "none",
   and so is `stall`. `environment` is an object: variables that are set for the run. `accept`, `fail_on` and
   `gem5_options` are arrays; "probe": false turns the probe off. Each run records its matrix variables. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include "store.h"
#include "text.h"

#ifndef EXPERIMENT_ROWS
#define EXPERIMENT_ROWS 1000000 /* the most rows of one matrix */
#endif

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
    const char *sweep, *outdir, *key; /* private */
} experiment_run;

typedef struct experiment {
    const char *path;
    experiment_artifact **artifacts;  /* each after its inputs */
    size_t artifact_count;
    experiment_run *runs;
    size_t run_count;
    const gem5art_json *json;         /* private, as the next one */
    struct experiment_block *memory;
} experiment;

/* Reads a file. `only`: conditions on the matrix variables, for variables_match; `limit`: the most runs, negative for no
   limit. An error ends the tool, with PATH:LINE:COLUMN and a sentence. */
experiment *experiment_read(const char *path, const char *const *only, int64_t limit);

/* The same for text in memory, which it changes. `path` must outlive the experiment. */
experiment *experiment_parse(const char *path, text *source, const char *const *only, int64_t limit);

/* An experiment without artifacts and runs, to be filled by the next two. */
experiment *experiment_new(const char *path);
size_t experiment_add_artifact(experiment *e, experiment_artifact *artifact); /* from experiment_alloc; returns its index */
experiment_run *experiment_add_run(experiment *e);                            /* zeroed; lives until the next one is added */
/* Memory that lives as long as the experiment: zeroed, and a copy with a NUL after it. */
void *experiment_alloc(experiment *e, size_t size);
const char *experiment_keep(experiment *e, const char *bytes, size_t length);
void experiment_free(experiment *e);

/* Registers one artifact, after its inputs. False with code OK in `error`: one of its inputs is not registered. */
bool experiment_register(experiment *e, gem5art_db *db, size_t index, gem5art_error *error);

/* Puts the registered artifacts into a run's desc. False: one of them is not registered. */
bool experiment_use_artifacts(experiment *e, experiment_run *run);

/* Appends the command line that would execute a run from `folder`, for a POSIX shell, with its environment and niceness. */
void experiment_put_command(text *out, const experiment *e, const experiment_run *run, const char *folder);

#endif
