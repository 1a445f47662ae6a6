/* test_outcome.c - how a run ended: outdirs that real gem5 wrote, one made outdir for each row of the table of evidence in
   the spellings of gem5 v20 to v25, good runs that look bad, and files that are not what they seem. */
#include "faults.h"

#define GEM5ART__ARENA_MOST 16 /* each allocation from an arena is one that can fail */
#undef GEM5ART_SYS_OPENAT
#define GEM5ART_SYS_OPENAT(folder, path, flags, mode) test_openat(folder, path, flags, mode)
static int opened; /* files and folders, by their descriptors */
static void (*before_open)(void); /* what another program does meanwhile */
static int test_openat(int folder, const char *path, int flags, unsigned mode);

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

static int test_openat(int folder, const char *path, int flags, unsigned mode) {
    __sync_add_and_fetch(&opened, 1);
    if (before_open) before_open();
    return faulty("openat", true) ? -1 : openat(folder, path, flags, (mode_t)mode);
}

static char project[PATH_MAX]; /* the folder that the tests were started in */

/* ---- a run that ended, from its files to its name */

typedef struct ended {
    gem5art_run run;
    gem5art__arena arena;
    gem5art__watch watch;
    gem5art__end end;
    char outdir[PATH_MAX];
    struct stat folder;
} ended;

/* As a worker does: NULL where it is gone. */
static DIR *enter(ended *e) { return gem5art__open_outdir(e->outdir, &e->folder, NULL); }

/* Its outdir is OUT in the current folder, made where there is none. */
static void begin_run(ended *e, bool fs, const char *out) {
    DIR *outdir;
    memset(e, 0, sizeof *e);
    gem5art__set_defaults(gem5art__run_fields, &e->run);
    e->run.type = fs ? "gem5 run fs" : "gem5 run";
    e->run.name = "t";
    mkdir(out, 0777);
    if (!realpath(out, e->outdir)) test_fail(__FILE__, __LINE__, "no outdir %s", out);
    e->run.outdir = e->outdir;
    e->run.running = true;
    e->end.spawned = gem5art__now();
    REQUIRE(stat(out, &e->folder) == 0);
    outdir = enter(e);
    CHECK(outdir && gem5art__watch_begin(&e->watch, &e->run, outdir, &error));
    gem5art__close_folder(outdir);
}

static void end_run(ended *e, int status) {
    DIR *outdir = enter(e);
    e->end.status = status;
    e->end.forks = gem5art__forks_of(e->outdir, e->end.spawned, &e->arena);
    CHECK_THAT(gem5art__classify(&e->run, &e->arena, &e->end, &e->watch, outdir, &error), "not classified: %s", error.message);
    gem5art__close_folder(outdir);
    CHECK(!e->run.running);
}

static void free_run(ended *e) {
    gem5art__watch_free(&e->watch);
    gem5art__arena_free(&e->arena);
}

static int exits(int code) { return code << 8; } /* as waitpid has it */

static const char *warned(const ended *e, const char *kind) {
    size_t i;
    for (i = 0; i < e->run.warning_count; i++)
        if (strcmp(e->run.warnings[i].kind, kind) == 0) return e->run.warnings[i].text;
    return NULL;
}

/* Writes a file below the outdir, its folders too. */
static void put(const char *out, const char *name, const char *text) {
    char path[PATH_MAX], *slash;
    snprintf(path, sizeof path, "%s/%s", out, name);
    for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    write_text(path, text);
}

static const char good_stats[] = "\n---------- Begin Simulation Statistics ----------\n"
                                 "simSeconds                                   0.000042                       # s\n"
                                 "\n---------- End Simulation Statistics   ----------\n";

/* ---- what real gem5 wrote */

typedef struct real {
    const char *name;
    bool fs;
    int status;
    const char *outcome, *reason; /* of the status and kill_reason */
    bool rerunnable;
    const char *cause;            /* a part of it */
} real;

#define GOOD "Finished", "", false
#define BAD "Failed", "", false
#define LAST_THREAD "exiting with last active thread context"

static const real reals[] = {
    {"ok", false, 0, GOOD, LAST_THREAD},
    {"o3", false, 0, GOOD, LAST_THREAD},
    {"two", false, 0, GOOD, LAST_THREAD},
    {"dumps", false, 0, GOOD, LAST_THREAD},
    {"checkpoint", false, 0, GOOD, LAST_THREAD},
    {"maxtick", false, 0, GOOD, "simulate() limit reached"},
    {"m5exit", false, 0, GOOD, "m5_exit instruction encountered"},
    {"says-fatal", false, 0, GOOD, LAST_THREAD},
    {"exit3", false, 0, BAD, "3"},
    {"m5fail", false, 0, BAD, "m5_fail instruction encountered"},
    {"stdlib-ok", false, 0, GOOD, LAST_THREAD},
    {"stdlib-exit3", false, 0, BAD, LAST_THREAD ", code 3"},
    {"stdlib-m5fail", false, 0, BAD, "m5_fail instruction encountered, code 7"},
    {"stdlib-interrupted", false, 0, "Failed", "sigint", true, "user interrupt received"},
    {"abort", false, 0, GOOD, LAST_THREAD}, /* a limit: see the manual */
    {"nosys", false, 1, BAD, "fatal: Syscall 9999 out of range"},
    {"segv", false, 134, BAD, "panic: Tried to write unmapped address 0x8."},
    {"fork", false, 0, GOOD, LAST_THREAD},
    {"fs-panic", true, 0, "Failed", "kernel panic", false,
     "Kernel panic - not syncing: System is deadlocked on memory"},
    {"fs-interrupted", true, 0, "Failed", "sigint", true, "user interrupt received"},
    {"riscv-atomic", false, 0, GOOD, LAST_THREAD},
    {"riscv-timing", false, 0, GOOD, LAST_THREAD},
    {"riscv-minor", false, 0, GOOD, LAST_THREAD},
    {"riscv-o3", false, 0, GOOD, LAST_THREAD},
    {"riscv-three-dumps", false, 0, GOOD, LAST_THREAD},
    {"riscv-interrupted", false, 0, "Failed", "sigint", true, "user interrupt received"},
    {"riscv-terminated", false, 143, "Failed", "sigterm", true, "exit status 143 (SIGTERM)"},
    {"riscv-fatal", false, 1, BAD, "fatal: fatal condition fd < 0 occurred: Failed to open file ./nosuch."},
    {"riscv-script-error", false, 1, BAD, "KeyError: 'nocpu'"}};

static void classify_real(const real *c, bool events) {
    ended e;
    sh("rm -rf out out.f0");
    begin_run(&e, c->fs, "out");
    sh("cp %s/tests/data/outcomes/%s/* out", project, c->name);
    if (events && exists("out/events.tsv")) sh("mkdir -p out/.gem5art; mv out/events.tsv out/.gem5art/events.tsv");
    end_run(&e, exits(c->status));
    CHECK_THAT(strcmp(e.run.status, c->outcome) == 0 && strcmp(e.run.kill_reason, c->reason) == 0 &&
                   e.run.rerunnable == c->rerunnable && strstr(e.run.cause, c->cause),
               "%s is %s, reason \"%s\", rerunnable %d, cause \"%s\"", c->name, e.run.status, e.run.kill_reason,
               e.run.rerunnable, e.run.cause);
    CHECK_THAT(strcmp(e.run.status, "Finished") != 0 || e.run.warning_count == 0, "%s has a warning: %s", c->name,
               e.run.warning_count ? e.run.warnings[0].text : "");
    CHECK_INT(e.run.return_code, c->status);
    free_run(&e);
}

TEST(real_outdirs_are_named_rightly) {
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof reals / sizeof *reals; i++) classify_real(&reals[i], true);
    fixture_end();
}

/* The same by the texts alone, where they have it. */
TEST(real_outdirs_without_events) {
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof reals / sizeof *reals; i++)
        if (strncmp(reals[i].name, "stdlib-", 7) != 0) classify_real(&reals[i], false);
    fixture_end();
}

/* ---- made outdirs, one for each row and spelling */

typedef struct made {
    const char *name;
    bool fs;
    int status;
    const char *outcome, *reason;
    bool rerunnable;
    const char *cause;
    const char *files[8]; /* name, text, ..., NULL; without a stats.txt among them there is a good one */
} made;

