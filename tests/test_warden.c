/* test_warden.c - how runs are ended: every process of a run, in whatever group or session, and no other one; and what
   becomes of a warden that is killed, stopped or held up. */

#define GEM5ART__STUCK_SECONDS 2.0
#define GEM5ART__MAX_GRACE 1.0

#define GEM5ART_SYS_EXECVE(path, argv, envp) test_execve(path, argv, envp)
#define GEM5ART_SYS_PIDFD_SEND_SIGNAL(fd, signal) test_pidfd_send_signal(fd, signal)
#define GEM5ART_SYS_KILL(pid, signal) test_kill(pid, signal)
#define GEM5ART_SYS_READ(fd, data, size) test_read(fd, data, size)
#define GEM5ART_SYS_PREAD(fd, data, size, offset) test_pread(fd, data, size, offset)
static int test_execve(const char *path, char *const argv[], char *const envp[]);
static long test_pidfd_send_signal(int fd, int number) __attribute__((unused));
static int test_kill(int pid, int number);
static long test_read(int fd, void *data, unsigned long size);
static long test_pread(int fd, void *data, unsigned long size, long long offset);

#include "runner.h"

/* A program whose name has "stuck" in it does not get through its exec, as on a file system that hangs. */
static int test_execve(const char *path, char *const argv[], char *const envp[]) {
    while (strstr(path, "stuck")) pause();
    return execve(path, argv, envp);
}

static bool no_pidfd;         /* as on an old kernel, or in some sandboxes */
static void (*before_signal)(void);
static int kills; /* by number */
static int everybody; /* signals to all processes there are: none may be sent */
static pid_t kept_stopped; /* each SIGCONT to it is lost, */
static int continued;      /* and counted */

static long test_pidfd_send_signal(int fd, int number) {
    if (before_signal) before_signal();
    if (no_pidfd) return errno = EPERM, -1;
#ifdef SYS_pidfd_send_signal
    return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
#else
    (void)fd, (void)number;
    return errno = ENOSYS, -1;
#endif
}

/* A process in the middle of an execve, as /proc shows it: its environment is empty for this many reads. In its new memory,
   stat shows no place for one, then a place without room, and no code until all is there. */
enum { OLD_MEMORY, NEW_MEMORY, NEW_PLACE };
static pid_t executing;
static int empty_reads, memory_of_it;

static bool is_file_of(int fd, pid_t pid, const char *name) {
    char link[64], path[64], target[64];
    ssize_t n;
    if (!pid) return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    n = readlink(link, target, sizeof target - 1);
    target[n > 0 ? n : 0] = 0;
    return strcmp(target, path) == 0;
}

static long test_read(int fd, void *data, unsigned long size) {
    if (empty_reads > 0 && is_file_of(fd, executing, "environ")) return empty_reads--, 0;
    return read(fd, data, size);
}

static long test_pread(int fd, void *data, unsigned long size, long long offset) {
    static const char format[] = "1 (a) b) R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 4096 1 0 0 0 0 0 0 0 0 0 0 0 0 0 "
                                 "17 0 0 0 0 0 0 0 0 0 0 0 %s 0\n";
    if (memory_of_it == OLD_MEMORY || !is_file_of(fd, executing, "stat")) return pread(fd, data, size, offset);
    if (offset) return 0;
    return snprintf((char *)data, size, format, memory_of_it == NEW_PLACE ? "4096 4096" : "0 0"); /* fields 50 and 51 */
}

static int test_kill(int pid, int number) {
    kills++;
    if (pid == -1) return everybody++, 0;
    if (pid == kept_stopped && number == SIGCONT) return continued++, 0;
    return kill(pid, number);
}

/* Of a run; other ones in each process, as the tests look for its processes on the whole machine. */
static char id_a[] = "11111111-2222-4333-8444-555555555555";
__attribute__((constructor)) static void set_ids(void) { snprintf(id_a + 24, sizeof id_a - 24, "%012ld", (long)getpid()); }

#ifndef GEM5ART_NO_PROC

#include <grp.h>
#include <sched.h>

/* ---- the processes of a run are found by their environment */

/* An exec closes descriptors a moment before /proc shows the new environment, which comes with the command line. */
static void await_command_line(pid_t pid) {
    char path[64], *text = NULL;
    int tries;
    snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
    for (tries = 0; tries < 10000 && !(text && *text); tries++) {
        free(text);
        text = read_text(path);
        if (!*text) poll(NULL, 0, 1);
    }
    free(text);
}

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
    await_command_line(pid);
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

/* A process that starts a different program is still found, at any moment of that. */
static void is_found_while_executing(int memory, bool without_pidfd) {
    char variable[128];
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    executing = start_sleeper(variable, NULL);
    memory_of_it = memory;
    no_pidfd = without_pidfd;
    empty_reads = 3;
    CHECK_INT(gem5art__end_processes_of(id_a, 0), 1);
    CHECK_INT(empty_reads, 0);
    empty_reads = 3;
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 1);
    CHECK_INT(empty_reads, 0);
    CHECK_INT(waitpid(executing, NULL, 0), executing);
    memory_of_it = OLD_MEMORY;
    no_pidfd = false;
    executing = 0;
}

