/* A guest that panics, and a simulator that exits with 0 at once all the same. */
#include "child.h"

int main(int argc, char **argv) {
    FILE *file = create(in_outdir(argv, "system.terminal"));
    (void)argc;
    fputs("[    0.806299] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n"
          "[    0.806344] CPU: 0 PID: 1 Comm: init Not tainted 5.4.49 #1\n", file);
    return fclose(file);
}
