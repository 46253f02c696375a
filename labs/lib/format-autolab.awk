# Autolab: the presentation in one line, and the scores, the last line, in another.
function test(ex, n) {
	return json(ex " " name[ex, n]) ": {\"passed\": " (status[ex, n] == "passed" ? "true" : "false, \"hint\": " json(reason(ex, n))) "}"
}
END {
	complete()
	printf "{\"_presentation\": \"semantic\", \"stages\": ["
	for (i = 1; i <= exercises; i++)
		printf "%s%s", (i > 1 ? ", " : ""), json(id[i])
	printf "]"
	for (i = 1; i <= exercises; i++) {
		printf ", %s: {", json(id[i])
		for (n = 1; n <= checks[id[i]]; n++)
			printf "%s%s", (n > 1 ? ", " : ""), test(id[i], n)
		printf "}"
	}
	printf "}\n{\"scores\": {"
	for (i = 1; i <= exercises; i++)
		printf "%s%s: %d", (i > 1 ? ", " : ""), json(id[i]), score[id[i]]
	printf "}, \"scoreboard\": [%d]}\n", total_score
}
