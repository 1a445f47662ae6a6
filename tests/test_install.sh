#!/bin/sh
# `make install`, `make uninstall` and `make dist`. What uses an installed gem5art.h is in test_consumers.sh.
. "$(dirname "$0")/check.sh"
version=$(sed -n 's/#define GEM5ART_VERSION "\(.*\)"/\1/p' "$root/gem5art.h")

begin "the version is the same everywhere"
same "that of the header's first line" "$(sed -n '1s/.* - v\(.*\) - MIT.*/\1/p' "$root/gem5art.h")" "$version"
numbers=$(sed -n 's/#define GEM5ART_VERSION_[MP].* //p' "$root/gem5art.h" | tr '\n' .)
same "that of the header's numbers" "$numbers" "$version."
same "that of the changelog" "$(sed -n 's/^## \([0-9.]*\).*/\1/p' "$root/CHANGELOG.md" | head -n 1)" "$version"
same "that of the Debian package" "$(sed -n '1s/.*(\(.*\)-.*/\1/p' "$root/tools/packaging/debian/changelog")" "$version"

begin "make install: everything below PREFIX in DESTDIR, no placeholder left, nothing of this machine's folders"
check install make_ install DESTDIR="$work/a root" PREFIX=/opt/gem5art
same "what is beside it" "$(ls "a root" "a root/opt")" "a root:
opt

a root/opt:
gem5art"
same "files with placeholders" "$(grep -rlIE '@[A-Z]+@' "a root")" ""
same "texts that name DESTDIR" "$(grep -rlI "$work" "a root")" ""
check "gem5art.pc names PREFIX" grep -qx 'prefix=/opt/gem5art' "a root/opt/gem5art/share/pkgconfig/gem5art.pc"

begin "make install with a relative PREFIX, and with ~"
make_ install PREFIX="../../../../../../../..$work/relative" >/dev/null
check "gem5art.pc has an absolute path" grep -qx "prefix=/.*$work/relative" relative/share/pkgconfig/gem5art.pc
check "~" make_ install PREFIX="~/.local"
check "it is the home folder" test -x "$HOME/.local/bin/gem5art-run"
check "gem5art.pc names it" grep -qx "prefix=$HOME/.local" "$HOME/.local/share/pkgconfig/gem5art.pc"

begin "make uninstall: nothing is left, and what others have installed stays"
echo mine >"a root/opt/gem5art/bin/mine"
check uninstall make_ uninstall DESTDIR="$work/a root" PREFIX=/opt/gem5art
same "what is left" "$(find "a root" ! -type d)" "a root/opt/gem5art/bin/mine"
same "folders of its own" "$(find "a root/opt/gem5art/"* -name '*gem5art*')" ""
check "once more" make_ uninstall DESTDIR="$work/a root" PREFIX=/opt/gem5art

begin "in a folder with spaces and quotes, and where sh is bash"
if need bash; then
    odd="it's an \"odd\" folder"
    mkdir bin "$odd" && ln -s "$(command -v bash)" bin/sh
    cp -Rp "$root/gem5art.h" "$root/Makefile" "$root/tools" "$root/examples" "$odd" # as old as they are: nothing is built again
    mkdir "$odd/build" && (cd "$BUILD" && cp -Rp gem5art-* gem5art.o lib report_parts.* tools.a "$work/$odd/build")
    there() { env PATH="$work/bin:$PATH" make -s -C "$odd" "$@"; }
    check install there install DESTDIR="$work/of odd" PREFIX=/opt/gem5art
    same "the files" "$(ls "of odd/opt/gem5art/share/bash-completion/completions")" "$(cd "$BUILD" && ls -d gem5art-*)"
    same "what is beside them" "$(ls "of odd")" opt
    check uninstall there uninstall DESTDIR="$work/of odd" PREFIX=/opt/gem5art
    same "what is left" "$(find "of odd" ! -type d)" ""
fi

begin "make dist: the same bytes from a different folder, umask, time zone, user settings and time"
if [ "$(git -C "$root" rev-parse --show-prefix 2>&1)" ]; then
    echo "skipped: $current: $root is not a git repo"
    current= skipped=$((skipped + 1))
else
    git clone -q "$root" "far away" && git clone -q "$root" near
    check near make -s -C near dist B="$work/here"
    printf '[core]\n autocrlf = true\n attributesFile = %s\n[tar]\n umask = 0077\n' "$work/attributes" >.gitconfig
    echo '*.md export-ignore' >attributes
    (umask 077 && TZ=Asia/Tokyo make -s -C "far away" dist B="$work/elsewhere" >/dev/null)
    rm .gitconfig
    name=gem5art-$version.tar.gz
    check "the archives are equal" cmp here/$name elsewhere/$name
    same "the names outside of its folder" "$(tar -tzf here/$name | grep -v "^gem5art-$version/")" ""
    check "it can be unpacked" tar -xzf here/$name
    check "it is the commit" diff -r --exclude=.git near gem5art-$version
    has "where it is no git repo" "$(make -s -C gem5art-$version dist B="$work/here" 2>&1)" "is not a git repo with a commit: clone the repo"
    echo >>near/README.md
    has "with changes" "$(make -s -C near dist B="$work/here" 2>&1)" "dist: changes that are not committed are not in gem5art-$version.tar.gz"
fi
finish
