# Twinlab. `make help` lists what can be typed; hypervisor/build.mk, guest-*/build.mk and tests/build.mk say how each part is built.
ifeq ($(wildcard tools/packages.txt),)
$(error Run make in the top folder of Twinlab, the one that holds this Makefile)
endif

B    := build
JOBS ?= $(shell nproc)
MAKEFLAGS += --no-builtin-rules --no-print-directory

# How all code that runs on the machine itself is compiled; each build.mk adds its -I.
CC             := gcc
KERNEL_CFLAGS  := -std=gnu11 -O2 -g -Wall -Wextra -Werror -ffreestanding -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fno-pic -fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables -MMD -MP
KERNEL_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
NASMFLAGS      := -f elf64 -g -F dwarf -Werror

# A recipe that starts with $(call say,CC) prints one short line; `make V=1` prints the commands.
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$@';)

help:
	@sed -n 's/^## //p' Makefile

.DELETE_ON_ERROR:
.PHONY: help all setup demo run attach run-bare report test test-kvm bench clean images unit-tests

-include hypervisor/build.mk
-include guest-unmodified/build.mk
-include guest-paravirt/build.mk
-include tools/build.mk
-include tests/build.mk
