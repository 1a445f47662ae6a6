#!/bin/sh
# Which store the tools use: the one that is named, db.json in the current folder, or that of a folder above it.
. "$(dirname "$0")/check.sh"
store() { # FILE NAME - with one run of this name
    printf '[{"_id":"%s-1","hash":"h","type":"gem5 run","name":"%s","status":"Finished"}]' "$2" "$2" >"$1"
}
mkdir -p home/project/sub/deep home/bare elsewhere outside
store home/project/db.json mine
store outside/db.json outside
export HOME="$work/home"
# listed FOLDER [OPTION...] - the ids that gem5art-ls lists in a folder
listed() {
    folder=$1
    shift
    run sh -c 'cd "$0" && shift && exec "$@"' "$folder" - "$BUILD/gem5art-ls" --csv --columns id "$@"
    echo "$out" | tr -d '\r' | sed 1d
}
nothing="gem5art-ls: there is no db.json here or in a parent folder: name a store with --db-uri or \$GEM5ART_DB"
# unfound FOLDER - no store is found there
unfound() {
    same "ids in $1" "$(listed "$1")" ""
    listed "$1" >/dev/null
    same "status in $1" $status 1
    same "error in $1" "$err" "$nothing"
}

begin "the current folder, then those above it"
same "in its folder" "$(listed home/project)" "mine-1"
same "below it" "$(listed home/project/sub)" "mine-1"
same "far below it" "$(listed home/project/sub/deep)" "mine-1"
store home/project/sub/db.json nearer
same "the nearest one" "$(listed home/project/sub/deep)" "nearer-1"
rm home/project/sub/db.json
same "--db-uri counts first" "$(GEM5ART_DB=nowhere listed home/project/sub --db-uri "$work/outside/db.json")" "outside-1"
same "GEM5ART_DB counts next" "$(GEM5ART_DB="$work/outside/db.json" listed home/project/sub)" "outside-1"
same "an empty one does not count" "$(GEM5ART_DB= listed home/project/sub)" "mine-1"

begin "no farther than the home folder"
store db.json above
unfound home/bare
same "the one at home counts" "$(store home/db.json home && listed home/bare)" "home-1"
rm home/db.json
same "home is the current folder" "$(listed home)" ""
ln -s "$work/home" homelink
same "a home with another name" "$(HOME="$work/homelink/" listed home/bare)" ""
for home in "" "$work/missing" "$work/home/bare/below" "$work/elsewhere" relative; do
    same "HOME=$home is not above" "$(HOME=$home listed home/bare)" "above-1"
done
same "without HOME" "$(unset HOME; listed home/bare)" "above-1"
same "the root is the last one" "$(HOME=/ && cd / && listed / --db-uri "$work/db.json")" "above-1"
rm db.json

begin "what is not a store that may be used is passed over"
mkdir home/project/sub/db.json
same "a folder" "$(listed home/project/sub/deep)" "mine-1"
rmdir home/project/sub/db.json
mkfifo home/project/sub/db.json
same "a FIFO" "$(listed home/project/sub/deep)" "mine-1"
rm home/project/sub/db.json
ln -s nowhere home/project/sub/db.json
same "a symlink that leads nowhere" "$(listed home/project/sub/deep)" "mine-1"
ln -sf ../../../outside/db.json home/project/sub/db.json
same "a symlink to a store is one" "$(listed home/project/sub/deep)" "outside-1"
rm home/project/sub/db.json
mkdir home/project/sub/deep/db.json
listed home/project/sub/deep >/dev/null
has "but a folder in the current one is an error" "$err" "db.json is a folder"
rmdir home/project/sub/deep/db.json

begin "symlinks: the current folder is where it really is"
mkdir home/scratch home/scratch/results && store home/scratch/db.json scratch
ln -s ../scratch/results home/project/results
same "below the folder that it leads to" "$(listed home/project/results)" "scratch-1"

begin "a folder that cannot be read, or is gone"
mkdir -p home/project/shut/in
if [ "$(id -u)" != 0 ]; then
    same "shut above" "$(cd home/project/shut/in && chmod 0 .. && listed .)" "mine-1"
    chmod 700 home/project/shut
fi
run sh -c 'mkdir home/project/gone && cd home/project/gone && rmdir ../gone && exec "$0"' "$BUILD/gem5art-ls"
same "gone: status" $status 1
same "gone: one line of error" "$(wc -l <.err)" 1

