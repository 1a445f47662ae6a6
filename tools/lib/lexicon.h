/* lexicon.h - keeps each of many texts once, and gives it a number. */
#ifndef LEXICON_H
#define LEXICON_H

#include "text.h"

/* `lexicon l = {0}` is an empty one. */
typedef struct lexicon {
    char **words;  /* words[0] is "", once there is one */
    size_t count;
    size_t *slots, slot_count; /* private */
} lexicon;

/* The number of a text, which is added if it is new; 0 is "". */
size_t lexicon_number(lexicon *l, const char *word);
void lexicon_free(lexicon *l);

#endif
