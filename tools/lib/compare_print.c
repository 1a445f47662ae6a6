/* compare_print.c - see compare_print.h */

#include "compare_print.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "grid.h"
#include "message.h"
#include "numbers.h"
#include "terminal.h"
#include "view.h"

enum { COMPARE_DIGITS = 6, COMPARE_NAMES = 5 /* listed of those that one side has alone */ };

/* ---- for people */

static const char *compare_order(int side) { return side ? "second" : "first"; }

static void compare_put_sentence(text *out, const char *sentence, size_t limit) {
    text safe = {NULL, 0, 0};
    terminal_put(&safe, sentence, SIZE_MAX);
    view_put_words(out, text_string(&safe), limit);
    text_puts(out, "\n");
    text_free(&safe);
}

static void compare_put_only(text *out, const compare *c, int side, size_t limit) {
    const text_list *names = &c->only[side];
    text line = {NULL, 0, 0};
    size_t i;
    if (!names->count) return;
    text_putf(&line, "%zu %s only in the %s:", names->count, names->count == 1 ? "is" : "are", compare_order(side));
    for (i = 0; i < names->count && i < COMPARE_NAMES; i++)
        text_putf(&line, " %s%s", names->items[i], i + 1 < names->count ? "," : "");
    if (i < names->count) text_puts(&line, " ...");
    compare_put_sentence(out, line.data, limit);
    text_free(&line);
}

static void compare_put_counts(text *out, const compare *c, const versus *v, size_t shown, size_t limit) {
    char *line = text_printf("%zu %s, %zu %s equal. Statistics of the host (host*) are not compared.", c->count,
                             c->count == 1 ? "statistic differs" : "statistics differ", c->equal,
                             c->equal == 1 ? "is" : "are");
    char *more = text_printf("The %zu largest relative differences are shown; --limit gives their number.", shown);
    size_t i;
    compare_put_sentence(out, line, limit);
    if (shown < c->count) compare_put_sentence(out, more, limit);
    for (i = 0; i < 2; i++) compare_put_only(out, c, (int)i, limit);
    for (i = 0; i < v->notes.count; i++) compare_put_sentence(out, v->notes.items[i], limit);
    free(line);
    free(more);
}

static bool compare_counts_vary(const compare *c, const versus *v) {
    size_t i;
    for (i = 0; i < c->count; i++)
        if (c->rows[i].sides[0].n != v->counts[0] || c->rows[i].sides[1].n != v->counts[1]) return true;
    return false;
}

static void compare_put_table(text *out, const compare *c, const versus *v, size_t shown, size_t limit) {
    static const char *const titles[] = {"change %", "first", "second", "difference"};
    bool n = compare_counts_vary(c, v);
    grid g = {0};
    text_list hidden = {NULL, 0};
    size_t i;
    grid_add_column(&g, "statistic", GRID_NAME, false);
    for (i = 0; i < 4; i++) grid_add_column(&g, titles[i], GRID_NUMBER, false);
    if (v->pairs) grid_add_column(&g, "ratio", GRID_NUMBER, false);
    if (v->groups) grid_add_column(&g, "ranges", GRID_TEXT, false);
    for (i = 0; n && i < 2; i++) grid_add_column(&g, i ? "n 2" : "n 1", GRID_NUMBER, false);
    for (i = 0; i < shown; i++) {
        const compare_row *r = &c->rows[i];
        grid_add(&g, r->name);
        grid_add_number(&g, 100 * r->relative, 4);
        grid_add_number(&g, r->sides[0].mean, COMPARE_DIGITS);
        grid_add_number(&g, r->sides[1].mean, COMPARE_DIGITS);
        grid_add_number(&g, r->difference, COMPARE_DIGITS);
        if (v->pairs) grid_add_number(&g, r->ratio, 4);
        if (v->groups) grid_add(&g, r->overlap ? "overlap" : "apart");
        if (n) grid_add_number(&g, (double)r->sides[0].n, COMPARE_DIGITS);
        if (n) grid_add_number(&g, (double)r->sides[1].n, COMPARE_DIGITS);
    }
    grid_put_text(out, &g, limit, &hidden);
    text_puts(out, "\n");
    text_list_free(&hidden);
    grid_free(&g);
}

void compare_put_text(text *out, const compare *c, const versus *v, size_t most, size_t limit) {
    size_t shown = c->count < most ? c->count : most;
    text_puts(out, "\n");
    if (shown) compare_put_table(out, c, v, shown, limit);
    compare_put_counts(out, c, v, shown, limit);
}

/* ---- for other programs */

enum { COMPARE_VALUES = 11, COMPARE_OF_RUNS = 4 };
static const char *const compare_names[] = {"a",        "b",         "difference", "relative",  "ratio", "n_a",
                                            "n_b",      "lowest_a",  "highest_a",  "lowest_b",  "highest_b"};

