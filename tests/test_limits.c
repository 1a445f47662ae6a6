/* test_limits.c - how much at once and in what order: CPUs, memory, niceness, pinning, priorities, when to stop, what to
   try again, and what a pool tells of its progress. */
#ifndef GEM5ART_PORTABLE
#define GEM5ART_SYS_SCHED_GETAFFINITY(pid, size, set) test_affinity(size, set)
static int test_affinity(unsigned long size, void *set);
#endif

struct statvfs;
#define GEM5ART_SYS_STATVFS(path, result) test_statvfs(path, result)
static int test_statvfs(const char *path, struct statvfs *result);
#define GEM5ART_SYS_PREAD(fd, data, size, offset) test_pread(fd, data, size, offset)
static long test_pread(int fd, void *data, unsigned long size, long offset);

#include "runner.h"

static volatile ino_t endless;   /* the file that has no end; 0: none */
static volatile bool reading_on; /* and is being read */

static long test_pread(int fd, void *data, unsigned long size, long offset) {
    struct stat st;
    if (!endless || fstat(fd, &st) < 0 || st.st_ino != endless) return pread(fd, data, size, offset);
    memset(data, 0, size);
    reading_on = true;
    return (long)size;
}

/* Made-up disks: what a path contains, the GiB that are free there (of the first that holds), and how it fails. */
static struct made_up_disk {
    const char *part;
    volatile double gib;
    int failure;        /* errno; 0: none */
    bool does_not_count;
    volatile int asked; /* how often */
} made_up[3];

static int test_statvfs(const char *path, struct statvfs *result) {
    struct made_up_disk *d = made_up;
    int status = statvfs(path, result);
    while (d->part && !strstr(path, d->part)) d++;
    if (!d->part || status < 0) return status;
    __sync_add_and_fetch(&d->asked, 1);
    result->f_frsize = 4096;
    result->f_bavail = (fsblkcnt_t)(d->gib * (1 << 30) / 4096);
    if (d->does_not_count) result->f_blocks = 0;
    return d->failure ? (errno = d->failure, -1) : 0;
}

#ifndef GEM5ART_PORTABLE
static int first_cpu, cpu_count; /* that this process may use, as the library is told; 0: the truth */

static int test_affinity(unsigned long size, void *set) {
    int i;
    if (!cpu_count) return sched_getaffinity(0, size, (cpu_set_t *)set);
    CPU_ZERO((cpu_set_t *)set);
    for (i = 0; i < cpu_count; i++) CPU_SET((size_t)(first_cpu + i), (cpu_set_t *)set);
    return 0;
}
#endif

/* ---- what the pool told: "spawned a, ended a", without what is queued and the beats */

static gem5art_event last_event;
static int most_running;
static gem5art_error last_error; /* of the last event that had one */

static void note_event(const gem5art_event *event, void *user_data) {
    static const char *const names[] = {NULL, "skipped", "spawned", NULL, "killed", "ended", "retried"};
    size_t length = strlen(events);
    (void)user_data;
    CHECK_INT(event->queued + event->running + event->ending + event->finished + event->failed + event->skipped, event->added);
    last_event = *event;
    if (event->running > most_running) most_running = event->running;
    if (event->error) last_error = *event->error;
    if (names[event->type]) snprintf(events + length, sizeof events - length, "%s%s %s", length ? ", " : "", names[event->type], event->run->name);
}

static gem5art_pool_desc pool_desc(int jobs) {
    gem5art_pool_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.jobs = jobs;
    desc.event = note_event;
    return desc;
}

static gem5art_pool *make_pool(const gem5art_pool_desc *desc) {
    gem5art_pool *pool;
    events[0] = 0;
    most_running = 0;
    memset(&last_error, 0, sizeof last_error);
    memset(&last_event, 0, sizeof last_event);
    pool = gem5art_pool_create(db, desc, &error);
    if (!pool) test_fail(__FILE__, __LINE__, "no pool: %s", error.message);
    return pool;
}

static void add(gem5art_pool *pool, gem5art_run *run) {
    if (!gem5art_pool_add(pool, run, &error)) test_fail(__FILE__, __LINE__, "%s is refused: %s", run ? run->name : "NULL", error.message);
}

__attribute__((unused)) static void add_slow(gem5art_pool *pool, const char *seconds) { add(pool, se_run("children/slow", seconds, seconds)); }

static void wait_well(gem5art_pool *pool) {
    if (!gem5art_pool_wait(pool, &error)) test_fail(__FILE__, __LINE__, "the pool fails: %s", error.message);
}

