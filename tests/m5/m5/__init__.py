# The order of imports is gem5's.
import _m5.core

_m5.core.curTick
from . import core
from .event import *
from .main import main
from .simulate import *
