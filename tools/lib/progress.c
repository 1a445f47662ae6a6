/* progress.c - see progress.h */

#include "progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { PROGRESS_TAIL = 8192 };

/* The last bytes of a regular file, with a NUL after them. False: there is none. */
static bool read_end(const char *path, char tail[PROGRESS_TAIL + 1]) {
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    ssize_t got = -1;
    if (fd < 0) return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        got = pread(fd, tail, PROGRESS_TAIL, st.st_size > PROGRESS_TAIL ? st.st_size - PROGRESS_TAIL : 0);
    close(fd);
    tail[got > 0 ? got : 0] = 0;
    return got > 0;
}

double progress_tick(const char *outdir) {
    char tail[PROGRESS_TAIL + 1], *path = text_join(outdir, ".gem5art/events.tsv"), *end, *at, *stop;
    double tick = -1;
    if (read_end(path, tail) && (end = strrchr(tail, '\n')) != NULL) { /* a line without an end may be half of one */
        *end = 0;
        at = strrchr(tail, '\n');
        at = at ? at + 1 : tail;
        if (*at >= '0' && *at <= '9') {
            tick = (double)strtoull(at, &stop, 10);
            if (*stop != '\t') tick = -1;
        }
    }
    free(path);
    return tick;
}
