/* rows.h - the next row of an iterator as a pointer, NULL at the end and on failure, for tests that look at `error` anyway. */
#ifndef ROWS_H
#define ROWS_H

static GEM5ART__MAYBE_UNUSED const gem5art_run *next_run(gem5art_iter *iter, gem5art_error *why) {
    const gem5art_run *run;
    gem5art_step step = gem5art_next_run(iter, &run, why);
    return step == GEM5ART_ROW ? run : NULL;
}

static GEM5ART__MAYBE_UNUSED const gem5art_artifact *next_artifact(gem5art_iter *iter, gem5art_error *why) {
    const gem5art_artifact *artifact;
    gem5art_step step = gem5art_next_artifact(iter, &artifact, why);
    return step == GEM5ART_ROW ? artifact : NULL;
}

static GEM5ART__MAYBE_UNUSED const char *next_json(gem5art_iter *iter, size_t *length, gem5art_error *why) {
    const char *text;
    gem5art_step step = gem5art_next_json(iter, &text, length, why);
    return step == GEM5ART_ROW ? text : NULL;
}

#endif
