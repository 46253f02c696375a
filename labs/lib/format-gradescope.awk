# Gradescope's results.json: one test for each check, numbered exercise.check.
function test(ex, n) {
	return sprintf("{\"name\": %s, \"number\": %s, \"score\": %d, \"max_score\": %d, \"status\": %s, \"output\": %s, \"output_format\": \"text\", \"tags\": [%s]}",
		json(title[ex] ": " name[ex, n]), json(ex "." n), got[ex, n], max[ex, n], json(status[ex, n] == "passed" ? "passed" : "failed"),
		json(status[ex, n] == "passed" ? "" : reason(ex, n)), json("lab" lab[ex]))
}
END {
	complete()
	printf "{\"score\": %d, \"output\": %s, \"output_format\": \"text\", \"visibility\": \"visible\", \"stdout_visibility\": \"hidden\", \"tests\": [", total_score,
		json(total_score " of " total " points")
	for (i = 1; i <= exercises; i++)
		for (n = 1; n <= checks[id[i]]; n++)
			printf "%s\n  %s", comma++ ? "," : "", test(id[i], n)
	print "\n]}"
}
