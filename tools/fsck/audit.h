/* audit.h - all of a store checked, or rewritten from its intact records. */
#ifndef FSCK_AUDIT_H
#define FSCK_AUDIT_H

#include "flat.h"
#include "lmdb.h"

/* ---- what lies beside a store */

/* A file among the live entries that nobody acts on: tells of it, and removes it where that was asked for. */
static void fsck_find_disbelieved(fsck_audit *audit, const char *name, const char *why) {
    gem5art__buf path = {NULL, 0, 0, false};
    gem5art__putf(&path, "%s/%s", audit->db->live_path, name);
    if (!path.failed && !audit->clear_live)
        fsck_find(audit, FSCK_NOTE, -1, "nobody believes the live entry %.400s: %.400s; --clear-live removes it",
                      name, why);
    else if (!path.failed && GEM5ART_SYS_UNLINK(path.data) == 0)
        fsck_find(audit, FSCK_NOTE, -1, "removed the live entry %.400s: %.400s", name, why);
    else
        fsck_find(audit, FSCK_NOTE, -1, "cannot remove the live entry %.400s: %s", name,
                      path.failed ? "out of memory" : strerror(errno));
    gem5art__buf_free(&path);
}

/* What one file among the live entries is. False: out of memory. */
static bool fsck_check_entry(fsck_audit *audit, const char *name, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__live live;
    gem5art_error why;
    gem5art__trust trust = gem5art__read_live(audit->db, name, &arena, &live, &why);
    if (trust == GEM5ART__LIVE_FAILED) gem5art__fail(error, why.code, "%s", why.message);
    else if (trust == GEM5ART__LIVE_NONE && why.code == GEM5ART_OK) {} /* it has just ended */
    else if (trust == GEM5ART__LIVE_NONE) fsck_find_disbelieved(audit, name, why.message);
    else if (gem5art__is_live(audit->db, &live, trust)) {}
    else if (trust == GEM5ART__LIVE_SHOWN) fsck_find_disbelieved(audit, name, why.message);
    else
        fsck_find(audit, FSCK_NOTE, -1,
                      "the run %s was lost: it has begun, in %.500s, and its supervisor is gone; whoever executes "
                      "it next records that", live.id, live.outdir);
    gem5art__arena_free(&arena);
    return trust != GEM5ART__LIVE_FAILED;
}

static bool fsck_check_live(fsck_audit *audit, gem5art_error *error) {
    DIR *dir = GEM5ART_SYS_OPENDIR(audit->db->live_path);
    struct dirent *entry;
    bool ok = true;
    while (dir && ok && (entry = GEM5ART_SYS_READDIR(dir)) != NULL)
        if (entry->d_name[0] != '.' && !strstr(entry->d_name, ".tmp-")) /* that is being written */
            ok = fsck_check_entry(audit, entry->d_name, error);
    if (dir) GEM5ART_SYS_CLOSEDIR(dir);
    return ok;
}

/* Under the writer lock nobody is writing the store anew: what is left of one who was, is removed. */
static bool fsck_remove_leftover(const fsck_audit *audit, const char *folder, const char *name) {
    const char *end = strstr(name, ".tmp-");
    gem5art__buf path = {NULL, 0, 0, false};
    bool ok;
    if (!audit->locked || !end || strspn(end + 5, "0123456789abcdef") != 16) return false;
    if (end[21] && strcmp(end + 21, "-lock") != 0 && !gem5art__starts_with(end + 21, ".tmp-")) return false;
    gem5art__putf(&path, "%s%s", folder, name);
    ok = !path.failed && GEM5ART_SYS_UNLINK(path.data) == 0;
    gem5art__buf_free(&path);
    return ok;
}

static bool fsck_check_files(fsck_audit *audit, gem5art_error *error) {
    static const char *const table[][2] = {
        {".torn.", "bytes of a write that was never finished: look at them, then remove them"},
        {".damaged.", "the store as it was before it was salvaged: remove it when nothing in it is missed"},
        {".old.", "the store as it was before it was compacted: remove it when nothing in it is missed"},
        {".tmp-", "a new store that is being written, or was never finished: --salvage and --compact remove such"}};
    const char *path = audit->db->path, *name = gem5art__base_name(path);
    gem5art__arena arena = {NULL, false};
    char *folder = gem5art__arena_copy_n(&arena, path, (size_t)(name - path));
    DIR *dir = folder ? GEM5ART_SYS_OPENDIR(folder) : NULL;
    struct dirent *entry;
    size_t i;
    while (dir && (entry = GEM5ART_SYS_READDIR(dir)) != NULL)
        for (i = 0; gem5art__starts_with(entry->d_name, name) && i < sizeof table / sizeof *table; i++)
            if (gem5art__starts_with(entry->d_name + strlen(name), table[i][0]) &&
                !fsck_remove_leftover(audit, folder, entry->d_name))
                fsck_find(audit, FSCK_NOTE, -1, "%s%s has %s", folder, entry->d_name, table[i][1]);
    if (dir) GEM5ART_SYS_CLOSEDIR(dir);
    gem5art__arena_free(&arena);
    return folder ? true : gem5art__fail_nomem(error);
}

