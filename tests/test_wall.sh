#!/bin/sh
# The wall around the library: tools and examples use its public names only. And what keeps the tools small: no long file,
# nothing that stands twice, modules without circles, and gem5art-getruns from the one command of the README.
. "$(dirname "$0")/check.sh"
in_root() { (cd "$root" && "$@"); }

begin "tools and examples use public names only"
found=$(in_root grep -rlE 'gem5art__|GEM5ART__' tools examples | grep -v '^tools/gem5art-fsck\.c$\|^tools/fsck/')
same "files with private names" "$found" ""

begin "only tools/lib/gem5art.c and gem5art-fsck.c compile the implementation"
same "they" "$(in_root grep -rl 'define GEM5ART_IMPLEMENTATION' tools | sort | tr '\n' ' ')" \
    "tools/gem5art-fsck.c tools/lib/gem5art.c "

begin "no file of the tools has over 600 lines"
same "long files" "$(in_root find tools -type f -exec awk 'END { if (FNR > 600) print FILENAME ": " FNR }' {} \;)" ""

begin "no file has the markers of a merge"
same "files with markers" "$(in_root grep -rlE '^(<{7}|>{7}) ' gem5art.h Makefile README.md CHANGELOG.md CONTRIBUTING.md \
    tools tests examples .ci)" ""

# once "what" REGEX FILE - only this file has it.
once() { same "where $1 stands" "$(in_root grep -rlE -e "$2" tools --include='*.[ch]' | grep -v '^tools/fsck/')" "$3"; }
begin "what tools share stands once"
once "the end for want of memory" '"[^"]*out of memory' tools/lib/text.c
once "the option --db-uri" '"--db-uri"' tools/lib/page.h
once "the quoting of CSV" '\\"\\""\)' tools/lib/csv.c
once "the roles of artifacts" '"gem5_git_artifact"|"gem5 repo"' tools/lib/store.h
once "the type of results archives" '"directory"' tools/lib/store.c
once "the word for no time-out" ', "none"\) == 0' tools/lib/when.c

begin "each module of tools/lib includes only what stands below it"
for file in "$root"/tools/lib/*.c; do
    module=$(basename "$file" .c)
    echo "$module $module"
    sed -n 's/^#include "\([a-z_0-9]*\)\.h"$/\1/p' "${file%.c}".[ch] | grep -vx 'gem5art' | sed "s/\$/ $module/"
done >edges
run tsort edges
same "circles" "$err" ""

begin "gem5art-getruns alone, by the command of the README"
command=$(awk '/^    cc .*gem5art-getruns/ { on = 1 } on { print } on && !/\\$/ { exit }' "$root/README.md")
check "the README has it" test -n "$command"
cp -r "$root/gem5art.h" "$root/tools" .
check "it compiles" sh -c "$command"
printf '[{"_id":"1","hash":"h","type":"gem5 run","name":"n"}]' >db.json
run ./gem5art-getruns -
same status $status 0
has "its output" "$out" '"_id": "1"'
finish
