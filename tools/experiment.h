/* experiment.h - reads an experiment file: the artifacts and runs that gem5art-run registers and launches.

   It is JSON in which comments (// and slash-star) and trailing commas are allowed:

       {
         "artifacts": {
           "gem5": {"type": "git repo", "path": "gem5/", "documentation": "gem5 v24.0, as cloned"},
           "gem5-{isa}": {"type": "gem5 binary", "path": "gem5/build/{isa}/gem5.opt", "inputs": ["gem5"],
                          "command": "scons build/{isa}/gem5.opt", "documentation": "gem5 for {isa}, built from v24.0"},
         },
         "timeout": "12h",                                   // what stands here holds for all sweeps
         "sweeps": [{
           "mode": "se", "name": "hello {cpu}", "run_script": "gem5/configs/hello.py",
           "gem5_artifact": "gem5-{isa}", "gem5_git_artifact": "gem5", "run_script_git_artifact": "gem5",
           "matrix": {"isa": ["X86", "ARM"], "cpu": ["o3", "timing"], "size": [1, 2]},
           "exclude": [{"isa": "ARM", "cpu": ["o3", "kvm"]}],
           "overrides": [{"when": {"cpu": "o3"}, "timeout": "2d"}],
           "params": ["--cpu", "{cpu}", "--size={size}"], "outdir": "results/{isa}/{cpu}/{size}",
         }],
       }

   Keys are the fields of gem5art_artifact_desc and gem5art_run_desc; artifacts are named by their keys. A sweep is the
   cross product of its matrix, the first variable slowest, without the rows of `exclude`, or with those of `only`
   alone, and with those of `include` behind it. {variable} is replaced in every text, {{ and }} are braces. A timeout is
   in seconds, or "30m", "12h", "2d", or "none", and so is `stall`. `environment` is an object: variables that are set
   for the run. `accept`, `fail_on` and `gem5_options` are arrays, and "probe": false turns the probe off. The matrix
   variables of a run are recorded with it. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include "tool.h"

#ifndef EXPERIMENT_ROWS
#define EXPERIMENT_ROWS 1000000 /* of all matrices, at most */
#endif

typedef enum experiment_role { GEM5, GEM5_GIT, SCRIPT_GIT, LINUX_BINARY, DISK_IMAGE, EXPERIMENT_ROLES } experiment_role;

typedef struct experiment_artifact {
    gem5art_artifact_desc desc;        /* without its inputs */
    const size_t *inputs;              /* places of earlier artifacts */
    size_t input_count;
    const gem5art_artifact *artifact;  /* for whoever registers it */
    const gem5art_json *definition;
    struct experiment_artifact *outer; /* while its inputs are read: whose input it is */
} experiment_artifact;

typedef struct experiment_run {
    bool fs;
    gem5art_run_desc desc;             /* without its artifacts */
    size_t roles[EXPERIMENT_ROLES];    /* places of artifacts; the last two in FS runs only */
    const size_t *more;                /* of further artifacts */
    size_t more_count;
    const char *const *variables;      /* name, value, ..., NULL */
    const gem5art_json *sweep, *outdir; /* where it stands in the file, and its outdir */
    const char *key;                   /* what no other run may have, while that is checked */
} experiment_run;

typedef struct experiment {
    gem5art__arena arena;
    const char *path;
    gem5art__buf text;                 /* of the file */
    const gem5art_json *root;
    experiment_artifact **artifacts;   /* each behind its inputs */
    size_t artifact_count, artifact_room;
    experiment_run *runs;
    size_t run_count, run_room;
    bool *only_found;                  /* of each --only: whether a row has it */
} experiment;

/* ---- errors: PATH:LINE:COLUMN: what is wrong */

static void experiment_place(const experiment *e, size_t offset, size_t *line, size_t *column) {
    size_t i;
    *line = *column = 1;
    for (i = 0; i < offset && i < e->text.length; i++) {
        ++*column;
        if (e->text.data[i] == '\n') ++*line, *column = 1;
    }
}

/* In the file: the parser's copy has all at the same distances, and begins with white space, then its root. */
static size_t experiment_offset(const experiment *e, const gem5art_json *value) {
    size_t root = 0;
    while (gem5art__is_space((unsigned char)e->text.data[root])) root++;
    return root + (size_t)(value->raw - e->root->raw);
}

__attribute__((format(printf, 3, 4), noreturn)) static void experiment_bad(const experiment *e, const gem5art_json *at,
                                                                           const char *format, ...) {
    char message[1024];
    size_t line, column;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    experiment_place(e, experiment_offset(e, at), &line, &column);
    tool_exit(TOOL_FAILED, "%s:%zu:%zu: %s", e->path, line, column, message);
}

/* The key of a member, as a place. */
static const gem5art_json *experiment_key(const gem5art_json *member) {
    static gem5art_json key;
    key.raw = member->raw_key;
    return &key;
}

static void *experiment_alloc(experiment *e, size_t size) {
    void *memory = gem5art__arena_alloc(&e->arena, size);
    if (!memory) tool_exit(TOOL_FAILED, "out of memory");
    return memory;
}

static const char *experiment_copy(experiment *e, const char *text, size_t length) {
    char *copy = gem5art__arena_copy_n(&e->arena, text, length);
    if (!copy) tool_exit(TOOL_FAILED, "out of memory");
    return copy;
}

/* ---- what a value must be */

static const char *experiment_kind(const gem5art_json *value) {
    static const char *const names[] = {"null", "true or false", "a number", "a text", "an array", "an object"};
    return names[value->type];
}

static const gem5art_json *experiment_need(const experiment *e, const gem5art_json *value, gem5art_json_type type,
                                           const char *what) {
    gem5art_json wanted;
    wanted.type = type;
    if (value->type != type)
        experiment_bad(e, value, "%s must be %s, not %s", what, experiment_kind(&wanted), experiment_kind(value));
    return value;
}

