/* disk.h - a log of all that is done to the files of one folder, and a disk in memory on which it is done again: up to
   any call, and after power loss in part, torn or out of order.

   Feeding the log: between disk_record and disk_stop every disk_open, disk_pwrite, ... does the call and notes it. A
   library gets there by macros that stand for its calls, or by definitions of pwrite and its like in the test program,
   which dynamic libraries then call too.

   What power loss may do: a write or a truncation is safe once its file was synced behind it, the name of a file once
   its folder was. Whatever is not safe may be there or not, each by itself; a write also in part, with NULs for what is
   missing, or the file's new size without any of its bytes. */
#ifndef DISK_H
#define DISK_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum disk_kind {
    DISK_CREATE,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_LINK,
    DISK_RENAME,
    DISK_UNLINK,
    DISK_FOLDER,      /* mkdir */
    DISK_SYNC,        /* of a file's bytes and size */
    DISK_SYNC_FOLDER, /* of the names in a folder */
    DISK_MARK         /* the test's own: something begins or is acknowledged */
} disk_kind;

enum { DISK_NAME = 160, DISK_FILES = 128, DISK_NO_FILE = -1, DISK_IS_FOLDER = -2, DISK_SECTOR = 512 };

typedef struct disk_entry {
    disk_kind kind;
    bool durable; /* safe when it returns: a write by O_DSYNC */
    int file;     /* the files are numbered as they are created */
    size_t at;    /* WRITE: the offset; TRUNCATE: the new size; MARK: the test's own number */
    size_t size;  /* WRITE: bytes; MARK: another number */
    char *data;   /* WRITE: the bytes */
    char name[DISK_NAME]; /* relative to the root, which is ""; of RENAME the new one */
    char from[DISK_NAME]; /* RENAME: the old one */
} disk_entry;

typedef struct disk_log {
    disk_entry *entries;
    int count, capacity, files;
} disk_log;

/* What is on the disk: files by number, and the names that lead to them. */
typedef struct disk_image {
    struct { char *data; size_t size, capacity; } files[DISK_FILES];
    struct { char name[DISK_NAME]; int file; } names[DISK_FILES];
    int name_count;
} disk_image;

static void *disk_need(void *memory) {
    if (!memory) abort();
    return memory;
}

/* ---- the log */

/* The entry is copied, its data too. */
static disk_entry *disk_note(disk_log *log, const disk_entry *entry) {
    disk_entry *added;
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? log->capacity * 2 : 32;
        log->entries = (disk_entry *)disk_need(realloc(log->entries, (size_t)log->capacity * sizeof *log->entries));
    }
    added = &log->entries[log->count++];
    *added = *entry;
    if (entry->data) memcpy(added->data = (char *)disk_need(malloc(entry->size + 1)), entry->data, entry->size);
    if (entry->kind == DISK_CREATE && log->files <= entry->file) log->files = entry->file + 1;
    if (log->files > DISK_FILES) abort();
    return added;
}

static void disk_log_free(disk_log *log) {
    int i;
    for (i = 0; i < log->count; i++) free(log->entries[i].data);
    free(log->entries);
    memset(log, 0, sizeof *log);
}

/* The first entries of a log, as a log of its own. */
static disk_log disk_log_copy(const disk_log *log, int count) {
    disk_log copy = {NULL, 0, 0, 0};
    int i;
    for (i = 0; i < count; i++) disk_note(&copy, &log->entries[i]);
    return copy;
}

static disk_entry disk_entry_of(disk_kind kind, int file, const char *name) {
    disk_entry entry;
    memset(&entry, 0, sizeof entry);
    entry.kind = kind;
    entry.file = file;
    if (snprintf(entry.name, sizeof entry.name, "%s", name) >= DISK_NAME) abort();
    return entry;
}

