/* sheet.h - text for people: headings, and entries whose text is broken where lines are full. A word that is longer
   than a line, such as a path, stays whole, as people copy it. */
#ifndef SHEET_H
#define SHEET_H

#include "tool.h"

enum { SHEET_LABEL = 14 }; /* columns of a label and the space around it */

typedef struct sheet {
    gem5art__buf text;
    size_t columns, column; /* of the terminal; where the line is */
    size_t indent;          /* where a line goes on */
    const char *glue;       /* what ends a line that is broken; "": nothing */
    const char *heading;    /* of the entries to come; NULL: it was put already */
    bool color, fresh;      /* fresh: nothing stands behind the label yet */
} sheet;

typedef enum sheet_color {
    SHEET_PLAIN = 0,
    SHEET_BOLD = 1,
    SHEET_RED = 31,
    SHEET_GREEN = 32,
    SHEET_YELLOW = 33
} sheet_color;

static void sheet_set_color(sheet *s, sheet_color color) {
    if (s->color) gem5art__putf(&s->text, "\033[%dm", (int)color);
}

/* Text as it is, made safe, in one line. */
static void sheet_put(sheet *s, sheet_color color, const char *text) {
    if (color) sheet_set_color(s, color);
    s->column += tool_put_text(&s->text, text, SIZE_MAX);
    if (color) sheet_set_color(s, SHEET_PLAIN);
}

static void sheet_break(sheet *s) {
    gem5art__putf(&s->text, "%s\n%*s", s->glue, (int)s->indent, "");
    s->column = s->indent;
    s->fresh = true;
}

static void sheet_word(sheet *s, const char *word) {
    size_t width = tool_width(word), room = strlen(s->glue);
    if (!s->fresh && s->column + 1 + width + room > s->columns) sheet_break(s);
    if (!s->fresh) sheet_put(s, SHEET_PLAIN, " ");
    sheet_put(s, SHEET_PLAIN, word);
    s->fresh = false;
}

/* Words of a text; its line ends stay. */
static void sheet_words(sheet *s, const char *text) {
    gem5art__buf word = {NULL, 0, 0, false};
    for (;;) {
        size_t length = strcspn(text, " \n");
        word.length = 0;
        gem5art__put(&word, text, length);
        if (word.failed) tool_exit(TOOL_FAILED, "out of memory");
        sheet_word(s, word.data);
        text += length;
        if (!*text) break;
        if (*text == '\n') sheet_break(s);
        text++;
    }
    gem5art__buf_free(&word);
}

static void sheet_title(sheet *s, const char *text) {
    gem5art__puts(&s->text, s->text.length ? "\n" : "");
    sheet_put(s, SHEET_BOLD, text);
    gem5art__puts(&s->text, "\n");
    s->heading = NULL;
}

/* Comes with the first entry below it; without one not at all. */
__attribute__((unused)) static void sheet_heading(sheet *s, const char *text) { s->heading = text; }

static void sheet_begin_line(sheet *s, size_t indent) {
    s->indent = indent;
    s->glue = "";
    s->fresh = true;
}

/* Space up to a column, at least one, where a text begins and its further lines will. */
static void sheet_skip_to(sheet *s, size_t column) {
    size_t space = s->column < column ? column - s->column : 1;
    gem5art__putf(&s->text, "%*s", (int)space, "");
    s->column += space;
    sheet_begin_line(s, column);
}

__attribute__((unused)) static void sheet_label(sheet *s, const char *label) {
    if (s->heading) sheet_title(s, s->heading);
    gem5art__puts(&s->text, "  ");
    s->column = 2 + tool_put_text(&s->text, label, SIZE_MAX);
    sheet_skip_to(s, SHEET_LABEL);
}

static void sheet_end_line(sheet *s) {
    gem5art__puts(&s->text, "\n");
    s->column = 0;
}

/* "  label       text" */
__attribute__((unused)) GEM5ART__PRINTF(3, 4) static void sheet_entry(sheet *s, const char *label, const char *format,
                                                                       ...) {
    gem5art__buf text = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&text, format, arguments);
    va_end(arguments);
    if (text.failed) tool_exit(TOOL_FAILED, "out of memory");
    sheet_label(s, label);
    sheet_words(s, text.data);
    sheet_end_line(s);
    gem5art__buf_free(&text);
}

static void sheet_print(sheet *s) {
    if (s->text.failed) tool_exit(TOOL_FAILED, "out of memory");
    tool_print(s->text.data, s->text.length);
    gem5art__buf_free(&s->text);
}

#endif
