/* gem5art-ls - a table of the runs of a store, or of its artifacts.

   The store is read once from beginning to end. Of each record only the members that are shown, sorted or filtered by
   are read (see lib/members.h): a hundred thousand runs take a few times as long as `grep -c`. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/columns.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/screen.h"
#include "lib/select.h"
#include "lib/store.h"
#include "lib/table.h"
#include "lib/terminal.h"
#include "lib/tree.h"
#include "lib/when.h"

const char *tool_name = "gem5art-ls";

static const char *db_uri, *sort_word, *columns_text, *color_when, *with_type;
static selection selected;
static bool live_only, artifacts, as_json, as_csv, watching, verbose;
static csv_style style;

static const option options[] = {
    SELECT_OPTIONS(&selected),
    {"--live", NULL, NULL, "List live runs instead of recorded ones", .flag = &live_only},
    {"--artifacts", NULL, NULL, "List artifacts, each above its inputs", .flag = &artifacts},
    {"--type", NULL, "TYPE", " With --artifacts: select those of TYPE", .value = &with_type},
    {"--sort", NULL, "COLUMN", "Sort by this column; -COLUMN: in reverse", .value = &sort_word,
     .words = "id name mode status reason elapsed when params"},
    {"--columns", NULL, "LIST", "Show these columns: name,status,outdir,...", .value = &columns_text},
    {"--json", NULL, NULL, "Print an array of objects, with whole values", .flag = &as_json},
    {"--csv", NULL, NULL, "Print CSV; --spreadsheet makes it safe to open", .flag = &as_csv},
    {"--spreadsheet", NULL, NULL, " With --csv: put a ' before text that a spreadsheet would take for a formula",
     .flag = &style.spreadsheet},
    {"--watch", NULL, NULL, "Update the table every 2 s, live runs too; q ends", .flag = &watching},
    OPTION_COLOR(&color_when),
    {"--verbose", "-v", NULL, " Report which store is listed, and which ones were passed over", .flag = &verbose},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const page the_page = {
    .summary = "list the runs and artifacts of a store",
    .usage = "",
    .description = "List the recorded runs, the newest last, and how many have which status.",
    .options = options,
    .more = "COLUMN: id, mode, reason, elapsed, when, or a field of a record: name, status, params, outdir, "
            "return_code, host, cause, ... --verbose names the store."};

/* ---- columns */

enum { COLUMNS = TABLE_COLUMNS };
static record current;
static column columns[COLUMNS];
static size_t column_count, shown_count; /* the column after the shown ones is for sorting */
static bool reverse;

static void choose_columns(void) {
    const char *list = columns_text ? columns_text
                       : artifacts  ? "id,name,type,when,path" : "id,name,mode,status,reason,elapsed,when,params";
    record_init(&current);
    for (;; list++) {
        size_t length = strcspn(list, ",");
        char *word = text_copy_n(list, length);
        if (!length)
            die(EXIT_MISUSE, "--columns: a name is missing in \"%s\": give them as in name,status,outdir",
                columns_text);
        if (column_count == COLUMNS - 1) die(EXIT_MISUSE, "--columns: at most %d can be shown", COLUMNS - 1);
        columns[column_count++] = column_find(&current, artifacts, word);
        free(word);
        list += length;
        if (!*list) break;
    }
    shown_count = column_count;
    if (!sort_word) return;
    reverse = *sort_word == '-';
    columns[column_count++] = column_find(&current, artifacts, sort_word + reverse);
}

/* ---- which records are listed */

/* --type was the word for a run's mode, too. */
static void check_type(void) {
    if (!with_type || artifacts) return;
    if (strcasecmp(with_type, "se") == 0 || strcasecmp(with_type, "fs") == 0)
        die(EXIT_MISUSE, "--type chooses among artifacts: give --mode %s", with_type);
    die(EXIT_MISUSE, "--type chooses among artifacts: give --artifacts, too");
}

static bool is_selected(const record *r) {
    static text string;
    if (with_type && strcasecmp(members_string(&string, r->members.values[RECORD_TYPE]), with_type) != 0) return false;
    return select_holds(&selected, r);
}