static void disk_mark(disk_log *log, size_t number, size_t other) {
    disk_entry entry = disk_entry_of(DISK_MARK, DISK_NO_FILE, "");
    entry.at = number;
    entry.size = other;
    disk_note(log, &entry);
}

/* ---- the disk in memory */

static int disk_find(const disk_image *image, const char *name) {
    int i;
    for (i = 0; i < image->name_count; i++)
        if (strcmp(image->names[i].name, name) == 0) return image->names[i].file;
    return DISK_NO_FILE;
}

static void disk_unname(disk_image *image, const char *name) {
    int i;
    for (i = 0; i < image->name_count && strcmp(image->names[i].name, name) != 0; i++) {}
    if (i < image->name_count) image->names[i] = image->names[--image->name_count];
}

static void disk_name(disk_image *image, const char *name, int file) {
    disk_unname(image, name);
    if (image->name_count == DISK_FILES) abort();
    strcpy(image->names[image->name_count].name, name);
    image->names[image->name_count++].file = file;
}

/* NULs fill what is new. */
static void disk_resize(disk_image *image, int file, size_t size) {
    if (size > image->files[file].capacity) {
        image->files[file].capacity = size * 2;
        image->files[file].data = (char *)disk_need(realloc(image->files[file].data, size * 2));
    }
    if (size > image->files[file].size)
        memset(image->files[file].data + image->files[file].size, 0, size - image->files[file].size);
    image->files[file].size = size;
}

/* What becomes of one entry. All but KEPT and DROPPED are for writes. */
typedef enum disk_fate_kind {
    DISK_KEPT,
    DISK_DROPPED,
    DISK_SIZE, /* only the file's new size */
    DISK_HEAD, /* its first n bytes, and no more */
    DISK_HOLE, /* its first n bytes, and the file's new size */
    DISK_TAIL, /* all but its first n bytes */
    DISK_SECTORS /* some sectors of the file and not others; n is a random number */
} disk_fate_kind;

typedef struct disk_fate {
    disk_fate_kind kind;
    size_t n;
} disk_fate;

static bool disk_sector_kept(size_t sector, size_t random) {
    uint64_t bits = ((uint64_t)sector + 1) * 0x9e3779b97f4a7c15u ^ (uint64_t)random * 0xd6e8feb86659fd93u;
    bits ^= bits >> 32;
    return (bits * 0xd6e8feb86659fd93u >> 40 & 1) != 0;
}

static void disk_write(disk_image *image, const disk_entry *entry, disk_fate fate) {
    size_t end = entry->at + (fate.kind == DISK_HEAD ? fate.n : entry->size), i;
    if (end > image->files[entry->file].size) disk_resize(image, entry->file, end);
    for (i = 0; i < entry->size; i++)
        if (fate.kind == DISK_KEPT || (fate.kind == DISK_SECTORS && disk_sector_kept((entry->at + i) / DISK_SECTOR, fate.n)) ||
            ((fate.kind == DISK_HEAD || fate.kind == DISK_HOLE) && i < fate.n) || (fate.kind == DISK_TAIL && i >= fate.n))
            image->files[entry->file].data[entry->at + i] = entry->data[i];
}

static void disk_apply(disk_image *image, const disk_entry *entry, disk_fate fate) {
    if (fate.kind == DISK_DROPPED) return;
    switch (entry->kind) {
    case DISK_WRITE: disk_write(image, entry, fate); break;
    case DISK_TRUNCATE: disk_resize(image, entry->file, entry->at); break;
    case DISK_FOLDER: disk_name(image, entry->name, DISK_IS_FOLDER); break;
    case DISK_RENAME: disk_unname(image, entry->from); /* fall through */
    case DISK_CREATE:
    case DISK_LINK: disk_name(image, entry->name, entry->file); break;
    case DISK_UNLINK: disk_unname(image, entry->name); break;
    default: break;
    }
}

static void disk_image_free(disk_image *image) {
    int i;
    for (i = 0; i < DISK_FILES; i++) free(image->files[i].data);
    memset(image, 0, sizeof *image);
}

