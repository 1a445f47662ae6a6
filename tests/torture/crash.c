/* crash.c - stores are made, written, mended and rewritten by the library while every change to their folder is logged.
   Then the log is replayed onto a disk in memory, up to each call: all of it, as a kill leaves it, and what power loss may
   leave of it (see disk.h). Each disk that comes out is given to a reader and to a writer of the library. What was
   acknowledged must be there, whole, what was removed must not come back, and no byte may vanish. The writer's mending is
   logged and replayed in the same way, and so is what a writer does after a kill that came before a sync. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#ifdef TEST_LMDB
#define DISK_INTERPOSE /* LMDB's own calls too */
#endif
#include "disk.h"

#ifndef DISK_INTERPOSE
#define GEM5ART_SYS_OPEN(path, flags, mode) disk_open(path, flags, mode)
#define GEM5ART_SYS_CLOSE(fd) disk_close(fd)
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) disk_pwrite(fd, data, size, offset)
#define GEM5ART_SYS_WRITE(fd, data, size) disk_write_on(fd, data, size)
#define GEM5ART_SYS_FTRUNCATE(fd, size) disk_ftruncate(fd, size)
#define GEM5ART_SYS_FDATASYNC(fd) disk_sync(fd)
#define GEM5ART_SYS_FSYNC(fd) disk_sync(fd)
#define GEM5ART_SYS_RENAME(from, to) disk_rename(from, to)
#define GEM5ART_SYS_LINK(from, to) disk_link(from, to)
#define GEM5ART_SYS_UNLINK(path) disk_unlink(path)
#define GEM5ART_SYS_MKDIR(path, mode) disk_mkdir(path, mode)
#endif
#define GEM5ART_SYS_RMDIR(path) keep_folder(path)
#define GEM5ART_SYS_COPY_FILE_RANGE(from, to, size) (errno = ENOSYS, (ssize_t)-1) /* copies go through write, where they are seen */

/* A folder stays where it was made. */
static int keep_folder(const char *path) {
    (void)path;
    errno = ENOTEMPTY;
    return -1;
}

#define GEM5ART_IMPLEMENTATION
#include "../../gem5art.h"

#include "../test.h"

#include "../fixture.h"
#include "../store.h"
#include "torture.h"

#ifndef CRASH_SCALE
#define CRASH_SCALE 1
#define CRASH_SEED 0
#endif

/* What the writer does to a disk is replayed, and in a full run what the next one does when that has crashed too. An LMDB
   commit has many writes, and so many ends: one less there. */
static int depth_of_all;

/* ---- records: each has a number, which is in its name */

enum { RECORDS = 100, PROBE = 99 /* what is appended to a disk; 98 and 97 where that is replayed */, WIDE = 5 /* every fifth is larger than a page */ };

static void make_params(int n, char filler[9001], const char *params[3]) {
    size_t length = n % WIDE ? 60 : 9000, i;
    for (i = 0; i < length; i++) filler[i] = (char)('a' + (i * 7 + (size_t)n) % 26);
    filler[length] = 0;
    params[0] = "--cpu", params[1] = filler, params[2] = NULL;
}

static bool append_run(int n, int archive_number) {
    char filler[9001];
    const char *params[3];
    gem5art_run run = a_run(n);
    gem5art_artifact archive = an_artifact(archive_number, "directory");
    make_params(n, filler, params);
    archive.documentation = "results of a run";
    run.params = params;
    if (archive_number) run.results = archive.id;
    return gem5art__record_run(db, &run, archive_number ? &archive : NULL, &error);
}

static bool put_archived(gem5art__buf *lines, int n) {
    char filler[9001];
    const char *params[3];
    gem5art_run run = a_run(n);
    gem5art_artifact archive = an_artifact(n + 50, "directory");
    make_params(n, filler, params);
    archive.documentation = "results of a run";
    run.params = params;
    run.results = archive.id;
    return gem5art__put_run_lines(lines, &run, &archive, &error);
}

