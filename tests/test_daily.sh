#!/bin/sh
# A day with gem5art-run: edit, commit and launch again; dry runs; experiments from a pipe; what failed, to paste.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
launch=$BUILD/gem5art-run
git init -q scripts && echo '# a script' >scripts/run.py && git -C scripts add -A && git -C scripts commit -qm first
git init -q gem5 && echo '# a source' >gem5/SConstruct && echo build/ >gem5/.gitignore && git -C gem5 add -A
git -C gem5 commit -qm first && mkdir gem5/build && cp "$BUILD/gem5-stand-in" gem5/build/gem5.opt

# experiment 'VALUES' [MORE] - an experiment file on stdout: a sweep over n; MORE stands in the sweep.
experiment() {
    cat <<END
{
  "artifacts": {
    "scripts": {"type": "git repo", "path": "scripts", "documentation": "scripts of the test"},
    "gem5": {"type": "git repo", "path": "gem5", "documentation": "a source of the test"},
    "gem5.opt": {"type": "gem5 binary", "path": "gem5/build/gem5.opt", "documentation": "a program of the test"},
  },
  "sweeps": [{"mode": "se", "name": "run {n}", "gem5_artifact": "gem5.opt", "gem5_git_artifact": "gem5",
              "run_script_git_artifact": "scripts", "run_script": "scripts/run.py", "outdir": "out/{n}",
              "params": ["{n}"], "matrix": {"n": [$1]}, $2}],
}
END
}
edit() { echo "# $1" >>scripts/run.py && git -C scripts commit -qam "$1"; } # the script
head_of() { git -C "$1" rev-parse HEAD | cut -c 1-"$2"; }
everything() { find . -path ./scripts -prune -o -path ./gem5 -prune -o ! -name '.*' -print | sort; cksum db.json; }
unchanged() { # TEXT COMMAND... - it leaves every file as it is
    text=$1 && shift
    everything >before 2>&1
    touch after && everything >before 2>&1
    run "$@"
    everything >after 2>&1
    check "$text changes nothing" cmp before after
}
timeless() { sed 's/[0-9.:]* s\>/T/; s/[0-9a-f]\{8\}\>/ID/'; }
hasnt() { case $2 in *"$3"*) wrong "$1 is \"$2\", with \"$3\"" ;; esac; }
arrow=$(printf '\342\206\222')

begin "a dry run without a store"
experiment "1, 2" >x.json
unchanged "it" "$launch" --dry-run x.json
same status $status 0
same errors "$err" ""
same "the plan" "$out" "ACTION  RUN    OUTDIR
new     run 1  out/1
new     run 2  out/2
2 runs: 2 new"

begin "edit, commit, launch again"
run "$launch" x.json
same "status of the first launch" $status 0
first=$(head_of scripts 7)
edit second
unchanged "a dry run" "$launch" -n x.json
same "the plan" "$(echo "$out" | sed "s/$arrow/->/")" "ACTION  RUN    OUTDIR
new     run 1  out/1.2
new     run 2  out/2.2
Changed: run script repo $first -> $(head_of scripts 7); 2 runs go to OUTDIR.2
2 runs: 2 new"
run "$launch" x.json
same status $status 0
same errors "$err" ""
has "what changed" "$(echo "$out" | sed "s/$arrow/->/")" \
    "Changed: run script repo $first -> $(head_of scripts 7); 2 runs go to OUTDIR.2"
same "how often that is said" "$(echo "$out" | grep -c OUTDIR)" 1
check "the first results are kept" test -e out/1/stats.txt -a -e out/1.2/stats.txt -a ! -e out/1.3
run "$launch" x.json
same "status of a relaunch" $status 0
has "a relaunch" "$out" "2 recorded before"
hasnt "a relaunch" "$out" OUTDIR
unchanged "a dry run" "$launch" -n x.json
same "the plan" "$(echo "$out" | timeless)" "ACTION  RECORDED           RUN    OUTDIR
skip    Finished ID  run 1  out/1.2
skip    Finished ID  run 2  out/2.2
2 runs: 2 skipped as recorded"
second=$(head_of scripts 7)
edit third
run "$launch" --where n=2 x.json
has "a third edit, compared with the second" "$(echo "$out" | sed "s/$arrow/->/")" \
    "Changed: run script repo $second -> $(head_of scripts 7); run 2 goes to OUTDIR.3"
