#!/bin/sh
# test_examples.sh - the demo as a user sees it, then the two examples that it does not use, on its store, and the example
# in the manual of gem5art.h.
cd "$(dirname "$0")/.." || exit 1
source=$PWD
TMPDIR=$(mktemp -d)
BUILD=${BUILD:-$PWD/build}
export TMPDIR BUILD
trap 'rm -rf "$TMPDIR"' EXIT
passed=0 failed=0
check() { # WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$TMPDIR/log" 2>&1; then passed=$((passed + 1)); return; fi
    failed=$((failed + 1))
    echo "failed: $what"
    head -n 20 "$TMPDIR/log"
}
count() { grep -c "$1" "$2" || true; }
equal() { [ "$1" = "$2" ] || { echo "it is $1, not $2"; false; }; }

output=$TMPDIR/demo
check "the demo ends well" sh -c 'unset GEM5; sh examples/demo.sh >"$1" 2>&1 || { cat "$1"; false; }' - "$output"
check "its first line names the stand-in" sh -c 'head -n 1 "$1" | grep -q stand-in' - "$output"
check "six SE runs finish" equal "$(count 'sweep.*: Finished' "$output")" 6
check "one guest boots" equal "$(count 'boot-1: Finished' "$output")" 1
check "one guest's panic is noticed" equal "$(count 'boot-2: Failed.*kernel panic' "$output")" 1
check "no SE run is launched twice" equal "$(count 'not launched, it is recorded' "$output")" 6
check "no FS run is launched twice" grep -q "^fs_boot: .*boot-1" "$output"

demo=$(echo "$TMPDIR"/gem5art-demo.*)
GEM5ART_DB=file://$demo/db.json
export GEM5ART_DB
check "getruns has them all" equal "$(count '"_id"' "$demo/runs.json")" 8
check "query lists the SE runs" equal "$("$BUILD/query" "$demo/db.json" sweep | wc -l)" 6
check "query says what is wrong" sh -c '! "$BUILD/query" nosuch.json 2>&1 | grep -q Finished'

check "its last lines list the runs" sh -c 'unset GEM5ART_DB; tail -n 2 "$1" | sh | grep -q "8 runs"' - "$output"

# A recorded run is refused; one that is not is run to its end by the loop.
cd "$demo" || exit 1
info=runs/boot-1/info.json
check "own_loop refuses what is recorded" sh -c '"$BUILD/own_loop" "$1" </dev/null | grep -q boot-1' - "$info"
check "own_loop shows it by its status" sh -c '! "$BUILD/own_loop" "$1" </dev/null' - "$info"
"$BUILD/gem5art-rm" "$(sed -n 's/.*"_id": "\([^"]*\)".*/\1/p' "$info")" >/dev/null
check "own_loop runs what is not" sh -c '"$BUILD/own_loop" "$1" </dev/null | grep -q "boot-1: Finished"' - "$info"

# The manual's example, with what its text says around it, in a folder that has what it names.
mkdir "$TMPDIR/manual" && cd "$TMPDIR/manual" || exit 1
{
    printf '#define GEM5ART_IMPLEMENTATION\n#include "gem5art.h"\n#include <stdio.h>\n\nint main(void) {\n'
    sed -n '/^   EXAMPLE$/,/^   [A-Za-z]/{/^       /p;}' "$source/gem5art.h"
    printf '    return error.code != GEM5ART_OK;\n}\n'
} >example.c
check "the manual has an example" sh -c '[ "$(wc -l <example.c)" -gt 25 ]'
check "it compiles without a warning" ${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$source" -o example example.c -pthread
check "without gem5 it reports that" sh -c './example 2>&1 | grep -q "gem5"'
mkdir -p gem5/configs gem5/build/X86 && cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
echo build/ >gem5/.gitignore && echo '# a script' >gem5/configs/hello.py
git -C gem5 init -q && git -C gem5 add -A && git -C gem5 -c user.name=T -c user.email=t@example.org commit -qm first
check "it executes its run" sh -c './example >log 2>&1 && [ ! -s log ]'
unset GEM5ART_DB
check "the run is recorded" sh -c '"$1" | grep -q "Finished"' - "$BUILD/gem5art-ls"
check "it is recorded once" sh -c './example 2>&1 | grep -q "is recorded already"'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
