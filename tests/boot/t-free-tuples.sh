#!/bin/bash
# Free running on 2 CPUs, no story, over 20 tuples with at least 15 different trace hashes: the cycle
# of vmlist(A) and L under vmlist-held each time, an end under linux-2.3.30 each time.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/boot/tuples.sh"
hashes=
for t in $TUPLES_2CPU; do
	IFS=: read -r quantum ips <<<"$t"
	boot 0 bochs "scenario=swapout-deadlock design=vmlist-held mode=free" \
		cpus=2 "quantum=$quantum" "ips=$ips"
	[ "$(verdict verdict)" = deadlock ] || fail "vmlist-held, tuple $t: $(verdict verdict)"
	expect 'vmlist lock\(A\)' "tuple $t"
	expect 'driver lock\(L\)' "tuple $t"
	hashes="$hashes $(verdict trace)"
	echo "quantum=$quantum ips=$ips vmlist-held: $(verdict verdict) trace=$(verdict trace)"
	boot 0 bochs "scenario=swapout-deadlock design=linux-2.3.30 mode=free" \
		cpus=2 "quantum=$quantum" "ips=$ips"
	[ "$(verdict verdict)" = completed ] || fail "linux-2.3.30, tuple $t: $(verdict verdict)"
	echo "quantum=$quantum ips=$ips linux-2.3.30: $(verdict verdict) trace=$(verdict trace)"
done
distinct=$(tr ' ' '\n' <<<"$hashes" | grep -c . ) 
unique=$(tr ' ' '\n' <<<"$hashes" | grep . | sort -u | wc -l)
[ "$unique" -ge 15 ] || fail "only $unique different trace hashes of $distinct"
pass "20 tuples, $unique different traces: the same cycle under vmlist-held, an end under linux-2.3.30"
