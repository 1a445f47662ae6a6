/* test_archive.c - zip files of folders, read back by a second, slower implementation of RFC 1951 and of
   PKWARE's APPNOTE (below), by unzip and by Python's zipfile; and every way in which writing one can fail. */

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

/* Faults and made-up answers: zero or NULL lets the real call through. */
static long long fail_pwrite_after = -1, fail_malloc_after = -1, pwrite_limit, allocated;
static int fail_datasync, fail_rename, fail_fsync, fail_truncate, fail_create, fail_read_errno, pwrites;
static const char *fail_open_of, *fail_opendir_of, *fail_readdir_of, *fail_read_of, *fail_readlink_of;
static const char *vanish, *become_fifo;
static long long fake_size;
static long fake_links = -1;
static int hook_openat(int folder, const char *path, int flags, unsigned mode);
static int hook_fstat(int fd, void *result);
static int hook_fstatat(int folder, const char *path, void *result, int flags);
static long hook_read(int fd, void *data, unsigned long size);
static long hook_pwrite(int fd, const void *data, unsigned long size, long long offset);
static long hook_readlinkat(int folder, const char *path, char *data, unsigned long size);
static void *hook_opendir(const char *path);
static void *hook_readdir(void *dir);
static void *hook_realloc(void *memory, unsigned long size);
static void hook_free(void *memory);
#define GEM5ART_SYS_OPENAT(folder, path, flags, mode) hook_openat(folder, path, flags, mode)
#define GEM5ART_SYS_FSTAT(fd, result) hook_fstat(fd, result)
#define GEM5ART_SYS_FSTATAT(folder, path, result, flags) hook_fstatat(folder, path, result, flags)
#define GEM5ART_SYS_READ(fd, data, size) hook_read(fd, data, size)
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) hook_pwrite(fd, data, size, offset)
#define GEM5ART_SYS_READLINKAT(folder, path, data, size) hook_readlinkat(folder, path, data, size)
#define GEM5ART_SYS_OPENDIR(path) ((DIR *)hook_opendir(path))
#define GEM5ART_SYS_READDIR(dir) ((struct dirent *)hook_readdir(dir))
#define GEM5ART_SYS_FDATASYNC(fd) (fail_datasync ? (errno = fail_datasync, -1) : fdatasync(fd))
#define GEM5ART_SYS_FSYNC(fd) (fail_fsync ? (errno = fail_fsync, -1) : fsync(fd))
#define GEM5ART_SYS_FTRUNCATE(fd, size) (fail_truncate ? (errno = fail_truncate, -1) : ftruncate(fd, size))
#define GEM5ART_SYS_RENAMEAT(a, from, b, to) (fail_rename ? (errno = fail_rename, -1) : renameat(a, from, b, to))
#define GEM5ART_MALLOC(size) hook_realloc(NULL, size)
#define GEM5ART_REALLOC(memory, size) hook_realloc(memory, size)
#define GEM5ART_FREE(memory) hook_free(memory)

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

static bool is_name(const char *path, const char *name) { return name && strcmp(gem5art__base_name(path), name) == 0; }

static int hook_openat(int folder, const char *path, int flags, unsigned mode) {
    int fd;
    if ((flags & O_CREAT) && fail_create) return errno = fail_create, -1;
    if (is_name(path, fail_open_of)) return errno = EACCES, -1;
    if ((flags & O_DIRECTORY) && fail_opendir_of && strstr(path, fail_opendir_of)) return errno = EACCES, -1;
    if (is_name(path, vanish)) unlinkat(folder, path, 0);
    if (is_name(path, become_fifo) && (unlinkat(folder, path, 0) < 0 || mkfifoat(folder, path, 0600) < 0)) return -1;
    fd = openat(folder, path, flags, mode);
    if (is_name(path, fail_read_of)) fail_read_errno = fd;
    return fd;
}

static int hook_fstat(int fd, void *result) {
    int status = fstat(fd, (struct stat *)result);
    if (fake_size) ((struct stat *)result)->st_size = fake_size;
    return status;
}

static int hook_fstatat(int folder, const char *path, void *result, int flags) {
    if (fake_links < 0 || strncmp(path, "link-", 5) != 0) return fstatat(folder, path, (struct stat *)result, flags);
    memset(result, 0, sizeof(struct stat));
    ((struct stat *)result)->st_mode = S_IFLNK | 0777;
    ((struct stat *)result)->st_ino = 1;
    return 0;
}

static long hook_readlinkat(int folder, const char *path, char *data, unsigned long size) {
    if (is_name(path, fail_readlink_of)) return errno = EACCES, -1;
    if (fake_links < 0) return readlinkat(folder, path, data, size);
    data[0] = 'x';
    return 1;
}

/* The second read of the file that is to fail, fails. */
static long hook_read(int fd, void *data, unsigned long size) {
    if (fail_read_errno && fd == fail_read_errno && lseek(fd, 0, SEEK_CUR) > 0) return errno = EIO, -1;
    return read(fd, data, size);
}

static long hook_pwrite(int fd, const void *data, unsigned long size, long long offset) {
    if (fail_pwrite_after >= 0 && pwrites >= fail_pwrite_after) return errno = ENOSPC, -1;
    pwrites++;
    if (pwrite_limit && size > (unsigned long)pwrite_limit) size = (unsigned long)pwrite_limit;
    return pwrite(fd, data, size, offset);
}

static void *hook_opendir(const char *path) {
    if (fail_opendir_of && strstr(path, fail_opendir_of)) return errno = EACCES, (void *)NULL;
    return opendir(path);
}

static void *hook_readdir(void *dir) {
    static struct dirent item;
    struct dirent *real;
    if (fake_links > 0) {
        snprintf(item.d_name, sizeof item.d_name, "link-%ld", fake_links--);
        return &item;
    }
    real = readdir((DIR *)dir);
    if (real && is_name(real->d_name, fail_readdir_of)) return errno = EIO, (void *)NULL;
    return real;
}

static void *hook_realloc(void *memory, unsigned long size) {
    void *result;
    if (fail_malloc_after >= 0 && fail_malloc_after-- == 0) return NULL;
    result = realloc(memory, size);
    if (!memory && result) allocated++;
    return result;
}

static void hook_free(void *memory) {
    allocated--;
    free(memory);
}

static uint64_t random_state = 88172645463325252u;
static uint32_t random_u32(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32);
}
static uint32_t random_below(uint32_t n) { return (uint32_t)((uint64_t)random_u32() * n >> 32); }

/* ---- trees: each test works in a new folder of its own, which is the current one */

static char test_folder[64], home[4096];

static void leave_folder(void) {
    char command[128];
    if (!*test_folder) return;
    if (chdir("/") == 0) {
        snprintf(command, sizeof command, "rm -rf %s", test_folder);
        if (system(command) != 0) printf("cannot remove %s\n", test_folder);
    }
    *test_folder = 0;
}

static void enter_folder(void) {
    random_state = 88172645463325252u; /* whichever tests ran before */
    if (!*home) {
        char *here = realpath(".", NULL);
        snprintf(home, sizeof home, "%s", here);
        free(here);
        atexit(leave_folder);
    }
    leave_folder();
    strcpy(test_folder, "/tmp/gem5art-archive-XXXXXX");
    if (!mkdtemp(test_folder) || chdir(test_folder) < 0 || mkdir("tree", 0755) < 0) {
        perror(test_folder);
        exit(1);
    }
}

static void write_file(const char *path, const void *data, size_t size) {
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        test_fail(__FILE__, __LINE__, "cannot write %s", path);
}

static void write_text(const char *path, const char *text) { write_file(path, text, strlen(text)); }

static uint8_t *read_bytes(const char *path, size_t *size) {
    struct stat st;
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    *size = 0;
    if (f && fstat(fileno(f), &st) == 0 && (data = (uint8_t *)malloc((size_t)st.st_size + 1)) != NULL)
        *size = fread(data, 1, (size_t)st.st_size, f);
    if (f) fclose(f);
    return data;
}


static void set_mtime(const char *path, time_t mtime) {
    struct timespec times[2] = {{0, 0}, {0, 0}};
    times[0].tv_sec = times[1].tv_sec = mtime;
    if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
        test_fail(__FILE__, __LINE__, "cannot date %s", path);
}

