/* runner.h - what tests of the runner stand on: quick clocks, a system that can be made to fail, an experiment (a store
   with a gem5 binary and a git repo) and a check that nothing is left behind. Include it first; it includes gem5art.h,
   test.h and fixture.h. */
#ifndef RUNNER_H
#define RUNNER_H

#define GEM5ART_WATCH_SECONDS 0.05
#define GEM5ART_BEAT_SECONDS 0.1

#include "memory.h"

#ifdef TEST_LMDB
#include <sys/syscall.h>
#endif

/* ---- calls that can be made to fail, and a log of what becomes of info.json */

#define GEM5ART_SYS_OPEN(path, flags, mode) test_open(path, flags, mode)
#define GEM5ART_SYS_FDATASYNC(fd) test_fdatasync(fd)
#define GEM5ART_SYS_POLL(fds, count, timeout) test_poll(fds, count, timeout)
#define GEM5ART_SYS_CLOCK_GETTIME(clock, result) test_clock(clock, result)
#define GEM5ART_SYS_LINK(from, to) (note_info(from, to), link(from, to))
#define GEM5ART_SYS_OPENAT(folder, path, flags, mode) test_openat(folder, path, flags, mode)
#define GEM5ART_SYS_RENAMEAT(folder, from, other, to) (note_info_in(folder, from, to), renameat(folder, from, other, to))
#define GEM5ART_SYS_POSIX_SPAWNP(pid, file, actions, attributes, argv, envp) \
    (__sync_add_and_fetch(&gits, 1), wait_for_git(), posix_spawnp(pid, file, actions, attributes, argv, envp))
static int gits; /* how often git was started */
static void wait_for_git(void);
static int test_clock(int clock, void *result);
static int test_open(const char *path, int flags, unsigned mode);
static int test_fdatasync(int fd);
struct pollfd;
static int test_poll(struct pollfd *fds, unsigned count, int timeout);
static void note_info(const char *from, const char *to);
static void note_info_in(int folder, const char *from, const char *to);
static int test_openat(int folder, const char *path, int flags, unsigned mode);

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"
#include "store.h"

static bool info_disk_full, datasync_fails;
static const char *machine; /* a folder whose proc and sys stand for those of this machine, where limits are read; NULL: none */

static volatile double clock_ahead; /* seconds by which both clocks are */
static volatile double wall_ahead, monotonic_ahead; /* and each for itself, in whole ones */

static int test_clock(int clock, void *result) {
    struct timespec *t = (struct timespec *)result;
    int failed = clock_gettime(clock, t);
    long ns = t->tv_nsec + (long)((clock_ahead - (double)(long)clock_ahead) * 1e9);
    t->tv_sec += (long)clock_ahead + ns / 1000000000 + (long)(clock == CLOCK_REALTIME ? wall_ahead : monotonic_ahead);
    t->tv_nsec = ns % 1000000000;
    return failed;
}

static volatile bool holds;  /* files with "held" in their names are not opened until this is false again */
static volatile int held;    /* how many threads wait for that */
static void nap(void);

static int test_open(const char *path, int flags, unsigned mode) {
    char made_up[PATH_MAX];
    if (machine && (strcmp(path, "/proc/meminfo") == 0 || strcmp(path, "/proc/self/cgroup") == 0 || strncmp(path, "/sys/", 5) == 0)) {
        snprintf(made_up, sizeof made_up, "%s%s", machine, path);
        return open(made_up, flags, mode);
    }
    if (holds && strstr(path, "held")) {
        __sync_add_and_fetch(&held, 1);
        while (holds) nap();
        __sync_sub_and_fetch(&held, 1);
    }
    if (info_disk_full && (flags & O_CREAT) && strstr(path, "/info.json.tmp-")) return errno = ENOSPC, -1;
    return open(path, flags, mode);
}

static int test_openat(int folder, const char *path, int flags, unsigned mode) {
    if (info_disk_full && (flags & O_CREAT) && strncmp(path, "info.json.tmp-", 14) == 0) return errno = ENOSPC, -1;
    return openat(folder, path, flags, mode);
}

static volatile int store_syncs; /* of the store itself, and whether they wait */
static volatile bool store_syncs_wait;

