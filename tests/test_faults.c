/* test_faults.c - every call of the API that can fail, while the 1st, 2nd, ... system call or allocation under it fails, or
   all from there on, or is interrupted, or does less than it was asked to: it fails with a sentence or does its work, leaves
   nothing behind, harms no record, and works when it is made again. Each case is a process of its own, with a time limit.
   TEST_LONG=1 tries all, which takes an hour or two (FAULT_STEP=29: every 29th); without it, a few of each kind. With
   FAULT_SITES=1, each place in the code whose call or allocation can fail fails once, which takes a few minutes. */
#include "faults.h"

#define GEM5ART_WATCH_SECONDS 0.02
#define GEM5ART_BEAT_SECONDS 0.02
#define GEM5ART__LOCK_SECONDS 2.0
#define GEM5ART__ARENA_MOST 16 /* each allocation from an arena is one that can fail */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <ctype.h>
#include <ftw.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "test.h"

#include "fixture.h"
#include "store.h"

/* ---- where each case begins: a folder "work" beside what the artifacts stand for, in it a store with artifacts, a
   run that has Finished ("old") and the live entry of one that was lost ("lost") */

enum { LIMIT_SECONDS = 20 };

static char *base_store, *base_info, *base_live; /* the store as text */
static char old_id[40], old_hash[72], lost_id[40], live_path[128];

static const char *const artifact_names[] = {"repo", "gem5", "linux", "disk", "lone"};
static const char *const artifact_types[] = {"git repo", "gem5 binary", "kernel", "disk image", "workload"};
enum { REPO, GEM5, LINUX, DISK, LONE, ARTIFACTS };
static char artifact_ids[ARTIFACTS][40];

static bool open_work(void) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.log = fixture_log;
    desc.storage = "storage";
    fixture_warnings[0] = 0;
    db = gem5art_open(STORE_URI, &desc, &error);
    CHECK_THAT(db != NULL, "cannot open the store: %s", error.message);
    return db != NULL;
}

static const gem5art_artifact *all[ARTIFACTS]; /* of `db` */

static bool find_all(void) {
    int i;
    for (i = 0; i < ARTIFACTS; i++) {
        all[i] = gem5art_find_artifact(db, artifact_ids[i], &error);
        CHECK_THAT(all[i] != NULL, "%s", error.message);
        if (!all[i]) return false;
    }
    return true;
}

static gem5art_run *new_run(const char *name, const char *param, bool fs) {
    static const char *params[2], *const globs[] = {"cpt.*", "a/*", NULL};
    gem5art_run_desc desc;
    memset(&desc, 0, sizeof desc);
    params[0] = param;
    desc.name = desc.outdir = name;
    desc.gem5_artifact = all[GEM5];
    desc.gem5_git_artifact = desc.run_script_git_artifact = all[REPO];
    desc.run_script = "../repo/run.py";
    desc.params = params;
    desc.archive_except = globs;
    if (!fs) return gem5art_create_se_run(db, &desc, &error);
    desc.linux_binary_artifact = all[LINUX];
    desc.disk_image_artifact = all[DISK];
    return gem5art_create_fs_run(db, &desc, &error);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type;
    return at->level ? remove(path) : 0;
}

