/* csv.h - writes cells of a CSV table as in RFC 4180, always in UTF-8. */
#ifndef CSV_H
#define CSV_H

#include "text.h"

typedef struct csv_style {
    bool spreadsheet; /* put a ' before text that a spreadsheet would take for a formula */
    bool terminal;    /* escape control characters */
} csv_style;

/* Appends a text, quoted where necessary; bytes that are not UTF-8, and NUL, become \xHH. */
void csv_put(text *row, csv_style style, const char *cell, size_t length);

/* Appends a JSON value: a string as its text; null as nothing; others as compact JSON, which is never a formula. */
void csv_put_json(text *row, csv_style style, const char *json, size_t length);

#endif
