"""Breakpoints, steps, registers, memory and watchpoints, in the hypervisor and in both guests."""
import os
import sys

sys.path.insert(0, "tests/gdb")
from check import *

# ---- The hypervisor ----

run("break handle_cpuid")
run("continue")
check("a breakpoint in exit/cpuid.c stops the hypervisor", place() == "1.1 handle_cpuid", run("bt 3"))
check("the exit's path is in the backtrace", "handle_exit" in run("bt") and "vmx_exit" in run("bt"), run("bt"))
lines = [gdb.selected_frame().find_sal().line]
while gdb.selected_frame().name() == "handle_cpuid" and len(lines) < 20:
    run("next")
    lines.append(gdb.selected_frame().find_sal().line)
check("its lines can be stepped", len(lines) > 3 and place() == "1.1 handle_exit", (lines, place()))
run("delete")
run("break handle_cpuid")
run("continue")
run("finish")
check("finish gives the verdict", str(gdb.history(0)) == "VERDICT_NEXT", gdb.history(0))
run("delete")

run("tbreak *vmx_exit")
run("continue")
check("a breakpoint at the first instruction of an exit", number("$pc") == number("(long)vmx_exit"), place())
vm = number("$rsp") - number("(long)sizeof(struct vcpu_regs)")
before = run("x/40gx %d" % vm)
run("stepi")
check("there a step stores one register, and nothing else is touched",
      number("*(long *)%d" % (vm + 14 * 8)) == number("$r11") and before.splitlines()[8:] == run("x/40gx %d" % vm).splitlines()[8:],
      before + run("x/40gx %d" % vm))
run("find /b vmx_exit, +100, 0x0f, 0x01, 0xc3")
run("tbreak *$_")
run("continue")
check("a breakpoint at VMRESUME", instruction() == "vmresume", instruction())
run("stepi")
check("a step over VMRESUME ends at the next exit", number("$pc") == number("(long)vmx_exit"), place())

# ---- What cannot be ----

check("address 0 of the hypervisor is an error", "Cannot access memory" in fails("x/x 0"), fails("x/x 0"))
check("so is one beyond its memory", "Cannot access memory" in fails("x/x 0xffff800000000000"))
run("break debug_trap")
check("a breakpoint in the stub itself is refused", "aborted" in fails("continue"))
run("delete")

# ---- The paravirtual guest ----

run("thread 3.1")
check("an address outside a guest's memory is an error", "Cannot access memory" in fails("x/x 0x7fffffff000"), fails("x/x 0x7fffffff000"))
check("a write there is an error too", "Cannot access memory" in fails("set var *(char *)0x7fffffff000 = 1"))
run("break machine_console_write if $rsi > 4 && $_inferior == 3 && *(char *)$rdi == 'f' && *((char *)$rdi + 1) == 'i'")
run("continue")
check("a breakpoint in the paravirtual guest's console driver",
      place() == "3.1 machine_console_write" and "guest-paravirt/machine/console.c" in gdb.selected_frame().find_sal().symtab.filename, run("bt 1"))
check("its text is read through its page tables", "first" in run("x/s $rdi"), run("x/s $rdi"))
run("delete")
while instruction() != "vmcall":
    run("stepi")
here = number("$pc")
run("stepi")
check("a step over its VMCALL ends behind it", number("$pc") == here + 3, hex(number("$pc")))
check("with the hypervisor's answer in RAX", 0 < number("$rax") < 100, run("info registers rax"))
run("stepi")
check("the next step is one instruction", number("$pc") > here + 3, hex(number("$pc")))
check("no trap flag is left in its flags", "TF" not in run("info registers eflags"), run("info registers eflags"))

run("break machine_console_write if $rsi > 4 && $_inferior == 3 && *(char *)$rdi == 's' && *((char *)$rdi + 1) == 'e'")
run("continue")
run("set $rsi = 3")
run("delete")
check("a register of a guest can be changed", number("$rsi") == 3)

# ---- The unmodified guest ----

run("thread 2.1")
run("break machine_console_write if $rsi > 4 && $_inferior == 3 && $_thread == 2")
run("thread 2.1")
run("continue")
check("a breakpoint in the unmodified guest's console driver", place() == "2.1 machine_console_write", place())
run("delete")
while not instruction().startswith("out "):
    run("stepi")
here, port = number("$pc"), number("$rdx") & 0xffff
run("stepi")
check("a step over its OUT ends behind it", here < number("$pc") <= here + 2 and port == 0x3f9, (hex(number("$pc")), hex(port)))
run("watch -location transmit.left")
left = number("transmit.left")
said = run("continue")
check("a hardware watchpoint sees a variable of the guest change",
      "Hardware watchpoint" in said and number("transmit.left") != left and gdb.selected_inferior().num == 2, said)
run("delete")

leave()
