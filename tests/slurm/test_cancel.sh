#!/bin/sh
# Runs that are cancelled on a cluster, with gem5art-cancel and with scancel: what ends, what stays, what is recorded.
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
. "$root/tests/slurm/sweep.sh"
ended_in_order() { tail -n 1 "$1/stats.txt" | grep -q 'End Simulation Statistics'; }

begin "gem5art-cancel: a run that waits is withdrawn, one that runs ends with its statistics, the others stay"
fresh some until=go
experiment gem5-stand-in "$(values 4)"
submit --jobs 2
check "two run" until_true 60 are_running 1 2
run gem5art-ls
has "what runs" "$out" Running
has "what waits" "$out" Pending
has "why it waits" "$out" JobArrayTaskLimit
run gem5art-cancel --where n=4
same status $status 0
same errors "$err" ""
same "queued runs" "$(queued)" 3
run gem5art-cancel --where n=1
same status $status 0
check "its end" until_true 60 all_recorded 1 Failed
check "its statistics" ended_in_order out/1
check "its archive" test -s out/1/results.zip
check "the third begins" until_true 60 are_running 3
touch go
check "all end" ended
same "Finished" "$(recorded Finished)" 2
check "the withdrawn run never began" test ! -e out/4/console.txt
check "nothing is live or queued" nothing_live
submit
has "submitted again" "$out" "4 runs: 2 submitted, 2 recorded before"
check "all end" ended
same "Finished" "$(recorded Finished)" 4

begin "gem5art-cancel --all"
fresh every until=go
experiment gem5-stand-in "$(values 20)"
submit
check "some run" until_true 60 are_running 1 2
run gem5art-cancel --all
same status $status 0
same errors "$err" ""
check "all end" ended
check "nothing is live or queued" nothing_live
same "Finished" "$(recorded Finished)" 0
touch go
submit
has "submitted again" "$out" "20 submitted"
check "all end" ended
same "Finished" "$(recorded Finished)" 20

begin "gem5art-cancel of one run among several of a task"
fresh task until=go
experiment gem5-stand-in "$(values 2)"
submit --per-task 2 --cpus-per-task 2
check "both run" until_true 60 are_running 1 2
run gem5art-cancel --where n=2
same status $status 0
check "its end" until_true 60 all_recorded 1 Failed
check "its statistics" ended_in_order out/2
touch go
check "the task ends" ended
same "Finished" "$(recorded Finished)" 1
check "nothing is live or queued" nothing_live

begin "scancel of one task, of one with a signal, and of all"
fresh scancel until=go
experiment gem5-stand-in "$(values 6)"
submit --jobs 4
check "four run" until_true 60 are_running 1 2 3 4
job=$(cut -d ' ' -f 2 db.json.slurm/*/jobs)
scancel "${job}_0"
check "the end of one" until_true 60 all_recorded 1 Failed
scancel --batch --signal=TERM "${job}_1"
check "the end of one with a signal" until_true 60 all_recorded 2 Failed
check "its statistics" ended_in_order out/2
check "its archive" test -s out/2/results.zip
scancel "$job"
check "all end" ended
records
same "kinds of ends" "$(grep '^    "kill_reason":' .runs | sort -u | tr -d ' ,')" '"kill_reason":"sigterm"'
same "that can be launched again" "$(grep -c '^    "rerunnable": true' .runs)" "$(grep -c '^    "status"' .runs)"
touch go
submit
has "submitted again" "$out" "6 runs: 6 submitted"
check "all end" ended
same "Finished" "$(recorded Finished)" 6
check "nothing is live or queued" nothing_live

begin "gem5 that ignores SIGINT and SIGTERM: Slurm kills it after KillWait, and the attempt is not forgotten"
fresh deaf until=go ignore-sigint ignore-sigterm
experiment gem5-stand-in 1
submit
check "it runs" until_true 60 are_running 1
scancel "$(cut -d ' ' -f 2 db.json.slurm/*/jobs)"
check "it ends" ended
touch go
check "it can be submitted again" until_true 150 sh -c 'gem5art-run --slurm x.json | grep -q "1 submitted"'
check "it ends" ended
same "Finished" "$(recorded Finished)" 1
same "the killed attempt" "$(recorded Failed)" 1
same "where the attempts are" "$(ls -d out/*)" "out/1
out/1.2"
check "nothing is live or queued" nothing_live
finish
