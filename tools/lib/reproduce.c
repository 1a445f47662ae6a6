/* reproduce.c - see reproduce.h */

#include "reproduce.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "store.h"
#include "terminal.h"
#include "text.h"

enum { RECIPE_DEPTH = 256, RECIPE_WIDTH = 110 }; /* inputs of inputs; columns of the script, if words allow */

/* The script that is being written: a tool writes one. */
static struct recipe {
    gem5art_db *db;
    text script;
    const char *base;                /* absolute; "": unknown */
    const gem5art_artifact **needed; /* inputs before what is made from them */
    size_t count;
    text_list ids, missing;          /* artifacts that were looked for, and those that the store does not have */
    text_list moved;                 /* absolute paths of files and folders that stand below outside/ */
    text_list kept;                  /* strings that nothing else points to */
    bool built;                      /* by commands, which may have checked something else out */
} recipe;

static const char *recipe_keep(char *string) {
    text_list_add(&recipe.kept, string);
    return string;
}

/* ---- needed artifacts */

static void recipe_need(const char *id, int depth) {
    const gem5art_artifact *artifact;
    const char *const *input;
    if (!*id || text_list_has(&recipe.ids, id)) return;
    if (depth > RECIPE_DEPTH)
        die(EXIT_FAILED, "the inputs of artifact %s are made from others more than %d deep", id, RECIPE_DEPTH);
    text_list_add(&recipe.ids, id);
    artifact = store_artifact(recipe.db, id);
    if (!artifact) {
        text_list_add(&recipe.missing, id);
        return;
    }
    for (input = artifact->inputs; *input; input++) recipe_need(*input, depth + 1);
    recipe.needed = (const gem5art_artifact **)text_realloc((void *)recipe.needed, (recipe.count + 1) * sizeof *recipe.needed);
    recipe.needed[recipe.count++] = artifact;
}

static void recipe_need_run(const gem5art_run *run) {
    const char *const *further;
    size_t i;
    for (i = 0; i < ROLES; i++) recipe_need(store_role_id(run, i), 0);
    for (further = run->artifacts; *further; further++) recipe_need(*further, 0);
}

/* ---- places */

/* An absolute path, or one below the base, without "." and "..". */
static const char *recipe_absolute(const char *path) {
    char *absolute = text_join(recipe.base, path), *part, *next;
    recipe_keep(absolute);
    for (part = absolute; *absolute == '/' && (part = strstr(part, "/..")) != NULL;) {
        if (part[3] && part[3] != '/') {
            part++;
            continue;
        }
        next = part + 3;
        while (part > absolute && *--part != '/') {}
        memmove(part, next, strlen(next) + 1);
        part = absolute;
    }
    return *absolute ? absolute : "/";
}

/* The place of a path that leads elsewhere: of /x outside/x; of ../x, if the base is unknown, outside/up/x. */
static const char *recipe_outside(const char *path) {
    text place = {NULL, 0, 0};
    text_puts(&place, "outside");
    for (; text_starts(path, "..") && (!path[2] || path[2] == '/'); path += 2 + (path[2] == '/'))
        text_puts(&place, "/up");
    text_putf(&place, "%s%s", *path && *path != '/' ? "/" : "", path);
    return recipe_keep(place.data);
}

/* The place of a file or folder in the script's folder. */
static const char *recipe_place(const char *path) {
    const char *absolute = recipe_absolute(path), *below = text_below(recipe.base, absolute);
    bool elsewhere = *absolute == '/' || strcmp(absolute, "..") == 0 || text_starts(absolute, "../");
    if (below || !elsewhere) return below ? below : absolute;
    if (!text_list_has(&recipe.moved, absolute)) text_list_add(&recipe.moved, absolute);
    return recipe_outside(absolute);
}

/* The work tree of a repo. In Python gem5art's records, the folder that paths are relative to is unknown. */
static const char *recipe_repo_place(const gem5art_artifact *repo) {
    bool by_path = !*repo->git_name || (!*recipe.base && *repo->path != '/');
    return recipe_place(by_path ? repo->path : repo->git_name);
}

