#!/bin/sh
# gem5art-ls, driven as a person would: piped, on terminals of two sizes, with keys typed and screens read back.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
ls=$BUILD/gem5art-ls
export TZ=UTC
data=$root/tests/data/gem5art-filedb/db.json
cp "$data" db.json

begin "the table of a store that gem5art wrote"
cat >expected <<'END'
ID        NAME                             MODE  STATUS    REASON  ELAPSED  WHEN              PARAMS
6346b869  boot experiments with gem5-24.0  FS    Finished            0.2 s  2026-11-22 08:35  atomic MESI_Two_Level 1 init
94ffa110  boot experiments with gem5-24.0  FS    Finished            0.0 s  2026-11-22 08:35  atomic MESI_Two_Level 2 init
5f910f06  boot experiments with gem5-24.0  FS    Finished            0.2 s  2026-11-22 08:35  timing MESI_Two_Level 1 init
238edd3e  boot experiments with gem5-24.0  FS    Finished            0.2 s  2026-11-22 08:35  timing MESI_Two_Level 2 init
f3dd3182  boot experiments with gem5-24.0  FS    Finished            0.0 s  2026-11-22 08:35  o3 MESI_Two_Level 1 init
9816a141  boot experiments with gem5-24.0  FS    Failed    exit 3    0.2 s  2026-11-22 08:35  o3 MESI_Two_Level 2 init fail
3b911819  se hello "quoted" \ back         SE    Finished            0.0 s  2026-11-22 08:35  hello '--cmd=a b'
0e3d227a  se queens "quoted" \ back        SE    Finished            0.2 s  2026-11-22 08:35  queens '--cmd=a b'

8 runs: 7 Finished, 1 Failed (1 exit 3)
END
run "$ls"
same status $status 0
same errors "$err" ""
check "the table" diff expected .out
run "$ls" --color always
has "a green status" "$out" "$(printf 'FS    \033[32mFinished\033[m ')"
has "a red status" "$out" "$(printf 'FS    \033[31mFailed\033[m ')"

begin "filters"
ids() { "$ls" --csv --columns id "$@" | sed -n '2,$s/-.*//p' | tr '\n' ' '; }
same "--name" "$(ids --name 'se hello')" "3b911819 "
same "--status, in any case" "$(ids --status failed)" "9816a141 "
same "--mode se" "$(ids --mode se)" "3b911819 0e3d227a "
same "--mode FS and two parameters" "$(ids --mode FS --param timing --param 2)" "238edd3e "
same "a parameter with a space" "$(ids --param='--cmd=a b' --param queens)" "0e3d227a "
same "no part of a parameter" "$(ids --param timin)" ""
same "--since a day" "$(ids --since '2026-11-22')" "$(ids)"
same "--since later" "$(ids --since '2026-11-22 08:36')" ""
same "the last of them" "$(ids --limit 2)" "3b911819 0e3d227a "
same "none" "$("$ls" --limit 0)" "0 of 8 runs: 7 Finished, 1 Failed (1 exit 3)"
same "nothing matches" "$("$ls" --name nonsense)" "0 runs"

begin "order"
same "by name" "$(ids --sort name --mode se)" "3b911819 0e3d227a "
same "by name, the other way" "$(ids --sort -name --mode se)" "0e3d227a 3b911819 "
same "by id" "$(ids --sort ID --limit 2)" "9816a141 f3dd3182 "
same "by a field that is not shown" "$(ids --sort return_code --limit 1)" "9816a141 "
"$ls" --csv --columns elapsed --sort elapsed | tr -d '\r' | sed 1d >elapsed
check "by elapsed time" sort -c -n elapsed
same "lines that were sorted" "$(wc -l <elapsed)" 8

begin "columns"
same "chosen ones" "$("$ls" --columns Status,RETURN_CODE,name --limit 2 | head -n 2)" \
    "STATUS    RETURN_CODE  NAME
Finished            0  se hello \"quoted\" \\ back"
run "$ls" --columns id,outdir,linux_name,timeout,start_time --limit 1 --mode fs
has "fields of a record" "$out" "OUTDIR"
has "a moment" "$out" "2026-11-22 08:35"
cat >kinds.json <<'END'
[{"_id":"1","hash":"h","type":"gem5 run","name":"x","params":["a b",""],"accept":[],"warnings":[{"kind":"stats","text":"none"}],
  "variables":{"cpu":"o3"},"ru_maxrss":7,"ru_utime":1.25,"rerunnable":true}]
END
same "values of every kind" "$("$ls" --db-uri kinds.json --columns params,accept,warnings,variables,ru_maxrss,ru_utime,rerunnable | sed -n 2p)" \
    "'a b' ''          [{\"kind\":\"stats\",\"text\":\"none\"}]  {\"cpu\":\"o3\"}          7     1.2 s  true"