TEST(a_process_is_found_whose_old_memory_is_gone) { is_found_while_executing(OLD_MEMORY, false); }
TEST(a_process_is_found_whose_new_memory_is_not_filled_yet) { is_found_while_executing(NEW_MEMORY, false); }
TEST(a_process_is_found_whose_new_environment_is_being_made) { is_found_while_executing(NEW_PLACE, false); }
TEST(a_process_that_executes_is_signalled_without_pidfd) { is_found_while_executing(NEW_MEMORY, true); }

/* How many looks at a process there are before it is known not to belong to a run. */
static int looks_at(pid_t pid, int allowed) {
    gem5art__process process;
    char path[64];
    bool found;
    snprintf(path, sizeof path, "/proc/%ld", (long)pid);
    memset(&process, 0, sizeof process);
    process.pid = executing = pid;
    process.looks = allowed;
    process.folder = open(path, O_RDONLY | O_DIRECTORY);
    empty_reads = INT_MAX;
    found = gem5art__read_run_id(&process);
    CHECK(!found);
    close(process.folder);
    allowed = INT_MAX - empty_reads;
    empty_reads = 0;
    executing = 0;
    return allowed;
}

TEST(looks_at_an_execve_have_an_end) {
    pid_t pid = start_sleeper("OTHER=1", NULL);
    CHECK_INT(looks_at(pid, 7), 8);
    end_sleeper(pid);
}

TEST(a_process_without_an_environment_is_looked_at_once) {
    const char *program = built("children/slow");
    char *const argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "60", NULL};
    char *const envp[] = {NULL};
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        execve(program, argv, envp);
        _exit(127);
    }
    WAIT_FOR(looks_at(pid, 0) == 1 && looks_at(pid, 7) == 1); /* it has been executed */
    kill(pid, SIGKILL);
    WAIT_FOR(gem5art__process_start(pid, true) == -1);
    CHECK(looks_at(pid, 7) <= 1); /* nor does a zombie have one */
    CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(a_process_that_executes_all_the_time_is_found_each_time) {
    static const char again[] = "exec /bin/sh -c \"$0\" \"$0\"";
    int i;
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        setenv("GEM5ART_RUN", id_a, 1);
        execl("/bin/sh", "sh", "-c", again, again, (char *)NULL);
        _exit(127);
    }
    WAIT_FOR(gem5art__end_processes_of(id_a, 0) == 1);
    for (i = 0; i < 300; i++) CHECK_INT(gem5art__end_processes_of(id_a, 0), 1);
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 1);
    end_sleeper(pid);
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

static pid_t replaced, successor; /* 0: no process got the number again */

/* The found process ends, and a different one gets its number, where this test may choose it. */
static void replace_process(void) {
    FILE *last;
    before_signal = NULL;
    kill(replaced, SIGKILL);
    CHECK_INT(waitpid(replaced, NULL, 0), replaced);
    if ((last = fopen("/proc/sys/kernel/ns_last_pid", "w")) != NULL) {
        fprintf(last, "%ld", (long)replaced - 1);
        fclose(last);
    }
    successor = start_sleeper("INNOCENT=1", NULL);
}

static void number_is_reused(bool without_pidfd) {
    char variable[128];
    int tries;
    snprintf(variable, sizeof variable, "GEM5ART_RUN=%s", id_a);
    no_pidfd = without_pidfd;
    for (tries = 0; tries == 0 || (tries < 20 && successor != replaced); tries++) {
        kills = 0;
        before_signal = replace_process;
        replaced = start_sleeper(variable, NULL);
        CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 0);
        CHECK(!before_signal);
        CHECK_INT(kills, 0);
        CHECK_INT(waitpid(successor, NULL, WNOHANG), 0);
        end_sleeper(successor);
    }
    if (successor != replaced) printf("%s: no process got the number again\n", test_current);
    replaced = start_sleeper(variable, NULL);
    CHECK_INT(gem5art__end_processes_of(id_a, SIGKILL), 1);
    CHECK_INT(waitpid(replaced, NULL, 0), replaced);
    CHECK_INT(kills, without_pidfd);
    no_pidfd = false;
}

TEST(a_process_that_gets_the_number_of_an_ended_one_is_left_alone) { number_is_reused(false); }
TEST(so_it_is_without_pidfd) { number_is_reused(true); }

/* What a live entry has to say of process 1 is not believed: its group would be every process. */
TEST(a_lost_run_is_not_process_1) {
    gem5art__live live;
    begin();
    memset(&live, 0, sizeof live);
    live.id = id_a, live.hash = "hash";
    live.pid = 1;
    live.start = gem5art__process_start(1, false);
    CHECK(gem5art__end_lost(db, &live, &error));
    CHECK_INT(everybody, 0);
    end();
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
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) { /* as in some containers */
        printf("%s: not tried, as unshare(2) is not allowed\n", test_current);
        return;
    }
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

