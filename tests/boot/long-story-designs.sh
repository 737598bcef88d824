#!/bin/bash
# Both scenarios under all three designs over the 20 tuples: the same verdict 20 times each.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/boot/tuples.sh"
for scenario in swapout-deadlock driver-recursion; do
	for design in vmlist-held linux-2.3.23 linux-2.3.30; do
		for t in $TUPLES; do
			IFS=: read -r quantum ips cpus <<<"$t"
			boot 0 bochs "scenario=$scenario design=$design" \
				"cpus=$cpus" "quantum=$quantum" "ips=$ips"
		done
		echo "$scenario x $design: $(verdict verdict), 20 of 20 as expected"
	done
done
pass "6 cells of 20 runs"
