#!/bin/sh
# gem5art-stats: numbers compared with an independent reading and other formulas in Python; the forms of tables; errors.
. "$(dirname "$0")/check.sh"
stats=$BUILD/gem5art-stats
begin_text='---------- Begin Simulation Statistics ----------'
end_text='---------- End Simulation Statistics   ----------'

begin "numbers: real statistics, formulas, repeats, means, baselines, weights"
if need python3; then
    mkdir numbers && cd numbers || exit 1
    run python3 "$root/tests/frame.py" "$stats" "$root/tests/data"
    same "the status of frame.py: $err" $status 0
    same "differences" "$out" ""
    cd ..
fi

# record ID STATUS VARIABLES [MEMBERS [HASH]] - a run in out/ID, whose statistics are the standard input
record() {
    mkdir -p "out/$1"
    cat >"out/$1/stats.txt"
    printf '{"_id":"%s","hash":"h%s","type":"gem5 run","name":"run %s","status":"%s",' "$1" "${5-$1}" "$1" "$2"
    printf '"outdir":"%s","variables":{%s}%s}\n' "$work/out/$1" "$3" "$4"
}
dump() { # INSTS CYCLES [LINE]
    printf '\n%s\nsimInsts %s # Instructions simulated (Count)\n' "$begin_text" "$1"
    printf 'system.cpu.numCycles %s # Cycles (Cycle)\n%s\n%s\n' "$2" "${3-}" "$end_text"
}
{
    echo '['
    dump 1000 2000 | record aaaa0001 Finished '"cpu":"timing","size":"1"' ',"end_time":1790000009' same && echo ,
    dump 1000 0 | record aaaa0002 Finished '"cpu":"o3","size":"1"' && echo ,
    dump 3000 2500 "extra 4 # An extra (Count)" | record aaaa0003 Finished '"cpu":"timing","size":"2"' && echo ,
    dump 3000 1250.5 | record aaaa0004 Finished '"cpu":"o3","size":"2"' && echo ,
    dump 1 1 | record bad00001 Failed '"cpu":"o3","size":"2"' && echo ,
    dump 1 1 | record bad00002 Finished '"cpu":"o3","size":"2"' ',"warnings":[{"kind":"stats","text":"stats.txt is empty"}]' && echo ,
    dump 1 1 | record bad00003 Finished '"cpu":"timing","size":"1"' ',"end_time":1780000000' same && echo ,
    dump 1 1 | sed '$d' | record bad00004 Finished '"cpu":"timing","size":"3"' && echo ,
    dump 1 1 | record bad00005 Finished '"cpu":"timing","size":"4"'
    echo ']'
} >db.json
rm out/bad00005/stats.txt

begin "text: aligned, with what is missing below"
cat >expected <<'END'
ID        CPU     SIZE  simInsts       cpi      ipc  extra
aaaa0002  o3      1         1000  0         -            -
aaaa0004  o3      2         3000  0.416833  2.39904      -
aaaa0001  timing  1         1000  2         0.5          -
aaaa0003  timing  2         3000  0.833333  1.2          4

ipc divides by 0 in 1 run: aaaa0002
extra is missing in 3 runs: aaaa0001, aaaa0002, ...
1 Failed run is left out: bad00001
1 Finished run with a warning about statistics is left out: bad00002
1 superseded attempt is left out: bad00003
END
run "$stats" simInsts 'cpi = system.cpu.numCycles / simInsts' 'ipc = simInsts / system.cpu.numCycles' extra
same status $status 0
same errors "$err" ""
check "the table" sh -c 'grep -v "bad0000[45]" .out | diff expected -'
has "the run without a file" "$out" "bad00005 is left out: "
has "the run with half a dump" "$out" "1 run without a complete dump of statistics is left out: bad00004"
run "$stats" --where size=1 simInsts
same "what all rows share" "$(head -n 3 .out)" "all rows: size=1

ID        CPU     simInsts"
run "$stats" --all simInsts
same "the rows of --all" "$(grep -c '^[ab]a[ad].*[0-9]$' .out)" 7
has "a note" "$out" "5 rows have the same variables as others; --name or --since may distinguish them: aaaa0004, bad00001, ..."
run "$stats" --long simInsts extra --where size=2 --where cpu=timing
same "long" "$(head -n 3 .out)" "ID        CPU     SIZE  STATISTIC  VALUE
aaaa0003  timing  2     simInsts    3000
aaaa0003  timing  2     extra          4"

