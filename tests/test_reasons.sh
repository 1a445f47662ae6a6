#!/bin/sh
# How runs ended and what they read, as gem5art-run, -ls, -show and -diff show it: runs of the stand-in for gem5.
. "$(dirname "$0")/check.sh"
launch=$BUILD/gem5art-run ls=$BUILD/gem5art-ls show=$BUILD/gem5art-show diff=$BUILD/gem5art-diff
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A
git -C repo commit -qm first
echo "a kernel" >vmlinux
echo "another one" >tracked && echo "not one" >registered && cp tracked repo/tracked
git -C repo add -A && git -C repo commit -qm second

# experiment KEYS VALUES [MORE] - a sweep of runs of the stand-in; KEYS go into the sweep, before the matrix
experiment() {
    cat >x.json <<END
{
  "artifacts": {
    "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
    "gem5": {"type": "gem5 binary", "path": "$BUILD/gem5-stand-in", "documentation": "a program of the test"},
    "input": {"type": "input", "path": "registered", "documentation": "an input of the test"},
  },
  "sweeps": [{"mode": "${3:-se}", "name": "run {n}", "gem5_artifact": "gem5", "gem5_git_artifact": "repo", "outdir": "out/{n}",
              "run_script_git_artifact": "repo", "run_script": "repo/run.py", "params": ["--stand-in={n}"], $1
              "matrix": {"n": [$2]}}],
}
END
}
afresh() { rm -rf out out.* db.json*; }
timeless() { sed 's/[0-9.:]* s\>/T/; s/ in T/ in T/; s/^  [0-9a-f]\{8\}  /  ID  /'; }
column() { "$ls" --csv --columns name,"$1" | tr -d '\r' | sed -n "s/^run $2,//p"; }
id_of() { "$ls" --csv --columns id,name | tr -d '\r' | sed -n "s/,run $1$//p" | tail -n 1; }

begin "each failure has its reason"
experiment '"overrides": [{"when": {"n": "seconds=600"}, "timeout": 1}],' \
    '"exit=3", "signal=11", "fatal", "m5_fail=7", "seconds=600", "roi", "dumps=0"'
run "$launch" x.json
same status $status 1
same errors "$(echo "$err" | grep -v 'no run uses the artifact "input"')" ""
text=$(echo "$out" | timeless)
has "an exit status" "$text" "run exit=3: failed: exit 3 after T
"
has "a signal" "$text" "run signal=11: failed: SIGSEGV after T
"
has "gem5's own words" "$text" "run fatal: failed: exit 1 after T: fatal: fatal condition fd < 0 occurred: Failed to open"
has "m5_fail" "$text" "run m5_fail=7: failed: m5_fail instruction encountered, code 7 after T
"
has "a time-out, not gem5's answer to it" "$text" "run seconds=600: failed: timeout after T
"
has "the sum" "$text" "
7 runs in T: 2 finished, 5 failed
"
has "the list below it" "$text" "
  ID  run signal=11: SIGSEGV after T
            out/signal=11
"
has "a warning of a good run" "$text" \
    "Warning of the kind \"stats\" in 1 finished run: run dumps=0: stats.txt is empty, so the run has no statistics"
same "warnings of other kinds" "$(echo "$text" | grep -c ^Warning)" 1

begin "gem5art-ls: REASON, its counts, JSON and CSV"
same "an exit status" "$(column reason exit=3)" "exit 3"
same "a signal" "$(column reason signal=11)" "SIGSEGV"
same "a fatal" "$(column reason fatal)" "exit 1"
same "its cause" "$(column cause fatal | cut -c 1-31)" "fatal: fatal condition fd < 0 o"
same "m5_fail" "$(column reason m5_fail=7)" '"m5_fail instruction encountered, code 7"'
same "a time-out" "$(column reason seconds=600)" "timeout"
same "a good run" "$(column reason roi)" ""
same "a good run without statistics" "$(column reason dumps=0)" "no stats"
has "the counts" "$("$ls" | tail -n 1)" "7 runs: 2 Finished (1 no stats), 5 Failed ("
has "the counts" "$("$ls" | tail -n 1)" "1 SIGSEGV"
has "variables in JSON" "$("$ls" --json --columns name,variables --name roi)" '"variables": {"n":"roi"}'
has "events in JSON" "$("$ls" --json --columns exit_events --name m5_fail)" '"code":7,"cause":"m5_fail instruction encountered"'
has "warnings in JSON" "$("$ls" --json --columns warnings --name dumps)" '[{"kind":"stats","text":"stats.txt is empty'
has "the reason in JSON" "$("$ls" --json --columns name,reason --name signal)" '"reason": "SIGSEGV"'
same "by the reason" "$("$ls" --sort reason --csv --columns reason | tr -d '\r' | sed 1d | tail -n 1)" "timeout"

