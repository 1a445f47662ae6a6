/* Closes every descriptor it has, sleeps a little and exits with 0: a closed pipe is not the end of a child. */
#include "child.h"

int main(void) {
    int fd;
    for (fd = 0; fd < 4096; fd++) close(fd);
    sleep_seconds(0.3);
    return 0;
}
