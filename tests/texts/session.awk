# session.awk -v out=FOLDER BLOCK…: a GDB session as a text shows it. Writes FOLDER/input, what is typed, with a line @N printed before
# the N-th command, and FOLDER/N.shown, what the text shows as its answer, if anything.
sub(/^\(gdb\) /, "") {
	print "echo @" ++n "\\n\n" $0 > (out "/input")
	next
}
{ print > (out "/" n ".shown") }
