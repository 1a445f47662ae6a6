/* gem5art-stats - a table of chosen statistics of chosen runs. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/array.h"
#include "lib/digits.h"
#include "lib/fold.h"
#include "lib/formula.h"
#include "lib/frame.h"
#include "lib/grid.h"
#include "lib/message.h"
#include "lib/numbers.h"
#include "lib/options.h"
#include "lib/store.h"
#include "lib/terminal.h"
#include "lib/view.h"

const char *tool_name = "gem5art-stats";

static const char *db_uri, *columns_file, *digits_word;
static selection selected;
static frame_request request;
static bool listing, as_long, as_json, as_csv, as_markdown, as_latex;
static csv_style style;
static int digits = NUMBERS_DIGITS;

static const option options[] = {
    SELECT_OPTIONS(&selected),
    {"--list", NULL, NULL, "List the statistics that runs have, not values", .flag = &listing},
    {"--columns-file", NULL, "FILE", "Begin with the columns in FILE, NAME = EXPRESSION", .value = &columns_file,
     .words = "FILE"},
    FRAME_OPTIONS(&request),
    {"--mean", NULL, "KIND", "Add a mean: arithmetic, geometric or harmonic", .value = &request.mean,
     .words = "arithmetic geometric harmonic"},
    {"--group-by", NULL, "LIST", " With --mean: add one for each group of runs with the same values",
     .value = &request.group_by},
    {"--long", NULL, NULL, " Print a row for each value", .flag = &as_long},
    {"--digits", NULL, "N", " Show N significant digits; default: 6", .value = &digits_word},
    {"--json", NULL, NULL, "Print JSON, or --csv, --markdown, --latex", .flag = &as_json},
    {"--csv", NULL, NULL, " Print CSV; --spreadsheet makes it safe to open", .flag = &as_csv},
    {"--markdown", NULL, NULL, " Print a table in Markdown", .flag = &as_markdown},
    {"--latex", NULL, NULL, " Print a tabular for LaTeX", .flag = &as_latex},
    {"--spreadsheet", NULL, NULL, " With --csv: put a ' before text that a spreadsheet would take for a formula",
     .flag = &style.spreadsheet},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"COLUMN", "[NAME=]EXPRESSION over names: ipc=simInsts/cycles", NULL}, {NULL, NULL, NULL}};

static const page the_page = {
    .summary = "make a table of the statistics of runs",
    .usage = "COLUMN...",
    .description = "Show chosen statistics of the good runs, a row for each run.",
    .operands = operands,
    .options = options};

/* ---- notes, below the table or on stderr */

static void put_sentences(text *out, const text_list *sentences, size_t limit) {
    text safe = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < sentences->count; i++) {
        text_clear(&safe);
        terminal_put(&safe, sentences->items[i], SIZE_MAX);
        view_put_words(out, text_string(&safe), limit);
        text_puts(out, "\n");
    }
    text_free(&safe);
}

static void say_sentences(const text_list *sentences) {
    size_t i;
    for (i = 0; i < sentences->count; i++) say("%s", sentences->items[i]);
}

/* ---- which columns a table for people has */

static bool varies(const frame *f, size_t variable) {
    size_t i;
    for (i = 1; i < f->row_count; i++)
        if (!f->rows[i].mean && strcmp(f->rows[i].variables[variable], f->rows[0].variables[variable]) != 0)
            return true;
    return f->row_count == 1;
}

static bool names_vary(const frame *f) {
    size_t i;
    for (i = 1; i < f->row_count && strcmp(f->rows[i].name, f->rows[0].name) == 0; i++) {}
    return i < f->row_count || f->row_count == 1;
}

static size_t id_digits(const frame *f) {
    text ids = {NULL, 0, 0}, none = {NULL, 0, 0};
    size_t i, count;
    for (i = 0; i < f->row_count; i++) text_put(&ids, f->rows[i].id, strlen(f->rows[i].id) + 1);
    count = digits_of(&ids, &none);
    text_free(&ids);
    return count;
}

typedef struct outline {
    bool id, name, n;
    bool *variables; /* those that are shown */
    size_t digits;   /* of ids */
} outline;

