/* test_probe.c - the Python module that notes why each simulate() returned: in a stand-in of gem5's Python side (tests/m5),
   with the oldest and the newest Python that is here; with TEST_LONG, with every one. Each script is run with and without
   the probe: what it prints, its exit status and what it sees of its surroundings must be the same. */
#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include "test.h"

#include "fixture.h"

static char project[PATH_MAX]; /* the folder that the tests were started in */
typedef struct interpreter {
    int version[2];
    char path[PATH_MAX];
} interpreter;
static interpreter pythons[32]; /* by version */
static int python_count;

/* The program that a script of pyenv's may start, if it works. */
static void add_python(const char *path) {
    char command[2 * PATH_MAX + 100], named[PATH_MAX] = "";
    interpreter found;
    FILE *out;
    int i;
    if (python_count == 32 || access(path, X_OK) < 0) return;
    snprintf(command, sizeof command,
             "%s -c 'import sys; sys.stdout.write(\"%%d %%d %%s\" %% (sys.version_info[:2] + (sys.executable,)))' 2>/dev/null", path);
    if ((out = popen(command, "r")) == NULL) return;
    i = fscanf(out, "%d %d %4095[^\n]", &found.version[0], &found.version[1], named);
    pclose(out);
    if (i != 3 || !realpath(named, found.path)) return;
    for (i = 0; i < python_count; i++)
        if (strcmp(pythons[i].path, found.path) == 0) return;
    pythons[python_count++] = found;
}

static int by_version(const void *a, const void *b) {
    const interpreter *x = (const interpreter *)a, *y = (const interpreter *)b;
    int i = x->version[0] == y->version[0];
    return (x->version[i] > y->version[i]) - (x->version[i] < y->version[i]);
}

/* The oldest Python 2, the oldest Python 3 and the newest one are enough to find most mistakes. */
static void keep_few_pythons(void) {
    int kept = 0, i;
    for (i = 0; i < python_count; i++)
        if (i == 0 || i == python_count - 1 || pythons[i].version[0] != pythons[i - 1].version[0]) pythons[kept++] = pythons[i];
    python_count = kept;
}

/* Those of PATH, and those that pyenv has. */
static void find_pythons(void) {
    static const char *const names[] = {"python2", "python2.7", "python3", "python3.6", "python3.7", "python3.8", "python3.9",
                                        "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"};
    const char *path = getenv("PATH"), *home = getenv("HOME"), *pyenv = getenv("PYENV_ROOT");
    char name[PATH_MAX];
    struct dirent *entry;
    size_t i;
    DIR *dir;
    for (; path && *path; path += strcspn(path, ":"), path += *path == ':')
        for (i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(name, sizeof name, "%.*s/%s", (int)strcspn(path, ":"), path, names[i]);
            add_python(name);
        }
    if (pyenv) snprintf(name, sizeof name, "%s/versions", pyenv);
    else snprintf(name, sizeof name, "%s/.pyenv/versions", home ? home : "");
    dir = opendir(name);
    while (dir && (entry = readdir(dir)) != NULL) {
        char python[2 * PATH_MAX];
        snprintf(python, sizeof python, "%s/%s/bin/python", name, entry->d_name);
        add_python(python);
    }
    if (dir) closedir(dir);
}

/* ---- one script, with and without */

static gem5art_run probed;
static gem5art__arena arena;
static const char *const *pairs; /* of the last run with the probe */
static const char *user_path;    /* PYTHONPATH of the user; NULL: none */
static char *events;             /* what the probe wrote */

/* The variables for a run in probed.outdir. */
static const char *const *probe_begin(bool no_probe, const char *const *environment) {
    DIR *outdir = gem5art__open_outdir(probed.outdir, NULL, &error);
    const char *const *variables = gem5art__no_texts;
    CHECK(outdir != NULL);
    if (outdir) variables = gem5art__probe_begin(&arena, &probed, outdir, no_probe, environment);
    gem5art__close_folder(outdir);
    return variables;
}