/* ---- a warden of one's own, with its children */

enum { SLOTS = 4 };

static gem5art__warden warden;
static char ids[SLOTS][37], marks[SLOTS][64]; /* of each slot: its run, and GEM5ART_RUN=ID */

static void start_warden(double grace) {
    begin();
    close_db();
    memset(&warden, 0, sizeof warden);
    CHECK(gem5art__warden_start(&warden, SLOTS, grace, &error));
}

static void stop_warden(void) {
    gem5art__warden_stop(&warden);
    end();
}

/* An outdir of its own for each slot: 0, 1, ... */
static const char *outdir_of(int slot) {
    static char folder[PATH_MAX + 16];
    snprintf(folder, sizeof folder, "%s/%d", fixture_folder, slot);
    return folder;
}

static bool spawn_with(int slot, const char *const *command, const char *const *environment, const char *const *more) {
    gem5art__run run;
    memset(&run, 0, sizeof run);
    gem5art__uuid(ids[slot], NULL);
    snprintf(marks[slot], sizeof marks[slot], "GEM5ART_RUN=%s", ids[slot]);
    run.public_.id = ids[slot];
    run.public_.outdir = outdir_of(slot);
    run.public_.command = command;
    run.environment = environment;
    sh("rm -rf %d; mkdir %d; : >%d/console.txt", slot, slot, slot);
    return gem5art__warden_spawn(&warden, slot, &run, -1, fixture_folder, more, &error);
}

/* Spawns a shell script (printf-like; %s is the simulator with its outdir, of a slot). */
static void spawn(int slot, const char *script) {
    static char text[8192], simulator[4096];
    const char *command[] = {"/bin/sh", "-c", text, NULL};
    snprintf(simulator, sizeof simulator, "%s --outdir=%s", built("children/simulate"), outdir_of(slot));
    snprintf(text, sizeof text, script, simulator);
    CHECK(spawn_with(slot, command, NULL, NULL));
}

/* The next report, of any slot; its type is -1 where none comes within half a minute. */
static gem5art__message next_report(void) {
    const gem5art__message *taken;
    gem5art__message report;
    struct pollfd fd;
    double until = gem5art__monotonic() + 30;
    fd.fd = warden.reports;
    fd.events = POLLIN;
    while (gem5art__monotonic() < until) {
        bool more = true;
        if ((taken = gem5art__warden_read(&warden, &more)) != NULL) return *taken;
        if (!gem5art__warden_check(&warden, gem5art__monotonic())) break;
        poll(&fd, 1, 20);
    }
    memset(&report, 0, sizeof report);
    report.type = -1;
    return report;
}

static gem5art__message expect(int slot, gem5art__message_type type) {
    gem5art__message report = next_report();
    CHECK_INT(report.type, type);
    CHECK_INT(report.slot, slot);
    return report;
}

static bool in_outdir_of(int slot, const char *name) {
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", outdir_of(slot), name);
    return exists(path);
}

static long number_in(int slot, const char *name) {
    char path[PATH_MAX + 64], *text;
    long number;
    snprintf(path, sizeof path, "%s/%s", outdir_of(slot), name);
    text = read_text(path);
    number = atol(text);
    free(text);
    return number;
}

TEST(a_child_is_reported_from_its_exec_to_its_end) {
    gem5art__message report;
    char *text;
    long pid;
    start_warden(5);
    spawn(1, "kill -0 -$$ && echo $$; exit 3 # %s"); /* the group of its number exists */
    report = expect(1, GEM5ART__SPAWNED);
    pid = (long)report.pid;
    report = expect(1, GEM5ART__ENDED);
    CHECK_INT(report.pid, pid);
    CHECK(WIFEXITED(report.status) && WEXITSTATUS(report.status) == 3);
    CHECK_INT(report.stragglers, 0);
    text = read_text("1/console.txt");
    CHECK(sscanf(text, "%ld", &pid) == 1 && pid == (long)report.pid);
    free(text);
    stop_warden();
}

/* Of one name the run's id counts, then the pool's variables, then the run's, then the warden's own. */
#ifndef GEM5ART_NO_PROC
static size_t mappings_of(pid_t pid) {
    char path[64], *text, *at;
    size_t lines = 0;
    snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    text = read_text(path);
    for (at = text; *at; at++) lines += *at == '\n';
    free(text);
    return lines;
}

TEST(a_warden_keeps_no_memory_of_its_children) {
    size_t before = 0;
    int i;
    start_warden(5);
    for (i = 0; i < 10; i++) {
        spawn(0, "exit 0 # %s");
        expect(0, GEM5ART__SPAWNED);
        expect(0, GEM5ART__ENDED);
        if (i == 0) before = mappings_of(warden.pid);
    }
    CHECK_INT(mappings_of(warden.pid), before);
    stop_warden();
}
#endif

