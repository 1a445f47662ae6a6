/* table.c - see table.h */

#include "table.h"

#include <stdint.h>
#include <string.h>

#include "terminal.h"

enum { GAP = 2, CUT_LEAST = 8 };
static const size_t titles_row = SIZE_MAX; /* as the number of a row */

static size_t width_of(const char *cell) {
    const char *c;
    for (c = cell; *c && !(*c & 0x80); c++) {}
    return *c ? terminal_width(cell) : (size_t)(c - cell);
}

static size_t find_widest(const table *t) {
    size_t i, widest = t->column_count, most = 0;
    for (i = 0; i < t->column_count; i++) {
        const table_column *c = &t->columns[i];
        size_t width = c->precious ? c->width / 2 : c->width;
        if (!c->can_be_cut || c->width <= CUT_LEAST || width <= most) continue;
        widest = i;
        most = width;
    }
    return widest;
}

void table_lay_out(table *t, size_t limit) {
    size_t i, row, width, natural = 0, sum = 0;
    bool narrow;
    for (i = 0; i < t->column_count; i++) t->columns[i].width = 0;
    for (row = t->first_row; row < t->row_count; row++)
        for (i = 0; i < t->column_count; i++) {
            width = width_of(t->cell(row, i));
            if (width > t->columns[i].width) t->columns[i].width = width;
        }
    for (i = 0; i < t->column_count; i++) {
        width = strlen(t->columns[i].title);
        natural += (t->columns[i].width > width ? t->columns[i].width : width) + GAP;
    }
    narrow = limit && natural - GAP > limit;
    t->gap = narrow ? 1 : GAP;
    for (i = 0; i < t->column_count; i++) {
        if (narrow && !t->columns[i].width && !t->keep_empty) continue;
        width = strlen(t->columns[i].title);
        if (t->columns[i].width < width) t->columns[i].width = width;
        sum += t->columns[i].width + (sum ? t->gap : 0);
    }
    for (; narrow && sum > limit && (i = find_widest(t)) < t->column_count; sum--) t->columns[i].width--;
}

static void put_spaces(text *out, size_t count) {
    static const char spaces[] = "                                                                ";
    for (; count >= sizeof spaces; count -= sizeof spaces - 1) text_put(out, spaces, sizeof spaces - 1);
    text_put(out, spaces, count);
}

static void put_cell(text *out, const table_column *c, const char *cell, const char *color) {
    size_t width = width_of(cell), padding = width < c->width ? c->width - width : 0;
    if (c->right) put_spaces(out, padding);
    text_puts(out, color);
    if (width > c->width) padding = c->width - terminal_put(out, cell, c->width);
    else text_puts(out, cell);
    if (*color) text_puts(out, "\033[m");
    if (!c->right) put_spaces(out, padding);
}

static const char *title_of(const table *t, size_t column) {
    static char title[64];
    size_t i;
    const char *c = t->columns[column].title;
    for (i = 0; c[i] && i < sizeof title - 1; i++) title[i] = (char)(c[i] >= 'a' && c[i] <= 'z' ? c[i] - 32 : c[i]);
    title[i] = 0;
    return title;
}

void table_put_row(text *out, const table *t, size_t row, size_t colored, const char *color) {
    size_t i, start = out->length;
    for (i = 0; i < t->column_count; i++) {
        if (!t->columns[i].width) continue;
        put_spaces(out, out->length > start ? t->gap : 0);
        put_cell(out, &t->columns[i], row == titles_row ? title_of(t, i) : t->cell(row, i), i == colored ? color : "");
    }
    while (out->length > start && out->data[out->length - 1] == ' ') text_cut(out, out->length - 1);
}

void table_put_titles(text *out, const table *t, bool bold) {
    text_puts(out, bold ? "\033[1m" : "");
    table_put_row(out, t, titles_row, SIZE_MAX, "");
    text_puts(out, bold ? "\033[m" : "");
}
