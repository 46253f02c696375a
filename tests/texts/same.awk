# same.awk -v rules=FILE SHOWN REAL: does what a text shows stand in what a command really printed, its lines together and in this order?
# A line with nothing but … stands for any lines, … in a line for any words. Spaces and empty lines do not count. Numbers may differ by
# a tenth (whole ones by 2 at least), but 0 and 1 are exact. What else may differ has a row "varies" in the file of rules.
function read_rules(    row, field) {
	while ((getline row < rules) > 0)
		if (split(row, field, /\t+/) >= 2 && field[1] == "varies")
			varies[++kinds] = field[2]
}

function clean(line,    i) {
	for (i = 1; i <= kinds; i++)
		gsub(varies[i], "~", line)
	gsub(/[ \t]+/, " ", line)
	return gensub(/^ | $/, "", "g", line)
}

function near(a, b,    most, apart) {
	gsub(/,/, "", a)
	gsub(/,/, "", b)
	apart = a > b + 0 ? a - b : b - a
	most = (a + 0 > b + 0 ? a : b) / 10
	if (a + b ~ /\./)
		return apart <= most + 0.1
	return apart == 0 || (a > 1 && b > 1 && apart <= (most > 2 ? most : 2))
}

function same_words(a, b,    n, i, as, bs) {
	n = patsplit(a, as, WORD)
	if (patsplit(b, bs, WORD) != n)
		return 0
	for (i = 1; i <= n; i++)
		if (as[i] != bs[i] && !(as[i] ~ /^[0-9][0-9,.]*$/ && bs[i] ~ /^[0-9][0-9,.]*$/ && near(as[i], bs[i])))
			return 0
	return 1
}

# The words before and behind … are exact.
function same_line(a, b,    cut) {
	cut = index(a, "…")
	if (!cut)
		return same_words(a, b)
	a_end = substr(a, cut + length("…"))
	return substr(b, 1, cut - 1) == substr(a, 1, cut - 1) && length(b) >= length(a_end) && substr(b, length(b) - length(a_end) + 1) == a_end
}

# same_from(I, J): the lines shown from I on stand at J. `furthest` is for the complaint.
function same_from(i, j,    k) {
	if (i > furthest)
		furthest = i
	if (i > shown)
		return 1
	if (show[i] == "…") {
		for (k = j; k <= reals + 1; k++)
			if (same_from(i + 1, k))
				return 1
		return 0
	}
	return j <= reals && same_line(show[i], real[j]) && same_from(i + 1, j + 1)
}

BEGIN {
	WORD = "0x[0-9a-fA-F]+|[A-Za-z_][A-Za-z_0-9]*|[0-9][0-9,]*([.][0-9]+)?|."
	read_rules()
}
/^[ \t\r]*$/ { next }
{ sub(/\r$/, "") }
FILENAME == ARGV[1] { show[++shown] = clean($0); text[shown] = $0 }
FILENAME != ARGV[1] { real[++reals] = clean($0) }
END {
	for (j = 1; j <= reals; j++)
		if (same_from(1, j))
			exit 0
	print "not in what it prints: " text[furthest ? furthest : 1]
	exit 1
}
