#!/bin/sh
# gem5art-run, driven as a person would: from scripts, in terminals, stopped, killed, and resumed.
. "$(dirname "$0")/check.sh"
. "$root/tests/experiment.sh"
. "$root/tests/terminal.sh"
launch=$BUILD/gem5art-run
git init -q repo && echo '# a script' >repo/run.py && echo build/ >repo/.gitignore && git -C repo add -A
git -C repo commit -qm first

afresh() { rm -rf out out.* db.json*; }
recorded() { "$BUILD/gem5art-getruns" - 2>/dev/null | grep -c "\"$1\": \"$2\""; }
is_recorded() { [ "$(recorded "$1" "$2")" = 1 ]; }
# What differs from time to time: durations, process numbers, ids.
timeless() {
    sed 's/[0-9.:]* s\>/T/; s/process [0-9]*/process P/; s/^  [0-9a-f]\{8\}  /  ID  /; s/show [0-9a-f]\{8\}$/show ID/'
}
runs() { grep -q '"Running"' "out/$1/info.json"; } # has a run's child been spawned?

begin "a sweep through a pipe: a line for each event, and the sum"
experiment children/exit_with "0, 3"
run "$launch" -j 1 x.json
same status $status 1
same errors "$err" ""
same "lines" "$(echo "$out" | wc -l)" 10
has "a start" "$(echo "$out" | timeless)" "[0/2] run 0: started, process P"
has "a good end" "$(echo "$out" | timeless)" "/2] run 0: finished after T"
has "a bad end" "$(echo "$out" | timeless)" "/2] run 3: failed: exit 3 after T"
has "the sum" "$(echo "$out" | timeless)" "
2 runs in T: 1 finished, 1 failed
  ID  run 3: exit 3 after T
            out/3
To see all about one: gem5art-show ID"
has "a warning of a good run" "$out" "
Warning of the kind \"stats\" in 1 finished run: run 0: stats.txt is missing, so the run has no statistics
Warning of the kind \"cause\" in 1 finished run: run 0: nothing shows why the simulation ended"

begin "what is recorded is not launched again"
run "$launch" x.json
same status $status 1
has "what it says of run 0" "$out" "/2] run 0: recorded before"
has "what it says of run 3" "$out" "/2] run 3: failed before"
same "its sum" "$(echo "$out" | timeless | sed 1,2d)" "2 runs in T: 1 recorded before, 1 failed before
  ID  run 3: exit 3 after T
            out/3
To see all about one: gem5art-show ID
To launch runs that failed before: --retry-failed N or --rerun."
run "$launch" --retry-failed 1 x.json
has "--retry-failed" "$(echo "$out" | timeless)" "2 runs in T: 1 failed, 1 recorded before"
check "the first attempt is kept" test -e out/3/info.json -a -e out/3.2/info.json
run "$launch" --retry-failed 1 x.json
has "--retry-failed once more" "$out" "1 failed before"
run "$launch" --only n=0 x.json
same "status where all is Finished" $status 0
run "$launch" --only n=0 --rerun x.json
same "status of --rerun" $status 0
has "--rerun" "$out" ": 1 finished"
afresh
run "$launch" --only n=3 --retry-failed 2 x.json
has "a retry" "$out" "run 3: failed and tried again: exit 3"
has "how many retries" "$out" "Retried 2 failed attempts"
same "attempts that are recorded" "$(recorded status Failed)" 3

begin "--limit, --stop-after, and how to resume"
afresh
experiment children/exit_with "5, 6, 7, 8"
run "$launch" -j 1 --stop-after 2 x.json
same status $status 1
has "the sum" "$out" ": 2 failed, 2 not launched"
has "how to resume" "$out" "To resume: $launch -j 1 --stop-after 2 x.json"
run "$launch" -j 1 --rerun --stop-after 1 x.json
has "after --rerun, the same command resumes nothing" "$out" \
    "To launch all of them again: $launch -j 1 --rerun --stop-after 1 x.json"
