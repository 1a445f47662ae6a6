/* fs_boot.c - one full-system run: boots a kernel with a disk image, and waits for it to end.

     fs_boot GEM5 GEM5_REPO SCRIPT SCRIPT_REPO KERNEL DISK OUTDIR [PARAM...]

   The run has its outdir's name, and is recorded in $GEM5ART_DB, else in db.json here. Exits with 0 when it is
   Finished, with 1 when it Failed (say, of a kernel panic) or was not launched. */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gem5art_error error;

static void die(void) {
    fprintf(stderr, "fs_boot: %s\n", error.message);
    exit(1);
}

static const gem5art_artifact *add(gem5art_db *db, const char *type, const char *name, const char *path,
                                   const char *documentation) {
    const gem5art_artifact *artifact;
    gem5art_artifact_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.type = type;
    desc.name = name;
    desc.path = path;
    desc.documentation = documentation;
    artifact = gem5art_register_artifact(db, &desc, &error);
    if (!artifact) die();
    return artifact;
}

int main(int argc, char **argv) {
    gem5art_db *db;
    gem5art_run *run;
    gem5art_run_desc desc;
    gem5art_pool_desc how;
    bool finished;

    if (argc < 8) {
        fprintf(stderr, "usage: fs_boot GEM5 GEM5_REPO SCRIPT SCRIPT_REPO KERNEL DISK OUTDIR [PARAM...]\n");
        return 2;
    }
    db = gem5art_open(NULL, NULL, &error);
    if (!db) die();

    memset(&desc, 0, sizeof desc);
    desc.name = strrchr(argv[7], '/') ? strrchr(argv[7], '/') + 1 : argv[7];
    desc.gem5_artifact = add(db, "gem5 binary", "gem5", argv[1], "The simulator that boots the kernel");
    desc.gem5_git_artifact = add(db, "git repo", "gem5 source", argv[2], "What the simulator was built from");
    desc.run_script = argv[3];
    desc.run_script_git_artifact = add(db, "git repo", "experiments", argv[4], "The run scripts of the boot tests");
    desc.linux_binary_artifact = add(db, "kernel", "linux", argv[5], "The kernel that is booted");
    desc.disk_image_artifact = add(db, "disk image", "disk", argv[6], "The root file system of the guest");
    desc.outdir = argv[7];
    desc.params = (const char *const *)argv + 8; /* argv ends with NULL, as params must */
    desc.timeout = 60 * 60;
    run = gem5art_create_fs_run(db, &desc, &error);
    if (!run) die();

    memset(&how, 0, sizeof how);
    how.handle_signals = true; /* Ctrl-C ends the run, and records it */
    if (!gem5art_execute(db, run, &how, &error)) die();
    finished = strcmp(run->status, "Finished") == 0;
    printf("%s: %s after %.1f s, return code %lld%s%s\n", run->name, run->status, run->end_time - run->start_time,
           (long long)run->return_code, *run->kill_reason ? ", " : "", run->kill_reason);
    if (!gem5art_close(db, &error)) die();
    return !finished;
}
