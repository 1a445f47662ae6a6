#!/bin/sh
# analyze.sh - cppcheck on the header, the tools and the examples. A finding is a failure; tests/cppcheck.txt lists what it
# reports in error. A program that is missing is skipped; with CI set, that is a failure.
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
seen="-I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64"

# analysis "what" PROGRAM ARGUMENT... - must find nothing.
analysis() {
    what="$2: $1"
    shift
    if ! command -v "$1" >/dev/null; then
        echo "skipped: $1 is not here"
        if [ "$CI" ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
    elif "$@" 2>&1; then
        passed=$((passed + 1))
        echo "passed: $what"
    else
        failed=$((failed + 1))
        echo "failed: $what"
    fi
}

# cppcheck reads no system headers: it is told what gem5art.h asks of them.
checked() {
    what=$1
    shift
    analysis "$what" cppcheck -q -j "${JOBS:-2}" --std=c99 --language=c --error-exitcode=1 --enable=warning,portability,performance \
        --suppressions-list=tests/cppcheck.txt $seen -D__linux__ -DF_OFD_SETLK=37 -DCLOCK_MONOTONIC=1 -DO_CLOEXEC=02000000 "$@"
}
checked "the header" -DGEM5ART_LMDB tests/header/implemented.c
checked "the tools and examples" tools/*.c tools/lib/*.c examples/*.c

printf '%d passed, %d failed' $passed $failed
[ $skipped = 0 ] || printf ', %d skipped' $skipped
echo
[ $failed = 0 ]
