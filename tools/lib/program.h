/* program.h - runs other programs and reads what they print. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "text.h"

typedef struct program {
    pid_t pid;
    FILE *out; /* what it prints */
} program;

/* Starts a program (arguments NULL-terminated, the first one searched for in PATH) without input, its errors unseen.
   False: it cannot be run. */
bool program_start(program *p, const char *const *arguments);
bool program_start_on(program *p, const char *const *arguments, int input); /* with an open file as its input */
int program_end(program *p); /* its exit status; 128: a signal ended it */

/* Runs a program to its end. *out is what it prints, errors included, without its last line end. Returns its exit status;
   -1: it cannot be run; 128: a signal ended it, also after `seconds`, when it is killed. */
int program_run(const char *const *arguments, double seconds, text *out);

bool program_is_commit(const char *word); /* a whole commit id, which git cannot take for an option or a path */

/* Runs `git -C folder ARGUMENTS...` (NULL-terminated) in English, without the repo's hooks and monitors; for that it
   sets variables of this process. *out is the output without its last line end. False: git was not run, or failed. */
bool program_git(const char *folder, const char *const *arguments, text *out);

#endif