/* The disk after the first `count` entries, each with its fate; NULL: all are kept. */
static void disk_build(disk_image *image, const disk_log *log, int count, const disk_fate *fates) {
    static const disk_fate kept = {DISK_KEPT, 0};
    int i;
    image->name_count = 0;
    for (i = 0; i < DISK_FILES; i++) image->files[i].size = 0; /* their memory is used again */
    for (i = 0; i < count; i++) disk_apply(image, &log->entries[i], fates ? fates[i] : kept);
}

static bool disk_in_folder(const char *name, const char *folder) {
    const char *slash = strrchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;
    return strlen(folder) == length && strncmp(name, folder, length) == 0;
}

/* Does `sync` make `entry` safe? */
static bool disk_secures(const disk_entry *sync, const disk_entry *entry) {
    if (entry->durable) return true;
    if (entry->kind == DISK_WRITE || entry->kind == DISK_TRUNCATE) return sync->kind == DISK_SYNC && sync->file == entry->file;
    return sync->kind == DISK_SYNC_FOLDER && disk_in_folder(entry->name, sync->name);
}

/* The entries of the first `count` that power loss may undo; how many. */
static int disk_unsafe(const disk_log *log, int count, int *unsafe) {
    int i, k, found = 0;
    for (i = 0; i < count; i++) {
        if (log->entries[i].kind >= DISK_SYNC) continue;
        for (k = i; k < count && !disk_secures(&log->entries[k], &log->entries[i]); k++) {}
        if (k == count) unsafe[found++] = i;
    }
    return found;
}

/* A log that leads to this image, all of it safe. */
static disk_log disk_log_of(const disk_image *image) {
    disk_log log = {NULL, 0, 0, 0};
    int numbers[DISK_FILES], i, files = 0;
    for (i = 0; i < DISK_FILES; i++) numbers[i] = DISK_NO_FILE;
    for (i = 0; i < image->name_count; i++) {
        int file = image->names[i].file;
        bool folder = file == DISK_IS_FOLDER, known = !folder && numbers[file] != DISK_NO_FILE;
        disk_entry entry;
        if (!folder && !known) numbers[file] = files++;
        entry = disk_entry_of(folder ? DISK_FOLDER : known ? DISK_LINK : DISK_CREATE, folder ? file : numbers[file], image->names[i].name);
        disk_note(&log, &entry);
        if (folder || known || !image->files[file].size) continue;
        entry = disk_entry_of(DISK_WRITE, numbers[file], "");
        entry.data = image->files[file].data;
        entry.size = image->files[file].size;
        entry.durable = true;
        disk_note(&log, &entry);
    }
    for (i = -1; i < image->name_count; i++)
        if (i < 0 || image->names[i].file == DISK_IS_FOLDER) {
            disk_entry entry = disk_entry_of(DISK_SYNC_FOLDER, DISK_NO_FILE, i < 0 ? "" : image->names[i].name);
            disk_note(&log, &entry);
        }
    return log;
}

/* The same for the same files under the same names. Temporary names are random and nobody's: they do not count. */
static uint64_t disk_hash(const disk_image *image) {
    uint64_t sum = 0;
    int i;
    for (i = 0; i < image->name_count; i++) {
        uint64_t h = 14695981039346656037u;
        const char *c;
        size_t k;
        int file = image->names[i].file;
        if (strstr(image->names[i].name, ".tmp-")) continue;
        for (c = image->names[i].name; *c; c++) h = (h ^ (unsigned char)*c) * 1099511628211u;
        for (k = 0; file >= 0 && k < image->files[file].size; k++) h = (h ^ (unsigned char)image->files[file].data[k]) * 1099511628211u;
        sum += h ^ h >> 29;
    }
    return sum;
}

/* ---- a real folder */

