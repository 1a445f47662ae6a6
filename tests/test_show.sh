#!/bin/sh
# gem5art-show, driven as a person would: real runs of the stand-in for gem5, and stores written by hand.
. "$(dirname "$0")/check.sh"
show=$BUILD/gem5art-show launch=$BUILD/gem5art-run
data=$root/tests/data

id_of() { sed -n "s/^{\"_id\":\"\([^\"]*\)\",.*\"name\":\"$1\".*\"status\":.*/\1/p" db.json | tail -n 1; }
artifact_of() { sed -n "s/^{\"_id\":\"\([^\"]*\)\",.*\"name\":\"$1\",\"documentation\".*/\1/p" db.json | head -n 1; }
new_repo() { # FOLDER - commits all that is in it, and makes a bare repo that it is a clone of
    git -C "$1" init -q
    git -C "$1" add -A
    git -C "$1" commit -q -m "First version"
    git clone -q --bare "$1" "origins/$(basename "$(cd "$1" && pwd)").git"
    git -C "$1" remote add origin "$work/origins/$(basename "$(cd "$1" && pwd)").git"
}

# What an experiment is made of: run scripts in the folder itself, repos in folders below it, a kernel that is made from
# one of them, and a disk image that is made from the kernel.
mkdir origins lab lab/gem5 lab/linux
cd lab || exit 1
printf '# stand-in: seconds=0\n' >run_fs.py
printf '/gem5/\n/linux/\n/disks/\n/results/\n/db.json*\n/*.json\n.check\n/.out\n/.err\n' >.gitignore
mv ../origins . && printf '/origins/\n' >>.gitignore
work=$work/lab
cp "$BUILD/gem5-stand-in" gem5/prebuilt && echo build/ >gem5/.gitignore
echo 5.4.49 >linux/version && echo vmlinux >linux/.gitignore
for folder in . gem5 linux; do new_repo $folder; done
cat >boots.json <<'END_OF_FILE'
{
  "artifacts": {
    "scripts": {"type": "git repo", "path": "./", "documentation": "the run scripts\nand no more"},
    "gem5": {"type": "git repo", "path": "gem5/", "documentation": "the source of the simulator"},
    "linux": {"type": "git repo", "path": "linux", "documentation": "the source of the kernel"},
    "gem5.opt": {"type": "gem5 binary", "path": "gem5/build/X/gem5.opt", "cwd": "gem5", "inputs": ["gem5"],
                 "command": "mkdir -p build/X && cp \"WORK/gem5/prebuilt\" build/X/gem5.opt && echo WORKs WORK.old /xWORK >names \u0026\u0026\ncp WORK/gem5/names -t WORK/gem5/build",
                 "documentation": "the simulator"},
    "vmlinux": {"type": "kernel", "path": "linux/vmlinux", "cwd": "linux", "inputs": ["linux"],
                "command": "printf 'kernel %s\\n' \"$(cat version)\" >vmlinux", "documentation": "the guest's kernel"},
    "disk": {"type": "disk image", "path": "disks/it's a disk.img", "inputs": ["vmlinux", "scripts"],
             "command": "mkdir -p disks\ncat linux/vmlinux run_fs.py >\"disks/it's a disk.img\"",
             "documentation": "the root file system"}
  },
  "sweeps": [{
    "mode": "fs", "name": "boot-{how}", "timeout": "1h",
    "matrix": {"how": ["good", "panic", "fatal"]},
    "gem5_artifact": "gem5.opt", "gem5_git_artifact": "gem5", "run_script_git_artifact": "scripts",
    "run_script": "run_fs.py", "params": ["two  words", "it's $HOME; \u001b[31m", "", "--stand-in={how}"],
    "overrides": [{"when": {"how": "good"}, "params": ["two  words", "it's $HOME; \u001b[31m", "", "--opt=a b"]}],
    "environment": {"OMP_NUM_THREADS": "4", "GREETING": "it's $HOME"},
    "linux_binary_artifact": "vmlinux", "disk_image_artifact": "disk", "outdir": "results/{how}"
  }]
}
END_OF_FILE
sed "s|WORK|$work|g" boots.json >boots && mv boots boots.json
mkdir -p gem5/build/X && cp gem5/prebuilt gem5/build/X/gem5.opt
(cd linux && printf 'kernel %s\n' "$(cat version)" >vmlinux)
mkdir disks && cat linux/vmlinux run_fs.py >"disks/it's a disk.img"

