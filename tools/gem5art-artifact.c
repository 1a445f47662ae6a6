/* gem5art-artifact - registers artifacts, lists them, gets their files, shows what they were made from. */

#define TOOL_NAME "gem5art-artifact"

#include "tool.h"

#include "find.h"
#include "tree.h"

static const char *name, *type, *path, *documentation, *command, *cwd, *db_uri;
static tool_list inputs;

static const tool_option options[] = {
    {"--name", NULL, "NAME", "register, list: its name", &name, NULL, NULL, NULL},
    {"--type", NULL, "TYPE", "register, list: its type, such as gem5 binary", &type, NULL, NULL, NULL},
    {"--path", NULL, "PATH", "register: the file, or a folder in the git repo", &path, NULL, NULL, "FILE"},
    {"--documentation", NULL, "TEXT", "register: how it was made and what it is for", &documentation, NULL, NULL, NULL},
    {"--command", NULL, "TEXT", "register: the command that made it", &command, NULL, NULL, NULL},
    {"--cwd", NULL, "DIR", "register: where that was run", &cwd, NULL, NULL, "FOLDER"},
    {"--input", NULL, "ID", "register: what it was made from; may be repeated", NULL, &inputs, NULL, "ARTIFACT"},
    {"--db-uri", NULL, "DB_URI", "default $GEM5ART_DB, else file://db.json", &db_uri, NULL, NULL, "FILE"},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

static const tool_operand operands[] = {
    {"register", "Register a file or a git repo; prints its id", "register list download tree ARTIFACT FILE"},
    {"list", "The artifacts, a line each: id, type, name, path", NULL},
    {"download", "Write the stored file of ID to PATH, and verify it", NULL},
    {"tree", "What ID, or each artifact, was made from", NULL},
    {NULL, NULL, NULL}};

static const tool_page page = {"register, list and get artifacts",
                               "register | list | download ID PATH | tree [ID]",
                               "Artifacts: what decides the result of a run, each hashed, documented and stored.",
                               operands, options, NULL};

static const gem5art_artifact *find_one(gem5art_db *db, const char *key) {
    found f = find_any(db, key);
    if (!f.artifact) tool_exit(TOOL_FAILED, "%s is a run: give an artifact; gem5art-ls --artifacts lists them", key);
    find_end(&f);
    return f.artifact;
}

static void put_line(const gem5art_artifact *a, const char *before, const char *after) {
    tool_line("%s%.8s  %s  %s  %s%s", before, a->id, a->type, a->name, a->path, after);
}

/* ---- the commands: each is told the operands behind its name */

static void register_one(char **arguments) {
    gem5art_artifact_desc desc;
    gem5art_error error;
    const gem5art_artifact *artifact,
        **made_from = (const gem5art_artifact **)calloc(inputs.count + 1, sizeof *made_from);
    const char *missing = !name            ? "--name"
                          : !type          ? "--type"
                          : !path          ? "--path"
                          : !documentation ? "--documentation"
                                           : NULL;
    gem5art_db *db;
    size_t i;
    (void)arguments;
    if (missing)
        tool_exit(TOOL_MISUSE, "%s is missing: register needs --name, --type, --path and --documentation", missing);
    db = tool_open(db_uri, false);
    if (!made_from) tool_exit(TOOL_FAILED, "out of memory");
    for (i = 0; i < inputs.count; i++) made_from[i] = find_one(db, inputs.items[i]);
    memset(&desc, 0, sizeof desc);
    desc.name = name, desc.type = type, desc.path = path, desc.documentation = documentation;
    desc.command = command, desc.cwd = cwd, desc.inputs = inputs.count ? made_from : NULL, desc.input_count = inputs.count;
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) tool_exit(TOOL_FAILED, "%s", error.message);
    tool_line("%s", artifact->id);
    free(made_from);
    free(inputs.items);
    gem5art_close(db, NULL);
}