check "its results" test -e out/2.3/stats.txt -a ! -e out/1.3
git -C scripts checkout -q HEAD~2
run "$launch" x.json
same "status of the first commit again" $status 0
has "the first commit again" "$out" "2 recorded before"
hasnt "the first commit again" "$out" OUTDIR
git -C scripts checkout -q - 2>/dev/null

begin "recorded under a different name"
experiment "1, 2" | sed 's#run {n}#other {n}#; s#out/{#elsewhere/{#' >other.json
run "$launch" --where n=2 other.json
same "status" $status 0
same "one" "$(echo "$out" | timeless | tail -n 1)" "Recorded under a different name: other 2 is run 2 (ID), in out/2.3"
git -C scripts checkout -q HEAD~1
run "$launch" other.json
same "several" "$(echo "$out" | timeless | tail -n 1)" \
    "2 runs are recorded under different names, the first: other 1 is run 1 (ID), in out/1.2"
git -C scripts checkout -q - 2>/dev/null
run "$launch" --where n=2 x.json
same "nothing is said of the same name" "$(echo "$out" | grep -c "different name")" 0

begin "--rerun, and one that failed, after an edit"
run "$launch" --rerun --where n=2 x.json
check "a rerun goes to the next outdir" test -e out/2.4/stats.txt
experiment '"--stand-in=exit=3"' >bad.json
run "$launch" bad.json
edit fourth
run "$launch" bad.json
run "$launch" -n --retry-failed 1 bad.json
same "the plan of a retry" "$(echo "$out" | timeless)" "ACTION  RECORDED         RUN                    OUTDIR
retry   Failed ID  run --stand-in=exit=3  out/--stand-in=exit=3.3
1 run: 1 retried"
run "$launch" --retry-failed 1 bad.json
check "where it goes" test -e out/--stand-in=exit=3.3/console.txt
run "$launch" -n bad.json
same "what failed before" "$(echo "$out" | timeless | tail -n 2)" "1 run: 1 skipped as recorded
To launch runs that failed before: --retry-failed N or --rerun."

begin "several changes, and different ones"
echo '# more' >>gem5/SConstruct && git -C gem5 commit -qam second && printf '\n' >>gem5/build/gem5.opt
run "$launch" --where n=1 x.json
check "all are named" sh -c "sed 's/[0-9a-f]\{7\}/H/g; s/$arrow/->/g' .out | grep -qx \
    'Changed: gem5 binary H -> H, gem5 repo H -> H, run script repo H -> H; run 1 goes to OUTDIR.3'"
sed 's/"params": \["{n}"\]/"params": ["{n}", "x"]/' x.json >y.json
run "$launch" -n y.json
has "parameters" "$out" "Changed: parameters; run 1 goes to OUTDIR.4"
has "both" "$(echo "$out" | sed "s/$arrow/->/g")" ", parameters; run 2 goes to OUTDIR.5"

begin "a dirty repo is refused, also in a dry run"
echo '# not committed' >>scripts/run.py
unchanged "a launch" "$launch" x.json
same status $status 1
has error "$err" "scripts has changes that are not committed (run.py): commit or stash them"
has error "$err" "nothing was launched"
unchanged "a dry run" "$launch" -n x.json
same "status of a dry run" $status 1
has "error of a dry run" "$err" "scripts has changes that are not committed (run.py): commit or stash them"
has "error of a dry run" "$err" "nothing would be launched"
git -C scripts checkout -q run.py