/* The folder that paths are relative to: of a run, or else of a repo with both an absolute and a relative path. */
static const char *recipe_find_base(const gem5art_run *run) {
    size_t i;
    if (run && *run->cwd) return run->cwd;
    for (i = 0; i < recipe.count; i++) {
        const char *path = recipe_keep(text_join(NULL, recipe.needed[i]->path)), *name = recipe.needed[i]->git_name;
        size_t length = strlen(name), end = strlen(path);
        if (!store_is_repo(recipe.needed[i]) || *name != '/' || *path == '/') continue;
        if (strcmp(path, ".") == 0) return name;
        if (text_ends(name, path) && name[length - end - 1] == '/')
            return recipe_keep(text_copy_n(name, length - end - 1));
    }
    return "";
}

/* A word of the run's command, in which paths become those of the script. */
static const char *recipe_word(const char *word) {
    const char *path = *word == '-' && strchr(word, '=') ? strchr(word, '=') + 1 : word, *absolute, *below;
    size_t i;
    if (*path != '/' && !text_starts(path, "../")) return word;
    absolute = recipe_absolute(path);
    below = text_below(recipe.base, absolute);
    for (i = 0; !below && i < recipe.moved.count; i++)
        if (text_below(recipe.moved.items[i], absolute)) below = recipe_outside(absolute);
    return below ? recipe_keep(text_printf("%.*s%s", (int)(path - word), word, below)) : word;
}

/* ---- the script */

static const char reproduce_functions[] =
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

/* A word of the script. Line ends and tabs in it stay; other bytes that a terminal would obey are escaped. */
static void script_word(text *out, const char *word) {
    char *c, *spaced = text_copy(word);
    for (c = spaced; *c; c++)
        if (*c == '\n' || *c == '\t') *c = ' ';
    if (strcmp(spaced, word) != 0 && terminal_is_shown(spaced)) terminal_put_quoted(out, word);
    else terminal_put_word(out, word);
    free(spaced);
}

/* Words that follow `column` columns of a line; on several lines if they are long. */
static void script_words(size_t column, const text_list *words) {
    size_t i;
    for (i = 0; i < words->count; i++) {
        text word = {NULL, 0, 0};
        script_word(&word, words->items[i]);
        if (column && column + 1 + word.length > RECIPE_WIDTH) {
            text_puts(&recipe.script, " \\\n   ");
            column = 3;
        }
        text_putf(&recipe.script, "%s%s", column ? " " : "", word.data);
        column += word.length + (column > 0);
        text_free(&word);
    }
    text_puts(&recipe.script, "\n");
}

/* A command, whose arguments end at a NULL. */
__attribute__((sentinel)) static void script_call(const char *function, ...) {
    text_list words = {NULL, 0};
    const char *word;
    va_list arguments;
    va_start(arguments, function);
    while ((word = va_arg(arguments, const char *)) != NULL) text_list_add(&words, word);
    va_end(arguments);
    text_puts(&recipe.script, function);
    script_words(strlen(function), &words);
    text_list_free(&words);
}

/* A comment, in one line whatever is in it. */
__attribute__((format(printf, 1, 2))) static void script_comment(const char *format, ...) {
    va_list arguments;
    text_puts(&recipe.script, "# ");
    va_start(arguments, format);
    terminal_vputf(&recipe.script, format, arguments);
    va_end(arguments);
    text_puts(&recipe.script, "\n");
}

/* The origin of a clone that was made by a relative path is relative to that clone. */
static const char *recipe_origin(const gem5art_artifact *repo) {
    const char *origin = repo->git_origin, *colon = strchr(origin, ':'), *slash = strchr(origin, '/');
    if (!*origin || *origin == '/' || (colon && (!slash || colon < slash)) || *repo->git_name != '/') return origin;
    return recipe_keep(text_join(repo->git_name, origin));
}

static void script_clone(const gem5art_artifact *repo) {
    const char *place = recipe_repo_place(repo), *origin = recipe_origin(repo);
    script_comment("%s: %s", repo->name, repo->documentation);
    if (!*origin) {
        text_puts(&recipe.script, "[ -e ");
        terminal_put_word(&recipe.script, place);
        script_call("/.git ] || fail",
                    recipe_keep(text_printf("the repo %s has no origin: put it into %s", repo->name, place)), NULL);
    }
    script_call("clone", place, *origin ? origin : place, repo->git_hash, NULL);
}

