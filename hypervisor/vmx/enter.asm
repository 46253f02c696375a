; Into the guest and back: every exit of every VM passes here.
;
;   int vmx_run(struct vcpu *vcpu)      enter the guest, call handle_exit() at each exit, and enter again until the time run_until.
;                                       0: it has come.  1: VMfailInvalid, 2: VMfailValid: the guest could not be entered.
;
; The CPU switches RSP, RIP, RFLAGS, segments and control registers by the VMCS; the other fifteen registers are ours to switch.
; HOST_RSP points behind the vCPU's registers, so that PUSH stores them in their places.
bits 64
default rel
global vmx_run, vmx_exit
global vmx_compared, vmx_resume, vmx_failed       ; for debug/
extern exit_handler, run_until

; struct vcpu of vm/vm.h; vmx/run.c asserts that the two agree. First the registers that C functions preserve.
struc vcpu
.rbp:        resq 1
.r12:        resq 1
.r13:        resq 1
.r14:        resq 1
.r15:        resq 1
.rbx:        resq 1
.rax:        resq 1
.rcx:        resq 1
.rdx:        resq 1
.rsi:        resq 1
.rdi:        resq 1
.r8:         resq 1
.r9:         resq 1
.r10:        resq 1
.r11:        resq 1
.end_of_regs:
.launched:   resq 1
.host_stack: resq 1
endstruc

section .text
align 16
vmx_run:
        push    rbx                     ; what C expects to find unchanged
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        lea     rax, [rdi + vcpu.rbx]
        push    rax                     ; where the way back into the guest begins to load
        mov     [rdi + vcpu.host_stack], rsp
        cmp     qword [rdi + vcpu.launched], 0  ; MOV, POP and LEA leave the flags alone
        mov     rbp, [rdi + vcpu.rbp]
        mov     r12, [rdi + vcpu.r12]
        mov     r13, [rdi + vcpu.r13]
        mov     r14, [rdi + vcpu.r14]
        mov     r15, [rdi + vcpu.r15]
        jne     vmx_resume
        mov     qword [rdi + vcpu.launched], 1
        mov     rsp, [rsp]
        pop     rbx
        pop     rax
        pop     rcx
        pop     rdx
        pop     rsi
        pop     rdi
        pop     r8
        pop     r9
        pop     r10
        pop     r11
        vmlaunch
        jmp     vmx_failed

align 16
vmx_exit:                               ; HOST_RIP: all registers but RSP are still the guest's
        push    r11
        push    r10
        push    r9
        push    r8
        push    rdi
        push    rsi
        push    rdx
        push    rcx
        push    rax
        push    rbx
        push    r15
        push    r14
        push    r13
        push    r12
        push    rbp
        mov     rdi, rsp                ; the vcpu, which is where its VM begins
        mov     rsp, [rdi + vcpu.host_stack]
        call    [exit_handler]          ; handle_exit, unless the run is traced; returns the time-stamp counter
        cmp     rax, [run_until]
vmx_compared:
        jae     back                    ; something wants the run loop's attention
vmx_resume:                             ; RBP and R12 to R15 hold the guest's values: C has preserved them
        mov     rsp, [rsp]
        pop     rbx
        pop     rax
        pop     rcx
        pop     rdx
        pop     rsi
        pop     rdi
        pop     r8
        pop     r9
        pop     r10
        pop     r11
        vmresume

vmx_failed:                             ; VMfail falls through: RSP points behind the registers, the guest did not run
        mov     eax, 1
        mov     ecx, 2
        cmovz   eax, ecx                ; ZF: VMfailValid
        mov     rsp, [rsp + vcpu.host_stack - vcpu.end_of_regs]
        jmp     done

back:   xor     eax, eax
done:    pop     rcx
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx
        ret
