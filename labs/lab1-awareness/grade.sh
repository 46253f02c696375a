# shellcheck shell=bash
# The grader of lab 1. labs/lib/README.md tells what these functions do.
folder=labs/lab1-awareness
guests=build/$folder/guests

both_boot() {
	machine_run both tools/vms halt && vm_ended both unmodified && vm_ended both paravirt
}

# tiny_run NAME: the guests of that list, alone.
tiny_run() {
	local kernels=() kernel
	for kernel in $(sed -n 's/^vm=.*,kernel=\([^,]*\).*/\1/p' "$folder/guests/$1.vms" | sort -u); do kernels+=("$guests/$kernel.elf"); done
	machine_run "$1" "$folder/guests/$1.vms" '' "${kernels[@]}"
}

# said_by VM RUN: what it printed.
said_by() {
	tr -d '\r' <"$OUT/$2/com1.log" | sed -n "s/^$1| //p"
}

# bare_run NAME ELF [VARIABLE=VALUE]: that kernel alone, without the hypervisor, until it powers off or says that it stops.
bare_run() {
	local name=$1 elf=$2 pid
	shift 2
	[[ $elf != build/labs/* ]] || build "$elf" || { found "$elf is built" "$(compiler_says)"; return 1; }
	[ ! -f "$OUT/$name.said" ] || return 0
	env "$@" tools/launch --bare "$elf" --limit "$RUN_LIMIT" --out "$OUT/$name" >"$OUT/$name.out" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null && ! grep -aq '| This kernel needs' "$OUT/$name.out"; do sleep 0.1; done
	sleep 0.2
	kill $pid 2>/dev/null
	wait $pid
	tr -d '\r' <"$OUT/$name.out" | sed -n "s/^$(basename "$elf" .elf) *| //p" >"$OUT/$name.said"
}

# ---- 1A ----

# What the probe saw in a VM, and on the bare machine whose CPU it is.
same_cpu_but_alone() {
	tiny_run leaves && bare_run bare-leaves $guests/leaves.elf MACHINE=bochs || return 1
	said_by leaves leaves >"$OUT/vm.leaves"
	gawk -f $folder/compare.awk "$OUT/bare-leaves.said" "$OUT/vm.leaves"
}

grade_1A() {
	local where=hypervisor/exit/cpuid.c
	check_points 1A "no VMX, no hypervisor, and all else as it is" 5 "$where: settle_leaf1()" host_test cpuid shows_no_vmx_and_no_hypervisor
	check_points 1A "one CPU" 3 "$where: settle_leaf1()" host_test cpuid shows_one_cpu
	check_points 1A "that shares its caches with nobody" 3 "$where: cache_leaf()" host_test cpuid shares_no_cache
	check_points 1A "no leaf tells the unmodified guest" 5 "$where: answer()" host_test cpuid tells_the_unmodified_guest_nothing
	check_points 1A "the paravirtual guest is told" 3 "$where: feature_leaf(), answer()" host_test cpuid tells_the_paravirtual_guest
	check_points 1A "OSXSAVE is the guest's own" 2 "$where: feature_leaf()" host_test cpuid osxsave_is_the_guests
	check_points 1A "a probe sees the bare machine's CPU, alone" 4 $where same_cpu_but_alone
}

# ---- 1B ----

grade_1B() {
	local where="hypervisor/paravirt/discovery.c: paravirt_cpuid()"
	check_points 1B "it signs as Twinlab" 4 "$where" host_test leaves signs_as_twinlab
	check_points 1B "version and services" 4 "$where" host_test leaves tells_version_and_services
	check_points 1B "it signs as KVM too" 4 "$where" host_test leaves signs_as_kvm_too
	check_points 1B "and promises no more of KVM than it has" 3 "$where" host_test leaves promises_no_more_of_kvm
	check_points 1B "zeros elsewhere" 2 "$where" host_test leaves answers_zeros_elsewhere
	check_points 1B "the paravirtual guest finds it and boots" 3 "$where" both_boot
}

# ---- 1C ----

# stops_with RUN SENTENCE
stops_with() {
	grep -qxF "This kernel needs the Twinlab hypervisor: $2" "$OUT/$1.said" ||
		{ found "it says \"This kernel needs the Twinlab hypervisor: $2\"" "$(tail -1 "$OUT/$1.said" | grep . || echo "it says nothing: a #UD without an IDT ends in a triple fault")"; return 1; }
}

stops_on_two_machines() {
	bare_run bochs build/iso/paravirt.elf MACHINE=bochs && stops_with bochs "this is a bare machine" &&
		bare_run qemu build/iso/paravirt.elf MACHINE= && stops_with qemu "this machine's hypervisor signs as TCGTCGTCGTCG"
}

grade_1C() {
	local where=guest-paravirt/machine/discovery.c
	check_points 1C "it goes on in Twinlab" 2 $where host_test discovery goes_on_in_twinlab
	check_points 1C "it stops on a bare machine" 3 $where host_test discovery stops_on_bare_metal
	check_points 1C "it names a stranger" 3 $where host_test discovery names_a_stranger
	check_points 1C "it finds leaves further on" 3 $where host_test discovery finds_leaves_further_on
	check_points 1C "it wants its version" 2 $where host_test discovery wants_its_version
	check_points 1C "it wants every service that it needs" 2 $where host_test discovery wants_every_service_it_needs
	check_points 1C "it boots in Twinlab" 2 $where both_boot
	check_points 1C "it stops with its sentence on Bochs' and QEMU's bare PCs" 3 $where stops_on_two_machines
}

# ---- 1D ----

verdict_is() {
	[ "$(grep '^verdict: ' "$1")" = "verdict: $2" ] || { found "verdict: $2 ($3)" "$(grep 'still blank' "$1" || tail -1 "$1" | grep . || echo "it says nothing")"; return 1; }
}

# On a bare PC whose time-stamp counter makes 16 steps for an instruction: every number is another there.
on_a_faster_clock() {
	bare_run fast-red_pill $guests/red_pill.elf QEMU_OPTIONS="-cpu max,hypervisor=off,tcg-cpuid=off -icount shift=4"
}

tells_them_apart() {
	tiny_run red_pill && bare_run bare-red_pill $guests/red_pill.elf MACHINE=bochs && on_a_faster_clock || return 1
	said_by red-pill red_pill >"$OUT/vm.red_pill"
	verdict_is "$OUT/vm.red_pill" "a VM" "in a VM" && verdict_is "$OUT/bare-red_pill.said" bare "on the bare machine" &&
		verdict_is "$OUT/fast-red_pill.said" bare "on a bare machine whose counter makes 16 steps for an instruction"
}

asks_the_clock() {
	tells_them_apart && at_least "CPUID exits while it finds out" "$(report_count red_pill red-pill 0x00 CPUID)" 10
}

# measured WHAT: a number that the guest with two clocks found.
measured() {
	said_by two-clocks two_clocks | sed -n "s/^$1: //p"
}

counter_is_blind() {
	local ticks
	tiny_run two_clocks && vm_ended two_clocks two-clocks || return 1
	ticks=$(measured "a CPUID by the time-stamp counter, ticks")
	found "a CPUID takes 1 to 30 ticks by the guest's counter" "${ticks:-no} ticks"
	[ "${ticks:-0}" -ge 1 ] && [ "$ticks" -le 30 ]
}

counter_goes_forward() {
	tiny_run two_clocks && vm_ended two_clocks two-clocks || return 1
	at_least "CPUIDs that the guest timed" "$(report_count two_clocks two-clocks 0x00 CPUID)" 1000 &&
		found "the counter never goes backwards" "$(measured "times that the time-stamp counter went backwards") times of 1000" &&
		[ "$(measured "times that the time-stamp counter went backwards")" = 0 ]
}

# By the name or the number of its chip, however it is written.
names_the_8254() {
	local value
	value=$(answer other-clock) || { printf '%s\n' "$value"; return 1; }
	found "the clock of the PC that nobody has turned back, by its data sheet's name" "$value"
	[[ ${value,,} =~ 825[34]|(^|[^a-z])pit([^a-z]|$)|interval\ timer ]]
}

other_clock_counts() {
	local value
	tiny_run two_clocks && vm_ended two_clocks two-clocks || return 1
	value=$(answer_number other-clock-counts) || { printf '%s\n' "$value"; return 1; }
	found "$(measured "a thousand by the 8254, counts"), give or take 20 %" "answers.txt says $value"
	[ $((10 * value)) -ge $((8 * $(measured "a thousand by the 8254, counts"))) ] && [ $((10 * value)) -le $((12 * $(measured "a thousand by the 8254, counts"))) ]
}

grade_1D() {
	local where=hypervisor/exit/hide_time.c probe=$folder/guests/red_pill.c
	check_points 1D "an exit's time is left out" 6 $where host_test hide_time leaves_the_exit_out
	check_points 1D "on top of what was left out before" 4 $where host_test hide_time keeps_what_was_turned_back_before
	check_points 1D "the probe tells a VM from the bare machine" 8 $probe tells_them_apart
	check_points 1D "by asking the clock often enough" 2 $probe asks_the_clock
	check_points 1D "the antidote blinds a stopwatch" 7 $where counter_is_blind
	check_points 1D "whose counter never goes backwards" 3 $where counter_goes_forward
	check_points 1D "which clock still tells" 2 $folder/answers.txt names_the_8254
	check_points 1D "and how much" 3 $folder/answers.txt other_clock_counts
}
