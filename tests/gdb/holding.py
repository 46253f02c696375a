"""A GDB that is killed while the machine stands still for it, with a breakpoint and a VM that is to wait."""
import os
import signal
import sys

sys.path.insert(0, "tests/gdb")
from check import *

run("break handle_cpuid")
run("continue")
run("monitor hold unmodified")
os.kill(os.getpid(), signal.SIGKILL)
