#!/bin/sh
# gem5art-report: the page as it is written, by an HTML parser; and in Chromium, driven by its DevTools protocol.
. "$(dirname "$0")/check.sh"
report="$BUILD/gem5art-report"
python() { python3 "$root/tests/report.py" "$@"; }
need python3 || finish

begin "a page of 480 boot tests"
python store 480 >boot.json
run "$report" --db-uri boot.json -o boot.html
same "status and output" "$status $out$err" "0 "
check "the page" python check boot.html 480
same "tables by the other variables" "$(grep -c '<caption>' boot.html)" 24
has "a reason in a cell" "$(cat boot.html)" '<td class="bad">kernel panic</td>'
has "totals" "$(cat boot.html)" "480 FS"
has "good runs with a warning" "$(cat boot.html)" "</b> Finished: warning: files</li>"
same "rows without scripts" "$(grep -c '<tr><th scope="row">boot ' boot.html)" 100
has "a note about the rest" "$(cat boot.html)" "the first 100 of 480 runs"

begin "the same store gives the same page, but for its time"
"$report" --db-uri boot.json -o - | grep -v '^<p>Written at' >one
grep -v '^<p>Written at' boot.html | cmp - one || wrong "the pages differ"

begin "runs are selected as by gem5art-ls"
run "$report" --db-uri boot.json -o part.html --where cpu=kvm,o3 --where memory=MI_example --title 'A <b> & "c"'
check "80 runs" python check part.html 80
has "the title" "$(cat part.html)" '<h1>A &lt;b&gt; &amp; &quot;c&quot;</h1>'
run "$report" --db-uri boot.json -o limit.html --limit 7
check "7 runs" python check limit.html 7
run "$report" --db-uri boot.json -o none.html --name nothing
check "no runs" python check none.html 0
has "no runs" "$(cat none.html)" "No runs are selected"
echo '[]' >empty.json
run "$report" --db-uri empty.json -o empty.html
check "an empty store" python check empty.html 0

begin "hostile texts stay texts"
python hostile >hostile.json
run "$report" --db-uri hostile.json -o hostile.html
same "status" "$status $err" "0 "
check "the page" python check hostile.html 15
check "also in another locale" sh -c "LC_ALL=C '$report' --db-uri hostile.json -o - | grep -v '^<p>Written at' >a &&
    grep -v '^<p>Written at' hostile.html | cmp - a"

begin "10,000 runs take less than 20 MB"
python store 10000 >large.json
run "$report" --db-uri large.json -o large.html
check "the page" python check large.html 10000
check "its size: $(wc -c <large.html)" test "$(wc -c <large.html)" -lt 20000000
same "tables: seeds are counted" "$(grep -c '<caption>' large.html)" 24

begin "misuse"
run "$report" --db-uri boot.json
same "no output" $status 2
has "no output" "$err" "give --output FILE"
run "$report" --db-uri boot.json page.html
same "an operand" $status 2
run "$report" --db-uri boot.json -o - --watch
same "watching stdout" $status 2
run "$report" --db-uri boot.json -o boot.json
same "the store itself" $status 1
has "the store itself" "$err" "is the store itself"
run "$report" --db-uri boot.json -o no/such/folder.html
same "no folder" $status 1
check "no file is left" sh -c '! ls | grep tmp-'

begin "failures have their output; the page is written again while a run is active"
mkdir gem5 scripts && cp "$BUILD/gem5-stand-in" gem5/gem5.opt && echo '# stand-in: seconds=1' >scripts/run.py
for repo in gem5 scripts; do git -C $repo init -q && git -C $repo add -A && git -C $repo commit -qm first; done
cat >hello.json <<'END'
{"artifacts": {
    "gem5": {"type": "git repo", "path": "gem5", "documentation": "the stand-in for gem5"},
    "gem5.opt": {"type": "gem5 binary", "path": "gem5/gem5.opt", "inputs": ["gem5"],
                 "documentation": "the stand-in for gem5"},
    "scripts": {"type": "git repo", "path": "scripts", "documentation": "our run scripts"}},
 "sweeps": [{"mode": "se", "name": "hello {n}", "run_script": "scripts/run.py", "gem5_artifact": "gem5.opt",
    "gem5_git_artifact": "gem5", "run_script_git_artifact": "scripts", "matrix": {"n": [1, 2, 3]},
    "params": ["{n}"], "outdir": "results/{n}",
    "overrides": [{"when": {"n": 2}, "params": ["{n}", "--stand-in=fatal"]},
                  {"when": {"n": 3}, "params": ["--stand-in=seconds=4"]}]}]}