/* Documents have no ids, unless only these distinguish the rows. */
static outline make_outline(const frame *f) {
    bool document = as_markdown || as_latex, any = false;
    outline o = {false, false, f->merged || request.weights || request.mean, NULL, id_digits(f)};
    size_t i;
    o.variables = (bool *)text_alloc(f->variables.count + 1);
    for (i = 0; i < f->variables.count; i++) any |= o.variables[i] = varies(f, i);
    o.name = !any && names_vary(f);
    o.id = !document || (!any && !o.name && f->row_count > 1);
    return o;
}

/* ---- for people */

static void add_columns(grid *g, const frame *f, const outline *o) {
    size_t i;
    if (o->id) grid_add_column(g, "id", GRID_TEXT, false);
    if (o->name) grid_add_column(g, "name", GRID_TEXT, false);
    for (i = 0; i < f->variables.count; i++)
        if (o->variables[i]) grid_add_column(g, f->variables.items[i], GRID_TEXT, false);
    if (f->dump_count) grid_add_column(g, "dump", GRID_NUMBER, false);
    if (o->n) grid_add_column(g, "n", GRID_NUMBER, false);
}

/* Adds the id; of a mean whose name no variable has, that. */
static void add_id(grid *g, const frame *f, const outline *o, const frame_row *r) {
    text id = {NULL, 0, 0};
    size_t length = strlen(r->id), i;
    for (i = 0; r->mean && i < f->variables.count && strcmp(r->variables[i], r->name) != 0; i++) {}
    if (r->mean && i == f->variables.count && !o->name) text_puts(&id, r->name);
    else text_put(&id, r->id, length < o->digits ? length : o->digits);
    grid_add(g, text_string(&id));
    text_free(&id);
}

static void add_labels(grid *g, const frame *f, const outline *o, const frame_row *r) {
    size_t i;
    if (o->id) add_id(g, f, o, r);
    if (o->name) grid_add(g, r->name);
    for (i = 0; i < f->variables.count; i++)
        if (o->variables[i]) grid_add(g, r->variables[i]);
    if (f->dump_count && r->dump == SIZE_MAX) grid_add(g, "");
    else if (f->dump_count) grid_add_number(g, (double)r->dump, digits);
    if (o->n) grid_add_number(g, (double)r->n, digits);
}

/* Adds the half width of an interval, unless there is none. */
static void add_interval(grid *g, const frame_row *r, size_t place) {
    if (r->mean || isnan(r->half[place])) grid_add(g, "");
    else grid_add_number(g, r->half[place], digits < 3 ? digits : 3);
}

static void add_rows(grid *g, const frame *f, const outline *o) {
    size_t i, k;
    for (i = 0; i < f->row_count; i++) {
        const frame_row *r = &f->rows[i];
        if (r->mean && !g->rule) g->rule = g->column_count ? g->cell_count / g->column_count : 0;
        for (k = 0; k < f->column_count; k++) {
            if (as_long || k == 0) add_labels(g, f, o, r);
            if (as_long) grid_add(g, f->columns[k].name);
            grid_add_number(g, r->values[k], digits);
            if (f->merged) add_interval(g, r, k);
        }
    }
}

static void make_grid(grid *g, const frame *f, const outline *o) {
    size_t k;
    add_columns(g, f, o);
    if (as_long) grid_add_column(g, "statistic", GRID_TEXT, false);
    for (k = 0; k < (as_long ? 1 : f->column_count); k++) {
        grid_add_column(g, as_long ? "value" : f->columns[k].name, GRID_NUMBER, !as_long);
        if (f->merged) grid_add_column(g, "", GRID_INTERVAL, true);
    }
    add_rows(g, f, o);
}

/* Appends the variables that all rows share. */
static void put_shared(text *out, const frame *f, const outline *o, size_t limit) {
    text line = {NULL, 0, 0}, safe = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < f->variables.count; i++)
        if (!o->variables[i])
            text_putf(&line, "%s %s=%s", line.length ? "" : "all rows:", f->variables.items[i],
                      f->rows[0].variables[i]);
    if (line.length) {
        terminal_put(&safe, line.data, SIZE_MAX);
        view_put_words(out, safe.data, limit);
        text_puts(out, "\n\n");
    }
    text_free(&line);
    text_free(&safe);
}

