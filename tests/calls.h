/* calls.h - counts the system calls of the library in this process, the files and folders that it makes, and the syncs.
   The warden counts in its own copy. Not counted: clocks, waits of threads, and what libc adds to opendir and readdir.
   Include it before gem5art.h, and before anything else. */
#ifndef CALLS_H
#define CALLS_H

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct call_counts {
    int calls, files, syncs;
} call_counts;

static const call_counts no_calls = {0, 0, 0};
static call_counts counted;
static bool without_syncs; /* syncs are counted, and not done */

#define COUNTED(call) (__sync_add_and_fetch(&counted.calls, 1), call)

__attribute__((unused)) static int made(int result, int flags) {
    if (result >= 0 && (flags & O_CREAT)) __sync_add_and_fetch(&counted.files, 1);
    return result;
}

__attribute__((unused)) static int synced(int fd, int (*sync)(int fd)) {
    __sync_add_and_fetch(&counted.syncs, 1);
    return without_syncs ? 0 : sync(fd);
}

#define GEM5ART_SYS_OPEN(path, flags, mode) COUNTED(made(open(path, flags, mode), flags))
#define GEM5ART_SYS_OPENAT(folder, path, flags, mode) COUNTED(made(openat(folder, path, flags, mode), flags))
#define GEM5ART_SYS_MKDIR(path, mode) COUNTED(made(mkdir(path, mode), O_CREAT))
#define GEM5ART_SYS_FDATASYNC(fd) COUNTED(synced(fd, fdatasync))
#define GEM5ART_SYS_FSYNC(fd) COUNTED(synced(fd, fsync))
#define GEM5ART_SYS_CLOSE(fd) COUNTED(close(fd))
#define GEM5ART_SYS_READ(fd, data, size) COUNTED(read(fd, data, size))
#define GEM5ART_SYS_WRITE(fd, data, size) COUNTED(write(fd, data, size))
#define GEM5ART_SYS_PREAD(fd, data, size, offset) COUNTED(pread(fd, data, size, offset))
#define GEM5ART_SYS_PWRITE(fd, data, size, offset) COUNTED(pwrite(fd, data, size, offset))
#define GEM5ART_SYS_FTRUNCATE(fd, size) COUNTED(ftruncate(fd, size))
#define GEM5ART_SYS_FSTAT(fd, result) COUNTED(fstat(fd, result))
#define GEM5ART_SYS_STAT(path, result) COUNTED(stat(path, result))
#define GEM5ART_SYS_LSTAT(path, result) COUNTED(lstat(path, result))
#define GEM5ART_SYS_FSTATAT(folder, path, result, flags) COUNTED(fstatat(folder, path, result, flags))
#define GEM5ART_SYS_ACCESS(path, mode) COUNTED(access(path, mode))
#define GEM5ART_SYS_FCHMOD(fd, mode) COUNTED(fchmod(fd, mode))
#define GEM5ART_SYS_FCHOWN(fd, user, group) COUNTED(fchown(fd, user, group))
#define GEM5ART_SYS_RENAME(from, to) COUNTED(rename(from, to))
#define GEM5ART_SYS_RENAMEAT(folder, from, other, to) COUNTED(renameat(folder, from, other, to))
#define GEM5ART_SYS_LINK(from, to) COUNTED(link(from, to))
#define GEM5ART_SYS_UNLINK(path) COUNTED(unlink(path))
#define GEM5ART_SYS_UNLINKAT(folder, path, flags) COUNTED(unlinkat(folder, path, flags))
#define GEM5ART_SYS_OPENDIR(path) COUNTED(opendir(path))
#define GEM5ART_SYS_FDOPENDIR(fd) COUNTED(fdopendir(fd))
#define GEM5ART_SYS_REWINDDIR(dir) (rewinddir(dir), (void)COUNTED(0))
#define GEM5ART_SYS_CLOSEDIR(dir) COUNTED(closedir(dir))
#define GEM5ART_SYS_FCNTL_LOCK(fd, command, lock) COUNTED(fcntl(fd, command, lock))
#define GEM5ART_SYS_SEND(fd, data, size) COUNTED(send(fd, data, size, MSG_NOSIGNAL))
#define GEM5ART_SYS_POLL(fds, count, timeout) COUNTED(poll(fds, count, timeout))
#define GEM5ART_SYS_KILL(pid, number) COUNTED(kill(pid, number))
#define GEM5ART_SYS_WAITPID(pid, status, options) COUNTED(waitpid(pid, status, options))

#endif