#define LINUX_PANIC "[    2.749115] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n"
#define PANIC "Failed", "kernel panic", false
#define SIGINTED "Failed", "sigint", true
#define EXITING(cause) "simout.txt", "Exiting @ tick 4711 because " cause "\n"
#define OLD_EXITING(cause) "simout", "Exiting @ tick 4711 because " cause "\n"
#define EVENTS ".gem5art/events.tsv"

static const made mades[] = {
    /* guest panics */
    {"terminal, v20", true, 0, PANIC, "VFS: Unable", {"system.terminal", LINUX_PANIC}},
    {"terminal, v24", true, 0, PANIC, "VFS: Unable", {"board.pc.com_1.device", LINUX_PANIC}},
    {"terminal of an SE run's own kernel", false, 0, PANIC, "VFS: Unable", {"board.platform.terminal", LINUX_PANIC}},
    {"terminal in a folder", true, 0, PANIC, "VFS: Unable", {"a/b/testsys.terminal", LINUX_PANIC}},
    {"terminal on stdout", true, 0, PANIC, "VFS: Unable", {"simout.txt", LINUX_PANIC}},
    {"terminal on stdout, before v23.1", true, 0, PANIC, "VFS: Unable", {"simout", LINUX_PANIC}},
    {"terminal on the console", true, 0, PANIC, "VFS: Unable", {"console.txt", LINUX_PANIC}},
    {"no time stamps", true, 0, PANIC, "Attempted to kill init!",
     {"system.terminal", "Kernel panic - not syncing: Attempted to kill init!\n"}},
    {"a level, a stamp and a thread", true, 0, PANIC, "Fatal exception",
     {"system.terminal", "<0>[    1.500000][    T1] Kernel panic - not syncing: Fatal exception in interrupt\r\n"}},
    {"behind what a program printed", true, 0, PANIC, "Attempted",
     {"system.terminal", "gem5 login: [   12.345678] Kernel panic - not syncing: Attempted to kill init!"}},
    {"only the end of it", true, 0, PANIC, "Fatal exception",
     {"system.terminal", "[    1.5] ---[ end Kernel panic - not syncing: Fatal exception ]---\n"}},
    {"in the saved log", true, 0, PANIC, "VFS: Unable", {"system.dmesg", LINUX_PANIC}},
    {"gem5 warns, v24 RISC-V", true, 0, PANIC, "Kernel panic in simulated system.",
     {"simerr.txt", "src/kern/linux/events.cc:65: warn: Kernel panic in simulated system.\n"
                    "src/kern/linux/events.cc:68: info: Dumping kernel dmesg buffer to board.workload.dmesg...\n",
      EXITING("Kernel panic in simulated system.."), "board.workload.dmesg", "[    0.7] VFS: Cannot open root device\n"}},
    {"gem5 warns, SE type", false, 0, PANIC, "Kernel panic in simulated system.",
     {"simerr.txt", "src/kern/linux/events.cc:65: warn: Kernel panic in simulated system.\n"}},
    {"gem5 warns, v20 Arm", true, 0, PANIC, "Kernel panic in simulated kernel",
     {"simerr", "info: Dumping kernel dmesg buffer to system.dmesg...\nwarn: Kernel panic in simulated kernel\n"}},
    {"gem5 panics, v20 Arm", true, 134, PANIC, "Kernel panic in simulated kernel",
     {"simerr", "panic: Kernel panic in simulated kernel\nMemory Usage: 608748 KBytes\nProgram aborted at tick 40368000\n"}},
    {"gem5 panics, v22 Arm", true, 134, PANIC, "Kernel panic in simulated kernel",
     {"simerr", "build/ARM/kern/linux/events.cc:78: panic: Kernel panic in simulated kernel\nMemory Usage: 1 KBytes\n"}},
    {"the script prints it", true, 0, PANIC, "Kernel panic in simulated kernel",
     {EXITING("Kernel panic in simulated kernel")}},
    {"the probe has it, v25", true, 0, PANIC, "Kernel panic in simulated system.",
     {EVENTS, "900\t1\tKernel panic in simulated system.\t3.250\n"}},
    {"a panic, and the script exits with 1", true, 1, PANIC, "VFS: Unable", {"system.terminal", LINUX_PANIC}},
    /* signals that we did not send */
    {"user interrupt, v20", false, 0, SIGINTED, "user interrupt received", {OLD_EXITING("user interrupt received")}},
    {"user interrupt, v24", true, 0, SIGINTED, "user interrupt received", {EXITING("user interrupt received")}},
    {"user interrupt, standard library", false, 0, SIGINTED, "user interrupt received",
     {EXITING("user interrupt received.")}},
    {"user interrupt, probe", false, 0, SIGINTED, "user interrupt received",
     {EVENTS, "5\t0\tuser interrupt received\t1.0\n", EXITING("exiting")}},
    {"interrupt in the script", false, 1, SIGINTED, "KeyboardInterrupt",
     {"simerr", "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\nKeyboardInterrupt\n"}},
    {"SIGINT", false, SIGINT << 16, SIGINTED, "SIGINT", {NULL}},
    {"SIGTERM", false, SIGTERM << 16, "Failed", "sigterm", true, "SIGTERM", {NULL}},
    {"SIGHUP", false, SIGHUP << 16, "Failed", "sighup", true, "SIGHUP", {NULL}},
    {"SIGKILL", true, SIGKILL << 16, "Failed", "sigkill", true, "SIGKILL", {NULL}},
    {"129 of a wrapper", false, 129, "Failed", "sighup", true, "129", {NULL}},
    {"130 of a wrapper", false, 130, SIGINTED, "130", {NULL}},
    {"137 of a wrapper", false, 137, "Failed", "sigkill", true, "137", {NULL}},
    {"143 of a wrapper", false, 143, "Failed", "sigterm", true, "143", {NULL}},
    {"247 of a Python wrapper", false, 247, "Failed", "sigkill", true, "247 (SIGKILL)", {NULL}},
    {"241 of a Python wrapper", false, 241, "Failed", "sigterm", true, "241 (SIGTERM)", {NULL}},
    {"an error of a Python wrapper", false, 1, "Failed", "sigkill", true, "died with <Signals.SIGKILL: 9>",
     {"console.txt", "Traceback (most recent call last):\nsubprocess.CalledProcessError: Command '['gem5']' died with "
                     "<Signals.SIGKILL: 9>.\n"}},
    {"a crash by an error of a Python wrapper", false, 1, BAD, "SIGSEGV",
     {"console.txt", "subprocess.CalledProcessError: Command 'gem5' died with <Signals.SIGSEGV: 11>.\n"}},
    {"a number that no signal has", false, 1, BAD, "died with <Signals.SIGKILL: 4294967305>",
     {"console.txt", "subprocess.CalledProcessError: Command 'gem5' died with <Signals.SIGKILL: 4294967305>.\n"}},
    {"a guest's code that looks like a signal", false, 137, BAD, "code 137",
     {EVENTS, "5\t137\texiting with last active thread context\t1.0\n"}},
    {"a signal of its own making", false, SIGSEGV << 16, BAD, "SIGSEGV",
     {"simerr.txt", "gem5 has encountered a segmentation fault!\n\n--- BEGIN LIBC BACKTRACE ---\n"}},
    /* what the script or the guest said */
    {"a kernel's oops, v24 Arm", true, 0, BAD, "Kernel oops in guest", {EXITING("Kernel oops in guest")}},
    {"a kernel's oops, probe", true, 0, BAD, "Kernel oops in guest", {EVENTS, "9\t1\tKernel oops in guest\t1.0\n"}},
    {"m5_fail, v20", true, 0, BAD, "m5_fail", {OLD_EXITING("m5_fail instruction encountered")}},
    {"m5_fail, v25", true, 0, BAD, "m5_fail", {EXITING("m5_fail instruction encountered.")}},
    {"m5_fail, probe", true, 0, BAD, "code 7", {EVENTS, "4711\t7\tm5_fail instruction encountered\t0.5\n"}},
    {"m5_fail without a tick", false, 0, BAD, "m5_fail",
     {"simout", "Exiting because  m5_fail instruction encountered\n"}},
    {"exit code, v20", false, 0, BAD, "Exit code is 3",
     {OLD_EXITING("exiting with last active thread context") "Simulated exit code not 0! Exit code is 3\n"}},
    {"exit code, v24", false, 0, BAD, "Exit code is 3",
     {EXITING("exiting with last active thread context") "Simulated exit code not 0! Exit code is 3\n"}},
    {"exit code and nothing else", true, 0, BAD, "Exit code is 3",
     {"simout.txt", "Simulated exit code not 0! Exit code is 3\n"}},
    {"exit code on the console", false, 0, BAD, "Exit code is 9",
     {"console.txt", "Exiting @ tick 1 because " LAST_THREAD "\nSimulated exit code not 0! Exit code is 9\n"}},
    {"exit code, probe", false, 0, BAD, "code 3", {EVENTS, "1\t3\t" LAST_THREAD "\t0.1\n"}},
    {"a deadlock", false, 0, BAD, "limit reached",
     {"simout.txt", "Exiting @ tick 18446744073709551615 because simulate() limit reached\n"}},
    {"a deadlock in old versions", false, 0, BAD, "limit reached",
     {"simout", "Exiting @ tick 9223372036854775807 because simulate() limit reached\n"}},
    {"a deadlock, probe", false, 0, BAD, "limit reached",
     {EVENTS, "18446744073709551615\t0\tsimulate() limit reached\t9.5\n"}},
    /* gem5's own errors */
    {"fatal, v20, lost by a wrapper", false, 0, BAD, "fatal: Can't find a path",
     {"simerr", "warn: x\nfatal: Can't find a path from 'a' to 'b'\nMemory Usage: 608880 KBytes\n"}},
    {"fatal, v20, of two lines", false, 0, BAD, "fatal: Can't find a path",
     {"simerr", "fatal: Can't find a path\nfrom a to b\nMemory Usage: 608880 KBytes\n"}},
    {"fatal, v21", false, 0, BAD, "fatal: out of memory, only got",
     {"simerr", "build/X86/sim/system.cc:300: fatal: out of memory, only got 1 of 2 pages\nMemory Usage: 1 KBytes\n"}},
    {"fatal, v24, behind a guest's words", false, 0, BAD, "fatal: Syscall 9999 out of range",
     {"simerr.txt", "working ... src/sim/syscall_desc.hh:209: fatal: Syscall 9999 out of range\nMemory Usage: 1 KBytes\n"}},
    {"panic, v25, on the console", true, 0, BAD, "panic: Invalid access",
     {"console.txt", "src/mem/x.cc:1: panic: Invalid access\nMemory Usage: 1 KBytes\nProgram aborted at tick 1\n"}},
    {"fatal of the script", false, 1, BAD, "fatal: Need to instantiate Root()",
     {"simerr.txt", "fatal: Need to instantiate Root() before calling instantiate()\n"}},
    {"panic, SIGABRT", false, SIGABRT << 16, BAD, "panic: Page table fault",
     {"simerr.txt", "src/x.cc:9: panic: Page table fault when accessing virtual address 0\nMemory Usage: 1 KBytes\n"
                    "Program aborted at tick 1\n--- BEGIN LIBC BACKTRACE ---\ngem5.opt(_Z1)[0x55]\n--- END LIBC BACKTRACE ---\n"}},
    {"a Python error, v20", false, 1, BAD, "NameError: name 'x' is not defined",
     {"simerr", "Traceback (most recent call last):\n  File \"build/X86/python/m5/main.py\", line 457, in main\n"
                "    exec(filecode, scope)\n  File \"se.py\", line 1, in <module>\nNameError: name 'x' is not defined\n"}},
    {"a Python error, v24", false, 1, BAD, "NameError: name 'x' is not defined",
     {"simerr.txt", "warn: x\nNameError: name 'x' is not defined\n\nAt:\n  se.py(10): <module>\n"
                    "  src/python/m5/main.py(669): main\n"}},
    {"an error of argparse", false, 2, BAD, "se.py: error: unrecognized arguments: -q",
     {"simerr.txt", "usage: se.py [-h]\nse.py: error: unrecognized arguments: -q\n"}},
    {"an exit status alone", false, 3, BAD, "exit status 3", {NULL}},
    {"an exit status with warnings", false, 3, BAD, "exit status 3", {"simerr.txt", "src/x.cc:1: warn: nothing\n"}},
    /* statistics */
    {"a dump that was cut", false, 0, "Failed", "", true, "incomplete",
     {"stats.txt", "\n---------- Begin Simulation Statistics ----------\nsimSeconds 1\nsimTi", EXITING(LAST_THREAD)}},
    {"a second dump that was cut", false, 0, "Failed", "", true, "incomplete",
     {"stats.txt", "\n---------- Begin Simulation Statistics ----------\nsimSeconds 1\n\n"
                   "---------- End Simulation Statistics   ----------\n\n---------- Begin Simulation Statis"}},
    {"cut in the end line", false, 0, "Failed", "", true, "incomplete",
     {"stats.txt", "\n---------- Begin Simulation Statistics ----------\nsimSeconds 1\n\n---------- End Simul"}}};

