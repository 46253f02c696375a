"""Breakpoints, steps, registers, memory and watchpoints, in the hypervisor and in both guests."""
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
resume = number("$_")


def stop_at_resume():
    run("tbreak *%d" % resume)
    run("continue")


stop_at_resume()
check("a breakpoint at VMRESUME", instruction() == "vmresume", instruction())
run("stepi")
check("a step over VMRESUME ends at the next exit", number("$pc") == number("(long)vmx_exit"), place())

stop_at_resume()
run("thread %d.1" % (number("((struct vm *)($rsp - sizeof(struct vcpu_regs)))->id") + 2))
at = number("$pc")
run("stepi")
check("a guest is stepped by one instruction when it was just about to be entered", 0 < number("$pc") - at < 16, (hex(at), place()))
run("thread 1.1")

# ---- The hypervisor's debug registers ----


stop_at_resume()                                # the guest's debug registers are in the CPU
run("set language c")                           # the source here is assembly
run("watch -location vms[0]->next_record")
run("set language auto")
places, records = set(), [number("(long)vms[0]->next_record")]
for _ in range(4):
    run("continue")
    places.add(place())
    records.append(number("(long)vms[0]->next_record"))
size = number("sizeof(struct exit_record)")
check("a hardware watchpoint sees a variable of the hypervisor change at each exit, and misses none",
      places == {"1.1 handle_exit"} and all(b - a in (size, -63 * size) for a, b in zip(records, records[1:])), (places, records))
run("delete")
run("hbreak handle_io if vm == vms[0]")
this_exit = "vms[0]->trace->last[((long)vms[0]->next_record - (long)vms[0]->trace) / %d + 63 & 63].tsc" % size
times = []
for _ in range(3):
    run("continue")
    times.append((number(this_exit), number("$pc") == number("(long)handle_io")))
check("a hardware breakpoint stops it once an exit", len(set(times)) == 3 and all(hit for _, hit in times), times)
run("delete")

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
def text_is_read(guest):
    check("a breakpoint in the console driver of the %s guest" % guest,
          "guest-%s/machine/console.c" % guest in gdb.selected_frame().function().symtab.filename, run("bt 1"))
    check("its text is read through the guest's page tables", " line" in run("x/s $rdi"), run("x/s $rdi"))


def step_to(mnemonic):
    for _ in range(40):
        if instruction().startswith(mnemonic):
            break
        run("stepi")
    return number("$pc")


def own_int3():
    """The guest runs into an INT3 that is not GDB's, while GDB's are there as well."""
    here, saved = number("$pc"), number("*(unsigned char *)$pc")
    run("break trap if $_inferior == 3 && frame->vector == 3")
    run("set var *(unsigned char *)$pc = 0xcc")
    run("continue")
    check("an INT3 of the guest's own goes to its handler", place() == "3.1 trap" and number("frame->vector") == 3 and
          number("frame->rip") == here + 1, place())
    run("delete $bpnum")
    run("set var *(unsigned char *)%d = %d" % (here, saved))
    run("set var frame->rip = %d" % here)
    run("return")
    run("tbreak *%d" % here)
    run("continue")
    check("and returns from there", number("$pc") == here and number("$eflags") & 0x100 == 0, place())


def first_of_paravirt():
    text_is_read("paravirt")
    check("PUSHF is among its instructions", instruction().startswith("pushf") or step_to("pushf"), instruction())
    run("stepi")
    check("a step over PUSHF pushes no trap flag", number("*(long *)$rsp") & 0x302 == 0x202, hex(number("*(long *)$rsp")))
    own_int3()
    here = step_to("vmcall")
    run("stepi")
    check("a step over its VMCALL ends behind it", number("$pc") == here + 3, hex(number("$pc")))
    check("with the hypervisor's answer in RAX", 0 < number("$rax") < 100, run("info registers rax"))
    run("stepi")
    check("the next step is one instruction", number("$pc") > here + 3, hex(number("$pc")))
    check("no trap flag is left in its flags", "TF" not in run("info registers eflags"))


GENERAL = "rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15".split()


def second_of_paravirt():
    shown = [number("$" + name) for name in GENERAL]
    run("thread 1.1")
    kept = [number("vms[1]->vcpu.regs." + name) for name in GENERAL]
    run("thread 3.1")
    check("each register of a guest is what the hypervisor keeps of it", shown == kept, (shown, kept))
    run("set $rsi = 3")                         # the length
    check("a register of a guest can be changed", number("$rsi") == 3)


def second_of_unmodified():
    text_is_read("unmodified")
    for line in run("disassemble").splitlines():
        if "out " in line:
            run("tbreak *" + line.replace("=>", "").split()[0])
    run("continue")
    here = number("$pc")
    port = number("$rdx") & 0xffff
    run("stepi")
    check("a step over its OUT ends behind it", here < number("$pc") <= here + 2 and port == 0x3f9, (hex(number("$pc")), hex(port)))
    run("watch -location transmit.left")
    left = number("transmit.left")
    listed = run("info breakpoints")
    run("continue")
    check("a hardware watchpoint sees a variable of the guest change",
          "hw watchpoint" in listed and gdb.selected_inferior().num == 2 and number("transmit.left") != left, (listed, place(), left))
    own = number("$bpnum")
    run("thread 1.1")
    run("watch -location vms[0]->next_record")
    run("thread 2.1")
    stops = []
    for _ in range(12):
        left = number("transmit.left")
        run("continue")
        who = gdb.selected_inferior().num
        run("thread 2.1")
        stops.append((who, left - number("transmit.left")))
    check("both have their own at once; the exit of a guest's watchpoint changes the hypervisor's variable too",
          stops == 4 * [(1, 0), (1, 1), (2, 0)], stops)
    run("delete %d-%d" % (own, own + 1))


# Both guests print "first line" and "second line"; which comes first is theirs to settle. While one is stepped the other is held.
run("set scheduler-locking step")
for thread in "2.1", "3.1":
    run("thread " + thread)
    run("break *machine_console_write if $rsi > 4 && (*(short *)$rdi == 0x6966 || *(short *)$rdi == 0x6573)")
todo = {(3, "f"): first_of_paravirt, (3, "s"): second_of_paravirt, (2, "s"): second_of_unmodified}
while todo:
    run("continue")
    todo.pop((gdb.selected_inferior().num, chr(number("*(char *)$rdi"))), lambda: None)()

leave()
