# Twinlab. `make help` lists what can be typed; hypervisor/build.mk, guest-*/build.mk, tools/build.mk and tests/build.mk
# say how each part is built.
ifeq ($(wildcard tools/packages.txt),)
$(error Run make in the top folder of Twinlab, the one that holds this Makefile)
endif

B    := build
JOBS ?= $(shell nproc)
MAKEFLAGS += --no-builtin-rules --no-print-directory

# How all code that runs on the machine itself is compiled; each build.mk adds its -I.
CC             := gcc
KERNEL_CFLAGS  := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -ffreestanding -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fno-pic -fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables -MMD -MP
KERNEL_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
NASMFLAGS      := -f elf64 -g -F dwarf -Werror

# A recipe that starts with $(call say,CC) prints one short line; `make V=1` prints the commands.
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$@';)

# ---- What a user types. "##" lines are the text of `make help`. ----

.DELETE_ON_ERROR:
.PHONY: all complexity help setup doctor demo run attach run-bare gdb trace report test test-kvm test-labs test-texts lab grade handout bench clean images unit-tests built

all: built                  ## build everything (the same as plain `make`)
	@echo "Built. Next: make demo (both guests do the same work, and are compared); make help lists the rest."

demo: built                 ## both guests at once do the same work; then the table that compares them
	@tools/launch --autorun "$(AUTORUN)" --table

run: built                  ## the same machine, with both shells to type at; build/run/disk.img keeps what they write
	@tools/launch --interactive --disk $(B)/run/disk.img --table

attach:                     ## VM=paravirt: join the console of that guest of `make run`, from another terminal
	@tools/attach "$(VM)"

run-bare: built             ## the unmodified kernel alone, on QEMU's bare PC
	@tools/launch --interactive --bare $(B)/iso/unmodified.elf --disk $(B)/run/bare.img

gdb: built                  ## the machine held before its first VM entry, and GDB on it with all symbols; LAB=2: with what that lab is about
	$(if $(gdb_kernels),@tools/locked $(MAKE) $(gdb_kernels))
	@$(if $(gdb_vms),VMS="$(gdb_vms)" KERNELS="$(gdb_kernels)") tools/gdb

trace: built                ## the demo with every exit logged: a table, and a timeline for Perfetto, in build/trace
	@tools/launch --autorun "$(AUTORUN)" --trace --out $(B)/trace

bench: built                ## what is promised of speed and size, measured: exits, instructions, ratios; nothing is timed
	@tools/bench

report:                     ## the table of the last run again (MODEL=haswell: another CPU's cost of an exit)
	@tools/show-report $(B)/last/report.txt

test: built                 ## everything that can be tested here, each tier with its reason if it cannot
	@tests/run

test-kvm: built             ## the whole kit under QEMU/KVM, where nested VMX is there
	@tests/run kvm

lab:                        ## LAB=2: where to read and what to do next (without LAB=: the list of labs)
	@labs/lib/lab "$(or $(LAB),$(EX))"

grade: setup                ## LAB=2, or one exercise with EX=2B: points, and why not more (FORMAT=, SUBMISSION=: see labs/lib/README.md)
	@labs/lib/grade $(if $(LAB),--lab $(LAB)) $(if $(EX),--exercise $(EX)) $(if $(FORMAT),--format $(FORMAT)) $(if $(SUBMISSION),--submission "$(SUBMISSION)") \
		$(if $(RESULT),--result "$(RESULT)")

handout: setup              ## OUT=FOLDER: the tree for students, without the solutions
	@tools/handout "$(OUT)"

test-labs: built            ## grade the graders: blanks, reference and wrong answers of every exercise (LAB=2 or LAB=2B: fewer; takes a while)
	@tests/labs/run $(LAB)

test-texts: built           ## run every command of README.md, LAB_GUIDE.md and the labs' texts, and compare what they show (TEXT=FILE: one of them)
	@tests/texts/run $(or $(TEXT),README.md LAB_GUIDE.md $(wildcard labs/lab?-*/README.md))

setup:                      ## install the packages that are missing (demo, run and test do it by themselves)
	@tools/setup

doctor:                     ## what this computer can run, and the command that mends each lack
	@tools/doctor

complexity:                 ## what the two ways cost in lines of code, and how many entries each interface has
	@tools/complexity

clean:                      ## delete what was built, the guests' disk included
	@rm -rf $(B)

help:                       ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18
	@echo "MACHINE=bochs or kvm chooses the emulator, CPU_MODEL=… Bochs' CPU, LIMIT=… the seconds a run may take, VMS=FILE the guests."

AUTORUN ?= sh demo.sh

built: setup
	@tools/locked $(MAKE) -j$(JOBS) images

-include hypervisor/build.mk
-include guest-unmodified/build.mk
-include guest-paravirt/build.mk
include tools/build.mk
include tests/build.mk
include labs/lib/labs.mk
