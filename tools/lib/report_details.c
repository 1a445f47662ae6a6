/* report_details.c - see report_details.h */

#include "report_details.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "evidence.h"
#include "store.h"
#include "terminal.h"
#include "when.h"

/* Adds a label and a text; nothing for an empty text. */
static void add_text(report *r, report_run *run, const char *label, const char *string) {
    size_t i;
    if (text_empty(string)) return;
    for (i = 0; i < 2; i++) {
        run->details = (size_t *)text_room(run->details, run->detail_count, sizeof *run->details);
        run->details[run->detail_count++] = report_number(r, i ? string : label, i == 1);
    }
}

static void add_made(report *r, report_run *run, const char *label, text *made) {
    add_text(r, run, label, text_string(made));
    text_free(made);
}

static void add_command(report *r, report_run *run, const char *label, const char *const *argv) {
    text line = {NULL, 0, 0};
    for (; *argv; argv++) {
        if (line.length) text_puts(&line, " ");
        terminal_put_word(&line, *argv);
    }
    add_made(r, run, label, &line);
}

static void add_pairs(report *r, report_run *run, const char *label, const char *const *pairs) {
    text lines = {NULL, 0, 0};
    for (; *pairs && pairs[1]; pairs += 2) text_putf(&lines, "%s%s=%s", lines.length ? "\n" : "", pairs[0], pairs[1]);
    add_made(r, run, label, &lines);
}

static void note_artifact(report_run *run, size_t place) {
    size_t i;
    for (i = 0; i < run->artifact_count; i++)
        if (run->artifacts[i] == place) return;
    run->artifacts = (size_t *)text_room(run->artifacts, i, sizeof *run->artifacts);
    run->artifacts[run->artifact_count++] = place;
}

static void add_artifact(report *r, report_run *run, const char *label, const char *id) {
    const report_artifact *a = *id ? report_find(r, id) : NULL;
    text line = {NULL, 0, 0};
    if (!*id) return;
    if (a) note_artifact(run, (size_t)(a - r->artifacts));
    if (!a) text_putf(&line, "%s, which is not in the store any more", id);
    else
        text_putf(&line, "%s: %s, %s, %s", report_word(r, a->name), report_word(r, a->type), report_word(r, a->path),
                  report_word(r, a->version));
    add_made(r, run, label, &line);
}

static void add_artifacts(report *r, report_run *run, const gem5art_run *from) {
    const char *const *further;
    size_t role;
    for (role = 0; role < ROLES; role++) add_artifact(r, run, store_roles[role].label, store_role_id(from, role));
    for (further = from->artifacts; *further; further++) add_artifact(r, run, "further artifact", *further);
}

static void add_time(report *r, report_run *run, const char *label, double time, double earlier) {
    text shown = {NULL, 0, 0};
    when_put_second(&shown, time, earlier);
    add_made(r, run, label, &shown);
}

static void add_cost(report *r, report_run *run, const gem5art_run *from) {
    text cpu = {NULL, 0, 0}, memory = {NULL, 0, 0}, size = {NULL, 0, 0}, limit = {NULL, 0, 0};
    add_time(r, run, "queued", from->enqueue_time, 0);
    add_time(r, run, "started", from->start_time, from->enqueue_time);
    add_time(r, run, "ended", run->live ? 0 : from->end_time, from->start_time);
    if (from->timeout > 0) when_put_duration(&limit, from->timeout);
    add_made(r, run, "time limit", &limit);
    if (from->ru_maxrss > 0) {
        text_putf(&cpu, "%.2f s user, %.2f s system", from->ru_utime, from->ru_stime);
        describe_bytes(&memory, (double)from->ru_maxrss * 1024);
        text_puts(&memory, " at its peak");
    }
    add_made(r, run, "CPU", &cpu);
    add_made(r, run, "memory", &memory);
    if (from->results_size >= 0) describe_bytes(&size, (double)from->results_size);
    add_made(r, run, "archive", &size);
}

static void add_end(report *r, report_run *run, const gem5art_run *from) {
    text code = {NULL, 0, 0}, warnings = {NULL, 0, 0};
    size_t i;
    if (from->return_code) text_putf(&code, "%lld", (long long)from->return_code);
    for (i = 0; i < from->warning_count; i++)
        text_putf(&warnings, "%s%s: %s", i ? "\n" : "", from->warnings[i].kind, from->warnings[i].text);
    add_text(r, run, "cause", describe_cause(from, report_word(r, run->reason)));
    if (!text_same(from->error, report_word(r, run->reason))) add_text(r, run, "error", from->error);
    add_made(r, run, "return code", &code);
    add_made(r, run, "warnings", &warnings);
}

void report_details(report *r, report_run *run, const gem5art_run *from) {
    add_text(r, run, "id", from->id);
    add_end(r, run, from);
    add_command(r, run, "command", from->command);
    add_text(r, run, "in", from->cwd);
    add_pairs(r, run, "variables", from->variables);
    add_artifacts(r, run, from);
    add_text(r, run, "script", from->run_script);
    add_cost(r, run, from);
    add_text(r, run, "host", from->host);
    add_text(r, run, "processor", from->cpu_model);
    add_text(r, run, "outdir", from->outdir);
}

/* ---- evidence */

enum { EVIDENCE_COLUMNS = 120, EVIDENCE_BYTES = 16384 };

static void add_excerpt(report *r, report_run *run) {
    const gem5art_artifact *archive = *run->results ? store_artifact(r->db, run->results) : NULL;
    char *copy = archive ? store_copy_path(archive) : NULL;
    const char *places[3] = {archive ? archive->path : NULL, copy, NULL};
    sheet s;
    sheet_init(&s, false);
    s.columns = EVIDENCE_COLUMNS;
    evidence_show(&s, run->outdir, places);
    if (s.out.length > EVIDENCE_BYTES) text_cut(&s.out, EVIDENCE_BYTES);
    add_made(r, run, "output", &s.out);
    free(copy);
}

size_t report_add_evidence(report *r, size_t most) {
    size_t i, failed = 0;
    for (i = 0; i < r->count; i++) {
        if (!r->runs[i].failed) continue;
        if (failed++ < most) add_excerpt(r, &r->runs[i]);
    }
    return failed > most ? failed - most : 0;
}
