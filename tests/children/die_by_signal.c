/* Ends by the signal whose number is its last argument. */
#include "child.h"

int main(int argc, char **argv) {
    kill(getpid(), atoi(argv[argc - 1]));
    sleep_seconds(LONG_SLEEP); /* where the signal does not kill */
    return 0;
}
