#!/bin/sh
# gem5art-diff, driven as a person would: stores written by hand, git repos, and real runs of the stand-in for gem5.
. "$(dirname "$0")/check.sh"
diff=$BUILD/gem5art-diff launch=$BUILD/gem5art-run

begin "parameters: compared by position"
cat >db.json <<'END_OF_FILE'
[{"_id":"aaaa-1","hash":"h1","type":"gem5 run","name":"one","status":"Finished","params":["--cpu","o3","--size","1"],"timeout":900},
 {"_id":"aaaa-2","hash":"h2","type":"gem5 run","name":"one","status":"Finished","params":["--cpu","atomic","--size","1"],"timeout":900},
 {"_id":"aaaa-3","hash":"h3","type":"gem5 run","name":"one","status":"Finished","params":["-v","--cpu","o3","1","it's \u001b"],"timeout":900},
 {"_id":"aaaa-4","hash":"h1","type":"gem5 run","name":"again\n","status":"Failed","kill_reason":"timeout","params":["--cpu","o3","--size","1"],
  "timeout":7200,"start_time":100,"end_time":110,"ru_utime":2,"ru_maxrss":2048,"environment":{"A":"1","B":"2"},"host":"left"},
 {"_id":"aaaa-5","hash":"h1","type":"gem5 run","name":"again\n","status":"Failed","return_code":-11,"params":["--cpu","o3","--size","1"],
  "timeout":0,"start_time":100,"end_time":125,"ru_utime":3,"ru_maxrss":1024,"environment":{"A":"1","C":"3","B":"2"},"host":"right"}]
END_OF_FILE
run "$diff" aaaa-1 aaaa-2
same status $status 1
same errors "$err" ""
same "what differs" "$out" "--- one (Finished)
    aaaa-1
+++ one (Finished)
    aaaa-2

Differences that affect the result
  parameters  - 2: o3
              + 2: atomic"
run "$diff" aaaa-1 aaaa-3
same status $status 1
same "what differs" "$(sed 1,6d .out)" "  parameters  - 1: --cpu
              + 1: -v
              - 2: o3
              + 2: --cpu
              - 3: --size
              + 3: o3
              + 5: \"\$(printf 'it\\047s \\033')\""
run "$diff" aaaa-3 aaaa-1
has "the other way round" "$out" "
              + 3: --size
              - 5: \"\$(printf 'it\\047s \\033')\""

begin "no difference"
run "$diff" aaaa-1 aaaa-1
same status $status 0
has "what it says" "$out" "
No difference"
same "lines" "$(wc -l <.out)" 6

begin "what decides nothing: status, time-out, environment, host, cost with its ratio"
run "$diff" aaaa-4 aaaa-5
same status $status 0
same "what differs" "$out" '--- again\n (Failed: timeout)
    aaaa-4
+++ again\n (Failed: SIGSEGV)
    aaaa-5

No difference that affects the result

Other differences
  killed for  - timeout
  return code 0 -> -11
  time-out    2:00:00 -> none
  environment + C=3
  host        left -> right
  took        10.000 s -> 25.000 s (+150%)
  user CPU    2.000 s -> 3.000 s (+50%)
  memory      2.0 MiB -> 1.0 MiB (-50%)'

