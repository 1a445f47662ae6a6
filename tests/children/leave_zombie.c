/* Forks children that exit, never waits for them, and exits with 0 after them. */
#include "child.h"

int main(void) {
    int i;
    for (i = 0; i < 5; i++)
        if (fork() == 0) _exit(i);
    sleep_seconds(0.1);
    return 0;
}
