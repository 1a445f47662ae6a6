/* gem5art-report - one HTML page about the runs of a store: totals, status matrix, figures, timeline, all runs. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/html.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/output.h"
#include "lib/report.h"
#include "lib/report_details.h"
#include "lib/report_figures.h"
#include "lib/report_matrix.h"
#include "lib/report_parts.h"
#include "lib/report_provenance.h"
#include "lib/report_table.h"
#include "lib/report_timeline.h"
#include "lib/report_totals.h"
#include "lib/store.h"
#include "lib/when.h"

const char *tool_name = "gem5art-report";

static const char *db_uri, *output_name, *title;
static bool all, watching;
static selection selected;
static text_list formulas;

static const option options[] = {
    {"--output", "-o", "FILE", "Write this file, or - for stdout", .value = &output_name, .words = "FILE"},
    {"--title", NULL, "TEXT", "Title of the page; default: the store's folder", .value = &title},
    {"--stat", NULL, "FORMULA", "Add a figure of a statistic, as in ipc=simInsts/cycles", .list = &formulas},
    SELECT_OPTIONS(&selected),
    {"--all", "-a", NULL, "Include superseded attempts, too", .flag = &all},
    {"--watch", NULL, NULL, "Write again every 5 s until no run is active", .flag = &watching},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const page the_page = {
    .summary = "write an HTML page about the runs of a store",
    .usage = "-o FILE",
    .description = "Write one HTML file that needs no network: totals, the status matrix over the variables, "
                   "a timeline, and each run with its command, cost and cause.",
    .options = options};

enum { EVIDENCE_MOST = 200, WATCH_SECONDS = 5 };

static report the_report;
static bool live;         /* the page is written again */
static bool drawn = true; /* the page has all figures */
static size_t silent;     /* failed runs whose output the page does not have */

/* ---- parts of the page */

static void put_lines(text *out, const char *const *lines) {
    for (; *lines; lines++) text_putf(out, "%s\n", *lines);
}

