/* single.c - see single.h */

#include "single.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

bool single_given(const single *s) {
    return s->name || s->gem5 || s->script || s->outdir || s->kernel || s->disk;
}

static size_t single_artifact(experiment *e, const char *type, const char *path) {
    experiment_artifact *a = (experiment_artifact *)text_keep(text_alloc(sizeof *a));
    a->desc.name = text_base(path);
    if (a->desc.name[strspn(a->desc.name, ".")] == 0) a->desc.name = path;
    a->desc.type = type;
    a->desc.path = path;
    a->desc.documentation =
        text_keep(text_printf("The %s at %s, given on the command line of gem5art-run", type, path));
    return experiment_add_artifact(e, a);
}

/* The work tree that contains a file: the first of the folders above it that has a .git. */
static const char *single_repo(const char *file, const char *folder, const char *by) {
    char *joined = text_join(folder, file), *repo = text_keep(realpath(joined, NULL)), *slash, *git;
    bool found;
    if (!repo) die(EXIT_FAILED, "cannot find %s: %s; correct its path", file, strerror(errno));
    do {
        slash = strrchr(repo, '/');
        slash[slash == repo] = 0; /* "/" is the last one */
        git = text_join(repo, ".git");
        found = access(git, F_OK) == 0;
        free(git);
    } while (!found && slash > repo);
    if (!found) die(EXIT_FAILED, "%s is not in a git repo: name the one that it was made from by %s", file, by);
    free(joined);
    return repo;
}

experiment *single_experiment(const single *s, const char *folder, char **params) {
    static const char *const no_variables[] = {NULL};
    const char *missing = !s->name ? "--name" : !s->gem5 ? "--gem5" : !s->script ? "--script"
                          : !s->outdir ? "--outdir" : NULL;
    const char *repo = s->gem5_repo;
    experiment *e = (experiment *)text_keep(text_alloc(sizeof *e));
    experiment_run *run = experiment_add_run(e);
    if (missing) die(EXIT_MISUSE, "%s is missing: a single run needs --name, --gem5, --script and --outdir", missing);
    if (!s->kernel != !s->disk) die(EXIT_MISUSE, "a full system needs --kernel and --disk: give both or neither");
    e->path = s->name;
    run->fs = s->kernel != NULL;
    run->desc.name = s->name;
    run->desc.run_script = s->script;
    run->desc.outdir = s->outdir;
    run->desc.params = (const char *const *)(void *)params;
    run->desc.variables = no_variables;
    run->roles[ROLE_GEM5] = single_artifact(e, "gem5 binary", s->gem5);
    if (!repo) repo = single_repo(s->gem5, folder, "--gem5-repo");
    run->roles[ROLE_GEM5_GIT] = single_artifact(e, "git repo", repo);
    repo = s->script_repo ? s->script_repo : single_repo(s->script, folder, "--script-repo");
    run->roles[ROLE_SCRIPT_GIT] = single_artifact(e, "git repo", repo);
    if (run->fs) run->roles[ROLE_LINUX] = single_artifact(e, "kernel", s->kernel);
    if (run->fs) run->roles[ROLE_DISK] = single_artifact(e, "disk image", s->disk);
    return e;
}