/* ---- rows */

/* Texts of a record, all in one allocation: the cells of the columns, then an artifact's inputs after these. */
enum { CELL_ID, CELL_STATUS, CELL_REASON, CELL_INPUTS };
typedef struct row {
    double number;       /* to sort by, if the sort column has numbers */
    size_t order;
    bool shown;          /* an artifact that is not shown may still be an input of others */
    const char *cells[]; /* NULL-terminated */
} row;

typedef struct listing {
    row **rows;
    size_t count;
    text_list ids; /* of all records, shown or not */
} listing;

static listing recorded, live;

static const char *cell(const row *r, int which) { return r->cells[column_count + (size_t)which]; }

static void forget(listing *l) {
    while (l->count) free(l->rows[--l->count]);
    while (l->ids.count) free((void *)(uintptr_t)l->ids.items[--l->ids.count]);
}

static void add_id(listing *l, gem5art_text id) {
    if (members_is_text(id)) text_list_add(&l->ids, text_copy_n(id.text + 1, id.length - 2));
}

/* A row of the record that was read last. */
static row *make_row(bool shown) {
    static text cells;
    gem5art_text inputs = current.members.values[RECORD_INPUTS], input;
    const char *at, *end;
    row *r;
    size_t i, count = column_count + CELL_INPUTS;
    text_clear(&cells);
    for (i = 0; i < column_count; i++) {
        if (as_json) column_put_json(&cells, &columns[i], &current);
        else if (as_csv) column_put_csv(&cells, style, &columns[i], &current);
        else column_put(&cells, &columns[i], &current);
        text_put(&cells, "", 1);
    }
    record_put_shown(&cells, current.members.values[RECORD_ID]);
    text_put(&cells, "", 1);
    text_put(&cells, text_string(&current.status), current.status.length + 1);
    text_put(&cells, text_string(&current.reason), current.reason.length + 1);
    for (; artifacts && members_element(&inputs, &input); count++) {
        record_put_shown(&cells, input);
        text_put(&cells, "", 1);
    }
    r = (row *)text_alloc(sizeof *r + (count + 1) * sizeof *r->cells + cells.length);
    at = (const char *)memcpy(&r->cells[count + 1], cells.data, cells.length);
    end = at + cells.length;
    for (i = 0; at < end; at += strlen(at) + 1) r->cells[i++] = at;
    r->shown = shown;
    if (sort_word) r->number = column_number(&columns[shown_count], &current);
    return r;
}

static void add_record(listing *l, const char *json, size_t length, const gem5art_run *of) {
    bool matches;
    record_read(&current, json, length, of);
    add_id(l, current.members.values[RECORD_ID]);
    matches = is_selected(&current);
    if (!matches && !artifacts) return;
    l->rows = (row **)text_room(l->rows, l->count, sizeof *l->rows);
    l->rows[l->count++] = make_row(matches);
}

/* Reads the store; false with an error, and the records before it. */
static bool read_recorded(gem5art_db *db, gem5art_error *error) {
    gem5art_iter *iter = gem5art_get_records(db, NULL, error);
    members head = {0};
    const char *json;
    size_t length;
    bool whole;
    members_want(&head, "_id");
    members_want(&head, "type");
    while (iter && (json = gem5art_next_json(iter, &length, error)) != NULL) {
        members_read(&head, json, length);
        if (members_is_run(head.values[1]) != artifacts) add_record(&recorded, json, length, NULL);
        else add_id(&recorded, head.values[0]);
    }
    whole = gem5art_iter_step(iter) == GEM5ART_END;
    gem5art_iter_close(iter);
    return whole;
}

/* Reads the runs that are under way now, by any process, from their info.json. */
static bool read_live(gem5art_db *db, gem5art_error *error) {
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    gem5art_json_writer writer;
    const char *json;
    size_t length;
    bool whole;
    query.live = true;
    iter = gem5art_get_runs(db, &query, error);
    while (iter && (run = gem5art_next_run(iter, error)) != NULL) {
        gem5art_json_writer_init(&writer, 0);
        gem5art_json_run(&writer, run);
        if ((json = gem5art_json_take(&writer, &length, error)) == NULL) die_of(error);
        add_record(&live, json, length, run);
        gem5art_json_writer_free(&writer);
    }
    whole = gem5art_iter_step(iter) == GEM5ART_END;
    gem5art_iter_close(iter);
    return whole;
}

