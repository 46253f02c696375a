#!/usr/bin/gawk -f
# table.awk [-v model=NAME] REPORT: the two guests side by side, phase by phase, from the report of a run.
# Exits are those the guest caused; interrupts and time slices are the host's own and stand in the last row.
function stop(sentence) {
	print "table: " sentence > "/dev/stderr"
	failed = 1
	exit 1
}

# "key=value key=value" of a report line into field[]; a quoted value has spaces and comes last.
function parse(    i, at) {
	delete field
	for (i = 2; i <= NF; i++)
		if (at = index($i, "="))
			field[substr($i, 1, at - 1)] = substr($i, at + 1)
}

function grouped(n,    text, head) {
	text = sprintf("%d", n)
	while (match(text, /^[0-9]{4,}(,|$)/)) {
		head = RLENGTH - (substr(text, RLENGTH, 1) == "," ? 1 : 0) - 3
		text = substr(text, 1, head) "," substr(text, head + 1)
	}
	return text
}

# Large numbers keep four digits or more: 12,345,678 does not fit where 12,346k does.
function short(n) {
	if (n < 10000000)
		return grouped(n)
	if (n < 10000000000)
		return grouped(n / 1000) "k"
	return grouped(n / 1000000) "M"
}

function short_k(n) {
	return n < 10000000 ? sprintf("%.0fk", n / 1000) : sprintf("%.0fM", n / 1000000)
}

function ratio(unmodified, paravirt) {
	if (unmodified + 0 == paravirt + 0)
		return unmodified + 0 == 0 ? "-" : "1x"
	if (paravirt + 0 == 0)
		return (unmodified < 10000 ? short(unmodified) : short_k(unmodified)) ":0"
	unmodified /= paravirt
	if (unmodified >= 100000)
		return sprintf("%.0fkx", unmodified / 1000)
	return unmodified >= 10 ? sprintf("%.0fx", unmodified) : sprintf(unmodified >= 0.1 ? "%.1fx" : "%.2fx", unmodified)
}

function triple(first, second) {
	return sprintf(" %10s %9s %7s", short(first), short(second), ratio(first, second))
}

# The sums are made numbers before they are passed on: gawk 5.2 hands garbage to a function that gets an element nobody set.
function row(name, phase,    u, p, exits_u, exits_p, ticks_u, ticks_p) {
	u = unmodified SUBSEP phase
	p = paravirt SUBSEP phase
	if (!(u in seen) && !(p in seen))
		return
	exits_u = exits[u] + 0
	exits_p = exits[p] + 0
	ticks_u = ticks[u] + 0
	ticks_p = ticks[p] + 0
	printf "%-11s%s%s%s\n", name, triple(exits_u, exits_p), triple(ticks_u, ticks_p),
		triple(ticks_u + exits_u * cost, ticks_p + exits_p * cost)
}

function named_rows(    i, n, part) {
	n = split("0x10 boot,0x11 console,0x12 disk,0x13 clock,0x14 timer,0x15 idle,0x16 computation,0x17 shell", names, ",")
	for (i = 1; i <= n; i++) {
		split(names[i], part, " ")
		row(part[2], part[1])
	}
	row("the rest", "0x00")
}

BEGIN {
	# Round trip of an exit in cycles. Agesen et al., USENIX ATC 2012, table 1; Haswell and Skylake: yulyugin/vmlatency.
	split("prescott 3963 merom 1579 penryn 1266 nehalem 1009 westmere 761 sandybridge 784 haswell 530 skylake 610", words, " ")
	for (i = 1; i in words; i += 2) {
		costs[words[i]] = words[i + 1]
		known = known " " words[i]
	}
	if (model == "")
		model = "skylake"
	if (!(model in costs))
		stop("no published cost of an exit for \"" model "\"; there is" known)
	cost = costs[model]
	unmodified = paravirt = -1
}

{ parse() }
$1 == "@vm" && field["kind"] == "unmodified" && unmodified < 0 { unmodified = field["id"]; state[field["id"]] = field["state"] }
$1 == "@vm" && field["kind"] == "paravirt" && paravirt < 0 { paravirt = field["id"]; state[field["id"]] = field["state"] }
$1 == "@guest" || $1 == "@count" {
	key = field["vm"] SUBSEP field["phase"]
	if (field["exit"] == "EXTERNAL_INTERRUPT" || field["exit"] == "PREEMPTION_TIMER") {
		own[field["vm"]] += field["n"]
		own_ticks[field["vm"]] += field["ticks"]
		next
	}
	seen[key] = 1
	exits[key] += field["n"]
	ticks[key] += field["ticks"]
}
$1 == "@end" { complete = 1 }

END {
	if (failed)
		exit 1
	if (!complete)
		stop("this is not a whole report: its @end line is missing.")
	if (unmodified < 0 || paravirt < 0)
		stop("the report has no " (unmodified < 0 ? "unmodified" : "paravirt") " guest, so there is nothing to compare.")
	printf "%-11s %29s%29s%29s\n", "", "exits          ", "ticks          ", "modelled cycles    "
	header = sprintf(" %10s %9s %7s", "unmodified", "paravirt", "ratio")
	printf "%-11s%s%s%s\n", "work", header, header, header
	named_rows()
	printf "%-11s%s%s\n", "host's own", triple(own[unmodified] + 0, own[paravirt] + 0), triple(own_ticks[unmodified] + 0, own_ticks[paravirt] + 0)
	print "Ticks: of the time-stamp counter, guest and hypervisor together."
	printf "Modelled cycles: ticks + exits x %d, the published round trip of an exit on %s (MODEL=).\n", cost, model
	print "Host's own: interrupts of the real machine and ends of time slices; no guest asked for them."
	if (state[unmodified] != "off" || state[paravirt] != "off")
		print "Careful: a guest did not power off by itself, so the two did not do the same work."
}
