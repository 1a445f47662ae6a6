#!/bin/sh
# One way of speaking: what all tools, or several, take, refuse and call by the same words.
. "$(dirname "$0")/check.sh"
cp "$root/tests/data/gem5art-filedb/db.json" db.json
tools=$(cd "$BUILD" && ls gem5art-* | grep -v '\.')
git init -q repo && echo '# a script' >repo/run.py && git -C repo add -A && git -C repo commit -qm first
cat >x.json <<END
{"artifacts": {
  "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
  "gem5": {"type": "gem5 binary", "path": "$BUILD/children/exit_with", "documentation": "a program of the test"}},
 "sweeps": [{"mode": "se", "name": "run", "gem5_artifact": "gem5", "gem5_git_artifact": "repo",
   "run_script_git_artifact": "repo", "run_script": "repo/run.py", "outdir": "out/{n}", "params": ["{n}"],
   "matrix": {"n": [0]}}]}
END

# Arguments with which a tool would do its work.
arguments() {
    case $1 in
    gem5art-artifact) echo list ;;
    gem5art-diff) echo 6346b869 94ffa110 ;;
    gem5art-export) echo --to jsonl - ;;
    gem5art-report) echo -o - ;;
    gem5art-getruns) echo - ;;
    gem5art-import) echo --dry-run db.json ;;
    gem5art-rm) echo --dry-run --name boot ;;
    gem5art-cancel) echo --dry-run --name boot ;;
    gem5art-run) echo --dry-run x.json ;;
    gem5art-show) echo 6346b869 ;;
    gem5art-plot) echo --to svg -o - simTicks ;;
    gem5art-stats) echo simTicks ;;
    esac
}
page() { "$BUILD/$1" --print-page; }
takes() { page "$1" | grep -q "^option	$2	"; }
# misused TOOL SENTENCE ARGUMENT... - it must refuse these with status 2, its usage, and one sentence that begins so
misused() {
    tool=$1 sentence=$2
    shift 2
    run "$BUILD/$tool" "$@"
    same "the status of $tool $*" $status 2
    same "the output of $tool $*" "$out" ""
    has "the error of $tool $*" "$(tail -n 1 .err)" "$tool: $sentence"
    has "the usage of $tool $*" "$(head -n 1 .err)" "usage: $tool [-h]"
}

begin "every tool: --help, --version, and what is near them"
for tool in $tools; do
    for option in -h --help; do
        run "$BUILD/$tool" $option
        same "the status of $tool $option" $status 0
        has "the output of $tool $option" "$out" "usage: $tool [-h]"
        same "the errors of $tool $option" "$err" ""
    done
    run "$BUILD/$tool" --version
    has "the version of $tool" "$status $out" "0 $tool (gem5art.h) "
    misused $tool "unknown option --hlep: did you mean --help?" --hlep
    misused $tool "unknown option -help-: did you mean --help?" -help-
    misused $tool "unknown option --vresion: did you mean --version?" --vresion
    misused $tool "unknown option --nonsense: see $tool --help" --nonsense
    misused $tool "unknown option -X: see $tool --help" -X
    misused $tool "unknown option -db-uri=x: did you mean --db-uri?" -db-uri=x
    misused $tool "--db-uri needs a value after it" --db-uri
    for option in $(page $tool | awk -F '\t' '$1 == "option" && $4 == "-" { print $2 }'); do
        misused $tool "$option takes no value: leave \"x\" out" "$option=x"
    done
done

begin "every tool: a store that cannot be"
for tool in $tools; do
    for uri in nosuch://x file://localhost/x; do
        # shellcheck disable=SC2046
        run "$BUILD/$tool" --db-uri $uri $(arguments $tool)
        same "the status of $tool --db-uri $uri" $status 2
        has "the error of $tool --db-uri $uri" "$(tail -n 1 .err)" "$tool: $uri"
    done
    case $tool in *-import | *-run) continue ;; esac # a dry run of these needs none
    # shellcheck disable=SC2046
    run "$BUILD/$tool" --db-uri file://none.json $(arguments $tool)
    [ $tool = gem5art-diff ] && expected=2 || expected=1
    same "the status of $tool without a store" $status $expected
    has "the error of $tool without a store" "$err" "there is no store at $work/none.json"
done
check "no store was made" test ! -e none.json

begin "values that are wrong or misspelt"
# OPTION|VALUE|the rest of the sentence
cat >values <<'END'
--limit|x|--limit: a whole number of 0 or more is needed, not "x"
--limit|-1|--limit: a whole number of 0 or more is needed, not "-1"
--limit||--limit: a whole number of 0 or more is needed, not ""
--limit|99999999999999999999|--limit: 99999999999999999999 is too large
--status|finsihed|--status: unknown status "finsihed": did you mean Finished?
--status|xyzzy|--status: unknown status "xyzzy": give Finished, Failed, 
--status|f|--status: unknown status "f": it may mean Finished or Failed; write more of it
--mode|sef|--mode: unknown mode "sef": did you mean se?
--mode|user|--mode: unknown mode "user": give se or fs
--where|cpu|--where: "cpu" 
--since|soon|--since: "soon" is not a time: give 30m, 3h, 2d, 2026-11-01
--before|2026-02-30|--before: "2026-02-30" is not a time: give 30m, 3h, 2d, 2026-11-01
--color|alwyas|--color: unknown word "alwyas": did you mean always?
--color|red|--color: unknown word "red": give always, auto or never
END
while IFS='|' read -r option value sentence; do
    takers=0
    for tool in $tools; do
        takes $tool $option || continue
        # shellcheck disable=SC2046
        misused $tool "$sentence" "$option" "$value" $(arguments $tool)
        takers=$((takers + 1))
    done
    check "tools that take $option: $takers" test $takers -ge 4