begin "stores and folders of other users are passed over, and named"
if [ "$(id -u)" = 0 ]; then
    store home/project/sub/db.json theirs && chown 12345 home/project/sub/db.json
    same "their file" "$(listed home/project/sub/deep)" "mine-1"
    listed home/project/sub/deep -v >/dev/null
    has "it is named by -v" "$err" "gem5art-ls: $work/home/project/sub/db.json is passed over: it or its folder belongs to another user
gem5art-ls: the store is $work/home/project/db.json"
    chown 0 home/project/sub/db.json && chown 12345 home/project/sub
    same "a file in their folder" "$(listed home/project/sub/deep)" "mine-1"
    chown 0 home/project/sub && ln -sf ../db.json home/project/sub/db.json && chown -h 12345 home/project/sub/db.json
    same "their symlink" "$(listed home/project/sub/deep)" "mine-1"
    listed home/project/sub/deep -v >/dev/null
    has "it is passed over" "$err" "passed over"
    rm home/project/sub/db.json
    mv home/project/db.json home/project/kept && store home/project/db.json theirs && chown 12345 home/project/db.json
    listed home/project/sub >/dev/null
    same "there is no other" "$err" "gem5art-ls: $work/home/project/db.json is passed over: it or its folder belongs to another user
$nothing"
    run sh -c 'cd home/project/sub && echo file >file && "$1" register --name file --type kernel --path file --documentation "a file of this test"' \
        - "$BUILD/gem5art-artifact"
    same "a tool that makes one names it" "$status $err" "0 gem5art-artifact: $work/home/project/db.json is passed over: it or its folder belongs to another user
gem5art-artifact: the store is $work/home/project/sub/db.json"
    rm home/project/sub/db.json home/project/sub/file
    same "in its own folder it is used as ever" "$(listed home/project)" "theirs-1"
    mv home/project/kept home/project/db.json
fi

begin "gem5art-ls -v names the store"
listed home/project/sub -v >/dev/null
same "above" "$err" "gem5art-ls: the store is $work/home/project/db.json"
listed home/project --verbose >/dev/null
same "here" "$err" "gem5art-ls: the store is $work/home/project/db.json"
listed home/project >/dev/null
same "and nothing without it" "$err" ""

begin "a file-system boundary is the end"
if mkdir -p home/project/mount && mount -t tmpfs none home/project/mount 2>/dev/null; then
    mkdir home/project/mount/in
    unfound home/project/mount/in
    umount home/project/mount
fi

begin "gem5art-getruns does not look above, as gem5art's"
run sh -c "cd home/project/sub && '$BUILD/gem5art-getruns' -"
same status $status 1
has error "$err" "there is no store at $work/home/project/sub/db.json"

begin "the tools from a folder below: the store above, paths from where they are"
cd home && mkdir -p lab/gem5/build/X86 lab/scripts/in && cd lab
git -C scripts init -q && echo '# a script' >scripts/run.py && git -C scripts add -A && git -C scripts commit -qm first
git -C gem5 init -q && echo build >gem5/.gitignore && git -C gem5 add -A && git -C gem5 commit -qm first
cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
echo '[]' >db.json
cat >scripts/in/e.json <<'END'
{"artifacts": {
    "gem5": {"type": "git repo", "path": "../../gem5", "documentation": "the gem5 of this test"},
    "gem5.opt": {"type": "gem5 binary", "path": "../../gem5/build/X86/gem5.opt", "documentation": "the binary of this test"},
    "scripts": {"type": "git repo", "path": "..", "documentation": "the scripts of this test"}},
 "sweeps": [{"mode": "se", "name": "run {n}", "run_script": "../run.py", "outdir": "../../results/{n}",
    "gem5_artifact": "gem5.opt", "gem5_git_artifact": "gem5", "run_script_git_artifact": "scripts",
    "matrix": {"n": [1, 2]}, "params": ["{n}"]}]}