static void disk_empty_folder(const char *path) {
    DIR *dir = opendir(path);
    struct dirent *entry;
    char name[PATH_MAX];
    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (unlink(name) < 0) {
            disk_empty_folder(name);
            rmdir(name);
        }
    }
    if (dir) closedir(dir);
}

/* Makes the current folder hold the image, and nothing else. False with errno. */
static bool disk_restore(const disk_image *image) {
    bool ok = true;
    int pass, i;
    disk_empty_folder(".");
    for (pass = 0; pass < 2; pass++)
        for (i = 0; ok && i < image->name_count; i++) {
            int file = image->names[i].file, fd;
            if ((file == DISK_IS_FOLDER) != (pass == 0)) continue;
            if (pass == 0) ok = mkdir(image->names[i].name, 0777) == 0;
            else if ((fd = open(image->names[i].name, O_WRONLY | O_CREAT | O_EXCL, 0666)) >= 0)
                ok = write(fd, image->files[file].data, image->files[file].size) == (ssize_t)image->files[file].size && close(fd) == 0;
            else ok = errno == ENOENT; /* its folder's name was lost */
        }
    return ok;
}

/* ---- recording */

static struct {
    disk_log *log; /* NULL: nothing is recorded */
    char root[PATH_MAX];
    disk_image present; /* its names; not the bytes */
    struct { int file; bool durable; char folder[DISK_NAME]; } fds[256];
} disk_recorder;

/* From now on what is done to the current folder and those below it is added to the log, which tells what is there. What
   is done to files whose names end in ".lock" is never lost: after power loss nobody goes by them. */
__attribute__((unused)) static void disk_record(disk_log *log) {
    int i;
    disk_build(&disk_recorder.present, log, log->count, NULL);
    for (i = 0; i < 256; i++) disk_recorder.fds[i].file = DISK_NO_FILE;
    if (!getcwd(disk_recorder.root, sizeof disk_recorder.root)) abort();
    disk_recorder.log = log;
}

__attribute__((unused)) static void disk_stop(void) {
    disk_recorder.log = NULL;
    disk_image_free(&disk_recorder.present);
}

/* The part of a path below the root, "" for the root; NULL: not recorded. */
static const char *disk_below(const char *path) {
    size_t root = strlen(disk_recorder.root);
    if (!disk_recorder.log) return NULL;
    if (*path != '/') return strcmp(path, ".") == 0 ? "" : path;
    if (strncmp(path, disk_recorder.root, root) != 0 || (path[root] && path[root] != '/')) return NULL;
    return path[root] ? path + root + 1 : "";
}

static void disk_note_now(disk_entry entry) {
    static const disk_fate kept = {DISK_KEPT, 0};
    disk_note(disk_recorder.log, &entry);
    if (entry.kind != DISK_WRITE && entry.kind != DISK_TRUNCATE) disk_apply(&disk_recorder.present, &entry, kept);
}

static int disk_file_of(int fd) {
    return disk_recorder.log && fd >= 0 && fd < 256 ? disk_recorder.fds[fd].file : DISK_NO_FILE;
}

static bool disk_is_lock(const char *name) {
    size_t length = strlen(name);
    return length > 5 && (strcmp(name + length - 5, ".lock") == 0 || strcmp(name + length - 5, "-lock") == 0); /* LMDB's */
}

/* A descriptor was opened. */
static void disk_opened(int fd, const char *path, int flags) {
    const char *name = disk_below(path);
    disk_entry created;
    int file;
    if (fd < 0 || fd >= 256 || !disk_recorder.log) return;
    disk_recorder.fds[fd].file = DISK_NO_FILE;
    if (!name) return;
    file = *name ? disk_find(&disk_recorder.present, name) : DISK_IS_FOLDER;
    if (file == DISK_NO_FILE && flags & O_CREAT) {
        file = disk_recorder.log->files;
        created = disk_entry_of(DISK_CREATE, file, name);
        created.durable = disk_is_lock(name);
        disk_note_now(created);
    }
    disk_recorder.fds[fd].file = file;
    disk_recorder.fds[fd].durable = flags & O_DSYNC || disk_is_lock(name);
    strcpy(disk_recorder.fds[fd].folder, file == DISK_IS_FOLDER ? name : "");
    if (file >= 0 && flags & O_TRUNC) disk_note_now(disk_entry_of(DISK_TRUNCATE, file, ""));
}

