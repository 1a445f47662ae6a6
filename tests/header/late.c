/* The implementation, as static functions, after other headers and after the program's macros. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "macros.h"
#define GEM5ART_STATIC
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

#ifdef __cplusplus
extern "C"
#endif
const char *version_seen_late(void);

const char *version_seen_late(void) { return gem5art_version(); }