/* "work" as it was, and the current folder. */
static void begin_work(void) {
    if (chdir(fixture_folder) < 0 || (mkdir("work", 0777) < 0 && errno != EEXIST) || chdir("work") < 0) exit(1);
    nftw(".", remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    if (!base_store) return;
    if (mkdir("db.json.live", 0777) < 0 || mkdir("lost", 0777) < 0) exit(1);
    lay_store(base_store);
    write_text(live_path, base_live);
    write_text("lost/info.json", base_info);
}

static bool begin_base(void) {
    const char *paths[ARTIFACTS] = {"../repo", NULL, "../vmlinux", "../disk.img", "../lone"};
    gem5art_run *run, *lost;
    DIR *outdir = NULL;
    pid_t supervisor; /* of the lost run */
    int status, i;
    paths[GEM5] = built("children/exit_with");
    fixture_begin();
    make_repo("repo");
    sh("cd repo && git config filter.x.clean cat && git config filter.x.required true"); /* is turned off */
    write_text("vmlinux", "not much of a kernel\n");
    write_text("disk.img", "not much of a disk\n");
    write_text("lone", "what no run uses\n");
    write_text("new", "to be registered\n");
    begin_work();
    if (!open_work()) return false;
    for (i = 0; i < ARTIFACTS; i++) {
        const gem5art_artifact *artifact = register_path(artifact_names[i], artifact_types[i], paths[i]);
        if (!artifact) return false;
        strcpy(artifact_ids[i], artifact->id);
    }
    if (!find_all()) return false;
    run = new_run("old", "0", false);
    lost = new_run("lost", "00", false);
    if (!run || !lost || !gem5art_execute(db, run, NULL, &error)) return false;
    strcpy(old_id, run->id), strcpy(old_hash, run->hash), strcpy(lost_id, lost->id);
    snprintf(live_path, sizeof live_path, "db.json.live/%s.%s", lost->hash, lost_id);
    if (!gem5art__begin_attempt(db, (gem5art__run *)lost, lost, &outdir, &error)) return false;
    lost->status = "Running";
    supervisor = fork();
    if (supervisor == 0) _exit(!gem5art__write_live(db, lost, 0, NULL, &error) || !gem5art__write_info(lost, outdir, &error));
    if (supervisor < 0 || waitpid(supervisor, &status, 0) < 0 || status != 0) return false;
    gem5art__close_folder(outdir);
    close_db();
    base_store = read_store(STORE_PATH), base_live = read_text(live_path), base_info = read_text("lost/info.json");
    return json_count(STORE_PATH) == ARTIFACTS + 2; /* the run and its archive */
}

/* ---- the calls. Each makes its call (once, or as often as it takes) and says whether it did its work; where it did, what it
   gave must be right. `before` prepares it, undisturbed. */

static gem5art_run *the_run;
static const gem5art_artifact *the_artifact;
static gem5art_pool *the_pool;
static int ended_events;

static bool opens(void) {
    gem5art_db *other = gem5art_open(STORE_IS_FLAT ? "file://db.json" : STORE_URI, NULL, &error);
    return other && gem5art_close(other, &error);
}

static bool opens_a_new_one(void) {
    gem5art_db *other = gem5art_open(STORE_SCHEME "other.json", NULL, &error);
    bool ok = other != NULL;
    if (ok) CHECK(file_contains("other.json", STORE_IS_FLAT ? "[]\n" : ""));
    return gem5art_close(other, ok ? &error : NULL) && ok;
}

static bool opens_a_symlink(void) {
    gem5art_db *other;
    if (symlink("db.json", "link.json") < 0 && errno != EEXIST) return false;
    other = gem5art_open(STORE_SCHEME "link.json", NULL, &error);
    if (other) CHECK(gem5art__ends_with(other->path, "/db.json"));
    return other && gem5art_close(other, &error);
}

static bool register_as(const char *path, const char *type, const char *name, bool with_inputs) {
    gem5art_artifact_desc desc;
    const gem5art_artifact *inputs[2], *artifact;
    memset(&desc, 0, sizeof desc);
    inputs[0] = the_artifact, inputs[1] = NULL;
    desc.name = name, desc.type = type, desc.path = path, desc.documentation = "ten letters and more";
    if (with_inputs) desc.inputs = inputs, desc.input_count = 1;
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) return false;
    CHECK_STR(artifact->path, path);
    CHECK_INT(artifact->inputs[0] != NULL, with_inputs);
    return true;
}

static bool has_repo(void) { return (the_artifact = all[REPO]) != NULL; }
static bool has_kernel(void) { return (the_artifact = all[LINUX]) != NULL; }
static bool has_new_repo(void) { return sh("cp -R ../repo repo && cd repo && git commit -q --allow-empty -m another") == 0; }
static bool registers_a_file(void) { return register_as("../new", "disk image", "new", false); }
static bool registers_with_inputs(void) { return register_as("../new", "disk image", "new", true); }
static bool registers_a_repo(void) { return register_as("repo", "git repo", "new repo", false); }
static bool registers_it_again(void) {
    return register_as("../vmlinux", "kernel", "linux", false);
}

