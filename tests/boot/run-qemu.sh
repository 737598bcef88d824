#!/bin/sh
# tests/boot/run-qemu.sh - boot the built images in QEMU, whose CPUs run truly in parallel.
#
#   tests/boot/run-qemu.sh DIR "kernel command line" [cpus=1] [mem=32] [timeout=120] [hang=0] [hda=FILE]
#                          [hdb=FILE|-] [display=none|serial|gdb] [elf=FILE]
# Same interface, files and exit status as run-bochs.sh (ips= and quantum= mean nothing here).
# display=serial talks on this terminal (Ctrl-A X ends QEMU); display=gdb starts gdb on elf=.

here=$(dirname "$0")
BUILD=${BUILD:-build}
. "$here/run-common.sh"
parse_options "$@"
command -v qemu-system-i386 > /dev/null || fail_to_run "qemu-system-i386 is missing: apt-get install qemu-system-x86"
prepare_directory

# One CPU per socket, as in 1999; of a socket with several, the MP table lists the first only.
set -- -cpu pentium3 -smp "$cpus,sockets=$cpus,cores=1,threads=1" -m "$mem" -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
	-debugcon "file:$dir/e9.log" -net none -rtc base=1999-12-01
[ "$hda" = - ] || set -- "$@" -drive "file=$dir/hda.img,format=raw,if=ide,index=0,cache=unsafe"
[ "$hdb" = - ] || set -- "$@" -drive "file=$dir/hdb.img,format=raw,if=ide,index=1,cache=unsafe"

timed_out=0
case $display in
serial)
	qemu-system-i386 "$@" -display none -chardev stdio,id=s,mux=on,signal=off,logfile="$dir/serial.log" \
		-serial chardev:s -mon chardev=s ;;
gdb)
	qemu-system-i386 "$@" -display none -serial "file:$dir/serial.log" -S \
		-gdb "unix:$dir/gdb.sock,server=on,wait=off" &
	for i in 1 2 3 4 5 6 7 8 9 10; do [ -S "$dir/gdb.sock" ] && break; sleep 0.2; done
	gdb -q -ex "target remote $dir/gdb.sock" -ex 'hbreak kernel_main' "$elf"
	kill $! 2> /dev/null
	exit 0 ;; # a person was the judge
*)
	qemu-system-i386 "$@" -display none -serial "file:$dir/serial.log" -monitor none \
		> "$dir/qemu.log" 2>&1 < /dev/null &
	watch_process $! ;;
esac
verdict "$(tail -n 1 "$dir/qemu.log" 2> /dev/null)"
