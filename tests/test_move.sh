#!/bin/sh
# gem5art-import and gem5art-export: what others have recorded moves in, and everything moves out, exactly.
. "$(dirname "$0")/check.sh"
import=$BUILD/gem5art-import export=$BUILD/gem5art-export getruns=$BUILD/gem5art-getruns
data=$root/tests/data/gem5art-filedb/db.json mongo=$root/tests/data/mongoexport

# Without their checksums, the records of two stores.
records() { sed 's/,"crc32":"[0-9a-f]*"}/}/' "$1"; }

# import_into STORE SOURCE... and what it said, in $out and $err
import_into() {
    store=$1
    shift
    run "$import" --db-uri "$store" "$@"
}

# refuses "what" "SENTENCE": the source `bad` adds nothing, and the error says this.
refuses() {
    printf '[]\n' >refusing.json
    import_into refusing.json bad
    same "status with $1" $status 1
    has "error with $1" "$err" "gem5art-import: $2"
    has "error with $1" "$err" "; nothing of it was imported"
    same "the store with $1" "$(cat refusing.json)" "[]"
    same "what is printed with $1" "$out" ""
}

# A run as gem5art would have it, on one line: id, hash, and more fields.
a_run() { printf '{"_id":"%s","hash":"%s","type":"gem5 run","name":"r"%s}\n' "$1" "$2" "$3"; }
an_artifact() { printf '{"_id":"%s","hash":"%s","type":"kernel","name":"k"%s}\n' "$1" "$2" "$3"; }

begin "the help fits a screen"
for tool in "$BUILD"/gem5art-*; do
    run "$tool" --help
    same status $status 0
    check "80 columns, 24 lines" awk 'length($0) > 80 { wide = 1 } END { exit wide || NR > 24 }' .out
    run "$tool" --version
    has version "$out" "$(basename "$tool") (gem5art.h) "
done

begin "a file database of gem5art's moves in, once"
import_into db.json "$data"
same status $status 0
same "what is said" "$out" "$data: 21 added (13 artifacts, 8 runs), 0 skipped"
same errors "$err" ""
cp db.json once.json
import_into db.json "$data"
same "status of a second time" $status 0
same "what is said of a second time" "$out" "$data: 0 added (0 artifacts, 0 runs), 21 skipped (21 present, 0 in conflict)"
check "nothing has changed" cmp once.json db.json
run "$getruns" --db-uri db.json -
same "the runs" "$(printf '%s\n' "$out" | grep -c '^  {')" 8
import_into db.json db.json
same "into itself" "$out" "db.json: 0 added (0 artifacts, 0 runs), 21 skipped (21 present, 0 in conflict)"

begin "MongoDB's exports are the same records"
for name in v1 v2-relaxed v2-canonical-array v2-relaxed-array-pretty; do
    import_into db.json "$mongo/$name.json"
    same "status of $name" $status 0
    same "$name beside the file database" "$out" \
        "$mongo/$name.json: 0 added (0 artifacts, 0 runs), 21 skipped (21 present, 0 in conflict)"
    import_into "$name.json" - <"$mongo/$name.json"
    run "$import" --db-uri "$name.json" "$mongo/$name.json"
    has "$name by itself" "$out" "21 added (13 artifacts, 8 runs)"
    import_into db.json "$name.json"
    has "$name as a store" "$out" "(21 present, 0 in conflict)"
done
if need jq; then
    for name in v1 v2-canonical-array; do
        check "jq finds nothing of MongoDB's in $name" jq -e '[.. | objects | keys[] | select(startswith("$"))] == []' $name.json
        check "jq finds the same in $name" sh -c "jq -S 'map(del(.crc32))' $name.json >a; jq -S . '$data' >b; cmp a b"
    done
fi

