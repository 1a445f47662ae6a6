"""session.py FILE [--record] - types the commands of a recorded session into a shell, and compares what they print.

Lines that begin with "$ " are typed, with the lines after "> " that continue one which ends in a backslash; the lines
below them, up to the next "$ ", "# " or "## ", are the answer. The words must be the same. Only what differs from day to day may differ: ids (each recorded id stands for one id of today, also in
commands), durations, dates, numbers of processes, how many have ended, and the space between words. With --record the answers are written anew.
A file that "cat FILE" shows and that does not exist is written first, as a reader writes it with an editor.
The commands run in the current folder; in the file, HOST and HOME stand for the name of the host and the home folder."""
import os
import re
import shlex
import socket
import subprocess
import sys

HOST, HOME = "lab1", "/home/ada"
ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[0-9a-f]*[0-9])[0-9a-f]{64}\b|\b[0-9a-f]{8}\b")
VARYING = [(re.compile(r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?(?: UTC)?"), "DATE"),
           (re.compile(r"\b(?:(?:\d+(?:\.\d+)? (?:ms|s|min|h|d|KB|MB|B)|\d+:\d\d(?::\d\d)?)\b ?)+"), "AMOUNT "),
           (re.compile(r"\b(pid|process|@ tick) \d+"), r"\1 NUMBER"),
           (re.compile(r"\bgem5 started .*"), "gem5 started DATE"),
           (re.compile(r"^\[\d+/"), "[N/"),
           (re.compile(r"\s+"), " ")]


class Shell:
    def __init__(self):
        self.shell = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, encoding="utf-8")

    def type(self, command):
        self.shell.stdin.write("{ %s\n} </dev/null; printf '\\n=end %%s=\\n' $?\n" % command)
        self.shell.stdin.flush()
        lines = []
        for line in self.shell.stdout:
            if line.startswith("=end "):
                break
            lines.append(line.rstrip("\n"))
        return lines[:-1] if lines and not lines[-1] else lines

    def write(self, command, lines):
        """Writes the file that "cat FILE" shows, if there is none."""
        words = command.split()
        if len(words) == 2 and words[0] == "cat":
            self.type("[ -e %s ] || printf '%%s\\n' %s >%s" % (words[1], " ".join(map(shlex.quote, lines)), words[1]))


def read(path):
    """The file as a list of [kind, line, answer]: kind is "command" or "text"."""
    parts = []
    for line in open(path, encoding="utf-8").read().split("\n")[:-1]:
        if line.startswith("$ "):
            parts.append(["command", line[2:], []])
        elif line.startswith("> ") and parts and parts[-1][0] == "command" and parts[-1][1].endswith("\\"):
            parts[-1][1] += "\n" + line[2:]
        elif parts and parts[-1][0] == "command" and not re.match("##?( |$)", line):
            parts[-1][2].append(line)
        else:
            parts.append(["text", line, []])
    for part in parts:
        while part[2] and not part[2][-1]:
            part[2].pop()
    return parts


def plain(line, ids):
    line = ID.sub(lambda match: ids.get(match.group()[:8], "ID"), line)
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line.strip()


def bind(recorded, answer, ids):
    """Learns which id of today each recorded one stands for, from two lines that have as many."""
    for old, new in zip(ID.findall(recorded), ID.findall(answer)):
        ids.setdefault(old[:8], new[:8])


def compare(command, recorded, answer, ids):
    for old, new in zip(recorded, answer):
        bind(old, new, ids)
    today = {new: new for new in ids.values()}
    old, new = [plain(line, ids) for line in recorded], [plain(line, today) for line in answer]
    if old == new:
        return True
    print("$ " + command, *answer, "was:", *recorded, sep="\n")
    for one, two in zip(old + [None] * len(new), new + [None] * len(old)):
        if one != two:
            print("first difference: %r, not %r" % (two, one))
            break
    return False


def main():
    path, record = sys.argv[1], sys.argv[2:] == ["--record"]
    shell, ids, passed, failed = Shell(), {}, 0, 0
    home, host = os.path.realpath(os.environ["HOME"]), re.compile(r"\b%s\b" % re.escape(socket.gethostname()))
    parts = read(path)
    for part in parts:
        if part[0] != "command":
            continue
        command = ID.sub(lambda match: ids.get(match.group(), match.group()), part[1])
        shell.write(command, part[2])
        answer = [host.sub(HOST, line.replace(home, HOME)) for line in shell.type(command)]
        if record:
            for old, new in zip(part[2], answer):
                bind(old, new, ids)
            part[1:] = [command, answer + [""]]
        elif compare(part[1], part[2], answer, ids):
            passed += 1
        else:
            failed += 1
    if record:
        lines = [line for kind, text, answer in parts
                 for line in ["$ " + text.replace("\n", "\n> ") if kind == "command" else text] + answer]
        open(path, "w", encoding="utf-8").write("\n".join(lines) + "\n")
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


sys.exit(main())
