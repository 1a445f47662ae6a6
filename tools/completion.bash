# bash completion for TOOL, from what it prints of its options, and the ids in the store
FUNCTION_list() { # COLUMN OPTION... - that column of gem5art-ls, which lists once with each option
    local db option column=$1
    shift
    [[ $COMP_LINE =~ --db-uri[=\ ]+([^\ ]+) ]] && db=${BASH_REMATCH[1]/#\~\//$HOME/}
    for option; do
        gem5art-ls ${db:+--db-uri "$db"} --csv --columns "$column" "$option"
    done 2>/dev/null
}
FUNCTION_ids() { # OPTION...
    FUNCTION_list id "$@" | sed -n 's/^\([0-9a-f-]\{36\}\).*/\1/p'
}
FUNCTION_variables() { # VARIABLE=VALUE of all runs, but such values as need quotes
    FUNCTION_list variables --all | grep -o '""[A-Za-z0-9_]*"":""[^"\\, ]*""' | sed 's/^""//; s/"":""/=/; s/""$//' | sort -u
}
FUNCTION_offer() { # WORD-OR-KIND...
    local cur=$1 word
    shift
    for word; do
        case $word in
            FILE) compgen -f -- "$cur" ;;
            FOLDER) compgen -d -- "$cur" ;;
            ID) compgen -W "$(FUNCTION_ids --all --artifacts)" -- "$cur" ;;
            ARTIFACT) compgen -W "$(FUNCTION_ids --artifacts)" -- "$cur" ;;
            WHERE)
                [[ $variable ]] || compgen -W "$(FUNCTION_variables | sed 's/=.*/=/' | sort -u)" -- "$cur"
                compgen -P "$before" -W "$(FUNCTION_variables | sed -n "s/^$variable=//p")" -- "${cur##*,}"
                ;;
            -) ;;
            *) compgen -P "$before" -W "$word" -- "${cur#"$before"}" ;;
        esac
    done
}
FUNCTION() {
    local cur=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1)) prev offered kind name letter value words rest
    local options=(--help --version) variable='' before=''
    [[ $cur == = ]] && cur='' at=$COMP_CWORD
    if [[ ${COMP_WORDS[at]} == = ]]; then # --option=value is three words, and so is variable=value
        at=$((at - 1))
        [[ ${COMP_WORDS[at]} == -* ]] || variable=${COMP_WORDS[at]} at=$((at - 1))
        [[ ${COMP_WORDS[at]} == = ]] && at=$((at - 1))
    fi
    prev=${COMP_WORDS[at]}
    while IFS=$'\t' read -r kind name letter value words rest; do
        case $kind in
            operands) offered=$name ;;
            option)
                options+=("$name")
                [[ $value == - || ! ( $prev == "$name" || $prev == "$letter" ) ]] && continue
                offered=$words
                options=()
                [[ $value == *LIST && $cur == *,* ]] && before=${cur%,*},
                break
                ;;
        esac
    done < <(TOOL --print-page 2>/dev/null)
    [[ $cur == -* && ${#options[@]} -gt 0 ]] && offered=${options[*]}
    [[ $offered == WHERE && ! $variable ]] && compopt -o nospace 2>/dev/null
    # shellcheck disable=SC2086 # words
    mapfile -t COMPREPLY < <(FUNCTION_offer "$cur" $offered)
}
complete -o filenames -F FUNCTION TOOL
