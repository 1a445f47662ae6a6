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
    if (text_starts(name, "text:") || text_starts(name, "file:"))
        return text_copy_n(scheme + 3, strcspn(scheme + 3, "?"));
    text_putf(why, "the run's --stats-file=%s is not text, and is not read", name);
    return NULL;
}

/* Looks for the archive: its copy in the storage, else where it was made. */
static bool find_archive(stats_place *place, gem5art_db *db, const gem5art_run *run, const char *file, text *why) {
    const gem5art_artifact *archive = run->results ? store_artifact(db, run->results) : NULL;
    char *made = archive ? text_join(run->cwd, archive->path) : NULL, *copy = archive ? store_copy_path(archive) : NULL;
    char *path = copy && describe_exists(copy) ? copy : made && describe_exists(made) ? made : NULL;
    if (path) place->path = text_copy(path);
    else if (made) text_putf(why, "%s is gone, and so is the run's archive, %s", file, made);
    else text_putf(why, "%s is gone, and the run has no archive", file);
    free(made);
    free(copy);
    return path != NULL;
}

bool stats_find(stats_place *place, gem5art_db *db, const gem5art_run *run, text *why) {
    char *name = stats_name(run, why), *path = name ? text_join(run->outdir, name) : NULL;
    char *packed = path ? text_printf("%s.gz", path) : NULL; /* by hand, later */
    bool found = path && (describe_exists(path) || describe_exists(packed));
    place->path = place->member = NULL;
    if (found) place->path = text_copy(describe_exists(path) ? path : packed);
    else if (name && *name == '/') text_putf(why, "%s is gone", name);
    else if (name && (found = find_archive(place, db, run, path, why)) == true) place->member = text_join(NULL, name);
    free(packed);
    free(path);
    free(name);
    return found;
}

void stats_place_free(stats_place *place) {
    free(place->path);
    free(place->member);
    place->path = place->member = NULL;
}
