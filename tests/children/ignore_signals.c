/* Ignores SIGINT and SIGTERM, and sleeps: only SIGKILL ends it. Makes OUTDIR/ready once it ignores them. */
#include "child.h"

int main(int argc, char **argv) {
    (void)argc;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    fclose(create(in_outdir(argv, "ready")));
    sleep_seconds(LONG_SLEEP);
    return 0;
}
