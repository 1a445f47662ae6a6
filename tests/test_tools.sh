#!/bin/sh
# gem5art-getruns and gem5art-rm, driven as a person would.
. "$(dirname "$0")/check.sh"
getruns=$BUILD/gem5art-getruns rm=$BUILD/gem5art-rm
data=$root/tests/data/gem5art-filedb/db.json
cp "$data" db.json

begin "the help is gem5art's"
cat >expected <<'END'
usage: gem5art-getruns [-h] [--fs-only] [--limit LIMIT] [--db-uri DB_URI]
                       [-s SEARCH_NAME]
                       filename

Dump all runs from the database into a json file

positional arguments:
  filename              Output file name

options:
  -h, --help            show this help message and exit
  --fs-only             Only output FS runs
  --limit LIMIT         Limit of the number of runs to return. Default: all
  --db-uri DB_URI       The database. Default $GEM5ART_DB, else file://db.json
  -s SEARCH_NAME, --search_name SEARCH_NAME
                        Query for the name field
END
for option in -h --help; do
    run "$getruns" $option
    same status $status 0
    check "the help of $option" diff expected .out
done
run "$rm" --help
has "the help of rm" "$out" "usage: gem5art-rm [-h] [OPTION...] [id_or_hash ...]"
run "$rm" --version
has version "$out" "gem5art-rm (gem5art.h) "

