/* A guest that panics: the words come in two writes, into a terminal file in a folder of its own, with more
   text after them; then it sleeps, as gem5 does after a panic. */
#include "child.h"

static void append(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    size_t length = strlen(text);
    if (fd < 0 || write(fd, text, length) != (ssize_t)length) exit(125);
    close(fd);
}

int main(int argc, char **argv) {
    char path[4096];
    int i;
    (void)argc;
    if (mkdir(in_outdir(argv, "sub"), 0777) != 0 && errno != EEXIST) return 125;
    snprintf(path, sizeof path, "%s", in_outdir(argv, "sub/board.platform.terminal"));
    append(path, "[    0.731402] VFS: Cannot open root device\n[    0.806299] Kernel panic - not syn");
    sleep_seconds(0.3);
    append(path, "cing: VFS: Unable to mount root fs on unknown-block(0,0)\n[    0.806377] Call Trace:\n");
    for (i = 0; i < 100; i++) append(path, "[    0.806460]  mount_block_root+0x14e/0x1e6\n");
    sleep_seconds(LONG_SLEEP);
    return 0;
}
