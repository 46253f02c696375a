"""The bits of VMCS fields, by the names of the SDM: "VM-Execution Control Fields", "VM-Exit Control Fields", "VM-Entry Control Fields"."""
import machine
import names

PIN = {0: "external-interrupt exiting", 3: "NMI exiting", 5: "virtual NMIs", 6: "VMX-preemption timer", 7: "posted interrupts"}
PRIMARY = {
    2: "interrupt-window exiting", 3: "TSC offsetting", 7: "HLT exiting", 9: "INVLPG exiting", 10: "MWAIT exiting", 11: "RDPMC exiting",
    12: "RDTSC exiting", 15: "CR3-load exiting", 16: "CR3-store exiting", 19: "CR8-load exiting", 20: "CR8-store exiting",
    21: "use TPR shadow", 22: "NMI-window exiting", 23: "MOV-DR exiting", 24: "unconditional I/O exiting", 25: "use I/O bitmaps",
    27: "monitor trap flag", 28: "use MSR bitmaps", 29: "MONITOR exiting", 30: "PAUSE exiting", 31: "secondary controls",
}
SECONDARY = {
    0: "virtualize APIC accesses", 1: "enable EPT", 2: "descriptor-table exiting", 3: "enable RDTSCP", 4: "virtualize x2APIC mode",
    5: "enable VPID", 6: "WBINVD exiting", 7: "unrestricted guest", 8: "APIC-register virtualization", 9: "virtual-interrupt delivery",
    10: "PAUSE-loop exiting", 11: "RDRAND exiting", 12: "enable INVPCID", 13: "enable VM functions", 14: "VMCS shadowing",
    16: "RDSEED exiting", 17: "enable PML", 18: "EPT-violation #VE", 20: "enable XSAVES/XRSTORS", 25: "use TSC scaling",
}
EXIT_CONTROLS = {
    2: "save debug controls", 9: "host address-space size", 12: "load IA32_PERF_GLOBAL_CTRL", 15: "acknowledge interrupt on exit",
    18: "save IA32_PAT", 19: "load IA32_PAT", 20: "save IA32_EFER", 21: "load IA32_EFER", 22: "save VMX-preemption timer value",
}
ENTRY_CONTROLS = {
    2: "load debug controls", 9: "IA-32e mode guest", 10: "entry to SMM", 11: "deactivate dual-monitor treatment",
    13: "load IA32_PERF_GLOBAL_CTRL", 14: "load IA32_PAT", 15: "load IA32_EFER",
}
CR0 = {0: "PE", 1: "MP", 2: "EM", 3: "TS", 4: "ET", 5: "NE", 16: "WP", 18: "AM", 29: "NW", 30: "CD", 31: "PG"}
CR4 = {0: "VME", 1: "PVI", 2: "TSD", 3: "DE", 4: "PSE", 5: "PAE", 6: "MCE", 7: "PGE", 8: "PCE", 9: "OSFXSR", 10: "OSXMMEXCPT", 11: "UMIP",
       12: "LA57", 13: "VMXE", 14: "SMXE", 16: "FSGSBASE", 17: "PCIDE", 18: "OSXSAVE", 20: "SMEP", 21: "SMAP", 22: "PKE"}
RFLAGS = {0: "CF", 2: "PF", 4: "AF", 6: "ZF", 7: "SF", 8: "TF", 9: "IF", 10: "DF", 11: "OF", 14: "NT", 16: "RF", 17: "VM", 18: "AC",
          19: "VIF", 20: "VIP", 21: "ID"}
EFER = {0: "SCE", 8: "LME", 10: "LMA", 11: "NXE"}
INTERRUPTIBILITY = {0: "blocking by STI", 1: "blocking by MOV SS", 2: "blocking by SMI", 3: "blocking by NMI"}
PENDING_DEBUG = {0: "B0", 1: "B1", 2: "B2", 3: "B3", 12: "enabled breakpoint", 14: "BS"}
ACTIVITY = ("active", "HLT", "shutdown", "wait for SIPI")
EVENT_TYPES = ("external interrupt", "", "NMI", "hardware exception", "software interrupt", "privileged software exception",
               "software exception", "other event")


def flags(bits):
    def decode(value):
        known = [name for bit, name in bits.items() if value >> bit & 1]
        return ", ".join(known) or "none"
    return decode


def event(value):
    """SDM: "Information for VM Exits Due to Vectored Events" """
    if not value >> 31 & 1:
        return "not valid"
    kind, vector = value >> 8 & 7, value & 0xff
    what = names.exception(vector) if kind in (2, 3, 5, 6) else "vector 0x%x" % vector
    return "%s, %s%s" % (EVENT_TYPES[kind], what, ", with error code" if value >> 11 & 1 else "")


def exit_reason(value):
    return machine.reason_name(value & 0x7f) + (", the VM entry failed" if value >> 31 & 1 else "")


def exceptions(value):
    return ", ".join(names.exception(vector) for vector in range(32) if value >> vector & 1) or "none"


def access_rights(value):
    """SDM: "Guest Register State" """
    if value >> 16 & 1:
        return "unusable"
    kind = ("code" if value & 8 else "data") if value >> 4 & 1 else "system"
    bits = flags({7: "present", 13: "64-bit", 14: "32-bit", 15: "4-KiB granularity"})(value)
    return "%s, type %d, DPL %d, %s" % (kind, value & 15, value >> 5 & 3, bits)


def ept_pointer(value):
    types = {0: "uncacheable", 6: "write-back"}
    return "table at 0x%x, %d levels, %s" % (value & ~0xfff, (value >> 3 & 7) + 1, types.get(value & 7, "memory type %d" % (value & 7)))


def signed(value):
    return str(value - (1 << 64) if value >> 63 else value)


DECODERS = {
    "PIN_BASED_CONTROLS": flags(PIN), "PRIMARY_PROCESSOR_BASED_CONTROLS": flags(PRIMARY),
    "SECONDARY_PROCESSOR_BASED_CONTROLS": flags(SECONDARY), "VM_EXIT_CONTROLS": flags(EXIT_CONTROLS),
    "VM_ENTRY_CONTROLS": flags(ENTRY_CONTROLS), "EXCEPTION_BITMAP": exceptions, "EXIT_REASON": exit_reason,
    "VM_ENTRY_INTERRUPTION_INFORMATION": event, "VM_EXIT_INTERRUPTION_INFORMATION": event, "IDT_VECTORING_INFORMATION": event,
    "GUEST_INTERRUPTIBILITY_STATE": flags(INTERRUPTIBILITY), "GUEST_PENDING_DEBUG_EXCEPTIONS": flags(PENDING_DEBUG),
    "GUEST_ACTIVITY_STATE": lambda value: ACTIVITY[value & 3], "GUEST_RFLAGS": flags(RFLAGS), "EPT_POINTER": ept_pointer,
    "TSC_OFFSET": signed,
}


def decode(name, value):
    """What the value says, or nothing."""
    if name in DECODERS:
        return DECODERS[name](value)
    for ending, decoder in (("CR0", flags(CR0)), ("CR4", flags(CR4)), ("CR0_GUEST_HOST_MASK", flags(CR0)), ("CR4_GUEST_HOST_MASK", flags(CR4)),
                            ("CR0_READ_SHADOW", flags(CR0)), ("CR4_READ_SHADOW", flags(CR4)), ("IA32_EFER", flags(EFER)),
                            ("ACCESS_RIGHTS", access_rights)):
        if name.endswith(ending):
            return decoder(value)
    return ""
