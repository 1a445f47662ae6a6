/* programs.h - programs beside each other: what they take, in turns. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

enum { TURNS = 3 };

typedef struct cost {
    double seconds;
    long kilobytes; /* resident, at most */
} cost;

/* What it prints goes to a file in `folder`. */
static bool run_once(const char *folder, const char *const *argv, cost *best) {
    char output[500];
    struct rusage usage;
    double began = gem5art__monotonic(), seconds;
    int status = 0;
    pid_t pid;
    snprintf(output, sizeof output, "%s/output", folder);
    if ((pid = fork()) == 0) {
        int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd < 0 || dup2(fd, 1) < 0) _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1) return false;
    seconds = gem5art__monotonic() - began;
    if (best->seconds == 0 || seconds < best->seconds) best->seconds = seconds;
    if (usage.ru_maxrss > best->kilobytes) best->kilobytes = usage.ru_maxrss;
    return true;
}

typedef struct program {
    const char *what, *argv[10];
    cost cost;
    bool missing;
} program;

/* All in turns; the ratio is to the first of them. */
__attribute__((unused)) static void compare(const char *folder, program *programs, size_t count) {
    size_t i;
    int turn;
    for (turn = 0; turn < TURNS; turn++)
        for (i = 0; i < count; i++) {
            if (programs[i].cost.seconds > 20) continue; /* once is enough */
            if (!programs[i].missing) programs[i].missing = !run_once(folder, programs[i].argv, &programs[i].cost);
        }
    for (i = 0; i < count; i++) {
        program *p = &programs[i];
        if (p->missing) printf("  %-44s cannot be run here\n", p->what);
        else
            printf("  %-44s %9.3f s %9.1f MB resident %7.2f times the first\n", p->what, p->cost.seconds,
                   (double)p->cost.kilobytes / 1024, p->cost.seconds / programs[0].cost.seconds);
    }
}

#endif