/* The values with these names; of two runs, the first COMPARE_OF_RUNS. */
static void compare_list_values(const compare_row *r, double values[COMPARE_VALUES]) {
    const compare_side *a = &r->sides[0], *b = &r->sides[1];
    const double all[COMPARE_VALUES] = {a->mean,      b->mean,      r->difference, r->relative, r->ratio, (double)a->n,
                                        (double)b->n, a->lowest,    a->highest,    b->lowest,   b->highest};
    memcpy(values, all, sizeof all);
}

static size_t compare_value_count(const versus *v) { return v->groups ? COMPARE_VALUES : COMPARE_OF_RUNS; }

static void compare_write_number(gem5art_json_writer *writer, double value) {
    text number = {NULL, 0, 0};
    numbers_put_exact(&number, value, "1e999");
    if (isnan(value)) gem5art_json_null(writer);
    else gem5art_json_text(writer, number.data, number.length);
    text_free(&number);
}

static void compare_write_row(gem5art_json_writer *writer, const compare_row *r, const versus *v) {
    double values[COMPARE_VALUES];
    size_t i;
    compare_list_values(r, values);
    gem5art_json_begin_object(writer);
    gem5art_json_key(writer, "name");
    gem5art_json_string(writer, r->name);
    gem5art_json_key(writer, "unit");
    gem5art_json_string(writer, r->unit);
    for (i = 0; i < compare_value_count(v); i++) {
        gem5art_json_key(writer, compare_names[i]);
        compare_write_number(writer, values[i]);
    }
    if (v->groups) gem5art_json_key(writer, "overlap");
    if (v->groups) gem5art_json_boolean(writer, r->overlap);
    gem5art_json_end_object(writer);
}

static void compare_write_strings(gem5art_json_writer *writer, const char *key, const text_list *strings) {
    size_t i;
    gem5art_json_key(writer, key);
    gem5art_json_begin_array(writer);
    for (i = 0; i < strings->count; i++) gem5art_json_string(writer, strings->items[i]);
    gem5art_json_end_array(writer);
}

void compare_print_json(const compare *c, const versus *v, const char *const ids[2], size_t most) {
    gem5art_json_writer writer;
    size_t i;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_object(&writer);
    gem5art_json_key(&writer, "same");
    gem5art_json_boolean(&writer, !c->count && !c->only[0].count && !c->only[1].count);
    for (i = 0; i < 2; i++) {
        gem5art_json_key(&writer, i ? "b" : "a");
        gem5art_json_string(&writer, v->groups ? v->titles[i] : ids[i]);
    }
    gem5art_json_key(&writer, "equal");
    gem5art_json_integer(&writer, (int64_t)c->equal);
    gem5art_json_key(&writer, "differ");
    gem5art_json_integer(&writer, (int64_t)c->count);
    compare_write_strings(&writer, "only_a", &c->only[0]);
    compare_write_strings(&writer, "only_b", &c->only[1]);
    compare_write_strings(&writer, "notes", &v->notes);
    gem5art_json_key(&writer, "statistics");
    gem5art_json_begin_array(&writer);
    for (i = 0; i < c->count && i < most; i++) compare_write_row(&writer, &c->rows[i], v);
    gem5art_json_end_array(&writer);
    gem5art_json_end_object(&writer);
    print_json(&writer);
    gem5art_json_writer_free(&writer);
}

static void compare_put_csv_text(array *a, const char *string) {
    text cell = {NULL, 0, 0};
    csv_put(&cell, a->style, string, strlen(string));
    array_put(a, text_string(&cell));
    text_free(&cell);
}

static void compare_put_csv(array *a, const compare_row *r, const versus *v) {
    double values[COMPARE_VALUES];
    text cell = {NULL, 0, 0};
    size_t i;
    compare_list_values(r, values);
    compare_put_csv_text(a, r->name);
    compare_put_csv_text(a, r->unit);
    for (i = 0; i < compare_value_count(v); i++) {
        text_clear(&cell);
        numbers_put_exact(&cell, values[i], "inf");
        array_put(a, text_string(&cell));
    }
    if (v->groups) array_put(a, r->overlap ? "true" : "false");
    text_free(&cell);
}

void compare_print_csv(const compare *c, const versus *v, size_t most) {
    text_list names = {NULL, 0};
    array a;
    size_t i;
    text_list_add(&names, "name");
    text_list_add(&names, "unit");
    for (i = 0; i < compare_value_count(v); i++) text_list_add(&names, compare_names[i]);
    if (v->groups) text_list_add(&names, "overlap");
    array_begin(&a, true, (csv_style){.terminal = isatty(STDOUT_FILENO)}, &names);
    for (i = 0; i < c->count && i < most; i++) compare_put_csv(&a, &c->rows[i], v);
    array_print(&a);
    text_list_free(&names);
}