static void begin_outdir(void) {
    static char outdir[PATH_MAX];
    const char *user[3] = {"PYTHONPATH", NULL, NULL};
    sh("rm -rf out; mkdir out");
    if (!realpath("out", outdir)) return;
    user[1] = user_path;
    gem5art__arena_free(&arena);
    memset(&probed, 0, sizeof probed);
    probed.outdir = outdir;
    pairs = probe_begin(false, user_path ? user : NULL);
    CHECK_THAT(pairs[0] != NULL, "no probe");
}

/* Runs `words` after a Python; its output in `to`. */
static int run_python(const char *python, const char *words, bool probe, const char *to) {
    char path[2 * PATH_MAX] = "";
    if (user_path) snprintf(path, sizeof path, "PYTHONPATH='%s'", user_path);
    if (probe && pairs[0]) snprintf(path, sizeof path, "PYTHONPATH='%s' GEM5ART_EVENTS='%s'", pairs[1], pairs[3]);
    return sh("env -u PYTHONPATH -u GEM5ART_EVENTS %s %s %s > %s 2>&1 </dev/null", path, python, words, to);
}

/* The script is in script.py. `spoil`: a shell command before the run with the probe. */
static void compare(const char *python, const char *what, const char *words, const char *spoil) {
    char *with, *without;
    int status = run_python(python, words, false, "without"), probed_status;
    begin_outdir();
    if (spoil) sh("mkdir out/.gem5art; %s", spoil);
    probed_status = run_python(python, words, true, "with");
    with = read_text("with");
    without = read_text("without");
    CHECK_THAT(status == probed_status && strcmp(with, without) == 0, "%s, %s: with the probe, status %d:\n%s\nwithout it, %d:\n%s",
               python, what, probed_status, with, status, without);
    free(with);
    free(without);
    free(events);
    events = read_text(sh("test -f out/.gem5art/events.tsv") == 0 ? "out/.gem5art/events.tsv" : "/dev/null");
}

/* events.tsv without the seconds. */
static const char *noted(void) {
    static char text[65536];
    size_t n = 0;
    const char *at = events;
    int tabs = 0;
    for (; *at && n < sizeof text - 1; at++) {
        if (*at == '\n') tabs = 0;
        tabs += *at == '\t';
        if (tabs < 3) text[n++] = *at;
    }
    text[n] = 0;
    return text;
}

static char stand_in[PATH_MAX + 64];

static void begin_probe(void) {
    fixture_begin();
    user_path = NULL;
    events = NULL;
    snprintf(stand_in, sizeof stand_in, "%s/tests/m5/gem5.py script.py", project);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1); /* of the stand-in's modules; see the_module_is_removed */
}

static void end_probe(void) {
    gem5art__arena_free(&arena);
    free(events);
    events = NULL;
    fixture_end();
}

#define EACH_PYTHON(python)                                           \
    const char *python;                                               \
    int python_index;                                                 \
    if (!python_count) SKIP("there is no Python");                    \
    begin_probe();                                                    \
    for (python_index = 0; python_index < python_count && (python = pythons[python_index].path) != NULL; python_index++)

#define HEAD "from __future__ import print_function\nimport os, sys\nimport m5, _m5.event\nplan = _m5.event.plan\n"

TEST(each_return_is_noted) {
    EACH_PYTHON(python) {
        write_text("script.py", HEAD "plan([(5000, 0, 'simulate() limit reached'), (9000, 7, 'm5_fail instruction encountered')])\n"
                                     "e = m5.simulate(5000)\nprint(m5.curTick(), e.getCode(), e.getCause())\n"
                                     "e = m5.simulate()\nprint(m5.curTick(), e.getCode(), e.getCause())\nsys.exit(3)\n");
        compare(python, "plain", stand_in, NULL);
        CHECK_STR(noted(), "5000\t0\tsimulate() limit reached\n9000\t7\tm5_fail instruction encountered\n");
        CHECK_CONTAINS(events, "encountered\t0.");
    }
    end_probe();
}

