/* select.c - see select.h */

#include "select.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"
#include "store.h"
#include "variables.h"
#include "when.h"

static const char lost[] = "lost"; /* a reason of Failed; of a live run, that its supervisor is gone */

/* Of a list "failed,lost", by the beginnings of the statuses that tools show. */
static void select_statuses(selection *s) {
    const char *words[16] = {NULL}, *list = s->status;
    size_t count;
    for (count = 0; record_statuses[count]; count++) words[count] = record_statuses[count];
    words[count] = lost;
    for (;; list++) {
        size_t length = strcspn(list, ",");
        char *word = (char *)text_keep(text_copy_n(list, length));
        text_list_add(&s->statuses, words[options_beginning("--status: unknown status", word, words)]);
        list += length;
        if (!*list) return;
    }
}

void select_check(selection *s) {
    static const char *const modes[] = {"se", "fs", NULL};
    size_t i;
    if (s->mode) s->mode = modes[options_word("--mode: unknown mode", s->mode, modes)];
    if (s->status) select_statuses(s);
    for (i = 0; i < s->where.count; i++)
        if (!variables_add_conditions(&s->conditions, s->where.items[i]))
            die(EXIT_MISUSE, "--where: \"%s\" does not compare a variable: give VAR=VALUE, as in cpu=o3,atomic",
                s->where.items[i]);
    if (s->since) s->from = when_since("--since", s->since);
    if (s->before) s->until = when_since("--before", s->before);
    if (s->since && s->before && s->from >= s->until)
        die(EXIT_MISUSE, "--since %s is not before --before %s: nothing is between them", s->since, s->before);
    s->most = s->limit ? (size_t)options_count("--limit", s->limit) : SIZE_MAX;
    s->of_runs = s->mode || s->status || s->where.count || s->params.count;
}

void select_check_artifacts(const selection *s) {
    const char *given = s->mode ? "--mode" : s->status ? "--status" : s->where.count ? "--where" : "--param";
    if (s->of_runs) die(EXIT_MISUSE, "%s chooses among runs: leave --artifacts out, or %s", given, given);
}

bool select_given(const selection *s) { return s->of_runs || s->name || s->since || s->before || s->limit; }

static bool select_status(const selection *s, const record *r) {
    size_t i;
    for (i = 0; i < s->statuses.count; i++)
        if (s->statuses.items[i] == lost ? strcmp(text_string(&r->reason), lost) == 0
                                         : text_starts(text_string(&r->status), s->statuses.items[i]))
            return true;
    return false;
}

static bool select_param(gem5art_text params, const char *param) {
    static text string;
    gem5art_text element;
    while (members_element(&params, &element))
        if (strcmp(members_string(&string, element), param) == 0) return true;
    return false;
}

/* Adds a copy of a text that is not in the list. */
static void select_note(text_list *list, const char *item) {
    if (!text_list_has(list, item)) text_list_add(list, (const char *)text_keep(text_copy(item)));
}

/* Keeps what select_warn reports. */
static void select_note_variable(selection *s, const char *name, const char *value) {
    enum { VALUES = 100 };
    char *pair = text_printf("%s=%s", name, value);
    size_t i, length = strlen(name) + 1;
    select_note(&s->names, name);
    for (i = 0; i < s->conditions.count && strncmp(s->conditions.items[i], pair, length) != 0; i++) {}
    if (i < s->conditions.count && s->values.count < VALUES) select_note(&s->values, pair);
    if (text_list_has(&s->conditions, pair)) select_note(&s->held, pair);
    free(pair);
}

/* Compares the run's variables. */
static bool select_variables(selection *s, gem5art_text object) {
    static text buffer;
    gem5art_text key, value;
    text_list pairs = {NULL, 0};
    size_t i;
    bool holds;
    while (members_pair(&object, &key, &value)) {
        text_list_add(&pairs, text_copy(members_string(&buffer, key)));
        text_list_add(&pairs, text_copy(members_string(&buffer, value)));
    }
    text_list_add(&pairs, NULL);
    holds = variables_match(pairs.items, s->conditions.items);
    for (i = 0; i + 1 < pairs.count; i += 2) {
        select_note_variable(s, pairs.items[i], pairs.items[i + 1]);
        free((void *)(uintptr_t)pairs.items[i]);
        free((void *)(uintptr_t)pairs.items[i + 1]);
    }
    text_list_free(&pairs);
    return holds;
}

