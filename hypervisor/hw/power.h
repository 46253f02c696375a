#pragma once
/* End the real machine: the ways Bochs (port 0x8900) and QEMU (ACPI PM1a at 0x604, isa-debug-exit at 0xf4) understand, then HLT
   for good. */
_Noreturn void machine_power_off(void);
