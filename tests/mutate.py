#!/usr/bin/env python3
"""mutate.py - mutation testing of gem5art.h: makes MUTANTS small changes, chosen by SEED, in the sections of SECTIONS,
and runs the tests that reach each changed line. A test that fails, crashes or does not end kills the mutant.

First each test case runs alone on the unchanged header, instrumented, which shows the lines that it reaches and its
time. Then each mutant is built in a folder of its own in /dev/shm, once for each test program needed, and runs the cases
that reach its line, up to LIMIT seconds of them. A mutant that does not compile, or that gives the same machine code, is
not counted. Mutants may kill and remove anything, so each runs in a name space of processes, and can write to its own
folder only.

Fails if fewer than FLOOR percent are killed: single survivors may be equivalent to the original."""
import bisect
import collections
import concurrent.futures
import glob
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("BUILD", ROOT + "/build")
CC = os.environ.get("MUTANT_CC") or ("clang" if shutil.which("clang") else "cc")  # clang compiles twice as fast
FLAGS = ["-std=c99", "-O0", "-w", "-I.", "-pthread"]

# The test programs that touch a section, in the order in which they run.
TESTS = {
    "json": "json corners",
    "store": "corners store store_damage store_faults corner_faults shards model cache safety",
    "flat": "corners corner_faults store_damage store store_faults shards model concurrency",
    "run": "corners corner_faults run queue moments safety artifact limits execute",
    "outcome": "outcome corners probe execute",
    "warden": "corners warden corner_faults moments supervisors limits execute pool",
    "pool": "corners corner_faults moments limits queue pool execute safety threads",
}
OPERATORS = [  # in code whose texts and comments are blanked
    (r"(?<![<-])<(?![<=])(?= )", ["<="]), (r"(?<!<)<=", ["<"]),
    (r"(?<![>-])>(?![>=])(?= )", [">="]), (r"(?<!>)>=", [">"]),
    (r"==", ["!="]), (r"!=", ["=="]), (r"&&", ["||"]), (r"\|\|", ["&&"]),
    (r"(?<= )\+(?= )", ["-"]), (r"(?<= )-(?= )", ["+"]), (r"\+=", ["-="]), (r"-=", ["+="]),
    (r"\btrue\b", ["false"]), (r"\bfalse\b", ["true"]),
]
NUMBER = r"(?<![\w.])(\d+)([uU]?[lL]{0,2})(?![\w.])"
BLANKED = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ ]*#(?:[^\n]*\\\n)*[^\n]*"
DECLARATION = r"\s+(?:static |const |struct |unsigned |volatile )*[\w]+ \**\w+(?:\[.*\])?(?:, .*| = .*)?;"
FAILURE = re.compile(rb"^\S+\.[ch]:\d+: ")

Mutant = collections.namedtuple("Mutant", "line function section text")


# ---- the changes that can be made

def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def negated(code):
    """Where the condition of the line's `if` begins and ends, or None if it ends on a later line."""
    found = re.search(r"\bif \(", code)
    depth = 0
    for at in range(found.end() - 1, len(code)) if found else ():
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return found.end(), at
    return None


def changes(text, code, whole):
    """Each changed form of one line; whole: a statement can begin on it."""
    for pattern, replacements in OPERATORS:
        for found in re.finditer(pattern, code):
            for new in replacements:
                yield text[:found.start()] + new + text[found.end():]
    for found in re.finditer(NUMBER, code):
        value = int(found.group(1))
        for new in {value + 1, 0} - {value}:
            yield text[:found.start()] + str(new) + found.group(2) + text[found.end():]
    condition = negated(code)
    if condition:
        yield text[:condition[0]] + "!(" + text[condition[0]:condition[1]] + ")" + text[condition[1]:]
    statement = code.rstrip().endswith(";") and code.count("(") == code.count(")")
    if whole and statement and not re.fullmatch(DECLARATION, code):
        yield re.match(r"\s*", text).group() + ";"


