#!/bin/sh
# Nodes, daemons and programs of Slurm that fail while runs are under way: each run is recorded as Finished once, and no
# attempt is forgotten.
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"

begin "the controller restarts, and is absent while tasks end"
fresh controller until=go
experiment gem5-stand-in "$(values 24)"
submit
check "the nodes are full" until_true 60 are_tasks RUNNING 16
ctld_off
touch go
check "tasks end without it" until_true 60 all_recorded 16 Finished
ctld_on
check "all end" ended
same "Finished" "$(recorded Finished)" 24
same "recorded twice" "$(recorded_twice)" 0
check "nothing is live or queued" nothing_live

begin "a node's daemon is killed, and absent while its tasks end"
fresh daemon until=go
experiment gem5-stand-in "$(values 16)"
submit
check "the nodes are full" until_true 60 are_tasks RUNNING 16
slurmd_off n1
touch go
check "tasks end without it" until_true 60 all_recorded 16 Finished
slurmd_on n1
check "all end" ended
same "recorded twice" "$(recorded_twice)" 0
check "nothing is live or queued" nothing_live

begin "squeue fails: no run is submitted twice, and none is given up"
fresh squeue until=go
experiment gem5-stand-in "$(values 3)"
submit --jobs 1
mkdir bin
printf '#!/bin/sh\necho "squeue: error: the database is on fire" >&2\nexit 1\n' >bin/squeue
chmod +x bin/squeue
run env PATH="$PWD/bin:$PATH" gem5art-run --slurm x.json
has "the sum" "$out" "3 runs: 3 queued before"
has "a warning" "$err" "the database is on fire"
run env PATH="$PWD/bin:$PATH" gem5art-ls
has "gem5art-ls" "$err" "the database is on fire"
same "what gem5art-ls says is lost" "$(echo "$out" | grep -c lost)" 0
same "tasks" "$(tasks)" 3
same "queued runs" "$(queued)" 3
if [ "$TEST_LONG" ]; then
    printf '#!/bin/sh\nexec sleep 1000\n' >bin/squeue
    run env PATH="$PWD/bin:$PATH" gem5art-run --slurm x.json
    has "the sum where it hangs" "$out" "3 runs: 3 queued before"
    has "a warning where it hangs" "$err" "did not answer"
fi
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 3

begin "the controller does not answer: nothing is submitted, and nothing is queued"
fresh absent
experiment gem5-stand-in "1, 2"
ctld_off
submit
same status $status 1
has "what it says" "$err" "gem5art-run: "
ctld_on
check "nothing is queued" nothing_live
submit
has "later" "$out" "2 runs: 2 submitted"
check "all end" ended
same "Finished" "$(recorded Finished)" 2

begin "a node that cannot start anything is excluded"
fresh broken until=go
experiment ../bin/gem5 "$(values 14)"
mkdir bin && cp "$BUILD/gem5-stand-in" bin/gem5
sed -i "s|\"path\": \"[^\"]*bin/gem5\"|\"path\": \"bin/gem5\"|" x.json
on_node n2 mount -t tmpfs none "$PWD/bin"
scontrol update NodeName=n2 State=drain Reason=test
submit
check "the other node is full" until_true 60 are_running $(seq 8)
scontrol update NodeName=n2 State=resume
check "it is given up" until_true 60 sh -c 'grep -q "n2 is excluded" db.json.slurm/*/*.out'
touch go
check "all end" ended ends_in_a_hurry
same "Finished" "$(recorded Finished)" 14
same "hosts of good runs" \
    "$(grep -A 40 '"status": "Finished"' .runs | grep '^    "host"' | sort -u | tr -d ' ,')" '"host":"n1"'
check "nothing is live or queued" nothing_live
on_node n2 umount "$PWD/bin"

finish
