/* array.h - rows of cells for other programs: a JSON array of objects, or CSV. */
#ifndef ARRAY_H
#define ARRAY_H

#include "csv.h"

typedef struct array {
    text out;
    bool csv;
    csv_style style;
    char **names; /* as they stand before a value, or in the first line */
    size_t count, at, rows;
} array;

/* Begins with the names of the columns. */
void array_begin(array *a, bool csv, csv_style style, const text_list *names);

/* Appends the next cell of a row, as JSON or CSV writes it; "" is null. Each row has all its cells. */
void array_put(array *a, const char *value);

void array_print(array *a); /* ends it, and prints it on stdout */

#endif
