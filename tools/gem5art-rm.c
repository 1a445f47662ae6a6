/* gem5art-rm - removes runs and artifacts from a store, and on request the outdirs of the runs.

   Records are removed before files: if the tool is killed in between, no record is left whose results are gone. What is
   left then is an outdir that no record names, with its info.json, or a copy in $GEM5ART_STORAGE. */

#include "gem5art.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/find.h"
#include "lib/label.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/outdir.h"
#include "lib/select.h"
#include "lib/store.h"
#include "lib/table.h"
#include "lib/terminal.h"
#include "lib/when.h"

const char *tool_name = "gem5art-rm";

static const char *db_uri;
static selection selected;
static bool dry_run, assume_yes, quiet, outdirs;

static const option options[] = {
    SELECT_OPTIONS(&selected),
    {"--outdir", NULL, NULL, "Also delete the runs' outdirs and archives", .flag = &outdirs},
    {"--dry-run", "-n", NULL, "Show what would be removed, and remove nothing", .flag = &dry_run},
    {"--yes", "-y", NULL, "Remove several without asking", .flag = &assume_yes},
    {"--quiet", "-q", NULL, "Print only errors", .flag = &quiet},
    OPTION_DB_URI(&db_uri),
    OPTION_END};
static const operand operands[] = {
    {"id_or_hash", "Remove this run or artifact; by a hash, all attempts", "ID"},
    {NULL, NULL, NULL}};
static const page the_page = {
    .summary = "forget runs and artifacts",
    .usage = "[id_or_hash ...]",
    .description = "Remove the records of runs, by ids or by options, and of their archives, or those of artifacts. Files "
                   "stay, unless --outdir is given.",
    .operands = operands,
    .options = options,
    .status = "0 all is removed, or no run was selected, 1 something stays, 2 misuse",
    .more = "Options also select superseded attempts. --outdir deletes an outdir only if its info.json names the removed "
            "run, and nothing that stays is in it."};

/* ---- what is removed */

typedef struct target {
    char *id, *hash, *name, *status, *outdir, *when;
    char *archive; /* the id of its results archive; "": none */
    bool skipped;
} target;

static target *runs;
static size_t run_count;
static text_list artifacts; /* ids */
static gem5art_db *db;

static void add_run(const gem5art_run *run) {
    text when = {NULL, 0, 0};
    target *t;
    size_t i;
    for (i = 0; i < run_count && !select_given(&selected); i++)
        if (strcmp(runs[i].id, run->id) == 0) return; /* given twice */
    when_put_time(&when, run->end_time);
    runs = (target *)text_room(runs, run_count, sizeof *runs);
    t = &runs[run_count++];
    t->id = text_copy(run->id), t->hash = text_copy(run->hash), t->name = text_copy(run->name);
    t->status = text_copy(run->status), t->outdir = text_copy(run->outdir), t->when = text_copy(text_string(&when));
    t->archive = text_copy(run->results && gem5art_find_artifact(db, run->results, NULL) ? run->results : "");
    t->skipped = false;
    text_free(&when);
}

static void add_selected(void) {
    enum { ID, HASH, NAME, STATUS, OUTDIR, RESULTS, FIELDS };
    static const char *const keys[FIELDS] = {"_id", "hash", "name", "status", "outdir", "results"};
    const char *values[FIELDS];
    text buffers[FIELDS] = {{NULL, 0, 0}};
    size_t places[FIELDS], length, i;
    select_rows rows;
    gem5art_run run;
    memset(&run, 0, sizeof run);
    select_begin(&rows, &selected, db, SELECT_RUNS);
    for (i = 0; i < FIELDS; i++) places[i] = members_want(&rows.record.members, keys[i]);
    while (select_next(&rows, &length) != NULL) {
        for (i = 0; i < FIELDS; i++) values[i] = members_string(&buffers[i], rows.record.members.values[places[i]]);
        run.id = values[ID], run.hash = values[HASH], run.name = values[NAME], run.status = values[STATUS];
        run.outdir = values[OUTDIR], run.results = *values[RESULTS] ? values[RESULTS] : NULL;
        run.end_time = rows.record.when;
        add_run(&run);
    }
    for (i = 0; i < FIELDS; i++) text_free(&buffers[i]);
}