TEST(the_environment_of_a_child) {
    static const char *const command[] = {"/usr/bin/env", NULL};
    static const char *const set[] = {"GEM5ART_RUN", "mine", "TEST_A", "run", "TEST_B", "run", NULL};
    static const char *const more[] = {"TEST_A", "pool", NULL};
    char *text, *first = environ[0];
    setenv("TEST_B", "own", 1);
    setenv("TEST_C", "own", 1);
    start_warden(5);
    CHECK(spawn_with(0, command, set, more));
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    text = read_text("0/console.txt");
    CHECK(strncmp(text, marks[0], strlen(marks[0])) == 0);
    CHECK(!strstr(text, "GEM5ART_RUN=mine"));
    CHECK(strstr(text, "TEST_A=pool\n") && !strstr(text, "TEST_A=run"));
    CHECK(strstr(text, "TEST_B=run\n") && !strstr(text, "TEST_B=own"));
    CHECK_CONTAINS(text, "TEST_C=own\n");
    CHECK_CONTAINS(text, first);
    free(text);
    unsetenv("TEST_B"), unsetenv("TEST_C");
    stop_warden();
}

static void console_is_refused(const char *make, int number) {
    static const char *const command[] = {"/bin/true", NULL};
    gem5art__message report;
    gem5art__run run;
    memset(&run, 0, sizeof run);
    run.public_.id = id_a;
    run.public_.outdir = outdir_of(0);
    run.public_.command = command;
    sh("rm -rf 0; mkdir 0; %s", make);
    CHECK(gem5art__warden_spawn(&warden, 0, &run, -1, fixture_folder, NULL, &error));
    report = expect(0, GEM5ART__NOT_SPAWNED);
    CHECK_INT(report.failure.step, GEM5ART__OPEN_CONSOLE);
    CHECK_INT(report.failure.number, number);
}

TEST(only_a_regular_file_that_is_there_becomes_the_console) {
    start_warden(5);
    console_is_refused("ln -s ../elsewhere 0/console.txt; : >elsewhere", ELOOP);
    console_is_refused("mkfifo 0/console.txt", ENXIO);
    console_is_refused("true", ENOENT);
    console_is_refused("rmdir 0", ENOENT);
    CHECK_INT(sh("test ! -s elsewhere"), 0);
    stop_warden();
}

TEST(a_program_that_cannot_be_executed) {
    static const char *const command[] = {"/nonexistent/gem5", NULL};
    gem5art__message report;
    start_warden(5);
    CHECK(spawn_with(2, command, NULL, NULL));
    report = expect(2, GEM5ART__NOT_SPAWNED);
    CHECK_INT(report.failure.step, GEM5ART__EXECUTE);
    CHECK_INT(report.failure.number, ENOENT);
    stop_warden();
}

/* ---- a child that does not get through its exec */

TEST(a_child_that_is_stuck_in_its_exec_holds_up_no_other) {
    static const char *const command[] = {"/stuck", NULL};
    gem5art__message report;
    start_warden(5);
    CHECK(spawn_with(0, command, NULL, NULL));
    spawn(1, "exit 0 # %s");
    expect(1, GEM5ART__SPAWNED);
    expect(1, GEM5ART__ENDED);
    spawn(1, "exec %s 0");
    expect(1, GEM5ART__SPAWNED);
    WAIT_FOR(in_outdir_of(1, "ready"));
    gem5art__warden_signal(&warden, 0, SIGKILL);
    expect(0, GEM5ART__SPAWNED); /* what cannot be known any more */
    report = expect(0, GEM5ART__ENDED);
    CHECK(WIFSIGNALED(report.status) && WTERMSIG(report.status) == SIGKILL);
    gem5art__warden_signal(&warden, 1, SIGINT);
    expect(1, GEM5ART__ENDED);
    stop_warden();
}

TEST(the_host_of_a_child_that_is_stuck_in_its_exec_ends) {
    static const char *const command[] = {"/stuck", NULL};
    start_warden(0.1);
    CHECK(spawn_with(0, command, NULL, NULL));
    spawn(1, "exit 0 # %s");
    expect(1, GEM5ART__SPAWNED);
    expect(1, GEM5ART__ENDED);
    stop_warden();
}

#ifndef GEM5ART_NO_PROC

/* ---- ending a run */

/* Wrappers that put the simulator where a signal to their process group does not come. */
static const char *const wrappers[] = {"timeout 1000 %s 0", "timeout 1000 %s 0; exit 0", "setsid -w %s 0", "exec setsid -w %s 0",
                                       "setsid sh -c 'setsid -w %s 0'; exit 0", "setsid %s 0 & wait", "(setsid %s 0 &); exec sleep 600",
                                       "setsid sh -c 'trap : INT; timeout 1000 %s 0; exit 0'; exit 0"};