run "$launch" --limit 3 x.json
has "--limit" "$(echo "$out" | timeless)" "3 runs in T: 1 failed, 2 failed before"

begin "why a run failed"
afresh
experiment gem5-stand-in '"--stand-in=fatal", "--stand-in=signal=11"'
run "$launch" x.json
has "gem5's own words" "$out" "exit 1 after"
has "gem5's own words" "$out" "s: fatal: fatal condition fd < 0 occurred: Failed to open file ./nosuch."
has "a signal" "$out" "run --stand-in=signal=11: failed: SIGSEGV after"

begin "runs of one name are labeled by their matrix variables"
afresh
experiment children/exit_with "0, 1" "all alike"
run "$launch" x.json
has "a label" "$out" "/2] n=0: finished"
has "a label" "$out" "/2] n=1: failed"

begin "--commands: command lines for a shell, and nothing is touched"
afresh
experiment children/exit_with "\"it's\""
sed -i 's|"params"|"nice": 3, "environment": {"A": "b c"}, "params"|' x.json
run "$launch" --commands x.json
same status $status 0
same "the command" "$out" \
    "A='b c' nice -n 3 $BUILD/children/exit_with -re '--outdir=$work/out/it'\\''s' repo/run.py 'it'\\''s'"
check "nothing was made" test ! -e out -a ! -e db.json
sed -i 's|repo/run.py|repo/none.py|' x.json
run "$launch" --commands x.json
same "status without the script" $status 0
has "warning" "$err" "gem5art-run: warning: cannot find the run script"
if [ -c /dev/full ]; then
    run sh -c "'$launch' --commands x.json >/dev/full"
    same "status on a full device" $status 1
    has "error on a full device" "$err" "gem5art-run: cannot write to standard output: No space left on device"
    has "warning on a full device" "$err" "gem5art-run: warning: cannot find the run script"
fi
sed -i 's|repo/none.py|repo/run.py|' x.json

begin "--commands: hostile words, pasted, are words"
afresh
experiment children/exit_with '0'
cat >words.json <<'END'
["$(touch PWNED)", "`touch PWNED`", "a'b; touch PWNED", "x\ny; touch PWNED", "-x\ny", "\u001b[2J'; touch PWNED; '",
 "50%\\n\u0007", "\u202eabc", "\u009b31m", "\udcff", "tab\there", "!x", "~", "a=b", "", "*", "é", "end\n"]
END
sed -i "s|\"params\": \[[^]]*\]|\"params\": $(tr -d '\n' <words.json | sed 's/[\\&|]/\\&/g'), \"environment\": {\"A\": \"c\\\\u001b'd\"}|" x.json
run "$launch" --commands x.json
same status $status 0
same errors "$err" ""
has "its environment" "$out" "A=\"\$(printf 'c\\033\\047d')\" $BUILD"
same "control characters" "$(LC_ALL=C tr -d '\n -~\303\251' <.out | od -An -c)" ""
same lines "$(wc -l <.out)" 1
for shell in sh bash; do
    need $shell python3 || continue
    check "$shell reads what was meant" python3 - $shell "$BUILD" <<'END'
import json, subprocess, sys
line = open(".out", "rb").read().rstrip(b"\n")
script = b"show() { for word; do printf '%s\\000' \"$word\"; done; }; line() { show \"$@\"; }; " + line.replace(b" " + sys.argv[2].encode(), b" line ", 1)
words = [word.decode("utf-8", "surrogateescape") for word in subprocess.check_output([sys.argv[1], "-c", script]).split(b"\0")]
wanted = json.load(open("words.json"))
got = words[-1 - len(wanted):-1]
if sys.argv[1] == "sh": got[-1] = wanted[-1]  # $'\\n' is newer than some shells
assert got == wanted, (got, wanted)
END
done
check "nothing was run" test ! -e PWNED

