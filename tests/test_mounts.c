/* test_mounts.c - which file systems lock on one machine alone, by tables as of /proc/self/mountinfo. */
#define _XOPEN_SOURCE 700
#include "../tools/lib/mounts.h"

#include "test.h"

#include <unistd.h>

const char *tool_name = "test_mounts";

/* Lines as Linux writes them. */
static const char table[] =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2,rsize=1048576,hard,proto=tcp,local_lock=none,addr=10.0.0.1\n"
    "31 22 0:41 / /old rw - nfs server:/old rw,vers=3,nolock,local_lock=all,addr=10.0.0.1\n"
    "32 22 0:42 / /lockd rw - nfs server:/lockd rw,vers=3,mountproto=udp,local_lock=none,addr=10.0.0.1\n"
    "33 22 0:43 / /flocks rw - nfs server:/f rw,vers=3,local_lock=flock,addr=10.0.0.1\n"
    "34 22 0:44 / /posix rw - nfs server:/p rw,vers=3,local_lock=posix\n"
    "35 22 0:45 / /scratch rw - lustre 10.0.0.2@tcp:/scratch rw,localflock,lazystatfs\n"
    "36 22 0:46 / /work rw - lustre 10.0.0.2@tcp:/work rw,flock,lazystatfs\n"
    "37 22 0:47 / /windows\\040share rw - cifs //server/share rw,vers=3.0,nobrl,noperm\n"
    "38 22 0:48 / /ssh rw - fuse.sshfs host:/x rw,user_id=0\n"
    "39 30 0:41 /deep /home/bound rw - nfs server:/old rw,vers=3,local_lock=all\n"
    "40 22 0:49 / /over rw - nfs server:/a rw,local_lock=all\n"
    "41 40 0:50 / /over rw - nfs4 server:/b rw,local_lock=none\n"
    "42 22 8:2 / /local rw - ext4 /dev/sdb1 rw,nolock\n"
    "43 22 0:51 / /gfs rw,master:3 propagate_from:2 - gfs2 /dev/x rw,lockproto=lock_nolock\n"
    "not a line\n44 22 0:52 / /cut rw -\n";

TEST(each_table_line_is_understood) {
    static const struct { const char *path, *why; } cases[] = {
        {"/nowhere/db.json", NULL}, {"/home/x/db.json", NULL},
        {"/old/db.json", "mount option nolock"}, {"/old", "mount option nolock"}, {"/older/db.json", NULL},
        {"/lockd/db.json", NULL}, {"/flocks/db.json", NULL},
        {"/posix/db.json", "mount option local_lock=posix"},
        {"/scratch/a/b/db.json", "mount option localflock"}, {"/work/db.json", NULL},
        {"/windows share/db.json", "mount option nobrl"}, {"/windows", NULL},
        {"/ssh/db.json", "file system fuse.sshfs"},
        {"/home/bound/db.json", "mount option local_lock=all"}, {"/home/boundary", NULL},
        {"/over/db.json", NULL}, {"/local/db.json", NULL},
        {"/gfs/db.json", "mount option lockproto=lock_nolock"}, {"/cut/db.json", NULL}};
    char name[] = "/tmp/gem5art-test-mounts-XXXXXX";
    int fd = mkstemp(name);
    size_t i;
    REQUIRE(fd >= 0 && write(fd, table, sizeof table - 1) == (ssize_t)sizeof table - 1);
    close(fd);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = mounts_local_locks(cases[i].path, name);
        CHECK_THAT(why ? cases[i].why && strcmp(why, cases[i].why) == 0 : !cases[i].why, "%s: %s", cases[i].path,
                   why ? why : "(NULL)");
    }
    unlink(name);
}

TEST(without_a_table_nothing_is_known) {
    CHECK(!mounts_local_locks("/old/db.json", "/nonexistent/mountinfo"));
    CHECK(!mounts_local_locks("/", NULL)); /* that of this machine */
}

int main(int argc, char **argv) { return test_main(argc, argv); }
