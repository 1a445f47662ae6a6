#!/bin/sh
# gem5art-rm: which runs it removes, what it asks, and which folders it deletes: none but outdirs of what it removes.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
rm=$BUILD/gem5art-rm
export TZ=UTC

uuid() { printf '%08d-0000-4000-8000-000000000000' "$1"; }
short() { printf "%08d" "$1"; }
record() { # NUMBER STATUS OUTDIR [MEMBERS]
    printf '{"_id":"%s","hash":"h%s","type":"gem5 run","name":"run %s","status":"%s","outdir":"%s","end_time":%s%s}' \
        "$(uuid "$1")" "$1" "$1" "$2" "$3" $((1790000000 + $1)) "$4"
}
archive() { # NUMBER PATH
    printf '{"_id":"%s","hash":"z%s","type":"directory","name":"archive","path":"%s"}' "$(uuid $((1000 + $1)))" "$1" "$2"
}
info() { # NUMBER FOLDER
    mkdir -p "$2/cpt.1" && printf '{"_id":"%s","hash":"h%s"}' "$(uuid "$1")" "$1" >"$2/info.json"
    echo numbers >"$2/stats.txt" && echo memory >"$2/cpt.1/mem" && echo zip >"$2/results.zip"
}
# A store of six runs, each with an outdir and, but for the last two, an archive.
afresh() {
    chmod -R u+w out 2>/dev/null
    rm -rf out db.json* elsewhere
    echo '[' >db.json
    for n in 1 2 3 4 5 6; do
        set -- Finished "\"cpu\":\"o3\",\"n\":\"$n\""
        [ $((n % 2)) = 0 ] && set -- Failed "\"cpu\":\"atomic\",\"n\":\"$n\""
        [ $n -le 4 ] && set -- "$1" "$2" ",\"results\":\"$(uuid $((1000 + n)))\""
        record $n "$1" "$work/out/$n" ",\"variables\":{$2}$3" >>db.json
        [ $n -le 4 ] && { echo , && archive $n "$work/out/$n/results.zip"; } >>db.json
        [ $n = 6 ] || echo , >>db.json
        info $n "out/$n"
    done
    echo ']' >>db.json
}
left() { "$BUILD/gem5art-ls" --csv --columns id "$@" | sed '1d; s/^0*\([0-9]*\)-.*/\1/' | tr '\n' ' '; }
folders() { ls out | tr '\n' ' '; }
refused() { # STATUS SENTENCE ARGUMENT...
    wanted=$1 sentence=$2
    shift 2
    run "$rm" "$@"
    same "the status of $*" $status "$wanted"
    same "the error of $*" "$(tail -n 1 .err)" "gem5art-rm: $sentence"
    same "the output of $*" "$out" ""
    same "what is left" "$(left)" "1 2 3 4 5 6 "
}

begin "runs by options: several need --yes where there is no terminal"
afresh
refused 2 "3 runs are selected: give --yes to remove them, or --dry-run to list them" --status failed
refused 2 "nothing to remove: give ids or hashes, or select runs by --status, --where, --name, ..."
refused 2 "ids and options that select runs exclude each other: leave one out" --status failed h1
refused 2 "--name: the part is empty: every name has it" --name ""
run "$rm" -n --where cpu=atomic
same "status of a dry run" $status 0
same "its lines" "$out" "would remove $(short 2) run 2 (Failed); its files stay in out/2
would remove $(short 4) run 4 (Failed); its files stay in out/4
would remove $(short 6) run 6 (Failed); its files stay in out/6
would remove 3 runs"
same "what is left" "$(left)" "1 2 3 4 5 6 "
run "$rm" -y --where cpu=atomic --limit 2
same status $status 0
same "the older one is left" "$(left)" "1 2 3 5 "
same "files" "$(folders)" "1 2 3 4 5 6 "
same "archives" "$(left --artifacts --all)" "1001 1002 1003 "
run "$rm" --where n=2 # one is not asked for
same status $status 0
same "what is left" "$(left)" "1 3 5 "
run "$rm" --status failed
same "status of none" $status 0
same "its line" "$out" "no run is selected: nothing to remove"
run "$rm" -q -y --status fin
same "status of --quiet" $status 0
same "its output" "$out$err" ""
same "what is left" "$(left)$(left --artifacts --all)" ""
afresh
run "$rm" h1 h2 "$(uuid 3)$(printf '\r')"
same "status of ids" $status 0
same "what is left" "$(left)" "4 5 6 "

