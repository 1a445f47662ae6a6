#!/bin/sh
# dist.sh FOLDER - writes FOLDER/gem5art-VERSION.tar.gz: the last commit, the same bytes wherever and whenever it is made.
# The times in it are the commit's; settings of git that would change it are overridden.
set -eu
cd "$(dirname "$0")/../.."
if [ "$(git rev-parse --show-prefix 2>/dev/null)" ] || ! git rev-parse --verify -q HEAD >/dev/null 2>&1; then
    echo "dist: $PWD is not a git repo with a commit: clone the repo and run make dist in it" >&2
    exit 1
fi
name=gem5art-$(git show HEAD:gem5art.h | sed -n 's/#define GEM5ART_VERSION "\(.*\)"/\1/p')
git diff --quiet HEAD -- || echo "dist: changes that are not committed are not in $name.tar.gz" >&2
mkdir -p "$1"
git -c tar.umask=0022 -c core.autocrlf=false -c core.attributesFile=/dev/null archive --prefix="$name/" HEAD >"$1/$name.tar"
gzip -nf9 "$1/$name.tar"
echo "$1/$name.tar.gz"
