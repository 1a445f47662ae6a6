/* gem5art-fsck - checks a store, reports each error with its place, and repairs it. It reads the bytes of stores, so it
   includes the implementation of the library instead of linking it. */

#define GEM5ART_STATIC /* what it does not use is not compiled */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

#include "fsck/audit.h"
#include "lib/message.h"
#include "lib/options.h"
#include "lib/store.h"

const char *tool_name = "gem5art-fsck";

static const char *db_uri;
static bool salvage, compact, clear_live, merge;

static fsck_audit audit;

static void print_finding(const fsck_finding *finding) {
    static const char *const labels[] = {"note: ", "warning: ", "unfinished: ", "wrong: ", "damage: ", ""};
    long long at = finding->at, line = finding->line;
    char place[64] = "";
    if (line > 0) snprintf(place, sizeof place, "byte %lld, line %lld: ", at, line);
    else if (at >= 0) snprintf(place, sizeof place, "%s %lld: ", line == 0 ? "byte" : "record", at);
    print_line("%s: %s%s%s", audit.db->path, place, labels[finding->gravity], finding->text);
}

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* Prints what was read. */
static void print_sum(const char *path) {
    int64_t unverified = audit.records - audit.verified;
    char without[128] = "";
    if (unverified)
        snprintf(without, sizeof without, ", %lld without one, as another program laid %s out", (long long)unverified,
                 unverified == 1 ? "it" : "them");
    print_line("%s: %lld bytes, %lld whole record%s: %lld run%s and %lld artifact%s; %lld verified by checksum%s", path,
              (long long)audit.bytes, (long long)audit.records, plural(audit.records), (long long)audit.runs,
              plural(audit.runs), (long long)audit.artifacts, plural(audit.artifacts), (long long)audit.verified,
              without);
}

/* Prints the number of errors, and the way out; true if there are none. */
static bool print_verdict(const char *path) {
    int64_t damage = audit.found[FSCK_DAMAGE], unfinished = audit.found[FSCK_UNFINISHED];
    int64_t wrong = audit.found[FSCK_WRONG];
    bool one = wrong == 1;
    if (damage)
        print_line("%s: damaged in %lld place%s: gem5art-fsck --salvage writes every intact record to a new file and "
                  "keeps this one", path, (long long)damage, plural(damage));
    if (unfinished && !damage)
        print_line("%s: its end is unfinished: the next writer repairs it, or gem5art-fsck --salvage", path);
    if (wrong)
        print_line("%s: %lld record%s cannot be used as %s: correct %s by hand", path, (long long)wrong, plural(wrong),
                  one ? "it is" : "they are", one ? "it" : "them");
    if (damage + unfinished + wrong) return false;
    print_line("%s: all is well", path);
    return true;
}

/* Salvages or compacts the store; `raw`: by the bytes of a file that LMDB cannot read. True if no errors remain. */
static bool repair(bool raw, gem5art_error *error) {
    const char *path = audit.db->path;
    gem5art__buf bytes = {NULL, 0, 0, false};
    bool ok;
    audit.compacting = compact;
    audit.lmdb = raw;
    audit.raw = raw ? &bytes : NULL;
    ok = (!raw || gem5art__read_file(path, SIZE_MAX / 8, &bytes, error)) && fsck_renew_store(&audit, error);
    if (!raw && (audit.records || ok)) print_sum(path);
    if (ok && audit.kept.length)
        print_line("%s: rewritten, with %lld record%s; the old file is %s", path, (long long)audit.found[FSCK_RENEWED],
                  plural(audit.found[FSCK_RENEWED]), audit.kept.data);
    else if (ok) print_line("%s: unchanged: it is %s", path, compact ? "compact already" : "not damaged");
    if (ok && raw)
        print_line("%s: its records were found by their checksums alone: some may be ones that had been removed", path);
    gem5art__buf_free(&bytes);
    gem5art__buf_free(&audit.kept);
    return ok && audit.found[FSCK_WRONG] == 0;
}

/* Moves the records of all shards to the store. */
static bool merge_shards(gem5art_error *error) {
    int64_t merged;
    bool ok = gem5art__change_begin(audit.db, &merged, error);
    if (ok) gem5art__store_unlock(audit.db);
    if (ok || merged)
        print_line("%s: moved %lld record%s of its shards to the store", audit.db->path, (long long)merged,
                   plural(merged));
    return ok;
}

/* Checks the store, and each shard as a store of its own. */
static bool check_files(gem5art_error *error) {
    gem5art_db *store = audit.db;
    bool well;
    size_t i;
    if (!gem5art__list_shards(store, error) || !fsck_check_store(&audit, error)) return false;
    print_sum(store->path);
    well = print_verdict(store->path);
    for (i = 0; i < gem5art__shard_count(store); i++) {
        memset(&audit, 0, sizeof audit);
        audit.report = print_finding;
        audit.store = store;
        audit.db = gem5art__shard_at(store, i);
        if (fsck_check_all_records(&audit, error) && fsck_check_files(&audit, error)) {
            print_sum(audit.db->path);
            well = print_verdict(audit.db->path) && well;
        } else if (error->code != GEM5ART_NOT_FOUND) break; /* else it has been merged meanwhile */
        else memset(error, 0, sizeof *error);
    }
    audit.db = store;
    return well && i == gem5art__shard_count(store);
}

