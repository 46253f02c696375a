# TAP version 13 (testanything.org): print the first rule that this stream breaks.
function broken(rule) {
	print "line " NR ": " rule
	exit failed = 1
}
NR == 1 { if ($0 != "TAP version 13") broken("the first line is \"TAP version 13\""); next }
NR == 2 { if (!match($0, /^1\.\.([0-9]+)$/, plan)) broken("the plan is 1..N"); next }
/^  ---$/ { if (yaml || !after_point) broken("a YAML block follows a test point"); yaml = 1; next }
/^  \.\.\.$/ { if (!yaml) broken("a YAML block ends that did not begin"); yaml = after_point = 0; next }
yaml { if ($0 !~ /^  [a-z]+: '([^']|'')*'$/) broken("no key with a quoted value"); next }
match($0, /^(not )?ok ([0-9]+) - [^#]*$/, point) { if (point[2] != ++n) broken("test " point[2] " is number " n); after_point = 1; next }
{ broken("neither a test point nor a YAML block") }
END { if (!failed && (n != plan[1] || yaml)) print "the plan says " plan[1] " tests, there are " n + 0 }