begin "a store that may not grow is an error, and not the end of the tool"
mkdir limited && cp "$data" limited/db.json
id=$(sed -n 's/.*"_id": "\([^"]*\)".*/\1/p' limited/db.json | head -n 1)
limited() { (ulimit -f 0 && exec "$rm" --db-uri file://limited/db.json "$id" >/dev/null 2>&1); } # no output of its own may grow
limited
same status $? 1
check "it is as it was" cmp "$data" limited/db.json

begin "all runs, exactly as stored"
run "$getruns" all.json
same status $status 0
same errors "$err" ""
same "number of runs" "$(grep -c '^  {' all.json)" 8
if need python3; then
    check "the dump is what Python would write" python3 - "$data" all.json <<'END'
import json, sys
stored = json.load(open(sys.argv[1]))
runs = [r for r in stored if r["type"].startswith("gem5 run")]
text = open(sys.argv[2]).read()
assert text == json.dumps(runs, indent=2, ensure_ascii=True) + "\n", "the texts differ"
END
fi

begin "the layout, without other programs"
cat >one.json <<'END'
[{"_id":"1","hash":"h","type":"gem5 run","name":"\u00fc \"q\"","params":["a b",""],"empty":[],"none":{},
  "deep":{"x":[1,{"y":1.50}]},"big":12345678901234567890,"crc32":"kept out"}]
END
cat >expected <<'END'
[
  {
    "_id": "1",
    "hash": "h",
    "type": "gem5 run",
    "name": "\u00fc \"q\"",
    "params": [
      "a b",
      ""
    ],
    "empty": [],
    "none": {},
    "deep": {
      "x": [
        1,
        {
          "y": 1.50
        }
      ]
    },
    "big": 12345678901234567890
  }
]
END
run "$getruns" --db-uri one.json -
same status $status 0
check "nothing is lost and all is indented by 2" diff expected .out

begin "--fs-only, --limit and -s, alone and together"
count() { run "$getruns" "$@" -; grep -c '^  {' .out; }
same "--fs-only" "$(count --fs-only)" 6
same "--limit 7, over SE and FS together" "$(count --limit 7)" 7
same "--limit=3" "$(count --limit=3)" 3
same "--limit 100" "$(count --limit 100)" 8
same "-s part of a name" "$(count -s 'hello')" 1
same "-s with a quote" "$(count -s '"quoted" \')" 2
same "-s without a space" "$(count -sboot)" 6
same "--search_name" "$(count --search_name gem5-24)" 6
same "--search_name=" "$(count --search_name=gem5-24)" 6
same "-s of nothing in the store" "$(count -s nonsense)" 0
same "all three" "$(count --fs-only --limit 2 -s boot)" 2
same "an option cut short" "$(count --fs)" 6
run "$getruns" --limit 0 -
same "--limit 0" "$out" "[]"

begin "where the store is: --db-uri, then GEM5ART_DB, then db.json"
mkdir -p elsewhere empty && cp db.json elsewhere/runs.json
for uri in elsewhere/runs.json file://elsewhere/runs.json "file://$work/elsewhere/runs.json"; do
    run "$getruns" --db-uri "$uri" -
    same "status with $uri" $status 0
    run env GEM5ART_DB="$uri" "$getruns" -
    same "status with GEM5ART_DB=$uri" $status 0
done
run env GEM5ART_DB=nowhere.json "$getruns" --db-uri elsewhere/runs.json -
same "--db-uri before GEM5ART_DB" $status 0
run sh -c "cd empty && '$getruns' -"
same "status without a store" $status 1
has error "$err" "gem5art-getruns: there is no store at $work/empty/db.json"
same "no store was made" "$(ls -A empty)" ""
run "$getruns" --db-uri mongodb://localhost:27017 -
same "status with mongodb" $status 2
has error "$err" "MongoDB is not supported; use a file (file://db.json)"
run "$getruns" --db-uri redis://localhost -
has error "$err" 'unknown kind of store "redis"'

begin "misuse: exit 2, the usage and one sentence"
misuse() {
    expected=$1
    shift
    run "$getruns" "$@"
    same "status of $*" $status 2
    has "error of $*" "$err" "gem5art-getruns: $expected"
    has "usage of $*" "$err" "usage: gem5art-getruns [-h]"
    same "output of $*" "$out" ""
}
misuse "the output file is missing"
misuse "one output file is enough" a.json b.json
misuse "unknown option --nonsense" --nonsense a.json
misuse "unknown option -x" -x a.json
misuse "--limit needs a value" a.json --limit
misuse '--limit: a whole number of 0 or more is needed, not "-1"' --limit -1 a.json
misuse '--limit: a whole number of 0 or more is needed, not "abc"' --limit abc a.json
misuse '--limit: a whole number of 0 or more is needed, not ""' --limit "" a.json
misuse '--limit: a whole number of 0 or more is needed, not "1e3"' --limit 1e3 a.json
misuse "--limit: 99999999999999999999 is too large" --limit 99999999999999999999 a.json
misuse "--fs-only takes no value" --fs-only=yes a.json
misuse "the output file has no name" ""
check "nothing was written" test ! -e a.json

begin "output files: whole or not at all"
echo old >kept.json && chmod 640 kept.json
run "$getruns" kept.json
same "mode of a replaced file" "$(stat -c %a kept.json)" 640
check "it was replaced" grep -q '"_id"' kept.json
ln -s kept.json link.json && run "$getruns" link.json
check "a symlink stays one" test -L link.json
run "$getruns" elsewhere
same "status for a folder" $status 1
has error "$err" "cannot write elsewhere: it is a folder"
run "$getruns" no/such/folder.json
same "status without the folder" $status 1
has error "$err" "cannot write no/such/folder.json: No such file or directory"
run "$getruns" /dev/null
same "status for a device" $status 0
run sh -c "'$getruns' - >/dev/full"
same "status on a full device" $status 1
has error "$err" "cannot write to standard output: No space left on device"
printf '[{"_id":"1","hash":"h","type":"gem5 run","name":"n"},{"_id":"2"]' >bad.json
cp db.json store.json && ln -sf store.json link.json
for name in store.json ./store.json link.json; do
    run "$getruns" --db-uri store.json "$name"
    same "status where $name is the store itself" $status 1
    has error "$err" "gem5art-getruns: $name is the store itself: name another file"
done
check "the store is whole" cmp store.json db.json
echo old >kept.json
run "$getruns" --db-uri bad.json kept.json
same "no half-written file is left" "$(ls | grep -c tmp-)" 0

begin "stores that cannot be read: exit 1 and one sentence"
: >zero.json
printf 'SQLite format 3\0' >garbage.json
echo '{"a": 1}' >object.json
for store in zero.json:"has 0 bytes" garbage.json:"is not a run store" object.json:"is not a run store" elsewhere:"is a folder"; do
    run "$getruns" --db-uri "${store%%:*}" out.json
    same "status for ${store%%:*}" $status 1
    has "error for ${store%%:*}" "$err" "${store#*:}"
    same "lines of error for ${store%%:*}" "$(wc -l <.err)" 1
    check "no output for ${store%%:*}" test ! -e out.json
done
head -c 9000 "$data" >torn.json
run "$getruns" --db-uri torn.json -
same "status for a torn store" $status 0
has "warning for a torn store" "$err" "gem5art-getruns: warning: $work/torn.json ends inside a record"

begin "rm --dry-run tells and changes nothing"
id=$(sed -n 's/.*"_id": "\(.*\)",/\1/p' all.json | head -n 1)
archive=$(sed -n 's/.*"results": "\(.*\)",/\1/p' all.json | head -n 1)
run "$rm" --dry-run "$id"
same status $status 0
has "what it tells" "$out" "would remove $(echo $id | cut -c1-8) boot experiments with gem5-24.0 (Finished); its files stay in "
check "the store is as it was" cmp db.json "$data"

begin "rm by id takes the run and its archive, and no more"
run "$rm" "$id"
same status $status 0
has "what it tells" "$out" "removed $(echo $id | cut -c1-8) "
same "runs left" "$(count)" 7
same "the archive's record" "$(grep -c "$archive" db.json)" 0
run "$rm" "$id"
same "status the second time" $status 1
has error "$err" "gem5art-rm: no run and no artifact has the id or hash \"$id\""

begin "rm by hash takes every attempt"
cat >attempts.json <<'END'
[{"_id":"a1","hash":"hh","type":"gem5 run","name":"n","status":"Failed","results":"z1","outdir":"/o"},
 {"_id":"z1","hash":"zz","type":"directory","name":"n","path":"/o/results.zip"},
 {"_id":"a2","hash":"hh","type":"gem5 run","name":"n","status":"Finished","results":null,"outdir":"/o.2"},
 {"_id":"b1","hash":"other","type":"gem5 run","name":"n","status":"Finished","results":null,"outdir":"/p"}]
END
run "$rm" --db-uri attempts.json hh
same status $status 0
has "what it tells" "$out" 'removed a1 n (Failed); its files stay in /o
removed a2 n (Finished); its files stay in /o.2'
same "what is left" "$(grep -c '^{' attempts.json) $(grep -c '"_id":"b1"' attempts.json)" "1 1"

begin "rm of artifacts: not while they are used"
gem5=$(sed -n 's/.*"gem5_artifact": "\(.*\)",/\1/p' all.json | head -n 1)
cp db.json before.json
run "$rm" "$gem5"
same status $status 1
has error "$err" "gem5art-rm: artifact $gem5 is used by"
check "the store is as it was" cmp db.json before.json
cat >alone.json <<'END'
[{"_id":"d1","hash":"dd","type":"disk image","name":"boot-disk","path":"boot-disk"}]
END
run "$rm" --db-uri alone.json dd
same status $status 0
has "what it tells" "$out" 'removed disk image d1 "boot-disk"'
run "$getruns" --db-uri alone.json -
same "the emptied store" "$out" "[]"

begin "rm by the beginning of an id"
run "$rm" --db-uri attempts.json --dry-run b
has "too short" "$err" 'gem5art-rm: "b" is too short'
cat >prefix.json <<'END'
[{"_id":"abcd1","hash":"h1","type":"gem5 run","name":"one","status":"Finished","outdir":"/o"},
 {"_id":"abcd2","hash":"h2","type":"disk image","name":"two","path":"disk"},
 {"_id":"abce1","hash":"h3","type":"disk image","name":"three","path":"disk"}]
END
run "$rm" --db-uri prefix.json abcd abce
same "status where one may mean several" $status 1
has error "$err" 'gem5art-rm: "abcd" may mean several: abcd1 (gem5 run "one"), abcd2 (disk image "two"); write more of the id'
has "the other is removed" "$out" 'removed disk image abce1 "three"'
run "$rm" --db-uri prefix.json abce
same "status where nothing begins so" $status 1

begin "rm misused"
run "$rm"
same status $status 2
has error "$err" "gem5art-rm: nothing to remove"
run sh -c "cd empty && HOME=. '$rm' x"
same "status without a store" $status 1
same "no store was made" "$(ls -A empty)" ""
run "$rm" one-that-is-not-there "$(sed -n 's/.*"_id": "\(.*\)",/\1/p' all.json | tail -n 1)"
same "status where one of two is there" $status 1
has "the other is removed" "$out" "removed "

begin "hostile texts of a store reach no terminal, from any tool"
cat >hostile.json <<'END'
[{"_id":"run1-1\u001b[31m","type":"gem5 run","name":"n\u001b]0;evil\u0007\u009b31m\u202e\u2066\u007f\udc9b","hash":"hh\u001b","gem5_artifact":"miss\u001b[2J",
  "status":"St\u001b[31m","kill_reason":"\u001b[1m","error":"\u001b[31mred\u0085","outdir":"/o\ntouch x\u001b","host":"h\u001b","cwd":"/c\u001b",
  "command":["g\u001b","\u202e"],"params":["\u001b[2J","-x\ny"],"environment":{"A\u001b":"\u001b"},"variables":{"v\u001b[31m":"\u001b[2J"},"results":"gone\u001b"},
 {"_id":"art1-1\u001b[31m","type":"ty\u001b[31m","name":"na\u001b[31m\u2028","hash":"h2\u001b","documentation":"d\u001b\nx","path":"/no\u001bne\udcff",
  "command":"make\u001b\n","cwd":"\u001b","inputs":["lost\u001b"],"git":{"origin":"o\u001b","hash":"g\u001b","name":"\u001b"}}]
END
# Neither C0 but line ends, nor DEL, C1, directions of text, separators, or bytes that are not UTF-8.
harmless() {
    LC_ALL=C tr -d '\n' <"$1" | LC_ALL=C grep -q '[[:cntrl:]]' && return 1
    LC_ALL=C grep -q "$(printf '\302[\200-\237]\|\342\200[\250-\256]\|\342\201[\246-\251]')" "$1" && return 1
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null
}
for command in "import -v hostile.json" "import -v hostile.json" "import --dry-run -v changed.json" "import changed.json" ls "ls --live" \
    "ls --artifacts" "ls --json" "show run1" "show art1" "show --json run1" "show --shell run1" "show --shell art1" \
    "diff run1 run1" "diff run1 run2" "diff art1 art1" "diff --json run1 run2" "verify" "verify --json" "verify run1" "artifact list" \
    "artifact tree" "artifact tree art1" "artifact download art1 o" fsck "fsck wrong.json" "ls --where v=1" "rm --dry-run --limit 9" "rm --dry-run --outdir --limit 9" "rm --dry-run run1" "rm --dry-run art1" \
    "rm art1" "rm run1" "getruns -" "export --to jsonl -" "export --to gem5art -"; do
    case $command in *changed*)
        sed 's/evil/other/' hostile.json >changed.json
        sed 's/run1-1/run2-1/; /art1-1/,$d' hostile.json | sed '$s/,$/]/' >second.json
        sed 's/"hash":"hh/"nohash":"hh/' hostile.json >wrong.json
        "$BUILD/gem5art-import" --db-uri hostile second.json >/dev/null 2>&1 ;;
    esac
    GEM5ART_DB=hostile run "$BUILD"/gem5art-$command
    check "stdout of $command" harmless .out
    check "stderr of $command" harmless .err
    check "$command ends as it should" test $status -le 2
    check "$command says something" test -s .out -o -s .err -o "$command" = "ls --live"
done
name=$(printf 'no\033[31m\342\200\256\233')
for tool in "$BUILD"/gem5art-*; do
    for arguments in "--$name" "$name" "--db-uri $name" "--db-uri $name $name"; do
        run "$tool" $arguments
        check "stderr of $tool with $arguments" harmless .err
        run env GEM5ART_DB="$name" "$tool" "$name"
        check "stderr of $tool, the name in GEM5ART_DB" harmless .err
    done
done

begin "output that cannot be written is an error of every tool; a reader that has gone is not"
if [ -c /dev/full ]; then
    id=$(sed -n 's/.*"_id":"\([^"]*\)".*"type":"gem5 run".*/\1/p' db.json | head -n 1)
    [ "$id" ] || id=$(sed -n 's/.*"_id": "\(.*\)",/\1/p' all.json | tail -n 1)
    for command in ls "ls --json" "ls --csv" "ls --artifacts" "show $id" "show --json $id" "show --shell $id" "diff $id $id" "diff --json $id $id" \
        "verify" "verify --json" "artifact list" "artifact tree" fsck "rm --dry-run $id" "getruns -" "getruns /dev/stdout" "export --to jsonl -" \
        "export --to csv -" "export --to csv /dev/stdout" "import db.json" "import -v db.json" --help --version --print-page; do
        tools=${command%% *} options=
        case $command in *' '*) options=${command#* } ;; esac
        case $command in -*) tools="ls show diff verify artifact fsck rm getruns export import run" options=$command ;; esac
        for tool in $tools; do
            run sh -c "'$BUILD/gem5art-$tool' $options >/dev/full"
            wanted=1
            [ $tool = diff ] && wanted=2
            same "status of $tool $options" $status $wanted
            case $options in
                */dev/stdout) has "error of $tool $options" "$err" "cannot write /dev/full: No space left on device" ;;
                *) has "error of $tool $options" "$err" "gem5art-$tool: cannot write to standard output: No space left on device" ;;
            esac
            run sh -c "(trap '' PIPE; '$BUILD/gem5art-$tool' $options; echo \$? >.status) | exec <&-"
            same "errors of $tool $options without a reader" "$(printf %s "$err" | grep -c 'cannot write to')" 0
        done
    done
