/* gem5-stand-in.c - a small program with gem5's command line and output files, for demos and tests
   on machines without gem5. It simulates nothing.

     gem5-stand-in [-r] [-e] [-d DIR | --outdir=DIR] [other options] SCRIPT [ARGUMENT...]

   What it does as gem5 v24 does:
   - Makes the outdir (default m5out). With -r and -e (or -re, --redirect-stdout, --redirect-stderr) it says so
     on its real stdout, and continues in simout.txt and simerr.txt.
   - Writes config.ini, config.json and stats.txt. The stats depend on the script's text and the arguments
     alone, but for the host* lines.
   - SIGINT: dumps the stats, says "Exiting @ tick N because user interrupt received", exits with 0.
     SIGTERM: ends at once, stats.txt stays empty. SIGUSR1: dumps the stats and continues.
   - Notes the returns of simulate() in $GEM5ART_EVENTS, as the probe of gem5art.h does in gem5's Python.
   - A full system (SCRIPT's name contains "fs", or the first two arguments are files: KERNEL DISK) writes its serial
     console to system.pc.com_1.device.

   What else it is to do stands in the script, in comment lines ("# stand-in: seconds=0.3 exit=2"), or in
   arguments, which come after and so win (--stand-in=seconds=2):
     seconds=S      run for S seconds (default 0)
     until=FILE     run until FILE is there (and no longer than seconds=, or an hour)
     exit=N         exit with status N at the end
     signal=N       end by signal N instead, without stats
     dumps=N        dump the stats N times in all (default 1; with 0, stats.txt stays empty)
     fatal          fail as gem5 does for a file that is missing: the reason in simerr.txt, status 1
     m5_fail=N      end with status 0 after the guest's m5_fail with code N
     roi            the guest marks a region of interest: workbegin and workend
     reads=FILE     config.ini names FILE as the object_file of a workload
     panic          the guest's kernel panics, and the simulator runs on (for an hour, unless seconds= is given too)
     ignore-sigint, ignore-sigterm   what they say
     fork           leave a process behind in the process group, its number in OUTDIR/grandchild.pid
     flood          1 MB on the real stdout first */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct {
    double seconds;
    int exit_status, signal_number, dumps, fail_code;
    int fatal, panic, ignore_sigint, fork, flood, roi, m5_fail; /* yes or no */
    char reads[4096], until[4096];
} ask;

static const char *outdir = "m5out";
static uint64_t seed = 14695981039346656037u; /* FNV-1a of the script and the arguments */
static volatile sig_atomic_t interrupted, dump_wanted;

static void on_signal(int number) {
    if (number == SIGINT) interrupted = 1;
    else dump_wanted = 1;
}

