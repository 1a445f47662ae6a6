/* growth.c - how costs grow with runs, bytes of an artifact and jobs: a table, growth.csv and growth.svg in $BUILD.

     bench/growth [RUNS [MEGABYTES]]      default $SCALE_RUNS, else 100000, and $GROWTH_MB, else 1024

   Each cost is taken at ten times as many runs, four times as many bytes, twice as many jobs as before; the best of
   three turns counts. Its exponent is the slope of a straight line through the larger half of its points, on logarithmic
   axes: 0 is a cost that stays, 1 one that is proportional. Artifacts are sparse files, so that no disk is timed. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"

#include "../../tools/lib/svg.h"

#include "programs.h"

#include <math.h>

const char *tool_name = "bench/growth";

enum { POINTS = 16, JOBS_MOST = 64 };

typedef double cost_at(long size); /* seconds */
typedef struct growth {
    const char *what, *unit;
    long first, factor, last;
    bool (*prepare)(long size); /* NULL: nothing */
    cost_at *cost;
    double sizes[POINTS], seconds[POINTS], exponent;
    size_t count;
} growth;

static const char *tools_folder;
static double began;
static double since(void) { return gem5art__monotonic() - began; }

/* ---- a store of many runs */

static bool put_run(FILE *file, long n) {
    static const char *const params[] = {"timing", "MESI_Two_Level", "4", "init", NULL};
    static gem5art__buf line;
    char id[64], hash[96], outdir[128];
    gem5art_run run;
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    snprintf(id, sizeof id, "%08x-0000-4000-8000-%012lx", (unsigned)n * 2654435761u, n);
    snprintf(hash, sizeof hash, "%056lx%08x", n, (unsigned)n * 2246822519u);
    snprintf(outdir, sizeof outdir, "/home/someone/results/run_exit/vmlinux-5.4.49/boot-exit/timing/%ld", n);
    run.id = id, run.hash = hash, run.type = gem5art__type_fs, run.name = "boot", run.status = "Finished";
    run.gem5_artifact = run.gem5_git_artifact = run.run_script_git_artifact = run.results = id;
    run.outdir = outdir, run.params = run.command = params;
    line.length = 0;
    gem5art__puts(&line, n ? ",\n" : "[\n");
    return gem5art__put_object_line(&line, gem5art__run_fields, &run, true, NULL, &error) &&
           fwrite(line.data, 1, line.length, file) == line.length;
}

static bool fill_store(long runs) {
    FILE *file = (unlink(STORE_PATH), fopen(STORE_PATH, "w"));
    bool ok = file != NULL;
    long n;
    for (n = 0; ok && n < runs; n++) ok = put_run(file, n);
    if (file) ok = fputs("]\n", file) >= 0 && fclose(file) == 0 && ok;
    return ok;
}

static double tool(const char *name, const char *last) {
    char path[PATH_MAX];
    const char *argv[] = {path, "--db-uri", STORE_PATH, last, NULL};
    cost taken = {0, 0};
    snprintf(path, sizeof path, "%s/%s", tools_folder, name);
    return run_once(".", argv, &taken) ? taken.seconds : -1;
}

static double dump(long runs) { return (void)runs, tool("gem5art-getruns", "-"); }
static double table(long runs) { return (void)runs, tool("gem5art-ls", NULL); }

static double append(long runs) {
    char bytes[64];
    snprintf(bytes, sizeof bytes, "%ld %f", runs, gem5art__monotonic()); /* a file that is not registered yet */
    write_text("new", bytes);
    began = gem5art__monotonic();
    if (!open_db(NULL) || !register_path("new", "file", "new")) return -1;
    close_db();
    return since();
}

/* ---- a large artifact */

static bool make_large(long megabytes) {
    int fd = (unlink(STORE_PATH), open("large", O_RDWR | O_CREAT | O_TRUNC, 0666));
    return fd >= 0 && ftruncate(fd, (off_t)megabytes << 20) == 0 && close(fd) == 0;
}

static double hash_large(long megabytes) {
    (void)megabytes;
    unlink(STORE_PATH);
    sh("rm -rf %s.*", STORE_PATH);
    utimensat(AT_FDCWD, "large", NULL, 0); /* no hash of it is remembered */
    began = gem5art__monotonic();
    if (!open_db(NULL) || !register_path("large", "disk image", "large")) return -1;
    close_db();
    return since();
}

/* ---- jobs */

static bool make_sources(long jobs) {
    if (jobs > 1) return true;
    make_repo("gem5");
    make_repo("experiment");
    return true;
}

/* As many runs of a program that exits at once as jobs. */
static bool add_runs(gem5art_pool *pool, long jobs) {
    static int made;
    char number[32], outdir[64];
    const char *params[] = {number, "0" /* the exit status */, NULL};
    gem5art_run_desc desc;
    long n;
    memset(&desc, 0, sizeof desc);
    desc.gem5_artifact = register_path("gem5", "gem5 binary", built("children/exit_with"));
    desc.gem5_git_artifact = register_path("gem5 source", "git repo", "gem5");
    desc.run_script_git_artifact = register_path("experiment", "git repo", "experiment");
    desc.run_script = "experiment/run.py";
    for (n = 0; n < jobs; n++) {
        gem5art_run *run;
        snprintf(number, sizeof number, "%d", made++);
        snprintf(outdir, sizeof outdir, "out/%s", number);
        desc.name = number, desc.outdir = outdir, desc.params = params;
        run = gem5art_create_se_run(db, &desc, &error);
        if (!run || !gem5art_pool_add(pool, run, &error)) return false;
    }
    return true;
}

