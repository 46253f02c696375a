# shellcheck shell=bash
# What a lab's grade.sh is written with. It runs in the tree in which its exercise was built ($PWD), with
#   EX       the exercise             SUBMISSION   the folder that was handed in
#   OUT      a folder for logs        results      the file of results
# labs/lib/README.md tells how to use these.
set -u
export LC_ALL=C
lab=${LABFOLDER:-}

# ---- Words of a check ----

# What a check says of itself, when it does not hold: two lines that check_points reads.
found() {
	printf 'expected: %s\nmeasured: %s\n' "$1" "$2"
}

one_line() {
	tr '\t\r\n' '   ' | tr -cd '[:print:]' | sed 's/  */ /g; s/^ //; s/ $//' | cut -c1-300
}

# record CHECK POINTS MAX STATUS EXPECTED MEASURED WHERE
record() {
	(
		flock 9
		(IFS=$'\t'; printf '%s\n' "$EX	$*") >>"$results"
		if [ "$4" = passed ]; then printf '  %s  %3d of %-3d %s\n' "$EX" "$2" "$3" "$1"
		else printf '  %s  %3d of %-3d %s: %s\n' "$EX" "$2" "$3" "$1" "$6"; fi
	) 9>>"$results.lock"
}

# check_points ID NAME POINTS WHERE COMMAND…: the command's status decides; what it printed with found() explains.
check_points() {
	local id=$1 name=$2 points=$3 where=$4 output status=0 expected measured
	shift 4
	[ "$id" = "$EX" ] || { echo "grade.sh: a check of $id in grade_$EX" >&2; exit 2; }
	output=$("$@" 2>&1 </dev/null) || status=$?
	expected=$(sed -n 's/^expected: //p' <<<"$output" | tail -1 | one_line)
	measured=$(sed -n 's/^measured: //p' <<<"$output" | tail -1 | one_line)
	[[ ! $measured =~ 'is still blank: '([^ :\;]+) ]] || where=${BASH_REMATCH[1]}
	[ -n "$measured" ] || measured=$(grep -v '^expected: ' <<<"$output" | grep . | tail -3 | one_line)
	if [ $status -eq 0 ]; then record "$name" "$points" "$points" passed "$expected" "$measured" "$where"
	else record "$name" 0 "$points" failed "${expected:-it succeeds}" "${measured:-it failed without a word (status $status)}" "$where"; fi
	return $status
}

# ---- Tests on the host ----

# The place of the assertion that failed first, and its words if it has none for people.
where_it_failed() {
	local file line text
	IFS=: read -r file line < <(sed -nE 's/.*\[   LINE   \] --- ([^ ]*:[0-9]+): error: .*/\1/p' "$1")
	text=$(sed -n "${line:-0}{/fail_msg/!p}" "$file" 2>/dev/null | one_line)
	[ -z "$line" ] || echo "($file:$line${text:+: $text})"
}

# The line that says most of why a test program failed.
why_host_test_failed() {
	local text
	text=$(grep -aoE 'lab [0-9][A-Z] is still blank: .*' "$1" | head -1 | sed 's|labs/[^ ]*/\.\./\.\./\.\./||')
	[ -n "$text" ] || text=$(grep -aE 'SUMMARY: |runtime error: ' "$1" | head -1 | sed "s|$PWD/||g; s|labs/[^ ]*/\.\./\.\./\.\./||g")
	[ -n "$text" ] || text=$(grep -aE '^stopped: ' "$1" | head -1)
	[ -n "$text" ] || text=$(sed -nE 's/^ERROR: (.*)/\1/p; s/^\[  ERROR   \] --- ([^[].*)/\1/p' "$1" | head -1; where_it_failed "$1")
	[ -n "$text" ] || text=$(tail -1 "$1")
	printf '%s' "$text" | one_line
}

# build TARGET…: what is compiled may grow without end, so the compiler's memory has a limit as well as its time.
build() {
	(
		ulimit -v 2000000
		timeout --foreground -k 5 90 labs/lib/confined --tree make -j2 OWN="$OWN" "$@" >"$OUT/build.log" 2>&1
	)
}

# What a shared library defines.
exported() {
	nm -D --defined-only "$(gcc -print-file-name="$1")" | gawk 'NF == 3 { sub(/@.*/, "", $3); print $3 }'
}

# replaced: a function of cmocka or of C that the submission defines as well. The linker would take theirs.
replaced() {
	local file objects=()
	for file in $OWN; do objects+=("build/host/${file%.c}.o"); done
	nm -g --defined-only "${objects[@]}" 2>/dev/null | gawk 'NF == 3 { print $3 }' | grep -m1 -Fxf <(exported libcmocka.so; exported libc.so.6)
}

