#!/bin/bash
# The console, typed at: line editing, signals to the foreground, stopped jobs, raw mode, cursor keys;
# over the serial line, and at the end the same from the keyboard. In QEMU, whose serial line is a
# pipe here and whose monitor can press keys.
. "$(dirname "$0")/lib.sh"
BUILD=${BUILD:-$ROOT/build}
. "$ROOT/tests/boot/run-common.sh"

# Start the machine with the command line $1.
start_machine()
{
	parse_options "$DIR/run1" "$1" cpus=2 mem=16
	prepare_directory
	LOG=$dir/serial.log
	mkfifo "$dir/com.in" "$dir/com.out"
	: >"$LOG"
	cat <"$dir/com.out" >>"$LOG" &
	reader=$!
	# held open for writing as long as the machine runs
	exec 3<>"$dir/com.in"
	mkfifo "$dir/keys"
	exec 4<>"$dir/keys"
	qemu-system-i386 -cpu pentium3 -smp 2,sockets=2,cores=1,threads=1 -m $mem -no-reboot -net none -display none \
		-device isa-debug-exit,iobase=0xf4,iosize=0x04 -debugcon "file:$dir/e9.log" -rtc base=1999-12-01 \
		-drive "file=$dir/hda.img,format=raw,if=ide,index=0,cache=unsafe" \
		-drive "file=$dir/hdb.img,format=raw,if=ide,index=1,cache=unsafe" \
		-serial "pipe:$dir/com" -monitor stdio <"$dir/keys" >"$dir/qemu.log" 2>&1 &
	machine=$!
}

stop_machine()
{
	kill -9 $machine $reader 2>/dev/null
	wait $machine $reader 2>/dev/null
}

# await REGEX: it comes within 60 seconds.
await()
{
	local i
	for ((i = 0; i < 600; i++)); do
		grep -aqE -- "$1" "$LOG" && return
		kill -0 $machine 2>/dev/null || break
		sleep 0.1
	done
	grep -aqE -- "$1" "$LOG" && return
	stop_machine
	sed -i 's/\r//g' "$LOG"
	fail "no /$1/ on the console"
}

# step N "typed": when the program waits for it.
step()
{
	await "^step $1: "
	sleep 0.1 # a person is slower still; the program may not have reached its read, which must not matter
	printf "$2" >&3
}

press()
{
	local key
	for key; do printf 'sendkey %s\n' "$key" >&4; sleep 0.1; done
}

command -v qemu-system-i386 >/dev/null || fail "qemu-system-i386 is missing"
start_machine run=ttytest
step 1 'wrong\025ab\177cde fgh\027x\026\003\r'
step 2 '\004'
step 3 'lost\003'
step 4 '\003'
step 5 '\032'
step 6 '\034'
await '^step 8: '
step 8 'Zrest\r'
await '^step 9: '
step 10 '\033[A'
step 11 '\r'
step 12 '\003'
step 13 'k'
await '^step 14: '
press o shift-k up ret
await '^ttytest: '
await 'power off, status'
stop_machine
sed -i 's/\r//g' "$LOG"
expect '^got 8: acde x<03><0a>$' "line editing"
expect '^got 0: $' "end of file"
expect '^got status 2$' "^C in the foreground"
expect '^got status 147f$' "^Z"
expect '^got status 3$' "^\\"
expect '^got status 157f$' "SIGTTIN"
expect '^got status 5a00$' "a line for who is in the foreground"
expect '^got 5: rest<0a>$'
expect '^got 3: <1b>\[A$' "cursor up over the serial line"
expect '^got 1: <0d>$'
expect '^got 1: <03>$'
expect '^got 1: k$'
expect '^got 6: oK<1b>\[A<0a>$' "cursor up from the keyboard"
expect '^ttytest: PASS'
refuse '^kernel panic'
pass "line editing, jobs, raw mode, keyboard"
