/* gem5art-artifact - registers artifacts, lists them, gets their files, shows what they were made from. */

#include "gem5art.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/find.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/store.h"
#include "lib/table.h"
#include "lib/terminal.h"
#include "lib/tree.h"

const char *tool_name = "gem5art-artifact";

static const char *name, *type, *path, *documentation, *command, *cwd, *db_uri;
static text_list inputs;

static const option options[] = {
    {"--name", NULL, "NAME", "Register as NAME; list only names that contain it", .value = &name},
    {"--type", NULL, "TYPE", "Register as TYPE, such as gem5 binary; list only it", .value = &type},
    {"--path", NULL, "PATH", "Register this file, or folder in the git repo", .value = &path, .words = "FILE"},
    {"--documentation", NULL, "TEXT", "Record how it was made and what it is for", .value = &documentation},
    {"--command", NULL, "TEXT", "Record the command that made it", .value = &command},
    {"--cwd", NULL, "DIR", "Record where that command was run", .value = &cwd, .words = "FOLDER"},
    {"--input", NULL, "ID", "Record what it was made from; can be repeated", .list = &inputs, .words = "ARTIFACT"},
    OPTION_DB_URI(&db_uri),
    OPTION_END};

static const operand operands[] = {
    {"register", "Register a file or a git repo, and print its id", "register list download tree ARTIFACT FILE"},
    {"list", "List the artifacts, a line each: id, type, name, path", NULL},
    {"download", "Write the stored file of ID to PATH, and verify it", NULL},
    {"tree", "Show what ID, or each artifact, was made from", NULL},
    {NULL, NULL, NULL}};

static const page artifact_page = {
    .summary = "register, list and get artifacts",
    .usage = "register | list | download ID PATH | tree [ID]",
    .description = "Manage artifacts: what determines the result of a run, each hashed, documented and stored.",
    .operands = operands,
    .options = options};

static const gem5art_artifact *find_artifact(gem5art_db *db, const char *key) {
    found f = find_any(db, key);
    if (!f.artifact) die(EXIT_FAILED, "%s is a run: give an artifact; gem5art-ls --artifacts lists them", key);
    return f.artifact;
}

static void put_line(const gem5art_artifact *a, const char *before, const char *after) {
    print_line("%s%.8s  %s  %s  %s%s", before, a->id, a->type, a->name, a->path, after);
}

/* ---- the commands: each gets the operands that follow its name */

static void register_one(gem5art_db *db, char **arguments) {
    gem5art_artifact_desc desc = {0};
    gem5art_error error;
    const gem5art_artifact *artifact, **made_from;
    size_t i;
    (void)arguments;
    made_from = (const gem5art_artifact **)text_alloc(inputs.count * sizeof *made_from);
    for (i = 0; i < inputs.count; i++) made_from[i] = find_artifact(db, inputs.items[i]);
    desc.name = name, desc.type = type, desc.path = store_path_to_record(path), desc.documentation = documentation;
    desc.command = command, desc.cwd = cwd, desc.inputs = inputs.count ? made_from : NULL;
    desc.input_count = inputs.count;
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) die_of(&error);
    print_line("%s", artifact->id);
    free(made_from);
    text_list_free(&inputs);
}

/* ---- a list on a terminal: columns, and the ends of paths that are too long */

enum { ID, TYPE, NAME, PATH, COLUMNS };
static text_list cells;

static const char *cell(size_t row, size_t column) {
    static text shown;
    text_clear(&shown);
    terminal_put(&shown, cells.items[COLUMNS * row + column], SIZE_MAX);
    return text_string(&shown);
}

static void add_cells(const gem5art_artifact *a) {
    text_list_add(&cells, text_printf("%.8s", a->id));
    text_list_add(&cells, text_copy(a->type));
    text_list_add(&cells, text_copy(a->name));
    text_list_add(&cells, text_copy(a->path));
}

static void print_cells(size_t limit) {
    table t = {.column_count = COLUMNS, .row_count = cells.count / COLUMNS, .cell = cell};
    text out = {0};
    size_t i;
    for (i = 0; i < COLUMNS; i++) t.columns[i] = (table_column){.title = "", .least = i == ID ? 0 : 8, .ends = i == PATH};
    table_lay_out(&t, limit);
    for (i = 0; i < t.row_count; i++) {
        table_put_row(&out, &t, i, SIZE_MAX, NULL);
        text_puts(&out, "\n");
    }
    print(text_string(&out), out.length);
    text_free(&out);
}

