/* array.c - see array.h */

#include "array.h"

#include <stdlib.h>
#include <string.h>

#include "gem5art.h"
#include "message.h"
#include "terminal.h"

static char *name_of(const array *a, const char *name) {
    gem5art_json_writer writer;
    gem5art_error error;
    text out = {NULL, 0, 0};
    const char *json;
    size_t length;
    if (a->csv) {
        csv_put(&out, a->style, name, strlen(name));
        return out.data;
    }
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_string(&writer, name);
    if ((json = gem5art_json_take(&writer, &length, &error)) == NULL) die_of(&error);
    terminal_put_json(&out, json, length);
    text_puts(&out, ": ");
    gem5art_json_writer_free(&writer);
    return out.data;
}

void array_begin(array *a, bool csv, csv_style style, const text_list *names) {
    memset(a, 0, sizeof *a);
    a->csv = csv;
    a->style = style;
    a->names = (char **)text_alloc(names->count * sizeof *a->names);
    for (a->count = 0; a->count < names->count; a->count++) {
        a->names[a->count] = name_of(a, names->items[a->count]);
        if (csv) text_putf(&a->out, "%s%s", a->count ? "," : "", a->names[a->count]);
    }
    if (csv) text_puts(&a->out, "\r\n");
}

void array_put(array *a, const char *value) {
    if (a->csv) text_puts(&a->out, a->at ? "," : "");
    else text_puts(&a->out, a->at ? ", " : a->rows ? ",\n{" : "[\n{");
    if (!a->csv) text_puts(&a->out, a->names[a->at]);
    if (a->csv) text_puts(&a->out, value);
    else if (*value) terminal_put_json(&a->out, value, strlen(value));
    else text_puts(&a->out, "null");
    if (++a->at < a->count) return;
    text_puts(&a->out, a->csv ? "\r\n" : "}");
    a->at = 0;
    a->rows++;
}

void array_print(array *a) {
    if (!a->csv) text_puts(&a->out, a->rows ? "\n]\n" : "[]\n");
    print(text_string(&a->out), a->out.length);
    text_free(&a->out);
    while (a->count > 0) free(a->names[--a->count]);
    free(a->names);
}
