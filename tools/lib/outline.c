/* outline.c - see outline.h */

#include "outline.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "terminal.h"

enum { PREFIX_LEAST = 4 }; /* a shorter one is not worth a line */

static unsigned fact_of(const row *r, size_t place) { return place < r->fact_count ? r->facts[place] : 0; }

static void share(outline *o, char *item) { text_list_add(&o->shared, item); }

/* Before all others: as it is not in the rows, it must have a place above them. */
static void share_first(outline *o, char *item) {
    share(o, item);
    memmove(&o->shared.items[1], o->shared.items, (o->shared.count - 1) * sizeof *o->shared.items);
    o->shared.items[0] = item;
}

/* ---- names and params: the rows' own part, after the variables are taken out */

static bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Where a value stands in a text: as a word, if it does anywhere. */
static char *find_value(text *t, const char *value) {
    size_t length = strlen(value);
    char *at, *found = strstr(t->data, value);
    for (at = found; at; at = strstr(at + 1, value))
        if ((at == t->data || !is_word(at[-1])) && !is_word(at[length])) return at;
    return found;
}

/* "boot o3 1" becomes "boot {cpu} {cpus}". */
static const char *pattern_of(text *out, const outline *o, const row *r, const char *cell) {
    static text rest;
    size_t i;
    text_clear(out);
    text_puts(out, cell);
    for (i = 0; i < o->differing_count && o->differing[i] >= FACT_VARIABLES; i++) {
        const char *value = facts_shown(fact_of(r, o->differing[i]));
        char *at = *value ? find_value(out, value) : NULL;
        if (!at) continue;
        text_clear(&rest);
        text_puts(&rest, at + strlen(value));
        text_cut(out, (size_t)(at - out->data));
        text_puts(out, "{");
        terminal_put(out, facts_name(o->differing[i]), SIZE_MAX);
        text_puts(out, "}");
        text_puts(out, text_string(&rest));
    }
    return out->data;
}

/* The bytes that all cells begin with, up to a separator, and with something after them. */
static size_t common_prefix(const row_list *rows, size_t place, const char *separators) {
    const char *first = rows->rows[0]->cells[place];
    size_t i, k, length = strlen(first);
    for (i = 0; i < rows->count; i++) {
        const char *cell = rows->rows[i]->cells[place];
        for (k = 0; k < length && cell[k] == first[k]; k++) {}
        length = k - (k > 0 && !cell[k]);
    }
    while (length && !strchr(separators, first[length - 1])) length--;
    return length < PREFIX_LEAST ? 0 : length;
}

static size_t count_changes(const row_list *rows, size_t place) {
    size_t i, changes = 0;
    for (i = 1; i < rows->count; i++)
        changes += strcmp(rows->rows[i - 1]->cells[place], rows->rows[i]->cells[place]) != 0;
    return changes;
}

static void compare_cells(outline *o, outline_cell *c, const row_list *rows, const char *label,
                          const char *separators) {
    static text first, other;
    const char *cell = rows->rows[0]->cells[c->place];
    bool same = count_changes(rows, c->place) == 0;
    size_t i;
    text_clear(&first);
    text_puts(&first, same ? cell : pattern_of(&other, o, rows->rows[0], cell));
    for (i = same ? rows->count : 1; i < rows->count; i++)
        if (strcmp(first.data, pattern_of(&other, o, rows->rows[i], rows->rows[i]->cells[c->place])) != 0) break;
    c->needed = i < rows->count;
    c->prefix = c->needed ? common_prefix(rows, c->place, separators) : 0;
    if (c->prefix)
        share_first(o, text_printf("%s %.*s%s", label, (int)c->prefix, cell, terminal_ellipsis()));
    else if (!c->needed && first.length && c == &o->name) share_first(o, text_printf("%s %s", label, first.data));
    else if (!c->needed && first.length) share(o, text_printf("%s %s", label, first.data));
}

/* ---- facts */

/* The end of a path from its last `parts` parts on. */
static const char *end_of(const char *path, int parts) {
    const char *at = path + strlen(path);
    for (; at > path; at--)
        if (at[-1] == '/' && at[0] && --parts == 0) break;
    return at;
}

static void share_fact(outline *o, size_t place, const char *value) {
    if (place == FACT_GEM5) share(o, text_printf("%s %s", facts_name(place), end_of(value, 3)));
    else if (place < FACT_HOST) share(o, text_printf("%s %s", facts_name(place), end_of(value, 1)));
    else if (place == FACT_HOST) share(o, text_printf("%s %s", facts_name(place), value));
    else if (place == FACT_SCRIPT_COMMIT) share(o, text_printf("scripts %s", value));
    else if (place == FACT_GEM5_COMMIT) share(o, text_printf("%s %s", store_roles[ROLE_GEM5_GIT].label, value));
    else if (place < FACT_VARIABLES) return; /* nobody knows binaries by their hashes */
    else {
        text item = {NULL, 0, 0};
        terminal_put(&item, facts_name(place), SIZE_MAX);
        text_putf(&item, "=%s", value);
        share(o, item.data);
    }
}