begin "--outdir deletes outdirs and archives"
afresh
export GEM5ART_STORAGE="$work/storage"
mkdir -p storage && echo zip >"storage/$(uuid 1002)" && echo zip >"storage/$(uuid 1001)"
run "$rm" -n --outdir --where cpu=atomic
same status $status 0
has "a dry run" "$out" "would remove $(short 2) run 2 (Failed), its archive's copy and its outdir out/2"
same "which changes nothing" "$(left)$(folders)$(ls storage | wc -l)" "1 2 3 4 5 6 1 2 3 4 5 6 2"
run "$rm" -y --outdir --where cpu=atomic
same status $status 0
same errors "$err" ""
has "its lines" "$out" "removed $(short 6) run 6 (Failed), its outdir out/6"
same "what is left" "$(left)$(folders)" "1 3 5 1 3 5 "
same "copies" "$(ls storage)" "$(uuid 1001)"
rm -r out/1
run "$rm" --outdir h1
same "status where it is gone" $status 0
has "that it is gone" "$out" "; its outdir out/1 is gone already"
unset GEM5ART_STORAGE

# stays REASON - an outdir that is not the run's own is left, and the record is removed.
stays() {
    run "$rm" --outdir h1
    same "status, $1" $status "${2:-0}"
    has "the reason" "$out" "files stay in out/1: $1"
    same "the record" "$(left)" "2 3 4 5 6 "
    same "the other folders" "$(folders)" "1 2 3 4 5 6 "
}
begin "--outdir leaves what is not the run's own"
afresh && info 9 out/1
stays "its info.json names another run"
check "its files" test -e out/1/stats.txt
afresh && rm out/1/info.json
stays "it has no info.json that names the run"
afresh && echo '[' >out/1/info.json
stays "its info.json cannot be understood"
afresh && mv out/1/info.json info.json && ln -s "$work/info.json" out/1/info.json
stays "it has no info.json that names the run"
afresh && rm out/1/info.json && mkfifo out/1/info.json
stays "it has no info.json that names the run"
afresh && mv out/1 elsewhere && ln -s "$work/elsewhere" out/1
stays "it is a symbolic link"
check "what the link names" test -e elsewhere/info.json -a -e elsewhere/cpt.1/mem
afresh && mv out/1 elsewhere && cp elsewhere/info.json out/1
stays "it is not a folder"
afresh && info 5 out/1/deep/5 && sed -i "s|$work/out/5|$work/out/1/deep/5|" db.json
stays "$work/out/1/deep/5 is that of run 00000005"
check "what is in it" test -e out/1/stats.txt -a -e out/1/deep/5/stats.txt
afresh && info 5 out/1/5 && sed -i "s|$work/out/5|$work/elsewhere|" db.json && ln -s "$work/out/1/5" elsewhere
stays "$work/out/1/5 is that of run 00000005"
afresh && sed -i "s|$work/out/5|$work/out/1/|" db.json
stays "it is that of run 00000005, too"
afresh && sed -i "s|\"z2\",\"type\":\"directory\",\"name\":\"archive\",\"path\":\"[^\"]*\"|\"z2\",\"type\":\"disk image\",\"name\":\"d\",\"path\":\"1/stats.txt\",\"cwd\":\"$work/out\"|" db.json
stays "$work/out/1/stats.txt is that of artifact 00001002"
afresh && mkdir out/1/home
HOME=$work/out/1/home
stays "$work/out/1/home is that of \$HOME"
HOME=$work
afresh && mkdir out/1/here && (cd out/1/here && "$rm" --db-uri "$work/db.json" --outdir h1 >"$work/.here")
has "the current folder" "$(cat .here)" "$work/out/1/here is that of the current folder"
for path in / . .. "" out/1 "$work/out/2/.." "$work/out/1/."; do
    afresh && sed -i "s|\"$work/out/1\"|\"$path\"|" db.json
    run "$rm" --outdir h1
    same "status for \"$path\"" $status 0
    case $path in */.) same "a path that ends in ." "$(folders)" "2 3 4 5 6 " ;; *)
        same "the folders for \"$path\"" "$(folders)" "1 2 3 4 5 6 "
        check "its files" test -e out/1/stats.txt ;;
    esac
done

