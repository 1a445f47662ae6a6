/* gem5art-fsck - checks a store, says what is wrong and where, and mends it: the way out of damage. */

#define TOOL_NAME "gem5art-fsck"

#include "tool.h"

#include "fsck/audit.h"

static void tell(const fsck_finding *finding, void *user_data) {
    static const char *const labels[] = {"note: ", "warning: ", "unfinished: ", "wrong: ", "damage: ", ""};
    const char *path = (const char *)user_data, *label = labels[finding->gravity];
    if (finding->line > 0)
        tool_line("%s: byte %lld, line %lld: %s%s", path, (long long)finding->at, (long long)finding->line, label,
                  finding->text);
    else if (finding->line == 0) tool_line("%s: byte %lld: %s%s", path, (long long)finding->at, label, finding->text);
    else if (finding->at >= 0) tool_line("%s: record %lld: %s%s", path, (long long)finding->at, label, finding->text);
    else tool_line("%s: %s%s", path, label, finding->text);
}

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* What was read. */
static void tell_sum(const fsck_audit *audit, const char *path) {
    int64_t unverified = audit->records - audit->verified;
    char without[128] = "";
    if (unverified)
        snprintf(without, sizeof without, ", %lld without one, as another program laid %s out", (long long)unverified,
                 unverified == 1 ? "it" : "them");
    tool_line("%s: %lld bytes, %lld whole record%s: %lld run%s and %lld artifact%s; %lld verified by checksum%s", path,
              (long long)audit->bytes, (long long)audit->records, plural(audit->records), (long long)audit->runs,
              plural(audit->runs), (long long)audit->artifacts, plural(audit->artifacts), (long long)audit->verified,
              without);
}

/* What is wrong with it, and the way out; true: nothing is. */
static bool tell_verdict(const fsck_audit *audit, const char *path) {
    int64_t damage = audit->found[FSCK_DAMAGE], unfinished = audit->found[FSCK_UNFINISHED];
    int64_t wrong = audit->found[FSCK_WRONG];
    bool one = wrong == 1;
    if (damage)
        tool_line("%s: damaged in %lld place%s: gem5art-fsck --salvage writes every intact record to a new file and "
                  "keeps this one", path, (long long)damage, plural(damage));
    if (unfinished && !damage)
        tool_line("%s: its end is unfinished: the next writer mends it, or gem5art-fsck --salvage", path);
    if (wrong)
        tool_line("%s: %lld record%s cannot be used as %s: mend %s by hand", path, (long long)wrong, plural(wrong),
                  one ? "it is" : "they are", one ? "it" : "them");
    if (damage + unfinished + wrong) return false;
    tool_line("%s: all is well", path);
    return true;
}

static void tell_renewed(const fsck_audit *audit, const char *path) {
    int64_t records = audit->found[FSCK_RENEWED];
    tool_line("%s: written anew, with %lld record%s; the old file is %s", path, (long long)records, plural(records),
              audit->kept.data);
}

/* True: all is well now. */
static bool mend(fsck_audit *audit, bool compact, const char *path, gem5art_error *error) {
    bool ok;
    audit->compacting = compact;
    ok = fsck_renew_store(audit, error);
    if (audit->records || ok) tell_sum(audit, path);
    if (ok && audit->kept.length) tell_renewed(audit, path);
    else if (ok) tool_line("%s: left alone: it is %s", path, compact ? "compact already" : "not damaged");
    gem5art__buf_free(&audit->kept);
    return ok && audit->found[FSCK_WRONG] == 0;
}