begin "misuse: one sentence each, with the nearest word"
refused() { # SENTENCE ARGUMENT...
    sentence=$1
    shift
    run "$ls" "$@"
    same "the status of $*" $status 2
    same "the error of $*" "$(tail -n 1 .err)" "gem5art-ls: $sentence"
    same "the output of $*" "$out" ""
}
refused "--type chooses among artifacts: give --mode se" --type se
refused "--type chooses among artifacts: give --artifacts, too" --type kernel
refused "unknown column \"stauts\": did you mean status?" --columns id,stauts
refused "unknown column \"elapsd\": did you mean elapsed?" --sort -elapsd
refused "--columns: a name is missing in \"name,\": give them as in name,status,outdir" --columns name,
refused "--columns: a name is missing in \"\": give them as in name,status,outdir" --columns ""
refused "--columns: at most 47 can be shown" --columns "$(yes id | head -n 48 | paste -s -d , -)"
refused "--limit: a whole number of 0 or more is needed, not \"-1\"" --limit -1
refused "--since: \"soon\" is not a time: give 30m, 3h, 2d, 2026-11-01 or \"2026-11-01 12:30\"" --since soon
for when in 2026-13-01 2026-00-10 2026-11-31 2026-02-29 1900-02-29 2026-11-00 2026--1-01 0-1-1 +2026-01-01 \
    "2026-11-01 24:00" "2026-11-01 12:60" "2026-11-01 -1:30" "2026-11-01x" 2026-13-45; do
    refused "--since: \"$when\" is not a time: give 30m, 3h, 2d, 2026-11-01 or \"2026-11-01 12:30\"" --since "$when"
done
for when in 2024-02-29 2000-02-29 2026-1-1 "2026-11-01 23:59" 2026-11-01T00:00; do
    run "$ls" --since "$when"
    same "the status of --since $when" $status 0
done
refused "--spreadsheet changes only CSV: give --csv, or leave it out" --spreadsheet
refused "--json and --csv exclude each other: leave one out" --json --csv
refused "--watch draws a table of runs: leave --csv out" --watch --csv
refused "--watch needs a terminal as its stdout: leave it out" --watch
refused '--where: "cpu!=o3" does not compare a variable: give VAR=VALUE, as in cpu=o3,atomic' --where cpu!=o3
refused "--live is for runs: leave --artifacts out, or --live" --artifacts --live
refused "--param chooses among runs: leave --artifacts out, or --param" --artifacts --param x
refused "\"boot\" is one argument too many: --name looks for a part of the name" boot
refused "unknown option --colums: did you mean --columns?" --colums id
run "$ls" --help
check "the help fits a screen" test "$(wc -l <.out)" -le 24
check "no line of the help is too wide" sh -c '! grep "^.\{80\}" .out'

begin "stdout that cannot be written"
run sh -c "'$ls' >&-"
same "the status, closed" $status 1
same "the error, closed" "$err" "gem5art-ls: cannot write to standard output: Bad file descriptor"
if [ -c /dev/full ]; then
    run sh -c "'$ls' --csv >/dev/full"
    same "the status, full" $status 1
    same "the error, full" "$err" "gem5art-ls: cannot write to standard output: No space left on device"
fi
awk 'BEGIN {
    print "["
    run = "{\"_id\":\"%08d-x\",\"hash\":\"%d\",\"type\":\"gem5 run\",\"name\":\"many\",\"status\":\"Finished\"}"
    for (i = 0; i < 5000; i++) printf (i ? "," : "") run "\n", i * 20003, i
    print "]" }' >many.json
run sh -c "'$ls' --db-uri many.json | head -n 1"
same "the head" "$out" "ID        NAME  MODE  STATUS    REASON  ELAPSED  WHEN  PARAMS"
same "no noise" "$err" ""
same "all of them" "$("$ls" --db-uri many.json | tail -n 1)" "5000 runs: 5000 Finished"

begin "no store, an empty one, a torn one, a damaged one"
mkdir -p empty
run sh -c "cd empty && HOME=. '$ls'"
same "status without a store" $status 1
has "error without a store" "$err" "gem5art-ls: there is no db.json here or in a parent folder: name a store with --db-uri or"
same "no store was made" "$(ls -A empty)" ""
echo '[]' >none.json
same "an empty store" "$("$ls" --db-uri none.json)" "0 runs"
same "its artifacts" "$("$ls" --db-uri none.json --artifacts)" "0 artifacts"
same "its JSON" "$("$ls" --db-uri none.json --json)" "[]"
head -c 20000 db.json >torn.json
run "$ls" --db-uri torn.json
same "status of a torn store" $status 0
has "warning" "$err" "gem5art-ls: warning: $work/torn.json ends inside a record"
same "what is whole" "$(tail -n 1 .out)" "6 runs: 5 Finished, 1 Failed (1 exit 3)"
cp db.json ours.json
"$BUILD/gem5art-fsck" --db-uri ours.json --compact >/dev/null 2>&1
sed '2s/"/x/' ours.json >damaged.json
run "$ls" --db-uri damaged.json
same "status of a damaged store" $status 1
has "damage" "$err" "gem5art-ls: warning: $work/damaged.json is damaged at byte "
same "what is intact" "$(tail -n 1 .out)" "8 runs: 7 Finished, 1 Failed (1 exit 3)"
sed 's/"name":"se hello/"name:"se hello/' ours.json >damaged.json
for options in "" --csv --json; do
    run "$ls" --db-uri damaged.json $options
    same "status of a damaged run, $options" $status 1
    same "lines of warnings, $options" "$(wc -l <.err)" 1
    has "a run that is intact, $options" "$out" "queens"
    check "a run that is not, $options" sh -c '! grep hello .out'
