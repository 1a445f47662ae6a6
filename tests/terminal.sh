# terminal.sh - sourced behind check.sh by tests that drive tools in terminals, those of tmux.
#
#   terminal COLUMNS ROWS [COMMAND]   a new one, of a shell with the prompt "$ "; or of a command, whose status it shows then
#   command_line COMMAND...           types that, on a cleared screen; its status is shown behind it
#   keys KEY...                       types
#   resize COLUMNS ROWS
#   screen [-e]                       what it shows; with -e, in which colours
#   shows REGEX                       does it?
#   until_true COMMAND...             waits for it to succeed, two minutes at most: until_true shows "^status 0"
#   end_terminal                      as the next one does, and the script's end
#
# tmux itself is at hand for more: on_terminal display-message -p ...

terminals=0
on_terminal() { tmux -L "gem5art-$$-$terminals" -f /dev/null "$@" 2>>"$work/tmux.log"; }
terminal() {
    end_terminal
    terminals=$((terminals + 1)) # its own server: one that ends may be in the way of the next
    on_terminal -u new-session -d -x "$1" -y "$2" "cd '$work'; PATH='$BUILD:$PATH'; export PATH;
        ${3:-PS1='\$ ' ENV= exec sh -i}; echo \"status \$?\"; exec cat"
    [ -n "$3" ] || until_true shows '^\$'
}
end_terminal() { on_terminal kill-server; }
keys() { on_terminal send-keys "$@"; }
command_line() { keys -R "clear; $*; echo status \$?" Enter; } # -R: no status of an earlier one is left to be seen
resize() { on_terminal resize-window -x "$1" -y "$2"; }
screen() { on_terminal capture-pane -p "$@" | sed 's/ *$//'; }
shows() { screen | grep -q -e "$1"; }
shows_not() { ! shows "$1"; }
until_true() {
    until=$(($(date +%s) + 120))
    while [ "$(date +%s)" -lt $until ]; do
        "$@" >/dev/null 2>&1 && return
        sleep 0.05
    done
    wrong "never so: $*"
    screen | grep . | sed 's/^/    /'
}
trap 'end_terminal; cd /; chmod -R u+w "$work"; rm -rf "$work"' EXIT
