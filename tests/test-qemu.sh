#!/bin/sh
# test-qemu.sh - FS runs of a real Linux kernel, in qemu under gem5's command line: tests/qemu/boot.c does them, in
# a new folder with real git repos. Installs nothing; what is missing is named and skips it all (with CI set, fails).
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-$PWD/build}
export BUILD

missing() {
    echo "test-qemu needs $1"
    if [ "${CI:-}" ]; then echo "0 passed, 1 failed"; exit 1; fi
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
for program in qemu-system-x86_64 cpio unzip git; do
    command -v $program >/dev/null || missing "$program (Debian: apt-get install qemu-system-x86 cpio unzip git)"
done
KERNEL=$(sh tests/qemu/find-kernel.sh) || missing "a kernel"

WORK=$(mktemp -d)
export WORK KERNEL
trap 'rm -rf "$WORK"' EXIT
trap 'exit 1' INT TERM
sh tests/qemu/make-initramfs.sh "$WORK/initramfs.gz" || missing "a C compiler that links statically"

mkdir "$WORK/gem5" "$WORK/experiments"
cp tests/qemu/gem5-qemu "$WORK/gem5"
echo "# the adapter boots without a run script" >"$WORK/experiments/boot.py"
for repo in gem5 experiments; do
    git -C "$WORK/$repo" init -q
    git -C "$WORK/$repo" add -A
    git -C "$WORK/$repo" -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit -q -m "Begin"
done
"$BUILD/qemu-boot"
