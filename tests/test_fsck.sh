#!/bin/sh
# gem5art-fsck, driven as a person would.
. "$(dirname "$0")/check.sh"
fsck=$BUILD/gem5art-fsck getruns=$BUILD/gem5art-getruns
data=$root/tests/data/gem5art-filedb/db.json
cp "$data" db.json

begin "a store of another program: all is well, and nothing changes"
run "$fsck"
same status $status 0
same errors "$err" ""
same "what it says" "$out" "$work/db.json: 23943 bytes, 21 whole records: 8 runs and 13 artifacts; 0 verified by checksum, 21 without one, as another program laid them out
$work/db.json: all is well"
check "the store is as it was" cmp db.json "$data"
same "nothing was made" "$(ls)" db.json
for argument in db.json "--db-uri=file://db.json" "file://$work/db.json"; do
    run "$fsck" "$argument"
    same "status with $argument" $status 0
done
run sh -c "'$fsck' >/dev/full"
same "status on a full device" $status 1

begin "misuse: exit 2, the usage and one sentence; no store: exit 1, and none is made"
misuse() {
    expected=$1
    shift
    run "$fsck" "$@"
    same "status of $*" $status 2
    has "error of $*" "$err" "gem5art-fsck: $expected"
    has "usage of $*" "$err" "usage: gem5art-fsck [-h]"
}
misuse "one database is enough" a.json b.json
misuse "one database is enough" --db-uri a.json b.json
misuse "--salvage and --compact: give one of them" --salvage --compact
misuse "unknown option --nonsense" --nonsense
misuse "redis://x: unknown kind of store" redis://x
for how in "" --salvage --compact; do
    run "$fsck" $how nowhere.json
    same "status without a store" $status 1
    has error "$err" "gem5art-fsck: there is no store at $work/nowhere.json"
done
same "nothing was made" "$(ls)" db.json

begin "--compact, once"
run "$fsck" --compact
same status $status 0
has "what it says" "$out" "rewritten, with 21 records; the old file is $work/db.json.old.1"
check "the old file" cmp db.json.old.1 "$data"
run "$fsck" --compact
same status $status 0
has "what it says" "$out" "unchanged: it is compact already"
run "$fsck"
has "what it says" "$out" "21 verified by checksum
$work/db.json: all is well"
has "what it notes" "$out" "note: $work/db.json.old.1 has the store as it was before it was compacted"
lines() { "$getruns" --db-uri "$1" - | tr -d , | sort; } # whatever the order of a record's fields
lines db.json >new.out
lines "$data" >old.out
check "the runs are the same" cmp old.out new.out

begin "damage: where it is, what does not do, what does"
sed -i '5s/gem5/gem6/' db.json
cp db.json damaged.json
run "$fsck"
same status $status 1
has "what it says" "$out" "$work/db.json: byte 1652, line 5: damage: the checksum does not match this record"
has "what it says" "$out" "$work/db.json: damaged in 1 place: gem5art-fsck --salvage writes"
run "$fsck" --compact
same "status of --compact" $status 1
has error "$err" "gem5art-fsck: $work/db.json is damaged: nothing was changed; --salvage writes"
check "the store is as it was" cmp db.json damaged.json
run "$BUILD/gem5art-rm" --db-uri db.json some-id
has "what others say" "$err" "gem5art-fsck --salvage"
run "$fsck" --salvage
same status $status 0
has "what it says" "$out" "$work/db.json: byte 1652, line 5: left out"
has "what it says" "$out" "rewritten, with 20 records; the old file is $work/db.json.damaged.1"
check "the old file" cmp db.json.damaged.1 damaged.json
same "records" "$(grep -c '^{' db.json)" 20
run "$fsck"
same status $status 0
run "$fsck" --salvage
has "what it says" "$out" "unchanged: it is not damaged"

begin "a cut store is unfinished, not damaged"
head -c 5000 damaged.json >cut.json
sed -i '5s/gem6/gem5/' cut.json
run "$fsck" cut.json
same status $status 1
has "what it says" "$out" "unfinished: this record is not whole, nor does a whole one follow"
has "what it says" "$out" "cut.json: its end is unfinished: the next writer repairs it, or gem5art-fsck --salvage"

begin "records that only their owner can mend"
echo '[{"_id":"1","type":"kernel"},{"_id":"2","hash":"h","type":"gem5 run","pid":"seven"}]' >wrong.json
for how in "" --salvage --compact; do
    run "$fsck" $how wrong.json
    same "status of $how" $status 1
    has "what it says" "$out" 'wrong: this record has no "hash"'
    has "what it says" "$out" 'wrong: this record: "pid" has a value of the wrong kind: "seven"'
