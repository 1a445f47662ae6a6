#!/bin/sh
# What is made of the tools' pages: --help, man pages, completions, and where `make install` puts them.
. "$(dirname "$0")/check.sh"
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
    for option in $(sed -n 's/^ *{"\(--[a-z_-]*\)", .*/\1/p' "$root/tools/$tool.c"); do
        has "help of $tool" "$out" "$option"
        check "$option in the man page of $tool" grep -q -- "$(echo "$option" | sed 's/-/\\\\-/g')" $share/man/man1/$tool.1
    done
    run "$BUILD/$tool" --version
    has "version of $tool" "$out" "$tool (gem5art.h) "
done
run "$BUILD/gem5art-rm" --print nonsense
same "status of --print nonsense" $status 2
has "error of --print nonsense" "$err" '--print: "nonsense" is none of man, bash, zsh, fish'

begin "man pages are well-formed"
if need mandoc; then
    for tool in $tools; do
        run mandoc -Tlint -Wwarning "$share/man/man1/$tool.1"
        same "what mandoc says of $tool" "$out" ""
        check "$tool.1 can be read" sh -c "mandoc -Tascii '$share/man/man1/$tool.1' | sed 's/.\x08//g' | grep -q 'EXIT STATUS'"
    done
fi

begin "completion: bash"
if need bash; then
    for tool in $tools; do check "$tool" bash -n $share/bash-completion/completions/$tool; done
    cat >complete.sh <<'END'
source "$1"
COMP_WORDS=("${@:3}") COMP_CWORD=$(($# - 3))
$2
printf '%s\n' "${COMPREPLY[@]}"
END
    words() { bash complete.sh "$share/bash-completion/completions/gem5art-run" _gem5art_run gem5art-run "$@" | tr '\n' ' '; }
    same "an option" "$(words --retr)" "--retry-failed "
    same "its value" "$(words --color a)" "always auto "
    touch experiment-x.json
    same "a file" "$(words experiment-)" "experiment-x.json "
    mkdir folder-x
    same "a folder" "$(words --cwd folder)" "folder-x "
    same "nothing to offer" "$(words --jobs '')" " "
fi

begin "completion: zsh"
if need zsh; then for tool in $tools; do check "$tool" zsh -n $share/zsh/site-functions/_$tool; done; fi

begin "completion: fish"
if need fish; then
    for tool in $tools; do check "$tool" fish -n $share/fish/vendor_completions.d/$tool.fish; done
    has "an option" "$(fish -c "source $share/fish/vendor_completions.d/gem5art-run.fish; complete -C 'gem5art-run --retr'")" \
        "--retry-failed"
fi

begin "shellcheck finds nothing in the completions"
if need shellcheck; then for tool in $tools; do check "$tool" shellcheck -s bash $share/bash-completion/completions/$tool; done; fi
finish
