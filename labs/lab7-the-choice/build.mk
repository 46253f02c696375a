# make card EX=7A: run the VMs of your choice for that card, with the card's work. 7D's machine has 10 MiB.
card: images $(B)/labs/lab7-the-choice/guests/plant.elf
	@labs/lab7-the-choice/card "$(EX)" > $(B)/card.vms
	@$(if $(filter 7D,$(EX)),MEMORY=10) MACHINE=bochs tools/launch --vms $(B)/card.vms --module $(B)/iso/unmodified.elf --module $(B)/iso/paravirt.elf \
		--module $(B)/labs/lab7-the-choice/guests/plant.elf
.PHONY: card

# 7E: the unmodified machine, whole, and two drivers of the paravirtual one. Which console and which disk is used is decided
# when the kernel runs.
lab7 := $(B)/labs/lab7-the-choice
chosen_symbols  := $(addprefix machine_,init interrupt console_write disk_sectors disk_read disk_write disk_flush) console_drain
driver_symbols  := $(addprefix machine_,console_write disk_sectors disk_read disk_write disk_flush) console_event disk_init \
	disk_event
native_parts    := $(patsubst %,$(B)/%.o,$(sort $(wildcard guest-unmodified/machine/*.c)))
driver_parts    := $(addprefix $(B)/guest-paravirt/machine/,console.c.o disk.c.o)
enlightened_objects := $(patsubst %.c,$(B)/%.o,$(wildcard labs/lab7-the-choice/enlightened/*.c))

$(lab7)/native.o: $(native_parts)
	@mkdir -p $(@D)
	$(call one_object,$^,$(machine_symbols) machine_benches console_drain,$(chosen_symbols),native_)
$(lab7)/drivers.o: $(driver_parts)
	@mkdir -p $(@D)
	$(call one_object,$^,$(driver_symbols),$(driver_symbols),paravirt_)
$(lab7)/enlightened/%.o: labs/lab7-the-choice/enlightened/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) $(GUEST_CFLAGS) -c $< -o $@
$(lab7)/enlightened.elf: $(enlightened_objects) $(lab7)/native.o $(lab7)/drivers.o $(kernel_objects) $(GUEST_LINKER_SCRIPT)
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) -T $(GUEST_LINKER_SCRIPT) -o $@ $(filter %.o,$^)
-include $(enlightened_objects:.o=.d)

# make enlightened: that kernel where it may call, and beside it the paravirtual one.
# VMS=labs/lab7-the-choice/guests/plain.vms: where nobody tells it.
enlightened: images $(lab7)/enlightened.elf
	@tools/launch --vms $(or $(VMS),labs/lab7-the-choice/guests/enlightened.vms) --autorun "$(AUTORUN)" \
		--module $(lab7)/enlightened.elf --module $(B)/iso/unmodified.elf --module $(B)/iso/paravirt.elf
.PHONY: enlightened