/* Steps until something is so. */
#define STEP_UNTIL(pool, condition)                                                                       \
    do {                                                                                                  \
        int left_ = 15000;                                                                                \
        while (!(condition) && left_-- > 0) gem5art_pool_step(pool, 2, &error);                           \
        if (left_ <= 0) test_fail(__FILE__, __LINE__, "never so: %s", #condition);                        \
    } while (0)

/* ---- CPUs and memory */

#ifndef GEM5ART_NO_PROC
/* Writes a file of the made-up machine. */
static void set_fact(const char *path, const char *text) {
    char name[PATH_MAX];
    snprintf(name, sizeof name, "machine%s", path);
    sh("mkdir -p $(dirname %s)", name);
    write_text(name, text);
    machine = "machine";
}

static void forget_facts(void) { sh("rm -rf machine"); }

TEST(cpus_that_a_cgroup_allows) {
    begin();
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    first_cpu = 0, cpu_count = 8;
    machine = "machine"; /* with nothing in it */
    CHECK_INT(gem5art__cpus(), 8);
    set_fact("/proc/self/cgroup", "0::/a.slice/b\n");
    CHECK_INT(gem5art__cpus(), 8);
    set_fact("/sys/fs/cgroup/a.slice/b/cpu.max", "max 100000\n");
    CHECK_INT(gem5art__cpus(), 8);
    set_fact("/sys/fs/cgroup/a.slice/b/cpu.max", "400000 100000\n");
    CHECK_INT(gem5art__cpus(), 4);
    set_fact("/sys/fs/cgroup/a.slice/cpu.max", "125000 50000\n"); /* two and a half, above it */
    CHECK_INT(gem5art__cpus(), 3);
    set_fact("/sys/fs/cgroup/cpu.max", "10000 100000\n"); /* a container sees its own as the root */
    CHECK_INT(gem5art__cpus(), 1);
    set_fact("/proc/self/cgroup", "0::/\n");
    CHECK_INT(gem5art__cpus(), 1);
    cpu_count = 2;
    set_fact("/sys/fs/cgroup/cpu.max", "6400000 100000\n");
    CHECK_INT(gem5art__cpus(), 2);
    forget_facts(); /* version 1 */
    cpu_count = 8;
    set_fact("/proc/self/cgroup", "5:cpuset:/no\n4:cpu,cpuacct:/x/y\n1:name=systemd:/\n");
    set_fact("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "-1\n");
    set_fact("/sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
    CHECK_INT(gem5art__cpus(), 8);
    set_fact("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "500000\n");
    CHECK_INT(gem5art__cpus(), 5);
    set_fact("/proc/self/cgroup", "5:cpuset:/no\n1:cpu:/x\n");
    CHECK_INT(gem5art__cpus(), 5);
    cpu_count = 0;
#endif
    end();
}

TEST(jobs_are_the_cpus) {
    gem5art_pool_desc desc = pool_desc(0);
    gem5art_pool *pool;
    begin();
    set_fact("/proc/self/cgroup", "0::/\n");
    set_fact("/sys/fs/cgroup/cpu.max", "100000 100000\n");
    REQUIRE((pool = make_pool(&desc)) != NULL);
    CHECK_INT(pool->desc.jobs, 1);
    gem5art_pool_destroy(pool);
    end();
}

TEST(memory_that_is_available) {
    begin();
    machine = "machine";
    CHECK(gem5art__available_memory() < 0);
    set_fact("/proc/meminfo", "MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n");
    CHECK_INT(gem5art__available_memory(), 8000 * 1024);
    set_fact("/proc/self/cgroup", "0::/a/b\n");
    set_fact("/sys/fs/cgroup/a/b/memory.max", "max\n");
    set_fact("/sys/fs/cgroup/a/b/memory.current", "7000000\n");
    CHECK_INT(gem5art__available_memory(), 8000 * 1024);
    set_fact("/sys/fs/cgroup/a/memory.max", "7500000\n");
    set_fact("/sys/fs/cgroup/a/memory.current", "7000000\n");
    CHECK_INT(gem5art__available_memory(), 500000);
    set_fact("/sys/fs/cgroup/a/memory.stat", "anon 6000000\nfile 1000000\ninactive_anon 5\nactive_file 400000\ninactive_file 600000\n");
    CHECK_INT(gem5art__available_memory(), 1100000);
    set_fact("/sys/fs/cgroup/a/memory.current", "9000000\n"); /* it was made smaller */
    CHECK_INT(gem5art__available_memory(), 0);
    forget_facts();
    set_fact("/proc/meminfo", "MemAvailable:    8000 kB\n");
    set_fact("/proc/self/cgroup", "4:memory:/x\n");
    set_fact("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "9223372036854771712\n");
    set_fact("/sys/fs/cgroup/memory/x/memory.usage_in_bytes", "700\n");
    CHECK_INT(gem5art__available_memory(), 8000 * 1024);
    set_fact("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1000\n");
    set_fact("/sys/fs/cgroup/memory/x/memory.stat", "inactive_file 1\ntotal_inactive_file 50\n");
    CHECK_INT(gem5art__available_memory(), 350);
    end();
}

TEST(too_little_memory_for_more) {
    gem5art_pool_desc desc = pool_desc(4);
    gem5art_pool *pool;
    int timeout;
    begin();
    desc.free_memory = 4 << 20;
    machine = "machine";
    CHECK(gem5art_pool_create(db, &desc, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_UNSUPPORTED);
    CHECK_CONTAINS(error.message, ".free_memory");
    set_fact("/proc/meminfo", "MemAvailable: 1000 kB\n");
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add_slow(pool, "60"), add_slow(pool, "61"), add_slow(pool, "62"), add_slow(pool, "63");
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    CHECK_STR(events, "spawned 60"); /* the only one goes in any case */
    CHECK_INT(last_event.running, 1);
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout >= 0 && timeout <= 1000 * GEM5ART_WATCH_SECONDS + 1, "the time-out is %d", timeout);
    set_fact("/proc/meminfo", "MemAvailable: 10240 kB\n"); /* room for two, if each takes so much */
    STEP_UNTIL(pool, last_event.running > 1);
    CHECK(last_event.running <= 3);
    STEP_UNTIL(pool, last_event.running == 4); /* but they do not */
    gem5art_pool_destroy(pool);
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add_slow(pool, "64"), add_slow(pool, "65"), add_slow(pool, "66"), add_slow(pool, "67");
    STEP_UNTIL(pool, pool->launch_after > 0 && gem5art_pool_timeout(pool) > 0); /* it waits, and not for ever */
    pool->launch_after = gem5art__monotonic() + 0.0009;
    timeout = gem5art_pool_timeout(pool);
    CHECK_THAT(timeout > 0 || pool->launch_after <= gem5art__monotonic(), "it waits less than is left");
    CHECK_INT(pool->counts.running, 2);
    gem5art_pool_destroy(pool);
    end();
}

/* The end of a run is what makes room. */
TEST(one_at_a_time_while_memory_is_short) {
    gem5art_pool_desc desc = pool_desc(3);
    gem5art_pool *pool;
    begin();
    desc.free_memory = (int64_t)1 << 40;
    set_fact("/proc/meminfo", "MemAvailable: 1000 kB\n");
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add_slow(pool, "0.01"), add_slow(pool, "0.02"), add_slow(pool, "0.03");
    wait_well(pool);
    CHECK_INT(most_running, 1);
    CHECK_INT(last_event.finished, 3);
    gem5art_pool_destroy(pool);
    end();
}
#endif

/* ---- disk space */

static gem5art_pool_desc begin_disks(int jobs, const char *part, double gib) {
    gem5art_pool_desc desc = pool_desc(jobs);
    begin();
    memset(made_up, 0, sizeof made_up);
    made_up[0].part = part, made_up[0].gib = gib;
    desc.min_disk = (int64_t)10 << 30;
    return desc;
}

static void end_disks(void) {
    memset(made_up, 0, sizeof made_up);
    end();
}

static int times_logged(const char *part) {
    const char *at = fixture_warnings;
    int count = 0;
    while ((at = strstr(at, part)) != NULL) at++, count++;
    return count;
}

/* Frees space on the first disk once it was found to have too little. */
static void *free_the_disk(void *data) {
    WAIT_FOR(made_up[0].asked >= 2);
    made_up[0].gib = 20;
    return data;
}

/* Steps until a disk was asked so many times more. */
#define UNTIL_ASKED(pool, disk, times)                                     \
    do {                                                                   \
        int before_ = (disk)->asked;                                       \
        STEP_UNTIL(pool, (disk)->asked >= before_ + (times));              \
    } while (0)

TEST(runs_wait_for_disk_space) {
    gem5art_pool_desc desc = begin_disks(2, "/out", 3.125);
    gem5art_event progress;
    gem5art_pool *pool;
    int steps = 0, timeout;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    gem5art_pool_progress(pool, &progress);
    CHECK(!progress.waits_for);
    add(pool, se_run("children/exit_with", "out1", "1")), add(pool, se_run("children/exit_with", "out2", "2"));
    add(pool, se_run("children/exit_with", "out3", "3"));
    STEP_UNTIL(pool, (steps++, made_up[0].asked >= 6));
    CHECK_STR(events, "");
    gem5art_pool_progress(pool, &progress);
    REQUIRE(progress.waits_for);
    CHECK_CONTAINS(progress.waits_for, "disk space: 3.1 GiB free, less than 10.0 GiB, at /");
    CHECK_CONTAINS(progress.waits_for, "/out1");
    CHECK_INT(times_logged("runs wait for disk space: 3.1 GiB free, less than 10.0 GiB, at "), 1);
    CHECK_INT(times_logged("\n"), 1);
    STEP_UNTIL(pool, !pool->counts.running);
    timeout = gem5art_pool_timeout(pool); /* it does not spin, and looks again */
    CHECK_THAT(timeout >= 0 && timeout <= 1000 * GEM5ART_WATCH_SECONDS + 1, "the time-out is %d", timeout);
    CHECK_INT(pool->counts.queued, 3);
    made_up[0].gib = 9.99; /* not enough */
    UNTIL_ASKED(pool, &made_up[0], 2);
    CHECK_STR(events, "");
    made_up[0].gib = 10;
    wait_well(pool);
    CHECK_INT(last_event.failed, 3);
    CHECK_INT(times_logged("enough disk space again"), 1);
    gem5art_pool_progress(pool, &progress);
    CHECK(!progress.waits_for);
    gem5art_pool_destroy(pool);
    CHECK_INT(times_logged("runs wait"), 1);
    end_disks();
}

/* However many were on their way when the disk got full. */
TEST(runs_that_waited_start_in_their_order) {
    static const char *const names[] = {"out1", "out2", "out3", "out4", "out5", "out6"};
    static const int priorities[] = {0, 1, 0, 1, 0, 2};
    gem5art_pool_desc desc = begin_disks(6, "/out", 1);
    gem5art_run_desc run;
    gem5art_pool *pool;
    int i;
    desc.max_failed = 100; /* the next starts when one is recorded, so that the order can be seen */
    REQUIRE((pool = make_pool(&desc)) != NULL);
    for (i = 0; i < 6; i++) {
        run = describe("children/exit_with", names[i], names[i] + 3);
        run.priority = priorities[i];
        add(pool, create(&run, false));
    }
    STEP_UNTIL(pool, made_up[0].asked >= 12 && !pool->counts.running);
    pool->desc.jobs = 1;
    made_up[0].gib = 20;
    wait_well(pool);
    CHECK_STR(events, "spawned out6, ended out6, spawned out2, ended out2, spawned out4, ended out4, spawned out1, "
                      "ended out1, spawned out3, ended out3, spawned out5, ended out5");
    gem5art_pool_destroy(pool);
    end_disks();
}

/* What runs goes on, and its end alone makes no room. */
TEST(disk_space_that_goes_while_a_run_is_active) {
    gem5art_pool_desc desc = begin_disks(2, "/db.json", 11);
    gem5art_pool *pool;
    gem5art_run *first;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((first = se_run("children/simulate", "a", "0")) != NULL);
    add(pool, first);
    STEP_UNTIL(pool, exists("a/ready"));
    made_up[0].gib = 0.5;
    add(pool, se_run("children/exit_with", "b", "0"));
    UNTIL_ASKED(pool, &made_up[0], 3);
    CHECK_STR(events, "spawned a");
    CHECK_CONTAINS(pool->counts.waits_for, "disk space: 512.0 MiB free, less than 10.0 GiB, at ");
    CHECK_CONTAINS(pool->counts.waits_for, "/db.json");
    CHECK_INT(kill((pid_t)first->pid, SIGINT), 0);
    STEP_UNTIL(pool, pool->counts.finished + pool->counts.failed == 1);
    UNTIL_ASKED(pool, &made_up[0], 3);
    CHECK_CONTAINS(events, "ended a");
    CHECK(!strstr(events, "spawned b"));
    made_up[0].gib = 11;
    wait_well(pool);
    CHECK_CONTAINS(events, "spawned b, ended b");
    gem5art_pool_destroy(pool);
    end_disks();
}

TEST(a_wait_for_disk_space_is_ended) {
    gem5art_pool_desc desc = begin_disks(2, "/out", 1);
    gem5art_run *first, *second;
    gem5art_pool *pool;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((first = se_run("children/exit_with", "out1", "1")) != NULL);
    REQUIRE((second = se_run("children/exit_with", "out2", "2")) != NULL);
    add(pool, first), add(pool, second);
    STEP_UNTIL(pool, made_up[0].asked >= 3);
    CHECK(gem5art_pool_cancel(pool, first->id, &error));
    STEP_UNTIL(pool, pool->counts.skipped == 1);
    CHECK_STR(events, "skipped out1");
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    gem5art_pool_destroy(pool); /* as a signal does */
    CHECK_STR(events, "skipped out1, skipped out2");
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    CHECK_INT(times_logged("again"), 0);
    CHECK_INT(recorded(NULL), 0);
    end_disks();
}

TEST(a_signal_ends_a_wait_for_disk_space) {
    gem5art_pool_desc desc = begin_disks(3, "/out", 1);
    gem5art_pool *pool;
    desc.handle_signals = true;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out1", "1")), add(pool, se_run("children/exit_with", "out2", "2"));
    STEP_UNTIL(pool, made_up[0].asked >= 3);
    raise(SIGINT);
    wait_well(pool);
    CHECK_INT(last_event.skipped, 2);
    CHECK_CONTAINS(last_error.message, "sigint");
    gem5art_pool_destroy(pool);
    end_disks();
}

TEST(disk_space_that_is_unknown) {
    gem5art_pool_desc desc = begin_disks(2, "/out", 1);
    gem5art_pool *pool;
    made_up[0].failure = EACCES;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out1", "1")), add(pool, se_run("children/exit_with", "out2", "2"));
    add(pool, se_run("children/exit_with", "out3", "3"));
    wait_well(pool);
    CHECK_INT(last_event.failed, 3);
    CHECK_INT(times_logged("cannot read the free space of "), 1);
    CHECK_INT(times_logged("Permission denied: runs are launched without this check"), 1);
    gem5art_pool_destroy(pool);
    made_up[0].failure = 0, made_up[0].does_not_count = true;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out4", "4"));
    wait_well(pool);
    CHECK_INT(last_event.failed, 1);
    CHECK_INT(times_logged("/out4: "), 1);
    gem5art_pool_destroy(pool);
    end_disks();
}

/* A disk that cannot be asked does not hide another one that is full. */
TEST(every_file_system_counts) {
    gem5art_pool_desc desc = begin_disks(1, "/kept", 3);
    gem5art_pool *pool;
    close_db();
    setenv("GEM5ART_STORAGE", "kept/copies", 1);
    REQUIRE(open_db(NULL));
    the_repo = register_path("repo", "git repo", "repo");
    made_up[1].part = "/out", made_up[1].failure = EIO;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out1", "1"));
    STEP_UNTIL(pool, made_up[0].asked >= 3);
    CHECK_STR(events, "");
    CHECK_CONTAINS(pool->counts.waits_for, "/kept/copies");
    made_up[0].gib = 10;
    wait_well(pool);
    CHECK_INT(last_event.failed, 1);
    gem5art_pool_destroy(pool);
    unsetenv("GEM5ART_STORAGE");
    end_disks();
}

TEST(disk_space_of_an_outdir_that_was_removed) {
    gem5art_pool_desc desc = begin_disks(1, "/far", 3);
    gem5art_pool *pool;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "far/a/b", "1"));
    CHECK_INT(sh("rm -r far/a"), 0);
    STEP_UNTIL(pool, made_up[0].asked >= 2);
    CHECK_CONTAINS(pool->counts.waits_for, "/far/a/b");
    made_up[0].gib = 10;
    wait_well(pool);
    CHECK(exists("far/a/b/results.zip"));
    gem5art_pool_destroy(pool);
    end_disks();
}

TEST(a_lone_run_waits_for_disk_space) {
    gem5art_pool_desc desc = begin_disks(1, "/out", 3);
    gem5art_run *run;
    pthread_t thread;
    desc.event = NULL;
    REQUIRE((run = se_run("children/exit_with", "out", "0")) != NULL);
    REQUIRE(pthread_create(&thread, NULL, free_the_disk, NULL) == 0);
    CHECK(gem5art_execute(db, run, &desc, &error));
    pthread_join(thread, NULL);
    CHECK_STR(run->status, "Finished");
    CHECK_INT(times_logged("runs wait for disk space"), 1);
    CHECK_INT(times_logged("enough disk space again"), 1);
    end_disks();
}

/* What need not be launched needs no space, and its end is no sign of any. */
TEST(recorded_runs_wait_for_no_disk) {
    gem5art_pool_desc desc = begin_disks(1, "/out", 20);
    gem5art_run_desc urgent = describe("children/exit_with", "out1", "0");
    gem5art_run *run;
    gem5art_pool *pool;
    urgent.priority = 1;
    REQUIRE((run = create(&urgent, false)) != NULL);
    execute_well(run);
    REQUIRE((pool = make_pool(&desc)) != NULL);
    made_up[0].gib = 1;
    add(pool, run);
    wait_well(pool);
    CHECK_STR(events, "skipped out1");
    CHECK_INT(last_error.code, GEM5ART_EXISTS);
    CHECK_INT(made_up[0].asked, 0);
    gem5art_pool_destroy(pool);
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out2", "2"));
    STEP_UNTIL(pool, pool->counts.waits_for);
    add(pool, run);
    STEP_UNTIL(pool, pool->counts.skipped == 1);
    CHECK(pool->counts.waits_for);
    UNTIL_ASKED(pool, &made_up[0], 2);
    CHECK_INT(times_logged("runs wait for disk space"), 1);
    CHECK_INT(times_logged("again"), 0);
    gem5art_pool_destroy(pool);
    CHECK_CONTAINS(events, "skipped out1, skipped out2");
    end_disks();
}

TEST(without_a_limit_no_disk_is_asked) {
    gem5art_pool_desc desc = begin_disks(1, "/", 0);
    gem5art_pool *pool;
    desc.min_disk = -1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "out", "0"));
    wait_well(pool);
    CHECK_INT(last_event.finished, 1);
    CHECK_INT(made_up[0].asked, 0);
    gem5art_pool_destroy(pool);
    end_disks();
}

TEST(sizes_for_people) {
    static const struct { double bytes; const char *text; } sizes[] = {
        {0, "0 bytes"}, {1023, "1023 bytes"}, {1024, "1.0 KiB"}, {1.5 * 1048576, "1.5 MiB"}, {1e18, "888.2 PiB"},
        {9e18, "7993.6 PiB"}};
    char text[32];
    size_t i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) CHECK_STR(gem5art__size_text(sizes[i].bytes, text), sizes[i].text);
}