static void put_hidden(text *out, const text_list *hidden, size_t limit) {
    enum { SHOWN = 10 };
    text line = {NULL, 0, 0}, safe = {NULL, 0, 0};
    size_t i;
    if (!hidden->count) return;
    text_putf(&line, "%zu column%s not shown, for want of space (--long, --csv): ", hidden->count,
              hidden->count == 1 ? " is" : "s are");
    for (i = 0; i < hidden->count && i < SHOWN; i++) text_putf(&line, "%s%s", i ? ", " : "", hidden->items[i]);
    text_puts(&line, i < hidden->count ? ", ..." : "");
    terminal_put(&safe, line.data, SIZE_MAX);
    view_put_words(out, safe.data, limit);
    text_puts(out, "\n");
    text_free(&line);
    text_free(&safe);
}

static void write_grid(const frame *f) {
    size_t limit = terminal_limit(STDOUT_FILENO);
    text out = {NULL, 0, 0}, notes = {NULL, 0, 0};
    text_list hidden = {NULL, 0};
    outline o = make_outline(f);
    grid g = {0};
    make_grid(&g, f, &o);
    if (as_markdown) grid_put_markdown(&out, &g);
    else if (as_latex) grid_put_latex(&out, &g);
    else {
        put_shared(&out, f, &o, limit);
        grid_put_text(&out, &g, limit, &hidden);
        put_hidden(&notes, &hidden, limit);
        put_sentences(&notes, &f->notes, limit);
        put_sentences(&notes, &f->left_out, limit);
        if (notes.length) text_putf(&out, "\n%s", notes.data);
    }
    print(text_string(&out), out.length);
    text_free(&out);
    text_free(&notes);
    text_list_free(&hidden);
    grid_free(&g);
    free(o.variables);
}

/* ---- for other programs */

static void put_text(array *a, const char *string) {
    static text cell;
    gem5art_json_writer writer;
    gem5art_error error;
    const char *json;
    size_t length;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_string(&writer, string);
    if ((json = gem5art_json_take(&writer, &length, &error)) == NULL) die_of(&error);
    text_clear(&cell);
    if (as_csv) csv_put_json(&cell, style, json, length);
    else text_put(&cell, json, length);
    array_put(a, text_string(&cell));
    gem5art_json_writer_free(&writer);
}

static void put_number(array *a, double value) {
    static text cell;
    text_clear(&cell);
    numbers_put_exact(&cell, value, as_json ? "1e999" : "inf");
    array_put(a, text_string(&cell));
}

static void put_count(array *a, size_t count) {
    put_number(a, count == SIZE_MAX ? NAN : (double)count);
}

/* The name of a variable's column, which is none of the other ones. */
static const char *title_of(const char *variable) {
    static const char *const others[] = {"n", "dump", "statistic", "unit", "value", "sd", "ci95"};
    size_t i;
    for (i = 0; i < sizeof others / sizeof *others && strcmp(others[i], variable) != 0; i++) {}
    if (i == sizeof others / sizeof *others) return column_title(variable);
    return (const char *)text_keep(text_printf("variables.%s", variable));
}

static void list_names(const frame *f, text_list *names) {
    static const char *const statistic[] = {"statistic", "unit", "value"};
    size_t i;
    text_list_add(names, "id");
    text_list_add(names, "name");
    text_list_add(names, "status");
    for (i = 0; i < f->variables.count; i++) text_list_add(names, title_of(f->variables.items[i]));
    if (f->dump_count) text_list_add(names, "dump");
    text_list_add(names, "n");
    for (i = 0; as_long && i < 3; i++) text_list_add(names, statistic[i]);
    for (i = 0; i < (as_long ? 1 : f->column_count); i++) {
        const char *name = as_long ? NULL : f->columns[i].name;
        if (name) text_list_add(names, name);
        if (!f->merged) continue;
        text_list_add(names, name ? (char *)text_keep(text_printf("%s.sd", name)) : "sd");
        text_list_add(names, name ? (char *)text_keep(text_printf("%s.ci95", name)) : "ci95");
    }
}

static void put_labels(array *a, const frame *f, const frame_row *r) {
    size_t i;
    put_text(a, r->id);
    put_text(a, r->name);
    put_text(a, r->status);
    for (i = 0; i < f->variables.count; i++) put_text(a, r->variables[i]);
    if (f->dump_count) put_count(a, r->dump);
    put_count(a, r->n);
}

