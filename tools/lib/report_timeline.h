/* report_timeline.h - the timeline of a report page: a bar for each run, by host, in as many lanes as runs overlap. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include "report.h"

void report_put_timeline(text *out, const report *r);

#endif