begin "text: as wide as the terminal"
run env COLUMNS=40 "$stats" simInsts 'a_long_title_at_its_end = simInsts / 7' system.cpu.numCycles
check "no wider" sh -c '! grep -v "bad00005\|/" .out | grep ".\{41\}"'
has "the end of a title" "$out" "…ts_end"
run env COLUMNS=30 "$stats" simInsts system.cpu.numCycles extra
has "columns that do not fit" "$(echo $out)" "1 column is not shown, for want of space"
run env COLUMNS=60 LC_ALL=C "$stats" --over size simInsts
has "an interval in ASCII" "$out" "+-"
check "only ASCII" sh -c '! LC_ALL=C grep "[^ -~]" .out'

begin "--baseline, --speedup, --over and --mean in text"
many() { for i in 0 1 2 3 4 5 6 7 8 9; do echo "$1$i $2"; done; }
{
    echo '['
    dump 1 1 "$(many a 1)" | record many0001 Finished '"cpu":"o3"' && echo ,
    dump 1 1 "$(many a 0; many b 1)" | record many0002 Finished '"cpu":"timing"'
    echo ']'
} >many.json
run "$stats" --baseline cpu=timing 'c = system.cpu.numCycles'
same "relative values" "$(sed -n 2,5p .out | tr -s ' ' | cut -d' ' -f2-)" "o3 1 0
o3 2 0.5002
timing 1 1
timing 2 1"
run "$stats" --baseline cpu=timing --speedup --mean geometric 'c = system.cpu.numCycles'
has "no speed-up" "$out" "c is 0 in 1 run: there is no speed-up"
run "$stats" --db-uri many.json --speedup --baseline cpu=o3 --mean geometric 'a*'
same "notes on many columns" "$(grep -c ' no ' .out)" 12
has "the others" "$(echo $out)" "so are 4 more columns a0 has no geomean: a value is missing, or not above 0"
has "the others" "$out" "neither have 4 more columns"
run "$stats" --db-uri many.json --mean arithmetic 'b*'
same "notes on missing values" "$(grep -c 'b[0-9] is missing' .out) $(grep -c 'further empty cells of 4 columns' .out)" "6 1"
run "$stats" --baseline cpu=timing --speedup --mean geometric 'c = system.cpu.numCycles'
has "no mean" "$out" "c has no geomean: a value is missing, or not above 0"
run "$stats" --over size --mean arithmetic simInsts
same "merged" "$(sed -n 1,5p .out)" "ID        CPU     N  simInsts
aaaa0002  o3      2      2000  ±12706
aaaa0001  timing  2      2000  ±12706

          mean    2      2000"

run "$stats" --where size=1 --mean geometric --group-by cpu simInsts
same "a mean of each row" "$(sed -n '7,$p' .out | head -n 2)" "geomean   o3      1      1000
geomean   timing  1      1000"

begin "runs of gem5-stand-in: from their outdirs, and from their archives"
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
cat >x.json <<END
{"artifacts": {
  "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
  "gem5": {"type": "gem5 binary", "path": "$BUILD/gem5-stand-in", "documentation": "a program of the test"}},
 "sweeps": [{"mode": "se", "name": "run", "gem5_artifact": "gem5", "gem5_git_artifact": "repo",
   "run_script_git_artifact": "repo", "run_script": "repo/run.py", "outdir": "results/{n}", "params": ["{n}"],
   "matrix": {"n": [0, 1, 2]}}]}
END
check "runs" "$BUILD/gem5art-run" --db-uri real.json x.json
run "$stats" --db-uri real.json --csv simTicks 'ipc = simInsts / system.cpu.numCycles' 'sum(**.committedInstType::*)'
same "the status: $err" $status 0
cp .out whole
for n in 0 1 2; do
    awk '/^simInsts/ { i = $2 } /numCycles/ { c = $2 } /^simTicks/ { t = $2 } 
        END { printf "%.6f %s %s\n", i / c, t, i }' results/$n/stats.txt
