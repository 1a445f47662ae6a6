#!/bin/sh
# install.sh - what `make install` runs: copies the header and the tools, and makes the other files.
# Each tool prints its own page, from which its man page and completions are made; gem5art(3) is made from the header.
#
#   DESTDIR=... PREFIX=... BUILD=... DATE=... tools/packaging/install.sh TOOL...
#
# MAN, BASH_FOLDER, ZSH_FOLDER and FISH_FOLDER are the folders of man pages and completions. ($BASH is bash's own.)
set -eu
DESTDIR=${DESTDIR-}
cd "$(dirname "$0")/../.."
packaging=tools/packaging
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $PREFIX in /*) prefix=$PREFIX ;; *) prefix=$PWD/$PREFIX ;; esac
version=$(sed -n 's/#define GEM5ART_VERSION "\(.*\)"/\1/p' gem5art.h)

# put MODE FILE FOLDER NAME - installs FILE as FOLDER/NAME.
put() {
    mkdir -p "$DESTDIR$3"
    install -m "$1" "$2" "$DESTDIR$3/$4"
}
# fill FILE FOLDER NAME - installs FILE with the version, the date and the prefix filled in.
fill() {
    sed "s/@VERSION@/$version/; s/@DATE@/$DATE/; s|@PREFIX@|$prefix|" "$1" >"$work/filled"
    put 644 "$work/filled" "$2" "$3"
}
# page NAME AWK-ARGUMENT... - makes a man page and installs it.
page() {
    page=$1
    shift
    awk -v version="$version" -v date="$DATE" "$@" >"$work/filled"
    put 644 "$work/filled" "$MAN/man${page##*.}" "$page"
}

put 644 gem5art.h "$PREFIX/include" gem5art.h
page gem5art.3 -f tools/header.awk gem5art.h
for name in gem5art.pc gem5art-lmdb.pc; do fill $packaging/$name "$PREFIX/share/pkgconfig" $name; done
for name in gem5art-config.cmake gem5art-config-version.cmake; do fill $packaging/$name "$PREFIX/share/cmake/gem5art" $name; done

for name in gem5art-experiment.5 gem5art.7 gem5art-slurm.7; do fill tools/man/$name "$MAN/man${name##*.}" $name; done
for name in gem5art-tutorial gem5art-moving; do page $name.7 -f tools/session.awk tools/man/$name.txt; done
for tool; do
    put 755 "$BUILD/$tool" "$PREFIX/bin" "$tool"
    "$BUILD/$tool" --print-page >"$work/page"
    page "$tool.1" -f tools/manual.awk tools/man/pages.txt "$work/page"
    for shell in "bash $BASH_FOLDER/$tool" "zsh $ZSH_FOLDER/_$tool" "fish $FISH_FOLDER/$tool.fish"; do
        file=${shell#* }
        sed "s/TOOL/$tool/g; s/FUNCTION/_$(echo "$tool" | tr - _)/g" "tools/completion.${shell%% *}" >"$work/filled"
        put 644 "$work/filled" "${file%/*}" "${file##*/}"
    done
done
