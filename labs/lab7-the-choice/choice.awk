#!/usr/bin/gawk -f
# choice.awk -v card=7A cards choice.cfg: that card's VMs as lines of tools/vms, or a sentence that says what is wrong, and the status 1.
# Nobody has looked at choice.cfg before: only words that match a pattern below go on.
function stop(sentence) {
	print sentence > "/dev/stderr"
	failed = 1
	exit 1
}

function wrong(sentence) {
	stop("choice.cfg, line " FNR ": " sentence)
}

BEGIN {
	wants["kind"] = "unmodified or paravirt"
	wants["mem"] = "a number with K or M, as in 4M"
	wants["disk"] = "1 or 2"
	wants["console"] = "com3 or com4"
	wants["hide"] = "time"
	pattern["kind"] = "^(unmodified|paravirt)$"
	pattern["mem"] = "^[0-9]{1,7}[KM]$"
	pattern["disk"] = "^[12]$"
	pattern["console"] = "^com[34]$"
	pattern["hide"] = "^time$"
	words = "kind= mem= disk= console= hide="
}

# ---- The cards ----

FILENAME == ARGV[1] {
	if (/^7/ && index(cards, $1) == 0)
		cards = cards " " $1
	if (split($0, field, / *[|] */) == 4 && field[1] == card) {
		order[++vms] = field[2]
		kernel[field[2]] = field[3]
		runs[field[2]] = field[4]
		names = names " " field[2]
	}
	next
}

# ---- The choice ----

# The option's key and value into `chosen`.
function take(vm, option,    at, key, value) {
	at = index(option, "=")
	key = substr(option, 1, at - 1)
	value = substr(option, at + 1)
	if (!(key in pattern))
		wrong("\"" option "\": the words are " words)
	if (value == "?")
		wrong("lab " card " is still blank: \"" option "\"; read labs/lab7-the-choice/README.md")
	if (value !~ pattern[key])
		wrong(key "= wants " wants[key] ", not \"" value "\"")
	if ((vm, key) in chosen)
		wrong(key "= twice for " vm)
	chosen[vm, key] = value
	list[vm] = list[vm] "," option
}

{ sub(/\r$/, ""); sub(/#.*/, "") }
/^[ \t]*$/ { next }
/^\[/ {
	mine = $1 == "[" card "]" && NF == 1
	found = found || mine
	if ($0 !~ /^\[7[A-D]\][ \t]*$/ && !odd)
		odd = FNR
	next
}
mine {
	if (!($1 in kernel))
		wrong("card " card " has no VM \"" $1 "\"; there is" names)
	if ($1 in line)
		wrong($1 " again; it stands in line " line[$1])
	line[$1] = FNR
	for (i = 2; i <= NF; i++)
		take($1, $i)
	for (i = split("kind mem", needed, " "); i > 0; i--)
		if (!(($1, needed[i]) in chosen))
			wrong($1 " has no " needed[i] "=")
}

function module(vm) {
	return kernel[vm] == "toy" ? chosen[vm, "kind"] : kernel[vm]
}

END {
	if (failed)
		exit 1
	if (!vms)
		stop((card ? "there is no card " card : "which card? EX=7A") "; the cards are" cards)
	if (!found)
		stop("choice.cfg has no [" card "]" (odd ? "; line " odd " names no card" : ""))
	for (i = 1; i <= vms; i++)
		if (!(order[i] in line))
			stop("choice.cfg: [" card "] has no line for " order[i])
	for (i = 1; i <= vms; i++)
		print "vm=" order[i] list[order[i]] ",kernel=" module(order[i]) (runs[order[i]] == "-" ? "" : ",autorun=" runs[order[i]])
}
