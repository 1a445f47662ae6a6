/* terminal.c - see terminal.h */

#include "terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TERMINAL_LEAST = 20, TERMINAL_MOST = 500, TERMINAL_USUAL = 80 };

/* $COLUMNS, within limits; 0: it is not set to a number. */
static int terminal_wish(void) {
    const char *columns = getenv("COLUMNS");
    size_t length = columns ? strlen(columns) : 0;
    long wish;
    if (!length || length > 9 || columns[strspn(columns, "0123456789")]) return 0;
    wish = strtol(columns, NULL, 10);
    return wish == 0 ? 0 : wish < TERMINAL_LEAST ? TERMINAL_LEAST : wish > TERMINAL_MOST ? TERMINAL_MOST : (int)wish;
}

int terminal_columns(int fd) {
    struct winsize size;
    int wish = terminal_wish();
    if (wish) return wish;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : TERMINAL_USUAL;
}

size_t terminal_limit(int fd) { return isatty(fd) || terminal_wish() ? (size_t)terminal_columns(fd) : 0; }

bool terminal_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

const char *terminal_ellipsis(void) { return terminal_utf8() ? "\xe2\x80\xa6" : "..."; }

size_t terminal_ellipsis_columns(void) { return terminal_utf8() ? 1 : 3; }

/* Appends an ellipsis, or as much of it as fits; returns its columns. */
static size_t terminal_put_ellipsis(text *out, size_t columns) {
    size_t width = terminal_ellipsis_columns();
    if (columns >= width) text_puts(out, terminal_ellipsis());
    else text_put(out, "..", width = columns);
    return width;
}

/* ---- characters */

/* Ranges of characters that a terminal obeys or that hide the order of others: C1 controls, bidirectional controls, and
   the line and paragraph separators. */
static const uint32_t terminal_obeyed[][2] = {{0x80, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
                                              {0x2028, 0x202e}, {0x2066, 0x2069}};

/* Ranges of characters that take no column, and two; from Unicode's lists, as coarse as a table needs. */
static const uint32_t terminal_no_columns[][2] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x2060, 0x2064}, {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
static const uint32_t terminal_two_columns[][2] = {
    {0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff}, {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

static bool terminal_in(uint32_t code, const uint32_t (*ranges)[2], size_t count) {
    size_t i;
    for (i = 0; i < count; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1]) return true;
    return false;
}
#define TERMINAL_IN(code, ranges) terminal_in(code, ranges, sizeof(ranges) / sizeof *(ranges))

bool terminal_decode(const char *string, size_t *bytes, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)string;
    size_t n = *at < 0x80 ? 1 : *at >= 0xf0 && *at < 0xf5 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc2 ? 2 : 0, i;
    *bytes = 1;
    *code = n > 1 ? *at & (0x7fu >> n) : *at;
    if (n == 0 || *at > 0xf4) return false;
    for (i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80) return false;
        *code = *code << 6 | (at[i] & 0x3f);
    }
    if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000)) return false;
    *bytes = n;
    return true;
}

bool terminal_character(const char *string, size_t *bytes, size_t *columns) {
    uint32_t code;
    *columns = 1;
    if ((unsigned char)*string < 0x80) {
        *bytes = 1;
        return *string >= ' ' && *string != 0x7f;
    }
    if (!terminal_decode(string, bytes, &code) || TERMINAL_IN(code, terminal_obeyed)) {
        *bytes = 1;
        return false;
    }
    if (code < 0x300) return true;
    if (TERMINAL_IN(code, terminal_no_columns)) *columns = 0;
    else if (TERMINAL_IN(code, terminal_two_columns)) *columns = 2;
    return true;
}

bool terminal_is_shown(const char *string) {
    size_t bytes, columns;
    while (*string && terminal_character(string, &bytes, &columns)) string += bytes;
    return !*string;
}

/* ---- text */

void terminal_put_byte(text *out, char byte) {
    if (byte == '\n') text_puts(out, "\\n");
    else if (byte == '\t') text_puts(out, "\\t");
    else text_putf(out, "\\x%02x", (unsigned)(unsigned char)byte);
}

