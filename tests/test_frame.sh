#!/bin/sh
# gem5art-stats: tables of statistics that real gem5 wrote, with values compared to an independent reading in Python.
. "$(dirname "$0")/check.sh"
stats=$BUILD/gem5art-stats
data=$root/tests/data

# record ID STATUS OUTDIR VARIABLES [MEMBERS]
record() {
    printf '{"_id":"%s-0000-4000-8000-000000000000","hash":"h%s","type":"gem5 run","name":"run %s","status":"%s","outdir":"%s","variables":{%s},"end_time":1790000000%s}' \
        "$1" "$1" "$1" "$2" "$3" "$4" "$5"
}
{
    echo '['
    record 0000000a Finished "$data/gem5/atomic" '"cpu":"atomic","isa":"riscv"' && echo ,
    record 0000000b Finished "$data/outcomes/o3" '"cpu":"o3","isa":"x86"' && echo ,
    record 0000000c Failed "$data/outcomes/segv" '"cpu":"o3","isa":"x86"' && echo ,
    record 0000000d Finished "$work/gone" '"cpu":"o3","isa":"arm"'
    echo ']'
} >db.json

begin "a table of two runs"
run "$stats" simInsts 'cpi = system.cpu.numCycles / simInsts'
same status $status 0
same errors "$err" ""
has "a row" "$out" "0000000b  o3      x86 "
has "a failed run" "$out" "1 Failed run is left out: 0000000c"
has "a run without statistics" "$out" "run 0000000d is left out: "
finish
