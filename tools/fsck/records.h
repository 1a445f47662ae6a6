/* records.h - what gem5art-fsck checks and keeps of a record, in a flat store or in LMDB. Included after the
   implementation of gem5art.h: fsck alone among the tools uses its private names. */
#ifndef FSCK_RECORDS_H
#define FSCK_RECORDS_H

typedef enum fsck_gravity {
    FSCK_NOTE,       /* not an error: a file or live entry beside the store */
    FSCK_WARNING,    /* a record names an artifact that is not in the store */
    FSCK_UNFINISHED, /* a write that was cut off: the next writer moves its bytes aside */
    FSCK_WRONG,      /* a whole record with a field missing or of the wrong kind: only its owner can correct it */
    FSCK_DAMAGE,     /* only salvaging repairs it */
    FSCK_RENEWED,    /* the fate of a record in a rewritten store */
    FSCK_GRAVITIES
} fsck_gravity;

typedef struct fsck_finding {
    fsck_gravity gravity;
    int64_t at;       /* byte offset in a flat store, number of a record in an LMDB store; -1: neither */
    int64_t line;     /* of a flat store, from 1; 0: of a file without lines; -1: `at` is not a byte offset */
    const char *text; /* until the callback returns */
} fsck_finding;

typedef struct fsck_audit {
    gem5art_db *db;
    gem5art_db *store; /* of the shard that `db` is; NULL: it is the store itself */
    void (*report)(const fsck_finding *finding); /* in the order found; may be NULL */
    int64_t bytes, records, runs, artifacts;
    int64_t verified; /* records whose checksum fits; other programs wrote the rest */
    int64_t found[FSCK_GRAVITIES];
    bool clear_live; /* remove live entries that are ignored */
    bool compact;    /* it has only sealed lines: rewriting it would change nothing */
    bool compacting; /* a rewrite is to make it compact; else to salvage it */
    gem5art__buf kept; /* the name of the old file after a rewrite */

    bool locked;      /* no other program writes meanwhile */
    bool lmdb;        /* it is an LMDB store; `db` may have it open as a flat one */
    bool unneeded;    /* a compacted LMDB file would not be smaller */
    gem5art__rewrite *rewrite; /* where intact records go, or NULL */
    gem5art_db *target;        /* the LMDB store that they go to from there; NULL: a flat file */
    const gem5art__buf *raw;   /* the bytes of an LMDB file that is read without LMDB */
    void *txn;                 /* the transaction in which one is read with it */
    gem5art__cursor cursor;
    off_t at;                  /* the current record, */
    const char *data;          /* its text, */
    size_t size;
    bool fits;                 /* and whether its checksum fits */
    gem5art__index ids;   /* an index of the records by their ids, */
    gem5art__index named; /* and of the first record that names each artifact not seen before */
    off_t laid_out;      /* bytes of sealed lines, joined */
    off_t line_at;       /* an offset in `line` */
    int64_t line;
    int tries;           /* at reading an end that an append may be writing */
} fsck_audit;

/* The line, from 1, of an offset; quick as long as offsets grow. */
static int64_t fsck_line_at(fsck_audit *audit, off_t at) {
    char chunk[16384];
    size_t got = 1, i;
    if (audit->line == 0 || at < audit->line_at) audit->line_at = 0, audit->line = 1;
    while (audit->line_at < at && got) {
        size_t want = at - audit->line_at < (off_t)sizeof chunk ? (size_t)(at - audit->line_at) : sizeof chunk;
        if (!gem5art__read_at(audit->db->flat.fd, chunk, want, audit->line_at, &got)) break;
        for (i = 0; i < got; i++) audit->line += chunk[i] == '\n';
        audit->line_at += (off_t)got;
    }
    return audit->line;
}

/* Reports a finding; at -1: beside the store. During a rewrite only the fate of records is reported, as the check before
   it has reported the rest. */
static void fsck_find(fsck_audit *audit, fsck_gravity gravity, off_t at, const char *format, ...)
    GEM5ART__PRINTF(4, 5);
static void fsck_find(fsck_audit *audit, fsck_gravity gravity, off_t at, const char *format, ...) {
    fsck_finding finding;
    char text[1024];
    va_list arguments;
    if ((gravity == FSCK_RENEWED) != (audit->rewrite != NULL)) return;
    audit->found[gravity]++;
    if (!audit->report) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    finding.gravity = gravity;
    finding.at = (int64_t)at;
    finding.line = at < 0 || audit->db->env ? -1 : audit->raw ? 0 : fsck_line_at(audit, at);
    finding.text = text;
    (audit->report)(&finding);
}

