# make card EX=7A: run the VMs of your choice for that card, with the card's work. 7D's machine has 10 MiB.
card: images $(B)/labs/lab7-the-choice/guests/plant.elf
	@labs/lab7-the-choice/card "$(EX)" > $(B)/card.vms
	@$(if $(filter 7D,$(EX)),MEMORY=10) MACHINE=bochs tools/launch --vms $(B)/card.vms --module $(B)/iso/unmodified.elf --module $(B)/iso/paravirt.elf \
		--module $(B)/labs/lab7-the-choice/guests/plant.elf
.PHONY: card
