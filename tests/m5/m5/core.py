from _m5.core import curTick
