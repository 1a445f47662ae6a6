/* flat.h - reads a flat store to its end, past damage. The reader of gem5art.h resumes only at a sealed line; here any
   object that may be a record counts. */
#ifndef FSCK_FLAT_H
#define FSCK_FLAT_H

#include "records.h"

/* Is the object at the cursor good: a sealed line whose checksum fits, or any other with an "_id"? It
   gives up at the first byte that no valid object has, so that many guesses cost no more than one read. 1; 0; -1:
   error. */
static int fsck_guess(gem5art__cursor *cursor, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_error why;
    size_t n = 0, depth = 0;
    bool string = false, escaped = false, good;
    const char *text = cursor->window + cursor->pos;
    if (cursor->line_start) {
        ptrdiff_t line = gem5art__cursor_line(cursor, error);
        size_t size = line < 0 ? 0 : gem5art__sealed_line(cursor->window + cursor->pos, (size_t)line);
        if (line < 0) return -1;
        if (size) return gem5art__seal_holds(cursor->window + cursor->pos, size);
    }
    do {
        char c;
        if (cursor->pos + n == cursor->length) {
            int more = gem5art__cursor_more(cursor, error);
            if (more <= 0) return more;
        }
        text = cursor->window + cursor->pos;
        c = text[n++];
        if (depth > GEM5ART__JSON_DEPTH || (string && (unsigned char)c < ' ')) return 0;
        if (escaped) escaped = false;
        else if (string) {
            string = c != '"';
            escaped = c == '\\';
        } else if (c == '"') string = true;
        else if (c == '{' || c == '[') depth++;
        else if (c == '}' || c == ']') depth--;
    } while (depth);
    if (cursor->line_start && n > 8 && memcmp(text, "{\"_id\":\"", 8) == 0 && gem5art__is_sealed(text, n))
        return gem5art__seal_holds(text, n); /* as the cursor takes it */
    good = gem5art__has_id(gem5art__json_parse_in(&arena, text, n, NULL, &why));
    gem5art__arena_free(&arena);
    return why.code == GEM5ART_NOMEM ? (gem5art__fail_nomem(error), -1) : good;
}

/* Leaves the cursor at the first good record from `at` on. 1; 0: there is none; -1: error. */
static int fsck_resume(gem5art__cursor *cursor, off_t at, gem5art_error *error) {
    int byte, good = 0;
    char before = 0;
    size_t got;
    if (at && !gem5art__read_at(cursor->fd, &before, 1, at - 1, &got))
        return gem5art__fail_errno(error, "read", cursor->path), -1;
    for (gem5art__cursor_seek(cursor, at, before == '\n' || !at); !good; cursor->pos++) {
        if ((byte = gem5art__cursor_peek(cursor, error)) < 0) return byte + 1;
        if (byte == '{' && cursor->length - cursor->pos < 2 && gem5art__cursor_more(cursor, error) < 0) return -1;
        if (byte == '{' && cursor->length - cursor->pos > 1 &&
            memchr(" \t\r\n\"", cursor->window[cursor->pos + 1], 5) &&
            (good = fsck_guess(cursor, error)) < 0)
            return -1;
        if (good) break;
        cursor->line_start = byte == '\n';
    }
    return 1;
}

/* Reports the damage at `at`, and each line that began as a sealed one between it and `next`, where reading resumes. */
static bool fsck_report_damage(fsck_audit *audit, off_t at, off_t next, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    const char *problem = cursor->problem;
    off_t from = at;
    for (gem5art__cursor_seek(cursor, at, false);;) {
        ptrdiff_t line = gem5art__cursor_line(cursor, error);
        const char *text;
        if (line < 0) return false;
        gem5art__cursor_seek(cursor, gem5art__cursor_offset(cursor) + line + 1, true);
        if (gem5art__cursor_offset(cursor) < next && (line = gem5art__cursor_line(cursor, error)) < 0) return false;
        text = cursor->window + cursor->pos;
        if (gem5art__cursor_offset(cursor) < next && (line < 8 || memcmp(text, "{\"_id\":\"", 8) != 0)) continue;
        at = gem5art__cursor_offset(cursor) < next ? gem5art__cursor_offset(cursor) : next;
        fsck_find(audit, FSCK_DAMAGE, from, "%s", problem);
        fsck_find_left_out(audit, from, at);
        if (at == next) return true;
        problem = gem5art__sealed_line(text, (size_t)line) ? "the checksum does not match this record"
                                                           : "this record is not whole";
        from = at;
    }
}

