/* gem5art-run - launches the runs of an experiment file, or one run from the command line, and watches over them. */

#define TOOL_NAME "gem5art-run"

#include "tool.h"

#include "display.h"
#include "experiment.h"
#include "reason.h"

/* ---- what the command line says */

static const char *name, *gem5, *script, *outdir, *kernel, *disk, *gem5_repo, *script_repo;
static const char *jobs_text, *limit_text, *retries_text, *stop_after_text, *timeout_text, *nice_text, *memory_text;
static const char *cwd, *db_uri, *color;
static bool dry_run, rerun, take_lost, pin;
static tool_list only;
static char *folder; /* of --cwd, absolute */

static const tool_option options[] = {
    {"--dry-run", "-n", NULL, "print each command line, touch nothing", NULL, NULL, &dry_run, NULL},
    {"--jobs", "-j", "N", "execute N runs at once; default: the number of CPUs", &jobs_text, NULL, NULL, NULL},
    {"--only", NULL, "VAR=VALUE", "launch only these runs; can be repeated", NULL, &only, NULL, NULL},
    {"--limit", NULL, "LIMIT", "launch at most LIMIT runs", &limit_text, NULL, NULL, NULL},
    {"--retry-failed", NULL, "N", "launch Failed runs again, at most N times", &retries_text, NULL, NULL, NULL},
    {"--rerun", NULL, NULL, "launch recorded runs too", NULL, NULL, &rerun, NULL},
    {"--take-lost", NULL, NULL, " take over lost runs of other hosts, where nothing of them is left", NULL, NULL,
     &take_lost, NULL},
    {"--stop-after", NULL, "N", "launch no more after N runs have Failed", &stop_after_text, NULL, NULL, NULL},
    {"--timeout", NULL, "TIME", "end each run after TIME: 30m, 12h, 2d, none", &timeout_text, NULL, NULL, NULL},
    {"--cwd", NULL, "DIR", "resolve relative paths from DIR", &cwd, NULL, NULL, "FOLDER"},
    {"--db-uri", NULL, "DB_URI", "default $GEM5ART_DB, else file://db.json", &db_uri, NULL, NULL, "FILE"},
    {"--color", NULL, "WHEN", "always, auto or never", &color, NULL, NULL, "always auto never"},
    {"--nice", NULL, "N", "lower the runs' priority, by 0 to 20", &nice_text, NULL, NULL, NULL},
    {"--free-memory", NULL, "SIZE", "launch none while less is free (as 8G)", &memory_text, NULL, NULL, NULL},
    {"--pin", NULL, NULL, "give each run a CPU of its own", NULL, NULL, &pin, NULL},
    {"--name", NULL, "NAME", " one run: its name", &name, NULL, NULL, NULL},
    {"--gem5", NULL, "FILE", " its gem5 binary", &gem5, NULL, NULL, "FILE"},
    {"--script", NULL, "FILE", " its run script", &script, NULL, NULL, "FILE"},
    {"--outdir", NULL, "DIR", " where it writes", &outdir, NULL, NULL, "FOLDER"},
    {"--kernel", NULL, "FILE", " its kernel, which makes it one of a full system", &kernel, NULL, NULL, "FILE"},
    {"--disk", NULL, "FILE", " its disk image", &disk, NULL, NULL, "FILE"},
    {"--gem5-repo", NULL, "DIR", " of its gem5; default: where it lies", &gem5_repo, NULL, NULL, "FOLDER"},
    {"--script-repo", NULL, "DIR", " of its script; default: where it lies", &script_repo, NULL, NULL, "FOLDER"},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

static const tool_page page = {
    "launch gem5 experiments and watch over them",
    "EXPERIMENT.json | --name NAME --gem5 FILE --script FILE --outdir DIR [--kernel FILE --disk FILE] [-- PARAM...]",
    "Launch the runs that are not recorded yet, of a file or from the command line.", NULL, options,
    "More, in the man page: --gem5-repo and --script-repo of one run; --take-lost."};

static int count_of(const char *option, const char *text, int most) {
    int64_t count = text ? tool_count(option, text) : 0;
    if (count > most) tool_exit(TOOL_MISUSE, "%s: %s is too large: at most %d is allowed", option, text, most);
    return (int)count;
}

/* "8G": bytes. */
static int64_t size_of(const char *option, const char *text) {
    static const char units[] = "KMGT";
    char *end;
    double size = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
    const char *unit = size > 0 && *end ? strchr(units, *end) : units;
    if (size <= 0 || !unit || (*end && end[1]))
        tool_exit(TOOL_MISUSE, "%s: \"%s\" is not a size: give bytes, or 512M, 8G", option, text);
    if (*end) size *= (double)((int64_t)1 << 10 * (unit - units + 1));
    if (size >= 0x1p63) tool_exit(TOOL_MISUSE, "%s: %s is more memory than there can be: give less", option, text);
    return (int64_t)size;
}

static double timeout_of(const char *text) {
    double seconds = tool_duration(text);
    if (strcmp(text, "none") == 0) return -1;
    if (!(seconds > 0))
        tool_exit(TOOL_MISUSE, "--timeout: \"%s\" is not a time: give seconds, or 30m, 12h, 2d, or none", text);
    return seconds;
}

/* What the options say, read before anything is done. */
static struct {
    int jobs, retries, stop_after, nice;
    int64_t free_memory;
    double timeout;
} numbers;

static void read_numbers(void) {
    numbers.jobs = count_of("--jobs", jobs_text, INT_MAX);
    numbers.retries = count_of("--retry-failed", retries_text, INT_MAX);
    numbers.stop_after = count_of("--stop-after", stop_after_text, INT_MAX);
    numbers.nice = count_of("--nice", nice_text, 20);
    if (memory_text) numbers.free_memory = size_of("--free-memory", memory_text);
    if (timeout_text) numbers.timeout = timeout_of(timeout_text);
}

/* What the command line says of all runs. */
static void override_runs(experiment *e) {
    size_t i;
    for (i = 0; i < e->run_count; i++) {
        if (timeout_text) e->runs[i].desc.timeout = numbers.timeout;
        if (nice_text) e->runs[i].desc.nice = numbers.nice;
    }
}

/* ---- one run from the command line: an experiment too */

static size_t add_artifact(experiment *e, const char *type, const char *path) {
    experiment_artifact *a = (experiment_artifact *)experiment_alloc(e, sizeof *a);
    gem5art__buf documentation = {NULL, 0, 0, false};
    a->desc.name = gem5art__base_name(path);
    if (!*a->desc.name || strspn(a->desc.name, ".") == strlen(a->desc.name)) a->desc.name = path;
    a->desc.type = type;
    a->desc.path = path;
    gem5art__putf(&documentation, "The %s at %s, given on the command line of gem5art-run", type, path);
    a->desc.documentation = experiment_copy(e, documentation.data ? documentation.data : "", documentation.length);
    gem5art__buf_free(&documentation);
    e->artifacts[e->artifact_count] = a;
    return e->artifact_count++;
}

/* The work tree that a file lies in: the first of the folders above it that has a .git. */
static const char *repo_of(experiment *e, const char *file, const char *option) {
    char *real = realpath(gem5art__join_path(&e->arena, folder, file), NULL), *path, *slash;
    struct stat st;
    if (!real) tool_exit(TOOL_FAILED, "cannot find %s: %s", file, strerror(errno));
    path = gem5art__arena_copy(&e->arena, real);
    free(real);
    while ((slash = strrchr(path, '/')) != NULL) {
        slash[slash == path] = 0; /* "/" is the last one */
        if (stat(gem5art__join_path(&e->arena, path, ".git"), &st) == 0) return path;
        if (slash == path) break;
    }
    tool_exit(TOOL_FAILED, "%s lies in no git repo: name the one that it was made from by %s", file, option);
}

static experiment *single_run(char **params) {
    static const char *const none[] = {NULL};
    experiment *e = (experiment *)calloc(1, sizeof *e);
    experiment_run *run;
    const char *missing = !name ? "--name" : !gem5 ? "--gem5" : !script ? "--script" : !outdir ? "--outdir" : NULL;
    if (!e) tool_exit(TOOL_FAILED, "out of memory");
    if (missing) tool_exit(TOOL_MISUSE, "%s is missing: one run needs --name, --gem5, --script and --outdir", missing);
    if (!kernel != !disk) tool_exit(TOOL_MISUSE, "a full system needs --kernel and --disk: give both or neither");
    if (only.count || limit_text) tool_exit(TOOL_MISUSE, "--only and --limit choose of an experiment file's runs");
    e->artifacts = (experiment_artifact **)experiment_alloc(e, EXPERIMENT_ROLES * sizeof *e->artifacts);
    e->path = "the command line";
    e->runs = run = (experiment_run *)experiment_alloc(e, sizeof *run);
    e->run_count = 1;
    run->fs = kernel != NULL;
    run->variables = none;
    run->desc.name = name;
    run->desc.run_script = script;
    run->desc.outdir = outdir;
    run->desc.params = (const char *const *)(void *)params;
    run->roles[GEM5] = add_artifact(e, "gem5 binary", gem5);
    run->roles[GEM5_GIT] = add_artifact(e, "git repo", gem5_repo ? gem5_repo : repo_of(e, gem5, "--gem5-repo"));
    run->roles[SCRIPT_GIT] =
        add_artifact(e, "git repo", script_repo ? script_repo : repo_of(e, script, "--script-repo"));
    if (run->fs) run->roles[LINUX_BINARY] = add_artifact(e, "kernel", kernel);
    if (run->fs) run->roles[DISK_IMAGE] = add_artifact(e, "disk image", disk);
    return e;
}

/* ---- what is wrong: told at once, before anything is launched */

enum { TOLD = 10 };

static struct {
    char *text;
    int times;
} problems[TOLD];
static int problem_count; /* and those beyond the ones above */

static void complain(const char *text) {
    int i;
    problem_count++;
    for (i = 0; i < TOLD && problems[i].text; i++)
        if (strcmp(problems[i].text, text) == 0) {
            problems[i].times++;
            return;
        }
    if (i == TOLD || (problems[i].text = strdup(text)) == NULL) return;
    problems[i].times = 1;
}

static void tell_problems(const char *kind) {
    int i, left = problem_count;
    for (i = 0; i < TOLD && problems[i].text; i++) {
        if (problems[i].times > 1) tool_say(kind, "%s (%d times)", problems[i].text, problems[i].times);
        else tool_say(kind, "%s", problems[i].text);
        left -= problems[i].times;
    }
    if (left) tool_say(kind, "and %d more", left);
}

static void check_files(experiment *e) {
    gem5art_error error;
    gem5art__buf text = {NULL, 0, 0, false};
    struct stat st;
    size_t i;
    for (i = 0; i < e->artifact_count; i++) {
        const gem5art_artifact_desc *d = &e->artifacts[i]->desc;
        const char *path = gem5art__join_path(&e->arena, folder, d->path);
        if (path && stat(path, &st) == 0) continue;
        text.length = 0;
        gem5art__putf(&text, "cannot find the %s \"%s\" at %s: %s; correct its path", d->type, d->name, d->path,
                      strerror(errno));
        complain(text.data ? text.data : "out of memory");
    }
    gem5art__buf_free(&text);
    for (i = 0; i < e->run_count; i++) {
        char *path = gem5art__absolute_path(&e->arena, folder, e->runs[i].desc.run_script, &error);
        if (!path || !gem5art__need_file(path, "run script", "run_script", false, &error)) complain(error.message);
    }
}

/* ---- --dry-run */

static int print_commands(experiment *e) {
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
        if (e->runs[i].desc.nice) gem5art__putf(&line, "nice -n %d ", e->runs[i].desc.nice);
        for (; *argument; argument++) {
            tool_put_shell_word(&line, *argument);
            gem5art__puts(&line, argument[1] ? " " : "\n");
        }
        if (line.failed) tool_exit(TOOL_FAILED, "out of memory");
        tool_print(line.data, line.length);
    }
    gem5art__buf_free(&line);
    check_files(e);
    tell_problems("warning: ");
    return tool_end(true);
}