END
echo in >scripts/.gitignore && git -C scripts add -A && git -C scripts commit -qm second
below() { # TOOL [ARGUMENT...] - from scripts/in
    tool=$1
    shift
    run sh -c 'cd scripts/in && exec "$@"' - "$BUILD/gem5art-$tool" "$@"
}
below run e.json
same "status of gem5art-run" $status 0
has "the store is named, as it is not here" "$err" "gem5art-run: the store is $work/home/lab/db.json"
same "none was made below" "$(ls scripts/in)" "e.json"
same "two runs are recorded" "$(grep -c '"gem5 run"' db.json)" 2
check "their results are where the experiment says" test -s results/1/results.zip -a -s results/2/results.zip
has "paths of artifacts are absolute" "$(cat db.json)" "\"path\":\"$work/home/lab/gem5/build/X86/gem5.opt\""
check "none leads up" sh -c "! grep -q '\"path\":\"\.\.' db.json"
below run e.json
same "they are not launched again" "$(echo "$out" | grep -c 'recorded')" 3
run "$BUILD/gem5art-verify"
same "artifacts are found from the store's folder" $status 0
below verify
same "and from below" $status 0
echo kernel >vmlinux
run "$BUILD/gem5art-artifact" register --name linux --type kernel --path vmlinux --documentation "registered in the store's folder"
kernel=$out
below verify "$kernel"
same "a relative path begins at the store" "$status $err" "0 "
below artifact download "$kernel" copy
same "status of a download" "$status $err" "0 "
check "the file is where it was asked for" cmp vmlinux scripts/in/copy
below artifact register --name again --type kernel --path ../../vmlinux --documentation "registered from below"
same "the same file is the same artifact" "$out" "$kernel"
below show --json "$kernel"
has "its path stays" "$out" '"path": "vmlinux"'
id=$("$BUILD/gem5art-ls" --csv --columns id | sed -n '2s/[^0-9a-f-].*//p')
below show "$id"
has "an outdir is absolute" "$out" "outdir      $work/home/lab/scripts/in/../../results/"
below diff "$id" "$id"
same "status of gem5art-diff" $status 0
below rm --dry-run "$id"
has "gem5art-rm" "$out" "would remove $(echo $id | cut -c1-8) "
echo kept >results/1/checkpoint
run "$BUILD/gem5art-artifact" register --name checkpoint --type checkpoint --path results/1/checkpoint \
    --documentation "registered in the store's folder"
for folder in . scripts/in; do
    run sh -c 'cd "$1" && "$2" --dry-run --outdir --name "run 1"' - $folder "$BUILD/gem5art-rm"
    has "an outdir that holds an artifact would stay, from $folder" "$out" "results/1/checkpoint is that of artifact"
done
cp "$work/outside/db.json" scripts/in/other.json
below import other.json
same "status of gem5art-import" $status 0
check "it is imported above" grep -q outside-1 db.json
below export --to jsonl out.jsonl
check "the export is here" grep -q outside-1 scripts/in/out.jsonl
below fsck
has "gem5art-fsck" "$out" "$work/home/lab/db.json"
check "nothing but what was asked for" sh -c '[ "$(ls scripts/in | tr "\n" " ")" = "copy e.json other.json out.jsonl " ]'

begin "an experiment in a different folder: what its relative paths may need"
run "$BUILD/gem5art-run" scripts/in/e.json
same status $status 1
has error "$err" "gem5art-run: relative paths start from $work/home/lab: --cwd scripts/in/ makes them start from the experiment's folder"
run "$BUILD/gem5art-run" -n --cwd scripts/in/ scripts/in/e.json
same "status with --cwd" "$status $err" "0 "

begin "gem5art-show --shell, of a run that was launched below: artifacts that were registered in the store's folder"
echo program >program
run "$BUILD/gem5art-artifact" register --name program --type binary --path program --command "make program" \
    --documentation "registered in the store's folder"
sed 's|"n": \[1, 2\]}|"n": [3]}, "artifacts": ["program"]|
    s|"artifacts": {$|&"program": {"type": "binary", "path": "../../program", "documentation": "as it is registered"},|' \
    scripts/in/e.json >scripts/in/e3.json
below run e3.json
same "status of the run: $err" $status 0
below show --shell "$("$BUILD/gem5art-ls" -q --where n=3)"
has "how it is built" "$out" "build outside$work/home/lab/program "
has "and where" "$(echo "$out" | tr -d '\\\n' | tr -s ' ')" "outside$work/home/lab 'make program'"

begin "a store is made in the current folder if there is none above"
mkdir "$HOME/new" && cd "$HOME/new" && echo file >file
run "$BUILD/gem5art-artifact" register --name file --type kernel --path file --documentation "a file of this test"
same status "$status $err" "0 "
check "it is here" test -s db.json
check "its path is as it was given" grep -q '"path":"file"' db.json
cd "$work" || exit 1
finish
