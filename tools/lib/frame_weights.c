/* frame_weights.c - the rows of a frame whose runs are simpoints; see frame_builder.h */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frame_builder.h"
#include "keys.h"
#include "message.h"
#include "weights.h"

/* The path of a group's file of weights: with the values of its variables. To be freed; NULL, after a message: a run
   has no such variable. */
static char *frame_weights_path(const frame_builder *b, const chosen_run *run) {
    text path = {NULL, 0, 0};
    const char *at = b->request->weights, *end;
    for (; *at; at++) {
        if (*at == '{' && (end = strchr(at, '}')) != NULL) {
            char *name = text_copy_n(at + 1, (size_t)(end - at - 1));
            bool known = frame_find(b->f, "--weights", name) != SIZE_MAX;
            text_puts(&path, frame_value(run, name));
            free(name);
            if (!known) {
                text_free(&path);
                return NULL;
            }
            at = end;
        } else text_put(&path, at, 1);
    }
    text_puts(&path, "");
    return path.data;
}

/* The key that the runs of all simpoints of a program share. To be freed. */
static char *frame_program(const frame_builder *b, const chosen_run *run) {
    text key = {NULL, 0, 0};
    size_t i;
    for (i = 0; i < b->f->variables.count; i++) {
        const char *value = frame_value(run, b->f->variables.items[i]);
        text_putf(&key, "%zu:%s", strlen(value), value);
    }
    text_puts(&key, "");
    return key.data ? key.data : text_copy("");
}

/* Appends " bench=mcf cpu=o3". */
static void frame_put_program(text *out, const frame_builder *b, const chosen_run *run) {
    size_t i;
    for (i = 0; i < b->f->variables.count; i++) {
        const char *value = frame_value(run, b->f->variables.items[i]);
        if (*value) text_putf(out, " %s=%s", b->f->variables.items[i], value);
    }
}

/* Reports simpoints of a program that have no run, or several; then it returns false. */
static bool frame_check_simpoints(const frame_builder *b, const weights *w, const char *path, const size_t *runs,
                                  size_t run_count) {
    const char *by = b->request->weights_by ? b->request->weights_by : FRAME_SIMPOINT;
    text missing = {NULL, 0, 0}, several = {NULL, 0, 0}, program = {NULL, 0, 0};
    size_t i, k, count;
    bool ok;
    for (i = 0; i < w->count; i++) {
        for (k = 0, count = 0; k < run_count; k++)
            count += strcmp(frame_value(&b->chosen.runs[runs[k]], by), w->simpoints[i]) == 0;
        if (count == 0) text_putf(&missing, "%s%s", missing.length ? ", " : "", w->simpoints[i]);
        if (count > 1) text_putf(&several, "%s%s", several.length ? ", " : "", w->simpoints[i]);
    }
    ok = !missing.length && !several.length;
    frame_put_program(&program, b, &b->chosen.runs[runs[0]]);
    if (several.length)
        say("--weights:%s has several runs with %s=%s: select one, as by --name or --since", text_string(&program), by,
            several.data);
    else if (missing.length)
        say("--weights:%s has no good run with %s=%s, which %s has a weight for", text_string(&program), by,
            missing.data, path);
    else if (fabs(w->sum - 1) > 0.01)
        warn("the weights in %s sum to %g, not 1: values are divided by it", path, w->sum);
    text_free(&program);
    text_free(&several);
    text_free(&missing);
    return ok;
}

/* Adds the row of a program: its runs' statistics, weighted. */
static bool frame_put_weighted(frame_builder *b, const size_t *runs, size_t run_count) {
    const chosen_run *first = &b->chosen.runs[runs[0]];
    const char *by = b->request->weights_by ? b->request->weights_by : FRAME_SIMPOINT;
    char *path = frame_weights_path(b, first);
    text why = {NULL, 0, 0};
    weights w;
    size_t i, place;
    bool ok = path != NULL;
    if (!ok) return false;
    ok = weights_read(&w, path, &why);
    if (!ok) say("%s", text_string(&why));
    ok = ok && frame_check_simpoints(b, &w, path, runs, run_count);
    for (i = 0; ok && i < run_count; i++) {
        place = weights_find(&w, frame_value(&b->chosen.runs[runs[i]], by));
        if (place == SIZE_MAX) {
            say("%s has no weight for %s=%s (run %.8s)", path, by, frame_value(&b->chosen.runs[runs[i]], by),
                b->chosen.runs[runs[i]].id);
            ok = false;
        } else cells_add_dump(&b->cells, b->runs[runs[i]].dumps, w.values[place] / w.sum);
    }
    if (ok) frame_put_row(b, first, run_count, SIZE_MAX);
    weights_free(&w);
    text_free(&why);
    free(path);
    return ok;
}

bool frame_put_weighted_rows(frame_builder *b) {
    char **keys = (char **)text_alloc((b->chosen.count + 1) * sizeof *keys);
    size_t *groups = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *groups);
    size_t *runs = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *runs), *with = runs, i, k, count, group_count;
    bool ok = true;
    size_t *usable = (size_t *)text_alloc((b->chosen.count + 1) * sizeof *usable), usable_count = 0;
    for (i = 0; i < b->chosen.count; i++)
        if (b->runs[i].count) usable[usable_count++] = i;
    for (i = 0; i < usable_count; i++) keys[i] = frame_program(b, &b->chosen.runs[usable[i]]);
    group_count = keys_number((const char *const *)keys, usable_count, groups);
    for (i = 0; ok && i < group_count; i++) {
        for (k = 0, count = 0; k < usable_count; k++)
            if (groups[k] == i) with[count++] = usable[k];
        ok = frame_put_weighted(b, with, count);
    }
    for (i = 0; i < usable_count; i++) free(keys[i]);
    free(keys);
    free(groups);
    free(runs);
    free(usable);
    return ok;
}
