# shellcheck shell=bash
# work_folder NAME: a folder of this run's own for what it needs on the way: $work. It goes when the run ends; of a run that was killed
# (kill -9), the next one removes it. As long as anything of a run lives, it holds the lock of its folder, on fd 6.
work_folder() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX") || exit 2
	exec 6>"$work/lock"
	flock 6
	sweep_up "$1"
}

# Folders of dead runs. One that is younger than a minute may not have its lock yet.
sweep_up() {
	local folder
	find "${TMPDIR:-/tmp}" -maxdepth 1 -type d -name "$1.*" -user "$(id -u)" -mmin +1 2>/dev/null | while IFS= read -r folder; do
		[ ! -f "$folder/lock" ] || ! flock -n "$folder/lock" true || rm -rf "$folder"
	done
}
