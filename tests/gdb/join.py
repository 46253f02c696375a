"""Another GDB, which comes to a machine that runs."""
import sys

sys.path.insert(0, "tests/gdb")
from check import *

check("GDB comes to a machine that runs, which stops for it", len(gdb.inferiors()) == 3 and number("vm_count") == 2, run("info inferiors"))
run("thread 2.1")
interrupt_after(1)
said = signal_after_continue()
check("Ctrl-C stops it for this GDB as well", said == "SIGINT", said)
leave()
