/* memory.h - memory that is counted and can run out. Include it before gem5art.h, and before anything else. */
#ifndef MEMORY_H
#define MEMORY_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include <stdbool.h>
#include <stdlib.h>

#define GEM5ART_MALLOC(size) counted_realloc(NULL, size)
#define GEM5ART_REALLOC(memory, size) counted_realloc(memory, size)
#define GEM5ART_FREE(memory) counted_free(memory)

static long memory_alive, memory_count;
static long memory_fails_at;     /* the N-th allocation from now on fails; 0: none does */
static bool memory_fails_sticky; /* and all behind it */
static bool (*memory_fails_here)(void); /* asked before each allocation; may be NULL */

static void *counted_realloc(void *memory, size_t size) {
    long n = __sync_add_and_fetch(&memory_count, 1);
    void *result;
    if (memory_fails_at && (n == memory_fails_at || (memory_fails_sticky && n > memory_fails_at))) return NULL;
    if (memory_fails_here && (memory_fails_here)()) return NULL;
    result = realloc(memory, size);
    if (result && !memory) __sync_add_and_fetch(&memory_alive, 1);
    return result;
}

static void counted_free(void *memory) {
    __sync_sub_and_fetch(&memory_alive, 1);
    free(memory);
}

__attribute__((unused)) static void fail_memory(long n, bool sticky) {
    memory_count = 0;
    memory_fails_sticky = sticky;
    memory_fails_at = n;
}

#endif