/* Adds what is not a run's hash: an id, the beginning of one, an artifact's hash. */
static bool add_one(const char *key) {
    text why = {NULL, 0, 0};
    found f;
    bool ok = find_key(db, key, &f, &why) && !f.live;
    if (ok && f.run) add_run(f.run);
    else if (ok) text_list_add(&artifacts, text_copy(f.artifact->id));
    else if (f.live && text_same(f.run->kill_reason, "lost"))
        say("run \"%s\" (%s) was lost, and is not recorded: launch it again, which records that", f.run->name, f.run->id);
    else if (f.queued) say("run \"%s\" (%s) is queued: withdraw it with gem5art-cancel", f.run->name, f.run->id);
    else if (f.live) say("run \"%s\" (%s) is being executed: wait for its end, or end it", f.run->name, f.run->id);
    else say("%s", why.data);
    find_end(&f);
    text_free(&why);
    return ok;
}

/* Adds all attempts at the run with this hash, or else what the key names. */
static bool add_key(const char *key) {
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    size_t before = run_count;
    query.hash = key;
    iter = store_runs(db, &query);
    while ((run = store_next_run(iter)) != NULL) add_run(run);
    return run_count > before || add_one(key);
}

/* ---- the question */

enum { ASK_SHOWN = 20 };

static const char *asked_cell(size_t row, size_t at) {
    static text cell;
    const target *t = &runs[row];
    char id[9]; /* its beginning */
    const char *const texts[] = {id, t->name, t->status, t->when, label_path(t->outdir)};
    snprintf(id, sizeof id, "%s", t->id);
    text_clear(&cell);
    terminal_put(&cell, texts[at], SIZE_MAX);
    return text_string(&cell);
}

static void put_asked(text *out) {
    static const char *const titles[] = {"id", "name", "status", "when", "outdir"};
    table t = {0};
    size_t i;
    t.column_count = sizeof titles / sizeof *titles;
    t.row_count = run_count < ASK_SHOWN ? run_count : ASK_SHOWN;
    t.cell = asked_cell;
    for (i = 0; i < t.column_count; i++) {
        t.columns[i].title = titles[i];
        t.columns[i].least = i == 1 || i == 4 ? 8 : 0;
    }
    table_lay_out(&t, (size_t)terminal_columns(STDERR_FILENO));
    if (t.row_count) table_put_titles(out, &t, false);
    for (i = 0; i < t.row_count; i++) {
        text_puts(out, "\n");
        table_put_row(out, &t, i, SIZE_MAX, "");
    }
    if (run_count > t.row_count) text_putf(out, "\n... and %zu more", run_count - t.row_count);
    if (run_count) text_puts(out, "\n\n");
}

