#!/bin/bash
# A panic: the message, and for every CPU and sleeper the held locks and a symbolised call chain.
. "$(dirname "$0")/lib.sh"
RUNDIR=$DIR/run1 LOG=$DIR/run1/serial.log
"$ROOT/tests/boot/run-bochs.sh" "$RUNDIR" "scenario=panic-report mode=free" cpus=4 timeout=60 >"$DIR/run1.out" 2>&1
[ $? = 1 ] || fail "the machine did not end with status 1"
expect '^kernel panic: provoked by scenario panic-report'
expect 'holds test lock\(S\), taken in take_and_panic\+0x'
expect 'called from kthread_entry\+0x'
expect 'asleep: sleeper'
expect 'holds semaphore.*, taken in hold_and_sleep\+0x'
[ "$(grep -c '^  cpu [0-3]: ' "$LOG")" = 4 ] || fail "not every CPU is in the report"
pass "4 CPUs, held locks, call chains"
