"""report.py store N          - prints a store of N boot tests, as JSON on stdout
report.py simulated N DIR  - prints a store of N good boot tests, and writes their statistics below DIR
report.py hostile          - prints a store whose texts try to be HTML, scripts and control characters
report.py check FILE RUNS  - checks a report as it is written: HTML, escaping, labels, contrast, its JSON
report.py drive FILE       - drives the report of 480 boot tests in Chromium; drive-hostile, drive-large and
                           drive-statistics the others

check and drive print a line for each thing that is wrong, and exit with 1 then."""
import base64
import hashlib
import html.parser
import itertools
import json
import os
import random
import re
import sys
import uuid

random.seed(1)
wrong = 0


def expect(what, holds):
    global wrong
    if not holds:
        wrong += 1
        print("wrong: " + what)


# ---- stores

MATRIX = list(itertools.product(
    ["5.4.49", "4.19.83", "4.14.134", "4.9.186", "4.4.186"], ["init", "systemd"], ["1", "2", "4", "8"],
    ["kvm", "atomic", "simple", "o3"], ["MI_example", "MESI_Two_Level", "MOESI_CMP_directory"]))
ENDS = {"timeout": ("timeout", 0), "kernel panic": ("kernel panic", 0), "SIGSEGV": ("", -11), "exit 1": ("", 1)}


