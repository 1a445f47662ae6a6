/* Copies the file that its last argument names to OUTDIR/sub.dir/system.pc.com_1.device and exits with 0. */
#include "child.h"

int main(int argc, char **argv) {
    char path[4200];
    FILE *from = fopen(argv[argc - 1], "r"), *to;
    int c;
    if (!from || (mkdir(in_outdir(argv, "sub.dir"), 0777) != 0 && errno != EEXIST)) return 125;
    snprintf(path, sizeof path, "%s", in_outdir(argv, "sub.dir/system.pc.com_1.device"));
    to = create(path);
    while ((c = getc(from)) != EOF) putc(c, to);
    fclose(from);
    return fclose(to);
}
