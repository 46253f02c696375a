# Unit tests: tests/unit/NAME_test.c becomes build/unit/NAME_test, linked with everything of the hypervisor that builds on a host.
# A function that the test itself defines wins over the archive's. NAME_test_EXTRA names further sources, of a guest for instance.
HOST_CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Werror -fno-builtin -fsanitize=address,undefined -fno-sanitize-recover=all \
	-iquote hypervisor -iquote guest-unmodified/kernel -MMD -MP

host_sources := $(wildcard hypervisor/fullvirt/*.c hypervisor/paravirt/*.c hypervisor/backend/*.c \
	$(addprefix hypervisor/debug/,packet.c registers.c protocol.c protocol_data.c protocol_run.c) \
	hypervisor/vmx/ept.c hypervisor/vmx/entry_check*.c hypervisor/memory/pages.c hypervisor/trace/trace.c \
	$(addprefix hypervisor/vm/,accounts.c config.c guest_balloon.c guest_memory.c guest_walk.c loader.c scheduler.c))
host_objects := $(host_sources:%.c=$(B)/host/%.o)
unit_tests   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))

unit-tests: $(unit_tests)
	@:

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOST)$(CC) $(HOST_CFLAGS) -c $< -o $@

$(B)/host/libtwinlab.a: $(host_objects)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

# Apart, because a % among the prerequisites themselves would stand for the test's name.
extra_objects = $(patsubst %.c,$(B)/host/%.o,$($*_EXTRA))

.SECONDEXPANSION:
$(B)/unit/%: $(B)/host/tests/unit/%.o $$(extra_objects) $(B)/host/libtwinlab.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) -fsanitize=address,undefined -o $@ $^ -lcmocka

# make fuzz: libFuzzer at GDB's protocol, until it finds something or Ctrl-C. (make fuzz LAB=5 is the lab's own.)
FUZZ_CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -fno-builtin -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -iquote hypervisor

$(B)/fuzz/gdb: tests/fuzz/gdb.c tests/unit/gdb_fakes.h $(wildcard hypervisor/debug/*.h) \
		$(addprefix hypervisor/debug/,packet.c registers.c protocol.c protocol_data.c protocol_run.c)
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_CFLAGS) $(filter %.c,$^) -o $@

.PHONY: fuzz
ifeq ($(LAB),)
fuzz: $(B)/fuzz/gdb
	@cd $(B)/fuzz && ./gdb -dict=$(CURDIR)/tests/fuzz/gdb.dict
else
fuzz:
	@$(or $<,echo "Lab $(LAB) has nothing to fuzz: try make fuzz LAB=5 or make fuzz." >&2; exit 2)
endif

.PRECIOUS: $(B)/host/%.o
-include tests/guests/build.mk
-include $(shell find $(B)/host -name '*.d' 2>/dev/null)
