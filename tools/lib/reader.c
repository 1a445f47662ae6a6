/* reader.c - see reader.h */

#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "variables.h"
#include "when.h"

/* ---- the keys */

enum { KEY_REQUIRED = 16, KEY_FS = 32 };

typedef enum key_kind {
    KEY_TEXT,
    KEY_TEXTS, KEY_FILLED, KEY_CHECKED, /* arrays: of any texts, without empty ones, of those that the library takes */
    KEY_PAIRS,  /* an object of texts */
    KEY_UNLESS, /* sets the negation */
    KEY_NUMBER, /* from -limit to limit */
    KEY_TIME, KEY_MODE, KEY_ARCHIVE, KEY_ROLE, KEY_FURTHER, KEY_OTHER
} key_kind;

typedef struct key {
    const char *name;
    int flags;     /* where it is allowed, and whether it is required */
    key_kind kind;
    size_t offset; /* in gem5art_run_desc or gem5art_artifact_desc */
    int limit;     /* KEY_ROLE: the role; KEY_TEXT: how many of `further` it can name */
} key;

#define KEY_RUN(field, flags, kind, limit) {#field, IN_RUN | (flags), kind, offsetof(gem5art_run_desc, field), limit}
#define KEY_ARTIFACT(field, flags) {#field, IN_ARTIFACT | (flags), KEY_TEXT, offsetof(gem5art_artifact_desc, field), 0}
#define KEY_ELSE(name, flags) {name, flags, KEY_OTHER, 0, 0}

static const key keys[] = {
    {"mode", IN_RUN | KEY_REQUIRED, KEY_MODE, 0, 0},
    KEY_RUN(name, KEY_REQUIRED, KEY_TEXT, 2), KEY_RUN(run_script, KEY_REQUIRED, KEY_TEXT, 0),
    KEY_RUN(outdir, KEY_REQUIRED, KEY_TEXT, 3), KEY_RUN(gem5_binary, 0, KEY_TEXT, 0),
    KEY_RUN(linux_binary, KEY_FS, KEY_TEXT, 0), KEY_RUN(disk_image, KEY_FS, KEY_TEXT, 0),
    KEY_RUN(params, 0, KEY_TEXTS, 0), KEY_RUN(environment, 0, KEY_PAIRS, 0),
    KEY_RUN(gem5_options, 0, KEY_CHECKED, 0), KEY_RUN(accept, 0, KEY_CHECKED, 0),
    KEY_RUN(fail_on, 0, KEY_FILLED, 0), KEY_RUN(timeout, 0, KEY_TIME, 0), KEY_RUN(stall, 0, KEY_TIME, 0),
    {"probe", IN_RUN, KEY_UNLESS, offsetof(gem5art_run_desc, no_probe), 0}, {"archive", IN_RUN, KEY_ARCHIVE, 0, 0},
    {"except", IN_ARCHIVE, KEY_CHECKED, offsetof(gem5art_run_desc, archive_except), 0},
    KEY_RUN(nice, 0, KEY_NUMBER, 20), KEY_RUN(priority, 0, KEY_NUMBER, 1000000),
    KEY_RUN(gem5_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_GEM5),
    KEY_RUN(gem5_git_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_GEM5_GIT),
    KEY_RUN(run_script_git_artifact, KEY_REQUIRED, KEY_ROLE, ROLE_SCRIPT_GIT),
    KEY_RUN(linux_binary_artifact, KEY_REQUIRED | KEY_FS, KEY_ROLE, ROLE_LINUX),
    KEY_RUN(disk_image_artifact, KEY_REQUIRED | KEY_FS, KEY_ROLE, ROLE_DISK),
    {"artifacts", IN_RUN, KEY_FURTHER, 0, 0},
    KEY_ELSE("sweeps", IN_TOP), KEY_ELSE("sbatch", IN_TOP), KEY_ELSE("when", IN_OVERRIDE), KEY_ELSE("matrix", IN_SWEEP), KEY_ELSE("only", IN_SWEEP),
    KEY_ELSE("exclude", IN_SWEEP), KEY_ELSE("include", IN_SWEEP), KEY_ELSE("overrides", IN_SWEEP),
    KEY_ARTIFACT(name, 0), KEY_ARTIFACT(type, KEY_REQUIRED), KEY_ARTIFACT(path, KEY_REQUIRED),
    KEY_ARTIFACT(documentation, KEY_REQUIRED), KEY_ARTIFACT(cwd, 0), KEY_ARTIFACT(command, 0),
    KEY_ARTIFACT(architecture, 0), KEY_ARTIFACT(url, 0), KEY_ARTIFACT(version, 0), KEY_ELSE("inputs", IN_ARTIFACT)};

