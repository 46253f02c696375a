"""Ctrl-C while both guests wait at their prompts; this GDB has come to a machine that runs."""
import sys

sys.path.insert(0, "tests/gdb")
from check import *

check("GDB comes to a machine that runs, which stops for it", len(gdb.inferiors()) == 3 and number("vm_count") == 2, run("info inferiors"))
interrupt_after(3)
said = signal_after_continue()
check("Ctrl-C stops the machine while both guests wait", said == "SIGINT", said)
check("in the scheduler, which has nobody to run", gdb.selected_inferior().num == 1 and "scheduler_next" in run("bt"), run("bt"))
leave()
