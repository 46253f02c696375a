; String I/O that only 32-bit code can do: 16-bit addresses, a segment with a base.
NOBODY  equ 0x5000
SCRATCH equ 0x3ff
SELECTOR equ 0x18

extern gdt
section .text
bits 32
global ins_in_compatibility_mode, outs_in_compatibility_mode

; Two bytes to 0x8000, with garbage in the upper halves of EDI and ECX.
ins_in_compatibility_mode:
	mov dword [0x8000], 0
	mov eax, 0x10
	mov es, eax
	mov edi, 0x12348000
	mov ecx, 0x56780002
	mov edx, NOBODY
	a16 rep insb
	ret

; The user's data segment gets a base for a while; FS goes through it.
outs_in_compatibility_mode:
	push dword [gdt + SELECTOR]
	push dword [gdt + SELECTOR + 4]
	mov dword [gdt + SELECTOR], 0x0000ffff
	mov dword [gdt + SELECTOR + 4], 0x00cf9318       ; base 0x180000
	mov byte [0x180004], 0x5e
	mov dword [gdt + SELECTOR + 4], 0x00cf9318
	mov eax, SELECTOR
	mov fs, eax
	mov esi, 4
	mov edx, SCRATCH
	fs outsb
	pop dword [gdt + SELECTOR + 4]
	pop dword [gdt + SELECTOR]
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