/* How many names a folder holds. */
static int count_names(const char *path) {
    DIR *dir = opendir(path);
    int count = -2;
    while (dir && readdir(dir)) count++;
    if (dir) closedir(dir);
    return count;
}

/* ---- inflate, bit by bit */

typedef struct bits {
    const uint8_t *data;
    size_t size, at;
    unsigned bit;
    bool bad;
} bits;

static int blocks_seen[3];

static unsigned get_bit(bits *b) {
    unsigned value;
    if (b->at >= b->size) return b->bad = true, 0;
    value = b->data[b->at] >> b->bit & 1;
    if (++b->bit == 8) b->bit = 0, b->at++;
    return value;
}

static unsigned get_bits(bits *b, unsigned count) {
    unsigned value = 0, i;
    for (i = 0; i < count; i++) value |= get_bit(b) << i;
    return value;
}

typedef struct code {
    unsigned count[16], symbol[288];
} code;

/* False for a code that is not complete, as none may be here. */
static bool make_code(code *c, const uint8_t *lengths, unsigned n) {
    unsigned length, symbol, at = 0;
    long space = 1;
    memset(c, 0, sizeof *c);
    for (length = 1; length < 16; length++)
        for (symbol = 0; symbol < n; symbol++)
            if (lengths[symbol] == length) c->count[length]++, c->symbol[at++] = symbol;
    for (length = 1; length < 16; length++) space = 2 * space - (long)c->count[length];
    return space == 0;
}

static unsigned get_symbol(bits *b, const code *c) {
    unsigned length, word = 0, first = 0, at = 0;
    for (length = 1; length < 16; length++) {
        word |= get_bit(b);
        if (word - first < c->count[length]) return c->symbol[at + word - first];
        at += c->count[length];
        first = (first + c->count[length]) << 1;
        word <<= 1;
    }
    return b->bad = true, 256;
}

static bool read_codes(bits *b, code *literals, code *distances) {
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[320] = {0};
    unsigned n = get_bits(b, 5) + 257, m = get_bits(b, 5) + 1, k = get_bits(b, 4) + 4, i;
    code c;
    if (n > 286 || m > 30) return false;
    for (i = 0; i < k; i++) lengths[order[i]] = (uint8_t)get_bits(b, 3);
    if (!make_code(&c, lengths, 19)) return false;
    memset(lengths, 0, sizeof lengths);
    for (i = 0; i < n + m && !b->bad;) {
        unsigned symbol = get_symbol(b, &c), repeat = 1;
        uint8_t value = (uint8_t)symbol;
        if (symbol == 16) {
            if (i == 0) return false;
            value = lengths[i - 1], repeat = 3 + get_bits(b, 2);
        }
        if (symbol == 17) value = 0, repeat = 3 + get_bits(b, 3);
        if (symbol == 18) value = 0, repeat = 11 + get_bits(b, 7);
        if (i + repeat > n + m) return false;
        while (repeat--) lengths[i++] = value;
    }
    return !b->bad && lengths[256] && make_code(literals, lengths, n) && make_code(distances, lengths + n, m);
}