begin "an outdir that others have files in"
experiment '"a", "b"' >other.json
mkdir -p out/a out/b && echo mine >out/a/notes.txt && echo theirs >out/b/console.txt
unchanged "a dry run" "$launch" -n other.json
has "the plan" "$out" "run a  out/a
new     run b  out/b.2
2 runs"
run "$launch" other.json
same status $status 0
same "a file of others" "$(cat out/a/notes.txt)" mine
check "the results" test -e out/a/stats.txt
same "a console of others" "$(cat out/b/console.txt)" theirs
check "the results beside it" test -e out/b.2/stats.txt

begin "a run that was not launched keeps no outdir"
experiment '"--stand-in=exit=1", "c", "d"' >stopped.json
run "$launch" -j 1 --stop-after 1 stopped.json
has "two were not launched" "$out" "2 not launched"
check "nothing is left of them" test ! -e out/c -a ! -e out/d
edit fifth
run "$launch" --where n=c,d stopped.json
same status $status 0
hasnt "no other outdir is needed" "$out" OUTDIR
check "the results" test -e out/c/stats.txt -a -e out/d/stats.txt

begin "two launchers at once after an edit"
experiment '"--stand-in=seconds=0.2", "e", "f", "g", "h", "i"' >two.json
"$launch" two.json >/dev/null
edit sixth
"$launch" two.json >one.log 2>&1 &
run "$launch" two.json
wait
attempts=$("$BUILD/gem5art-getruns" - 2>/dev/null | grep -c '"outdir": ".*/out/[e-i]')
same "attempts in all" "$attempts" 10
check "their outdirs" test -e out/e.2/stats.txt -a ! -e out/e.3 -a -e out/i.2/stats.txt -a ! -e out/i.3

begin "a run that another launcher executes"
experiment '"--stand-in=seconds=600"' >long.json
"$launch" long.json >long.log 2>&1 &
running=$!
until_true grep -q '"Running"' out/--stand-in=seconds=600/info.json
run "$launch" -n long.json
has "the plan" "$out" "busy    run --stand-in=seconds=600  out/--stand-in=seconds=600"
has "its sum" "$out" "1 run: 1 queued or executed elsewhere"
has "who executes it" "$err" "it is being executed by process $running"
kill -INT $running
wait $running

begin "commits and the name in an outdir"
experiment '1, 2' >x.json
sed 's|"out/{n}"|"by/{script_commit}-{gem5_commit}/{name}"|; s|"run {n}"|"{n} of {script_commit}"|' x.json >commits.json
run "$launch" -n commits.json
same status $status 0
name="of $(head_of scripts 12)"
has "the plan" "$out" "new     1 $name  by/$(head_of scripts 12)-$(head_of gem5 12)/1 $name
"
run "$launch" --commands --where n=1 commits.json
has "the command line" "$out" "'--outdir=$work/by/$(head_of scripts 12)-$(head_of gem5 12)/1 $name' scripts/run.py"
run "$launch" commits.json
same status $status 0
check "the results" test -e "by/$(head_of scripts 12)-$(head_of gem5 12)/2 $name/stats.txt"
edit seventh
run "$launch" commits.json
hasnt "no other outdir is needed" "$out" OUTDIR
check "the next results" test -e "by/$(head_of scripts 12)-$(head_of gem5 12)/2 of $(head_of scripts 12)/stats.txt"
sed 's/{n}/{name}/g; s/"n": /"name": /' x.json >variable.json
run "$launch" --commands variable.json
same "a variable with that name" "$(echo "$out" | grep -c -- "--outdir=$work/out/[12] scripts")" 2

