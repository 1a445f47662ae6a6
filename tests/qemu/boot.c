/* boot.c - two FS runs of a real Linux kernel; tests/test-qemu.sh prepares $WORK and names the kernel in $KERNEL. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

static gem5art_error error;

static const char *in_work(const char *name) {
    static char paths[8][1024];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", getenv("WORK"), name);
    return path;
}

static const gem5art_artifact *add(gem5art_db *db, const char *type, const char *name, const char *path) {
    gem5art_artifact_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.type = type;
    desc.name = name;
    desc.path = path;
    desc.documentation = "registered by tests/qemu/boot.c";
    return gem5art_register_artifact(db, &desc, &error);
}

/* Does the results archive that the run names hold this text in its terminal file? */
static bool archive_has(gem5art_db *db, const gem5art_run *run, const char *text) {
    char command[2048];
    const gem5art_artifact *archive = run->results ? gem5art_find_artifact(db, run->results, &error) : NULL;
    if (!archive) return false;
    snprintf(command, sizeof command, "unzip -p '%s' '*system.pc.com_1.device' | grep -aq '%s'", archive->path, text);
    return system(command) == 0;
}

static double seconds_since_last_write(const gem5art_run *run) {
    char path[1024];
    struct stat status;
    snprintf(path, sizeof path, "%s/system.pc.com_1.device", run->outdir);
    if (stat(path, &status) != 0) return -1;
    return run->end_time - ((double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec * 1e-9);
}

/* Boots the kernel with `root`, and returns the run as it is recorded. */
static const gem5art_run *boot(gem5art_db *db, const char *root) {
    const char *params[2] = {NULL, NULL};
    gem5art_run_desc desc;
    gem5art_run *run;
    params[0] = root;
    memset(&desc, 0, sizeof desc);
    desc.name = root;
    desc.gem5_artifact = add(db, "gem5 binary", "gem5-qemu", in_work("gem5/gem5-qemu"));
    desc.gem5_git_artifact = add(db, "git repo", "gem5", in_work("gem5"));
    desc.run_script = in_work("experiments/boot.py");
    desc.run_script_git_artifact = add(db, "git repo", "experiments", in_work("experiments"));
    desc.linux_binary_artifact = add(db, "kernel", "linux", getenv("KERNEL"));
    desc.disk_image_artifact = add(db, "disk image", "initramfs", in_work("initramfs.gz"));
    desc.outdir = in_work(root);
    desc.params = params;
    desc.timeout = 300;
    run = gem5art_create_fs_run(db, &desc, &error);
    if (!run || !gem5art_execute(db, run, NULL, &error)) return NULL;
    return gem5art_find_run(db, run->id, &error);
}

static gem5art_db *open_store(void) {
    char uri[1024];
    snprintf(uri, sizeof uri, "file://%s", in_work("db.json"));
    return gem5art_open(uri, NULL, &error);
}

TEST(a_kernel_that_panics_is_killed_and_recorded_as_failed) {
    gem5art_db *db = open_store();
    const gem5art_run *run = db ? boot(db, "no-root") : NULL;
    CHECK_THAT(run != NULL, "%s", error.message);
    if (run) {
        double late = seconds_since_last_write(run);
        printf("killed and recorded %.1f s after the panic, %.1f s after the start\n", late,
               run->end_time - run->start_time);
        CHECK_STR(run->status, "Failed");
        CHECK_STR(run->kill_reason, "kernel panic");
        CHECK(late >= 0 && late < 60); /* seconds; the guest would hang for ever, the time-out is 300 */
        CHECK(archive_has(db, run, "Kernel panic - not syncing"));
    }
    CHECK_THAT(gem5art_close(db, &error), "%s", error.message);
}

TEST(a_kernel_that_powers_off_is_finished) {
    gem5art_db *db = open_store();
    const gem5art_run *run = db ? boot(db, "initramfs") : NULL;
    CHECK_THAT(run != NULL, "%s", error.message);
    if (run) {
        CHECK_STR(run->status, "Finished");
        CHECK_INT(run->return_code, 0);
        CHECK_STR(run->kill_reason, "");
        CHECK(archive_has(db, run, "reboot: Power down"));
    }
    CHECK_THAT(gem5art_close(db, &error), "%s", error.message);
}

TEST(a_second_launch_is_refused) {
    gem5art_db *db = open_store();
    const gem5art_run *run = db ? boot(db, "initramfs") : NULL;
    CHECK(run == NULL);
    CHECK_INT(error.code, GEM5ART_EXISTS);
    CHECK_THAT(gem5art_close(db, &error), "%s", error.message);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