static void fsck_find_left_out(fsck_audit *audit, off_t at, off_t end) {
    char words[41];
    size_t got = 0, i, want = end - at < 40 ? (size_t)(end - at) : 40;
    if (!audit->rewrite || at >= end) return;
    gem5art__read_at(audit->db->flat.fd, words, want, at, &got);
    words[got] = 0;
    for (i = 0; i < got; i++)
        if (words[i] < ' ' || words[i] > '~') words[i] = '?';
    fsck_find(audit, FSCK_RENEWED, at, "left out %lld byte%s, which begin with %s", (long long)(end - at),
              end - at == 1 ? "" : "s", words);
}

static const gem5art_json *fsck_load_flat(const fsck_audit *audit, off_t at, gem5art__arena *arena,
                                          gem5art_error *error) {
    gem5art__cursor cursor;
    const gem5art_json *record = NULL;
    gem5art__cursor_init(&cursor, audit->db->flat.fd, audit->db->path, at, (off_t)audit->bytes);
    cursor.begun = true;
    if (gem5art__cursor_step(&cursor, error) == GEM5ART__RECORD)
        record = gem5art__json_parse_in(arena, cursor.data, cursor.size, NULL, error);
    gem5art__cursor_free(&cursor);
    return record;
}

#ifdef GEM5ART_LMDB

/* The size of the intact line that begins at a byte. */
static size_t fsck_raw_line(const gem5art__buf *raw, size_t at) {
    const char *line = raw->data + at, *seal = gem5art__find_part(line, raw->length - at, ",\"crc32\":\"");
    return seal ? (size_t)(seal - line) + 1 + GEM5ART__SEAL : 0;
}

static const gem5art_json *fsck_load_lmdb(const fsck_audit *audit, off_t at, gem5art__arena *arena,
                                          gem5art_error *error) {
    uint8_t bytes[8];
    MDB_val key = gem5art__lmdb_number(bytes, (int64_t)at), value;
    int code;
    if (audit->raw)
        return gem5art__json_parse_in(arena, audit->raw->data + at, fsck_raw_line(audit->raw, (size_t)at), NULL, error);
    code = mdb_get((MDB_txn *)audit->txn, audit->db->env->tables[GEM5ART__RECORDS], &key, &value);
    if (code == 0) return gem5art__json_parse_in(arena, (const char *)value.mv_data, value.mv_size, NULL, error);
    gem5art__lmdb_fail(error, code, "read", audit->db->path);
    return NULL;
}

#endif

/* Parses the record at a place again. NULL with an error. */
static const gem5art_json *fsck_load_record(const fsck_audit *audit, off_t at, gem5art__arena *arena,
                                            gem5art_error *error) {
#ifdef GEM5ART_LMDB
    if (audit->txn || audit->raw) return fsck_load_lmdb(audit, at, arena, error);
#endif
    return fsck_load_flat(audit, at, arena, error);
}

/* Removes LMDB's lock file, which belongs to one file: that of an old file must not serve a new one. */
static bool fsck_unlink_lock(const char *path) {
    gem5art__buf lock = {NULL, 0, 0, false};
    bool ok;
    gem5art__putf(&lock, "%s-lock", path);
    ok = lock.failed ? (errno = ENOMEM, false) : GEM5ART_SYS_UNLINK(lock.data) == 0 || errno == ENOENT;
    gem5art__buf_free(&lock);
    return ok;
}

/* ---- whole records */

typedef enum fsck_fate {
    FSCK_KEPT,
    FSCK_RENAMED, /* kept, under a new id */
    FSCK_DROPPED  /* it is a copy */
} fsck_fate;

static bool fsck_same_record(const gem5art_json *a, const gem5art_json *b, bool *same, gem5art_error *error) {
    gem5art__buf lines[2] = {{NULL, 0, 0, false}, {NULL, 0, 0, false}};
    bool ok = gem5art__put_record_line(&lines[0], a, error) && gem5art__put_record_line(&lines[1], b, error);
    *same = ok && lines[0].length == lines[1].length && memcmp(lines[0].data, lines[1].data, lines[0].length) == 0;
    gem5art__buf_free(&lines[0]);
    gem5art__buf_free(&lines[1]);
    return ok;
}

