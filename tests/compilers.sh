#!/bin/sh
# compilers.sh - compiles the header and the examples by every C and C++ standard with every compiler here,
# warnings as errors. A compiler that is missing is skipped; with CI set, that is a failure.
cd "$(dirname "$0")/.." || exit 1
work=${BUILD:-build}/compilers
rm -rf "$work"
mkdir -p "$work"
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
passed=0 failed=0 skipped=0

# check COMMAND... - one compilation (or the run of its result), which must succeed and say nothing.
check() {
    if "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "failed: $*"
    head -n 8 "$work/log"
    return 1
}

# works COMPILER... - can it compile and link a program at all?
works() {
    echo 'int main(void) { return 0; }' >"$work/works.c"
    "$@" -o "$work/works" "$work/works.c" 2>/dev/null && return
    echo "skipped: $* does not work here"
    if [ "$CI" ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
    return 1
}

# The header in a program: declared only, implemented, and implemented as static; and declared in C++ for C.
printf '#include "gem5art.h"\nint use(void);\nint use(void) { return gem5art_version()[0]; }\n' >"$work/declared.c"
printf '#define GEM5ART_IMPLEMENTATION\n#include "gem5art.h"\n#include "gem5art.h"\n' >"$work/implemented.c"
printf '#define GEM5ART_STATIC\n#define GEM5ART_IMPLEMENTATION\n#include "gem5art.h"\nint nothing;\n' >"$work/static.c"
printf '#include "gem5art.h"\nint main(void) { return gem5art_version()[0] != GEM5ART_VERSION[0]; }\n' >"$work/main.c"
sources="$work/declared.c $work/implemented.c $work/static.c"
for example in examples/*.c; do # without the implementation, which is the same in all
    sed '/define GEM5ART_IMPLEMENTATION/d' "$example" >"$work/$(basename "$example")"
    sources="$sources $work/$(basename "$example")"
done

standards() { # COMPILER LANGUAGE STANDARD...
    compiler=$1 language=$2
    shift 2
    works "$compiler" -x "$language" || return
    for standard; do
        for source in $sources; do
            check "$compiler" -x "$language" "-std=$standard" $warnings -I. -fsyntax-only "$source"
        done
    done
}
standards gcc c c99 c11 c17 gnu2x
standards clang c c99 c11 c17 gnu2x
standards g++ c++ c++11 c++14 c++17 c++20
standards clang++ c++ c++11 c++14 c++17 c++20

# Optimised, some warnings see more; and two files that include the header link to one program, which runs.
whole() { # COMPILER and options
    works "$@" || return
    compiler=$1
    shift
    set -- "$compiler" -O1 $warnings "$@" -I.
    "$work/works" 2>/dev/null && emulator= || emulator=qemu-i386 # not every kernel executes 32-bit programs
    check "$@" -o "$work/main" "$work/main.c" "$work/implemented.c" -pthread && check $emulator "$work/main"
    check "$@" -DGEM5ART_PORTABLE -c -o "$work/portable.o" "$work/implemented.c"
}
# And with LMDB, where its header is.
with_lmdb() {
    if ! echo '#include <lmdb.h>' | "$1" -E - >"$work/lmdb" 2>&1; then
        echo "skipped: lmdb.h is not here"
        if [ "$CI" ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
        return
    fi
    compiler=$1
    shift
    check "$compiler" -O1 $warnings -DGEM5ART_LMDB "$@" -I. -c -o "$work/lmdb.o" "$work/implemented.c"
}
whole gcc -std=c99
whole clang -std=c99
whole g++ -x c++ -std=c++11
whole clang++ -x c++ -std=c++11
with_lmdb gcc -std=c99
with_lmdb gcc -std=c99 -m32 -idirafter /usr/include/x86_64-linux-gnu
with_lmdb clang -std=gnu2x
with_lmdb g++ -x c++ -std=c++11
with_lmdb clang++ -x c++ -std=c++20
whole musl-gcc -std=c99 -Wno-sign-conversion # which musl's FD_SET is in for
whole gcc -m32 -std=c99 -idirafter /usr/include/x86_64-linux-gnu # for asm/errno.h, as gcc-multilib has it

# A C++ program may use the header as it was compiled by C.
if works gcc && works g++; then
    check gcc -std=c99 -I. -c -o "$work/c.o" "$work/implemented.c" &&
        check g++ -std=c++11 -I. -o "$work/mixed" -x c++ "$work/main.c" -x none "$work/c.o" -pthread &&
        check "$work/mixed"
fi

printf '%d passed, %d failed' $passed $failed
[ $skipped = 0 ] || printf ', %d skipped' $skipped
echo
[ $failed = 0 ]
