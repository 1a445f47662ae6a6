/* experiment.c - see experiment.h: what an experiment consists of; experiment_file.c reads it from a file. */

#include "experiment.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"

size_t experiment_add_artifact(experiment *e, experiment_artifact *artifact) {
    e->artifacts = (experiment_artifact **)text_room(e->artifacts, e->artifact_count, sizeof *e->artifacts);
    e->artifacts[e->artifact_count] = artifact;
    return e->artifact_count++;
}

experiment_run *experiment_add_run(experiment *e) {
    e->runs = (experiment_run *)text_room(e->runs, e->run_count, sizeof *e->runs);
    return (experiment_run *)memset(&e->runs[e->run_count++], 0, sizeof *e->runs);
}

bool experiment_register(experiment *e, gem5art_db *db, size_t index, gem5art_error *error) {
    experiment_artifact *a = e->artifacts[index];
    const gem5art_artifact **inputs = (const gem5art_artifact **)text_keep(text_alloc(a->input_count * sizeof *inputs));
    size_t i;
    memset(error, 0, sizeof *error);
    for (i = 0; i < a->input_count; i++)
        if ((inputs[i] = e->artifacts[a->inputs[i]]->artifact) == NULL) return false;
    a->desc.inputs = a->input_count ? inputs : NULL;
    a->desc.input_count = a->input_count;
    a->artifact = gem5art_register_artifact(db, &a->desc, error);
    return a->artifact != NULL;
}

static const size_t role_offsets[ROLES] = {
    offsetof(gem5art_run_desc, gem5_artifact), offsetof(gem5art_run_desc, gem5_git_artifact),
    offsetof(gem5art_run_desc, run_script_git_artifact), offsetof(gem5art_run_desc, linux_binary_artifact),
    offsetof(gem5art_run_desc, disk_image_artifact)};

bool experiment_has_commits(const experiment *e) {
    static const char *const placeholders[] = {EXPERIMENT_SCRIPT_COMMIT, EXPERIMENT_GEM5_COMMIT};
    size_t i;
    for (i = 0; i < 2 * e->run_count; i++) {
        const gem5art_run_desc *d = &e->runs[i / 2].desc;
        if (strstr(d->name, placeholders[i % 2]) || strstr(d->outdir, placeholders[i % 2])) return true;
    }
    return false;
}

/* Returns a text in which the commit of an artifact replaces a placeholder. */
static const char *put_commit(const char *format, const char *placeholder, const gem5art_artifact *repo) {
    text out = {NULL, 0, 0};
    const char *at;
    if (!strstr(format, placeholder)) return format;
    for (; (at = strstr(format, placeholder)) != NULL; format = at + strlen(placeholder)) {
        text_put(&out, format, (size_t)(at - format));
        text_putf(&out, "%.12s", repo->hash);
    }
    text_puts(&out, format);
    return (const char *)text_keep(out.data);
}

static const char *put_commits(const char *format, const gem5art_run_desc *d) {
    format = put_commit(format, EXPERIMENT_SCRIPT_COMMIT, d->run_script_git_artifact);
    return put_commit(format, EXPERIMENT_GEM5_COMMIT, d->gem5_git_artifact);
}

bool experiment_use_artifacts(experiment *e, experiment_run *run) {
    const gem5art_artifact **more, **to;
    size_t i;
    more = (const gem5art_artifact **)text_keep(text_alloc(run->more_count * sizeof *more));
    for (i = 0; i < (run->fs ? ROLES : ROLE_LINUX); i++) {
        to = (const gem5art_artifact **)(void *)((char *)&run->desc + role_offsets[i]);
        if ((*to = e->artifacts[run->roles[i]]->artifact) == NULL) return false;
    }
    for (i = 0; i < run->more_count; i++)
        if ((more[i] = e->artifacts[run->more[i]]->artifact) == NULL) return false;
    run->desc.artifacts = run->more_count ? more : NULL;
    run->desc.artifact_count = run->more_count;
    run->desc.name = put_commits(run->desc.name, &run->desc);
    run->desc.outdir = put_commits(run->desc.outdir, &run->desc);
    return true;
}

static void put_words(text *out, const char *const *words) {
    for (; words && *words; words++) {
        text_puts(out, " ");
        terminal_put_word(out, *words);
    }
}

void experiment_put_command(text *out, const experiment *e, const experiment_run *run, const char *folder) {
    const gem5art_run_desc *d = &run->desc;
    char *outdir = text_join(folder, d->outdir), *first = text_printf("--outdir=%s", outdir);
    const char *const *pair;
    const char *words[] = {d->gem5_binary, "-re", first, NULL}, *files[] = {d->run_script, NULL, NULL, NULL};
    for (pair = d->environment; pair && *pair; pair += 2) {
        text_putf(out, "%s=", pair[0]);
        terminal_put_word(out, pair[1]);
        text_puts(out, " ");
    }
    if (d->nice) text_putf(out, "nice -n %d ", d->nice);
    if (!words[0]) words[0] = e->artifacts[run->roles[ROLE_GEM5]]->desc.path;
    if (run->fs) files[1] = d->linux_binary ? d->linux_binary : e->artifacts[run->roles[ROLE_LINUX]]->desc.path;
    if (run->fs) files[2] = d->disk_image ? d->disk_image : e->artifacts[run->roles[ROLE_DISK]]->desc.path;
    terminal_put_word(out, words[0]);
    put_words(out, words + 1);
    put_words(out, d->gem5_options);
    put_words(out, files);
    put_words(out, d->params);
    free(outdir);
    free(first);
}
