# build/hypervisor/twinlab.elf
HV_C    := $(wildcard hypervisor/*/*.c)
HV_ASM  := $(wildcard hypervisor/*/*.asm)
HV_OBJS := $(HV_C:%.c=$(B)/%.o) $(HV_ASM:%.asm=$(B)/%.asm.o) $(B)/hypervisor/hidden.o

$(B)/hypervisor/%.o: hypervisor/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) -mpreferred-stack-boundary=3 -Ihypervisor -c $< -o $@

$(B)/hypervisor/%.asm.o: hypervisor/%.asm
	@mkdir -p $(@D)
	$(call say,NASM)nasm $(NASMFLAGS) $< -o $@

# Another number in each tree, until `make clean`.
$(B)/hypervisor/hidden.c:
	@mkdir -p $(@D)
	@printf '#include "vmx/setup.h"\nconst uint64_t hidden_value = %s;\n' $$(labs/lab0-first-exit/hidden) > $@

$(B)/hypervisor/hidden.o: $(B)/hypervisor/hidden.c
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) -Ihypervisor -c $< -o $@

$(B)/hypervisor/twinlab.elf: hypervisor/boot/linker.ld $(HV_OBJS)
	$(call say,LD)$(CC) $(KERNEL_LDFLAGS) -Wl,-T,$< -o $@ $(HV_OBJS) -lgcc

-include $(HV_OBJS:.o=.d)
