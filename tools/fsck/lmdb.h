/* lmdb.h - checks an LMDB store: records, indexes and pages; finds the intact records of a file that LMDB cannot read. */
#ifndef FSCK_LMDB_H
#define FSCK_LMDB_H

#include "records.h"

#ifdef GEM5ART_LMDB

/* Does each index lead to the record? An LMDB code. */
static int fsck_check_indexed(fsck_audit *audit, const MDB_val *line, MDB_val number) {
    gem5art__env *env = audit->db->env;
    gem5art__lmdb_keys keys;
    int table, code = gem5art__lmdb_read_keys((const char *)line->mv_data, line->mv_size, &keys) ? 0 : ENOMEM;
    for (table = GEM5ART__IDS; code == 0 && table < GEM5ART__TABLES; table++) {
        MDB_cursor *cursor;
        if (!keys.values[table].mv_size) continue;
        if ((code = mdb_cursor_open((MDB_txn *)audit->txn, env->tables[table], &cursor)) != 0) break;
        code = mdb_cursor_get(cursor, &keys.values[table], &number, MDB_GET_BOTH);
        mdb_cursor_close(cursor);
        if (code != MDB_NOTFOUND) continue;
        fsck_find(audit, FSCK_DAMAGE, audit->at, "the index \"%s\" does not lead to this record",
                  gem5art__table_names[table]);
        code = 0;
    }
    gem5art__arena_free(&keys.arena);
    return code;
}

/* Do all entries of an index lead to records with their keys? An LMDB code. */
static int fsck_check_index(fsck_audit *audit, int table) {
    gem5art__env *env = audit->db->env;
    MDB_txn *txn = (MDB_txn *)audit->txn;
    MDB_cursor *cursor;
    MDB_val key, number;
    int code = mdb_cursor_open(txn, env->tables[table], &cursor);
    if (code) return code;
    while ((code = gem5art__lmdb_move(cursor, &key, &number, MDB_NEXT)) == 0) {
        gem5art__lmdb_keys keys;
        MDB_val line = gem5art__lmdb_value(NULL, 0);
        int got = mdb_get(txn, env->tables[GEM5ART__RECORDS], &number, &line);
        bool fits = false;
        if (got && got != MDB_NOTFOUND) {
            code = got;
            break;
        }
        if (got == 0) {
            fits = gem5art__lmdb_read_keys((const char *)line.mv_data, line.mv_size, &keys) &&
                   key.mv_size == keys.values[table].mv_size &&
                   memcmp(key.mv_data, keys.values[table].mv_data, key.mv_size) == 0;
            gem5art__arena_free(&keys.arena);
        }
        if (!fits)
            fsck_find(audit, FSCK_DAMAGE, (off_t)gem5art__read_number(&number),
                      got ? "the index \"%s\" leads to this record, which is not there"
                          : "the index \"%s\" leads to this record under a key that it does not have",
                      gem5art__table_names[table]);
    }
    mdb_cursor_close(cursor);
    return code;
}

static bool fsck_check_lmdb_record(fsck_audit *audit, const MDB_val *line, gem5art_error *error) {
    audit->data = (const char *)line->mv_data;
    audit->size = line->mv_size;
    audit->fits = gem5art__is_intact(audit->data, audit->size);
    if (audit->fits) return fsck_check_text(audit, NULL, error);
    fsck_find(audit, FSCK_DAMAGE, audit->at, "the checksum does not match this record");
    fsck_find(audit, FSCK_RENEWED, audit->at, "left out %lld bytes", (long long)audit->size);
    return true;
}

