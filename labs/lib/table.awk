# The table on the terminal: points of each exercise, and for each lost point what was expected, what was measured and where to look.
END {
	complete()
	print ""
	for (i = 1; i <= exercises; i++) {
		ex = id[i]
		printf "%s  %3d of %-3d  %s\n", ex, score[ex], points[ex], title[ex]
		same = wanted = ""
		for (n = 1; n <= checks[ex]; n++) {
			if (status[ex, n] == "passed")
				continue
			if (measured[ex, n] == same)
				printf "      -%-3d %s\n%s           measured  the same\n", max[ex, n] - got[ex, n], name[ex, n],
					expected[ex, n] == wanted ? "" : "           expected  " expected[ex, n] "\n"
			else
				printf "      -%-3d %s\n           expected  %s\n           measured  %s\n           look at   %s\n", max[ex, n] - got[ex, n],
					name[ex, n], expected[ex, n], measured[ex, n], where[ex, n]
			same = measured[ex, n]
			wanted = expected[ex, n]
		}
	}
	printf "    %3d of %-3d\n", total_score, total
}
