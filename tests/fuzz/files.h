/* files.h - the library's system calls on files that are in memory: a million inputs a minute, and nothing on the disk
   is touched, whatever paths an input has. Include it behind fuzz.h and before gem5art.h.

   The current folder is /w. A folder is there as long as a file is below it. /dev/urandom gives the same bytes to
   every input. Nothing fails but for want of a file; tests/test_store_faults.c is for failing calls. */
#ifndef FILES_H
#define FILES_H

/* How much of a store is read at once: little, so that an input costs no large buffer; a target may have less. */
static size_t files_window = 4096;
#define GEM5ART__WINDOW files_window

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

enum { FILES = 64, DESCRIPTORS = 64, FIRST_DESCRIPTOR = 100 };

typedef struct memory_file {
    char *name; /* absolute; NULL: removed, or a pipe */
    char *data;
    size_t size, capacity;
    ino_t inode; /* 0: a free place in the table */
    int users;   /* descriptors */
} memory_file;

static memory_file files_table[FILES], files_folder, files_random;
static struct {
    memory_file *file; /* NULL: free */
    size_t at;
} descriptors[DESCRIPTORS];
static ino_t files_last_inode;
static uint32_t files_random_state;

/* One of four buffers. */
static const char *files_absolute(const char *path) {
    static char absolute[4][8192];
    static int next;
    next = (next + 1) % 4;
    if ((size_t)snprintf(absolute[next], sizeof absolute[next], "%s%s", *path == '/' ? "" : "/w/", path) >= 4096)
        absolute[next][0] = 0; /* too long: no file has that name */
    return absolute[next];
}

static memory_file *files_find(const char *path) {
    const char *name = files_absolute(path);
    int i;
    for (i = 0; i < FILES; i++)
        if (files_table[i].name && strcmp(files_table[i].name, name) == 0) return &files_table[i];
    return NULL;
}

static bool files_is_folder(const char *path) {
    const char *name = files_absolute(path);
    size_t length = strlen(name);
    int i;
    while (length && name[length - 1] == '/') length--;
    for (i = 0; i < FILES && *path; i++)
        if (files_table[i].name && strncmp(files_table[i].name, name, length) == 0 && files_table[i].name[length] == '/') return true;
    return false;
}

static memory_file *files_new(const char *name) {
    int i;
    for (i = 0; i < FILES && files_table[i].inode; i++) {}
    REQUIRE(i < FILES, "there are more than %d files", FILES);
    memset(&files_table[i], 0, sizeof files_table[i]);
    files_table[i].inode = ++files_last_inode;
    files_table[i].name = name ? strdup(name) : NULL;
    return &files_table[i];
}

static void files_drop(memory_file *file) {
    if (file->users || file->name || !file->inode) return;
    free(file->data);
    file->inode = 0;
}

static void files_resize(memory_file *file, size_t size) {
    if (size > file->capacity) file->data = (char *)realloc(file->data, file->capacity = size + size / 2);
    if (size > file->size) memset(file->data + file->size, 0, size - file->size);
    file->size = size;
}

static ssize_t files_write_at(memory_file *file, const void *data, size_t size, size_t at) {
    if (at + size > file->size) files_resize(file, at + size);
    if (size) memcpy(file->data + at, data, size);
    return (ssize_t)size;
}

/* Gives a file this content, whatever was there. */
static memory_file *files_put(const char *path, const void *data, size_t size) {
    memory_file *file = files_find(path);
    if (!file) file = files_new(files_absolute(path));
    files_resize(file, 0);
    files_write_at(file, data, size, 0);
    return file;
}

/* No files any more; the library must have closed all that it opened. */
static void files_clear(void) {
    int i;
    for (i = 0; i < DESCRIPTORS; i++) REQUIRE(!descriptors[i].file, "a descriptor leaks");
    for (i = 0; i < FILES; i++) {
        free(files_table[i].name);
        files_table[i].name = NULL;
        files_drop(&files_table[i]);
    }
    files_last_inode = 0;
    files_random_state = 1;
}

/* How many files have this in their names. */
__attribute__((unused)) static int files_like(const char *part) {
    int i, count = 0;
    for (i = 0; i < FILES; i++) count += files_table[i].name && strstr(files_table[i].name, part);
    return count;
}

