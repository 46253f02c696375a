#include "cpu/cpu.h"
#include "cpu/descriptors.h"
#include "exit/exit.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/ept.h"
#include "vmx/setup.h"
#include "vmx/vmx.h"

#define CR0_OURS      (CR0_PG | CR0_NE | CR0_CD | CR0_NW)
#define CR4_GUESTS    (CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | \
	CR4_FSGSBASE | CR4_OSXSAVE | CR4_SMEP | CR4_SMAP)
#define PAT_AT_RESET  0x0007040600070406ull
#define DR7_AT_RESET  0x400

/* Segment access rights: type, S, DPL, P, D/B, G. SDM: "Guest Register State" */
#define RIGHTS_FLAT_CODE 0xc09b
#define RIGHTS_FLAT_DATA 0xc093
#define RIGHTS_BUSY_TSS  0x008b

extern char vmx_exit[];                 /* vmx/enter.asm */

static struct vm *current;

void setup_make_current(struct vm *vm)
{
	if (current != vm)
		vmx_vmptrld(vm->vcpu.vmcs);
	current = vm;
}

struct vm *setup_current_vm(void)
{
	return current;
}

uint64_t setup_guest_cr0(uint64_t value)
{
	uint64_t fixed0 = vmx_capabilities.cr0_fixed0 & ~(CR0_PE | CR0_PG);     /* unrestricted guest: these two may be 0 */

	return ((value & ~(CR0_CD | CR0_NW)) | fixed0 | CR0_NE) & vmx_capabilities.cr0_fixed1;
}

/* All ports exit. One pair of bitmaps serves every VM. */
static uint64_t io_bitmaps(void)
{
	static uint64_t bitmaps;

	if (!bitmaps) {
		bitmaps = pages_alloc(2, 1);
		memset((void *)bitmaps, 0xff, 2 * PAGE_SIZE);
	}
	return bitmaps;
}

/* An MSR's bit off: no exit. Reads of low MSRs at 0, of high ones at 1024; writes 2048 further. SDM: "MSR-Bitmap Address" */
static void pass_through(uint8_t *bitmap, uint32_t msr)
{
	unsigned base = msr >= 0xc0000000 ? 1024 : 0, bit = msr & 0x1fff;

	bitmap[base + bit / 8] &= ~(1 << bit % 8);
	bitmap[2048 + base + bit / 8] &= ~(1 << bit % 8);
}

/* Every MSR exits but those that the VMCS or vmx/switch.c gives each VM of its own. */
static uint64_t msr_bitmap(void)
{
	static const uint32_t guests_own[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
		MSR_IA32_FS_BASE, MSR_IA32_GS_BASE, MSR_IA32_KERNEL_GS_BASE,
		MSR_IA32_STAR, MSR_IA32_LSTAR, MSR_IA32_CSTAR, MSR_IA32_FMASK,
	};
	static uint64_t bitmap;

	if (!bitmap) {
		bitmap = pages_alloc(1, 1);
		memset((void *)bitmap, 0xff, PAGE_SIZE);
		for (unsigned i = 0; i < sizeof(guests_own) / sizeof(guests_own[0]); i++)
			pass_through((uint8_t *)bitmap, guests_own[i]);
	}
	return bitmap;
}