static void die(const char *what) {
    fprintf(stderr, "gem5-stand-in: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void add_to_seed(const char *text) {
    for (; *text; text++) seed = (seed ^ (unsigned char)*text) * 1099511628211u;
}

static FILE *open_in_outdir(const char *name, const char *mode) {
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", outdir, name);
    if (!(file = fopen(path, mode))) die(path);
    return file;
}

/* ------------------------------------------------------ what it is asked to do */

static void obey(const char *word) {
    const char *equals = strchr(word, '=');
    const char *value = equals ? equals + 1 : "";
    if (!strncmp(word, "seconds=", 8)) ask.seconds = strtod(value, NULL);
    else if (!strncmp(word, "exit=", 5)) ask.exit_status = (int)strtol(value, NULL, 10);
    else if (!strncmp(word, "signal=", 7)) ask.signal_number = (int)strtol(value, NULL, 10);
    else if (!strncmp(word, "dumps=", 6)) ask.dumps = (int)strtol(value, NULL, 10);
    else if (!strncmp(word, "m5_fail=", 8)) ask.m5_fail = 1, ask.fail_code = (int)strtol(value, NULL, 10);
    else if (!strncmp(word, "reads=", 6)) snprintf(ask.reads, sizeof ask.reads, "%s", value);
    else if (!strncmp(word, "until=", 6)) snprintf(ask.until, sizeof ask.until, "%s", value);
    else if (!strcmp(word, "roi")) ask.roi = 1;
    else if (!strcmp(word, "fatal")) ask.fatal = 1;
    else if (!strcmp(word, "panic")) ask.panic = 1;
    else if (!strcmp(word, "ignore-sigint")) ask.ignore_sigint = 1;
    else if (!strcmp(word, "ignore-sigterm")) signal(SIGTERM, SIG_IGN);
    else if (!strcmp(word, "fork")) ask.fork = 1;
    else if (!strcmp(word, "flood")) ask.flood = 1;
    else {
        fprintf(stderr, "gem5-stand-in: unknown word \"%s\": see the top of gem5-stand-in.c\n", word);
        exit(2);
    }
}

static void read_script(const char *path) {
    static const char mark[] = "# stand-in:";
    char line[4096], *word;
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "Script %s not found\n", path);
        exit(1);
    }
    while (fgets(line, (int)sizeof line, file)) {
        add_to_seed(line);
        if (strncmp(line, mark, sizeof mark - 1) != 0) continue;
        for (word = strtok(line + sizeof mark - 1, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) obey(word);
    }
    fclose(file);
}

static int is_file(const char *path) {
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* ------------------------------------------------------------- gem5's files */

static void redirect(int number, const char *name) {
    char path[4096];
    int fd;
    snprintf(path, sizeof path, "%s/%s", outdir, name);
    fflush(NULL);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0777); /* gem5's mode */
    if (fd < 0 || dup2(fd, number) < 0) die(path);
    close(fd);
}

static void print_banner(char **argv) {
    char host[256] = "", started[64];
    time_t t = time(NULL);
    gethostname(host, sizeof host - 1);
    strftime(started, sizeof started, "%b %d %Y %H:%M:%S", localtime(&t));
    printf("gem5 Simulator System.  https://www.gem5.org\n"
           "This is a stand-in with gem5's command line: it simulates nothing.\n\n"
           "gem5 version stand-in\ngem5 started %s\ngem5 executing on %s, pid %ld\ncommand line:", started, host,
           (long)getpid());
    for (; *argv; argv++) printf(" %s", *argv);
    printf("\n\nGlobal frequency set at 1000000000000 ticks per second\n");
    fflush(stdout);
}

static void write_config(int full_system) {
    const char *flag = full_system ? "true" : "false";
    FILE *file = open_in_outdir("config.ini", "w");
    fprintf(file, "[root]\ntype=Root\nchildren=system\nfull_system=%s\n\n"
                  "[system]\ntype=System\nchildren=cpu\nmem_mode=timing\nmem_ranges=0:536870912\n\n"
                  "[system.cpu]\ntype=StandInCPU\nclock=1000\n", flag);
    if (*ask.reads) fprintf(file, "\n[system.workload]\ntype=KernelWorkload\nobject_file=%s\n", ask.reads);
    fclose(file);
    file = open_in_outdir("config.json", "w");
    fprintf(file, "{\n    \"type\": \"Root\",\n    \"name\": null,\n    \"full_system\": %s,\n"
                  "    \"system\": {\n        \"type\": \"System\",\n        \"name\": \"system\",\n"
                  "        \"mem_mode\": \"timing\",\n        \"mem_ranges\": [\n            \"0:536870912\"\n        ],\n"
                  "        \"cpu\": [\n            {\n                \"type\": \"StandInCPU\",\n"
                  "                \"name\": \"cpu\",\n                \"clock\": 1000\n            }\n        ]\n"
                  "    }\n}", flag);
    fclose(file);
}

static void stat_line(FILE *file, const char *name, const char *value, const char *description) {
    fprintf(file, "%-40s %12s %10s %10s # %s\n", name, value, "", "", description);
}

