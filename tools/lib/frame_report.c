/* frame_report.c - sentences about a frame: what it lacks, and why; see frame_builder.h */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frame_builder.h"
#include "keys.h"
#include "message.h"

enum { FRAME_NOTES = 6 /* about columns; further ones are counted */ };

/* Reports the runs whose statistics cannot be read, by the reason. */
static void frame_report_unreadable(text_list *left_out, const chosen_counts *reasons) {
    enum { SHOWN = 3 };
    size_t i, count = 0;
    for (i = 0; i < reasons->count; i++) {
        const chosen_count *r = &reasons->items[i];
        text ids = {NULL, 0, 0};
        chosen_put_ids(&ids, r);
        if (i < SHOWN) frame_say(left_out, "%s %s left out: %s", ids.data, r->count == 1 ? "is" : "are", r->kind);
        else count += r->count;
        text_free(&ids);
    }
    if (count)
        frame_say(left_out, "%zu more run%s left out for reasons like these", count, count == 1 ? " is" : "s are");
}

void frame_report(const frame_builder *b) {
    char *without = text_printf("run| without dump %zu", b->samples.one);
    chosen_counts unreadable = {NULL, 0}, left_out = {NULL, 0}, notes = {NULL, 0};
    text ids = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < b->chosen.count; i++) {
        const samples_run *run = &b->runs[i];
        const char *id = b->chosen.runs[i].id;
        if (!run->ok) chosen_add(&unreadable, text_string(&run->why), id);
        else if (!run->dump_count) chosen_add(&left_out, "run| without a complete dump of statistics", id);
        else if (!run->count) chosen_add(&left_out, without, id);
        if (run->count && run->incomplete)
            chosen_add(&notes, "the last dump is incomplete, and does not count, of", id);
        if (run->count && run->unreadable) chosen_add(&notes, "lines were skipped that are not statistics, of", id);
    }
    frame_report_unreadable(&b->f->left_out, &unreadable);
    chosen_report(&b->f->left_out, &left_out);
    for (i = 0; i < notes.count; i++) {
        const chosen_count *n = &notes.items[i];
        text_clear(&ids);
        chosen_put_ids(&ids, n);
        frame_say(&b->f->notes, "%s %zu run%s: %s", n->kind, n->count, n->count == 1 ? "" : "s", text_string(&ids));
    }
    text_free(&ids);
    chosen_counts_free(&unreadable);
    chosen_counts_free(&left_out);
    chosen_counts_free(&notes);
    free(without);
}

/* Appends what was probably meant by a glob that matches nothing. */
static void frame_put_near_glob(text *out, const samples *s, const char *glob) {
    text wide = {NULL, 0, 0};
    size_t i;
    for (i = 0; glob[i]; i++) text_putf(&wide, glob[i] == '*' ? "**" : "%c", glob[i]);
    for (i = 0; i < s->count; i++)
        if (stats_filter_matches(text_string(&wide), (gem5art_text){s->names[i].name, strlen(s->names[i].name)})) break;
    if (i < s->count) text_putf(out, ": * does not stand for dots: did you mean %s?", wide.data);
    else
        text_puts(out, strchr(glob, '*') ? "; to multiply, put spaces around *" : ": gem5art-stats --list shows them");
    text_free(&wide);
}

/* Appends the names that were probably meant: the nearest one, or some that contain the word. */
static void frame_put_near(text *out, const samples *s, const char *word) {
    enum { SHOWN = 3 };
    text_list names = {NULL, 0};
    const char *near;
    size_t i, count = 0;
    for (i = 0; i < s->count; i++) text_list_add(&names, s->names[i].name);
    near = names.count ? nearest_word(word, names.items) : NULL;
    if (near) {
        text_puts(out, ": did you mean ");
        formula_put_name(out, near);
        text_puts(out, "?");
    }
    for (i = 0; !near && i < names.count && count < SHOWN; i++)
        if (strstr(names.items[i], word)) {
            text_puts(out, count++ ? ", " : ": there is ");
            formula_put_name(out, names.items[i]);
        }
    if (!near && !count) text_puts(out, ": gem5art-stats --list shows them");
    text_list_free(&names);
}

