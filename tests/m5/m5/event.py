import m5
import _m5.event
