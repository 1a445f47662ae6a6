# gem5.py - stands in for gem5 where only its Python side matters: python gem5.py SCRIPT [ARGUMENT...]
#
# As gem5 does, it puts an importer in front of all others, which has the package m5 and the native module _m5 with the
# submodules core and event, and then runs m5.main. A script says beforehand how simulate() shall return:
# _m5.event.plan([(tick, code, cause), ...]); the last one is returned again and again.
import os
import sys
import types

folder = os.path.dirname(os.path.abspath(__file__))


class ExitEvent(object):
    def __init__(self, code, cause):
        self.code, self.cause = code, cause

    def getCode(self):
        return self.code

    def getCause(self):
        if isinstance(self.cause, Exception):
            raise self.cause
        return self.cause


def native():
    now = [0]
    planned = []

    def simulate(ticks=2 ** 64 - 1):
        if not planned:
            raise RuntimeError("no event is planned")
        tick, code, cause = planned[0]
        if len(planned) > 1:
            del planned[0]
        now[0] = tick
        return ExitEvent(code, cause)

    top = types.ModuleType("_m5")
    top.core = types.ModuleType("_m5.core")
    top.core.curTick = lambda: now[0]
    top.event = types.ModuleType("_m5.event")
    top.event.simulate = simulate
    top.event.plan = planned.extend
    top.__path__ = []
    for module in (top, top.core, top.event):
        sys.modules[module.__name__] = module
    return top


class Importer(object):
    def path(self, name):
        path = os.path.join(folder, *name.split("."))
        for path in (os.path.join(path, "__init__.py"), path + ".py"):
            if name.split(".")[0] == "m5" and os.path.exists(path):
                return path
        return None

    # Python 3
    def find_spec(self, name, path=None, target=None):
        if name != "_m5" and not self.path(name):
            return None
        import importlib.util

        return importlib.util.spec_from_loader(name, self, is_package=name == "m5")

    def create_module(self, spec):
        return native() if spec.name == "_m5" else None

    def exec_module(self, module):
        if module.__name__ != "_m5":
            self.run(module)

    # Python 2
    def find_module(self, name, path=None):
        return self if name == "_m5" or self.path(name) else None

    def load_module(self, name):
        if name == "_m5":
            return native()
        module = sys.modules.setdefault(name, types.ModuleType(name))
        module.__loader__ = self
        module.__package__ = "m5"
        if name == "m5":
            module.__path__ = []
        self.run(module)
        return module

    def run(self, module):
        path = self.path(module.__name__)
        with open(path) as file:
            exec(compile(file.read(), path, "exec"), module.__dict__)


sys.meta_path.insert(0, Importer())
sys.argv = sys.argv[1:]
import m5

m5.main()
