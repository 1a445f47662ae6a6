/* experiment_file.c - reads an experiment file: sweeps over a matrix, and which of their runs are wanted. */

#include "experiment.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "reader.h"
#include "variables.h"

/* Adds a run for the row at hand, unless the command line excludes it. */
static void read_run(reader *r) {
    size_t i;
    for (i = 0; i < r->wanted.count; i++) r->wanted_found[i] |= variables_has(r->variables, r->wanted.items[i]);
    if (r->limit >= 0 && r->e->run_count >= (size_t)r->limit) return;
    if (variables_match(r->variables, r->wanted.items)) reader_add_run(r);
}

/* ---- sweeps */

static conditions read_conditions(const reader *r, const char *name) {
    conditions c = {gem5art_json_get(r->sweep, name), NULL, NULL};
    size_t count = c.array ? source_need(r->s, c.array, GEM5ART_JSON_ARRAY, name)->count : 0;
    c.holds = (bool *)text_keep(text_alloc(2 * count));
    c.held = c.holds + count;
    return c;
}

static bool scalar_is(const reader *r, const gem5art_json *wanted, const char *what, const char *value) {
    if (wanted->type == GEM5ART_JSON_NUMBER) return text_is(wanted->raw, wanted->raw_length, value);
    return text_same(source_scalar(r->s, wanted, what), value);
}

/* Does the row at hand have the values that an object names, or one of each array of values? */
static bool row_matches(const reader *r, const gem5art_json *object) {
    const gem5art_json *member = source_need(r->s, object, GEM5ART_JSON_OBJECT, "a row")->first, *item;
    bool matches = true;
    for (; member; member = member->next) {
        const char *value = reader_variable(r, member->raw, member->key, strlen(member->key));
        bool has = false;
        if (member->type != GEM5ART_JSON_ARRAY) has = scalar_is(r, member, member->key, value);
        else for (item = member->first; item && !has; item = item->next) has = scalar_is(r, item, "a value", value);
        matches = matches && has;
    }
    return matches;
}

/* Does any of the conditions hold for the row at hand? `when`: the member that each stands in, or NULL. */
static bool any_holds(const reader *r, conditions *c, const char *when) {
    const gem5art_json *object = c->array ? c->array->first : NULL;
    bool any = false;
    size_t i;
    for (i = 0; object; object = object->next, i++) {
        c->holds[i] = row_matches(r, when ? gem5art_json_get(object, when) : object);
        c->held[i] |= c->holds[i];
        any |= c->holds[i];
    }
    return any;
}

static void check_matches(const reader *r, const conditions *c, const char *what) {
    const gem5art_json *object = c->array ? c->array->first : NULL;
    size_t i;
    for (i = 0; object; object = object->next, i++)
        if (!c->held[i]) source_bad(r->s, object->raw, "this row of %s matches no row of the matrix: correct it", what);
}

/* A variable of the matrix, and its value in the row at hand. */
typedef struct axis {
    const gem5art_json *variable, *value;
} axis;

static size_t check_matrix(const reader *r, const gem5art_json *matrix) {
    const gem5art_json *variable = matrix->first, *value;
    size_t rows = 1;
    for (; variable; variable = variable->next) {
        source_need(r->s, variable, GEM5ART_JSON_ARRAY, "a variable of the matrix");
        if (!variables_is_name(variable->key))
            source_bad(r->s, variable->raw_key, "\"%s\" cannot be a variable: use letters, digits and _",
                       variable->key);
        if (!variable->count)
            source_bad(r->s, variable->raw, "the variable \"%s\" has no values: give some", variable->key);
        rows *= variable->count;
        if (rows > EXPERIMENT_ROWS)
            source_bad(r->s, variable->raw, "the matrix has more than %d rows: split the experiment", EXPERIMENT_ROWS);
        for (value = variable->first; value; value = value->next) source_scalar(r->s, value, "a value of the matrix");
    }
    return rows;
}

/* The axes of a matrix at its first row; or of a row of `include`, which has one value for each. */
static axis *read_axes(const gem5art_json *object, bool matrix) {
    axis *axes = (axis *)text_keep(text_alloc(object->count * sizeof *axes)), *a = axes;
    const gem5art_json *member = object->first;
    for (; member; member = member->next, a++) {
        a->variable = member;
        a->value = matrix ? member->first : member;
    }
    return axes;
}

/* Sets the row at hand to that of the axes, and moves them on to the next one. */
static void next_row(reader *r, axis *axes, size_t count) {
    const char **row = (const char **)text_keep(text_alloc((2 * count + 1) * sizeof *row));
    size_t i;
    for (i = 0; i < count; i++) {
        row[2 * i] = axes[i].variable->key;
        row[2 * i + 1] = source_scalar(r->s, axes[i].value, axes[i].variable->key);
    }
    while (i-- > 0) {
        if ((axes[i].value = axes[i].value->next) != NULL) break;
        axes[i].value = axes[i].variable->first;
    }
    r->variables = row;
    any_holds(r, &r->overrides, "when");
}

