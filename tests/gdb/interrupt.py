"""Ctrl-C while a guest spins with interrupts off."""
import sys

sys.path.insert(0, "tests/gdb")
from check import *

run("thread 3.1")
run("break machine_console_write if $_inferior == 3")
run("continue")
run("delete")
here = number("$pc")
saved = number("*(unsigned short *)$pc")
run("set var *(unsigned short *)$pc = 0xfeeb")          # jmp to itself
run("set $eflags = $eflags & ~0x200")
interrupt_after(1)
said = signal_after_continue()
check("Ctrl-C stops the machine while a guest spins with interrupts off", said == "SIGINT", said)
run("thread 3.1")
check("which is found where it spins", number("$pc") == here and instruction().startswith("jmp"), instruction())
run("set var *(unsigned short *)$pc = %d" % saved)
run("set $eflags = $eflags | 0x200")

leave()
