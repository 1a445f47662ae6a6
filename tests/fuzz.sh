#!/bin/sh
# fuzz.sh - fuzzes each target of TARGETS (all of tests/fuzz) for FUZZ_SECONDS with libFuzzer and sanitizers, beginning with
# its corpus. What it found interesting stays in $BUILD/fuzz/found/TARGET, what fails in $BUILD/fuzz/failed-TARGET-*:
# give that file to $BUILD/fuzz/TARGET-fuzzer, and put it into the corpus. SEED makes the same choices again.
# Comparisons are not watched (use_cmp=0, no trace-cmp): libFuzzer would write right checksums behind wrong records, which no
# writer does; store.c has a mutator that seals good ones.

root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/tests/fuzz BUILD=${BUILD:-$root/build}/fuzz
SEED=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
passed=0 failed=0 total=0
mkdir -p "$BUILD"
echo "SEED=$SEED FUZZ_SECONDS=${FUZZ_SECONDS:=30}"

for target in ${TARGETS:-json store info options getruns rm experiment stats formula}; do
    fuzzer=$BUILD/$target-fuzzer found=$BUILD/found/$target log=$BUILD/$target.log
    case $target in getruns | rm) dictionary=arguments ;; json | options | experiment | stats | formula) dictionary=$target ;; *) dictionary=store ;; esac
    mkdir -p "$found" && rm -f "$log"
    ${CLANG:-clang} -std=c99 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -DFUZZING \
        -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-sanitize-coverage=trace-cmp \
        -I"$root" -o "$fuzzer" "$here/$target.c" -pthread &&
        "$fuzzer" -max_total_time="$FUZZ_SECONDS" -seed="$SEED" -max_len=2048 -timeout=10 -rss_limit_mb=1024 -use_cmp=0 \
            -print_final_stats=1 -dict="$here/$dictionary.dict" -artifact_prefix="$BUILD/failed-$target-" \
            "$found" "$here/corpus/$target" >"$log" 2>&1
    status=$?
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    total=$((total + ${count:-0}))
    echo "$target: ${count:-0} executions"
    if [ $status = 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "$target: failed with status $status:"
        grep -v '^#[0-9]' "$log" | tail -n 40
    fi
done

echo "$total executions in all"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