static bool fixed_codes(code *literals, code *distances) {
    uint8_t lengths[288];
    unsigned i;
    for (i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    if (!make_code(literals, lengths, 288)) return false;
    memset(lengths, 5, 32);
    return make_code(distances, lengths, 32);
}

/* Fills `out` exactly from all of `data`. */
static bool inflate_all(const uint8_t *data, size_t size, uint8_t *out, size_t out_size) {
    bits b = {NULL, 0, 0, 0, false};
    code literals, distances;
    size_t done = 0;
    unsigned last;
    b.data = data;
    b.size = size;
    do {
        unsigned type, symbol, base, extra, length, i;
        last = get_bit(&b);
        type = get_bits(&b, 2);
        if (type > 2 || b.bad) return false;
        blocks_seen[type]++;
        if (type == 0) {
            if (b.bit) b.bit = 0, b.at++;
            length = get_bits(&b, 16);
            if ((get_bits(&b, 16) ^ 0xffff) != length || b.bad) return false;
            if (b.at + length > size || done + length > out_size) return false;
            memcpy(out + done, data + b.at, length);
            b.at += length;
            done += length;
            continue;
        }
        if (!(type == 1 ? fixed_codes(&literals, &distances) : read_codes(&b, &literals, &distances))) return false;
        while ((symbol = get_symbol(&b, &literals)) != 256 && !b.bad) {
            size_t distance;
            if (symbol < 256) {
                if (done == out_size) return false;
                out[done++] = (uint8_t)symbol;
                continue;
            }
            if (symbol > 285) return false;
            for (i = 257, base = 3; i < symbol; i++) base += 1u << (i < 265 ? 0 : (i - 261) / 4);
            extra = symbol < 265 ? 0 : (symbol - 261) / 4;
            if (symbol == 285) base = 258, extra = 0;
            length = base + get_bits(&b, extra);
            symbol = get_symbol(&b, &distances);
            if (symbol > 29) return false;
            for (i = 0, base = 1; i < symbol; i++) base += 1u << (i < 4 ? 0 : i / 2 - 1);
            distance = base + get_bits(&b, symbol < 4 ? 0 : symbol / 2 - 1);
            if (distance > done || done + length > out_size) return false;
            for (; length--; done++) out[done] = out[done - distance];
        }
    } while (!last && !b.bad);
    if (b.bit) b.at++;
    return !b.bad && b.at == size && done == out_size;
}

/* ---- a zip reader that believes nothing */

typedef struct member {
    char *name;
    unsigned needed, flags, method, mode;
    uint32_t dos_time, crc;
    uint64_t size, stored, offset;
    bool has_mtime, local_zip64;
    int32_t mtime;
    uint8_t *data; /* NULL: not loaded */
} member;

typedef struct zip {
    member *members;
    size_t count;
    bool zip64, ok;
} zip;

static uint64_t le(const uint8_t *p, int bytes) {
    uint64_t value = 0;
    while (bytes--) value = value << 8 | p[bytes];
    return value;
}

static uint32_t slow_crc(const uint8_t *data, size_t size) {
    uint32_t crc = 0xffffffffu, table[256], i, k;
    for (i = 0; i < 256; i++)
        for (table[i] = i, k = 0; k < 8; k++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    while (size--) crc = crc >> 8 ^ table[(crc ^ *data++) & 255];
    return ~crc;
}

static uint8_t *load(int fd, uint64_t offset, uint64_t size) {
    uint8_t *data = (uint8_t *)malloc((size_t)size + 1);
    size_t got = 0;
    if (data && (!gem5art__read_at(fd, data, (size_t)size, (off_t)offset, &got) || got != size)) {
        free(data);
        return NULL;
    }
    return data;
}

/* The extra fields of a local header (sizes and no offset) or a central one. */
static bool read_extra(member *m, const uint8_t *p, size_t size, bool local) {
    while (size >= 4) {
        size_t id = (size_t)le(p, 2), length = (size_t)le(p + 2, 2);
        const uint8_t *q = p + 4, *end = q + length;
        if (length + 4 > size) return false;
        if (id == 0x5455) {
            if (length != 5 || q[0] != 1) return false;
            m->has_mtime = true;
            m->mtime = (int32_t)le(q + 1, 4);
        } else if (id == 1) {
            if (m->size == 0xffffffffu && end - q >= 8) m->size = le(q, 8), q += 8;
            if (m->stored == 0xffffffffu && end - q >= 8) m->stored = le(q, 8), q += 8;
            if (!local && m->offset == 0xffffffffu && end - q >= 8) m->offset = le(q, 8), q += 8;
            if (q != end || m->needed < 45) return false;
            if (local) m->local_zip64 = true;
        } else {
            return false;
        }
        p += 4 + length;
        size -= 4 + length;
    }
    return size == 0;
}

static bool same_headers(const member *a, const member *b) {
    return strcmp(a->name, b->name) == 0 && a->flags == b->flags && a->method == b->method && a->crc == b->crc &&
           a->dos_time == b->dos_time && a->size == b->size && a->stored == b->stored &&
           a->has_mtime == b->has_mtime && a->mtime == b->mtime;
}

static void read_common(member *m, const uint8_t *p) {
    memset(m, 0, sizeof *m);
    m->needed = (unsigned)le(p, 2);
    m->flags = (unsigned)le(p + 2, 2);
    m->method = (unsigned)le(p + 4, 2);
    m->dos_time = (uint32_t)le(p + 6, 4);
    m->crc = (uint32_t)le(p + 10, 4);
    m->stored = le(p + 14, 4);
    m->size = le(p + 18, 4);
}

/* Reads the local header and the data of a member; returns where the next one begins, 0 if wrong. */
static uint64_t read_member(int fd, member *m, uint64_t max) {
    member local;
    uint8_t *p = load(fd, m->offset, 30), *rest, *data;
    size_t name_length, extra_length;
    bool ok;
    uint64_t at;
    if (!p || memcmp(p, "PK\003\004", 4) != 0) return free(p), 0;
    read_common(&local, p + 4);
    name_length = (size_t)le(p + 26, 2);
    extra_length = (size_t)le(p + 28, 2);
    free(p);
    rest = load(fd, m->offset + 30, name_length + extra_length);
    if (!rest) return 0;
    local.name = strndup((char *)rest, name_length);
    ok = read_extra(&local, rest + name_length, extra_length, true) && same_headers(&local, m);
    m->local_zip64 = local.local_zip64;
    free(local.name);
    free(rest);
    at = m->offset + 30 + name_length + extra_length;
    if (!ok || m->size > max) return ok ? at + m->stored : 0;
    data = load(fd, at, m->stored);
    m->data = (uint8_t *)malloc((size_t)m->size + 1);
    if (!data) ok = false;
    else if (m->method == 8) ok = inflate_all(data, (size_t)m->stored, m->data, (size_t)m->size);
    else if (m->method == 0 && m->size == m->stored) memcpy(m->data, data, (size_t)m->size);
    else ok = false;
    free(data);
    if (ok) m->data[m->size] = 0;
    return ok && slow_crc(m->data, (size_t)m->size) == m->crc ? at + m->stored : 0;
}

static void zip_close(zip *z) {
    size_t i;
    for (i = 0; i < z->count; i++) free(z->members[i].name), free(z->members[i].data);
    free(z->members);
    memset(z, 0, sizeof *z);
}

/* Reads a whole zip file; members longer than `max` are not unpacked. With `dense`, nothing lies between them. */
static bool zip_open_max(zip *z, const char *path, uint64_t max, bool dense) {
    struct stat st;
    uint8_t *end = NULL, *central = NULL, *p;
    uint64_t size = 0, start = 0, count = 0, next = 0, i, total;
    int fd = open(path, O_RDONLY);
    memset(z, 0, sizeof *z);
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < 22) goto done;
    total = (uint64_t)st.st_size;
    end = load(fd, total - 22, 22);
    if (!end || memcmp(end, "PK\005\006", 4) != 0 || le(end + 20, 2) != 0) goto done;
    if (le(end + 8, 2) != le(end + 10, 2)) goto done;
    count = le(end + 10, 2);
    size = le(end + 12, 4);
    start = le(end + 16, 4);
    total -= 22;
    z->zip64 = count == 0xffff || size == 0xffffffffu || start == 0xffffffffu;
    free(end);
    end = NULL;
    if (z->zip64) {
        end = load(fd, total - 76, 76);
        if (!end || memcmp(end, "PK\006\006", 4) != 0 || memcmp(end + 56, "PK\006\007", 4) != 0) goto done;
        if (le(end + 4, 8) != 44 || le(end + 64, 8) != total - 76 || le(end + 72, 4) != 1) goto done;
        if (le(end + 24, 8) != le(end + 32, 8)) goto done;
        count = le(end + 32, 8);
        size = le(end + 40, 8);
        start = le(end + 48, 8);
        total -= 76;
    }
    if (start + size != total || !(central = load(fd, start, size))) goto done;
    z->members = (member *)calloc((size_t)count + 1, sizeof *z->members);
    for (i = 0, p = central; i < count; i++) {
        member *m = &z->members[i];
        size_t name_length, extra_length;
        if (p + 46 > central + size || memcmp(p, "PK\001\002", 4) != 0 || p[5] != 3) goto done;
        read_common(m, p + 6);
        name_length = (size_t)le(p + 28, 2);
        extra_length = (size_t)le(p + 30, 2);
        m->mode = (unsigned)le(p + 40, 2);
        m->offset = le(p + 42, 4);
        m->name = strndup((char *)p + 46, name_length);
        z->count++;
        if (((le(p + 38, 2) & 0x10) != 0) != S_ISDIR(m->mode)) goto done;
        if (!read_extra(m, p + 46 + name_length, extra_length, false)) goto done;
        if (i > 0 && strcmp(z->members[i - 1].name, m->name) >= 0) goto done;
        if (dense && m->offset != next) goto done;
        next = read_member(fd, m, max);
        if (next == 0) goto done;
        p += 46 + name_length + extra_length;
    }
    z->ok = p == central + size && (!dense || next == start);
done:
    CHECK_THAT(z->ok, "%s is not a good zip file: wrong at member %zu of %llu (%s)", path, z->count,
               (unsigned long long)count, z->count ? z->members[z->count - 1].name : "none");
    free(end);
    free(central);
    if (fd >= 0) close(fd);
    return z->ok;
}

static bool zip_open(zip *z, const char *path) { return zip_open_max(z, path, UINT64_MAX, true); }

static const member *find(const zip *z, const char *name) {
    size_t i;
    for (i = 0; i < z->count; i++)
        if (strcmp(z->members[i].name, name) == 0) return &z->members[i];
    return NULL;
}

/* Is each member what the tree has under its name? */
static void check_members(const zip *z, const char *tree) {
    size_t i;
    for (i = 0; i < z->count; i++) {
        const member *m = &z->members[i];
        char path[8192], target[4096];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", tree, m->name);
        if (m->name[strlen(m->name) - 1] == '/') path[strlen(path) - 1] = 0;
        if (lstat(path, &st) < 0) {
            test_fail(__FILE__, __LINE__, "%s is not in the tree", m->name);
            continue;
        }
        CHECK_THAT(m->mode == st.st_mode, "%s has mode %o, not %o", m->name, m->mode, st.st_mode);
        if (S_ISREG(st.st_mode)) {
            size_t size;
            uint8_t *data = read_bytes(path, &size);
            CHECK_THAT(size == m->size && memcmp(data, m->data, size) == 0, "%s has other contents", m->name);
            CHECK_THAT(m->stored < m->size || m->method == 0 || m->size > 200000, "%s is %llu bytes for %zu", m->name,
                       (unsigned long long)m->stored, size);
            free(data);
        } else if (S_ISLNK(st.st_mode)) {
            ssize_t n = readlink(path, target, sizeof target);
            CHECK_THAT(n >= 0 && (uint64_t)n == m->size && memcmp(target, m->data, (size_t)m->size) == 0, "%s leads elsewhere",
                       m->name);
        } else {
            CHECK_INT(m->size, 0);
        }
    }
}

/* Archives a folder; a zip file outside of it has an absolute name there. */
static bool archive(const char *folder, const char *const *more, const char *const *except, const char *path,
                    gem5art__buf *notes, gem5art_error *e) {
    char name[2 * PATH_MAX], here[PATH_MAX], hash[65], again[65];
    size_t length = strlen(folder);
    DIR *outdir = gem5art__open_outdir(folder, NULL, e);
    int64_t size;
    bool ok;
    if (strncmp(path, folder, length) == 0 && path[length] == '/') snprintf(name, sizeof name, "%s", path + length + 1);
    else snprintf(name, sizeof name, "%s/%s", getcwd(here, sizeof here) ? here : "", path);
    ok = outdir && gem5art__archive(outdir, folder, more, except, name, notes, hash, &size, e);
    gem5art__close_folder(outdir);
    if (ok && fail_malloc_after < 0) CHECK(gem5art_sha256_file(path, again, NULL) && strcmp(hash, again) == 0);
    return ok;
}

/* Archives `tree` and checks everything about it; notes must be `notes`. */
static bool archive_and_open(zip *z, const char *tree, const char *path, const char *expected_notes) {
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error = {GEM5ART_OK, ""};
    bool ok;
    memset(z, 0, sizeof *z);
    ok = archive(tree, NULL, NULL, path, &notes, &error);
    CHECK_THAT(ok, "not archived: %s", error.message);
    CHECK_STR(notes.data ? notes.data : "", expected_notes);
    gem5art__buf_free(&notes);
    CHECK_INT(allocated, 0);
    return ok && zip_open(z, path);
}

static bool archive_only(gem5art_error *error) {
    gem5art__buf notes = {NULL, 0, 0, false};
    bool ok;
    memset(error, 0, sizeof *error);
    ok = archive("tree", NULL, NULL, "tree/results.zip", &notes, error);
    gem5art__buf_free(&notes);
    return ok;
}

static bool has(const char *program) {
    char command[100];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

/* ---- trees for several tests */

static void make_odd_tree(void) {
    static char long_name[251];
    char path[300];
    memset(long_name, 'n', 250);
    snprintf(path, sizeof path, "tree/%s", long_name);
    write_text(path, "long name");
    write_text("tree/plain.txt", "hello hello hello hello hello hello hello hello\n");
    write_text("tree/empty", "");
    write_text("tree/with  spaces and 'quotes' \"twice\" \\ *?", "x");
    write_text("tree/gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x92\xbe", "utf-8");
    write_text("tree/-dash", "-");
    mkdir("tree/a", 0700);
    mkdir("tree/a/hollow", 0755);
    mkdir("tree/a/b", 0755);
    write_text("tree/a/b/deep.sh", "#!/bin/sh\n");
    chmod("tree/a/b/deep.sh", 0751);
    write_text("tree/a-b", "sorts before a/b");
    write_text("tree/a0", "sorts after a/b");
    write_text("tree/secret", "s");
    chmod("tree/secret", 0400);
    if (symlink("a/b/deep.sh", "tree/link") < 0 || symlink("/nowhere/at all", "tree/dangling") < 0 ||
        symlink("a", "tree/folder-link") < 0 || symlink(".", "tree/a/loop") < 0)
        test_fail(__FILE__, __LINE__, "no symlinks");
}

TEST(everything_goes_in) {
    static const char *const names[] = {"-dash", "a-b", "a/", "a/b/", "a/b/deep.sh", "a/hollow/", "a/loop", "a0"};
    zip z;
    size_t i;
    enter_folder();
    make_odd_tree();
    set_mtime("tree/a0", 1700000001);
    set_mtime("tree/a-b", -86400 * 365);
    set_mtime("tree/-dash", (time_t)5000000000);
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 17);
        check_members(&z, "tree");
        for (i = 0; i < 8 && i < z.count; i++) CHECK_STR(z.members[i].name, names[i]);
        CHECK_INT(find(&z, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x92\xbe")->flags, 0x800);
        CHECK_INT(find(&z, "plain.txt")->flags, 0x800);
        CHECK_INT(find(&z, "plain.txt")->method, 8);
        CHECK_INT(find(&z, "empty")->method, 0);
        CHECK_INT(find(&z, "link")->mode, 0120777);
        CHECK_INT(find(&z, "a0")->mtime, 1700000001);
        CHECK_INT(find(&z, "a-b")->mtime, -86400 * 365);
        CHECK_INT(find(&z, "a-b")->dos_time, 1 << 21 | 1 << 16); /* as early as DOS can say */
        if (sizeof(time_t) > 4) CHECK_INT(find(&z, "-dash")->has_mtime, false);
    }
    zip_close(&z);
}

/* ---- what a run leaves out */

/* The names in an archive of `tree`, and of the folders `more`, without what the globs match: "a b/ b/c". */
static const char *names_without(const char *const *more, const char *const *globs) {
    static char names[4096];
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error = {GEM5ART_OK, ""};
    zip z;
    size_t i;
    *names = 0;
    memset(&z, 0, sizeof z);
    if (!archive("tree", more, globs, "out.zip", &notes, &error))
        test_fail(__FILE__, __LINE__, "not archived: %s", error.message);
    CHECK_INT(notes.length, 0); /* what is not wanted is not worth a note */
    gem5art__buf_free(&notes);
    CHECK_INT(allocated, 0);
    if (zip_open(&z, "out.zip"))
        for (i = 0; i < z.count; i++) snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? " " : "", z.members[i].name);
    zip_close(&z);
    return names;
}

static const char *names_without_one(const char *glob) {
    const char *globs[2] = {NULL, NULL};
    globs[0] = glob;
    return names_without(NULL, globs);
}

static void make_results(void) {
    mkdir("tree/cpt.100", 0755), mkdir("tree/fs", 0755), mkdir("tree/fs/cpt.7", 0755), mkdir("tree/fs/sub", 0755);
    write_text("tree/cpt.100/m5.cpt", "x"), write_text("tree/fs/cpt.7/m5.cpt", "x");
    write_text("tree/fs/a.log", "x"), write_text("tree/fs/sub/b.log", "x"), write_text("tree/.hidden", "x");
    write_text("tree/info.json", "{}"), write_text("tree/stats.txt", "x"), write_text("tree/fs/info.json", "x");
}

TEST(globs_leave_things_out) {
    static const char *const expected[][2] = {
        {"cpt.*", ".hidden fs/ fs/a.log fs/info.json fs/sub/ fs/sub/b.log info.json stats.txt"},
        {"fs", ".hidden cpt.100/ cpt.100/m5.cpt info.json stats.txt"},
        {"*.log", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ info.json stats.txt"},
        {"fs/*.log", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ fs/sub/b.log "
                     "info.json stats.txt"},
        {"fs/*", ".hidden cpt.100/ cpt.100/m5.cpt fs/ info.json stats.txt"},
        {"*/sub", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json info.json stats.txt"},
        {"*", "info.json"}, /* by which a run is loaded */
        {"?*", "info.json"},
        {"*hidden", "cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ fs/sub/b.log "
                    "info.json stats.txt"},
        {"info.json", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/sub/ fs/sub/b.log "
                      "info.json stats.txt"},
        {"[cf]*", ".hidden info.json stats.txt"},
        {"stats.txt", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ "
                      "fs/sub/b.log info.json"},
        {"tree/stats.txt", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ "
                           "fs/sub/b.log info.json stats.txt"},
        {"[", ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json fs/sub/ "
              "fs/sub/b.log info.json stats.txt"}};
    size_t i;
    enter_folder();
    make_results();
    for (i = 0; i < sizeof expected / sizeof *expected; i++)
        CHECK_THAT(strcmp(names_without_one(expected[i][0]), expected[i][1]) == 0, "%s leaves %s", expected[i][0],
                   names_without_one(expected[i][0]));
    CHECK_STR(names_without(NULL, NULL), names_without_one("nothing"));
    if (has("unzip")) {
        names_without_one("cpt.*");
        CHECK(system("unzip -tqq out.zip && ! unzip -l out.zip | grep -q cpt && unzip -l out.zip | grep -q '8 files'") == 0);
    }
}

/* A link is left out by its own name, not by its target's; FIFOs and unreadable files that are left out give no note. */
TEST(globs_and_other_kinds) {
    static const char *const globs[] = {"link*", "pipe", "closed", NULL};
    enter_folder();
    make_results();
    REQUIRE(symlink("cpt.100", "tree/link-to-cpt") == 0 && symlink("nowhere", "tree/other") == 0);
    REQUIRE(mkfifo("tree/pipe", 0600) == 0 && mkdir("tree/closed", 0755) == 0);
    fail_opendir_of = "closed";
    CHECK_STR(names_without(NULL, globs), ".hidden cpt.100/ cpt.100/m5.cpt fs/ fs/a.log fs/cpt.7/ fs/cpt.7/m5.cpt fs/info.json "
                                          "fs/sub/ fs/sub/b.log info.json other stats.txt");
    fail_opendir_of = NULL;
    unlink("tree/pipe");
    CHECK_STR(names_without_one("cpt.*") + strlen(".hidden closed/ fs/ fs/a.log fs/info.json fs/sub/ fs/sub/b.log info.json "),
              "link-to-cpt other stats.txt");
}

/* Folders beside the outdir have paths that begin with their own names. */
TEST(globs_and_forked_simulations) {
    static const char *const globs[] = {"tree.f1", "tree.f0/cpt.*", NULL};
    const char *more[] = {NULL, NULL, NULL};
    char forks[2][PATH_MAX];
    int i;
    enter_folder();
    for (i = 0; i < 2; i++) snprintf(forks[i], sizeof forks[i], "%s/tree.f%d", test_folder, i), more[i] = forks[i];
    write_text("tree/stats.txt", "x");
    mkdir("tree.f0", 0755), mkdir("tree.f0/cpt.1", 0755), mkdir("tree.f0/sub", 0755), mkdir("tree.f1", 0755);
    write_text("tree.f0/cpt.1/m5.cpt", "x"), write_text("tree.f0/stats.txt", "x"), write_text("tree.f1/stats.txt", "x");
    CHECK_STR(names_without(more, globs), "stats.txt tree.f0/ tree.f0/stats.txt tree.f0/sub/");
}

TEST(many_globs) {
    enum { COUNT = 10000 };
    static const char *globs[COUNT + 1];
    static char texts[COUNT][16];
    int i;
    enter_folder();
    make_results();
    for (i = 0; i < COUNT; i++) snprintf(texts[i], sizeof texts[i], i % 2 ? "no/%d.*" : "no%d*", i), globs[i] = texts[i];
    globs[COUNT - 1] = "cpt.*";
    CHECK_STR(names_without(NULL, globs), ".hidden fs/ fs/a.log fs/info.json fs/sub/ fs/sub/b.log info.json stats.txt");
}

TEST(dos_times_are_local) {
    struct tm t;
    uint32_t dos;
    time_t far = (time_t)6000000000; /* 2160 */
    setenv("TZ", "UTC-3", 1);
    tzset();
    memset(&t, 0, sizeof t);
    t.tm_year = 2024 - 1900;
    t.tm_mon = 1;
    t.tm_mday = 29;
    t.tm_hour = 22;
    t.tm_min = 59;
    t.tm_sec = 59;
    dos = gem5art__dos_time(timegm(&t));
    CHECK_INT(dos, 44u << 25 | 3u << 21 | 1u << 16 | 1u << 11 | 59u << 5 | 29u); /* 1 March, 01:59:58 */
    unsetenv("TZ");
    tzset();
    if (sizeof far > 4) CHECK_INT(gem5art__dos_time(far) >> 16, 127u << 9 | 12u << 5 | 31u);
}

TEST(names_that_are_not_utf8) {
    zip z;
    enter_folder();
    write_text("tree/\xff\xfe", "bytes");
    write_text("tree/caf\xe9", "latin-1");
    write_text("tree/\xed\xa0\x80", "a surrogate is not UTF-8");
    if (access("tree/\xff\xfe", F_OK) < 0) SKIP("this file system has UTF-8 names only");
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 3);
        CHECK(find(&z, "caf\xe9") && find(&z, "caf\xe9")->flags == 0);
        CHECK(find(&z, "\xed\xa0\x80") && find(&z, "\xed\xa0\x80")->flags == 0);
        check_members(&z, "tree");
    }
    zip_close(&z);
}

/* Data that uses what a block can be made of. */
static void make_big_files(void) {
    size_t i, size = 700000;
    uint8_t *data = (uint8_t *)malloc(size);
    for (i = 0; i < size; i++) data[i] = (uint8_t)random_u32();
    write_file("tree/random", data, size);
    for (i = 0; i < size; i++) data[i] = (uint8_t)"etaoin shrdlu\n"[random_below(1 + random_below(14))];
    write_file("tree/letters", data, size);
    memset(data, 'z', size);
    write_file("tree/same", data, size);
    free(data);
}

TEST(unzip_reads_it) {
    zip z;
    enter_folder();
    if (!has("unzip")) SKIP("no unzip");
    make_odd_tree();
    make_big_files();
    set_mtime("tree/a0", 1600000000);
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK(system("unzip -tqq out.zip") == 0);
        CHECK(system("unzip -qq -d unpacked out.zip") == 0);
        CHECK(system("diff -r --no-dereference tree unpacked") == 0);
        CHECK(system("test $(stat -c %Y unpacked/a0) = 1600000000") == 0);
        check_members(&z, "unpacked");
    }
    zip_close(&z);
}

