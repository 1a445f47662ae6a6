/* mutate_seen.c - notes which code ran: in the file $MUTATE_SEEN, a byte for each address that the compiler's
   -fsanitize-coverage=trace-pc instruments. Forked children share the file, however they end. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CODE_BEGINS 0x400000u /* of a program linked with -no-pie */
#define CODE_BYTES 0x800000u

void __sanitizer_cov_trace_pc(void);

static unsigned char *seen;

__attribute__((constructor(101))) static void begin(void) {
    const char *path = getenv("MUTATE_SEEN");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) _exit(99);
    close(fd);
    seen = (unsigned char *)mapped;
}

void __sanitizer_cov_trace_pc(void) {
    size_t at = (size_t)__builtin_return_address(0) - CODE_BEGINS;
    if (seen && at < CODE_BYTES) seen[at] = 1;
}
