"""Ctrl-C, again and again in one session: while a guest spins with interrupts off, while both wait at their prompts, while nothing runs."""
import sys

sys.path.insert(0, "tests/gdb")
from check import *


def interrupts(times, seconds, what, more=lambda: True):
    """Let the machine run and press Ctrl-C; `more` must hold wherever that stops it."""
    said = []
    for _ in range(times):
        interrupt_after(seconds)
        said += [(signal_after_continue(), more(), place())]
    check(what, all(signal == "SIGINT" and holds for signal, holds, _ in said), said)


run("thread 3.1")
run("break machine_console_write if $_inferior == 3")
run("continue")
run("delete")
here = number("$pc")
saved = number("*(unsigned short *)$pc")
run("set var *(unsigned short *)$pc = 0xfeeb")          # jmp to itself
run("set $eflags = $eflags & ~0x200")
interrupts(2, 1, "Ctrl-C stops the machine while a guest spins with interrupts off")
run("thread 3.1")
check("which is found where it spins", number("$pc") == here and instruction().startswith("jmp"), instruction())
run("set var *(unsigned short *)$pc = %d" % saved)
run("set $eflags = $eflags | 0x200")

interrupts(3, 2, "Ctrl-C stops it while both guests wait at their prompts", lambda: gdb.selected_inferior().num != 3)
run("monitor hold unmodified")                          # the other has no clock that ticks
interrupts(2, 1, "and while the hypervisor sleeps because nobody has work for it",
           lambda: gdb.selected_inferior().num == 1 and "scheduler_next" in run("bt"))
leave()