TEST(python_reads_it) {
    static const char script[] =
        "import os, stat, sys, zipfile\n"
        "z = zipfile.ZipFile('out.zip')\n"
        "assert z.testzip() is None\n"
        "for i in z.infolist():\n"
        "    path = os.path.join('tree', i.filename)\n"
        "    mode = i.external_attr >> 16\n"
        "    assert mode == os.lstat(path.rstrip('/')).st_mode, path\n"
        "    if stat.S_ISLNK(mode): assert z.read(i) == os.fsencode(os.readlink(path)), path\n"
        "    elif not i.is_dir(): assert z.read(i) == open(path, 'rb').read(), path\n"
        "assert len(z.infolist()) == 20, len(z.infolist())\n";
    zip z;
    enter_folder();
    if (!has("python3")) SKIP("no python3");
    make_odd_tree();
    make_big_files();
    write_text("script.py", script);
    if (archive_and_open(&z, "tree", "out.zip", "")) CHECK(system("python3 script.py") == 0);
    zip_close(&z);
}

/* ---- deflate */

TEST(every_small_length) {
    static const char text[] = "system.cpu.commitStats0.numInsts       5712          # Number of instructions\n";
    uint8_t data[3][600];
    char path[64];
    size_t size, i;
    zip z;
    enter_folder();
    for (i = 0; i < 600; i++) {
        data[0][i] = (uint8_t)random_u32();
        data[1][i] = 0;
        data[2][i] = (uint8_t)text[i % (sizeof text - 1)];
    }
    for (size = 0; size <= 600; size++)
        for (i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "tree/%zu-%zu", i, size);
            write_file(path, data[i], size);
        }
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 3 * 601);
        check_members(&z, "tree");
    }
    zip_close(&z);
}

