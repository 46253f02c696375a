# TAP 13: a test point for each check; what was expected and measured in a YAML block.
# A "#" in a description would begin a directive.
function plain(text) {
	gsub(/#/, "No.", text)
	return text
}

function quoted(text) {
	gsub(/'/, "''", text)
	return "'" text "'"
}

function point(ex, n) {
	printf "%sok %d - %s %s (%d of %d)\n", status[ex, n] == "passed" ? "" : "not ", ++number, ex, plain(name[ex, n]), got[ex, n], max[ex, n]
	if (status[ex, n] != "passed")
		printf "  ---\n  expected: %s\n  measured: %s\n  at: %s\n  ...\n", quoted(expected[ex, n]), quoted(measured[ex, n]), quoted(where[ex, n])
}

END {
	complete()
	for (i = 1; i <= exercises; i++)
		all += checks[id[i]]
	print "TAP version 13\n1.." all + 0
	for (i = 1; i <= exercises; i++)
		for (n = 1; n <= checks[id[i]]; n++)
			point(id[i], n)
}
