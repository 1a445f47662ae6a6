/* reason.h - why a run ended as it did, in a few words: what gem5art-run, -ls, -show and -diff print of it. */
#ifndef REASON_H
#define REASON_H

#include "tool.h"

/* The signal's name, "SIGSEGV", or its number. */
static void put_signal(gem5art__buf *out, int number) {
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},   {SIGTRAP, "TRAP"},
                 {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},   {SIGKILL, "KILL"}, {SIGUSR1, "USR1"},
                 {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"}, {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
                 {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGSYS, "SYS"}};
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number) {
            gem5art__putf(out, "SIG%s", names[i].name);
            return;
        }
    gem5art__putf(out, "signal %d", number);
}

static bool has_warning(const gem5art_run *run, const char *kind) {
    size_t i;
    for (i = 0; i < run->warning_count; i++)
        if (strcmp(run->warnings[i].kind, kind) == 0) return true;
    return false;
}

/* "timeout", "SIGSEGV", "exit 3", "m5_fail instruction encountered, code 3"; "no stats" of a Finished run without
   statistics. Of a Failed run there always is one. Reads status, kill_reason, return_code, error, cause and warnings. */
static void put_reason(gem5art__buf *out, const gem5art_run *run) {
    if (*run->kill_reason) gem5art__puts(out, run->kill_reason);
    else if (strcmp(run->status, "Finished") == 0 && has_warning(run, "stats")) gem5art__puts(out, "no stats");
    else if (!gem5art__starts_with(run->status, "Failed")) return;
    else if (*run->error) gem5art__puts(out, run->error);
    else if (run->return_code < 0) put_signal(out, (int)-run->return_code);
    else if (run->return_code > 0) gem5art__putf(out, "exit %d", (int)run->return_code);
    else if (*run->cause) gem5art__puts(out, run->cause);
    else if (strcmp(run->status, "Failed") == 0) gem5art__puts(out, "unknown"); /* the other status gives a reason */
}

/* What the cause adds to the reason; NULL: nothing. */
GEM5ART__MAYBE_UNUSED static const char *cause_beyond(const gem5art_run *run, const char *reason) {
    bool plain = !*run->kill_reason && !*run->error;
    if (!*run->cause || strcmp(run->cause, reason) == 0 || strcmp(run->cause, run->error) == 0) return NULL;
    if (plain && run->return_code < 0) return NULL;
    if (plain && gem5art__starts_with(run->cause, "exit status ")) return NULL;
    return run->cause;
}

#endif
