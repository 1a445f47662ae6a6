/* describe.c - see describe.h */

#include "describe.h"

#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "store.h"
#include "when.h"

static void put_signal(text *out, int number) {
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
            text_putf(out, "SIG%s", names[i].name);
            return;
        }
    text_putf(out, "signal %d", number);
}

static bool has_warning(const gem5art_run *run, const char *kind) {
    size_t i;
    for (i = 0; i < run->warning_count; i++)
        if (strcmp(run->warnings[i].kind, kind) == 0) return true;
    return false;
}

void describe_reason(text *out, const gem5art_run *run) {
    if (*run->kill_reason) text_puts(out, run->kill_reason);
    else if (strcmp(run->status, "Finished") == 0 && has_warning(run, "stats")) text_puts(out, "no stats");
    else if (!text_starts(run->status, "Failed")) return;
    else if (*run->error) text_puts(out, run->error);
    else if (run->return_code < 0) put_signal(out, (int)-run->return_code);
    else if (run->return_code > 0) text_putf(out, "exit %d", (int)run->return_code);
    else if (*run->cause) text_puts(out, run->cause);
    else if (strcmp(run->status, "Failed") == 0) text_puts(out, "unknown"); /* "Failed artifact check" gives a reason */
}

void describe_status(text *out, const gem5art_run *run) {
    text reason = {0};
    describe_reason(&reason, run);
    text_puts(out, run->status);
    if (reason.length) text_putf(out, ": %s", text_string(&reason));
    text_free(&reason);
}

/* "user interrupt received" is gem5's answer to the signal that ended it, "SIGKILL" that of the kernel. */
const char *describe_cause(const gem5art_run *run, const char *reason) {
    bool exited = !*run->kill_reason && !*run->error;
    if (*run->kill_reason && text_starts(run->cause, "user interrupt received")) return NULL;
    if (!*run->cause || strcasecmp(run->cause, reason) == 0 || strcmp(run->cause, run->error) == 0) return NULL;
    return exited && (run->return_code < 0 || text_starts(run->cause, "exit status ")) ? NULL : run->cause;
}

double describe_seconds(const gem5art_run *run) {
    double end = run->end_time > 0 ? run->end_time : run->running ? when_now() : 0;
    return run->start_time > 0 && end > run->start_time ? end - run->start_time : 0;
}

const char *describe_type(const char *type) { return store_is_results(type) ? "results of" : type; }

const char *describe_hash_kind(const gem5art_artifact *artifact) {
    return store_is_repo(artifact) ? "commit" : strlen(artifact->hash) == 32 ? "MD5" : "SHA-256";
}

void describe_bytes(text *out, double bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1024;
    text_putf(out, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

bool describe_exists(const char *path) {
    struct stat st;
    return *path && stat(path, &st) == 0;
}