begin "real runs"
run env GEM5ART_STORAGE="$work/origins/storage" "$launch" boots.json
good=$(id_of boot-good) panic=$(id_of boot-panic) fatal=$(id_of boot-fatal)
for id in "$good" "$panic" "$fatal"; do check "it is recorded: $out $err" test -n "$id"; done

begin "everything about a run"
run "$show" "$good"
same status $status 0
same errors "$err" ""
for part in "boot-good" "what        FS run" "id          $good" "status      Finished" \
    "gem5        gem5.opt (gem5 binary $(artifact_of gem5.opt | cut -c 1-8))" \
    "commit $(git -C gem5 rev-parse HEAD)" "of $work/origins/gem5.git" "made from vmlinux (SHA-256 " \
    "made from linux (commit $(git -C linux rev-parse HEAD | cut -c 1-12) of" \
    "took        0." ", of 1:00:00" "memory      " "host        $(uname -n)" "environment OMP_NUM_THREADS=4" "GREETING=it's \$HOME" \
    "outdir      $work/results/good" "archive     $work/results/good/results.zip"; do
    has "what it tells" "$out" "$part"
done
has parameters "$out" "parameters  'two  words' \"\$(printf 'it\\047s \$HOME; \\033[31m')\" '' \\
              '--opt=a b'"
same "lines of more than 80 columns, but for long words" "$(awk 'length > 80 && !/^ *[^ ]* *(\\|\(gone\))?$/' .out)" ""
same "colours without a terminal" "$(grep -c "$(printf '\033')" .out)" 0
run "$show" --color=always "$good"
has "colours where they are wanted" "$out" "$(printf '\033[32mFinished\033[0m')"
run "$show" --color always "$panic"
has "colours where they are wanted" "$out" "$(printf '\033[31mFailed: kernel panic\033[0m')"

if need script; then
    begin "colours on a terminal, unless NO_COLOR is set"
    run env TERM=xterm script -qec "'$show' $good" /dev/null
    has "on a terminal" "$out" "$(printf '\033[32mFinished\033[0m')"
    run env TERM=xterm NO_COLOR=1 script -qec "'$show' $good" /dev/null
    same "with NO_COLOR" "$(grep -c "$(printf '\033')" .out)" 0
    run script -qec "stty cols 200 && '$show' $panic" /dev/null
    has "a terminal of 200 columns" "$out" "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"
fi

begin "why it failed: the terminal around the panic, and what gem5 said"
run "$show" "$panic"
has status "$out" "status      Failed: kernel panic"
has "the terminal" "$out" "  system.pc.com_1.device around the panic:
    [    0.000000] Linux version"
has "the panic" "$out" "    [    0.806299] Kernel panic - not syncing: VFS: Unable to mount root fs on
    unknown-block(0,0)
    [    0.806344] CPU: 0 PID: 1"
has "what follows it" "$out" "ret_from_fork"
has simerr "$out" "  simerr.txt  the last lines:
    src/sim/simulate.cc:199: info"
run "$show" "$fatal"
has status "$out" "status      Failed: exit 1"
has simerr "$out" "fatal condition fd < 0
    occurred: Failed to open file ./nosuch."

