#!/bin/sh
# What is made of the tools' pages: --help, man pages, completions, and where `make install` puts them.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
tools=$(cd "$root/tools" && ls gem5art-*.c | sed 's/\.c$//')

begin "make install puts all in place"
check install make -s -C "$root" install B="$BUILD" DESTDIR="$work/root" PREFIX=/usr
share=$work/root/usr/share
for tool in $tools; do
    check "$tool" test -x root/usr/bin/$tool -a -s $share/man/man1/$tool.1 -a -s $share/bash-completion/completions/$tool \
        -a -s $share/zsh/site-functions/_$tool -a -s $share/fish/vendor_completions.d/$tool.fish
done
check header test -s root/usr/include/gem5art.h

begin "help: a screen of 80 columns, all options, and a version"
for tool in $tools; do
    run "$BUILD/$tool" --help
    same "status of $tool --help" $status 0
    has "usage of $tool" "$out" "usage: $tool [-h]"
    check "$tool: 80 columns" sh -c "! grep -q '.\{80\}' .out"
    check "$tool: a screen" test "$(wc -l <.out)" -le 24
    for option in $(sed -n '/, " /!s/^ *{"\(--[a-z_-]*\)", .*/\1/p' "$root/tools/$tool.c"); do
        has "help of $tool" "$out" "$option"
    done
    for option in $("$BUILD/$tool" --print-page | sed -n 's/^option	\([^	]*\)	.*/\1/p'); do
        check "$option in the man page of $tool" grep -q -- "$(echo "$option" | sed 's/-/\\\\-/g')" $share/man/man1/$tool.1
    done
    run "$BUILD/$tool" --version
    has "version of $tool" "$out" "$tool (gem5art.h) "
done
begin "man pages are well-formed"
if need mandoc; then
    for tool in $tools; do
        run mandoc -Tlint -Wwarning "$share/man/man1/$tool.1"
        same "what mandoc says of $tool" "$out" ""
        check "$tool.1 can be read" sh -c "mandoc -Tascii '$share/man/man1/$tool.1' | sed 's/.\x08//g' | grep -q 'EXIT STATUS'"
    done
fi

begin "exit status: tools with their own say so"
for tool in verify diff fsck; do
    check "gem5art-$tool" sh -c "sed -n '/EXIT STATUS/{n;p;}' '$share/man/man1/gem5art-$tool.1' | grep -q '^0 [^s].*, 1 .*2 '"
done

# What is offered comes from this store: two runs, of which one has an artifact.
cat >ids.json <<'END'
[
{"_id":"aaaa1111-0000-4000-8000-000000000001","hash":"h1","type":"gem5 run","name":"one, more","status":"Finished"},
{"_id":"aaaa2222-0000-4000-8000-000000000002","hash":"h2","type":"gem5 run fs","name":"two","status":"Failed"},
{"_id":"aaaa3333-0000-4000-8000-000000000003","hash":"h3","type":"kernel","name":"linux","path":"vmlinux"}]
END
PATH=$work/root/usr/bin:$PATH
mkdir folder-x elsewhere && cp ids.json elsewhere/db.json
touch experiment-x.json

begin "completion: bash"
if need bash; then
    for tool in $tools; do check "$tool" bash -n $share/bash-completion/completions/$tool; done
    cat >complete.sh <<'END'
source "$1/$2"
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMP_LINE="${*:2}"
"_${2//-/_}"
printf '%s\n' "${COMPREPLY[@]}"
END
    words() { bash complete.sh $share/bash-completion/completions "$@" | tr '\n' ' '; }
    same "an option" "$(words gem5art-run --retr)" "--retry-failed "
    same "its value" "$(words gem5art-run --color a)" "always auto "
    same "a value behind =" "$(words gem5art-run --color = al) $(words gem5art-run --color =)" "always  always auto never "
    same "a file" "$(words gem5art-run experiment-)" "experiment-x.json "
    same "a folder" "$(words gem5art-run --cwd folder)" "folder-x "
    same "nothing to offer" "$(words gem5art-run --jobs '')" " "
    same "no operands" "$(words gem5art-ls '')" " "
    same "an id of the store named" "$(words gem5art-show --db-uri ids.json aaaa2)" \
        "aaaa2222-0000-4000-8000-000000000002 "
    cp ids.json "$HOME/home.json"
    same "an id of a store at home" "$(words gem5art-rm --db-uri '~/home.json' aaaa1)" \
        "aaaa1111-0000-4000-8000-000000000001 "
    same "ids of the store here" "$(cd elsewhere && bash ../complete.sh $share/bash-completion/completions gem5art-diff a)" \
        "aaaa1111-0000-4000-8000-000000000001
aaaa2222-0000-4000-8000-000000000002
aaaa3333-0000-4000-8000-000000000003"
    same "an artifact's id" "$(words gem5art-artifact --db-uri=ids.json --input aaaa)" \
        "aaaa3333-0000-4000-8000-000000000003 "
    same "a word or an artifact's id" "$(words gem5art-artifact tr) $(words gem5art-artifact --db-uri=ids.json tree aaaa)" \
        "tree  aaaa3333-0000-4000-8000-000000000003 "
fi

# type_in_zsh LINE WORD - LINE and a tab, in a new one; until WORD is shown.
type_in_zsh() {
    terminal 100 24 "ZDOTDIR=$work/zsh exec zsh -i"
    until_true shows '^ready>'
    keys "$1" Tab
    until_true shows "$2"
}

begin "completion: zsh"
if need zsh tmux; then
    for tool in $tools; do check "$tool" zsh -n $share/zsh/site-functions/_$tool; done
    mkdir zsh
    cat >zsh/.zshrc <<END
fpath=($share/zsh/site-functions \$fpath)
autoload -U compinit && compinit -D
PS1='ready> '
END
    type_in_zsh 'gem5art-run --retr' retry-failed
    has "an option" "$(screen)" "gem5art-run --retry-failed"
    type_in_zsh 'gem5art-show --db-uri ids.json aaaa2' aaaa2222-
    has "an id of the store named" "$(screen)" "aaaa2222-0000-4000-8000-000000000002"
    type_in_zsh 'gem5art-show --db-uri=ids.json aaaa' two
    for name in "one, more" two linux; do has "the names of several" "$(screen)" "$name"; done
    type_in_zsh 'gem5art-artifact --db-uri ids.json tree a' aaaa3333-
    has "an artifact's id" "$(screen)" "tree aaaa3333-0000-4000-8000-000000000003"
fi

begin "completion: fish"
if need fish; then
    for tool in $tools; do check "$tool" fish -n $share/fish/vendor_completions.d/$tool.fish; done
    offered() { fish -c "source $share/fish/vendor_completions.d/${1%% *}.fish; complete -C '$1'"; }
    has "an option" "$(offered 'gem5art-run --retr')" "--retry-failed"
    has "a file" "$(offered 'gem5art-run experiment-')" "experiment-x.json"
    same "ids of the store named" "$(offered 'gem5art-show --db-uri ids.json aaaa2')" \
        "aaaa2222-0000-4000-8000-000000000002	two"
    same "an artifact's id" "$(offered 'gem5art-artifact --db-uri=ids.json --input aaaa')" \
        "aaaa3333-0000-4000-8000-000000000003	linux"
fi

begin "shellcheck finds nothing in the completions"
if need shellcheck; then for tool in $tools; do check "$tool" shellcheck -s bash $share/bash-completion/completions/$tool; done; fi
finish
