/* reproduce.h - prints a shell script that makes again what a run or an artifact needs, and then executes the run:
   clones and checkouts, build commands in the order of their inputs, checks of what was built, the run's command.

   The script works in a new folder. What stood below the folder where the run was executed stands at the same place
   below the new one; what stood elsewhere, below outside/ there. */
#ifndef REPRODUCE_H
#define REPRODUCE_H

#include "gem5art.h"

/* Give one of both; the other is NULL. */
void reproduce(gem5art_db *db, const gem5art_run *run, const gem5art_artifact *artifact);

#endif
