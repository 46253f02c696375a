; A far jump to another task state segment: in VMX non-root operation every task switch exits.
TSS_SIZE equ 104

section .text
bits 32
global jump_to_task
jump_to_task:
	mov eax, old_task
	mov [descriptors + 0x30 + 2], ax
	shr eax, 16
	mov [descriptors + 0x30 + 4], al
	mov eax, new_task
	mov [descriptors + 0x38 + 2], ax
	shr eax, 16
	mov [descriptors + 0x38 + 4], al
	lgdt [pointer]
	mov eax, 0x30
	ltr ax
	jmp 0x38:0

section .data
align 8
descriptors:
	dq 0
	dq 0x00af9b000000ffff
	dq 0x00cf93000000ffff
	dq 0
	dq 0
	dq 0x00cf9b000000ffff
	dq 0x0000890000000000 + TSS_SIZE - 1
	dq 0x0000890000000000 + TSS_SIZE - 1
pointer:
	dw $ - descriptors - 1
	dd descriptors

section .bss
old_task: resb TSS_SIZE
new_task: resb TSS_SIZE

section .note.GNU-stack noalloc noexec nowrite progbits