begin "a real console, in the outdir and in its archive"
mkdir -p results/real/deep
sed 's/$/\r/' "$data/terminals/linux-6.1-panic-no-root.txt" >"results/real/deep/board[0].terminal"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; done >results/real/simerr
record() { printf '[{"_id":"real-1","hash":"r","type":"gem5 run fs","name":"real","status":"Failed","kill_reason":"kernel panic","outdir":"%s","results":"zip-1"},
    {"_id":"zip-1","hash":"z","type":"directory","name":"real","path":"%s"}]' "$work/results/real" "$1"; }
record "$work/real.zip" >real.json
expected="  deep/board[0].terminal around the panic:
    [    2.248537] evm: security.ima
    [    2.248595] evm: security.capability
    [    2.248694] evm: HMAC attrs: 0x1
    [    2.747987] /dev/root: Can't open blockdev
    [    2.748579] VFS: Cannot open root device \"sda1\" or unknown-block(0,0):
    error -6
    [    2.748705] Please append a correct \"root=\" boot option; here are the
    available partitions:
    [    2.749115] Kernel panic - not syncing: VFS: Unable to mount root fs on
    unknown-block(0,0)"
run "$show" --db-uri real.json real-1
has "the outdir's terminal" "$out" "$expected"
has "what comes behind" "$out" "    [    2.757347] Kernel Offset"
has "the last lines of simerr" "$out" "  simerr      the last lines:
    line 3
    line 4"
if need zip && need unzip; then
    (cd results/real && zip -q -r "$work/real.zip" .)
    rm -r results/real
    run "$show" --db-uri real.json real-1
    has "where it is read from" "$out" "read from   $work/real.zip"
    has "the archive's terminal" "$out" "$expected"
    has "what comes behind" "$out" "    [    2.757347] Kernel Offset"
    has "the last lines of simerr" "$out" "    line 12"
    has outdir "$out" "$work/results/real (gone)"
    mkdir none && run env PATH="$work/none" "$show" --db-uri real.json real-1
    same "status without unzip" $status 0
    has "where to look" "$out" "files       in $work/real.zip; where unzip is"
    (cd "$data" && zip -q "$work/empty.zip" gem5art-filedb/info.json)
    record "$work/empty.zip" >empty.json
    run "$show" --db-uri empty.json real-1
    has "an archive without such files" "$out" "files       no simerr and no terminal in $work/empty.zip"
fi
if need unzip; then
    begin "an archive of ours, from the storage"
    mv results/panic elsewhere
    run env GEM5ART_STORAGE="$work/origins/storage" "$show" "$panic"
    has "where it is read from" "$out" "read from   $work/origins/storage/"
    has "the panic" "$out" "    [    0.806299] Kernel panic - not syncing"
    run "$show" "$panic"
    has "without the storage" "$out" "files       none was found: neither in"
    mv elsewhere results/panic
fi

begin "ids: beginnings, hashes, names"
for key in "$(echo "$good" | cut -c 1-8)" "$(sed -n "s/^{\"_id\":\"$good\",\"hash\":\"\([^\"]*\)\".*/\1/p" db.json)"; do
    run "$show" "$key"
    has "what $key is" "$out" "id          $good"
done
run "$show" "$(artifact_of gem5.opt)" "$(git -C linux rev-parse HEAD)"
has "one of two" "$out" "what        artifact, gem5 binary"
has "its users" "$out" "used by     3 runs:"
has "the other" "$out" "commit      $(git -C linux rev-parse HEAD)"
cat >ids.json <<'END_OF_FILE'
[{"_id":"abcd1111","hash":"h1","type":"gem5 run","name":"one","status":"Failed","kill_reason":"timeout","outdir":"/nowhere"},
 {"_id":"abcd2222","hash":"h1","type":"gem5 run","name":"two","status":"Finished","outdir":"/nowhere"},
 {"_id":"abce\u001b[2J\n","hash":"h3","type":"disk\u0007","name":"evil\u001b]0;name\u0007","path":"a\udcffb","documentation":"tab\tand\u009b"}]
