"""`ept` and `guest-walk`: both translations of a guest's address, level by level, as the CPU makes them."""
import gdb

import machine
from command import Command, parse_number

ADDRESS = 0x000ffffffffff000
EPT_NAMES = {4: "EPT PML4", 3: "EPT PDPT", 2: "EPT page directory", 1: "EPT page table"}
EPT_LIMIT = 1 << 48
LEAF_BIT = 1 << 7
CR0_PG, CR4_PAE, CR4_PSE, EFER_LMA = 1 << 31, 1 << 5, 1 << 4, 1 << 10


def size_name(bits):
    return {12: "4 KiB", 21: "2 MiB", 22: "4 MiB", 30: "1 GiB"}.get(bits, "2^%d bytes" % bits)


def read_hypervisor(address, size):
    """Host-physical memory: the hypervisor maps it one to one."""
    with machine.hypervisor():
        return gdb.selected_inferior().read_memory(address, size).tobytes()


# ---- EPT. SDM: "The Extended Page Table Mechanism (EPT)" ----

def ept_levels(vm, gpa):
    """Each level's entry on the way down: (level, index, address, entry); it ends at the leaf or at an empty entry."""
    table = vm.number("memory.ept->root")
    for level in (4, 3, 2, 1):
        index = gpa >> 12 + 9 * (level - 1) & 511
        entry = int.from_bytes(read_hypervisor(table + 8 * index, 8), "little")
        yield level, index, table + 8 * index, entry
        if not entry & 7 or level == 1 or (level < 4 and entry & LEAF_BIT):
            return
        table = entry & ADDRESS


def ept_translate(vm, gpa):
    """The host-physical address, or None."""
    if gpa >= EPT_LIMIT:
        return None
    *_, (level, _, _, entry) = ept_levels(vm, gpa)
    mask = (1 << 12 + 9 * (level - 1)) - 1
    return (entry & ADDRESS & ~mask) | gpa & mask if entry & 7 else None


def read_physical(vm, gpa, size):
    """The guest's physical memory."""
    data = b""
    while len(data) < size:
        at = gpa + len(data)
        host = ept_translate(vm, at)
        if host is None:
            raise gdb.GdbError("%s has no memory at guest-physical 0x%x." % (vm.name, at))
        data += read_hypervisor(host, min(size - len(data), 4096 - at % 4096))
    return data


def ept_entry_text(level, entry):
    if not entry & 7:
        return "not present"
    rights = "".join(letter if entry >> bit & 1 else "-" for bit, letter in enumerate("rwx"))
    if level > 1 and not entry & LEAF_BIT:
        return "%s, table at 0x%x" % (rights, entry & ADDRESS)
    types = {0: "uncacheable", 1: "write combining", 4: "write-through", 5: "write protected", 6: "write-back"}
    bits = 12 + 9 * (level - 1)
    return "%s, page of %s at 0x%x, %s" % (rights, size_name(bits), entry & ADDRESS & ~((1 << bits) - 1),
                                           types.get(entry >> 3 & 7, "memory type %d" % (entry >> 3 & 7)))


def print_ept(vm, gpa, indent=""):
    if gpa >= EPT_LIMIT:
        print("%s0x%x is beyond the 48 bits that four levels translate" % (indent, gpa))
        return
    for level, index, address, entry in ept_levels(vm, gpa):
        print("%s%-20s [%3d] at 0x%-9x 0x%016x  %s" % (indent, EPT_NAMES[level], index, address, entry, ept_entry_text(level, entry)))
    host = ept_translate(vm, gpa)
    print("%sguest-physical 0x%x is %s" % (indent, gpa, "host-physical 0x%x" % host if host is not None else
                                           "nothing: %s does not own it" % vm.name))


# ---- The guest's own tables. SDM: "Paging" ----

class Mode:
    """The shape of a paging mode's tables."""

    def __init__(self, name, levels, entry_size, index_bits, root_mask):
        self.name, self.levels, self.entry_size, self.index_bits, self.root_mask = name, levels, entry_size, index_bits, root_mask

    def shift(self, level):
        return 12 + self.index_bits * (level - 1)

    def level_name(self, level):
        return {4: "PML4", 3: "PDPT", 2: "page directory", 1: "page table"}[level]


