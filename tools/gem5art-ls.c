/* gem5art-ls - lists the runs of a store, or its artifacts.

   The store is read once from beginning to end. Of each record only the members that are shown, sorted or filtered by
   are read (see lib/members.h): a million runs take about three times as long as `grep -c`. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/attempts.h"
#include "lib/commits.h"
#include "lib/describe.h"
#include "lib/digits.h"
#include "lib/facts.h"
#include "lib/groups.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/queue.h"
#include "lib/screen.h"
#include "lib/select.h"
#include "lib/store.h"
#include "lib/tally.h"
#include "lib/terminal.h"
#include "lib/values.h"
#include "lib/view.h"
#include "lib/when.h"

const char *tool_name = "gem5art-ls";

static const char *db_uri, *sort_word, *columns_text, *group_text, *color_when, *with_type;
static selection selected;
static bool live_only, all, artifacts, quiet, as_json, as_csv, watching, verbose;
static csv_style style;

static const option options[] = {
    SELECT_OPTIONS(&selected),
    {"--all", "-a", NULL, "List superseded attempts and results archives, too", .flag = &all},
    {"--live", NULL, NULL, " List live runs alone", .flag = &live_only},
    {"--artifacts", NULL, NULL, "List artifacts, each above its inputs", .flag = &artifacts},
    {"--type", NULL, "TYPE", " With --artifacts: select those of TYPE", .value = &with_type},
    {"--group-by", NULL, "LIST", "Count runs by variables or columns: cpu,memory", .value = &group_text},
    {"--sort", NULL, "COLUMN", "Sort by this column; -COLUMN: in reverse", .value = &sort_word,
     .words = "id name mode status reason elapsed simulated when size params"},
    {"--columns", NULL, "LIST", "Show these columns: name,status,outdir,cpu,...", .value = &columns_text},
    {"--quiet", "-q", NULL, "Print ids alone, one a line", .flag = &quiet},
    {"--json", NULL, NULL, "Print JSON with whole values, or --csv", .flag = &as_json},
    {"--csv", NULL, NULL, " Print CSV; --spreadsheet makes it safe to open", .flag = &as_csv},
    {"--spreadsheet", NULL, NULL, " With --csv: put a ' before text that a spreadsheet would take for a formula",
     .flag = &style.spreadsheet},
    {"--watch", NULL, NULL, "Update the table every 2 s; q ends", .flag = &watching},
    OPTION_COLOR(&color_when),
    {"--verbose", "-v", NULL, " Report which store is listed, and which ones were passed over", .flag = &verbose},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const page the_page = {
    .summary = "list the runs and artifacts of a store",
    .usage = "",
    .description = "List runs: live ones, then recorded ones, the newest last.",
    .options = options,
    .more = "COLUMN: id, reason, elapsed, size, script_commit, ..., a field or a variable."};

/* ---- columns, whose cells each row has */

enum { COLUMNS = 48 };
static record current;
static column columns[COLUMNS];
static size_t column_count, shown_count; /* the column after the shown ones is for sorting */
static size_t hash_member;
static bool reverse, by_default; /* by_default: the variables of runs become columns, too */
static size_t limit;             /* the columns of the terminal; 0: there is none */