done <values
for tool in gem5art-ls gem5art-export gem5art-verify gem5art-getruns; do # a limit of 0 selects none
    # shellcheck disable=SC2046
    run "$BUILD/$tool" --limit 0 $(arguments $tool)
    same "the status of $tool --limit 0" $status 0
    check "no run of $tool --limit 0" sh -c '! grep -q 6346b869 .out'
done
run "$BUILD/gem5art-rm" --dry-run --limit 0
same "gem5art-rm --limit 0" "$status $out" "0 no run is selected: nothing to remove"

begin "options that contradict each other"
misused gem5art-ls "--json and --csv exclude each other: leave one out" --json --csv
misused gem5art-import "--quiet and --verbose exclude each other: leave one out" -qv db.json
misused gem5art-rm "ids and options that select runs exclude each other: leave one out" --status failed 6346b869
misused gem5art-export "--artifacts leaves out what --runs asks for: give one of them" --to csv --runs --artifacts -
misused gem5art-artifact "list takes no --path: leave it out" list --path x
misused gem5art-artifact "tree takes no --type: leave it out" tree --type x
for tool in $tools; do
    takes $tool --since || continue
    # shellcheck disable=SC2046
    misused $tool "--since 1d is not before --before 2d: nothing is between them" --since 1d --before 2d $(arguments $tool)
done

begin "an id that is not there, and an operand too many"
for command in "gem5art-cancel nosuchid" "gem5art-show nosuchid" "gem5art-verify nosuchid" "gem5art-rm nosuchid" "gem5art-artifact tree nosuchid" \
    "gem5art-artifact download nosuchid file" "gem5art-diff nosuchid 6346b869"; do
    run sh -c "'$BUILD'/$command"
    case $command in gem5art-diff*) expected=2 ;; *) expected=1 ;; esac
    same "the status of $command" $status $expected
    case $command in gem5art-cancel*) what="queued run" ;; *) what="run and no artifact" ;; esac
    has "the error of $command" "$err" "${command%% *}: no $what has the id or hash \"nosuchid\""
done
misused gem5art-ls '"boot" is one argument too many' boot
misused gem5art-export 'one output is enough: leave "y" out' --to jsonl - y
misused gem5art-getruns 'one output file is enough: leave "y" out' - y
misused gem5art-fsck 'one database is enough: leave "y" out' db.json y
misused gem5art-artifact 'list takes no "y": leave it out' list y
misused gem5art-run 'only one experiment is launched: leave "y" out' x.json y

begin "letters: several without values in one argument, or one with its value"
run "$BUILD/gem5art-import" -nv db.json
has "-nv" "$status $out" "0 skipped "
run "$BUILD/gem5art-import" --db-uri other.json -nq db.json
same "-nq" "$status $out$err" "0 "
run "$BUILD/gem5art-getruns" -shello -
same "-shello" "$status $(grep -c '"name": "se hello' .out)" "0 1"
misused gem5art-import "unknown option -nx: see gem5art-import --help" -nx db.json

begin "one word for one thing: the same letter, value and kind in every tool"
# Tools whose word is another one: gem5art's own, and what describes a single run or an artifact, or how many of them.
excepted() {
    case "$1 $2" in
    "gem5art-getruns "* | "gem5art-run --name" | "gem5art-artifact --name" | "gem5art-artifact --path" | "gem5art-run --outdir" | "gem5art-rm --outdir" | "gem5art-verify --rerun") ;;
    *) false ;;
    esac
}
for tool in $tools; do
    page $tool | awk -F '\t' -v tool=$tool '$1 == "option" { print tool "\t" $2 "\t" $3 "\t" $4 }'
done >all
while IFS='	' read -r tool name letter value; do
    excepted $tool "$name" || printf '%s\t%s\t%s\n' "$name" "$letter" "$value"
done <all | sort -u >kinds
same "words with two meanings" "$(cut -f1 kinds | uniq -d | tr '\n' ' ')" ""
same "letters with two meanings" "$(awk -F '\t' '$2 != "-" { print $2 }' kinds | sort | uniq -d | tr '\n' ' ')" ""
# Words that must have this letter, and letters of habit that must not be another word's.
for pair in --dry-run=-n --quiet=-q --verbose=-v --yes=-y --jobs=-j --follow=-f; do
    grep -q "^${pair%=*}	" kinds || continue
    same "the letter of ${pair%=*}" "$(awk -F '\t' -v name="${pair%=*}" '$1 == name { print $2 }' kinds)" "${pair#*=}"
    same "the word of ${pair#*=}" "$(awk -F '\t' -v letter="${pair#*=}" '$2 == letter { print $1 }' kinds)" "${pair%=*}"
done
for option in --color --db-uri --name --mode --status --where --param --since --before --limit; do
    for tool in $tools; do
        excepted $tool $option && continue
        [ $tool:$option = gem5art-run:--where ] || [ $tool:$option = gem5art-run:--limit ] && continue # of what it launches
        [ $tool:$option = gem5art-diff:--limit ] && continue # of statistics
        page $tool | awk -F '\t' -v name=$option '$1 == "option" && $2 == name { print tolower($7) }'
    done | sort -u >helps
    same "the texts of $option" "$(wc -l <helps)" 1
done

begin "exit statuses: 0, 1 and 2 in every page"
for tool in $tools; do
    check "the page of $tool has them" sh -c "\"$BUILD/$tool\" --print-page | grep -q '^status	0 .*, 1 .*, 2 .*misuse'"
done
finish
