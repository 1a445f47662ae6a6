/* stats_source.c - see stats_source.h */

#include "stats_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A decompressed file may have LIMIT_BYTES, or if that is more, LIMIT_RATIO times its compressed size: texts of gem5
   shrink to a tenth or a thirtieth, an attack to a thousandth. */
#define LIMIT_BYTES ((uint64_t)1 << 30)
enum { LIMIT_RATIO = 200 };

static uint64_t limit_of(uint64_t compressed) {
    return compressed > LIMIT_BYTES / LIMIT_RATIO ? compressed * LIMIT_RATIO : LIMIT_BYTES;
}

static bool fail_bomb(const stats_source *s, text *why) {
    text_putf(why, s->exact ? "%s is damaged: it has more than the %llu bytes that the archive gives it"
                            : "%s decompresses to more than %llu bytes, which text of gem5 does not: it is not read",
              s->name, (unsigned long long)s->limit);
    return false;
}

/* ---- a file */

/* The kind of a file that is not text, by its first bytes; NULL: not known. */
static const char *kind_of(const unsigned char *bytes, size_t length) {
    static const struct kind {
        const char *bytes, *name;
    } kinds[] = {{"\x1f\x8b", "gzip"}, {"\x89HDF\r\n\x1a\n", "HDF5"}, {"{", "JSON"}, {"PK\x03\x04", "zip"}};
    size_t i;
    for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t need = strlen(kinds[i].bytes);
        if (length >= need && memcmp(bytes, kinds[i].bytes, need) == 0) return kinds[i].name;
    }
    return NULL;
}

static bool check_kind(const stats_source *s, const char *kind, text *why) {
    if (!kind) return true;
    text_putf(why, text_same(kind, "zip") || text_same(kind, "gzip")
                       ? "%s is a %s file, not gem5's text: unpack it, or name the file in it"
                       : "%s is %s, which is not read: let gem5 write text, its default (--stats-file=stats.txt)",
              s->name, kind);
    return false;
}

static bool start_gzip(stats_source *s, int input, text *why) {
    const char *const words[] = {"gzip", "-dc", NULL};
    if (!program_start_on(&s->gzip, words, input)) {
        text_putf(why, "cannot read %s: gzip, which decompresses it, cannot be run", s->name);
        return false;
    }
    s->fd = fileno(s->gzip.out);
    return true;
}