static void classify_made(const made *c) {
    const char *const *file;
    bool stats = false;
    ended e;
    sh("rm -rf out");
    begin_run(&e, c->fs, "out");
    for (file = c->files; *file; file += 2) {
        put("out", file[0], file[1]);
        stats = stats || strcmp(file[0], "stats.txt") == 0;
    }
    if (!stats) put("out", "stats.txt", good_stats);
    end_run(&e, c->status > 0xffff ? c->status >> 16 : exits(c->status));
    CHECK_THAT(strcmp(e.run.status, c->outcome) == 0 && strcmp(e.run.kill_reason, c->reason) == 0 &&
                   e.run.rerunnable == c->rerunnable && strstr(e.run.cause, c->cause),
               "%s: %s, reason \"%s\", rerunnable %d, cause \"%s\"", c->name, e.run.status, e.run.kill_reason,
               e.run.rerunnable, e.run.cause);
    CHECK_THAT(strcmp(e.run.status, "Failed") != 0 || *e.run.cause, "%s: no cause", c->name);
    free_run(&e);
}

TEST(each_row_in_each_spelling) {
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof mades / sizeof *mades; i++) classify_made(&mades[i]);
    fixture_end();
}

/* ---- good runs that look bad */

static const made goods[] = {
    {"panic=1", true, 0, GOOD, "", {"system.terminal", "[    0.0] Kernel command line: console=ttyS0 panic=1 oops=panic\n"}},
    {"the text in the command line", true, 0, GOOD, "",
     {"system.terminal", "[    0.000000] Command line: root=/dev/sda1 note=\"Kernel panic - not syncing\" panic=-1\n"}},
    {"the text in the environment", true, 0, GOOD, "",
     {"system.terminal", "[    0.1] Unknown kernel command line parameters \"Kernel panic - not syncing: x\", will be passed to user space.\n"}},
    {"sysctl", true, 0, GOOD, "", {"system.terminal", "kernel.panic = 10\nkernel.panic_on_oops = 1\n"}},
    {"a quotation", true, 0, GOOD, "", {"system.terminal", "last words: if you see 'Kernel panic' in a log\n"}},
    {"a quotation of all of it", true, 0, GOOD, "",
     {"system.terminal", "motd: \"Kernel panic - not syncing\" means that the kernel gave up\n"}},
    {"a search", true, 0, GOOD, "",
     {"system.terminal", "root@gem5:~# grep -c 'Kernel panic - not syncing' /var/log/kern.log\r\n0\r\n"}},
    {"a log of an earlier boot", true, 0, GOOD, "",
     {"system.terminal", "Jan  1 00:00:00 gem5 kernel: [    2.749115] Kernel panic - not syncing: VFS\n"}},
    {"a found line", true, 0, GOOD, "", {"system.terminal", "kern.log:Kernel panic - not syncing: VFS\n"}},
    {"a handler", true, 0, GOOD, "", {"system.terminal", "[    0.2] Registered panic notifier; panic timeout 5\n"}},
    {"another panic", true, 0, GOOD, "", {"system.terminal", "panic: the disco is not amused\n"}},
    {"an oops that was survived", true, 0, GOOD, "", {"system.terminal", "[    1.0] Oops: 0000 [#1] SMP\n"}},
    {"an SE guest panics in words", false, 0, GOOD, "", {"simout.txt", LINUX_PANIC, "simerr.txt", LINUX_PANIC}},
    {"the same on the console", false, 0, GOOD, "", {"console.txt", LINUX_PANIC}},
    {"an SE guest says fatal", false, 0, GOOD, "", {"simerr.txt", "fatal: this is the guest's own message\npanic: so is this\n"}},
    {"an FS script's own words", true, 0, GOOD, "", {"simout.txt", "fatal: no such luck, but going on\n"}},
    {"an SE guest warns", false, 0, GOOD, "", {"simerr.txt", "warn: Kernel panic in simulated system.\n"}},
    {"an SE guest's fatal with a file of no source", false, 0, GOOD, "", {"simerr.txt", "data.csv:12: fatal: bad row\n"}},
    {"an SE guest's fatal with a line, but no file", false, 0, GOOD, "",
     {"simerr.txt", "12: fatal: x\n:12: fatal: x\nx: fatal: x\nx12: fatal: x\nx 12: fatal: x\n"}},
    {"an SE guest's fatal before another message's memory", false, 0, GOOD, "",
     {"simerr.txt", "fatal: a\npanic: b\nfatal: c\nx.cc:1: warn: d\n"}},
    {"git's fatal", false, 0, GOOD, "", {"simerr.txt", "fatal: not a git repository\nwarn: going on\n"}},
    {"an SE guest prints the exit line", false, 0, GOOD, LAST_THREAD,
     {"simout.txt", "Exiting @ tick 5 because m5_fail instruction encountered\nExiting @ tick 9 because " LAST_THREAD "\n"}},
    {"an SE guest prints an exit code", false, 0, GOOD, LAST_THREAD,
     {"simout.txt", "Simulated exit code not 0! Exit code is 3\nExiting @ tick 9 because " LAST_THREAD "\n"}},
    {"an exit code within a line", false, 0, GOOD, LAST_THREAD,
     {"simout.txt", "Exiting @ tick 9 because " LAST_THREAD "\nchecked: Simulated exit code not 0! was not printed\n"}},
    {"a limit that was asked for", false, 0, GOOD, "simulate() limit reached",
     {EXITING("simulate() limit reached")}},
    {"an interrupt that the script went on from", false, 0, GOOD, LAST_THREAD,
     {EVENTS, "1\t0\tuser interrupt received\t1\n9\t0\t" LAST_THREAD "\t2\n"}},
    {"a region of interest", true, 0, GOOD, "workend", {EVENTS, "1\t5\tworkbegin\t1\n9\t5\tworkend\t2\n"}},
    {"the probe knows better than the words", false, 0, GOOD, LAST_THREAD,
     {EVENTS, "9\t0\t" LAST_THREAD "\t2\n", "simout.txt",
      "Exiting @ tick 9 because user interrupt received\nSimulated exit code not 0! Exit code is 3\n"}},
    {"a scheduled end", false, 0, GOOD, "Tick exit reached", {EXITING("Tick exit reached.")}},
    {"a tester", false, 0, GOOD, "Ruby Tester completed", {EXITING("Ruby Tester completed")}},
    {"max instructions", false, 0, GOOD, "a thread reached the max", {EXITING("a thread reached the max instruction count")}},
    {"statistics of another form", false, 0, GOOD, "", {"stats.txt", "{\"simSeconds\": 1}\n"}},
    {"statistics with a line behind", false, 0, GOOD, "",
     {"stats.txt", "---------- Begin Simulation Statistics ----------\nx 1\n---------- End Simulation Statistics   ----------\n\n\n"}},
    {"an error in a trace", false, 0, GOOD, "", {"trace.out", "src/x.cc:1: fatal: not here\n" LINUX_PANIC}},
    {"a file of a similar name", true, 0, GOOD, "", {"terminal.txt", LINUX_PANIC}}};

