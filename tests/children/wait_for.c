/* Waits until the file that its last argument names is there, and exits with 0. */
#include "child.h"

int main(int argc, char **argv) {
    double waited = 0;
    for (; waited < LONG_SLEEP && access(argv[argc - 1], F_OK) < 0; waited += 0.005) sleep_seconds(0.005);
    return 0;
}
