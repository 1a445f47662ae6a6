#!/bin/sh
# compilers.sh - the matrix: the header, the examples and the unit tests by each compiler, standard and kind of CPU of the
# table below. All warnings are errors, and the tests run. A row whose programs are missing is skipped; with CI set, that is
# a failure. ROWS="NAME..." takes only the rows whose names have one of these; JOBS (2) rows run at a time.
cd "$(dirname "$0")/.." || exit 1
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

# NAME | COMPILER OPTIONS | what runs programs of that CPU, if the kernel does not | TESTS
#
# A test is the NAME of tests/test_NAME.c, or NAME:FILTER, where :-FILTER leaves tests out. "-" compiles the implementation
# without linking it. Under qemu-user, two tests would take minutes, and there is no clone() with shared memory (NO_VFORK).
# The two files of a program that has a C++ row are compiled by C and C++ in turn, in both orders.
#
# tcc is not in the table: it has no thread-local variables (0.9.27).
table() {
    cat <<'END'
gcc C99            | gcc -std=c99                                            |             | hash json
gcc C11            | gcc -std=c11                                            |             | hash json cache
gcc C17            | gcc -std=c17                                            |             | hash json
gcc C23            | gcc -std=c2x                                            |             | hash json run
clang C99          | clang -std=c99                                          |             | hash json run
clang C11          | clang -std=c11                                          |             | hash json
clang C17          | clang -std=c17                                          |             | hash json
clang C23          | clang -std=c2x                                          |             | hash json cache
g++ C++11          | g++ -x c++ -std=c++11                                   |             | hash json run
g++ C++14          | g++ -x c++ -std=c++14                                   |             | hash json
g++ C++17          | g++ -x c++ -std=c++17                                   |             | hash json
g++ C++20          | g++ -x c++ -std=c++20                                   |             | hash json artifact
clang++ C++11      | clang++ -x c++ -std=c++11                               |             | hash json cache
clang++ C++14      | clang++ -x c++ -std=c++14                               |             | hash json
clang++ C++17      | clang++ -x c++ -std=c++17                               |             | hash json
clang++ C++20      | clang++ -x c++ -std=c++20                               |             | hash json run
portable           | gcc -std=c99 -DGEM5ART_PORTABLE                         |             | hash json run
portable C++       | clang++ -x c++ -std=c++17 -DGEM5ART_PORTABLE            |             | hash json
fortified          | gcc -std=c99 -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong |       | hash json run artifact
link-time          | gcc -std=c99 -O2 -flto=auto                             |             | hash json cache
hidden             | gcc -std=c99 -O2 -fPIC -fvisibility=hidden              |             | hash json
no exceptions      | g++ -x c++ -std=c++11 -O2 -fno-exceptions -fno-rtti     |             | hash json
musl, static       | musl-gcc -std=c99 -static                               |             | hash json cache run
i386               | gcc -std=c99 -m32 -idirafter /usr/include/x86_64-linux-gnu | qemu-i386 | hash json cache run store archive
aarch64            | aarch64-linux-gnu-gcc -std=c99 -O2 -DGEM5ART_NO_VFORK   | qemu-aarch64 -L /usr/aarch64-linux-gnu | hash:-over_4 json:-read_back run archive store
aarch64, -O1       | aarch64-linux-gnu-gcc -std=c99 -O1 -DGEM5ART_NO_VFORK   | qemu-aarch64 -L /usr/aarch64-linux-gnu | archive
riscv64            | riscv64-linux-gnu-gcc -std=c99 -O2 -DGEM5ART_NO_VFORK   | qemu-riscv64 -L /usr/riscv64-linux-gnu | hash:-over_4 json:-read_back run archive
s390x, big-endian  | s390x-linux-gnu-gcc -std=c99 -O2 -DGEM5ART_NO_VFORK     | qemu-s390x -L /usr/s390x-linux-gnu | hash:-over_4 json:-read_back run archive store outcome
powerpc, 32 bits, big-endian | powerpc-linux-gnu-gcc -std=c99 -O2 -DGEM5ART_NO_VFORK | qemu-ppc -L /usr/powerpc-linux-gnu | hash:-over_4 json:-read_back run archive store
LMDB, gcc C99      | gcc -std=c99 -O1 -DGEM5ART_LMDB                         |             | -
LMDB, i386         | gcc -std=c99 -O1 -m32 -idirafter /usr/include/x86_64-linux-gnu -DGEM5ART_LMDB | | -
LMDB, clang C23    | clang -std=c2x -O1 -DGEM5ART_LMDB                       |             | -
LMDB, g++ C++11    | g++ -x c++ -std=c++11 -O1 -DGEM5ART_LMDB                |             | -
LMDB, clang++ C++20 | clang++ -x c++ -std=c++20 -O1 -DGEM5ART_LMDB           |             | -
END
}

