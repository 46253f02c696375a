# shellcheck shell=bash
# The grader of lab 7. labs/lib/README.md tells what these functions do.
folder=labs/lab7-the-choice
choice=$folder/choice.cfg
toys=(build/iso/unmodified.elf build/iso/paravirt.elf)
export MACHINE=bochs                            # the limits in ticks are made for it: there a tick is an instruction
prescott=3963                                   # cycles of an exit: Agesen et al., USENIX ATC 2012, table 1

# ---- What the cards have in common ----

# The list of VMs that the choice makes of a card.
chosen() {
	$folder/card "$EX" >"$OUT/$EX.vms" 2>"$OUT/card.err" || { found "a choice for card $EX" "$(one_line <"$OUT/card.err")"; return 1; }
}

# card_run: the card's VMs with their work.
card_run() {
	chosen && machine_run card "$OUT/$EX.vms" '' "$@"
}

# word_of VM KEY: of its line in the list.
word_of() {
	sed -nE "s/^vm=$1,(.*,)?$2=([^,]*).*/\2/p" "$OUT/$EX.vms"
}

# What that VM printed, wherever its console goes.
said_by() {
	local port
	port=$(word_of "$1" console)
	if [ -n "$port" ]; then tr -d '\r' <"$OUT/card/$port.log"; else tr -d '\r' <"$OUT/card/com1.log" | sed -n "s/^$1| //p"; fi
}

# too_little VM: what it says if its memory is not enough.
too_little() {
	said_by "$1" | grep -am1 ': out of memory$'
}

# does VM TIMES LINE: its console says so, so often.
does() {
	local times lack
	times=$(said_by "$1" | grep -acxF -e "$3") lack=$(too_little "$1")
	found "$1 says \"$3\" $2 times" "$times times; ${lack:+it says \"$lack\", and }it ended with: $(vm_field card "$1" reason)"
	[ "$times" -eq "$2" ]
}

# The first KiB of numbers.txt, as the guests sum it up.
checksum() {
	seq 100000 | head -c $(($1 * 1024)) | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' '
}

reads_its_disk() {
	does "$1" "$2" "disk: $3 KiB read, checksum $(checksum "$3")"
}

# Only a VM with memory for the sieve gets to this phase.
computes() {
	local lack
	grep -q "^@guest vm=$(vm_field card "$1" id) phase=0x16 " "$OUT/card/report.txt" && return
	lack=$(too_little "$1")
	found "$1 has memory for its computation" "it has not; ${lack:+it says \"$lack\", and }it ended with: $(vm_field card "$1" reason)"
	return 1
}

# modelled VM PHASE: ticks and exits of that work, in cycles of a Prescott.
modelled() {
	gawk -v vm="vm=$(vm_field card "$1" id)" -v phase="phase=$2" -v cost=$prescott '
		$2 == vm && $3 == phase && !/exit=(EXTERNAL_INTERRUPT|PREEMPTION_TIMER) / {
			for (i = 4; i <= NF; i++)
				n += substr($i, index($i, "=") + 1) * ($i ~ /^ticks=/ ? 1 : $i ~ /^n=/ ? cost : 0)
		}
		END { printf "%d\n", n }' "$OUT/card/report.txt"
}

# cheap WHAT VM PHASE LIMIT: that work was done, within so many cycles.
cheap() {
	local cycles
	cycles=$(modelled "$2" "$3")
	at_most "cycles (Prescott) for $1" "$cycles" "$4" && [ "$cycles" -gt 0 ]
}

# fits_into KIB: what the guests have, and what the hypervisor keeps for itself.
fits_into() {
	local guests own
	guests=$(gawk 'match($0, /,mem=([0-9]+)([KM]),/, m) { n += m[1] * (m[2] == "M" ? 1024 : 1) } END { print n }' "$OUT/$EX.vms")
	own=$(sed -nE 's/^@machine .* memory_bytes=([0-9]+).*/\1/p' "$OUT/card/report.txt")
	at_most "KiB of memory, all guests and the hypervisor" $((guests + own / 1024)) "$1"
}

# ---- 7A ----

waterworks() {
	card_run "${toys[@]}" build/$folder/guests/plant.elf
}

plant_trusts() {
	local rounds error
	waterworks && vm_ended card plant || return 1
	rounds=$(report_count card plant 0x22 HLT) error=$(said_by plant | grep -am1 '^ERROR ')
	found "rounds of the plant's control loop: at least 25" "$rounds${error:+; it says \"$error\"}"
	[ "$rounds" -ge 25 ]
}

