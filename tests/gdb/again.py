"""The GDB after one that was killed."""
import sys

sys.path.insert(0, "tests/gdb")
from check import *

check("a new GDB finds the machine that a killed one left", gdb.selected_inferior().pid == 1 and len(gdb.inferiors()) == 3, run("info threads"))
check("and its breakpoints are gone", "No breakpoints" in run("info breakpoints") and number("*(unsigned char *)handle_cpuid") != 0xcc)
leave()