static void put_count(text *out, size_t count, const char *what) {
    if (count) text_putf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* Ends the tool unless several may be removed. */
static void ask(void) {
    text out = {NULL, 0, 0};
    char answer[8] = "";
    bool on_terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    if (run_count + artifacts.count < 2 || assume_yes || dry_run) return;
    if (!on_terminal && select_given(&selected))
        die(EXIT_MISUSE, "%zu runs are selected: give --yes to remove them, or --dry-run to list them", run_count);
    if (!on_terminal) return;
    put_asked(&out);
    text_puts(&out, "Remove ");
    put_count(&out, run_count, "run");
    if (run_count && outdirs) text_puts(&out, run_count == 1 ? " and its outdir" : " and their outdirs");
    if (run_count && artifacts.count) text_puts(&out, " and ");
    put_count(&out, artifacts.count, "artifact");
    text_puts(&out, "? [y/N] ");
    fputs(text_string(&out), stderr);
    text_free(&out);
    if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
        die(EXIT_FAILED, "nothing was removed");
}

/* ---- outdirs and archives */

static int compare_ids(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keeps the outdirs and artifacts of all records but these. */
static void keep_records(const text_list *but) {
    static const char *const keys[] = {"_id", "type", "outdir", "path", "cwd"};
    enum { ID, TYPE, OUTDIR, PATH, CWD, KEYS };
    text values[KEYS] = {{NULL, 0, 0}};
    gem5art_iter *iter = store_records(db, NULL);
    members m = {0};
    const char *json, *id, *owner, *path;
    size_t length, i;
    for (i = 0; i < KEYS; i++) members_want(&m, keys[i]);
    while ((json = store_next_json(iter, &length)) != NULL) {
        char *joined, *folder;
        bool run;
        members_read(&m, json, length);
        run = members_is_run(m.values[TYPE]);
        id = members_string(&values[ID], m.values[ID]);
        if (but->count && bsearch(&id, but->items, but->count, sizeof *but->items, compare_ids)) continue;
        owner = (const char *)text_keep(text_printf("%s %.8s", run ? "run" : "artifact", id));
        path = members_string(&values[PATH], m.values[run ? OUTDIR : PATH]);
        joined = text_join(run ? NULL : store_folder(), path);
        outdir_keep(joined, owner);
        free(joined);
        if (run || *path == '/') continue;
        folder = text_join(store_folder(), members_string(&values[CWD], m.values[CWD]));
        joined = text_join(folder, path);
        outdir_keep(joined, owner);
        free(folder);
        free(joined);
    }
    for (i = 0; i < KEYS; i++) text_free(&values[i]);
}

/* Keeps what outdirs must not contain. */
static void keep_others(void) {
    gem5art_query query = {0};
    gem5art_iter *iter;
    const gem5art_run *run;
    text_list removed = {NULL, 0};
    size_t i;
    for (i = 0; i < run_count; i++) {
        text_list_add(&removed, runs[i].id);
        text_list_add(&removed, runs[i].archive);
    }
    if (removed.count) qsort(removed.items, removed.count, sizeof *removed.items, compare_ids);
    keep_records(&removed);
    text_list_free(&removed);
    query.live = true;
    iter = store_runs(db, &query);
    while ((run = store_next_run(iter)) != NULL) outdir_keep(run->outdir, "a live run");
    outdir_keep(gem5art_store_path(db), "the store");
    outdir_keep(".", "the current folder");
    outdir_keep(getenv("HOME"), "$HOME");
    outdir_keep(getenv("GEM5ART_STORAGE"), "$GEM5ART_STORAGE");
}

/* A run whose outdir cannot be removed stays, so that this can be tried again. */
static bool check_outdirs(void) {
    text why = {NULL, 0, 0};
    bool ok = true;
    size_t i;
    keep_others();
    for (i = 0; i < run_count; i++) {
        text_clear(&why);
        if (outdir_check(runs[i].outdir, runs[i].id, runs[i].hash, &why) != OUTDIR_FAILED) continue;
        say("run %s stays: %s", runs[i].id, text_string(&why));
        runs[i].skipped = true;
        ok = false;
    }
    text_free(&why);
    return ok;
}

/* Removes the copy of an archive whose record is gone; returns whether there was one. */
static bool remove_copy(const char *id, bool *ok) {
    const char *storage = getenv("GEM5ART_STORAGE");
    struct stat st;
    char *path;
    bool removed = false;
    if (text_empty(storage) || strlen(id) != 36 || id[strspn(id, "0123456789abcdefABCDEF-")]) return false;
    if (!dry_run && gem5art_find_artifact(db, id, NULL)) return false;
    path = text_join(storage, id);
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        removed = dry_run || unlink(path) == 0;
        if (!removed) say("cannot remove %s, the copy of an archive: %s", path, strerror(errno));
        *ok = *ok && removed;
    }
    free(path);
    return removed;
}

/* ---- removing */

/* Removes the files of a run whose record is removed, and reports all in one line. */
static bool finish_run(const target *t) {
    text why = {NULL, 0, 0}, line = {NULL, 0, 0};
    const char *path = label_path(t->outdir);
    outdir_state state = OUTDIR_OTHER;
    bool ok = true, copy;
    if (outdirs) state = (dry_run ? outdir_check : outdir_remove)(t->outdir, t->id, t->hash, &why);
    copy = outdirs && *t->archive && remove_copy(t->archive, &ok);
    text_putf(&line, "%s %.8s %s (%s)", dry_run ? "would remove" : "removed", t->id, t->name, t->status);
    if (copy) text_puts(&line, ", its archive's copy");
    if (state == OUTDIR_OWN) text_putf(&line, "%s its outdir %s", copy ? " and" : ",", path);
    else if (state == OUTDIR_GONE) text_putf(&line, "; its outdir %s is gone already", path);
    else text_putf(&line, "; its files stay in %s%s%s", path, why.length ? ": " : "", text_string(&why));
    if (!quiet) print_line("%s", text_string(&line));
    if (state == OUTDIR_FAILED) say("run %s is removed, but not all of its files: %s", t->id, text_string(&why));
    text_free(&line);
    text_free(&why);
    return ok && state != OUTDIR_FAILED;
}

static bool remove_runs(void) {
    const text_list none = {NULL, 0};
    const char **ids = (const char **)text_alloc((run_count + 1) * sizeof *ids);
    gem5art_error *errors = (gem5art_error *)text_alloc((run_count + 1) * sizeof *errors);
    bool ok = true;
    size_t i, count = 0;
    for (i = 0; i < run_count; i++)
        if (!runs[i].skipped) ids[count++] = runs[i].id;
    if (!dry_run) gem5art_remove_runs(db, ids, count, errors, NULL);
    for (count = i = 0; i < run_count; i++) {
        const gem5art_error *error = &errors[count];
        if (runs[i].skipped) continue;
        count++;
        if (error->code == GEM5ART_OK) continue;
        runs[i].skipped = true;
        ok = false;
        if (count < 2 || strcmp(error[-1].message, error->message) != 0) say("%s", error->message);
    }
    if (outdirs && !dry_run) keep_records(&none); /* archives that other records name, and runs that are busy */
    for (count = i = 0; i < run_count; i++) {
        if (runs[i].skipped) continue;
        ok = finish_run(&runs[i]) && ok;
        count++;
    }
    if (count > 1 && !quiet) print_line("%s %zu runs", dry_run ? "would remove" : "removed", count);
    free(errors);
    free(ids);
    return ok;
}

static bool remove_artifact(const char *id) {
    gem5art_error error;
    const gem5art_artifact *artifact = gem5art_find_artifact(db, id, &error);
    if (!artifact || (!dry_run && !gem5art_remove_artifact(db, id, &error))) {
        say("%s", error.message);
        return false;
    }
    if (quiet) return true;
    print_line("%s %s %s \"%s\"", dry_run ? "would remove" : "removed", artifact->type, artifact->id, artifact->name);
    print_line("  its file stays at %s", artifact->path);
    return true;
}

static void check_options(int count) {
    if (count == 0 && !select_given(&selected))
        die(EXIT_MISUSE, "nothing to remove: give ids or hashes, or select runs by --status, --where, --name, ...");
    if (count > 0 && select_given(&selected))
        die(EXIT_MISUSE, "ids and options that select runs exclude each other: leave one out");
    if (selected.name && !*selected.name) die(EXIT_MISUSE, "--name: the part is empty: every name has it");
}

int main(int argc, char **argv) {
    static char folder[PATH_MAX];
    bool ok = true;
    int i;
    label_folder = getcwd(folder, sizeof folder) ? folder : "";
    argc = options_parse(argc, argv, &the_page);
    signal(SIGPIPE, SIG_IGN);
    print_goes_on = true; /* a reader that ends, such as head, does not leave a part of the files */
    select_check(&selected);
    check_options(argc);
    db_uri = store_find(db_uri);
    gem5art_close(store_open(db_uri, true), NULL); /* a missing store must not be made */
    db = store_open(db_uri, dry_run);
    for (i = 0; i < argc; i++) ok = add_key(argv[i]) && ok;
    if (argc == 0) add_selected();
    if (argc == 0 && run_count == 0 && !quiet) print_line("no run is selected: nothing to remove");
    ask();
    if (outdirs) ok = check_outdirs() && ok;
    if (run_count) ok = remove_runs() && ok;
    for (i = 0; i < (int)artifacts.count; i++) ok = remove_artifact(artifacts.items[i]) && ok;
    gem5art_close(db, NULL);
    return finish(ok);
}
