#!/bin/sh
# How tools/lib/stats reads what gem5 wrote, beside an independent reading in Python: real files, and files of all kinds
# of statistics made as gem5's printers make them; gzip'd files and archives, whole, damaged and hostile ones.
. "$(dirname "$0")/check.sh"
stats=$BUILD/test_stats
begin_text='---------- Begin Simulation Statistics ----------'
end_text='---------- End Simulation Statistics   ----------'

begin "what gem5 24.0 wrote"
if need python3 gzip; then
    for file in "$root"/tests/data/stats/*.txt.gz; do
        python3 "$root/tests/stats.py" read "$file" >expected
        check "it is read" test -s expected
        run "$stats" "$file"
        sed '$d' .out >actual
        check "$(basename "$file") differs" diff expected actual
        has "the sum of $(basename "$file")" "$(tail -n 1 .out)" " 0 lines unreadable"
    done
fi

begin "all kinds of statistics: with and without units, descriptions, spaces, zeros, in one line or several"
if need python3; then
    for seed in 1 2; do
        mkdir -p made
        python3 "$root/tests/stats.py" make $seed made
        for file in made/*.txt; do
            run "$stats" "$file"
            sed '$d' .out >actual
            check "$file of seed $seed differs" diff "${file%.txt}.tsv" actual
            same "the sum of $file" "$(tail -n 1 .out)" "3 dumps, 3 complete, 0 lines unreadable"
        done
        run "$stats" made/made-00.txt '**::total' system.cpu3.value 'sim?econds'
        sed '$d' .out >actual
        awk -F '\t' '$2 ~ /::total$|^system\.cpu3\.value$|^simSeconds$/' made/made-00.tsv >expected
        check "chosen ones differ" diff expected actual
    done
fi

begin "a file that gzip made, whatever its name"
if need gzip; then
    printf '\n%s\nsimTicks 5 # x (Tick)\n\n%s\n' "$begin_text" "$end_text" >plain
    gzip -c plain >./-odd.txt
    run "$stats" "$work/-odd.txt"
    same output "$out" "0	simTicks	5	Tick	x
1 dumps, 1 complete, 0 lines unreadable"
    gzip -c plain | head -c 60 >cut.gz
    run "$stats" ./cut.gz
    has "of a cut one" "$out" "error: ./cut.gz is damaged, or cut: gzip cannot read all of it"
    gzip -c plain >bad.gz && printf 'xxxx' | dd of=bad.gz bs=1 seek=30 conv=notrunc 2>/dev/null
    run "$stats" ./bad.gz
    has "of a damaged one" "$out" "error: ./bad.gz is damaged, or cut"
    mkdir none
    run env PATH="$work/none" "$stats" ./-odd.txt
    same "without gzip" "$out" "error: cannot read ./-odd.txt: gzip, which decompresses it, cannot be run"
fi

begin "archives: stored and deflated files, odd names, ZIP64"
if need python3 zip unzip; then
    cat >zips.py <<'END'
import gzip, struct, zipfile
plain = open("plain", "rb").read()
with zipfile.ZipFile("a.zip", "w") as z:
    z.writestr("stats.txt", plain, zipfile.ZIP_DEFLATED)
    z.writestr("stored/stats.txt", plain, zipfile.ZIP_STORED)
    z.writestr("odd [1]*?\\/sta ts.txt", plain, zipfile.ZIP_DEFLATED)
    z.writestr("-v", plain)
    z.writestr("stats.txt.gz", gzip.compress(plain))
    z.writestr("packed.txt", gzip.compress(plain))
    with z.open("large.txt", "w", force_zip64=True) as member:
        member.write(plain)
    z.writestr("empty.txt", b"")
    z.writestr("stats.h5", b"\x89HDF\r\n\x1a\n----")
bytes = open("a.zip", "rb").read()
open("cut.zip", "wb").write(bytes[:-30])
at = bytes.index(b"PK\x01\x02")
with open("shorter.zip", "wb") as z:  # the archive gives its first file fewer bytes than it has
    z.write(bytes[:at + 24] + struct.pack("<I", 20) + bytes[at + 28:])
with open("damaged.zip", "wb") as z:
    z.write(bytes[:60] + b"????" + bytes[64:])
with open("bomb.zip", "wb") as z:
    z.write(bytes[:at + 24] + struct.pack("<I", 2000000000) + bytes[at + 28:])
with open("bomb.gz", "wb") as z:
    z.write(gzip.compress(b"\0" * 1000000) * 1100)
END
    check "they are made" python3 zips.py
    for member in stats.txt stored/stats.txt 'odd [1]*?\/sta ts.txt' -v stats.txt.gz large.txt; do
        run "$stats" "$member@./a.zip"
        same "of $member" "$out" "0	simTicks	5	Tick	x
1 dumps, 1 complete, 0 lines unreadable"
    done
    run "$stats" empty.txt@./a.zip
    same "of an empty one" "$out" "0 dumps, 0 complete, 0 lines unreadable"
    run "$stats" other.txt@./a.zip
    same "of a missing one" "$out" "error: ./a.zip has no file other.txt"
    run "$stats" 's*.txt@./a.zip'
    same "of a pattern" "$out" "error: ./a.zip has no file s*.txt"
    run "$stats" packed.txt@./a.zip
    has "of a packed one without its name" "$out" "error: packed.txt in ./a.zip is a gzip file"
    run "$stats" stats.h5@./a.zip
    has "of HDF5" "$out" "error: stats.h5 in ./a.zip is HDF5, which is not read"
    for archive in cut shorter damaged; do
        run "$stats" stats.txt@./$archive.zip
        has "of a $archive archive" "$out" "error: "
        same "its status" $status 1
    done
    run "$stats" stats.txt@./none.zip
    has "of no archive" "$out" "error: cannot read ./none.zip: unzip reports an error"
    run "$stats" stats.txt@./plain
    has "of another file" "$out" "error: cannot read ./plain: unzip reports an error"
    zip -q -P secret locked.zip plain
    run "$stats" plain@./locked.zip
    same "of an encrypted file" "$out" "error: plain in ./locked.zip is encrypted, and is not read"
    run env PATH="$work/none" "$stats" stats.txt@./a.zip
    same "without unzip" "$out" "error: cannot read stats.txt in ./a.zip: unzip, which reads archives, cannot be run"

    begin "files that expand to a thousand times their size are not read"
    run "$stats" stats.txt@./bomb.zip
    has "of an archive" "$out" "which text of gem5 does not: it is not read"
    run "$stats" ./bomb.gz
    has "of a gzip'd file" "$out" "which text of gem5 does not: it is not read"
fi

begin "where the statistics of a run are: its outdir, else its archive"
# store GEM5_OPTIONS - a store of one run, with an archive.
store() { printf '[{"_id":"aaa-1","hash":"h","type":"gem5 run","name":"one","status":"Finished","return_code":0,
    "outdir":"%s/out","cwd":"%s","gem5_options":[%s],"results":"zip-1"},
    {"_id":"zip-1","hash":"z","type":"directory","name":"one","path":"results.zip"}]' "$work" "$work" "$1" >db.json; }
read_run() { run "$stats" ./db.json aaa-1; }
values="0	simTicks	5	Tick	x
1 dumps, 1 complete, 0 lines unreadable"
mkdir -p out
printf '\n%s\nsimTicks 5 # x (Tick)\n\n%s\n' "$begin_text" "$end_text" >out/stats.txt
cp out/stats.txt out/other.txt
store ''
read_run
same output "$out" "$work/out/stats.txt
$values"
for options in '"--stats-file=other.txt"' '"-v","--stats-file","other.txt"' \
    '"--stats-file=text://other.txt?desc=False"' '"--stats-file=a.txt","--stats-file=file://./other.txt"' \
    '"--stats-file=other.txt?spaces=False"'; do
    store "$options"
    read_run
    same "with $options" "$out" "$work/out/other.txt
$values"
done
store '"--stats-file=h5://stats.h5"'
read_run
same "with HDF5" "$out" "error: the run's --stats-file=h5://stats.h5 is not text, and is not read"
store ''
rm out/stats.txt
read_run
same "without both" "$out" "error: $work/out/stats.txt is gone, and so is the run's archive, $work/results.zip"
if need python3 unzip gzip; then
    python3 -c 'import zipfile; zipfile.ZipFile("results.zip", "w").write("out/other.txt", "stats.txt")'
    read_run
    same "from the archive" "$out" "$work/results.zip has stats.txt
$values"
    mkdir storage
    mv results.zip storage/zip-1
    export GEM5ART_STORAGE="$work/storage"
    read_run
    same "from its copy" "$out" "$work/storage/zip-1 has stats.txt
$values"
    gzip -c out/other.txt >out/stats.txt.gz
    read_run
    same "packed later" "$out" "$work/out/stats.txt.gz
$values"
fi

finish