static bool finds_an_artifact(void) {
    const gem5art_artifact *artifact = gem5art_find_artifact(db, artifact_ids[DISK], &error);
    if (artifact) CHECK_STR(artifact->name, "disk");
    return artifact != NULL;
}

static bool checks_it(void) { return gem5art_check_artifact(db, the_artifact, NULL, &error); }

static bool has_stored_copy(void) { return registers_it_again() && (the_artifact = all[LINUX]) != NULL; }
static bool downloads_it(void) {
    bool ok;
    if (exists("./copy")) CHECK(file_contains("./copy", "not much of a kernel\n")); /* whole or not at all */
    ok = gem5art_download_artifact(db, the_artifact, "./copy", &error);
    if (ok) CHECK(file_contains("./copy", "not much of a kernel\n"));
    return ok;
}

static bool removes_an_artifact(void) { return gem5art_remove_artifact(db, artifact_ids[LONE], &error); }
static bool removes_a_run(void) { return gem5art_remove_run(db, old_id, &error); }

static bool removes_runs(void) {
    const char *ids[1];
    gem5art_error errors[1];
    bool ok;
    ids[0] = old_id;
    errors[0].code = GEM5ART_OK;
    ok = gem5art_remove_runs(db, ids, 1, errors, &error);
    CHECK_INT(error.code, errors[0].code);
    return ok;
}

static bool finds_a_run(void) {
    const gem5art_run *run = gem5art_find_run(db, old_hash, &error);
    if (run) CHECK_STR(run->name, "old");
    return run != NULL;
}

static bool creates(const char *name, bool fs) {
    gem5art_run *run;
    run = new_run(name, "000", fs);
    if (run) CHECK_STR(run->status, "Created");
    if (run) CHECK(exists("new/info.json"));
    return run != NULL;
}
static bool creates_an_se_run(void) { return creates("new", false); }
static bool creates_an_fs_run(void) { return creates("new", true); }

static bool has_info(void) { return creates_an_fs_run(); }
static bool loads_a_run(void) {
    gem5art_run *run = gem5art_load_run(db, "new/info.json", &error);
    if (run) CHECK_STR(run->linux_name, "vmlinux");
    return run != NULL;
}

static bool has_se_run(void) { return (the_run = new_run("new", "0000", false)) != NULL; }
static bool has_fs_run(void) { return (the_run = new_run("new", "0000", true)) != NULL; }
static bool has_old_run(void) { return (the_run = new_run("old", "0", false)) != NULL; }
static bool has_lost_run(void) { return (the_run = new_run("lost", "00", false)) != NULL; }
static bool executes(void) {
    bool ok = gem5art_execute(db, the_run, NULL, &error);
    if (ok)
        CHECK_THAT(strcmp(the_run->status, "Finished") == 0 || *the_run->error || strcmp(the_run->kill_reason, "lost") == 0,
                   "it is %s without a reason", the_run->status);
    return ok;
}
static bool refuses_to_execute_it(void) { /* which is what it should do */
    bool ok = executes();
    CHECK(!ok);
    return error.code == GEM5ART_EXISTS;
}

static void count_ends(const gem5art_event *event, void *user_data) {
    (void)user_data;
    ended_events += event->type == GEM5ART_EVENT_ENDED || event->type == GEM5ART_EVENT_SKIPPED;
    CHECK_INT(event->added, event->queued + event->running + event->ending + event->finished + event->failed + event->skipped);
    if (event->type == GEM5ART_EVENT_SKIPPED) CHECK(event->error && event->error->code != GEM5ART_OK);
}

static bool create_pool(void) {
    gem5art_pool_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 2, desc.grace = -1, desc.event = count_ends, desc.handle_signals = true, desc.min_disk = 1;
    the_pool = gem5art_pool_create(db, &desc, &error);
    ended_events = 0;
    return the_pool != NULL;
}

static void destroy_pool(void) {
    gem5art_pool_destroy(the_pool);
    the_pool = NULL;
}