begin "what is wrong is told before anything is launched, all of it"
experiment children/exit_with "0, 1, 2"
sed -i 's|repo/run.py|repo/none.py|; s|children/exit_with|children/none|' x.json
run "$launch" x.json
same status $status 1
same "what it says" "$err" "gem5art-run: cannot find the gem5 binary \"gem5\" at $BUILD/children/none: No such file or \
directory; correct its path
gem5art-run: cannot find the run script $work/repo/none.py: No such file or directory; correct run_script (3 times)
gem5art-run: nothing was launched"
check "nothing was made" test ! -e out -a ! -e db.json
experiment children/exit_with "0, 1, 2"
echo dirt >>repo/run.py
run "$launch" x.json
has "a work tree that was changed" "$err" "gem5art-run: the git work tree repo has changes that are not committed"
has "the end" "$err" "gem5art-run: nothing was launched"
same "its status" $status 1
git -C repo checkout -q .
for n in 0 1 2; do mkdir -p out && echo in the way >out/$n; done
run "$launch" x.json
same "each run that cannot be created" "$(echo "$err" | grep -c "cannot be a folder: a file of that name")" 3
same "nothing is recorded" "$("$BUILD/gem5art-getruns" -)" "[]"
experiment children/exit_with "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
afresh && mkdir out && for n in 0 1 2 3 4 5 6 7 8 9 10 11; do echo in the way >out/$n; done
run "$launch" x.json
has "how many more" "$err" "gem5art-run: and 2 more"
same "lines" "$(echo "$err" | wc -l)" 12

begin "one run from the command line"
afresh
mkdir -p repo/build && cp "$BUILD/children/exit_with" repo/build/gem5.opt
one() { run "$launch" --name one --gem5 repo/build/gem5.opt --script repo/run.py "$@"; }
one --outdir out/one --timeout 1h -- --flag 0
same status $status 0
same errors "$err" ""
has "the sum" "$out" ": 1 finished"
dump=$("$BUILD/gem5art-getruns" - | tr -d ' \n')
has "its parameters" "$dump" '"params":["--flag","0"]'
has "its time-out" "$dump" '"timeout":3600'
has "its repo" "$(cat db.json)" "\"path\":\"$work/repo\""
echo kernel >vmlinux && echo disk >disk.img
one --outdir out/fs --kernel vmlinux --disk disk.img -- 0
has "a full system" "$("$BUILD/gem5art-getruns" --fs-only - | tr -d ' \n')" '"disk_name":"disk.img"'
same "errors of a full system" "$err" ""
cp repo/build/gem5.opt bare.opt
run "$launch" --name one --gem5 bare.opt --script repo/run.py --outdir out/bare -- 0
has "no repo" "$err" "gem5art-run: bare.opt is not in a git repo: name the one that it was made from by --gem5-repo"
run "$launch" --name one --gem5 bare.opt --gem5-repo repo --script repo/run.py --outdir out/bare -- --flag 0
has "--gem5-repo" "$out" "1 recorded before"

begin "errors name options, and keys of a file, instead of the fields of the C API"
run "$launch" --name "" --gem5 repo/build/gem5.opt --script repo/run.py --outdir o
has "no name" "$err" "gem5art-run: the run has no name: set --name"
run "$launch" --name n --gem5 repo/build/gem5.opt --script repo/none.py --script-repo repo --outdir o
has "no script" "$err" "No such file or directory; correct --script"
sed 's|"outdir"|"gem5_binary": "none", "outdir"|' x.json >wrong.json
run "$launch" wrong.json
has "no binary" "$err" "No such file or directory; correct gem5_binary"
sed 's|"path": "/[^"]*"|"path": "repo/build"|' x.json >wrong.json
run "$launch" wrong.json
has "a folder" "$err" "gem5art-run: cannot use the gem5 binary repo/build: it is a folder; correct the path of gem5_artifact"
run "$launch" --name n --gem5 repo/build --script repo/run.py --outdir o
has "a folder, without a file" "$err" "it is a folder; correct the path of --gem5"
run "$launch" --pin -j 1024 --name n --gem5 repo/build/gem5.opt --script repo/run.py --outdir o
has "too many jobs" "$err" "gem5art-run: --pin gives each of the 1024 --jobs a CPU of its own"

