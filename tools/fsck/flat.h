/* flat.h - a flat store read to its end, past damage. */
#ifndef FSCK_FLAT_H
#define FSCK_FLAT_H

#include "records.h"

/* ---- the flat file */

/* The cursor's record: RECORD, or as gem5art__cursor_spoiled. */
static gem5art__step fsck_check_record(fsck_audit *audit, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    gem5art__arena arena = {NULL, false};
    gem5art_error why;
    const gem5art_json *record = NULL;
    bool ends, ok;
    int quick;
    gem5art__cursor_verify(cursor);
    ends = gem5art__is_sealed(cursor->data, cursor->size); /* as ours do */
    audit->at = cursor->at;
    audit->data = cursor->data;
    audit->size = cursor->size;
    audit->fits = cursor->intact || (cursor->size > GEM5ART__SEAL + 2 && (ends || cursor->own) &&
                                     gem5art__seal_holds(cursor->data, cursor->size));
    if (cursor->sealed && audit->fits) audit->laid_out += (off_t)cursor->size + 2;
    if ((quick = fsck_check_line(audit, error)) != 0) return quick > 0 ? GEM5ART__RECORD : GEM5ART__FAILED;
    gem5art__clear(&why);
    if (audit->fits || !cursor->sealed)
        record = gem5art__json_parse_in(&arena, cursor->data, cursor->size, NULL, &why);
    if (record && ends && !audit->fits && !gem5art__has_id(record)) record = NULL; /* its damaged head was "_id" */
    if (!record) {
        gem5art__arena_free(&arena);
        if (why.code == GEM5ART_OK) gem5art__fail(&why, GEM5ART_CORRUPT, "the checksum does not fit this record");
        return gem5art__cursor_spoiled(cursor, &why, error);
    }
    if (audit->fits && !ends)
        fsck_find(audit, FSCK_DAMAGE, audit->at,
                      "the key \"crc32\" of this record is damaged, and nothing else of it");
    ok = fsck_check_whole(audit, &arena, record, error);
    gem5art__arena_free(&arena);
    return ok ? GEM5ART__RECORD : GEM5ART__FAILED;
}

/* The store does not end well. If an append goes on right now: looks again, from the last record on. */
static bool fsck_look_again(fsck_audit *audit) {
    gem5art__cursor *cursor = &audit->cursor;
    off_t from = cursor->after;
    size_t records = from > cursor->start;
    struct stat st;
    if (audit->locked || audit->looks++ == 200 || GEM5ART_SYS_FSTAT(audit->db->flat.fd, &st) < 0) return false;
    if (st.st_size == audit->bytes) {
        if (gem5art__lock_seen(audit->db->flat.fd, GEM5ART__WRITER_BYTE) == F_UNLCK) {
            if (audit->looks > 1) return false;
        } else GEM5ART_SYS_POLL(NULL, 0, 10);
    }
    audit->bytes = (int64_t)st.st_size;
    gem5art__cursor_free(cursor);
    gem5art__cursor_init(cursor, audit->db->flat.fd, audit->db->path, from, st.st_size);
    cursor->records = records;
    return true;
}

/* Behind the closing bracket: bytes of an append that was never finished; but more records than an append has were
   finished, and the bracket is the damage. */
static bool fsck_check_behind(fsck_audit *audit, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    off_t at = gem5art__cursor_offset(cursor), bracket = cursor->at;
    int64_t whole = 0;
    gem5art__step step;
    for (;;) {
        cursor->comma = true;
        step = gem5art__cursor_step(cursor, error);
        if (step == GEM5ART__RECORD && cursor->sealed && gem5art__seal_holds(cursor->data, cursor->size)) {
            whole++;
            if (audit->rewrite) step = fsck_check_record(audit, error);
        }
        if (step == GEM5ART__TORN || step == GEM5ART__FAILED) break;
    }
    if (whole > GEM5ART__APPENDED)
        fsck_find(audit, FSCK_DAMAGE, bracket, "the array is closed here, before %lld more records",
                      (long long)whole);
    else
        fsck_find(audit, FSCK_UNFINISHED, at,
                      "%lld byte%s behind the closing bracket: a write that was never finished, which the next writer "
                      "moves aside",
                      (long long)(audit->bytes - at), audit->bytes - at == 1 ? "" : "s");
    if (whole)
        fsck_find(audit, FSCK_RENEWED, at, "kept the %lld whole record%s behind the closing bracket",
                      (long long)whole, whole == 1 ? "" : "s");
    else fsck_find_left_out(audit, at, (off_t)audit->bytes);
    return step != GEM5ART__FAILED;
}

/* The store breaks off inside its array. */
static void fsck_find_torn(fsck_audit *audit) {
    const gem5art__cursor *cursor = &audit->cursor;
    off_t left = (off_t)audit->bytes - cursor->at;
    if (!cursor->problem[0])
        fsck_find(audit, FSCK_UNFINISHED, cursor->at,
                      "the store ends here, without a closing bracket: the next writer gives it one");
    else
        fsck_find(audit, FSCK_UNFINISHED, cursor->problem_at,
                      "%s, nor does a whole one follow: a write that was never finished, or damage to the last record; "
                      "the next writer moves %lld bytes aside",
                      cursor->problem, (long long)left);
    fsck_find_left_out(audit, cursor->at, (off_t)audit->bytes);
}

static bool fsck_check_flat(fsck_audit *audit, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    gem5art__step step;
    gem5art__cursor_init(cursor, audit->db->flat.fd, audit->db->path, 0, (off_t)audit->bytes);
    do {
        step = gem5art__cursor_step(cursor, error);
        if (step == GEM5ART__RECORD) step = fsck_check_record(audit, error);
        if (step == GEM5ART__DAMAGED) {
            fsck_find(audit, FSCK_DAMAGE, cursor->problem_at, "%s", cursor->problem);
            fsck_find_left_out(audit, cursor->problem_at, gem5art__cursor_offset(cursor));
        }
        if (step == GEM5ART__END && gem5art__cursor_closes(cursor)) return true;
    } while (step == GEM5ART__RECORD || step == GEM5ART__DAMAGED ||
             (step != GEM5ART__FAILED && fsck_look_again(audit)));
    if (step == GEM5ART__TORN) fsck_find_torn(audit);
    return step == GEM5ART__END ? fsck_check_behind(audit, error) : step == GEM5ART__TORN;
}

#endif
