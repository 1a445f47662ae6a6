/* test_warden.c - how runs are ended: every process of a run, in whatever group or session, and no other one. */

#include "runner.h"

#ifndef GEM5ART_NO_PROC

#include <grp.h>
#include <sched.h>

/* ---- the processes of a run are found by their environment */

static const char id_a[] = "11111111-2222-4333-8444-555555555555";

/* Starts a program that sleeps, after `before`, with one variable in its environment. */
static pid_t start_sleeper(const char *variable, void (*before)(void)) {
    const char *program = built("children/slow");
    char *const argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "60", NULL};
    char first[] = "FIRST=1", last[] = "LAST=GEM5ART_RUN", own[128];
    char *const envp[] = {first, own, last, NULL};
    int ready[2];
    char byte;
    pid_t pid;
    snprintf(own, sizeof own, "%s", variable);
    if (pipe(ready) < 0) return -1;
    fcntl(ready[1], F_SETFD, FD_CLOEXEC);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        if (before) before();
        execve(program, argv, envp);
        _exit(127);
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 0) test_fail(__FILE__, __LINE__, "the pipe brings something");
    close(ready[0]); /* it has been executed */
    return pid;
}

static void end_sleeper(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void variable_is(const char *format, bool found) {
    char variable[128];
    pid_t pid;
    snprintf(variable, sizeof variable, format, id_a);
    pid = start_sleeper(variable, NULL);
    CHECK_THAT(gem5art__end_processes_of(id_a, 0) == found, "%s: %s", variable, found ? "not found" : "found");
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), found);
    CHECK_INT(waitpid(pid, NULL, found ? 0 : WNOHANG), found ? pid : 0);
    CHECK_INT(gem5art__end_processes_of(id_a, 0), 0);
    if (!found) end_sleeper(pid);
}

TEST(a_process_belongs_to_a_run_by_its_whole_variable) {
    variable_is("GEM5ART_RUN=%s", true);
    variable_is("GEM5ART_RUN=%sx", false);
    variable_is("GEM5ART_RUN=x%s", false);
    variable_is("XGEM5ART_RUN=%s", false);
    variable_is("OTHER=GEM5ART_RUN=%s", false);
    variable_is("GEM5ART_RUN=%.30s", false);
    variable_is("GEM5ART_RUN", false);
    variable_is("GEM5ART_RUN=", false);
    variable_is("OTHER=%s", false);
}

static void make_session(void) { setsid(); }

TEST(processes_of_a_run_are_found_in_other_sessions) {
    char variable[128];
    pid_t pid[3];
    int i;
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    for (i = 0; i < 3; i++) pid[i] = start_sleeper(variable, make_session);
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 3);
    for (i = 0; i < 3; i++) CHECK_INT(waitpid(pid[i], NULL, 0), pid[i]);
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 0);
}

static void become_nobody(void) {
    if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0) _exit(126);
}

TEST(a_process_of_another_user_is_left_alone) {
    char variable[128];
    pid_t pid;
    if (geteuid() != 0) SKIP("only root can start a process of another user");
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    pid = start_sleeper(variable, become_nobody);
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 0);
    CHECK_INT(waitpid(pid, NULL, WNOHANG), 0);
    end_sleeper(pid);
}

/* Where /proc shows the numbers of another name space, a number in it is not one to signal. */
TEST(nothing_is_signalled_by_the_numbers_of_another_name_space) {
    char variable[128];
    pid_t pid, inside;
    int status = -1;
    if (geteuid() != 0) SKIP("only root can make a name space of processes");
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    pid = start_sleeper(variable, NULL);
    fflush(stdout);
    inside = fork();
    if (inside == 0) {
        pid_t first;
        if (unshare(CLONE_NEWPID) < 0) _exit(77);
        if ((first = fork()) == 0) _exit(gem5art__end_processes_of(id_a, SIGKILL)); /* /proc is still the other one's */
        waitpid(first, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 78);
    }
    CHECK_INT(waitpid(inside, &status, 0), inside);
    CHECK_INT(waitpid(pid, NULL, WNOHANG), 0);
    end_sleeper(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) SKIP("this machine refuses to make a name space of processes");
    CHECK_INT(status, 0);
}

TEST(the_searching_process_is_not_found_itself) {
    char variable[64];
    int status = -1;
    pid_t pid;
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        setenv("GEM5ART_RUN", id_a, 1);
        execl("/proc/self/exe", "test_warden", "--search", (char *)NULL);
        _exit(127);
    }
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

static int search(void) { return gem5art__end_processes_of(id_a, SIGKILL); }
#else
static int search(void) { return 0; }
#endif

int main(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "--search") == 0 ? search() : test_main(argc, argv); }