/* Two runs in a pool: each ends, or is skipped with a reason; none is lost. */
static bool pools(void) {
    gem5art_run *second = gem5art_load_run(db, "second/info.json", &error);
    gem5art_error why;
    bool ok;
    int added;
    if (!second) return false;
    if (!create_pool()) return false;
    ok = gem5art_pool_add(the_pool, the_run, &error);
    added = ok;
    ok = ok && gem5art_pool_add(the_pool, second, &error);
    added += ok;
    if (!gem5art_pool_wait(the_pool, &why)) ok = false, error = why;
    CHECK_INT(ended_events, added);
    destroy_pool();
    gem5art_release_run(db, second);
    return ok;
}
static bool has_two_runs(void) { return has_se_run() && new_run("second", "00000", false); }

static bool creates_a_pool(void) {
    bool ok = create_pool();
    if (ok) destroy_pool();
    return ok;
}

static bool has_pool(void) { return has_se_run() && create_pool(); }
static bool adds(void) { return gem5art_pool_add(the_pool, the_run, &error); }
static bool has_queued(void) { return has_pool() && adds(); }
static bool cancels(void) {
    bool ok = gem5art_pool_cancel(the_pool, the_run->id, &error);
    return ok;
}
static bool steps(void) {
    int left;
    do left = gem5art_pool_step(the_pool, -1, &error); while (left > 0);
    return left == 0;
}
static bool waits(void) {
    bool ok = gem5art_pool_wait(the_pool, &error);
    CHECK_INT(ended_events, 1);
    return ok;
}

/* A run that takes its time is cancelled while it runs. */
static bool cancels_a_running_one(void) {
    gem5art_error why;
    bool ok = true;
    while (ok && the_run->pid == 0 && ended_events == 0) ok = gem5art_pool_step(the_pool, -1, &error) >= 0;
    gem5art__clear(&why);
    if (ok && !ended_events) ok = gem5art_pool_cancel(the_pool, the_run->id, &error);
    if (!gem5art_pool_wait(the_pool, ok ? &error : NULL)) ok = false;
    CHECK_INT(ended_events, 1);
    return ok;
}
static bool has_slow_queued(void) {
    gem5art_run_desc desc;
    static const char *params[] = {"3", NULL};
    const gem5art_artifact *slow = register_path("slow", "gem5 binary", built("children/slow"));
    memset(&desc, 0, sizeof desc);
    desc.name = desc.outdir = "new";
    desc.gem5_artifact = slow;
    desc.gem5_git_artifact = desc.run_script_git_artifact = all[REPO];
    desc.run_script = "../repo/run.py";
    desc.params = params;
    the_run = slow ? gem5art_create_se_run(db, &desc, &error) : NULL;
    return the_run && create_pool() && adds();
}

static bool lists(bool runs, bool live, int expected) {
    gem5art_query query;
    gem5art_iter *iter;
    int count = 0;
    memset(&query, 0, sizeof query);
    query.live = live;
    iter = runs ? gem5art_get_runs(db, &query, &error) : gem5art_get_artifacts(db, &query, &error);
    if (!iter) return false;
    while (runs ? (const void *)gem5art_next_run(iter, &error) : (const void *)gem5art_next_artifact(iter, &error)) count++;
    if (error.code == GEM5ART_OK && !strstr(fixture_warnings, "a live run is not listed: ")) CHECK_INT(count, expected);
    gem5art_iter_close(iter);
    return error.code == GEM5ART_OK;
}
static bool lists_runs(void) { return lists(true, false, 1); }
static bool lists_artifacts(void) { return lists(false, false, ARTIFACTS + 1); }
static bool lists_live_runs(void) { return lists(true, true, 1); }

static bool hashes_a_file(void) {
    char hex[65];
    bool ok = gem5art_sha256_file("../vmlinux", hex, &error);
    if (ok) CHECK_STR(hex, "78cffe67239426c8e1fcd63d0e9e6ec54757c8b80705f1d0449c9cc13724fb1e");
    return ok;
}

static bool parses_json(void) {
    const gem5art_json *root = gem5art_json_parse(base_store, strlen(base_store), NULL, &error);
    if (root) CHECK_INT(root->count, ARTIFACTS + 2);
    gem5art_json_free(root);
    return root != NULL;
}

