"""`exit-catch`, `exit-step`, `exit-finish`: stop at VM exits, and where they end."""
import functools

import gdb

import machine
from command import Command
from exits import why
from names import REGISTERS


class ExitReason(gdb.Function):
    """$_exit_reason(): name of the exit that is being handled. For conditions: $_streq($_exit_reason(), "VMREAD")."""

    def __init__(self):
        super().__init__("_exit_reason")

    def invoke(self):
        return machine.reason_name(machine.current_vm().vmread("EXIT_REASON") & 0x7f)


class Vmcs(gdb.Function):
    """$_vmcs("FIELD"): a field of the current VM's VMCS, by its name. For conditions and print."""

    def __init__(self):
        super().__init__("_vmcs")

    def invoke(self, name):
        if name.string() not in machine.enumeration("vmcs_field"):
            raise gdb.GdbError("There is no VMCS field %s; `vmcs` lists them." % name.string())
        return machine.current_vm().vmread(name.string())


class ExitPort(gdb.Function):
    """$_exit_port(): the port of the I/O instruction that exited, else -1."""

    def __init__(self):
        super().__init__("_exit_port")

    def invoke(self):
        reason, qualification = machine.current_vm().vmread("EXIT_REASON", "EXIT_QUALIFICATION")
        return qualification >> 16 & 0xffff if reason == machine.enumeration("exit_reason")["EXIT_IO_INSTRUCTION"] else -1


class GuestRegister(gdb.Function):
    """$_guest("rax"): a general register of the current VM. For conditions and print."""

    def __init__(self):
        super().__init__("_guest")

    def invoke(self, name):
        register, vm = name.string().lower(), machine.current_vm()
        if register in ("rip", "rsp", "rflags"):
            return vm.vmread("GUEST_" + register.upper())
        if register not in REGISTERS:
            raise gdb.GdbError("There is no register \"%s\": it is one of %s, rip, rflags." % (register, ", ".join(REGISTERS)))
        return vm.number("vcpu.regs." + register)


def reasons():
    """All reasons that the SDM names: {name: (reason, address of its handler)}."""
    return {name: (reason, handler) for reason, (name, handler) in enumerate(machine.exit_table())
            if not name.startswith("RESERVED") and name != "UNKNOWN"}


def reason_named(text):
    name = text.upper()
    if name.startswith("EXIT_"):
        name = name[len("EXIT_"):]
    if name not in reasons():
        raise gdb.GdbError("There is no exit reason \"%s\". The reasons are: %s." % (text, ", ".join(sorted(reasons()))))
    return name


# Not the guest's doing, and the line to GDB itself makes one exit a packet: to stop at these, name them.
HOST_OWN = ("EXTERNAL_INTERRUPT", "PREEMPTION_TIMER")


@functools.lru_cache(maxsize=None)
def handlers():
    """Who serves what: {address of the handler: names of its reasons}."""
    served = {}
    for name, (_, handler) in reasons().items():
        served.setdefault(handler, []).append(name)
    return served


def guests_handlers():
    return [handler for handler, names in handlers().items() if not set(names) & set(HOST_OWN)]


def condition(vm, names, handler, expression):
    """In GDB's terms, cheap ones first. RDI is the handler's argument, its VM."""
    terms = []
    if vm:
        terms.append("$rdi == 0x%x" % vm.address)
    if names and len(names) < len(handlers()[handler]):
        terms.append("(%s)" % " || ".join('$_streq($_exit_reason(), "%s")' % name for name in names))
    if expression:
        terms.append("(%s)" % expression)
    return " && ".join(terms)


