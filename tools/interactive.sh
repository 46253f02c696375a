# shellcheck shell=bash disable=SC2154,SC2034
# The machine with a person at its consoles: panes of tmux, or `make attach` from other terminals. Sourced by tools/launch.

# A TCP port that nobody listens on. Looking is not connecting: another copy's emulator would take that for its console.
free_port() {
	local port
	while port=$((20000 + RANDOM % 20000)) && grep -qi ":$(printf %04X $port) " /proc/net/tcp; do :; done
	echo $port
}

# A TCP port for each VM with a console of its own; "name port" in the file consoles.
open_consoles() {
	local number name port
	: >"$work/consoles"
	for number in 3 4; do
		name=$(vm_on com$number)
		[ -n "$name" ] || continue
		port=$(free_port)
		serial[number]=port:$port
		echo "$name $port" >>"$work/consoles"
	done
}

in_tmux() {
	tmux -S "$work/tmux" -f /dev/null "$@"
}

# One pane for each console, side by side, and the hypervisor's log below. Every pane ends with the emulator.
open_panes() {
	local name port pane
	tmux_started=yes
	pane=$(in_tmux new-session -d -P -F '#{pane_id}' -s twinlab "tail --pid=$emulator_pid -n +1 -f '$work/com1.log' | grep --line-buffered -v '^@'")
	in_tmux set -g mouse on \; set -g pane-border-status top \; set -g pane-border-format ' #{pane_title} ' \; set -g status-left '' \
		\; set -g window-status-current-format '' \
		\; set -g status-right-length 120 \; set -g status-right 'Ctrl-B o: the other guest   halt: power off   Ctrl-B d: end' \
		\; select-pane -t "$pane" -T "hypervisor (COM1)"
	local above=-vbf size=75%
	while read -r name port; do
		pane=$(in_tmux split-window $above -l $size -P -F '#{pane_id}' "socat -,rawer TCP:127.0.0.1:$port,retry=100,interval=0.1")
		in_tmux select-pane -t "$pane" -T "$name"
		above=-h size=50%
	done <"$work/consoles"
	in_tmux select-pane -t '{top-left}'
}

# The folder of the running machine, for `make attach`.
announce() {
	mkdir -p "$build/run"
	echo "$work" >"$build/run/now"
}

use_panes() {
	open_panes
	in_tmux attach >/dev/null || true
}

use_terminals() {
	local name port
	echo "tmux is not here. In other terminals, type:"
	while read -r name port; do
		echo "  make attach VM=$name"
	done <"$work/consoles"
	echo "The machine starts when all are attached. Ctrl-C here ends it."
	wait "$emulator_pid" || true
}

end_interactive() {
	if emulator_runs; then
		echo "Left while the machine was running: it was stopped. (\`halt\` in both shells ends it with the table.)"
	else
		keep_run
		judge 0
		[ -z "$table" ] || gawk -f "$here/table.awk" -v model="${MODEL:-skylake}" "$out/report.txt"
	fi
	echo "What the guests wrote to their disks is in $(realpath --relative-to=. "$disk")."
}

interactive_vms() {
	quiet=yes
	read_port 1 '' ''
	open_consoles
	announce
	start_emulator
	if command -v tmux >/dev/null; then use_panes; else use_terminals; fi
	end_interactive
}

interactive_bare() {
	local port
	port=$(free_port)
	serial[1]=port:$port
	start_emulator
	echo "The unmodified kernel on QEMU's bare PC. \`halt\` powers it off, Ctrl-] ends it at once."
	socat -,rawer,escape=0x1d "TCP:127.0.0.1:$port,retry=100,interval=0.1" || true
	echo
}

interactive() {
	[[ -t 0 && -t 1 ]] || die "this wants a terminal to type at; \`make demo\` runs without one"
	limit=86400 progress=''
	: "${SYNC:=slowdown}"
	serial=([1]=null [2]=null [3]=null [4]=null)
	if [ -n "$bare" ]; then interactive_bare; else interactive_vms; fi
}
