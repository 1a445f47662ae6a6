#!/bin/sh
# What is made of the tools' pages: --help, man pages, completions, and where `make install` puts them.
. "$(dirname "$0")/check.sh"
. "$root/tests/terminal.sh"
tools=$(cd "$root/tools" && ls gem5art-*.c | sed 's/\.c$//')

begin "make install puts all in place"
check install make_ install DESTDIR="$work/root" PREFIX=/usr
share=$work/root/usr/share
pages="man3/gem5art.3 man5/gem5art-experiment.5 man7/gem5art.7 man7/gem5art-tutorial.7 man7/gem5art-moving.7 man7/gem5art-slurm.7"
for page in $pages; do check "$page" test -s "$share/man/$page"; done
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
    hidden=
    for option in $("$BUILD/$tool" --print-page | sed -n 's/^option	\([^	]*\)	.*/\1/p'); do
        check "$option in the man page of $tool" grep -q -- "$(echo "$option" | sed 's/-/\\\\-/g')" $share/man/man1/$tool.1
        case $out in *"$option"*) ;; *) hidden=$option ;; esac
    done
    [ -z "$hidden" ] || has "help of $tool, which leaves out $hidden" "$out" "man page has more"
    cp .out .help
    run env COLUMNS=200 "$BUILD/$tool" --help
    check "$tool: no wider than 80 columns" cmp .out .help
    run env COLUMNS=60 "$BUILD/$tool" --help
    same "status at 60 columns of $tool" $status 0
    check "$tool: 60 columns" sh -c "! grep '.\{60\}' .out"
    check "$tool: the same words" sh -c 'tr -s " \n" "\n\n" <.out >.words && tr -s " \n" "\n\n" <.help | diff - .words'
    for columns in 1 20 junk; do
        run env COLUMNS=$columns "$BUILD/$tool" --help
        same "status at COLUMNS=$columns of $tool" $status 0
    done
    run env COLUMNS=60 "$BUILD/$tool" --no-such-option
    check "$tool: a misuse at 60 columns" sh -c "! grep '^ .\{60\}' .err"
    run "$BUILD/$tool" --version
    has "version of $tool" "$out" "$tool (gem5art.h) "
done
begin "man pages are well-formed"
if need mandoc; then
    for page in "$share"/man/man*/*; do
        run mandoc -Tlint -Wwarning "$page"
        same "what mandoc says of $page" "$out" ""
        run mandoc -Tascii "$page"
        check "$page can be read" grep -q 'S.*E.*E.* .*A.*L.*S.*O' .out
    done
fi
command -v groff >/dev/null && for page in "$share"/man/man*/*; do
    run groff -man -Tutf8 "$page"
    same "what groff says of $page" "$status $err" "0 "
done

begin "exit status: tools with their own say so"
for tool in verify diff fsck; do
    check "gem5art-$tool" sh -c "sed -n '/EXIT STATUS/{n;p;}' '$share/man/man1/gem5art-$tool.1' | grep -q '^0 [^s].*, 1 .*2 '"
done

begin "every tool's page has all sections"
for tool in $tools; do
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" ENVIRONMENT FILES EXAMPLES "SEE ALSO"; do
        check "$section of $tool" grep -qx "\.SH $section" "$share/man/man1/$tool.1"
    done
    check "$tool in gem5art(7)" grep -q "^\.BR $(echo "$tool" | sed 's/-/.-/') (1)" "$share/man/man7/gem5art.7"
done

