/* gem5art-ls - a table of the runs of a store, or of its artifacts.

   The store is read once from its beginning to its end, and of each record only the members are looked at that are
   shown, sorted or filtered by (see members.h): a hundred thousand runs take about twice as long as `grep -c`. */

#define TOOL_NAME "gem5art-ls"

#include "tool.h"

#include "csv.h"
#include "members.h"
#include "reason.h"
#include "tree.h"

#include <strings.h>
#include <sys/select.h>
#include <termios.h>
#include <time.h>

static const char *db_uri, *name_part, *status_word, *type_word, *since_text, *limit_text, *sort_word, *columns_text,
    *color_when;
static tool_list params;
static bool live_only, as_json, as_csv, watching, of_artifacts;
static csv_style style;

static const tool_option options[] = {
    {"--name", NULL, "PART", "list only runs with PART in the name", &name_part, NULL, NULL, NULL},
    {"--status", NULL, "STATUS", "list only Finished, Failed, Running, ... runs", &status_word, NULL, NULL,
     "Finished Failed Created Spawning Running"},
    {"--type", NULL, "TYPE", "list only se or fs runs, or artifacts of TYPE", &type_word, NULL, NULL, "se fs"},
    {"--since", NULL, "WHEN", "list only since WHEN: 30m, 3h, 2d, 2026-11-01", &since_text, NULL, NULL, NULL},
    {"--param", NULL, "VALUE", "list only runs with this parameter; can be repeated", NULL, &params, NULL, NULL},
    {"--live", NULL, NULL, "list live runs instead of recorded ones", NULL, NULL, &live_only, NULL},
    {"--artifacts", NULL, NULL, "list artifacts, each above its inputs", NULL, NULL, &of_artifacts, NULL},
    {"--limit", NULL, "LIMIT", "list at most LIMIT, the last ones", &limit_text, NULL, NULL, NULL},
    {"--sort", NULL, "COLUMN", "sort by this column; -COLUMN: in reverse", &sort_word, NULL, NULL,
     "id name mode status reason elapsed when params"},
    {"--columns", NULL, "LIST", "show these columns: name,status,outdir,...", &columns_text, NULL, NULL, NULL},
    {"--json", NULL, NULL, "print an array of objects, with whole values", NULL, NULL, &as_json, NULL},
    {"--csv", NULL, NULL, "print CSV; --spreadsheet makes it safe to open", NULL, NULL, &as_csv, NULL},
    {"--spreadsheet", NULL, NULL, " with --csv: put a ' before text that a spreadsheet would take for a formula", NULL, NULL,
     &style.spreadsheet, NULL},
    {"--watch", NULL, NULL, "update the table every 2 s, live runs too; q ends", NULL, NULL, &watching, NULL},
    {"--color", NULL, "WHEN", "always, auto or never", &color_when, NULL, NULL, "always auto never"},
    {"--db-uri", NULL, "DB_URI", "Default $GEM5ART_DB, else file://db.json", &db_uri, NULL, NULL, "FILE"},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

static const tool_page page = {"list the runs and artifacts of a store",
                               "",
                               "List the recorded runs, the newest last, and how many have which status.",
                               NULL,
                               options,
                               "COLUMN: id, mode, reason, elapsed, when, or a field of a record: name, status, params, "
                               "outdir, return_code, host, cause, warnings, ..."};

/* ---- columns */

typedef enum kind { TEXT, LIST, NUMBER, MOMENT, DURATION, ID, MODE, REASON, ELAPSED, WHEN } kind;

typedef struct column {
    const char *name, *key; /* key: of the record's member; NULL: of several */
    kind kind;
    size_t member;          /* where the value is, see want_member */
} column;

/* What has another name here than in a record, or another form. Every other field of a record is a column too. */
static const column special_columns[] = {{"id", "_id", ID, 0},           {"mode", "type", MODE, 0},
                                         {"reason", NULL, REASON, 0},    {"elapsed", NULL, ELAPSED, 0},
                                         {"when", NULL, WHEN, 0},        {NULL, NULL, TEXT, 0}};
static const char run_columns[] = "id,name,mode,status,reason,elapsed,when,params";
static const char artifact_columns[] = "id,name,type,when,path";

enum { COLUMNS = 48 };
static column columns[COLUMNS];
static size_t column_count, shown_count; /* one behind the shown ones is for sorting */
static size_t name_column = COLUMNS, status_column = COLUMNS, sort_column = COLUMNS;
static bool reverse, shows_ids; /* shortened ones, for which all ids must be known */

/* The members that are always looked at; their places, in this order. */
enum { M_ID, M_TYPE, M_NAME, M_STATUS, M_REASON, M_START, M_END, M_ENQUEUE, M_PARAMS, M_CODE, M_ERROR, M_CAUSE,
       M_WARNINGS, M_ALWAYS };
static const char *const run_members[M_ALWAYS] = {"_id",        "type",     "name",         "status", "kill_reason",
                                                  "start_time", "end_time", "enqueue_time", "params",
                                                  "return_code", "error", "cause", "warnings"};
enum { M_TIME = M_STATUS, M_INPUTS, M_ALWAYS_ARTIFACT }; /* of artifacts, behind the same three */
static const char *const artifact_members[M_ALWAYS_ARTIFACT] = {"_id", "type", "name", "time", "inputs"};
static members wanted;

static const gem5art__field *fields(void) { return of_artifacts ? gem5art__artifact_fields : gem5art__run_fields; }

static kind field_kind(const gem5art__field *field) {
    if (field->kind == GEM5ART__TEXTS) return LIST;
    if (field->kind == GEM5ART__INTEGER || field->kind == GEM5ART__SIZE) return NUMBER;
    if (field->kind != GEM5ART__SECONDS) return TEXT;
    return gem5art__ends_with(field->name, "_time") || strcmp(field->name, "time") == 0 ? MOMENT : DURATION;
}

static bool is_special_here(const column *special) {
    return !of_artifacts || special->kind == ID || special->kind == WHEN;
}

/* "unknown status 'finsihed': did you mean Finished?" */
__attribute__((noreturn)) static void unknown(const char *what, const char *word, const char *const *words) {
    const char *nearest = tool_nearest(word, words);
    gem5art__buf list = {NULL, 0, 0, false};
    if (nearest) tool_exit(TOOL_MISUSE, "unknown %s '%s': did you mean %s?", what, word, nearest);
    for (; *words; words++) gem5art__putf(&list, "%s%s", *words, words[1] ? ", " : "");
    tool_exit(TOOL_MISUSE, "unknown %s '%s': there are %s", what, word, list.data ? list.data : "none");
}

__attribute__((noreturn)) static void unknown_column(const char *word) {
    const char *words[2 * COLUMNS + 1];
    const column *special;
    const gem5art__field *field;
    size_t count = 0;
    for (special = special_columns; special->name; special++)
        if (is_special_here(special)) words[count++] = special->name;
    for (field = fields(); field->name && count < 2 * COLUMNS; field++) words[count++] = field->name;
    words[count] = NULL;
    unknown("column", word, words);
}

static column find_column(const char *word) {
    const column *special;
    const gem5art__field *field;
    column c;
    for (special = special_columns; special->name; special++)
        if (is_special_here(special) && strcasecmp(special->name, word) == 0) return *special;
    for (field = fields(); field->name && strcasecmp(field->name, word) != 0; field++) {}
    if (!field->name) unknown_column(word);
    c.name = c.key = field->name;
    c.kind = field_kind(field);
    c.member = 0;
    return c;
}

static size_t add_column(const char *word) {
    column c = find_column(word);
    if (c.key) c.member = want_member(&wanted, c.key);
    columns[column_count] = c;
    return column_count++;
}

static void choose_columns(void) {
    const char *list = columns_text ? columns_text : of_artifacts ? artifact_columns : run_columns;
    size_t i;
    for (i = 0; i < (of_artifacts ? (size_t)M_ALWAYS_ARTIFACT : (size_t)M_ALWAYS); i++)
        want_member(&wanted, of_artifacts ? artifact_members[i] : run_members[i]);
    for (;; list++) {
        char word[64];
        size_t length = strcspn(list, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, list);
        if (!length)
            tool_exit(TOOL_MISUSE, "--columns: a name is missing in \"%s\": give them as in name,status,outdir",
                      columns_text);
        if (column_count == COLUMNS - 1) tool_exit(TOOL_MISUSE, "--columns: at most %d can be shown", COLUMNS - 1);
        add_column(word);
        list += length;
        if (!*list) break;
    }
    shown_count = column_count;
    for (i = 0; i < shown_count; i++) {
        if (columns[i].key && strcmp(columns[i].key, "name") == 0) name_column = i;
        if (columns[i].key && strcmp(columns[i].key, "status") == 0) status_column = i;
        if (columns[i].kind == ID && !as_json && !as_csv) shows_ids = true;
    }
    if (!sort_word) return;
    reverse = *sort_word == '-';
    sort_column = add_column(sort_word + reverse);
}

/* ---- rows: what is shown of a record, or written of it */

typedef enum tint { PLAIN, GOOD, BAD, BUSY } tint;
static const char *const tints[] = {"", "\033[32m", "\033[31m", "\033[36m"};

typedef struct row {
    const char *id; /* whole, as it is shown. Behind it, each ended by a NUL: cells; an artifact's inputs; nothing */
    double number;  /* to sort by, where the sort column has numbers */
    size_t order;
    size_t tally;   /* where it is counted */
    tint tint;
    bool ascii;     /* the id and all cells are */
    bool matches;   /* an artifact that does not is shown only as an input */
} row;

typedef struct known_id {
    uint64_t first; /* the first 8 bytes, so that sorting seldom looks further */
    const char *id;
} known_id;

/* Memory for very many small things that end together. It is asked for in pieces as large as a huge page, and as one:
   where a page fault is dear, 64 KB at a time would take as long as reading the store does. */
enum { HEAP_PIECE = 1 << 21 };
typedef struct heap {
    char *piece; /* its first bytes point to the piece before it */
    size_t used, size;
} heap;

enum { ID_BUCKET_BITS = 16, ID_BUCKETS = 1 << ID_BUCKET_BITS };

/* What was read: of the store, or of the live runs. */
typedef struct listing {
    heap heap;
    row **rows;
    known_id *ids;   /* of all records, shown or not */
    size_t *id_ends; /* of the buckets of sorted ids: see sort_ids */
    size_t count, room, id_count, id_room;
} listing;

static listing stored, live;

static void leave_screen(void);

static void out_of_memory(bool failed) {
    if (failed) leave_screen();
    if (failed) tool_exit(TOOL_FAILED, "out of memory");
}

static void *heap_alloc(heap *h, size_t size) {
    void *memory;
    size = (size + 7) & ~(size_t)7;
    if (!h->piece || h->size - h->used < size) {
        size_t piece = size > HEAP_PIECE - sizeof h->piece ? size + sizeof h->piece : HEAP_PIECE;
        out_of_memory(posix_memalign(&memory, HEAP_PIECE, piece) != 0);
#ifdef MADV_HUGEPAGE
        madvise(memory, piece, MADV_HUGEPAGE);
#endif
        memcpy(memory, &h->piece, sizeof h->piece);
        h->piece = (char *)memory;
        h->used = sizeof h->piece;
        h->size = piece;
    }
    memory = h->piece + h->used;
    h->used += size;
    return memory;
}

static char *heap_copy(heap *h, const char *text, size_t length) {
    char *copy = (char *)heap_alloc(h, length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

static void heap_free(heap *h) {
    while (h->piece) {
        char *before;
        memcpy(&before, h->piece, sizeof before);
        free(h->piece);
        h->piece = before;
    }
    h->used = h->size = 0;
}

/* Room for one more in an array. */
static void *make_room(void *array, size_t count, size_t *room, size_t size) {
    if (count < *room) return array;
    *room = *room ? *room * 2 : 1024;
    array = realloc(array, *room * size);
    out_of_memory(!array);
    return array;
}

static void forget(listing *l) {
    heap_free(&l->heap);
    l->count = l->id_count = 0;
}

/* What the row of a record is made from, besides its members. */
typedef struct facts {
    bool fs;
    double when, elapsed; /* 0, -1: not known */
    const char *reason;   /* see reason.h; until the next record */
} facts;

static json_slice member(size_t place) { return wanted.values[place]; }

/* Neither escapes, nor control characters, nor anything beyond ASCII: shown as it is. */
static bool is_plain(const char *text, size_t length) {
    size_t i;
    for (i = 0; i < length && gem5art__json_is_plain(text[i]) && text[i] != 127; i++) {}
    return i == length;
}

static bool is_null(json_slice value) { return value.length == 0 || value.text[0] == 'n'; }

/* The text of a value, decoded; until the next call. */
static const char *decoded(json_slice value) {
    static gem5art__buf text;
    text.length = 0;
    gem5art__puts(&text, "");
    if (!is_null(value)) put_json_text(&text, value);
    out_of_memory(text.failed);
    return text.data;
}

/* As people may see it: what a terminal would obey is written out. */
static void put_plainly(gem5art__buf *buf, json_slice value) {
    if (is_json_string(value) && is_plain(value.text + 1, value.length - 2))
        gem5art__put(buf, value.text + 1, value.length - 2);
    else tool_put_text(buf, decoded(value), SIZE_MAX);
}

/* Surely taken as it is by a shell: letters, digits and a few signs. */
static bool is_word(const char *text, size_t length) {
    size_t i;
    for (i = 0; i < length; i++) {
        char c = text[i];
        if (((c | 32) < 'a' || (c | 32) > 'z') && (c < '-' || c > '9') && c != '_' && c != '=') break;
    }
    return length > 0 && i == length;
}

/* A parameter as a shell would take it. */
static void put_word(gem5art__buf *buf, json_slice value) {
    gem5art__buf quoted = {NULL, 0, 0, false};
    size_t quote = is_json_string(value) ? 1 : 0;
    if (is_word(value.text + quote, value.length - 2 * quote)) {
        gem5art__put(buf, value.text + quote, value.length - 2 * quote);
        return;
    }
    tool_put_shell_word(&quoted, decoded(value));
    out_of_memory(quoted.failed);
    tool_put_text(buf, quoted.data, SIZE_MAX);
    gem5art__buf_free(&quoted);
}

/* Parameters, as a command line has them. */
static void put_list(gem5art__buf *buf, json_slice list) {
    json_slice element;
    bool first = true;
    if (list.text[0] != '[') put_plainly(buf, list);
    for (; next_json_element(&list, &element); first = false) {
        if (!first) gem5art__puts(buf, " ");
        put_word(buf, element);
    }
}

/* As tool_put_time, but of one quarter of an hour only the first is asked of the system: its minutes tell the others,
   wherever clocks differ by quarters. */
static void put_time(gem5art__buf *buf, double when) {
    static char known[17]; /* "2026-11-27 03:28" */
    static int64_t quarter = -1;
    static int minute;     /* with which the quarter begins */
    int64_t seconds = (int64_t)when;
    size_t start = buf->length;
    if (when <= 0 || when > 1e15) return;
    if (seconds / 900 == quarter) {
        int now = minute + (int)(seconds % 900 / 60);
        known[14] = (char)('0' + now / 10);
        known[15] = (char)('0' + now % 10);
        gem5art__put(buf, known, 16);
        return;
    }
    tool_put_time(buf, when);
    if (buf->failed || buf->length != start + 16) return;
    memcpy(known, buf->data + start, 16);
    minute = (known[14] - '0') * 10 + known[15] - '0' - (int)(seconds % 900 / 60);
    quarter = minute % 15 == 0 ? seconds / 900 : -1;
}

/* A cell of the table. */
static void put_shown(gem5art__buf *buf, const column *c, const facts *f) {
    json_slice value = member(c->member); /* of another member where it is made from several */
    double number = c->kind == WHEN ? f->when : c->kind == ELAPSED ? f->elapsed : -1;
    if (c->key && is_null(value)) return;
    if (c->kind == MOMENT || c->kind == DURATION) number = json_number(value, -1);
    switch (c->kind) {
    case ID: break; /* it stands before the cells */
    case NUMBER:
    case TEXT: put_plainly(buf, value); break;
    case LIST: put_list(buf, value); break;
    case MODE: gem5art__puts(buf, f->fs ? "FS" : "SE"); break;
    case REASON: tool_put_text(buf, f->reason, SIZE_MAX); break;
    case MOMENT:
    case WHEN: put_time(buf, number); break;
    case DURATION:
    case ELAPSED:
        if (number >= 0) tool_put_duration(buf, number);
        break;
    }
}

/* An array or object without the white space between its tokens. */
static void put_compact(gem5art__buf *buf, json_slice value) {
    gem5art_json_writer writer;
    const char *text;
    size_t length;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_text(&writer, value.text, value.length);
    text = gem5art_json_take(&writer, &length, NULL);
    out_of_memory(!text);
    gem5art__put(buf, text, length);
    gem5art_json_writer_free(&writer);
}

static void put_json_string(gem5art__buf *buf, const char *string) {
    gem5art_json_writer writer;
    const char *text;
    size_t length;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_string(&writer, string);
    text = gem5art_json_take(&writer, &length, NULL);
    out_of_memory(!text);
    gem5art__put(buf, text, length);
    gem5art_json_writer_free(&writer);
}

/* A value for other programs: JSON on one line, or nothing for null. */
static void put_value(gem5art__buf *buf, const column *c, const facts *f) {
    json_slice value = member(c->member);
    double number = c->kind == WHEN ? f->when : f->elapsed;
    if (c->key && is_null(value)) return;
    if (c->kind == MODE) gem5art__puts(buf, f->fs ? "\"FS\"" : "\"SE\"");
    else if (c->kind == REASON) put_json_string(buf, f->reason);
    else if (!c->key) {
        if (number > 0 || (c->kind == ELAPSED && number == 0)) gem5art__putf(buf, "%.3f", number);
    } else if (value.text[0] == '[' || value.text[0] == '{') put_compact(buf, value);
    else gem5art__put(buf, value.text, value.length);
}

/* A cell of a CSV table: text is decoded. */
static void put_csv(gem5art__buf *buf, const column *c, const facts *f) {
    gem5art__buf json = {NULL, 0, 0, false};
    gem5art__arena arena = {NULL, false};
    const gem5art_json *string = NULL;
    json_slice value;
    put_value(&json, c, f);
    value.text = json.data, value.length = json.length;
    if (is_json_string(value) && !memchr(value.text, '\\', value.length))
        csv_put_text(buf, style, value.text + 1, value.length - 2);
    else if (is_json_string(value)) string = gem5art__json_parse_in(&arena, value.text, value.length, NULL, NULL);
    if (string) csv_put_text(buf, style, string->text, string->length);
    else if (json.length && !is_json_string(value)) csv_put_value(buf, style, json.data, json.length);
    buf->failed |= json.failed || arena.failed;
    gem5art__arena_free(&arena);
    gem5art__buf_free(&json);
}

static bool is_run_type(const char *type, size_t length) {
    return gem5art__text_is(type, length, gem5art__type_se) || gem5art__text_is(type, length, gem5art__type_fs);
}

static double sort_number(const column *c, const facts *f) {
    if (c->kind == WHEN) return f->when;
    if (c->kind == ELAPSED) return f->elapsed;
    return json_number(member(c->member), -1);
}

/* The record that `wanted` has read, as the next row. */
static row *add_row(listing *l, const facts *f) {
    void (*put)(gem5art__buf *, const column *, const facts *) = as_json ? put_value : as_csv ? put_csv : put_shown;
    static gem5art__buf text;
    json_slice id = member(M_ID), inputs = of_artifacts ? member(M_INPUTS) : id, input;
    row *r = (row *)heap_alloc(&l->heap, sizeof *r);
    size_t i;
    text.length = 0;
    put_plainly(&text, id);
    for (i = 0; i < column_count; i++) {
        gem5art__put(&text, "", 1);
        put(&text, &columns[i], f);
    }
    while (next_json_element(&inputs, &input)) {
        gem5art__put(&text, "", 1);
        put_plainly(&text, input);
    }
    gem5art__put(&text, "", 1);
    out_of_memory(text.failed);
    memset(r, 0, sizeof *r);
    r->id = heap_copy(&l->heap, text.data, text.length);
    for (i = 0; i < text.length && !(text.data[i] & 0x80); i++) {}
    r->ascii = i == text.length;
    if (sort_column < COLUMNS) r->number = sort_number(&columns[sort_column], f);
    l->rows = (row **)make_room(l->rows, l->count, &l->room, sizeof *l->rows);
    r->order = l->count;
    return l->rows[l->count++] = r;
}

static const char *next_cell(const char *text) { return text + strlen(text) + 1; }

static const char *cell_text(const row *r, size_t place) {
    const char *text = next_cell(r->id);
    while (place-- > 0) text = next_cell(text);
    return text;
}

/* ---- counts by status, and in them by the reason of the end */

typedef struct tally {
    char *status, *reason;
    size_t count;
    bool told;
} tally;

enum { TALLIES = 256 };
static tally tallies[TALLIES];
static size_t tally_count, total;
static const char check_failed[] = "Failed artifact check"; /* " for PATH" follows */
static const char *const statuses[] = {"Finished", "Failed",   check_failed, "Created",
                                       "Begin run", "Spawning", "Running",    NULL};

static bool slice_is(json_slice value, const char *text, bool prefix) {
    size_t length = strlen(text);
    return is_json_string(value) && (prefix ? value.length - 2 >= length : value.length - 2 == length) &&
           memcmp(value.text + 1, text, length) == 0;
}

static char *slice_copy(json_slice value) {
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art__puts(&text, "");
    if (!is_null(value)) put_plainly(&text, value);
    out_of_memory(text.failed);
    return text.data;
}

/* Some reasons are whole sentences: those are not counted apart. */
enum { TALLY_REASON = 40 };

/* The tally of a status and a reason; the last one takes all that are too many. */
static size_t find_tally(json_slice status, const char *reason) {
    tally *t;
    if (strlen(reason) > TALLY_REASON) reason = "";
    if (slice_is(status, check_failed, true)) {
        status.text = "\"Failed artifact check\"";
        status.length = sizeof check_failed + 1;
    }
    for (t = tallies; t < tallies + tally_count; t++)
        if ((slice_is(status, t->status, false) || (is_null(status) && !*t->status)) &&
            strcmp(reason, t->reason) == 0)
            return (size_t)(t - tallies);
    if (t == tallies + TALLIES) return TALLIES - 1;
    t->status = slice_copy(status);
    t->reason = strdup(reason);
    out_of_memory(!t->reason);
    return tally_count++;
}

/* ", 8 Failed (5 timeout, 1 kernel panic)": all with this status, once. */
static void put_count(gem5art__buf *buf, const char *status, const char **before) {
    const char *reason_before = " (";
    size_t count = 0, i;
    for (i = 0; i < tally_count; i++)
        if (strcmp(tallies[i].status, status) == 0) count += tallies[i].told ? 0 : tallies[i].count;
    if (count) gem5art__putf(buf, "%s%zu %s", *before, count, *status ? status : "without a status");
    for (i = 0; count && i < tally_count; i++) {
        if (strcmp(tallies[i].status, status) != 0) continue;
        tallies[i].told = true;
        if (!tallies[i].count || !*tallies[i].reason) continue;
        gem5art__putf(buf, "%s%zu ", reason_before, tallies[i].count);
        tool_put_text(buf, tallies[i].reason, SIZE_MAX);
        reason_before = ", ";
    }
    if (*reason_before == ',') gem5art__puts(buf, ")");
    if (count) *before = ", ";
}

/* Known statuses in their order, then what others wrote. */
static void put_counts(gem5art__buf *buf, size_t shown) {
    const char *before = ": ", *what = of_artifacts ? "artifact" : live_only ? "live run" : "run";
    size_t i;
    if (shown < total) gem5art__putf(buf, "%zu of ", shown);
    gem5art__putf(buf, "%zu %s%s", total, what, total == 1 ? "" : "s");
    for (i = 0; i < tally_count; i++) tallies[i].told = false;
    for (i = 0; statuses[i]; i++) put_count(buf, statuses[i], &before);
    for (i = 0; i < tally_count; i++) put_count(buf, tallies[i].status, &before);
}

/* ---- which records are shown */

static double since;
static const char *status_wanted, *run_type_wanted;

static const char *known_word(const char *what, const char *word, const char *const *words) {
    const char *const *w;
    for (w = words; *w; w++)
        if (strcasecmp(*w, word) == 0) return *w;
    unknown(what, word, words);
}

static void read_filters(void) {
    static const char *const modes[] = {"se", "fs", NULL};
    if (of_artifacts && (status_word || live_only || params.count))
        tool_exit(TOOL_MISUSE, "--status, --live and --param choose among runs: leave --artifacts out, or them");
    if (status_word) status_wanted = known_word("status", status_word, statuses);
    if (type_word && !of_artifacts)
        run_type_wanted = *known_word("type", type_word, modes) == 'f' ? gem5art__type_fs : gem5art__type_se;
    if (since_text) since = tool_since("--since", since_text);
}

static bool has_param(json_slice list, const char *param) {
    json_slice element;
    while (next_json_element(&list, &element))
        if (strcmp(decoded(element), param) == 0) return true;
    return false;
}

static bool is_wanted(const facts *f) {
    json_slice status = member(M_STATUS);
    size_t i;
    if (name_part && !strstr(decoded(member(M_NAME)), name_part)) return false;
    if (f->when < since) return false;
    if (of_artifacts) return !type_word || strcasecmp(decoded(member(M_TYPE)), type_word) == 0;
    if (run_type_wanted && !slice_is(member(M_TYPE), run_type_wanted, false)) return false;
    if (status_wanted && !slice_is(status, status_wanted, true)) return false; /* the rest: " for PATH" */
    for (i = 0; i < params.count; i++)
        if (!has_param(member(M_PARAMS), params.items[i])) return false;
    return true;
}

static tint run_tint(json_slice status, bool lost) {
    if (lost || slice_is(status, "Failed", true)) return BAD;
    return slice_is(status, "Finished", false) ? GOOD : BUSY;
}

/* ---- reading the store */

static uint64_t first_bytes(const char *id) {
    uint64_t first = 0;
    int i;
    for (i = 0; i < 8; i++) first = first << 8 | (unsigned char)(*id ? *id++ : 0);
    return first;
}

static void add_id(listing *l, const char *id) {
    l->ids = (known_id *)make_room(l->ids, l->id_count, &l->id_room, sizeof *l->ids);
    l->ids[l->id_count].first = first_bytes(id);
    l->ids[l->id_count++].id = id;
}

static int compare_ids(const void *a, const void *b) {
    const known_id *x = (const known_id *)a, *y = (const known_id *)b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return strcmp(x->id, y->id);
}

static size_t id_bucket(uint64_t first) { return (size_t)(first * 0x9e3779b97f4a7c15u >> (64 - ID_BUCKET_BITS)); }

/* Those that begin alike are in one bucket, which is sorted: with a bucket for every few ids that takes a quarter of
   the time of sorting all. */
static void sort_ids(listing *l) {
    known_id *sorted = (known_id *)malloc((l->id_count + 1) * sizeof *sorted);
    size_t *ends = (size_t *)calloc(ID_BUCKETS + 1, sizeof *ends), i; /* first where a bucket begins, then its end */
    out_of_memory(!sorted || !ends);
    for (i = 0; i < l->id_count; i++) ends[id_bucket(l->ids[i].first) + 1]++;
    for (i = 0; i < ID_BUCKETS; i++) ends[i + 1] += ends[i];
    for (i = 0; i < l->id_count; i++) sorted[ends[id_bucket(l->ids[i].first)]++] = l->ids[i];
    for (i = 0; i < ID_BUCKETS; i++) {
        size_t begin = i ? ends[i - 1] : 0;
        if (ends[i] - begin > 1) qsort(sorted + begin, ends[i] - begin, sizeof *sorted, compare_ids);
    }
    free(l->ids);
    free(l->id_ends);
    l->ids = sorted;
    l->id_room = l->id_count + 1;
    l->id_ends = ends;
}

static void add_hidden_id(listing *l, const char *text, size_t length) {
    if (shows_ids) add_id(l, heap_copy(&l->heap, text, length));
}

/* Does an array of warnings have one of this kind? */
static bool warns_of(json_slice warnings, const char *what) {
    json_slice element;
    bool found = false;
    while (!found && next_json_element(&warnings, &element)) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *warning = gem5art__json_parse_in(&arena, element.text, element.length, NULL, NULL);
        found = warning && strcmp(gem5art__record_text(warning, "kind"), what) == 0;
        gem5art__arena_free(&arena);
    }
    return found;
}

/* Why the run of the record at hand ended; "" for most. Until the next call. */
static const char *find_reason(bool lost) {
    static const gem5art_warning no_stats = {"stats", ""};
    static const size_t places[3] = {M_REASON, M_ERROR, M_CAUSE};
    static gem5art__buf texts[3], reason;
    bool finished = slice_is(member(M_STATUS), "Finished", false);
    gem5art_run run;
    size_t i;
    reason.length = 0;
    gem5art__puts(&reason, lost ? "lost" : "");
    if (lost) return reason.data;
    for (i = 0; i < 3; i++) {
        texts[i].length = 0;
        gem5art__puts(&texts[i], "");
        if (!is_null(member(places[i]))) put_json_text(&texts[i], member(places[i]));
        out_of_memory(texts[i].failed);
    }
    memset(&run, 0, sizeof run);
    run.status = finished                                        ? "Finished"
                 : slice_is(member(M_STATUS), "Failed", false)    ? "Failed"
                 : slice_is(member(M_STATUS), check_failed, true) ? check_failed
                                                                  : "";
    run.kill_reason = texts[0].data, run.error = texts[1].data, run.cause = texts[2].data;
    run.return_code = (int64_t)json_number(member(M_CODE), 0);
    run.warnings = &no_stats;
    run.warning_count = finished && warns_of(member(M_WARNINGS), "stats");
    put_reason(&reason, &run);
    out_of_memory(reason.failed);
    return reason.data;
}

/* Takes a record in, if it is to be shown. `run`: it is no stored one, but of this live run. */
static void add_record(listing *l, const char *text, size_t size, const gem5art_run *run) {
    double start, end, first;
    facts f;
    row *r;
    bool lost = run && strcmp(run->kill_reason, "lost") == 0, matches;
    read_members(&wanted, text, size);
    memset(&f, 0, sizeof f);
    if (of_artifacts) f.when = json_number(member(M_TIME), 0);
    else {
        start = json_number(member(M_START), 0), end = json_number(member(M_END), 0);
        f.fs = slice_is(member(M_TYPE), gem5art__type_fs, false);
        if (run && end <= 0) end = lost ? run->current_time : gem5art__now();
        f.elapsed = start > 0 && end >= start ? end - start : -1;
        first = start > 0 ? start : json_number(member(M_ENQUEUE), 0);
        f.when = end > 0 && !run ? end : first;
        if (lost) wanted.values[M_REASON].text = "\"lost\"", wanted.values[M_REASON].length = 6;
    }
    matches = is_wanted(&f);
    if (!matches && !of_artifacts) {
        if (is_json_string(member(M_ID))) add_hidden_id(l, member(M_ID).text + 1, member(M_ID).length - 2);
        return;
    }
    f.reason = of_artifacts ? "" : find_reason(lost);
    r = add_row(l, &f);
    r->matches = matches;
    add_id(l, r->id);
    if (of_artifacts) return;
    r->tally = find_tally(member(M_STATUS), f.reason);
    r->tint = run_tint(member(M_STATUS), lost);
}

/* Reads all of the store; false with an error, and what was read before it. */
static bool read_store(gem5art_db *db, listing *l, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record;
    gem5art__scan scan;
    gem5art__head head;
    gem5art__step step;
    if (!gem5art__scan_begin(db, NULL, &scan, error)) return false;
    while ((step = gem5art__scan_next(&scan, error)) == GEM5ART__RECORD) {
        if (!scan.sealed || !scan.intact || !gem5art__read_head(scan.data, scan.size, &head)) {
            gem5art__arena_free(&arena);
            if ((step = gem5art__scan_parse(&scan, &arena, &record, error)) != GEM5ART__RECORD) break;
            gem5art__parsed_head(record, &head);
        }
        if (is_run_type(head.text[2], head.length[2]) != of_artifacts) add_record(l, scan.data, scan.size, NULL);
        else add_hidden_id(l, head.text[0], head.length[0]);
    }
    gem5art__arena_free(&arena);
    gem5art__scan_end(&scan);
    sort_ids(l);
    return step != GEM5ART__FAILED;
}

/* The runs that are under way now, by any process, from their info.json. */
static bool read_live(gem5art_db *db, listing *l, gem5art_error *error) {
    gem5art_query query;
    gem5art_iter *iter;
    const gem5art_run *run;
    memset(&query, 0, sizeof query);
    query.live = true;
    if ((iter = gem5art_get_runs(db, &query, error)) == NULL) return false;
    while ((run = tool_next_run(iter, error)) != NULL) {
        gem5art_json_writer writer;
        const char *text;
        size_t length;
        gem5art_json_writer_init(&writer, 0);
        gem5art__write_record(&writer, run->record);
        text = gem5art_json_take(&writer, &length, NULL);
        out_of_memory(!text);
        add_record(l, text, length, run);
        gem5art_json_writer_free(&writer);
    }
    gem5art_iter_close(iter);
    sort_ids(l);
    return error->code == GEM5ART_OK;
}

/* ---- ids: all with as many digits as it takes to tell them apart */

enum { DIGITS = 8 }; /* at least */
static size_t digits;

/* Where an id is in its bucket, or would be. */
static size_t place_of(const known_id *id) {
    size_t bucket = id_bucket(id->first), low = bucket ? stored.id_ends[bucket - 1] : 0, high = stored.id_ends[bucket];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_ids(&stored.ids[middle], id) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void tell_apart(const known_id *a, const known_id *b) {
    size_t same = 0;
    if (a->first != b->first) return;
    while (a->id[same] && a->id[same] == b->id[same]) same++;
    if ((a->id[same] || b->id[same]) && same + 1 > digits) digits = same + 1; /* equal ones cannot be told apart */
}

static void count_digits(void) {
    size_t i, place;
    digits = DIGITS;
    for (i = 1; i < stored.id_count; i++) tell_apart(&stored.ids[i - 1], &stored.ids[i]);
    for (i = 1; i < live.id_count; i++) tell_apart(&live.ids[i - 1], &live.ids[i]);
    for (i = 0; i < live.id_count && stored.id_count; i++) {
        place = place_of(&live.ids[i]);
        if (place > 0) tell_apart(&stored.ids[place - 1], &live.ids[i]);
        if (place < stored.id_count) tell_apart(&stored.ids[place], &live.ids[i]);
    }
}

static bool is_stored(const char *id) {
    known_id key;
    size_t place;
    if (!stored.id_count) return false;
    key.id = id;
    key.first = first_bytes(id);
    place = place_of(&key);
    return place < stored.id_count && strcmp(stored.ids[place].id, id) == 0;
}

/* ---- the rows in their order */

static bool sorts_by_number(void) {
    kind k = columns[sort_column].kind;
    return k != TEXT && k != LIST && k != ID && k != MODE && k != REASON;
}

static int compare_rows(const void *a, const void *b) {
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    int order = 0;
    if (sorts_by_number()) order = x->number < y->number ? -1 : x->number > y->number;
    else if (columns[sort_column].kind == ID) order = strcmp(x->id, y->id);
    else order = strcmp(cell_text(x, sort_column), cell_text(y, sort_column));
    if (order == 0) order = x->order < y->order ? -1 : 1;
    return order;
}

static row **chosen;
static size_t chosen_count;

/* Stored rows and behind them live ones, but for runs that have ended just now; sorted, turned round, and of all these
   the last. */
static void choose_rows(size_t limit) {
    size_t i, count = stored.count + live.count;
    chosen = (row **)realloc(chosen, (count + 1) * sizeof *chosen);
    out_of_memory(!chosen);
    count_digits();
    for (i = 0; i < tally_count; i++) tallies[i].count = 0;
    for (i = chosen_count = 0; i < count; i++) {
        row *r = i < stored.count ? stored.rows[i] : live.rows[i - stored.count];
        r->order = i;
        if (r->matches && (i < stored.count || !is_stored(r->id))) chosen[chosen_count++] = r;
    }
    for (i = 0; i < chosen_count && !of_artifacts; i++) tallies[chosen[i]->tally].count++;
    total = chosen_count;
    if (sort_column < COLUMNS) qsort(chosen, chosen_count, sizeof *chosen, compare_rows);
    for (i = 0; reverse && i < chosen_count / 2; i++) {
        row *r = chosen[i];
        chosen[i] = chosen[chosen_count - 1 - i];
        chosen[chosen_count - 1 - i] = r;
    }
    if (chosen_count <= limit) return;
    for (i = 0; i < chosen_count - limit; i++) chosen[i]->matches = false;
    memmove(chosen, chosen + chosen_count - limit, limit * sizeof *chosen);
    chosen_count = limit;
}

/* ---- the table */

typedef struct line {
    const row *row;
    const char *prefix; /* what draws the tree, before the name */
    bool again;         /* its inputs stand above */
} line;

static line *tree_lines;
static size_t tree_count, tree_room, first_line, line_count; /* shown are line_count lines from first_line on */
static listing tree_texts; /* prefixes, lists of inputs, and rows of inputs that are not in the store */

/* A run's is made up from its row. */
static line line_at(size_t i) {
    line l = {NULL, "", false};
    if (of_artifacts) return tree_lines[first_line + i];
    l.row = chosen[first_line + i];
    return l;
}

/* Of an input that is not in the store its id is known. */
static const row *missing_row(const char *id) {
    gem5art__buf record = {NULL, 0, 0, false};
    const row *r;
    facts f;
    memset(&f, 0, sizeof f);
    f.reason = "";
    gem5art__putf(&record, "{\"_id\":\"%s\",\"name\":\"(not in the store)\"}", id);
    out_of_memory(record.failed);
    read_members(&wanted, record.data, record.length);
    r = add_row(&tree_texts, &f);
    gem5art__buf_free(&record);
    return r;
}

static void add_tree_line(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again) {
    line *l;
    char *prefix;
    tree_lines = (line *)make_room(tree_lines, tree_count, &tree_room, sizeof *tree_lines);
    l = &tree_lines[tree_count++];
    l->row = node ? (const row *)node->data : missing_row(id);
    l->prefix = prefix = (char *)heap_alloc(&tree_texts.heap, strlen(trunk) + strlen(branch) + 1);
    sprintf(prefix, "%s%s", trunk, branch);
    l->again = again;
}

static void make_node(tree_node *node, const row *r) {
    const char *first = cell_text(r, column_count), *input;
    const char **inputs;
    size_t count = 0;
    for (input = first; *input; input = next_cell(input)) count++;
    inputs = (const char **)heap_alloc(&tree_texts.heap, (count + 1) * sizeof *inputs);
    for (input = first, count = 0; *input; input = next_cell(input)) inputs[count++] = input;
    inputs[count] = NULL;
    node->id = r->id;
    node->inputs = inputs;
    node->data = r;
}

static void make_tree(void) {
    tree t;
    size_t i;
    forget(&tree_texts);
    tree_count = 0;
    memset(&t, 0, sizeof t);
    t.nodes = (tree_node *)calloc(stored.count + 1, sizeof *t.nodes);
    out_of_memory(!t.nodes);
    for (i = 0; i < chosen_count; i++) {
        make_node(&t.nodes[t.count], chosen[i]);
        t.nodes[t.count++].root = true;
    }
    for (i = 0; i < stored.count; i++)
        if (!stored.rows[i]->matches) make_node(&t.nodes[t.count++], stored.rows[i]);
    t.show = add_tree_line;
    tree_show(&t);
    free(t.nodes);
}

/* All rows, or as many of the last ones as fit a screen. */
static void make_lines(size_t most) {
    if (of_artifacts) make_tree();
    line_count = of_artifacts ? tree_count : chosen_count;
    first_line = line_count > most ? line_count - most : 0;
    line_count -= first_line;
}

static bool is_right_aligned(const column *c) {
    return c->kind == NUMBER || c->kind == DURATION || c->kind == ELAPSED;
}

static size_t tree_column(void) { return name_column < shown_count ? name_column : 0; }
static const char again_mark[] = " (above)";
static size_t gap;
enum { GAP = 2, ELLIPSIS_MIN = 8, AGAIN = sizeof again_mark - 1 };

/* A cell as it is shown, but for what draws the tree; `next` is the one behind it. */
typedef struct cell {
    const char *text, *next;
    size_t length, width;
} cell;

static cell cell_at(const line *l, size_t place, const char *text) {
    cell c;
    c.text = text;
    c.length = strlen(text);
    c.next = text + c.length + 1;
    if (columns[place].kind == ID) {
        c.text = l->row->id;
        c.length = strlen(c.text) < digits ? strlen(c.text) : digits;
    }
    c.width = l->row->ascii ? c.length : tool_width(c.text);
    if (place == tree_column()) c.width += tool_width(l->prefix) + (l->again ? AGAIN : 0);
    return c;
}

/* The widest of the columns that can be cut; parameters, which are what tells runs apart, keep twice as much. */
static size_t find_widest(const size_t *widths) {
    size_t place, widest = COLUMNS, most = 0;
    for (place = 0; place < shown_count; place++) {
        size_t width = columns[place].kind == LIST ? widths[place] / 2 : widths[place];
        kind k = columns[place].kind;
        if ((k != TEXT && k != LIST && k != REASON) || widths[place] <= ELLIPSIS_MIN) continue;
        if (width > most) widest = place, most = width;
    }
    return widest;
}

/* How wide each column is. Where a terminal of `limit` columns (0: none) is too narrow, the gaps get smaller, columns
   that nobody asked for and that have nothing in them are left out, with a width of 0, and the widest are cut. */
static void lay_out(size_t limit, size_t widths[COLUMNS]) {
    size_t i, place, natural = 0, sum = 0;
    bool empty[COLUMNS], narrow;
    memset(widths, 0, COLUMNS * sizeof *widths);
    for (i = 0; i < line_count; i++) {
        const line l = line_at(i);
        const char *text = next_cell(l.row->id);
        for (place = 0; place < shown_count; place++) {
            const cell c = cell_at(&l, place, text);
            if (c.width > widths[place]) widths[place] = c.width;
            text = c.next;
        }
    }
    for (place = 0; place < shown_count; place++) {
        natural += (widths[place] > strlen(columns[place].name) ? widths[place] : strlen(columns[place].name)) + GAP;
        empty[place] = widths[place] == 0;
    }
    narrow = limit && natural - GAP > limit;
    gap = narrow ? 1 : GAP;
    for (place = 0; place < shown_count; place++) {
        if (narrow && empty[place] && !columns_text) continue;
        if (widths[place] < strlen(columns[place].name)) widths[place] = strlen(columns[place].name);
        sum += widths[place] + (sum ? gap : 0);
    }
    while (narrow && sum > limit && (place = find_widest(widths)) < COLUMNS) widths[place]--, sum--;
}

static void put_spaces(gem5art__buf *buf, size_t count) {
    static const char spaces[] = "                                                                ";
    for (; count > sizeof spaces - 1; count -= sizeof spaces - 1) gem5art__put(buf, spaces, sizeof spaces - 1);
    gem5art__put(buf, spaces, count);
}

/* A cell with what draws the tree, cut where it must be; returns its width. */
static size_t put_cell(gem5art__buf *buf, const line *l, size_t place, const cell *c, size_t width) {
    bool in_tree = place == tree_column() && (*l->prefix || l->again);
    size_t start = buf->length, cut;
    char *whole;
    if (l->row->ascii && !in_tree && c->width > width) { /* which is most of what must be cut */
        gem5art__put(buf, c->text, width - 1);
        gem5art__puts(buf, tool_ellipsis());
        return width;
    }
    if (in_tree) gem5art__puts(buf, l->prefix);
    gem5art__put(buf, c->text, c->length);
    if (in_tree && l->again) gem5art__puts(buf, again_mark);
    if (c->width <= width || buf->failed) return c->width;
    whole = strdup(buf->data + start);
    out_of_memory(!whole);
    buf->length = start;
    cut = tool_put_text(buf, whole, width);
    free(whole);
    return cut;
}

static void put_line(gem5art__buf *buf, const line *l, const size_t *widths, bool color) {
    const char *text = next_cell(l->row->id);
    size_t place, start = buf->length, width;
    for (place = 0; place < shown_count; place++) {
        const cell c = cell_at(l, place, text);
        bool tinted = color && l->row->tint && place == status_column;
        text = c.next;
        if (!widths[place]) continue;
        if (buf->length > start) put_spaces(buf, gap);
        if (is_right_aligned(&columns[place]) && c.width < widths[place]) put_spaces(buf, widths[place] - c.width);
        if (tinted) gem5art__puts(buf, tints[l->row->tint]);
        width = put_cell(buf, l, place, &c, widths[place]);
        if (tinted) gem5art__puts(buf, "\033[m");
        if (!is_right_aligned(&columns[place]) && width < widths[place]) put_spaces(buf, widths[place] - width);
    }
    while (buf->length > start && buf->data[buf->length - 1] == ' ') buf->length--;
}

static void put_heading(gem5art__buf *buf, const size_t *widths, bool color) {
    size_t place, start, padding;
    const char *c;
    if (color) gem5art__puts(buf, "\033[1m");
    start = buf->length;
    for (place = 0; place < shown_count; place++) {
        if (!widths[place]) continue;
        if (buf->length > start) put_spaces(buf, gap);
        padding = widths[place] - strlen(columns[place].name);
        if (is_right_aligned(&columns[place])) put_spaces(buf, padding);
        for (c = columns[place].name; *c; c++) {
            char upper = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
            gem5art__put(buf, &upper, 1);
        }
        if (!is_right_aligned(&columns[place])) put_spaces(buf, padding);
    }
    while (buf->length > start && buf->data[buf->length - 1] == ' ') buf->length--;
    if (color) gem5art__puts(buf, "\033[m");
}

static void write_out(gem5art__buf *buf) {
    out_of_memory(buf->failed);
    tool_print(buf->data, buf->length);
    buf->length = 0;
}

static void write_table(void) {
    gem5art__buf buf = {NULL, 0, 0, false};
    size_t widths[COLUMNS];
    bool color = tool_use_color(color_when, stdout);
    size_t i;
    make_lines(SIZE_MAX);
    lay_out(isatty(STDOUT_FILENO) ? (size_t)tool_columns(STDOUT_FILENO) : 0, widths);
    if (line_count) {
        put_heading(&buf, widths, color);
        gem5art__puts(&buf, "\n");
    }
    for (i = 0; i < line_count; i++) {
        line l = line_at(i);
        put_line(&buf, &l, widths, color);
        gem5art__puts(&buf, "\n");
        if (buf.length >= TOOL_BUFFER) write_out(&buf);
    }
    if (line_count) gem5art__puts(&buf, "\n");
    put_counts(&buf, chosen_count);
    gem5art__puts(&buf, "\n");
    write_out(&buf);
    gem5art__buf_free(&buf);
}

/* ---- for other programs */

static void put_json_row(gem5art__buf *buf, const row *r) {
    const char *text = next_cell(r->id);
    size_t place;
    gem5art__puts(buf, "{");
    for (place = 0; place < shown_count; place++, text = next_cell(text)) {
        gem5art__put(buf, ", \"", place ? 3 : 0);
        if (!place) gem5art__puts(buf, "\"");
        gem5art__puts(buf, columns[place].name);
        gem5art__puts(buf, "\": ");
        tool_put_json(buf, *text ? text : "null", *text ? strlen(text) : 4);
    }
    gem5art__puts(buf, "}");
}

static void put_csv_row(gem5art__buf *buf, const row *r) {
    const char *text = next_cell(r->id);
    size_t place;
    for (place = 0; place < shown_count; place++, text = next_cell(text)) {
        if (place) gem5art__puts(buf, ",");
        gem5art__puts(buf, text);
    }
    gem5art__puts(buf, "\r\n");
}

static void write_rows(void) {
    gem5art__buf buf = {NULL, 0, 0, false};
    size_t i;
    gem5art__puts(&buf, as_json ? "[" : "");
    for (i = 0; as_csv && i < shown_count; i++)
        gem5art__putf(&buf, "%s%s", columns[i].name, i + 1 < shown_count ? "," : "\r\n");
    for (i = 0; i < chosen_count; i++) {
        if (as_json) gem5art__puts(&buf, i ? ",\n" : "\n");
        if (as_json) put_json_row(&buf, chosen[i]);
        else put_csv_row(&buf, chosen[i]);
        if (buf.length >= TOOL_BUFFER) write_out(&buf);
    }
    gem5art__puts(&buf, !as_json ? "" : chosen_count ? "\n]\n" : "]\n");
    write_out(&buf);
    gem5art__buf_free(&buf);
}

/* ---- --watch: the end of the table, and the counts, on a screen of its own */

enum { WATCH_SECONDS = 2 };
static struct termios cooked;
static bool on_screen, keys;
static volatile sig_atomic_t stopped, ended; /* ended: by which signal */

static void note_signal(int number) {
    if (number == SIGTSTP) stopped = 1;
    else if (number != SIGWINCH) ended = number; /* which only wakes */
}

static void write_terminal(const char *text, size_t length) {
    ssize_t n;
    for (; length > 0; text += n, length -= (size_t)n) {
        n = write(STDOUT_FILENO, text, length);
        if (n < 0 && errno == EINTR) n = 0;
        if (n < 0) exit(TOOL_FAILED); /* the terminal is gone: there is nobody to tell */
    }
}

/* The alternate screen, without a cursor, and lines that are cut where the terminal ends; keys come as they are hit. */
static void enter_screen(void) {
    static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
    struct termios raw;
    keys = tcgetattr(STDIN_FILENO, &cooked) == 0;
    raw = cooked;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1, raw.c_cc[VTIME] = 0;
    if (keys) tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    on_screen = true;
    write_terminal(enter, sizeof enter - 1);
}

static void leave_screen(void) {
    static const char leave[] = "\033[H\033[J\033[?7h\033[?25h\033[?1049l"; /* cleared: tmux keeps it after a resize */
    if (!on_screen) return;
    on_screen = false;
    write_terminal(leave, sizeof leave - 1);
    if (keys) tcsetattr(STDIN_FILENO, TCSADRAIN, &cooked);
}

/* What the library has to say goes to the foot of the screen. */
static char note[1024];
static void take_note(const char *message, void *user_data) {
    (void)user_data;
    snprintf(note, sizeof note, "%s", message);
}

/* One write, in which each line is cleared only behind its text: nothing flickers. */
static void draw(size_t limit) {
    static gem5art__buf buf;
    size_t widths[COLUMNS];
    struct winsize size;
    bool color = tool_use_color(color_when, stdout);
    size_t height = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24, i;
    size_t room = height > 4 ? height - 3 : 1;
    make_lines(limit < room ? limit : room);
    lay_out((size_t)tool_columns(STDOUT_FILENO) - 1, widths); /* what clears a full line would clear its last column */
    buf.length = 0;
    gem5art__puts(&buf, "\033[H");
    put_heading(&buf, widths, color);
    gem5art__puts(&buf, "\033[K\n");
    for (i = 0; i < line_count; i++) {
        line l = line_at(i);
        put_line(&buf, &l, widths, color);
        gem5art__puts(&buf, "\033[K\n");
    }
    gem5art__puts(&buf, "\033[K\n");
    put_counts(&buf, total);
    gem5art__puts(&buf, *note ? "; " : "; q ends");
    tool_put_text(&buf, note, SIZE_MAX);
    gem5art__puts(&buf, "\033[J");
    out_of_memory(buf.failed);
    write_terminal(buf.data, buf.length);
}

/* Has the file of the store changed since it was last asked about? */
static bool has_changed(const gem5art_db *db) {
    static struct stat last;
    struct stat now;
    bool same;
    memset(&now, 0, sizeof now);
    if (stat(db->path, &now) < 0) return true;
    same = now.st_dev == last.st_dev && now.st_ino == last.st_ino && now.st_size == last.st_size &&
           now.st_mtim.tv_sec == last.st_mtim.tv_sec && now.st_mtim.tv_nsec == last.st_mtim.tv_nsec;
    last = now;
    return !same;
}

/* Live runs first: one that ends meanwhile is found twice, not missed. The store is read when it has changed. */
static void refresh(gem5art_db *db) {
    gem5art_error error;
    forget(&live);
    *note = 0;
    if (!of_artifacts && !read_live(db, &live, &error)) take_note(error.message, NULL);
    if (!live_only && has_changed(db)) {
        forget(&stored);
        if (!read_store(db, &stored, &error)) take_note(error.message, NULL);
    }
    choose_rows(SIZE_MAX);
}

/* Waits for a signal, a key, or `seconds` to pass. True: q, or the end of what is typed. */
static bool wait_for_key(double seconds, const sigset_t *mask) {
    struct timespec time;
    fd_set typed;
    char key;
    FD_ZERO(&typed);
    if (keys) FD_SET(STDIN_FILENO, &typed);
    time.tv_sec = (time_t)seconds;
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    if (pselect(keys ? STDIN_FILENO + 1 : 0, &typed, NULL, NULL, &time, mask) <= 0) return false;
    return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q';
}

static void catch_signals(sigset_t *before) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
    struct sigaction action;
    sigset_t ours;
    size_t i;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    sigemptyset(&ours);
    for (i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaddset(&ours, signals[i]);
        sigaction(signals[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &ours, before); /* they come only while it waits */
}

static int watch(gem5art_db *db, size_t limit) {
    sigset_t before;
    double now, next = 0;
    bool quit = false;
    db->log = db->damaged = take_note;
    catch_signals(&before);
    enter_screen();
    while (!quit && !ended) {
        now = gem5art__monotonic();
        if (now >= next) {
            refresh(db);
            next = now + WATCH_SECONDS;
        }
        draw(limit);
        now = gem5art__monotonic();
        quit = wait_for_key(next > now ? next - now : 0, &before);
        if (!stopped) continue;
        leave_screen();
        raise(SIGSTOP);
        stopped = 0;
        enter_screen();
    }
    leave_screen();
    if (!ended || ended == SIGINT) return TOOL_DONE;
    signal(ended, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    raise(ended);
    return TOOL_FAILED;
}

static void list(gem5art_db *db, size_t limit) {
    gem5art_error error;
    bool ok;
    if (live_only) ok = read_live(db, &live, &error);
    else ok = read_store(db, &stored, &error);
    if (!ok) tool_exit(TOOL_FAILED, "%s", error.message);
    choose_rows(limit);
    if (as_json || as_csv) write_rows();
    else write_table();
}

int main(int argc, char **argv) {
    size_t limit = SIZE_MAX;
    gem5art_db *db;
    int status = TOOL_DONE;
    argc = tool_parse(argc, argv, &page);
    if (argc > 0)
        tool_exit(TOOL_MISUSE, "\"%s\" is one argument too many: --name looks for a part of the name", argv[0]);
    if (as_json && as_csv) tool_exit(TOOL_MISUSE, "--json and --csv exclude each other: leave one out");
    if (watching && (as_json || as_csv))
        tool_exit(TOOL_MISUSE, "--watch draws a table: leave %s out", as_json ? "--json" : "--csv");
    if (watching && !isatty(STDOUT_FILENO))
        tool_exit(TOOL_MISUSE, "--watch needs a terminal as its stdout: leave it out");
    if (limit_text) limit = (size_t)tool_count("--limit", limit_text);
    if (style.spreadsheet && !as_csv) tool_exit(TOOL_MISUSE, "--spreadsheet changes only CSV: give --csv, or leave it out");
    style.terminal = isatty(STDOUT_FILENO);
    tool_use_color(color_when, stdout); /* a word that it does not know ends this */
    read_filters();
    choose_columns();
    db = tool_open(db_uri, true);
    if (watching) status = watch(db, limit);
    else list(db, limit);
    gem5art_close(db, NULL);
    return status == TOOL_DONE ? tool_end(true) : status;
}
