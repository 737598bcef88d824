#!/bin/sh
# tests/boot/run-bochs.sh - boot the built images in Bochs, without a window, and judge how it ended.
#
#   tests/boot/run-bochs.sh DIR "kernel command line" [cpus=1] [mem=32] [ips=4000000] [quantum=16]
#                           [timeout=120] [hang=0] [hda=FILE] [hdb=FILE|-] [display=none|serial|sdl2|term]
# display=serial talks on this terminal, through the guest's serial port; sdl2 opens a window.
# Everything of the run is in DIR: image copies, bochsrc, serial.log, e9.log, bochs.log.
# Exit status: 0 ended well, 1 guest reported failure, 2 could not run, 3 time is up, 4 triple fault or
# Bochs panic, 5 boot error, 6 damaged root file system. The last line but one tells the tick count: same inputs, same count.

here=$(dirname "$0")
BUILD=${BUILD:-build}
. "$here/run-common.sh"
parse_options "$@"
command -v bochs > /dev/null || fail_to_run "bochs is missing: apt-get install bochs bochsbios vgabios"
prepare_directory

case $display in
none) gui="rfb, options=\"timeout=0\"" ;;
serial)
	tty > /dev/null || fail_to_run "display=serial needs a terminal"
	gui="rfb, options=\"timeout=0\"" ;;
*) gui=$display ;;
esac
# Take the template, drop the lines that are ours to say, and say them.
{
	grep -v -E '^(megs|cpu|display_library|ata0-master|ata0-slave|com1):' "$here/../../bochsrc"
	if [ "$display" = serial ]; then
		echo "com1: enabled=1, mode=term, dev=$(tty)"
	else
		echo "com1: enabled=1, mode=file, dev=serial.log"
	fi
	echo "megs: $mem"
	echo "cpu: model=p3_katmai, count=$cpus, quantum=$quantum, ips=$ips, reset_on_triple_fault=0"
	echo "display_library: $gui"
	[ "$hda" = - ] || echo "ata0-master: type=disk, path=hda.img, mode=flat, cylinders=0, heads=16, spt=63"
	[ "$hdb" = - ] || echo "ata0-slave: type=disk, path=hdb.img, mode=flat, cylinders=0, heads=16, spt=63"
} > "$dir/bochsrc"
echo c > "$dir/debugger.rc"

run_headless() {
	(cd "$dir" && exec bochs -q -f bochsrc -rc debugger.rc > bochs.out 2> bochs.err < /dev/null) &
	watch_process $!
}
# The display of a run without a window is one of 50 ports, which stays taken for a minute after its run: with
# more runs than that in a minute the next has to wait. It ends in the first instructions of the BIOS.
no_port() { grep -q '>>PANIC<<.*could not bind any port' "$dir/bochs.log" 2> /dev/null; }

if [ "$display" = none ]; then
	run_headless
	waits=45
	while no_port && [ $waits -gt 0 ]; do
		waits=$((waits - 1))
		sleep 2
		prepare_directory
		run_headless
	done
else
	saved=$(stty -g 2> /dev/null)
	echo "To end it: type poweroff at the prompt; or from another terminal, kill the bochs in $dir"
	(cd "$dir" && exec bochs -q -f bochsrc -rc debugger.rc > bochs.out 2> bochs.err)
	[ -z "$saved" ] || stty "$saved" 2> /dev/null
	timed_out=0
	rm -f "$dir"/*.lock
fi
# Bochs prints the bytes of port 0xE9 on standard output, after its own greeting and prompt.
[ -f "$dir/bochs.out" ] && sed -e '1,/^Next at t=0/d' "$dir/bochs.out" |
	sed -e 1d -e '/^([0-9]*)\.\[[0-9]*\]/d' > "$dir/e9.log"
echo "ticks: $(sed -n 's/^0*\([0-9][0-9]*\)[a-z]*\[.*>>PANIC<<.*/\1/p' "$dir/bochs.log" 2> /dev/null | tail -n 1)"
verdict "$(sed -n 's/.*>>PANIC<< //p' "$dir/bochs.log" 2> /dev/null | tail -n 1)" "$dir/bochs.log"