begin "every kind of extended JSON"
cat >kinds.json <<'END'
{"_id":{"$oid":"5F0c3a9b1d2e4f6789abcdef"},"hash":"h","type":"gem5 run","name":"kinds",
 "a":{"$uuid":"00112233-4455-6677-8899-AABBCCDDEEFF"},
 "b":{"$binary":"ABEiM0RVZneImaq7zN3u/w==","$type":"03"},"c":{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"4"}},
 "d":[{"$date":"2024-02-29T12:34:56.789Z"},{"$date":"1970-01-01T01:00:00+01:00"},{"$date":"1999-12-31T23:59:59.5-0130"},
      {"$date":1614834367123},{"$date":{"$numberLong":"-1"}},{"$date":{"$numberLong":"-62135596800000"}}],
 "e":{"$numberLong":"-9223372036854775808"},"f":{"$numberInt":"42"},"g":{"$numberDouble":"1.50"},
 "h":[{"$numberDouble":"NaN"},{"$numberDouble":"-Infinity"},{"$undefined":true}],"i":{"deep":[{"x":{"$numberLong":"7"}}]},
 "j":{"$binary":"AAEC","$type":"00"},"k":{"$timestamp":{"t":1,"i":2}},"l":"$date","$m":1,"return_code":{"$numberInt":"-9"}}
END
import_into kinds kinds.json
same errors "$err" ""
cat >expected <<'END'
[ 
{"_id":"5F0c3a9b1d2e4f6789abcdef","hash":"h","type":"gem5 run","name":"kinds","a":"00112233-4455-6677-8899-aabbccddeeff","b":"00112233-4455-6677-8899-aabbccddeeff","c":"00112233-4455-6677-8899-aabbccddeeff","d":[1709210096.789,0,946690199.5,1614834367.123,-0.001,-62135596800],"e":-9223372036854775808,"f":42,"g":1.50,"h":[null,null,null],"i":{"deep":[{"x":7}]},"j":{"$binary":"AAEC","$type":"00"},"k":{"$timestamp":{"t":1,"i":2}},"l":"$date","$m":1,"return_code":-9}]
END
records kinds | sed '1s/^\[ *$/[ /' >found
check "what becomes of them" diff expected found
import_into kinds kinds.json
has "a second time" "$out" "1 skipped (1 present, 0 in conflict)"

