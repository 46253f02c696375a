#pragma once
/* Symbols of boot/linker.ld: addresses, not variables. */
extern char image_start[], rodata_start[], data_start[], image_end[];
extern char stack_guard[], stack_bottom[], stack_top[];
extern char trap_stack_guard[], trap_stack_bottom[], trap_stack_top[];
extern char debug_stack_guard[], debug_stack_bottom[], debug_stack_top[];
extern char debug_text_start[], debug_text_end[];
