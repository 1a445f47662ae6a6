/* label.c - see label.h */

#include "label.h"

#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "variables.h"
#include "when.h"

const char *label_folder;
bool label_same_names;

const char *label_path(const char *path) {
    const char *below = text_below(label_folder, path);
    return below ? below : path;
}

const char *label_run(const gem5art_run *run) {
    static text label;
    if (!label_same_names) return run->name;
    if (!*run->variables) return label_path(run->outdir);
    text_clear(&label);
    variables_put(&label, run->variables);
    return label.data;
}

void label_put_end(text *out, const gem5art_run *run) {
    const char *cause;
    text reason = {NULL, 0, 0};
    describe_reason(&reason, run);
    cause = describe_cause(run, text_string(&reason));
    text_puts(out, text_string(&reason));
    if (run->start_time > 0 && run->end_time >= run->start_time) {
        text_puts(out, " after ");
        when_put_duration(out, run->end_time - run->start_time);
    }
    if (cause) text_putf(out, ": %.*s", 200, cause);
    text_free(&reason);
}

void label_find_attempt(label_attempt *a, gem5art_db *db, const gem5art_run *run) {
    gem5art_error error;
    gem5art_iter *attempts = gem5art_get_attempts(db, run, &error);
    const gem5art_run *attempt;
    memset(a, 0, sizeof *a);
    while (attempts && !a->finished && (attempt = gem5art_next_run(attempts, &error)) != NULL) {
        a->found = true;
        a->finished = text_same(attempt->status, "Finished");
        snprintf(a->id, sizeof a->id, "%.*s", LABEL_ID, attempt->id);
        text_clear(&a->status);
        text_clear(&a->end);
        text_clear(&a->name);
        text_clear(&a->outdir);
        text_puts(&a->status, attempt->status);
        label_put_end(&a->end, attempt);
        text_puts(&a->name, attempt->name);
        text_puts(&a->outdir, attempt->outdir);
    }
    gem5art_iter_close(attempts);
}

void label_free_attempt(label_attempt *a) {
    text_free(&a->status);
    text_free(&a->end);
    text_free(&a->name);
    text_free(&a->outdir);
}
