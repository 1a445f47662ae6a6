#!/bin/sh
# Experiment files: bad ones, each with its one sentence, and what good ones expand to.
. "$(dirname "$0")/check.sh"
launch=$BUILD/gem5art-run

begin "bad files: one sentence with line, column and the nearest right word"
# Pairs of lines: a file, and what is said of it.
bad=0
while IFS= read -r text && IFS= read -r expected; do
    printf '%s' "$text" >bad.json
    run "$launch" --dry-run bad.json
    same "status of $text" $status 1
    same "error of $text" "$err" "gem5art-run: $expected"
    same "output of $text" "$out" ""
    bad=$((bad + 1))
done <"$root/tests/data/experiments/bad.txt"
check "they are many" test $bad -ge 60
printf '{\n  // a comment\n  "sweeps": [{\n    "mode": "se", /* and\n another */ "nam": 1,\n  }],\n}\n' >bad.json
run "$launch" --dry-run bad.json
same "lines and columns stay" "$err" 'gem5art-run: bad.json:5:13: unknown key "nam" of a sweep: did you mean "name"?'
printf '{"a\\n\\u001b[2J": 1}' >bad.json
run "$launch" --dry-run bad.json
same "what a terminal would obey is written out" "$err" \
    'gem5art-run: bad.json:1:2: unknown key "a\n\x1b[2J" of an experiment: correct or remove it'
run "$launch" --dry-run none.json
same "status without the file" $status 1
has "error without the file" "$err" "none.json"

begin "gem5art's boot tests: the 240 command lines of its launch script"
for kernel in 5.4.49 4.19.83 4.14.134 4.9.186 4.4.186; do
    for cpus in 1 2 4 8; do
        for cpu in kvm atomic simple o3; do
            for memory in MI_example MESI_Two_Level MOESI_CMP_directory; do
                case $memory in
                    MESI_Two_Level) gem5=gem5/build/X86_MESI_Two_Level/gem5.opt ;;
                    MOESI_CMP_directory) gem5=gem5/build/MOESI_CMP_directory/gem5.opt ;;
                    *) gem5=gem5/build/X86/gem5.opt ;;
                esac
                out=$work/results/run_exit/vmlinux-$kernel/boot-exit/$cpu/$memory/$cpus/init
                echo "$gem5 -re --outdir=$out configs-boot-tests/run_exit.py linux-stable/vmlinux-$kernel" \
                    "disk-image/boot-exit/boot-exit-image/boot-exit $cpu $memory $cpus init"
            done
        done
    done
done | sort >expected
same "how many are expected" "$(wc -l <expected)" 240
run "$launch" --commands "$root/examples/boot-tests.json"
same status $status 0
sort .out >listed
check "they are the same" diff expected listed
check "in less than 60 lines" test "$(wc -l <"$root/examples/boot-tests.json")" -lt 60
same "--only" "$("$launch" --commands --only cpu=kvm --only cpu=o3 --only kernel=5.4.49 "$root/examples/boot-tests.json" 2>/dev/null | wc -l)" 24
same "--limit" "$("$launch" --commands --limit 7 "$root/examples/boot-tests.json" 2>/dev/null | wc -l)" 7
same "--cwd" "$("$launch" --commands --cwd / --limit 1 "$root/examples/boot-tests.json" 2>/dev/null | grep -c -- --outdir=/results/)" 1
check "nothing was made" test ! -e results -a ! -e db.json
for only in cpu=o4 cpus= nonsense=1; do
    run "$launch" --commands --only $only "$root/examples/boot-tests.json"
    same "status of --only $only" $status 1
    has "error of --only $only" "$err" "no run has "
done
wrong_where() { # CONDITION ADVICE
    run "$launch" --commands --where "$1" "$root/examples/boot-tests.json"
    has "advice for $1" "$err" "boot-tests.json: no run has $2"
}
wrong_where cpu=o4 "cpu=o4: cpu is one of kvm, atomic, simple, o3"
wrong_where cpu=atmic "cpu=atmic: did you mean cpu=atomic?"
wrong_where cpus=3 "cpus=3: cpus is one of 1, 2, 4, 8"
wrong_where cpux=3 'a variable "cpux": did you mean cpus?'
wrong_where nonsense=1 'a variable "nonsense": there is kernel, boot, cpus, cpu, memory'
run "$launch" --commands --only cpu=kvm --only cpu=o3 --limit 1 "$root/examples/boot-tests.json"
same "status of --only with --limit" $status 0
same "runs of --only with --limit" "$(wc -l <.out)" 1
run "$launch" --commands --only cpu "$root/examples/boot-tests.json"
same "status of --only cpu" $status 2
has "error of --only cpu" "$err" '--where: "cpu" does not compare a variable: give VAR=VALUE'

begin "the NPB sweep"
run "$launch" --commands "$root/examples/npb.json"
same status $status 0
same "how many" "$(wc -l <.out)" 32
has "one of them" "$out" "gem5/build/X86_MESI_Two_Level/gem5.opt -re --outdir=$work/results/run_npb/ft/A/timing/8 \
configs-npb-tests/run_npb.py linux-stable/vmlinux-4.19.83 disk-image/npb/npb-image/npb timing MESI_Two_Level ft.A.x 8"

begin "rows, overrides, families of artifacts, quoting, environment"
cat >good.json <<'END'
{ // defaults
  "mode": "se", "run_script": "run it.py", "gem5_git_artifact": "g", "run_script_git_artifact": "g", "timeout": "2d",
  "artifacts": {
    "g": {"type": "git repo", "path": ".", "documentation": "a repo of ours"},
    "gem5-{isa}": {"type": "gem5 binary", "path": "build/{isa}/gem5.opt", "inputs": ["g"], "documentation": "of {isa}, ours"},
    "gem5-X86": {"type": "gem5 binary", "path": "x", "documentation": "the one of X86"},
  },
  "sweeps": [{
    "name": "{isa} {n}", "gem5_artifact": "gem5-{isa}", "outdir": "o/{isa}/{n}", "params": ["{{{n}}}", "it's", "", 1.50],
    "matrix": {"isa": ["X86", "ARM"], "n": [1, 2, 3]},
    "exclude": [{"isa": "ARM", "n": [1, 3]}], "only": [{"n": [1, 2]}, {"n": 3}],
    "include": [{"isa": "RISCV", "n": "x y"}],
    "overrides": [{"when": {"n": 2}, "params": ["two"], "environment": {"A": "{isa} 1", "B": 2}},
                  {"when": {"isa": "ARM"}, "gem5_binary": "other/gem5"}],
  }, {"name": "alone", "gem5_artifact": "gem5-X86", "outdir": "alone", "artifacts": ["g"]}]
}
END
cat >expected <<END
x -re --outdir=$work/o/X86/1 'run it.py' '{1}' 'it'\\''s' '' 1.50
A='X86 1' B=2 x -re --outdir=$work/o/X86/2 'run it.py' two
x -re --outdir=$work/o/X86/3 'run it.py' '{3}' 'it'\\''s' '' 1.50
A='ARM 1' B=2 other/gem5 -re --outdir=$work/o/ARM/2 'run it.py' two
build/RISCV/gem5.opt -re '--outdir=$work/o/RISCV/x y' 'run it.py' '{x y}' 'it'\\''s' '' 1.50
x -re --outdir=$work/alone 'run it.py'
END
run "$launch" --commands good.json
same status $status 0
has "a warning of what is not here" "$err" "gem5art-run: warning: cannot find the run script $work/run it.py"
check "what it expands to" diff expected .out
finish
