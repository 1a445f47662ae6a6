/* values.h - rows of runs or artifacts for other programs: whole values, as JSON or CSV. */
#ifndef VALUES_H
#define VALUES_H

#include "csv.h"
#include "rows.h"

/* Prints the cells of the columns, which are JSON or CSV already, and of CSV the variables that any row has. */
void values_print(const row_list *rows, const column *columns, size_t column_count, bool csv, csv_style style);

#endif