/* ---- what became of the runs */

typedef enum outcome {
    FINISHED,
    FAILED,
    STOPPED,       /* by a signal */
    RECORDED,      /* as Finished */
    CHANGED,       /* recorded, but a file that gem5 read has changed since */
    FAILED_BEFORE,
    ELSEWHERE,     /* another process executes it */
    CANCELLED,     /* by a signal or --stop-after, before it was launched */
    TROUBLE,       /* any other error kept it from being launched or recorded */
    OUTCOMES
} outcome;

static const char *const outcome_words[OUTCOMES] = {
    "finished",      "failed",             "stopped",      "recorded before", "recorded with files that changed since",
    "failed before", "executed elsewhere", "not launched", "in trouble"};

enum { LISTED = 20 };

static gem5art_db *db;
static gem5art_pool *pool;
static int tally[OUTCOMES];
static gem5art__buf failures; /* a line each, of the first LISTED ones */
static bool registering, preparing = true;
static size_t outdir_prefix;  /* bytes that all outdirs begin with */
static bool outdirs_are_labels;

/* Names are labels where they differ; else what differs in the outdirs is. */
static const char *label_of(const gem5art_run *run) {
    return outdirs_are_labels && strlen(run->outdir) > outdir_prefix ? run->outdir + outdir_prefix : run->name;
}

