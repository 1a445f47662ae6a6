#!/bin/sh
# run.sh --one TEST      runs a test, leaves what it printed in $RESULTS, and shows that under the test's name
# run.sh --sum NAME...   sums the closing lines of those tests, "N passed, N failed[, N skipped]", into one. Above it
#                        stands again what the failed ones printed
# run.sh TEST...         both, with JOBS (4) tests at a time
#
# A test that ends without such a line, or with another status than 0 though nothing failed, counts as one
# more failed; so does one that takes longer than TEST_TIMEOUT (600) seconds. RUNNER goes before each
# program (RUNNER="valgrind -q"), not before scripts.
#
# The tests' folders are in $TMPDIR. Without it, they are in memory where programs can run there and 2 GB are free: a sync
# of a disk takes longer than most tests.

in_memory() {
    [ "$(df -Pk /dev/shm 2>/dev/null | awk 'END { print ($4 >= 2000000) }')" = 1 ] || return
    program=$(mktemp /dev/shm/gem5art-test-XXXXXX) || return
    printf '#!/bin/sh\n' >"$program" && chmod +x "$program" && "$program"
    status=$?
    rm -f "$program"
    return $status
}

run_one() {
    test=$1 log=$RESULTS/$(basename "$1") begun=$(date +%s)
    case $test in *.sh) command=$test ;; *) command="$RUNNER $test" ;; esac
    if command -v timeout >/dev/null; then command="timeout -k 10 ${TEST_TIMEOUT:-600} $command"; fi
    if [ -z "$TMPDIR" ] && in_memory 2>/dev/null; then export TMPDIR=/dev/shm; fi
    mkdir -p "$RESULTS" && rm -f "$log.sum"
    unset MAKEFLAGS # a test's own make is not part of this one
    $command >"$log.log" 2>&1 </dev/null
    status=$?
    [ $status = 124 ] && echo "$(basename "$test"): not done after ${TEST_TIMEOUT:-600} s" >>"$log.log"
    {
        echo "== $(basename "$test") ($(($(date +%s) - begun)) s)"
        cat "$log.log"
        sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log.log" | tail -n 1)
        case $status:$sum in
            *:) echo "$(basename "$test"): ended with status $status and without a sum"; sum="0 passed, 1 failed" ;;
            0:*) ;;
            *" 0 failed"*)
                echo "$(basename "$test"): ended with status $status though nothing failed"
                sum="${sum%% *} passed, 1 failed"
                ;;
        esac
        echo "$sum" >"$log.sum"
    } >"$log.shown"
    cat "$log.shown" # in one write: tests that end together do not mix
}

sum_up() {
    [ $# -gt 0 ] || echo "run.sh: no tests"
    for name; do
        grep -q ' 0 failed' "$RESULTS/$name.sum" || head -n 20 "$RESULTS/$name.shown" | sed '1s/== /== failed: /'
    done
    for name; do cat "$RESULTS/$name.sum" || echo "0 passed, 1 failed"; done | awk -F '[ ,]+' '
        { passed += $1; failed += $3; skipped += $5 }
        END {
            printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
            exit failed > 0 || NR == 0
        }'
}

case $1 in
    --one) run_one "$2" ;;
    --sum) shift && sum_up "$@" ;;
    *)
        RESULTS=$(mktemp -d) || exit 1
        export RESULTS
        trap 'rm -rf "$RESULTS"' EXIT
        printf '%s\n' "$@" | xargs -P "${JOBS:-4}" -n 1 sh "$0" --one
        sum_up $(printf '%s\n' "$@" | sed 's|.*/||')
        ;;
esac
