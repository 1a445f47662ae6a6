/* text.c - see text.h */

#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tool_failed = EXIT_FAILED;

__attribute__((noreturn)) static void text_no_memory(void) {
    fflush(stdout);
    fprintf(stderr, "%s: out of memory\n", tool_name);
    exit(tool_failed);
}

void *text_alloc(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory) text_no_memory();
    return memory;
}

void *text_realloc(void *memory, size_t size) {
    memory = realloc(memory, size ? size : 1);
    if (!memory) text_no_memory();
    return memory;
}

void *text_room(void *array, size_t count, size_t size) {
    bool full = (count & (count - 1)) == 0; /* it has room for a power of two */
    return full ? text_realloc(array, (count ? 2 * count : 1) * size) : array;
}

/* Makes room for `more` bytes and a NUL. */
static void text_grow(text *t, size_t more) {
    size_t needed = t->length + more + 1;
    if (more > SIZE_MAX / 4) text_no_memory();
    if (needed <= t->capacity) return;
    t->capacity = t->capacity * 2 > needed ? t->capacity * 2 : needed < 64 ? 64 : needed;
    t->data = (char *)text_realloc(t->data, t->capacity);
}

void text_put(text *t, const char *bytes, size_t length) {
    text_grow(t, length);
    if (length) memcpy(t->data + t->length, bytes, length);
    t->length += length;
    t->data[t->length] = 0;
}

void text_puts(text *t, const char *string) { text_put(t, string, strlen(string)); }

void text_vputf(text *t, const char *format, va_list arguments) {
    va_list again;
    int length;
    va_copy(again, arguments);
    text_grow(t, 0);
    length = vsnprintf(t->data + t->length, t->capacity - t->length, format, arguments);
    if (length < 0) text_no_memory();
    if ((size_t)length >= t->capacity - t->length) {
        text_grow(t, (size_t)length);
        vsnprintf(t->data + t->length, t->capacity - t->length, format, again);
    }
    va_end(again);
    t->length += (size_t)length;
}

void text_putf(text *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_vputf(t, format, arguments);
    va_end(arguments);
}

void text_cut(text *t, size_t length) {
    if (length >= t->length) return;
    t->length = length;
    t->data[length] = 0;
}

void text_clear(text *t) { text_cut(t, 0); }

void text_free(text *t) {
    free(t->data);
    memset(t, 0, sizeof *t);
}

const char *text_string(const text *t) { return t->data ? t->data : ""; }

char *text_copy_n(const char *bytes, size_t length) {
    char *copy = (char *)text_realloc(NULL, length + 1);
    if (length) memcpy(copy, bytes, length);
    copy[length] = 0;
    return copy;
}

char *text_copy(const char *string) { return text_copy_n(string, strlen(string)); }

char *text_printf(const char *format, ...) {
    text t = {NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    text_vputf(&t, format, arguments);
    va_end(arguments);
    return t.data;
}

bool text_starts(const char *string, const char *prefix) { return strncmp(string, prefix, strlen(prefix)) == 0; }

bool text_ends(const char *string, const char *suffix) {
    size_t length = strlen(string), end = strlen(suffix);
    return length >= end && strcmp(string + length - end, suffix) == 0;
}

bool text_is(const char *bytes, size_t length, const char *word) {
    return strlen(word) == length && memcmp(bytes, word, length) == 0;
}

bool text_same(const char *a, const char *b) { return strcmp(a, b) == 0; }

bool text_empty(const char *string) { return !string || !*string; }

/* ---- paths */

const char *text_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *text_join(const char *folder, const char *name) {
    char *path = text_empty(folder) || *name == '/' ? text_copy(*name ? name : ".") : text_printf("%s/%s", folder, name);
    const char *from = path;
    char *to = path;
    while (*from) {
        if (from[0] == '/' && (from[1] == '/' || from[1] == 0) && (to != path || from[1] == '/')) from++;
        else if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || from[2] == 0)) from += 2;
        else if (to == path && from[0] == '.' && from[1] == '/') from += 2;
        else *to++ = *from++;
    }
    if (to == path) *to++ = *path == '/' ? '/' : '.';
    *to = 0;
    return path;
}

const char *text_below(const char *folder, const char *path) {
    size_t length = strlen(folder);
    if (length == 0 || !text_starts(path, folder)) return NULL;
    if (!path[length]) return ".";
    if (folder[length - 1] == '/') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

/* ---- lists */

void text_list_add(text_list *list, const char *item) {
    list->items = (const char **)text_realloc((void *)list->items, (list->count + 2) * sizeof *list->items);
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

bool text_list_has(const text_list *list, const char *item) {
    size_t i;
    for (i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0) return true;
    return false;
}

static text_list text_kept; /* no leak: it is reachable until the end */

void *text_keep(void *memory) {
    text_list_add(&text_kept, (const char *)memory);
    return memory;
}

void text_list_free(text_list *list) {
    free((void *)list->items);
    memset(list, 0, sizeof *list);
}

/* ---- the nearest word */

/* The number of letters to insert, remove, change or swap with the next one to turn `a` into `b`, ignoring case. */
static size_t text_distance(const char *a, const char *b) {
    enum { LONGEST = 40 };
    size_t d[LONGEST + 1][LONGEST + 1], i, k, m = strlen(a), n = strlen(b); /* of the first i and the first k letters */
    if (m > LONGEST || n > LONGEST) return SIZE_MAX;
    for (i = 0; i <= m; i++)
        for (k = 0; k <= n; k++) {
            bool both = i > 0 && k > 0, same = both && (a[i - 1] | 32) == (b[k - 1] | 32);
            d[i][k] = i + k;
            if (both && d[i - 1][k - 1] + !same < d[i][k]) d[i][k] = d[i - 1][k - 1] + !same;
            if (i > 0 && d[i - 1][k] + 1 < d[i][k]) d[i][k] = d[i - 1][k] + 1;
            if (k > 0 && d[i][k - 1] + 1 < d[i][k]) d[i][k] = d[i][k - 1] + 1;
            if (i > 1 && k > 1 && (a[i - 1] | 32) == (b[k - 2] | 32) && (a[i - 2] | 32) == (b[k - 1] | 32) &&
                d[i - 2][k - 2] + 1 < d[i][k])
                d[i][k] = d[i - 2][k - 2] + 1;
        }
    return d[m][n];
}

const char *nearest_word(const char *word, const char *const *words) {
    const char *nearest = NULL;
    size_t least = strlen(word) / 3;
    for (; *words; words++) {
        size_t distance = text_distance(word, *words);
        if (distance > least || (nearest && distance == least)) continue;
        nearest = *words;
        least = distance;
    }
    return nearest;
}
