/*
 * The driver's side of a virtqueue. OASIS, Virtual I/O Device 1.1, "Split Virtqueues": three parts in your memory, that the hypervisor
 * knows too.
 *   - a table of descriptors: where a piece of memory lies, how long it is, which descriptor follows, who writes it;
 *   - the available ring: you write it. ring[] holds the first descriptor of each chain, idx counts the chains that you have ever put there;
 *   - the used ring: the hypervisor writes it. idx counts the chains that it has finished.
 * hypervisor/paravirt/abi.h has their structures, and struct pv_block_setup, which says where the parts are. The queue's size is a power
 * of two. Descriptors are aligned to 16 bytes, the available ring to 2, the used ring to 4. Addresses are guest-physical: for this
 * kernel the same as virtual ones. The rings' structures end in ring[] without a length: the memory for its entries is yours to reserve.
 *
 * disk_init(): tell the hypervisor of the queue (PV_HC_BLOCK_SETUP), and keep the capacity that it answers with. Without a disk the call
 * fails and capacity stays 0.
 * Hint: the kernel's lock lets in one request at a time, so one chain, always in the same descriptors, is enough. What the hypervisor
 * writes behind the compiler's back has to be read through a volatile pointer, or with __atomic_load_n().
 */
void disk_init(void)
{
	lab_blank("4A", "labs/lab4-complexity");
}
