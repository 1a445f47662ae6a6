/* concurrency_portable.c - the same with POSIX locks, without any Linux or CPU extra. */
#ifndef GEM5ART_PORTABLE
#define GEM5ART_PORTABLE
#endif
#include "concurrency.c"