static void disk_closed(int fd) {
    if (fd >= 0 && fd < 256) disk_recorder.fds[fd].file = DISK_NO_FILE;
}

static void disk_wrote(int fd, const void *data, ssize_t size, off_t at) {
    int file = disk_file_of(fd);
    disk_entry entry = disk_entry_of(DISK_WRITE, file, "");
    if (file < 0 || size <= 0) return;
    entry.data = (char *)(uintptr_t)data;
    entry.size = (size_t)size;
    entry.at = (size_t)at;
    entry.durable = disk_recorder.fds[fd].durable;
    disk_note_now(entry);
}

static void disk_truncated(int fd, off_t size) {
    disk_entry entry = disk_entry_of(DISK_TRUNCATE, disk_file_of(fd), "");
    entry.at = (size_t)size;
    if (entry.file >= 0) disk_note_now(entry);
}

static void disk_synced(int fd) {
    int file = disk_file_of(fd);
    if (file >= 0) disk_note_now(disk_entry_of(DISK_SYNC, file, ""));
    if (file == DISK_IS_FOLDER) disk_note_now(disk_entry_of(DISK_SYNC_FOLDER, DISK_NO_FILE, disk_recorder.fds[fd].folder));
}

static void disk_renamed(disk_kind kind, const char *from, const char *to) {
    const char *old = disk_below(from), *name = disk_below(to);
    disk_entry entry;
    if (!old || !name) return;
    entry = disk_entry_of(kind, disk_find(&disk_recorder.present, old), name);
    strcpy(entry.from, old);
    disk_note_now(entry);
}

static void disk_unlinked(const char *path) {
    const char *name = disk_below(path);
    if (name) disk_note_now(disk_entry_of(DISK_UNLINK, DISK_NO_FILE, name));
}

static void disk_made_folder(const char *path) {
    const char *name = disk_below(path);
    if (name) disk_note_now(disk_entry_of(DISK_FOLDER, DISK_IS_FOLDER, name));
}

#ifdef DISK_INTERPOSE
/* ---- calls that are recorded, of the program and of dynamic libraries: this program's definitions come before libc's.
   Linux with glibc. What is written through a mapping is not seen. Syncing is only noted. */

#include <sys/syscall.h>
#include <sys/uio.h>

#define DISK_CALL(type, name, symbol, ...) \
    type name(__VA_ARGS__) __asm__(symbol); \
    type name(__VA_ARGS__)

static int disk_real_open(const char *path, int flags, mode_t mode) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    disk_opened(fd, path, flags);
    return fd;
}

static ssize_t disk_real_pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, at);
    disk_wrote(fd, data, done, at);
    return done;
}

static int disk_real_ftruncate(int fd, off_t size) {
    int result = (int)syscall(SYS_ftruncate, fd, size);
    if (result == 0) disk_truncated(fd, size);
    return result;
}

DISK_CALL(int, disk_i_open, "open", const char *path, int flags, mode_t mode) { return disk_real_open(path, flags, mode); }
DISK_CALL(int, disk_i_open64, "open64", const char *path, int flags, mode_t mode) { return disk_real_open(path, flags, mode); }
DISK_CALL(ssize_t, disk_i_pwrite, "pwrite", int fd, const void *data, size_t size, off_t at) { return disk_real_pwrite(fd, data, size, at); }
DISK_CALL(ssize_t, disk_i_pwrite64, "pwrite64", int fd, const void *data, size_t size, off_t at) { return disk_real_pwrite(fd, data, size, at); }
DISK_CALL(int, disk_i_ftruncate, "ftruncate", int fd, off_t size) { return disk_real_ftruncate(fd, size); }
DISK_CALL(int, disk_i_ftruncate64, "ftruncate64", int fd, off_t size) { return disk_real_ftruncate(fd, size); }