done

begin "strange names are shown, and no terminal obeys them"
cat >odd.json <<'END'
[{"_id":"aaaaaaaa-1","hash":"h1","type":"gem5 run fs","name":"日本 \u001b[31mred\nline\ttab\udcff \u0007","environment":
  {"status":"no","deep":["}",{"status":"\\\""}]},"status":"Finished","kill_reason":"","params":["a b","it's","","\udcff","é"],
  "start_time":1e9,"end_time":1000000061.5},
 { "_id" : "aaaaaaaa-2" , "hash":"h2","type":"gem5 run","name":"back\\","status" : "Failed artifact check for /x/y" ,
  "params":[ ] , "start_time":null},
 {"_id":"b","hash":"h3","type":"gem5 run","name":null,"status":"Lunch","params":"text","kill_reason":"timeout"},
 {"_id":"c","hash":"h4","type":"kernel","name":"k","inputs":["d","nosuch"]},
 {"_id":"d","hash":"h5","type":"git repo","name":"r\u0001","inputs":["c"],"time":1700000000.5},
 {"_id":"e","hash":"h6","type":"disk image","name":"lone","inputs":[]}]
END
cat >expected <<'END'
ID          NAME                                  MODE  STATUS                          REASON   ELAPSED  WHEN              PARAMS
aaaaaaaa-1  日本 \x1b[31mred\nline\ttab\xff \x07  FS    Finished                                    1:01  2001-09-09 01:47  'a b' 'it'\''s' '' "$(printf '\377')" 'é'
aaaaaaaa-2  back\                                 SE    Failed artifact check for /x/y
b                                                 SE    Lunch                           timeout                             text

3 runs: 1 Finished, 1 Failed artifact check, 1 Lunch (1 timeout)
END
same "the table" "$("$ls" --db-uri odd.json)" "$(cat expected)"
cat >expected.csv <<'END'
id,name,reason,params
aaaaaaaa-1,"日本 @[31mred
line	tab\xff #",,"[""a b"",""it's"","""",""\udcff"",""é""]"
aaaaaaaa-2,back\,,[]
b,,timeout,text
END
LC_ALL=C tr '@#' '\033\007' <expected.csv >expected.bytes
"$ls" --db-uri odd.json --csv --columns id,name,reason,params | tr -d '\r' >odd.csv
check "CSV has the bytes themselves, in UTF-8" cmp odd.csv expected.bytes
same "a byte in a filter" "$(ids --db-uri odd.json --param "$(printf '\377')")" "aaaaaaaa "
same "a run that failed in the check has failed" "$("$ls" --db-uri odd.json --status failed | tail -n 1)" \
    "1 run: 1 Failed artifact check"
cp odd.json sealed.json
"$BUILD/gem5art-fsck" --db-uri sealed.json --compact >/dev/null 2>&1
check "the store has checksums now" grep -q '"crc32"' sealed.json
for form in --color=never --json --csv --artifacts; do
    "$ls" --db-uri odd.json $form | sed 's/\[ \]/[]/' >1
    "$ls" --db-uri sealed.json $form >2
    check "$form is the same of lines of ours" diff 1 2
done

begin "a line that ends in the right checksum is trusted in nothing else"
if need python3; then
    check "lines are made" python3 - <<'END'
import zlib
def sealed(line): return line + b'"crc32":"%08x"}' % zlib.crc32(line)
run = b'{"_id":"%s","hash":"h","type":"gem5 run","name":"%s","params":%s,"status":"%s",'
lines = [sealed(run % values) for values in [
    (b"a\x1b[31m", b"b\x1b[31m\xff\0c", b'["\x1b[31m"]', b"Fin\x1b[31m"),
    (b"c", b"", b'["', b"z"), (b"e", b"", b"]]]", b"z"), (b"f", b"", b'["a",,"b" "c"', b"z"), (b"g", b"", b"", b""), (b"h", b"", b'[[[{"]"', b"z")]]
lines += [sealed(b'{"_id":"i","hash":"","type":"gem5 run","name":"","params":["a"],"status",'),
          sealed(b'{"_id":"j","hash":"","type":"kernel","name":"\x1b","inputs":["a\x1b","a\0b",'),
          sealed(b'{"_id":"k","hash":"","type":"kernel","name":"","inputs":["a'+ b"\\" * 9 + b',')]
open("hostile.json", "wb").write(b"[\n" + b",\n".join(lines) + b"]\n")
END
    for form in --all --json --csv --artifacts; do
        run "$ls" --db-uri hostile.json $form
        check "$form ends as it should" [ $status -le 1 ]
        case $form in --all | --artifacts)
            check "$form has rows" grep -q x1b .out
            check "$form has no escapes" sh -c "! grep '$(printf '\033')' .out" ;;
        esac
    done
