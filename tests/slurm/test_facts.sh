#!/bin/sh
# What Slurm itself does to the processes of a job, as gem5art-run --exec relies on it: which signals reach which.
CLUSTER_KILL_WAIT=2
export CLUSTER_KILL_WAIT
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"

# listen NAME - notes each signal in NAME/got, and ends by SIGKILL alone
cat >listen <<'END'
#!/bin/sh
for signal in TERM INT USR1; do trap "echo $signal >>$1/got" $signal; done
echo ready >>$1/got
while :; do sleep 0.05; done
END
chmod +x listen

# submit NAME 'LINES' [OPTION...] - starts a job with these lines in the folder NAME, and waits for it to run
submit() {
    name=$1 lines=$2
    shift 2
    mkdir "$name" "$name/batch" "$name/child" "$name/group" "$name/session"
    printf '#!/bin/bash\n%s\n' "$lines" >"$name/script"
    (cd "$name" && sbatch --parsable -o out "$@" script >job)
    check "$name: its processes start" until_true 60 got "$name" batch ready
}
# Four processes: a child, one in a process group of its own, one in a session of its own, and the batch script's own.
four='../listen child & setsid ../listen session & set -m; ../listen group & set +m
for name in child group session; do until grep -q ready $name/got; do sleep 0.05; done; done
exec ../listen batch'
job() { cat "$1/job"; }
got() { grep -qx "$3" "$1/$2/got"; } # has the process $2 of the job $1 got the signal $3?
all_got() { for process in batch child group session; do got "$1" $process "$2" || return 1; done; }
signals() { grep -vx ready "$1/$2/got" | sort -u | xargs; }
in_state() { [ "$(scontrol -o show job "$(job "$1")" | grep -o 'JobState=[A-Z_]*')" = "JobState=$2" ]; }
none_left() { for node in n1 n2; do ! on_node $node pgrep -f "[l]isten" || return 1; done; }

begin "scancel sends SIGTERM to every process of a job, and after KillWait SIGKILL"
submit cancel "$four"
scancel "$(job cancel)"
check "SIGTERM" until_true 60 all_got cancel TERM
check "SIGKILL" until_true 60 none_left
check "the job's state" until_true 60 in_state cancel CANCELLED

begin "a requeue does the same"
submit requeue "$four" --requeue
scontrol requeue "$(job requeue)"
check "SIGTERM" until_true 60 all_got requeue TERM
check "SIGKILL" until_true 60 none_left
check "the job waits again" until_true 60 in_state requeue PENDING
scancel "$(job requeue)"

begin "scancel --signal reaches nobody; with --batch the batch process; with --full its process group, but no other"
submit one "$four"
scancel --signal=TERM "$(job one)"
scancel --batch --signal=INT "$(job one)"
check "--batch" until_true 60 got one batch INT
same "what the batch process got" "$(signals one batch)" INT
scancel --full --signal=USR1 "$(job one)"
check "--full" until_true 60 got one batch USR1
check "--full" until_true 60 got one child USR1
same "what the batch process got" "$(signals one batch)" "INT USR1"
same "what a child got" "$(signals one child)" USR1
same "what a process group of its own got" "$(signals one group)" ""
same "what a session of its own got" "$(signals one session)" ""
scancel "$(job one)"
check "the job ends" until_true 60 none_left

begin "without exec, a signal to the batch process ends its shell, and leaves the program"
submit shell '../listen batch'
scancel --batch --signal=USR1 "$(job shell)"
check "the job ends" until_true 60 in_state shell FAILED
same "what the program got" "$(signals shell batch)" ""
for node in n1 n2; do on_node $node pkill -KILL -f "[l]isten"; done

# Slurm looks for ended limits every 30 s; the limit is brought forward when the first signal has come.
begin "--signal=B:USR1@S reaches the batch process alone, before the time limit does what scancel does"
submit limit "$four" --time=5 --signal=B:USR1@300
check "SIGUSR1" until_true 120 got limit batch USR1
same "what the batch process got" "$(signals limit batch)" USR1
same "what the others got" "$(signals limit child)$(signals limit group)$(signals limit session)" ""
check "the new limit" until_true 60 scontrol update JobId="$(job limit)" EndTime=now+5 # refused if that is over when it comes
check "SIGTERM" until_true 120 all_got limit TERM
check "SIGKILL" until_true 120 none_left
check "the job's state" until_true 60 in_state limit TIMEOUT
finish