/* A text, or a number as it is written. */
static const char *experiment_scalar(experiment *e, const gem5art_json *value, const char *what) {
    if (value->type == GEM5ART_JSON_NUMBER) return experiment_copy(e, value->raw, value->raw_length);
    if (value->type != GEM5ART_JSON_STRING)
        experiment_bad(e, value, "%s must be a text or a number, not %s", what, experiment_kind(value));
    if (strlen(value->text) != value->length) experiment_bad(e, value, "%s has a NUL in it: leave it out", what);
    return value->text;
}

/* Every key must be one of these, or of the others (NULL: there are none). */
static void experiment_keys(const experiment *e, const gem5art_json *object, const char *what,
                            const char *const *keys, const char *const *others) {
    const gem5art_json *member;
    for (member = object->first; member; member = member->next) {
        const char *const *key = keys, *const *other = others, *near;
        while (*key && strcmp(*key, member->key) != 0) key++;
        while (other && *other && strcmp(*other, member->key) != 0) other++;
        if (*key || (other && *other)) continue;
        near = tool_nearest(member->key, keys);
        if (!near && others) near = tool_nearest(member->key, others);
        if (near)
            experiment_bad(e, experiment_key(member), "unknown key \"%s\" of %s: did you mean %s?", member->key, what,
                           near);
        experiment_bad(e, experiment_key(member), "unknown key \"%s\" of %s: correct it or leave it out", member->key,
                       what);
    }
}

/* ---- variables: name, value, ..., NULL */

static bool experiment_is_name(const char *name) {
    const char *c = name;
    while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_' || (c > name && *c >= '0' && *c <= '9'))
        c++;
    return *name && !*c;
}

static const char *experiment_variable(const char *const *variables, const char *name, size_t length) {
    for (; *variables; variables += 2)
        if (gem5art__text_is(name, length, *variables)) return variables[1];
    return NULL;
}

__attribute__((noreturn)) static void experiment_undefined(const experiment *e, const gem5art_json *at,
                                                           const char *const *variables, const char *name,
                                                           size_t length) {
    const char *names[64], *near;
    char word[64];
    size_t count = 0;
    for (; *variables && count < 63; variables += 2) names[count++] = *variables;
    names[count] = NULL;
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    near = tool_nearest(word, names);
    if (near) experiment_bad(e, at, "the variable {%s} is not in the matrix: did you mean {%s}?", word, near);
    experiment_bad(e, at, "the variable {%s} is not in the matrix: add it there, or write {{ for a brace", word);
}

/* A text with its variables replaced. */
static const char *experiment_expand(experiment *e, const gem5art_json *at, const char *text,
                                     const char *const *variables) {
    gem5art__buf out = {NULL, 0, 0, false};
    const char *c = text, *result;
    for (; *c; c++) {
        size_t length = strcspn(c + 1, "}");
        const char *value;
        if ((*c == '{' || *c == '}') && c[1] == *c) gem5art__put(&out, c++, 1);
        else if (*c == '{' && c[1 + length]) {
            value = experiment_variable(variables, c + 1, length);
            if (!value) experiment_undefined(e, at, variables, c + 1, length);
            gem5art__puts(&out, value);
            c += 1 + length;
        } else if (*c == '{' || *c == '}')
            experiment_bad(e, at, "a %c without its partner in \"%s\": write it twice for a brace", *c, text);
        else gem5art__put(&out, c, 1);
    }
    result = experiment_copy(e, out.data ? out.data : "", out.length);
    gem5art__buf_free(&out);
    return result;
}

/* "cpu=o3 size=2" */
static const char *experiment_tell(experiment *e, const char *const *variables) {
    gem5art__buf out = {NULL, 0, 0, false};
    const char *text;
    for (; *variables; variables += 2)
        gem5art__putf(&out, "%s%s=%s", out.length ? " " : "", variables[0], variables[1]);
    text = experiment_copy(e, out.data ? out.data : "", out.length);
    gem5art__buf_free(&out);
    return text;
}

/* ---- artifacts: each is read when a run or another one first needs it */

typedef struct experiment_text_key {
    const char *name;
    size_t offset; /* in gem5art_artifact_desc */
    bool required;
} experiment_text_key;

#define EXPERIMENT_TEXT(name, required) {#name, offsetof(gem5art_artifact_desc, name), required}
static const experiment_text_key experiment_artifact_texts[] = {
    EXPERIMENT_TEXT(name, false),         EXPERIMENT_TEXT(type, true),    EXPERIMENT_TEXT(path, true),
    EXPERIMENT_TEXT(documentation, true), EXPERIMENT_TEXT(cwd, false),    EXPERIMENT_TEXT(command, false),
    EXPERIMENT_TEXT(architecture, false), EXPERIMENT_TEXT(url, false),    EXPERIMENT_TEXT(version, false)};
enum { EXPERIMENT_ARTIFACT_TEXTS = sizeof experiment_artifact_texts / sizeof *experiment_artifact_texts };
static const char *const experiment_artifact_keys[] = {
    "name", "type", "path", "documentation", "cwd", "command", "architecture", "url", "version", "inputs", NULL};

static size_t experiment_artifact_of(experiment *e, const gem5art_json *reference, const char *const *variables,
                                     experiment_artifact *outer);

/* The definition that a reference means: that of what it expands to, else one whose key is written as it is. */
static const gem5art_json *experiment_definition(experiment *e, const gem5art_json *reference,
                                                 const char *const *variables) {
    const gem5art_json *artifacts = gem5art_json_get(e->root, "artifacts"), *found, *member;
    const char *names[256], *name, *near;
    size_t count = 0;
    experiment_need(e, reference, GEM5ART_JSON_STRING, "the name of an artifact");
    name = experiment_expand(e, reference, reference->text, variables);
    if ((found = gem5art_json_get(artifacts, name)) != NULL) return found;
    if ((found = gem5art_json_get(artifacts, reference->text)) != NULL) return found;
    for (member = artifacts ? artifacts->first : NULL; member && count < 255; member = member->next)
        names[count++] = member->key;
    names[count] = NULL;
    near = tool_nearest(reference->text, names);
    if (near) experiment_bad(e, reference, "there is no artifact \"%s\": did you mean \"%s\"?", name, near);
    experiment_bad(e, reference, "there is no artifact \"%s\": define it in \"artifacts\"", name);
}