enum { WRAPPERS = sizeof wrappers / sizeof *wrappers };

static bool is_named(pid_t pid, const char *name) {
    char path[64], *text;
    bool same;
    snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    text = read_text(path);
    same = strncmp(text, name, strlen(name)) == 0;
    free(text);
    return same;
}

TEST(sigint_reaches_a_simulator_behind_a_wrapper) {
    gem5art__message report;
    int i;
    start_warden(5);
    for (i = 0; i < WRAPPERS; i++) {
        spawn(0, wrappers[i]);
        report = expect(0, GEM5ART__SPAWNED);
        WAIT_FOR(number_in(0, "ready") > 0);
        if (strstr(wrappers[i], "exec sleep")) /* a shell that gets a SIGINT before that executes it nevertheless */
            WAIT_FOR(is_named((pid_t)report.pid, "sleep"));
        gem5art__warden_signal(&warden, 0, SIGINT);
        report = expect(0, GEM5ART__ENDED);
        CHECK_THAT(in_outdir_of(0, "interrupted"), "%s: it was not asked to end", wrappers[i]);
        CHECK_THAT(report.stragglers == 0, "%s: %d were killed", wrappers[i], (int)report.stragglers);
        CHECK_INT(gem5art__end_processes_of(ids[0], SIGKILL), 0);
    }
    stop_warden();
}

TEST(sigint_comes_once_to_a_simulator_in_a_session_of_its_own) {
    start_warden(5);
    spawn(0, "setsid %s 0.3 & wait");
    expect(0, GEM5ART__SPAWNED);
    WAIT_FOR(number_in(0, "ready") > 0);
    gem5art__warden_signal(&warden, 0, SIGINT);
    expect(0, GEM5ART__ENDED);
    CHECK_INT(number_in(0, "interrupted"), 1);
    stop_warden();
}

/* The wrapper dies of the SIGINT at once, while the simulator writes its statistics. */
TEST(a_simulator_that_outlives_its_wrapper_may_write_its_statistics) {
    gem5art__message report;
    start_warden(5);
    spawn(0, "exec setsid -w %s 1");
    expect(0, GEM5ART__SPAWNED);
    WAIT_FOR(number_in(0, "ready") > 0);
    gem5art__warden_signal(&warden, 0, SIGINT);
    report = expect(0, GEM5ART__ENDED);
    CHECK(in_outdir_of(0, "interrupted"));
    CHECK_INT(report.stragglers, 0);
    stop_warden();
}

TEST(sigkill_reaches_a_simulator_behind_a_wrapper) {
    long simulator;
    int i;
    start_warden(5);
    for (i = 0; i < WRAPPERS; i++) {
        spawn(0, wrappers[i]);
        expect(0, GEM5ART__SPAWNED);
        WAIT_FOR((simulator = number_in(0, "ready")) > 0);
        gem5art__warden_signal(&warden, 0, SIGKILL);
        expect(0, GEM5ART__ENDED);
        CHECK_THAT(!alive(simulator), "%s: it is still there", wrappers[i]);
        CHECK_INT(gem5art__end_processes_of(ids[0], SIGKILL), 0);
    }
    stop_warden();
}

TEST(what_a_child_leaves_is_killed_and_counted) {
    static const char *const leave[] = {"setsid %s 0 & ", "%s 0 & ", "(setsid %s 0 &); ", "timeout 1000 %s 0 & ", NULL};
    char script[256];
    gem5art__message report;
    long left;
    int i;
    start_warden(5);
    for (i = 0; leave[i]; i++) {
        snprintf(script, sizeof script, "%s while [ ! -s 0/ready ]; do sleep 0.01; done; exit 4", leave[i]);
        spawn(0, script);
        expect(0, GEM5ART__SPAWNED);
        report = expect(0, GEM5ART__ENDED);
        left = number_in(0, "ready");
        CHECK(WIFEXITED(report.status) && WEXITSTATUS(report.status) == 4);
        CHECK_THAT(report.stragglers == 1 + (i == 3), "%s: %d were killed", leave[i], (int)report.stragglers);
        CHECK_THAT(left > 0 && !alive(left), "%s: it is still there", leave[i]);
    }
    stop_warden();
}

TEST(the_processes_of_another_run_are_left_alone) {
    pid_t own;
    start_warden(5);
    spawn(0, "setsid %s 0 & wait");
    expect(0, GEM5ART__SPAWNED);
    spawn(1, "setsid %s 0 & wait");
    expect(1, GEM5ART__SPAWNED);
    WAIT_FOR(number_in(0, "ready") > 0 && number_in(1, "ready") > 0);
    own = start_sleeper("GEM5ART_RUN=another", make_session);
    gem5art__warden_signal(&warden, 0, SIGINT);
    expect(0, GEM5ART__ENDED);
    spawn(0, "(setsid %s 0 &); exit 0");
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    CHECK(alive(number_in(1, "ready")));
    CHECK(!in_outdir_of(1, "interrupted"));
    gem5art__warden_signal(&warden, 1, SIGKILL);
    expect(1, GEM5ART__ENDED);
    CHECK_INT(waitpid(own, NULL, WNOHANG), 0);
    end_sleeper(own);
    stop_warden();
}

