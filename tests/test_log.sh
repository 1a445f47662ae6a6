#!/bin/sh
# gem5art-show --log, --follow and --path: what runs wrote, from their outdirs and archives, and while they run.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
show=$BUILD/gem5art-show launch=$BUILD/gem5art-run

# record OUTDIR ARCHIVE - a store of one ended run.
record() { printf '[{"_id":"aaa-1","hash":"h","type":"gem5 run fs","name":"one","status":"Failed","return_code":3,"outdir":"%s","results":"zip-1"},
    {"_id":"zip-1","hash":"z","type":"directory","name":"one","path":"%s"}]' "$1" "$2"; }
numbers() { i=$1; while [ "$i" -le "$2" ]; do echo "line $i"; i=$((i + 1)); done; }

mkdir -p out/deep
numbers 1 30 >out/simout.txt
: >out/simerr.txt
printf 'no end' >out/console.txt
printf 'a guest\r\n\033[31mred \303\244 \302\233 \377\t|\r\nnul\0byte\rlone\n' >out/deep/system.terminal
echo other >out/stats.txt
ln -s /etc/passwd out/simerr
record "$work/out" "$work/one.zip" >db.json

begin "the last lines of each file"
run "$show" --log aaa
same status $status 0
same errors "$err" ""
same output "$out" "==> $work/out/simout.txt <==
$(numbers 21 30)

==> $work/out/simerr.txt, empty <==

==> $work/out/console.txt <==
no end