fi

begin "closed descriptors: what is said never goes into a file"
cat >whole.json <<'END'
[
{"_id":"run-1","hash":"h1","type":"gem5 run","name":"one","status":"Finished"},
{"_id":"run-2","hash":"h2","type":"gem5 run","name":"two","status":"Finished"}]
END
need jq && for closed in '<&-' '>&-' '2>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    for command in "gem5art-rm --db-uri db.json run-1" "gem5art-rm --db-uri db.json nobody" "gem5art-ls --db-uri db.json" \
        "gem5art-getruns --db-uri db.json out.json" "gem5art-export --db-uri db.json --to jsonl out.json" \
        "gem5art-import --db-uri db.json other.json" "gem5art-fsck --db-uri db.json --compact" \
        "gem5art-artifact --db-uri db.json register --type x --name x --path file --documentation 'a file of ours'"; do
        rm -rf closed && mkdir closed && cp whole.json closed/db.json && sed 's/run-/run-3/' whole.json >closed/other.json
        echo file >closed/file
        run sh -c "cd closed && exec '$BUILD'/$command $closed"
        check "$command $closed: status $status" test $status -le 1
        check "$command $closed: all files are whole" sh -c "cd closed && for file in *.json; do jq . \$file || exit 1; done"
    done
done
begin "the implementation compiles after macros with the names of its callbacks"
{ echo '#define _GNU_SOURCE'; echo '#define _FILE_OFFSET_BITS 64'; printf '#include <%s>\n' stdio.h stdlib.h string.h unistd.h fcntl.h
  for word in log append report done fill make remove settle lookup refresh create; do echo "#define $word(x) no_$word"; done
  echo '#define GEM5ART_IMPLEMENTATION'; echo '#include "gem5art.h"'; } >macros.c
check compile cc -std=gnu99 -w -fsyntax-only -I"$root" macros.c

finish
