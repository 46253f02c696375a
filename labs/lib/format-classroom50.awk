# GitHub's Classroom 50, result.json: a test for each check. What the run does not know of itself comes from the environment.
function env(variable, otherwise) {
	return json(ENVIRON[variable] != "" ? ENVIRON[variable] : otherwise)
}
function submission(    tag) {
	tag = ENVIRON["SUBMISSION_TAG"]
	return json(tag ~ /^submit\// ? tag : "submit/" tag)
}
END {
	complete()
	print "{\"schema\": \"classroom50/result/v1\","
	printf " \"classroom\": %s, \"assignment\": %s, \"assignment_type\": %s,\n", env("CLASSROOM"), env("ASSIGNMENT", "lab" lab[id[1]]),
		json(ENVIRON["MODE"] == "group" ? "group" : "individual")
	printf " \"owner\": %s, \"submission\": %s, \"commit\": %s, \"release\": %s, \"review\": %s,\n", env("USERNAME"), submission(), env("COMMIT_URL"),
		env("RELEASE_URL"), env("REVIEW_URL")
	printf " \"datetime\": %s, \"score\": %d, \"max-score\": %d, \"tests\": [", json(strftime("%Y-%m-%dT%H:%M:%SZ", systime(), 1)), total_score, total
	for (i = 1; i <= exercises; i++)
		for (n = 1; n <= checks[id[i]]; n++)
			printf "%s\n  {\"test-name\": %s, \"passed\": %s, \"score\": %d, \"max-score\": %d}", comma++ ? "," : "", json(id[i] " " name[id[i], n]),
				status[id[i], n] == "passed" ? "true" : "false", got[id[i], n], max[id[i], n]
	print "\n]}"
}