def number(bits):
    return "%0*x" % (bits // 4, random.getrandbits(bits))


def new_id():
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def artifact(name, kind, inputs=()):
    return {"_id": new_id(), "hash": number(256), "type": kind, "name": name,
            "documentation": "about " + name, "command": "make " + name, "path": "study/" + name, "cwd": ".",
            "inputs": [one["_id"] for one in inputs], "time": 1764000000.0}


def run(name, roles, variables, start, took, end):
    kill, code = ENDS.get(end, ("", 0))
    outdir = "/home/ada/boot/results/" + "/".join(variables.values())
    record = {"_id": new_id(), "hash": number(256), "type": "gem5 run fs", "name": name,
              "params": list(variables.values()), "outdir": outdir, "timeout": 86400.0,
              "command": ["gem5/build/X86/gem5.opt", "-re", "--outdir=" + outdir, "run_exit.py", *variables.values()],
              "enqueue_time": 1764000000.0, "start_time": start, "end_time": start + took, "return_code": code,
              "kill_reason": kill, "status": "Failed" if end in ENDS else "Finished", "cwd": "/home/ada/boot",
              "host": "lab1", "cpu_model": "Xeon", "ru_utime": took, "ru_stime": 2.5, "ru_maxrss": 900000,
              "cause": "because " + end,
              "warnings": [{"kind": "files", "text": "A file."}] if end == "warned" else [], "variables": variables,
              "results_size": 20000}
    record.update({role: one["_id"] for role, one in roles.items()})
    return record


def boot_tests(count):
    source = artifact("gem5", "git repo")
    binary = artifact("gem5.opt", "gem5 binary", [source])
    kernel = artifact("vmlinux", "kernel", [artifact("linux", "git repo")])
    roles = {"gem5_artifact": binary, "gem5_git_artifact": source, "linux_binary_artifact": kernel}
    records = [source, binary, kernel]
    for i in range(count):
        values = dict(zip(("kernel", "boot", "cpus", "cpu", "memory"), MATRIX[i % len(MATRIX)]))
        if count > len(MATRIX):
            values["seed"] = str(i // len(MATRIX))
        end = random.choice(["timeout", "ok", "ok"]) if values["cpu"] == "o3" else random.choice(
            ["kernel panic", "SIGSEGV", "exit 1", "warned"] + ["ok"] * 10)
        records.append(run("boot %d" % i, roles, values, 1764000000.0 + 400 * (i // 4), 300.0 + i % 90, end))
    return records


def simulated(count, folder):
    """Boot tests that all finished, with statistics in outdirs below the folder."""
    records = boot_tests(count)
    for i, record in enumerate(record for record in records if "outdir" in record):
        record.update(status="Finished", kill_reason="", return_code=0, warnings=[], outdir="%s/%d" % (folder, i))
        os.makedirs(record["outdir"])
        with open(record["outdir"] + "/stats.txt", "w") as file:
            file.write("\n---------- Begin Simulation Statistics ----------\nsimTicks %d # Ticks (Tick)\n\n"
                       "---------- End Simulation Statistics   ----------\n" % random.randrange(10**6, 10**9))
    return records


HOSTILE = ["<script>alert(1)</script>", "</script><script>alert(2)</script>", "\"'><img src=x onerror=alert(3)>",
           "]]><!--", "a\nb\tc\rd", "\u202eright to left\u2066", "bytes \udcff\udc80 that are not UTF-8",
           "\x1b[31mred\x07", "&lt;&amp;&#60;", "%s%n@title", "", "x" * 10240,
           "</title></style></textarea><svg onload=alert(4)>", "\u2028\u2029"]


def hostile():
    records = []
    for i, text in enumerate(HOSTILE):
        made = artifact(text, text or "type", records[-2:-1] if i else [])
        made.update(documentation=text, command=text, path=text)
        variables = {text or "empty": text, "cpu": text, "n": str(i)}
        one = run(text, {"gem5_artifact": made}, variables, 1764000000.0 + i, 5.0, "exit 1")
        one.update(host=text, outdir="/nowhere/" + text, error=text, cause=text, cpu_model=text, run_script=text,
                   command=[text, text], warnings=[{"kind": text, "text": text}])
        records += [made, one]
    loop = [artifact("egg", "binary"), artifact("hen", "binary")]
    loop[0]["inputs"], loop[1]["inputs"] = [loop[1]["_id"]], [loop[0]["_id"], "no such <id>"]
    return records + loop + [run("loop", {"gem5_artifact": loop[0]}, {}, 1764000000.0, 5.0, "ok")]


# ---- a report as it is written

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(html.parser.HTMLParser):
    """All elements: name, attributes, parent, text."""
    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)
        self.close()
        expect("elements that are not closed: %s" % [e["name"] for e in self.open], not self.open)

    def add(self, name, attributes):
        keys = [key for key, _ in attributes]
        expect("%s has an attribute twice: %s" % (name, keys), len(keys) == len(set(keys)))
        element = {"name": name, "attributes": dict(attributes), "parents": list(self.open), "text": ""}
        self.elements.append(element)
        return element

    def handle_starttag(self, name, attributes):
        element = self.add(name, attributes)
        if name not in VOID:
            self.open.append(element)

    def handle_startendtag(self, name, attributes):
        self.add(name, attributes)

    def handle_endtag(self, name):
        if not self.open or self.open[-1]["name"] != name:
            last = self.open[-1]["name"] if self.open else None
            expect("</%s> closes %s at line %d" % (name, last, self.getpos()[0]), False)
        else:
            self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data if element["name"] in ("script", "style", "title", "label") else ""

    def all(self, *names):
        return [element for element in self.elements if element["name"] in names]


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def check_colors(style):
    parts = style.split("prefers-color-scheme: dark")[:2]
    palettes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in parts]
    for theme, palette in zip(("light", "dark"), palettes):
        pairs = [(text, ground) for text in ("text", "quiet", "link") for ground in ("page", "panel")]
        pairs += [(kind + "-text", kind) for kind in ("ok", "bad", "live", "odd")]
        pairs += [("mixed-text", kind) for kind in ("some", "half", "most")]
        for text, ground in pairs:
            expect("contrast of %s on %s, %s: %.2f" % (text, ground, theme, contrast(palette[text], palette[ground])),
                   contrast(palette[text], palette[ground]) >= 4.5)
        for bar in ("ok", "bad", "live", "odd"):
            expect("contrast of the bar %s, %s" % (bar, theme), contrast(palette[bar + "-bar"], palette["page"]) >= 3)


def check_policy(page):
    policy = [e["attributes"]["content"] for e in page.all("meta")
              if e["attributes"].get("http-equiv") == "Content-Security-Policy"]
    expect("a content security policy", len(policy) == 1 and policy[0].startswith("default-src 'none';"))
    scripts = [e for e in page.all("script") if "type" not in e["attributes"]]
    expect("one script, and its data", len(scripts) == 1 and len(page.all("script")) == 2)
    expect("one style", len(page.all("style")) == 1)
    for element in scripts + page.all("style"):
        digest = base64.b64encode(hashlib.sha256(element["text"].encode()).digest()).decode()
        expect("hash of the " + element["name"], "'sha256-%s'" % digest in policy[0])
    for element in page.elements:
        for key, value in element["attributes"].items():
            expect("<%s %s>" % (element["name"], key), not key.startswith("on") and key not in ("src", "style"))
            expect("a link to %s" % value, key != "href" or value.startswith("#"))
        expect("<%s>" % element["name"], element["name"] not in ("img", "iframe", "object", "base", "link"))


def check_access(page):
    ids = [e["attributes"]["id"] for e in page.elements if "id" in e["attributes"]]
    expect("ids are there once", len(ids) == len(set(ids)))
    for element in page.elements:
        for key in ("aria-labelledby", "aria-describedby", "for"):
            expect("%s of %s" % (key, element["name"]), element["attributes"].get(key, ids[0]) in ids)
        if element["name"] == "a":
            expect("target of " + element["attributes"]["href"], element["attributes"]["href"][1:] in ids)
    for element in page.all("input", "select", "textarea"):
        expect("label of %s" % element["attributes"],
               any(p["name"] == "label" and p["text"].strip() for p in element["parents"]))
    titled = [e["parents"][-1] for e in page.all("title") if e["text"].strip()]
    for element in page.all("svg"):
        given = element["attributes"]
        expect("alternative of a figure", given.get("aria-hidden") == "true" or
               (given.get("role") == "img" and (given.get("aria-label") or element in titled)))
    for element in page.all("th"):
        expect("scope of a head", element["attributes"].get("scope") in ("col", "row"))
    for element in page.all("button"):
        expect("type of a button", "type" in element["attributes"])
    for name in ("main", "header", "footer", "nav", "h1", "title"):
        outside = [e for e in page.all(name) if not any(p["name"] == "svg" for p in e["parents"])]
        expect("one <%s>" % name, len(outside) == 1)
    levels = [int(e["name"][1]) for e in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    expect("order of headings", levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])))
    expect("language", page.all("html")[0]["attributes"].get("lang") == "en")


def check(path, count):
    raw = open(path, "rb").read()
    text = raw.decode("utf-8")  # an error unless it is UTF-8
    expect("no control characters", not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text))
    page = Page(text)
    check_policy(page)
    check_access(page)
    check_colors(page.all("style")[0]["text"])
    data = json.loads(next(e["text"] for e in page.all("script") if e["attributes"].get("type") == "application/json"))
    expect("%d runs, not %d" % (len(data["runs"]), count), len(data["runs"]) == count)
    numbers = [n for run in data["runs"] for n in run[12] + run[13] + [run[i] for i in (1, 2, 3, 5, 7, 9)]]
    expect("numbers of words", not numbers or max(numbers) < len(data["words"]))
    expect("words are there once", len(set(data["words"])) == len(data["words"]))
    expect("no link of the network is loaded", "@import" not in text and "url(" not in text.split("</style>")[0])