begin "what is no value of its kind is told with its record"
for value in '{"$oid":"12"}' '{"$uuid":"0011"}' '{"$uuid":5}' '{"$binary":"AAEC","$type":"03"}' '{"$binary":{"base64":"AAEC"}}' \
    '{"$date":"2024-02-30"}' '{"$date":"2023-02-29T00:00:00Z"}' '{"$date":"2024-13-01T00:00:00Z"}' '{"$date":"yesterday"}' '{"$date":{"$numberLong":"x"}}' \
    '{"$numberLong":"1x"}' '{"$numberInt":""}' '{"$numberDouble":"one"}'; do
    { a_run 1 h; a_run 2 h ",\"x\":$value"; } >bad
    key=${value#??} key=${key%%\"*}
    refuses "$value" "bad, line 2, column 1: record 2: $key has an invalid value"
done

begin "conflicts: what is here stays"
{ a_run 1 h; an_artifact a g ',"path":"one"'; } >first
{ a_run 1 h ',"status":"Failed"'; a_run 2 h; an_artifact a g ',"path":"two"'; an_artifact b g ',"path":"one"'; a_run 3 i; } >second
import_into merged first
cp merged before
run "$import" --dry-run --verbose --db-uri merged second
same "status of a dry run" $status 1
has "a dry run" "$out" 'would add run 2 "r": another attempt at a run that is present'
has "a dry run" "$out" "second: 3 would be added (1 artifact, 2 runs), 2 skipped (0 present, 2 in conflict)"
check "a dry run changes nothing" cmp before merged
import_into merged second
same status $status 1
has "what is said" "$out" "second: 3 added (1 artifact, 2 runs), 2 skipped (0 present, 2 in conflict)"
has "what is said" "$out" "1 of the runs: attempts at runs that were present"
has "what is said" "$out" "1 of the artifacts: with a hash that was present under a different id; both stay"
has "the conflict" "$err" 'gem5art-import: second: skipped run 1 "r": its id is present with different content ("status" differs)'
has "the conflict" "$err" 'skipped artifact a "k": its id is present with different content ("path" differs)'
same "their order" "$(grep -o '"_id":"[^"]*"' merged | tr -d '\n')" '"_id":"1""_id":"a""_id":"2""_id":"b""_id":"3"'
has "what was here" "$(cat merged)" '"path":"one"'
check "nothing was overwritten" sh -c '! grep -q Failed merged && ! grep -q two merged'
import_into merged --verbose second
same "status of a second time" $status 1
has "a second time" "$out" 'skipped run 2 "r": it is present'
has "a second time" "$out" "second: 0 added (0 artifacts, 0 runs), 5 skipped (3 present, 2 in conflict)"
{ a_run 9 h; a_run 9 h; a_run 9 x; } >twice
import_into merged twice
has "an id that comes twice" "$out" "twice: 1 added (0 artifacts, 1 run), 2 skipped (1 present, 1 in conflict)"

begin "the same, written otherwise, is no conflict"
printf '[{"type":"gem5 run","crc32":"0","name":"\\u0072","x":{"b":1.0e1,"a":[]},"hash":"h","_id":"1"}]' >one
printf '{"_id":"1","hash":"h","type":"gem5 run","name":"r","x":{"a":[],"b":10}}' >other
import_into alike one
import_into alike other
same status $status 0
has "what is said" "$out" "1 skipped (1 present"
a_run 1 h ',"x":{"a":[],"b":10.5}' >other
import_into alike other
same "status of another number" $status 1

begin "several sources: each whole or not at all"
a_run 1 h >good; a_run 2 h >good2; printf '{"_id":"3"' >bad
import_into several good bad good2 missing
same status $status 1
has "the good" "$out" "good: 1 added"
has "the good behind it" "$out" "good2: 1 added"
has "the bad" "$err" "gem5art-import: bad, line 1, column 11: the file ends inside record 1"
has "the missing" "$err" "gem5art-import: cannot read missing: No such file"
same "what is here" "$(grep -c _id several)" 2
import_into none bad
same "no store is made for nothing" "$(ls none* 2>/dev/null)" ""
a_run 3 h ',"params":"a b"' >wrong
import_into none wrong
same "status of a wrong record" $status 1
same "no store is made for a wrong record" "$(ls none* 2>/dev/null)" ""

begin "files that cannot be imported"
size=$(wc -c <"$data")
for bytes in 1 7 2000 $((size - 2)); do
    head -c $bytes "$data" >bad
    refuses "the first $bytes bytes of it" "bad, line "
    has "a cut file" "$err" "it was cut"
done
head -c 1500 "$mongo/v1.json" >bad
refuses "lines, cut" "bad, line 3, column "
: >bad
refuses "nothing at all" "bad is empty"
printf ' \n\n' >bad
refuses "white space" "bad is empty"
{ a_run 1 h; echo "ObjectId(1)"; } >bad
refuses "the mongo shell's text" "bad, line 2, column 1: a record, which starts with '{', was expected, not 'O'"
{ a_run 1 h; a_run 2 h ',"x":nope'; } >bad
refuses "what is not JSON" "bad, line 2, column 57: expected"
printf '[{"_id":"1",\n"hash":"h","type":\n "t" "u"}]' >bad
refuses "a missing comma" "bad, line 3, column 6: expected"
printf '[%s,]' "$(a_run 1 h)" >bad
refuses "a comma too many" "bad, line 1, column 54: a record, which starts with '{', was expected, not ']'"
printf '[%s%s]' "$(a_run 1 h)" "$(a_run 2 h)" >bad
refuses "no comma" "bad, line 1, column 53: ',' or ']' was expected, not '{'"
printf '[%s][]' "$(a_run 1 h)" >bad
refuses "two arrays" "bad, line 1, column 54: there is more after the bracket"
echo '{"hash":"h","type":"gem5 run"}' >bad
refuses "no id" 'bad, line 1, column 1: record 1 has no text "_id"'
{ a_run 1 h; echo '{"_id":"2","type":"gem5 run"}'; } >bad
refuses "no hash" 'bad, line 2, column 1: record 2 has no text "hash"'
echo '{"_id":"2","hash":"h"}' >bad
refuses "no type" 'bad, line 1, column 1: record 1 has no text "type"'
echo '{"_id":7,"hash":"h","type":"gem5 run"}' >bad
refuses "an id that is a number" 'bad, line 1, column 1: record 1 has no text "_id"'
echo '{"_id":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"},"chunkSize":261120,"length":{"$numberLong":"5"}}' >bad
refuses "GridFS" 'bad, line 1, column 1: record 1 has no text "hash": each artifact and run needs one; it is of MongoDB'"'"'s GridFS: export the collection "artifacts"'
a_run 1 h ',"params":"a b"' >bad
refuses "a field of the wrong kind" 'bad, line 1, column 1: record 1: "params" has a value of the wrong kind: "a b"'
an_artifact 1 h ',"size":"big"' >bad
refuses "a field of the wrong kind" 'bad, line 1, column 1: record 1: "size" has a value of the wrong kind: "big"'
a_run 1 h ",\"x\":$(printf '%0200d' 0 | tr 0 '[')$(printf '%0200d' 0 | tr 0 ']')" >bad
refuses "what is nested too deep" "bad, line 1, column "
printf '\377\376[\000]\000' >bad
refuses "UTF-16" "bad is UTF-16: turn it into UTF-8"
printf '\000\000\000\000' >bad
refuses "another kind of file" "bad is not text: an LMDB store is given as lmdb://bad"
printf '{"_id":"1","hash":"h","type":"t","x":"\377"}' >bad
refuses "what is not UTF-8" "bad, line 1, column 39: "
sed '3s/gem5/gen5/' db.json >bad
refuses "a damaged store" "bad, line 3, column 1: record 2 does not match its checksum: it is damaged"
mkdir folder
import_into folder.json folder
has "a folder" "$err" "gem5art-import: cannot read folder: Is a directory"
import_into x.json mongodb://localhost:27017
has "a MongoDB" "$err" "MongoDB is not supported"
import_into no/such/folder.json good
has "a store that cannot be made" "$err" "cannot make the store $work/no/such/folder.json: its folder does not exist"
import_into redis://localhost good
same "status of an unknown kind of store" $status 2
run "$import" --db-uri x.json
same "status of nothing to import" $status 2
has "nothing to import" "$err" "nothing to import: name a file or a store, or - for stdin"

begin "files that look odd, and are whole"
printf '\357\273\277%s\r\n%s\r\n\r\n' "$(a_run 1 h)" "$(a_run 2 h)" >odd
import_into odd.json odd
same "status with a mark and CRLF" $status 0
has "a mark and CRLF" "$out" "2 added"
has "a mark" "$err" "warning: odd starts with a byte order mark, which is ignored"
{ a_run 3 h; a_run 4 h; } | tr -d '\n' >odd
import_into odd.json odd
has "no line ends" "$out" "2 added"
sed 's/$/\r/' db.json >odd
import_into crlf.json odd
has "a store with CRLF" "$out" "21 added"
check "its records" cmp crlf.json db.json
echo '[]' >odd
import_into odd.json odd
has "an empty array" "$out" "odd: 0 added (0 artifacts, 0 runs), 0 skipped"
{ cat db.json; a_run 7 h; } >odd
import_into unfinished.json odd
has "a store with an unfinished append" "$out" "21 added"
has "a store with an unfinished append" "$err" "warning: odd has bytes after its closing bracket, from an append that was never finished"
mkfifo pipe
cat "$mongo/v1.json" >pipe &
import_into pipe.json pipe
has "a pipe" "$out" "21 added"
ln -s db.json link.json
import_into link2.json file://link.json "file://$work/once.json"
has "a symlink and a uri" "$out" "file://link.json: 21 added"
has "a uri" "$out" "file://$work/once.json: 0 added"
dd if=/dev/zero bs=65536 count=160 2>/dev/null | tr '\0' x >x
{ printf '{"_id":"1","hash":"h","type":"t","x":"'; cat x; printf '"}'; } >odd
import_into large.json odd
has "a record of 10 MB" "$out" "1 added"

begin "two imports at once"
i=0
while [ $i -lt 40 ]; do a_run "$i" h >&3; a_run "b$i" h >&4; i=$((i + 1)); done 3>left 4>right
echo '[]' >both.json
"$import" --db-uri both.json left >/dev/null &
"$import" --db-uri both.json right >/dev/null
wait
import_into both.json left right
has "all are here" "$out" "left: 0 added (0 artifacts, 0 runs), 40 skipped"
has "all are here" "$out" "right: 0 added (0 artifacts, 0 runs), 40 skipped"

begin "an import that is killed adds all or nothing"
i=0
while [ $i -lt 2000 ]; do a_run "$i" h; i=$((i + 1)); done >many
i=1
while [ $i -lt 10 ]; do
    printf '[\n%s]\n' "$(a_run first h)" >killed.json
    { timeout -s KILL 0.0$i "$import" --db-uri killed.json many; } >/dev/null 2>&1
    found=$(grep -c _id killed.json)
    case $found in 1 | 2001) ;; *) wrong "$found of 2001 records are here" ;; esac
    i=$((i + 1))