plant_is_content() {
	local count fault
	plant_trusts || return 1
	count=$(report_count card plant 0x22 CPUID)
	fault=$(cat "$OUT"/card/com[134].log | grep -a 'FAULT: ' | one_line)
	found "the plant finds 4 things in order" "$count${fault:+; it says \"$fault\"}"
	[ "$count" -eq 4 ]
}

on_the_operators_line() {
	waterworks && has_line "$OUT/card/com3.log" "WATERWORKS CONTROL 2.1 (1999)"
}

front_works() {
	waterworks && vm_ended card front && reads_its_disk front 1 256 && does front 1 "text: 4096 bytes written"
}

waterworks_memory() {
	waterworks && fits_into 8192
}

grade_7A() {
	check_points 7A "the plant trusts its machine, and controls" 5 $choice plant_trusts
	check_points 7A "it finds its memory, disk, clock and timer in order" 4 $choice plant_is_content
	check_points 7A "its terminal is the operator's, on COM3" 2 $choice on_the_operators_line
	check_points 7A "the front end does its work" 2 $choice front_works
	check_points 7A "memory" 2 $choice waterworks_memory
}

# ---- 7B ----

archive() {
	card_run "${toys[@]}"
}

serves() {
	archive && vm_ended card archive && reads_its_disk archive 4 256 &&
		cheap "1 MiB from the disk" archive 0x12 400000
}

keeps_a_log() {
	archive && does archive 1 "text: 4096 bytes written" &&
		cheap "4 KiB of log" archive 0x11 150000
}

makes_an_index() {
	archive && computes index && cheap "the index" index 0x16 22000000
}

archive_memory() {
	archive && fits_into 5120
}

grade_7B() {
	check_points 7B "requests to the disk" 5 $choice serves
	check_points 7B "its log" 3 $choice keeps_a_log
	check_points 7B "the index" 3 $choice makes_an_index
	check_points 7B "memory" 4 $choice archive_memory
}

# ---- 7C ----

tenants() {
	card_run "${toys[@]}"
}

# Lines of the hypervisor's C that a tenant's requests can reach: one way's code, or both ways'.
reachable() {
	tenants || return 1
	local lines=0
	! grep -q ',kind=unmodified,' "$OUT/7C.vms" || lines=$((lines + $(counted emulation-lines)))
	! grep -q ',kind=paravirt,' "$OUT/7C.vms" || lines=$((lines + $(counted service-lines)))
	at_most "lines of code behind all that the tenants can call or touch" $lines 2300
}

counted() {
	[ -f "$OUT/complexity" ] || tools/complexity >"$OUT/complexity"
	sed -nE "s/^$1 +([0-9]+).*/\1/p" "$OUT/complexity"
}

# The text that a tenant prints comes out on a line where nobody else's does, whole.
own_line() {
	local port log
	port=$(word_of "$1" console)
	[ -n "$port" ] || { found "$1 has a line of its own" "its words stand in the hypervisor's log, among everybody's"; return 1; }
	log=$OUT/card/$port.log
	found "$1's text on $port, whole, once" "$(times_in guest-unmodified/files/text.txt "$log") times; $1 ended with: $(vm_field card "$1" reason)"
	[ "$(times_in guest-unmodified/files/text.txt "$log")" -eq 1 ]
}

both_live() {
	tenants || return 1
	local vm
	for vm in red blue; do
		vm_ended card $vm && own_line $vm && reads_its_disk $vm 1 64 && computes $vm || return 1
	done
}

# attacked_by NEIGHBOUR VM: the neighbour attacks in the kind of VM, with the memory and devices that you chose for it.
attacked_by() {
	local share run wait
	chosen || return 1
	sed -E "s/,kernel=.*/,kernel=tenant/; s/^vm=$1,/vm=hostile,/" "$OUT/7C.vms" >"$OUT/$1.vms"
	machine_run "$1" "$OUT/$1.vms" '' build/$folder/guests/tenant.elf && vm_ended "$1" hostile faulted && vm_ended "$1" "$2" || return 1
	found "$2's memory stays as it is" "it does not"
	[ "$(report_count "$1" "$2" 0x22 CPUID)" -eq 1 ] || return 1
	run=$(vm_field "$1" "$2" run_ns) wait=$(vm_field "$1" "$2" wait_ns) share=$((100 * run / (run + wait)))
	at_least "percent of the machine for $2, while its neighbour attacks" "$share" 40
}

