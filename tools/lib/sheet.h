/* sheet.h - text for people: titles, and entries of a label and a text that is broken where lines are full. A word that
   is longer than a line, such as a path, stays whole, as people copy it. */
#ifndef SHEET_H
#define SHEET_H

#include "text.h"

enum { SHEET_LABEL = 14 }; /* columns of a label and the space around it */

typedef struct sheet {
    text out;
    size_t columns, column; /* of the terminal; where the line is */
    size_t indent;          /* where further lines of the entry begin */
    const char *glue;       /* ends a line that is broken; "": nothing */
    const char *heading;    /* of the next entries; NULL: it was put already */
    bool color, fresh;      /* fresh: nothing follows the label yet */
} sheet;

typedef enum sheet_color {
    SHEET_PLAIN = 0,
    SHEET_BOLD = 1,
    SHEET_DIM = 2,
    SHEET_RED = 31,
    SHEET_GREEN = 32,
    SHEET_YELLOW = 33
} sheet_color;

void sheet_init(sheet *s, bool color); /* for stdout */
void sheet_print(sheet *s);            /* on stdout, through $PAGER if it is long; the sheet is empty then */

/* A title is put at once; a heading with the first entry below it, and without one never. */
void sheet_title(sheet *s, const char *title);
void sheet_heading(sheet *s, const char *heading);

/* "  label       text", broken into lines at its spaces and line ends. */
__attribute__((format(printf, 3, 4))) void sheet_entry(sheet *s, const char *label, const char *format, ...);

/* An entry in parts: its label, or space up to a column; texts and words; the end of the line. */
void sheet_label(sheet *s, const char *label);
void sheet_skip_to(sheet *s, size_t column);
void sheet_set_color(sheet *s, sheet_color color);
void sheet_put(sheet *s, sheet_color color, const char *string); /* in one line, made safe for terminals */
void sheet_word(sheet *s, const char *word);
void sheet_words(sheet *s, const char *string);
void sheet_break(sheet *s);
void sheet_end_line(sheet *s);

#endif
