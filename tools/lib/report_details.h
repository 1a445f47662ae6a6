/* report_details.h - what a report page shows of a run besides its row: command, artifacts, cost, cause, warnings. */
#ifndef REPORT_DETAILS_H
#define REPORT_DETAILS_H

#include "report.h"

/* Gathers the details of a run from its record. The artifacts must have been read. */
void report_details(report *r, report_run *run, const gem5art_run *from);

/* Adds what the files of the newest failed runs show, at most `most` runs. Returns how many failed runs are without. */
size_t report_add_evidence(report *r, size_t most);

#endif