fi

begin "for other programs"
if need python3; then
    "$ls" --json --columns id,name,mode,status,elapsed,when,params,environment >all.json
    "$ls" --csv >all.csv
    check "they read what was stored" python3 - "$data" <<'END'
import csv, json, sys
runs = [r for r in json.load(open(sys.argv[1])) if r["type"].startswith("gem5 run")]
rows = json.load(open("all.json"))
table = list(csv.DictReader(open("all.csv", newline="")))
assert len(rows) == len(table) == len(runs) == 8
for run, row, line in zip(runs, rows, table):
    assert row["id"] == line["id"] == run["_id"]
    assert row["name"] == line["name"] == run["name"]
    assert row["mode"] == line["mode"] == ("FS" if run["type"].endswith("fs") else "SE")
    assert row["status"] == line["status"] == run["status"]
    assert row["params"] == json.loads(line["params"]) == run["params"]
    assert row["environment"] is None
    assert abs(row["elapsed"] - (run["end_time"] - run["start_time"])) < 0.001
    assert abs(float(line["when"]) - run["end_time"]) < 0.001
assert open("all.csv", newline="").read().count("\r\n") == 9
END
fi

begin "CSV for spreadsheets: no text is a formula"
cat >formulas.json <<'END'
[{"_id":"=cmd()","hash":"h","type":"gem5 run","name":"=1+1","status":"-2+3","kill_reason":"@SUM(1,2)","error":"+\"x\"",
  "return_code":-9,"outdir":"\tx","host":"\r=1","user":"a=b","kernel":"\n=1","params":["=1"]}]
END
columns=name,status,reason,error,return_code,outdir,host,user,kernel,params
printf '%s\r\n' "$columns" \
    "\"'=1+1\",\"'-2+3\",\"'@SUM(1,2)\",\"'+\"\"x\"\"\",-9,\"'	x\",\"'$(printf '\r')=1\",a=b,\"'
=1\",\"[\"\"=1\"\"]\"" >expected
"$ls" --db-uri formulas.json --csv --spreadsheet --columns $columns >found
check "every beginning of a formula" cmp expected found
printf '%s\r\n' name,status,return_code "=1+1,-2+3,-9" >expected
"$ls" --db-uri formulas.json --csv --columns name,status,return_code >found
check "without the option the data is exact" cmp expected found

begin "a locale without UTF-8 gets what is drawn in ASCII"
all=$("$BUILD/gem5art-artifact" list | wc -l) archives=$("$BUILD/gem5art-artifact" list | grep -c "  directory  ")
same "without the archives of results" "$("$ls" --artifacts | tail -n 1)" \
    "$((all - archives)) artifacts; $archives archives not shown (--all)"
same "with them" "$("$ls" --artifacts --all | tail -n 1)" "$all artifacts"
same "them alone" "$("$ls" --artifacts --type directory | tail -n 1)" "$archives artifacts"
cat >expected <<'END'
ID      NAME                   TYPE        WHEN              PATH
e       lone                   disk image
c       k                      kernel
d       |- r\x01               git repo    2023-11-14 22:13
c       |  `- k (above)        kernel
nosuch  `- (not in the store)

3 artifacts
END
same "the tree" "$(LC_ALL=C "$ls" --db-uri odd.json --artifacts)" "$(cat expected)"
has "names stay" "$(LC_ALL=C "$ls" --db-uri odd.json)" "日本 "
if need script; then
    LC_ALL=C script -qec "stty cols 60; '$ls' --columns id,name,mode,status,params" /dev/null >cut </dev/null
    has "what is cut" "$(cat cut)" "boot exp... FS"
    same "letters beyond ASCII" "$(LC_ALL=C tr -d '\000-\177' <cut)" ""
fi

begin "an LMDB store"
if "$BUILD/gem5art-export" --to store lmdb://db.lmdb 2>.err; then
    same "the same table" "$("$ls" --db-uri lmdb://db.lmdb)" "$("$ls")"
    same "the same tree" "$("$ls" --db-uri lmdb://db.lmdb --artifacts)" "$("$ls" --artifacts)"
else has "no LMDB here" "$(cat .err)" "LMDB"; fi

