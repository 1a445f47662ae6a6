/* sheet.c - see sheet.h */

#include "sheet.h"

#include <string.h>
#include <unistd.h>

#include "message.h"
#include "pager.h"
#include "terminal.h"

void sheet_init(sheet *s, bool color) {
    memset(s, 0, sizeof *s);
    s->glue = "";
    s->color = color;
    s->columns = (size_t)terminal_columns(STDOUT_FILENO);
}

void sheet_print(sheet *s) {
    pager_begin(&s->out);
    print(text_string(&s->out), s->out.length);
    text_free(&s->out);
}

void sheet_set_color(sheet *s, sheet_color color) {
    if (s->color) text_putf(&s->out, "\033[%dm", (int)color);
}

void sheet_put(sheet *s, sheet_color color, const char *string) {
    if (color) sheet_set_color(s, color);
    s->column += terminal_put(&s->out, string, SIZE_MAX);
    if (color) sheet_set_color(s, SHEET_PLAIN);
}

void sheet_title(sheet *s, const char *title) {
    if (s->out.length) text_puts(&s->out, "\n");
    sheet_put(s, SHEET_BOLD, title);
    sheet_end_line(s);
    s->heading = NULL;
}

void sheet_heading(sheet *s, const char *heading) { s->heading = heading; }

void sheet_skip_to(sheet *s, size_t column) {
    size_t space = s->column < column ? column - s->column : 1;
    text_putf(&s->out, "%*s", (int)space, "");
    s->column += space;
    s->indent = column;
    s->glue = "";
    s->fresh = true;
}

void sheet_label(sheet *s, const char *label) {
    if (s->heading) sheet_title(s, s->heading);
    text_puts(&s->out, "  ");
    s->column = 2 + terminal_put(&s->out, label, SIZE_MAX);
    sheet_skip_to(s, SHEET_LABEL);
}

void sheet_break(sheet *s) {
    text_putf(&s->out, "%s\n%*s", s->glue, (int)s->indent, "");
    s->column = s->indent;
    s->fresh = true;
}

void sheet_word(sheet *s, const char *word) {
    if (!s->fresh && s->column + 1 + terminal_width(word) + strlen(s->glue) > s->columns) sheet_break(s);
    if (!s->fresh) sheet_put(s, SHEET_PLAIN, " ");
    sheet_put(s, SHEET_PLAIN, word);
    s->fresh = false;
}

void sheet_words(sheet *s, const char *string) {
    text word = {0};
    for (;; string++) {
        size_t length = strcspn(string, " \n");
        text_clear(&word);
        text_put(&word, string, length);
        sheet_word(s, text_string(&word));
        string += length;
        if (!*string) break;
        if (*string == '\n') sheet_break(s);
    }
    text_free(&word);
}

void sheet_end_line(sheet *s) {
    text_puts(&s->out, "\n");
    s->column = 0;
}

void sheet_entry(sheet *s, const char *label, const char *format, ...) {
    text string = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vputf(&string, format, arguments);
    va_end(arguments);
    sheet_label(s, label);
    sheet_words(s, text_string(&string));
    sheet_end_line(s);
    text_free(&string);
}
