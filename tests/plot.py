"""Made runs for tests/test_plot.sh, and an independent look at the figures of gem5art-plot.

plot.py make FOLDER            a store, db.json, of runs with statistics in FOLDER
plot.py hostile FOLDER         one of runs whose variables have hostile values
plot.py many FOLDER            one of 200 runs
plot.py bars FILE.svg          prints the values of the bars of a figure, calculated from where they are, and its ticks
plot.py boxes FILE.svg         the same of boxes: low end, lower quartile, median, upper quartile, high end
plot.py expect bars|boxes      what these two print for the figures in the tests, calculated from the made values
plot.py wellformed FILE...     exits 1 unless all are XML
"""
import json
import math
import os
import re
import statistics
import sys
import xml.etree.ElementTree as tree

WORKLOADS = ["stream", "dhrystone", "coremark"]
CPUS = ["timing", "minor", "o3"]
SEEDS = [1, 2, 3, 4, 5]
FORM = "{http://www.w3.org/2000/svg}"


def ticks(workload, cpu, seed):
    noise = seed * 7919 % 13 + (30 if seed == 5 else 0)
    return (3 + WORKLOADS.index(workload)) * 10**9 // (1 + CPUS.index(cpu)) + noise * 10**7


def dump(values):
    lines = [f"{name:<40} {value:>12} # made ({unit})" for name, value, unit in values]
    return "\n".join(["", "---------- Begin Simulation Statistics ----------", *lines, "",
                      "---------- End Simulation Statistics   ----------", ""])


def record(number, outdir, variables):
    return {"_id": f"{number:08x}-0000-4000-8000-000000000000", "hash": f"h{number}", "type": "gem5 run",
            "name": "made", "status": "Finished", "outdir": outdir, "end_time": 1790000000 + number,
            "variables": variables}


HOSTILE = ["<script>alert(1)</script>", "\"q\" & 'r'", "\\input{/etc/passwd}", "two\nlines", "x" * 10000,
           "\u05e9\u05dc\u05d5\u05dd RTL \u202e evil", "\udcff bad $x_1^2$ #1 %c ~", "]]>{}[x]",
            "\ufffe \U0001f600 \x01", "é µs"]


def hostile(folder):
    """A store whose runs have such values; each in two variables."""
    records = []
    for name in HOSTILE:
        outdir = os.path.join(os.path.abspath(folder), f"run{len(records)}")
        os.makedirs(outdir)
        with open(os.path.join(outdir, "stats.txt"), "w") as file:
            file.write(dump([("simTicks", 5 + len(records), "Tick"), ("simInsts", 7, "Count")]))
        records.append(record(len(records), outdir, {"a": name, "b": name}))
    with open("db.json", "w") as file:
        json.dump(records, file)


def many(folder):
    """A store of 200 runs."""
    records = []
    for i in range(200):
        outdir = os.path.join(os.path.abspath(folder), f"run{i}")
        os.makedirs(outdir)
        with open(os.path.join(outdir, "stats.txt"), "w") as file:
            file.write(dump([("simTicks", i - 50, "Tick")]))
        records.append(record(i, outdir, {"benchmark": f"benchmark {i}"}))
    with open("db.json", "w") as file:
        json.dump(records, file)


def make(folder):
    records = []
    for workload in WORKLOADS:
        for cpu in CPUS:
            for seed in SEEDS:
                number = len(records)
                outdir = os.path.join(os.path.abspath(folder), f"run{number}")
                os.makedirs(outdir)
                total = ticks(workload, cpu, seed)
                with open(os.path.join(outdir, "stats.txt"), "w") as file:
                    for part in (1, 2, 3):
                        file.write(dump([("simTicks", total * part // 3, "Tick"), ("simInsts", 1000000 * part, "Count"),
                                         ("cpu.busy", total // 2, "Tick"), ("cpu.stalled", total // 3, "Tick"),
                                         ("cpu.idle", total // 6, "Tick"), ("cpu.delta", (seed - 3) * 2.5, "Count"),
                                         ("cpu.huge", 1e18 + seed, "Count"), ("cpu.tiny", seed * 1e-12, "Second"),
                                         ("cpu.bad", "nan", "Count"), ("cpu.zero", 0, "Count")]))
                records.append(record(number, outdir, {"workload": workload, "cpu": cpu, "seed": str(seed)}))
    with open("db.json", "w") as file:
        json.dump(records, file)


class Axis:
    """From heights to values, by the labels of the ticks: two of them are enough."""

    def __init__(self, root):
        labels = [(float(t.get("y")) - 0.35 * 7, t.text.replace("\u2212", "-")) for t in root.iter(FORM + "text")
                  if t.get("text-anchor") == "end" and t.get("font-size") == "7" and not t.get("transform")]
        (y1, v1), (y2, v2) = labels[0], labels[-1]
        label = [t.text for t in root.iter(FORM + "text") if "rotate(-90" in (t.get("transform") or "")][-1]
        power = re.search("10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", label)
        factor = 10 ** int(power.group(1).translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))) if power else 1
        self.zero, self.scale = y1, (float(v2) - float(v1)) * factor / (y2 - y1)
        self.first = float(v1) * factor

    def value(self, y):
        return self.first + (y - self.zero) * self.scale


def bars(path):
    root = tree.parse(path).getroot()
    axis = Axis(root)
    for rect in root.iter(FORM + "rect"):
        hint = rect.find(FORM + "title")
        if hint is not None:
            top, height = float(rect.get("y")), float(rect.get("height"))
            print(hint.text.rsplit(": ", 1)[0], "%.2f" % (axis.value(top) - axis.value(top + height)))


def boxes(path):
    root = tree.parse(path).getroot()
    axis = Axis(root)
    for group in root.iter(FORM + "g"):
        rect = group.find(FORM + "rect")
        whiskers = [float(n) for n in re.findall(r"[MV ]([\d.]+)", group.find(FORM + "path").get("d"))]
        median = float(re.search(r"M[\d.]+ ([\d.]+)", group.findall(FORM + "path")[1].get("d")).group(1))
        top, height = float(rect.get("y")), float(rect.get("height"))
        five = [axis.value(y) for y in (whiskers[1], top + height, median, top, whiskers[-1])]
        print(rect.find(FORM + "title").text.rsplit(": ", 1)[0], *("%.2f" % (v / 1e9) for v in five))


def expect(kind):
    for cpu in ("minor", "o3"):
        speedups = []
        for workload in WORKLOADS if kind == "bars" else []:
            each = [ticks(workload, "timing", seed) / ticks(workload, cpu, seed) for seed in SEEDS]
            speedups.append(statistics.mean(each))
            print(f"{workload}, {cpu} %.2f" % speedups[-1])
        if kind == "bars":
            print(f"geomean, {cpu} %.2f" % math.exp(statistics.mean(map(math.log, speedups))))
    for cpu in CPUS if kind == "boxes" else []:
        values = sorted(ticks("stream", cpu, seed) / 1e9 for seed in SEEDS)
        first, median, third = statistics.quantiles(values, n=4, method="inclusive")
        within = [v for v in values if first - 1.5 * (third - first) <= v <= third + 1.5 * (third - first)]
        print(cpu, *("%.2f" % v for v in (min(within + [first]), first, median, third, max(within + [third]))))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "wellformed":
        for name in rest:
            tree.parse(name)
    else:
        {"make": make, "hostile": hostile, "many": many, "bars": bars, "boxes": boxes, "expect": expect}[command](*rest)
