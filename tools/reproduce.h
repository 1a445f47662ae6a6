/* reproduce.h - a shell script that makes again what a run or an artifact needs, and then runs it: clones and
   checkouts, build commands in the order of what is made from what, checks of what was built, the command.

   All of it happens in one new folder. What stood below the folder where the run was executed stands at the same place
   below the new one; what stood elsewhere, below outside/ there. */
#ifndef REPRODUCE_H
#define REPRODUCE_H

#include "describe.h"

enum { RECIPE_DEPTH = 256, RECIPE_WIDTH = 110 }; /* inputs of inputs; columns of the script, where words allow */

typedef struct recipe {
    gem5art_db *db;
    gem5art__arena arena;
    gem5art__buf script;
    const char *base;                 /* absolute; "": not known */
    tool_list ids;                    /* of what was looked at */
    tool_list missing;                /* of these, those that are not in the store */
    const gem5art_artifact **needed;  /* what others are made from goes before them */
    size_t count;
    bool built;                       /* by commands, which may have checked something else out */
    tool_list moved;                  /* absolute paths of files and folders that stand below outside/ */
} recipe;

static void recipe_check(bool ok) {
    if (!ok) tool_exit(TOOL_FAILED, "out of memory");
}

/* ---- what is needed */

/* The artifacts that a run names by their role. */
static const struct role {
    const char *label;
    size_t offset; /* of the id in gem5art_run */
} roles[] = {{"gem5", offsetof(gem5art_run, gem5_artifact)},
             {"gem5 repo", offsetof(gem5art_run, gem5_git_artifact)},
             {"script repo", offsetof(gem5art_run, run_script_git_artifact)},
             {"kernel", offsetof(gem5art_run, linux_binary_artifact)},
             {"disk image", offsetof(gem5art_run, disk_image_artifact)}};
enum { ROLES = sizeof roles / sizeof *roles };

/* "": the run has none. */
static const char *role_id(const gem5art_run *run, size_t role) {
    return *(const char *const *)(const void *)((const char *)run + roles[role].offset);
}

static bool list_has(const tool_list *list, const char *item) {
    size_t i;
    for (i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0) return true;
    return false;
}

static void recipe_need(recipe *r, const char *id, int depth) {
    const gem5art_artifact *artifact;
    const char *const *input;
    if (!*id || list_has(&r->ids, id)) return;
    if (depth > RECIPE_DEPTH)
        tool_exit(TOOL_FAILED, "the inputs of artifact %s are made from others more than %d deep", id, RECIPE_DEPTH);
    tool_list_add(&r->ids, id);
    artifact = find_used(r->db, id);
    if (!artifact) {
        tool_list_add(&r->missing, id);
        return;
    }
    for (input = artifact->inputs; *input; input++) recipe_need(r, *input, depth + 1);
    r->needed = (const gem5art_artifact **)realloc((void *)r->needed, (r->count + 1) * sizeof *r->needed);
    recipe_check(r->needed != NULL);
    r->needed[r->count++] = artifact;
}

static void recipe_need_run(recipe *r, const gem5art_run *run) {
    const char *const *further;
    size_t i;
    for (i = 0; i < ROLES; i++) recipe_need(r, role_id(run, i), 0);
    for (further = run->artifacts; *further; further++) recipe_need(r, *further, 0);
}

/* ---- where it stands */

/* An absolute path, or one below the base, without "." and "..". */
static char *recipe_absolute(recipe *r, const char *path) {
    char *text = gem5art__join_path(&r->arena, r->base, path), *part, *next;
    recipe_check(text != NULL);
    for (part = text; *text == '/' && (part = strstr(part, "/..")) != NULL;) {
        if (part[3] && part[3] != '/') {
            part++;
            continue;
        }
        next = part + 3;
        while (part > text && *--part != '/') {}
        memmove(part, next, strlen(next) + 1);
        part = text;
    }
    return *text ? text : gem5art__arena_copy(&r->arena, "/");
}

/* Where a path that leads elsewhere stands: /x in outside/x, and ../x, where the base is not known, in outside/up/x. */
static const char *recipe_outside(recipe *r, const char *path) {
    gem5art__buf place = {NULL, 0, 0, false};
    const char *copy;
    gem5art__puts(&place, "outside");
    for (; gem5art__starts_with(path, "..") && (!path[2] || path[2] == '/'); path += 2 + (path[2] == '/'))
        gem5art__puts(&place, "/up");
    if (*path && *path != '/') gem5art__puts(&place, "/");
    gem5art__puts(&place, path);
    copy = place.failed ? NULL : gem5art__arena_copy(&r->arena, place.data);
    recipe_check(copy != NULL);
    gem5art__buf_free(&place);
    return copy;
}

