#!/bin/sh
# Time limits: that of Slurm, which ends a run early enough to record it, and that of the run itself.
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"

begin "before Slurm's time limit gem5 writes its statistics, and the run is archived and recorded"
fresh limit until=go
experiment gem5-stand-in "1, 2"
submit --time 1
same status $status 0
check "they run" until_true 60 are_running 1 2
check "they end" ended
same "Failed" "$(recorded Failed)" 2
same "why" "$(different kill_reason | tr -d ' ,')" '"kill_reason":"sigterm"'
same "that can be launched again" "$(different rerunnable)" '    "rerunnable": true,'
for n in 1 2; do
    has "statistics" "$(tail -n 1 out/$n/stats.txt)" "End Simulation Statistics"
    check "archive" test -s out/$n/results.zip
done
scontrol -o show job | grep -o 'JobState=[A-Z]*' >states
check "no task reached its limit" test "$(grep -c TIMEOUT states)" = 0
touch go
submit
has "submitted again" "$out" "2 runs: 2 submitted"
check "they end" ended
same "Finished" "$(recorded Finished)" 2
check "nothing is live or queued" nothing_live

begin "a run's own time-out"
fresh timeout until=go
experiment gem5-stand-in 1
submit --timeout 1
check "it ends" ended
same "why" "$(different kill_reason | tr -d ' ,')" '"kill_reason":"timeout"'
check "nothing is live or queued" nothing_live
submit
same "status of a failed run" $status 1
has "the sum" "$out" "1 run: 1 failed before"
touch go
submit --retry-failed 1
has "tried again" "$out" "1 run: 1 submitted"
check "it ends" ended
same "Finished" "$(recorded Finished)" 1
finish
