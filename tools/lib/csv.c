/* csv.c - see csv.h */

#include "csv.h"

#include <string.h>

#include "message.h"
#include "terminal.h"

void csv_put(text *row, csv_style style, const char *cell, size_t length) {
    bool formula = style.spreadsheet && length && memchr("=+-@\t\r\n", *cell, 7), quoted = formula;
    size_t i, bytes, columns;
    uint32_t code;
    for (i = 0; i < length && !quoted; i++) quoted = memchr(",\"\r\n", cell[i], 4) != NULL;
    text_puts(row, quoted ? formula ? "\"'" : "\"" : "");
    for (i = 0; i < length; i += bytes) {
        bool utf8 = terminal_decode(cell + i, &bytes, &code) && code != 0;
        if (cell[i] == '"') text_puts(row, "\"\"");
        else if (utf8 && (!style.terminal || terminal_character(cell + i, &bytes, &columns)))
            text_put(row, cell + i, bytes);
        else terminal_put_byte(row, cell[i]);
    }
    text_puts(row, quoted ? "\"" : "");
}

void csv_put_json(text *row, csv_style style, const char *json, size_t length) {
    const gem5art_json *string;
    gem5art_json_writer writer;
    gem5art_error error;
    if (length == 0 || *json == 'n') return;
    if (*json == '"' && !memchr(json, '\\', length)) csv_put(row, style, json + 1, length - 2);
    else if (*json == '"') {
        if ((string = gem5art_json_parse(json, length, NULL, NULL)) == NULL) return;
        csv_put(row, style, string->text, string->length);
        gem5art_json_free(string);
    } else {
        gem5art_json_writer_init(&writer, 0);
        if (*json == '[' || *json == '{') {
            gem5art_json_text(&writer, json, length);
            if ((json = gem5art_json_take(&writer, &length, &error)) == NULL) die_of(&error);
        }
        style.spreadsheet = false;
        csv_put(row, style, json, length);
        gem5art_json_writer_free(&writer);
    }
}