END_OF_FILE
run "$show" --db-uri ids.json abcd
same status $status 1
same error "$err" 'gem5art-show: "abcd" may mean several: abcd1111 (gem5 run "one"), abcd2222 (gem5 run "two"); write more of the id'
run "$show" --db-uri ids.json abce
same "status of four characters" $status 0
run "$show" --db-uri ids.json abc
has "three that are ambiguous" "$err" '"abc" may mean several: abcd1111 (gem5 run "one"), abcd2222 (gem5 run "two"), abce'
run "$show" --db-uri ids.json ab
has "too short" "$err" '"ab" is too short for the beginning of an id: write at least 3'
run "$show" --db-uri ids.json abcd1111 zzzzzz
same status $status 1
has unknown "$err" 'no run and no artifact has the id or hash "zzzzzz": gem5art-ls lists what there is'
same "nothing is told before all is found" "$out" ""
run "$show" --db-uri ids.json one
has "a name" "$err" '"one" is a name, of 1 record, not an id: gem5art-ls --name one shows the ids'
run "$show" --db-uri ids.json h1
has "the latest attempt" "$out" "id          abcd2222"
has "the other one" "$out" "Other attempts
              abcd1111  Failed: timeout"

begin "times to the second, and the day once; the archive of results as what it is"
cat >times.json <<'END_OF_FILE'
[{"_id":"aaaa-1","hash":"h","type":"gem5 run","name":"one","status":"Finished","outdir":"/nowhere","results":"bbbb-1",
  "enqueue_time":1700000000,"start_time":1700000001,"end_time":1700090000,"variables":{"size":"1","cpu":"o3"},"params":["--cpu=o3"]},
 {"_id":"aaaa-2","hash":"h","type":"gem5 run","name":"one","status":"Failed","return_code":3,"outdir":"/nowhere","start_time":1699990000},
 {"_id":"bbbb-1","hash":"z","type":"directory","name":"one","path":"/nowhere/results.zip","size":2048,"is_zipped":true},
 {"_id":"bbbb-2","hash":"y","type":"kernel","name":"two","path":"/nowhere/vmlinux"}]
END_OF_FILE
run env TZ=UTC "$show" --db-uri times.json aaaa-1
has "the times" "$out" "  queued      2023-11-14 22:13:20
  started     22:13:21
  ended       2023-11-15 23:13:20
"
has "those of another attempt" "$out" "aaaa-2  2023-11-14 19:26:40  Failed: exit 3"
has "variables, in their order, before the parameters" "$out" "  variables   size=1
              cpu=o3
  parameters  --cpu=o3"
sed 's/"_id":"aaaa-1"/&,"archive":{"except":["cpt.*","*.raw"]}/; s/"_id":"aaaa-2"/&,"archive":"none"/' times.json >archive.json
run "$show" --db-uri archive.json aaaa-1
has "what an archive leaves out" "$out" "  left out    cpt.*
              *.raw
  archive     /nowhere/results.zip (gone)"
run "$show" --db-uri archive.json aaaa-2
has "no archive" "$out" "archive     none: archiving was turned off"
run "$show" --db-uri times.json bbbb-1
has "an archive" "$out" "results of one
  what        artifact, the archive of a run's outdir"
has "its size" "$out" "size        2.0 KiB, zipped"
has "its run" "$out" "aaaa-1 one (Finished)"
run "$show" --db-uri times.json bbbb
has "among candidates" "$err" 'bbbb-1 (results of "one"), bbbb-2 (kernel "two")'

begin "nothing raw for the terminal to obey"
run "$show" --db-uri ids.json abce
same status $status 0
same "control characters" "$(tr -d '\n' <.out | LC_ALL=C tr -d ' -~' | od -An -c)" ""
has name "$out" 'evil\x1b]0;name\x07'
has path "$out" 'a\xffb'
run "$show" --json --db-uri ids.json abce
has "the record is as it is" "$out" '"path": "a\udcffb"'

