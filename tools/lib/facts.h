/* facts.h - the facts by which runs differ: variables, programs, commits, host. Each value is kept once, and has a
   number. */
#ifndef FACTS_H
#define FACTS_H

#include "columns.h"

enum { FACT_GEM5, FACT_SCRIPT, FACT_LINUX, FACT_DISK, FACT_HOST, /* from here on, hashes: see commits.h */
       FACT_SCRIPT_COMMIT, FACT_GEM5_COMMIT, FACT_GEM5_BINARY, FACT_VARIABLES, FACTS_MOST = 256 };

/* Asks the record for the members of the facts that are not variables; these are always read. */
void facts_want(record *r);

/* Sets the numbers of a run's values, 0 where it has none, and returns how many there are: variables have the places from
   FACT_VARIABLES on, in the order in which they were first met. Further ones than FACTS_MOST are left out. */
size_t facts_read(const record *r, unsigned values[FACTS_MOST]);

size_t facts_count(void);           /* of the places that are in use */
const char *facts_name(size_t place);
const char *facts_json(unsigned value);  /* as written in the record; 0: "" */
const char *facts_shown(unsigned value); /* decoded, made safe for terminals; 0: "" */

#endif