class ExitCatch(Command):
    """exit-catch [REASON...] [-vm NAME] [-if EXPRESSION]: from now on stop at these VM exits, before they are handled.

Without a reason: at every exit but EXTERNAL_INTERRUPT and PREEMPTION_TIMER, which are the host's own. EXPRESSION is of the
hypervisor's C, and has $_exit_port(), $_guest("REGISTER"), $_vmcs("FIELD") and $_exit_reason(). It takes the rest of the line.
    exit-catch CPUID RDMSR -vm paravirt
    exit-catch IO_INSTRUCTION -if $_exit_port() == 0x3f8 && ($_guest("rax") & 0xff) == 'A'
A catch is a breakpoint: `info breakpoints` shows it, `delete N` takes it away."""

    NAME = "exit-catch"
    OPTIONS = ("-vm", "-if")
    KIND = gdb.COMMAND_BREAKPOINTS

    def run(self, words, options):
        vm = machine.vm_named(options["-vm"]) if "-vm" in options else None
        names = [reason_named(word) for word in words]
        chosen = {handler: [] for handler in guests_handlers()} if not names else {}
        for name in names:
            chosen.setdefault(reasons()[name][1], []).append(name)
        with machine.hypervisor():
            numbers = [self.catch(handler, condition(vm, served, handler, options.get("-if"))) for handler, served in chosen.items()]
        print("Catch %s: %s" % (numbers[0] if len(numbers) == 1 else "%d to %d" % (numbers[0], numbers[-1]),
                                " ".join(names) or "every exit of a guest's own"))

    def catch(self, handler, terms):
        breakpoint = gdb.Breakpoint("*0x%x" % handler)
        try:
            breakpoint.condition = terms or None
        except gdb.error as error:
            breakpoint.delete()
            raise gdb.GdbError("The expression behind -if is wrong: %s" % error)
        breakpoint.commands = "silent\npython import catch; catch.say_stop()"
        return breakpoint.number

    def choices(self):
        return sorted(reasons())


def say_stop():
    """What is shown when a catch stops the machine: the exit in a sentence, and where the hypervisor is."""
    try:
        print(why(machine.current_vm()))
    except (gdb.error, gdb.GdbError) as error:
        print(error)
    select_function()
    show_frame()


def show_frame():
    """By print(), as everything else: within the dashboard GDB's own output would come before it."""
    print(gdb.execute("frame", to_string=True), end="", flush=True)


def select_function():
    """The handler itself, where the compiler has put another function's code at its beginning."""
    frame = gdb.newest_frame()
    while frame.type() == gdb.INLINE_FRAME and frame.older():
        frame = frame.older()
    frame.select()


class Stop(gdb.Breakpoint):
    """A breakpoint of our own, for one `continue`."""

    def __init__(self, address, terms=""):
        with machine.hypervisor():
            super().__init__("*0x%x" % address, internal=True)
            self.silent = True
            self.condition = terms or None


def continue_to(stops):
    """Go on until one of them is reached. False if something else came first, and GDB has said what."""
    try:
        text = gdb.execute("continue", to_string=True)
        reached = any(stop.is_valid() and stop.hit_count for stop in stops)
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    if not reached:
        print(text.strip())
    return reached


class ExitStep(Command):
    """exit-step [-vm NAME]: go on to the next VM exit, of any VM or of one, and stop before it is handled.

It passes over EXTERNAL_INTERRUPT and PREEMPTION_TIMER, which are the host's own: `exit-catch` stops at them by name."""

    NAME = "exit-step"
    KIND = gdb.COMMAND_RUNNING

    def run(self, words, options):
        terms = "$rdi == 0x%x" % machine.vm_named(options["-vm"]).address if "-vm" in options else ""
        if continue_to([Stop(handler, terms) for handler in guests_handlers()]):
            say_stop()


def entry_instructions():
    """Where VMLAUNCH and VMRESUME stand in vmx/enter.asm."""
    start, size = machine.number("(unsigned long)&vmx_run"), 256
    with machine.hypervisor():
        code = gdb.selected_inferior().read_memory(start, size).tobytes()
    return [start + code.index(instruction) for instruction in (b"\x0f\x01\xc2", b"\x0f\x01\xc3")]


class ExitFinish(Command):
    """exit-finish [-vm NAME]: go on until this guest runs again, and stop in front of its next instruction, with the guest selected."""

    NAME = "exit-finish"
    KIND = gdb.COMMAND_RUNNING

    def run(self, words, options):
        vm = self.vm(options)
        # There RSP stands behind the registers of the vCPU that is entered.
        behind = vm.address + machine.number("(unsigned long)&((struct vcpu *)0)->launched")
        stops = [Stop(address, "$rsp == 0x%x" % behind) for address in entry_instructions()]
        if not continue_to(stops):
            return
        exit = why(vm)
        next(i for i in gdb.inferiors() if i.num == vm.inferior).threads()[0].switch()
        print("%s. It goes on at %s." % (exit, vm.place(vm.vmread("GUEST_RIP"))))
        show_frame()


GuestRegister()
ExitReason()
Vmcs()
ExitPort()
ExitCatch()
ExitStep()
ExitFinish()