/* Before v21 a fatal is gem5's if the line on memory follows, and no other message stands between them. */
TEST(the_line_on_memory_belongs_to_the_last_message) {
    static const char usage[] = "\nMemory Usage: 1 KBytes\n";
    static const char *const first[] = {"fatal: a\nfatal: b", "panic: a\npanic: b", "fatal: a\npanic: b"};
    char text[8192];
    ended e;
    size_t i;
    fixture_begin();
    for (i = 0; i < 3; i++) {
        sh("rm -rf out");
        begin_run(&e, false, "out");
        snprintf(text, sizeof text, "%s%s", first[i], usage);
        put("out", "simerr", text);
        end_run(&e, 0);
        CHECK_CONTAINS(e.run.cause, ": b");
        free_run(&e);
    }
    snprintf(text, sizeof text, "fatal: %5000s%s", "far away", usage);
    begin_run(&e, false, "far");
    put("far", "simerr", text);
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    free_run(&e);
    fixture_end();
}

/* Rows of one name: the place in the file decides, not the order in the table. */
TEST(the_first_or_last_evidence) {
    static const char two[] = "x.cc:1: panic: first\nx.cc:2: fatal: second\n", other[] = "x.cc:1: fatal: first\nx.cc:2: panic: second\n";
    gem5art_run run;
    memset(&run, 0, sizeof run);
    gem5art__set_defaults(gem5art__run_fields, &run);
    run.type = "gem5 run";
    CHECK_STR(gem5art__find_evidence(&run, "gem5 error", GEM5ART__SIMERR, two, two + sizeof two - 1, false), two + 8);
    CHECK_STR(gem5art__find_evidence(&run, "gem5 error", GEM5ART__SIMERR, two, two + sizeof two - 1, true), "fatal: second\n");
    CHECK_STR(gem5art__find_evidence(&run, "gem5 error", GEM5ART__SIMERR, other, other + sizeof other - 1, false), other + 8);
    CHECK_STR(gem5art__find_evidence(&run, "gem5 error", GEM5ART__SIMERR, other, other + sizeof other - 1, true), "panic: second\n");
}

TEST(lines_as_texts) {
    static const char zero[] = "  a\0b", blanks[] = "     ", control[] = " a\tb\177c  \r\n";
    gem5art__arena arena = {NULL, false};
    char *longest = (char *)malloc(1000);
    CHECK_STR(gem5art__line_text(&arena, zero, zero + 5), "a");
    CHECK_STR(gem5art__line_text(&arena, blanks, blanks + 5), "");
    CHECK_STR(gem5art__line_text(&arena, control, control + sizeof control - 1), "a b c");
    REQUIRE(longest != NULL);
    memset(longest, 'x', 1000);
    CHECK_INT(strlen(gem5art__line_text(&arena, longest, longest + 1000)), 500);
    free(longest);
    gem5art__arena_free(&arena);
}

TEST(where_the_statistics_are) {
    static const struct { const char *options[3], *name; } cases[] = {
        {{NULL}, "stats.txt"}, {{"--stats-file=my.stats"}, "my.stats"}, {{"--stats-file", "a/b.stats"}, "a/b.stats"},
        {{"--stats-file"}, "stats.txt"}, {{"--stats-file=text://x.txt?spaces=False"}, "x.txt"},
        {{"--stats-file=file://y.txt"}, "y.txt"}, {{"--stats-file=/tmp/z.txt"}, ""}, {{"--stats-file=x.h5"}, ""},
        {{"--stats-file=x.gz"}, ""}, {{"--stats-file=h5://x"}, ""}, {{"--debug-flags=Exec", "--stats-file=w"}, "w"},
        {{"--stats-file=w", "--debug-flags=Exec"}, "w"}, {{"--debug-flags", "Exec"}, "stats.txt"}};
    gem5art__arena arena = {NULL, false};
    gem5art_run run;
    size_t i;
    memset(&run, 0, sizeof run);
    CHECK_STR(gem5art__stats_name(&arena, &run), "stats.txt"); /* without any options */
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        run.gem5_options = cases[i].options;
        CHECK_STR(gem5art__stats_name(&arena, &run), cases[i].name);
    }
    gem5art__arena_free(&arena);
}

TEST(good_runs_that_look_bad) {
    size_t i;
    fixture_begin();
    CHECK(sizeof goods / sizeof *goods >= 30);
    for (i = 0; i < sizeof goods / sizeof *goods; i++) classify_made(&goods[i]);
    fixture_end();
}