/* Reads the inputs, which may not lead back to it. */
static void experiment_read_inputs(experiment *e, experiment_artifact *artifact, const char *const *variables) {
    const gem5art_json *inputs = gem5art_json_get(artifact->definition, "inputs"), *input;
    size_t *places;
    if (!inputs) return;
    experiment_need(e, inputs, GEM5ART_JSON_ARRAY, "inputs");
    artifact->inputs = places = (size_t *)experiment_alloc(e, inputs->count * sizeof *places + 1);
    for (input = inputs->first; input; input = input->next)
        places[artifact->input_count++] = experiment_artifact_of(e, input, variables, artifact);
}

static void experiment_read_artifact(experiment *e, experiment_artifact *artifact, const char *const *variables) {
    const gem5art_json *definition = artifact->definition;
    size_t i;
    experiment_need(e, definition, GEM5ART_JSON_OBJECT, "an artifact");
    experiment_keys(e, definition, "an artifact", experiment_artifact_keys, NULL);
    for (i = 0; i < EXPERIMENT_ARTIFACT_TEXTS; i++) {
        const experiment_text_key *key = &experiment_artifact_texts[i];
        const gem5art_json *value = gem5art_json_get(definition, key->name);
        const char **to = (const char **)(void *)((char *)&artifact->desc + key->offset);
        if (!value && key->required)
            experiment_bad(e, definition, "the artifact \"%s\" has no %s: add it", artifact->desc.name, key->name);
        if (!value) continue;
        *to = experiment_expand(e, value, experiment_scalar(e, value, key->name), variables);
        if (key->required && !**to) experiment_bad(e, value, "%s is empty: fill it in", key->name);
    }
    if (strlen(artifact->desc.documentation) < 10)
        experiment_bad(e, gem5art_json_get(definition, "documentation"),
                       "the documentation \"%s\" is short: say in at least 10 characters what it is",
                       artifact->desc.documentation);
}

static bool experiment_same_artifact(const experiment_artifact *a, const experiment_artifact *b) {
    return strcmp(a->desc.path, b->desc.path) == 0 && strcmp(a->desc.type, b->desc.type) == 0;
}

/* Two rows mean one file: then they must agree on all that is said of it. */
static void experiment_check_same(experiment *e, const experiment_artifact *known, const experiment_artifact *other) {
    size_t i;
    bool same = known->input_count == other->input_count;
    for (i = 0; same && i < known->input_count; i++) same = known->inputs[i] == other->inputs[i];
    for (i = 0; same && i < EXPERIMENT_ARTIFACT_TEXTS; i++) {
        size_t offset = experiment_artifact_texts[i].offset;
        const char *const *a = (const char *const *)(const void *)((const char *)&known->desc + offset);
        const char *const *b = (const char *const *)(const void *)((const char *)&other->desc + offset);
        same = strcmp(*a ? *a : "", *b ? *b : "") == 0;
    }
    if (!same)
        experiment_bad(e, other->definition,
                       "the artifact \"%s\" is described in two ways, at one path, \"%s\": put what differs into the path",
                       other->desc.name, other->desc.path);
}

/* Its place, behind those of its inputs. */
static size_t experiment_artifact_of(experiment *e, const gem5art_json *reference, const char *const *variables,
                                     experiment_artifact *outer) {
    experiment_artifact *artifact = (experiment_artifact *)experiment_alloc(e, sizeof *artifact), *up;
    size_t i;
    artifact->definition = experiment_definition(e, reference, variables);
    artifact->desc.name = experiment_expand(e, artifact->definition, artifact->definition->key, variables);
    artifact->outer = outer;
    for (up = outer; up; up = up->outer)
        if (up->definition == artifact->definition)
            experiment_bad(e, reference, "the artifact \"%s\" is made from itself: take it out of these inputs",
                           artifact->desc.name);
    experiment_read_artifact(e, artifact, variables);
    experiment_read_inputs(e, artifact, variables);
    for (i = 0; i < e->artifact_count; i++) {
        if (e->artifacts[i]->definition != artifact->definition || !experiment_same_artifact(e->artifacts[i], artifact))
            continue;
        experiment_check_same(e, e->artifacts[i], artifact);
        return i;
    }
    if (e->artifact_count == e->artifact_room) {
        experiment_artifact **grown;
        e->artifact_room = e->artifact_room ? 2 * e->artifact_room : 64;
        grown = (experiment_artifact **)experiment_alloc(e, e->artifact_room * sizeof *grown);
        if (e->artifact_count) memcpy(grown, e->artifacts, e->artifact_count * sizeof *grown);
        e->artifacts = grown;
    }
    e->artifacts[e->artifact_count] = artifact;
    return e->artifact_count++;
}

/* ---- rows: which of a matrix are wanted */

static const char *const experiment_run_keys[] = {
    "name",          "gem5_binary",         "run_script",         "outdir",
    "gem5_artifact", "gem5_git_artifact",   "run_script_git_artifact",
    "linux_binary",  "disk_image",          "linux_binary_artifact", "disk_image_artifact",
    "params",        "timeout",             "environment",        "nice",
    "priority",      "mode",                "accept",
    "fail_on",       "stall",               "gem5_options",       "probe",
    NULL};
static const char *const experiment_sweep_keys[] = {"matrix",    "exclude",   "include", "only",
                                                    "overrides", "artifacts", NULL};
static const char *const experiment_override_keys[] = {"when", "artifacts", NULL};
static const char *const experiment_top_keys[] = {"artifacts", "sweeps", NULL};

/* A variable of the matrix. */
typedef struct experiment_axis {
    const char *name;
    const char **values;
    size_t count;
} experiment_axis;