def all_mutants(source, sections):
    """Every change in the functions of these sections."""
    lines = source.split("\n")
    blanked = re.sub(BLANKED, blank, source, flags=re.M | re.S).split("\n")
    section, function, inside, before, mutants = "", None, False, "", []
    for n, (text, code) in enumerate(zip(lines, blanked), 1):
        banner = re.match(r"/\* =+ >>(\w+)", text)
        if banner:
            section = banner.group(1)
        end = code.rstrip()[-1:]
        if code[:1].isalpha() and "(" in code and end != ";":
            function, inside = n, end == "{"
        elif code.startswith("}") or not function:
            function = None
        elif not inside:
            inside = end == "{"
        elif code.strip() and section in sections:
            whole = before[-1] in ";{}:"
            mutants += [Mutant(n, function, section, new) for new in changes(text, code, whole)]
        before = code.rstrip() or before
    return lines, mutants


# ---- building and running

def copy_sources(folder):
    """What tests include, as files of the folder; the data that they read is where it was."""
    for pattern in ("gem5art.h", "tests/*.[ch]", "tests/torture/*", "tools/*.[ch]", "tools/fsck/*", "tools/lib/*"):
        for path in glob.glob(os.path.join(ROOT, pattern)):
            copy = os.path.join(folder, os.path.relpath(path, ROOT))
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copyfile(path, copy)
    for name in ("tests/data", "tests/m5", "examples"):
        os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
    os.mkdir(folder + "/tmp")


def compiled(folder, output, arguments):
    done = subprocess.run([CC, *FLAGS, "-o", output, *arguments], cwd=folder, stderr=subprocess.PIPE, check=False)
    return done.returncode == 0


def built(folder, test):
    """The bytes of a test program; None if it does not compile."""
    if not compiled(folder, "test_" + test, [f"tests/test_{test}.c"]):
        return None
    with open(f"{folder}/test_{test}", "rb") as program:
        return program.read()


CONFINE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
CONFINED = ('mount --bind "$1" "$1" && mount -o remount,bind,ro / && mount -o remount,bind,ro /dev/shm || exit 98; '
            'cd "$1"; ulimit -t "$2"; ulimit -v 16000000; ulimit -f 4000000; shift 2; "$@"; exit $?')


def run(folder, program, cases, seconds, seen=""):
    """Runs cases of a test program: "" if they pass, else "killed" or "timed out"."""
    command = [*CONFINE, "sh", "-c", CONFINED, "sh", folder, str(int(5 + 5 * seconds)), f"./{program}",
               *["=" + case for case in cases]]
    environment = dict(os.environ, TMPDIR=folder + "/tmp", BUILD=BUILD, MUTATE_SEEN=seen)
    environment.pop("CI", None)
    late = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env=environment) as process:
        timer = threading.Timer(15 + 3 * seconds, lambda: (late.set(), process.kill()))
        timer.start()
        failed = False
        for line in process.stdout:
            if FAILURE.match(line):
                failed = True
                process.kill()
                break
        status = process.wait()
        timer.cancel()
    if status == 98:
        sys.exit("mutate.py: cannot confine mutants to their folder: run it as root")
    return "timed out" if late.is_set() and not failed else "killed" if failed or status else ""


# ---- which cases reach a line

