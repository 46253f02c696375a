; From the loader's protected mode to guest_main() in long mode; ring 3, and protected mode, for a while each.
; Multiboot Specification 0.6.96, "Machine state". SDM, "Initializing IA-32e Mode".

MULTIBOOT_MAGIC equ 0x1badb002
PRESENT_WRITABLE_USER equ 7
PAGE_LARGE      equ 1 << 7
CR0_AT_START    equ 0x80010033          ; PG WP NE ET MP PE
CR0_PG          equ 1 << 31
CR4_AT_START    equ 0x620               ; PAE OSFXSR OSXMMEXCPT
MSR_EFER        equ 0xc0000080
EFER_AT_START   equ 0x900               ; LME NXE
KERNEL_CODE     equ 0x08
KERNEL_DATA     equ 0x10
USER_DATA       equ 0x1b
USER_CODE       equ 0x23
CODE32          equ 0x28
STACK_SIZE      equ 8192

extern guest_main

section .multiboot
align 4
	dd MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

section .text
bits 32
global start
start:
	mov esp, stack_top
	mov [boot_information], ebx
	call make_page_tables
	mov eax, pml4
	mov cr3, eax
	mov eax, CR4_AT_START
	mov cr4, eax
	mov ecx, MSR_EFER
	mov eax, EFER_AT_START
	xor edx, edx
	wrmsr
	mov eax, CR0_AT_START
	mov cr0, eax
	lgdt [gdt_pointer]
	jmp KERNEL_CODE:start_long_mode

; One to one and open to ring 3: the first 2 MiB page by page, so that a test may take single pages away; then up to 1 GiB.
make_page_tables:
	mov dword [pml4], pdpt + PRESENT_WRITABLE_USER
	mov dword [pdpt], page_directory + PRESENT_WRITABLE_USER
	mov dword [page_directory], page_table + PRESENT_WRITABLE_USER
	xor ecx, ecx
.page:	mov eax, ecx
	shl eax, 12
	or eax, PRESENT_WRITABLE_USER
	mov [page_table + ecx * 8], eax
	inc ecx
	cmp ecx, 512
	jb .page
	mov ecx, 1
.large:	mov eax, ecx
	shl eax, 21
	or eax, PRESENT_WRITABLE_USER | PAGE_LARGE
	mov [page_directory + ecx * 8], eax
	inc ecx
	cmp ecx, 512
	jb .large
	ret

bits 64
start_long_mode:
	mov eax, KERNEL_DATA
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov rsp, stack_top
	call guest_main
	ud2

; void call_in_ring3(void (*f)(void), uint64_t rflags)
global call_in_ring3
call_in_ring3:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [kernel_rsp], rsp
	push qword USER_DATA
	push qword user_stack_top
	push rsi
	push qword USER_CODE
	push qword .user
	iretq
.user:	call rdi
	int 0x81                        ; its gate is back_from_ring3
global back_from_ring3
back_from_ring3:
	mov eax, KERNEL_DATA           ; entering ring 3 took away DS and ES, which it may not use
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov rsp, [kernel_rsp]
	push qword 2
	popfq
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

; void call_in_protected_mode(void (*f)(void)): f is 32-bit code, called without paging and with LME still set. Interrupts off.
; Two writes of CR0 exit.
global call_in_protected_mode
call_in_protected_mode:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [kernel_rsp], rsp
	push qword CODE32
	push qword .protected
	retfq
bits 32
.protected:
	mov eax, cr0
	and eax, ~CR0_PG
	mov cr0, eax
	call edi
	mov eax, cr0
	or eax, CR0_PG
	mov cr0, eax
	jmp KERNEL_CODE:back_from_ring3

; void call_in_compatibility_mode(void (*f)(void)): f is 32-bit code; paging and long mode stay on.
bits 64
global call_in_compatibility_mode
call_in_compatibility_mode:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [kernel_rsp], rsp
	push qword CODE32
	push qword .compatible
	retfq
bits 32
.compatible:
	call edi
	jmp KERNEL_CODE:back_from_ring3

; The CPU pushes an error code for some exceptions; the others get a 0. SDM, "Error Code".
bits 64
extern trap
%macro STUB 1
align 16
	%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17
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
%rep 64
	STUB vector
%assign vector vector + 1
%endrep

save_registers:
	push rax
	push rcx
	push rdx
	push rsi
	push rdi
	push r8
	push r9
	push r10
	push r11
	cld
	lea rdi, [rsp + 9 * 8]
	call trap
	pop r11
	pop r10
	pop r9
	pop r8
	pop rdi
	pop rsi
	pop rdx
	pop rcx
	pop rax
	add rsp, 16
	iretq

section .data
align 8
global gdt
gdt:	dq 0
	dq 0x00af9b000000ffff           ; 0x08 kernel code
	dq 0x00cf93000000ffff           ; 0x10 kernel data
	dq 0x00cff3000000ffff           ; 0x18 user data
	dq 0x00affb000000ffff           ; 0x20 user code
	dq 0x00cf9b000000ffff           ; 0x28 32-bit code, ring 0
	dq 0, 0                         ; 0x30 task state segment: traps_init()
gdt_pointer:
	dw $ - gdt - 1
	dq gdt

section .bss nobits alloc noexec write align=4096
global pml4, page_table, boot_information, trap_stack_top
pml4:           resb 4096
pdpt:           resb 4096
page_directory: resb 4096
page_table:     resb 4096
	resb STACK_SIZE
stack_top:
	resb STACK_SIZE
user_stack_top:
	resb STACK_SIZE
trap_stack_top:
kernel_rsp:       resq 1
boot_information: resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
