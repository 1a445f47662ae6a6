/* pool.c - many runs of a program that exits at once, through one pool, beside xargs -P and GNU parallel --joblog in the same
   run, from a small host and from one with much memory in use.

     bench/pool [GIGABYTES]      default 8, as far as half of the memory that is free allows; 0: the small host only.
                                 $POOL_RUNS runs, else 1000

   A run of the pool has all that makes it a record: its binary and two git repos of 100 files are checked, info.json is
   replaced at each state, the outdir is zipped and hashed, and run and archive are on the disk. xargs keeps nothing, and
   parallel a line in its log. Each host is a process of its own.

   Where the rest goes is decided by the disk, four syncs a run, which one line leaves out, and by the file system: ext4
   passes over every inode that was freed in the last minutes, one by one, whenever a file is made. What was removed just
   before counts, so nothing is removed here until all is measured. The line of /dev/shm is what is left of that. */
#include "../calls.h"

#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"

enum { JOBS = 2 };

static int runs = 1000;

static const char *variant; /* what is measured now; NULL: the whole of it */

static call_counts pool_calls; /* of the whole pool, without its warden */

static const char *child; /* children/exit_with */
static bool all_well = true;

static void line(const char *what, double ms, double peer) {
    printf("  %-52s %8.2f", what, ms);
    if (peer > 0) printf("   %.2f times xargs", ms / peer);
    printf("\n");
    fflush(stdout);
}

static bool complain(void) {
    fprintf(stderr, "%s\n", error.message);
    return all_well = false;
}

/* ---- ours */

static gem5art_run *new_run(gem5art_run_desc *desc, int n) {
    char number[32], outdir[64];
    const char *params[3];
    snprintf(number, sizeof number, "%d", n);
    snprintf(outdir, sizeof outdir, "out/%d", n);
    params[0] = number, params[1] = "0" /* the exit status */, params[2] = NULL;
    desc->name = number, desc->outdir = outdir, desc->params = params;
    return gem5art_create_se_run(db, desc, &error);
}

/* The runs are made before the clock starts: they belong to whoever prepares a sweep. */
static double pool_of_runs(double *created) {
    gem5art_run_desc run_desc;
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    double start = gem5art__monotonic(), seconds;
    int n;
    memset(&run_desc, 0, sizeof run_desc);
    memset(&desc, 0, sizeof desc);
    run_desc.gem5_artifact = register_path("gem5", "gem5 binary", child);
    run_desc.gem5_git_artifact = register_path("gem5 source", "git repo", "gem5");
    run_desc.run_script_git_artifact = register_path("experiment", "git repo", "experiment");
    run_desc.run_script = "experiment/run.py";
    desc.jobs = JOBS;
    if ((pool = gem5art_pool_create(db, &desc, &error)) == NULL) return complain();
    *created = (gem5art__monotonic() - start) * 1e3;
    for (n = 0; n < runs; n++) {
        gem5art_run *run = new_run(&run_desc, n);
        if (!run || !gem5art_pool_add(pool, run, &error)) complain();
    }
    start = gem5art__monotonic();
    counted = no_calls;
    if (!gem5art_pool_wait(pool, &error)) complain();
    seconds = gem5art__monotonic() - start;
    pool_calls = counted;
    gem5art_pool_destroy(pool);
    return seconds * 1e3 / runs;
}

static int count_finished(void) {
    gem5art_query query;
    gem5art_iter *iter;
    int count = 0;
    memset(&query, 0, sizeof query);
    query.status = "Finished";
    iter = gem5art_get_runs(db, &query, &error);
    while (iter && gem5art_next_run(iter, &error)) count++;
    gem5art_iter_close(iter);
    return count;
}