begin "ids have as many digits as it takes"
cat >near.json <<'END'
[{"_id":"0123456789a","hash":"1","type":"gem5 run","name":"x"},{"_id":"0123456788b","hash":"2","type":"kernel","name":"k"},
 {"_id":"fedcba987654","hash":"3","type":"gem5 run","name":"y"},{"_id":"fedcba987654","hash":"4","type":"gem5 run","name":"z"}]
END
same "they differ from artifacts', too" "$("$ls" --db-uri near.json --columns id | head -n 4 | tr '\n' ' ')" \
    "ID 0123456789 fedcba9876 fedcba9876 "
cat >near.json <<'END'
[{"_id":"boot-experiments-of-the-whole-matrix-1","hash":"1","type":"gem5 run","name":"x"},
 {"_id":"boot-experiments-of-the-whole-matrix-2","hash":"2","type":"gem5 run","name":"y"}]
END
same "long ones that end differently are whole" "$("$ls" --db-uri near.json --columns id | sed -n 2p)" \
    "boot-experiments-of-the-whole-matrix-1"

begin "artifacts, and what they were made from"
cat >expected <<'END'
ID        NAME            TYPE         WHEN  PATH
11e923cd  gem5            gem5 binary        gem5/build/X86/gem5.opt
735f4d72  └─ gem5         git repo           gem5
2ab9d959  vmlinux-5.4.49  kernel             vmlinux-5.4.49
16251673  └─ boot_tests   git repo           boot_tests
37bcbfe5  boot-disk       disk image         boot-disk
16251673  └─ boot_tests   git repo           boot_tests
END
"$ls" --artifacts | sed '/^$/,$d' >tree
check "the tree" diff -b expected tree
same "of one type" "$("$ls" --artifacts --type KERNEL)" "ID        NAME            TYPE      WHEN  PATH
2ab9d959  vmlinux-5.4.49  kernel          vmlinux-5.4.49
16251673  └─ boot_tests   git repo        boot_tests

1 artifact"
cat >expected <<'END'
ID      NAME                   TYPE        WHEN              PATH
e       lone                   disk image
c       k                      kernel
d       ├─ r\x01               git repo    2023-11-14 22:13
c       │  └─ k (above)        kernel
nosuch  └─ (not in the store)

3 artifacts
END
same "inputs that are missing, or go in a circle" "$("$ls" --db-uri odd.json --artifacts)" "$(cat expected)"

# ---- variables and attempts

begin "variables: columns, order, CSV and JSON"
cat >matrix.awk <<'END'
function run(cpu, l2, status, took, more) {
    printf "%s{\"_id\":\"%08d-1\",\"hash\":\"%s %s\",\"type\":\"gem5 run\",\"name\":\"x\",\"params\":[],\"status\":\"%s\"," \
        "\"start_time\":%d,\"end_time\":%.1f%s,\"variables\":{\"cpu\":\"%s\",\"l2\":\"%s\",\"host\":\"h\"}}",
        (n++ ? ",\n" : "["), n, cpu, l2, status, 1e9 + n, 1e9 + n + took, more, cpu, l2
}
BEGIN {
    run("o3", "1MB", "Failed", 1, ",\"return_code\":1")
    run("o3", "1MB", "Finished", 30, ",\"results_size\":1048576")
    run("o3", "256kB", "Finished", 50, ",\"results_size\":524288")
    run("atomic", "1MB", "Finished", 10, "")
    run("atomic", "256kB", "Failed", 3, ",\"kill_reason\":\"timeout\"")
    print "]"
}
END
awk -f matrix.awk >matrix.json
same "columns by name" "$("$ls" --db-uri matrix.json --columns id,cpu,variables.l2 | head -n 3)" "ID        CPU     VARIABLES.L2
00000005  atomic  256kB
00000004  atomic  1MB"
same "in order of their size" "$(ids --db-uri matrix.json --sort l2 --status finished)" "00000003 00000004 00000002 "
awk '{ sub(/"name":"[^"]*"/, "\"name\":\"run " 13 - NR "\"") } 1' matrix.json >named.json
same "names by the numbers in them" "$("$ls" --db-uri named.json --all --sort name --columns name | sed -n 2,6p | tr '\n' ' ')" \
    "run 8 run 9 run 10 run 11 run 12 "
same "a field wins" "$("$ls" --db-uri matrix.json --columns host,variables.host --csv --limit 1 2>.err | tr -d '\r')" \
    "host,variables.host
,h"
same "which is reported" "$(cat .err)" \
    'gem5art-ls: warning: "host" is a field of runs: the variable of that name is variables.host'
same "CSV" "$("$ls" --db-uri matrix.json --csv --limit 1 | tr -d '\r' | sed 's/.*params/params/; s/.*\[/[/')" \
    "params,cpu,l2,variables.host
