#!/bin/bash
# A and B of the deadlock as two ordinary programs, proca and procb, on the full system, 2 CPUs.
#
# Under vmlist-held they hang: the waits watcher reports the cycle {vmlist lock, L}, with procb on one side and
# proca or kswapd, who plays the same part, on the other. Under the default design they finish.
. "$(dirname "$0")/lib.sh"

boot 0 bochs "watch=waits run=sh:/etc/deadlock.sh" cpus=2 mem=8 timeout=400
expect '^A: finished; the driver.s pages were written home [1-9][0-9]* times; 0 wrong words'
expect '^B: finished; [1-9][0-9]* answers'
expect '^init: sh ended with status 0'
expect '^accounts: balanced'
refuse '^DEADLOCK'
finished=$(sed -n 's/^A: finished.*home \([0-9]*\) times.*/\1/p' "$LOG")

# It must hang: nobody waits for its end. Had they gone on, we would see it in the seconds after the report.
RUNDIR=$DIR/run2 LOG=$DIR/run2/serial.log
"$ROOT/tests/boot/run-bochs.sh" "$RUNDIR" "design=vmlist-held watch=waits run=sh:/etc/deadlock.sh" cpus=2 mem=8 \
	timeout=400 hang=3 > "$DIR/run2.out" 2>&1
[ $? = 3 ] || fail "it did not hang: $(head -n 1 "$DIR/run2.out")"
grep -aq 'power off' "$LOG" && fail "the machine went on to its end"
expect '^A known hole of this design: R1'
refuse '^kernel panic:'
expect '^DEADLOCK: 2 tasks wait for each other'
expect 'procb \(pid [0-9]*\) holds driver lock\(L\)'
expect 'and waits for vmlist lock\(proca\)'
expect '(proca|kswapd) \(pid [0-9]*\) holds vmlist lock\(proca\)'
expect 'and waits for driver lock\(L\)'
refuse '^A: finished'
pass "vmlist-held hangs and says why; linux-2.3.30 wrote $finished pages home and finished"
