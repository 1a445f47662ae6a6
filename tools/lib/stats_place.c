/* stats_place.c - where the statistics of a run are. */

#include "stats.h"

#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "store.h"

/* The name that a run gives gem5 for its statistics: NAME, or text://NAME?OPTIONS. NULL: they are not text. */
static char *stats_name(const gem5art_run *run, text *why) {
    const char *name = "stats.txt", *const *option, *scheme;
    for (option = run->gem5_options; option && *option; option++) {
        if (text_starts(*option, "--stats-file=")) name = *option + strlen("--stats-file=");
        else if (text_same(*option, "--stats-file") && option[1]) name = *++option;
    }
    scheme = strstr(name, "://");
    if (!scheme) return text_copy_n(name, strcspn(name, "?"));
    if (text_starts(name, "text:") || text_starts(name, "file:")) return text_copy_n(scheme + 3, strcspn(scheme + 3, "?"));
    text_putf(why, "the run's --stats-file=%s is not text, and is not read", name);
    return NULL;
}

/* Looks into the archive: its copy in the storage, else where it was made. */
static bool find_archived(stats_place *place, gem5art_db *db, const gem5art_run *run, char *name) {
    const gem5art_artifact *archive = run->results ? store_artifact(db, run->results) : NULL;
    char *made = archive ? text_join(run->cwd, archive->path) : NULL, *copy = archive ? store_copy_path(archive) : NULL;
    char *path = copy && describe_exists(copy) ? copy : made && describe_exists(made) ? made : NULL;
    if (path) {
        place->path = text_copy(path);
        place->member = name;
    }
    free(made);
    free(copy);
    return path != NULL;
}

bool stats_find(stats_place *place, gem5art_db *db, const gem5art_run *run, text *why) {
    char *name = stats_name(run, why), *path;
    place->path = place->member = NULL;
    if (!name) return false;
    path = text_join(run->outdir, name);
    if (describe_exists(path) || *name == '/') {
        place->path = path;
        free(name);
        return true;
    }
    if (find_archived(place, db, run, name)) {
        free(path);
        return true;
    }
    text_putf(why, "%s is not there, and there is no archive of the run", path);
    free(path);
    free(name);
    return false;
}

void stats_place_free(stats_place *place) {
    free(place->path);
    free(place->member);
    place->path = place->member = NULL;
}
