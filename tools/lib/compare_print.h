/* compare_print.h - shows how statistics differ: for people, as JSON, as CSV. */
#ifndef COMPARE_PRINT_H
#define COMPARE_PRINT_H

#include "compare.h"
#include "versus.h"

/* Appends a table for a terminal of `limit` columns (0: there is none), and below it the counts and notes; at most
   `most` rows. */
void compare_put_text(text *out, const compare *c, const versus *v, size_t most, size_t limit);

/* Print on stdout, at most `most` statistics that differ. `ids`: of two runs. */
void compare_print_json(const compare *c, const versus *v, const char *const ids[2], size_t most);
void compare_print_csv(const compare *c, const versus *v, size_t most);

#endif