static bool writes_json(void) {
    gem5art_json_writer writer;
    const char *text;
    size_t length;
    int i;
    gem5art_json_writer_init(&writer, 2);
    gem5art_json_begin_array(&writer);
    for (i = 0; i < 2000; i++) gem5art_json_integer(&writer, i);
    gem5art_json_end_array(&writer);
    text = gem5art_json_take(&writer, &length, &error);
    if (text) CHECK_CONTAINS(text, "1999\n]");
    gem5art_json_writer_free(&writer);
    return text != NULL;
}

typedef struct api_call {
    const char *name;
    bool (*before)(void), (*call)(void);
    gem5art_code again; /* what it may say when it is made again after it has done its work */
    int stride;         /* of a short sweep */
    bool warden;        /* it has one */
    const char *removed;/* an id that it removes */
} api_call;

static const api_call calls[] = {
    {"open", NULL, opens, GEM5ART_OK, 1, false, NULL},
    {"open, a new store", NULL, opens_a_new_one, GEM5ART_OK, 1, false, NULL},
    {"open, a symlink", NULL, opens_a_symlink, GEM5ART_OK, 1, false, NULL},
    {"register_artifact, a file", NULL, registers_a_file, GEM5ART_OK, 5, false, NULL},
    {"register_artifact, with inputs", has_kernel, registers_with_inputs, GEM5ART_OK, 7, false, NULL},
    {"register_artifact, a repo", has_new_repo, registers_a_repo, GEM5ART_OK, 23, false, NULL},
    {"register_artifact, a known one", NULL, registers_it_again, GEM5ART_OK, 5, false, NULL},
    {"find_artifact", NULL, finds_an_artifact, GEM5ART_OK, 1, false, NULL},
    {"check_artifact, a file", has_kernel, checks_it, GEM5ART_OK, 1, false, NULL},
    {"check_artifact, a repo", has_repo, checks_it, GEM5ART_OK, 7, false, NULL},
    {"download_artifact", has_kernel, downloads_it, GEM5ART_EXISTS, 3, false, NULL},
    {"download_artifact, the stored copy", has_stored_copy, downloads_it, GEM5ART_EXISTS, 3, false, NULL},
    {"remove_artifact", NULL, removes_an_artifact, GEM5ART_NOT_FOUND, 3, false, artifact_ids[LONE]},
    {"create_se_run", NULL, creates_an_se_run, GEM5ART_OK, 29, false, NULL},
    {"create_fs_run", NULL, creates_an_fs_run, GEM5ART_OK, 29, false, NULL},
    {"load_run", has_info, loads_a_run, GEM5ART_OK, 29, false, NULL},
    {"find_run", NULL, finds_a_run, GEM5ART_OK, 1, false, NULL},
    {"remove_run", NULL, removes_a_run, GEM5ART_NOT_FOUND, 3, false, old_id},
    {"remove_runs", NULL, removes_runs, GEM5ART_NOT_FOUND, 3, false, old_id},
    {"get_runs and next_run", NULL, lists_runs, GEM5ART_OK, 1, false, NULL},
    {"get_runs of live ones", NULL, lists_live_runs, GEM5ART_OK, 1, false, NULL},
    {"get_artifacts and next_artifact", NULL, lists_artifacts, GEM5ART_OK, 1, false, NULL},
    {"sha256_file", NULL, hashes_a_file, GEM5ART_OK, 1, false, NULL},
    {"json_parse", NULL, parses_json, GEM5ART_OK, 1, false, NULL},
    {"json_take", NULL, writes_json, GEM5ART_OK, 1, false, NULL},
    {"execute, an SE run", has_se_run, executes, GEM5ART_EXISTS, 101, true, NULL},
    {"execute, an FS run", has_fs_run, executes, GEM5ART_EXISTS, 101, true, NULL},
    {"execute, a recorded run", has_old_run, refuses_to_execute_it, GEM5ART_OK, 51, true, NULL},
    {"execute, a lost run", has_lost_run, executes, GEM5ART_EXISTS, 101, true, NULL},
    {"pool_create", NULL, creates_a_pool, GEM5ART_OK, 1, true, NULL},
    {"pool_add", has_pool, adds, GEM5ART_INVALID, 3, false, NULL},
    {"pool_step", has_queued, steps, GEM5ART_OK, 101, false, NULL},
    {"pool_wait", has_queued, waits, GEM5ART_OK, 101, false, NULL},
    {"pool_cancel", has_queued, cancels, GEM5ART_NOT_FOUND, 7, false, NULL},
    {"pool_cancel, a running one", has_slow_queued, cancels_a_running_one, GEM5ART_OK, 101, false, NULL},
    {"a pool from its creation to its end", has_two_runs, pools, GEM5ART_EXISTS, 101, true, NULL},
};

