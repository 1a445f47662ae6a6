/* columns.c - see columns.h */

#include "columns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commits.h"
#include "describe.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "store.h"
#include "terminal.h"
#include "when.h"

static const char check_failed[] = "Failed artifact check"; /* " for PATH" follows */
const char *const record_statuses[] = {"Finished",  "Failed",   check_failed, "Created",
                                       "Begin run", "Spawning", "Running",    "Pending", NULL};

/* ---- records */

void record_init(record *r) {
    static const char *const keys[] = {"_id",         "type",   "name",        "status", "kill_reason",
                                       "start_time",  "end_time", "enqueue_time", "params", "return_code",
                                       "error",       "cause",  "warnings",    "time",   "inputs", "variables"};
    size_t i;
    memset(r, 0, sizeof *r);
    for (i = 0; i < sizeof keys / sizeof *keys; i++) members_want(&r->members, keys[i]);
}

static gem5art_text value_of(const record *r, size_t field) { return r->members.values[field]; }

bool record_lacks_stats(const record *r) {
    static members kind;
    gem5art_text warnings = value_of(r, RECORD_WARNINGS), warning;
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
    run.warning_count = record_lacks_stats(r);
    describe_reason(&r->reason, &run);
}

void record_read(record *r, const char *json, size_t length, const gem5art_run *live) {
    double start, end;
    members_read(&r->members, json, length);
    r->lost = live && strcmp(live->kill_reason, "lost") == 0;
    r->fs = members_is(value_of(r, RECORD_TYPE), "gem5 run fs");
    r->elapsed = -1;
    r->tick = live && !r->lost ? progress_tick(live->outdir) : -1;
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

void record_set_pending(record *r, const char *reason, bool lost) {
    r->members.values[RECORD_STATUS] = (gem5art_text){"\"Pending\"", 9};
    text_clear(&r->status);
    text_puts(&r->status, "Pending");
    text_clear(&r->reason);
    r->lost = lost;
    if (lost) read_reason(r);
    else terminal_put(&r->reason, reason, SIZE_MAX);
}

/* ---- columns */

/* Columns that have a different name than in a record, or are made from several members; `member` of a commit is the
   artifact's role. */
static const column special[] = {
    {"id", "_id", COLUMN_ID, 0, false},           {"when", NULL, COLUMN_WHEN, 0, false},
    {"mode", "type", COLUMN_MODE, 0, false},      {"reason", NULL, COLUMN_REASON, 0, false},
    {"elapsed", NULL, COLUMN_ELAPSED, 0, false},  {"size", "results_size", COLUMN_SIZE, 0, false},
    {"simulated", "exit_events", COLUMN_SIMULATED, 0, false},
    {"script_commit", NULL, COLUMN_COMMIT, ROLE_SCRIPT_GIT, false},
    {"gem5_commit", NULL, COLUMN_COMMIT, ROLE_GEM5_GIT, false},
    {"gem5_binary", NULL, COLUMN_COMMIT, ROLE_GEM5, false}};

static column_kind field_kind(const char *name) {
    static const char *const durations[] = {"timeout", "stall", "ru_utime", "ru_stime"};
    size_t i;
    for (i = 0; i < sizeof durations / sizeof *durations; i++)
        if (strcmp(name, durations[i]) == 0) return COLUMN_DURATION;
    return text_ends(name, "_time") || strcmp(name, "time") == 0 ? COLUMN_MOMENT : COLUMN_FIELD;
}

static const char variable_prefix[] = "variables.";

/* Adds the names of all columns but variables; returns how many of them are special. */
static size_t list_names(text_list *names, bool of_artifacts) {
    const size_t specials = of_artifacts ? 2 : sizeof special / sizeof *special;
    size_t i;
    for (i = 0; i < specials; i++) text_list_add(names, special[i].name);
    for (i = 0; gem5art_field_name(!of_artifacts, i); i++) text_list_add(names, gem5art_field_name(!of_artifacts, i));
    return specials;
}

column column_find(record *r, bool of_artifacts, const char *word) {
    const bool prefixed = !of_artifacts && text_starts(word, variable_prefix);
    text_list names = {NULL, 0};
    column c = {0};
    size_t specials = list_names(&names, of_artifacts), i;
    for (i = 0; i < names.count && strcasecmp(names.items[i], word) != 0; i++) {}
    if (i < specials) c = special[i];
    else if (i < names.count) {
        c.name = c.key = names.items[i];
        c.kind = field_kind(c.name);
    } else if (prefixed || (!of_artifacts && *word)) {
        c.name = word;
        c.key = word + (prefixed ? strlen(variable_prefix) : 0);
        c.kind = COLUMN_VARIABLE;
    } else options_word("unknown column", word, names.items);
    text_list_free(&names);
    if (c.kind == COLUMN_COMMIT) c.key = store_roles[c.member].key;
    if (c.kind == COLUMN_VARIABLE) c.member = RECORD_VARIABLES;
    else if (c.key) c.member = members_want(&r->members, c.key);
    return c;
}

const char *column_title(const char *variable) {
    text_list names = {NULL, 0};
    size_t i;
    list_names(&names, false);
    for (i = 0; i < names.count && strcasecmp(names.items[i], variable) != 0; i++) {}
    if (i < names.count) variable = (char *)text_keep(text_printf("%s%s", variable_prefix, variable));
    text_list_free(&names);
    return variable;
}

void column_die(const column *c, const text_list *known) {
    text_list names = {NULL, 0};
    text all = {NULL, 0, 0};
    const char *near;
    size_t i;
    for (i = 0; i < known->count; i++) {
        text_list_add(&names, known->items[i]);
        text_putf(&all, "%s%s", i ? ", " : "", known->items[i]);
    }
    if (c->key == c->name) list_names(&names, false);
    near = names.count ? nearest_word(c->key, names.items) : NULL;
    if (near) die(EXIT_MISUSE, "unknown column \"%s\": did you mean %s?", c->name, near);
    die(EXIT_MISUSE, "unknown column \"%s\": give a field of runs, or a variable%s%s", c->name,
        known->count ? ": " : "; these runs have none", text_string(&all));
}

bool column_is_number(const column *c) {
    return c->numbers || (c->kind >= COLUMN_MOMENT && c->kind <= COLUMN_DURATION) ||
           (c->kind >= COLUMN_ELAPSED && c->kind <= COLUMN_SIMULATED);
}

/* The variable of a column; no text: the run does not have it. */
static gem5art_text variable_of(const record *r, const char *name) {
    static text decoded;
    gem5art_text rest = value_of(r, RECORD_VARIABLES), key, value;
    while (members_pair(&rest, &key, &value))
        if (members_is(key, name) || strcmp(members_string(&decoded, key), name) == 0) return value;
    return (gem5art_text){"", 0};
}

static gem5art_text cell_of(const column *c, const record *r) {
    return c->kind == COLUMN_VARIABLE ? variable_of(r, c->key) : value_of(r, c->member);
}

static bool looks_like_number(gem5art_text value) {
    return *value.text == '-' || (*value.text >= '0' && *value.text <= '9');
}

/* The simulated seconds of the last event, at gem5's usual 1e12 ticks a second; -1: there is none. */
static double simulated_seconds(const record *r, gem5art_text events) {
    static members event;
    gem5art_text element, last = {NULL, 0};
    double tick = r->tick;
    members_want(&event, "tick");
    while (tick < 0 && members_element(&events, &element)) last = element;
    if (last.text) {
        members_read(&event, last.text, last.length);
        tick = members_number(event.values[0], -1);
    }
    return tick < 0 ? -1 : tick / 1e12;
}

double column_number(const column *c, const record *r) {
    if (c->kind == COLUMN_WHEN) return r->when;
    if (c->kind == COLUMN_SIMULATED) return simulated_seconds(r, value_of(r, c->member));
    return c->kind == COLUMN_ELAPSED ? r->elapsed : c->key ? members_number(value_of(r, c->member), -1) : -1;
}

void record_put_shown(text *out, gem5art_text value) {
    static text decoded;
    terminal_put(out, members_string(&decoded, value), SIZE_MAX);
}

void record_put_cause(text *out, const record *r) {
    const char *reason = text_string(&r->reason);
    bool known = text_starts(reason, "exit ") && !members_begins(value_of(r, RECORD_CAUSE), "exit status ");
    if (known) record_put_shown(out, value_of(r, RECORD_CAUSE));
}

/* An array of texts as a command line has it; another one as it is written. */
static void put_array(text *out, gem5art_text array) {
    static text decoded;
    gem5art_text rest = array, element;
    bool first = true;
    for (; members_element(&rest, &element); first = false) {
        if (first && !members_is_text(element)) {
            record_put_shown(out, array);
            return;
        }
        if (!first) text_puts(out, " ");
        terminal_put_word(out, members_string(&decoded, element));
    }
}

void column_put(text *out, column *c, const record *r) {
    gem5art_text value = cell_of(c, r);
    double number = column_number(c, r);
    if (c->key && members_is_null(value) && c->kind != COLUMN_SIMULATED) return;
    switch (c->kind) {
    case COLUMN_FIELD:
        if (*value.text == '[') put_array(out, value);
        else record_put_shown(out, value);
        c->numbers = c->numbers || looks_like_number(value);
        break;
    case COLUMN_VARIABLE: record_put_shown(out, value); break;
    case COLUMN_SIMULATED:
        if (number >= 0) when_put_simulated(out, number);
        break;
    case COLUMN_SIZE:
        if (number >= 0) describe_bytes(out, number);
        break;
    case COLUMN_ID: record_put_shown(out, value); break;
    case COLUMN_COMMIT: text_putf(out, "%.*s", COMMITS_SHORT, commits_of(value)); break;
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

void column_put_json(text *out, column *c, const record *r) {
    gem5art_text value = cell_of(c, r);
    double number = column_number(c, r);
    gem5art_json_writer writer;
    const char *json;
    size_t length;
    if (c->key && members_is_null(value) && c->kind != COLUMN_SIMULATED) return;
    if (c->kind == COLUMN_FIELD) c->numbers = c->numbers || looks_like_number(value);
    if (c->kind == COLUMN_SIMULATED) {
        if (number >= 0) text_putf(out, "%.12g", number);
    } else if (c->kind == COLUMN_MODE) text_puts(out, r->fs ? "\"FS\"" : "\"SE\"");
    else if (!c->key && c->kind != COLUMN_REASON) {
        if (number > 0 || (number == 0 && c->kind == COLUMN_ELAPSED)) text_putf(out, "%.3f", number);
    } else if (c->key && c->kind != COLUMN_COMMIT && *value.text != '[' && *value.text != '{')
        text_put(out, value.text, value.length);
    else {
        gem5art_json_writer_init(&writer, 0);
        if (c->kind == COLUMN_COMMIT) gem5art_json_string(&writer, commits_of(value));
        else if (c->key) gem5art_json_text(&writer, value.text, value.length); /* no spaces between its tokens */
        else gem5art_json_string(&writer, text_string(&r->reason));
        if ((json = gem5art_json_take(&writer, &length, NULL)) != NULL) text_put(out, json, length);
        gem5art_json_writer_free(&writer);
    }
}

void column_put_csv(text *out, csv_style style, column *c, const record *r) {
    static text json;
    text_clear(&json);
    column_put_json(&json, c, r);
    csv_put_json(out, style, text_string(&json), json.length);
}
