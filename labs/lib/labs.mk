# The labs. In a handout, files that hold a blank are compiled from source for one lab only, LAB=n, or for one exercise, EX=4A; for
# every other their objects come from reference/, so that each works whatever became of the others. reference/objects has one line for
# each object: lab, source, object. Where there is no reference/, everything is compiled.
LAB ?=
EX  ?=
ifneq ($(EX),)
override EX := $(shell echo '$(EX)' | tr a-z A-Z)
endif
ifneq ($(wildcard reference/objects),)
ifneq ($(EX),)
OWN     ?= $(or $(shell gawk -F ' *[|] *' '$$1 == "$(EX)" { print $$5 }' labs/lab*/exercises),$(error There is no exercise $(EX)))
else
OWN     ?= $(shell gawk '$$1 == "$(LAB)" { print $$2 }' reference/objects | sort -u)
endif
not_own := $(shell gawk -v own=' $(strip $(OWN)) ' '!index(own, " " $$2 " ") { print $$3 }' reference/objects)
blanked := $(shell gawk '{ print $$3 }' reference/objects)

$(not_own:%=$(B)/%): $(B)/%: reference/%
	@mkdir -p $(@D)
	$(call say,REF)cp $< $@
$(blanked:%=$(B)/%): $(B)/own

# Written anew when another lab's files are to be compiled.
$(B)/own: written
	@mkdir -p $(@D)
	@echo '$(OWN)' | cmp -s - $@ || echo '$(OWN)' > $@
.PHONY: written
endif

# What a grader boots: build/iso without the image that only `make run` needs. And what else of these labs' graders no submission changes.
LAB_FOLDERS ?=
grade-images: $(ISO_ELFS) $(B)/disk.img
	@:
grade-base: grade-images $(B)/host/libtwinlab.a $(patsubst %.c,$(B)/host/%.o,$(wildcard $(LAB_FOLDERS:%=%/tests/*.c))) \
		$(patsubst %.c,$(B)/%.elf,$(wildcard $(LAB_FOLDERS:%=%/guests/*.c)))
	@:
.PHONY: grade-images grade-base

# Kernels that are put together of other kernels' parts. $(call one_object,OBJECTS,SEEN,RENAMED,PREFIX): link OBJECTS to the one object $@, from
# outside of which only SEEN can be seen, those of RENAMED with a PREFIX. So parts that know nothing of one another may use the same names.
define one_object
	$(call say,LD)ld -r -o $@.all $(1)
	@objcopy $(addprefix --keep-global-symbol=,$(2)) $@.all
	@objcopy $(foreach s,$(3),--redefine-sym $(s)=$(4)$(s)) $@.all $@
	@rm $@.all
endef
kernel_objects := $(GUEST_KERNEL_SOURCES:guest-unmodified/%=$(B)/guest-unmodified/%.o)
# All of machine.h but the benches.
machine_symbols := $(addprefix machine_,name init_console init interrupt console_write clock_ns wall_clock timer_set idle disk_sectors disk_read \
	disk_write disk_flush power_off reset phase)

# labs/LAB/tests/NAME.c becomes build/labs/LAB/tests/NAME, as tests/unit/ does. LAB_NAME_EXTRA in labs/LAB/build.mk: more sources.
-include $(wildcard labs/*/build.mk)
# A blank calls less than its test provides.
$(B)/host/labs/%.o: HOST_CFLAGS += -iquote labs/lib -iquote tests/unit -iquote . -Wno-unused-function
$(B)/labs/%: $(B)/host/labs/%.o $$(patsubst %.c,$(B)/host/%.o,$$($$(subst /tests/,_,$$*)_EXTRA)) $(B)/host/libtwinlab.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) -fsanitize=address,undefined -o $@ $(filter %.o %.a,$^) -lcmocka

# labs/LAB/guests/NAME.c, and NAME.asm if it is there, becomes build/labs/LAB/guests/NAME.elf, as tests/guests/ does. NAME.debug is for GDB.
$(B)/labs/%.c.o: labs/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KERNEL_CFLAGS) -Itests/guests/lib -c $< -o $@
$(B)/labs/%.asm.o: labs/%.asm
	@mkdir -p $(@D)
	$(call say,NASM)nasm $(NASMFLAGS) $< -o $@
$(B)/labs/%.debug: $(B)/labs/%.c.o $$(addprefix $(B)/,$$(addsuffix .o,$$(wildcard labs/$$*.asm))) $(test_guest_library) guest-unmodified/linker.ld
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(KERNEL_LDFLAGS) -Wl,-z,max-page-size=4096 -T guest-unmodified/linker.ld -o $@ $(filter %.o,$^)
$(B)/labs/%.elf: $(B)/labs/%.debug
	$(call say,STRIP)objcopy --strip-all $< $@
-include $(wildcard $(B)/labs/*/guests/*.d)
.PRECIOUS: $(B)/host/labs/%.o $(B)/labs/%.c.o $(B)/labs/%.asm.o $(B)/labs/%.debug

# make gdb LAB=n boots labs/labn-…/gdb.vms, or with VMS= another list of that lab: the kernels of the lab's own that the list names are
# built from labs/LAB/guests/NAME.c, or by a rule for build/labs/LAB/NAME.elf.
ifneq ($(and $(LAB),$(filter demo run run-bare trace gdb,$(MAKECMDGOALS))),)
lab_folder := $(patsubst %/exercises,%,$(wildcard labs/lab$(LAB)-*/exercises))
ifeq ($(lab_folder),)
$(error There is no lab $(LAB): `make lab` lists them)
endif
gdb_vms     := $(or $(VMS),$(lab_folder)/gdb.vms)
lab_kernels := $(filter-out unmodified paravirt,$(sort $(shell gawk -f tools/kernels.awk $(gdb_vms) | cut -d' ' -f2)))
gdb_kernels := $(foreach k,$(lab_kernels),$(B)/$(lab_folder)/$(if $(wildcard $(lab_folder)/guests/$(k).c),guests/)$(k).elf)
endif