static const char *short_path(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

/* "exit 1 after 4.2 s: src/sim/x.cc:1: fatal: ..." */
static void put_end(gem5art__buf *out, const gem5art_run *run) {
    const char *cause;
    put_reason(out, run);
    cause = cause_beyond(run, out->data ? out->data : "");
    if (run->start_time > 0 && run->end_time >= run->start_time) {
        gem5art__puts(out, " after ");
        tool_put_duration(out, run->end_time - run->start_time);
    }
    if (cause) gem5art__putf(out, ": %.*s", 200, cause);
}

/* For the end: two lines. */
static void list_failure(const char *label, const char *reason, const char *where) {
    if (tally[FAILED] + tally[FAILED_BEFORE] > LISTED) return;
    tool_put_text(&failures, label, SIZE_MAX);
    gem5art__puts(&failures, ": ");
    tool_put_text(&failures, reason, SIZE_MAX);
    gem5art__puts(&failures, "\n    ");
    tool_put_text(&failures, short_path(where), SIZE_MAX);
    gem5art__puts(&failures, "\n");
}

/* Has an attempt at this run Finished? Else *last is the latest, where it can be read. */
static bool finished_before(const gem5art_run *run, const gem5art_run **last) {
    gem5art__arena arena = {NULL, false};
    gem5art__lookup lookup;
    const gem5art_json *record;
    char legacy[33];
    const char *keys[2];
    bool finished = false;
    int k;
    gem5art__legacy_hash(run, legacy);
    keys[0] = run->hash, keys[1] = legacy;
    for (k = 0; k < 2 && !finished; k++) {
        memset(&lookup, 0, sizeof lookup);
        while (!finished && *keys[k] &&
               gem5art__store_lookup(db, &lookup, keys[k], &arena, &record, NULL) == GEM5ART__RECORD) {
            finished = gem5art__is_run(gem5art__record_text(record, "type")) &&
                       strcmp(gem5art__record_text(record, "status"), "Finished") == 0 &&
                       (k == 0 || gem5art__same_params(record, run->params));
            gem5art__arena_free(&arena);
        }
    }
    *last = finished ? NULL : gem5art_find_run(db, run->hash, NULL);
    return finished;
}

/* ---- events */

/* A line that stays. What a terminal shows all the time is said elsewhere only. */
__attribute__((format(printf, 3, 4))) static void say(display_color how, const gem5art_run *run, const char *format,
                                                      ...) {
    gem5art__buf text = {NULL, 0, 0, false};
    int done = 0, i;
    char rest[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    for (i = 0; i < OUTCOMES; i++) done += tally[i];
    if (!display.live) gem5art__putf(&text, "[%d/%d] ", done, pool->counts.added);
    gem5art__putf(&text, "%s", label_of(run));
    display_say(how, "%s: %s", text.data ? text.data : "", rest);
    gem5art__buf_free(&text);
}

static const char changed[] = "which gem5 read then, has changed since";

/* The library's sentence, with the tool's own way out. */
static void say_changed(const gem5art_run *run, const char *message) {
    static const char field[] = "(.rerun)";
    const char *at = strstr(message, field);
    if (tally[CHANGED] > LISTED) return;
    if (at) say(YELLOW, run, "%.*s(--rerun)%s", (int)(at - message), message, at + sizeof field - 1);
    else say(YELLOW, run, "%s", message);
}

static void on_skipped(const gem5art_run *run, const gem5art_error *error) {
    gem5art__buf reason = {NULL, 0, 0, false};
    const gem5art_run *last = NULL;
    outcome o = error->code == GEM5ART_BUSY         ? ELSEWHERE
                : error->code == GEM5ART_CANCELLED  ? CANCELLED
                : error->code != GEM5ART_EXISTS     ? TROUBLE
                : strstr(error->message, changed)   ? CHANGED
                : finished_before(run, &last)       ? RECORDED
                                                    : FAILED_BEFORE;
    tally[o]++;
    if (o == FAILED_BEFORE) {
        if (last) put_end(&reason, last);
        list_failure(label_of(run), reason.data ? reason.data : "recorded as Failed",
                     last ? last->outdir : run->outdir);
        gem5art_release_run(db, last);
        gem5art__buf_free(&reason);
    }
    if (o == CHANGED) say_changed(run, error->message);
    else if (o == ELSEWHERE || o == TROUBLE) say(o == TROUBLE ? RED : YELLOW, run, "%s", error->message);
    else if (!display.live && o != CANCELLED) say(PLAIN, run, "%s", outcome_words[o]);
}

/* Warnings of good runs: of each kind how many runs have one, and the first. */
enum { KINDS = 16 };
static struct {
    char *kind, *first;
    int runs;
} warnings[KINDS];

static void note_warning(const gem5art_run *run, const gem5art_warning *warning) {
    gem5art__buf first = {NULL, 0, 0, false};
    int i;
    for (i = 0; i < KINDS && warnings[i].kind && strcmp(warnings[i].kind, warning->kind) != 0; i++) {}
    if (i == KINDS) return;
    if (!warnings[i].kind) {
        tool_put_text(&first, label_of(run), SIZE_MAX);
        gem5art__putf(&first, ": %s", warning->text);
        warnings[i].kind = strdup(warning->kind);
        warnings[i].first = first.data;
    }
    warnings[i].runs++;
}

static void note_warnings(const gem5art_run *run) {
    size_t i, k;
    for (i = 0; i < run->warning_count; i++) {
        for (k = 0; k < i && strcmp(run->warnings[k].kind, run->warnings[i].kind) != 0; k++) {}
        if (k == i) note_warning(run, &run->warnings[i]);
    }
}

static void tell_warnings(void) {
    int i;
    for (i = 0; i < KINDS && warnings[i].kind; i++) {
        display_say(YELLOW, "Warning of the kind \"%s\" in %d finished run%s%s: %s", warnings[i].kind, warnings[i].runs,
                    warnings[i].runs == 1 ? "" : "s", warnings[i].runs == 1 ? "" : ", the first",
                    warnings[i].first ? warnings[i].first : "");
        free(warnings[i].kind);
        free(warnings[i].first);
    }
}

static bool is_stopped(const gem5art_run *run) {
    return strcmp(run->kill_reason, "sigint") == 0 || strcmp(run->kill_reason, "sigterm") == 0 ||
           strcmp(run->kill_reason, "sighup") == 0;
}

static void on_end(const gem5art_run *run, const gem5art_error *error) {
    gem5art__buf reason = {NULL, 0, 0, false};
    outcome o = strcmp(run->status, "Finished") == 0 ? FINISHED
                : is_stopped(run)                         ? STOPPED
                                                          : FAILED;
    bool unrecorded = error && strcmp(error->message, run->error) != 0;
    tally[unrecorded ? TROUBLE : o]++;
    display_remove_run(run);
    put_end(&reason, run);
    if (o == FINISHED) note_warnings(run);
    if (unrecorded) say(RED, run, "not recorded: %s", error->message);
    else if (o == FAILED) {
        list_failure(label_of(run), reason.data ? reason.data : "Failed", run->outdir);
        say(RED, run, "failed: %s", reason.data ? reason.data : "");
    } else if (o == STOPPED && !display.live) say(YELLOW, run, "stopped: %s", reason.data ? reason.data : "");
    else if (o == FINISHED && !display.live) {
        reason.length = 0;
        tool_put_duration(&reason, run->end_time - run->start_time);
        say(GREEN, run, "finished after %s", reason.data ? reason.data : "");
    }
    gem5art__buf_free(&reason);
}

static void on_event(const gem5art_event *event, void *user_data) {
    const gem5art_run *run = event->run;
    gem5art__buf reason = {NULL, 0, 0, false};
    (void)user_data;
    if (preparing) return;
    if (event->type == GEM5ART_EVENT_SKIPPED) on_skipped(run, event->error);
    if (event->type == GEM5ART_EVENT_ENDED) on_end(run, event->error);
    if (event->type == GEM5ART_EVENT_SPAWNED) {
        display_add_run(run, label_of(run));
        if (!display.live) say(PLAIN, run, "started, process %lld", (long long)run->pid);
    }
    if (event->type == GEM5ART_EVENT_KILLED && !display.live) say(YELLOW, run, "ending it: %s", run->kill_reason);
    if (event->type == GEM5ART_EVENT_RETRIED) {
        display_remove_run(run);
        put_end(&reason, run);
        say(YELLOW, run, "failed and tried again: %s", reason.data ? reason.data : "");
        gem5art__buf_free(&reason);
    }
}

/* Warnings of the library, which would break the display; many of one kind can come with many runs. */
static void on_warning(const char *message, void *user_data) {
    enum { MOST = 20 };
    static int count;
    (void)user_data;
    if (registering && name) return; /* artifacts of one run are described by us: others' words for them are better */
    if (preparing && count++ == MOST) message = "there are more such warnings";
    else if (preparing && count > MOST) return;
    if (display.live && isatty(STDERR_FILENO)) display_say(YELLOW, "warning: %s", message);
    else tool_warn(message, NULL);
}

/* ---- the display's clock */

static void draw(size_t total, const char *note) {
    gem5art_event now;
    display_counts c;
    if (display_stopped) display_stop();
    if (display_due() != 0) return;
    gem5art_pool_progress(pool, &now);
    memset(&c, 0, sizeof c);
    c.total = (int)total;
    c.finished = tally[FINISHED];
    c.failed = tally[FAILED] + tally[TROUBLE];
    c.recorded = tally[RECORDED] + tally[CHANGED] + tally[FAILED_BEFORE];
    c.running = now.running + now.ending;
    c.left = c.total - c.finished - c.failed - c.recorded - c.running;
    c.eta = pool && !pool->stopping ? now.eta : -1;
    c.note = note;
    display_draw(&c);
}

/* ---- registering and creating */

static void register_artifacts(experiment *e) {
    gem5art_error error;
    size_t i, k;
    registering = true;
    display_blocked = 1;
    for (i = 0; i < e->artifact_count; i++) {
        experiment_artifact *a = e->artifacts[i];
        const gem5art_artifact **inputs =
            (const gem5art_artifact **)experiment_alloc(e, (a->input_count + 1) * sizeof *inputs);
        display_want_frame();
        draw(e->run_count, gem5art__arena_printf(&e->arena, "Registering %s", a->desc.path));
        for (k = 0; k < a->input_count; k++)
            if ((inputs[k] = e->artifacts[a->inputs[k]]->artifact) == NULL) break;
        if (k < a->input_count) continue; /* its input's error was told */
        a->desc.inputs = a->input_count ? inputs : NULL, a->desc.input_count = a->input_count;
        a->artifact = gem5art_register_artifact(db, &a->desc, &error);
        if (!a->artifact) complain(error.message);
    }
    display_blocked = 0;
    registering = false;
}

/* The artifacts of a run; false where one could not be registered, which was told. */
static bool use_artifacts(experiment *e, experiment_run *run) {
    gem5art_run_desc *d = &run->desc;
    const gem5art_artifact **to[EXPERIMENT_ROLES], **more;
    size_t i;
    int role;
    to[GEM5] = &d->gem5_artifact, to[GEM5_GIT] = &d->gem5_git_artifact, to[SCRIPT_GIT] = &d->run_script_git_artifact;
    to[LINUX_BINARY] = &d->linux_binary_artifact, to[DISK_IMAGE] = &d->disk_image_artifact;
    for (role = 0; role < (run->fs ? EXPERIMENT_ROLES : LINUX_BINARY); role++)
        if ((*to[role] = e->artifacts[run->roles[role]]->artifact) == NULL) return false;
    more = (const gem5art_artifact **)experiment_alloc(e, (run->more_count + 1) * sizeof *more);
    for (i = 0; i < run->more_count; i++)
        if ((more[i] = e->artifacts[run->more[i]]->artifact) == NULL) return false;
    d->artifacts = run->more_count ? more : NULL, d->artifact_count = run->more_count;
    return true;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void choose_labels(experiment *e) {
    const char **names = (const char **)experiment_alloc(e, (e->run_count + 1) * sizeof *names);
    size_t i;
    for (i = 0; i < e->run_count; i++) names[i] = e->runs[i].desc.name;
    qsort(names, e->run_count, sizeof *names, compare_names);
    for (i = 1; i < e->run_count; i++)
        if (strcmp(names[i - 1], names[i]) == 0) outdirs_are_labels = true;
}

/* What all outdirs so far begin with, up to a slash. */
static void share_prefix(const char *path, bool first) {
    static char *shared;
    size_t i = 0;
    if (first) shared = strdup(path), outdir_prefix = strlen(path);
    while (shared && i < outdir_prefix && shared[i] == path[i]) i++;
    while (i && path[i - 1] != '/') i--;
    outdir_prefix = i;
}

/* Outdirs whose info.json was made here: where nothing is launched, they must not be in the way of what is corrected. */
static tool_list made;

static bool has_info(const char *run_outdir) {
    gem5art__arena arena = {NULL, false};
    const char *path = gem5art__join_path(&arena, run_outdir, "info.json");
    bool is_there = path && access(path, F_OK) == 0;
    gem5art__arena_free(&arena);
    return is_there;
}

static void unmake(void) {
    gem5art__buf path = {NULL, 0, 0, false};
    size_t i;
    for (i = 0; i < made.count; i++) {
        path.length = 0;
        gem5art__putf(&path, "%s/info.json", made.items[i]);
        if (!path.failed && unlink(path.data) == 0) rmdir(made.items[i]);
    }
    gem5art__buf_free(&path);
}

static void create_runs(experiment *e) {
    gem5art_error error;
    size_t i;
    bool first = true;
    choose_labels(e);
    for (i = 0; i < e->run_count && !gem5art__signal_count; i++) {
        experiment_run *r = &e->runs[i];
        gem5art_run *run;
        bool was_there;
        draw(e->run_count, "Preparing the runs");
        if (!use_artifacts(e, r)) continue;
        was_there = has_info(r->desc.outdir);
        run = r->fs ? gem5art_create_fs_run(db, &r->desc, &error) : gem5art_create_se_run(db, &r->desc, &error);
        if (run && !was_there) tool_list_add(&made, gem5art__arena_copy(&e->arena, run->outdir));
        if (run) share_prefix(run->outdir, first), first = false;
        if (!run || !gem5art_pool_add(pool, run, &error)) complain(error.message);
        gem5art_release_run(db, run); /* it stays until it has ended */
    }
}

/* ---- launching */

static void create_pool(void) {
    gem5art_pool_desc desc;
    gem5art_error error;
    memset(&desc, 0, sizeof desc);
    desc.jobs = numbers.jobs;
    desc.retries = numbers.retries;
    desc.max_failed = numbers.stop_after;
    desc.free_memory = numbers.free_memory;
    desc.pin = pin;
    desc.rerun = rerun;
    desc.take_lost = take_lost;
    desc.handle_signals = true;
    desc.event = on_event;
    pool = gem5art_pool_create(db, &desc, &error);
    if (!pool) tool_exit(TOOL_FAILED, "%s", error.message);
}

/* The end of the terminal is an order to stop, as that of an operator. */
/* A signal that comes before there is a pool, such as while a disk image is hashed. */
static void on_early_signal(int number) {
    static const char erase[] = "\r\033[J";
    static const char text[] = TOOL_NAME ": stopped before a run was launched: start it again to resume\n";
    if ((display.live && write(STDOUT_FILENO, erase, sizeof erase - 1) < 0) ||
        write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(TOOL_FAILED);
    signal(number, SIG_DFL);
    raise(number);
}

static void handle_early(void (*handler)(int)) {
    static const int numbers_of[] = {SIGINT, SIGTERM, SIGHUP};
    size_t i;
    for (i = 0; i < sizeof numbers_of / sizeof *numbers_of; i++)
        if (signal(numbers_of[i], handler) == SIG_IGN) signal(numbers_of[i], SIG_IGN);
}

/* Why no more is launched, and what becomes of the runs that go on; NULL: more is. */
static const char *stop_note(void) {
    if (!pool->stopping) return NULL;
    if (!pool->signalled) return "Enough runs have failed: no more are launched; active runs continue";
    if (pool->counts.running) return "Stopping: the runs are being ended; Ctrl-C again kills them";
    return "Stopping: results are being archived; Ctrl-C again leaves them";
}

static void watch(size_t total) {
    gem5art_error error;
    int left = 1;
    preparing = false;
    while (left != 0) {
        left = gem5art_pool_step(pool, display_due(), &error);
        if (left < 0) left = gem5art__pool_left(pool); /* the run's event told of the error */
        draw(total, stop_note());
    }
}

/* ---- the end */

static void tell_command(char **argv) {
    gem5art__buf line = {NULL, 0, 0, false};
    for (; *argv; argv++) {
        if (line.length) gem5art__puts(&line, " ");
        tool_put_shell_word(&line, *argv);
    }
    display_say(PLAIN, "To resume: %s", line.data ? line.data : "");
    gem5art__buf_free(&line);
}

static void tell_failures(void) {
    int count = tally[FAILED] + tally[FAILED_BEFORE];
    char *line = failures.data, *end;
    for (; line && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        display_say(PLAIN, "  %s", line);
    }
    if (count > LISTED) display_say(PLAIN, "  and %d more: gem5art-ls --status Failed", count - LISTED);
    if (tally[FAILED_BEFORE])
        display_say(PLAIN, "To launch runs that failed before: --retry-failed N or --rerun.");
}

/* True: all runs are recorded as Finished. */
static bool sum_up(const gem5art_event *end, int total, char **argv) {
    gem5art__buf text = {NULL, 0, 0, false};
    int i, told = 0, good = tally[FINISHED] + tally[RECORDED];
    tally[CANCELLED] += total - end->added; /* Ctrl-C came while they were prepared */
    gem5art__putf(&text, "%d run%s in ", total, total == 1 ? "" : "s");
    tool_put_duration(&text, gem5art__monotonic() - display.begun);
    for (i = 0; i < OUTCOMES; i++)
        if (tally[i]) gem5art__putf(&text, "%s %d %s", told++ ? "," : ":", tally[i], outcome_words[i]);
    display_say(good == total ? GREEN : RED, "%s", text.data ? text.data : "");
    if (end->lost) display_say(PLAIN, "Recorded %d lost attempt%s", end->lost, end->lost == 1 ? "" : "s");
    if (end->retried) display_say(PLAIN, "Retried %d failed attempt%s", end->retried, end->retried == 1 ? "" : "s");
    tell_failures();
    tell_warnings();
    if (tally[STOPPED] + tally[CANCELLED]) tell_command(argv);
    gem5art__buf_free(&text);
    return good == total;
}

/* The run's name, or that of the file without its ending. */
static const char *title_of(experiment *e) {
    return name ? name : gem5art__stem(&e->arena, e->path);
}

static int launch_all(experiment *e, char **argv) {
    gem5art_open_desc desc;
    gem5art_error error;
    gem5art_event end;
    bool well;
    memset(&desc, 0, sizeof desc);
    desc.log = on_warning;
    check_files(e);
    if (problem_count) {
        tell_problems("");
        tool_exit(TOOL_FAILED, "nothing was launched");
    }
    signal(SIGPIPE, SIG_IGN); /* the runs go on, whatever becomes of the output */
    display_begin(title_of(e), color);
    db = gem5art_open(db_uri, &desc, &error);
    if (!db) tool_exit(error.code == GEM5ART_UNSUPPORTED ? TOOL_MISUSE : TOOL_FAILED, "%s", error.message);
    if (chdir(folder) < 0) tool_exit(TOOL_FAILED, "cannot enter %s: %s", folder, strerror(errno));
    handle_early(on_early_signal);
    register_artifacts(e);
    handle_early(SIG_DFL);
    create_pool();
    create_runs(e);
    if (problem_count) {
        display_end();
        display_flush();
        tell_problems("");
        gem5art_pool_destroy(pool);
        unmake();
        tool_exit(TOOL_FAILED, "nothing was launched");
    }
    watch(e->run_count);
    gem5art_pool_progress(pool, &end);
    display_end();
    gem5art_pool_destroy(pool);
    well = sum_up(&end, (int)e->run_count, argv);
    if (!gem5art_close(db, &error)) tool_exit(TOOL_FAILED, "%s", error.message);
    if (!display_flush()) tool_output_error = errno;
    return tool_end(well);
}

/* One run is what any option of these asks for. */
static bool wants_single_run(void) { return name || gem5 || script || outdir || kernel || disk; }

int main(int argc, char **argv) {
    char **words = (char **)calloc((size_t)argc + 1, sizeof *words);
    experiment *e;
    int count, status;
    if (!words) tool_exit(TOOL_FAILED, "out of memory");
    memcpy(words, argv, (size_t)argc * sizeof *words);
    count = tool_parse(argc, argv, &page);
    argv[count] = NULL;
    read_numbers();
    folder = realpath(cwd ? cwd : ".", NULL);
    if (!folder) tool_exit(TOOL_FAILED, "cannot work in %s: %s", cwd ? cwd : ".", strerror(errno));
    if (wants_single_run()) e = single_run(argv);
    else if (count == 1) e = experiment_read(argv[0], &only, limit_text ? tool_count("--limit", limit_text) : -1);
    else if (count) tool_exit(TOOL_MISUSE, "one experiment is enough: leave \"%s\" out", argv[1]);
    else tool_exit(TOOL_MISUSE, "the experiment is missing: name its file, or describe a run by --name and the others");
    override_runs(e);
    status = dry_run ? print_commands(e) : launch_all(e, words);
    experiment_free(e);
    free(only.items);
    free(made.items);
    free(folder);
    free(words);
    return status;
}
