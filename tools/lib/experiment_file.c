/* experiment_file.c - reads an experiment file: a table of keys, sweeps over a matrix, errors with line and column. */

#include "experiment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "variables.h"
#include "when.h"

/* ---- the keys */

enum { IN_TOP = 1, IN_SWEEP = 2, IN_OVERRIDE = 4, IN_ARTIFACT = 8, IN_RUN = 7, KEY_REQUIRED = 16, KEY_FS = 32 };

typedef enum key_kind {
    KEY_TEXT,
    KEY_TEXTS, KEY_FILLED, KEY_CHECKED, /* arrays: of any texts, without empty ones, of those that the library takes */
    KEY_PAIRS,  /* an object of texts */
    KEY_UNLESS, /* sets the negation */
    KEY_NUMBER, /* from -limit to limit */
    KEY_TIME, KEY_MODE, KEY_ROLE, KEY_FURTHER, KEY_OTHER
} key_kind;

typedef struct key {
    const char *name;
    int flags;     /* where it is allowed, and whether it is required */
    key_kind kind;
    size_t offset; /* in gem5art_run_desc or gem5art_artifact_desc */
    int limit;     /* KEY_ROLE: the role */
} key;

#define KEY_RUN(field, flags, kind, limit) {#field, IN_RUN | (flags), kind, offsetof(gem5art_run_desc, field), limit}
#define KEY_ARTIFACT(field, flags) {#field, IN_ARTIFACT | (flags), KEY_TEXT, offsetof(gem5art_artifact_desc, field), 0}
#define KEY_ELSE(name, flags) {name, flags, KEY_OTHER, 0, 0}

static const key keys[] = {
    {"mode", IN_RUN | KEY_REQUIRED, KEY_MODE, 0, 0},
    KEY_RUN(name, KEY_REQUIRED, KEY_TEXT, 0), KEY_RUN(run_script, KEY_REQUIRED, KEY_TEXT, 0),
    KEY_RUN(outdir, KEY_REQUIRED, KEY_TEXT, 0), KEY_RUN(gem5_binary, 0, KEY_TEXT, 0),
    KEY_RUN(linux_binary, KEY_FS, KEY_TEXT, 0), KEY_RUN(disk_image, KEY_FS, KEY_TEXT, 0),
    KEY_RUN(params, 0, KEY_TEXTS, 0), KEY_RUN(environment, 0, KEY_PAIRS, 0),
    KEY_RUN(gem5_options, 0, KEY_CHECKED, 0), KEY_RUN(accept, 0, KEY_CHECKED, 0),
    KEY_RUN(fail_on, 0, KEY_FILLED, 0), KEY_RUN(timeout, 0, KEY_TIME, 0), KEY_RUN(stall, 0, KEY_TIME, 0),
    {"probe", IN_RUN, KEY_UNLESS, offsetof(gem5art_run_desc, no_probe), 0},
    KEY_RUN(nice, 0, KEY_NUMBER, 20), KEY_RUN(priority, 0, KEY_NUMBER, 1000000),
    KEY_RUN(gem5_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_GEM5),
    KEY_RUN(gem5_git_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_GEM5_GIT),
    KEY_RUN(run_script_git_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_SCRIPT_GIT),
    KEY_RUN(linux_binary_artifact, KEY_REQUIRED | KEY_FS, KEY_ROLE, ROLE_LINUX),
    KEY_RUN(disk_image_artifact, KEY_REQUIRED | KEY_FS, KEY_ROLE, ROLE_DISK),
    {"artifacts", IN_RUN, KEY_FURTHER, 0, 0},
    KEY_ELSE("sweeps", IN_TOP), KEY_ELSE("when", IN_OVERRIDE), KEY_ELSE("matrix", IN_SWEEP), KEY_ELSE("only", IN_SWEEP),
    KEY_ELSE("exclude", IN_SWEEP), KEY_ELSE("include", IN_SWEEP), KEY_ELSE("overrides", IN_SWEEP),
    KEY_ARTIFACT(name, 0), KEY_ARTIFACT(type, KEY_REQUIRED), KEY_ARTIFACT(path, KEY_REQUIRED),
    KEY_ARTIFACT(documentation, KEY_REQUIRED), KEY_ARTIFACT(cwd, 0), KEY_ARTIFACT(command, 0),
    KEY_ARTIFACT(architecture, 0), KEY_ARTIFACT(url, 0), KEY_ARTIFACT(version, 0), KEY_ELSE("inputs", IN_ARTIFACT)};

