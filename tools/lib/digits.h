/* digits.h - how much of an id is shown: as few characters as tell all ids apart. */
#ifndef DIGITS_H
#define DIGITS_H

#include "text.h"

/* At least 8. */
size_t digits_of(const text_list *ids, const text_list *more_ids);

#endif