done
import_into killed.json many
same "all are here" "$(grep -c _id killed.json)" 2001
rm -f killed.json.tmp-* # what was written when it was killed

# ---- and out again

begin "a store with everything in it, out and in again, byte for byte"
cat >extremes <<'END'
{"_id":"n1","hash":"n1","type":"gem5 run","name":"numbers","timeout":1.50,"enqueue_time":1e9,"big":12345678901234567890,"huge":1e400,"zero":-0.0}
{"_id":"n2","hash":"n2","type":"gem5 run fs","name":"texts \u00fc\n\"q\", c","params":["a b","","\ud83d\ude00","ü"],"status":"x\\y\/z","task_id":null,"kill_reason":"line\r\nend"}
{"_id":"n3","hash":"n3","type":"disk image","name":"bytes \udc80\udcff","path":"p,q","empty":[],"none":{},"deep":{"x":[1,{"y":1.50,"crc32":"in"}]}}
{"_id":"n4","hash":"n4","type":"kernel","name":"odd keys","\u006bey":1,"a\u0000b":2,"":3,"nul":"a\u0000b","extra":"{\"a\": \"b\"}"}
END
cp db.json full.json
import_into full.json extremes
same "status" $status 0
has "what is stored" "$(cat full.json)" '"name":"odd keys","\u006bey":1,"a\u0000b":2,"":3,"nul":"a\u0000b","extra"'
for format in jsonl gem5art; do
    run "$export" --db-uri full.json --to $format out.$format
    same "status of $format" $status 0
    same "errors of $format" "$err" ""
    check "no checksum in $format" sh -c "! grep -q 'crc32\": *\"[0-9a-f]\{8\}\"' out.$format"
    import_into from.$format out.$format
    has "what $format holds" "$out" "25 added"
    check "back from $format" cmp full.json from.$format
    import_into full.json out.$format
    has "$format is here already" "$out" "25 skipped (25 present"
