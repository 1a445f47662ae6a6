#!/bin/sh
# gem5art-ls for six stores on terminals of four widths, compared word for word with tests/screens/STORE-WIDTH.txt.
#
# After a change of the layout, write these files again and look at each of them as a researcher would: can you tell which
# run is which, what failed, and why?
#
#     SCREENS=write tests/test_layout.sh && git diff tests/screens
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
ls=$BUILD/gem5art-ls screens=$root/tests/screens
export TZ=UTC

began=$(sed 's/.*) //' /proc/$$/stat 2>/dev/null | cut -d ' ' -f 20)
make_store() { # NAME - writes NAME.json, with times that are relative to now
    rm -rf "$1.json.live" "$1.outdirs"
    awk -v store="$1" -v now="$(date +%s)" -v entries="$work/$1.json.live" -v outdirs="$work/$1.outdirs" -v pid=$$ \
        -v began="$began" -v boot_id="$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)" \
        -v pid_space="$(readlink /proc/$$/ns/pid)" -f "$screens/stores.awk" >"$1.json"
}
options_of() { [ "$1" = many ] && echo "--limit 20"; }

for store in boot spec npb one edit many; do
    begin "$store"
    [ "$store" != boot ] || [ -n "$began" ] || continue # no /proc: no live run can be made
    for columns in 60 80 120 200; do
        make_store $store
        COLUMNS=$columns "$ls" --db-uri $store.json $(options_of $store) >$store-$columns.txt 2>&1
        if [ "$SCREENS" = write ]; then cp $store-$columns.txt "$screens/"; fi
        check "$columns columns" diff "$screens/$store-$columns.txt" $store-$columns.txt
        check "$columns columns hold it" [ "$(wc -L <$store-$columns.txt)" -le $columns ]
    done
done
begin "names that are wide, long, or that a terminal would obey"
awk 'BEGIN {
    for (i = 0; i < 10000; i++) long = long "x"
    n = split("\\u001b[31mred|a\\nb\\tc|\\u202eright|\\u05e9\\u05dc\\u05d5\\u05dd|\\u65e5\\u672c\\u8a9e\\u65e5\\u672c\\u8a9e|" \
        "e\\u0301e\\u0301|\\udcff\\u0007|" long "|", names, "|")
    for (i = 1; i <= n; i++)
        printf "%s{\"_id\":\"%08d\",\"hash\":\"%d\",\"type\":\"gem5 run\",\"name\":\"%s\",\"params\":[\"%s\"],\"host\":\"%s\"," \
            "\"status\":\"Failed\",\"error\":\"%s\",\"variables\":{\"%s\":\"%s\",\"v\":\"%s\"}}\n", (i > 1 ? "," : "["), i, i,
            names[i], names[i], names[i], names[i], names[i], names[n + 1 - i], names[i]
    print "]" }' >hostile.json
for locale in C.UTF-8 C; do
    for columns in 20 60 80 120 200 500; do
        for options in "" "--columns name,params" "--group-by v" "--artifacts" "--limit 1" "--sort -name"; do
            run env LC_ALL=$locale COLUMNS=$columns "$ls" --db-uri hostile.json $options --color never
            same "status of $options" $status 0
            check "$columns columns hold $options" [ "$(LC_ALL=C.UTF-8 wc -L <.out)" -le $columns ]
            check "no control characters: $options" sh -c '! LC_ALL=C tr -d "\n" <.out | LC_ALL=C grep -q "[[:cntrl:]]"'
            [ $locale = C ] || check "no order of others: $options" sh -c "! grep -q '$(printf '\342\200\256')' .out"
        done
    done
done

begin "simulated time"
if [ -n "$began" ]; then
    make_store boot
    simulated() { "$ls" --db-uri boot.json --live --json --columns simulated "$@" | tr -d '\n'; }
    events=boot.outdirs/22/.gem5art/events.tsv
    same "of a live run" "$(simulated)" '[{"simulated": 1.2505},{"simulated": null}]'
    for line in "x\t0\tcause\t1" "5" "\t\t" "" "-1\t0\tcause\t1" "1e3\t0\tcause\t1"; do
        printf '%b\n' "$line" >$events
        same "of the line \"$line\"" "$(simulated --limit 1)" '[{"simulated": null}]'
    done
    mv $events elsewhere && printf '7000000\t0\tcause\t1.0\n' >elsewhere && ln -s "$work/elsewhere" $events
    same "no link is followed" "$(simulated --limit 1)" '[{"simulated": null}]'
    rm $events && mkfifo $events
    same "no pipe is waited for" "$(timeout 20 "$ls" --db-uri boot.json --live --columns simulated | sed -n 2p)" ""
fi
echo '[{"_id":"1","hash":"1","type":"gem5 run","name":"x","exit_events":[{"tick":5,"cause":"a"},{"tick":20500000000,"cause":"b"}]},
 {"_id":"2","hash":"2","type":"gem5 run","name":"x","exit_events":[]},{"_id":"3","hash":"3","type":"gem5 run","exit_events":[7,[]]}]' >events.json
same "of recorded runs" "$("$ls" --db-uri events.json --columns id,simulated --sort -simulated | head -n 4)" "ID  SIMULATED
1     20.5 ms
3
2"

begin "--watch on small terminals"
if need tmux; then
    make_store npb
    for size in "40 8" "60 7" "500 10"; do
        terminal $size "gem5art-ls --db-uri npb.json --watch"
        until_true shows "q ends"
        check "titles and rows at $size" shows "^ID  *[A-Z]"
        has "the newest row at $size" "$(screen)" "$("$ls" --db-uri npb.json --quiet --limit 1 | cut -c 1-8)"
        keys q
        until_true shows "^status 0"
    done
fi

for size in "80 24" "200 50"; do
    begin "on a terminal of $size"
    need tmux || continue
    make_store npb
    terminal $size "gem5art-ls --db-uri npb.json --limit 12"
    until_true shows "^status 0"
    same "the screen" "$(screen)" "$(COLUMNS=${size% *} "$ls" --db-uri npb.json --limit 12)
status 0"
    terminal $size "gem5art-ls --db-uri npb.json --group-by mode,host"
    until_true shows "^status 0"
    same "groups" "$(screen)" "$(COLUMNS=${size% *} "$ls" --db-uri npb.json --group-by mode,host)
status 0"
done
finish
