/* terminal.h - text on terminals: its width, and escapes for bytes that would control a terminal. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdint.h>

#include "text.h"

int terminal_columns(int fd);    /* $COLUMNS, taken as 20 to 500; else those of the terminal; else 80 */
size_t terminal_limit(int fd);   /* the same, but 0 if `fd` is not a terminal and $COLUMNS is not set: no limit */
bool terminal_utf8(void);     /* does the locale have UTF-8? Only then tools draw with more than ASCII */
const char *terminal_ellipsis(void);
size_t terminal_ellipsis_columns(void);

/* The character that `string` begins with: its bytes and code. False: one byte that is not UTF-8. */
bool terminal_decode(const char *string, size_t *bytes, uint32_t *code);
/* Its bytes and columns. False: one byte or character that a terminal would obey, or that is not UTF-8. */
bool terminal_character(const char *string, size_t *bytes, size_t *columns);
bool terminal_is_shown(const char *string); /* would a terminal show it as it is, in one line? */

/* Appends as much of a string as fits, with an ellipsis where it is cut (SIZE_MAX columns: all of it); what a terminal
   would obey, and bytes that are not UTF-8, as \n, \t and \xHH. Returns the columns that it takes. */
size_t terminal_put(text *out, const char *string, size_t columns);
/* The same, cut at the beginning: for labels and paths, which differ at their ends. */
size_t terminal_put_end(text *out, const char *string, size_t columns);
void terminal_vputf(text *out, const char *format, va_list arguments); /* the whole string, made safe in the same way */
size_t terminal_width(const char *string); /* the columns that all of it takes */
void terminal_put_byte(text *out, char byte); /* as \n, \t or \xHH */
/* Appends JSON, in which what a terminal would obey is escaped. Line ends stay. */
void terminal_put_json(text *out, const char *json, size_t length);
/* Appends a word as a shell reads it back, for command lines that are pasted: one line. */
void terminal_put_word(text *out, const char *word);
void terminal_put_quoted(text *out, const char *word); /* in quotes, byte for byte */

#endif