bool select_holds(selection *s, const record *r) {
    static text string;
    const gem5art_text *values = r->members.values;
    size_t i;
    if (s->of_runs && !members_is_run(values[RECORD_TYPE])) return false;
    if (s->where.count && !select_variables(s, values[RECORD_VARIABLES])) return false;
    if (s->name && !strstr(members_string(&string, values[RECORD_NAME]), s->name)) return false;
    if (s->since && r->when < s->from) return false;
    if (s->before && (r->when <= 0 || r->when >= s->until)) return false; /* 0: unknown */
    if (s->mode && r->fs != (*s->mode == 'f')) return false;
    if (s->status && !select_status(s, r)) return false;
    for (i = 0; i < s->params.count; i++)
        if (!select_param(values[RECORD_PARAMS], s->params.items[i])) return false;
    return true;
}

/* Warns that no record had a condition; returns whether any had its variable. */
static bool select_warn_of(const selection *s, const char *condition) {
    text_list values = {NULL, 0};
    text why = {NULL, 0, 0};
    size_t i, length = strcspn(condition, "=") + 1;
    bool known;
    for (i = 0; i < s->values.count; i++)
        if (strncmp(s->values.items[i], condition, length) == 0) text_list_add(&values, s->values.items[i] + length);
    variables_put_unknown(&why, condition, &s->names, &values);
    warn("--where: %s", why.data);
    known = values.count > 0;
    text_list_free(&values);
    text_free(&why);
    return known;
}

void select_warn(const selection *s) {
    size_t i, k;
    for (i = 0; i < s->where.count; i++) {
        text_list one = {NULL, 0};
        variables_add_conditions(&one, s->where.items[i]);
        for (k = one.count > 1; k < one.count && !text_list_has(&s->held, one.items[0]); k++) /* 0: all as one value */
            if (!text_list_has(&s->held, one.items[k]) && !select_warn_of(s, one.items[k])) break;
        text_list_free(&one);
    }
}

/* ---- rows of a store */

typedef struct select_row {
    char *json;
    size_t length, order;
    double when;
} select_row;

void select_begin(select_rows *rows, selection *s, gem5art_db *db, select_kind kind) {
    gem5art_query query = {0};
    memset(rows, 0, sizeof *rows);
    rows->selection = s;
    record_init(&rows->record);
    if (!s->where.count) query.name_contains = s->name; /* else the names of all variables are wanted */
    if (s->of_runs && kind == SELECT_ALL) kind = SELECT_RUNS;
    rows->iter = kind == SELECT_RUNS        ? store_runs(db, &query)
                 : kind == SELECT_ARTIFACTS ? store_artifacts(db, &query)
                                            : store_records(db, &query);
}

static int select_newest_first(const void *a, const void *b) {
    const select_row *x = (const select_row *)a, *y = (const select_row *)b;
    if (x->when < y->when || x->when > y->when) return x->when < y->when ? 1 : -1;
    return x->order < y->order ? 1 : -1;
}

static int select_in_order(const void *a, const void *b) {
    const select_row *x = (const select_row *)a, *y = (const select_row *)b;
    return x->order < y->order ? -1 : 1;
}

static void select_cut(select_rows *rows) {
    if (rows->count > 1) qsort(rows->newest, rows->count, sizeof *rows->newest, select_newest_first);
    while (rows->count > rows->selection->most) free(rows->newest[--rows->count].json);
}

static const char *select_step(select_rows *rows, size_t *length) {
    const char *json;
    while (rows->iter && (json = store_next_json(rows->iter, length)) != NULL) {
        record_read(&rows->record, json, *length, NULL);
        if (select_holds(rows->selection, &rows->record)) return json;
    }
    if (rows->iter) select_warn(rows->selection);
    rows->iter = NULL;
    return NULL;
}

/* Keeps the newest rows: at most twice as many as are wanted. */
static void select_keep(select_rows *rows) {
    const char *json;
    size_t length, order = 0;
    while ((json = select_step(rows, &length)) != NULL) {
        rows->newest = (select_row *)text_room(rows->newest, rows->count, sizeof *rows->newest);
        rows->newest[rows->count++] = (select_row){text_copy_n(json, length), length, order++, rows->record.when};
        if (rows->count / 2 >= rows->selection->most) select_cut(rows);
    }
    select_cut(rows);
    if (rows->count > 1) qsort(rows->newest, rows->count, sizeof *rows->newest, select_in_order);
}

static const char *select_newest(select_rows *rows, size_t *length) {
    const select_row *row;
    if (rows->iter) select_keep(rows);
    if (rows->next > 0) free(rows->newest[rows->next - 1].json);
    if (rows->next == rows->count) return NULL;
    row = &rows->newest[rows->next++];
    record_read(&rows->record, row->json, row->length, NULL);
    *length = row->length;
    return row->json;
}

const char *select_next(select_rows *rows, size_t *length) {
    const char *json = rows->selection->most == SIZE_MAX ? select_step(rows, length) : select_newest(rows, length);
    if (json) return json;
    text_free(&rows->record.status);
    text_free(&rows->record.reason);
    free(rows->newest);
    rows->newest = NULL;
    rows->next = rows->count = 0;
    return NULL;
}
