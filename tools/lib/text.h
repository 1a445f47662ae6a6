/* text.h - texts that grow, lists of strings, and memory. These calls never fail: out of memory, they end the tool. */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSE = 2 };

extern const char *tool_name; /* each tool defines it: "gem5art-ls" */
extern int tool_failed;       /* status of a failure: EXIT_FAILED, unless a tool keeps 1 for what it finds */

/* Bytes with a NUL after them; `text t = {0}` is an empty one, whose data is NULL. */
typedef struct text {
    char *data;
    size_t length, capacity;
} text;

void text_put(text *t, const char *bytes, size_t length);
void text_puts(text *t, const char *string);
__attribute__((format(printf, 2, 3))) void text_putf(text *t, const char *format, ...);
void text_vputf(text *t, const char *format, va_list arguments);
void text_cut(text *t, size_t length);     /* to its first `length` bytes */
void text_clear(text *t);                  /* empty; its memory is kept */
void text_free(text *t);
const char *text_string(const text *t);    /* "" while it is empty */

/* Memory, to be freed. */
void *text_alloc(size_t size);             /* zeroed */
void *text_realloc(void *memory, size_t size);
void *text_room(void *array, size_t count, size_t size); /* for one more item of this size; grows by doubling */
char *text_copy(const char *string);
char *text_copy_n(const char *bytes, size_t length);
__attribute__((format(printf, 1, 2))) char *text_printf(const char *format, ...);
void *text_keep(void *memory);             /* memory that is not freed: the tool ends with it */

bool text_starts(const char *string, const char *prefix);
bool text_ends(const char *string, const char *suffix);
bool text_is(const char *bytes, size_t length, const char *word);
bool text_same(const char *a, const char *b);
bool text_empty(const char *string);       /* NULL or "" */

/* Paths. */
const char *text_base(const char *path);   /* after the last slash */
/* `name` in `folder`, unless it is absolute or there is no folder, to be freed; without "." parts and doubled slashes.
   ".." parts stay, as a symlink may stand before them. */
char *text_join(const char *folder, const char *name);
const char *text_below(const char *folder, const char *path); /* after it; "." is the folder itself; NULL: elsewhere */

/* Strings in order, NULL-terminated once there is one. The strings are the caller's. */
typedef struct text_list {
    const char **items;
    size_t count;
} text_list;

void text_list_add(text_list *list, const char *item);
bool text_list_has(const text_list *list, const char *item);
void text_list_free(text_list *list); /* the list, not its strings */

/* The one of `words` (NULL-terminated) that was probably meant by a mistyped word; NULL: none is near. */
const char *nearest_word(const char *word, const char *const *words);

#endif
