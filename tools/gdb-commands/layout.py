"""`exit-layout`: a dashboard in GDB's own text user interface: the source, and a window with the exit."""
import textwrap

import gdb

import exits
import machine
from command import Command

ORDER = ("rip", "rflags", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
BOLD, PLAIN = "\033[1m", "\033[0m"


class ExitWindow:
    """The current exit in a sentence, the guest's registers that changed since the VM was last seen here, the exits before it."""

    def __init__(self, window):
        self.window = window
        self.window.title = "exit"
        self.registers, self.changed = {}, {}           # by VM: as last seen; what was different then
        gdb.events.before_prompt.connect(self.soon)

    def close(self):
        gdb.events.before_prompt.disconnect(self.soon)

    def soon(self):
        gdb.post_event(self.render)

    def render(self):
        if not self.window.is_valid():
            return
        try:
            text = self.text()
            gdb.execute("frame", to_string=True)        # the reading has left the source window elsewhere
        except (gdb.error, gdb.GdbError) as error:
            text = str(error)
        # After GDB's own windows: the source's frame would cover the upper edge of this one.
        gdb.post_event(lambda: self.window.is_valid() and self.window.write(text, True))

    def text(self):
        vm, width, height = machine.current_vm(), self.window.width - 1, self.window.height
        lines = [BOLD + line + PLAIN for line in textwrap.wrap(exits.why(vm), width)]
        lines += textwrap.wrap(self.changes(vm), width)
        room = height - len(lines)
        return "\n".join(lines + self.before(vm, width, room) if room > 0 else lines[:height])

    def before(self, vm, width, count):
        """The last exits but the one that the first lines tell of."""
        last = [exit for exit in exits.newest(count + 1, machine.vms()) if exit.vm is not vm or not exit.live]
        return [shortened(exit.sentence(), width) for exit in last[-count:]]

    def changes(self, vm):
        """Registers that differ from the last stop; they stay while nothing moves."""
        now, before = vm.registers(), self.registers.get(vm.name)
        if now != before:
            self.changed[vm.name] = [name for name in ORDER if before and now[name] != before[name]]
            self.registers[vm.name] = now
        names = self.changed.get(vm.name, [])
        if not names:
            return "rip 0x%x, rax 0x%x" % (now["rip"], now["rax"])
        return "changed: " + ", ".join("%s 0x%x" % (name, now[name]) for name in names)


def shortened(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


class ExitLayout(Command):
    """exit-layout: a dashboard: source, the current exit in a sentence, registers that changed, the last exits. Ctrl-X A leaves it."""

    NAME = "exit-layout"
    OPTIONS = ()
    KIND = gdb.COMMAND_TUI

    def run(self, words, options):
        if words:
            raise gdb.GdbError("exit-layout takes no arguments.")
        gdb.execute("layout exits")


gdb.register_window_type("exit", ExitWindow)
gdb.execute("tui new-layout exits src 2 exit 2 status 0 cmd 2")
ExitLayout()