/* A boot that ends well, and one that does not: Linux 6.1, as it printed them. */
TEST(real_boots) {
    ended e;
    fixture_begin();
    begin_run(&e, true, "good");
    sh("cp %s/tests/data/terminals/linux-6.1-good-boot.txt good/system.pc.com_1.device", project);
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    free_run(&e);
    begin_run(&e, true, "bad");
    sh("cp %s/tests/data/terminals/linux-6.1-panic-no-root.txt bad/system.pc.com_1.device", project);
    end_run(&e, 0);
    CHECK_STR(e.run.kill_reason, "kernel panic");
    CHECK_STR(e.run.cause, "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)");
    free_run(&e);
    fixture_end();
}

/* ---- precedence and what a user accepts */

TEST(our_own_reason_comes_first) {
    static const char *const reasons[] = {"timeout", "User defined kill", "stall", "sigint", "sigterm", "sighup", "lost"};
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        ended e;
        sh("rm -rf out");
        begin_run(&e, true, "out");
        put("out", "simout.txt", "Exiting @ tick 4711 because user interrupt received\n");
        put("out", "system.terminal", LINUX_PANIC);
        e.end.kill_reason = reasons[i];
        e.run.stall = 60;
        end_run(&e, 0);
        CHECK_STR(e.run.status, "Failed");
        CHECK_STR(e.run.kill_reason, reasons[i]);
        CHECK_INT(e.run.rerunnable, i >= 3);
        CHECK(*e.run.cause);
        free_run(&e);
    }
    fixture_end();
}

TEST(what_is_accepted_is_no_failure) {
    static const struct {
        const char *accept;
        int status;
        const char *file, *text, *warning;
    } cases[] = {{"guest panic", 0, "system.terminal", LINUX_PANIC, "cause"},
                 {"guest panic", 0, EVENTS, "1\t1\tKernel panic in simulated system.\t1\n", NULL},
                 {"interrupt", 0, EVENTS, "1\t0\tuser interrupt received\t1\n", NULL},
                 {"m5_fail", 0, EVENTS, "1\t7\tm5_fail instruction encountered\t1\n", NULL},
                 {"guest exit code", 0, EVENTS, "1\t3\t" LAST_THREAD "\t1\n", NULL},
                 {"guest exit code", 3, EVENTS, "1\t3\t" LAST_THREAD "\t1\n", NULL},
                 {"guest exit code", 0, "simout", "Simulated exit code not 0! Exit code is 3\n", "cause"},
                 {"deadlock", 0, "simout", "Exiting @ tick 18446744073709551615 because simulate() limit reached\n", NULL},
                 {"gem5 error", 0, "simerr.txt", "src/x.cc:1: fatal: x\n", "cause"},
                 {"incomplete stats", 0, "stats.txt", "---------- Begin Simulation Statistics ----------\n", "cause"},
                 {"no cause", 0, "simout", "hello\n", NULL}};
    const char *accept[2] = {NULL, NULL};
    size_t i;
    int accepting;
    fixture_begin();
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        for (accepting = 0; accepting < 2; accepting++) {
            ended e;
            sh("rm -rf out");
            begin_run(&e, true, "out");
            put("out", "stats.txt", good_stats);
            put("out", cases[i].file, cases[i].text);
            accept[0] = cases[i].accept;
            if (accepting) e.run.accept = accept;
            end_run(&e, exits(cases[i].status));
            if (strcmp(accept[0], "no cause") == 0) CHECK_INT(e.run.warning_count, !accepting);
            else CHECK_THAT(strcmp(e.run.status, accepting ? "Finished" : "Failed") == 0, "%s, accepted %d: %s", accept[0],
                            accepting, e.run.status);
            if (accepting && !cases[i].warning) CHECK_INT(e.run.warning_count, 0);
            free_run(&e);
        }
    CHECK(gem5art__check_accept(NULL, "t", &error));
    accept[0] = "m5_fail";
    CHECK(gem5art__check_accept(accept, "t", &error));
    accept[0] = "everything";
    CHECK(!gem5art__check_accept(accept, "t", &error));
    CHECK_INT(error.code, GEM5ART_INVALID);
    CHECK_STR(error.message,
              "run \"t\": .accept has \"everything\": use names from \"guest panic\", \"gem5 error\", \"interrupt\", "
              "\"m5_fail\", \"deadlock\", \"guest exit code\", \"incomplete stats\", \"no stats\", \"no cause\", "
              "\"processes\", \"forks\"");
    fixture_end();
}

/* ---- warnings */

TEST(warnings_of_finished_runs) {
    static const char *const elsewhere[] = {"--stats-file=text://my.stats?desc=False", NULL},
                      *const two_words[] = {"--debug-flags=Exec", "--stats-f", "my.stats", NULL},
                      *const compressed[] = {"--stats-file=stats.txt.gz", NULL}, *const hdf[] = {"--stats-file=h5://s.h5", NULL},
                      *const no_stats[] = {"no stats", NULL};
    ended e;
    fixture_begin();
    begin_run(&e, false, "a");
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    CHECK_STR(warned(&e, "stats"), "stats.txt is missing, so the run has no statistics");
    CHECK_CONTAINS(warned(&e, "cause"), "print(\"Exiting @ tick\", m5.curTick(), \"because\", exit_event.getCause())");
    CHECK_INT(e.run.warning_count, 2);
    free_run(&e);

    begin_run(&e, false, "b");
    put("b", "stats.txt", "");
    put("b", "simout.txt", "Exiting @ tick 1 because " LAST_THREAD "\n");
    e.end.stragglers = 2;
    end_run(&e, 0);
    CHECK_STR(warned(&e, "stats"), "stats.txt is empty, so the run has no statistics");
    CHECK_STR(warned(&e, "processes"), "2 processes of the run outlived gem5 and were ended");
    CHECK_INT(e.run.warning_count, 2);
    free_run(&e);

    begin_run(&e, false, "c");
    e.run.gem5_options = elsewhere;
    put("c", "stats.txt", good_stats);
    put("c", "simout.txt", "Exiting @ tick 1 because " LAST_THREAD "\n");
    end_run(&e, 0);
    CHECK_STR(warned(&e, "stats"), "my.stats is missing, so the run has no statistics");
    free_run(&e);

    begin_run(&e, false, "c");
    e.run.gem5_options = two_words;
    put("c", "my.stats", good_stats);
    put("c", "simout.txt", "Exiting @ tick 2 because " LAST_THREAD "\n");
    end_run(&e, 0);
    CHECK_INT(e.run.warning_count, 0);
    e.run.gem5_options = compressed;
    end_run(&e, 0);
    e.run.gem5_options = hdf;
    end_run(&e, 0);
    CHECK_INT(e.run.warning_count, 0);
    free_run(&e);

    begin_run(&e, false, "d");
    e.run.accept = no_stats;
    put("d", "simout.txt", "Exiting @ tick 1 because " LAST_THREAD "\n");
    end_run(&e, 0);
    CHECK_INT(e.run.warning_count, 0);
    free_run(&e);
    fixture_end();
}

TEST(a_warning_keeps_the_others) {
    ended e;
    fixture_begin();
    begin_run(&e, false, "a");
    gem5art__add_warning(&e.run, &e.arena, "files", "%s is not registered", "hello");
    end_run(&e, 0);
    CHECK_STR(warned(&e, "files"), "hello is not registered");
    CHECK_INT(e.run.warning_count, 3);
    free_run(&e);
    fixture_end();
}

TEST(forked_simulations) {
    ended e;
    const char *const *forks;
    size_t i;
    char path[PATH_MAX + 100];
    fixture_begin();
    sh("mkdir out.f0 && echo old > out.f0/stats.txt && touch -d '1 hour ago' out.f0/stats.txt out.f0"); /* of an earlier run */
    begin_run(&e, false, "out");
    put("out", "stats.txt", good_stats);
    put("out", "simout.txt", "Exiting @ tick 1 because " LAST_THREAD "\n");
    end_run(&e, 0);
    CHECK_INT(e.run.warning_count, 0);
    sh("touch out.f0/stats.txt; mkdir out.f1 out.f10 out.f2 out.fx out.f out.f1x other.f1 && ln -s out.f1 out.f3 && touch out.f4");
    forks = gem5art__forks_of(e.outdir, e.end.spawned, &e.arena);
    REQUIRE(forks != NULL);
    for (i = 0; i < 4 && forks[i]; i++) {
        static const int numbers[] = {0, 1, 2, 10};
        snprintf(path, sizeof path, "%s.f%d", e.outdir, numbers[i]);
        CHECK_STR(forks[i], path);
    }
    CHECK(forks[4] == NULL);
    end_run(&e, 0);
    snprintf(path, sizeof path, "4 forked simulations wrote to %s.f0 and on: how they ended is unknown", e.outdir);
    CHECK_STR(warned(&e, "forks"), path);
    sh("rm -r out.f1 out.f10 out.f2");
    free_run(&e);
    begin_run(&e, false, "out");
    sh("touch out.f0/stats.txt");
    end_run(&e, 0);
    snprintf(path, sizeof path, "1 forked simulation wrote to %s.f0: how it ended is unknown", e.outdir);
    CHECK_STR(warned(&e, "forks"), path);
    free_run(&e);
    fixture_end();
}