/* ---- the calls */

static int files_descriptor(memory_file *file) {
    int i;
    for (i = 0; i < DESCRIPTORS && descriptors[i].file; i++) {}
    REQUIRE(i < DESCRIPTORS, "more than %d descriptors are open", DESCRIPTORS);
    descriptors[i].file = file;
    descriptors[i].at = 0;
    file->users++;
    return FIRST_DESCRIPTOR + i;
}

static int files_index(int fd) {
    int i = fd - FIRST_DESCRIPTOR;
    REQUIRE(i >= 0 && i < DESCRIPTORS && descriptors[i].file, "descriptor %d is not open", fd);
    return i;
}

static memory_file *files_of(int fd) { return descriptors[files_index(fd)].file; }

static bool files_can_be_made(const char *path) {
    char folder[8192], *cut;
    snprintf(folder, sizeof folder, "%s", files_absolute(path));
    cut = strrchr(folder, '/');
    if (!cut || !cut[1]) return false;
    *cut = 0;
    return files_is_folder(cut == folder ? "/" : folder);
}

static int files_open(const char *path, int flags) {
    memory_file *file = files_find(path);
    if (!file && strcmp(path, "/dev/urandom") == 0) file = &files_random;
    if (!file && files_is_folder(path)) file = &files_folder;
    if (file && (flags & O_CREAT) && (flags & O_EXCL)) return errno = EEXIST, -1;
    if (file == &files_folder && (flags & O_ACCMODE) != O_RDONLY) return errno = EISDIR, -1;
    if (!file && (!(flags & O_CREAT) || !files_can_be_made(path))) return errno = ENOENT, -1;
    if (!file) file = files_new(files_absolute(path));
    return files_descriptor(file);
}

static int files_close(int fd) {
    int i = files_index(fd);
    memory_file *file = descriptors[i].file;
    descriptors[i].file = NULL;
    file->users--;
    files_drop(file);
    return 0;
}

static ssize_t files_pread(int fd, void *data, size_t size, size_t at) {
    memory_file *file = files_of(fd);
    size_t n;
    if (file == &files_random) {
        for (n = 0; n < size; n++)
            ((char *)data)[n] = (char)((files_random_state = files_random_state * 1103515245 + 12345) >> 16);
        return (ssize_t)size;
    }
    if (at >= file->size) return 0;
    if (size > file->size - at) size = file->size - at;
    memcpy(data, file->data + at, size);
    return (ssize_t)size;
}

static ssize_t files_read(int fd, void *data, size_t size) {
    int i = files_index(fd);
    ssize_t got = files_pread(fd, data, size, descriptors[i].at);
    descriptors[i].at += (size_t)got;
    return got;
}

static ssize_t files_write(int fd, const void *data, size_t size) {
    int i = files_index(fd);
    descriptors[i].at += size;
    return files_write_at(descriptors[i].file, data, size, descriptors[i].at - size);
}

static int files_truncate(int fd, off_t size) { return files_resize(files_of(fd), (size_t)size), 0; }

static int files_tell(const memory_file *file, struct stat *st) {
    memset(st, 0, sizeof *st);
    st->st_dev = 1;
    st->st_ino = file->inode;
    st->st_mode = file == &files_folder ? S_IFDIR | 0755 : S_IFREG | 0755;
    st->st_nlink = file == &files_folder || file->name ? 1 : 0;
    st->st_size = (off_t)file->size;
    st->st_uid = geteuid();
    st->st_gid = getegid();
    return 0;
}

static int files_stat(const char *path, struct stat *st) {
    const memory_file *file = files_find(path);
    if (!file && files_is_folder(path)) file = &files_folder;
    return file ? files_tell(file, st) : (errno = ENOENT, -1);
}

static int files_unlink(const char *path) {
    memory_file *file = files_find(path);
    if (!file) return errno = ENOENT, -1;
    free(file->name);
    file->name = NULL;
    files_drop(file);
    return 0;
}

