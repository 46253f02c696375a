"""`why` and `exits`: VM exits in words. The ring of trace/trace.h keeps the last ones of each VM; of the last one the VMCS knows the rest."""
import struct

import gdb

import machine
import names
from command import Command, parse_number


class Exit:
    def __init__(self, vm, reason, rip, qualification, tsc=0):
        self.vm, self.reason, self.rip, self.qualification, self.tsc = vm, reason, rip, qualification, tsc
        self.name = machine.reason_name(reason)
        self.live = False               # it is the VM's last one: registers and VMCS are of it
        self.handled = False            # and the hypervisor has done what it asked: RAX is the answer, no more the question

    def register(self, name):
        return self.vm.number("vcpu.regs." + name) if name != "rsp" else self.vm.vmread("GUEST_RSP")

    def sentence(self):
        return "%s %s at %s" % (self.vm.name, self.what(), self.vm.place(self.rip))

    def what(self):
        return DECODERS.get(self.name, lambda exit: "left the guest: " + exit.name)(self)


RECORD = struct.Struct("<QQQQ")


def ring(vm, count):
    """The last exits that trace/ keeps of a VM, oldest first. No more than asked for: the line to the machine is slow."""
    last = vm.field("trace->last", "&")
    start, length = int(last), last.type.target().range()[1] + 1
    newest = (vm.number("next_record") - start) // RECORD.size + length
    count = min(count, length)
    first = (newest - count) % length
    with machine.hypervisor():
        read = gdb.selected_inferior().read_memory
        memory = read(start + first * RECORD.size, min(count, length - first) * RECORD.size).tobytes()
        if first + count > length:
            memory += read(start, (first + count - length) * RECORD.size).tobytes()
    return [Exit(vm, reason, rip, qualification, tsc) for tsc, rip, qualification, reason in RECORD.iter_unpack(memory) if tsc]


def last_exit(vm):
    """The VM's last exit, with everything that is known of it; None if it has had none."""
    kept = ring(vm, 1)
    function, pc = machine.machine_frame()
    unrecorded = function == "vmx_exit" or pc == machine.number("(unsigned long)handle_exit")
    loaded = machine.number("'hypervisor/vmx/switch.c'::loaded") == vm.address
    reason, qualification, rip = vm.vmread("EXIT_REASON", "EXIT_QUALIFICATION", "GUEST_RIP")
    if not kept and not (loaded and unrecorded):
        return None
    if loaded and unrecorded:
        exit = Exit(vm, reason & 0x7f, rip, qualification)
    else:
        exit = kept[-1]
        exit.handled = rip != exit.rip
        exit.qualification = qualification
    exit.live = True
    return exit


def history(vm, count):
    """The ring; of its newest exit all that is known."""
    kept, last = ring(vm, count), last_exit(vm)
    return kept[:-1] + [last] if kept and last.tsc else kept


# ---- One reason, one clause ----

def divisor_latch(vm, port):
    """Does DLAB hide the registers at the first two ports of the 16550?"""
    device = vm.number("pc->ports->ranges[vms[%d]->pc->ports->owner[%d]].device" % (vm.id, port))
    return bool(machine.number("((struct uart16550 *)%d)->lcr" % device) & 0x80)


def io(exit):
    q = exit.qualification
    size, is_in, is_string, port = (q & 7) + 1, q >> 3 & 1, q >> 4 & 1, q >> 16 & 0xffff
    where = "port " + names.port(port, is_in, exit.live and port in names.DIVISOR_LATCH and divisor_latch(exit.vm, port))
    if is_string:
        count = " (RCX was 0x%x)" % exit.register("rcx") if exit.live and q >> 5 & 1 and not exit.handled else ""
        return "%s%s%s %s%s" % ("REP " if q >> 5 & 1 else "", "INS" if is_in else "OUTS", "?BW?D"[size], where, count)
    if not exit.live:
        return ("read " if is_in else "wrote ") + where
    if is_in and not exit.handled:
        return "is reading " + where
    value = exit.register("rax") & (1 << 8 * size) - 1
    text = " '%c'" % value if "16550 THR" in where and 0x20 <= value < 0x7f else ""
    return "%s 0x%0*x%s %s %s" % ("read" if is_in else "wrote", 2 * size, value, text, "from" if is_in else "to", where)


def vmcall(exit):
    if not exit.live or exit.handled:
        return "made a hypercall" + (", answered with %d," % as_signed(exit.register("rax")) if exit.live else "")
    from hypercall import describe
    return "calls " + describe(exit.vm)


def as_signed(value):
    return value - (1 << 64) if value >> 63 else value


def cpuid(exit):
    if not exit.live:
        return "asked CPUID"
    if exit.handled:
        return "asked CPUID, answered with EAX 0x%x," % (exit.register("rax") & 0xffffffff)
    return "asks CPUID for leaf 0x%x, subleaf 0x%x" % (exit.register("rax") & 0xffffffff, exit.register("rcx") & 0xffffffff)


def read_msr(exit):
    if not exit.live:
        return "read an MSR"
    return "reads MSR " + names.msr(exit.register("rcx") & 0xffffffff)