begin "gem5art-show: cause, warnings, phases, variables"
run "$show" "$(id_of roi)"
has "status" "$out" "status      Finished
  cause       exiting with last active thread context"
check "the phases" grep -qE '^  0\.[0-9]{3} s     tick [0-9]+: workbegin, code 1$' .out
check "the phases" grep -qE '^  0\.[0-9]{3} s     tick [0-9]+: workend, code 1$' .out
check "the phases" grep -qE '^  0\.[0-9]{3} s     tick [0-9]+: exiting with last active thread context$' .out
has "variables" "$out" "variables   n=roi"
run "$show" "$(id_of dumps=0)"
has "a warning" "$out" "status      Finished: no stats"
has "a warning" "$out" "warning     stats: stats.txt is empty, so the run has no statistics"
run "$show" "$(id_of signal=11)"
has "a signal" "$out" "status      Failed: SIGSEGV"
check "it is not repeated" sh -c '! grep -q "^  cause" .out'
run "$show" "$(id_of m5_fail=7)"
has "m5_fail" "$out" "status      Failed: m5_fail instruction encountered, code 7"

begin "gem5art-diff: cause, variables, the last event"
run "$diff" "$(id_of roi)" "$(id_of m5_fail=7)"
has "cause" "$out" "cause       - exiting with last active thread context
              + m5_fail instruction encountered, code 7"
has "the last event" "$out" ": m5_fail instruction encountered, code 7"
has "variables" "$out" "Variables
  n           roi -> m5_fail=7"
has "parameters that have their values" "$out" "parameters  differ as the variables do"

begin "a run that somebody killed"
afresh
experiment "" '"signal=9"'
run "$launch" x.json
has "its reason, once" "$(echo "$out" | timeless)" "run signal=9: failed: sigkill after T
"

begin "results that could not be archived"
afresh
cat >hinder <<'END'
#!/bin/sh
for word; do case $word in --outdir=*) mkdir -p "${word#--outdir=}/results.zip/taken" ;; esac; done
exec "$STAND_IN" "$@"
END
chmod +x hinder
experiment '' '"exit=0"'
sed "s|\"path\": \"[^\"]*gem5-stand-in\"|\"path\": \"hinder\"|" x.json >hinder.json
run env STAND_IN="$BUILD/gem5-stand-in" "$launch" hinder.json
same status $status 1
has "the reason" "$(echo "$out" | timeless)" "run exit=0: failed: its results are not archived: "
has "the sum" "$(echo "$out" | timeless)" "1 run in T: 1 failed"
has "REASON" "$(column reason exit=0)" "its results are not archived: "
has "it is rerunnable" "$(cat db.json)" '"rerunnable":true'

begin "a guest's panic"
afresh
experiment '"linux_binary_artifact": "input", "disk_image_artifact": "input",' '"panic"' fs
run "$launch" x.json
has "a panic" "$(echo "$out" | timeless)" "run panic: failed: kernel panic after T: Kernel panic - not syncing"
same "REASON" "$(column reason panic)" "kernel panic"

begin "accept, fail_on, stall, gem5_options, probe"
afresh
experiment '"overrides": [
    {"when": {"n": "m5_fail=7"}, "accept": ["m5_fail", "guest exit code"], "gem5_options": ["--debug-flags=Exec", "-q"]},
    {"when": {"n": "exit=0"}, "fail_on": ["active {n}", "active thread"]},
    {"when": {"n": "roi"}, "probe": false},
    {"when": {"n": "seconds=600"}, "stall": 1}],' '"m5_fail=7", "exit=0", "roi", "seconds=600"'
