# items.awk -v out=FOLDER TEXT.md: what a text shows, a line each: line number, kind, value, with tabs between. Kinds: `command`
# (indented, or between lines of ```), `inline` (a command between backticks), `shown` (what a machine prints: the value is a file
# with it), `gdb` (a session; likewise) and `heading`.
BEGIN {
	COMMAND = "^([A-Z_]+=[^ ]* )*(make|grep|sed|diff|cat|tr|wc|gdb|tools/[a-z-]+|build/[^ ]+)( [^|]|$)"
}

function item(line, kind, value) {
	print line "\t" kind "\t" value
}

# Inline commands may go over the end of a line; so a paragraph is looked at as a whole.
function end_paragraph(    n, i, span) {
	n = split(paragraph, span, "`")
	for (i = 2; i <= n; i += 2)
		if (span[i] ~ COMMAND && (span[i] ~ / / || span[i] ~ /^make$/))
			item(paragraph_line, "inline", span[i])
	paragraph = ""
}

function all_commands(lines, n,    i) {
	for (i = 1; i <= n; i++)
		if (lines[i] !~ COMMAND)
			return 0
	return n > 0
}

function end_block(    lines, n, i, file) {
	n = split(block, lines, "\n") - 1
	if (all_commands(lines, n)) {
		for (i = 1; i <= n; i++)
			item(block_line + i, "command", lines[i])
		return
	}
	file = out "/" block_line
	printf "%s", block > file
	close(file)
	item(block_line, block ~ /^\(gdb\)/ ? "gdb" : "shown", file)
}

/^ *```/ {
	if (fenced && language == "")
		end_block()
	else if (!fenced) {
		end_paragraph()
		language = gensub(/^ *```/, "", 1)
		block_line = FNR
		block = ""
	}
	fenced = !fenced
	next
}
fenced {
	block = block $0 "\n"
	next
}
/^    / && gensub(/^ +/, "", 1) ~ COMMAND {
	end_paragraph()
	item(FNR, "command", gensub(/^ +/, "", 1))
	next
}
/^#/ { item(FNR, "heading", $0) }
/^$/ || /^\|/ { end_paragraph() }
{
	if (paragraph == "")
		paragraph_line = FNR
	paragraph = paragraph (paragraph == "" ? "" : " ") $0
}
END { end_paragraph() }
