#!/bin/sh
# A node that loses its power while it executes runs.
CLUSTER_DOWN_AFTER=5
export CLUSTER_DOWN_AFTER
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"

begin "a node loses its power: its tasks go again, and their lost attempts are recorded"
fresh power until=go
experiment gem5-stand-in "$(values 10)"
submit
check "all run" until_true 60 are_running $(seq 10)
lost=$(squeue -h -r -o %N -t running | grep -c n2)
check "some on n2" test "$lost" -gt 0
node_off n2
check "Slurm puts its tasks into the queue again" until_true 120 are_tasks PENDING "$lost"
node_on n2
touch go
check "the others end" until_true 60 all_recorded $((10 - lost)) Finished
check "all end" ended
same "Finished" "$(recorded Finished)" 10
same "lost attempts" "$(recorded Failed)" "$lost"
same "runs with two attempts" "$(recorded_twice)" "$lost"
same "later outdirs" "$(ls -d out/*.2 | wc -l)" "$lost"
check "nothing is live or queued" nothing_live
finish
