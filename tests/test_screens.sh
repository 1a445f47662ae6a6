#!/bin/sh
# gem5art-show, -diff, -verify and -artifact on terminals of two sizes: what they show fits, and says what it says in a pipe.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"

git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm "The first state of the scripts"
cp "$BUILD/gem5-stand-in" gem5
cat >x.json <<'END'
{"artifacts": {
   "scripts": {"type": "git repo", "path": "repo", "documentation": "the run scripts of this test, which say how a run goes, in so many words that they fill more than one line of a terminal"},
   "gem5": {"type": "gem5 binary", "path": "gem5", "inputs": ["scripts"], "command": "cp stand-in gem5", "documentation": "a stand-in for gem5"}},
 "sweeps": [{"mode": "se", "name": "a sweep over how runs end: {how}", "matrix": {"how": ["seconds=0", "fatal"]},
   "gem5_artifact": "gem5", "gem5_git_artifact": "scripts", "run_script_git_artifact": "scripts", "run_script": "repo/run.py",
   "params": ["--stand-in={how}", "--l2-size=4MB", "--mem-type=DDR4_2400_8x8", "it's one", "--maximum-instructions=1000000000"],
   "outdir": "results/a sweep/how/{how}"}]}
END
"$BUILD/gem5art-run" x.json >launched 2>&1
id_of() { "$BUILD/gem5art-ls" --csv --columns id,"$1" $3 | sed -n "s/^\([^,]*\),\"*[^,]*$2.*/\1/p" | head -n 1; }
good=$(id_of params seconds) bad=$(id_of params fatal) binary=$(id_of type "gem5 binary" --artifacts)

# fits COLUMNS - nothing that was shown is wider; tmux would have broken it into several lines.
fits() { [ "$(screen -S - | wc -L)" -le "$1" ] && [ "$(screen -S - | wc -l)" = "$(screen -J -S - | wc -l)" ]; }

for size in "80 24" "200 50"; do
    columns=${size% *}
    begin "on a terminal of $size"
    need tmux || continue

    terminal $size "gem5art-show $bad"
    until_true shows '^status 0'
    check "show: its width" fits $columns
    for part in "a sweep over how runs end: fatal" Failed "--mem-type=DDR4_2400_8x8" "fatal: " "made from scripts"; do
        check "show: $part" sh -c "printf '%s' \"\$1\" | tr -s ' \n' ' ' | grep -q -e \"\$2\"" - "$(screen -S -)" "$part"
    done
    has "show: in colours" "$(screen -e -S -)" "$(printf '\033[31m')"

    terminal $size "gem5art-diff $good $bad"
    until_true shows '^status 1'
    check "diff: its width" fits $columns
    for part in "seconds=0" "fatal" "Finished" "Failed"; do has "diff" "$(screen -S -)" "$part"; done
    has "diff: in colours" "$(screen -e -S -)" "$(printf '\033[3')"

    terminal $size "gem5art-verify"
    until_true shows '^status 0'
    check "verify: its width" fits $columns
    has "verify" "$(screen)" "gem5"

    terminal $size "gem5art-artifact tree $binary"
    until_true shows '^status 0'
    check "artifact: its width" fits $columns
    check "artifact: what it was made from" shows "└─ [0-9a-f]*  git repo  scripts"

    terminal $size "echo more >>gem5; gem5art-verify $good"
    until_true shows '^status 1'
    check "verify of what has changed: its width" fits $columns
    cp "$BUILD/gem5-stand-in" gem5

    terminal $size
    for command in "gem5art-show $bad" "gem5art-diff $good $bad" gem5art-verify "gem5art-artifact list"; do
        command_line "NO_COLOR=1 $command"
        until_true shows "^status [01]"
        same "colours of $command" "$(screen -e -S - | grep -c "$(printf '\033')\[[0-9;]*m")" 0
    done
done
finish