/* Checks the cursor's record, which may be parsed already. */
static gem5art__step fsck_check_record(fsck_audit *audit, const gem5art_json *record, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    bool ends = gem5art__is_sealed(cursor->data, cursor->size); /* in the key "crc32" and a checksum */
    audit->at = cursor->at;
    audit->data = cursor->data;
    audit->size = cursor->size;
    audit->fits = cursor->intact || (cursor->size > GEM5ART__SEAL + 2 && (ends || cursor->own) &&
                                     gem5art__seal_holds(cursor->data, cursor->size));
    if (cursor->sealed && audit->fits) audit->laid_out += (off_t)cursor->size + 2;
    if (audit->fits && !ends)
        fsck_find(audit, FSCK_DAMAGE, audit->at, "the key \"crc32\" of this record is damaged, and nothing else of it");
    return fsck_check_text(audit, record, error) ? GEM5ART__RECORD : GEM5ART__FAILED;
}

/* If an append may be under way at the end: prepares to read again from the last record on. */
static bool fsck_retry(fsck_audit *audit) {
    gem5art__cursor *cursor = &audit->cursor;
    off_t from = cursor->after;
    size_t records = cursor->records;
    struct stat st;
    if (audit->locked || !gem5art__flat_retry(&audit->db->flat, (off_t)audit->bytes, audit->tries++) ||
        GEM5ART_SYS_FSTAT(audit->db->flat.fd, &st) < 0)
        return false;
    audit->bytes = (int64_t)st.st_size;
    gem5art__cursor_free(cursor);
    gem5art__cursor_init(cursor, audit->db->flat.fd, audit->db->path, from, (off_t)audit->bytes);
    cursor->records = records;
    return true;
}

/* Reports bytes after the closing bracket: an unfinished append, unless they have more whole records than one append
   writes; then the bracket is the damage. */
static bool fsck_check_after(fsck_audit *audit, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    off_t at = gem5art__cursor_offset(cursor), bracket = cursor->at;
    int64_t whole = 0;
    gem5art__step step;
    do {
        cursor->comma = true;
        step = gem5art__cursor_step(cursor, error);
        if (step == GEM5ART__RECORD && cursor->intact) {
            whole++;
            if (audit->rewrite) step = fsck_check_record(audit, NULL, error);
        }
    } while (step == GEM5ART__RECORD || step == GEM5ART__DAMAGED);
    if (whole > GEM5ART__APPENDED)
        fsck_find(audit, FSCK_DAMAGE, bracket, "the array is closed here, before %lld more records", (long long)whole);
    else
        fsck_find(audit, FSCK_UNFINISHED, at,
                  "%lld byte%s after the closing bracket: a write that was never finished, which the next writer moves "
                  "aside", (long long)(audit->bytes - at), audit->bytes - at == 1 ? "" : "s");
    if (whole)
        fsck_find(audit, FSCK_RENEWED, at, "kept the %lld whole record%s after the closing bracket", (long long)whole,
                  whole == 1 ? "" : "s");
    else fsck_find_left_out(audit, at, (off_t)audit->bytes);
    return step != GEM5ART__FAILED;
}