static void read_sweep(reader *r, const gem5art_json *sweep) {
    conditions exclude, include, only;
    const gem5art_json *matrix = gem5art_json_get(sweep, "matrix"), *row;
    size_t rows = 1;
    axis *axes = NULL;
    reader_check_keys(r, sweep, IN_SWEEP, "a sweep");
    r->sweep = sweep;
    exclude = read_conditions(r, "exclude");
    include = read_conditions(r, "include");
    only = read_conditions(r, "only");
    r->overrides = read_conditions(r, "overrides");
    for (row = r->overrides.array ? r->overrides.array->first : NULL; row; row = row->next) {
        reader_check_keys(r, row, IN_OVERRIDE, "an override");
        if (!gem5art_json_get(row, "when"))
            source_bad(r->s, row->raw, "the override has no \"when\": add the variables that it applies to");
    }
    if (matrix) rows = check_matrix(r, source_need(r->s, matrix, GEM5ART_JSON_OBJECT, "matrix"));
    if (matrix) axes = read_axes(matrix, true);
    for (; rows > 0; rows--) {
        bool excluded, chosen;
        next_row(r, axes, matrix ? matrix->count : 0);
        excluded = any_holds(r, &exclude, NULL);
        chosen = any_holds(r, &only, NULL) || !only.array;
        if (chosen && !excluded) read_run(r);
    }
    check_matches(r, &exclude, "exclude");
    check_matches(r, &only, "only");
    for (row = include.array ? include.array->first : NULL; row; row = row->next) {
        next_row(r, read_axes(source_need(r->s, row, GEM5ART_JSON_OBJECT, "a row of include"), false), row->count);
        read_run(r);
    }
    check_matches(r, &r->overrides, "overrides");
}

/* ---- runs that are given twice */

