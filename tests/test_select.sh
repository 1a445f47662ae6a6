#!/bin/sh
# The options that choose among records, which all tools share, as gem5art-ls has them.
. "$(dirname "$0")/check.sh"
ls=$BUILD/gem5art-ls
export TZ=UTC

record() { # ID STATUS KILL_REASON MEMBERS
    printf '{"_id":"%s","hash":"h%s","type":"gem5 run","name":"run %s","status":"%s","kill_reason":"%s"%s}' \
        "$1" "$1" "$1" "$2" "$3" "$4"
}
{
    echo '['
    record a Finished "" ',"variables":{"cpu":"o3","l2":"1MB"},"end_time":1790000000.5,"params":["x"]' && echo ,
    record b Failed "" ',"variables":{"cpu":"o3","l2":"2MB"},"end_time":1790003600,"params":["y"]' && echo ,
    record c "Failed artifact check for /a" "" ',"variables":{"cpu":"atomic","l2":"1MB,2MB"},"end_time":1790007200' && echo ,
    record d Failed lost ',"variables" : { "cpu" : "o3" , "n" : 4, "\u0063olor" : "r\u0065d" } ,"end_time":1790010800' && echo ,
    record e Finished "" "" && echo ,
    record f Running "" ',"variables":[1,{"cpu":"o3"}]' && echo ,
    printf '{"_id":"k","hash":"hk","type":"kernel","name":"run kernel","time":1790000000}'
    echo ']'
} >db.json
ids() { "$ls" --csv --columns id "$@" 2>.err | sed 1d | tr -d '\r' | tr '\n' ' '; }

begin "--status: the beginning of a word, several, any case"
same "one" "$(ids --status Finished)" "a e "
same "its beginning" "$(ids --status fin)" "a e "
same "Failed has the failed checks" "$(ids --status fail)" "b c d "
same "only these" "$(ids --status 'FAILED A')" "c "
same "several" "$(ids --status lost,run)" "d f "
same "one twice" "$(ids --status lost,LOST)" "d "
same "none has it" "$(ids --status created)" ""

begin "--where: variables of the matrix"
same "a value" "$(ids --where cpu=o3)" "a b d "
same "not a part of a value" "$(ids --where cpu=o)" ""
same "one of several values" "$(ids --where l2=2MB,4MB)" "b "
same "a value with a comma" "$(ids --where l2=1MB,2MB)" "a b c "
same "two variables" "$(ids --where cpu=o3 --where l2=1MB)" "a "
same "one variable twice" "$(ids --where cpu=o3 --where cpu=atomic)" "a b c d "
same "spaces and escapes in the record" "$(ids --where color=red)" "d "
same "a number" "$(ids --where n=4)" "d "
same "no warning" "$(cat .err)" ""
same "an empty value" "$(ids --where cpu=)" ""
same "with others" "$(ids --where cpu=o3 --status failed --name b)" "b "
warned() { # ARGUMENT SENTENCE
    ids --where "$1" >/dev/null
    same "the warnings of --where $1" "$(cat .err)" "${2:+gem5art-ls: warning: --where: $2}"
}
warned cpuu=o3 'no run has a variable "cpuu": did you mean cpu?'
warned xyzzy=1,2 'no run has a variable "xyzzy": there is cpu, l2, n, color'
warned cpu=o3,atomc 'no run has cpu=atomc: did you mean cpu=atomic?'
warned cpu=timing 'no run has cpu=timing: cpu is one of o3, atomic'
warned l2=1MB,2MB ''
echo '[]' >none.json
ids --db-uri none.json --where cpu=o3 >/dev/null
same "no variables" "$(cat .err)" 'gem5art-ls: warning: --where: no run has a variable "cpu": there are no variables'

begin "--since and --before"
same "since" "$(ids --since '2026-09-21 14:13')" "a b c d "
same "before" "$(ids --before '2026-09-21 15:30')" "a b "
same "both" "$(ids --since '2026-09-21 15:00' --before '2026-09-21 16:30')" "b c "
same "of artifacts" "$(ids --artifacts --before '2026-09-22')" "k "

begin "misuse: one sentence each"
refused() { # SENTENCE ARGUMENT...
    sentence=$1
    shift
    run "$ls" "$@"
    same "the status of $*" $status 2
    same "the error of $*" "$(tail -n 1 .err)" "gem5art-ls: $sentence"
    same "the output of $*" "$out" ""
}
all="Finished, Failed, Failed artifact check, Created, Begin run, Spawning, Running, Pending or lost"
refused '--status: unknown status "finsihed": did you mean Finished?' --status finsihed
refused '--status: unknown status "xyzzy": give '"$all" --status failed,xyzzy
refused '--status: unknown status "": give '"$all" --status failed,
refused '--status: unknown status "f": it may mean Finished or Failed; write more of it' --status f
refused '--mode: unknown mode "sf": give se or fs' --mode sf
refused '--where: "cpu" does not compare a variable: give VAR=VALUE, as in cpu=o3,atomic' --where cpu
refused '--where: "=o3" does not compare a variable: give VAR=VALUE, as in cpu=o3,atomic' --where =o3
refused '--before: "soon" is not a time: give 30m, 3h, 2d, 2026-11-01 or "2026-11-01 12:30"' --before soon
refused '--since 2026-11-02 is not before --before 2026-11-01: nothing is between them' \
    --since 2026-11-02 --before 2026-11-01
refused '--where chooses among runs: leave --artifacts out, or --where' --artifacts --where cpu=o3
finish