done >expected
sed 1d whole | tr -d '\r' | awk -F, '{ printf "%.6f %s %s\n", $(NF - 1), $(NF - 2), $NF }' >actual
check "the values" diff expected actual
if need unzip; then
    rm results/1/stats.txt results/2/stats.txt
    run "$stats" --db-uri real.json --csv simTicks 'ipc = simInsts / system.cpu.numCycles' 'sum(**.committedInstType::*)'
    same "the status: $err" $status 0
    check "the same values from archives" diff whole .out
fi

begin "rows are sorted by their variables, also by numbers in them"
{
    echo '['
    n=0
    for value in 128kB 64kB 1MB 16 2 0.25 0.5 -1 x10y2 x9y10 x9y9 X; do
        n=$((n + 1))
        dump $n 1 | record $((sort0000 + 100 + n)) Finished "\"l2\":\"$value\"" && [ $n = 12 ] || echo ,
    done
    echo ']'
} >sorted.json
run "$stats" --db-uri sorted.json simInsts
same "they are" "$(sed 1d .out | awk '{ printf "%s ", $2 }')" "-1 0.25 0.5 2 16 1MB 64kB 128kB X x9y9 x9y10 x10y2 "

begin "dumps"
{ dump 5 1; dump 7 1; dump 1 1 | sed '$d'; } >dumps.txt
{
    echo '['
    record dump0001 Finished '"cpu":"o3"' <dumps.txt && echo ,
    dump 9 2 | record dump0002 Finished '"cpu":"timing"'
    echo ']'
} >dumps.json
run "$stats" --db-uri dumps.json simInsts
same "the last complete one" "$(sed -n 2,3p .out | awk '{ print $3 }' | tr '\n' ' ')" "7 9 "
has "the note" "$out" "the last dump is incomplete, and does not count, of 1 run: dump0001"
run "$stats" --db-uri dumps.json --dump all simInsts
same "all" "$(sed -n 1,4p .out)" "ID        CPU     DUMP  simInsts
dump0001  o3         0         5
dump0001  o3         1         7
dump0002  timing     0         9"
run "$stats" --db-uri dumps.json --dump 1 --csv simInsts
same "one of them" "$(tr -d '\r' <.out | sed 1d)" "dump0001,run dump0001,Finished,o3,1,7"
has "those without it" "$err" "1 run without dump 1 is left out: dump0002"
run "$stats" --db-uri dumps.json --dump all --baseline cpu=timing simInsts
has "a dump of the baseline that is not there" "$err" \
    "--baseline cpu=timing: the group dump 1 has no run with this value: select other runs with --where, or run it"

begin "errors of formulas: one sentence, and a caret"
# refused FORMULA CHARACTER SENTENCE
refused() {
    run "$stats" "$1"
    same "the status of $1" $status 2
    same "the error of $1" "$(head -n 1 .err)" "gem5art-stats: \"$1\", character $2: $3"
    same "the caret of $1" "$(sed -n 3p .err)" "$(printf '    %*s^' $(($2 - 1)) '')"
}
refused 'ipc = simInsts / (' 19 "a name of a statistic is missing at the end"
refused 'sum(simInsts' 13 'sum() takes one name or glob: a ")" is missing after it'
refused 'sum(a, b)' 6 'sum() takes one name or glob: a ")" is missing after it'
refused 'maen(a)' 1 "there is no function maen(): did you mean mean()?"
refused 'log(a)' 1 "there is no function log(): give sum(), mean(), min(), max() or count()"
refused 'counr(a)' 1 "there is no function counr(): did you mean count()?"
refused 'a b' 3 'an operator (+ - * /) is missing before "b"'
refused 'a + cpu*.x' 5 '"cpu*.x" may stand for several statistics: give sum(cpu*.x), or mean, min, max or count; to multiply, put spaces around *'
refused 'x = cpu*' 5 '"cpu*" may stand for several columns, which have the names of the statistics: leave "x =" out, or give sum(cpu*), or mean, min, max or count'
refused '= 3' 1 'a name of the column is missing before "="'
refused 'a +' 4 "a name of a statistic is missing at the end"
refused ' ' 2 "a name of a statistic is missing"
refused '"abc' 1 'a quotation mark (") that ends the name is missing'
refused '""' 1 'there is no name in the quotation marks'
refused '1x' 1 '"1x" is not a number'
refused '1.2.3' 1 '"1.2.3" is not a number'
refused 'a)' 2 'the "(" for this ")" is missing'
refused '(a' 1 'the ")" for this "(" is missing'
refused 'a / / b' 5 'a name of a statistic is missing before "/ b"'
refused 'a; b' 2 'an operator (+ - * /) is missing before "; b"'
refused 'x = a = b' 7 'an operator (+ - * /) is missing before "= b"'
deep=$(printf '%0200d' 0 | tr 0 '(')
run "$stats" "$deep"
has "very deep" "$status $err" '2 gem5art-stats: "(((('
has "why" "$err" "character 101: more than 100 signs or parentheses are nested"
run "$stats" "$(printf 'a\033[31m b')"
check "nothing that a terminal would obey" sh -c '! grep "$(printf "\033")" .err'

