/* select.c - see select.h */

#include "select.h"

#include <string.h>
#include <strings.h>

#include "options.h"
#include "when.h"

/* The one of `words` that is meant, in any case; another one ends the tool. */
static const char *word_of(const char *what, const char *word, const char *const *words) {
    size_t i;
    for (i = 0; words[i] && strcasecmp(words[i], word) != 0; i++) {}
    return words[words[i] ? i : options_word(what, word, words)];
}

void select_check(selection *s) {
    static const char *const modes[] = {"se", "fs", NULL};
    if (s->status) s->status = word_of("unknown status", s->status, record_statuses);
    if (s->type && !s->artifacts) s->fs = *word_of("unknown type", s->type, modes) == 'f';
    if (s->since) s->from = when_since("--since", s->since);
}

static const char *decoded(gem5art_text value) {
    static text string;
    text_clear(&string);
    members_put(&string, value);
    return text_string(&string);
}

static bool has_param(gem5art_text params, const char *param) {
    gem5art_text element;
    while (members_element(&params, &element))
        if (strcmp(decoded(element), param) == 0) return true;
    return false;
}

bool select_matches(const selection *s, const record *r) {
    const gem5art_text *values = r->members.values;
    size_t i;
    if (s->name && !strstr(decoded(values[RECORD_NAME]), s->name)) return false;
    if (r->when < s->from) return false;
    if (s->artifacts) return !s->type || strcasecmp(decoded(values[RECORD_TYPE]), s->type) == 0;
    if (s->type && r->fs != s->fs) return false;
    if (s->status && !members_begins(values[RECORD_STATUS], s->status)) return false; /* "Failed": failed checks too */
    for (i = 0; i < s->params.count; i++)
        if (!has_param(values[RECORD_PARAMS], s->params.items[i])) return false;
    return true;
}
