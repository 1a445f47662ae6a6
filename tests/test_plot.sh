#!/bin/sh
# gem5art-plot: figures of made runs. Where bars and boxes are is compared with an independent calculation in Python, two
# files with kept ones, byte for byte; names of all kinds; errors.
. "$(dirname "$0")/check.sh"
plot=$BUILD/gem5art-plot
made() { python3 "$root/tests/plot.py" "$@"; }

# refused STATUS SENTENCE ARGUMENT... - it must end so, and leave no file
refused() {
    expected=$1 sentence=$2
    shift 2
    run "$plot" -o no.svg "$@"
    same "the status of $*" $status "$expected"
    has "the error of $*" "$err" "gem5art-plot: $sentence"
    check "no file of $*" test ! -e no.svg
}

begin "what needs Python"
if ! need python3; then
    finish
    exit
fi
made make runs

begin "bars stand where their values are: merged, compared, with a mean at the end"
run "$plot" -o bars.svg --over seed --baseline cpu=timing --speedup --hide-baseline --mean geometric simTicks
same "status: $err" $status 0
made bars bars.svg >actual && made expect bars | sort >expected
check "values" sh -c "sort actual | diff - expected"
has "the baseline" "$(cat bars.svg)" 'stroke-dasharray="4 2"'
same "error bars" "$(grep -c 'stroke-width="0.7"' bars.svg)" 6

begin "boxes stand where their quartiles are"
run "$plot" -o boxes.svg --kind box --x cpu --where workload=stream simTicks
same "status: $err" $status 0
made boxes boxes.svg >actual && made expect boxes | sort >expected
check "values" sh -c "sort actual | diff - expected"
same "values outside of the whiskers" "$(grep -c '<circle' boxes.svg)" 3

# figure NAME ARGUMENT... - makes NAME.svg and NAME.tex
figure() {
    name=$1
    shift
    for form in svg tex; do
        run "$plot" -o "$name.$form" "$@"
        same "status of $name.$form: $err" $status 0
    done
    run "$plot" -o - --to svg "$@"
    check "$name.svg is the same again" cmp .out "$name.svg"
}