[],o3,256kB,h"
has "JSON" "$("$ls" --db-uri matrix.json --json --limit 1)" '"variables": {"cpu":"o3","l2":"256kB","host":"h"}}'
has "in a pipe" "$("$ls" --db-uri matrix.json | head -n 1)" "ID        NAME  CPU     L2     HOST  MODE"

begin "commits of the scripts and of gem5"
cat >commits.awk <<'END'
function put(record) { printf "%s{%s}", (n++ ? ",\n" : "["), record }
function artifact(id, type, hash) {
    put(sprintf("\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"%s\",\"name\":\"x\"", id, hash, type))
}
function run(scripts, repo, binary) {
    put(sprintf("\"_id\":\"%08d\",\"hash\":\"%d\",\"type\":\"gem5 run\",\"name\":\"x\",\"status\":\"Finished\"," \
        "\"gem5_artifact\":\"%s\",\"gem5_git_artifact\":\"%s\",\"run_script_git_artifact\":\"%s\"", n, n, binary, repo,
        scripts))
}
BEGIN {
    artifact("s1", "git repo", "1111111aaaaaaa")
    artifact("s2", "git repo", "2222222bbbbbbb")
    artifact("copy", "git repo", "2222222bbbbbbb")
    artifact("g1", "git repo", "3333333ccccccc")
    artifact("b1", "gem5 binary", "4444444ddddddd")
    artifact("evil", "git repo", "\\u001b[31m7777777")
    run(ENVIRON["FIRST"], "g1", "b1")
    run("s2", ENVIRON["REPO"], ENVIRON["BINARY"])
    artifact("later", "git repo", "5555555eeeeeee")
    artifact("b2", "gem5 binary", "6666666fffffff")
    print "]"
}
END
commits() { # SCRIPTS OF THE FIRST RUN, GEM5'S REPO AND BINARY OF THE SECOND
    FIRST=$1 REPO=$2 BINARY=$3 awk -f commits.awk >commits.json
    COLUMNS=80 "$ls" --db-uri commits.json | sed '/^$/d; $d'
}
same "the same commits" "$(commits s2 g1 b1)" "name x · scripts 2222222 · gem5 repo 3333333
ID        STATUS
00000006  Finished
00000007  Finished"
same "a copy with the same commit" "$(commits copy g1 b1)" "$(commits s2 g1 b1)"
same "scripts" "$(commits s1 g1 b1)" "name x · gem5 repo 3333333
ID        SCRIPTS  STATUS
00000006  1111111  Finished
00000007  2222222  Finished"
same "gem5, with its binary" "$(commits s2 later b2)" "name x · scripts 2222222
ID        GEM5_COMMIT  STATUS
00000006  3333333      Finished
00000007  5555555      Finished"
same "the binary alone" "$(commits s2 g1 b2)" "name x · scripts 2222222 · gem5 repo 3333333
ID        GEM5_BINARY  STATUS
00000006  4444444      Finished
00000007  6666666      Finished"
same "unknown ones" "$(commits nosuch g1 b1)" "name x · gem5 repo 3333333
ID        STATUS
00000006  Finished
00000007  Finished"
same "no hash" "$(commits evil '' '')" "name x
ID        STATUS
00000006  Finished
00000007  Finished"
commits s1 later b2 >/dev/null
same "JSON has the whole hashes" "$("$ls" --db-uri commits.json --json --columns script_commit,gem5_commit,gem5_binary)" '[
{"script_commit": "1111111aaaaaaa", "gem5_commit": "3333333ccccccc", "gem5_binary": "4444444ddddddd"},
{"script_commit": "2222222bbbbbbb", "gem5_commit": "5555555eeeeeee", "gem5_binary": "6666666fffffff"}
]'
same "groups" "$("$ls" --db-uri commits.json --group-by script_commit | head -n 3)" "SCRIPT_COMMIT  RUNS  FINISHED  MEAN  TOTAL
1111111           1         1
2222222           1         1"

begin "many variables, and values that are parts of others"
awk 'BEGIN {
    for (i = 0; i < 100; i++) all = all (i ? "," : "") "\"v" i "\":\"" i "\""
    for (k = 0; k < 3; k++) {
        one = all
        sub(/"v3":"3"/, "\"v3\":\"" k "\"", one)
        printf "%s{\"_id\":\"%d-runs\",\"hash\":\"%d\",\"type\":\"gem5 run\",\"name\":\"run 1\",\"host\":\"n1\"," \
            "\"status\":\"Finished\",\"variables\":{%s}}\n", (k ? "," : "["), k, k, one }
    print "]" }' >wide.json
same "what is shared stays as it is" "$(COLUMNS=60 "$ls" --db-uri wide.json | head -n 5)" \
    "name run 1 · v0=0 · v1=1 · v2=2 · v4=4 · v5=5 · v6=6 · v7=7
v8=8 · v9=9 · v10=10 · v11=11 · v12=12 · v13=13 · v14=14

