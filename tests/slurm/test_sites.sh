#!/bin/sh
# What differs from site to site: odd names of folders, jobs that are private, many tasks at once, nodes that lack folders,
# an sbatch that gives up too early, a store of another kind.
CLUSTER_CPUS=12 CLUSTER_LINE=PrivateData=jobs
export CLUSTER_CPUS CLUSTER_LINE
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
# Other users may not reach the folder where the tools were built.
mkdir build && cp "$BUILD"/gem5art-* "$BUILD"/gem5-stand-in build && BUILD=$work/build
. "$root/tests/slurm/sweep.sh"
chmod 755 "$work" && git config --global safe.directory '*'

begin "24 tasks at once, in folders with spaces, quotes and per cents"
fresh "50% of a \"folder\" 'here'; \$HOME #1" until=go
experiment gem5-stand-in "$(values 24)"
submit
same status $status 0
has "the sum" "$out" "24 runs: 24 submitted"
check "all run at once" until_true 90 are_running $(seq 24)
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 24
same "recorded twice" "$(recorded_twice)" 0
same "outputs of tasks" "$(ls db.json.slurm/*/*.out 2>/dev/null)" ""
check "nothing is live or queued" nothing_live

begin "another user does not see the jobs, and does not take their runs for lost"
fresh private until=go
experiment gem5-stand-in "1, 2"
submit --jobs 1
check "one runs" until_true 60 sh -c 'grep -q Running out/*/info.json'
run setpriv --reuid=nobody --regid=nogroup --clear-groups gem5art-ls --columns name,status,reason
has "the one that waits" "$out" "  Pending  unknown to Slurm"
run setpriv --reuid=nobody --regid=nogroup --clear-groups gem5art-ls --status lost -q
same "lost runs" "$out" ""
run gem5art-ls --columns name,status,reason
has "what their owner sees" "$out" "  Pending  JobArrayTaskLimit"
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 2

begin "sbatch gives up waiting after Slurm has taken the job"
fresh early until=go
experiment gem5-stand-in "1, 2"
fake_sbatch "$sbatch"' "$@" >/dev/null
echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
exit 1'
submit_fake
same status $status 1
has "what it says" "$err" "whether Slurm has the job is unknown"
same "queued runs" "$(queued)" 2
submit
has "the sum of the next" "$out" "2 runs: 2 queued before"
touch go
check "they end" ended
same "Finished" "$(recorded Finished)" 2
same "recorded twice" "$(recorded_twice)" 0
check "nothing is live or queued" nothing_live

begin "a node has not even the folder of the batch script"
fresh lacks
experiment gem5-stand-in "1, 2"
on_node n1 mount -t tmpfs none "$PWD"
scontrol update NodeName=n2 State=drain Reason=test
submit
same status $status 0
check "its tasks end" ended
run gem5art-ls --columns name,status,reason
has "their runs" "$out" "run 1  Pending  lost"
on_node n1 umount "$PWD"
submit --exclude n1
has "the next one without the node" "$out" "2 runs: 2 submitted"
scontrol update NodeName=n2 State=resume
check "they end" ended
same "Finished" "$(recorded Finished)" 2
check "nothing is live or queued" nothing_live

begin "an LMDB store on a file system of one machine"
fresh lmdb
experiment gem5-stand-in "1, 2"
submit --db-uri lmdb://db.lmdb
if [ $status = 0 ]; then
    check "they end" ended
    same "Finished" "$(gem5art-ls --db-uri lmdb://db.lmdb --status Finished -q | wc -l)" 2
else has "a build without LMDB" "$err" "LMDB"; fi
finish
