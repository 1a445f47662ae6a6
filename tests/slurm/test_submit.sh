#!/bin/sh
# Submissions that fail, are refused, or end halfway: nothing is left behind, and nothing goes twice.
CLUSTER_MAX_ARRAY=4
export CLUSTER_MAX_ARRAY
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
# Other users may not reach the folder where the tools were built.
mkdir build && cp "$BUILD"/gem5art-run "$BUILD"/gem5art-getruns "$BUILD"/gem5-stand-in build && BUILD=$work/build
. "$root/tests/slurm/sweep.sh"
chmod 755 "$work" && git config --global safe.directory '*'
# as USER GROUP COMMAND... - runs a command as a user, whose files are the group's, too
as() { setpriv --reuid="$1" --regid="$2" --clear-groups sh -c 'umask 002; shift 2; exec "$@"' as "$@"; }
none_submitted() { [ -z "$(ls db.json.slurm 2>/dev/null)" ] && nothing_live && [ "$(tasks)" = 0 ]; }

begin "Slurm is not installed"
fresh none
experiment gem5-stand-in "1, 2"
mkdir bin
for program in git sh env; do ln -s "$(command -v $program)" bin; done
run env PATH="$PWD/bin" "$BUILD/gem5art-run" --slurm x.json
same status $status 1
has "what it says" "$err" "is Slurm installed on this machine?"
check "nothing is left" none_submitted

begin "a partition that does not exist; options that are none"
fresh partition
experiment gem5-stand-in "1, 2"
submit --partition none
same status $status 1
has "what it says" "$err" "gem5art-run: sbatch failed: "
has "what it says" "$err" "partition"
check "nothing is left" none_submitted
submit --sbatch --no-such-option=1
same status $status 1
check "nothing is left" none_submitted
submit --sbatch no-option
same status $status 2
submit --sbatch --array=1-3
same status $status 2
run gem5art-run --partition main x.json
same "status without --slurm" $status 2
check "nothing is left" none_submitted

begin "a user without the partition"
fresh user
experiment gem5-stand-in "1, 2"
chown -R nobody .
run as nobody nogroup gem5art-run --slurm --partition staff x.json
same status $status 1
has "what it says" "$err" "gem5art-run: sbatch failed: "
check "nothing is left" none_submitted
run as nobody nogroup gem5art-run --slurm --partition main x.json
same "status of the other partition" $status 0
check "they end" ended
same "Finished" "$(recorded Finished)" 2

begin "two users share a store of their group's, and submit the same runs at once"
fresh group until=go
experiment gem5-stand-in "$(values 12)"
chgrp -R games . && chmod -R g+rwX . && find . -type d -exec chmod g+s {} +
as daemon games gem5art-run --slurm x.json >daemon 2>&1 &
as games games gem5art-run --slurm x.json >games 2>&1
wait
same "tasks" "$(tasks)" 12
same "queued runs" "$(queued)" 12
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 12
same "recorded twice" "$(recorded_twice)" 0
check "nothing is live or queued" nothing_live
for user in daemon games; do
    run as $user games gem5art-run --slurm x.json
    has "what $user sees" "$out" "12 runs: 12 recorded before"
done

begin "sbatch takes one array, and then no more"
fresh half until=go
experiment gem5-stand-in "$(values 10)"
fake_sbatch '[ ! -e once ] || { echo "sbatch: error: no more" >&2; exit 1; }
touch once; exec '"$sbatch"' "$@"'
submit_fake
same status $status 1
has "what it says" "$err" "no more"
has "the sum" "$out" "10 runs: 4 submitted"
same "tasks" "$(tasks)" 4
same "queued runs" "$(queued)" 4
submit
same "status of the next" $status 0
has "the sum of the next" "$out" "10 runs: 6 submitted, 4 queued before"
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 10
same "recorded twice" "$(recorded_twice)" 0

begin "the submitter is killed before sbatch has an answer: its runs are free again"
fresh killed until=go
experiment gem5-stand-in "1, 2"
fake_sbatch 'kill -9 $PPID'
submit_fake
check "it was killed" test $status != 0
same "queued runs" "$(queued)" 2
same "tasks" "$(tasks)" 0
submit
has "the sum of the next" "$out" "2 runs: 2 submitted"
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 2

begin "the submitter is killed after sbatch has submitted: its runs are queued"
fresh unnoted until=go
experiment gem5-stand-in "1, 2"
fake_sbatch "$sbatch"' "$@"; kill -9 $PPID'
submit_fake
check "it was killed" test $status != 0
same "tasks" "$(tasks)" 2
submit
same "status of the next" $status 0
has "the sum of the next" "$out" "2 runs: 2 queued before"
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 2
same "recorded twice" "$(recorded_twice)" 0
check "nothing is live or queued" nothing_live

begin "sbatch says yes without a job number, with warnings, and with a cluster's name"
fresh words
experiment gem5-stand-in "1, 2"
fake_sbatch 'echo hello'
submit_fake
same status $status 1
has "what it says" "$err" "whether Slurm has the job is unknown"
same "queued runs" "$(queued)" 2
fake_sbatch 'echo "sbatch: warning: you are low on hours" >&2; echo "$('"$sbatch"' "$@");test"'
submit_fake
same "status with a warning" $status 0
check "they end" ended
same "Finished" "$(recorded Finished)" 2
finish
