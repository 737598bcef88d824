#!/bin/bash
# The story of the deadlock over 20 distinct (quantum, ips, CPUs): the same verdict 20 times.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/boot/tuples.sh"
n=0
for t in $TUPLES; do
	IFS=: read -r quantum ips cpus <<<"$t"
	boot 0 bochs "scenario=swapout-deadlock design=vmlist-held" \
		"cpus=$cpus" "quantum=$quantum" "ips=$ips"
	echo "quantum=$quantum ips=$ips cpus=$cpus verdict=$(verdict verdict) steps=$(verdict steps)"
	[ "$(verdict verdict)" = deadlock ] || fail "tuple $t: $(verdict verdict)"
	expect 'vmlist lock\(A\)' "tuple $t"
	n=$((n + 1))
done
[ "$n" = 20 ] || fail "$n tuples"
pass "deadlock $n times of $n"