typedef struct experiment_sweep {
    const gem5art_json *json, *matrix;
    experiment_axis *axes;
    size_t axis_count;
    const gem5art_json *exclude, *include, *only, *overrides; /* arrays, or NULL */
    size_t *matches; /* of each row of exclude, only and overrides, in this order: how many rows it has matched */
    const gem5art_json **held; /* the overrides that hold for the row at hand */
    size_t held_count;
} experiment_sweep;

/* Is this the value, as a text or a number? Such comparisons are many: a number is not copied. */
static bool experiment_scalar_is(experiment *e, const gem5art_json *wanted, const char *what, const char *value) {
    if (wanted->type == GEM5ART_JSON_NUMBER) return gem5art__text_is(wanted->raw, wanted->raw_length, value);
    return strcmp(experiment_scalar(e, wanted, what), value) == 0;
}

static bool experiment_value_is(experiment *e, const gem5art_json *wanted, const char *value) {
    if (wanted->type != GEM5ART_JSON_ARRAY) return experiment_scalar_is(e, wanted, wanted->key, value);
    for (wanted = wanted->first; wanted; wanted = wanted->next)
        if (experiment_scalar_is(e, wanted, "a value", value)) return true;
    return false;
}

/* Do the variables have the values, or one of the values, that a condition names? */
static bool experiment_row_matches(experiment *e, const gem5art_json *condition, const char *const *variables) {
    const gem5art_json *member;
    bool matches = true;
    experiment_need(e, condition, GEM5ART_JSON_OBJECT, "a row");
    for (member = condition->first; member; member = member->next) {
        const char *value = experiment_variable(variables, member->key, strlen(member->key));
        if (!value) experiment_undefined(e, member, variables, member->key, strlen(member->key));
        if (!experiment_value_is(e, member, value)) matches = false;
    }
    return matches;
}

/* Does any row of `rows` match? Counts for each whether it did. */
static bool experiment_any_matches(experiment *e, const gem5art_json *rows, size_t *matches,
                                   const char *const *variables) {
    const gem5art_json *row;
    bool any = false;
    for (row = rows ? rows->first : NULL; row; row = row->next, matches++)
        if (experiment_row_matches(e, row, variables)) ++*matches, any = true;
    return any;
}

/* Does a row have this var=value of the command line? */
static bool experiment_row_has(const char *item, const char *const *variables) {
    size_t length = strcspn(item, "=");
    const char *value = experiment_variable(variables, item, length);
    return value && strcmp(item + length + 1, value) == 0;
}

/* One of the values that the command line gives for each variable that it names. */
static bool experiment_wanted(const tool_list *only, const char *const *variables) {
    size_t i, k;
    for (i = 0; only && i < only->count; i++) {
        size_t name = strcspn(only->items[i], "=") + 1;
        bool wanted = false;
        for (k = 0; k < only->count && !wanted; k++)
            wanted = strncmp(only->items[i], only->items[k], name) == 0 && experiment_row_has(only->items[k], variables);
        if (!wanted) return false;
    }
    return true;
}

/* ---- runs */

/* The value of a key for the row at hand: that of the last override that holds, else the sweep's, else the file's. */
static const gem5art_json *experiment_value(experiment *e, experiment_sweep *sweep, const char *key) {
    const gem5art_json *value = NULL;
    size_t i = sweep->held_count;
    while (!value && i-- > 0) value = gem5art_json_get(sweep->held[i], key);
    if (!value) value = gem5art_json_get(sweep->json, key);
    if (!value && strcmp(key, "artifacts") != 0) value = gem5art_json_get(e->root, key);
    return value;
}

static const char *experiment_text(experiment *e, experiment_sweep *sweep, const char *const *variables,
                                   const char *key, bool required) {
    const gem5art_json *value = experiment_value(e, sweep, key);
    const char *text;
    if (!value && required) experiment_bad(e, sweep->json, "the sweep has no %s: add it", key);
    if (!value) return NULL;
    text = experiment_expand(e, value, experiment_scalar(e, value, key), variables);
    if (!*text) experiment_bad(e, value, "%s is empty: fill it in, or leave it out", key);
    return text;
}

/* An array of texts, or (with `pairs`) an object of them as name, value, ...; NULL-terminated. */
static const char *const *experiment_texts(experiment *e, experiment_sweep *sweep, const char *const *variables,
                                           const char *key, bool pairs) {
    const gem5art_json *value = experiment_value(e, sweep, key), *item;
    const char **texts;
    size_t n = 0;
    if (!value) return NULL;
    experiment_need(e, value, pairs ? GEM5ART_JSON_OBJECT : GEM5ART_JSON_ARRAY, key);
    texts = (const char **)experiment_alloc(e, (2 * value->count + 1) * sizeof *texts);
    for (item = value->first; item; item = item->next) {
        if (pairs && (!experiment_is_name(item->key) || strlen(item->key) != item->key_length))
            experiment_bad(e, experiment_key(item), "\"%s\" cannot be an environment variable: correct its name",
                           item->key);
        if (pairs) texts[n++] = item->key;
        texts[n++] = experiment_expand(e, item, experiment_scalar(e, item, key), variables);
    }
    texts[n] = NULL;
    return texts;
}

/* Seconds; 0: the key is missing; negative: "none". */
static double experiment_time(experiment *e, experiment_sweep *sweep, const char *const *variables, const char *key) {
    const gem5art_json *value = experiment_value(e, sweep, key);
    const char *text = value ? experiment_expand(e, value, experiment_scalar(e, value, key), variables) : NULL;
    double seconds = text ? tool_duration(text) : 0;
    if (!text) return 0;
    if (strcmp(text, "none") == 0) return -1;
    if (!(seconds > 0))
        experiment_bad(e, value, "the %s \"%s\" is not a time: give seconds, or \"30m\", \"12h\", \"2d\", or \"none\"", key,
                       text);
    return seconds;
}

