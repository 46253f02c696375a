# shellcheck shell=bash
# The grader of lab 2. labs/lib/README.md tells what these functions do.

# The work that 2A predicts and 2B to 2E do, in both guests.
measure() {
	machine_run measure "$lab/measure.vms" ''
}

# ---- 2A ----

# predicted KIND WORK PHASE TIMES: the exits of that phase, for one of so many times.
predicted() {
	measure && vm_ended measure "$1" || return 1
	local exits
	exits=$(report_count measure "$1" "$3" all)
	prediction_close "exits-$2-$1" $(((exits + $4 / 2) / $4)) 3
}

grade_2A() {
	check_points 2A "1 KiB to the console, unmodified" 2 "$lab/answers.txt" predicted unmodified console 0x11 1
	check_points 2A "1 KiB to the console, paravirt" 2 "$lab/answers.txt" predicted paravirt console 0x11 1
	check_points 2A "64 KiB from the disk, unmodified" 2 "$lab/answers.txt" predicted unmodified disk 0x12 1
	check_points 2A "64 KiB from the disk, paravirt" 2 "$lab/answers.txt" predicted paravirt disk 0x12 1
	check_points 2A "one reading of the clock, unmodified" 1 "$lab/answers.txt" predicted unmodified clock 0x13 1000
	check_points 2A "one reading of the clock, paravirt" 1 "$lab/answers.txt" predicted paravirt clock 0x13 1000
}

# ---- 2B ----

# fewer TIMES WHAT NAIVE-PHASE PHASE
fewer() {
	measure && vm_ended measure paravirt || return 1
	local naive exits
	naive=$(report_count measure unmodified "$3" all) exits=$(report_count measure paravirt "$4" all)
	found "$2: at most $((naive / $1)) exits, $1 times fewer than the $naive of the naive way" "$exits"
	[ "$exits" -gt 0 ] && [ "$exits" -le $((naive / $1)) ]
}

# The guest says itself in which phase it is, so a run with this work alone is counted whole. The reference makes 27 calls in it.
one_call() {
	fewer 500 "1 KiB to the console" 0x19 0x11 || return 1
	grep '^vm=paravirt,' tools/vms >"$OUT/alone.vms"
	machine_run alone "$OUT/alone.vms" "bench console; halt" && vm_ended alone paravirt &&
		has_line "$OUT/alone/com4.log" "console: 1024 bytes written" &&
		at_most "hypercalls from start to end, with 1 KiB to the console" "$(report_count alone paravirt any VMCALL)" 200
}

# Five texts fill the console's 16 KiB, so that the hypervisor takes less than it is offered.
arrives_whole() {
	measure && vm_ended measure paravirt || return 1
	local times
	times=$(times_in guest-unmodified/files/text.txt "$OUT/measure/com4.log")
	found "text.txt five times on the console" "$times times"
	[ "$times" -eq 5 ]
}

# Whoever asks again and again instead of sleeping makes 150,000 calls. The reference makes 82.
sleeps() {
	arrives_whole || return 1
	at_most "hypercalls while more goes out than the console has room for" "$(report_count measure paravirt any VMCALL)" 500
}

grade_2B() {
	local host=hypervisor/paravirt/console.c guest=guest-paravirt/machine/console.c
	check_points 2B "whole buffers, over page borders" 4 $host host_test console copies_whole_buffers
	check_points 2B "at most 64 KiB" 2 $host host_test console refuses_what_is_too_long
	check_points 2B "only the guest's own memory, and nothing printed otherwise" 4 $host host_test console refuses_what_is_not_the_guests
	check_points 2B "no address that wraps around" 2 $host host_test console refuses_what_wraps_around
	check_points 2B "no more than there is room for" 3 $host host_test console takes_what_there_is_room_for
	check_points 2B "1 KiB in at least 500 times fewer exits" 6 $guest one_call
	check_points 2B "a long text arrives whole" 2 $guest arrives_whole
	check_points 2B "... in few calls: its writer sleeps while there is no room" 2 $guest sleeps
}

# ---- 2C ----

string_guest() {
	machine_run string "$lab/guests/string.vms" '' "build/$lab/guests/string.elf"
}

# holds PHASE CHECKS: the guest leaves once, with CPUID, for each check that holds.
holds() {
	string_guest || return 1
	local held
	held=$(report_count string string "$1" CPUID)
	[ "$held" -eq "$2" ] && return
	found "$2 checks of $lab/guests/string.c hold" "$held do; $(grep -ah '^string| does not hold' "$OUT/string/com1.log" | head -1) ($(vm_field string string reason))"
	return 1
}

one_exit() {
	holds 0x21 3 || return 1
	local phase exits
	for phase in 0x31 0x32 0x33; do
		exits=$(report_count string string $phase IO_INSTRUCTION)
		[ "$exits" -eq 1 ] || { found "1 exit for a whole REP INS or OUTS" "$exits"; return 1; }
	done
}