ID      V3  STATUS
0-runs  0   Finished"
same "all are in CSV" "$("$ls" --db-uri wide.json --csv | head -n 1 | tr , '\n' | wc -l)" 108
has "the other columns stay" "$("$ls" --db-uri wide.json | head -n 1)" "  STATUS    REASON  ELAPSED  WHEN  PARAMS"

begin "--group-by"
same "a table" "$("$ls" --db-uri matrix.json --group-by cpu)" "CPU     RUNS  FINISHED  FAILED    MEAN   TOTAL
atomic     2         1       1  10.0 s  13.0 s
o3         2         2       0  40.0 s    1:20

4 runs: 3 Finished, 1 Failed (1 timeout); 1 superseded attempt not shown (--all)"
same "CSV" "$("$ls" --db-uri matrix.json --group-by l2,status --csv | tr -d '\r')" \
    "l2,status,runs,Finished,Failed,mean_elapsed,total_elapsed
256kB,Failed,1,0,1,,3.000
256kB,Finished,1,1,0,50.000,50.000
1MB,Finished,2,2,0,20.000,40.000"
same "JSON" "$("$ls" --db-uri matrix.json --group-by cpu --json --where cpu=o3 --all)" \
    '[
{"cpu": "o3", "runs": 3, "Finished": 2, "Failed": 1, "mean_elapsed": 40.000, "total_elapsed": 81.000}
]'
same "no runs" "$("$ls" --db-uri none.json --group-by cpu)" "0 runs"
refused "unknown column \"cpus\": did you mean cpu?" --db-uri matrix.json --group-by cpus
refused "unknown column \"variables.nothing\": give a field of runs, or a variable: cpu, l2, host" \
    --db-uri matrix.json --columns variables.nothing
refused "--group-by chooses the columns and their order: leave --sort out" --group-by cpu --sort l2
refused "--group-by is for runs: leave --artifacts out, or --group-by" --group-by cpu --artifacts

begin "superseded attempts are left out, in any order that an import left"
same "the newest" "$(ids --db-uri matrix.json)" "00000005 00000004 00000002 00000003 "
same "all" "$(ids --db-uri matrix.json --all)" "00000001 00000005 00000004 00000002 00000003 "
same "they are no failures" "$(ids --db-uri matrix.json --status failed)" "00000005 "
"$BUILD/gem5art-export" --db-uri matrix.json --to jsonl matrix.jsonl && (echo '['; sort -r matrix.jsonl | sed '$!s/$/,/'; echo ']') >reversed.json
same "sorted by time" "$("$ls" --db-uri reversed.json -q)" "$("$ls" --db-uri matrix.json -q)"
same "ids alone" "$("$ls" --db-uri matrix.json --quiet --limit 2)" "00000002-1
00000003-1"
refused "--quiet prints ids: leave --columns out" -q --columns id
refused "--json and --quiet exclude each other: leave one out" -q --json
same "an older attempt that is named later" "$("$ls" --db-uri matrix.json --columns size | tail -n 2)" "
4 runs: 3 Finished, 1 Failed (1 timeout); 1 superseded attempt not shown (--all); results: 1.5 MiB"

begin "COLUMNS is the width, within limits, also in a pipe"
same "it counts" "$(COLUMNS=80 "$ls" --db-uri matrix.json | head -n 3)" "name x · host=h

ID        CPU     L2     STATUS    REASON   ELAPSED  WHEN"
for columns in "" 0 -1 80x 99999999999999999999 " 80"; do
    same "nonsense: \"$columns\"" "$(COLUMNS=$columns "$ls")" "$("$ls")"
done
same "at least 20" "$(COLUMNS=1 "$ls")" "$(COLUMNS=20 "$ls")"
same "at most 500" "$(COLUMNS=100000 "$ls")" "$(COLUMNS=500 "$ls")"
has "an ellipsis in ASCII" "$(LC_ALL=C COLUMNS=80 "$ls")" "6346b869 boot experime... Finished "

# ---- terminals

sweep=
trap 'end_terminal; [ -z "$sweep" ] || kill -9 "$sweep" 2>/dev/null; cd /; chmod -R u+w "$work"; rm -rf "$work"' EXIT

begin "a terminal of 80 columns: what is too long is cut, what is empty left out"
if need tmux; then
    terminal 80 24 "'$ls'"
    until_true shows "status 0"
    cat >expected <<'END'
gem5 build/X86/gem5.opt · script run_exit.py · scripts 30320ae
gem5 repo 53a3b2d

ID       NAME             STATUS   REASON ELAPSED WHEN  PARAMS
6346b869 boot experiment… Finished          0.2 s 3 min atomic MESI_Two_Level 1…
94ffa110 boot experiment… Finished          0.0 s 3 min atomic MESI_Two_Level 2…
5f910f06 boot experiment… Finished          0.2 s 3 min timing MESI_Two_Level 1…
238edd3e boot experiment… Finished          0.2 s 3 min timing MESI_Two_Level 2…
f3dd3182 boot experiment… Finished          0.0 s 3 min o3 MESI_Two_Level 1 init
9816a141 boot experiment… Failed   exit 3   0.2 s 3 min o3 MESI_Two_Level 2 ini…
3b911819 se hello "quote… Finished          0.0 s 3 min hello '--cmd=a b'
0e3d227a se queens "quot… Finished          0.2 s 3 min queens '--cmd=a b'

