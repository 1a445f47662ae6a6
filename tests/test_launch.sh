#!/bin/sh
# gem5art-run, driven as a person would: from a script, in a terminal, stopped, killed, and resumed.
. "$(dirname "$0")/check.sh"
launch=$BUILD/gem5art-run
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first

# experiment PROGRAM 'VALUES' - a sweep of runs of a program of tests/children over its last argument
experiment() {
    cat >x.json <<END
{
  "artifacts": {
    "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
    "gem5": {"type": "gem5 binary", "path": "$BUILD/children/$1", "documentation": "a program of the test"},
  },
  "sweeps": [{"mode": "se", "name": "run {n}", "gem5_artifact": "gem5", "gem5_git_artifact": "repo", "outdir": "out/{n}",
              "run_script_git_artifact": "repo", "run_script": "repo/run.py", "params": ["{n}"], "matrix": {"n": [$2]}}],
}
END
}
afresh() { rm -rf out out.* db.json*; }
recorded() { "$BUILD/gem5art-getruns" - 2>/dev/null | grep -c "\"status\": \"$1\""; }
# until COMMAND... - waits for it to succeed, half a minute at most
until_true() {
    for _ in $(seq 300); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    wrong "never so: $*"
}

begin "a sweep, and the same again"
experiment exit_with "0, 3, 4"
run "$launch" -j 2 x.json
same status $status 1
same errors "$err" ""
has "a start" "$out" "started out/0"
has "an end" "$out" "finished out/0 ("
has "a failure" "$out" "s): exit status 3"
has "the sum" "$out" "3 runs: 1 finished, 2 failed"
run "$launch" x.json
same "status of the second time" $status 1
same "what it says then" "$out" \
    "3 runs: 0 finished, 0 failed, 3 recorded before (2 of them failed: --retry-failed N launches those again)"
run "$launch" --retry-failed 1 x.json
has "failed ones again" "$out" "3 runs: 0 finished, 2 failed, 1 recorded before"
check "attempts are kept" test -e out/3.2/info.json
run "$launch" --retry-failed 1 x.json
has "not once more" "$out" "3 recorded before"
run "$launch" --only n=0 x.json
same "status where all is Finished" $status 0
run "$launch" --only n=0 --rerun x.json
same "--rerun" "$(echo "$out" | tail -n 1)" "1 runs: 1 finished, 0 failed"

begin "--stop-after, --limit"
afresh
experiment exit_with "5, 6, 7, 8"
run "$launch" -j 1 --stop-after 2 x.json
same status $status 1
has "the sum" "$out" "4 runs: 0 finished, 2 failed, 2 not launched"
has "how to go on" "$out" "to go on with the rest: $launch -j 1 --stop-after 2 x.json"

begin "what is wrong is told before anything is launched, all of it"
afresh
experiment exit_with "0, 1"
sed -i 's|"path": "repo"|"path": "no-repo"|' x.json
run "$launch" x.json
same status $status 1
has "the repo" "$err" "gem5art-run: repo: "
has "the end" "$err" "gem5art-run: nothing was launched"
experiment exit_with "0, 1"
sed -i 's|repo/run.py|repo/no.py|' x.json
run "$launch" x.json
has "a run" "$err" "gem5art-run: out/0: "
has "the other run" "$err" "gem5art-run: out/1: "
same "nothing is recorded" "$(recorded Failed)" 0

begin "one run from the command line"
afresh
mkdir -p repo/build && cp "$BUILD/children/exit_with" repo/build/gem5.opt
run "$launch" --name one --gem5 repo/build/gem5.opt --script repo/run.py --outdir out/one --timeout 1h -- --flag 0
same status $status 0
has "the sum" "$out" "1 runs: 1 finished, 0 failed"
has "its parameters" "$("$BUILD/gem5art-getruns" - | tr -d '\n ')" '"params":["--flag","0"]'
has "its time-out" "$("$BUILD/gem5art-getruns" -)" '"timeout": 3600'
run "$launch" --name one --gem5 repo/build/gem5.opt --script repo/run.py
has "what is missing" "$err" "--outdir is missing: one run needs"
same "status then" $status 2
run "$launch" --name one --gem5 g --script s --outdir o --kernel k
has "half a full system" "$err" "give both or neither"
run "$launch"
has "nothing" "$err" "the experiment is missing"
run "$launch" --dry-rum x.json
has "a mistyped option" "$err" "unknown option --dry-rum: did you mean --dry-run?"
run "$launch" --jobs many x.json
has "a number" "$err" '--jobs: a whole number of 0 or more is needed, not "many"'

