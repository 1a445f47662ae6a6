/* gem5art-diff - shows how two runs, or two artifacts, differ. */

#include "gem5art.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/describe.h"
#include "lib/differ.h"
#include "lib/find.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/program.h"
#include "lib/sheet.h"
#include "lib/store.h"
#include "lib/terminal.h"
#include "lib/when.h"

const char *tool_name = "gem5art-diff";

enum { COMMITS = 10 }; /* listed of each side, at most */

/* ---- what is compared, in the order in which it is shown */

typedef enum form {
    PLAIN,    /* as it is recorded; an array by position */
    ARTIFACT, /* ids, compared by the hashes of the artifacts */
    SCRIPT,   /* a path, compared from its repo on */
    VARIABLES,
    EVENT,    /* the last exit event */
    FILES,
    ORIGIN,   /* of a git repo */
    ARCHIVED, /* "all", "none" or {"except": [...]} */
    LIMIT,    /* seconds; 0: none */
    BYTES,
    TOOK,     /* from here on: cost, shown with a percentage. How long the run took */
    USED,     /* from here on: resources, which Python gem5art does not record */
    USED_SECONDS,
    USED_KIB
} form;

typedef struct aspect {
    const char *field, *label;
    form form;
    bool decides; /* the result, as in "Identity" of the manual */
} aspect;

#define ROLE_ASPECT(role, key, label) {key, label, ARTIFACT, true},
static const aspect run_aspects[] = {
    {"type", "what", PLAIN, true}, {"params", "parameters", PLAIN, true},
    {"gem5_options", "gem5 options", PLAIN, true}, STORE_ROLES(ROLE_ASPECT)
    {"artifacts", "further", ARTIFACT, true}, {"run_script", "script", SCRIPT, true},
    {"status", "status", PLAIN, false}, {"kill_reason", "killed for", PLAIN, false},
    {"return_code", "return code", PLAIN, false}, {"cause", "cause", PLAIN, false},
    {"exit_events", "last event", EVENT, false}, {"error", "error", PLAIN, false},
    {"files", "files read", FILES, false}, {"variables", "variables", VARIABLES, false},
    {"accept", "accepts", PLAIN, false}, {"fail_on", "fails on", PLAIN, false}, {"stall", "stall", LIMIT, false},
    {"archive", "archive", PLAIN, false},
    {"name", "name", PLAIN, false}, {"timeout", "time-out", LIMIT, false}, {"environment", "environment", PLAIN, false},
    {"archive", "archives", ARCHIVED, false}, {"results_size", "results", BYTES, false},
    {"gem5_binary_path", "gem5 path", PLAIN, false}, {"linux_binary_path", "kernel path", PLAIN, false},
    {"disk_image_path", "disk path", PLAIN, false}, {"cwd", "folder", PLAIN, false}, {"host", "host", PLAIN, false},
    {"kernel", "host kernel", PLAIN, false}, {"cpu_model", "host CPU", PLAIN, false}, {"user", "user", PLAIN, false},
    {"gem5art_version", "gem5art.h", PLAIN, false}, {"seconds", "took", TOOK, false},
    {"ru_utime", "user CPU", USED_SECONDS, false}, {"ru_stime", "system CPU", USED_SECONDS, false},
    {"ru_maxrss", "memory", USED_KIB, false}, {"ru_inblock", "blocks read", USED, false},
    {"ru_oublock", "written", USED, false}, {"ru_nvcsw", "switches", USED, false},
    {"ru_nivcsw", "preemptions", USED, false}, {NULL, NULL, PLAIN, false}};

