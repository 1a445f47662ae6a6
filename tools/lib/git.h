/* git.h - asks git: runs it on a folder and reads what it prints. */
#ifndef GIT_H
#define GIT_H

#include "text.h"

/* Runs `git -C folder ARGUMENTS...` (NULL-terminated) in plain English, with nothing of the repo's hooks or monitors.
   *out is what it printed, without the line end at its end; *status its exit status. False: it could not be run. */
bool git_run(const char *folder, const char *const *arguments, text *out, int *status);

#endif
