# shellcheck shell=bash
# The grader of lab 3. labs/lib/README.md tells what these functions do.

# ---- 3A ----

demo="uname; ls; cat text.txt; halt"

in_the_vm() {
	machine_run vm $lab/guests/unmodified.vms "$demo" && vm_ended vm unmodified
}

# The same file, alone on QEMU's PC: what its console must say.
on_bare_metal() {
	[ -f "$OUT/bare/com1.log" ] || timeout -k 5 $((RUN_LIMIT + 10)) tools/launch --quiet --bare build/iso/unmodified.elf --autorun "$demo" --limit $RUN_LIMIT --out "$OUT/bare" \
		>/dev/null 2>"$OUT/bare.err" || { found "the kernel runs alone under QEMU" "$(launch_says "$OUT/bare.err")"; return 1; }
}

same_words() {
	in_the_vm && on_bare_metal || return 1
	local bare=$OUT/bare/com1.log vm=$OUT/vm/com3.log line
	line=$(diff <(tr -d '\r' <"$bare") <(tr -d '\r' <"$vm") | sed -n '2p')
	found "$(wc -l <"$bare") lines, the same as on bare metal (ELF $(sha256sum <build/iso/unmodified.elf | cut -c1-8))" "the first other line: $line"
	[ "$(wc -l <"$bare")" -gt 20 ] && [ -z "$line" ]
}

chip_3A() {
	check_points 3A "$1" "$2" hypervisor/fullvirt/uart16550.c host_test uart16550 "$3"
}

grade_3A() {
	chip_3A "a register for each port, direction and DLAB" 5 each_register_in_each_direction_and_dlab_state
	chip_3A "under DLAB nothing is sent or received" 2 under_dlab_nothing_is_sent_or_received
	chip_3A "IIR reports the highest priority" 3 iir_reports_the_highest_priority
	chip_3A "IIR reports what IER enables" 2 a_source_that_is_not_enabled_is_not_reported
	chip_3A "THRE: enabling it while empty raises it" 2 enabling_thre_interrupts_while_empty_raises_one
	chip_3A "THRE: each byte makes a new edge" 2 each_byte_sent_makes_a_new_edge
	chip_3A "THRE: IIR acknowledges only what it reports" 3 iir_leaves_thre_pending_when_it_reports_another
	chip_3A "FIFO: the trigger level" 2 the_trigger_level_decides_when_data_interrupts
	chip_3A "FIFO: each side has its reset" 2 fifo_resets_empty_one_side_each
	chip_3A "loopback" 3 loopback_returns_bytes_and_modem_lines
	check_points 3A "the same words as on bare metal" 4 hypervisor/fullvirt/uart16550.c same_words
}

# ---- 3B ----

reads_its_disk() {
	machine_run disk $lab/guests/unmodified.vms "bench disk; halt" && vm_ended disk unmodified || return 1
	local done
	done=$(report_count disk unmodified 0x12 IO_INSTRUCTION)
	at_least "exits for 64 KiB by interrupts: 128 sectors" "$done" 128 && has_line "$OUT/disk/com3.log" "disk: 64 KiB read, checksum $(seq 100000 | head -c 65536 | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d " ")"
}

chip_3B() {
	check_points 3B "$1" "$2" hypervisor/fullvirt/pic8259.c host_test pic8259 "$3"
}

grade_3B() {
	chip_3B "the higher priority interrupts the lower" 4 the_higher_priority_goes_first_and_interrupts_the_lower
	chip_3B "masked inputs wait" 1 masked_inputs_wait
	chip_3B "cascade: the slave's levels lie between 1 and 3" 4 slave_interrupts_nest_between_irq_1_and_3
	chip_3B "every command of OCW2" 5 every_eoi_command
	chip_3B "rotation" 1 rotation_puts_the_served_level_last
	chip_3B "automatic EOI" 1 'automatic_eoi*'
	chip_3B "spurious IRQ 7" 3 a_request_that_vanishes_is_spurious_7
	chip_3B "spurious IRQ 15" 3 a_slave_request_that_vanishes_is_spurious_15
	chip_3B "each request is served once" 1 random_traffic_serves_each_edge_once
	check_points 3B "the guest reads its disk by interrupts" 2 hypervisor/fullvirt/pic8259.c reads_its_disk
}

# ---- 3C ----

stranger() {
	machine_run stranger $lab/guests/stranger.vms "" build/$lab/guests/stranger.elf
}

# The stranger's own words, behind its name on COM1.
stranger_saw() {
	stranger || return 1
	local text
	for text; do
		has_line "$OUT/stranger/com1.log" "stranger| ok $text" ||
			{ found "ok $text" "$(grep -a "not ok ${text:0:30}" "$OUT/stranger/com1.log" || vm_field stranger stranger reason)"; return 1; }
	done
}

log_says() {
	local times
	times=$(tr -d '\r' <"$OUT/$1/com1.log" | grep -acxF -e "$2")
	found "the log says \"$2\" once" "it does so $times times, among $(grep -ac "^$1: " "$OUT/$1/com1.log") lines of $1"
	[ "$times" -eq 1 ]
}

