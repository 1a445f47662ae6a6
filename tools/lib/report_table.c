/* report_table.c - see report_table.h */

#include "report_table.h"

#include <stdlib.h>

#include "describe.h"
#include "html.h"
#include "report_matrix.h"

enum { ROWS = 100, COLUMNS = 8, NAME_BYTES = 200, CELL_BYTES = 100 };

/* The variables that have a column: the first ones that differ. Returns how many. */
static size_t choose_columns(const report *r, size_t columns[COLUMNS]) {
    size_t i, count = 0;
    for (i = 0; i < r->variable_count && count < COLUMNS; i++)
        if (report_differs(r, i)) columns[count++] = i;
    return count;
}

void report_put_head(text *out, const report *r) {
    static const char *const last[] = {"Elapsed", "Time", "Archive"};
    size_t columns[COLUMNS], count = choose_columns(r, columns), i;
    text_puts(out, "<th scope=\"col\">Name</th><th scope=\"col\">Status</th><th scope=\"col\">Reason</th>");
    for (i = 0; i < count; i++) {
        text_puts(out, "<th scope=\"col\">");
        html_put_cut(out, report_word(r, r->variables[columns[i]].name), CELL_BYTES);
        text_puts(out, "</th>");
    }
    for (i = 0; i < sizeof last / sizeof *last; i++) html_putf(out, "<th scope=\"col\">%s</th>", last[i]);
    text_puts(out, "\n");
}

static void put_cell(text *out, const char *clean) {
    text_puts(out, "<td>");
    html_put_cut(out, clean, CELL_BYTES);
    text_puts(out, "</td>");
}

static void put_size(text *out, const report_run *run) {
    text size = {NULL, 0, 0};
    if (run->size >= 0) describe_bytes(&size, run->size);
    html_putf(out, "<td class=\"number\">%s</td>", text_string(&size));
    text_free(&size);
}

void report_put_rows(text *out, const report *r) {
    size_t columns[COLUMNS], count = choose_columns(r, columns), i, k;
    for (i = 0; i < r->count && i < ROWS; i++) {
        const report_run *run = &r->runs[i];
        text_puts(out, "<tr><th scope=\"row\">");
        html_put_cut(out, report_word(r, run->name), NAME_BYTES);
        text_puts(out, "</th>");
        html_putf(out, "<td><span class=\"status %s\">", report_class(run));
        html_put_cut(out, report_word(r, run->status), CELL_BYTES);
        text_puts(out, "</span></td>");
        put_cell(out, report_word(r, run->reason));
        for (k = 0; k < count; k++) put_cell(out, report_word(r, report_value(run, columns[k])));
        html_putf(out, "<td class=\"number\">%s</td><td class=\"number\">%s</td>", report_word(r, run->elapsed_text),
                  report_word(r, run->when_text));
        put_size(out, run);
        text_puts(out, "</tr>\n");
    }
}

void report_put_list(text *out, const report *r) {
    size_t i, k;
    if (r->count > ROWS) html_putf(out, "<p class=\"note\">These are the first %z of %z runs; a browser with scripts "
                                   "shows all.</p>\n", (size_t)ROWS, r->count);
    for (i = 0; i < r->count && i < ROWS; i++) {
        const report_run *run = &r->runs[i];
        text_puts(out, "<details><summary>");
        html_put_cut(out, report_word(r, run->name), NAME_BYTES);
        html_putf(out, " <span class=\"status %s\">%s</span></summary><dl>\n", report_class(run),
                  report_word(r, run->status));
        for (k = 0; k + 1 < run->detail_count; k += 2)
            html_putf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", report_word(r, run->details[k]),
                      report_word(r, run->details[k + 1]));
        text_puts(out, "</dl></details>\n");
    }
}

/* ---- JSON */

static void put_numbers(text *out, const size_t *numbers, size_t count) {
    size_t i;
    text_puts(out, "[");
    for (i = 0; i < count; i++) text_putf(out, "%s%zu", i ? "," : "", numbers[i]);
    text_puts(out, "]");
}

static void put_words(text *out, const report *r) {
    size_t i;
    text_puts(out, "\"words\":[");
    for (i = 0; i < r->words.count; i++) {
        text_puts(out, i ? "," : "");
        html_put_json(out, r->words.words[i]);
    }
    text_puts(out, "],\n");
}

/* [name, values in order] */
static void put_variables(text *out, const report *r) {
    size_t i;
    text_puts(out, "\"variables\":[");
    for (i = 0; i < r->variable_count; i++) {
        text_putf(out, "%s[%zu,", i ? "," : "", r->variables[i].name);
        put_numbers(out, r->variables[i].values, r->variables[i].value_count);
        text_puts(out, "]");
    }
    text_puts(out, "],\n");
}

/* An array, whose places the script names: class, name, status, reason, mode, host, elapsed and its text, time and its
   text, size, newest, values, details. */
static void put_run(text *out, const report_run *run) {
    text_putf(out, "[\"%s\",%zu,%zu,%zu,%d,%zu,%.3f,%zu,%.0f,%zu,%.0f,%d,", report_class(run), run->name, run->status,
              run->reason, run->fs, run->host, run->elapsed, run->elapsed_text, run->when, run->when_text, run->size,
              run->newest);
    put_numbers(out, run->values, run->value_count);
    text_puts(out, ",");
    put_numbers(out, run->details, run->detail_count);
    text_puts(out, "]");
}

void report_put_json(text *out, const report *r) {
    size_t columns[COLUMNS], count = choose_columns(r, columns), rows, across, i;
    bool any = report_matrix_axes(r, &rows, &across);
    size_t *tables = (size_t *)text_alloc((r->variable_count + 1) * sizeof *tables);
    text_puts(out, "{");
    put_words(out, r);
    put_variables(out, r);
    text_puts(out, "\"columns\":");
    put_numbers(out, columns, count);
    text_puts(out, ",\"tables\":");
    put_numbers(out, tables, report_matrix_variables(r, tables));
    free(tables);
    text_putf(out, ",\"axes\":[%lld,%lld],\"runs\":[\n", any ? (long long)rows : -1,
              any && across < r->variable_count ? (long long)across : -1);
    for (i = 0; i < r->count; i++) {
        put_run(out, &r->runs[i]);
        text_puts(out, i + 1 < r->count ? ",\n" : "\n");
    }
    text_puts(out, "]}\n");
}