/* Where a file or folder stands in the script. */
static const char *recipe_place(recipe *r, const char *path) {
    const char *absolute = recipe_absolute(r, path), *below = path_below(r->base, absolute);
    bool elsewhere = *absolute == '/' || strcmp(absolute, "..") == 0 || gem5art__starts_with(absolute, "../");
    if (below || !elsewhere) return below ? below : absolute;
    if (!list_has(&r->moved, absolute)) tool_list_add(&r->moved, absolute);
    return recipe_outside(r, absolute);
}

/* The work tree of a repo. Python gem5art's records do not tell where relative paths begin. */
static const char *recipe_repo_place(recipe *r, const gem5art_artifact *repo) {
    bool by_path = gem5art__empty(repo->git_name) || (!*r->base && *repo->path != '/');
    return recipe_place(r, by_path ? repo->path : repo->git_name);
}

/* The folder that paths are relative to: of a run, or else that of a repo whose two paths tell it. */
static const char *recipe_find_base(recipe *r, const gem5art_run *run) {
    size_t i;
    if (run && *run->cwd) return run->cwd;
    for (i = 0; i < r->count; i++) {
        const char *path = gem5art__join_path(&r->arena, NULL, r->needed[i]->path), *name = r->needed[i]->git_name;
        size_t length = strlen(name);
        recipe_check(path != NULL);
        if (!is_repo(r->needed[i]) || *name != '/' || *path == '/') continue;
        if (strcmp(path, ".") == 0) return name;
        if (gem5art__ends_with(name, path) && name[length - strlen(path) - 1] == '/') {
            name = gem5art__arena_copy_n(&r->arena, name, length - strlen(path) - 1);
            recipe_check(name != NULL);
            return name;
        }
    }
    return "";
}

/* A word of the command: paths are those of the script. */
static const char *recipe_word(recipe *r, const char *word) {
    const char *path = *word == '-' && strchr(word, '=') ? strchr(word, '=') + 1 : word, *absolute, *below = NULL;
    size_t i;
    if (*path != '/' && !gem5art__starts_with(path, "../")) return word;
    absolute = recipe_absolute(r, path);
    below = path_below(r->base, absolute);
    for (i = 0; !below && i < r->moved.count; i++)
        if (path_below(r->moved.items[i], absolute)) below = recipe_outside(r, absolute);
    if (!below) return word;
    word = gem5art__arena_printf(&r->arena, "%.*s%s", (int)(path - word), word, below);
    recipe_check(word != NULL);
    return word;
}

/* ---- the script */

static const char script_functions[] =
    "set -eu\n"
    "\n"
    "warn() { printf '%s: warning: %s\\n' \"$0\" \"$1\" >&2; }\n"
    "fail() { printf '%s: %s\\n' \"$0\" \"$1\" >&2; exit 1; }\n"
    "\n"
    "checkout() { # FOLDER COMMIT\n"
    "    git -C \"$1\" checkout --quiet --detach \"$2\" || fail \"$1 has no commit $2: was it pushed?\"\n"
    "    [ ! -e \"$1/.gitmodules\" ] || git -C \"$1\" submodule --quiet update --init --recursive\n"
    "}\n"
    "clone() { # FOLDER ORIGIN COMMIT\n"
    "    [ -e \"$1/.git\" ] || git clone --quiet -- \"$2\" \"$1\" || fail \"cannot clone $2 into $1\"\n"
    "    checkout \"$1\" \"$3\"\n"
    "}\n"
    "same() { # FILE HASH - is it there, with this SHA-256 or MD5?\n"
    "    [ -f \"$1\" ] || return 1\n"
    "    case ${#2} in 32) hash=$(md5sum <\"$1\") ;; *) hash=$(sha256sum <\"$1\") ;; esac\n"
    "    [ \"${hash%% *}\" = \"$2\" ]\n"
    "}\n"
    "unchanged() { # FILE HASH\n"
    "    same \"$1\" \"$2\" || warn \"$1 is not what gem5 read: it had the hash $2\"\n"
    "}\n"
    "moved() { # COMMAND - it, naming this folder wherever it names the one that was\n"
    "    rest=$1\n"
    "    while [ \"$was\" ] && [ \"$rest\" != \"${rest#*\"$was\"}\" ]; do\n"
    "        before=${rest%%\"$was\"*} rest=${rest#*\"$was\"} is=$now\n"
    "        case $before in *-I | *-L | *-isystem) ;; *[A-Za-z0-9_.~/-]) is=$was ;; esac\n"
    "        case $rest in [A-Za-z0-9_.-]*) is=$was ;; esac\n"
    "        printf %s \"$before$is\"\n"
    "    done\n"
    "    printf '%s\\n' \"$rest\"\n"
    "}\n"
    "build() { # FILE HASH FOLDER COMMAND - unless it is there\n"
    "    same \"$1\" \"$2\" && return\n"
    "    mkdir -p -- \"$3\"\n"
    "    (cd -- \"$3\" && sh -c \"$(moved \"$4\")\") ||\n"
    "        fail \"$1 could not be built: put it there, and start this script again\"\n"
    "    [ -e \"$1\" ] || fail \"$1 was not built by its command: put it there, and start this script again\"\n"
    "    same \"$1\" \"$2\" || warn \"$1 is not the same as it was: it had the hash $2\"\n"
    "}\n"
    "copy() { # FILE HASH FROM... - the first that is the same, unless it is there\n"
    "    file=$1 wanted=$2\n"
    "    same \"$file\" \"$wanted\" && return\n"
    "    shift 2\n"
    "    for from; do\n"
    "        same \"$from\" \"$wanted\" || continue\n"
    "        mkdir -p -- \"$(dirname -- \"$file\")\"\n"
    "        cp -p -- \"$from\" \"$file\"\n"
    "        return\n"
    "    done\n"
    "    fail \"no command is known that makes $file, hash $wanted: put it there, and start again\"\n"
    "}\n";

