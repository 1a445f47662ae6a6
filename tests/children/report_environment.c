/* Writes to OUTDIR/report.txt what it was given, a line each:
     fd NUMBER TARGET      each open descriptor (the target where the system has /proc/self/fd)
     process PID GROUP PARENT SESSION
     signal NUMBER ignored|handled
     blocked NUMBER
     cwd FOLDER
     arg ARGUMENT          each of its arguments, from argv[0] on
     variable NAME=VALUE   each variable of its environment that begins with GEM5ART_TEST */
#include "child.h"

extern char **environ;

int main(int argc, char **argv) {
    FILE *file;
    char name[64], text[4096];
    int i;
    char is_open[1024];
    sigset_t mask;
    for (i = 0; i < 1024; i++) is_open[i] = fcntl(i, F_GETFD) != -1; /* before it opens one itself */
    file = create(in_outdir(argv, "report.txt"));
    for (i = 0; i < 1024; i++) {
        ssize_t length;
        if (!is_open[i]) continue;
        snprintf(name, sizeof name, "/proc/self/fd/%d", i);
        length = readlink(name, text, sizeof text - 1);
        text[length > 0 ? length : 0] = 0;
        fprintf(file, "fd %d %s\n", i, text);
    }
    fprintf(file, "process %ld %ld %ld %ld\n", (long)getpid(), (long)getpgrp(), (long)getppid(), (long)getsid(0));
    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (i = 1; i <= 64; i++) {
        struct sigaction action;
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            fprintf(file, "signal %d %s\n", i, action.sa_handler == SIG_IGN ? "ignored" : "handled");
        if (sigismember(&mask, i) == 1) fprintf(file, "blocked %d\n", i);
    }
    fprintf(file, "cwd %s\n", getcwd(text, sizeof text) ? text : "?");
    for (i = 0; i < argc; i++) fprintf(file, "arg %s\n", argv[i]);
    for (i = 0; environ[i]; i++)
        if (strncmp(environ[i], "GEM5ART_TEST", 12) == 0) fprintf(file, "variable %s\n", environ[i]);
    return fclose(file);
}