begin "misuse"
misuse() {
    expected=$1
    shift
    run "$launch" "$@"
    same "status of $*" $status 2
    has "error of $*" "$err" "gem5art-run: $expected"
    same "output of $*" "$out" ""
}
misuse "the experiment is missing"
misuse 'only one experiment is launched: leave "y.json" out' x.json y.json
misuse "--outdir is missing: a single run needs" --name one --gem5 g --script s
misuse "a full system needs --kernel and --disk" --name n --gem5 g --script s --outdir o --kernel k
misuse "--where and --limit select" --name n --gem5 g --script s --outdir o --limit 1
misuse "unknown option --dry-rum: did you mean --dry-run?" --dry-rum x.json
misuse '--jobs: a whole number of 0 or more is needed, not "many"' --jobs many x.json
misuse '--timeout: "soon" is not a time' --timeout soon x.json
misuse '--free-memory: "lots" is not a size' --free-memory lots x.json
misuse '--color: unknown word "allways": did you mean always?' --color allways x.json

begin "the help fits 80x24"
run "$launch" --help
check "its height" test "$(wc -l <.out)" -le 24
check "its width" sh -c "! grep '.\{80\}' .out"

begin "--cwd, --nice and --timeout"
afresh
experiment children/exit_with "0"
mkdir elsewhere && mv repo elsewhere/repo
run "$launch" --cwd elsewhere --nice 4 --timeout 90 x.json
same status $status 0
check "the outdir is there, the store here" test -e elsewhere/out/0/info.json -a -e db.json
mv elsewhere/repo repo

begin "stdout closed or full: the runs are recorded all the same"
for to in '&-' /dev/full; do
    afresh
    experiment children/exit_with '0, "00"'
    run sh -c "'$launch' x.json >$to"
    same "recorded with >$to" "$(recorded status Finished)" 2
    same "status with >$to" $status 1
    has "error with >$to" "$err" "gem5art-run: cannot write to standard output: "
done

begin "a reader that does not read holds nothing up"
afresh
experiment children/exit_with '0, "00", "000"'
mkfifo pipe
exec 3<>pipe
head -c 65536 /dev/zero >&3 # as much as it holds
"$launch" x.json >&3 2>/dev/null &
pid=$!
until_true sh -c "test \$('$BUILD/gem5art-getruns' - | grep -c Finished) = 3"
cat <&3 >/dev/null &
reader=$!
wait $pid
same status $? 0
kill $reader
exec 3>&-

begin "numbers that cannot be: told before anything is made"
afresh
experiment children/exit_with 0
for option in "--jobs abc" "--retry-failed -1" "--stop-after 1e3" "--nice 21" "--free-memory 16777216T" "--free-memory lots" \
    "--timeout 1e400" "--timeout soon" "--limit x" "--jobs 99999999999"; do
    run "$launch" $option x.json
    same "status of $option" $status 2
    has "error of $option" "$err" "gem5art-run: ${option% *}: "
done
check "nothing was made" test ! -e db.json -a ! -e out

begin "where nothing is launched, nothing stays that is in the way"
experiment children/exit_with "0, 1"
sed 's|"outdir"|"overrides": [{"when": {"n": 1}, "gem5_binary": "none"}], "outdir"|' x.json >wrong.json
run "$launch" wrong.json
same "status" $status 1
has "error" "$err" "gem5art-run: nothing was launched"
sed 's|"params": \["{n}"\]|"params": ["other", "{n}"]|' x.json >other.json
run "$launch" other.json
has "what was launched then" "$(echo "$out" | timeless)" "
2 runs in T: 1 finished, 1 failed"