begin "the pages name whatever the code knows"
for variable in $(grep -oh 'getenv("[A-Z_]*")' "$root/gem5art.h" "$root"/tools/*.c "$root"/tools/lib/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    check "the variable $variable" grep -qrw "$variable" "$share/man"
done
keys=$(sed -n '/^static const key keys/,/};/p' $(grep -l '^static const key keys' "$root"/tools/lib/*.c) |
    grep -oE '(KEY_RUN|KEY_ARTIFACT|KEY_ELSE)\("?[a-z0-9_]+|\{"[a-z_]+' | sed 's/.*[("]//' | sort -u)
check "the keys of an experiment are found" test "$(echo "$keys" | wc -w)" -gt 35
for key in $keys; do
    check "the key $key" grep -qE "^\.(B|BR|TP|B .*|BR .*)[ \"]$key( |\"|$|,)|\"$key\":" "$share/man/man5/gem5art-experiment.5"
    check "the key $key is described" sh -c "grep '^\.B' '$share/man/man5/gem5art-experiment.5' | grep -qw $key"
done
for name in $(sed -n '/>>errors$/,/^#ifdef __cplusplus/s/^GEM5ARTDEF .*[ *]\(gem5art_[a-z0-9_]*\)(.*/\1/p' "$root/gem5art.h"); do
    check "the function $name" grep -q "^\.B .*$name(" "$share/man/man3/gem5art.3"
done
sed -n '2,/\*\/$/s/^   \([A-Z][A-Z'"'"' -]*[A-Z]\)\( (.*\)*$/\1/p' "$root/gem5art.h" | grep -v '^CONTENTS$' >headings
check "there are headings" test "$(wc -l <headings)" -ge 9
while read -r heading; do
    check "the heading $heading" grep -qx "\.SH $(echo "$heading" | sed 's/-/.-/')" "$share/man/man3/gem5art.3"
done <headings
check "there are functions" test "$(grep -c '^\.B .*gem5art_[a-z_]*(.*;"$' "$share/man/man3/gem5art.3")" -gt 40

# ---- the examples: in a folder with what they name

PATH=$work/root/usr/bin:$PATH
mkdir -p lab/alice lab/mine && cd lab/mine || exit 1
for repo in gem5 experiments; do
    mkdir $repo && git -C $repo init -q
    for script in hello boot se; do echo "# $script" >$repo/$script.py; done
    echo build/ >$repo/.gitignore
    git -C $repo add -A && git -C $repo commit -qm first
done
for build in X86 X86_MI_example X86_MESI_Two_Level; do
    mkdir -p gem5/build/$build && cp "$BUILD/gem5-stand-in" gem5/build/$build/gem5.opt && echo $build >>gem5/build/$build/gem5.opt
done
mkdir linux disks bench
for file in vmlinux linux/vmlinux-5.4.49 linux/vmlinux-4.19.83 disks/boot.img bench/mcf bench/lbm; do echo $file >$file; done

begin "the experiments of gem5art-experiment(5)"
cp "$root/examples/overview.columns" .
sed 's/\\-/-/g' "$share/man/man5/gem5art-experiment.5" | awk '/^\.nf/ { n++; code = 1 } /^\.fi/ { code = 0 } code && !/^\.nf/ { print >("part" n) }'
experiments=$(grep -l '^{' part*)
same "how many there are" "$(echo "$experiments" | wc -w)" 3
for experiment in $experiments; do
    sed -n '/^\(\/\/\|{\)/,/^}/p' "$experiment" >"$experiment.json"
    run gem5art-run --dry-run "$experiment.json"
    same "$experiment: status, $err" $status 0
    check "$experiment: several runs" test "$(wc -l <.out)" -gt 4
done
first=$(echo "$experiments" | head -n 1)
mv "$first.json" sweep.json
rm part*

# runs_well WHERE COMMAND - with the ids of this store for those of the page
runs_well() {
    case $2 in *2ba4*) one=$(gem5art-ls --csv --columns id | tr -d '\r' | sed -n 2p) ;; esac
    case $2 in *9f3c*) two=$(gem5art-ls --csv --columns id | tr -d '\r' | sed -n 3p) ;; esac
    case $2 in *a1d0*) binary=$(gem5art-artifact list --type "gem5 binary" | cut -c-8 | head -n 1) ;; esac
    run sh -c "$(echo "$2" | sed "s/2ba4/$one/; s/9f3c/$two/; s/a1d0/$binary/")"
    case $2 in
        *gem5art-diff*) check "$1: $2: $err" test $status -le 1 ;;
        *) same "$1: status of $2: $err" $status 0 ;;
    esac
}

begin "the day of gem5art(7)"
sed 's/\\-/-/g' "$share/man/man7/gem5art.7" | sed -n '/^\.nf/,/^\.fi/s/^    //p' >day
check "it has commands" test "$(wc -l <day)" -gt 10
while read -r command; do
    case $command in git*) echo "# fixed" >>experiments/hello.py ;; esac
    runs_well "gem5art(7)" "$command" </dev/null
