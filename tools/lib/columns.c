/* columns.c - see columns.h */

#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "options.h"
#include "terminal.h"
#include "when.h"

static const char check_failed[] = "Failed artifact check"; /* " for PATH" follows */
const char *const record_statuses[] = {"Finished",  "Failed",   check_failed, "Created",
                                       "Begin run", "Spawning", "Running",    NULL};

/* ---- records */

void record_init(record *r) {
    static const char *const keys[] = {"_id",         "type",   "name",        "status", "kill_reason",
                                       "start_time",  "end_time", "enqueue_time", "params", "return_code",
                                       "error",       "cause",  "warnings",    "time",   "inputs", "variables"};
    size_t i;
    memset(r, 0, sizeof *r);
    for (i = 0; i < sizeof keys / sizeof *keys; i++) members_want(&r->members, keys[i]);
}

static gem5art_text value_of(const record *r, size_t member) { return r->members.values[member]; }

static bool lacks_stats(gem5art_text warnings) {
    static members kind;
    gem5art_text warning;
    members_want(&kind, "kind");
    while (members_element(&warnings, &warning)) {
        members_read(&kind, warning.text, warning.length);
        if (members_is(kind.values[0], "stats")) return true;
    }
    return false;
}

static void read_reason(record *r) {
    static const gem5art_warning no_stats = {"stats", ""};
    static text decoded[3];
    gem5art_run run;
    if (r->lost) {
        text_puts(&r->reason, "lost");
        return;
    }
    memset(&run, 0, sizeof run);
    run.status = text_string(&r->status);
    run.kill_reason = members_string(&decoded[0], value_of(r, RECORD_KILL_REASON));
    run.error = members_string(&decoded[1], value_of(r, RECORD_ERROR));
    run.cause = members_string(&decoded[2], value_of(r, RECORD_CAUSE));
    run.return_code = (int64_t)members_number(value_of(r, RECORD_CODE), 0);
    run.warnings = &no_stats;
    run.warning_count = lacks_stats(value_of(r, RECORD_WARNINGS));
    describe_reason(&r->reason, &run);
}

void record_read(record *r, const char *json, size_t length, const gem5art_run *live) {
    double start, end;
    members_read(&r->members, json, length);
    r->lost = live && strcmp(live->kill_reason, "lost") == 0;
    r->fs = members_is(value_of(r, RECORD_TYPE), "gem5 run fs");
    r->elapsed = -1;
    r->when = members_number(value_of(r, RECORD_TIME), 0);
    text_clear(&r->status);
    text_clear(&r->reason);
    if (!members_is_run(value_of(r, RECORD_TYPE))) return;
    start = members_number(value_of(r, RECORD_START), 0), end = members_number(value_of(r, RECORD_END), 0);
    r->when = end > 0 && !live ? end : start > 0 ? start : members_number(value_of(r, RECORD_ENQUEUE), 0);
    if (live && end <= 0) end = r->lost ? live->current_time : when_now();
    if (start > 0 && end >= start) r->elapsed = end - start;
    if (members_begins(value_of(r, RECORD_STATUS), check_failed)) text_puts(&r->status, check_failed);
    else record_put_shown(&r->status, value_of(r, RECORD_STATUS));
    read_reason(r);
}

/* ---- columns */

/* Columns that have a different name than in a record, or are made from several members. */
static const column special[] = {
    {"id", "_id", COLUMN_ID, 0, false},           {"when", NULL, COLUMN_WHEN, 0, false},
    {"mode", "type", COLUMN_MODE, 0, false},      {"reason", NULL, COLUMN_REASON, 0, false},
    {"elapsed", NULL, COLUMN_ELAPSED, 0, false}};

static column_kind field_kind(const char *name) {
    static const char *const durations[] = {"timeout", "stall", "ru_utime", "ru_stime"};
    size_t i;
    for (i = 0; i < sizeof durations / sizeof *durations; i++)
        if (strcmp(name, durations[i]) == 0) return COLUMN_DURATION;
    return text_ends(name, "_time") || strcmp(name, "time") == 0 ? COLUMN_MOMENT : COLUMN_FIELD;
}

