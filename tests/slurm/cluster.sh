#!/bin/sh
# cluster.sh - a throw-away Slurm cluster on one machine: as root, without systemd, and with nothing under /etc.
#
#   cluster.sh COMMAND...          runs a command on the login node of a new cluster, which ends with the command
#   . cluster.sh                   at the top of a test script: the script runs like that, and has these functions:
#
#   node_off n1     node_on n1     the node loses its power, and with it all of its processes; it boots again
#   slurmd_off n1   slurmd_on n1   the node's slurmd is killed, and its jobs stay; it starts again
#   ctld_off        ctld_on        the controller, slurmctld, is stopped; it starts again
#   on_node n1 COMMAND...          runs a command on the node
#   until_true SECONDS COMMAND...  waits until the command succeeds
#
# Environment: CLUSTER_NODES=2, CLUSTER_CPUS=8 of a node, CLUSTER_MAX_ARRAY=1001 (MaxArraySize), CLUSTER_KILL_WAIT=5
# (KillWait), CLUSTER_DOWN_AFTER=300 (SlurmdTimeout), CLUSTER_LINE (one more line of slurm.conf). Partitions: main; staff, for the group root only; urgent, which
# preempts the others' jobs.
#
# The cluster lives in name spaces. Its network is its own, so that clusters do not share ports. Its processes end with
# the first of them, however that ends. Each node has its own processes, host name and boot id, and so is another machine
# to the programs on it. The nodes share the file systems, as those of a cluster do.

until_true() {
    _until=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -le $_until ] || return 1
        sleep 0.05
    done
}
_is_gone() { case $(ps -o stat= -p "$1") in '' | Z*) ;; *) return 1 ;; esac; }
_end() { kill "-$2" "$1" && until_true 60 _is_gone "$1"; }

# The first process of a node does nothing but take in orphans.
node_on() {
    mkdir -p -m 755 "$CLUSTER/$1" "$CLUSTER/$1/spool"
    cat /proc/sys/kernel/random/uuid >"$CLUSTER/$1/boot_id"
    unshare --uts --pid --mount-proc --fork --kill-child sh -c '
        hostname "$1" && mount --bind "$CLUSTER/$1/boot_id" /proc/sys/kernel/random/boot_id && >"$CLUSTER/$1/is_on" &&
            while :; do sleep 3600; done' node "$1" >>"$CLUSTER/$1/log" 2>&1 </dev/null &
    until_true 60 test -e "$CLUSTER/$1/is_on" || return 1
    pgrep -P $! >"$CLUSTER/$1/pid"
    slurmd_on "$1"
}
node_off() {
    _end "$(cat "$CLUSTER/$1/pid")" KILL
    rm "$CLUSTER/$1/is_on"
}
on_node() (
    node=$1
    shift
    exec nsenter --all --target "$(cat "$CLUSTER/$node/pid")" "$@"
)
slurmd_on() { on_node "$1" slurmd -N "$1"; }
slurmd_off() { on_node "$1" sh -c 'pkill -KILL -x slurmd; while pgrep -x slurmd; do sleep 0.05; done' >/dev/null; }
ctld_on() { slurmctld && until_true 60 scontrol ping; }
ctld_off() { _end "$(cat "$CLUSTER/slurmctld.pid")" TERM; }

_write_conf() {
    cat <<END
ClusterName=test
SlurmctldHost=login
SlurmctldPort=6817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$CLUSTER/munge/socket
CredType=cred/munge
MailProg=/bin/true
StateSaveLocation=$CLUSTER/state
SlurmctldPidFile=$CLUSTER/slurmctld.pid
SlurmctldLogFile=$CLUSTER/slurmctld.log
SlurmdPidFile=$CLUSTER/%n/slurmd.pid
SlurmdLogFile=$CLUSTER/%n/log
SlurmdSpoolDir=$CLUSTER/%n/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/basic
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
EnforcePartLimits=ALL
MaxArraySize=${CLUSTER_MAX_ARRAY:-1001}
MaxJobCount=20000
MinJobAge=300
KillWait=${CLUSTER_KILL_WAIT:-5}
OverTimeLimit=0
InactiveLimit=0
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=${CLUSTER_DOWN_AFTER:-300}
SlurmdParameters=config_overrides
DefMemPerCPU=100
${CLUSTER_LINE:-}
END
    for _node in $_nodes; do
        echo "NodeName=$_node Port=$((6817 + ${_node#n})) CPUs=${CLUSTER_CPUS:-8} RealMemory=4000"
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=10 State=UP"
    echo "PartitionName=staff Nodes=ALL AllowGroups=root State=UP"
    echo "PartitionName=urgent Nodes=ALL PriorityTier=10 State=UP"
}

