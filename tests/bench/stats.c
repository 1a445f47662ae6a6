/* stats.c - one statistic of very many runs, beside grep, Python and pandas on the same files in the same run.

     bench/stats [RUNS]                  default $STATS_RUNS, else 500
     bench/stats FOLDER THREADS NAME...  reads them by tools/lib/stats alone; prints a line for each file

   A run's stats.txt is of 5 MB: 36 dumps of what gem5 wrote (tests/data/stats/o3.txt.gz). 25 different ones lie on the
   disk, which the other runs' names are links to: more than a processor's caches hold. All are in the page cache. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../../tools/lib/stats.h"

#include "programs.h"

const char *tool_name = "bench/stats";

enum { DUMPS = 36, DIFFERENT = 25 };

static int complain(const char *what) {
    fprintf(stderr, "bench/stats: %s\n", what);
    return 1;
}

static char *path_of(const char *folder, long run) { return text_printf("%s/%ld/stats.txt", folder, run); }

/* ---- reading */

static bool note(void *user, const stats_dump *dump, const stats_value *value) {
    (void)dump;
    if (value) *(double *)user = value->value; /* of the last dump */
    return true;
}

static int read_all(const char *folder, size_t threads, const char *const *names, size_t count) {
    stats_filter *filter = stats_filter_new(names, count);
    stats_job *jobs = NULL;
    double *values;
    size_t i, job_count = 0;
    char *path = path_of(folder, 0);
    while (access(path, R_OK) == 0) {
        jobs = (stats_job *)text_room(jobs, job_count, sizeof *jobs);
        memset(&jobs[job_count], 0, sizeof *jobs);
        jobs[job_count].place.path = path;
        jobs[job_count].filter = filter;
        jobs[job_count].visit = note;
        path = path_of(folder, (long)++job_count);
    }
    values = (double *)text_alloc(job_count * sizeof *values);
    for (i = 0; i < job_count; i++) jobs[i].user = &values[i];
    stats_read_many(jobs, job_count, threads);
    for (i = 0; i < job_count; i++) {
        if (!jobs[i].ok) return complain(text_string(&jobs[i].why));
        printf("%s %g\n", jobs[i].place.path, values[i]);
    }
    return 0;
}

/* ---- the files */

/* One dump as gem5 wrote it. */
static char *one_dump(size_t *length) {
    FILE *gzip = popen("gzip -dc tests/data/stats/o3.txt.gz", "r");
    char *dump = (char *)text_alloc(1 << 20);
    *length = gzip ? fread(dump, 1, 1 << 20, gzip) : 0;
    if (gzip) pclose(gzip);
    return dump;
}

static bool fill(const char *folder, long runs) {
    size_t length;
    char *dump = one_dump(&length);
    long run;
    bool ok = length > 0;
    for (run = 0; ok && run < runs; run++) {
        char *path = path_of(folder, run), *first = path_of(folder, run % DIFFERENT);
        char *name = text_copy_n(path, strlen(path) - strlen("/stats.txt"));
        FILE *file;
        int i;
        ok = mkdir(name, 0777) == 0;
        if (run >= DIFFERENT) ok = ok && link(first, path) == 0;
        else if ((file = fopen(path, "w")) != NULL) {
            for (i = 0; ok && i < DUMPS; i++) ok = fwrite(dump, 1, length, file) == length;
            ok = fclose(file) == 0 && ok;
        } else ok = false;
        free(name);
        free(first);
        free(path);
    }
    free(dump);
    return ok;
}

/* A store of the runs, for gem5art-stats. */
static bool put_store(const char *path, const char *folder, long runs) {
    FILE *file = fopen(path, "w");
    long run;
    bool ok = file != NULL;
    for (run = 0; ok && run < runs; run++)
        ok = fprintf(file, "%s{\"_id\":\"%ld\",\"hash\":\"%ld\",\"type\":\"gem5 run\",\"name\":\"run %ld\","
                     "\"status\":\"Finished\",\"outdir\":\"%s/%ld\"}",
                     run ? ",\n" : "[\n", run, run, run, folder, run) > 0;
    ok = ok && fputs("]\n", file) >= 0;
    return file && fclose(file) == 0 && ok;
}