TEST(a_stopped_simulator_is_ended) {
    long simulator;
    start_warden(5);
    spawn(0, "setsid %s 0 & wait");
    expect(0, GEM5ART__SPAWNED);
    WAIT_FOR((simulator = number_in(0, "ready")) > 0);
    kill((pid_t)simulator, SIGSTOP);
    gem5art__warden_signal(&warden, 0, SIGINT);
    expect(0, GEM5ART__ENDED);
    CHECK(in_outdir_of(0, "interrupted"));
    stop_warden();
}
#endif

/* ---- a host that ends */

/* A host process whose warden spawns what `scripts` say, and which then waits to be killed. */
static pid_t start_host(double grace, const char *const *scripts, bool forks) {
    int slot, ready[2];
    char byte;
    pid_t pid;
    if (pipe(ready) < 0) return -1;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        close(ready[0]);
        test_failures_here = 0;
        memset(&warden, 0, sizeof warden);
        CHECK(gem5art__warden_start(&warden, SLOTS, grace, &error));
        for (slot = 0; scripts[slot]; slot++) {
            spawn(slot, scripts[slot]);
            expect(slot, GEM5ART__SPAWNED);
            WAIT_FOR(number_in(slot, "ready") > 0);
        }
        if (forks && fork() == 0) {
            while (exists(fixture_folder)) poll(NULL, 0, 100);
            _exit(0);
        }
        byte = test_failures_here == 0;
        if (write(ready[1], &byte, 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    CHECK(read(ready[0], &byte, 1) == 1 && byte == 1);
    close(ready[0]);
    return pid;
}

static void end_host(pid_t host) {
    kill(host, SIGKILL);
    waitpid(host, NULL, 0);
}

static const char *const hosted[] = {"exec %s 0",
#ifndef GEM5ART_NO_PROC
                                     "timeout 1000 %s 0; exit 0", "(setsid %s 0 &); sleep 600",
                                     "setsid env -i %s 0 & wait", /* which no environment shows */
#endif
                                     NULL};

static void all_end(double grace, bool forks) {
    long simulators[SLOTS];
    pid_t host;
    int i, count = 0;
    fixture_begin();
    host = start_host(grace, hosted, forks);
    for (; hosted[count]; count++) simulators[count] = number_in(count, "ready");
    end_host(host);
    for (i = 0; i < count; i++) {
        WAIT_FOR(!alive(simulators[i]));
        if (grace > 0 && i < 3) CHECK_THAT(in_outdir_of(i, "interrupted"), "%s: it was not asked to end", hosted[i]);
    }
    fixture_end();
}

TEST(all_runs_end_with_a_host_that_is_killed) { all_end(5, false); }
TEST(all_runs_end_at_once_where_there_is_no_grace) { all_end(-1, false); }

#ifdef GEM5ART_SYS_PRCTL
/* A child of the host has the warden's socket open, too. */
TEST(all_runs_end_with_a_host_that_has_forked) {
    all_end(5, true);
    CHECK_INT(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, 1);
}
#endif

/* However long the grace: no more than GEM5ART__MAX_GRACE, which here is a second. */
TEST(an_orphaned_warden_with_an_infinite_grace_ends) {
    static const char *const scripts[] = {"trap '' INT; echo $$ >0/ready; sleep 600; exit 0 # %s", NULL};
    long child;
    pid_t host;
    fixture_begin();
    host = start_host(1e300 * 1e300, scripts, false);
    child = number_in(0, "ready");
    end_host(host);
    WAIT_FOR(!alive(child));
    fixture_end();
}

/* ---- a warden that is killed, stopped or held up */

static void wait_for_its_death(void) {
    double until = gem5art__monotonic() + 30;
    while (gem5art__warden_check(&warden, gem5art__monotonic()) && gem5art__monotonic() < until) nap();
    CHECK(warden.dead);
}

static bool readable(int fd) {
    struct pollfd polled;
    polled.fd = fd;
    polled.events = POLLIN;
    return poll(&polled, 1, 0) != 0;
}

TEST(the_descriptor_outlives_the_warden) {
    bool more = true;
    int fd;
    start_warden(5);
    fd = warden.reports;
    CHECK(!readable(fd));
    kill(warden.pid, SIGKILL);
    wait_for_its_death();
    CHECK(!readable(fd)); /* an idle pool's loop must not spin */
    gem5art__wake(warden.wakes);
    CHECK(readable(fd));
    CHECK(!gem5art__warden_read(&warden, &more));
    CHECK(!readable(fd));
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    CHECK_INT(warden.reports, fd);
    spawn(0, "exit 0 # %s");
    WAIT_FOR(readable(fd));
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

#ifdef __linux__
#include <sys/epoll.h>

TEST(an_epoll_set_keeps_the_descriptor) {
    struct epoll_event event;
    int set = epoll_create1(0);
    start_warden(5);
    descriptors_before--; /* set */
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN;
    CHECK_INT(epoll_ctl(set, EPOLL_CTL_ADD, warden.reports, &event), 0);
    kill(warden.pid, SIGKILL);
    wait_for_its_death();
    CHECK_INT(epoll_wait(set, &event, 1, 0), 0);
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    spawn(0, "exit 0 # %s");
    CHECK_INT(epoll_wait(set, &event, 1, 30000), 1);
    close(set);
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}
#endif

TEST(reports_of_a_dead_warden_are_not_its_successors) {
    gem5art__message report;
    long first;
    start_warden(5);
    spawn(0, "exec %s 0");
    WAIT_FOR((first = number_in(0, "ready")) > 0);
    WAIT_FOR(readable(warden.reports)); /* that it was spawned, which nobody reads */
    kill(warden.pid, SIGKILL);
    wait_for_its_death();
    kill((pid_t)first, SIGKILL); /* where it does not die with the warden */
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    spawn(0, "exit 0 # %s");
    report = expect(0, GEM5ART__SPAWNED);
    CHECK(report.pid != first);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

TEST(a_host_that_waited_for_the_warden_itself_notices_its_death) {
    start_warden(5);
    kill(warden.pid, SIGKILL);
    CHECK_INT(waitpid(warden.pid, NULL, 0), warden.pid);
    wait_for_its_death();
    CHECK(!spawn_with(0, (const char *const[]){"/bin/true", NULL}, NULL, NULL));
    CHECK_CONTAINS(error.message, "warden");
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    stop_warden();
}

/* A stopped warden takes no orders: none may block, and those that it gets when it is continued are all there. */
TEST(a_stopped_warden_is_continued) {
    static char large[100 * 1000];
    const char *const command[] = {"/bin/sh", "-c", "exit 5", NULL}, *more[20];
    gem5art__message report;
    pid_t pid;
    int slot;
    size_t i;
    start_warden(5);
    pid = warden.pid;
    memset(large, 'x', sizeof large - 1);
    memcpy(large, "A=", 2);
    for (i = 0; i < 18; i++) more[i] = i % 2 ? large : "LARGE";
    more[18] = NULL;
    kill(pid, SIGSTOP);
    for (slot = 0; slot < SLOTS; slot++) CHECK(spawn_with(slot, command, NULL, more));
    CHECK(warden.unsent.length > 0);
    for (slot = 0; slot < 2 * SLOTS; slot++) {
        report = next_report();
        if (report.type != GEM5ART__ENDED) continue;
        CHECK(WIFEXITED(report.status) && WEXITSTATUS(report.status) == 5);
    }
    CHECK_INT(warden.pid, pid);
    CHECK(!warden.dead);
    CHECK_INT(warden.unsent.length, 0);
    stop_warden();
}

/* One that takes no requests is continued after 10 of 20 checks, and killed after them. */
TEST(a_warden_that_stays_stopped_is_killed_and_replaced) {
    double now;
    long simulator;
    int checks = 0;
    start_warden(5);
    spawn(0, "setsid %s 0 & wait");
    expect(0, GEM5ART__SPAWNED);
    WAIT_FOR((simulator = number_in(0, "ready")) > 0);
    kept_stopped = warden.pid;
    continued = 0;
    kill(warden.pid, SIGSTOP);
    CHECK_INT(waitpid(warden.pid, NULL, WUNTRACED), warden.pid);
    for (now = gem5art__monotonic() + 1; gem5art__warden_check(&warden, now) && checks < 100; now++) {
        bool more = true;
        CHECK(!gem5art__warden_read(&warden, &more));
        CHECK_THAT(++checks > 10 || !continued, "it is continued after %d checks", checks);
    }
    CHECK(warden.dead);
    CHECK_THAT(checks >= 20 && checks <= 22, "%d checks", checks);
    CHECK_THAT(continued >= 9, "it was continued %d times", continued);
    kept_stopped = 0;
#ifdef GEM5ART_NO_PROC
    kill((pid_t)simulator, SIGKILL);
#else
    WAIT_FOR(gem5art__end_processes_of(ids[0], SIGKILL) == 0);
#endif
    WAIT_FOR(!alive(simulator));
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    spawn(0, "exit 0 # %s");
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

static bool has_answered(void) {
    bool more = true;
    return !gem5art__warden_read(&warden, &more) && warden.silence == 0;
}

TEST(a_warden_without_reports_answers) {
    double now = gem5art__monotonic();
    int i;
    start_warden(5);
    for (i = 0; i < 100; i++) {
        CHECK(gem5art__warden_check(&warden, ++now));
        if (i % 2) WAIT_FOR(has_answered()); /* it is asked only when no report came since the last check */
        else CHECK(!has_answered());
    }
    stop_warden();
}

/* A host that did not look for a long time does not blame the warden for that. */
TEST(a_warden_is_not_blamed_for_the_absence_of_its_host) {
    double now = gem5art__monotonic();
    start_warden(5);
    CHECK(gem5art__warden_check(&warden, now + 1));
    CHECK(gem5art__warden_check(&warden, now + 1000));
    CHECK(gem5art__warden_check(&warden, now + 2000));
    CHECK(!warden.lost);
    warden.check_at = 0;
    spawn(0, "exit 0 # %s");
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

TEST(a_stopped_warden_does_not_hold_up_its_end) {
    start_warden(5);
    kill(warden.pid, SIGSTOP);
    stop_warden();
}

/* No ping helps here: the warden itself sees that there is room again. */
TEST(reports_wait_for_room_in_the_pipe) {
    gem5art__message_type type = GEM5ART__SPAWNED;
    long pid;
    int i;
    start_warden(5);
    for (i = 0; i < 1000; i++) gem5art__wake(warden.wakes); /* it is full */
    spawn(0, "echo $$ >0/pid # %s");
    WAIT_FOR(in_outdir_of(0, "pid") && (pid = number_in(0, "pid")) > 0 && kill((pid_t)pid, 0) < 0);
    for (i = 0; i < 2; i++, type = GEM5ART__ENDED) {
        const gem5art__message *report = NULL;
        bool more;
        WAIT_FOR((more = true, report = gem5art__warden_read(&warden, &more)) != NULL);
        if (report) CHECK_INT(report->type, type);
    }
    stop_warden();
}

/* The pool's end of the pipe is gone, while its process lives: nobody would hear of the runs. */
TEST(a_warden_whose_reports_nobody_reads_ends_its_runs) {
    long pid;
    start_warden(0);
    spawn(0, "echo $$ >0/pid; exec sleep 60 # %s");
    expect(0, GEM5ART__SPAWNED);
    WAIT_FOR(in_outdir_of(0, "pid") && (pid = number_in(0, "pid")) > 0);
    close(warden.reports);
    spawn(1, "exit 0 # %s"); /* its spawn is reported to nobody */
    WAIT_FOR(!gem5art__warden_lives(&warden));
    CHECK(!alive(pid));
    warden.reports = open("/dev/null", O_RDONLY);
    stop_warden();
}

/* The head of a request may come in pieces. */
TEST(a_request_in_pieces) {
    gem5art__message ping;
    bool more;
    start_warden(5);
    memset(&ping, 0, sizeof ping);
    ping.type = GEM5ART__PING;
    CHECK_INT(send(warden.requests, &ping, 5, 0), 5);
    poll(NULL, 0, 50);
    CHECK_INT(send(warden.requests, (char *)&ping + 5, sizeof ping - 5, 0), sizeof ping - 5);
    warden.silence = 1;
    WAIT_FOR((more = true, gem5art__warden_read(&warden, &more)) == NULL && warden.silence == 0);
    stop_warden();
}

#ifdef __linux__
/* No memory for the child: the rest of its request is dropped, and the next child is spawned. */
TEST(a_warden_without_memory) {
    static const char *environment[] = {"LARGE", NULL, NULL};
    static const char *const command[] = {"/bin/true", NULL};
    char *large = (char *)malloc(20001);
    struct rlimit limit, none;
    gem5art__message report;
    memset(large, 'x', 20000);
    large[20000] = 0;
    environment[1] = large;
    start_warden(5);
    REQUIRE(prlimit(warden.pid, RLIMIT_AS, NULL, &limit) == 0);
    none = limit;
    none.rlim_cur = 1;
    CHECK_INT(prlimit(warden.pid, RLIMIT_AS, &none, NULL), 0);
    CHECK(spawn_with(0, command, environment, NULL));
    report = expect(0, GEM5ART__NOT_SPAWNED);
    CHECK_INT(report.failure.number, ENOMEM);
    CHECK_INT(prlimit(warden.pid, RLIMIT_AS, &limit, NULL), 0);
    CHECK(spawn_with(0, command, environment, NULL));
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
    free(large);
}
#endif

TEST(a_host_without_an_environment) {
    static const char *const command[] = {"/bin/true", NULL};
    char **before = environ;
    begin();
    close_db();
    memset(&warden, 0, sizeof warden);
    environ = NULL;
    CHECK(gem5art__warden_start(&warden, SLOTS, 5, &error));
    environ = before;
    CHECK(spawn_with(0, command, NULL, NULL));
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

TEST(wakes_never_block) {
    int i;
    start_warden(5);
    for (i = 0; i < 100000; i++) gem5art__wake(warden.wakes);
    CHECK(readable(warden.reports));
    spawn(0, "exit 0 # %s");
    expect(0, GEM5ART__SPAWNED);
    expect(0, GEM5ART__ENDED);
    stop_warden();
}

int main(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "--search") == 0 ? search() : test_main(argc, argv); }