begin "every kind: well-formed, and the same bytes again"
figure bar --over seed --where workload=stream simTicks
figure grouped --over seed --patterns --order o3 --label o3=OoO --label simTicks=Time simTicks
figure stacked --kind stacked --over seed --where cpu=o3 cpu.busy cpu.stalled cpu.idle
figure both --kind stacked --over seed --errors none --width page cpu.busy cpu.stalled cpu.idle
figure line --kind line --x seed --where workload=stream --log-axes xy simTicks
figure time --kind line --dump all --over seed --where workload=stream --errors deviation simTicks
figure over --kind line --x simInsts --dump all --where workload=stream --where seed=1 simInsts simTicks
figure scatter --kind scatter cpu.tiny cpu.huge
figure box --kind box simTicks
figure heat --kind heat --over seed --mean arithmetic --title 'A & B' simTicks
figure cdf --kind cdf --series cpu simTicks
figure negative --where workload=stream cpu.delta --x seed
figure logarithmic --over seed --log-axes y simTicks
check "XML" python3 "$root/tests/plot.py" wellformed ./*.svg
has "an order and labels" "$(grep -o '>[A-Za-z0-9]*</text>' grouped.svg | head -n 3 | tr -d '\n')" \
    ">OoO</text>>minor</text>>timing</text>"
has "a label with a unit and a power" "$(cat grouped.svg)" ">Time (10⁹ Tick)</text>"
has "in LaTeX" "$(cat grouped.tex)" 'ylabel={Time ($10^{9}$ Tick)}'
has "a title" "$(cat heat.svg)" ">A &amp; B</text>"
has "dumps are whole" "$(grep -o '>[0-9.]*</text>' time.svg | tr -d '\n')" ">0</text>>1</text>>2</text>"
same "lines" "$(grep -c 'addplot' time.tex)" 3
has "the width of a page" "$(cat both.svg)" 'width="505.00pt"'
has "a document of its own" "$("$plot" -o - --to tex --standalone --over seed simTicks)" '\end{document}'

begin "kept figures"
for kept in grouped.svg both.tex; do check "$kept" cmp "$kept" "$root/tests/data/plot/$kept"; done

begin "errors"
refused 1 "the figure has no place for the variable seed, which has several values (1, 2, 3, 4, 5)" simTicks
refused 1 "the figure has no place for the dumps: give --x dump" --dump all --over seed simTicks
refused 1 "there is nothing to draw: all values are missing" --over seed cpu.bad
refused 1 "a logarithmic y axis has only values above 0, but one is 0: minor, coremark" --over seed --log-axes y cpu.zero
refused 1 "the y axis of a CDF goes from 0 to 1" --kind cdf --log-axes y simTicks
refused 1 "the x axis has categories, not numbers" --over seed --log-axes xy simTicks
refused 1 "parts of stacked bars cannot be compared on a logarithmic y axis" --kind stacked --over seed --log-axes y cpu.busy cpu.idle
refused 1 "there are no statistics to show: no run is selected" --where cpu=none simTicks
refused 1 '--x: no run has a variable "cpus": did you mean cpu?' --x cpus simTicks
refused 1 '--series: the columns are the series' --series cpu --over seed cpu.busy cpu.idle
refused 1 '--order: no value in the figure is "mirror"' --order o3,mirror --over seed simTicks
refused 1 "--mean adds a category" --kind line --mean geometric --over seed simTicks
refused 1 "the y axis has no column" --kind scatter simTicks
refused 2 "--baseline divides each part" --kind stacked --over seed --baseline cpu=o3 cpu.busy cpu.idle
refused 2 "--kind: unknown kind \"pie\"" --kind pie simTicks
refused 2 '--width: "1" is not a length from 2 to 100 cm' --width 1 simTicks
refused 2 '--label: "o3" is not VALUE=TEXT' --label o3 simTicks
refused 2 "--errors chooses the error bars of merged runs: give --over, too" --errors none simTicks
refused 2 "--hide-baseline hides a baseline" --hide-baseline simTicks
refused 2 "--standalone is for LaTeX" --standalone simTicks
refused 2 "no column is given"
run "$plot" simTicks
has "no output" "$err" "the output is missing: give -o FILE.svg or -o FILE.tex"
run "$plot" -o x.png simTicks
has "another format" "$err" "-o x.png: the name of the output ends in .svg or .tex"
run "$plot" -o runs --to svg --over seed simTicks
has "a folder" "$err" "cannot write runs: it is a folder"
sed 's/"_id": "00000001/"_id": "00000101/; s/"seed": "2"/"seed": "1"/; s/"hash": "h1"/"hash": "h0b"/' db.json >twice.json
run "$plot" --db-uri twice.json -o no.svg --where seed=1 simTicks
has "two runs for one bar" "$err" "the runs 00000000 and 00000101 have the same place, workload=stream cpu=timing seed=1"

begin "one run: its columns, or one bar"
figure columns --where workload=stream --where cpu=o3 --where seed=1 cpu.busy cpu.stalled
same "bars" "$(grep -o '<title>cpu[^<]*' columns.svg | tr '\n' ' ')" "<title>cpu.busy: 510000000 Tick <title>cpu.stalled: 340000000 Tick "
figure alone --where workload=stream --where cpu=o3 --where seed=1 simTicks
same "bars" "$(grep -c '<rect' alone.svg)" 1
run "$plot" -o - --to svg --kind scatter --over cpu,seed --baseline cpu=timing --hide-baseline simTicks cpu.busy
same "status of a hidden baseline that is merged: $err" $status 0

begin "hostile names"
made hostile hostile
figure evil --x a --over b --title '<script>' --y-label '\input{x}' simTicks
figure legend --kind scatter --series a simTicks simInsts
check "XML" python3 "$root/tests/plot.py" wellformed evil.svg legend.svg
check "no markup" sh -c "! grep -q '<script' evil.svg legend.svg"
check "no commands" sh -c '! grep -qF "\input" evil.tex legend.tex'
has "as text" "$(cat legend.tex)" '\textbackslash{}input\{/etc/passwd\}'
has "a line end" "$(cat evil.svg)" 'two\nlines'
check "long ones are cut" test "$(wc -c <evil.svg)" -lt 20000
check "long ones are cut in LaTeX" test "$(wc -c <legend.tex)" -lt 20000
has "a character that LaTeX does not know" "$(cat legend.tex)" "U+05E9"

begin "200 bars, some of them negative"
made many many
figure many simTicks
same "bars" "$(grep -c '<rect' many.svg)" 200
labels=$(grep -c '>benchmark [0-9]*</text>' many.svg)
check "$labels labels" test "$labels" -gt 10 -a "$labels" -lt 60
finish
