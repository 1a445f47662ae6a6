#!/usr/bin/env python3
"""frame.py - checks the numbers of gem5art-stats, with its own reading of statistics and its own formulas.

     frame.py TOOL DATA     in an empty folder, which it fills; DATA is tests/data. Prints a line for each difference.
"""
import csv
import gzip
import io
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys

tool, data = sys.argv[1:]
BEGIN, END = ("---------- %s Simulation Statistics %s----------" % words for words in (("Begin", ""), ("End", "  ")))


def wrong(*words):
    print(*words)


def equal(what, actual, expected, exact=False):
    if expected is None or math.isnan(expected):
        if actual != "":
            wrong(what, "is", repr(actual), "not empty")
    elif actual == "" or not (float(actual) == expected or
                              (not exact and math.isclose(float(actual), expected, rel_tol=1e-12))):
        wrong(what, "is", repr(actual), "not", repr(expected))


def read(path):
    """The complete dumps of a file, each a dictionary."""
    dumps, current = [], None
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
        for line in lines:
            words = line.split()
            if line.startswith("---------- Begin"):
                current = {}
            elif line.startswith("---------- End"):
                dumps.append(current)
            elif len(words) > 1 and re.fullmatch(r"-?([\d.]+(e[-+]?\d+)?|nan|inf)", words[1]):
                current[words[0]] = float(words[1])
    return dumps


def make(records, store="db.json"):
    """Makes a store: of (dumps or path, variables, members)."""
    lines = []
    for number, (source, variables, members) in enumerate(records, 1):
        outdir = os.path.abspath("%s.out/%d" % (store, number))
        os.makedirs(outdir, exist_ok=True)
        if isinstance(source, str):
            with gzip.open(source) as file, open(outdir + "/stats.txt", "wb") as copy:
                copy.write(file.read())
        else:
            with open(outdir + "/stats.txt", "w") as file:
                for dump in source:
                    file.write("\n%s\n" % BEGIN)
                    for name, value in dump.items():
                        file.write("%-40s %12s # a statistic (Count)\n" % (name, repr(value)))
                    file.write("\n%s\n" % END)
        record = {"_id": "%08x-0000-4000-8000-000000000000" % number, "hash": "h%d" % number, "type": "gem5 run",
                  "name": "run %d" % number, "status": "Finished", "outdir": outdir, "variables": variables,
                  "end_time": 1790000000.5 + number}
        record.update(members)
        lines.append(json.dumps(record))
    with open(store, "w") as file:
        file.write("[\n" + ",\n".join(lines) + "]\n")


def table(*arguments, store="db.json"):
    done = subprocess.run([tool, "--csv", "--db-uri", store] + list(arguments), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if done.returncode:
        wrong(arguments, "ends with", done.returncode, done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "surrogateescape"), newline="")))


def check_real():
    """Every statistic that gem5 wrote, to the last digit."""
    files = sorted(name for name in os.listdir(data + "/stats"))
    make([("%s/stats/%s" % (data, name), {"file": name}, {}) for name in files], "real.json")
    expected = [read("%s/stats/%s" % (data, name)) for name in files]
    rows = table("**", store="real.json")
    for dumps, row, name in zip(expected, rows, files):
        last = dumps[-1]
        if set(last) - set(row):
            wrong(name, "lacks", sorted(set(last) - set(row))[:5])
        for key, cell in row.items():
            if key not in ("id", "name", "status", "file", "n"):
                equal("%s of %s" % (key, name), cell, last.get(key), exact=True)
    rows = table("--dump", "all", "--long", "sim*", "system.**", store="real.json")
    if len(rows) == 0:
        wrong("no rows of all dumps")
    for row in rows:
        dumps = expected[files.index(row["file"])]
        equal("dump %s, %s of %s" % (row["dump"], row["statistic"], row["file"]), row["value"],
              dumps[int(row["dump"])].get(row["statistic"]), exact=True)
    several = max(range(len(files)), key=lambda i: len(expected[i]))
    for word, chosen in (("first", expected[several][0]), ("1", expected[several][1]), ("last", expected[several][-1])):
        row = table("--dump", word, "--where", "file=" + files[several], "simTicks", store="real.json")[0]
        equal("--dump " + word, row["simTicks"], chosen["simTicks"], exact=True)
    row = table("--dump", "sum", "--where", "file=" + files[several], "simTicks",
                "ipc = simInsts / system.cpu.numCycles", store="real.json")[0]
    total = {key: sum(dump[key] for dump in expected[several])
             for key in ("simTicks", "simInsts", "system.cpu.numCycles")}
    equal("the sum of dumps", row["simTicks"], total["simTicks"])
    equal("a quotient of sums", row["ipc"], total["simInsts"] / total["system.cpu.numCycles"])