_cluster_on() {
    _nodes=$(seq -f 'n%.0f' "${CLUSTER_NODES:-2}")
    # getaddrinfo needs an address that is not 127.0.0.1, and names that need no network.
    ip link set lo up && ip address add 10.0.0.1/32 dev lo && hostname login || return 1
    echo 127.0.0.1 localhost >"$CLUSTER/hosts" && echo 10.0.0.1 login $_nodes >>"$CLUSTER/hosts"
    mount --bind "$CLUSTER/hosts" /etc/hosts || return 1
    mkdir -m 711 "$CLUSTER/munge" && mkdir "$CLUSTER/state" || return 1
    (umask 077 && head -c 1024 /dev/urandom >"$CLUSTER/munge/key")
    chown -R munge:munge "$CLUSTER/munge"
    setpriv --reuid=munge --regid=munge --clear-groups munged --key-file="$CLUSTER/munge/key" \
        --socket="$CLUSTER/munge/socket" --pid-file="$CLUSTER/munge/pid" --log-file="$CLUSTER/munge/log" \
        --seed-file="$CLUSTER/munge/seed" || return 1
    _write_conf >"$SLURM_CONF"
    slurmctld || return 1
    for _node in $_nodes; do node_on "$_node" || return 1; done
    until_true 60 sh -c "[ \$(sinfo -h -N -p main -t idle -o %N | wc -l) = ${CLUSTER_NODES:-2} ]"
}

_missing() {
    echo "${0##*/} needs $1"
    if [ -n "${CI:-}" ]; then echo "0 passed, 1 failed" && exit 1; fi
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

# A container or kernel without name spaces is skipped in CI, too: no package can change that.
_impossible() {
    echo "skipped: ${0##*/}: this system does not let root make name spaces"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

# Makes the name spaces, and continues below as their first process.
_enter() {
    PATH=$PATH:/usr/sbin:/sbin
    for _program in slurmctld slurmd sbatch munged unshare nsenter setpriv ip pgrep; do
        command -v $_program >/dev/null || _missing "$_program (Debian: apt-get install slurmctld slurmd slurm-client \
munge iproute2 procps util-linux)"
    done
    [ "$(id -u)" = 0 ] || _missing "root, for the name spaces of its cluster"
    unshare --uts --net --pid --mount-proc --fork true 2>/dev/null || _impossible
    CLUSTER=$(mktemp -d /tmp/slurm.XXXXXX) && chmod 755 "$CLUSTER" && mkdir -m 1777 "$CLUSTER/tmp" || exit 1
    export PATH CLUSTER SLURM_CONF="$CLUSTER/slurm.conf" TMPDIR="$CLUSTER/tmp"
    exec unshare --uts --net --pid --mount-proc --fork --kill-child sh "$_here/cluster.sh" "$@"
}

_run() {
    trap 'kill -KILL -1; rm -rf "$CLUSTER"' EXIT
    trap 'exit 1' INT TERM HUP
    if ! _cluster_on; then
        echo "the cluster does not start; the ends of its logs:"
        tail -n 5 "$CLUSTER"/*.log "$CLUSTER"/*/log
        exit 1
    fi
    "$@"
    exit
}

_here=$(cd "$(dirname "$0")" && pwd)
case ${0##*/}:${CLUSTER:-} in
    cluster.sh:) _enter "$@" ;;
    cluster.sh:*) _run "$@" ;;
    *:) _enter sh "$0" "$@" ;;
esac