static void stat_count(FILE *file, const char *name, uint64_t value, const char *description) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    stat_line(file, name, text, description);
}

static void stat_real(FILE *file, const char *name, double value, int digits, const char *description) {
    char text[64];
    snprintf(text, sizeof text, "%.*f", digits, value);
    stat_line(file, name, text, description);
}

/* A vector or distribution: each of `count` values with its share and the shares so far. */
static void stat_vector(FILE *file, const char *name, const char *const *keys, const uint64_t *values, int count,
                        const char *description) {
    char full[128], share[16], so_far[16];
    uint64_t sum = 0, total = 0;
    int i;
    for (i = 0; i < count; i++) total += values[i];
    for (i = 0; i < count; i++) {
        sum += values[i];
        snprintf(full, sizeof full, "%s::%s", name, keys[i]);
        snprintf(share, sizeof share, "%.2f%%", 100.0 * (double)values[i] / (double)total);
        snprintf(so_far, sizeof so_far, "%.2f%%", 100.0 * (double)sum / (double)total);
        fprintf(file, "%-40s %12llu %10s %10s # %s\n", full, (unsigned long long)values[i], share, so_far, description);
    }
    snprintf(full, sizeof full, "%s::total", name);
    stat_count(file, full, total, description);
}

static void dump_stats(uint64_t ticks, double elapsed) {
    static const char *const classes[] = {"IntAlu", "IntMult", "MemRead", "MemWrite"};
    static const char *const buckets[] = {"underflows", "0", "1", "2", "overflows"};
    static const char issued[] = "Number of insts issued each cycle (Count)";
    uint64_t cycles = ticks / 1000, instructions = ticks / (1000 + seed % 1500);
    uint64_t by_class[4], by_bucket[5] = {0, 0, 0, 0, 0};
    FILE *file = open_in_outdir("stats.txt", "a");
    by_class[1] = instructions / 50;
    by_class[2] = instructions / 4;
    by_class[3] = instructions / 8;
    by_class[0] = instructions - by_class[1] - by_class[2] - by_class[3];
    by_bucket[3] = instructions / 5;
    by_bucket[2] = instructions - 2 * by_bucket[3];
    by_bucket[1] = cycles - by_bucket[2] - by_bucket[3];

    fprintf(file, "\n---------- Begin Simulation Statistics ----------\n");
    stat_real(file, "simSeconds", (double)ticks * 1e-12, 6, "Number of seconds simulated (Second)");
    stat_count(file, "simTicks", ticks, "Number of ticks simulated (Tick)");
    stat_count(file, "finalTick", ticks, "Number of ticks from beginning of simulation (restored from checkpoints "
                                         "and never reset) (Tick)");
    stat_count(file, "simFreq", 1000000000000u, "The number of ticks per simulated second ((Tick/Second))");
    stat_real(file, "hostSeconds", elapsed, 2, "Real time elapsed on the host (Second)");
    stat_count(file, "hostTickRate", (uint64_t)((double)ticks / (elapsed + 1e-6)),
               "The number of ticks simulated per host second (ticks/s) ((Tick/Second))");
    stat_count(file, "simInsts", instructions, "Number of instructions simulated (Count)");
    stat_count(file, "system.cpu.numCycles", cycles, "Number of cpu cycles simulated (Cycle)");
    stat_real(file, "system.cpu.ipc", (double)instructions / (double)cycles, 6,
              "IPC: instructions per cycle (core level) ((Count/Cycle))");
    stat_vector(file, "system.cpu.commitStats0.committedInstType", classes, by_class, 4,
                "Class of committed instruction. (Count)");
    stat_count(file, "system.cpu.numIssuedDist::samples", cycles, issued);
    stat_real(file, "system.cpu.numIssuedDist::mean", (double)instructions / (double)cycles, 6, issued);
    stat_line(file, "system.cpu.numIssuedDist::stdev", "nan", issued);
    stat_vector(file, "system.cpu.numIssuedDist", buckets, by_bucket, 5, issued);
    fprintf(file, "\n---------- End Simulation Statistics   ----------\n");
    fclose(file);
}

