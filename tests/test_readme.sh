#!/bin/sh
# What README.md promises: its C program compiles, runs, and refuses to run twice; each of its commands is typed, here or in
# the test that is named; its links lead somewhere.
. "$(dirname "$0")/check.sh"
readme=$root/README.md

begin "the C program"
sed -n '/^```c$/,/^```$/p' "$readme" | sed '1d;$d' >hello.c
lines=$(sed -n '/^int main/,$p' hello.c | wc -l)
check "main is of about 20 lines" test "$lines" -lt 25
check "all is of about 40 lines" test "$(wc -l <hello.c)" -lt 40
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

begin "the commands"
mkdir -p alice day && cp hello.json day && rm db.json
cp "$root/tests/data/gem5art-filedb/db.json" alice
cd day || exit 1
for repo in gem5 experiments; do
    mkdir $repo && git -C $repo init -q && echo '# a script' >$repo/hello.py && echo build/ >$repo/.gitignore
    git -C $repo add -A && git -C $repo commit -qm first
done
mkdir -p gem5/build/X86 && cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
printf '#!/bin/sh\ncat hello.json\n' >generate.py && chmod +x generate.py
PATH=$BUILD:$PATH

# Every line of an indented block, without its comment; lines that end in a backslash are joined.
awk '/^```/ { fenced = !fenced } !fenced && /^    / { sub(/^    /, ""); if (!/["\047]$/) sub(/ +# .*/, ""); printf "%s", $0
    if (!sub(/\\$/, "")) print "" }' "$readme" | sed 's/\\  */ /g' >commands
check "there are commands" test "$(wc -l <commands)" -ge 40

# elsewhere COMMAND - the commands that are not run here: which script runs them
elsewhere() {
    case $1 in
        "make demo") script=tests/test_examples.sh ;;
        "make test") script=tests/run.sh ;; # which runs this one
        "make install" | "make uninstall" | "make dist") script=tests/test_install.sh ;;
        "make deb") script=tools/packaging/deb.sh ;; # it needs the programs that build Debian packages
        "gem5art-run --slurm "*) script=tests/slurm/test_runs.sh ;;
        "cc hello.c "*) script=tests/test_consumers.sh ;;
        *) return 1 ;;
    esac
}
# with_programs COMMAND - are the programs installed that it needs?
with_programs() {
    case $1 in
        *jq\ *) command -v jq >/dev/null ;;
        *pandas*) python3 -c 'import pandas' 2>/dev/null ;;
    esac
}
# Several Pythons may be installed: the first that has pandas.
if ! python3 -c 'import pandas' 2>/dev/null && /usr/bin/python3 -c 'import pandas' 2>/dev/null; then
    mkdir python && ln -s /usr/bin/python3 python && PATH=$PWD/python:$PATH
fi
while read -r line; do
    if elsewhere "$line"; then check "$line: $script" test -e "$root/$script"; continue; fi
    case $line in *lmdb:*) gem5art-ls --db-uri lmdb://none 2>&1 | grep -q "not in this build" && continue ;; esac
    if ! with_programs "$line"; then
        [ -z "$CI" ] || wrong "programs are missing for $line"
        echo "not run, for want of a program: $line"
        continue
    fi
    set -- $(gem5art-ls -q --mode se --where size=1 2>/dev/null | head -n 2)
    case $line in
        cc*getruns*) run sh -c "cd '$root' && $(echo "$line" | sed "s| -o gem5art-getruns| -O0 -o '$work/getruns'|")" ;;
        *) run sh -c "$(echo "$line" | sed "s/ID ID/$1 $2/; s/ID/$1/")" ;;
    esac
    case $line in
        *-diff*) same "status of $line" $status 1 ;;
        *) same "status of $line: $err" $status 0 ;;
    esac
    case $line in
        jq*) has "what jq prints" "$out" "boot experiments with gem5-24.0	Failed" ;;
        *pandas*) has "what pandas prints" "$out" "Finished    14" ;;
    esac
done <commands
same "runs that were launched, and those of alice" "$(gem5art-ls -q --all | wc -l)" 15
check "one command builds gem5art-getruns" ../getruns runs.json
cd ..

begin "blocks that are no commands"
same "fenced blocks of README.md" "$(sed -n 's/^```\(.\)/\1/p' "$readme" | tr '\n' ' ')" "cmake json c " # test_consumers.sh has the first
same "commands in blocks of CONTRIBUTING.md, which are a map" \
    "$(grep -E '^ *(\$|make|sh|cc|git|gem5art-[a-z]+) ' "$root/CONTRIBUTING.md" | grep '^    ')" ""
check "CONTRIBUTING.md has no fenced block" sh -c "! grep -q '^\`\`\`' '$root/CONTRIBUTING.md'"

begin "it can be read in a terminal of 80 columns"
same "longer lines" "$(awk 'length($0) > 80' "$readme")" ""

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