==> $work/out/deep/system.terminal <==
a guest
\\x1b[31mred ä \\xc2\\x9b \\xff	|
nul\\x00byte\\x0dlone"
same "the end of the last line" "$(tail -c 1 .out | od -An -c | tr -d ' ')" '\n'

begin "some files, some lines"
run "$show" --log simout --lines 2 aaa
same output "$out" "==> $work/out/simout.txt <==
$(numbers 29 30)"
run "$show" aaa --log --lines=1 terminal simerr.txt
same "two kinds" "$out" "==> $work/out/simerr.txt, empty <==

==> $work/out/deep/system.terminal <==
nul\\x00byte\\x0dlone"
run "$show" --log simout --lines all aaa
same "all lines" "$(sed 1d .out)" "$(numbers 1 30)"
for lines in 29 30 31 9223372036854775807; do
    run "$show" --log simout --lines $lines aaa
    same "$lines lines" "$(sed 1d .out)" "$(numbers 1 30 | tail -n $lines)"
done
run "$show" --log simout console --lines 0 aaa
same "no lines" "$out" "==> $work/out/simout.txt <==

==> $work/out/console.txt <=="
run "$show" --log aaa zip-1
same "status of an archive's id" $status 2
has "error of an archive's id" "$err" '"zip-1" is an artifact: --log takes runs'
run "$show" --log aaa aaa
same "two runs" "$(grep -c '^==> .*simout.txt <==$' .out)" 2

begin "large files: a line of 10 MB, one without an end, an offset beyond 32 bits"
cp -r out large
head -c 10000000 /dev/zero | tr '\0' x >large/simout.txt && echo >>large/simout.txt && echo last >>large/simout.txt
truncate -s 5G large/console.txt 2>/dev/null && numbers 1 3 >>large/console.txt
head -c 70000 /dev/zero | tr '\0' y >large/simerr.txt
record "$work/large" none >large.json
run "$show" --db-uri large.json --log simout --lines 2 aaa
same "bytes in all" "$(sed 1d .out | wc -c)" 10000006
run "$show" --db-uri large.json --log simerr --lines 1 aaa
same "a line without an end" "$(sed 1d .out | wc -c)" 70001
run "$show" --db-uri large.json --log console --lines 2 aaa
[ -s large/console.txt ] && same "the end of a large file" "$(sed 1d .out)" "$(numbers 2 3)"
i=0 # characters of two to four bytes over the ends of the chunks that are read
while [ $i -lt 4 ]; do
    { head -c $((65532 + i)) /dev/zero | tr '\0' z; printf 'ä€😀\n'; } >large/simerr.txt
    run "$show" --db-uri large.json --log simerr aaa
    same "characters at $i" "$(sed 1d .out | tr -d z)" 'ä€😀'
    i=$((i + 1))
done
if need script; then
    run script -qec "'$show' --db-uri large.json --log simout aaa" /dev/null
    same "columns of a line on a terminal" "$(sed -n 2p .out | tr -d '\r\n' | wc -m)" 4097
    has "what follows it" "$out" "last"
    same "columns of the whole line in a pipe" "$("$show" --db-uri large.json --log simout aaa | sed -n 2p | wc -m)" 10000001
fi
rm -r large

begin "the archive, when the outdir is gone"
if need zip && need unzip; then
    rm out/simerr && (cd out && zip -q -r ../one.zip .)
    mv out kept
    run "$show" --log aaa --lines 2
    same status $status 0
    same output "$out" "==> simout.txt in $work/one.zip <==
$(numbers 29 30)

==> simerr.txt in $work/one.zip, empty <==

==> console.txt in $work/one.zip <==
no end

==> deep/system.terminal in $work/one.zip <==
\\x1b[31mred ä \\xc2\\x9b \\xff	|
nul\\x00byte\\x0dlone"
    run "$show" --log aaa --lines all simout
    same "all lines" "$(sed 1d .out)" "$(numbers 1 30)"
    (cd kept && numbers 1 300000 >simout.txt && zip -q ../one.zip simout.txt)
    run "$show" --log aaa --lines 200001 simout
    same "the first of many lines" "$(sed -n 2p .out)" "line 100000"
    same "many lines" "$(sed 1d .out | wc -l)" 200001
    run "$show" -f aaa --lines 1 simout
    same "status of --follow" $status 0
    same "--follow of an archive" "$out" "==> simout.txt in $work/one.zip <==
line 300000"
    same "what --follow says" "$err" 'gem5art-show: run "one" has ended: Failed: exit 3'
    mkdir none && run env PATH="$work/none" "$show" --log aaa
    same "status without unzip" $status 1
    has "where to look" "$err" "run \"one\": in $work/one.zip; where unzip is installed"
    mv kept out && numbers 1 30 >out/simout.txt
fi

begin "nothing there"
run "$show" --db-uri db.json --log aaa
same "status where something is" $status 0
mv out/console.txt out/c
run "$show" --log console aaa
same "status without one of a kind" $status 1
same "error without one of a kind" "$err" "gem5art-show: run \"one\": no console in $work/out"
mv out/c out/console.txt
record "$work/nowhere" "$work/none.zip" >nowhere.json
run "$show" --db-uri nowhere.json --log aaa
same "status without any" $status 1
has "error without any" "$err" "none was found: neither in $work/nowhere nor in an archive"

begin "--path"
run "$show" --path aaa
same status $status 0
same "the outdir" "$out" "$work/out"
check "cd takes it" sh -c "cd \"\$('$show' --path aaa)\" && test -e simout.txt"
run "$show" --path aaa aaa
same "two of them" "$(wc -l <.out)" 2
run "$show" --db-uri nowhere.json --path aaa
same "status of one that is gone" $status 1
same "one that is gone" "$out" "$work/nowhere"
has "warning" "$err" "$work/nowhere is gone"
odd=$(printf 'o\033[31m \377d')
mkdir "$odd"
printf '[{"_id":"odd-1","hash":"h","type":"gem5 run","name":"odd","outdir":"%s/o\\u001b[31m \\udcffd"},
  {"_id":"odd-2","hash":"i","type":"kernel","name":"odd","path":"./vm"},{"_id":"odd-3","hash":"j","type":"git repo","name":"odd","path":"r","git":{"hash":"j","origin":"","name":"%s/out"}}]' \
    "$work" "$work" >odd.json
check "cd takes an odd one" sh -c "cd \"\$('$show' --db-uri odd.json --path odd-1)\""
if need script; then
    run script -qec "'$show' --db-uri odd.json --path odd-1" /dev/null
    has "an odd one on a terminal" "$out" "/o\\x1b[31m \\xffd"
fi
echo >vm
run "$show" --db-uri odd.json --path odd-2 odd-3
same "status of artifacts" $status 0
same "artifacts" "$out" "$work/vm
$work/out"
(cd out && run "$show" --db-uri ../odd.json --path odd-2 && same "from the folder of the store" "$out" "$work/vm")

begin "misuse"
for words in "--log --path aaa" "--log --json aaa" "--path --shell aaa" "--lines 3 aaa" "--log --lines x aaa" "--log simerr" "-f aaa aaa" "--log zip-1"; do
    run "$show" $words
    same "status of $words" $status 2
    same "output of $words" "$out" ""
done
run "$show" --log simer aaa
same "status of a mistyped file" $status 2
has "error of a mistyped file" "$err" '--log: unknown file "simer": did you mean simerr?'
run "$show" --log --path aaa
has "the forms" "$err" "--json, --shell, --path and --log are different forms: give one of them"
run sh -c "'$show' --log aaa >/dev/full"
same "status on a full device" $status 1
has "error on a full device" "$err" "cannot write to standard output: No space left on device"

# ---- while they run

rm db.json* # it would be found from the folder below
mkdir lab && cd lab || exit 1
cat >gem5.opt <<'END'
#!/bin/sh
for word; do case $word in --outdir=*) out=${word#--outdir=} ;; esac; done
numbers() { i=$1; while [ "$i" -le "$2" ]; do echo "line $i"; i=$((i + 1)); done; }
numbers 1 30 >"$out/simout.txt"
printf 'begun' >"$out/simerr.txt"
until [ -e go ]; do sleep 0.05; done
printf ' and ended\n' >>"$out/simerr.txt"
exit 3
END
chmod +x gem5.opt
echo '#' >run.py && git init -q . && git add run.py && git commit -qm first
live_id() { ls db.json.live 2>/dev/null | head -n 1 | sed 's/.*\.//'; }
is_live() { [ -n "$(live_id)" ] && [ -s out/simerr.txt ]; }
begun() { # a run that goes on until the file "go" is there
    rm -rf go out db.json*
    "$launch" --name slow --gem5 gem5.opt --script run.py --outdir out >launched 2>&1 &
    launcher=$!
    until_true is_live
    id=$(live_id)
}
shown() { grep -q -e "$1" followed; }

begin "--follow: what is added, new files, a file that is truncated, the end of the run"
begun
"$show" --follow --lines 1 "$id" >followed 2>said &
follower=$!
until_true shown '^begun'
until_true shown '^line 30$'
echo "more ä" >>out/simout.txt
until_true shown '^more ä$'
printf '\303' >>out/simout.txt && echo hello >>out/system.terminal
until_true shown '^hello$'
printf '\244!\n' >>out/simout.txt
until_true shown '^ä!$'
echo again >out/simout.txt
until_true shown '^again$'
until_true grep -q truncated said
echo new >out/new && mv out/new out/simout.txt
until_true shown '^new$'
touch go
wait $follower
same status $? 0
wait $launcher
same "what it showed" "$(sed "s|$work/||" followed)" "==> lab/out/simout.txt <==
line 30

==> lab/out/simerr.txt <==
begun

==> lab/out/console.txt, empty <==

==> lab/out/simout.txt <==
more ä

==> lab/out/system.terminal <==
hello

==> lab/out/simout.txt <==
ä!
again
new

==> lab/out/simerr.txt <==
 and ended"
same "what it said" "$(cat said)" "gem5art-show: simout.txt was truncated or replaced: showing it from its beginning
gem5art-show: simout.txt was truncated or replaced: showing it from its beginning
gem5art-show: run \"slow\" has ended: Failed: exit 3"
run "$show" -f "$(sed -n 's/^{"_id":"\([^"]*\)",.*"status":.*/\1/p' db.json | tail -n 1)" simerr
same "status of a run that has ended" $status 0
same "a run that has ended" "$(sed 1d .out)" "begun and ended"
has "how it ended" "$err" 'run "slow" has ended: Failed: exit 3'

begin "--follow: a reader that goes away, a launcher that is killed"
begun
run sh -c "'$show' -f $id simout | head -n 1"
has "the first line" "$out" "==> $work/lab/out/simout.txt <=="
"$show" -f "$id" simerr >followed 2>said &
follower=$!
until_true shown '^begun'
kill -9 $launcher
wait $follower
same status $? 0
has "what it said" "$(cat said)" "the launcher of run \"slow\" is gone; launching it again records this attempt"
wait $launcher 2>/dev/null

for size in "80 24" "200 50"; do
    begin "--log and --follow on a terminal of $size"
    need tmux || continue
    begun
    # shellcheck disable=SC2086 # two words
    terminal $size
    command_line "cd lab; gem5art-show --log $id; cd .."
    until_true shows '^status 0'
    check "a file" shows '^line 30$'
    has "headings in bold" "$(screen -e)" "$(printf '\033[1m==> ')"
    command_line "gem5art-show --db-uri lab/db.json -f $id"
    until_true shows '^begun'
    printf '\033[31mred\033[0m\n' >>out/system.terminal
    until_true shows '^\\x1b\[31mred'
    keys C-c
    until_true shows '^\$' # the shell leaves out what follows on the line
    check "Ctrl-C does not end the run" test -n "$(live_id)"
    command_line "cd \$(gem5art-show --db-uri lab/db.json --path $id); pwd; cd ../.."
    until_true shows '/lab/out$'
    command_line "gem5art-show --db-uri lab/db.json -f $id"
    until_true shows 'red'
    touch go
    until_true shows '^status 0'
    check "its end" shows 'run "slow" has ended: Failed: exit 3'
    wait $launcher
done
cd ..
finish
