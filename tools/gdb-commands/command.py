"""What all commands share: options, completion, and that every error is a sentence."""
import gdb

import machine


class Command(gdb.Command):
    """A subclass has NAME, a docstring for `help`, OPTIONS that take a value, and run(words, options)."""

    OPTIONS = ("-vm",)
    KIND = gdb.COMMAND_STATUS

    def __init__(self):
        super().__init__(self.NAME, self.KIND)

    def invoke(self, arguments, from_tty):
        try:
            self.run(*self.parse(arguments))
        except gdb.MemoryError as error:
            raise gdb.GdbError("The machine cannot be read there: %s." % error)
        except gdb.error as error:
            raise gdb.GdbError(str(error))

    def parse(self, arguments):
        """Words and options. -if takes all the rest: it is an expression."""
        words, options = [], {}
        rest = arguments.split()
        while rest:
            word = rest.pop(0)
            if not (word.startswith("-") and word[1:].isalpha()) or "=" in words:
                words.append(word)
                continue
            if word not in self.OPTIONS:
                raise gdb.GdbError("%s knows no option %s. %s" % (self.NAME, word, self.usage()))
            if not rest:
                raise gdb.GdbError("%s wants a value behind it. %s" % (word, self.usage()))
            options[word] = " ".join(rest) if word == "-if" else rest.pop(0)
            if word == "-if":
                break
        return words, options

    def usage(self):
        return "Usage: %s" % self.__doc__.split("\n")[0].split(":")[0]

    def vm(self, options):
        return machine.vm_named(options["-vm"]) if "-vm" in options else machine.current_vm()

    def complete(self, text, word):
        before = text[:len(text) - len(word)].split()
        try:
            choices = machine.vm_names() if before and before[-1] == "-vm" else self.choices() + list(self.OPTIONS)
        except (gdb.error, gdb.GdbError):
            return gdb.COMPLETE_NONE
        # GDB breaks words at "-", so an option comes without it.
        if text.endswith("-" + word) and len(text) > len(word):
            return [choice[1:] for choice in choices if choice.startswith("-" + word)]
        return [choice for choice in choices if choice.upper().startswith(word.upper())]

    def choices(self):
        """What the command's words may be."""
        return []


def parse_number(text, what):
    """A number or an expression, of the selected program."""
    try:
        return int(gdb.parse_and_eval(text)) & machine.WORD
    except gdb.error as error:
        raise gdb.GdbError("%s is \"%s\", and that is no number: %s" % (what, text, error))
