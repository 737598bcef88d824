# tests/boot/run-common.sh - what both headless runners share: options, private images, verdict.
# Sourced by run-bochs.sh and run-qemu.sh; not run by itself.

fail_to_run() { # exit status 2: the command could not run
	echo "$(basename "$0"): $*" >&2
	exit 2
}

# DIR "command line" [key=value ...] -> variables dir, cmdline, and one per key
parse_options() {
	[ $# -ge 2 ] || fail_to_run "usage: $(basename "$0") DIR \"kernel command line\" [key=value ...]
keys: cpus= mem= (MB) ips= quantum= timeout= (seconds) hang= (seconds after a reported deadlock, 0 = until the timeout) hda= hdb= (images, - = none) schedule= (file) display= fsck= (no: the root may be damaged) BUILD= in the environment"
	dir=$1 cmdline=$2
	shift 2
	cpus=1 mem=32 ips=4000000 quantum=16 timeout=120 hang=0 display=none elf= schedule= fsck=yes
	hda=$BUILD/hda.img hdb=$BUILD/hdb.img
	for option; do
		case $option in
		cpus=* | mem=* | ips=* | quantum=* | timeout=* | hang=* | hda=* | hdb=* | display=* | elf=* | schedule=* | fsck=*)
			eval "${option%%=*}=\${option#*=}" ;;
		*) fail_to_run "unknown option: $option" ;;
		esac
	done
	case $cpus$mem$ips$quantum$timeout$hang in *[!0-9]*) fail_to_run "cpus, mem, ips, quantum, timeout, hang are numbers" ;; esac
}

# Private copies of the images, with the command line in its slot.
prepare_directory() {
	[ -r "$BUILD/layout.sh" ] || fail_to_run "no $BUILD/layout.sh: run make first"
	. "$BUILD/layout.sh"
	mkdir -p "$dir" || fail_to_run "cannot make directory $dir"
	rm -f "$dir"/*.log "$dir"/*.lock "$dir"/*.img
	for image in hda hdb; do
		eval "from=\$$image"
		[ "$from" = - ] && continue
		[ -r "$from" ] || fail_to_run "cannot read image $from"
		cp --reflink=auto --sparse=always "$from" "$dir/$image.img" || fail_to_run "cannot copy $from"
	done
	[ ${#cmdline} -lt $((CMDLINE_SECTORS * 512)) ] || fail_to_run "the kernel command line is too long"
	[ "$hda" = - ] || printf '%s' "$cmdline" | dd of="$dir/hda.img" bs=512 seek="$CMDLINE_LBA" \
		count="$CMDLINE_SECTORS" conv=notrunc,sync iflag=fullblock status=none
	[ -n "$schedule" ] || return 0
	[ -r "$schedule" ] || fail_to_run "cannot read schedule $schedule"
	[ "$(stat -c %s "$schedule")" -lt $((SCHEDULE_SECTORS * 512)) ] || fail_to_run "$schedule is longer than 16 KB"
	dd if="$schedule" of="$dir/hda.img" bs=512 seek="$SCHEDULE_LBA" conv=notrunc,sync status=none
}

guest_said_off() { grep -aq 'kswapd23: power off, status' "$dir/serial.log" 2> /dev/null; }
# A report of the waits watcher: those tasks will wait for ever.
guest_hangs() { [ "$hang" -gt 0 ] && grep -aq '^DEADLOCK: ' "$dir/serial.log" 2> /dev/null; }
boot_failed() { grep -aq 'boot error: ' "$dir/serial.log" 2> /dev/null; }

# Wait for process $1, until the guest is done, has hung for a while or time is up; sets timed_out, late.
watch_process() {
	timed_out=0 after=20 end=$(($(date +%s) + timeout)) late="time is up after $timeout s"
	while kill -0 "$1" 2> /dev/null; do
		# an emulator that does not end although the guest is done gets two seconds
		if guest_said_off; then after=$((after - 1)); fi
		if boot_failed; then after=$((after - 10)); fi
		if [ $after -le 0 ]; then break; fi
		# nor need a machine that hangs be waited for, but to see whether it really does
		if guest_hangs; then end=$(($(date +%s) + hang)) hang=0 late="the machine hangs, as it says itself"; fi
		if [ "$(date +%s)" -ge $end ]; then timed_out=1; break; fi
		sleep 0.1
	done
	kill -9 "$1" 2> /dev/null
	wait "$1" 2> /dev/null
	rm -f "$dir"/*.lock
}

# The root file system as debugfs and e2fsck take it.
root_of() { echo "$1/hda.img?offset=$((P2_LBA * 512))"; }

# A system that ended in order leaves a clean root behind. What e2fsck says is in fsck.log.
root_is_clean() {
	[ "$fsck" = yes ] && [ "$hda" != - ] || return 0
	grep -aq '^Power off, status' "$dir/serial.log" 2> /dev/null || return 0
	PATH=$PATH:/sbin:/usr/sbin e2fsck -fn "$(root_of "$dir")" > "$dir/fsck.log" 2>&1
}

# The judge looks for what ends a run badly before it believes the guest. Exit status of the runner:
# 0 guest ended well, 1 guest ended reporting failure, 2 it refused (or could not run), 3 time is up or it hangs, 4 triple fault or emulator panic,
# 5 the boot loader or early kernel gave up, 6 e2fsck finds faults in the root file system.
verdict() {
	[ -f "$dir/serial.log" ] && sed -i 's/\r$//' "$dir/serial.log"
	status=$(cat "$dir/serial.log" "$dir/e9.log" 2> /dev/null |
		sed -n 's/.*kswapd23: power off, status \([0-9]*\).*/\1/p' | tail -n 1)
	if boot_failed; then
		echo "boot failed: $(grep -a -m1 'boot error: ' "$dir/serial.log")"
		result=5
	elif [ "$status" = 0 ]; then
		result=0
	elif [ -n "$status" ]; then
		echo "the guest ended with status $status"
		result=1
		[ "$status" = 2 ] && result=2 # it refused what it was asked
	elif [ $timed_out = 1 ]; then
		echo "$late"
		result=3
	else
		echo "the machine stopped by itself: $1"
		result=4
	fi
	if [ "$result" -le 1 ] && ! root_is_clean; then
		echo "the root file system is damaged, e2fsck says:"
		tail -n 20 "$dir/fsck.log"
		result=6
	fi
	echo "logs: $dir/serial.log $dir/e9.log${2:+ $2}"
	exit $result
}