DISK_CALL(ssize_t, disk_i_write, "write", int fd, const void *data, size_t size) {
    off_t at = disk_file_of(fd) >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = syscall(SYS_write, fd, data, size);
    disk_wrote(fd, data, done, at);
    return done;
}

DISK_CALL(ssize_t, disk_i_writev, "writev", int fd, const struct iovec *parts, int count) {
    ssize_t all = 0, done;
    int i;
    for (i = 0; i < count; all += done, i++)
        if ((done = disk_i_write(fd, parts[i].iov_base, parts[i].iov_len)) < 0) return done;
    return all;
}

DISK_CALL(int, disk_i_close, "close", int fd) {
    disk_closed(fd);
    return (int)syscall(SYS_close, fd);
}

static int disk_sync(int fd) {
    disk_synced(fd);
    return 0;
}

DISK_CALL(int, disk_i_fsync, "fsync", int fd) { return disk_sync(fd); }
DISK_CALL(int, disk_i_fdatasync, "fdatasync", int fd) { return disk_sync(fd); }

DISK_CALL(int, disk_i_rename, "rename", const char *from, const char *to) {
    int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (result == 0) disk_renamed(DISK_RENAME, from, to);
    return result;
}

DISK_CALL(int, disk_i_link, "link", const char *from, const char *to) {
    int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (result == 0) disk_renamed(DISK_LINK, from, to);
    return result;
}

DISK_CALL(int, disk_i_unlink, "unlink", const char *path) {
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0) disk_unlinked(path);
    return result;
}

DISK_CALL(int, disk_i_mkdir, "mkdir", const char *path, mode_t mode) {
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (result == 0) disk_made_folder(path);
    return result;
}
#else
/* ---- calls that are recorded. Syncing is only noted: no power is lost here but the disk's in memory. */

__attribute__((unused)) static int disk_open(const char *path, int flags, mode_t mode) {
    int fd = open(path, flags, mode);
    disk_opened(fd, path, flags);
    return fd;
}

__attribute__((unused)) static int disk_close(int fd) {
    disk_closed(fd);
    return close(fd);
}

__attribute__((unused)) static ssize_t disk_pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t done = pwrite(fd, data, size, at);
    disk_wrote(fd, data, done, at);
    return done;
}

__attribute__((unused)) static ssize_t disk_write_on(int fd, const void *data, size_t size) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = write(fd, data, size);
    disk_wrote(fd, data, done, at);
    return done;
}

__attribute__((unused)) static int disk_ftruncate(int fd, off_t size) {
    int result = ftruncate(fd, size);
    if (result == 0) disk_truncated(fd, size);
    return result;
}

__attribute__((unused)) static int disk_sync(int fd) {
    disk_synced(fd);
    return 0;
}

__attribute__((unused)) static int disk_rename(const char *from, const char *to) {
    int result = rename(from, to);
    if (result == 0) disk_renamed(DISK_RENAME, from, to);
    return result;
}

__attribute__((unused)) static int disk_link(const char *from, const char *to) {
    int result = link(from, to);
    if (result == 0) disk_renamed(DISK_LINK, from, to);
    return result;
}

__attribute__((unused)) static int disk_unlink(const char *path) {
    int result = unlink(path);
    if (result == 0) disk_unlinked(path);
    return result;
}

__attribute__((unused)) static int disk_mkdir(const char *path, mode_t mode) {
    int result = mkdir(path, mode);
    if (result == 0) disk_made_folder(path);
    return result;
}
#endif

#endif
