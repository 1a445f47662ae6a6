/* Exits with 0 and leaves a child sleeping in its process group, its number in OUTDIR/daemon.pid. */
#include "child.h"

int main(int argc, char **argv) {
    FILE *file;
    pid_t pid = fork();
    (void)argc;
    if (pid == 0) {
        sleep_seconds(LONG_SLEEP);
        _exit(0);
    }
    file = create(in_outdir(argv, "daemon.pid"));
    fprintf(file, "%ld\n", (long)pid);
    return fclose(file);
}