/* A word of the script: line ends and tabs stay, other bytes that a terminal would obey are escaped. */
static void script_word(gem5art__buf *out, const char *word) {
    gem5art__buf text = {NULL, 0, 0, false};
    size_t i;
    gem5art__puts(&text, word);
    recipe_check(!text.failed);
    for (i = 0; i < text.length; i++)
        if (text.data[i] == '\n' || text.data[i] == '\t') text.data[i] = ' ';
    if (strcmp(text.data, word) != 0 && tool_is_shown(text.data)) tool_put_quoted(out, word);
    else tool_put_shell_word(out, word);
    gem5art__buf_free(&text);
}

/* Words, in several lines where they are long. */
static void script_words(recipe *r, size_t column, const char *const *words, size_t count) {
    size_t i, before;
    for (i = 0; i < count; i++) {
        gem5art__buf word = {NULL, 0, 0, false};
        script_word(&word, words[i]);
        recipe_check(!word.failed);
        if (column && column + 1 + word.length > RECIPE_WIDTH) {
            gem5art__puts(&r->script, " \\\n   ");
            column = 3;
        }
        before = r->script.length;
        gem5art__putf(&r->script, "%s%s", column ? " " : "", word.data);
        column += r->script.length - before;
        gem5art__buf_free(&word);
    }
    gem5art__puts(&r->script, "\n");
}

static void script_call(recipe *r, const char *function, const char *const *words, size_t count) {
    gem5art__puts(&r->script, function);
    script_words(r, strlen(function), words, count);
}

/* A comment: one line, whatever is in it. */
GEM5ART__PRINTF(2, 3) static void script_comment(recipe *r, const char *format, ...) {
    gem5art__buf text = {NULL, 0, 0, false};
    va_list arguments;
    va_start(arguments, format);
    gem5art__vputf(&text, format, arguments);
    va_end(arguments);
    recipe_check(!text.failed);
    gem5art__puts(&r->script, "# ");
    tool_put_text(&r->script, text.data, SIZE_MAX);
    gem5art__puts(&r->script, "\n");
    gem5art__buf_free(&text);
}

static size_t path_depth(const char *place) {
    size_t depth = strcmp(place, ".") != 0;
    for (; *place; place++) depth += *place == '/';
    return depth;
}

/* The origin of a clone that was made by a relative path is relative to that clone. */
static const char *recipe_origin(recipe *r, const gem5art_artifact *repo) {
    const char *origin = repo->git_origin, *colon = strchr(origin, ':'), *slash = strchr(origin, '/');
    if (!*origin || *origin == '/' || (colon && (!slash || colon < slash)) || *repo->git_name != '/') return origin;
    origin = gem5art__join_path(&r->arena, repo->git_name, origin);
    recipe_check(origin != NULL);
    return origin;
}

