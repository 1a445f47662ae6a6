/* reader.h - reads artifacts and runs of an experiment file, by a table of keys, for one row of variables at a time. */
#ifndef READER_H
#define READER_H

#include "experiment.h"
#include "source.h"

/* Where a key is allowed. */
enum { IN_TOP = 1, IN_SWEEP = 2, IN_OVERRIDE = 4, IN_ARTIFACT = 8, IN_ARCHIVE = 64, IN_RUN = 7 };

/* An array of conditions on the matrix variables. */
typedef struct conditions {
    const gem5art_json *array;   /* NULL: there is none */
    bool *holds, *held;          /* for each: does it match the row at hand, has it matched any? */
} conditions;

typedef struct reader {
    experiment *e;
    const source *s;
    const gem5art_json *sweep;
    conditions overrides;
    const char *const *variables; /* of the row at hand */
    const text_list *where;
    text_list wanted;             /* conditions, those of each --where in turn */
    bool *wanted_found;           /* for each: a row has it */
    int64_t limit;
    const char *name;             /* of the run at hand */
    int further;                  /* how many of `further` the text at hand can use */
    text scratch;
} reader;

/* The value must be an object with no other keys than those that are allowed in `where`. */
void reader_check_keys(const reader *r, const gem5art_json *object, int where, const char *what);

/* The value of a variable in the row at hand, which it must have; `at`: where it is named. */
const char *reader_variable(const reader *r, const char *at, const char *name, size_t length);

/* Adds a run for the row at hand. */
void reader_add_run(reader *r);

#endif
