#!/bin/sh
# The page gem5art-moving(7): its commands are typed and their answers compared, on the file database in tests/data, which
# Python gem5art wrote; its C compiles and runs; its Python can be parsed.
#
#   make test TESTS=moving            compares
#   RECORD=1 sh tests/test_moving.sh  writes the answers again, to be read by a person before they are committed
. "$(dirname "$0")/check.sh"
page=$root/tools/man/gem5art-moving.txt data=$root/tests/data
export PATH="$BUILD:$PATH" COLUMNS=71 TZ=UTC GIT_AUTHOR_DATE='2026-11-02 09:00 UTC' GIT_COMMITTER_DATE='2026-11-02 09:00 UTC'

repo() { # FOLDER - commits all that is in it
    git -C "$1" init -q && git -C "$1" add -A && git -C "$1" commit -qm "First version"
}

# The study: what the file database names, made here, so its hashes become those of these files.
begin "the commands"
need python3 bash || finish
mkdir -p study/gem5/build/X86 study/boot_tests/configs && cd study || exit 1
echo build/ >gem5/.gitignore
cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
echo '# Boots Linux, and powers off.' >boot_tests/configs/run_exit.py
repo gem5 && repo boot_tests
echo "stands for a Linux kernel" >vmlinux-5.4.49
echo "stands for a disk image" >boot-disk
md5() { python3 -c 'import hashlib, sys; print(hashlib.md5(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; }
sed "s/53a3b2dde320cc4ae3c578d9521da6421d879b2e/$(git -C gem5 rev-parse HEAD)/
    s/30320ae39b3a1193a7c5c390f7c118860e4e8db1/$(git -C boot_tests rev-parse HEAD)/
    s/99b631e4b40b413769afd9c6f3e330fd/$(md5 gem5/build/X86/gem5.opt)/
    s/4db4c3225dcb6e527dc1812b001250ad/$(md5 vmlinux-5.4.49)/; s/4fbdfc83ecfc346ba1e8f8dc3ce340cd/$(md5 boot-disk)/
    s|/home/gem5/experiments|$PWD|; s/ and root auto login[^\"]*//" "$data/gem5art-filedb/db.json" >db.json
cp "$data/mongoexport/v2-relaxed.json" artifacts.json
if [ "$RECORD" ]; then python3 "$root/tests/session.py" "$page" --record; exit; fi
check "each command answers as it did" python3 "$root/tests/session.py" "$page"

# part LANGUAGE - the indented text below each "In LANGUAGE:" of the page
part() {
    awk -v title="# In $1:" '$0 == title { on = 1; next } on && /^#     / { print substr($0, 7); next } !/^#$/ { on = 0 }' "$page"
}

begin "the C program that its parts make"
{
    printf '#define GEM5ART_IMPLEMENTATION\n#include "gem5art.h"\n#include <stdio.h>\n\nint main(void) {\n'
    part C
    printf '    return !gem5art_close(db, &error);\n}\n'
} >moving.c
check "it has parts" test "$(wc -l <moving.c)" -gt 50
check "it compiles without a warning" ${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror -O0 -I"$root" -o moving moving.c -pthread
run ./moving
same status $status 0
same errors "$err" ""
same "what it prints" "$out" "37bcbfe5-0900-4b08-b35b-7144530476ce boot-disk
X86 run_exit vmlinux-5.4.49 boot-disk o3 MESI_Two_Level 4 init: Finished
$(for run in atomic/1 atomic/2 timing/1 timing/2 o3/1 o3/2 o3/2 atomic/1 o3/4; do echo "Finished $PWD/results/run_exit/5.4.49/$run"; done |
    sed '6s/Finished/Failed/')"
check "the copy" cmp copy vmlinux-5.4.49

begin "its launch script in Python"
part Python >launch.py
check "it has lines" test "$(wc -l <launch.py)" -gt 30
check "it can be parsed" python3 -c 'import ast; ast.parse(open("launch.py").read())'
finish
