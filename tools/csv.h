/* csv.h - cells of a CSV table as RFC 4180 has them, always in UTF-8. */
#ifndef CSV_H
#define CSV_H

#include "tool.h"

typedef struct csv_style {
    bool spreadsheet; /* text that a spreadsheet would take for a formula gets a ' in front */
    bool terminal;    /* what a terminal would obey is written out */
} csv_style;

/* A text, quoted where it must be. Bytes that are not UTF-8, and NUL, become \xHH. */
static void csv_put_text(gem5art__buf *row, csv_style style, const char *text, size_t length) {
    bool formula = style.spreadsheet && length && memchr("=+-@\t\r\n", *text, 7), quoted = formula;
    size_t i, bytes, columns;
    uint32_t code;
    for (i = 0; i < length && !quoted; i++) quoted = memchr(",\"\r\n", text[i], 4) != NULL;
    gem5art__puts(row, quoted ? formula ? "\"'" : "\"" : "");
    for (i = 0; i < length; i += bytes) {
        bool utf8 = tool_decode(text + i, &bytes, &code) && code != 0;
        bool shown = utf8 && (!style.terminal || tool_character(text + i, &bytes, &columns));
        if (text[i] == '"') gem5art__puts(row, "\"\"");
        else if (shown) gem5art__put(row, text + i, bytes);
        else tool_put_byte(row, text[i]);
    }
    gem5art__puts(row, quoted ? "\"" : "");
}

/* A number, or JSON: nothing in it is a formula. */
static void csv_put_value(gem5art__buf *row, csv_style style, const char *text, size_t length) {
    style.spreadsheet = false;
    csv_put_text(row, style, text, length);
}

#endif
