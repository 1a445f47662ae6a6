#!/bin/sh
# The session of examples/working-day.txt: its commands are typed, and their answers are compared word for word.
#
#   make test TESTS=session            compares
#   RECORD=1 sh tests/test_session.sh  writes the answers again, to be read by a person before they are committed
. "$(dirname "$0")/check.sh"
session=$root/examples/working-day.txt
export PATH="$BUILD:$PATH" COLUMNS=100 TZ=UTC GIT_AUTHOR_DATE='2026-11-02 09:00 UTC' GIT_COMMITTER_DATE='2026-11-02 09:00 UTC'

repo() { # FOLDER - commits all that is in it
    git -C "$1" init -q && git -C "$1" add -A && git -C "$1" commit -qm "First version"
}

begin "a working day"
need python3 bash || finish
mkdir -p study/gem5/build/X86 study/scripts && cd study || exit 1
echo build/ >gem5/.gitignore
cp "$BUILD/gem5-stand-in" gem5/build/X86/gem5.opt
printf '%s\n' '# Boots Linux with the CPU model, cores and memory system of its arguments.' '# stand-in: fatal' >scripts/boot.py
repo gem5 && repo scripts
echo "stands for a Linux kernel" >vmlinux
echo "stands for a disk image" >disk.img
cat >boot.json <<'END'
{
  "artifacts": {
    "gem5": {"type": "git repo", "path": "gem5", "documentation": "gem5 v24.0"},
    "gem5.opt": {"type": "gem5 binary", "path": "gem5/build/X86/gem5.opt", "documentation": "gem5 v24.0 for X86"},
    "scripts": {"type": "git repo", "path": "scripts", "documentation": "our run scripts"},
    "linux": {"type": "kernel", "path": "vmlinux", "documentation": "Linux 6.1, defconfig"},
    "ubuntu": {"type": "disk image", "path": "disk.img", "documentation": "Ubuntu 22.04, boot and exit"},
  },
  "sweeps": [{
    "mode": "fs", "name": "boot {cpu} {cores} {memory}", "run_script": "scripts/boot.py", "timeout": "2h",
    "gem5_artifact": "gem5.opt", "gem5_git_artifact": "gem5", "run_script_git_artifact": "scripts",
    "linux_binary_artifact": "linux", "disk_image_artifact": "ubuntu",
    "matrix": {"cpu": ["atomic", "timing", "o3"], "cores": [1, 2], "memory": ["classic", "ruby"]},
    "params": ["{cpu}", "{cores}", "{memory}"], "outdir": "results/{cpu}/{cores}/{memory}",
    "overrides": [{"when": {"cpu": "o3", "cores": 2, "memory": "ruby"},
                   "params": ["{cpu}", "{cores}", "{memory}", "--stand-in=panic"]}],
  }],
}
END
if [ "$RECORD" ]; then python3 "$root/tests/session.py" "$session" --record; exit; fi
check "each command answers as it did" python3 "$root/tests/session.py" "$session"
finish