begin "--outdir follows no link that is in an outdir, and copes with any name"
afresh && mkdir elsewhere && echo precious >elsewhere/file
ln -s "$work/elsewhere" out/1/folder && ln -s "$work/elsewhere/file" out/1/cpt.1/file && ln -s . out/1/loop
touch "out/1/$(printf 'a\033[31m\nb')" "out/1/-rf *" "out/1/$(printf '\377')" && mkdir -p out/1/.gem5art && mkfifo out/1/fifo
chmod 000 out/1/stats.txt
run "$rm" --outdir h1
same status $status 0
same "the folders" "$(folders)" "2 3 4 5 6 "
same "what links named" "$(cat elsewhere/file)" precious
afresh && mv out/1 "out/$(printf 'x\ry')" && sed -i "s|$work/out/1\"|$work/out/x\\\\ry\"|" db.json
run "$rm" --outdir h1
same "status of a name with a CR" $status 0
same "the folders" "$(folders)" "2 3 4 5 6 "
has "its line" "$out" "out/x\\x0dy"
afresh && mv out/1 "out/$(printf 'x\377y')" && sed -i "s|$work/out/1\"|$work/out/x\\\\udcffy\"|" db.json
run "$rm" --outdir h1
same "status of a name that is not UTF-8" $status 0
same "the folders" "$(folders)" "2 3 4 5 6 "
afresh && (cd out && i=0 && cd 1 && while [ $i -lt 120 ]; do mkdir d && cd d || exit; i=$((i + 1)); done)
run "$rm" --outdir h1
same "status of a folder that is too deep" $status 1
same "its record and files" "$(left)$(folders)" "1 2 3 4 5 6 1 2 3 4 5 6 "

begin "an LMDB store"
afresh
run "$BUILD/gem5art-export" --db-uri db.json --to store lmdb://db.lmdb
if [ $status = 0 ]; then
    run "$rm" --db-uri lmdb://db.lmdb -y --outdir --where cpu=atomic
    same status $status 0
    same "what is left" "$(left --db-uri lmdb://db.lmdb)$(folders)" "1 3 5 1 3 5 "
    run "$rm" --db-uri lmdb://db.lmdb h1 h3
    same "what is left of ids" "$(left --db-uri lmdb://db.lmdb)$(left --db-uri lmdb://db.lmdb --artifacts --all)" "5 "
else
    echo "skipped: $current: the tools have no LMDB"
    current= skipped=$((skipped + 1))
fi

begin "an outdir that cannot be removed: the record stays, too"
if ! command -v setpriv >/dev/null || ! setpriv --bounding-set=-all true 2>/dev/null; then
    [ "$(id -u)" != 0 ] || { echo "skipped: $current: no setpriv here" && current= skipped=$((skipped + 1)); }
fi
if [ -n "$current" ]; then
    [ "$(id -u)" = 0 ] && plain="setpriv --bounding-set=-all" || plain=
    afresh && chmod 555 out
    run $plain "$rm" -y --outdir --where cpu=o3
    chmod 755 out
    same status $status 1
    has error "$err" "gem5art-rm: run $(uuid 1) stays: cannot change the folder of $work/out/1: Permission denied"
    same "what is left" "$(left)$(folders)" "1 2 3 4 5 6 1 2 3 4 5 6 "
    afresh && chmod 555 out/1/cpt.1
    run $plain "$rm" -y --outdir --where cpu=o3
    chmod 755 out/1/cpt.1
    same "status of a folder in it" $status 1
    has error "$err" "run $(uuid 1) stays: cannot remove anything from $work/out/1/cpt.1: Permission denied"
    same "what is left" "$(left)$(folders)" "1 2 4 6 1 2 4 6 "
    check "its files" test -e out/1/stats.txt
fi

begin "a run that is being executed again stays, with its outdirs"
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
launch() {
    "$BUILD/gem5art-run" --db-uri live.json --name held --gem5 "$BUILD/children/wait_for" --gem5-repo repo \
        --script repo/run.py --outdir held "$@" -- "$work/go" >/dev/null 2>&1
}
attempts() { "$BUILD/gem5art-ls" --db-uri live.json --csv --columns id | tr -d '\r' | sed 1d; }
touch go && launch
first=$(attempts)
same "an attempt" "$(echo "$first" | wc -w)" 1
command rm go && launch --rerun &
launcher=$!
until_true test -e held.2/info.json
until_true grep -q Running held.2/info.json
run "$rm" --db-uri live.json --outdir "$first"
same status $status 1
same error "$err" "gem5art-rm: run \"held\" ($first) is being executed: wait for its end, or end it"
now=$("$BUILD/gem5art-ls" --db-uri live.json --live --quiet)
run "$rm" --db-uri live.json --outdir "$now"
same "status of the one that runs" $status 1
same "its error" "$err" "gem5art-rm: run \"held\" ($now) is being executed: wait for its end, or end it"
check "both outdirs" test -e held/info.json -a -e held.2/info.json
touch go && wait $launcher
run "$rm" --db-uri live.json --outdir "$first"
same "status after its end" $status 0
check "the other attempt is left" test ! -e held -a -e held.2/info.json
run "$rm" --db-uri live.json --outdir -y --name held
same "and goes too" "$(attempts)$(ls -d held*  2>/dev/null)" ""