begin "stdout closed or full: the runs are recorded all the same"
afresh
experiment exit_with '0, "00"'
run sh -c "'$launch' x.json >&-"
same "recorded with stdout closed" "$(recorded Finished)" 2
same "status" $status 1
afresh
run sh -c "'$launch' x.json >/dev/full"
same "recorded with stdout full" "$(recorded Finished)" 2
same "status with stdout full" $status 1

begin "killed with -9 in the middle, and started again"
afresh
experiment slow "0.1, 0.2, 1.5, 1.6"
"$launch" -j 2 x.json >/dev/null 2>&1 &
pid=$!
until_true sh -c "grep -q Running out/1.5/info.json && grep -q Running out/1.6/info.json"
kill -9 $pid
wait $pid 2>/dev/null
run "$launch" -j 2 x.json
same status $status 0
has "what it says" "$out" "4 runs: 2 finished, 0 failed, 2 recorded before, 2 found lost and recorded"
same "Finished in all" "$(recorded Finished)" 4

begin "in a terminal"
if need tmux; then
    screen() { tmux -L "$$" capture-pane -p; }
    shows() { screen | grep -q -- "$1"; }
    # terminal WIDTH HEIGHT OPTIONS - what it says at its end stays on the screen
    terminal() {
        tmux -L "$$" -f /dev/null new-session -d -x "$1" -y "$2" \
            "cd '$work'; NO_COLOR=1 TERM=screen '$launch' $3 x.json; echo status \$?; sleep 600"
    }
    afresh
    experiment slow "600, 601, 602, 0.1"
    terminal 80 24 "-j 3"
    until_true shows "out/602"
    has "the bar" "$(screen | head -n 1)" "0/4 done, 0 failed, 3 running, 1 left"
    has "what runs" "$(screen)" " s  out/600"
    same "lines of the display" "$(screen | grep -c .)" 4
    tmux -L "$$" resize-window -x 40 -y 24
    until_true sh -c "[ \$(tmux -L $$ capture-pane -p | grep -c .) = 4 ] && tmux -L $$ capture-pane -p | grep -q 'out/602'"
    check "no line is wider than 40" sh -c "! tmux -L $$ capture-pane -p | grep -q '.\{41\}'"
    tmux -L "$$" send-keys C-c
    until_true shows "^status 1"
    has "the stopped run" "$(screen)" "failed out/600"
    has "the reason" "$(screen)" "sigint"
    has "the sum" "$(screen | tr -d '\n')" "4 runs: 0 finished, 3 failed, 1 not launched"
    has "how to go on" "$(screen | tr -d '\n')" "to go on with the rest: $launch -j 3 x.json"
    same "recorded" "$(recorded Failed)" 3
    tmux -L "$$" kill-server
    afresh
    experiment ignore_signals "1, 2"
    terminal 200 50 "-j 2"
    until_true shows "2 running, 0 left"
    until_true grep -q Running out/1/info.json
    tmux -L "$$" send-keys C-c
    until_true shows "stopping: what runs is ended and recorded; once more ends it at once"
    tmux -L "$$" send-keys C-c
    until_true shows "^status 1"
    same "recorded" "$(recorded Failed)" 2
    tmux -L "$$" kill-server
    afresh
    experiment exit_with '0, "00", "000", 1'
    terminal 80 24 "-j 1"
    until_true shows "^status 1"
    same "what stays of it" "$(screen | grep -v '^$' | sed 's/([0-9.]* s)/(T)/')" "failed out/1 (T): exit status 1
4 runs: 3 finished, 1 failed
status 1"
    tmux -L "$$" kill-server
fi
finish
