#!/bin/sh
# Sweeps on a cluster: handed over, executed, recorded once, and seen on their way.
CLUSTER_MAX_ARRAY=40
export CLUSTER_MAX_ARRAY
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"

begin "100 runs over two nodes, with arrays of 40 at most"
fresh hundred until=go
experiment gem5-stand-in "$(values 100)"
submit
same status $status 0
same errors "$err" ""
has "the sum" "$out" "100 runs: 100 submitted"
same "arrays" "$(cat db.json.slurm/*/jobs | wc -l)" 3
same "hashes" "$(grep -cE '^[0-9a-f]{64}$' db.json.slurm/*/runs)" 100
check "both nodes are full" until_true 60 are_tasks RUNNING 16
same "queued runs" "$(queued)" 100
submit
same "status of a second time" $status 0
has "the sum of a second time" "$out" "100 runs: 100 queued before"
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 100
same "recorded twice" "$(recorded_twice)" 0
same "hosts" "$(different host | wc -l)" 2
same "task ids" "$(different task_id | wc -l)" 100
has "a task's id is JOB_TASK" "$(grep -m 1 '"task_id"' .runs)" "$(cut -d ' ' -f 2 db.json.slurm/*/jobs | head -n 1)_"
same "archives" "$(ls out/*/results.zip | wc -l)" 100
check "nothing is live or queued" nothing_live
same "outputs of tasks" "$(ls db.json.slurm/*/*.out 2>/dev/null)" ""
submit
same "status of a third time" $status 0
has "the sum of a third time" "$out" "100 runs: 100 recorded before"
same "submissions" "$(ls db.json.slurm | wc -l)" 1

begin "--jobs throttles"
fresh throttle until=go
experiment gem5-stand-in "$(values 4)"
submit --jobs 3
check "three run" until_true 60 are_tasks RUNNING 3
check "one waits, and for them" until_true 60 sh -c 'squeue -h -r -t pending -o %r | grep -qx JobArrayTaskLimit'
same "running" "$(tasks RUNNING)" 3
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 4

begin "--per-task: runs that share a task, each with its own record"
fresh per-task
experiment gem5-stand-in "$(values 12)"
submit --per-task 5
same status $status 0
check "all end" ended
same "Finished" "$(recorded Finished)" 12
same "recorded twice" "$(recorded_twice)" 0
same "tasks" "$(different task_id | wc -l)" 3
check "nothing is live or queued" nothing_live

begin "--dry-run changes nothing, and shows the script"
fresh dry
experiment gem5-stand-in "$(values 2)"
submit --dry-run --partition main --sbatch --nice=7 --time 7
same status $status 0
has "a new run" "$out" "new"
has "the script" "$out" "#SBATCH --partition=main"
has "the script" "$out" "#SBATCH --nice=7"
has "the script" "$out" "#SBATCH --time=7"
has "the script" "$out" "
exec "
check "nothing was made" test ! -e db.json.slurm -a ! -e db.json.live -a ! -e out
same "jobs" "$(tasks)" 0

begin "what is given to sbatch is Slurm's: options, and lines of the experiment"
fresh options until=go
experiment gem5-stand-in 1
sed -i 's|^{|{ "sbatch": ["--nice=5", "--job-name=ours"],|' x.json
submit --mem 321 --cpus-per-task 2 --exclude n1 --time 1-2 --partition staff
same status $status 0
check "it runs" until_true 60 are_tasks RUNNING 1
same "the job" "$(squeue -h -o '%m %C %N %l %P %j')" "321M 2 n2 1-02:00:00 staff ours"
touch go
check "it ends" ended
same "Finished" "$(recorded Finished)" 1

begin "--wait follows the runs until all have ended"
fresh wait
experiment gem5-stand-in "$(values 3)"
submit --wait
same "status of good runs" $status 0
same "Finished" "$(recorded Finished)" 3
experiment children/exit_with "0, 3"
submit --wait
same "status with a failed run" $status 1
same "Failed" "$(recorded Failed)" 1
check "nothing is live or queued" nothing_live

begin "two people submit the same runs at once: each goes once"
fresh at-once until=go
experiment gem5-stand-in "$(values 20)"
for i in 1 2 3; do gem5art-run --slurm x.json >at-once.$i 2>&1 & done
wait
same "tasks" "$(tasks)" 20
same "queued runs" "$(queued)" 20
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 20
same "recorded twice" "$(recorded_twice)" 0
begin "--shards: each node appends to a file of its own, and all read them as one"
fresh shards until=go
experiment gem5-stand-in "$(values 16)"
submit --shards
check "the nodes are full" until_true 60 are_tasks RUNNING 16
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 16
same "shards" "$(ls db.json.shards | grep -c '^n[12]\.json$')" 2
check "nothing is live or queued" nothing_live
submit --shards
has "the sum of a second time" "$out" "16 runs: 16 recorded before"
check "gem5art-fsck merges them" gem5art-fsck --merge-shards
same "Finished, merged" "$(recorded Finished)" 16
same "recorded twice" "$(recorded_twice)" 0
finish