static const key *const keys_end = keys + sizeof keys / sizeof *keys;

/* ---- reading, and errors with their place */

/* An array of conditions on the matrix variables. */
typedef struct conditions {
    const gem5art_json *array;   /* NULL: there is none */
    bool *holds, *held;          /* for each: does it match the row at hand, has it matched any? */
} conditions;

typedef struct reader {
    experiment *e;
    const char *source;           /* the file, with its comments blanked */
    const gem5art_json *sweep;
    conditions overrides;
    const char *const *variables; /* of the row at hand */
    const char *const *only;
    bool *only_found;             /* for each of `only`: a row has it */
    int64_t limit;
    text scratch;
} reader;

/* `at` points into the source, or into the raw text of the parsed JSON, which is the source from its first token on. */
__attribute__((format(printf, 3, 4), noreturn)) static void bad(const reader *r, const char *at, const char *format,
                                                                ...) {
    const char *place = r->e->json ? r->source + strspn(r->source, " \t\r\n") + (at - r->e->json->raw) : at, *c;
    size_t line = 1, column = 1;
    text message = {NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    text_vputf(&message, format, arguments);
    va_end(arguments);
    for (c = r->source; c < place; c++) {
        column++;
        if (*c == '\n') line++, column = 1;
    }
    die(EXIT_FAILED, "%s:%zu:%zu: %s", r->e->path, line, column, message.data);
}

static const char *const json_types[] = {"null", "true or false", "a number", "a string", "an array", "an object"};

static const gem5art_json *need(const reader *r, const gem5art_json *value, gem5art_json_type type, const char *what) {
    if (value->type != type)
        bad(r, value->raw, "%s must be %s, not %s", what, json_types[type], json_types[value->type]);
    return value;
}

/* `problem` is that a word is none of `names`. */
__attribute__((noreturn)) static void bad_word(const reader *r, const char *at, const char *problem, const char *word,
                                               const text_list *names, const char *advice) {
    const char *near = names->count ? nearest_word(word, names->items) : NULL;
    if (near) bad(r, at, "%s: did you mean \"%s\"?", problem, near);
    bad(r, at, "%s: %s", problem, advice);
}

/* The value must be an object with no other keys than those that are allowed in `where`. */
static void check_keys(const reader *r, const gem5art_json *object, int where, const char *what) {
    const gem5art_json *member = need(r, object, GEM5ART_JSON_OBJECT, what)->first;
    const key *k;
    text_list names = {NULL, 0};
    for (k = keys; k < keys_end; k++)
        if (k->flags & where) text_list_add(&names, k->name);
    for (; member; member = member->next)
        if (!text_list_has(&names, member->key))
            bad_word(r, member->raw_key, text_printf("unknown key \"%s\" of %s", member->key, what), member->key,
                     &names, "correct or remove it");
    text_list_free(&names);
}

/* ---- texts and their variables */

/* The variable's value in the row at hand; `at`: where it is named. */
static const char *value_in_row(const reader *r, const char *at, const char *name, size_t length) {
    const char *value = variables_get(r->variables, name, length), *const *variable;
    text_list names = {NULL, 0};
    if (value) return value;
    for (variable = r->variables; *variable; variable += 2) text_list_add(&names, *variable);
    bad_word(r, at, text_printf("the variable {%.*s} is not in the matrix", (int)length, name),
             text_copy_n(name, length), &names, "add it there, or write {{ for a brace");
}

/* A string, or a number as it is written. */
static const char *scalar(const reader *r, const gem5art_json *value, const char *what) {
    if (value->type == GEM5ART_JSON_NUMBER) return text_keep(text_copy_n(value->raw, value->raw_length));
    if (value->type != GEM5ART_JSON_STRING)
        bad(r, value->raw, "%s must be a string or a number, not %s", what, json_types[value->type]);
    if (strlen(value->text) != value->length) bad(r, value->raw, "%s contains a NUL: remove it", what);
    return value->text;
}

/* Replaces the variables in a text that stands `at` a place. */
static const char *expand(reader *r, const char *at, const char *format) {
    const char *c = format;
    if (!format[strcspn(format, "{}")]) return format;
    for (text_clear(&r->scratch); *c; c++) {
        size_t length = strcspn(c + 1, "}");
        if ((*c == '{' || *c == '}') && c[1] == *c) text_put(&r->scratch, c++, 1);
        else if (*c == '{' && c[1 + length]) {
            text_puts(&r->scratch, value_in_row(r, at, c + 1, length));
            c += 1 + length;
        } else if (*c == '{' || *c == '}')
            bad(r, at, "a %c without its partner in \"%s\": write it twice for a brace", *c, format);
        else text_put(&r->scratch, c, 1);
    }
    return text_keep(text_copy_n(text_string(&r->scratch), r->scratch.length));
}

static const char *read_text(reader *r, const gem5art_json *value, const char *what, bool filled) {
    const char *content = expand(r, value->raw, scalar(r, value, what));
    if (filled && !*content) bad(r, value->raw, "%s is empty: fill it in, or remove it", what);
    return content;
}

/* ---- artifacts: each is read when a run or another artifact first needs it */

static size_t read_artifact(reader *r, const gem5art_json *reference, const experiment_artifact *outer);

static size_t *read_artifacts(reader *r, const gem5art_json *array, const char *what, const experiment_artifact *outer,
                              size_t *count) {
    const gem5art_json *item = need(r, array, GEM5ART_JSON_ARRAY, what)->first;
    size_t *places = (size_t *)text_keep(text_alloc((array->count + 1) * sizeof *places));
    for (; item; item = item->next) places[(*count)++] = read_artifact(r, item, outer);
    return places;
}

/* The definition that a reference names: that of the expanded name, else one whose key is the reference as written. */
static const gem5art_json *find_definition(reader *r, const gem5art_json *reference) {
    const gem5art_json *artifacts = gem5art_json_get(r->e->json, "artifacts"), *definition, *m;
    const char *written = need(r, reference, GEM5ART_JSON_STRING, "the name of an artifact")->text;
    const char *name = expand(r, reference->raw, written);
    text_list names = {NULL, 0};
    if ((definition = gem5art_json_get(artifacts, name)) != NULL) return definition;
    if ((definition = gem5art_json_get(artifacts, written)) != NULL) return definition;
    for (m = artifacts ? artifacts->first : NULL; m; m = m->next) text_list_add(&names, m->key);
    bad_word(r, reference->raw, text_printf("there is no artifact \"%s\"", name), written, &names,
             "define it in \"artifacts\"");
}

/* Returns the index of the artifact that a reference names. A new one is added after its inputs. */
static size_t read_artifact(reader *r, const gem5art_json *reference, const experiment_artifact *outer) {
    experiment_artifact *a = (experiment_artifact *)text_keep(text_alloc(sizeof *a)), *b;
    const gem5art_json *definition = a->definition = find_definition(r, reference), *value;
    text description = {NULL, 0, 0};
    const char **to;
    const key *k;
    size_t i;
    a->desc.name = expand(r, definition->raw, definition->key);
    for (a->outer = outer; outer; outer = outer->outer)
        if (outer->definition == definition)
            bad(r, reference->raw, "the artifact \"%s\" is its own input: remove it from these inputs", a->desc.name);
    check_keys(r, definition, IN_ARTIFACT, "an artifact");
    for (k = keys; k < keys_end; k++) {
        if (!(k->flags & IN_ARTIFACT) || k->kind != KEY_TEXT) continue;
        value = gem5art_json_get(definition, k->name);
        to = (const char **)(void *)((char *)&a->desc + k->offset);
        if (value) *to = read_text(r, value, k->name, (k->flags & KEY_REQUIRED) != 0);
        else if (k->flags & KEY_REQUIRED)
            bad(r, definition->raw, "the artifact \"%s\" has no %s: add it", a->desc.name, k->name);
        if (*to) text_putf(&description, "%s %zu:%s ", k->name, strlen(*to), *to);
    }
    if (strlen(a->desc.documentation) < 10)
        bad(r, gem5art_json_get(definition, "documentation")->raw,
            "the documentation \"%s\" is too short: give at least 10 characters", a->desc.documentation);
    value = gem5art_json_get(definition, "inputs");
    if (value) a->inputs = read_artifacts(r, value, "inputs", a, &a->input_count);
    for (i = 0; i < a->input_count; i++) text_putf(&description, "%zu ", a->inputs[i]);
    a->description = text_keep(text_copy_n(description.data, description.length));
    text_free(&description);
    for (i = 0; i < r->e->artifact_count; i++) {
        b = r->e->artifacts[i];
        if (b->definition != definition) continue;
        if (text_same(a->description, b->description)) return i;
        if (text_same(a->desc.path, b->desc.path) && text_same(a->desc.type, b->desc.type))
            bad(r, definition->raw, "the artifact \"%s\" has two descriptions for one path, \"%s\": use two paths",
                a->desc.name, a->desc.path);
    }
    return experiment_add_artifact(r->e, a);
}

/* ---- runs */

/* The value of a key for the row at hand: from the last override that matches it, else the sweep, else the file. */
static const gem5art_json *value_of(const reader *r, const char *name) {
    const gem5art_json *value = NULL, *object = r->overrides.array ? r->overrides.array->first : NULL, *own;
    const bool *holds = r->overrides.holds;
    for (; object; object = object->next)
        if (*holds++ && (own = gem5art_json_get(object, name)) != NULL) value = own;
    if (!value) value = gem5art_json_get(r->sweep, name);
    if (!value && !text_same(name, "artifacts")) value = gem5art_json_get(r->e->json, name);
    return value;
}

/* Lets the library check one text of gem5_options or accept; other errors of this incomplete run do not count. */
static void check_text(const reader *r, const gem5art_json *item, const key *k, const char *content) {
    const char *one[2] = {NULL, NULL}, *message;
    gem5art_run_desc desc = {.name = "run", .run_script = "run", .outdir = "run"};
    gem5art_error error;
    one[0] = content;
    *(const char *const **)(void *)((char *)&desc + k->offset) = one;
    if (gem5art_check_run(&desc, false, &error)) return;
    message = strstr(error.message, k->name);
    if (message) bad(r, item->raw, "%s", message);
}

/* Reads an array of texts, or an object of them as name, value, ...; NULL-terminated. */
static const char *const *read_texts(reader *r, const gem5art_json *value, const key *k) {
    bool pairs = k->kind == KEY_PAIRS;
    const gem5art_json *item = need(r, value, pairs ? GEM5ART_JSON_OBJECT : GEM5ART_JSON_ARRAY, k->name)->first;
    const char **texts = (const char **)text_keep(text_alloc((2 * value->count + 1) * sizeof *texts));
    size_t n = 0;
    for (; item; item = item->next, n++) {
        if (pairs && (!variables_is_name(item->key) || strlen(item->key) != item->key_length))
            bad(r, item->raw_key, "\"%s\" cannot be an environment variable: correct its name", item->key);
        if (pairs) texts[n++] = item->key;
        texts[n] = read_text(r, item, k->name, k->kind == KEY_FILLED);
        if (k->kind == KEY_CHECKED) check_text(r, item, k, texts[n]);
    }
    return texts;
}

static void read_key(reader *r, experiment_run *run, const key *k) {
    const gem5art_json *value = value_of(r, k->name);
    void *to = (char *)&run->desc + k->offset;
    const char *word;
    bool repo;
    if (k->flags & KEY_FS && !run->fs) {
        value = gem5art_json_get(r->sweep, k->name);
        if (value) bad(r, value->raw, "%s is for fs runs: set \"mode\": \"fs\", or remove it", k->name);
        return;
    }
    if (!value && k->flags & KEY_REQUIRED)
        bad(r, r->sweep->raw, "the sweep has no %s%s: add %s", k->name, k->flags & KEY_FS ? ", which fs runs need" : "",
            k->kind == KEY_MODE ? "\"mode\": \"se\" or \"fs\"" : "it");
    if (!value) return;
    switch (k->kind) {
    case KEY_OTHER: break;
    case KEY_TEXT: *(const char **)to = read_text(r, value, k->name, true); break;
    case KEY_TEXTS:
    case KEY_FILLED:
    case KEY_CHECKED:
    case KEY_PAIRS: *(const char *const **)to = read_texts(r, value, k); break;
    case KEY_TIME:
        word = read_text(r, value, k->name, false);
        if (!when_timeout(word, (double *)to))
            bad(r, value->raw, "the %s \"%s\" is not a time: give seconds, or \"30m\", \"12h\", \"2d\", or \"none\"",
                k->name, word);
        break;
    case KEY_UNLESS: *(bool *)to = !need(r, value, GEM5ART_JSON_BOOL, k->name)->boolean; break;
    case KEY_NUMBER:
        need(r, value, GEM5ART_JSON_NUMBER, k->name);
        if (!value->is_integer || value->integer < -k->limit || value->integer > k->limit)
            bad(r, value->raw, "%s must be a whole number from %d to %d", k->name, -k->limit, k->limit);
        *(int *)to = (int)value->integer;
        break;
    case KEY_MODE:
        word = scalar(r, value, k->name);
        run->fs = text_same(word, "fs");
        if (!run->fs && !text_same(word, "se")) bad(r, value->raw, "unknown mode \"%s\": give se or fs", word);
        break;
    case KEY_ROLE:
        repo = k->limit == ROLE_GEM5_GIT || k->limit == ROLE_SCRIPT_GIT;
        run->roles[k->limit] = read_artifact(r, value, NULL);
        word = r->e->artifacts[run->roles[k->limit]]->desc.type;
        if (repo != text_same(word, "git repo"))
            bad(r, value->raw, "%s is a \"%s\": name an artifact that is %sa \"git repo\"", k->name, word,
                repo ? "" : "not ");
        break;
    case KEY_FURTHER: run->more = read_artifacts(r, value, k->name, NULL, &run->more_count); break;
    }
}

/* Sets what makes a run the experiment that it is: what the library's hash of a run covers. */
static void identify(reader *r, experiment_run *run) {
    const char *const *item;
    text *id = &r->scratch;
    size_t i;
    text_clear(id);
    for (i = 0; i < (run->fs ? ROLES : ROLE_LINUX); i++) text_putf(id, "%zu ", run->roles[i]);
    for (i = 0; i < run->more_count; i++) text_putf(id, "+%zu ", run->more[i]);
    text_putf(id, "%s %s", run->fs ? "fs" : "se", run->desc.run_script);
    for (item = run->desc.gem5_options; item && *item; item++) text_putf(id, " -%zu:%s", strlen(*item), *item);
    for (item = run->desc.params; item && *item; item++) text_putf(id, " %zu:%s", strlen(*item), *item);
    run->identity = text_keep(text_copy_n(id->data, id->length));
}

/* Adds a run for the row at hand, unless the command line excludes it. */
static void read_run(reader *r) {
    experiment_run *run;
    const key *k;
    size_t i;
    for (i = 0; r->only && r->only[i]; i++) r->only_found[i] |= variables_has(r->variables, r->only[i]);
    if (!variables_match(r->variables, r->only) || (r->limit >= 0 && r->e->run_count >= (size_t)r->limit)) return;
    run = experiment_add_run(r->e);
    for (k = keys; k < keys_end; k++)
        if (k->flags & IN_SWEEP) read_key(r, run, k);
    run->desc.variables = r->variables;
    run->sweep = r->sweep->raw;
    run->outdir = value_of(r, "outdir")->raw;
    identify(r, run);
}

/* ---- sweeps */

static conditions read_conditions(const reader *r, const char *name) {
    conditions c = {gem5art_json_get(r->sweep, name), NULL, NULL};
    size_t count = c.array ? need(r, c.array, GEM5ART_JSON_ARRAY, name)->count : 0;
    c.holds = (bool *)text_keep(text_alloc(2 * count));
    c.held = c.holds + count;
    return c;
}

static bool scalar_is(const reader *r, const gem5art_json *wanted, const char *what, const char *value) {
    if (wanted->type == GEM5ART_JSON_NUMBER) return text_is(wanted->raw, wanted->raw_length, value);
    return text_same(scalar(r, wanted, what), value);
}

/* Does the row at hand have the values that an object names, or one of each array of values? */
static bool row_matches(const reader *r, const gem5art_json *object) {
    const gem5art_json *member = need(r, object, GEM5ART_JSON_OBJECT, "a row")->first, *item;
    bool matches = true;
    for (; member; member = member->next) {
        const char *value = value_in_row(r, member->raw, member->key, strlen(member->key));
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
        if (!c->held[i]) bad(r, object->raw, "this row of %s matches no row of the matrix: correct it", what);
}

/* A variable of the matrix, and its value in the row at hand. */
typedef struct axis {
    const gem5art_json *variable, *value;
} axis;

static size_t check_matrix(const reader *r, const gem5art_json *matrix) {
    const gem5art_json *variable = matrix->first, *value;
    size_t rows = 1;
    for (; variable; variable = variable->next) {
        need(r, variable, GEM5ART_JSON_ARRAY, "a variable of the matrix");
        if (!variables_is_name(variable->key))
            bad(r, variable->raw_key, "\"%s\" cannot be a variable: use letters, digits and _", variable->key);
        if (!variable->count) bad(r, variable->raw, "the variable \"%s\" has no values: give some", variable->key);
        rows *= variable->count;
        if (rows > EXPERIMENT_ROWS)
            bad(r, variable->raw, "the matrix has more than %d rows: split the experiment", EXPERIMENT_ROWS);
        for (value = variable->first; value; value = value->next) scalar(r, value, "a value of the matrix");
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
        row[2 * i + 1] = scalar(r, axes[i].value, axes[i].variable->key);
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
    check_keys(r, sweep, IN_SWEEP, "a sweep");
    r->sweep = sweep;
    exclude = read_conditions(r, "exclude");
    include = read_conditions(r, "include");
    only = read_conditions(r, "only");
    r->overrides = read_conditions(r, "overrides");
    for (row = r->overrides.array ? r->overrides.array->first : NULL; row; row = row->next) {
        check_keys(r, row, IN_OVERRIDE, "an override");
        if (!gem5art_json_get(row, "when"))
            bad(r, row->raw, "the override has no \"when\": add the variables that it applies to");
    }
    if (matrix) rows = check_matrix(r, need(r, matrix, GEM5ART_JSON_OBJECT, "matrix"));
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
        next_row(r, read_axes(need(r, row, GEM5ART_JSON_OBJECT, "a row of include"), false), row->count);
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
        bad(r, run->outdir, "two runs have the outdir \"%s\" (%s): make their outdirs differ", run->key,
            text_string(&r->scratch));
    bad(r, run->sweep,
        "two runs are one experiment, in \"%s\" and \"%s\" (%s): remove one, or make their artifacts, run_script, "
        "gem5_options or params differ",
        earlier->desc.outdir, run->desc.outdir, text_string(&r->scratch));
}

/* ---- the file */

/* Replaces comments, and commas before a closing bracket, by spaces, so that everything keeps its place. */
static void blank_comments(const reader *r, char *at) {
    char *end, *comma = NULL;
    for (; *at; at++) {
        if (*at == '"') {
            for (at++; *at && *at != '"'; at++) at += *at == '\\' && at[1];
            if (!*at) return;
            comma = NULL;
        } else if (*at == '/' && (at[1] == '/' || at[1] == '*')) {
            end = at[1] == '/' ? at + strcspn(at, "\n") : strstr(at + 2, "*/");
            if (!end) bad(r, at, "this comment has no end: close it with */");
            if (at[1] == '*') end += 2;
            for (; at < end; at++)
                if (*at != '\n') *at = ' ';
            at--;
        } else if (*at == ',') comma = at;
        else if ((*at == ']' || *at == '}') && comma) *comma = ' ', comma = NULL;
        else if (!strchr(" \t\r\n", *at)) comma = NULL;
    }
}

experiment *experiment_parse(const char *path, text *source, const char *const *only, int64_t limit) {
    reader r = {.source = text_string(source), .only = only, .limit = limit};
    const gem5art_json *sweeps, *artifacts, *sweep;
    gem5art_error error;
    unsigned line, column;
    int rest = 0;
    size_t count;
    r.e = (experiment *)text_keep(text_alloc(sizeof *r.e));
    r.e->path = path;
    if (source->length) blank_comments(&r, source->data);
    for (count = 0; only && only[count]; count++)
        if (*only[count] == '=' || !strchr(only[count], '='))
            die(EXIT_MISUSE, "--only: \"%s\" is not of the form variable=value", only[count]);
    r.only_found = (bool *)text_keep(text_alloc(count));
    r.e->json = gem5art_json_parse(r.source, source->length, NULL, &error);
    if (!r.e->json && sscanf(error.message, "line %u, column %u: %n", &line, &column, &rest) == 2 && rest)
        die(EXIT_FAILED, "%s:%u:%u: %s", path, line, column, error.message + rest);
    if (!r.e->json) die(EXIT_FAILED, "%s: %s", path, error.message);
    check_keys(&r, r.e->json, IN_TOP, "an experiment");
    artifacts = gem5art_json_get(r.e->json, "artifacts");
    if (artifacts) need(&r, artifacts, GEM5ART_JSON_OBJECT, "artifacts");
    sweeps = gem5art_json_get(r.e->json, "sweeps");
    if (!sweeps) bad(&r, r.e->json->raw, "the experiment has no sweeps: add \"sweeps\": [...]");
    sweep = need(&r, sweeps, GEM5ART_JSON_ARRAY, "sweeps")->first;
    for (; sweep; sweep = sweep->next) read_sweep(&r, sweep);
    while (count-- > 0)
        if (!r.only_found[count])
            die(EXIT_FAILED, "%s: no run has %s: see the values of its matrix", path, only[count]);
    if (!r.e->run_count) bad(&r, sweeps->raw, "there are no runs: see the sweeps, --only and --limit");
    check_twice(&r, true);
    check_twice(&r, false);
    text_free(&r.scratch);
    return r.e;
}

experiment *experiment_read(const char *path, const char *const *only, int64_t limit) {
    text source = {NULL, 0, 0};
    char bytes[65536];
    experiment *e;
    size_t got;
    FILE *file = fopen(path, "r");
    while (file && (got = fread(bytes, 1, sizeof bytes, file)) > 0) text_put(&source, bytes, got);
    if (!file || ferror(file)) die(EXIT_FAILED, "cannot read %s: %s", path, strerror(errno));
    fclose(file);
    e = experiment_parse(path, &source, only, limit);
    text_free(&source);
    return e;
}