/* As a pool does with runs that end together. */
static bool append_group(int n) {
    gem5art__buf lines = {NULL, 0, 0, false};
    bool ok = put_archived(&lines, n);
    gem5art__puts(&lines, ",\n");
    ok = ok && put_archived(&lines, n + 20) && gem5art__record_lines(db, &lines, &error);
    gem5art__buf_free(&lines);
    return ok;
}

static bool run_is_whole(const gem5art_run *run, int n) {
    char filler[9001];
    const char *params[3];
    make_params(n, filler, params);
    return strcmp(run->status, "Finished") == 0 && run->params[0] && run->params[1] && strcmp(run->params[1], filler) == 0;
}

/* What the store shows; false: an error, which is in `error`. */
static bool look(char seen[RECORDS]) {
    gem5art_iter *iter = gem5art_get_runs(db, NULL, &error);
    const gem5art_run *run;
    const gem5art_artifact *artifact;
    memset(seen, 0, RECORDS);
    while (iter && (run = gem5art_next_run(iter, &error)) != NULL) {
        int n = atoi(run->name + 4);
        CHECK_THAT(n > 0 && n < RECORDS && !seen[n], "there is a run \"%s\", or it is there twice", run->name);
        CHECK_THAT(strcmp(run->id, id_of(n)) != 0 || run_is_whole(run, n), "run %d is not whole", n);
        seen[n % RECORDS] = 1;
    }
    gem5art_iter_close(iter);
    if (error.code != GEM5ART_OK) return false;
    iter = gem5art_get_artifacts(db, NULL, &error);
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL) {
        int n = atoi(artifact->name + 9);
        CHECK_THAT(n > 0 && n < RECORDS && !seen[n], "there is an artifact \"%s\", or it is there twice", artifact->name);
        CHECK_THAT(strlen(artifact->documentation) > 9, "artifact %d is not whole", n);
        seen[n % RECORDS] = 1;
    }
    gem5art_iter_close(iter);
    return error.code == GEM5ART_OK;
}

/* ---- what is done to a store, and what must be seen of it */

typedef enum change_kind { APPEND, ARCHIVED, GROUP, REMOVE, REMOVE_ARCHIVED, REGISTER, UNREGISTER, REOPEN, SHARD, MERGE } change_kind;

/* An archive's number is its run's and 50. A group is a run, its archive, and both again with 20 more. SHARD opens the
   store to append to shard N, or with 0 to the store itself. */
typedef struct change {
    change_kind kind;
    int n;
} change;

enum { BEGUN, ACKNOWLEDGED };

static bool change_adds(change_kind kind) { return kind == APPEND || kind == ARCHIVED || kind == GROUP || kind == REGISTER; }
static bool change_pairs(change_kind kind) { return kind == ARCHIVED || kind == GROUP || kind == REMOVE_ARCHIVED; }

static bool register_file(int n) {
    gem5art_artifact_desc desc;
    char name[32], path[32];
    memset(&desc, 0, sizeof desc);
    snprintf(name, sizeof name, "artifact %d", n);
    snprintf(path, sizeof path, "../file-%d", n);
    desc.name = name, desc.type = "kernel", desc.path = path, desc.documentation = "ten letters and more";
    return gem5art_register_artifact(db, &desc, &error) != NULL;
}

static bool unregister(int n) {
    gem5art_iter *iter = gem5art_get_artifacts(db, NULL, &error);
    const gem5art_artifact *artifact;
    char id[64] = "";
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL)
        if (atoi(artifact->name + 9) == n) snprintf(id, sizeof id, "%s", artifact->id);
    gem5art_iter_close(iter);
    return gem5art_remove_artifact(db, id, &error);
}

static int shard;               /* that a writer appends to; 0: none */
static int probe_shard = -1;    /* that the probe is appended to; -1: a script without shards */

static const char *shard_name(int n) { return n == 0 ? NULL : n == 1 ? "n1" : "n2"; }
#ifndef TEST_LMDB
static const char *written_path(void) {
    return shard == 0 ? STORE_PATH : shard == 1 ? SHARDS_PATH "/n1.json" : SHARDS_PATH "/n2.json";
}
#endif