/* ---- beside others */

static const char python[] = "import glob, sys\n"
    "for name in glob.glob(sys.argv[1] + '/*/stats.txt'):\n"
    "    with open(name) as lines:\n"
    "        for line in lines:\n"
    "            if line.startswith('system.cpu.ipc '):\n"
    "                value = float(line.split()[1])\n"
    "    print(name, value)\n";

/* As scripts in notebooks do it. */
static const char pandas[] = "import glob, sys\n"
    "import pandas\n"
    "rows = []\n"
    "for name in glob.glob(sys.argv[1] + '/*/stats.txt'):\n"
    "    with open(name) as file:\n"
    "        lines = [line.split()[:2] for line in file if line[:1].isalpha()]\n"
    "    table = pandas.DataFrame(lines, columns=['name', 'value'])\n"
    "    table['value'] = pandas.to_numeric(table['value'], errors='coerce')\n"
    "    rows.append(table[table['name'] == 'system.cpu.ipc']['value'].iloc[-1])\n"
    "print(pandas.Series(rows).describe())\n";

static bool has_pandas(void) { return system("python3 -c 'import pandas' 2>/dev/null") == 0; }

static void measure(const char *self, const char *tool, const char *store, const char *folder, const char *output) {
    program programs[] = {
        {"gem5art-stats, one statistic", {tool, "--db-uri", store, "system.cpu.ipc", NULL}, {0, 0}, false},
        {"one statistic, on all processors", {self, folder, "0", "system.cpu.ipc", NULL}, {0, 0}, false},
        {"one statistic, on one", {self, folder, "1", "system.cpu.ipc", NULL}, {0, 0}, false},
        {"grep -F", {"grep", "-rhF", "system.cpu.ipc ", folder, NULL}, {0, 0}, false},
        {"20 statistics by a glob, on one", {self, folder, "1", "system.cpu.commitStats0.*", NULL}, {0, 0}, false},
        {"all statistics, on one", {self, folder, "1", "**", NULL}, {0, 0}, false},
        {"Python, line by line", {"python3", "-c", python, folder, NULL}, {0, 0}, false},
        {"pandas", {"python3", "-c", pandas, folder, NULL}, {0, 0}, false}};
    programs[7].missing = !has_pandas();
    compare(output, programs, sizeof programs / sizeof *programs);
}

int main(int argc, char **argv) {
    const char *variable = getenv("STATS_RUNS"), *base = getenv("TMPDIR"), *build = getenv("BUILD");
    long runs = argc > 1 ? atol(argv[1]) : variable ? atol(variable) : 500;
    char *folder, *runs_folder, *store, *tool;
    const char *remove[] = {"rm", "-rf", NULL, NULL};
    cost unused = {0, 0};
    int status = 0;
    if (argc > 3) return read_all(argv[1], (size_t)atol(argv[2]), (const char *const *)argv + 3, (size_t)argc - 3);
    folder = text_printf("%s/bench-stats-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder)) return complain("cannot make a folder");
    runs_folder = text_printf("%s/runs", folder);
    store = text_printf("%s/db.json", folder);
    tool = text_printf("%s/gem5art-stats", build ? build : "build");
    if (mkdir(runs_folder, 0777) == 0 && fill(runs_folder, runs) && put_store(store, runs_folder, runs)) {
        printf("%ld runs, a stats.txt of 5 MB each:\n", runs);
        measure(argv[0], tool, store, runs_folder, folder);
    } else status = complain("cannot write the files");
    remove[2] = folder;
    run_once("/tmp", remove, &unused);
    return status;
}