DUMP = {"simInsts": 1000, "simTicks": 2.5e12, "zero": 0, "bad": math.nan, "large": math.inf, "system.cpu0.ipc": 0.5,
        "system.cpu1.ipc": 1.5, "system.cpu2.ipc": 0.25, "system.cpu0.thread0.ipc": 7, "system.cpu0.insts": 3,
        "system.cpu1.insts": 5, "v::a": 1, "v::b.c": 2, "v::total": 3, "h::0-3": 4, "h::4-7": 6, "odd::a b": 8,
        "a-b": 9, "x_1": 11, "x_2": 12}
FORMULAS = {  # each with what it is, or None for an empty cell
    "simInsts": 1000, "simInsts + 1": 1001, "2*simInsts": 2000, "simInsts * 2": 2000, "-simInsts": -1000,
    "--simInsts": 1000, "simInsts - 1 - 2": 997, "simInsts / 10 / 10": 10, "2 + 3 * 4": 14, "(2 + 3) * 4": 20,
    "2 * -3": -6, "1e3": 1000, "1.5e-3": 0.0015, ".5": 0.5, "simInsts/simTicks": 1000 / 2.5e12, "7 - (2 - 1)": 6,
    "sum(system.cpu*.ipc)": 2.25, "mean(system.cpu*.ipc)": 0.75, "min(system.cpu*.ipc)": 0.25,
    "max(system.cpu*.ipc)": 1.5, "count(system.cpu*.ipc)": 3, "sum(system.cpu[01].ipc)": 2,
    "sum(system.cpu?.ipc)": 2.25,
    "sum(system.cpu**.ipc)": 9.25, "sum(**.ipc)": 9.25, "count(system.**)": 6, "sum(v::*)": 3, "sum(v::total)": 3,
    "sum(v**)": 3, "h::0-3": 4, "h::0-3 + h::4-7": 10, "sum(h::*)": 10, '"odd::a b" + 1': 9,
    '"a-b"': 9, "sum( system.cpu0.insts ) / count( system.cpu*.insts )": 1.5,
    "sum(system.cpu*.insts) / sum(system.cpu*.ipc)": 8 / 2.25,
    "zero": 0, "1 / zero": None, "zero / zero": None, "bad": None, "bad + 1": None, "sum(bad)": None, "large": math.inf,
    "-large": -math.inf, "large - large": None, "1 / large": 0, "x_1 + x_2": 23, "count(bad)": 1,
}


def check_formulas():
    make([([DUMP], {}, {})])
    for source, value in FORMULAS.items():
        row = table("r = " + source)[0]
        equal(source, row["r"], value)
    row = table("a = simInsts / 10", "b = a * 2 + a", "simInsts = simInsts + 1", "c = simInsts")[0]
    for name, value in (("a", 100), ("b", 300), ("simInsts", 1001), ("c", 1001)):
        equal("column " + name, row[name], value)
    row = table("system.cpu*.ipc", "v::*")[0]
    names = [name for name in row if name not in ("id", "name", "status", "n")]
    if names != ["system.cpu0.ipc", "system.cpu1.ipc", "system.cpu2.ipc", "v::a", "v::b.c", "v::total"]:
        wrong("the columns of globs are", names)


# Two-sided 95% quantiles of Student's t, as published (scipy.stats.t.ppf(0.975, n))
STUDENT = {1: 12.706204736174698, 2: 4.302652729749464, 3: 3.1824463052837078, 4: 2.7764451051977934,
           5: 2.5705818356363146, 9: 2.2621571628540997, 10: 2.2281388519862735, 19: 2.0930240544083096,
           29: 2.0452296421327034, 30: 2.0422724563012378}