static void choose_columns(void) {
    static const char runs[] = "id,name,mode,status,reason,elapsed,when,params";
    static const char shown[] = "id,name,mode,status,reason,elapsed,simulated,when,params"; /* if a live run has it */
    const char *list = columns_text ? columns_text : group_text ? group_text : quiet ? "id"
                       : artifacts ? "id,name,type,when,path" : as_json ? text_keep(text_printf("%s,variables", runs))
                       : limit && !as_csv ? shown : runs;
    const char *option_name = columns_text ? "--columns" : "--group-by", *whole = list;
    by_default = !columns_text && !group_text && !quiet && !artifacts && !as_json;
    record_init(&current);
    hash_member = members_want(&current.members, "hash");
    if (by_default && limit) facts_want(&current);
    for (;; list++) {
        size_t length = strcspn(list, ",");
        if (!length)
            die(EXIT_MISUSE, "%s: a name is missing in \"%s\": give them as in name,status,outdir", option_name, whole);
        if (column_count == COLUMNS - 1) die(EXIT_MISUSE, "%s: at most %d can be shown", option_name, COLUMNS - 1);
        columns[column_count++] = column_find(&current, artifacts, (char *)text_keep(text_copy_n(list, length)));
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

typedef struct listing {
    row_list rows;
    attempts attempts; /* one for each record that could have a row, at no experiment if it is an artifact */
    text ids;          /* of all records, shown or not, each with its NUL */
    double time;       /* of the record that was read last */
} listing;

static listing recorded, live;
static queue waiting; /* runs that Slurm has */
static text_list known_variables; /* of the runs that were read, if the columns were chosen */

static void forget(listing *l) {
    rows_clear(&l->rows);
    attempts_clear(&l->attempts);
    text_clear(&l->ids);
    l->time = 0;
}

static void add_id(listing *l, gem5art_text id) {
    if (!members_is_text(id)) return;
    text_put(&l->ids, id.text + 1, id.length - 2);
    text_put(&l->ids, "", 1);
}

static void put_cell(text *texts, column *c) {
    if (as_json) column_put_json(texts, c, &current);
    else if (as_csv) column_put_csv(texts, style, c, &current);
    else if (c->kind != COLUMN_WHEN || !limit) column_put(texts, c, &current); /* else it is put when it is shown */
    rows_end_text();
}

/* The column that has whole ids as its cells; column_count: there is none. */
static size_t id_column(void) {
    size_t i;
    for (i = 0; i < column_count && (as_json || as_csv || columns[i].kind != COLUMN_ID); i++) {}
    return i;
}

/* Puts the cells of the record that was read last, then its id, unless a cell has it, status, reason, cause and inputs. */
static void put_texts(text *texts) {
    gem5art_text inputs = current.members.values[RECORD_INPUTS], input;
    size_t i;
    for (i = 0; i < column_count; i++) put_cell(texts, &columns[i]);
    if (id_column() == column_count) {
        record_put_shown(texts, current.members.values[RECORD_ID]);
        rows_end_text();
    }
    text_put(texts, text_string(&current.status), current.status.length);
    rows_end_text();
    text_put(texts, text_string(&current.reason), current.reason.length);
    rows_end_text();
    if (by_default) record_put_cause(texts, &current);
    rows_end_text();
    while (artifacts && members_element(&inputs, &input)) {
        record_put_shown(texts, input);
        rows_end_text();
    }
}

static row *make_row(listing *l, size_t order) {
    const char *const *after;
    unsigned facts[FACTS_MOST];
    size_t i;
    row *r;
    put_texts(rows_begin(&l->rows));
    r = rows_make(l->time, order, facts, by_default ? facts_read(&current, facts) : 0);
    r->id = r->cells[id_column()];
    after = &r->cells[column_count + (id_column() == column_count)];
    r->status = after[0];
    r->reason = after[1];
    r->cause = after[2];
    r->inputs = &after[3];
    r->when = current.when;
    r->elapsed = current.elapsed;
    r->fs = current.fs;
    r->number = sort_word ? column_number(&columns[shown_count], &current) : 0;
    r->size = -1;
    for (i = 0; i < shown_count; i++)
        if (columns[i].kind == COLUMN_SIZE) r->size = column_number(&columns[i], &current);
    return r;
}

/* Notes the names of the variables of the record that was read last. */
static void note_variables(void) {
    static text name;
    gem5art_text rest = current.members.values[RECORD_VARIABLES], key, value;
    while (members_pair(&rest, &key, &value))
        if (!text_list_has(&known_variables, members_string(&name, key)))
            text_list_add(&known_variables, (char *)text_keep(text_copy(name.data)));
}

/* Ends the tool if a column is none and no run has a variable of its name. */
static void check_columns(void) {
    size_t i;
    for (i = 0; i < column_count && recorded.attempts.count + live.attempts.count > 0; i++) {
        bool known = text_list_has(&known_variables, columns[i].name);
        if (columns[i].kind != COLUMN_VARIABLE && known)
            warn("\"%s\" is a field of runs: the variable of that name is variables.%s", columns[i].name,
                 columns[i].name);
        else if (columns[i].kind == COLUMN_VARIABLE && !text_list_has(&known_variables, columns[i].key))
            column_die(&columns[i], &known_variables);
    }
}

/* `of`: of this live run. `q`: what Slurm says of it; NULL: it does not have it. */
static void add_record(listing *l, const char *json, size_t length, const gem5art_run *of, const queued_run *q) {
    static text type;
    bool matches;
    size_t order;
    row *r;
    record_read(&current, json, length, of);
    if (q) queue_show(&current, q, of != NULL);
    if (columns_text || group_text || sort_word) note_variables();
    add_id(l, current.members.values[RECORD_ID]);
    if (current.when > 0) l->time = current.when;
    order = attempts_add(&l->attempts, artifacts ? 0 : attempts_key(current.members.values[hash_member]), l->time);
    matches = is_selected(&current);
    if (!matches && !artifacts) return;
    r = make_row(l, order);
    r->shown = matches;
    if (artifacts && !with_type)
        r->archive = store_is_results(members_string(&type, current.members.values[RECORD_TYPE]));
    r->live = of || q;
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
        if (members_is_run(head.values[1]) != artifacts) add_record(&recorded, json, length, NULL, NULL);
        else {
            add_id(&recorded, head.values[0]);
            if (members_is(head.values[1], "git repo") || members_is(head.values[1], "gem5 binary"))
                commits_note(json, length);
        }
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
        add_record(&live, json, length, run, queue_find(&waiting, run->hash));
        gem5art_json_writer_free(&writer);
    }
    whole = gem5art_iter_step(iter) == GEM5ART_END;
    gem5art_iter_close(iter);
    return whole;
}

/* Adds the queued runs that have not begun; of those that Slurm has lost, the ones that are not recorded since. */
static bool read_queued(gem5art_db *db, gem5art_error *error) {
    gem5art_query query = {.queued = true};
    gem5art_iter *iter = gem5art_get_runs(db, &query, error);
    queue_row next;
    bool whole;
    while (iter && queue_next(&waiting, iter, &next, error)) {
        uint64_t experiment = attempts_key(next.hash);
        if (attempts_has(&live.attempts, experiment)) continue;
        if (next.run->state != QUEUE_GONE || attempts_time(&recorded.attempts, experiment) < next.run->time)
            add_record(&live, next.json, next.length, NULL, next.run);
    }
    whole = gem5art_iter_step(iter) == GEM5ART_END;
    gem5art_iter_close(iter);
    return whole;
}

/* Reads the queue and the live runs first: one that starts or ends meanwhile is found twice, not missed. */
static bool read_all(gem5art_db *db, bool again, gem5art_error *error) {
    bool ok = true;
    if (!artifacts) queue_reread(&waiting, db);
    if (!artifacts && !read_live(db, error)) ok = false;
    if (ok && !live_only && !again && !read_recorded(db, error)) ok = false;
    return ok && !artifacts && waiting.count ? read_queued(db, error) : ok;
}

/* ---- the rows that are listed */

static row_list chosen;
static size_t total, superseded; /* total: before --limit; superseded: also archives */

/* Returns whether a live run has ended since its info.json was read. */
static bool is_recorded(const row *r) {
    const char *id = text_string(&recorded.ids), *const end = id + recorded.ids.length;
    while (id < end && strcmp(id, r->id) != 0) id += strlen(id) + 1;
    return id < end;
}

static bool is_superseded(const row *r) {
    return r->archive || attempts_superseded(&recorded.attempts, r->order) ||
           attempts_has(&live.attempts, attempts_experiment(&recorded.attempts, r->order));
}

static void choose(row *r) {
    rows_add(&chosen, r);
    tally_add(r);
}

/* Live rows and then recorded ones, each by their times. One pass, as a million rows are not in the CPU's cache. */
static void gather(void) {
    size_t i;
    if (!artifacts) rows_sort_by_time(&recorded.rows);
    rows_sort_by_time(&live.rows);
    tally_begin();
    chosen.count = superseded = 0;
    for (i = 0; i < live.rows.count; i++)
        if (live_only || !is_recorded(live.rows.rows[i])) choose(live.rows.rows[i]);
    for (i = 0; i < recorded.rows.count; i++) {
        row *r = recorded.rows.rows[i];
        if (!r->shown) continue;
        if (!all && is_superseded(r)) superseded++;
        else choose(r);
    }
    total = chosen.count;
}

/* Sorts the rows, and keeps the last ones; without --sort live ones before all others. */
static void choose_rows(size_t most) {
    size_t kept = 0;
    gather();
    if (sort_word) rows_sort_by_column(&chosen, &columns[shown_count], shown_count);
    if (reverse) rows_reverse(&chosen);
    if (total > most) {
        while (!sort_word && kept < most && chosen.rows[kept]->live) kept++;
        memmove(&chosen.rows[kept], &chosen.rows[total - most + kept], (most - kept) * sizeof *chosen.rows);
        chosen.count = most;
    }
}

/* Appends "9 runs: 1 Finished, 8 Failed (5 timeout, 1 kernel panic)". */
static void put_counts(text *out, size_t shown) {
    const char *what = artifacts ? "artifact" : live_only ? "live run" : "run";
    double size = 0;
    size_t i;
    bool sized = false;
    if (shown < total) text_putf(out, "%zu of ", shown);
    text_putf(out, "%zu %s%s", total, what, total == 1 ? "" : "s");
    if (!artifacts) tally_put(out);
    if (superseded)
        text_putf(out, "; %zu %s%s not shown (--all)", superseded,
                  artifacts ? "archive" : "superseded attempt", superseded == 1 ? "" : "s");
    for (i = 0; i < chosen.count; i++)
        if (chosen.rows[i]->size > 0) size += chosen.rows[i]->size;
    for (i = 0; i < shown_count; i++) sized = sized || columns[i].kind == COLUMN_SIZE;
    if (!sized) return;
    text_puts(out, "; results: ");
    describe_bytes(out, size);
}

/* ---- for people */

static void put_count_line(text *out) {
    text counts = {0};
    put_counts(&counts, chosen.count);
    view_put_words(out, counts.data, limit);
    text_puts(out, "\n");
    text_free(&counts);
}

static size_t digits; /* of an id */

static void make_view(size_t most) {
    view v = {&chosen, artifacts ? &recorded.rows : NULL, columns, shown_count, by_default, limit, digits, most};
    view_make(&v);
}

static void write_table(void) {
    bool color = options_color(color_when, stdout);
    text out = {0};
    size_t i;
    digits = digits_of(&recorded.ids, &live.ids);
    make_view(SIZE_MAX);
    if (view_end()) view_put_head(&out, color);
    for (i = 0; i < view_end(); i++) {
        view_put_row(&out, i, color);
        text_puts(&out, "\n");
        if (out.length > 65536) { /* it stays in the CPU's cache */
            print(out.data, out.length);
            text_clear(&out);
        }
    }
    text_puts(&out, view_end() ? "\n" : "");
    put_count_line(&out);
    print(out.data, out.length);
    text_free(&out);
}

/* ---- for other programs */

static void write_ids(void) {
    text out = {0};
    size_t i;
    for (i = 0; i < chosen.count; i++) text_putf(&out, "%s\n", chosen.rows[i]->id);
    print(text_string(&out), out.length);
    text_free(&out);
}

static void write_groups(void) {
    text out = {0};
    groups_make(&chosen, columns, shown_count);
    if (as_json || as_csv) groups_print_array(as_csv, style);
    else {
        groups_print_table(limit, options_color(color_when, stdout));
        put_count_line(&out);
        print(out.data, out.length);
    }
    text_free(&out);
}

/* ---- --watch: the end of the table, and the counts, on a screen of its own */

enum { WATCH_SECONDS = 2 };
static char note[1024]; /* a message of the library, for the foot of the screen */

static void take_note(const char *message, void *user_data) {
    (void)user_data;
    snprintf(note, sizeof note, "%s", message);
}

/* Makes a table of at most `most` lines, including those above the rows. */
static void fit_view(size_t most) {
    choose_rows(selected.most < most ? selected.most : most);
    make_view(most);
    if (artifacts || view_first() == 0) return;
    choose_rows(view_end() - view_first());
    make_view(most);
}

/* Returns how many lines it has. */
static size_t put_foot(text *foot, size_t width) {
    size_t count = 1;
    const char *c;
    text words = {0};
    put_counts(&words, total);
    text_puts(&words, *note ? "; " : "; q ends");
    terminal_put(&words, note, SIZE_MAX);
    text_clear(foot);
    view_put_words(foot, words.data, width);
    text_free(&words);
    for (c = foot->data; *c; c++) count += *c == '\n';
    return count;
}

/* Each line is cleared only after its text: nothing flickers. */
static void draw(void) {
    static text foot, lines, out;
    bool color = options_color(color_when, stdout);
    size_t screen = screen_rows(), i, foot_lines;
    const char *c;
    limit = (size_t)terminal_columns(STDOUT_FILENO) - 1; /* to clear after a full line would clear its end */
    fit_view(screen > 4 ? screen - 2 : 2);
    foot_lines = put_foot(&foot, limit);
    if (screen < foot_lines + 4) foot_lines = put_foot(&foot, 0);
    if (foot_lines > 1) fit_view(screen - foot_lines - 1);
    text_clear(&lines);
    view_put_head(&lines, color);
    for (i = view_first(); i < view_end(); i++) {
        view_put_row(&lines, i, color);
        text_puts(&lines, "\n");
    }
    text_putf(&lines, "\n%s", foot.data);
    text_clear(&out);
    text_puts(&out, "\033[H");
    for (c = lines.data; *c; c++) {
        if (*c == '\n') text_puts(&out, "\033[K");
        text_put(&out, c, 1);
    }
    text_puts(&out, "\033[J");
    screen_write(&out);
}

static void refresh(gem5art_db *db) {
    gem5art_error error;
    bool changed = !live_only && store_has_changed(db);
    *note = 0;
    forget(&live);
    if (changed) forget(&recorded);
    if (!read_all(db, !changed, &error)) take_note(error.message, NULL);
    digits = digits_of(&recorded.ids, &live.ids);
}

static int watch(gem5art_db *db) {
    screen_event event;
    double next = when_monotonic() + WATCH_SECONDS;
    refresh(db);
    check_columns();
    screen_begin();
    for (event = SCREEN_REDRAW; event != SCREEN_QUIT; event = screen_wait()) {
        if (when_monotonic() >= next) {
            refresh(db);
            next = when_monotonic() + WATCH_SECONDS;
            event = SCREEN_REDRAW;
        }
        if (event == SCREEN_REDRAW) draw();
    }
    return screen_end();
}

/* Ends the tool if options exclude each other. */
static void check_options(void) {
    const char *form = as_json ? "--json" : as_csv ? "--csv" : quiet ? "--quiet" : NULL;
    if (as_json + as_csv + quiet > 1)
        die(EXIT_MISUSE, "%s and %s exclude each other: leave one out", as_json ? "--json" : "--quiet",
            as_csv ? "--csv" : "--quiet");
    if (watching && (form || group_text))
        die(EXIT_MISUSE, "--watch draws a table of runs: leave %s out", form ? form : "--group-by");
    if (watching && !isatty(STDOUT_FILENO)) die(EXIT_MISUSE, "--watch needs a terminal as its stdout: leave it out");
    if (style.spreadsheet && !as_csv) die(EXIT_MISUSE, "--spreadsheet changes only CSV: give --csv, or leave it out");
    if (artifacts && (live_only || group_text)) {
        form = live_only ? "--live" : "--group-by";
        die(EXIT_MISUSE, "%s is for runs: leave --artifacts out, or %s", form, form);
    }
    if (group_text && (columns_text || sort_word || quiet))
        die(EXIT_MISUSE, "--group-by chooses the columns and their order: leave %s out",
            columns_text ? "--columns" : sort_word ? "--sort" : "--quiet");
    if (quiet && columns_text) die(EXIT_MISUSE, "--quiet prints ids: leave --columns out");
    options_color(color_when, stdout); /* refuses an unknown word */
    check_type();
    select_check(&selected);
    if (artifacts) select_check_artifacts(&selected);
}

static void list(gem5art_db *db) {
    gem5art_error error;
    if (!read_all(db, false, &error)) die_of(&error);
    if (waiting.trouble.length) warn("Slurm's queue is unavailable: %s", waiting.trouble.data);
    check_columns();
    select_warn(&selected);
    choose_rows(selected.most);
    if (quiet) write_ids();
    else if (group_text) write_groups();
    else if (as_json || as_csv) values_print(&chosen, columns, shown_count, as_csv, style);
    else write_table();
}

int main(int argc, char **argv) {
    gem5art_open_desc desc = {0};
    gem5art_db *db;
    int status = EXIT_DONE;
    argc = options_parse(argc, argv, &the_page);
    if (argc > 0)
        die(EXIT_MISUSE, "\"%s\" is one argument too many: --name looks for a part of the name", argv[0]);
    check_options();
    style.terminal = isatty(STDOUT_FILENO);
    limit = terminal_limit(STDOUT_FILENO);
    choose_columns();
    desc.read_only = true;
    desc.log = watching ? take_note : message_warn;
    desc.damaged = watching ? take_note : message_damaged;
    db = store_open_as(store_find(db_uri), &desc);
    commits_open(db);
    if (verbose) store_say(db);
    if (watching) status = watch(db);
    else list(db);
    gem5art_close(db, NULL);
    return status == EXIT_DONE ? finish(true) : status;
}
