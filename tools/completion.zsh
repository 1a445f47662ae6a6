#compdef TOOL
# zsh completion for TOOL, from what it prints of its options, and the ids and names in the store
FUNCTION_ids() { # OPTION... - of gem5art-ls, which lists once with each
    local at=${words[(I)--db-uri]} db option ids=()
    (( at )) && db=${~${(Q)words[at+1]}} || db=${${words[(r)--db-uri=*]}#*=}
    ids=(${(f)"$(for option; do
        gem5art-ls ${db:+--db-uri} $db --csv --columns id,name $option
    done 2>/dev/null | tr -d '\000-\011\013-\037\177' | sed -n 's/^\([0-9a-f-]\{36\}\),/\1:/p')"})
    _describe id ids
}
FUNCTION_offer() { # WORD-OR-KIND...
    local word ret=1
    for word; do
        case $word in
            FILE) _files && ret=0 ;;
            FOLDER) _files -/ && ret=0 ;;
            ID) FUNCTION_ids --csv --live --artifacts && ret=0 ;;
            ARTIFACT) FUNCTION_ids --artifacts && ret=0 ;;
            *) compadd -- $word && ret=0 ;;
        esac
    done
    return ret
}
local line name action arguments=()
local -a fields
for line in ${(f)"$(TOOL --print-page 2>/dev/null)"}; do
    fields=("${(@ps:\t:)line}")
    if [[ $fields[1] == operands && $fields[2] != - ]]; then
        arguments+=("*:operand: FUNCTION_offer $fields[2]")
    elif [[ $fields[1] == option ]]; then
        action="[${${fields[7]%%\\n*}//(#m)[\]\[:\\]/\\$MATCH}]"
        [[ $fields[4] == - ]] || action+=":$fields[4]:"
        [[ $fields[5] == - ]] || action+=" FUNCTION_offer $fields[5]"
        for name in $fields[2] ${fields[3]:#-}; do
            arguments+=("${${(M)fields[6]:#many}:+*}$name$action")
        done
    fi
done
_arguments '(-h --help)'{-h,--help}'[show a short help]' '--version[show the version]' $arguments