/* ---- niceness and pinning */

TEST(niceness) {
    gem5art_run_desc nice_run;
    gem5art_pool_desc desc = pool_desc(2);
    gem5art_pool *pool;
    gem5art_run *plain, *nicer, *run;
    int own = getpriority(PRIO_PROCESS, 0);
    begin();
    REQUIRE((pool = make_pool(&desc)) != NULL);
    nice_run = describe("children/slow", "a", "60");
    nice_run.nice = 21;
    CHECK(gem5art_create_se_run(db, &nice_run, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, ".nice is 21");
    nice_run.nice = 3;
    REQUIRE((nicer = create(&nice_run, false)) != NULL);
    REQUIRE((plain = se_run("children/slow", "b", "61")) != NULL);
    add(pool, nicer), add(pool, plain);
    STEP_UNTIL(pool, nicer->pid && plain->pid);
    CHECK_INT(getpriority(PRIO_PROCESS, (id_t)nicer->pid), own + 3 < 19 ? own + 3 : 19);
    CHECK_INT(getpriority(PRIO_PROCESS, (id_t)plain->pid), own);
    CHECK_INT(getpriority(PRIO_PROCESS, 0), own);
    gem5art_pool_destroy(pool);
    if (geteuid() != 0) { /* who may not */
        nice_run = describe("children/slow", "c", "0");
        nice_run.nice = -1;
        REQUIRE((run = create(&nice_run, false)) != NULL);
        CHECK(execute(run));
        CHECK_STR(run->status, "Failed");
        CHECK_CONTAINS(run->error, "niceness -1");
        CHECK(run->rerunnable);
    }
    end();
}

#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
/* The only CPU that a process may use; -1: there are several. */
static int only_cpu(int64_t pid) {
    cpu_set_t set;
    int cpu = 0;
    if (sched_getaffinity((pid_t)pid, sizeof set, &set) < 0 || CPU_COUNT(&set) != 1) return -1;
    while (!CPU_ISSET((size_t)cpu, &set)) cpu++;
    return cpu;
}

TEST(one_run_one_cpu) {
    gem5art_pool_desc desc = pool_desc(0);
    gem5art_pool *pool;
    gem5art_run *run[2];
    cpu_set_t allowed;
    int count, i;
    begin();
    sched_getaffinity(0, sizeof allowed, &allowed);
    count = desc.jobs = CPU_COUNT(&allowed) > 1 ? 2 : 1;
    desc.pin = true;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    for (i = 0; i < count; i++) {
        REQUIRE((run[i] = se_run("children/slow", i ? "60" : "61", i ? "60" : "61")) != NULL);
        add(pool, run[i]);
    }
    for (i = 0; i < count; i++) {
        STEP_UNTIL(pool, run[i]->pid);
        CHECK(only_cpu(run[i]->pid) >= 0 && CPU_ISSET((size_t)only_cpu(run[i]->pid), &allowed));
    }
    if (count == 2) CHECK(only_cpu(run[0]->pid) != only_cpu(run[1]->pid));
    gem5art_pool_destroy(pool);
    desc.pin = false;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run[0] = se_run("children/slow", "62", "62")) != NULL);
    add(pool, run[0]);
    STEP_UNTIL(pool, run[0]->pid);
    CHECK(count == 1 || only_cpu(run[0]->pid) < 0);
    gem5art_pool_destroy(pool);
    end();
}