/* Checks that no earlier record has the same id. */
static bool fsck_check_id(fsck_audit *audit, const gem5art_json *record, fsck_fate *fate, gem5art_error *error) {
    const char *id = gem5art__record_text(record, "_id"), *unit = audit->db->env ? "record" : "byte";
    uint64_t key = gem5art__fnv1a(id, strlen(id));
    size_t entry = 0;
    *fate = *id ? FSCK_KEPT : FSCK_RENAMED;
    if (!*id) fsck_find(audit, FSCK_DAMAGE, audit->at, "this record has no \"_id\"");
    while (*id && (entry = gem5art__index_next(&audit->ids, key, entry)) != 0) {
        gem5art__arena arena = {NULL, false};
        off_t at = (off_t)audit->ids.entries[entry - 1].at;
        const gem5art_json *other = fsck_load_record(audit, at, &arena, error);
        bool found = other && strcmp(gem5art__record_text(other, "_id"), id) == 0, same = false;
        bool ok = other && (!found || fsck_same_record(other, record, &same, error));
        gem5art__arena_free(&arena);
        if (!ok) return false;
        if (!found) continue;
        *fate = same ? FSCK_DROPPED : FSCK_RENAMED;
        if (same)
            fsck_find(audit, FSCK_DAMAGE, audit->at, "this record is a copy of that at %s %lld", unit, (long long)at);
        else
            fsck_find(audit, FSCK_DAMAGE, audit->at, "this record has the \"_id\" of another one, at %s %lld: %.100s",
                      unit, (long long)at, id);
        return true;
    }
    return gem5art__index_add(&audit->ids, id, strlen(id), audit->at) ? true : gem5art__fail_nomem(error);
}

/* Checks that its fields can be read. */
static bool fsck_check_fields(fsck_audit *audit, gem5art__arena *arena, const gem5art_json *record,
                              gem5art_error *error) {
    union {
        gem5art_run run;
        gem5art_artifact artifact;
    } row;
    bool run = gem5art__is_run(gem5art__record_text(record, "type"));
    gem5art_error why;
    *(run ? &audit->runs : &audit->artifacts) += 1;
    if (!*gem5art__record_text(record, "hash")) fsck_find(audit, FSCK_WRONG, audit->at, "this record has no \"hash\"");
    if (gem5art__read_object(arena, run ? gem5art__run_fields : gem5art__artifact_fields, record, &row, "this record",
                             &why))
        return true;
    if (why.code == GEM5ART_NOMEM) return gem5art__fail_nomem(error);
    fsck_find(audit, FSCK_WRONG, audit->at, "%s", why.message);
    return true;
}

/* ---- artifacts named by records */

static bool fsck_index_has(const gem5art__index *index, uint64_t key) {
    return gem5art__index_next(index, key, 0) != 0;
}

/* Notes the current record as the first that names this artifact, if it is; true: out of memory. */
static bool fsck_note_reference(const gem5art_json *id, const void *context) {
    fsck_audit *audit = (fsck_audit *)(uintptr_t)context;
    uint64_t key = gem5art__fnv1a(id->text, strlen(id->text));
    if (fsck_index_has(&audit->ids, key) || fsck_index_has(&audit->named, key)) return false;
    return !gem5art__index_add(&audit->named, id->text, strlen(id->text), audit->at);
}

typedef struct fsck_reference {
    uint64_t key;
    const char *id; /* to be filled in */
} fsck_reference;

static bool fsck_is_reference(const gem5art_json *id, const void *context) {
    fsck_reference *reference = (fsck_reference *)(uintptr_t)context;
    reference->id = id->text;
    return gem5art__fnv1a(id->text, strlen(id->text)) == reference->key;
}

/* Is an artifact in another file of a store with shards? */
static bool fsck_is_elsewhere(fsck_audit *audit, const char *id) {
    gem5art_db *store = audit->store ? audit->store : audit->db;
    gem5art__lookup lookup = {0, 0, NULL};
    bool found = false, more = gem5art__shard_count(store) > 0 && gem5art__refresh(store, NULL);
    while (more && !found) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *record;
        more = gem5art__next_match(store, &lookup, id, &arena, &record, NULL) == GEM5ART__RECORD;
        found = more && gem5art__record_is(record, "_id", id);
        gem5art__arena_free(&arena);
    }
    return found;
}

/* Reports artifacts that records name and the store does not have. */
static bool fsck_check_references(fsck_audit *audit, gem5art_error *error) {
    size_t i;
    bool ok = true;
    for (i = 0; ok && i < audit->named.count; i++) {
        gem5art__arena arena = {NULL, false};
        fsck_reference reference = {0, NULL};
        const gem5art_json *record;
        const char *field;
        reference.key = audit->named.entries[i].key;
        if (fsck_index_has(&audit->ids, reference.key)) continue;
        record = fsck_load_record(audit, (off_t)audit->named.entries[i].at, &arena, error);
        ok = record != NULL;
        if (ok && (field = gem5art__find_reference(record, fsck_is_reference, &reference)) != NULL &&
            !fsck_is_elsewhere(audit, reference.id))
            fsck_find(audit, FSCK_WARNING, (off_t)audit->named.entries[i].at,
                      "%.100s \"%.100s\" names an artifact that is not there, as its %s: %.100s",
                      gem5art__record_text(record, "type"), gem5art__record_text(record, "name"), field, reference.id);
        gem5art__arena_free(&arena);
    }
    return ok;
}

