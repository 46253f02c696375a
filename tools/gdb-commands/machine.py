"""The machine as the commands see it: its VMs, their exits, the VMCS. Everything is read when it is asked for, nothing is called."""
import contextlib
import functools

import gdb

WORD = (1 << 64) - 1
MONITOR_FIELDS = 64                     # that one `monitor vmread` can answer


@contextlib.contextmanager
def selected(inferior):
    """Within it, symbols, registers and memory are those of this inferior (1: the hypervisor)."""
    before = gdb.selected_thread()
    if before is None:
        raise gdb.GdbError("There is no machine. `make gdb` starts one; it is gone when both guests have ended.")
    if before.inferior.num == inferior:
        yield
        return
    frame = gdb.selected_frame()
    threads = next((i.threads() for i in gdb.inferiors() if i.num == inferior), ())
    if not threads:
        raise gdb.GdbError("GDB is not attached to process %d of the machine." % inferior)
    threads[0].switch()
    try:
        yield
    finally:
        before.switch()
        if frame.is_valid():
            frame.select()


def hypervisor():
    return selected(1)


def evaluate(expression):
    """An expression of the hypervisor's C."""
    with hypervisor():
        value = gdb.parse_and_eval(expression)
        value.fetch_lazy()              # from this inferior's memory, not from that of whoever is selected when it is looked at
        return value


def number(expression):
    return int(evaluate(expression)) & WORD


@functools.lru_cache(maxsize=None)
def enumeration(name):
    """The names and values of one of the hypervisor's enums."""
    with hypervisor():
        return {field.name: field.enumval for field in gdb.lookup_type("enum " + name).fields()}


@functools.lru_cache(maxsize=None)
def exit_table():
    """Of each reason the name and the address of its handler, as the executable file has them."""
    gdb.execute("set trust-readonly-sections on")
    try:
        table = evaluate("exit_table")
        with hypervisor():
            return [(table[reason]["name"].string(), int(table[reason]["handle"])) for reason in range(max(enumeration("exit_reason").values()))]
    finally:
        gdb.execute("set trust-readonly-sections off")


def reason_name(reason):
    return exit_table()[reason][0] if reason < len(exit_table()) else "UNKNOWN_%d" % reason


class VM:
    def __init__(self, identity):
        with hypervisor():
            pointer = gdb.parse_and_eval("vms[%d]" % identity)
            self.address = int(pointer)
            self.name = pointer["name"].string()
        self.id = identity
        self.inferior = identity + 2            # hypervisor/debug/protocol.h numbers them so

    def field(self, path, operator=""):
        """A member: "vcpu.regs.rax", "pc->ports"; with "&" its address, which is not read."""
        return evaluate("%svms[%d]->%s" % (operator, self.id, path))

    def number(self, path):
        return int(self.field(path)) & WORD

    def registers(self):
        """The guest's general registers, by name."""
        regs = self.field("vcpu.regs")
        values = {field.name: int(regs[field.name]) & WORD for field in regs.type.fields()}
        values["rsp"], values["rip"], values["rflags"] = self.vmread("GUEST_RSP", "GUEST_RIP", "GUEST_RFLAGS")
        return values

    def state(self):
        return str(self.field("state"))[len("VM_"):].lower()

    def vmread(self, *names):
        """Fields of the VMCS, by name; None for one that this CPU does not have."""
        encodings, values = enumeration("vmcs_field"), []
        for i in range(0, len(names), MONITOR_FIELDS):
            fields = " ".join("%x" % encodings[name] for name in names[i:i + MONITOR_FIELDS])
            answer = gdb.execute("monitor vmread %s %s" % (self.name, fields), to_string=True).split()
            values += [None if value == "-" else int(value, 16) for value in answer]
        return values[0] if len(names) == 1 else values

    def vmwrite(self, name, value):
        answer = gdb.execute("monitor vmwrite %s %x %x" % (self.name, enumeration("vmcs_field")[name], value), to_string=True).strip()
        if answer != "done":
            raise gdb.GdbError("%s of %s cannot be written: %s." % (name, self.name, answer))
        gdb.execute("maintenance flush register-cache", to_string=True)

    def place(self, address):
        """Where in the guest: "uart_putc+0x12", or what is known of it."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(selected(self.inferior))
            except gdb.GdbError:
                return "0x%x" % address
            symbol = gdb.execute("info symbol 0x%x" % address, to_string=True)
        if symbol.startswith("No symbol"):
            return "0x%x" % address
        name, _, offset = symbol.split(" in section")[0].partition(" + ")
        return "%s+0x%x" % (name, int(offset or 0))


known_vms = []


def vms():
    """All of them. They are the same for as long as the machine is there: it has made them before GDB can connect."""
    if not known_vms:
        known_vms.extend(VM(i) for i in range(number("vm_count")))
    return known_vms


def vm_names():
    return [vm.name for vm in vms()]


def vm_named(name):
    for vm in vms():
        if vm.name == name:
            return vm
    raise gdb.GdbError("There is no VM \"%s\". The VMs are: %s." % (name, ", ".join(vm_names())))


def vm_at(address):
    """The one whose struct vm is there; None if there is none."""
    return next((vm for vm in vms() if vm.address == address), None)


def current_vm():
    """The selected guest; from the hypervisor's side the one that ran last."""
    inferior = gdb.selected_inferior().num
    for vm in vms():
        if vm.inferior == inferior:
            return vm
    last = vm_at(number("'hypervisor/vmx/switch.c'::loaded"))
    if last:
        return last
    raise gdb.GdbError("No VM has run yet: `exit-step` goes to the first exit. Or name one: -vm %s." % " or -vm ".join(vm_names()))


def machine_frame():
    """The function in which the hypervisor stands still, and its RIP."""
    with hypervisor():
        frame = gdb.newest_frame()
        return frame.name(), frame.pc()