static const aspect artifact_aspects[] = {
    {"hash", "hash", PLAIN, true}, {"type", "type", PLAIN, false}, {"name", "name", PLAIN, false},
    {"documentation", "about", PLAIN, false}, {"command", "made by", PLAIN, false}, {"cwd", "in", PLAIN, false},
    {"inputs", "made from", ARTIFACT, false}, {"path", "path", PLAIN, false}, {"git", "origin", ORIGIN, false},
    {"size", "size", BYTES, false}, {"architecture", "architecture", PLAIN, false},
    {"version", "version", PLAIN, false}, {"supported_gem5_versions", "for gem5", PLAIN, false},
    {"url", "url", PLAIN, false}, {"md5sum", "md5sum", PLAIN, false}, {"extra", "extra", PLAIN, false},
    {NULL, NULL, PLAIN, false}};

typedef struct difference {
    const aspect *aspect;
    text_list items[2];     /* for people */
    bool list;              /* the items are those of an array or object */
    bool repos;             /* two commits of a repo */
    bool compared;          /* a local repo has both: */
    size_t commit_count[2]; /* commits that only one side has */
    text_list commits[2];   /* the first of them, a line each */
} difference;

static gem5art_db *db;
static found sides[2];                /* two runs or two artifacts */
static const gem5art_json *records[2];
static difference differences[sizeof run_aspects / sizeof *run_aspects];
static size_t difference_count;
static text_list fields[2]; /* that differ: those that decide, the others */

/* ---- values */

/* The fields of a record, and `seconds`: how long the run took. */
static const gem5art_json *read_record(const found *f) {
    gem5art_json_writer writer;
    const gem5art_json *parsed;
    const char *json;
    text all = {NULL, 0, 0};
    gem5art_error error;
    size_t length;
    gem5art_json_writer_init(&writer, 0);
    if (f->run) gem5art_json_run(&writer, f->run);
    else gem5art_json_artifact(&writer, f->artifact);
    json = gem5art_json_take(&writer, &length, &error);
    if (!json) die_of(&error);
    text_put(&all, json, length - 1);
    if (f->run && !gem5art_json_get(f->run->record, "seconds"))
        text_putf(&all, ",\"seconds\":%.17g", describe_seconds(f->run));
    text_puts(&all, "}");
    parsed = gem5art_json_parse(all.data, all.length, NULL, &error);
    if (!parsed) die_of(&error);
    gem5art_json_writer_free(&writer);
    text_free(&all);
    return parsed;
}

static double number_of(const aspect *a, int side) { return gem5art_json_get(records[side], a->field)->number; }

static const char *text_of(const gem5art_json *object, const char *key) {
    const gem5art_json *value = gem5art_json_get(object, key);
    return value && value->type == GEM5ART_JSON_STRING ? value->text : "";
}

/* The hash of an artifact, to be compared; or "gem5, SHA-256 99b631e4b40b". */
static const char *artifact_text(const char *id, bool shown) {
    const gem5art_artifact *artifact = store_artifact(db, id);
    if (!shown) return artifact && *artifact->hash ? artifact->hash : id;
    if (!artifact) return text_keep(text_printf("%s, no longer in the store", id));
    return text_keep(text_printf("%s, %s %.12s", artifact->name, describe_hash_kind(artifact), artifact->hash));
}

static const char *number_text(form unit, double number) {
    text t = {NULL, 0, 0};
    bool seconds = unit == TOOK || unit == USED_SECONDS;
    if (unit == LIMIT && number <= 0) text_puts(&t, "none");
    else if (seconds && number < 60) text_putf(&t, "%.3f s", number);
    else if (seconds || unit == LIMIT) when_put_duration(&t, number);
    else describe_bytes(&t, unit == BYTES ? number : number * 1024);
    return text_keep(t.data);
}