done
same "lines" "$(wc -l <out.jsonl | tr -d ' ')" 25
run "$export" --db-uri full.json --to cvs out.csv
same "status of --to cvs" $status 2
has "error of --to cvs" "$err" '--to: unknown format "cvs": did you mean csv?'
run "$export" --db-uri full.json --to store file://copy.json
same "status of a store" $status 0
check "a store" cmp full.json copy.json
run "$export" --db-uri "$data" --to gem5art -
check "what Python gem5art wrote comes out as it was" cmp "$data" .out
run "$export" --db-uri "$data" --to store "$work/converted.json"
check "what Python gem5art wrote becomes a store" cmp once.json converted.json
run "$export" --db-uri refusing.json --to gem5art -
same "an empty file database" "$out" "[]"
run "$export" --db-uri refusing.json --to store empty.json
check "an empty store" cmp refusing.json empty.json
if need python3; then
    check "the layout is Python's" python3 - "$data" out.gem5art out.jsonl full.json <<'END'
import json, sys
stored = json.load(open(sys.argv[4]))
for record in stored:
    record.pop("crc32")
text = open(sys.argv[2]).read()
assert json.loads(text) == stored, "the file database differs"
assert [json.loads(line) for line in open(sys.argv[3])] == stored, "the lines differ"
plain = json.load(open(sys.argv[1]))
assert open(sys.argv[1]).read() == json.dumps(plain, indent=4), "this is not how Python's gem5art writes"
assert text.startswith(json.dumps(stored[:21], indent=4)[:-2]), "the layout differs"
END
fi

begin "through LMDB and back"
run "$export" --db-uri full.json --to store lmdb://full.lmdb
lmdb=yes
if [ $status = 2 ] && [ -z "$CI" ]; then
    lmdb=
    echo "skipped: $current: built without LMDB"
    current= skipped=$((skipped + 1))
