# fish completion for TOOL, from what it prints of its options, and the ids and names in the store
function FUNCTION_list # COLUMNS OPTION... - those columns of gem5art-ls, which lists once with each option
    set -l words (string split -m 1 = -- (commandline -opc))
    set -l db
    set -l at (contains -i -- --db-uri $words); and set db --db-uri $words[(math $at + 1)]
    for option in $argv[2..]; gem5art-ls $db --csv --columns $argv[1] $option 2>/dev/null; end
end
function FUNCTION_ids # OPTION...
    FUNCTION_list id,name $argv | tr -d '\000-\011\013-\037\177' | string replace -fr '^([0-9a-f-]{36}),(.*?)\r?$' '$1\t$2'
end
function FUNCTION_where # VARIABLE=VALUE of all runs, but such values as need quotes
    FUNCTION_list variables --all | string match -ar '""\w*"":""[^"\\\\, ]*""' |
        string replace -r '""(.*)"":""(.*)""' '$1=$2' | sort -u
end
function FUNCTION_offer # WORD-OR-KIND..., but files, which fish offers itself
    for word in $argv
        switch $word
            case ID; FUNCTION_ids --all --artifacts
            case ARTIFACT; FUNCTION_ids --artifacts
            case WHERE; FUNCTION_where
            case FILE FOLDER -
            case '*'; echo $word
        end
    end
end
complete -c TOOL -s h -l help -d 'show a short help'
complete -c TOOL -l version -d 'show the version'
for line in (TOOL --print-page 2>/dev/null)
    set -l fields (string split \t -- $line)
    switch $fields[1]
        case operands
            set -l files -f
            string match -qr 'FILE|FOLDER' -- $fields[2]; and set files
            complete -c TOOL $files -a "(FUNCTION_offer $fields[2])"
        case option
            set -l what -l (string sub -s 3 -- $fields[2]) -d (string replace -r '\\\\n.*' '' -- $fields[7])
            test $fields[3] = -; or set -a what -s (string sub -s 2 -- $fields[3])
            if test $fields[4] = -
            else if string match -qr 'FILE|FOLDER' -- $fields[5]
                set -a what -r -F
            else
                set -a what -x
            end
            test $fields[4] = -; or set -a what -a "(FUNCTION_offer $fields[5])"
            complete -c TOOL $what
    end
end
