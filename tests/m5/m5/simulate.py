import atexit
import os
import sys

import _m5.core
import _m5.event

from . import core


def simulate(*args, **kwargs):
    sys.stdout.flush()
    sys.stderr.flush()
    sim_out = _m5.event.simulate(*args, **kwargs)
    sys.stdout.flush()
    sys.stderr.flush()
    return sim_out


def drain():
    exit_event = _m5.event.simulate()
    while exit_event.getCause() != "Finished drain":
        exit_event = simulate()


def fork():
    return os.fork()


from _m5.core import curTick
