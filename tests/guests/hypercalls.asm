; void call_null(const struct all_registers *before, struct all_registers *after):
; VMCALL with every register set, and what came back.
section .text
bits 64
global call_null
call_null:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [result], rsi
	push qword [rdi + 15 * 8]
	popfq
	mov rax, [rdi]
	mov rbx, [rdi + 8]
	mov rcx, [rdi + 16]
	mov rdx, [rdi + 24]
	mov rsi, [rdi + 32]
	mov rbp, [rdi + 48]
	mov r8, [rdi + 56]
	mov r9, [rdi + 64]
	mov r10, [rdi + 72]
	mov r11, [rdi + 80]
	mov r12, [rdi + 88]
	mov r13, [rdi + 96]
	mov r14, [rdi + 104]
	mov r15, [rdi + 112]
	mov rdi, [rdi + 40]
	vmcall
	xchg rdi, [result]
	mov [rdi], rax
	mov [rdi + 8], rbx
	mov [rdi + 16], rcx
	mov [rdi + 24], rdx
	mov [rdi + 32], rsi
	mov rax, [result]
	mov [rdi + 40], rax
	mov [rdi + 48], rbp
	mov [rdi + 56], r8
	mov [rdi + 64], r9
	mov [rdi + 72], r10
	mov [rdi + 80], r11
	mov [rdi + 88], r12
	mov [rdi + 96], r13
	mov [rdi + 104], r14
	mov [rdi + 112], r15
	pushfq
	pop qword [rdi + 15 * 8]
	cld
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

section .bss
result: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
