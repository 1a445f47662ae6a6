#!/bin/sh
# gem5art-run --slurm, gem5art-ls and gem5art-cancel beside small programs that answer as Slurm's do. tests/slurm drives a
# real Slurm; here is what needs none: what is written, refused, shown, and left as it is when Slurm does not answer.
. "$(dirname "$0")/check.sh"
launch=$BUILD/gem5art-run list=$BUILD/gem5art-ls cancel=$BUILD/gem5art-cancel
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
mkdir bin

# Slurm's programs: a command that they log, an answer from a file, the status of NAME.status.
for name in sbatch squeue scontrol scancel; do
    cat >bin/$name <<END
#!/bin/sh
echo "$name \$*" >>"$work/log"
cat "$work/$name.says" 2>/dev/null
exit \$(cat "$work/$name.status" 2>/dev/null || echo 0)
END
    chmod +x bin/$name
done
echo "MaxArraySize            = 3" >scontrol.says
sed -i 's/^exit/[ -s sbatch.says ] || { echo x >>jobs; echo $((99 + $(wc -l <jobs))); }\nexit/' bin/sbatch
slurmless=$PATH
PATH=$work/bin:$PATH

experiment() { # VALUES [KEYS]
    cat >x.json <<END
{ "artifacts": {
    "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
    "gem5": {"type": "gem5 binary", "path": "$BUILD/gem5-stand-in", "documentation": "a program of the test"}},
  $2
  "sweeps": [{"mode": "se", "name": "run {n}", "gem5_artifact": "gem5", "gem5_git_artifact": "repo",
              "run_script_git_artifact": "repo", "run_script": "repo/run.py", "outdir": "out/{n}", "params": ["{n}"],
              "timeout": "1h", "matrix": {"n": [$1]}}] }
END
}
afresh() { rm -rf out db.json* log jobs ./*.status squeue.says; }
queued() { ls db.json.queued 2>/dev/null | wc -l; }
# task JOB INDEX STATE NODE REASON - a line of squeue
task() { echo "$1|$2|$3|$4|$(id -u)|$5|none" >>squeue.says; }

begin "without Slurm, a sentence and nothing else"
experiment "1, 2"
PATH=$slurmless
if command -v sbatch >/dev/null; then echo "Slurm is installed here"; else
    run "$launch" --slurm x.json
    same status $status 1
    has "the error" "$err" "nothing was submitted: scontrol cannot be run: is Slurm installed on this machine?"
    same "queued runs" "$(queued)" 0
fi
PATH=$work/bin:$PATH

begin "a submission: arrays within MaxArraySize, the script, the runs"
afresh
experiment "1, 2, 3, 4, 5" '"sbatch": ["--mem=8G"],'
run "$launch" --slurm --jobs 2 --partition "a b" x.json
same status $status 0
has "the sum" "$out" "5 runs: 5 submitted
Slurm job 100:"
same "queued runs" "$(queued)" 5
folder=$(echo db.json.slurm/*)
id=${folder#*/}
same "the arrays" "$(grep sbatch log)" "sbatch --parsable --array=0-2%2 --comment=gem5art:$id:0 $work/$folder/script 0
sbatch --parsable --dependency=afterany:100 --array=0-1%2 --comment=gem5art:$id:3 $work/$folder/script 3"
same "the jobs" "$(cat "$folder/jobs")" "0 100
3 101"
same "the hashes" "$(grep -cE '^[0-9a-f]{64}$' "$folder/runs")" 5
same "the experiment" "$(cat "$folder/experiment")" x
same "the script" "$(cat "$folder/script")" "#!/bin/sh
#SBATCH --job-name=x
#SBATCH --output=$work/$folder/%A_%a.out
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --chdir=$work
#SBATCH --time=65
#SBATCH --signal=B:TERM@180
#SBATCH --mem=8G
#SBATCH --partition=\"a b\"
exec $BUILD/gem5art-run --exec $work/$folder --first \"\$1\" --per-task 1 --db-uri $work/db.json"

begin "what is queued is neither submitted nor launched again"
for k in 0 1 2; do task 100 $k PENDING "" Priority; done
rm log
run "$launch" --slurm --where n=1,2 x.json
has "a second submission" "$out" "2 runs: 2 queued before"
check "nothing is handed over" test ! -e log -o "$(grep -c sbatch log)" = 0
run "$launch" --where n=1 x.json
same "status of a local launch" $status 1
has "a local launch" "$out" 'run "run 1" is queued (ticket '
run "$launch" --slurm --dry-run --where n=1 x.json
has "a dry run" "$out" "1 queued or executed elsewhere"
run "$launch" --slurm --dry-run --where n=2,4 x.json
has "a dry run, of a lost one, too" "$out" "2 runs: 1 new, 1 queued or executed elsewhere"
run "$launch" --dry-run --where n=2,4 x.json
has "a dry run without Slurm" "$out" "2 runs: 1 new, 1 queued or executed elsewhere"
same "queued runs" "$(queued)" 5
echo 1 >squeue.status
run "$launch" --slurm --dry-run --where n=4 x.json
has "a dry run without an answer" "$out" "1 run: 1 queued or executed elsewhere"
has "its warning" "$err" "Slurm's queue is unavailable: squeue failed"
rm squeue.status

