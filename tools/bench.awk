#!/usr/bin/gawk -f
# bench.awk -v bare=CONSOLE-LOG -v image_bytes=N REPORT: each promise with what was measured. Exit status 1 if one is not kept.
# bare is the console of `bench compute` on the bare machine.

function parse(    i, at) {
	delete field
	for (i = 2; i <= NF; i++)
		if (at = index($i, "="))
			field[substr($i, 1, at - 1)] = substr($i, at + 1)
}

function promise(what, measured, kept, limit) {
	printf "%-58s %12s   %-14s %s\n", what, measured, limit, kept ? "" : "<- not kept"
	if (!kept)
		broken = 1
}

function fact(what, measured) {
	printf "%-58s %12s\n", what, measured
}

function all_ticks(vm, phase) {
	return guest_ticks[vm, phase] + own_ticks[vm, phase]
}

# One round of the guest's loop is four instructions; what else a round took is the exit.
function per_exit(vm, phase, rounds) {
	return exits[vm, phase] ? all_ticks(vm, phase) / rounds - 4 : 0
}

function ratio(a, b) {
	return b ? sprintf("%.0fx", a / b) : a ":" b
}

# Above `of`, in percent.
function above(ticks, of) {
	return of ? 100 * (ticks / of - 1) : 100
}

function read_bare(    line) {
	while ((getline line < bare) > 0) {
		if (line ~ /^compute:/)
			computing = 1
		if (computing && match(line, /time: ([0-9]+) ticks/, part)) {
			bare_ticks = part[1]
			computing = 0
		}
	}
}

{ parse() }
$1 == "@vm" { id[field["kind"]] = field["id"] }
$1 == "@machine" { own_bytes = field["memory_bytes"] }
$1 == "@guest" { guest_ticks[field["vm"], field["phase"]] += field["ticks"] }
$1 == "@count" {
	key = field["vm"] SUBSEP field["phase"]
	own_ticks[key] += field["ticks"]
	if (field["exit"] != "EXTERNAL_INTERRUPT" && field["exit"] != "PREEMPTION_TIMER")
		exits[key] += field["n"]
}

END {
	u = id["unmodified"]
	p = id["paravirt"]
	read_bare()

	cpuid = per_exit(u, "0x1a", 10000)
	call = per_exit(p, "0x18", 10000)
	print "What one exit costs in the hypervisor, instructions       measured       promised"
	promise("CPUID, guest to guest (KVM in the same emulator: 973)", sprintf("%.1f", cpuid), cpuid > 0 && cpuid <= 100.5, "at most 100")
	promise("null hypercall, guest to guest (KVM: 959)", sprintf("%.1f", call), call > 0 && call <= 100.5, "at most 100")

	print "\nExits for the same work"
	fact("1 KiB to the console, a byte at a time, no FIFO", exits[u, "0x19"])
	fact("                      16550 FIFO and interrupts", exits[u, "0x11"])
	fact("                      16550 FIFO, OUTSB of 16 bytes", exits[u, "0x1b"])
	fact("                      hypercall", exits[p, "0x11"])
	promise("byte-wise against hypercall, exits", ratio(exits[u, "0x19"], exits[p, "0x11"]),
		exits[u, "0x19"] >= 500 * exits[p, "0x11"], "at least 500x")
	promise("byte-wise against hypercall, ticks", ratio(all_ticks(u, "0x19"), all_ticks(p, "0x11")),
		all_ticks(u, "0x19") >= 10 * all_ticks(p, "0x11"), "at least 10x")
	fact("64 KiB from the disk, one IN for each word", exits[u, "0x18"])
	fact("                      REP INSW (the fair baseline)", exits[u, "0x12"])
	fact("                      virtqueue", exits[p, "0x12"])
	promise("naive PIO against virtqueue, exits", ratio(exits[u, "0x18"], exits[p, "0x12"]),
		exits[u, "0x18"] >= 50 * exits[p, "0x12"], "at least 50x")
	fact("REP INSW against virtqueue, exits", ratio(exits[u, "0x12"], exits[p, "0x12"]))
	fact("1000 readings of the clock, 8254", exits[u, "0x13"] + 0)
	promise("                           pvclock page", exits[p, "0x13"] + 0, exits[p, "0x13"] + 0 == 0, "0")
	fact("a second of idling, periodic tick", exits[u, "0x15"])
	fact("                    one-shot deadline", exits[p, "0x15"])
	promise("periodic against one-shot, exits", ratio(exits[u, "0x15"], exits[p, "0x15"]), exits[u, "0x15"] >= 10 * exits[p, "0x15"], "at least 10x")

	print "\nComputation, ticks above the bare machine's " bare_ticks
	promise("unmodified", sprintf("%.2f %%", above(all_ticks(u, "0x16"), bare_ticks)), above(all_ticks(u, "0x16"), bare_ticks) <= 1, "at most 1 %")
	promise("paravirt", sprintf("%.2f %%", above(all_ticks(p, "0x16"), bare_ticks)), above(all_ticks(p, "0x16"), bare_ticks) <= 1, "at most 1 %")

	print "\nSize"
	promise("memory beside the guests' (KiB)", int(own_bytes / 1024), own_bytes + 0 < 2097152, "under 2048")
	promise("image (KiB)", int(image_bytes / 1024), image_bytes + 0 < 262144, "under 256")
	exit broken
}
