#!/usr/bin/gawk -f
# blank-lines.awk -v file=PATH BLANK REFERENCE: the reference with #line before what does not stand in the same line of the student's file.
# Its debug information then fits that file, so that GDB shows its lines; all of a solution is where "lab 2B" stands in it.
function opens(line) { return line ~ "(/\\*|;|#) lab [0-9][A-Z]: " }
function closes(line) { return line ~ "(/\\*|;|#) end of [0-9][A-Z]\\>" }
function place(number) { printf "#line %d \"%s\"\n", number, file }

FNR == NR {
	if (opens($0))
		begin[++begins] = FNR
	if (closes($0))
		end[++ends] = FNR
	if (!($0 in first))
		first[$0] = FNR
	next
}
/^#include/ && !included++ { place(first[$0]) }
opens($0) { inside = begin[++region] }
closes($0) {
	place(end[region])
	inside = 0
}
inside && !continued { place(inside) }
{
	print
	continued = /\\$/
}
