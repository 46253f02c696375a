"""`device`: what a device model, or a service of a paravirtual guest, keeps. Names and types are those of its source; elements of a table
that are all 0 are left out."""
import gdb

import machine
from command import Command

LEVELS = ("lines", "irr", "imr", "isr")         # of the 8259: a bit a level
BYTES_SHOWN = 16
SKIPPED = ("vm", "irq", "timer", "timeout", "pic", "disk", "bounce")


def port_ranges(vm):
    """What is plugged in at the ports of an emulated PC: {name: (struct, port_range)}, by the file that serves it."""
    ports = vm.field("pc->ports")
    found = {}
    with machine.hypervisor():
        for i in range(1, int(ports["used"])):
            entry = ports["ranges"][i]
            source = gdb.block_for_pc(int(entry["write"])).function.symtab.filename
            name = source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            found.setdefault(name, (int(entry["device"]), []))[1].append((int(entry["first"]), int(entry["last"])))
    return found


def pc_devices(vm):
    """{name: (address, type, ports)}"""
    devices = {}
    for name, (address, ports) in port_ranges(vm).items():
        if name == "pic8259":
            address = vm.number("pc->pic")
        devices[name] = (address, "struct " + name, ports)
    return devices


def services(vm):
    devices = {name: (machine.number("(unsigned long)&vms[%d]->paravirt->%s" % (vm.id, name)), kind, [])
               for name, kind in (("event", "struct event_service"), ("clock", "struct clock_service"), ("timer", "struct timer"))}
    if vm.number("paravirt->block"):
        devices["block"] = (vm.number("paravirt->block"), "struct block", [])
    return devices


def devices_of(vm):
    found = pc_devices(vm) if vm.number("pc") else {}
    if vm.number("paravirt"):
        found.update(services(vm))
    found["console"] = (vm.number("console"), "struct console", [])
    return found


def constants(pc):
    """The enumerators of a source file, by name: LSR_DR and the like."""
    block = gdb.block_for_pc(pc)
    while block and not block.is_static:
        block = block.superblock
    return {symbol.name: int(symbol.value()) for symbol in block if symbol.addr_class == gdb.SYMBOL_LOC_CONST}


def flag_names(field, value, known):
    """Bits of register "ier" whose names are IER_…, single bits only."""
    prefix = field.upper() + "_"
    return [name[len(prefix):] for name, bit in known.items()
            if name.startswith(prefix) and bit and bit & bit - 1 == 0 and value & bit]


def scalar_text(field, value, known):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_BOOL or kind.code == gdb.TYPE_CODE_ENUM:
        return str(value)
    if kind.code == gdb.TYPE_CODE_PTR:
        return value.format_string(symbols=True)
    number = int(value)
    if field in LEVELS:
        names = [str(level) for level in range(8) if number >> level & 1]
        return "0x%02x%s" % (number, "  level " + ", ".join(names) if names else "")
    names = flag_names(field, number, known)
    return "0x%x%s" % (number, "  " + ", ".join(names) if names else "")


def array_text(value, size):
    length = value.type.range()[1] + 1
    if size != 1:
        return " ".join("0x%x" % int(value[i]) for i in range(length))
    data = " ".join("%02x" % int(value[i]) for i in range(min(length, BYTES_SHOWN)))
    return data + (" … (%d bytes)" % length if length > BYTES_SHOWN else "")


def print_struct(value, known, indent):
    for field in value.type.strip_typedefs().fields():
        if field.name is None or field.name in SKIPPED:
            continue
        print_member(field.name, value[field.name], known, indent)


def print_member(name, value, known, indent):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_STRUCT:
        print("%s%s" % (indent, name))
        print_struct(value, known, indent + "  ")
    elif kind.code == gdb.TYPE_CODE_ARRAY and kind.target().strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        size = kind.target().sizeof
        for i in range(kind.range()[1] + 1):
            if any(gdb.selected_inferior().read_memory(int(value[i].address), size).tobytes()):
                print_member("%s[%d]" % (name, i), value[i], known, indent)
    elif kind.code == gdb.TYPE_CODE_ARRAY:
        print("%s%-22s %s" % (indent, name, array_text(value, kind.target().sizeof)))
    else:
        print("%s%-22s %s" % (indent, name, scalar_text(name, value, known)))


def known_constants(name):
    """The file that serves the device: the one with its create function."""
    with machine.hypervisor():
        symbol = gdb.lookup_global_symbol(name + "_create")
        return constants(int(symbol.value().address)) if symbol else {}


class Device(Command):
    """device [NAME] [-vm NAME]: the registers of a device model, with the names of their bits. Without a name: which there are."""

    NAME = "device"

    def run(self, words, options):
        vm = self.vm(options)
        devices = devices_of(vm)
        if not words:
            for name, (_, _, ports) in devices.items():
                print("%-12s %s" % (name, ", ".join("0x%x-0x%x" % ends if ends[0] < ends[1] else "0x%x" % ends[0] for ends in ports)))
            return
        if words[0] not in devices:
            raise gdb.GdbError("%s has no device \"%s\". It has: %s." % (vm.name, words[0], ", ".join(sorted(devices))))
        address, kind, _ = devices[words[0]]
        with machine.hypervisor():
            value = gdb.Value(address).cast(gdb.lookup_type(kind).pointer()).dereference()
            print_struct(value, known_constants(words[0]), "")

    def choices(self):
        return sorted({name for vm in machine.vms() for name in devices_of(vm)})


Device()
