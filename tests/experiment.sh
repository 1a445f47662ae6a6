# experiment.sh - sourced after check.sh: sweeps of a program of the tests, by a run script in the git repo "repo".
#
#   experiment PROGRAM 'VALUES' [NAME]   writes x.json: a run for each value, which is the program's argument

experiment() {
    cat >x.json <<END
{
  "artifacts": {
    "repo": {"type": "git repo", "path": "repo", "documentation": "a repo of the test"},
    "gem5": {"type": "gem5 binary", "path": "$BUILD/$1", "documentation": "a program of the test"},
  },
  "sweeps": [{"mode": "se", "name": "${3:-run {n\}}", "gem5_artifact": "gem5", "gem5_git_artifact": "repo",
              "run_script_git_artifact": "repo", "run_script": "repo/run.py", "outdir": "out/{n}", "params": ["{n}"],
              "matrix": {"n": [$2]}}],
}
END
}
