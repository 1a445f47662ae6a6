/* ls.c - gem5art-ls on a store of very many runs, beside jq and `grep -c` on the same file in the same run.

     bench/ls [RUNS]      default $SCALE_RUNS, else 100000

   The records are what runs leave: the five artifacts of all, then for each run the artifact of its archive and the run
   itself, an FS run of about 1.9 KB. Some runs ended later than the next in the store did, as after a merge. Programs
   write to a file, which is no terminal; "on a terminal" is a pseudo-terminal whose other side is read as fast as it
   comes. The best of three turns counts. $BUILD tells where the tools are. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "programs.h"

#include <sys/ioctl.h>

static int runs = 100000;
static gem5art_error why;

static bool complain(const char *what) {
    fprintf(stderr, "bench/ls: %s\n", what);
    return false;
}

/* ---- the records */

static const struct { const char *id, *hash, *type, *name; } inputs[] = {
    {"00000001-0000-4000-a000-000000000001", "9b2c8f5e0d1a4c7b8e6f3a2d5c4b1e0f", "gem5 binary", "gem5"},
    {"00000002-0000-4000-a000-000000000002", "5c3f1e7a9b2d4c6e8f0a1b3c5d7e9f1a2b4c6d8e", "git repo", "gem5"},
    {"00000003-0000-4000-a000-000000000003", "1a3c5e7f9b2d4c6e8f0a1b3c5d7e9f1a2b4c6d80", "git repo", "configs-boot-tests"},
    {"00000004-0000-4000-a000-000000000004", "7e6d5c4b3a2918070f1e2d3c4b5a6978", "kernel", "vmlinux-5.4.49"},
    {"00000005-0000-4000-a000-000000000005", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "disk image", "boot-disk"}};
enum { INPUTS = sizeof inputs / sizeof *inputs };

static void put_input(gem5art__buf *line, size_t i) {
    gem5art_artifact artifact;
    memset(&artifact, 0, sizeof artifact);
    gem5art__set_defaults(gem5art__artifact_fields, &artifact);
    artifact.id = inputs[i].id, artifact.hash = inputs[i].hash;
    artifact.type = inputs[i].type, artifact.name = inputs[i].name;
    artifact.documentation = "An input of all runs", artifact.path = "/home/someone/gem5", artifact.time = 1.7e9;
    gem5art__put_object_line(line, gem5art__artifact_fields, &artifact, true, NULL, &why);
}

static void put_archive(gem5art__buf *line, const gem5art_run *run) {
    char path[256];
    gem5art_artifact archive;
    memset(&archive, 0, sizeof archive);
    gem5art__set_defaults(gem5art__artifact_fields, &archive);
    snprintf(path, sizeof path, "%s/results.zip", run->outdir);
    archive.id = run->results, archive.hash = run->hash, archive.type = "directory", archive.name = run->name;
    archive.documentation = "Compressed version of the results directory", archive.path = path;
    archive.time = run->end_time;
    gem5art__put_object_line(line, gem5art__artifact_fields, &archive, true, NULL, &why);
}

static void put_run(gem5art__buf *line, int n) {
    static const char *const cpus[] = {"kvm", "atomic", "timing", "o3"};
    static const char *const environment[] = {"OMP_NUM_THREADS", "4", "GEM5_RESOURCE_DIR", "/scratch/resources", NULL};
    char id[40], results[40], hash[72], name[64], outdir[128], count[12];
    const char *params[] = {cpus[n % 4], "MESI_Two_Level", count, "init", NULL};
    const char *command[] = {"/home/someone/gem5/build/X86_MESI_Two_Level/gem5.opt", "-re", "--outdir", outdir,
                             "/home/someone/configs-boot-tests/run_exit.py", "linux-stable/vmlinux-5.4.49",
                             "disk-image/boot-exit/boot-exit-image/boot-exit", cpus[n % 4], "MESI_Two_Level", count,
                             "init", NULL};
    gem5art_run run;
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    snprintf(id, sizeof id, "%08x-0000-4000-8000-%012x", (unsigned)n * 2654435761u, (unsigned)n);
    snprintf(results, sizeof results, "%08x-0000-4000-9000-%012x", (unsigned)n * 2246822519u + 77u, (unsigned)n);
    snprintf(hash, sizeof hash, "%056x%08x", (unsigned)n, (unsigned)n * 2246822519u);
    snprintf(name, sizeof name, "boot experiments with gem5-20.1 (batch %d)", n / 240);
    snprintf(outdir, sizeof outdir, "/home/someone/results/run_exit/vmlinux-5.4.49/boot-exit/timing/MESI_Two_Level/%d",
             n);
    snprintf(count, sizeof count, "%d", 1 << n / 4 % 4);
    run.id = id, run.hash = hash, run.type = gem5art__type_fs, run.name = name, run.results = results;
    run.status = n % 10 ? "Finished" : "Failed", run.kill_reason = n % 20 ? "" : n % 40 ? "timeout" : "kernel panic";
    run.gem5_artifact = inputs[0].id, run.gem5_git_artifact = inputs[1].id, run.run_script_git_artifact = inputs[2].id;
    run.linux_binary_artifact = inputs[3].id, run.disk_image_artifact = inputs[4].id;
    run.gem5_binary_path = command[0], run.run_script = command[4], run.linux_binary_path = command[5];
    run.disk_image_path = command[6], run.outdir = outdir, run.params = params, run.command = command;
    run.start_time = 1.7e9 + n * 61.25, run.end_time = run.start_time + 10 + n % 90000 * 0.973;
    run.environment = environment, run.cpu_model = "AMD EPYC 7B13", run.host = "node17", run.user = "someone";
    put_archive(line, &run);
    gem5art__puts(line, ",\n");
    gem5art__put_object_line(line, gem5art__run_fields, &run, true, NULL, &why);
}

