/* pager.c - see pager.h */

#include "pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager_process; /* 0: there is none */

/* The words of $PAGER, in a copy that stays. There is no shell, so quotes have no meaning. */
static text_list pager_words(void) {
    const char *variable = getenv("PAGER");
    char *rest = (char *)text_keep(text_copy(variable ? variable : "")), *word;
    text_list words = {NULL, 0};
    while ((word = strtok_r(rest, " \t", &rest)) != NULL) text_list_add(&words, word);
    return words;
}

static bool pager_is_needed(const text *out) {
    struct winsize size;
    const char *c = text_string(out);
    size_t lines = 0;
    while ((c = strchr(c, '\n')) != NULL) lines++, c++;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && lines >= size.ws_row;
}

/* At exit: the pager sees the end of its input, and is waited for. */
static void pager_end(void) {
    fflush(stdout);
    close(STDOUT_FILENO);
    while (waitpid(pager_process, NULL, 0) < 0 && errno == EINTR) {}
}

void pager_begin(const text *out) {
    posix_spawn_file_actions_t actions;
    static text_list words;
    int fds[2];
    if (pager_process || !pager_is_needed(out)) return;
    if (!words.count) words = pager_words();
    if (!words.count || text_same(words.items[0], "cat") || pipe2(fds, O_CLOEXEC) < 0) return;
    setenv("LESS", "FRX", 0); /* as git: with colors, and without clearing the screen */
    if (posix_spawn_file_actions_init(&actions) == 0) {
        posix_spawn_file_actions_adddup2(&actions, fds[0], STDIN_FILENO);
        if (posix_spawnp(&pager_process, words.items[0], &actions, NULL, (char *const *)(void *)words.items, environ))
            pager_process = 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    if (pager_process) {
        fflush(stdout);
        dup2(fds[1], STDOUT_FILENO);
        signal(SIGINT, SIG_IGN); /* it is the pager's */
        signal(SIGQUIT, SIG_IGN);
        atexit(pager_end);
    }
    close(fds[0]);
    close(fds[1]);
}