/* ---- the faults */

typedef struct sweep {
    const char *name;
    fault_mode mode;
    int number;
    bool memory, warden;
    gem5art_code codes[5]; /* what may come of it; OK: the end */
} sweep;

static const sweep site_sweep = {"the first call or allocation at site %d fails", SITE, EIO, false, false,
                                 {GEM5ART_IO, GEM5ART_GIT, GEM5ART_NOMEM}};

static const sweep sweeps[] = {
    {"allocation %d fails", FAIL, 0, true, false, {GEM5ART_NOMEM}},
    {"all allocations from %d on fail", STICK, 0, true, false, {GEM5ART_NOMEM}},
    {"call %d fails with EIO", FAIL, EIO, false, false, {GEM5ART_IO, GEM5ART_GIT}},
    {"all calls from %d on fail with EIO", STICK, EIO, false, false, {GEM5ART_IO, GEM5ART_GIT}},
    {"call %d fails with ENOSPC", FAIL, ENOSPC, false, false, {GEM5ART_IO, GEM5ART_GIT}},
    {"all calls from %d on fail with ENOSPC", STICK, ENOSPC, false, false, {GEM5ART_IO, GEM5ART_GIT}},
    {"call %d fails with EAGAIN", FAIL, EAGAIN, false, false, {GEM5ART_IO, GEM5ART_GIT, GEM5ART_BUSY}},
    {"all calls from %d on fail with EAGAIN", STICK, EAGAIN, false, false, {GEM5ART_IO, GEM5ART_GIT, GEM5ART_BUSY}},
    {"call %d is interrupted", INTERRUPT, EINTR, false, false, {GEM5ART_OK}},
    {"transfers do %d bytes at most", PIECES, 0, false, false, {GEM5ART_OK}},
    {"there is room for fewer than %d bytes", ROOM, ENOSPC, false, false, {GEM5ART_IO}},
    {"the warden's call %d fails with EIO", FAIL, EIO, false, true, {GEM5ART_IO}},
    {"the warden's call %d fails with EAGAIN", FAIL, EAGAIN, false, true, {GEM5ART_IO}},
    {"the warden's call %d is interrupted", INTERRUPT, EINTR, false, true, {GEM5ART_OK}},
};

static bool allowed(const sweep *s, gem5art_code code) {
    int i;
    for (i = 0; s->codes[i] != GEM5ART_OK; i++)
        if (s->codes[i] == code) return true;
    return false;
}

/* What has neither a path nor a number. */
static bool names_something(const char *message) {
    static const char *const names[] = {"warden", "current folder", "git", "repo"};
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(message, names[i])) return true;
    return false;
}

/* A sentence: of words, about something, whole and with a code. */
static void check_sentence(const gem5art_error *e) {
    size_t n = strlen(e->message);
    CHECK(e->code != GEM5ART_OK);
    CHECK_THAT(n > 10 && strchr(e->message, ' '), "too short: \"%s\"", e->message);
    CHECK_THAT(n && (isalpha((unsigned char)e->message[0]) || strchr("/\"", e->message[0])), "no beginning: \"%s\"", e->message);
    CHECK_THAT(n && !strchr("\n .:,;", e->message[n - 1]), "no end: \"%s\"", e->message);
    CHECK_THAT(!strchr(e->message, '\n') && !strstr(e->message, "(null)") && !strstr(e->message, "Success"), "\"%s\"", e->message);
    CHECK_THAT(e->code == GEM5ART_NOMEM || strpbrk(e->message, "/\"0123456789") || names_something(e->message),
               "it names nothing: \"%s\"", e->message);
}

static int temporary_files;
static int count_temporary(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    temporary_files += strstr(path, ".tmp-") != NULL;
    return 0;
}

