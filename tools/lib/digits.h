/* digits.h - how many characters of ids are shown: the fewest that distinguish them. */
#ifndef DIGITS_H
#define DIGITS_H

#include "text.h"

/* At least 8. The ids stand one after the other, each with its NUL. */
size_t digits_of(const text *ids, const text *more_ids);

#endif
