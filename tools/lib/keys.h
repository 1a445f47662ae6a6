/* keys.h - numbers groups of equal texts. */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>

/* Sets the number of the group of each text, in the order in which groups were met; returns the number of groups. */
size_t keys_number(const char *const *texts, size_t count, size_t *groups);

#endif
