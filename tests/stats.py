#!/usr/bin/env python3
"""stats.py - an independent view of gem5's statistics, with which tests/test_stats.sh compares tools/lib/stats.

     stats.py read FILE          reads what gem5 wrote; prints "DUMP NAME VALUE UNIT DESCRIPTION", tabs between
     stats.py make SEED FOLDER   makes files of all kinds of statistics as gem5's printers do, NAME.txt, and what they
                                 hold, NAME.tsv, which no reading of the files is needed for
"""
import gzip
import math
import random
import re
import sys

UNITS = "Count|Cycle|Tick|Second|Bit|Byte|Watt|Joule|Volt|Celsius|Ratio|Unspecified"


def bare(unit):  # "(Count/Second)" without its parentheses
    return unit[1:-1] if unit.startswith("(") else unit


def put(out, dump, name, value, unit, description):
    out.write("%d\t%s\t%s\t%s\t%s\n" % (dump, name, "%.17g" % float(value), unit, description))


# ---- reading, one regular expression a line; vectors in one line are not read


def read(path):
    dump = -1
    line_form = re.compile(r"^(\S+)\s+(-?(?:[\d.]+|nan|inf))(?:\s+\S+%){0,2}\s*(?:# (.*))?$")
    unit_form = re.compile(r"^(.*?) ?\(((?:%s)|\((?:%s)/(?:%s)\))\)$" % (UNITS, UNITS, UNITS))
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("---------- Begin"):
                dump += 1
            match = line_form.match(line)
            if not match:
                continue
            name, value, description = match.groups("")
            unit = unit_form.match(description)
            description, unit = unit.groups() if unit else (description, "")
            put(sys.stdout, dump, name, value, bare(unit), description.rstrip())


# ---- making


def shown(value):
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return "%.0f" % value if value == math.floor(value) else "%.6f" % value


class File:
    def __init__(self, path, spaces=True, descriptions=True, units=True, nozero=False, oneline=False):
        self.text, self.tsv = open(path + ".txt", "w"), open(path + ".tsv", "w")
        self.spaces, self.descriptions, self.units = spaces, descriptions, units and descriptions
        self.nozero, self.oneline, self.dump = nozero, oneline, -1

    def begin(self):
        self.dump += 1
        self.text.write("\n---------- Begin Simulation Statistics ----------\n")

    def end(self):
        self.text.write("\n---------- End Simulation Statistics   ----------\n")

    def close(self):
        self.text.close()
        self.tsv.close()

    def expect(self, name, value, description, unit):
        put(self.tsv, self.dump, name, shown(value), bare(unit) if self.units else "",
            description if self.descriptions else "")

    def ending(self, description, unit):
        text = " # " + description if self.descriptions and description else ""
        return text + (" (%s)" % unit if self.units and unit else "") + "\n"

    def columns(self, value, share=None, sum_of_shares=None):
        words = [shown(value)] + ["" if s is None else "%.2f%%" % (100 * s) for s in (share, sum_of_shares)]
        if self.spaces:
            return "%12s %10s %10s" % tuple(words)
        return " ".join(w for w in words if w)

    def line(self, name, value, description, unit, share=None, sum_of_shares=None):
        if self.nozero and value == 0:
            return
        self.text.write(("%-40s " if self.spaces else "%s ") % name)
        self.text.write(self.columns(value, share, sum_of_shares) + self.ending(description, unit))
        self.expect(name, value, description, unit)

    # Elements with their shares, in lines of their own or in one.
    def elements(self, name, parts, values, description, unit, shares=True, of_all=None, begun=0.0):
        total = sum(values) if of_all is None else of_all
        so_far = begun
        if self.oneline:
            self.text.write(("%-40s" if self.spaces else "%s") % name)
        for part, value in zip(parts, values):
            share = value / total if shares and total else None
            so_far = so_far + share if share is not None else None
            if self.oneline:
                self.text.write(" |" + self.columns(value, share, so_far))
                self.expect("%s::%s" % (name, part), value, description, unit)
            else:
                self.line("%s::%s" % (name, part), value, description, unit, share, so_far)
        if self.oneline:
            self.text.write(self.ending(description, unit))
        return so_far

    def vector(self, name, parts, values, description, unit, total=True):
        names = [str(i) for i in range(len(values))] if self.oneline or not parts else parts
        self.elements(name, names, values, description, unit)
        if total:
            self.line(name + "::total", sum(values), description, unit)

    def vector2d(self, name, rows, columns, values, description, unit):
        for row, of_row in zip(rows, values):
            self.vector("%s_%s" % (name, row), columns, of_row, description, unit)
        self.line(name + "::total", sum(map(sum, values)), description, unit)

    # A distribution, or a histogram: that has a geometric mean, and nothing outside its buckets.
    def distribution(self, name, low, size, counts, description, unit, histogram=False, outside=(0, 0)):
        high, samples = low + size * len(counts) - 1, sum(counts) + sum(outside)
        put_line = lambda part, value: self.line("%s::%s" % (name, part), value, description, unit)
        if self.oneline:
            put_line("bucket_size", size)
            put_line("min_bucket", low)
            put_line("max_bucket", high)
        put_line("samples", samples)
        put_line("mean", 1.5 if samples else math.nan)
        if histogram:
            put_line("gmean", 1.25 if samples else math.nan)
        put_line("stdev", 0.70711 if samples else math.nan)
        so_far = 0.0
        if not histogram:
            so_far = outside[0] / samples if samples else None
            self.line(name + "::underflows", outside[0], description, unit, so_far, so_far)
        starts = [low + i * size for i in range(len(counts))]
        ends = [min(start + size - 1, high) for start in starts]
        parts = ["%g-%g" % (s, e) if s < e else "%g" % s for s, e in zip(starts, ends)]
        self.elements(name, parts, counts, description, unit, True, samples, so_far or 0.0)
        if not histogram:
            self.line(name + "::overflows", outside[1], description, unit, outside[1] / samples if samples else None,
                      1.0 if samples else None)
            put_line("min_value", low)
            put_line("max_value", high)
        put_line("total", samples)

    def sparse(self, name, counts, description, unit):
        self.line(name + "::samples", sum(counts.values()), description, unit)
        for key in sorted(counts):
            self.line("%s::%s" % (name, key), counts[key], description, unit)