static const key *const keys_end = keys + sizeof keys / sizeof *keys;

void reader_check_keys(const reader *r, const gem5art_json *object, int where, const char *what) {
    const gem5art_json *member = source_need(r->s, object, GEM5ART_JSON_OBJECT, what)->first;
    const key *k;
    text_list names = {NULL, 0};
    for (k = keys; k < keys_end; k++)
        if (k->flags & where) text_list_add(&names, k->name);
    for (; member; member = member->next)
        if (!text_list_has(&names, member->key))
            source_bad_word(r->s, member->raw_key, text_printf("unknown key \"%s\" of %s", member->key, what),
                            member->key, &names, "correct or remove it");
    text_list_free(&names);
}

/* ---- texts and their variables */

/* The placeholders of a name (the first two) and of an outdir, besides variables of the matrix. The commits stay as
   they are until experiment_use_artifacts replaces them. */
static const char *const further[] = {EXPERIMENT_SCRIPT_COMMIT, EXPERIMENT_GEM5_COMMIT, "{name}"};

const char *reader_variable(const reader *r, const char *at, const char *name, size_t length) {
    const char *value = variables_get(r->variables, name, length), *const *variable;
    text_list names = {NULL, 0};
    text advice = {NULL, 0, 0};
    int i;
    if (value) return value;
    for (i = 0; i < r->further; i++)
        if (length == strlen(further[i]) - 2 && strncmp(further[i] + 1, name, length) == 0)
            return i < 2 ? further[i] : r->name;
    for (variable = r->variables; *variable; variable += 2) text_list_add(&names, *variable);
    text_puts(&advice, "add it there, ");
    for (i = 0; i < r->further; i++) {
        text_list_add(&names, text_copy_n(further[i] + 1, strlen(further[i]) - 2));
        text_putf(&advice, "%s%s", !i ? "use " : i + 1 < r->further ? ", " : " or ", further[i]);
    }
    text_puts(&advice, r->further ? ", or write {{ for a brace" : "or write {{ for a brace");
    source_bad_word(r->s, at, text_printf("the variable {%.*s} is not in the matrix", (int)length, name),
                    text_copy_n(name, length), &names, advice.data);
}

/* Replaces the variables in a text that stands `at` a place. */
static const char *expand(reader *r, const char *at, const char *format) {
    const char *c = format;
    if (!format[strcspn(format, "{}")]) return format;
    for (text_clear(&r->scratch); *c; c++) {
        size_t length = strcspn(c + 1, "}");
        if ((*c == '{' || *c == '}') && c[1] == *c) text_put(&r->scratch, c++, 1);
        else if (*c == '{' && c[1 + length]) {
            text_puts(&r->scratch, reader_variable(r, at, c + 1, length));
            c += 1 + length;
        } else if (*c == '{' || *c == '}')
            source_bad(r->s, at, "unmatched %c in \"%s\": write it twice for a brace", *c, format);
        else text_put(&r->scratch, c, 1);
    }
    return text_keep(text_copy_n(text_string(&r->scratch), r->scratch.length));
}

static const char *read_text(reader *r, const gem5art_json *value, const char *what, bool filled) {
    const char *content = expand(r, value->raw, source_scalar(r->s, value, what));
    if (filled && !*content) source_bad(r->s, value->raw, "%s is empty: fill it in, or remove it", what);
    return content;
}

/* ---- artifacts: each is read when a run or another artifact first needs it */

static size_t read_artifact(reader *r, const gem5art_json *reference, const experiment_artifact *outer);