MODE_32BIT = Mode("32-bit paging", 2, 4, 10, 0xfffff000)
MODE_PAE = Mode("PAE paging", 3, 8, 9, 0xffffffe0)
MODE_4LEVEL = Mode("4-level paging", 4, 8, 9, ADDRESS)


def paging_mode(cr0, cr4, efer):
    if not cr0 & CR0_PG:
        return None
    if not cr4 & CR4_PAE:
        return MODE_32BIT
    return MODE_4LEVEL if efer & EFER_LMA else MODE_PAE


def is_leaf(mode, level, entry, cr4):
    if level == 1:
        return True
    if not entry & LEAF_BIT or level > 3 or (level == 3 and mode is not MODE_4LEVEL):
        return False
    return mode is not MODE_32BIT or bool(cr4 & CR4_PSE)


def guest_levels(vm, mode, cr3, cr4, linear):
    """Each level's entry on the way down: (level, index, address, entry, is it the leaf)."""
    table = cr3 & mode.root_mask
    for level in range(mode.levels, 0, -1):
        index = linear >> mode.shift(level) & (1 << mode.index_bits) - 1
        if mode is MODE_PAE and level == 3:
            index &= 3
        address = table + index * mode.entry_size
        entry = int.from_bytes(read_physical(vm, address, mode.entry_size), "little")
        leaf = bool(entry & 1) and is_leaf(mode, level, entry, cr4)
        yield level, index, address, entry, leaf
        if leaf or not entry & 1:
            return
        table = entry & ADDRESS


def entry_text(mode, level, entry, leaf):
    if not entry & 1:
        return "not present"
    if mode is MODE_PAE and level == 3:
        return "table at 0x%x" % (entry & ADDRESS)
    words = ["read and write" if entry & 2 else "read only", "user" if entry & 4 else "kernel"]
    words += [word for bit, word in ((5, "accessed"), (6, "dirty"), (63, "no execute")) if entry >> bit & 1 and (leaf or bit != 6)]
    if leaf:
        bits = mode.shift(level)
        words.append("page of %s at 0x%x" % (size_name(bits), entry & ADDRESS & ~((1 << bits) - 1)))
    else:
        words.append("table at 0x%x" % (entry & ADDRESS))
    return ", ".join(words)


def print_guest_walk(vm, linear):
    """The guest-physical address, or None: the walk has said why."""
    cr0, cr3, cr4, efer = vm.vmread("GUEST_CR0", "GUEST_CR3", "GUEST_CR4", "GUEST_IA32_EFER")
    mode = paging_mode(cr0, cr4, efer)
    if mode is None:
        print("Paging is off (CR0.PG is 0): linear 0x%x is guest-physical 0x%x" % (linear, linear))
        return linear
    print("%s, CR3 0x%x" % (mode.name, cr3))
    for level, index, address, entry, leaf in guest_levels(vm, mode, cr3, cr4, linear):
        print("%-20s [%3d] at 0x%-9x 0x%016x  %s" % (mode.level_name(level), index, address, entry, entry_text(mode, level, entry, leaf)))
    if not leaf:
        print("linear 0x%x is not mapped: an access raises #PF" % linear)
        return None
    mask = (1 << mode.shift(level)) - 1
    gpa = (entry & ADDRESS & ~mask) | linear & mask
    print("linear 0x%x is guest-physical 0x%x" % (linear, gpa))
    return gpa


class Ept(Command):
    """ept GPA [-vm NAME]: the way of a guest-physical address through the EPT, level by level."""

    NAME = "ept"

    def run(self, words, options):
        if not words:
            raise gdb.GdbError("Which guest-physical address? " + self.usage())
        vm = self.vm(options)
        print_ept(vm, parse_number(" ".join(words), "GPA"))


class GuestWalk(Command):
    """guest-walk GVA [-vm NAME]: the way of a guest's linear address through its own page tables, then through the EPT.

GVA is an expression of the program that is selected: `thread 2.1`, then `guest-walk $rip`."""

    NAME = "guest-walk"

    def run(self, words, options):
        if not words:
            raise gdb.GdbError("Which linear address? " + self.usage())
        vm = self.vm(options)
        gpa = print_guest_walk(vm, parse_number(" ".join(words), "GVA"))
        if gpa is not None:
            print_ept(vm, gpa, "    ")


Ept()
GuestWalk()