DESCRIPTIONS = ["Number of ops (including micro ops) simulated", "", "a # b", "rate (inst/s)", "100% | of it",
                "caf\u00e9", "level (core)", "in (Count) parts (", "x"]
RATES = ["Count", "(Count/Second)", "(Tick/Second)", "Unspecified", "(Byte/Second)", "Celsius", "Ratio",
         "((Bit/Cycle)/Second)"]


def fill(f, numbers, snake):
    any_value = lambda: numbers.choice([0, 1, -1, 12, 0.147765, 1234567.891, 2**53, 2**64 - 1, 1e22, 9.5e300, math.nan,
                                        math.inf, -math.inf, -0.5, 0.000001, 123456789012345, 1234567890.123456])
    text = lambda: numbers.choice(DESCRIPTIONS)
    unit = lambda: numbers.choice(RATES)
    counts = lambda n: [numbers.choice([0, 0, 1, 7, 10**6, 10**12]) for _ in range(n)]
    f.begin()
    f.line("sim_seconds" if snake else "simSeconds", 0.000081, text(), "Second")
    f.line("host_seconds" if snake else "hostSeconds", 0.11, text(), "Second")
    for i in range(20):
        f.line("system.cpu%d.value" % i, any_value(), text(), unit())
    f.line("system." + "long." * 30 + "name", 5, text(), unit())
    f.vector("system.l2.hits", ["cpu.inst", "cpu.data", "cpu.dcache.prefetcher"], counts(3), text(), unit())
    f.vector("system.syscalls", [], counts(5), text(), unit(), total=False)
    f.vector2d("system.cpu.class", ["0", "1"], ["No_OpClass", "IntAlu"], [counts(2), counts(2)], text(), unit())
    f.distribution("system.cpu.issued", 0, 1, counts(9), text(), unit(), outside=(3, 4))
    f.distribution("system.cpu.issued_2", 0, 10, counts(4), text(), unit(), outside=(0, 4))
    f.distribution("system.mem.gaps", -20, 8, counts(4), text(), unit())
    f.distribution("system.mem.sizes", 2000000, 500000, counts(3), text(), unit(), histogram=True)
    f.distribution("system.mem.none", 0, 2, [0, 0, 0], text(), unit(), histogram=True)
    f.sparse("system.mem.sparse", {1: 5, 12: 7, 64: 1}, text(), unit())
    f.end()


def make(seed, folder):
    numbers = random.Random(seed)
    for n in range(32):
        spaces, descriptions, units, nozero, oneline = (bool(n >> bit & 1) for bit in range(5))
        f = File("%s/made-%02d" % (folder, n), not spaces, not descriptions, not units, nozero, oneline)
        for _ in range(3):
            fill(f, numbers, not f.units)
        f.close()


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        make(sys.argv[2], sys.argv[3])