# make_many - a store of 1,500 runs, in `many.json`
# many - the same, and their outdirs are removed until the pipe `full`, which nothing reads, is full. The pid of
# the tool is in $remover; all records are removed then, and most outdirs are not.
make_many() {
    rm -rf many many.json* && mkdir many
    awk -v work="$work" 'BEGIN {
        print "["
        for (i = 0; i < 1500; i++) {
            folder = work "/many/" i
            folders = folders " " folder
            if (i % 100 == 99) { system("mkdir" folders); folders = "" }
        }
        for (i = 0; i < 1500; i++) {
            folder = work "/many/" i
            printf "%s{\"_id\":\"many-%04d\",\"hash\":\"h\",\"type\":\"gem5 run\",\"name\":\"%s\",\"outdir\":\"%s\"}\n",
                i ? "," : "", i, "a name that fills the pipe soon", folder
            printf "{\"_id\":\"many-%04d\",\"hash\":\"h\"}", i >(folder "/info.json")
            print 1 >(folder "/stats.txt")
            close(folder "/info.json")
            close(folder "/stats.txt")
        }
        print "]" }' >many.json
}
many() {
    make_many
    rm -f full && mkfifo full
    sleep 600 <full &
    sleeper=$!
    "$rm" --db-uri many.json --name fills --outdir -y >full 2>.err &
    remover=$!
    until_true none_left
}
none_left() { [ "$("$BUILD/gem5art-ls" --db-uri many.json --limit 0)" = "0 runs" ]; }

begin "killed in between: whole outdirs, or none, and no record without its outdir"
many
kill -9 $remover
wait $remover 2>/dev/null
kill $sleeper
count=$(ls many | wc -l)
check "some outdirs are left: $count" test "$count" -gt 0
same "outdirs that have files, but no info.json" "$(for folder in many/*; do
    [ -e "$folder/info.json" ] || ls "$folder"; done)" "" # the last thing that goes is the empty folder
run "$rm" --db-uri many.json many-0001
has "they are not recorded" "$err" "no run and no artifact has the id or hash \"many-0001\""

begin "a reader that ends does not end it"
make_many
sh -c '"$@" --db-uri many.json --name fills --outdir -y; echo $? >code' removes "$rm" 2>.err | head -n 1 >.out
same "the first line" "$(cat .out)" 'removed many-000 a name that fills the pipe soon (), its outdir many/0'
until_true test -s code
same "status, errors and what is left" "$(cat code .err) $(ls many)" "1 "

begin "an outdir that is replaced while others are removed"
many
mkdir elsewhere.d && mv many/1490 elsewhere.d/1490 && ln -s "$work/elsewhere.d/1490" many/1490
mv many/1491 elsewhere.d/1491 && info 9 many/1491
mv many/1492/info.json elsewhere.d && ln -s "$work/elsewhere.d/info.json" many/1492/info.json
cat <full >.out
wait $remover
same status $? 0
kill $sleeper
same "errors" "$(cat .err)" ""
same "what is left" "$(ls many | tr '\n' ' ')$(ls many/1491 many/1492 | tr '\n' ' ')" "1490 1491 1492 many/1491: cpt.1 info.json results.zip stats.txt  many/1492: info.json stats.txt "
same "elsewhere" "$(ls elsewhere.d/* | tr '\n' ' ')" "elsewhere.d/info.json  elsewhere.d/1490: info.json stats.txt  elsewhere.d/1491: info.json stats.txt "

if need tmux; then
    begin "on a terminal it asks before it removes several"
    afresh
    terminal 80 24
    question='Remove 3 runs and their outdirs? \[y/N\]'
    command_line gem5art-rm --where cpu=atomic --outdir
    until_true shows "$question"
    same "the question" "$(screen | grep . | sed "s|$work|WORK|")" \
        "ID        NAME   STATUS  WHEN              OUTDIR
00000002  run 2  Failed  2026-09-21 14:13  out/2
00000004  run 4  Failed  2026-09-21 14:13  out/4
00000006  run 6  Failed  2026-09-21 14:13  out/6
Remove 3 runs and their outdirs? [y/N]"
    keys n Enter
    until_true shows "^status 1"
    has "the answer no" "$(screen)" "gem5art-rm: nothing was removed"
    same "what is left" "$(left)$(folders)" "1 2 3 4 5 6 1 2 3 4 5 6 "
    command_line gem5art-rm --where cpu=atomic --outdir
    until_true shows "$question"
    keys y Enter
    until_true shows "^status 0"
    same "what is left" "$(left)$(folders)" "1 3 5 1 3 5 "
    command_line gem5art-rm h1
    until_true shows "^status 0"
    same "one is not asked for" "$(left)" "3 5 "
    command_line gem5art-rm h3 h5
    until_true shows 'Remove 2 runs? \[y/N\]'
    keys C-d
    until_true shows "^status 1"
    same "no answer is no" "$(left)" "3 5 "
    end_terminal
fi
finish
