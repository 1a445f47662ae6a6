/* A program of several files: the header after others, declared only. It opens a store that the others could change. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "macros.h"
#include "gem5art.h"

#ifdef __cplusplus
extern "C" {
#endif
const char *version_seen_first(void);
const char *version_seen_late(void);
#ifdef __cplusplus
}
#endif

int main(void) {
    char version[64];
    snprintf(version, sizeof version, "%d.%d.%d", GEM5ART_VERSION_MAJOR, GEM5ART_VERSION_MINOR, GEM5ART_VERSION_PATCH);
    return strcmp(version, GEM5ART_VERSION) || strcmp(version, gem5art_version()) ||
           strcmp(version, version_seen_first()) || strcmp(version, version_seen_late());
}
