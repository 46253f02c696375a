"""`vmcs`: the fields of a VMCS by name, with their bits in words."""
import difflib
import fnmatch

import gdb

import machine
import vmcs_bits
from command import Command, parse_number


def fields():
    return list(machine.enumeration("vmcs_field"))


def matching(pattern):
    """A name, a part of one, or a pattern with * and ?."""
    wanted = pattern.upper()
    if wanted in fields():
        return [wanted]
    if not any(c in wanted for c in "*?["):
        wanted = "*%s*" % wanted
    found = [name for name in fields() if fnmatch.fnmatchcase(name, wanted)]
    if not found:
        near = difflib.get_close_matches(pattern.upper(), fields(), 5, 0.5)
        raise gdb.GdbError("No field of the VMCS is called like \"%s\".%s `vmcs` lists all."
                           % (pattern, " Near are: %s." % ", ".join(near) if near else ""))
    return found


def line(vm, name, value):
    if value is None:
        return "%-35s (this CPU has no such field)" % name
    meaning = vmcs_bits.decode(name, value)
    if name == "GUEST_RIP":
        meaning = vm.place(value)
    return ("%-35s 0x%-18x %s" % (name, value, meaning)).rstrip()


class Vmcs(Command):
    """vmcs [FIELD or PATTERN] [-vm NAME]: fields of the VMCS by name, with their bits in words; `vmcs FIELD = VALUE` writes one.

The VMCS is that of the VM that you look at; from the hypervisor's side, of the VM that ran last. A part of a name will do, in
any case, or a pattern with * and ?. VALUE is an expression. What you write is what the CPU enters the guest with, or refuses. Some CPUs let VMWRITE change
read-only fields.
    vmcs rip
    vmcs *CONTROLS
    vmcs GUEST_RIP = $rip + 2"""

    NAME = "vmcs"

    def run(self, words, options):
        vm = self.vm(options)
        text = " ".join(words)
        if "=" in text:
            self.write(vm, *(part.strip() for part in text.split("=", 1)))
            return
        if len(words) > 1:
            raise gdb.GdbError("One field or pattern at a time. " + self.usage())
        chosen = matching(words[0]) if words else fields()
        values = vm.vmread(*chosen)
        for name, value in zip(chosen, values if len(chosen) > 1 else [values]):
            print(line(vm, name, value))

    def write(self, vm, name, expression):
        if name.upper() not in fields():
            matching(name)
            raise gdb.GdbError("\"%s\" is no whole name of a field: write to one field at a time." % name)
        vm.vmwrite(name.upper(), parse_number(expression, "The value"))
        print(line(vm, name.upper(), vm.vmread(name.upper())))

    def choices(self):
        return fields()


Vmcs()
