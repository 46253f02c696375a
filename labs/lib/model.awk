# What a grading found, for the formats: -f model.awk -f format-NAME.awk exercises.tsv results.tsv. It fills
#   exercises (how many), id[i], title[id], points[id] (to be had), score[id], lab[id] (its number), checks[id], and of each check
#   name[id, n], got[id, n], max[id, n], status[id, n] (passed, failed, error), expected[id, n], measured[id, n], where[id, n]
# Points that no check has given yet stand in one more check, "not graded", with the status error: a run that was killed, or goes on.
BEGIN { FS = "\t" }

FILENAME == ARGV[1] {
	id[++exercises] = $1
	points[$1] = $2
	title[$1] = $4
	lab[$1] = substr($1, 1, 1)
	score[$1] = checks[$1] = counted[$1] = 0
	next
}
/^#/ || !($1 in points) { next }
{ add($1, $2, $3, $4, $5, $6, $7, $8) }

function add(ex, name_, got_, max_, status_, expected_, measured_, where_,    n) {
	n = ++checks[ex]
	name[ex, n] = name_
	got[ex, n] = got_ + 0
	max[ex, n] = max_ + 0
	status[ex, n] = status_
	expected[ex, n] = expected_
	measured[ex, n] = measured_
	where[ex, n] = where_
	score[ex] += got_
	counted[ex] += max_
}

function complete(    i, ex) {
	for (i = 1; i <= exercises; i++) {
		ex = id[i]
		total += points[ex]
		if (counted[ex] < points[ex])
			add(ex, "not graded", 0, points[ex] - counted[ex], "error", "every check is reached", "grading has not come to its end", "")
		total_score += score[ex]
	}
}

# For a reader: what is wrong with this check.
function reason(ex, n) {
	return "expected " expected[ex, n] "; measured " measured[ex, n] (where[ex, n] != "" ? "; look at " where[ex, n] : "")
}

function json(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/[[:cntrl:]]/, " ", text)
	return "\"" text "\""
}

function xml(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	gsub(/[[:cntrl:]]/, " ", text)
	return text
}
