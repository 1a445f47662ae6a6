/* table.c - see table.h */

#include "table.h"

#include <stdint.h>
#include <string.h>

#include "terminal.h"

enum { GAP = 2, TITLE_LEAST = 4 };
static const size_t titles_row = SIZE_MAX; /* as the number of a row */

/* Finds the width of a cell, and its bytes; they are the same in most cells. */
static size_t width_of(const char *cell, size_t *bytes) {
    const size_t length = *bytes = strlen(cell);
    uint64_t word;
    size_t i;
    for (i = 0; i + sizeof word <= length; i += sizeof word) {
        memcpy(&word, cell + i, sizeof word);
        if (word & 0x8080808080808080u) break;
    }
    while (i < length && !(cell[i] & 0x80)) i++;
    return i < length ? terminal_width(cell) : length;
}

/* The width to which a column can be cut. */
static size_t least_of(const table_column *c) {
    size_t least = c->least ? c->least : !c->cut_title ? c->width : c->cells < TITLE_LEAST ? TITLE_LEAST : c->cells;
    return c->width < least ? c->width : least;
}

/* The columns that the table takes; `least`: with all columns cut. */
static size_t total_of(const table *t, bool least) {
    size_t i, sum = 0;
    for (i = 0; i < t->column_count; i++)
        if (t->columns[i].width) sum += (sum ? t->gap : 0) + (least ? least_of(&t->columns[i]) : t->columns[i].width);
    return sum;
}

static table_column *find_widest(table *t) {
    table_column *widest = NULL;
    size_t i, most = 0;
    for (i = 0; i < t->column_count; i++) {
        table_column *c = &t->columns[i];
        size_t width = c->precious ? c->width / 2 : c->width;
        if (!c->width || c->width <= least_of(c) || (widest && width <= most)) continue;
        widest = c;
        most = width;
    }
    return widest;
}

/* The column to be left out first: the last spare one, or the one with the highest rank. NULL: none can be. */
static table_column *find_dispensable(table *t, bool spare) {
    table_column *chosen = NULL;
    size_t i;
    for (i = 0; i < t->column_count; i++) {
        table_column *c = &t->columns[i];
        if (c->width && (spare ? c->spare : c->rank > 0 && (!chosen || c->rank >= chosen->rank))) chosen = c;
    }
    return chosen;
}

static void measure(table *t, bool keep_empty) {
    size_t i, row, width, bytes;
    for (i = 0; i < t->column_count; i++) t->columns[i].cells = 0;
    for (row = t->first_row; row < t->row_count; row++)
        for (i = 0; i < t->column_count; i++) {
            width = width_of(t->cell(row, i), &bytes);
            if (width > t->columns[i].cells) t->columns[i].cells = width;
        }
    for (i = 0; i < t->column_count; i++) {
        table_column *c = &t->columns[i];
        width = terminal_width(c->title);
        c->width = !c->cells && !keep_empty ? 0 : c->cells > width ? c->cells : width;
    }
}

/* Leaves columns out until the others can be cut to the limit, and takes back those that fit then. */
static void leave_out(table *t, size_t limit) {
    size_t widths[TABLE_COLUMNS], i;
    table_column *c;
    for (i = 0; i < t->column_count; i++) widths[i] = t->columns[i].width;
    while (total_of(t, true) > limit && (c = find_dispensable(t, false)) != NULL) c->width = 0;
    for (i = 0; i < t->column_count; i++) {
        if (t->columns[i].width || t->columns[i].spare) continue;
        t->columns[i].width = widths[i];
        if (total_of(t, true) > limit) t->columns[i].width = 0;
    }
}

void table_lay_out(table *t, size_t limit) {
    table_column *c;
    measure(t, t->keep_empty || !limit);
    t->gap = GAP;
    if (limit && total_of(t, false) > limit) t->gap = 1;
    else limit = SIZE_MAX;
    while (total_of(t, false) > limit && (c = find_dispensable(t, true)) != NULL) c->width = 0;
    leave_out(t, limit);
    while (total_of(t, false) > limit && (c = find_widest(t)) != NULL) c->width--;
    t->width = total_of(t, false);
}

void table_widen(table *t, size_t column, size_t more) {
    t->columns[column].width += more;
    t->width += more;
}

static void put_spaces(text *out, size_t count) {
    static const char spaces[] = "                                                                ";
    if (count == 0) return;
    for (; count >= sizeof spaces; count -= sizeof spaces - 1) text_put(out, spaces, sizeof spaces - 1);
    text_put(out, spaces, count);
}

static void put_cell(text *out, const table_column *c, const char *cell, bool end, const char *color) {
    size_t bytes, width = width_of(cell, &bytes), padding = width < c->width ? c->width - width : 0;
    if (c->right) put_spaces(out, padding);
    if (*color) text_puts(out, color);
    if (width > c->width) padding = c->width - (end ? terminal_put_end : terminal_put)(out, cell, c->width);
    else text_put(out, cell, bytes);
    if (*color) text_puts(out, "\033[m");
    if (!c->right) put_spaces(out, padding);
}

/* In capitals, unless it is verbatim; made safe, as a variable may have any name. */
static const char *title_of(const table *t, size_t column) {
    static text title;
    size_t i;
    text_clear(&title);
    terminal_put(&title, t->columns[column].title, SIZE_MAX);
    for (i = 0; i < title.length && !t->columns[column].verbatim; i++)
        if (title.data[i] >= 'a' && title.data[i] <= 'z') title.data[i] = (char)(title.data[i] - 32);
    return text_string(&title);
}

void table_put_row(text *out, const table *t, size_t row, size_t colored, const char *color) {
    size_t i, start = out->length;
    for (i = 0; i < t->column_count; i++) {
        if (!t->columns[i].width) continue;
        put_spaces(out, out->length > start ? t->gap : 0);
        put_cell(out, &t->columns[i], row == titles_row ? title_of(t, i) : t->cell(row, i),
                 row == titles_row ? t->columns[i].verbatim : t->columns[i].ends, i == colored ? color : "");
    }
    while (out->length > start && out->data[out->length - 1] == ' ') text_cut(out, out->length - 1);
}

void table_put_titles(text *out, const table *t, bool bold) {
    text_puts(out, bold ? "\033[1m" : "");
    table_put_row(out, t, titles_row, SIZE_MAX, "");
    text_puts(out, bold ? "\033[m" : "");
}