static bool fill(const char *path) {
    gem5art__buf line = {NULL, 0, 0, false};
    FILE *file = fopen(path, "w");
    bool ok = file && fputs("[", file) >= 0;
    int i;
    for (i = 0; ok && i < INPUTS + runs; i++) {
        line.length = 0;
        gem5art__puts(&line, i ? ",\n" : "\n");
        if (i < INPUTS) put_input(&line, (size_t)i);
        else put_run(&line, i - INPUTS);
        ok = !line.failed && fwrite(line.data, 1, line.length, file) == line.length;
    }
    ok = ok && fputs("]\n", file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file) fclose(file);
    gem5art__buf_free(&line);
    return ok ? true : complain("cannot write the store");
}

/* ---- on a terminal */

/* What `argv` takes whose stdout is a pseudo-terminal of 24 lines and 80 columns. */
static double on_terminal(const char *const *argv) {
    static char screen[65536];
    struct winsize size = {24, 80, 0, 0};
    double began = gem5art__monotonic();
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave, status = 0;
    pid_t pid;
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) return -1;
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave < 0 || ioctl(slave, TIOCSWINSZ, &size) < 0) return -1;
    if ((pid = fork()) == 0) {
        dup2(slave, 1);
        close(slave);
        close(master);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(slave);
    while (read(master, screen, sizeof screen) > 0) {}
    close(master);
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) return -1;
    return gem5art__monotonic() - began;
}

static bool compare_on_terminal(const char *what, const char *const *argv) {
    double best = 0;
    int turn;
    for (turn = 0; turn < TURNS; turn++) {
        double seconds = on_terminal(argv);
        if (seconds < 0) return complain("a program failed on a terminal");
        if (turn == 0 || seconds < best) best = seconds;
    }
    printf("  %-44s %9.3f s\n", what, best);
    return true;
}

int main(int argc, char **argv) {
    const char *base = getenv("TMPDIR"), *build = getenv("BUILD"), *wanted = argc > 1 ? argv[1] : getenv("SCALE_RUNS");
    char folder[400], flat[450], table_text[450], command[1500], ls[500];
    const char *all[] = {ls, "--db-uri", flat, NULL}, *last[] = {ls, "--db-uri", flat, "--limit", "50", NULL};
    const char *cat[] = {"cat", table_text, NULL};
    program table[] = {
        {"gem5art-ls", {ls, "--db-uri", flat, NULL}, {0, 0}, false},
        {"gem5art-ls --status Failed --sort elapsed",
         {ls, "--db-uri", flat, "--status", "Failed", "--sort", "elapsed", NULL}, {0, 0}, false},
        {"gem5art-ls --csv", {ls, "--db-uri", flat, "--csv", NULL}, {0, 0}, false},
        {"gem5art-ls --json", {ls, "--db-uri", flat, "--json", NULL}, {0, 0}, false},
        {"grep -c '\"status\":\"Failed\"'", {"grep", "-c", "\"status\":\"Failed\"", flat, NULL}, {0, 0}, false},
        {"jq: five columns of runs as @tsv",
         {"jq", "-r", ".[]|select(.type==\"gem5 run fs\")|[._id,.name,.status,.end_time,(.params|join(\" \"))]|@tsv",
          flat, NULL},
         {0, 0}, false}};
    struct stat st;
    bool ok;
    if (wanted) runs = atoi(wanted);
    if (runs < 1) return complain("the number of runs is too small");
    snprintf(folder, sizeof folder, "%s/gem5art-bench-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    snprintf(flat, sizeof flat, "%s/db.json", folder);
    snprintf(ls, sizeof ls, "%s/gem5art-ls", build ? build : "build");
    ok = fill(flat) && stat(flat, &st) == 0;
    if (ok) {
        printf("%d runs and their archives, %.0f MB\n", runs, (double)st.st_size / 1e6);
        compare(folder, table, sizeof table / sizeof *table);
        ok = compare_on_terminal("gem5art-ls on a terminal", all) &&
             compare_on_terminal("gem5art-ls --limit 50 on a terminal", last);
        snprintf(table_text, sizeof table_text, "%s/table", folder);
        snprintf(command, sizeof command, "%s --db-uri %s | cut -c 1-80 >%s", ls, flat, table_text);
        ok = ok && system(command) == 0 && compare_on_terminal("cat of as many lines on a terminal", cat);
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && ok ? 0 : 1;
}
