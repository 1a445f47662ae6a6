#!/bin/sh
# run.sh TEST... - runs tests, JOBS (one more than there are cores, as tests often wait) at a time, shows what each printed under its name, and sums their
# closing lines, "N passed, N failed[, N skipped]", into one. What the failed ones said stands above that, again.
#
# A test that ends without such a line, or with another status than 0 though nothing failed, counts as one
# more failed; so does one that takes longer than TEST_TIMEOUT (600) seconds. RUNNER goes before each
# program (RUNNER="valgrind -q"), not before scripts.
#
# The tests' folders are in $TMPDIR. Without it, they are in memory where programs can run there and 2 GB are free: a sync
# of a disk takes longer than most tests.

longest="probe run pool report.sh execute artifact faults manual.sh readme.sh stats.sh launch.sh" # they start first

if [ "$1" = --one ]; then
    test=$2 name=$(basename "$2") begun=$(date +%s)
    case $test in *.sh) command=$test ;; *) command="$RUNNER $test" ;; esac
    if command -v timeout >/dev/null; then command="timeout -k 10 ${TEST_TIMEOUT:-600} $command"; fi
    $command >"$LOGS/$name.log" 2>&1 </dev/null
    status=$?
    [ $status = 124 ] && echo "$name: not done after ${TEST_TIMEOUT:-600} s" >>"$LOGS/$name.log"
    {
        echo "== $name ($(($(date +%s) - begun)) s)"
        cat "$LOGS/$name.log"
        sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$LOGS/$name.log" | tail -n 1)
        case $status:$sum in
            *:) echo "$name: ended with status $status and without a sum"; sum="0 passed, 1 failed" ;;
            0:*) ;;
            *" 0 failed"*)
                echo "$name: ended with status $status though nothing failed"
                sum="${sum%% *} passed, 1 failed"
                ;;
        esac
        echo "$sum" >"$LOGS/$name.sum"
    } >"$LOGS/$name.shown"
    cat "$LOGS/$name.shown" # in one write: tests that end together do not mix
    exit 0
fi

[ $# -gt 0 ] || { echo "run.sh: no tests"; exit 1; }
LOGS=$(mktemp -d) || exit 1
export LOGS
trap 'rm -rf "$LOGS"' EXIT
unset MAKEFLAGS # a test's own make is not part of this one

in_memory() {
    [ "$(df -Pk /dev/shm 2>/dev/null | awk 'END { print ($4 >= 2000000) }')" = 1 ] || return
    program=$(mktemp /dev/shm/gem5art-test-XXXXXX) || return
    printf '#!/bin/sh\n' >"$program" && chmod +x "$program" && "$program"
    status=$?
    rm -f "$program"
    return $status
}
if [ -z "$TMPDIR" ] && in_memory 2>/dev/null; then export TMPDIR=/dev/shm; fi

in_order() {
    for name in $longest; do printf '%s\n' "$@" | grep "/test_$name\$"; done
    printf '%s\n' "$@" | grep -Ev "/test_($(echo "$longest" | tr ' ' '|'))\$"
}
in_order "$@" | xargs -P "${JOBS:-$(($(getconf _NPROCESSORS_ONLN) + 1))}" -n 1 sh "$0" --one
grep -L ' 0 failed' "$LOGS"/*.sum | while read -r sum; do
    head -n 20 "${sum%.sum}.shown" | sed '1s/== /== failed: /'
done
cat "$LOGS"/*.sum | awk -F '[ ,]+' -v tests=$# '
    { passed += $1; failed += $3; skipped += $5 }
    END {
        if (NR < tests) failed += tests - NR
        printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
        exit failed > 0 || NR == 0
    }'