/* ---- records copied to a new file */

/* Appends the line of a record under a new id. */
static bool fsck_renew_id(fsck_audit *audit, const gem5art_json *record, gem5art__buf *line, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_json renamed = *record, id;
    const gem5art_json *fresh;
    char uuid[37], text[64];
    bool ok = gem5art__uuid(uuid, error);
    if (!ok) return false;
    snprintf(text, sizeof text, "{\"_id\":\"%s\"}", uuid);
    fresh = gem5art__json_parse_in(&arena, text, strlen(text), NULL, error);
    if (fresh) {
        id = *fresh->first;
        id.next = record->first;
        renamed.first = &id;
        fsck_find(audit, FSCK_RENEWED, audit->at, "kept under the new \"_id\" %s", uuid);
    }
    ok = fresh && gem5art__put_record_line(line, &renamed, error);
    gem5art__arena_free(&arena);
    return ok;
}

/* Stores the waiting lines in an LMDB store. */
static bool fsck_renew_flush(fsck_audit *audit, gem5art_error *error) {
    gem5art__buf *out = &audit->rewrite->out;
    bool ok = out->failed ? gem5art__fail_nomem(error)
                          : !out->length || (audit->target->backend->append)(audit->target, out->data, out->length, error);
    out->length = 0;
    return ok;
}

static bool fsck_renew_line(fsck_audit *audit, const char *line, size_t length, gem5art_error *error) {
    gem5art__rewrite *rewrite = audit->rewrite;
    if (!audit->target) return gem5art__rewrite_put(rewrite, line, length, error);
    gem5art__puts(&rewrite->out, rewrite->out.length ? ",\n" : "");
    gem5art__put(&rewrite->out, line, length);
    rewrite->written++;
    return rewrite->out.length < GEM5ART__WINDOW || fsck_renew_flush(audit, error);
}

static bool fsck_renew_record(fsck_audit *audit, const gem5art_json *record, fsck_fate fate, gem5art_error *error) {
    gem5art__buf line = {NULL, 0, 0, false};
    bool ok = true;
    if (fate == FSCK_DROPPED) {
        if (!audit->raw) fsck_find(audit, FSCK_RENEWED, audit->at, "left out this copy"); /* LMDB makes many */
        return true;
    }
    if (fate == FSCK_RENAMED) ok = fsck_renew_id(audit, record, &line, error);
    else if (audit->fits) gem5art__put_line(&line, audit->data, audit->size - GEM5ART__SEAL);
    else ok = gem5art__put_record_line(&line, record, error);
    if (ok && line.failed) ok = gem5art__fail_nomem(error);
    ok = ok && fsck_renew_line(audit, line.data, line.length, error);
    gem5art__buf_free(&line);
    return ok;
}

/* Checks a whole record, and copies it in a rewrite. */
static bool fsck_check_whole(fsck_audit *audit, gem5art__arena *arena, const gem5art_json *record,
                             gem5art_error *error) {
    fsck_fate fate;
    audit->records++;
    audit->verified += audit->fits;
    if (!fsck_check_id(audit, record, &fate, error) || !fsck_check_fields(audit, arena, record, error) ||
        (audit->rewrite && !fsck_renew_record(audit, record, fate, error)))
        return false;
    return gem5art__find_reference(record, fsck_note_reference, audit) ? gem5art__fail_nomem(error) : true;
}

/* Checks audit->data, all of a record, which may be parsed already. */
static bool fsck_check_text(fsck_audit *audit, const gem5art_json *record, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_error why;
    bool ok = true;
    if (!record) record = gem5art__json_parse_in(&arena, audit->data, audit->size, NULL, &why);
    if (record) ok = fsck_check_whole(audit, &arena, record, error);
    else if (why.code == GEM5ART_NOMEM) ok = gem5art__fail_nomem(error);
    else {
        fsck_find(audit, FSCK_DAMAGE, audit->at, "%.900s", why.message);
        fsck_find(audit, FSCK_RENEWED, audit->at, "left out %lld bytes", (long long)audit->size);
    }
    gem5art__arena_free(&arena);
    return ok;
}

#endif
