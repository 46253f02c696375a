# The unmodified kernel, its programs and its file system.
# guest-paravirt/build.mk builds the same boot/ and kernel/ with its own machine/.

GUEST_KERNEL_SOURCES := $(sort $(wildcard guest-unmodified/boot/*.c guest-unmodified/boot/*.asm \
	guest-unmodified/kernel/*.c guest-unmodified/kernel/*.asm))
GUEST_CFLAGS        := -Iguest-unmodified/kernel
GUEST_LINKER_SCRIPT := guest-unmodified/linker.ld
GUEST_LDFLAGS       := $(KERNEL_LDFLAGS) -Wl,-z,max-page-size=4096

# $(eval $(call guest_kernel,DIRECTORY,ELF,CFLAGS)): build/DIRECTORY/ELF from boot/, kernel/ and DIRECTORY/machine/.
# CFLAGS are added for machine/ only.
define guest_kernel
$(1)_objects := $$(GUEST_KERNEL_SOURCES:guest-unmodified/%=$(B)/$(1)/%.o) \
	$$(patsubst %,$(B)/%.o,$$(sort $$(wildcard $(1)/machine/*.c)))
$(B)/$(1)/$(2): $$($(1)_objects) $$(GUEST_LINKER_SCRIPT)
	$$(call say,LINK)$$(CC) $$(GUEST_LDFLAGS) -T $$(GUEST_LINKER_SCRIPT) -o $$@ $$($(1)_objects)
$(B)/$(1)/machine/%.c.o: $(1)/machine/%.c
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC) $$(KERNEL_CFLAGS) $$(GUEST_CFLAGS) $(3) -c $$< -o $$@
$(B)/$(1)/%.c.o: guest-unmodified/%.c
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC) $$(KERNEL_CFLAGS) $$(GUEST_CFLAGS) -c $$< -o $$@
$(B)/$(1)/%.asm.o: guest-unmodified/%.asm
	@mkdir -p $$(@D)
	$$(call say,NASM)nasm $$(NASMFLAGS) -o $$@ $$<
-include $$($(1)_objects:.o=.d)
endef

$(eval $(call guest_kernel,guest-unmodified,unmodified.elf,))

# The user programs.
USER_PROGRAMS := hello primes files fault
USER_ELFS     := $(USER_PROGRAMS:%=$(B)/guest-unmodified/user/%)
USER_RUNTIME  := $(B)/guest-unmodified/user/runtime.o

$(B)/guest-unmodified/user/%.o: guest-unmodified/user/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) $(GUEST_CFLAGS) -c $< -o $@
$(USER_ELFS): %: %.o $(USER_RUNTIME) guest-unmodified/user/user.ld
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) -s -T guest-unmodified/user/user.ld -o $@ $< $(USER_RUNTIME)
-include $(USER_ELFS:=.d) $(USER_RUNTIME:.o=.d)

# The file system: 1 MiB with the programs, the texts, and a file that is long enough to measure the disk with.
FS_SIZE  := 1048576
FS_FILES := $(sort $(wildcard guest-unmodified/files/*)) $(B)/guest-unmodified/numbers.txt $(USER_ELFS)

$(B)/tools/mkfs: tools/mkfs.c guest-unmodified/kernel/fs_format.h
	@mkdir -p $(@D)
	$(call say,HOST)$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -o $@ $<
$(B)/guest-unmodified/numbers.txt:
	@mkdir -p $(@D)
	$(call say,GEN)seq 100000 | head -c 262144 > $@
$(B)/fs.img: $(B)/tools/mkfs $(FS_FILES)
	$(call say,MKFS)$(B)/tools/mkfs $@ $(FS_SIZE) $(FS_FILES)

# What the unit tests of guest code link besides the test itself.
fs_test_EXTRA          := guest-unmodified/kernel/fs.c guest-unmodified/kernel/lib.c
line_editor_test_EXTRA := guest-unmodified/kernel/line_editor.c guest-unmodified/kernel/lib.c
block_cache_test_EXTRA := guest-unmodified/kernel/disk.c
format_test_EXTRA      := guest-unmodified/kernel/format.c guest-unmodified/kernel/lib.c
mkfs_test_EXTRA        := guest-unmodified/kernel/fs.c guest-unmodified/kernel/lib.c
