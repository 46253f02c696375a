; The hypervisor's own interrupts and exceptions. One stub for each vector makes a struct trap_frame; trap_handle() does the rest.
bits 64
default rel
extern trap_handle
global trap_stubs

section .text
align 16
trap_stubs:
%assign vector 0
%rep 256
        align   16
    %if vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21
        push    0                       ; the CPU pushed no error code
    %endif
        push    vector
        jmp     near any_trap
    %assign vector vector + 1
%endrep

any_trap:
        push    rax
        push    rcx
        push    rdx
        push    rbx
        push    rbp
        push    rsi
        push    rdi
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        cld
        mov     rdi, rsp
        mov     rbp, rsp
        and     rsp, -16
        call    trap_handle
        mov     rsp, rbp
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     r11
        pop     r10
        pop     r9
        pop     r8
        pop     rdi
        pop     rsi
        pop     rbp
        pop     rbx
        pop     rdx
        pop     rcx
        pop     rax
        add     rsp, 16
        iretq
