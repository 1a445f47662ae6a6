#!/bin/sh
# The page gem5art-tutorial(7): its commands are typed, and their answers are compared.
#
#   make test TESTS=tutorial            compares; what gem5 wrote when the answers were recorded is in tests/data/tutorial
#   RECORD=/path/to/gem5.opt sh tests/test_tutorial.sh
#                                       records the answers and what this gem5 writes; read them before you commit them
. "$(dirname "$0")/check.sh"
page=$root/tools/man/gem5art-tutorial.txt
export recorded="$root/tests/data/tutorial" gem5="$work/bin/gem5.opt"
export PATH="$work/bin:$BUILD:$PATH" COLUMNS=71 TZ=UTC GIT_AUTHOR_DATE='2026-11-02 09:00 UTC' GIT_COMMITTER_DATE='2026-11-02 09:00 UTC'

begin "the first day"
need python3 bash || finish
# What `git clone` and scons find here: a repo with the address of gem5's, and instead of a compiler a gem5 that writes again
# what the recorded one wrote.
mkdir bin origin
echo build/ >origin/.gitignore
git -C origin init -q && git -C origin add -A && git -C origin commit -qm "First version" && git -C origin tag v24.0.0.1
git config --global url."file://$work/origin".insteadOf https://github.com/gem5/gem5
cat >bin/gem5.opt <<'END'
#!/bin/sh
for argument; do
    case $argument in --outdir=*) outdir=${argument#*=} ;; esac
    model=$size size=$argument
done
for file in simout.txt stats.txt; do gzip -dc "$recorded/$model-$size.$file.gz" >"$outdir/$file" || exit; done
END
cat >bin/scons <<'END'
#!/bin/sh
for target; do :; done
mkdir -p "$(dirname "$target")" && cp "$gem5" "$target"
END
chmod +x bin/*
if [ "$RECORD" ]; then
    gem5=$RECORD python3 "$root/tests/session.py" "$page" --record
    mkdir -p "$recorded"
    for run in study/results/*/*; do
        for file in simout.txt stats.txt; do
            sed "s|$work|/home/ada|; s/executing on [^,]*/executing on lab1/" "$run/$file" |
                gzip -9n >"$recorded/$(basename "${run%/*}")-${run##*/}.$file.gz"
        done
    done
    exit
fi
check "each command answers as it did" python3 "$root/tests/session.py" "$page"
check "the run script is Python" python3 -m py_compile study/scripts/cache.py
check "the program runs" study/sort
check "the figure is SVG" grep -q '^<svg\|<svg ' study/ipc.svg
finish
