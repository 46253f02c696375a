"""`hypercall`: what a paravirtual guest asks for."""
import gdb

import machine
import names
from command import Command

ARGUMENTS = ("rbx", "rcx", "rdx", "rsi")
TEXT_SHOWN = 40


def call_name(number):
    for name, value in machine.enumeration("pv_hypercall").items():
        if value == number and name not in ("PV_HC_FIRST", "PV_HC_END"):
            return name[len("PV_HC_"):]
    return None


def describe(vm):
    """The call that the guest's registers make: "console_write(address 0x137000, length 0x5)"."""
    number = vm.number("vcpu.regs.rax")
    name = call_name(number)
    if name is None:
        return "unknown hypercall 0x%x" % number
    arguments = ", ".join("%s 0x%x" % (argument, vm.number("vcpu.regs." + register))
                          for argument, register in zip(names.HYPERCALLS.get(name, ()), ARGUMENTS))
    return "%s(%s)" % (name.lower(), arguments)


def console_text(vm):
    """The text of console_write, from the guest's physical memory."""
    from translate import read_physical
    address, length = vm.number("vcpu.regs.rbx"), vm.number("vcpu.regs.rcx")
    try:
        text = read_physical(vm, address, min(length, TEXT_SHOWN))
    except gdb.GdbError as error:
        return "not to be had: %s" % error
    return "%r%s" % (text.decode("ascii", "replace"), " …" if length > TEXT_SHOWN else "")


class Hypercall(Command):
    """hypercall [-vm NAME]: name and arguments of the hypercall that the guest's registers make, and the function that serves it.

It means something at the exit VMCALL, before it is handled: `exit-catch VMCALL`."""

    NAME = "hypercall"

    def run(self, words, options):
        from exits import last_exit
        vm = self.vm(options)
        if not vm.number("paravirt"):
            raise gdb.GdbError("%s is not paravirtual: it makes no hypercalls." % vm.name)
        exit = last_exit(vm)
        if exit is None or exit.name != "VMCALL":
            raise gdb.GdbError("The last exit of %s is %s, no VMCALL: `exit-catch VMCALL` stops at the next one."
                               % (vm.name, exit.name if exit else "still to come"))
        if exit.handled:
            raise gdb.GdbError("This VMCALL is handled: RAX is its result already, %d." % vm.field("vcpu.regs.rax"))
        print(describe(vm))
        number = vm.number("vcpu.regs.rax")
        if call_name(number) == "CONSOLE_WRITE":
            print("  text %s" % console_text(vm))
        if call_name(number):
            served = machine.evaluate("hypercalls[%d]" % (number - machine.enumeration("pv_hypercall")["PV_HC_FIRST"]))
            print("  served by %s" % str(served.dereference()).split("<")[-1].rstrip(">"))


Hypercall()