begin "errors of statistics: the names that were meant"
unknown() { # FORMULA SENTENCE
    run "$stats" "$1"
    same "the status of $1" $status 1
    same "the error of $1" "$err" "gem5art-stats: no run has a statistic $2"
}
unknown simInst '"simInst": did you mean simInsts?'
unknown numCycles '"numCycles": there is system.cpu.numCycles'
unknown 'sum(system.cpu*)' '"system.cpu*": * does not stand for dots: did you mean system.cpu**?'
unknown 'simInsts*2' '"simInsts*2"; to multiply, put spaces around *'
unknown 'nonsense' '"nonsense": gem5art-stats --list shows them'
unknown 'simInsts?' '"simInsts?": gem5art-stats --list shows them'

begin "errors of runs"
failed() { # SENTENCE ARGUMENT...
    sentence=$1
    shift
    run "$stats" "$@"
    same "the status of $*" $status 1
    same "the error of $*" "$(head -n 1 .err)" "gem5art-stats: $sentence"
    same "the output of $*" "$out" ""
}
failed "--baseline cpu=o3: the group size=1 has a baseline of c that is 0 (run aaaa0002)" --baseline cpu=o3 'c = system.cpu.numCycles'
failed "--baseline cpu=o3: the group size=1 has a baseline of extra that is missing (run aaaa0002)" --baseline cpu=o3 extra
failed "--baseline cpu=minor: no run has cpu=minor: cpu is one of o3, timing" --baseline cpu=minor simInsts
failed "--baseline cpu=timin: no run has cpu=timin: did you mean cpu=timing?" --baseline cpu=timin simInsts
failed "--baseline cpu=timing: the group size=1 has 2 runs with this value: select one of them, as by --name or --since" \
    --all --baseline cpu=timing simInsts
failed '--baseline: no run has a variable "cpuu": did you mean cpu?' --baseline cpuu=o3 simInsts
failed '--over: no run has a variable "sise": did you mean size?' --over sise simInsts
failed '--group-by: no run has a variable "seed": there is cpu, size' --mean arithmetic --group-by seed simInsts
failed 'the column "size" has the name of a variable: give it a different one, as in NAME=size' 'size = simInsts'
failed "there are no statistics to show: no run is selected" --name nothing simInsts
failed "there are no statistics to show: all selected runs are left out (--all)" --status failed simInsts

