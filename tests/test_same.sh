#!/bin/sh
# Are the numbers the same? gem5art-diff --stats, of two runs and of groups; gem5art-verify --rerun.
. "$(dirname "$0")/check.sh"
diff=$BUILD/gem5art-diff verify=$BUILD/gem5art-verify launch=$BUILD/gem5art-run
begin_text='---------- Begin Simulation Statistics ----------' end_text='---------- End Simulation Statistics   ----------'

# record ID STATUS VARIABLES [NAME] - a run in out/ID, whose statistics are one dump of the lines of standard input
record() {
    mkdir -p "out/$1"
    { printf '\n%s\n' "$begin_text" && cat && printf '\n%s\n' "$end_text"; } >"out/$1/stats.txt"
    printf '{"_id":"%s","hash":"h%s","type":"gem5 run","name":"%s","status":"%s","outdir":"%s","variables":{%s}}\n' \
        "$1" "$1" "${4-run $1}" "$2" "$work/out/$1" "$3"
}

begin "two runs: the largest relative difference first; the host apart; nan equals nan"
{
    echo '['
    printf '%s # x\n' 'simTicks 100' 'simInsts 50' 'a.ipc 0.5' 'a.nan nan' 'a.big inf' 'a.zero 0' 'a.less 8' \
        'hostSeconds 1' 'host_mem_usage 7' 'a.gone 1' 'a.host 3' 'a.none nan' | record aaaa0001 Finished '"cpu":"o3"' && echo ,
    printf '%s # x\n' 'simTicks 150' 'simInsts 50' 'a.ipc 0.6' 'a.nan nan' 'a.big inf' 'a.zero 2' 'a.less 2' \
        'hostSeconds 2' 'host_mem_usage 9' 'a.new 1' 'a.host 3' 'a.none 1' | record aaaa0002 Failed '"cpu":"o3"' 'bad \u001b[2J' && echo ,
    printf '%s # x\n' 'simTicks 100' 'simInsts 50' 'a.ipc 0.5' 'a.nan nan' 'a.big inf' 'a.zero -0' 'a.less 8' \
        'hostSeconds 5' 'a.gone 1' 'a.host 3' 'a.none nan' | record aaaa0003 Finished '"cpu":"o3"'
    echo ']'
} >db.json
run "$diff" --stats aaaa0001 aaaa0002
same status $status 1
same errors "$err" ""
cat >expected <<'END'
--- run aaaa0001 (Finished)
    aaaa0001
