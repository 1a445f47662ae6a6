#!/bin/sh
# The cluster of these tests itself: commands run in it, nodes go and come back, and nothing is left of it.
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/../check.sh"
daemons() { pgrep -x 'slurmctld|slurmd|munged|slurmstepd' | wc -l; }
# A cluster is a process group, as under timeout.
new_cluster() { exec setsid env -u CLUSTER -u SLURM_CONF sh "$root/tests/slurm/cluster.sh" "$@"; }
node_is() { [ "$(sinfo -h -n "$1" -p main -o %t)" = "$2" ]; }
no_daemons() { [ "$(daemons)" = "$before" ]; }

begin "two nodes, each a machine of its own"
run srun -N 2 sh -c 'hostname; cat /proc/sys/kernel/random/boot_id'
same status $status 0
same "names and boot ids" "$(echo "$out" | sort -u | wc -l)" 4

begin "a node loses its power and boots again, its daemon and the controller end and start"
node_off n2
same "nodes that answer" "$(on_node n1 hostname; on_node n2 hostname 2>/dev/null)" n1
node_on n2
check "it is back" until_true 60 srun -w n2 true
slurmd_off n2
slurmd_on n2
check "its daemon is back" until_true 60 srun -w n2 true
ctld_off
run scontrol ping
check "no answer" test $status != 0
ctld_on
check "the controller is back" until_true 60 srun -w n1 true

begin "a second cluster at the same time; a command's status is the cluster's"
run env CLUSTER_NODES=3 CLUSTER_MAX_ARRAY=7 env -u CLUSTER -u SLURM_CONF sh "$root/tests/slurm/cluster.sh" sh -c \
    'sinfo -h -p main -o %D; scontrol show config | grep -c "^MaxArraySize *= 7"; exit 5'
same status $status 5
same "its nodes, and its knob" "$out" "3
1"

begin "nothing is left of a cluster that ended, was ended, or was killed"
before=$(daemons)
(new_cluster sh -c 'sbatch --wrap "sleep 1000"; echo "$CLUSTER"') >ended
check "daemons after its end" until_true 60 no_daemons
check "its folder after its end" test ! -e "$(tail -n 1 ended)"
for signal in TERM KILL; do
    new_cluster sh -c 'srun sleep 1000 & until [ "$(squeue -h -t running)" ]; do sleep 0.1; done
        echo "$CLUSTER"; sleep 1000' >up 2>errors &
    check "it starts" until_true 60 test -s up
    case $signal in
        TERM) kill -TERM -$! ;;
        KILL) kill -KILL $! ;;
    esac
    check "daemons after $signal" until_true 60 no_daemons
    wait $!
    [ $signal = KILL ] || check "its folder after $signal" test ! -e "$(cat up)"
    rm -rf "$(cat up)"
done
finish