/* An item as it is compared, or shown. */
static const char *item_text(const aspect *a, const gem5art_json *item, bool shown) {
    const gem5art_json *tick = gem5art_json_get(item, "tick"), *code = gem5art_json_get(item, "code");
    if (a->form == ARTIFACT) return artifact_text(item->text, shown);
    if (a->form == FILES)
        return text_keep(text_printf("%s %.*s", text_of(item, "path"), shown ? 12 : 64, text_of(item, "hash")));
    if (a->form == EVENT)
        return text_keep(text_printf("tick %.*s: %s%s%.*s", (int)tick->raw_length, tick->raw, text_of(item, "cause"),
                                code->integer ? ", code " : "", code->integer ? (int)code->raw_length : 0, code->raw));
    if (item->type == GEM5ART_JSON_STRING) return item->text;
    if (shown && a->form >= LIMIT && a->form != USED) return number_text(a->form, item->number);
    return text_keep(text_copy_n(item->raw, item->raw_length));
}

/* A field as it is compared or shown: the items of an array or object, or one value; no item for "" and null. */
static text_list items_of(const aspect *a, int side, bool shown, bool *list) {
    const gem5art_json *value = gem5art_json_get(records[side], a->field), *item;
    text_list items = {NULL, 0};
    if (a->form == ORIGIN) value = gem5art_json_get(value, "origin");
    if (a->form == ARCHIVED && value && value->type == GEM5ART_JSON_OBJECT) value = value->first;
    if (a->form == EVENT && value)
        for (item = value->first, value = NULL; item; item = item->next) value = item;
    if (!value || value->type == GEM5ART_JSON_NULL) return items;
    if (value->type == GEM5ART_JSON_STRING && !value->length) return items;
    *list = a->form != EVENT && (value->type == GEM5ART_JSON_ARRAY || value->type == GEM5ART_JSON_OBJECT);
    if (!*list) text_list_add(&items, item_text(a, value, shown));
    for (item = *list ? value->first : NULL; item; item = item->next)
        text_list_add(&items, item->key ? text_keep(text_printf("%s=%s", item->key, item_text(a, item, shown)))
                                        : item_text(a, item, shown));
    return items;
}

/* The path of a run's script in its repo; NULL: the record does not have it. */
static const char *script_in_repo(const gem5art_run *run) {
    const gem5art_artifact *repo = store_artifact(db, run->run_script_git_artifact);
    const char *path = text_keep(text_join(run->cwd, run->run_script));
    const char *below = repo ? text_below(repo->git_name, path) : NULL;
    return repo && !below ? text_below(repo->path, path) : below;
}

/* If the script is not in the stored repo, but in a different clone, only the end of its path is compared. */
static bool same_scripts(void) {
    const char *a = script_in_repo(sides[0].run), *b = script_in_repo(sides[1].run), *below = a ? a : b;
    const char *path = sides[a != NULL].run->run_script;
    if (a && b) return text_same(a, b);
    if (!below) return text_same(sides[0].run->run_script, sides[1].run->run_script);
    return text_same(path, below) || text_ends(path, text_keep(text_printf("/%s", below)));
}

static const char *value_text(const gem5art_json *value) {
    if (value->type == GEM5ART_JSON_STRING) return value->text;
    return text_keep(text_copy_n(value->raw, value->raw_length));
}

/* The next variable that differs: of the first side, or one that only the second has. `member` is the one before it, or
   NULL. Its values: "" for none. */
static const gem5art_json *next_variable(int side, const gem5art_json *member, const char *values[2]) {
    const gem5art_json *all[2] = {gem5art_json_get(records[0], "variables"), gem5art_json_get(records[1], "variables")};
    for (member = member ? member->next : all[side] ? all[side]->first : NULL; member; member = member->next) {
        const gem5art_json *other = member->key ? gem5art_json_get(all[!side], member->key) : NULL;
        values[side] = value_text(member);
        values[!side] = other ? value_text(other) : "";
        if (!other || (side == 0 && !text_same(values[0], values[1]))) return member;
    }
    return NULL;
}

