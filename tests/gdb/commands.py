"""The commands of tools/gdb-commands, on the machine: what they say is compared with what GDB reads by other ways."""
import re
import sys

sys.path.insert(0, "tests/gdb")
from check import *


def says(what, command, *patterns):
    text = run(command)
    check(what, all(re.search(pattern, text) for pattern in patterns), "%s said:\n%s" % (command, text))
    return text


def refuses(what, command, *parts):
    text = fails(command)
    check(what, all(part in text for part in parts) and "Python" not in text, "%s said: %s" % (command, text or "no error"))


# ---- What is wrong ends in a sentence ----

refuses("before the first exit `why` tells how to get there", "why", "No VM has run yet", "exit-step", "unmodified")
refuses("a wrong reason lists the right ones", "exit-catch CPUIDD", "CPUIDD", "VMCALL", "EPT_VIOLATION")
refuses("a wrong VM name lists the right ones", "exit-catch -vm linux", "linux", "unmodified, paravirt")
refuses("an unknown option shows the usage", "exits -last 3", "-last", "Usage: exits [N]")
refuses("an expression that makes no sense is refused", "exit-catch HLT -if nonsense", "nonsense")
says("and leaves no catch behind", "info breakpoints", r"No breakpoints")
refuses("a field that is near is named", "vmcs GUEST_RIPP -vm paravirt", "GUEST_RIP")
refuses("the dashboard wants a terminal, and says so", "exit-layout", "terminal")
check("reasons, VMs, fields and devices are completed", run("complete exit-catch RDM").split() == ["exit-catch", "RDMSR"] and
      "why -vm paravirt" in run("complete why -vm p") and "vmcs GUEST_RIP" in run("complete vmcs GUEST_RI") and
      "device uart16550" in run("complete device ua"), run("complete device ua"))

# ---- One exit after the other ----

says("exit-step goes to the first exit, before it is handled", "exit-step", r"asks CPUID for leaf 0x80000000", r"handle_cpuid")
run("vm stop unmodified")
exits = [run("exit-step") for _ in range(3)]
check("a VM that is stopped has no exits while the other goes on", all(text.startswith("paravirt ") for text in exits), exits)
says("vm lists that", "vm", r"unmodified .* stopped by you .* no exit yet", r"paravirt +paravirt +16 MiB +runnable")
refuses("but not the last one as well", "vm stop paravirt", "No other VM would go on")
run("vm go unmodified")
says("and goes on when it is let go", "exit-step -vm unmodified", r"^unmodified asks CPUID")
check("exits keeps count", len(run("exits 4").splitlines()) == 4 and "WRMSR" in run("exits") and
      len(run("exits -vm unmodified").splitlines()) == 1, run("exits"))

# ---- The paravirtual guest ----

says("exit-catch takes a reason, a VM and an expression", 'exit-catch VMCALL -vm paravirt -if $_guest("rax") == PV_HC_EVENT_SETUP', "Catch")
run("continue")
page, vector = number('$_guest("rbx")'), number('$_guest("rcx")')
says("hypercall names the call, its arguments and who serves it", "hypercall",
     r"^event_setup\(address 0x%x, vector 0x%x\)\n" % (page, vector), r"hypercall_event_setup")
says("why puts it in a sentence", "why", r"^paravirt calls event_setup\(.*\) at events_init\+0x")
says("exit-finish ends in the guest, behind its VMCALL", "exit-finish", r"answered with 0, at events_init", r"It goes on at events_init\+0x")
check("with the guest selected", place() == "3.1 events_init" or gdb.selected_inferior().num == 3, place())
rip, returns_to, is_return = number("$rip"), number("*(long *)$rsp"), instruction().startswith("ret")
run("stepi")
check("from there one step is one instruction", number("$rip") == returns_to if is_return else 0 < number("$rip") - rip < 16,
      (hex(rip), hex(number("$rip"))))
says("device shows the service's new state", "device event", r"set_up +true", r"vector +0x%x\n" % vector, r"page +0x%x\n" % page)
run("delete")

# ---- The VMCS ----

says("vmcs agrees with the registers", "vmcs GUEST_RIP", r"0x%x " % number("$rip"))
rip = number("$rip")
check("flags have names", ("PF" in run("vmcs guest_rflags")) == bool(number("$eflags") & 4), run("vmcs guest_rflags"))
says("controls as well", "vmcs *CONTROLS", r"PIN_BASED_CONTROLS .*external-interrupt exiting", r"SECONDARY.*enable EPT")
before = run("vmcs TSC_OFFSET").split()[1]
says("a field can be written", "vmcs TSC_OFFSET = -5", r"TSC_OFFSET +0xfffffffffffffffb +-5")
run("vmcs TSC_OFFSET = " + before)
rax = number("$rax")
run("vmcs GUEST_RIP = $rip + 1")
check("what is written there GDB sees at once", number("$rip") != rip and number("$rax") == rax)
run("vmcs GUEST_RIP = $rip - 1")

# ---- Memory ----

host = int(re.search(r"is host-physical (0x[0-9a-f]+)$", says("ept goes down to the page", "ept 0x100000", r"EPT PML4", r"rwx")).group(1), 16)
guests = run("x/4gx 0x100000").split(":", 1)[1].split()[:2]
run("thread 1.1")
check("where the hypervisor finds the guest's bytes", run("x/4gx %d" % host).split(":", 1)[1].split()[:2] == guests, hex(host))
run("thread 3.1")
says("guest-walk goes through both", "guest-walk $rip", r"4-level paging", r"linear 0x(\w+) is guest-physical 0x\1\n", r"EPT page directory")
says("or tells where the way ends", "guest-walk 0xffff800000000000", r"not present", r"#PF")
says("as ept does", "ept 0x40000000", r"does not own it")

# ---- The unmodified guest ----

run('exit-catch IO_INSTRUCTION -if $_exit_port() == 0x3f9 && ($_guest("rax") & 0xff) == 3')
run("continue")
says("why names the chip's register and the value", "why", r"^unmodified wrote 0x03 to port 0x3f9 \(16550 IER\) at machine_console_write\+0x")
says("device shows the chip before this write", "device uart16550", r"ier +0x1  ERBFI\n", r"lcr +0x3")
run("delete")
run("exit-finish")
says("and after it, with the bits' names", "device uart16550", r"ier +0x3  .*ETBEI")
refuses("a wrong device lists the right ones", "device vga", "vga", "pic8259", "uart16550")
refuses("the unmodified guest makes no hypercalls", "hypercall", "unmodified is not paravirtual")
leave()