/* The records that were there are, and the file is whole after one more append. */
static void check_work(const api_call *c, bool done) {
    char *text;
    int i, gone = done && c->removed ? 1 : 0;
    if (!open_work()) return;
    CHECK_THAT(strchr(store_names(db), '!') == NULL, "the store shows %s: %s", store_names(db), error.message);
    CHECK_THAT(store_run(db, 9), "%s", error.message);
    close_db();
    text = read_store(STORE_PATH);
    for (i = 0; i < ARTIFACTS; i++)
        CHECK_THAT(strstr(text, artifact_ids[i]) || (c->removed == artifact_ids[i]), "artifact %s is gone", artifact_names[i]);
    CHECK_THAT(strstr(text, old_id) || c->removed == old_id, "run old is gone");
    if (gone) CHECK_THAT(!strstr(text, c->removed), "%s is still there", c->removed);
    free(text);
    i = json_count(STORE_PATH);
    CHECK_INT(count_sealed(STORE_PATH), i);
    if (c->call == registers_it_again) CHECK_INT(i, ARTIFACTS + 3); /* not a second time */
    CHECK_THAT(i >= ARTIFACTS + 3 - (c->removed == old_id ? 2 : c->removed ? 1 : 0), "%d records", i);
}

enum { OVER = 10, FAILED = 11 };

/* One case, in a process of its own. */
static int run_case(const api_call *c, const sweep *s, int n) {
    int fds = open_descriptors();
    bool ok, again, reached;
    const char *last;
    long blocks = memory_alive;
    gem5art_error why;
    alarm(LIMIT_SECONDS);
    test_failures_here = 0;
    begin_work();
    if (!open_work() || !find_all() || (c->before && !c->before())) return FAILED;
    fault_in_warden = s->warden;
    site_log->reached = false;
    if (s->memory) fail_memory(n, s->mode == STICK);
    else set_fault(s->mode, n, s->number);
    ok = c->call();
    last = fault_log->last;
    reached = s->mode == SITE ? site_log->reached : s->memory ? memory_count >= n : s->mode == PIECES || s->mode == ROOM ? fault_count > 0 : fault_count >= n;
    memory_fails_at = 0;
    set_fault(FAIL, 0, 0);
    fault_in_warden = false;
    why = error;
    if (!ok) {
        check_sentence(&why);
        CHECK_THAT(reached, "refused without a fault: %s", why.message);
        CHECK_THAT(allowed(s, why.code) || why.code == c->again ||
                   (c->before == has_lost_run && why.code == GEM5ART_BUSY), /* it may be running, for all one can know */
                   "code %d: %s", (int)why.code, why.message);
    }
    again = c->call();
    CHECK_THAT(again || error.code == c->again, "undisturbed, after \"%s\": %s", ok ? "" : why.message, error.message);
    if (the_pool) destroy_pool();
    close_db();
    CHECK_INT(memory_alive, blocks);
    CHECK_INT(open_descriptors(), fds);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    if (s->mode != STICK && strcmp(last, "unlink") != 0) {
        temporary_files = 0;
        nftw(".", count_temporary, 8, FTW_PHYS);
        CHECK_INT(temporary_files, 0);
    }
    check_work(c, ok || again);
    if (test_failures_here) printf("... %s, where call: %s; it said: %s\n", c->name, last, ok ? "nothing" : why.message);
    fflush(stdout);
    return test_failures_here ? FAILED : reached ? 0 : OVER;
}

static long cases, injected;

/* Waits for the case and for whatever it left running. False: it was the last of its sweep, or failed. */
static bool end_case(pid_t pid, const api_call *c, const sweep *s, int n) {
    const struct timespec nap = {0, 2000000};
    int status = 0, other = 0, naps;
    char what[128];
    pid_t stray;
    bool failed;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    for (naps = 0; (stray = waitpid(-1, &other, WNOHANG)) >= 0 && naps < LIMIT_SECONDS * 500; naps++)
        if (stray == 0) nanosleep(&nap, NULL);
    cases++;
    failed = !WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != OVER);
    injected += !(WIFEXITED(status) && WEXITSTATUS(status) == OVER);
    snprintf(what, sizeof what, s->name, n);
    CHECK_THAT(stray < 0, "%s, where %s: a process is left behind", c->name, what);
    if (failed)
        test_fail(__FILE__, __LINE__, "%s, where %s: %s %d", c->name, what, WIFSIGNALED(status) ? WTERMSIG(status) == SIGALRM ? "it hung, signal" : "signal" : "status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return stray < 0 && WIFEXITED(status) && WEXITSTATUS(status) != OVER;
}

