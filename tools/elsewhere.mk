# `make` typed in a folder below the top one (each has a link to this file): do it in the top folder, and say so.
TOP := $(realpath $(dir $(realpath $(lastword $(MAKEFILE_LIST))))..)

.DEFAULT_GOAL := all
Makefile: ;
%: ; @echo "Going to $(TOP), where make belongs." && $(MAKE) --no-print-directory -C $(TOP) $@