/* The names of evidence that the library accepts. */
static const char *const *experiment_accept(experiment *e, experiment_sweep *sweep, const char *const *variables) {
    const char *const *accept = experiment_texts(e, sweep, variables, "accept", false), *near;
    const char *const *names = gem5art__acceptable;
    const gem5art_json *item = accept ? experiment_value(e, sweep, "accept")->first : NULL;
    gem5art__buf list = {NULL, 0, 0, false};
    size_t i, k;
    for (i = 0; item; item = item->next, i++) {
        if (gem5art__has_text(names, accept[i])) continue;
        near = tool_nearest(accept[i], names);
        if (near) experiment_bad(e, item, "unknown name \"%s\" in accept: did you mean \"%s\"?", accept[i], near);
        for (k = 0; names[k]; k++) gem5art__putf(&list, "%s\"%s\"", k ? ", " : "", names[k]);
        experiment_bad(e, item, "unknown name \"%s\" in accept: give names out of %s", accept[i],
                       list.data ? list.data : "the manual's table");
    }
    return accept;
}

static const char *const *experiment_fail_on(experiment *e, experiment_sweep *sweep, const char *const *variables) {
    const char *const *texts = experiment_texts(e, sweep, variables, "fail_on", false);
    const gem5art_json *item = texts ? experiment_value(e, sweep, "fail_on")->first : NULL;
    size_t i;
    for (i = 0; item; item = item->next, i++)
        if (!*texts[i]) experiment_bad(e, item, "a text of fail_on is empty: fill it in, or leave it out");
    return texts;
}

/* Each is checked alone, for its place in the file. */
static const char *const *experiment_gem5_options(experiment *e, experiment_sweep *sweep,
                                                  const char *const *variables) {
    const char *const *options = experiment_texts(e, sweep, variables, "gem5_options", false), *one[2] = {NULL, NULL};
    const gem5art_json *item = options ? experiment_value(e, sweep, "gem5_options")->first : NULL;
    gem5art_error error;
    size_t i;
    for (i = 0; item; item = item->next, i++) {
        const char *message;
        one[0] = options[i];
        if (gem5art__check_gem5_options(one, "", &error)) continue;
        message = strstr(error.message, "gem5_options");
        experiment_bad(e, item, "%s", message ? message : error.message);
    }
    return options;
}

static bool experiment_boolean(experiment *e, experiment_sweep *sweep, const char *key, bool otherwise) {
    const gem5art_json *value = experiment_value(e, sweep, key);
    return value ? experiment_need(e, value, GEM5ART_JSON_BOOL, key)->boolean : otherwise;
}

static int experiment_integer(experiment *e, experiment_sweep *sweep, const char *key, int least, int most) {
    const gem5art_json *value = experiment_value(e, sweep, key);
    if (!value) return 0;
    experiment_need(e, value, GEM5ART_JSON_NUMBER, key);
    if (!value->is_integer || value->integer < least || value->integer > most)
        experiment_bad(e, value, "%s must be a whole number from %d to %d", key, least, most);
    return (int)value->integer;
}

static void experiment_read_roles(experiment *e, experiment_sweep *sweep, experiment_run *run) {
    static const char *const keys[EXPERIMENT_ROLES] = {"gem5_artifact", "gem5_git_artifact", "run_script_git_artifact",
                                                       "linux_binary_artifact", "disk_image_artifact"};
    const gem5art_json *more = experiment_value(e, sweep, "artifacts"), *item;
    size_t *places;
    int role;
    for (role = 0; role < (run->fs ? EXPERIMENT_ROLES : LINUX_BINARY); role++) {
        const gem5art_json *value = experiment_value(e, sweep, keys[role]);
        const char *type;
        if (!value)
            experiment_bad(e, sweep->json, "the sweep has no %s%s: add it", keys[role],
                           role >= LINUX_BINARY ? ", which fs runs need" : "");
        run->roles[role] = experiment_artifact_of(e, value, run->variables, NULL);
        type = e->artifacts[run->roles[role]]->desc.type;
        if ((role == GEM5_GIT || role == SCRIPT_GIT) != (strcmp(type, "git repo") == 0))
            experiment_bad(e, value, "%s is a \"%s\": name an artifact that is %s \"git repo\"", keys[role], type,
                           role == GEM5_GIT || role == SCRIPT_GIT ? "a" : "no");
    }
    for (; role < EXPERIMENT_ROLES; role++)
        if (gem5art_json_get(sweep->json, keys[role]))
            experiment_bad(e, gem5art_json_get(sweep->json, keys[role]),
                           "%s is for fs runs: set \"mode\": \"fs\", or leave it out", keys[role]);
    if (!more) return;
    experiment_need(e, more, GEM5ART_JSON_ARRAY, "artifacts");
    run->more = places = (size_t *)experiment_alloc(e, more->count * sizeof *places + 1);
    for (item = more->first; item; item = item->next)
        places[run->more_count++] = experiment_artifact_of(e, item, run->variables, NULL);
}

static bool experiment_is_fs(experiment *e, experiment_sweep *sweep) {
    const gem5art_json *value = experiment_value(e, sweep, "mode");
    const char *mode;
    if (!value) experiment_bad(e, sweep->json, "the sweep has no mode: add \"mode\": \"se\" or \"fs\"");
    mode = experiment_scalar(e, value, "mode");
    if (strcmp(mode, "se") != 0 && strcmp(mode, "fs") != 0)
        experiment_bad(e, value, "unknown mode \"%s\": give se or fs", mode);
    return *mode == 'f';
}