static int compare_keys(const void *a, const void *b) {
    const experiment_run *x = *(experiment_run *const *)a, *y = *(experiment_run *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

/* No two runs may have one outdir, or be one experiment. */
static void check_twice(reader *r, bool outdirs) {
    size_t count = r->e->run_count, i;
    experiment_run **sorted = (experiment_run **)text_alloc(count * sizeof *sorted), *run = NULL, *earlier = NULL;
    for (i = 0; i < count; i++) {
        sorted[i] = &r->e->runs[i];
        sorted[i]->key = outdirs ? sorted[i]->desc.outdir : sorted[i]->identity;
    }
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (i = 1; i < count; i++)
        if (text_same(sorted[i - 1]->key, sorted[i]->key) && (!run || sorted[i] < run))
            run = sorted[i], earlier = sorted[i - 1];
    free(sorted);
    if (!run) return;
    text_clear(&r->scratch);
    variables_put(&r->scratch, earlier->desc.variables);
    text_puts(&r->scratch, "; ");
    variables_put(&r->scratch, run->desc.variables);
    if (outdirs)
        source_bad(r->s, run->outdir, "two runs have the outdir \"%s\" (%s): make their outdirs differ", run->key,
            text_string(&r->scratch));
    source_bad(r->s, run->sweep,
        "two runs are one experiment, in \"%s\" and \"%s\" (%s): remove one, or make their artifacts, run_script, "
        "gem5_options or params differ",
        earlier->desc.outdir, run->desc.outdir, text_string(&r->scratch));
}

/* Orders paths so that all that is in a folder follows it. */
static int compare_folders(const void *a, const void *b) {
    const char *x = (*(experiment_run *const *)a)->desc.outdir, *y = (*(experiment_run *const *)b)->desc.outdir;
    while (*x && *x == *y) x++, y++;
    if (*x == '/' || *y == '/') return *y == 0 ? 1 : *x == 0 ? -1 : (*y == '/') - (*x == '/');
    return (unsigned char)*x - (unsigned char)*y;
}

/* Warns of an outdir in that of another run. */
static void note_nested(reader *r) {
    size_t count = r->e->run_count, i;
    experiment_run **sorted = (experiment_run **)text_alloc(count * sizeof *sorted);
    text line = {NULL, 0, 0};
    for (i = 0; i < count; i++) sorted[i] = &r->e->runs[i];
    qsort(sorted, count, sizeof *sorted, compare_folders);
    for (i = 1; i < count && !line.length; i++) {
        const char *outer = sorted[i - 1]->desc.outdir, *inner = sorted[i]->desc.outdir;
        if (!text_starts(inner, outer) || inner[strlen(outer)] != '/') continue;
        source_put_place(&line, r->s, sorted[i - 1]->outdir);
        text_putf(&line, "the outdir \"%s\" has that of another run in it, \"%s\": its archive holds both, and a kernel "
                  "panic there ends both: make them separate folders", outer, inner);
        text_list_add(&r->e->warnings, text_copy(line.data));
    }
    text_free(&line);
    free(sorted);
}

/* ---- the file */

static void read_where(reader *r) {
    size_t i;
    for (i = 0; r->where && i < r->where->count; i++)
        if (!variables_add_conditions(&r->wanted, r->where->items[i]))
            die(EXIT_MISUSE, "--where: \"%s\" does not compare a variable: give VAR=VALUE, as in cpu=o3,atomic",
                r->where->items[i]);
    r->wanted_found = (bool *)text_keep(text_alloc(r->wanted.count));
}

/* Appends the names of the variables that any matrix has, or the values of one of them, each once. */
static void list_variables(const reader *r, const char *name, text_list *list) {
    const gem5art_json *sweep = gem5art_json_get(r->s->root, "sweeps")->first, *variable, *value, *matrix;
    for (; sweep; sweep = sweep->next) {
        matrix = gem5art_json_get(sweep, "matrix");
        for (variable = matrix ? matrix->first : NULL; variable; variable = variable->next) {
            if (!name && !text_list_has(list, variable->key)) text_list_add(list, variable->key);
            for (value = name && text_same(variable->key, name) ? variable->first : NULL; value; value = value->next) {
                const char *word = source_scalar(r->s, value, variable->key);
                if (!text_list_has(list, word)) text_list_add(list, word);
            }
        }
    }
}

/* No row has this condition. */
__attribute__((noreturn)) static void bad_where(const reader *r, const char *condition) {
    char *name = text_copy_n(condition, strcspn(condition, "="));
    text_list names = {NULL, 0}, values = {NULL, 0};
    text why = {NULL, 0, 0};
    list_variables(r, NULL, &names);
    list_variables(r, name, &values);
    variables_put_unknown(&why, condition, &names, &values);
    die(EXIT_FAILED, "%s: %s", r->e->path, why.data);
}

/* Each value of each --where must be that of a row. The first of several conditions has all of it, as a value. */
static void check_where(const reader *r) {
    size_t i, at = 0, count;
    for (i = 0; r->where && i < r->where->count; i++, at += count) {
        text_list one = {NULL, 0};
        size_t k;
        variables_add_conditions(&one, r->where->items[i]);
        count = one.count;
        text_list_free(&one);
        if (r->wanted_found[at]) continue;
        for (k = at + (count > 1); k < at + count; k++)
            if (!r->wanted_found[k]) bad_where(r, r->wanted.items[k]);
    }
}

/* Notes the artifacts that no run needs, of an experiment that was read whole. */
static void note_unused(const reader *r, const gem5art_json *artifacts) {
    const gem5art_json *definition = artifacts ? artifacts->first : NULL;
    text line = {NULL, 0, 0};
    size_t i;
    if (r->wanted.count || r->limit >= 0) return;
    for (; definition; definition = definition->next) {
        for (i = 0; i < r->e->artifact_count && r->e->artifacts[i]->definition != definition;) i++;
        if (i < r->e->artifact_count) continue;
        text_clear(&line);
        source_put_place(&line, r->s, definition->raw_key);
        text_putf(&line, "no run uses the artifact \"%s\": name it in \"artifacts\" of a run, or remove it",
                  definition->key);
        text_list_add(&r->e->warnings, text_copy(line.data));
    }
    text_free(&line);
}

/* Options for Slurm, which are not part of the experiment. */
static void read_sbatch(reader *r) {
    const gem5art_json *array = gem5art_json_get(r->s->root, "sbatch"), *item;
    if (!array) return;
    item = source_need(r->s, array, GEM5ART_JSON_ARRAY, "sbatch")->first;
    for (; item; item = item->next) {
        const char *word = source_need(r->s, item, GEM5ART_JSON_STRING, "an option of sbatch")->text;
        if (word[0] != '-' || strpbrk(word, "\n\r"))
            source_bad(r->s, item->raw, "\"%s\" is not an option of sbatch: write one as in \"--partition=long\"", word);
        text_list_add(&r->e->sbatch, word);
    }
}

static experiment *read_source(const source *s, const text_list *where, int64_t limit) {
    reader r = {.s = s, .where = where, .limit = limit};
    const gem5art_json *sweeps, *artifacts, *sweep;
    r.e = (experiment *)text_keep(text_alloc(sizeof *r.e));
    r.e->path = s->path;
    read_where(&r);
    reader_check_keys(&r, s->root, IN_TOP, "an experiment");
    artifacts = gem5art_json_get(s->root, "artifacts");
    if (artifacts) source_need(s, artifacts, GEM5ART_JSON_OBJECT, "artifacts");
    read_sbatch(&r);
    sweeps = gem5art_json_get(s->root, "sweeps");
    if (!sweeps) source_bad(s, s->root->raw, "the experiment has no sweeps: add \"sweeps\": [...]");
    sweep = source_need(s, sweeps, GEM5ART_JSON_ARRAY, "sweeps")->first;
    for (; sweep; sweep = sweep->next) read_sweep(&r, sweep);
    check_where(&r);
    if (!r.e->run_count) source_bad(s, sweeps->raw, "there are no runs: see the sweeps, --where and --limit");
    check_twice(&r, true);
    check_twice(&r, false);
    note_nested(&r);
    note_unused(&r, artifacts);
    text_list_free(&r.wanted);
    text_free(&r.scratch);
    return r.e;
}

experiment *experiment_parse(const char *path, text *content, const text_list *where, int64_t limit) {
    return read_source(source_parse(path, content), where, limit);
}

experiment *experiment_read(const char *path, const text_list *where, int64_t limit) {
    return read_source(source_read(path), where, limit);
}