begin "artifacts, role by role, and the commits between them"
mkdir repo && git -C repo init -q
commit() { echo "$1" >repo/file && git -C repo add file && git -C repo commit -q -m "$1" && git -C repo rev-parse HEAD; }
first=$(commit "The first")
left=$(commit "Only left")
git -C repo checkout -q "$first"
i=1
while [ $i -le 13 ]; do right=$(commit "Right $i $(printf '\033[31m')") && i=$((i + 1)); done
artifact() { printf '{"_id":"%s","hash":"%s","type":"%s","name":"%s","path":"%s","git":%s}' "$@"; }
repo() { artifact "$1" "$2" "git repo" gem5 "$3" "{\"origin\":\"o\",\"hash\":\"$2\",\"name\":\"$4\"}"; }
runs() { # the folder of the repo
    echo "["
    repo repo-left "$left" gem5 "$1" && echo ,
    repo repo-right "$right" gem5 "$1" && echo ,
    repo repo-again "$left" elsewhere /nowhere && echo ,
    repo repo-evil "--output=evil" gem5 "$1" && echo ,
    artifact bin-left "$(printf %064d 1)" "gem5 binary" gem5 gem5.opt "{}" && echo ,
    artifact bin-right "$(printf %032d 2)" "gem5 binary" gem5 gem5.opt "{}" && echo ,
    artifact more-1 "$(printf %064d 3)" binary hello hello "{}" && echo ,
    artifact more-2 "$(printf %064d 4)" binary world world "{}" && echo ,
    run_with run-left bin-left repo-left '["more-1","more-2"]' && echo ,
    run_with run-right bin-right repo-right '["more-2"]' && echo ,
    run_with run-again bin-left repo-again '["more-1","more-2"]' && echo ,
    run_with run-evil bin-left repo-evil '["more-1","more-2"]' && echo ,
    run_with run-gone bin-gone repo-left '["more-1","more-2"]'
    echo "]"
}
run_with() { printf '{"_id":"%s","hash":"%s","type":"gem5 run","name":"n","status":"Finished","gem5_artifact":"%s","gem5_git_artifact":"%s","artifacts":%s}' \
    "$1" "$1" "$2" "$3" "$4"; }
