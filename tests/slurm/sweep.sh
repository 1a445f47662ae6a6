# sweep.sh - sourced by the tests of the tools, after cluster.sh and check.sh: runs to submit, and questions about them.
#
#   fresh NAME [WORD...]                 a folder of its own for a test, with an empty store, and a repo whose script gives
#                                        gem5-stand-in these words; until=go: it runs until the test makes "go"
#   submit [OPTION...]                   run gem5art-run --slurm for x.json, the experiment of tests/experiment.sh

. "$root/tests/experiment.sh"

PATH=$BUILD:$PATH
export PATH TMPDIR=/tmp

fresh() {
    mkdir -p "$work/$1/repo" && cd "$work/$1" || exit 1
    shift
    echo "# stand-in: $*" >repo/run.py
    git init -q repo && git -C repo add -A && git -C repo commit -qm first
}
values() { seq -s , "$@"; }
submit() { run gem5art-run --slurm "$@" x.json; }
sbatch=$(command -v sbatch)
# fake_sbatch 'LINES' - another sbatch for submit_fake, a script with these lines; $sbatch is the real one
fake_sbatch() {
    mkdir -p bin
    printf '#!/bin/sh\n%s\n' "$1" >bin/sbatch
    chmod +x bin/sbatch
}
submit_fake() { run env PATH="$PWD/bin:$PATH" gem5art-run --slurm "$@" x.json; }

# Of the store: records with this status; all records; runs with more than one record; records with a text
records() { gem5art-getruns - >.runs 2>/dev/null; }
recorded() { records && grep -c "^    \"status\": \"$1\"" .runs; }
all_recorded() { [ "$(recorded "$2")" = "$1" ]; }
recorded_twice() { records && grep '^    "hash":' .runs | sort | uniq -d | wc -l; }
different() { records && grep "^    \"$1\":" .runs | sort -u; }

# Of Slurm: tasks, in this state; is its queue empty?
tasks() { squeue -h -r -o %i ${1:+-t "$1"} | wc -l; }
are_tasks() { [ "$(tasks "$1")" = "$2" ]; }
queue_is_empty() { squeue -h >.queue && [ ! -s .queue ]; }
# Of outdirs: do these runs run?
are_running() { for n; do grep -q '"Running"' "out/$n/info.json" || return 1; done; }
# Of the live entries: runs that are queued, runs that have begun
queued() { ls db.json.queued 2>/dev/null | wc -l; }
live() { ls db.json.live 2>/dev/null | wc -l; }
nothing_live() { [ "$(live)$(queued)" = 00 ]; }

# Slurm lets a task that was put back into the queue wait for two minutes; a test only for the few seconds in which a
# node may still refuse the task.
hurry() {
    squeue -h -r -t pending -o '%i %r %S' | while read -r task reason start; do
        [ "$reason" = BeginTime ] && [ $(($(date -d "$start" +%s) - $(date +%s))) -gt 10 ] || continue
        scontrol update JobId="$task" StartTime=now+5
    done
}
ends_in_a_hurry() { hurry; queue_is_empty; }

# ended - waits until Slurm has no job left; of a test that hangs, all jobs are ended, for the next
ended() {
    until_true 200 "${1:-queue_is_empty}" && return
    squeue -r -o '%i %T %r %N'
    scancel -u root
    return 1
}
