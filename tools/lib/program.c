/* program.c - see program.h */

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool program_start(program *p, const char *const *arguments) { return program_start_on(p, arguments, -1); }

static bool start(program *p, const char *const *arguments, int input, bool errors) {
    posix_spawn_file_actions_t actions;
    int fds[2];
    bool ok;
    p->out = NULL;
    if (pipe(fds) < 0) return false;
    fcntl(fds[0], F_SETFD, FD_CLOEXEC); /* programs that other threads start must not keep it open */
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    ok = posix_spawn_file_actions_init(&actions) == 0;
    if (ok) {
        if (input < 0) posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        else posix_spawn_file_actions_adddup2(&actions, input, 0);
        posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
        if (errors) posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
        else posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        ok = posix_spawnp(&p->pid, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(fds[1]);
    if (ok) p->out = fdopen(fds[0], "r");
    if (!p->out) close(fds[0]);
    if (ok && !p->out) program_end(p);
    return p->out != NULL;
}

bool program_start_on(program *p, const char *const *arguments, int input) { return start(p, arguments, input, false); }

/* Reads to the end of the output, or for some seconds. False: the time is up. */
static bool read_for(int fd, double seconds, text *out) {
    struct timespec now, begin;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char chunk[4096];
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        double left;
        ssize_t n = 0;
        clock_gettime(CLOCK_MONOTONIC, &now);
        left = seconds - (double)(now.tv_sec - begin.tv_sec) - (double)(now.tv_nsec - begin.tv_nsec) / 1e9;
        if (left <= 0) return false;
        if (poll(&wait, 1, (int)(left * 1000) + 1) <= 0) continue;
        if ((n = read(fd, chunk, sizeof chunk)) == 0) return true;
        if (n > 0) text_put(out, chunk, (size_t)n);
        else if (errno != EINTR) return true;
    }
}

int program_run(const char *const *arguments, double seconds, text *out) {
    program p;
    text_clear(out);
    if (!start(&p, arguments, -1, true)) return -1;
    if (!read_for(fileno(p.out), seconds, out)) kill(p.pid, SIGKILL);
    while (out->length && out->data[out->length - 1] == '\n') text_cut(out, out->length - 1);
    return program_end(&p);
}

int program_end(program *p) {
    int status = 0;
    if (p->out) fclose(p->out);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

bool program_is_commit(const char *word) {
    size_t length = strlen(word);
    return (length == 40 || length == 64) && strspn(word, "0123456789abcdef") == length;
}

bool program_git(const char *folder, const char *const *arguments, text *out) {
    static const char *const before[] = {"git", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null",
                                         "-c", "core.quotePath=false", "-c", "log.showSignature=false", "-C", NULL};
    static const char *const misleading[] = {
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", NULL}; /* they lead to a different repo */
    const char *const *word;
    text_list words = {NULL, 0};
    char chunk[4096];
    size_t n;
    program git;
    bool ok;
    for (word = before; *word; word++) text_list_add(&words, *word);
    text_list_add(&words, folder);
    for (word = arguments; *word; word++) text_list_add(&words, *word);
    for (word = misleading; *word; word++) unsetenv(*word);
    setenv("LC_ALL", "C", 1);
    setenv("GIT_OPTIONAL_LOCKS", "0", 1);
    setenv("GIT_NO_REPLACE_OBJECTS", "1", 1);
    setenv("GIT_NO_LAZY_FETCH", "1", 1);
    text_clear(out);
    ok = program_start(&git, words.items);
    while (ok && (n = fread(chunk, 1, sizeof chunk, git.out)) > 0) text_put(out, chunk, n);
    ok = ok && program_end(&git) == 0;
    while (out->length && out->data[out->length - 1] == '\n') text_cut(out, out->length - 1);
    text_list_free(&words);
    return ok;
}