done <day

begin "the examples of every page"
cp "$root/tests/data/gem5art-filedb/db.json" gem5art.json
cp "$root/tests/data/gem5art-filedb/db.json" ../alice/db.json
printf '%s\n' '{"_id":"aaaa1111-0000-4000-8000-000000000001","hash":"h1","type":"kernel","name":"linux","path":"vmlinux"}' >artifacts.json
for tool in $(echo $tools | sed 's/gem5art-import//; s/gem5art-rm//; s/gem5art-fsck//') gem5art-import gem5art-fsck gem5art-rm; do
    rm -rf runs.lmdb*
    awk -v tool="[$tool]" '/^\[/ { at = $0 == tool } at && /^    / { sub(/^    */, ""); printf "%s%s", $0, /\\$/ ? "\001" : "\n" }' \
        "$root/tools/man/pages.txt" | sed "s/\\\\$(printf '\001')//g" >examples
    check "$tool has examples" test -s examples
    while read -r command; do
        case $command in $tool* | cat*" | $tool "*) ;; *) wrong "an example of $tool is $command" ;; esac
        case $command in *lmdb://*) gem5art-ls --db-uri lmdb://none 2>&1 | grep -q "not in this build" && continue ;; esac
        runs_well "$tool" "$command" </dev/null
    done <examples
done
cd "$work" || exit 1

# What is offered comes from this store: two runs, of which one has an artifact.
cat >ids.json <<'END'
[
{"_id":"aaaa1111-0000-4000-8000-000000000001","hash":"h1","type":"gem5 run","name":"one, more","status":"Finished",
 "variables":{"cpu":"o3","l2":"1MB","odd":"it's \"odd\", \\ and more"}},
{"_id":"aaaa2222-0000-4000-8000-000000000002","hash":"h2","type":"gem5 run fs","name":"two","status":"Failed",
 "variables":{"cpu":"atomic","l2":"1MB"}},
{"_id":"aaaa3333-0000-4000-8000-000000000003","hash":"h3","type":"kernel","name":"linux","path":"vmlinux"}]
END
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
    same "variables" "$(words gem5art-ls --db-uri ids.json --where '')" "cpu= l2= "
    same "a variable" "$(words gem5art-rm --db-uri ids.json --where c)" "cpu= "
    same "its values" "$(words gem5art-ls --db-uri ids.json --where cpu =) $(words gem5art-ls --db-uri ids.json --where cpu = a)" \
        "atomic o3  atomic "
    same "its values, after --where=" "$(words gem5art-ls --db-uri ids.json --where = cpu = o)" "o3 "
    same "another value" "$(words gem5art-ls --db-uri ids.json --where l2 = 2MB,1)" "2MB,1MB "
    same "statuses" "$(words gem5art-ls --status F) $(words gem5art-ls --status lost,Fi)" "Finished Failed  lost,Finished "
    same "modes" "$(words gem5art-ls --mode '')" "se fs "
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
    type_in_zsh 'gem5art-ls --db-uri ids.json --where cp' cpu=
    has "a variable" "$(screen)" "--where cpu="
    type_in_zsh 'gem5art-ls --db-uri ids.json --where cpu=o3,a' atomic
    has "another value" "$(screen)" "--where cpu=o3,atomic"
    type_in_zsh 'gem5art-ls --status lost,Fi' Finished
    has "another status" "$(screen)" "--status lost,Finished"
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
    same "variables and values" "$(offered 'gem5art-ls --db-uri ids.json --where c' | cut -f1 | tr '\n' ' ')" "cpu=atomic cpu=o3 "
    same "an artifact's id" "$(offered 'gem5art-artifact --db-uri=ids.json --input aaaa')" \
        "aaaa3333-0000-4000-8000-000000000003	linux"
fi

begin "shellcheck finds nothing in the completions"
if need shellcheck; then for tool in $tools; do check "$tool" shellcheck -s bash $share/bash-completion/completions/$tool; done; fi
finish
