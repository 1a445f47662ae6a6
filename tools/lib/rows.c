/* rows.c - see rows.h */

#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- making rows */

/* A piece of memory, with the piece before it. */
struct rows_memory {
    struct rows_memory *before;
    size_t used, size;
    double bytes[];
};

static void *rows_alloc(row_list *list, size_t size) {
    enum { LEAST = 8 << 10, MOST = 4 << 20 };
    struct rows_memory *memory = list->memory;
    size = (size + sizeof *memory->bytes - 1) / sizeof *memory->bytes;
    if (!memory || memory->size - memory->used < size) {
        size_t most = !memory ? LEAST : memory->size < MOST ? 2 * memory->size : MOST;
        if (most < size) most = size;
        memory = (struct rows_memory *)text_realloc(NULL, sizeof *memory + most * sizeof *memory->bytes);
        *memory = (struct rows_memory){list->memory, 0, most};
        list->memory = memory;
    }
    memory->used += size;
    return &memory->bytes[memory->used - size];
}

static struct making {
    row_list *list;
    text texts;         /* those that the row does not share */
    size_t begin;       /* of the current one */
    size_t *places;     /* of each in `texts`; SIZE_MAX: the row shares it */
    size_t count, room;
} making;

text *rows_begin(row_list *list) {
    making.list = list;
    making.count = making.begin = 0;
    text_clear(&making.texts);
    return &making.texts;
}

void rows_end_text(void) {
    const row *last = making.list->last;
    bool shared = last && making.count < making.list->last_count &&
                  strcmp(text_string(&making.texts) + making.begin, last->cells[making.count]) == 0;
    if (making.count == making.room) {
        making.room = making.room ? 2 * making.room : 64;
        making.places = (size_t *)text_realloc(making.places, making.room * sizeof *making.places);
    }
    making.places[making.count++] = shared ? SIZE_MAX : making.begin;
    if (shared) text_cut(&making.texts, making.begin);
    else text_put(&making.texts, "", 1);
    making.begin = making.texts.length;
}

row *rows_make(double time, size_t order, const unsigned *facts, size_t fact_count) {
    const row *last = making.list->last;
    const size_t count = making.count, pointers = (count + 1) * sizeof(char *), facts_size = fact_count * sizeof *facts;
    row *r = (row *)rows_alloc(making.list, sizeof *r + pointers + facts_size + making.texts.length);
    char *row_facts = (char *)r->cells + pointers, *texts = row_facts + facts_size;
    size_t i;
    memset(r, 0, sizeof *r);
    if (fact_count) memcpy(row_facts, facts, facts_size);
    if (making.texts.length) memcpy(texts, making.texts.data, making.texts.length);
    for (i = 0; i < count; i++)
        r->cells[i] = making.places[i] == SIZE_MAX ? last->cells[i] : texts + making.places[i];
    r->cells[count] = NULL;
    r->time = time;
    r->order = order;
    r->facts = (const unsigned *)(void *)row_facts;
    r->fact_count = fact_count;
    rows_add(making.list, r);
    making.list->disordered |= last && time < last->time;
    making.list->last = r;
    making.list->last_count = count;
    return r;
}

void rows_add(row_list *list, row *r) {
    list->rows = (row **)text_room(list->rows, list->count, sizeof *list->rows);
    list->rows[list->count++] = r;
}

void rows_clear(row_list *list) {
    struct rows_memory *memory;
    list->count = 0;
    list->last = NULL;
    list->disordered = false;
    while ((memory = list->memory) != NULL) {
        list->memory = memory->before;
        free(memory);
    }
}

/* ---- sorting */

static int compare_orders(const row *x, const row *y) { return (x->order > y->order) - (x->order < y->order); }

static int compare_times(const void *a, const void *b) {
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    return x->time < y->time ? -1 : x->time > y->time ? 1 : compare_orders(x, y);
}

void rows_sort_by_time(row_list *list) {
    if (list->disordered) qsort(list->rows, list->count, sizeof *list->rows, compare_times);
    list->disordered = false;
}

/* The number that "16", "256kB" or "1.5GHz" stands for; false: it is something else, such as a version. A quote, as
   after a text of JSON, ends it. */
static bool read_amount(const char *value, double *amount) {
    static const char prefixes[] = "kMGT", *const units[] = {"", "B", "iB", "Hz", "s"};
    const char *prefix;
    char *end, *number_end;
    size_t i;
    if (*value < '0' || *value > '9') return false;
    *amount = strtod(value, &end);
    number_end = end;
    if (*end && *end != '"' && (prefix = strchr(prefixes, *end == 'K' ? 'k' : *end)) != NULL)
        for (end++; prefix >= prefixes; prefix--) *amount *= 1e3;
    if (end == number_end && memchr(value, '.', (size_t)(end - value))) return false;
    for (i = 0; i < sizeof units / sizeof *units; i++)
        if (text_is(end, strcspn(end, "\""), units[i])) return true;
    return false;
}

/* Compares values of variables: amounts by size, then other texts by the numbers in them, too. */
static int compare_values(const char *a, const char *b) {
    double x, y;
    const bool amount = read_amount(a + (*a == '"'), &x), other = read_amount(b + (*b == '"'), &y);
    if (amount != other) return amount ? -1 : 1;
    if (amount && x != y) return x < y ? -1 : 1;
    return strverscmp(a, b);
}

static const column *sort_column;
static size_t sort_place;

static int compare_column(const void *a, const void *b) {
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    const char *left = x->cells[sort_place], *right = y->cells[sort_place];
    const bool has_numbers = sort_column->kind == COLUMN_VARIABLE || text_same(sort_column->name, "name");
    int order = column_is_number(sort_column) ? (x->number > y->number) - (x->number < y->number)
                : has_numbers                 ? compare_values(left, right) : strcmp(left, right);
    return order ? order : compare_times(a, b);
}

void rows_sort_by_column(row_list *list, const column *c, size_t place) {
    sort_column = c;
    sort_place = place;
    if (list->count) qsort(list->rows, list->count, sizeof *list->rows, compare_column);
}

static int compare_cells(const void *a, const void *b) {
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    size_t i;
    int order = 0;
    for (i = 0; i < sort_place && order == 0; i++) order = compare_values(x->cells[i], y->cells[i]);
    return order ? order : compare_orders(x, y);
}

void rows_sort_by_cells(row_list *list, size_t columns) {
    sort_place = columns;
    if (list->count) qsort(list->rows, list->count, sizeof *list->rows, compare_cells);
}

void rows_reverse(row_list *list) {
    size_t i;
    for (i = 0; i < list->count / 2; i++) {
        row *r = list->rows[i];
        list->rows[i] = list->rows[list->count - 1 - i];
        list->rows[list->count - 1 - i] = r;
    }
}
