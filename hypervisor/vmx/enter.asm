; Into the guest and back: every exit of every VM passes here.
;
;   int vmx_enter(struct vcpu *vcpu)
;   0: the guest ran until an exit.   1: VMfailInvalid, 2: VMfailValid: the guest did not run.
;
; The CPU switches RSP, RIP, RFLAGS, segments and control registers by the VMCS; the other fifteen registers are ours to switch.
bits 64
default rel
global vmx_enter, vmx_exit

; struct vcpu of vm/vm.h; vmx/run.c asserts that the two agree.
struc vcpu
.rax:      resq 1
.rcx:      resq 1
.rdx:      resq 1
.rbx:      resq 1
.rbp:      resq 1
.rsi:      resq 1
.rdi:      resq 1
.r8:       resq 1
.r9:       resq 1
.r10:      resq 1
.r11:      resq 1
.r12:      resq 1
.r13:      resq 1
.r14:      resq 1
.r15:      resq 1
.launched: resq 1
.host_rsp: resq 1
endstruc

HOST_RSP equ 0x6c14

section .text
align 16
vmx_enter:
        push    rbx                     ; what C expects to find unchanged
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        push    rdi                     ; where vmx_exit finds the vcpu

        cmp     [rdi + vcpu.host_rsp], rsp
        je      .host_rsp_is_right      ; nearly always: a VMWRITE is dear under nested virtualization
        mov     [rdi + vcpu.host_rsp], rsp
        mov     eax, HOST_RSP
        vmwrite rax, rsp
        jbe     .failed
.host_rsp_is_right:
        cmp     qword [rdi + vcpu.launched], 0  ; MOV leaves the flags alone
        mov     rax, [rdi + vcpu.rax]
        mov     rcx, [rdi + vcpu.rcx]
        mov     rdx, [rdi + vcpu.rdx]
        mov     rbx, [rdi + vcpu.rbx]
        mov     rbp, [rdi + vcpu.rbp]
        mov     rsi, [rdi + vcpu.rsi]
        mov     r8,  [rdi + vcpu.r8]
        mov     r9,  [rdi + vcpu.r9]
        mov     r10, [rdi + vcpu.r10]
        mov     r11, [rdi + vcpu.r11]
        mov     r12, [rdi + vcpu.r12]
        mov     r13, [rdi + vcpu.r13]
        mov     r14, [rdi + vcpu.r14]
        mov     r15, [rdi + vcpu.r15]
        mov     rdi, [rdi + vcpu.rdi]
        je      .first
        vmresume
        jmp     .failed
.first: vmlaunch
.failed:                                ; VMfail falls through with the host's state intact but for the registers loaded above
        mov     eax, 1
        mov     ecx, 2
        cmovz   eax, ecx                ; ZF: VMfailValid
        pop     rdi
        jmp     leave_to_c

align 16
vmx_exit:                               ; HOST_RIP: all registers but RSP are still the guest's
        xchg    rdi, [rsp]              ; the vcpu; the guest's RDI takes its place on the stack
        mov     [rdi + vcpu.rax], rax
        mov     [rdi + vcpu.rcx], rcx
        mov     [rdi + vcpu.rdx], rdx
        mov     [rdi + vcpu.rbx], rbx
        mov     [rdi + vcpu.rbp], rbp
        mov     [rdi + vcpu.rsi], rsi
        mov     [rdi + vcpu.r8],  r8
        mov     [rdi + vcpu.r9],  r9
        mov     [rdi + vcpu.r10], r10
        mov     [rdi + vcpu.r11], r11
        mov     [rdi + vcpu.r12], r12
        mov     [rdi + vcpu.r13], r13
        mov     [rdi + vcpu.r14], r14
        mov     [rdi + vcpu.r15], r15
        pop     qword [rdi + vcpu.rdi]
        xor     eax, eax
leave_to_c:
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx
        ret
