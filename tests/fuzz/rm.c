/* rm.c - fuzzes the arguments of gem5art-rm. */
#include "arguments.h"

#include "lib.h"

#include "../../tools/lib/table.c"

#include "../../tools/lib/members.c"

#include "../../tools/lib/csv.c"

#include "../../tools/lib/variables.c"

#include "../../tools/lib/label.c"

#include "../../tools/lib/progress.h"

double progress_tick(const char *outdir) { return (void)outdir, -1; } /* the files in memory have no outdirs */

#include "../../tools/lib/commits.h"

const char *commits_of(gem5art_text id) { return (void)id, ""; } /* gem5art-rm shows no commits */

#include "../../tools/lib/columns.c"

#include "../../tools/lib/select.c"

#include "../../tools/lib/outdir.h"

void outdir_keep(const char *path, const char *owner) { (void)path, (void)owner; }
outdir_state outdir_check(const char *path, const char *id, const char *hash, text *why) {
    return (void)path, (void)id, (void)hash, text_puts(why, "it is not in memory"), OUTDIR_GONE;
}
outdir_state outdir_remove(const char *path, const char *id, const char *hash, text *why) {
    return outdir_check(path, id, hash, why);
}

#include "../../tools/gem5art-rm.c"

/* Only what was named goes, and nothing in a dry run. */
static void check_tool(int status, size_t records, const char *written, int argc, char **argv) {
    REQUIRE(records <= 4, "%zu records", records);
    REQUIRE(records == 4 || quiet || strstr(written, "removed "), "it does not say what it removed");
    REQUIRE(!strstr(written, "would remove") || records == 4, "a dry run removes");
    (void)status, (void)argc, (void)argv;
    db_uri = NULL; /* as a new process has it */
    dry_run = assume_yes = quiet = outdirs = false;
    runs = NULL;
    run_count = 0;
    memset(&selected, 0, sizeof selected);
    memset(&artifacts, 0, sizeof artifacts);
}

#include "arguments_end.h"
