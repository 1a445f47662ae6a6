/* The header before all others, which come with their own features, and before the program's macros. */
#include "gem5art.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "macros.h"

#ifdef __cplusplus
extern "C"
#endif
const char *version_seen_first(void);

const char *version_seen_first(void) {
    gem5art_error error;
    gem5art_json_writer writer;
    memset(&error, 0, sizeof error);
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_free(gem5art_json_parse("[]", 2, NULL, &error));
    return error.code == GEM5ART_OK ? gem5art_version() : NULL;
}
