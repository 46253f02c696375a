; Into and out of the kernel: a stub for each vector, the switch between threads, the first entry to ring 3.

extern trap
extern thread_started

SELECTOR_USER_DATA equ 0x1b
SELECTOR_USER_CODE equ 0x23
RFLAGS_IF          equ 1 << 9

section .text
bits 64

; The CPU pushes an error code for some exceptions; the others get a 0, so that every frame looks the same.
; SDM, "Error Code" and "64-Bit Mode Stack Frame".
%macro STUB 1
align 16
	%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21
	%else
		push qword 0
	%endif
	push qword %1
	jmp save_registers
%endmacro

align 16
global trap_stubs
trap_stubs:
%assign vector 0
%rep 256
	STUB vector
%assign vector vector + 1
%endrep

save_registers:
	push rax
	push rbx
	push rcx
	push rdx
	push rsi
	push rdi
	push rbp
	push r8
	push r9
	push r10
	push r11
	push r12
	push r13
	push r14
	push r15
	cld
	mov rdi, rsp
	call trap
	pop r15
	pop r14
	pop r13
	pop r12
	pop r11
	pop r10
	pop r9
	pop r8
	pop rbp
	pop rdi
	pop rsi
	pop rdx
	pop rcx
	pop rbx
	pop rax
	add rsp, 16                     ; vector and error code
	iretq

; void context_switch(uint64_t *save_rsp, uint64_t load_rsp): what C expects a call to preserve is saved; the stack is the thread.
global context_switch
context_switch:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [rdi], rsp
	mov rsp, rsi
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

; A new thread's first context_switch() returns to here.
global thread_first_step
thread_first_step:
	call thread_started

; void enter_user(uint64_t rip, uint64_t rsp, uint64_t argument): to ring 3, with the argument in RDI and nothing of the kernel in
; any other register. Interrupts off.
global enter_user
enter_user:
	push qword SELECTOR_USER_DATA
	push rsi
	push qword RFLAGS_IF | 2
	push qword SELECTOR_USER_CODE
	push rdi
	mov eax, SELECTOR_USER_DATA
	mov ds, eax
	mov es, eax
	mov rdi, rdx
	xor eax, eax
	xor ebx, ebx
	xor ecx, ecx
	xor edx, edx
	xor esi, esi
	xor ebp, ebp
	xor r8d, r8d
	xor r9d, r9d
	xor r10d, r10d
	xor r11d, r11d
	xor r12d, r12d
	xor r13d, r13d
	xor r14d, r14d
	xor r15d, r15d
	iretq

section .note.GNU-stack noalloc noexec nowrite progbits
