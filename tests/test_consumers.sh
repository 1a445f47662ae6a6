#!/bin/sh
# Projects that use an installed gem5art.h, each in one of the ways there are: a copy of the header, pkg-config, CMake; C
# and C++. Each is built, and its program run. INSTALLED=/usr tests what is installed there, instead of a new installation.
. "$(dirname "$0")/check.sh"
CC=${CC:-cc} CXX=${CXX:-c++}
if [ -z "$INSTALLED" ]; then
    INSTALLED=$work/installed
    make_ install DESTDIR= PREFIX="$INSTALLED"
fi
export PKG_CONFIG_PATH="$INSTALLED/share/pkgconfig" CMAKE_PREFIX_PATH="$INSTALLED"
version=$(sed -n 's/#define GEM5ART_VERSION "\(.*\)"/\1/p' "$root/gem5art.h")
next=${version%%.*}.$(($(echo "$version" | cut -d. -f2) + 1))

# The project: one file with the implementation, and a program that opens the store it is given and closes it.
printf '#define GEM5ART_IMPLEMENTATION\n#include "gem5art.h"\n' >library.c
cat >main.c <<'END_OF_MAIN'
#include <stdio.h>
#include <string.h>
#include "gem5art.h"

int main(int argc, char **argv) {
    char version[32];
    gem5art_error error;
    gem5art_db *db = gem5art_open(argc > 1 ? argv[1] : "file://db.json", NULL, &error);
    if (!db) return fprintf(stderr, "%s\n", error.message), 1;
    snprintf(version, sizeof version, "%d.%d.%d", GEM5ART_VERSION_MAJOR, GEM5ART_VERSION_MINOR, GEM5ART_VERSION_PATCH);
    printf("version %s, %s, %s\n", version, gem5art_version(), GEM5ART_VERSION);
    return gem5art_close(db, NULL) ? 0 : 1;
}
END_OF_MAIN
cp library.c library.cpp
cp main.c main.cpp

# works PROGRAM [STORE] - it runs, and the library in it is the installed one, by its number and its text.
works() {
    rm -rf db.json* db.lmdb*
    run "$@"
    same "what $1 prints: $err" "$status $out" "0 version $version, $version, $version"
}
# has_lmdb - LMDB is no part of the library: what needs it is skipped where it is missing.
has_lmdb() { echo '#include <lmdb.h>' | $CC -E - >/dev/null 2>&1; }

begin "a copy of the header"
mkdir copy && cp "$INSTALLED/include/gem5art.h" main.c library.c copy
check "it compiles" $CC -std=c99 -o copied copy/main.c copy/library.c -pthread
works ./copied

begin "pkg-config"
if need pkg-config; then
    check "C" sh -c "$CC -std=c99 -o by-pkg-config main.c library.c \$(pkg-config --cflags --libs gem5art)"
    works ./by-pkg-config
    if need "$CXX"; then
        check "C++" sh -c "$CXX -std=c++11 -o c++-by-pkg-config main.cpp library.cpp \$(pkg-config --cflags --libs gem5art)"
        works ./c++-by-pkg-config
    fi
    if has_lmdb; then
        check "LMDB" sh -c "$CC -std=c99 -o lmdb-by-pkg-config main.c library.c \$(pkg-config --cflags --libs gem5art-lmdb)"
        works ./lmdb-by-pkg-config lmdb://db.lmdb
    fi
    same "its version" "$(pkg-config --modversion gem5art gem5art-lmdb | tr '\n' ' ')" "$version $version "
    check "a request for this version" pkg-config "gem5art >= $version"
    check "a request for a newer one" sh -c "! pkg-config 'gem5art > $version'"
fi

# cmake_project NAME LINE... - its CMakeLists.txt has these lines after the first.
cmake_project() {
    name=$1
    mkdir "$name" && cp main.* library.* "$name"
    shift
    printf '%s\n' "cmake_minimum_required(VERSION 3.10)" "$@" >"$name/CMakeLists.txt"
    run cmake -S "$name" -B "$name/build"
}
builds() { check "$1" cmake --build "$1/build"; }

begin "CMake: C"
if need cmake; then
    cmake_project cmake-c "project(uses C)" "find_package(gem5art ${version%.*} REQUIRED)" "add_executable(uses main.c library.c)" \
        "target_link_libraries(uses gem5art::gem5art)"
    builds cmake-c
    works cmake-c/build/uses

    begin "CMake: C++"
    cmake_project cmake-c++ "project(uses CXX)" "find_package(gem5art REQUIRED)" "find_package(gem5art $version EXACT REQUIRED)" \
        "add_executable(uses main.cpp library.cpp)" "target_link_libraries(uses gem5art::gem5art)"
    builds cmake-c++
    works cmake-c++/build/uses

    begin "CMake: LMDB"
    if has_lmdb; then
        cmake_project cmake-lmdb "project(uses C)" "find_package(gem5art REQUIRED COMPONENTS lmdb)" \
            "add_executable(uses main.c library.c)" "target_link_libraries(uses gem5art::lmdb)"
        builds cmake-lmdb
        works cmake-lmdb/build/uses lmdb://db.lmdb
    fi

    begin "CMake: versions and components that there are not"
    cmake_project newer "project(uses C)" "find_package(gem5art $next REQUIRED)"
    same "status for a newer version" $status 1
    has "error for a newer version" "$err" "version: $version"
    cmake_project other "project(uses C)" "find_package(gem5art $((${version%%.*} + 1)).0)" "message(\"found: \${gem5art_FOUND}\")"
    has "a different major version" "$err" "found: 0"
    cmake_project below "project(uses C)" "find_package(gem5art 0.1...<$version)" "message(\"found: \${gem5art_FOUND}\")"
    has "a range that ends below" "$err" "found: 0"
    cmake_project within "project(uses C)" "find_package(gem5art 0.1...$version REQUIRED)"
    same "status for a range that ends at it: $err" $status 0
    cmake_project component "project(uses C)" "find_package(gem5art REQUIRED COMPONENTS sql)"
    same "status for an unknown component" $status 1
    has "its error" "$(echo "$err" | tr -s ' \n' '  ')" "gem5art has no component sql: its only one is lmdb."
    cmake_project no-lmdb "project(uses C)" "set(GEM5ART_LMDB_LIBRARY GEM5ART_LMDB_LIBRARY-NOTFOUND)" "set(CMAKE_FIND_ROOT_PATH /nowhere)" \
        "set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)" "find_package(gem5art COMPONENTS lmdb)" \
        "message(\"\${gem5art_FOUND} \${gem5art_NOT_FOUND_MESSAGE}\")"
    has "without LMDB" "$err" "liblmdb-dev"
fi
finish