begin "misuse"
misused() { # SENTENCE ARGUMENT...
    sentence=$1
    shift
    run "$stats" "$@"
    same "the status of $*" $status 2
    same "the error of $*" "$(tail -n 1 .err)" "gem5art-stats: $sentence"
}
misused "no column is given: name statistics, as in system.cpu.ipc; --list shows those that there are"
misused '--baseline: "cpu" names no run: give VAR=VALUE, as in cpu=timing' --baseline cpu simInsts
misused "--speedup compares with a baseline: give --baseline, too" --speedup simInsts
misused '--mean: unknown mean "geo": give arithmetic, geometric or harmonic' --mean geo simInsts
misused "--group-by chooses what a mean is of: give --mean, too" --group-by cpu simInsts
misused '--over: a name is missing in "cpu,": give variables as in cpu,memory' --over cpu, simInsts
misused '--dump: unknown word "lsat": did you mean last?' --dump lsat simInsts
misused "--weights needs one dump of each run: leave --dump all out" --weights x --dump all simInsts
misused "--weights-by names the variable of --weights: give that, too" --weights-by x simInsts
misused "--json and --latex exclude each other: leave one out" --json --latex simInsts
misused "--spreadsheet changes only CSV: give --csv, or leave it out" --spreadsheet simInsts
misused '--digits: "0" is not a number from 1 to 17' --digits 0 simInsts
misused "--list shows names, not values: leave --over out" --list --over cpu
misused 'a second column would have the name "simInsts": give it a different one, as in NAME=simInsts' simInsts simInsts
misused 'a second column would have the name "n": give it a different one, as in NAME=2' 'n = 2'

begin "a file of columns"
printf '# what we always show\n\n cpi = system.cpu.numCycles / simInsts  # cycles\r\nsimInsts\n"a # b" * 0\n' >columns
run "$stats" --csv --columns-file columns 'twice = cpi * 2'
has "a name with a #" "$err" 'no run has a statistic "a # b"'
sed -i '$d' columns
run "$stats" --csv --columns-file columns 'twice = cpi * 2' --where size=2 --where cpu=timing
same "the columns" "$(head -n 1 .out | tr -d '\r')" "id,name,status,cpu,variables.size,n,cpi,simInsts,twice"
same "the values" "$(sed -n 2p .out | tr -d '\r' | cut -d, -f7-)" "0.8333333333333334,3000,1.6666666666666667"
run "$stats" --db-uri real.json --csv --columns-file "$root/examples/overview.columns"
same "the columns of the example" "$status $(head -n 1 .out | tr -d '\r')" "0 id,name,status,variables.n,n,seconds,instructions,ipc"
echo 'x = (1' >>columns
run "$stats" --columns-file columns
same "the status of an error" $status 2
same "the error" "$(head -n 1 .err)" 'gem5art-stats: columns:5:5: the ")" for this "(" is missing'
failed "cannot read the columns in none: No such file or directory" --columns-file none
failed "cannot read the columns in out: Is a directory" --columns-file out
printf 'a\0b\n' >columns
failed "columns is not a text file of columns: it has a NUL" --columns-file columns
echo '# nothing' >columns
misused "columns has no columns" --columns-file columns

begin "weights: errors and warnings"
{
    echo '['
    dump 10 1 | record point001 Finished '"bench":"mcf","simpoint":"0"' && echo ,
    dump 20 1 | record point002 Finished '"bench":"mcf","simpoint":"4"'
    echo ']'
} >points.json
weighted() { run "$stats" --db-uri points.json --csv --weights "$@" simInsts; }
printf '0.5 0\n0.25 4\n' >weights
weighted weights
same "divided by the sum" "$status $(sed -n 2p .out | tr -d '\r')" "0 point001,run point001,Finished,mcf,2,13.333333333333332"
same "the warning" "$err" "gem5art-stats: warning: the weights in weights sum to 0.75, not 1: values are divided by it"
printf '0.995 0\n# all the rest\n0 4\n' >weights
weighted weights
same "no warning" "$status $err" "0 "
unweighted() { # SENTENCE FILE-CONTENT
    printf -- "$2" >weights
    weighted weights
    same "the error of $2" "$status $err" "1 gem5art-stats: $1"
}
unweighted "--weights: bench=mcf has no good run with simpoint=1, 3, which weights has a weight for" '.1 0\n.4 1\n.1 3\n.4 4\n'
printf '1 0\n' >weights
sed 's/"4"/"0"/' points.json >twice.json
run "$stats" --db-uri twice.json --weights weights simInsts
same "two runs of a simpoint" "$err" \
    "gem5art-stats: --weights: bench=mcf has several runs with simpoint=0: select one, as by --name or --since"
