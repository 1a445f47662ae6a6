/* report_table.h - the runs of a report page: the first ones as rows and details, and all of them as JSON for its
   script, which then shows, sorts and filters them. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "report.h"

void report_put_head(text *out, const report *r); /* the row of column heads */
void report_put_rows(text *out, const report *r); /* of the first runs */
void report_put_list(text *out, const report *r); /* the details of the same runs, for readers without scripts */
void report_put_json(text *out, const report *r);

#endif