/* ---- all of it */

static bool fsck_check_kind(fsck_audit *audit, gem5art_error *error) {
    struct stat st;
#ifdef GEM5ART_LMDB
    if (audit->raw) return fsck_check_raw(audit, error);
    if (audit->db->env) return fsck_check_lmdb(audit, error);
#endif
    if (!gem5art__flat_follow(audit->db, &st, error)) return false;
    audit->bytes = (int64_t)st.st_size;
    return fsck_check_flat(audit, error) && fsck_check_references(audit, error);
}

static bool fsck_check_all_records(fsck_audit *audit, gem5art_error *error) {
    bool ok = fsck_check_kind(audit, error);
    audit->compact = audit->laid_out ? audit->laid_out + 3 >= audit->bytes : audit->records == 0 && audit->bytes <= 4;
    gem5art__cursor_free(&audit->cursor);
    gem5art__flat_forget(&audit->ids);
    gem5art__flat_forget(&audit->named);
    return ok;
}

/* Fills in the numbers of an audit whose db, report and user_data are set, the rest zero. Takes no lock. False: it
   could not be done, or this is no store. */
static bool fsck_check_store(fsck_audit *audit, gem5art_error *error) {
    return fsck_check_all_records(audit, error) && fsck_check_live(audit, error) &&
           fsck_check_files(audit, error);
}

#ifdef GEM5ART_LMDB

static bool fsck_renew_into(fsck_audit *audit, const char *path, gem5art_error *error) {
    gem5art__buf uri = {NULL, 0, 0, false};
    bool ok;
    gem5art__putf(&uri, "lmdb://%s", path);
    audit->target = uri.failed ? (gem5art__fail_nomem(error), (gem5art_db *)NULL)
                               : gem5art__open_db(uri.data, NULL, false, error);
    gem5art__buf_free(&uri);
    if (!audit->target) return false;
    ok = fsck_check_all_records(audit, error) && fsck_renew_flush(audit, error);
    gem5art_close(audit->target, NULL);
    audit->target = NULL;
    return ok;
}

/* LMDB's lock file goes with the file that it belongs to. */
static bool fsck_unlink_lock(const char *path) {
    gem5art__buf lock = {NULL, 0, 0, false};
    bool ok;
    gem5art__putf(&lock, "%s-lock", path);
    ok = lock.failed ? (errno = ENOMEM, false) : GEM5ART_SYS_UNLINK(lock.data) == 0 || errno == ENOENT;
    gem5art__buf_free(&lock);
    return ok;
}

/* Gives a file the store's name. Whoever has the old one open, or its lock file, is told so by the next call. The lock
   file of the old one must not serve the new one: it is gone before, and so is what others make of it in between. */
static bool fsck_lmdb_replace(gem5art_db *db, int fd, const char *name) {
    return GEM5ART_SYS_FSYNC(fd) == 0 && fsck_unlink_lock(db->path) && GEM5ART_SYS_RENAME(name, db->path) == 0 &&
           fsck_unlink_lock(db->path) && gem5art__sync_name(db->path);
}

/* Gives the new file the store's mode, owner and name, if it is worth it: a compacted one must be smaller. */
static bool fsck_lmdb_commit(gem5art_db *db, gem5art__rewrite *rewrite, int fd, const char *name,
                                 gem5art_error *error) {
    struct stat st, now;
    bool compact = strcmp(rewrite->keep, "old") == 0;
    if (!gem5art__replaceable(db, &st, error)) return false;
    if (fd < 0 || GEM5ART_SYS_FSTAT(fd, &now) < 0) return gem5art__fail_errno(error, "rewrite", db->path);
    if (compact && now.st_size >= st.st_size) return true;
    if (!compact && !rewrite->written)
        return gem5art__fail(error, GEM5ART_CORRUPT,
                             "%s holds no intact record: nothing was changed; restore it from a copy", db->path);
    return gem5art__rewrite_own(db, fd, &st, error) &&
           gem5art__keep_file(db->path, rewrite->keep, &rewrite->kept, error) &&
           (fsck_lmdb_replace(db, fd, name) || gem5art__fail_replace(db, rewrite, error));
}