begin "an experiment from a pipe"
experiment '1, 2' '"nice": 1' >x.json
mkdir -p below
run sh -c "'$launch' -n - <x.json"
same status $status 0
has "the plan" "$out" "2 runs: 2 skipped as recorded"
has "paths lead from the current folder" "$(cd below && "$launch" --commands - <../x.json 2>/dev/null)" "=$work/below/out/1 "
run sh -c "printf '{\"sweeps\": 1}' | '$launch' -"
same "status of a bad one" $status 1
same "error of a bad one" "$err" "gem5art-run: standard input:1:12: sweeps must be an array, not a number"
run sh -c "'$launch' - </dev/null"
same "status of an empty one" $status 1
has "error of an empty one" "$err" "gem5art-run: standard input:1:1: "
experiment '"--stand-in=exit=2", "j"' >stopped.json
run sh -c "'$launch' -j 1 --stop-after 1 - <stopped.json"
has "how to resume it" "$out" "To resume: launch the same experiment again"
if need bash; then
    run bash -c "'$launch' -n <(cat x.json)"
    same "status of <()" $status 0
    has "the plan" "$out" "2 runs: 2 skipped as recorded"
    run bash -c "'$launch' -n <(echo '{}')"
    has "error of <()" "$err" "gem5art-run: /dev/fd/63:1:1: the experiment has no sweeps"
fi

begin "an artifact that no run uses"
sed 's|"gem5": {|"image": {"type": "disk image", "path": "none", "documentation": "an image of the test"},\n    &|' x.json >unused.json
run "$launch" -n unused.json
same status $status 0
same warning "$err" "gem5art-run: warning: unused.json:4:5: no run uses the artifact \"image\": name it in \"artifacts\" of a \
run, or remove it"
run "$launch" -n --where n=1 unused.json
same "no warning of a part of the experiment" "$err" ""

begin "an outdir in that of another run"
experiment '"a", "a/b", "a-b"' >x.json
run "$launch" -n x.json
same status $status 0
has warning "$err" ': the outdir "out/a" has that of another run in it, "out/a/b": its archive holds both'
experiment '"a", "a-b", "ab"' >x.json
run "$launch" -n x.json
same "no warning of the beginning of a name" "$err" ""

begin "--where"
experiment '1, 2, "a,b"' >x.json
run "$launch" --commands --dry-run --where n=1,2 x.json
same "status of --commands with --dry-run" $status 0
same "it prints them" "$out" "$("$launch" --commands --where n=1,2 x.json)"
run "$launch" --commands --where n=1,2 x.json
same "a list" "$(wc -l <.out)" 2
run "$launch" --commands --where n=1 --where n=2 x.json
same "repeated" "$(wc -l <.out)" 2
run "$launch" --commands --where n=a,b x.json
same "a value with a comma" "$(wc -l <.out)" 1
run "$launch" --commands --only n=2 x.json
same "--only" "$(wc -l <.out)" 1
run "$launch" --commands --where n=1,3 x.json
same "status of a value that is not there" $status 1
has "error" "$err" "x.json: no run has n=3: n is one of 1, 2, a,b"
run "$launch" --commands --where n x.json
same "misuse" $status 2

begin "what failed, to paste"
cat >gem5/build/flaky <<'END'
#!/bin/sh
# Fails, the first time it is given this word.
for word; do :; done
[ "$word" = never ] && exit 7
[ -e "flag-$word" ] && exit 0
touch "flag-$word"
exit 1
END
chmod +x gem5/build/flaky
experiment '"once", "never"' '"accept": ["no stats", "no cause"]' | sed 's|gem5/build/gem5.opt|gem5/build/flaky|' >flaky.json
run "$launch" --retry-failed 1 flaky.json
same status $status 1
same "the failures" "$(echo "$out" | sed -n '/ runs in /,$p' | timeless)" "2 runs in T: 1 finished, 1 failed
Retried 2 failed attempts
  ID  run never: exit 7 after T
            out/never.2
To see all about one: gem5art-show ID"
id=$(echo "$out" | sed -n 's/^  \([0-9a-f]\{8\}\)  .*/\1/p')
run "$BUILD/gem5art-show" "$id"
same "status of gem5art-show" $status 0
has "gem5art-show" "$out" "out/never.2"
cp db.json elsewhere.json
run "$launch" --db-uri elsewhere.json flaky.json
has "the store that it is in" "$out" "To see all about one: gem5art-show --db-uri elsewhere.json $id"

