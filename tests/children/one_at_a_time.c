/* one_at_a_time.c - a simulator that must never run twice at once. The process that simulates notes its number in ./run.N,
   where N is its last argument, and in ./twice whatever process is noted there before it and still runs. N also chooses how
   it is hidden: 0: not at all, 1: in a session of its own, 2: as a daemon of a wrapper that goes on, 3: in a group of its own. */
#include "child.h"

#include <sys/wait.h>

/* Is there such a process, and not only its zombie? */
static int runs(long pid) {
    char path[64], text[512], *state;
    FILE *file;
    size_t n;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    file = fopen(path, "r");
    if (!file) return 0;
    n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    state = strrchr(text, ')');
    return state && state[2] != 'Z' && state[2] != 'X';
}

static void simulate(const char *number) {
    char path[64];
    FILE *file;
    long pid;
    snprintf(path, sizeof path, "run.%s", number);
    file = fopen(path, "a+");
    if (!file) exit(125);
    while (fscanf(file, "%ld", &pid) == 1)
        if (runs(pid)) {
            FILE *twice = fopen("twice", "a");
            if (twice) fprintf(twice, "run %s: process %ld still runs, and now %ld does\n", number, pid, (long)getpid()), fclose(twice);
        }
    fseek(file, 0, SEEK_END);
    fprintf(file, "%ld\n", (long)getpid());
    fclose(file);
    sleep_seconds(LONG_SLEEP);
    exit(0);
}

int main(int argc, char **argv) {
    const char *number = argv[argc - 1];
    int way = atoi(number) % 4;
    pid_t pid;
    if (way == 0) simulate(number);
    pid = fork();
    if (pid == 0) {
        if (way == 1) setsid();
        if (way == 2 && (setsid(), fork() != 0)) _exit(0);
        if (way == 3) setpgid(0, 0);
        simulate(number);
    }
    waitpid(pid, NULL, 0);
    sleep_seconds(LONG_SLEEP);
    return 0;
}
