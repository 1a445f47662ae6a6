/* groups.c - see groups.h */

#include "groups.h"

#include <stdint.h>
#include <string.h>

#include "message.h"
#include "table.h"
#include "when.h"

enum { GROUPS_STATUSES = 16, GROUPS_LEAST = 8 /* columns of a key that is cut */ };

typedef struct group {
    const row *first;       /* its cells are the group's */
    size_t runs, counts[GROUPS_STATUSES];
    double mean, total;     /* seconds, of its finished runs and of all its runs; -1: unknown */
    size_t finished, timed; /* runs whose time is in them */
} group;

static group *groups;
static size_t group_count;
static const char *statuses[GROUPS_STATUSES]; /* those that runs have; the last one takes the rest */
static size_t status_count;
static const column *keys; /* what makes the groups */
static size_t key_count;

/* ---- making them */

static size_t find_status(const char *status) {
    size_t i;
    for (i = 0; i < status_count && strcmp(statuses[i], status) != 0; i++) {}
    if (i == GROUPS_STATUSES) return GROUPS_STATUSES - 1;
    if (i == status_count) statuses[status_count++] = status;
    return i;
}

/* Only statuses that a row has, in the order of record_statuses. */
static void list_statuses(const row_list *rows) {
    size_t i, k;
    for (i = 0; record_statuses[i]; i++)
        for (k = 0; k < rows->count; k++)
            if (strcmp(rows->rows[k]->status, record_statuses[i]) == 0) {
                find_status(record_statuses[i]);
                break;
            }
}

static bool is_in(const group *g, const row *r) {
    size_t i;
    for (i = 0; i < key_count && strcmp(g->first->cells[i], r->cells[i]) == 0; i++) {}
    return i == key_count;
}

static void add(group *g, const row *r) {
    g->runs++;
    g->counts[find_status(r->status)]++;
    if (r->elapsed < 0) return;
    g->total += r->elapsed;
    g->timed++;
    if (strcmp(r->status, "Finished") != 0) return;
    g->mean += r->elapsed;
    g->finished++;
}

void groups_make(row_list *rows, const column *columns, size_t column_count) {
    size_t i;
    keys = columns;
    key_count = column_count;
    list_statuses(rows);
    rows_sort_by_cells(rows, column_count);
    for (i = 0; i < rows->count; i++) {
        if (!group_count || !is_in(&groups[group_count - 1], rows->rows[i])) {
            groups = (group *)text_room(groups, group_count, sizeof *groups);
            memset(&groups[group_count], 0, sizeof *groups);
            groups[group_count++].first = rows->rows[i];
        }
        add(&groups[group_count - 1], rows->rows[i]);
    }
    for (i = 0; i < group_count; i++) {
        group *g = &groups[i];
        g->mean = g->finished ? g->mean / (double)g->finished : -1;
        if (!g->timed) g->total = -1;
    }
}

/* ---- their columns: the keys, the number of runs, a number for each status, mean and total */

static void list_names(text_list *names, bool for_people) {
    size_t i;
    for (i = 0; i < key_count; i++) text_list_add(names, keys[i].name);
    text_list_add(names, "runs");
    for (i = 0; i < status_count; i++) text_list_add(names, *statuses[i] ? statuses[i] : "no status");
    text_list_add(names, for_people ? "mean" : "mean_elapsed");
    text_list_add(names, for_people ? "total" : "total_elapsed");
}

static void put_cell(text *out, const group *g, size_t place, bool for_people) {
    const size_t last = key_count + 1 + status_count + 1;
    double seconds = place == last ? g->total : g->mean;
    if (place < key_count) text_puts(out, g->first->cells[place]);
    else if (place == key_count) text_putf(out, "%zu", g->runs);
    else if (place + 1 < last) text_putf(out, "%zu", g->counts[place - key_count - 1]);
    else if (seconds < 0) return;
    else if (for_people) when_put_duration(out, seconds);
    else text_putf(out, "%.3f", seconds);
}

void groups_print_array(bool csv, csv_style style) {
    static text cell;
    text_list names = {NULL, 0};
    size_t i, place;
    array a;
    list_names(&names, false);
    array_begin(&a, csv, style, &names);
    for (i = 0; i < group_count; i++)
        for (place = 0; place < names.count; place++) {
            text_clear(&cell);
            put_cell(&cell, &groups[i], place, false);
            array_put(&a, text_string(&cell));
        }
    array_print(&a);
    text_list_free(&names);
}

static const char *shown_cell(size_t at, size_t place) {
    static text cell;
    text_clear(&cell);
    put_cell(&cell, &groups[at], place, true);
    return text_string(&cell);
}

void groups_print_table(size_t limit, bool color) {
    static table t;
    text_list names = {NULL, 0};
    text out = {NULL, 0, 0};
    size_t i;
    list_names(&names, true);
    if (names.count > TABLE_COLUMNS) die(EXIT_MISUSE, "--group-by: there are too many columns: name fewer of them");
    t.column_count = names.count;
    t.row_count = group_count;
    t.keep_empty = true;
    t.cell = shown_cell;
    for (i = 0; i < names.count; i++) {
        t.columns[i].title = names.items[i];
        t.columns[i].right = i >= key_count || keys[i].numbers;
        t.columns[i].least = i < key_count ? GROUPS_LEAST : 0;
        t.columns[i].rank = (int)i;
    }
    table_lay_out(&t, limit);
    if (group_count) table_put_titles(&out, &t, color);
    for (i = 0; i < group_count; i++) {
        text_puts(&out, "\n");
        table_put_row(&out, &t, i, SIZE_MAX, "");
    }
    text_puts(&out, group_count ? "\n\n" : "");
    print(text_string(&out), out.length);
    text_free(&out);
    text_list_free(&names);
}