begin "--quiet"
run "$launch" -q flaky.json
same "it" "$(echo "$out" | timeless | head -n 1)" "2 runs in T: 1 recorded before, 1 failed before"
run "$launch" -q --where n=never --rerun flaky.json
same "a failure" "$(echo "$out" | timeless | head -n 2)" "[1/1] run never: failed: exit 7 after T
1 run in T: 1 failed"

begin "archive, and a limit of free disk space"
experiment '"k"' '"archive": "none"' >archive.json
run "$launch" archive.json
check "no archive" test -e out/k/stats.txt -a ! -e out/k/results.zip
experiment '"l"' '"archive": {"except": ["stats.*"]}' >archive.json
run "$launch" archive.json
check "an archive" test -e out/l/results.zip
if need unzip; then
    check "without what was left out" sh -c "unzip -l out/l/results.zip | grep -q config.ini && ! unzip -l out/l/results.zip | grep -q stats.txt"
fi
for size in 1x 0 9000000T; do
    run "$launch" --min-disk $size archive.json
    same "status of --min-disk $size" $status 2
    has "error of --min-disk $size" "$err" "--min-disk: "
done
experiment '"m"' >disk.json
"$launch" --min-disk 8000000T disk.json >disk.log 2>&1 &
waiting=$!
until_true grep -q "disk space" disk.log
check "nothing is launched" test ! -e out/m/stats.txt
kill -INT $waiting
wait $waiting
has "it was not launched" "$(cat disk.log)" "1 not launched"

if need tmux; then
    begin "a plan in a terminal of 80x24"
    experiment '"a parameter with a long name"' >x.json
    sed -i 's|"out/{n}"|"results of a long series/of many experiments/{n}"|' x.json
    terminal 80 24
    command_line gem5art-run -n x.json
    until_true shows "^status 0"
    same "it" "$(screen | grep . | sed "s/…/~/g; /^\$$/d")" "ACTION  RUN                               OUTDIR
new     run a parameter with a long name  ~eriments/a parameter with a long name
1 run: 1 new
status 0"

    begin "a plan and a display in COLUMNS, which is wider or narrower than the terminal"
    for columns in 60 200; do
        command_line COLUMNS=$columns gem5art-run -n x.json
        until_true shows "^status 0"
        check "the plan in $columns columns" shows "^1 run: 1 new"
    done
    experiment '"--stand-in=seconds=601"' | sed 's/"run {n}"/"a run with a very long name of its own {n} {n} {n}"/' >wide.json
    for columns in 200:79 40:39; do
        command_line COLUMNS=${columns%:*} gem5art-run wide.json
        until_true shows "^1 running"
        same "the display's width with COLUMNS=${columns%:*}" "$(screen | sed -n '/▕/,$p' | wc -L)" ${columns#*:}
        same "bars" "$(screen | grep -c '▕')" 1
        keys C-c
        until_true shows "^status 1"
    done

    begin "edit, commit, launch again, by keys"
    experiment '"n", "o"' >x.json
    command_line gem5art-run x.json
    until_true shows "^status 0"
    third=$(head_of scripts 7)
    command_line "echo '# by keys' >>scripts/run.py && git -C scripts commit -qam keys"
    until_true shows "^status 0"
    command_line gem5art-run x.json
    until_true shows "^status 0"
    same "the screen" "$(screen | grep . | timeless | sed '/^\$$/d')" \
        "Changed: run script repo $third $arrow $(head_of scripts 7); 2 runs go to OUTDIR.2
2 runs in T: 2 finished
status 0"
    command_line gem5art-run -n x.json
    until_true shows "^status 0"
    same "the plan" "$(screen | grep . | timeless | sed '/^\$$/d')" "ACTION  RECORDED           RUN    OUTDIR
skip    Finished ID  run n  out/n.2
skip    Finished ID  run o  out/o.2
2 runs: 2 skipped as recorded
status 0"
    end_terminal
fi
finish