static void script_clone(recipe *r, const gem5art_artifact *repo) {
    const char *words[] = {recipe_repo_place(r, repo), recipe_origin(r, repo), repo->git_hash};
    script_comment(r, "%s: %s", repo->name, repo->documentation);
    if (!*words[1]) {
        const char *wanted = gem5art__arena_printf(&r->arena, "the repo %s has no origin: put it into %s", repo->name,
                                                   words[0]);
        recipe_check(wanted != NULL);
        gem5art__puts(&r->script, "[ -e ");
        tool_put_shell_word(&r->script, words[0]);
        gem5art__puts(&r->script, "/.git ] || fail");
        script_words(r, RECIPE_WIDTH / 2, &wanted, 1);
        words[1] = words[0];
    }
    script_call(r, "clone", words, 3);
}

/* The first of the needed repos that stands in this folder; `commit`: at another commit than this; NULL: none does. */
static const gem5art_artifact *recipe_repo_at(recipe *r, const char *place, const char *commit) {
    size_t i;
    for (i = 0; i < r->count; i++)
        if (is_repo(r->needed[i]) && strcmp(recipe_repo_place(r, r->needed[i]), place) == 0 &&
            (!commit || strcmp(r->needed[i]->git_hash, commit) != 0))
            return r->needed[i];
    return NULL;
}

/* Outer work trees first, as git clones into no folder that has something in it. */
static void script_clones(recipe *r) {
    size_t depth, left, i;
    for (depth = 0, left = r->count; left > 0; depth++)
        for (i = 0, left = 0; i < r->count; i++) {
            const char *place = is_repo(r->needed[i]) ? recipe_repo_place(r, r->needed[i]) : NULL;
            if (place && path_depth(place) > depth) left++;
            if (place && path_depth(place) == depth && recipe_repo_at(r, place, NULL) == r->needed[i])
                script_clone(r, r->needed[i]);
        }
}

/* Where one work tree serves several commits, the right one for what comes next. */
static void script_checkout(recipe *r, const char *id, bool always) {
    const gem5art_artifact *repo = *id ? find_used(r->db, id) : NULL;
    const char *words[2];
    if (!repo || !is_repo(repo)) return;
    words[0] = recipe_repo_place(r, repo);
    words[1] = repo->git_hash;
    if (always || recipe_repo_at(r, words[0], words[1])) script_call(r, "checkout", words, 2);
}

static void script_make(recipe *r, const gem5art_artifact *artifact) {
    const char *file = recipe_place(r, artifact->path), *words[5];
    const char *const *input;
    size_t count = 0;
    script_comment(r, "%s: %s", artifact->name, artifact->documentation);
    for (input = artifact->inputs; *input; input++) script_checkout(r, *input, false);
    words[count++] = file;
    words[count++] = artifact->hash;
    if (*artifact->command) {
        words[count++] = recipe_place(r, *artifact->cwd ? artifact->cwd : ".");
        words[count++] = artifact->command;
        script_call(r, "build", words, count);
        r->built = true;
        return;
    }
    if (*artifact->url) script_comment(r, "It comes from %s", artifact->url);
    if (r->db->storage) words[count++] = gem5art__join_path(&r->arena, r->db->storage, artifact->id);
    if (*recipe_absolute(r, artifact->path) == '/') words[count++] = recipe_absolute(r, artifact->path);
    script_call(r, "copy", words, count);
}

/* A run may have been given a file elsewhere than where the artifact was registered. */
static void script_put(recipe *r, const char *path, const char *id) {
    const gem5art_artifact *artifact = *id ? find_used(r->db, id) : NULL;
    const char *words[3];
    if (!artifact || is_repo(artifact) || !*path) return;
    words[0] = recipe_place(r, path);
    words[1] = artifact->hash;
    words[2] = recipe_place(r, artifact->path);
    if (strcmp(words[0], words[2]) != 0) script_call(r, "copy", words, 3);
}

/* Files that gem5 read and that no artifact covers: copied if they stood below the base, else compared where they are. */
static void script_files(recipe *r, const gem5art_run *run) {
    const char *words[3], *absolute;
    size_t i;
    for (i = 0; i < run->file_count; i++) {
        const gem5art_file *file = &run->files[i];
        if (*file->artifact || !*file->hash) continue;
        words[0] = absolute = recipe_absolute(r, file->path);
        words[1] = file->hash;
        words[2] = absolute;
        if (path_below(r->base, absolute)) {
            words[0] = recipe_place(r, file->path);
            script_call(r, "copy", words, 3);
        } else script_call(r, "unchanged", words, 2);
    }
}

/* A program in the folder itself is not looked for in the PATH. */
static const char *recipe_program(recipe *r, const char *program) {
    program = recipe_word(r, program);
    if (!strchr(program, '/')) program = gem5art__arena_printf(&r->arena, "./%s", program);
    recipe_check(program != NULL);
    return program;
}