/* Opens, checks, mends as the options say; the exit status. Whatever could not be done is in the error. */
static int work(const char *db_uri, bool salvage, bool compact, bool clear_live, gem5art_error *error) {
    gem5art_open_desc desc;
    fsck_audit audit;
    bool ok;
    memset(&desc, 0, sizeof desc);
    memset(&audit, 0, sizeof audit);
    desc.read_only = true; /* at first: a missing store must not be made here */
    desc.log = tool_warn;
    audit.db = gem5art__open_db(db_uri, &desc, true, error);
    if (audit.db && (salvage || compact)) {
        gem5art_close(audit.db, NULL);
        desc.read_only = false;
        audit.db = gem5art__open_db(db_uri, &desc, true, error);
    }
    if (!audit.db) return error->code == GEM5ART_UNSUPPORTED ? TOOL_MISUSE : TOOL_FAILED;
    audit.report = tell;
    audit.user_data = audit.db->path;
    audit.clear_live = clear_live;
    if (salvage || compact) ok = mend(&audit, compact, audit.db->path, error);
    else if ((ok = fsck_check_store(&audit, error)) == true) {
        tell_sum(&audit, audit.db->path);
        ok = tell_verdict(&audit, audit.db->path);
    }
    gem5art_close(audit.db, NULL);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

/* As work, then says the error, if any. */
static int work_aloud(const char *db_uri, bool salvage, bool compact, bool clear_live) {
    gem5art_error error;
    int status;
    memset(&error, 0, sizeof error);
    status = work(db_uri, salvage, compact, clear_live, &error);
    if (error.code != GEM5ART_OK) tool_exit(status, "%s", error.message);
    return tool_end(status == TOOL_DONE);
}

#ifdef GEM5ART_LMDB

enum { TOOL_UNREADABLE = 3 }; /* of the child: LMDB cannot read the file */

/* What is whole among the bytes of a file that LMDB cannot read. */
static int salvage_raw(const char *path) {
    gem5art_open_desc desc;
    fsck_audit audit;
    gem5art_error error;
    memset(&desc, 0, sizeof desc);
    memset(&audit, 0, sizeof audit);
    desc.log = tool_warn;
    audit.db = gem5art__open_db(path, &desc, true, &error);
    if (!audit.db) tool_exit(TOOL_FAILED, "%s", error.message);
    audit.report = tell;
    audit.user_data = audit.db->path;
    if (!fsck_renew_raw(&audit, &error)) tool_exit(TOOL_FAILED, "%s", error.message);
    tell_renewed(&audit, audit.db->path);
    tool_line("%s: its records were found by their checksums alone: some may be ones that had been removed",
              audit.db->path);
    gem5art__buf_free(&audit.kept);
    gem5art_close(audit.db, NULL);
    return tool_end(true);
}

/* LMDB may crash on a damaged file: a child looks at it. */
static int work_apart(const char *db_uri, bool salvage, bool compact, bool clear_live) {
    const char *path = db_uri + strlen("lmdb://");
    pid_t child = fork();
    int status;
    if (child == 0) {
        gem5art_error error;
        memset(&error, 0, sizeof error);
        status = work(db_uri, salvage, compact, clear_live, &error);
        if (salvage && (error.code == GEM5ART_CORRUPT || error.code == GEM5ART_IO)) {
            fflush(stdout);
            _exit(TOOL_UNREADABLE);
        }
        if (error.code != GEM5ART_OK) tool_exit(status, "%s", error.message);
        exit(tool_end(status == TOOL_DONE));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        tool_exit(TOOL_FAILED, "cannot run a child: %s", strerror(errno));
    if (WIFSIGNALED(status)) tool_line("%s: damage: LMDB crashes on it, by signal %d", path, WTERMSIG(status));
    else if (WEXITSTATUS(status) != TOOL_UNREADABLE) return WEXITSTATUS(status);
    if (salvage) return salvage_raw(path);
    tool_line("%s: gem5art-fsck --salvage writes what is whole to a new file and keeps this one", path);
    return TOOL_FAILED;
}

#endif

int main(int argc, char **argv) {
    const char *db_uri = NULL;
    bool salvage = false, compact = false, clear_live = false;
    const tool_option options[] = {
        {"--salvage", NULL, NULL, "If it is damaged, write every intact record to a new file, which takes its "
         "place. The old one stays, as DATABASE.damaged.N. Exit status 1 if not all is well now", NULL, NULL,
         &salvage, NULL},
        {"--compact", NULL, NULL, "If it is whole, write it in gem5art.h's own form: one record a line, each with a "
         "checksum. The old file stays, as DATABASE.old.N", NULL, NULL, &compact, NULL},
        {"--clear-live", NULL, NULL, "Remove entries of DATABASE.live that no program acts on: damaged ones, those of "
         "another version, and those of other users whose runs are over", NULL, NULL, &clear_live, NULL},
        {"--db-uri", NULL, "DB_URI", "The database to connect to. Default $GEM5ART_DB, else file://db.json",
         &db_uri, NULL, NULL, "FILE"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};
    const tool_page page = {"check a run store, and mend it", "[--salvage | --compact] [--clear-live] [--db-uri DB_URI | DB_URI]",
        "Check all records of a database: say what was read, what is wrong and where. Nothing is changed, and "
        "others may go on writing. Exit status: 0 all is well, 1 something is wrong, 2 misuse.", NULL, options,
        NULL};
    argc = tool_parse(argc, argv, &page);
    if (argc > 1 || (argc && db_uri))
        tool_exit(TOOL_MISUSE, "one database is enough: leave \"%s\" out", argv[argc - 1]);
    if (salvage && compact)
        tool_exit(TOOL_MISUSE, "--salvage and --compact: give one of them (what is salvaged is compact)");
    if (argc) db_uri = argv[0];
#ifdef GEM5ART_LMDB
    if (gem5art__empty(db_uri)) db_uri = getenv("GEM5ART_DB");
    if (db_uri && gem5art__starts_with(db_uri, "lmdb://")) return work_apart(db_uri, salvage, compact, clear_live);
#endif
    return work_aloud(db_uri, salvage, compact, clear_live);
}
