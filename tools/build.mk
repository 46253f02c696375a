# The image that boots, and the disk.
GUEST_ELFS := $(B)/guest-unmodified/unmodified.elf $(B)/guest-paravirt/paravirt.elf
ISO_ELFS   := $(B)/iso/twinlab.elf $(B)/iso/unmodified.elf $(B)/iso/paravirt.elf

images: $(B)/twinlab.iso $(B)/bare.iso $(B)/disk.img $(B)/tools/trace
	@:

# What GRUB has to read through an emulated CD goes without its debug information.
vpath %.elf $(B)/hypervisor $(B)/guest-unmodified $(B)/guest-paravirt
$(B)/iso/%.elf: %.elf
	@mkdir -p $(@D)
	$(call say,STRIP)objcopy --strip-debug $< $@

$(B)/twinlab.iso: $(ISO_ELFS) tools/launch tools/iso tools/vms
	$(call say,ISO)tools/launch --print-config > $(B)/twinlab.cfg && tools/iso $@ $(B)/twinlab.cfg $(ISO_ELFS)

$(B)/bare.iso: $(B)/iso/unmodified.elf tools/launch tools/iso
	$(call say,ISO)tools/launch --print-config --bare $< > $(B)/bare.cfg && tools/iso $@ $(B)/bare.cfg $<

# Partition 1 is the unmodified guest's disk, partition 2 the paravirtual one's: the same files in both. Partition 3 is for the log of a
# traced run.
$(B)/disk.img: $(B)/fs.img tools/disk
	$(call say,DISK)tools/disk $@ $< 2 16

# Reads the log of a traced run.
$(B)/tools/trace: $(wildcard tools/trace/*.[ch]) hypervisor/trace/log_format.h hypervisor/paravirt/abi.h hypervisor/vmx/vmcs.h hypervisor/hw/pic.h
	@mkdir -p $(@D)
	$(call say,HOST)$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -iquote hypervisor -o $@ $(filter %.c,$^)

# What the unit tests of it link besides the test itself.
trace_decode_test_EXTRA := tools/trace/decode.c tools/trace/ports.c
trace_image_test_EXTRA  := $(filter-out tools/trace/main.c,$(wildcard tools/trace/*.c))

# Pictures are written in pic. What is made of it is kept in the tree, so that nobody else needs dpic.
pictures:
	@for source in labs/pictures/[!s]*.pic; do tools/picture $$source || exit; done
.PHONY: pictures