unweighted "weights has no weight for simpoint=4 (run point002)" '1 0\n'
unweighted 'weights:2: "x" is not a weight: give 0 or more' '.5 0\nx 4\n'
unweighted 'weights:1: "-1" is not a weight: give 0 or more' '-1 0\n'
unweighted 'weights:1: a line has a weight and the number of its simpoint, as in "0.25 3"' '1\n'
unweighted 'weights:2: simpoint 0 has a weight already' '1 0\n1 0\n'
unweighted 'weights has no weights above 0' ''
weighted none
same "no file" "$status $err" "1 gem5art-stats: cannot read the weights in none: No such file or directory"
weighted 'w-{bench}.txt'
same "a file for each program" "$status $err" "1 gem5art-stats: cannot read the weights in w-mcf.txt: No such file or directory"
weighted 'w-{bnech}.txt'
same "an unknown variable" "$status $err" '1 gem5art-stats: --weights: no run has a variable "bnech": did you mean bench?'
weighted weights --weights-by bench
has "a different variable" "$status $err" "1 gem5art-stats: "

begin "--list"
{
    echo '['
    { for i in 0 1 2 3; do echo "system.cpu$i.core0.ipc 0.5 # IPC (Ratio)"; done; printf 'v1::a 1 # V (Count)\nv1::b 2 # V (Count)\n'; } |
        sed "1i $begin_text
\$a $end_text" | record list0001 Finished ''
    echo ','
    dump 3 4 | record list0002 Finished ''
    echo ']'
} >list.json
run "$stats" --db-uri list.json --list
same "folded" "$out" "RUNS  STATISTIC                 DESCRIPTION (UNIT)
   1  system.cpu*.core0.ipc ×4  IPC (Ratio)
   1  v1::* ×2                  V (Count)
   1  simInsts                  Instructions simulated (Count)
   1  system.cpu.numCycles      Cycles (Cycle)

8 statistics of 2 runs"
run env LC_ALL=C "$stats" --db-uri list.json --list ipc
has "without UTF-8, and a part of the name" "$out" "system.cpu*.core0.ipc x4"
same "lines" "$(wc -l <.out)" 4
run env COLUMNS=36 "$stats" --db-uri list.json --list
same "narrow: names are not cut" "$(sed -n 2,5p .out)" "   1  system.cpu*.core0.ipc ×4  IPC…
   1  v1::* ×2   V (Count)
   1  simInsts   Instructions simul…
   1  system.cpu.numCycles  Cycles …"
run "$stats" --db-uri list.json --list --markdown ipc
has "Markdown" "$out" '| system.cpu\*.core0.ipc ×4 | 1 | Ratio | IPC |'
run "$stats" --db-uri list.json --list --csv 'cpu[13].*'
same "CSV is not folded" "$(tr -d '\r' <.out)" "name,runs,unit,description
system.cpu1.core0.ipc,1,Ratio,IPC
system.cpu3.core0.ipc,1,Ratio,IPC"
run "$stats" --db-uri list.json --list nonsense
same "none" "$status $err" '1 gem5art-stats: no run has a statistic "nonsense": gem5art-stats --list shows them'

begin "numbers for people"
shows() { # FORMULA CELL [OPTION...]
    formula=$1 cell=$2
    shift 2
    run "$stats" --db-uri list.json --name list0002 "$@" "$formula"
    same "$formula $*" "$(sed -n 2p .out | sed 's/.* //')" "$cell"
}
shows 'x = 123456789012 + 0 * simInsts' 123456789012
shows 'x = simInsts / 7' 0.428571
shows 'x = simInsts / 7' 0.43 --digits 2
shows 'x = 1234567.5 + 0 * simInsts' 1234568
shows 'x = simInsts / 7e20' 4.28571e-21
shows 'x = simInsts * 1e300 * 1e300' inf
shows 'x = -simInsts * 0' 0

begin "hostile names, in every form"
if need python3; then
    cat >hostile.py <<'END'
import csv, io, json, os, subprocess, sys
tool, = sys.argv[1:]
names = ["<script>alert(1)</script>", '"quotes\'', "=cmd()", "@SUM(1)", "\\input{/etc/passwd}", "two\nlines\r", "a,b;c\td",
         "x" * 10240, "\u202eright to left \u05d0", "|pipe| `code` **bold** [a](b)", "$x^2_3$ & 5% #1 ~ {}", "\x1b[31mred\x07",
         "bad \udcff bytes", "-- --", "[5pt]", "*star"]
