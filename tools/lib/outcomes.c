/* outcomes.c - see outcomes.h */

#include "outcomes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "label.h"
#include "notes.h"
#include "when.h"
#include "wording.h"

enum { OUTCOMES_LISTED = 20 };

int outcomes_total, outcomes_tally[OUTCOMES];
bool outcomes_interrupted, outcomes_quiet;

static const char *const outcome_words[OUTCOMES] = {
    "finished",      "failed",             "stopped",      "recorded before", "recorded with files that changed since",
    "failed before", "executed elsewhere", "not launched", "ended by an error"};

static notes outcomes_warnings;     /* of finished runs */
static notes outcomes_renamed;      /* runs that are recorded under a different name */

/* The failures to list at the end: only the first ones are kept. */
static struct {
    char id[LABEL_ID + 1];
    char *reason, *outdir;
} outcomes_failures[OUTCOMES_LISTED];
static int outcomes_listed, outcomes_said; /* said: failures that stay above the display, and are not listed again */
static char outcomes_shown[LABEL_ID + 1];  /* the id of a failure that was listed or said */

static void say_failure(sheet_color color, const char *id, const char *reason, const char *outdir) {
    display_say(color, "  %.*s  %s", LABEL_ID, id, reason);
    display_say(color, "  %*s  %s", LABEL_ID, "", outdir);
    snprintf(outcomes_shown, sizeof outcomes_shown, "%.*s", LABEL_ID, id);
}

static void list_failure(const char *id, const char *label, const char *reason, const char *outdir) {
    if (outcomes_listed == OUTCOMES_LISTED) return;
    snprintf(outcomes_failures[outcomes_listed].id, LABEL_ID + 1, "%.*s", LABEL_ID, id);
    outcomes_failures[outcomes_listed].reason = text_printf("%s: %s", label, reason);
    outcomes_failures[outcomes_listed++].outdir = text_copy(label_path(outdir));
}

/* The hash of a run does not cover its name: nobody would look for these results where they are. */
static void note_name(const gem5art_run *run, const label_attempt *a) {
    char *where;
    if (text_same(text_string(&a->name), run->name)) return;
    where = text_printf("%s is %s (%s), in %s", label_run(run), text_string(&a->name), a->id,
                        label_path(text_string(&a->outdir)));
    notes_add(&outcomes_renamed, "", where);
    free(where);
}

/* Has an attempt at this run Finished? If not, lists the failure of the latest one. */
static bool finished_before(gem5art_db *db, const gem5art_run *run) {
    label_attempt a;
    label_find_attempt(&a, db, run);
    if (a.found && !a.finished) list_failure(a.id, label_run(run), a.end.data, a.outdir.data);
    if (a.finished) note_name(run, &a);
    label_free_attempt(&a);
    return a.finished;
}

/* Writes a line that stays. Without a display, it begins with the number of runs that ended. */
__attribute__((format(printf, 3, 4))) static void announce(sheet_color color_of, const gem5art_run *run,
                                                           const char *format, ...) {
    text line = {NULL, 0, 0};
    int done = 0, i;
    va_list arguments;
    if (outcomes_quiet && color_of != SHEET_RED && color_of != SHEET_YELLOW) return;
    for (i = 0; i < OUTCOMES; i++) done += outcomes_tally[i];
    if (!display_live) text_putf(&line, "[%d/%d] ", done, outcomes_total);
    text_putf(&line, "%s: ", label_run(run));
    va_start(arguments, format);
    text_vputf(&line, format, arguments);
    va_end(arguments);
    display_say(color_of, "%s", line.data);
    text_free(&line);
}

static void on_skipped(gem5art_db *db, const gem5art_run *run, const gem5art_error *error) {
    outcome o = error->code == GEM5ART_BUSY        ? ELSEWHERE
                : error->code == GEM5ART_CANCELLED ? CANCELLED
                : error->code != GEM5ART_EXISTS    ? TROUBLE
                : run->stale                       ? CHANGED
                : finished_before(db, run)         ? RECORDED
                                                   : FAILED_BEFORE;
    outcomes_tally[o]++;
    if (o == ELSEWHERE || o == TROUBLE || (o == CHANGED && outcomes_tally[CHANGED] <= OUTCOMES_LISTED))
        announce(o == TROUBLE ? SHEET_RED : SHEET_YELLOW, run, "%s", wording(error->message));
    else if (!display_live && o != CHANGED && o != CANCELLED) announce(SHEET_PLAIN, run, "%s", outcome_words[o]);
}

/* Notes each kind of warning of a run once. */
static void note_warnings(const gem5art_run *run) {
    const gem5art_warning *all = run->warnings;
    size_t i, earlier;
    for (i = 0; i < run->warning_count; i++) {
        char *first = text_printf("%s: %s", label_run(run), all[i].text);
        for (earlier = 0; !text_same(all[earlier].kind, all[i].kind);) earlier++;
        if (earlier == i) notes_add(&outcomes_warnings, all[i].kind, first);
        free(first);
    }
}

static bool is_stopped(const gem5art_run *run) {
    return text_starts(run->kill_reason, "sig") && !text_same(run->kill_reason, "sigkill");
}

