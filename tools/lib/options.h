/* options.h - a command line: sets what its options name, and keeps its operands. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "page.h"

/* Sets the variables of the page's options and moves the operands to the front of argv; returns their number. Prints
   --help and --version. A misuse ends the tool. Call it first: it sets the locale, and what a misuse prints. */
int options_parse(int argc, char **argv, const page *p);

/* A whole number of 0 or more; anything else is a misuse of the option. */
int64_t options_count(const char *option_name, const char *value);

/* --color WHEN: always, never, or (auto, NULL) if `out` is a terminal with colors and NO_COLOR is not set. */
bool options_color(const char *when, FILE *out);

/* Ends the tool unless `word`, the value of an option or a command, is one of `words` (NULL-terminated), in any case:
   returns its index. `what` begins the message: "--to: unknown format". */
size_t options_word(const char *what, const char *word, const char *const *words);

/* As options_word, for a word that may be cut short: it begins one of `words`, in any case, which the others that begin
   with it begin with too ("fail": Failed, not Failed artifact check). */
size_t options_beginning(const char *what, const char *word, const char *const *words);

#endif