afresh
run "$launch" --only n=0 x.json
mkdir -p out && echo in the way >out/1
experiment children/exit_with "0, 1, 2"
run "$launch" x.json
same "status where one run cannot be created" $status 1
check "the info.json of the recorded run stays" test -e out/0/info.json
check "the outdir of the other one was removed" test ! -e out/2

begin "a signal while the runs are created leaves none of them"
afresh
experiment children/slow "$(seq -s , 600 999)"
"$launch" -j 1 x.json >out.txt 2>err.txt &
pid=$!
until_true test -e out/600/info.json
kill $pid
wait $pid 2>/dev/null
if grep -q "stopped before a run was launched" err.txt; then
    same "outdirs" "$(ls out)" ""
else # they were all created by then
    has "the sum" "$(cat out.txt)" " not launched"
fi

begin "the cause of a failure: at the end of an error log of any size"
afresh
experiment children/exit_with 0
cat >verbose <<'END'
#!/bin/sh
for word; do case $word in --outdir=*) out=${word#--outdir=} ;; esac; done
{ yes "warn: fatal" | head -n 100000; yes "" | head -n 1000000; echo "src/x.cc:1: fatal: the cause"; echo more; } >"$out/simerr.txt"
exit 1
END
chmod +x verbose
sed 's|"path": "[^"]*exit_with"|"path": "verbose"|' x.json >verbose.json
run "$launch" verbose.json
has "the cause" "$(echo "$out" | timeless)" "run 0: failed: exit 1 after T: fatal: the cause"

begin "SIGTERM and SIGHUP stop as Ctrl-C does"
for signal in TERM HUP; do
    afresh
    experiment children/slow "600, 601"
    "$launch" -j 1 x.json >out.txt 2>&1 &
    pid=$!
    until_true runs 600
    kill -$signal $pid
    wait $pid
    same "status" $? 1
    has "the sum" "$(cat out.txt)" ": 1 stopped, 1 not launched"
    same "recorded" "$(recorded kill_reason "sig$(echo $signal | tr A-Z a-z)")" 1
done

# ---- in terminals

shown() { screen | grep . | timeless; }
widest() { [ "$(screen | wc -L)" = "$1" ]; }
display_is() { # WIDTH BARS RUNS
    screen >display
    [ "$(wc -L <display) $(grep -c '▕' display) $(grep -c '^ *[0-9:]*[0-9]\( s\)\?  ' display)" = "$1 $2 $3" ]
}
display_lines() { [ "$(screen | sed -n '/▕/,$p' | grep -c .)" = "$1" ]; } # of the display
shows_times() { [ "$(screen | grep -c -e "$1")" = "$2" ]; }
# A terminal's shell without colours.
plain_terminal() {
    terminal "$1" "$2" "NO_COLOR=1 PS1='\$ ' ENV= exec sh -i"
    until_true shows '^\$'
}

begin "in a terminal of 80x24: the display, and Ctrl-C"
if need tmux; then
    afresh
    experiment gem5-stand-in '"--stand-in=exit=4", "--stand-in=seconds=600", "--stand-in=seconds=601", "0"'
    plain_terminal 80 24
    command_line gem5art-run -j 2 x.json
    until_true shows "2 running, 1 left, 0 finished, 1 failed"
    until_true shows_times "Global" 2
    same "the screen" "$(shown | sed 's/seconds=60[01]/seconds=60N/')" \
        "  ID  run --stand-in=exit=4: failed: exit 4 after T
            out/--stand-in=exit=4
x ▕████████████████▌                                                 ▏ 1/4  25%
2 running, 1 left, 0 finished, 1 failed, T elapsed
      T  run --stand-in=seconds=60N  Global frequency set at 1000000000000 t…
      T  run --stand-in=seconds=60N  Global frequency set at 1000000000000 t…"
    check "its width" widest 79
    keys "typed" Enter Enter C-c
    until_true shows "^status 1"
    same "what stays" "$(shown)" "  ID  run --stand-in=exit=4: failed: exit 4 after T
            out/--stand-in=exit=4
4 runs in T: 1 failed, 2 stopped, 1 not launched
To see all about one: gem5art-show ID
To resume: gem5art-run -j 2 x.json
status 1
\$"
    keys "stty -a | grep -c ' echo '" Enter
    until_true shows "^1"
    same "recorded" "$(recorded kill_reason sigint)" 2

    begin "a terminal that is resized: one display, and what is above it stays"
    command_line "seq 30; gem5art-run -j 2 x.json"
    until_true shows_times "Global" 2
    for width in 60 20 40 80 200; do # and how wide the display is then, if not that
        resize $width 24
        until_true display_is $((width < 200 ? width - 1 : 99)) 1 2
    done
    for height in 10:4 5:2 3:2 2:1 24:4; do # and how many lines the display has then
        resize 200 ${height%:*}
        until_true display_lines ${height#*:}
    done
    keys C-c
    until_true shows "^status 1"
    same "the lines above, and no others" "$(screen -S - | grep -x '[0-9][0-9]*' | tr '\n' ' ')" \
        "$(seq 30 | tr '\n' ' ')"
    same "bars that are left" "$(screen -S - | grep -c '▕')" 0

    begin "a terminal that is narrower than it reports: one display"
    plain_terminal 20 24
    command_line "stty cols 60; gem5art-run -j 2 x.json"
    until_true shows "^ *[2-9] s  "
    check "each line takes one row" display_lines 4
    keys C-c
    until_true shows "^status 1"
    same "bars that are left" "$(screen -S - | grep -c '▕')" 0

    begin "beside each run the last line of its log, not of what was written to the console at the same time"
    afresh
    cat >ties <<'END'
#!/bin/sh
for word; do case $word in --outdir=*) cd "${word#--outdir=}" ;; esac; done
echo "the log" >simout.txt
echo "the console"
touch -d 2026-01-01 simout.txt console.txt
exec sleep 600
END
    chmod +x ties
    sed 's|"path": "[^"]*gem5-stand-in"|"path": "ties"|' x.json >ties.json
    plain_terminal 80 24
    command_line gem5art-run -j 2 ties.json
    until_true shows_times "the log" 2
    keys C-c
    until_true shows "^status 1"

    begin "Ctrl-C while a large file is hashed: nothing is left, and it says so"
    afresh
    experiment gem5-stand-in 0
    truncate -s 500G large 2>/dev/null || truncate -s 20G large # more than is hashed meanwhile
    sed 's|"path": "[^"]*gem5-stand-in"|"path": "large"|' x.json >large.json && chmod +x large
    plain_terminal 80 24
    command_line gem5art-run large.json
    until_true shows "Registering large"
    keys C-z
    until_true shows "Stopped"
    check "no display while it is stopped" shows_not "Registering"
    keys "clear; fg" Enter
    until_true shows "^gem5art-run large.json"
    keys C-c
    until_true shows "^\\$" # as the shell does not go on behind what was ended so
    same "the screen" "$(screen | grep .)" "gem5art-run large.json
gem5art-run: stopped before a run was launched: start it again to resume
\$"
    check "nothing was recorded" sh -c "! grep -q 'gem5 run' db.json"
    rm large

    begin "in a terminal of 200x50: Ctrl-C twice, for runs that will not end"
    afresh
    experiment children/ignore_signals "1, 2"
    plain_terminal 200 50
    command_line gem5art-run -j 2 x.json
    until_true test -e out/1/ready -a -e out/2/ready
    until_true shows "2 running, 0 left"
    keys C-c
    until_true shows "^Stopping: the runs are being ended; Ctrl-C again kills them"
    keys C-c
    until_true shows "^status 1"
    has "the sum" "$(shown)" "2 runs in T: 2 stopped"
    same "recorded" "$(recorded kill_reason sigint)" 2

    begin "a terminal that is halted holds nothing up"
    afresh
    experiment children/slow "2, 1"
    plain_terminal 80 24
    command_line gem5art-run -j 1 x.json
    until_true shows "1 running"
    keys C-s
    until_true sh -c "test \$('$BUILD/gem5art-getruns' - | grep -c Finished) = 2"
    check "no line of the end" shows_not "2 runs in"
    keys C-q
    until_true shows "^status 0"

    begin "Ctrl-Z gives the shell its terminal back, and fg goes on"
    afresh
    experiment children/slow "600"
    plain_terminal 80 24
    command_line gem5art-run x.json
    until_true shows "1 running"
    keys C-z
    until_true shows "Stopped"
    check "no display" shows_not running
    keys "fg" Enter
    until_true shows "1 running"

    begin "killed with -9 in the middle, and started again: resumed, with what was lost recorded"
    pid=$(on_terminal list-panes -F '#{pane_pid}')
    pid=$(ps -o pid= --ppid "$pid" | tr -d ' ')
    kill -9 "$pid"
    until_true shows '^Killed'
    until_true shows '^\$ '
    keys "stty echo" Enter # a shell such as bash does that itself
    experiment children/slow "0, 600"
    run "$launch" --only n=0 x.json
    same "status of the other run" $status 0
    command_line gem5art-run -j 2 x.json
    until_true shows "1 running, 0 left, 0 finished, 1 recorded before"
    keys C-c
    until_true shows "^status 1"
    has "the sum" "$(shown)" "2 runs in T: 1 stopped, 1 recorded before"
    has "the lost one" "$(shown)" "Recorded 1 lost attempt"
    same "recorded as lost" "$(recorded kill_reason lost)" 1

    begin "a terminal that is closed: the runs are stopped and recorded"
    afresh
    experiment children/slow "600"
    command_line gem5art-run x.json
    until_true shows "1 running"
    end_terminal
    until_true is_recorded kill_reason sighup

    begin "started in the background: nothing is drawn until it is in the foreground"
    afresh
    plain_terminal 80 24
    keys "clear; gem5art-run x.json &" Enter
    until_true runs 600
    check "no display" shows_not "running"
    keys "clear; fg" Enter
    until_true shows "1 running"
    keys "typed" Enter Enter Enter
    until_true shows "\([2-9]\|[0-9][0-9]\) s elapsed"
    check "what is typed is not shown" shows_not "typed"
    same "displays" "$(screen | grep -c '▕')" 1
    keys C-c
    until_true shows "1 run in .* 1 stopped"

    begin "colours, letters, and terminals that know neither"
    afresh
    experiment children/slow "600, 0"
    terminal 80 24
    command_line gem5art-run x.json
    until_true shows "1 finished"
    has "green" "$(screen -e | grep finished)" "$(printf '\033[32m')"
    keys C-c
    until_true shows "^status 1"
    command_line NO_COLOR=1 LC_ALL=C gem5art-run x.json
    until_true shows "1 recorded before"
    same "the bar of ASCII" "$(screen | head -n 1)" \
        "x [#################################.................................] 1/2  50%"
    same "colours" "$(screen -e | grep -c "$(printf '\033')\[[0-9;]*m")" 0
    keys C-c
    until_true shows "^status 1"
    command_line TERM=dumb gem5art-run x.json
    until_true shows "\[1/2\] run 600: started"
    keys C-c
    until_true shows "^status 1"
    check "no bar" shows_not "▕"
    command_line "gem5art-run --only n=0 x.json | cat"
    until_true shows "^status 0"
    same "through a pipe" "$(shown | head -n 2)" "[1/1] run 0: recorded before
1 run in T: 1 recorded before"
    run "$launch" --color always --only n=0 x.json
    has "--color always" "$out" "$(printf '\033[32m1 run in ')"
fi
finish
