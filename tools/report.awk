#!/usr/bin/gawk -f
# report.awk -v nonce=HEX COM1-LOG: print the report of the run that carries this nonce, or one sentence on stderr and status 1.
function refuse(sentence) {
	print sentence > "/dev/stderr"
	failed = 1
	exit 1
}
BEGIN { ours = "nonce=" nonce }
{ sub(/\r$/, "") }
/^@twinlab / {
	started++
	inside = $3 == ours
	if (!inside)
		foreign = substr($3, 7)
	else if ($2 != "report=1")
		version = $2
	text = ""
}
inside && /^@/ { text = text $0 "\n" }
/^@end / && inside && $2 == ours { found = text; inside = 0 }
END {
	if (failed)
		exit 1
	if (version)
		refuse("The report is of a version that these tools do not know (" version ").")
	if (found == "" && inside)
		refuse("The report is cut short: its @end line is missing.")
	if (found == "" && foreign)
		refuse("The report carries the nonce " foreign ", this run's is " nonce ": it is not this run's report.")
	if (found == "")
		refuse("The hypervisor printed no report.")
	printf "%s", found
}