static void experiment_add_run(experiment *e, experiment_sweep *sweep, const char *const *variables) {
    experiment_run *run;
    gem5art_run_desc *d;
    if (e->run_count == e->run_room) {
        experiment_run *grown;
        e->run_room = e->run_room ? 2 * e->run_room : 256;
        grown = (experiment_run *)experiment_alloc(e, e->run_room * sizeof *grown);
        if (e->run_count) memcpy(grown, e->runs, e->run_count * sizeof *grown);
        e->runs = grown;
    }
    run = &e->runs[e->run_count++];
    memset(run, 0, sizeof *run);
    run->sweep = sweep->json;
    run->variables = variables;
    run->fs = experiment_is_fs(e, sweep);
    d = &run->desc;
    d->name = experiment_text(e, sweep, variables, "name", true);
    d->run_script = experiment_text(e, sweep, variables, "run_script", true);
    d->outdir = experiment_text(e, sweep, variables, "outdir", true);
    run->outdir = experiment_value(e, sweep, "outdir");
    d->gem5_binary = experiment_text(e, sweep, variables, "gem5_binary", false);
    d->linux_binary = run->fs ? experiment_text(e, sweep, variables, "linux_binary", false) : NULL;
    d->disk_image = run->fs ? experiment_text(e, sweep, variables, "disk_image", false) : NULL;
    d->params = experiment_texts(e, sweep, variables, "params", false);
    d->environment = experiment_texts(e, sweep, variables, "environment", true);
    d->gem5_options = experiment_gem5_options(e, sweep, variables);
    d->accept = experiment_accept(e, sweep, variables);
    d->fail_on = experiment_fail_on(e, sweep, variables);
    d->timeout = experiment_time(e, sweep, variables, "timeout");
    d->stall = experiment_time(e, sweep, variables, "stall");
    d->no_probe = !experiment_boolean(e, sweep, "probe", true);
    d->variables = variables;
    d->nice = experiment_integer(e, sweep, "nice", -20, 20);
    d->priority = experiment_integer(e, sweep, "priority", -1000000, 1000000);
    experiment_read_roles(e, sweep, run);
}

/* ---- sweeps */

static const gem5art_json *experiment_rows(experiment *e, const gem5art_json *sweep, const char *key) {
    const gem5art_json *rows = gem5art_json_get(sweep, key);
    return rows ? experiment_need(e, rows, GEM5ART_JSON_ARRAY, key) : NULL;
}

/* Reads the matrix; how many rows it has. */
static size_t experiment_read_matrix(experiment *e, experiment_sweep *sweep) {
    const gem5art_json *variable, *value;
    size_t rows = 1;
    if (!sweep->matrix) return rows;
    experiment_need(e, sweep->matrix, GEM5ART_JSON_OBJECT, "matrix");
    sweep->axes = (experiment_axis *)experiment_alloc(e, (sweep->matrix->count + 1) * sizeof *sweep->axes);
    for (variable = sweep->matrix->first; variable; variable = variable->next) {
        experiment_axis *axis = &sweep->axes[sweep->axis_count++];
        experiment_need(e, variable, GEM5ART_JSON_ARRAY, "a variable of the matrix");
        if (!experiment_is_name(variable->key))
            experiment_bad(e, experiment_key(variable), "\"%s\" cannot be a variable: use letters, digits and _",
                           variable->key);
        if (!variable->count)
            experiment_bad(e, variable, "the variable \"%s\" has no values: give at least one", variable->key);
        rows *= variable->count;
        if (rows > EXPERIMENT_ROWS)
            experiment_bad(e, variable, "the matrix has more than %d rows: make several experiments of it",
                           EXPERIMENT_ROWS);
        axis->name = variable->key;
        axis->values = (const char **)experiment_alloc(e, variable->count * sizeof *axis->values);
        for (value = variable->first; value; value = value->next)
            axis->values[axis->count++] = experiment_scalar(e, value, "a value of the matrix");
    }
    return rows;
}

/* Row `number` of the matrix: name, value, ..., NULL. */
static const char *const *experiment_row(experiment *e, const experiment_sweep *sweep, size_t number) {
    size_t k = sweep->axis_count;
    const char **row = (const char **)experiment_alloc(e, (2 * k + 1) * sizeof *row);
    row[2 * k] = NULL;
    while (k-- > 0) {
        const experiment_axis *axis = &sweep->axes[k];
        row[2 * k] = axis->name;
        row[2 * k + 1] = axis->values[number % axis->count];
        number /= axis->count;
    }
    return row;
}

/* Of `include`: variables of its own. */
static const char *const *experiment_included(experiment *e, const gem5art_json *object) {
    const char **row;
    const gem5art_json *member;
    size_t n = 0;
    experiment_need(e, object, GEM5ART_JSON_OBJECT, "a row of include");
    row = (const char **)experiment_alloc(e, (2 * object->count + 1) * sizeof *row);
    for (member = object->first; member; member = member->next) {
        row[n++] = member->key;
        row[n++] = experiment_scalar(e, member, member->key);
    }
    row[n] = NULL;
    return row;
}

/* A row that nothing matched is a mistake. */
static void experiment_check_matches(experiment *e, const gem5art_json *rows, const size_t *matches,
                                     const char *what) {
    const gem5art_json *row;
    for (row = rows ? rows->first : NULL; row; row = row->next, matches++)
        if (!*matches) experiment_bad(e, row, "this row of %s matches no row of the matrix: correct its values", what);
}

static void experiment_check_overrides(experiment *e, const gem5art_json *overrides) {
    const gem5art_json *row;
    for (row = overrides ? overrides->first : NULL; row; row = row->next) {
        experiment_need(e, row, GEM5ART_JSON_OBJECT, "a row of overrides");
        experiment_keys(e, row, "an override", experiment_run_keys, experiment_override_keys);
        if (!gem5art_json_get(row, "when"))
            experiment_bad(e, row, "the override has no \"when\": say for which variables it holds");
    }
}

/* The overrides that hold for a row, of which each counts what it has matched. */
static void experiment_hold(experiment *e, experiment_sweep *sweep, size_t *matches, const char *const *variables) {
    const gem5art_json *row;
    sweep->held_count = 0;
    for (row = sweep->overrides ? sweep->overrides->first : NULL; row; row = row->next, matches++) {
        if (!experiment_row_matches(e, gem5art_json_get(row, "when"), variables)) continue;
        sweep->held[sweep->held_count++] = row;
        ++*matches;
    }
}

