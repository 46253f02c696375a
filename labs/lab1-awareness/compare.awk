# compare.awk BARE VM: the lines of guests/leaves.c, "leaf LEAF SUBLEAF EAX EBX ECX EDX" in hexadecimal, from the bare machine and from a VM on the same
# CPU. A VM may show less of it, never more, and nothing that it could not show on a bare machine. Prints what is wrong first, as found() does.
function wrong(what, expected, got) {
	if (!failed)
		printf "expected: %s: %x\nmeasured: %x\n", what, expected, got
	failed = 1
}

function word(which, leaf, register) {
	return strtonum("0x" line[which, leaf, register])
}

function same(leaf, register, what) {
	if (word("vm", leaf, register) != word("bare", leaf, register))
		wrong(what, word("bare", leaf, register), word("vm", leaf, register))
}

function subset(leaf, register, what,    more) {
	more = and(word("vm", leaf, register), compl(word("bare", leaf, register)))
	if (and(more, 0xffffffff))
		wrong(what " that the bare CPU lacks", 0, more)
}

$1 == "leaf" {
	which = FILENAME == ARGV[1] ? "bare" : "vm"
	for (i = 4; i <= 7; i++)
		line[which, $2 "." $3, substr("abcd", i - 3, 1)] = $i
}
$1 == "end" { ended[FILENAME] = 1 }

END {
	if (!ended[ARGV[1]] || !ended[ARGV[2]]) {
		print "expected: a whole list of leaves\nmeasured: the probe's list from the " (ended[ARGV[1]] ? "VM" : "bare machine") " is cut short"
		exit 1
	}
	same("0.0", "b", "the vendor"); same("0.0", "c", "the vendor"); same("0.0", "d", "the vendor")
	same("1.0", "a", "family, model and stepping")
	subset("1.0", "c", "leaf 1 ECX: features"); subset("1.0", "d", "leaf 1 EDX: features"); subset("7.0", "b", "leaf 7 EBX: features")
	if (and(word("vm", "1.0", "c"), 0x80000020))
		wrong("VMX and the hypervisor bit of leaf 1 ECX", 0, and(word("vm", "1.0", "c"), 0x80000020))
	if (word("vm", "1.0", "b") != or(0x10000, and(word("bare", "1.0", "b"), 0xff00)))
		wrong("leaf 1 EBX: one CPU", or(0x10000, and(word("bare", "1.0", "b"), 0xff00)), word("vm", "1.0", "b"))
	for (i = 0; i < 4; i++) {
		same("4." i, "b", "cache " i)
		if (word("vm", "4." i, "a") != and(word("bare", "4." i, "a"), 0x3ff))
			wrong("leaf 4 EAX: cache " i " of one CPU", and(word("bare", "4." i, "a"), 0x3ff), word("vm", "4." i, "a"))
	}
	n = split("40000000 40000001 40000100", absent, " ")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= 4; j++) {
			register = substr("abcd", j, 1)
			for (k = 1; k <= 2; k++) {
				which = k == 1 ? "bare" : "vm"
				if (word(which, absent[i] ".0", register) != word(which, line[which, "0.0", "a"] ".0", register))
					wrong("leaf 0x" absent[i] ", as the highest basic leaf on the " (k == 1 ? "bare machine" : "VM's CPU"),
						word(which, line[which, "0.0", "a"] ".0", register), word(which, absent[i] ".0", register))
			}
		}
	for (i = 2; i <= 4; i++)
		for (j = 1; j <= 4; j++)
			same("8000000" i ".0", substr("abcd", j, 1), "the CPU's name")
	exit failed
}