begin "a damaged store: what is intact is shown"
sed 's/"name":"two"/"name" "two"/' ids.json >spoiled.json
check "a record is damaged" sh -c '! cmp -s ids.json spoiled.json'
for command in "show abcd1111" "show --json abcd1111" "show --shell abcd1111" "diff abcd1111 abcd1111" "getruns -" "artifact list" verify; do
    run "$BUILD"/gem5art-$command --db-uri spoiled.json
    same "warnings of $command" "$(grep -c 'warning: .*spoiled.json is damaged at byte' .err)" 1
    check "$command shows something" test -s .out
    case $command in diff*) same "status of $command" $status 2 ;; *) same "status of $command" $status 1 ;; esac
done

begin "--json is the record"
run "$show" --json "$panic"
same status $status 0
has "its layout" "$out" "{
  \"_id\": \"$panic\","
same "the checksum stays out" "$(grep -c crc32 .out)" 0
if need python3; then
    check "each member" python3 - "$panic" <<'END_OF_FILE'
import json, sys
shown = json.load(open(".out"))
stored = next(r for r in json.load(open("db.json")) if r["_id"] == sys.argv[1])
del stored["crc32"]
assert shown == stored
END_OF_FILE
fi

begin "what Python gem5art recorded"
run "$show" --db-uri "$data/gem5art-filedb/db.json" 6346b869
same status $status 0
for part in "status      Finished" "MD5 99b631e4b40b413769afd9c6f3e330fd" "made from gem5 (commit 53a3b2dde320 of" ", of 1d 00:00"; do
    has "what it tells" "$out" "$part"
done
run "$show" --db-uri "$data/gem5art-filedb/db.json" 11e923cd
has "an artifact" "$out" "made by     cd gem5;
              git checkout v24.0;"
run "$show" --shell --db-uri "$data/gem5art-filedb/db.json" 6346b869
has "its script" "$out" "What stood below /home/gem5/experiments stands below it"
has "its outdir" "$out" "--outdir=results/run_exit/5.4.49/atomic/1"
check "sh takes it" sh -n .out
if need shellcheck; then check "shellcheck" shellcheck .out; fi

begin "artifacts that are gone, and a run without anything"
cat >bare.json <<'END_OF_FILE'
[{"_id":"bare-1","hash":"h","type":"gem5 run","name":"bare","status":"Failed","gem5_artifact":"gone-1","outdir":""}]
END_OF_FILE
run "$show" --db-uri bare.json bare-1
same status $status 0
has "the artifact" "$out" "gem5        gone-1, which is not in the store any more"
run "$show" --shell --db-uri bare.json bare-1
same status $status 0
same warning "$err" "gem5art-show: warning: artifact gone-1 is not in the store any more: the script cannot make it"
check "sh takes it" sh -n .out
has "no command" "$(tail -n 1 .out)" "# The run's record has no command."

begin "an id from a line of CSV, which ends in CR LF"
run "$show" "$("$BUILD/gem5art-ls" --csv --columns id --name boot-good | tail -n 1)"
same status $status 0
has "the run" "$out" "boot-good"