static bool open_file(stats_source *s, const char *path, text *why) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    unsigned char first[8];
    struct stat st;
    const char *kind;
    ssize_t got = -1;
    bool ok = fd >= 0 && fstat(fd, &st) == 0, regular = ok && S_ISREG(st.st_mode);
    if (regular) got = pread(fd, first, sizeof first, 0);
    if (got < 0) {
        text_putf(why, "cannot read %s: %s", path, ok && !regular ? "it is not a regular file" : strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    kind = kind_of(first, (size_t)got);
    if (kind && text_same(kind, "gzip")) {
        s->limit = limit_of((uint64_t)st.st_size);
        ok = start_gzip(s, fd, why);
    } else if ((ok = check_kind(s, kind, why)) == true) {
        s->fd = fd;
        return true;
    }
    close(fd);
    return ok;
}

/* ---- a file of an archive */

/* Finds the sizes of a member, which unzip prints as "LENGTH METHOD SIZE RATIO% DATE TIME CRC NAME". */
static bool find_sizes(FILE *list, uint64_t *length, uint64_t *size) {
    unsigned long long wide_length, wide_size;
    char line[512], method[16], mark;
    bool found = false;
    while (fgets(line, sizeof line, list)) {
        /* NOLINTNEXTLINE(cert-err34-c): unzip printed these numbers */
        int words = sscanf(line, "%llu %15s %llu %*d%c", &wide_length, method, &wide_size, &mark);
        if (found || words != 4 || mark != '%') continue;
        *length = wide_length;
        *size = wide_size;
        found = true;
    }
    return found;
}

/* Sets the limit to the member's length, unless that is too much for its compressed size. */
static bool check_sizes(stats_source *s, const char *const *words, const char *path, const char *member, text *why) {
    uint64_t length = 0, size = 0;
    program p;
    bool found = program_start(&p, words), ran = found;
    int status = 0;
    if (ran) {
        found = find_sizes(p.out, &length, &size);
        status = program_end(&p);
    }
    if (!ran || status == 127) text_putf(why, "cannot read %s: unzip, which reads archives, cannot be run", s->name);
    else if (status == 11) text_putf(why, "%s has no file %s", path, member);
    else if (!found) text_putf(why, "cannot read %s: unzip reports an error (status %d)", path, status);
    if (why->length) return false;
    s->limit = limit_of(size);
    if (length > s->limit) return fail_bomb(s, why);
    s->exact = !text_ends(member, ".gz");
    if (s->exact) s->limit = length;
    return true;
}

static bool open_member(stats_source *s, const char *path, const char *member, text *why) {
    const char *list[] = {"unzip", "-v", path, NULL, NULL};
    const char *words[] = {"unzip", "-P", "none", "-p", path, NULL, NULL}; /* without -P it may ask for a password */
    text pattern = {NULL, 0, 0}; /* to unzip a name is a pattern, or an option */
    const char *at;
    bool ok;
    for (at = member; *at; at++) text_putf(&pattern, strchr("[]*?\\-", *at) ? "\\%c" : "%c", *at);
    list[3] = words[5] = text_string(&pattern);
    ok = check_sizes(s, list, path, member, why) && program_start(&s->unzip, words);
    text_free(&pattern);
    if (!ok) return false;
    s->fd = fileno(s->unzip.out);
    return s->exact || start_gzip(s, s->fd, why);
}

/* ---- either */

bool stats_source_open(stats_source *source, const char *path, const char *member, text *why) {
    memset(source, 0, sizeof *source);
    source->fd = -1;
    source->limit = UINT64_MAX;
    source->name = member ? text_printf("%s in %s", member, path) : text_copy(path);
    text_clear(why);
    if (member ? open_member(source, path, member, why) : open_file(source, path, why)) return true;
    source->fd = -1;
    stats_source_close(source);
    return false;
}

/* At the end of the bytes: whether that was all of them. */
static bool end_well(stats_source *s, text *why) {
    int gzip = s->gzip.out ? program_end(&s->gzip) : 0, unzip = s->unzip.out ? program_end(&s->unzip) : 0;
    bool whole = !s->exact || s->read == s->limit;
    if (!s->gzip.out && !s->unzip.out) close(s->fd);
    s->gzip.out = s->unzip.out = NULL;
    s->fd = -1;
    if (gzip != 0 && gzip != 2) text_putf(why, "%s is damaged, or cut: gzip cannot read all of it", s->name);
    else if (unzip == 81 || unzip == 82) text_putf(why, "%s is encrypted, and is not read", s->name);
    else if (unzip > 1 || !whole) text_putf(why, "%s is damaged: unzip cannot read all of it", s->name);
    else return true;
    return false;
}

ptrdiff_t stats_source_read(stats_source *source, char *bytes, size_t size, text *why) {
    ssize_t got;
    if (source->fd < 0) return 0;
    while ((got = read(source->fd, bytes, size)) < 0 && errno == EINTR) {}
    if (got < 0) text_putf(why, "cannot read %s: %s", source->name, strerror(errno));
    if (got == 0) return end_well(source, why) ? 0 : -1;
    if (got < 0) return -1;
    if (!source->read && !check_kind(source, kind_of((unsigned char *)bytes, (size_t)got), why)) return -1;
    source->read += (uint64_t)got;
    if (source->read > source->limit) return fail_bomb(source, why) ? 0 : -1;
    return got;
}

void stats_source_close(stats_source *source) {
    if (source->fd >= 0 && !source->gzip.out && !source->unzip.out) close(source->fd);
    if (source->gzip.out) program_end(&source->gzip);
    if (source->unzip.out) program_end(&source->unzip);
    free(source->name);
    memset(source, 0, sizeof *source);
    source->fd = -1;
}
