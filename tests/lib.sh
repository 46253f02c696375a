# shellcheck shell=bash
# What every tier of the tests uses. A result is one line: "PASS tier: what", "FAIL tier: what" or "SKIP tier: what (why)".
# tests/run counts these lines; a tier that ends badly without a FAIL line of its own gets one there.
set -u
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
tier=$(basename "$0")
: "${RESULTS:=build/results}"                   # where runs of the machine are kept for the tiers after this one
mkdir -p "$RESULTS"

pass() {
	echo "PASS $tier: $*"
}

fail() {
	echo "FAIL $tier: $*"
}

skip() {
	echo "SKIP $tier: $1 ($2)"
}

# check WHAT COMMAND…: the command's status is the result, and check's own; what it printed explains a failure.
check() {
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then
		pass "$what"
	else
		fail "$what${output:+$'\n'$(tail -12 <<<"$output" | sed 's/^/    /')}"         # at once: others may print at the same time
		return 1
	fi
}

# nothing WHAT COMMAND…: the command must print nothing; what it finds explains the failure.
nothing() {
	local what=$1 found
	shift
	found=$("$@" 2>&1)
	if [ -z "$found" ]; then
		pass "$what"
	else
		fail "$what"
		printf '%s\n' "$found" | head -12 | sed 's/^/    /'
	fi
}

# A run of both guests doing demo.sh, once for all tiers that look at it.
demo_run() {
	[ -f "$RESULTS/demo/report.txt" ] || tools/launch --quiet --autorun "sh demo.sh" --out "$RESULTS/demo"
}