# ---- in a browser

def visible_names(browser):
    return texts_of(browser, "#rows > tr > th")


def choose(browser, control, value, event="change"):
    browser.run("(c => { c.value = '%s'; c.dispatchEvent(new Event('%s')); })(document.getElementById('%s'))"
                % (value, event, control))


def text_of(browser, selector):
    return browser.run("document.querySelector('%s').textContent" % selector)


def texts_of(browser, selector):
    return browser.run("[...document.querySelectorAll('%s')].map(e => e.textContent)" % selector)


def center(browser, selector):
    box = browser.run("(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); "
                      "return [r.x, r.y, r.width, r.height]; })(document.querySelector('%s'))" % selector)
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def drive_table(browser):
    def count():
        return text_of(browser, "#count")
    expect("a page of runs", len(visible_names(browser)) == 100 and count() == "480 runs")
    browser.click(*center(browser, "#search"))
    browser.call("Input.insertText", text="boot 479")
    expect("search: " + count(), 0 < int(count().split()[0]) < 20 and visible_names(browser)[0] == "boot 479")
    browser.run("document.getElementById('search').value = ''")
    browser.call("Input.insertText", text="SIGSEGV MI_example")
    expect("search for two words: " + count(), 0 < int(count().split()[0]) < 60)
    expect("the address has the search", browser.run("location.hash").startswith("#q=SIGSEGV"))
    browser.click(*center(browser, "#reset"))
    expect("show all", count() == "480 runs")
    for place, name, text in ((0, "name", "boot 0"), (6, "cpu", None)):
        browser.click(*center(browser, "#sort-%d" % place))
        expect("aria-sort of " + name, browser.run(
            "document.querySelectorAll('#table thead th')[%d].getAttribute('aria-sort')" % place) == "ascending")
        expect("first by " + name, text is None or visible_names(browser)[:3] == ["boot 0", "boot 1", "boot 2"])
    expect("sorted by cpu", text_of(browser, "#rows > tr > td:nth-child(7)") == "atomic")
    browser.click(*center(browser, "#sort-8"))
    elapsed = texts_of(browser, "#rows > tr > td:nth-child(9)")
    expect("longest first: %s" % elapsed[:3], elapsed[0] == "6:29" and elapsed == sorted(elapsed, reverse=True))
    choose(browser, "status", "Failed")
    failed = int(count().split()[0])
    choose(browser, "variable-3", "o3")
    expect("two filters", 0 < int(count().split()[0]) < failed < 480)
    expect("filtered", set(texts_of(browser, "#rows > tr > td:nth-child(7)")) == {"o3"})
    browser.click(*center(browser, "#reset"))
    browser.click(*center(browser, "#after"))
    expect("the next page", text_of(browser, "#page") == "Page 2 of 5")
    browser.run("document.getElementById('run-3').focus()")
    browser.key("Enter", "\r")
    detail = text_of(browser, "#detail-3")
    for part in ("command", "gem5.opt: gem5 binary", "878.9 MiB", "outdir", "lab1"):
        expect("%s of a run in detail: %s" % (part, detail), part in detail)
    expect("it is expanded", browser.run("document.getElementById('run-3').getAttribute('aria-expanded')") == "true")
    browser.call("Page.reload")
    browser.wait_for_load()
    expect("a reload keeps page and detail", text_of(browser, "#page") == "Page 2 of 5" and
           detail == text_of(browser, "#detail-3"))
    browser.click(*center(browser, "#reset"))