runs "$work/repo" >repos.json
run "$diff" --db-uri repos.json run-left run-right
same status $status 1
has "the binary" "$out" "  gem5        gem5, SHA-256 000000000000 -> gem5, MD5 000000000000"
has "the repo" "$out" "  gem5 repo   gem5, commit $(echo "$left" | cut -c 1-12) -> gem5, commit $(echo "$right" | cut -c 1-12)
              1 commit only in the first:
              - $(git -C repo rev-parse --short "$left") Only left
              13 commits only in the second:
              + $(git -C repo rev-parse --short "$right") Right 13 \\x1b[31m"
has "no more than ten" "$out" "Right 4 \\x1b[31m
              and 3 more"
has "the further ones" "$out" "  further     - hello, SHA-256 000000000000"
run "$diff" --db-uri repos.json run-left run-again
same "status of the same commit elsewhere" $status 0
run "$diff" --db-uri repos.json run-left run-evil
same "status of what is no commit" $status 1
check "git was not made to write" test ! -e evil
run "$diff" --db-uri repos.json run-left run-gone
has "an artifact that is gone" "$out" "bin-gone, no longer in the store"
runs "$work/moved" >moved.json
run "$diff" --db-uri moved.json run-left run-right
has "a repo that is not here" "$out" "no local repository contains both commits"

begin "artifacts, compared themselves"
run "$diff" --db-uri repos.json repo-left repo-right
same status $status 1
has hash "$out" "Different content
  hash        - $left
              + $right"
has commits "$out" "13 commits only in the second:"
run "$diff" --db-uri repos.json repo-left repo-again
same status $status 0
has "what it says" "$out" "The same content

Other differences
  path        gem5 -> elsewhere"

begin "--json"
if need jq; then
    run "$diff" --json --db-uri repos.json run-left run-right
    same status $status 1
    same "what decides" "$(jq -c '[.same, .decide, .besides]' .out)" \
        '[false,["gem5_artifact","gem5_git_artifact","artifacts"],[]]'
    same "both sides" "$(jq -c '[.a._id, .a.gem5_artifact, .b.artifacts]' .out)" '["run-left","bin-left",["more-2"]]'
    same "the commits" "$(jq -r '.commits.gem5_git_artifact | (.a | length), (.b | length), .b[0]' .out | cut -d ' ' -f 1,2)" \
        "1
10
$(git -C repo rev-parse --short "$right") Right"
    run "$diff" --json aaaa-4 aaaa-5
    same status $status 0
    same cost "$(jq -c '[.same, .a.seconds, .b.seconds, .b.environment]' .out)" '[true,10,25,{"A":"1","C":"3","B":"2"}]'
fi

begin "the script: its path in its repo, wherever that is; else what it says"
cat >scripts.json <<'END_OF_FILE'
[{"_id":"repo-a","hash":"cc","type":"git repo","name":"scripts","path":"scripts","git":{"origin":"","hash":"cc","name":"/left/scripts"}},
 {"_id":"left-1","hash":"x1","type":"gem5 run","name":"n","run_script":"scripts/run.py","cwd":"/left","run_script_git_artifact":"repo-a"},
 {"_id":"right-1","hash":"x2","type":"gem5 run","name":"n","run_script":"/right/clone/run.py","cwd":"/right","run_script_git_artifact":"repo-a"},
 {"_id":"other-1","hash":"x3","type":"gem5 run","name":"n","run_script":"/left/scripts/other.py","cwd":"/","run_script_git_artifact":"repo-a"}]
END_OF_FILE
run "$diff" --db-uri scripts.json left-1 other-1
same status $status 1
has "the scripts" "$out" "  script      scripts/run.py -> /left/scripts/other.py"
run "$diff" --db-uri scripts.json left-1 right-1
same "status, as the hashes differ" $status 1
has "all that it can be" "$out" "  script      scripts/run.py: its content"
sed "s/x[123]/$(printf %064d 5)/" scripts.json >same.json
run "$diff" --db-uri same.json left-1 right-1
same "status of the same hash" $status 0

cat >loose.json <<'END_OF_FILE'
[{"_id":"loose-1","hash":"x1","type":"gem5 run","name":"n","run_script":"a/run.py"},
 {"_id":"loose-2","hash":"x2","type":"gem5 run","name":"n","run_script":"b/run.py"}]
END_OF_FILE
run "$diff" --db-uri loose.json loose-1 loose-2
has "scripts of which no repo is known" "$out" "  script      a/run.py -> b/run.py"

begin "variables: by name, before all else, in their order; parameters do not repeat them"
cat >vars.json <<'END_OF_FILE'
[{"_id":"vars-1","hash":"h1","type":"gem5 run","name":"n","variables":{"size":"1","cpu":"o3","mem":"ddr4"},"params":["--cpu=o3","1","x"]},
 {"_id":"vars-2","hash":"h2","type":"gem5 run","name":"n","variables":{"size":"22","cpu":"timing","l2":"1MB","mem":"ddr4"},"params":["--cpu=timing","22","x"]},
 {"_id":"vars-3","hash":"h3","type":"gem5 run","name":"n","variables":{"cpu":"timing","size":"1","mem":"ddr4"},"params":["--cpu=timing","22","x"]},
 {"_id":"vars-4","hash":"h3","type":"gem5 run","name":"n","variables":{"mem":"ddr4","size":"1","cpu":"timing"},"params":["--cpu=timing","22","x"]},
 {"_id":"vars-5","hash":"h5","type":"gem5 run","name":"n","variables":{"mem":"","size":3},"params":["--cpu=timing","22","x"]}]
END_OF_FILE
run "$diff" --db-uri vars.json vars-1 vars-2
same status $status 1
same "what differs" "$(sed 1,5d .out)" "Variables
  size        1 -> 22
  cpu         o3 -> timing
  l2          + 1MB

Differences that affect the result
  parameters  differ as the variables do"
run "$diff" --db-uri vars.json vars-1 vars-3
has "parameters that differ by more" "$out" "Variables
  cpu         o3 -> timing

Differences that affect the result
  parameters  - 1: --cpu=o3
              + 1: --cpu=timing
              - 2: 1
              + 2: 22"
run "$diff" --db-uri vars.json vars-3 vars-4
has "variables in a different order" "$out" "No difference"
run "$diff" --db-uri vars.json vars-4 vars-5
has "an empty one, a number, one that is not there" "$out" "Variables
  mem         - ddr4
  size        1 -> 3
  cpu         - timing"
if need jq; then
    run "$diff" --json --db-uri vars.json vars-1 vars-2
    same "as JSON" "$(jq -c '[.decide, .besides, .b.variables.l2]' .out)" '[["params"],["variables"],"1MB"]'
fi

begin "two archives of results, as what they are"
printf '[{"_id":"arch-1","hash":"1","type":"directory","name":"n"},{"_id":"arch-2","hash":"2","type":"directory","name":"n"}]' >archives.json
run "$diff" --db-uri archives.json arch-1 arch-2
has "what they are" "$out" "--- n (the archive of a run's outdir)"

begin "what is archived"
printf '[{"_id":"zips-1","hash":"1","type":"gem5 run","name":"n","archive":"none"},{"_id":"zips-2","hash":"1","type":"gem5 run","name":"n","archive":{"except":["cpt.*","*.raw"]}}]' >zips.json
run "$diff" --db-uri zips.json zips-1 zips-2
same status $status 0
has "the globs" "$out" "  archives    - none
              + cpt.*
              + *.raw"

begin "what Python gem5art recorded"
run "$diff" --db-uri "$root/tests/data/gem5art-filedb/db.json" 6346b869 94ffa110
same status $status 1
same "what differs" "$(sed 1,5d .out)" "Differences that affect the result
  parameters  - 3: 1
              + 3: 2

Other differences
  took        0.210 s -> 0.007 s (-96%)"

begin "long lists"
many() { i=0; while [ $i -lt 3000 ]; do printf '"%s%d",' "$1" $i && i=$((i + 1)); done; }
printf '[{"_id":"long-1","hash":"1","type":"gem5 run","name":"n","params":[%s"x"]},{"_id":"long-2","hash":"2","type":"gem5 run","name":"n","params":[%s"y","x"]},
    {"_id":"long-3","hash":"3","type":"gem5 run","name":"n","params":[%s"z"]}]' "$(many a)" "$(many a)" "$(many b)$(many c)" >long.json
