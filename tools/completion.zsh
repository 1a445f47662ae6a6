#compdef TOOL
# zsh completion for TOOL, from what it prints of its options, and the ids and names in the store
FUNCTION_list() { # COLUMNS OPTION... - those columns of gem5art-ls, which lists once with each option
    local at=${words[(I)--db-uri]} db option columns=$1
    shift
    (( at )) && db=${~${(Q)words[at+1]}} || db=${${words[(r)--db-uri=*]}#*=}
    for option; do gem5art-ls ${db:+--db-uri} $db --csv --columns $columns $option; done 2>/dev/null
}
FUNCTION_ids() { # OPTION...
    local ids=()
    ids=(${(f)"$(FUNCTION_list id,name "$@" | tr -d '\000-\011\013-\037\177' | sed -n 's/^\([0-9a-f-]\{36\}\),/\1:/p')"})
    _describe id ids
}
FUNCTION_where() { # variables, or after = their values, but such as need quotes
    local pairs=(${(f)"$(FUNCTION_list variables --all | grep -o '""[A-Za-z0-9_]*"":""[^"\\, ]*""' |
        sed 's/^""//; s/"":""/=/; s/""$//' | sort -u)"}) name=${PREFIX%%=*}
    if [[ $PREFIX == *=* ]]; then
        compset -P '*[=,]'
        compadd -- ${${(M)pairs:#$name=*}#*=}
    else
        compadd -q -S = -- ${(u)pairs%%=*}
    fi
}
FUNCTION_offer() { # WORD-OR-KIND...
    local word ret=1
    for word; do
        case $word in
            FILE) _files && ret=0 ;;
            FOLDER) _files -/ && ret=0 ;;
            ID) FUNCTION_ids --all --artifacts && ret=0 ;;
            ARTIFACT) FUNCTION_ids --artifacts && ret=0 ;;
            WHERE) FUNCTION_where && ret=0 ;;
            LIST) compset -P '*,' ;;
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
        [[ $fields[4] == LIST && $fields[5] != - ]] && fields[5]="LIST $fields[5]"
        action="[${${fields[7]%%\\n*}//(#m)[\]\[:\\]/\\$MATCH}]"
        [[ $fields[4] == - ]] || action+=":$fields[4]:"
        [[ $fields[5] == - ]] || action+=" FUNCTION_offer $fields[5]"
        for name in $fields[2] ${fields[3]:#-}; do
            arguments+=("${${(M)fields[6]:#many}:+*}$name$action")
        done
    fi
done
_arguments '(-h --help)'{-h,--help}'[show a short help]' '--version[show the version]' $arguments
