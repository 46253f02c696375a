#!/usr/bin/gawk -f
# blank.awk -v id=2B -v blanks=labs/lab2-performance/blanks -v out=FOLDER FILE…: write FOLDER/FILE with the starter text in place of
# what lies between the markers "lab 2B: what it is" and "end of 2B". Region 1 gets 2B.c, region 2 of all files 2B-2.c, and so on.
function stop(sentence) {
	print "blank: " FILENAME ":" FNR ": " sentence > "/dev/stderr"
	failed = 1
	exit 1
}

function fill(    name, line, status) {
	name = blanks "/" id (++regions > 1 ? "-" regions : "") ".c"
	while ((status = (getline line < name)) > 0)
		print line > target
	close(name)
	if (status < 0)
		stop("there is no starter text " name)
}

FNR == 1 {
	if (inside)
		stop("the region before was not closed")
	target = out "/" FILENAME
}
$0 ~ "(/\\*|;|#) lab " id ": " {
	if (inside)
		stop("a region inside a region")
	print > target
	fill()
	inside = 1
	next
}
$0 ~ "(/\\*|;|#) end of " id "\\>" {
	if (!inside)
		stop("an end without a begin")
	inside = 0
}
!inside { print > target }
END {
	if (failed)
		exit 1
	if (inside)
		stop("the last region is not closed")
	if (!regions)
		stop("no region of " id)
}