def check_repeats():
    numbers = random.Random(5)
    for freedom, t in STUDENT.items():
        values = [numbers.uniform(1e6, 2e6) for _ in range(freedom + 1)]
        make([([{"ipc": v, "same": 0.1}], {"cpu": "o3", "seed": str(i)}, {}) for i, v in enumerate(values)],
             "seeds.json")
        rows = table("--over", "seed", "ipc", "same", store="seeds.json")
        if len(rows) != 1 or "seed" in rows[0]:
            wrong("repeats are", rows)
        deviation = statistics.stdev(values)
        equal("n", rows[0]["n"], freedom + 1)
        equal("the mean", rows[0]["ipc"], statistics.fmean(values))
        equal("the deviation", rows[0]["ipc.sd"], deviation)
        if not math.isclose(float(rows[0]["ipc.ci95"]), t * deviation / math.sqrt(freedom + 1), rel_tol=1e-9):
            wrong("the interval of", freedom + 1, "is", rows[0]["ipc.ci95"])
        for name, value in (("same", 0.1), ("same.sd", 0), ("same.ci95", 0)):
            equal(name, rows[0][name], value, exact=True)
    make([([{"ipc": 2}], {"cpu": "o3", "seed": "1"}, {})], "seeds.json")
    row = table("--over", "seed", "ipc", store="seeds.json")[0]
    if (row["ipc"], row["ipc.sd"], row["ipc.ci95"], row["n"]) != ("2", "", "", "1"):
        wrong("one repeat is", row)


def check_means():
    numbers = random.Random(7)
    values = {(cpu, bench, seed): numbers.uniform(0.1, 9) for cpu in ("o3", "timing", "atomic") for bench in "abcde"
              for seed in "12"}
    make([([{"t": v}], {"cpu": c, "bench": b, "seed": s}, {}) for (c, b, s), v in values.items()])
    for kind, mean in (("arithmetic", statistics.fmean), ("geometric", statistics.geometric_mean),
                       ("harmonic", statistics.harmonic_mean)):
        rows = table("--mean", kind, "t")
        equal(kind, rows[-1]["t"], mean(values.values()))
        rows = [row for row in table("--mean", kind, "--group-by", "cpu,seed", "t") if not row["id"]]
        if len(rows) != 6:
            wrong("there are", len(rows), "means")
        for row in rows:
            equal("%s by group" % kind, row["t"], mean([v for (c, b, s), v in values.items()
                                                        if (c, s) == (row["cpu"], row["seed"])]))
    for options, form in (((), lambda v, base: v / base), (("--speedup",), lambda v, base: base / v)):
        for row in table("--baseline", "cpu=timing", *options, "t"):
            c, b, s = row["cpu"], row["bench"], row["seed"]
            equal("%s relative to timing" % c, row["t"], form(values[c, b, s], values["timing", b, s]))
        rows = table("--baseline", "cpu=timing", *options, "--over", "seed", "--mean", "geometric",
                     "--group-by", "cpu", "t")
        merged = {(c, b): [form(values[c, b, s], values["timing", b, s]) for s in "12"] for c, b, _ in values}
        for row in rows:
            c, b = row["cpu"], row["bench"]
            if row["id"]:
                equal("%s %s merged" % (c, b), row["t"], statistics.fmean(merged[c, b]))
                equal("its deviation", row["t.sd"], statistics.stdev(merged[c, b]))
            else:
                equal("the mean of %s" % c, row["t"], statistics.geometric_mean([statistics.fmean(merged[c, b])
                                                                                for b in "abcde"]))
                if b != "geomean":
                    wrong("a mean has the label", b)


def check_weights():
    weights = {"a": {"0": 0.5, "3": 0.3, "7": 0.2}, "b": {"1": 0.25, "2": 0.745}}
    for bench, lines in weights.items():
        with open("weights-%s.txt" % bench, "w") as file:
            file.writelines("%s %s\n" % (weight, number) for number, weight in lines.items())
    runs = [({"insts": 100 * i + 7, "cycles": 40 * i * i + 13, "bench": bench}, bench, point)
            for i, (bench, point) in enumerate([(b, p) for b in weights for p in weights[b]], 1)]
    make([([{k: v for k, v in dump.items() if k != "bench"}], {"bench": b, "simpoint": p, "cpu": "o3"}, {})
          for dump, b, p in runs])
    rows = table("--weights", "weights-{bench}.txt", "insts", "ipc = insts / cycles")
    if [row["bench"] for row in rows] != ["a", "b"] or "simpoint" in rows[0]:
        wrong("weighted rows are", rows)
    for row in rows:
        total = sum(weights[row["bench"]].values())
        insts, cycles = (sum(d[key] * weights[b][p] for d, b, p in runs if b == row["bench"]) / total
                         for key in ("insts", "cycles"))
        equal("weighted insts", row["insts"], insts)
        equal("weighted ipc", row["ipc"], insts / cycles)


for check in (check_real, check_formulas, check_repeats, check_means, check_weights):
    check()