run "$diff" --db-uri long.json long-1 long-2
same "one more in 3,000" "$(sed 1,6d .out)" "  parameters  - 3001: x
              + 3001: y
              + 3002: x"
run "$diff" --db-uri long.json long-1 long-3
same "lines where all differs" "$(grep -c '[-+] [0-9]*: ' .out)" 9002

begin "a field of another program that is named as one of the output"
printf '[{"_id":"mine-1","hash":"1","type":"gem5 run","name":"n","seconds":"a"},{"_id":"mine-2","hash":"1","type":"gem5 run","name":"n","seconds":"b"}]' >mine.json
run "$diff" --db-uri mine.json mine-1 mine-2
same status $status 0
has "its values" "$out" "a -> b"

begin "real runs"
mkdir gem5 && cp "$BUILD/gem5-stand-in" gem5/gem5.opt && echo '# stand-in: seconds=0' >gem5/se.py
git -C gem5 init -q && git -C gem5 add -A && git -C gem5 commit -q -m "All of it"
for size in 1 2; do
    run "$launch" --db-uri real.json --name "size $size" --gem5 gem5/gem5.opt --script gem5/se.py --outdir results/$size -- --size $size
    same "status of launch" $status 0
done
ids=$(sed -n 's/^{"_id":"\([^"]*\)".*"name":"size [12]","gem5_b.*/\1/p' real.json)
# shellcheck disable=SC2086 # they are two
run "$diff" --db-uri real.json $ids
same status $status 1
has "what differs" "$out" "Differences that affect the result
  parameters  - 2: 1
              + 2: 2

Other differences
  last event  - tick "
has "what differs" "$out" "
  name        size 1 -> size 2"
# shellcheck disable=SC2086
run "$diff" --color always --db-uri real.json $ids
has colours "$out" "$(printf '\033[31m- 2: 1\033[0m')"

begin "misuse, and where it cannot read or write"
run "$diff" aaaa-1
same status $status 2
has error "$err" "two runs or two artifacts are compared: give two ids"
run "$diff" aaaa-1 nothing
same status $status 2
same error "$err" 'gem5art-diff: no run and no artifact has the id or hash "nothing": gem5art-ls lists what there is'
run "$diff" --db-uri repos.json run-left bin-left
same status $status 2
has error "$err" '"run-left" is a run and "bin-left" is an artifact: give two runs or two artifacts'
run "$diff" --db-uri none.json a b
same "status without a store" $status 2
for form in "" --json; do
    run sh -c "'$diff' $form aaaa-1 aaaa-2 >/dev/full"
    same "status on a full device" $status 2
    has "error on a full device" "$err" "cannot write to standard output: No space left on device"
    run sh -c "'$diff' $form aaaa-1 aaaa-2 >&-"
    same "status with stdout closed" $status 2
done
run "$diff" --help
has "the exit status" "$out" "Exit status, as of diff(1): 0 if no difference"
check "a help of a screen" test "$(wc -l <.out)" -le 24
finish
