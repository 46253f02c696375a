# shellcheck shell=bash
# The grader of lab 0. labs/lib/README.md tells what these functions do.
folder=labs/lab0-first-exit

# For 0A, under Bochs on every computer: there a tick of the timer comes at the same instruction each time.
both() {
	MACHINE=bochs machine_run both tools/vms halt
}

# ---- 0A ----

# exits_to_the_prompt KIND: all of the phase "boot" that this guest caused. A tick more or less makes three.
exits_to_the_prompt() {
	local value apart
	value=$(answer_number "boot-exits-$1") || { printf '%s\n' "$value"; return 1; }
	both || return 1
	found "another number for boot-exits-$1: the sum of n= in this VM's lines with phase=0x10, the machine's own left out" "answers.txt says $value"
	apart=$((value - $(report_count both "$1" 0x10 all)))
	[ ${apart#-} -le 3 ]
}

# The reason with the most exits of that phase, the host's own left out.
most_frequent() {
	gawk -v vm="vm=$(vm_field both "$1" id)" '
		$1 == "@count" && $2 == vm && $3 == "phase=0x10" && $4 !~ /=(EXTERNAL_INTERRUPT|PREEMPTION_TIMER)$/ && substr($5, 3) + 0 > most {
			most = substr($5, 3) + 0
			name = substr($4, 6)
		}
		END { print name }' "$OUT/both/report.txt"
}

reason_is_most_frequent() {
	both && answer_is "boot-reason-$1" "$(most_frequent "$1")"
}

grade_0A() {
	local kind
	for kind in unmodified paravirt; do
		check_points 0A "exits to the prompt, $kind guest" 3 $folder/answers.txt exits_to_the_prompt $kind
		check_points 0A "their most frequent reason, $kind guest" 2 $folder/answers.txt reason_is_most_frequent $kind
	done
}

# ---- 0B ----

# What GDB finds at the first CPUID exit of the unmodified guest, on this machine.
look_with_gdb() {
	[ -f "$OUT/first-exit" ] && return
	if ! LIMIT=$RUN_LIMIT GDB_GRACE=30 GDB_OUT=$OUT/gdb GDB_LINE=$OUT/gdb.line AUTORUN=halt \
		timeout -k 5 $((RUN_LIMIT + 5)) tools/gdb -batch -x $folder/first_exit.gdb >"$OUT/gdb.log" 2>&1 ||
		! grep '^unmodified leaf ' "$OUT/gdb.log" >"$OUT/first-exit.new"; then
		found "GDB stops at the first exit of the unmodified guest" "$(tail -1 "$OUT/gdb.log")"
		return 1
	fi
	mv "$OUT/first-exit.new" "$OUT/first-exit"
}

# any_number KEY: the answer, decimal or hexadecimal, as bash counts.
any_number() {
	local value
	value=$(answer "$1") || { printf '%s\n' "$value"; return 1; }
	[[ $value =~ ^(0[xX][0-9a-fA-F]{1,15}|[0-9]{1,18})$ ]] || { found "a number for $1, like 12 or 0x1f" "answers.txt says \"$value\""; return 1; }
	[[ $value =~ ^0[xX] ]] || value=$((10#$value))
	echo $((value))
}

# gdb_finds KEY WORD: the answer is the number behind that word.
gdb_finds() {
	local value right
	value=$(any_number "$1") || { printf '%s\n' "$value"; return 1; }
	look_with_gdb || return 1
	right=$(sed "s/.* $2 \([0-9a-fx]*\).*/\1/" "$OUT/first-exit")
	found "another number for $1" "answers.txt says \"$(answer "$1")\""
	[ "$value" -eq $((right)) ]
}

# Each build has its own; this tree cannot know the student's, but a number that a build has drawn.
hidden_is_found() {
	local value
	value=$(any_number first-exit-hidden) || { printf '%s\n' "$value"; return 1; }
	found "the number that your build has hidden in one of the guest's registers" "answers.txt says \"$(answer first-exit-hidden)\", which no build hides"
	$folder/hidden "$value"
}

grade_0B() {
	check_points 0B "the number of the reason" 4 $folder/answers.txt gdb_finds first-exit-reason reason
	check_points 0B "where in the guest" 4 $folder/answers.txt gdb_finds first-exit-rip rip
	check_points 0B "the leaf that it asked for" 5 $folder/answers.txt gdb_finds first-exit-leaf leaf
	check_points 0B "the number that the build has hidden" 7 $folder/answers.txt hidden_is_found
}

# ---- 0C ----

# guests_did_well RUN LIST: the tiny guests of this run say so, and the report counts what they say.
guests_did_well() {
	local verdicts
	verdicts=$(gawk -v label= -f tests/guests/judge.awk "$2" "$OUT/$1/com1.log" "$OUT/$1/report.txt")
	! grep -q '^FAIL' <<<"$verdicts" && grep -q '^PASS' <<<"$verdicts" ||
		{ found "the guests of $2 find all as it should be" "$(grep -A1 '^FAIL' <<<"$verdicts" | sed -n '2s/^ *//p')"; return 1; }
}

guests_step() {
	machine_run steps $folder/guests/steps.vms '' build/$folder/guests/steps.elf && guests_did_well steps $folder/guests/steps.vms
}

both_boot() {
	machine_run boot tools/vms halt && vm_ended boot unmodified && vm_ended boot paravirt
}

grade_0C() {
	local where=hypervisor/vmx/run.c
	check_points 0C "steps over the instruction" 6 $where host_test advance steps_over_the_instruction
	check_points 0C "ends the shadow of STI and MOV SS, and nothing else" 6 $where host_test advance ends_the_shadow
	check_points 0C "stays where an exception is raised" 5 $where host_test advance stays_for_an_exception
	check_points 0C "lets the scheduler look" 5 $where host_test advance lets_the_scheduler_look
	check_points 0C "a guest finds no instruction done twice or left out" 4 $where guests_step
	check_points 0C "both guests boot and power off" 4 $where both_boot
}

# ---- 0D ----

grade_0D() {
	local where=hypervisor/vmx/setup.c
	check_points 0D "the hypervisor's own TR" 10 "$where: write_host_state()" host_test set_up the_hosts_tr
	check_points 0D "the guest's TR" 10 "$where: write_guest_segments()" host_test set_up the_guests_tr
	check_points 0D "the guest's CR4" 10 "$where: write_guest_state()" host_test set_up the_guests_cr4
	check_points 0D "both guests are entered, boot and power off" 10 $where both_boot
}
