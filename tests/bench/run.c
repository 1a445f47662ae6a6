/* run.c - what a recorded run costs beside bare fork + exec + wait. (Many in a pool: pool.c.)

     make bench, or: BUILD=$PWD/build build/bench/run

   The child is one that exits at once; it stands for a gem5 binary of 16 KiB or so. An experiment is made under $TMPDIR
   (else /tmp): two git repos of 100 files each and a store. All that a run is recorded with is done: the binary is
   checked and both repos are asked for their state before each launch (in a pool, every GEM5ART_GIT_SECONDS), the outdir is zipped behind it, the zip is
   hashed, and both records are on the disk when the run counts as ended. Times are medians. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"

enum { RUNS = 60 };

static const char *child; /* children/exit_with */
static gem5art_run_desc run_desc;

static gem5art_run *new_run(int n) {
    char name[32], number[32];
    const char *params[3];
    snprintf(name, sizeof name, "out-%d", n);
    snprintf(number, sizeof number, "%d", n);
    params[0] = number;
    params[1] = "0"; /* the exit status */
    params[2] = NULL;
    run_desc.name = run_desc.outdir = name;
    run_desc.params = params;
    return gem5art_create_se_run(db, &run_desc, &error);
}

/* ---- the things to be timed: each returns false where it failed */

static bool bare(int n) {
    int status = -1;
    pid_t pid = fork();
    (void)n;
    if (pid == 0) {
        execl(child, child, "0", (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static gem5art_run *runs[RUNS];

static bool create(int n) { return (runs[n] = new_run(n)) != NULL; }
static bool execute(int n) { return gem5art_execute(db, runs[n], NULL, &error); }

static bool warden(int n) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    (void)n;
    memset(&desc, 0, sizeof desc);
    desc.jobs = 1;
    pool = gem5art_pool_create(db, &desc, &error);
    gem5art_pool_destroy(pool);
    return pool != NULL;
}

static bool check(int n) {
    (void)n;
    return gem5art__check(NULL, run_desc.gem5_artifact, child, &error) &&
           gem5art__check(NULL, run_desc.gem5_git_artifact, "gem5", &error) &&
           gem5art__check(NULL, run_desc.run_script_git_artifact, "experiment", &error);
}

static bool git_status(int n) {
    char hash[65];
    (void)n;
    return gem5art__git_commit("gem5", GEM5ART__GIT_DEPTH, hash, &error);
}

static bool info(int n) {
    DIR *outdir = gem5art__open_outdir(runs[n]->outdir, NULL, &error);
    bool ok = outdir && gem5art__write_info(runs[n], outdir, &error);
    gem5art__close_folder(outdir);
    return ok;
}

static bool archive(int n) {
    gem5art__buf notes = {NULL, 0, 0, false};
    DIR *outdir = gem5art__open_outdir(runs[n]->outdir, NULL, &error);
    char hash[65];
    bool ok = outdir && gem5art__archive(outdir, runs[n]->outdir, NULL, NULL, GEM5ART__RESULTS, &notes, hash, NULL, &error);
    gem5art__close_folder(outdir);
    gem5art__buf_free(&notes);
    return ok;
}

static gem5art_db *scratch; /* another store */
static bool append(int n) { return gem5art__record_run(scratch, runs[n], NULL, &error); }

/* ---- the clock */

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool all_well = true;

/* The median of RUNS times, in milliseconds. */
static double median(bool (*work)(int)) {
    double times[RUNS];
    int n;
    for (n = 0; n < RUNS; n++) {
        double start = gem5art__monotonic();
        if (!work(n)) {
            fprintf(stderr, "run %d: %s\n", n, error.message);
            all_well = false;
        }
        times[n] = (gem5art__monotonic() - start) * 1e3;
    }
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
}

static void line(const char *what, double ms) { printf("  %-58s %8.2f\n", what, ms); }

int main(void) {
    double bare_ms, execute_ms;
    child = built("children/exit_with");
    fixture_begin();
    make_repo("gem5");
    make_repo("experiment");
    sh("for repo in gem5 experiment; do cd $repo; for i in $(seq 99); do echo $i > file-$i; done; git add -A; git commit -qm more; cd ..; done");
    if (!open_db(NULL) || (scratch = gem5art_open("scratch.json", NULL, &error)) == NULL) return 1;
    run_desc.gem5_artifact = register_path("gem5", "gem5 binary", child);
    run_desc.gem5_git_artifact = register_path("gem5 source", "git repo", "gem5");
    run_desc.run_script_git_artifact = register_path("experiment", "git repo", "experiment");
    run_desc.run_script = "experiment/run.py";

    printf("One recorded run of a program that exits at once, in ms (median of %d)\n", RUNS);
    bare_ms = median(bare);
    line("bare fork + exec + wait", bare_ms);
    line("gem5art_create_se_run", median(create));
    execute_ms = median(execute);
    line("gem5art_execute", execute_ms);
    line("what that is over bare (target: under 10)", execute_ms - bare_ms);
    printf("Where it goes, each part alone\n");
    line("a warden started and ended", median(warden));
    line("all artifacts checked, as in a pool's first run: 1 file, 2 git repos", median(check));
    line("one git status", median(git_status));
    line("one info.json replaced (there are 4)", median(info));
    line("results.zip written, on disk, and hashed", median(archive));
    line("one durable append to a store", median(append));
    gem5art_close(scratch, NULL);
    fixture_end();
    return all_well ? 0 : 1;
}
