#!/usr/bin/gawk -f
# judge.awk LIST COM1-LOG REPORT: did every VM of the list (in tools/vms' format) do
# what its own lines on the console say, and nothing else?
# The report is a file that tools/report.awk has accepted: its nonce is this run's. lib/guest.h says what the lines mean.
function fail(why) {
	problems[name] = problems[name] "    " why "\n"
}

# The exits the guest itself caused, as "NAME=COUNT NAME=COUNT", in the order of the names.
# Of those that it expects in any number: "NAME=*".
function counted(id, phase, expected,    names, n, i, text, any) {
	while (match(expected, /[A-Z_]+=\*/)) {
		any[substr(expected, RSTART, RLENGTH - 2)]
		expected = substr(expected, RSTART + RLENGTH)
	}
	for (i in counts[id][phase])
		if (!(i in any))
			names[i]
	n = asorti(names)
	for (i = 1; i <= n; i++)
		text = text (text ? " " : "") names[i] "=" counts[id][phase][names[i]]
	for (i in any)
		text = text (text ? " " : "") i "=*"
	return sorted(text)
}

function sorted(text,    words, n, i) {
	n = split(text, words, " ")
	asort(words)
	text = ""
	for (i = 1; i <= n; i++)
		text = text (text ? " " : "") words[i]
	return text
}

function judge_exits(    phase, found) {
	for (phase in exits[name]) {
		found = counted(id[name], phase, exits[name][phase])
		if (found != exits[name][phase])
			fail("phase " phase ": expected " exits[name][phase] ", counted " found)
	}
}

function judge_end() {
	if (!(name in ends_state))
		fail("it never came to its end")
	else if (state[name] != ends_state[name])
		fail("expected to end " ends_state[name] ", it is " state[name] ": " reason[name])
	else if (ends_reason[name] != "" && !index(reason[name], ends_reason[name]))
		fail("expected the reason \"" ends_reason[name] "\", got " reason[name])
	if (name in ends_state && ok[name] + not_ok[name] != ends_checks[name])
		fail(ends_checks[name] " checks done, " ok[name] + not_ok[name] " seen")
	if (!ok[name] && !length(exits[name]) && ends_reason[name] == "")
		fail("it checked nothing")
}

function describe(    text) {
	text = ok[name] + 0 " checks"
	if (length(exits[name]))
		text = text ", " length(exits[name]) " counts of exits"
	return text ", ended " state[name] (state[name] == "faulted" ? " (" ends_reason[name] ")" : "")
}

BEGIN { PROCINFO["sorted_in"] = "@ind_str_asc" }
{ sub(/\r$/, "") }

FILENAME == ARGV[1] && /^vm=/ { order[++vms] = gensub(/^vm=([^,]*).*/, "\\1", 1) }

FILENAME == ARGV[2] && match($0, /^([a-z0-9_-]+)\| (.*)$/, line) {
	name = line[1]
	if (match(line[2], /^exits (0x[0-9a-f]+) (.*)$/, m))
		exits[name][m[1]] = sorted(m[2])
	else if (match(line[2], /^ends ([a-z]+) after ([0-9]+) checks(: (.*))?$/, m)) {
		ends_state[name] = m[1]
		ends_checks[name] = m[2]
		ends_reason[name] = m[4]
	} else if (line[2] ~ /^ok /)
		ok[name]++
	else {
		not_ok[name] += line[2] ~ /^not ok .*: expected /
		fail(line[2])
	}
}

FILENAME == ARGV[3] && $1 == "@vm" {
	name = substr($3, 6)
	id[name] = substr($2, 4)
	state[name] = substr($5, 7)
	reason[name] = gensub(/.* reason="(.*)"$/, "\\1", 1)
}
FILENAME == ARGV[3] && $1 == "@count" && $4 !~ /=(EXTERNAL_INTERRUPT|PREEMPTION_TIMER)$/ {
	counts[substr($2, 4)][substr($3, 7)][substr($4, 6)] = substr($5, 3)
}

END {
	for (i = 1; i <= vms; i++) {
		name = order[i]
		judge_exits()
		judge_end()
		if (name in problems)
			printf "FAIL guests: %s%s\n%s", label, name, problems[name]
		else
			print "PASS guests: " label name ": " describe()
	}
	if (!vms)
		print "FAIL guests: " ARGV[1] " lists no VM"
}
