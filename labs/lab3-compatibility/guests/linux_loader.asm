; A Multiboot kernel that is only a boot loader: it starts the file inside it, unmodified, by Linux' 32-bit boot protocol
; (Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol"), as GRUB's command `linux` would.
bits 32

MAGIC        equ 0x1badb002
FLAGS        equ 2                       ; memory information
MMAP_LENGTH  equ 44                      ; in the Multiboot information
MMAP_ADDRESS equ 48
ENTRY_SIZE   equ 20                      ; of a memory map's entry, without its size field

boot_params  equ 0x90000                 ; the "zero page"
E820_COUNT   equ 0x1e8
E820_TABLE   equ 0x2d0
SETUP_HEADER equ 0x1f1
SETUP_END    equ 0x268
TYPE_OF_LOADER equ 0x210
CMD_LINE_PTR equ 0x228
VIDEO_MODE   equ 0x06
VIDEO_COLUMNS equ 0x07
VIDEO_LINES  equ 0x0e
VIDEO_IS_VGA equ 0x0f
UNDEFINED    equ 0xff
BOOT_CS      equ 0x10                    ; the protocol's selectors
BOOT_DS      equ 0x18
load_address equ 0x100000

section .text
align 4
	dd MAGIC, FLAGS, -(MAGIC + FLAGS)

global start
start:
	cld
	mov esp, stack_end
	lgdt [gdt_pointer]
	jmp BOOT_CS:.flat
.flat:
	mov eax, BOOT_DS
	mov ds, eax
	mov es, eax
	mov ss, eax
	call fill_boot_params
	call copy_memory_map
	mov esi, kernel + 512                    ; behind the boot sector and the setup sectors lies what runs in 32 bits
	movzx eax, byte [kernel + SETUP_HEADER]
	shl eax, 9
	add esi, eax
	mov ecx, kernel_end
	sub ecx, esi
	mov edi, load_address
	rep movsb
	mov esi, boot_params
	xor ebx, ebx
	xor ebp, ebp
	xor edi, edi
	mov eax, load_address
	jmp eax

fill_boot_params:
	mov edi, boot_params
	mov ecx, 4096 / 4
	xor eax, eax
	rep stosd
	mov esi, kernel + SETUP_HEADER
	mov edi, boot_params + SETUP_HEADER
	mov ecx, SETUP_END - SETUP_HEADER
	rep movsb
	mov byte [boot_params + TYPE_OF_LOADER], UNDEFINED
	mov dword [boot_params + CMD_LINE_PTR], command_line
	mov byte [boot_params + VIDEO_MODE], 3
	mov byte [boot_params + VIDEO_COLUMNS], 80
	mov byte [boot_params + VIDEO_LINES], 25
	mov byte [boot_params + VIDEO_IS_VGA], 1
	ret

; Multiboot's entries are E820's, each behind its size.
copy_memory_map:
	mov esi, [ebx + MMAP_ADDRESS]
	mov edx, esi
	add edx, [ebx + MMAP_LENGTH]
	mov edi, boot_params + E820_TABLE
.next:
	cmp esi, edx
	jae .done
	add esi, 4
	mov ecx, ENTRY_SIZE
	rep movsb
	inc byte [boot_params + E820_COUNT]
	jmp .next
.done:
	ret

section .data
align 8
gdt:
	dq 0, 0
	dq 0x00cf9a000000ffff                    ; code, flat
	dq 0x00cf92000000ffff                    ; data, flat
gdt_pointer:
	dw gdt_pointer - gdt - 1
	dd gdt
command_line:
	db COMMAND_LINE, 0
align 16
kernel:
	incbin KERNEL
kernel_end:

section .bss
align 16
	resb 4096
stack_end:
