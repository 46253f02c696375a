# shellcheck shell=bash
# The grader of lab 6. labs/lib/README.md tells what these functions do.
folder=labs/lab6-utilization

# machine_field RUN FIELD: of the report's line about the machine.
machine_field() {
	sed -nE "s/^@machine .*\<$2=([0-9]+).*/\1/p" "$OUT/$1/report.txt"
}

# held RUN VM PHASE CHECKS: the guest leaves once, with CPUID, for each check that holds.
held() {
	local count
	count=$(report_count "$1" "$2" "$3" CPUID)
	[ "$count" -eq "$4" ] && return
	found "$4 checks of the guest $2 hold" "$count do; $(grep -ah "^$2| does not hold" "$OUT/$1/com1.log" | head -1) ($(vm_field "$1" "$2" reason))"
	return 1
}

# ---- 6A ----

idle() {
	machine_run idle $folder/idle.vms '' && vm_ended idle paravirt
}

ten_times_fewer() {
	idle || return 1
	local with_ticks exits
	with_ticks=$(report_count idle unmodified 0x15 all) exits=$(report_count idle paravirt 0x15 all)
	found "at most $((with_ticks / 10)) exits in an idle second, 10 times fewer than the $with_ticks with a tick" "$exits"
	[ "$exits" -gt 0 ] && [ "$exits" -le $((with_ticks / 10)) ]
}

# The PC alone: its number is the same whatever became of the other.
ticks() {
	grep "^vm=unmodified," $folder/idle.vms >"$OUT/ticks.vms"
	machine_run ticks "$OUT/ticks.vms" ''
}

# predicted RUN KIND: its exits in the idle second.
predicted() {
	"$1" && prediction_close "idle-exits-$2" "$(report_count "$1" "$2" 0x15 all)" 3
}

it_sleeps() {
	idle && at_least "ns that the paravirtual guest slept, of a second" "$(vm_field idle paravirt sleep_ns)" 950000000 &&
		has_line "$OUT/idle/com4.log" "idle: slept one second"
}

the_machine_sleeps() {
	idle && at_least "per cent of a second that the machine was halted" \
		$(($(machine_field idle idle_ticks) * 100 / $(machine_field idle tsc_hz))) 90
}

grade_6A() {
	local where=hypervisor/paravirt/timer.c
	check_points 6A "one event, at the deadline" 3 $where host_test timer one_event_at_the_deadline
	check_points 6A "a call replaces the one before" 2 $where host_test timer a_call_replaces_the_one_before
	check_points 6A "0 takes it back" 2 $where host_test timer zero_takes_it_back
	check_points 6A "a deadline in the past is due at once" 2 $where host_test timer the_past_is_due_at_once
	check_points 6A "idle gives the CPU away, and sets no tick" 2 $where host_test timer idle_sleeps
	check_points 6A "no sleep while an event waits" 3 $where host_test timer no_sleep_while_an_event_waits
	check_points 6A "no sleep without an event page" 1 $where host_test timer no_sleep_without_an_event_page
	check_points 6A "predicted: an idle second with a tick" 1 $folder/answers.txt predicted ticks unmodified
	check_points 6A "predicted: an idle second with a deadline" 1 $folder/answers.txt predicted idle paravirt
	check_points 6A "an idle second in at least 10 times fewer exits" 3 $where ten_times_fewer
	check_points 6A "the guest sleeps, and wakes in time" 3 $where it_sleeps
	check_points 6A "the machine sleeps too" 2 $where the_machine_sleeps
}

# ---- 6B ----

balloon() {
	machine_run balloon $folder/guests/balloon.vms '' build/$folder/guests/balloon.elf
}

both_hold() {
	balloon && held balloon touches "$1" 3 && held balloon goes-on "$1" 3
}

only_the_owner_stops() {
	balloon && vm_ended balloon touches faulted && vm_ended balloon goes-on || return 1
	local reason
	reason=$(vm_field balloon touches reason)
	found "the one that read its page 0x405 is stopped for it" "it ended with: $reason"
	[[ $reason == "read guest-physical 0x405000, in a page it gave back"* ]]
}

# In 32 MiB there is none for the second, until the first has given some.
tenancy() {
	MEMORY=32 machine_run tenancy $folder/guests/tenancy.vms '' build/$folder/guests/tenancy.elf
}