/* Writes an LMDB store anew, as gem5art__flat_rewrite does a flat one. */
static bool fsck_lmdb_rewrite(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    fsck_audit *audit = (fsck_audit *)rewrite->source;
    gem5art__buf name = {NULL, 0, 0, false};
    int fd = -1;
    bool ok = gem5art__temporary_name(&name, db->path, error);
    audit->rewrite = rewrite;
    if (ok && (ok = fsck_renew_into(audit, name.data, error))) {
        fd = gem5art__open(name.data, O_RDWR, 0);
        ok = fsck_lmdb_commit(db, rewrite, fd, name.data, error);
    }
    if (name.data) GEM5ART_SYS_UNLINK(name.data); /* if it has that name still */
    if (name.data) fsck_unlink_lock(name.data);
    gem5art__close(fd);
    gem5art__buf_free(&rewrite->out);
    gem5art__buf_free(&name);
    return ok;
}

/* Writes an LMDB store anew from the bytes of a file that LMDB cannot read: `audit->db` has it open as a flat one,
   unchecked. */
static bool fsck_renew_raw(fsck_audit *audit, gem5art__buf *kept, gem5art_error *error) {
    gem5art__rewrite rewrite;
    gem5art__buf raw = {NULL, 0, 0, false};
    bool ok;
    memset(&rewrite, 0, sizeof rewrite);
    rewrite.source = audit;
    rewrite.keep = "damaged";
    if (!gem5art__store_lock(audit->db, error)) return false;
    ok = gem5art__read_file(audit->db->path, SIZE_MAX / 8, &raw, error);
    audit->raw = &raw;
    ok = ok && fsck_lmdb_rewrite(audit->db, &rewrite, error);
    gem5art__store_unlock(audit->db);
    audit->found[FSCK_RENEWED] = rewrite.written;
    audit->raw = NULL;
    gem5art__buf_free(&raw);
    *kept = rewrite.kept;
    return ok;
}

#endif

/* The intact records, for a rewrite whose source is a new audit. */
static bool fsck_renew_fill(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    fsck_audit *audit = (fsck_audit *)rewrite->source;
    audit->rewrite = rewrite;
    if (!fsck_check_all_records(audit, error)) return false;
    return rewrite->written || !strcmp(rewrite->keep, "old")
               ? true
               : gem5art__fail(error, GEM5ART_CORRUPT,
                               "%s holds no intact record: nothing was changed; restore it from a copy, or remove it "
                               "to start anew", db->path);
}

static bool fsck_renew_locked(fsck_audit *audit, bool compact, gem5art__buf *kept, gem5art_error *error) {
    gem5art__rewrite rewrite;
    fsck_audit renewal = *audit;
    bool ok;
    renewal.locked = audit->locked = true;
    if (!fsck_check_store(audit, error)) return false;
    if (compact && audit->found[FSCK_DAMAGE])
        return gem5art__fail(error, GEM5ART_CORRUPT,
                             "%s is damaged: nothing was changed; --salvage writes every intact record anew, compacted",
                             audit->db->path);
    if (!audit->found[FSCK_DAMAGE] && !audit->found[FSCK_UNFINISHED] && (!compact || audit->compact))
        return true;
    if (compact && !gem5art__store_settle(audit->db, error)) return false;
    memset(&rewrite, 0, sizeof rewrite);
    rewrite.fill = fsck_renew_fill;
    rewrite.source = &renewal;
    rewrite.keep = compact ? "old" : "damaged";
#ifdef GEM5ART_LMDB
    if (audit->db->env) ok = fsck_lmdb_rewrite(audit->db, &rewrite, error);
    else
#endif
    ok = gem5art__flat_rewrite(audit->db, &rewrite, error);
    audit->found[FSCK_RENEWED] = rewrite.written;
    *kept = rewrite.kept;
    return ok;
}

/* As fsck_check_store, under the writer lock, and then writes the store anew: where it is whole (`compact`), in
   lines of ours; where it is damaged, from what is intact. The old file stays whole, under the name put into `kept`,
   which is empty where the store was left alone: nothing was to be done. found[RENEWED] is the number of records
   written. */
static bool fsck_renew_store(fsck_audit *audit, bool compact, gem5art__buf *kept,
                                                       gem5art_error *error) {
    bool ok;
    if (!gem5art__store_lock(audit->db, error)) return false;
    ok = fsck_renew_locked(audit, compact, kept, error);
    gem5art__store_unlock(audit->db);
    return ok;
}

#endif