def drive_figures(browser):
    expect("24 tables", len(texts_of(browser, ".matrix caption")) == 24)
    choose(browser, "axis-rows", "4")
    expect("tables by memory", len(texts_of(browser, ".matrix caption")) == 40 and
           text_of(browser, ".matrix tbody th") == "MESI_Two_Level")
    choose(browser, "axis-columns", "4")
    expect("axes change places", browser.run("document.getElementById('axis-rows').value") == "2")
    browser.click(*center(browser, ".matrix tbody td"))
    expect("a cell shows its runs", text_of(browser, "#count") == "1 of 480 runs")
    browser.click(*center(browser, "#reset"))
    browser.move(*center(browser, "svg.timeline rect:nth-of-type(5)"))
    value = text_of(browser, "#timeline-value")
    expect("the value of a bar: " + value, re.match(r"boot \d+: |\d+ runs", value) is not None)
    browser.run("document.querySelector('svg.timeline').focus()")
    browser.key("ArrowRight")
    expect("the next bar", text_of(browser, "#timeline-value") != value)


def drive_access(browser, what):
    """What axe would find: fields without labels, small targets, text over the edge, focus that is not visible."""
    expect("labels, " + what, browser.run(
        "[...document.querySelectorAll('input, select')].every(e => e.labels[0] && e.labels[0].textContent.trim())"))
    expect("names of buttons, " + what, all(name.strip() for name in texts_of(browser, "button")))
    ids = browser.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    expect("ids are there once, " + what, len(ids) == len(set(ids)))
    expect("nothing is wider than the screen, " + what,
           browser.run("document.documentElement.scrollWidth <= innerWidth"))
    browser.run("document.activeElement.blur(); document.querySelector('.skip').focus()")
    browser.key("Tab")
    expect("focus is visible, " + what, browser.run(
        "getComputedStyle(document.activeElement).outlineStyle !== 'none' && document.activeElement !== document.body"))


