/* Writes 10 MB to stdout, more than any pipe holds, and exits with 0. */
#include "child.h"

int main(void) {
    char line[1024];
    int i;
    memset(line, '.', sizeof line);
    line[sizeof line - 1] = '\n';
    for (i = 0; i < 10 * 1024; i++)
        if (fwrite(line, 1, sizeof line, stdout) != sizeof line) return 1;
    return fflush(stdout) != 0;
}