TEST(cpus_that_cannot_be_had) {
    gem5art_pool_desc desc = pool_desc(4);
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    first_cpu = 0, cpu_count = 3;
    desc.pin = true;
    CHECK(gem5art_pool_create(db, &desc, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "4 .jobs");
    CHECK_CONTAINS(error.message, "only 3");
    first_cpu = CPU_SETSIZE - 1, cpu_count = desc.jobs = 1; /* one that is gone again, or never was */
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = se_run("children/slow", "0", "0")) != NULL);
    add(pool, run);
    wait_well(pool);
    CHECK_STR(run->status, "Failed");
    CHECK(run->rerunnable);
    CHECK_CONTAINS(run->error, "cannot pin the run to CPU");
    gem5art_pool_destroy(pool);
    cpu_count = 0;
    end();
}
#else
TEST(no_cpus_to_be_had) {
    gem5art_pool_desc desc = pool_desc(1);
    begin();
    desc.pin = true;
    CHECK(gem5art_pool_create(db, &desc, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_UNSUPPORTED);
    end();
}
#endif

/* ---- order */

static gem5art_run *run_with_priority(const char *name, int priority) {
    gem5art_run_desc desc = describe("children/exit_with", name, name);
    desc.priority = priority;
    return create(&desc, false);
}

static gem5art_pool *adding_to;

static void add_an_urgent_one(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == GEM5ART_EVENT_SPAWNED && strcmp(event->run->name, "0b") == 0) add(adding_to, run_with_priority("0f", 9));
}