static void script_run(recipe *r, const gem5art_run *run) {
    const char *outdir = recipe_place(r, run->outdir), *const *variable, *const *word;
    tool_list words = {NULL, 0};
    size_t i;
    for (i = 0; i < ROLES; i++) script_checkout(r, role_id(run, i), r->built);
    script_put(r, run->gem5_binary_path, run->gem5_artifact);
    script_put(r, run->linux_binary_path, run->linux_binary_artifact);
    script_put(r, run->disk_image_path, run->disk_image_artifact);
    script_files(r, run);
    if (!*run->command) {
        script_comment(r, "The run's record tells no command.");
        return;
    }
    if (run->timeout > 0) script_comment(r, "The run; it was allowed to take %.15g s.", run->timeout);
    else script_comment(r, "The run.");
    script_call(r, "mkdir -p --", &outdir, 1);
    if (*run->environment) tool_list_add(&words, "env");
    for (variable = run->environment; *variable && variable[1]; variable += 2) {
        const char *setting = gem5art__arena_printf(&r->arena, "%s=%s", variable[0], variable[1]);
        recipe_check(setting != NULL);
        tool_list_add(&words, setting);
    }
    for (word = run->command; *word; word++)
        tool_list_add(&words, word == run->command ? recipe_program(r, *word) : recipe_word(r, *word));
    script_call(r, "exec", words.items, words.count);
    free((void *)words.items);
}

static void script_head(recipe *r, const char *kind, const char *id, const char *name) {
    int digits = strspn(id, "0123456789abcdef") >= 8 ? 8 : 0;
    gem5art__puts(&r->script, "#!/bin/sh\n");
    script_comment(r, "Reproduces the %s \"%s\", %s.", kind, name, id);
    script_comment(r, "usage: sh SCRIPT [FOLDER]; all of it happens in FOLDER, by default reproduced-%.*s here.",
                   digits, id);
    if (*r->base) script_comment(r, "What stood below %s stands below it.", r->base);
    gem5art__puts(&r->script, "# shellcheck disable=SC2016 # commands stand here as they were recorded\n");
    gem5art__puts(&r->script, script_functions);
    gem5art__putf(&r->script, "\nfolder=${1:-reproduced-%.*s}\n", digits, id);
    gem5art__puts(&r->script, "mkdir -p -- \"$folder\"\nCDPATH='' cd -- \"$folder\"\nwas=");
    tool_put_shell_word(&r->script, strcmp(r->base, "/") ? r->base : "");
    gem5art__puts(&r->script, " now=$(pwd)\n"
                              "# Commands name folders with quotes or without: this name needs none.\n"
                              "case $now in\n"
                              "    *[!A-Za-z0-9_./+,:@%-]*) now=$(mktemp -d)/folder && ln -s \"$(pwd)\" \"$now\" ;;\n"
                              "esac\n\n");
}

static void script_missing(recipe *r, const char *id) {
    gem5art__buf warning = {NULL, 0, 0, false};
    script_comment(r, "The artifact %s is not in the store any more.", id);
    gem5art__puts(&warning, "artifact ");
    tool_put_text(&warning, id, SIZE_MAX);
    gem5art__puts(&warning, " is not in the store any more: the script cannot make it");
    recipe_check(!warning.failed);
    tool_warn(warning.data, NULL);
    gem5art__buf_free(&warning);
}

/* One of both is not NULL. */
static void reproduce(gem5art_db *db, const gem5art_run *run, const gem5art_artifact *artifact) {
    recipe r;
    size_t i;
    memset(&r, 0, sizeof r);
    r.db = db;
    if (run) recipe_need_run(&r, run);
    else recipe_need(&r, artifact->id, 0);
    r.base = "";
    r.base = recipe_find_base(&r, run);
    if (run) script_head(&r, "run", run->id, run->name);
    else script_head(&r, "artifact", artifact->id, artifact->name);
    for (i = 0; i < r.missing.count; i++) script_missing(&r, r.missing.items[i]);
    script_clones(&r);
    for (i = 0; i < r.count; i++)
        if (!is_repo(r.needed[i])) script_make(&r, r.needed[i]);
    if (run) script_run(&r, run);
    recipe_check(!r.script.failed);
    tool_print(r.script.data, r.script.length);
    gem5art__buf_free(&r.script);
    gem5art__arena_free(&r.arena);
    free((void *)r.needed);
    free((void *)r.ids.items);
    free((void *)r.missing.items);
    free((void *)r.moved.items);
}

#endif