/* References are looked up past damage, which is reported where it is checked. */
static void ignore_damage(const char *message, void *user_data) { (void)message, (void)user_data; }

/* Checks and repairs the store as the options ask; returns the exit status, and the error if there is one. */
static int check(const char *uri, bool raw, gem5art_error *error) {
    gem5art_open_desc desc = {0};
    bool ok;
    memset(error, 0, sizeof *error);
    desc.read_only = true; /* at first: a missing store must not be made */
    desc.log = message_warn;
    desc.damaged = ignore_damage;
    audit.report = print_finding;
    audit.clear_live = clear_live;
    audit.db = gem5art__open_db(uri, &desc, true, error);
    if (audit.db && (salvage || compact || merge)) {
        gem5art_close(audit.db, NULL);
        desc.read_only = false;
        audit.db = gem5art__open_db(uri, &desc, true, error);
    }
    if (!audit.db)
        return error->code == GEM5ART_UNSUPPORTED || error->code == GEM5ART_INVALID ? EXIT_MISUSE : EXIT_FAILED;
    ok = salvage || compact ? repair(raw, error) : merge ? merge_shards(error) : check_files(error);
    gem5art_close(audit.db, NULL);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

static int end(int status, const gem5art_error *error) {
    if (error->code != GEM5ART_OK) die(status, "%s", error->message);
    return finish(status == EXIT_DONE);
}

#ifdef GEM5ART_LMDB

/* LMDB may crash on a damaged file: a child checks it. */
static int check_in_child(const char *uri) {
    enum { UNREADABLE = 3 }; /* exit status of the child: LMDB cannot read the file */
    const char *path = uri + strlen("lmdb://");
    gem5art_error error;
    pid_t child = fork();
    int status;
    if (child == 0) {
        status = check(uri, false, &error);
        if (!salvage || (error.code != GEM5ART_CORRUPT && error.code != GEM5ART_IO)) exit(end(status, &error));
        fflush(stdout);
        _exit(UNREADABLE);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        die(EXIT_FAILED, "cannot run a child: %s", strerror(errno));
    if (WIFSIGNALED(status)) print_line("%s: damage: LMDB crashes on it, by signal %d", path, WTERMSIG(status));
    else if (WEXITSTATUS(status) != UNREADABLE) return WEXITSTATUS(status);
    if (salvage) return end(check(path, true, &error), &error);
    print_line("%s: gem5art-fsck --salvage writes every intact record to a new file and keeps this one", path);
    return EXIT_FAILED;
}

#endif

int main(int argc, char **argv) {
    static const option options[] = {
        {"--salvage", NULL, NULL, "If the database is damaged, write every intact record to a new file, which replaces "
         "it. The old file is kept as DATABASE.damaged.N. Exit status 1 if errors remain", .flag = &salvage},
        {"--compact", NULL, NULL, "If it is intact, write it in the format of gem5art.h: one record a line, each with a "
         "checksum. The old file is kept as DATABASE.old.N", .flag = &compact},
        {"--merge-shards", NULL, NULL, "Move the records of DATABASE.shards to the database, also while others write. A "
         "shard that is locked for long is left for the next time, with exit status 1", .flag = &merge},
        {"--clear-live", NULL, NULL, "Remove entries of DATABASE.live and .queued that no program acts on: damaged ones, "
         "those of another version, those of other users whose runs are over", .flag = &clear_live},
        OPTION_DB_URI(&db_uri),
        OPTION_END};
    static const page p = {.summary = "check a run store, and repair it",
        .usage = "[DB_URI]",
        .description = "Check all records of a database and of its shards, and report each error with its place. Nothing is "
        "changed, and others can write meanwhile. A shard (DATABASE.shards/NAME.json) is a database, too: salvage or "
        "compact it by its path.", .options = options,
        .status = "0 no errors, 1 errors were found, or it failed, 2 misuse"};
    gem5art_error error;
    argc = options_parse(argc, argv, &p);
    if (argc > 1 || (argc && db_uri)) die(EXIT_MISUSE, "one database is enough: leave \"%s\" out", argv[argc - 1]);
    if (salvage && compact)
        die(EXIT_MISUSE, "--salvage and --compact: give one of them (what is salvaged is compact)");
    if (merge && (salvage || compact))
        die(EXIT_MISUSE, "--merge-shards and %s: give one of them", salvage ? "--salvage" : "--compact");
    db_uri = store_find(argc ? argv[0] : db_uri);
#ifdef GEM5ART_LMDB
    if (text_starts(db_uri, "lmdb://")) return check_in_child(db_uri);
#endif
    return end(check(db_uri, false, &error), &error);
}
