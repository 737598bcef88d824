#!/bin/bash
# Two areas of equal priority: they take turns, so each gets half of the pages.
. "$(dirname "$0")/pattern.sh"
for cpus in 1 2 4 8; do
	run_pattern $cpus hdb1:5,hdb2:5
	one=$(column hdb1 4) two=$(column hdb2 4)
	echo "cpus=$cpus pages out: hdb1 $one, hdb2 $two; in: $(column hdb1 5), $(column hdb2 5); ticks $(ticks)"
	difference=$((one > two ? one - two : two - one))
	[ "$one" -gt 4000 ] || fail "only $one pages out on hdb1"
	# a cluster of 256 may begin on one of them
	[ $difference -le 256 ] || fail "pages out $one and $two: no turns were taken"
	[ "$(column hdb1 5)" -gt 0 ] && [ "$(column hdb2 5)" -gt 0 ] || fail "no pages came in from one of them"
done
pass "4 CPU counts, no wrong byte, both areas in turn"