8 runs: 7 Finished, 1 Failed (1 exit 3)
status 0
END
    dated() { # a copy of the store, as if all its runs had ended 3.5 minutes ago
        awk -v now="$(date +%s)" '/"(start|end)_time": 1/ {
            match($0, /[0-9.]+/)
            if (!first) first = int(substr($0, RSTART, RLENGTH))
            sub(/[0-9.]+/, sprintf("%.6f", substr($0, RSTART, RLENGTH) - first + now - 210)) }
            { print }' "$data" >dated.json
    }
    dated
    terminal 80 24 "'$ls' --db-uri dated.json"
    until_true shows "status 0"
    same "the screen" "$(screen)" "$(cat expected)"
    terminal 200 50 "'$ls'"
    until_true shows "status 0"
    has "200 columns hold it all" "$(screen)" "9816a141  boot experiments with gem5-24.0  FS    Failed    exit 3    0.2 s  "
    has "200 columns hold it all" "$(screen)" "o3 MESI_Two_Level 2 init fail"
    terminal 80 24 "'$ls' --db-uri odd.json --columns name,status"
    until_true shows "status 0"
    has "wide characters in their columns" "$(screen)" '日本 \x1b[31mred\nline\ttab\xff \x07  Finished'
    has "what is below them" "$(screen)" 'back\                                 Failed artifact check for /x/y'
    has "colours" "$(screen -e)" "$(printf '\033[32mFinished')"
    terminal 80 24 "'$ls' --db-uri odd.json --columns name --csv"
    until_true shows "status 0"
    has "no escapes in what is for other programs, either" "$(screen)" '"日本 \x1b[31mred\nline\ttab\xff \x07"'
    terminal 80 24 "NO_COLOR=1 '$ls' --columns status"
    until_true shows "status 0"
    same "no colours" "$(screen -e | grep -c "$(printf '\033')")" 0
fi

begin "--watch"
if need tmux git; then
    mkdir repo && cp "$BUILD/gem5-stand-in" repo/gem5 && echo '# stand-in: seconds=600' >repo/script.py
    (cd repo && git init -q . && git add . && git commit -q -m "What is run")
    terminal 80 24 "'$ls' --watch"
    until_true shows "8 runs: 7 Finished, 1 Failed (1 exit 3); q ends"
    until_true shows "6346b869 boot experiment… Finished          0.2 s .* atomic MESI_Two_Level"
    GEM5ART_DB=db.json setsid "$BUILD/se_sweep" repo/gem5 repo repo/script.py repo repo/script.py sweep \
        >sweep.log 2>&1 </dev/null &
    sweep=$!
    until_true shows " Running"
    has "a live run" "$(screen)" " sweep-a"
    resize 200 50
    until_true shows "boot experiments with gem5-24.0  .* FS    Finished"
    until_true shows "sweep-atomic-1000  .* SE    Running"
    check "live runs come first" sh -c 'printf "%s" "$1" | grep -A 1 "^ID" | grep -q Running' - "$(screen)"
    resize 60 8
    until_true shows "^ID .* Running\|^[0-9a-f]* .* Running"
    until_true shows "q ends"
    run "$ls" --live
    same "status of --live" $status 0
    has "--live" "$out" "sweep-atomic-1000  atomic  1000  SE    Running"
    run "$ls" --live --json --columns name,status,elapsed
    has "its JSON" "$out" '"name": "sweep-atomic-1000", "status": "Running", "elapsed": '
    kill -9 $sweep
    wait $sweep 2>/dev/null
    sweep=
    resize 200 50
    until_true shows "Running   lost"
    has "a lost run" "$("$ls" --live)" " lost)"
    keys q
    until_true shows "status 0"
    has "nothing is left on the screen" "$(screen | head -n 1)" "status 0"
    terminal 80 24 "PS1='> ' sh -i"
    until_true shows ">"
    keys "'$ls' --watch" Enter
    until_true shows "q ends"
    keys C-z
    until_true shows "Stopped"
    keys "stty -a | grep -o -e '-*icanon'; fg" Enter
    until_true shows "q ends"
    keys q
    until_true shows "fg"
    has "the terminal is as before while it is stopped" "$(screen)" "
icanon"
    terminal 80 24 "'$ls' --watch; stty -a | grep -o -e '-*icanon'"
    until_true shows "q ends"
    keys C-c
    until_true shows "icanon"
    same "the terminal is as before" "$(screen)" "icanon
status 0"
fi
finish