a_second_vm_starts() {
	tenancy && held tenancy landlord 0x21 3 || return 1
	found "the VM \"tenant\" starts in memory that the VM \"landlord\" gave back" "$(grep -ah '^tenant ' "$OUT/tenancy/com1.log" | tail -1)"
	sed -n '/^landlord| the landlord gives/,$p' "$OUT/tenancy/com1.log" | grep -q '^vm [0-9]*: tenant '
}

its_memory_is_empty() {
	tenancy && a_second_vm_starts && held tenancy tenant 0x22 1
}

the_first_cannot_reach_it() {
	tenancy && a_second_vm_starts && vm_ended tenancy landlord faulted && vm_ended tenancy tenant && held tenancy tenant 0x23 1
}

grade_6B() {
	local page=hypervisor/vm/guest_balloon.c call=hypervisor/paravirt/balloon.c
	check_points 6B "pages leave the EPT, are counted and freed" 3 $page host_test balloon pages_leave_the_guest
	check_points 6B "what leaves is scrubbed" 2 $page host_test balloon what_leaves_is_scrubbed
	check_points 6B "the neighbours stay" 2 $page host_test balloon neighbours_stay
	check_points 6B "pages come back empty" 3 $page host_test balloon pages_come_back_empty
	check_points 6B "none goes or comes twice" 2 $page host_test balloon none_twice
	check_points 6B "a host without memory" 2 $page host_test balloon a_host_without_memory
	check_points 6B "as many as can be moved" 2 $call host_test balloon as_far_as_it_goes
	check_points 6B "only the guest's own memory" 2 $call host_test balloon only_its_own_memory
	check_points 6B "no sum that wraps around" 3 $call host_test balloon no_sum_that_wraps_around
	check_points 6B "at most 1024 in a call" 1 $call host_test balloon some_at_a_time
	check_points 6B "the CPU forgets at once" 1 $call host_test balloon the_cpu_forgets_at_once
	check_points 6B "two guests give at the same time" 2 $call both_hold 0x21
	check_points 6B "and get empty pages back" 2 $page both_hold 0x22
	check_points 6B "who touches a page that is away stops, nobody else" 2 $call only_the_owner_stops
	check_points 6B "a second VM starts in what the first one gave" 2 $page a_second_vm_starts
	check_points 6B "and finds nothing there" 2 $page its_memory_is_empty
	check_points 6B "nor does the first one find it" 2 $page the_first_cannot_reach_it
}

# ---- 6C ----

# some_vms COUNT KIND MEMORY [NAME]: lines of a list of VMs without disk and console.
some_vms() {
	local i
	for i in $(seq "$1"); do
		echo "vm=${4:-$2}-$i,kind=$2,mem=$3,kernel=$2"
	done
}

# How many of them the hypervisor built before the memory was used up; it builds them in their order and stops at the first that does not fit.
fits() {
	local value measured
	value=$(answer_number "fit-$1") || { printf '%s\n' "$value"; return 1; }
	some_vms 16 "$1" 4M >"$OUT/fit-$1.vms"
	MEMORY=64 machine_run "fit-$1" "$OUT/fit-$1.vms" halt >/dev/null
	measured=$(grep -ac '^vm [0-9]*: ' "$OUT/fit-$1/com1.log")
	found "another number for fit-$1; count the lines \"vm N: …\" in the log of a run with MEMORY=64" "answers.txt says $value"
	[ "$measured" -gt 0 ] && [ $((value - measured)) -le 1 ] && [ $((measured - value)) -le 1 ]
}

# A run of one VM, and one of four more of that kind: a quarter of the difference.
own_kib() {
	local value measured
	value=$(answer_number "own-$1-kib") || { printf '%s\n' "$value"; return 1; }
	some_vms 1 paravirt 2M first >"$OUT/one.vms"
	{ cat "$OUT/one.vms"; some_vms 4 "$1" 2M; } >"$OUT/five-$1.vms"
	machine_run one "$OUT/one.vms" halt && machine_run "five-$1" "$OUT/five-$1.vms" halt || return 1
	measured=$((($(machine_field "five-$1" memory_bytes) - $(machine_field one memory_bytes)) / 4096))
	found "another number for own-$1-kib; look at memory_bytes of two runs again, of one VM and of more" "answers.txt says $value"
	[ $((value * 10)) -ge $((measured * 9)) ] && [ $((value * 10)) -le $((measured * 11)) ]
}