/* In a process of its own, with so much memory in use. */
static int be_host(int gigabytes, double peer) {
    size_t size = (size_t)gigabytes << 30;
    char *memory = size ? (char *)malloc(size) : NULL, what[64];
    double ours, created = 0;
    if (size && !memory) return 1;
    if (memory) memset(memory, 1, size);
    fixture_begin();
    make_repo("gem5");
    make_repo("experiment");
    sh("for repo in gem5 experiment; do cd $repo; for i in $(seq 99); do echo $i > file-$i; done; git add -A; git commit -qm more; cd ..; done");
    if (!open_db(NULL)) return 1;
    ours = pool_of_runs(&created);
    if (count_finished() != runs) fprintf(stderr, "only %d runs are recorded\n", count_finished()), all_well = false;
    snprintf(what, sizeof what, "gem5art_pool, all recorded, host of %d %s", gigabytes ? gigabytes : 10, gigabytes ? "GB" : "MB");
    line(variant ? variant : what, ours, peer);
    if (!variant)
        printf("    %.0f calls of the host, %.1f files and folders, %.1f syncs a run\n", (double)pool_calls.calls / runs,
               (double)pool_calls.files / runs, (double)pool_calls.syncs / runs);
    if (!variant) printf("  %-52s %8.2f once\n", "  three artifacts registered, and the pool created", created);
    fflush(stdout);
    free(memory);
    return !all_well;
}

/* ---- peers */

static double xargs(void) {
    double start = gem5art__monotonic();
    if (sh("seq %d | sed 's/.*/0/' | xargs -P %d -n 1 %s", runs, JOBS, child) != 0) all_well = false;
    return (gem5art__monotonic() - start) * 1e3 / runs;
}

/* Negative: it is not here. */
static double parallel(void) {
    double start;
    if (sh("parallel --version >/dev/null 2>&1") != 0) return -1;
    start = gem5art__monotonic();
    if (sh("seq %d | sed 's/.*/0/' | parallel --will-cite -j %d --joblog joblog %s", runs, JOBS, child) != 0) all_well = false;
    return (gem5art__monotonic() - start) * 1e3 / runs;
}

static int gigabytes_to_use(int wanted) {
    long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    double free_gigabytes = (double)pages * (double)size / (1 << 30);
    return wanted < free_gigabytes / 2 ? wanted : (int)(free_gigabytes / 2);
}

static void measure_host(int gigabytes, double peer) {
    int status = 0;
    pid_t pid;
    fflush(stdout);
    if ((pid = fork()) == 0) _exit(be_host(gigabytes, peer));
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) all_well = false;
}

static void measure_without_syncs(double peer) {
    variant = "  the same, nothing synced";
    without_syncs = true;
    measure_host(0, peer);
    without_syncs = false;
    variant = NULL;
}

/* On a file system in memory, where there is one. */
static void measure_in_memory(double peer) {
    char folder[] = "/dev/shm/gem5art-bench-XXXXXX";
    if (!mkdtemp(folder)) return;
    setenv("TMPDIR", folder, 1);
    variant = "  the same, in /dev/shm";
    measure_host(0, peer);
    variant = NULL;
    setenv("TMPDIR", fixture_folder, 1);
    sh("rm -rf %s", folder);
}

int main(int argc, char **argv) {
    int large = gigabytes_to_use(argc > 1 ? atoi(argv[1]) : 8);
    double peer, other;
    child = built("children/exit_with");
    if (getenv("POOL_RUNS")) runs = atoi(getenv("POOL_RUNS"));
    fixture_begin();
    setenv("TMPDIR", fixture_folder, 1); /* of the hosts, too */
    printf("%d runs of a program that exits at once, %d at a time, in ms a run\n", runs, JOBS);
    peer = xargs();
    line("xargs -P, nothing recorded", peer, 0);
    measure_host(0, peer);
    measure_without_syncs(peer);
    measure_in_memory(peer);
    if (large) measure_host(large, peer);
    other = parallel();
    if (other < 0) printf("  GNU parallel is not here\n");
    else line("GNU parallel --joblog", other, peer);
    fixture_end();
    return all_well ? 0 : 1;
}
