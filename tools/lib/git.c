/* git.c - see git.h */

#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Removes variables that lead git to a different repo from the environment, and sets those for plain answers. */
static void git_prepare(void) {
    static const char *const unset[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
                                        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", NULL};
    size_t i;
    for (i = 0; unset[i]; i++) unsetenv(unset[i]);
    setenv("LC_ALL", "C", 1);
    setenv("GIT_OPTIONAL_LOCKS", "0", 1);
    setenv("GIT_NO_REPLACE_OBJECTS", "1", 1);
    setenv("GIT_NO_LAZY_FETCH", "1", 1);
}

/* Starts it; returns the end of a pipe that its output comes from, or -1. */
static int git_start(const char *folder, const char *const *arguments, pid_t *pid) {
    static const char *const before[] = {"git", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null",
                                         "-c", "core.quotePath=false", "-c", "log.showSignature=false", "-C", NULL};
    posix_spawn_file_actions_t actions;
    text_list argv = {NULL, 0};
    int fds[2], failed, i;
    for (i = 0; before[i]; i++) text_list_add(&argv, before[i]);
    text_list_add(&argv, folder);
    for (; *arguments; arguments++) text_list_add(&argv, *arguments);
    git_prepare();
    failed = pipe(fds);
    if (!failed && (failed = posix_spawn_file_actions_init(&actions)) == 0) {
        posix_spawn_file_actions_addclose(&actions, fds[0]);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        if (fds[1] > 2) posix_spawn_file_actions_addclose(&actions, fds[1]);
        failed = posix_spawnp(pid, "git", &actions, NULL, (char *const *)(uintptr_t)argv.items, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(fds[1]);
        if (failed) close(fds[0]);
    }
    text_list_free(&argv);
    return failed ? -1 : fds[0];
}

bool git_run(const char *folder, const char *const *arguments, text *out, int *status) {
    char chunk[4096];
    ssize_t n;
    pid_t pid;
    int fd = git_start(folder, arguments, &pid), raw = 0;
    text_clear(out);
    if (fd < 0) return false;
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) text_put(out, chunk, (size_t)n);
    close(fd);
    while (waitpid(pid, &raw, 0) < 0 && errno == EINTR) {}
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128;
    while (out->length && out->data[out->length - 1] == '\n') text_cut(out, out->length - 1);
    return true;
}