static bool open_store(bool read_only) {
    gem5art_open_desc desc;
    memset(&desc, 0, sizeof desc);
    desc.read_only = read_only;
    desc.shard = shard_name(shard);
    desc.storage = "storage";
    db = gem5art_open(STORE_URI, &desc, &error);
    return db != NULL;
}

static bool perform(change c) {
    switch (c.kind) {
    case APPEND: return append_run(c.n, 0);
    case ARCHIVED: return append_run(c.n, c.n + 50);
    case GROUP: return append_group(c.n);
    case REMOVE:
    case REMOVE_ARCHIVED: return gem5art_remove_run(db, id_of(c.n), &error);
    case REGISTER: return register_file(c.n);
    case UNREGISTER: return unregister(c.n);
    case SHARD: shard = c.n; /* fall through */
    case REOPEN: close_db(); return open_store(false);
    case MERGE: {
        int64_t merged;
        return merge_shards(db, &merged);
    }
    }
    return false;
}

/* A log and what was in the store when it began: 'P' present, '-' not, '?' either. */
typedef struct history {
    disk_log log;
    char base[RECORDS];
} history;

static void perform_logged(history *h, change c) {
    size_t packed = (size_t)c.kind * RECORDS + (size_t)c.n;
    if (c.kind < REOPEN) disk_mark(&h->log, packed, BEGUN);
    CHECK_THAT(perform(c), "%s", error.message);
    if (c.kind < REOPEN) disk_mark(&h->log, packed, ACKNOWLEDGED);
}

/* What must be seen after the first `count` entries. */
static void expect(const history *h, int count, char status[RECORDS]) {
    int i;
    memcpy(status, h->base, RECORDS);
    for (i = 0; i < count; i++) {
        const disk_entry *entry = &h->log.entries[i];
        change_kind kind = (change_kind)(entry->at / RECORDS);
        size_t n = entry->at % RECORDS;
        if (entry->kind != DISK_MARK) continue;
        status[n] = entry->size == BEGUN ? '?' : change_adds(kind) ? 'P' : '-';
        if (change_pairs(kind)) status[n + 50] = status[n];
        if (kind == GROUP) status[n + 20] = status[n + 70] = status[n];
    }
}

/* ---- one disk */

static struct { long kills, cuts, recoveries, same, mended, refused_reading, refused_writing, present; } counted;
static const char *script_name;
enum { SLOTS = 1 << 23 }; /* more than disks */

/* Has a disk with this hash been here? It has now. */
static bool been_here(uint64_t hash) {
    static uint64_t *slots;
    size_t i = (size_t)hash & (SLOTS - 1);
    if (!slots) slots = (uint64_t *)disk_need(calloc(SLOTS, sizeof *slots));
    if (!hash) hash = 1;
    for (; slots[i] && slots[i] != hash; i = (i + 1) & (SLOTS - 1)) {}
    if (slots[i]) return true;
    slots[i] = hash;
    return false;
}

/* "script: kill before entry 7", or which entries power loss did not keep. */
static const char *describe(const history *h, int count, const disk_fate *fates) {
    static char text[1024];
    static const char *const kinds[] = {"create", "write", "truncate", "link", "rename", "unlink", "mkdir", "sync", "sync of the folder", "mark"};
    static const char *const ends[] = {"kept", "dropped", "size only", "head", "head and a hole", "tail", "some sectors"};
    size_t n = (size_t)snprintf(text, sizeof text, "%s, %s behind entry %d of %d", script_name, fates ? "power loss" : "kill", count, h->log.count);
    int i;
    for (i = 0; fates && i < count && n < sizeof text - 100; i++)
        if (fates[i].kind != DISK_KEPT)
            n += (size_t)snprintf(text + n, sizeof text - n, "; entry %d (%s at %zu of %zu bytes) %s %zu", i, kinds[h->log.entries[i].kind],
                                  h->log.entries[i].at, h->log.entries[i].size, ends[fates[i].kind], fates[i].n);
    return text;
}

