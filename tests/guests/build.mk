# The tiny guests: tests/guests/NAME.c or tests/hostile/NAME.c, with NAME.asm beside it if it has one, becomes build/tests/…/NAME.elf.
test_guests        := $(patsubst %.c,$(B)/%.elf,$(wildcard tests/guests/*.c tests/hostile/*.c))
test_guest_library := $(patsubst %,$(B)/%.o,$(wildcard tests/guests/lib/*.c tests/guests/lib/*.asm))

unit-tests: $(test_guests)

$(B)/tests/%.c.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) -Itests/guests/lib -c $< -o $@
$(B)/tests/%.asm.o: tests/%.asm
	@mkdir -p $(@D)
	$(call say,NASM)nasm $(NASMFLAGS) $< -o $@
$(B)/tests/%.elf: $(B)/tests/%.c.o $$(addprefix $(B)/,$$(addsuffix .o,$$(wildcard tests/$$*.asm))) $(test_guest_library) \
		guest-unmodified/linker.ld
	$(call say,LINK)$(CC) $(KERNEL_LDFLAGS) -Wl,-s -Wl,-z,max-page-size=4096 -T guest-unmodified/linker.ld -o $@ $(filter %.o,$^)

.PRECIOUS: $(B)/tests/%.c.o $(B)/tests/%.asm.o
-include $(wildcard $(B)/tests/guests/*.d $(B)/tests/guests/lib/*.d $(B)/tests/hostile/*.d)
