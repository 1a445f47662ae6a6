/* fuzz.h - what the fuzz targets share. A target is one C file that includes this, defines `void fuzz(const char *data,
   size_t size)`, which judges one input, and ends with FUZZ_MAIN.

   Built with -DFUZZING and -fsanitize=fuzzer it is a libFuzzer program (`make fuzz`); else it takes files and folders of
   inputs and judges each in a process of its own (`make test`, with the corpus): the same code, any compiler. */
#ifndef FUZZ_H
#define FUZZ_H

#include "../memory.h" /* first: every allocation is counted */

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What must be so; else the input is a finding, and the words (as for printf) say why. */
#define REQUIRE(condition, ...) \
    do { if (!(condition)) fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__); } while (0)

__attribute__((format(printf, 4, 5), noreturn, unused)) static void fuzz_fail(const char *file, int line,
                                                                              const char *condition, const char *format,
                                                                              ...) {
    va_list arguments;
    fprintf(stderr, "%s:%d: not so: %s: ", file, line, condition);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

#ifdef FUZZING

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* Freed memory is kept from being used again for a while: not so much of it that each page is a new one. What an input
   does wrong is found again by giving the input to the program: no long stacks of all allocations. */
const char *__asan_default_options(void) { return "quarantine_size_mb=4:malloc_context_size=2"; }

#define FUZZ_MAIN                                                       \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {      \
        fuzz((const char *)data, size);                                 \
        REQUIRE(memory_alive == 0, "%ld allocations leak", memory_alive); \
        return 0;                                                       \
    }

#else

enum { FUZZ_SECONDS_EACH = 60 }; /* no input takes longer, not even under valgrind */

static int fuzz_passed, fuzz_failed;

/* Judges one file in a child, so that a crash is that input's alone. */
static void fuzz_replay(const char *path, void (*judge)(const char *data, size_t size)) {
    FILE *file = fopen(path, "rb");
    size_t size = 0, capacity = 1 << 20;
    char *data = (char *)malloc(capacity);
    int status = -1;
    pid_t pid;
    while (file && data && (size += fread(data + size, 1, capacity - size, file)) == capacity)
        data = (char *)realloc(data, capacity *= 2);
    if (!file || !data) perror(path), exit(1);
    fclose(file);
    data = (char *)realloc(data, size ? size : 1); /* its end is the end of the memory: to be seen by sanitizers */
    fflush(stdout);
    if ((pid = fork()) == 0) {
        alarm(FUZZ_SECONDS_EACH);
        judge(data, size);
        REQUIRE(memory_alive == 0, "%ld allocations leak", memory_alive);
        _exit(0);
    }
    if (pid > 0) waitpid(pid, &status, 0);
    if (status == 0) fuzz_passed++;
    else fuzz_failed++, printf("%s: failed with %s %d\n", path, WIFSIGNALED(status) ? "signal" : "wait status",
                               WIFSIGNALED(status) ? WTERMSIG(status) : status);
    free(data);
}

static int fuzz_main(int argc, char **argv, void (*judge)(const char *data, size_t size)) {
    int i;
    for (i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *entry;
        char path[4096];
        if (!dir) fuzz_replay(argv[i], judge);
        while (dir && (entry = readdir(dir)) != NULL) {
            if (entry->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            fuzz_replay(path, judge);
        }
        if (dir) closedir(dir);
    }
    printf("%d passed, %d failed\n", fuzz_passed, fuzz_failed);
    return fuzz_failed > 0 || fuzz_passed == 0;
}

#define FUZZ_MAIN \
    int main(int argc, char **argv) { return fuzz_main(argc, argv, fuzz); }

#endif
#endif
