#!/usr/bin/gawk -f
# exercises.awk labs/lab*/exercises: one line per exercise, its fields separated by tabs:
# id, points, kind (code, answers, explain), title, files, the lab's folder.
BEGIN { FS = " *[|] *"; OFS = "\t" }
/^ *(#|$)/ { next }
{
	sub(/ +$/, "")
	folder = FILENAME
	sub(/\/exercises$/, "", folder)
	if (NF != 5 || $1 !~ /^[0-9][A-Z]$/ || $2 !~ /^[0-9]+$/ || $3 !~ /^(code|answers|explain)$/) {
		print FILENAME ":" FNR ": not \"ID | points | kind | title | files\"" > "/dev/stderr"
		exit 1
	}
	print $1, $2, $3, $4, $5, folder
}