# quiet COMMAND... - must succeed and print nothing.
quiet() {
    "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ] && return
    echo "    $*"
    head -n 12 "$work/log"
    return 1
}

# Can the compiler make a program, for LMDB with its header, and can something run that? Sets $emulator.
works() {
    echo 'int main(void) { return 0; }' >"$work/works.c"
    case $command in *LMDB*) echo '#include <lmdb.h>' >>"$work/works.c" ;; esac
    $command -o "$work/works" "$work/works.c" 2>/dev/null || return
    "$work/works" 2>/dev/null && emulator= || $emulator "$work/works" 2>/dev/null
}

# forms - a program of several files, each of which includes the header in another way, and the examples.
forms() {
    for form in implemented static first late main; do
        quiet $command $warnings -I. -c -o "$work/$form.o" tests/header/$form.c || return
    done
    for example in examples/*.c; do # without the implementation, which is the same in all
        sed '/define GEM5ART_IMPLEMENTATION/d' "$example" >"$work/example.c"
        quiet $command $warnings -I. -fsyntax-only "$work/example.c" || return
    done
    linked main first late implemented || return
    case $command in
        *"-x c++"*)
            quiet gcc -std=c99 -O1 -I. -c -o "$work/c.o" tests/header/implemented.c && linked main first late c || return
            quiet gcc -std=c99 -I. -c -o "$work/c.o" tests/header/main.c && linked c first late implemented ;;
    esac
}
linked() {
    objects=$(for name; do echo "$work/$name.o"; done)
    quiet $command -x none -o "$work/main" $objects -pthread && quiet $emulator "$work/main"
}

# test_of NAME[:FILTER] - its closing line is the row's proof.
test_of() {
    filter=${1#"${1%%:*}"}
    quiet $command $warnings -I. -o "$work/test" "tests/test_${1%%:*}.c" -pthread || return
    timeout 600 $emulator "$work/test" ${filter#:} >"$work/log" 2>&1 && grep -q '^[1-9][0-9]* passed, 0 failed' "$work/log" &&
        return
    echo "    $1:"
    tail -n 12 "$work/log"
    return 1
}

cpu_seconds() { awk -F '[ms ]+' 'NR == 2 { printf "%.0f", 60 * ($1 + $3) + $2 + $4 }' "$work/times"; }

row() {
    [ "$tests" != - ] || { quiet $command $warnings -I. -c -o "$work/it.o" tests/header/implemented.c; return; }
    forms || return
    for test in $tests; do test_of "$test" || return; done
}

if [ "$1" = --row ]; then
    IFS='|' read -r name command emulator tests <<END
$2
END
    name=$(echo $name) tests=$(echo $tests)
    work=$(mktemp -d "${BUILD:-build}/compilers/XXXXXX") || exit 1
    if ! works; then result="skipped: $name: its compiler, or what runs its programs, is not here"
    elif row >"$work/out" && times >"$work/times"; then result="passed: $name ($(cpu_seconds) s of CPU time)"
    else result="failed: $name
$(cat "$work/out")"
    fi
    [ -z "$CI" ] || case $result in skipped*) result="failed: ${result#skipped: }" ;; esac
    echo "$result"
    rm -rf "$work"
    exit 0
fi

work=${BUILD:-build}/compilers
rm -rf "$work"
mkdir -p "$work"
table | grep -E "^[^|]*($(echo ${ROWS:-.} | sed 's/[+]/[+]/g; s/ /|/g'))" | tr '\n' '\0' | xargs -0 -P "${JOBS:-2}" -n 1 sh "$0" --row | tee "$work.log"
awk '/^passed: / { p++ } /^failed: / { f++ } /^skipped: / { s++ }
    END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""; exit f > 0 || p + s == 0 }' "$work.log"
