	/* Again one value is refused. A multiboot kernel has loaded no LDTR and no TR yet; but a VMCS must hold what a CPU's TR can hold.
	   Hint: the RIGHTS_ names at the top of this file. Intel calls a TSS that is loaded "busy". */
	write_segment(LDTR, 0, 0, ACCESS_RIGHTS_UNUSABLE);
	write_segment(TR, 0, 0x67, 0x0089);
