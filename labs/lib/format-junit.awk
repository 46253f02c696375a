# JUnit XML: a test suite for each exercise, a test case for each check.
function suite(ex,    n, failures, errors) {
	for (n = 1; n <= checks[ex]; n++) {
		failures += status[ex, n] == "failed"
		errors += status[ex, n] == "error"
	}
	printf "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"0\" time=\"0\">\n", xml(ex " " title[ex]), checks[ex], failures, errors
	for (n = 1; n <= checks[ex]; n++)
		test_case(ex, n)
	print "  </testsuite>"
}

function test_case(ex, n,    kind) {
	printf "    <testcase classname=\"%s\" name=\"%s\" time=\"0\"", xml("lab" lab[ex] "." ex), xml(name[ex, n] " (" max[ex, n] " points)")
	kind = status[ex, n] == "failed" ? "failure" : "error"
	if (status[ex, n] == "passed")
		print "/>"
	else
		printf ">\n      <%s message=\"%s\" type=\"%s\"/>\n    </testcase>\n", kind, xml(reason(ex, n)), status[ex, n]
}

function all(which,    i, n, sum) {
	for (i = 1; i <= exercises; i++)
		for (n = 1; n <= checks[id[i]]; n++)
			sum += which == "" || status[id[i], n] == which
	return sum + 0
}

END {
	complete()
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	printf "<testsuites name=\"twinlab\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"0\" time=\"0\">\n", all(), all("failed"), all("error")
	for (i = 1; i <= exercises; i++)
		suite(id[i])
	print "</testsuites>"
}
