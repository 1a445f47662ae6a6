/* faults.h - every system call of the library (but for clocks and the warden's waits, which cannot fail) and every allocation can be made to fail:
   the Nth, all from the Nth on, the first at the Nth place in the code, by an interruption, by half, for lack of room, or by
   the end of the process. Include it before gem5art.h, and before anything else. */
#ifndef FAULTS_H
#define FAULTS_H

#include "memory.h"

#include <dirent.h>
#include <errno.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

typedef enum fault_mode {
    FAIL,      /* the Nth call fails, those behind it do not */
    STICK,     /* they do */
    INTERRUPT, /* the Nth call that may be interrupted fails with EINTR */
    SITE,      /* the first call at the Nth site fails */
    STOP,      /* the process is killed before the Nth call; a write is done by half */
    SHORT,     /* every write and read does one byte less than it could, while that is more than none */
    PIECES,    /* every write and read does N bytes at most */
    ROOM       /* the disk has room for N - 1 bytes more: a write does what has room, the next none */
} fault_mode;

static fault_mode fault;
static int fault_at, fault_errno; /* fault_at 0: no faults */
static time_t fault_locked;         /* STICK, EAGAIN: since when others hold the locks; 0: they do not */
static size_t fault_room;         /* ROOM: bytes that are left */
static bool fault_lenient;        /* no fdatasync: for tests that kill processes, not the machine */
static bool fault_in_warden;      /* the warden's calls fail, instead of this process's */
static bool fault_is_warden;      /* this process is one */

/* What has come of it. It may be in memory that is shared with the warden. */
static struct fault_log {
    int count;        /* calls, or in PIECES and ROOM, those that did less than they were to do */
    const char *last; /* the name of the last that failed */
} fault_own_log, *fault_log = &fault_own_log;
#define fault_count fault_log->count

/* The sites, each the way by which the code came to a call, in the order in which they were first seen. It is in memory that
   is shared with the cases, where there are any: one of them sees the sites, others fail them. */
enum { SITES = 8192, SITE_FRAMES = 9 };
static struct site_log {
    int count;
    bool reached; /* the site that fails */
    uint64_t sites[SITES];
} *site_log;

/* Is this the first call at the site that fails? With fault_at -1, none fails, and new sites are appended. */
static bool at_site(void) {
    uint64_t site = 14695981039346656037u;
    int i, count = 0;
    if (!fault_at || fault != SITE) return false;
#ifdef __GLIBC__
    void *frames[SITE_FRAMES];
    count = backtrace(frames, SITE_FRAMES);
    for (i = 1; i < count; i++) site = (site ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211u;
#endif
    if (count < 2) return false;
    if (fault_at > 0) {
        if (site != site_log->sites[fault_at - 1] || site_log->reached) return false;
        return site_log->reached = true;
    }
    for (i = 0; i < site_log->count && site_log->sites[i] != site;) i++;
    if (i == site_log->count && i < SITES) site_log->sites[i] = site, site_log->count = i + 1;
    return false;
}

static void (*before_link)(void); /* what another program does meanwhile */
static void (*before_lstat)(void);
static void (*before_sync)(void);
static void (*after_fstat)(struct stat *st);
__attribute__((unused)) static int64_t hashed; /* bytes of files that were read to be hashed, for who defines GEM5ART__HASH_CHUNK */
static char trace[256];           /* the calls that change something, a letter each */
static unsigned dawdle;           /* not 0: writes are done in pieces, with pauses */
enum { STOPPED = 128 + SIGKILL };

__attribute__((unused)) static void set_fault(fault_mode mode, int at, int number) {
    fault = mode;
    fault_at = at;
    fault_errno = number;
    fault_room = (size_t)at - (at > 0);
    fault_locked = 0;
    fault_log->count = 0;
    fault_log->last = "";
}

static bool traced(char letter) {
    size_t n = strlen(trace);
    if (n < sizeof trace - 1) trace[n] = letter, trace[n + 1] = 0;
    return false;
}

static bool fault_failed(const char *name, int number) {
    fault_log->last = name;
    errno = number;
    return true;
}

/* Is this the call that fails? Then errno says how. */
static bool faulty(const char *name, bool may_be_interrupted) {
    int n;
    if (at_site()) return fault_failed(name, fault_errno);
    if (!fault_at || fault == SITE || fault >= SHORT || (fault == INTERRUPT && !may_be_interrupted) || fault_in_warden != fault_is_warden)
        return false;
    n = __sync_add_and_fetch(&fault_log->count, 1);
    if (n != fault_at && !(fault == STICK && n > fault_at)) return false;
    if (fault == STOP) raise(SIGKILL);
    return fault_failed(name, fault == INTERRUPT ? EINTR : fault_errno);
}

static int lock_refused;    /* an errno: the system refuses all locks; 0: it does not */
static int locks_allowed;   /* but for the first so many */

/* A lock that others hold is free again after 5 s: a pool waits for the store as long as that takes. */
static bool lock_fails(void) {
    bool held;
    if (lock_refused && locks_allowed-- <= 0) return errno = lock_refused, true;
    if (fault_locked && time(NULL) > fault_locked + 5) return false;
    held = faulty("fcntl of a lock", true);
    if (held && fault == STICK && fault_errno == EAGAIN && !fault_locked) fault_locked = time(NULL);
    return held;
}

/* How many bytes of a transfer are done in a mode that shortens it; 0: none, as the disk is full. What goes through a
   pipe is smaller than PIPE_BUF, and so goes whole. */
static size_t shortened(int fd, size_t size, bool writes) {
    struct stat st;
    size_t most = size;
    if (!fault_at || fault < SHORT || size <= 1 || fault_in_warden != fault_is_warden) return size;
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) return size;
    if (fault == SHORT) return size - 1;
    if (fault == PIECES && size > (size_t)fault_at) most = (size_t)fault_at;
    if (fault == ROOM && writes && S_ISREG(st.st_mode)) {
        if (most > fault_room) most = fault_room;
        fault_room -= most;
    }
    return most;
}

