#!/bin/bash
# Swap areas go off and come back under load: everything on them comes back, nothing is lost.
. "$(dirname "$0")/lib.sh"
for cpus in 1 4; do
	boot 0 bochs "run=swapoffload:10:2:4 swap=hdb1,hdb2" "cpus=$cpus" mem=16 timeout=500
	expect '^accounts: balanced'
	refuse 'killing process'
	echo "cpus=$cpus: $(grep -a -m1 'swapoffload:.*PASS' "$LOG") ticks $(ticks)"
done
pass "1 and 4 CPUs"
