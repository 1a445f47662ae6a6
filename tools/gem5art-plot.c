/* gem5art-plot - draws a figure of chosen statistics of chosen runs. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/chart.h"
#include "lib/frame.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/output.h"
#include "lib/pgf.h"
#include "lib/store.h"
#include "lib/svg.h"

const char *tool_name = "gem5art-plot";

enum format { SVG, TEX };
static const char *const formats[] = {"svg", "tex", NULL};
static const char *const error_words[] = {"interval", "deviation", "none", NULL};
static const char *const log_words[] = {"x", "y", "xy", NULL};

static const char *db_uri, *output_name, *to, *kind, *errors, *log_axes, *width, *height, *mean;
static selection selected;
static frame_request request;
static chart_request wanted;
static text_list labels;
static bool patterns, standalone, hide_baseline;

static const option options[] = {
    {"--output", "-o", "FILE", "Write FILE.svg, or FILE.tex for LaTeX; - is stdout", .value = &output_name,
     .words = "FILE"},
    {"--kind", NULL, "KIND", "Draw bar, stacked, line, scatter, box, heat or cdf", .value = &kind,
     .words = "bar stacked line scatter box heat cdf"},
    {"--x", NULL, "VAR", "Put VAR on the x axis; --series VAR gives the colors", .value = &wanted.x},
    {"--series", NULL, "VAR", " Make a series for each value of this", .value = &wanted.series},
    SELECT_OPTIONS(&selected),
    FRAME_OPTIONS(&request),
    {"--hide-baseline", NULL, NULL, " With --baseline: do not draw the runs that others are compared with",
     .flag = &hide_baseline},
    {"--mean", NULL, "KIND", "Add a mean: arithmetic, geometric or harmonic", .value = &mean,
     .words = "arithmetic geometric harmonic"},
    {"--errors", NULL, "KIND", " Error bars of --over: interval (default), deviation, none", .value = &errors,
     .words = "interval deviation none"},
    {"--log-axes", NULL, "AXES", " Make these axes logarithmic: x, y or xy", .value = &log_axes, .words = "x y xy"},
    {"--order", NULL, "LIST", " Draw these values first, in this order", .value = &wanted.order},
    {"--label", NULL, "VALUE=TEXT", " Show TEXT instead of a value or column's name", .list = &labels},
    {"--title", NULL, "TEXT", " Set the title", .value = &wanted.title},
    {"--x-label", NULL, "TEXT", " Set the label of the x axis; empty: none", .value = &wanted.x_label},
    {"--y-label", NULL, "TEXT", " Set the label of the y axis, or of the colors", .value = &wanted.y_label},
    {"--width", NULL, "WIDTH", " Set the width: column (default, 8.4), page (17.8), or cm", .value = &width,
     .words = "column page"},
    {"--height", NULL, "CM", " Set the height in cm; default: 0.62 of the width, at most 7.05", .value = &height},
    {"--patterns", NULL, NULL, " Fill bars with patterns, too, for print", .flag = &patterns},
    {"--standalone", NULL, NULL, " With FILE.tex: write a whole document", .flag = &standalone},
    {"--to", NULL, "FORMAT", " Write svg or tex, whatever the name of the output", .value = &to, .words = "svg tex"},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"COLUMN", "[NAME=]EXPRESSION, as for gem5art-stats", NULL}, {NULL, NULL, NULL}};

static const page the_page = {
    .summary = "draw a figure of the statistics of runs",
    .usage = "-o FILE COLUMN...",
    .description = "Draw chosen statistics of the good runs: FILE.svg, or FILE.tex for LaTeX.",
    .operands = operands,
    .options = options};

/* ---- options */

static enum format choose_format(void) {
    if (!output_name) die(EXIT_MISUSE, "the output is missing: give -o FILE.svg or -o FILE.tex");
    if (to) return (enum format)options_word("--to: unknown format", to, formats);
    if (text_ends(output_name, ".svg")) return SVG;
    if (text_ends(output_name, ".tex")) return TEX;
    die(EXIT_MISUSE, "-o %s: the name of the output ends in .svg or .tex; or give --to svg or --to tex", output_name);
}

/* Centimeters, as points. */
static double read_length(const char *option_name, const char *value) {
    const double least = 2, most = 100;
    char *end;
    const double length = strtod(value, &end);
    if (end == value || *end || !(length >= least && length <= most))
        die(EXIT_MISUSE, "%s: \"%s\" is not a length from %g to %g cm", option_name, value, least, most);
    return length * 72 / 2.54;
}