/* A run for a row, if the command line wants it. */
static void experiment_offer(experiment *e, experiment_sweep *sweep, const tool_list *only, int64_t limit,
                             const char *const *variables) {
    size_t i;
    for (i = 0; only && i < only->count; i++)
        if (experiment_row_has(only->items[i], variables)) e->only_found[i] = true;
    if (experiment_wanted(only, variables) && (limit < 0 || e->run_count < (size_t)limit))
        experiment_add_run(e, sweep, variables);
}

static void experiment_read_sweep(experiment *e, const gem5art_json *json, const tool_list *only, int64_t limit) {
    experiment_sweep s;
    const gem5art_json *row;
    size_t rows, i, excludes, onlys, overrides;
    experiment_need(e, json, GEM5ART_JSON_OBJECT, "a sweep");
    experiment_keys(e, json, "a sweep", experiment_run_keys, experiment_sweep_keys);
    memset(&s, 0, sizeof s);
    s.json = json;
    s.matrix = gem5art_json_get(json, "matrix");
    s.exclude = experiment_rows(e, json, "exclude");
    s.include = experiment_rows(e, json, "include");
    s.only = experiment_rows(e, json, "only");
    s.overrides = experiment_rows(e, json, "overrides");
    experiment_check_overrides(e, s.overrides);
    rows = experiment_read_matrix(e, &s);
    excludes = s.exclude ? s.exclude->count : 0;
    onlys = s.only ? s.only->count : 0;
    overrides = s.overrides ? s.overrides->count : 0;
    s.matches = (size_t *)experiment_alloc(e, (excludes + onlys + overrides + 1) * sizeof *s.matches);
    s.held = (const gem5art_json **)experiment_alloc(e, (overrides + 1) * sizeof *s.held);
    for (i = 0; i < rows; i++) {
        const char *const *variables = experiment_row(e, &s, i);
        bool excluded = experiment_any_matches(e, s.exclude, s.matches, variables);
        bool chosen = experiment_any_matches(e, s.only, s.matches + excludes, variables) || !s.only;
        experiment_hold(e, &s, s.matches + excludes + onlys, variables);
        if (chosen && !excluded) experiment_offer(e, &s, only, limit, variables);
    }
    experiment_check_matches(e, s.exclude, s.matches, "exclude");
    experiment_check_matches(e, s.only, s.matches + excludes, "only");
    for (row = s.include ? s.include->first : NULL; row; row = row->next) {
        const char *const *variables = experiment_included(e, row);
        experiment_hold(e, &s, s.matches + excludes + onlys, variables);
        experiment_offer(e, &s, only, limit, variables);
    }
    experiment_check_matches(e, s.overrides, s.matches + excludes + onlys, "overrides");
}

/* ---- what may not be twice */

/* What makes a run the one it is, as its hash does: two with the same are one experiment. */
static const char *experiment_identity(experiment *e, const experiment_run *run) {
    const char *const *param = run->desc.params, *const *option = run->desc.gem5_options;
    const char *identity;
    gem5art__buf out = {NULL, 0, 0, false};
    size_t i, roles = run->fs ? EXPERIMENT_ROLES : LINUX_BINARY;
    gem5art__puts(&out, run->fs ? "fs " : "se ");
    for (i = 0; i < roles; i++) gem5art__putf(&out, "%zu ", run->roles[i]);
    for (i = 0; i < run->more_count; i++) gem5art__putf(&out, "+%zu ", run->more[i]);
    gem5art__puts(&out, run->desc.run_script);
    for (; option && *option; option++) gem5art__putf(&out, " option %zu:%s", strlen(*option), *option);
    for (; param && *param; param++) gem5art__putf(&out, " %zu:%s", strlen(*param), *param);
    if (out.failed) tool_exit(TOOL_FAILED, "out of memory");
    identity = experiment_copy(e, out.data, out.length);
    gem5art__buf_free(&out);
    return identity;
}

