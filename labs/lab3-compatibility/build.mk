# 3C: memtest86+, unmodified, behind a boot loader of its own.
lab3 := $(B)/labs/lab3-compatibility
memtest_words := console=ttyS0,115200 nosmp nobench nosm nopause keyboard=legacy

$(lab3)/memtest86+x64.bin: labs/lab3-compatibility/guests/memtest86+
	@mkdir -p $(@D)
	$(call say,GET)$< $@
$(lab3)/memtest.elf: labs/lab3-compatibility/guests/linux_loader.asm $(lab3)/memtest86+x64.bin
	$(call say,NASM)nasm -f elf32 -DKERNEL='"$(lab3)/memtest86+x64.bin"' -DCOMMAND_LINE='"$(memtest_words)"' -o $(lab3)/memtest.o $<
	@ld -m elf_i386 --omagic --no-warn-rwx-segments -Ttext=0x400000 -e start -o $@ $(lab3)/memtest.o

# 3D: one kernel with both machines in it. Each folder becomes one object in which only what machine.h names is seen, with a prefix.
machine_objects   = $(patsubst %,$(B)/%.o,$(sort $(wildcard guest-$*/machine/*.c)))
choosing_objects := $(patsubst %.c,$(B)/%.o,$(wildcard labs/lab3-compatibility/choosing/*.c))

.SECONDEXPANSION:
$(lab3)/machine-%.o: $$(machine_objects)
	@mkdir -p $(@D)
	$(call one_object,$(machine_objects),$(machine_symbols),$(machine_symbols),$(if $(filter unmodified,$*),native_,paravirt_))
$(lab3)/choosing/%.o: labs/lab3-compatibility/choosing/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) $(GUEST_CFLAGS) -c $< -o $@
$(lab3)/choosing.elf: $(choosing_objects) $(lab3)/machine-unmodified.o $(lab3)/machine-paravirt.o $(kernel_objects) $(GUEST_LINKER_SCRIPT)
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) -Wl,-s -T $(GUEST_LINKER_SCRIPT) -o $@ $(filter %.o,$^)
.PRECIOUS: $(lab3)/machine-%.o
-include $(choosing_objects:.o=.d)