/* Random bytes of an alphabet, with copies of random lengths from random distances. */
static void make_matches(uint8_t *data, size_t size) {
    uint32_t alphabet = 1u << random_below(9), copies = random_below(100), reach = 1u << random_below(17);
    uint32_t longest = 3 + random_below(400);
    size_t i = 0;
    while (i < size) {
        if (i > 0 && random_below(100) < copies) {
            size_t distance = 1 + random_below(reach < i ? reach : (uint32_t)i), length = 1 + random_below(longest);
            for (; length-- && i < size; i++) data[i] = data[i - distance];
        } else {
            data[i++] = (uint8_t)random_below(alphabet);
        }
    }
}

TEST(whatever_is_deflated_inflates) {
    static uint8_t data[400000];
    char path[64];
    int i;
    zip z;
    enter_folder();
    memset(blocks_seen, 0, sizeof blocks_seen);
    for (i = 0; i < 120; i++) {
        size_t size = i < 60 ? random_below(2000) : i < 110 ? random_below(100000) : random_below(400000);
        make_matches(data, size);
        snprintf(path, sizeof path, "tree/%03d", i);
        write_file(path, data, size);
    }
    for (i = -3; i <= 3; i++) { /* where the window is full, slides, or a match reaches its end */
        static const int sizes[] = {258, 32768, 65535, 65536, 131072, 262144, 262144 + 32768};
        size_t k;
        for (k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            make_matches(data, (size_t)(sizes[k] + i));
            snprintf(path, sizeof path, "tree/edge-%zu%+d", k, i);
            write_file(path, data, (size_t)(sizes[k] + i));
        }
    }
    for (i = 0; i < 50000; i++) data[i] = (uint8_t)random_u32();
    memset(data + 50000, 'm', 50000); /* so that it is deflated, in blocks of which the first are best stored */
    write_file("tree/mixed", data, 100000);
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 120 + 7 * 7 + 1);
        check_members(&z, "tree");
        CHECK_THAT(blocks_seen[0] && blocks_seen[2], "a form of block was never seen: %d %d",
                   blocks_seen[0], blocks_seen[2]);
    }
    zip_close(&z);
}

TEST(matches_reach_as_far_as_they_may) {
    static uint8_t data[200000];
    int distances[] = {1, 2, 255, 256, 257, 258, 16384, 24577, 32766, 32767, 32768, 32769, 40000};
    char path[64];
    size_t k, i;
    zip z;
    enter_folder();
    for (k = 0; k < sizeof distances / sizeof *distances; k++) {
        size_t distance = (size_t)distances[k];
        for (i = 0; i < sizeof data; i++) data[i] = i < distance ? (uint8_t)random_u32() : data[i - distance];
        snprintf(path, sizeof path, "tree/%05zu", distance);
        write_file(path, data, sizeof data);
    }
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        check_members(&z, "tree");
        for (i = 0; i < z.count; i++)
            if (atoi(z.members[i].name) <= 32767)
                CHECK_THAT(z.members[i].stored < (size_t)atoi(z.members[i].name) + 4000,
                           "matches of distance %s were not found: %llu bytes", z.members[i].name,
                           (unsigned long long)z.members[i].stored);
    }
    zip_close(&z);
}

