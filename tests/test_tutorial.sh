#!/bin/sh
# The page gem5art-tutorial(7): its commands are typed, and their answers are compared.
#
#   make test TESTS=tutorial            compares
#   RECORD=1 sh tests/test_tutorial.sh  writes the answers again, to be read by a person before they are committed
. "$(dirname "$0")/check.sh"
page=$root/tools/man/gem5art-tutorial.txt
export PATH="$work/bin:$BUILD:$PATH" COLUMNS=71 TZ=UTC GIT_AUTHOR_DATE='2026-11-02 09:00 UTC' GIT_COMMITTER_DATE='2026-11-02 09:00 UTC'

begin "the first day"
need python3 bash || finish
# What `git clone` and scons find here: a repo with the address of gem5's, and the stand-in instead of a build.
mkdir bin origin
echo build/ >origin/.gitignore
git -C origin init -q && git -C origin add -A && git -C origin commit -qm "First version" && git -C origin tag v24.0.0.1
git config --global url."file://$work/origin".insteadOf https://github.com/gem5/gem5
cat >bin/scons <<END
#!/bin/sh
for target; do :; done
mkdir -p "\$(dirname "\$target")" && cp "$BUILD/gem5-stand-in" "\$target"
END
chmod +x bin/scons
if [ "$RECORD" ]; then python3 "$root/tests/session.py" "$page" --record; exit; fi
check "each command answers as it did" python3 "$root/tests/session.py" "$page"
check "the run script is Python" python3 -m py_compile study/scripts/cache.py
check "the program runs" study/sort
check "the figure is SVG" grep -q '^<svg\|<svg ' study/ipc.svg
finish