static bool is_store(int fd) {
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(STORE_PATH, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int test_fdatasync(int fd) {
    if (is_store(fd)) {
        __sync_add_and_fetch(&store_syncs, 1);
        __sync_add_and_fetch(&held, 1);
        while (store_syncs_wait) nap();
        __sync_sub_and_fetch(&held, 1);
    }
    if (datasync_fails) return errno = EIO, -1;
    return fdatasync(fd);
}

#ifdef TEST_LMDB
/* LMDB's own syncs, which the linker finds here. */
int fdatasync(int fd) { return datasync_fails ? (errno = EIO, -1) : (int)syscall(SYS_fdatasync, fd); }
#endif

static __thread int waits; /* how many calls of poll could have waited */

static int test_poll(struct pollfd *fds, unsigned count, int timeout) {
    waits += timeout != 0;
    return poll(fds, count, timeout);
}

/* Is this under valgrind (`make` says so in RUNNER)? Fewer rounds must do there, and some things are its own: it takes
   part in each exec, keeps descriptors for itself, and stops all threads while one waits for an OFD lock. */
__attribute__((unused)) static bool under_valgrind(void) {
    const char *runner = getenv("RUNNER");
    return runner && *runner;
}

/* ---- looking at JSON files and processes */

/* A member of the JSON object in a file, as text: numbers as they are written, true, false and null so. "" where there
   is none; in one of four static buffers of the thread. */
__attribute__((unused)) static const char *json_member(const char *path, const char *key) {
    static __thread char texts[4][PATH_MAX];
    static __thread int next;
    char *text = read_text(path);
    const gem5art_json *root = gem5art_json_parse(text, strlen(text), NULL, NULL), *member = gem5art_json_get(root, key);
    next = (next + 1) % 4;
    texts[next][0] = 0;
    if (member && member->type == GEM5ART_JSON_NULL) strcpy(texts[next], "null");
    else if (member && member->type == GEM5ART_JSON_BOOL) strcpy(texts[next], member->boolean ? "true" : "false");
    else if (member && member->type == GEM5ART_JSON_STRING) snprintf(texts[next], PATH_MAX, "%s", member->text);
    else if (member && member->type == GEM5ART_JSON_NUMBER) snprintf(texts[next], PATH_MAX, "%.*s", (int)member->raw_length, member->raw);
    gem5art_json_free(root);
    free(text);
    return texts[next];
}

/* "Created, Begin run, ...": the statuses that every info.json of this process has had, each change once. */
static char info_statuses[65536];

static void note_status(const char *status, const char *to) {
    const char *last;
    if (!*status) test_fail(__FILE__, __LINE__, "%s is about to be replaced by something without a status", to);
    last = strrchr(info_statuses, ',');
    if (strcmp(last ? last + 2 : info_statuses, status) == 0) return;
    if (*info_statuses) strcat(info_statuses, ", ");
    strncat(info_statuses, status, 2000);
}

/* Called by a pool's workers, too. */
static void note_info(const char *from, const char *to) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    const char *status;
    if (access(from, F_OK) < 0) return; /* its folder was replaced: it cannot be renamed */
    if (memory_fails_at || !gem5art__ends_with(to, "/info.json")) return;
    if (strlen(info_statuses) > sizeof info_statuses / 2) return; /* of a crowd the first do */
    status = json_member(from, "status");
    pthread_mutex_lock(&mutex);
    note_status(status, to);
    pthread_mutex_unlock(&mutex);
}

/* The same of a name in an open folder. */
static void note_info_in(int folder, const char *from, const char *to) {
    char link[64], place[PATH_MAX], paths[2][PATH_MAX + 300];
    ssize_t n;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    n = readlink(link, place, sizeof place - 1);
    if (n < 0) return;
    place[n] = 0;
    snprintf(paths[0], sizeof paths[0], "%s/%s", place, from);
    snprintf(paths[1], sizeof paths[1], "%s/%s", place, to);
    note_info(paths[0], paths[1]);
}

/* Can the process still execute anything? A killed one gives up its memory, and its environment with it, first: until it
   is a zombie it has a number, and no more than that. */
__attribute__((unused)) static bool alive(long pid) {
    char path[64], *pages;
    bool has_memory;
    snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    pages = read_text(path);
    has_memory = pid > 0 && *pages && *pages != '0';
    free(pages);
    return has_memory;
}

__attribute__((unused)) static void nap(void) {
    struct timespec t = {0, 2000000};
    nanosleep(&t, NULL);
}

static volatile bool git_waits; /* git is not started until this is false again */
static void wait_for_git(void) {
    while (git_waits) nap();
}

/* Waits until something is so; after half a minute the test fails. */
#define WAIT_FOR(condition)                                                                                    \
    do {                                                                                                       \
        double until_ = gem5art__monotonic() + 30;                                                             \
        while (!(condition) && gem5art__monotonic() < until_) nap();                                           \
        if (gem5art__monotonic() >= until_) test_fail(__FILE__, __LINE__, "never so: %s", #condition);         \
    } while (0)

/* ---- the experiment */

static const gem5art_artifact *the_repo;
static int descriptors_before;

/* A new folder with the git repo "repo" (and in it run.py), a kernel, a disk image and a store. */
__attribute__((unused)) static void begin(void) {
    fixture_begin();
    descriptors_before = open_descriptors();
    memory_alive = 0;
    fail_memory(0, false);
    info_disk_full = datasync_fails = holds = false;
    clock_ahead = 0;
    machine = NULL;
    wall_ahead = monotonic_ahead = 0;
    info_statuses[0] = 0;
    make_repo("repo");
    write_text("vmlinux", "not much of a kernel\n");
    write_text("disk.img", "not much of a disk\n");
    if (open_db(NULL)) the_repo = register_path("repo", "git repo", "repo");
}

/* Nothing may be left: no memory, descriptor, child or live entry. */
__attribute__((unused)) static void end(void) {
    if (db) close_db();
    CHECK_INT(memory_alive, 0);
    CHECK_INT(open_descriptors(), descriptors_before);
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    CHECK_INT(sh("test -z \"$(ls db.json.live 2>/dev/null)\""), 0);
    fixture_end();
}

/* A desc of a run of a program (a path, or what `make` built, such as "children/slow") with parameters, which a "|"
   parts (at most 15); NULL: none. It lives until the eighth call after this one. */
static gem5art_run_desc describe(const char *program, const char *outdir, const char *parameters) {
    static const char *params[8][16];
    static char *texts[8];
    static int next;
    gem5art_run_desc desc;
    char *at;
    int count = 0;
    memset(&desc, 0, sizeof desc);
    next = (next + 1) % 8;
    free(texts[next]);
    at = texts[next] = parameters ? strdup(parameters) : NULL;
    while (at) {
        params[next][count++] = at;
        at = strchr(at, '|');
        if (at) *at++ = 0;
    }
    params[next][count] = NULL;
    desc.name = outdir;
    desc.gem5_artifact = register_path("gem5", "gem5 binary", *program == '/' || *program == '.' ? program : built(program));
    desc.gem5_git_artifact = desc.run_script_git_artifact = the_repo;
    desc.run_script = "repo/run.py";
    desc.outdir = outdir;
    desc.params = params[next];
    return desc;
}

/* The same with absolute paths, for an execution in any folder. */
__attribute__((unused)) static gem5art_run_desc describe_anywhere(const char *program, const char *outdir, const char *parameters) {
    static char script[PATH_MAX + 16];
    gem5art_run_desc desc;
    char repo[PATH_MAX + 8];
    snprintf(repo, sizeof repo, "%s/repo", fixture_folder);
    snprintf(script, sizeof script, "%s/run.py", repo);
    the_repo = register_path("repo", "git repo", repo);
    desc = describe(program, outdir, parameters);
    desc.run_script = script;
    return desc;
}

static gem5art_run *create(const gem5art_run_desc *desc, bool fs) {
    gem5art_run *run = fs ? gem5art_create_fs_run(db, desc, &error) : gem5art_create_se_run(db, desc, &error);
    if (!run) test_fail(__FILE__, __LINE__, "cannot create the run %s: %s", desc->name, error.message);
    return run;
}

__attribute__((unused)) static gem5art_run *se_run(const char *program, const char *outdir, const char *params) {
    gem5art_run_desc desc = describe(program, outdir, params);
    return create(&desc, false);
}

/* A full-system run; `set` may change the desc. */
__attribute__((unused)) static gem5art_run *fs_run(const char *program, const char *outdir, const char *params, void (*set)(gem5art_run_desc *)) {
    gem5art_run_desc desc = describe(program, outdir, params);
    desc.linux_binary_artifact = register_path("linux", "kernel", "vmlinux");
    desc.disk_image_artifact = register_path("disk", "disk image", "disk.img");
    if (set) set(&desc);
    return create(&desc, true);
}

static bool execute(gem5art_run *run) { return gem5art_execute(db, run, NULL, &error); }

/* Executes, and fails the test where that is refused. */
__attribute__((unused)) static void execute_well(gem5art_run *run) {
    if (run && !execute(run)) test_fail(__FILE__, __LINE__, "%s was not executed: %s", run->name, error.message);
}

/* How many runs a query finds. */
static int count_runs(const gem5art_query *query) {
    gem5art_iter *iter = gem5art_get_runs(db, query, &error);
    int count = 0;
    while (iter && gem5art_next_run(iter, &error)) count++;
    if (error.code != GEM5ART_OK) test_fail(__FILE__, __LINE__, "the store cannot be read: %s", error.message);
    gem5art_iter_close(iter);
    return count;
}

/* How many runs are recorded; with a status, only those. */
__attribute__((unused)) static int recorded(const char *status) {
    gem5art_query query;
    memset(&query, 0, sizeof query);
    query.status = status;
    return count_runs(&query);
}

/* ---- a harness: another process that runs the body with a db of its own */

__attribute__((unused)) static pid_t start_harness(void (*body)(void)) {
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid) return pid;
    setpgid(0, 0);
    test_failures_here = 0;
    db = NULL;
    if (open_db(NULL)) body();
    if (db) close_db();
    fflush(stdout);
    _exit(test_failures_here != 0);
}

/* Waits for its end: its exit status, 128 + N for signal N. */
__attribute__((unused)) static int end_of(pid_t harness) {
    int status = -1;
    while (waitpid(harness, &status, 0) < 0 && errno == EINTR) {}
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static char events[65536]; /* what a test noted of a pool's: "queued a, spawned a, ended a" */

/* Do these events, joined by ", ", come in this order, whatever else between them? One run may be spawned before the one
   that made room for it is recorded. */
__attribute__((unused)) static bool came_in_order(const char *wanted) {
    const char *at = events;
    char event[64];
    while (at && *wanted) {
        size_t length = strcspn(wanted, ",");
        snprintf(event, sizeof event, "%.*s", (int)length, wanted);
        at = strstr(at, event);
        wanted += length + (wanted[length] ? 2 : 0);
    }
    return at != NULL;
}

#endif