run "$launch" --commands x.json
has "gem5_options in a command line" "$out" "gem5-stand-in -re --outdir=$work/out/m5_fail=7 --debug-flags=Exec -q repo/run.py"
run "$launch" x.json
text=$(echo "$out" | timeless)
has "accept" "$text" "run m5_fail=7: finished after T"
has "fail_on" "$text" "run exit=0: failed: User defined kill after T: \"active thread\" in simout.txt"
has "stall" "$text" "run seconds=600: failed: stall after T: none of its files grew for 1 s"
has "events without the probe" "$("$ls" --json --columns exit_events --name roi)" '"exit_events": []'
run "$show" "$(id_of m5_fail=7)"
has "gem5_options" "$out" "gem5 options --debug-flags=Exec -q"
has "accept" "$out" "accepts     \"m5_fail\"
              \"guest exit code\""
run "$show" "$(id_of exit=0)"
has "fail_on" "$out" "fails on    \"active exit=0\"
              \"active thread\""
run "$show" "$(id_of seconds=600)"
has "stall" "$out" "stall       ended after 1.0 s without a growing file"
run "$diff" "$(id_of m5_fail=7)" "$(id_of roi)"
has "gem5_options" "$out" "gem5 options - 1: --debug-flags=Exec"

begin "files that gem5 read, and that have changed since"
afresh
experiment '"artifacts": ["input"],' "\"reads=$work/vmlinux\", \"reads=$work/repo/tracked\", \"reads=$work/registered\""
sed "s|\"outdir\": \"out/{n}\"|\"overrides\": [{\"when\": {\"n\": \"reads=$work/vmlinux\"}, \"outdir\": \"out/1\"}, {\"when\": {\"n\": \"reads=$work/repo/tracked\"}, \"outdir\": \"out/2\"}, {\"when\": {\"n\": \"reads=$work/registered\"}, \"outdir\": \"out/3\"}], \"outdir\": \"out\"|" x.json >files.json
run "$launch" files.json
same status $status 0
has "a warning" "$out" "Warning of the kind \"files\" in 1 finished run: "
id=$(sed -n 's/^{"_id":"\([^"]*\)",.*"outdir":"[^"]*\/out\/1".*/\1/p' db.json)
run "$show" "$id"
has "an unregistered file" "$out" "Files that gem5 read
              $work/vmlinux
              $(sha256sum vmlinux | cut -c 1-12), not an artifact
"
run "$show" "$(sed -n 's/^{"_id":"\([^"]*\)",.*"outdir":"[^"]*\/out\/2".*/\1/p' db.json)"
has "a tracked file" "$out" "$(sha256sum tracked | cut -c 1-12), tracked in repo
"
run "$show" "$(sed -n 's/^{"_id":"\([^"]*\)",.*"outdir":"[^"]*\/out\/3".*/\1/p' db.json)"
has "an artifact" "$out" "$(sha256sum registered | cut -c 1-12), input
"
run "$launch" files.json
same "status of what is recorded" $status 0
has "the sum" "$(echo "$out" | timeless)" "3 runs in T: 3 recorded before"
echo "a different kernel" >vmlinux
run "$launch" files.json
same "status with a changed file" $status 1
has "the sum" "$(echo "$out" | timeless)" "3 runs in T: 2 recorded before, 1 recorded with files that changed since"
has "the sentence" "$out" "$work/vmlinux, which gem5 read then, has changed since"
has "the way out" "$out" "rerun it (--rerun)"
run "$show" "$id"
has "the file" "$out" ", not an artifact, changed since
"
rm vmlinux
run "$show" "$id"
has "the file" "$out" ", not an artifact, gone since
"
echo "a different kernel" >vmlinux
run "$launch" --rerun files.json
has "--rerun" "$(echo "$out" | timeless)" "3 runs in T: 3 finished"
run "$diff" "$id" "$(sed -n 's/^{"_id":"\([^"]*\)",.*"outdir":"[^"]*\/out\/1\.2".*/\1/p' db.json)"
has "gem5art-diff" "$out" "files read  - $work/vmlinux"
finish