static size_t *read_artifacts(reader *r, const gem5art_json *array, const char *what, const experiment_artifact *outer,
                              size_t *count) {
    const gem5art_json *item = source_need(r->s, array, GEM5ART_JSON_ARRAY, what)->first;
    size_t *places = (size_t *)text_keep(text_alloc((array->count + 1) * sizeof *places));
    for (; item; item = item->next) places[(*count)++] = read_artifact(r, item, outer);
    return places;
}

/* The definition that a reference names: that of the expanded name, else one whose key is the reference as written. */
static const gem5art_json *find_definition(reader *r, const gem5art_json *reference) {
    const gem5art_json *artifacts = gem5art_json_get(r->s->root, "artifacts"), *definition, *m;
    const char *written = source_need(r->s, reference, GEM5ART_JSON_STRING, "the name of an artifact")->text;
    const char *name = expand(r, reference->raw, written);
    text_list names = {NULL, 0};
    if ((definition = gem5art_json_get(artifacts, name)) != NULL) return definition;
    if ((definition = gem5art_json_get(artifacts, written)) != NULL) return definition;
    for (m = artifacts ? artifacts->first : NULL; m; m = m->next) text_list_add(&names, m->key);
    source_bad_word(r->s, reference->raw, text_printf("unknown artifact \"%s\"", name), written, &names,
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
            source_bad(r->s, reference->raw, "the artifact \"%s\" is its own input: remove it from these inputs",
                       a->desc.name);
    reader_check_keys(r, definition, IN_ARTIFACT, "an artifact");
    for (k = keys; k < keys_end; k++) {
        if (!(k->flags & IN_ARTIFACT) || k->kind != KEY_TEXT) continue;
        value = gem5art_json_get(definition, k->name);
        to = (const char **)(void *)((char *)&a->desc + k->offset);
        if (value) *to = read_text(r, value, k->name, (k->flags & KEY_REQUIRED) != 0);
        else if (k->flags & KEY_REQUIRED)
            source_bad(r->s, definition->raw, "the artifact \"%s\" has no %s: add it", a->desc.name, k->name);
        if (*to) text_putf(&description, "%s %zu:%s ", k->name, strlen(*to), *to);
    }
    if (strlen(a->desc.documentation) < 10)
        source_bad(r->s, gem5art_json_get(definition, "documentation")->raw,
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
            source_bad(r->s, definition->raw,
                       "the artifact \"%s\" has two descriptions for one path, \"%s\": use two paths", a->desc.name,
                       a->desc.path);
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
    if (!value && !text_same(name, "artifacts")) value = gem5art_json_get(r->s->root, name);
    return value;
}

/* Lets the library check one text; other errors of this incomplete run do not count. */
static void check_text(const reader *r, const gem5art_json *item, const key *k, const char *content) {
    const char *one[2] = {NULL, NULL}, *message;
    gem5art_run_desc desc = {.name = "run", .run_script = "run", .outdir = "run"};
    gem5art_error error;
    one[0] = content;
    *(const char *const **)(void *)((char *)&desc + k->offset) = one;
    if (gem5art_check_run(&desc, false, &error)) return;
    message = strstr(error.message, k->name);
    if (message) source_bad(r->s, item->raw, "%s", message);
}

/* Reads an array of texts, or an object of them as name, value, ...; NULL-terminated. */
static const char *const *read_texts(reader *r, const gem5art_json *value, const key *k) {
    bool pairs = k->kind == KEY_PAIRS;
    gem5art_json_type type = pairs ? GEM5ART_JSON_OBJECT : GEM5ART_JSON_ARRAY;
    const gem5art_json *item = source_need(r->s, value, type, k->name)->first;
    const char **texts = (const char **)text_keep(text_alloc((2 * value->count + 1) * sizeof *texts));
    size_t n = 0;
    for (; item; item = item->next, n++) {
        if (pairs && (!variables_is_name(item->key) || strlen(item->key) != item->key_length))
            source_bad(r->s, item->raw_key, "\"%s\" cannot be an environment variable: correct its name", item->key);
        if (pairs) texts[n++] = item->key;
        texts[n] = read_text(r, item, k->name, k->kind == KEY_FILLED);
        if (k->kind == KEY_CHECKED) check_text(r, item, k, texts[n]);
    }
    return texts;
}

/* "all", "none", or {"except": [...]}. */
static void read_archive(reader *r, const gem5art_json *value, gem5art_run_desc *desc) {
    const gem5art_json *except = gem5art_json_get(value, "except");
    const key *k;
    if (value->type != GEM5ART_JSON_OBJECT) {
        const char *word = value->type == GEM5ART_JSON_STRING ? value->text : "";
        desc->no_archive = text_same(word, "none");
        if (desc->no_archive || text_same(word, "all")) return;
        source_bad(r->s, value->raw, "archive must be \"all\", \"none\" or {\"except\": [\"cpt.*\"]}: correct it");
    }
    reader_check_keys(r, value, IN_ARCHIVE, "archive");
    if (!except) source_bad(r->s, value->raw, "archive has no \"except\": add the globs of files to leave out");
    for (k = keys; !(k->flags & IN_ARCHIVE);) k++;
    desc->archive_except = read_texts(r, except, k);
}

static void read_key(reader *r, experiment_run *run, const key *k) {
    const gem5art_json *value = value_of(r, k->name);
    void *to = (char *)&run->desc + k->offset;
    const char *word;
    bool repo;
    if (k->flags & KEY_FS && !run->fs) {
        value = gem5art_json_get(r->sweep, k->name);
        if (value) source_bad(r->s, value->raw, "%s is for fs runs: set \"mode\": \"fs\", or remove it", k->name);
        return;
    }
    if (!value && k->flags & KEY_REQUIRED)
        source_bad(r->s, r->sweep->raw, "the sweep has no %s%s: add %s", k->name,
                   k->flags & KEY_FS ? ", which fs runs need" : "",
                   k->kind == KEY_MODE ? "\"mode\": \"se\" or \"fs\"" : "it");
    if (!value) return;
    switch (k->kind) {
    case KEY_OTHER: break;
    case KEY_TEXT:
        r->further = k->limit;
        *(const char **)to = read_text(r, value, k->name, true);
        r->further = 0;
        break;
    case KEY_TEXTS:
    case KEY_FILLED:
    case KEY_CHECKED:
    case KEY_PAIRS: *(const char *const **)to = read_texts(r, value, k); break;
    case KEY_TIME:
        word = read_text(r, value, k->name, false);
        if (!when_timeout(word, (double *)to))
            source_bad(r->s, value->raw,
                       "the %s \"%s\" is not a time: give seconds, or \"30m\", \"12h\", \"2d\", or \"none\"", k->name,
                       word);
        break;
    case KEY_UNLESS: *(bool *)to = !source_need(r->s, value, GEM5ART_JSON_BOOL, k->name)->boolean; break;
    case KEY_NUMBER:
        source_need(r->s, value, GEM5ART_JSON_NUMBER, k->name);
        if (!value->is_integer || value->integer < -k->limit || value->integer > k->limit)
            source_bad(r->s, value->raw, "%s must be a whole number from %d to %d", k->name, -k->limit, k->limit);
        *(int *)to = (int)value->integer;
        break;
    case KEY_MODE:
        word = source_scalar(r->s, value, k->name);
        run->fs = text_same(word, "fs");
        if (!run->fs && !text_same(word, "se"))
            source_bad(r->s, value->raw, "unknown mode \"%s\": give se or fs", word);
        break;
    case KEY_ARCHIVE: read_archive(r, value, &run->desc); break;
    case KEY_ROLE:
        repo = k->limit == ROLE_GEM5_GIT || k->limit == ROLE_SCRIPT_GIT;
        run->roles[k->limit] = read_artifact(r, value, NULL);
        word = r->e->artifacts[run->roles[k->limit]]->desc.type;
        if (repo != text_same(word, "git repo"))
            source_bad(r->s, value->raw, "%s is a \"%s\": name an artifact that is %sa \"git repo\"", k->name, word,
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

void reader_add_run(reader *r) {
    experiment_run *run = experiment_add_run(r->e);
    const key *k;
    for (k = keys; k < keys_end; k++) {
        if (!(k->flags & IN_SWEEP)) continue;
        read_key(r, run, k);
        r->name = run->desc.name;
    }
    run->desc.variables = r->variables;
    run->sweep = r->sweep->raw;
    run->outdir = value_of(r, "outdir")->raw;
    identify(r, run);
}