static bool thorough(void) { return getenv("TEST_LONG") != NULL; }

static void sweep_call(const api_call *c, const sweep *s, int offset) {
    int wanted = getenv("FAULT_STEP") ? atoi(getenv("FAULT_STEP")) : 1, step = thorough() ? wanted : s->warden ? 7 : c->stride, n, failures = test_failures_here;
    bool more = true;
    pid_t pid;
    if (getenv("FAULT_AT")) step = 1 << 30, offset = atoi(getenv("FAULT_AT")) - 1;
    for (n = 1 + offset % step; more && test_failures_here < failures + 3; n += step) {
        if (s->mode >= PIECES) step = thorough() ? wanted * (1 + n / 256) : c->stride + 2 * n; /* large transfers are all alike */
        fflush(stdout);
        if ((pid = fork()) == 0) _exit(run_case(c, s, n));
        more = end_case(pid, c, s, n);
    }
    if (getenv("TEST_VERBOSE")) printf("%s: %s: up to %d, at %ld s\n", c->name, s->name, n, (long)gem5art__monotonic() % 1000), fflush(stdout);
}

/* Fails once what the call does at each site that no earlier one had. */
static void sweep_sites(const api_call *c) {
    const sweep *s = &site_sweep;
    int n = site_log->count, failures = test_failures_here;
    pid_t pid = fork();
    if (pid == 0) _exit(run_case(c, s, -1));
    end_case(pid, c, s, 0);
    for (n++; n <= site_log->count && test_failures_here < failures + 3; n++) {
        fflush(stdout);
        if ((pid = fork()) == 0) _exit(run_case(c, s, n));
        end_case(pid, c, s, n);
    }
    if (getenv("TEST_VERBOSE")) printf("%s: %s: up to %d, at %ld s\n", c->name, s->name, n, (long)gem5art__monotonic() % 1000), fflush(stdout);
}

/* A short sweep tries every third kind of fault, and of what takes long every sixth; each call others. */
static bool due(size_t call, size_t kind) { return thorough() || (call + kind) % (calls[call].stride < 50 ? 3 : 6) == 0; }

/* FAULT_CALL="pool_step" FAULT="on fail with EIO" FAULT_AT=17 is one case alone. */
static bool chosen(const char *variable, const char *name) { return !getenv(variable) || strstr(name, getenv(variable)); }

TEST(each_call_under_each_fault) {
    size_t i, k;
#ifdef __linux__
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); /* strays come to us */
#endif
    fault_log = (struct fault_log *)mmap(NULL, sizeof *fault_log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    site_log = (struct site_log *)mmap(NULL, sizeof *site_log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(fault_log != MAP_FAILED && site_log != MAP_FAILED);
    set_fault(FAIL, 0, 0);
    REQUIRE(begin_base());
    fault_lenient = true;
    memory_fails_here = at_site;
    for (i = 0; getenv("FAULT_SITES") && i < sizeof calls / sizeof *calls; i++)
        if (chosen("FAULT_CALL", calls[i].name) && chosen("FAULT", site_sweep.name)) sweep_sites(&calls[i]);
    for (i = 0; i < sizeof calls / sizeof *calls; i++)
        for (k = 0; k < sizeof sweeps / sizeof *sweeps; k++) {
            if (!chosen("FAULT_CALL", calls[i].name) || !chosen("FAULT", sweeps[k].name)) continue;
            if ((!sweeps[k].warden || calls[i].warden) && (due(i, k) || getenv("FAULT"))) sweep_call(&calls[i], &sweeps[k], (int)(i * 7 + k * 3));
        }
    printf("%d calls, %ld cases, %ld of them with a fault\n", (int)(sizeof calls / sizeof *calls), cases, injected);
    free(base_store), free(base_info), free(base_live);
    fixture_end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