static bool is_same(const aspect *a) {
    bool list, same;
    text_list x, y;
    size_t i;
    const char *values[2];
    if (a->form == SCRIPT) return same_scripts();
    if (a->form == VARIABLES) return !next_variable(0, NULL, values) && !next_variable(1, NULL, values);
    x = items_of(a, 0, false, &list);
    y = items_of(a, 1, false, &list);
    same = x.count == y.count;
    for (i = 0; same && i < x.count; i++) same = text_same(x.items[i], y.items[i]);
    text_list_free(&x);
    text_list_free(&y);
    return same;
}

/* ---- git */

/* Reads the commits that only one of two leads to. False: the folder is not a repo that has both. */
static bool read_commits(difference *d, const char *folder, const char *left, const char *right) {
    const char *both = text_keep(text_printf("%s...%s", left, right));
    const char *const log[] = {"log", "--left-right", "--format=%m%h %s", "--color=never", both, "--", NULL};
    text out = {NULL, 0, 0};
    const char *line, *end;
    bool ok = program_git(folder, log, &out);
    for (line = ok ? text_string(&out) : ""; *line; line = *end ? end + 1 : end) {
        int side = *line == '>';
        end = line + strcspn(line, "\n");
        if (d->commit_count[side]++ < COMMITS)
            text_list_add(&d->commits[side], text_keep(text_copy_n(line + 1, (size_t)(end - line - 1))));
    }
    text_free(&out);
    return ok;
}

static void compare_commits(difference *d, const gem5art_artifact *a, const gem5art_artifact *b) {
    const gem5art_artifact *const repos[2] = {a, b};
    int i;
    if (!a || !b || text_same(a->git_hash, b->git_hash)) return;
    if (!program_is_commit(a->git_hash) || !program_is_commit(b->git_hash)) return;
    d->repos = true;
    for (i = 0; i < 4 && !d->compared; i++) {
        const gem5art_artifact *repo = repos[i / 2];
        const char *cwd = sides[i / 2].run ? sides[i / 2].run->cwd : store_folder();
        const char *folder = i % 2 == 0 ? repo->git_name : text_keep(text_join(cwd, repo->path));
        d->compared = describe_exists(folder) && read_commits(d, folder, a->git_hash, b->git_hash);
    }
}

/* ---- comparing */

static void add_difference(const aspect *a) {
    difference *d = &differences[difference_count++];
    const gem5art_artifact *used[2] = {sides[0].artifact, sides[1].artifact};
    int side;
    d->aspect = a;
    text_list_add(&fields[!a->decides], a->field);
    for (side = 0; side < 2; side++) {
        d->items[side] = items_of(a, side, true, &d->list);
        if (sides[0].run && a->form == ARTIFACT && *text_of(records[side], a->field))
            used[side] = store_artifact(db, text_of(records[side], a->field));
    }
    if (sides[0].run || a->decides) compare_commits(d, used[0], used[1]);
}

/* A run's hash also covers the content of a script that no repo tracks, which its record does not have. */
static void compare_records(void) {
    const gem5art_run *x = sides[0].run, *y = sides[1].run;
    const aspect *a = x ? run_aspects : artifact_aspects;
    bool comparable = x && strlen(x->hash) == strlen(y->hash), same = comparable && text_same(x->hash, y->hash);
    for (; a->field; a++) {
        if (a->decides && same && strlen(x->hash) == 64) continue;
        if (a->form >= USED && (x->ru_maxrss <= 0 || y->ru_maxrss <= 0)) continue;
        if (!is_same(a)) add_difference(a);
    }
    for (a = run_aspects; comparable && !same && !fields[0].count; a++)
        if (a->form == SCRIPT) add_difference(a);
}

/* ---- for people */

/* Words on lines of their own, marked as in a diff. */
static void show_marked(sheet *s, int side, const char *words) {
    if (!s->fresh) sheet_break(s);
    sheet_set_color(s, side ? SHEET_GREEN : SHEET_RED);
    sheet_word(s, side ? "+" : "-");
    s->indent += 2;
    sheet_words(s, words);
    s->indent -= 2;
    sheet_set_color(s, SHEET_PLAIN);
}

