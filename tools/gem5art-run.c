/* gem5art-run - launches the runs of an experiment file, or one run from the command line, and watches over them. */

#define TOOL_NAME "gem5art-run"

#include "tool.h"

#include "display.h"
#include "experiment.h"

/* ---- what the command line says */

static const char *name, *gem5, *script, *outdir, *kernel, *disk, *timeout_text;
static const char *jobs_text, *limit_text, *retries_text, *stop_after_text, *cwd, *db_uri, *color;
static bool dry_run, rerun;
static tool_list only;

static const tool_option options[] = {
    {"--dry-run", "-n", NULL, "only print the command lines", NULL, NULL, &dry_run, NULL},
    {"--jobs", "-j", "N", "runs at once; default: as many as there are CPUs", &jobs_text, NULL, NULL, NULL},
    {"--only", NULL, "VAR=VALUE", "only these runs; may be repeated", NULL, &only, NULL, NULL},
    {"--limit", NULL, "LIMIT", "at most so many runs", &limit_text, NULL, NULL, NULL},
    {"--retry-failed", NULL, "N", "launch what failed again, N times at most", &retries_text, NULL, NULL, NULL},
    {"--rerun", NULL, NULL, "launch what is recorded, too", NULL, NULL, &rerun, NULL},
    {"--stop-after", NULL, "N", "launch no more when N runs have failed", &stop_after_text, NULL, NULL, NULL},
    {"--cwd", NULL, "DIR", "work in this folder; default: the current one", &cwd, NULL, NULL, "FOLDER"},
    {"--db-uri", NULL, "DB_URI", "default $GEM5ART_DB, else file://db.json", &db_uri, NULL, NULL, "FILE"},
    {"--color", NULL, "WHEN", "always, auto or never", &color, NULL, NULL, "always auto never"},
    {"--name", NULL, "NAME", "one run: its name, and instead of a file:", &name, NULL, NULL, NULL},
    {"--gem5", NULL, "FILE", "  its gem5 binary, in a clone of gem5's source", &gem5, NULL, NULL, "FILE"},
    {"--script", NULL, "FILE", "  its run script, in a git repo", &script, NULL, NULL, "FILE"},
    {"--outdir", NULL, "DIR", "  where it writes", &outdir, NULL, NULL, "FOLDER"},
    {"--kernel", NULL, "FILE", "  its kernel, with --disk: a full-system run", &kernel, NULL, NULL, "FILE"},
    {"--disk", NULL, "FILE", "  its disk image", &disk, NULL, NULL, "FILE"},
    {"--timeout", NULL, "TIME", "  30m, 12h, 2d, none; default 900 s", &timeout_text, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

static const tool_page page = {"launch gem5 experiments and watch over them", "[EXPERIMENT.json | -- PARAM...]",
                               "Launch the runs that are not recorded yet.", NULL, options, NULL};

/* ---- one run from the command line: an experiment too */

static size_t add_artifact(experiment *e, const char *type, const char *path) {
    experiment_artifact *artifact = (experiment_artifact *)experiment_alloc(e, sizeof *artifact);
    const char *slash = strrchr(path, '/');
    artifact->desc.name = slash && slash[1] ? slash + 1 : path;
    artifact->desc.type = type;
    artifact->desc.path = path;
    artifact->desc.documentation = "registered by gem5art-run from its command line";
    e->artifacts[e->artifact_count] = artifact;
    return e->artifact_count++;
}

static const char *folder_of(experiment *e, const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? experiment_copy(e, path, slash > path ? (size_t)(slash - path) : 1) : ".";
}

static double timeout_of(const char *text) {
    double seconds = text ? tool_duration(text) : 0;
    if (text && strcmp(text, "none") == 0) return -1;
    if (text && !(seconds > 0))
        tool_exit(TOOL_MISUSE, "--timeout: \"%s\" is no time: give seconds, or 30m, 12h, 2d, or none", text);
    return seconds;
}

static experiment *single_run(char **params) {
    experiment *e = (experiment *)calloc(1, sizeof *e);
    experiment_run *run;
    static const char *const none[] = {NULL};
    const char *missing = !name ? "--name" : !gem5 ? "--gem5" : !script ? "--script" : !outdir ? "--outdir" : NULL;
    if (!e) tool_exit(TOOL_FAILED, "out of memory");
    if (missing) tool_exit(TOOL_MISUSE, "%s is missing: one run needs --name, --gem5, --script and --outdir", missing);
    if (!kernel != !disk) tool_exit(TOOL_MISUSE, "a full-system run needs --kernel and --disk: give both or neither");
    e->path = "the command line";
    e->artifacts = (experiment_artifact **)experiment_alloc(e, EXPERIMENT_ROLES * sizeof *e->artifacts);
    e->runs = run = (experiment_run *)experiment_alloc(e, sizeof *run);
    e->run_count = 1;
    run->fs = kernel != NULL;
    run->variables = none;
    run->desc.name = name;
    run->desc.run_script = script;
    run->desc.outdir = outdir;
    run->desc.timeout = timeout_of(timeout_text);
    run->desc.params = (const char *const *)(void *)params;
    run->roles[GEM5] = add_artifact(e, "gem5 binary", gem5);
    run->roles[GEM5_GIT] = add_artifact(e, "git repo", folder_of(e, gem5));
    run->roles[SCRIPT_GIT] = add_artifact(e, "git repo", folder_of(e, script));
    if (run->fs) run->roles[LINUX_BINARY] = add_artifact(e, "kernel", kernel);
    if (run->fs) run->roles[DISK_IMAGE] = add_artifact(e, "disk image", disk);
    return e;
}

/* ---- --dry-run */

static int print_commands(experiment *e, const char *folder) {
    gem5art__buf line = {NULL, 0, 0, false};
    size_t i;
    for (i = 0; i < e->run_count; i++) {
        const char *const *argument = experiment_command(e, &e->runs[i], folder);
        const char *const *pair = e->runs[i].desc.environment;
        line.length = 0;
        for (; pair && *pair; pair += 2) {
            gem5art__putf(&line, "%s=", pair[0]);
            tool_put_shell_word(&line, pair[1]);
            gem5art__puts(&line, " ");
        }
        for (; *argument; argument++) {
            tool_put_shell_word(&line, *argument);
            gem5art__puts(&line, argument[1] ? " " : "\n");
        }
        if (line.failed) tool_exit(TOOL_FAILED, "out of memory");
        fwrite(line.data, 1, line.length, stdout);
    }
    gem5art__buf_free(&line);
    return tool_end(true);
}

/* ---- registering and creating: all that is wrong is told before anything is launched */

enum { TOLD = 10 };
static int wrong;

static void complain(const char *what, const gem5art_error *error) {
    if (wrong++ < TOLD) fprintf(stderr, "%s: %s: %s\n", TOOL_NAME, what, error->message);
}

static void register_artifacts(gem5art_db *db, experiment *e) {
    gem5art_error error;
    size_t i, k;
    for (i = 0; i < e->artifact_count; i++) {
        experiment_artifact *a = e->artifacts[i];
        const gem5art_artifact **inputs =
            (const gem5art_artifact **)experiment_alloc(e, (a->input_count + 1) * sizeof *inputs);
        for (k = 0; k < a->input_count; k++) inputs[k] = e->artifacts[a->inputs[k]]->artifact;
        for (k = 0; k < a->input_count && inputs[k]; k++) {}
        if (k < a->input_count) continue; /* its input's error was told */
        inputs[k] = NULL;
        a->desc.inputs = inputs;
        a->artifact = gem5art_register_artifact(db, &a->desc, &error);
        if (!a->artifact) complain(a->desc.name, &error);
    }
}

/* The artifacts of a run, all of them registered? */
static bool use_artifacts(experiment *e, experiment_run *run) {
    const gem5art_artifact **to[EXPERIMENT_ROLES], **more;
    gem5art_run_desc *d = &run->desc;
    size_t i;
    int role;
    to[GEM5] = &d->gem5_artifact, to[GEM5_GIT] = &d->gem5_git_artifact, to[SCRIPT_GIT] = &d->run_script_git_artifact;
    to[LINUX_BINARY] = &d->linux_binary_artifact, to[DISK_IMAGE] = &d->disk_image_artifact;
    for (role = 0; role < (run->fs ? EXPERIMENT_ROLES : LINUX_BINARY); role++)
        if ((*to[role] = e->artifacts[run->roles[role]]->artifact) == NULL) return false;
    more = (const gem5art_artifact **)experiment_alloc(e, (run->more_count + 1) * sizeof *more);
    for (i = 0; i < run->more_count; i++)
        if ((more[i] = e->artifacts[run->more[i]]->artifact) == NULL) return false;
    more[i] = NULL;
    d->artifacts = more;
    return true;
}

static void add_runs(gem5art_db *db, gem5art_pool *pool, experiment *e) {
    gem5art_error error;
    size_t i;
    for (i = 0; i < e->run_count; i++) {
        experiment_run *r = &e->runs[i];
        gem5art_run *run;
        if (!use_artifacts(e, r)) continue;
        run = r->fs ? gem5art_create_fs_run(db, &r->desc, &error) : gem5art_create_se_run(db, &r->desc, &error);
        if (!run || !gem5art_pool_add(pool, run, &error)) complain(r->desc.outdir, &error);
        gem5art_release_run(db, run); /* it stays until it has ended */
    }
}

/* ---- the pool */

typedef struct launch {
    display shown;
    gem5art_db *db;
    int failed_before; /* of those that are recorded */
    bool stopped;
} launch;

static void on_event(const gem5art_event *event, void *user_data) {
    launch *l = (launch *)user_data;
    const gem5art_run *before;
    if (event->type == GEM5ART_EVENT_SKIPPED && event->error->code == GEM5ART_EXISTS) {
        before = gem5art_find_run(l->db, event->run->hash, NULL);
        l->failed_before += !before || strcmp(before->status, "Finished") != 0;
    }
    if ((event->type == GEM5ART_EVENT_SKIPPED && event->error->code == GEM5ART_CANCELLED) ||
        (event->type == GEM5ART_EVENT_KILLED && gem5art__starts_with(event->run->kill_reason, "sig")))
        l->stopped = true;
    if (l->stopped) l->shown.note = "stopping: what runs is ended and recorded; once more ends it at once";
    display_event(&l->shown, event);
}

static int count_of(const char *option, const char *text, int unset) {
    int64_t count = text ? tool_count(option, text) : unset;
    if (count > 1000000) tool_exit(TOOL_MISUSE, "%s: %s is too large: at most 1000000 is allowed", option, text);
    return (int)count;
}

static gem5art_pool *make_pool(launch *l) {
    gem5art_pool_desc desc;
    gem5art_error error;
    gem5art_pool *pool;
    memset(&desc, 0, sizeof desc);
    desc.jobs = count_of("--jobs", jobs_text, 0);
    desc.retries = count_of("--retry-failed", retries_text, 0);
    desc.max_failed = count_of("--stop-after", stop_after_text, 0);
    desc.rerun = rerun;
    desc.handle_signals = true;
    desc.event = on_event;
    desc.user_data = l;
    pool = gem5art_pool_create(l->db, &desc, &error);
    if (!pool) tool_exit(TOOL_FAILED, "%s", error.message);
    return pool;
}

/* With a clock of its own for the display. */
static void watch(gem5art_pool *pool, launch *l) {
    struct pollfd fd;
    gem5art_error error;
    double drawn = 0, now;
    int left, due;
    fd.fd = gem5art_pool_fd(pool);
    fd.events = POLLIN;
    while ((left = gem5art_pool_step(pool, 0, &error)) != 0) {
        if (left < 0) display_say(&l->shown, display_red, "%s", error.message);
        now = gem5art__monotonic();
        if (now - drawn >= DISPLAY_MS / 1e3) {
            gem5art_pool_progress(pool, &l->shown.now);
            display_draw(&l->shown);
            drawn = now;
        }
        due = gem5art_pool_timeout(pool);
        if (l->shown.live && (due < 0 || due > DISPLAY_MS)) due = DISPLAY_MS;
        poll(&fd, 1, due);
    }
}

/* ---- the end */

static void tell_resume(int argc, char **argv) {
    gem5art__buf line = {NULL, 0, 0, false};
    int i;
    for (i = 0; i < argc; i++) {
        if (i) gem5art__puts(&line, " ");
        tool_put_shell_word(&line, argv[i]);
    }
    if (!line.failed) printf("to go on with the rest: %s\n", line.data);
    gem5art__buf_free(&line);
}

static bool sum_up(const launch *l, const gem5art_event *end) {
    int skipped = end->skipped - end->recorded;
    printf("%d runs: %d finished, %d failed", end->added, end->finished, end->failed);
    if (end->recorded) printf(", %d recorded before", end->recorded);
    if (l->failed_before) printf(" (%d of them failed: --retry-failed N launches those again)", l->failed_before);
    if (skipped) printf(", %d not launched", skipped);
    if (end->lost) printf(", %d found lost and recorded", end->lost);
    if (end->retried) printf(", %d times tried again", end->retried);
    printf("\n");
    return !end->failed && !skipped && !l->failed_before;
}

static int launch_all(experiment *e, const char *folder, int argc, char **argv) {
    launch l;
    gem5art_pool *pool;
    gem5art_event end;
    bool well;
    memset(&l, 0, sizeof l);
    l.db = tool_open(db_uri, false);
    if (chdir(folder) < 0) tool_exit(TOOL_FAILED, "cannot enter %s: %s", folder, strerror(errno));
    display_begin(&l.shown, stdout, color, folder);
    pool = make_pool(&l);
    register_artifacts(l.db, e);
    add_runs(l.db, pool, e);
    if (wrong) {
        if (wrong > TOLD) fprintf(stderr, "%s: and %d more such errors\n", TOOL_NAME, wrong - TOLD);
        gem5art_pool_destroy(pool);
        tool_exit(TOOL_FAILED, "nothing was launched");
    }
    watch(pool, &l);
    gem5art_pool_progress(pool, &end);
    display_end(&l.shown);
    gem5art_pool_destroy(pool);
    well = sum_up(&l, &end);
    if (l.stopped) tell_resume(argc, argv);
    gem5art_close(l.db, NULL);
    return tool_end(well);
}

int main(int argc, char **argv) {
    char **words = (char **)calloc((size_t)argc + 1, sizeof *words), *folder;
    bool from_file;
    experiment *e;
    int count, status;
    if (!words) tool_exit(TOOL_FAILED, "out of memory");
    memcpy(words, argv, (size_t)argc * sizeof *words);
    signal(SIGPIPE, SIG_IGN); /* the runs go on, whatever becomes of the output */
    count = tool_parse(argc, argv, &page);
    argv[count] = NULL;
    from_file = !name && !gem5 && !script && !outdir && !kernel && !disk && !timeout_text;
    if (from_file && !count)
        tool_exit(TOOL_MISUSE, "the experiment is missing: name its file, or one run with --name ...");
    if (from_file && count > 1) tool_exit(TOOL_MISUSE, "one experiment is enough: leave \"%s\" out", argv[1]);
    e = from_file ? experiment_read(argv[0], &only, limit_text ? tool_count("--limit", limit_text) : -1)
                  : single_run(argv);
    folder = realpath(cwd ? cwd : ".", NULL);
    if (!folder) tool_exit(TOOL_FAILED, "cannot work in %s: %s", cwd ? cwd : ".", strerror(errno));
    status = dry_run ? print_commands(e, folder) : launch_all(e, folder, argc, words);
    experiment_free(e);
    free(only.items);
    free(folder);
    free(words);
    return status;
}