static void write_array(const frame *f) {
    text_list names = {NULL, 0};
    array a;
    size_t i, k;
    list_names(f, &names);
    array_begin(&a, as_csv, style, &names);
    for (i = 0; i < f->row_count; i++)
        for (k = 0; k < f->column_count; k++) {
            const frame_row *r = &f->rows[i];
            if (as_long || k == 0) put_labels(&a, f, r);
            if (as_long) put_text(&a, f->columns[k].name);
            if (as_long) put_text(&a, f->columns[k].unit);
            put_number(&a, r->values[k]);
            if (f->merged) put_number(&a, r->mean ? NAN : r->spread[k]);
            if (f->merged) put_number(&a, r->mean ? NAN : r->half[k]);
        }
    array_print(&a);
    text_list_free(&names);
}

/* ---- --list */

static void write_list_array(const frame_stats *s) {
    static const char *const titles[] = {"name", "runs", "unit", "description"};
    text_list names = {NULL, 0};
    array a;
    size_t i;
    for (i = 0; i < 4; i++) text_list_add(&names, titles[i]);
    array_begin(&a, as_csv, style, &names);
    for (i = 0; i < s->count; i++) {
        put_text(&a, s->items[i].name);
        put_count(&a, s->items[i].runs);
        put_text(&a, s->items[i].unit);
        put_text(&a, s->items[i].description);
    }
    array_print(&a);
    text_list_free(&names);
}

static fold_group *fold(const frame_stats *s, size_t *group_count) {
    const char **names = (const char **)text_alloc((s->count + 1) * sizeof *names);
    char **marks = (char **)text_alloc((s->count + 1) * sizeof *marks);
    fold_group *groups;
    size_t i;
    for (i = 0; i < s->count; i++) {
        names[i] = s->items[i].name;
        marks[i] = text_printf("%zu\n%s\n%s", s->items[i].runs, s->items[i].unit, s->items[i].description);
    }
    groups = fold_names(names, (const char *const *)marks, s->count, group_count);
    for (i = 0; i < s->count; i++) free(marks[i]);
    free(marks);
    free(names);
    for (i = 0; i < *group_count; i++) { /* how many they are is a part of the name here */
        char *name = groups[i].name;
        if (groups[i].count == 1) continue;
        groups[i].name = text_printf("%s %s%zu", name, terminal_utf8() ? "×" : "x", groups[i].count);
        free(name);
    }
    return groups;
}

static void put_list_grid(text *out, const frame_stats *s, const fold_group *groups, size_t group_count) {
    static const char *const titles[] = {"statistic", "runs", "unit", "description"};
    grid g = {0};
    size_t i;
    for (i = 0; i < 4; i++) grid_add_column(&g, titles[i], i == 1 ? GRID_NUMBER : GRID_TEXT, false);
    for (i = 0; i < group_count; i++) {
        const frame_stat *first = &s->items[groups[i].first];
        grid_add(&g, groups[i].name);
        grid_add_number(&g, (double)first->runs, digits);
        grid_add(&g, first->unit);
        grid_add(&g, first->description);
    }
    (as_markdown ? grid_put_markdown : grid_put_latex)(out, &g);
    grid_free(&g);
}

/* A line has the runs, a name, which is never cut as people copy it, and as much of its description as fits. */
static void put_list_line(text *out, const char *runs, const char *name, size_t name_width, const frame_stat *stat,
                          const char *title, size_t limit) {
    text line = {NULL, 0, 0}, about = {NULL, 0, 0};
    size_t width;
    text_putf(&line, "%4s  ", runs);
    width = 6 + terminal_put(&line, name, SIZE_MAX);
    for (; width < 6 + name_width; width++) text_puts(&line, " ");
    text_puts(&line, "  ");
    if (stat && *stat->unit) text_putf(&about, "%s (%s)", stat->description, stat->unit);
    else text_puts(&about, stat ? stat->description : title);
    if (!limit || width + 2 + terminal_ellipsis_columns() < limit)
        terminal_put(&line, text_string(&about), limit ? limit - width - 2 : SIZE_MAX);
    while (line.length && line.data[line.length - 1] == ' ') text_cut(&line, line.length - 1);
    text_putf(out, "%s\n", line.data);
    text_free(&line);
    text_free(&about);
}