/* Reports that no run has a statistic, with the names of some run that are like it. */
void frame_say_unknown(frame_builder *b, const char *pattern, gem5art_db *db) {
    samples all;
    samples_run run = {0};
    text near = {NULL, 0, 0};
    gem5art_error error;
    const gem5art_run *found;
    size_t i;
    for (i = 0; i < b->chosen.count && !b->runs[i].count; i++) {}
    if (i == b->chosen.count) return;
    samples_begin(&all, SAMPLES_LAST, 0, NULL, 0);
    found = gem5art_find_run(db, b->chosen.runs[i].id, &error);
    if (found && stats_find(&run.place, db, found, &run.why)) samples_read(&all, &run, 1);
    (stats_filter_is_glob(pattern) ? frame_put_near_glob : frame_put_near)(&near, &all, pattern);
    say("no run has a statistic \"%s\"%s", pattern, text_string(&near));
    samples_free_runs(&run, 1);
    text_free(&run.why);
    samples_end(&all);
    text_free(&near);
    if (found) gem5art_release_run(db, found);
}

/* Reports that there are no rows, and why. */
bool frame_say_empty(const frame_request *q, const text_list *left_out) {
    size_t i;
    if (!left_out->count) say("there are no statistics to show: no run is selected");
    else say("there are no statistics to show: all selected runs are left out%s", q->all ? "" : " (--all)");
    for (i = 0; i < left_out->count; i++) say("%s", left_out->items[i]);
    return false;
}

void frame_put_notes(frame_builder *b) {
    static const char *const words[FRAME_GAPS] = {"", "is missing in", "is not a number (nan) in", "divides by 0 in"};
    size_t i, shown = 0, more = 0;
    for (i = 0; b->gaps && i < b->cells.column_count * FRAME_GAPS; i++) {
        const chosen_count *c = &b->gaps[i / FRAME_GAPS][i % FRAME_GAPS];
        text ids = {NULL, 0, 0};
        if (c->count && shown++ < FRAME_NOTES) {
            chosen_put_ids(&ids, c);
            frame_say(&b->f->notes, "%s %s %zu run%s: %s", b->f->columns[i / FRAME_GAPS].name, words[i % FRAME_GAPS],
                      c->count, c->count == 1 ? "" : "s", text_string(&ids));
            text_free(&ids);
        } else more += c->count > 0;
    }
    if (more) frame_say(&b->f->notes, "further empty cells of %zu columns have reasons like these", more);
}

/* Notes the rows that have the same variables. */
void frame_note_equals(frame *f) {
    static const text_list none = {NULL, 0};
    char **names = (char **)text_alloc((f->row_count + 1) * sizeof *names);
    size_t *groups = (size_t *)text_alloc((f->row_count + 1) * sizeof *groups), *counts, i;
    chosen_counts equals = {NULL, 0};
    text ids = {NULL, 0, 0};
    for (i = 0; i < f->row_count; i++) names[i] = frame_group(f, &f->rows[i], &none);
    counts = (size_t *)text_alloc((keys_number((const char *const *)names, f->row_count, groups) + 1) * sizeof *counts);
    for (i = 0; i < f->row_count; i++) counts[groups[i]]++;
    for (i = 0; i < f->row_count; i++)
        if (counts[groups[i]] > 1) chosen_add(&equals, "", f->rows[i].id);
    if (equals.count && f->variables.count) {
        chosen_put_ids(&ids, equals.items);
        frame_say(&f->notes, "%zu rows have the same variables as others; --name or --since may distinguish them: %s",
                  equals.items->count, ids.data);
    }
    for (i = 0; i < f->row_count; i++) free(names[i]);
    free(names);
    free(groups);
    free(counts);
    text_free(&ids);
    chosen_counts_free(&equals);
}