else
    same status $status 0
    run "$export" --db-uri lmdb://full.lmdb --to store back.json
    check "the same" cmp full.json back.json
    run "$export" --db-uri lmdb://full.lmdb --to jsonl lmdb.jsonl
    check "the same lines" cmp out.jsonl lmdb.jsonl
    import_into imported.json lmdb://full.lmdb
    has "from LMDB" "$out" "lmdb://full.lmdb: 25 added"
    check "imported" cmp full.json imported.json
    import_into lmdb://into.lmdb full.json "$mongo/v1.json"
    has "into LMDB" "$out" "full.json: 25 added"
    has "into LMDB" "$out" "21 skipped (21 present"
    run "$export" --db-uri lmdb://into.lmdb --to store back2.json
    check "the same by import" cmp full.json back2.json
    import_into lmdb://full.lmdb lmdb://full.lmdb
    has "into itself" "$out" "25 skipped"
    run "$export" --db-uri full.json --to store lmdb://full.lmdb
    has "over another" "$err" "lmdb://full.lmdb exists already"
    import_into x.json full.lmdb
    has "by its path" "$err" "full.lmdb is not text: an LMDB store is given as lmdb://full.lmdb"
fi

begin "CSV, read by Python's csv module"
run "$export" --db-uri full.json --to csv runs.csv
same status $status 0
run "$export" --db-uri full.json --to csv --artifacts artifacts.csv
same status $status 0
check "lines end in CRLF" sh -c 'test "$(grep -c "$(printf "\r")\$" artifacts.csv)" = 16'
if need python3; then
    check "the cells" python3 - full.json runs.csv artifacts.csv <<'END'
import csv, json, re, sys
class Number(str):  # as it was written
    pass
stored = json.load(open(sys.argv[1], errors="surrogateescape"), parse_int=Number, parse_float=Number)
def compare(name, records):
    rows = list(csv.reader(open(name, newline="", encoding="utf-8"), strict=True))
    columns = rows[0]
    assert columns[:4] == ["_id", "hash", "type", "name"] and columns[-1] == "other", columns
    assert len(rows) == 1 + len(records), (name, len(rows))
    for row, record in zip(rows[1:], records):
        assert len(row) == len(columns)
        record.pop("crc32")
        other = {key: value for key, value in record.items() if key not in columns}
        for column, cell in zip(columns, row):
            value = record.get(column) if column != "other" else other or None
            if isinstance(value, Number): expected = str(value)
            elif isinstance(value, str):
                expected = re.sub("[\0\udc80-\udcff]", lambda byte: "\\x%02x" % (ord(byte[0]) & 0xff), value)
            elif value is None: expected = ""
            elif isinstance(value, bool): expected = "true" if value else "false"
            else: expected, cell = value, json.loads(cell, parse_int=Number, parse_float=Number)
            assert cell == expected, (record["_id"], column, cell, expected)
is_run = lambda record: record["type"] in ("gem5 run", "gem5 run fs")
compare(sys.argv[2], [r for r in stored if is_run(r)])
compare(sys.argv[3], [r for r in stored if not is_run(r)])
END
fi

begin "CSV for spreadsheets"
cat >formulas.json <<'END'
[{"_id":"=1","hash":"h","type":"gem5 run","name":"=cmd|' /C calc'!A0","status":"-2","return_code":-9,"params":["=1"]}]
END
run "$export" --db-uri formulas.json --to csv --spreadsheet -
has "cells" "$out" "\"'=1\",h,gem5 run,\"'=cmd|' /C calc'!A0\","
has "numbers" "$out" ",-9,"
run "$export" --db-uri formulas.json --to csv -
has "without it, cells" "$out" "=1,h,gem5 run,=cmd|' /C calc'!A0,"
run "$export" --db-uri formulas.json --to jsonl --spreadsheet -
same "status for JSON" $status 2
has "error for JSON" "$err" "--spreadsheet changes only tables: give --to csv, or leave it out"

begin "what README.md shows"
grep '^    gem5art-export .*--to [a-z]* ' "$root/README.md" | grep -v '|csv|' >shown
check "there are examples" test "$(wc -l <shown)" -ge 3
[ $lmdb ] || sed -i '/lmdb:/d' shown
need jq && while read -r line; do
    run env PATH="$BUILD:$PATH" GEM5ART_DB=full.json sh -c "$line"
    same "status of $line" $status 0
    same "errors of $line" "$err" ""
