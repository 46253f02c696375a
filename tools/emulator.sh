# shellcheck shell=bash disable=SC2154,SC2054,SC2034
# Which emulator is there, and its command line. Sourced by tools/launch and the tests; sets the array `emulator`.
# Serial ports are given as serial[1] to serial[4]: "null", "file:PATH", "tty:PATH" (a terminal's device)
# or "port:N" (a TCP port of this computer, waited for).

nested_vmx() {
	grep -qw vmx /proc/cpuinfo && [ -r /dev/kvm ] && [ -w /dev/kvm ] &&
		grep -q '[Y1]' /sys/module/kvm_intel/parameters/nested 2>/dev/null
}

# Why the kvm tier cannot run here, one clause.
why_no_kvm() {
	if ! grep -qw vmx /proc/cpuinfo; then echo "this computer's CPU flags show no vmx"
	elif ! [ -w /dev/kvm ]; then echo "/dev/kvm is not there or not open to $(id -un)"
	else echo "nesting is off (kvm_intel.nested)"
	fi
}

# Prints kvm or bochs; MACHINE chooses by hand.
pick_machine() {
	case ${MACHINE:-} in
	'') if nested_vmx; then echo kvm; else echo bochs; fi ;;
	bochs) echo bochs ;;
	kvm) nested_vmx || die "MACHINE=kvm needs nested VMX: $(why_no_kvm)"; echo kvm ;;
	*) die "MACHINE=$MACHINE: there is bochs and kvm" ;;
	esac
}

bochs_serial() {
	local number=$1 what=$2
	case $what in
	null) echo "com$number: enabled=1, mode=null" ;;
	file:*) echo "com$number: enabled=1, mode=file, dev=${what#file:}" ;;
	port:*) echo "com$number: enabled=1, mode=socket-server, dev=localhost:${what#port:}" ;;
	tty:*) echo "com$number: enabled=1, mode=term, dev=${what#tty:}" ;;
	esac
}

# sync=none: as fast as it can, and the same each time. sync=slowdown: no faster than the clock, for somebody who types.
bochs_config() {
	local directory=$1 iso=$2 disk=$3 number
	cat <<-END
		display_library: term
		config_interface: textconfig
		plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, iodebug=0
		memory: guest=${MEMORY:-256}, host=${MEMORY:-256}
		romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot
		vgaromimage: file=/usr/share/vgabios/vgabios.bin
		cpu: model=${CPU_MODEL:-corei7_skylake_x}, count=1, ips=${IPS:-50000000}, reset_on_triple_fault=0
		clock: sync=${SYNC:-none}, time0=utc
		ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
		ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
		ata0-master: type=disk, path=$disk, mode=flat
		ata1-master: type=cdrom, path=$iso, status=inserted
		boot: cdrom
		panic: action=fatal
		error: action=report
		info: action=ignore
		debug: action=ignore
		log: $directory/emulator.log
	END
	for number in 1 2 3 4; do
		bochs_serial $number "${serial[number]}"
	done
}

bochs_command() {
	local directory=$1 iso=$2 disk=$3
	bochs_config "$directory" "$iso" "$disk" >"$directory/bochsrc"
	emulator=(env TERM=dumb bochs -q -f "$directory/bochsrc")
	# A Bochs with the internal debugger waits for its first command.
	if bochs --help 2>&1 | grep -q -e '-rc filename'; then
		echo c >"$directory/bochs.commands"
		emulator+=(-rc "$directory/bochs.commands")
	fi
}

qemu_serial() {
	case $1 in
	null) echo null ;;
	file:*) echo "$1" ;;
	tty:*) echo "${1#tty:}" ;;
	port:*) echo "tcp:127.0.0.1:${1#port:},server=on,wait=on,nodelay=on" ;;
	esac
}

# accelerator and CPU: kvm host, or tcg max. QEMU_OPTIONS, words of QEMU's own, go behind and win.
qemu_command() {
	local accelerator=$1 cpu=$2 iso=$3 disk=$4 number
	emulator=(qemu-system-x86_64 -nodefaults -no-user-config -machine "pc,accel=$accelerator" -cpu "$cpu" -m "${MEMORY:-256}"
		-vga std -display none -monitor none -no-reboot -boot d
		-drive "file=$disk,format=raw,if=ide,index=0" -drive "file=$iso,format=raw,if=ide,index=2,media=cdrom,readonly=on"
		-device isa-debug-exit,iobase=0xf4,iosize=4)
	for number in 1 2 3 4; do
		emulator+=(-serial "$(qemu_serial "${serial[number]}")")
	done
	# shellcheck disable=SC2206
	emulator+=(${QEMU_OPTIONS:-})
}

# machine: bochs, kvm, or bare (QEMU without VMX, for a kernel alone).
emulator_command() {
	local machine=$1 directory=$2 iso=$3 disk=$4
	case $machine in
	bochs) bochs_command "$directory" "$iso" "$disk" ;;
	kvm) qemu_command kvm host "$iso" "$disk" ;;
	bare) qemu_command tcg max "$iso" "$disk" ;;
	esac
}

# What the emulator itself has to say about a run that went wrong: a panic, or why it refused a VM entry.
emulator_complaint() {
	grep -aE '^[0-9]+p|>>PANIC<<|VMFAIL|VMENTER|VMENTRY|VMLAUNCH|VMRESUME|VMXON|VMPTRLD|^qemu' "$1" | tail -4 | sed 's/^[0-9]*[a-z]\[\([^] ]*\) *\] */\1: /'
}
