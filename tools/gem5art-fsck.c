/* gem5art-fsck - checks a store, reports each error with its place, and repairs it. It reads the bytes of stores, so it
   includes the implementation of the library instead of linking it. */

#define GEM5ART_STATIC /* what it does not use is not compiled */
#define GEM5ART_IMPLEMENTATION
#include "gem5art.h"

#include "fsck/audit.h"
#include "lib/message.h"
#include "lib/options.h"

const char *tool_name = "gem5art-fsck";

static void print_finding(const fsck_finding *finding, void *user_data) {
    static const char *const labels[] = {"note: ", "warning: ", "unfinished: ", "wrong: ", "damage: ", ""};
    const char *path = (const char *)user_data, *label = labels[finding->gravity];
    if (finding->line > 0)
        print_line("%s: byte %lld, line %lld: %s%s", path, (long long)finding->at, (long long)finding->line, label,
                  finding->text);
    else if (finding->line == 0) print_line("%s: byte %lld: %s%s", path, (long long)finding->at, label, finding->text);
    else if (finding->at >= 0) print_line("%s: record %lld: %s%s", path, (long long)finding->at, label, finding->text);
    else print_line("%s: %s%s", path, label, finding->text);
}

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* Prints what was read. */
static void print_sum(const fsck_audit *audit, const char *path) {
    int64_t unverified = audit->records - audit->verified;
    char without[128] = "";
    if (unverified)
        snprintf(without, sizeof without, ", %lld without one, as another program laid %s out", (long long)unverified,
                 unverified == 1 ? "it" : "them");
    print_line("%s: %lld bytes, %lld whole record%s: %lld run%s and %lld artifact%s; %lld verified by checksum%s", path,
              (long long)audit->bytes, (long long)audit->records, plural(audit->records), (long long)audit->runs,
              plural(audit->runs), (long long)audit->artifacts, plural(audit->artifacts), (long long)audit->verified,
              without);
}

