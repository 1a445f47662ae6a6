#!/bin/sh
# demo.sh - from registration to gem5art-getruns in a few seconds; `make demo` runs it.
#
#   GEM5=/path/to/gem5.opt make demo      takes your gem5, for SE runs of a small program compiled here
#   WORKLOAD=/path/to/binary              simulates that static binary instead
#
# It makes git repos, a store and outdirs in a new folder under TMPDIR, which it leaves there to be looked at.
set -eu
cd "$(dirname "$0")/.."
source=$PWD
build=${BUILD:-$PWD/build}

if [ "${GEM5:-}" ]; then
    echo "gem5art demo with your gem5: $GEM5"
    [ -f "$GEM5" ] && [ -x "$GEM5" ] || { echo "GEM5 is not an executable file: $GEM5" >&2; exit 1; }
    GEM5=$(cd "$(dirname "$GEM5")" && pwd)/$(basename "$GEM5")
else
    echo "gem5art demo with examples/gem5-stand-in.c, which simulates nothing;"
    echo "GEM5=/path/to/gem5.opt takes your gem5"
fi

say() { printf '\n# %s\n' "$*"; }

say "Building the tools and examples: a minute or two, once"
"${MAKE:-make}" -s all B="${build#"$source"/}" # make takes no B with spaces

demo=$(mktemp -d "${TMPDIR:-/tmp}/gem5art-demo.XXXXXX")
cd "$demo"
GEM5ART_DB=file://$demo/db.json
export GEM5ART_DB

say "Making git repos in $demo"
new_repo() { # FOLDER - commits all that is in it
    git -C "$1" init -q
    git -C "$1" add -A
    git -C "$1" -c user.name=demo -c user.email=demo@localhost -c commit.gpgsign=false commit -q -m "First version"
    git -C "$1" remote add origin "https://example.org/$1.git"
}

mkdir experiments
cp "$source/examples/se.py" experiments
printf '# For the stand-in alone: a guest that boots and powers off.\n# stand-in: seconds=0.4\n' >experiments/fs.py
new_repo experiments

if [ "${GEM5:-}" ]; then
    gem5=$GEM5
    if ! gem5_repo=$(git -C "$(dirname "$gem5")" rev-parse --show-toplevel 2>/dev/null); then
        say "$gem5 lies in no git repo: a repo with a note stands for its source"
        mkdir gem5
        echo "The source of $gem5 is not known." >gem5/README
        new_repo gem5
        gem5_repo=gem5
    fi
    if [ ! "${WORKLOAD:-}" ]; then
        WORKLOAD=$demo/hello
        cat >hello.c <<'END'
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    long i, sum = 0;
    for (i = 0; argc > 1 && i < atol(argv[1]); i++) sum += i;
    printf("Hello %ld\n", sum);
    return 0;
}
END
        ${CC:-cc} -O1 -static -o hello hello.c
    fi
else
    mkdir gem5
    cp "$source/examples/gem5-stand-in.c" gem5
    echo build/ >gem5/.gitignore
    new_repo gem5
    mkdir -p gem5/build/STAND_IN
    cp "$build/gem5-stand-in" gem5/build/STAND_IN/gem5.opt
    gem5=gem5/build/STAND_IN/gem5.opt gem5_repo=gem5
    echo "stands for a static binary" >hello
    echo "stands for a Linux kernel" >vmlinux
    echo "stands for a disk image" >disk.img
    WORKLOAD=hello
fi

sweep() { "$build/se_sweep" "$gem5" "$gem5_repo" experiments/se.py experiments "$WORKLOAD" runs; }
boot() { # OUTDIR PARAM... - an FS run; one that fails is part of the show
    "$build/fs_boot" "$gem5" "$gem5_repo" experiments/fs.py experiments vmlinux disk.img "$@" || true
}

say "SE runs: three CPU models, two problem sizes"
sweep
if [ ! "${GEM5:-}" ]; then
    say "FS runs: one that boots, and one whose guest's kernel panics"
    boot runs/boot-1 1
    boot runs/boot-2 2 --stand-in=panic
fi

say "The same again: nothing is launched twice"
sweep
[ "${GEM5:-}" ] || boot runs/boot-1 1

say "What gem5art-getruns found: \`gem5art-getruns runs.json\`, by jq"
"$build/gem5art-getruns" runs.json
if command -v jq >/dev/null; then
    jq -r 'def wide(n): (tostring + " " * n)[:n];
        .[] | (._id[:8] | wide(10)) + (.type | wide(13)) + (.name | wide(20)) + (.status | wide(10))
            + (.return_code | wide(4)) + .kill_reason' runs.json
else
    cat runs.json
fi
say "A page about all of it: \`gem5art-report --stat simTicks -o report.html\`"
"$build/gem5art-report" --title "The gem5art demo" --stat simTicks -o report.html || [ -s report.html ]
echo "Open it in a browser: $demo/report.html"
printf '\nAll of it is in %s:\ndb.json, runs.json, report.html, and an outdir with results.zip for each run.\n' "$demo"
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }
printf '\nLook around with the tools; gem5art-ls lists the runs:\n\n    cd %s; PATH=%s:$PATH\n    gem5art-ls\n' "$(quoted "$demo")" \
    "$(quoted "$build")"
