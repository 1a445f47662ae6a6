#!/bin/sh
# gem5art-artifact and gem5art-verify, driven as a person would, on real git repos.
. "$(dirname "$0")/check.sh"
artifact=$BUILD/gem5art-artifact verify=$BUILD/gem5art-verify
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
printf 'not much of a kernel\n' >vmlinux
cp "$BUILD/children/exit_with" gem5.opt

begin "register: prints an id, which a second time is the same"
run "$artifact" register --name src --type "git repo" --path repo --documentation "a repo of the test"
same status $status 0
repo=$out
check "a UUID" sh -c "echo $repo | grep -qE '^[0-9a-f-]{36}$'"
run "$artifact" register --name gem5 --type "gem5 binary" --path gem5.opt --documentation "a binary of the test" \
    --command "make it" --cwd repo --input "$(echo "$repo" | cut -c1-8)"
gem5=$out
run "$artifact" register --name linux --type kernel --path vmlinux --documentation "a kernel of the test"
kernel=$out
run "$artifact" register --name linux --type kernel --path vmlinux --documentation "a kernel of the test"
same "the id of the second time" "$out" "$kernel"
run "$artifact" register --name linux --type kernel --path none --documentation "a kernel of the test"
same "status without the file" $status 1
has "error without the file" "$err" "gem5art-artifact: "
run "$artifact" register --name linux --type kernel --path vmlinux --documentation short
has "error of a short documentation" "$err" "10 characters"
run env GEM5ART_DB=none.json "$artifact" register --name linux --path vmlinux --documentation "a kernel of the test"
same "status without a type" $status 2
has "error without a type" "$err" "--type is missing: register needs --name, --type, --path and --documentation"
check "no store is made" test ! -e none.json
run "$artifact" register --name "" --type kernel --path vmlinux --documentation "a kernel of the test"
same "status of an empty name" $status 2
has "error of an empty name" "$err" "--name is missing"

begin "list and tree"
run "$artifact" list
same "how many" "$(wc -l <.out)" 3
has "one" "$out" "$(echo "$gem5" | cut -c1-8)  gem5 binary  gem5  gem5.opt"
COLUMNS=32 run "$artifact" list
has "a line of a narrow terminal" "$out" "$(echo "$gem5" | cut -c1-8) gem5 bi"
same "lines that are wider" "$(grep -c '.\{33\}' .out)" 0
same "how many lines" "$(wc -l <.out)" 3
same "--type" "$("$artifact" list --type kernel | wc -l)" 1
same "--name" "$("$artifact" list --name src | wc -l)" 1
run "$artifact" list --type gem5
same "status of an unknown type" $status 0
has "what is known of it" "$err" 'no artifact has the type "gem5": gem5art-artifact list shows all, with their types'
run "$artifact" list --name nosuch
has "a name that none has" "$err" 'no artifact has "nosuch" in its name: gem5art-artifact list shows all'
run "$artifact" tree "$gem5"
same "the tree" "$out" "$(echo "$gem5" | cut -c1-8)  gem5 binary  gem5  gem5.opt
└─ $(echo "$repo" | cut -c1-8)  git repo  src  repo"
same "all trees" "$("$artifact" tree | wc -l)" 3

begin "download: the copy, verified, not over a file"
run "$artifact" download "$kernel" copy
same status $status 0
check "the bytes" cmp copy vmlinux
run "$artifact" download "$kernel" copy
same "status where it is there" $status 1
run "$artifact" download "$repo" clone
has "of a repo" "$err" "git"

begin "download of a repo: the command that is printed, pasted, runs nothing else"
cat >hostile.json <<'END'
[{"_id":"aaaaaaaa-1","hash":"a","type":"git repo","name":"n","path":"p",
  "git":{"origin":"x'; touch PWNED; echo '","hash":"a; touch PWNED","name":"/n"}},
 {"_id":"bbbbbbbb-1","hash":"b","type":"git repo","name":"n","path":"p",
  "git":{"origin":"--upload-pack=touch PWNED","hash":"$(touch PWNED)\u001b[2J","name":"/n"}}]