static int experiment_compare_keys(const void *a, const void *b) {
    const experiment_run *x = *(experiment_run *const *)a, *y = *(experiment_run *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

/* The first run, in the file's order, whose key an earlier one has; *earlier is that one. NULL: there is none. */
static const experiment_run *experiment_twice(experiment *e, const experiment_run **earlier) {
    const experiment_run **sorted = (const experiment_run **)experiment_alloc(e, (e->run_count + 1) * sizeof *sorted);
    const experiment_run *found = NULL;
    size_t i;
    for (i = 0; i < e->run_count; i++) sorted[i] = &e->runs[i];
    qsort(sorted, e->run_count, sizeof *sorted, experiment_compare_keys);
    for (i = 1; i < e->run_count; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 && (!found || sorted[i] < found))
            found = sorted[i], *earlier = sorted[i - 1];
    return found;
}

static void experiment_check_outdirs(experiment *e) {
    const experiment_run *run, *earlier;
    size_t i;
    for (i = 0; i < e->run_count; i++) e->runs[i].key = e->runs[i].desc.outdir;
    if ((run = experiment_twice(e, &earlier)) == NULL) return;
    experiment_bad(e, run->outdir,
                   "two runs have the outdir \"%s\" (%s; %s): put what differs into it", run->key,
                   experiment_tell(e, earlier->variables), experiment_tell(e, run->variables));
}

static void experiment_check_identities(experiment *e) {
    const experiment_run *run, *earlier;
    size_t i;
    for (i = 0; i < e->run_count; i++) e->runs[i].key = experiment_identity(e, &e->runs[i]);
    if ((run = experiment_twice(e, &earlier)) == NULL) return;
    experiment_bad(e, run->sweep,
                   "two runs are one experiment, in \"%s\" and \"%s\" (%s; %s): leave one out, or let their artifacts, "
                   "run_script, gem5_options or params differ",
                   earlier->desc.outdir, run->desc.outdir, experiment_tell(e, earlier->variables),
                   experiment_tell(e, run->variables));
}

/* ---- the file */

/* Comments become spaces, and so do commas before a closing bracket, so that all stays where it is. */
static void experiment_plain(experiment *e) {
    char *at = e->text.data, *end = at + e->text.length, *comma = NULL, *begin;
    bool line_comment;
    while (at < end) {
        if (*at == '"') {
            for (at++; at < end && *at != '"'; at++) at += *at == '\\';
            comma = NULL;
        } else if (*at == '/' && at + 1 < end && (at[1] == '/' || at[1] == '*')) {
            size_t line, column;
            begin = at;
            line_comment = at[1] == '/';
            for (at += 2; at < end; at++)
                if (line_comment ? *at == '\n' : *at == '/' && at[-1] == '*' && at >= begin + 3) break;
            experiment_place(e, (size_t)(begin - e->text.data), &line, &column);
            if (at >= end && !line_comment)
                tool_exit(TOOL_FAILED, "%s:%zu:%zu: this comment has no end: close it with */", e->path, line, column);
            for (; begin < at + !line_comment; begin++)
                if (*begin != '\n') *begin = ' ';
            at -= line_comment;
        } else if ((*at == ']' || *at == '}') && comma) *comma = ' ', comma = NULL;
        else if (*at == ',') comma = at;
        else if (!gem5art__is_space((unsigned char)*at)) comma = NULL;
        at++;
    }
}

/* --only var=value: a variable that no run has, or a value, is a mistake. */
static void experiment_check_only(const experiment *e, const tool_list *only) {
    size_t i;
    for (i = 0; only && i < only->count; i++)
        if (!e->only_found[i])
            tool_exit(TOOL_FAILED, "%s: no run has %s: see the values of its matrix", e->path, only->items[i]);
}

static void experiment_begin_only(experiment *e, const tool_list *only) {
    size_t i;
    for (i = 0; only && i < only->count; i++) {
        size_t length = strcspn(only->items[i], "=");
        if (!only->items[i][length] || !length)
            tool_exit(TOOL_MISUSE, "--only: \"%s\" is not of the form variable=value", only->items[i]);
    }
    e->only_found = (bool *)experiment_alloc(e, only ? only->count + 1 : 1);
}

/* The experiment of a file; `only` (var=value, ...) and `limit` (negative: none) choose of its runs. What is wrong ends
   the tool. */
__attribute__((unused)) static experiment *experiment_read(const char *path, const tool_list *only, int64_t limit) {
    experiment *e = (experiment *)calloc(1, sizeof *e);
    const gem5art_json *sweeps, *sweep;
    gem5art_error error;
    if (!e) tool_exit(TOOL_FAILED, "out of memory");
    e->path = path;
    if (!gem5art__read_file(path, (size_t)64 << 20, &e->text, &error)) tool_exit(TOOL_FAILED, "%s", error.message);
    experiment_plain(e);
    e->root = gem5art__json_parse_in(&e->arena, e->text.data ? e->text.data : "", e->text.length, NULL, &error);
    if (!e->root) {
        unsigned line, column;
        int rest = 0;
        if (sscanf(error.message, "line %u, column %u: %n", &line, &column, &rest) == 2 && rest)
            tool_exit(TOOL_FAILED, "%s:%u:%u: %s", path, line, column, error.message + rest);
        tool_exit(TOOL_FAILED, "%s: %s", path, error.message);
    }
    experiment_begin_only(e, only);
    experiment_need(e, e->root, GEM5ART_JSON_OBJECT, "an experiment");
    experiment_keys(e, e->root, "an experiment", experiment_top_keys, experiment_run_keys);
    if (gem5art_json_get(e->root, "artifacts"))
        experiment_need(e, gem5art_json_get(e->root, "artifacts"), GEM5ART_JSON_OBJECT, "artifacts");
    if ((sweeps = gem5art_json_get(e->root, "sweeps")) == NULL)
        experiment_bad(e, e->root, "the experiment has no sweeps: add \"sweeps\": [...]");
    experiment_need(e, sweeps, GEM5ART_JSON_ARRAY, "sweeps");
    for (sweep = sweeps->first; sweep; sweep = sweep->next) experiment_read_sweep(e, sweep, only, limit);
    experiment_check_only(e, only);
    if (!e->run_count) experiment_bad(e, sweeps, "there are no runs: see the sweeps, --only and --limit");
    experiment_check_outdirs(e);
    experiment_check_identities(e);
    return e;
}

__attribute__((unused)) static void experiment_free(experiment *e) {
    gem5art__buf_free(&e->text);
    gem5art__arena_free(&e->arena);
    free(e);
}

/* ---- command lines */

/* The command that executes a run: argv, NULL-terminated, the experiment's own. Its outdir leads from `folder`. */
__attribute__((unused)) static const char *const *experiment_command(experiment *e, const experiment_run *run,
                                                                     const char *folder) {
    const gem5art_run_desc *d = &run->desc;
    const char *own[EXPERIMENT_ROLES], **argv;
    const char *const *param, *const *option;
    size_t n = 0, count = 0;
    int role;
    own[GEM5] = d->gem5_binary, own[LINUX_BINARY] = d->linux_binary, own[DISK_IMAGE] = d->disk_image;
    for (role = 0; role < (run->fs ? EXPERIMENT_ROLES : LINUX_BINARY); role++)
        if (role == GEM5 || role >= LINUX_BINARY)
            if (!own[role]) own[role] = e->artifacts[run->roles[role]]->desc.path;
    for (param = d->params; param && *param; param++) count++;
    for (option = d->gem5_options; option && *option; option++) count++;
    argv = (const char **)experiment_alloc(e, (count + 7) * sizeof *argv);
    argv[n++] = own[GEM5];
    argv[n++] = "-re";
    argv[n++] = gem5art__arena_printf(&e->arena, "--outdir=%s", gem5art__join_path(&e->arena, folder, d->outdir));
    for (option = d->gem5_options; option && *option; option++) argv[n++] = *option;
    argv[n++] = d->run_script;
    if (run->fs) argv[n++] = own[LINUX_BINARY], argv[n++] = own[DISK_IMAGE];
    for (param = d->params; param && *param; param++) argv[n++] = *param;
    argv[n] = NULL;
    return argv;
}

#endif
