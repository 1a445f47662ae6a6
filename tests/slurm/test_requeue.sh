#!/bin/sh
# Tasks that Slurm puts back into the queue, and tasks that vanish.
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"
urgent_runs() { [ -n "$(squeue -h -p urgent -t running)" ]; }

begin "a task that is requeued executes its run again, and the first attempt is recorded"
fresh requeue until=go
experiment gem5-stand-in "$(values 3)"
submit
check "they run" until_true 60 are_running 1 2 3
job=$(cut -d ' ' -f 2 db.json.slurm/*/jobs)
scontrol requeue "${job}_1"
check "the end of the first attempt" until_true 60 all_recorded 1 Failed
same "why" "$(different kill_reason | grep -c sigterm)" 1
submit
has "meanwhile" "$out" "3 runs: 3 queued before"
touch go
check "all end" ended ends_in_a_hurry
same "Finished" "$(recorded Finished)" 3
same "attempts at one run" "$(recorded_twice)" 1
check "the next attempt's outdir" test -s out/2.2/results.zip
check "nothing is live or queued" nothing_live

begin "an urgent job preempts runs, which are executed again after it"
fresh preempt until=go
experiment gem5-stand-in "$(values 16)"
submit
check "the nodes are full" until_true 60 are_tasks RUNNING 16
sbatch -Q -p urgent -N 2 --exclusive -o /dev/null --wrap 'until [ -e urgent ]; do sleep 0.1; done'
check "the urgent job runs" until_true 60 urgent_runs
check "the ends of all attempts" until_true 60 all_recorded 16 Failed
same "why" "$(different kill_reason | tr -d ' ,')" '"kill_reason":"sigterm"'
same "tasks that wait" "$(tasks PENDING)" 16
touch urgent go
check "all end" ended ends_in_a_hurry
same "Finished" "$(recorded Finished)" 16
check "nothing is live or queued" nothing_live

begin "a task that vanishes: its run is shown as lost, and submitted again"
fresh vanish until=go
experiment gem5-stand-in "1, 2"
submit
check "they run" until_true 60 are_running 1 2
job=$(cut -d ' ' -f 2 db.json.slurm/*/jobs)
for node in n1 n2; do on_node $node pkill -KILL -f "[g]em5art-run --exec"; done
check "the tasks end" ended
touch go
check "gem5art-ls shows them as lost" until_true 120 sh -c '[ "$(gem5art-ls --status lost | grep -c "run [12]")" = 2 ]'
check "they can be submitted again, and end" until_true 150 \
    sh -c 'gem5art-run --slurm x.json | grep -q "2 recorded before"'
check "their tasks end" ended
same "Finished" "$(recorded Finished)" 2
same "lost attempts" "$(recorded Failed)" 2
check "nothing is live or queued" nothing_live
finish