/* Above the display, a failure is said as the list at the end has it; elsewhere it is announced, and listed too. */
static void on_failed(const gem5art_run *run, const char *reason) {
    char *line;
    if (!display_live) {
        list_failure(run->id, label_run(run), reason, run->outdir);
        announce(SHEET_RED, run, "failed: %s", reason);
        return;
    }
    line = text_printf("%s: failed: %s", label_run(run), reason);
    say_failure(SHEET_RED, run->id, line, label_path(run->outdir));
    outcomes_said++;
    free(line);
}

static void on_end(const gem5art_run *run, const gem5art_error *error) {
    text reason = {NULL, 0, 0};
    bool unrecorded = error && !text_same(error->message, run->error);
    outcome o = text_same(run->status, "Finished") ? FINISHED : is_stopped(run) ? STOPPED : FAILED;
    outcomes_tally[unrecorded ? TROUBLE : o]++;
    display_remove_run(run);
    label_put_end(&reason, run);
    if (o == FINISHED) note_warnings(run);
    if (unrecorded) announce(SHEET_RED, run, "not recorded: %s", wording(error->message));
    else if (o == FAILED) on_failed(run, text_string(&reason));
    else if (o == STOPPED && !display_live) announce(SHEET_YELLOW, run, "stopped: %s", text_string(&reason));
    else if (o == FINISHED && !display_live) {
        text_clear(&reason);
        when_put_duration(&reason, run->end_time - run->start_time);
        announce(SHEET_GREEN, run, "finished after %s", reason.data);
    }
    text_free(&reason);
}

void outcomes_add(gem5art_db *db, const gem5art_event *event) {
    const gem5art_run *run = event->run;
    text reason = {NULL, 0, 0};
    if (event->type == GEM5ART_EVENT_SKIPPED) on_skipped(db, run, event->error);
    if (event->type == GEM5ART_EVENT_ENDED) on_end(run, event->error);
    if (event->type == GEM5ART_EVENT_SPAWNED) {
        display_add_run(run, label_run(run));
        if (!display_live) announce(SHEET_PLAIN, run, "started, process %lld", (long long)run->pid);
    }
    if (event->type == GEM5ART_EVENT_KILLED) {
        outcomes_interrupted = outcomes_interrupted || is_stopped(run);
        if (!display_live) announce(SHEET_YELLOW, run, "ending it: %s", run->kill_reason);
    }
    if (event->type == GEM5ART_EVENT_RETRIED) {
        display_remove_run(run);
        label_put_end(&reason, run);
        announce(SHEET_YELLOW, run, "failed and tried again: %s", text_string(&reason));
    }
    text_free(&reason);
}

static void say_failures(const char *show) {
    int i, left = outcomes_tally[FAILED] + outcomes_tally[FAILED_BEFORE] - outcomes_said - outcomes_listed;
    for (i = 0; i < outcomes_listed; i++)
        say_failure(SHEET_PLAIN, outcomes_failures[i].id, outcomes_failures[i].reason, outcomes_failures[i].outdir);
    if (left > 0) display_say(SHEET_PLAIN, "  and %d more: gem5art-ls --status failed", left);
    if (*outcomes_shown) display_say(SHEET_PLAIN, "To see all about one:%s %s", show, outcomes_shown);
    if (outcomes_tally[FAILED_BEFORE])
        display_say(SHEET_PLAIN, "To launch runs that failed before: --retry-failed N or --rerun.");
}

bool outcomes_sum_up(const gem5art_event *end, const char *show, const char *resume) {
    int i, listed = 0, good = outcomes_tally[FINISHED] + outcomes_tally[RECORDED], total = outcomes_total;
    text line = {NULL, 0, 0};
    const struct note *n;
    text_putf(&line, "%d run%s in ", total, total == 1 ? "" : "s");
    when_put_duration(&line, display_elapsed());
    for (i = 0; i < OUTCOMES; i++)
        if (outcomes_tally[i]) text_putf(&line, "%s %d %s", listed++ ? "," : ":", outcomes_tally[i], outcome_words[i]);
    display_say(good == total ? SHEET_GREEN : SHEET_RED, "%s", line.data);
    text_free(&line);
    if (end->lost) display_say(SHEET_PLAIN, "Recorded %d lost attempt%s", end->lost, end->lost == 1 ? "" : "s");
    if (end->retried)
        display_say(SHEET_PLAIN, "Retried %d failed attempt%s", end->retried, end->retried == 1 ? "" : "s");
    if (outcomes_renamed.total == 1)
        display_say(SHEET_PLAIN, "Recorded under a different name: %s", outcomes_renamed.items->first);
    else if (outcomes_renamed.total)
        display_say(SHEET_PLAIN, "%d runs are recorded under different names, the first: %s", outcomes_renamed.total,
                    outcomes_renamed.items->first);
    say_failures(show);
    n = outcomes_warnings.items;
    for (; n < outcomes_warnings.items + outcomes_warnings.kinds; n++)
        display_say(SHEET_YELLOW, "Warning of the kind \"%s\" in %d finished run%s: %s", n->kind, n->count,
                    n->count == 1 ? "" : "s, the first", n->first);
    if (outcomes_tally[STOPPED] + outcomes_tally[CANCELLED]) display_say(SHEET_PLAIN, "%s", resume);
    return good == total;
}
