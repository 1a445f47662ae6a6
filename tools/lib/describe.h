/* describe.h - the words that every tool uses for how a run ended, what an artifact is, and how large a file is. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "gem5art.h"

#include "text.h"

/* Appends why a run ended as it did: "timeout", "SIGSEGV", "exit 3", "m5_fail instruction encountered, code 3";
   "no stats" of a Finished run without statistics. A Failed run always has a reason. Reads status, kill_reason,
   return_code, error, cause and warnings. */
void describe_reason(text *out, const gem5art_run *run);

/* Appends "Finished", "Failed: timeout", "Failed: exit 2". */
void describe_status(text *out, const gem5art_run *run);

/* Returns the cause if it adds something to the reason, else NULL. */
const char *describe_cause(const gem5art_run *run, const char *reason);

/* Seconds that the run took, or has taken by now; 0: it has not begun. */
double describe_seconds(const gem5art_run *run);

/* The type of an artifact, as words before its name: "kernel"; "results of" for the archive of a run. */
const char *describe_type(const char *type);

const char *describe_hash_kind(const gem5art_artifact *artifact); /* "commit", "MD5" or "SHA-256" */

/* Appends "1.5 MiB". */
void describe_bytes(text *out, double bytes);

bool describe_exists(const char *path);

#endif