grade_7C() {
	check_points 7C "what they can reach" 4 $choice reachable
	check_points 7C "both do their work, on lines of their own" 3 $choice both_live
	check_points 7C "red's peace, when blue attacks" 4 $choice attacked_by blue red
	check_points 7C "blue's peace, when red attacks" 4 $choice attacked_by red blue
}

# ---- 7D ----

buoy() {
	MEMORY=10 card_run "${toys[@]}"
}

analyses() {
	buoy && vm_ended card analyse && computes analyse
}

saves_the_battery() {
	local exits
	buoy && vm_ended card sensor && does sensor 1 "idle: slept one second" || return 1
	exits=$(report_count card sensor 0x15 all)
	at_most "exits of the sensor in a second of sleep" "$exits" 20 && [ "$exits" -gt 0 ]
}

sends() {
	buoy && vm_ended card uplink && reads_its_disk uplink 1 64 && does uplink 1 "text: 4096 bytes written"
}

buoy_memory() {
	buoy && fits_into 5760
}

grade_7D() {
	check_points 7D "the analysis has its memory" 3 $choice analyses
	check_points 7D "the sensor's battery" 5 $choice saves_the_battery
	check_points 7D "the uplink reads and sends" 3 $choice sends
	check_points 7D "memory" 4 $choice buoy_memory
}

# ---- 7E ----

enlightened=build/$folder/enlightened.elf
disk_work="bench disk 256; bench disk 256; bench disk 256; bench disk 256"

enlightened_built() {
	build $enlightened || { found "it compiles and links" "$(compiler_says)"; return 1; }
}

# 7E's kernel where it may call, and the paravirtual one.
called() {
	enlightened_built || return 1
	machine_run called $folder/guests/enlightened.vms "$disk_work; $disk_work; bench text; bench clock; bench idle; write note.txt by-either-door; halt" \
		$enlightened build/iso/paravirt.elf && vm_ended called enlightened && vm_ended called paravirt
}

# 7E's kernel where nobody tells it anything, and the unmodified one.
told_nothing() {
	enlightened_built || return 1
	machine_run plain $folder/guests/plain.vms "uname; ls; bench disk; bench idle; cat text.txt; halt" $enlightened build/iso/unmodified.elf &&
		vm_ended plain plain && vm_ended plain unmodified
}

# On QEMU's PC the hypervisor bit is set, and the signature is another's.
alone() {
	enlightened_built || return 1
	MACHINE=bare timeout -k 5 $((RUN_LIMIT + 10)) tools/launch --quiet --bare $enlightened --autorun "bench disk; cat text.txt; halt" --limit 20 --out "$OUT/alone" >/dev/null 2>"$OUT/alone.err" ||
		{ found "the kernel runs alone under QEMU" "$(grep -a 'still blank' "$OUT/alone/com1.log" || launch_says "$OUT/alone.err")"; return 1; }
	has_line "$OUT/alone/com1.log" "disk: 64 KiB read, checksum $(checksum 64)" || return 1
	found "the console shows text.txt once" "it does not"
	[ "$(times_in guest-unmodified/files/text.txt "$OUT/alone/com1.log")" -eq 1 ]
}

# What a console says, but for what depends on speed.
words() {
	tr -d '\r' <"$1" | grep -av '^  time: '
}

same_words() {
	told_nothing || return 1
	local line
	line=$(diff <(words "$OUT/plain/com4.log") <(words "$OUT/plain/com3.log") | sed -n '2p')
	found "$(words "$OUT/plain/com4.log" | wc -l) lines, as the unmodified kernel says them" "the first other line: $line"
	[ "$(words "$OUT/plain/com4.log" | wc -l)" -gt 20 ] && [ -z "$line" ]
}

# all_exits RUN VM REASON: in all phases.
all_exits() {
	gawk -v vm="vm=$(vm_field "$1" "$2" id)" -v reason="exit=$3" '$1 == "@count" && $2 == vm && $4 == reason { n += substr($5, 3) } END { print n + 0 }' "$OUT/$1/report.txt"
}

uses_the_pc() {
	told_nothing || return 1
	at_most "calls where nobody can be called" "$(all_exits plain plain VMCALL)" 0 || return 1
	at_least "exits for 64 KiB by a PC's ports" "$(report_count plain plain 0x12 IO_INSTRUCTION)" 256
}