/* The first needed repo that stands in this folder; `commit`: at a different commit; NULL: there is none. */
static const gem5art_artifact *recipe_repo_at(const char *place, const char *commit) {
    size_t i;
    for (i = 0; i < recipe.count; i++)
        if (store_is_repo(recipe.needed[i]) && strcmp(recipe_repo_place(recipe.needed[i]), place) == 0 &&
            (!commit || strcmp(recipe.needed[i]->git_hash, commit) != 0))
            return recipe.needed[i];
    return NULL;
}

static size_t path_depth(const char *place) {
    size_t depth = strcmp(place, ".") != 0;
    for (; *place; place++) depth += *place == '/';
    return depth;
}

/* Outer work trees first: git does not clone into a folder that is not empty. */
static void script_clones(void) {
    size_t depth, left, i;
    for (depth = 0, left = recipe.count; left > 0; depth++)
        for (i = 0, left = 0; i < recipe.count; i++) {
            const char *place = store_is_repo(recipe.needed[i]) ? recipe_repo_place(recipe.needed[i]) : NULL;
            if (place && path_depth(place) > depth) left++;
            if (place && path_depth(place) == depth && recipe_repo_at(place, NULL) == recipe.needed[i])
                script_clone(recipe.needed[i]);
        }
}

/* If a work tree serves several commits, the right one for what follows. */
static void script_checkout(const char *id, bool always) {
    const gem5art_artifact *repo = *id ? store_artifact(recipe.db, id) : NULL;
    const char *place = repo && store_is_repo(repo) ? recipe_repo_place(repo) : NULL;
    if (place && (always || recipe_repo_at(place, repo->git_hash)))
        script_call("checkout", place, repo->git_hash, NULL);
}

/* The folder where an artifact's relative paths begin: the store's, if the run was launched in a different folder and the
   artifact is only found from there; NULL: the base. */
static const char *recipe_artifact_base(const gem5art_artifact *artifact) {
    const char *store = gem5art_store_path(recipe.db), *folder;
    if (*artifact->path == '/' || !*recipe.base || access(recipe_absolute(artifact->path), F_OK) == 0) return NULL;
    folder = recipe_keep(text_copy_n(store, (size_t)(text_base(store) - store)));
    return access(recipe_keep(text_join(folder, artifact->path)), F_OK) == 0 ? folder : NULL;
}

static const char *recipe_artifact_path(const gem5art_artifact *artifact, const char *path) {
    return recipe_keep(text_join(recipe_artifact_base(artifact), path));
}

static void script_make(const gem5art_artifact *artifact) {
    const char *path = recipe_artifact_path(artifact, artifact->path);
    const char *place = recipe_place(path), *source = recipe_absolute(path);
    const char *const *input;
    char *copy = store_copy_path(artifact);
    if (copy) recipe_keep(copy);
    script_comment("%s: %s", artifact->name, artifact->documentation);
    for (input = artifact->inputs; *input; input++) script_checkout(*input, false);
    if (*artifact->command) {
        const char *folder = recipe_place(recipe_artifact_path(artifact, *artifact->cwd ? artifact->cwd : "."));
        script_call("build", place, artifact->hash, folder, artifact->command, NULL);
        recipe.built = true;
        return;
    }
    if (*artifact->url) script_comment("It comes from %s", artifact->url);
    if (*source != '/') source = NULL;
    script_call("copy", place, artifact->hash, copy ? copy : source, copy ? source : NULL, NULL);
}

/* Copies a file that the run was given from a different path than the artifact was registered at. */
static void script_put(const char *path, const char *id) {
    const gem5art_artifact *artifact = *id ? store_artifact(recipe.db, id) : NULL;
    const char *place, *source;
    if (!artifact || store_is_repo(artifact) || !*path) return;
    place = recipe_place(path);
    source = recipe_place(recipe_artifact_path(artifact, artifact->path));
    if (strcmp(place, source) != 0) script_call("copy", place, artifact->hash, source, NULL);
}