def lines_of(program, addresses):
    """The lines of gem5art.h that stand for these addresses. (clang 14 names the test for the first line of a function of
    the header; lines of the test itself do no harm, as the sections begin further down.)"""
    asked = "".join(f"{address:#x}\n" for address in addresses)
    places = subprocess.run(["addr2line", "-e", program], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return {address: int(found.group(1)) for address, place in zip(addresses, places.stdout.split("\n"))
            if (found := re.search(r"(?:gem5art\.h|test_\w+\.c):(\d+)", place))}


def reach_one(base, test, case):
    """What a case reaches, and its time; None if it fails alone."""
    seen = f"{base}/seen-{test}-{case}"
    with open(seen, "wb") as file:
        file.truncate(0x800000)
    begun = time.monotonic()
    result = run(base, "reach_" + test, [case], 60, seen)
    took = time.monotonic() - begun
    with open(seen, "rb") as file:
        addresses = [0x400000 + found.start() - 1 for found in re.finditer(b"\1", file.read())]
    os.unlink(seen)
    return None if result else (took, addresses)


def reach(base, tests, pool):
    """{test: {case: [seconds, [line]]}}; kept for the next time that the header and the test are the same."""
    kept = f"{BUILD}/mutants/reach"
    os.makedirs(kept, exist_ok=True)
    reached = {}
    for test in tests:
        source = open(f"{base}/tests/test_{test}.c", encoding="utf-8").read()
        digest = hashlib.sha256((source + open(f"{base}/gem5art.h", encoding="utf-8").read()).encode()).hexdigest()[:16]
        path = f"{kept}/{test}-{digest}"
        if not os.path.exists(path):
            print(f"looking at what test_{test} reaches", flush=True)
            flags = ["-g", "-fsanitize-coverage=trace-pc,no-prune"]
            if "clang" not in CC:
                flags = ["-g1", "-fsanitize-coverage=trace-pc"]
            if not compiled(base, "reach_" + test, [*flags, "-no-pie", f"tests/test_{test}.c", "mutate_seen.o"]):
                sys.exit(f"mutate.py: test_{test} does not compile")
            cases = re.findall(r"^(?:FLAT_)?TEST\((\w+)\)", source, re.M)
            results = dict(zip(cases, pool.map(lambda case, test=test: reach_one(base, test, case), cases)))
            for case in [case for case in cases if not results[case]]:
                print(f"left out, as it fails without a change: {test} {case}")
                del results[case]
            places = lines_of(f"{base}/reach_{test}", sorted({a for _, seen in results.values() for a in seen}))
            found = {case: [took, sorted({places[a] for a in seen if a in places})]
                     for case, (took, seen) in results.items()}
            with open(path + ".new", "w", encoding="utf-8") as file:
                json.dump(found, file)
            os.rename(path + ".new", path)
        with open(path, encoding="utf-8") as file:
            reached[test] = json.load(file)
    return reached


def cases_for(mutant, reached, limit):
    """[(test, cases, seconds)]: those that reach the line, or else the last line before it in its function that any case
    reaches; of each test the quick ones first, until the time is used up."""
    tests = TESTS[mutant.section].split()
    nearest = 0
    for test in tests:
        for _, lines in reached[test].values():
            at = bisect.bisect_right(lines, mutant.line)
            nearest = max(nearest, lines[at - 1] if at else 0)
    plan, used = [], 0.0
    for test in tests:
        cases = []
        for took, case in sorted((took, case) for case, (took, lines) in reached[test].items() if nearest in set(lines)):
            if used and used + took > limit:
                break
            used += took
            cases.append((took, case))
        if cases and nearest >= mutant.function:
            plan.append((test, [case for _, case in cases], sum(took for took, _ in cases)))
    return plan


# ---- a mutant's life

class Trial:
    """One unchanged build, and the mutants that are compared with it."""

    def __init__(self, base, lines, reached, limit):
        self.base, self.lines, self.reached, self.limit = base, lines, reached, limit
        self.originals, self.lock = {}, threading.Lock()

    def original(self, name, build):
        with self.lock:
            if name not in self.originals:
                self.originals[name] = build(self.base)
            return self.originals[name]

    def judge(self, mutant):
        """The verdict, and how many cases it took."""
        plan = cases_for(mutant, self.reached, self.limit)
        folder = tempfile.mkdtemp(dir=os.path.dirname(self.base))
        os.chmod(folder, 0o755)
        try:
            copy_sources(folder)
            changed = self.lines[:mutant.line - 1] + [mutant.text] + self.lines[mutant.line:]
            with open(folder + "/gem5art.h", "w", encoding="utf-8") as header:
                header.write("\n".join(changed))
            return self.judge_in(folder, plan)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def judge_in(self, folder, plan):
        ran = 0
        for test, cases, seconds in plan:
            program = built(folder, test)
            if program is None:
                return "does not compile", ran
            if not ran and program == self.original(test, lambda base, test=test: built(base, test)):
                return "same code", ran
            ran += len(cases)
            result = run(folder, "test_" + test, cases, seconds)
            if result:
                return result, ran
        code = self.optimized(folder)
        if code is None:
            return "does not compile", ran
        if code == self.original("optimized", self.optimized):
            return "same code", ran
        return "survived" if ran else "not reached", ran

    @staticmethod
    def optimized(folder):
        """The library's machine code: changes that make no difference often end as the same."""
        if not compiled(folder, "library.o", ["-O1", "-c", "-DGEM5ART_IMPLEMENTATION", "-x", "c", "gem5art.h"]):
            return None
        with open(folder + "/library.o", "rb") as file:
            return file.read()


COUNTED = ("killed", "timed out", "survived", "not reached")


def judge_all(trial, mutants, wanted, jobs, pool, report):
    """Judges mutants, so many at a time, until as many as wanted count; [(mutant, verdict)] of those."""
    counted, running, waiting = [], {}, iter(mutants)
    while len(counted) < wanted:
        while len(running) < min(jobs, wanted - len(counted)):
            mutant = next(waiting, None)
            if mutant is None:
                break
            running[pool.submit(trial.judge, mutant)] = mutant
        if not running:
            break
        for future in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
            mutant, (verdict, ran) = running.pop(future), future.result()
            if verdict in COUNTED:
                counted.append((mutant, verdict))
            was = trial.lines[mutant.line - 1]
            json.dump([mutant.section, mutant.line, verdict, ran, was, mutant.text], report)
            report.write("\n")
            report.flush()
    return counted


def show(counted, lines):
    """The survivors, and a line of figures for each section and for all."""
    for mutant, verdict in sorted(counted):
        if verdict in ("survived", "not reached"):
            print(f"{verdict}: gem5art.h:{mutant.line} (>>{mutant.section})\n  - {lines[mutant.line - 1].strip()}\n"
                  f"  + {mutant.text.strip()}")
    for section in [*TESTS, ""]:
        verdicts = [verdict for mutant, verdict in counted if section in ("", mutant.section)]
        if verdicts:
            sums = ", ".join(f"{verdicts.count(kind)} {kind}" for kind in COUNTED if kind in verdicts)
            killed = verdicts.count("killed") + verdicts.count("timed out")
            print(f"{section or 'all':8} {len(verdicts)} mutants: {sums}: {100 * killed / len(verdicts):.0f}% killed")
    return 100 * killed / len(verdicts) if counted else 0


def folder_in_memory():
    """Where mutants are built: in memory, if there is room."""
    try:
        return "/dev/shm" if shutil.disk_usage("/dev/shm").free > 2 << 30 else None
    except OSError:
        return None


def can_confine(folder):
    done = subprocess.run([*CONFINE, "sh", "-c", CONFINED, "sh", folder, "60", "true"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def main():
    wanted = int(os.environ.get("MUTANTS") or 60)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1000000))
    sections = (os.environ.get("SECTIONS") or " ".join(TESTS)).split()
    limit = float(os.environ.get("LIMIT") or 30)
    jobs = int(os.environ.get("JOBS") or 2)
    floor = float(os.environ.get("FLOOR") or 0)
    print(f"MUTANTS={wanted} SEED={seed}", flush=True)
    work = tempfile.mkdtemp(prefix="gem5art-mutants-", dir=folder_in_memory())
    os.chmod(work, 0o755)  # some tests become another user
    try:
        if not can_confine(work):  # not root, or a system without name spaces: no package can change that
            print("skipped: mutants cannot be confined to their folder here")
            print("0 passed, 0 failed, 1 skipped")
            return 0
        base = work + "/base"
        os.mkdir(base)
        copy_sources(base)
        with open(base + "/gem5art.h", encoding="utf-8") as header:
            lines, mutants = all_mutants(header.read(), sections)
        if not compiled(base, "mutate_seen.o", ["-c", "tests/mutate_seen.c"]):
            sys.exit("mutate.py: tests/mutate_seen.c does not compile")
        random.Random(seed).shuffle(mutants)
        os.makedirs(f"{BUILD}/mutants", exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool, \
                open(f"{BUILD}/mutants/of-{seed}", "w", encoding="utf-8") as report:
            reached = reach(base, sorted({test for s in sections for test in TESTS[s].split()}), pool)
            counted = judge_all(Trial(base, lines, reached, limit), mutants, wanted, jobs, pool, report)
        rate = show(counted, lines)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    enough = len(counted) == wanted and rate >= floor
    print(f"{int(enough)} passed, {int(not enough)} failed")
    return 0 if enough else 1


sys.exit(main())