static bool check_seen(const history *h, int count, const char status[RECORDS], const char seen[RECORDS], const char *when) {
    int i, before = test_failures_here;
    for (i = 1; i < RECORDS; i++) {
        CHECK_THAT(status[i] != 'P' || seen[i], "%s: record %d was acknowledged and is lost", when, i);
        CHECK_THAT(status[i] != '-' || !seen[i], "%s: record %d was removed or never stored, and is there", when, i);
        counted.present += status[i] == 'P' && seen[i];
    }
    for (i = 0; i < count; i++) { /* a run and its archive come and go together */
        const disk_entry *entry = &h->log.entries[i];
        size_t n = entry->at % RECORDS;
        if (entry->kind == DISK_MARK && change_pairs((change_kind)(entry->at / RECORDS)) && status[n] == '?')
            CHECK_THAT(seen[n] == seen[n + 50], "%s: run %zu is%s there and its archive is%s", when, n, seen[n] ? "" : " not", seen[n + 50] ? "" : " not");
        if (entry->kind == DISK_MARK && (change_kind)(entry->at / RECORDS) == GROUP && status[n] == '?')
            CHECK_THAT(seen[n] == seen[n + 20] && seen[n] == seen[n + 70], "%s: of the group of run %zu a part is there", when, n);
    }
    return test_failures_here == before;
}

/* An error that may be: the store is damaged, it says where, and what to do. */
static void check_refusal(const char *what, const char *when) {
    size_t length = strlen(error.message);
    CHECK_THAT(error.code == GEM5ART_CORRUPT, "%s: %s failed with code %d: %s", when, what, (int)error.code, error.message);
    CHECK_THAT(length > 40 && strstr(error.message, STORE_PATH) && error.message[length - 1] != '\n', "%s: \"%s\" is no sentence", when, error.message);
    if (getenv("TEST_VERBOSE")) printf("refused: %s: %s: %s\n", when, what, error.message);
}

#ifndef TEST_LMDB
static const char *image_bytes(const disk_image *image, const char *name, size_t *size) {
    int file = disk_find(image, name);
    *size = file >= 0 ? image->files[file].size : 0;
    return file >= 0 && *size ? image->files[file].data : "";
}

/* A file that the library refused has still every byte. */
static void check_untouched(const disk_image *image, const char *when) {
    size_t size, now;
    const char *before = image_bytes(image, written_path(), &size);
    char *after = disk_need(malloc(size + 2));
    int fd = open(written_path(), O_RDONLY);
    now = fd >= 0 ? (size_t)read(fd, after, size + 1) : 0;
    CHECK_THAT(now == size && memcmp(before, after, size) == 0, "%s: it was refused, and changed", when);
    if (fd >= 0) close(fd);
    free(after);
}

/* The bytes of a file, and how many; "" where there is none. To be freed. */
static char *file_bytes(const char *name, size_t *size) {
    struct stat st;
    int fd = open(name, O_RDONLY);
    char *data = fd >= 0 && fstat(fd, &st) == 0 ? (char *)malloc((size_t)st.st_size + 1) : NULL;
    *size = data ? (size_t)read(fd, data, (size_t)st.st_size) : 0;
    if (fd >= 0) close(fd);
    return data ? data : (char *)disk_need(calloc(1, 1));
}

/* After an append: the file is what it was up to some byte, where only a bracket and white space followed, or what was
   saved to a new STORE.torn.N; and it is JSON with right checksums. */
static void check_bytes(const disk_image *image, const char *when) {
    size_t size, now, cut, k;
    const char *before = image_bytes(image, written_path(), &size);
    char *after = file_bytes(written_path(), &now), torn_name[64], *torn;
    int n = 1, whole;
    do snprintf(torn_name, sizeof torn_name, "%s.torn.%d", written_path(), n++); while (disk_find(image, torn_name) != DISK_NO_FILE);
    torn = file_bytes(torn_name, &cut);
    counted.mended += cut > 0;
    CHECK_THAT(cut <= size && memcmp(before + size - cut, torn, cut) == 0, "%s: %s is not the end of the store", when, torn_name);
    k = size - (cut <= size ? cut : 0);
    if (!cut && k) {
        while (k > 1 && strchr(" \n", before[k - 1])) k--;
        if (before[k - 1] == ']') k--;
    }
    CHECK_THAT(now > k && memcmp(before, after, k) == 0, "%s: the store lost bytes", when);
    free(after), free(torn);
    whole = count_sealed(written_path());
    CHECK_THAT(json_count(written_path()) >= whole && whole > 0, "%s: the store is no JSON", when);
}
#else
static void check_untouched(const disk_image *image, const char *when) { (void)image, (void)when; }
static void check_bytes(const disk_image *image, const char *when) { (void)image, (void)when; }
#endif