static void list(gem5art_db *db, char **arguments) {
    const size_t limit = terminal_limit(STDOUT_FILENO);
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_artifact *row;
    bool any = false;
    (void)arguments;
    query.name_contains = name;
    query.type = type;
    iter = store_artifacts(db, &query);
    while ((row = store_next_artifact(iter)) != NULL) {
        if (limit) add_cells(row);
        else put_line(row, "", "");
        any = true;
    }
    if (limit) print_cells(limit);
    if (!any && type) warn("no artifact has the type \"%s\": gem5art-artifact list shows all, with their types", type);
    else if (!any && name) warn("no artifact has \"%s\" in its name: gem5art-artifact list shows all", name);
}

static void download(gem5art_db *db, char **arguments) {
    gem5art_error error;
    const gem5art_artifact *artifact = find_artifact(db, arguments[0]);
    const char *to = store_path_to_record(arguments[1]);
    if (store_folder() && chdir(store_folder()) < 0)
        die(EXIT_FAILED, "cannot enter %s: %s", store_folder(), strerror(errno));
    if (!gem5art_download_artifact(db, artifact, to, &error)) die_of(&error);
}

static void show_node(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again) {
    char *before = text_printf("%s%s", trunk, branch);
    if (node) put_line((const gem5art_artifact *)node->data, before, again ? "  (see above)" : "");
    else print_line("%s%.8s  is not in this store", before, id);
    free(before);
}

/* Shows one artifact, or all but results archives. */
static void show_tree(gem5art_db *db, char **arguments) {
    const char *root = arguments[0] ? find_artifact(db, arguments[0])->id : NULL;
    gem5art_iter *iter = store_artifacts(db, NULL);
    const gem5art_artifact *row, *artifact;
    tree t = {0};
    t.show = show_node;
    while ((row = store_next_artifact(iter)) != NULL) {
        tree_node *node;
        bool is_root = root && strcmp(root, row->id) == 0;
        if (store_is_results(row->type) && !is_root) continue;
        artifact = store_artifact(db, row->id); /* a row lives until the next one, this as long as the db */
        if (!artifact) continue;
        t.nodes = (tree_node *)text_realloc(t.nodes, (t.count + 1) * sizeof *t.nodes);
        node = &t.nodes[t.count++];
        memset(node, 0, sizeof *node);
        node->id = artifact->id, node->inputs = artifact->inputs, node->data = artifact;
        node->root = !root || is_root;
    }
    tree_show(&t);
    free(t.nodes);
}

static const char *const verb_names[] = {"register", "list", "download", "tree", NULL};
static const struct verb {
    void (*run)(gem5art_db *db, char **arguments);
    int least, most; /* arguments */
    bool writes;
} verbs[] = {{register_one, 0, 0, true}, {list, 0, 0, false}, {download, 2, 2, false}, {show_tree, 0, 1, false}};

/* register needs these options, before the store is made. */
static void check_register(void) {
    const char *const names[] = {"--name", "--type", "--path", "--documentation"};
    const char *const values[] = {name, type, path, documentation};
    size_t i;
    for (i = 0; i < 4; i++)
        if (text_empty(values[i]))
            die(EXIT_MISUSE, "%s is missing: register needs --name, --type, --path and --documentation", names[i]);
}

/* Refuses options that the command has no use for. */
static void check_unused(const char *verb, bool registers, bool lists) {
    const struct {
        const char *name;
        bool given, used;
    } known[] = {{"--name", name, registers || lists},    {"--type", type, registers || lists},
                 {"--path", path, registers},             {"--documentation", documentation, registers},
                 {"--command", command, registers},       {"--cwd", cwd, registers},
                 {"--input", inputs.count > 0, registers}};
    size_t i;
    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].given && !known[i].used) die(EXIT_MISUSE, "%s takes no %s: leave it out", verb, known[i].name);
}

int main(int argc, char **argv) {
    const struct verb *verb;
    gem5art_db *db;
    int count = options_parse(argc, argv, &artifact_page);
    argv[count] = NULL;
    if (!count) die(EXIT_MISUSE, "the command is missing: give register, list, download or tree");
    verb = &verbs[options_word("unknown command", argv[0], verb_names)];
    if (count - 1 < verb->least) die(EXIT_MISUSE, "%s needs an ID and a PATH", argv[0]);
    if (count - 1 > verb->most) die(EXIT_MISUSE, "%s takes no \"%s\": leave it out", argv[0], argv[count - 1]);
    check_unused(argv[0], verb->run == register_one, verb->run == list);
    if (verb->writes) check_register();
    db = store_open(store_find(db_uri), !verb->writes);
    verb->run(db, argv + 1);
    gem5art_close(db, NULL);
    return finish(true);
}