reads_by_calls() {
	called && has_line "$OUT/called/com3.log" "disk: 256 KiB read, checksum $(checksum 256)" || return 1
	at_least "calls for 32 requests" "$(report_count called enlightened 0x12 VMCALL)" 32
}

# On the disk itself, behind the partition table's MiB: the kernel might show its cache.
writes_by_calls() {
	reads_by_calls || return 1
	local file
	dd if="$OUT/called/disk.img" of="$OUT/slice.img" bs=1M skip=1 count=1 status=none
	file=$(build/tools/mkfs --extract "$OUT/slice.img" note.txt 2>&1)
	rm -f "$OUT/slice.img"
	found "note.txt is on its disk: by-either-door" "$(one_line <<<"$file")"
	[ "$file" = by-either-door ]
}

# What the requests of that VM take: the calls, and the waiting. A tick of the 8254 that happens to come meanwhile takes two exits more, with
# time and not with work; so all together get some room.
request_exits() {
	echo $(($(report_count called "$1" 0x12 VMCALL) + $(report_count called "$1" 0x12 HLT)))
}

as_few_as_paravirt() {
	reads_by_calls || return 1
	local paravirt
	paravirt=$(request_exits paravirt)
	at_most "exits for 2 MiB and their ticks, where the paravirtual guest takes $paravirt without ticks" "$(report_count called enlightened 0x12 all)" $((paravirt * 125 / 100)) &&
		at_most "exits for 2 MiB, where the paravirtual guest takes $paravirt" "$(request_exits enlightened)" $((paravirt * 110 / 100))
}

text_by_call() {
	called && at_least "calls for 4096 bytes of text" "$(report_count called enlightened 0x11 VMCALL)" 1 || return 1
	at_most "exits for 4096 bytes of text (the unmodified guest: more than 4000)" "$(report_count called enlightened 0x11 all)" 20 || return 1
	found "the console shows text.txt once" "it does not"
	[ "$(times_in guest-unmodified/files/text.txt "$OUT/called/com3.log")" -eq 1 ]
}

keeps_the_pc() {
	reads_by_calls || return 1
	at_least "exits for 1000 readings of the 8254" "$(report_count called enlightened 0x13 IO_INSTRUCTION)" 3000 || return 1
	at_least "exits at the 8259 in an idle second of 100 ticks" "$(report_count called enlightened 0x15 IO_INSTRUCTION)" 90
}

plain_7E() {
	check_points 7E "$1" "$2" $folder/enlightened/enlightened.c host_test enlightened "$3"
}

grade_7E() {
	local where=$folder/enlightened/enlightened.c
	plain_7E "a bare machine is not called" 2 a_bare_machine_is_a_pc
	plain_7E "another's hypervisor is not called" 2 anothers_hypervisor_is_a_pc
	plain_7E "another version of the interface is not called" 1 another_version_is_a_pc
	plain_7E "each service for itself" 2 each_service_for_itself
	plain_7E "no events, no paravirtual drivers" 1 no_events_no_drivers
	plain_7E "no sectors, no paravirtual disk" 1 a_machine_without_a_paravirtual_disk
	plain_7E "the PC, then the event page, then the drivers" 1 events_come_first
	plain_7E "the console is read by call, and the UART is empty before" 1 the_uart_is_empty_first
	plain_7E "a vector of its own" 1 a_vector_of_its_own
	plain_7E "events reach their drivers" 2 events_reach_their_drivers
	plain_7E "their bits are taken" 1 the_bits_are_taken
	plain_7E "all other interrupts reach the PC's drivers" 2 the_rest_is_the_8259s
	check_points 7E "alone on QEMU's PC, whose hypervisor is another" 4 $where alone
	check_points 7E "told nothing, it says what the unmodified kernel says" 2 $where same_words
	check_points 7E "told nothing, it calls nobody and uses the PC's disk" 2 $where uses_the_pc
	check_points 7E "it reads the right bytes by calls" 3 $where reads_by_calls
	check_points 7E "it writes a file by calls" 2 $where writes_by_calls
	check_points 7E "its disk takes as few exits as the paravirtual guest's, within 10 %" 5 $where as_few_as_paravirt
	check_points 7E "4096 bytes of text in few exits" 3 $where text_by_call
	check_points 7E "it keeps the PC's clock, timer and interrupts" 2 $where keeps_the_pc
}
