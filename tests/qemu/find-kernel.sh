#!/bin/sh
# find-kernel.sh - prints the path of a Debian cloud kernel for qemu to boot: $QEMU_KERNEL, or the newest one
# unpacked in $BUILD/kernel, or in /boot. Fails without one, saying how to get it.
newest=$(ls -t "${BUILD:-build}"/kernel/boot/vmlinuz-*cloud-amd64 /boot/vmlinuz-*cloud-amd64 2>/dev/null | head -n 1)
kernel=${QEMU_KERNEL:-$newest}
if [ ! -r "$kernel" ]; then
    cat >&2 <<'END'
No Debian cloud kernel here that can be read. One, without installing it:
    apt-get download "$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')"
    dpkg-deb -x linux-image-*.deb build/kernel
or name any x86-64 kernel in QEMU_KERNEL.
END
    exit 1
fi
echo "$kernel"
