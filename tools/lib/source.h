/* source.h - a JSON file as people write it, with comments and trailing commas; its errors have a line and a column. */
#ifndef SOURCE_H
#define SOURCE_H

#include "gem5art.h"

#include "text.h"

typedef struct source {
    const char *path;         /* as messages name it */
    const char *content;      /* with its comments blanked */
    const gem5art_json *root;
} source;

/* Reads a file; "-" is standard input, which messages name so. An error ends the tool, with PATH:LINE:COLUMN and a
   sentence, here and below. */
source *source_read(const char *path);

/* The same for text in memory, which it changes. Both must outlive the source. */
source *source_parse(const char *path, text *content);

/* Appends "PATH:LINE:COLUMN: ". `at` points into the content, or to the raw text of a value of the root. */
void source_put_place(text *out, const source *s, const char *at);

__attribute__((format(printf, 3, 4), noreturn)) void source_bad(const source *s, const char *at, const char *format,
                                                                ...);

/* An error about `word`, which is none of `names`: asks whether the nearest of them was meant, or gives the advice. */
__attribute__((noreturn)) void source_bad_word(const source *s, const char *at, const char *problem, const char *word,
                                               const text_list *names, const char *advice);

/* Returns a value that must have this type. */
const gem5art_json *source_need(const source *s, const gem5art_json *value, gem5art_json_type type, const char *what);

/* Returns a string, or a number as it is written. */
const char *source_scalar(const source *s, const gem5art_json *value, const char *what);

#endif