/* Appends a style or a script as it stands in the page: what its hash is made of. */
static void put_policy(text *out) {
    text style = {NULL, 0, 0}, script = {NULL, 0, 0};
    put_lines(&style, report_style);
    put_lines(&script, report_script);
    text_puts(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
    html_put_hash(out, style.data, style.length);
    text_puts(out, "; script-src ");
    html_put_hash(out, script.data, script.length);
    text_puts(out, "; base-uri 'none'; form-action 'none'\">\n");
    text_free(&style);
    text_free(&script);
}

static void put_refresh(text *out) {
    if (live)
        text_putf(out, "<meta name=\"refresh\" content=\"%d\">\n<noscript><meta http-equiv=\"refresh\" content=\"%d\">"
                  "</noscript>\n", WATCH_SECONDS, WATCH_SECONDS);
}

static void put_clean(text *out, const char *string) {
    text clean = {NULL, 0, 0};
    html_clean(&clean, string, false);
    html_put(out, text_string(&clean));
    text_free(&clean);
}

/* The title that was given, else the name of the store's folder. */
static void put_name(text *out) {
    const char *path = gem5art_store_path(the_report.db), *end = text_base(path);
    char *folder = text_copy_n(path, end > path ? (size_t)(end - path) - 1 : 0);
    if (title) put_clean(out, title);
    else {
        text_puts(out, "Runs of ");
        put_clean(out, *text_base(folder) ? text_base(folder) : path);
    }
    free(folder);
}

static void put_title(text *out) {
    text_puts(out, "<title>");
    put_name(out);
    text_puts(out, "</title>\n");
}

static void put_heading(text *out) {
    text_puts(out, "<h1>");
    put_name(out);
    text_puts(out, "</h1>\n");
}

static void put_style(text *out) {
    text_puts(out, "<style>");
    put_lines(out, report_style);
    text_puts(out, "</style>\n");
}

static void put_script(text *out) {
    text_puts(out, "<script>");
    put_lines(out, report_script);
    text_puts(out, "</script>\n");
}

static void put_footer(text *out) {
    text_puts(out, "<p>From ");
    put_clean(out, gem5art_store_path(the_report.db));
    text_puts(out, ", by gem5art-report " GEM5ART_VERSION "</p>\n<p>Written at ");
    when_put_second(out, when_now(), 0);
    text_puts(out, live ? ", and again while runs are active</p>\n" : "</p>\n");
}

static void put_totals(text *out) { report_put_totals(out, &the_report); }
static void put_matrix(text *out) { report_put_matrix(out, &the_report); }
static void put_timeline(text *out) { report_put_timeline(out, &the_report); }
static void put_head(text *out) { report_put_head(out, &the_report); }
static void put_rows(text *out) { report_put_rows(out, &the_report); }
static void put_list(text *out) { report_put_list(out, &the_report); }
static void put_provenance(text *out) { report_put_provenance(out, &the_report); }
static void put_data(text *out) { report_put_json(out, &the_report); }

static void put_silent(text *out) {
    if (silent)
        html_putf(out, "<p class=\"note\">The output of %z more failed run%h is not on this page: gem5art-show ID "
                  "shows it.</p>\n", silent, silent > 1 ? "s" : "");
}

static void put_link(text *out) {
    if (formulas.count) text_puts(out, "<li><a href=\"#figures\">Statistics</a></li>\n");
}

static void put_figures(text *out) {
    if (formulas.count) drawn = report_put_figures(out, &the_report, &formulas);
}

/* What stands in the place of a line "@name" of the page. */
static const struct {
    const char *line;
    void (*put)(text *out);
} parts[] = {
    {"@policy", put_policy},
    {"@refresh", put_refresh},
    {"@title", put_title},
    {"@style", put_style},
    {"@heading", put_heading},
    {"@link", put_link},
    {"@totals", put_totals},
    {"@matrix", put_matrix},
    {"@figures", put_figures},
    {"@timeline", put_timeline},
    {"@head", put_head},
    {"@rows", put_rows},
    {"@silent", put_silent},
    {"@list", put_list},
    {"@provenance", put_provenance},
    {"@footer", put_footer},
    {"@data", put_data},
    {"@script", put_script},
};

static void put_page(text *out) {
    const char *const *line;
    size_t i;
    for (line = report_page; *line; line++) {
        for (i = 0; i < sizeof parts / sizeof *parts && strcmp(*line, parts[i].line) != 0; i++) {}
        if (i < sizeof parts / sizeof *parts) parts[i].put(out);
        else text_putf(out, "%s\n", *line);
    }
}

/* ---- writing */

/* Reads the store and writes the page. Returns whether a run is active. */
static bool write_page(gem5art_db *db) {
    output out;
    text page_text = {NULL, 0, 0};
    size_t i;
    bool active = false;
    the_report.db = db;
    the_report.all = all;
    the_report.details = report_details;
    report_read(&the_report);
    silent = report_add_evidence(&the_report, EVIDENCE_MOST);
    for (i = 0; i < the_report.count; i++) active = active || (the_report.runs[i].live && !the_report.runs[i].failed);
    live = watching && active;
    put_page(&page_text);
    out = output_create(output_name, db);
    output_write(&out, page_text.data, page_text.length);
    output_finish(&out);
    report_free(&the_report);
    text_free(&page_text);
    return active;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

/* Writes the page until no run is active, or Ctrl-C; then once more as it stays. */
static void watch(gem5art_db *db) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    while (!interrupted && write_page(db)) sleep(WATCH_SECONDS);
    watching = false;
    if (interrupted) write_page(db);
}

int main(int argc, char **argv) {
    gem5art_db *db;
    argc = options_parse(argc, argv, &the_page);
    if (!output_name && argc == 0) die(EXIT_MISUSE, "the output is missing: give --output FILE, or - for stdout");
    if (argc > 0) die(EXIT_MISUSE, "\"%s\" is one argument too many: --output names the file", argv[0]);
    if (watching && strcmp(output_name, "-") == 0)
        die(EXIT_MISUSE, "--watch replaces a file: name it with --output, or leave --watch out");
    select_check(&selected);
    the_report.selected = &selected;
    if (formulas.count) report_check_figures(&the_report, &formulas);
    db = store_open(store_find(db_uri), true);
    if (watching) watch(db);
    else write_page(db);
    if (!formulas.count) select_warn(&selected); /* else the reader of the statistics did */
    gem5art_close(db, NULL);
    return finish(drawn);
}