static void check_labels(void) {
    size_t i;
    for (i = 0; i < labels.count; i++)
        if (!strchr(labels.items[i], '=') || labels.items[i][0] == '=')
            die(EXIT_MISUSE, "--label: \"%s\" is not VALUE=TEXT", labels.items[i]);
}

static void check_options(int argc, char **argv, enum format format) {
    static text_list columns;
    int i;
    for (i = 0; i < argc; i++) text_list_add(&columns, argv[i]);
    if (!columns.count)
        die(EXIT_MISUSE, "no column is given: name statistics, as in system.cpu.ipc; gem5art-stats --list shows them");
    request.columns = columns.items;
    request.column_count = columns.count;
    request.runs = &selected;
    if (kind) wanted.kind = (figure_kind)options_word("--kind: unknown kind", kind, figure_words);
    if (mean) wanted.mean = (means_kind)options_word("--mean: unknown mean", mean, means_words);
    wanted.has_mean = mean != NULL;
    if (errors) wanted.errors = (chart_errors)options_word("--errors: unknown kind", errors, error_words);
    if (errors && !request.over) die(EXIT_MISUSE, "--errors chooses the error bars of merged runs: give --over, too");
    if (hide_baseline && !request.baseline) die(EXIT_MISUSE, "--hide-baseline hides a baseline: give --baseline, too");
    if (request.baseline && wanted.kind == FIGURE_STACKED)
        die(EXIT_MISUSE, "--baseline divides each part by its own baseline, so that stacks mean nothing: leave it out");
    if (standalone && format == SVG) die(EXIT_MISUSE, "--standalone is for LaTeX: give -o FILE.tex, or leave it out");
    check_labels();
    wanted.labels = &labels;
    wanted.baseline = request.baseline;
    wanted.speedup = request.speedup;
    select_check(&selected);
    frame_check(&request);
}

static void set_axes(figure *f) {
    static const bool any_x[] = {true, false, true}, any_y[] = {false, true, true};
    const size_t word = log_axes ? options_word("--log-axes: unknown axes", log_axes, log_words) : 0;
    f->log_x = log_axes && any_x[word];
    f->log_y = log_axes && any_y[word];
    f->patterns = patterns;
    if (width && strcmp(width, "column") != 0)
        f->width = strcmp(width, "page") == 0 ? FIGURE_PAGE : read_length("--width", width);
    if (height) f->height = read_length("--height", height);
}

/* ---- */

static void say_sentences(const text_list *sentences) {
    size_t i;
    for (i = 0; i < sentences->count; i++) say("%s", sentences->items[i]);
}

/* Removes the rows that the others were compared with. */
static void remove_baseline(frame *table) {
    char *name = text_copy_n(request.baseline, strcspn(request.baseline, "="));
    const char *value = strchr(request.baseline, '=') + 1;
    const size_t place = frame_variable(table, name);
    size_t i, kept = 0;
    for (i = 0; i < table->row_count; i++) {
        frame_row *row = &table->rows[i];
        if (place != SIZE_MAX && strcmp(row->variables[place], value) == 0) frame_free_row(table, row);
        else table->rows[kept++] = *row;
    }
    table->row_count = kept;
    free(name);
}

static bool draw(frame *table, gem5art_db *db, enum format format) {
    figure f, looks = {0};
    text why = {NULL, 0, 0}, file = {NULL, 0, 0};
    output out;
    bool ok;
    set_axes(&looks);
    if (hide_baseline) remove_baseline(table);
    ok = chart_make(&f, table, &wanted, &why);
    f.log_x = looks.log_x;
    f.log_y = looks.log_y;
    f.patterns = looks.patterns;
    f.width = looks.width;
    f.height = looks.height;
    ok = ok && figure_check(&f, &why);
    say_sentences(&table->notes);
    say_sentences(&table->left_out);
    if (!ok) say("%s", text_string(&why));
    else {
        if (format == SVG) svg_figure(&file, &f);
        else pgf_figure(&file, &f, standalone);
        out = output_create(output_name, db);
        output_write(&out, file.data, file.length);
        output_finish(&out);
    }
    figure_free(&f);
    text_free(&why);
    text_free(&file);
    return ok;
}

int main(int argc, char **argv) {
    enum format format;
    gem5art_db *db;
    frame table;
    bool ok;
    argc = options_parse(argc, argv, &the_page);
    format = choose_format();
    check_options(argc, argv, format);
    db = store_open(store_find(db_uri), true);
    ok = frame_build(&table, db, &request) && draw(&table, db, format);
    frame_free(&table);
    gem5art_close(db, NULL);
    return finish(ok);
}