END
"$BUILD/gem5art-run" --quiet hello.json >run.out 2>&1 &
runner=$!
for try in $(seq 100); do "$BUILD/gem5art-ls" --live --quiet 2>/dev/null | grep -q . && break; sleep 0.1; done
run timeout 60 "$report" -o live.html --watch
same "status" "$status $err" "0 "
wait $runner
check "the last page" python check live.html 3
check "it is not read again" sh -c '! grep -q "http-equiv=.refresh" live.html'
has "the reason" "$(cat live.html)" "fatal:"
has "the excerpt" "$(cat live.html)" "the last lines:"
has "provenance" "$(cat live.html)" "made from"
same "artifacts of the graph" "$(grep -c '<g class="node">' live.html)" 3
same "its edges" "$(grep -c '<path class="edge"' live.html)" 1

begin "statistics as figures, with their tables"
run "$report" -o stat.html --stat simTicks --stat 'ipc = simInsts / system.cpu.numCycles'
same "status" "$status $err" "0 "
check "the page" python check stat.html 3
same "figures" "$(grep -c '<figure class="stat">' stat.html)" 2
has "the name of a calculation" "$(cat stat.html)" '<h3>ipc</h3>'
has "what is left out" "$(cat stat.html)" 'Failed run is left out'
ticks=$("$BUILD/gem5art-stats" --csv simTicks 2>/dev/null | tr -d '\r' | sed -n 2p | sed 's/.*,//')
has "the value of a run" "$(cat stat.html)" "<td class=\"number\">$ticks</td>"
run "$report" -o none.html --stat noSuchStatistic
same "status of an unknown statistic" $status 1
has "its error" "$err" 'no run has a statistic "noSuchStatistic"'
check "the page is there" python check none.html 3
run "$report" -o never.html --stat 'sum('
same "status of a formula with an error" $status 2
check "no page" test ! -e never.html

begin "the statistics of many runs are boxes, of few runs bars"
python simulated 480 "$work/simulated" >many.json
run "$report" --db-uri many.json -o many.html --stat simTicks
same "status" "$status $err" "0 "
check "the page" python check many.html 480
check "the variable with the most values" sh -c 'sed -n "/class=.stat/,/<details>/p" many.html | grep -q ">kernel</text>"'
run "$report" --db-uri many.json -o few.html --stat simTicks --where memory=MI_example --where boot=init --where cpu=o3
check "a bar each" python check few.html 20
same "bars" "$(sed -n '/class="stat"/,/<details>/p' few.html | grep -o '<title>[0-9.]*, [0-9]*: [0-9]*' | wc -l)" 20
rm -r simulated

begin "a page that is written while a run is active is read again"
echo '# stand-in: seconds=600' >scripts/run.py && git -C scripts commit -qam second
"$BUILD/gem5art-run" --quiet --where n=1 hello.json >run.out 2>&1 &
runner=$!
for try in $(seq 100); do "$BUILD/gem5art-ls" --live --quiet 2>/dev/null | grep -q . && break; sleep 0.1; done
timeout 60 "$report" -o live.html --watch & watcher=$!
for try in $(seq 100); do grep -q 'http-equiv="refresh"' live.html && break; sleep 0.1; done
check "it refreshes" grep -q '<noscript><meta http-equiv="refresh" content="5">' live.html
has "a live run" "$(cat live.html)" '<span class="status live">Running</span>'
sed 's/name="refresh" content="5"/name="refresh" content="1"/' live.html >watched.html
kill -INT $watcher
wait $watcher
same "status after a signal" $? 0
check "the last page does not" sh -c '! grep -q "http-equiv=.refresh" live.html'
kill -INT $runner
wait $runner

begin "in Chromium"
if need chromium; then
    drive() { timeout 120 python3 "$root/tests/report.py" "$@"; }
    check "search, sort, filters, pages, details, axes, figures" drive drive "$work/boot.html"
    check "hostile texts" drive drive-hostile "$work/hostile.html"
    check "reading again" drive drive-watch "$work/watched.html"
    check "figures" drive drive-statistics "$work/stat.html"
    check "10,000 runs" drive drive-large "$work/large.html"
fi
finish