# host_test NAME [PATTERN]: the tests of labs/LAB/tests/NAME.c whose names match, on the submission's files.
host_test() {
	local clash name=$1 pattern=${2:-*} log=$OUT/$1.test nonce=$RANDOM$RANDOM status=0 program=build/labs/${lab#*labs/}/tests/$1
	build "$program" || { found "it builds with $lab/tests/$name.c" "$(compiler_says)"; return 1; }
	! clash=$(replaced) || { found "functions with names of their own" "$clash() is there already, in cmocka or in C's library"; return 1; }
	(
		ulimit -c 0
		timeout --foreground -s KILL "${HOST_LIMIT:-5}" labs/lib/confined "$program" "$pattern" "$nonce" 2>&1
	) | head -c 100000 >"$log"
	status=${PIPESTATUS[0]}
	if [ "$status" -eq 137 ]; then
		found "$lab/tests/$name.c comes to an end" "still running after ${HOST_LIMIT:-5} s: a loop without end?"
	elif [ "$status" -ne 0 ] || ! grep -aqx "ended $nonce" "$log"; then
		found "$lab/tests/$name.c: $pattern" "$(why_host_test_failed "$log")"
	elif ! grep -aq '\[       OK \]' "$log"; then
		found "$lab/tests/$name.c: $pattern" "no such test"
	else
		return 0
	fi
	return 1
}

# ---- Runs of the machine ----

# launch_says FILE: what it wrote there, but for the place of logs in a tree that will be gone.
launch_says() {
	grep -v '^Logs of this run' "$1" | one_line
}

# What the logs of a run without a report tell of its end.
why_no_report() {
	local text
	text=$(grep -ah '^hypervisor panic: ' "$1/com1.log" 2>/dev/null | head -1)
	[ -n "$text" ] || text=$(sed -n 's/^twinlab: //p' "$1.err" | head -1 | sed 's/ (LIMIT=SECONDS gives it more)//')
	! grep -qaE 'exception with no resolution|triple fault' "$1.err" || text="triple fault: the hypervisor got an exception that its own handlers could not take"
	printf '%s' "$text" | one_line
}

# machine_run NAME LIST AUTORUN [MODULE…]: boot these VMs (a file in tools/vms' format; AUTORUN for those without their own), once for each NAME and exercise. Its files are then
# $OUT/NAME/report.txt, com1.log, com3.log, com4.log. Without a report of its own nonce it fails and says why, as it does where a blank was reached.
machine_run() {
	local name=$1 list=$2 autorun=$3 run=$OUT/$1 status=0 module blank options=()
	shift 3
	if [ ! -f "$run.status" ]; then
		for module; do
			[[ $module != build/labs/* && -f $module ]] || build "$module" || { found "$module is built" "$(compiler_says)"; return 1; }
			options+=(--module "$module")
		done
		timeout --foreground -k 5 $((RUN_LIMIT + 20)) tools/launch --quiet --vms "$list" --autorun "$autorun" --limit "$RUN_LIMIT" --out "$run" \
			${options+"${options[@]}"} >/dev/null 2>"$run.err" || status=$?
		echo $status >"$run.status"
	fi
	[ "$(cat "$run.status")" -eq 0 ] || { found "a run that ends with a report" "$(why_no_report "$run")"; return 1; }
	blank=$(grep -ahoE "lab $EX is still blank: .*" "$run"/com[34].log | head -1 | one_line)
	[ -z "$blank" ] || { found "a run that comes to no blank" "$blank"; return 1; }
}

# vm_field RUN VM FIELD: of its line in the report (id, state, run_ns, wait_ns, sleep_ns, reason).
vm_field() {
	sed -nE "s/^@vm (.* )?name=$2 /&/; /^@vm .*name=$2 /s/.* $3=(\"([^\"]*)\"|([^ ]*)).*/\2\3/p" "$OUT/$1/report.txt" | head -1
}

# vm_ended RUN VM [STATE]: how its life came to an end (default: off).
vm_ended() {
	local state
	state=$(vm_field "$1" "$2" state)
	[ "$state" = "${3:-off}" ] || { found "$2 ends ${3:-off}" "$2 is ${state:-not there}: $(why_ended "$1" "$2")"; return 1; }
}

# A kernel that panics has said why on its console before it halts.
why_ended() {
	local reason words=''
	reason=$(vm_field "$1" "$2" reason)
	[[ $reason != *"nothing can wake it"* ]] || words=$(grep -ahoE 'kernel panic: .*' "$OUT/$1"/com[34].log | tail -1 | one_line)
	printf '%s\n' "${words:-$reason}"
}

# report_count RUN VM PHASE REASON: exits of that reason in that phase; REASON all: every exit that the guest itself caused; PHASE any: in its whole
# life, since it is the guest that says in which phase it is.
report_count() {
	gawk -v vm="vm=$(vm_field "$1" "$2" id)" -v phase="phase=$3" -v reason="$4" '
		$1 == "@count" && $2 == vm && (phase == "phase=any" || $3 == phase) && (reason == "all" ? $4 !~ /=(EXTERNAL_INTERRUPT|PREEMPTION_TIMER)$/ : $4 == "exit=" reason) {
			n += substr($5, 3)
		}
		END { print n + 0 }' "$OUT/$1/report.txt"
}

# at_most WHAT NUMBER LIMIT, at_least WHAT NUMBER LIMIT
at_most() {
	found "$1: at most $3" "$2"
	[ "$2" -le "$3" ]
}

at_least() {
	found "$1: at least $3" "$2"
	[ "$2" -ge "$3" ]
}

# has_line FILE TEXT: a whole line of a console.
has_line() {
	tr -d '\r' <"$1" 2>/dev/null | grep -aqxF -e "$2" || { found "the console says \"$2\"" "it does not: its last line is \"$(tail -1 "$1" 2>/dev/null | one_line)\""; return 1; }
}

# times_in FILE LOG: how often the log of a console holds that file, unbroken.
times_in() {
	gawk 'BEGIN { RS = "^$" } { gsub(/\r/, "") } NR == FNR { text = $0; next }
		{ while (text != "" && (at = index($0, text))) { n++; $0 = substr($0, at + length(text)) } }
		END { print n + 0 }' "$1" "$2"
}

# ---- What was handed in ----

# handed_in FILE: fails, and says why, unless it is a file like any other, not reached through a link, and no longer than a person writes.
handed_in() {
	local file=$SUBMISSION/$1
	if [ -L "$file" ] || { [ -e "$file" ] && [ "$(realpath "$file")" != "$(realpath "$SUBMISSION")/$1" ]; }; then echo "it is a link, or its folder is one"
	elif [ ! -f "$file" ]; then echo "there is no such file"
	elif [ "$(stat -c %s "$file")" -gt 1000000 ]; then echo "it is larger than 1 MB"
	else return 0; fi
	return 1
}

# ---- answers.txt ----

# answer KEY: the value behind "key: ". Fails, and says what is wrong with it, if it is not there.
answer() {
	local file=$SUBMISSION/$lab/${ANSWERS:-answers.txt} bad value
	value=$(handed_in "${file#"$SUBMISSION/"}") || { found "$lab/answers.txt is handed in" "$value"; return 1; }
	bad=$(tr -d '\r' <"$file" | head -c 65536 | gawk '!/^[ \t]*(#|$)/ && !/^[ \t]*[a-z0-9_-]+[ \t]*:/ { print FNR; exit }')
	value=$(tr -d '\r' <"$file" | head -c 65536 | gawk -v key="$1" '
		match($0, /^[ \t]*([a-z0-9_-]+)[ \t]*:[ \t]*/, part) && part[1] == key { sub(/[ \t]*(#.*)?$/, ""); print FNR ": " substr($0, RLENGTH + 1); n++ }
		END { if (n > 1) print "twice" }')
	case $value in
	*twice) found "one line \"$1: …\" in answers.txt" "there are several, the last in line $(tail -2 <<<"$value" | head -1 | cut -d: -f1)" ;;
	'') found "a line \"$1: …\" in answers.txt" "there is none${bad:+; line $bad is neither \"key: value\" nor a comment}" ;;
	*": "?*) printf '%s\n' "${value#*: }"; return 0 ;;
	*) found "a value for $1" "line ${value%%:*} of answers.txt has none" ;;
	esac
	return 1
}

# answer_number KEY: as answer(), a whole number (1,000 may have its comma).
answer_number() {
	local value
	value=$(answer "$1") || { printf '%s\n' "$value"; return 1; }
	value=${value//,/}
	[[ $value =~ ^[0-9]{1,15}$ ]] || { found "a whole number for $1" "answers.txt says \"$value\""; return 1; }
	printf '%s\n' "$((10#$value))"
}

# answer_is KEY VALUE…: one of these, whatever its capitals.
answer_is() {
	local key=$1 value right
	shift
	value=$(answer "$key") || { printf '%s\n' "$value"; return 1; }
	for right; do
		[ "${value,,}" != "${right,,}" ] || return 0
	done
	found "another value for $key" "$value"
	return 1
}

# prediction_close KEY MEASURED FACTOR: right within that factor, up or down.
prediction_close() {
	local value
	value=$(answer_number "$1") || { printf '%s\n' "$value"; return 1; }
	found "$2 were measured; within a factor of $3 counts" "you predicted $value"
	[ "$value" -eq "$2" ] || { [ $((value * $3)) -ge "$2" ] && [ "$value" -le $(($2 * $3)) ]; }
}

# ---- The compiler ----

# Its first complaint, one line.
compiler_says() {
	local text
	text=$(grep -aE '[eE]rror: |undefined reference|multiple definition' "$OUT/build.log" | head -1)
	[ -n "$text" ] || text=$(tail -1 "$OUT/build.log")
	[ -n "$text" ] || text='the build took longer than 90 s'
	one_line <<<"${text//$PWD\//}"
}
