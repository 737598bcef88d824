#!/bin/bash
# The shell as a person has it, in QEMU, over the serial line: prompt, editing, history, jobs, ^C, ^Z, pipes, ps,
# vmstat, locks; poweroff ends the machine with status 0.
#
# A line is typed when the prompt for it has appeared, so nothing depends on how fast the machine is.
. "$(dirname "$0")/lib.sh"
RUNDIR=$DIR/run1 LOG=$RUNDIR/serial.log
mkdir -p "$RUNDIR"

PATIENCE=300 # seconds for the whole session
prompts() { grep -ao '^[^ ]* # ' "$LOG" 2> /dev/null | wc -l; }
prompted() { [ "$(prompts)" -gt "$seen" ]; }
said() { tr -d '\r' < "$LOG" | grep -aq -- "$1"; }
seen=0
# until_it COMMAND...: waits for it to be true, but not longer than the session may last: then ^A x ends QEMU.
until_it() {
	while ! "$@"; do
		[ $SECONDS -lt $PATIENCE ] || { echo "waited in vain: $* (prompt $seen)" >&2; printf '\001x'; exit 1; }
		sleep 0.1
	done
}
# type TEXT: when the next prompt is there. await TEXT: until the log holds it.
type() {
	until_it prompted
	seen=$(prompts)
	printf "$1"
}
await() { until_it said "$1"; }
session() {
	type 'echo first > /tmp/f; cat /tmp/f | wc -c\r'
	type 'echo hxllo\033[D\033[D\033[D\033[D\033[3~e\033[C!\r' # arrows and Delete
	type '\033[A\033[A\r'				       # history: the first line again
	type 'sh -c "echo started1; sleep 1000"\r'
	await '^started1'
	printf '\003'
	type 'echo status $?\r'
	# said by the shell itself: a ^C for a program that is just ending would be lost, as it is everywhere
	type 'cd /nosuchplace; while :; do :; done\r'
	await '/nosuchplace: No such file'
	printf '\003'
	type 'echo after the loop\r'
	type 'sleep 1000 &\r'
	type 'jobs\r'
	type 'kill %%1; wait; jobs; echo no job\r'
	type 'sh -c "echo started3; sleep 1000"\r'
	await '^started3'
	printf '\032'
	type 'jobs\r'
	type 'kill -9 %%1; wait; echo gone\r'
	type 'ps; free; vmstat 1 2; swapon\r'
	type 'locks on; ls /bin > /dev/null; locks | grep runqueue; locks -g | head -n 3; locks -w\r'
	type 'designs | grep "^\\*"; scenarios | grep deadlock\r'
	type 'touchpages 500 2; hog 2 1\r'
	type 'nosuchprogram; echo status $?\r'
	type 'sh -c "kill -SEGV \\$\\$"; echo status $?\r'
	type 'echo abandoned\003'
	type 'poweroff\r'
}
: > "$LOG"
session 2> "$DIR/session.err" | "$ROOT/tests/boot/run-qemu.sh" "$RUNDIR" "" cpus=2 mem=16 display=serial > "$DIR/run1.out" 2>&1
status=$?
[ $status = 0 ] || fail "the session ended with status $status: $(tail -n 1 "$DIR/session.err") $(tail -n 2 "$DIR/run1.out")"
refuse '^kernel panic:'
expect '^[0-9]+ ticks from kernel entry to this prompt'
[ "$(grep -c '^ *6$' "$LOG")" = 2 ] || fail "the first line and its repetition from the history did not both print 6"
expect '^hel!lo$'
expect '^status 130$'
expect '^after the loop$'
expect '^\[1\] +Running +[0-9]+ +sleep 1000$'
expect '^\[1\] +Stopped +[0-9]+ +sh -c .*sleep 1000.*$'
expect '^no job$'
expect '^gone$'
expect '^ +1 +0 +1 S .* child +init$'
expect '^Mem: +16'
expect '^hdb1 '
expect '^runqueue_lock +spin +[1-9]'
expect '^\* linux-2.3.30'
expect '^swapout-deadlock '
expect '^1000 touches:  faults '
expect '^2 MB, [0-9]+ pages written and checked in [0-9]+ rounds: all right$'
expect '^sh: nosuchprogram: not found'
expect '^status 127$'
expect '^Segmentation fault$'
expect '^status 139$'
refuse '^abandoned'
pass "a session at the prompt"