+++ bad \x1b[2J (Failed: unknown)
    aaaa0002

STATISTIC  CHANGE %  FIRST  SECOND  DIFFERENCE
a.none            -    -       1           -
a.zero          inf    0       2           2
a.less          -75    8       2          -6
simTicks         50  100     150          50
a.ipc            20    0.5     0.6         0.1

5 statistics differ, 4 are equal. Statistics of the host (host*) are not compared.
1 is only in the first: a.gone
1 is only in the second: a.new
END
check "what differs" diff expected .out
run "$diff" --stats aaaa0001 aaaa0003
same "status of equal ones" $status 0
has "equal ones" "$out" "0 statistics differ, 10 are equal."
run "$diff" --stats --limit 2 aaaa0001 aaaa0002
same "status with --limit" $status 1
same "rows" "$(sed -n 7,9p .out)" "a.none            -      -       1           -
a.zero          inf      0       2           2"
has "the rest" "$out" "The 2 largest relative differences are shown"
run "$diff" --stats --csv aaaa0001 aaaa0002
same "CSV" "$(tr -d '\r' <.out)" "name,unit,a,b,difference,relative
a.none,,,1,,
a.zero,,0,2,2,inf
a.less,,8,2,-6,-0.75
simTicks,,100,150,50,0.5
a.ipc,,0.5,0.6,0.09999999999999998,0.19999999999999996"
if need python3; then
    run "$diff" --stats --json aaaa0001 aaaa0002
    same "JSON" "$(python3 -c 'import json; d = json.load(open(".out"))
print(d["same"], d["a"], d["b"], d["equal"], d["differ"], d["only_a"], d["only_b"])
for s in d["statistics"][:3]: print(s["name"], s["a"], s["b"], s["difference"], s["relative"])')" \
"False aaaa0001 aaaa0002 4 5 ['a.gone'] ['a.new']
a.none None 1 None None
a.zero 0 2 2 inf
a.less 8 2 -6 -0.75"
fi

begin "real statistics, beside the reading in Python"
if need python3 gzip; then
    gzip -dc "$root/tests/data/stats/o3.txt.gz" >out/aaaa0001/stats.txt
    sed '/^system/s/ 2\([0-9]*\) /  3\1 /' out/aaaa0001/stats.txt >out/aaaa0003/stats.txt
    cat >compare.py <<'END'
import csv, io, math, subprocess, sys
def last(path):
    lines = subprocess.run([sys.executable, sys.argv[1], "read", path], capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    end = max(int(r[0]) for r in rows)
    return {r[1]: float(r[2]) for r in rows if int(r[0]) == end and not r[1].startswith("host")}
a, b = last("out/aaaa0001/stats.txt"), last("out/aaaa0003/stats.txt")
wanted = {n for n in a if n in b and a[n] != b[n] and not (math.isnan(a[n]) and math.isnan(b[n]))}
rows = list(csv.DictReader(open(".out", newline="")))
assert wanted and {r["name"] for r in rows} == wanted, wanted ^ {r["name"] for r in rows}
sizes = []
for r in rows:
    x, y = a[r["name"]], b[r["name"]]
    assert float(r["a"]) == x and float(r["b"]) == y and float(r["difference"]) == y - x
    sizes.append(abs(float(r["relative"])))
    assert sizes[-1] == (abs((y - x) / x) if x else math.inf)
assert sizes == sorted(sizes, reverse=True)
END
    run "$diff" --stats --csv aaaa0001 aaaa0003
    same status $status 1
    check "the same as in Python" python3 compare.py "$root/tests/stats.py"
    run env COLUMNS=60 "$diff" --stats aaaa0001 aaaa0003
    has "the ends of names" "$out" "
…"
    check "no wider than the terminal" sh -c '! LC_ALL=C.UTF-8 grep ".\{61\}" .out'
fi

begin "groups: paired by their other variables, else not; only good runs"
stat() { printf 'simTicks %s # x\na.b %s # x\n' "$1" "$2"; }
{
    echo '['
    stat 100 1 | record bbbb0001 Finished '"cpu":"timing","size":"1"' && echo ,
    stat 400 1 | record bbbb0002 Finished '"cpu":"timing","size":"2"' && echo ,
    stat 200 1 | record bbbb0003 Finished '"size":"2","cpu":"o3"' && echo ,
    stat 25 1 | record bbbb0004 Finished '"cpu":"o3","size":"1"' && echo ,
    stat 7 7 | record bbbb0005 Failed '"cpu":"o3","size":"1"' && echo ,
    stat 10 1 | record bbbb0006 Finished '"cpu":"kvm","size":"1"' && echo ,
    stat 20 1 | record bbbb0007 Finished '"cpu":"kvm","size":"1"'
    echo ']'
} >groups.json
export GEM5ART_DB=groups.json
run "$diff" --stats --where cpu=timing --against cpu=o3
same status $status 1
cat >expected <<'END'
--- cpu=timing (2 runs)
+++ cpu=o3 (2 runs)

STATISTIC  CHANGE %  FIRST  SECOND  DIFFERENCE   RATIO  RANGES
simTicks        -55    250   112.5      -137.5  0.3536  overlap

1 statistic differs, 1 is equal. Statistics of the host (host*) are not compared.
1 Failed run is left out: bbbb0005
END
check "what differs" diff expected .out
run "$diff" --stats --where cpu=timing --where size=1 --against cpu=kvm
has "groups that do not pair up" "$out" "--- cpu=timing size=1 (1 run)
+++ size=1 cpu=kvm (2 runs)"
has "no ratios" "$out" "The runs do not pair up by their other variables: there are no ratios."
has "apart" "$out" "
simTicks        -85    100      15         -85  apart
"
run "$diff" --stats --where cpu=timing --against cpu=o3 --csv
same "CSV" "$(tr -d '\r' <.out)" \
"name,unit,a,b,difference,relative,ratio,n_a,n_b,lowest_a,highest_a,lowest_b,highest_b,overlap
simTicks,,250,112.5,-137.5,-0.55,0.3535533905932738,2,2,100,400,25,200,true"
run "$diff" --stats --against cpu=o3 --json
has "JSON" "$out" '"a": "all (6 runs)"'
has "a note" "$out" "Both groups have 2 of the runs"
run "$diff" --stats --where cpu=timing --against cpu=minor
same "status of an empty group" $status 2
has "an empty group" "$err" "no good run with statistics is in the second group, cpu=minor (0 runs)"
unset GEM5ART_DB

begin "dumps, and runs without statistics"
{ printf '\n%s\nx 9 # y\n%s\n\n%s\nx 7 # y\n%s\n\n%s\nx 5 # y\n' "$begin_text" "$end_text" "$begin_text" "$end_text" "$begin_text"; } >out/aaaa0002/stats.txt
run "$diff" --stats --csv --dump 0 aaaa0002 aaaa0002
same "a run and itself" $status 0
printf '\n%s\nx 9 # y\n%s\n' "$begin_text" "$end_text" >out/aaaa0003/stats.txt
run "$diff" --stats aaaa0002 aaaa0003
same "the last dump" $status 1
has "the note" "$out" "The last dump of run aaaa0002 is incomplete, and does not count."
run "$diff" --stats --dump first aaaa0002 aaaa0003
same "the first dump" $status 0
run "$diff" --stats --dump sum aaaa0002 aaaa0003
has "sums" "$out" "
x            -43.75     16       9          -7
"
run "$diff" --stats --dump 1 aaaa0002 aaaa0003
same "status without the dump" $status 2
has "a missing dump" "$err" "run aaaa0003 has no statistics to compare: it has no complete dump 1"
rm out/aaaa0003/stats.txt
run "$diff" --stats aaaa0002 aaaa0003
same "status without statistics" $status 2
has "no statistics" "$err" "run aaaa0003 has no statistics to compare: "
head -c 10000 /dev/urandom >out/aaaa0003/stats.txt
run "$diff" --stats aaaa0002 aaaa0003
same "status of noise" $status 2

begin "misuse"
misuse() { # WHAT MESSAGE ARGUMENTS...
    what=$1 message=$2
    shift 2
    run "$diff" "$@"
    same "status of $what" $status 2
    has "$what" "$err" "$message"
}
misuse "one id" "give two ids, or --against" --stats aaaa0001
misuse "--csv alone" "--csv is for statistics: give --stats, too" --csv aaaa0001 aaaa0002
misuse "--json --csv" "exclude each other" --stats --json --csv aaaa0001 aaaa0002
misuse "ids and groups" "leave the ids out" --stats --against cpu=o3 aaaa0001 aaaa0002
misuse "one group" "options select a group of runs: give --against VAR=VALUE" --stats --where cpu=o3
misuse "no condition" "--against: \"o3\" does not compare a variable" --stats --against o3
misuse "--dump all" "--dump: one dump of each run is compared" --stats --dump all aaaa0001 aaaa0002
run sh -c "'$diff' --stats aaaa0001 aaaa0001 >/dev/full"
same "status on a full device" $status 2

# ---- gem5art-verify --rerun

git init -q gem5 && cp "$BUILD/gem5-stand-in" gem5/gem5.opt && printf '# stand-in: dumps=2\n' >gem5/se.py
git -C gem5 add -A && git -C gem5 commit -q -m "All of it"
mkdir temporary && export TMPDIR="$work/temporary"
again() { run "$launch" --db-uri real.json --name "$1" --gem5 gem5/gem5.opt --script gem5/se.py --outdir "results/$2" -- "$3"; }
stored() { cksum real.json && find results gem5 -type f | sort | xargs -d '\n' cksum && find . -path './real.json*' | sort; }
id_of() { sed -n 's/^{"_id":"\([^"]*\)".*"name":"'"$1"'","gem5_b.*/\1/p' real.json; }

begin "--rerun: equal numbers, in a temporary folder; the store is as it was"
for size in 1 2 3 4; do again "size $size" $size $size; done
stored >before
run "$verify" --db-uri real.json --rerun 2
same status $status 0
same errors "$err" ""
statistics=$(sed -n '1s/.*: \([0-9]*\) statistics of 2 dumps$/\1/p' .out)
check "how many statistics" test "${statistics:-0}" -gt 4
same "which runs" "$out" "equal     $(id_of "size 4" | cut -c1-8)  \"size 4\": $statistics statistics of 2 dumps
equal     $(id_of "size 2" | cut -c1-8)  \"size 2\": $statistics statistics of 2 dumps
2 of 4 runs launched again: 2 equal, 0 different. Statistics of the host (host*) are not compared."
same "what is left" "$(ls temporary)" ""
stored >after
check "the store and the outdirs" cmp before after
run "$verify" --db-uri real.json --rerun 9 --quiet
same "quiet" "$status $out" "0 4 of 4 runs launched again: 4 equal, 0 different. Statistics of the host (host*) are not compared."
run "$verify" --db-uri real.json --rerun 9 --name "size 3"
has "selected ones" "$out" "1 of 1 run launched again: 1 equal"

begin "--rerun: numbers that differ are named, and the new outdir stays"
sed -i '0,/^simTicks *[0-9]*/s//simTicks 12345/' results/1/stats.txt
run "$verify" --db-uri real.json --rerun 1 "$(id_of "size 1")"
same status $status 1
has "what differs" "$out" "differs   $(id_of "size 1" | cut -c1-8)  \"size 1\": 1 of $statistics statistics
          simTicks 12345 -> "
has "the sum" "$out" "1 of 1 run launched again: 0 equal, 1 different."
kept=$(sed -n 's/^ *the new outdir is //p' .out)
check "the outdir" test -s "$kept/stats.txt"
check "in a temporary folder" sh -c "echo '$kept' | grep -q '^$work/temporary/gem5art-verify-'"
if need python3; then
    run "$verify" --db-uri real.json --rerun 2 --json --name "size 1"
    same "JSON" "$(python3 -c 'import json; d, = json.load(open(".out")); print(d["status"], d["differing"], d["name"])')" "differs 1 size 1"
fi
run "$diff" --db-uri real.json --stats "$(id_of "size 2")" "$(id_of "size 3")"
same "different parameters: status" $status 1
has "different parameters" "$out" "
simTicks "

begin "--rerun: an artifact that stands at a different path than when it was registered first"
git clone -q gem5 clone && mkdir bin && cp gem5/gem5.opt bin/gem5.opt
run "$launch" --db-uri real.json --name cloned --gem5 bin/gem5.opt --gem5-repo gem5 --script clone/se.py --outdir results/cloned -- 8
same "the launch: $err" $status 0
mkdir storage
run env GEM5ART_STORAGE="$work/storage" "$verify" --db-uri real.json --rerun 1
same "status: $out" $status 0
same "what is copied to the storage" "$(ls storage)" ""
has "its name" "$out" '"cloned": '

begin "--rerun: names that a terminal would obey"
again "$(printf 'bad \033[2J\nname')" 5 'x y'
run "$verify" --db-uri real.json --rerun 1
same status $status 0
has "its name" "$out" 'bad \x1b[2J\nname": '

begin "--rerun: stopped by a signal, it ends the run and leaves nothing"
again slow 6 --stand-in=seconds=0.1
slow=$(id_of slow)
sed -i 's/--stand-in=seconds=0.1/--stand-in=seconds=900/; s/,"crc32":"[0-9a-f]*"//' real.json
sed -i '/"name":"slow"/s/"hash":"[0-9a-f]*"/"hash":"of another program"/' real.json
rm -rf temporary/*
"$verify" --db-uri real.json --rerun 1 "$slow" >.out 2>.err &
process=$!
i=0
while ! cat temporary/*/*/info.json 2>/dev/null | grep -q '"Running"' && [ $i -lt 600 ]; do sleep 0.1 && i=$((i + 1)); done
kill -TERM $process
wait $process
same status $? 1
has "what it says" "$(cat .err)" "gem5art-verify: stopped: 1 of 1 runs were not launched again to their ends"
same "what is left" "$(ls temporary)" ""

begin "--rerun: what can no longer be launched"
again "size 7" 7 7
id=$(id_of "size 7")
mv results/7 away
rm -f away/results.zip
run "$verify" --db-uri real.json --rerun 1 "$id"
same "status without statistics" $status 1
has "without statistics" "$out" "not run   $(echo "$id" | cut -c1-8)  \"size 7\": "
mv away results/7
echo '# more' >>gem5/se.py
run "$verify" --db-uri real.json --rerun 1 "$id"
same "status of a changed script" $status 1
has "a changed script" "$out" "not run   "
git -C gem5 commit -q -am more
run "$verify" --db-uri real.json --rerun 1 "$id"
has "a different commit" "$out" "not run   "
same "what is left" "$(ls temporary)" ""

begin "--rerun: misuse"
run "$verify" --db-uri real.json --rerun 0
same "status of 0" $status 2
has "0" "$err" "--rerun 0 launches nothing: give 1 or more"
run "$verify" --db-uri real.json --rerun 1 --outcomes
same "status with --outcomes" $status 2
run "$verify" --db-uri real.json --rerun 1 --name nothing
same "status without runs" $status 1
has "without runs" "$err" "no good run is selected"
finish