END
for id in aaaaaaaa bbbbbbbb; do
    run "$artifact" --db-uri hostile.json download $id "o'; touch PWNED; '"
    same status $status 1
    same "control characters" "$(tr -d '\n -~' <.err)" ""
    command=${err#*is stored: }
    check "it begins with git clone" test "$command" != "${command#git clone -- }"
    sh -c "git() { :; }; $command" >/dev/null 2>&1
    check "nothing else was run" test ! -e PWNED
done

begin "verify: all is as it was"
run "$verify"
same status $status 0
has "the sum" "$out" "3 artifacts, 0 not as registered"
same "lines that say ok" "$(grep -c '^ok ' .out)" 3
same "--quiet" "$("$verify" -q)" "3 artifacts, 0 not as registered"

begin "verify: a name in which a line ends is shown in one line"
printf '[{"_id":"forged-1","hash":"h","type":"kernel","name":"a\\nok      forged","path":"none"}]' >forged.json
run "$verify" --db-uri forged.json
same status $status 1
has "the name" "$out" 'kernel "a\nok      forged" none'
same "lines that say ok" "$(grep -c '^ok ' .out)" 0

begin "verify: what has changed, since when, and what is gone"
echo more >>vmlinux
touch -d '2026-01-02 03:04' vmlinux
echo more >>repo/run.py
rm gem5.opt
run "$verify"
same status $status 1
has "a changed file" "$out" "changed "
has "since when" "$out" "; changed 2026-01-02 03:04"
has "a dirty repo" "$out" "dirty     $(echo "$repo" | cut -c1-8)"
has "its commit" "$out" "commit or stash them; it has the registered commit $(git -C repo rev-parse HEAD | cut -c 1-12)"
has "a missing file" "$out" "missing   $(echo "$gem5" | cut -c1-8)"
has "the sum" "$out" "3 artifacts, 3 not as registered, 2 no longer reproducible"
run "$verify" "$repo"
same "status of a dirty repo" $status 0
has "the sum of a dirty repo" "$out" "1 artifact, 1 not as registered, all reproducible"
git -C repo commit -qam second
run "$verify" "$repo"
same "status of a repo that has moved on" $status 0
has "a repo at another commit" "$out" "moved on  $(echo "$repo" | cut -c1-8)  git repo \"src\" repo
          it has the registered commit $(git -C repo rev-parse HEAD~1 | cut -c 1-12), 1 commit since; changed "
has "its commit's date" "$out" "; changed $(date +%Y)-"
if need jq; then
    run "$verify" --json
    same "as JSON" "$(jq -r '[.[].status] | join(" ")' .out)" "moved on missing changed"
    same "what can be reproduced, as JSON" "$(jq -c '[.[].reproducible]' .out)" "[true,false,false]"
fi
run "$verify" -q
same "status of --quiet" $status 1
same "errors that --quiet shows" "$(grep -c '^[a-z]' .out)" 2
same "what else it shows" "$(grep -c 'moved on' .out)" 0

begin "verify: a repo that was moved on to another branch, amended, moved away, or made anew"
first=$(git -C repo rev-parse HEAD~1 | cut -c 1-12)
git -C repo checkout -q -b other && git -C repo commit -q --amend -m "second, amended" && git -C repo commit -q --allow-empty -m third
"$artifact" register --name src --type "git repo" --path repo --documentation "a repo of the test" >third.id
git -C repo reset -q --hard HEAD~1
run "$verify" "$(cat third.id)"
same "status of a commit that no branch leads to" $status 0
has "what is advised" "$out" ", but HEAD lacks 1 commit of it and has 0 others; no branch and no tag leads to it: tag it, or git may remove it"
git -C repo tag third "$(sed -n 's/.*"hash":"\([0-9a-f]\{40\}\)".*/\1/p' db.json | tail -n 1)"
run "$verify" "$(cat third.id)"
check "not of a tagged one" sh -c '! grep "no branch" .out'
mkdir elsewhere
run "$verify" --cwd elsewhere "$repo"
same "status where its path leads nowhere, but it is in its old place" $status 0
has "where it is" "$out" "missing   $(echo "$repo" | cut -c1-8)"
has "where it is" "$out" "$work/repo has the registered commit $first, 1 commit since"
mv repo kept
run "$verify" "$repo"
same "status without the repo" $status 1
has "a repo that is gone" "$out" "1 artifact, 1 not as registered, 1 no longer reproducible"
git init -q repo && echo x >repo/x && git -C repo add -A && git -C repo commit -qm "Something else"
run "$verify" "$repo"
same "status without the commit" $status 1
has "a repo without the commit" "$out" "changed   $(echo "$repo" | cut -c1-8)"
echo y >repo/x
run "$verify" "$repo"
same "status of a dirty one without the commit" $status 1
rm -r repo && mv kept repo

begin "verify: the commit of a record is not taken for an option of git"
printf '[{"_id":"evil-1","hash":"--output=evil","type":"git repo","name":"n","path":"repo","git":{"origin":"","hash":"--output=evil","name":"%s/repo"}}]' \
    "$work" >evil.json
run "$verify" --db-uri evil.json
same status $status 1
check "git wrote nothing" test ! -e evil -a ! -e repo/evil

begin "verify: a run's artifacts and results; stored copies"
mkdir store
GEM5ART_STORAGE=$work/store
export GEM5ART_STORAGE
git init -q r && mkdir r/build && echo '#' >r/run.py && git -C r add -A && git -C r commit -qm first && cp "$BUILD/children/exit_with" r/build/gem5.opt
run "$BUILD/gem5art-run" --db-uri other.json --name one --gem5 r/build/gem5.opt --script r/run.py --outdir out -- 0
same "status of the run" $status 0
id=$("$BUILD/gem5art-getruns" --db-uri other.json - | sed -n 's/.*"_id": "\(.*\)",/\1/p')
run "$verify" --db-uri other.json "$(echo "$id" | cut -c1-8)"
same status $status 0
has "its binary, repo and results" "$out" "3 artifacts, 0 not as registered"
has "a copy" "$out" "is unchanged"
cp r/build/gem5.opt kept && echo x >>r/build/gem5.opt
run "$verify" --db-uri other.json "$id"
same "status of a changed file with a copy" $status 0
has "it" "$out" "changed   "
has "its copy" "$out" "is unchanged"
has "the sum" "$out" "3 artifacts, 1 not as registered, all reproducible"
rm r/build/gem5.opt
run "$verify" --db-uri other.json "$id"
same "status of a missing file with a copy" $status 0
has "it" "$out" "missing   "
cp kept r/build/gem5.opt
for copy in store/*; do chmod u+w "$copy" && echo x >>"$copy"; done
run "$verify" --db-uri other.json "$id"
same "status with damaged copies" $status 1
has "a damaged copy" "$out" " has changed"
has "the sum of damaged copies" "$out" "3 artifacts, 0 not as registered, 2 with a changed copy"

begin "verify, and show --shell: the files that gem5 read"
cat >r/build/gem5.opt <<'END'
#!/bin/sh
for word; do case $word in --outdir=*) printf 'cmd=hello %s\n' "$PWD/far" >"${word#--outdir=}/config.ini" ;; esac; done
END
echo 1 >hello
echo 1 >far
run "$BUILD/gem5art-run" --db-uri files.json --name two --gem5 r/build/gem5.opt --script r/run.py --outdir out2
same "status of the run" $status 0
id=$("$BUILD/gem5art-getruns" --db-uri files.json - | sed -n 's/.*"_id": "\(.*\)",/\1/p')
run "$verify" --db-uri files.json "$id"
same status $status 0
has "two files" "$out" "3 artifacts and 2 files, 0 not as recorded"
echo 2 >hello
run "$verify" --db-uri files.json --quiet "$id"
same "status with a changed file" $status 1
has "the changed file" "$out" "hello is not what gem5 read in run $(echo "$id" | cut -c1-8)"
check "not the other one" sh -c '! grep -q "far is" .out'
if need jq; then
    run "$verify" --db-uri files.json --json "$id"
    same "as JSON" "$(jq -r '[.[] | select(.type == "file") | .status] | join(" ")' .out)" "ok changed"
fi
run "$BUILD/gem5art-show" --db-uri files.json --shell "$id"
has "the script" "$out" "copy hello "

begin "verify: selected runs, their files, and with --archives their results"
cat >sweep.json <<'END'
{"artifacts": {"r": {"type": "git repo", "path": "r", "documentation": "a repo of the test"},
    "a": {"type": "gem5 binary", "path": "a.opt", "documentation": "a program of the test"},
    "b": {"type": "gem5 binary", "path": "b.opt", "documentation": "a program of the test"}},
 "sweeps": [{"mode": "se", "name": "by {opt}", "matrix": {"opt": ["a", "b"], "n": [0, 3]}, "gem5_artifact": "a",
    "overrides": [{"when": {"opt": "a"}, "gem5_artifact": "a"}, {"when": {"opt": "b"}, "gem5_artifact": "b"}],
    "gem5_git_artifact": "r", "run_script_git_artifact": "r", "run_script": "r/run.py", "params": ["{n}"], "outdir": "swept/{opt}/{n}"}]}
END
cp "$BUILD/children/exit_with" a.opt && cp "$BUILD/children/exit_with" b.opt && echo >>b.opt
run env -u GEM5ART_STORAGE "$BUILD/gem5art-run" --db-uri swept.json sweep.json
same "runs" "$("$BUILD/gem5art-ls" --db-uri swept.json --csv --columns id | sed 1d | wc -l)" 4
on_swept() { run env -u GEM5ART_STORAGE "$verify" --db-uri swept.json "$@"; }
on_swept --where opt=a
same status $status 0
has "the artifacts of two runs" "$out" "2 artifacts, 0 not as registered"
on_swept --where opt=a --archives
has "with their results" "$out" "4 artifacts, 0 not as registered"
has "results by what they are" "$out" 'results of "by a"'
on_swept --status failed
has "by status" "$out" "3 artifacts, 0 not as registered"
on_swept --limit 1 --archives --name by
has "the newest" "$out" "3 artifacts, 0 not as registered"
echo >>b.opt
on_swept --where opt=a
same "status of runs whose artifacts are unchanged" $status 0
on_swept --where opt=b
same "status of the others" $status 1
has "the changed one" "$out" "2 artifacts, 1 not as registered"
on_swept --where opt=c
same "status of none" $status 0
has "none" "$out" "0 artifacts, 0 not as registered"
on_swept --outcomes --where opt=b
has "outcomes of selected runs" "$out" "2 runs, 0 with a different outcome today, 0 without files"
on_swept --where opt=b "$(cat third.id)"
same "status of ids and options" $status 2
has "error of ids and options" "$err" "ids and options that select runs exclude each other: leave one out"
on_swept --where opt
same "status of a wrong condition" $status 2

begin "misuse"
for words in "" "lisst" "download x" "list x" "tree a b"; do
    run "$artifact" $words
    same "status of \"$words\"" $status 2
done
run "$artifact" lisst
has "the nearest word" "$err" 'unknown command "lisst": did you mean list?'
run "$artifact" download "$id" x
same "status of a run's id in another store" $status 1
run "$verify" nonsense
same "status of an unknown id" $status 1

begin "--outcomes: what is named otherwise today, by the outdir or by the archive"
mkdir -p outcomes/build/X86 && cd outcomes || exit 1
cp "$BUILD/gem5-stand-in" build/X86/gem5.opt
printf '# stand-in: panic\n' >fs.py && printf '# stand-in: exit=0\n' >se.py
printf 'build/\nout*\ndb*\nstorage*\n*.img\n' >.gitignore
git init -q . && git add -A && git commit -qm first
echo kernel >linux.img && echo disk >disk.img && mkdir storage
GEM5ART_DB=db.json GEM5ART_STORAGE=$PWD/storage
export GEM5ART_DB GEM5ART_STORAGE
"$BUILD/gem5art-run" --name bad --gem5 build/X86/gem5.opt --script fs.py --kernel linux.img --disk disk.img --outdir out-bad >.log 2>&1
"$BUILD/gem5art-run" --name good --gem5 build/X86/gem5.opt --script se.py --outdir out-good >>.log 2>&1
run "$verify" --outcomes
same status $status 0
same "nothing to tell" "$out" "2 runs, 0 with a different outcome today, 0 without files"
sed -e 's/,"crc32":"[0-9a-f]*"//' -e 's/"kernel panic"/""/' -e 's/"Failed"/"Finished"/' db.json >db2.json # as an earlier version had it
run "$verify" --outcomes --db-uri db2.json
same "status of a wrong name" $status 1
has "the run" "$out" "\"bad\""
has "its names" "$out" "recorded as Finished; today it is Failed, kernel panic: Kernel panic - not syncing"
has "the sum" "$out" "2 runs, 1 with a different outcome today, 0 without files"
id=$("$BUILD/gem5art-getruns" - | grep -o '"_id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4)
run "$verify" --outcomes --json --db-uri db2.json "$id"
has "JSON" "$out" '"kill_reason": "kernel panic"'
if command -v unzip >/dev/null; then
    rm -rf out-bad out-good
    run "$verify" --outcomes --db-uri db2.json
    same "status by archives" $status 1
    has "by archives" "$out" "2 runs, 1 with a different outcome today, 0 without files"
    check "no temporary folder is left" sh -c "! ls -d ${TMPDIR:-/tmp}/gem5art-verify-* 2>/dev/null"
fi
rm -rf out-bad out-good storage
run "$verify" --outcomes --db-uri db2.json
same "status without files" $status 0
same "without files" "$out" "0 runs, 0 with a different outcome today, 2 without files"
run "$verify" --outcomes nonsense
same "status for what is no run" $status 1
unset GEM5ART_DB GEM5ART_STORAGE
cd ..

finish
