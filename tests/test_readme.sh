#!/bin/sh
# What README.md promises: its C program compiles, runs, and refuses to run twice; its jq line works; its links lead somewhere.
. "$(dirname "$0")/check.sh"
readme=$root/README.md

begin "the C program"
sed -n '/^```c$/,/^```$/p' "$readme" | sed '1d;$d' >hello.c
lines=$(sed -n '/^int main/,$p' hello.c | wc -l)
check "main is of about 20 lines" test "$lines" -lt 22
check "all is of about 30 lines" test "$(wc -l <hello.c)" -lt 35
check "it compiles without a warning" ${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$root" -o hello hello.c -pthread
for repo in gem5 experiments; do
    mkdir -p $repo && git -C $repo init -q && echo '# a script' >$repo/hello.py && git -C $repo add -A && git -C $repo commit -qm first
done
run ./hello
has "error without a gem5" "$err" "gem5/build/X86/gem5.opt"
mkdir -p gem5/build/X86 && cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
run ./hello
same "what it says" "$out" "hello: Finished"
same errors "$err" ""
run ./hello
same "status the second time" $status 1
has "error the second time" "$err" 'hello: run "hello" is recorded already'
check "results are archived" test -s results/hello/results.zip

begin "the experiment file"
sed -n '/^```json$/,/^```$/p' "$readme" | sed '1d;$d' >hello.json
run "$BUILD/gem5art-run" --commands hello.json
same status $status 0
same "its runs" "$(wc -l <.out)" 6
has "one of them" "$out" "gem5/build/X86/gem5.opt -re --outdir=$work/results/o3/2 experiments/hello.py --cpu o3 --size=2"

begin "the commands of a day"
mkdir day && cp hello.json day && rm db.json && cd day || exit 1
for repo in gem5 experiments; do
    mkdir $repo && git -C $repo init -q && echo '# a script' >$repo/hello.py && echo build/ >$repo/.gitignore
    git -C $repo add -A && git -C $repo commit -qm first
done
mkdir -p gem5/build/X86 && cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
printf '#!/bin/sh\ncat hello.json\n' >generate.py && chmod +x generate.py
PATH=$BUILD:$PATH
sed -n '/^## With a file/,/^## What/p; /^## Daily work/,/^The other tools/p' "$readme" |
    sed -n 's/ *# .*//; /^    \(gem5art-\|cd \|\.\/\)/s/^    //p' >commands
check "there are commands" test "$(wc -l <commands)" -ge 17
while read -r line; do
    set -- $(gem5art-ls -q 2>/dev/null | head -n 2)
    run sh -c "$(echo "$line" | sed "s/ID ID/$1 $2/; s/ID/$1/")" </dev/null
    case $line in *-diff*) same "status of $line" $status 1 ;; *) same "status of $line: $err" $status 0 ;; esac
done <commands
same "runs that were launched" "$(gem5art-ls -q --all | wc -l)" 7
cd ..

begin "gem5art-getruns by one command"
sed -n '/^    cc .*getruns/,/-pthread$/p' "$readme" >build.sh
check "it builds" sh -c 'here=$PWD && cd "$1" && sh -c "$(sed "s| -o gem5art-getruns| -O0 -o $here/getruns|" "$here/build.sh")"' - "$root"
check "it works" ./getruns --db-uri day/db.json runs.json

begin "the jq line"
if need jq; then
    cp "$root/tests/data/gem5art-filedb/db.json" db.json
    grep '^    jq ' "$readme" >line.sh
    run sh line.sh
    same status $status 0
    has "what it prints" "$out" "boot experiments with gem5-24.0	Failed"
fi

begin "links, files and targets that it names"
for link in $(sed -n 's/.*](\([^)]*\)).*/\1/p' "$readme" | grep -v '^http'); do check "$link" test -e "$root/$link"; done
for file in $(grep -o '`[a-z_]*\.c`' "$readme" | tr -d '`' | grep -v hello.c); do check "$file" test -e "$root/examples/$file"; done
for target in $(grep -o 'make [a-z-]*' "$readme" | cut -d' ' -f2 | sort -u); do
    case $target in and) ;; *) check "make $target" grep -q "^$target:" "$root/Makefile" ;; esac
done

begin "the names in CONTRIBUTING.md"
for name in $(grep -oE 'gem5art__?[a-z_]+[a-z]|>>[a-z]+' "$root/CONTRIBUTING.md" | grep -v '>>name' | sort -u); do
    check "$name" grep -q -- "$name" "$root/gem5art.h"
done
for file in $(grep -oE '`tests/[a-z_/.]+`' "$root/CONTRIBUTING.md" | tr -d '\`'); do check "$file" test -e "$root/$file"; done
finish