static double run_jobs(long jobs) {
    gem5art_pool_desc desc;
    gem5art_pool *pool;
    bool ok;
    memset(&desc, 0, sizeof desc);
    desc.jobs = (int)jobs;
    if (!open_db(NULL) || (pool = gem5art_pool_create(db, &desc, &error)) == NULL) return -1;
    ok = add_runs(pool, jobs);
    began = gem5art__monotonic();
    ok = ok && gem5art_pool_wait(pool, &error);
    began = since();
    gem5art_pool_destroy(pool);
    close_db();
    return ok ? began : -1;
}

/* ---- measuring */

static double best_cost(const growth *g, long size) {
    double best = g->cost(size), again;
    int turn;
    for (turn = 1; turn < TURNS && best >= 0 && best < 5; turn++)
        if ((again = g->cost(size)) < best) best = again;
    return best;
}

/* The slope of the larger half of the points, at least two. */
static double exponent_of(const growth *g) {
    size_t first = g->count > 2 ? g->count / 2 : 0, i;
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (i = first; i < g->count; i++) {
        double a = log(g->sizes[i]), b = log(g->seconds[i]);
        n++, x += a, y += b, xx += a * a, xy += a * b;
    }
    return n < 2 ? NAN : (n * xy - x * y) / (n * xx - x * x);
}

static bool measure(growth *g, FILE *csv) {
    long size;
    printf("%s\n", g->what);
    for (size = g->first; size <= g->last && g->count < POINTS; size *= g->factor) {
        double seconds = !g->prepare || g->prepare(size) ? best_cost(g, size) : -1;
        if (seconds < 0) return fprintf(stderr, "%s: %s, %ld %s: %s\n", tool_name, g->what, size, g->unit, error.message), false;
        g->sizes[g->count] = (double)size;
        g->seconds[g->count++] = seconds;
        printf("  %9ld %-8s %12.6f s\n", size, g->unit, seconds);
        fprintf(csv, "%s,%s,%ld,%.6f\n", g->what, g->unit, size, seconds);
        fflush(stdout);
    }
    g->exponent = exponent_of(g);
    printf("  grows with the power %.2f of %s\n", g->exponent, g->unit);
    return true;
}

static bool draw(const growth *all, size_t count, const char *path) {
    figure f;
    text svg = {NULL, 0, 0}, trouble = {NULL, 0, 0};
    FILE *file = NULL;
    bool ok;
    size_t i, n;
    memset(&f, 0, sizeof f);
    f.kind = FIGURE_LINE, f.width = FIGURE_PAGE, f.log_x = f.log_y = true;
    f.title = text_copy("How costs grow"), f.x_label = text_copy("runs, megabytes or jobs"), f.y_label = text_copy("seconds");
    for (i = 0; i < count; i++) {
        char *name = text_printf("%s: %s^%.2f", all[i].what, all[i].unit, all[i].exponent);
        figure_series *s = figure_add_series(&f, name, all[i].count);
        for (n = 0; n < all[i].count; n++) s->x[n] = all[i].sizes[n], s->y[n] = all[i].seconds[n];
        free(name);
    }
    ok = figure_check(&f, &trouble) && (svg_figure(&svg, &f), file = fopen(path, "w")) != NULL &&
         fwrite(svg.data, 1, svg.length, file) == svg.length;
    if (file) ok = fclose(file) == 0 && ok;
    if (!ok) fprintf(stderr, "%s: cannot write %s: %s\n", tool_name, path, trouble.length ? trouble.data : strerror(errno));
    figure_free(&f);
    text_free(&svg);
    text_free(&trouble);
    return ok;
}

static long chosen(int argc, char **argv, int place, const char *variable, long otherwise) {
    const char *given = argc > place ? argv[place] : getenv(variable);
    return given ? atol(given) : otherwise;
}

int main(int argc, char **argv) {
    const long runs = chosen(argc, argv, 1, "SCALE_RUNS", 100000), megabytes = chosen(argc, argv, 2, "GROWTH_MB", 1024);
    growth all[] = {{"dump of a store", "runs", 100, 10, runs, fill_store, dump, {0}, {0}, 0, 0},
                    {"table of a store", "runs", 100, 10, runs, fill_store, table, {0}, {0}, 0, 0},
                    {"registering in a store", "runs", 100, 10, runs, fill_store, append, {0}, {0}, 0, 0},
                    {"registering a file", "MB", 1, 4, megabytes, make_large, hash_large, {0}, {0}, 0, 0},
                    {"a pool with a run a job", "jobs", 1, 2, JOBS_MOST, make_sources, run_jobs, {0}, {0}, 0, 0}};
    const size_t count = sizeof all / sizeof *all;
    char csv_path[PATH_MAX], svg_path[PATH_MAX], build[PATH_MAX];
    bool ok = realpath(getenv("BUILD") ? getenv("BUILD") : "build", build) != NULL;
    FILE *csv = NULL;
    size_t i;
    tools_folder = build;
    snprintf(csv_path, sizeof csv_path, "%.4000s/growth.csv", build);
    snprintf(svg_path, sizeof svg_path, "%.4000s/growth.svg", build);
    if (!ok || (csv = fopen(csv_path, "w")) == NULL) {
        perror(csv_path);
        return 1;
    }
    fixture_begin();
    fprintf(csv, "cost,unit,size,seconds\n");
    for (i = 0; ok && i < count; i++) ok = measure(&all[i], csv);
    fixture_end();
    ok = fclose(csv) == 0 && ok && draw(all, count, svg_path);
    if (ok) printf("written: %s, %s\n", csv_path, svg_path);
    return ok && test_failures_here == 0 ? 0 : 1;
}
