#!/bin/sh
# packages.sh - a Debian with nothing but gcc, make and git runs the demo and tests, and builds the Debian packages; lintian
# accepts them; on a Debian with nothing but the packages, their own tests (tools/packaging/debian/tests) pass.
#
# It makes the two systems in folders, for which it must be root and have a network. BARE_TESTS are the tests that run in
# the first: "*" is all of them, which takes long. What is tested is the last commit.
. "$(dirname "$0")/check.sh"
trap 'exit 1' INT TERM
BARE_TESTS=${BARE_TESTS:-"hash experiment launch stats tools"}

# in_debian NAME USER COMMAND... - runs it there, and ends all that it leaves behind.
in_debian() {
    debian=$work/$1 user=$2
    shift 2
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/dev/shm" && exec chroot "$@"' \
        "$debian" --userspec="$user" "$debian" \
        env -i HOME=/tmp PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
as_root() { in_debian bare root "$@"; }
as_user() { in_debian bare nobody:nogroup "$@"; }
installs() { check "packages: $*" as_root apt-get -qq install -y --no-install-recommends "$@"; }
debian_with_nothing() {
    need mmdebstrap unshare git || return
    # A container or kernel without name spaces is skipped in CI, too: no package can change that.
    if [ "$(id -u)" != 0 ] || ! unshare --mount --pid --fork --mount-proc true 2>/dev/null; then
        echo "skipped: $current: it needs root and its own mounts"
        current= skipped=$((skipped + 1))
        return 1
    fi
    check mmdebstrap mmdebstrap -q --mode=root --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" bare
    check "the lists of its packages" as_root apt-get -qq update
    check "a second one" cp -a bare clean
}

begin "a new Debian"
debian_with_nothing || { finish; exit; }

begin "with gcc, make and git: make demo"
installs gcc libc6-dev make git
git clone -q "$root" bare/srv/gem5art && as_root chown -R nobody:nogroup /srv/gem5art
run as_user make -s -C /srv/gem5art demo
same "status: $err" $status 0
has "a run" "$out" "boot-1: Finished after"
has "its page" "$out" "report.html"

begin "with gcc, make and git: make test TESTS=\"$BARE_TESTS\""
run as_user make -s -C /srv/gem5art test TESTS="$BARE_TESTS"
same "status: $out" $status 0
has "the sum" "$out" " 0 failed"
echo "$out" | tail -n 1

begin "with build-essential and debhelper too: make deb"
installs build-essential debhelper liblmdb-dev
check "make deb" as_user make -s -C /srv/gem5art deb
packages=bare/srv/gem5art/build/deb
same "packages" "$(ls $packages | sed -n 's/_.*\.deb$//p' | tr '\n' ' ')" "gem5art-tools-dbgsym gem5art-tools libgem5art-dev "

begin "lintian, without overrides"
need lintian && check "what lintian says" lintian --allow-root --fail-on error,warning $packages/*.changes
same "overrides" "$(find "$root/tools/packaging" -name '*overrides*')" ""

begin "the packages' own tests, with nothing but what they depend on"
need autopkgtest && check autopkgtest unshare --mount --pid --fork --kill-child sh -c '
    mount -t proc proc clean/proc && mount --rbind /dev clean/dev &&
        autopkgtest -q -B "$1"/*.deb "$1"/gem5art-*/ -- chroot "$PWD/clean"' - "$work/$packages"
finish