/* The copies of registered files, of the artifacts that must be there. */
static void check_copies(const char status[RECORDS], const char *when) {
    gem5art_iter *iter = gem5art_get_artifacts(db, NULL, &error);
    const gem5art_artifact *artifact;
    while (iter && (artifact = gem5art_next_artifact(iter, &error)) != NULL) {
        int n = atoi(artifact->name + 9);
        char path[PATH_MAX], hex[65];
        if (strcmp(artifact->type, "kernel") != 0 || status[n] != 'P') continue;
        snprintf(path, sizeof path, "storage/%s", artifact->id);
        CHECK_THAT(gem5art_sha256_file(path, hex, &error) && strcmp(hex, artifact->hash) == 0, "%s: the copy of artifact %d is lost", when, n);
    }
    gem5art_iter_close(iter);
}

/* After the probe: a merge completes what another one began. */
static void check_merge(const history *h, int count, const char status[RECORDS], const char *when) {
    char seen[RECORDS];
    int64_t merged;
    if (!open_store(false) || !merge_shards(db, &merged)) counted.refused_writing++, check_refusal("merging", when);
    else if (!look(seen)) counted.refused_reading++, check_refusal("reading what was merged", when);
    else {
        check_seen(h, count, status, seen, when);
        CHECK_THAT(!exists(SHARDS_PATH "/n1.json") && !exists(SHARDS_PATH "/n2.json"), "%s: a shard was not merged", when);
    }
    if (db) close_db();
}

static void explore(const history *h, int from, int depth);

/* What is left after the first `count` entries with these fates, in the hands of the library. `deeper`: what the
   writer does to it is replayed too. */
static void try_disk(const history *h, int count, const disk_fate *fates, int deeper) {
    static disk_image images[4];
    disk_image *image = &images[deeper];
    history next;
    char status[RECORDS], seen[RECORDS], when[1100];
    uint64_t hash;
    bool known, logged = deeper > 0;
    int i, from = 0, probe = PROBE - deeper;
    disk_build(image, &h->log, count, fates);
    expect(h, count, status);
    hash = disk_hash(image) * 31;
    for (i = 0; i < RECORDS; i++) hash = (hash ^ (unsigned char)status[i]) * 1099511628211u;
    known = been_here(hash);
    counted.same += known;
    if (known && (fates || !logged)) return;
    if (!known) *(fates ? &counted.cuts : &counted.kills) += 1;
    snprintf(when, sizeof when, "%s", describe(h, count, fates));
    if (!disk_restore(image)) test_fail(__FILE__, __LINE__, "%s: cannot make that: %s", when, strerror(errno));

    if (open_store(true)) {
        if (!look(seen)) counted.refused_reading++, check_refusal("reading", when), logged = false;
        else if (check_seen(h, count, status, seen, when)) check_copies(status, when);
        close_db();
    } else {
        bool none = !exists(STORE_PATH) && error.code == GEM5ART_NOT_FOUND;
        memset(seen, 0, sizeof seen);
        if (none) check_seen(h, count, status, seen, when);
        else counted.refused_reading++, check_refusal("opening", when), logged = false;
    }

    if (logged) { /* a kill leaves what is not safe as it is; power loss leaves what it has left */
        next.log = fates ? disk_log_of(image) : disk_log_copy(&h->log, count);
        memcpy(next.base, h->base, RECORDS);
        for (i = 1; fates && i < RECORDS; i++) next.base[i] = seen[i] ? 'P' : '-';
        from = next.log.count;
        disk_record(&next.log);
        disk_mark(&next.log, APPEND * RECORDS + (size_t)probe, BEGUN);
    }
    if (open_store(false) && append_run(probe, 0)) {
        if (logged) disk_mark(&next.log, APPEND * RECORDS + (size_t)probe, ACKNOWLEDGED), disk_stop();
        close_db();
        status[probe] = 'P';
        if (!open_store(true)) test_fail(__FILE__, __LINE__, "%s: %s", when, error.message);
        else if (look(seen)) check_seen(h, count, status, seen, when);
        else counted.refused_reading++, check_refusal("reading again", when);
        if (db) close_db();
        check_bytes(image, when);
        if (probe_shard >= 0) check_merge(h, count, status, when);
    } else {
        if (logged) disk_stop();
        counted.refused_writing++;
        check_refusal("appending", when);
        check_untouched(image, when);
        if (db) close_db();
    }
    if (logged) {
        counted.recoveries++;
        explore(&next, from, deeper - 1);
        disk_log_free(&next.log);
    }
}

