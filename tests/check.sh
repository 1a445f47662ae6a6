# check.sh - sourced by test scripts: a folder of their own, checks that count, and the closing line.
#
#   begin "what is tested"      starts a test; its checks follow
#   check "why" COMMAND...      the command must succeed; what it prints is shown where it does not
#   same "what" ACTUAL EXPECTED
#   has "what" TEXT PART
#   run COMMAND...              leaves the status in $status and what was printed in $out and $err
#   make_ TARGET...             the project's Makefile, with the same build folder
#   finish                      prints the sum and ends the script

passed=0 failed=0 skipped=0 current= broken=
root=$(cd "$(dirname "$0")" && while [ ! -e gem5art.h ]; do cd ..; done && pwd)
BUILD=${BUILD:-$root/build}
work=$(mktemp -d) && cd "$work" || exit 1
trap 'cd /; chmod -R u+w "$work"; rm -rf "$work"' EXIT
unset GEM5ART_DB GEM5ART_STORAGE PAGER COLUMNS
export HOME="$work" GIT_CONFIG_GLOBAL="$work/.gitconfig" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org \
    GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org LC_ALL=C.UTF-8

settle() {
    [ -z "$current" ] && return
    if [ -n "$broken" ]; then failed=$((failed + 1)); else passed=$((passed + 1)); fi
    current= broken=
}
begin() { settle; current=$1; }
wrong() { broken=1; printf '%s: %s: %s\n' "$(basename "$0")" "$current" "$1"; }
check() {
    why=$1
    shift
    "$@" >.check 2>&1 || { wrong "$why"; sed 's/^/    /' .check; }
}
same() { [ "$2" = "$3" ] || wrong "$1 is \"$2\", not \"$3\""; }
has() { case $2 in *"$3"*) ;; *) wrong "$1 is \"$2\", without \"$3\"" ;; esac; }
run() {
    "$@" >.out 2>.err </dev/null
    status=$?
    out=$(cat .out) err=$(cat .err)
}
# Make, in the project's folder; it takes no B with spaces, so that below that folder B is relative.
make_() { make -s -C "$root" "$@" B="${BUILD#"$root"/}"; }
# A program that is needed for a test: in CI it must be there.
need() {
    for program; do
        command -v "$program" >/dev/null && continue
        if [ -n "$CI" ]; then wrong "$program is not installed"; else
            echo "skipped: $current: no $program here"
            current= skipped=$((skipped + 1))
        fi
        return 1
    done
}
finish() {
    settle
    printf '%d passed, %d failed' $passed $failed
    [ $skipped = 0 ] || printf ', %d skipped' $skipped
    printf '\n'
    [ $failed = 0 ]
    exit
}
