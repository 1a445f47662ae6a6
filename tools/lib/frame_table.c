/* frame_table.c - see frame_table.h */

#include "frame_table.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *frame_group(const frame *f, const frame_row *row, const text_list *without) {
    text name = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < f->variables.count; i++)
        if (*row->variables[i] && !text_list_has(without, f->variables.items[i]))
            text_putf(&name, "%s%s=%s", name.length ? " " : "", f->variables.items[i], row->variables[i]);
    if (row->dump != SIZE_MAX) text_putf(&name, "%sdump %zu", name.length ? " " : "", row->dump);
    text_puts(&name, "");
    return name.data ? name.data : text_copy("");
}

frame_row *frame_add_row(frame *f) {
    const size_t cells = f->column_count + 1;
    frame_row *row;
    size_t i;
    f->rows = (frame_row *)text_room(f->rows, f->row_count, sizeof *f->rows);
    row = &f->rows[f->row_count++];
    memset(row, 0, sizeof *row);
    row->dump = SIZE_MAX;
    row->n = 1;
    row->variables = (char **)text_alloc((f->variables.count + 1) * sizeof *row->variables);
    row->values = (double *)text_alloc(3 * cells * sizeof *row->values);
    row->spread = row->values + cells;
    row->half = row->spread + cells;
    for (i = 0; i < f->column_count; i++) row->values[i] = NAN;
    return row;
}

void frame_free_row(const frame *f, frame_row *row) {
    size_t i;
    for (i = 0; i < f->variables.count; i++) free(row->variables[i]);
    free(row->variables);
    free(row->values);
    free(row->id);
    free(row->name);
    free(row->status);
}

void frame_say(text_list *list, const char *format, ...) {
    text sentence = {NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    text_vputf(&sentence, format, arguments);
    va_end(arguments);
    text_list_add(list, sentence.data);
}

void frame_free_texts(text_list *list) {
    while (list->count > 0) free((void *)(uintptr_t)list->items[--list->count]);
    text_list_free(list);
    memset(list, 0, sizeof *list);
}

void frame_free(frame *f) {
    while (f->row_count > 0) frame_free_row(f, &f->rows[--f->row_count]);
    free(f->rows);
    while (f->column_count > 0) {
        frame_column *c = &f->columns[--f->column_count];
        free(c->name);
        free(c->unit);
        free(c->description);
    }
    free(f->columns);
    frame_free_texts(&f->variables);
    frame_free_texts(&f->left_out);
    frame_free_texts(&f->notes);
    memset(f, 0, sizeof *f);
}

size_t frame_variable(const frame *f, const char *name) {
    size_t i;
    for (i = 0; i < f->variables.count; i++)
        if (strcmp(f->variables.items[i], name) == 0) return i;
    return SIZE_MAX;
}