/* ---- all disks of a history */

/* One write torn at each byte, and the others there or not. */
static void tear(const history *h, int count, const int *unsafe, int found, disk_fate *fates, int at, int deeper) {
    const disk_entry *entry = &h->log.entries[unsafe[at]];
    int most = entry->size > 2000 ? 400 : 2000, others = found > 4 ? 4 : 1 << (found - 1), combination, i, k;
    bool top = deeper == depth_of_all;
    size_t n, step = entry->size / (size_t)torture_scaled(top ? most : most / 100, 2) + 1;
    for (combination = 0; combination < others; combination++) {
        for (i = k = 0; i < found; i++)
            if (i != at) {
                bool keep = found > 4 ? combination == 0 || (combination > 1 && torture_random(2)) : combination >> k & 1;
                fates[unsafe[i]].kind = keep ? DISK_KEPT : DISK_DROPPED;
                k++;
            }
        for (n = 1; n < entry->size; n += step) {
            static const disk_fate_kind kinds[] = {DISK_HEAD, DISK_HOLE, DISK_TAIL};
            for (i = 0; i < 3; i++) {
                fates[unsafe[at]].kind = kinds[i];
                fates[unsafe[at]].n = n;
                try_disk(h, count, fates, torture_random(200) ? 0 : deeper);
            }
        }
        for (i = 0; entry->size > DISK_SECTOR && i < torture_scaled(top ? 200 : 10, 2); i++) {
            fates[unsafe[at]].kind = DISK_SECTORS;
            fates[unsafe[at]].n = torture_random(1u << 31);
            try_disk(h, count, fates, torture_random(50) ? 0 : deeper);
        }
    }
}

/* What power loss may leave of the first `count` entries. */
static void cut_power(const history *h, int count, int deeper) {
    int *unsafe = (int *)disk_need(malloc((size_t)(count + 1) * sizeof *unsafe));
    disk_fate *fates = (disk_fate *)disk_need(calloc((size_t)count + 1, sizeof *fates));
    int found = disk_unsafe(&h->log, count, unsafe), i;
    long all = 1, k, most = torture_scaled(deeper == depth_of_all ? 1000 : 50, 8);
    for (i = 0; i < found && all <= most; i++) all *= h->log.entries[unsafe[i]].kind == DISK_WRITE ? 3 : 2;
    for (k = 0; k < (all < most ? all : most); k++) { /* each there, dropped, or only its size; random ones where these are many */
        long rest = k;
        for (i = 0; i < found; i++) {
            int ways = h->log.entries[unsafe[i]].kind == DISK_WRITE ? 3 : 2;
            long way = all <= most ? rest % ways : (long)torture_random((unsigned)ways);
            static const disk_fate fate[] = {{DISK_KEPT, 0}, {DISK_DROPPED, 0}, {DISK_SIZE, 0}};
            fates[unsafe[i]] = fate[way];
            rest /= ways;
        }
        try_disk(h, count, fates, deeper);
    }
    for (i = 0; i < found; i++)
        if (h->log.entries[unsafe[i]].kind == DISK_WRITE && h->log.entries[unsafe[i]].size > 1)
            tear(h, count, unsafe, found, fates, i, deeper);
    free(unsafe), free(fates);
}