begin "--shell: the script makes all of it again, and the run has the same results"
without_host() { grep -v '^host' "$1/stats.txt"; }
run "$show" --shell "$good"
same status $status 0
cp .out reproduce.json # a name that git ignores here
check "sh takes it" sh -n reproduce.json
if need shellcheck; then check "shellcheck" shellcheck reproduce.json; fi
mkdir "$work/../far away" && cd "$work/../far away" || exit 1
run env HOME=/nowhere sh "$work/reproduce.json"
again=$PWD/reproduced-$(echo "$good" | cut -c 1-8)
same "status of the script" $status 0
same "its errors" "$err" ""
check "there are results" test -s "$again/results/good/stats.txt"
same "the results" "$(without_host "$again/results/good")" "$(without_host "$work/results/good")"
same "a disk that was made from what was made" "$(cat "$again/disks/it's a disk.img")" "$(cat "$work/disks/it's a disk.img")"
same "other paths of its command" "$(cat "$again/gem5/names")" "${work}s $work.old /x$work"
check "paths without quotes" cmp "$again/gem5/names" "$again/gem5/build/names"
check "nothing in the old place" test ! -e "$work/gem5/build/names"
same "the commit" "$(git -C "$again/linux" rev-parse HEAD)" "$(git -C "$work/linux" rev-parse HEAD)"
has "the console has the parameters" "$(cat "$again/results/good/simout.txt")" "it's \$HOME; $(printf '\033')[31m"
run sh "$work/reproduce.json"
same "the second time" $status 0
cd "$work" || exit 1

begin "--shell where something is not what it was: a warning, and it goes on"
sed 's/5.4.49/5.4.50/' linux/version >version.json && cp version.json linux/version
git -C linux commit -q -a -m "Another version" && git -C linux push -q origin HEAD:master HEAD:main 2>/dev/null
sed "s/$(git -C linux rev-parse HEAD~1)/$(git -C linux rev-parse HEAD)/" reproduce.json >other.json
run sh other.json "$work/../other"
same "status of the script" $status 0
has warning "$err" "warning: linux/vmlinux is not the same as it was: it had the hash $(sha256sum <linux/vmlinux | cut -d ' ' -f 1)"
sed 's,gem5/prebuilt,gem5/nothing,' reproduce.json >other.json
rm "$work/../other/gem5/build/X/gem5.opt"
run sh other.json "$work/../other"
same "status where a build fails" $status 1
has "what to do" "$err" "gem5/build/X/gem5.opt could not be built: put it there, and start this script again"

begin "--shell of an artifact makes it"
run "$show" --shell "$(artifact_of disk)"
cp .out disk.json
run sh disk.json "$work/../disk only"
same status $status 0
check "it is the same" cmp "$work/../disk only/disks/it's a disk.img" "disks/it's a disk.img"
check "no more than it needs" test ! -e "$work/../disk only/gem5"

begin "--shell of what was registered by a path that leads up, where it is not known from where"
mkdir up up/src up/in && git -C up/src init -q && echo x >up/src/x && git -C up/src add x && git -C up/src commit -qm x
cp up/src/x up/kernel
(cd up/in && export GEM5ART_DB=db.json && "$BUILD/gem5art-artifact" register --name src --type "git repo" --path ../src --documentation "a repo of the test" >src.id
    "$BUILD/gem5art-artifact" register --name kernel --type kernel --path ../kernel --input "$(cat src.id)" \
    --command "cp ../src/x ../kernel" --documentation "a kernel of the test" >kernel.id)
run "$show" --shell --db-uri up/in/db.json "$(cat up/in/kernel.id)"
check "no place is outside of the folder" sh -c '! grep -E "^(clone|checkout|build|copy|mkdir -p --) \.\./" .out'
has "where the repo stands" "$out" "clone outside/up/src "

begin "--shell: two commits of one repo, a relative origin, a repo without one"
mkdir one && git -C one init -q && echo old >one/file && git -C one add file && git -C one commit -q -m Old
old=$(git -C one rev-parse HEAD)
printf '#!/bin/sh\ncat one/file one/built >"${1#--outdir=}/result"\n' >one/program && chmod +x one/program
echo new >one/file && git -C one add -A && git -C one commit -q -m New
new=$(git -C one rev-parse HEAD)
printf 'old\n' >built
repo() { printf '{"_id":"%s","hash":"%s","type":"git repo","name":"%s","path":"one","git":{"origin":"%s","hash":"%s","name":"/lab/one"}}' \
    "$1" "$2" "$1" "$3" "$2"; }