# 192 KiB in one REP INSD are three times what one exit may move.
lets_others_run() {
	holds 0x26 2 || return 1
	local exits
	exits=$(report_count string string 0x34 IO_INSTRUCTION)
	at_least "exits for a REP INSD of 192 KiB, BYTES_PER_EXIT being 64 KiB" "$exits" 3 &&
		at_most "exits for a REP INSD of 192 KiB, BYTES_PER_EXIT being 64 KiB" "$exits" 6
}

# In the unmodified guest 64 KiB are 128 sectors, each one REP INSW and a few exits more.
disk_in_few_exits() {
	measure && vm_ended measure unmodified || return 1
	at_most "exits for 64 KiB by REP INSW" "$(report_count measure unmodified 0x12 IO_INSTRUCTION)" 800 || return 1
	local mine its
	mine=$(grep -am1 '^disk: 64 KiB' "$OUT/measure/com3.log" | one_line) its=$(grep -am1 '^disk: 64 KiB' "$OUT/measure/com4.log" | one_line)
	found "the sectors that the paravirtual guest reads ($its)" "$mine"
	[ -n "$its" ] && [ "$mine" = "$its" ]
}

grade_2C() {
	local where=hypervisor/exit/io.c
	check_points 2C "one exit for the whole instruction" 3 $where one_exit
	check_points 2C "but others run after 64 KiB" 2 $where lets_others_run
	check_points 2C "RDI, RSI and RCX" 3 $where holds 0x22 5
	check_points 2C "the direction flag" 3 $where holds 0x23 3
	check_points 2C "page borders and page faults" 4 $where holds 0x24 5
	check_points 2C "a count of 0" 2 $where holds 0x25 2
	check_points 2C "64 KiB from the disk in a few hundred exits" 3 $where disk_in_few_exits
}

# ---- 2D ----

# The two guests' disks have the same files.
same_sectors() {
	measure && vm_ended measure paravirt || return 1
	local mine its
	mine=$(grep -am1 '^disk: 64 KiB' "$OUT/measure/com4.log" | one_line) its=$(grep -am1 '^disk: 64 KiB' "$OUT/measure/com3.log" | one_line)
	found "the sectors that the unmodified guest reads ($its)" "$mine"
	[ -n "$its" ] && [ "$mine" = "$its" ]
}

grade_2D() {
	local ring=hypervisor/paravirt/virtqueue.c device=hypervisor/paravirt/block.c
	check_points 2D "takes whole chains" 3 $ring host_test virtqueue pops_whole_chains
	check_points 2D "each chain once; an empty ring is no fault" 3 $ring host_test virtqueue pops_each_chain_once
	check_points 2D "a chain that is a loop" 1 $ring host_test virtqueue a_loop_comes_to_an_end
	check_points 2D "gives chains back" 3 $ring host_test virtqueue used_entries_stand_before_their_index
	check_points 2D "the used ring is a ring" 3 $ring host_test virtqueue the_used_ring_is_a_ring
	check_points 2D "a used ring that is not the guest's any more" 1 $ring host_test virtqueue a_ring_given_away_stops_the_vm
	check_points 2D "one notification serves all requests" 3 $device host_test virtqueue one_notification_serves_them_all
	check_points 2D "also those that end at once" 2 $device host_test virtqueue requests_that_end_at_once
	check_points 2D "nothing more for a VM that has been stopped" 2 $device host_test virtqueue nothing_for_a_stopped_vm
	check_points 2D "one event for the batch" 3 $device host_test virtqueue one_event_for_the_batch
	check_points 2D "no event for a driver that wants none" 1 $device host_test virtqueue no_event_for_who_does_not_want_one
	check_points 2D "64 KiB in at least 50 times fewer exits" 3 $device fewer 50 "64 KiB from the disk" 0x18 0x12
	check_points 2D "the right sectors" 2 $device same_sectors
}

# ---- 2E ----

no_exits() {
	measure && vm_ended measure paravirt || return 1
	found "0 exits for 1000 readings of the clock" "$(report_count measure paravirt 0x13 all)"
	[ "$(report_count measure paravirt 0x13 all)" -eq 0 ] && has_line "$OUT/measure/com4.log" "clock: 1000 readings, 0 times backwards"
}

grade_2E() {
	local where=hypervisor/paravirt/clock.c
	check_points 2E "the page tells the time" 4 $where host_test clock tells_the_time
	check_points 2E "no field is left as it was" 1 $where host_test clock leaves_no_field
	check_points 2E "versions are even and grow" 2 $where host_test clock versions_are_even_and_grow
	check_points 2E "a guest never reads half a page" 4 $where host_test clock is_never_half_written_under_an_even_version
	check_points 2E "1000 readings, no exit" 4 $where no_exits
}