/* "a -> b" where that fits, else two lines. */
static void show_values(sheet *s, const char *a, const char *b, const char *more) {
    if (*a && *b && !strchr(a, '\n') && !strchr(b, '\n') &&
        s->column + terminal_width(a) + 4 + terminal_width(b) + strlen(more) <= s->columns) {
        sheet_put(s, SHEET_RED, a);
        sheet_put(s, SHEET_PLAIN, " -> ");
        sheet_put(s, SHEET_GREEN, b);
        sheet_put(s, SHEET_PLAIN, more);
    } else {
        if (*a) show_marked(s, 0, a);
        if (*b) show_marked(s, 1, b);
    }
}

/* A size in bytes, as both round to the same text. */
static const char *exact_size(const aspect *a, int side) {
    return text_keep(text_printf("%.0f bytes", number_of(a, side) * (a->form == BYTES ? 1 : 1024)));
}

static void show_pair(sheet *s, const difference *d) {
    const char *none = d->aspect->form == ARTIFACT ? "none" : "";
    const char *a = d->items[0].count ? d->items[0].items[0] : none;
    const char *b = d->items[1].count ? d->items[1].items[0] : none;
    bool cost = d->aspect->form >= TOOK;
    double before = cost ? number_of(d->aspect, 0) : 0, after = cost ? number_of(d->aspect, 1) : 0;
    char more[32] = "";
    if ((d->aspect->form == BYTES || d->aspect->form == USED_KIB) && *a && text_same(a, b))
        a = exact_size(d->aspect, 0), b = exact_size(d->aspect, 1);
    if (before > 0 && after > 0) snprintf(more, sizeof more, " (%+.0f%%)", (after / before - 1) * 100);
    show_values(s, a, b, more);
}

/* Does a variable's value, put in the place of its other one, make the second word of the first? */
static bool repeats_variable(const char *first, const char *second) {
    const gem5art_json *member = NULL;
    const char *values[2], *at;
    while ((member = next_variable(0, member, values)) != NULL)
        for (at = strstr(first, values[0]); at; at = *at ? strstr(at + 1, values[0]) : NULL) {
            size_t before = (size_t)(at - first), length = strlen(values[1]);
            if (strncmp(first, second, before) == 0 && strncmp(second + before, values[1], length) == 0 &&
                strcmp(second + before + length, at + strlen(values[0])) == 0)
                return true;
        }
    return false;
}

/* Do parameters differ only by the variables, which are shown above them? */
static bool repeat_variables(const difference *d) {
    const text_list *items = d->items;
    size_t i;
    if (!text_same(d->aspect->field, "params") || items[0].count != items[1].count) return false;
    for (i = 0; i < items[0].count; i++) {
        const char *a = items[0].items[i], *b = items[1].items[i];
        if (!text_same(a, b) && !repeats_variable(a, b)) return false;
    }
    return true;
}

static void show_variables(sheet *s) {
    int side;
    sheet_heading(s, "Variables");
    for (side = 0; side < 2; side++) {
        const gem5art_json *member = NULL;
        const char *values[2];
        while ((member = next_variable(side, member, values)) != NULL) {
            sheet_label(s, member->key);
            show_values(s, values[0], values[1], "");
            sheet_end_line(s);
        }
    }
}

/* Arrays of words are compared by position. Of other lists, the items that only one side has are shown, or, where only
   the order differs, the positions. */