TEST(the_urgent_ones_go_first) {
    gem5art_pool_desc desc = pool_desc(1);
    begin();
    desc.event = add_an_urgent_one;
    REQUIRE((adding_to = make_pool(&desc)) != NULL);
    add(adding_to, run_with_priority("0a", 0));
    add(adding_to, run_with_priority("0b", 5));
    add(adding_to, run_with_priority("0c", -1));
    add(adding_to, run_with_priority("0d", 5));
    add(adding_to, run_with_priority("0e", 0));
    wait_well(adding_to);
    CHECK(came_in_order("spawned 0b, spawned 0f, spawned 0d, spawned 0a, spawned 0e, spawned 0c, ended 0c"));
    CHECK_INT(last_event.finished, 6);
    gem5art_pool_destroy(adding_to);
    end();
}

/* In whatever order many are added: the pool gives them back sorted, equals as they came. */
TEST(a_queue_of_many) {
    enum { COUNT = 150 };
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    int priority[COUNT], i, last_priority = 99, last_number = -1, seen = 0;
    unsigned random = 1;
    char name[16];
    const char *at;
    begin();
    REQUIRE((pool = make_pool(&desc)) != NULL);
    for (i = 0; i < COUNT; i++) {
        random = random * 1103515245 + 12345;
        priority[i] = (int)(random >> 16) % 11 - 5;
        snprintf(name, sizeof name, "%d", i);
        add(pool, run_with_priority(name, priority[i]));
    }
    gem5art_pool_destroy(pool); /* skips them all */
    for (at = events; (at = strstr(at, "skipped ")) != NULL; seen++) {
        int number = atoi(at += 8);
        CHECK_THAT(priority[number] < last_priority || (priority[number] == last_priority && number > last_number),
                   "%d of priority %d is behind %d of priority %d", number, priority[number], last_number, last_priority);
        last_priority = priority[number], last_number = number;
    }
    CHECK_INT(seen, COUNT);
    end();
}

/* ---- when to stop */

TEST(enough_have_failed) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    begin();
    desc.max_failed = 2;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "a", "1"));
    add(pool, se_run("children/exit_with", "b", "0"));
    add(pool, se_run("children/exit_with", "c", "2"));
    add(pool, se_run("children/exit_with", "d", "3"));
    add(pool, se_run("children/exit_with", "e", "4"));
    wait_well(pool);
    CHECK_STR(events, "spawned a, ended a, spawned b, ended b, spawned c, ended c, skipped d, skipped e");
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    CHECK_CONTAINS(last_error.message, ".max_failed");
    add(pool, se_run("children/exit_with", "f", "5"));
    wait_well(pool);
    CHECK_CONTAINS(events, "skipped e, skipped f");
    gem5art_pool_destroy(pool);
    end();
}

/* Those that run go on, and what was cancelled has not failed. */
TEST(what_runs_goes_on_when_enough_have_failed) {
    gem5art_pool_desc desc = pool_desc(2);
    gem5art_pool *pool;
    gem5art_run *cancelled, *slow;
    begin();
    desc.max_failed = 1;
    desc.grace = -1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((cancelled = se_run("children/slow", "a", "60")) != NULL);
    REQUIRE((slow = se_run("children/slow", "c", "0.5")) != NULL);
    add(pool, cancelled);
    STEP_UNTIL(pool, cancelled->pid);
    CHECK(gem5art_pool_cancel(pool, cancelled->id, &error));
    add(pool, slow);
    add(pool, se_run("children/exit_with", "d", "1"));
    add(pool, se_run("children/exit_with", "e", "2"));
    wait_well(pool);
    CHECK_STR(cancelled->status, "Failed");
    CHECK_STR(slow->status, "Finished");
    CHECK_CONTAINS(events, "ended d, skipped e");
    CHECK_INT(last_event.failed, 2);
    gem5art_pool_destroy(pool);
    end();
}

/* ---- trying again */

/* Exits with 3 so many times, then with 0. */
static gem5art_run *run_that_fails(const char *name, const char *times) {
    gem5art_run_desc desc;
    char params[64];
    snprintf(params, sizeof params, "%s|%s", name, times);
    desc = describe("./again.sh", name, params);
    return create(&desc, false);
}

static void begin_with_failures(void) {
    begin();
    write_text("again.sh", "#!/bin/sh\nshift 3\n"
                           "for i in 1 2 3 4 5 6 7 8 9; do mkdir times-$1.$i 2>/dev/null && break; done\n"
                           "[ $i -gt $2 ] || exit 3\n");
    sh("chmod +x again.sh");
}

