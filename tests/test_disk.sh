#!/bin/sh
# What runs leave on the disk: what is archived, how large it is, and launches that wait for space.
. "$(dirname "$0")/check.sh"
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
cat >gem5.sh <<'END'
#!/bin/sh
for a; do case $a in --outdir=*) o=${a#--outdir=} ;; esac; done
mkdir "$o/cpt.1" && echo 1 >"$o/cpt.1/m5.cpt" && echo hello >"$o/simout.txt"
printf '\n---------- Begin Simulation Statistics ----------\nsimTicks 1 # ticks (Tick)\n\n---------- End Simulation Statistics   ----------\n' \
    >"$o/stats.txt"
END
chmod +x gem5.sh

# sweep NAME ARCHIVE - a sweep of one run
sweep() {
    echo "{\"mode\": \"se\", \"name\": \"$1\", \"gem5_artifact\": \"gem5\", \"gem5_git_artifact\": \"repo\", \"run_script_git_artifact\": \"repo\",
          \"run_script\": \"repo/run.py\", \"outdir\": \"out/$1\", \"params\": [\"$1\"], \"accept\": [\"no cause\"], \"archive\": $2}"
}
cat >x.json <<END
{"artifacts": {"repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
               "gem5": {"type": "gem5 binary", "path": "gem5.sh", "documentation": "a program of the test"}},
 "sweeps": [$(sweep everything '"all"'), $(sweep nothing '"none"'), $(sweep most '{"except": ["cpt.*", "no/such"]}')]}
END
ids() { "$BUILD/gem5art-ls" --json --columns _id --name "$1" | grep -o '[0-9a-f-]\{36\}'; }
# What is in an archive, in the order of names.
listing() { unzip -Z1 "out/$1/results.zip" | LC_ALL=C sort | tr '\n' ' '; }

begin "each run archives what it asks for"
run "$BUILD/gem5art-run" -j 1 x.json
same status $status 0
check "no archive" test ! -e out/nothing/results.zip -a -e out/nothing/cpt.1/m5.cpt

begin "what is in the archives"
if need unzip; then
    same everything "$(listing everything)" "console.txt cpt.1/ cpt.1/m5.cpt info.json simout.txt stats.txt "
    same most "$(listing most)" "console.txt info.json simout.txt stats.txt "
fi

begin "gem5art-ls shows sizes, by the records alone"
size() { wc -c <"out/$1/results.zip" | tr -d ' '; }
out=$("$BUILD/gem5art-ls" --csv --columns name,archive,results_size | tr -d '\r' | sed 1d | sort)
same rows "$out" "everything,all,$(size everything)
most,\"{\"\"except\"\":[\"\"cpt.*\"\",\"\"no/such\"\"]}\",$(size most)
nothing,none,"

begin "gem5art-show"
has nothing "$("$BUILD/gem5art-show" "$(ids nothing)")" "archive     none, as the run asks for none"
has most "$("$BUILD/gem5art-show" "$(ids most)")" '  left out    "cpt.*"
              "no/such"'
out=$("$BUILD/gem5art-show" "$(ids everything)")
case $out in *"left out"*) wrong "everything is archived, but something is left out" ;; esac

begin "gem5art-diff"
run "$BUILD/gem5art-diff" "$(ids everything)" "$(ids nothing)"
has "the archive" "$out" "archive     all -> none"
run "$BUILD/gem5art-diff" "$(ids everything)" "$(ids everything)"
same status $status 0

begin "gem5art-verify and gem5art-fsck miss no archive that was never made"
run "$BUILD/gem5art-verify" "$(ids nothing)"
same status $status 0
has "what is verified" "$out" "2 artifacts, 0 "
run "$BUILD/gem5art-fsck" db.json
same status $status 0

begin "an exported run is imported as it is"
run "$BUILD/gem5art-export" --to jsonl all.jsonl
same status $status 0
run "$BUILD/gem5art-import" --db-uri other.json all.jsonl
same status $status 0
same records "$("$BUILD/gem5art-ls" --db-uri other.json --csv --columns name,archive,results_size)" \
    "$("$BUILD/gem5art-ls" --csv --columns name,archive,results_size)"

begin "a run without an archive is recorded, and can be removed"
run "$BUILD/gem5art-run" x.json
has "what is not launched" "$out" "nothing: recorded before"
run "$BUILD/gem5art-rm" --yes "$(ids nothing)"
same status $status 0
run "$BUILD/gem5art-run" x.json
has launched "$out" "1 finished"
check "its new outdir" test -e out/nothing.2/info.json -a ! -e out/nothing.2/results.zip

begin "globs that match nothing are refused by line and column"
sed 's|"no/such"|"../such"|' x.json >bad.json
run "$BUILD/gem5art-run" bad.json
same status $status 1
has error "$err" '../such'

begin "no run is launched while there is too little disk space"
rm -rf out db.json*
"$BUILD/gem5art-run" --min-disk 8000000T x.json >.out 2>.err </dev/null &
pid=$!
left=300
until grep -q "wait for disk space" .err || [ $((left -= 1)) = 0 ]; do sleep 0.1; done
kill -INT $pid
wait $pid
has "what is said" "$(cat .err)" "free, less than 7812.5 PiB, at $work/out/"
same "how often" "$(grep -c 'wait for disk space' .err)" 1
has "the sum" "$(cat .out)" "3 not launched"
check "nothing ran" test ! -e out/everything/stats.txt
run "$BUILD/gem5art-run" --min-disk 1K x.json
same status $status 0

finish