static void show_list(sheet *s, const difference *d) {
    const gem5art_json *value = gem5art_json_get(records[0], d->aspect->field);
    bool words = d->aspect->form == PLAIN && value && value->type == GEM5ART_JSON_ARRAY, any = false;
    const text_list *items = d->items;
    size_t most = items[0].count > items[1].count ? items[0].count : items[1].count, i;
    int side;
    for (side = 0; side < 2 && !words; side++)
        for (i = 0; i < items[side].count; i++)
            if (!text_list_has(&items[!side], items[side].items[i])) {
                show_marked(s, side, items[side].items[i]);
                any = true;
            }
    for (i = 0; i < most && !any; i++) {
        if (i < items[0].count && i < items[1].count && text_same(items[0].items[i], items[1].items[i])) continue;
        for (side = 0; side < 2; side++) {
            text item = {NULL, 0, 0};
            if (i >= items[side].count) continue;
            text_putf(&item, "%zu: ", i + 1);
            if (words) terminal_put_word(&item, items[side].items[i]);
            else text_puts(&item, items[side].items[i]);
            show_marked(s, side, item.data);
            text_free(&item);
        }
    }
}

static void show_commits(sheet *s, const difference *d) {
    int side;
    if (d->repos && !d->compared) sheet_entry(s, "", "no local repository contains both commits");
    for (side = 0; side < 2 && d->compared; side++) {
        size_t count = d->commit_count[side], shown;
        if (!count) continue;
        sheet_entry(s, "", "%zu commit%s only in the %s:", count, count > 1 ? "s" : "", side ? "second" : "first");
        for (shown = 0; shown < d->commits[side].count; shown++) {
            sheet_label(s, "");
            show_marked(s, side, d->commits[side].items[shown]);
            sheet_end_line(s);
        }
        if (shown < count) sheet_entry(s, "", "and %zu more", count - shown);
    }
}

static void show_side(sheet *s, int side) {
    const gem5art_run *run = sides[side].run;
    const gem5art_artifact *artifact = sides[side].artifact;
    text line = {NULL, 0, 0};
    text_putf(&line, "%s %s (", side ? "+++" : "---", run ? run->name : artifact->name);
    if (run) describe_status(&line, run);
    else text_puts(&line, store_is_results(artifact->type) ? "the archive of a run's outdir" : artifact->type);
    text_puts(&line, ")");
    sheet_put(s, side ? SHEET_GREEN : SHEET_RED, line.data);
    text_free(&line);
    sheet_end_line(s);
    sheet_put(s, SHEET_PLAIN, text_keep(text_printf("    %s", run ? run->id : artifact->id)));
    sheet_end_line(s);
}

static void show(sheet *s) {
    bool runs = sides[0].run != NULL;
    size_t i;
    int part;
    show_side(s, 0);
    show_side(s, 1);
    if (!difference_count) sheet_title(s, "No difference");
    else if (!fields[0].count) sheet_title(s, runs ? "No difference that affects the result" : "The same content");
    if (runs) show_variables(s);
    for (part = 0; part < 2; part++) {
        const char *first = runs ? "Differences that affect the result" : "Different content";
        sheet_heading(s, part ? "Other differences" : first);
        for (i = 0; i < difference_count; i++) {
            const difference *d = &differences[i];
            if (d->aspect->decides != (part == 0) || d->aspect->form == VARIABLES) continue;
            sheet_label(s, d->aspect->label);
            if (d->aspect->form == SCRIPT && same_scripts())
                sheet_words(s, text_keep(text_printf("%s: its content", sides[0].run->run_script)));
            else if (repeat_variables(d)) sheet_words(s, "differ as the variables do");
            else if (d->list) show_list(s, d);
            else show_pair(s, d);
            sheet_end_line(s);
            show_commits(s, d);
        }
    }
}

/* ---- as JSON */

static void write_strings(gem5art_json_writer *writer, const char *key, const text_list *strings) {
    size_t i;
    gem5art_json_key(writer, key);
    gem5art_json_begin_array(writer);
    for (i = 0; i < strings->count; i++) gem5art_json_string(writer, strings->items[i]);
    gem5art_json_end_array(writer);
}

