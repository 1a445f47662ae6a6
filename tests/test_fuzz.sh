#!/bin/sh
# The fuzz targets' corpus, replayed: every input that was ever found interesting or wrong. `make fuzz` looks for more.
. "$(dirname "$0")/check.sh"

for corpus in "$root"/tests/fuzz/corpus/*; do
    begin "the inputs of $(basename "$corpus")"
    check "an input fails" "$BUILD/fuzz/$(basename "$corpus")" "$corpus"
done

finish
