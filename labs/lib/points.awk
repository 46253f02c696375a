# A line for each exercise that was graded: its id and its points, for `make lab`.
END {
	complete()
	for (i = 1; i <= exercises; i++)
		print id[i] "\t" score[id[i]]
}
