# shellcheck shell=bash
# The grader of lab 4. labs/lib/README.md tells what these functions do.

paravirt_run() {
	machine_run "$1" $lab/guests/paravirt.vms "$2" && vm_ended "$1" paravirt
}

# ---- 4A ----

# How the guest ends is not asked: `halt` flushes the disk, and that may still be the blank of 4D.
right_bytes() {
	machine_run disk $lab/guests/paravirt.vms "bench disk; halt" &&
		has_line "$OUT/disk/com4.log" "disk: 64 KiB read, checksum $(seq 100000 | head -c 65536 | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')"
}

few_exits() {
	right_bytes || return 1
	at_most "exits for 64 KiB (the unmodified guest's driver takes more than 256)" "$(report_count disk paravirt 0x12 all)" 5
}

driver_4A() {
	check_points 4A "$1" "$2" guest-paravirt/machine/disk.c host_test disk "$3"
}

grade_4A() {
	driver_4A "the queue is set up, the disk found" 5 finds_the_disk
	driver_4A "a machine without a disk" 2 lives_without_a_disk
	driver_4A "reading" 9 reads
	driver_4A "writing" 7 writes
	driver_4A "70000 requests, one after the other" 5 seventy_thousand_requests
	driver_4A "what the disk refuses" 5 says_when_the_disk_says_no
	driver_4A "it sleeps until the request is done, and loses no event" 6 sleeps_until_it_is_done
	driver_4A "it waits before threads run" 2 waits_before_threads_run
	check_points 4A "the guest reads the right bytes" 5 guest-paravirt/machine/disk.c right_bytes
	check_points 4A "in few exits" 4 guest-paravirt/machine/disk.c few_exits
}

# ---- 4B ----

clock_run() {
	paravirt_run clock "bench idle; bench timer; halt"
}

sleeps_one_second() {
	clock_run && has_line "$OUT/clock/com4.log" "idle: slept one second" && at_least "exits in the idle second" "$(report_count clock paravirt 0x15 all)" 1
}

preempts() {
	clock_run && has_line "$OUT/clock/com4.log" "two threads, none yields: both were preempted, both went on" &&
		at_least "hypercalls while two threads share 100 ms" "$(report_count clock paravirt 0x14 VMCALL)" 10
}

quiet_second() {
	sleeps_one_second || return 1
	at_most "exits in an idle second (the unmodified guest's tick alone: 100 interrupts)" "$(report_count clock paravirt 0x15 all)" 10
}

# The VM was blocked, not running.
host_sleeps() {
	sleeps_one_second || return 1
	at_least "ns in which the host knew that the guest waits" "$(vm_field clock paravirt sleep_ns)" 900000000
}

grade_4B() {
	local timer=guest-paravirt/machine/timer.c
	check_points 4B "a deadline in the hypervisor's time" 3 $timer host_test timer a_deadline_is_the_hypervisors_time
	check_points 4B "never is 0" 2 $timer host_test timer never_is_zero
	check_points 4B "the guest sleeps one second" 4 $timer sleeps_one_second
	check_points 4B "threads that never yield are preempted" 3 $timer preempts
	check_points 4B "the host sleeps with it" 3 guest-paravirt/machine/machine.c host_sleeps
	check_points 4B "an idle second takes few exits" 5 $timer quiet_second
}

# ---- 4C ----

counted() {
	tools/complexity | gawk -v key="$1" '$1 == key { print $2 }'
}

# The same tree with all code that was handed in, whatever its lab: what the student's `make complexity` counted, unless it was earlier.
with_all_labs() {
	local file
	for file in $(gawk -f labs/lib/exercises.awk labs/lab*/exercises | gawk -F '\t' '$3 == "code" { print $5 }'); do
		[ ! -f "$SUBMISSION/$file" ] || [ -L "$SUBMISSION/$file" ] || head -c 1000000 "$SUBMISSION/$file" >"$file"
	done
	counted "$1"
}

# Counted before the work or after it, and 15 % either way.
close_to() {
	local n before after
	n=$(answer_number "$1") || { echo "$n"; return 1; }
	before=$(counted "$1") after=$(with_all_labs "$1")
	found "$before (before the labs) to $after (now), within 15 %" "$n"
	[ $((n * 100)) -ge $(((before < after ? before : after) * 85)) ] && [ $((n * 100)) -le $(((before > after ? before : after) * 115)) ]
}

exactly() {
	local n
	n=$(answer_number "$1") || { echo "$n"; return 1; }
	found "another number for $1" "$n"
	[ "$n" -eq "$2" ]
}

grade_4C() {
	local where=$lab/answers.txt
	check_points 4C "hypercalls" 3 $where exactly hypercalls "$(counted hypercalls)"
	check_points 4C "ports" 3 $where exactly ports "$(counted ports)"
	check_points 4C "lines of the guest that changed" 3 $where close_to guest-lines-changed
	check_points 4C "lines that emulate a PC" 3 $where close_to emulation-lines
	check_points 4C "what next year's unmodified kernel needs" 3 $where exactly next-year-hypervisor-lines 0
}

# ---- 4D ----

writes_a_file() {
	paravirt_run flush "write note.txt next-year; cat note.txt; halt" && has_line "$OUT/flush/com4.log" "next-year"
}

driver_4D() {
	check_points 4D "$1" "$2" guest-paravirt/machine/disk.c host_test disk "$3"
}

grade_4D() {
	driver_4D "a flush is a request without data" 5 flush_is_a_request_without_data
	driver_4D "a flush returns when it is done" 2 flush_returns_when_it_is_done
	driver_4D "a flush tells a failure" 4 flush_tells_a_failure
	check_points 4D "the guest writes a file" 4 guest-paravirt/machine/disk.c writes_a_file
}
