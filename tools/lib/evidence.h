/* evidence.h - shows why a run failed: the last lines of gem5's errors, and the lines around a kernel's
   panic on the guest's terminals. They are read from the outdir, or if that is gone from the archive, by unzip. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "sheet.h"

/* Puts the excerpts on the sheet. `archives`: where the archive may be, the likeliest first; NULL-terminated. */
void evidence_show(sheet *s, const char *outdir, const char *const *archives);

#endif
