/* groups.h - rows that have the same cells, as groups: how many have which status, and the time that they took. */
#ifndef GROUPS_H
#define GROUPS_H

#include "array.h"
#include "rows.h"

/* Makes groups of the rows, which it sorts by the cells of the columns. */
void groups_make(row_list *rows, const column *columns, size_t column_count);

/* Print the groups: as JSON or CSV; as a table for a terminal of `limit` columns (0: there is none). */
void groups_print_array(bool csv, csv_style style);
void groups_print_table(size_t limit, bool color);

#endif