/* Positions wrap round after 4 GiB of files. */
TEST(positions_wrap_round) {
    gem5art__zip *w = (gem5art__zip *)calloc(1, sizeof *w);
    static uint8_t data[300000], back[300000];
    int fd, i;
    enter_folder();
    gem5art__deflate_make_tables(w);
    w->base = 0u - 500000;
    for (i = 0; i < 4; i++) {
        uint64_t start = gem5art__zip_offset(w);
        size_t size = sizeof data;
        uint8_t *packed;
        uint16_t method;
        make_matches(data, size);
        data[0] = data[1] = data[2] = data[3] = data[4] = 'a'; /* so that it deflates at all */
        memset(data + 5, 'a', 1000);
        write_file("data", data, size);
        fd = open("data", O_RDONLY);
        w->fd = open("packed", O_RDWR | O_CREAT, 0600);
        method = gem5art__deflate_file(w, fd, size);
        gem5art__zip_flush(w);
        CHECK_INT(w->write_errno, 0);
        CHECK_INT(method, 8);
        packed = load(w->fd, start, gem5art__zip_offset(w) - start);
        CHECK(packed && inflate_all(packed, (size_t)(gem5art__zip_offset(w) - start), back, size));
        CHECK(memcmp(back, data, size) == 0);
        free(packed);
        close(fd);
        close(w->fd);
    }
    free(w);
}

static void check_lengths(gem5art__deflate_code *c, int count, int limit, const char *what) {
    uint64_t space = 0;
    int i;
    gem5art__deflate_lengths(c, count, limit);
    for (i = 0; i < count; i++) {
        CHECK_THAT(c->length[i] <= limit, "%s: a length is %d", what, c->length[i]);
        CHECK_THAT(!c->frequency[i] || c->length[i], "%s: a symbol has no code", what);
        if (c->length[i]) space += 1u << (15 - c->length[i]);
    }
    CHECK_THAT(space == 1u << 15, "%s: the code is not complete", what);
}

TEST(codes_are_complete_and_short_enough) {
    gem5art__deflate_code c;
    int i, round;
    memset(&c, 0, sizeof c);
    check_lengths(&c, 30, 15, "no symbol");
    c.frequency[7] = 3;
    check_lengths(&c, 30, 15, "one symbol");
    CHECK_INT(c.length[7], 1);
    c.frequency[0] = c.frequency[1] = 1;
    for (i = 2; i < 24; i++) c.frequency[i] = c.frequency[i - 1] + c.frequency[i - 2];
    check_lengths(&c, 24, 15, "Fibonacci's numbers");
    check_lengths(&c, 19, 7, "Fibonacci's numbers in 7 bits");
    for (i = 0; i < 286; i++) c.frequency[i] = i < 285 ? 1 : 65535;
    check_lengths(&c, 286, 15, "one often, all others once");
    CHECK_INT(c.length[285], 1);
    for (round = 0; round < 2000; round++) {
        int count = 2 + (int)random_below(round % 2 ? 18 : 285);
        for (i = 0; i < count; i++) c.frequency[i] = random_below(3) ? random_below(1u << random_below(17)) : 0;
        check_lengths(&c, count, count <= 19 ? 7 : 15, "random");
    }
}

/* A real block with codes that must be cut short. */
TEST(fibonacci_bytes) {
    static uint8_t data[60000];
    size_t size = 0, a = 1, b = 1, i, n;
    zip z;
    enter_folder();
    for (i = 0; size + a < sizeof data; i++) {
        for (n = 0; n < a; n++) data[size++] = (uint8_t)(i * 37);
        n = a + b;
        a = b;
        b = n;
    }
    for (i = size - 1; i > 0; i--) {
        size_t k = random_below((uint32_t)i + 1);
        uint8_t byte = data[i];
        data[i] = data[k];
        data[k] = byte;
    }
    write_file("tree/fibonacci", data, size);
    if (archive_and_open(&z, "tree", "out.zip", "")) check_members(&z, "tree");
    zip_close(&z);
}

TEST(sizes_are_what_they_should_be) {
    char path[5000], command[5200];
    size_t i;
    uint64_t total = 0;
    zip z;
    uint8_t *data = (uint8_t *)malloc(10 << 20);
    enter_folder();
    memset(data, 'r', 10 << 20);
    write_file("tree/repetitive", data, 10 << 20);
    for (i = 0; i < 1 << 20; i++) data[i] = (uint8_t)random_u32();
    write_file("tree/random", data, 1 << 20);
    write_file("tree/random-small", data, 100000);
    free(data);
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK(find(&z, "repetitive")->stored < 16000);
        CHECK(find(&z, "random")->stored < (1 << 20) + (1 << 20) / 1000);
        CHECK_INT(find(&z, "random-small")->method, 0);
        check_members(&z, "tree");
    }
    zip_close(&z);

    snprintf(path, sizeof path, "%s%s%.*s", *__FILE__ == '/' ? "" : home, *__FILE__ == '/' ? "" : "/",
             (int)(sizeof __FILE__ - 1 - strlen("test_archive.c")), __FILE__);
    snprintf(command, sizeof command, "cp -r '%sdata/gem5/atomic' real", path);
    REQUIRE(system(command) == 0);
    if (archive_and_open(&z, "real", "out.zip", "")) {
        check_members(&z, "real");
        for (i = 0; i < z.count; i++) total += z.members[i].stored;
        /* zip -6 needs 5384, 3258 and, for all, 11985 */
        CHECK(find(&z, "stats.txt")->stored < 5384 * 21 / 20);
        CHECK(find(&z, "config.json")->stored < 3258 * 21 / 20);
        CHECK_THAT(total < 11985 * 21 / 20, "all: %llu", (unsigned long long)total);
    }
    zip_close(&z);
}

/* ---- ZIP64 */

static void check_many(long count, bool others_too) {
    char command[200];
    zip z;
    fake_links = count;
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, count);
        CHECK_INT(z.zip64, count >= 65535);
        CHECK(find(&z, "link-1") && find(&z, "link-1")->size == 1);
        if (others_too && has("python3")) {
            snprintf(command, sizeof command,
                     "python3 -c 'import zipfile; assert len(zipfile.ZipFile(\"out.zip\").infolist()) == %ld'", count);
            CHECK(system(command) == 0);
        }
        if (others_too && has("unzip")) CHECK(system("unzip -tqq out.zip") == 0);
    }
    fake_links = -1;
    zip_close(&z);
}

TEST(as_many_entries_as_there_are) {
    enter_folder();
    check_many(65534, false);
    check_many(65535, false);
    check_many(70000, true);
}

TEST(no_entries_at_all) {
    zip z;
    enter_folder();
    if (archive_and_open(&z, "tree", "out.zip", "")) CHECK_INT(z.count, 0);
    zip_close(&z);
}

TEST(a_file_that_was_longer_when_it_was_opened) {
    zip z;
    enter_folder();
    write_text("tree/a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    write_text("tree/b", "b");
    fake_size = (long long)5 << 30;
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 2);
        CHECK(z.members[0].local_zip64 && z.members[1].local_zip64);
        CHECK_INT(z.members[0].method, 8);
        CHECK_INT(z.members[1].method, 0);
        check_members(&z, "tree");
        if (has("unzip")) CHECK(system("unzip -tqq out.zip") == 0);
    }
    fake_size = 0;
    zip_close(&z);
}

TEST(a_file_that_grew_since_it_was_opened) {
    zip z;
    enter_folder();
    write_text("tree/a", "0123456789");
    fake_size = 7;
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.members[0].size, 7);
        CHECK_STR((char *)z.members[0].data, "0123456");
    }
    fake_size = 0;
    zip_close(&z);
}