/* Files that gem5 read and no artifact covers: copied if they stood below the base, else compared where they are. */
static void script_files(const gem5art_run *run) {
    size_t i;
    for (i = 0; i < run->file_count; i++) {
        const gem5art_file *file = &run->files[i];
        const char *absolute = recipe_absolute(file->path);
        if (*file->artifact || !*file->hash) continue;
        if (text_below(recipe.base, absolute))
            script_call("copy", recipe_place(file->path), file->hash, absolute, NULL);
        else script_call("unchanged", absolute, file->hash, NULL);
    }
}

static void script_run(const gem5art_run *run) {
    const char *program, *const *variable, *const *word;
    text_list words = {NULL, 0};
    size_t i;
    for (i = 0; i < ROLES; i++) script_checkout(store_role_id(run, i), recipe.built);
    script_put(run->gem5_binary_path, run->gem5_artifact);
    script_put(run->linux_binary_path, run->linux_binary_artifact);
    script_put(run->disk_image_path, run->disk_image_artifact);
    script_files(run);
    if (!*run->command) {
        script_comment("The run's record has no command.");
        return;
    }
    if (run->timeout > 0) script_comment("The run; its time-out was %.15g s.", run->timeout);
    else script_comment("The run.");
    script_call("mkdir -p --", recipe_place(run->outdir), NULL);
    if (*run->environment) text_list_add(&words, "env");
    for (variable = run->environment; *variable && variable[1]; variable += 2)
        text_list_add(&words, recipe_keep(text_printf("%s=%s", variable[0], variable[1])));
    program = recipe_word(run->command[0]); /* one in the folder itself is not searched for in the PATH */
    text_list_add(&words, strchr(program, '/') ? program : recipe_keep(text_printf("./%s", program)));
    for (word = run->command + 1; *word; word++) text_list_add(&words, recipe_word(*word));
    text_puts(&recipe.script, "exec");
    script_words(strlen("exec"), &words);
    text_list_free(&words);
}

static void script_head(const char *kind, const char *id, const char *name) {
    int digits = strspn(id, "0123456789abcdef") >= 8 ? 8 : 0;
    text_puts(&recipe.script, "#!/bin/sh\n");
    script_comment("Reproduces the %s \"%s\", %s.", kind, name, id);
    script_comment("usage: sh SCRIPT [FOLDER]; it works in FOLDER, by default reproduced-%.*s here.", digits, id);
    if (*recipe.base) script_comment("What stood below %s stands below it.", recipe.base);
    text_puts(&recipe.script, "# shellcheck disable=SC2016 # commands stand here as they were recorded\n");
    text_puts(&recipe.script, reproduce_functions);
    text_putf(&recipe.script, "\nfolder=${1:-reproduced-%.*s}\n", digits, id);
    text_puts(&recipe.script, "mkdir -p -- \"$folder\"\nCDPATH='' cd -- \"$folder\"\nwas=");
    terminal_put_word(&recipe.script, strcmp(recipe.base, "/") ? recipe.base : "");
    text_puts(&recipe.script, " now=$(pwd)\n"
                          "# Commands name folders with quotes or without: this name needs none.\n"
                          "case $now in\n"
                          "    *[!A-Za-z0-9_./+,:@%-]*) now=$(mktemp -d)/folder && ln -s \"$(pwd)\" \"$now\" ;;\n"
                          "esac\n\n");
}

void reproduce(gem5art_db *db, const gem5art_run *run, const gem5art_artifact *artifact) {
    size_t i;
    recipe.db = db;
    recipe.base = "";
    if (run) recipe_need_run(run);
    else recipe_need(artifact->id, 0);
    recipe.base = recipe_find_base(run);
    if (run) script_head("run", run->id, run->name);
    else script_head("artifact", artifact->id, artifact->name);
    for (i = 0; i < recipe.missing.count; i++) {
        script_comment("The artifact %s is not in the store any more.", recipe.missing.items[i]);
        warn("artifact %s is not in the store any more: the script cannot make it", recipe.missing.items[i]);
    }
    script_clones();
    for (i = 0; i < recipe.count; i++)
        if (!store_is_repo(recipe.needed[i])) script_make(recipe.needed[i]);
    if (run) script_run(run);
    print(recipe.script.data, recipe.script.length);
}