def write_msr(exit):
    if not exit.live:
        return "wrote an MSR"
    return "writes 0x%x to MSR %s" % (edx_eax(exit), names.msr(exit.register("rcx") & 0xffffffff))


def xsetbv(exit):
    return "sets XCR%d to 0x%x" % (exit.register("rcx") & 0xffffffff, edx_eax(exit)) if exit.live else "set XCR0"


def edx_eax(exit):
    return (exit.register("rdx") & 0xffffffff) << 32 | exit.register("rax") & 0xffffffff


# SDM: "Exit Qualification for Control-Register Accesses"
def control_register(exit):
    q = exit.qualification
    cr, access, register = q & 15, q >> 4 & 3, names.REGISTERS[q >> 8 & 15]
    if access == 0:
        value = "0x%x from " % exit.register(register) if exit.live else ""
        return "moves %s%s to CR%d" % (value, register.upper(), cr)
    if access == 1:
        return "moves CR%d to %s" % (cr, register.upper())
    return "clears CR0.TS (CLTS)" if access == 2 else "loads the machine status word 0x%x (LMSW)" % (q >> 16 & 0xffff)


# SDM: "Exit Qualification for EPT Violations"
def ept_violation(exit):
    q = exit.qualification
    access = "fetched an instruction from" if q & 4 else "wrote to" if q & 2 else "read"
    if not exit.live:
        return access + " memory that it does not have"
    address, linear = exit.vm.vmread("GUEST_PHYSICAL_ADDRESS", "GUEST_LINEAR_ADDRESS")
    linear = " (linear 0x%x)" % linear if q & 0x80 else ""
    return "%s guest-physical 0x%x%s, which the EPT does not allow," % (access, address, linear)


def exception(exit):
    if not exit.live:
        return "raised an exception"
    information, error = exit.vm.vmread("VM_EXIT_INTERRUPTION_INFORMATION", "VM_EXIT_INTERRUPTION_ERROR_CODE")
    vector, code = information & 0xff, ", error code 0x%x," % error if information & 1 << 11 else ""
    if information >> 8 & 7 == 2:
        return "was interrupted by an NMI"
    at = " for address 0x%x" % exit.qualification if vector == 14 else ""
    return "raised %s%s%s" % (names.exception(vector), at, code)


def external_interrupt(exit):
    if not exit.live:
        return "was interrupted by the real machine"
    return "was interrupted by the real machine (%s)" % names.host_interrupt(exit.vm.vmread("VM_EXIT_INTERRUPTION_INFORMATION") & 0xff)


def entry_failure(exit):
    return "could not be entered (%s)" % exit.name


DECODERS = {
    "IO_INSTRUCTION": io, "VMCALL": vmcall, "CPUID": cpuid, "RDMSR": read_msr, "WRMSR": write_msr, "XSETBV": xsetbv,
    "CONTROL_REGISTER": control_register, "EPT_VIOLATION": ept_violation, "EXCEPTION_OR_NMI": exception,
    "EXTERNAL_INTERRUPT": external_interrupt,
    "HLT": lambda exit: "halted (HLT)",
    "INTERRUPT_WINDOW": lambda exit: "can take an interrupt now (interrupt window)",
    "PREEMPTION_TIMER": lambda exit: "was stopped by the VMX-preemption timer",
    "TRIPLE_FAULT": lambda exit: "shut down (triple fault)",
    "ENTRY_FAILURE_GUEST_STATE": entry_failure, "ENTRY_FAILURE_MSR_LOADING": entry_failure, "ENTRY_FAILURE_MACHINE_CHECK": entry_failure,
}


def why(vm):
    exit = last_exit(vm)
    return exit.sentence() if exit else "%s has had no exit yet" % vm.name


def newest(count, all_vms):
    """The last exits of these VMs, oldest first."""
    return sorted((exit for vm in all_vms for exit in history(vm, count)), key=lambda exit: exit.tsc)[-count:]


def table(count, all_vms):
    """The last exits of these VMs, as lines."""
    exits, lines = newest(count + 1, all_vms), []
    for i, exit in list(enumerate(exits))[-count:]:
        pause = "+%d" % (exit.tsc - exits[i - 1].tsc) if i else ""
        lines.append("%11s  %-12s %-19s %-32s %s" % (pause, exit.vm.name, exit.name, exit.vm.place(exit.rip), exit.what()))
    return lines


class Why(Command):
    """why [-vm NAME]: the current exit in a sentence.

"Current" is the last exit of the VM that you look at; from the hypervisor's side, of the VM that ran last."""

    NAME = "why"

    def run(self, words, options):
        print(why(self.vm(options)))


class Exits(Command):
    """exits [N] [-vm NAME]: the last N exits (16), oldest first, of all VMs or of one.

The columns: ticks since the exit before (the machine's standstills count), VM, reason, where in the guest, what. Values are known
of a VM's last exit only; `make trace` knows all. 64 exits are kept of each VM."""

    NAME = "exits"

    def run(self, words, options):
        count = parse_number(words[0], "N") if words else 16
        if count == 0:
            raise gdb.GdbError("N is at least 1. " + self.usage())
        lines = table(count, [machine.vm_named(options["-vm"])] if "-vm" in options else machine.vms())
        print("\n".join(lines) if lines else "No exit yet.")


Why()
Exits()