/* ---- while it runs */

/* A round as the pool's, but for large folders' being listed at once. */
static const char *look(ended *e, size_t budget, double *grown) {
    DIR *outdir = enter(e);
    const char *reason = gem5art__watch_files(&e->watch, &e->run, outdir, budget, true, grown);
    gem5art__close_folder(outdir);
    return reason;
}

TEST(a_panic_is_seen_while_it_is_written) {
    ended e;
    double grown = 0;
    FILE *file;
    fixture_begin();
    begin_run(&e, true, "out");
    CHECK(!look(&e, 1 << 20, &grown));
    REQUIRE((file = fopen("out/system.terminal", "w")) != NULL);
    fputs("[    2.749115] Kernel pa", file);
    fflush(file);
    CHECK(!look(&e, 1 << 20, &grown));
    CHECK(grown > 0);
    fputs("nic - not syncing: VFS: Una", file);
    fflush(file);
    CHECK_STR(look(&e, 1 << 20, &grown), "kernel panic");
    fputs("ble to mount root fs\nCPU: 0\n", file);
    fclose(file);
    e.end.kill_reason = "kernel panic";
    end_run(&e, 0);
    CHECK_STR(e.run.kill_reason, "kernel panic");
    CHECK_STR(e.run.cause, "Kernel panic - not syncing: VFS: Unable to mount root fs");
    free_run(&e);
    fixture_end();
}

/* Wherever the reads cut the text. */
TEST(texts_across_the_borders_of_reads) {
    static const char *const texts[] = {"ASSERTION FAILED IN GUEST", NULL};
    int at;
    fixture_begin();
    for (at = GEM5ART__WATCH_CHUNK - 60; at < GEM5ART__WATCH_CHUNK + 4; at++) {
        ended e;
        FILE *file;
        sh("rm -rf out");
        begin_run(&e, at % 2, "out");
        REQUIRE((file = fopen("out/board.terminal", "w")) != NULL);
        fprintf(file, "%*s\n%s", at, "", at % 2 ? LINUX_PANIC : "x ASSERTION FAILED IN GUEST x\n");
        fprintf(file, "%*s\n", GEM5ART__WATCH_CHUNK, "");
        fclose(file);
        e.run.fail_on = texts;
        CHECK_STR(look(&e, SIZE_MAX, NULL), at % 2 ? "kernel panic" : "User defined kill");
        end_run(&e, 0);
        CHECK_STR(e.run.kill_reason, at % 2 ? "kernel panic" : "User defined kill");
        if (!(at % 2)) CHECK_STR(e.run.cause, "\"ASSERTION FAILED IN GUEST\" in board.terminal");
        free_run(&e);
    }
    fixture_end();
}

TEST(fail_on_texts_on_any_file) {
    static const char *const files[] = {"simout.txt", "simerr", "console.txt", "a/system.terminal", "x.device", "x.dmesg"};
    static const char *const texts[] = {"not there", "segfault at", NULL};
    size_t i;
    fixture_begin();
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        ended e;
        sh("rm -rf out");
        begin_run(&e, false, "out");
        e.run.fail_on = texts;
        put("out", files[i], "init[1]: segfault at 0 ip 0\n");
        end_run(&e, 0);
        CHECK_STR(e.run.status, "Failed");
        CHECK_STR(e.run.kill_reason, "User defined kill");
        CHECK(!e.run.rerunnable);
        CHECK_CONTAINS(e.run.cause, files[i]);
        free_run(&e);
    }
    fixture_end();
}

TEST(files_of_an_earlier_run_do_not_count) {
    ended e;
    fixture_begin();
    put("out", "system.terminal", LINUX_PANIC);
    put("out", "simout.txt", "Exiting @ tick 1 because user interrupt received\n");
    put("out", "stats.txt", "---------- Begin Simulation Statistics ----------\n");
    begin_run(&e, true, "out");
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    CHECK(warned(&e, "stats") != NULL);
    put("out", "system.terminal", "a good boot\n" LINUX_PANIC); /* it is written after all */
    end_run(&e, 0);
    CHECK_STR(e.run.kill_reason, "kernel panic");
    free_run(&e);
    fixture_end();
}

/* A terminal that is replaced by a longer file, by rename, is read from its beginning. */
TEST(a_rotated_terminal_is_read_again) {
    ended e;
    fixture_begin();
    begin_run(&e, true, "out");
    put("out", "system.terminal", "booting\n");
    CHECK(!look(&e, SIZE_MAX, NULL));
    put("out", "new", LINUX_PANIC "and more lines than there were before\n");
    REQUIRE(rename("out/new", "out/system.terminal") == 0);
    CHECK_STR(look(&e, SIZE_MAX, NULL), "kernel panic");
    free_run(&e);
    fixture_end();
}

/* Another folder in the outdir's place, links and what is no file: nothing is read, waited for or taken as a terminal. */
TEST(only_files_of_the_outdir_are_read) {
    ended e;
    fixture_begin();
    put("elsewhere", "system.terminal", LINUX_PANIC);
    begin_run(&e, true, "out");
    sh("ln -s ../elsewhere/system.terminal out/system.terminal; ln -s ../elsewhere out/below; ln -s /dev/zero out/simout.txt;"
       "mkfifo out/fifo.terminal out/simerr.txt out/stats.txt; mkdir out/dir.terminal; mkdir -p out/.gem5art; mkfifo out/" EVENTS);
    if (sh("ln -s /dev/ptmx out/tty.terminal; mknod out/null.device c 1 5 2>/dev/null")) {}
    CHECK(!look(&e, SIZE_MAX, NULL));
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    free_run(&e);

    begin_run(&e, true, "moved");
    put("moved", "simout.txt", "Exiting @ tick 1 because " LAST_THREAD "\n");
    sh("mv moved gone && ln -s elsewhere moved");
    CHECK(!look(&e, SIZE_MAX, NULL));
    end_run(&e, 0);
    CHECK_STR(e.run.status, "Finished");
    CHECK_STR(e.run.cause, "");
    free_run(&e);
    fixture_end();
}

static void put_a_fifo_there(void) {
    before_open = NULL;
    if (unlink("out/system.terminal") < 0 || mkfifo("out/system.terminal", 0666) < 0) test_fail(__FILE__, __LINE__, "no FIFO");
}

/* A file that is another when it is opened, one of a name that is too long, and folders that are too deep. */
TEST(files_that_cannot_be_watched) {
    static const char deep[] = "1/2/3/4/5/6/7/8/9/system.terminal", deepest[] = "1/2/3/4/5/6/7/8/system.terminal";
    char name[400];
    struct stat st;
    ended e;
    int fd;
    fixture_begin();
    begin_run(&e, true, "out");
    put("out", "system.terminal", LINUX_PANIC);
    before_open = put_a_fifo_there;
    CHECK(!look(&e, SIZE_MAX, NULL));
    REQUIRE((fd = open("out", O_RDONLY | O_DIRECTORY)) >= 0);
    memset(name, 'x', sizeof name), name[300] = '/', strcpy(name + 301, "y");
    CHECK_INT(gem5art__open_below(fd, name, S_IFREG, &st), -1);
    close(fd);
    put("out", deep, LINUX_PANIC);
    CHECK(!look(&e, SIZE_MAX, NULL));
    put("out", deepest, LINUX_PANIC);
    CHECK_STR(look(&e, SIZE_MAX, NULL), "kernel panic");
    free_run(&e);
    fixture_end();
}

