#!/usr/bin/env python3
"""coverage.py FOLDER - sums what the tests in FOLDER/*/ have reached of gem5art.h, by its sections.

A line or branch counts if any of the programs reached it. tests/coverage.txt has the floor of each section, below which
it fails, and the reasons of known gaps. What was not reached, and why, is written to FOLDER/gaps.txt.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

HEADER = os.path.realpath("gem5art.h")


def export(program, *options):
    """What llvm-cov prints about a program's header."""
    command = ["llvm-cov", "export", f"-instr-profile={program}.profdata", *options, program, HEADER]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def reached_in(program):
    """Yields ((line,) or (line, column, side), count): each line, and both sides of each branch, of the header."""
    raw = glob.glob(glob.escape(program) + ".[0-9]*.profraw")
    subprocess.run(["llvm-profdata", "merge", "-o", program + ".profdata", *raw], check=True)
    for text in export(program, "-format=lcov").splitlines():
        if text.startswith("DA:"):
            line, count = text[3:].split(",")
            yield (int(line),), int(count)
    for function in json.loads(export(program))["data"][0]["functions"]:
        for line, column, _, _, taken, not_taken, file, _, _ in function["branches"]:
            if function["filenames"][file] == HEADER:  # not in a macro of a test
                yield (line, column, "true"), taken
                yield (line, column, "false"), not_taken


def read_table():
    """The floors by section, and the gaps: [section, part of the line, reason]."""
    floors, gaps = {}, []
    for line in open("tests/coverage.txt", encoding="utf-8"):
        if line.startswith("floor "):
            floors[line.split()[1]] = float(line.split()[2])
        elif line.startswith("gap "):
            gaps.append([line.split()[1], *line.split(None, 2)[2].strip().split("  -- ")])
    return floors, gaps


def sections_of(source):
    """The section of each line, counted from 1."""
    name, sections = "", [""]
    for line in source:
        found = re.match(r"/\* =+ >>(\w+)", line)
        name = found[1] if found else name
        sections.append(name)
    return sections


def main(folder):
    counts = collections.Counter()
    for program in sorted({path.rsplit(".", 3)[0] for path in glob.glob(folder + "/*/*.profraw")}):
        for key, count in reached_in(program):
            counts[key] += count
    source = open(HEADER, encoding="utf-8").read().splitlines()
    sections, (floors, gaps) = sections_of(source), read_table()
    total, needed = collections.Counter(), set()
    with open(folder + "/gaps.txt", "w", encoding="utf-8") as out:
        for key, count in sorted(counts.items()):
            section, text = sections[key[0]], source[key[0] - 1].strip()
            kind = "lines" if len(key) == 1 else "branches"
            total[section, kind] += 1
            total[section, kind, "reached"] += count > 0
            if count == 0 and kind == "branches":
                row = next((row for row in gaps if row[0] == section and row[1] in text), [section, "", ""])
                reason = row[2]
                needed.add(tuple(row))
                total[section, "named" if reason else "unnamed"] += 1
                print(f"{section} {key[0]}:{key[1]} never {key[2]}: {text}" + (f"  -- {reason}" if reason else ""), file=out)
    failed = 0
    for section, part, reason in gaps:
        if not any(place == section and part in line for place, line in zip(sections[1:], source)):
            print(f"tests/coverage.txt: no line of {section} has: {part}")
            failed += 1
        elif (section, part, reason) not in needed:
            print(f"tests/coverage.txt: this time {section} has no gap at: {part}")
    print("section     lines  branches  floor  gaps: named, not")
    for section in dict.fromkeys(sections[1:]):
        if not total[section, "branches"]:
            if section in floors:
                print(f"{section:10} was not measured")
                failed += 1
            continue
        percent = {kind: 100 * total[section, kind, "reached"] / total[section, kind] for kind in ("lines", "branches")}
        floor = floors.get(section, 0)
        low = percent["branches"] < floor
        failed += low
        print(f"{section:10} {percent['lines']:5.1f}%    {percent['branches']:5.1f}%  {floor:5.1f}  {total[section, 'named']:11} "
              f"{total[section, 'unnamed']:4}{'  below its floor' if low else ''}")
    print(f"{folder}/gaps.txt lists each branch that was not taken")
    print(f"{len(floors) + len(gaps) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
