# shellcheck shell=bash
# The grader of lab 2. labs/lib/README.md tells what these functions do.

# The work that 2A predicts and 2B to 2E do, in both guests.
measure() {
	machine_run measure labs/lab2-performance/measure.vms ''
}

grade_2A() {
	local kind work phase
	for work in console:0x11 disk:0x12 clock:0x13; do
		phase=${work#*:} work=${work%:*}
		for kind in unmodified paravirt; do
			check_points 2A "exits, $work, $kind guest" $((work == 0)) "labs/lab2-performance/answers.txt" predicted $kind $work $phase
		done
	done
}

# ---- 2B ----

few_exits() {
	measure && vm_ended measure paravirt || return 1
	local naive exits
	naive=$(report_count measure unmodified 0x19 all) exits=$(report_count measure paravirt 0x11 all)
	at_most "exits for 1 KiB to the console (the unmodified guest's: $naive)" "$exits" $((naive / 500))
}

# Five texts fill the console's 16 KiB, so that the hypervisor takes less than it is offered.
arrives_whole() {
	measure && vm_ended measure paravirt || return 1
	local times
	times=$(times_in guest-unmodified/files/text.txt "$OUT/measure/com4.log")
	found "text.txt five times on the console" "$times times"
	[ "$times" -eq 5 ]
}

grade_2B() {
	local where=hypervisor/paravirt/console.c
	check_points 2B "whole buffers, over page borders" 4 $where host_test console copies_whole_buffers
	check_points 2B "at most 64 KiB" 2 $where host_test console refuses_what_is_too_long
	check_points 2B "only the guest's own memory, and nothing printed otherwise" 4 $where host_test console refuses_what_is_not_the_guests
	check_points 2B "no address that wraps around" 2 $where host_test console refuses_what_wraps_around
	check_points 2B "no more than there is room for" 3 $where host_test console takes_what_there_is_room_for
	check_points 2B "1 KiB in at least 500 times fewer exits" 6 guest-paravirt/machine/console.c few_exits
	check_points 2B "a long text arrives whole" 4 guest-paravirt/machine/console.c arrives_whole
}