/* A file is the same only if nothing of these has changed. */
TEST(states_of_files) {
    struct stat a, b;
    memset(&a, 0, sizeof a);
    b = a;
    CHECK(gem5art__same_state(&a, &b));
    b = a, b.st_ino = 1;
    CHECK(!gem5art__same_state(&a, &b));
    b = a, b.st_dev = 1;
    CHECK(!gem5art__same_state(&a, &b));
    b = a, b.st_size = 1;
    CHECK(!gem5art__same_state(&a, &b));
    b = a, b.st_mtim.tv_sec = 1;
    CHECK(!gem5art__same_state(&a, &b));
    b = a, b.st_mtim.tv_nsec = 1;
    CHECK(!gem5art__same_state(&a, &b));
}

/* A writer of a FIFO does not see a reader come and go, which would end it by SIGPIPE. */
TEST(a_fifo_is_not_opened) {
    ended e;
    int writer;
    fixture_begin();
    begin_run(&e, true, "out");
    REQUIRE(mkfifo("out/system.terminal", 0666) == 0);
    opened = 0;
    CHECK(!look(&e, SIZE_MAX, NULL));
    CHECK_INT(opened, 0);
    writer = open("out/system.terminal", O_WRONLY | O_NONBLOCK);
    CHECK(writer < 0 && errno == ENXIO);
    end_run(&e, 0);
    free_run(&e);
    fixture_end();
}

TEST(growth_of_any_file_of_the_run) {
    ended e;
    double grown = 0;
    fixture_begin();
    put("out", "old.txt", "x");
    begin_run(&e, false, "out");
    e.run.stall = 60;
    look(&e, 1000, &grown);
    grown = 0;
    look(&e, 1000, &grown);
    CHECK(grown == 0);
    put("out", "info.json", "{}"); /* this library's own */
    put("out", "info.json.tmp-1", "{}");
    look(&e, 1000, &grown);
    CHECK(grown == 0);
    put("out", "a/trace.out", "x");
    look(&e, 1000, &grown);
    CHECK(grown > 0);
    grown = 0;
    look(&e, 1000, &grown);
    CHECK(grown == 0);
    put("out", "a/trace.out", "xy");
    look(&e, 1000, &grown);
    CHECK(grown > 0);
    free_run(&e);
    fixture_end();
}

/* A flood on a terminal takes its share of a round only; the rest is read later. */
TEST(a_round_reads_no_more_than_its_budget) {
    ended e;
    int round;
    fixture_begin();
    begin_run(&e, true, "out");
    sh("(head -c 3000000 /dev/zero | tr '\\0' 'x'; printf '\\n%s') > out/system.terminal", "Kernel panic - not syncing: late\\n");
    for (round = 1; round < 100 && !look(&e, 1 << 20, NULL); round++) {}
    CHECK_INT(round, 3);
    free_run(&e);
    fixture_end();
}

/* Many files, and many rounds: they are not looked at each time. */
TEST(a_large_outdir_is_listed_rarely) {
    ended e;
    DIR *outdir;
    double begun;
    int i;
    fixture_begin();
    sh("mkdir out && cd out && seq -f 'file%%g' 20000 | xargs touch && touch -d '1 minute ago' .");
    begin_run(&e, true, "out");
    put("out", "system.terminal", "booting\n");
    opened = 0;
    begun = gem5art__monotonic();
    outdir = enter(&e);
    for (i = 0; i < 200; i++) CHECK(!gem5art__watch_files(&e.watch, &e.run, outdir, 1 << 20, false, NULL));
    gem5art__close_folder(outdir);
    CHECK_THAT(opened < 250, "opened %d times", opened);
    CHECK_THAT(gem5art__monotonic() - begun < 5, "200 rounds took %.1f s", gem5art__monotonic() - begun);
    free_run(&e);
    fixture_end();
}

/* ---- events */

TEST(events_are_read_and_bounded) {
    ended e;
    FILE *file;
    int i;
    fixture_begin();
    begin_run(&e, false, "out");
    mkdir("out/.gem5art", 0777);
    REQUIRE((file = fopen("out/" EVENTS, "w")) != NULL);
    for (i = 0; i < 250; i++) fprintf(file, "%d\t0\tcheckpoint\t%d.500\n", i, i);
    fprintf(file, "7000\t-2\tlast one\t300.125\n8000\t0\tnot ended");
    fclose(file);
    end_run(&e, 0);
    REQUIRE(e.run.exit_event_count == 100);
    CHECK_INT(e.run.exit_events[0].tick, 151);
    CHECK_INT(e.run.exit_events[99].tick, 7000);
    CHECK_INT(e.run.exit_events[99].code, -2);
    CHECK_STR(e.run.exit_events[99].cause, "last one");
    CHECK(e.run.exit_events[99].seconds > 300.12 && e.run.exit_events[99].seconds < 300.13);
    CHECK_STR(e.run.status, "Failed");
    CHECK_STR(e.run.cause, "last one, code -2");
    free_run(&e);
    fixture_end();
}

TEST(hostile_events) {
    static const char junk[] = "\n\n\t\t\t\n1\n1\t\n1\t2\n-1\t0\tx\n1x\t0\tx\n1\tx\ty\t1\n99999999999999999999999\t0\tbig\t1e999\n"
                               "1\t0\t\xff\xfe\x01 bytes\t0.5\n";
    ended e;
    FILE *file;
    int i;
    fixture_begin();
    begin_run(&e, false, "out");
    mkdir("out/.gem5art", 0777);
    REQUIRE((file = fopen("out/" EVENTS, "w")) != NULL);
    for (i = 0; i < 5000000; i++) fputc("0123456789\t\n"[i % 12], file);
    for (i = 0; i < 3000000; i++) fputc('x', file);
    fputc('\n', file);
    fclose(file);
    end_run(&e, 0);
    CHECK_INT(e.run.exit_event_count, 0);
    REQUIRE((file = fopen("out/" EVENTS, "a")) != NULL);
    fwrite("5\t0\tzero\0zero\t1\n", 1, 16, file);
    fputs(junk, file);
    fclose(file);
    end_run(&e, 0);
    REQUIRE(e.run.exit_event_count == 3);
    CHECK_STR(e.run.exit_events[0].cause, "zero zero");
    CHECK_STR(e.run.exit_events[1].cause, "big");
    CHECK_STR(e.run.exit_events[2].cause, "\xff\xfe  bytes");
    free_run(&e);
    fixture_end();
}

/* ---- the probe */

TEST(where_the_probe_is_written) {
    static const struct {
        const char *command; /* in the outdir, before it is written */
        bool written, root;
    } cases[] = {
        {"true", true, false},
        {"echo x >.gem5art.zip", true, false},
        {"mkdir .gem5art.zip", false, false},
        {"mkdir .gem5art; echo x >.gem5art/events.tsv", true, false},
        {"mkdir .gem5art; chmod 775 .gem5art", false, false},
        {"mkdir .gem5art; chmod 757 .gem5art", false, false},
        {"echo x >.gem5art", false, false},
        {"ln -s . .gem5art", false, false},
        {"mkdir .gem5art; chown 65534 .gem5art", false, true},
        {"chmod 777 .", false, false},
        {"chmod 1777 .", true, false}};
    static const char *const set[] = {"A", "b", "PYTHONPATH", "/a/b", NULL}, *const other[] = {"A", "b", NULL};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const *pairs;
        gem5art__arena arena = {NULL, false};
        gem5art_run run;
        DIR *outdir;
        if (cases[i].root && geteuid() != 0) continue;
        fixture_begin();
        CHECK_INT(sh("mkdir -m 755 out && cd out && umask 022 && (%s)", cases[i].command), 0);
        REQUIRE((outdir = opendir("out")) != NULL);
        CHECK_THAT(gem5art__write_probe(dirfd(outdir)) == cases[i].written, "%s", cases[i].command);
        CHECK(!cases[i].written || !exists("out/" EVENTS));
        memset(&run, 0, sizeof run);
        run.outdir = "/out";
        pairs = gem5art__probe_begin(&arena, &run, outdir, false, set);
        CHECK_INT(pairs[0] != NULL, cases[i].written);
        if (cases[i].written) CHECK_STR(pairs[1], "/out/.gem5art.zip:/a/b");
        CHECK(!gem5art__probe_begin(&arena, &run, outdir, true, set)[0]);
        run.outdir = "/out:/x";
        CHECK(!gem5art__probe_begin(&arena, &run, outdir, false, set)[0]);
        run.outdir = "/out";
        unsetenv("PYTHONPATH");
        pairs = gem5art__probe_begin(&arena, &run, outdir, false, other);
        if (cases[i].written) CHECK_STR(pairs[1], "/out/.gem5art.zip");
        closedir(outdir);
        gem5art__arena_free(&arena);
        fixture_end();
    }
}

