import code
import datetime
import os
import socket
import sys


def main():
    filename = sys.argv[0]
    sys.path = [os.path.dirname(filename)] + sys.path
    with open(filename) as file:
        exec(compile(file.read(), filename, "exec"), {"__file__": filename, "__name__": "__m5_main__"})