/* A member of 5 GiB stored, of which nothing was ever written, and one behind it. */
TEST(members_and_offsets_beyond_4_gib) {
    gem5art__zip *w = (gem5art__zip *)calloc(1, sizeof *w);
    gem5art__zip_entry hole, tail;
    uint64_t size = (uint64_t)5 << 30;
    zip z;
    enter_folder();
    memset(&hole, 0, sizeof hole);
    hole.name = "hole";
    hole.mode = S_IFREG | 0644;
    hole.size = hole.stored_size = size;
    hole.zip64 = true;
    tail = hole;
    tail.name = "tail";
    tail.size = tail.stored_size = 4;
    tail.crc = gem5art_crc32(0, "tail", 4);
    tail.zip64 = false;
    w->fd = open("out.zip", O_RDWR | O_CREAT, 0644);
    gem5art__zip_begin(w, &hole);
    gem5art__zip_flush(w);
    w->flushed += size;
    gem5art__zip_end(w, &hole);
    gem5art__zip_begin(w, &tail);
    gem5art__zip_put(w, "tail", 4);
    gem5art__zip_end(w, &tail);
    CHECK(gem5art__zip_finish(w));
    close(w->fd);
    gem5art__buf_free(&w->central);
    gem5art__buf_free(&w->header);
    free(w);
    if (zip_open_max(&z, "out.zip", 1 << 20, true)) {
        CHECK_INT(z.count, 2);
        CHECK(z.zip64);
        CHECK_INT(z.members[0].size, size);
        CHECK_INT(z.members[0].stored, size);
        CHECK(z.members[1].offset > size && !z.members[1].local_zip64);
        CHECK_STR((char *)z.members[1].data, "tail");
        if (has("python3"))
            CHECK(system("python3 -c 'import zipfile; z = zipfile.ZipFile(\"out.zip\"); "
                         "assert z.read(\"tail\") == b\"tail\"; "
                         "assert z.getinfo(\"hole\").file_size == 5 << 30'") == 0);
        if (has("unzip")) CHECK(system("unzip -tqq out.zip tail") == 0);
    }
    zip_close(&z);
}

/* TEST_LONG=1 makes it larger than 4 GiB. */
TEST(a_large_sparse_file) {
    uint64_t size = getenv("TEST_LONG") ? ((uint64_t)4 << 30) + 5 : (20u << 20) + 5;
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error;
    zip z;
    enter_folder();
    write_text("tree/z", "start");
    write_text("tree/zz", "behind");
    REQUIRE(truncate("tree/z", (off_t)size) == 0);
    REQUIRE(archive("tree", NULL, NULL, "out.zip", &notes, &error));
    CHECK_STR(notes.data ? notes.data : "", "");
    if (zip_open_max(&z, "out.zip", 64 << 20, true)) {
        CHECK_INT(z.members[0].size, size);
        CHECK(z.members[0].stored < size / 700);
        CHECK_INT(z.members[0].local_zip64, size > 0xf0000000u);
        CHECK_STR((char *)z.members[1].data, "behind");
        if (has("unzip")) CHECK(system("unzip -tqq out.zip") == 0);
    }
    zip_close(&z);
    gem5art__buf_free(&notes);
}

/* ---- what cannot go in */

TEST(fifos_and_sockets_are_noted) {
    struct sockaddr_un address;
    static const char socket_note[] = "tree/socket was left out of r.zip: it is a socket\n";
    static const char fifo_note[] = "tree/fi?fo was left out of r.zip: it is a FIFO\n";
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error;
    zip z;
    enter_folder();
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, "tree/socket");
    REQUIRE(bind(s, (struct sockaddr *)&address, sizeof address) == 0);
    REQUIRE(mkfifo("tree/fi\nfo", 0600) == 0);
    write_text("tree/good", "good");
    alarm(60);
    REQUIRE(archive("tree", NULL, NULL, "tree/r.zip", &notes, &error));
    alarm(0);
    CHECK_CONTAINS(notes.data, socket_note); /* in either order */
    CHECK_CONTAINS(notes.data, fifo_note);
    CHECK_INT(notes.length, strlen(socket_note) + strlen(fifo_note));
    if (zip_open(&z, "tree/r.zip")) {
        CHECK_INT(z.count, 1);
        CHECK_STR(z.members[0].name, "good");
    }
    zip_close(&z);
    gem5art__buf_free(&notes);
    close(s);
}

/* A tree of a, b (larger than the window) and c, in which something is wrong with b. */
static void check_without_b(const char *note) {
    zip z;
    if (archive_and_open(&z, "tree", "out.zip", note)) {
        CHECK_INT(z.count, 2);
        CHECK(find(&z, "a") && find(&z, "c"));
        check_members(&z, "tree");
    }
    zip_close(&z);
    vanish = become_fifo = fail_open_of = fail_read_of = fail_readlink_of = NULL;
    fail_read_errno = 0;
}

TEST(what_cannot_be_read_is_noted) {
    static uint8_t data[600000];
    size_t i;
    enter_folder();
    for (i = 0; i < sizeof data; i++) data[i] = (uint8_t)random_u32();
    write_text("tree/a", "before");
    write_text("tree/c", "behind");

    write_text("tree/b", "b");
    fail_open_of = "b";
    check_without_b("tree/b was left out of out.zip: Permission denied\n");
    vanish = "b";
    check_without_b("tree/b was left out of out.zip: No such file or directory\n");
    write_text("tree/b", "b");
    become_fifo = "b";
    alarm(60);
    check_without_b("tree/b was left out of out.zip: it is no longer a file\n");
    alarm(0);
    unlink("tree/b");
    write_file("tree/b", data, sizeof data); /* its first part is in the zip file already when the second fails */
    fail_read_of = "b";
    check_without_b("tree/b was left out of out.zip: Input/output error\n");
    unlink("tree/b");
    REQUIRE(symlink("a", "tree/b") == 0);
    fail_readlink_of = "b";
    check_without_b("tree/b was left out of out.zip: Permission denied\n");
}

TEST(taken_back_at_the_end) {
    static uint8_t data[600000];
    size_t i;
    zip z;
    enter_folder();
    for (i = 0; i < sizeof data; i++) data[i] = (uint8_t)random_u32();
    write_file("tree/b", data, sizeof data);
    fail_read_of = "b";
    if (archive_and_open(&z, "tree", "out.zip", "tree/b was left out of out.zip: Input/output error\n"))
        CHECK_INT(z.count, 0);
    fail_read_of = NULL;
    fail_read_errno = 0;
    zip_close(&z);
}

TEST(folders_that_cannot_be_read_are_noted) {
    zip z;
    enter_folder();
    mkdir("tree/locked", 0755);
    write_text("tree/locked/in", "in");
    write_text("tree/z", "z");
    fail_opendir_of = "locked";
    if (archive_and_open(&z, "tree", "out.zip", "tree/locked/ was left out of out.zip: Permission denied\n")) {
        CHECK_INT(z.count, 2);
        CHECK(find(&z, "locked/") && find(&z, "z"));
    }
    fail_opendir_of = NULL;
    zip_close(&z);
    fail_readdir_of = "in";
    if (archive_and_open(&z, "tree", "out.zip", "tree/locked/ was left out of out.zip: Input/output error\n"))
        CHECK_INT(z.count, 2);
    fail_readdir_of = NULL;
    zip_close(&z);
}

/* ---- trees that are deep, and few descriptors */