/* ---- the order of the rows, and the number of characters by which ids differ */

static row **chosen;
static size_t chosen_count, total, digits;

enum { DIGITS = 8 }; /* at least */
typedef struct id_key {
    char begin[DIGITS]; /* most ids differ in it: a sort seldom looks at the others */
    const char *whole;
} id_key;

static int compare_ids(const void *a, const void *b) {
    const id_key *x = (const id_key *)a, *y = (const id_key *)b;
    int order = memcmp(x->begin, y->begin, DIGITS);
    return order ? order : strcmp(x->whole, y->whole);
}

static void count_digits(void) {
    size_t count = recorded.ids.count + live.ids.count, i, same;
    id_key *ids = (id_key *)text_alloc((count + 1) * sizeof *ids);
    for (i = 0; i < count; i++) {
        ids[i].whole = i < recorded.ids.count ? recorded.ids.items[i] : live.ids.items[i - recorded.ids.count];
        memcpy(ids[i].begin, ids[i].whole, strnlen(ids[i].whole, DIGITS));
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    for (digits = DIGITS, i = 1; i < count; i++) {
        const char *a = ids[i - 1].whole, *b = ids[i].whole;
        if (memcmp(ids[i - 1].begin, ids[i].begin, DIGITS) != 0) continue;
        for (same = 0; b[same] && a[same] == b[same]; same++) {}
        if (b[same] && same + 1 > digits) digits = same + 1;
    }
    free(ids);
}

/* Returns whether a live run has ended since its info.json was read. */
static bool is_recorded(const row *r) {
    size_t i;
    for (i = 0; i < recorded.ids.count && strcmp(recorded.ids.items[i], cell(r, CELL_ID)) != 0; i++) {}
    return i < recorded.ids.count;
}

static int compare_rows(const void *a, const void *b) {
    const row *x = *(row *const *)a, *y = *(row *const *)b;
    int order = column_is_number(&columns[shown_count]) ? (x->number > y->number) - (x->number < y->number)
                                                        : strcmp(x->cells[shown_count], y->cells[shown_count]);
    return order ? order : x->order < y->order ? -1 : 1;
}

/* ---- counts by status, and within them by the reason of the end */

typedef struct tally {
    const char *status, *reason;
    size_t count;
} tally;

enum { TALLIES = 256, TALLY_REASON = 40 }; /* longer reasons are sentences: they are not counted apart */
static tally tallies[TALLIES];
static size_t tally_count;

static void count_row(const row *r) {
    const char *status = cell(r, CELL_STATUS), *reason = cell(r, CELL_REASON);
    size_t i;
    if (strlen(reason) > TALLY_REASON) reason = "";
    for (i = 0; i < tally_count; i++)
        if (strcmp(tallies[i].status, status) == 0 && strcmp(tallies[i].reason, reason) == 0) break;
    if (i == TALLIES) i--; /* the last one takes the rest */
    else if (i == tally_count) tallies[tally_count++] = (tally){status, reason, 0};
    tallies[i].count++;
}

static void count_rows(void) {
    size_t i;
    for (tally_count = 0; record_statuses[tally_count]; tally_count++) /* in this order, then those of other programs */
        tallies[tally_count] = (tally){record_statuses[tally_count], "", 0};
    for (i = 0; i < total; i++) count_row(chosen[i]);
}

/* Appends "9 runs: 1 Finished, 8 Failed (5 timeout, 1 kernel panic)". */
static void put_counts(text *out, size_t shown) {
    const char *before = ": ", *what = artifacts ? "artifact" : live_only ? "live run" : "run";
    size_t i, k;
    if (shown < total) text_putf(out, "%zu of ", shown);
    text_putf(out, "%zu %s%s", total, what, total == 1 ? "" : "s");
    for (i = 0; i < tally_count && !artifacts; i++) {
        const char *status = tallies[i].status, *open = " (";
        size_t count = 0;
        for (k = 0; k < i && strcmp(tallies[k].status, status) != 0; k++) {}
        if (k < i) continue; /* it was shown with the first of its status */
        for (; k < tally_count; k++)
            if (strcmp(tallies[k].status, status) == 0) count += tallies[k].count;
        if (!count) continue;
        text_putf(out, "%s%zu %s", before, count, *status ? status : "without a status");
        before = ", ";
        for (k = i; k < tally_count; k++) {
            if (!*tallies[k].reason || strcmp(tallies[k].status, status) != 0) continue;
            text_putf(out, "%s%zu ", open, tallies[k].count);
            terminal_put(out, tallies[k].reason, SIZE_MAX);
            open = ", ";
        }
        if (*open == ',') text_puts(out, ")");
    }
}

/* Recorded rows and then live ones; sorted, reversed, and of all these the last. */
static void choose_rows(size_t limit) {
    size_t i;
    count_digits();
    chosen = (row **)text_realloc(chosen, (recorded.count + live.count + 1) * sizeof *chosen);
    for (i = total = 0; i < recorded.count + live.count; i++) {
        row *r = i < recorded.count ? recorded.rows[i] : live.rows[i - recorded.count];
        r->order = i;
        if (r->shown && (i < recorded.count || live_only || !is_recorded(r))) chosen[total++] = r;
    }
    count_rows();
    if (sort_word) qsort(chosen, total, sizeof *chosen, compare_rows);
    for (i = 0; reverse && i < total / 2; i++) {
        row *r = chosen[i];
        chosen[i] = chosen[total - 1 - i];
        chosen[total - 1 - i] = r;
    }
    chosen_count = total < limit ? total : limit;
}

/* ---- the table: a line for each row, and the inputs of artifacts below them */

typedef struct line {
    const row *row;
    char *prefix; /* draws the tree, before the name; NULL: nothing */
    bool again;   /* the inputs are shown above */
    bool made;    /* the row stands for an input that is not in the store */
} line;

static line *lines;
static size_t name_column, status_column = COLUMNS;
static table view;

static void add_line(line l) {
    lines = (line *)text_room(lines, view.row_count, sizeof *lines);
    lines[view.row_count++] = l;
}

static void add_node(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again) {
    char *json = text_printf("{\"_id\":\"%s\",\"name\":\"(not in the store)\"}", id);
    if (!node) record_read(&current, json, strlen(json), NULL);
    add_line((line){node ? (const row *)node->data : make_row(true),
                    *branch ? text_printf("%s%s", trunk, branch) : NULL, again, !node});
    free(json);
}

static void add_tree(void) {
    tree t = {0};
    size_t i;
    t.nodes = (tree_node *)text_alloc((recorded.count + 1) * sizeof *t.nodes);
    for (i = 0; i < total; i++) t.nodes[i].data = chosen[(total - chosen_count + i) % total]; /* others: as inputs */
    for (t.count = total, i = 0; i < recorded.count; i++)
        if (!recorded.rows[i]->shown) t.nodes[t.count++].data = recorded.rows[i];
    for (i = 0; i < t.count; i++) {
        const row *r = (const row *)t.nodes[i].data;
        t.nodes[i].id = cell(r, CELL_ID);
        t.nodes[i].inputs = &r->cells[column_count + CELL_INPUTS];
        t.nodes[i].root = i < chosen_count;
    }
    t.show = add_node;
    tree_show(&t);
    free(t.nodes);
}

static const char *shown_cell(size_t at, size_t place) {
    static text buffer;
    const line *l = &lines[at];
    const char *string = l->row->cells[place];
    bool is_id = columns[place].kind == COLUMN_ID, in_tree = (l->prefix || l->again) && place == name_column;
    if (!is_id && !in_tree) return string;
    text_clear(&buffer);
    if (in_tree && l->prefix) text_puts(&buffer, l->prefix);
    text_put(&buffer, string, is_id ? strnlen(string, digits) : strlen(string));
    if (in_tree && l->again) text_puts(&buffer, " (above)");
    return text_string(&buffer);
}

/* Makes a line for each chosen row and lays them out; the last `most` of them are shown. */
static void make_table(size_t most, size_t limit) {
    size_t i;
    for (i = 0; i < view.row_count; i++) {
        free(lines[i].prefix);
        if (lines[i].made) free((void *)(uintptr_t)lines[i].row);
    }
    view.row_count = name_column = 0;
    if (artifacts) add_tree();
    else
        for (i = total - chosen_count; i < total; i++) add_line((line){chosen[i], NULL, false, false});
    view.first_row = view.row_count > most ? view.row_count - most : 0;
    view.column_count = shown_count;
    view.keep_empty = columns_text != NULL;
    view.cell = shown_cell;
    for (i = 0; i < shown_count; i++) {
        const column *c = &columns[i];
        view.columns[i].title = c->name;
        view.columns[i].right = c->numbers || c->kind == COLUMN_DURATION || c->kind == COLUMN_ELAPSED;
        view.columns[i].can_be_cut = (c->kind == COLUMN_FIELD || c->kind == COLUMN_REASON) && !c->numbers;
        view.columns[i].precious = strcmp(c->name, "params") == 0; /* by which runs differ */
        if (strcmp(c->name, "name") == 0) name_column = i;
        if (strcmp(c->name, "status") == 0) status_column = i;
    }
    table_lay_out(&view, limit);
}

static void put_row(text *out, size_t at, bool color) {
    const row *r = lines[at].row;
    const char *status = cell(r, CELL_STATUS);
    bool bad = text_starts(status, "Failed") || strcmp(cell(r, CELL_REASON), "lost") == 0;
    table_put_row(out, &view, at, color && !artifacts ? status_column : COLUMNS,
                  bad ? "\033[31m" : strcmp(status, "Finished") == 0 ? "\033[32m" : "\033[36m");
}

static void write_table(void) {
    bool color = options_color(color_when, stdout);
    text out = {0};
    size_t i;
    make_table(SIZE_MAX, isatty(STDOUT_FILENO) ? (size_t)terminal_columns(STDOUT_FILENO) : 0);
    if (view.row_count) table_put_titles(&out, &view, color);
    for (i = 0; i < view.row_count; i++) {
        text_puts(&out, "\n");
        put_row(&out, i, color);
    }
    text_puts(&out, view.row_count ? "\n\n" : "");
    put_counts(&out, chosen_count);
    text_puts(&out, "\n");
    print(out.data, out.length);
    text_free(&out);
}

/* ---- for other programs */

static void write_rows(void) {
    text out = {0};
    size_t i, place, first = total - chosen_count;
    for (place = 0; as_csv && place < shown_count; place++)
        text_putf(&out, "%s%s", columns[place].name, place + 1 < shown_count ? "," : "\r\n");
    for (i = first; i < total; i++) {
        if (as_json) text_puts(&out, i > first ? ",\n" : "[\n");
        for (place = 0; place < shown_count; place++) {
            const char *value = chosen[i]->cells[place];
            if (as_json) text_putf(&out, "%s\"%s\": ", place ? ", " : "{", columns[place].name);
            else if (place) text_puts(&out, ",");
            if (!as_json) text_puts(&out, value);
            else if (*value) terminal_put_json(&out, value, strlen(value));
            else text_puts(&out, "null");
        }
        text_puts(&out, as_json ? "}" : "\r\n");
    }
    if (as_json) text_puts(&out, chosen_count ? "\n]\n" : "[]\n");
    print(out.data, out.length);
    text_free(&out);
}

/* ---- --watch: the end of the table, and the counts, on a screen of its own */

enum { WATCH_SECONDS = 2 };
static char note[1024]; /* a message of the library, for the foot of the screen */

static void take_note(const char *message, void *user_data) {
    (void)user_data;
    snprintf(note, sizeof note, "%s", message);
}

/* Each line is cleared only after its text: nothing flickers. */
static void draw(void) {
    static text out;
    bool color = options_color(color_when, stdout);
    size_t rows = screen_rows(), i;
    make_table(rows > 4 ? rows - 3 : 1, /* to clear after a full line would clear its end */
               (size_t)terminal_columns(STDOUT_FILENO) - 1);
    text_clear(&out);
    text_puts(&out, "\033[H");
    table_put_titles(&out, &view, color);
    for (i = view.first_row; i < view.row_count; i++) {
        text_puts(&out, "\033[K\n");
        put_row(&out, i, color);
    }
    text_puts(&out, "\033[K\n\033[K\n");
    put_counts(&out, total);
    text_puts(&out, *note ? "; " : "; q ends");
    terminal_put(&out, note, SIZE_MAX);
    text_puts(&out, "\033[J");
    screen_write(&out);
}

/* Returns whether the file of the store has changed since the last call. */
static bool has_changed(const gem5art_db *db) {
    static struct stat last;
    struct stat now = {0};
    bool same = stat(gem5art_store_path(db), &now) == 0 && now.st_ino == last.st_ino && now.st_size == last.st_size &&
                now.st_mtim.tv_sec == last.st_mtim.tv_sec && now.st_mtim.tv_nsec == last.st_mtim.tv_nsec;
    last = now;
    return !same;
}

/* Live runs are read first: one that ends meanwhile is found twice, not missed. */
static void refresh(gem5art_db *db, size_t limit) {
    gem5art_error error;
    *note = 0;
    forget(&live);
    if (!artifacts && !read_live(db, &error)) take_note(error.message, NULL);
    if (!live_only && has_changed(db)) {
        forget(&recorded);
        if (!read_recorded(db, &error)) take_note(error.message, NULL);
    }
    choose_rows(limit);
}

static int watch(gem5art_db *db, size_t limit) {
    screen_event event;
    double next = 0;
    screen_begin();
    for (event = SCREEN_REDRAW; event != SCREEN_QUIT; event = screen_wait()) {
        if (when_monotonic() >= next) {
            refresh(db, limit);
            next = when_monotonic() + WATCH_SECONDS;
            event = SCREEN_REDRAW;
        }
        if (event == SCREEN_REDRAW) draw();
    }
    return screen_end();
}

int main(int argc, char **argv) {
    gem5art_open_desc desc = {0};
    gem5art_error error;
    gem5art_db *db;
    int status = EXIT_DONE;
    argc = options_parse(argc, argv, &the_page);
    if (argc > 0)
        die(EXIT_MISUSE, "\"%s\" is one argument too many: --name looks for a part of the name", argv[0]);
    if (as_json && as_csv) die(EXIT_MISUSE, "--json and --csv exclude each other: leave one out");
    if (watching && (as_json || as_csv))
        die(EXIT_MISUSE, "--watch draws a table: leave %s out", as_json ? "--json" : "--csv");
    if (watching && !isatty(STDOUT_FILENO)) die(EXIT_MISUSE, "--watch needs a terminal as its stdout: leave it out");
    if (style.spreadsheet && !as_csv) die(EXIT_MISUSE, "--spreadsheet changes only CSV: give --csv, or leave it out");
    if (artifacts && live_only) die(EXIT_MISUSE, "--live chooses among runs: leave --artifacts out, or --live");
    style.terminal = isatty(STDOUT_FILENO);
    options_color(color_when, stdout); /* refuses an unknown word */
    check_type();
    select_check(&selected);
    if (artifacts) select_check_artifacts(&selected);
    choose_columns();
    desc.read_only = true;
    desc.log = watching ? take_note : message_warn;
    desc.damaged = watching ? take_note : message_damaged;
    db = store_open_as(store_find(db_uri), &desc);
    if (verbose) store_say(db);
    if (watching) status = watch(db, selected.most);
    else {
        if (!(live_only ? read_live(db, &error) : read_recorded(db, &error))) die_of(&error);
        select_warn(&selected);
        choose_rows(selected.most);
        if (as_json || as_csv) write_rows();
        else write_table();
    }
    gem5art_close(db, NULL);
    return status == EXIT_DONE ? finish(true) : status;
}
