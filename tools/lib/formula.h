/* formula.h - a column of a table of statistics: "[NAME =] EXPRESSION" over names of statistics.

   Expressions have + - * / ( ), numbers, names, and sum(), mean(), min(), max() and count() of a glob (see
   stats_filter.h). A name in double quotes may have any characters. A * or ? that touches a name belongs to it. */
#ifndef FORMULA_H
#define FORMULA_H

#include "gem5art.h"

#include "text.h"

typedef enum formula_gather {
    FORMULA_ONE, /* a name that stands alone */
    FORMULA_SUM,
    FORMULA_MEAN,
    FORMULA_MIN,
    FORMULA_MAX,
    FORMULA_COUNT
} formula_gather;

typedef struct formula_term {
    char *pattern;
    bool glob;
    formula_gather gather;
    size_t at; /* bytes before it */
} formula_term;

typedef struct formula {
    char *source, *name;       /* name: as shown; the expression, if none was given */
    bool named;                /* it was given */
    formula_term *terms;
    size_t term_count;
    struct formula_step *steps; /* in the order of a stack machine */
    size_t step_count;
} formula;

/* Why there is no value. */
typedef enum formula_gap { FORMULA_NO_GAP, FORMULA_MISSING, FORMULA_NAN, FORMULA_ZERO } formula_gap;

/* Returns the value of a term, or NaN and sets the gap. */
typedef double formula_lookup(void *user, size_t term, formula_gap *gap);

/* Reads a formula. False, and a sentence without a full stop in `why`, with *at bytes before the place: it has an
   error; nothing is to be freed then. */
bool formula_parse(formula *f, const char *source, text *why, size_t *at);
void formula_free(formula *f);

/* Ends the tool as misuse if a formula has an error, which it shows with a caret. */
void formula_check(const char *source);

/* Adds the formulas of a file, a line each, to a list; blank lines and comments from # on are left out. They live until
   the tool ends. An error ends the tool; it is reported with line and column. */
void formula_read_file(text_list *list, const char *path);

/* Is the whole formula a glob, which stands for a column for each match? */
bool formula_is_glob(const formula *f);

/* The value; NaN and *gap, if there is none. Infinite values of statistics stay. */
double formula_evaluate(const formula *f, formula_lookup *lookup, void *user, formula_gap *gap);

/* Appends a name as a formula has it: in quotes, where it needs them. */
void formula_put_name(text *out, const char *name);

#endif
