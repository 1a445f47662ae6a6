/* Writes its number to OUTDIR/ready and waits for a SIGINT, even where it was started with that ignored. Then it takes as
   many seconds as its last argument says, writes to OUTDIR/interrupted how many SIGINTs came, and exits with 0. */
#include "child.h"

static volatile sig_atomic_t interrupts;

static void on_interrupt(int number) { (void)number, interrupts++; }

int main(int argc, char **argv) {
    struct sigaction action;
    FILE *file;
    int naps;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);
    file = create(in_outdir(argv, "ready"));
    fprintf(file, "%ld\n", (long)getpid());
    fclose(file);
    for (naps = 0; !interrupts && naps < LONG_SLEEP * 100; naps++) sleep_seconds(0.01);
    sleep_seconds(strtod(argv[argc - 1], NULL));
    file = create(in_outdir(argv, "interrupted"));
    fprintf(file, "%d\n", (int)interrupts);
    return fclose(file);
}