os.makedirs("h", exist_ok=True)
with open("h/stats.txt", "w") as file:
    file.write("---------- Begin Simulation Statistics ----------\nt 5 # x (Count)\n---------- End Simulation Statistics   ----------\n")
records = [{"_id": "%08d" % i, "hash": "h%d" % i, "type": "gem5 run", "name": name, "status": "Finished",
            "outdir": os.getcwd() + "/h", "variables": {"var": name, name[:50] or "v": "1"}} for i, name in enumerate(names)]
with open("hostile.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(r) for r in records) + "]\n")
def show(*options):
    done = subprocess.run([tool, "--db-uri", "hostile.json", *options, "<b>&|%_\\t = t"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        print(options, done.returncode, done.stderr)
    return done.stdout.decode("utf-8")
rows = sorted(csv.DictReader(io.StringIO(show("--csv"), newline="")), key=lambda row: row["id"])
for row, name in zip(rows, names):
    if row["var"] != name.replace("\udcff", "\\xff"):
        print("CSV has", row["var"][:50], "for", name[:50])
for row in csv.reader(io.StringIO(show("--csv", "--spreadsheet"), newline="")):
    for cell in row:
        if cell[:1] in "=+-@\t\r\n" and cell:
            print("a spreadsheet would calculate", cell[:50])
for row, name in zip(sorted(json.loads(show("--json")), key=lambda row: row["id"]), names):
    if row["var"] != name:
        print("JSON has", row["var"][:50], "for", name[:50])
for form in ((), ("--long",), ("--markdown",), ("--latex",)):
    text = show(*form)
    for c in text:
        if (ord(c) < 32 and c != "\n") or c in "\x7f\u202e":
            print(form, "has", repr(c))
            break
text = show("--markdown")
lines = text.splitlines()
unescaped = lambda line: line.replace("\\\\", "").replace("\\|", "").count("|")
if len(lines) != len(names) + 2 or len({unescaped(line) for line in lines}) != 1 or "<" in text:
    print("Markdown has cells that are not cells:", len(lines), {unescaped(line) for line in lines})
text = show("--latex")
if "\\input" in text or len(text.splitlines()) != len(names) + 7:
    print("LaTeX has", len(text.splitlines()), "lines, or a command")
plain = text.replace("\\\\\n", "\n")
for line in plain.splitlines()[3:-2]:
    if line != "\\midrule" and line.replace("\\&", "").count(" & ") != plain.splitlines()[3].replace("\\&", "").count(" & "):
        print("LaTeX has a row of other cells:", line[:80])
open("hostile.tex", "w").write(text)
END
    run python3 hostile.py "$stats"
    same "the status: $err" $status 0
    same "differences" "$out" ""
fi

begin "LaTeX compiles hostile names"
if command -v pdflatex >/dev/null && kpsewhich booktabs.sty >/dev/null && [ -s hostile.tex ]; then
    { # characters that pdflatex has no fonts for, and a name that is wider than a page, are left out
        printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\begin{document}'
        grep -v 'xxxxx\|right to left' hostile.tex
        printf '%s\n' '\end{document}'
    } >document.tex
    check "it does" pdflatex -draftmode -interaction=nonstopmode -halt-on-error document.tex
fi

begin "LaTeX and Markdown"
run "$stats" --latex --where size=2 simInsts 'cpi_x = system.cpu.numCycles / simInsts' 'tiny = simInsts / 7e20'
cat >expected <<'END'
% \usepackage{booktabs}
\begin{tabular}{lrrr}
\toprule
cpu & simInsts & cpi\_x & tiny \\
\midrule
o3 & 3000 & 0.416833 & $4.28571 \times 10^{-18}$ \\
timing & 3000 & 0.833333 & $4.28571 \times 10^{-18}$ \\
\bottomrule
\end{tabular}
END
check "LaTeX" diff expected .out
has "what is left out, on stderr" "$err" "1 Failed run is left out: bad00001"
run "$stats" --markdown --over size simInsts
same "Markdown" "$out" "| cpu | n | simInsts |
| --- | ---: | ---: |
| o3 | 2 | 2000 ± 12706 |
| timing | 2 | 2000 ± 12706 |"
finish
