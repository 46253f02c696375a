; 32-bit code: looking around without paging, and under PAE paging.
MSR_EFER   equ 0xc0000080
EFER_NXE   equ 0x800
EFER_BOTH  equ 0x900                    ; LME NXE
CR0_PG     equ 1 << 31
PRESENT_WRITABLE equ 3
PAGE_LARGE equ 1 << 7
WINDOW     equ 0x1a0000
PAGE_A     equ 0x1a1000
PAGE_B     equ 0x1a2000
WINDOW_ENTRY equ WINDOW / 4096 * 8
IN_THIRD_GIB equ 0x80000000 + PAGE_A
VECTOR_GP  equ 13

extern page_table, pml4
section .text
bits 32
global look_without_paging, pae_paging, pae_paging_broken

; What lies at WINDOW? And let its page be B from now on.
look_without_paging:
	mov eax, [WINDOW]
	mov [seen], eax
	mov eax, cr0
	mov [seen_cr0], eax
	mov dword [page_table + WINDOW_ENTRY], PAGE_B + PRESENT_WRITABLE
	ret

; The first and the third GiB both show the first 2 MiB.
pae_paging:
	call begin_pae
	mov eax, cr0
	or eax, CR0_PG
	mov cr0, eax
	mov ecx, [IN_THIRD_GIB]
	mov [seen], ecx
	mov eax, cr0
	and eax, ~CR0_PG
	mov cr0, eax
	jmp end_pae

; The same with a reserved bit set in the second pointer: #GP, whose handler notes 0x6b.
pae_paging_broken:
	call begin_pae
	mov dword [directory_pointers + 8], 0x7fffffe7
	mov dword [seen], 0
	mov eax, handle_gp
	mov [gate], ax
	shr eax, 16
	mov [gate + 6], ax
	sidt [old_idt]
	lidt [idt]
	mov eax, cr0
	or eax, CR0_PG
	mov cr0, eax
	mov eax, cr0                    ; it was taken: undo it
	and eax, ~CR0_PG
	mov cr0, eax
behind_gp:
	lidt [old_idt]
	jmp end_pae
handle_gp:
	mov dword [seen], 0x6b
	add esp, 4
	mov dword [esp], behind_gp
	iretd

begin_pae:
	mov dword [directory], PRESENT_WRITABLE + PAGE_LARGE
	mov dword [directory_pointers], directory + 1
	mov dword [directory_pointers + 8], 0
	mov dword [directory_pointers + 16], directory + 1
	mov dword [directory_pointers + 24], 0
	mov eax, directory_pointers
	mov cr3, eax
	mov eax, EFER_NXE
	jmp write_efer
end_pae:
	mov eax, pml4
	mov cr3, eax
	mov eax, EFER_BOTH
write_efer:
	mov ecx, MSR_EFER
	xor edx, edx
	wrmsr
	ret

section .data
align 8
idt:	dw gates_end - gates - 1
	dd gates
old_idt: dq 0, 0
align 8
gates:	times VECTOR_GP dq 0
gate:	dw 0, 0x28, 0x8e00, 0           ; 32-bit interrupt gate to the 32-bit code segment
gates_end:

section .bss nobits alloc noexec write align=4096
directory:          resb 4096
directory_pointers: resb 32
global seen, seen_cr0
seen:     resd 1
seen_cr0: resd 1

section .note.GNU-stack noalloc noexec nowrite progbits