/* How many pages LMDB's own list of free pages has, which only writers read. An LMDB code. */
static int fsck_count_free_pages(MDB_txn *txn, size_t *count) {
    MDB_cursor *cursor;
    MDB_val key, pages;
    size_t listed;
    int code = mdb_cursor_open(txn, 0, &cursor);
    if (code) return code;
    while ((code = gem5art__lmdb_move(cursor, &key, &pages, MDB_NEXT)) == 0) {
        if (key.mv_size != sizeof listed || pages.mv_size < sizeof listed) break;
        memcpy(&listed, pages.mv_data, sizeof listed); /* of each transaction: a count, then as many pages */
        if (pages.mv_size / sizeof listed != listed + 1) break;
        *count += listed;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code ? code : MDB_CORRUPTED;
}

/* How many pages all tables have, LMDB's own too. An LMDB code. */
static int fsck_count_used_pages(gem5art__env *env, MDB_txn *txn, size_t *count) {
    MDB_dbi tables[GEM5ART__TABLES + 2] = {0, 0}; /* the free pages; the names of the tables; the tables */
    MDB_stat stat;
    int table, code = mdb_dbi_open(txn, NULL, 0, &tables[1]);
    memcpy(tables + 2, env->tables, sizeof env->tables);
    for (table = 0; code == 0 && table < GEM5ART__TABLES + 2; table++) {
        code = mdb_stat(txn, tables[table], &stat);
        *count += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    }
    return code;
}

/* Every page of the file but the first two belongs to a table or is free; else the list of free pages is damaged. */
static void fsck_check_pages(fsck_audit *audit) {
    gem5art__env *env = audit->db->env;
    MDB_txn *txn = (MDB_txn *)audit->txn;
    MDB_envinfo info;
    size_t pages = 2;
    int code = fsck_count_free_pages(txn, &pages);
    if (code == 0) code = fsck_count_used_pages(env, txn, &pages);
    mdb_env_info(env->env, &info);
    if (code)
        fsck_find(audit, FSCK_DAMAGE, -1, "LMDB's list of free pages cannot be read: %s", mdb_strerror(code));
    else if (pages != info.me_last_pgno + 1 && info.me_last_txnid == mdb_txn_id(txn)) /* no write in between */
        fsck_find(audit, FSCK_DAMAGE, -1,
                  "LMDB's list of free pages is damaged: %zu pages are accounted for, of %zu", pages,
                  (size_t)info.me_last_pgno + 1);
}

/* Checks all records and indexes. An LMDB code. */
static int fsck_check_tree(gem5art__lmdb_call *visit) {
    fsck_audit *audit = (fsck_audit *)visit->context;
    gem5art__env *env = visit->env;
    MDB_cursor *cursor;
    MDB_val key, line;
    struct stat st;
    int table, code = mdb_cursor_open(visit->txn, env->tables[GEM5ART__RECORDS], &cursor);
    bool ok = true;
    if (code) return code;
    audit->txn = visit->txn;
    if (GEM5ART_SYS_STAT(audit->db->path, &st) == 0) audit->bytes = (int64_t)st.st_size;
    while (ok && (code = gem5art__lmdb_move(cursor, &key, &line, MDB_NEXT)) == 0) {
        audit->at = (off_t)gem5art__read_number(&key);
        ok = fsck_check_lmdb_record(audit, &line, visit->error);
        if (ok && audit->fits && (code = fsck_check_indexed(audit, &line, key)) != 0) break;
    }
    mdb_cursor_close(cursor);
    for (table = GEM5ART__IDS; ok && code == MDB_NOTFOUND && table < GEM5ART__TABLES; table++)
        code = fsck_check_index(audit, table);
    if (ok && code != MDB_NOTFOUND) return code;
    if (ok) fsck_check_pages(audit);
    visit->step = ok && fsck_check_references(audit, visit->error) ? GEM5ART__END : GEM5ART__FAILED;
    return 0;
}

static bool fsck_check_lmdb(fsck_audit *audit, gem5art_error *error) {
    gem5art__lmdb_call visit;
    bool ok;
    memset(&visit, 0, sizeof visit);
    visit.work = fsck_check_tree;
    visit.context = audit;
    ok = gem5art__lmdb_run(audit->db, &visit, false, error) && visit.step == GEM5ART__END;
    audit->txn = NULL;
    return ok;
}

/* Finds the first record in a text that is intact, wherever it begins. NULL: there is none. */
static const char *fsck_find_intact(const char *text, size_t size) {
    const char *seal, *end = text + size;
    while ((seal = gem5art__find_part(text, (size_t)(end - text), ",\"crc32\":\"")) != NULL &&
           end - seal > GEM5ART__SEAL) {
        const char *first = NULL, *last = NULL, *at = text; /* beginnings before this seal; one of them is right */
        const char *stop = seal + 1 + GEM5ART__SEAL;
        for (; (at = gem5art__find_part(at, (size_t)(seal - at), "{\"_id\":\"")) != NULL; at++) {
            if (!first) first = at;
            last = at;
        }
        if (first && gem5art__is_intact(first, (size_t)(stop - first))) return first;
        if (last && gem5art__is_intact(last, (size_t)(stop - last))) return last;
        text = seal + 1;
    }
    return NULL;
}

/* All intact lines among the bytes of a file whose tree cannot be read: old copies of some and records that were
   removed are among them. */
static bool fsck_check_raw(fsck_audit *audit, gem5art_error *error) {
    const gem5art__buf *raw = audit->raw;
    const char *at = raw->data, *end = raw->data + raw->length;
    bool ok = true;
    audit->bytes = (int64_t)raw->length;
    for (; ok && (at = fsck_find_intact(at, (size_t)(end - at))) != NULL; at += audit->size) {
        audit->at = (off_t)(at - raw->data);
        audit->data = at;
        audit->size = fsck_raw_line(raw, (size_t)audit->at);
        audit->fits = true;
        ok = fsck_check_text(audit, NULL, error);
    }
    return ok;
}

/* Makes an LMDB store of the new file's name. */
static bool fsck_open_target(fsck_audit *audit, gem5art_error *error) {
    const char *name = audit->rewrite->file.temporary.data;
    gem5art__buf uri = {NULL, 0, 0, false};
    gem5art__putf(&uri, "lmdb://%s", name);
    if (uri.failed) gem5art__fail_nomem(error);
    else if (GEM5ART_SYS_UNLINK(name) < 0) gem5art__fail_errno(error, "rewrite", audit->db->path);
    else audit->target = gem5art__open_db(uri.data, NULL, false, error);
    gem5art__buf_free(&uri);
    return audit->target != NULL;
}

/* Closes the new LMDB store; `ok`: takes its file, unless that would not be smaller than the old one. */
static bool fsck_close_target(fsck_audit *audit, bool ok, gem5art_error *error) {
    gem5art__new_file *file = &audit->rewrite->file;
    struct stat now, old;
    ok = ok && fsck_renew_flush(audit, error);
    if (audit->target) gem5art_close(audit->target, NULL);
    audit->target = NULL;
    fsck_unlink_lock(file->temporary.data);
    gem5art__close(file->fd);
    file->fd = gem5art__open(file->temporary.data, O_RDWR, 0);
    if (!ok) return false;
    if (file->fd < 0 || GEM5ART_SYS_FSTAT(file->fd, &now) < 0 || GEM5ART_SYS_STAT(audit->db->path, &old) < 0)
        return gem5art__fail_errno(error, "rewrite", audit->db->path);
    audit->unneeded = audit->compacting && now.st_size >= old.st_size;
    return true;
}

#endif

#endif
