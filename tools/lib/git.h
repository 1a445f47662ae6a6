/* git.h - asks git: runs it on a folder and reads what it prints. */
#ifndef GIT_H
#define GIT_H

#include "text.h"

/* Runs `git -C folder ARGUMENTS...` (NULL-terminated) in English, without the repo's hooks and monitors; for that it
   sets variables of this process. *out is the output without its last line end. False: git could not be run. */
bool git_run(const char *folder, const char *const *arguments, text *out, int *status);

#endif
