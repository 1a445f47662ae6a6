#!/bin/sh
# make-initramfs.sh FILE - makes an initramfs whose init says a few words, syncs and powers the machine off.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/init.c" <<'END'
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void) {
    struct utsname u;
    uname(&u);
    printf("booted: %s %s %s\n", u.sysname, u.release, u.machine);
    printf("last words: a log that says \"Kernel panic\" is not yet a panic\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
END
"${CC:-gcc}" -static -Os -o "$work/init" "$work/init.c"
(cd "$work" && echo init | cpio --quiet -o -H newc | gzip -9) >"$1.new"
mv "$1.new" "$1"
