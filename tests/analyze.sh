#!/bin/sh
# analyze.sh - cppcheck, clang-tidy and gcc -fanalyzer on the header, the tools and the examples. A finding is a failure.
# tests/cppcheck.txt and tests/clang-tidy.yaml list what the first two report in error. A program that is missing is skipped;
# with CI set, that is a failure.
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
seen="-I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64"

# analysis "what" PROGRAM COMMAND... - the command, which needs the program, must find nothing.
analysis() {
    what="$2: $1" program=$2
    shift 2
    if ! command -v "$program" >/dev/null; then
        echo "skipped: $program is not here"
        if [ "$CI" ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
    elif findings=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "passed: $what"
    else
        failed=$((failed + 1))
        printf '%s\n' "$findings" "failed: $what"
    fi
}

# cppcheck reads no system headers: it is told what gem5art.h asks of them.
checked() {
    cppcheck -q -j "${JOBS:-2}" --std=c99 --language=c --error-exitcode=1 --enable=warning,portability,performance \
        --suppressions-list=tests/cppcheck.txt $seen -D__linux__ -DF_OFD_SETLK=37 -DCLOCK_MONOTONIC=1 -DO_CLOEXEC=02000000 "$@"
}
analysis "the header" cppcheck checked -DGEM5ART_LMDB tests/header/implemented.c
analysis "the tools and examples" cppcheck checked tools/*.c tools/lib/*.c examples/*.c

tidied() {
    clang-tidy --quiet --config-file=tests/clang-tidy.yaml "$@" -- -std=c99 $seen -DGEM5ART_LMDB
}
analysis "the header, the tools and examples" clang-tidy tidied tools/*.c tools/lib/*.c examples/*.c

# followed FILE OPTION... - gcc follows all paths through the file. Examples are read without the implementation.
followed() {
    file=$1
    shift
    { echo "# 1 \"$file\"" && sed '/^#define GEM5ART_IMPLEMENTATION$/s/.*//' "$file"; } |
        gcc -std=c99 $seen -Itools -Itools/lib -DGEM5ART_LMDB -fanalyzer -Werror -c -o /dev/null "$@" -x c -
}
all_followed() {
    for file in tools/*.c tools/lib/*.c examples/*.c; do
        case $file in tools/gem5art-fsck.c | tools/lib/gem5art.c) continue ;; esac
        followed "$file" || return 1
    done
}
analysis "the tools and examples" gcc all_followed

# With the implementation of the header gcc does not end within minutes: it follows only some paths of each function, and then
# does not see that a loop has filled an array.
some="--param analyzer-bb-explosion-factor=1 --param analyzer-max-enodes-per-program-point=2
    -Wno-analyzer-use-of-uninitialized-value"
analysis "the header" gcc followed tools/lib/gem5art.c -DGEM5ART_IMPLEMENTATION $some
analysis "gem5art-fsck and the header" gcc followed tools/gem5art-fsck.c -DGEM5ART_IMPLEMENTATION $some

printf '%d passed, %d failed' $passed $failed
[ $skipped = 0 ] || printf ', %d skipped' $skipped
echo
[ $failed = 0 ]
