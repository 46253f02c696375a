"""A GDB that is killed: at its prompt (ARGUMENT prompt), or while the machine runs towards its breakpoints."""
import os
import signal
import sys
import threading

sys.path.insert(0, "tests/gdb")
from check import *

run("break handle_cpuid")
run("continue")
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL)).start()
while True:
    run("continue")
