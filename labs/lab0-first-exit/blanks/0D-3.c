	/* Again one value is refused. The guest believes that its CR4 is 0, and reads 0: that is what a read shadow is for. In the real one the
	   hypervisor keeps MCE as it has it, so that a machine check is told. But in VMX operation the CPU wants more than that.
	   Hint: vmx_capabilities knows which bits. */
	vmcs_write(GUEST_CR0, setup_guest_cr0(CR0_PE | CR0_ET));
	vmcs_write(CR0_READ_SHADOW, CR0_PE | CR0_ET);
	vmcs_write(GUEST_CR3, 0);
	vmcs_write(GUEST_CR4, read_cr4() & CR4_MCE);
	vmcs_write(CR4_READ_SHADOW, 0);
