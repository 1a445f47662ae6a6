/* torture.h - what the long tests share: a seed, a size and random numbers.
     SEED=N           the same random choices again; printed at the start
     TORTURE_SCALE=X  X times the work; 1 is a full run, 0.05 a short one */
#ifndef TORTURE_H
#define TORTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t torture_state;
static double torture_scale;

/* `scale` and `seed` are for where the environment has none; seed 0: another one each time. */
static void torture_begin(double scale, uint64_t seed) {
    const char *given = getenv("SEED"), *size = getenv("TORTURE_SCALE");
    torture_scale = size && atof(size) > 0 ? atof(size) : scale;
    if (given && *given) seed = strtoull(given, NULL, 10);
    if (!seed) seed = (uint64_t)time(NULL) * 1000 + (uint64_t)getpid() % 1000;
    printf("SEED=%llu TORTURE_SCALE=%g\n", (unsigned long long)seed, torture_scale);
    fflush(stdout);
    torture_state = seed * 2685821657736338717u + 1;
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 1); /* memory: no real disk is worn */
}

/* A random number below `limit`. */
__attribute__((unused)) static unsigned torture_random(unsigned limit) {
    torture_state ^= torture_state >> 12; /* xorshift64* */
    torture_state ^= torture_state << 25;
    torture_state ^= torture_state >> 27;
    return (unsigned)((torture_state * 2685821657736338717u >> 33) % (limit ? limit : 1));
}

/* `full` in a full run, and at least `least`. */
__attribute__((unused)) static int torture_scaled(int full, int least) {
    int n = (int)(full * torture_scale);
    return n < least ? least : n;
}

#endif
