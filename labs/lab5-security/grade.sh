# shellcheck shell=bash
# The grader of lab 5. labs/lib/README.md tells what these functions do.

# guests_did_well RUN GUEST: the tiny guests of this run end as they say, with the exits that they say.
guests_did_well() {
	local list=$lab/guests/$1.vms verdicts
	machine_run "$1" "$list" '' "build/$lab/guests/$2.elf" || return 1
	verdicts=$(gawk -v label= -f tests/guests/judge.awk "$list" "$OUT/$1/com1.log" "$OUT/$1/report.txt")
	! grep -q '^FAIL' <<<"$verdicts" && grep -q '^PASS' <<<"$verdicts" ||
		{ found "the guests of $list end as they should" "$(grep -aoE 'lab [0-9][A-Z] is still blank: [^";]*' "$OUT/$1/report.txt" | head -1) $(grep -A1 '^FAIL' <<<"$verdicts" | head -2 | one_line)"; return 1; }
}

# ---- 5A ----

grade_5A() {
	local copy=hypervisor/vm/guest_memory.c
	check_points 5A "copies page by page" 5 $copy host_test guest_memory copies_page_by_page
	check_points 5A "refuses what lies outside" 4 $copy host_test guest_memory refuses_what_lies_outside
	check_points 5A "refuses what wraps around" 4 $copy host_test guest_memory refuses_what_wraps_around
	check_points 5A "refuses a hole, wherever it is" 4 $copy host_test guest_memory refuses_a_hole_wherever_it_is
	check_points 5A "loads four directory pointers, or none" 3 hypervisor/exit/cr.c host_test pdptes loads_four_or_none
	check_points 5A "looks at each of them once" 5 hypervisor/exit/cr.c host_test pdptes looks_once
	check_points 5A "a guest that lies is refused, and its neighbour is not harmed" 5 $copy guests_did_well liar liar
}

# ---- 5B ----

grade_5B() {
	local fifo=hypervisor/fullvirt/uart_fifo.c
	check_points 5B "no sequence of steps breaks the chip" 10 $fifo host_test fuzz
	check_points 5B "bytes come out in their order" 3 $fifo host_test fifo bytes_come_out_in_their_order
	check_points 5B "a full FIFO loses the new byte" 4 $fifo host_test fifo a_full_fifo_loses_the_new_byte
	check_points 5B "a full holding register loses the old one" 3 $fifo host_test fifo a_holding_register_loses_the_old_one
	check_points 5B "the fuzzer's report: the register" 1 $lab/answers.txt answer_is overrun-register THR
	check_points 5B "the fuzzer's report: the byte" 2 $lab/answers.txt answer_is overrun-byte 17 17th
	check_points 5B "the fuzzer's report: what it hits" 2 $lab/answers.txt answer_is overrun-field first
}

# ---- 5C ----

grade_5C() {
	local ept=hypervisor/vmx/ept.c
	check_points 5C "maps it all, and nothing else" 7 $ept host_test ept maps_it_all_and_nothing_else
	check_points 5C "2 MiB pages where they fit" 3 $ept host_test ept large_pages_where_they_fit
	check_points 5C "says when memory ends" 2 $ept host_test ept says_when_memory_ends
	check_points 5C "a page leaves, and its neighbours stay" 5 $ept host_test ept a_page_leaves_and_its_neighbours_stay
	check_points 5C "the CPU forgets it" 3 $ept host_test ept the_cpu_forgets_it
	check_points 5C "guests that look for more find nothing" 5 $ept guests_did_well scan scan
}

# ---- 5D ----

# share_of RUN VM: of the time in which it wanted the CPU, how many percent did it get?
share_of() {
	local run wait
	run=$(vm_field "$1" "$2" run_ns) wait=$(vm_field "$1" "$2" wait_ns)
	echo $((100 * run / (run + wait)))
}

# Each gets its half, give or take 5 %: who has more has it from the other.
share_beside() {
	local vm
	guests_did_well "$1" runaway || return 1
	for vm in worker "$1"; do
		at_least "percent of the machine for $vm" "$(share_of "$1" $vm)" 45 || return 1
		at_most "percent of the machine for $vm" "$(share_of "$1" $vm)" 55 || return 1
	done
}

grade_5D() {
	local turns=hypervisor/vm/scheduler.c
	check_points 5D "everybody gets a turn, in order" 4 $turns host_test scheduler everybody_gets_a_turn_in_order
	check_points 5D "who waits or has ended is left out" 2 $turns host_test scheduler who_waits_or_has_ended_is_left_out
	check_points 5D "a turn ends with the slice or the next timer" 4 $turns host_test scheduler a_turn_ends_with_the_slice_or_the_next_timer
	check_points 5D "the worker gets its share beside one that never exits" 6 $turns share_beside spin
	check_points 5D "and beside one that does nothing else" 4 $turns share_beside storm
}