# The sieve's phase is in the report of a VM that had the memory for it.
computed() {
	grep -q "^@guest vm=$(vm_field least "$1" id) phase=0x16 " "$OUT/least/report.txt"
}

least() {
	local value
	value=$(answer_number least-kib) || { printf '%s\n' "$value"; return 1; }
	found "a multiple of 64 KiB, 1344 to 16384" "answers.txt says $value"
	[ "$value" -ge 1344 ] && [ "$value" -le 16384 ] && [ $((value % 64)) -eq 0 ] || return 1
	{ some_vms 1 paravirt "${value}K"; some_vms 1 paravirt "$((value - 64))K" less; } >"$OUT/least.vms"
	machine_run least "$OUT/least.vms" "bench compute; halt" || return 1
	computed paravirt-1 || { found "\`bench compute\` has enough with $value KiB" "it says that it is out of memory"; return 1; }
	! computed less-1 || { found "64 KiB less than $value KiB are too little" "it computes with $((value - 64)) KiB too"; return 1; }
}

grade_6C() {
	local where=$folder/answers.txt
	check_points 6C "unmodified guests of 4 MiB in 64 MiB" 4 $where fits unmodified
	check_points 6C "paravirtual guests of 4 MiB in 64 MiB" 4 $where fits paravirt
	check_points 6C "the hypervisor's own memory for an unmodified guest" 4 $where own_kib unmodified
	check_points 6C "the hypervisor's own memory for a paravirtual guest" 4 $where own_kib paravirt
	check_points 6C "the least memory that is enough" 4 $where least
}

# ---- 6D ----

steal() {
	machine_run steal $folder/guests/steal.vms '' build/$folder/guests/steal.elf
}

steal_time_is_true() {
	steal && vm_ended steal busy-a && vm_ended steal busy-b && held steal busy-a 0x21 3 && held steal busy-b 0x21 3 && held steal sleeper 0x21 2
}

# sum VM: of its three accounts, in microseconds.
sum() {
	echo $((($(vm_field steal "$1" run_ns) + $(vm_field steal "$1" wait_ns) + $(vm_field steal "$1" sleep_ns)) / 1000))
}

sums_agree() {
	steal || return 1
	local vm wall
	wall=$((1000000 * $(machine_field steal ticks) / $(machine_field steal tsc_hz)))
	for vm in busy-a busy-b sleeper; do
		found "the accounts of $vm sum up to its life: 100 ms of work, and no more than the machine's $wall us" "$(sum $vm) us"
		[ "$(sum $vm)" -ge 100000 ] && [ "$(sum $vm)" -le "$wall" ] || return 1
	done
}

each_has_its_own() {
	steal || return 1
	at_least "ns that the sleeper slept, of 100 ms" "$(vm_field steal sleeper sleep_ns)" 90000000 &&
		at_most "ns that the sleeper ran" "$(vm_field steal sleeper run_ns)" 10000000 &&
		at_most "ns that a busy one slept" "$(vm_field steal busy-a sleep_ns)" 0 &&
		at_least "ns that a busy one ran, of 100 ms with another one" "$(vm_field steal busy-a run_ns)" 40000000
}

grade_6D() {
	local where=hypervisor/vm/accounts.c
	check_points 6D "one runs, the others wait" 3 $where host_test accounts one_runs_the_others_wait
	check_points 6D "who is blocked sleeps" 2 $where host_test accounts who_is_blocked_sleeps
	check_points 6D "a turn counts to its end" 3 $where host_test accounts a_turn_counts_to_its_end
	check_points 6D "the end is the end" 2 $where host_test accounts the_end_is_the_end
	check_points 6D "no time is booked twice" 2 $where host_test accounts no_time_is_booked_twice
	check_points 6D "the sums are the wall clock's" 2 $where host_test accounts the_sums_are_the_wall_clocks
	check_points 6D "the guests' steal time is what they missed" 2 $where steal_time_is_true
	check_points 6D "the report's sums agree with the wall clock" 2 $where sums_agree
	check_points 6D "a sleeper sleeps, the busy run and wait" 2 $where each_has_its_own
}