TEST(deep_trees) {
    struct rlimit limit, few;
    char part[201], path[4096] = "tree";
    int here = open(".", O_RDONLY), i;
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error;
    zip z;
    enter_folder();
    for (i = 0; i < 600; i++) {
        strcat(path, "/d");
        mkdir(path, 0755);
    }
    strcat(path, "/leaf");
    write_text(path, "leaf");
    getrlimit(RLIMIT_NOFILE, &limit);
    few = limit;
    few.rlim_cur = (rlim_t)here + 5;
    setrlimit(RLIMIT_NOFILE, &few);
    if (archive_and_open(&z, "tree", "out.zip", "")) {
        CHECK_INT(z.count, 601);
        CHECK(z.count && strlen(z.members[z.count - 1].name) == 1204);
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    zip_close(&z);

    memset(part, 'p', 200);
    part[200] = 0;
    mkdir("long", 0755);
    REQUIRE(chdir("long") == 0);
    for (i = 0; i < 30; i++) REQUIRE(mkdir(part, 0755) == 0 && chdir(part) == 0);
    REQUIRE(chdir(test_folder) == 0);
    CHECK(archive("long", NULL, NULL, "out.zip", &notes, &error));
    CHECK_CONTAINS(notes.data, ": File name too long\n");
    gem5art__buf_free(&notes);
    if (zip_open(&z, "out.zip")) CHECK_THAT(z.count > 0 && z.count < 30, "%zu folders", z.count);
    zip_close(&z);
    close(here);
}

/* ---- the zip file itself */

TEST(the_zip_file_is_left_out) {
    size_t size, size_again, i;
    uint8_t *first, *again;
    zip z;
    enter_folder();
    write_text("tree/a", "a");
    mkdir("tree/sub", 0755);
    write_text("tree/sub/results.zip", "another file of that name");
    for (i = 0; i < 2; i++) { /* new, there already */
        if (archive_and_open(&z, "tree", "tree/results.zip", "")) {
            CHECK_INT(z.count, 3);
            CHECK(find(&z, "a") && find(&z, "sub/") && find(&z, "sub/results.zip"));
        }
        zip_close(&z);
        CHECK_INT(count_names("tree"), 3);
    }
    first = read_bytes("tree/results.zip", &size);
    REQUIRE(symlink("tree", "way") == 0);
    if (archive_and_open(&z, "way", "way/results.zip", "")) CHECK_INT(z.count, 3);
    zip_close(&z);
    again = read_bytes("tree/results.zip", &size_again);
    CHECK_THAT(size == size_again && memcmp(first, again, size) == 0, "two zip files of the same tree differ");
    free(first);
    free(again);
}

/* ---- failures: a clear error, nothing left behind, the old zip file untouched */

static void check_failed(bool ok, const gem5art_error *error, gem5art_code expected, const char *part) {
    size_t size;
    uint8_t *old = read_bytes("tree/results.zip", &size);
    CHECK(!ok);
    CHECK_THAT(error->code == expected, "the code is %d, not %d: %s", error->code, expected, error->message);
    CHECK_CONTAINS(error->message, part);
    CHECK_THAT(size == 3 && memcmp(old, "old", 3) == 0, "the old zip file was changed: %s", error->message);
    CHECK_INT(count_names("tree"), 2);
    CHECK_INT(allocated, 0);
    free(old);
}

static int lowest_free_fd(void) {
    int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
}

TEST(failing_calls) {
    static const struct {
        int *fault;
        int number;
        gem5art_code code;
        const char *part;
    } cases[] = {{&fail_create, EACCES, GEM5ART_IO, "cannot write tree/results.zip: "},
                 {&fail_create, EROFS, GEM5ART_IO, "Read-only file system"},
                 {&fail_create, ENOMEM, GEM5ART_NOMEM, "cannot write tree/results.zip: "},
                 {&fail_rename, EPERM, GEM5ART_IO, "cannot write tree/results.zip: Operation not permitted"}};
    gem5art_error error;
    size_t i;
    int fd;
    enter_folder();
    write_text("tree/a", "a");
    write_text("tree/results.zip", "old");
    fd = lowest_free_fd();
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        *cases[i].fault = cases[i].number;
        check_failed(archive_only(&error), &error, cases[i].code, cases[i].part);
        *cases[i].fault = 0;
    }
    fail_opendir_of = "tree";
    check_failed(archive_only(&error), &error, GEM5ART_IO, "cannot open the outdir tree: Permission denied");
    fail_opendir_of = NULL;
    fail_datasync = EIO; /* by then it had its name */
    CHECK(!archive_only(&error));
    CHECK_STR(error.message, "cannot write tree/results.zip: Input/output error");
    CHECK_INT(count_names("tree"), 1);
    fail_datasync = 0;
    fail_fsync = EIO; /* by now the new one is in place */
    CHECK(!archive_only(&error));
    CHECK_STR(error.message, "cannot sync the folder of tree/results.zip: Input/output error");
    fail_fsync = 0;
    CHECK_INT(lowest_free_fd(), fd);
}

TEST(folders_that_are_not_there) {
    gem5art__buf notes = {NULL, 0, 0, false};
    gem5art_error error;
    enter_folder();
    CHECK(!archive("nothing", NULL, NULL, "out.zip", &notes, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "cannot open the outdir nothing: ");
    CHECK(!archive("tree", NULL, NULL, "nothing/out.zip", &notes, &error));
    CHECK_INT(error.code, GEM5ART_NOT_FOUND);
    CHECK_CONTAINS(error.message, "nothing/out.zip");
    mkdir("folder.zip", 0755);
    CHECK(!archive("tree", NULL, NULL, "folder.zip", &notes, &error));
    CHECK_CONTAINS(error.message, "/folder.zip: ");
    write_text("file", "");
    CHECK(!archive("file", NULL, NULL, "out.zip", &notes, &error));
    CHECK(!archive("file", NULL, NULL, "out.zip", &notes, NULL));
    CHECK_INT(count_names("."), 3);
    CHECK_INT(allocated, 0);
}

TEST(a_folder_that_must_not_be_written_to) {
    gem5art_error error;
    enter_folder();
    write_text("tree/a", "a");
    chmod("tree", 0555);
    if (access("tree", W_OK) == 0) { /* root may: the file system says no instead */
        chmod("tree", 0755);
        fail_create = EROFS;
    }
    CHECK(!archive_only(&error));
    CHECK_INT(error.code, GEM5ART_IO);
    CHECK_CONTAINS(error.message, "cannot write tree/results.zip: ");
    fail_create = 0;
    chmod("tree", 0755);
    CHECK_INT(count_names("tree"), 1);
}

TEST(every_write_can_fail) {
    static uint8_t data[900000];
    gem5art_error error;
    int n, fd;
    size_t i;
    enter_folder();
    for (i = 0; i < sizeof data; i++) data[i] = (uint8_t)random_u32();
    write_file("tree/random", data, sizeof data);
    write_text("tree/results.zip", "old");
    fd = lowest_free_fd();
    for (n = 0;; n++) {
        bool ok;
        pwrites = 0;
        fail_pwrite_after = n;
        ok = archive_only(&error);
        fail_pwrite_after = -1;
        if (ok) break;
        check_failed(ok, &error, GEM5ART_IO, "cannot write tree/results.zip: No space left on device");
    }
    CHECK_THAT(n >= 8, "only %d writes", n);
    CHECK_INT(lowest_free_fd(), fd);
    CHECK_INT(count_names("tree"), 2);
}

TEST(truncation_can_fail) {
    static uint8_t data[600000];
    gem5art_error error;
    size_t i;
    enter_folder();
    for (i = 0; i < sizeof data; i++) data[i] = (uint8_t)random_u32();
    write_file("tree/random", data, sizeof data);
    write_text("tree/results.zip", "old");
    fail_read_of = "random";
    fail_truncate = EIO;
    check_failed(archive_only(&error), &error, GEM5ART_IO, "cannot write tree/results.zip: Input/output error");
    fail_truncate = 0;
    fail_read_of = NULL;
    fail_read_errno = 0;
}

TEST(short_writes_go_on) {
    zip z;
    enter_folder();
    make_odd_tree();
    pwrite_limit = 7;
    if (archive_and_open(&z, "tree", "out.zip", "")) check_members(&z, "tree");
    pwrite_limit = 0;
    zip_close(&z);
}

TEST(every_allocation_can_fail) {
    gem5art_error error;
    char path[128];
    int n, fd;
    zip z;
    enter_folder();
    for (n = 0; n < 40; n++) {
        snprintf(path, sizeof path, "tree/sub-%d", n);
        mkdir(path, 0755);
        snprintf(path, sizeof path, "tree/sub-%d/a file with a long name, so that buffers grow", n);
        write_text(path, path);
    }
    mkfifo("tree/sub-7/fifo", 0600);
    fd = lowest_free_fd();
    for (n = 0;; n++) {
        bool ok;
        fail_malloc_after = n;
        ok = archive_only(&error);
        fail_malloc_after = -1;
        CHECK_INT(allocated, 0);
        if (ok) break;
        CHECK_INT(error.code, GEM5ART_NOMEM);
        CHECK_INT(count_names("tree"), 40);
    }
    CHECK_THAT(n >= 15, "only %d allocations", n);
    CHECK_INT(lowest_free_fd(), fd);
    if (zip_open(&z, "tree/results.zip")) CHECK_INT(z.count, 80);
    zip_close(&z);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
