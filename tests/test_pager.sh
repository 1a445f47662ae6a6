#!/bin/sh
# Long output on a terminal goes through $PAGER.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
printf '[{"_id":"aaaa1111-1","hash":"h1","type":"gem5 run","name":"one","status":"Finished","params":["a","b"]},
{"_id":"bbbb2222-1","hash":"h2","type":"gem5 run","name":"two","status":"Failed","params":["a","c"],"error":"reason"}]' >db.json
printf '#!/bin/sh\necho "$# words: $*"\nsed "s/^/> /"\nsleep 0.2\necho "end of the pager"\n' >pager && chmod +x pager

quits() { keys q; shows "^status 0"; }

begin "to a file there is no pager"
PAGER=$work/pager run "$BUILD/gem5art-show" aaaa
same status $status 0
check "nothing of it" sh -c '! grep -q "words:\|^>" .out'

begin "what is longer than the terminal goes through it, and the tool waits for it"
if need tmux; then
    terminal 80 8
    command_line "PAGER='$work/pager  -a b' gem5art-show aaaa"
    until_true shows "^status 0"
    has "the screen" "$(screen)" "end of the pager"
    has "lines of it" "$(screen)" "> "
    command_line "PAGER='$work/pager -a b' gem5art-show aaaa | cat | grep -c words"
    until_true shows "^status 1"
    command_line "PAGER='$work/pager -a b' gem5art-diff aaaa bbbb | tail -n 1"
    until_true shows "^status"
    check "none in a pipe" shows_not "words:"

    begin "its words are split at spaces"
    printf '#!/bin/sh\ncat >/dev/null\necho "$# words: $*"\n' >pager
    command_line "PAGER='$work/pager  -a  b ' gem5art-show aaaa"
    until_true shows "^status 0"
    has "the screen" "$(screen)" "2 words: -a b"

    begin "none if it is unset, empty, cat or missing"
    for pager in "" cat no-such-pager; do
        command_line "PAGER=$pager gem5art-show aaaa"
        until_true shows "^status 0"
        check "PAGER=$pager" shows "  "
    done

    begin "the status of gem5art-diff"
    command_line "PAGER=$work/pager gem5art-diff aaaa bbbb"
    until_true shows "^status 1"

    begin "a pager that ends early"
    printf '#!/bin/sh\nexit 0\n' >pager
    command_line "PAGER=$work/pager gem5art-show aaaa; echo over"
    until_true shows "^over"

    begin "what fits needs none"
    resize 80 60
    printf '#!/bin/sh\necho "it was started"\ncat\n' >pager
    command_line "PAGER=$work/pager gem5art-show aaaa"
    until_true shows "^status 0"
    check "it was not started" shows_not "it was started"

    begin "less: Ctrl-C is its own, and q ends it"
    if need less; then
        terminal 80 8
        command_line "PAGER=less LESS= gem5art-show aaaa"
        until_true shows "^:"
        keys C-c
        until_true quits # a key that arrives with the interrupt is lost to less
    fi
fi
finish
