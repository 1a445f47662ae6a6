/* page.h - a tool's page: what it does and takes. Its --help, man page and completions are made of it. */
#ifndef PAGE_H
#define PAGE_H

#include "text.h"

/* A row is {"--name", "-n", "VALUE", "Help.", .value = &variable}; a list ends in a row without a name. */
typedef struct option {
    const char *name;       /* "--limit" */
    const char *letter;     /* "-l"; NULL: none */
    const char *value_name; /* "LIMIT"; NULL: it takes no value */
    const char *help;       /* with a space before it: in the man page only */
    const char **value;     /* where its value goes, or */
    text_list *list;        /* its values, of an option that can be repeated, or */
    bool *flag;             /* what it sets */
    const char *words;      /* values to offer, separated by spaces; FILE, FOLDER, ID, ARTIFACT, WHERE (a
                               variable of recorded runs and its value): any such; NULL: none */
} option;

#define OPTION_DB_URI_AS(variable, help) {"--db-uri", NULL, "DB_URI", help, (variable), NULL, NULL, "FILE"}
#define OPTION_DB_URI(variable) OPTION_DB_URI_AS(variable, "Store; default $GEM5ART_DB, else db.json here or above")
#define OPTION_COLOR(variable)                                                                                         \
    {"--color", NULL, "WHEN", "Use colors: always, auto (on terminals) or never", (variable), NULL, NULL,              \
     "always auto never"}
#define OPTION_END {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}

typedef struct operand {
    const char *name, *help, *words; /* words: as for options; the first ones are for all operands */
} operand;

typedef struct page {
    const char *summary;     /* a phrase, without a full stop */
    const char *usage;       /* its operands, and options that stand there in a form of their own */
    const char *description;
    const operand *operands; /* ended by one without a name; NULL: none that need words */
    const option *options;   /* --help and --version are every tool's */
    const char *more;        /* a last paragraph; NULL: none */
    const char *status;      /* of its exit; NULL: "0 success, 1 failure, 2 misuse" */
    const char *const *old;  /* options that have a new name: the old one, the new one, ..., NULL; NULL: none */
    bool argparse;           /* -h is described as Python's argparse does */
} page;

void page_put_usage(text *out, const page *p, int columns); /* of the terminal; more than 80 count as 80 */
void page_put_help(text *out, const page *p, int columns);
/* Appends the whole page for tools/manual.awk and the completions: a line each for its parts, fields between tabs, "-"
   for an empty one, line ends as \n. */
void page_put_fields(text *out, const page *p);

#endif