static int files_rename(const char *from, const char *to) {
    memory_file *file = files_find(from);
    if (!file || !files_can_be_made(to)) return errno = ENOENT, -1;
    if (files_find(to) == file) return 0;
    files_unlink(to);
    free(file->name);
    file->name = strdup(files_absolute(to));
    return 0;
}

static char *files_realpath(const char *path) {
    if (files_find(path) || files_is_folder(path)) return strdup(files_absolute(path));
    return errno = ENOENT, (char *)NULL;
}

static char *files_current_folder(char *data, size_t size) {
    return size < 3 ? (errno = ERANGE, (char *)NULL) : strcpy(data, "/w");
}

static int files_fcntl(int fd, int command) {
    return command == F_DUPFD_CLOEXEC || command == F_DUPFD ? files_descriptor(files_of(fd)) : 0;
}

/* One process, one descriptor of the lock file for each db, and no two dbs that write at once: nobody is in the way. */
static int files_lock(int command, struct flock *lock) {
    if (command == F_GETLK || command == F_OFD_GETLK) lock->l_type = F_UNLCK;
    return 0;
}

static int files_pipe(int fds[2]) {
    memory_file *pipe = files_new(NULL);
    fds[0] = files_descriptor(pipe);
    fds[1] = files_descriptor(pipe);
    return 0;
}

static int files_clock(struct timespec *t) {
    t->tv_sec = 1700000000;
    t->tv_nsec = 0;
    return 0;
}

#define GEM5ART_SYS_OPEN(path, flags, mode) ((void)(mode), files_open(path, flags))
#define GEM5ART_SYS_CLOSE(fd) files_close(fd)
#define GEM5ART_SYS_READ(fd, data, size) files_read(fd, data, size)
#define GEM5ART_SYS_WRITE(fd, data, size) files_write(fd, data, size)
#define GEM5ART_SYS_PREAD(fd, data, size, offset) files_pread(fd, data, size, (size_t)(offset))
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) files_write_at(files_of(fd), data, size, (size_t)(offset))
#define GEM5ART_SYS_FTRUNCATE(fd, size) files_truncate(fd, size)
#define GEM5ART_SYS_FDATASYNC(fd) ((void)files_of(fd), 0)
#define GEM5ART_SYS_FSYNC(fd) ((void)files_of(fd), 0)
#define GEM5ART_SYS_FSTAT(fd, result) files_tell(files_of(fd), result)
#define GEM5ART_SYS_STAT(path, result) files_stat(path, result)
#define GEM5ART_SYS_LSTAT(path, result) files_stat(path, result)
#define GEM5ART_SYS_ACCESS(path, mode) ((void)(mode), files_find(path) ? 0 : -1)
#define GEM5ART_SYS_FCHMOD(fd, mode) ((void)files_of(fd), (void)(mode), 0)
#define GEM5ART_SYS_FCHOWN(fd, user, group) ((void)files_of(fd), (void)(user), (void)(group), 0)
#define GEM5ART_SYS_RENAME(from, to) files_rename(from, to)
#define GEM5ART_SYS_LINK(from, to) (files_find(to) ? (errno = EEXIST, -1) : files_rename(from, to))
#define GEM5ART_SYS_UNLINK(path) files_unlink(path)
#define GEM5ART_SYS_MKDIR(path, mode) ((void)(path), (void)(mode), 0)
#define GEM5ART_SYS_READLINK(path, data, size) ((void)(path), (void)(data), (void)(size), errno = EINVAL, (ssize_t)-1)
#define GEM5ART_SYS_REALPATH(path, resolved) ((void)(resolved), files_realpath(path))
#define GEM5ART_SYS_GETCWD(data, size) files_current_folder(data, size)
#define GEM5ART_SYS_OPENDIR(path) ((void)(path), errno = ENOENT, (DIR *)NULL)
#define GEM5ART_SYS_FCNTL(fd, command, value) ((void)(value), files_fcntl(fd, command))
#define GEM5ART_SYS_FCNTL_LOCK(fd, command, lock) ((void)files_of(fd), files_lock(command, lock))
#define GEM5ART_SYS_PIPE(fds) files_pipe(fds)
#define GEM5ART_SYS_CLOCK_GETTIME(clock, result) ((void)(clock), files_clock(result))

#endif