/* Finds what all the paths have in common: folders that they begin with, and parts that they end with. */
static void compare_paths(outline *o, size_t place, const row_list *rows) {
    const char *first = NULL;
    size_t i, k, begin = 0, end = 0, length, least = SIZE_MAX;
    for (i = 0; i < rows->count; i++) {
        const char *path = facts_shown(fact_of(rows->rows[i], place));
        if (!*path) continue;
        if (!first) first = path, begin = end = strlen(path);
        for (k = 0; k < begin && path[k] == first[k]; k++) {}
        begin = k;
        length = strlen(path);
        if (length < least) least = length;
        for (k = 0; k < end && k < length && path[length - 1 - k] == first[strlen(first) - 1 - k]; k++) {}
        end = k;
    }
    while (begin && first[begin - 1] != '/') begin--;
    while (end && first[strlen(first) - end] != '/') end--;
    o->begin[place] = begin;
    o->end[place] = begin + end < least ? end : 0;
}

static bool differs(const outline *o, size_t place) {
    size_t i;
    for (i = 0; i < o->differing_count && o->differing[i] != place; i++) {}
    return i < o->differing_count;
}

static void compare_fact(outline *o, size_t place, const row_list *rows) {
    static text pattern, other_pattern;
    unsigned first = fact_of(rows->rows[0], place), value, other = 0; /* other: a second value */
    bool same = true; /* but for the values of variables */
    size_t i, have = 0;
    for (i = 0; i < rows->count; i++) {
        value = fact_of(rows->rows[i], place);
        have += value != 0;
        if (!first) first = value;
        if (value && value != first) other = value;
    }
    if (place >= FACT_VARIABLES && (rows->count == 1 || have < rows->count)) other = first; /* it tells runs apart */
    if (!other) {
        if (have == rows->count && first) share_fact(o, place, facts_shown(first));
        return;
    }
    if (place == FACT_GEM5_BINARY && (differs(o, FACT_GEM5) || differs(o, FACT_GEM5_COMMIT))) return;
    pattern_of(&pattern, o, rows->rows[0], facts_shown(fact_of(rows->rows[0], place)));
    for (i = 1; i < rows->count && place < FACT_VARIABLES && same; i++)
        same = strcmp(pattern.data, pattern_of(&other_pattern, o, rows->rows[i],
                                               facts_shown(fact_of(rows->rows[i], place)))) == 0;
    if (place < FACT_VARIABLES && same) share_fact(o, place, pattern.data);
    if (2 * have < rows->count || (place < FACT_VARIABLES && same)) return;
    o->differing[o->differing_count++] = place;
    if (place < FACT_HOST) compare_paths(o, place, rows);
}

void outline_make(outline *o, const row_list *rows) {
    size_t i;
    while (o->shared.count) free((void *)(uintptr_t)o->shared.items[--o->shared.count]);
    o->modes = false;
    o->differing_count = 0;
    o->name.needed = o->params.needed = true;
    o->name.prefix = o->params.prefix = 0;
    o->telling_params = true;
    if (!rows->count) return;
    for (i = 1; i < rows->count && !o->modes; i++) o->modes = rows->rows[i]->fs != rows->rows[0]->fs;
    for (i = FACT_VARIABLES; i < facts_count(); i++) compare_fact(o, i, rows);
    for (i = 0; i < FACT_VARIABLES; i++) compare_fact(o, i, rows);
    if (rows->count == 1) return;
    o->telling_params = count_changes(rows, o->params.place) > count_changes(rows, o->name.place);
    compare_cells(o, &o->params, rows, "params", " ");
    compare_cells(o, &o->name, rows, "name", " -_/:=+");
}

const char *outline_fact(const outline *o, const row *r, size_t place) {
    static text shown;
    const char *value = facts_shown(fact_of(r, place));
    if (place >= FACT_HOST || !*value) return value;
    text_clear(&shown);
    text_put(&shown, value + o->begin[place], strlen(value) - o->begin[place] - o->end[place]);
    return shown.data;
}

size_t outline_put(text *out, const outline *o, size_t limit) {
    const char *separator = terminal_utf8() ? " \xc2\xb7 " : "; ";
    const size_t gap = terminal_width(separator);
    size_t i, used = 0, lines = 0, width;
    for (i = 0; i < o->shared.count; i++) {
        width = terminal_width(o->shared.items[i]);
        if (used && used + gap + width <= limit) {
            text_puts(out, separator);
            used += gap;
        } else {
            if (lines == 2) continue; /* a later one may fit */
            text_puts(out, lines++ ? "\n" : "");
            used = 0;
        }
        used += terminal_put(out, o->shared.items[i], limit);
    }
    text_puts(out, lines ? "\n" : "");
    return lines;
}