done

begin "ignored live entries are listed, and removed when asked"
cp "$data" live.json
mkdir live.json.live
echo nonsense >live.json.live/11111111-1111-4111-8111-111111111111
echo '{"_id":5}' >live.json.live/aa.22222222-2222-4222-8222-222222222222
run "$fsck" live.json
same status $status 0
has "an entry of version 0.1" "$out" "the live entry 11111111-1111-4111-8111-111111111111 is ignored: "
has "one that says nothing" "$out" "the live entry aa.22222222-2222-4222-8222-222222222222 is ignored: "
same "nothing is removed" "$(ls live.json.live | wc -l)" 2
run "$fsck" --clear-live live.json
same status $status 0
has "what it removes" "$out" "removed the live entry aa.22222222-2222-4222-8222-222222222222"
same "what is left" "$(ls live.json.live)" ""

begin "queued runs that cannot be started, among them those of an earlier version"
mkdir live.json.queued
echo '{"hash":"bb","ticket":"t"}' >live.json.live/bb.queued
echo nonsense >live.json.queued/cc
run "$fsck" live.json
has "one of an earlier version" "$out" "the live entry bb.queued is ignored: "
has "a damaged one" "$out" "the queued run cc cannot be started: "
run "$fsck" --clear-live live.json
has "what it removes" "$out" "removed the queued run cc: "
same "what is left" "$(ls live.json.live live.json.queued)" "live.json.live:

live.json.queued:"

# Writes the records that match or (-v) do not match as a store.
write_store() {
    file=$1
    shift
    { echo "["; grep '^{' whole.json | sed 's/[],]$//' | grep "$@" | sed '$!s/$/,/; $s/$/]/'; } >"$file"
}
split_store() {
    rm -rf two.json*
    mkdir two.json.shards
    write_store two.json '"type":"gem5 binary"'
    write_store two.json.shards/n1.json '"type":"gem5 run'
    write_store two.json.shards/n2.json -v '"type":"gem5 \(run\|binary\)'
}
cp "$data" whole.json
"$fsck" --compact whole.json >/dev/null

begin "the shards of a store are checked with it"
split_store
run "$fsck" two.json
same status $status 0
has "the store" "$out" "$work/two.json: all is well"
has "a shard" "$out" "$work/two.json.shards/n1.json: all is well"
has "a shard" "$out" "two.json.shards/n1.json: $(wc -c <two.json.shards/n1.json) bytes, 8 whole records: 8 runs"
has "the other shard" "$out" "$work/two.json.shards/n2.json: all is well"
same "artifacts are found in all files" "$(printf '%s\n' "$out" | grep -c 'an artifact that is not there')" 0
sed -i '3s/gem5/gem6/' two.json.shards/n1.json
run "$fsck" two.json
same "status of a damaged shard" $status 1
has "where it is" "$out" "two.json.shards/n1.json: byte "
has "what to do" "$out" "two.json.shards/n1.json: damaged in 1 place: gem5art-fsck --salvage"
run "$fsck" --merge-shards two.json
same "status of merging it" $status 1
has "error" "$err" "two.json.shards/n1.json is damaged at byte "
check "the other shard is merged" test ! -e two.json.shards/n2.json
run "$fsck" --salvage two.json.shards/n1.json
same "status of salvaging it" $status 0
run "$fsck" --merge-shards two.json
same "status of merging what is salvaged" $status 0
has "what it did" "$out" "two.json: moved 7 records of its shards to the store"
same "records" "$(grep -c '^{' two.json)" 20

begin "merged shards are one store again"
split_store
"$BUILD/gem5art-ls" --db-uri two.json --json >split.out
run "$fsck" --merge-shards two.json
same status $status 0
has "what it did" "$out" "$work/two.json: moved 20 records of its shards to the store"
check "the folder is gone" test ! -e two.json.shards
"$BUILD/gem5art-ls" --db-uri two.json --json >merged.out
check "gem5art-ls shows the same" cmp split.out merged.out
lines two.json >new.out
lines whole.json >old.out
check "the runs are the same" cmp old.out new.out
run "$fsck" --merge-shards two.json
has "again" "$out" "moved 0 records of its shards to the store"
run "$fsck" two.json
same "status of a check" $status 0

begin "gem5art-import takes the shards of a source"
split_store
run "$BUILD/gem5art-import" --db-uri new.json two.json
same status $status 0
lines new.json >new.out
check "the runs are the same" cmp old.out new.out

begin "misuse of --merge-shards"
misuse "--merge-shards and --compact: give one of them" --merge-shards --compact two.json
misuse "--merge-shards and --salvage: give one of them" --salvage --merge-shards two.json
finish