store() { # ORIGIN
    printf '[%s,\n%s,\n' "$(repo repo-old "$old" "$1")" "$(repo repo-new "$new" "$1")"
    printf '{"_id":"bin-1","hash":"%s","type":"gem5 binary","name":"built","path":"/lab/one/built","cwd":"/lab/one","inputs":["repo-old"],"command":"cp file built"},\n' \
        "$(sha256sum <built | cut -d ' ' -f 1)"
    printf '{"_id":"run-1","hash":"h","type":"gem5 run","name":"two\\ncommits","status":"Finished","cwd":"/lab","outdir":"/lab/results","gem5_artifact":"bin-1",'
    printf '"gem5_git_artifact":"repo-new","run_script_git_artifact":"repo-new","command":["../lab/one/program","--outdir=/lab/results"]}]\n'
}
store "$work/one" >commits.json
"$show" --shell --db-uri commits.json run-1 >commits.sh
run sh commits.sh "$work/commits"
same status $status 0
same errors "$err" ""
same "of the newer commit, and what was built from the older one" "$(cat commits/results/result)" "new
old"
if need shellcheck; then check "shellcheck" shellcheck commits.sh; fi
store "" >commits.json
"$show" --shell --db-uri commits.json run-1 >commits.sh
run sh commits.sh "$work/none at all"
same "status without an origin" $status 1
has "what to do" "$err" "the repo repo-old has no origin: put it into one"
cp -r one "none at all/"
run sh commits.sh "$work/none at all"
same "status when it was put there" $status 0
store "$work/nowhere" >commits.json
"$show" --shell --db-uri commits.json run-1 >commits.sh
run sh commits.sh "$work/lost"
same "status where the origin is gone" $status 1
has error "$err" "cannot clone $work/nowhere into one"

begin "a live run"
mkdir alive
"$launch" --db-uri alive/db.json --name still --gem5 gem5/build/X/gem5.opt --script run_fs.py --outdir results/still -- \
    --stand-in=seconds=600 >live.log.json 2>&1 &
launcher=$!
i=0
until { grep -q '"Running"' results/still/info.json && grep -q Entering results/still/simerr.txt; } 2>/dev/null || [ $i = 1200 ]; do
    sleep 0.1
    i=$((i + 1))
done
live=$(ls alive/db.json.live 2>/dev/null | head -n 1 | sed "s/.*\\.//")
run "$show" --db-uri alive/db.json "${live:-none}"
same status $status 0
has "what it is" "$out" "which has not ended"
has status "$out" "status      Running"
has "how long" "$out" "so far, of 15:00"
has "what it says" "$out" "Entering event queue"
run "$show" --json --db-uri alive/db.json "$(echo "$live" | cut -c 1-8)"
has "its record" "$out" '"status": "Running"'
kill -9 $launcher
wait $launcher 2>/dev/null
run "$show" --db-uri alive/db.json "${live:-none}"
has "when its launcher was killed" "$out" "status      Running: lost
              its launcher is gone; launching it again records this attempt"

begin "misuse, and where it cannot write"
run "$show"
same status $status 2
has error "$err" "gem5art-show: nothing to show"
run "$show" --json --shell "$good"
same status $status 2
run "$show" --shell "$good" "$panic"
has error "$err" "one script reproduces one thing"
run "$show" --colour "$good"
has error "$err" "did you mean --color?"
run sh -c "'$show' --db-uri none.json x"
same "status without a store" $status 1
check "none is made" test ! -e none.json
cp db.json before.json
for form in "" --json --shell; do
    run sh -c "'$show' $form $good >/dev/full"
    same "status on a full device, $form" $status 1
    has "error on a full device" "$err" "cannot write to standard output: No space left on device"
    run sh -c "'$show' $form $good >&-"
    same "status with stdout closed, $form" $status 1
done
check "the store is as it was" cmp db.json before.json
run "$show" --help
check "a help of a screen" test "$(wc -l <.out)" -le 24
cd / && work=${work%/lab}
finish
