/* digits.h - how many characters of ids are shown: the fewest that distinguish them. */
#ifndef DIGITS_H
#define DIGITS_H

#include "text.h"

/* At least 8. */
size_t digits_of(const text_list *ids, const text_list *more_ids);

#endif
