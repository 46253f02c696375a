# The tiny guests: tests/guests/NAME.c, or NAME.c with NAME.asm beside it, becomes build/tests/guests/NAME.elf.
test_guests        := $(patsubst %.c,$(B)/%.elf,$(wildcard tests/guests/*.c))
test_guest_library := $(patsubst %,$(B)/%.o,$(wildcard tests/guests/lib/*.c tests/guests/lib/*.asm))

unit-tests: $(test_guests)

$(B)/tests/guests/%.c.o: tests/guests/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) -Itests/guests/lib -c $< -o $@
$(B)/tests/guests/%.asm.o: tests/guests/%.asm
	@mkdir -p $(@D)
	$(call say,NASM)nasm $(NASMFLAGS) $< -o $@
$(B)/tests/guests/%.elf: $(B)/tests/guests/%.c.o $$(addprefix $(B)/,$$(addsuffix .o,$$(wildcard tests/guests/$$*.asm))) $(test_guest_library) \
		guest-unmodified/linker.ld
	$(call say,LINK)$(CC) $(KERNEL_LDFLAGS) -Wl,-s -Wl,-z,max-page-size=4096 -T guest-unmodified/linker.ld -o $@ $(filter %.o,$^)

.PRECIOUS: $(B)/tests/guests/%.c.o $(B)/tests/guests/%.asm.o
-include $(wildcard $(B)/tests/guests/*.d $(B)/tests/guests/lib/*.d)