static void note_event(uint64_t tick, int code, const char *cause, double seconds) {
    const char *path = getenv("GEM5ART_EVENTS"), *slash = path ? strrchr(path, '/') : NULL;
    char folder[4096];
    FILE *file;
    if (slash && (size_t)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path) < sizeof folder)
        mkdir(folder, 0755);
    if (!path || (file = fopen(path, "a")) == NULL) return;
    fprintf(file, "%llu\t%d\t%s\t%.3f\n", (unsigned long long)tick, code, cause, seconds);
    fclose(file);
}

static void write_terminal(const char *text) {
    FILE *file = open_in_outdir("system.pc.com_1.device", "a");
    fputs(text, file);
    fclose(file);
}

static const char boot_text[] =
    "[    0.000000] Linux version 5.4.49 (stand-in) #1 SMP\n"
    "[    0.000000] Command line: earlyprintk=ttyS0 console=ttyS0 root=/dev/hda1\n"
    "[    0.124371] Memory: 508164K/523900K available\n"
    "[    0.731402] hda: max request size: 128KiB\n";
static const char panic_text[] =
    "[    0.806233] VFS: Cannot open root device \"hda1\" or unknown-block(0,0): error -6\n"
    "[    0.806299] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n"
    "[    0.806344] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 5.4.49 #1\n"
    "[    0.806377] Call Trace:\n"
    "[    0.806402]  dump_stack+0x50/0x63\n"
    "[    0.806431]  panic+0x118/0x2f4\n"
    "[    0.806460]  mount_block_root+0x14e/0x1e6\n"
    "[    0.806491]  kernel_init+0x16/0x130\n"
    "[    0.806517]  ret_from_fork+0x22/0x30\n";
static const char shutdown_text[] =
    "[    0.814410] VFS: Mounted root (ext2 filesystem) on device 3:1.\n"
    "[    0.903115] Run /sbin/init as init process\n"
    "[    1.204001] reboot: Power down\n";

/* -------------------------------------------------------------- the program */

/* Leaves a process behind that ends by itself after ten minutes. */
static void leave_grandchild(void) {
    FILE *file;
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
        sleep(600);
        _exit(0);
    }
    file = open_in_outdir("grandchild.pid", "w");
    fprintf(file, "%ld\n", (long)pid);
    fclose(file);
}

/* "Simulates" until the time is over, its file is there, or SIGINT comes; returns the seconds it took. Signals come in
   only while it waits, so none is missed. */
static double simulate(uint64_t all_ticks) {
    double begun = now(), left;
    sigset_t none;
    sigemptyset(&none);
    while ((left = begun + ask.seconds - now()) > 0 && !interrupted) {
        struct timespec wait;
        if (*ask.until && access(ask.until, F_OK) == 0) break;
        if (*ask.until && left > 0.02) left = 0.02;
        wait.tv_sec = (time_t)left;
        wait.tv_nsec = (long)((left - (double)wait.tv_sec) * 1e9);
        pselect(0, NULL, NULL, NULL, &wait, &none);
        if (dump_wanted) dump_stats((uint64_t)((double)all_ticks * (now() - begun) / ask.seconds), now() - begun);
        dump_wanted = 0;
    }
    return now() - begun;
}