static void put_list_text(text *out, const frame_stats *s, const fold_group *groups, size_t group_count) {
    size_t limit = terminal_limit(STDOUT_FILENO), most = limit ? limit / 2 : SIZE_MAX, width = 9, i;
    char runs[24];
    for (i = 0; i < group_count; i++) {
        size_t w = terminal_width(groups[i].name);
        if (w > width && w <= most) width = w;
    }
    put_list_line(out, "RUNS", "STATISTIC", width, NULL, "DESCRIPTION (UNIT)", limit);
    for (i = 0; i < group_count; i++) {
        const frame_stat *first = &s->items[groups[i].first];
        snprintf(runs, sizeof runs, "%zu", first->runs);
        put_list_line(out, runs, groups[i].name, width, first, NULL, limit);
    }
    text_putf(out, "\n%zu statistics of %zu run%s\n", s->count, s->run_count, s->run_count == 1 ? "" : "s");
    put_sentences(out, &s->left_out, limit);
}

static void write_list(const frame_stats *s) {
    text out = {NULL, 0, 0};
    size_t group_count;
    fold_group *groups = fold(s, &group_count);
    (as_markdown || as_latex ? put_list_grid : put_list_text)(&out, s, groups, group_count);
    if (as_markdown || as_latex) say_sentences(&s->left_out);
    print(text_string(&out), out.length);
    text_free(&out);
    fold_free(groups, group_count);
}

/* ---- */

static void check_options(void) {
    static const char *const forms[] = {"--json", "--csv", "--markdown", "--latex"};
    const bool given[] = {as_json, as_csv, as_markdown, as_latex};
    const char *form = NULL;
    size_t i;
    for (i = 0; i < 4; i++) {
        if (given[i] && form) die(EXIT_MISUSE, "%s and %s exclude each other: leave one out", form, forms[i]);
        if (given[i]) form = forms[i];
    }
    if (style.spreadsheet && !as_csv) die(EXIT_MISUSE, "--spreadsheet changes only CSV: give --csv, or leave it out");
    if (digits_word) digits = (int)options_count("--digits", digits_word);
    if (digits < 1 || digits > 17) die(EXIT_MISUSE, "--digits: \"%s\" is not a number from 1 to 17", digits_word);
    if (listing && (request.baseline || request.over || request.mean || request.weights || columns_file || as_long))
        die(EXIT_MISUSE, "--list shows names, not values: leave %s out",
            request.baseline ? "--baseline" : request.over ? "--over" : request.mean ? "--mean"
            : request.weights ? "--weights" : columns_file ? "--columns-file" : "--long");
    select_check(&selected);
}

/* The columns of the file, then those of the command line. */
static void choose_columns(int argc, char **argv) {
    static text_list columns;
    int i;
    if (columns_file) formula_read_file(&columns, columns_file);
    for (i = 0; i < argc; i++) text_list_add(&columns, argv[i]);
    request.columns = columns.items;
    request.column_count = columns.count;
    if (columns_file && !columns.count) die(EXIT_MISUSE, "%s has no columns", columns_file);
    if (!columns.count && !listing)
        die(EXIT_MISUSE, "no column is given: name statistics, as in system.cpu.ipc; --list shows those that there "
                         "are");
}

static bool list(gem5art_db *db) {
    frame_stats s;
    bool ok = frame_list(&s, db, &request);
    if (ok && (as_json || as_csv)) {
        say_sentences(&s.left_out);
        write_list_array(&s);
    } else if (ok) write_list(&s);
    frame_stats_free(&s);
    return ok;
}

static bool show(gem5art_db *db) {
    frame f;
    bool ok = frame_build(&f, db, &request);
    if (ok && (as_json || as_csv || as_markdown || as_latex)) {
        say_sentences(&f.notes);
        say_sentences(&f.left_out);
    }
    if (ok && (as_json || as_csv)) write_array(&f);
    else if (ok) write_grid(&f);
    frame_free(&f);
    return ok;
}

int main(int argc, char **argv) {
    gem5art_db *db;
    bool ok;
    argc = options_parse(argc, argv, &the_page);
    check_options();
    choose_columns(argc, argv);
    request.runs = &selected;
    if (!listing) frame_check(&request);
    style.terminal = isatty(STDOUT_FILENO);
    db = store_open(store_find(db_uri), true);
    ok = listing ? list(db) : show(db);
    gem5art_close(db, NULL);
    return finish(ok);
}
