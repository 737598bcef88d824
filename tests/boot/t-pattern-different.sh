#!/bin/bash
# Two areas of different priority: the 32 MB of the higher are used before the lower takes a page.
. "$(dirname "$0")/pattern.sh"
for cpus in 1 2 4 8; do
	run_pattern $cpus hdb1:9,hdb2:3
	size=$(column hdb1 1) used=$(column hdb1 2)
	echo "cpus=$cpus hdb1: $used of $size KB used, $(column hdb1 4) pages out; hdb2: $(column hdb2 4) out; ticks $(ticks)"
	[ "$(column hdb2 4)" -gt 0 ] && [ "$(column hdb1 4)" -gt 0 ] || fail "one area took nothing"
	[ "$(column hdb2 5)" -gt 0 ] && [ "$(column hdb1 5)" -gt 0 ] || fail "no pages came in from one of them"
	# slots of ended processes and of rewritten pages come free there, and are taken again first
	[ $((used * 10)) -ge $((size * 8)) ] || fail "hdb1, the higher, has $used of $size KB used"
done
pass "4 CPU counts, no wrong byte, the higher priority filled first"
