/* mounts.h - file systems whose locks do not reach other machines. */
#ifndef MOUNTS_H
#define MOUNTS_H

/* Why other machines do not see the locks that this one takes on the file at `path`, as in "mount option local_lock=all",
   or NULL: they see them, or nothing is known to the contrary. The file need not exist. `table`: a file as
   /proc/self/mountinfo, which NULL stands for; without it nothing is known. The text lives until the next call. */
const char *mounts_local_locks(const char *path, const char *table);

#endif