static void list(char **arguments) {
    gem5art_query query;
    gem5art_error error;
    gem5art_db *db = tool_open(db_uri, true);
    gem5art_iter *iter;
    const gem5art_artifact *artifact;
    (void)arguments;
    memset(&query, 0, sizeof query);
    query.name_contains = name;
    query.type = type;
    iter = gem5art_get_artifacts(db, &query, &error);
    while (iter && (artifact = tool_next_artifact(iter, &error)) != NULL) put_line(artifact, "", "");
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_close(db, NULL);
}

static void download(char **arguments) {
    gem5art_error error;
    gem5art_db *db = tool_open(db_uri, true);
    if (!gem5art_download_artifact(db, find_one(db, arguments[0]), arguments[1], &error))
        tool_exit(TOOL_FAILED, "%s", error.message);
    gem5art_close(db, NULL);
}

static void show_node(const tree_node *node, const char *id, const char *trunk, const char *branch, bool again) {
    char before[1024];
    snprintf(before, sizeof before, "%s%s", trunk, branch);
    if (node) put_line((const gem5art_artifact *)node->data, before, again ? "  (see above)" : "");
    else tool_line("%s%.8s  is not in this store", before, id);
}

/* Of one artifact, or of all but results archives. */
static void show_tree(char **arguments) {
    gem5art_db *db = tool_open(db_uri, true);
    const char *root = arguments[0] ? find_one(db, arguments[0])->id : NULL;
    gem5art_error error;
    gem5art_iter *iter = gem5art_get_artifacts(db, NULL, &error);
    const gem5art_artifact *row, *artifact;
    tree t;
    memset(&t, 0, sizeof t);
    t.show = show_node;
    while (iter && (row = tool_next_artifact(iter, &error)) != NULL) {
        tree_node *node;
        if (strcmp(row->type, "directory") == 0 && !(root && strcmp(root, row->id) == 0)) continue;
        artifact = gem5art_find_artifact(db, row->id, &error); /* a row lives until the next one, this as long as db */
        if (!artifact) break;
        t.nodes = (tree_node *)realloc(t.nodes, (t.count + 1) * sizeof *t.nodes);
        if (!t.nodes) tool_exit(TOOL_FAILED, "out of memory");
        node = &t.nodes[t.count++];
        memset(node, 0, sizeof *node);
        node->id = artifact->id, node->inputs = artifact->inputs, node->data = artifact;
        node->root = !root || strcmp(root, artifact->id) == 0;
    }
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) tool_exit(TOOL_FAILED, "%s", error.message);
    tree_show(&t);
    free(t.nodes);
    gem5art_close(db, NULL);
}

static const struct verb {
    const char *name;
    void (*run)(char **arguments);
    int least, most; /* arguments */
} verbs[] = {
    {"register", register_one, 0, 0}, {"list", list, 0, 0}, {"download", download, 2, 2}, {"tree", show_tree, 0, 1}};

int main(int argc, char **argv) {
    static const char *const names[] = {"register", "list", "download", "tree", NULL};
    const char *near;
    size_t i;
    int count = tool_parse(argc, argv, &page);
    argv[count] = NULL;
    if (!count) tool_exit(TOOL_MISUSE, "the command is missing: give register, list, download or tree");
    for (i = 0; names[i] && strcmp(names[i], argv[0]) != 0; i++) {}
    near = names[i] ? NULL : tool_nearest(argv[0], names);
    if (near) tool_exit(TOOL_MISUSE, "unknown command \"%s\": did you mean %s?", argv[0], near);
    if (!names[i]) tool_exit(TOOL_MISUSE, "unknown command \"%s\": give register, list, download or tree", argv[0]);
    if (count - 1 < verbs[i].least) tool_exit(TOOL_MISUSE, "%s needs an ID and a PATH", argv[0]);
    if (count - 1 > verbs[i].most) tool_exit(TOOL_MISUSE, "%s takes no \"%s\": leave it out", argv[0], argv[count - 1]);
    verbs[i].run(argv + 1);
    return tool_end(true);
}