/* Prints the number of errors, and the way out; true if there are none. */
static bool print_verdict(const fsck_audit *audit, const char *path) {
    int64_t damage = audit->found[FSCK_DAMAGE], unfinished = audit->found[FSCK_UNFINISHED];
    int64_t wrong = audit->found[FSCK_WRONG];
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

static void print_renewed(const fsck_audit *audit, const char *path) {
    int64_t records = audit->found[FSCK_RENEWED];
    print_line("%s: rewritten, with %lld record%s; the old file is %s", path, (long long)records, plural(records),
              audit->kept.data);
}

/* True if no errors remain. */
static bool repair(fsck_audit *audit, bool compact, const char *path, gem5art_error *error) {
    bool ok;
    audit->compacting = compact;
    ok = fsck_renew_store(audit, error);
    if (audit->records || ok) print_sum(audit, path);
    if (ok && audit->kept.length) print_renewed(audit, path);
    else if (ok) print_line("%s: unchanged: it is %s", path, compact ? "compact already" : "not damaged");
    gem5art__buf_free(&audit->kept);
    return ok && audit->found[FSCK_WRONG] == 0;
}

/* Opens the store, checks and repairs it as the options say; returns the exit status, and the error if there is one. */
static int check(const char *db_uri, bool salvage, bool compact, bool clear_live, gem5art_error *error) {
    gem5art_open_desc desc;
    fsck_audit audit;
    bool ok;
    memset(&desc, 0, sizeof desc);
    memset(&audit, 0, sizeof audit);
    desc.read_only = true; /* at first: a missing store must not be made here */
    desc.log = message_warn;
    audit.db = gem5art__open_db(db_uri, &desc, true, error);
    if (audit.db && (salvage || compact)) {
        gem5art_close(audit.db, NULL);
        desc.read_only = false;
        audit.db = gem5art__open_db(db_uri, &desc, true, error);
    }
    if (!audit.db) return error->code == GEM5ART_UNSUPPORTED ? EXIT_MISUSE : EXIT_FAILED;
    audit.report = print_finding;
    audit.user_data = audit.db->path;
    audit.clear_live = clear_live;
    if (salvage || compact) ok = repair(&audit, compact, audit.db->path, error);
    else if ((ok = fsck_check_store(&audit, error)) == true) {
        print_sum(&audit, audit.db->path);
        ok = print_verdict(&audit, audit.db->path);
    }
    gem5art_close(audit.db, NULL);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

/* Checks, then prints the error, if any. */
static int check_here(const char *db_uri, bool salvage, bool compact, bool clear_live) {
    gem5art_error error;
    int status;
    memset(&error, 0, sizeof error);
    status = check(db_uri, salvage, compact, clear_live, &error);
    if (error.code != GEM5ART_OK) die(status, "%s", error.message);
    return finish(status == EXIT_DONE);
}

#ifdef GEM5ART_LMDB

enum { EXIT_UNREADABLE = 3 }; /* of the child: LMDB cannot read the file */

/* Writes the intact records among the bytes of a file that LMDB cannot read to a new file. */
static int salvage_raw(const char *path) {
    gem5art_open_desc desc;
    fsck_audit audit;
    gem5art_error error;
    memset(&desc, 0, sizeof desc);
    memset(&audit, 0, sizeof audit);
    desc.log = message_warn;
    audit.db = gem5art__open_db(path, &desc, true, &error);
    if (!audit.db) die_of(&error);
    audit.report = print_finding;
    audit.user_data = audit.db->path;
    if (!fsck_renew_raw(&audit, &error)) die_of(&error);
    print_renewed(&audit, audit.db->path);
    print_line("%s: its records were found by their checksums alone: some may be ones that had been removed",
              audit.db->path);
    gem5art__buf_free(&audit.kept);
    gem5art_close(audit.db, NULL);
    return finish(true);
}

/* LMDB may crash on a damaged file: a child looks at it. */
static int check_in_child(const char *db_uri, bool salvage, bool compact, bool clear_live) {
    const char *path = db_uri + strlen("lmdb://");
    pid_t child = fork();
    int status;
    if (child == 0) {
        gem5art_error error;
        memset(&error, 0, sizeof error);
        status = check(db_uri, salvage, compact, clear_live, &error);
        if (salvage && (error.code == GEM5ART_CORRUPT || error.code == GEM5ART_IO)) {
            fflush(stdout);
            _exit(EXIT_UNREADABLE);
        }
        if (error.code != GEM5ART_OK) die(status, "%s", error.message);
        exit(finish(status == EXIT_DONE));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        die(EXIT_FAILED, "cannot run a child: %s", strerror(errno));
    if (WIFSIGNALED(status)) print_line("%s: damage: LMDB crashes on it, by signal %d", path, WTERMSIG(status));
    else if (WEXITSTATUS(status) != EXIT_UNREADABLE) return WEXITSTATUS(status);
    if (salvage) return salvage_raw(path);
    print_line("%s: gem5art-fsck --salvage writes what is whole to a new file and keeps this one", path);
    return EXIT_FAILED;
}

#endif

int main(int argc, char **argv) {
    const char *db_uri = NULL;
    bool salvage = false, compact = false, clear_live = false;
    const option options[] = {
        {"--salvage", NULL, NULL, "If the database is damaged, write every intact record to a new file, which replaces "
         "it. The old file is kept as DATABASE.damaged.N. Exit status 1 if errors remain", .flag = &salvage},
        {"--compact", NULL, NULL, "If it is intact, write it in gem5art.h's own format: one record a line, each with a "
         "checksum. The old file is kept as DATABASE.old.N", .flag = &compact},
        {"--clear-live", NULL, NULL, "Remove entries of DATABASE.live that no program acts on: damaged ones, those of "
         "another version, and those of other users whose runs are over", .flag = &clear_live},
        OPTION_DB_URI(&db_uri),
        OPTION_END};
    const page p = {.summary = "check a run store, and repair it",
        .usage = "[--salvage | --compact] [--clear-live] [--db-uri DB_URI | DB_URI]",
        .description = "Check all records of a database, and report each error with its place. Nothing is changed, and "
        "others can write meanwhile.", .options = options,
        .status = "0 no errors, 1 errors were found, or it failed, 2 misuse"};
    argc = options_parse(argc, argv, &p);
    if (argc > 1 || (argc && db_uri)) die(EXIT_MISUSE, "one database is enough: leave \"%s\" out", argv[argc - 1]);
    if (salvage && compact)
        die(EXIT_MISUSE, "--salvage and --compact: give one of them (what is salvaged is compact)");
    if (argc) db_uri = argv[0];
#ifdef GEM5ART_LMDB
    if (text_empty(db_uri)) db_uri = getenv("GEM5ART_DB");
    if (db_uri && text_starts(db_uri, "lmdb://")) return check_in_child(db_uri, salvage, compact, clear_live);
#endif
    return check_here(db_uri, salvage, compact, clear_live);
}
