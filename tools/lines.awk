#!/usr/bin/gawk -f
# lines.awk -v keep=FILE [-v tag=NAME -v colour=N -v clear=1]: show a serial line's text as it comes, and keep it all in FILE.
# Lines that start with '@' are the report: kept, not shown. No tag: show nothing.
# Guests lie: what they print does not get to move the reader's cursor.
BEGIN {
	before = (clear ? "\r\033[K" : "") (colour ? "\033[" colour "m" : "") sprintf("%-10s", tag) " | " (colour ? "\033[0m" : "")
	printf "" > keep
}
{
	sub(/\r$/, "")
	printf "%s%s", $0, RT > keep
	fflush(keep)
	if (tag == "" || /^@/)
		next
	gsub(/\t/, "    ")
	gsub(/\033\[[0-9;?]*[A-Za-z]/, "")
	gsub(/[\001-\037\177]/, "")
	printf "%s%s\n", before, $0
	fflush()
}
