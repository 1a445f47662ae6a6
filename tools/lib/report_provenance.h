/* report_provenance.h - the artifacts of a report page: which was made from which, as nested lists. */
#ifndef REPORT_PROVENANCE_H
#define REPORT_PROVENANCE_H

#include "report.h"

/* Shows the artifacts that the runs name, and all that these were made from. */
void report_put_provenance(text *out, const report *r);

#endif
