/* child.h - what the programs to be supervised share. Each shows one behaviour, takes gem5's command
   line and, but for --outdir=DIR and its last argument, ignores it. None lives longer than ten minutes. */
#ifndef CHILD_H
#define CHILD_H

#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { LONG_SLEEP = 600 };

/* DIR/name, where DIR is that of --outdir=DIR; in a static buffer. */
__attribute__((unused)) static const char *in_outdir(char **argv, const char *name) {
    static char path[4096];
    while (*argv && strncmp(*argv, "--outdir=", 9) != 0) argv++;
    snprintf(path, sizeof path, "%s/%s", *argv ? *argv + 9 : ".", name);
    return path;
}

__attribute__((unused)) static FILE *create(const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(125);
    }
    return file;
}

__attribute__((unused)) static void sleep_seconds(double seconds) {
    struct timespec t;
    t.tv_sec = (time_t)seconds;
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {}
}

#endif