/* After a transfer: it counts where it did as much as it was let do, and was to do more. */
static ssize_t shortened_to(size_t most, size_t size, ssize_t done) {
    if (most < size && done == (ssize_t)most) __sync_add_and_fetch(&fault_log->count, 1);
    return done;
}

static ssize_t no_room(const char *name) {
    __sync_add_and_fetch(&fault_log->count, 1);
    return fault_failed(name, ENOSPC), -1;
}

static ssize_t hook_pwrite(int fd, const void *data, size_t size, off_t offset) {
    size_t most;
    if (fault_at && fault == STOP && fault_count + 1 == fault_at && size > 1 && pwrite(fd, data, size / 2, offset) < 0) return -1;
    if (faulty("pwrite", true) || traced(size > 1 ? 'W' : *(const char *)data)) return -1;
    if ((most = shortened(fd, size, true)) == 0) return no_room("pwrite");
    if (dawdle && most > 1) {
        unsigned i;
        most = 1 + (dawdle = dawdle * 1103515245 + 12345) / 65536 % (most - 1);
        for (i = 0; i < dawdle >> 28; i++) sched_yield();
        return pwrite(fd, data, most, offset);
    }
    return shortened_to(most, size, pwrite(fd, data, most, offset));
}

static bool is_pipe(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static ssize_t hook_write(int fd, const void *data, size_t size) {
    size_t most;
    if (fault_at && fault != INTERRUPT && !fault_is_warden && is_pipe(fd)) return write(fd, data, size); /* a thread's wake: the reader is this process */
    if (fault_at && fault == STOP && fault_count + 1 == fault_at && size > 1 && write(fd, data, size / 2) < 0) return -1;
    if (faulty("write", true)) return -1;
    if ((most = shortened(fd, size, true)) == 0) return no_room("write");
    return shortened_to(most, size, write(fd, data, most));
}

static ssize_t hook_send(int fd, const void *data, size_t size) {
    size_t most = shortened(fd, size, true);
    if (fault == STICK && fault_errno == EAGAIN) return send(fd, data, size, MSG_NOSIGNAL); /* else the warden is a silent one */
    return faulty("send", true) ? -1 : shortened_to(most, size, send(fd, data, most, MSG_NOSIGNAL));
}

static ssize_t hook_pread(int fd, void *data, size_t size, off_t offset) {
    size_t most = shortened(fd, size, false);
    ssize_t n = faulty("pread", true) ? -1 : shortened_to(most, size, pread(fd, data, most, offset));
#ifdef GEM5ART__HASH_CHUNK
    if (size == GEM5ART__HASH_CHUNK && n > 0) hashed += n;
#endif
    return n;
}

static int hook_fstat(int fd, struct stat *st) {
    int result = faulty("fstat", false) ? -1 : fstat(fd, st);
    if (after_fstat) after_fstat(st);
    return result;
}

static ssize_t hook_read(int fd, void *data, size_t size) {
    size_t most = shortened(fd, size, false);
    if (fault == STICK && fault_errno == EAGAIN && is_pipe(fd)) return read(fd, data, size); /* else it is a silent one */
    return faulty("read", true) ? -1 : shortened_to(most, size, read(fd, data, most));
}

#ifdef TEST_LMDB
/* LMDB's own syncs, which the linker finds here. */
int fdatasync(int fd) { return fault_lenient ? 0 : (int)syscall(SYS_fdatasync, fd); }
#endif

static int hook_fdatasync(int fd) {
    if (before_sync) before_sync();
    return faulty("fdatasync", true) || traced('s') ? -1 : fault_lenient ? 0 : fdatasync(fd);
}

static int hook_link(const char *from, const char *to) {
    if (before_link) before_link();
    return faulty("link", false) || traced('l') ? -1 : link(from, to);
}

static int hook_lstat(const char *path, struct stat *st) {
    if (before_lstat) before_lstat();
    return faulty("lstat", false) ? -1 : lstat(path, st);
}

/* A close that fails has closed. */
static int hook_close(int fd) {
    int result = close(fd);
    return faulty("close", false) ? -1 : result;
}

static int hook_closedir(DIR *dir) {
    int result = closedir(dir);
    return faulty("closedir", false) ? -1 : result;
}

/* A wait fails only where another part of the host has waited for the child; the warden is alone. */
static pid_t waited(pid_t result) {
    if (result > 0 && fault != INTERRUPT && !fault_is_warden && faulty("waitpid", false)) return errno = ECHILD, -1;
    return result;
}

__attribute__((unused)) static pid_t hook_fork(void) {
    pid_t pid = faulty("fork", false) ? -1 : fork();
    if (pid == 0) fault_is_warden = true;
    return pid;
}

#define GEM5ART_SYS_OPEN(path, flags, mode) (faulty("open", true) ? -1 : open(path, flags, mode))
#define GEM5ART_SYS_CLOSE(fd) hook_close(fd)
#define GEM5ART_SYS_READ(fd, data, size) hook_read(fd, data, size)
#define GEM5ART_SYS_WRITE(fd, data, size) hook_write(fd, data, size)
#define GEM5ART_SYS_PREAD(fd, data, size, offset) hook_pread(fd, data, size, offset)
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) hook_pwrite(fd, data, size, offset)
#define GEM5ART_SYS_FTRUNCATE(fd, size) (faulty("ftruncate", true) || traced('t') ? -1 : ftruncate(fd, size))
#define GEM5ART_SYS_FDATASYNC(fd) hook_fdatasync(fd)
#define GEM5ART_SYS_FSYNC(fd) (faulty("fsync", false) || traced('f') ? -1 : fault_lenient ? 0 : fsync(fd))
#define GEM5ART_SYS_FSTAT(fd, result) hook_fstat(fd, result)
#define GEM5ART_SYS_STAT(path, result) (faulty("stat", false) ? -1 : stat(path, result))
#define GEM5ART_SYS_LSTAT(path, result) hook_lstat(path, result)
#define GEM5ART_SYS_STATVFS(path, result) (faulty("statvfs", false) ? -1 : statvfs(path, result))
#define GEM5ART_SYS_ACCESS(path, mode) (faulty("access", false) ? -1 : access(path, mode))
#define GEM5ART_SYS_FCHMOD(fd, mode) (faulty("fchmod", false) ? -1 : fchmod(fd, mode))
#define GEM5ART_SYS_FCHOWN(fd, user, group) (faulty("fchown", false) ? -1 : fchown(fd, user, group))
#define GEM5ART_SYS_RENAME(from, to) (faulty("rename", false) || traced('r') ? -1 : rename(from, to))
#define GEM5ART_SYS_LINK(from, to) hook_link(from, to)
#define GEM5ART_SYS_OPENAT(folder, path, flags, mode) (faulty("openat", true) ? -1 : openat(folder, path, flags, mode))
#define GEM5ART_SYS_RENAMEAT(folder, from, other, to) (faulty("renameat", false) ? -1 : renameat(folder, from, other, to))
#define GEM5ART_SYS_UNLINKAT(folder, path, flags) (faulty("unlinkat", false) ? -1 : unlinkat(folder, path, flags))
#define GEM5ART_SYS_FSTATAT(folder, path, result, flags) (faulty("fstatat", false) ? -1 : fstatat(folder, path, result, flags))
#define GEM5ART_SYS_READLINKAT(folder, path, data, size) (faulty("readlinkat", false) ? -1 : readlinkat(folder, path, data, size))
#define GEM5ART_SYS_FDOPENDIR(fd) (faulty("fdopendir", false) ? NULL : fdopendir(fd))
#define GEM5ART_SYS_RMDIR(path) (faulty("rmdir", false) ? -1 : rmdir(path))
#define GEM5ART_SYS_UNLINK(path) (faulty("unlink", false) ? -1 : unlink(path))
#define GEM5ART_SYS_MKDIR(path, mode) (faulty("mkdir", false) ? -1 : mkdir(path, mode))
#define GEM5ART_SYS_READLINK(path, data, size) (faulty("readlink", false) ? -1 : readlink(path, data, size))
#define GEM5ART_SYS_REALPATH(path, resolved) (faulty("realpath", false) ? NULL : realpath(path, resolved))
#define GEM5ART_SYS_GETCWD(data, size) (faulty("getcwd", false) ? NULL : getcwd(data, size))
#define GEM5ART_SYS_OPENDIR(path) (faulty("opendir", false) ? NULL : opendir(path))
#define GEM5ART_SYS_READDIR(dir) (faulty("readdir", false) ? NULL : readdir(dir))
#define GEM5ART_SYS_CLOSEDIR(dir) hook_closedir(dir)
#define GEM5ART_SYS_FCNTL(fd, command, value) (faulty("fcntl", false) ? -1 : fcntl(fd, command, value))
#define GEM5ART_SYS_FCNTL_LOCK(fd, command, lock) (lock_fails() ? -1 : fcntl(fd, command, lock))
#define GEM5ART_SYS_PIPE(fds) (faulty("pipe", false) ? -1 : pipe2(fds, O_CLOEXEC))
#define GEM5ART_SYS_SOCKETPAIR(fds) (faulty("socketpair", false) ? -1 : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
#define GEM5ART_SYS_SEND(fd, data, size) hook_send(fd, data, size)
#define GEM5ART_SYS_POLL(fds, count, timeout) (faulty("poll", true) ? -1 : poll(fds, count, timeout))
#define GEM5ART_SYS_PPOLL(fds, count, timeout, mask) (faulty("ppoll", true) ? -1 : ppoll(fds, count, timeout, mask))
#define GEM5ART_SYS_FORK() hook_fork()
#ifndef GEM5ART_PORTABLE
#ifndef GEM5ART_NO_VFORK
#define GEM5ART_SYS_CLONE_VM(function, stack, argument) \
    (faulty("clone", false) ? -1 : clone(function, stack, CLONE_VM | SIGCHLD, argument))
#endif
#define GEM5ART_SYS_COPY_FILE_RANGE(from, to, size) \
    (fault_at && fault >= SHORT ? (errno = EXDEV, -1) : faulty("copy_file_range", false) ? -1 : copy_file_range(from, NULL, to, NULL, size, 0))
#endif
#define GEM5ART_SYS_EXECVE(path, argv, envp) (faulty("execve", false) ? -1 : execve(path, argv, envp))
#define GEM5ART_SYS_POSIX_SPAWNP(pid, file, actions, attributes, argv, envp) \
    (faulty("posix_spawnp", false) ? errno : posix_spawnp(pid, file, actions, attributes, argv, envp))
#define GEM5ART_SYS_WAITPID(pid, status, options) waited(waitpid(pid, status, options))
#define GEM5ART_SYS_KILL(pid, number) (faulty("kill", false) ? -1 : kill(pid, number))
#define GEM5ART_SYS_PTHREAD_CREATE(thread, attributes, function, argument) \
    (faulty("pthread_create", false) ? errno : pthread_create(thread, attributes, function, argument))

#endif
