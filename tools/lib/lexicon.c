/* lexicon.c - see lexicon.h */

#include "lexicon.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t lexicon_hash(const char *word) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *word; word++) hash = (hash ^ (unsigned char)*word) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* The slot of a word, or the empty one where it belongs. */
static size_t *lexicon_slot(const lexicon *l, const char *word) {
    size_t at = lexicon_hash(word) & (l->slot_count - 1);
    while (l->slots[at] && strcmp(l->words[l->slots[at]], word) != 0) at = (at + 1) & (l->slot_count - 1);
    return &l->slots[at];
}

static void lexicon_grow(lexicon *l) {
    size_t i;
    free(l->slots);
    l->slot_count = l->slot_count ? 2 * l->slot_count : 1024;
    l->slots = (size_t *)text_alloc(l->slot_count * sizeof *l->slots);
    for (i = 1; i < l->count; i++) *lexicon_slot(l, l->words[i]) = i;
}

static void lexicon_add(lexicon *l, const char *word) {
    l->words = (char **)text_room(l->words, l->count, sizeof *l->words);
    l->words[l->count++] = text_copy(word);
}

size_t lexicon_number(lexicon *l, const char *word) {
    size_t *slot;
    if (!l->count) lexicon_add(l, "");
    if (!*word) return 0;
    if (2 * l->count >= l->slot_count) lexicon_grow(l);
    slot = lexicon_slot(l, word);
    if (!*slot) {
        *slot = l->count;
        lexicon_add(l, word);
    }
    return *slot;
}

void lexicon_free(lexicon *l) {
    size_t i;
    for (i = 0; i < l->count; i++) free(l->words[i]);
    free(l->words);
    free(l->slots);
    memset(l, 0, sizeof *l);
}