TEST(a_run_that_is_tried_again) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    gem5art_run *run, *other;
    char first[40];
    begin_with_failures();
    desc.retries = 2;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = run_that_fails("a", "2")) != NULL);
    REQUIRE((other = run_that_fails("b", "0")) != NULL);
    snprintf(first, sizeof first, "%s", run->id);
    add(pool, run), add(pool, other);
    wait_well(pool);
    CHECK(came_in_order("spawned a, spawned b, ended b"));
    CHECK(came_in_order("spawned a, retried a, spawned a, retried a, spawned a, ended a"));
    CHECK_STR(run->status, "Finished");
    CHECK_STR(run->error, "");
    CHECK_INT(last_event.finished, 2);
    CHECK_INT(last_event.failed, 0);
    gem5art_pool_destroy(pool);
    CHECK_STR(json_member("a/info.json", "_id"), first); /* each attempt has its own */
    CHECK_STR(json_member("a/info.json", "status"), "Failed");
    CHECK_STR(json_member("a/info.json", "return_code"), "3");
    CHECK_STR(json_member("a.2/info.json", "status"), "Failed");
    CHECK_STR(json_member("a.3/info.json", "status"), "Finished");
    CHECK(strcmp(json_member("a.2/info.json", "_id"), json_member("a.3/info.json", "_id")) != 0);
    CHECK(exists("a/results.zip") && exists("a.2/results.zip") && exists("a.3/results.zip"));
    CHECK_INT(recorded("Failed"), 2);
    CHECK_INT(recorded("Finished"), 2);
    end();
}

/* Also over several lives of the harness, and not for ever. */
TEST(what_is_recorded_counts) {
    gem5art_pool_desc desc;
    gem5art_run *run;
    begin_with_failures();
    memset(&desc, 0, sizeof desc);
    REQUIRE((run = run_that_fails("a", "9")) != NULL);
    execute_well(run);
    CHECK(!gem5art_execute(db, run, &desc, &error)); /* no retries by default */
    CHECK_INT(error.code, GEM5ART_EXISTS);
    desc.retries = 2;
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_STR(run->status, "Failed");
    CHECK_INT(recorded("Failed"), 3);
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    desc.retries = 3;
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_INT(recorded("Failed"), 4);
    desc.rerun = true; /* then only those of now */
    desc.retries = 1;
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK_INT(recorded("Failed"), 6);
    REQUIRE((run = run_that_fails("b", "0")) != NULL); /* finished is finished */
    execute_well(run);
    desc.rerun = false;
    desc.retries = 5;
    CHECK(!gem5art_execute(db, run, &desc, &error));
    CHECK_INT(error.code, GEM5ART_EXISTS);
    end();
}

static bool fails(const gem5art_run *run, void *user_data) {
    (void)user_data;
    return run->pid != 0;
}

/* By signal, time-out, panic and the user's check too. */
TEST(all_kinds_of_failures_are_tried_again) {
    gem5art_pool_desc desc = pool_desc(4);
    gem5art_run_desc slow, checked;
    gem5art_pool *pool;
    begin();
    desc.retries = 1;
    desc.grace = -1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    slow = describe("children/slow", "timeout", "60");
    slow.timeout = 0.01;
    checked = describe("children/slow", "check", "61");
    checked.check_failure = fails;
    add(pool, se_run("children/die_by_signal", "signal", "6"));
    add(pool, create(&slow, false));
    add(pool, create(&checked, false));
    add(pool, fs_run("children/panic_then_exit0", "panic", NULL, NULL));
    wait_well(pool);
    CHECK_CONTAINS(events, "retried signal");
    CHECK_CONTAINS(events, "retried timeout");
    CHECK_CONTAINS(events, "retried check");
    CHECK_CONTAINS(events, "retried panic");
    CHECK_INT(last_event.failed, 4);
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded("Failed"), 8);
    end();
}

static gem5art_event_type cancel_when;

static void cancel_from_the_callback(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == cancel_when)
        CHECK(gem5art_pool_cancel(adding_to, event->run->id, &error));
}

TEST(what_is_cancelled_is_not_tried_again) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_run *cancelled, *retried, *changed;
    begin();
    desc.retries = 5;
    desc.grace = -1;
    desc.event = cancel_from_the_callback;
    cancel_when = GEM5ART_EVENT_SPAWNED;
    REQUIRE((adding_to = make_pool(&desc)) != NULL);
    REQUIRE((cancelled = se_run("children/slow", "a", "60")) != NULL);
    add(adding_to, cancelled);
    wait_well(adding_to);
    CHECK_STR(events, "spawned a, killed a, ended a");
    gem5art_pool_destroy(adding_to);
    cancel_when = GEM5ART_EVENT_RETRIED; /* while it waits to be tried again, and its object is released */
    REQUIRE((adding_to = make_pool(&desc)) != NULL);
    REQUIRE((retried = se_run("children/exit_with", "b", "1")) != NULL);
    add(adding_to, retried);
    gem5art_release_run(db, retried);
    wait_well(adding_to);
    CHECK_STR(events, "spawned b, retried b, skipped b");
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    REQUIRE((changed = se_run("children/exit_with", "c", "2")) != NULL); /* nor is one that did not run */
    sh("echo >>repo/run.py");
    monotonic_ahead = GEM5ART_GIT_SECONDS; /* git is asked anew */
    add(adding_to, changed);
    wait_well(adding_to);
    CHECK_CONTAINS(events, "skipped b, ended c");
    CHECK_CONTAINS(changed->status, "Failed artifact check");
    gem5art_pool_destroy(adding_to);
    end();
}

/* Only what is given up has failed. */
TEST(retries_and_failures) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    begin();
    desc.retries = desc.max_failed = 1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    add(pool, se_run("children/exit_with", "a", "1"));
    add(pool, se_run("children/exit_with", "b", "2"));
    wait_well(pool);
    CHECK_STR(events, "spawned a, retried a, spawned b, retried b, spawned a, ended a, skipped b");
    gem5art_pool_destroy(pool);
    end();
}

/* ---- progress */

/* A pool that was killed: what is recorded is skipped, what was lost is recorded and launched, the rest is launched. */
static void be_killed(void) {
    gem5art_pool_desc desc = pool_desc(2);
    gem5art_pool *pool;
    desc.event = NULL;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    add(pool, gem5art_load_run(db, "lost/info.json", &error));
    gem5art_pool_wait(pool, &error);
}