size_t terminal_put(text *out, const char *string, size_t columns) {
    const size_t ellipsis = columns == SIZE_MAX ? 0 : terminal_ellipsis_columns();
    size_t used = 0, fits = out->length, fits_columns = 0;
    while (*string) {
        size_t bytes, width, before = out->length;
        if (columns == SIZE_MAX && *string >= ' ' && *string < 0x7f) { /* plain text, in one go: lists are long */
            for (bytes = 1; string[bytes] >= ' ' && string[bytes] < 0x7f; bytes++) {}
            text_put(out, string, bytes);
            used += bytes;
            string += bytes;
            continue;
        }
        if (terminal_character(string, &bytes, &width)) text_put(out, string, bytes);
        else {
            terminal_put_byte(out, *string);
            width = out->length - before;
        }
        if (used + width > columns) { /* back to what leaves room for the ellipsis */
            text_cut(out, fits);
            return fits_columns + terminal_put_ellipsis(out, columns - fits_columns);
        }
        used += width;
        string += bytes;
        if (used + ellipsis <= columns) fits = out->length, fits_columns = used;
    }
    return used;
}

size_t terminal_put_end(text *out, const char *string, size_t columns) {
    const size_t ellipsis = terminal_ellipsis_columns();
    size_t bytes, width;
    if (columns < ellipsis || terminal_width(string) <= columns) return terminal_put(out, string, columns);
    for (; *string && terminal_width(string) > columns - ellipsis; string += bytes)
        terminal_character(string, &bytes, &width);
    text_puts(out, terminal_ellipsis());
    return ellipsis + terminal_put(out, string, columns - ellipsis);
}

void terminal_vputf(text *out, const char *format, va_list arguments) {
    text raw = {NULL, 0, 0};
    text_vputf(&raw, format, arguments);
    terminal_put(out, raw.data, SIZE_MAX);
    text_free(&raw);
}

size_t terminal_width(const char *string) {
    text shown = {NULL, 0, 0};
    size_t width = terminal_put(&shown, string, SIZE_MAX);
    text_free(&shown);
    return width;
}

void terminal_put_json(text *out, const char *json, size_t length) {
    size_t i, bytes, columns;
    uint32_t code;
    for (i = 0; i < length; i += bytes) {
        if (terminal_character(json + i, &bytes, &columns) || json[i] == '\n') text_put(out, json + i, bytes);
        else if (terminal_decode(json + i, &bytes, &code)) text_putf(out, "\\u%04x", (unsigned)code);
        else text_putf(out, "\\udc%02x", (unsigned)(unsigned char)json[i]);
    }
}

/* ---- words for a shell */

void terminal_put_quoted(text *out, const char *word) {
    const char *quote;
    for (text_puts(out, "'"); (quote = strchr(word, '\'')) != NULL; word = quote + 1) {
        text_put(out, word, (size_t)(quote - word));
        text_puts(out, "'\\''");
    }
    text_putf(out, "%s'", word);
}

/* A word that must be written with escapes, as every POSIX shell reads it: "$(printf 'a\033b')". That drops line ends
   at the end; they follow as $'\n', which older shells do not know. */
static void terminal_put_escaped(text *out, const char *word) {
    size_t length = strlen(word), i, bytes, columns;
    while (length && word[length - 1] == '\n') length--;
    text_puts(out, length ? "\"$(printf '" : "");
    for (i = 0; i < length; i += bytes) {
        const char *c = word + i;
        bool shown = terminal_character(c, &bytes, &columns) && *c != '\'' && (*c != '-' || i > 0);
        if (*c == '\n') text_puts(out, "\\n");
        else if (*c == '\t') text_puts(out, "\\t");
        else if (!shown) text_putf(out, "\\%03o", (unsigned)(unsigned char)*c);
        else text_putf(out, "%s%.*s", *c == '\\' ? "\\" : *c == '%' ? "%" : "", (int)bytes, c);
    }
    text_puts(out, length ? "')\"" : "");
    if (!word[length]) return;
    text_puts(out, "$'");
    for (; word[length]; length++) text_puts(out, "\\n");
    text_puts(out, "'");
}

static bool terminal_is_plain(char c) {
    return (c >= '+' && c <= ':') || (c >= '@' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '%' || c == '=';
}

void terminal_put_word(text *out, const char *word) {
    const char *end = word;
    while (terminal_is_plain(*end)) end++;
    if (end > word && !*end && (*word == '-' || !strchr(word, '='))) text_put(out, word, (size_t)(end - word));
    else if (terminal_is_shown(word)) terminal_put_quoted(out, word);
    else terminal_put_escaped(out, word);
}