open_port() {
	stranger_saw "an open port reads all ones" "so do four of them at once" && log_says stranger "stranger: read at port 0x379, which no device answers"
}

unknown_msr() {
	stranger_saw "an unknown MSR is not $1" && log_says stranger "stranger: $2 of MSR 0x1a2 refused: #GP"
}

# All that it did is in the report, and nothing else.
goes_home() {
	stranger || return 1
	local verdict
	verdict=$(gawk -f tests/guests/judge.awk $lab/guests/stranger.vms "$OUT/stranger/com1.log" "$OUT/stranger/report.txt")
	found "the exits that it announces, and no others" "$(tail -n +2 <<<"$verdict" | one_line)"
	[[ $verdict == PASS* ]]
}

# It tests for ever, so a time limit ends the run: a short one, and where the computer is slow a longer one.
memtest_within() {
	timeout -k 5 60 tools/launch --quiet --vms $lab/guests/memtest.vms --module build/$lab/memtest.elf --limit "$1" --out "$OUT/memtest" >/dev/null 2>&1
	sed 's/\x1b\[[0-9;?]*[A-Za-z]/\n/g' "$OUT/memtest/com3.log" >"$OUT/memtest/screen"
	grep -aq 'Memtest86+ v' "$OUT/memtest/screen" && grep -aq '^ern: 0x' "$OUT/memtest/screen" && ! grep -aq 'Unexpected Interrupt' "$OUT/memtest/screen"
}

# Fetching it wants a network, which a build has not.
memtest_builds() {
	timeout --foreground -k 5 60 make "build/$lab/memtest86+x64.bin" >"$OUT/build.log" 2>&1 && build "build/$lab/memtest.elf"
}

memtest_runs() {
	memtest_builds || { found "memtest86+ for the VM" "$(compiler_says)"; return 1; }
	memtest_within 12 && return 0
	grep -aq '^@twinlab' "$OUT/memtest/com1.log" || { memtest_within 40 && return 0; }          # a report: the VM was stopped
	found "it tests the VM's memory" "$(grep -a '^memtest: ' "$OUT/memtest/com1.log" | tail -1)"
	return 1
}

grade_3C() {
	local bus=hypervisor/fullvirt/portbus.c msr=hypervisor/exit/msr.c
	check_points 3C "an open bus: all ones, each port logged once" 7 $bus host_test portbus nobody_reads_all_ones_and_each_port_is_logged_once
	check_points 3C "half an access may be nobody's" 2 $bus host_test portbus an_access_across_the_end_is_split_between_its_owners
	check_points 3C "a stranger finds an open port" 3 $bus open_port
	check_points 3C "a stranger reads an MSR that is not there" 4 $msr unknown_msr "read" "read"
	check_points 3C "a stranger writes one" 3 $msr unknown_msr "written" "write"
	check_points 3C "a stranger goes its way, with these exits" 2 $msr goes_home
	check_points 3C "memtest86+ tests the VM's memory" 4 $bus memtest_runs
}

# ---- 3D ----

choosing=build/$lab/choosing.elf

chooses() {
	build $choosing || { found "it compiles and links" "$(compiler_says)"; return 1; }
	machine_run choosing $lab/guests/choosing.vms "bench disk; cat text.txt; halt" $choosing
}

# The whole text, once.
shows_text() {
	local times
	times=$(times_in guest-unmodified/files/text.txt "$1")
	found "the console shows text.txt" "it does not; its last line is \"$(tail -1 "$1" | one_line)\""
	[ "$times" -eq 1 ]
}

alone_on_a_pc() {
	build $choosing || { found "it compiles and links" "$(compiler_says)"; return 1; }
	timeout -k 5 $((RUN_LIMIT + 10)) tools/launch --quiet --bare $choosing --autorun "cat text.txt; halt" --limit 20 --out "$OUT/alone" >/dev/null 2>"$OUT/alone.err" ||
		{ found "the kernel runs alone under QEMU" "$(grep -a 'still blank' "$OUT/alone/com1.log" || launch_says "$OUT/alone.err")"; return 1; }
	has_line "$OUT/alone/com1.log" "running on: PC" && shows_text "$OUT/alone/com1.log"
}

on_an_emulated_pc() {
	chooses && vm_ended choosing pc && shows_text "$OUT/choosing/com3.log" || return 1
	at_least "exits for 64 KiB by a PC's ports" "$(report_count choosing pc 0x12 IO_INSTRUCTION)" 256
}

calls_twinlab() {
	chooses && vm_ended choosing called && shows_text "$OUT/choosing/com4.log"
}

calls_for_its_disk() {
	calls_twinlab || return 1
	at_most "exits for 64 KiB by hypercalls" "$(report_count choosing called 0x12 all)" 5
}

grade_3D() {
	local where=$lab/choosing/choose.c
	check_points 3D "alone on QEMU's PC, whose hypervisor is another" 7 $where alone_on_a_pc
	check_points 3D "on an emulated PC" 4 $where on_an_emulated_pc
	check_points 3D "where Twinlab can be called" 5 $where calls_twinlab
	check_points 3D "there it reads its disk by calls" 4 $where calls_for_its_disk
}
