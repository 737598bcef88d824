#!/bin/bash
# Two areas of different priority: the 8 MB of the higher are used before the lower takes a page.
. "$(dirname "$0")/pattern.sh"
for cpus in 1 2 4 8; do
	run_pattern $cpus hdb3:9,hdb1:3
	size=$(column hdb3 1) used=$(column hdb3 2)
	echo "cpus=$cpus hdb3: $used of $size KB used, $(column hdb3 4) pages out; hdb1: $(column hdb1 4) out; ticks $(ticks)"
	[ "$(column hdb1 4)" -gt 0 ] && [ "$(column hdb3 4)" -gt 0 ] || fail "one area took nothing"
	[ "$(column hdb1 5)" -gt 0 ] && [ "$(column hdb3 5)" -gt 0 ] || fail "no pages came in from one of them"
	# slots of ended processes and of rewritten pages come free there, and are taken again first
	[ $((used * 10)) -ge $((size * 8)) ] || fail "hdb3, the higher, has $used of $size KB used"
done
pass "4 CPU counts, no wrong byte, the higher priority filled first"