/* What a script prints instead of its reason, signals without a name, and texts that are longer than an overlap. */
TEST(odd_ends) {
    static const struct { const char *text; int status; const char *outcome, *cause; } cases[] = {
        {"Exiting @ tick x because m5_fail instruction encountered\n", 0, "Finished", ""},
        {"Exiting @ night because m5_fail instruction encountered\n", 0, "Finished", ""},
        {"Exiting @ cycle 5 because m5_fail instruction encountered\n", 0, "Failed", "m5_fail instruction encountered"},
        {"Exiting @ tick 5\n", 0, "Finished", ""},
        {"Exiting @ tick 5 because .\n", 0, "Finished", "."},
        {"", 60, "Failed", "signal 60"},
        {"x died with <Signals.SIGKILL\n", 1 << 8, "Failed", "x died with <Signals.SIGKILL"},
        {"x died with <Signals.SIGRTMAX: 64>\n", 1 << 8, "Failed", "x died with <Signals.SIGRTMAX: 64>"}};
    static const char *const accept[] = {"processes", "forks", "no stats", "no cause", NULL};
    static char longest[700];
    const char *const texts[] = {longest, NULL};
    size_t i;
    ended e;
    fixture_begin();
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        sh("rm -rf out");
        begin_run(&e, false, "out");
        put("out", cases[i].status ? "console.txt" : "simout.txt", cases[i].text);
        put("out", EVENTS, "1\t-\tx\n1\t2x\tx\n");
        end_run(&e, cases[i].status);
        CHECK_STR(e.run.status, cases[i].outcome);
        CHECK_STR(e.run.cause, cases[i].cause);
        CHECK_INT(e.run.exit_event_count, 0);
        free_run(&e);
    }
    sh("rm -rf out");
    begin_run(&e, false, "out");
    e.run.accept = accept;
    e.end.stragglers = 3;
    sh("mkdir out.f0");
    end_run(&e, 0);
    CHECK_INT(e.run.warning_count, 0);
    free_run(&e);
    memset(longest, 'y', sizeof longest - 1);
    sh("rm -rf out");
    begin_run(&e, false, "out");
    e.run.fail_on = texts;
    put("out", "simout.txt", longest);
    end_run(&e, 0);
    CHECK_STR(e.run.kill_reason, "User defined kill");
    free_run(&e);
    fixture_end();
}

TEST(the_probe_is_a_zip_file_without_faults) {
    gem5art__buf zip = {NULL, 0, 0, false};
    if (sh("command -v unzip >/dev/null") != 0) SKIP("no unzip");
    fixture_begin();
    gem5art__put_module(&zip);
    CHECK(!zip.failed);
    write_bytes("probe.zip", zip.data, zip.length);
    CHECK_INT(sh("unzip -tqq probe.zip"), 0); /* 1: a warning */
    CHECK_INT(sh("unzip -p probe.zip sitecustomize.py | tail -n 1 | grep -qx '_gem5art_next()'"), 0);
    gem5art__buf_free(&zip);
    fixture_end();
}

/* Of a run of the past everything counts, and nothing is removed. */
TEST(a_run_of_the_past) {
    ended e;
    fixture_begin();
    begin_run(&e, true, "out");
    gem5art__watch_free(&e.watch);
    put("out", "system.terminal", LINUX_PANIC);
    put("out", ".gem5art.zip", "x");
    end_run(&e, 0);
    CHECK_STR(e.run.kill_reason, "kernel panic");
    CHECK(exists("out/.gem5art.zip"));
    free_run(&e);
    begin_run(&e, true, "out");
    gem5art__watch_free(&e.watch);
    sh("rm -rf out");
    end_run(&e, exits(3));
    CHECK_STR(e.run.cause, "exit status 3");
    free_run(&e);
    fixture_end();
}

/* Whichever allocation fails: an error or the right outcome, and nothing is lost. */
TEST(memory_that_runs_out) {
    static const char *const texts[] = {"not there", NULL};
    long n, alive;
    bool failed = true;
    int sticky;
    DIR *outdir;
    fixture_begin();
    for (sticky = 0; sticky < 2; sticky++)
        for (n = 1, failed = true; failed && n < 1000; n++) {
            ended e;
            sh("rm -rf out");
            begin_run(&e, true, "out");
            alive = memory_alive;
            e.run.fail_on = texts;
            put("out", "a/system.terminal", LINUX_PANIC);
            put("out", "simerr.txt", "src/x.cc:1: fatal: x\n");
            put("out", EVENTS, "1\t0\tend\t1\n");
            fail_memory(n, sticky);
            look(&e, SIZE_MAX, NULL);
            outdir = enter(&e);
            failed = !outdir || !gem5art__classify(&e.run, &e.arena, &e.end, &e.watch, outdir, &error);
            gem5art__close_folder(outdir);
            failed = failed || memory_count >= n;
            fail_memory(0, false);
            if (!failed) CHECK_STR(e.run.kill_reason, "kernel panic");
            free_run(&e);
            CHECK(memory_alive <= alive);
        }
    CHECK_THAT(!failed && n > 10, "ended at allocation %ld", n);
    fixture_end();
}

/* Whichever system call fails: the panic is seen, or the run is classified by what could be read. */
TEST(calls_that_fail) {
    static const char *const texts[] = {"not there", NULL};
    int n;
    bool reached = true;
    fixture_begin();
    for (n = 1; reached && n < 1000; n++) {
        ended e;
        DIR *outdir;
        sh("rm -rf out");
        begin_run(&e, true, "out");
        e.run.fail_on = texts;
        put("out", "a/system.terminal", LINUX_PANIC);
        put("out", "simerr.txt", "src/x.cc:1: fatal: x\n");
        put("out", EVENTS, "1\t0\tend\t1\n");
        outdir = enter(&e);
        set_fault(FAIL, n, EIO);
        gem5art__watch_files(&e.watch, &e.run, outdir, SIZE_MAX, true, NULL);
        CHECK(gem5art__classify(&e.run, &e.arena, &e.end, &e.watch, outdir, &error));
        reached = fault_count >= n;
        set_fault(FAIL, 0, 0);
        gem5art__close_folder(outdir);
        CHECK(strcmp(e.run.status, "Finished") == 0 || *e.run.cause);
        if (!reached) CHECK_STR(e.run.kill_reason, "kernel panic");
        free_run(&e);
    }
    CHECK_THAT(!reached && n > 20, "ended at call %d", n);
    fixture_end();
}

/* Files whose bytes are changed at random are classified one way or another. */
TEST(damaged_files_do_no_harm) {
    static const char *const names[] = {"simout.txt", "simerr.txt", "stats.txt", "system.terminal", EVENTS};
    unsigned seed = 1;
    size_t i, k;
    int round;
    fixture_begin();
    for (round = 0; round < 300; round++) {
        ended e;
        sh("rm -rf out");
        begin_run(&e, round % 2, "out");
        for (i = 0; i < sizeof names / sizeof *names; i++) {
            char text[1024];
            const made *m = &mades[(unsigned)rand_r(&seed) % (sizeof mades / sizeof *mades)];
            snprintf(text, sizeof text, "%s%s", m->files[0] ? m->files[1] : "", i == 2 ? good_stats : LINUX_PANIC);
            for (k = 0; text[k]; k++)
                if (rand_r(&seed) % 20 == 0) text[k] = "\n\t \r[]:.0@-\xff\1"[rand_r(&seed) % 13];
            text[(unsigned)rand_r(&seed) % (k + 1)] = 0;
            put("out", names[i], text);
        }
        end_run(&e, exits(round % 3));
        CHECK(strcmp(e.run.status, "Finished") == 0 || *e.run.cause || *e.run.kill_reason);
        free_run(&e);
    }
    fixture_end();
}

int main(int argc, char **argv) {
    if (!getcwd(project, sizeof project)) return 1;
    return test_main(argc, argv);
}
