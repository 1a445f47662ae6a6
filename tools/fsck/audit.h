/* audit.h - all of a store checked, or rewritten from its intact records. */
#ifndef FSCK_AUDIT_H
#define FSCK_AUDIT_H

#include "flat.h"
#include "lmdb.h"

/* ---- files beside a store */

/* Reports an unusable file among the live entries or the queued runs, and removes it with --clear-live. */
static void fsck_find_ignored(fsck_audit *audit, gem5art__arena *arena, const char *name, bool queued,
                              const char *why) {
    const char *folder = queued ? audit->db->queue_path : audit->db->live_path;
    const char *path = gem5art__arena_printf(arena, "%s/%s", folder, name);
    const char *what = queued ? "queued run" : "live entry";
    if (!audit->clear_live)
        fsck_find(audit, FSCK_NOTE, -1, "the %s %.400s %s: %.400s; --clear-live removes it", what, name,
                  queued ? "cannot be started" : "is ignored", why);
    else if (path && GEM5ART_SYS_UNLINK(path) == 0)
        fsck_find(audit, FSCK_NOTE, -1, "removed the %s %.400s: %.400s", what, name, why);
    else
        fsck_find(audit, FSCK_NOTE, -1, "cannot remove the %s %.400s: %s", what, name,
                  path ? strerror(errno) : "out of memory");
}

/* Reports an entry that is ignored, or of a lost run. */
static bool fsck_check_entry(fsck_audit *audit, const char *name, bool queued, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__live live;
    gem5art_error why;
    gem5art__trust trust = gem5art__read_live(audit->db, name, queued, &arena, &live, &why);
    bool ended = trust == GEM5ART__LIVE_NONE && why.code == GEM5ART_OK;
    if (trust == GEM5ART__LIVE_FAILED) gem5art__fail(error, why.code, "%s", why.message);
    else if (!ended && (trust == GEM5ART__LIVE_NONE ||
                        (!queued && !gem5art__is_live(audit->db, &live, trust)))) {
        if (trust == GEM5ART__LIVE_NONE || trust == GEM5ART__LIVE_SHOWN)
            fsck_find_ignored(audit, &arena, name, queued, why.message);
        else
            fsck_find(audit, FSCK_NOTE, -1, "the run %s was lost: it began in %.500s, and its supervisor is gone; the "
                      "next program that executes it records that", live.id, live.outdir);
    }
    gem5art__arena_free(&arena);
    return trust != GEM5ART__LIVE_FAILED;
}

static bool fsck_check_entries(fsck_audit *audit, bool queued, gem5art_error *error) {
    DIR *dir = GEM5ART_SYS_OPENDIR(queued ? audit->db->queue_path : audit->db->live_path);
    struct dirent *entry;
    bool ok = true;
    while (dir && ok && (entry = GEM5ART_SYS_READDIR(dir)) != NULL)
        if (entry->d_name[0] != '.' && !strstr(entry->d_name, ".tmp-")) /* being written */
            ok = fsck_check_entry(audit, entry->d_name, queued, error);
    if (dir) GEM5ART_SYS_CLOSEDIR(dir);
    return ok;
}

/* Removes the file of a rewrite that was killed: under the writer lock no rewrite is under way. */
static bool fsck_remove_leftover(const fsck_audit *audit, gem5art__arena *arena, const char *folder, const char *name) {
    const char *end = strstr(name, ".tmp-"), *path;
    if (!audit->locked || !end || strspn(end + 5, "0123456789abcdef") != 16) return false;
    if (end[21] && strcmp(end + 21, "-lock") != 0 && !gem5art__starts_with(end + 21, ".tmp-")) return false;
    path = gem5art__arena_printf(arena, "%s%s", folder, name);
    return path && GEM5ART_SYS_UNLINK(path) == 0;
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
                !fsck_remove_leftover(audit, &arena, folder, entry->d_name))
                fsck_find(audit, FSCK_NOTE, -1, "%s%s has %s", folder, entry->d_name, table[i][1]);
    if (dir) GEM5ART_SYS_CLOSEDIR(dir);
    gem5art__arena_free(&arena);
    return folder ? true : gem5art__fail_nomem(error);
}

/* ---- all of it */

static bool fsck_check_all_records(fsck_audit *audit, gem5art_error *error) {
    bool ok;
#ifdef GEM5ART_LMDB
    if (audit->raw) ok = fsck_check_raw(audit, error);
    else if (audit->db->env) ok = fsck_check_lmdb(audit, error);
    else
#endif
        ok = fsck_check_flat(audit, error) && fsck_check_references(audit, error);
    audit->compact = audit->laid_out ? audit->laid_out + 3 >= audit->bytes : audit->records == 0 && audit->bytes <= 4;
    gem5art__cursor_free(&audit->cursor);
    gem5art__index_free(&audit->ids);
    gem5art__index_free(&audit->named);
    return ok;
}

/* Fills in the numbers of an audit whose db and report are set, the rest zero. Takes no lock. False: it
   could not be done, or this is not a store. */