/* What power loss may leave before an entry that makes nothing safe, it may leave behind it too. */
static bool worth_cutting(const disk_log *log, int count) {
    return count == log->count || log->entries[count].kind >= DISK_SYNC || log->entries[count].durable;
}

/* `depth`: how often what the next writer does is replayed in turn. */
static void explore(const history *h, int from, int depth) {
    int count;
    for (count = from; count <= h->log.count && test_failures_here <= 20; count++) {
        try_disk(h, count, NULL, depth);
        if (worth_cutting(&h->log, count)) cut_power(h, count, depth);
    }
}

/* ---- scripts */

/* The folder "store", and into it, with this store: A is the line of run 40, B that of run 41; NULL: none. */
static void begin_script(history *h, const char *text) {
    disk_log empty = {NULL, 0, 0, 0};
    memset(h->base, '-', RECORDS);
    h->log = empty;
    if (!exists("../store") && (mkdir("store", 0777) < 0 || chdir("store") < 0)) abort();
    disk_empty_folder(".");
    if (text) {
        static disk_image image;
        gem5art__buf out = {NULL, 0, 0, false};
        for (; *text; text++)
            if (*text == 'A' || *text == 'B') {
                char filler[9001];
                const char *params[3];
                gem5art_run run = a_run(*text - 'A' + 40);
                make_params(*text - 'A' + 40, filler, params);
                run.params = params;
                gem5art__put_object_line(&out, gem5art__run_fields, &run, false, NULL, &error);
                h->base[*text - 'A' + 40] = 'P';
            } else gem5art__put(&out, text, 1);
        if (strstr(out.data, "run 39")) h->base[39] = 'P';
        disk_name(&image, STORE_PATH, 0);
        disk_resize(&image, 0, out.length);
        memcpy(image.files[0].data, out.data, out.length);
        if (!disk_restore(&image)) abort();
        h->log = disk_log_of(&image);
        disk_image_free(&image);
        gem5art__buf_free(&out);
    }
}

static void report(void) {
    printf("%s: %ld disks after kills, %ld after power loss (%ld more were the same as one of them), %ld recoveries replayed;\n"
           "    %ld ends moved aside, %ld acknowledged records found whole; refused as damaged: %ld reads, %ld writes\n",
           script_name, counted.kills, counted.cuts, counted.same, counted.recoveries, counted.mended, counted.present,
           counted.refused_reading, counted.refused_writing);
    fflush(stdout);
}

static void make_files(void) {
    char name[32], text[32];
    int n;
    for (n = 1; n < 10; n++) {
        snprintf(name, sizeof name, "file-%d", n), snprintf(text, sizeof text, "file %d", n);
        write_text(name, text);
    }
}

static void replay(const char *name, const char *store, const change *changes, size_t count) {
    history h;
    int from;
    size_t i;
    script_name = name;
    memset(&counted, 0, sizeof counted);
    fixture_begin();
    make_files();
    begin_script(&h, store);
    from = h.log.count;
    disk_record(&h.log);
    CHECK_THAT(open_store(false), "%s", error.message);
    for (i = 0; db && i < count; i++) perform_logged(&h, changes[i]);
    if (db) close_db();
    disk_stop();
    if (probe_shard >= 0) shard = probe_shard;
    CHECK_THAT(h.log.count > from + 4, "%s: the log is empty", name);
    explore(&h, from, depth_of_all);
    disk_log_free(&h.log);
    report();
    fixture_end();
}

