/* stats_source.h - the bytes of a file: as it is, decompressed by gzip, or from an archive by unzip. */
#ifndef STATS_SOURCE_H
#define STATS_SOURCE_H

#include <stdint.h>

#include "program.h"

typedef struct stats_source {
    char *name;       /* for messages: "PATH", or "MEMBER in ARCHIVE" */
    int fd;
    program gzip, unzip; /* .out is NULL where they are not used */
    uint64_t read;
    uint64_t limit;   /* bytes that it may have; more are an attack, or damage */
    bool exact;       /* it must have as many */
} stats_source;

/* Opens a file, or with `member` a file of an archive. False: `why` has a sentence; nothing is open then. */
bool stats_source_open(stats_source *source, const char *path, const char *member, text *why);

/* Reads at most `size` bytes. 0: the end; -1: `why` has a sentence. */
ptrdiff_t stats_source_read(stats_source *source, char *bytes, size_t size, text *why);

void stats_source_close(stats_source *source);

#endif
