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

/* ---- order */

typedef struct frame_ordered {
    frame_row row;
    size_t variable_count, order;
} frame_ordered;

/* Compares texts in which numbers count as such. */
static int frame_compare_natural(const char *a, const char *b) {
    for (;;) {
        size_t m = strspn(a, "0123456789"), n = strspn(b, "0123456789"), zeros_a, zeros_b;
        int order;
        if (!m || !n) {
            if (*a != *b || !*a) return (unsigned char)*a - (unsigned char)*b;
            a++, b++;
            continue;
        }
        zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0");
        if (m - zeros_a != n - zeros_b) return m - zeros_a < n - zeros_b ? -1 : 1;
        order = memcmp(a + zeros_a, b + zeros_b, m - zeros_a);
        if (order) return order;
        a += m, b += n;
    }
}

static bool frame_is_number(const char *string, double *number) {
    char *end;
    *number = strtod(string, &end);
    return *string && !*end && isfinite(*number);
}

/* Numbers come first. */
static int frame_compare_values(const char *a, const char *b) {
    double x, y;
    bool a_number = frame_is_number(a, &x), b_number = frame_is_number(b, &y);
    if (a_number != b_number) return a_number ? -1 : 1;
    if (a_number && (x < y || x > y)) return x < y ? -1 : 1;
    return frame_compare_natural(a, b);
}

static int frame_compare_rows(const void *a, const void *b) {
    const frame_ordered *x = (const frame_ordered *)a, *y = (const frame_ordered *)b;
    size_t i;
    int order = 0;
    for (i = 0; i < x->variable_count && !order; i++)
        order = frame_compare_values(x->row.variables[i], y->row.variables[i]);
    if (order) return order;
    if (x->row.dump != y->row.dump) return x->row.dump < y->row.dump ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

void frame_sort(frame *f) {
    frame_ordered *rows = (frame_ordered *)text_alloc((f->row_count + 1) * sizeof *rows);
    size_t i;
    for (i = 0; i < f->row_count; i++) rows[i] = (frame_ordered){f->rows[i], f->variables.count, i};
    if (f->row_count > 1) qsort(rows, f->row_count, sizeof *rows, frame_compare_rows);
    for (i = 0; i < f->row_count; i++) f->rows[i] = rows[i].row;
    free(rows);
}

/* ---- */

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
