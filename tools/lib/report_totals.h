/* report_totals.h - the totals of a report page: runs by status and mode, their time, their span, their archives. */
#ifndef REPORT_TOTALS_H
#define REPORT_TOTALS_H

#include "report.h"

void report_put_totals(text *out, const report *r);

#endif