GEM5ART__MAYBE_UNUSED static bool fsck_check_store(fsck_audit *audit, gem5art_error *error) {
    return fsck_check_all_records(audit, error) && fsck_check_entries(audit, false, error) &&
           fsck_check_entries(audit, true, error) && fsck_check_files(audit, error);
}

/* Is `name` a second name of the store's file? */
static bool fsck_is_kept(const gem5art_db *db, const char *name) {
    struct stat store, other;
    return GEM5ART_SYS_STAT(db->path, &store) == 0 && GEM5ART_SYS_LSTAT(name, &other) == 0 &&
           store.st_dev == other.st_dev && store.st_ino == other.st_ino;
}

/* Keeps the old file, durably, under a second name, STORE.KEEP.N, that no other file has. */
static bool fsck_keep_file(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    fsck_audit *audit = (fsck_audit *)rewrite->context;
    gem5art__buf *kept = &audit->kept;
    int n;
    for (n = 1;; n++) {
        kept->length = 0;
        gem5art__putf(kept, "%s.%s.%d", db->path, audit->compacting ? "old" : "damaged", n);
        if (kept->failed) return gem5art__fail_nomem(error);
        if (GEM5ART_SYS_LINK(db->path, kept->data) == 0) break;
        if (errno != EEXIST) return gem5art__fail_errno(error, "keep the old file as", kept->data);
        if (fsck_is_kept(db, kept->data)) break; /* by a rewrite that was killed */
    }
    if (!gem5art__sync_name(kept->data)) return gem5art__fail_errno(error, "sync the folder of", db->path);
    if (!audit->lmdb || fsck_unlink_lock(db->path)) return true;
    return gem5art__fail_errno(error, "remove the lock file of", db->path);
}

/* Writes the intact records to the new file. */
static bool fsck_fill(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    fsck_audit *audit = (fsck_audit *)rewrite->context;
    bool ok;
    audit->rewrite = rewrite;
#ifdef GEM5ART_LMDB
    if (audit->lmdb) {
        ok = fsck_open_target(audit, error) && fsck_check_all_records(audit, error);
        ok = fsck_close_target(audit, ok, error);
    } else
#endif
        ok = fsck_check_all_records(audit, error) && gem5art__rewrite_end(rewrite, error);
    if (!ok || audit->unneeded) return false;
    return rewrite->written || audit->compacting ||
           gem5art__fail(error, GEM5ART_CORRUPT, "%s holds no intact record: nothing was changed; restore it from a "
                         "copy, or remove it to start a new one", db->path);
}

/* Replaces the store by a new file with the intact records that a second audit finds. */
static bool fsck_rewrite(fsck_audit *audit, fsck_audit *renewal, gem5art_error *error) {
    gem5art__rewrite rewrite;
    const gem5art__buf *kept = &renewal->kept;
    bool ok;
    memset(&rewrite, 0, sizeof rewrite);
    rewrite.fill = fsck_fill;
    rewrite.keep = fsck_keep_file;
    rewrite.context = renewal;
    ok = gem5art__rewrite_store(audit->db, &rewrite, error);
    if (ok && audit->lmdb) fsck_unlink_lock(audit->db->path); /* one that others made meanwhile */
    if (!ok && kept->length && fsck_is_kept(audit->db, kept->data)) GEM5ART_SYS_UNLINK(kept->data);
    audit->found[FSCK_RENEWED] = rewrite.written;
    audit->kept = *kept;
    if (!ok) audit->kept.length = 0;
    return ok || renewal->unneeded;
}

static bool fsck_renew_locked(fsck_audit *audit, gem5art_error *error) {
    fsck_audit renewal = *audit;
    bool compact = audit->compacting;
    renewal.locked = audit->locked = true;
    if (audit->raw) return fsck_rewrite(audit, &renewal, error);
    if (!fsck_check_store(audit, error)) return false;
    if (compact && audit->found[FSCK_DAMAGE])
        return gem5art__fail(error, GEM5ART_CORRUPT, "%s is damaged: nothing was changed; --salvage writes every "
                             "intact record to a new file, compacted", audit->db->path);
    if (!audit->found[FSCK_DAMAGE] && !audit->found[FSCK_UNFINISHED] && (!compact || audit->compact)) return true;
    return (!compact || (audit->db->backend->recover)(audit->db, error)) && fsck_rewrite(audit, &renewal, error);
}

/* Checks the store under the writer lock and rewrites it: an intact one (`compacting`) in sealed lines, a damaged one
   from its intact records. The old file stays, under the name in `kept`, which is empty if nothing was to be done, and
   the caller's to free. found[RENEWED] is the number of records written. */
GEM5ART__MAYBE_UNUSED static bool fsck_renew_store(fsck_audit *audit, gem5art_error *error) {
    bool ok;
#ifdef GEM5ART_LMDB
    audit->lmdb = audit->lmdb || audit->db->env;
#endif
    if (!gem5art__store_lock(audit->db, error)) return false;
    ok = fsck_renew_locked(audit, error);
    gem5art__store_unlock(audit->db);
    return ok;
}

#endif