def drive(path):
    from browser import Browser
    browser = Browser()
    browser.open(path)
    drive_access(browser, "wide")
    drive_table(browser)
    drive_figures(browser)
    for width, dark in ((390, False), (1280, True)):
        browser.open(path, width=width, dark=dark)
        drive_access(browser, "%d columns%s" % (width, ", dark" if dark else ""))
    browser.open(path, scripts=False)
    expect("rows without scripts", browser.call("Emulation.setScriptExecutionDisabled", value=False) is not None and
           len(visible_names(browser)) == 100)
    expect("no controls without scripts", browser.run("document.getElementById('filters').hidden"))
    expect("errors on the console: %s" % browser.errors, not browser.errors)
    browser.close()


def drive_statistics(path):
    from browser import Browser
    browser = Browser()
    browser.open(path)
    browser.move(*center(browser, ".stat svg g:has(> title) , .stat svg :not(svg):has(> title)"))
    value = text_of(browser, ".stat .value")
    expect("the value of a bar: " + value, re.search(r": -?[0-9.e+]+", value) is not None)
    browser.run("document.querySelector('.stat svg').focus()")
    browser.key("ArrowRight")
    expect("the next bar", text_of(browser, ".stat .value") != value)
    expect("the table behind it",
           browser.run("document.querySelector('.stat').querySelectorAll('tbody tr').length") == 2)
    for width in (390, 1280):
        browser.open(path, width=width)
        drive_access(browser, "statistics, %d columns" % width)
    expect("errors on the console: %s" % browser.errors, not browser.errors)
    browser.close()


def drive_watch(path):
    """A page that is read again by itself: here every second, once nobody has used it for five."""
    from browser import Browser
    browser = Browser()
    browser.open(path)
    choose(browser, "search", "xyzzy", "input")
    browser.loaded = False
    browser.wait_for_load()
    expect("the search is still there", browser.run("document.getElementById('search').value") == "xyzzy" and
           text_of(browser, "#count").startswith("0 of "))
    expect("errors on the console: %s" % browser.errors, not browser.errors)
    browser.close()


def drive_hostile(path):
    from browser import Browser
    browser = Browser()
    browser.open(path)
    browser.run("document.querySelectorAll('#rows button').forEach(button => button.click())")
    expect("only the page's own elements",
           browser.run("document.querySelectorAll('img, script, svg[onload]').length") == 2)
    expect("a name as it is", any("<script>alert(1)</script>" in name for name in visible_names(browser)))
    drive_access(browser, "hostile")
    browser.open(path, width=390)
    drive_access(browser, "hostile, on a phone")
    expect("errors on the console: %s" % browser.errors, not browser.errors)
    browser.close()


def drive_large(path):
    import time
    from browser import Browser
    browser = Browser()
    start = time.time()
    browser.open(path)
    expect("all runs", text_of(browser, "#count") == "10000 runs")
    loaded = browser.run("performance.now()")
    choose(browser, "search", "o3 timeout", "input")
    expect("search", "of 10000" in text_of(browser, "#count"))
    print("10,000 runs: loaded after %.0f ms, searched after %.1f s" % (loaded, time.time() - start))
    browser.close()


def main():
    command, rest = sys.argv[1], sys.argv[2:]
    if command in ("store", "hostile"):
        json.dump(boot_tests(int(rest[0])) if command == "store" else hostile(), sys.stdout)
    elif command == "simulated":
        json.dump(simulated(int(rest[0]), rest[1]), sys.stdout)
    elif command == "check":
        check(rest[0], int(rest[1]))
    else:
        {"drive": drive, "drive-hostile": drive_hostile, "drive-large": drive_large,
         "drive-statistics": drive_statistics, "drive-watch": drive_watch}[command](rest[0])
    return wrong > 0


sys.exit(main())