static void write_json(void) {
    static const char *const names[] = {"a", "b"};
    gem5art_json_writer writer;
    const difference *d, *end = differences + difference_count;
    int k;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_object(&writer);
    gem5art_json_key(&writer, "same");
    gem5art_json_boolean(&writer, fields[0].count == 0);
    write_strings(&writer, "decide", &fields[0]);
    write_strings(&writer, "besides", &fields[1]);
    for (k = 0; k < 2; k++) {
        gem5art_json_key(&writer, names[k]);
        gem5art_json_begin_object(&writer);
        gem5art_json_key(&writer, "_id");
        gem5art_json_value(&writer, gem5art_json_get(records[k], "_id"));
        for (d = differences; d < end; d++) {
            gem5art_json_key(&writer, d->aspect->field);
            gem5art_json_value(&writer, gem5art_json_get(records[k], d->aspect->field));
        }
        gem5art_json_end_object(&writer);
    }
    gem5art_json_key(&writer, "commits");
    gem5art_json_begin_object(&writer);
    for (d = differences; d < end; d++) {
        if (!d->compared) continue;
        gem5art_json_key(&writer, d->aspect->field);
        gem5art_json_begin_object(&writer);
        for (k = 0; k < 2; k++) write_strings(&writer, names[k], &d->commits[k]);
        gem5art_json_end_object(&writer);
    }
    gem5art_json_end_object(&writer);
    gem5art_json_end_object(&writer);
    print_json(&writer);
    gem5art_json_writer_free(&writer);
}

/* Compares two runs, or groups; returns the exit status. */
static int compare_statistics(const differ *d, sheet *s) {
    bool differs;
    if (sides[0].run) show_side(s, 0), show_side(s, 1);
    differs = differ_show(d, db, sides, s);
    return finish(true) == EXIT_DONE ? differs : tool_failed;
}

int main(int argc, char **argv) {
    static const char *db_uri, *color;
    static differ statistics;
    static const option options[] = {
        {"--json", NULL, NULL, "Print JSON: what differs, and the values of both", .flag = &statistics.json},
        DIFFER_OPTIONS(&statistics),
        OPTION_COLOR(&color),
        OPTION_DB_URI(&db_uri),
        OPTION_END};
    static const operand operands[] = {
        {"a, b", "Ids, or 3 characters or more of them, or whole hashes", "ID"},
        {NULL, NULL, NULL}};
    static const page diff_page = {
        "show how two runs or two artifacts differ",
        "a b | --stats --against VAR=LIST",
        "Show differences, those that affect the result first, and commits between.",
        operands,
        options,
        "Exit status, as of diff(1): 0 if no difference, 1 if one, 2 if it failed.",
        "0 no difference affects the result, 1 a difference does, 2 misuse or a failure", NULL, false};
    sheet s;
    size_t i;
    tool_failed = EXIT_MISUSE;
    argc = options_parse(argc, argv, &diff_page);
    sheet_init(&s, options_color(color, stdout));
    differ_check(&statistics, argc);
    db = store_open(store_find(db_uri), true);
    if (statistics.against.count) return compare_statistics(&statistics, &s);
    sides[0] = find_any(db, argv[0]);
    sides[1] = find_any(db, argv[1]);
    if (!sides[0].run != !sides[1].run)
        die(EXIT_MISUSE, "\"%s\" is %s and \"%s\" is %s: give two runs or two artifacts", argv[0],
            sides[0].run ? "a run" : "an artifact", argv[1], sides[1].run ? "a run" : "an artifact");
    if (statistics.stats && !sides[0].run)
        die(EXIT_MISUSE, "--stats compares runs, and \"%s\" is an artifact", argv[0]);
    if (statistics.stats) return compare_statistics(&statistics, &s);
    for (i = 0; i < 2; i++) records[i] = read_record(&sides[i]);
    compare_records();
    if (statistics.json) write_json();
    else show(&s);
    sheet_print(&s);
    return finish(true) == EXIT_DONE ? fields[0].count > 0 : tool_failed;
}
