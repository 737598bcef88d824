#!/bin/bash
# Every design, holes mended, on 4 parallel CPUs of QEMU with all watchers on: programs, more memory than
# the machine has, swap areas going off and on meanwhile. No wrong byte, no leak, no complaint.
. "$(dirname "$0")/lib.sh"
seed=0
for design in linux-2.3.30 linux-2.3.23 vmlist-held linux-2.4.3 linux-6.12; do
	seed=$((seed + 1))
	boot 0 qemu "design=$design run=forktest,clonetest,mmaptest,pattern:24:$seed:2:1,swapoffload:10:2:4 swap=hdb1:5,hdb2:5 watch=all holes=mended" \
		cpus=4 mem=16 timeout=600
	expect '^accounts: balanced'
	expect '^pattern: PASS'
	[ $design = vmlist-held ] || refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE)' "$design complains"
	refuse '^DEADLOCK' "$design hangs"
	echo "$design seed $seed: $(grep -a '^pattern: ' "$LOG" | tail -n 1)"
done
pass "5 designs"
