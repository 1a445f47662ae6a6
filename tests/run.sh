#!/bin/sh
# run.sh TEST... - runs tests, JOBS (3, as they often wait) at a time, shows what each printed under its name, and sums their
# closing lines, "N passed, N failed[, N skipped]", into one. What the failed ones said stands above that, again.
#
# A test that ends without such a line, or with another status than 0 though nothing failed, counts as one
# more failed; so does one that takes longer than TEST_TIMEOUT (600) seconds. RUNNER goes before each
# program (RUNNER="valgrind -q"), not before scripts.

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
printf '%s\n' "$@" | xargs -P "${JOBS:-3}" -n 1 sh "$0" --one
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
