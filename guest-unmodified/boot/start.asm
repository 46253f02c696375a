; From the boot loader's 32-bit protected mode to kernel_main() in long mode.
; Multiboot Specification 0.6.96, "The layout of Multiboot header" and "Machine state". Touches the CPU only, not the machine.

MULTIBOOT_MAGIC   equ 0x1badb002
MULTIBOOT_FLAGS   equ 0x3               ; page-aligned modules, memory information
PAGE_PRESENT      equ 1 << 0
PAGE_WRITABLE     equ 1 << 1
PAGE_LARGE        equ 1 << 7
CR0_WP            equ 1 << 16
CR0_NW            equ 1 << 29
CR0_CD            equ 1 << 30
CR0_PG            equ 1 << 31
CR4_PAE           equ 1 << 5
MSR_EFER          equ 0xc0000080
EFER_LME          equ 1 << 8
EFER_NXE          equ 1 << 11
CPUID_EXTENDED    equ 0x80000000
CPUID_FEATURES    equ 0x80000001
FEATURE_NX        equ 20                ; EDX bits of CPUID_FEATURES
FEATURE_LONG_MODE equ 29
KERNEL_CODE       equ 0x08
KERNEL_DATA       equ 0x10
STACK_SIZE        equ 16384

extern kernel_main

section .multiboot
align 4
	dd MULTIBOOT_MAGIC
	dd MULTIBOOT_FLAGS
	dd -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

section .text
bits 32
global start
start:
	cli
	cld
	mov esp, boot_stack_top
	mov esi, eax                    ; the loader's magic
	mov edi, ebx                    ; the loader's information
	mov eax, CPUID_EXTENDED
	cpuid
	cmp eax, CPUID_FEATURES
	jb no_long_mode
	mov eax, CPUID_FEATURES
	cpuid
	bt edx, FEATURE_LONG_MODE
	jnc no_long_mode
	call map_first_gigabyte
	call enable_paging
	lgdt [gdt_pointer]
	jmp KERNEL_CODE:start_long_mode

; A CPU without long mode: nobody to tell without knowing the machine.
no_long_mode:
	hlt
	jmp no_long_mode

; One to one, in 512 pages of 2 MiB. paging_init() later takes away what is too much.
map_first_gigabyte:
	mov dword [boot_pml4], boot_pdpt + PAGE_PRESENT + PAGE_WRITABLE + (1 << 2)
	mov dword [boot_pdpt], boot_pd + PAGE_PRESENT + PAGE_WRITABLE
	xor ecx, ecx
.next:
	mov eax, ecx
	shl eax, 21
	or eax, PAGE_PRESENT | PAGE_WRITABLE | PAGE_LARGE
	mov [boot_pd + ecx * 8], eax
	inc ecx
	cmp ecx, 512
	jb .next
	ret

; EDX: the features. WP: the kernel, too, keeps off read-only pages. Some firmware leaves the caches off.
enable_paging:
	mov eax, boot_pml4
	mov cr3, eax
	mov eax, cr4
	or eax, CR4_PAE
	mov cr4, eax
	mov ebx, EFER_LME
	bt edx, FEATURE_NX
	jnc .no_nx
	or ebx, EFER_NXE
.no_nx:
	mov ecx, MSR_EFER
	rdmsr
	or eax, ebx
	wrmsr
	mov eax, cr0
	and eax, ~(CR0_NW | CR0_CD)
	or eax, CR0_PG | CR0_WP
	mov cr0, eax
	ret

bits 64
start_long_mode:
	mov ax, KERNEL_DATA
	mov ds, ax
	mov es, ax
	mov fs, ax
	mov gs, ax
	mov ss, ax
	mov rsp, boot_stack_top
	mov edi, edi                    ; the upper halves are undefined after the switch: this clears them
	mov esi, esi
	xor ebp, ebp
	call kernel_main
.stop:
	hlt
	jmp .stop

section .data
align 8
global gdt
gdt:
	dq 0
	dq 0x00af9b000000ffff           ; 0x08 kernel code
	dq 0x00cf93000000ffff           ; 0x10 kernel data
	dq 0x00cff3000000ffff           ; 0x18 user data
	dq 0x00affb000000ffff           ; 0x20 user code
	dq 0, 0                         ; 0x28 task state segment: gdt_init()
gdt_end:
gdt_pointer:
	dw gdt_end - gdt - 1
	dq gdt

section .bss nobits alloc noexec write align=4096
global boot_pml4, boot_pdpt, boot_pd
boot_pml4: resb 4096
boot_pdpt: resb 4096
boot_pd:   resb 4096
global boot_stack_top
boot_stack:
	resb STACK_SIZE
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
