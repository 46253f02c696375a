"""What numbers mean, in the words of the SDM and of the data sheets."""
import os
import re

EXCEPTIONS = ("#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "9", "#TS", "#NP", "#SS", "#GP", "#PF", "15", "#MF", "#AC",
              "#MC", "#XM", "#VE", "#CP")
REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
MSRS = {
    0x10: "IA32_TIME_STAMP_COUNTER", 0x1b: "IA32_APIC_BASE", 0x3a: "IA32_FEATURE_CONTROL", 0x8b: "IA32_BIOS_SIGN_ID", 0xfe: "IA32_MTRRCAP",
    0x174: "IA32_SYSENTER_CS", 0x175: "IA32_SYSENTER_ESP", 0x176: "IA32_SYSENTER_EIP", 0x1a0: "IA32_MISC_ENABLE", 0x277: "IA32_PAT",
    0x2ff: "IA32_MTRR_DEF_TYPE", 0xc0000080: "IA32_EFER", 0xc0000081: "IA32_STAR", 0xc0000082: "IA32_LSTAR", 0xc0000083: "IA32_CSTAR",
    0xc0000084: "IA32_FMASK", 0xc0000100: "IA32_FS_BASE", 0xc0000101: "IA32_GS_BASE", 0xc0000102: "IA32_KERNEL_GS_BASE",
    0x4b564d00: "MSR_KVM_WALL_CLOCK_NEW", 0x4b564d01: "MSR_KVM_SYSTEM_TIME_NEW", 0x4b564d03: "MSR_KVM_STEAL_TIME",
}
# Arguments of the hypercalls of paravirt/abi.h, in RBX, RCX, RDX.
HYPERCALLS = {
    "CONSOLE_WRITE": ("address", "length"), "CONSOLE_READ": ("address", "length"), "EVENT_SETUP": ("address", "vector"),
    "SET_TIMER": ("deadline",), "BLOCK_SETUP": ("address",), "BALLOON": ("first page", "pages", "direction"), "SHUTDOWN": ("reason",),
    "PHASE": ("POST code",),
}
PIC_VECTOR_BASE = 0x20
IRQ_LINES = {0: "timer", 1: "keyboard", 3: "COM2 or COM4", 4: "COM1 or COM3", 8: "clock", 14: "disk", 15: "second disk"}


def exception(vector):
    return EXCEPTIONS[vector] if vector < len(EXCEPTIONS) else "vector 0x%x" % vector


def host_interrupt(vector):
    line = vector - PIC_VECTOR_BASE
    if not 0 <= line < 16:
        return "vector 0x%x" % vector
    return "IRQ %d, %s" % (line, IRQ_LINES[line]) if line in IRQ_LINES else "IRQ %d" % line


def msr(index):
    return "0x%x (%s)" % (index, MSRS[index]) if index in MSRS else "0x%x" % index


def read_port_table():
    """The table that `make trace` uses, so that both speak alike."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "trace", "ports.c")
    try:
        with open(source, encoding="utf-8") as file:
            rows = re.findall(r'\{ (0x[0-9a-f]+), "([^"]*)", (?:"([^"]*)"|NULL) \}', file.read())
    except OSError:
        rows = []
    return {int(number, 16): (name_in, name_out or name_in) for number, name_in, name_out in rows}


PORTS = read_port_table()
DIVISOR_LATCH = {0x3f8: "16550 DLL", 0x3f9: "16550 DLM"}        # while LCR has DLAB set


def port(number, is_in, divisor_latch=False):
    """"0x3f8 (16550 THR)" """
    names = PORTS.get(number)
    if divisor_latch and number in DIVISOR_LATCH:
        names = 2 * (DIVISOR_LATCH[number],)
    return "0x%x (%s)" % (number, names[0 if is_in else 1]) if names else "0x%x" % number
