"""A GDB that is killed while the machine runs towards its breakpoint."""
import os
import signal
import sys
import threading

sys.path.insert(0, "tests/gdb")
from check import *

run("break vm_power_off")
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL)).start()
run("continue")
