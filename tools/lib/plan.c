/* plan.c - see plan.h */

#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "label.h"
#include "message.h"
#include "notes.h"
#include "terminal.h"
#include "wording.h"

/* ---- changes: what differs, a line end, and the ending of the new outdirs */

static notes plan_changes;

void plan_add_change(const gem5art_run *run) {
    char *kind;
    if (!run->differs) return;
    kind = text_printf("%s\n%s", run->differs, strrchr(run->outdir, '.'));
    notes_add(&plan_changes, kind, label_run(run));
    free(kind);
}

void plan_put_changes(text *out) {
    const char *arrow = terminal_utf8() ? " \xe2\x86\x92 " : " -> ", *c, *at;
    int i, left = plan_changes.total;
    for (i = 0; i < plan_changes.kinds; i++) {
        const struct note *n = &plan_changes.items[i];
        const char *end = strchr(n->kind, '\n');
        text_puts(out, "Changed: ");
        for (c = n->kind; (at = strstr(c, " -> ")) != NULL && at < end; c = at + 4) {
            text_put(out, c, (size_t)(at - c));
            text_puts(out, arrow);
        }
        text_put(out, c, (size_t)(end - c));
        if (n->count > 1) text_putf(out, "; %d runs go to OUTDIR%s\n", n->count, end + 1);
        else text_putf(out, "; %s goes to OUTDIR%s\n", n->first, end + 1);
        left -= n->count;
    }
    if (left) text_putf(out, "and %d more runs go to further outdirs\n", left);
}

/* ---- the table of a dry run */

typedef enum plan_action {
    PLAN_NEW, PLAN_RETRY, PLAN_RERUN, PLAN_SKIP, PLAN_BUSY, PLAN_ERROR, PLAN_ACTIONS
} plan_action;

static const struct {
    const char *word, *sum;
} plan_words[PLAN_ACTIONS] = {{"new", "new"}, {"retry", "retried"}, {"rerun", "rerun"}, {"skip", "skipped as recorded"},
                              {"busy", "queued or executed elsewhere"}, {"error", "ended by an error"}};

enum { PLAN_COLUMNS = 4, PLAN_GAP = 2 };

typedef struct plan_row {
    const char *cells[PLAN_COLUMNS]; /* the action, what is recorded, the run, its outdir */
} plan_row;

static const char *const plan_titles[PLAN_COLUMNS] = {"ACTION", "RECORDED", "RUN", "OUTDIR"};
static plan_row *plan_rows;
static size_t plan_count;
static int plan_tally[PLAN_ACTIONS], plan_failed; /* failed: skipped because they are recorded as Failed */
static notes plan_doubts;

void plan_add(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *pool) {
    gem5art_error error;
    label_attempt a;
    bool launched = gem5art_would_launch(db, run, pool, &error);
    plan_action action;
    const char **cells;
    label_find_attempt(&a, db, run);
    if (launched) action = !a.found ? PLAN_NEW : a.finished ? PLAN_RERUN : PLAN_RETRY;
    else action = error.code == GEM5ART_EXISTS ? PLAN_SKIP : error.code == GEM5ART_BUSY ? PLAN_BUSY : PLAN_ERROR;
    plan_tally[action]++;
    plan_failed += action == PLAN_SKIP && !a.finished;
    plan_rows = (plan_row *)text_room(plan_rows, plan_count, sizeof *plan_rows);
    cells = plan_rows[plan_count++].cells;
    cells[0] = plan_words[action].word;
    cells[1] = a.found ? text_printf("%s %s", a.finished ? "Finished" : "Failed", a.id) : "";
    cells[2] = text_copy(label_run(run));
    cells[3] = text_copy(label_path(action == PLAN_SKIP && a.found ? a.outdir.data : run->outdir));
    if (launched) plan_add_change(run);
    label_free_attempt(&a);
    if (launched || (action == PLAN_SKIP && !run->stale)) return;
    notes_add(&plan_doubts, wording(error.message), "");
}

/* Sets the widths; where they are more than a terminal has, the last two columns are cut at their beginnings. */
static void plan_lay_out(size_t widths[PLAN_COLUMNS]) {
    size_t limit = terminal_limit(STDOUT_FILENO), used = 0, room, i, k;
    for (i = 0; i < plan_count; i++)
        for (k = 0; k < PLAN_COLUMNS; k++) {
            size_t width = terminal_width(plan_rows[i].cells[k]);
            if (width > widths[k]) widths[k] = width;
        }
    for (k = 0; k < PLAN_COLUMNS; k++) {
        if (widths[k] && widths[k] < strlen(plan_titles[k])) widths[k] = strlen(plan_titles[k]);
        if (k < 2 && widths[k]) used += widths[k] + PLAN_GAP;
    }
    room = limit > used + PLAN_GAP ? limit - used - PLAN_GAP : 0;
    if (!limit || widths[2] + widths[3] <= room) return;
    if (widths[2] > room / 2) widths[2] = widths[3] < room - room / 2 ? room - widths[3] : room / 2;
    widths[3] = room - widths[2];
}

static void plan_put_row(text *out, const char *const *cells, const size_t *widths) {
    size_t pad = 0, k;
    for (k = 0; k < PLAN_COLUMNS; k++) {
        if (!widths[k]) continue;
        text_putf(out, "%*s", (int)pad, "");
        pad = widths[k] + PLAN_GAP - terminal_put_end(out, cells[k], widths[k]);
    }
    text_puts(out, "\n");
}

bool plan_print(void) {
    size_t widths[PLAN_COLUMNS] = {0}, i;
    text out = {NULL, 0, 0};
    int k, listed = 0;
    plan_lay_out(widths);
    plan_put_row(&out, plan_titles, widths);
    for (i = 0; i < plan_count; i++) plan_put_row(&out, plan_rows[i].cells, widths);
    plan_put_changes(&out);
    text_putf(&out, "%zu run%s", plan_count, plan_count == 1 ? "" : "s");
    for (k = 0; k < PLAN_ACTIONS; k++)
        if (plan_tally[k]) text_putf(&out, "%s %d %s", listed++ ? "," : ":", plan_tally[k], plan_words[k].sum);
    text_puts(&out, "\n");
    if (plan_failed) text_puts(&out, "To launch runs that failed before: --retry-failed N or --rerun.\n");
    print(out.data, out.length);
    text_free(&out);
    for (k = 0; k < plan_doubts.kinds; k++) warn("%s", plan_doubts.items[k].kind);
    return !plan_tally[PLAN_ERROR];
}