TEST(all_ways_to_simulate) {
    EACH_PYTHON(python) {
        write_text("script.py", HEAD
                   "from m5 import simulate\n"
                   "plan([(n, 0, 'end %d' % n) for n in range(1, 9)])\n"
                   "simulate()\n"
                   "sys.modules['m5.simulate'].simulate()\n"
                   "old = m5.simulate\n"
                   "def mine(*args): return old(*args)\n"
                   "m5.simulate = mine\n"
                   "m5.simulate(100)\n"
                   "from m5.simulate import simulate as another\n"
                   "another()\n"
                   "_m5.event.simulate()\n"
                   "print(m5.curTick())\n");
        compare(python, "ways", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tend 1\n2\t0\tend 2\n3\t0\tend 3\n4\t0\tend 4\n5\t0\tend 5\n");
    }
    end_probe();
}

TEST(drains_and_forks_are_not_noted) {
    EACH_PYTHON(python) {
        write_text("script.py", HEAD
                   "plan([(1, 0, 'checkpoint'), (2, 0, 'Finished drain'), (3, 0, 'end')])\n"
                   "m5.simulate()\n"
                   "sys.modules['m5.simulate'].drain()\n"
                   "pid = sys.modules['m5.simulate'].fork()\n"
                   "m5.simulate()\n"
                   "if pid == 0: os._exit(0)\n"
                   "os.waitpid(pid, 0)\n");
        compare(python, "fork", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tcheckpoint\n3\t0\tend\n");
    }
    end_probe();
}

/* What a script sees of its surroundings. */
TEST(nothing_else_is_changed) {
    EACH_PYTHON(python) {
        static const char script[] = HEAD
            "plan([(1, 0, 'end')])\n"
            "m5.simulate()\n"
            "print(sys.path)\n"
            "print([type(f).__name__ if 'function' in str(type(f)) else getattr(f, '__name__', type(f).__name__) for f in sys.meta_path])\n"
            "print(sorted(k for k in os.environ if 'PYTHON' in k or 'GEM5' in k), os.environ.get('PYTHONPATH'))\n"
            "print(sorted(k for k in sys.path_importer_cache if 'gem5art' in k))\n"
            "import json, decimal, email.mime.text\n"
            "try:\n    import there_is_none\nexcept ImportError as e: print(e)\n"
            "print(m5.simulate.__name__, sys.modules['sitecustomize'].__name__ if 'user' in sys.argv else '')\n";
        user_path = NULL;
        write_text("script.py", script);
        compare(python, "surroundings", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tend\n");
        user_path = "/nowhere:/and/here";
        compare(python, "surroundings with a PYTHONPATH", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tend\n");
        user_path = NULL;
    }
    end_probe();
}

TEST(a_users_own_sitecustomize_runs) {
    EACH_PYTHON(python) {
        sh("mkdir -p user broken");
        user_path = "user";
        write_text("user/sitecustomize.py", "import sys\nsys.stdout.write('the user\\'s own, ')\nvalue = 7\n");
        write_text("script.py", HEAD "import sitecustomize\nprint(sitecustomize.value, os.path.relpath(sitecustomize.__file__))\n"
                                     "plan([(1, 0, 'end')])\nm5.simulate()\nprint(sitecustomize.sys is sys)\n");
        compare(python, "the user's", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tend\n");
        CHECK(file_contains("with", "the user's own, 7 user/sitecustomize.py"));
        user_path = "broken";
        write_text("script.py", HEAD "plan([(2, 0, 'end')])\nm5.simulate()\n");
        write_text("broken/sitecustomize.py", "raise ValueError('the user\\'s mistake')\n");
        compare(python, "one with an error", stand_in, NULL);
        CHECK_STR(noted(), "2\t0\tend\n");
        write_text("broken/sitecustomize.py", "import there_is_no_such_module\n");
        compare(python, "one that lacks a module", stand_in, NULL);
        CHECK_STR(noted(), "2\t0\tend\n");
        user_path = NULL;
    }
    end_probe();
}

/* Whatever is wrong with the file or with gem5's objects: the script is not disturbed. */
TEST(trouble_of_any_kind) {
    static const char *const spoils[] = {"mkdir out/.gem5art/events.tsv", "mkfifo out/.gem5art/events.tsv", "rmdir out/.gem5art; : > out/.gem5art",
                                         "ln -s /nonexistent/x out/.gem5art/events.tsv", "ln -s ../../target out/.gem5art/events.tsv",
                                         "ln -s /dev/full out/.gem5art/events.tsv", "rm -rf out/.gem5art/events.tsv; : > out/.gem5art/x",
                                         "mv out elsewhere; mkdir out; mv elsewhere/.gem5art.zip out; rm -rf elsewhere"};
    static const char *const scripts[] = {
        "plan([(1, 0, ValueError('no cause'))])\nm5.simulate()\n", "plan([(1, 'not a number', 'end')])\nm5.simulate()\n",
        "plan([(1, 0, None)])\nm5.simulate()\n", "plan([('x', 0, 'end')])\nm5.simulate()\n",
        "del sys.modules['_m5.core'], sys.modules['_m5']\nplan([(1, 0, 'end')])\nm5.simulate()\n",
        "del os.getpid, os.open\nplan([(1, 0, 'end')])\nm5.simulate()\n",
        "os.chdir('/')\nplan([(1, 0, u'\\u00e9\\ud800\\t\\n')])\nm5.simulate()\n",
        "try:\n    m5.simulate()\nexcept RuntimeError as e: print(e)\n"};
    size_t i;
    EACH_PYTHON(python) {
        write_text("target", "as it was");
        write_text("script.py", HEAD "plan([(1, 0, 'end')])\nprint(m5.simulate().getCause())\n");
        for (i = 0; i < sizeof spoils / sizeof *spoils; i++) compare(python, spoils[i], stand_in, spoils[i]);
        CHECK(file_contains("target", "as it was"));
        for (i = 0; i < sizeof scripts / sizeof *scripts; i++) {
            char script[2000];
            snprintf(script, sizeof script, "%s%sprint('on')\n", HEAD, scripts[i]);
            write_text("script.py", script);
            compare(python, scripts[i], stand_in, NULL);
        }
    }
    end_probe();
}

TEST(a_python_that_is_no_gem5) {
    EACH_PYTHON(python) {
        char words[PATH_MAX + 200];
        write_text("plain.py", "import os, sys, json\nsys.stdout.write('%s\\n' % json.dumps(sorted(p for p in sys.path if 'gem5art' in p)))\n");
        compare(python, "a plain script", "plain.py", NULL);
        CHECK_STR(events, "");
        /* a wrapper that starts gem5: the probe gets through */
        write_text("script.py", HEAD "plan([(1, 0, 'inner end')])\nm5.simulate()\n");
        write_text("wrapper.py", "import subprocess, sys\nsys.exit(subprocess.call([sys.executable] + sys.argv[1:]))\n");
        snprintf(words, sizeof words, "wrapper.py %s", stand_in);
        compare(python, "a wrapper", words, NULL);
        CHECK_STR(noted(), "1\t0\tinner end\n");
        /* what gem5's script starts does not write into the same file */
        write_text("inner.py", HEAD "plan([(2, 0, 'another gem5')])\nm5.simulate()\n");
        write_text("script.py", HEAD "import subprocess\nplan([(1, 0, 'end')])\nm5.simulate()\n"
                                     "print(subprocess.call([sys.executable, sys.modules['__main__'].__file__, 'inner.py']))\n");
        compare(python, "gem5 in gem5", stand_in, NULL);
        CHECK_STR(noted(), "1\t0\tend\n");
    }
    end_probe();
}

TEST(many_events_and_threads) {
    EACH_PYTHON(python) {
        size_t length;
        write_text("script.py", HEAD "plan([(1, 0, 'an event ' + 'x' * 400)])\nfor i in range(6000): m5.simulate()\n");
        compare(python, "many", stand_in, NULL);
        length = strlen(events);
        CHECK_THAT(length > 30000 && length < 1200000, "%s: %zu bytes of events", python, length);
        write_text("script.py", HEAD "import threading\nplan([(1, 0, 'end')])\n"
                                     "def go():\n    for i in range(200): m5.simulate()\n"
                                     "threads = [threading.Thread(target=go) for i in range(4)]\n"
                                     "for t in threads: t.start()\nfor t in threads: t.join()\n");
        compare(python, "threads", stand_in, NULL);
        for (length = 0; events[length]; length++) {}
        CHECK_THAT(length >= 800 * strlen("1\t0\tend\t0.000\n"), "%s: %zu bytes", python, length);
    }
    end_probe();
}

/* ---- its files */

TEST(the_module_is_removed_and_the_events_stay) {
    gem5art__watch watch;
    gem5art__end end;
    DIR *outdir;
    EACH_PYTHON(python) {
        unsetenv("PYTHONDONTWRITEBYTECODE");
        memset(&watch, 0, sizeof watch);
        memset(&end, 0, sizeof end);
        begin_outdir();
        gem5art__set_defaults(gem5art__run_fields, &probed);
        probed.outdir = gem5art__arena_printf(&arena, "%s/out", fixture_folder);
        probed.type = "gem5 run";
        probed.name = "t";
        REQUIRE((outdir = gem5art__open_outdir(probed.outdir, NULL, &error)) != NULL);
        CHECK(gem5art__watch_begin(&watch, &probed, outdir, &error));
        write_text("script.py", HEAD "plan([(1, 0, 'm5_exit instruction encountered')])\nm5.simulate()\n");
        CHECK_INT(run_python(python, stand_in, true, "with"), 0);
        CHECK(gem5art__classify(&probed, &arena, &end, &watch, outdir, &error));
        gem5art__close_folder(outdir);
        CHECK_STR(probed.status, "Finished");
        CHECK_STR(probed.cause, "m5_exit instruction encountered");
        CHECK_INT(probed.exit_event_count, 1);
        CHECK_INT(sh("test \"$(ls -A out out/.gem5art | tr '\\n' ' ')\" = 'out: .gem5art  out/.gem5art: events.tsv '"), 0);
        gem5art__watch_free(&watch);
        sh("rm -rf %s/tests/m5/__pycache__ %s/tests/m5/m5/__pycache__", project, project);
    }
    end_probe();
}

TEST(where_there_can_be_no_probe) {
    begin_probe();
    begin_outdir();
    CHECK_INT(sh("test \"$(stat -c %%a out/.gem5art.zip)\" = 644"), 0);
    CHECK(probe_begin(true, NULL)[0] == NULL); /* not wanted */
    CHECK(probe_begin(false, NULL)[0] != NULL); /* again: it is replaced */
    sh("rm -rf out/.gem5art && mkdir elsewhere && : > elsewhere/events.tsv && ln -s ../elsewhere out/.gem5art"); /* not followed */
    CHECK(probe_begin(false, NULL)[0] == NULL);
    CHECK(exists("elsewhere/events.tsv"));
    sh("rm -rf out/.gem5art && mkdir -m 777 out/.gem5art"); /* others could change it */
    CHECK(probe_begin(false, NULL)[0] == NULL);
    sh("rm -rf out/.gem5art && chmod 777 out");
    CHECK(probe_begin(false, NULL)[0] == NULL);
    sh("chmod 755 out; : > out/.gem5art"); /* in the way */
    CHECK(probe_begin(false, NULL)[0] == NULL);
    sh("mkdir a:b");
    probed.outdir = gem5art__arena_printf(&arena, "%s/a:b", fixture_folder); /* no place for PYTHONPATH */
    CHECK(probe_begin(false, NULL)[0] == NULL);
    end_probe();
}

TEST(a_pythonpath_stays_behind) {
    const char *user[] = {"OTHER", "x", "PYTHONPATH", "/of/the/run", NULL};
    begin_probe();
    begin_outdir();
    pairs = probe_begin(false, user);
    CHECK(gem5art__ends_with(pairs[1], "/out/.gem5art.zip:/of/the/run"));
    setenv("PYTHONPATH", "/of/the/host", 1);
    pairs = probe_begin(false, NULL);
    CHECK_STR(pairs[0], "PYTHONPATH");
    CHECK(gem5art__ends_with(pairs[1], "/out/.gem5art.zip:/of/the/host"));
    CHECK_STR(pairs[2], "GEM5ART_EVENTS");
    CHECK(gem5art__ends_with(pairs[3], "/out/.gem5art/events.tsv"));
    CHECK(pairs[4] == NULL);
    unsetenv("PYTHONPATH");
    end_probe();
}

int main(int argc, char **argv) {
    if (!getcwd(project, sizeof project)) return 1;
    find_pythons();
    qsort(pythons, (size_t)python_count, sizeof *pythons, by_version);
    if (!getenv("TEST_LONG")) keep_few_pythons();
    return test_main(argc, argv);
}
