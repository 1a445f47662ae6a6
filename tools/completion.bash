# bash completion for TOOL, from what it prints of its options, and the ids in the store
FUNCTION_ids() { # OPTION... - of gem5art-ls, which lists once with each
    local db option
    [[ $COMP_LINE =~ --db-uri[=\ ]+([^\ ]+) ]] && db=${BASH_REMATCH[1]/#\~\//$HOME/}
    for option; do
        gem5art-ls ${db:+--db-uri "$db"} --csv --columns id "$option"
    done 2>/dev/null | sed -n 's/^\([0-9a-f-]\{36\}\).*/\1/p'
}
FUNCTION_offer() { # WORD-OR-KIND...
    local cur=$1 word
    shift
    for word; do
        case $word in
            FILE) compgen -f -- "$cur" ;;
            FOLDER) compgen -d -- "$cur" ;;
            ID) compgen -W "$(FUNCTION_ids --csv --live --artifacts)" -- "$cur" ;;
            ARTIFACT) compgen -W "$(FUNCTION_ids --artifacts)" -- "$cur" ;;
            -) ;;
            *) compgen -W "$word" -- "$cur" ;;
        esac
    done
}
FUNCTION() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} offered kind name letter value words rest
    local options=(--help --version)
    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]} # --option=value is three words
    [[ $cur == = ]] && cur=
    while IFS=$'\t' read -r kind name letter value words rest; do
        case $kind in
            operands) offered=$name ;;
            option)
                options+=("$name")
                [[ $value == - || ! ( $prev == "$name" || $prev == "$letter" ) ]] && continue
                offered=$words
                options=()
                break
                ;;
        esac
    done < <(TOOL --print-page 2>/dev/null)
    [[ $cur == -* && ${#options[@]} -gt 0 ]] && offered=${options[*]}
    # shellcheck disable=SC2086 # words
    mapfile -t COMPREPLY < <(FUNCTION_offer "$cur" $offered)
}
complete -o filenames -F FUNCTION TOOL