TEST(a_sweep_that_is_resumed) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_event now;
    gem5art_pool *pool;
    pid_t harness;
    begin();
    execute_well(se_run("children/exit_with", "a", "0"));
    execute_well(se_run("children/exit_with", "b", "1"));
    REQUIRE(se_run("children/slow", "lost", "0.7") != NULL);
    close_db();
    harness = start_harness(be_killed);
    WAIT_FOR(strcmp(json_member("lost/info.json", "status"), "Running") == 0);
    kill(harness, SIGKILL);
    end_of(harness);
    REQUIRE(open_db(NULL));
    the_repo = register_path("repo", "git repo", "repo");
    desc.retries = 1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    gem5art_pool_progress(pool, &now);
    CHECK_INT(now.added + now.recorded + now.lost + now.launched + now.retried, 0);
    CHECK(now.eta == 0);
    add(pool, se_run("children/exit_with", "a2", "0"));
    add(pool, se_run("children/exit_with", "b2", "1"));
    add(pool, se_run("children/exit_with", "c", "2"));
    add(pool, se_run("children/slow", "lost", "0.7"));
    CHECK(last_event.eta == -1);
    wait_well(pool);
    CHECK(came_in_order("skipped a2, spawned b2, ended b2"));
    CHECK(came_in_order("spawned b2, spawned c, spawned lost, ended lost"));
    CHECK(came_in_order("spawned c, retried c, spawned c, ended c"));
    gem5art_pool_progress(pool, &now);
    CHECK_INT(now.skipped, 1);
    CHECK_INT(now.recorded, 1);
    CHECK_INT(now.lost, 1);
    CHECK_INT(now.launched, 4);
    CHECK_INT(now.retried, 1);
    CHECK_INT(now.finished, 1);
    CHECK_INT(now.failed, 2);
    CHECK(now.eta == 0);
    CHECK_INT(last_event.lost + last_event.launched, 5); /* the callback is told the same */
    CHECK(last_event.eta == 0);
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded(NULL), 7);
    gem5art_pool_progress(NULL, &now);
    CHECK_INT(now.added, 0);
    end();
}

/* By a clock that is made up: one run took 100 s; with two slots, of the next three one is under way for 40. */
TEST(how_long_it_will_take) {
    gem5art_pool_desc desc = pool_desc(2);
    gem5art_event now;
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = se_run("children/slow", "a", "0.01")) != NULL);
    add(pool, run);
    gem5art_pool_step(pool, 0, &error);
    monotonic_ahead = 100;
    wait_well(pool);
    add_slow(pool, "60");
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_SPAWNED);
    monotonic_ahead += 40;
    add_slow(pool, "61"), add_slow(pool, "62"), add_slow(pool, "63");
    gem5art_pool_progress(pool, &now);
    CHECK_THAT(now.eta > 170 && now.eta < 182, "%g s are left", now.eta); /* (60 + 3 * 100) / 2 */
    monotonic_ahead += 1000; /* one that takes longer than the others is about to end */
    gem5art_pool_progress(pool, &now);
    CHECK_THAT(now.eta > 145 && now.eta < 155, "%g s are left", now.eta);
    gem5art_pool_destroy(pool);
    end();
}

/* ---- clocks that jump */

static gem5art_run *add_with_timeout(gem5art_pool *pool, const char *name, double timeout) {
    gem5art_run_desc desc = describe("children/slow", name, "60");
    gem5art_run *run;
    desc.timeout = timeout;
    if ((run = create(&desc, false)) != NULL) add(pool, run);
    return run;
}

TEST(the_time_of_day_jumps) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    gem5art_run *run;
    int beat;
    begin();
    desc.grace = -1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = add_with_timeout(pool, "a", 50)) != NULL);
    STEP_UNTIL(pool, run->pid);
    wall_ahead = 86400;
    last_event.type = GEM5ART_EVENT_QUEUED;
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    wall_ahead = -86400;
    for (beat = 0; beat < 2; beat++) {
        last_event.type = GEM5ART_EVENT_QUEUED;
        STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    }
    CHECK_STR(events, "spawned a");
    monotonic_ahead = 51; /* but this one counts */
    wait_well(pool);
    CHECK_STR(run->kill_reason, "timeout");
    gem5art_pool_destroy(pool);
    end();
}

/* The host was stopped for an hour: of that a minute counts. */
TEST(a_suspended_host) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    desc.grace = -1;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = add_with_timeout(pool, "a", 150)) != NULL);
    STEP_UNTIL(pool, run->pid);
    monotonic_ahead += 3600;
    last_event.type = GEM5ART_EVENT_QUEUED;
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    CHECK_STR(events, "spawned a");
    monotonic_ahead += 50;
    last_event.type = GEM5ART_EVENT_QUEUED;
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    CHECK_STR(events, "spawned a"); /* 110 of 150 */
    monotonic_ahead += 50;
    wait_well(pool);
    CHECK_STR(events, "spawned a, killed a, ended a");
    CHECK_STR(run->kill_reason, "timeout");
    gem5art_pool_destroy(pool);
    end();
}

TEST(a_suspended_host_is_no_stall) {
    gem5art_pool_desc pool_is = pool_desc(1);
    gem5art_run_desc desc;
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    pool_is.grace = -1;
    REQUIRE((pool = make_pool(&pool_is)) != NULL);
    desc = describe("children/slow", "a", "60");
    desc.stall = 100;
    REQUIRE((run = create(&desc, false)) != NULL);
    add(pool, run);
    STEP_UNTIL(pool, run->pid);
    last_event.type = GEM5ART_EVENT_QUEUED;
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    monotonic_ahead += 3600; /* 60 of 100 */
    last_event.type = GEM5ART_EVENT_QUEUED;
    STEP_UNTIL(pool, last_event.type == GEM5ART_EVENT_BEAT);
    CHECK_STR(events, "spawned a");
    monotonic_ahead += 50; /* 110 of 100 */
    wait_well(pool);
    CHECK_STR(events, "spawned a, killed a, ended a");
    CHECK_STR(run->kill_reason, "stall");
    gem5art_pool_destroy(pool);
    end();
}

/* ---- stopping while something takes long: an artifact without an end is checked, an archive of a terabyte is made */

static gem5art_pool *pool_with_signals(void) {
    gem5art_pool_desc desc = pool_desc(1);
    desc.handle_signals = true;
    return make_pool(&desc);
}

/* A run whose artifacts are being hashed. */
static gem5art_run *begin_a_check(gem5art_pool *pool) {
    gem5art_run *run = se_run("./program", "a", "60");
    struct stat st;
    if (!run || sh("touch program") != 0 || stat("program", &st) < 0) return NULL;
    endless = st.st_ino;
    reading_on = false;
    add(pool, run);
    STEP_UNTIL(pool, reading_on);
    return run;
}

static void check_given_up(gem5art_pool *pool, const gem5art_run *run) {
    wait_well(pool);
    endless = 0;
    CHECK_STR(run->status, "Failed");
    CHECK_STR(run->kill_reason, "sigterm");
    CHECK(run->rerunnable);
    CHECK_INT(last_error.code, GEM5ART_CANCELLED);
    gem5art_pool_destroy(pool);
    CHECK_INT(recorded("Failed"), 1);
}

