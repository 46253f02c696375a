; From GRUB's 32-bit protected mode to 64-bit C.
; GRUB enters at `start` with EAX = the Multiboot2 magic and EBX = the boot information (Multiboot2 specification, "I386 machine state").
; The page tables here are a plain one-to-one map of the first 4 GiB; memory/paging.c replaces them by tight ones.

bits 32
default abs

extern hypervisor_main, stack_top

MAGIC        equ 0xe85250d6
ARCHITECTURE equ 0                      ; i386 protected mode

section .multiboot2 align=8
header:
        dd MAGIC, ARCHITECTURE, header_end - header
        dd 0x100000000 - (MAGIC + ARCHITECTURE + (header_end - header))
        dw 0, 0                         ; end tag
        dd 8
header_end:

section .text
global start
start:
        cli
        cld
        mov     esp, stack_top
        mov     esi, eax                ; kept for hypervisor_main(magic, info)
        mov     ebp, ebx

        mov     eax, 0x80000001         ; no long mode: no VMX worth having either
        cpuid
        bt      edx, 29
        jnc     no_long_mode

        mov     eax, boot_pdpt + 3      ; 3: present, writable
        mov     [boot_pml4], eax
        xor     ecx, ecx
.pdpt:  mov     eax, ecx                ; four page directories
        shl     eax, 12
        add     eax, boot_pds + 3
        mov     [boot_pdpt + ecx * 8], eax
        inc     ecx
        cmp     ecx, 4
        jne     .pdpt
        xor     ecx, ecx
.pd:    mov     eax, ecx                ; of 512 pages of 2 MiB each
        shl     eax, 21
        or      eax, 0x83
        mov     [boot_pds + ecx * 8], eax
        inc     ecx
        cmp     ecx, 2048
        jne     .pd

        mov     eax, cr4
        or      eax, 1 << 5             ; CR4.PAE
        mov     cr4, eax
        mov     eax, boot_pml4
        mov     cr3, eax
        mov     ecx, 0xc0000080         ; IA32_EFER
        rdmsr
        or      eax, 1 << 8             ; LME
        wrmsr
        mov     eax, cr0
        or      eax, 1 << 31 | 1 << 16  ; PG, WP
        mov     cr0, eax
        lgdt    [boot_gdtr]
        jmp     0x08:long_mode

no_long_mode:                           ; 'L' 'M' in the top left corner of a text screen is all that can be said here
        mov     dword [0xb8000], 0x4f4d4f4c
        hlt
        jmp     no_long_mode

bits 64
long_mode:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        xor     eax, eax
        mov     fs, ax
        mov     gs, ax
        mov     edi, esi
        mov     esi, ebp
        call    hypervisor_main
        ud2

section .rodata
align 8
boot_gdt:
        dq 0
        dq 0x00af9b000000ffff           ; 0x08: 64-bit code
        dq 0x00cf93000000ffff           ; 0x10: data
boot_gdtr:
        dw boot_gdtr - boot_gdt - 1
        dd boot_gdt

section .bss
alignb 4096
boot_pml4: resb 4096
boot_pdpt: resb 4096
boot_pds:  resb 4 * 4096