done <shown

begin "a part of it"
ids() { run "$export" --db-uri full.json --to jsonl "$@" -; grep -c '^{"_id"' .out; }
same "all" "$(ids)" 25
same "--runs" "$(ids --runs)" 10
same "--artifacts" "$(ids --artifacts)" 15
same "--mode fs" "$(ids --mode fs)" 7
same "--limit 3" "$(ids --limit 3)" 3
same "--limit 0" "$(ids --limit 0)" 0
same "--name" "$(ids --runs --name hello)" "$("$getruns" --db-uri full.json -s hello - | grep -c '^  {')"
same "together" "$(ids --mode fs --limit 2 --name boot)" 2
same "the newest, in stored order" "$(ids --runs --limit 3 >/dev/null && sed 's/.*"end_time":\([0-9.]*\).*/\1/' .out)" \
    "$(ids --runs >/dev/null && sed 's/.*"end_time":\([0-9.]*\).*/\1/' .out >times && sort -n times | tail -n 3 >newest && grep -Fxf newest times)"
same "--status" "$(ids --status failed)" 1
same "before any" "$(ids --before 1990-01-01)" 0
run "$export" --db-uri full.json --to csv --limit 0 -
same "a table of nothing has its heading" "$(printf '%s\n' "$out" | cut -c1-19)" "_id,hash,type,name,"

begin "outputs are whole or not at all"
echo kept >out.txt
sed '20s/gem5/gen5/' full.json >damaged.json
for format in jsonl gem5art store; do
    rm -f new.json*
    run "$export" --db-uri damaged.json --to $format new.json
    same "status of $format" $status 1
    has "warning of $format" "$err" "is damaged at byte"
    same "what is intact in $format" "$(grep -c '"_id"' new.json)" 24
done
limited() { sh -c 'trap "" XFSZ; ulimit -f 4; exec "$@"' limited "$@"; }
run limited "$export" --db-uri full.json --to jsonl out.txt
same "status with a full disk" $status 1
has "error with a full disk" "$err" "out.txt: File too large"
same "what was there before" "$(cat out.txt) $(ls ./*.tmp-* 2>/dev/null)" "kept "
run limited "$import" --db-uri full.json large.json
same "status of an import with a full disk" $status 1
has "error of an import with a full disk" "$err" "full.json: File too large; nothing of it was imported"
check "the store is as it was" cmp full.json from.jsonl
run sh -c "'$export' --db-uri full.json --to jsonl - >/dev/full"
same "status of a full stdout" $status 1
run "$export" --db-uri full.json --to gem5art ./full.json
has "over itself" "$err" "./full.json is the store itself: name another file"
run "$export" --db-uri full.json --to store file://copy.json
has "over another store" "$err" "file://copy.json exists already: name another store, or add to this one with gem5art-import"

begin "misuse: exit 2, the usage and one sentence"
misuse() {
    expected=$1
    shift
    run "$export" --db-uri full.json "$@"
    same "status of $*" $status 2
    has "error of $*" "$err" "gem5art-export: $expected"
    has "usage of $*" "$err" "usage: gem5art-export [-h] [OPTION...]"
}
misuse "--to is missing: gem5art, jsonl, csv or store" x
misuse '--to: unknown format "xml": give gem5art, jsonl, csv or store' --to xml x
misuse "the output is missing" --to csv
misuse "one output is enough" --to csv a b
misuse "--mode chooses among runs: leave --artifacts out, or --mode" --to csv --artifacts --mode fs a
misuse "the option --fs-only has a new name: give --mode fs" --to csv --fs-only a
misuse "the option --search_name has a new name: give --name" --to csv --search_name=x a
misuse "the option -s has a new name: give --name" --to csv -s x a
misuse "--artifacts leaves out what --runs asks for" --to jsonl --artifacts --runs a
misuse "a store cannot be written to stdout" --to store -
misuse "--limit: a whole number" --to csv --limit x a
run "$export" --db-uri nowhere.json --to csv unwritten
has "no store" "$err" "there is no store at $work/nowhere.json"
same "nothing was written" "$(ls unwritten nowhere.json 2>/dev/null)" ""
run "$import" --nonsense
has "misuse of import" "$err" "usage: gem5art-import [-h] [-n] [-v] [-q]"

finish