TEST(a_check_is_given_up) {
    gem5art_pool *pool;
    gem5art_run *run;
    int how;
    for (how = 0; how < 2; how++) {
        begin();
        CHECK_INT(sh("cp %s program", built("children/slow")), 0);
        REQUIRE((pool = pool_with_signals()) != NULL);
        REQUIRE((run = begin_a_check(pool)) != NULL);
        if (how == 0) raise(SIGTERM);
        else CHECK(gem5art_pool_cancel(pool, run->id, &error));
        check_given_up(pool, run);
        end();
    }
}

static void make_a_huge_result(const gem5art_event *event, void *user_data) {
    note_event(event, user_data);
    if (event->type == GEM5ART_EVENT_SPAWNED) CHECK_INT(truncate("a/huge", (off_t)1 << 40), 0);
}

TEST(an_archive_is_given_up) {
    gem5art_pool_desc desc = pool_desc(1);
    gem5art_pool *pool;
    gem5art_run *run;
    begin();
    desc.handle_signals = true;
    desc.event = make_a_huge_result;
    REQUIRE((pool = make_pool(&desc)) != NULL);
    REQUIRE((run = se_run("children/slow", "a", "0.05")) != NULL);
    write_text("a/huge", "");
    add(pool, run);
    STEP_UNTIL(pool, pool->counts.ending == 1);
    STEP_UNTIL(pool, sh("ls a | grep -q tmp-") == 0); /* it is archived now */
    raise(SIGTERM);
    gem5art_pool_step(pool, 0, &error);
    CHECK_INT(gem5art_pool_step(pool, 20, &error), 1); /* with the first, that goes on */
    raise(SIGTERM);
    wait_well(pool);
    CHECK_STR(run->status, "Failed"); /* what is not archived is not a result */
    CHECK(run->rerunnable);
    CHECK(!run->results);
    CHECK_CONTAINS(run->error, "not archived");
    gem5art_pool_destroy(pool);
    CHECK(!exists("a/results.zip"));
    CHECK_INT(sh("test -z \"$(ls a | grep tmp-)\""), 0);
    CHECK_INT(recorded("Failed"), 1);
    end();
}

/* ---- what is recorded of the environment */

TEST(environment_of_a_run) {
    static const char *const set[] = {"GEM5ART_TEST_SET", "a b=c", "GEM5ART_TEST_HOST", "changed", NULL};
    static const char *const names[] = {"GEM5ART_TEST_HOST", "GEM5ART_TEST_KEPT", NULL};
    static const char *const twice[] = {"A", "1", "A", "2", NULL}, *const odd[] = {"A", NULL}, *const no_name[] = {"A=B", "1", NULL};
    gem5art_pool_desc how;
    gem5art_run_desc desc;
    gem5art_run *run;
    begin();
    setenv("GEM5ART_TEST_HOST", "host's", 1);
    setenv("GEM5ART_TEST_KEPT", "kept", 1);
    memset(&how, 0, sizeof how);
    how.environment = names;
    desc = describe("children/report_environment", "out", NULL);
    desc.environment = set;
    REQUIRE((run = gem5art_create_se_run(db, &desc, &error)) != NULL);
    CHECK_THAT(gem5art_execute(db, run, &how, &error), "%s", error.message);
    CHECK(file_contains("out/report.txt", "variable GEM5ART_TEST_SET=a b=c\n"));
    CHECK(file_contains("out/report.txt", "variable GEM5ART_TEST_HOST=changed\n"));
    CHECK(file_contains("out/report.txt", "variable GEM5ART_TEST_KEPT=kept\n"));
    CHECK(!file_contains("out/report.txt", "host's"));
    CHECK(file_contains("out/info.json", "\"GEM5ART_TEST_SET\": \"a b=c\""));
    CHECK(file_contains("out/info.json", "\"GEM5ART_TEST_HOST\": \"changed\""));
    CHECK(file_contains("out/info.json", "\"GEM5ART_TEST_KEPT\": \"kept\""));
    desc.outdir = "other";
    desc.environment = twice;
    CHECK(!gem5art_create_se_run(db, &desc, &error));
    CHECK_CONTAINS(error.message, ".environment has A twice: give it once");
    desc.environment = odd;
    CHECK(!gem5art_create_se_run(db, &desc, &error));
    CHECK_CONTAINS(error.message, ".environment has no value for A");
    desc.environment = no_name;
    CHECK(!gem5art_create_se_run(db, &desc, &error));
    CHECK_CONTAINS(error.message, "\"A=B\" cannot be the name of a variable");
    CHECK_INT(error.code, GEM5ART_INVALID);
    unsetenv("GEM5ART_TEST_HOST");
    unsetenv("GEM5ART_TEST_KEPT");
    end();
}

TEST(environment) {
    const char *names[] = {"GEM5ART_TEST_ONE", "GEM5ART_TEST_UNSET", "GEM5ART_TEST_EMPTY", "GEM5ART_TEST_ONE", NULL};
    const char *odd[] = {"A=B", NULL}, *empty[] = {"", NULL};
    gem5art_pool_desc desc;
    gem5art_pool_desc pool;
    gem5art_run *run;
    const gem5art_run *stored;
    const gem5art_json *object;
    begin();
    memset(&desc, 0, sizeof desc);
    setenv("GEM5ART_TEST_ONE", "a \"b\" \xff\n", 1);
    setenv("GEM5ART_TEST_EMPTY", "", 1);
    unsetenv("GEM5ART_TEST_UNSET");
    desc.environment = names;
    REQUIRE((run = se_run("children/exit_with", "a", "0")) != NULL);
    CHECK(run->environment && !run->environment[0]);
    CHECK(gem5art_execute(db, run, &desc, &error));
    CHECK(file_contains("a/info.json", "\"environment\": {"));
    REQUIRE((stored = gem5art_find_run(db, run->id, &error)) != NULL);
    REQUIRE(stored->environment[0] && stored->environment[1] && stored->environment[2] && stored->environment[3]);
    CHECK_STR(stored->environment[0], "GEM5ART_TEST_ONE");
    CHECK_STR(stored->environment[1], "a \"b\" \xff\n");
    CHECK_STR(stored->environment[2], "GEM5ART_TEST_EMPTY");
    CHECK_STR(stored->environment[3], "");
    CHECK(!stored->environment[4]);
    object = gem5art_json_get(stored->record, "environment");
    REQUIRE(object && object->type == GEM5ART_JSON_OBJECT);
    CHECK_INT(object->count, 2);
    REQUIRE((run = se_run("children/exit_with", "b", "1")) != NULL); /* nobody asked */
    execute_well(run);
    CHECK(!run->environment[0]);
    pool = pool_desc(1);
    pool.environment = odd;
    CHECK(gem5art_pool_create(db, &pool, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_CONTAINS(error.message, "\"A=B\"");
    pool.environment = empty;
    CHECK(gem5art_pool_create(db, &pool, &error) == NULL);
    CHECK_INT(error.code, GEM5ART_INVALID);
    end();
}

int main(int argc, char **argv) { return test_main(argc, argv); }
