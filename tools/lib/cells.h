/* cells.h - the values of formulas, calculated from samples. */
#ifndef CELLS_H
#define CELLS_H

#include "formula.h"
#include "samples.h"

typedef struct cells_column {
    const char *name, *unit, *description; /* those of a statistic, or "" */
    size_t formula;
    size_t match; /* of a formula that is a glob, the statistic's number */
} cells_column;

typedef struct cells {
    formula *formulas;
    size_t formula_count;
    struct cells_term **terms; /* of each formula */
    cells_column *columns;     /* after cells_resolve */
    size_t column_count;
    const samples *samples;
    double *sums;              /* by the numbers of names: the values of the dumps that were added, weighted */
    size_t *given, dump_count; /* how many of these have the statistic */
    double *values;            /* of cells_calculate, by column */
    formula_gap *gaps;
} cells;

/* Reads formulas; an error ends the tool as misuse. */
void cells_begin(cells *c, const char *const *formulas, size_t count);
void cells_end(cells *c);

/* Adds the patterns of the statistics that are needed, for samples_begin. They live as long as the cells. */
void cells_list_patterns(const cells *c, text_list *patterns);

/* Finds the statistics that were read. Returns NULL, or the first pattern that no run has. */
const char *cells_resolve(cells *c, const samples *s);

/* Adds the values of a dump, times a weight. */
void cells_add_dump(cells *c, const samples_dump *dump, double weight);

/* Calculates the values of all columns from the dumps that were added, and forgets these. */
void cells_calculate(cells *c);

#endif