/* Reports a store that breaks off inside its array. */
static void fsck_find_torn(fsck_audit *audit) {
    const gem5art__cursor *cursor = &audit->cursor;
    if (!cursor->problem[0])
        fsck_find(audit, FSCK_UNFINISHED, cursor->after,
                  "the store ends here, without a closing bracket: the next writer gives it one");
    else
        fsck_find(audit, FSCK_UNFINISHED, cursor->problem_at,
                  "%s, nor does a whole one follow: a write that was never finished, or damage to the last record; the "
                  "next writer moves %lld bytes aside", cursor->problem, (long long)(audit->bytes - cursor->after));
    fsck_find_left_out(audit, cursor->after, (off_t)audit->bytes);
}

/* Resumes after a problem, at the first object that may be a record. */
static gem5art__step fsck_pass_over(fsck_audit *audit, gem5art__step step, gem5art_error *error) {
    gem5art__cursor *cursor = &audit->cursor;
    off_t at = cursor->problem_at, next = (off_t)audit->bytes;
    bool line_start;
    int good;
    if (step == GEM5ART__DAMAGED && cursor->record) { /* it can be read, but has no id */
        gem5art__cursor_seek(cursor, at, false);
        if (gem5art__cursor_measure(cursor, error) <= 0) return GEM5ART__FAILED;
        cursor->data = cursor->window + cursor->pos;
        if (!gem5art__is_sealed(cursor->data, cursor->size)) {
            cursor->at = at;
            cursor->pos += cursor->size;
            cursor->after = gem5art__cursor_offset(cursor);
            return fsck_check_record(audit, NULL, error);
        }
    }
    if ((good = fsck_resume(cursor, at, error)) < 0) return GEM5ART__FAILED;
    line_start = cursor->line_start;
    if (good) next = gem5art__cursor_offset(cursor);
    else if (!cursor->after) {
        gem5art__fail(error, GEM5ART_CORRUPT,
                      "%s is not a run store: a JSON array of records was expected, and byte %lld is not '['",
                      cursor->path, (long long)at);
        return GEM5ART__FAILED;
    } else if (step == GEM5ART__TORN) return step;
    if (!fsck_report_damage(audit, at, next, error)) return GEM5ART__FAILED;
    gem5art__cursor_seek(cursor, next, line_start);
    cursor->comma = true;
    cursor->closed = !good;
    return GEM5ART__RECORD;
}

static bool fsck_check_flat(fsck_audit *audit, gem5art_error *error) {
    static const char mark[] = "\xef\xbb\xbf";
    gem5art__cursor *cursor = &audit->cursor;
    gem5art__step step;
    struct stat st;
    char start[3];
    size_t got;
    if (!gem5art__flat_follow(audit->db, &st, error)) return false;
    audit->bytes = (int64_t)st.st_size;
    gem5art__cursor_init(cursor, audit->db->flat.fd, audit->db->path, 0, (off_t)audit->bytes);
    if (gem5art__read_at(cursor->fd, start, 3, 0, &got) && got == 3 && memcmp(start, mark, 3) == 0) {
        fsck_find(audit, FSCK_DAMAGE, 0, "a byte order mark, which JSON must not have");
        fsck_find_left_out(audit, 0, 3);
        gem5art__cursor_seek(cursor, 3, false);
    }
    do {
        step = gem5art__cursor_step(cursor, error);
        if (step == GEM5ART__RECORD) step = fsck_check_record(audit, cursor->record, error);
        else if (step == GEM5ART__DAMAGED || (step == GEM5ART__TORN && cursor->problem[0]))
            step = fsck_pass_over(audit, step, error);
        if (step == GEM5ART__END && (cursor->closed || gem5art__cursor_closes(cursor))) return true;
    } while (step == GEM5ART__RECORD || (step != GEM5ART__FAILED && fsck_retry(audit)));
    if (step == GEM5ART__TORN) fsck_find_torn(audit);
    return step == GEM5ART__END ? fsck_check_after(audit, error) : step == GEM5ART__TORN;
}

#endif
