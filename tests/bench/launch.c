/* launch.c - a large experiment file: what gem5art-run takes until the first of its runs is under way.

     bench/launch [RUNS]      default $LAUNCH_RUNS, else 10000

   Before the first run starts, each has its outdir and its info.json. The peer, tar, unpacks as many folders with such a
   file in each, which is what the file system can do at best. The first run fails, and --stop-after 1 ends it there. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"
#include "programs.h"

static int runs = 10000;

static bool write_experiment(void) {
    FILE *file = fopen("experiment.json", "w");
    int n;
    if (!file) return false;
    fprintf(file,
            "{\"artifacts\": {\"repo\": {\"type\": \"git repo\", \"path\": \"repo\", \"documentation\": \"scripts and more\"},\n"
            " \"gem5\": {\"type\": \"gem5 binary\", \"path\": \"%s\", \"documentation\": \"a program that fails\"}},\n"
            " \"sweeps\": [{\"mode\": \"se\", \"name\": \"{n}\", \"outdir\": \"out/{n}\", \"run_script\": \"repo/run.py\",\n"
            " \"gem5_artifact\": \"gem5\", \"gem5_git_artifact\": \"repo\", \"run_script_git_artifact\": \"repo\",\n"
            " \"params\": [\"{n}\", \"1\"], \"matrix\": {\"n\": [0",
            built("children/exit_with"));
    for (n = 1; n < runs; n++) fprintf(file, ",%d", n);
    return fprintf(file, "]}}]}\n") > 0 && fclose(file) == 0;
}

/* What came of it: all have been prepared, one has failed, and what was not launched has left nothing. */
static bool all_prepared(void) {
    return sh("test -s out/0/info.json && grep -q '%d runs in .*: 1 failed, %d not launched' output", runs, runs - 1) == 0;
}

int main(int argc, char **argv) {
    char tool[500], count[16];
    const char *untar[] = {"tar", "-xf", "out.tar", NULL}, *expand[] = {tool, "--dry-run", "experiment.json", NULL};
    const char *launch[] = {tool, "--jobs", "1", "--stop-after", "1", "experiment.json", NULL};
    struct {
        const char *what, *const *argv, *clean;
        cost cost;
    } table[] = {{"gem5art-run, to the end of the first", launch, "rm -rf out db.json*", {0, 0}},
                 {"gem5art-run --dry-run", expand, "true", {0, 0}},
                 {"tar -x of as many outdirs", untar,
                  "seq $RUNS | sed s,^,peer/, | xargs mkdir -p && "
                  "for outdir in peer/*; do cp out/0/info.json $outdir || exit; done && "
                  "tar -cf out.tar peer && rm -rf out peer", {0, 0}}};
    size_t i;
    bool ok = true;
    if (argc > 1 || getenv("LAUNCH_RUNS")) runs = atoi(argc > 1 ? argv[1] : getenv("LAUNCH_RUNS"));
    snprintf(tool, sizeof tool, "%s", built("gem5art-run"));
    snprintf(count, sizeof count, "%d", runs);
    setenv("RUNS", count, 1);
    fixture_begin();
    make_repo("repo");
    printf("%d runs of one experiment file\n", runs);
    ok = write_experiment();
    for (i = 0; ok && i < sizeof table / sizeof *table; i++) {
        ok = sh("%s", table[i].clean) == 0 && run_once(".", table[i].argv, &table[i].cost) && (i > 0 || all_prepared());
        printf("  %-44s %9.3f s %9.1f MB resident\n", table[i].what, table[i].cost.seconds,
               (double)table[i].cost.kilobytes / 1024);
    }
    if (!ok) fprintf(stderr, "launch: it failed: see gem5art-run\n"), sh("tail -n 5 output >&2");
    fixture_end();
    return !ok;
}