#define SCRIPT(name, store, ...)                                             \
    TEST(name) {                                                             \
        static const change changes[] = {__VA_ARGS__};                       \
        replay(#name, store, changes, sizeof changes / sizeof *changes);     \
    }

SCRIPT(creating_and_appending, NULL, {APPEND, 1}, {APPEND, 2}, {REOPEN, 0}, {APPEND, 3})
SCRIPT(archives_and_removals, NULL, {ARCHIVED, 1}, {APPEND, 2}, {REMOVE_ARCHIVED, 1}, {ARCHIVED, 3}, {REMOVE, 2}, {APPEND, 4})
SCRIPT(groups, NULL, {GROUP, 1}, {APPEND, 2}, {GROUP, 3}, {REOPEN, 0}, {GROUP, 4})
SCRIPT(registering, NULL, {REGISTER, 1}, {REGISTER, 2}, {UNREGISTER, 1}, {REGISTER, 3})
#ifndef TEST_LMDB
SCRIPT(removing_all, "[\nA,\nB]\n", {REMOVE, 40}, {REMOVE, 41}, {APPEND, 1}, {REMOVE, 1}, {ARCHIVED, 2})
SCRIPT(a_torn_end, "[\nA,\nB]\n{\"_id\":\"torn", {APPEND, 1}, {REMOVE, 40}, {ARCHIVED, 2})
SCRIPT(an_open_end, "[\nA,\nB,\n{\"_id\":\"torn", {REMOVE, 41}, {APPEND, 1})
SCRIPT(an_append_without_its_comma, "[\nA,\nB]\nA,\nB]\n", {ARCHIVED, 1}, {REMOVE_ARCHIVED, 1})
SCRIPT(no_bracket, "[\nA,\nB", {APPEND, 1}, {REGISTER, 7})
SCRIPT(no_newline, "[\nA,\nB]", {APPEND, 1}, {ARCHIVED, 2})

/* Scripts with shards; what is left after each kill or power loss is probed by an append to this shard or the store. */
#define SHARD_SCRIPT(name, probed, store, ...)                               \
    TEST(name) {                                                             \
        static const change changes[] = {__VA_ARGS__};                       \
        probe_shard = probed;                                                \
        replay(#name, store, changes, sizeof changes / sizeof *changes);     \
        probe_shard = -1;                                                    \
        shard = 0;                                                           \
    }

SHARD_SCRIPT(a_new_shard, 1, "[\nA]\n", {SHARD, 1}, {ARCHIVED, 1}, {APPEND, 2})
SHARD_SCRIPT(two_shards_and_the_store, 0, "[\nA]\n", {SHARD, 1}, {APPEND, 1}, {SHARD, 2}, {GROUP, 2}, {SHARD, 0}, {APPEND, 3})
SHARD_SCRIPT(a_merge, 0, "[\nA,\nB]\n", {SHARD, 1}, {APPEND, 1}, {ARCHIVED, 2}, {MERGE, 0}, {APPEND, 3})
SHARD_SCRIPT(a_merge_that_another_writer_follows, 1, "[\nA]\n", {SHARD, 2}, {REGISTER, 1}, {SHARD, 1}, {APPEND, 2}, {MERGE, 0}, {APPEND, 3}, {MERGE, 0})
SHARD_SCRIPT(a_removal_with_shards, 0, "[\nA]\n", {SHARD, 1}, {ARCHIVED, 1}, {REMOVE_ARCHIVED, 1}, {REMOVE, 40}, {APPEND, 2})

SCRIPT(an_empty_store, "[]\n", {APPEND, 1}, {REMOVE, 1}, {REGISTER, 2})
SCRIPT(a_bracket_alone, "[", {ARCHIVED, 1}, {APPEND, 2})
SCRIPT(wide_records, "[\nA]\n", {APPEND, 5}, {ARCHIVED, 10}, {REMOVE, 5})
SCRIPT(a_store_of_python,
       "[\n    {\n        \"_id\": \"x\",\n        \"name\": \"run 39\",\n        \"type\": \"gem5 run\",\n        \"status\": \"Finished\"\n    }\n]",
       {APPEND, 1}, {ARCHIVED, 2}, {REMOVE, 1}, {APPEND, 3})
#endif

int main(int argc, char **argv) {
    torture_begin(CRASH_SCALE, CRASH_SEED);
    depth_of_all = torture_scale < 0.05 ? 1 : 2;
#ifdef TEST_LMDB
    depth_of_all--;
#endif
    return test_main(argc, argv);
}