int main(int argc, char **argv) {
    const char *cause;
    int i, n, redirect_stdout = 0, redirect_stderr = 0, full_system;
    double elapsed;
    uint64_t ticks;
    struct sigaction action;
    sigset_t blocked;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (!strncmp(argv[i], "--outdir=", 9)) outdir = argv[i] + 9;
        else if ((!strcmp(argv[i], "--outdir") || !strcmp(argv[i], "-d")) && i + 1 < argc) outdir = argv[++i];
        else if (!strcmp(argv[i], "--redirect-stdout")) redirect_stdout = 1;
        else if (!strcmp(argv[i], "--redirect-stderr")) redirect_stderr = 1;
        else if (argv[i][1] != '-') {
            if (strchr(argv[i], 'r')) redirect_stdout = 1;
            if (strchr(argv[i], 'e')) redirect_stderr = 1;
        }
    }
    if (i == argc) {
        fprintf(stderr, "usage: gem5-stand-in [-re] [--outdir=DIR] SCRIPT [ARGUMENT...]\n");
        return 2;
    }
    ask.dumps = 1;
    ask.seconds = -1;
    read_script(argv[i]);
    for (n = i + 1; n < argc; n++) {
        add_to_seed(argv[n]);
        if (!strncmp(argv[n], "--stand-in=", 11)) obey(argv[n] + 11);
    }
    if (ask.seconds < 0) ask.seconds = ask.panic || *ask.until ? 3600 : 0;
    full_system = strstr(strrchr(argv[i], '/') ? strrchr(argv[i], '/') : argv[i], "fs") != NULL ||
                  (i + 2 < argc && is_file(argv[i + 1]) && is_file(argv[i + 2]));

    for (n = 0; ask.flood && n < 1 << 14; n++) printf("gem5-stand-in floods the console, as it was asked to do\n");
    if (mkdir(outdir, 0777) && errno != EEXIST) die(outdir);
    if (redirect_stdout) printf("Redirecting stdout to %s/simout.txt\n", outdir);
    if (redirect_stderr) printf("Redirecting stderr to %s/simerr.txt\n", outdir);
    if (redirect_stdout) redirect(STDOUT_FILENO, "simout.txt");
    if (redirect_stderr) redirect(STDERR_FILENO, "simerr.txt");
    print_banner(argv);
    fclose(open_in_outdir("stats.txt", "w"));
    if (ask.fatal) {
        fprintf(stderr, "src/base/loader/image_file_data.cc:105: fatal: fatal condition fd < 0 occurred: "
                        "Failed to open file ./nosuch.\nThis error typically occurs when the file path specified is "
                        "incorrect.\nMemory Usage: 100964 KBytes\n");
        return 1;
    }
    write_config(full_system);

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, NULL);
    if (ask.ignore_sigint) action.sa_handler = SIG_IGN;
    sigaction(SIGINT, &action, NULL);

    if (ask.fork) leave_grandchild();
    fprintf(stderr, "src/sim/simulate.cc:199: info: Entering event queue @ 0.  Starting simulation...\n");
    if (full_system || ask.panic) write_terminal(boot_text);
    if (ask.panic) write_terminal(panic_text);
    ticks = (10000000 + seed % 90000000) * 1000;
    elapsed = simulate(ticks);
    if (interrupted) ticks = (uint64_t)((double)ticks * elapsed / ask.seconds);
    if (ask.signal_number && !interrupted) {
        sigprocmask(SIG_UNBLOCK, &blocked, NULL);
        signal(ask.signal_number, SIG_DFL);
        raise(ask.signal_number);
    }
    if (full_system && !ask.panic && !interrupted) write_terminal(shutdown_text);
    for (n = 0; n < ask.dumps; n++) dump_stats(ticks / (uint64_t)ask.dumps, elapsed);
    cause = interrupted   ? "user interrupt received"
            : ask.m5_fail ? "m5_fail instruction encountered"
                          : "exiting with last active thread context";
    if (ask.roi && !interrupted) {
        note_event(ticks / 4, 1, "workbegin", elapsed / 4);
        note_event(ticks / 4 * 3, 1, "workend", elapsed / 4 * 3);
    }
    note_event(ticks, interrupted ? 0 : ask.fail_code, cause, elapsed);
    printf("Exiting @ tick %llu because %s\n", (unsigned long long)ticks, cause);
    return interrupted ? 0 : ask.exit_status;
}
