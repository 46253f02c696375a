	/* One of these values is refused: `make grade LAB=0 EX=0D` says which, and by which rule. The selectors that the hypervisor
	   has loaded are in cpu/descriptors.h. */
	vmcs_write(HOST_FS_SELECTOR, 0);
	vmcs_write(HOST_GS_SELECTOR, 0);
	vmcs_write(HOST_TR_SELECTOR, 0);
	vmcs_write(HOST_FS_BASE, 0);
	vmcs_write(HOST_GS_BASE, 0);
	vmcs_write(HOST_TR_BASE, host_tss_base());
