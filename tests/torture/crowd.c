/* crowd.c - 10,000 runs through one pool, 64 at a time, that end in every way: nothing is left of them but their records.
   Checked while they run: the memory of the host, its descriptors, its threads, and the descriptors of the warden; at the
   end: no child, no process of theirs, no live entry, each run recorded once with the outcome it had, a sound store. */
#include "../runner.h"
#include "torture.h"

enum { JOBS = 64, AHEAD = 2 * JOBS, HOST_THREADS = 1 + 2 * GEM5ART__MAX_WORKERS + 2 }; /* see gem5art__start_sharing */

/* ---- the kinds of runs, in turn */

typedef struct kind {
    const char *program, *parameter;
    double timeout;
    const char *status, *kill_reason;
} kind;

static const kind kinds[] = {
    {"children/exit_with", "0", 0, "Finished", ""},        {"children/exit_with", "3", 0, "Failed", ""},
    {"children/die_by_signal", "11", 0, "Failed", ""},     {"children/slow", "0.02", 0, "Finished", ""},
    {"children/exit_with", "0", 0, "Finished", ""},        {"./no-interpreter", "0", 0, "Failed", ""},
    {"children/slow", "600", 0.05, "Failed", "timeout"},   {"children/exit_with", "0", 0, "Finished", ""},
    {"children/slow", "601", 0, "Failed", "sigterm"},      {"children/fork_daemon", "0", 0, "Finished", ""},
};
enum { KINDS = sizeof kinds / sizeof *kinds, CANCELLED_KIND = 8 };

static int total, added, ended;
static gem5art_pool *pool;

static gem5art_run_desc descs[KINDS];

/* Artifacts are the db's until its end: each is registered once. */
static void register_kinds(void) {
    int k;
    for (k = 0; k < KINDS; k++) descs[k] = describe(kinds[k].program, "", NULL);
}

/* Released at once: it stays until it has ended. */
static void add_one(void) {
    const kind *k = &kinds[added % KINDS];
    gem5art_run_desc desc = descs[added % KINDS];
    const char *params[3];
    gem5art_run *run;
    char outdir[32], number[16];
    snprintf(number, sizeof number, "%d", added);
    snprintf(outdir, sizeof outdir, "out/%d", added++);
    params[0] = number, params[1] = k->parameter, params[2] = NULL;
    desc.name = desc.outdir = outdir;
    desc.params = params;
    desc.timeout = k->timeout;
    run = create(&desc, false);
    if (!run) return;
    if (!gem5art_pool_add(pool, run, &error)) test_fail(__FILE__, __LINE__, "%s: %s", outdir, error.message);
    gem5art_release_run(db, run);
}

/* ---- what may not grow */

static int count_entries(const char *folder) { /* -1: not to be known here */
    DIR *dir = opendir(folder);
    int count = 0;
    if (!dir) return -1;
    while (readdir(dir)) count++;
    closedir(dir);
    return count - 2;
}

static long resident_kib(void) {
    char *text = read_text("/proc/self/status"), *line = strstr(text, "VmRSS:");
    long kib = line ? atol(line + 6) : -1;
    free(text);
    return kib;
}

static long alive_early, kib_early;
static int descriptors_early;

static void look_at_host(void) {
    char warden[64];
    int descriptors = count_entries("/proc/self/fd"), threads = count_entries("/proc/self/task");
    long kib = resident_kib();
    snprintf(warden, sizeof warden, "/proc/%ld/fd", (long)pool->warden.pid);
    CHECK_THAT(threads <= HOST_THREADS, "%d threads", threads);
    CHECK(count_entries(warden) <= 6 + 2 * JOBS); /* 0, 1, 2, two pipes, its list of children; and what it has between fork and exec */
    if (!alive_early) {
        alive_early = memory_alive, kib_early = kib, descriptors_early = descriptors;
        return;
    }
    CHECK_THAT(memory_alive - alive_early < 20 * JOBS, "%ld pieces of memory more than early on", memory_alive - alive_early);
    CHECK_THAT(kib - kib_early < 8192, "%ld KiB more than early on", kib - kib_early);
    CHECK_THAT(descriptors - descriptors_early < 3 * GEM5ART__MAX_WORKERS, "%d descriptors more than early on",
               descriptors - descriptors_early);
}

static void note(const gem5art_event *event, void *user_data) {
    (void)user_data;
    if (event->type == GEM5ART_EVENT_SPAWNED && atoi(event->run->params[0]) % KINDS == CANCELLED_KIND)
        CHECK(gem5art_pool_cancel(pool, event->run->id, &error));
    CHECK(event->running <= JOBS && event->running + event->ending <= 2 * JOBS);
    if (event->type != GEM5ART_EVENT_ENDED) return;
    if (++ended >= total / 10 && ended <= total - AHEAD && ended % (total / 10) == 0) look_at_host();
    if (added < total) add_one();
}

/* ---- what must be there at the end */

static void check_records(void) {
    unsigned char *seen = (unsigned char *)calloc((size_t)total, 1);
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    int count = 0, wrong = 0;
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        int n = atoi(run->params[0]);
        const kind *k = &kinds[n % KINDS];
        count++;
        if (n < 0 || n >= total || seen[n]++) wrong++;
        else if (strcmp(run->status, k->status) != 0 || strcmp(run->kill_reason, k->kill_reason) != 0)
            if (wrong++ < 5) printf("run %d: %s, \"%s\": %s\n", n, run->status, run->kill_reason, run->error);
    }
    gem5art_iter_close(iter);
    free(seen);
    CHECK_INT(error.code, GEM5ART_OK);
    CHECK_INT(count, total);
    CHECK_INT(wrong, 0);
    CHECK_INT(sh("%s --db-uri %s >/dev/null", built("gem5art-fsck"), STORE_URI), 0);
}

TEST(ten_thousand_runs) {
    gem5art_pool_desc desc;
    int i;
    torture_begin(1, 1);
    total = torture_scaled(10000, 400);
    begin();
    CHECK_INT(sh("printf '#!/no/such/interpreter\\n' > no-interpreter && chmod +x no-interpreter"), 0);
    register_kinds();
    memset(&desc, 0, sizeof desc);
    desc.jobs = JOBS;
    desc.event = note;
    desc.grace = -1;
    REQUIRE((pool = gem5art_pool_create(db, &desc, &error)) != NULL);
    for (i = 0; i < AHEAD && added < total; i++) add_one();
    CHECK_THAT(gem5art_pool_wait(pool, &error), "%s", error.message);
    CHECK_INT(ended, total);
    gem5art_pool_destroy(pool);
    check_records();
    CHECK(sh("ps -e -o args | grep -q '[o]utdir=%s'", fixture_folder) != 0); /* no process of theirs */
    end(); /* no memory, descriptor, child or live entry */
}

int main(int argc, char **argv) { return test_main(argc, argv); }
