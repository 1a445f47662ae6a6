/* Sleeps for as many seconds as its last argument says and exits with 0. */
#include "child.h"

int main(int argc, char **argv) {
    sleep_seconds(strtod(argv[argc - 1], NULL));
    return 0;
}
