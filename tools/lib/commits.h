/* commits.h - the hashes of the artifacts that runs name by id: commits of repos, contents of gem5 binaries. */
#ifndef COMMITS_H
#define COMMITS_H

#include "members.h"

enum { COMMITS_SHORT = 7 }; /* digits of a hash that people are shown */

/* Sets the store, in which artifacts are searched that were not noted. */
void commits_open(gem5art_db *db);

/* Notes an artifact, a record as JSON text. */
void commits_note(const char *json, size_t length);

/* Returns the hash of the artifact with this id, which is written as in a run's record; "" if it is unknown. */
const char *commits_of(gem5art_text id);

#endif