static void write_controls(const struct vm *vm)
{
	const struct vmx_capabilities *caps = &vmx_capabilities;

	vmcs_write(PIN_BASED_CONTROLS, caps->pin);
	vmcs_write(PRIMARY_PROCESSOR_BASED_CONTROLS, caps->primary);
	vmcs_write(SECONDARY_PROCESSOR_BASED_CONTROLS, caps->secondary);
	vmcs_write(VM_EXIT_CONTROLS, caps->exit);
	vmcs_write(VM_ENTRY_CONTROLS, caps->entry);
	vmcs_write(EXCEPTION_BITMAP, 1 << VECTOR_DB | 1 << VECTOR_AC | 1 << VECTOR_MC);
	vmcs_write(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmcs_write(CR3_TARGET_COUNT, 0);
	vmcs_write(VM_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, 0);
	vmcs_write(IO_BITMAP_A_ADDRESS, io_bitmaps());
	vmcs_write(IO_BITMAP_B_ADDRESS, io_bitmaps() + PAGE_SIZE);
	vmcs_write(MSR_BITMAP_ADDRESS, msr_bitmap());
	vmcs_write(TSC_OFFSET, 0);
	vmcs_write(EPT_POINTER, ept_pointer(vm->memory.ept));
	if (caps->vpid)
		vmcs_write(VIRTUAL_PROCESSOR_ID, vm->id + 1);   /* 0 is the hypervisor's own */
	vmcs_write(CR0_GUEST_HOST_MASK, CR0_OURS);
	vmcs_write(CR4_GUEST_HOST_MASK, ~CR4_GUESTS);
}

static void write_host_state(const struct vcpu *vcpu)
{
	vmcs_write(HOST_CR0, read_cr0());
	vmcs_write(HOST_CR3, read_cr3());
	vmcs_write(HOST_CR4, read_cr4());
	vmcs_write(HOST_CS_SELECTOR, HOST_CODE_SELECTOR);
	vmcs_write(HOST_SS_SELECTOR, HOST_DATA_SELECTOR);
	vmcs_write(HOST_DS_SELECTOR, HOST_DATA_SELECTOR);
	vmcs_write(HOST_ES_SELECTOR, HOST_DATA_SELECTOR);
	/* lab 0D: FS, GS and TR of the hypervisor, loaded at each exit */
	vmcs_write(HOST_FS_SELECTOR, 0);
	vmcs_write(HOST_GS_SELECTOR, 0);
	vmcs_write(HOST_TR_SELECTOR, HOST_TSS_SELECTOR);
	vmcs_write(HOST_FS_BASE, 0);
	vmcs_write(HOST_GS_BASE, 0);
	vmcs_write(HOST_TR_BASE, host_tss_base());
	/* end of 0D */
	vmcs_write(HOST_GDTR_BASE, host_gdt_base());
	vmcs_write(HOST_IDTR_BASE, host_idt_base());
	vmcs_write(HOST_IA32_SYSENTER_CS, 0);
	vmcs_write(HOST_IA32_SYSENTER_ESP, 0);
	vmcs_write(HOST_IA32_SYSENTER_EIP, 0);
	vmcs_write(HOST_IA32_EFER, rdmsr(MSR_IA32_EFER));
	vmcs_write(HOST_IA32_PAT, rdmsr(MSR_IA32_PAT));
	vmcs_write(HOST_RIP, (uint64_t)vmx_exit);
	vmcs_write(HOST_RSP, (uint64_t)(&vcpu->regs + 1));      /* vmx_exit pushes the guest's registers into their places */
}

/* The encodings of ES, CS, SS, DS, FS, GS, LDTR and TR follow each other in steps of 2. */
static void write_segment(unsigned index, uint16_t selector, uint32_t limit, uint32_t rights)
{
	vmcs_write(GUEST_ES_SELECTOR + 2 * index, selector);
	vmcs_write(GUEST_ES_BASE + 2 * index, 0);
	vmcs_write(GUEST_ES_LIMIT + 2 * index, limit);
	vmcs_write(GUEST_ES_ACCESS_RIGHTS + 2 * index, rights);
}

/* Multiboot specification, "Machine state": flat segments, their selectors unspecified, A20 on, paging off, interrupts off. */
static void write_guest_segments(void)
{
	enum { ES, CS, SS, DS, FS, GS, LDTR, TR };
	static const uint8_t data_segments[] = { ES, SS, DS, FS, GS };

	write_segment(CS, 0x10, 0xffffffff, RIGHTS_FLAT_CODE);
	for (unsigned i = 0; i < sizeof(data_segments); i++)
		write_segment(data_segments[i], 0x18, 0xffffffff, RIGHTS_FLAT_DATA);
	/* lab 0D: LDTR and TR of a CPU that has not loaded them */
	write_segment(LDTR, 0, 0, ACCESS_RIGHTS_UNUSABLE);
	write_segment(TR, 0, 0x67, RIGHTS_BUSY_TSS);
	/* end of 0D */
	vmcs_write(GUEST_GDTR_BASE, 0);
	vmcs_write(GUEST_GDTR_LIMIT, 0);
	vmcs_write(GUEST_IDTR_BASE, 0);
	vmcs_write(GUEST_IDTR_LIMIT, 0);
}

static void write_guest_state(uint32_t entry_point)
{
	write_guest_segments();
	/* lab 0D: the control registers, and what the guest reads of them */
	vmcs_write(GUEST_CR0, setup_guest_cr0(CR0_PE | CR0_ET));
	vmcs_write(CR0_READ_SHADOW, CR0_PE | CR0_ET);
	vmcs_write(GUEST_CR3, 0);
	vmcs_write(GUEST_CR4, vmx_capabilities.cr4_fixed0 | CR4_VMXE | (read_cr4() & CR4_MCE));
	vmcs_write(CR4_READ_SHADOW, 0);
	/* end of 0D */
	vmcs_write(GUEST_DR7, DR7_AT_RESET);
	vmcs_write(GUEST_RIP, entry_point);
	vmcs_write(GUEST_RSP, 0);
	vmcs_write(GUEST_RFLAGS, RFLAGS_FIXED);
	vmcs_write(GUEST_IA32_EFER, 0);
	vmcs_write(GUEST_IA32_PAT, PAT_AT_RESET);
	vmcs_write(GUEST_IA32_DEBUGCTL, 0);
	vmcs_write(GUEST_IA32_SYSENTER_CS, 0);
	vmcs_write(GUEST_IA32_SYSENTER_ESP, 0);
	vmcs_write(GUEST_IA32_SYSENTER_EIP, 0);
	vmcs_write(GUEST_INTERRUPTIBILITY_STATE, 0);
	vmcs_write(GUEST_ACTIVITY_STATE, 0);
	vmcs_write(GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
	vmcs_write(VMCS_LINK_POINTER, ~0ull);
}

void setup_vmcs(struct vm *vm, uint32_t entry_point, uint32_t eax, uint32_t ebx)
{
	struct vmcs *vmcs = (struct vmcs *)pages_alloc(1, 1);

	if (!vmcs)
		panic("too little memory for the VMCS of %s", vm->name);
	vmcs->revision_id = vmx_capabilities.revision_id;
	vm->vcpu.vmcs = vmcs;
	vm->vcpu.regs = (struct vcpu_regs){ .rax = eax, .rbx = ebx, .r13 = hidden_value };
	vmx_vmclear(vmcs);
	setup_make_current(vm);
	write_controls(vm);
	write_host_state(&vm->vcpu);
	write_guest_state(entry_point);
	guest_mode_changed(vm);
	vmx_invept(ept_pointer(vm->memory.ept));
	if (vmx_capabilities.vpid)
		vmx_invvpid(vm->id + 1);
}
