/* letters.c - see letters.h */

#include "letters.h"

#include <stdint.h>

#include "terminal.h"

#define LETTERS_ROOM 1.12 /* a viewer without Helvetica and Arial takes a font that may be wider */
enum { LETTERS_OTHER = 600, LETTERS_WIDE = 1000, LETTERS_BYTES = 1000 /* no figure has room for more */ };

/* Thousandths of the size, of the characters from the space to ~, as Adobe's metrics of Helvetica have them. */
static const short letters_widths[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778,
    722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278,
    278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};

/* The width of the character that a text begins with, and its bytes. */
static double letters_next(const char *string, size_t *bytes) {
    const unsigned char c = (unsigned char)*string;
    size_t columns;
    if (c >= ' ' && c <= '~') return *bytes = 1, letters_widths[c - ' '];
    if (!terminal_character(string, bytes, &columns)) return LETTERS_OTHER;
    return columns == 0 ? 0 : columns == 2 ? LETTERS_WIDE : LETTERS_OTHER;
}

double letters_width(const char *string, double size) {
    double width = 0;
    size_t bytes;
    for (; *string; string += bytes) width += letters_next(string, &bytes);
    return width * size * LETTERS_ROOM / 1000;
}

void letters_put(text *out, const char *string, double size, double most) {
    static const char ellipsis[] = "…";
    text safe = {NULL, 0, 0};
    double width = 0;
    const double most_width = most * 1000 / size / LETTERS_ROOM;
    size_t at, bytes, cut = 0;
    terminal_put(&safe, string, SIZE_MAX);
    for (at = 0; at < safe.length; at += bytes) {
        width += letters_next(safe.data + at, &bytes);
        if (width > most_width + 0.01 || at > LETTERS_BYTES) break;
        if (width + LETTERS_WIDE <= most_width) cut = at + bytes;
    }
    text_put(out, text_string(&safe), at < safe.length ? cut : safe.length);
    if (at < safe.length) text_puts(out, ellipsis);
    text_free(&safe);
}
