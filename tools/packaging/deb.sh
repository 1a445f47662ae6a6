#!/bin/sh
# deb.sh FOLDER - builds the Debian packages of FOLDER/gem5art-VERSION.tar.gz (`make dist`) in FOLDER/deb/.
#
# The source package is that archive, unchanged, and tools/packaging/debian. `apt-get install debhelper liblmdb-dev` has
# all that is needed.
set -eu
command -v dpkg-buildpackage >/dev/null || { echo "deb: dpkg-buildpackage is missing: install dpkg-dev and debhelper" >&2; exit 1; }
cd "$1"
archive=$(ls -t gem5art-*.tar.gz | head -n 1)
name=${archive%.tar.gz}
rm -rf deb
mkdir deb
cp "$archive" "deb/gem5art_${name#gem5art-}.orig.tar.gz"
tar -xzf "$archive" -C deb
cp -r "deb/$name/tools/packaging/debian" "deb/$name/debian"
cd "deb/$name"
dpkg-buildpackage -us -uc >../build.log 2>&1 || { tail -n 30 ../build.log; echo "deb: the build failed, see $1/deb/build.log" >&2; exit 1; }
ls -d "$1"/deb/*.deb
