/* hash.c - how fast files are hashed, beside sha256sum and openssl in the same run.

     cc -O2 -o bench-hash tests/bench/hash.c -lpthread && ./bench-hash

   A file of 256 MiB is made under $TMPDIR (else /tmp) and removed at the end. All take turns, five
   times; the best time of each counts. The peers' times hold their start, a millisecond or two. */
#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#define MIB 256
#define SIZE ((size_t)MIB << 20)
#define TURNS 5

static char file[512];
static uint8_t *memory;

/* ---- ours: each writes 64 hex digits, or as many as it has */

static bool whole_file(char hex[65]) {
    gem5art_error error;
    if (gem5art_sha256_file(file, hex, &error)) return true;
    fprintf(stderr, "%s\n", error.message);
    return false;
}

static bool update(char hex[65]) {
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art_sha256_update(&hash, memory, SIZE);
    gem5art_sha256_final(&hash, hex);
    return true;
}

static bool update_portable(char hex[65]) {
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art__sha256_blocks_portable(hash.state, memory, SIZE / 64);
    hash.length = SIZE;
    gem5art_sha256_final(&hash, hex);
    return true;
}

static bool md5(char hex[65]) {
    gem5art_md5 hash;
    gem5art_md5_init(&hash);
    gem5art_md5_update(&hash, memory, SIZE);
    gem5art_md5_final(&hash, hex);
    return true;
}

static bool crc32(char hex[65]) {
    sprintf(hex, "%08x", (unsigned)gem5art_crc32(0, memory, SIZE));
    return true;
}

/* ---- peers: the first hex digits in what they print */

/* The first line that a program prints; false where it could not be run or failed. All that it prints
   is read, as it would fail where the pipe is closed too soon. */
static bool first_line(const char *const *argv, char *line, size_t size) {
    posix_spawn_file_actions_t actions;
    char rest[512];
    int fds[2], status = -1;
    size_t got = 0;
    ssize_t n;
    pid_t pid;
    bool spawned;
    if (!gem5art__pipe(fds)) return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    spawned = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    do {
        n = got < size - 1 ? gem5art__read_some(fds[0], line + got, size - 1 - got)
                           : gem5art__read_some(fds[0], rest, sizeof rest);
        if (n > 0 && got < size - 1) got += (size_t)n;
    } while (n > 0);
    line[got] = 0;
    line[strcspn(line, "\n")] = 0;
    close(fds[0]);
    if (spawned) waitpid(pid, &status, 0);
    return spawned && status == 0;
}

static bool digest_by(const char *const *argv, char hex[65]) {
    char line[1024];
    const char *start;
    if (!first_line(argv, line, sizeof line)) return false;
    start = strstr(line, ")= "); /* openssl's form */
    snprintf(hex, 65, "%.64s", start ? start + 3 : line);
    hex[strcspn(hex, " ")] = 0;
    return true;
}

static bool sha256sum(char hex[65]) {
    const char *argv[] = {"sha256sum", NULL, NULL};
    argv[1] = file;
    return digest_by(argv, hex);
}

static bool openssl_sha256(char hex[65]) {
    const char *argv[] = {"openssl", "dgst", "-sha256", NULL, NULL};
    argv[3] = file;
    return digest_by(argv, hex);
}

static bool md5sum(char hex[65]) {
    const char *argv[] = {"md5sum", NULL, NULL};
    argv[1] = file;
    return digest_by(argv, hex);
}

/* ---- the table */

typedef struct contender {
    const char *name;
    bool (*run)(char hex[65]);
    const char *version[3]; /* of a peer: the command that prints it */
    const struct contender *same; /* gives the same digest, and 1.00 in the last column */
    double best;                  /* seconds; 0: could not be run */
    char hex[65], version_line[200];
} contender;

static contender contenders[] = {
    {"gem5art_sha256_file", whole_file, {NULL}, &contenders[0], 0, "", ""},
    {"gem5art_sha256_update", update, {NULL}, &contenders[0], 0, "", ""},
    {"  the same, portable path", update_portable, {NULL}, &contenders[0], 0, "", ""},
    {"sha256sum FILE", sha256sum, {"sha256sum", "--version", NULL}, &contenders[0], 0, "", ""},
    {"openssl dgst -sha256 FILE", openssl_sha256, {"openssl", "version", NULL}, &contenders[0], 0, "", ""},
    {"gem5art_md5_update", md5, {NULL}, &contenders[5], 0, "", ""},
    {"md5sum FILE", md5sum, {"md5sum", "--version", NULL}, &contenders[5], 0, "", ""},
    {"gem5art_crc32", crc32, {NULL}, &contenders[7], 0, "", ""},
};
#define CONTENDERS (sizeof contenders / sizeof contenders[0])

static bool make_file(void) {
    const char *tmp = getenv("TMPDIR");
    uint32_t x = 1;
    size_t i;
    int fd;
    bool ok;
    memory = (uint8_t *)malloc(SIZE);
    if (!memory) return false;
    for (i = 0; i < SIZE; i++) {
        x = x * 1664525u + 1013904223u;
        memory[i] = (uint8_t)(x >> 24);
    }
    snprintf(file, sizeof file, "%s/gem5art-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    fd = mkstemp(file);
    if (fd < 0) return false;
    ok = gem5art__write_all(fd, memory, SIZE);
    close(fd);
    return ok;
}

int main(void) {
    bool ok = make_file();
    size_t i;
    int turn;
    if (!ok) perror("cannot make the file to hash");
    for (i = 0; i < CONTENDERS; i++)
        if (contenders[i].version[0]) {
            contender *c = &contenders[i];
            if (!first_line(c->version, c->version_line, sizeof c->version_line)) c->run = NULL;
        }
    for (turn = 0; ok && turn < TURNS; turn++)
        for (i = 0; i < CONTENDERS; i++) {
            contender *c = &contenders[i];
            double start = gem5art__monotonic(), seconds;
            if (!c->run) continue;
            ok = c->run(c->hex) && ok;
            seconds = gem5art__monotonic() - start;
            if (turn == 0 || seconds < c->best) c->best = seconds;
        }
    unlink(file);
    if (!ok) return 1;

    printf("%d MiB in the page cache, best of %d; SHA-256 by: %s\n\n", MIB, TURNS, gem5art_sha256_implementation());
    printf("%-28s %10s %10s %12s\n", "", "ms", "MB/s", "times ours");
    for (i = 0; i < CONTENDERS; i++) {
        const contender *c = &contenders[i];
        if (!c->run) {
            printf("%-28s left out: it could not be run here\n", c->name);
            continue;
        }
        printf("%-28s %10.1f %10.0f %12.2f\n", c->name, c->best * 1e3, (double)SIZE / 1e6 / c->best,
               c->best / c->same->best);
        if (strcmp(c->hex, c->same->hex) != 0) {
            printf("%s gives another digest: %s, not %s\n", c->name, c->hex, c->same->hex);
            ok = false;
        }
    }
    printf("\n");
    for (i = 0; i < CONTENDERS; i++)
        if (contenders[i].run && *contenders[i].version_line)
            printf("%s: %.60s\n", contenders[i].version[0], contenders[i].version_line);
    free(memory);
    return ok ? 0 : 1;
}