begin "gem5art-ls shows why runs wait, and which are lost"
run "$list" --columns name,status,reason
has "a waiting run" "$out" "run 2  Pending  Priority"
has "the counts" "$out" "5 Pending (3 Priority, 2 lost)"
run "$list" --status lost --columns name
has "lost runs" "$out" "run 4
run 5"
echo 1 >squeue.status
run "$list" --columns name,status,reason
has "without an answer" "$out" "run 4  Pending  unknown to Slurm"
has "the warning" "$err" "Slurm's queue is unavailable: squeue failed"
run "$launch" --slurm x.json
has "a submission then" "$out" "5 runs: 5 queued before"
same "queued runs" "$(queued)" 5
rm squeue.status
run "$BUILD/gem5art-rm" "$("$list" -q --where n=1)"
has "removing one" "$err" "is queued: withdraw it with gem5art-cancel"

begin "lost runs are submitted again, and may be launched here"
run "$launch" --slurm --where n=4 x.json
has "a submission" "$out" "1 run: 1 submitted"
run "$launch" --where n=5 x.json
same "status of a local launch" $status 0
same "queued runs" "$(queued)" 4
run "$launch" --slurm --where n=5 x.json
has "a recorded run" "$out" "1 run: 1 recorded before"
same "status" $status 0

begin "gem5art-cancel withdraws runs, and ends tasks that have no other"
rm log
run "$cancel" --dry-run --where n=1
has "a dry run" "$out" "would cancel"
same "queued runs" "$(queued)" 4
run "$cancel" --where n=1
same status $status 0
has "what it says" "$out" "run 1 (pending)"
same "queued runs" "$(queued)" 3
has "what Slurm is asked" "$(cat log)" "scancel 100_0"
check "the outdir of a run that did not begin" test ! -e out/1
run "$cancel" --dry-run --all --limit 1
has "the newest one" "$out" "run 4 ("
run "$cancel" --experiment y
has "another experiment" "$out" "no queued run is selected"
run "$cancel" --job 100_1
has "a task" "$out" "run 2 (pending)"
run "$cancel" --all
same "queued runs" "$(queued)" 0
run "$cancel" zz
has "a short id" "$err" "too short"
run "$cancel"
same "status without a selection" $status 2
run "$cancel" --all abc
same "status with both" $status 2

begin "what sbatch refuses is taken back"
afresh
experiment "1, 2"
echo "sbatch: error: invalid partition specified: long" >sbatch.says
echo 1 >sbatch.status
run "$launch" --slurm x.json
same status $status 1
has "the reason" "$err" "sbatch failed: sbatch: error: invalid partition specified: long"
has "the sum" "$out" "2 runs: 2 ended by an error"
same "queued runs" "$(queued)" 0
check "no outdir is left" test ! -e out/1
check "no submission is left" test -z "$(ls db.json.slurm)"
rm sbatch.says

begin "a submitter that was killed: its runs are free, unless Slurm has them"
afresh
run "$launch" --slurm x.json
folder=$(echo db.json.slurm/*)
: >"$folder/jobs"
echo "77|0|PENDING||$(id -u)|Priority|gem5art:${folder#*/}:0" >squeue.says
run "$list" --columns name,status,reason
has "the job is found by its comment" "$out" "run 1  Pending  Priority"
has "the other is lost" "$out" "run 2  Pending  lost"

begin "a submission that is over is removed by a later one"
afresh
experiment "1, 2"
run "$launch" --slurm --where n=1 x.json
first=$(echo db.json.slurm/*)
run "$cancel" --all
run "$launch" --slurm --where n=1 x.json
check "a recent one stays" test -d "$first"
touch -d "2 hours ago" db.json.slurm/*
echo "100|0|RUNNING|n1|$(id -u)|None|gem5art:${first#*/}:0" >squeue.says
run "$launch" --slurm --where n=2 x.json
check "an old one whose task is running stays" test -d "$first"
rm squeue.says
run "$cancel" --all
echo 1 >squeue.status
run "$launch" --slurm --where n=2 x.json
check "an old one stays while Slurm does not answer" test -d "$first"
rm squeue.status
run "$cancel" --all
run "$launch" --slurm --where n=1 x.json
touch -d "2 hours ago" db.json.slurm/*
run "$launch" --slurm --where n=2 x.json
check "an old one is removed" test ! -e "$first"
same "one that has a queued run stays" "$(ls db.json.slurm | wc -l)" 2
run "$cancel" --all
for folder in db.json.slurm/*; do echo "run 1: Failed" >"$folder/100_0.out"; done
touch -d "2 hours ago" db.json.slurm/*
run "$launch" --slurm --where n=1 x.json
same "those whose tasks have printed something stay" "$(ls db.json.slurm | wc -l)" 3

begin "misuse"
for arguments in "--partition p" "--wait" "--per-task 2" "--sbatch --x" "--shards" "--slurm --sbatch x" "--slurm --per-task 0" \
    "--slurm --sbatch --array=1" "--slurm --stop-after 1" "--slurm --mem "; do
    run "$launch" $arguments x.json
    same "status of $arguments" $status 2
done
experiment "1" '"sbatch": ["mem"],'
run "$launch" --slurm x.json
has "an option in the file" "$err" 'x.json:4:14: "mem" is not an option of sbatch'
run "$launch" --exec db.json.slurm/x
same "status of --exec without Slurm" $status 2

begin "a task without a submission"
run env SLURM_JOB_ID=1 SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=0 "$launch" --exec "$work/none"
same status $status 1
has "the error" "$err" "cannot read $work/none/runs"
finish
