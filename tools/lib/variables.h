/* variables.h - the matrix variables of a run: name, value, ..., NULL. */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Letters, digits and _, with no digit first. */
bool variables_is_name(const char *name);

/* The value, or NULL when there is no such variable. `name` need not be NUL-terminated. */
const char *variables_get(const char *const *variables, const char *name, size_t length);

/* Tests a condition, "cpu=o3"; a variable that is missing has no value. */
bool variables_has(const char *const *variables, const char *condition);

/* Tests conditions ("cpu=o3", ..., NULL): true when each variable that they name has one of the values that they give
   for it. NULL: no conditions. */
bool variables_match(const char *const *variables, const char *const *conditions);

/* Adds the conditions that "cpu=o3,atomic" stands for: "cpu=o3", "cpu=atomic", and "cpu=o3,atomic", as a value may have
   a comma. They live until the tool ends. False: it has no name or no "=". */
bool variables_add_conditions(text_list *conditions, const char *given);

/* Appends why no run meets a condition: its variable is not among these names (no values), or its value not among
   these. */
void variables_put_unknown(text *out, const char *condition, const text_list *names, const text_list *values);

/* Appends "cpu=o3 size=2". */
void variables_put(text *out, const char *const *variables);

#endif