column column_find(record *r, bool of_artifacts, const char *word) {
    const size_t specials = of_artifacts ? 2 : sizeof special / sizeof *special;
    const char *names[128] = {NULL};
    column c = {0};
    size_t i, count;
    for (count = 0; count < specials; count++) names[count] = special[count].name;
    for (i = 0; count < 127 && gem5art_field_name(!of_artifacts, i); i++)
        names[count++] = gem5art_field_name(!of_artifacts, i);
    i = options_word("unknown column", word, names);
    if (i < specials) c = special[i];
    else {
        c.name = c.key = names[i];
        c.kind = field_kind(c.name);
    }
    if (c.key) c.member = members_want(&r->members, c.key);
    return c;
}

bool column_is_number(const column *c) {
    return c->numbers || c->kind == COLUMN_MOMENT || c->kind == COLUMN_DURATION || c->kind == COLUMN_ELAPSED ||
           c->kind == COLUMN_WHEN;
}

double column_number(const column *c, const record *r) {
    if (c->kind == COLUMN_WHEN) return r->when;
    return c->kind == COLUMN_ELAPSED ? r->elapsed : c->key ? members_number(value_of(r, c->member), -1) : -1;
}

void record_put_shown(text *out, gem5art_text value) {
    static text decoded;
    terminal_put(out, members_string(&decoded, value), SIZE_MAX);
}

/* An array of texts as a command line has it; another one as it is written. */
static void put_array(text *out, gem5art_text array) {
    static text decoded, word;
    gem5art_text rest = array, element;
    bool first = true;
    for (; members_element(&rest, &element); first = false) {
        if (first && !members_is_text(element)) {
            record_put_shown(out, array);
            return;
        }
        text_clear(&word);
        terminal_put_word(&word, members_string(&decoded, element));
        if (!first) text_puts(out, " ");
        terminal_put(out, text_string(&word), SIZE_MAX);
    }
}

void column_put(text *out, column *c, const record *r) {
    gem5art_text value = value_of(r, c->member);
    double number = column_number(c, r);
    if (c->key && members_is_null(value)) return;
    switch (c->kind) {
    case COLUMN_FIELD:
        if (*value.text == '[') put_array(out, value);
        else record_put_shown(out, value);
        c->numbers = c->numbers || *value.text == '-' || (*value.text >= '0' && *value.text <= '9');
        break;
    case COLUMN_ID: record_put_shown(out, value); break;
    case COLUMN_MODE: text_puts(out, r->fs ? "FS" : "SE"); break;
    case COLUMN_REASON: terminal_put(out, text_string(&r->reason), SIZE_MAX); break;
    case COLUMN_MOMENT:
    case COLUMN_WHEN: when_put_time(out, number); break;
    case COLUMN_DURATION:
    case COLUMN_ELAPSED:
        if (number >= 0) when_put_duration(out, number);
        break;
    }
}

void column_put_json(text *out, const column *c, const record *r) {
    gem5art_text value = value_of(r, c->member);
    double number = column_number(c, r);
    gem5art_json_writer writer;
    const char *json;
    size_t length;
    if (c->key && members_is_null(value)) return;
    if (c->kind == COLUMN_MODE) text_puts(out, r->fs ? "\"FS\"" : "\"SE\"");
    else if (!c->key && c->kind != COLUMN_REASON) {
        if (number > 0 || (number == 0 && c->kind == COLUMN_ELAPSED)) text_putf(out, "%.3f", number);
    } else if (c->key && *value.text != '[' && *value.text != '{') text_put(out, value.text, value.length);
    else {
        gem5art_json_writer_init(&writer, 0);
        if (c->key) gem5art_json_text(&writer, value.text, value.length); /* no spaces between its tokens */
        else gem5art_json_string(&writer, text_string(&r->reason));
        if ((json = gem5art_json_take(&writer, &length, NULL)) != NULL) text_put(out, json, length);
        gem5art_json_writer_free(&writer);
    }
}

void column_put_csv(text *out, csv_style style, const column *c, const record *r) {
    static text json;
    text_clear(&json);
    column_put_json(&json, c, r);
    csv_put_json(out, style, text_string(&json), json.length);
}
